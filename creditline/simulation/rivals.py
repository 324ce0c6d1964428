"""What a policy is compared with: the same product with one other rule for everything that is repaid."""

from dataclasses import replace
from hashlib import sha256

from creditline.decision.product import Product
from creditline.errors import Code, PolicyInvalid
from creditline.policy.compiled import compile_policy
from creditline.policy.feel import Cell, Constant
from creditline.policy.table import DecisionTable, LiteralExpression, Output, Policy, Rule
from creditline.restoration.behaviour import FILE

ALWAYS = "always"
"""A condition that holds whatever happens."""

HELD_DAYS = 30


def at_once(product: Product) -> Product:
    """Return a product that brings everything back at once."""
    return _with_rule(product, {"answer": "at_once", "share_ppm": 1_000_000, "tranches_count": 0, "interval_days": 0})


def held(product: Product, *, days: int = HELD_DAYS) -> Product:
    """Return a product that holds everything back for some days, whoever repaid it, and then brings it back."""
    return _with_rule(product, {"answer": "observed", "share_ppm": 0, "tranches_count": 1, "interval_days": days})


def _with_rule(product: Product, outputs: dict[str, str | int]) -> Product:
    """Return a product whose restoration table has one rule, for everybody."""
    table = product.policy.decision("restoration")
    given = {**outputs, "condition": ALWAYS}
    if not isinstance(table, DecisionTable) or {one.name for one in table.outputs} != set(given):
        raise PolicyInvalid(
            f"Product {product.name} has no restoration table with the outputs {', '.join(given)}, so nothing simple can "
            "be put in its place.",
            code=Code.POLICY_INVALID,
        )
    anything = Cell(tests=(), is_negated=False, text="-")
    told = tuple(_constant(given[one.name]) for one in table.outputs)
    # The names of conditions that an output lists do not hold the one that always does.
    widened = tuple(Output(name=one.name, kind=one.kind) for one in table.outputs)
    alone = DecisionTable(
        name=table.name,
        hit_policy=table.hit_policy,
        columns=table.columns,
        outputs=widened,
        rules=(Rule(cells=(anything,) * len(table.columns), outputs=told),),
    )
    always = LiteralExpression(name=ALWAYS, kind="boolean", expression=Constant(kind="boolean", text="true"))
    decisions = tuple(alone if one is table else one for one in product.policy.decisions if one.name != ALWAYS)
    policy = Policy(name=product.policy.name, inputs=product.policy.inputs, decisions=(*decisions, always))
    return replace(
        product,
        policy=policy,
        compiled=compile_policy(policy, frozenset(one.name for one in product.parameters.all)),
        conditions=(*product.conditions, ALWAYS),
        # Where a date holds whatever happens there is nothing to advise.
        files={name: file for name, file in product.files.items() if name != FILE},
        edition=sha256(f"{product.edition}/{policy.sha256}".encode()).hexdigest(),
    )


def _constant(value: str | int) -> Constant:
    return Constant(kind="string" if isinstance(value, str) else "number", text=str(value))
