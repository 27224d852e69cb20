"""What was decided of a contact, and when: the first decision stands."""

from hypothesis import given, settings

from streams.domain.contact import pieces
from streams.domain.decided import decisions
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from tests import calls
from tests.calls import Call, Told
from tests.domain.judged_calls import END, PLAN, decided, read, visit_of, waiting


def test_an_answer_taken_back_was_a_decision_all_the_same() -> None:
    call = waiting().answer(15, "waste").give_back(20, "waste").hang_up(100)
    assert visit_of(call).disposition == "abandoned"
    assert (15, "waste", "service_level", True) in decided(call)
    assert visit_of(call).within is False


def test_a_queue_of_which_only_the_answer_is_told_is_decided_by_then() -> None:
    call = Call().start(0).choose(0, "waste").answer(30, "waste")
    assert (30, "waste", "service_level", False) in decided(call)


def test_who_was_overdue_in_the_menu_before_choosing_again_was_a_decision() -> None:
    call = Call().choose(0, "waste").choose(200, "desk").enter(201, "desk").answer(202, "desk")
    assert decided(call)[0] == (180, "waste", "reachability", False)
    assert read(call).visits[0].reached is None


@settings(max_examples=300)
@given(calls.disturbed() | calls.junk())
def test_a_decision_once_made_stands(events: list[Told]) -> None:
    """Live, a contact is read again and again; what it knew then is what is known at last."""
    for contact in pieces(calls.rows(events)):
        outcome = judge(contact, PLAN, END)
        assert outcome is not None
        at_last = decisions(contact, PLAN, outcome, END)
        for now in (*contact.ats, contact.ats[0] + 200 * SECOND):
            seen = judge(contact, PLAN, now)
            assert seen is not None
            made = decisions(contact, PLAN, seen, now)
            assert made == [each for each in at_last if each.at <= now]
