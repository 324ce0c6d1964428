"""Commands about rules and scores: check a policy, ask it, run its examples; fit a score, measure it."""

from pathlib import Path
from typing import Annotated

import typer

from creditline.clock import business_day, system_clock
from creditline.decision.evidence import EVIDENCE_FILE, Because, RuleEvidence, read_evidence
from creditline.decision.product import read_product
from creditline.edge.commands.output import FOUND_STATUS, Json, note, show
from creditline.edge.products import examples_text, folder_of, load_product, product_files
from creditline.errors import Code, Malformed
from creditline.money import MILLION
from creditline.policy.evaluate import evaluate
from creditline.policy.examples import examples_in, tried
from creditline.policy.feel import read_expression
from creditline.policy.table import DecisionTable, Rule, Value
from creditline.policy.why import Against, why_not

POLICY = typer.Typer(help="A product's rules: read, ask, check, try, put in force.", no_args_is_help=True)
SCORE = typer.Typer(help="Scores from events: fit, evaluate.", no_args_is_help=True)

Product = Annotated[str, typer.Argument(help="A product's name, or its folder.")]


@POLICY.command("show")
def show_(product: Product = "consumer_revolving", as_json: Json = False) -> None:
    """Show a product's tables rule by rule, each with its evidence if the folder keeps any, and its numbers of today."""
    found = load_product(product)
    evidence = read_evidence(found.files)
    beside = {(one.table, one.rule): evidence_in_words(one) for one in evidence.rules} if evidence else {}
    rows: list[tuple[object, ...]] = []
    for decision in found.policy.decisions:
        if isinstance(decision, DecisionTable):
            rows += [
                (decision.name, row, said(decision, rule), beside.get((decision.name, row), ""))
                for row, rule in enumerate(decision.rules, start=1)
            ]
    today = business_day(system_clock())
    rows += [(one.name, one.currency or "", f"{one.at(today)} {one.unit}", "") for one in found.parameters.all]
    show({"edition": found.edition, "policy": found.policy, "evidence": evidence}, as_json=as_json, rows=rows)
    if evidence and evidence.policy != found.policy.sha256:
        note(
            f"The evidence in {EVIDENCE_FILE} is of another policy. Make it again with `creditline policy evidence --write`."
        )


def evidence_in_words(one: RuleEvidence) -> str:
    """Return a rule's evidence as it stands beside the rule."""
    verdict = str(one.verdict) if one.because is Because.SHOWN else f"{one.verdict}: {one.because}"
    if not one.rest_count:
        return f"{one.hits_count:,} hits, {verdict}"
    bad, rest = (f"{100 * figure.at_ppm / MILLION:.1f} %" for figure in (one.bad, one.rest_bad))
    return f"{one.hits_count:,} hits, bad {bad} against {rest}, {verdict}"


def said(table: DecisionTable, rule: Rule) -> str:
    """Return what a rule tests, column by column."""
    cells = zip(table.columns, rule.cells, strict=True)
    return ", ".join(f"{column.label} {cell.text}" for column, cell in cells if cell.tests) or "always"


@POLICY.command("decide")
def decide(
    table: Annotated[str, typer.Argument(help="The decision to ask.")],
    given: Annotated[list[str], typer.Argument(help="What it is given: name=value, FEEL literals; the rest is null.")],
    product: Annotated[str, typer.Option(help="A product's name, or its folder.")] = "consumer_revolving",
    currency: Annotated[str, typer.Option(help="Whose numbers apply: ISO 4217.")] = "CNY",
    near: Annotated[
        int, typer.Option("--why-not", help="Tell so many rules that came nearest, and the cells against them.", min=0)
    ] = 0,
    as_json: Json = False,
) -> None:
    """Ask one decision of a product's policy, on the reference evaluator."""
    found = load_product(product)
    inputs: dict[str, Value] = {one.name: None for one in found.policy.inputs}
    inputs |= found.parameters.at(business_day(system_clock()), currency=currency)
    for text in given:
        name, separator, value = text.partition("=")
        if not separator or name not in inputs:
            raise Malformed(
                f"{text!r} is no name=value of an input. There are {', '.join(sorted(inputs))}.",
                code=Code.MESSAGE_MALFORMED,
            )
        inputs[name] = _literal(value)
    answer = evaluate(found.policy, table, inputs)
    rules = [(name, ", ".join(str(row) for row in rows)) for name, rows in answer.rules]
    nearest = why_not(found.policy, table, inputs, most=near) if near else ()
    rows = [*answer.outputs.items(), *((f"rule of {name}", row) for name, row in rules)]
    rows += [(f"not rule {one.rule}", "; ".join(against(cell) for cell in one.against)) for one in nearest]
    told = {"outputs": answer.outputs, "rules": answer.rules}
    show({**told, "why_not": nearest} if near else told, as_json=as_json, rows=rows)


