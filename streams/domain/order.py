"""The order in which a contact's events are walked through, and the hangup that ends it.

By instant. Whole seconds make ties, and there the source's own order (``seq``) counts where all
events of the instant have one; else what fits where the contact is comes first.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from streams.domain.instants import SECOND
from streams.domain.rows import (
    HANGUP,
    KIND_BITS,
    QUEUE_ANSWERED,
    QUEUE_ENTERED,
    QUEUE_LEFT,
    QUEUE_RETURNED,
    RANK,
    ROW_WIDTH,
    SEQ,
    SEQUENCE_FIELD,
    told,
)
from streams.domain.walked import NO_ROW

LEG: Final = 5 * SECOND
"""By how much the clocks of two machines may put a choice or an entry behind the hangup, and what
must lie between two hangups for the first to have been that of a leg only."""

_RANK_OF_LEFT: Final = RANK[QUEUE_LEFT]
_FITS: Final = (
    (),
    (QUEUE_ENTERED, QUEUE_ANSWERED, _RANK_OF_LEFT),
    (QUEUE_ANSWERED, _RANK_OF_LEFT, QUEUE_ENTERED),
    (QUEUE_RETURNED, _RANK_OF_LEFT, QUEUE_ENTERED),
    (),
)
"""What fits at each position (``walked.POSITIONS``), of the line where the contact is."""


class Events:
    """A contact's events by their numbers.

    Attributes:
        measured: durations were compared, or an order of the source's own was used: what was found
            so is true of these instants only, and must not be remembered for others.
        kinds, words: kind and line of each.
    """

    def __init__(self, rows: list[Any]) -> None:
        self.measured = False
        self.kinds: list[int] = [code & KIND_BITS for code in rows[1::ROW_WIDTH]]
        self.words: list[str] = rows[3::ROW_WIDTH]
        self._rows = rows
        self._ats: list[int] = rows[::ROW_WIDTH]

    def apart(self, earlier: int, later: int) -> int:
        """How much time lies between two events, in us. There is no other way to ask."""
        self.measured = True
        return self._ats[later] - self._ats[earlier]

    def code(self, row: int) -> int:
        code: int = self._rows[ROW_WIDTH * row + 1]
        return code

    def told(self, row: int, what: int) -> Any:
        """What an event told besides, one of the names of ``rows``."""
        return told(self._rows[ROW_WIDTH * row + 4], what)

    def is_hangup(self, row: int) -> bool:
        return self.kinds[row] >= HANGUP

    def ties(self, rows: Iterable[int]) -> list[list[int]]:
        """The rows, which are in canonical order, by instant, and by ``seq`` where that counts. So
        each tie is in the order of kinds, and of ids where kinds are alike."""
        ties: list[list[int]] = []
        for row in rows:
            if ties and self._ats[row] == self._ats[ties[-1][0]]:
                ties[-1].append(row)
            else:
                ties.append([row])
        if all(len(tie) == 1 for tie in ties):
            return ties
        return [part for tie in ties for part in self._by_seq(tie)]

    def _by_seq(self, tie: list[int]) -> list[list[int]]:
        if len(tie) == 1:
            return [tie]
        instant = self._ats[tie[0]]
        together = (row for row, at in enumerate(self._ats) if at == instant)
        if not all(self.code(row) & SEQ for row in together):
            return [tie]
        self.measured = True
        parts: dict[int, list[int]] = {}
        for row in tie:
            parts.setdefault(self.told(row, SEQUENCE_FIELD), []).append(row)
        return [parts[seq] for seq in sorted(parts)]

    def first_to_fit(self, tie: Sequence[int], position: int, here: str) -> int:
        """Of events at one instant the one that comes first: a start, then what fits at the
        position, of the line ``here``, then by kind; of two alike the one with the smaller id."""
        if self.kinds[tie[0]]:
            for rank in _FITS[position]:
                for row in tie:
                    if RANK[self.kinds[row]] == rank and self.words[row] == here:
                        return row
        return tie[0]


def in_order(
    events: Events,
    ties: Iterable[list[int]],
    where: Callable[[], tuple[int, str]],
    go: Callable[[int], None],
) -> list[int]:
    """The order in which the events of the ties come.

    Args:
        where: says where the contact is, and at which line.
        go: walks one step.
    """
    order = []
    for tie in ties:
        left = list(tie)
        while left:
            row = left[0] if len(left) == 1 else events.first_to_fit(left, *where())
            left.remove(row)
            go(row)
            order.append(row)
    return order


def hangup(events: Events, order: list[int]) -> int:
    """The hangup that ends the contact, ``NONE`` if there is none: the first after which nobody
    enters a queue and is then answered there, or leaves it, or hangs up again more than 5 s after
    it. Such a one was a leg's.

    Found in one pass from the end: read literally it is cubic, a quarter of a second for a thousand
    events.
    """
    hangups = [place for place, row in enumerate(order) if events.is_hangup(row)]
    if not hangups:
        return NO_ROW
    last = hangups[-1]
    served = NO_ROW  # the last entry that is answered or left behind it
    again = NO_ROW  # the last entry before the last hangup
    outcomes: set[str] = set()
    for place in range(len(order) - 1, hangups[0], -1):
        row = order[place]
        kind = events.kinds[row]
        if kind == QUEUE_ANSWERED or QUEUE_LEFT <= kind < HANGUP:
            outcomes.add(events.words[row])
        elif kind == QUEUE_ENTERED:
            if served == NO_ROW and events.words[row] in outcomes:
                served = place
            if again == NO_ROW and place < last:
                again = place
    for place in hangups:
        if place > served and not (place < again and events.apart(order[place], order[last]) > LEG):
            return order[place]
    return NO_ROW
