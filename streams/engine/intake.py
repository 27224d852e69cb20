"""The agents: how records of each topic reach their owners, and when reading waits.

Agents are thin: an owner does the work. What is here keeps the worker responsive: others get their
turn amid a batch, the four topics of a source partition are read at the same event time, and intake
waits for a checkpoint when too much is pending.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from aiokafka import TopicPartition

from streams.engine.kafka import forms, topics
from streams.engine.kafka.batches import Batch
from streams.engine.kafka.transport import App
from streams.engine.roles.alignment import too_far_ahead
from streams.engine.roles.contact_owner import ContactOwner
from streams.engine.roles.ownership import Ownership

PENDING_AT_MOST: Final = 25_000
"""Events merged and not yet in a checkpoint, above which intake waits for it: half a second's work,
so that heartbeats get their turn, and a slow broker slows the worker down instead of filling its
memory."""

MERGED_AT_ONCE: Final = 50
"""Records merged between two looks at the time."""

TURN: Final = 0.1
"""Seconds of merging after which heartbeats and scrapes get their turn amid a batch. A batch takes
some hundredths; but where all calls come under one call id, each event of it takes as long."""


class Intake:
    """Hands batches to their owners.

    Args:
        app: whose consumer fetches them.
        ownership: the owners.
    """

    def __init__(self, app: App, ownership: Ownership) -> None:
        self._app = app
        self._ownership = ownership
        self._room = asyncio.Event()
        self._room.set()
        self._full = asyncio.Event()

    async def events(self, batches: AsyncIterator[Batch]) -> None:
        """The agent of an input topic."""
        async for batch in batches:
            owner = self._ownership.contacts.owners[batch.tp.partition]
            turn = time.monotonic()
            for begin in range(0, len(batch), MERGED_AT_ONCE):
                if time.monotonic() - turn > TURN:
                    await asyncio.sleep(0)
                    turn = time.monotonic()
                owner.merge(batch.tp.topic, batch.records[begin : begin + MERGED_AT_ONCE])
            self.align(owner)
            if self._pending() > PENDING_AT_MOST:
                self._room.clear()
                self._full.set()
            await self._room.wait()
            await asyncio.sleep(0)  # heartbeats, checkpoints and scrapes get their turn

    async def partials(self, batches: AsyncIterator[Batch]) -> None:
        """The agent of the line partials."""
        async for batch in batches:
            owner = self._ownership.lines.owners[batch.tp.partition]
            owner.apply(forms.read(batch.records))
            await asyncio.sleep(0)

    async def calls(self, batches: AsyncIterator[Batch]) -> None:
        """The agent of callers' calls."""
        async for batch in batches:
            owner = self._ownership.callers.owners[batch.tp.partition]
            owner.apply(forms.read(batch.records))
            await asyncio.sleep(0)

    def align(self, owner: ContactOwner) -> None:
        """Has the topics of a source partition wait for each other."""
        consumer = self._app.consumer
        tps = {topic: TopicPartition(topic, owner.partition) for topic in topics.INPUTS}
        unread = [
            topic
            for topic, tp in tps.items()
            if topic not in owner.fruitless
            and (consumer.highwater(tp) or 0) > (consumer.position(tp) or 0)
        ]
        waiting = too_far_ahead(owner.newest, unread)
        consumer.pause(tps[topic] for topic in waiting)
        consumer.resume(tps[topic] for topic in tps.keys() - waiting)

    def lag(self) -> int:
        """Input records not yet merged, as far as fetches have shown; including those of topics
        with nothing merged yet."""
        consumer = self._app.consumer
        lag = 0
        for partition, owner in self._ownership.contacts.owners.items():
            for topic in topics.INPUTS:
                tp = TopicPartition(topic, partition)
                position = owner.positions.get(topic) or consumer.position(tp) or 0
                lag += max(0, (consumer.highwater(tp) or 0) - position)
        return lag

    async def full(self, seconds: float) -> None:
        """Waits until intake waits for a checkpoint, or so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._full.wait(), seconds)

    def make_room(self) -> None:
        """Lets intake go on: what was pending is in a checkpoint."""
        self._full.clear()
        self._room.set()

    def _pending(self) -> int:
        return sum(owner.pending for owner in self._ownership.contacts.owners.values())
