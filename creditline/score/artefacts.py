"""The three artefacts of a product, side by side in its folder: scorecard, booster and release card."""

from dataclasses import dataclass
from pathlib import Path

from creditline.errors import Code, NotFound
from creditline.score.boosted import Booster, read_booster, write_booster
from creditline.score.scorecard import Scorecard, read_scorecard, write_scorecard

SCORECARD_FILE = "scorecard.json"
BOOSTER_FILE = "booster.json"
RELEASE_FILE = "release.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """What was fitted together on the same lines."""

    scorecard: Scorecard
    booster: Booster
    release: Scorecard


def read_artefacts(folder: Path) -> Artefacts:
    """Read a folder's artefacts; raise `NotFound` for a missing file, `PolicyInvalid` for a changed or broken one."""
    return Artefacts(
        scorecard=read_scorecard(_bytes_of(folder / SCORECARD_FILE)),
        booster=read_booster(_bytes_of(folder / BOOSTER_FILE)),
        release=read_scorecard(_bytes_of(folder / RELEASE_FILE)),
    )


def write_artefacts(artefacts: Artefacts, folder: Path) -> None:
    """Write the three files into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCORECARD_FILE).write_bytes(write_scorecard(artefacts.scorecard))
    (folder / BOOSTER_FILE).write_bytes(write_booster(artefacts.booster))
    (folder / RELEASE_FILE).write_bytes(write_scorecard(artefacts.release))


def _bytes_of(path: Path) -> bytes:
    """Return a file's bytes; raise `NotFound` naming it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(
            f"The file {path.name} cannot be read in {path.parent} ({error.strerror}). "
            "Name a folder with scorecard.json, booster.json and release.json, or fit them: `creditline score fit`.",
            code=Code.DATA_MISSING,
        ) from error
