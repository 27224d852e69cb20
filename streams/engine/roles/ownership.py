"""The partitions that a worker owns: taking them over with their state.

An assignment comes with partitions of three roles. For each partition that is new here its writer
is started, which fences the former owner; then its state is read back; then reading starts where
that state ends.
"""

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from functools import partial

from aiokafka import TopicPartition

from streams.domain.plan import Plan
from streams.engine.clocks import Clock
from streams.engine.kafka import topics
from streams.engine.kafka.read_to_end import LogReader
from streams.engine.kafka.transport import App
from streams.engine.roles import corrected
from streams.engine.roles.caller_owner import CallerOwner
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.line_owner import LineOwner
from streams.engine.roles.role import Role
from streams.engine.roles.routes import Routes
from streams.engine.state.recovery import read_back
from streams.engine.state.restored import Restored
from streams.engine.timings import Recovery
from streams.settings import Settings

log = logging.getLogger(__name__)


class Ownership:
    """Everything that one worker owns.

    Attributes:
        contacts: the source partitions.
        lines: the partitions of line partials.
        callers: the partitions of callers' calls.
        recovered: by source partition, its last recovery.
    """

    def __init__(
        self, settings: Settings, plan: Plan, clock: Clock, counts: Counts, app: App
    ) -> None:
        role = partial(Role, settings=settings, written=app.written, time=app.broker_time)
        self.contacts: Role[ContactOwner] = role("source", topics.INPUTS)
        self.lines: Role[LineOwner] = role("lines", [topics.PARTIALS])
        self.callers: Role[CallerOwner] = role("callers", [topics.CALLERS])
        self.recovered: dict[int, Recovery] = {}
        self._settings = settings
        self._plan = plan
        self._clock = clock
        self._counts = counts
        self._app = app
        self._routes: Routes | None = None

    async def take_over(self, tps: frozenset[TopicPartition]) -> dict[TopicPartition, int]:
        """Takes over an assignment; gives the offsets to read on from.

        Raises:
            TopicsError: the topics do not fit each other.
            ReadError: the state could not be read.
            StateError: it can't be used.
            WriteError: a writer could not be started.
        """
        retained = self._app.consumer.retained
        routes = await self._find_routes()
        await self.contacts.take_over(tps, retained, partial(self._own_contacts, routes))
        await self.lines.take_over(tps, retained, partial(self._own_lines, routes))
        await self.callers.take_over(tps, retained, partial(self._own_callers, routes))
        return dict(self._positions())

    async def release(self) -> None:
        """Gives up everything."""
        for role in (self.contacts, self.lines, self.callers):
            await role.release()

    def _positions(self) -> Iterator[tuple[TopicPartition, int]]:
        for owner in self.contacts.owners.values():
            for topic, position in owner.positions.items():
                yield TopicPartition(topic, owner.partition), position
        for line in self.lines.owners.values():
            yield TopicPartition(topics.PARTIALS, line.partition), line.position
        for caller in self.callers.owners.values():
            yield TopicPartition(topics.CALLERS, caller.partition), caller.position

    async def _own_contacts(self, routes: Routes, partitions: set[int]) -> dict[int, ContactOwner]:
        begun = time.monotonic()
        restored = await read_back(self._settings, partitions, self._recovering)
        await self._compare(restored)
        owned = {}
        for partition, state in restored.items():
            owner = owned[partition] = ContactOwner(
                partition, self._plan, routes, self._counts, self.room
            )
            for _ in owner.restore(state):
                await asyncio.sleep(0)
            self.recovered[partition] = Recovery(time.monotonic() - begun, state.records)
        corrected.say(owned.values())
        if partitions:
            log.info(
                "recovered",
                extra={
                    "partitions": sorted(partitions),
                    "seconds": round(time.monotonic() - begun, 3),
                    "records": sum(state.records for state in restored.values()),
                },
            )
        return owned

    @property
    def sources(self) -> int:
        """Partitions of each input topic; 0 until that is known."""
        return 0 if self._routes is None else self._routes.sources

    def room(self) -> int:
        """How many contacts more may be in state, of all partitions together."""
        owners = self.contacts.owners.values()
        return self._settings.open_contacts - sum(len(owner.ledger.contacts) for owner in owners)

    def _recovering(self, partition: int, records: int) -> None:
        self.recovered[partition] = Recovery(0.0, records)

    async def _compare(self, restored: Mapping[int, Restored]) -> None:
        """Makes sure that the state is neither older nor newer than the topics that it is of."""
        tps = [TopicPartition(topic, each) for topic in topics.INPUTS for each in restored]
        committed = await asyncio.gather(*(self._app.consumer.committed(tp) for tp in tps))
        ends = await self._ends(tps)
        forgotten = {
            tp.partition
            for tp, offset in zip(tps, committed, strict=True)
            if offset is None
            and (checkpoint := restored[tp.partition].checkpoint) is not None
            and checkpoint.positions.get(tp.topic)
        }
        if forgotten:
            log.warning(
                "the group has no offsets; reading goes on from the positions in the state",
                extra={"partitions": sorted(forgotten)},
            )
        for tp, offset in zip(tps, committed, strict=True):
            restored[tp.partition].compare(tp.topic, offset or 0, ends[tp])

    async def _own_lines(self, routes: Routes, partitions: set[int]) -> dict[int, LineOwner]:
        ends = await self._ends([TopicPartition(topics.PARTIALS, each) for each in partitions])
        owned = {
            tp.partition: LineOwner(tp.partition, self._plan, routes, end)
            for tp, end in ends.items()
        }
        if owned:
            async with LogReader(self._settings, complete=False) as reader:
                tps = [TopicPartition(topics.ALERTS, partition) for partition in partitions]
                async for tp, records in reader.read(tps):
                    owned[tp.partition].restore(records, self._clock.now())
        return owned

    async def _own_callers(self, routes: Routes, partitions: set[int]) -> dict[int, CallerOwner]:
        ends = await self._ends([TopicPartition(topics.CALLERS, each) for each in partitions])
        day_of = self._plan.day_of
        return {
            tp.partition: CallerOwner(tp.partition, routes, end, day_of=day_of)
            for tp, end in ends.items()
        }

    async def _ends(self, tps: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        if not tps:
            return {}
        ends: Mapping[TopicPartition, int] = await self._app.consumer.end_offsets(tps)
        return ends

    async def _find_routes(self) -> Routes:
        if self._routes is None:
            counts = await self._app.consumer.partitions()
            wrong = topics.misfits(counts, self._settings.broker)
            if wrong:
                raise topics.TopicsError("; ".join(wrong))
            sources = counts[next(iter(topics.INPUTS))]
            self._routes = Routes(sources, counts[topics.PARTIALS], counts[topics.CALLERS])
        return self._routes
