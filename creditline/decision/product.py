"""A product: a folder of data read into one value, and its edition, the sha256 that decisions name."""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from creditline.decision.consent import Consents, read_consents
from creditline.decision.jurisdiction import Jurisdiction, read_jurisdiction
from creditline.decision.lending import Lending, read_lending
from creditline.decision.losing import Losing, read_losing
from creditline.errors import Code, PolicyInvalid
from creditline.policy.compiled import CompiledPolicy, compile_policy
from creditline.policy.dmn import read_policy
from creditline.policy.parameters import Parameters, read_parameters
from creditline.policy.strategy import STRATEGY_FILE, Strategy
from creditline.policy.table import DecisionTable, LiteralExpression, Policy, decision_names, names_read
from creditline.policy.text import require_text
from creditline.profile.catalogue import FEATURES, catalogue_version
from creditline.score.boosted import Booster, read_booster
from creditline.score.scorecard import Scorecard, read_scorecard

CATALOGUE_FILE = "catalogue.json"
SUFFIXES = (".toml", ".dmn", ".json")
"""What a file of an edition ends with."""

NO_PART = "examples.toml"
"""What lies in a product's folder and is no part of an edition."""

FILE_NAME = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*", re.ASCII)
"""A path inside a folder: letters, digits and -_. only, and no part begins with a dot."""

MOST_NAME_LETTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Terms, rules, numbers, scorecards and words of one product, as read from its folder.

    `files` maps each path inside the folder to its bytes; `edition` is the sha256 over all of them. `features` names
    the profile's columns in order, `catalogue` is the version of their definitions, `reads` those that a table reads and where,
    `conditions` the expressions a promise may depend on, `estimates` those whose dates are no more than estimates;
    `releases_early` says whether what is learned may bring back a promised part before its day; `strategy` are its arms, if
    there are any; `losing` is None where nothing is said of losses. `pd_card` is the card that prices and grades,
    `release_card` the one that restoration goes by. `law` is the pack of its jurisdiction, None where the edition is older
    than these; `consents` say which sources are read only once a borrower lets us.
    """

    name: str
    currencies: tuple[str, ...]
    languages: tuple[str, ...]
    reservation_for: timedelta
    lending: Lending
    losing: Losing | None
    unused_for: timedelta | None
    files: Mapping[str, bytes]
    edition: str
    features: tuple[str, ...]
    catalogue: str
    reads: tuple[tuple[str, int], ...]
    conditions: tuple[str, ...]
    estimates: tuple[str, ...]
    releases_early: bool
    policy: Policy
    compiled: CompiledPolicy
    parameters: Parameters
    strategy: Strategy | None
    pd_card: Scorecard | Booster
    release_card: Scorecard
    law: Jurisdiction | None
    consents: Consents

    def words(self, language: str) -> str:
        """Return the text of the words file of a language; raise `PolicyInvalid` if the product does not speak it."""
        if language not in self.languages:
            raise PolicyInvalid(
                f"Product {self.name} has no words in {language!r}. It speaks {', '.join(self.languages)}.",
                code=Code.PRODUCT_UNKNOWN,
            )
        return self.files[f"words.{language}.toml"].decode()


def with_catalogue(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Add to a product's files the feature catalogue of this program, so that an edition says what its columns mean."""
    names = {"version": catalogue_version(FEATURES), "features": [feature.name for feature in FEATURES]}
    return {**files, CATALOGUE_FILE: json.dumps(names, indent=1).encode()}


