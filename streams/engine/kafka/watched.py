"""The topics of a worker, watched while it works: whether they are still those that they were.

A topic that is deleted and created again begins at its first offset, below what was read: its new
events would be taken for old ones that come again. One that grows brings a call's events to
partitions where its state is not. Either ends the worker, with a sentence.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.engine.kafka.described import Described, describe, ids_of
from streams.engine.kafka.topics import INPUTS, TopicsError, anew

_EVERY: Final = 5.0
"""Seconds between two looks at the topics: one request, and how long a topic that has grown may
bring events of a call to two places."""

_ANSWERED_WITHIN: Final = 5.0  # seconds for an answer; a broker that is frozen gives none

_GONE_AFTER: Final = 2
"""Looks in a row that do not find a topic: a broker that has just started may not know it yet."""


class Watched:
    """Topics as they were when a worker began.

    Args:
        found: each of them.
        kept: those that must stay as they are; the others may be created again, and grow.

    Attributes:
        ids: which topics the inputs are; empty where brokers do not say.
    """

    def __init__(self, found: Mapping[str, Described], kept: Collection[str] = ()) -> None:
        self._found = found
        self._kept = {*kept}
        self._ids = ids_of(found)
        self._come_to: dict[TopicPartition, int] = {}
        self._looked = time.monotonic()
        self._gone = 0
        self.ids = {topic: each for topic, each in self._ids.items() if topic in INPUTS}

    def begin_again(self) -> None:
        """Partitions are taken over: each may be read from an earlier place."""
        self._come_to.clear()

    def moved(self, tp: TopicPartition, position: int | None) -> None:
        """A partition is read on from a place.

        Raises:
            TopicsError: it is before one that was read already.
        """
        if position is None:
            return
        if position < self._come_to.get(tp, position):
            raise anew(tp.topic)
        self._come_to[tp] = position

    async def compare(self, client: Any) -> None:
        """Looks at the topics now and then.

        Raises:
            TopicsError: one has gone, is another one, or has another number of partitions.
        """
        if time.monotonic() < self._looked + _EVERY:
            return
        self._looked = time.monotonic()
        try:
            async with asyncio.timeout(_ANSWERED_WITHIN):
                now = await describe(client, self._found)
        except (KafkaError, TimeoutError):
            return  # whether brokers answer is watched elsewhere
        ids = ids_of(now)
        for topic in sorted(self._kept):
            if topic in now and ids.get(topic) != self._ids.get(topic):
                raise anew(topic)
        for topic, before in self._found.items():
            count = now[topic].partitions if topic in now else before.partitions
            if count < before.partitions or (count > before.partitions and topic in self._kept):
                raise TopicsError(
                    f"{topic}: has {count} partitions now, and had {before.partitions}: a call's "
                    "events would no longer come where its state is; create it again with as many "
                    "as the others have, stop the workers and run `reachline rebuild`"
                )
        gone = sorted({*self._found} - {*now})
        self._gone = self._gone + 1 if gone else 0
        if self._gone >= _GONE_AFTER:
            raise TopicsError(
                f"{', '.join(gone)}: no longer there, or this user may not see it any more; create "
                "what is missing with `reachline topics create`"
            )


async def watched(client: Any, names: Collection[str], kept: Collection[str]) -> Watched:
    """Topics as they are now, those to be kept among them.

    Raises:
        KafkaError: the broker does not answer, or is too old.
    """
    return Watched(await describe(client, names), kept)
