"""Files of events, read as batches of lines: plain, ``.gz`` or ``.zst``, or ``-``.

A line is never longer in memory than what could be accepted, whatever the file holds.
"""

import gzip
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from streams.domain.events import MAX_BYTES

STDIN: Final = "-"
CHUNK: Final = 1 << 20
"""Bytes read at once: large enough that the reading costs nothing beside the parsing."""


class FileProblem(Exception):
    """A file can't be read; the message says which and why."""


def open_lines(name: str) -> BinaryIO:
    """Opens a file for reading bytes, unpacked if its name says that it is packed.

    Raises:
        FileProblem: it is not there, not readable, or needs a package that is not installed.
    """
    if name == STDIN:
        return sys.stdin.buffer
    try:
        if name.endswith(".gz"):
            return cast(BinaryIO, io.BufferedReader(gzip.open(name, "rb"), CHUNK))
        if name.endswith(".zst"):
            try:
                import zstandard
            except ImportError as error:
                raise FileProblem(f"{name}: reading .zst needs `reachline[zstd]`") from error
            stream = zstandard.ZstdDecompressor().stream_reader(
                Path(name).open("rb"), closefd=True, read_across_frames=True
            )
            return cast(BinaryIO, io.BufferedReader(stream, CHUNK))
        return Path(name).open("rb")
    except OSError as error:
        raise FileProblem(f"{name}: {error.strerror}") from error


def batches(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The stream's lines without their ends, in batches of about a chunk.

    A line that is too long to be accepted is cut just beyond that length, so that whoever reads it
    refuses it for its size and goes on with the next.
    """
    rest = b""
    skipping = False
    while chunk := stream.read(CHUNK):
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
