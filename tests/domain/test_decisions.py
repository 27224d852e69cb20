"""What detectors are told of a contact, and that it comes back as it happened."""

from hypothesis import given, settings

from streams.domain.contact import pieces
from streams.domain.decided import made
from streams.domain.decisions import CALLER_KEPT, INSTANTS, Told, happened, parted, told
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from streams.domain.plan import Plan
from tests import calls
from tests.domain.judged_calls import END
from tests.domain.judged_calls import PLAN as TOWN
from tests.examples import examples
from tests.stories import PLAN, Story, at


def told_of(story: Story, now: str = "23:00", plan: Plan = PLAN) -> list[Told]:
    (piece,) = story.contact().pieces()
    outcome = judge(piece, plan, at(now))
    assert outcome is not None
    return told(story.call_id, piece, plan, outcome, at(now))


def answered() -> Story:
    story = Story("c7", "f" * 32).start("9:00").choose("9:00:05", "waste").enter("9:00:06", "waste")
    return story.answer("9:00:26", "waste").hang_up("9:02:06")


def test_a_visit_is_told_of_at_once_with_all_of_its_instants() -> None:
    assert told_of(answered()) == [
        ("waste", at("9:00:06"), "E+r1s+t", "c7/1", "f" * CALLER_KEPT, 20 * SECOND, 120 * SECOND)
    ]


def test_as_far_as_it_has_come() -> None:
    assert told_of(answered(), "9:00:10") == [
        ("waste", at("9:00:06"), "E", "c7/1", "f" * CALLER_KEPT, 0, 0)
    ]


def test_who_has_no_number_is_told_without() -> None:
    story = Story().start("9:00").hang_up("9:00:20")
    assert told_of(story) == [("", at("9:00:20"), "Nm", "call/1", "", 0, 0)]


def test_more_than_three_instants_are_told_apart() -> None:
    """Overdue at 9:03, answered at 9:04."""
    story = Story().start("9:00").enter("9:00", "waste").answer("9:04", "waste").hang_up("9:06")
    found = told_of(story)
    assert [what for _, _, what, *_ in found] == ["E+r0+s", "t"]


def test_each_visit_is_told_of_by_itself() -> None:
    story = answered()
    story.facts.pop()
    story.leave("9:01", "waste", "transfer", to="desk").enter("9:01:01", "desk")
    found = told_of(story.answer("9:01:10", "desk").hang_up("9:03"))
    assert {(line, what) for line, _, what, *_ in found} == {
        ("waste", "E+r1s+t"),
        ("desk", "e+r1s+t"),
    }


def test_out_of_hours_nobody_is_told() -> None:
    night = Story().start("3:00").enter("3:00", "migration").hang_up("3:20")
    day = Story().start("9:00").enter("9:00", "migration").hang_up("9:20")
    assert told_of(night) == []
    assert told_of(day)


@settings(max_examples=examples(150))
@given(calls.disturbed() | calls.junk())
def test_what_is_told_comes_back_as_it_happened(events: list[calls.Told]) -> None:
    for contact in pieces(calls.rows(events)):
        outcome = judge(contact, TOWN, END)
        assert outcome is not None
        parts = [part for each in told("c", contact, TOWN, outcome, END) for part in parted(each)]
        again = [
            (at, line, visit, letter.upper() if is_of_contact else letter, mark)
            for line, at, what, visit, *_ in parts
            for letter, mark, is_of_contact in happened(what)
        ]
        assert sorted(again) == sorted(
            (at, line, f"c/{nth}", kind, mark)
            for at, line, nth, kind, mark in made(contact, TOWN, outcome, END)
        )
        assert all(each[2].count("+") < INSTANTS for each in parts)
