"""The commands `creditline correct ...`: what turns out not to be, and what is forgiven; each prints what it posted."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from creditline.edge.commands.limits import Authority, Reason
from creditline.edge.commands.lines import Amount, Currency, LineId
from creditline.edge.commands.output import Json, RequestId, id_or_new, minor, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.flows.charge_off import ChargeOffRequest, charge_off
from creditline.flows.correct import Corrected
from creditline.flows.pay_out import PayOutRequest, pay_out
from creditline.flows.recover import RecoverRequest, recover
from creditline.flows.reverse import Cause, ReverseRequest, reverse
from creditline.flows.waive import WaiveRequest, waive
from creditline.ledger.allocation import Part
from creditline.ledger.chart import TERMS
from creditline.money import in_words

CORRECT = typer.Typer(
    help="Correct what was booked: every correction is new postings, under somebody's name.", no_args_is_help=True
)


@CORRECT.command("reverse")
def reverse_(
    line: LineId,
    undoes: Annotated[str, typer.Argument(help="The request of the draw or the repayment.")],
    cause: Annotated[
        Cause, typer.Option(help="Of a draw: not_paid_out or given_back; of a repayment: bounced or mistaken.")
    ],
    by: Authority,
    reason: Reason,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Undo a draw or a repayment, once: as if it had never been. What was repaid is owed again, room or not."""
    asked = ReverseRequest(
        id=id_or_new(request),
        line=uuid(line, what="line"),
        undoes=uuid(undoes, what="request"),
        cause=cause,
        authority=by,
        reason=reason,
    )
    _carry_out(lambda engine: reverse(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)


@CORRECT.command("waive")
def waive_(
    line: LineId,
    part: Annotated[Part, typer.Option(help="fee, penalty or interest.")],
    amount: Amount,
    role: Annotated[str, typer.Option(help="The role that may decide it, such as 'team lead'.")],
    by: Authority,
    reason: Reason,
    currency: Currency = "CNY",
    loan: Annotated[str | None, typer.Option(help="Of which draw; the oldest first if none is named.")] = None,
    approver: Annotated[str | None, typer.Option(help="The second person, above what the role may alone.")] = None,
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Forgive interest, penalty or a fee; never more than is owed of it."""
    asked = WaiveRequest(
        id=id_or_new(request),
        line=uuid(line, what="line"),
        part=part,
        amount_minor=minor(amount, currency),
        currency=currency,
        role=role,
        authority=by,
        reason=reason,
        loan=None if loan is None else uuid(loan, what="loan"),
        approver=approver,
    )
    _carry_out(lambda engine: waive(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)


@CORRECT.command("pay-out")
def pay_out_(
    line: LineId,
    by: Authority,
    reason: Reason,
    amount: Annotated[str | None, typer.Option(help="Less than all of it, as 1200.50 or 1,200.50.")] = None,
    currency: Currency = "CNY",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Send back what the borrower paid beyond everything owed."""
    asked = PayOutRequest(
        id=id_or_new(request),
        line=uuid(line, what="line"),
        currency=currency,
        amount_minor=None if amount is None else minor(amount, currency),
        authority=by,
        reason=reason,
    )
    _carry_out(lambda engine: pay_out(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)


@CORRECT.command("charge-off")
def charge_off_(line: LineId, by: Authority, reason: Reason, request: RequestId = None, as_json: Json = False) -> None:
    """Give up what a line that does not perform owes; the claim stays, and the limit goes to nothing."""
    asked = ChargeOffRequest(id=id_or_new(request), line=uuid(line, what="line"), authority=by, reason=reason)
    _carry_out(lambda engine: charge_off(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)


@CORRECT.command("recover")
def recover_(
    line: LineId,
    amount: Amount,
    by: Authority,
    reason: Reason,
    currency: Currency = "CNY",
    request: RequestId = None,
    as_json: Json = False,
) -> None:
    """Book money that came in for what was charged off: income, and less of a claim."""
    asked = RecoverRequest(
        id=id_or_new(request),
        line=uuid(line, what="line"),
        amount_minor=minor(amount, currency),
        currency=currency,
        authority=by,
        reason=reason,
    )
    _carry_out(lambda engine: recover(engine.db, engine.clock, engine.house, request=asked), as_json=as_json)


def _carry_out(correct: Callable[[Engine], Awaitable[Corrected]], *, as_json: bool) -> None:
    async def use(engine: Engine) -> None:
        done = await correct(engine)
        currency = done.line.currency
        rows = [
            (
                f"{TERMS[one.debit].code} {TERMS[one.debit].name}",
                f"{TERMS[one.credit].code} {TERMS[one.credit].name}",
                in_words(one.amount_minor, currency),
            )
            for one in done.transfers
        ]
        rows += [
            ("drawn after it", "", in_words(done.line.drawn_minor, currency)),
            ("available after it", "", in_words(done.line.available_minor, currency)),
        ]
        if done.line.over_minor:
            rows.append(("over its limit by", "", in_words(done.line.over_minor, currency)))
        head = ("debit", "credit", f"{done.request.kind}, {done.request.id}")
        show(done, as_json=as_json, rows=rows, head=head, right=(2,))

    with_engine(use)
