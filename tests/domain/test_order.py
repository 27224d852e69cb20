"""The order in which events are walked through, and the hangup that ends a contact."""

import pytest

from streams.domain.contact import pieces
from streams.domain.walk import walk
from streams.domain.walked import NO_ROW
from tests import calls
from tests.calls import Call
from tests.domain.walked_calls import visits, walked

# The hangup


def test_who_picks_up_a_caller_who_has_gone_has_not_answered() -> None:
    call = Call().start(0).enter(0, "waste").hang_up(18).answer(19.5, "waste")
    assert visits(call) == [("waste", "waiting")]
    assert walked(call).after_hangup == 1


@pytest.mark.parametrize(("after", "counts"), [(5, 1), (5.1, 0)])
def test_an_entry_just_behind_the_hangup_is_just_before_it(after: float, counts: int) -> None:
    found = walked(Call().hang_up(0).enter(after, "waste"))
    assert (len(found.visits), found.after_hangup) == (counts, 1 - counts)


def test_a_hangup_after_which_somebody_is_served_was_that_of_a_leg() -> None:
    call = Call().enter(0, "waste").answer(5, "waste").hang_up(60)
    call.enter(61, "desk").answer(70, "desk").hang_up(200)
    assert visits(call) == [("waste", "answered"), ("desk", "answered")]
    assert walked(call).hangup == 5


@pytest.mark.parametrize(("second", "first_counts"), [(5, True), (5.1, False)])
def test_a_second_hangup_soon_after_the_first_changes_nothing(
    second: float, first_counts: bool
) -> None:
    found = walked(Call().hang_up(0).enter(1, "waste").hang_up(second))
    assert (found.hangup == 0) is first_counts


def test_a_thousand_events_are_no_cubic_hangup() -> None:
    """Read word by word, the rule of the hangup takes a quarter of a second for as many."""
    call = Call()
    for n in range(140):
        call.hang_up(10 * n).enter(10 * n + 1, "waste")
    (contact,) = pieces(calls.rows(call.events))
    assert walk(contact).hangup != NO_ROW


# One instant


def test_at_one_instant_what_fits_where_the_caller_is_comes_first() -> None:
    """All of 12:00:00, told in any order: who talks leaves before they enter elsewhere."""
    call = Call().enter(0, "waste").answer(5, "waste")
    call.enter(60, "desk").leave(60, "waste", "transfer", to="desk").answer(60, "desk")
    assert walked(call).order == (0, 1, 4, 2, 3)
    assert visits(call) == [("waste", "answered"), ("desk", "answered")]
    assert walked(call).visits[1].transfer == 4


def test_the_sources_own_order_counts_where_all_events_of_an_instant_have_one() -> None:
    def told(*seqs: int | None) -> tuple[int, ...]:
        call = Call().start(0)
        call.choose(1, "desk", seq=seqs[0]).choose(1, "waste", seq=seqs[1])
        return walked(call).order

    assert told(2, 1) == (0, 2, 1)
    assert told(1, 2) == told(None, 1) == told(2, None) == told(None, None) == (0, 1, 2)
