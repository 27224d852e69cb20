"""The owner of a partition of callers' calls: who called in vain before, which callback was kept.

All calls of a caller come together here, whatever partitions their contacts are on. What follows
from them is published like any other figures, absolute per slot and interval, by sources numbered
after the source partitions. The histories are rebuilt by reading the partition from its start.
"""

import time
from collections.abc import Callable, Iterable, Iterator

from aiokafka import ConsumerRecord

from streams.domain import caller_history as callers
from streams.domain.bookings import SLOTS_KEPT
from streams.domain.books import INTERVAL, SLOT, start_of
from streams.domain.cells import CellKey
from streams.domain.instants import DAY
from streams.domain.plan.model import LONGEST_PROMISE
from streams.domain.tally import Entry, Tally
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs
from streams.engine.roles.routes import Routes
from streams.engine.state.callers import from_call_key, from_call_value
from streams.engine.state.partials import figures_record

CALLS_KEPT_FOR = LONGEST_PROMISE + DAY
"""How long a caller's calls are remembered: a callback may be kept as late as this after it was
accepted, and the call in which that was has gone on for some hours."""

CROWD = 200
"""Calls in fifteen days above which a pseudonym is no person, but a switchboard, or everybody who
withholds their number. Each booking of a caller looks at all their calls."""

CROWDS_SHARE = 0.05
"""The share of its time that the worker spends on each such crowd at most; so what is known of a
crowd may be seconds late."""


class CallerOwner:
    """Owns one partition of callers' calls.

    Args:
        end: where the partition ended when this owner took it over. Until it has been read to there
            nothing is published: half a history is not absolute.
        clock: seconds, for how much of its time crowds may take.

    Attributes:
        position: the offset up to which everything is in the histories.
    """

    def __init__(
        self,
        partition: int,
        routes: Routes,
        end: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.partition = partition
        self.position = 0
        self._routes = routes
        self._end = end
        self._clock = clock
        self._unbooked: set[str] = set()  # crowds that have new calls
        self._again: dict[str, float] = {}  # when a crowd may be booked again
        # As they came, which takes a third of the memory: a caller's only call, as nearly all are,
        # is never booked.
        self._calls: dict[str, dict[str, bytes]] = {}
        # Callers and call ids by the interval in which the calls began: which to forget when.
        self._begun: dict[int, list[tuple[str, str]]] = {}
        self._booked: dict[str, list[Entry]] = {}
        self._cells: dict[CellKey, Tally] = {}
        self._dirty: set[CellKey] = set()
        self._newest = -(2**62)
        self._looks_again = self._newest  # for what is too old: that means looking at everything

    def apply(self, records: "Iterable[ConsumerRecord[bytes, bytes]]") -> None:
        """Applies calls in the order of their offsets; the last record of a call counts."""
        changed = set()
        for record in records:
            self.position = record.offset + 1
            assert record.key is not None
            caller, call_id = from_call_key(record.key)
            calls = self._calls.setdefault(caller, {})
            if record.value is None:
                calls.pop(call_id, None)
            else:
                begun = from_call_value(record.value).begun
                self._newest = max(self._newest, begun)
                if call_id not in calls:
                    self._remember(begun, caller, call_id)
                calls[call_id] = record.value
            changed.add(caller)
        for caller in changed:
            calls = self._calls[caller]
            if not calls and caller not in self._booked:
                self._forget_caller(caller)
            elif len(calls) > CROWD:
                self._unbooked.add(caller)
            elif len(calls) > 1 or caller in self._booked:  # nothing follows from one call alone
                self._book_all(caller)

    def _remember(self, begun: int, caller: str, call_id: str) -> None:
        self._begun.setdefault(start_of(begun, INTERVAL), []).append((caller, call_id))

    def _book_all(self, caller: str) -> None:
        self._book(caller, callers.entries(map(from_call_value, self._calls[caller].values())))

    @property
    def complete(self) -> bool:
        """Whether everything that was there at the take-over has been read."""
        return self.position >= self._end

    def read_to(self, position: int) -> None:
        """Everything up to this offset is known: what ends a log need not be records."""
        self.position = max(self.position, position)

    def _book_crowds(self) -> None:
        for caller in list(self._unbooked):
            begun = self._clock()
            if begun < self._again.get(caller, begun):
                continue
            self._book_all(caller)
            self._unbooked.discard(caller)
            ended = self._clock()
            self._again[caller] = ended + (ended - begun) / CROWDS_SHARE

    def _book(self, caller: str, entries: list[Entry]) -> None:
        obsolete = list(self._booked.get(caller, ()))
        for entry in entries:
            if entry in obsolete:
                obsolete.remove(entry)
            else:
                for key in self._keys(entry):
                    self._cells.setdefault(key, Tally()).add(entry)
                    self._dirty.add(key)
        for entry in obsolete:
            for key in self._keys(entry):
                if key in self._cells:
                    self._cells[key].subtract(entry)
                    self._dirty.add(key)
        if entries:
            self._booked[caller] = entries
        else:
            self._booked.pop(caller, None)

    def _keys(self, entry: Entry) -> Iterator[CellKey]:
        """Where an entry is booked. A cell that may have been evicted is not begun again: it would
        be published as if nothing else were there, and as less than nothing when the entry is taken
        back."""
        scope, at, *_ = entry
        for width in (INTERVAL, SLOT):
            start = at - at % width
            if start >= self._newest - _kept(width):
                yield scope, width, start

    def outputs(self, generation: int) -> Outputs:
        """What has changed since this was asked last; what is too old to matter is evicted."""
        if not self.complete:
            return {}
        self._book_crowds()
        source = self._routes.sources + self.partition
        outputs: Outputs = {}
        for key in self._dirty:
            scope, _, _ = key
            there = topics.PARTIALS, self._routes.of_scope(scope)
            record = figures_record(generation, source, key, self._cells[key], False)
            outputs.setdefault(there, []).append(record)
        self._dirty.clear()
        self._evict()
        return outputs

    def _evict(self) -> None:
        if self._newest < self._looks_again:
            return
        self._looks_again = self._newest + INTERVAL
        for key in list(self._cells):
            _, width, start = key
            if start < self._newest - _kept(width):
                del self._cells[key]
        past = self._newest - CALLS_KEPT_FOR
        # Each call is looked at once, not all of fifteen days every quarter of an hour.
        for start in [start for start in self._begun if start + INTERVAL <= past]:
            for caller, call_id in self._begun.pop(start):
                self._forget_call(caller, call_id, past)

    def _forget_call(self, caller: str, call_id: str, past: int) -> None:
        calls = self._calls.get(caller, {})
        value = calls.get(call_id)
        if value is not None:
            begun = from_call_value(value).begun
            if begun >= past:  # later facts have moved it
                self._remember(begun, caller, call_id)
                return
            del calls[call_id]
        if not calls:
            self._forget_caller(caller)

    def _forget_caller(self, caller: str) -> None:
        self._calls.pop(caller, None)
        self._booked.pop(caller, None)
        self._unbooked.discard(caller)
        self._again.pop(caller, None)


def _kept(width: int) -> int:
    return SLOTS_KEPT if width == SLOT else CALLS_KEPT_FOR
