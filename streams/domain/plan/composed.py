"""A plan that was corrected: until an instant it judges as was judged, from then on as it says.

It is a plan as any other: an entry that judged otherwise ends at the instant, and the corrected one
begins there, so whoever asks a plan need not know. What judges nothing is the corrected plan's at
all times.

It is longer than a module should be, because each kind of entry is put together beside the others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

import msgspec

from streams.domain.figures import measured
from streams.domain.instants import DAY
from streams.domain.plan.calendar import Calendar
from streams.domain.plan.differences import differences, grouped, in_force
from streams.domain.plan.judgement import (
    CONTRACT_FIELDS,
    Dated,
    JudgedCity,
    JudgedContract,
    JudgedHours,
    JudgedLine,
    JudgedMenu,
    Judgement,
    judgement,
    offsets,
)
from streams.domain.plan.model import (
    Announcement,
    CityThen,
    Contract,
    DatedHours,
    Entrance,
    Entries,
    Hours,
    Line,
    LineException,
    Measure,
    Menu,
    Vendor,
)
from streams.domain.plan.plan import Plan
from streams.domain.plan.validity import Version, by_id, valid

E = TypeVar("E", Contract, Line, Hours, Announcement, Entrance, Menu)


def composed(plan: Plan, judged: Judgement, at: int) -> Plan:
    """The plan that judges by ``judged`` before an instant, and by ``plan`` from then on. It is
    ``plan`` itself where both judge alike before. Of before all that ``judged`` knows, an entry is
    the plan's where both have it alike then, and else what it was."""
    own = judgement(plan, judged.begin, judged.end)
    if not differences(judged, own, until=at):
        return plan
    return _Composing(plan, judged, own, at).plan()


