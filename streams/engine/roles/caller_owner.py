"""The owner of a partition of callers' calls: who called in vain before, which callback was kept.

All calls of a caller come together here, whatever partitions their contacts are on. What follows
from them is published like any other figures, absolute per slot and interval, by sources numbered
after the source partitions; and once more when an interval can't change any more. The histories are
rebuilt by reading the partition from its start.
"""

import time
from collections.abc import Callable, Iterable
from heapq import heappop, heappush

from aiokafka import ConsumerRecord

from streams.domain import caller_history as callers
from streams.domain.books import INTERVAL, SLOT, start_of
from streams.domain.instants import MINUTE
from streams.domain.outcome import NEVER
from streams.domain.promises import promises
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs, Record
from streams.engine.roles.caller_cells import CallerCells
from streams.engine.roles.routes import Routes
from streams.engine.state.callers import (
    Glance,
    SourceClock,
    from_call_key,
    from_call_value,
    from_clock_record,
    glance,
)
from streams.engine.state.partials import figures_record, restart_record, watermark_record
from streams.sinks.records import callers_interval_record

CROWD = 200
"""Calls in fifteen days above which a pseudonym is no person, but a switchboard, or everybody who
withholds their number. Each booking of a caller looks at all their calls."""

CROWDS_SHARE = 0.05
"""The share of its time that the worker spends on each such crowd at most; so what is known of a
crowd may be seconds late."""

CLOCK_EVERY = MINUTE
"""How often it is published up to when all calls are known: only whoever reads quarter-hours that
are kept asks for it."""


