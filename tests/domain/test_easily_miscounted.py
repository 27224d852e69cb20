"""Calls that are easily counted wrong, told from beginning to end."""

from collections.abc import Iterable
from itertools import permutations

from streams.domain.books import INTERVAL, Books, books
from streams.domain.figures import figures
from streams.domain.figures.service_level import FORMULAS, service_level
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.ledger import Ledger
from streams.domain.outcome import Outcome
from streams.domain.tally import CITY, LINE, Tally
from tests.stories import PLAN, Fact, Story, at, contacts, judged

WASTE = LINE + "waste"
EVENING = at("23:00")


def booked(stories: Iterable[Story], now: int = EVENING) -> Books:
    facts = [fact for story in stories for fact in story.facts]
    return books(contacts(facts), PLAN, now, INTERVAL)


def test_a_hundred_callers_of_whom_seventy_are_answered_in_time() -> None:
    """70 answered after 20 s, 10 hang up at 20 s, 20 are answered at 21 s or later: 70.0 %,
    77.8 %, 80.0 %, by three formulas that all call themselves service level."""
    stories = []
    for n in range(100):
        story = Story(f"c{n}").start("9:00").enter("9:01:00", "waste")
        if n < 70:
            story.answer("9:01:20", "waste").hang_up("9:05")
        elif n < 80:
            story.hang_up("9:01:20")
        else:
            story.answer(at("9:01:20") + 1 + n, "waste").hang_up("9:05")
        stories.append(story)
    levels = figures(booked(stories).totals[WASTE])["service_level"]
    shown = [f"{100 * levels[name]:.1f}" for name in FORMULAS]
    assert shown == ["70.0", "77.8", "80.0", "77.8"]


def test_a_call_offered_at_7_28_and_answered_at_7_32() -> None:
    """Both are booked in the interval from 7:15, so that the answered are among the offered."""
    call = Story().start("7:27:50").choose("7:28", "waste").enter("7:28", "waste")
    call.answer("7:32", "waste").hang_up("7:50")
    intervals = booked([call]).intervals
    assert {start for scope, start in intervals if scope == WASTE} == {at("7:15")}
    tally = intervals[WASTE, at("7:15")]
    assert (tally["line_offered"], tally["answered"], tally["answered_within"]) == (1, 1, 0)
    assert service_level(tally, "abandons_negative") == 0.0
    assert figures(tally)["average_speed_of_answer"] == 240


def test_the_same_call_live_is_a_miss_before_it_is_answered() -> None:
    call = Story().enter("7:28", "waste").answer("7:32", "waste")
    before, at_last, after = (
        booked([call], at("7:28:20") + late).totals[WASTE] for late in (0, 1, 4 * MINUTE)
    )
    assert service_level(before, "abandons_negative") is None
    assert service_level(at_last, "abandons_negative") == 0.0
    assert at_last["open"] == 1 and after["answered"] == 1


def test_an_overflow_that_loops_does_not_restart_the_wait() -> None:
    """Every 15 s the caller is taken out of the queue and put back, four times: the wait is one
    of 65 s, not one of 5 s, and there is one visit, not four."""
    call = Story().start("9:00").choose("9:00:10", "waste").enter("9:00:10", "waste", 1)
    for lap in ("9:00:25", "9:00:40", "9:00:55", "9:01:10"):
        call.leave(lap, "waste", "overflow", 1).enter(lap, "waste", 1)
    call.answer("9:01:15", "waste", 1).hang_up("9:03")
    whole = booked([call]).totals[WASTE]
    assert (whole["line_offered"], whole["answered"], whole["overflowed"]) == (1, 1, 0)
    assert whole["answered_within"] == 0
    assert figures(whole)["average_speed_of_answer"] == 65


def test_a_loop_that_ends_in_a_hangup_is_one_abandoned_visit() -> None:
    """The second between the two laps was spent elsewhere: it is no wait."""
    call = (
        Story().enter("9:00", "waste").leave("9:02", "waste", "overflow").enter("9:02:01", "waste")
    )
    (visit,) = read(call.hang_up("9:02:03")).visits
    assert (visit.disposition, visit.wait) == ("abandoned", 122 * SECOND)


def read(story: Story, now: int = EVENING) -> Outcome:
    reading = judged(story.contact(), PLAN, now)
    assert reading is not None
    return reading


def the_wanderer() -> Story:
    """Waste, given up; migration, transferred; waste and migration again: four visits, one call."""
    wanderer = Story("wanderer").start("9:00").choose("9:00:10", "waste")
    wanderer.enter("9:00:10", "waste", 1).leave("9:01:10", "waste", "exit_key", 1)
    wanderer.enter("9:01:20", "migration", 2).answer("9:01:30", "migration", 2)
    wanderer.leave("9:03:00", "migration", "transfer", 2, "waste")
    wanderer.enter("9:03:05", "waste", 3).answer("9:03:15", "waste", 3)
    wanderer.leave("9:05:00", "waste", "transfer", 3, "migration")
    wanderer.enter("9:05:02", "migration", 4).answer("9:06:02", "migration", 4)
    return wanderer.hang_up("9:08:00")


