"""Read XML that a stranger may have written: bounded in bytes, depth, elements and attributes, and without entities."""

from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

MOST_BYTES = 16 * 2**20
MOST_DEPTH = 100
MOST_ELEMENTS = 400_000
MOST_ATTRIBUTES = 60


class MarkupError(ValueError):
    """XML that is damaged or goes past a bound: the message says which, `line` and `column` (from 1) where, if known."""

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class _Bounded(TreeBuilder):
    """Builds a tree and refuses to build a monstrous one."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.elements = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self.depth += 1
        self.elements += 1
        if self.depth > MOST_DEPTH:
            raise MarkupError(f"its elements are nested deeper than {MOST_DEPTH}")
        if self.elements > MOST_ELEMENTS:
            raise MarkupError(f"it has more than {MOST_ELEMENTS} elements")
        if len(attrs) > MOST_ATTRIBUTES:
            raise MarkupError(f"an element has {len(attrs)} attributes, at most {MOST_ATTRIBUTES}")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)


def read_markup(xml: bytes) -> Element:
    """Return the root of a document; raise `MarkupError`."""
    if len(xml) > MOST_BYTES:
        _refuse(f"it has {len(xml)} bytes, at most {MOST_BYTES}")
    parser = XMLParser(target=_Bounded())
    try:
        parser.feed(xml)
        root: Element = parser.close()
    except ParseError as wrong:
        line, column = wrong.position
        raise MarkupError(f"this is no well-formed XML ({wrong})", line=line, column=column + 1) from wrong
    except DefusedXmlException as wrong:
        raise MarkupError("it declares entities or refers to other files, which a policy must not") from wrong
    except (LookupError, ValueError) as wrong:
        if isinstance(wrong, MarkupError):
            raise
        raise MarkupError(f"its encoding is not known ({wrong})") from wrong
    return root


def _refuse(what: str) -> NoReturn:
    raise MarkupError(what)
