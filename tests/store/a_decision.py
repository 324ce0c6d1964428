"""A decision record for tests of what keeps it, with every column filled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import nan
from uuid import UUID

from creditline.clock import business_day
from creditline.decision.outcome import Answer, Decision, Kind, Needs, Position, Reason, Scores, Terms
from creditline.events.catalogue import LoggedIn
from creditline.events.row import row_of
from creditline.ids import id_from
from creditline.ledger.allocation import Part
from creditline.ledger.book import Stamp, seat
from creditline.ledger.chart import Movement
from creditline.ledger.line import Line
from creditline.ledger.umbrella import Umbrella
from creditline.policy.life import Act, Deed, Period
from creditline.restoration.plan import Tranche
from creditline.restoration.promise import Outcome, Promise, PromiseEnd, PromiseKind, Told
from creditline.store import (
    corrections,
    decisions,
    due,
    facts,
    limits,
    lines,
    loans,
    policies,
    promises,
    requests,
    umbrellas,
)
from creditline.store.connect import Connection
from creditline.store.corrections import TakenBack
from creditline.store.due import Reservation
from creditline.store.limits import Extra
from creditline.store.promises import Breach
from creditline.store.requests import Recorded
from tests.ledger.a_line import BOOKED_AT, LINE
from tests.ledger.a_loan import a_loan

EDITION = "ab" * 32
CATALOGUE = "cd" * 32


def a_decision(*, request: UUID | None = None, line: UUID = LINE) -> Decision:
    """Return a restoration that came back in part, with two reasons and every number there is."""
    return Decision(
        id=request or id_from("decision", at=BOOKED_AT),
        kind=Kind.RESTORATION,
        borrower="ada",
        line=line,
        product="consumer_revolving",
        currency="CNY",
        as_of=BOOKED_AT,
        edition=EDITION,
        catalogue=CATALOGUE,
        features=(1.0, nan, 0.1, -0.0, 1e300),
        sources_count=3,
        position=Position(
            granted_minor=10,
            drawn_minor=4,
            reserved_minor=0,
            withheld_minor=2,
            available_minor=4,
            requested_minor=2,
            is_blocked=True,
            is_moved=True,
            accepts_partial=True,
        ),
        scores=Scores(points=601, pd_ppm=31_250, grade=6, release_points=0),
        rules=(("restoration", (3,)), ("price", ()), ("limits", (1, 2, 9))),
        answer=Answer.STAGED,
        terms=Terms(
            amount_minor=1,
            apr_bp=1500,
            share_ppm=500_000,
            tranches_count=1,
            interval_days=30,
            factor_ppm=1_000_000,
            condition="no_arrears",
        ),
        reasons=(
            Reason(code="late", factor="months_late_last_count", value=2.0, threshold=1.0, needs=Needs.BELOW),
            Reason(code="blocked", factor="is_blocked", value=None, threshold=None, needs=Needs.OTHER),
        ),
    )


def plain(decision: Decision) -> Decision:
    """Return the decision with everything empty that can be."""
    return replace(decision, features=(), scores=None, rules=(), terms=Terms(), reasons=())


def recorded_for(decision: Decision, *, kind: str = "repay") -> Recorded:
    """Return the request a decision answers."""
    return Recorded(
        id=decision.id,
        kind=kind,
        line=decision.line,
        digest=b"d",
        amount_minor=None,
        accepted_minor=max(0, decision.position.requested_minor),
        happened_at=decision.as_of,
        recorded_at=decision.as_of,
    )


async def an_edition(db: Connection) -> None:
    """Found a house with the edition that the decisions here name."""
    product = "consumer_revolving"
    await decisions.put_edition(db, edition=EDITION, product=product, body=b"{}", published_at=BOOKED_AT)
    founding = Deed(
        number=0, id=id_from("found", at=BOOKED_AT), product=product, edition=EDITION, act=Act.FOUND, actor="creditline",
        reason="a new house", recorded_at=BOOKED_AT,
    )  # fmt: skip
    number = await policies.record(db, founding)
    always = Period(product=product, edition=EDITION, starts_at=None, ends_at=None, opened_by=number)
    await policies.put_in_force(db, always, now=BOOKED_AT)


def a_tranche(decision: Decision, *, amount_minor: int = 1, ordinal: int = 1) -> Tranche:
    """Return a part of a repayment that the decision keeps back until its own day."""
    return Tranche(
        id=id_from(f"tranche {ordinal} of {decision.id}", at=decision.as_of),
        line=decision.line,
        decision=decision.id,
        ordinal=ordinal,
        amount_minor=amount_minor,
        due_on=business_day(decision.as_of),
        condition="no_arrears",
        edition=decision.edition,
    )


SAID = Told(languages=("en",), words=("It comes back.",))


async def promised(db: Connection, tranches: Sequence[Tranche]) -> None:
    """Write tranches and tell each as a commitment."""
    await due.record(db, tranches)
    await promises.record(
        db,
        [
            Promise(
                tranche=one, kind=PromiseKind.COMMITMENT, product="consumer_revolving", reason="late",
                told_at=BOOKED_AT, told=SAID,
            )
            for one in tranches
        ],
    )  # fmt: skip


async def ended(db: Connection, tranche: Tranche, outcome: Outcome, answer: Answer | Outcome) -> None:
    """Write how a tranche ended, by its own decision, and what became of its promise."""
    await due.end(db, [(tranche.id, tranche.decision, answer, BOOKED_AT)])
    end = PromiseEnd(promise=tranche.id, outcome=outcome, request=tranche.decision, ended_at=BOOKED_AT, told=SAID)
    await promises.end(db, [end])


async def one_row_everywhere(db: Connection, line: Line) -> None:
    """Write a row into every table that keeps what happened; the books themselves are there already."""
    decision = a_decision(line=line.id)
    reservation = Reservation(id=decision.id, line=line.id, amount_minor=1, expires_at=BOOKED_AT)
    tranche = a_tranche(decision)
    await an_edition(db)
    await requests.record(db, [recorded_for(decision)])
    await decisions.record(db, [decision], seen=await facts.snapshot(db))
    await facts.record(
        db, [row_of(LoggedIn(id=decision.id, borrower="ada", happened_at=BOOKED_AT), recorded_at=BOOKED_AT)]
    )
    await due.reserve(db, [reservation])
    await due.end_reservations(db, [(reservation.id, decision.id, Movement.VOID, 0)])
    broken, instead = (a_tranche(decision, ordinal=ordinal) for ordinal in (2, 3))
    instead = replace(instead, due_on=broken.due_on + timedelta(days=1))
    await promised(db, [tranche, broken, instead])
    await ended(db, tranche, Outcome.KEPT, Answer.RELEASED)
    await ended(db, broken, Outcome.BROKEN, Outcome.BROKEN)
    await promises.breach(
        db,
        [
            Breach(
                promise=broken.id, follower=instead.id, author="ann", approver="bo", reason="law", notice_at=BOOKED_AT
            )
        ],
    )
    own = Umbrella(
        id=decision.id, parent=None, holder="acme", product=None, currency="CNY", granted_minor=99, is_fungible=True,
        slots_count=1, version=1, opened_at=BOOKED_AT, booked_at=BOOKED_AT,
    )  # fmt: skip
    await umbrellas.post(db, own, Movement.OPEN, request=decision.id, authority="desk", reason="test")
    seated = seat(line, own.id, stamp=Stamp(request=decision.id, booked_at=BOOKED_AT))
    await lines.post(db, [(seated,)])
    await umbrellas.seat(db, seated, authority="desk", reason="test")
    loan = replace(a_loan(loan=decision.id), line=line.id, edition=decision.edition, apr_bp=line.apr_bp)
    await loans.record(db, [(loan, decision.id, BOOKED_AT)])
    await limits.say(db, seated, authority="desk", reason="test")
    await limits.add(db, Extra(request=decision.id, line=line.id, ends_at=BOOKED_AT))
    back = TakenBack(request=decision.id, corrects=decision.id, amount_minor=1, is_whole=False)
    await corrections.take_back(db, [back])
    await corrections.waive(db, decision.id, part=Part.FEE, loan=None, role="lead")