class _Composing:
    """Puts a plan together.

    Args:
        plan: the corrected one.
        judged: by what was judged.
        own: by what the corrected plan judges, between the same instants.
        at: from when on it does.
    """

    def __init__(self, plan: Plan, judged: Judgement, own: Judgement, at: int) -> None:
        self._plan = plan
        self._judged = judged
        self._own = own
        self._begin = judged.begin
        self._at = at
        self._has_other_clock = bool(self._offsets())

    def plan(self) -> Plan:
        entries, judged, own = self._plan.entries, self._judged, self._own
        lines = self._entries(entries.lines, self._lines(), own.lines, _line)
        default = _default(entries)
        contracts = self._entries(
            [*entries.contracts, *default], judged.contracts, own.contracts, _contract
        )
        # Which needs no entry where it is what it always was.
        contracts = tuple(version for version in contracts if version not in default)
        known = {version.entry.id for version in entries.vendors}
        gone = {version.entry.vendor for version in lines} - known
        return self._plan.of(
            replace(
                entries,
                lines=lines,
                contracts=contracts,
                hours=self._entries(entries.hours, judged.hours, own.hours, _hours),
                vendors=(
                    *entries.vendors,
                    *(Version(Vendor(id_, id_, id_, id_)) for id_ in sorted(gone - {"city"})),
                ),
                entrances=self._entries(
                    entries.entrances, judged.entrances, own.entrances, _entrance
                ),
                announcements=self._entries(
                    entries.announcements, judged.announcements, own.announcements, _announcement
                ),
                menus=self._entries(entries.menus, judged.menus, own.menus, _menu),
                exceptions=self._exceptions(entries.exceptions),
                city_before=self._city(),
                offsets=self._offsets(),
            ),
            self._at,
        )

    def _entries(
        self,
        versions: Iterable[Version[E]],
        judged: Sequence[Dated],
        own: Sequence[Dated],
        then: Callable[[Dated, E | None], E],
    ) -> tuple[Version[E], ...]:
        """All versions of the entries of a kind.

        Args:
            versions: of the corrected plan.
            judged, own: what judges in these, then and by the corrected plan.
            then: an entry as it was, given what judged in it and the corrected plan's.
        """
        known: dict[str, list[Version[E]]] = by_id(versions)
        then_by_id: dict[str, list[Dated]] = grouped(judged)
        own_by_id: dict[str, list[Dated]] = grouped(own)
        return tuple(
            version
            for id_ in dict.fromkeys([*known, *then_by_id])
            for version in self._timeline(
                known.get(id_, []),
                then_by_id.get(id_, []),
                own_by_id.get(id_, []),
                then,
            )
        )

    def _timeline(
        self,
        versions: list[Version[E]],
        judged: list[Dated],
        own: list[Dated],
        then: Callable[[Dated, E | None], E],
    ) -> list[Version[E]]:
        planned = {bound for each in versions for bound in (each.since, each.until)}
        bounds = planned | {bound for each in judged for bound in (each.since, each.until)}
        edges: list[int] = sorted({b for b in bounds if b is not None} | {self._begin, self._at})
        found: list[Version[E]] = []
        first, planned_first = in_force(judged, self._begin), in_force(own, self._begin)
        is_older_planned = first is planned_first is None or (
            first is not None and self._is_same(first, planned_first)
        )
        for since, until in zip((None, *edges), (*edges, None), strict=True):
            at = edges[0] - 1 if since is None else since
            entry = valid(versions, at)
            if at < self._at and not (at < self._begin and is_older_planned):
                was = first if at < self._begin else in_force(judged, at)
                if was is None:
                    # Hours and contracts that no line had then judged nothing, and may be asked
                    # for by what judges nothing: an exclusion from a statement.
                    entry = entry if isinstance(entry, Hours | Contract) else None
                elif entry is None or not self._is_same(was, in_force(own, at)):
                    nearest = min(versions, key=lambda v: abs(v.nearest(at) - at), default=None)
                    entry = then(was, entry or (nearest.entry if nearest else None))
            if entry is None:
                continue
            last = found[-1] if found else None
            if self._has_other_clock and isinstance(entry, Hours):
                last = None  # they may have been kept by another clock
            if last and last.until == since and last.entry == entry and since not in planned:
                found[-1] = Version(entry, last.since, until)
            else:
                found.append(Version(entry, since, until))
        return found

    def _is_same(self, was: Dated, own: Dated | None) -> bool:
        """Whether an entry judged as the corrected plan's does, before that acts."""
        if own is None:
            return False
        if isinstance(was, JudgedHours) and isinstance(own, JudgedHours):
            last = self._at_day()
            one, other = ([day for day in each.days if day[0] <= last] for each in (was, own))
            return was.week == own.week and one == other
        return msgspec.structs.astuple(was)[3:] == msgspec.structs.astuple(own)[3:]

    def _at_day(self) -> int:
        calendar = Calendar(self._plan.entries.city, self._plan.entries.holidays)
        return calendar.local(self._at - 1).date().toordinal()

    def _lines(self) -> list[Dated]:
        """The lines that were; without a plan, each that there is now may have been called."""
        found: list[Dated] = [*self._judged.lines]
        for city in self._judged.city:
            if city.has_any_line:
                found += [
                    JudgedLine(
                        id_,
                        city.since,
                        city.until,
                        any_line.tier,
                        any_line.vendor,
                        city.contract,
                        any_line.hours,
                        any_line.permanence,
                        any_line.kind,
                        any_line.channels,
                        any_line.callback_within,
                    )
                    for id_ in self._plan.lines
                    for any_line in (Line(id_),)
                ]
        return found

    def _exceptions(self, exceptions: Iterable[LineException]) -> tuple[LineException, ...]:
        found = []
        for each in exceptions:
            for since, until in ((each.since, self._begin), (self._at, each.until)):
                if (clipped := _clipped(each, since, until)) is not None:
                    found.append(clipped)
        for was in self._judged.exceptions:
            assert was.since is not None
            assert was.until is not None
            then = LineException(was.id, was.since, was.until, was.open)
            if (clipped := _clipped(then, self._begin, self._at)) is not None:
                found.append(clipped)
        return tuple(sorted(found, key=lambda each: (each.line, each.since)))

    def _city(self) -> tuple[Version[CityThen], ...]:
        """What the city was and is at all times, where it was another: what is kept apart can't be
        seen from entries that have what was among them."""
        (own,) = self._own.city
        now = _city_then(own)
        found: list[Version[CityThen]] = []
        for was in self._judged.city:
            until = self._at if was.until is None else min(self._at, was.until)
            then = _city_then(was)
            if was.since is not None and was.since >= self._at:
                continue
            if found and then == found[-1].entry:
                found[-1] = Version(then, found[-1].since, until)
            else:
                found.append(Version(then, was.since if found else None, until))
        if len(found) == 1 and found[0].entry == now:
            return ()
        if found[-1].entry == now:
            return (*found[:-1], Version(now, found[-1].since))
        return (*found, Version(now, self._at))

    def _offsets(self) -> tuple[tuple[int, int], ...]:
        """The offsets from UTC that were, and those of the corrected plan from when it acts."""
        then = [each for each in self._judged.offsets if each[0] < self._at]
        own = [each for each in self._own.offsets if each[0] < self._at]
        if then == own:
            return ()
        entries = self._plan.entries
        calendar = Calendar(entries.city, entries.holidays)
        # Beyond all that anybody asks a worker's plan; it is put together again when one starts.
        later = [*offsets(calendar, self._at, self._at + _OFFSETS_AHEAD)]
        # A change to what was is none: a clock that was set back takes the hour after it for that.
        same = then[-1][1] == later[0][1]
        return (*then, *(later[1:] if same else later))


