"""What detectors are fed with: of each visit in hours, what was decided, and when."""

import pytest

from streams.domain.decisions import decisions
from streams.domain.detector import Decision
from streams.domain.judge import judge
from streams.domain.plan import Plan
from tests.stories import PLAN, Story, at


def told(story: Story, now: int, plan: Plan = PLAN) -> list[tuple[str, Decision]]:
    (piece,) = story.contact().pieces()
    outcome = judge(piece, plan, now)
    assert outcome is not None
    return decisions(story.call_id, piece, plan, outcome, now)


def decided(story: Story, now: str = "23:00") -> list[tuple[int, str, bool]]:
    return sorted((d.at, d.kind, d.good) for _, d in told(story, at(now)))


def test_answered_in_time_is_good_twice_at_the_answer() -> None:
    story = Story().start("9:00").enter("9:00", "waste").answer("9:00:10", "waste").hang_up("9:02")
    assert [(kind, good) for _, kind, good in decided(story)] == [
        ("reachability", True),
        ("service_level", True),
    ]


def test_who_still_waits_at_the_threshold_was_missed_then_and_may_be_reached_later() -> None:
    """Twenty seconds by the default contract: a live system knows no more at that moment."""
    story = Story().start("9:00").enter("9:00", "waste").answer("9:01", "waste").hang_up("9:02")
    missed = (at("9:00:20") + 1, "service_level", False)  # the threshold itself is in time still
    assert decided(story, "9:00:30") == [missed]
    assert missed in decided(story)
    assert [good for _, kind, good in decided(story) if kind == "reachability"] == [True]


@pytest.mark.parametrize(
    ("formula", "fed"),
    [
        ("", [False]),
        ("abandons_negative", [False]),
        ("abandons_ignored", []),
        ("abandons_positive", [True]),
        ("answered_only", []),
    ],
)
@pytest.mark.parametrize("waited", [3, 12])
def test_who_hangs_up_in_time_is_what_the_contract_s_formula_says(
    formula: str, fed: list[bool], waited: int
) -> None:
    """Hung up at once, or after twelve seconds of twenty: a miss by default, short or not."""
    named = f'formula = "{formula}"' if formula else ""
    plan = Plan.read(
        f"""
        [city]
        contract = "paid"
        [[contract]]
        id = "paid"
        {named}
        [[line]]
        id = "waste"
        """
    )
    story = Story().start("9:00").enter("9:00", "waste").hang_up(f"9:00:{waited:02}")
    found = [each for _, each in told(story, at("23:00"), plan)]
    assert [each.good for each in found if each.kind == "service_level"] == fed
    assert [each.good for each in found if each.kind == "reachability"] == [False]


def test_out_of_hours_nobody_is_woken() -> None:
    night = Story().start("3:00").enter("3:00", "migration").hang_up("3:20")
    day = Story().start("9:00").enter("9:00", "migration").hang_up("9:20")
    assert decided(night) == []
    assert not any(good for _, _, good in decided(day)) and decided(day)


def test_a_decision_names_its_line_and_its_visit() -> None:
    story = Story("c7").start("9:00").enter("9:00", "waste", 1).hang_up("9:20")
    assert {(line, d.key) for line, d in told(story, at("23:00"))} == {("waste", "c7/1")}
