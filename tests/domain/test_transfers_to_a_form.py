"""Forms: transfers to a desk that takes none, of which nothing but a form stands for the caller.

``archive`` never takes transfers, ``moving`` none from 10:00 UTC on; ``urgent`` takes those that
are urgent, ``desk`` all. The calls are told in UTC, an hour behind the city's clock::

    9:00          9:00:05    9:02                     9:02:10
    choose waste  answered   transfer to archive      hung up: on nobody

It is longer than a module should be, because one story is followed from events to statements.
"""

from itertools import permutations

import pytest
from hypothesis import Phase, find, settings

from streams.domain.alarms import replayed
from streams.domain.books import INTERVAL, Books, books
from streams.domain.decided import decisions
from streams.domain.disposition import FORM
from streams.domain.figures import figures
from streams.domain.instants import MINUTE
from streams.domain.ledger import Ledger
from streams.domain.outcome import NEVER, Outcome, Visit
from streams.domain.plan import Plan
from streams.domain.statement.explanation import explain
from streams.domain.tally import CITY, LINE, VENDOR
from tests import stories
from tests.stories import Fact, Story, at, contacts, events, judged

PLAN = Plan.read(
    """
    [city]
    name = "Testburg"
    time_zone = "Europe/Brussels"

    [[vendor]]
    id = "acme"
    name = "Acme Calls"

    [[hours]]
    id = "office"
    mon-fri = "09:00-12:00"

    [[line]]
    id = "waste"
    vendor = "acme"

    [[line]]
    id = "counter"
    vendor = "acme"
    hours = "office"

    [[line]]
    id = "archive"
    tier = 2
    vendor = "acme"
    hours = "office"
    permanence = "none"

    [[line]]
    id = "maps"
    tier = 3
    permanence = "none"

    [[line]]
    id = "moving"
    tier = 2
    valid_until = 2026-11-18T10:00:00Z

    [[line]]
    id = "moving"
    tier = 2
    permanence = "none"
    valid_from = 2026-11-18T10:00:00Z

    [[line]]
    id = "urgent"
    tier = 2
    permanence = "urgent_only"

    [[line]]
    id = "desk"
    tier = 2
    """
)
EVENING = at("23:00")


def answered(call_id: str = "call", when: str = "9:00") -> Story:
    """Answered by `waste` 5 s after it was chosen."""
    start = at(when)
    story = Story(call_id).start(start).choose(start, "waste").enter(start, "waste", 1)
    return story.answer(start + 5_000_000, "waste", 1)


def sent(to: str, call_id: str = "call", when: str = "9:00") -> Story:
    """The same, passed on two minutes later."""
    return answered(call_id, when).leave(at(when) + 2 * MINUTE, "waste", "transfer", 1, to)


def read(story: Story, now: int = EVENING) -> Outcome:
    reading = judged(story.contact(), PLAN, now)
    assert reading is not None
    return reading


def visit_at(line: str, story: Story, now: int = EVENING) -> Visit:
    (visit,) = (each for each in read(story, now).visits if each.line == line)
    return visit


def booked(*told: Story, now: int = EVENING) -> Books:
    found = books(contacts([fact for story in told for fact in story.facts]), PLAN, now, INTERVAL)
    assert found.imbalance() == 0
    return found


# What is a form


@pytest.mark.parametrize("line", ["archive", "maps"])
def test_a_transfer_to_a_desk_without_permanence_is_a_form(line: str) -> None:
    visit = visit_at(line, sent(line).hang_up("9:02:10"))
    assert (visit.disposition, visit.begun, visit.ended) == ("form", at("9:02"), at("9:02"))
    assert visit.entered is visit.wait is visit.within is visit.reached is visit.talk is None
    assert visit.service_at == visit.reach_at == visit.changes_at == NEVER


@pytest.mark.parametrize("now", ["9:02", "9:02:01", "9:30", "13:30"])
def test_it_is_one_as_soon_as_it_is_begun_and_for_good(now: str) -> None:
    """While the caller is still heard in the first line, and though no hangup ever comes."""
    assert visit_at("archive", sent("archive"), at(now)).disposition == "form"


@pytest.mark.parametrize("reason", ["normal", "busy", "closed", "error"])
def test_however_the_caller_hangs_up_then(reason: str) -> None:
    assert visit_at("archive", sent("archive").hang_up("9:02", reason)).disposition == "form"


def test_a_transfer_before_an_answer_is_a_form_of_somebody_not_reached() -> None:
    waiting = Story().start("9:00").choose("9:00", "waste").enter("9:00", "waste")
    reading = read(waiting.leave("9:01", "waste", "transfer", to="archive").hang_up("9:01:05"))
    assert {each.line: each.disposition for each in reading.visits} == {
        "waste": "overflowed",
        "archive": "form",
    }
    assert (reading.answered, reading.reached) == (False, False)


