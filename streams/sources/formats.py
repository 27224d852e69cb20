"""Checks of time formats with ``strptime`` itself, before the first row is read.

``strptime`` silently makes up what a format leaves out: 1900 for the year, the 1st for the day,
midnight for the hour. It reads the name of a zone (``%Z``) and ignores it, so that a time in UTC
would count as a local one.
"""

import re
import warnings
from datetime import datetime, timedelta, timezone
from typing import Final

DATE_PARTS: Final = ("year", "month", "day")
CLOCK_PARTS: Final = ("hour", "minute")

_ASKED: Final = tuple(
    datetime(*parts, tzinfo=timezone(timedelta(hours=1)))
    for parts in ((1999, 2, 13, 15, 47, 5), (2026, 11, 20, 3, 8, 59))
)
"""Two times that share no part, neither with each other nor with what ``strptime`` makes up; one
is after noon."""

OFFSET: Final = re.compile(r"(?<!%)(?:%%)*%z")
_ZONE_NAME: Final = re.compile(r"(?<!%)(?:%%)*%Z")


def mistake(format_: str, needed: tuple[str, ...]) -> str | None:
    """What is wrong with a format that must have the needed parts of a time; None: nothing."""
    if _ZONE_NAME.search(format_):
        return (
            "%Z reads the name of a zone and passes it over: where the column has an offset "
            "(+0100), write %z; where the name is always the same, write that name in the format "
            "and its zone as time.zone"
        )
    try:
        lost = [part for part in needed if part not in parts_of(format_)]
    except (ValueError, re.error) as error:
        return f"{format_!r} can't be read: {error}"
    return f"{format_!r} does not say the {', '.join(lost)}" if lost else None


def parts_of(format_: str) -> set[str]:
    """The parts of a time that survive when it is written in this format and read again.

    Raises:
        ValueError, re.error: ``strptime`` can't read the format.
    """
    parts = {*DATE_PARTS, *CLOCK_PARTS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python 3.13 warns of days without a year: so do we
        for asked in _ASKED:
            read = datetime.strptime(asked.strftime(format_), format_)
            parts = {part for part in parts if getattr(read, part) == getattr(asked, part)}
    return parts
