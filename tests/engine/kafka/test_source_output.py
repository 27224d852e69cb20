"""Events and the position of their source: both, or nothing."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from streams.domain.events import CallStart, Event, Hangup
from streams.engine.kafka.publish import Publisher
from streams.engine.kafka.refusals import BrokerError
from streams.engine.kafka.source_output import SourceOutput, TakenOverError
from streams.engine.kafka.topics import SOURCES, TopicsError
from streams.engine.kafka.writer import WriteError
from streams.settings import Settings
from tests.running import fresh_topics, records_of, without


def call(number: int) -> list[Event]:
    return [
        CallStart("start", f"c{number}", "2026-11-18T09:00:00Z"),
        Hangup("end", f"c{number}", "2026-11-18T09:01:00Z"),
    ]


def settings_of(bootstrap: str) -> Settings:
    return Settings(broker=bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=4)


async def test_events_come_with_the_position_that_covers_them(bootstrap: str) -> None:
    settings = settings_of(bootstrap)
    await fresh_topics(settings)
    async with SourceOutput(settings, "asterisk") as output:
        assert output.stored is None
        await output.write(call(1), b"after 1")
        await output.write([], b"after 2")
    async with SourceOutput(settings, "asterisk") as output:
        assert output.stored == b"after 2"
    async with SourceOutput(settings, "asterisk-pbx2") as output:
        assert output.stored is None and output.others == {"asterisk"}
    assert len(await records_of(bootstrap, "contact.call-start")) == 1
    assert len(await records_of(bootstrap, SOURCES)) == 2


async def test_a_call_is_where_any_producer_puts_it(bootstrap: str) -> None:
    settings = settings_of(bootstrap)
    await fresh_topics(settings)
    async with Publisher(settings) as publisher, SourceOutput(settings, "asterisk") as output:
        for number in range(20):
            await publisher.publish(call(number))
            await output.write(call(number), b"")
    found = await records_of(bootstrap, "contact.hangup")
    partitions = {record.key: record.partition for record in found}
    assert len(found) == 40 and len(partitions) == 20 and len({*partitions.values()}) > 1
    assert all(partitions[record.key] == record.partition for record in found)


async def test_whoever_comes_later_takes_over(bootstrap: str) -> None:
    # What aiokafka tells nobody of the batches that are given up is left out, as by the command.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    settings = settings_of(bootstrap)
    await fresh_topics(settings)
    async with SourceOutput(settings, "asterisk") as first:
        await first.write(call(1), b"after 1")
        async with SourceOutput(settings, "asterisk") as second:
            assert second.stored == b"after 1"
            with pytest.raises(TakenOverError, match="another import of asterisk has begun"):
                await first.write(call(2), b"after 2")
            await second.write(call(2), b"after 2")
    assert len(await records_of(bootstrap, "contact.hangup")) == 2


async def test_what_was_not_committed_was_not_written(
    bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(bootstrap)
    await fresh_topics(settings)
    async with SourceOutput(settings, "asterisk") as output:
        await output.write(call(1), b"after 1")

        async def never() -> None:
            raise TimeoutError

        monkeypatch.setattr(output._writer._producer, "commit_transaction", never)
        with pytest.raises(WriteError):
            await output.write(call(2), b"after 2")
    async with SourceOutput(settings, "asterisk") as output:
        assert output.stored == b"after 1"
        await output.write(call(2), b"after 2")
    assert len(await records_of(bootstrap, "contact.hangup")) == 2


async def test_topics_that_are_missing_are_named(bootstrap: str) -> None:
    settings = settings_of(bootstrap)
    await fresh_topics(settings)
    await without(settings)
    from aiokafka.admin import AIOKafkaAdminClient

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.delete_topics([SOURCES])
    while SOURCES in await admin.list_topics():
        await asyncio.sleep(0.05)
    await admin.close()
    with pytest.raises(TopicsError, match=r"contact\.sources: missing; run `reachline topics"):
        async with SourceOutput(settings, "asterisk"):
            pass


async def test_a_broker_that_is_not_there_says_so() -> None:
    with pytest.raises(BrokerError, match="no Kafka broker answers"):
        async with SourceOutput(settings_of("127.0.0.1:1"), "asterisk"):
            pass
