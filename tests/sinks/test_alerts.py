"""Alerts as JSON: for whoever reads the topic, and for the worker that goes on."""

import orjson
import pytest

from streams.domain.detector import Subject
from streams.domain.instants import MINUTE
from streams.sinks.alerts import alert_object, read_alert
from tests.alerts import NOON, fall

OPEN = {
    "id": "line:waste:no_entry:2026-11-23T11:50:00Z",
    "scope": "line:waste",
    "line": "waste",
    "vendor": "scheldelijn",
    "kind": "no_entry",
    "severity": "page",
    "cause": "busy",
    "since": "2026-11-23T11:50:00Z",
    "opened_at": "2026-11-23T11:55:00Z",
    "resolved_at": None,
    "people": 15,
    "decided": 16,
    "figure": 0.0625,
    "target": None,
    "usual": 0.96,
    "evidence": "15 of 16 contacts in 5 min came into no queue.",
    "lines": ["waste"],
    "call_id": "",
}


def test_an_alert_as_it_is_published() -> None:
    assert alert_object(fall()) == OPEN
    assert list(alert_object(fall())) == list(OPEN)
    over = alert_object(fall(resolved_at=NOON + 25 * MINUTE))
    assert over == OPEN | {"resolved_at": "2026-11-23T12:15:00Z"}


@pytest.mark.parametrize(
    "alert",
    [
        fall(),
        fall(resolved_at=NOON + 25 * MINUTE),
        fall(since=NOON + 1, opened_at=NOON + 2),
        fall(kind="forgotten", figure=None, usual=None, people=2, decided=2, call_id="c7"),
        fall(subject=Subject("city", None, "city"), lines=("desk", "waste")),
    ],
)
def test_an_alert_is_read_as_it_was_written(alert: object) -> None:
    assert read_alert(orjson.dumps(alert_object(alert))) == alert  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change", [{"kind": "noise"}, {"since": None}, {"people": -1}, {"decided": "16"}, {"figure": 2}]
)
def test_what_is_no_alert_of_ours_is_none(change: dict[str, object]) -> None:
    assert read_alert(orjson.dumps(OPEN | change)) is None
