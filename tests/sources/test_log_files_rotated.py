"""A log that is rotated between any two looks at its directory: each line once, in its order."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.sources.log_files import Log, beginning
from tests.looks import Looks, Written
from tests.sources.test_log_files import digest, entry, numbers


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(monkeypatch)


def schedules() -> Iterator[tuple[bool, int, int]]:
    """Whether it is begun again, after which look it is rotated, and how often at once."""
    return itertools.product((False, True), range(40), (1, 2))


def test_between_any_two_looks(tmp_path: Path, looks: Looks) -> None:
    wrong, latest = [], 0
    for number, (restarted, look, times) in enumerate(schedules()):
        (folder := tmp_path / str(number)).mkdir()
        log = Written(folder / "queue_log", entry)
        position = beginning([log.path])
        for _ in range(3):
            log.write(2)
            log.rotate()
        log.write(2)
        reading = Log([log.path], digest, position)
        read = numbers(reading, 40)
        if restarted:
            reading.close()
            reading = Log([log.path], digest, reading.position)
        log.write(2)
        log.rotate()
        log.write(2)

        def rotated(log: Written = log, times: int = times) -> None:
            for _ in range(times):
                log.rotate()
                log.write(2)

        looks.before(look, rotated)
        read += numbers(reading, 40)
        latest = max(latest, looks.seen)
        read += numbers(reading, 40)
        reading.close()
        if read != [*range(log.lines)] and look < looks.seen:
            wrong.append((restarted, look, times, read))
    assert latest > 20
    assert not wrong
