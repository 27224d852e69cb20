"""What became of a person, as a reader of its definition would say it with a pencil.

It goes on from the walk with a pencil (``tests.domain.slow_walk``), and as there, nothing is
shared with ``streams``. The plan is a dictionary: ``terms`` of every line and of the city,
``forms`` the lines that take no transfers, ``stations`` those on the way, ``announcements`` that
may be heard, and ``nuisance`` in microseconds. Lines have no hours.
"""

from __future__ import annotations

from typing import Any

from tests.domain import slow_walk

Told = dict[str, Any]
Plan = dict[str, Any]


def became(contact: Told, events: list[Told], plan: Plan, now: int) -> Told:
    """What a contact of these events came to, and what stands beside it."""
    visits = [_visit(visit, contact, plan, now) for visit in contact["visits"]]
    people = [visit for visit in visits if not visit["station"]]
    answered = [visit for visit in people if visit["how"] == "answered"]
    found: Told = {
        "transfers": sum(
            visit["left_by"] == "transfer" and not visit["to_station"] for visit in visits
        ),
        "bounces": sum(
            visit["by_transfer"]
            and any(v["how"] == "answered" and v["line"] == visit["line"] for v in visits[:place])
            for place, visit in enumerate(visits)
        ),
        "laps": sum(max(0, visit["entries"] - 1) for visit in visits),
    }
    if now < _over_at(contact, events, visits, plan):
        return found | {"became": "open", "queued": False, "wait": None, "within": False}
    queued = [visit for visit in people if visit["queued"]]
    waits = [visit["wait"] for visit in queued]
    wait = sum(waits) if waits and None not in waits else None
    within = wait is not None and bool(answered) and wait <= plan["terms"]["threshold"]
    last = [visit for visit in people if visit["how"] != "chose_again"][-1:]
    return found | {
        "became": _became(contact, events, plan, visits, answered, last),
        "queued": bool(queued),
        "wait": wait,
        "within": within,
    }


def _over_at(contact: Told, events: list[Told], visits: list[Told], plan: Plan) -> int:
    if contact["hangup"] is not None:
        return int(contact["hangup"]["at"])
    lost_after = plan["terms"]["lost_after"]
    since = [visit["since"] for visit in visits] or [contact["begun"]]
    return max(max(since) + lost_after + 1, *(event["at"] for event in events))


def _became(
    contact: Told,
    events: list[Told],
    plan: Plan,
    visits: list[Told],
    answered: list[Told],
    last: list[Told],
) -> str:
    hangup, started = contact["hangup"], contact["started"]
    if plan["nuisance"] and hangup is not None and started is not None:
        soon = hangup["at"] - started <= plan["nuisance"]
        meant = any(v["answered"] is not None or v["reason"] == "callback" for v in visits)
        if soon and not meant:
            return "nuisance"
    if not answered and _informed(contact, events, plan, visits):
        return "informed"
    if not last:
        refused = not visits and hangup is not None and hangup["at"] <= _lost_at(contact, plan)
        return "refused" if refused and hangup.get("reason") in ("busy", "closed") else "given_up"
    (final,) = last
    if final["how"] == "answered":
        if final["left_by"] == "transfer" and not final["to_line"]:
            return "outside"
        return "served_at_once" if len(answered) == 1 else "served_after_transfer"
    if final["how"] in ("callback", "form"):
        return str(final["how"])
    if answered:
        return "dead_end"
    by_ending = {"blocked": "refused", "closed": "refused", "overflowed": "turned_away"}
    return {**by_ending, "lost": "lost"}.get(final["how"], "given_up")


def _lost_at(contact: Told, plan: Plan) -> int:
    return int(contact["begun"] + plan["terms"]["lost_after"])


def _informed(contact: Told, events: list[Told], plan: Plan, visits: list[Told]) -> bool:
    passed_over = contact["order"][len(contact["order"]) - contact["after_hangup"] :]
    for event in events:
        if event["event_id"] in passed_over or event.get("informed") not in plan["announcements"]:
            continue
        if event["event"] == "hangup":
            if event["event_id"] == contact["hangup"]["event_id"]:
                return True
            continue
        at = event["at"]
        if not any(
            v["begun"] >= at or (v["choice"] is not None and v["choice"] >= at)
            for v in visits
            if not v["station"]
        ):
            return True
    return False


def _visit(visit: Told, contact: Told, plan: Plan, now: int) -> Told:
    line = visit["line"]
    permanence = "none" if line in plan["forms"] else "always"
    terms = {**plan["terms"], "permanence": permanence}
    judged = slow_walk.judged(visit, contact["hangup"], now, terms)
    entry = judged["entered"]
    since = visit["begun"] if entry is None else entry
    in_time = visit["answered"] is not None or (
        visit["left"] is not None and visit["left"] <= since + terms["lost_after"]
    )
    return {
        "line": line,
        "station": line in plan["stations"],
        "how": judged["disposition"],
        "wait": judged["wait"],
        "queued": entry is not None,
        "since": since,
        "begun": visit["begun"],
        "choice": visit["choice"],
        "answered": visit["answered"],
        "reason": visit["reason"],
        "left_by": visit["reason"] if in_time else None,
        "to_line": None if visit["to"] is None else visit["to"]["line"],
        "to_station": visit["to"] is not None and visit["to"]["line"] in plan["stations"],
        "by_transfer": visit["transfer"] is not None,
        "entries": visit["entries"],
    }
