"""What single cells and outputs say that an analyst may not have meant: `not` over missing values, equality of ratios."""

from collections.abc import Iterator

from creditline.policy.check.finding import Finding, FindingCode, Severity
from creditline.policy.check.laid import Laid, inputs_of
from creditline.policy.evaluate import compute, holds
from creditline.policy.feel import Against, Cell, Constant, Expression, Name, Operation
from creditline.policy.table import Column, Output, names_in
from creditline.policy.values import Value


def cell_findings(laid: Laid) -> Iterator[Finding]:
    """Go through the cells and outputs of a table."""
    for row, rule in enumerate(laid.table.rules, start=1):
        for column, cell in zip(laid.table.columns, rule.cells, strict=True):
            yield from _negated(laid, column, cell, row)
            yield from _equal(laid, column, cell, row)
        for output, result in zip(laid.table.outputs, rule.outputs, strict=True):
            yield from _not_allowed(laid, output, result, row)


def _negated(laid: Laid, column: Column, cell: Cell, row: int) -> Iterator[Finding]:
    """Find a `not` that a missing value fulfils."""
    read = list(inputs_of(laid.policy, column.expression))
    is_nullable = any(laid.domains[name].is_nullable for name in read)
    if not cell.is_negated or not is_nullable or any(names_in(cell)) or not holds(cell, None, {}):
        return
    name = read[0] if len(read) == 1 else column.label
    witness: dict[str, Value] = {name: None} if len(read) == 1 else {}
    yield Finding(
        code=FindingCode.NOT_MATCHES_MISSING,
        severity=Severity.WARNING,
        table=laid.table.name,
        rows=(row,),
        column=column.label,
        witness=witness or None,
        words=f"{cell.text} also matches where {name} is missing: nothing is not equal to what it lists. "
        f"Write {cell.text[:-1]}, null) if that is not meant.",
    )


def _equal(laid: Laid, column: Column, cell: Cell, row: int) -> Iterator[Finding]:
    """Find a ratio that must equal a fraction: it is rounded to six decimals and hardly ever does."""
    if not _is_ratio(column.expression):
        return
    for test in cell.tests:
        if isinstance(test, Against) and test.sign == "=" and _is_fraction(test.value):
            yield Finding(
                code=FindingCode.RATIO_EQUALITY,
                severity=Severity.WARNING,
                table=laid.table.name,
                rows=(row,),
                column=column.label,
                words=f"{cell.text} asks a ratio to equal a fraction. Ratios are rounded to six decimals and hardly ever "
                "do: write a range, such as [0.299..0.301].",
            )


def _is_ratio(node: Expression) -> bool:
    return (isinstance(node, Name) and node.name.endswith("_ratio")) or (
        isinstance(node, Operation) and node.sign == "/"
    )


def _is_fraction(node: Expression) -> bool:
    """Say whether a literal is a number that is not whole."""
    if not isinstance(node, Constant) or node.kind != "number":
        return False
    value = compute(node, {})
    return value is not None and not isinstance(value, int)


def _not_allowed(laid: Laid, output: Output, result: Expression, row: int) -> Iterator[Finding]:
    """Find an output that becomes something its list does not allow once parameters are numbers."""
    if not output.allowed or any(names_in(result)):
        return
    value = compute(result, {})
    if value is not None and str(value) not in output.allowed:
        yield Finding(
            code=FindingCode.OUTPUT_NOT_ALLOWED,
            severity=Severity.ERROR,
            table=laid.table.name,
            rows=(row,),
            column=output.name,
            words=f"It gives {value}, which is none of its allowed values {', '.join(output.allowed)}. "
            "Correct it, or add it to the list.",
        )
