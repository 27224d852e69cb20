"""Months of which statements are made: a fortnight of real calls, and one of a few calls."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from streams.cli import main

DATA = Path(__file__).parent.parent / "data"

PLAN = """
[city]
name = "Bank"
time_zone = "Asia/Jerusalem"
contract = "calls"
languages = ["nl", "en"]
[[vendor]]
id = "desk"
name = "The Desk & Co"
[[contract]]
id = "calls"
currency = "USD"
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.90
    scope = "pooled"
        [contract.measure.malus]
        per_point = 2000
    [[contract.measure]]
    id = "ignored"
    figure = "service_level"
    formula = "abandons_ignored"
    target = 0.58
    scope = "pooled"
    [[contract.measure]]
    id = "positive"
    figure = "service_level"
    formula = "abandons_positive"
    target = 0.58
    scope = "pooled"
    [[contract.measure]]
    id = "answered-only"
    figure = "service_level"
    formula = "answered_only"
    target = 0.58
    scope = "pooled"
    [[contract.measure]]
    id = "reached"
    figure = "reachability"
    target = 0.85
    scope = "pooled"
    [[contract.measure]]
    id = "hung-up"
    figure = "abandonment"
    target = 0.05
    scope = "pooled"
    [[contract.measure]]
    id = "asa"
    figure = "average_speed_of_answer"
    target = 35
    scope = "pooled"
"""
NOT_LOGGED = """
    [[contract.exclusion]]
    id = "not-logged"
    kind = "event"
    from = 1999-02-15T00:00:00+02:00
    until = 1999-03-01T00:00:00+02:00
    reason = "The log that was made public ends here"
"""
BANK_LINES = "".join(
    f'[[line]]\nid = "{line}"\nvendor = "desk"\n' for line in ("PS", "PE", "IN", "NE", "NW", "TT")
)


def run(*words: str | Path) -> int:
    return main([str(word) for word in words])


def of_the_bank(bank: Path, plan: str = "plan.toml") -> list[str | Path]:
    return [
        *("statement", "--vendor", "desk", "--period", "1999-02"),
        *("--plan", bank / plan, bank / "events.ndjson"),
    ]


def call(n: int, minute: int, wait: int, **more: Any) -> list[dict[str, Any]]:
    def at(seconds: int) -> str:
        moment = datetime.fromisoformat(f"2026-03-04T09:{minute:02}:00+01:00")
        return (moment + timedelta(seconds=seconds)).isoformat()

    base = {"call_id": f"c{n}", "line": "waste"} | more
    return [
        {"event": "queue", "event_id": f"{n}-1", "at": at(0), "phase": "entered", **base},
        {"event": "queue", "event_id": f"{n}-2", "at": at(wait), "phase": "answered", **base},
        {"event": "hangup", "event_id": f"{n}-3", "at": at(wait + 60), "call_id": f"c{n}"},
    ]


SMALL = """
[city]
time_zone = "Europe/Brussels"
contract = "paid"
[[vendor]]
id = "acme"
name = "Acme"
[[contract]]
id = "paid"
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 100
[[hours]]
id = "one-morning"
exceptions = [{ date = 2026-03-04, open = "09:00-09:45" }]
[[line]]
id = "waste"
vendor = "acme"
hours = "one-morning"
expected_per_hour = 10
"""


class Month:
    """A month of a few calls, whose phone system corrects itself."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.plan = directory / "plan.toml"
        self.plan.write_text(SMALL)
        self.archive = directory / "statements"
        calls = [call(n, n, 5) for n in range(8)] + [call(n, n, 90) for n in range(8, 10)]
        self.first = self.write("first", [event for call in calls for event in call])

    def write(self, name: str, events: list[dict[str, Any]]) -> Path:
        path = self.directory / f"{name}.ndjson"
        path.write_text("".join(json.dumps(event) + "\n" for event in events))
        return path

    def words(self, command: str) -> list[str | Path]:
        of = ["--vendor", "acme", "--period", "2026-03", "--plan", self.plan]
        return [command, *of, "--keep", self.archive, "--format", "json"]
