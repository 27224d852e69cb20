"""When a caller was reached, and who is overdue meanwhile."""

import pytest

from streams.domain import reachability
from streams.domain.disposition import ABANDONED, ANSWERED, CALLBACK, CHOSE_AGAIN, FORM, OPEN
from tests.domain.judged_calls import PLAN, decided, plan_of, visit_of, waiting


def test_overdue_is_not_reached_and_a_later_answer_restores_it() -> None:
    assert visit_of(waiting(), 189).reached is None
    assert visit_of(waiting(), 190).reached is False
    answered = waiting().answer(300, "waste")
    assert visit_of(answered).reached is True
    assert (190, "waste", "r", "0") in decided(answered)


@pytest.mark.parametrize(
    ("disposition", "callbacks", "reached", "decided"),
    [
        (ANSWERED, "left_out", True, 50),
        (ABANDONED, "left_out", False, 50),
        (FORM, "not_reached", None, None),
        (CHOSE_AGAIN, "not_reached", None, None),
        (CALLBACK, "left_out", None, None),
        (CALLBACK, "not_reached", False, 50),
    ],
)
def test_what_has_ended_is_reached_or_not_or_stays_out(
    disposition: str, callbacks: str, reached: bool | None, decided: int | None
) -> None:
    """Each ended after 50 us, before it was overdue."""
    contract = plan_of(f'callbacks = "{callbacks}"').contract("c", 0)
    assert contract is not None
    assert reachability.reached(contract, disposition, 180, 60) is reached
    assert reachability.decided_at(contract, disposition, 50, 180, 60) == decided


@pytest.mark.parametrize(("now", "reached", "decided"), [(179, None, None), (180, False, 180)])
def test_who_has_no_ending_is_overdue_from_the_limit_on(
    now: int, reached: bool | None, decided: int | None
) -> None:
    contract = PLAN.contract("c", 0)
    assert contract is not None
    assert reachability.reached(contract, OPEN, 180, now) is reached
    assert reachability.decided_at(contract, OPEN, None, 180, now) == decided


def test_who_was_overdue_before_choosing_again_was_decided_then() -> None:
    contract = PLAN.contract("c", 0)
    assert contract is not None
    assert reachability.decided_at(contract, CHOSE_AGAIN, 181, 180, 200) == 180
    assert reachability.decided_at(contract, CHOSE_AGAIN, 180, 180, 200) is None
