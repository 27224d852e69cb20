"""When a line is open and what it may expect, computed by Prometheus alone.

A rule that must hold when every worker is down can't ask a worker what time it is in the city. So
the plan's hours become PromQL: the wall clock from the zone's clock changes, the weekly hours from
that clock, and the days that differ (holidays, exceptions) by name, for the years that the rules
cover. A test compares the result with the plan itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final

from streams.domain import instants
from streams.domain.instants import DAY, SECOND
from streams.domain.plan import Plan
from streams.domain.plan.calendar import DAY_OF_MINUTES, Calendar
from streams.domain.plan.model import Hours, Minutes
from streams.domain.plan.validity import Version
from streams.sinks.rules.rule import Record, quoted

YEARS: Final = 3
"""Years that rules cover, the running one included; sixty days before their end an alert asks for
new ones."""

LOCAL: Final = "contact_plan_clock:local_seconds"
CLOCK_OFFSET: Final = "contact_plan_clock:offset_seconds"
SECOND_OF_DAY: Final = "contact_plan_clock:second_of_day"
WEEKDAY: Final = "contact_plan_clock:weekday"
HOUR_OF_DAY: Final = "contact_plan_clock:hour"
CLOCK_TODAY: Final = "contact_plan_clock:today"
HOURS_OPEN: Final = "contact_plan_hours:open"


@dataclass(frozen=True, slots=True)
class Horizon:
    """The years that the rules cover: from the first day to before another."""

    since: date
    until: date

    @staticmethod
    def of(plan: Plan, now: int) -> "Horizon":
        """From the beginning of the year that it is in the city."""
        year = instants.to_datetime(now).astimezone(plan.zone).year
        return Horizon(date(year, 1, 1), date(year + YEARS, 1, 1))

    def days(self) -> Iterator[date]:
        day = self.since
        while day < self.until:
            yield day
            day += timedelta(days=1)


def seconds(instant: int) -> str:
    """An instant as Prometheus counts."""
    return f"{instant / SECOND:.16g}"


def when(since: int | None, until: int | None) -> str:
    """Holds from an instant to before another; empty where there is no bound."""
    if since is None and until is None:
        return ""
    first = "" if since is None else f" >= {seconds(since)}"
    last = "" if until is None else f" < {seconds(until)}"
    return f"(vector(time()){first}{last})"


def both(expr: str, condition: str) -> str:
    """An expression under a condition of the same labels, if there is any."""
    return f"{expr} and {condition}" if condition else expr


def clock(plan: Plan, horizon: Horizon) -> list[Record]:
    """The wall clock of the plan's zone: second and hour of the day, date, weekday (0 Monday)."""
    first = datetime(horizon.since.year, 1, 1, tzinfo=UTC)
    offset = _offset(plan, instants.of(first))
    terms = [str(offset)]
    for change, after in _clock_changes(plan, horizon):
        sign = "-" if after < offset else "+"
        moment = instants.text(change)
        terms.append(
            f"{sign} {abs(after - offset)} * (time() >= bool {seconds(change)})  # {moment}"
        )
        offset = after
    return [
        Record(CLOCK_OFFSET, "vector(\n  " + "\n  ".join(terms) + "\n)"),
        Record(LOCAL, f"vector(time()) + {CLOCK_OFFSET}"),
        Record(SECOND_OF_DAY, f"{LOCAL} % 86400"),
        Record(HOUR_OF_DAY, f"floor({SECOND_OF_DAY} / 3600)"),
        # A date to be matched by name: comparing with each holiday costs a hundred times as much.
        Record(
            CLOCK_TODAY,
            f'count_values("date", year({LOCAL}) * 10000 + month({LOCAL}) * 100 '
            f"+ day_of_month({LOCAL}))",
        ),
        # The first of January 1970 was a Thursday.
        Record(WEEKDAY, f"floor({LOCAL} / 86400 + 3) % 7"),
    ]


def _offset(plan: Plan, at: int) -> int:
    ahead = instants.to_datetime(at).astimezone(plan.zone).utcoffset()
    assert ahead is not None
    return int(ahead.total_seconds())


def _clock_changes(plan: Plan, horizon: Horizon) -> Iterator[tuple[int, int]]:
    """The instants at which the zone's clocks change, and how far ahead of UTC they then are."""
    for day in horizon.days():
        start = instants.of(datetime(day.year, day.month, day.day, tzinfo=UTC))
        before, after = _offset(plan, start), _offset(plan, start + DAY)
        if before == after:
            continue
        same, other = start, start + DAY
        while other - same > SECOND:
            middle = (same + other) // (2 * SECOND) * SECOND
            if _offset(plan, middle) == before:
                same = middle
            else:
                other = middle
        yield other, after


