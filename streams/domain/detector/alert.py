"""What comes out of a detector: alerts, with their evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, NamedTuple

from streams.domain.instants import MINUTE, SECOND, text
from streams.domain.rounding import percent_beside

Kind = Literal["no_entry", "no_answers", "silence", "forgotten", "closing", "overload"]
Severity = Literal["page", "notice", "ticket"]
Change = Literal["opened", "updated", "resolved"]

ALERT_KINDS: tuple[Kind, ...] = (
    "no_entry",
    "no_answers",
    "silence",
    "forgotten",
    "closing",
    "overload",
)

CAUSES_OF_NO_ENTRY: Final[Mapping[str, str]] = {
    "b": "busy",
    "c": "closed",
    "h": "hung_up_before_queue",
    "l": "lost",
    "m": "hung_up_in_menu",
}
"""Why somebody came into no queue, by the letter in which facts say so."""

HOURS_LIKELY: Final = "opening_hours"
DOUBTFUL: Final = "doubtful"
"""Causes that a detector finds by itself: an edge of the plan's hours is near; a lost ending is
likelier than a caller."""


class Subject(NamedTuple):
    """What an alert is of.

    Attributes:
        scope: ``line:waste``, ``vendor:acme`` or ``city``.
        line: the line; None for a vendor or the city.
        vendor: who answers it.
    """

    scope: str
    line: str | None
    vendor: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One stretch of trouble, from its opening to its end.

    Attributes:
        subject: what it is of.
        kind: which channel has found it.
        severity: ``page`` wakes somebody, ``notice`` tells somebody, ``ticket`` waits for working
            hours. It may rise while the alert is open, and never falls.
        cause: why, as far as that is known; ``""`` where it is not.
        since: when the trouble most likely began.
        opened_at, resolved_at: when it was found, and when it was over.
        people: whom it is about: distinct callers where they have a number.
        decided: how many it was found among.
        figure: the share that it is about; None where no ratio is meant.
        target: what the contract promises of it; None where it promises nothing.
        usual: what is usual at that hour of the week; None where that is not known.
        evidence: what was seen, in English.
        lines: those that it is about, the newest first.
        call_id: the contact that it is about, where it is about one.
    """

    subject: Subject
    kind: Kind
    severity: Severity
    cause: str
    since: int
    opened_at: int
    resolved_at: int | None
    people: int
    decided: int
    figure: float | None
    target: float | None
    usual: float | None
    evidence: str
    lines: tuple[str, ...] = ()
    call_id: str = ""

    @property
    def id(self) -> str:
        """Stable: the same in a replay, and from its opening to its end."""
        return f"{self.subject.scope}:{self.kind}:{text(self.since)}"

    @property
    def line(self) -> str | None:
        """The line that it is of; None for a vendor or the city."""
        return self.subject.line

    def stored(self) -> list[Any]:
        """All of it, as JSON can hold it."""
        subject, *values, lines, call_id = (getattr(self, each.name) for each in fields(self))
        return [[*subject], *values, [*lines], call_id]

    @staticmethod
    def from_stored(stored: Sequence[Any]) -> "Alert":
        """The alert that was stored so."""
        subject, *values, lines, call_id = stored
        said: list[Any] = [Subject(*subject), *values, tuple(lines), call_id]
        return Alert(*said)


class AlertChange(NamedTuple):
    """`change` of `alert` at the instant `at`: opens once, updates, resolves once."""

    change: Change
    at: int
    alert: Alert


_WHY: Final[Mapping[str, str]] = {
    "busy": "most got a busy tone",
    "closed": "most heard that it is closed",
    "hung_up_before_queue": "most hung up before the queue",
    "lost": "most were cut off",
    "hung_up_in_menu": "most hung up in the menu",
}


def no_entry_in_words(people: int, decided: int, length: int, usual: float, cause: str) -> str:
    """What was seen of callers who came into no queue.

    >>> print(no_entry_in_words(15, 16, 339_000_000, 0.04, "busy"))
    15 of 16 contacts in 6 min came into no queue, 93.8 % where 4 % is usual: most got a busy tone.
    """
    why = _WHY.get(cause)
    return (
        f"{people:,} of {decided:,} contacts in {span(length)} came into no queue, "
        f"{percent_beside(0, people / max(decided, 1))} % where {100 * usual:.0f} % is usual"
        + (f": {why}." if why else ".")
    )


def no_answers_in_words(waiting: int, answers: int, length: int, expected: float) -> str:
    """What was seen of a queue that nobody answers.

    >>> print(no_answers_in_words(7, 0, 600_000_000, 11.6))
    7 wait too long, and in 10 min 0 were answered where 12 are usual while somebody waits.
    """
    return (
        f"{waiting:,} wait too long, and in {span(length)} {answers:,} were answered where "
        f"{expected:.0f} are usual while somebody waits."
    )


def silence_in_words(length: int, expected: float) -> str:
    """What was seen of a scope that nobody calls.

    >>> print(silence_in_words(1_260_000_000, 14.2))
    Not one contact in 21 min, where 14 are usual.
    """
    return f"Not one contact in {span(length)}, where {expected:.0f} are usual."


def forgotten_in_words(call_id: str, waited: int, overtaken: int, others: int) -> str:
    """What is known of somebody who waits very long.

    >>> print(forgotten_in_words("pbx1-17", 900_000_000, 0, 1))
    Contact pbx1-17 has waited for 15 min; so has 1 other.
    >>> print(forgotten_in_words("pbx1-17", 900_000_000, 6, 0))
    Contact pbx1-17 has waited for 15 min; doubtful: 6 who came later were answered, so an ending \
that was lost is likelier than a caller.
    """
    said = f"Contact {call_id} has waited for {span(waited)}"
    if overtaken:
        return (
            f"{said}; doubtful: {overtaken:,} who came later were answered, so an ending that was "
            "lost is likelier than a caller."
        )
    if not others:
        return f"{said}."
    return f"{said}; so {'has' if others == 1 else 'have'} {others:,} other" + (
        "." if others == 1 else "s."
    )


def closing_in_words(waiting: int, late: int, left: int) -> str:
    """What is foretold of a queue before its line closes, or was true when it closed.

    >>> print(closing_in_words(9, 0, 1_200_000_000))
    9 wait, 20 min before closing: not all of them will be served at the pace of the last hour.
    >>> print(closing_in_words(0, 2, 0))
    2 were still waiting when the line closed.
    """
    if late:
        return f"{late:,} {'was' if late == 1 else 'were'} still waiting when the line closed."
    return (
        f"{waiting:,} wait, {span(left)} before closing: not all of them will be served at the "
        "pace of the last hour."
    )


def overload_in_words(bad: int, decided: int, target: float) -> str:
    """What was seen of a vendor's lines together.

    >>> print(overload_in_words(50, 80, 0.6))
    Of 80 callers in the last 30 min 30 spoke to somebody: 37.5 %, target 60 %.
    """
    share = (decided - bad) / max(decided, 1)
    return (
        f"Of {decided:,} callers in the last 30 min {decided - bad:,} spoke to somebody: "
        f"{percent_beside(target, share)} %, target {100 * target:g} %."
    )


def span(length: int) -> str:
    """A length of time as it is said.

    >>> span(5 * SECOND), span(15 * MINUTE), span(150 * MINUTE)
    ('5 s', '15 min', '2 h 30 min')
    """
    if length < 2 * MINUTE:
        return f"{max(1, length // SECOND)} s"
    minutes = round(length / MINUTE)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
