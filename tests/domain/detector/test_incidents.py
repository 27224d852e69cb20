"""What goes wrong at a vendor's lines within 90 minutes is one alert."""

import json
from dataclasses import replace

from streams.domain.detector import Alert, AlertChange, Subject
from streams.domain.detector.incidents import Incidents
from streams.domain.instants import MINUTE
from tests.alerts import NOON, fall


def change(alert: Alert, what: str = "opened", after: int = 0) -> AlertChange:
    return AlertChange(what, alert.opened_at + after, alert)  # type: ignore[arg-type]


def over(alert: Alert, after: int) -> AlertChange:
    at = alert.opened_at + after
    return AlertChange("resolved", at, replace(alert, resolved_at=at))


WASTE, OTHER = fall(), fall("other", since=NOON + 10 * MINUTE, kind="no_answers")
DESK = fall("waste-desk", since=NOON + 10 * MINUTE)
VENDOR = replace(
    fall(since=NOON + MINUTE), subject=Subject("vendor:scheldelijn", None, "scheldelijn"), lines=(),
    people=40,
)  # fmt: skip


def test_one_line_alone_is_as_it_is() -> None:
    incidents = Incidents()
    assert incidents.apply([change(WASTE)]) == [change(WASTE)]
    assert incidents.apply([over(WASTE, MINUTE)]) == [over(WASTE, MINUTE)]


def test_a_second_line_joins_under_the_first_one_s_id_and_leads() -> None:
    incidents = Incidents()
    first, second = incidents.apply([change(WASTE), change(OTHER)])
    assert (second.change, second.alert.id) == ("updated", first.alert.id)
    assert second.alert.lines == ("other", "waste")
    assert second.alert.people == WASTE.people + OTHER.people
    assert WASTE.evidence in second.alert.evidence and OTHER.evidence in second.alert.evidence


def test_people_are_not_counted_for_their_line_and_for_their_vendor() -> None:
    incidents = Incidents()
    *_, last = incidents.apply([change(WASTE), change(VENDOR)])
    assert last.alert.people == VENDOR.people


def test_it_is_over_when_all_of_it_is() -> None:
    incidents = Incidents()
    incidents.apply([change(WASTE), change(OTHER)])
    assert [each.change for each in incidents.apply([over(WASTE, 20 * MINUTE)])] == ["updated"]
    [last] = incidents.apply([over(OTHER, 20 * MINUTE)])
    assert (last.change, last.alert.resolved_at) == ("resolved", OTHER.opened_at + 20 * MINUTE)


def test_another_vendor_s_line_is_another_incident() -> None:
    found = Incidents().apply([change(WASTE), change(DESK)])
    assert [each.change for each in found] == ["opened", "opened"]


def test_after_ninety_minutes_it_is_another_unless_the_first_goes_on() -> None:
    late = fall("other", since=WASTE.opened_at + 120 * MINUTE)
    assert [e.change for e in Incidents().apply([change(WASTE), change(late)])][1] == "updated"
    ended = [change(WASTE), over(WASTE, MINUTE), change(late)]
    assert [each.change for each in Incidents().apply(ended)][2] == "opened"
    soon = fall("other", since=WASTE.opened_at + 60 * MINUTE)
    again = Incidents().apply([change(WASTE), over(WASTE, MINUTE), change(soon)])
    assert again[2].change == "updated" and again[2].alert.resolved_at is None


def test_notices_stay_as_they_are() -> None:
    forgotten = replace(OTHER, kind="forgotten", severity="notice")
    found = Incidents().apply([change(WASTE), change(forgotten)])
    assert [each.alert for each in found] == [WASTE, forgotten]


def test_it_is_as_grave_as_its_gravest() -> None:
    ticket = replace(WASTE, severity="ticket")
    *_, last = Incidents().apply([change(ticket), change(OTHER)])
    assert last.alert.severity == "page"


def test_what_is_open_is_told_once() -> None:
    incidents = Incidents()
    incidents.apply([change(WASTE), change(OTHER)])
    [one] = incidents.open([replace(WASTE, people=20), OTHER])
    assert one.people == 20 + OTHER.people


def test_it_is_remembered() -> None:
    incidents, again = Incidents(), Incidents()
    incidents.apply([change(WASTE), change(OTHER)])
    states = json.loads(json.dumps(incidents.states()))
    assert incidents.states() == {}
    for vendor, state in states.items():
        again.restore(vendor, state)
    assert again.open([WASTE, OTHER]) == incidents.open([WASTE, OTHER])
    assert [each.change for each in again.apply([over(WASTE, MINUTE)])] == ["updated"]
