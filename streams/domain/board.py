"""What the owner of a set of lines knows: their windows, who waits, and which intervals are final.

Each source partition publishes the absolute figures of its slots and intervals, who waits there,
and with every checkpoint its watermark, so a silent partition differs from a slow one. The board
adds the partitions up. It stands *as of* the slowest of their watermarks: beyond it, some
partition's part would be missing.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from streams.domain.alarms import Alarms
from streams.domain.bookings import SLOTS_KEPT
from streams.domain.books import INTERVAL, SLOT
from streams.domain.cells import CellKey
from streams.domain.instants import SECOND
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.domain.windows import Windows

_WAITING: Final = 0
"""Stands for a width in the keys of who waits."""


class FinalInterval(NamedTuple):
    """An interval that can't change any more, over all source partitions."""

    scope: str
    start: int
    tally: Tally


class Scope:
    """One line, vendor or the city on a board.

    Attributes:
        windows: its rolling windows.
        newest: the newest instant at which anything of it is booked; None before the first.
    """

    __slots__ = ("_oldest", "_waiting", "newest", "windows")

    def __init__(self, plan: Plan) -> None:
        self.windows = Windows(plan)
        self.newest: int | None = None
        self._waiting: dict[int, int] = {}
        self._oldest: dict[int, int] = {}

    def wait(self, source: int, count: int, oldest: int | None) -> None:
        """Takes how many wait in a source partition, and since when the first of them."""
        self._waiting[source] = count
        self._oldest.pop(source, None)
        if oldest is not None:
            self._oldest[source] = oldest

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return sum(self._waiting.values())

    def oldest_wait(self, now: int) -> float:
        """Seconds that the first of the waiting has waited; 0 when nobody waits."""
        oldest = min(self._oldest.values(), default=now)
        return max(0, now - oldest) / SECOND


