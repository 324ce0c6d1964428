"""A real Chromium: the machine's own, or one that npm brings and that needs nothing but a C library and no rights.

`npm ci` in tests/e2e/browser also brings axe, the rules of accessibility.
"""

import importlib.util
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = Path(__file__).with_name("browser")
UNPACKED = PACKAGES / "node_modules" / ".unpacked"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a Chromium is, with which options and environment it starts, and the source of axe."""

    path: str
    options: tuple[str, ...]
    environment: dict[str, str]
    axe: str


def a_browser() -> Browser:
    """Return a browser and build the pages; skip, saying why, where neither can be had."""
    build = _build()
    try:
        build.fetch(PACKAGES)
        subprocess.run(["make", "--silent", "pages"], cwd=ROOT, check=True)
        found = next((path for name in NAMES if (path := shutil.which(name))), None) or _unpacked(build)
    except (OSError, subprocess.CalledProcessError) as failed:
        pytest.skip(f"The pages or a browser cannot be had: {failed}. They need a registry of npm packages.")
    is_ours = found == str(UNPACKED / "chromium")
    return Browser(
        path=found,
        # Root may run no sandbox; what is shown is our own pages.
        options=("--no-sandbox", *(("--headless=shell", "--no-zygote") if is_ours else ())),
        environment={**os.environ, "LD_LIBRARY_PATH": str(UNPACKED / "lib"), "FONTCONFIG_PATH": str(UNPACKED)}
        if is_ours
        else {},
        axe=(PACKAGES / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"),
    )


def _unpacked(build: ModuleType) -> str:
    chromium = UNPACKED / "chromium"
    if not chromium.is_file():
        subprocess.run([build.node(), "unpack.mjs", str(UNPACKED)], cwd=PACKAGES, check=True)
        for name in ("al2023.tar", "fonts.tar", "swiftshader.tar"):
            with tarfile.open(UNPACKED / name) as packed:
                packed.extractall(UNPACKED, filter="data")
            (UNPACKED / name).unlink()
    return str(chromium)


def _build() -> ModuleType:
    named = importlib.util.spec_from_file_location("build_pages", ROOT / "web" / "build.py")
    assert named is not None
    assert named.loader is not None
    module = importlib.util.module_from_spec(named)
    named.loader.exec_module(module)
    return module
