"""What a contract leaves out of a measure.

Statements are made of quarter-hours, and so are exclusions: a dated event, and hours, leave out
every quarter-hour that they touch. Both sides can see which these are, and an exclusion that is
agreed upon weeks later needs nothing but the books. Causes leave out visits by their disposition.
Above the agreed volume, no one can say which of an hour's calls were the ones too many; so of that
hour every count remains by the share that was agreed: 60 agreed, 80 came, three quarters remain.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from streams.domain import instants
from streams.domain.books import INTERVAL
from streams.domain.figures.measure import Count, Number
from streams.domain.instants import HOUR, MINUTE
from streams.domain.plan import Plan
from streams.domain.plan.model import Exclusion, Measure
from streams.domain.statement.assignments import Assignment, Cells, Rule, within
from streams.domain.statement.counting import NOTHING, count
from streams.domain.tally import Tally

EVENT: Final = "event"
HOURS: Final = "hours"
VOLUME: Final = "volume"
CAUSE: Final = "cause"


class Applied(NamedTuple):
    """A contract's exclusions that apply to one measure of one line, by what they do."""

    timed: tuple[Exclusion, ...]
    volumes: tuple[Exclusion, ...]
    causes: frozenset[str]

    @classmethod
    def of(cls, exclusions: Iterable[Exclusion]) -> "Applied":
        """What these exclusions do together."""
        found = tuple(exclusions)
        return cls(
            tuple(each for each in found if each.kind in (EVENT, HOURS)),
            tuple(each for each in found if each.kind == VOLUME),
            frozenset(cause for each in found for cause in each.causes),
        )


class _Local(NamedTuple):
    """A quarter-hour's local day and hour, and the instant at which that hour begins."""

    day: date
    hour: int
    begin: int


class Excluding:
    """The exclusions of a plan, asked by quarter-hour; keeps what it has looked up."""

    def __init__(self, plan: Plan, cells: dict[str, Cells]) -> None:
        self._plan = plan
        self._cells = cells
        self._hours: dict[tuple[str, int], bool] = {}
        self._local: dict[int, _Local] = {}
        self._shares: dict[tuple[str, int, int, int, str], Number] = {}

    def touches(self, exclusion: Exclusion, start: int) -> bool:
        """Whether hours or a dated event leave a quarter-hour out."""
        if exclusion.kind == EVENT:
            ends = exclusion.until is None or start < exclusion.until
            return ends and (exclusion.since is None or exclusion.since < start + INTERVAL)
        if exclusion.kind == HOURS:
            assert exclusion.hours is not None
            key = exclusion.hours, start
            if key not in self._hours:
                minutes = range(start, start + INTERVAL, MINUTE)
                self._hours[key] = any(self._plan.within(exclusion.hours, at) for at in minutes)
            return self._hours[key]
        return False

    def count(
        self, tally: Tally, start: int, assignment: Assignment, measure: Measure, by: Applied
    ) -> Count:
        """What a quarter-hour adds to a measure after these exclusions."""
        for exclusion in by.timed:
            if self.touches(exclusion, start):
                return NOTHING
        found = count(tally, assignment.contract, measure, by.causes)
        if by.volumes:
            found = found.times(min(self.share(each, start, assignment) for each in by.volumes))
        return found

    def concerns(
        self, exclusion: Exclusion, tally: Tally, start: int, assignment: Assignment
    ) -> bool:
        """Whether an exclusion can leave out anything of a quarter-hour."""
        if exclusion.kind == CAUSE:
            return any(tally[cause] for cause in exclusion.causes)
        if exclusion.kind == VOLUME:
            return self.share(exclusion, start, assignment) != 1
        return self.touches(exclusion, start)

    def share(self, exclusion: Exclusion, start: int, assignment: Assignment) -> Number:
        """What remains of each count of an hour: the agreed calls / those that came, at most 1.

        Agreed is ``above`` times the expected of the hour's open quarter-hours. Where the plan
        expects nothing, nothing was agreed, and all remains.
        """
        assert exclusion.above is not None
        hour = self._at(start).begin
        key = (assignment.line, assignment.since, assignment.until, hour, str(exclusion.above))
        share = self._shares.get(key)
        if share is None:
            share = self._find_share(assignment, hour, Fraction(exclusion.above))
            self._shares[key] = share
        return share

    def _find_share(self, assignment: Assignment, hour: int, above: Fraction) -> Number:
        since, until = max(hour, assignment.since), min(hour + HOUR, assignment.until)
        cells = within(self._cells.get(assignment.line, []), since, until)
        came = sum(tally["line_offered"] - tally["out_of_hours"] for _, tally in cells)
        expected = Fraction(0)
        for start in range(since - since % INTERVAL, until, INTERVAL):
            rate = self._plan.expected_per_hour(assignment.line, start)
            expected += Fraction(str(rate or 0)) * INTERVAL / HOUR
        agreed = expected * above
        return agreed / came if 0 < agreed < came else 1

    def day(self, start: int) -> date:
        """The local day of a quarter-hour."""
        return self._at(start).day

    def hour(self, start: int) -> int:
        """The local hour of a quarter-hour, 0 to 23."""
        return self._at(start).hour

    def hour_begin(self, start: int) -> int:
        """The instant at which the local hour of a quarter-hour begins."""
        return self._at(start).begin

    def _at(self, start: int) -> _Local:
        found = self._local.get(start)
        if found is None:
            local = instants.to_datetime(start).astimezone(self._plan.zone)
            begin = start - local.minute * MINUTE
            found = self._local[start] = _Local(local.date(), local.hour, begin)
        return found


def applying(assignment: Assignment, rule: Rule) -> Iterable[Exclusion]:
    """The contract's exclusions that apply to a measure of a line."""
    for exclusion in assignment.contract.exclusions:
        if (not exclusion.lines or assignment.line in exclusion.lines) and (
            not exclusion.measures or rule.measure.id in exclusion.measures
        ):
            yield exclusion
