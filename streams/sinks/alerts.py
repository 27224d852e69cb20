"""Alerts as JSON: on ``contact.alerts`` and out of a replay."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from streams.domain import instants
from streams.domain.detector import Alert, Kind, Severity, Subject
from streams.domain.events import Instant

Ratio = Annotated[float, Meta(ge=0, le=1)]
People = Annotated[int, Meta(ge=0)]


class AlertRecord(Struct, frozen=True):
    """One stretch of trouble, as it stands now.

    Attributes:
        id: the same from its opening to its end, and in a replay.
        scope: what it is of: `line:` or `vendor:` with an id, or `city`.
        line: the line, where it is of one.
        vendor: who answers it.
        severity: `page` wakes somebody, `notice` tells somebody, `ticket` waits for working hours.
            It may rise while the alert is open.
        cause: why, as far as that is known; else empty.
        since: when the trouble most likely began.
        people: whom it is about: distinct callers where they have a number.
        decided: how many it was found among.
        figure: the share that it is about: of `no_entry`, who came into a queue, of `no_answers`,
            who was answered, of `overload`, who was reached; null for others.
        target: what the contract promises of it; null where it promises nothing.
        usual: what is usual at that hour of the week; null where that is not known.
        evidence: what was seen, for the person who is woken.
        lines: those that it is about, the newest first.
        call_id: of `forgotten`, the contact that waits; else empty.
    """

    id: str
    scope: str
    line: str | None
    vendor: str
    kind: Kind
    severity: Severity
    cause: str
    since: Instant
    opened_at: Instant
    resolved_at: Instant | None
    people: People
    decided: People
    figure: Ratio | None
    target: Ratio | None
    usual: Ratio | None
    evidence: str
    lines: list[str]
    call_id: str = ""


def alert_object(alert: Alert) -> dict[str, Any]:
    """An alert as JSON; instants in RFC 3339."""
    record = AlertRecord(
        alert.id,
        alert.subject.scope,
        alert.line,
        alert.subject.vendor,
        alert.kind,
        alert.severity,
        alert.cause,
        instants.text(alert.since),
        instants.text(alert.opened_at),
        None if alert.resolved_at is None else instants.text(alert.resolved_at),
        alert.people,
        alert.decided,
        alert.figure,
        alert.target,
        alert.usual,
        alert.evidence,
        list(alert.lines),
        alert.call_id,
    )
    return msgspec.structs.asdict(record)


_decoder: Final = msgspec.json.Decoder(AlertRecord)


def read_alert(value: bytes) -> Alert | None:
    """The alert of a record; None for one of a former release, whose kinds there are no more."""
    try:
        record = _decoder.decode(value)
    except msgspec.ValidationError:
        return None
    return Alert(
        subject=Subject(record.scope, record.line, record.vendor),
        kind=record.kind,
        severity=record.severity,
        cause=record.cause,
        since=instants.parse(record.since),
        opened_at=instants.parse(record.opened_at),
        resolved_at=None if record.resolved_at is None else instants.parse(record.resolved_at),
        people=record.people,
        decided=record.decided,
        figure=record.figure,
        target=record.target,
        usual=record.usual,
        evidence=record.evidence,
        lines=tuple(record.lines),
        call_id=record.call_id,
    )
