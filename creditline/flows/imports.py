"""Bring rules in as a draft: a whole edition that was exported, byte for byte, or a DMN file in the place of a policy."""

import asyncio
import hashlib
from collections.abc import Mapping

from creditline.clock import Clock
from creditline.decision.product import read_product
from creditline.errors import Code, Malformed
from creditline.flows.derived import detail_of, origin_of
from creditline.flows.govern import Done, Order, publish_draft, require_said
from creditline.policy.life import SHOWN_DIGITS, shown
from creditline.store.connect import Database


async def import_edition(
    db: Database, clock: Clock, *, order: Order, files: Mapping[str, bytes], expected: str = ""
) -> Done:
    """Keep an exported edition as a draft, exactly as it is; `expected` is the beginning of the hash that it must have.

    Raise `Malformed` if it has another one, and whatever `publish_draft` raises.
    """
    require_said(order)
    product = await asyncio.to_thread(read_product, files)
    if not product.edition.startswith(expected.lower()):
        raise Malformed(
            f"These files are edition {shown(product.edition)}, and {expected[:SHOWN_DIGITS]} was expected: something was "
            "changed or lost on the way. Export it again, or import it as what it is.",
            code=Code.MESSAGE_MALFORMED,
        )
    return await publish_draft(db, clock, order=order, files=files, origin="import of an edition")


async def import_policy(db: Database, clock: Clock, *, order: Order, policy: bytes) -> tuple[Done, dict[str, bytes]]:
    """Keep the edition in force, or the one that is named, with a DMN file in the place of its rules as a draft.

    Return what was done, and the files of the draft. Whatever tool wrote the file: it has to pass every check of the product,
    or `PolicyInvalid` says what does not.
    """
    require_said(order)
    words = f"import of a policy with sha256 {hashlib.sha256(policy).hexdigest()}"
    origin = await origin_of(db, clock, order=order, words=words)
    files = {**origin.product.files, "policy.dmn": policy}
    done = await publish_draft(db, clock, order=order, files=files, origin=detail_of(words, origin))
    return done, files
