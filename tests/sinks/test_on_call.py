"""Whom an alert is for: with the number, in their language, and again if they don't come."""

from typing import Any

import pytest

from streams.domain.detector.alert import ALERT_KINDS
from streams.domain.instants import HOUR, MINUTE
from streams.domain.plan import Plan
from streams.sinks.alert_texts import told_again, wording
from streams.sinks.alertmanager import LASTS, bodies
from streams.sinks.links import Links
from streams.sinks.on_call import NEXT_AFTER, STILL_OPEN_AFTER
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


def labels_of(opened: int, now: int, **changes: Any) -> list[str]:
    """What is known to Alertmanager at an instant, by its label ``still``."""
    alert = fall(opened_at=opened, **changes)
    return [each["labels"].get("still", "") for each in bodies(alert, PLAN, LINKS, now)]


def test_still_open_after_ten_minutes_it_is_the_next_number_and_after_thirty_said_once() -> None:
    assert labels_of(NOON, NOON + NEXT_AFTER - 1) == [""]
    assert labels_of(NOON, NOON + NEXT_AFTER) == ["", "10 min"]
    for later in (STILL_OPEN_AFTER, 5 * HOUR):
        assert labels_of(NOON, NOON + later) == ["", "10 min", "30 min"]
    again = told_again(fall(), PLAN)
    assert again[NEXT_AFTER]["summary_en"].startswith(
        "Open for 10 min, now call Night desk, +32 3 000 00 01: Waste: 15 people"
    )
    assert again[STILL_OPEN_AFTER]["own_summary"].startswith("Na 30 min nog altijd open: Afval")


def test_what_was_told_again_is_over_with_its_alert_and_what_was_over_before_is_not_told() -> None:
    over = NOON + 20 * MINUTE
    alert = fall(opened_at=NOON, resolved_at=over)
    told = bodies(alert, PLAN, LINKS, over + MINUTE)
    assert [each["labels"].get("still") for each in told] == [None, "10 min"]
    assert len({each["endsAt"] for each in told}) == 1
    assert {each["labels"]["alert_id"] for each in told} == {alert.id}
    assert len(bodies(alert, PLAN, LINKS, over + LASTS + MINUTE)) == 1


def test_a_notice_is_not_told_again_nor_a_next_one_called_whom_the_plan_does_not_name() -> None:
    assert labels_of(NOON, NOON + HOUR, severity="notice") == [""]
    [_, still] = bodies(fall(opened_at=NOON), Plan.read(town()), LINKS, NOON + HOUR)
    assert still["labels"]["still"] == "30 min"
