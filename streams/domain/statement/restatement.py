"""What changed between a frozen statement and the same period with all that is known now.

Works on plain objects and texts of books, for one of the two may be years old: results are matched
by what they judge, quarter-hours by scope and start.
"""

from typing import Any, Final

from streams.domain.statement import evidence
from streams.domain.tally import LINE

Thing = dict[str, Any]

_KEY: Final = ("contract", "measure", "line", "period", "from", "until", "target", "scope")
_COMPARED: Final = ("part", "whole", "value", "complete", "met", "malus", "bonus")


def restatement(
    before: Thing,
    after: Thing,
    books_before: str,
    books_after: str,
    number: int,
    reason: str,
    events: list[Thing],
) -> Thing:
    """A restatement as a plain object.

    Args:
        before, after: the objects of both statements.
        books_before, books_after: the texts of the books that they rest on.
        number: of the file of the statement after it, as ``Archive`` counts.
        reason: the cause in the words of the person who restates.
        events: the events that came late or corrected others, as far as they are known.
    """
    return {
        "number": number,
        "vendor": before["vendor"],
        "period": before["period"],
        "reason": reason,
        "events": events,
        "plan_changed": before["plan_digest"] != after["plan_digest"],
        "before": _identity(before),
        "after": _identity(after),
        "results": changes(before, after),
        "quarter_hours": _cells(books_before, books_after),
    }


def _identity(of: Thing) -> Thing:
    heard = of["heard"]
    return {
        "number": of["issue"]["number"],
        "issued": of["issue"]["date"],
        "complete": of["complete"],
        "open_hours": None if heard is None else heard["open"],
        "heard_hours": None if heard is None else heard["heard"],
        "books_digest": of["books"]["digest"],
        "plan_digest": of["plan_digest"],
        "amounts": of["amounts"],
        "total": of["total"],
    }


def changes(before: Thing, after: Thing) -> list[Thing]:
    """Results that differ, in the order of the statement after; what only one has is None in the
    other."""
    old, new = _by_key(before), _by_key(after)
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        one, other = _compared(old.get(key)), _compared(new.get(key))
        if one != other:
            shown = new.get(key) or old[key]
            rule = {name: shown[name] for name in (*_KEY, "figure")}
            rule["threshold"] = shown.get("threshold")
            found.append(rule | {"before": one, "after": other})
    return found


def _by_key(of: Thing) -> dict[tuple[Any, ...], Thing]:
    return {
        (*(each[name] for name in _KEY), each.get("threshold"), each.get("formula")): each
        for each in of["results"]
    }


def _compared(result: Thing | None) -> Thing | None:
    return None if result is None else {name: result[name] for name in _COMPARED}


def _cells(before: str, after: str) -> list[Thing]:
    """Quarter-hours of lines whose counts differ, and how."""
    old, new = evidence.parse(before), evidence.parse(after)
    found = []
    for start, scope in sorted((start, scope) for scope, start in {*old, *new}):
        one, other = old.get((scope, start), {}), new.get((scope, start), {})
        if one == other or not scope.startswith(LINE):
            continue
        changed = {
            name: [one.get(name, 0), other.get(name, 0)]
            for name in sorted({*one, *other})
            if one.get(name) != other.get(name)
        }
        found.append({"line": scope.removeprefix(LINE), "start": start, "counts": changed})
    return found
