"""When a figure that depends on all calls of a caller is final.

A callback may be kept weeks after the quarter-hour that it is booked in was final, so what follows
from callers has a finality of its own: a quarter-hour is final for callers when the watermark has
passed the last promise in it, and the grace, and everything that happened until then is over.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from streams.domain.books import INTERVAL, start_of
from streams.domain.caller_history import Call, firsts
from streams.domain.tally import CITY


class Promise(NamedTuple):
    """A figure that depends on a callback.

    Attributes:
        scope, at: where it is booked.
        last: the last instant at which anything can happen that decides it.
    """

    scope: str
    at: int
    last: int


def promises(calls: Iterable[Call]) -> Iterator[Promise]:
    """The figures that depend on the callbacks of one caller. An answer decides a callback, so what
    happens after the first one that keeps it changes nothing."""
    for each, callback, first in firsts(calls):
        last = min(callback.until, first)
        for scope, at in callback.bookings:
            yield Promise(scope, at, last)
        if each.left_out:
            yield Promise(CITY, each.begun, last)


def settled(since: int, last: int, held: Sequence[int], now: int, grace: int) -> bool:
    """Whether nothing that happened between two instants can change any more: only late events are
    still to come, and every contact is over of which anything happened then.

    Args:
        since, last: the instants; the quarter-hours that they fall into count whole.
        held: starts of the quarter-hours in which something of a contact in state happened, sorted.
        now: the watermark.
        grace: for what comes late.
    """
    end = start_of(max(since, last), INTERVAL)
    if end + INTERVAL + grace > now:
        return False
    place = bisect_left(held, start_of(since, INTERVAL))
    return place == len(held) or held[place] > end
