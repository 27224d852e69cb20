"""Files of events, read as batches of lines: plain, ``.gz`` or ``.zst``, or ``-``.

No line takes more memory than the longest that can be accepted, whatever is in the file.
"""

import gzip
import io
import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from streams.domain.event_reader import MAX_BYTES

STDIN: Final = "-"
CHUNK: Final = 1 << 20
"""Bytes read at once: so many that reading costs next to nothing beside parsing."""


class UnreadableFileError(Exception):
    """A file can't be read; the message says which and why."""


def open_lines(name: str) -> BinaryIO:
    """Opens a file for reading bytes; unpacks it if its name ends in ``.gz`` or ``.zst``.

    A damaged packed file fails while it is read, with OSError, EOFError or zlib.error.

    Raises:
        UnreadableFileError: it is missing, can't be read, or needs a package that is missing.
    """
    if name == STDIN:
        return sys.stdin.buffer
    try:
        if name.endswith(".gz"):
            return cast(BinaryIO, io.BufferedReader(gzip.open(name, "rb"), CHUNK))
        if name.endswith(".zst"):
            try:
                return cast(BinaryIO, io.BufferedReader(_Zstandard(Path(name)), CHUNK))
            except ImportError as error:
                raise UnreadableFileError(
                    f"{name}: reading .zst needs `reachline[zstd]`"
                ) from error
        return Path(name).open("rb")
    except OSError as error:
        raise UnreadableFileError(f"{name}: {error.strerror}") from error


class _Zstandard(io.RawIOBase):
    """Reads a ``.zst`` file of any number of frames.

    zstandard's own reader accepts a file that was cut off as one that ends there.
    """

    _AT_ONCE: Final = 1024
    """Packed bytes at once: unpacked they are 32 MB at most, however well they were packed."""

    def __init__(self, path: Path) -> None:
        import zstandard

        self._new = zstandard.ZstdDecompressor().decompressobj
        self._problem = zstandard.ZstdError
        self._frame = self._new()
        self._inside = False  # a frame has begun
        self._unpacked = memoryview(b"")
        self._packed = path.open("rb")

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._packed.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        while not self._unpacked:
            packed = self._packed.read(self._AT_ONCE)
            if not packed:
                if self._inside:
                    raise EOFError("the file is broken off")
                return 0
            self._unpacked = memoryview(self._unpack(packed))
        size = min(len(buffer), len(self._unpacked))
        buffer[:size] = self._unpacked[:size]
        self._unpacked = self._unpacked[size:]
        return size

    def _unpack(self, packed: bytes) -> bytes:
        parts = []
        while packed:
            try:
                parts.append(self._frame.decompress(packed))
            except self._problem as error:
                raise OSError(str(error)) from error
            self._inside, packed = True, b""
            if self._frame.eof:
                packed = self._frame.unused_data
                self._frame, self._inside = self._new(), False
        return b"".join(parts)


def batches(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The stream's lines without their ends, in batches of about a chunk.

    A line that is too long to be accepted is cut just beyond that length, so that its reader
    refuses it for its size and goes on with the next. The byte order mark that some editors and
    exports put before UTF-8 is no part of the first line.
    """
    # A pipe is read as far as it has bytes: waiting for a full chunk would delay Ctrl-C.
    read = getattr(stream, "read1", stream.read) if stream is sys.stdin.buffer else stream.read
    rest = b""
    skipping = False
    for chunk in _after_mark(read):
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        if skipping and lines:
            lines[0] = b"\0" * (MAX_BYTES + 1)
            skipping = False
        if len(rest) > MAX_BYTES:
            rest, skipping = b"", True
        yield [line if len(line) <= MAX_BYTES else line[: MAX_BYTES + 1] for line in lines]
    if skipping:
        yield [b"\0" * (MAX_BYTES + 1)]
    elif rest:
        yield [rest]


def _after_mark(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """The chunks that are read, without the byte order mark at the beginning."""
    begin = b""
    while chunk := read(CHUNK):
        begin += chunk
        if len(begin) >= len(BOM_UTF8):  # a pipe may give it byte by byte
            break
    yield begin.removeprefix(BOM_UTF8)
    while chunk := read(CHUNK):
        yield chunk
