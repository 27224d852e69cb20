"""Files of events, read some lines at a time: plain, ``.gz`` or ``.zst``, or ``-``.

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

_TOO_LONG: Final = b"\0" * (MAX_BYTES + 1)
"""Stands for a line of which no more is kept than that it was too long."""


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


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The stream's lines some at a time: whole ones, joined by their ends, without the last end.

    No piece is longer than the longest line that can be accepted: then none of its lines is either,
    and its events are still in the processor's cache when they are merged. Decoding a megabyte at
    once took half as long again. A line that is longer is a piece by itself,
    cut just beyond that length, so that its reader refuses it for its size and goes on with the
    next. The byte order mark that some editors and exports put before UTF-8 is no part of the first
    line.
    """
    # A pipe is read as far as it has bytes: waiting for a full chunk would delay Ctrl-C.
    read = getattr(stream, "read1", stream.read) if stream is sys.stdin.buffer else stream.read
    rest = b""
    skipping = False
    for chunk in _after_mark(read):
        text, begin = rest + chunk, 0
        last = text.rfind(b"\n")
        if skipping and last >= 0:
            yield _TOO_LONG
            begin, skipping = text.index(b"\n") + 1, False
        while begin <= last:
            end = text.rfind(b"\n", begin, begin + MAX_BYTES + 1)
            if end < 0:
                end = text.index(b"\n", begin)
            yield text[begin : min(end, begin + MAX_BYTES + 1)]
            begin = end + 1
        rest = text[begin:]
        if skipping or len(rest) > MAX_BYTES:
            rest, skipping = b"", True
    if skipping:
        yield _TOO_LONG
    elif rest:
        yield rest


def batches(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The stream's lines without their ends, some at a time, as ``pieces`` has them."""
    for piece in pieces(stream):
        yield piece.split(b"\n")


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
