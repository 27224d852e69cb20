"""Entries that wait on the disk: each once, whoever dies, within a bound, read by nobody else."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from streams.sources import spool as spools
from streams.sources.spool import Spool, SpoolError, SpoolPlace

KEY = b"8f3a61c0d27be945"
MOST = 1 << 20


def read(
    spool: Spool, place: SpoolPlace, most: int = 10_000
) -> tuple[list[bytes | None], SpoolPlace]:
    found: list[bytes | None] = []
    for entry, behind in spool.entries(place, most):
        found.append(entry)
        place = behind
    return found, place


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("seed", range(5))
def test_whoever_dies_each_entry_is_read_once_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, key: bytes | None
) -> None:
    """The writer is killed in the middle of an entry; the reader forgets what it has not kept."""
    monkeypatch.setattr(spools, "SEGMENT", 200)
    rng = random.Random(seed)
    spool, place, wanted, found = Spool(tmp_path, MOST, key), SpoolPlace(), [], list[bytes | None]()
    for number in range(300):
        entry = b"%d " % number * rng.randrange(1, 6)
        assert spool.put(entry)
        wanted.append(entry)
        if rng.random() < 0.05:
            newest = max(tmp_path.iterdir())
            with newest.open("ab") as file:  # half an entry
                file.write(b"\0\0\0\x20half"[: rng.randrange(1, 9)])
            spool = Spool(tmp_path, MOST, key)
        if rng.random() < 0.3:
            more, behind = read(spool, place, rng.randrange(1, 20))
            if rng.random() < 0.7:  # else it is killed before it is kept
                found += more
                place = behind
                spool.remove_before(place)
                assert all(int(path.stem) >= place.segment for path in tmp_path.iterdir())
    more, place = read(spool, place)
    assert found + more == wanted
    spool.remove_before(place)
    assert len([*tmp_path.iterdir()]) == 1


def test_a_full_spool_takes_no_more_counts_it_and_takes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "SEGMENT", 100)
    spool = Spool(tmp_path, 540)
    taken = [spool.put(b"x" * 50) for _ in range(12)]
    assert taken == [True] * 10 + [False] * 2 and spool.lost == 2
    assert spool.fill == 1
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 540
    assert Spool(tmp_path, 540).fill == 1, "what another life has left counts"
    _, place = read(spool, SpoolPlace(), 5)
    spool.remove_before(place)
    assert spool.put(b"x" * 50) and spool.lost == 2


def test_nothing_of_an_entry_can_be_read_or_moved_without_the_key(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST, KEY)
    entries = [b"0470 12 34 56 %d" % n for n in range(3)]
    for entry in entries:
        spool.put(entry)
    (path,) = tmp_path.iterdir()
    written = path.read_bytes()
    assert b"0470" not in written and path.stat().st_mode & 0o777 == 0o600
    assert read(spool, SpoolPlace())[0] == entries
    assert read(Spool(tmp_path, MOST, b"another" * 3), SpoolPlace())[0] == [None] * 3
    size = len(written) // 3
    path.write_bytes(written[size : 2 * size] + written[:size] + written[2 * size :])
    assert read(Spool(tmp_path, MOST, KEY), SpoolPlace())[0] == [None, None, entries[2]]


def test_a_damaged_length_costs_its_segment_alone(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    spool.put(b"one")
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + b"\xff" * 9)
    spool = Spool(tmp_path, MOST)
    spool.put(b"two")
    found, place = read(spool, SpoolPlace())
    assert found == [b"one", None, b"two"]
    assert read(spool, place)[0] == []


def test_a_place_whose_segment_is_gone_goes_on_with_the_next(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MOST)
    spool.put(b"one")
    assert read(spool, SpoolPlace(1, 99))[0] == [b"one"]
    assert read(spool, SpoolPlace(2**62, 0))[0] == []


def test_an_entry_that_is_too_long_or_a_disk_that_fails_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, MOST)
    assert not spool.put(b"x" * (spools.LONGEST_ENTRY // 2 + 1))
    assert spool.put(b"one")
    with monkeypatch.context() as patch:

        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        patch.setattr(Spool, "_begin", full)
        spool.close()
        assert not spool.put(b"two")
    assert spool.put(b"three") and spool.lost == 2
    assert read(spool, SpoolPlace())[0] == [b"one", b"three"]


def test_a_directory_that_can_not_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="file: "):
        Spool(tmp_path / "file", MOST)


def test_without_the_extra_a_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "cryptography.hazmat.primitives.ciphers.aead"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SpoolError, match=r"reachline\[spool\]"):
        Spool(tmp_path, MOST, KEY)
