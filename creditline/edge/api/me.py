"""The borrower's own routes: each reads or moves a line of whoever the token names, and no other."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, Field

from creditline.clock import DAY, business_day
from creditline.decision.product import Product
from creditline.edge.api import forecast as forecasts
from creditline.edge.api import motions
from creditline.edge.api.forecast import ForecastBody, ForecastView
from creditline.edge.api.lines import spoken
from creditline.edge.api.mine import OurPages, OwnLine, Who, require_draw, signed_in
from creditline.edge.api.own_record import record_of
from creditline.edge.api.own_shapes import HomeView, KeptView, MeView, OwnPromiseView, RecordView
from creditline.edge.api.own_words import home_view, line_view, promise_view
from creditline.edge.api.shapes import Body, DrawBody, DrawnView, RepaidView, RepayBody
from creditline.edge.api.state import Engine, Parts
from creditline.errors import Code, Malformed, NotAllowed
from creditline.explanation.words import Words, words_of
from creditline.flows.explain import history_of, lines_of
from creditline.flows.home import home_of
from creditline.flows.house import offered
from creditline.flows.promises import promises_of
from creditline.flows.work import work_until

ROUTES = APIRouter(prefix="/v1/me", tags=["the borrower's own"], dependencies=[Depends(signed_in)])

Most = Annotated[int, Query(ge=1, le=1000)]
Language = Annotated[str | None, Query(examples=["en", "zh"])]
Accepted = Annotated[str | None, Header(alias="accept-language")]


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
async def read_home(
    line: OwnLine, engine: Engine, pages: OurPages, language: Language = None, accept_language: Accepted = None
) -> HomeView:
    """Read a line's first page: buckets, what is next, why the rest waits, what is due."""
    home = await home_of(engine.db, engine.clock, engine.house, line=line.id)
    kept = await pages.kept.read(engine.db)
    rate = KeptView(good_count=kept.good_count, held_count=kept.held_count) if kept.held_count else None
    return home_view(home, _words(home.product, language, accept_language), kept=rate)


@ROUTES.get("/lines/{line}/record")
async def read_record(line: OwnLine, engine: Engine, most: Most = 100) -> list[RecordView]:
    """Read what happened on a line, newest first."""
    return record_of(await history_of(engine.db, line.id, most=most))[:most]


@ROUTES.get("/lines/{line}/promises")
async def read_own_promises(
    line: OwnLine, engine: Engine, most: Most = 100, language: Language = None, accept_language: Accepted = None
) -> list[OwnPromiseView]:
    """Read every date that was told of a line, in the words that were shown, with what became of it."""
    _, found = await promises_of(engine.db, line.id, most=most)
    product = await _product(engine, line.product)
    chosen = _chosen(product, language, accept_language)
    return [promise_view(one, chosen) for one in found]


@ROUTES.post("/lines/{line}/forecast")
async def forecast_own(line: OwnLine, body: ForecastBody, engine: Engine) -> ForecastView:
    """Run a line forward by the engine that decides, with and without what is supposed; nothing is written."""
    return await forecasts.forecast_a_line(line.id, body, engine)


@ROUTES.post("/lines/{line}/draws", status_code=201)
async def draw_own(line: OwnLine, body: DrawBody, who: Who, engine: Engine, response: Response) -> DrawnView:
    """Borrow; a repeat under the same id answers with what was decided."""
    require_draw(who)
    return await motions.draw(line.id, body, engine, response)


@ROUTES.post("/lines/{line}/repayments", status_code=201)
async def repay_own(line: OwnLine, body: RepayBody, engine: Engine, pages: OurPages, response: Response) -> RepaidView:
    """Repay in the demo, which takes the money as paid; elsewhere money comes by the lender's own till."""
    if pages.demo is None:
        raise NotAllowed(
            "A repayment is money that arrives, and no page can say that it has. Pay in your app; the lender tells us by "
            "POST /v1/lines/{line}/repayments.",
            code=Code.NOT_OFFERED_HERE,
        )
    return await motions.repay(line.id, body, engine, response)


@ROUTES.post("/demo/days")
async def move_the_clock(body: DaysBody, engine: Engine, pages: OurPages) -> TodayView:
    """Move the demo's clock on by whole days, and do what is due on each; there is no such thing outside the demo."""
    if pages.demo is None:
        raise NotAllowed("Only the demo's clock can be moved.", code=Code.NOT_OFFERED_HERE)
    until = pages.demo() + body.days * DAY
    done = await work_until(engine.db, pages.demo, engine.house, until=until)
    return TodayView(today=business_day(pages.demo()).isoformat(), done=dict(done))


async def _product(engine: Parts, name: str) -> Product:
    return (await offered(engine.db, engine.clock, engine.house))[name]


def _words(product: Product, language: str | None, accepted: str | None) -> Words:
    return words_of(product, _chosen(product, language, accepted))


def _chosen(product: Product, language: str | None, accepted: str | None) -> str:
    """Return the language that was asked for, or the first of the browser's that the product speaks."""
    chosen = language or spoken(accepted, product.languages)
    if chosen not in product.languages:
        raise Malformed(
            f"Product {product.name} has no words in {chosen!r}. Ask for one of {', '.join(product.languages)}.",
            code=Code.MESSAGE_MALFORMED,
        )
    return chosen
