"""Alerts as JSON: on ``contact.alerts`` and out of a replay."""

from typing import Any

from streams.domain import instants
from streams.domain.detector import Alert


def alert_object(alert: Alert) -> dict[str, Any]:
    """An alert as JSON tells it; instants in RFC 3339."""
    return {
        "id": alert.id,
        "line": alert.line,
        "kind": alert.kind,
        "since": instants.text(alert.since),
        "opened_at": instants.text(alert.opened_at),
        "resolved_at": None if alert.resolved_at is None else instants.text(alert.resolved_at),
        "people": alert.people,
        "decided": alert.decided,
        "figure": alert.figure,
        "target": alert.target,
        "evidence": alert.evidence,
    }
