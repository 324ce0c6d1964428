"""Doctor: look whether a database is set up as the engine needs it, changing nothing, and say what to do where it is not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from creditline.clock import DAY, Clock, last_over
from creditline.store import condition, days, notices, partitions
from creditline.store.connect import Database
from creditline.store.migrate import Migration, pending

LEAST_VERSION = 180_000
MOST_DRIFT = timedelta(seconds=2)
SPARE_LINKS = 3
"""How many links should be left for people and for the worker of another program."""


class Grade(StrEnum):
    """How a thing stands: as it should be, worth a thought, or wrong."""

    FINE = "fine"
    ADVICE = "advice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was looked at, how it stands, and in words why that matters and what to do."""

    name: str
    value: str
    grade: Grade = Grade.FINE
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A setting of the server: what it may be, what happens otherwise, and what to do with `right`, its usual value."""

    name: str
    allowed: tuple[str | range, ...]
    right: str
    otherwise: str
    remedy: str
    grade: Grade = Grade.WRONG


FOR_ALL = "Run: alter system set {name} = {right}; select pg_reload_conf();"
OF_LINKS = (
    "The engine asks for {right} when it connects: let the pooler in between pass that on, or run: "
    "alter database ... set {name} = {right};"
)

SETTINGS = (
    Wanted(name="fsync", allowed=("on",), right="on", remedy=FOR_ALL,
           otherwise="A crash of the machine can lose what was answered, or damage the book."),
    Wanted(name="full_page_writes", allowed=("on",), right="on", remedy=FOR_ALL,
           otherwise="A crash in the middle of a write can damage the book."),
    Wanted(name="synchronous_commit", allowed=("on", "remote_apply"), right="on", remedy=OF_LINKS,
           otherwise="What was answered may not be on the disk."),
    Wanted(name="data_checksums", allowed=("on",), right="on", grade=Grade.ADVICE,
           remedy="Stop the server, run pg_checksums --enable, and start it.",
           otherwise="A damaged disk is noticed late, or never."),
    Wanted(name="zero_damaged_pages", allowed=("off",), right="off", remedy=FOR_ALL,
           otherwise="Damaged pages are emptied without a word."),
    Wanted(name="ignore_checksum_failure", allowed=("off",), right="off", remedy=FOR_ALL,
           otherwise="Damaged pages are read as if they were whole."),
    Wanted(name="session_replication_role", allowed=("origin",), right="origin", remedy=FOR_ALL,
           otherwise="No guard of the tables fires."),
    Wanted(name="default_transaction_isolation", allowed=("read committed",), right="'read committed'", remedy=FOR_ALL,
           otherwise="Whoever waited for a line fails instead of seeing it as it now is."),
    Wanted(name="default_transaction_read_only", allowed=("off",), right="off",
           remedy="Connect to the primary. " + FOR_ALL, otherwise="Nothing can be recorded."),
    Wanted(name="idle_in_transaction_session_timeout", allowed=(range(1, 60_001),), right="'15s'", remedy=OF_LINKS,
           otherwise="A worker that stops inside a transaction keeps its locks."),
    Wanted(name="lock_timeout", allowed=(range(1, 60_001),), right="'10s'", remedy=OF_LINKS,
           otherwise="One stuck transaction makes everybody behind it wait for ever."),
    Wanted(name="statement_timeout", allowed=("0", range(300_000, 2**31)), right="0", remedy=FOR_ALL, grade=Grade.ADVICE,
           otherwise="Closing a day and migrations are cut off; the engine ends its other statements in time itself."),
    Wanted(name="transaction_timeout", allowed=("0", range(300_000, 2**31)), right="0", remedy=FOR_ALL, grade=Grade.ADVICE,
           otherwise="Closing a day and migrations are cut off."),
    Wanted(name="server_encoding", allowed=("UTF8",), right="UTF8", otherwise="Words cannot be kept as they were written.",
           remedy="Make a database with encoding 'UTF8' template template0, and move the book there."),
    Wanted(name="TimeZone", allowed=("UTC", "Etc/UTC"), right="'UTC'", remedy=OF_LINKS,
           otherwise="Dates in reports begin at other hours than business days."),
    Wanted(name="autovacuum", allowed=("on",), right="on", remedy=FOR_ALL,
           otherwise="Tables grow and slow down, and in the end the server stops."),
    Wanted(name="track_counts", allowed=("on",), right="on", remedy=FOR_ALL,
           otherwise="The server does not know what to clear away."),
    Wanted(name="jit", allowed=("off",), right="off", remedy=OF_LINKS, grade=Grade.ADVICE,
           otherwise="Compiling takes longer than our statements do."),
    Wanted(name="max_wal_size", allowed=(range(1024, 2**31),), right="'4GB'", remedy=FOR_ALL, grade=Grade.ADVICE,
           otherwise="Checkpoints come so often that whole pages are written again and again."),
)  # fmt: skip
"""What the server must or should be set to; numbers in the setting's own unit."""