def against(cell: Against) -> str:
    """Return why a cell did not hold."""
    return f"{cell.column} is {'null' if cell.value is None else cell.value}, and the cell wants {cell.cell}"


def _literal(text: str) -> Value:
    """Return a value typed as FEEL; a bare word is a string."""
    from creditline.policy.evaluate import compute  # noqa: PLC0415
    from creditline.policy.feel import FeelError, Name  # noqa: PLC0415

    try:
        found = read_expression(text)
    except FeelError:
        return text
    return text if isinstance(found, Name) else compute(found, {})


@POLICY.command("test")
def run_examples(product: Product = "consumer_revolving", as_json: Json = False) -> None:
    """Run a product's examples on every executor, each told as pass or fail; exit 3 if one is answered otherwise."""
    folder = folder_of(product)
    found = read_product(product_files(folder))
    run = tried(found.policy, found.compiled, found.parameters, examples_in(examples_text(folder)))
    rows = [
        ("FAIL" if one.words else "pass", one.example.decision, one.example.name, "; ".join(one.words)) for one in run
    ]
    failed = [{"example": one.example.name, "words": words} for one in run for words in one.words]
    count = f"{len(run)} examples, {sum(bool(one.words) for one in run)} failed"
    told = [{"example": one.example.name, "decision": one.example.decision, "has_passed": not one.words} for one in run]
    show(
        {"examples": len(run), "failed": failed, "cases": told},
        as_json=as_json,
        rows=[*rows, ("", "in all", count, "")],
        head=("", "decision", "example", "in words"),
    )
    if failed:
        raise typer.Exit(FOUND_STATUS)


@SCORE.command("fit")
def fit(
    data: Annotated[Path, typer.Option(help="The folder that holds taiwan/.")],
    out: Annotated[Path, typer.Option(help="Where to write scorecard.json, booster.json and release.json.")],
    as_json: Json = False,
) -> None:
    """Fit the scores on a book with outcomes (needs the extra `fit`)."""
    from creditline.edge.sources.taiwan import read_taiwan  # noqa: PLC0415
    from creditline.events.frames import facts_of_frame  # noqa: PLC0415
    from creditline.score.artefacts import write_artefacts  # noqa: PLC0415
    from creditline.score.fit import About  # noqa: PLC0415
    from creditline.score.fit import fit as fit_scores  # noqa: PLC0415

    book = read_taiwan(data)
    note(f"Fitting on {book.title}.")
    about = About(
        population=book.title,
        as_of=book.as_of,
        horizon_days=(book.until - book.as_of).days,
        currency=book.currency,
        fitted_on=business_day(system_clock()),
    )
    fitted = fit_scores(facts_of_frame(book.events, sorted(book.defaults)), book.defaults, about=about)
    write_artefacts(fitted, out)
    cards = {name: getattr(fitted, name).card for name in ("scorecard", "booster", "release")}
    show(cards, as_json=as_json, rows=[(name, out / f"{name}.json") for name in cards], head=("card", "file"))


@SCORE.command("evaluate")
def evaluate_(
    card: Annotated[
        Path, typer.Option(help="scorecard.json; the other cards lie beside it.", exists=True, dir_okay=False)
    ],
    data: Annotated[Path, typer.Option(help="The folder that holds taiwan/.")],
    as_json: Json = False,
) -> None:
    """Measure the scores beside a card on a book with outcomes."""
    from creditline.edge.sources.taiwan import read_taiwan  # noqa: PLC0415
    from creditline.events.frames import facts_of_frame  # noqa: PLC0415
    from creditline.score.evaluate import evaluate as measure  # noqa: PLC0415

    book = read_taiwan(data)
    facts = facts_of_frame(book.events, sorted(book.defaults))
    figures = measure(card.parent, facts, book.defaults, as_of=book.as_of)
    names = ("auc", "ks", "brier", "ece", "lines")
    rows = [(name, *(own.get(figure, "") for figure in names)) for name, own in figures.items()]
    show(figures, as_json=as_json, rows=rows, head=("card", *names))
