"""A book of lines with its history, whatever source it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Events of many lines (EVENT_SCHEMA) and whether each borrower's line then defaulted.

    `title` says where the book is from, and that it is synthetic if it is; `as_of` ends the history that scores may see,
    `until` the time in which outcomes were observed.
    """

    title: str
    currency: str
    events: pl.DataFrame
    defaults: Mapping[str, bool]
    as_of: datetime
    until: datetime
    is_synthetic: bool = False
