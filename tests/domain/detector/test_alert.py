"""An alert is the same from its opening to its end, and says what was seen in plain figures."""

from dataclasses import replace

import pytest

from streams.domain.detector.alert import Alert, in_words, recovery_in_words
from streams.domain.instants import MINUTE

ALERT = Alert(
    line="waste",
    kind="reachability",
    since=10 * MINUTE,
    opened_at=12 * MINUTE,
    resolved_at=None,
    people=15,
    decided=16,
    target=0.6,
    evidence="seen",
)


def test_its_id_outlives_whatever_is_told_of_it() -> None:
    later = replace(ALERT, people=40, decided=50, resolved_at=30 * MINUTE, evidence="over")
    assert later.id == ALERT.id
    assert replace(ALERT, line="desk").id != ALERT.id
    assert replace(ALERT, kind="service_level").id != ALERT.id
    assert replace(ALERT, since=11 * MINUTE).id != ALERT.id


def test_its_figure_is_the_good_share_and_a_closed_line_has_none() -> None:
    assert ALERT.figure == pytest.approx(1 / 16)
    assert replace(ALERT, kind="closed_on_waiting", target=None).figure is None


def test_what_was_seen_is_said_with_the_target_and_how_rare_it_is() -> None:
    said = in_words("service_level", 3, 12, 5 * MINUTE, 0.8, 2_000)
    assert said.startswith("3 of 12 people in 5 min not answered in time: 75")
    assert "target of 80 %" in said and "once in 2,000 calls" in said
    assert "50 of 60 people in the last 2 min" in recovery_in_words(50, 60, 2 * MINUTE, 0.8)
