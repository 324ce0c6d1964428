"""Commands about one line: open, draw, capture, void, repay, review, line, explain."""

import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated

import msgspec
import typer

from creditline.decision.outcome import Decision
from creditline.edge.commands.book import read_day
from creditline.edge.commands.output import (
    Json,
    RequestId,
    id_or_new,
    minor,
    note,
    pairs,
    show,
    uuid,
    with_engine,
)
from creditline.edge.engine import Engine
from creditline.errors import Code, Malformed
from creditline.events.event import Borrower
from creditline.explanation.words import Told, tell, tell_reason, words_of
from creditline.flows.capture import CaptureRequest, VoidRequest, capture_reservation, void_reservation
from creditline.flows.draw import DrawRequest, draw_lines
from creditline.flows.explain import explain_line, history_of, read_line
from creditline.flows.open import OpenRequest, open_lines
from creditline.flows.repay import RepayRequest, repay_lines
from creditline.flows.review import ReviewRequest, review_lines
from creditline.flows.turn import one
from creditline.ledger.line import Line
from creditline.money import in_words

LineId = Annotated[str, typer.Argument(help="The line's id.")]
Amount = Annotated[str, typer.Option(help="In the currency's own units, not in cents: 1200.50 or 1,200.50.")]
Currency = Annotated[str, typer.Option(help="Three letters of ISO 4217, in capitals.")]
BUCKETS = ("granted", "drawn", "reserved", "withheld")
Language = Annotated[str, typer.Option(help="A language the product speaks: en or zh.")]


