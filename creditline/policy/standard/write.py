"""Write a DMN document of any version as DMN 1.3, its expressions as they stand."""

from collections.abc import Mapping
from typing import cast
from xml.etree.ElementTree import Element, tostring

from creditline.policy.markup import MarkupError, read_markup
from creditline.policy.standard.read import VERSIONS

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
FEEL = "https://www.omg.org/spec/DMN/20191111/FEEL/"
DIAGRAM = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
LATER: Mapping[str, str] = {
    "conditional": "1.4",
    "filter": "1.4",
    "for": "1.4",
    "some": "1.4",
    "every": "1.4",
    "typeConstraint": "1.5",
}
"""What came after 1.3, and when."""

LANGUAGES = ("expressionLanguage", "typeLanguage", "importType")


def as_1_3(xml: bytes) -> bytes:
    """Return a document as DMN 1.3; raise `MarkupError` for what is no DMN, or says what 1.3 has no element for."""
    root = read_markup(xml)
    space, _, tag = root.tag[1:].partition("}")
    if tag != "definitions" or space not in VERSIONS:
        raise MarkupError(f"its root is {root.tag}, not the definitions of DMN")
    for element in root.iter():
        own, _, name = element.tag[1:].partition("}")
        if own == space:
            _rewrite(element, name)
        elif own.endswith("/DMNDI/"):
            element.tag = f"{{{DIAGRAM}}}{name}"
    root.set("xmlns", MODEL)
    return cast("bytes", tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _rewrite(element: Element, name: str) -> None:
    """Name an element, the types it refers to and the languages it tells as 1.3 does."""
    if name in LATER:
        raise MarkupError(f"it has a boxed {name!r}, of DMN {LATER[name]}: write it as FEEL to have it in 1.3")
    element.tag = name
    if "typeRef" in element.attrib:
        element.set("typeRef", _plain_type(element.get("typeRef", "")))
    if name == "typeRef":
        element.text = _plain_type(element.text or "")
    for language in LANGUAGES:
        told = element.get(language, "")
        if told in VERSIONS:
            element.set(language, MODEL)
        elif "/DMN/" in told and told.rstrip("/").upper().endswith("FEEL"):
            element.set(language, FEEL)


def _plain_type(name: str) -> str:
    """Return a type of FEEL without the prefix that 1.1 had for it."""
    return name.strip().removeprefix("feel:")
