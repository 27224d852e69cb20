"""What the books count, in words: every number of a tally by the terms of the contract.

The books name what they count shortly, for programs. Nobody signs ``service_overflowed``; so what
changed in a quarter-hour is told in the words that results and definitions have too.
"""

from collections.abc import Sequence
from typing import Final

from streams.domain.counts import FURTHER
from streams.domain.instants import SECOND
from streams.sinks.statement.writing import Writing

_DURATIONS: Final = ("wait_sum", "out_wait_sum", "menu_sum", "talk_sum", "longest")
"""In microseconds; all else is a number of calls."""

_WITHIN: Final = ("answered_within", "abandoned_within", "service_offered")
"""What depends on a threshold, that of the contract and those that its measures have besides."""


def name(of: str, thresholds: Sequence[float], w: Writing) -> str:
    """What a count is called.

    Args:
        of: its name in the books.
        thresholds: of the contract, its own first, as far as they are known.
        w: the language.
    """
    base, _, number = of.rpartition("_")
    place = int(number) - 1 if number in map(str, FURTHER) else 0
    key = base if place else of
    if key in _WITHIN:
        if place < len(thresholds):
            return w.text(f"count_{key}", threshold=w.number(thresholds[place]))
        return w.text(f"count_{key}_untold")
    if w.has(f"count_{of}"):
        return w.text(f"count_{of}")
    if w.has(of):
        return w.text(of)
    part, _, cause = of.partition("_")
    if w.has(f"count_of_{part}") and w.has(cause):
        return w.text(f"count_of_{part}", what=w.plain(cause))
    return w.text("count_other")


def amount(of: str, number: int, w: Writing) -> str:
    """A number of calls, or seconds."""
    if of in _DURATIONS:
        return w.text("seconds", seconds=w.number(number / SECOND))
    return w.number(number)
