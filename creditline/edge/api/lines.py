"""Lines: open one, read it, its history, its explanation; and what is known of a borrower."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from creditline.decision.product import Product
from creditline.edge.api.shapes import (
    Borrower,
    DecisionView,
    ExplanationView,
    HistoryView,
    IdBody,
    LineView,
    OpenBody,
    OpenedView,
    RequestView,
    ReviewedView,
    decision_view,
    explanation_view,
    line_view,
)
from creditline.edge.api.state import Engine
from creditline.errors import Code, Malformed, NotFound
from creditline.explanation.words import Words, tell, words_of
from creditline.flows.borrower import Picture, picture_of
from creditline.flows.explain import explain_line, history_of, lines_of, read_line
from creditline.flows.house import offered
from creditline.flows.open import OpenRequest, open_lines
from creditline.flows.review import ReviewRequest, review_lines
from creditline.flows.turn import one

ROUTES = APIRouter()

Most = Annotated[int, Query(ge=1, le=1000)]


@ROUTES.post("/v1/lines", status_code=201, tags=["lines"])
async def open_a_line(body: OpenBody, engine: Engine, response: Response) -> OpenedView:
    """Ask for a line: approved, referred to a person, or declined. A repeat answers 200 with what was decided."""
    asked = OpenRequest(**body.model_dump())
    done = one(await open_lines(engine.db, engine.clock, engine.house, asked=[asked]))
    response.status_code = 200 if done.is_repeated else 201
    line = line_view(done.line) if done.line else None
    return OpenedView(decision=decision_view(done.decision), line=line, is_repeated=done.is_repeated)


@ROUTES.get("/v1/lines/{line}", tags=["lines"])
async def read_a_line(line: UUID, engine: Engine) -> LineView:
    """Read a line and its buckets."""
    return line_view(await read_line(engine.db, line))


@ROUTES.get("/v1/lines/{line}/history", tags=["lines"])
async def read_a_history(line: UUID, engine: Engine, most: Most = 100) -> HistoryView:
    """Read a line's entries in order, and its latest requests, decisions and transfers."""
    history = await history_of(engine.db, line, most=most)
    return HistoryView(
        entries=history.entries,
        transfers=history.transfers,
        requests=[RequestView.model_validate(own, from_attributes=True) for own in history.requests],
        decisions=[decision_view(own) for own in history.decisions],
    )


@ROUTES.get("/v1/lines/{line}/explanation", tags=["lines"])
async def explain_a_line(
    line: UUID,
    engine: Engine,
    language: Annotated[str | None, Query(examples=["en", "zh"])] = None,
    accept_language: Annotated[str | None, Header()] = None,
) -> ExplanationView:
    """Say what is withheld, why, and when it comes back, by the figures and in words (`language`, or Accept-Language)."""
    found = await read_line(engine.db, line)
    product = (await offered(engine.db, engine.clock, engine.house))[found.product]
    words = words_asked(product, language, accepted=accept_language)
    explanation = await explain_line(engine.db, line)
    return explanation_view(explanation, found, tell(explanation, words))


@ROUTES.post("/v1/lines/{line}/reviews", tags=["lines"])
async def review_a_line(line: UUID, body: IdBody, engine: Engine) -> ReviewedView:
    """Look at a line again: its limit is raised, kept or cut, or the line is blocked."""
    done = one(await review_lines(engine.db, engine.clock, engine.house, asked=[ReviewRequest(id=body.id, line=line)]))
    return ReviewedView(decision=decision_view(done.decision), line=line_view(done.line), is_repeated=done.is_repeated)


@ROUTES.get("/v1/borrowers/{borrower}/lines", tags=["borrowers"])
async def read_lines(borrower: Borrower, engine: Engine) -> list[LineView]:
    """Read a borrower's lines, oldest first."""
    found = await lines_of(engine.db, borrower)
    if not found:
        raise NotFound(f"Borrower {borrower} has no line. Open one, or check the id.", code=Code.BORROWER_UNKNOWN)
    return [line_view(own) for own in found]


@ROUTES.get("/v1/borrowers/{borrower}/profile", tags=["borrowers"])
async def read_profile(borrower: Borrower, engine: Engine) -> Picture:
    """Read what is known of a borrower now: every feature with its meaning, and which sources are known at all."""
    return await picture_of(engine.db, engine.clock, borrower)


@ROUTES.get("/v1/lines/{line}/decisions", tags=["decisions"])
async def read_decisions(line: UUID, engine: Engine, most: Most = 100) -> list[DecisionView]:
    """Read a line's latest decisions, newest first."""
    return [decision_view(own) for own in (await history_of(engine.db, line, most=most)).decisions]


def words_asked(product: Product, language: str | None, *, accepted: str | None) -> Words:
    """Return a product's words in the language asked for, or in the one a header likes best; raise `Malformed` for another."""
    chosen = language or spoken(accepted, product.languages)
    if chosen not in product.languages:
        raise Malformed(
            f"Product {product.name} has no words in {chosen!r}. Ask for one of {', '.join(product.languages)}, or for "
            "none in particular.",
            code=Code.MESSAGE_MALFORMED,
        )
    return words_of(product, chosen)


def spoken(accepted: str | None, languages: tuple[str, ...]) -> str:
    """Return the language an Accept-Language header likes best among those a product speaks, else its first (RFC 9110)."""
    liked: dict[str, float] = {}
    for part in (accepted or "").split(","):
        name, _, weight = part.partition(";")
        language = name.strip().lower().split("-")[0]
        number = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight)
        if language in languages and (number or not weight.strip()):
            liked.setdefault(language, float(number[1]) if number else 1.0)
    best = max(liked, key=liked.__getitem__, default=languages[0])
    return best if liked.get(best) else languages[0]
