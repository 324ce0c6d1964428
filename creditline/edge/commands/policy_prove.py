"""`creditline policy prove`: hold all executors of a policy to the reference, around every break point and at random."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from creditline.clock import business_day, system_clock
from creditline.edge.commands.output import Json, note, progress, show
from creditline.edge.products import load_product
from creditline.errors import Code, Malformed
from creditline.policy.dmn import read_policy
from creditline.policy.prove import compare
from creditline.policy.prove.compare import Difference, Effort, Proof
from creditline.policy.prove.compare import prove as prove_decision
from creditline.policy.prove.standard import by_standard
from creditline.policy.table import Policy, decision_names
from creditline.policy.values import Value

DIFFERS_STATUS = 1


def prove(
    file: Annotated[str, typer.Argument(help="A DMN file, or a product's name or folder.")],
    decision: Annotated[list[str] | None, typer.Option(help="Only this decision; may be given again.")] = None,
    most: Annotated[
        int, typer.Option("--rows", min=1, help="At most so many rows a decision, besides random ones.")
    ] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="Throws the random rows; the same seed throws the same ones.")] = 1,
    on: Annotated[
        str | None, typer.Option(help="A product's numbers of this day, as 2026-01-31; today's if left out.")
    ] = None,
    currency: Annotated[str, typer.Option(help="A product's numbers for lines in this currency.")] = "CNY",
    as_json: Json = False,
) -> None:
    """Prove that the reference, the row executor, the columns and the whole standard answer alike; exit 1 with a witness if not.

    Every break point, one unit to either side, null and others: all combinations, or as many as --rows allows.
    """
    policy, numbers = _read(file, on=on, currency=currency)
    names = decision_names(policy)
    wrong = sorted(set(decision or ()) - set(names))
    if wrong:
        raise Malformed(
            f"There is no decision {', '.join(wrong)}. There are {', '.join(names)}.", code=Code.POLICY_INVALID
        )
    effort = Effort(most=most, seed=seed)
    executors = {**compare.EXECUTORS, "the whole standard": by_standard}
    proofs: list[Proof] = []
    wanted = [name for name in names if name in (decision or names)]
    for name in wanted:
        with progress(name, None) as tell:
            proofs.append(prove_decision(policy, name, numbers=numbers, effort=effort, executors=executors, tell=tell))
    rows = [(one.decision, f"{one.rows_count:,}", _tried(one), _marks(one), _verdict(one)) for one in proofs]
    rows += [(one.decision, *pair) for one in proofs if one.difference for pair in _witness(one.difference)]
    show(
        {"sha256": policy.sha256, "seed": seed, "decisions": proofs, "is_agreed": all(one.is_agreed for one in proofs)},
        as_json=as_json,
        rows=rows,
        head=("decision", "rows", "tried", "columns", "verdict"),
        right=(1,),
    )
    if not all(one.is_agreed for one in proofs):
        note("The executors differ: do not decide by this policy, and report the witness.")
        raise typer.Exit(DIFFERS_STATUS)


def _read(file: str, *, on: str | None, currency: str) -> tuple[Policy, dict[str, Value]]:
    """Return a policy and the numbers it is asked with: a product's of a day, none of a bare file."""
    path = Path(file)
    if path.is_file():
        return read_policy(path.read_bytes(), source=path.name), {}
    product = load_product(file)
    try:
        day = business_day(system_clock()) if on is None else date.fromisoformat(on)
    except ValueError:
        raise Malformed(f"{on!r} is no day. Write it as 2026-01-31.", code=Code.MESSAGE_MALFORMED) from None
    return product.policy, dict(product.parameters.at(day, currency=currency))


def _tried(proof: Proof) -> str:
    if proof.is_exhaustive:
        return f"all {proof.combinations_count:,} combinations, and random rows"
    return f"each point before each rule, of {proof.combinations_count:.1e} combinations"


def _marks(proof: Proof) -> str:
    return "; ".join(f"{one.decision} row by row: {one.reason}" for one in proof.row_wise) or "all"


def _verdict(proof: Proof) -> str:
    return "agree" if proof.is_agreed else "DIFFER"


def _witness(found: Difference) -> list[tuple[str, str, str, str]]:
    """Return the rows that tell a witness: what was given, and what each executor told."""
    given = ", ".join(f"{name} = {'null' if value is None else value}" for name, value in found.given.items())
    return [("", "given", given, ""), *(("", name, told, "") for name, told in found.answers.items())]
