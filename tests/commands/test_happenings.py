"""What a demo tells: each thing once, in one line, with its time."""

from streams.commands.happenings import Happenings
from streams.domain.instants import MINUTE, SECOND
from streams.simulation.incidents import Incident
from tests.alerts import NOON, fall
from tests.plans import ANTWERP

OUTAGE = [
    Incident(NOON, "outage begins", "nobody answers Waste"),
    Incident(NOON + 60 * MINUTE, "outage ends", "agents are back on Waste"),
]


def test_an_outage_is_told_before_it_comes_and_when_it_does() -> None:
    told = Happenings(ANTWERP, OUTAGE, speed=30)
    assert list(told.until(NOON - 10 * MINUTE, [])) == [
        "12:40:00  outage begins at 12:50:00, in 20 s: nobody answers Waste"
    ]
    assert list(told.until(NOON - SECOND, [])) == []
    assert list(told.until(NOON + 3 * SECOND, [])) == [
        "12:50:00  outage begins: nobody answers Waste"
    ]
    assert list(told.until(NOON + MINUTE, [])) == []
    assert list(told.until(NOON + 90 * MINUTE, [])) == [
        "13:50:00  outage ends: agents are back on Waste"
    ]


def test_what_was_before_somebody_watched_is_told_too() -> None:
    told = Happenings(ANTWERP, OUTAGE, speed=60)
    assert list(told.until(NOON + 45 * MINUTE, [])) == [
        "12:50:00  outage begins: nobody answers Waste",
        "13:35:00  outage ends at 13:50:00, in 15 s: agents are back on Waste",
    ]


def test_an_alert_is_told_when_it_opens_and_when_it_is_over() -> None:
    told = Happenings(ANTWERP, [], speed=30)
    of_waste, of_desk = fall(), fall("desk", kind="closing", cause="")
    assert list(told.until(NOON + 6 * MINUTE, [of_waste])) == [
        "12:55:00  ALERT Waste: 15 people came into no queue since 12:50: most got a busy tone"
    ]
    assert list(told.until(NOON + 7 * MINUTE, [fall(people=17), of_desk])) == [
        "12:55:00  ALERT Desk appointment or document request: 15 people waiting that will not be "
        "served by closing"
    ]
    assert list(told.until(NOON + 20 * MINUTE, [of_desk])) == [
        "13:10:00  over: Waste, nobody gets in"
    ]
    assert list(told.until(NOON + 21 * MINUTE, [])) == [
        "13:11:00  over: Desk appointment or document request, closing with people waiting"
    ]
