"""A plan is corrected under a running city: who answers a line, at all times, without a date.

Workers go on. What lies before stays as it was judged, the new plan acts from there on, one line
says so, and lines, vendors and the city are equal, visit for visit, before and after a rebuild.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from streams.domain import instants
from streams.domain.events import Hangup
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.tally import CITY, LINE, VENDOR
from streams.engine import audit as evidence
from streams.engine.kafka import topics
from streams.engine.kafka.publish import Publisher
from streams.settings import Settings
from tests.brokers import KafkaCluster
from tests.running import (
    ROOT,
    WorkerProcess,
    fresh_topics,
    latest_of,
    settings_of_town,
)
from tests.stories import Story

PLAN = """
[[vendor]]
id = "acme"
[[vendor]]
id = "nova"
[[line]]
id = "waste"
vendor = "acme"
[[line]]
id = "desk"
tier = 2
"""
CORRECTED = PLAN.replace('vendor = "acme"', 'vendor = "nova"')
SAID = "the plan judges the past otherwise"

OVER, WAITING, LATER = 6, 4, 3
"""Calls of two hours ago, those who wait while the plan is corrected, those who come after."""


def of_town(bootstrap: str, directory: Path) -> Settings:
    """An application of its own; six seconds are the least that an embedded broker takes."""
    return replace(settings_of_town(bootstrap, directory, PLAN, 2), session_seconds=6.0)


class City:
    """Calls, as they are told to the broker."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.began = time.time_ns() // 1000

    async def tell(self, *stories: Story) -> None:
        async with Publisher(self.settings) as publisher:
            await publisher.publish([event for story in stories for event, _ in story.facts])

    def over(self) -> list[Story]:
        begun = self.began - 2 * HOUR
        return [
            Story(f"over {n}")
            .start(begun)
            .enter(begun + SECOND, "waste")
            .answer(begun + 9 * SECOND, "waste")
            .hang_up(begun + MINUTE)
            for n in range(OVER)
        ]

    def waiting(self) -> list[Story]:
        begun = self.began - 30 * SECOND
        return [Story(f"waits {n}").start(begun).enter(begun, "waste") for n in range(WAITING)]

    def later(self) -> list[Story]:
        now = time.time_ns() // 1000
        answered = [
            Story(f"later {n}").start(now).enter(now, "waste").answer(now + SECOND, "waste")
            for n in range(LATER)
        ]
        gone = [Story(f"waits {n}") for n in range(WAITING)]
        for each in gone:
            each._add(Hangup, now)
        return answered + gone

    async def visits(self) -> dict[str, int]:
        """How many each line, vendor and the city were offered, as it is kept."""
        found = await evidence.kept(self.settings, self.began - 3 * HOUR, self.began + HOUR)
        sums: dict[str, int] = {}
        for (scope, _), tally in found.intervals.items():
            if scope == CITY or scope.startswith((LINE, VENDOR)):
                sums[scope] = sums.get(scope, 0) + tally["line_offered"]
        lines, vendors = (
            sum(n for scope, n in sums.items() if scope.startswith(kind)) for kind in (LINE, VENDOR)
        )
        assert lines == vendors == sums.get(CITY, 0), sums
        return {scope: n for scope, n in sums.items() if n and scope.startswith(VENDOR)}

    async def come_to(self, **vendors: int) -> None:
        """Waits until the vendors have been offered so much; lines and city are equal always."""
        wanted = {VENDOR + vendor: n for vendor, n in vendors.items()}
        deadline = time.monotonic() + 30
        while True:
            try:
                found = await self.visits()
            except evidence.AuditError:  # no worker has told anything yet
                found = {}
            if found == wanted:
                return
            assert time.monotonic() < deadline, f"{found}, not {wanted}"


