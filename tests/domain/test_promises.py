"""Until when a quarter-hour may change by what its callers do later."""

import pytest

from streams.domain import caller_history
from streams.domain.books import INTERVAL
from streams.domain.instants import DAY, MINUTE
from streams.domain.promises import promises, settled
from streams.domain.tally import CITY
from tests.stories import PLAN, Story, at, judged

GRACE = 15 * MINUTE
NINE = at("9:00")


def last(*stories: Story) -> set[tuple[str, int, int]]:
    """Where something is promised, and until when that is open."""
    calls = []
    for story in stories:
        outcome = judged(story.contact(), PLAN, at("23:00"))
        assert outcome is not None
        calls.append(caller_history.call(story.call_id, outcome))
    return {(scope, when, end) for scope, when, end in promises([c for c in calls if c])}


def asked() -> Story:
    story = Story("asked", "ann").start("9:00").enter("9:01", "waste")
    return story.leave("9:02", "waste", "callback").hang_up("9:02")


def test_a_callback_is_open_until_its_time_is_over_or_somebody_has_spoken_to_the_caller() -> None:
    """The line is always open, and promises a callback within 24 hours. Of the city there is the
    visit, and the contact, which began before it."""
    until = at("9:02") + DAY
    here = {(scope, at("9:01"), until) for scope in ("line:waste", "vendor:acme", CITY)}
    assert last(asked()) == here | {(CITY, NINE, until)}
    back = Story("back", "ann").start("11:00").enter("11:00", "waste").answer("11:01", "waste")
    assert {end for _, _, end in last(asked(), back.hang_up("11:05"))} == {at("11:01")}
    assert not last(back)


@pytest.mark.parametrize(
    ("now", "is_settled"),
    [("11:29:59", False), ("11:30", True), ("14:00", True)],
)
def test_it_is_settled_when_the_grace_of_the_last_quarter_hour_has_passed(
    now: str, is_settled: bool
) -> None:
    assert settled(NINE, at("11:01"), [], at(now), GRACE) is is_settled
    assert settled(at("11:02"), NINE, [], at(now), GRACE) is is_settled


@pytest.mark.parametrize(
    ("held", "is_settled"),
    [
        (["8:45"], True),
        (["9:00"], False),
        (["8:00", "10:15"], False),
        (["11:00"], False),
        (["8:00", "11:15"], True),
    ],
)
def test_a_contact_that_is_not_over_keeps_open_whatever_it_may_still_decide(
    held: list[str], is_settled: bool
) -> None:
    starts = [at(each) for each in held]
    assert all(start % INTERVAL == 0 for start in starts)
    assert settled(at("9:03"), at("11:01"), starts, at("20:00"), GRACE) is is_settled