def test_who_lands_in_another_queue_instead_was_passed_on_to_that_one() -> None:
    """Where a transfer lands is where it led: no form stands for somebody who waits elsewhere."""
    back = sent("archive").enter("9:03", "waste", 2).hang_up("9:04")
    assert [(each.line, each.begun, each.disposition) for each in read(back).visits] == [
        ("waste", at("9:00"), "answered"),
        ("waste", at("9:02"), "abandoned"),
    ]


def test_who_is_queued_there_all_the_same_is_judged_as_anybody() -> None:
    story = sent("archive").enter("9:02:10", "archive")
    assert visit_at("archive", story, at("9:02:09")).disposition == "form"
    assert visit_at("archive", story, at("9:02:10")).disposition == "open"
    assert visit_at("archive", story.hang_up("9:04")).disposition == "abandoned"
    answer = sent("archive").enter("9:02:10", "archive").answer("9:02:15", "archive")
    visit = visit_at("archive", answer)
    assert (visit.disposition, visit.reached, visit.in_time) == ("answered", True, True)


def test_any_queue_event_there_says_that_there_was_a_queue() -> None:
    story = sent("archive").leave("9:02:30", "archive", "closed").hang_up("9:02:31")
    assert visit_at("archive", story).disposition == "closed"


# What is none


@pytest.mark.parametrize("line", ["desk", "urgent"])
def test_where_somebody_takes_transfers_who_hangs_up_has_hung_up(line: str) -> None:
    visit = visit_at(line, sent(line).hang_up("9:02:10"))
    assert (visit.disposition, visit.reached) == ("left_before_queue", False)


def test_a_menu_choice_is_no_transfer() -> None:
    visit = visit_at("archive", Story().start("9:00").choose("9:00", "archive").hang_up("9:00:10"))
    assert (visit.disposition, visit.reached) == ("left_before_queue", False)


def test_an_overflow_is_no_transfer() -> None:
    story = answered().leave("9:02", "waste", "overflow", 1, "archive").hang_up("9:02:10")
    assert [each.line for each in read(story).visits] == ["waste"]
    queued = answered().leave("9:02", "waste", "overflow", 1, "archive").enter("9:02", "archive")
    assert visit_at("archive", queued.hang_up("9:04")).disposition == "abandoned"


def test_a_line_chosen_first_and_passed_on_to_later_was_visited_twice() -> None:
    chosen = Story().start("8:59").choose("8:59:30", "archive").enter("9:00", "waste", 1)
    chosen.answer("9:00:05", "waste", 1).leave("9:02", "waste", "transfer", 1, "archive")
    found = [each for each in read(chosen.hang_up("9:02:10")).visits if each.line == "archive"]
    assert [(each.begun, each.ended, each.disposition) for each in found] == [
        (at("8:59:30"), at("9:00"), "overflowed"),
        (at("9:02"), at("9:02"), "form"),
    ]


@pytest.mark.parametrize(
    ("begins", "disposition"), [("9:57:59.999999", "left_before_queue"), ("9:58", "form")]
)
def test_permanence_is_that_of_the_instant_of_the_transfer(begins: str, disposition: str) -> None:
    """Two minutes after the call begins; the desk takes no transfers from 10:00 on."""
    start = at("9:58") - (1 if begins != "9:58" else 0)
    story = Story().start(start).enter(start, "waste", 1).answer(start, "waste", 1)
    story.leave(start + 2 * MINUTE, "waste", "transfer", 1, "moving").hang_up("10:01")
    assert visit_at("moving", story).disposition == disposition


# What they count


def test_forty_forms_are_no_hang_ups_and_wake_nobody() -> None:
    told = [sent("archive", f"c{n}", f"9:{n:02}").hang_up(f"9:{n + 3:02}") for n in range(40)]
    found = booked(*told).totals
    for scope in (LINE + "archive", VENDOR + "acme", CITY):
        shown = figures(found[scope], "city" if scope == CITY else "line")
        assert (shown["form"], shown["left_before_queue"], shown["open"]) == (40, 0, 0)
    line = figures(found[LINE + "archive"])
    assert line["line_offered"] == line["form"] == 40
    assert "reachability" not in line and "second_line_availability" not in line
    assert line["form_share"] == 1.0
    assert figures(found[VENDOR + "acme"])["reachability"] == 1.0
    city = figures(found[CITY], "city")
    assert (city["reachability"], city["first_line_resolution"]) == (1.0, 0.0)
    facts = [fact for story in told for fact in story.facts]
    assert replayed(contacts(facts), PLAN, EVENING) == []


def test_nothing_is_decided_of_a_form() -> None:
    story = sent("archive").hang_up("9:02:10")
    (piece,) = story.contact().pieces()
    decided = decisions(piece, PLAN, read(story), EVENING)
    assert {each.line for each in decided} == {"waste"}


