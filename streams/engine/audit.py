"""What the broker still knows of a period: the quarter-hours kept, the raw events, the late ones.

Read without a group, beside the workers and unseen by them; only what is committed. A topic is read
from the first record that can be about the period: none is older than its events, but for the
allowed skew of their clocks.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

import msgspec
from aiokafka import ConsumerRecord, TopicPartition

from streams.domain.books import INTERVAL
from streams.domain.counts import COUNTS
from streams.domain.event_reader import DEFAULT_SKEW, Reader, Refusal
from streams.domain.events import Event
from streams.domain.instants import DAY
from streams.domain.journey import Contact
from streams.domain.plan import Plan
from streams.domain.tally import Tally
from streams.engine.kafka import clients, topics
from streams.engine.kafka.access import check_access
from streams.engine.kafka.read_to_end import STALLED
from streams.engine.state import stored
from streams.engine.state.stored import Anew, Figures, WatermarkRecord
from streams.settings import Settings
from streams.sinks.records import Interval

LOOK_BACK = DAY
"""How long before a period the events may lie that its visits are made of: a call that is
transferred again and again may have begun that long ago."""

Records: TypeAlias = "list[ConsumerRecord[bytes, bytes]]"


class AuditError(Exception):
    """The broker does not have what is needed; the message says what, and what to do."""


class Kept(NamedTuple):
    """Quarter-hours as the workers keep them, the final ones and those not final yet."""

    intervals: dict[tuple[str, int], Tally]
    provisional: set[tuple[str, int]]
    as_of: int


class Late(NamedTuple):
    """An event that came too late, or that corrects another, and when it came."""

    event: Event
    at: int
    arrived: int


class Raw(NamedTuple):
    """The contacts of the raw events, and those of the events that had come late."""

    contacts: dict[str, Contact]
    late: list[Late]


class Partials:
    """What the line partials tell of quarter-hours that are not final, and of the clocks.

    Whoever asks again reads on from where it was read to: the topic is compacted, yet has hundreds
    of megabytes.
    """

    def __init__(self) -> None:
        self.positions: dict[TopicPartition, int] = {}
        self.clocks: dict[int, int] = {}
        # By partition and source: each partition is told anew by itself.
        self._open: dict[tuple[int, int], dict[tuple[str, int], tuple[Tally, bool]]] = {}

    def take(self, records: Records) -> None:
        """Takes records in the order of their offsets."""
        clocks = self.clocks
        for record in records:
            assert record.key is not None
            told = None if record.value is None else stored.read_partial(record.key, record.value)
            if isinstance(told, Figures) and told.width == INTERVAL:
                of_source = self._open.setdefault((record.partition, told.source), {})
                of_source[told.scope, told.start] = told.tally, told.final
            elif isinstance(told, WatermarkRecord):
                clocks[told.source] = max(told.clock, clocks.get(told.source, told.clock))
            elif isinstance(told, Anew):
                # What a source has told as final it tells no more, whoever takes it over.
                figures = self._open.get((record.partition, told.source), {})
                for key in [key for key, (_, final) in figures.items() if not final]:
                    del figures[key]

    def provisional(
        self, since: int, final: Mapping[tuple[str, int], Tally]
    ) -> Iterator[tuple[tuple[str, int], Tally]]:
        """The parts of the quarter-hours from ``since`` on that are not final; all others are
        forgotten."""
        for figures in self._open.values():
            for key in [key for key in figures if key[1] < since or key in final]:
                del figures[key]
            yield from ((key, partial) for key, (partial, _) in figures.items())


async def kept(
    settings: Settings, since: int, until: int, partials: Partials | None = None
) -> Kept:
    """The quarter-hours between two instants.

    Args:
        settings: where the broker is.
        since, until: the instants.
        partials: what was read before; what came since is added.

    Raises:
        AuditError: no worker has told how far it is, or the topic was made anew since.
    """
    final: dict[tuple[str, int], Tally] = {}
    decode = msgspec.json.Decoder(Interval).decode

    def take_final(records: Records) -> None:
        for record in records:
            if record.value is not None:
                told = decode(record.value)
                if since <= told.start < until:
                    final[told.scope, told.start] = tally(told)

    partials = Partials() if partials is None else partials
    async with _Broker(settings) as broker:
        await broker.read(topics.PARTIALS, None, partials.take, partials.positions)
        # After the others: what becomes final between the two is then in both, not in neither.
        await broker.read(topics.INTERVALS, since, take_final)
        sources = len(broker.partitions(next(iter(topics.INPUTS))))
    missing = sorted(set(range(sources)) - set(partials.clocks))
    if missing:
        raise AuditError(
            f"source partitions {missing} have never told how far they are: run `reachline worker`"
        )
    intervals = dict(final)
    provisional = set()
    for key, partial in partials.provisional(since, final):
        if key[1] < until:
            intervals.setdefault(key, Tally()).plus(partial)
            provisional.add(key)
    return Kept(intervals, provisional, min(partials.clocks[source] for source in range(sources)))


def tally(told: Interval) -> Tally:
    """The tally of a published quarter-hour."""
    counts = [getattr(told.counts, name, 0) for name in COUNTS]
    longest = -1 if told.longest is None else told.longest
    return Tally.from_stored([counts, told.waits, longest])


async def raw(settings: Settings, plan: Plan, since: int, late: bool) -> Raw:
    """The contacts of all raw events that can be about a period from ``since`` on.

    Args:
        settings: where the broker is.
        plan: by which lines are known.
        since: the beginning of the period.
        late: with the late events, each corrected one in place of what it corrects; else without
            them, as the books were kept.
    """
    async with _Broker(settings) as broker:
        places: set[bytes] = set()
        await broker.read(
            topics.LATE,
            None,
            lambda records: places.update(each.key for each in records if each.key is not None),
        )
        reading = _Reading(plan, places, late, {})
        await reading.run(broker, since - LOOK_BACK)
        if late and reading.revised:
            reading = _Reading(plan, places, late, reading.revised)
            await reading.run(broker, since - LOOK_BACK)
    return Raw(reading.contacts, reading.late)


class _Reading:
    """One reading of the raw topics."""

    def __init__(
        self, plan: Plan, places: set[bytes], with_late: bool, known: dict[str, int]
    ) -> None:
        self.contacts: dict[str, Contact] = {}
        self.late: list[Late] = []
        self.revised: dict[str, int] = {}
        self._reader = Reader(plan.knows)
        self._places = places
        self._with_late = with_late
        self._known = known

    async def run(self, broker: "_Broker", since: int) -> None:
        for topic in topics.INPUTS:
            await broker.read(topic, since, self._take)

    def _take(self, records: Records) -> None:
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
            place = b"%b|%d|%d" % (record.topic.encode(), record.partition, record.offset)
            if place in self._places or event.revision > 0:
                self.late.append(Late(event, at, record.timestamp * 1000))
                if not self._with_late:
                    continue
            if event.revision > 0:
                newest = max(event.revision, self.revised.get(event.event_id, 0))
                self.revised[event.event_id] = newest
            if event.revision < self._known.get(event.event_id, 0):
                continue
            contact = self.contacts.get(event.call_id)
            if contact is None:
                contact = self.contacts[event.call_id] = Contact(event.call_id)
            contact.merge(event, at)


class _Broker:
    """A consumer of no group, for as long as it is needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._consumer = clients.consumer(
            settings,
            isolation_level="read_committed",
            enable_auto_commit=False,
            max_partition_fetch_bytes=topics.LARGEST_RECORD,
        )
        self._partitions: dict[str, list[TopicPartition]] = {}

    async def __aenter__(self) -> "_Broker":
        try:
            await check_access(self._settings)
            await self._consumer.start()
        except BaseException:
            await self._consumer.stop()
            raise
        # All topics at once: to ask for one by its name is to create it, where brokers do that.
        cluster = await self._consumer._client.fetch_all_metadata()
        for topic in cluster.topics():
            found = cluster.partitions_for_topic(topic) or ()
            self._partitions[topic] = [TopicPartition(topic, each) for each in sorted(found)]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    def partitions(self, topic: str) -> list[TopicPartition]:
        """The topic's partitions.

        Raises:
            AuditError: there is no such topic.
        """
        found = self._partitions.get(topic)
        if not found:
            raise AuditError(f"{topic}: no such topic; run `reachline topics create`")
        return found

    async def read(
        self,
        topic: str,
        since: int | None,
        take: Callable[[Records], object],
        positions: dict[TopicPartition, int] | None = None,
    ) -> None:
        """Reads a topic to its end now: from the first record written at or after an instant, or
        from ``positions``, which are moved on.

        Raises:
            AuditError: it can't be read to its end, or ends before these positions.
        """
        consumer, tps = self._consumer, self.partitions(topic)
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        ends = await consumer.end_offsets(tps)
        before = {} if positions is None else positions
        if any(before.get(tp, 0) > ends[tp] for tp in tps):
            raise AuditError(f"{topic}: was made anew while it was read")
        for tp, position in before.items():
            consumer.seek(tp, position)
        unread = {tp for tp in tps if ends[tp] > before.get(tp, 0)}
        if since is not None:
            first = max(0, (since - DEFAULT_SKEW) // 1000)
            starts = await consumer.offsets_for_times(dict.fromkeys(tps, first))
            for tp, start in starts.items():
                if start is None:
                    unread.discard(tp)
                else:
                    consumer.seek(tp, start.offset)
        moved = time.monotonic()
        while unread:
            # A worker reads this beside its work: some milliseconds at a time.
            fetched = await consumer.getmany(*unread, timeout_ms=500, max_records=1_000)
            for records in fetched.values():
                take(records)
                moved = time.monotonic()
            # Transaction markers and compaction leave holes: the position tells, not the records.
            unread = {tp for tp in unread if await consumer.position(tp) < ends[tp]}
            if unread and time.monotonic() - moved > STALLED:
                raise AuditError(
                    f"{topic}: could not be read to its end: nothing came for {STALLED:.0f} s"
                )
        before.update(ends)
