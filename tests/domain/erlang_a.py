"""A line as queueing theory has it, to measure detectors: an Erlang-A queue, and what goes wrong.

Calls come by a Poisson process, find ``agents`` who take the first one first, and give up when
their patience (exponential, with a median of five minutes) is over. An agent's telephone rings
before somebody picks up; talks are exponential or log-normal. Three in a hundred come into no
queue, and all have a number. Ten hours a day, on every day of the week: 8:00 to 18:00.

The mean talk is found so that the line has the service level that is asked for, by simulation, for
with ringing and log-normal talks there is no closed form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from heapq import heapify, heapreplace
from math import log
from random import Random

from streams.domain.detector import Conditions, Detector, Fact, Hours, Subject
from streams.domain.detector.entry import Gate
from streams.domain.detector.usual import LocalHours, Usual
from streams.domain.instants import DAY, HOUR, SECOND, to_datetime

OPENS, CLOSES = 8 * HOUR, 18 * HOUR
BEGIN = 19_723 * DAY  # Monday, 1 January 2024
PATIENCE = 300.0 / log(2)
NO_ENTRY = 0.03
NAMED = 1.0
THRESHOLD = 20 * SECOND
LOG_SD = 1.2
SIZES = {2: 1, 5: 1, 20: 2, 36: 4, 120: 8}
"""Agents, by calls an hour."""


@dataclass(frozen=True)
class Queueing:
    """A stationary line.

    Attributes:
        an_hour: calls.
        agents: who answer them.
        talk: mean seconds.
        rings: seconds until somebody picks up.
        lognormal: whether talks are.
        breaks: the share of calls after which an agent is away for 8 to 16 minutes.
    """

    an_hour: float
    agents: int
    talk: float
    rings: float = 0.0
    lognormal: bool = False
    breaks: float = 0.0


@dataclass(frozen=True)
class Trouble:
    """What goes wrong, from one instant of a day to another.

    Attributes:
        refused: the share that comes into no queue.
        unanswered: nobody picks up.
        declines: the share of refused grows to ``refused`` over this time; 0 for at once.
        silent: nobody calls.
    """

    since: int
    until: int = CLOSES
    refused: float = 0.0
    unanswered: bool = False
    declines: int = 0
    silent: bool = False

    def share(self, at: int) -> float:
        """The share that comes into no queue at an instant of the day."""
        grown = min(1.0, (at - self.since) / self.declines) if self.declines else 1.0
        return max(NO_ENTRY, self.refused * grown)


def day(
    rng: Random, line: Queueing, midnight: int, name: str, trouble: Trouble | None = None
) -> list[Fact]:
    """What happens on a day, in order."""
    facts: list[Fact] = []
    free = [0.0] * line.agents
    heapify(free)
    at = OPENS / SECOND
    mean = log(line.talk) - LOG_SD**2 / 2
    number = 0
    while True:
        at += rng.expovariate(line.an_hour / 3600)
        if at >= CLOSES / SECOND:
            break
        number += 1
        key = f"{name}-{number}/1"
        caller = key if rng.random() < NAMED else ""
        instant = midnight + int(at * SECOND)
        wrong = trouble if trouble and trouble.since <= int(at * SECOND) < trouble.until else None
        if wrong is not None and wrong.silent:
            continue
        share = NO_ENTRY if wrong is None else wrong.share(int(at * SECOND))
        if rng.random() < share:
            facts.append((instant, key, "n", "b", caller))
            continue
        facts.append((instant, key, "e", "", caller))
        patience = rng.expovariate(1 / PATIENCE)
        answered = max(at, free[0]) + line.rings
        then = int(answered * SECOND)
        unanswered = trouble and trouble.unanswered and trouble.since <= then < trouble.until
        if unanswered or answered - at > patience or answered >= CLOSES / SECOND:
            left = min(at + patience, CLOSES / SECOND)
            closed = "c" if left >= CLOSES / SECOND else ""
            facts.append((midnight + int(left * SECOND), key, "u", closed, caller))
            continue
        talk = (
            rng.lognormvariate(mean, LOG_SD) if line.lognormal else rng.expovariate(1 / line.talk)
        )
        over = answered + talk
        away = rng.uniform(480, 960) if rng.random() < line.breaks else 0.0
        heapreplace(free, over + away)
        facts.append((midnight + int(answered * SECOND), key, "s", "", caller))
        facts.append((midnight + int(over * SECOND), key, "t", "", caller))
    facts.sort()
    return facts


def level(line: Queueing, within: int = THRESHOLD, calls: int = 20_000) -> float:
    """The share of calls that are answered within 20 s, or another time, by simulation."""
    rng = Random("level")
    good = total = n = 0
    while total < calls:
        entered: dict[str, int] = {}
        for at, key, kind, _, _ in day(rng, line, 0, f"{n}"):
            if kind == "e":
                entered[key] = at
                total += 1
            elif kind == "s":
                good += at - entered[key] <= within
        n += 1
    return good / total


@lru_cache
def at_level(
    an_hour: int, wanted: float, rings: float = 0.0, lognormal: bool = False, breaks: float = 0.0
) -> Queueing:
    """The line of so many calls an hour that has this service level."""
    low, high = 5.0, 3600.0 * SIZES[an_hour] / an_hour * 1.5
    for _ in range(11):
        middle = (low * high) ** 0.5
        line = Queueing(an_hour, SIZES[an_hour], middle, rings, lognormal, breaks)
        low, high = (middle, high) if level(line) > wanted else (low, middle)
    return line


@lru_cache
def overloaded(an_hour: int) -> Queueing:
    """One of whose callers 15 % give up."""
    low, high = 5.0, 3600.0 * SIZES[an_hour] / an_hour * 3
    for _ in range(11):
        middle = (low * high) ** 0.5
        line = Queueing(an_hour, SIZES[an_hour], middle)
        low, high = (middle, high) if level(line, THRESHOLD * 1_000) > 0.85 else (low, middle)
    return line


HOURS = Hours(
    is_open=lambda at: OPENS <= at % DAY < CLOSES,
    turns=lambda at: next(
        each
        for each in (
            at - at % DAY + OPENS,
            at - at % DAY + CLOSES,
            at - at % DAY + DAY + OPENS,
        )
        if each > at
    ),
    midnight=lambda at: at - at % DAY,
)


def detector(
    name: str = "line:one", n: float = 3.0, people: int = 8, changes: tuple[int, ...] = ()
) -> Detector:
    """One that has learnt nothing yet."""
    line = name.removeprefix("line:") if name.startswith("line:") else None
    terms = Conditions(threshold=THRESHOLD, n=n, gate=Gate(people if line else 0))
    usual = Usual(LocalHours(lambda at: to_datetime(at, UTC)), changes=changes)
    return Detector(Subject(name, line, "acme"), usual, HOURS, lambda at: terms)


Found = tuple[str, str, int, int | None, str]
"""An alert: its kind, severity, when it opened as such, when it was over, and its cause."""


class Fed:
    """A detector, and the alerts that it has opened. ``stream`` parts what the random numbers are
    of."""

    def __init__(self, line: Queueing, stream: str, watch: Detector | None = None) -> None:
        self.line = line
        self.rng = Random(stream)
        self.watch = watch or detector()
        self.days = 0
        self.pages: list[tuple[int, str, str]] = []  # when, which kind, under which id
        self.others: list[tuple[int, str, str]] = []

    @property
    def midnight(self) -> int:
        """That of the next day."""
        return BEGIN + self.days * DAY

    def days_on_end(self, count: int) -> Fed:
        """Ordinary days."""
        for _ in range(count):
            self.a_day()
        return self

    def a_day(self, trouble: Trouble | None = None) -> int:
        """A day; gives its midnight."""
        midnight = self.midnight
        self.feed(day(self.rng, self.line, midnight, f"{self.days}", trouble), midnight)
        self.days += 1
        return midnight

    def feed(self, facts: list[Fact], midnight: int) -> None:
        """What happens on a day, and the passing of its time."""
        woken = {each for *_, each in self.pages}
        clock = midnight
        for fact in facts:
            # The clock that seals is told of every ten seconds; it makes no difference.
            self._note(self.watch.tick(fact[0] - 1), woken)
            self._note(self.watch.feed(fact), woken)
            clock = fact[0]
        self._note(self.watch.tick(max(clock, midnight + DAY - SECOND)), woken)

    def _note(self, changes: list, woken: set[str]) -> None:
        for change in changes:
            alert = change.alert
            if alert.severity == "page":
                if alert.id not in woken:
                    woken.add(alert.id)
                    self.pages.append((change.at, alert.kind, alert.id))
            elif change.change == "opened":
                self.others.append((change.at, alert.kind, alert.id))


def merged(pages: list[tuple[int, str, str]], within: int = 90 * 60 * SECOND) -> int:
    """How many pages of E, F and S there are when those within 90 minutes are one."""
    count, last = 0, -(2**62)
    for at, kind, _ in sorted(pages):
        if kind == "forgotten":
            continue
        if at - last > within:
            count, last = count + 1, at
    return count


def instants(found: list[tuple[int, str, str]], kinds: tuple[str, ...]) -> Iterator[int]:
    """When those of some kinds came."""
    return (at for at, kind, _ in found if kind in kinds)
