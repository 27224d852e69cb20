"""`reachline import asterisk --to kafka`, killed at any byte of a log that grows and is rotated."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest

from streams.engine.kafka.topics import SOURCES
from streams.settings import Settings
from tests.asterisk import PLAN, log, translated, waits_of
from tests.running import fresh_topics, records_of
from tests.topics_of_events import told

KEY = "8f3a61c0d27be945"


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
    settings = Settings(broker=bootstrap, app=f"test-{uuid.uuid4().hex[:8]}", partitions=2)
    await fresh_topics(settings)
    rng = random.Random(seed)
    path, lines = tmp_path / "queue_log", city(400)
    text, written, rotations = "".join(f"{line}\n" for line in lines).encode(), 0, 0
    path.touch()
    environment = os.environ | {
        "REACHLINE_PSEUDONYM_KEY": KEY,
        "REACHLINE_BROKER": bootstrap,
        "REACHLINE_APP": settings.app,
    }
    command = [sys.executable, "-m", "streams.cli", "import", "asterisk", str(path)]
    command += ["--follow", "--to", "kafka"]

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "said").open("ab") as said:
            return subprocess.Popen(command, env=environment, stderr=said)

    running = start()
    try:
        while not await records_of(bootstrap, SOURCES):  # what was rotated before is not its log
            await asyncio.sleep(0.1)
        for _ in range(6):
            until_then = time.monotonic() + rng.uniform(0.5, 2.5)
            while time.monotonic() < until_then:
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
            running.send_signal(signal.SIGKILL)
            running.wait()
            running = start()
        with path.open("ab") as file:
            file.write(text[written:])
        whole = Counter((e.call_id, e.event_id) for e in translated(lines, PLAN).events)
        deadline = time.monotonic() + 60
        while (found := await told(bootstrap)) != whole and time.monotonic() < deadline:
            assert not found - whole, "doubled, or what nobody told"
            await asyncio.sleep(0.3)
        assert found == whole, (tmp_path / "said").read_text()
        assert rotations > 3
        assert "Traceback" not in (tmp_path / "said").read_text()
    finally:
        running.kill()
        running.wait()
