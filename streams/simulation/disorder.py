"""Events as they arrive from real phone systems: shuffled, repeated, incomplete, with bad clocks.

What arrives is dirty; which dirt it is depends on the seed alone. Shuffling and repeating must not
change a single figure; what is dropped or has a wrong clock does, and must never break anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import Any

from streams.domain import instants
from streams.domain.instants import SECOND

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dirt:
    """How dirty it is.

    Attributes:
        horizon: an event arrives up to this much later than it happened; microseconds.
        repeated: share of events that arrive twice.
        no_start, no_hangup: share of calls whose start, or hangup, never arrives.
        clock_back: share of events whose ``at`` is earlier than it was, by up to ``by``.
    """

    horizon: int = 30 * SECOND
    repeated: float = 0.01
    no_start: float = 0.0
    no_hangup: float = 0.0
    clock_back: float = 0.0
    by: int = 90 * SECOND


def dirty(
    events: Iterator[tuple[int, Event]], seed: int, dirt: Dirt = Dirt()
) -> Iterator[tuple[int, Event]]:
    """The events as they arrive, each with the instant at which it does.

    Memory holds the events of one horizon.
    """
    draw = Random(f"{seed} dirt")
    arriving: list[tuple[int, int, Event]] = []
    order = 0
    for at, event in events:
        while arriving and arriving[0][0] <= at:
            when, _, arrived = heappop(arriving)
            yield when, arrived
        kind = event["event"]
        if kind == "call-start" and draw.random() < dirt.no_start:
            continue
        if kind == "hangup" and draw.random() < dirt.no_hangup:
            continue
        if draw.random() < dirt.clock_back:
            event = event | {"at": instants.text(at - draw.randrange(1, dirt.by))}
        for _ in range(1 + (draw.random() < dirt.repeated)):
            order += 1
            heappush(arriving, (at + int(draw.random() * dirt.horizon), order, event))
    while arriving:
        when, _, arrived = heappop(arriving)
        yield when, arrived
