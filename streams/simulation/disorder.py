"""Events as they arrive from real phone systems: shuffled, repeated, incomplete, with bad clocks.

The seed alone decides what goes wrong. Shuffled and repeated events must not change a single
figure. Lost events and wrong clocks do change figures, and must never break anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from streams.domain import instants
from streams.domain.instants import SECOND
from streams.simulation.emit import Emitted, Event


@dataclass(frozen=True, slots=True)
class Disorder:
    """How much goes wrong between a phone system and its reader.

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


class _Arrival(NamedTuple):
    at: int
    number: int
    """Keeps events that arrive at one instant in their order."""
    event: Event


def disordered(
    events: Iterable[Emitted], seed: int, disorder: Disorder = Disorder()
) -> Iterator[Emitted]:
    """The events as they arrive, each with the instant of its arrival.

    Memory holds the events of one horizon.
    """
    draw = Random(f"{seed} dirt")
    arriving: list[_Arrival] = []
    number = 0
    for at, event in events:
        while arriving and arriving[0].at <= at:
            first = heappop(arriving)
            yield Emitted(first.at, first.event)
        kind = event["event"]
        if kind == "call-start" and draw.random() < disorder.no_start:
            continue
        if kind == "hangup" and draw.random() < disorder.no_hangup:
            continue
        if draw.random() < disorder.clock_back:
            event = event | {"at": instants.text(at - draw.randrange(1, disorder.by))}
        for _ in range(1 + (draw.random() < disorder.repeated)):
            number += 1
            arrives = at + int(draw.random() * disorder.horizon)
            heappush(arriving, _Arrival(arrives, number, event))
    while arriving:
        first = heappop(arriving)
        yield Emitted(first.at, first.event)
