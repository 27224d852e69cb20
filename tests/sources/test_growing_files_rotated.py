"""A file of records that is replaced between any two looks: each line once, in its order."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from streams.sources.growing_files import Growing, Place
from tests.looks import Looks, Written
from tests.sources.test_growing_files import digest, read


def entry(number: int) -> bytes:
    """A record with an id of its own."""
    return b"%d,1795000000\n" % number


def numbers(found: list[tuple[str, bytes]]) -> list[int]:
    return [int(line.split(b",")[0]) for _, line in found if not line.startswith(b"id")]


def test_between_any_two_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Looks(monkeypatch)
    wrong, most = [], 0
    for look, times, restarted in itertools.product(range(60), (1, 2), (False, True)):
        folder = tmp_path / f"{look} {times} {restarted}"
        folder.mkdir()
        file = Written(folder / "calls.csv", entry, b"id,at\n")
        growing = Growing(file.path, digest)
        place: Place | None = growing.beginning()
        for _ in range(2):
            file.write(2)
            file.rotate()
        file.write(2)
        found, place = read(Growing(file.path, digest, place))
        file.write(2)

        def rotated(file: Written = file, times: int = times) -> None:
            for _ in range(times):
                file.write(1)
                file.rotate()
                file.write(2)

        looks.before(look, rotated)
        again, place = read(Growing(file.path, digest, place))
        most = max(most, looks.seen)
        if restarted:
            last, _ = read(Growing(file.path, digest, place))
        else:
            last = []
        told = numbers(found + again + last)
        if restarted and told != [*range(file.lines)]:
            wrong.append((look, times, told))
    assert most > 20
    assert not wrong