def test_one_call_in_two_queues_twice() -> None:
    one, two, three, four = sorted(read(the_wanderer()).visits, key=lambda visit: visit.begun)
    assert (one.line, one.disposition, one.wait) == ("waste", "overflowed", 60 * SECOND)
    assert (two.line, two.disposition, two.wait) == ("migration", "answered", 10 * SECOND)
    assert (three.line, three.disposition, three.wait) == ("waste", "answered", 10 * SECOND)
    assert (four.line, four.disposition, four.wait) == ("migration", "answered", 60 * SECOND)
    assert [each.begun for each in (one, two, three, four)] == [
        at("9:00:10"),
        at("9:01:20"),
        at("9:03:00"),  # where the transfer sent it
        at("9:05:00"),
    ]
    assert [visit.talk for visit in (two, three, four)] == [
        90 * SECOND,
        105 * SECOND,
        118 * SECOND,
    ]


def test_one_call_in_two_queues_twice_is_one_contact() -> None:
    whole = booked([the_wanderer()]).totals
    assert whole[CITY]["contacts"] == whole[WASTE]["contacts"] == 1
    assert whole[CITY]["line_offered"] == 4
    assert whole[WASTE]["line_offered"] == whole[LINE + "migration"]["line_offered"] == 2
    city = figures(whole[CITY], "city")
    assert city["reachability"] == 1.0
    assert city["first_line_resolution"] == 0.0
    assert figures(whole[WASTE])["wrong_choice"] == 1.0


def test_a_hangup_that_arrives_before_its_call_start() -> None:
    """Until anything else arrives it is an orphan: counted, and no contact."""
    call = (
        Story().start("9:00").choose("9:00:10", "waste").enter("9:00:12", "waste").hang_up("9:01")
    )
    start, chosen, entered, hangup = call.facts
    seen = [
        booked_facts([hangup]),
        booked_facts([hangup, start]),
        booked_facts([hangup, start, entered]),
        booked_facts([hangup, start, entered, chosen]),
    ]
    assert [city["orphans"] for city in seen] == [1, 0, 0, 0]
    assert [city["contacts"] for city in seen] == [0, 1, 1, 1]
    assert [city["abandoned_in_menu"] for city in seen] == [0, 1, 0, 0]
    assert [city["abandoned"] for city in seen] == [0, 0, 1, 1]


def booked_facts(facts: list[Fact]) -> Tally:
    return books(contacts(facts), PLAN, EVENING).totals[CITY]


def test_whatever_arrives_first_of_a_short_call_it_is_the_same_call() -> None:
    call = Story().start("9:00").choose("9:00:10", "waste").enter("9:00:12", "waste")
    call.answer("9:00:15", "waste").hang_up("9:01")
    told = {str(booked_facts(list(order)).stored()) for order in permutations(call.facts)}
    assert len(told) == 1


def test_a_call_that_never_ends() -> None:
    """It waits, and is a miss after 20 s and overdue after 180 s; four hours later it is lost, and
    leaves state; a hangup the day after changes nothing."""
    call = Story().start("9:00").choose("9:00:10", "waste").enter("9:00:10", "waste")
    until = at("9:00:10") + 4 * HOUR
    waiting, lost = (booked([call], now).totals[WASTE] for now in (until, until + 1))
    assert (waiting["open"], waiting["lost"]) == (1, 0)
    assert (lost["open"], lost["lost"]) == (0, 1)
    assert figures(waiting)["reachability"] == figures(lost)["reachability"] == 0.0
    assert figures(lost)["service_level"]["abandons_negative"] == 0.0
    assert "longest_wait" not in figures(lost)
    ended = Story().start("9:00").choose("9:00:10", "waste").enter("9:00:10", "waste")
    ended.hang_up(until + DAY)
    assert booked([ended], until + 2 * DAY).totals[WASTE] == lost


def test_a_call_that_never_ends_does_not_stay_in_state() -> None:
    ledger = Ledger(PLAN)
    for event, instant in Story().start("9:00").enter("9:00:10", "waste").facts:
        assert ledger.accept(event, instant)
    ledger.advance(at("13:00"))
    assert list(ledger.contacts) == ["call"]
    assert ledger.bookings.waiting[WASTE].count == 1
    ledger.advance(at("13:20"))
    assert not ledger.contacts
    assert ledger.bookings.waiting[WASTE].count == 0


def test_the_norrkoping_case() -> None:
    """Fifty minutes in a queue to hear that the desk has gone home: in hours, a miss, and not
    reached; the next caller is out of hours, and no concern of the figures."""
    call = Story("first").start("16:05").choose("16:10", "migration").enter("16:10", "migration")
    call.leave("17:00", "migration", "closed").hang_up("17:00:30")
    (visit,) = read(call).visits
    assert visit.terms.open
    assert (visit.disposition, visit.wait) == ("closed", 50 * MINUTE)
    assert visit.within is False and visit.reached is False
    late = Story("second").start("17:00").choose("17:00", "migration").hang_up("17:01", "closed")
    whole = booked([call, late]).totals[LINE + "migration"]
    assert (whole["closed"], whole["out_of_hours"], whole["line_offered"]) == (2, 1, 2)
    assert (whole["service_offered"], whole["reach_judged"]) == (1, 1)
