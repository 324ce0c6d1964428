"""Load what is known of borrowers, each as of their own instant, from the facts one snapshot shows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np

from creditline.clock import to_us
from creditline.decision.decide import Known, known_of
from creditline.decision.known import in_order_of
from creditline.decision.outcome import Decision
from creditline.decision.product import Product
from creditline.profile.catalogue import FEATURES
from creditline.profile.consent import unread_of
from creditline.profile.coverage import SOURCES
from creditline.profile.feature import Source
from creditline.profile.kernel import profile_and_sources
from creditline.store import facts
from creditline.store.connect import Connection


async def unread_then(db: Connection, product: Product, decision: Decision, *, seen: str) -> tuple[Source, ...]:
    """Return the sources that a decision did not read for want of consent, by the facts it saw."""
    visible = await facts.facts(db, [decision.borrower], seen=seen, own=[decision.id])
    as_of_us = np.array([to_us(decision.as_of)])
    (unread,) = unread_of(visible, as_of_us=as_of_us, asked=product.consents.asked)
    return tuple(source for source, is_unread in zip(SOURCES, unread, strict=True) if is_unread)


async def known(
    db: Connection, asked: Sequence[tuple[str, datetime, Product]], *, seen: str, own: Sequence[UUID] = ()
) -> list[Known]:
    """Return what is known of each (borrower, as of, product): features, coverage and scores.

    `seen` is the snapshot whose facts count. `own` is empty, or has per asker the event it has just recorded itself, which
    counts for it alone: what shares its batch by chance must not change an answer.
    """
    if not asked:
        return []
    visible = await facts.facts(db, [borrower for borrower, _, _ in asked], seen=seen, own=own)
    as_of_us = np.array([to_us(as_of) for _, as_of, _ in asked], dtype=np.int64)
    to_be_asked = np.array([product.consents.asked for _, _, product in asked])
    features, is_known = profile_and_sources(visible, FEATURES, as_of_us=as_of_us, asked=to_be_asked)
    sources = is_known.sum(axis=1).tolist()
    found: dict[int, Known] = {}
    for product in {id(product): product for _, _, product in asked}.values():
        places = [place for place, (_, _, own_product) in enumerate(asked) if own_product is product]
        columns = in_order_of(product, features[places])
        own_sources = [sources[place] for place in places]
        found.update(zip(places, known_of(product, columns, own_sources), strict=True))
    return [found[place] for place in range(len(asked))]
