"""Periods of the calendar by which vendors are paid: days, months, quarters and years, local time.

A period is from the midnight before its first day to the midnight after its last, by the clock on
the wall. So March has 743 hours and October 745 where the clocks change, and a leap February 696.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from streams.domain import instants

DAILY: Final = "daily"
MONTHLY: Final = "monthly"
QUARTERLY: Final = "quarterly"
YEARLY: Final = "yearly"

_NAMES: Final = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII), DAILY),
    (re.compile(r"(\d{4})-(\d{2})", re.ASCII), MONTHLY),
    (re.compile(r"(\d{4})-Q([1-4])", re.ASCII), QUARTERLY),
    (re.compile(r"(\d{4})", re.ASCII), YEARLY),
)


class Period(NamedTuple):
    """A period, by its first day and the day after its last."""

    kind: str
    first: date
    after: date

    @property
    def name(self) -> str:
        """How it is written: ``2026-10-05``, ``2026-10``, ``2026-Q4`` or ``2026``."""
        if self.kind == DAILY:
            return self.first.isoformat()
        if self.kind == MONTHLY:
            return f"{self.first:%Y-%m}"
        if self.kind == QUARTERLY:
            return f"{self.first:%Y}-Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y}"

    def begin(self, zone: ZoneInfo) -> int:
        """Its first instant."""
        return midnight(self.first, zone)

    def end(self, zone: ZoneInfo) -> int:
        """The first instant after it."""
        return midnight(self.after, zone)

    def days(self) -> Iterator[date]:
        """Its days."""
        day = self.first
        while day < self.after:
            yield day
            day += timedelta(days=1)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day."""
    return instants.of(datetime.combine(day, time(), zone))


def parse(text: str) -> Period:
    """The period of this name.

    >>> parse("2028-02").after
    datetime.date(2028, 3, 1)

    Raises:
        ValueError: it names none.
    """
    for pattern, kind in _NAMES:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        numbers = [int(part) for part in match.groups()]
        if kind == QUARTERLY:
            numbers[1] = 3 * numbers[1] - 2
        if not 1 < numbers[0] < 9999:
            break  # a zone's offset may put its bounds beyond what a calendar can show
        try:
            return period(kind, date(*[*numbers, 1, 1][:3]))
        except ValueError:
            break
    raise ValueError(f"{text!r} is no period: write 2026-10, 2026-Q4, 2026 or 2026-10-05")


def period(kind: str, day: date) -> Period:
    """The period of a kind that holds a day."""
    if kind == DAILY:
        return Period(kind, day, day + timedelta(days=1))
    if kind == MONTHLY:
        first, months = day.replace(day=1), 1
    elif kind == QUARTERLY:
        first, months = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), 3
    else:
        first, months = day.replace(month=1, day=1), 12
    month = first.month - 1 + months
    return Period(kind, first, first.replace(year=first.year + month // 12, month=month % 12 + 1))


def overlapping(kind: str, whole: Period) -> Iterator[Period]:
    """The periods of a kind that have days in common with another period."""
    each = period(kind, whole.first)
    while each.first < whole.after:
        yield each
        each = period(kind, each.after)
