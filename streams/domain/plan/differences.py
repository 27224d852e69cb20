"""Where two plans judge otherwise: which entries, in what, and when."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from streams.domain import instants
from streams.domain.plan.calendar import zone_of
from streams.domain.plan.judgement import Dated, JudgedHours, Judgement


class Difference(NamedTuple):
    """Something by which two plans judge otherwise.

    Attributes:
        kind: of the entry, as the plan's file calls it; or `time_zone`.
        id: of the entry.
        what: the keys that differ; `added` or `left_out` where only one of the plans has it.
        since, until: the instants between which that is so; None without limit.
    """

    kind: str
    id: str
    what: tuple[str, ...]
    since: int | None
    until: int | None

    def text(self) -> str:
        """In words for a log: `line waste: vendor (until 2026-11-28T10:00:00Z)`."""
        spans = [
            f"{word} {instants.text(at)}"
            for word, at in (("from", self.since), ("until", self.until))
            if at is not None
        ]
        span = f" ({' '.join(spans)})" if spans else ""
        return f"{self.kind} {self.id}: {', '.join(self.what)}{span}"


ADDED = ("added",)
TAKEN_OUT = ("left_out",)


def differences(old: Judgement, new: Judgement, until: int | None = None) -> list[Difference]:
    """All of them between the instants of which both are known, before ``until`` where that is
    given; in the order of the plan's tables."""
    begin = max(old.begin, new.begin)
    end = min(old.end, new.end)
    if until is not None:
        end = min(end, until)
    if begin >= end:
        return []
    zone = zone_of(new.zone, new.offsets)
    found = [*_of_zone(old, new, begin, end)]
    for kind, before, after in (
        ("city", old.city, new.city),
        ("contract", old.contracts, new.contracts),
        ("hours", old.hours, new.hours),
        ("line", old.lines, new.lines),
        ("exception", old.exceptions, new.exceptions),
        ("entrance", old.entrances, new.entrances),
        ("announcement", old.announcements, new.announcements),
        ("menu", old.menus, new.menus),
    ):
        one, other = grouped(before), grouped(after)
        for id_ in sorted(one.keys() | other.keys()):
            versions = one.get(id_, []), other.get(id_, [])
            found += _of_entry(kind, id_, *versions, begin, end, zone)
    found = [each for each in found if not _is_only_named(each)]
    # What goes on to the end of what was compared may go on for ever.
    return [
        each._replace(
            since=None if each.since == begin else each.since,
            until=None if each.until == end and until is None else each.until,
        )
        for each in found
    ]


def acts_from(found: Iterable[Difference]) -> int | None:
    """From when on the new plan alone judges, where these differ before; None: always."""
    return max((each.until for each in found if each.until is not None), default=None)


def texts(found: Sequence[Difference]) -> tuple[str, ...]:
    """Differences in words; that they end where the new plan begins to act is not said of each."""
    last = acts_from(found)
    return tuple(
        (each._replace(until=None) if each.until == last else each).text() for each in found
    )


def _is_only_named(each: Difference) -> bool:
    """Whether it is of a contract, or of hours, that one of the plans has no line for: then it is
    the line that differs."""
    return each.kind in ("contract", "hours") and each.what in (ADDED, TAKEN_OUT)


def _of_zone(old: Judgement, new: Judgement, begin: int, end: int) -> Iterator[Difference]:
    zones = zone_of(old.zone, old.offsets), zone_of(new.zone, new.offsets)
    changes = {instant for instant, _ in (*old.offsets, *new.offsets)}
    edges = [begin, *sorted(each for each in changes if begin < each < end), end]
    since: int | None = None
    for at, after in pairwise(edges):
        one, other = (instants.to_datetime(at).astimezone(zone).utcoffset() for zone in zones)
        if one != other and since is None:
            since = at
        if since is not None and (one == other or after == end):
            yield Difference("time_zone", new.zone, ("offset",), since, at if one == other else end)
            since = None


def _of_entry(
    kind: str,
    id_: str,
    before: Sequence[Dated],
    after: Sequence[Dated],
    begin: int,
    end: int,
    zone: ZoneInfo,
) -> Iterator[Difference]:
    bounds = {bound for each in (*before, *after) for bound in (each.since, each.until)}
    edges = [begin, *sorted(b for b in bounds if b is not None and begin < b < end), end]
    last: Difference | None = None
    for since, until in pairwise(edges):
        for found in _between(
            kind, id_, in_force(before, since), in_force(after, since), since, until, zone
        ):
            if last is not None and (last.what, last.until) == (found.what, found.since):
                last = last._replace(until=found.until)
                continue
            if last is not None:
                yield last
            last = found
    if last is not None:
        yield last


def grouped(entries: Iterable[Dated]) -> dict[str, list[Dated]]:
    """Entries by their ids."""
    found: dict[str, list[Dated]] = {}
    for each in entries:
        found.setdefault(each.id, []).append(each)
    return found


def in_force(versions: Iterable[Dated], at: int) -> Dated | None:
    """The entry that is valid at an instant."""
    return next((each for each in versions if each.valid(at)), None)


def _between(
    kind: str,
    id_: str,
    before: Dated | None,
    after: Dated | None,
    since: int,
    until: int,
    zone: ZoneInfo,
) -> Iterator[Difference]:
    """Of two entries, both in force all the time."""
    if before is None or after is None:
        if before is not after:
            yield Difference(kind, id_, ADDED if before is None else TAKEN_OUT, since, until)
        return
    fields = type(after).__struct_fields__[3:]
    what = tuple(name for name in fields if getattr(before, name) != getattr(after, name))
    if what != ("days",):
        if what := tuple(name for name in what if name != "days"):
            yield Difference(kind, id_, what, since, until)
        return
    assert isinstance(before, JudgedHours)
    assert isinstance(after, JudgedHours)
    for day in days_between(before, after):
        begins, ends = (_begin(date.fromordinal(each), zone) for each in (day, day + 1))
        if begins < until and since < ends:
            yield Difference(kind, id_, what, max(begins, since), min(ends, until))


def days_between(before: JudgedHours, after: JudgedHours) -> list[int]:
    """The days on which two opening hours differ that have the same week."""
    one, other = dict(before.days), dict(after.days)
    return sorted(day for day in one.keys() | other.keys() if one.get(day) != other.get(day))


def _begin(day: date, zone: ZoneInfo) -> int:
    return instants.of(datetime.combine(day, time(), zone))
