"""What Alertmanager is posted of an alert: once, and again while it stays open."""

from typing import Any

from streams.domain.instants import HOUR, MINUTE
from streams.domain.plan import Plan
from streams.sinks.alert_bodies import LASTS, bodies
from streams.sinks.alert_texts import told_again
from streams.sinks.on_call import NEXT_AFTER, STILL_OPEN_AFTER
from tests.alerts import NOON, fall
from tests.plans import town
from tests.sinks.test_on_call import LINKS, PLAN


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
