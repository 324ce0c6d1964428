"""Commands about notices: the letter of an act, what is due, what was sent, and sending it again."""

import base64
import secrets
import sys
from typing import Annotated

import typer

from creditline.edge.commands.output import FOUND_STATUS, Json, note, show, uuid, with_engine
from creditline.edge.engine import Engine
from creditline.edge.settings import read_settings
from creditline.errors import Code, Malformed
from creditline.flows.delivery import deliver_once, open_outlet, resend, resend_given_up
from creditline.flows.notices import letter_of, notice_counts, open_notices, told_by_hand, tries_of
from creditline.store.notices import Standing, Try

NOTICES = typer.Typer(
    help="Notices of unfavourable acts: what is due, and what became of it.", invoke_without_command=True
)
MOST = 1000

Act = Annotated[str, typer.Argument(help="The id of the decision or request that did it.")]


def letter(
    decision: Act,
    language: Annotated[str, typer.Option("--lang", "--language", help="en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """Print the letter that tells an unfavourable act: what, why, when, what to do, and the right to a person."""
    act = uuid(decision, what="decision")

    async def use(engine: Engine) -> None:
        standing, found = await letter_of(engine.db, engine.house, act, language=language)
        if as_json:
            show({"notice": standing, "letter": found, "text": found.text}, as_json=True)
            return
        sys.stdout.write(found.text)

    with_engine(use)


@NOTICES.callback()
def notices(
    context: typer.Context,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only what should have been told by now; exit 3 if any.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List what is due and not told, the soonest first."""
    if context.invoked_subcommand is not None:
        return

    async def use(engine: Engine) -> bool:
        found = await open_notices(engine.db, engine.clock, is_overdue=overdue, most=MOST)
        now = engine.clock()
        rows = [(one.notice.due_at, "OVERDUE" if one.is_overdue(now) else "", *_told(one)[1:]) for one in found]
        head = ("due at", "", "notice", "trigger", "scope", "borrower", "acted at", "ground")
        show([one.notice for one in found], as_json=as_json, rows=rows, head=head)
        return bool(found)

    if with_engine(use) and overdue:
        raise typer.Exit(FOUND_STATUS)


@NOTICES.command()
def count(as_json: Json = False) -> None:
    """Count notices by trigger and scope: told in time, late, waiting, overdue, and what no law wants told."""

    async def use(engine: Engine) -> None:
        found = await notice_counts(engine.db, engine.clock)
        names = ("made", "in_time", "late", "waiting", "overdue", "not_wanted")
        rows = [(one.trigger, one.scope, *(getattr(one, f"{name}_count") for name in names)) for one in found]
        head = ("trigger", "scope", *(name.replace("_", " ") for name in names))
        show(found, as_json=as_json, rows=rows, head=head, right=range(2, 8))

    with_engine(use)


@NOTICES.command()
def tries(notice: Act, as_json: Json = False) -> None:
    """Say how often a notice was sent, and what was answered."""
    act = uuid(notice, what="notice")

    async def use(engine: Engine) -> None:
        standing, found = await tries_of(engine.db, act)
        rows = [(one.tried_at, one.outlet, one.answer, one.status or "", one.words) for one in found]
        show(
            {"notice": standing, "tries": found},
            as_json=as_json,
            rows=rows,
            head=("tried at", "outlet", "answer", "status", "words"),
        )

    with_engine(use)


@NOTICES.command("resend")
def resend_(
    notice: Annotated[list[str] | None, typer.Argument(help="Ids; without any, all that was given up.")] = None,
    as_json: Json = False,
) -> None:
    """Send notices again to every outlet, under the same message ids; a receiver that has them drops them."""
    acts = [uuid(one, what="notice") for one in notice or ()]

    async def use(engine: Engine) -> None:
        if acts:
            sent = [one.notice.act for one in await resend(engine.db, engine.clock, acts)]
        else:
            sent = await resend_given_up(engine.db, engine.clock, most=MOST)
        show(sent, as_json=as_json, rows=[(one,) for one in sent], head=("sent again",))

    with_engine(use)


@NOTICES.command()
def send(as_json: Json = False) -> None:
    """Send what is due now to the webhook that CREDITLINE_WEBHOOK_URL names, until nothing is; exit 3 if some was not taken."""
    from creditline.edge.webhook import OUTLET, read_webhook, sender  # noqa: PLC0415  # It loads TLS.

    settings = read_settings()
    if settings.webhook is None:
        raise Malformed(
            "No webhook is named. Set CREDITLINE_WEBHOOK_URL and CREDITLINE_WEBHOOK_SECRET.",
            code=Code.CONFIGURATION_INVALID,
        )
    hook = read_webhook(settings.webhook, secrets=settings.webhook_secrets)

    async def use(engine: Engine) -> bool:
        await open_outlet(engine.db, engine.clock, outlet=OUTLET)
        done: list[Try] = []
        while batch := await deliver_once(
            engine.db, engine.clock, engine.house, outlet=OUTLET, send=sender(hook, engine.clock)
        ):
            done += batch
        rows = [(one.notice, one.answer, one.status or "", one.words) for one in done]
        show(done, as_json=as_json, rows=rows, head=("notice", "answer", "status", "words"))
        return all(one.answer == "delivered" for one in done)

    if not with_engine(use):
        raise typer.Exit(FOUND_STATUS)


@NOTICES.command()
def secret() -> None:
    """Make a secret for CREDITLINE_WEBHOOK_SECRET; give the same one to the receiver."""
    sys.stdout.write(f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}\n")


@NOTICES.command()
def told(
    notice: Act,
    way: Annotated[str, typer.Option(help="How, as post or phone.")],
    by: Annotated[str, typer.Option("--by", help="Who told it.")],
    as_json: Json = False,
) -> None:
    """Record that a notice was told by another way than an outlet; the first time counts."""
    act = uuid(notice, what="notice")

    async def use(engine: Engine) -> None:
        found = await told_by_hand(engine.db, engine.clock, act=act, teller=by, way=way)
        rows = [("told at", found.told_at), ("way", found.way), ("by", found.teller)]
        show(found, as_json=as_json, rows=rows)
        if found.way != way or found.teller != by:
            note("It was told before; the first time counts.")

    with_engine(use)


def _told(one: Standing) -> tuple[object, ...]:
    notice = one.notice
    return (notice.due_at, notice.act, notice.trigger, notice.scope, notice.borrower, notice.acted_at, notice.ground)


COMMANDS = (letter,)
