"""A visit while the walk goes on; events by their numbers."""

import pytest

from streams.domain.open_visit import OpenVisit
from streams.domain.walked import NO_ROW


@pytest.fixture
def visit() -> OpenVisit:
    """At a line since event 1, in its queue since event 2."""
    visit = OpenVisit(1, "waste", begun=1, step=1)
    visit.wait(2)
    return visit


def test_the_first_answer_counts(visit: OpenVisit) -> None:
    visit.talk(3, step=3)
    visit.talk(5, step=5)
    assert (visit.answered, visit.answered_step, visit.laps) == (3, 3, ((2, 3),))


def test_who_is_answered_without_an_entry_has_waited_since_the_beginning() -> None:
    visit = OpenVisit(1, "waste", begun=1, step=1)
    visit.talk(4, step=4)
    assert (visit.entered, visit.queued, visit.laps) == (NO_ROW, True, ((1, 4),))


def test_an_answer_taken_back_leaves_one_wait(visit: OpenVisit) -> None:
    visit.talk(3, step=3)
    visit.take_back(4)
    assert (visit.answered, visit.taken_back, visit.laps) == (NO_ROW, 1, ((2, NO_ROW),))


def test_what_was_spent_elsewhere_before_an_answer_is_taken_back_is_no_wait(
    visit: OpenVisit,
) -> None:
    """Answered at 3, left for the desk at 4, and in the queue again at 6."""
    visit.talk(3, step=3)
    visit.leave(4, step=4, reason="transfer", inferred=False)
    visit.take_back(6)
    assert visit.laps == ((2, 4), (6, NO_ROW))
    assert (visit.left, visit.reason, visit.transfer_step) == (NO_ROW, "", NO_ROW)


def test_who_had_not_left_after_all_waits_on(visit: OpenVisit) -> None:
    visit.end_lap(3)
    visit.leave(3, step=3, reason="overflow", inferred=True)
    visit.wait_on()
    assert (visit.left, visit.inferred, visit.laps) == (NO_ROW, False, ((2, NO_ROW),))


def test_a_reason_that_is_told_later_says_that_it_was_queued() -> None:
    visit = OpenVisit(1, "waste", begun=1, step=1)
    visit.leave(5, step=5, reason="overflow", inferred=True)
    visit.tell_reason(6, "transfer")
    assert (visit.reason, visit.inferred, visit.transfer_step) == ("transfer", False, 6)
    assert (visit.queued, visit.laps) == (True, ((1, 5),))


def test_an_entry_behind_its_answer_is_no_wait() -> None:
    visit = OpenVisit(1, "waste", begun=1, step=1)
    visit.talk(1, step=1)
    visit.enter_late(3)
    assert (visit.entered, visit.entries, visit.laps, visit.disordered) == (3, 1, (), True)


def test_a_visit_of_another_number_is_another(visit: OpenVisit) -> None:
    assert visit.may_be(2) and visit.may_be(NO_ROW)
    visit.number = 1
    assert not visit.may_be(2)
    assert visit.may_be(NO_ROW)
