"""One figure of one line under watch: when its alert opens, what it says, when it is over.

**Opens** when the chart of a fall reaches a limit that is computed from the price of a false page
(`limits.py`): at least `apart` decisions between false pages for a line exactly at its target.

That price holds for calls that fare independently of each other. Real ones come in runs, because
a queue that is long for one is long for the next (neighbours in the bank's calls of 1999 correlate
0.2 to 0.5), and a line whose ordinary level lies near its target then pages far above its budget.
Widening every limit for that would make every line slow to notice its first real collapse. So the
budget corrects itself: **each page of the last four weeks makes the next one ask for eight times
the decisions between false pages**, four such steps at most. A line that hasn't paged is as quick
as the theory allows; one that pages every day is asked for proof. A step costs two or three calls.

**Resolves** with hysteresis, when all three hold: the chart of a recovery says that "back at
target" is far likelier than "still collapsed"; that has gone on for half an hour; and since it
began the figure is at its target. Runs are the reason of the second, and of an alert that stays
open through a short relief instead of paging again. Or when the line closes: closed lines don't
page, and what becomes evident after closing (those who were left over) is not counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from streams.domain.detector.alert import (
    Alert,
    AlertChange,
    Kind,
    in_words,
    recovery_in_words,
)
from streams.domain.detector.chart import Chart
from streams.domain.detector.limits import POINTS_PER_NAT, limit, points
from streams.domain.detector.pace import Pace
from streams.domain.instants import DAY, MINUTE

# A page stays on the line's account this long, ...
MEMORY = 28 * DAY
# ... each multiplies the decisions between false pages by this (ln 8 = 2.1 nats: two bad calls of a
# service level of 80 %, three of a reachability of 60 %), ...
STEP = 8
# ... but at most so many count: with four, a collapse takes about twice as many calls to notice.
STEPS = 4

# e^5: what came since is 148 times likelier at the target than in the collapse.
_RECOVERED = 5 * POINTS_PER_NAT
_RECOVERY_LASTS = 30 * MINUTE

# Numbers of an open alert go out once a minute: as often as Prometheus looks.
_UPDATE_EVERY = MINUTE

# When a line that is open at this instant closes, None if it never does; of a line that is closed,
# this instant itself or any before it.
ClosesAt = Callable[[int], int | None]


@dataclass(slots=True)
class _Open:
    """An alert in progress; its numbers last went out at `published_at`, `at` is its newest
    decision."""

    since: int
    opened_at: int
    published_at: int
    at: int
    decided: int
    people: int
    apart: float
    closes: int | None


class Watch:
    """Fed with one kind of decisions, in their order."""

    __slots__ = (
        "_apart",
        "_budget",
        "_closes_at",
        "_expected",
        "_fall",
        "_kind",
        "_least",
        "_line",
        "_open",
        "_pace",
        "_pages",
        "_points",
        "_recovery",
        "_target",
    )

    def __init__(
        self,
        line: str,
        kind: Kind,
        target: float,
        alternative: float,
        budget: float,
        expected: float | None,
        closes_at: ClosesAt,
    ) -> None:
        """`budget`: false pages of this watch per quarter; `expected`: decisions per quarter, or
        ``None`` to learn them."""
        if budget <= 0:
            raise ValueError(f"line {line}: a watch without a false-page budget can never page")
        self._line = line
        self._kind = kind
        self._target = target
        self._points = points(target, alternative)
        self._budget = budget
        self._expected = expected
        self._closes_at = closes_at
        self._fall = Chart.of_a_fall(self._points)
        self._recovery = Chart.of_a_recovery(self._points)
        self._pages: tuple[int, ...] = ()
        self._open: _Open | None = None
        self._pace = Pace()
        self._set_price()

    def feed(self, at: int, good: bool) -> list[AlertChange]:
        if self._expected is None and self._pace.grew(at):
            self._set_price()
        if self._open is not None:
            closed = self.tick(at)
            return closed or self._follow(self._open, at, good)
        if self._fall.add(at, not good) < self._least:
            return []
        return self._judge(at)

    def tick(self, now: int) -> list[AlertChange]:
        """Closes the alert with its line."""
        if self._open is None or self._open.closes is None or now < self._open.closes:
            return []
        return [self._resolve(self._open, self._open.closes, "The line closed.")]

    def alert(self) -> Alert | None:
        """The open one, with its numbers of now."""
        return None if self._open is None else self._say(self._open)

    def _set_price(self) -> None:
        expected = self._pace.per_quarter if self._expected is None else self._expected
        self._apart = max(1.0, expected / self._budget)
        self._least = limit(self._points, self._apart)

    def _judge(self, at: int) -> list[AlertChange]:
        """The score has reached the lowest limit there is: does it page?"""
        fall = self._fall
        closes = self._closes_at(at)
        if closes is not None and closes <= at:
            fall.reset()
            return []
        self._pages = tuple(page for page in self._pages if at - page < MEMORY)
        apart = self._apart * STEP ** len(self._pages)
        if fall.score < limit(self._points, apart):
            return []
        self._open = _Open(fall.since, at, at, at, fall.decided, fall.climbs, apart, closes)
        self._pages = (*self._pages, at)[-STEPS:]
        fall.reset()
        return [AlertChange("opened", at, self._say(self._open))]

    def _follow(self, open_: _Open, at: int, good: bool) -> list[AlertChange]:
        open_.at = at
        open_.decided += 1
        open_.people += not good
        back = self._recovery
        if (
            back.add(at, good) >= _RECOVERED
            and at - back.since >= _RECOVERY_LASTS
            and back.climbs >= self._target * back.decided
        ):
            why = recovery_in_words(back.climbs, back.decided, at - back.since, self._target)
            return [self._resolve(open_, at, why)]
        if at - open_.published_at < _UPDATE_EVERY:
            return []
        open_.published_at = at
        return [AlertChange("updated", at, self._say(open_))]

    def _resolve(self, open_: _Open, at: int, why: str) -> AlertChange:
        self._open = None
        self._recovery.reset()
        return AlertChange("resolved", at, self._say(open_, at, why))

    def _say(self, open_: _Open, resolved_at: int | None = None, why: str = "") -> Alert:
        evidence = in_words(
            self._kind,
            open_.people,
            open_.decided,
            open_.at - open_.since,
            self._target,
            open_.apart,
        )
        return Alert(
            line=self._line,
            kind=self._kind,
            since=open_.since,
            opened_at=open_.opened_at,
            resolved_at=resolved_at,
            people=open_.people,
            decided=open_.decided,
            target=self._target,
            evidence=f"{why} {evidence}" if why else evidence,
        )

    def take_over(self, other: "Watch") -> None:
        """Goes on where `other` ends, under this one's contract."""
        self._pages, self._open, self._pace = other._pages, other._open, other._pace
        if self._points == other._points:
            self._fall, self._recovery = other._fall, other._recovery
        self._set_price()

    def state(self) -> tuple[Any, ...]:
        """A few numbers, as JSON can hold them."""
        return (
            tuple(self._points),
            self._fall.state(),
            self._recovery.state(),
            self._pages,
            None if self._open is None else astuple(self._open),
            self._pace.state(),
        )

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a `state`, tuples or the lists that JSON made of them."""
        counted, fall, recovery, pages, open_, pace = state
        if tuple(counted) == self._points:  # else the contract has changed meanwhile
            self._fall.restore(fall)
            self._recovery.restore(recovery)
        self._pages = tuple(pages)
        self._open = None if open_ is None else _Open(*open_)
        if self._open is not None:
            # The plan may be another by now: what its line no longer has can't be waited for.
            self._open.closes = self._closes_at(self._open.opened_at)
        self._pace = Pace(pace)
        self._set_price()
