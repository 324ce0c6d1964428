"""creditline: an open credit-line engine that decides, restores and explains.

The names below are the engine for programs that embed it: products, decisions, the ledger's arithmetic, the profile and
the events. Everything else may move.
"""

from creditline.clock import Clock, MovedClock, system_clock
from creditline.decision.decide import Known, Question, decide, known_of, replay
from creditline.decision.outcome import Answer, Decision, Kind, Position, Reason
from creditline.decision.product import Product, read_product
from creditline.errors import Code, CreditlineError
from creditline.events.catalogue import EVENT_TYPES
from creditline.events.event import Event
from creditline.events.frames import Facts, facts_of_frame
from creditline.explanation.explain import Explanation, explain
from creditline.ledger.line import Line
from creditline.profile.catalogue import FEATURES
from creditline.profile.kernel import profile
from creditline.restoration.plan import Plan, plan_of

__all__ = [
    "EVENT_TYPES",
    "FEATURES",
    "Answer",
    "Clock",
    "Code",
    "CreditlineError",
    "Decision",
    "Event",
    "Explanation",
    "Facts",
    "Kind",
    "Known",
    "Line",
    "MovedClock",
    "Plan",
    "Position",
    "Product",
    "Question",
    "Reason",
    "decide",
    "explain",
    "facts_of_frame",
    "known_of",
    "plan_of",
    "profile",
    "read_product",
    "replay",
    "system_clock",
]
