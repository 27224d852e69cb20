"""When checkpoints are made, and in which order.

A checkpoint of a source partition:

1. stop at a batch edge: the ledger advances to the partition's watermark and says what changed;
2. send changelog and outputs in the partition's own transaction;
3. await every acknowledgement and the commit of the transaction;
4. only then commit the input offsets.

Anything that fails ends the worker: its successor starts from the last complete checkpoint. The
same steps run on revocation, before anybody else can have the partition. Steps 1 to 3 of several
partitions go side by side; their offsets are committed together. Lines and callers follow, in the
same steps: what they publish comes from what they have read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from aiokafka import TopicPartition

from streams.domain.detector import AlertChange
from streams.domain.instants import HOUR, SECOND
from streams.engine.clocks import Clock
from streams.engine.failpoints import failpoint
from streams.engine.intake import Intake
from streams.engine.kafka import topics
from streams.engine.kafka.commits import Commits
from streams.engine.kafka.outputs import Outputs
from streams.engine.kafka.transport import App
from streams.engine.kafka.writer import Writer
from streams.engine.quarantine import Quarantine
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.contact_owner import ContactOwner
from streams.engine.roles.judging import UNKNOWN
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.ownership import Ownership
from streams.engine.timings import Timings
from streams.settings import Settings
from streams.sinks.alertmanager import Alertmanagers

CATCHING_UP: Final = 20_000
"""Unread records above which checkpoints are made by the amount of work, not by the clock: nobody
looks at figures of yesterday, and a contact is read once instead of at every event."""

CATCHING_UP_SECONDS: Final = 2.0
"""The longest between two checkpoints while catching up."""

LONG_AGO: Final = HOUR
"""How far a partition's watermark must be behind for its contacts to be read lazily, while catching
up: nothing of then is in the longest rolling window any more."""

Commit = Callable[[Mapping[TopicPartition, int]], Awaitable[None]]

ReadToEnd = Callable[[TopicPartition], int | None]
"""When everything in a partition was last known to be read; None while records wait."""


class CheckpointLoop:
    """Makes a checkpoint of everything owned, again and again.

    Attributes:
        timings: how long checkpoints took.
        quarantine: what was too large to be written.
        last: when the last was durable, in seconds since 1970 by the brokers' clock; None before
            the first.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        app: App,
        ownership: Ownership,
        intake: Intake,
        commits: Commits,
        alertmanagers: Alertmanagers,
    ) -> None:
        self.timings = Timings()
        self.quarantine = Quarantine()
        self.last: float | None = None
        self._settings = settings
        self._clock = clock
        self._app = app
        self._ownership = ownership
        self._intake = intake
        self._commits = commits
        self._alertmanagers = alertmanagers
        self._one_at_a_time = asyncio.Lock()
        self._failed = False
        self._progressed = time.monotonic()

    async def run(self) -> None:
        """Makes checkpoints until it is cancelled, or one fails."""
        while True:
            await asyncio.sleep(self._settings.checkpoint_seconds)
            if self._catching_up():
                await self._intake.full(CATCHING_UP_SECONDS)
            async with self._one_at_a_time:
                # Asked only now: while this waited for its turn, everything may have been revoked.
                owned = self._app.consumer.owned
                if owned:
                    await self._checkpoint(owned)
                    for owner in self._ownership.contacts.among(owned):
                        self._intake.align(owner)  # a topic may have come to its end
            # Owned or not: who gives partitions up waits for the agents, and they for room.
            self._intake.make_room()

    async def last_of(self, tps: frozenset[TopicPartition]) -> bool:
        """Makes the last checkpoint of partitions that are given up; False where one has failed
        before, for a writer that has failed writes no more, and the worker is ending."""
        async with self._one_at_a_time:
            if self._failed:
                return False
            await self._checkpoint(tps)
        return True

    def progressed(self) -> None:
        """A checkpoint was made, or partitions were taken over."""
        self._progressed = time.monotonic()

    def stalled_for(self) -> float:
        """Seconds since the worker progressed; 0 while it is idle or recovers, which has a limit of
        its own."""
        return time.monotonic() - self._progressed if self._app.consumer.owned else 0.0

    async def _checkpoint(self, owned: frozenset[TopicPartition]) -> None:
        begun = time.monotonic()
        self._failed = True  # until it is done
        generation, commit = self._app.consumer.generation, self._commits.commit
        contacts, lines = self._ownership.contacts, self._ownership.lines
        callers = self._ownership.callers
        await of_contacts(
            contacts.among(owned),
            contacts.writers,
            self.quarantine,
            self._read_to_end,
            generation,
            commit,
            self._clock.now() - LONG_AGO if self._catching_up() else UNKNOWN,
        )
        self._read_to_ends(owned)
        changes = await of_lines(
            lines.among(owned), lines.writers, self.quarantine, generation, commit
        )
        for change in changes:
            self._alertmanagers.send(change.alert)
        await of_callers(callers.among(owned), callers.writers, self.quarantine, generation, commit)
        self.last = self._app.broker_time.now() / SECOND
        self._app.broker_time.check()
        self.progressed()
        self.timings.add(time.monotonic() - begun)
        self._failed = False

    def _catching_up(self) -> bool:
        return self._intake.lag() > CATCHING_UP

    def _read_to_end(self, tp: TopicPartition) -> int | None:
        monotonic = self._app.consumer.read_to_end_at(tp)
        instant = None if monotonic is None else self._app.broker_time.at(monotonic)
        return None if instant is None else self._clock.at(instant)

    def _read_to_ends(self, owned: frozenset[TopicPartition]) -> None:
        """Moves owners that still read their partition on to its end, where they have come to it:
        its last offsets need not be records."""
        for line in self._ownership.lines.among(owned):
            if not line.shown:
                line.read_to(self._end_read(topics.PARTIALS, line.partition))
        for caller in self._ownership.callers.among(owned):
            if not caller.complete:
                caller.read_to(self._end_read(topics.CALLERS, caller.partition))

    def _end_read(self, topic: str, partition: int) -> int:
        """The end of a partition that has been read to its end; 0 until then."""
        consumer = self._app.consumer
        tp = TopicPartition(topic, partition)
        if consumer.read_to_end_at(tp) is None:
            return 0
        return consumer.position(tp) or 0


