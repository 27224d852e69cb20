"""How a visit ended: one disposition, the first that applies."""

import pytest

from streams.domain.instants import SECOND
from tests.calls import Call
from tests.domain import slow_walk
from tests.domain.judged_calls import ends, plan_of, read, visit_of, waiting


@pytest.mark.parametrize("reason", slow_walk.LEFT_FOR)
def test_a_visit_left_for_a_reason(reason: str) -> None:
    if reason == "chose_again":
        return
    call = waiting().leave(72, "waste", reason).hang_up(75)
    assert ends(call) == [("waste", slow_walk.LEFT_FOR[reason], 60)]


@pytest.mark.parametrize(
    ("reason", "disposition"),
    [(None, "abandoned"), ("closed", "closed"), ("busy", "blocked"), ("error", "lost")],
)
def test_a_visit_hung_up_for_a_reason(reason: str | None, disposition: str) -> None:
    assert ends(waiting().hang_up(72, reason)) == [("waste", disposition, 60)]


@pytest.mark.parametrize(
    ("gone", "disposition", "excluded"),
    [(17, "short_abandoned", None), (17.000001, "abandoned", True)],
)
def test_short_is_who_waited_up_to_the_limit_itself(
    gone: float, disposition: str, excluded: bool | None
) -> None:
    """Five seconds in the queue: decided in time by default, and outside where a contract leaves
    short ones out."""
    call = waiting().hang_up(gone)
    assert (visit_of(call).disposition, visit_of(call).within) == (disposition, True)
    assert visit_of(call, plan=plan_of('short_abandons = "excluded"')).within is excluded


def test_who_hangs_up_on_the_way_never_queued() -> None:
    assert ends(Call().start(0).choose(10, "waste").hang_up(10)) == [
        ("waste", "left_before_queue", None)
    ]


def test_a_form_stands_for_a_transfer_to_a_line_without_permanence() -> None:
    call = waiting().answer(20, "waste").leave(60, "waste", "transfer", to="archive").hang_up(61)
    assert ends(call)[1] == ("archive", "form", None)
    assert read(call).visits[1].reached is None
    queued = waiting().answer(20, "waste").leave(60, "waste", "transfer", to="archive")
    assert ends(queued.enter(62, "archive").hang_up(90))[1] == ("archive", "abandoned", 28)


def test_lost_is_who_has_no_ending_and_changes_by_an_answer_only() -> None:
    call = waiting()
    lost = 12 + 4 * 3600
    assert ends(call, lost)[0][1] == "open"
    assert ends(call, lost + 0.000001)[0][1] == "lost"
    assert ends(waiting().hang_up(lost), lost + 2)[0][1] == "abandoned"
    assert ends(waiting().hang_up(lost + 1), lost + 2)[0][1] == "lost"
    assert ends(waiting().answer(lost + 1, "waste"), lost + 2)[0][1] == "answered"


def test_who_is_picked_up_after_hanging_up_was_not_reached() -> None:
    call = Call().start(0).enter(0, "waste").hang_up(18, by="caller").answer(19.5, "waste")
    visit = visit_of(call)
    assert (visit.disposition, visit.wait, visit.reached) == ("abandoned", 18 * SECOND, False)
