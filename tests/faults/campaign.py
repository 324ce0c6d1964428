"""Play scenarios under a storm, and reckon after each: `make faults SEED=7 SECONDS=60`."""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from creditline.store.embedded import EmbeddedServer
from tests.faults.reckoning import reckon
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.stage import IMPATIENT, Stage, a_stage
from tests.faults.storm import Storm

LINES_COUNT = 16


@asynccontextmanager
async def a_campaign(folder: Path, *, seed: int, cluster: EmbeddedServer | None = None) -> AsyncIterator["Campaign"]:
    """Set a stage in a folder, with people who have lines; several scenarios may be played on it, one after another."""
    async with a_stage(folder, cluster or EmbeddedServer(folder / "cluster", settings=IMPATIENT), seed=seed) as stage:
        storm = Storm([program.url for program in stage.programs], Random(seed))  # Nothing is secret.
        await storm.open_lines(LINES_COUNT)
        yield Campaign(stage, storm)


class Campaign:
    """A stage and its storm; `met` is the trouble that the latest scenario made."""

    def __init__(self, stage: Stage, storm: Storm) -> None:
        self._stage, self._storm = stage, storm

    @property
    def met(self) -> Counter[str]:
        """The trouble that people met since the latest scenario began: codes of problems, and broken connections."""
        return self._storm.met

    async def play(self, scenario: Scenario, *, seconds: float) -> Counter[str]:
        """Let a scenario break things while the storm rages; settle and reckon; return how the new requests ended."""
        before = len(self._storm.sent)
        self._storm.met.clear()
        raging = asyncio.create_task(self._storm.rage())
        try:
            await scenario(self._stage, seconds)
        finally:
            self._storm.calm()
            await raging
        await self._storm.settle()
        async with self._stage.looking() as db:
            return await reckon(db, self._storm, since=before)


async def run(names: Sequence[str], *, seed: int, seconds: float) -> None:
    """Play the scenarios named one after another on one stage, and tell how each ended."""
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        async with a_campaign(Path(folder), seed=seed) as campaign:
            for name in names:
                ended = await campaign.play(SCENARIOS[name], seconds=seconds)
                print(f"{name}: {_said(ended)}. Met on the way: {_said(campaign.met)}.", flush=True)
    print(f"Nothing acknowledged was lost or doubled, and every law holds (seed {seed}).")


def _said(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(counted.items())) or "nothing"


def main() -> int:
    """Run the scenarios named, or all."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("names", nargs="*", choices=[*SCENARIOS, []], help="which scenarios; all without a name")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--seconds", type=float, default=60, help="how long each scenario goes on")
    asked = told.parse_args()
    asyncio.run(run(asked.names or list(SCENARIOS), seed=asked.seed, seconds=asked.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
