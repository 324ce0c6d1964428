"""The commands `creditline actions` and `creditline preview`: what would help, and what a draw or a repayment would do."""

from typing import Annotated

import typer

from creditline.edge.commands.output import Json, minor, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.explanation.advised import tell_advice, tell_help, tell_protection, tell_route, tell_useless
from creditline.explanation.words import words_of
from creditline.flows.advice import advice_of, draw_preview, repay_preview
from creditline.flows.explain import read_line
from creditline.money import in_words
from creditline.restoration.behaviour import catalogue_of

PREVIEW = typer.Typer(help="Say what a draw or a repayment would do; nothing is stored.", no_args_is_help=True)

LineId = Annotated[str, typer.Argument(help="The line's id.")]
AmountArgument = Annotated[str, typer.Argument(help="In the currency's own units, as 1200.50.")]


def actions(
    line: LineId,
    language: Annotated[str, typer.Option(help="A language the product speaks: en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """Say what would bring repaid limit back sooner, what would put it off, and what does not help."""

    async def use(engine: Engine) -> None:
        standing, advice = await advice_of(engine.db, engine.clock, engine.house, line=uuid(line, what="line"))
        words, currency = words_of(standing.product, language), standing.line.currency
        catalogue = catalogue_of(standing.product)
        if as_json:
            show({"line": standing.line.id, "is_only_time": advice.is_only_time, "advice": advice}, as_json=True)
            return
        if not catalogue.listed:
            show(None, as_json=False, rows=[("", f"{standing.product.name} lists no actions")])
            return
        show(
            None,
            as_json=False,
            rows=[
                ("now", tell_advice(advice, words, catalogue=catalogue, currency=currency)),
                *(("helps", tell_help(one, words, currency=currency)) for one in advice.helps),
                *(("protects", tell_protection(one, words, currency=currency)) for one in advice.protects),
                *(("does not help", tell_useless(one, words, currency=currency)) for one in advice.does_not_help),
                *((("always", tell_route(words)[1]),) if advice.has_route else ()),
            ],
        )

    with_engine(use)


@PREVIEW.command("draw")
def draw(line: LineId, amount: AmountArgument, as_json: Json = False) -> None:
    """Say what a draw would do: the answer, the cost, what it puts off, and how much puts nothing off."""

    async def use(engine: Engine) -> None:
        currency = (await read_line(engine.db, uuid(line, what="line"))).currency
        _, told = await draw_preview(
            engine.db, engine.clock, engine.house, line=uuid(line, what="line"), amount_minor=minor(amount, currency)
        )
        cost_minor = told.interest_minor + told.fee_minor
        rows = [
            ("answer", told.answer),
            *(("reason", reason) for reason in told.reasons),
            ("all back without it", told.without_on or "not yet"),
            ("all back with it", told.effect.all_back_on or "not yet"),
            ("put off", in_words(told.effect.later_minor, currency)),
            ("interest in all", in_words(told.interest_minor, currency)),
            ("fee", in_words(told.fee_minor, currency)),
            ("to repay", in_words(told.amount_minor + cost_minor, currency)),
            ("rate a year", f"{told.apr_bp / 100:.2f} %"),
            ("all-in rate a year", "" if told.all_in_ppm is None else f"{told.all_in_ppm / 10_000:.2f} %"),
            ("available after it", in_words(told.available_minor, currency)),
            ("most that puts nothing off", in_words(told.largest_minor, currency)),
        ]
        show(told, as_json=as_json, rows=rows)

    with_engine(use)


@PREVIEW.command("repay")
def repay(line: LineId, amount: AmountArgument, as_json: Json = False) -> None:
    """Say what a repayment would do: what it meets and saves, what comes back at once, and when the rest."""

    async def use(engine: Engine) -> None:
        currency = (await read_line(engine.db, uuid(line, what="line"))).currency
        _, told = await repay_preview(
            engine.db, engine.clock, engine.house, line=uuid(line, what="line"), amount_minor=minor(amount, currency)
        )
        rows = [
            ("answer", told.answer or "nothing is owed"),
            *(("reason", reason) for reason in told.reasons),
            ("taken", in_words(told.accepted_minor, currency)),
            ("not taken", in_words(told.excess_minor, currency)),
            *((str(part), in_words(amount_minor, currency)) for part, amount_minor in told.parts.items()),
            ("interest saved", in_words(told.saved_minor, currency)),
            ("back at once", in_words(told.back_now_minor, currency)),
            *((("cut at once", in_words(told.cut_minor, currency)),) if told.cut_minor else ()),
            *(
                (f"back {'or cut ' if one.is_cut else ''}on {one.due_on}", in_words(one.amount_minor, currency))
                for one in told.tranches
            ),
            ("what waits is back without it", told.without_on or "not yet"),
            ("what waits is back with it", told.effect.all_back_on or "not yet"),
            ("available after it", in_words(told.available_minor, currency)),
            ("most that puts nothing off", in_words(told.largest_minor, currency)),
        ]
        show(told, as_json=as_json, rows=rows)

    with_engine(use)


COMMANDS = (actions,)
