"""A short campaign: every scenario for a few seconds, one after another on one stage; `make faults` runs it long."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from creditline.store.embedded import EmbeddedServer
from tests.faults.campaign import Campaign, a_campaign
from tests.faults.scenarios import SCENARIOS, disk_filled
from tests.faults.stage import IMPATIENT

pytestmark = pytest.mark.slow
SECONDS = 2.5
SEED = 20
AWAY = {"database_unreachable", "outcome_unknown"}
BROKEN = {"ConnectError", "ReadError", "RemoteProtocolError"}
TROUBLE = {
    "an API server is killed": BROKEN,
    "PostgreSQL is killed": AWAY,
    "answers are lost": AWAY,
    "links are cut": AWAY,
    "everything is killed at once": BROKEN | AWAY,
    "a standby is promoted": AWAY,
    "the clock jumps": {"clock_behind"},
}
"""What people meet in each scenario, or it broke nothing. Who waits for a stopped server meets nothing but time."""

MOUNT = ("mount", "-t", "tmpfs", "-o", "size=128m,mode=0700", "small")
SMALL = {"max_wal_size": "32MB", "min_wal_size": "32MB", "shared_buffers": "16MB"}


@pytest.fixture(scope="module")
async def campaign(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campaign]:
    async with a_campaign(tmp_path_factory.mktemp("campaign"), seed=SEED) as campaign:
        yield campaign


@pytest.mark.parametrize("name", list(SCENARIOS))
async def test_nothing_acknowledged_is_lost_or_doubled_when(name: str, campaign: Campaign) -> None:
    ended = await campaign.play(SCENARIOS[name], seconds=SECONDS)
    assert ended["acknowledged"] > 5, ended
    assert name not in TROUBLE or campaign.met.keys() & TROUBLE[name], f"nothing broke: {campaign.met}"


@pytest.fixture
def small_disks(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """Two disks of their own, one for data and one for the log, which only who may mount them gets."""
    if os.geteuid() != 0:
        pytest.skip("Disks of its own need the right to mount them.")
    with ExitStack() as mounted:
        disks = {name: tmp_path / name for name in ("data", "log")}
        for disk in disks.values():
            disk.mkdir()
            if subprocess.run([*MOUNT, str(disk)], check=False).returncode:
                pytest.skip("This machine lets nobody mount a disk.")
            mounted.callback(unmount, disk)
        yield disks


def unmount(disk: Path) -> None:
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize(
    ("name", "trouble"), [("data", {"disk_full"}), ("log", {"database_unreachable", "outcome_unknown", "disk_full"})]
)
async def test_nothing_acknowledged_is_lost_when_a_disk_is_full(
    name: str, trouble: set[str], small_disks: dict[str, Path], tmp_path: Path
) -> None:
    cluster = EmbeddedServer(small_disks["data"] / "cluster", settings={**IMPATIENT, **SMALL})
    cluster.start()
    cluster.stop()
    shutil.move(cluster.data / "pg_wal", small_disks["log"] / "pg_wal")
    (cluster.data / "pg_wal").symlink_to(small_disks["log"] / "pg_wal")
    async with a_campaign(tmp_path, seed=SEED, cluster=cluster) as campaign:
        ended = await campaign.play(disk_filled(small_disks[name]), seconds=SECONDS)
    assert campaign.met.keys() & trouble, f"nothing broke: {campaign.met}"
    assert ended["acknowledged"] > 5, ended
