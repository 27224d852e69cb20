"""Detectors for tests, and what happens to callers, as they are fed with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from streams.domain.detector import AlertChange, Conditions, Detector, Fact, Hours, Subject
from streams.domain.detector.entry import Gate
from streams.domain.detector.usual import LocalHours, Usual
from streams.domain.instants import DAY, HOUR, SECOND, to_datetime
from tests.stories import at

NINE = at("9:00")
OPENS, CLOSES = 8 * HOUR, 18 * HOUR
OF_LINE = Subject("line:waste", "waste", "acme")
OF_VENDOR = Subject("vendor:acme", None, "acme")
OF_CITY = Subject("city", None, "city")

OFFICE = Hours(
    is_open=lambda instant: OPENS <= instant % DAY < CLOSES,
    turns=lambda instant: next(
        each
        for each in (
            instant - instant % DAY + edge for edge in (OPENS, CLOSES, DAY + OPENS, DAY + CLOSES)
        )
        if each > instant
    ),
    midnight=lambda instant: instant - instant % DAY,
)
"""From eight to six, on every day."""

ALWAYS = Hours(
    is_open=lambda instant: True,
    turns=lambda instant: None,
    midnight=lambda instant: instant - instant % DAY,
)


def local_hours() -> LocalHours:
    """Those of UTC."""
    return LocalHours(lambda instant: to_datetime(instant, UTC))


def detector(
    subject: Subject = OF_LINE,
    hours: Hours = OFFICE,
    an_hour: float | None = 60.0,
    usual: Usual | None = None,
    **conditions: Any,
) -> Detector:
    """One that expects so many contacts an hour and has learnt nothing."""
    gate = Gate(people=8 if subject.line else 0, has_hours=hours is not ALWAYS)
    terms = Conditions(**({"gate": gate} | conditions))
    usual = usual or Usual(
        local_hours(),
        lambda instant: an_hour if an_hour is None or hours.is_open(instant) else 0.0,
    )
    return Detector(subject, usual, hours, lambda instant: terms)


def came(instant: int, name: str, caller: str | None = None) -> Fact:
    """Somebody comes into the queue."""
    return instant, f"{name}/1", "e", "", name if caller is None else caller


def refused(instant: int, name: str, cause: str = "b", caller: str | None = None) -> Fact:
    """Somebody comes into none."""
    return instant, f"{name}/1", "n", cause, name if caller is None else caller


def answered(instant: int, name: str) -> Fact:
    """Somebody is answered."""
    return instant, f"{name}/1", "s", "", name


def talked(instant: int, name: str) -> Fact:
    """A conversation is over."""
    return instant, f"{name}/1", "t", "", name


def left(instant: int, name: str, mark: str = ".") -> Fact:
    """Somebody leaves the queue unanswered."""
    return instant, f"{name}/1", "u", mark, name


def served(instant: int, name: str, wait: int = 5 * SECOND, talk: int = 60 * SECOND) -> list[Fact]:
    """Somebody waits a little, talks and is gone."""
    return [
        came(instant, name),
        answered(instant + wait, name),
        talked(instant + wait + talk, name),
    ]


def fed(watch: Detector, facts: Iterable[Fact], until: int | None = None) -> list[AlertChange]:
    """What comes of facts, the clock told of after each of them and at last."""
    changes: list[AlertChange] = []
    for fact in sorted(facts):
        changes += watch.tick(fact[0] - 1)
        changes += watch.feed(fact)
    if until is not None:
        changes += watch.tick(until)
    return changes


def week_of(watch: Detector, days: int = 8, an_hour: int = 60, wait: int = 80 * SECOND) -> int:
    """Ordinary days up to the one before ``at``'s, on which everybody waits beyond T and is
    answered, one a minute; gives the midnight of the day after them."""
    begin = NINE - NINE % DAY - days * DAY
    for day in range(days):
        facts: list[Fact] = []
        for n in range(10 * an_hour):
            instant = begin + day * DAY + OPENS + n * HOUR // an_hour
            facts += served(instant, f"d{day}-{n}", wait, HOUR // an_hour - SECOND)
        fed(watch, facts)
    return begin + days * DAY
