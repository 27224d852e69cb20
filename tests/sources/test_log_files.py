"""A log that grows, is rotated, cut and left alone for a while: each line once, in its order."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.sources.log_files import LONGEST_LINE, Log, Position, beginning
from tests.examples import examples

BEGIN = 1_795_000_000


def digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def entry(number: int) -> bytes:
    """A line of its own second."""
    return b"%d|%d.1|waste|NONE|ENTERQUEUE||0470|%d\n" % (BEGIN + number, BEGIN, number)


def numbers(log: Log, size: int = 1 << 16) -> list[int]:
    """The numbers of all lines that can be read now."""
    found = []
    while lines := log.read(size):
        found += [int(line.text.rsplit(b"|", 1)[1]) for line in lines]
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue_log"


def append(path: Path, first: int, last: int) -> None:
    with path.open("ab") as file:
        for number in range(first, last):
            file.write(entry(number))


def test_a_line_counts_once_it_has_its_end(path: Path) -> None:
    path.write_bytes(entry(0) + entry(1)[:-5])
    log = Log([path], digest)
    assert numbers(log) == [0]
    assert log.position is not None and log.position.offset == len(entry(0))
    path.write_bytes(entry(0) + entry(1))
    assert numbers(log) == [1]


def test_a_line_knows_where_it_stands(path: Path) -> None:
    append(path, 0, 3)
    log = Log([path], digest)
    first, *_ = log.read(1 << 16)
    assert first == (str(path), 1, entry(0)[:-1], False)
    append(path, 3, 4)
    (fourth,) = Log([path], digest, log.position).read(1 << 16)
    assert fourth.number == 4


def test_a_log_that_is_not_there_says_so(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Log([path], digest).read(1 << 16)


@pytest.mark.parametrize("how", ["renamed", "copied and cut", "deleted"])
@pytest.mark.parametrize("size", [40, 1 << 16])
def test_a_rotation_while_it_is_read(path: Path, how: str, size: int) -> None:
    append(path, 0, 50)
    log = Log([path], digest)
    assert numbers(log, size) == [*range(50)]
    append(path, 50, 60)
    if how == "renamed":
        path.rename(path.with_name("queue_log.0"))
        assert numbers(log, size) == [*range(50, 60)]
        append(path.with_name("queue_log.0"), 60, 65)  # until the phone system opens it anew
        path.touch()
        assert numbers(log, size) == [*range(60, 65)]
    elif how == "copied and cut":
        shutil.copy(path, path.with_name("queue_log-20261128"))
        os.truncate(path, 0)
    else:
        assert numbers(log, size) == [*range(50, 60)]
        path.unlink()
    append(path, 65, 70)
    assert numbers(log, size) == [
        *([] if how != "copied and cut" else range(50, 60)),
        *range(65, 70),
    ]


def test_a_log_that_was_cut_and_has_grown_beyond_the_place_is_noticed(path: Path) -> None:
    append(path, 0, 5)
    log = Log([path], digest)
    assert numbers(log) == [*range(5)]
    shutil.copy(path, path.with_name("queue_log.1"))
    os.truncate(path, 0)
    append(path, 5, 30)
    assert numbers(log) == [*range(5, 30)]


@pytest.mark.parametrize("named", [["0", "1", "2"], ["2", "1", "0"], ["1795000000", "a", "b"]])
def test_rotations_while_nobody_reads(path: Path, named: list[str]) -> None:
    """Whether the newest is 0 or the highest, or named by the time."""
    append(path, 0, 20)
    log = Log([path], digest)
    assert numbers(log) == [*range(20)]
    append(path, 20, 30)
    for number, name in enumerate(named):
        path.rename(path.with_name(f"queue_log.{name}"))
        append(path, 30 + 10 * number, 40 + 10 * number)
    assert numbers(Log([path], digest, log.position)) == [*range(20, 60)]
    assert numbers(log) == [*range(20, 60)]


def test_what_was_packed_meanwhile(path: Path) -> None:
    append(path, 0, 20)
    log = Log([path], digest)
    assert numbers(log) == [*range(20)]
    append(path, 20, 30)
    path.with_name("queue_log.1.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    append(path, 30, 40)
    assert numbers(Log([path], digest, log.position)) == [*range(20, 40)]


def test_an_old_file_that_is_damaged_hinders_nobody(path: Path) -> None:
    append(path, 0, 20)
    log = Log([path], digest)
    assert numbers(log) == [*range(20)]
    packed = gzip.compress(path.read_bytes())
    path.with_name("queue_log.2.gz").write_bytes(packed[:-20])
    append(path, 20, 30)
    assert numbers(Log([path], digest, log.position)) == [*range(20, 30)]


def test_a_copy_beside_the_log_is_not_read(path: Path) -> None:
    append(path, 0, 20)
    shutil.copy(path, path.with_name("queue_log.bak"))
    append(path, 20, 30)
    log = Log([path], digest)
    assert numbers(log) == [*range(30)]
    path.rename(path.with_name("queue_log.0"))
    shutil.copy(path.with_name("queue_log.0"), path.with_name("queue_log-saved"))
    append(path, 30, 35)
    assert numbers(log) == [*range(30, 35)]


def test_without_a_place_only_what_was_given_is_read(path: Path) -> None:
    append(path.with_name("queue_log.0"), 0, 20)
    append(path, 20, 30)
    assert numbers(Log([path], digest)) == [*range(20, 30)]


def test_a_log_that_is_rotated_before_a_line_was_read_is_found(path: Path) -> None:
    append(path.with_name("queue_log.7"), 0, 20)
    path.touch()
    assert beginning([path.with_name("other")]) == Position(0, 0, "", "", 0)
    empty = beginning([path])
    append(path, 20, 30)
    begun = beginning([path])
    assert empty == begun == Position(0, 0, "", "", BEGIN + 19)
    for number in (8, 9):
        path.rename(path.with_name(f"queue_log.{number}"))
        append(path, 10 * number - 50, 10 * number - 40)
    log = Log([path], digest, begun)
    assert numbers(log) == [*range(20, 50)]
    assert log.found


def test_parts_are_read_in_the_order_of_their_times(path: Path) -> None:
    parts = [path, path.with_name("queue_log.0"), path.with_name("queue_log.1")]
    for number, part in enumerate(reversed(parts)):
        append(part, 10 * number, 10 * number + 10)
    assert numbers(Log(parts, digest)) == [*range(30)]


def test_a_part_that_breaks_off_in_a_line(path: Path) -> None:
    path.with_name("queue_log.0").write_bytes(entry(0) + entry(1)[:-1])
    append(path, 2, 4)
    assert numbers(Log([path, path.with_name("queue_log.0")], digest)) == [0, 1, 2, 3]


def test_where_the_place_is_gone_what_is_newer_is_read(path: Path) -> None:
    append(path, 0, 20)
    log = Log([path], digest)
    assert numbers(log) == [*range(20)]
    path.write_bytes(b"# written anew by somebody\n" + b"".join(map(entry, range(15, 30))))
    again = Log([path], digest, log.position)
    lines = again.read(1 << 16)
    assert not again.found
    assert [line.text for line in lines[1:]] == [entry(n)[:-1] for n in range(20, 30)]
    assert numbers(again) == []


def test_a_log_that_was_emptied_begins_anew(path: Path) -> None:
    append(path, 0, 20)
    log = Log([path], digest)
    assert numbers(log) == [*range(20)]
    os.truncate(path, 0)
    assert numbers(log) == []
    append(path, 19, 22)  # in the same second as the last that was read
    assert numbers(log) == [19, 20, 21]


def test_a_line_without_an_end_takes_no_memory(path: Path) -> None:
    path.write_bytes(entry(0) + b"x" * (3 * LONGEST_LINE) + b"\n" + entry(1))
    log = Log([path], digest)
    lines = []
    while more := log.read(1000):
        lines += more
        assert len(log._rest) <= LONGEST_LINE + 1000
    assert [line.cut for line in lines] == [False, True, False]
    assert lines[2].text + b"\n" == entry(1)
    assert numbers(Log([path], digest, log.position)) == []


def test_a_packed_log_that_is_damaged(path: Path) -> None:
    packed = path.with_name("queue_log.gz")
    packed.write_bytes(gzip.compress(b"".join(map(entry, range(1000))))[:-50])
    with pytest.raises(OSError, match="can't be read"):
        numbers(Log([packed], digest))


DONE = st.sampled_from(["write", "write", "write", "read", "restart", "rename", "copy", "pack"])


@settings(max_examples=examples(100), deadline=None)
@given(done=st.lists(st.tuples(DONE, st.integers(1, 90)), max_size=25))
def test_whatever_is_done_to_a_log_each_line_is_read_once(
    tmp_path_factory: pytest.TempPathFactory, done: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("log") / "queue_log"
    written = b"".join(map(entry, range(400)))
    path.write_bytes(entry(0))
    log, rotated, cut = Log([path], digest), 0, len(entry(0))
    read = numbers(log)
    position: Position | None = log.position
    for what, much in done:
        whole = written[:cut].endswith(b"\n") or not cut
        if what == "write":  # some bytes, wherever a line ends
            with path.open("ab") as file:
                file.write(written[cut : cut + much])
            cut += much
        elif what == "read":
            read += numbers(log, much)
            position = log.position
        elif what == "restart":  # what was read since is forgotten, with the process
            assert position is not None
            del read[position.at - BEGIN + 1 :]
            log.close()
            log = Log([path], digest, position)
        elif whole and path.stat().st_size:
            rotated += 1
            name = path.with_name(f"queue_log.{rotated}")
            if what == "copy":
                shutil.copy(path, name)
                os.truncate(path, 0)
            else:
                path.rename(name)
                path.touch()
            if what == "pack":
                name.with_name(name.name + ".gz").write_bytes(gzip.compress(name.read_bytes()))
                name.unlink()
    read += numbers(log)
    assert read == [*range(written[:cut].count(b"\n"))]
