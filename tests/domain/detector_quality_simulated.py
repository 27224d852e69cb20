"""The detector on simulated days, beside the rules that it is to beat.

Ten-hour days, calls by a Poisson process, each good or bad by a coin. A bad one is decided 20 s
after it began, a good one somewhere before. Three rules look at the same decisions: the ratio of
the last 60 minutes below target and Wilson's upper bound of it below target (z 2.58), both with at
least 8 decisions, every minute, and true for 5 minutes on end, as Prometheus would; and the
detector, whose pages count 30 s later, when the decisions are sealed. Everything is seeded.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from math import floor, log, sqrt
from random import Random
from typing import Any

from streams.domain.detector import AlertChange, Decision, Detector
from streams.domain.detector.pace import DAYS_PER_QUARTER
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan import Contract

SEAL = 30 * SECOND
LONG = 10 * HOUR  # a simulated day
Z = 2.58
LEAST = 8
HELD = 5  # minutes
TARGET = 0.80

Stream = list[tuple[int, bool]]


def calls(
    rng: Random, an_hour: int, length: int, level: Callable[[int], float], runs: float = 0.0
) -> Stream:
    """Decisions in the order of their instants. With `runs`, a call fares as the one before it with
    that probability, and by its own coin otherwise: neighbours then correlate by it."""
    found: Stream = []
    at, good = 0.0, True
    while True:
        at -= HOUR / an_hour * log(1.0 - rng.random())
        if at >= length:
            break
        if rng.random() >= runs:
            good = rng.random() < level(int(at))
        found.append((int(at) + (int(20 * SECOND * rng.random()) if good else 20 * SECOND), good))
    found.sort()
    return found


def worst_wilson(n: int) -> int:
    """The most good ones of `n` whose upper Wilson bound is still below the target; -1 if none."""
    for good in range(n, -1, -1):
        p = good / n
        upper = p + Z * Z / (2 * n) + Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        if upper / (1 + Z * Z / n) < TARGET:
            return good
    return -1


class Windowed:
    """A rule on the last 60 minutes, looked at every minute: pages at most `most(n)` good of n."""

    def __init__(self, most: Callable[[int], int]) -> None:
        self._most = cache(most)

    def pages(self, stream: Stream, length: int) -> list[tuple[int, int]]:
        """From when to when it fires."""
        ats = [at for at, _ in stream]
        good = [0]
        for _, g in stream:
            good.append(good[-1] + g)
        fires: list[tuple[int, int]] = []
        held, since = 0, 0
        for now in range(MINUTE, length + 1, MINUTE):
            a, b = bisect_right(ats, now - HOUR), bisect_right(ats, now)
            if b - a >= LEAST and good[b] - good[a] <= self._most(b - a):
                held += 1
                if held == HELD + 1:
                    since = now
            else:
                if held > HELD:
                    fires.append((since, now))
                held = 0
        if held > HELD:
            fires.append((since, length))
        return fires


class Sequential:
    """The detector, with `apart` decisions between false pages of its service level."""

    def __init__(self, apart: float) -> None:
        self.apart = apart

    def pages(self, stream: Stream, length: int) -> list[tuple[int, int]]:
        fires: list[tuple[int, int]] = []
        opened: int | None = None
        for change in self.changes(stream):
            if change.change == "opened":
                opened = change.at + SEAL
            elif change.change == "resolved" and opened is not None:
                fires.append((opened, change.at + SEAL))
                opened = None
        if opened is not None:
            fires.append((opened, length))
        return fires

    def changes(self, stream: Stream) -> Iterator[AlertChange]:
        # Half of a line's budget is its service level's, so a budget of 2 is one page of this one.
        detector = Detector("line", Contract(false_pages=2.0), self.apart)
        for n, (at, good) in enumerate(stream):
            yield from detector.feed(Decision(at, "service_level", good, f"{n:07}"))


RATIO = Windowed(lambda n: -(-n * 4 // 5) - 1)  # below 80 %
WILSON = Windowed(worst_wilson)

Rule = Windowed | Sequential


def false_days(rules: dict[str, Rule], an_hour: int, level: float, days: int) -> dict[str, float]:
    """The share of days with a page though the line was at `level` all day: each on its own."""
    rng = Random(f"false {an_hour} {level}")
    hits = dict.fromkeys(rules, 0)
    for _ in range(days):
        stream = calls(rng, an_hour, LONG, lambda at: level)
        for name, rule in rules.items():
            hits[name] += bool(rule.pages(stream, LONG))
    return {name: round(n / days, 4) for name, n in hits.items()}


def false_pages(rule: Rule, an_hour: int, level: float, days: int, runs: float) -> float:
    """Pages a day over `days` days on end, as one detector lives through them."""
    rng = Random(f"quarter {an_hour} {level} {runs}")
    stream: Stream = []
    for day in range(days):
        of_day = calls(rng, an_hour, LONG, lambda at: level, runs)
        stream += [(day * DAY + at, good) for at, good in of_day]
    return round(len(rule.pages(stream, days * DAY)) / days, 4)


def minutes_to_notice(
    rules: dict[str, Rule], an_hour: int, fallen: float, falls: int
) -> dict[str, dict[str, float]]:
    """After two hours at 88 % the line falls; days on which a rule was firing then are left out."""
    fell = 2 * HOUR
    rng = Random(f"fall {an_hour} {fallen}")
    delays: dict[str, list[float]] = {name: [] for name in rules}
    for _ in range(falls):
        stream = calls(rng, an_hour, LONG, lambda at: 0.88 if at < fell else fallen)
        for name, rule in rules.items():
            pages = rule.pages(stream, LONG)
            if any(opened <= fell < over for opened, over in pages):
                continue
            noticed = next((opened for opened, _ in pages if opened > fell), LONG)
            delays[name].append((noticed - fell) / MINUTE)
    return {name: quantiles(found) for name, found in delays.items()}


def quantiles(found: list[float]) -> dict[str, float]:
    found = sorted(found)
    return {
        "median": round(found[len(found) // 2], 1),
        "p90": round(found[floor(0.9 * len(found))], 1),
        "falls": len(found),
    }


def apart_for(share: float, an_hour: int) -> float:
    """Decisions between false pages that give at most this share of days a page; a tenth more of
    them, because the share is itself an estimate."""
    return -1.1 * an_hour * LONG / HOUR / log(1 - share)


# Enough days that the rates are good to a percentage point or so, few enough for a minute of CPU.
DAYS = {20: 700, 120: 200, 1000: 15}
FALLS = {20: 400, 120: 150, 1000: 30}
LEVELS = (0.80, 0.85, 0.90)


def simulated(an_hour: int) -> dict[str, Any]:
    # Half a page per quarter is the service level's.
    budget = an_hour * LONG / HOUR * DAYS_PER_QUARTER * 2
    rules: dict[str, Rule] = {"ratio": RATIO, "wilson": WILSON}
    at_target = false_days(rules, an_hour, TARGET, DAYS[an_hour])
    rules["equal"] = Sequential(apart_for(at_target["wilson"], an_hour))
    rules["budget"] = Sequential(budget)
    found: dict[str, Any] = {name: {} for name in (*rules, "wary")}
    for level in LEVELS:
        for name, share in false_days(rules, an_hour, level, DAYS[an_hour]).items():
            found[name][f"false {level}"] = share
    rules["wary"] = Sequential(budget * 8**4)
    for fallen in (0.30, 0.0):
        for name, delay in minutes_to_notice(rules, an_hour, fallen, FALLS[an_hour]).items():
            found[name][f"fall {fallen}"] = delay
    return found


def in_runs() -> dict[str, Any]:
    """Calls that fare alike: a quarter of days on end, 120 calls an hour, pages a day."""
    an_hour, days = 120, 91
    rules: dict[str, Rule] = {
        "ratio": RATIO,
        "wilson": WILSON,
        "budget": Sequential(an_hour * LONG / HOUR * DAYS_PER_QUARTER * 2),
    }
    return {
        name: {
            f"runs {runs} level {level}": false_pages(rule, an_hour, level, days, runs)
            for runs in (0.0, 0.25, 0.5)
            for level in (0.80, 0.85)
        }
        for name, rule in rules.items()
    }
