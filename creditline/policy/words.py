"""Expressions and cells as FEEL text, written the same way whatever way they were written."""

from creditline.policy.feel import (
    Against,
    Between,
    Call,
    Cell,
    Choice,
    Constant,
    Expression,
    Name,
    Negative,
    Operation,
)


def feel_text(node: Expression) -> str:
    """Return an expression as text; an operation inside another stands in brackets."""
    match node:
        case Constant(kind="string", text=text):
            return f'"{text}"'
        case Constant(kind="date", text=text):
            return f'date("{text}")'
        case Constant(text=text):
            return text
        case Name(name=name):
            return name
        case Negative(of=of):
            return f"-{_inner(of)}"
        case Operation(sign=sign, left=left, right=right):
            return f"{_inner(left)} {sign} {_inner(right)}"
        case Choice(test=test, this=this, other=other):
            return f"if {feel_text(test)} then {feel_text(this)} else {feel_text(other)}"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(feel_text, arguments))})"


def cell_text(cell: Cell) -> str:
    """Return a cell as text: `-`, tests, or not(tests)."""
    tests = ", ".join(map(_test, cell.tests)) or "-"
    return f"not({tests})" if cell.is_negated else tests


def _inner(node: Expression) -> str:
    text = feel_text(node)
    return f"({text})" if isinstance(node, Operation | Choice | Negative) else text


def _test(test: Against | Between) -> str:
    match test:
        case Against(sign="=", value=value):
            return feel_text(value)
        case Against(sign=sign, value=value):
            return f"{sign} {feel_text(value)}"
        case Between(low=low, high=high, has_low=has_low, has_high=has_high):
            return f"{'[' if has_low else '('}{feel_text(low)}..{feel_text(high)}{']' if has_high else ')'}"
