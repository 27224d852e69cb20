"""What goes in and what comes out: decisions, and alerts with their evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from streams.domain.instants import MINUTE, SECOND, text
from streams.domain.rounding import percent_beside

Kind = Literal["service_level", "reachability", "closed_on_waiting"]
Change = Literal["opened", "updated", "resolved"]

ALERT_KINDS: tuple[Kind, ...] = ("service_level", "reachability", "closed_on_waiting")


class Decision(NamedTuple):
    """One visit, decided: was it good for its line?

    `key` names the visit and orders decisions of the same instant, the same way every time.
    ``closed`` is a person who was waiting when the line closed; its `good` means nothing.
    """

    at: int
    kind: Literal["service_level", "reachability", "closed"]
    good: bool
    key: str

    @property
    def position(self) -> tuple[int, str, str]:
        """Its position in the order in which a detector is fed."""
        return self.at, self.key, self.kind


@dataclass(frozen=True, slots=True)
class Alert:
    """One stretch of trouble on one line, from its opening to its end.

    `since` is when the trouble most likely began, `people` how many visits have gone wrong from
    then on, of `decided` in all; `figure` is the good share of these, `target` what the contract
    promises (both ``None`` where a line closed on people: that is a fact, not a ratio).
    """

    line: str
    kind: Kind
    since: int
    opened_at: int
    resolved_at: int | None
    people: int
    decided: int
    target: float | None
    evidence: str

    @property
    def id(self) -> str:
        """Stable: the same in a replay, and from its opening to its end."""
        return f"{self.line}:{self.kind}:{text(self.since)}"

    @property
    def figure(self) -> float | None:
        if self.target is None or not self.decided:
            return None
        return (self.decided - self.people) / self.decided


class AlertChange(NamedTuple):
    """`change` of `alert` at the instant `at`: opens once, updates, resolves once."""

    change: Change
    at: int
    alert: Alert


_WENT_WRONG: Mapping[Kind, str] = {
    "service_level": "not answered in time",
    "reachability": "not reached",
    "closed_on_waiting": "still waiting when the line closed",
}


def in_words(
    kind: Kind, people: int, decided: int, length: int, target: float, apart: float
) -> str:
    """What a test saw, for the person who is woken.

    >>> print(in_words("reachability", 15, 16, 339_000_000, 0.6, 145_000))
    15 of 16 people in 6 min not reached: 6.2 % against a target of 60 %. A line at its target \
shows this by chance once in 145,000 calls or more.
    """
    share = (decided - people) / decided
    return (
        f"{people:,} of {decided:,} people in {_span(length)} {_WENT_WRONG[kind]}: "
        f"{percent_beside(target, share)} % against a target of {100 * target:g} %. "
        f"A line at its target shows this by chance once in {apart:,.0f} calls or more."
    )


def recovery_in_words(good: int, decided: int, length: int, target: float) -> str:
    """Why an alert is over.

    >>> recovery_in_words(44, 50, 1_800_000_000, 0.8)
    'Recovered: 44 of 50 people in the last 30 min were served, 88.0 %, target 80 %.'
    """
    return (
        f"Recovered: {good:,} of {decided:,} people in the last {_span(length)} were served, "
        f"{percent_beside(target, good / decided)} %, target {100 * target:g} %."
    )


def waiting_in_words(people: int) -> str:
    """What is known of those whom a closing line left waiting.

    >>> waiting_in_words(2)
    '2 people still waiting when the line closed.'
    """
    who = "person" if people == 1 else "people"
    return f"{people:,} {who} {_WENT_WRONG['closed_on_waiting']}."


def _span(length: int) -> str:
    if length < 2 * MINUTE:
        return f"{max(1, length // SECOND)} s"
    minutes = round(length / MINUTE)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
