"""Commands about DMN files of the whole language: what is in one, what it answers, and the file as DMN 1.3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from creditline.clock import system_clock
from creditline.edge.commands.output import FOUND_STATUS, Json, note, show
from creditline.errors import Code, Malformed, PolicyInvalid
from creditline.policy.feel import FeelError
from creditline.policy.markup import MarkupError
from creditline.policy.standard import catalogue
from creditline.policy.standard.calendar import Moment, read_moment
from creditline.policy.standard.conversion import text_of
from creditline.policy.standard.cursor import Vocabulary
from creditline.policy.standard.graph import answer
from creditline.policy.standard.imports import read_with_imports
from creditline.policy.standard.model import Decision, InputData, Knowledge, Model, Offering
from creditline.policy.standard.parser import read_expression
from creditline.policy.standard.read import namespace_of
from creditline.policy.standard.run import Scope, run
from creditline.policy.standard.tree import Name
from creditline.policy.standard.values import Value, kind_of
from creditline.policy.standard.words import Names
from creditline.policy.standard.work import Exhausted, Work
from creditline.policy.standard.write import as_1_3
from creditline.policy.subset import why_not_scalar

DMN = typer.Typer(help="DMN files of the whole language: what is in one, what it answers.", no_args_is_help=True)

KINDS: Mapping[type, str] = {
    InputData: "input",
    Decision: "decision",
    Knowledge: "knowledge",
    Offering: "service",
}

File = Annotated[Path, typer.Argument(help="A DMN file, 1.1 to 1.5; what it imports lies beside it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A value for people, as FEEL writes it, and for programs: numbers as texts, since they have 34 digits."""

    kind: str
    feel: str
    value: Any


@DMN.command("show")
def show_(file: File, as_json: Json = False) -> None:
    """Show what a file takes and decides, what of it can be a policy in columns, and its mistakes; exit 3 if it has any."""
    model = _model(file)
    own = [one for one in model.elements.values() if one.namespace == model.namespace]
    elements = [
        {
            "kind": KINDS[type(one)],
            "name": one.name,
            "type": str(one.type.name) if one.type else None,
            "not_a_policy": why_not_scalar(one) if isinstance(one, Decision | Knowledge) else None,
        }
        for one in own
    ]
    rows = [
        (one["kind"], one["name"], one["type"] or "", f"no policy: {why}" if (why := one["not_a_policy"]) else "")
        for one in elements
    ]
    problems = [{"where": one.where, "what": one.what} for one in model.problems]
    show(
        {"name": model.name, "namespace": model.namespace, "elements": elements, "problems": problems},
        as_json=as_json,
        rows=[*rows, *(("mistake", one["where"], "", one["what"]) for one in problems)],
        head=("", "name", "type", "in words"),
    )
    if problems:
        raise typer.Exit(FOUND_STATUS)


@DMN.command("answer")
def answer_(
    file: File,
    name: Annotated[str, typer.Argument(help="The decision, service or knowledge to ask.")],
    given: Annotated[
        list[str] | None, typer.Argument(help='name=value, FEEL: 12, ready, [1, 2], {a: 1}, @"2026-01-31".')
    ] = None,
    at: Annotated[str | None, typer.Option(help="What now() is, as 2026-01-31T09:00:00Z; now if left out.")] = None,
    as_json: Json = False,
) -> None:
    """Ask a DMN file one question by the whole standard; a decision that is given up is an error that says why."""
    model = _model(file)
    element = model.named(name)
    if element is None or isinstance(element, InputData):
        names = [one.name for one in model.elements.values() if one.namespace == model.namespace]
        raise Malformed(
            f"{file.name} decides no {name!r}. It has {', '.join(sorted(names)) or 'nothing'}.",
            code=Code.POLICY_INVALID,
        )
    as_of = _moment(at)
    outcome = answer(model, element.name, _all_given(model, given or (), as_of), as_of=as_of)
    for one in (model, *model.models.values()):
        for problem in one.problems:
            note(f"{one.name or one.namespace}: {problem}")
    if outcome.problem:
        raise PolicyInvalid(f"{file.name}: {outcome.problem}. Ask for less at once.", code=Code.POLICY_INVALID)
    told = Told(kind=kind_of(outcome.value), feel=text_of(outcome.value), value=_plain(outcome.value))
    show(told, as_json=as_json, rows=[(element.name, told.feel)])


