"""A file that grows and is replaced: lines in their order, and the place that is found again."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.sources import growing_files
from streams.sources.growing_files import Growing, PartCutError, Place


class StoppedError(Exception):
    """Nobody reads any more."""


def digest(text: bytes) -> str:
    return text.hex()


def read(
    growing: Growing, *steps: Callable[[], object]
) -> tuple[list[tuple[str, bytes]], Place | None]:
    """Each line that is new with the name of its part, and the place behind them; each time that
    there is no more for now, the next step is taken."""
    left, found, place = [*steps], list[tuple[str, bytes]](), None

    def wait() -> None:
        if not left:
            raise StoppedError
        left.pop(0)()

    try:
        for part in growing.parts(wait):
            number = 0
            try:
                for number, line in enumerate(part.lines(wait), 1):
                    if number > part.told:
                        found.append((part.path.name, line))
                    place = part.place(number)
            except PartCutError:
                growing.keep(part.place(number), cut=True)
            else:
                growing.keep(part.place(number))
    except StoppedError:
        pass
    return found, place


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "calls.csv"
    file.write_text("id\none\ntw")
    return file


def add(file: Path, text: str) -> Callable[[], object]:
    def adds() -> None:
        with file.open("a") as stream:
            stream.write(text)

    return adds


def test_what_is_written_to_a_file_after_it_was_moved_away_is_read(file: Path) -> None:
    """A rotation moves the file away and makes an empty one; the phone system goes on writing to
    the old one until it is told."""
    old = file.with_name("calls.csv.1")

    def moved() -> None:
        file.rename(old)
        file.touch()

    steps = (moved, add(old, "o\n"), add(old, "three\nfo"), add(file, "id\nfive\n"))
    found, _ = read(Growing(file, digest), *steps)
    assert found == [
        ("calls.csv", line) for line in (b"id\n", b"one\n", b"two\n", b"three\n", b"fo")
    ] + [("calls.csv", b"id\n"), ("calls.csv", b"five\n")]


@pytest.mark.parametrize("how", ["grown", "renamed", "copied", "packed", "twice"])
def test_a_place_is_found_again(file: Path, how: str) -> None:
    _, place = read(Growing(file, digest))
    assert place is not None and (place.offset, place.lines) == (7, 2)
    add(file, "o\n")()
    old = file.with_name("calls.csv.1")
    if how == "copied":
        shutil.copy2(file, old)
        os.truncate(file, 0)
    elif how == "packed":
        with gzip.open(f"{old}.gz", "wb") as packed:
            packed.write(file.read_bytes())
        file.unlink()
    elif how != "grown":
        file.rename(old)
    if how == "twice":
        file.write_text("id\nthree\n")
        file.rename(file.with_name("calls.csv.0"))
    add(file, "four\n" if how == "grown" else "id\nfour\n")()
    growing = Growing(file, digest, place)
    found, _ = read(growing)
    told = [line for _, line in found if line != b"id\n"]
    assert told == [b"two\n", *([b"three\n"] if how == "twice" else []), b"four\n"]
    assert growing.found


def test_by_a_header_alone_the_file_that_was_written_since_is_the_one(file: Path) -> None:
    """Each part begins with it: what was rotated long ago is not read once more, and what was
    rotated since is."""
    file.write_text("id\n")
    for number in (2, 3):
        old = file.with_name(f"calls.csv.{number}")
        old.write_text("id\nlong ago\n")
        os.utime(old, (1, 1))
    _, place = read(Growing(file, digest))
    add(file, "one\n")()
    file.rename(file.with_name("calls.csv.1"))
    file.write_text("id\ntwo\n")
    found, _ = read(Growing(file, digest, place))
    assert [line for _, line in found if line != b"id\n"] == [b"one\n", b"two\n"]


def test_a_place_that_is_gone_is_said_and_what_was_written_since_is_read(file: Path) -> None:
    _, place = read(Growing(file, digest))
    file.write_text("id\nthree\n")
    growing = Growing(file, digest, place)
    found, _ = read(growing)
    assert found == [("calls.csv", b"id\n"), ("calls.csv", b"three\n")]
    assert not growing.found


@pytest.mark.parametrize("grown", [False, True])
def test_a_file_that_is_cut_to_nothing_while_it_is_read(file: Path, grown: bool) -> None:
    def cut() -> None:
        add(file, "o\nthree\n")()
        shutil.copy2(file, file.with_name("calls.csv.1"))
        os.truncate(file, 0)
        if grown:
            add(file, "id\nfour, which is longer than all that was read of it\n")()

    found, _ = read(Growing(file, digest), cut, add(file, "" if grown else "id\nfour\n"))
    told = [line[:4] for _, line in found if line != b"id\n"]
    assert told == [b"one\n", b"two\n", b"thre", b"four"]


def test_a_file_cut_to_nothing_without_a_copy_is_read_from_its_start(file: Path) -> None:
    growing = Growing(file, digest)
    found, _ = read(growing, lambda: os.truncate(file, 0), add(file, "id\nfour\n"))
    assert [line for _, line in found] == [b"id\n", b"one\n", b"id\n", b"four\n"]
    assert not growing.found


def test_the_end_of_a_file_is_behind_its_last_whole_line(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for chunk in (3, 1 << 18):
        monkeypatch.setattr(growing_files, "_CHUNK", chunk)
        end = Growing(file, digest).end()
        assert end is not None and (end.offset, end.lines) == (7, 2)
        found, _ = read(Growing(file, digest, end), add(file, "o\n"))
        assert found == [("calls.csv", b"two\n")]
        file.write_text("id\none\ntw")
    file.write_text("")
    assert Growing(file, digest).end() is None


def test_a_line_that_never_ends_does_not_fill_the_memory(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing_files, "LONGEST_SKIPPED", 10)
    with pytest.raises(OSError, match="line 3 has more than 10 bytes"):
        read(Growing(file, digest), add(file, "o" * 10))


def test_a_line_that_is_too_long_is_cut_and_the_place_is_behind_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing_files, "CUT", 10)
    monkeypatch.setattr(growing_files, "_CHUNK", 7)
    found, place = read(Growing(file, digest), add(file, "o" * 30 + "\n"), add(file, "three\n"))
    assert [line for _, line in found][-2:] == [b"two" + b"o" * 7, b"three\n"]
    assert place.offset == file.stat().st_size


def test_a_file_that_is_not_there_is_said_at_once(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(Growing(file.with_name("none"), digest))
