"""The files of a log that is rotated: which they are, in which order, and which are copies.

Rotation renames a log and counts up, down or by the date; or copies it and cuts it to nothing; and
packs what is old. So files are put in order by the time of their first line, whatever their names
are, and one that begins as another does is a copy of it.

A phone system rotates when it likes, also between two looks at the directory: a file that was read
a moment ago may have another's name by then, and a name may stand for another file. So all files
are looked at together (``look``), and what was seen counts only if afterwards each name still
stands for the same file.
"""

import gzip
import os
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, NamedTuple, TypeVar, cast

T = TypeVar("T")

PRINT: Final = 1024
"""Bytes at each end by which a log is known again: some ten lines, with their times and ids."""

_LOOK: Final = 1 << 16
"""Bytes in which the time of a log's first or last line is looked for."""

TIME: Final = re.compile(rb"^\0*([0-9]{9,11})[.|]", re.MULTILINE)
"""The second that a line begins with."""

_LOOKS: Final = 100
"""Looks at the files until they stand still for one: rotations are hours apart."""

_ROTATED: Final = (".", "-", "_")
"""What stands between a log's name and the rest of that of its rotation."""


def neighbours(files: Sequence[Path]) -> list[Path]:
    """The files and what rotation has made of them, plain ones first: to look into a packed one is
    dear."""
    found = dict.fromkeys(files)
    for file in files:
        stems = tuple(file.name + sign for sign in _ROTATED)
        with suppress(FileNotFoundError):
            named = (each for each in file.parent.iterdir() if each.name.startswith(stems))
            found |= dict.fromkeys(sorted(named))
    return sorted(found, key=_is_packed)


class RotatedError(Exception):
    """A name stands for another file than a moment ago: whoever looked must look again."""


class Seen(NamedTuple):
    """A file as it was looked at.

    Attributes:
        identity: by which it is known whatever its name is.
        size: bytes; ``modified``: when it was last written, in ns.
        first: its first bytes; none of one that can't be read.
        begun: the second of its first line that has one, else 0.
    """

    path: Path
    identity: tuple[int, int]
    size: int
    modified: int
    first: bytes
    begun: int

    def open(self, offset: int = 0, lines: int = 0) -> "OpenLog":
        """The file that was seen. Raises OSError if it can't be opened, RotatedError."""
        file = OpenLog(self.path, offset, lines)
        if identity(file.stat()) != self.identity:
            file.close()
            raise RotatedError
        return file


def look(files: Sequence[Path]) -> list[Seen]:
    """All of a log's files, plain ones first, as they are at one moment. Raises RotatedError."""
    seen = [each for path in neighbours(files) if (each := _look_at(path)) is not None]
    named = {path: found for path in neighbours(files) if (found := _named(path)) is not None}
    if named != {each.path: each.identity for each in seen}:
        raise RotatedError
    return seen


def settled(looking: Callable[[], T]) -> T:
    """What is found by looking, again if the log was rotated meanwhile. Raises OSError if that does
    not end."""
    for _ in range(_LOOKS):
        with suppress(RotatedError):
            return looking()
    raise OSError("the log is rotated faster than its files can be looked at")


def chain(seen: Iterable[Seen]) -> list[Seen]:
    """The files that have a line, in the order of their times, each log once."""
    begun: list[Seen] = []
    for each in seen:
        if _has_line(each.first) and not any(is_copy(each.first, one.first) for one in begun):
            begun.append(each)
    return in_order(begun)


def in_order(seen: Iterable[Seen]) -> list[Seen]:
    """Files by the time of their first line; of two of one second the older file first."""
    return sorted(seen, key=lambda each: (each.begun, each.modified, each.path.name))


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

    def bytes_before(self, digest: Callable[[bytes], str], head: str, tail: str) -> bytes | None:
        """The bytes before ``offset``; None if they, or the first ones, have other digests than
        these. Raises OSError if the file is damaged."""
        length = min(self.offset, PRINT)
        before = self.bytes_at(self.offset - length, length)
        if digest(before) != tail or digest(self.bytes_at(0, length)) != head:
            return None
        return before


def open_log(path: Path) -> IO[bytes]:
    """Opens a file, packed or not."""
    return cast(IO[bytes], gzip.open(path)) if _is_packed(path) else path.open("rb", 0)


def last_time(seen: Seen) -> int:
    """The newest second of the lines at a file's end, else 0. Raises RotatedError."""
    try:
        file = seen.open()
        try:
            file.offset = 0 if file.packed else max(0, file.stat().st_size - _LOOK)
            file.seek()
            end = b"".join(iter(lambda: file.read(_LOOK), b""))
        finally:
            file.close()
    except OSError:
        return 0
    return max((int(time) for time in TIME.findall(end)), default=0)


def time_in(text: bytes) -> int:
    """The second of the first line that has one, else 0."""
    found = TIME.search(text)
    return int(found[1]) if found else 0


def is_copy(one: bytes, other: bytes) -> bool:
    """Whether two files begin alike, as far as both go."""
    return one[: len(other)] == other[: len(one)]


def identity(stat: os.stat_result) -> tuple[int, int]:
    """By which a file is known, whatever its name is."""
    return stat.st_dev, stat.st_ino


def _look_at(path: Path) -> Seen | None:
    """A file by its name; None if there is none."""
    try:
        file = OpenLog(path)
    except FileNotFoundError:
        return None
    except OSError:  # it is there, and can't be opened
        with suppress(FileNotFoundError):
            stat = path.stat()
            return Seen(path, identity(stat), stat.st_size, stat.st_mtime_ns, b"", 0)
        return None
    try:
        stat = file.stat()
        text = b""
        with suppress(OSError):  # damaged
            text = file.bytes_at(0, _LOOK)
    finally:
        file.close()
    first = text[:PRINT]
    return Seen(path, identity(stat), stat.st_size, stat.st_mtime_ns, first, time_in(text))


def _named(path: Path) -> tuple[int, int] | None:
    with suppress(FileNotFoundError):
        return identity(path.stat())
    return None


def _has_line(first: bytes) -> bool:
    """By less than a line all logs would be alike: their times begin with the same digits."""
    return b"\n" in first or len(first) == PRINT


def _is_packed(path: Path) -> bool:
    return path.suffix == ".gz"
