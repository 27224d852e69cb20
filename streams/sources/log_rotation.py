"""The files of a log that is rotated: which they are, in which order, and which are copies.

Rotation renames a log and counts up, down or by the date; or copies it and cuts it to nothing; and
packs what is old. So files are put in order by the time of their first line, whatever their names
are, and one that begins as another does is a copy of it.
"""

import gzip
import os
import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Final, cast

PRINT: Final = 1024
"""Bytes at each end by which a log is known again: some ten lines, with their times and ids."""

_LOOK: Final = 1 << 16
"""Bytes in which the time of a log's first or last line is looked for."""

TIME: Final = re.compile(rb"^\0*([0-9]{9,11})[.|]", re.MULTILINE)
"""The second that a line begins with."""

_ROTATED: Final = (".", "-", "_")
"""What stands between a log's name and the rest of that of its rotation."""


def neighbours(files: Sequence[Path]) -> list[Path]:
    """The files and what rotation has made of them, plain ones first: to look into a packed one is
    dear."""
    found = dict.fromkeys(files)
    for file in files:
        stems = tuple(file.name + sign for sign in _ROTATED)
        found |= dict.fromkeys(
            sorted(each for each in file.parent.iterdir() if each.name.startswith(stems))
        )
    return sorted(found, key=_is_packed)


def chain(files: Sequence[Path]) -> list[Path]:
    """The same as far as they have a line, in the order of their times, each log once."""
    begun: dict[Path, bytes] = {}
    for path in neighbours(files):
        first = head(path)
        if _has_line(first) and not any(is_copy(first, other) for other in begun.values()):
            begun[path] = first
    return in_order(begun)


class OpenLog:
    """A file of a log that is being read, packed or not.

    Attributes:
        offset, lines: how much of it was read, up to a line's end.
    """

    def __init__(self, path: Path, offset: int = 0, lines: int = 0) -> None:
        """Raises OSError if it can't be opened."""
        self.path = path
        self.packed = _is_packed(path)
        self.offset = offset
        self.lines = lines
        self._stream = open_log(path)

    def close(self) -> None:
        """Closes the file."""
        self._stream.close()

    def seek(self) -> None:
        """Reads on from ``offset``."""
        self._stream.seek(self.offset)

    def stat(self) -> os.stat_result:
        """Of the file that is open, whatever its path stands for now."""
        return os.fstat(self._stream.fileno())

    def read(self, size: int) -> bytes:
        """The next bytes; none at the end for now. Raises OSError if the file is damaged."""
        try:
            return self._stream.read(size) or b""
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise OSError(f"{self.path}: can't be read: {error}") from error

    def bytes_at(self, offset: int, size: int) -> bytes:
        """Bytes anywhere, without moving. Raises OSError if the file is damaged."""
        if not self.packed:
            return os.pread(self._stream.fileno(), size, offset)
        here = self._stream.tell()
        self._stream.seek(offset)
        found = self.read(size)
        self._stream.seek(here)
        return found


def open_log(path: Path) -> IO[bytes]:
    """Opens a file, packed or not."""
    return cast(IO[bytes], gzip.open(path)) if _is_packed(path) else path.open("rb", 0)


def head(path: Path, size: int = PRINT) -> bytes:
    """The first bytes of a file; none of one that is not there, or can't be read."""
    try:
        with open_log(path) as stream:
            return stream.read(size) or b""
    except (OSError, EOFError, zlib.error):
        return b""


def first_time(path: Path) -> int:
    """The second of a file's first line that has one, else 0."""
    return time_in(head(path, _LOOK))


def last_time(path: Path) -> int:
    """The newest second of the lines at a file's end, else 0."""
    try:
        with open_log(path) as stream:
            if not _is_packed(path):
                stream.seek(max(0, size(path) - _LOOK))
            end = stream.read() or b""
    except (OSError, EOFError, zlib.error):
        return 0
    return max((int(time) for time in TIME.findall(end)), default=0)


def time_in(text: bytes) -> int:
    """The second of the first line that has one, else 0."""
    found = TIME.search(text)
    return int(found[1]) if found else 0


def is_copy(one: bytes, other: bytes) -> bool:
    """Whether two files begin alike, as far as both go."""
    return one[: len(other)] == other[: len(one)]


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Files by the time of their first line; of two of one second the older file first."""
    return sorted(paths, key=lambda path: (first_time(path), _modified(path), path.name))


def _has_line(first: bytes) -> bool:
    """By less than a line all logs would be alike: their times begin with the same digits."""
    return b"\n" in first or len(first) == PRINT


def size(path: Path) -> int:
    """Bytes of a file; 0 of one that is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _modified(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _is_packed(path: Path) -> bool:
    return path.suffix == ".gz"
