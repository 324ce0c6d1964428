"""DMN models as tests write them: a few lines around what is to be tried."""

from creditline.policy.standard.graph import answer
from creditline.policy.standard.model import Model
from creditline.policy.standard.read import read_model
from creditline.policy.standard.values import Value

DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"
ON_X = '<informationRequirement><requiredInput href="#x"/></informationRequirement>'


def xml(body: str, *, space: str = DMN, namespace: str = "n") -> bytes:
    """Return a model of some elements and the input `x`, a number."""
    head = f'<definitions xmlns="{space}" namespace="{namespace}" name="m">'
    return f'{head}<inputData id="x" name="x"><variable name="x" typeRef="number"/></inputData>{body}</definitions>'.encode()


def literal(text: str) -> str:
    """Return a literal expression."""
    return f"<literalExpression><text>{text.replace('&', '&amp;').replace('<', '&lt;')}</text></literalExpression>"


def decision(inner: str, *, name: str = "d", requires: str = ON_X, kind: str = "") -> str:
    """Return a decision of x."""
    type_ref = f' typeRef="{kind}"' if kind else ""
    return f'<decision id="{name}" name="{name}"><variable name="{name}"{type_ref}/>{requires}{inner}</decision>'


def model(body: str) -> Model:
    """Return a model that has no mistakes."""
    read = read_model(xml(body))
    assert read.problems == ()
    return read


def decided(body: str, x: Value = None, *, name: str = "d") -> Value:
    """Return what the decision d answers for an x."""
    return answer(model(body), name, {"x": x}).value


def table(
    hit_policy: str, rules: list[tuple[str, str]], *, extra: str = "", outputs: str = '<output name="o"/>'
) -> str:
    """Return a decision table of x: each rule is a cell and its outputs, apart by `|`."""
    rows = "".join(
        f"<rule><inputEntry><text>{cell.replace('<', '&lt;')}</text></inputEntry>"
        + "".join(f"<outputEntry><text>{one}</text></outputEntry>" for one in given.split("|"))
        + "</rule>"
        for cell, given in rules
    )
    return (
        f'<decisionTable hitPolicy="{hit_policy}" {extra}><input label="x"><inputExpression><text>x</text></inputExpression>'
        f"</input>{outputs}{rows}</decisionTable>"
    )