@DMN.command("write")
def write(
    file: File,
    to: Annotated[Path, typer.Option(help="Where the file of DMN 1.3 goes; it must not be there yet.")],
    as_json: Json = False,
) -> None:
    """Write a file of any version as DMN 1.3, for other engines; its expressions stay as they stand."""
    try:
        text = as_1_3(_read(file))
    except MarkupError as wrong:
        raise _no_dmn(file, wrong) from None
    try:
        with to.open("xb") as out:
            out.write(text)
    except FileExistsError:
        raise Malformed(f"{to} is there. Name a new file.", code=Code.MESSAGE_MALFORMED) from None
    show({"file": str(to), "bytes": len(text)}, as_json=as_json, rows=[(to, f"{len(text):,} bytes")])


def _model(file: Path) -> Model:
    """Read a file and what it imports of the files beside it; raise `PolicyInvalid` for what is no DMN."""
    xml = _read(file)
    beside: dict[str, bytes] = {}
    left_out: list[str] = []
    for other in sorted(file.parent.glob("*.dmn")):
        text = other.read_bytes()
        try:
            beside.setdefault(namespace_of(text), text)
        except MarkupError as wrong:
            left_out.append(f"{other.name} is left out: {wrong}.")
    try:
        model = read_with_imports(xml, beside=beside)
    except MarkupError as wrong:
        raise _no_dmn(file, wrong) from None
    if model.problems:
        for told in left_out:
            note(told)
    return model


def _read(file: Path) -> bytes:
    if not file.is_file():
        raise typer.BadParameter(f"There is no file {file}.", param_hint="FILE")
    return file.read_bytes()


def _no_dmn(file: Path, wrong: MarkupError) -> PolicyInvalid:
    place = "" if wrong.line is None else f", line {wrong.line}, character {wrong.column}"
    return PolicyInvalid(f"{file.name}{place}: {wrong}.", code=Code.POLICY_INVALID)


def _moment(text: str | None) -> Moment:
    found = read_moment(text or system_clock().isoformat())
    if found is None:
        raise Malformed(f"{text!r} is no moment. Write it as 2026-01-31T09:00:00Z.", code=Code.MESSAGE_MALFORMED)
    return found


def _all_given(model: Model, texts: Sequence[str], as_of: Moment) -> dict[str, Value]:
    """Return what was typed by name; raise `Malformed` for a name that nothing in the model has."""
    given = dict(_given(one, as_of) for one in texts)
    names = {one.name if one.namespace == model.namespace else f"{one.namespace}#{one.name}" for one in _givable(model)}
    wrong = sorted(given.keys() - names)
    if wrong:
        raise Malformed(
            f"Nothing takes {', '.join(wrong)}. Give {', '.join(sorted(names)) or 'no value'}.",
            code=Code.MESSAGE_MALFORMED,
        )
    return given


def _givable(model: Model) -> list[InputData | Decision]:
    """Return what a value can be given for: inputs, and decisions that a service is given."""
    return [one for one in model.elements.values() if isinstance(one, InputData | Decision)]


def _given(text: str, as_of: Moment) -> tuple[str, Value]:
    """Return the name and value of what was typed; a bare word is a text."""
    name, separator, literal = text.partition("=")
    if not separator or not name.strip():
        raise Malformed(f"{text!r} is no name=value.", code=Code.MESSAGE_MALFORMED)
    known = Vocabulary(frames=(catalogue.NAMES,), members=Names(), types=Names())
    try:
        tree = read_expression(literal, known)
    except FeelError:
        return name.strip(), literal
    try:
        return name.strip(), literal if isinstance(tree, Name) else run(tree, Scope({}, work=Work(as_of=as_of)))
    except Exhausted as ended:
        raise Malformed(f"{name}: {ended}. Give a plain value.", code=Code.MESSAGE_MALFORMED) from None


def _plain(value: Value) -> Any:
    """Return a value as JSON can hold it."""
    match value:
        case None | bool() | str():
            return value
        case tuple():
            return [_plain(one) for one in value]
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case _:
            return text_of(value)
