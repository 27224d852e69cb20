"""What the broker still has of a period: the quarter-hours, the raw events, the late ones.

It is read outside the group, beside the workers and unseen by them; only what is committed. A topic
is read from the first record that can be about the period: none is older than its events, but for
the skew that is allowed between clocks.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

import msgspec
from aiokafka import ConsumerRecord, TopicPartition

from streams.domain.books import INTERVAL
from streams.domain.call_events import Contact
from streams.domain.counts import COUNTS
from streams.domain.event_reader import DEFAULT_SKEW, Reader, Refusal
from streams.domain.events import Event
from streams.domain.instants import DAY
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.plan.composed import composed
from streams.domain.plan.judgement import Judgement
from streams.domain.tally import WHOLE_WAITS, Tally
from streams.engine.kafka import topics
from streams.engine.kafka.access import check_access
from streams.engine.kafka.outputs import position_key
from streams.engine.kafka.read_to_end import LogReader, ReadError, Records
from streams.engine.state.partials import TOLD_JUDGEMENT, Judged, read_partial
from streams.engine.state.provisional import Partials
from streams.settings import Settings
from streams.sinks.records import Interval

LOOK_BACK = DAY
"""How long before a period the events may lie that its visits are made of: a call that is
transferred again and again may have begun that long ago."""

_RECORDS_AT_ONCE = 1_000
"""Records of one fetch. A worker reads its own books beside its work: some milliseconds at a
time."""


UNHEARD: Final = -(2**62)
"""Up to when the callers of a partition are known whose owner has published nothing."""


class AuditError(Exception):
    """The broker does not have what is needed; the message says what, and what to do."""


class Kept(NamedTuple):
    """Quarter-hours as the workers keep them.

    Attributes:
        intervals: all of them, what follows from callers included.
        provisional: those that are not final yet, or in which a callback can still be kept.
        as_of: the instant up to which they are complete.
        judged: by what they were judged. Partitions go on by a corrected plan at watermarks that
            are seconds apart: it is that of the first; None where none has told it.
    """

    intervals: dict[tuple[str, int], Tally]
    provisional: set[tuple[str, int]]
    as_of: int
    judged: Judgement | None = None

    def judging(self, plan: Plan) -> Plan:
        """A plan that judges by what these were judged by, and from then on as it says."""
        return plan if self.judged is None else composed(plan, self.judged, self.as_of + 1)


class Late(NamedTuple):
    """An event that came too late, or that corrects another, and when it came."""

    event: Event
    at: int
    arrived: int


class Raw(NamedTuple):
    """The contacts of the raw events, and those of the events that had come late."""

    contacts: dict[str, Contact]
    late: list[Late]


async def kept(
    settings: Settings, since: int, until: int, partials: Partials | None = None
) -> Kept:
    """The quarter-hours between two instants.

    Args:
        settings: how to reach the broker.
        since, until: the instants.
        partials: what was read before; what came since is added.

    Raises:
        AuditError: no worker has published how far it is, or the topic was created again since.
    """
    partials = Partials() if partials is None else partials
    final: dict[tuple[str, int], Tally] = {}
    of_callers: dict[tuple[str, int, int], Tally] = {}
    decode = msgspec.json.Decoder(Interval).decode
    async with _open(settings) as log:
        async for records in log.read(topics.PARTIALS, partials.positions):
            partials.apply(records)
        # After the partials: what becomes final between the two is then in both, not in neither.
        async for records in log.read_since(topics.INTERVALS, since):
            for record in records:
                if record.value is not None:
                    interval = decode(record.value)
                    if not since <= interval.start < until:
                        continue
                    scope, start, caller = interval.scope, interval.start, interval.callers
                    if caller is None:
                        final[scope, start] = tally(interval)
                    else:
                        of_callers[scope, start, caller] = tally(interval)
        sources = log.partitions(next(iter(topics.INPUTS)))
        callers = log.partitions(topics.CALLERS)
    complete = partials.complete_until
    missing = sorted(tp.partition for tp in sources if tp.partition not in complete)
    if missing:
        raise AuditError(
            f"source partitions {missing} have published nothing yet: run `reachline worker`"
        )
    intervals = dict(final)
    provisional: set[tuple[str, int]] = set()
    count = len(sources)
    for quarter, part in partials.provisional(since, final, count):
        if quarter.start < until:
            intervals.setdefault(quarter, Tally()).plus(part)
            provisional.add(quarter)
    for (scope, start, _), part in of_callers.items():
        intervals.setdefault((scope, start), Tally()).plus(part)
    promised = set()
    for quarter, part, can_change_no_more in partials.of_callers(since, of_callers, count):
        if quarter.start < until:
            intervals.setdefault(quarter, Tally()).plus(part)
            if not can_change_no_more:
                promised.add(quarter)
    known_to = min(complete.get(count + tp.partition, UNHEARD) for tp in callers)
    for (scope, start), total in intervals.items():
        # Where no callback was accepted, callers add nothing to what contracts ask for.
        if total["callback"] and (
            (scope, start) in promised or start + INTERVAL + GRACE > known_to
        ):
            provisional.add((scope, start))
    as_of = min(complete[tp.partition] for tp in sources)
    told = partials.judged
    return Kept(intervals, provisional, as_of, told[min(told)] if told else None)


def tally(interval: Interval) -> Tally:
    """The tally of a published quarter-hour."""
    found = Tally.of(**{name: getattr(interval.counts, name, 0) for name in COUNTS})
    whole = ((WHOLE_WAITS + bucket, count) for bucket, count in interval.whole_waits)
    found.waits = dict([*interval.waits, *whole])
    found.longest = -1 if interval.longest is None else interval.longest
    return found


async def judged(settings: Settings) -> dict[int, Judgement]:
    """By what each source partition is judged, as far as that has been told.

    Raises:
        AuditError: the topic is not there, or can't be read to its end.
    """
    found: dict[int, Judgement] = {}
    async with _open(settings) as log:
        async for records in log.read(topics.PARTIALS):
            for record in records:
                # Of hundreds of megabytes these are a few records: no other is unpacked.
                if record.value is None or not (record.key or b"").startswith(TOLD_JUDGEMENT):
                    continue
                partial = read_partial(record.key or b"", record.value)
                if isinstance(partial, Judged):
                    found[partial.source] = partial.judged
    return found


async def raw(settings: Settings, plan: Plan, since: int, late: bool) -> Raw:
    """The contacts of all raw events that can be about a period from ``since`` on.

    Args:
        settings: how to reach the broker.
        plan: by which lines are known.
        since: the beginning of the period.
        late: whether the late events count, each corrected one instead of what it corrects;
            without them the contacts are those of the books.
    """
    async with _open(settings) as log:
        positions: set[bytes] = set()
        async for records in log.read(topics.LATE):
            positions.update(record.key for record in records if record.key is not None)
        reading = _Reading(plan, positions, late)
        await reading.run(log, since - LOOK_BACK)
    return Raw(reading.contacts, reading.late)


class _Reading:
    """One reading of the raw topics.

    Args:
        plan: by which lines are known.
        late: the keys of late events; see `position_key`.
        with_late: whether these count.
    """

    def __init__(self, plan: Plan, late: set[bytes], with_late: bool) -> None:
        self.contacts: dict[str, Contact] = {}
        self.late: list[Late] = []
        self._reader = Reader.of(plan)
        self._late = late
        self._with_late = with_late

    async def run(self, log: "_Log", since: int) -> None:
        for topic in topics.INPUTS:
            async for records in log.read_since(topic, since):
                self._apply(records)

    def _apply(self, records: "Iterable[ConsumerRecord[bytes, bytes]]") -> None:
        for record in records:
            outcome = self._reader.read_record(
                record.value,
                record.timestamp * 1000,
                topics.INPUTS[record.topic],
                dict(record.headers),
            )
            if isinstance(outcome, Refusal):
                continue
            event, at = outcome
            if record.key != event.call_id.encode():
                continue
            if position_key(record) in self._late or event.revision > 0:
                self.late.append(Late(event, at, record.timestamp * 1000))
                if not self._with_late:
                    continue
            contact = self.contacts.get(event.call_id)
            if contact is None:
                contact = self.contacts[event.call_id] = Contact(event.call_id)
            contact.merge(event, at)


class _Log:
    """The topics, each read to its end."""

    def __init__(
        self, reader: LogReader, partitions: Mapping[str, Collection[TopicPartition]]
    ) -> None:
        self._reader = reader
        self._partitions = partitions

    def partitions(self, topic: str) -> Collection[TopicPartition]:
        """The topic's partitions.

        Raises:
            AuditError: there is no such topic.
        """
        found = self._partitions.get(topic)
        if not found:
            raise AuditError(f"{topic}: no such topic; run `reachline topics create`")
        return found

    async def read(
        self, topic: str, starts: Mapping[TopicPartition, int] | None = None
    ) -> AsyncIterator[Records]:
        """Reads a topic to its end now, from its start or from these offsets."""
        tps = self.partitions(topic)
        async for _, records in self._reader.read(tps, starts or {}):
            yield records

    async def read_since(self, topic: str, instant: int) -> AsyncIterator[Records]:
        """Reads a topic to its end now, from the first record that can be about an instant."""
        starts = await self._reader.offsets_at(self.partitions(topic), instant - DEFAULT_SKEW)
        async for _, records in self._reader.read(starts.keys(), starts):
            yield records


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[_Log]:
    """Opens the topics.

    Raises:
        BrokerError: no broker lets the client in.
        AuditError: a topic can't be read to its end.
    """
    await check_access(settings)
    try:
        async with LogReader(settings, _RECORDS_AT_ONCE) as reader:
            yield _Log(reader, await reader.partitions())
    except ReadError as error:
        raise AuditError(str(error)) from error