class CallerOwner:
    """Owns one partition of callers' calls.

    Args:
        end: where the partition ended when this owner took it over. Until it has been read to there
            nothing is published: half a history is not absolute.
        clock: seconds, for how much of its time crowds may take.
        day_of: the local midnight at or before an instant.

    Attributes:
        position: the offset up to which everything is in the histories.
    """

    def __init__(
        self,
        partition: int,
        routes: Routes,
        end: int,
        clock: Callable[[], float] = time.monotonic,
        day_of: Callable[[int], int] = callers.utc_day,
    ) -> None:
        self._day_of = day_of
        self.partition = partition
        self.position = 0
        self._routes = routes
        self._end = end
        self._clock = clock
        self._unbooked: set[str] = set()  # crowds that have new calls
        self._again: dict[str, float] = {}  # when a crowd may be booked again
        # As they came, which takes a third of the memory: a caller's only call, as nearly all are,
        # is booked once and then not read again.
        self._calls: dict[str, dict[str, bytes]] = {}
        # Callers and call ids by the interval in which the calls began: which to forget when.
        self._begun: dict[int, list[tuple[str, str]]] = {}
        self._cells = CallerCells()
        self._sources: dict[int, SourceClock] = {}
        self._as_of = -NEVER
        self._due: list[tuple[int, str]] = []  # when a promise ends, and to whom
        self._due_of: dict[str, int] = {}
        self._restarted = True
        self._settled_to = self._told_to = -NEVER
        self._looks_again = -NEVER  # for what is too old: that means looking at everything

    def apply(self, records: "Iterable[ConsumerRecord[bytes, bytes]]") -> None:
        """Applies calls in the order of their offsets; the last record of a call counts."""
        changed: dict[str, bytes | None] = {}  # with the call that they were booked alone by
        first: dict[str, Glance] = {}  # of callers of whom nothing was known
        cells = self._cells
        for record in records:
            self.position = record.offset + 1
            assert record.key is not None
            clock = from_clock_record(record.key, record.value)
            if clock is not None:
                self._sources[clock.source] = clock
                continue
            caller, call_id = from_call_key(record.key)
            calls = self._calls.get(caller)
            if calls is None:
                calls = self._calls[caller] = {}
            if caller not in changed:
                changed[caller] = self._booked_alone(caller, calls)
            if record.value is None:
                calls.pop(call_id, None)
                first.pop(caller, None)
                continue
            call = glance(record.value)
            if call.begun > cells.newest:
                cells.newest = call.begun
            if call_id not in calls:
                self._remember(call.begun, caller, call_id)
            calls[call_id] = record.value
            if call.has_callbacks:
                self._due_of.setdefault(caller, NEVER)
            if changed[caller] == b"":
                first[caller] = call
        alone = callers.Alone()
        for caller, booked in changed.items():
            calls = self._calls[caller]
            only = first.get(caller)
            if only is not None and len(calls) == 1 and not only.has_callbacks:
                width = SLOT if cells.is_recent(only.begun) else INTERVAL
                scopes = callers.of_whole(only.bookings)
                alone.add(scopes, only.begun, only.answered, start_of(only.begun, width))
                continue
            if booked:
                adopted = callers.entries([from_call_value(booked)], self._as_of, self._day_of)
                cells.adopt(caller, adopted)
            if not calls and caller not in cells:
                self._forget_caller(caller)
            elif len(calls) > CROWD:
                self._unbooked.add(caller)
            else:
                self._book_all(caller)
        cells.book_alone(alone)

    def _booked_alone(self, caller: str, calls: dict[str, bytes]) -> bytes | None:
        """The only call of a caller of whom the cells keep nothing, for it says what they have
        added; nothing of one who is new, and None of any other."""
        if caller in self._cells or len(calls) > 1:
            return None
        return next(iter(calls.values()), b"")

    def _remember(self, begun: int, caller: str, call_id: str) -> None:
        self._begun.setdefault(start_of(begun, INTERVAL), []).append((caller, call_id))

    def _book_all(self, caller: str) -> None:
        calls = [from_call_value(value) for value in self._calls[caller].values()]
        now = self._as_of
        self._cells.book(caller, callers.entries(calls, now, self._day_of), promises(calls))
        if len(calls) == 1 and not calls[0].callbacks:
            self._cells.release(caller)
        ends = [callback.until for call in calls for callback in call.callbacks]
        due = min((until for until in ends if until >= now), default=NEVER)
        if due < self._due_of.get(caller, NEVER):
            self._due_of[caller] = due
            heappush(self._due, (due, caller))

    @property
    def complete(self) -> bool:
        """Whether everything that was there at the take-over has been read."""
        return self.position >= self._end

    def read_to(self, position: int) -> None:
        """Everything up to this offset is known: what ends a log need not be records."""
        self.position = max(self.position, position)

    def _advance(self) -> None:
        """Moves on to the slowest watermark of all source partitions, once all are known; books
        again whose promises have ended meanwhile."""
        if len(self._sources) < self._routes.sources:
            return
        self._as_of = max(self._as_of, min(each.complete_until for each in self._sources.values()))
        while self._due and self._due[0][0] < self._as_of:
            due, caller = heappop(self._due)
            if self._due_of.get(caller) != due:
                continue
            self._due_of[caller] = NEVER
            if len(self._calls.get(caller, ())) > CROWD:
                self._unbooked.add(caller)
            elif caller in self._calls:
                self._book_all(caller)

    def _book_crowds(self, at_once: bool) -> None:
        for caller in list(self._unbooked):
            begun = self._clock()
            if begun < self._again.get(caller, begun) and not at_once:
                continue
            self._book_all(caller)
            self._unbooked.discard(caller)
            ended = self._clock()
            self._again[caller] = ended + (ended - begun) / CROWDS_SHARE

    def outputs(self, generation: int) -> Outputs:
        """What has changed since this was asked last; what is too old to matter is evicted."""
        if not self.complete:
            return {}
        self._advance()
        now, source = self._as_of, self._routes.sources + self.partition
        settles = start_of(now, INTERVAL) > self._settled_to
        self._book_crowds(at_once=settles)
        outputs: Outputs = {}

        def put(topic: str, there: int, record: Record) -> None:
            outputs.setdefault((topic, there), []).append(record)

        if self._restarted:
            self._restarted = False
            for there in range(self._routes.partials):
                put(topics.PARTIALS, there, restart_record(generation, source))
        if settles:
            self._settled_to = start_of(now, INTERVAL)
            held = sorted({start for each in self._sources.values() for start in each.held})
            for scope, start, tally in self._cells.settle(now, held):
                if not tally.empty():
                    final = callers_interval_record(scope, start, tally, self.partition)
                    put(topics.INTERVALS, self._routes.of_scope(scope), final)
        for key in self._cells.dirty:
            scope, _, _ = key
            figures = figures_record(generation, source, key, *self._cells.tally(key))
            put(topics.PARTIALS, self._routes.of_scope(scope), figures)
        self._cells.dirty.clear()
        if now >= self._told_to + CLOCK_EVERY:
            self._told_to = now
            for there in range(self._routes.partials):
                put(topics.PARTIALS, there, watermark_record(generation, source, now, now))
        self._evict()
        return outputs

    def _evict(self) -> None:
        now = self._cells.newest if self._as_of == -NEVER else self._as_of
        if now < self._looks_again:
            return
        self._looks_again = now + INTERVAL
        past = self._cells.evict(now)
        # Each call is looked at once, not all of sixteen days every quarter of an hour.
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
        self._cells.forget(caller)
        self._unbooked.discard(caller)
        self._again.pop(caller, None)
        self._due_of.pop(caller, None)
