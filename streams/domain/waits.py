"""How long a visit waited: the time spent in its line's queue, laps added up.

Time elsewhere is left out, so two queues in turn are two waits. Where the clocks of two machines
disagree a lap may seem to end before it begins; it lasted 0 then, never less. Instants and
durations are in us.
"""

from collections.abc import Sequence

Lap = tuple[int, int]
"""From when to when a visit was in the queue."""


def waited(laps: Sequence[Lap]) -> int:
    """How long these laps were together.

    >>> waited([(0, 15), (30, 35)])
    20
    """
    if len(laps) == 1:
        ((since, until),) = laps
        return max(0, until - since)
    return sum(max(0, until - since) for since, until in laps)


def waiting_since(laps: Sequence[Lap], lap: int) -> int:
    """When somebody who waits now, after these laps, in one that began at ``lap``, would have begun
    to wait who has waited as long without a break.

    >>> waiting_since([(0, 15)], 30)
    15
    """
    return lap - waited(laps)


def exceeds(laps: Sequence[Lap], lap: int | None, limit: int) -> int | None:
    """The instant at which the time in the queue reaches ``limit``; None where it never does.

    Args:
        laps: those that have ended.
        lap: when the one began that has not; None where there is none.
        limit: what is to be reached; for what may be exceeded only, 1 us more than that.

    >>> exceeds([(0, 15), (30, 40)], None, 20), exceeds([(0, 15)], 30, 20), exceeds([], None, 20)
    (35, 35, None)
    """
    left = limit
    for since, until in laps:  # mostly one
        if until - since >= left:
            return since + left
        left -= max(0, until - since)
    return None if lap is None else lap + left


def passes(laps: Sequence[Lap], lap: int | None, instant: int) -> int | None:
    """The first instant from ``instant`` on that was spent in the queue; None where there is none.

    >>> passes([(0, 15), (30, 40)], None, 20), passes([(0, 15)], None, 15), passes([], 30, 50)
    (30, 15, 50)
    """
    for since, until in laps:
        if instant <= until:
            return max(since, instant)
    return None if lap is None else max(lap, instant)
