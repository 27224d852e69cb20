"""Hours open against hours heard: how much of a period a statement knows anything of.

A feed that has stopped looks like a line that nobody calls, and what was not heard was never
missed. So every open quarter-hour of the plan is compared with what came in.

What was to be expected separates quiet from silent. A *silence* is a stretch in which nothing at
all is booked, while at least ``MISSED_CALLS`` calls should have come: by the plan's forecast of the
lines that are open, and where it has none, by what usually came in the rest of the books at the
same hour. So a night line without a call is no dead feed, and a dead feed in a quiet night is one
as soon as it lasts. Closed hours break no stretch.

Four kinds of feed are asked:

- the whole city's, from which every line comes;
- the vendor's own lines together, for a vendor may have a telephone system of its own;
- each line that has a forecast, to which ``MISSED_ALONE`` calls should have come; its silence is
  its own, and counts against nothing but what is judged of this line. A line without a forecast is
  not asked: nobody calls one that the menu no longer offers. How many of its quarter-hours had a
  visit is said of every line;
- the queue's: calls come and end, and nobody is seen to enter a queue. It counts against the
  figures that are of who queued, and against these alone. An outage in which for hours everybody
  really hangs up before the queue leaves the same books. Such hours have no service level either
  way, for nobody was under its line; reachability, which is of all visits, counts them.

Open is what the plan says less what the contract leaves out by hours or dated events. Maintenance
leaves out nothing, for it only mutes pages: both parties can agree on a dated event.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from streams.domain.books import INTERVAL
from streams.domain.disposition import LEFT_BEFORE_QUEUE, LOST
from streams.domain.instants import HOUR
from streams.domain.plan import Plan
from streams.domain.plan.model import Exclusion
from streams.domain.statement import counting
from streams.domain.statement.assignments import Assignment, Cells, Intervals, within
from streams.domain.statement.exclusions import EVENT, HOURS, Excluding
from streams.domain.statement.feeds import Feed, of_city
from streams.domain.statement.heard import Heard, Hours
from streams.domain.statement.silences import Silence, joined

MISSED_CALLS: Final = 10.0
"""Calls that should have come in a stretch without any: that none does is chance once in 22,000
stretches (e^-10), and a quiet month has some dozens of them. With seven, a simulated second line
with a living feed was found silent in one month of four: transfers do not come by chance alone."""

MISSED_ALONE: Final = 30.0
"""The same of a single line, or of the queue, while others live: three times as many, for a silence
that is none would take a judgement away. Forecasts of single lines are often two or three times too
high; and who hangs up before a queue does not do it alone. In a fortnight of real calls a desk that
opened late on a Saturday missed seventeen, and an outage of a quarter of an hour twenty."""

UNKNOWN_SILENCE: Final = 4
"""Open quarter-hours without anything that are a silence when there is nothing to expect by, no
forecast and not a single call: an hour."""


class Hearing:
    """What was heard of a vendor's lines, asked by line and span.

    Args:
        plan: when lines are open, and what it expects.
        assigned: the vendor's lines.
        intervals: quarter-hours of the books, of all scopes.
        cells: those of the lines.
        excluding: the contract's exclusions.
        since, until: from when until when anything can be known.
    """

    def __init__(
        self,
        plan: Plan,
        assigned: Iterable[Assignment],
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
        self._forecasting = {v.entry.id for v in plan.entries.lines if v.entry.expected is not None}
        own: Counter[int] = Counter()
        queued: Counter[int] = Counter()
        left: Counter[int] = Counter()
        for assignment in assigned:
            ends = min(assignment.until, until)
            for start in _starts(max(assignment.since, since), ends):
                terms = plan.terms(assignment.line, start)
                if terms is not None and terms.open:
                    self._open.setdefault(assignment.line, []).append(start)
                    self._lines_at.setdefault(start, []).append(assignment.line)
            for start, tally in within(cells.get(assignment.line, []), assignment.since, ends):
                own[start] += tally["line_offered"]
                if tally["line_offered"]:
                    self._visited.setdefault(assignment.line, set()).add(start)
                if tally["queue_offered"]:
                    queued[start] += tally["queue_offered"]
                if assignment.line in self._lines_at.get(start, ()):
                    left[start] += tally[LEFT_BEFORE_QUEUE] + tally[LOST]
        opened = sorted(self._lines_at)
        known = min(until, max(self._lines_at, default=since) + INTERVAL)
        city = Feed(of_city(intervals, since, known), excluding, since, known)
        vendor = Feed(own, excluding, since, known)
        self._silent = [
            *self._stretches(opened, city, sorted(plan.lines), UNKNOWN_SILENCE),
            *self._stretches(opened, vendor, None, None),
        ]
        self._unheard = {start for stretch in self._silent for start in stretch}
        due: dict[str, set[int]] = {}
        for assignment in assigned:
            if assignment.line in self._forecasting:
                due.setdefault(assignment.line, set()).update(self._general(assignment))
        self._silent_lines = {
            line: list(self._of_line(line, sorted(starts), since, known))
            for line, starts in due.items()
        }
        queue = Feed(queued, excluding, since, known)
        self._silent_queue = list(_without_queue(opened, queue, left))
        self._unheard_lines = {
            line: set().union(self._unheard, *stretches)
            for line, stretches in self._silent_lines.items()
        }
        self._unheard_queue = set().union(*self._silent_queue)

    def of(
        self, assignment: Assignment, figure: str, exclusions: Iterable[Exclusion] = ()
    ) -> Hours:
        """The hours of a line in a span as far as a figure is of them, less those that exclusions
        leave out."""
        counted = self._counted(assignment, exclusions)
        heard = counted - self._unheard_of(assignment.line)
        if counting.of_queued(figure):
            heard -= self._unheard_queue
        return self._hours(counted, heard, [assignment.line])

    def whole(self, here: list[Assignment]) -> Heard:
        """What was heard of all these together."""
        counted: dict[str, set[int]] = {}
        for assignment in here:
            counted.setdefault(assignment.line, set()).update(self._general(assignment))
        together = set().union(*counted.values())
        return Heard(
            total=self._hours(together, together - self._unheard, counted),
            lines={
                line: self._hours(of, of - self._unheard_of(line), [line])
                for line, of in sorted(counted.items())
            },
            silences=tuple(self._silences(counted, together)),
        )

    def _unheard_of(self, line: str) -> set[int]:
        """The quarter-hours in which a line was silent, with all others or alone."""
        return self._unheard_lines.get(line, self._unheard)

    def _general(self, assignment: Assignment) -> set[int]:
        """The open quarter-hours of a line in a span without what its contract leaves out. Of one
        measure's exclusions the others know nothing, so these hours remain."""
        exclusions = (each for each in assignment.contract.exclusions if not each.measures)
        return self._counted(assignment, exclusions)

    def _counted(self, assignment: Assignment, exclusions: Iterable[Exclusion]) -> set[int]:
        """The open quarter-hours of a line in a span that no exclusion touches."""
        starts = self._open.get(assignment.line, [])
        first, last = bisect_left(starts, assignment.since), bisect_left(starts, assignment.until)
        timed = [
            each
            for each in exclusions
            if each.kind in (EVENT, HOURS) and (not each.lines or assignment.line in each.lines)
        ]
        return {
            start
            for start in starts[first:last]
            if not any(self._excluding.touches(each, start) for each in timed)
        }

    def _hours(self, counted: set[int], heard: set[int], lines: Iterable[str]) -> Hours:
        visited = set().union(*(self._visited.get(line, set()) & counted for line in lines))
        return Hours(len(counted), len(heard), len(visited))

    def _silences(self, of_lines: Mapping[str, set[int]], together: set[int]) -> list[Silence]:
        """The silences of all feeds, without the hours that do not count."""
        found = joined(self._silent, together)
        for line, counted in of_lines.items():
            own = joined(self._silent_lines.get(line, []), counted - self._unheard)
            found += [each._replace(line=line) for each in own]
        queue = joined(self._silent_queue, together - self._unheard)
        found += [each._replace(queue=True) for each in queue]
        return sorted(found, key=lambda e: (-e.quarter_hours, e.begin, e.line or "", e.queue))

    def _stretches(
        self, opened: list[int], feed: Feed, lines: Collection[str] | None, unknown: int | None
    ) -> Iterator[list[int]]:
        """The open quarter-hours of each stretch in which a feed was silent.

        Args:
            opened: the quarter-hours in which one of the vendor's lines is open.
            feed: which.
            lines: those of the feed; None: the vendor's.
            unknown: how many quarter-hours are a silence where there is nothing to expect by; None:
                none are.
        """
        for (begin, end), stretch in feed.quiet(opened):
            expected, known = 0.0, bool(feed.calls)
            usual = feed.usual(begin, end)
            for start in stretch:
                forecast = self._forecast(lines, start)
                known = known or forecast is not None
                expected += usual(start) if forecast is None else forecast
                if expected >= MISSED_CALLS:
                    break
            if expected >= MISSED_CALLS or (not known and unknown and len(stretch) >= unknown):
                yield stretch

    def _of_line(self, line: str, opened: list[int], since: int, until: int) -> Iterator[list[int]]:
        """The stretches in which a line was silent by its own forecast."""
        calls = dict.fromkeys(self._visited.get(line, ()), 1)
        for _, stretch in Feed(calls, self._excluding, since, until).quiet(opened):
            expected = 0.0
            for start in stretch:
                expected += (self._plan.expected_per_hour(line, start) or 0.0) * INTERVAL / HOUR
                if expected >= MISSED_ALONE:
                    yield stretch
                    break

    def _forecast(self, lines: Collection[str] | None, start: int) -> float | None:
        """What the plan expects of the open ones among lines in a quarter-hour; None: of none of
        them it says anything."""
        own = self._lines_at[start]
        rates = []
        for line in own if lines is None else lines:
            if line not in self._forecasting:
                continue
            if line not in own:
                terms = self._plan.terms(line, start)
                if terms is None or not terms.open:
                    continue
            rate = self._plan.expected_per_hour(line, start)
            if rate is not None:
                rates.append(rate)
        return sum(rates) * INTERVAL / HOUR if rates else None


def _without_queue(opened: list[int], queue: Feed, left: Mapping[int, int]) -> Iterator[list[int]]:
    """The stretches in which calls came, and nobody was seen to queue: from the first who should
    have to the last.

    Of those who left before the queue, or whose end is not known, as many are due as usually queue
    at that hour: at most all of them. Who was turned away (closed, blocked, a form) is known
    without a queue, and misses nothing.
    """
    for (begin, end), stretch in queue.quiet(opened):
        usual = queue.usual(begin, end)
        due = {start: min(usual(start), left[start]) for start in stretch if left.get(start)}
        if sum(due.values()) >= MISSED_ALONE:
            missed = [start for start, calls in due.items() if calls]
            yield [start for start in stretch if missed[0] <= start <= missed[-1]]


def _starts(since: int, until: int) -> range:
    """The quarter-hours that lie between two instants, those that are over."""
    first = since + -since % INTERVAL
    return range(first, until - INTERVAL + 1, INTERVAL)
