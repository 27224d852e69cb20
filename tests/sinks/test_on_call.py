"""Whom an alert is for: with the number, in their language, and again if they don't come."""

from typing import Any

import pytest

from streams.domain.detector.alert import ALERT_KINDS
from streams.domain.instants import HOUR
from streams.domain.plan import Plan
from streams.sinks.alert_texts import wording
from streams.sinks.links import Links
from tests.alerts import NOON, fall
from tests.plans import town

LINKS = Links("https://city.example/runbooks", "https://city.example/grafana")
RECEIVERS = """
receivers = [
  { name = "Dagploeg", phone = "+32 3 000 00 00", language = "nl", hours = "day" },
  { name = "Night desk", phone = "+32 3 000 00 01", language = "en" },
]
"""
PLAN = Plan.read(
    town(zone="Europe/Brussels").replace(
        'receiver = "scheldelijn-oncall"\n', f'receiver = "scheldelijn-oncall"\n{RECEIVERS}'
    )
    + '\n[[hours]]\nid = "day"\nmon-sun = "08:00-18:00"\n'
)
NIGHT = NOON + 12 * HOUR


def test_everybody_else_is_told_whom_to_call_and_the_number() -> None:
    by_day, by_night = (wording(fall(since=when), PLAN, LINKS) for when in (NOON, NIGHT))
    assert by_day["call"] == "Dagploeg, +32 3 000 00 00"
    assert by_day["action_en"].endswith("says closed: call Dagploeg, +32 3 000 00 00.")
    assert by_night["call"] == "Night desk, +32 3 000 00 01"
    assert by_night["action_nl"].endswith("gesloten is: bel Night desk, +32 3 000 00 01.")


@pytest.mark.parametrize("when", [NOON, NIGHT])
@pytest.mark.parametrize("kind", ALERT_KINDS)
def test_who_answers_is_not_told_to_call_themselves(kind: Any, when: int) -> None:
    said = wording(fall(kind=kind, since=when, call_id="c1"), PLAN, LINKS)
    own = said["own_summary"] + said["own_text"]
    for name in ("Dagploeg", "Night desk", "000 00", "the shift lead"):
        assert name not in own
    # Each in the language of who is on duty then, with where to look.
    assert ("Wat te doen: " in own) is (when == NOON)
    assert ("What to do: " in own) is (when == NIGHT)
    assert said["runbook_url"] in own and said["dashboard_url"] in own


def test_where_the_plan_names_nobody_it_is_whoever_answers_for_the_vendor() -> None:
    said = wording(fall(), Plan.read(town()), LINKS)
    assert "call" not in said and said["action_en"].endswith("call the shift lead.")
    assert said["own_text"].startswith(said["description_en"])
