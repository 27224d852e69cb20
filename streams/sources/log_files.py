"""A log that grows, through rotation and restarts: each line once, wherever reading stops.

What was read is known by its content, not by its name: a log that is renamed, copied and cut to
nothing, or packed, is still the one that was read so far. ``Position`` has digests of the log's
first bytes and of those before the place; the file that has both is found again among the log and
its rotated neighbours, and after its end comes the next by the time of its first line. Where the
place is in no file any more, reading goes on after the second of the last line that was read.

A line counts once it has its end; what stands behind the last end is read when the rest has come,
or when a later file shows that nothing more will.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from streams.sources.log_rotation import (
    PRINT,
    OpenLog,
    Seen,
    chain,
    identity,
    in_order,
    is_copy,
    last_time,
    look,
    settled,
    time_in,
)

LONGEST_LINE: Final = 1 << 16
"""Bytes. Asterisk's own lines have 8 KiB at most."""

_GUARD: Final = 64
"""Bytes before the place that are compared before each reading on: a log that was cut to nothing
and has grown beyond the place since looks like one that only grew."""

Digest = Callable[[bytes], str]
"""Of bytes that hold personal data, so under a key."""


class Position(Struct):
    """A place in a log, behind a line's end.

    Attributes:
        offset: bytes before it; ``lines``: as many lines.
        head, tail: digests of the file's first bytes, and of those before the place.
        at: the second of the last line that was read.
    """

    offset: int
    lines: int
    head: str
    tail: str
    at: int = 0


def beginning(files: Sequence[Path]) -> Position:
    """The place before the first line of a log, to be kept before anything is read: so that a log
    that is rotated before the first position is kept is found all the same. Where it has no line
    yet, the place is behind what was rotated before."""
    return settled(lambda: _beginning(files))


def _beginning(files: Sequence[Path]) -> Position:
    seen = look(files)
    begun = [each.begun for each in seen if each.path in files and each.begun]
    older = max(map(last_time, seen), default=0)
    return Position(0, 0, "", "", min(begun) - 1 if begun else older)


class Line(NamedTuple):
    """A line without its end, and where it stands; ``cut`` where it is longer than any may be."""

    file: str
    number: int
    text: bytes
    cut: bool = False


