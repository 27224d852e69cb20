"""The tables ``[[row]]`` of a mapping file: which events a row makes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from streams.domain.events import HangupReason, LeftReason
from streams.sources.checking import Check
from streams.sources.mapping_texts import TEXTS, Choices, columns_of, read_texts

EVENTS: Final = ("start", "choice", "entered", "answered", "left", "hangup")
"""The events that a rule may make, in the order in which a call has them."""

ANYTHING: Final = "*"
"""The value of ``when`` that stands for any value but none."""

_REASONS: Final = {"left": get_args(LeftReason), "hangup": get_args(HangupReason)}
_BY: Final = ("caller", "agent", "system")


@dataclass(frozen=True, slots=True)
class Moment:
    """When an event happened, and why.

    Attributes:
        columns: of its time; the first counts that has one.
        plus, minus: columns of lengths that are added to it, or taken away.
        not_before: the event than which it is never earlier.
    """

    columns: tuple[str, ...]
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    not_before: str | None = None
    reason: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The events of a row in which every column of ``when`` has one of its values.

    Attributes:
        number: of the rule in the mapping, from 1.
        moments: of its events; empty where rows of this kind are left out.
        texts: those of ``[call]`` that are others in this rule.
        go_on: whether the rules behind it are asked too.
    """

    number: int
    when: tuple[tuple[str, frozenset[str]], ...]
    moments: tuple[tuple[str, Moment], ...]
    texts: dict[str, Choices] = field(default_factory=dict)
    go_on: bool = False

    def used(self) -> Iterator[str]:
        """Every column that the rule names, some of them more than once."""
        yield from (column for column, _ in self.when)
        yield from columns_of(self.texts)
        for _, moment in self.moments:
            yield from moment.columns
            yield from moment.plus
            yield from moment.minus


def read_rules(rows: Any, check: Check) -> tuple[Rule, ...]:
    """Reads the tables; mistakes go to ``check``."""
    if not isinstance(rows, list) or not rows:
        check.wrong("row", "no [[row]]: nothing says which events a row makes")
        return ()
    return tuple(_rule(row, number, check) for number, row in enumerate(rows, 1))


def _rule(value: Any, number: int, check: Check) -> Rule:
    where = f"row {number}"
    row = check.table(value, where, ("when", "leave_out", "go_on", *EVENTS, *TEXTS))
    when = row.get("when", {})
    if not isinstance(when, dict):
        check.wrong(f"{where}.when", "must be a table of columns and their values")
        when = {}
    moments: list[tuple[str, Moment]] = []
    for name in EVENTS:
        if name in row:
            earlier = tuple(known for known, _ in moments)
            moments.append((name, _moment(row[name], name, f"{where}.{name}", earlier, check)))
    for key in ("leave_out", "go_on"):
        if row.get(key, False) not in (True, False):
            check.wrong(f"{where}.{key}", "must be true or false")
    if bool(moments) == (row.get("leave_out") is True):
        check.wrong(where, f"must name events ({', '.join(EVENTS)}) or leave_out = true")
    if row.get("go_on") and not moments:
        check.wrong(f"{where}.go_on", "a row that is left out goes on nowhere")
    return Rule(
        number=number,
        when=tuple(
            (column, frozenset(check.strings(values, f"{where}.when.{column}")))
            for column, values in when.items()
        ),
        moments=tuple(moments),
        texts=read_texts(row, where, check),
        go_on=row.get("go_on") is True,
    )


def _moment(value: Any, name: str, where: str, earlier: tuple[str, ...], check: Check) -> Moment:
    if not isinstance(value, dict):
        value = {"at": value}
    reasons = _REASONS.get(name, ())
    keys = ("at", "plus", "minus", "not_before", *(["reason"] if reasons else []))
    table = check.table(value, where, (*keys, "by") if name == "hangup" else keys)
    if name == "left" and "reason" not in table:
        check.wrong(f"{where}.reason", f"missing: one of {', '.join(reasons)}")
    columns = check.strings(table.get("at"), f"{where}.at") if "at" in table else ()
    if "at" not in table:
        check.wrong(f"{where}.at", "missing: the column of its time")
    return Moment(
        columns=columns,
        plus=check.strings(table["plus"], f"{where}.plus") if "plus" in table else (),
        minus=check.strings(table["minus"], f"{where}.minus") if "minus" in table else (),
        not_before=check.one_of(table.get("not_before"), f"{where}.not_before", earlier),
        reason=check.one_of(table.get("reason"), f"{where}.reason", reasons) if reasons else None,
        by=check.one_of(table.get("by"), f"{where}.by", _BY) if name == "hangup" else None,
    )
