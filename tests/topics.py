"""Topics that somebody has deleted, or made by hand."""

from __future__ import annotations

import asyncio

from aiokafka.admin import AIOKafkaAdminClient, NewTopic


async def deleted(bootstrap: str, *names: str) -> None:
    """Topics that somebody has deleted."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics(list(names))
        while {*names} & {*await admin.list_topics()}:
            await asyncio.sleep(0.1)
    finally:
        await admin.close()


async def partitions_of(bootstrap: str) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        found = await admin.describe_topics()
    finally:
        await admin.close()
    return {
        each["topic"]: len(each["partitions"])
        for each in found
        if each["topic"].startswith("contact.")
    }


async def made_by_hand(
    bootstrap: str, topic: str, partitions: int = 2, copies: int = 1, **config: str
) -> None:
    """Somebody has made the topic by hand."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        while topic in await admin.list_topics():
            await asyncio.sleep(0.1)
        named = {name.replace("_", "."): value for name, value in config.items()}
        answer = await admin.create_topics(
            [NewTopic(topic, partitions, copies, topic_configs=named)]
        )
        assert not answer.topic_errors[0][1], answer
        while topic not in await admin.list_topics():
            await asyncio.sleep(0.1)
    finally:
        await admin.close()