def opening(plan: Plan, horizon: Horizon) -> list[Record]:
    """For each opening hours of the plan, 1 while they are open, nothing while they are not."""
    calendar = Calendar(plan.entries.city, plan.entries.holidays)
    by_id: dict[str, list[Version[Hours]]] = {}
    for version in plan.entries.hours:
        by_id.setdefault(version.entry.id, []).append(version)
    records = []
    for id_, versions in sorted(by_id.items()):
        parts = [both(_open(v.entry, calendar, horizon), when(v.since, v.until)) for v in versions]
        expr = "vector(1) and (\n" + "\nor\n".join(parts) + "\n)"
        records.append(Record(HOURS_OPEN, expr, {"hours": id_}))
    return records


def hours_open(hours: str | None) -> str:
    """1 while the hours are open; None are always open."""
    if hours is None:
        return "vector(1)"
    return f"vector(1) and on () {HOURS_OPEN}{{hours={quoted(hours)}}}"


def _open(hours: Hours, calendar: Calendar, horizon: Horizon) -> str:
    usual = [_walls(hours.week[day], hours.week[day - 1]) for day in range(7)]
    special: dict[tuple[Minutes, ...], list[date]] = {}
    for day in horizon.days():
        walls = _walls(
            _intervals(hours, calendar, day),
            _intervals(hours, calendar, day - timedelta(days=1)),
        )
        if walls != usual[day.weekday()]:
            special.setdefault(walls, []).append(day)
    weekly = [
        f"  {_within(walls)}\n  and {_on_weekdays(days)}" for walls, days in _alike(usual) if walls
    ]
    text = "(\n" + "\n  or\n".join(weekly) + "\n)" if weekly else "(vector(1) < 0)"
    if special:
        days = sorted(day for found in special.values() for day in found)
        text += f" unless {_on_days(days)}"
    for walls, found in sorted(special.items()):
        if walls:
            text += f"\nor {_within(walls)} and {_on_days(found)}"
    return f"({text})"


def _intervals(hours: Hours, calendar: Calendar, day: date) -> tuple[Minutes, ...]:
    """The opening of one day: its exception, else its holiday's, else its weekday's."""
    for exception in hours.exceptions:
        if exception.since <= day < exception.until:
            return exception.intervals
    if hours.holidays is not None and calendar.is_holiday(day):
        return hours.holidays
    return hours.week[day.weekday()]


def _walls(today: Iterable[Minutes], yesterday: Iterable[Minutes]) -> tuple[Minutes, ...]:
    """When the clock on the wall shows an opening: today's, and what lasts from yesterday."""
    walls = [(start, min(end, DAY_OF_MINUTES)) for start, end in today]
    walls += [(0, end - DAY_OF_MINUTES) for _, end in yesterday if end > DAY_OF_MINUTES]
    return tuple(sorted(walls))


def _within(walls: Sequence[Minutes]) -> str:
    parts = [f"{SECOND_OF_DAY} >= {60 * start} < {60 * end}" for start, end in walls]
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"


def _alike(
    usual: list[tuple[Minutes, ...]],
) -> list[tuple[tuple[Minutes, ...], list[int]]]:
    """The weekdays with the same hours."""
    found: dict[tuple[Minutes, ...], list[int]] = {}
    for day, walls in enumerate(usual):
        found.setdefault(walls, []).append(day)
    return list(found.items())


def _on_weekdays(days: list[int]) -> str:
    parts = [_range(WEEKDAY, first, last) for first, last in runs(days)]
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"


def _on_days(days: list[date]) -> str:
    dates = "|".join(f"{day:%Y%m%d}" for day in days)
    return f'on () {CLOCK_TODAY}{{date=~"{dates}"}}'


def _range(name: str, first: int, last: int) -> str:
    return f"{name} == {first}" if first == last else f"{name} >= {first} <= {last}"


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of each stretch of numbers that follow on each other.

    >>> runs([0, 1, 2, 4])
    [(0, 2), (4, 4)]
    """
    stretches = groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0])
    found = [[number for _, number in stretch] for _, stretch in stretches]
    return [(stretch[0], stretch[-1]) for stretch in found]
