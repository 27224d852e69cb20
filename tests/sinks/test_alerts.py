"""Alerts as JSON: for whoever reads the topic, and for the worker that goes on."""

import msgspec
import orjson
import pytest

from streams.domain.instants import MINUTE
from streams.sinks.alerts import alert_object, read_alert
from tests.alerts import NOON, fall

OPEN = {
    "id": "waste:reachability:2026-11-23T11:50:00Z",
    "line": "waste",
    "kind": "reachability",
    "since": "2026-11-23T11:50:00Z",
    "opened_at": "2026-11-23T11:55:00Z",
    "resolved_at": None,
    "people": 15,
    "decided": 16,
    "figure": 0.0625,
    "target": 0.6,
    "evidence": "15 of 16 people in 5 min not reached.",
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
        fall(kind="closed_on_waiting", target=None, people=2, decided=2),
    ],
)
def test_an_alert_is_read_as_it_was_written(alert: object) -> None:
    assert read_alert(orjson.dumps(alert_object(alert))) == alert  # type: ignore[arg-type]


def test_where_a_line_closed_on_people_no_ratio_is_meant() -> None:
    shown = alert_object(fall(kind="closed_on_waiting", target=None))
    assert shown["figure"] is shown["target"] is None


@pytest.mark.parametrize(
    "change", [{"kind": "noise"}, {"since": None}, {"people": -1}, {"decided": "16"}, {"figure": 2}]
)
def test_what_is_no_alert_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read_alert(orjson.dumps(OPEN | change))
