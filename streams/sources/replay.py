"""Reads files of events through the domain: the books, without a broker.

A replay seals only at the end of its input, so nothing in it is late and order does not matter.
A corrected event (``revision`` above 0) is in the set beside what it corrects, which no longer
counts.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from streams.domain.books import Books, books
from streams.domain.call_events import Contact
from streams.domain.event_lines import LinesReader
from streams.domain.event_reader import Refusal
from streams.domain.plan import Plan
from streams.sources.event_files import UnreadableFileError, open_lines, pieces


class RefusedLine(NamedTuple):
    """A line that was not accepted: its position and the reason."""

    file: str
    line_number: int
    refusal: Refusal

    def __str__(self) -> str:
        return f"{self.file}:{self.line_number}: {self.refusal.reason}: {self.refusal.detail}"


class Replayed(NamedTuple):
    """What a replay has read.

    Attributes:
        contacts: every contact, by its id.
        now: the newest accepted ``at``; None when nothing was accepted.
        accepted: how many events were accepted.
        refused: how many were refused, by reason.
        unknown_to_lines: how many ``to_line`` fields were dropped.
    """

    contacts: dict[str, Contact]
    now: int | None
    accepted: int
    refused: dict[str, int]
    unknown_to_lines: int

    def books(self, plan: Plan, width: int | None = None) -> Books:
        """The books of all contacts, as of the newest accepted ``at``."""
        now = 0 if self.now is None else self.now
        return books(self.contacts.values(), plan, now, width)


def replay(
    files: list[str],
    plan: Plan,
    wall: int,
    refused: Callable[[RefusedLine], object],
    progress: Callable[[int], object] = lambda size: None,
) -> Replayed:
    """Reads files of events, ``-`` for standard input.

    Args:
        files: their names.
        plan: by which lines are known.
        wall: the wall clock at the start; an event far after it is refused.
        refused: called with each refused line, once.
        progress: called with the bytes of lines read, after each piece.

    Raises:
        UnreadableFileError: a file can't be read.
    """
    reading = _Reading(plan, wall, refused)
    for name in files:
        reading.begin(name)
        for lines in _pieces(name):
            reading.apply(lines)
            progress(len(lines) + 1)
    return reading.result()


def _pieces(name: str) -> Iterator[bytes]:
    try:
        with open_lines(name) as stream:
            yield from pieces(stream)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise UnreadableFileError(f"{name}: can't be read: {why}") from error


class _Reading:
    """The reading of all input."""

    def __init__(
        self,
        plan: Plan,
        wall: int,
        refused: Callable[[RefusedLine], object],
    ) -> None:
        self._reader = LinesReader.of(plan)
        self._wall = wall
        self._report = refused
        self._contacts: dict[str, Contact] = {}
        self._name = ""
        self._line_number = 0
        self._refused: dict[str, int] = {}
        self._accepted = 0
        self._now: int | None = None

    def begin(self, name: str) -> None:
        """Begins a file."""
        self._name, self._line_number = name, 0

    def apply(self, lines: bytes) -> None:
        """Applies the next lines of the file."""
        contacts = self._contacts
        now = -(2**62) if self._now is None else self._now
        accepted = self._accepted
        read = self._reader.read_lines(lines, self._wall)
        for line_number, outcome in enumerate(read, self._line_number + 1):
            if outcome is None:
                continue
            if isinstance(outcome, Refusal):
                self._refuse(RefusedLine(self._name, line_number, outcome))
                continue
            fact, at = outcome
            accepted += 1
            if at > now:
                now = at
            contact = contacts.get(fact.call_id)
            if contact is None:
                contact = contacts[fact.call_id] = Contact(fact.call_id)
            contact.merge(fact, at)
        self._line_number += len(read)
        if accepted > self._accepted:
            self._accepted, self._now = accepted, now

    def _refuse(self, line: RefusedLine) -> None:
        reason = line.refusal.reason
        self._refused[reason] = self._refused.get(reason, 0) + 1
        self._report(line)

    def result(self) -> Replayed:
        return Replayed(
            self._contacts,
            self._now,
            self._accepted,
            self._refused,
            self._reader.unknown_to_lines,
        )
