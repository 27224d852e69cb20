"""A call from its first ring to the end of the queue, whatever the caller does."""

from collections import defaultdict
from itertools import pairwise

from streams.domain.instants import HOUR, SECOND
from streams.simulation import SCENARIOS, Behaviour, City, ContactTruth
from tests.cities import PLAN, TUESDAY, city, days, totals_of, truth


def test_every_contact_that_starts_hangs_up() -> None:
    kinds: dict[str, list[str]] = defaultdict(list)
    for _, event in city("storm").events():
        kinds[event["call_id"]].append(event["event"])
    for story in kinds.values():
        assert story[0] == "call-start" and story[-1] == "hangup"
        assert story.count("call-start") == story.count("hangup") == 1


def test_everything_that_can_happen_does() -> None:
    behaviour = Behaviour(longest_queue=6, error=0.02)
    storm = SCENARIOS["storm"]
    start, until = storm.span(PLAN, TUESDAY)
    busy = City(PLAN, 1, storm, start=start, until=until + 2 * HOUR, behaviour=behaviour)
    seen = {event.get("reason", event.get("phase", event["event"])) for _, event in busy.events()}
    assert seen == {
        *("call-start", "menu-choice", "entered", "answered"),
        *("transfer", "overflow", "voicemail", "callback", "full"),
        *("normal", "busy", "closed", "error"),
    }


def test_callbacks_are_calls_of_the_same_caller() -> None:
    events = list(days(10, SCENARIOS["breach"]).events())
    promised = {e["call_id"] for _, e in events if e.get("reason") == "callback"}
    callers = {e["call_id"]: e.get("caller") for _, e in events if e["event"] == "call-start"}
    kept = [e["caller"] for _, e in events if e.get("entry") == "callback"]
    assert len(kept) > 5
    assert set(kept) <= {callers[call] for call in promised}


def test_a_long_menu_loses_more_callers_if_people_are_so() -> None:
    patient, not_ = (
        totals_of(city(behaviour=Behaviour(menu_hangup=share))) for share in (0.0, 0.3)
    )
    assert patient.outcomes["abandoned_in_menu"] == 0
    assert not_.outcomes["abandoned_in_menu"] / not_.contacts > 0.25


def test_who_is_called_back_makes_no_choice_and_waits_until_answered() -> None:
    """Or until the line closes; nobody loses patience with a call that they were promised."""
    chose, called_back = set(), set()
    known: list[ContactTruth] = []
    impatient = Behaviour(patience=60.0, callback=0.8)
    for _, event in city("breach", behaviour=impatient).events(known.append):
        if event["event"] == "menu-choice":
            chose.add(event["call_id"])
        if event.get("entry") == "callback":
            called_back.add(event["call_id"])
    ends = {one.visits[0].disposition for one in known if one.call_id in called_back}
    assert len(called_back) > 10 and not chose & called_back
    assert "answered" in ends and ends <= {"answered", "closed"}


def test_nobody_is_called_back_whose_number_is_not_known() -> None:
    behaviour = Behaviour(callback=1.0, withheld=0.5)
    ends: dict[str | None, set[str]] = defaultdict(set)
    for one in truth(city("breach", behaviour=behaviour)):
        ends["known" if one.caller else None] |= {visit.disposition for visit in one.visits}
    assert "callback" in ends["known"] and "callback" not in ends[None]


def test_who_goes_round_the_queue_keeps_the_position_in_it() -> None:
    """Left and entered at one instant, as the same visit; the wait runs from the first entry."""
    behaviour = Behaviour(lap=20.0, patience=1_000.0)
    entered: dict[tuple[str, int], list[int]] = defaultdict(list)
    left: dict[tuple[str, int], list[int]] = defaultdict(list)
    known: list[ContactTruth] = []
    for at, event in city("breach", behaviour=behaviour).events(known.append):
        if event.get("phase") == "entered":
            entered[event["call_id"], event["visit"]].append(at)
        elif event.get("reason") == "overflow":
            left[event["call_id"], event["visit"]].append(at)
    assert sum(len(laps) > 1 for laps in left.values()) > 20
    waited = {(one.call_id, v.number): v.entered for one in known for v in one.visits}
    for visit, laps in left.items():
        assert entered[visit][1:] == laps
        assert waited[visit] == entered[visit][0]
        assert {b - a for a, b in pairwise(entered[visit])} == {20 * SECOND}
