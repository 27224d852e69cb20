"""Alerts as JSON: on ``contact.alerts`` and out of a replay."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from streams.domain import instants
from streams.domain.detector import Alert, Kind
from streams.domain.events import Instant

Ratio = Annotated[float, Meta(ge=0, le=1)]
People = Annotated[int, Meta(ge=0)]


class AlertRecord(Struct, frozen=True):
    """One stretch of trouble on one line, as it stands now.

    Attributes:
        id: the same from its opening to its end, and in a replay.
        since: when the trouble most likely began.
        people: how many visits have gone wrong from then on, of `decided`.
        figure: the share of these that went well; null where no ratio is meant.
        target: what the contract promises.
        evidence: what was seen, for the person who is woken.
    """

    id: str
    line: str
    kind: Kind
    since: Instant
    opened_at: Instant
    resolved_at: Instant | None
    people: People
    decided: People
    figure: Ratio | None
    target: Ratio | None
    evidence: str


def alert_object(alert: Alert) -> dict[str, Any]:
    """An alert as JSON; instants in RFC 3339."""
    record = AlertRecord(
        alert.id,
        alert.line,
        alert.kind,
        instants.text(alert.since),
        instants.text(alert.opened_at),
        None if alert.resolved_at is None else instants.text(alert.resolved_at),
        alert.people,
        alert.decided,
        alert.figure,
        alert.target,
        alert.evidence,
    )
    return msgspec.structs.asdict(record)


_decoder = msgspec.json.Decoder(AlertRecord)


def read_alert(value: bytes) -> Alert:
    """The alert of a record.

    Raises:
        msgspec.ValidationError: it is none.
    """
    record = _decoder.decode(value)
    return Alert(
        line=record.line,
        kind=record.kind,
        since=instants.parse(record.since),
        opened_at=instants.parse(record.opened_at),
        resolved_at=None if record.resolved_at is None else instants.parse(record.resolved_at),
        people=record.people,
        decided=record.decided,
        target=record.target,
        evidence=record.evidence,
    )
