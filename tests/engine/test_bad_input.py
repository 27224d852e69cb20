"""Whatever arrives, the stream goes on: a dead letter with its reason, and no series made of it."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from hypothesis import given
from hypothesis import strategies as st

from streams.domain import instants
from streams.domain.event_reader import REASONS, TOO_MANY_CONTACTS
from streams.domain.instants import HOUR, SECOND
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.routes import Routes
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.faults.chaos import done
from tests.faults.numbered_calls import PLAN, Call
from tests.faults.verifier import differences_of
from tests.running import WorkerProcess, fresh_topics, records_of

NOW = time.time_ns() // 1000
INSTANTS = (
    instants.text(NOW),
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-23:59",
    "1969-12-31T23:59:59Z",
    "2016-12-31T23:59:60Z",
    "yesterday",
    "",
)


def fields() -> st.SearchStrategy[dict[str, Any]]:
    """Objects that look like events, of any kind, right or wrong in each field."""
    anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())
    names = st.sampled_from(("waste", "desk", "a|b", "f|3|waiting", "", "\x00", "x" * 64))
    known = {
        "event": st.sampled_from(("call-start", "menu-choice", "queue", "hangup", "other")),
        "event_id": st.one_of(st.just("e"), anything),
        "call_id": st.sampled_from(("c1", "c|2", "é" * 64, "\U0001f600", "", 7)),
        "at": st.sampled_from(INSTANTS),
        "line": names,
        "to_line": names,
        "visit": st.sampled_from((0, 1, 9_999, -1, 2**70, "1")),
        "phase": st.sampled_from(("entered", "answered", "left", "gone")),
        "reason": st.sampled_from(("transfer", "overflow", "normal", None, 4)),
        "caller": st.sampled_from(("ann", "+32 3 123 45 67", "", None)),
        "revision": st.sampled_from((0, 1, -1, 2**40)),
    }
    return st.fixed_dictionaries({}, optional=known)


values = st.one_of(
    st.none(),
    st.binary(max_size=200),
    fields().map(lambda each: json.dumps(each).encode()),
    fields().map(lambda each: json.dumps(each).encode()[:-5]),
    st.sampled_from((b"[" * 5_000, b'{"a":' * 3_000, b"x" * 20_000, b'"\\ud800"', b"\xff\xfe")),
)
headers = st.lists(
    st.tuples(
        # None is the name of one that could not be read.
        st.sampled_from(("ce_id", "ce_type", "ce_time", "ce_subject", "other", None)),
        st.sampled_from((b"queue", b"call-start", b"\xff", b"", b"c1")),
    ),
    max_size=4,
)


def record(topic: str, offset: int, key: bytes | None, value: bytes | None, **more: Any) -> Any:
    timestamp = more.get("timestamp", NOW // 1000)
    given = tuple(more.get("headers", ()))
    return ConsumerRecord(topic, 0, offset, timestamp, 1, key, value, None, 0, 0, given)


@pytest.mark.parametrize("plan", [Plan.default(), Plan.read(PLAN, "plan")], ids=["none", "plan"])
@given(st.data())
def test_no_record_stops_the_stream(plan: Plan, data: st.DataObject) -> None:
    counts = Counts()
    source = ContactOwner(0, plan, Routes(1, 1, 1), counts)
    clock = NOW - HOUR
    dead: list[bytes] = []
    late = 0
    number = data.draw(st.integers(1, 20))
    for offset in range(number):
        topic = data.draw(st.sampled_from(sorted(topics.INPUTS)))
        key = data.draw(st.sampled_from((None, b"c1", b"c|2", "é".encode() * 64, b"\xff")))
        more = {
            "headers": data.draw(headers),
            "timestamp": data.draw(st.sampled_from((NOW // 1000, -1, 0, 2**50))),
        }
        source.merge(topic, [record(topic, offset, key, data.draw(values), **more)])
        if data.draw(st.booleans()):
            clock += data.draw(st.integers(0, 3)) * HOUR
            outputs = source.checkpoint(clock, 1)
            dead += [letter for _, letter in outputs[topics.DEAD, 0]]
            late += len(outputs[topics.LATE, 0])
            assert source.imbalance == 0
    outputs = source.checkpoint(clock, 1)
    dead += [letter for _, letter in outputs[topics.DEAD, 0]]
    late += len(outputs[topics.LATE, 0])
    assert sum(counts.events.values()) == number
    assert counts.late == late
    assert sum(counts.refused.values()) == len(dead)
    assert all(orjson.loads(letter)["reason"] in REASONS for letter in dead)


def test_a_key_that_is_not_the_call_is_refused() -> None:
    """Its events would be on other partitions than the others of the call, which counts twice."""
    source = ContactOwner(0, Plan.default(), Routes(1, 1, 1), Counts())
    (_, start), *_ = Call.of(1, 1, NOW).events()
    for offset, key in enumerate((None, b"another")):
        value = orjson.dumps(start)
        source.merge("contact.call-start", [record("contact.call-start", offset, key, value)])
    letters = source.checkpoint(NOW, 1)[topics.DEAD, 0]
    assert [orjson.loads(letter)["reason"] for _, letter in letters] == ["malformed_field"] * 2
    assert all(b"must be the call_id" in letter for _, letter in letters)


def test_dead_letters_hurry_no_checkpoint() -> None:
    """While catching up, checkpoints go by the work: each tells all open calls anew, and a flood of
    letters must not have that done more often. Without end they may not be kept back either."""
    source = ContactOwner(0, Plan.default(), Routes(1, 1, 1), Counts())
    (_, start), *_ = Call.of(1, 1, NOW).events()
    good = record("contact.call-start", 0, start["call_id"].encode(), orjson.dumps(start))
    source.merge("contact.call-start", [good])
    assert source.pending == 1
    flood = [record("contact.call-start", offset, b"c", b"?") for offset in range(1, 81)]
    source.merge("contact.call-start", flood)
    assert source.pending == 1 + 10


def junk(draw: Random, good: bytes) -> tuple[bytes | None, bytes | None]:
    """A key and value that must not be accepted."""
    event = orjson.loads(good)
    key = event["call_id"].encode()
    at = event["at"]
    wrong: list[tuple[bytes | None, bytes | None]] = [
        (key, None),
        (None, good),
        (b"another", good),
        (key, good[: len(good) // 2]),
        (key, draw.randbytes(60)),
        (key, b"[" * 15_000),
        (key, b'{"more":' + b"[" * 15_000),
        (key, b'{"more":' * 1_900),
        (key, b'"' + b"x" * (900_000 if draw.random() < 0.02 else 17_000) + b'"'),
        (key, good[:-1] + b',"more":"' + b"x" * 20_000 + b'"}'),
        (key, orjson.dumps(event | {"at": "soon"})),
        (key, orjson.dumps(event | {"at": 12})),
        (key, orjson.dumps(event | {"at": instants.text(NOW + 24 * HOUR)})),
        (key, orjson.dumps(event | {"event": "hang-up"})),
        (key, orjson.dumps([event])),
        (key, orjson.dumps({"event": event["event"], "call_id": event["call_id"], "at": at})),
    ]
    if "line" in event:
        hostile = f"line-{draw.randrange(10**9)}"
        wrong.append((key, orjson.dumps(event | {"line": hostile})))
    if event["event"] == "call-start":
        wrong.append((key, orjson.dumps(event | {"caller": "+3231234567"})))
    return draw.choice(wrong)


def flooded(calls: int, flood: int) -> Iterator[tuple[str, bytes | None, bytes | None, int | None]]:
    """Good calls of two days ago, and `flood` bad records for each of their events: topic, key,
    value, and of half of them -1 for the timestamp that a record without one has."""
    draw = Random("bad input")
    begun = NOW - 48 * HOUR
    told = [
        (at, event)
        for number in range(calls)
        for at, event in Call.of(5, number, begun + number * SECOND).events()
    ]
    for _, event in sorted(told, key=lambda each: each[0]):
        topic = f"contact.{event['event']}"
        good = orjson.dumps(event)
        yield topic, event["call_id"].encode(), good, draw.choice((None, -1))
        for _ in range(flood):
            yield topic, *junk(draw, good), draw.choice((None, -1))


async def test_under_a_flood_the_books_are_right_and_the_lag_ends(
    kafka: KafkaCluster, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    settings = Settings(
        broker=kafka.bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        plan=str(plan),
        partitions=2,
        checkpoint_seconds=0.1,
        session_seconds=3.0,
    )
    await fresh_topics(settings)
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, linger_ms=20)
    await producer.start()
    for topic, key, value, timestamp in flooded(calls=1_000, flood=3):
        await producer.send(topic, value, key=key, timestamp_ms=timestamp)
    await producer.stop()
    worker = WorkerProcess(settings, tmp_path)
    try:
        worker.wait_ready()
        deadline = time.monotonic() + 90
        while not all_read(worker, partitions=2) and time.monotonic() < deadline:
            await asyncio.sleep(0.3)
        assert all_read(worker, partitions=2), worker.metrics()
        # What the last checkpoints told is on its way to the lines' owner, and out.
        while True:
            raw, wrong = await differences_of(kafka.bootstrap, plan, sources=2)
            if not wrong or time.monotonic() > deadline:
                break
            await asyncio.sleep(1)
        assert not wrong, "\n".join(wrong[:10])
        assert raw.refused > len(raw.values), "there was no flood"

        letters = [
            orjson.loads(each.value) for each in await records_of(kafka.bootstrap, topics.DEAD)
        ]
        refused = {
            dict(labels)["reason"]: value
            for labels, value in worker.metrics()["contact_refused_total"].items()
            if value
        }
        assert refused == Counter(letter["reason"] for letter in letters)
        assert set(refused) == {*REASONS} - {TOO_MANY_CONTACTS}
        assert not any("3231234567" in str(letter) for letter in letters)

        lines = {value for name, value in labels_of(worker.metrics()) if name == "line"}
        assert lines == {"waste", "migration", "other", "desk"}
        assert worker.stop() == 0, worker.text()
    finally:
        worker.kill()


def all_read(worker: WorkerProcess, partitions: int) -> bool:
    """Whether a worker knows where each of its topics ends, and has come to all of these ends."""
    metrics = worker.metrics()
    known = metrics.get("contact_lag_records", {})
    return len(known) == partitions * len(topics.INPUTS) and done(metrics)


def labels_of(metrics: dict[str, dict[Any, float]]) -> set[tuple[str, str]]:
    """Every label and value that there is."""
    return {label for samples in metrics.values() for labels in samples for label in labels}


async def test_inputs_with_unequal_partitions_are_refused(
    kafka: KafkaCluster, tmp_path: Path
) -> None:
    settings = Settings(broker=kafka.bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=2)
    await fresh_topics(settings)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics(["contact.hangup"])
        await asyncio.sleep(1)
        await admin.create_topics([NewTopic("contact.hangup", 3, 1)])
    finally:
        await admin.close()
    worker = WorkerProcess(settings, tmp_path)
    try:
        assert worker.wait() == 1
        (said,) = [line for line in worker.text().splitlines() if line.startswith("reachline: ")]
        assert "partitions" in said and "contact.hangup" in said and "Traceback" not in said
    finally:
        worker.kill()
        await fresh_topics(settings)
