"""One source partition: the same partition of the four input topics, its ledger and its state.

Records come in by the batch, in any order between the topics. A checkpoint takes what changed,
writes it in one transaction, and only then lets the offsets move. What the records look like is in
``stored``. A departing contact takes two steps:

1. checkpoint n writes, in one record, the tallies that cover the contact and the contact's id;
2. checkpoint n + 1 writes those tallies under their own keys and removes the contact's facts.

A recovery reads the last checkpoint's tallies over all others and passes over the contacts that it
covers, so a crash anywhere in between neither loses nor doubles one.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from streams.domain import event_reader
from streams.domain.books import SLOT
from streams.domain.cells import CellKey
from streams.domain.decisions import DECIDED
from streams.domain.event_reader import Reader, Refusal
from streams.domain.ledger import Changes, Ledger
from streams.domain.plan import Plan
from streams.domain.plan.model import LONGEST_LOST_AFTER
from streams.engine.kafka import topics
from streams.engine.kafka.writer import Outputs
from streams.engine.roles.routes import Routes
from streams.engine.state import stored
from streams.engine.state.stored import Checkpoint, Record, Restored
from streams.sinks.journeys import journey_record
from streams.sinks.records import DeadLetter

LETTERS_LIKE_AN_EVENT: Final = 8
"""Dead letters that are as much work for a checkpoint as one event: a letter is only sent, while an
event moves figures. A flood of them must not have the good events told anew twice as often."""

UNKNOWN = -(2**62)
"""A clock that nothing has been heard of yet."""


_FOREIGN_KEY: Final = Refusal(
    event_reader.MALFORMED_FIELD,
    "key: must be the call_id, for its events would be on other partitions than the call's others",
)


class Counts:
    """What one worker has counted since it started, for its metrics."""

    def __init__(self) -> None:
        self.events = dict.fromkeys(topics.INPUTS, 0)
        self.refused = dict.fromkeys(event_reader.REASONS, 0)
        self.late = 0
        self.repeated = 0
        self.unknown_to_lines = 0


class Source:
    """The state of one source partition.

    Attributes:
        partition: which one.
        ledger: its books.
        positions: per input topic the offset up to which everything is in the ledger.
        newest: per input topic the newest accepted ``at``.
        fruitless: input topics of whose last batch nothing was accepted.
        pending: events merged since the last checkpoint was taken; of dead letters some make one.
        imbalance: by how much the books failed to balance at the last checkpoint.
    """

    def __init__(self, partition: int, plan: Plan, routes: Routes, counts: Counts) -> None:
        self.partition = partition
        self.ledger = Ledger(plan)
        self.positions: dict[str, int] = {}
        self.pending = 0
        self.imbalance = 0
        self.newest: dict[str, int] = {}
        self.fruitless: set[str] = set()
        self._reader = Reader(plan.knows)
        self._routes = routes
        self._counts = counts
        self._number = 0
        self._dead: list[Record] = []
        self._late: list[Record] = []
        # What checkpoint n leaves for n + 1 to do.
        self._covered: list[tuple[str, bool]] = []
        self._places: dict[CellKey, bytes] = {}
        self._dropped: list[CellKey] = []
        self._gone: deque[tuple[int, int]] = deque()  # checkpoint, clock
        self._covered_clock = UNKNOWN
        # What has a record of its own in the changelog.
        self._stored_contacts = 0
        self._stored_places: set[CellKey] = set()
        self._anew = True

    def restore(self, restored: Restored) -> Iterator[None]:
        """Takes up the state where the last checkpoint left it, step by step as the ledger does.

        Raises:
            StateError: it is not complete, or was written by a newer version.
        """
        restored.check()
        checkpoint = restored.checkpoint
        if checkpoint is None:
            return
        self._number = checkpoint.number
        self.positions = dict(checkpoint.positions)
        self.newest = dict(checkpoint.newest)
        departed: dict[str, int] = {}
        for number, (clock, call_ids) in restored.gone().items():
            departed |= dict.fromkeys(call_ids, clock)
            self._gone.append((number, clock))
        departed |= dict.fromkeys(checkpoint.covered, checkpoint.clock)
        self._covered = restored.covered_before()
        self._covered_clock = checkpoint.clock
        self._stored_contacts = checkpoint.kept[0]
        self._stored_places = restored.cell_keys()
        self._places = dict(checkpoint.places)
        self._dropped = checkpoint.dropped
        yield from self.ledger.restore(
            checkpoint.clock, restored.contacts(), restored.places(), departed
        )

    def take(self, topic: str, records: "list[ConsumerRecord[bytes, bytes]]") -> None:
        """Merges one batch of records of one input topic."""
        kind = topics.INPUTS[topic]
        position = self.positions.get(topic, 0)
        newest = self.newest.get(topic, UNKNOWN)
        accepted = 0
        read, accept = self._reader.read, self.ledger.accept
        counts = self._counts
        taken, dead = 0, len(self._dead)
        unknown = self._reader.unknown_to_lines
        for record in records:
            if record.offset < position:
                counts.repeated += 1  # merged before the crash that it is read again for
                continue
            taken += 1
            value = record.value
            if record.headers or value is None:
                outcome = self._reader.read_record(
                    value, record.timestamp * 1000, kind, dict(record.headers)
                )
            else:
                outcome = read(value, record.timestamp * 1000, kind)
            if isinstance(outcome, Refusal):
                self._refuse(record, outcome)
                continue
            event, at = outcome
            if record.key != event.call_id.encode():
                self._refuse(record, _FOREIGN_KEY)
                continue
            if not accept(event, at):
                counts.late += 1
                # Whole, with what only the topic or its headers said of it.
                self._late.append((_place(record), msgspec.json.encode(event)))
                continue
            accepted += 1
            if at > newest:
                newest = at
        counts.events[topic] += taken
        counts.unknown_to_lines += self._reader.unknown_to_lines - unknown
        refused = len(self._dead) - dead
        self.pending += taken - refused + refused // LETTERS_LIKE_AN_EVENT
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

    def clock(self, read_to_end: dict[str, int | None]) -> int:
        """The partition's clock: over its four topics the smallest of the newest accepted ``at``,
        where a topic read to its end counts as the wall clock (given per topic, else None)."""
        return min(
            self.newest.get(topic, UNKNOWN)
            if read_to_end[topic] is None
            else read_to_end[topic] or UNKNOWN
            for topic in topics.INPUTS
        )

    def checkpoint(self, clock: int, generation: int, lazily: bool = False) -> Outputs:
        """Brings the books to the clock and gives every record that the checkpoint consists of;
        ``lazily`` as in ``Ledger.advance``."""
        self.ledger.advance(clock, lazily)
        changes = self.ledger.changes()
        self.imbalance = changes.imbalance
        self._number += 1
        self.pending = 0
        outputs: Outputs = {}
        self._write_state(outputs, changes, generation)
        self._write_partials(outputs, changes, generation)
        here = self.partition
        outputs[topics.JOURNEYS, here] = [
            journey_record(contact, reading) for contact, reading in changes.retired
        ]
        outputs[topics.DEAD, here], self._dead = self._dead, []
        outputs[topics.LATE, here], self._late = self._late, []
        for (caller, call_id), call in changes.calls.items():
            there = self._routes.of_caller(caller)
            outputs.setdefault((topics.CALLERS, there), []).append(
                stored.call_record(caller, call_id, call)
            )
        return outputs

    @property
    def departing(self) -> bool:
        """Whether the last checkpoint leaves something to be removed with the next."""
        return bool(self._covered or self._dropped)

    def _write_state(self, outputs: Outputs, changes: Changes, generation: int) -> None:
        records: list[Record] = []
        dropped = set(self._dropped)
        for key, tally in self._places.items():
            if key not in dropped:
                records.append(stored.cell_record(key, tally))
                self._stored_places.add(key)
        records += [stored.cell_record(key, None) for key in dropped & self._stored_places]
        self._stored_places -= dropped
        if self._covered:
            ids = [call_id for call_id, _ in self._covered]
            before = self._number - 1
            records.append(stored.retired_record(before, self._covered_clock, ids))
            self._gone.append((before, self._covered_clock))
            kept = [call_id for call_id, kept in self._covered if kept]
            records += [stored.contact_removed(call_id) for call_id in kept]
            self._stored_contacts -= len(kept)
        while self._gone and self._gone[0][1] < self.ledger.watermark - LONGEST_LOST_AFTER:
            records.append(stored.retired_record(*self._gone.popleft(), None))
        for contact in changes.facts:
            records.append(stored.contact_record(contact))
            self._stored_contacts += not contact.stored
            contact.stored = True
        self._covered = [(contact.call_id, contact.stored) for contact, _ in changes.retired]
        self._covered_clock = self.ledger.watermark
        self._places = {key: stored.encoded(tally) for key, tally in changes.retired_parts.items()}
        self._dropped = changes.evicted
        checkpoint = Checkpoint(
            self._number,
            generation,
            self.ledger.watermark,
            dict(self.positions),
            dict(self.newest),
            [call_id for call_id, _ in self._covered],
            list(self._places.items()),
            self._dropped,
            (self._stored_contacts, len(self._stored_places), len(self._gone)),
        )
        records.append(checkpoint.record())
        outputs[topics.STATE, self.partition] = records

    def _write_partials(self, outputs: Outputs, changes: Changes, generation: int) -> None:
        def put(scope: str, record: Record) -> None:
            outputs.setdefault((topics.PARTIALS, self._routes.of_scope(scope)), []).append(record)

        if self._anew:
            self._anew = False
            for there in range(self._routes.partials):
                outputs.setdefault((topics.PARTIALS, there), []).append(
                    stored.anew_record(generation, self.partition)
                )
        for key, (tally, final, settled) in changes.partials.items():
            # Where nothing else is booked it has just been encoded for the state.
            figures = (settled and self._places.get(key)) or tally
            put(key[0], stored.figures_record(generation, self.partition, key, figures, final))
        for key in changes.evicted:
            # Decisions stay until retention takes them: an owner that was long away feeds them yet.
            if key[1] == SLOT and not key[0].startswith(DECIDED):
                put(key[0], stored.figures_record(generation, self.partition, key, None, False))
        for scope, (count, oldest) in changes.waiting.items():
            put(scope, stored.waiting_record(generation, self.partition, scope, count, oldest))
        if self.ledger.watermark == UNKNOWN:
            return
        for there in range(self._routes.partials):
            # Once is enough for the positions, which only a rebuild asks for.
            mine = there == self.partition % self._routes.partials
            clock = stored.clock_record(
                generation,
                self.partition,
                self.ledger.complete_until,
                self.ledger.watermark,
                self.positions if mine else {},
            )
            outputs.setdefault((topics.PARTIALS, there), []).append(clock)


def _place(record: "ConsumerRecord[bytes, bytes]") -> bytes:
    """Where a record lies: the one name that no other has, be its event ever so often repeated."""
    return b"%b|%d|%d" % (record.topic.encode(), record.partition, record.offset)
