"""Local time: where days begin, which are holidays, and when a line is open.

Opening hours are wall-clock times in the plan's zone: a line is open when the clock on the wall
there shows a time within its hours. So "08:00-18:00" is ten hours on every day, "22:00-06:00" seven
in the night to summer time and nine in the night back. Hours over midnight belong to the day on
which they begin: the night before a holiday is worked to its end.
"""

import io
import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from streams.domain import instants
from streams.domain.instants import DAY, MINUTE
from streams.domain.plan.model import City, Holidays, Hours, Minutes
from streams.domain.plan.validity import Version, by_id, valid

DAY_OF_MINUTES = 24 * 60

# Local times exist for the years 1 to 9999; two days of room for any zone's offset.
_EARLIEST = instants.of(datetime(1, 1, 3, tzinfo=UTC))
_LATEST = instants.of(datetime(9999, 12, 29, tzinfo=UTC))

_DAYS_KEPT = 1_000
"""Days whose opening is kept ready: a year of replay for two opening hours."""

Span = tuple[int, int]
"""From an instant to before another."""


def zone_of(name: str, offsets: Sequence[tuple[int, int]]) -> ZoneInfo:
    """A time zone by its offsets from UTC, each in seconds from an instant on; the first of them
    before that, too. It is put together as a file of RFC 8536, so that it is a zone as any other.
    """
    kinds = list(dict.fromkeys(offset for _, offset in offsets))
    # In whole seconds: whoever changes the zone between two of them has the next.
    times = [-(-instant // instants.SECOND) for instant, _ in offsets]
    names = b"".join(b"%+06d\0" % offset for offset in kinds)

    def block(size: str, known: bool) -> bytes:
        count = len(times) if known else 0
        head = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, count, len(kinds), len(names))
        body = struct.pack(f">{count}{size}", *times[:count])
        body += bytes(kinds.index(offset) for _, offset in offsets[:count])
        for nth, offset in enumerate(kinds):
            body += struct.pack(">lbB", offset, 0, names.index(b"%+06d\0" % kinds[nth]))
        return head + body + names

    return ZoneInfo.from_file(io.BytesIO(block("l", False) + block("q", True) + b"\n\n"), key=name)


class Calendar:
    """The days of a city."""

    def __init__(
        self, city: City, holidays: Holidays, offsets: Sequence[tuple[int, int]] = ()
    ) -> None:
        self.zone = zone_of(city.time_zone, offsets) if offsets else ZoneInfo(city.time_zone)
        self._made_of = city, holidays, offsets
        self._country = city.country
        self._subdivision = city.subdivision
        self._added = {day for day, _ in holidays.added}
        self._left_out = set(holidays.left_out)
        self._of_country: dict[int, frozenset[date]] = {}
        self._today: Span = (0, 0)

    def between(self, since: int | None, until: int | None) -> "Calendar":
        """The calendar as it is between two instants, with the clock there before and after: hours
        that were kept by another clock know nothing of the one that came later on their last day.
        """
        city, holidays, offsets = self._made_of
        if not offsets:
            return self
        kept = [each for each in offsets if until is None or each[0] < until]
        while len(kept) > 1 and since is not None and kept[1][0] <= since:
            del kept[0]
        return Calendar(city, holidays, kept or offsets[:1])

    def local(self, at: int) -> datetime:
        """The local time at an instant; before the year 1 and after 9999, that of the bound."""
        return instants.to_datetime(min(max(at, _EARLIEST), _LATEST)).astimezone(self.zone)

    def begin(self, day: date) -> int:
        """The first instant of a local day."""
        return instants.of(datetime.combine(day, time(), self.zone))

    def midnight(self, at: int) -> int:
        """The local midnight at or before an instant."""
        midnight, next_midnight = self._today
        if not midnight <= at < next_midnight:
            day = self.local(at).date()
            midnight = self.begin(day)
            self._today = midnight, self.begin(day + timedelta(days=1))
        return midnight

    def is_holiday(self, day: date) -> bool:
        """Whether the plan or its country keeps the day as a public holiday."""
        return day in self._added or (
            self._country is not None
            and day not in self._left_out
            and day in self._public_holidays(day.year)
        )

    def _public_holidays(self, year: int) -> frozenset[date]:
        days = self._of_country.get(year)
        if days is None:
            # Imported where it is needed: it costs a plan without a country 0.1 s of start-up.
            import holidays

            assert self._country is not None
            kept = holidays.country_holidays(self._country, self._subdivision, years=year)
            days = self._of_country[year] = frozenset(kept)
        return days


class Opening:
    """When one week of opening hours is open."""

    def __init__(self, hours: Hours, calendar: Calendar) -> None:
        self._hours = hours
        self._calendar = calendar
        self._spans = lru_cache(maxsize=_DAYS_KEPT)(self._find_spans)

    def is_open(self, at: int) -> bool:
        """Whether the hours include the instant."""
        spans = self._spans(self._calendar.local(at).date())
        return any(start <= at < end for start, end in spans)

    def next_edge(self, at: int) -> int:
        """The next instant after this one at which it may open or close, at the latest midnight."""
        day = self._calendar.local(at).date()
        edges = [edge for span in self._spans(day) for edge in span if edge > at]
        midnight = self._calendar.begin(day + timedelta(days=1))
        return min([*edges, midnight if midnight > at else at + DAY])

    def _find_spans(self, day: date) -> tuple[Span, ...]:
        before = day - timedelta(days=1)
        walls = [(start, min(end, DAY_OF_MINUTES)) for start, end in self._intervals(day)]
        walls += [
            (0, end - DAY_OF_MINUTES) for _, end in self._intervals(before) if end > DAY_OF_MINUTES
        ]
        spans = []
        for piece_start, piece_end in self._pieces(day):
            wall = self._calendar.local(piece_start)
            # The instant at which a clock that never changed would have shown 00:00.
            zero = piece_start - (wall.hour * 60 + wall.minute) * MINUTE
            for start, end in walls:
                first = max(piece_start, zero + start * MINUTE)
                last = min(piece_end, zero + end * MINUTE)
                if first < last:
                    spans.append((first, last))
        return tuple(sorted(spans))

    def intervals(self, day: date) -> tuple[Minutes, ...]:
        """The hours that begin on a local day, holidays and exceptions considered."""
        return self._intervals(day)

    def _pieces(self, day: date) -> list[Span]:
        """The day, cut where the clocks change."""
        calendar = self._calendar
        start, end = calendar.begin(day), calendar.begin(day + timedelta(days=1))
        if start >= end:
            return []
        offset = calendar.local(start).utcoffset()
        if calendar.local(end - MINUTE).utcoffset() == offset:
            return [(start, end)]
        same, other = start, end - MINUTE
        while other - same > MINUTE:
            middle = same + (other - same) // (2 * MINUTE) * MINUTE
            if calendar.local(middle).utcoffset() == offset:
                same = middle
            else:
                other = middle
        return [(start, other), (other, end)]

    def _intervals(self, day: date) -> tuple[Minutes, ...]:
        for exception in self._hours.exceptions:
            if exception.since <= day < exception.until:
                return exception.intervals
        if self._hours.holidays is not None and self._calendar.is_holiday(day):
            return self._hours.holidays
        return self._hours.week[day.weekday()]


class Openings:
    """All opening hours of a plan, by id and instant."""

    def __init__(self, versions: Iterable[Version[Hours]], calendar: Calendar) -> None:
        self._versions = {
            id_: [
                Version(Opening(v.entry, calendar.between(v.since, v.until)), v.since, v.until)
                for v in of_id
            ]
            for id_, of_id in by_id(versions).items()
        }

    def is_open(self, hours: str, at: int) -> bool:
        """Whether the hours valid at the instant include it; with none valid then, they do not."""
        opening = valid(self._versions.get(hours, ()), at)
        return opening is not None and opening.is_open(at)

    def next_edge(self, hours: str, at: int) -> int:
        """The next instant after this one at which they may open or close, at most a day on."""
        versions = self._versions.get(hours, ())
        opening = valid(versions, at)
        edges = [at + DAY] if opening is None else [opening.next_edge(at)]
        edges += [b for v in versions for b in (v.since, v.until) if b is not None and b > at]
        return min(edges)
