"""Why a visit counts as it does, also a visit that no threshold decides.

The line is open until 13:30; a measure has a threshold of its own, 10 s beside 20 s::

    9:00 queue   9:00:02 hung up    a short abandon, which the contract leaves out
    9:10 menu    9:10:30 hung up    never in the queue
    14:00 queue  14:00:40 answered  out of hours
"""

import pytest

from streams.domain.plan import Plan
from streams.domain.statement.explanation import OUTSIDE, explain
from tests.stories import Story, at

PLAN = Plan.read(
    """
    [city]
    contract = "paid"

    [[contract]]
    id = "paid"
    threshold = 20
    short_abandons = "excluded"

        [[contract.measure]]
        id = "strict"
        figure = "service_level"
        threshold = 10
        target = 0.5

    [[hours]]
    id = "office"
    mon-fri = "08:00-13:30"

    [[line]]
    id = "waste"
    hours = "office"
    """
)
SHORT = Story("short").enter("9:00", "waste").hang_up("9:00:02")
NEVER_QUEUED = Story("menu").start("9:10").choose("9:10:05", "waste").hang_up("9:10:30")
OUT_OF_HOURS = Story("late").enter("14:00", "waste").answer("14:00:40", "waste").hang_up("14:02")


@pytest.mark.parametrize("story", [SHORT, NEVER_QUEUED, OUT_OF_HOURS])
def test_a_measure_with_a_threshold_of_its_own_leaves_out_what_none_decides(story: Story) -> None:
    explained, _ = explain([story.contact()], PLAN, "waste", at("8:00"), at("18:00"), at("23:00"))
    ((counted,),) = [each.counted for each in explained]
    assert counted.verdict == OUTSIDE
