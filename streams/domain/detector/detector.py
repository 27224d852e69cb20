"""The detector of one line: two watches and the closing, under one contract.

The service level is tested against a fall to 30 %, reachability against a collapse to 20 %: people
who never reach the queue, as on 3 February 1999 at the bank, are invisible to the first. Both test
against the contract's own targets. A deep alternative is on purpose: between target and alternative
lies a level (56 % for a target of 80) above which a test drifts down, so that a line that is always
somewhat below its target costs money, in the vendor's statement, but wakes nobody.

The line's false-page budget is halved between the two watches, so that the line keeps
to it.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from streams.domain.detector.alert import Alert, AlertChange, Decision
from streams.domain.detector.waiting import Waiting
from streams.domain.detector.watch import ClosesAt, Watch

SERVICE_LEVEL_COLLAPSED = 0.30
UNREACHABLE = 0.20


class Promises(Protocol):
    """What a detector reads of a contract: the two targets and the price, in false pages of the
    line per quarter."""

    @property
    def target(self) -> float: ...
    @property
    def reach_target(self) -> float: ...
    @property
    def false_pages(self) -> float: ...


def never_closes(at: int) -> int | None:
    return None


class Detector:
    """Fed with a line's decisions in the order of `Decision.position`, asks nothing else.

    A decision that is not after the last one fed is passed over and counted (`passed_over`): one
    that is published again after a crash changes nothing. `tick` it with the clock that seals
    the decisions, never ahead of it: how often makes no difference to what is found, only to how
    soon an end is published.

    Args:
        line: its id.
        contract: targets and false-page budget.
        expected_per_quarter: calls that the line expects; ``None`` learns it from the decisions.
        closes_at: when the line, open at an instant, closes (``None``: never); of a line that is
            closed then, the instant itself. Asked only when something is about to page.
    """

    __slots__ = ("_closes_at", "_last", "_waiting", "_watches", "line", "passed_over")

    def __init__(
        self,
        line: str,
        contract: Promises,
        expected_per_quarter: float | None = None,
        closes_at: ClosesAt = never_closes,
    ) -> None:
        self.line = line
        self.passed_over = 0
        self._closes_at = closes_at
        self._last: tuple[int, str, str] | None = None
        self._waiting = Waiting(line)
        self._watches: dict[str, Watch] = {}
        self.agree(contract, expected_per_quarter)

    def agree(self, contract: Promises, expected_per_quarter: float | None = None) -> None:
        """A contract begins to hold. Open alerts stay open; half-gathered evidence against other
        targets is not evidence against these."""
        before = self._watches
        share = contract.false_pages / 2
        self._watches = {
            "service_level": Watch(
                self.line,
                "service_level",
                contract.target,
                SERVICE_LEVEL_COLLAPSED,
                share,
                expected_per_quarter,
                self._closes_at,
            ),
            "reachability": Watch(
                self.line,
                "reachability",
                contract.reach_target,
                UNREACHABLE,
                share,
                expected_per_quarter,
                self._closes_at,
            ),
        }
        for kind, watch in before.items():
            self._watches[kind].take_over(watch)

    def feed(self, decision: Decision) -> list[AlertChange]:
        """What `decision` changes; almost always nothing."""
        at, kind, good, key = decision
        position = (at, key, kind)
        if self._last is not None and position <= self._last:
            self.passed_over += 1
            return []
        self._last = position
        if kind == "closed":
            return self._waiting.feed(at)
        return self._watches[kind].feed(at, good)

    def tick(self, now: int) -> list[AlertChange]:
        """What the passing of time changes: alerts end."""
        changes = self._waiting.tick(now)
        for watch in self._watches.values():
            changes += watch.tick(now)
        return changes

    def alerts(self) -> list[Alert]:
        """The open ones, with their numbers of now."""
        open_ = [watch.alert() for watch in self._watches.values()]
        return [alert for alert in (*open_, self._waiting.alert()) if alert is not None]

    def state(self) -> tuple[Any, ...]:
        """All that the detector remembers, in some forty numbers that JSON can hold."""
        return (
            self._last,
            self.passed_over,
            self._waiting.state(),
            *(watch.state() for watch in self._watches.values()),
        )

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a `state`; evidence gathered under other targets is left behind."""
        last, self.passed_over, waiting, *watches = state
        self._last = None if last is None else tuple(last)
        self._waiting.restore(waiting)
        for watch, remembered in zip(self._watches.values(), watches, strict=True):
            watch.restore(remembered)
