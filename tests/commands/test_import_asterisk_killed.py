"""`reachline import asterisk --to kafka`, killed at any byte of a log that grows and is rotated."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from streams.engine.kafka.topics import SOURCES
from tests.asterisk import PLAN, log, translated, waits_of
from tests.killed_imports import KilledImport, two_partitions
from tests.running import records_of


def city(calls: int) -> list[str]:
    """Calls that overlap, one after the other in the log, each line of its own second."""
    lines: list[tuple[object, ...]] = []
    for number in range(calls):
        lines += [(*each,) for each in waits_of(f"{number}", 5 * number)]  # type: ignore[misc]
    return log(*sorted(lines, key=lambda line: int(str(line[0]))))


async def test_killed_at_any_byte_it_doubles_and_loses_nothing(
    bootstrap: str, tmp_path: Path
) -> None:
    await killed_again_and_again(bootstrap, tmp_path, 1)


@pytest.mark.slow
@pytest.mark.in_turn("seed", parts=49)
@pytest.mark.parametrize("seed", range(2, 51))
async def test_wherever_it_is_killed(bootstrap: str, tmp_path: Path, seed: int) -> None:
    await killed_again_and_again(bootstrap, tmp_path, seed)


async def killed_again_and_again(bootstrap: str, tmp_path: Path, seed: int) -> None:
    """While the log is written and rotated; then every event is counted from the topics."""
    settings = await two_partitions(bootstrap)
    rng = random.Random(seed)
    path, lines = tmp_path / "queue_log", city(800)
    text, written, rotations = "".join(f"{line}\n" for line in lines).encode(), 0, 0
    hits = 0
    path.touch()
    importing = KilledImport(settings, tmp_path, "asterisk", path, "--follow")
    importing.start()
    try:
        while not await records_of(bootstrap, SOURCES):  # what was rotated before is not its log
            await asyncio.sleep(0.1)
        for _ in range(6):
            until_then = time.monotonic() + rng.uniform(0.5, 2.5)
            while time.monotonic() < until_then or (
                written < len(text) and not await importing.has_written()
            ):
                end = written + rng.randrange(1, 900)
                whole_lines = rng.random() < 0.3
                if whole_lines:
                    end = text.find(b"\n", end) + 1 or len(text)
                with path.open("ab") as file:
                    file.write(text[written:end])
                written = min(end, len(text))
                if whole_lines and rng.random() < 0.5 and path.stat().st_size:
                    rotations += 1
                    path.rename(path.with_name(f"queue_log.{rotations}"))
                    path.touch()
                await asyncio.sleep(0.05)
            hits += await importing.has_written()
            importing.kill()
            await importing.starts()
        with path.open("ab") as file:
            file.write(text[written:])
        whole = Counter((e.call_id, e.event_id) for e in translated(lines, PLAN).events)
        await importing.has_told(whole)
        assert rotations > 3 and hits > 3
    finally:
        importing.kill()
