"""Workers as processes of their own, and what they left in their topics."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client.parser import text_string_to_metric_families

from streams.domain.counts import COUNTS
from streams.domain.tally import WHOLE_WAITS, Tally
from streams.engine.kafka import forms, topic_admin, topics
from streams.settings import Settings
from tests.brokers import free_port

ROOT = Path(__file__).parent.parent

Labels = frozenset[tuple[str, str]]
Intervals = dict[tuple[str, int], Tally]


def settings_of_town(bootstrap: str, directory: Path, plan: str, partitions: int) -> Settings:
    """Settings of an application of its own, with this plan; it makes ten checkpoints a second, and
    is missed within three."""
    path = directory / "plan.toml"
    path.write_text(plan)
    return Settings(
        broker=bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        plan=str(path),
        partitions=partitions,
        checkpoint_seconds=0.1,
        session_seconds=3.0,
    )


class WorkerProcess:
    """`reachline worker` as a child, with its log at `log`."""

    def __init__(
        self,
        settings: Settings,
        directory: Path,
        name: str = "worker",
        command: Sequence[str | Path] = ("-m", "streams.cli", "worker"),
        **environment: str,
    ) -> None:
        self.name = name
        self.port = free_port()
        self.log = directory / f"{name}.log"
        given = {
            "BROKER": settings.broker,
            "APP": settings.app,
            "CHECKPOINT_SECONDS": str(settings.checkpoint_seconds),
            "SESSION_SECONDS": str(settings.session_seconds),
            "WEB_PORT": str(self.port),
            "METRICS": settings.metrics,
        }
        if settings.plan:
            given["PLAN"] = settings.plan
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, *map(str, command)],
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    **{f"REACHLINE_{key}": value for key, value in given.items()},
                    **environment,
                },
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        return self.child.poll() is None

    def get(self, path: str) -> tuple[int, str]:
        """The status and text of one of its pages; 0 while nothing answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metrics(self) -> dict[str, dict[Labels, float]]:
        """Its metrics: by name the samples by their labels."""
        status, text = self.get("/metrics")
        found: dict[str, dict[Labels, float]] = {}
        if status == 200:
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    labels = frozenset(sample.labels.items())
                    found.setdefault(sample.name, {})[labels] = sample.value
        return found

    def has_read_all(self) -> bool:
        """Whether it says that no record waits; not before it says anything."""
        waiting = self.metrics().get("contact_lag_records")
        return waiting is not None and sum(waiting.values()) == 0

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Waits until it has recovered what it was given."""
        until(lambda: self.get("/ready")[0] == 200 or not self.running, timeout, self.text)
        assert self.running, self.text()

    def kill(self) -> None:
        """Ends it as a power cut would."""
        with suppress(ProcessLookupError):
            self.child.kill()
        self.child.wait()

    def pause(self) -> None:
        self.child.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.child.send_signal(signal.SIGCONT)

    def stop(self, timeout: float = 30.0) -> int:
        """Asks it to end; its exit status."""
        self.child.terminate()
        return self.wait(timeout)

    def wait(self, timeout: float = 60.0) -> int:
        """Its exit status, once it has ended."""
        try:
            return self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} goes on:\n{self.text()}") from None

    def text(self) -> str:
        """What it has logged."""
        return self.log.read_text(errors="replace")


def until(holds: Callable[[], object], timeout: float, said: Callable[[], str] | str = "") -> None:
    """Waits until something holds; fails with what is said then if it does not in time."""
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {said() if callable(said) else said}")
        time.sleep(0.05)


async def eventually(
    holds: Callable[[], object], limit: float = 20.0, said: Callable[[], str] | str = ""
) -> None:
    """`until` for what comes of the tasks that go on meanwhile."""
    deadline = time.monotonic() + limit
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {limit:g} s: {said() if callable(said) else said}")
        await asyncio.sleep(0.01)


async def fresh_topics(settings: Settings) -> None:
    """The application's topics, empty, whatever a test before has left in them."""
    await without(settings, *await _topics(settings.broker))


async def without(settings: Settings, *lost: str) -> None:
    """Topics that were lost, and made again empty."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.broker)
    await admin.start()
    try:
        if lost:
            await admin.delete_topics(list(lost))
            while {*lost} & {*await admin.list_topics()}:
                await asyncio.sleep(0.05)
    finally:
        await admin.close()
    for attempt in range(50):
        try:
            await topic_admin.create(settings)
            break
        except Exception:  # a broker may still be clearing away what bore the name before
            if attempt == 49:
                raise
            await asyncio.sleep(0.1)


async def _topics(bootstrap: str) -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return [name for name in await admin.list_topics() if name.startswith("contact.")]
    finally:
        await admin.close()


async def records_of(bootstrap: str, topic: str) -> list[ConsumerRecord[bytes, bytes]]:
    """Everything that is committed in a topic, by partition and offset."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=topics.LARGEST_RECORD,
    )
    await consumer.start()
    try:
        await consumer._client._wait_on_metadata(topic)
        partitions = consumer.partitions_for_topic(topic) or set()
        tps = [TopicPartition(topic, partition) for partition in sorted(partitions)]
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        ends = await consumer.end_offsets(tps)
        found: list[ConsumerRecord[bytes, bytes]] = []
        unread = {tp for tp in tps if ends[tp] > 0}
        while unread:
            fetched = await consumer.getmany(*unread, timeout_ms=200)
            found += [record for records in fetched.values() for record in records]
            unread = {tp for tp in unread if await consumer.position(tp) < ends[tp]}
    finally:
        await consumer.stop()
    return sorted(found, key=lambda record: (record.partition, record.offset))


async def latest_of(bootstrap: str, topic: str) -> dict[bytes, bytes]:
    """The last value of each key of a topic, without those removed."""
    latest: dict[bytes, bytes] = {}
    for record in forms.read(await records_of(bootstrap, topic)):
        assert record.key is not None
        if record.value is None:
            latest.pop(record.key, None)
        else:
            latest[record.key] = record.value
    return latest


async def published_intervals(bootstrap: str) -> Intervals:
    """The final intervals that the application has published, without what follows from callers:
    that comes in records of its own, some time after or before."""
    found: Intervals = {}
    for value in (await latest_of(bootstrap, topics.INTERVALS)).values():
        interval = orjson.loads(value)
        if interval["callers"] is not None:
            continue
        tally = Tally.of(**{name: interval["counts"].get(name, 0) for name in COUNTS})
        whole = ((WHOLE_WAITS + bucket, n) for bucket, n in interval["whole_waits"])
        tally.waits = dict([*interval["waits"], *whole])
        tally.longest = -1 if interval["longest"] is None else interval["longest"]
        if not tally.empty():
            found[interval["scope"], interval["start"]] = tally
    return found


def differences(found: Intervals, wanted: Intervals) -> list[str]:
    """Every interval that is missing, extra or different, each with both sides."""
    return [
        f"{scope} {start}: found {found.get((scope, start))}, wanted {wanted.get((scope, start))}"
        for scope, start in sorted(found.keys() | wanted.keys())
        if found.get((scope, start)) != wanted.get((scope, start))
    ]


async def all_published(bootstrap: str, wanted: Intervals, patience: float = 60.0) -> None:
    """Waits until the published intervals are these, all of them and no others."""
    deadline = time.monotonic() + patience
    found: Intervals = {}
    while time.monotonic() < deadline:
        found = await published_intervals(bootstrap)
        if found == wanted:
            return
        await asyncio.sleep(0.3)
    wrong = differences(found, wanted)
    raise AssertionError("\n".join([f"{len(wrong)} intervals are wrong", *wrong[:10]]))