REMEDIES = {
    "notices_overdue": (
        Grade.WRONG,
        "The law wanted them told by then. See creditline notices --overdue; name a webhook, or tell them by other means.",
    ),
    "guards_disabled": (
        Grade.WRONG,
        "A guard is switched off. Run: alter table ... enable trigger all; and then creditline verify.",
    ),
    "guards_unhung": (
        Grade.WRONG,
        "A guard was taken off its table. Put it back as in schema.sql, and then run creditline verify.",
    ),
    "constraints_unproven": (
        Grade.WRONG,
        "Nobody has held what is there against it. Run: alter table ... validate constraint ...;",
    ),
    "indexes_broken": (Grade.WRONG, "The index is passed over. Run: reindex index concurrently ...;"),
    "transactions_prepared": (
        Grade.WRONG,
        "It holds its locks until somebody ends it. Run: commit prepared ...; or rollback prepared ...;",
    ),
    "transactions_endless": (
        Grade.ADVICE,
        "Nothing that died since can be cleared away. End it there, or run: select pg_terminate_backend(...);",
    ),
    "slots_left": (
        Grade.ADVICE,
        "The server keeps its log until it is read. Start the reader, or run: select pg_drop_replication_slot(...);",
    ),
    "tables_ageing": (
        Grade.WRONG,
        "The server stops when its transaction numbers run out. Run: vacuum (freeze) ...;",
    ),
    "timers_overdue": (
        Grade.ADVICE,
        "What is due is not done. Start creditline work, or creditline serve, which has a worker beside it.",
    ),
    "days_behind": (
        Grade.ADVICE,
        "Their days ended more than a day ago. Start creditline work, or run creditline close, which says what fails.",
    ),
    "partitions_missing": (
        Grade.ADVICE,
        "Rows of that time stay in the partition for what is beyond. Start creditline work, which makes them ahead.",
    ),
}
"""How bad it is if a look finds something, and what to do."""

MOST_TOLD = 5
"""How many notices that are overdue are named; `creditline notices --overdue` lists all."""


async def examine(db: Database, clock: Clock, *, links_count: int) -> list[Found]:
    """Look at everything that is not the book itself; `links_count` is how many links this program may open."""
    async with db.reading() as connection:
        server = await condition.server(connection)
        found = [_version(server), _drift(server, clock), _links(server, links_count)]
        values = await condition.settings(connection, [one.name for one in SETTINGS])
        found += [_setting(one, *values[one.name]) for one in SETTINGS if one.name in values]
        if not server.is_ours:
            words = "The database has no tables of creditline yet: the first other command makes them."
            return [*found, Found(name="tables", value="none", grade=Grade.ADVICE, words=words)]
        waiting = await pending(connection, where=db.where)
        found.append(_migrations(waiting))
        subjects = {look: await condition.look(connection, look) for look in condition.LOOKS}
        subjects["timers_overdue"] = await condition.overdue(connection, as_of=clock())
        subjects["partitions_missing"] = await partitions.missing(connection, as_of=clock())
        if not waiting:
            behind, first_on = await days.not_closed(connection, through=last_over(clock()) - DAY)
            subjects["days_behind"] = [f"{behind} lines, the first from {first_on} on"] if behind else []
            late = await notices.still_open(connection, due_by=clock(), most=MOST_TOLD)
            subjects["notices_overdue"] = [f"{one.notice.act}, due {one.notice.due_at:%Y-%m-%d}" for one in late]
        found += [_of_subjects(look, those) for look, those in subjects.items()]
    return found


def _setting(wanted: Wanted, value: str, unit: str) -> Found:
    """Return how a setting stands."""
    told = f"{value} {unit}".strip()
    if any(int(value) in one if isinstance(one, range) else value == one for one in wanted.allowed):
        return Found(name=wanted.name, value=told)
    words = f"{wanted.otherwise} {wanted.remedy.format(name=wanted.name, right=wanted.right)}"
    return Found(name=wanted.name, value=told, grade=wanted.grade, words=words)


def _of_subjects(look: str, subjects: Collection[str]) -> Found:
    """Return how something stands that should not be there at all."""
    if not subjects:
        return Found(name=look, value="none")
    grade, words = REMEDIES[look]
    return Found(name=look, value="; ".join(subjects), grade=grade, words=words)


def _version(server: condition.Server) -> Found:
    if server.version_number >= LEAST_VERSION:
        return Found(name="postgresql", value=server.version)
    least = LEAST_VERSION // 10_000
    words = f"The engine needs PostgreSQL {least} or later: upgrade the server, or name another in CREDITLINE_DSN."
    return Found(name="postgresql", value=server.version, grade=Grade.WRONG, words=words)


def _drift(server: condition.Server, clock: Clock) -> Found:
    drift = abs(server.clock_at - clock())
    value = f"{drift.total_seconds():.3f} s"
    if drift <= MOST_DRIFT:
        return Found(name="clock drift", value=value)
    words = "The clocks of this machine and the database are apart: let both follow a time server (chrony, ntpd)."
    return Found(name="clock drift", value=value, grade=Grade.WRONG, words=words)


def _links(server: condition.Server, wanted_count: int) -> Found:
    value = f"{wanted_count} of {server.links_count}"
    if wanted_count + SPARE_LINKS <= server.links_count:
        return Found(name="links", value=value)
    words = (
        f"This program opens up to {wanted_count} links, and the server gives {server.links_count}: set CREDITLINE_POOL "
        "lower, or max_connections higher and restart the server."
    )
    return Found(name="links", value=value, grade=Grade.ADVICE, words=words)


def _migrations(due: Collection[Migration]) -> Found:
    if not due:
        return Found(name="migrations", value="up to date")
    words = "The tables are older than this program: back the book up; any other command then brings them up to date."
    return Found(name="migrations", value=", ".join(one.name for one in due), grade=Grade.ADVICE, words=words)
