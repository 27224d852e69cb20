"""Hours open against hours heard: how much of a period a statement knows anything of.

A feed that has stopped looks like a line that nobody calls, and what was not heard was never
missed. So every open quarter-hour of the plan is held against what came in.

Quiet is told from silent by what was to be expected. A *silence* is a stretch in which nothing at
all is booked, while at least ``MISSED_CALLS`` calls should have come: by the plan's forecast of the
lines that are open, and where it has none, by what usually came in the rest of the books at the
same hour. So a night line without a call is no dead feed, and a dead feed in a quiet night is one
as soon as it lasts. Closed hours break no stretch.

Two feeds are asked: the whole city's, from which every line comes, and the vendor's own lines
together, for a vendor may have a telephone system of its own. Single lines are not asked: nobody
calls a line that the menu no longer offers. Of these, how many quarter-hours had a visit is told.

Open is what the plan says less what the contract leaves out by hours or dated events. Maintenance
leaves out nothing, for it only mutes pages: both parties can agree on a dated event.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from streams.domain.books import INTERVAL
from streams.domain.instants import HOUR
from streams.domain.plan import Plan
from streams.domain.plan.model import Exclusion
from streams.domain.statement.exclusions import EVENT, HOURS, Excluding
from streams.domain.statement.feeds import Feed, of_city
from streams.domain.statement.holdings import Cells, Holding, Intervals, within

MISSED_CALLS: Final = 10.0
"""Calls that should have come in a stretch without any: that none does is chance once in 22,000
stretches (e^-10), of which a quiet month has some dozens. With seven, a simulated second line whose
feed lived was found silent in one month of four, for transfers do not come by chance alone."""

UNKNOWN_SILENCE: Final = 4
"""Open quarter-hours without anything that are a silence when there is nothing to expect by, no
forecast and not a single call: an hour."""

ENOUGH: Final = Fraction(95, 100)
"""The least part of its open hours that must be heard for a result to be judged. What is not heard
moves a figure by its own part at worst, here five points; and of a month's 22 working days one may
be missing, not two."""


class Hours(NamedTuple):
    """Quarter-hours: open, heard of these, and of these again with a visit."""

    open: int = 0
    heard: int = 0
    visited: int = 0

    def plus(self, other: "Hours") -> "Hours":
        """Those of two lines."""
        return Hours(*(one + another for one, another in zip(self, other, strict=True)))

    @property
    def enough(self) -> bool:
        """Whether enough was heard to judge by; where nothing was open, nothing was missed."""
        return self.heard >= ENOUGH * self.open


class Silence(NamedTuple):
    """A stretch in which a feed was silent: its first and last open instant, and how many open
    quarter-hours it has."""

    begin: int
    end: int
    quarter_hours: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a vendor's lines in a period.

    Attributes:
        total: hours in which at least one line was open.
        lines: hours of each line.
        silences: the longest first.
    """

    total: Hours
    lines: Mapping[str, Hours]
    silences: tuple[Silence, ...]


