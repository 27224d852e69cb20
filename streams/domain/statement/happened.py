"""A contact retold step by step: what was told, where the contact was then, and what it did.

For who asks why a call is counted as it is. The walk alone answers that, so its steps are shown as
they are; what does not count, for another event of the same id does, comes behind them.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from streams.domain import rows
from streams.domain.contact import Piece
from streams.domain.rows import QUEUE_ENTERED, QUEUE_LEFT, ROW_WIDTH, USUAL_FIELD
from streams.domain.walk import line_named_by, steps
from streams.domain.walked import NO_ROW

OVERRULED: Final = "overruled"
"""What an event did that does not count: nothing."""


class Happened(NamedTuple):
    """One event of a contact.

    Attributes:
        at, event: when, and which of the four kinds.
        phase: of a queue event.
        line, to_line: where, and where a transfer leads to.
        reason: why the line was left, or the contact ended.
        by: who hung up.
        position, position_line: where the contact was before, one of ``walked.POSITIONS``; None
            of an event that does not count.
        did: what it did, each one of ``walked.DID``, or ``OVERRULED``.
    """

    at: int
    event: str
    phase: str | None
    line: str | None
    to_line: str | None
    reason: str | None
    by: str | None
    position: str | None
    position_line: str | None
    did: tuple[str, ...]


def happened(piece: Piece) -> list[Happened]:
    """The contact's events in the order of the walk."""
    counting = piece.rows
    found = []
    for step in steps(piece):
        row = counting[ROW_WIDTH * step.row : ROW_WIDTH * (step.row + 1)]
        there = None if step.at_line == NO_ROW else line_named_by(counting, step.at_line)
        found.append(_happened(row, step.position, there, step.did))
    return [*found, *(_happened(row, None, None, (OVERRULED,)) for row in _overruled(piece))]


def _overruled(piece: Piece) -> Iterator[list[Any]]:
    counting = [
        piece.rows[each : each + ROW_WIDTH] for each in range(0, len(piece.rows), ROW_WIDTH)
    ]
    for each in range(0, len(piece.told), ROW_WIDTH) if piece.conflicting else ():
        row = piece.told[each : each + ROW_WIDTH]
        if row not in counting:
            yield row


def _happened(
    row: list[Any], position: str | None, there: str | None, did: tuple[str, ...]
) -> Happened:
    at, code, _, line, more = row
    event, phase = rows.kind(code), None
    reason: str | None = None
    to_line = by = None
    if event == "hangup":
        reason, by = rows.hangup_reason(code), rows.hung_up_by(code)
    elif code & rows.KIND_BITS >= QUEUE_ENTERED:
        event, phase = "queue", event
        if code & rows.KIND_BITS >= QUEUE_LEFT:
            reason, to_line = rows.left_reason(code), rows.told(more, USUAL_FIELD)
    return Happened(at, event, phase, line or None, to_line, reason, by, position, there, did)