_OFFSETS_AHEAD = 10 * 366 * DAY


def _default(entries: Entries) -> list[Version[Contract]]:
    """The default contract, where the plan has none of its id."""
    default = Contract()
    known = any(version.entry.id == default.id for version in entries.contracts)
    return [] if known else [Version(default)]


def _clipped(exception: LineException, since: int, until: int) -> LineException | None:
    since, until = max(since, exception.since), min(until, exception.until)
    return replace(exception, since=since, until=until) if since < until else None


def _city_then(was: JudgedCity) -> CityThen:
    return CityThen(
        was.contract,
        was.nuisance,
        was.languages,
        was.channels,
        was.has_entrances,
        was.has_any_line,
    )


def _line(was: Dated, now: Line | None) -> Line:
    assert isinstance(was, JudgedLine)
    return replace(
        now or Line(was.id),
        tier=was.tier,
        vendor=was.vendor,
        contract=was.contract,
        hours=was.hours,
        permanence=was.permanence,
        kind=was.kind,
        channels=was.channels,
        callback_within=was.callback_within,
    )


def _contract(was: Dated, now: Contract | None) -> Contract:
    """The contract as it was. Its measures are the corrected plan's, as far as what they ask for
    was counted then; the one of its threshold is of that which it had."""
    assert isinstance(was, JudgedContract)
    base = now or Contract(was.id)
    counted = {was.threshold, *was.further}
    measures = []
    for measure in base.measures:
        own = measure.threshold == base.threshold
        asked = replace(measure, threshold=was.threshold) if own else measure
        if not _has_threshold(asked) or asked.threshold in counted:
            measures.append(asked)
    fields = {name: getattr(was, name) for name in CONTRACT_FIELDS if name != "further"}
    found = replace(base, measures=tuple(measures), **fields)
    object.__setattr__(found, "further", was.further)  # the levels that its visits were booked by
    return found


def _has_threshold(measure: Measure) -> bool:
    return "threshold" in measured(measure.figure).keys


def _hours(was: Dated, now: Hours | None) -> Hours:
    assert isinstance(was, JudgedHours)
    exceptions = tuple(
        DatedHours(date.fromordinal(day), date.fromordinal(day + 1), intervals)
        for day, intervals in was.days
    )
    return Hours(was.id, was.week, None, exceptions)


def _entrance(was: Dated, now: Entrance | None) -> Entrance:
    return now or Entrance(was.id)


def _announcement(was: Dated, now: Announcement | None) -> Announcement:
    return now or Announcement(was.id)


def _menu(was: Dated, now: Menu | None) -> Menu:
    assert isinstance(was, JudgedMenu)
    return replace(now or Menu(was.id), keys=was.keys)
