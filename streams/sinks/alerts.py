"""Alerts as JSON: on ``contact.alerts`` and out of a replay."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from streams.domain import instants
from streams.domain.detector import Alert, Kind
from streams.domain.events import Instant

Ratio = Annotated[float, Meta(ge=0, le=1)]
People = Annotated[int, Meta(ge=0)]


class AlertTold(Struct, frozen=True):
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
    """An alert as JSON tells it; instants in RFC 3339."""
    told = AlertTold(
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
    return msgspec.structs.asdict(told)


_decoder = msgspec.json.Decoder(AlertTold)


def alert_told(value: bytes) -> Alert:
    """The alert that was told.

    Raises:
        msgspec.ValidationError: it is none.
    """
    told = _decoder.decode(value)
    return Alert(
        line=told.line,
        kind=told.kind,
        since=instants.parse(told.since),
        opened_at=instants.parse(told.opened_at),
        resolved_at=None if told.resolved_at is None else instants.parse(told.resolved_at),
        people=told.people,
        decided=told.decided,
        target=told.target,
        evidence=told.evidence,
    )
