"""What a partition of contacts tells of decisions.

A contact in state may still be read otherwise, and what was decided of it with it. So its decisions
are told by slot, each slot with all of its contacts' whenever one has changed. What a contact
leaves behind can't change any more: it is told once, for good, and needs no memory here. Whoever is
told takes both together.
"""

from collections.abc import Collection, Iterable
from itertools import chain
from typing import Final, NamedTuple

from streams.domain.decisions import Told, parted
from streams.domain.instants import HOUR, SECOND

DECISION_SLOT: Final = SECOND
"""Width of these slots. Decisions are mostly made of what happens now, so a narrow slot is told
once or twice; one of ten seconds would be told with every checkpoint meanwhile."""

TOLD_ANEW_FOR: Final = HOUR
"""How long a slot is told anew when something of it has changed. Detectors have been fed it long
before, unless another partition is that far behind; what is decided in an older one is told for
good."""


class DecisionChanges(NamedTuple):
    """What changed since this was asked last.

    Attributes:
        slots: all that is decided of contacts in state, of each slot where that changed.
        for_good: what retired contacts have left behind, in the order of time.
    """

    slots: dict[int, list[Told]]
    for_good: list[Told]


class DecisionSlots:
    """The decisions of the contacts of one partition."""

    def __init__(self) -> None:
        self._slots: dict[int, set[Told]] = {}
        self._changed: set[int] = set()
        self._for_good: list[Told] = []
        self._evicted_until = -(2**62)

    def advance(self, complete_until: int) -> None:
        """Evicts slots that are over for long, in a partition that is complete up to an instant.
        What is told of them last stands."""
        until = complete_until - TOLD_ANEW_FOR
        if until <= self._evicted_until:
            return
        self._evicted_until = until
        past = [start for start in self._slots if start <= until and start not in self._changed]
        for start in past:
            del self._slots[start]

    def replace(self, before: Iterable[Told], after: Iterable[Told]) -> None:
        """A contact in state is read otherwise than before."""
        was, now = _parted(before), _parted(after)
        for told in was - now:
            start = told[1] - told[1] % DECISION_SLOT
            if start > self._evicted_until:
                self._slots[start].discard(told)
                self._changed.add(start)
        for told in now - was:
            start = told[1] - told[1] % DECISION_SLOT
            if start <= self._evicted_until:
                self._for_good.append(told)
            else:
                self._slots.setdefault(start, set()).add(told)
                self._changed.add(start)

    def retire(self, before: Collection[Told], after: Iterable[Told]) -> None:
        """A contact leaves state. Of an evicted slot, what was told before has been told for good
        already."""
        if not before:  # while catching up, nearly always
            self._for_good += after
            return
        until = self._evicted_until
        known = {told for told in _parted(before) if told[1] - told[1] % DECISION_SLOT <= until}
        self._for_good += _parted(after) - known if known else after
        self.replace(before, ())

    def changes(self) -> DecisionChanges:
        """What changed since this was asked last."""
        slots = {start: sorted(self._slots.get(start, ())) for start in sorted(self._changed)}
        for start in slots:
            if not self._slots.get(start, True):
                del self._slots[start]
        for_good = sorted(self._for_good, key=_instant)
        self._changed.clear()
        self._for_good = []
        return DecisionChanges(slots, for_good)


def _parted(told: Iterable[Told]) -> set[Told]:
    """Each instant by itself: it is of a slot of its own."""
    return {*chain.from_iterable(map(parted, told))}


def _instant(told: Told) -> int:
    return told[1]
