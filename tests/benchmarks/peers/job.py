"""The job of every peer, as plain functions, so that each does the same.

From the events of the four topics, in whatever order they come, count per line and quarter-hour of
each visit's beginning: visits offered, entered in the queue, answered, answered within 20 s,
abandoned in the queue, ended otherwise. It is a part of what Reachline counts. What a call adds is
kept with the call, and a change of it is passed on as a difference, for topics have no order among
each other.

Only the standard library and orjson: it runs in the peers' own environments.
"""

from datetime import datetime
from typing import Any

import orjson

THRESHOLD = 20_000
QUARTER = 900_000
WIDTH = 6

Facts = dict[str, Any]
"""Of one call, plain values for JSON: ``c`` choice (line, at), ``h`` hangup, ``v`` per
visit line and instants of entered, answered, left with its reason; ``b`` what it came to last."""

Difference = tuple[str, int, list[int]]
"""Line, start of the quarter-hour in milliseconds, and what to add to its counts."""


def decode(value: bytes) -> dict[str, Any]:
    """An event."""
    event: dict[str, Any] = orjson.loads(value)
    return event


def apply(facts: Facts | None, event: dict[str, Any]) -> tuple[Facts, list[Difference]]:
    """A call's facts with one event more, and what that changes in the counts."""
    if facts is None:
        facts = {"c": None, "h": None, "v": {}, "b": []}
    kind = event["event"]
    if kind == "call-start":
        return facts, []
    at = _milliseconds(event["at"])
    if kind == "queue":
        number = str(event["visit"])
        visit = facts["v"].get(number)
        if visit is None:
            visit = facts["v"][number] = [event["line"], None, None, None, None]
        phase = event["phase"]
        if phase == "entered":
            visit[1] = at
        elif phase == "answered":
            visit[2] = at
        else:
            visit[3], visit[4] = at, event["reason"]
    elif kind == "menu-choice":
        facts["c"] = [event["line"], at]
    else:
        facts["h"] = at
    before = facts["b"]
    after = facts["b"] = _comes_to(facts)
    if before == after:
        return facts, []
    differences = [(line, quarter, counts) for line, quarter, counts in after]
    differences += [(line, quarter, [-n for n in counts]) for line, quarter, counts in before]
    return facts, differences


def _comes_to(facts: Facts) -> list[list[Any]]:
    found = []
    visits, choice, hungup = facts["v"], facts["c"], facts["h"]
    if choice is not None and not visits:
        found.append(_count(choice[0], choice[1], None, None, None, hungup))
    transferred = None
    for number in sorted(visits):
        line, entered, answered, left, reason = visits[number]
        if choice is not None and choice[0] == line and number == "1":
            begun = choice[1]
        elif transferred is not None:
            begun = transferred
        else:
            begun = min(at for at in (entered, answered, left) if at is not None)
        found.append(_count(line, begun, entered, answered, left, hungup))
        transferred = left if reason == "transfer" else None
    return found


def _count(
    line: str,
    begun: int,
    entered: int | None,
    answered: int | None,
    left: int | None,
    hungup: int | None,
) -> list[Any]:
    counts = [1, int(entered is not None), 0, 0, 0, 0]
    if answered is not None:
        counts[2] = 1
        counts[3] = int(entered is not None and answered - entered <= THRESHOLD)
    elif left is not None:
        counts[5] = 1
    elif hungup is not None:
        counts[4 if entered is not None else 5] = 1
    return [line, begun // QUARTER * QUARTER, counts]


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def add(counts: list[int] | None, difference: list[int]) -> list[int]:
    """Counts with a difference added."""
    if counts is None:
        return list(difference)
    return [a + b for a, b in zip(counts, difference, strict=True)]


def answer(counts: dict[tuple[str, int], list[int]]) -> dict[str, list[int]]:
    """The counts as every contender hands them in: by ``line|quarter`` in seconds."""
    return {f"{line}|{at // 1000}": each for (line, at), each in counts.items() if any(each)}
