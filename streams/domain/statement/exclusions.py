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
from typing import Final

from streams.domain import instants
from streams.domain.books import INTERVAL
from streams.domain.instants import HOUR, MINUTE
from streams.domain.plan import Plan
from streams.domain.plan.model import Exclusion
from streams.domain.statement.counting import NOTHING, Count, Number, count
from streams.domain.statement.holdings import Cells, Holding, Rule, within
from streams.domain.tally import Tally

EVENT: Final = "event"
HOURS: Final = "hours"
VOLUME: Final = "volume"
CAUSE: Final = "cause"


class Excluding:
    """The exclusions of a plan, asked by quarter-hour; keeps what it has looked up."""

    def __init__(self, plan: Plan, cells: dict[str, Cells]) -> None:
        self._plan = plan
        self._cells = cells
        self._hours: dict[tuple[str, int], bool] = {}
        self._shares: dict[tuple[str, int, int, int, Fraction], Number] = {}

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
        self, tally: Tally, start: int, holding: Holding, rule: Rule, but: str | None = None
    ) -> Count:
        """What a quarter-hour adds to a measure after all exclusions ``but`` one."""
        causes: list[str] = []
        share: Number = 1
        for exclusion in applying(holding, rule):
            if exclusion.id == but:
                continue
            if exclusion.kind == CAUSE:
                causes += exclusion.causes
            elif exclusion.kind == VOLUME:
                share = min(share, self.share(exclusion, start, holding))
            elif self.touches(exclusion, start):
                return NOTHING
        return count(tally, holding.contract, rule.measure, causes).times(share)

    def share(self, exclusion: Exclusion, start: int, holding: Holding) -> Number:
        """What remains of each count of an hour: the agreed calls / those that came, at most 1.

        Agreed is ``above`` times the expected of the hour's open quarter-hours. Where the plan
        expects nothing, nothing was agreed, and all remains.
        """
        assert exclusion.above is not None
        hour = start - self._local_minutes(start) * MINUTE
        key = holding.line, holding.since, holding.until, hour, Fraction(exclusion.above)
        share = self._shares.get(key)
        if share is None:
            share = self._shares[key] = self._find_share(holding, hour, key[-1])
        return share

    def _find_share(self, holding: Holding, hour: int, above: Fraction) -> Number:
        expected = Fraction(0)
        since, until = max(hour, holding.since), min(hour + HOUR, holding.until)
        for start in range(since - since % INTERVAL, until, INTERVAL):
            rate = self._plan.expected_per_hour(holding.line, start)
            expected += Fraction(str(rate or 0)) * INTERVAL / HOUR
        cells = within(self._cells.get(holding.line, []), since, until)
        came = sum(tally["line_offered"] - tally["out_of_hours"] for _, tally in cells)
        agreed = expected * above
        return agreed / came if 0 < agreed < came else 1

    def _local_minutes(self, start: int) -> int:
        return instants.to_datetime(start).astimezone(self._plan.zone).minute

    def day(self, start: int) -> date:
        """The local day of a quarter-hour."""
        return instants.to_datetime(start).astimezone(self._plan.zone).date()


def applying(holding: Holding, rule: Rule) -> Iterable[Exclusion]:
    """The contract's exclusions that apply to a measure of a line."""
    for exclusion in holding.contract.exclusions:
        if (not exclusion.lines or holding.line in exclusion.lines) and (
            not exclusion.measures or rule.measure.id in exclusion.measures
        ):
            yield exclusion
