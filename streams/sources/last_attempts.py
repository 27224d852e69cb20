"""Where rows are attempts to reach an agent: which end is the visit's, while the file still grows.

A visit has a row per agent who was rung, each with an end, and only the last of these is the
visit's. While a file grows nobody knows which row is the last, so an end waits: until another
attempt of the visit ends later, which takes its place; or until an attempt was answered, whose end
is told at once; or for ``ANOTHER_WITHIN``. In a file that is finished all is known (``legs``).
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from streams.domain.events import Event, Hangup
from streams.domain.instants import MINUTE
from streams.sources.call_events import Record
from streams.sources.legs import ending

ANOTHER_WITHIN: Final = 5 * MINUTE
"""How long an end waits for another attempt, by the clock of who reads: the next agent rings for
less than a minute. A third of the time after which an event is late, so that none becomes late by
it."""

_MOST: Final = 100_000
"""Ends that wait at once, some 30 MB; of more the oldest are told."""


class HeldEnd(Struct, omit_defaults=True):
    """The end of a visit so far.

    Attributes:
        call_id, leg: of the visit.
        stem: of the ids of the attempt's events.
        end, begin: of the attempt; ``answered``: whether it was.
        until: as long it is remembered, in us.
        hangups: that wait, in each version; none where they are told.
    """

    call_id: str
    leg: str
    stem: str
    end: int
    begin: int
    answered: bool
    until: int
    hangups: list[Hangup] = []

    def is_later(self, other: "HeldEnd") -> bool:
        """Whether this end is the visit's rather than the other one."""
        mine = (self.end, self.answered, self.begin)
        return mine > (other.end, other.answered, other.begin)


class LastAttempts:
    """The ends that wait, or were told a short while ago.

    Args:
        held: of ``held`` of another, to go on with.
    """

    def __init__(self, held: Iterable[HeldEnd] = ()) -> None:
        self._held = {(each.call_id, each.leg): each for each in held}

    @property
    def held(self) -> list[HeldEnd]:
        """All of them, to be kept."""
        return [*self._held.values()]

    def events(self, record: Record, now: int) -> list[Event]:
        """What is told of a record now."""
        told: list[Event] = [event for event in record.events if not isinstance(event, Hangup)]
        found = ending(record)
        if found is None:
            return told
        new = HeldEnd(
            *(record.call_id, record.leg, record.stem, found.end, found.begin, found.answered),
            now + ANOTHER_WITHIN,
            [found.hangup],
        )
        visit = (record.call_id, record.leg)
        known = self._held.get(visit)
        if known is not None and known.stem == record.stem:  # the same record, corrected
            new.hangups = [*known.hangups, found.hangup]
        elif known is not None and not new.is_later(known):
            return told
        self._held.pop(visit, None)
        self._held[visit] = new  # behind all that wait for less long
        if new.answered:
            told += _told(new)
        if len(self._held) > _MOST:
            told += _told(self._held.pop(next(iter(self._held))))
        return told

    def due(self, now: int) -> list[Event]:
        """The ends for which nobody came in time."""
        told: list[Event] = []
        for visit, each in [*self._held.items()]:
            if each.until > now:
                break
            told += _told(each)
            del self._held[visit]
        return told

    def all(self) -> list[Event]:
        """The ends that wait: nothing more will come."""
        return [event for each in self._held.values() for event in _told(each)]


def _told(end: HeldEnd) -> list[Event]:
    hangups, end.hangups = end.hangups, []
    return [*hangups]