async def of_contacts(
    owners: Iterable[ContactOwner],
    writers: Mapping[int, Writer],
    quarantine: Quarantine,
    read_to_end: ReadToEnd,
    generation: int,
    commit: Commit,
    lazily_before: int,
) -> None:
    """Makes a checkpoint of each source partition.

    Those whose watermark is before ``lazily_before`` advance lazily: nobody looks yet.

    A partition with a topic that has neither brought an event nor been read to its end has no
    watermark yet; its facts and dead letters are written all the same.

    Raises:
        WriteError, CommitError: it is not durable; the worker must end.
    """
    offsets: dict[TopicPartition, int] = {}
    writes = []
    evicts = False
    for owner in owners:
        tps = {topic: TopicPartition(topic, owner.partition) for topic in topics.INPUTS}
        watermark = owner.watermark({topic: read_to_end(tp) for topic, tp in tps.items()})
        outputs = owner.checkpoint(watermark, generation, lazily=watermark < lazily_before)
        offsets |= {tps[topic]: position for topic, position in owner.positions.items()}
        evicts |= owner.evicts
        writes.append(asyncio.ensure_future(_write(writers[owner.partition], quarantine, outputs)))
        await asyncio.sleep(0)  # sending begins, and heartbeats go out, before the next advances
    await _all(writes)
    failpoint("written, not committed")
    if offsets:
        await commit(offsets)
    failpoint("committed")
    if evicts:
        failpoint("final, not evicted")


async def of_lines(
    owners: Iterable[LineOwner],
    writers: Mapping[int, Writer],
    quarantine: Quarantine,
    generation: int,
    commit: Commit,
) -> list[AlertChange]:
    """Publishes final intervals and alerts, then commits how far the partials were read; gives the
    changes of alerts, which are durable now and may be sent to people."""
    owners = list(owners)
    offsets = {TopicPartition(topics.PARTIALS, each.partition): each.position for each in owners}
    writes = []
    for owner in owners:
        outputs = owner.outputs(generation)
        if any(outputs.values()):
            writes.append(_write(writers[owner.partition], quarantine, outputs))
    await _all(writes)
    if offsets:
        await commit(offsets)
    return [change for owner in owners for change in owner.published()]


async def of_callers(
    owners: Iterable[CallerOwner],
    writers: Mapping[int, Writer],
    quarantine: Quarantine,
    generation: int,
    commit: Commit,
) -> None:
    """Publishes what callers' histories changed, then commits how far the calls were read."""
    owners = list(owners)
    offsets = {TopicPartition(topics.CALLERS, each.partition): each.position for each in owners}
    writes = []
    for owner in owners:
        outputs = owner.outputs(generation)
        if outputs:
            writes.append(_write(writers[owner.partition], quarantine, outputs))
    await _all(writes)
    if offsets:
        await commit(offsets)


async def _write(writer: Writer, quarantine: Quarantine, outputs: Outputs) -> None:
    failpoint("before sending")
    await writer.write(quarantine(writer.written.told(outputs)))


async def _all(writes: Iterable[Awaitable[None]]) -> None:
    """Awaits every write, so that none goes on unseen, then raises what any of them raised."""
    for outcome in await asyncio.gather(*writes, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