def test_forms_beside_callers_who_were_queued() -> None:
    """Three forms, one answered, one who gave up: half were reached, of five."""
    told = [sent("archive", f"c{n}").hang_up("9:03") for n in range(3)]
    told.append(sent("archive", "d").enter("9:02:10", "archive").answer("9:02:15", "archive"))
    told.append(sent("archive", "e").enter("9:02:10", "archive").hang_up("9:04"))
    line = figures(booked(*told).totals[LINE + "archive"])
    assert (line["reachability"], line["form_share"], line["callback_share"]) == (0.5, 0.6, 0.0)
    assert (line["queue_offered"], line["second_line_availability"]) == (2, 0.5)


def test_shares_of_forms_and_callbacks_are_of_all_that_could_have_been_judged() -> None:
    told = [sent("archive", "a"), sent("archive", "b").enter("9:02:10", "archive")]
    told[1].leave("9:02:20", "archive", "callback")
    told.append(sent("archive", "c").enter("9:02:10", "archive").hang_up("9:04"))
    told.append(sent("archive", "d").enter("9:02:10", "archive").hang_up("9:04"))
    line = figures(booked(*told).totals[LINE + "archive"])
    assert (line["form_share"], line["callback_share"]) == (1 / 4, 1 / 4)


def test_out_of_hours_a_form_is_a_form_with_that_count_and_in_no_share() -> None:
    """The counter, where the contact began, is open until noon, which is 11:00 here."""
    story = Story().start("11:00").choose("11:00", "counter").enter("11:00", "counter", 1)
    story.answer("11:00:05", "counter", 1).leave("11:02", "counter", "transfer", 1, "archive")
    line = figures(booked(story.hang_up("11:03")).totals[LINE + "archive"])
    assert (line["form"], line["out_of_hours"]) == (1, 1)
    assert "form_share" not in line and "reachability" not in line


def test_an_explanation_says_that_a_form_is_outside_the_measures() -> None:
    told = sent("archive").hang_up("9:02:10").contact()
    ((each,), tally) = explain([told], PLAN, "archive", at("9:00"), at("9:15"), EVENING)
    verdicts = {(c.measure.figure, c.verdict, c.why) for c in each.counted}
    assert verdicts == {
        ("service_level", "outside", "never_queued"),
        ("reachability", "outside", "form"),
    }
    assert tally["form"] == 1


def test_a_desk_that_is_shut_by_then_has_the_form_in_its_hours_all_the_same() -> None:
    """Whose contact began at a line that was open is in hours, wherever they are passed on to."""
    line = figures(booked(sent("archive", when="11:00").hang_up("11:03")).totals[LINE + "archive"])
    assert (line["form"], line["out_of_hours"], line["form_share"]) == (1, 0, 1.0)


# Any order


def test_a_queue_entry_that_comes_after_the_form_was_booked_changes_the_figures() -> None:
    ledger = Ledger(PLAN)
    known = sent("archive").facts
    for event, instant in known:
        assert ledger.accept(event, instant)
    ledger.advance(at("9:05"))
    assert _count(ledger, "form", at("9:00")) == 1
    for event, instant in sent("archive").enter("9:02:10", "archive").facts[len(known) :]:
        assert ledger.accept(event, instant)
    ledger.advance(at("9:05"))
    assert (_count(ledger, "form", at("9:00")), _count(ledger, "open", at("9:00"))) == (0, 1)
    assert ledger.changes().imbalance == 0


def test_events_of_a_form_in_any_order_give_the_same_books() -> None:
    facts = sent("archive").hang_up("9:02:10").enter("9:02:05", "archive").facts[1:]
    expected = judged(contacts(facts)[0], PLAN, EVENING)
    assert expected is not None
    for order in permutations(facts):
        ledger = Ledger(PLAN)
        for n, (event, instant) in enumerate(order):
            assert ledger.accept(event, instant)
            ledger.advance(at("9:03") + n)
        ledger.advance(EVENING)
        total = ledger.changes()
        assert total.imbalance == 0
        ((_, ((_, reading),)),) = total.retired
        found = [(each.line, each.disposition) for each in reading.visits]
        assert found == [(each.line, each.disposition) for each in expected.visits]


def _count(ledger: Ledger, name: str, start: int) -> int:
    place = ledger.bookings.cell((LINE + "archive", INTERVAL, start))
    assert place is not None
    return place.total()[name]


def _has_form(facts: list[Fact]) -> bool:
    readings = (judged(each, stories.PLAN, at("23:00")) for each in contacts(facts))
    return any(
        visit.disposition is FORM
        for reading in readings
        if reading is not None
        for visit in reading.visits
    )


def test_the_properties_of_the_books_see_forms() -> None:
    """Else what is said of every order and repetition would not be said of them."""
    find(
        events(at("12:00"), at("15:00")),
        _has_form,
        settings=settings(max_examples=2_000, phases=[Phase.generate]),
    )
