"""The commands `creditline loans` and `creditline settle`: what a line owes of every draw, and what closes it today."""

from typing import Annotated

import typer

from creditline.edge.commands.output import Json, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.flows.loans import loans_of, settlement_of
from creditline.money import in_words

LineId = Annotated[str, typer.Argument(help="The line's id.")]


def loans(line: LineId, most: Annotated[int, typer.Option(min=1, max=1000)] = 100, as_json: Json = False) -> None:
    """Show a line's loans as they stand today, newest first."""

    async def use(engine: Engine) -> None:
        told = await loans_of(engine.db, engine.clock, engine.house, line=uuid(line, what="line"), most=most)
        rows = [
            (
                one.drawn_on,
                one.state,
                *(
                    in_words(amount_minor, one.currency)
                    for amount_minor in (
                        one.principal_minor,
                        one.outstanding_minor,
                        one.interest_minor,
                        one.penalty_minor,
                        one.fee_minor,
                    )
                ),
                one.next_due_on or "",
            )
            for one in told
        ]
        head = ("drawn on", "state", "drawn", "owed", "interest", "penalty", "fees", "next due")
        show(told, as_json=as_json, rows=rows, head=head, right=range(2, 7))

    with_engine(use)


def settle(line: LineId, as_json: Json = False) -> None:
    """Say what settles a line today, and until when that is so; `creditline repay` pays it."""

    async def use(engine: Engine) -> None:
        told = await settlement_of(engine.db, engine.clock, engine.house, line=uuid(line, what="line"))
        rows = [
            ("to pay", in_words(told.amount_minor, told.currency)),
            ("principal", in_words(told.principal_minor, told.currency)),
            ("interest", in_words(told.interest_minor, told.currency)),
            ("penalty", in_words(told.penalty_minor, told.currency)),
            ("fees", in_words(told.fee_minor, told.currency)),
            ("before", told.expires_at),
        ]
        show(told, as_json=as_json, rows=rows)

    with_engine(use)


COMMANDS = (loans, settle)
