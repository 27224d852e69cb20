"""Contact events into their topics, keyed by call, from an import or a simulated city."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer

from streams.domain.events import Event, kind
from streams.sources.files import ndjson

_LINGER_MS = 20
"""How long events wait for others to share a batch: unseen by people, and ten times the rate."""


class Publisher:
    """Publishes events; ``async with Publisher(...) as publisher``."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=_LINGER_MS,
            max_batch_size=1 << 19,
        )

    async def __aenter__(self) -> "Publisher":
        await self._producer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()  # sends what is still waiting

    async def publish(self, events: Iterable[Event]) -> int:
        """Sends events and waits until the broker has them; says how many."""
        return await self._send(
            (f"contact.{kind(event)}", event.call_id, ndjson(event).rstrip(b"\n"))
            for event in events
        )

    async def publish_json(self, events: Iterable[Mapping[str, Any]]) -> int:
        """The same for events that are plain objects, as a simulated city tells them."""
        return await self._send(
            (f"contact.{event['event']}", event["call_id"], orjson.dumps(event)) for event in events
        )

    async def _send(self, records: Iterable[tuple[str, str, bytes]]) -> int:
        sent = [
            await self._producer.send(topic, value, key=call_id.encode())
            for topic, call_id, value in records
        ]
        for acknowledged in sent:
            await acknowledged
        return len(sent)