def open_(
    borrower: Annotated[str, typer.Argument(help="The platform's id of the borrower.")],
    amount: Amount,
    currency: Currency = "CNY",
    product: Annotated[str, typer.Option(help="The name of a product that is offered.")] = "consumer_revolving",
    moved: Annotated[bool, typer.Option("--moved", help="The line comes from elsewhere and keeps its limit.")] = False,
    balance: Annotated[
        str, typer.Option(help="With --moved: what was drawn on it elsewhere, in the same units.")
    ] = "0",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Ask for a line; the answer may be no, and says why."""
    asked = OpenRequest(
        id=id_or_new(request),
        borrower=borrower_id(borrower),
        product=product,
        currency=currency,
        requested_minor=minor(amount, currency),
        is_moved=moved,
        moved_balance_minor=minor(balance, currency),
    )

    async def use(engine: Engine) -> None:
        done = one(await open_lines(engine.db, engine.clock, engine.house, asked=[asked]))
        _show_decision(engine, done.decision, done.line, as_json=as_json)

    with_engine(use)


def draw(
    line: LineId,
    amount: Amount,
    currency: Currency = "CNY",
    partial: Annotated[bool, typer.Option("--partial", help="Take what is available when the whole is not.")] = False,
    authorise: Annotated[bool, typer.Option("--authorise", help="Only reserve; capture or void it later.")] = False,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Ask for money from a line; the answer may be no, and says why."""
    asked = DrawRequest(
        id=id_or_new(request),
        line=uuid(line, what="line"),
        amount_minor=minor(amount, currency),
        currency=currency,
        accepts_partial=partial,
        authorise_only=authorise,
    )

    async def use(engine: Engine) -> None:
        done = one(await draw_lines(engine.db, engine.clock, engine.house, asked=[asked]))
        _show_decision(engine, done.decision, done.line, as_json=as_json)

    with_engine(use)


def capture(
    line: LineId,
    reservation: Annotated[str, typer.Argument(help="The authorised draw's id.")],
    amount: Annotated[str | None, typer.Option(help="Less than all of it, as 1200.50 or 1,200.50.")] = None,
    currency: Currency = "CNY",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Pay a reservation out, in whole or in part."""
    asked = CaptureRequest(
        id=id_or_new(request),
        line=uuid(line, what="line"),
        reservation=uuid(reservation, what="reservation"),
        currency=currency,
        amount_minor=None if amount is None else minor(amount, currency),
    )

    async def use(engine: Engine) -> None:
        after, _ = await capture_reservation(engine.db, engine.clock, engine.house, request=asked)
        show_line(after, as_json=as_json)

    with_engine(use)


def void(
    line: LineId,
    reservation: Annotated[str, typer.Argument(help="The authorised draw's id.")],
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Give a reservation back unused."""
    asked = VoidRequest(
        id=id_or_new(request), line=uuid(line, what="line"), reservation=uuid(reservation, what="reservation")
    )

    async def use(engine: Engine) -> None:
        after, _ = await void_reservation(engine.db, engine.clock, request=asked)
        show_line(after, as_json=as_json)

    with_engine(use)


def repay(
    line: LineId,
    amount: Amount,
    currency: Currency = "CNY",
    value_on: Annotated[str | None, typer.Option(help="The day the money came, if that is over: 2026-03-31.")] = None,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Pay what is owed; see what of the limit comes back, and when."""
    asked = RepayRequest(
        id=id_or_new(request),
        line=uuid(line, what="line"),
        amount_minor=minor(amount, currency),
        currency=currency,
        value_on=read_day(value_on),
    )

    async def use(engine: Engine) -> None:
        done = one(await repay_lines(engine.db, engine.clock, engine.house, asked=[asked]))
        if done.excess_minor:
            note(f"{in_words(done.excess_minor, currency)} more than is owed was refused: return it to the payer.")
        taken = {"accepted_minor": done.accepted_minor, "excess_minor": done.excess_minor}
        taken |= {f"{part}_minor": amount_minor for part, amount_minor in done.parts.items()}
        _show_decision(engine, done.decision, done.line, as_json=as_json, more=taken)

    with_engine(use)


def review(line: LineId, request: RequestId = None, as_json: Json = False) -> None:
    """Look at a line again: raise its limit, keep, cut or block it."""
    asked = ReviewRequest(id=id_or_new(request), line=uuid(line, what="line"))

    async def use(engine: Engine) -> None:
        done = one(await review_lines(engine.db, engine.clock, engine.house, asked=[asked]))
        _show_decision(engine, done.decision, done.line, as_json=as_json)

    with_engine(use)


def line(
    line: LineId,
    history: Annotated[bool, typer.Option("--history", help="Every entry, not only the line.")] = False,
    as_json: Json = False,
) -> None:
    """Read a line and its buckets."""
    number = uuid(line, what="line")

    async def use(engine: Engine) -> None:
        if not history:
            show_line(await read_line(engine.db, number), as_json=as_json)
            return
        found, entries = await read_line(engine.db, number), (await history_of(engine.db, number, most=1)).entries
        head = ("version", "movement", *BUCKETS, "booked at")
        rows = [
            (
                one.version,
                one.movement,
                *(in_words(getattr(one, f"{bucket}_minor"), found.currency) for bucket in BUCKETS),
                one.booked_at,
            )
            for one in entries
        ]
        show(entries, as_json=as_json, rows=rows, head=head, right=(0, 2, 3, 4, 5))

    with_engine(use)


def explain(line: LineId, language: Language = "en", as_json: Json = False) -> None:
    """Say what of a line is withheld, why, and when it comes back."""
    number = uuid(line, what="line")

    async def use(engine: Engine) -> None:
        explanation = await explain_line(engine.db, number)
        found = await read_line(engine.db, number)
        told = tell(explanation, words_of(engine.house.product(found.product), language))
        if as_json:
            show({"explanation": explanation, "told": told}, as_json=True)
            return
        sys.stdout.write(told.headline + "\n")
        show(told, as_json=False, rows=rows_of(told), right=(1,))

    with_engine(use)


def rows_of(told: Told) -> list[tuple[str, str, str, str]]:
    """Return the rows of an explanation: the buckets, then each withheld part with why and when."""
    rows = [(name, amount, "", "") for name, amount in told.buckets]
    return rows + [("↳", part.amount, "\n".join(part.why), "\n".join(part.when)) for part in told.parts]


def borrower_id(text: str) -> str:
    """Return a borrower's id as it was typed; raise `Malformed` if it cannot be one."""
    try:
        return msgspec.convert(text, Borrower)
    except msgspec.ValidationError:
        raise Malformed(
            f"The borrower {text[:80]!r} is no id. Write 1 to 64 letters, digits, dots, colons, dashes or underscores, a "
            "letter or digit first.",
            code=Code.MESSAGE_MALFORMED,
        ) from None


def _show_decision(
    engine: Engine, decision: Decision, after: Line | None, *, as_json: bool, more: Mapping[str, object] | None = None
) -> None:
    """Print what was answered and why, and the line after it; `more` is for programs."""
    if as_json:
        show({"decision": decision, "line": after and _fields_of(after), **(more or {})}, as_json=True)
        return
    words = words_of(engine.house.product(decision.product), "en")
    terms = decision.terms
    rows = pairs(
        {
            "request": decision.id,
            "answer": words.say("answer", decision.answer),
            "amount": None if terms.amount_minor is None else in_words(terms.amount_minor, decision.currency),
            "why": "\n".join(tell_reason(reason, decision.currency, words) for reason in decision.reasons) or None,
        }
    )
    show(decision, as_json=False, rows=[*rows, *(_fields_in_words(after) if after else ())])


def show_line(after: Line, *, as_json: bool) -> None:
    """Print a line and its buckets."""
    show(_fields_of(after), as_json=as_json, rows=_fields_in_words(after))


def _fields_of(line: Line) -> dict[str, object]:
    """Return a line for programs: what is stored of it, and what follows from that."""
    stored = {field.name: getattr(line, field.name) for field in fields(line)}
    return {
        **stored,
        "headroom_minor": line.headroom_minor,
        "over_minor": line.over_minor,
        "available_minor": line.available_minor,
        "bound": line.bound,
    }


def _fields_in_words(after: Line) -> list[tuple[str, object]]:
    amounts = {
        name: in_words(getattr(after, f"{name}_minor"), after.currency) for name in (*BUCKETS, "headroom", "available")
    }
    return pairs(
        {
            "line": after.id,
            "borrower": after.borrower,
            **amounts,
            "over its limit by": in_words(after.over_minor, after.currency) if after.over_minor else None,
            "bound by": after.bound,
            "umbrella": after.umbrella,
            "added until": after.extra_ends_at
            and f"{in_words(after.extra_minor, after.currency)} until {after.extra_ends_at:%Y-%m-%d %H:%M}",
            "blocked": after.block_reason,
            "closed": after.closed_at,
        }
    )


open_.__name__ = "open"
COMMANDS = (open_, draw, capture, void, repay, line, explain)
