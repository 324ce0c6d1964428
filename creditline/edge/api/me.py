"""The borrower's own routes: each reads or moves a line of whoever the token names, and no other."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from creditline.clock import DAY, business_day
from creditline.edge.api.mine import OurPages, OwnLine, OwnWords, Who, signed_in
from creditline.edge.api.own_record import record_of
from creditline.edge.api.own_shapes import HomeView, KeptView, MeView, OwnPromiseView, RecordView
from creditline.edge.api.own_words import home_view, line_view, promise_view
from creditline.edge.api.shapes import Body
from creditline.edge.api.state import Engine
from creditline.errors import Code, NotAllowed
from creditline.flows.appeal import appeals_of
from creditline.flows.explain import history_of, lines_of
from creditline.flows.home import home_of
from creditline.flows.house import offered
from creditline.flows.promises import promises_of
from creditline.flows.work import work_until

ROUTES = APIRouter(prefix="/v1/me", tags=["the borrower's own"], dependencies=[Depends(signed_in)])

Most = Annotated[int, Query(ge=1, le=1000)]


class DaysBody(Body):
    """Move the demo's clock."""

    days: Annotated[int, Field(strict=True, ge=1, le=90)] = 1


class TodayView(BaseModel):
    """Where the demo's clock stands, and what was done on the way."""

    today: str
    done: dict[str, int]


@ROUTES.get("")
async def who_am_i(who: Who, engine: Engine, pages: OurPages) -> MeView:
    """Read who is signed in, what they may do, and their lines, oldest first."""
    found = await lines_of(engine.db, who.borrower)
    products = await offered(engine.db, engine.clock, engine.house)
    spoken_here = [set(products[line.product].languages) for line in found if line.product in products]
    return MeView(
        borrower=who.borrower,
        expires_at=who.expires_at,
        today=business_day(engine.clock()),
        may_draw=who.may_draw,
        pay=pages.pay,
        is_demo=pages.demo is not None,
        languages=sorted(set.intersection(*spoken_here)) if spoken_here else [],
        lines=[line_view(line) for line in found],
    )


@ROUTES.get("/lines/{line}")
async def read_home(line: OwnLine, engine: Engine, pages: OurPages, words: OwnWords) -> HomeView:
    """Read a line's first page: buckets, what is next, why the rest waits, what is due."""
    home = await home_of(engine.db, engine.clock, engine.house, line=line.id)
    kept = await pages.kept.read(engine.db)
    rate = KeptView(good_count=kept.good_count, held_count=kept.held_count) if kept.held_count else None
    return home_view(home, words, kept=rate)


@ROUTES.get("/lines/{line}/record")
async def read_record(line: OwnLine, engine: Engine, most: Most = 100) -> list[RecordView]:
    """Read what happened on a line, newest first: what moved it, and where a person was asked to look."""
    reviews = [one for one in await appeals_of(engine.db, line.borrower) if one.line == line.id]
    return record_of(await history_of(engine.db, line.id, most=most), reviews)[:most]


@ROUTES.get("/lines/{line}/promises")
async def read_own_promises(line: OwnLine, engine: Engine, words: OwnWords, most: Most = 100) -> list[OwnPromiseView]:
    """Read every date that was told of a line, in the words that were shown, with what became of it."""
    _, found = await promises_of(engine.db, line.id, most=most)
    return [promise_view(one, words.language) for one in found]


@ROUTES.post("/demo/days")
async def move_the_clock(body: DaysBody, engine: Engine, pages: OurPages) -> TodayView:
    """Move the demo's clock on by whole days, and do what is due on each; there is no such thing outside the demo."""
    if pages.demo is None:
        raise NotAllowed("Only the demo's clock can be moved.", code=Code.NOT_OFFERED_HERE)
    until = pages.demo() + body.days * DAY
    done = await work_until(engine.db, pages.demo, engine.house, until=until)
    return TodayView(today=business_day(pages.demo()).isoformat(), done=dict(done))
