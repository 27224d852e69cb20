"""The alert that most tests tell of: 15 of the 16 people who chose a line spoke to nobody."""

from dataclasses import replace
from typing import Any

from streams.domain import instants
from streams.domain.detector import Alert
from streams.domain.instants import MINUTE

NOON = instants.parse("2026-11-23T12:50:00+01:00")
"""When the line falls, unless another instant is given."""


def fall(line: str = "waste", since: int = NOON, **changes: Any) -> Alert:
    alert = Alert(
        line=line,
        kind="reachability",
        since=since,
        opened_at=since + 5 * MINUTE,
        resolved_at=None,
        people=15,
        decided=16,
        target=0.6,
        evidence="15 of 16 people in 5 min not reached.",
    )
    return replace(alert, **changes)
