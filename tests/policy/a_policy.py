"""A product's policy as tests read it, and small ones made of a few lines."""

from importlib.resources import files

from creditline.policy.dmn import read_policy
from creditline.policy.table import Policy

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def policy_file(product: str = "consumer_revolving") -> bytes:
    return (files("creditline") / "products" / product / "policy.dmn").read_bytes()


def small(hit_policy: str, rules: list[tuple[str, str]], *, aggregation: str = "", allowed: str = "") -> Policy:
    """Return a policy of one table `t` over the number `x`: each rule is a cell and an output."""
    rows = "".join(
        f"<rule><inputEntry><text>{cell.replace('<', '&lt;')}</text></inputEntry>"
        f"<outputEntry><text>{output.replace('<', '&lt;')}</text></outputEntry></rule>"
        for cell, output in rules
    )
    kind = "string" if allowed else "number"
    values = f"<outputValues><text>{allowed}</text></outputValues>" if allowed else ""
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    text = (
        f'<definitions xmlns="{NAMESPACE}" name="small">'
        '<inputData name="x"><variable name="x" typeRef="number"/></inputData>'
        '<inputData name="p"><variable name="p" typeRef="number"/></inputData>'
        f'<decision name="t"><decisionTable hitPolicy="{hit_policy}"{extra}>'
        '<input label="x"><inputExpression typeRef="number"><text>x</text></inputExpression></input>'
        f'<output name="out" typeRef="{kind}">{values}</output>{rows}</decisionTable></decision></definitions>'
    )
    return read_policy(text.encode(), source="small.dmn")