class Board:
    """The scopes that one partition of line partials holds.

    Args:
        plan: time zone and names.
        sources: how many source partitions there are.
        names: scopes that are there from the start, whether anybody calls them or not.

    Attributes:
        scopes: by scope name.
        watermarks: the newest watermark of each source partition.
        alarms: the detectors of all scopes, where this is the board that has them.
    """

    def __init__(
        self,
        plan: Plan,
        sources: int,
        names: Iterable[str] = (),
        grace: int = GRACE,
    ) -> None:
        self._plan = plan
        self._sources = sources
        self._grace = grace
        self.scopes = {name: Scope(plan) for name in names}
        self.watermarks: dict[int, int] = {}
        self.alarms = Alarms(plan)
        # Intervals not yet final: which source partitions may still change them.
        self._unsealed: dict[tuple[str, int], set[int]] = {}
        self._sealed_to: int | None = None
        self._held: dict[int, frozenset[int]] = {}
        # What source partitions published before they restarted.
        self._doubted: dict[int, set[CellKey]] = {}

    @property
    def as_of(self) -> int | None:
        """The slowest watermark; None until every source partition has published its own."""
        if len(self.watermarks) < self._sources:
            return None
        return min(self.watermarks.values())

    def scope(self, name: str) -> Scope:
        """The scope of this name, made if there is none."""
        scope = self.scopes.get(name)
        if scope is None:
            scope = self.scopes[name] = Scope(self._plan)
        return scope

    def shown(self) -> list[str]:
        """The scopes that are on a wall and in a series as of now, sorted; none until the board
        stands as of an instant.

        These are the lines that the plan has now, with the vendors who answer them, and the city. A
        line that has ended, or whose vendor has, stays until its last visit has left every window,
        today included, nobody waits there and no alert of it is open. One that is still to begin
        is not there yet.
        """
        as_of = self.as_of
        if as_of is None:
            return []
        alerting = {LINE + line for alert in self.alarms.open() for line in alert.lines}
        return [
            name
            for name, scope in sorted(self.scopes.items())
            if self._is_planned(name, as_of)
            or scope.waiting
            or not scope.windows.empty()
            or name in alerting
        ]

    def _is_planned(self, name: str, at: int) -> bool:
        """Whether the plan has the line, or a line that the vendor answers."""
        if name.startswith(LINE):
            return self._plan.terms(name.removeprefix(LINE), at) is not None
        if name.startswith(VENDOR):
            return name.removeprefix(VENDOR) in self._plan.answering_at(at)
        return name == CITY

    def apply_figures(
        self, name: str, source: int, width: int, start: int, tally: Tally, final: bool
    ) -> None:
        """Applies the absolute figures of a slot or an interval of a source partition; from a
        source beyond those, what comes from callers' histories."""
        scope = self.scope(name)
        if source in self._doubted:
            self._doubted[source].discard((name, width, start))
        if width == SLOT:
            scope.windows.replace_slot(source, start, tally)
            if scope.newest is None or start > scope.newest:
                scope.newest = start
            return
        if source >= self._sources:
            scope.windows.replace_history(source, start, tally)
            return
        if self._is_sealed(name, start):
            return
        scope.windows.replace_interval(source, start, tally)
        open_in = self._unsealed.setdefault((name, start), set())
        if final:
            open_in.discard(source)
        else:
            open_in.add(source)

    def apply_waiting(self, name: str, source: int, count: int, oldest: int | None) -> None:
        """Applies how many wait in a source partition, and since when the first of them."""
        self.scope(name).wait(source, count, oldest)
        if source in self._doubted:
            self._doubted[source].discard((name, _WAITING, 0))

    def apply_watermark(self, source: int, watermark: int, held: Iterable[int] = ()) -> None:
        """Applies a source partition's watermark, which completes what it published before, and the
        old intervals that its contacts in state hold; that of callers' histories completes only."""
        if source < self._sources:
            self.watermarks[source] = max(watermark, self.watermarks.get(source, watermark))
            self._held[source] = frozenset(held)
        for name, width, start in self._doubted.pop(source, ()):
            scope = self.scopes[name]
            if width == _WAITING:
                scope.wait(source, 0, None)
            elif width == SLOT:
                scope.windows.remove_slot(source, start)
            elif source >= self._sources:
                scope.windows.replace_history(source, start, Tally())
            elif (name, start) in self._unsealed:
                scope.windows.remove_interval(source, start)
                self._unsealed[name, start].discard(source)

    def restart(self, source: int) -> None:
        """A source partition has restarted and publishes all that stands, up to its next watermark.
        What it published before and does not publish again is void then: a contact may have moved
        from one interval to another just before a crash, or the plan been corrected."""
        watermark = self.watermarks.get(source)
        doubted = self._doubted[source] = set()
        for name, scope in self.scopes.items():
            doubted.add((name, _WAITING, 0))
            for start in scope.windows.slots_of(source):
                if source >= self._sources or (
                    watermark is not None and start > watermark - SLOTS_KEPT
                ):
                    doubted.add((name, SLOT, start))
            doubted.update((name, INTERVAL, s) for s in scope.windows.histories_of(source))
        for (name, start), open_in in self._unsealed.items():
            if source in open_in:
                doubted.add((name, INTERVAL, start))

    def pinned(self) -> list[tuple[str, int]]:
        """Intervals whose grace has passed and in which something is booked that is not final."""
        as_of = self.as_of
        return [
            (name, start)
            for name, start in self._unsealed
            if as_of is not None and start + INTERVAL + self._grace <= as_of
        ]

    def held(self) -> frozenset[int]:
        """Starts of the intervals that are not final in any scope, for a contact in state of some
        source partition holds them: it may still be booked there."""
        return frozenset().union(*self._held.values())

    def advance(self) -> list[FinalInterval]:
        """Moves all windows on to the slowest watermark; gives the intervals that are final now."""
        as_of = self.as_of
        if as_of is None:
            return []
        for scope in self.scopes.values():
            scope.windows.advance(as_of)
        held = self.held()
        ripe = sorted(
            (start, name)
            for (name, start), open_in in self._unsealed.items()
            if not open_in and start + INTERVAL + self._grace <= as_of and start not in held
        )
        finals = []
        for start, name in ripe:
            del self._unsealed[name, start]
            finals.append(FinalInterval(name, start, self.scopes[name].windows.seal(start)))
        self._sealed_to = as_of
        return finals

    def _is_sealed(self, name: str, start: int) -> bool:
        """Whether an interval is final: no source partition whose watermark is beyond the
        grace begins an interval any more, unless a contact holds it."""
        if self._sealed_to is None or start + INTERVAL + self._grace > self._sealed_to:
            return False
        return (name, start) not in self._unsealed and start not in self.held()
