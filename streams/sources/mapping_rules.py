"""The tables ``[[row]]`` of a mapping file: which events a row makes."""

from dataclasses import dataclass
from typing import Any, Final, get_args

from streams.domain.events import HangupReason, LeftReason
from streams.sources.checking import Check

EVENTS: Final = ("start", "choice", "entered", "answered", "left", "hangup")
"""The events that a rule may make, in the order in which a call has them."""

ANYTHING: Final = "*"
"""The value of ``when`` that stands for any value but none."""

_REASONS: Final = {"left": get_args(LeftReason), "hangup": get_args(HangupReason)}
_BY: Final = ("caller", "agent", "system")


@dataclass(frozen=True, slots=True)
class Moment:
    """When an event happened, and why."""

    columns: tuple[str, ...]
    plus: tuple[str, ...] = ()
    not_before: str | None = None
    reason: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The events of a row in which every column of ``when`` has one of its values."""

    when: tuple[tuple[str, frozenset[str]], ...]
    moments: tuple[tuple[str, Moment], ...]
    """Empty: rows of this kind are left out."""


def read_rules(rows: Any, check: Check) -> tuple[Rule, ...]:
    """Reads the tables; mistakes go to ``check``."""
    if not isinstance(rows, list) or not rows:
        check.wrong("row", "no [[row]]: nothing says which events a row makes")
        return ()
    return tuple(_rule(row, f"row {number}", check) for number, row in enumerate(rows, 1))


def _rule(value: Any, where: str, check: Check) -> Rule:
    row = check.table(value, where, ("when", "leave_out", *EVENTS))
    when = row.get("when", {})
    if not isinstance(when, dict):
        check.wrong(f"{where}.when", "must be a table of columns and their values")
        when = {}
    moments: list[tuple[str, Moment]] = []
    for name in EVENTS:
        if name in row:
            earlier = tuple(known for known, _ in moments)
            moments.append((name, _moment(row[name], name, f"{where}.{name}", earlier, check)))
    if row.get("leave_out", False) not in (True, False):
        check.wrong(f"{where}.leave_out", "must be true or false")
    if bool(moments) == (row.get("leave_out") is True):
        check.wrong(where, f"must name events ({', '.join(EVENTS)}) or leave_out = true")
    return Rule(
        when=tuple(
            (column, frozenset(check.strings(values, f"{where}.when.{column}")))
            for column, values in when.items()
        ),
        moments=tuple(moments),
    )


def _moment(value: Any, name: str, where: str, earlier: tuple[str, ...], check: Check) -> Moment:
    if not isinstance(value, dict):
        value = {"at": value}
    reasons = _REASONS.get(name, ())
    keys = ("at", "plus", "not_before", *(["reason"] if reasons else []))
    table = check.table(value, where, (*keys, "by") if name == "hangup" else keys)
    if name == "left" and "reason" not in table:
        check.wrong(f"{where}.reason", f"missing: one of {', '.join(reasons)}")
    columns = check.strings(table.get("at"), f"{where}.at") if "at" in table else ()
    if "at" not in table:
        check.wrong(f"{where}.at", "missing: the column of its time")
    return Moment(
        columns=columns,
        plus=check.strings(table["plus"], f"{where}.plus") if "plus" in table else (),
        not_before=check.one_of(table.get("not_before"), f"{where}.not_before", earlier),
        reason=check.one_of(table.get("reason"), f"{where}.reason", reasons) if reasons else None,
        by=check.one_of(table.get("by"), f"{where}.by", _BY) if name == "hangup" else None,
    )
