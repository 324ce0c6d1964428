"""A policy tried over HTTP: its examples on every executor, and the proof that all executors answer alike."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from creditline.clock import business_day
from creditline.decision.product import Product, read_product
from creditline.edge.api.impact import FilesBody, RowWiseView, View
from creditline.edge.api.state import Engine
from creditline.errors import Code, Malformed
from creditline.money import require_currency
from creditline.policy.examples import EXAMPLES_FILE, Tried, examples_in, tried
from creditline.policy.prove.compare import EXECUTORS, Effort, Proof, prove
from creditline.policy.prove.standard import by_standard
from creditline.policy.table import decision_names

ROUTES = APIRouter(tags=["policies"])

MOST_ROWS = 20_000


class ExamplesBody(FilesBody):
    """Files of a product as they would be, and the examples it must answer."""

    files: Annotated[
        dict[str, str],
        Field(description=f"Text by path; {EXAMPLES_FILE} among them, for editions keep none."),
    ]


class ExampleView(View):
    """An example, and what is wrong with an answer to it, executor by executor."""

    example: str
    decision: str
    has_passed: bool
    words: list[str]


class ProveBody(FilesBody):
    """How much a proof may try, and the day and currency whose numbers the rules are asked with."""

    decisions: Annotated[list[str], Field(max_length=1_000, description="Only these; all if left empty.")] = Field(
        default_factory=list
    )
    most_rows: Annotated[
        int, Field(strict=True, ge=1, le=MOST_ROWS, description="A decision; random ones besides.")
    ] = 1_000
    seed: Annotated[int, Field(strict=True, ge=0, description="The same seed tries the same random rows.")] = 1
    day: Annotated[date | None, Field(description="Today if left out.")] = None
    currency: Annotated[str, AfterValidator(require_currency), Field(examples=["CNY"])] = "CNY"


class WitnessView(View):
    """What was given, and what each executor told; values as FEEL writes them, null where there is none."""

    given: dict[str, str | None]
    answers: dict[str, str]


class ProofView(View):
    """What a decision was tried with; without a witness all executors agreed."""

    decision: str
    rows_count: int
    combinations_count: int
    is_exhaustive: bool
    points: dict[str, int]
    row_wise: list[RowWiseView]
    witness: WitnessView | None


class ProvedView(View):
    """Whether the reference, the row executor, the columns and the whole standard answered alike."""

    edition: str
    policy: str
    seed: int
    is_agreed: bool
    decisions: list[ProofView]


@ROUTES.post("/v1/policies:test")
async def test_policy(body: ExamplesBody, engine: Engine) -> list[ExampleView]:
    """Run a product's examples on every executor."""
    return [
        ExampleView(
            example=one.example.name,
            decision=one.example.decision,
            has_passed=not one.words,
            words=list(one.words),
        )
        for one in await asyncio.to_thread(_tried, body.files_of(engine))
    ]


@ROUTES.post("/v1/policies:prove")
async def prove_policy(body: ProveBody, engine: Engine) -> ProvedView:
    """Hold every executor to the reference, around each break point and at random; one that differs comes with a witness."""
    product = await asyncio.to_thread(read_product, body.files_of(engine))
    names = decision_names(product.policy)
    wrong = sorted(set(body.decisions) - set(names))
    if wrong:
        raise Malformed(
            f"There is no decision {', '.join(wrong)}. There are {', '.join(names)}.", code=Code.POLICY_INVALID
        )
    day = body.day or business_day(engine.clock())
    wanted = [name for name in names if name in (body.decisions or names)]
    proofs = [await asyncio.to_thread(_proved, product, name, body=body, day=day) for name in wanted]
    return ProvedView(
        edition=product.edition,
        policy=product.policy.sha256,
        seed=body.seed,
        is_agreed=all(one.is_agreed for one in proofs),
        decisions=[_proof_view(one) for one in proofs],
    )


def _tried(files: Mapping[str, bytes]) -> tuple[Tried, ...]:
    """Answer the examples among some files; raise `Malformed` if there are none."""
    if EXAMPLES_FILE not in files:
        raise Malformed(f"There are no examples. Send {EXAMPLES_FILE} among the files.", code=Code.MESSAGE_MALFORMED)
    examples = examples_in(files[EXAMPLES_FILE].decode())
    product = read_product({name: content for name, content in files.items() if name != EXAMPLES_FILE})
    return tried(product.policy, product.compiled, product.parameters, examples)


def _proved(product: Product, name: str, *, body: ProveBody, day: date) -> Proof:
    return prove(
        product.policy,
        name,
        numbers=dict(product.parameters.at(day, currency=body.currency)),
        effort=Effort(most=body.most_rows, seed=body.seed),
        executors={**EXECUTORS, "the whole standard": by_standard},
    )


def _proof_view(proof: Proof) -> ProofView:
    found = proof.difference
    told: dict[str, Any] | None = None
    if found is not None:
        given = {name: None if value is None else str(value) for name, value in found.given.items()}
        told = {"given": given, "answers": dict(found.answers)}
    return ProofView(
        decision=proof.decision,
        rows_count=proof.rows_count,
        combinations_count=proof.combinations_count,
        is_exhaustive=proof.is_exhaustive,
        points=dict(proof.points),
        row_wise=[RowWiseView.model_validate(one) for one in proof.row_wise],
        witness=None if told is None else WitnessView(**told),
    )
