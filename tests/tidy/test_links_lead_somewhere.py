"""A link in our pages leads to a file that is there, and to a heading that it has."""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^\s*\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]*`")
OUTSIDE = re.compile(r"^[a-z][a-z0-9+.-]*:")


def links_of(page: str) -> list[str]:
    """Return the targets of every link and picture of a page, code left out."""
    prose = INLINE_CODE.sub("``", FENCED.sub("", page))
    return [inline or reference for inline, reference in LINK.findall(prose)]


def anchors_of(page: str) -> set[str]:
    """Return the anchors that a page's headings get: small letters, hyphens for spaces, a number for a repeated one."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", FENCED.sub("", page), re.MULTILINE):
        said = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        anchor = re.sub(r"[^\w\- ]", "", said.lower()).replace(" ", "-")
        repeated = [anchor, *(f"{anchor}-{number}" for number in range(1, 100))]
        found.add(next(name for name in repeated if name not in found))
    return found | set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", page))


def broken_links(path: str, *, pages: Mapping[str, str], root: Path) -> list[str]:
    """Return the links of a page that lead nowhere in this tree. What lies outside it is not asked for."""
    wrong = []
    for target in links_of(pages[path]):
        if OUTSIDE.match(target):
            continue
        place, _, anchor = target.partition("#")
        where = posixpath.normpath(posixpath.join(posixpath.dirname(path), place)) if place else path
        if where not in pages and (where.startswith("..") or not (root / where).exists()):
            wrong.append(f"{path}: {target} is not there")
        elif anchor and where in pages and anchor not in anchors_of(pages[where]):
            wrong.append(f"{path}: {where} has no heading #{anchor}")
    return wrong


def test_every_link_leads_somewhere(texts: Mapping[str, str], root: Path) -> None:
    pages = {path: text for path, text in texts.items() if path.endswith(".md")}
    wrong = [line for path in pages for line in broken_links(path, pages=pages, root=root)]
    assert not wrong, "\n".join(wrong)


def test_broken_links_are_seen(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "map.md").touch()
    page = "# A loop\n[a](docs/map.md) [b](docs/map.md#the-line) [c](#a-loop) [d](gone.md) [e](#gone) [f](../out.md)\n"
    pages = {"README.md": page, "docs/map.md": "## The `line`\n"}
    assert broken_links("README.md", pages=pages, root=tmp_path) == [
        "README.md: gone.md is not there",
        "README.md: README.md has no heading #gone",
        "README.md: ../out.md is not there",
    ]


def test_code_and_the_world_outside_are_no_links_of_ours(tmp_path: Path) -> None:
    page = "`[a](b.md)` and [c](https://example.org/d)\n\n```\n[e](f.md)\n```\n"
    assert broken_links("README.md", pages={"README.md": page}, root=tmp_path) == []


def test_repeated_headings_and_marks_make_the_anchors_people_use() -> None:
    assert anchors_of("# Money, split\n## Why?\n## Why?\n```\n# no\n```\n") == {"money-split", "why", "why-1"}
