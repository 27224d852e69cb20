"""What must have come of a run, counted from the raw topics by code that the application has no
part in: another reading of `domain.md`'s words, for the calls that the generator makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

QUARTER = 15 * 60 * 1_000_000

Place = tuple[str, int, int]
"""Topic, partition and offset of a record."""

Count = dict[tuple[str, int], Counter[str]]
"""By line (or `city`) and start of the quarter-hour."""

Answers = Mapping[str, Sequence[tuple[int, frozenset[str]]]]
"""Who answers a line: from which instant on which vendor does, in their order, or one of which,
where nobody can say when one plan was gone on by instead of another."""


def instant(text: str) -> int:
    """Microseconds since 1970."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(moment.timestamp() * 1_000_000)


def recount(values: Iterable[bytes], lost_after: int) -> Count:
    """Counts of these events, for whichever of a call's events are among them."""
    calls: dict[str, list[dict[str, Any]]] = {}
    for value in values:
        event = orjson.loads(value)
        event["at"] = instant(event["at"])
        calls.setdefault(event["call_id"], []).append(event)
    count: Count = {}
    for events in calls.values():
        _count_call(events, lost_after, count)
    return {key: counter for key, counter in count.items() if counter}


def vendors_recounted(lines: Count, found: Count, answers: Answers) -> list[str]:
    """Where the vendors' counts are not those of the lines that they answer.

    Args:
        lines: as they were recounted.
        found: by vendor and start of the quarter-hour.
        answers: who answers them.
    """
    wrong = []
    for start in {start for _, start in (*lines, *found)}:
        certain: dict[str, Counter[str]] = {}
        either: set[str] = set()
        total: Counter[str] = Counter()
        for (line, at), count in lines.items():
            if at != start or line == "city":
                continue
            total.update(count)
            (*_, vendors) = (who for since, who in answers[line] if since <= start)
            if len(vendors) > 1:
                either |= vendors
            else:
                (vendor,) = vendors
                certain.setdefault(vendor, Counter()).update(count)
        there = {vendor: count for (vendor, at), count in found.items() if at == start}
        for name in ("line_offered", "queue_offered", "answered", "overflowed", "lost", "wait_sum"):
            if sum(count[name] for count in there.values()) != total[name]:
                wrong.append(f"{start} {name}: vendors {there}, lines {total}")
            for vendor in {*there, *certain}:
                has = there.get(vendor, Counter())[name]
                least = certain.get(vendor, Counter())[name]
                if has < least or (has > least and vendor not in either):
                    wrong.append(f"{start} {vendor} {name}: found {has}, recounted {least}")
    return wrong


def _count_call(events: list[dict[str, Any]], lost_after: int, count: Count) -> None:
    def add(line: str, at: int, **counts: int) -> None:
        count.setdefault((line, at - at % QUARTER), Counter()).update(counts)

    started = min((e["at"] for e in events if e["event"] == "call-start"), default=None)
    hungup = max((e["at"] for e in events if e["event"] == "hangup"), default=None)
    visits: dict[str, dict[str, int]] = {}
    for event in events:
        if event["event"] == "menu-choice":
            visits.setdefault(event["line"], {})["choice"] = event["at"]
        elif event["event"] == "queue":
            facts = visits.setdefault(event["line"], {})
            facts[event["phase"]] = event["at"]
            if event["phase"] == "left":
                facts[event["reason"]] = event["at"]
            if event.get("to_line"):
                visits.setdefault(event["to_line"], {})["brought"] = event["at"]
    # Who turns up in another queue has left the one they were in, also if nobody says so.
    latest = max((at for facts in visits.values() for at in _in_queue(facts)), default=0)
    for line, facts in visits.items():
        went_on = latest > max(_beginnings(facts) + _in_queue(facts))
        _count_visit(line, facts, went_on, hungup, lost_after, add)
    begun = started
    if begun is None:
        begun = min((min(_beginnings(facts)) for facts in visits.values()), default=None)
    if begun is None:
        add("city", hungup or 0, orphans=1)
    elif visits:
        add("city", begun, contacts=1, contacts_with_visit=1)
    elif hungup is not None and hungup <= begun + lost_after:
        add("city", begun, contacts=1, abandoned_in_menu=1)
    else:
        add("city", begun, contacts=1, open_in_menu=1)


def _beginnings(facts: dict[str, int]) -> list[int]:
    for first in ("choice", "brought"):
        if first in facts:
            return [facts[first]]
    return [facts[each] for each in ("entered", "answered", "left") if each in facts]


def _in_queue(facts: dict[str, int]) -> list[int]:
    return [facts[each] for each in ("entered", "answered") if each in facts]


def _count_visit(
    line: str,
    facts: dict[str, int],
    went_on: bool,
    hungup: int | None,
    lost_after: int,
    add: Any,
) -> None:
    begun = min(_beginnings(facts))
    counts = {"line_offered": 1}
    queued = any(each in facts for each in ("entered", "answered", "left"))
    entered = facts.get("entered", begun)
    if queued:
        counts["queue_offered"] = 1
    ended = "lost"
    limit = (entered if queued else begun) + lost_after
    if "answered" in facts:
        ended = "answered"
        counts["wait_sum"] = max(0, facts["answered"] - entered)
    elif "overflow" in facts or "transfer" in facts or went_on:
        ended = "overflowed"
    elif hungup is not None and hungup <= limit:
        ended = "abandoned" if queued else "left_before_queue"
    counts[ended] = 1
    add(line, begun, **counts)
