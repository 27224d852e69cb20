"""Where all Kafka clients are made: each speaks to the broker as the settings say.

No other module makes one, so that what a setting says of security applies to every command. The
first client of a command asks before whether it will be let in (`access.check_access`):
aiokafka logs the reason, tries again, and in the end says only that it could not connect.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from streams.engine.kafka import fetched
from streams.engine.kafka.access import check_access, options
from streams.engine.kafka.topics import LARGEST_RECORD
from streams.settings import Settings

# Here, so that no reader of topics can be without it.
fetched.install()


def consumer(settings: Settings, **more: Any) -> AIOKafkaConsumer:
    """A consumer that reads what is committed, and commits nothing by itself; not started.
    ``more`` is aiokafka's own."""
    return AIOKafkaConsumer(
        **_common(settings),
        isolation_level="read_committed",
        enable_auto_commit=False,
        **more,
    )


def reader(settings: Settings) -> AIOKafkaConsumer:
    """A consumer of no group, for any topic of ours; not started."""
    return consumer(settings, max_partition_fetch_bytes=LARGEST_RECORD)


def producer(settings: Settings, **more: Any) -> AIOKafkaProducer:
    """A producer that waits for every copy to have a record; not started. ``more`` is aiokafka's
    own."""
    return AIOKafkaProducer(**_common(settings), acks="all", **more)


@asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client for as long as it is needed.

    Raises:
        BrokerError: no broker lets it in; the message says why.
    """
    await check_access(settings)
    client = AIOKafkaAdminClient(**_common(settings))
    try:
        await client.start()
        yield client
    finally:
        await client.close()


def _common(settings: Settings) -> dict[str, Any]:
    return {"bootstrap_servers": settings.broker, **options(settings)}
