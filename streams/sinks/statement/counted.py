"""What the books count, in words: every number of a tally by the terms of the contract.

The books name what they count shortly, for programs. Nobody signs ``service_overflowed``; so what
changed in a quarter-hour is said in the words that results and definitions have too.
"""

from collections.abc import Sequence
from typing import Final

from streams.domain.counts import DECLARED_COUNTS, FURTHER, INDEX
from streams.domain.instants import SECOND
from streams.sinks.statement.writing import Writing

_DURATIONS: Final = {
    "longest",
    *(count.name for count in DECLARED_COUNTS if count.of == "microseconds"),
}
"""All else is a number of calls."""

_WITHIN: Final = ("answered_within", "abandoned_within", "service_offered", "left_within")
"""What depends on a threshold, that of the contract and those that its measures have besides."""


def name(of: str, thresholds: Sequence[float], w: Writing) -> str:
    """What a count is called.

    Args:
        of: its name in the books.
        thresholds: of the contract, its own first, as far as they are known.
        w: the language.
    """
    base, _, number = of.rpartition("_")
    index = int(number) - 1 if number in map(str, FURTHER) else 0
    key = base if index else of
    if key in _WITHIN:
        if index < len(thresholds):
            return w.text(f"tally.{key}", threshold=w.number(thresholds[index]))
        return w.text(f"tally.{key}_unknown")
    for path in (f"tally.{of}", f"counted.{of}"):
        if w.has(path):
            return w.text(path)
    part, _, counted = of.partition("_")
    if w.has(f"tally.of_{part}") and counted in INDEX:
        return w.text(f"tally.of_{part}", what=name(counted, thresholds, w))
    return w.text("tally.other")


def amount(of: str, number: int, w: Writing) -> str:
    """A number of calls, or seconds."""
    if of in _DURATIONS:
        return w.text("amount.seconds", seconds=w.number(number / SECOND))
    return w.number(number)
