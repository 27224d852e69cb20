"""The alert that most tests tell of: 15 of the 16 people who chose a line came into no queue."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from streams.domain import instants
from streams.domain.detector import Alert, Subject
from streams.domain.instants import MINUTE

NOON = instants.parse("2026-11-23T12:50:00+01:00")
"""When the line falls, unless another instant is given."""

VENDORS = defaultdict(
    lambda: "city", dict.fromkeys(("migration", "desk", "waste", "other"), "scheldelijn")
)
"""Who answers the lines of the example plan."""


def fall(line: str = "waste", since: int = NOON, **changes: Any) -> Alert:
    alert = Alert(
        subject=Subject(f"line:{line}", line, VENDORS[line]),
        kind="no_entry",
        severity="page",
        cause="busy",
        since=since,
        opened_at=since + 5 * MINUTE,
        resolved_at=None,
        people=15,
        decided=16,
        figure=1 / 16,
        target=None,
        usual=0.96,
        evidence="15 of 16 contacts in 5 min came into no queue.",
        lines=(line,),
    )
    return replace(alert, **changes)
