"""This release and the next roll over one another, there and back, while a city phones."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.engine.kafka import topics
from streams.engine.kafka.forms import NEWEST, form_of
from tests.brokers import KafkaCluster
from tests.faults.chaos import Run, begin, live
from tests.faults.next_release import COUNT, FORM, next_release
from tests.running import ROOT, WorkerProcess, records_of, until

REST = 4.0
"""Seconds between two steps of the schedule: some eight minutes of the city's time."""


class Upgrade(Run):
    """A run whose workers are of two releases, and which rolls them over one another."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.this = {"PYTHONPATH": str(ROOT)}
        self.next = {"PYTHONPATH": f"{next_release(self.directory)}{os.pathsep}{ROOT}"}
        self.begins = self.this
        self.forms: list[tuple[str, set[int]]] = []
        self._read: dict[tuple[str, int], int] = {}

    def begin(self, **environment: str) -> WorkerProcess:
        return super().begin(**{**self.begins, **environment})

    async def schedule(self, seconds: float) -> None:
        held = self.next | {"REACHLINE_FORM": str(NEWEST)}
        await self.roll_to("there, held back", held)
        await self.roll_to("back", self.this)
        await self.roll_to("half of the way there", self.next, workers=2)
        await self.roll_to("there", self.next)
        await self.kill_worker()
        await asyncio.sleep(REST)

    async def roll_to(self, what: str, release: dict[str, str], workers: int = 3) -> None:
        """Ends one worker after the other; the supervisor starts another in its place."""
        self.begins = release
        self.outcome.faults[what] += 1
        for worker in self.workers[:workers]:
            worker.child.terminate()
            worker.wait()
            await asyncio.sleep(REST)
        self.forms.append((what, await forms_in(self.settings.broker, self._read)))


async def forms_in(bootstrap: str, before: dict[tuple[str, int], int]) -> set[int]:
    """The forms in which records of ours were written since somebody asked."""
    found: set[int] = set()
    for topic in (topics.STATE, topics.PARTIALS, topics.CALLERS, topics.JOURNEYS):
        for record in await records_of(bootstrap, topic):
            place = topic, record.partition
            if record.offset >= before.get(place, 0):
                found.add(form_of(record.headers))
                before[place] = record.offset + 1
    return found


@pytest.fixture
async def run(kafka: KafkaCluster, tmp_path: Path) -> Upgrade:
    return await begin(7, kafka.bootstrap, tmp_path, None, partitions=4, kind=Upgrade)


async def test_releases_roll_over_one_another_there_and_back(
    run: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.faults.chaos.differences_of", verified_by(run.next))
    outcome = await live(run, 0)
    assert not outcome.differences, "\n".join(outcome.differences[:20])
    assert not outcome.void
    logs = "".join(worker.text() for worker in run.every)
    assert "Traceback" not in logs
    forms = dict(run.forms)
    assert forms["there, held back"] == forms["back"] == {NEWEST}
    # The old worker decides for as long as it is in the group, which a slow machine may end.
    assert NEWEST in forms["half of the way there"]
    assert FORM in forms["there"]
    await the_next_counts_what_this_one_did_not_know(run)
    the_old_release_ends_before_it_joins(run)


async def the_next_counts_what_this_one_did_not_know(run: Upgrade) -> None:
    finals = await records_of(run.settings.broker, topics.INTERVALS)
    counted = Counter(COUNT in orjson.loads(each.value or b"")["counts"] for each in finals)
    assert counted[True] and counted[False], "finals of both releases"


def the_old_release_ends_before_it_joins(run: Upgrade) -> None:
    """What is written now it can't read: it says so, and disturbs nobody."""
    run.begins = run.this
    late = run.begin()
    until(lambda: not late.running, 60)
    assert late.wait() == 1
    said = f"written in form {FORM} by a newer release, and this one knows up to {NEWEST}: run the"
    assert said in late.text()
    assert "joined" not in late.text()


def verified_by(release: dict[str, str]) -> Callable[..., Any]:
    """The verifier as the next release runs it, which reads what both have written."""

    async def differences(
        bootstrap: str, plan: Path, sources: int, **_: object
    ) -> tuple[Any, list[str]]:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "tests.faults.verifier", bootstrap, plan, str(sources), COUNT],
            capture_output=True,
            cwd=plan.parent,  # else this release, in which the tests run, comes first
            env={**os.environ, **release},
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        late, wrong = orjson.loads(done.stdout)
        return Late(late), wrong

    return differences


class Late:
    """Of what was read raw, how many events were late."""

    def __init__(self, late: int) -> None:
        self.late = late
