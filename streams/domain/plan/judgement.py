"""What a plan judges by: of all that it says, no more than what a figure of the past hangs on.

Names, numbers to call, targets, money, formulas shown, exclusions from statements and maintenance
may change at any time, for nothing is judged by them. All else is here, as a small value that can
be stored and compared: every entry with its validity, the days on which opening hours are not those
of the week, whether holidays or exceptions make them so, and the time zone's offsets from UTC. So
another edition of the library of public holidays, or of the time zone database, is a plan that
judges otherwise, as it is.

It is longer than a module should be, because what judges in each entry is told beside the others.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from streams.domain import instants
from streams.domain.instants import DAY, SECOND
from streams.domain.plan.calendar import Calendar, Opening
from streams.domain.plan.model import CityThen, Contract, Hours, Line, Minutes
from streams.domain.plan.plan import Plan
from streams.domain.plan.validity import Named, Version, by_id, in_order
from streams.domain.tally import CITY

KNOWS_BACK: Final = 400 * DAY
"""How far back it is known by what was judged: a year's statement, and a month to make it in. No
contact stays in state for as long, and every interval of then is final, so what is older is asked
of the plan there is now, and the list of changes does not grow for ever."""

LOOKS_AHEAD: Final = 800 * DAY
"""How far ahead holidays and changes of the clock are resolved, so that a worker may run for more
than two years before it has to look again."""

RENEWED_BEFORE: Final = 400 * DAY
"""How long before the end of what is resolved it is resolved again."""

_ALIKE: Final = 10 * DAY
"""Partitions whose watermarks are in the same ten days share what is made of their plan: it takes
some 10 ms, and twenty times as long with holidays."""

LARGEST_UNPACKED: Final = 64 << 20
"""Bytes that a stored judgement unpacks to at most: 100,000 lines of some 200. More is damage, and
must not fill the memory."""


class Dated(Struct, frozen=True, array_like=True):
    """An entry by which something is judged, valid from ``since`` to before ``until``."""

    id: str
    since: int | None
    until: int | None

    def valid(self, at: int) -> bool:
        """Whether the entry is the one at this instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


class JudgedCity(Dated, frozen=True, array_like=True):
    """The city: by what it judges contacts as a whole, and which of them it keeps apart.
    ``has_any_line``: it has no plan, and takes whatever line comes."""

    contract: str
    nuisance: int
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    has_entrances: bool
    has_any_line: bool


class JudgedLine(Dated, frozen=True, array_like=True):
    """A line, as in the plan's model."""

    tier: int
    vendor: str
    contract: str
    hours: str | None
    permanence: str
    kind: str
    channels: tuple[tuple[str, str], ...]
    callback_within: int


class JudgedContract(Dated, frozen=True, array_like=True):
    """A contract, as in the plan's model."""

    threshold: int
    inclusive: bool
    short_limit: int
    short_counts: bool
    overflow_counts: bool
    clock: str
    reach_limit: int
    callbacks_not_reached: bool
    lost_after: int
    further: tuple[int, ...]


CONTRACT_FIELDS: Final = JudgedContract.__struct_fields__[3:]
"""The fields of a contract that judge."""


class JudgedHours(Dated, frozen=True, array_like=True):
    """Opening hours: those of the week, Monday first, and by day all that are others: holidays and
    exceptions. A day is its number in the calendar (``date.toordinal``)."""

    week: tuple[tuple[Minutes, ...], ...]
    days: tuple[tuple[int, tuple[Minutes, ...]], ...]


class JudgedException(Dated, frozen=True, array_like=True):
    """When a line is open, or closed, whatever its hours say; its id is the line's."""

    open: bool


class JudgedMenu(Dated, frozen=True, array_like=True):
    """A version of the spoken menu, and where its keys lead."""

    keys: tuple[tuple[str, str], ...]


class Judgement(Struct, frozen=True, array_like=True):
    """By what is judged.

    Attributes:
        begin, end: the instants between which it is known; entries that end before are left out.
        zone: the time zone's name.
        offsets: its offsets from UTC, in seconds, each from an instant on.
    """

    begin: int
    end: int
    zone: str
    offsets: tuple[tuple[int, int], ...]
    city: tuple[JudgedCity, ...]
    lines: tuple[JudgedLine, ...]
    contracts: tuple[JudgedContract, ...]
    hours: tuple[JudgedHours, ...]
    exceptions: tuple[JudgedException, ...]
    entrances: tuple[Dated, ...]
    announcements: tuple[Dated, ...]
    menus: tuple[JudgedMenu, ...]

    def stored(self) -> bytes:
        """As it is stored."""
        return zlib.compress(_encode(self), 9)

    def digest(self) -> str:
        """16 hexadecimal digits that differ where anything does."""
        return hashlib.sha256(_encode(self)).hexdigest()[:16]


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Judgement).decode


def from_stored(value: bytes) -> Judgement:
    """The judgement that ``Judgement.stored`` gave.

    Raises:
        ValueError: it is damaged.
    """
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(value, LARGEST_UNPACKED)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacking.eof:
        raise ValueError("it is cut off, or unpacks to more than it can be")
    return _decode(unpacked)


