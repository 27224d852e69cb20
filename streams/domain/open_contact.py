"""A contact in state: awake, with what it adds to the books, or at rest, its events' bytes alone.

Awake it takes some 4 KB, at rest a sixth of that. What it adds to the books need not be kept: it is
what its events said when they were read last, and is found again by reading them as of then.
"""

from collections.abc import Iterable
from typing import Any, Final, Self

from streams.domain import caller_history as callers
from streams.domain.books import INTERVAL
from streams.domain.call_events import Contact, shared_words
from streams.domain.contact import MOST_BYTES, Piece
from streams.domain.decisions import Told
from streams.domain.outcome import NEVER
from streams.domain.rows import ROW_WIDTH, decode, encode
from streams.domain.tally import Entry

NEVER_READ: Final = -NEVER
"""When a contact was read last that never was."""

_NOTHING: Final[list[Any]] = []
"""What a contact at rest has of everything but its bytes; one list for all of them, for four of
their own would be a quarter of its memory. Nothing is ever put into it."""


def intervals_of(instants: Iterable[int]) -> frozenset[int]:
    """The intervals that a contact keeps from being final, for something of it happened then."""
    return frozenset([at - at % INTERVAL for at in instants])


class OpenContact(Contact):
    """The events of a call id in state, with what they add to the books at present.

    Attributes:
        booked: their entries in the books.
        decided: what was decided of them, as it is told at present.
        held: the intervals that they keep from being final: where anything of theirs happened.
        calls: what histories of callers know of them.
        as_of: when they were read last; ``NEVER_READ`` before that.
        over_until: newest instant of those among them that were over when they were last read: what
            belongs to these is late, though another contact of the id keeps them in state.
        wakes: the earliest instant for which they are scheduled to be read again.
        is_stored: whether they are in the changelog.
        rests: they are bytes, and nothing of the first four is known.
        known: these four are known.
    """

    __slots__ = (
        "_body",
        "as_of",
        "booked",
        "calls",
        "decided",
        "held",
        "is_stored",
        "known",
        "over_until",
        "rests",
        "wakes",
    )

    def __init__(self, call_id: str) -> None:
        super().__init__(call_id)
        self.booked: list[Entry] = []
        self.decided: list[Told] = []
        self.held: frozenset[int] = frozenset()
        self.calls: list[callers.Call] = []
        self.as_of = NEVER_READ
        self.over_until = -NEVER
        self.wakes = NEVER
        self.is_stored = self.rests = False
        self.known = True
        self._body = b""

    def rest(self) -> None:
        """Keeps the bytes of the events alone: all of them, also of a contact with too many, for
        each holds an interval."""
        self._body = encode(self.rows)
        self.rows = self.booked = self.decided = self.calls = _NOTHING
        self.held = frozenset()
        self._pieces = None
        self.rests, self.known = True, self.as_of == NEVER_READ

    def wake(self) -> None:
        """Unpacks the events; what they add to the books is still to be found."""
        self.rows = self._unpacked()
        self.rests = False
        if self.known:
            self._body = b""

    def as_read(self) -> Self:
        """The events as they were read last, of a contact of which no more is known."""
        return self.from_stored(self.call_id, decode(self._body))

    def know(self, booked: list[Entry], decided: list[Told], calls: list[callers.Call]) -> None:
        """What the events that were read last added to the books has been found."""
        self.booked, self.decided, self.calls = booked, decided, calls
        self.held = intervals_of(self._unpacked()[::ROW_WIDTH])
        self.known = True
        self._body = b""

    def pieces(self) -> list[Piece]:
        """The contacts that the events make up, in the order of time."""
        return self.as_read().pieces() if self.rests else super().pieces()

    def packed(self) -> bytes:
        """The events as they are written while the contact goes on."""
        if self.rests and len(self._body) <= MOST_BYTES:
            return self._body
        return encode(self.stored() if self.rests else self.at_rest())

    def _unpacked(self) -> list[Any]:
        return shared_words(decode(self._body))
