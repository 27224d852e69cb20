"""Fields of call records that are neither times nor names: direction, visit, revision."""

import zlib
from typing import Final

from streams.domain import instants
from streams.domain.events import Direction
from streams.domain.privacy import shown
from streams.sources.clock import Clock

_INBOUND: Final = ("inbound", "in", "incoming")
_OUTBOUND: Final = ("outbound", "out", "outgoing")

_DIGITS_OF_A_VISIT: Final = 4  # what an event's field takes
_DIGITS_OF_A_COUNTER: Final = 6  # more are an epoch, or a day
_MOST_REVISIONS: Final = 2**31 - 1  # what an event's field takes

FIRST_WRITTEN_WITHIN: Final = instants.HOUR
"""A record's first version is written within this of the call's end: phone systems do so minutes
later, and correct it after hours or days."""


def direction(text: str | None) -> Direction | None:
    """Who called whom.

    Raises:
        ValueError: the text says something else.
    """
    if text is None:
        return None
    if text.casefold() in _INBOUND:
        return "inbound"
    if text.casefold() in _OUTBOUND:
        return "outbound"
    raise ValueError(
        f"direction {shown(text)} is neither inbound nor outbound; a [[row]] can say which"
    )


def visit(text: str | None, leg: str) -> int | None:
    """The number of a visit: as the mapping says, else the leg, if that is a small number, else one
    that is made of it. Numbers are only compared; of two legs of a call at the same line, one pair
    in ten thousand has the same.

    Raises:
        ValueError: the text is no such number.
    """
    number = leg if text is None else text
    if number.isascii() and number.isdigit() and len(number) <= _DIGITS_OF_A_VISIT:
        return int(number)
    if text is None:
        return zlib.crc32(leg.encode()) % 10**_DIGITS_OF_A_VISIT if leg else None
    raise ValueError(f"visit {shown(text)} is no number from 0 to {'9' * _DIGITS_OF_A_VISIT}")


def revision(text: str | None, clock: Clock, end: int) -> int:
    """Which version of a record it is: a number as it stands there; of the time when it was written
    the seconds after the call's end, or 0 within ``FIRST_WRITTEN_WITHIN`` of it.

    Args:
        end: the latest instant of the row.

    Raises:
        ValueError: the text is neither.
    """
    if text is None:
        return 0
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_A_COUNTER:
        return int(text)
    try:
        written = clock.instant(text, "", None, None)
    except ValueError as error:
        raise ValueError(f"revision: neither a number nor a time: {error}") from None
    if written is None or written - end <= FIRST_WRITTEN_WITHIN:
        return 0
    return min((written - end) // instants.SECOND, _MOST_REVISIONS)