def around(plan: Plan, at: int) -> Judgement:
    """By what a plan judges, for as long before and after an instant as it is kept."""
    at -= at % _ALIKE
    return judgement(plan, at - KNOWS_BACK, at + LOOKS_AHEAD)


def digest_of_years(plan: Plan, at: int) -> str:
    """Which plan it is for what it judges by, from the year before an instant to the year after:
    the same for all who ask of an equal plan in one year."""
    year = instants.to_datetime(at).year
    begin, end = (instants.of(datetime(each, 1, 1, tzinfo=UTC)) for each in (year - 1, year + 2))
    return judgement(plan, begin, end).digest()


@lru_cache(maxsize=16)
def judgement(plan: Plan, begin: int, end: int) -> Judgement:
    """By what a plan judges between two instants."""
    entries = plan.entries
    calendar = Calendar(entries.city, entries.holidays, entries.offsets)
    lines = [each for each in in_order(entries.lines) if _is_in(each, begin)]
    city = _city(plan, begin, end)
    ids = {each.contract for each in city} | {each.entry.contract for each in lines}
    ids |= {contract for each in lines for _, contract in each.entry.channels}
    hours = {each.entry.hours for each in lines}
    contracts = by_id(entries.contracts, Contract())
    return Judgement(
        begin,
        end,
        calendar.zone.key,
        tuple(offsets(calendar, begin, end)),
        city,
        tuple(_line(each) for each in lines),
        tuple(
            _contract(each)
            for id_ in sorted(ids)
            for each in contracts.get(id_, ())
            if _is_in(each, begin)
        ),
        tuple(
            _hours(each, calendar, begin, end)
            for each in in_order(entries.hours)
            if each.entry.id in hours and _is_in(each, begin)
        ),
        tuple(
            JudgedException(each.line, each.since, each.until, each.open)
            for each in sorted(entries.exceptions, key=lambda e: (e.line, e.since))
            if each.until > begin
        ),
        _named(entries.entrances, begin),
        _named(entries.announcements, begin),
        tuple(
            JudgedMenu(each.entry.id, each.since, each.until, each.entry.keys)
            for each in in_order(entries.menus)
            if _is_in(each, begin)
        ),
    )


def _is_in(version: Version[Any], begin: int) -> bool:
    return version.until is None or version.until > begin


def _named(versions: Iterable[Version[Named]], begin: int) -> tuple[Dated, ...]:
    return tuple(
        Dated(each.entry.id, each.since, each.until)
        for each in in_order(versions)
        if _is_in(each, begin)
    )


def _city(plan: Plan, begin: int, end: int) -> tuple[JudgedCity, ...]:
    city = plan.entries.city
    now = CityThen(
        city.contract,
        city.nuisance,
        tuple(sorted(city.languages)),
        tuple(sorted(plan.channels)),
        bool(plan.entries.entrances),
        plan.has_any_line,
    )
    found = []
    for each in plan.entries.city_before or (Version(now),):
        then = each.entry
        since = None if each.since is None or each.since <= begin else each.since
        until = None if each.until is None or each.until >= end else each.until
        if _is_in(each, begin):
            found.append(
                JudgedCity(
                    CITY,
                    since,
                    until,
                    then.contract,
                    then.nuisance,
                    then.languages,
                    then.channels,
                    then.has_entrances,
                    then.has_any_line,
                )
            )
    return tuple(found)


def _line(version: Version[Line]) -> JudgedLine:
    line = version.entry
    return JudgedLine(
        line.id,
        version.since,
        version.until,
        line.tier,
        line.vendor,
        line.contract,
        line.hours,
        line.permanence,
        line.kind,
        line.channels,
        line.callback_within,
    )


def _contract(version: Version[Contract]) -> JudgedContract:
    contract = version.entry
    return JudgedContract(
        contract.id,
        version.since,
        version.until,
        *(getattr(contract, name) for name in CONTRACT_FIELDS),
    )


def _hours(version: Version[Hours], calendar: Calendar, begin: int, end: int) -> JudgedHours:
    hours = version.entry
    opening = Opening(hours, calendar)
    # The day before the first, too: its hours may go on over midnight.
    first = calendar.local(max(begin, version.since or begin)).date() - timedelta(days=1)
    last = calendar.local(min(end, version.until or end)).date()
    others = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        intervals = opening.intervals(day)
        if intervals != hours.week[day.weekday()]:
            others.append((ordinal, intervals))
    return JudgedHours(hours.id, version.since, version.until, hours.week, tuple(others))


def offsets(calendar: Calendar, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The offsets from UTC between two instants, in seconds, each from when on."""
    before = _offset(calendar, begin)
    yield begin, before
    day = begin
    while day < end:
        after = _offset(calendar, day + DAY)
        if after != before:
            low, high = day, day + DAY
            while high - low > SECOND:
                middle = low + (high - low) // (2 * SECOND) * SECOND
                if _offset(calendar, middle) == before:
                    low = middle
                else:
                    high = middle
            yield high, after
            before = after
        day += DAY


def _offset(calendar: Calendar, at: int) -> int:
    ahead = calendar.local(at).utcoffset()
    return 0 if ahead is None else ahead // timedelta(seconds=1)
