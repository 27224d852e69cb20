"""Files of phone systems: reads them, and puts their events in order."""

import codecs
import gzip
import io
import os
import tempfile
import zlib
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from streams.domain import instants
from streams.domain.events import Event
from streams.domain.ndjson import ndjson

LONGEST_RECORD: Final = 1_000_000
"""Characters of a line, its end left out. A record has a few hundred; a file of one line would fill
the memory. Of what is longer only so many are read; ``rows`` makes it a row of no fields."""

CUT: Final = 4 * LONGEST_RECORD
"""Bytes that are given of a line of a file that grows: a character has four at most, so what is cut
is still too long to be a row."""

LONGEST_SKIPPED: Final = 32 * LONGEST_RECORD
"""Bytes of a line that is passed over; what is longer is no text, and would fill the memory."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is the first half of this
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, which no other encoding begins a file with."""


def read(file: Path, encoding: str) -> Iterator[str]:
    """The lines of a file, ``.gz`` or not.

    Args:
        encoding: of a file without a byte order mark.

    Bytes that are not of its encoding become lone surrogates, so that they cost only their line.

    Raises:
        OSError: the file can't be read, or is damaged; or it has a wrong byte in an encoding, as
            UTF-16, in which that hides where the next line begins.
    """
    stream: Any
    options: dict[str, Any] = {"errors": "surrogateescape", "newline": ""}
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
            begin = stream.read(4)
            stream.seek(0)
            marked = next((name for mark, name in _MARKS if begin.startswith(mark)), encoding)
            with io.TextIOWrapper(stream, marked, **options) as lines:
                yield from _lines(lines)
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeError) as error:
        raise OSError(f"{file}: can't be read: {error}") from error


def _lines(stream: io.TextIOBase) -> Iterator[str]:
    begun = ""
    while line := begun + stream.readline(LONGEST_RECORD - len(begun)):
        begun = ""
        yield line
        rest = line
        while len(rest) == LONGEST_RECORD and not rest.endswith("\n"):
            if rest.endswith("\r"):  # its line feed may be the next character
                begun = stream.read(1).removeprefix("\n")
                break
            rest = stream.readline(LONGEST_RECORD)


def decoded(line: bytes, encoding: str, file: Path) -> str:
    """A line of a file that grows. The encoding must be one in which a line ends with the byte of a
    line feed, as all do but UTF-16 and UTF-32.

    Raises:
        OSError: the file is not in this encoding.
    """
    try:
        return line.decode(encoding, "surrogateescape")
    except UnicodeError as error:
        raise OSError(f"{file}: can't be read: {error}") from error


def in_order(unordered: Iterable[Event]) -> Iterator[Event]:
    """The events by their ``at``; equal instants keep their order.

    Events wait in a temporary file, so that each costs 60 bytes of memory.
    """
    at, offsets = array("q"), array("q", [0])
    decode = msgspec.json.Decoder(Event).decode
    with tempfile.TemporaryFile() as waiting:
        for event in unordered:
            at.append(instants.parse(event.at))
            offsets.append(offsets[-1] + waiting.write(ndjson(event)))
        waiting.flush()
        for position in sorted(range(len(at)), key=at.__getitem__):
            length = offsets[position + 1] - offsets[position]
            yield decode(os.pread(waiting.fileno(), length, offsets[position]))
