"""The files of a rotated log: which, in which order, and without copies."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from streams.sources.log_rotation import (
    OpenLog,
    RotatedError,
    Seen,
    chain,
    in_order,
    is_copy,
    last_time,
    look,
    neighbours,
    settled,
)

BEGIN = 1_795_000_000


def log(path: Path, first: int, last: int) -> Path:
    text = b"".join(b"%d|1.1|q|NONE|ABANDON\n" % (BEGIN + n) for n in range(first, last))
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def paths(seen: list[Seen]) -> list[Path]:
    return [each.path for each in seen]


def times(path: Path) -> tuple[int, int]:
    (seen,) = look([path])
    return seen.begun, last_time(seen)


def test_neighbours_are_what_rotation_makes_of_a_name(tmp_path: Path) -> None:
    names = ["queue_log", "queue_log.0", "queue_log-20261128", "queue_log.2.gz"]
    for name in [*names, "queue_logger", "full", "old-queue_log"]:
        (tmp_path / name).touch()
    found = neighbours([tmp_path / "queue_log"])
    assert sorted(path.name for path in found) == sorted(names)
    assert found[0].name == "queue_log" and found[-1].name == "queue_log.2.gz"


def test_files_are_in_the_order_of_their_times_whatever_their_names(tmp_path: Path) -> None:
    newest = log(tmp_path / "queue_log", 30, 40)
    middle = log(tmp_path / "queue_log.9", 20, 30)
    oldest = log(tmp_path / "queue_log.0.gz", 10, 20)
    log(tmp_path / "queue_log.copy", 20, 25)
    (tmp_path / "queue_log.empty").touch()
    (tmp_path / "queue_log.begun").write_bytes(b"1795000050|1")
    assert paths(chain(look([newest]))) == [oldest, middle, newest]


def test_of_one_second_the_older_file_is_first(tmp_path: Path) -> None:
    one, other = log(tmp_path / "b", 0, 3), log(tmp_path / "a", 0, 5)
    os.utime(one, (1, 1))
    assert paths(in_order(look([other, one]))) == [one, other]


def test_the_times_of_a_file(tmp_path: Path) -> None:
    path = log(tmp_path / "queue_log", 3, 9)
    assert times(path) == (BEGIN + 3, BEGIN + 8)
    assert times(log(tmp_path / "packed.gz", 3, 9)) == (BEGIN + 3, BEGIN + 8)
    path.write_bytes(b"# by hand\n\0\0" + path.read_bytes())
    assert times(path) == (BEGIN + 3, BEGIN + 8)
    path.write_bytes(b"nothing\n")
    assert times(path) == (0, 0)


def test_what_is_damaged_has_no_beginning_and_what_is_not_there_is_not_seen(
    tmp_path: Path,
) -> None:
    (damaged := tmp_path / "damaged.gz").write_bytes(b"no gzip")
    (seen,) = look([damaged, tmp_path / "missing"])
    assert (seen.path, seen.first, seen.begun, last_time(seen)) == (damaged, b"", 0, 0)


def test_a_file_that_has_anothers_name_by_now_is_not_opened(tmp_path: Path) -> None:
    (seen,) = look([path := log(tmp_path / "queue_log", 0, 3)])
    path.rename(tmp_path / "queue_log.1")
    log(path, 3, 4)
    with pytest.raises(RotatedError):
        seen.open()
    with pytest.raises(RotatedError):
        last_time(seen)


def test_looking_ends_if_the_files_never_stand_still() -> None:
    tried = []

    def looks() -> None:
        tried.append(0)
        raise RotatedError

    with pytest.raises(OSError, match="rotated faster"):
        settled(looks)
    assert len(tried) == 100


def test_a_copy_begins_alike() -> None:
    assert is_copy(b"abc", b"abcdef") and is_copy(b"abcdef", b"abc")
    assert not is_copy(b"abc", b"abd")


@pytest.mark.parametrize("name", ["queue_log", "queue_log.gz"])
def test_a_file_is_looked_into_without_moving(tmp_path: Path, name: str) -> None:
    file = OpenLog(log(tmp_path / name, 0, 3), 30, 1)
    file.seek()
    assert file.bytes_at(0, 10) == b"%d" % BEGIN
    assert file.read(10) == b"%d" % (BEGIN + 1)
    file.close()
