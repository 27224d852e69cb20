"""A worker that was paused past its session can neither write nor show what is not its own."""

from __future__ import annotations

import asyncio
import time
import uuid
from pathlib import Path
from typing import Any

import orjson

from streams.domain import instants
from streams.domain.events import CallStart, Event, Hangup, MenuChoice
from streams.domain.instants import SECOND
from streams.engine.kafka import topics
from streams.engine.kafka.publish import Publisher
from streams.engine.state import checkpoint
from streams.engine.state.partials import Judged, read_partial
from streams.settings import Settings
from tests.bank import real_books, real_calls
from tests.brokers import KafkaCluster
from tests.running import WorkerProcess, all_published, fresh_topics, latest_of, records_of, until
from tests.servers import Telephone


async def went_back(bootstrap: str) -> list[bytes]:
    """Keys of state and figures that an earlier owner wrote after a later one had."""
    wrong = []
    newest: dict[tuple[str, int, bytes], int] = {}
    seen = set()
    for topic in (topics.STATE, topics.PARTIALS):
        for record in await records_of(bootstrap, topic):
            key, value = record.key or b"", record.value
            if value is None or (topic == topics.STATE and key != checkpoint.KEY):
                continue
            if topic == topics.PARTIALS and isinstance(read_partial(key, value), Judged):
                continue  # What contacts are judged by tells no generation.
            told = orjson.loads(value)
            generation = told["generation"] if topic == topics.STATE else told[0]
            place = topic, record.partition, key
            if generation < newest.setdefault(place, generation):
                wrong.append(key)
            newest[place] = generation
            seen.add(generation)
    assert len(seen) > 1, "there was no successor, or nobody before it"
    return wrong


async def test_a_paused_worker_overwrites_nothing_of_its_successor(
    kafka: KafkaCluster, tmp_path: Path
) -> None:
    settings = Settings(
        broker=kafka.bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        partitions=2,
        checkpoint_seconds=0.2,
        session_seconds=1.5,
    )
    await fresh_topics(settings)
    async with Publisher(settings) as publisher:
        await publisher.publish(real_calls())
    zombie = WorkerProcess(settings, tmp_path, "zombie")
    successor = None
    try:
        zombie.wait_ready()
        until(lambda: "contact_checkpoint_timestamp_seconds" in zombie.metrics(), 30)
        zombie.pause()  # amid its work: with events in hand and perhaps a transaction open
        successor = WorkerProcess(settings, tmp_path, "successor")
        successor.wait_ready()
        await all_published(settings.broker, real_books().intervals)
        before = len(await records_of(settings.broker, topics.JOURNEYS))
        zombie.resume()
        assert zombie.wait(30) == 1
        said = [line for line in zombie.text().splitlines() if line.startswith("reachline: ")]
        assert len(said) == 1, zombie.text()
        assert "another worker has taken over" in said[0]
        assert "Traceback" not in zombie.text()
        await all_published(settings.broker, real_books().intervals)
        assert len(await records_of(settings.broker, topics.JOURNEYS)) == before
        assert await went_back(settings.broker) == []
        # It may have come back to the group for a moment before it ended.
        until(lambda: successor.get("/ready")[0] == 200, 30)
    finally:
        zombie.kill()
        if successor is not None:
            successor.kill()


PLAN = """
[[hours]]
id = "day"
daily = "08:00-17:00"
[[line]]
id = "waste"
hours = "day"
"""
WORKER = Path(__file__).parents[2] / "faults" / "faulty_worker.py"

#: A worker that repeats what is open once a second, not once a minute: it is due when the worker
#: is woken up.
OFTEN = f"""
import runpy
from streams.sinks import alertmanager
alertmanager.EVERY = 1.0
runpy.run_path({str(WORKER)!r}, run_name="__main__")
"""


def at(time_of_day: str) -> int:
    return instants.parse(f"2026-11-18T{time_of_day}Z")


def in_vain(begun: int, ended: int) -> list[Event]:
    """Callers who choose the line and give up, one every ten seconds."""
    told: list[Event] = []
    for number, instant in enumerate(range(begun, ended, 10 * SECOND)):
        for place, (kind, fields) in enumerate(
            ((CallStart, {}), (MenuChoice, {"line": "waste"}), (Hangup, {}))
        ):
            named = {"event_id": f"{number}-{place}", "call_id": f"vain-{number}"}
            told.append(kind(**named, at=instants.text(instant + place * SECOND), **fields))
    return told


def posted(alertmanager: Telephone) -> list[dict[str, Any]]:
    """Every alert that an Alertmanager was told of, in their order."""
    return [alert for _, _, alerts in list(alertmanager.calls) for alert in alerts]


async def test_a_paused_worker_revives_no_alert_that_its_successor_has_ended(
    kafka: KafkaCluster, tmp_path: Path
) -> None:
    """Nobody is reached, and the line closes while its owner is frozen.

    16:46       16:58 in the first's eyes         17:05 in the second's
    | in vain ... | opened, told, frozen            | taken over, ended, told   | woken: mute
    """
    (tmp_path / "plan.toml").write_text(PLAN)
    settings = Settings(
        broker=kafka.bootstrap,
        app=f"test-{uuid.uuid4().hex[:8]}",
        plan=str(tmp_path / "plan.toml"),
        partitions=2,
        checkpoint_seconds=0.2,
        session_seconds=1.5,
    )
    await fresh_topics(settings)
    async with Publisher(settings) as publisher:
        await publisher.publish(in_vain(at("16:46:00"), at("16:57:00")))

    def worker(name: str, told: Telephone, shows: str) -> WorkerProcess:
        clock = f"{time.time_ns() // 1000},{at(shows)},0.001"
        given = {"FAULTS_CLOCK": clock, "REACHLINE_ALERTMANAGERS": told.url}
        return WorkerProcess(settings, tmp_path, name, ("-c", OFTEN), **given)

    with Telephone() as zombies, Telephone() as successors:
        workers = [worker("zombie", zombies, "16:58:00")]
        try:
            until(lambda: posted(zombies), 60, workers[0].text)
            workers[0].pause()
            opened = posted(zombies)
            workers.append(worker("successor", successors, "17:05:00"))
            until(lambda: posted(successors), 60, workers[1].text)
            await asyncio.sleep(1.5)  # the zombie's next round is due
            told = await latest_of(settings.broker, topics.ALERTS)
            before = len(zombies.calls)
            workers[0].resume()
            assert workers[0].wait(30) == 1
            assert "another worker has taken over" in workers[0].text()
        finally:
            for each in workers:
                each.kill()
        assert {alert["labels"]["scope"] for alert in opened} == {"city"}
        ended = posted(successors)[-1]
        assert ended["labels"] == opened[-1]["labels"]
        assert ended["startsAt"] == opened[-1]["startsAt"]
        assert instants.parse(ended["endsAt"]) <= at("17:05:00")
        assert [alert for _, _, alerts in zombies.calls[before:] for alert in alerts] == []
        assert await latest_of(settings.broker, topics.ALERTS) == told
        (alert,) = [orjson.loads(v) for k, v in told.items() if not k.startswith(b"state|")]
        assert alert["resolved_at"]