def said_by(command: str, settings: Settings, *options: str) -> list[str]:
    """The lines that a command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", command, *options, "--broker", settings.broker],
        env={
            "REACHLINE_APP": settings.app,
            "REACHLINE_PLAN": str(settings.plan),
            "PATH": "",
            "PYTHONPATH": str(ROOT),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def stated(settings: Settings, vendor: str, began: int, source: str) -> int:
    """How many visits a vendor was offered, by the statement of the month."""
    month = instants.text(began - 2 * HOUR)[:7]
    options = "--vendor", vendor, "--period", month, "--format", "json", "--from", source
    statement = json.loads("\n".join(said_by("statement", settings, *options)))
    offered: int = statement["total"]["line_offered"]
    return offered


async def final_intervals(settings: Settings) -> dict[bytes, bytes]:
    """The final quarter-hours, once the vendor's are among them: figures are shown before."""
    for _ in range(200):
        final = await latest_of(settings.broker, topics.INTERVALS)
        if any(key.startswith(b"vendor:acme|") for key in final):
            return final
        await asyncio.sleep(0.1)
    raise AssertionError("no quarter-hour of the vendor is final")


@pytest.mark.slow
@pytest.mark.in_turn("bootstrap")
async def test_a_corrected_plan_moves_nothing_and_loses_nothing(
    bootstrap: str, tmp_path: Path
) -> None:
    settings = of_town(bootstrap, tmp_path)
    city = City(settings)
    await fresh_topics(settings)
    await city.tell(*city.over(), *city.waiting())
    first = WorkerProcess(settings, tmp_path, "first")
    second: WorkerProcess | None = None
    try:
        first.wait_ready()
        await city.come_to(acme=OVER + WAITING)
        final = await final_intervals(settings)
        assert first.stop() == 0, first.text()

        corrected = tmp_path / "corrected.toml"
        corrected.write_text(CORRECTED)
        settings = replace(settings, plan=str(corrected))
        second = WorkerProcess(settings, tmp_path, "second")
        second.wait_ready()
        await city.come_to(acme=OVER + WAITING)
        said = [line for line in second.text().splitlines() if SAID in line]
        assert said, second.text()
        assert all("line waste: vendor" in line for line in said)
        acts = second.metrics()["contact_plan_acts_since_timestamp_seconds"]
        assert len(acts) == 2
        assert all(city.began / SECOND < since < time.time() for since in acts.values())

        (found,) = {line for line in said_by("doctor", settings) if "judged otherwise" in line}
        assert found.startswith("note  partitions [0, 1] were judged otherwise than the plan says")
        assert ": line waste: vendor. That stays so" in found

        await city.tell(*city.later())
        await city.come_to(acme=OVER + WAITING, nova=LATER)
        # To whom the quarter-hour belongs in which the plan was corrected, its beginning says.
        for source in ("kept", "raw"):
            acme, nova = (stated(settings, v, city.began, source) for v in ("acme", "nova"))
            assert acme >= OVER + WAITING
            assert acme + nova == OVER + WAITING + LATER
        now = await latest_of(settings.broker, topics.INTERVALS)
        assert {key: now[key] for key in final} == final
        assert second.metrics()["contact_books_imbalance"] == {frozenset(): 0}
        assert second.stop() == 0, second.text()

        await asyncio.sleep(1)  # until the group has noticed
        assert len(said_by("rebuild", settings)) >= 2
        second = WorkerProcess(settings, tmp_path, "third")
        second.wait_ready()
        await city.come_to(nova=OVER + WAITING + LATER)
        assert SAID not in second.text()
        assert "ok    partitions [0, 1] were judged as the plan says" in said_by("doctor", settings)
        assert second.stop() == 0, second.text()
    finally:
        first.kill()
        if second is not None:
            second.kill()


async def test_two_plans_at_once_are_told_and_harmless(kafka: KafkaCluster, tmp_path: Path) -> None:
    settings = of_town(kafka.bootstrap, tmp_path)
    other = tmp_path / "corrected.toml"
    other.write_text(CORRECTED)
    city = City(settings)
    await fresh_topics(settings)
    workers = [WorkerProcess(settings, tmp_path, "one")]
    try:
        workers[0].wait_ready()
        workers.append(WorkerProcess(replace(settings, plan=str(other)), tmp_path, "other"))
        workers[1].wait_ready()
        plans = {next(iter(w.metrics()["contact_plan_info"])) for w in workers}
        assert len(plans) == 2
        await city.tell(*city.later())
        deadline = time.monotonic() + 30
        while sum((await city.visits()).values()) < LATER:
            assert time.monotonic() < deadline
        assert all(w.metrics()["contact_books_imbalance"] == {frozenset(): 0} for w in workers)
        assert [w.stop() for w in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
