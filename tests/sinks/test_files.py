"""A file that is written is complete, or as it was."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from streams.sinks import files
from streams.sinks.files import write_whole


def test_a_file_takes_the_place_of_the_one_before_it(tmp_path: Path) -> None:
    file = tmp_path / "statement.html"
    write_whole(file, b"one")
    file.chmod(0o640)
    write_whole(file, b"two")
    assert file.read_bytes() == b"two"
    assert file.stat().st_mode & 0o777 == 0o640
    assert [*tmp_path.iterdir()] == [file]


def test_a_name_that_leads_elsewhere_still_does(tmp_path: Path) -> None:
    file, name = tmp_path / "real", tmp_path / "name"
    name.symlink_to(file)
    write_whole(name, b"one")
    assert name.is_symlink() and file.read_bytes() == b"one"


def test_a_full_disk_leaves_what_was_there_and_is_said_with_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "statement.html"
    write_whole(file, b"one")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as said:
        write_whole(file, b"two")
    assert said.value.filename == str(file)
    assert file.read_bytes() == b"one" and [*tmp_path.iterdir()] == [file]


def test_file_and_directory_are_synced_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename that is not on the disk loses the file at a power cut."""
    synced: list[bool] = []
    real = os.fsync

    def fsync(opened: int) -> None:
        synced.append(Path(f"/proc/self/fd/{opened}").is_dir())
        real(opened)

    monkeypatch.setattr(files.os, "fsync", fsync)
    write_whole(tmp_path / "statement.html", b"one")
    assert synced == [False, True]


def test_what_is_no_file_is_written_to_directly() -> None:
    write_whole(Path("/dev/null"), b"one")
    assert Path("/dev/null").is_char_device()
    with pytest.raises(OSError, match="No space left on device") as said:
        write_whole(Path("/dev/full"), b"one")
    assert said.value.filename == "/dev/full"
