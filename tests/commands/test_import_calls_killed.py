"""`reachline import calls --to kafka`, killed at any byte, its file growing, rotated, or whole."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from streams.domain.events import Event
from streams.engine.kafka.topics import SOURCES
from streams.sources import calls
from streams.sources.mapping import Mapping
from streams.sources.pseudonyms import Pseudonyms
from tests.killed_imports import KEY, KilledImport, two_partitions
from tests.running import records_of

HEADER = "id,n,queue,who,start,answer,end\n"
MAPPING = """
time = { zone = "UTC", format = "iso" }
[call]
id = "{id}"
line = "{queue}"
caller = "{who}"
[[row]]
when = { answer = "*" }
start = "start"
entered = "start"
answered = "answer"
hangup = "end"
[[row]]
start = "start"
entered = "start"
hangup = "end"
"""


def city(number: int) -> list[str]:
    """Rows of one call each, of which every third was answered."""
    found = []
    for n in range(number):
        at = f"2026-11-20 {10 + n // 3600}:{n // 60 % 60:02}:{n % 60:02}"
        found.append(f"{n},1,waste,0470{n:06},{at},{at if n % 3 else ''},{at}\n")
    return found


def events_of(rows: list[str], mapping: str = MAPPING) -> Counter[tuple[str, str]]:
    read: list[Event] = [
        *calls.events([HEADER, *rows], Mapping.parse(mapping), print, "-", Pseudonyms(KEY.encode()))
    ]
    return Counter((event.call_id, event.event_id) for event in read)


def words(folder: Path) -> tuple[object, ...]:
    return "calls", folder / "calls.csv", "--mapping", folder / "m.toml"


async def test_a_file_that_grows_is_told_once(bootstrap: str, tmp_path: Path) -> None:
    await killed_again_and_again(bootstrap, tmp_path, 1)


@pytest.mark.slow
@pytest.mark.in_turn("seed", parts=49)
@pytest.mark.parametrize("seed", range(2, 51))
async def test_wherever_it_is_killed(bootstrap: str, tmp_path: Path, seed: int) -> None:
    await killed_again_and_again(bootstrap, tmp_path, seed)


async def killed_again_and_again(bootstrap: str, tmp_path: Path, seed: int) -> None:
    """While the file is written and rotated; then every event is counted from the topics."""
    settings = await two_partitions(bootstrap)
    (tmp_path / "m.toml").write_text(MAPPING)
    rng = random.Random(seed)
    rows = city(3_000)
    file, left, rest, rotations, hits = tmp_path / "calls.csv", [*rows], "", 0, 0
    importing = KilledImport(settings, tmp_path, *words(tmp_path), "--follow")
    file.write_text(HEADER)
    importing.start()
    try:
        while not await records_of(bootstrap, SOURCES):  # what was rotated before is not its file
            await asyncio.sleep(0.1)
        for _ in range(6):
            until_then = time.monotonic() + rng.uniform(0.5, 2.5)
            while time.monotonic() < until_then or (left and not await importing.has_written()):
                rest += "".join(left.pop(0) for _ in range(min(len(left), rng.randrange(1, 12))))
                cut = len(rest) if rng.random() < 0.3 else rng.randrange(len(rest) + 1)
                with file.open("a") as stream:
                    stream.write(rest[:cut])
                rest = rest[cut:]
                if not rest and rng.random() < 0.5:
                    rotations += 1
                    file.rename(file.with_name(f"calls.csv.{rotations}"))
                    file.write_text(HEADER)
                await asyncio.sleep(0.05)
            hits += await importing.has_written()
            importing.kill()
            await importing.starts()
        with file.open("a") as stream:
            stream.write(rest + "".join(left))
        await importing.has_told(events_of(rows))
        assert rotations > 3 and hits > 3
    finally:
        importing.kill()


@pytest.mark.slow
async def test_a_whole_file_is_told_once(bootstrap: str, tmp_path: Path) -> None:
    """Sorted by time, with legs: none of its events is known before all of it was read."""
    settings = await two_partitions(bootstrap)
    mapping = MAPPING.replace("[[row]]", 'leg = "{n}"\n[[row]]', 1) + '[file]\norder = "at"\n'
    (tmp_path / "m.toml").write_text(mapping)
    rng = random.Random(1)
    rows = city(3_000)
    rng.shuffle(rows)
    importing = KilledImport(settings, tmp_path, *words(tmp_path))
    (tmp_path / "calls.csv").write_text(HEADER + "".join(rows))
    for kills in range(2):
        importing.start()
        while len(await records_of(bootstrap, SOURCES)) <= kills:
            await asyncio.sleep(0.02)
        await asyncio.sleep(rng.uniform(0, 0.2))
        importing.kill()
    for _ in range(2):  # the second time there is nothing to send
        importing.start()
        importing.ends()
    await importing.has_told(events_of(rows, mapping))
    assert importing.said.splitlines()[-1].endswith(" that were sent before")