def read_product(files: Mapping[str, bytes]) -> Product:
    """Read a product from the bytes of its folder's files; raise `PolicyInvalid` naming the file that is wrong."""
    require_text(files)
    settings = _settings(files)
    policy = read_policy(_need(files, "policy.dmn"), source="policy.dmn")
    numbers = {name: text.decode() for name, text in files.items() if name.startswith("parameters/")}
    parameters = read_parameters(numbers)
    languages = tuple(settings["languages"])
    for language in languages:
        _need(files, f"words.{language}.toml")
    card = settings["score"]["pd"]
    catalogue = json.loads(_need(files, CATALOGUE_FILE))
    features = tuple(catalogue["features"])
    strategy = _strategy(files, policy, features, parameters)
    return Product(
        name=settings["name"],
        currencies=tuple(settings["currencies"]),
        languages=languages,
        reservation_for=timedelta(minutes=settings["reservation_minutes"]),
        lending=read_lending(settings.get("loan")),
        losing=read_losing(settings.get("loss")),
        unused_for=timedelta(days=settings["unused_days"]) if "unused_days" in settings else None,
        files=dict(sorted(files.items())),
        edition=edition_of(files),
        features=features,
        catalogue=catalogue["version"],
        reads=_reads((policy, strategy.segments.policy) if strategy else (policy,), features),
        conditions=tuple(one.name for one in policy.decisions if is_condition(one)),
        estimates=tuple(settings.get("promises", {}).get("estimates", ())),
        releases_early=settings.get("promises", {}).get("early") is True,
        policy=policy,
        compiled=compile_policy(policy, frozenset(one.name for one in parameters.all)),
        parameters=parameters,
        strategy=strategy,
        pd_card=read_booster(_need(files, "booster.json"))
        if card == "booster"
        else read_scorecard(_need(files, f"{card}.json")),
        release_card=read_scorecard(_need(files, "release.json")),
        law=read_jurisdiction(files, languages),
        consents=read_consents(settings, files),
    )


def require_named(files: Mapping[str, bytes]) -> None:
    """Raise `PolicyInvalid` for a file that an export would write elsewhere than in its folder, or an import leave out."""
    for name in files:
        is_inside = len(name) <= MOST_NAME_LETTERS and FILE_NAME.fullmatch(name)
        if not is_inside or not name.endswith(SUFFIXES) or name.rpartition("/")[2] == NO_PART:
            raise PolicyInvalid(
                f"{name[:MOST_NAME_LETTERS]!r} is no file of an edition. Name files by letters, digits and -_. inside the "
                f"folder, ending in {', '.join(SUFFIXES)}, and leave {NO_PART} out.",
                code=Code.POLICY_INVALID,
            )


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return one canonical body holding a product's files, for the store."""
    return json.dumps({name: body.decode() for name, body in sorted(files.items())}, ensure_ascii=False).encode()


def unpack(body: bytes) -> dict[str, bytes]:
    """Return the files of a packed product: the inverse of `pack`."""
    return {name: text.encode() for name, text in json.loads(body).items()}


def _reads(policies: Sequence[Policy], features: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return the features that any table or segment reads, each with its place in the catalogue."""
    read = frozenset[str]().union(*(names_read(one, decision) for one in policies for decision in decision_names(one)))
    return tuple((name, place) for place, name in enumerate(features) if name in read)


def _strategy(
    files: Mapping[str, bytes], policy: Policy, features: tuple[str, ...], parameters: Parameters
) -> Strategy | None:
    if STRATEGY_FILE not in files:
        return None
    from creditline.policy.strategy_file import read_strategy  # noqa: PLC0415  # Few have one, and its columns take time to load.

    return read_strategy(files, policy=policy, features=features, parameters=parameters)


def is_condition(decision: DecisionTable | LiteralExpression) -> bool:
    """Say whether a decision can be the condition of a promise: an expression that is true or false."""
    return isinstance(decision, LiteralExpression) and decision.kind == "boolean"


def _need(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise PolicyInvalid(
            f"The product folder has no {name}. It has {', '.join(sorted(files)) or 'nothing'}; add the missing file.",
            code=Code.POLICY_INVALID,
        )
    return files[name]


def _settings(files: Mapping[str, bytes]) -> Mapping[str, Any]:
    """Return product.toml; raise `PolicyInvalid` naming what it lacks."""
    settings = tomllib.loads(_need(files, "product.toml").decode())
    lacks = [
        name for name in ("name", "currencies", "languages", "reservation_minutes", "score") if name not in settings
    ]
    if lacks or "pd" not in settings["score"]:
        raise PolicyInvalid(
            f"product.toml lacks {', '.join(lacks) or 'pd in [score]'}. Write it as in a product that is shipped.",
            code=Code.POLICY_INVALID,
        )
    return settings


def edition_of(files: Mapping[str, bytes]) -> str:
    """Return the identity of a product's content: a file renamed, added or changed by one byte gives another."""
    return hashlib.sha256(pack(files)).hexdigest()
