"""A file of records that grows, is replaced by the next, and may be read on after a restart.

Other than a log, whose lines begin with their time (``log_files``), a file of records may begin in
any way, and each of its parts has a header. So parts are put in order by when they were last
written, the one that grows last, and each is read from its first line: a part that was read up to
some line once is read again up to there, for what its later lines mean, and nothing is told of it.

``Place`` has digests of the first bytes of a part, and of those before the place, by which it is
found again among the file and its rotated neighbours: renamed, copied and cut to nothing, or
packed.

It is longer than a module should be, because a part is read, left and found again by one place.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from streams.sources.call_files import CUT, LONGEST_SKIPPED
from streams.sources.log_rotation import PRINT, OpenLog, Seen, identity, is_copy, look, settled

_CHUNK: Final = 1 << 18
"""Bytes read at once."""

_GUARD: Final = 64
"""Bytes before those that were read last that are compared before each reading on: a file that was
cut to nothing and has grown beyond the place since looks like one that only grew."""

Digest = Callable[[bytes], str]
"""Of bytes that hold personal data, so under a key."""


class PartCutError(Exception):
    """The part was cut to nothing while it was read; what was not read may be in a copy of it."""


class Place(Struct):
    """A place in a part, behind a line's end.

    Attributes:
        offset: bytes before it; ``lines``: as many lines.
        head, tail: digests of the part's first bytes, and of those before the place.
        modified: when the part had last been written, in ns.
    """

    offset: int
    lines: int
    head: str
    tail: str
    modified: int


class Part:
    """One part: a file between two rotations.

    Attributes:
        told: as many of its lines are told already.
        begun: whether it has a line.
        first: its first bytes, by which a copy of it is known.
        modified: when it had last been written as it was read last, in ns.
    """

    def __init__(self, of: "Growing", seen: Seen, told: int = 0) -> None:
        """Raises OSError if it can't be opened, RotatedError."""
        self.path = seen.path
        self.told = told
        self.begun = False
        self._of = of
        self._file = seen.open()
        self._read = 0  # bytes
        self.first = b""
        self._recent = b""  # the bytes from PRINT before the place on
        self._recent_from = 0
        self._ends: deque[int] = deque([0])  # offsets of lines' ends, from that of the place on
        self._line = 0  # of the first of them
        self.modified = 0

    def lines(self, wait: Callable[[], object]) -> Iterator[bytes]:
        """Its lines with their ends, until another part has begun.

        Args:
            wait: is called when there is no more for now.

        Raises:
            PartCutError: it is no longer what it was.
            OSError: it can't be read, or is damaged.
        """
        rest = b""
        while True:
            modified = self._file.stat().st_mtime_ns
            if self._was_cut():
                raise PartCutError
            self.modified = modified
            # Asked before reading, so that the last lines of a replaced file are read too.
            replaced = self._of.replaced(self)
            read = self._file.read(_CHUNK)
            self._read += len(read)
            if len(self.first) < PRINT:
                self.first = (self.first + read)[:PRINT]
            self._recent += read
            *complete, rest = (rest + read).split(b"\n")
            for line in complete:
                yield self._begins(line + b"\n")
            if len(rest) > LONGEST_SKIPPED:
                raise OSError(
                    f"{self.path}: can't be read: line {self._line + len(self._ends)} has more "
                    f"than {LONGEST_SKIPPED} bytes, which is no line"
                )
            if read:
                continue
            if replaced:
                if rest:  # its last line, which nobody will end
                    yield self._begins(rest)
                return
            wait()

    def place(self, lines: int) -> Place:
        """The place behind so many of its lines."""
        while self._line < lines:
            self._ends.popleft()
            self._line += 1
        offset = self._ends[0]
        begin = max(0, offset - PRINT)
        self._recent = self._recent[begin - self._recent_from :]
        self._recent_from = begin
        length = min(offset, PRINT)
        digest = self._of.digest
        head, tail = self.first[:length], self._recent[:length]
        return Place(offset, lines, digest(head), digest(tail), self.modified)

    def is_file(self, path: Path) -> bool:
        """Whether the part is this file, and no other that has its name now."""
        try:
            return identity(path.stat()) == self.identity
        except FileNotFoundError:
            return False  # between its rotation and its first new line

    @property
    def identity(self) -> tuple[int, int]:
        """By which the file is known, whatever its name is now."""
        return identity(self._file.stat())

    def close(self) -> None:
        self._file.close()

    def _begins(self, line: bytes) -> bytes:
        self.begun = True
        self._ends.append(self._ends[-1] + len(line))
        return line[:CUT]

    def _was_cut(self) -> bool:
        if self._file.packed:
            return False
        guard = self._recent[-_GUARD:]
        return (
            self._file.stat().st_size < self._read
            or self._file.bytes_at(self._read - len(guard), len(guard)) != guard
        )


