"""Read a DMN model with those it imports, which are read first, each once."""

from collections.abc import Mapping

from creditline.policy.markup import read_markup
from creditline.policy.standard.model import Model
from creditline.policy.standard.read import read_model


def read_with_imports(xml: bytes, *, beside: Mapping[str, bytes]) -> Model:
    """Read a model and what it imports of the documents `beside` it, which are given by namespace.

    An import that none of them answers, or that leads back to where it comes from, is among the model's problems. Raise
    `MarkupError` for what is no DMN.
    """
    return _read(xml, beside=beside, known={}, path=())


def _read(xml: bytes, *, beside: Mapping[str, bytes], known: dict[str, Model], path: tuple[str, ...]) -> Model:
    root = read_markup(xml)
    here = (*path, root.get("namespace", ""))
    wanted = [one.get("namespace", "") for one in root if one.tag.endswith("}import")]
    for name in wanted:
        if name in beside and name not in known and name not in here:
            known[name] = _read(beside[name], beside=beside, known=known, path=here)
    return read_model(xml, imported={name: known[name] for name in wanted if name in known and name not in here})
