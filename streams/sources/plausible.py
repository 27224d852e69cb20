"""Whether the times of one row can be those of one call.

Phone systems write 0, or the year 1970, or a date far ahead for what never happened. Read as a
time, it turns an unanswered call into one that was answered in time, books it in a month long past,
and gives the line a mean talk of years.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from streams.domain import instants
from streams.domain.event_reader import DEFAULT_SKEW

EARLIEST: Final = instants.of(datetime(1990, 1, 1, tzinfo=UTC))
"""No call centre's log is older; an earlier time is the beginning of some calendar."""

LONGEST_CALL: Final = 24 * instants.HOUR
"""No call lasts longer: a switch that lost the end of a call writes days or years."""

CLOCKS_DIFFER: Final = DEFAULT_SKEW
"""How far a later event of a call may lie before an earlier one: the parts of a phone system have
clocks of their own, and in two weeks of a bank's calls they differ by at most 75 s."""


def check(at: Mapping[str, int], now: int, longest: int = LONGEST_CALL) -> None:
    """Refuses times that can't be those of one call.

    Args:
        at: the instant of each event, by its name, in the order in which a call has them.
        now: the wall clock.
        longest: at most this much time between the first and the last of them, in us.

    Raises:
        ValueError: what is wrong, and with which event.
    """
    latest = ""
    for name, instant in at.items():
        if instant < EARLIEST:
            raise ValueError(
                f"{name}: a time before 1990; where what stands in its column means that it did "
                "not happen, name that in time.never"
            )
        if instant > now + DEFAULT_SKEW:
            raise ValueError(f"{name}: a time {_span(instant - now)} in the future")
    first, last = min(at, key=at.__getitem__), max(at, key=at.__getitem__)
    if at[last] - at[first] > longest:
        raise ValueError(
            f"{last} is {_span(at[last] - at[first])} after {first}: longer than any call "
            f"(time.longest_call is {_span(longest)})"
        )
    for name, instant in at.items():
        if latest and instant < at[latest] - CLOCKS_DIFFER:
            raise ValueError(
                f"{name} is {_span(at[latest] - instant)} before {latest}: clocks of one system "
                f"differ by {_span(CLOCKS_DIFFER)} at most, and clock times of the day after need "
                "time.next_day"
            )
        if not latest or instant > at[latest]:
            latest = name


_UNITS: Final = (
    ("years", 365 * instants.DAY),
    ("days", instants.DAY),
    ("hours", instants.HOUR),
    ("minutes", instants.MINUTE),
)


def _span(length: int) -> str:
    """A length of time in the largest unit that it has at least two of. It is not exact, so as not
    to give away a telephone number that stood where a time belongs."""
    for unit, size in _UNITS:
        if length >= 2 * size:
            return f"{length // size} {unit}"
    return f"{length // instants.SECOND} seconds"
