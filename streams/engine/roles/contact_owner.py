"""The owner of a source partition: the same partition of the four input topics, and its books.

Records come in by the batch, in any order between the topics. A checkpoint brings the books to the
partition's watermark and gives every record that says what changed. How the state is stored is in
`streams.engine.state`.

It is longer than a module should be, because all that a checkpoint gives is written in one place.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from streams.domain import event_reader
from streams.domain.books import SLOT
from streams.domain.contact import Piece
from streams.domain.event_reader import Reader, Refusal
from streams.domain.irregularities import Irregularities
from streams.domain.ledger import Changes, FullError, Ledger
from streams.domain.outcome import NEVER, Outcome
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs, Record, position_key
from streams.engine.roles.judging import UNKNOWN, Judging
from streams.engine.roles.routes import Routes
from streams.engine.state.callers import call_record, clock_record
from streams.engine.state.changelog import Changelog
from streams.engine.state.partials import (
    decided_record,
    figures_record,
    figures_removed,
    for_good_records,
    restart_record,
    waits_record,
    watermark_record,
)
from streams.engine.state.restored import Restored
from streams.sinks.journeys import alike_record, journey_record
from streams.sinks.records import DeadLetter

LETTERS_LIKE_AN_EVENT: Final = 8
"""Dead letters that are as much work for a checkpoint as one event: a letter is only sent, while an
event moves figures. A flood of them must not make the checkpoints of good events twice as many."""

_FOREIGN_KEY: Final = Refusal(
    event_reader.MALFORMED_FIELD,
    "key: must be the call_id, for its events would be on other partitions than the call's others",
)


_NO_ROOM: Final = Refusal(
    event_reader.TOO_MANY_CONTACTS,
    "call_id: there is no room for another contact (setting `open_contacts`); to be sent again",
)


class Counts:
    """What one worker has counted since it started, for its metrics."""

    def __init__(self) -> None:
        self.events = dict.fromkeys(topics.INPUTS, 0)
        self.refused = dict.fromkeys(event_reader.REASONS, 0)
        self.late = 0
        self.repeated = 0
        self.unknown_to_lines = 0
        self.irregular = Irregularities()  # of contacts as they left state


class ContactOwner:
    """Owns one source partition.

    Args:
        room: how many contacts more there may be in state.

    Attributes:
        partition: which one.
        ledger: its books.
        positions: per input topic the offset up to which everything is in the ledger.
        newest: per input topic the newest accepted ``at``, or when its record was appended where
            that was earlier.
        fruitless: input topics of whose last batch nothing was accepted.
        pending: events merged since the last checkpoint; several dead letters count as one.
        imbalance: by how much the books failed to balance at the last checkpoint.
        judging: by what it is judged.
    """

    def __init__(
        self,
        partition: int,
        plan: Plan,
        routes: Routes,
        counts: Counts,
        room: Callable[[], int] = lambda: NEVER,
    ) -> None:
        self.partition = partition
        self.judging = Judging(plan)
        self.ledger = Ledger(plan, leaves=self._leaves, leaves_alike=alike_record)
        self.positions: dict[str, int] = {}
        self.newest: dict[str, int] = {}
        self.fruitless: set[str] = set()
        self.pending = 0
        self.imbalance = 0
        self._room = room
        self._reader = Reader.of(plan)
        self._routes = routes
        self._counts = counts
        self._changelog = Changelog(UNKNOWN)
        self._dead: list[Record] = []
        self._late: list[Record] = []
        self._ids_forgotten = 0
        self._restarted = True  # everything is to be published again

    def restore(self, restored: Restored) -> Iterator[None]:
        """Goes on from the last checkpoint, some contacts at a time, as the ledger does.

        Raises:
            StateError: the state is not complete, or was written by a newer version.
        """
        restored.check()
        checkpoint = restored.checkpoint
        if checkpoint is None:
            return
        self.positions = dict(checkpoint.positions)
        self.newest = dict(checkpoint.newest)
        self.judging.restore(restored.judged, checkpoint.watermark)
        self.ledger.plan = self.judging.plan
        self._reader = Reader.of(self.judging.plan)
        retired = self._changelog.restore(restored, checkpoint)
        yield from self.ledger.restore(
            checkpoint.watermark, restored.contacts(), restored.cells(), retired
        )

    def merge(self, topic: str, records: "list[ConsumerRecord[bytes, bytes]]") -> None:
        """Merges one batch of records of one input topic."""
        kind = topics.INPUTS[topic]
        position = self.positions.get(topic, 0)
        newest = self.newest.get(topic, UNKNOWN)
        accepted = 0
        read, accept = self._reader.read, self.ledger.accept
        counts = self._counts
        merged, dead = 0, len(self._dead)
        self.ledger.most = len(self.ledger.contacts) + self._room()
        unknown = self._reader.unknown_to_lines
        for record in records:
            if record.offset < position:
                counts.repeated += 1  # merged before the crash after which it is read again
                continue
            merged += 1
            value, appended = record.value, record.timestamp * 1000
            if record.headers or value is None:
                outcome = self._reader.read_record(value, appended, kind, dict(record.headers))
            else:
                outcome = read(value, appended, kind)
            if isinstance(outcome, Refusal):
                self._refuse(record, outcome)
                continue
            event, at = outcome
            if record.key != event.call_id.encode():
                self._refuse(record, _FOREIGN_KEY)
                continue
            try:
                in_time = accept(event, at)
            except FullError:
                self._refuse(record, _NO_ROOM)
                continue
            if not in_time:
                counts.late += 1
                # The complete event, with what only the topic or its headers say of it.
                self._late.append((position_key(record), msgspec.json.encode(event)))
                continue
            accepted += 1
            if at > newest and appended > newest:
                newest = at if at < appended else appended  # time is ahead of no record
        counts.events[topic] += merged
        counts.unknown_to_lines += self._reader.unknown_to_lines - unknown
        refused = len(self._dead) - dead
        self.pending += merged - refused + refused // LETTERS_LIKE_AN_EVENT
        if records:
            self.positions[topic] = max(position, records[-1].offset + 1)
        if newest != UNKNOWN:
            self.newest[topic] = newest
        if accepted:
            self.fruitless.discard(topic)
        else:
            self.fruitless.add(topic)

    def _refuse(self, record: "ConsumerRecord[bytes, bytes]", refusal: Refusal) -> None:
        self._counts.refused[refusal.reason] += 1
        letter = DeadLetter(
            record.topic,
            record.partition,
            record.offset,
            record.timestamp,
            refusal.reason,
            refusal.detail,
        )
        self._dead.append(letter.record())

    def watermark(self, read_to_end: dict[str, int | None]) -> int:
        """The partition's watermark: over its four topics the smallest of the newest accepted
        ``at``. A topic read to its end counts as the brokers' clock, which is given for each such
        topic; None for the others."""
        return min(
            self.newest.get(topic, UNKNOWN)
            if read_to_end[topic] is None
            else read_to_end[topic] or UNKNOWN
            for topic in topics.INPUTS
        )

    def checkpoint(self, watermark: int, generation: int, lazily: bool = False) -> Outputs:
        """Brings the books to the watermark and gives every record of the checkpoint; ``lazily`` as
        in ``Ledger.advance``."""
        self.ledger.advance(watermark, lazily)
        changes = self.ledger.changes()
        self.imbalance = changes.imbalance
        self._count_forgotten()
        self.pending = 0
        here = self.partition
        watermark = self.ledger.watermark
        judged = self.judging.judged(watermark)
        outputs: Outputs = {
            (topics.STATE, here): self._changelog.checkpoint(
                changes, watermark, generation, self.positions, self.newest, judged
            )
        }
        self._write_partials(outputs, changes, generation)
        self._write_decided(outputs, changes, generation)
        outputs[topics.JOURNEYS, here] = [*chain.from_iterable(kept for _, kept in changes.retired)]
        outputs[topics.DEAD, here], self._dead = self._dead, []
        outputs[topics.LATE, here], self._late = self._late, []
        for (caller, contact), call in changes.calls.items():
            there = self._routes.of_caller(caller)
            outputs.setdefault((topics.CALLERS, there), []).append(
                call_record(caller, contact, call)
            )
        self._tell_the_time(outputs, generation)
        return outputs

    def _leaves(self, call_id: str, piece: Piece, outcome: Outcome) -> Record:
        """Counts what was odd about a contact that leaves, and gives its journey."""
        self._counts.irregular.add(outcome)
        return journey_record(call_id, piece, outcome)

    def _count_forgotten(self) -> None:
        forgotten = self.ledger.retired.forgotten - self._ids_forgotten
        self._counts.irregular.counts["ids_forgotten"] += forgotten
        self._ids_forgotten = self.ledger.retired.forgotten

    @property
    def evicts(self) -> bool:
        """Whether the next checkpoint removes what the last one covers."""
        return self._changelog.evicts

    def _write_partials(self, outputs: Outputs, changes: Changes, generation: int) -> None:
        source = self.partition

        def put(scope: str, record: Record) -> None:
            outputs.setdefault((topics.PARTIALS, self._routes.of_scope(scope)), []).append(record)

        if self._restarted:
            self._restarted = False
            for there in range(self._routes.partials):
                outputs.setdefault((topics.PARTIALS, there), []).append(
                    restart_record(generation, source)
                )
        for key, (tally, final, only_retired) in changes.partials.items():
            scope, _, _ = key
            # Where contacts in state add nothing it has just been encoded for the state.
            figures = (only_retired and self._changelog.covering.get(key)) or tally
            put(scope, figures_record(generation, source, key, figures, final))
        for key in changes.evicted:
            scope, width, _ = key
            if width == SLOT:
                put(scope, figures_removed(source, key))
        for scope, (count, oldest) in changes.waiting.items():
            put(scope, waits_record(generation, source, scope, count, oldest))

    def _write_decided(self, outputs: Outputs, changes: Changes, generation: int) -> None:
        """Decisions stay until retention removes them: an owner that was long away reads them."""
        source, number = self.partition, self._changelog.number
        records = outputs.setdefault((topics.PARTIALS, self._routes.of_decisions), [])
        records += for_good_records(generation, source, number, changes.decided.for_good)
        for start, decided in changes.decided.slots.items():
            records.append(decided_record(generation, source, start, decided))

    def _tell_the_time(self, outputs: Outputs, generation: int) -> None:
        """How far the partition has come, behind all that is complete until then."""
        source, ledger = self.partition, self.ledger
        if ledger.watermark == UNKNOWN:
            return
        held = ledger.bookings.held()
        for there in range(self._routes.callers):
            clock = clock_record(source, ledger.complete_until, held)
            outputs.setdefault((topics.CALLERS, there), []).append(clock)
        for there in range(self._routes.partials):
            # The positions, and by what is judged, are on one partition only.
            mine = there == source % self._routes.partials
            record = watermark_record(
                generation,
                source,
                ledger.complete_until,
                ledger.watermark,
                self.positions if mine else {},
                held,
            )
            records = outputs.setdefault((topics.PARTIALS, there), [])
            if mine:
                records += self.judging.told(source, ledger.watermark)
            records.append(record)
