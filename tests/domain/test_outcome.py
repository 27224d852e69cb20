"""What a contact comes to: durations that can be told, and marks that few visits have."""

from streams.domain.instants import SECOND
from streams.domain.outcome import CUT_OFF_MARK, FURTHER_LEFT_MARK, LEFT_MARK
from tests.calls import Call
from tests.domain.judged_calls import read, visit_of


def test_the_menu_the_way_and_the_talk_of_a_visit() -> None:
    call = Call().start(0).choose(10, "waste").enter(12, "waste").answer(40, "waste").hang_up(100)
    visit = visit_of(call)
    assert (visit.menu, visit.way, visit.talk) == (10 * SECOND, 2 * SECOND, 60 * SECOND)


def test_a_duration_of_which_one_end_is_not_told_is_none() -> None:
    without_start = visit_of(Call().choose(10, "waste").enter(12, "waste"))
    assert (without_start.menu, without_start.way) == (None, 2 * SECOND)
    without_choice = visit_of(Call().start(0).enter(12, "waste"))
    assert (without_choice.menu, without_choice.way) == (None, None)
    assert without_choice.talk is None


def test_clocks_that_differ_make_a_menu_negative_and_never_a_talk() -> None:
    visit = visit_of(Call().start(0).choose(-2, "waste").enter(1, "waste").answer(2, "waste"))
    assert visit.menu == -2 * SECOND
    gone = visit_of(Call().start(0).enter(0, "waste").answer(9, "waste").hang_up(9))
    assert gone.talk == 0


def test_each_mark_is_a_bit_of_its_own() -> None:
    visit = visit_of(Call().enter(0, "waste"))
    seen = []
    for marks in (CUT_OFF_MARK, LEFT_MARK, FURTHER_LEFT_MARK, FURTHER_LEFT_MARK << 1):
        visit.marks = marks
        further = visit.further_left_within(0), visit.further_left_within(1)
        seen.append((visit.cut_off, visit.left_within, *further).index(True))
        assert sum((visit.cut_off, visit.left_within, *further)) == 1
    assert seen == [0, 1, 2, 3]


def test_properties_are_told_by_any_event_and_a_contradiction_is_counted() -> None:
    call = Call().start(0, entry="main").choose(5, "waste", language="nl")
    outcome = read(call.enter(6, "waste", language="fr").hang_up(90))
    assert (outcome.properties.entry, outcome.properties.language) == ("main", "nl")
    assert outcome.conflicting == 1