class Hearing:
    """What was heard of a vendor's lines, asked by line and span.

    Args:
        plan: when lines are open, and what it expects.
        held: the vendor's lines.
        intervals: quarter-hours of the books, of all scopes.
        cells: those of the lines.
        excluding: the contract's exclusions.
        since, until: from when until when anything can be known.
    """

    def __init__(
        self,
        plan: Plan,
        held: Iterable[Holding],
        intervals: Intervals,
        cells: Mapping[str, Cells],
        excluding: Excluding,
        since: int,
        until: int,
    ) -> None:
        self._plan = plan
        self._excluding = excluding
        self._open: dict[str, list[int]] = {}
        self._lines_at: dict[int, list[str]] = {}
        self._visited: dict[str, set[int]] = {}
        own: Counter[int] = Counter()
        for holding in held:
            ends = min(holding.until, until)
            for start in _starts(max(holding.since, since), ends):
                terms = plan.terms(holding.line, start)
                if terms is not None and terms.open:
                    self._open.setdefault(holding.line, []).append(start)
                    self._lines_at.setdefault(start, []).append(holding.line)
            for start, tally in within(cells.get(holding.line, []), holding.since, ends):
                own[start] += tally["line_offered"]
                if tally["line_offered"]:
                    self._visited.setdefault(holding.line, set()).add(start)
        opened = sorted(self._lines_at)
        known = min(until, max(self._lines_at, default=since) + INTERVAL)
        city = Feed(of_city(intervals, since, known), excluding, since, known)
        vendor = Feed(own, excluding, since, known)
        self._silent = [
            *self._stretches(opened, city, lambda _: plan.lines, UNKNOWN_SILENCE),
            *self._stretches(opened, vendor, self._lines_at.__getitem__, None),
        ]
        self._unheard = {start for stretch in self._silent for start in stretch}

    def of(self, holding: Holding, exclusions: Iterable[Exclusion] = ()) -> Hours:
        """The hours of a line in a span, less those that exclusions leave out."""
        return self._hours(self._counted(holding, exclusions), [holding.line])

    def whole(self, here: list[Holding]) -> Heard:
        """What was heard of all these together."""
        counted: dict[str, set[int]] = {}
        for holding in here:
            # Of one measure's exclusions the others know nothing, so these hours remain.
            general = [each for each in holding.contract.exclusions if not each.measures]
            counted.setdefault(holding.line, set()).update(self._counted(holding, general))
        together = set().union(*counted.values())
        return Heard(
            total=self._hours(together, counted),
            lines={line: self._hours(of, [line]) for line, of in sorted(counted.items())},
            silences=tuple(self._silences(together)),
        )

    def _counted(self, holding: Holding, exclusions: Iterable[Exclusion]) -> set[int]:
        """The open quarter-hours of a line in a span that no exclusion touches."""
        starts = self._open.get(holding.line, [])
        first, last = bisect_left(starts, holding.since), bisect_left(starts, holding.until)
        timed = [
            each
            for each in exclusions
            if each.kind in (EVENT, HOURS) and (not each.lines or holding.line in each.lines)
        ]
        return {
            start
            for start in starts[first:last]
            if not any(self._excluding.touches(each, start) for each in timed)
        }

    def _hours(self, counted: set[int], lines: Iterable[str]) -> Hours:
        visited = set().union(*(self._visited.get(line, set()) & counted for line in lines))
        return Hours(len(counted), len(counted - self._unheard), len(visited))

    def _silences(self, counted: set[int]) -> list[Silence]:
        """Both feeds' silences, those that overlap as one, without the hours that do not count."""
        silent = sorted(set().union(*self._silent) & counted)
        whole = {start: n for n, stretch in enumerate(self._silent) for start in stretch}
        found: list[list[int]] = []
        for start in silent:
            last = found[-1][-1] if found else None
            if last is not None and (whole[last] == whole[start] or last + INTERVAL == start):
                found[-1].append(start)
            else:
                found.append([start])
        silences = [Silence(each[0], each[-1] + INTERVAL, len(each)) for each in found]
        return sorted(silences, key=lambda each: (-each.quarter_hours, each.begin))

    def _stretches(
        self,
        opened: list[int],
        feed: Feed,
        lines: Callable[[int], Iterable[str]],
        unknown: int | None,
    ) -> Iterator[list[int]]:
        """The open quarter-hours of each stretch in which a feed was silent.

        Args:
            opened: the quarter-hours in which one of the vendor's lines is open.
            feed: which.
            lines: those of the feed, by the quarter-hour.
            unknown: how many quarter-hours are a silence where there is nothing to expect by; None:
                none are.
        """
        stretches: dict[tuple[int, int], list[int]] = {}
        for start in opened:
            if start not in feed.calls:
                stretches.setdefault(feed.around(start), []).append(start)
        for (begin, end), stretch in stretches.items():
            expected, known = 0.0, bool(feed.calls)
            for start, usual in zip(stretch, feed.usual(stretch, begin, end), strict=True):
                forecast = self._forecast(lines(start), start)
                known = known or forecast is not None
                expected += usual if forecast is None else forecast
            if expected >= MISSED_CALLS or (not known and unknown and len(stretch) >= unknown):
                yield stretch

    def _forecast(self, lines: Iterable[str], start: int) -> float | None:
        """What the plan expects of the open ones among lines in a quarter-hour; None: of none of
        them it says anything."""
        rates = []
        for line in lines:
            terms = self._plan.terms(line, start)
            rate = self._plan.expected_per_hour(line, start) if terms and terms.open else None
            if rate is not None:
                rates.append(rate)
        return sum(rates) * INTERVAL / HOUR if rates else None


def _starts(since: int, until: int) -> range:
    """The quarter-hours that lie between two instants, those that are over."""
    first = since + -since % INTERVAL
    return range(first, until - INTERVAL + 1, INTERVAL)