class Log:
    """Reads a log, which may be several files.

    Args:
        files: the log, or its parts in any order; the newest grows.
        digest: makes the digests of positions.
        position: where to go on; None begins with the first of the files.

    Attributes:
        found: False when there was a position and no file has its place any more.
    """

    def __init__(
        self, files: Sequence[Path], digest: Digest, position: Position | None = None
    ) -> None:
        self._files = [*files]
        self._digest = digest
        self._position = position
        self._place: OpenLog | None = None
        self._following: OpenLog | None = None
        self._head_of: OpenLog | None = None
        self._rest, self._before, self._skipping = b"", b"", False
        self._newest = 0 if position is None else position.at
        self._skipped_until = 0
        self.found = True

    @property
    def position(self) -> Position | None:
        """Behind the last line that ``read`` gave; None before the first."""
        return self._position

    def close(self) -> None:
        """Closes the files that are open."""
        for file in (self._place, self._following):
            if file is not None:
                file.close()
        self._place = self._following = None

    def read(self, size: int) -> list[Line]:
        """The next lines, of about so many bytes; none when there are no more for now.

        Raises:
            OSError: a file can't be read, or is damaged.
        """
        while True:
            place = self._place or self._find()
            if place is None:
                return []
            if self._was_cut(place):
                self.close()
                continue
            read = place.read(size)
            lines = [*self._lines(place, read)]
            if lines:
                self._keep(place, lines)
                if kept := [line for line in lines if not self._was_read(line)]:
                    return kept
            if read:
                continue
            if self._following is None:
                self._following = self._next(place)
                if self._following is None:
                    return []
                continue  # once more: what was written to this one before the next had begun
            last = self._unfinished(place)
            place.close()
            self._before, self._place, self._following = b"", self._following, None
            if last is not None:
                return [last]

    # Lines

    def _lines(self, place: OpenLog, read: bytes) -> Iterator[Line]:
        self._rest += read
        begin = 0
        while (end := self._rest.find(b"\n", begin)) >= 0:
            text, begin = self._rest[begin:end], end + 1
            place.lines += 1
            place.offset += len(text) + 1
            cut = self._skipping or len(text) > LONGEST_LINE
            if self._skipping:
                self._skipping = False
            yield Line(str(place.path), place.lines, text[:LONGEST_LINE], cut)
        self._before = (self._before + self._rest[:begin])[-PRINT:]
        self._rest = self._rest[begin:]
        if len(self._rest) > LONGEST_LINE:
            place.offset += len(self._rest)
            self._before = (self._before + self._rest)[-PRINT:]
            self._rest, self._skipping = b"", True

    def _unfinished(self, place: OpenLog) -> Line | None:
        """What stands behind the last line's end, in a file that a later one has followed."""
        text, self._rest = self._rest, b""
        if not text and not self._skipping:
            return None
        place.lines += 1
        place.offset += len(text)
        self._before = (self._before + text)[-PRINT:]
        line = Line(str(place.path), place.lines, text, self._skipping)
        self._skipping = False
        self._keep(place, [line])
        return line

    def _keep(self, place: OpenLog, lines: list[Line]) -> None:
        self._newest = next(
            (at for line in reversed(lines) if (at := time_in(line.text[:_GUARD]))), self._newest
        )
        length = min(place.offset, PRINT)
        first = self._position.head if self._position is not None else ""
        # The head of a file that is known does not change once it is full.
        if length < PRINT or self._head_of is not place:
            first = self._digest(place.bytes_at(0, length))
            self._head_of = place if length == PRINT else None
        tail = self._digest(self._before[-length:])
        self._position = Position(place.offset, place.lines, first, tail, self._newest)

    def _was_read(self, line: Line) -> bool:
        return 0 < time_in(line.text[:_GUARD]) <= self._skipped_until

    # Which file

    def _find(self) -> OpenLog | None:
        """The place to begin at, or to go on."""
        self._rest, self._skipping = b"", False
        self._place = settled(self._found)
        return self._place

    def _found(self) -> OpenLog | None:
        seen = look(self._files)
        position = self._position
        if position is None:
            first = next((each for each in in_order(seen) if self._is_given(each)), None)
            return self._begin(first)
        if position.offset:
            for each in seen:
                place = self._at(each, position)
                if place is not None:
                    return place
        later = (
            each
            for each in chain(seen)
            if last_time(each) > position.at or each.begun >= position.at
        )
        following = next(later, None)
        place = self._begin(following)
        begins_before = following is not None and following.begun < position.at
        self._skipped_until = position.at if begins_before else 0
        if position.offset:
            self.found = False
        return place

    def _is_given(self, seen: Seen) -> bool:
        return seen.path in self._files and seen.size > 0

    def _begin(self, seen: Seen | None) -> OpenLog | None:
        if seen is not None:
            self._before = b""
            return seen.open()
        for file in self._files:
            if file.exists() or self._position is None:
                file.open("rb").close()  # if it can't be read, this says why
        return None

    def _at(self, seen: Seen, position: Position) -> OpenLog | None:
        """The place in this file, if it is there; of an old file that is damaged, nobody knows."""
        with suppress(OSError):
            place = seen.open(position.offset, position.lines)
            with suppress(OSError):
                before = place.bytes_before(self._digest, position.head, position.tail)
                if before is not None:
                    place.seek()
                    self._before = before
                    return place
            place.close()
        return None

    def _next(self, place: OpenLog) -> OpenLog | None:
        """The file after this one, if there is one that has begun: until then the phone system may
        still write to this one, whatever it is called now."""
        if not place.packed and self._is_newest(place):
            return None
        return settled(lambda: self._after(place))

    def _after(self, place: OpenLog) -> OpenLog | None:
        first = place.bytes_at(0, PRINT)
        begun = time_in(first) or self._newest
        passed = False
        for each in chain(look(self._files)):
            if is_copy(each.first, first):
                passed = True
            elif passed or each.begun > begun:
                return each.open()
        return None

    def _is_newest(self, place: OpenLog) -> bool:
        """Whether this is still the file that grows: asked often, so without looking at others."""
        if len(self._files) > 1:
            return False
        try:
            now, here = self._files[0].stat(), place.stat()
        except FileNotFoundError:
            return False  # between its rotation and its first new line
        return identity(now) == identity(here)

    def _was_cut(self, place: OpenLog) -> bool:
        """Whether the open file has no more what was read of it."""
        if place.packed:
            return False
        guard = self._before[-_GUARD:]
        read_to = place.offset + len(self._rest)
        return (
            place.stat().st_size < read_to
            or place.bytes_at(place.offset - len(guard), len(guard)) != guard
        )