class Growing:
    """The parts of a file that grows.

    Args:
        file: what the phone system writes to.
        digest: makes the digests of places.
        place: up to where it was read once; None begins with the file as it is.

    Attributes:
        found: False when there was a place and no file has it any more.
    """

    def __init__(self, file: Path, digest: Digest, place: Place | None = None) -> None:
        self.digest = digest
        self.found = True
        self._file = file
        self._place = place
        self._lost = False

    def beginning(self) -> Place:
        """The place before anything was read: kept then, so that a file that is rotated before the
        first place is kept is found all the same. Raises OSError if the file can't be read."""
        self._file.open("rb").close()
        return Place(0, 0, self.digest(b""), self.digest(b""), self._file.stat().st_mtime_ns)

    def end(self) -> Place | None:
        """The place behind the last line that is there now; None of a file that is packed or empty.
        Raises OSError if the file can't be read."""
        file = OpenLog(self._file)
        try:
            offset = lines = 0
            modified = file.stat().st_mtime_ns
            for begin in range(0, file.stat().st_size, _CHUNK):
                read = file.bytes_at(begin, _CHUNK)
                lines += read.count(b"\n")
                offset = begin + read.rfind(b"\n") + 1 if b"\n" in read else offset
            if file.packed or not offset:
                return None
            length = min(offset, PRINT)
            first, last = file.bytes_at(0, length), file.bytes_at(offset - length, length)
            return Place(offset, lines, self.digest(first), self.digest(last), modified)
        finally:
            file.close()

    def parts(self, wait: Callable[[], object]) -> Iterator[Part]:
        """The parts, each to be read before the next is asked for.

        Args:
            wait: is called while no part has begun.

        Raises:
            OSError: a file can't be opened, or there is none at the first start.
        """
        if self._place is None:
            self._place = self.beginning()
        part = self._found(self._place) or settled(self._since)
        last: Part | None = None
        while True:
            if part is None:
                wait()
                part = settled(self._newest) if last is None else self._part_after(last)
                continue
            if last is not None:
                last.close()  # not before: its inode would be another file's
            yield part
            if self._lost:
                self._lost = False
                part.close()
                part, last = self._found(self._place), None
            else:
                part, last = self._part_after(part), part

    def keep(self, place: Place, cut: bool = False) -> None:
        """Says up to where the part was read.

        Args:
            cut: it was cut to nothing there: a copy of it is read on, if there is one.
        """
        self._place, self._lost = place, cut

    def replaced(self, part: Part) -> bool:
        """Whether another part has begun: until then the phone system may still write to this one,
        whatever it is called now."""
        return not part.is_file(self._file) and settled(lambda: self._next(part)) is not None

    def _part_after(self, part: Part) -> Part | None:
        return settled(lambda: self._part(self._next(part)))

    def _next(self, part: Part) -> Seen | None:
        for each in self._in_order():
            if each.identity == part.identity or (
                each.path != self._file and each.modified <= part.modified
            ):
                continue
            if each.first and not is_copy(each.first, part.first):
                return each
        return None

    def _found(self, place: Place) -> Part | None:
        """The part that has the place: of several, as of a header alone, the oldest that was
        written since."""
        part = settled(lambda: self._at(place))
        if part is None:
            self.found = not place.offset
        return part

    def _at(self, place: Place) -> Part | None:
        for each in self._in_order():
            if each.modified < place.modified or not (place.offset or each.size):
                continue
            with suppress(OSError):
                file = each.open(place.offset)
                try:
                    before = file.bytes_before(self.digest, place.head, place.tail)
                finally:
                    file.close()
                if before is not None:
                    return self._part(each, place.lines)
        return None

    def _since(self) -> Part | None:
        """The first part that was written since the place; else the file itself."""
        assert self._place is not None
        for each in self._in_order():
            if each.size and (each.path == self._file or each.modified > self._place.modified):
                return self._part(each)
        return None

    def _newest(self) -> Part | None:
        return self._part(next((e for e in self._in_order() if e.path == self._file), None))

    def _part(self, seen: Seen | None, told: int = 0) -> Part | None:
        return Part(self, seen, told) if seen is not None and seen.size else None

    def _in_order(self) -> list[Seen]:
        """The file and what rotation has made of it, by when they were last written; the file last,
        of two alike the one that is not packed first."""
        return sorted(look([self._file]), key=lambda e: (e.path == self._file, e.modified))
