"""What was told under one call id, as it comes in: the events of one contact, or of several.

Merging an event is adding it to a set. What the set comes to is asked of ``contact`` and ``judge``,
never decided while it is merged. A phone system that uses its ids again tells several contacts
under one; they are cut apart when they are read (``pieces``), never before, for an event may still
come that joins them.
"""

from collections.abc import Iterable
from typing import Any, Final, Self

from streams.domain import rows
from streams.domain.contact import MOST_EVENTS, SURELY_SMALL, Piece, pieces
from streams.domain.events import CallStart, Event, MenuChoice, Queue
from streams.domain.rows import FULL, KIND_BITS, ROW_WIDTH, Row

_MOST_ROWS: Final = 2 * MOST_EVENTS
"""Rows that are kept before they are put in order, which leaves only what counts of a contact with
too many: with twice as many as one may have, that is rare enough to cost nothing. Of an id that is
used again and again, more are left: then at twice as many as were left last."""

# Lines, options, agents: a city has some hundreds, each told by every event anew. Held once for all
# contacts, they took a fifth less memory, and are found in the processor's cache. With more than
# that, as of somebody who invents them, all are let go of.
_WORDS_KEPT: Final = 100_000
_words: dict[str, str] = {}


def _shared(word: str) -> str:
    """The same word, and the same object each time."""
    known = _words.get(word)
    if known is None:
        if len(_words) >= _WORDS_KEPT:
            _words.clear()
        known = _words[word] = word
    return known


def shared_words(rows: list[Any]) -> list[Any]:
    """Has these rows, which were read from bytes, share their lines with all others."""
    rows[3::ROW_WIDTH] = [_shared(line) for line in rows[3::ROW_WIDTH]]
    return rows


def row(event: Event, at: int) -> Row:
    """An event as it is kept; ``at`` is its instant."""
    type_ = type(event)
    if type_ is Queue:
        _, code, event_id, line, more = rows.queue(event, at)  # type: ignore[arg-type]
    elif type_ is MenuChoice:
        _, code, event_id, line, more = rows.choice(event, at)  # type: ignore[arg-type]
    elif type_ is CallStart:
        return rows.start(event, at)  # type: ignore[arg-type]
    else:
        return rows.hangup(event, at)  # type: ignore[arg-type]
    # Looked up here first: the two calls took a tenth of merging.
    line = _words.get(line) or _shared(line)
    if type(more) is str:
        more = _words.get(more) or _shared(more)
    return at, code, event_id, line, more


class Contact:
    """The events of one call id.

    Attributes:
        call_id: the id.
        rows: the events, flat, in no particular order, each once.
        newest, oldest: instants of the last and the first of them.
    """

    __slots__ = ("_most", "_pieces", "call_id", "newest", "oldest", "rows")

    def __init__(self, call_id: str) -> None:
        self.call_id = call_id
        self.rows: list[Any] = []
        self.newest = -(2**62)
        self.oldest = 2**62
        self._most = ROW_WIDTH * _MOST_ROWS
        self._pieces: list[Piece] | None = None

    def merge(self, event: Event, at: int) -> bool:
        """Adds an event; says whether it was not known before."""
        return self.add(row(event, at))

    def knows(self, event: Event, at: int) -> bool:
        """Whether this very event has been merged, as far as that is still known."""
        return self._has(row(event, at))

    def add(self, told: Row) -> bool:
        """Adds an event as it is kept; says whether it was not known before."""
        at = told[0]
        if at > self.newest:
            # Most come in order, and what is newer than all others is not among them: not to look
            # for it took a quarter off merging.
            self.newest = at
            if not self.rows:
                self.oldest = at
        elif self._has(told):
            return False
        elif at < self.oldest:
            self.oldest = at
        if self._pieces is None:
            self.rows += told
        else:  # what was read of them stays as it was
            self.rows = [*self.rows, *told]
            self._pieces = None
        if len(self.rows) > self._most:
            self.rows = list(self.stored())
            self._most = max(ROW_WIDTH * _MOST_ROWS, 2 * len(self.rows))
        return True

    def _has(self, told: Row) -> bool:
        ids = self.rows[2::ROW_WIDTH]
        event_id = told[2]
        if event_id not in ids:
            return False
        wanted = list(told)
        return any(
            known == event_id and self.rows[ROW_WIDTH * place : ROW_WIDTH * (place + 1)] == wanted
            for place, known in enumerate(ids)
        )

    def pieces(self) -> list[Piece]:
        """The contacts that the events make up, in the order of time."""
        found = self._pieces
        if found is None:
            found = self._pieces = pieces(self.rows)
            if len(found) == 1 and not found[0].too_many:
                # So that they need not be put in order again when more has been told.
                self.rows = found[0].told
        return found

    def instants(self) -> Iterable[int]:
        """Every instant at which something happened, in no particular order."""
        instants: list[int] = self.rows[::ROW_WIDTH]
        return instants

    def copy(self) -> Self:
        """An independent copy."""
        return type(self).from_stored(self.call_id, self.rows)

    def stored(self) -> list[Any]:
        """The events in canonical order, whatever the order in which they came."""
        found = self.pieces()
        if len(found) == 1:
            return found[0].told
        return [value for piece in found for value in piece.told]

    def at_rest(self) -> list[Any]:
        """The events as they are written while the contact goes on: whoever reads them puts them in
        order, and to do so at each checkpoint too was half of writing them. Of a contact that may
        have too many, there is what is kept of them: its record must stay small."""
        return self.rows if len(self.rows) <= ROW_WIDTH * SURELY_SMALL else self.stored()

    @classmethod
    def from_stored(cls, call_id: str, stored: list[Any]) -> Self:
        """The events that ``stored`` or ``at_rest`` gave."""
        contact = cls(call_id)
        contact.rows = list(stored)
        ats, codes, mores = stored[::ROW_WIDTH], stored[1::ROW_WIDTH], stored[4::ROW_WIDTH]
        contact.newest, contact.oldest = max(ats), min(ats)
        for code, more in zip(codes, mores, strict=True):
            if code & KIND_BITS == FULL:  # what was left out reached further
                contact.newest = max(contact.newest, more[0])
        shared_words(contact.rows)
        return contact
