"""The demo's own broker: it carries what the engine relies on, and it leaves nothing behind."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import ProducerFenced

from streams.engine.kafka import embedded
from streams.engine.kafka.embedded import EmbeddedBroker, EmbeddedBrokerError
from tests.missing import need_embedded_broker


@pytest.fixture(autouse=True)
def _installed() -> None:
    need_embedded_broker()


async def create(broker: EmbeddedBroker, topic: str, **config: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 2, 1, topic_configs=config)])
    finally:
        await admin.close()


def reader(broker: EmbeddedBroker, topic: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=broker.bootstrap,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )


async def read(broker: EmbeddedBroker, topic: str, count: int) -> list[bytes | None]:
    async with reader(broker, topic) as consumer, asyncio.timeout(10):
        return [(await consumer.getone()).value for _ in range(count)]


def answers(bootstrap: str) -> bool:
    host, _, port = bootstrap.rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


async def test_the_broker_stamps_records_with_its_own_clock() -> None:
    async with EmbeddedBroker() as broker:
        await create(broker, "log", **{"message.timestamp.type": "LogAppendTime"})
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
            await producer.send_and_wait("log", b"a call", timestamp_ms=1000)
        async with reader(broker, "log") as consumer, asyncio.timeout(10):
            record = await consumer.getone()
    assert record.timestamp_type == 1
    assert record.timestamp > 1_700_000_000_000


async def test_a_worker_that_was_replaced_can_no_longer_write() -> None:
    async with EmbeddedBroker() as broker:
        await create(broker, "state")
        zombie, heir = (
            AIOKafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id="partition-0")
            for _ in range(2)
        )
        await zombie.start()
        await zombie.begin_transaction()
        await zombie.send_and_wait("state", b"old", partition=0)
        await heir.start()
        async with heir.transaction():
            await heir.send("state", b"new", partition=0)
        with pytest.raises(ProducerFenced):
            await zombie.commit_transaction()
        await heir.stop()
        await zombie.stop()
        assert await read(broker, "state", 1) == [b"new"]


async def test_a_directory_that_was_given_keeps_its_records(tmp_path: Path) -> None:
    async with EmbeddedBroker(tmp_path) as broker:
        await create(broker, "kept")
        async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
            await producer.send_and_wait("kept", b"yesterday", partition=0)
    assert not answers(broker.bootstrap)
    async with EmbeddedBroker(tmp_path) as broker:
        assert await read(broker, "kept", 1) == [b"yesterday"]


async def test_nothing_is_left_behind() -> None:
    async with EmbeddedBroker() as broker:
        directory = broker._directory
        assert directory is not None and directory.exists()
    assert not directory.exists()
    assert not answers(broker.bootstrap)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's own")
async def test_it_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c"),
        "import asyncio\n"
        "from streams.engine.kafka.embedded import EmbeddedBroker\n"
        "async def main():\n"
        "    broker = EmbeddedBroker()\n"
        "    await broker.start()\n"
        "    print(broker.bootstrap, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n",
        stdout=asyncio.subprocess.PIPE,
        # What a killed parent cannot remove goes with the test.
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)},
    )
    assert parent.stdout is not None
    bootstrap = (await asyncio.wait_for(parent.stdout.readline(), 20)).decode().strip()
    assert answers(bootstrap)
    parent.send_signal(signal.SIGKILL)
    await parent.wait()
    async with asyncio.timeout(5):
        while answers(bootstrap):
            await asyncio.sleep(0.05)


async def test_without_the_extra_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "noida_db", None)
    with pytest.raises(EmbeddedBrokerError, match=r"pip install -r requirements-demo\.lock"):
        await EmbeddedBroker().start()


async def test_a_broker_that_does_not_come_up_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho no room on this disk; exit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(embedded, "_binary", lambda: broken)
    with pytest.raises(EmbeddedBrokerError, match="no room on this disk"):
        await EmbeddedBroker().start()
