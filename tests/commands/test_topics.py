"""`reachline topics create`: what it creates, and what it says of what was there."""

from __future__ import annotations

import asyncio

import pytest

from streams.cli import main
from streams.engine.kafka import topic_admin, topics
from streams.settings import Settings
from tests.running import fresh_topics
from tests.topics import deleted, made_by_hand, partitions_of


async def created(
    capsys: pytest.CaptureFixture[str], settings: Settings, *words: str
) -> tuple[int, str, str]:
    """`reachline topics create`: its status and what it says, on both ways."""
    command = ["topics", "create", "--broker", settings.broker, *words]
    status = await asyncio.to_thread(main, command)
    return status, *capsys.readouterr()


async def test_the_doctor_and_whoever_creates_topics_say_the_same(
    bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    await made_by_hand(bootstrap, topics.DEAD, 1, retention_ms=str(30 * 24 * 3_600_000))
    await deleted(bootstrap, topics.ALERTS)
    wrong = await topic_admin.problems(settings)
    assert [each.split(": ")[0] for each in wrong[:2]] == [topics.ALERTS, topics.DEAD]
    assert await asyncio.to_thread(main, ["doctor", "--broker", bootstrap]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("WRONG")] == [f"WRONG {one}" for one in wrong]
    status, out, err = await created(capsys, settings)
    assert (status, out) == (1, f"created {topics.ALERTS}\n")
    assert err.splitlines() == wrong[1:]


async def test_another_number_of_partitions_than_asked_for_is_said(
    bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    status, out, err = await created(capsys, settings, "--partitions", "6")
    assert status == 1
    assert out == ""
    (said,) = err.splitlines()
    assert said.startswith("--partitions 6: the topics have 2, which is left as it is")
    assert "while state is kept" in said
    await made_by_hand(bootstrap, topics.CALLERS, 3)
    _, _, err = await created(capsys, settings, "--partitions", "2")
    said = err.splitlines()[0]
    assert said.startswith(f"--partitions 2: {topics.CALLERS} has 3")
    assert set((await partitions_of(bootstrap)).values()) == {2, 3}


async def test_who_asks_for_what_there_is_hears_nothing_of_it(
    bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    well = (0, "topics are as they should be\n", "")
    words = ("--partitions", "2", "--replication", "1")
    assert await created(capsys, settings, *words) == well
    assert await created(capsys, settings) == well


async def test_fewer_copies_than_asked_for_are_said(
    bootstrap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(broker=bootstrap, partitions=2)
    await fresh_topics(settings)
    status, _, err = await created(capsys, settings, "--replication", "3")
    assert status == 1
    (said,) = err.splitlines()
    assert said.startswith("--replication 3: the topics have 1, which is left as it is")
