"""Which facts belong to which visit, and where it begins, before anything is judged."""

from streams.domain.visit_facts import facts_of_visits
from tests.stories import Story, at


def test_a_choice_belongs_to_the_lines_first_visit() -> None:
    story = Story().start("9:00").choose("9:00:10", "waste")
    story.enter("9:00:20", "waste", 1).enter("9:10", "waste", 2)
    first, second = facts_of_visits(story.contact())
    assert (first.number, first.choice) == (1, at("9:00:10"))
    assert (second.number, second.choice) == (2, None)


def test_facts_without_a_number_are_of_the_only_visit() -> None:
    story = Story().enter("9:00", "waste", 3).answer("9:01", "waste")
    (visit,) = facts_of_visits(story.contact())
    assert visit.number == 3
    assert visit.stay is not None and visit.stay.answered == at("9:01")


def test_a_transfer_begins_the_next_visit_of_its_target() -> None:
    story = Story().enter("9:00", "waste", 1).answer("9:01", "waste", 1)
    story.leave("9:02", "waste", "transfer", 1, to="desk").enter("9:03", "desk", 2)
    waste, desk = sorted(facts_of_visits(story.contact()), key=lambda visit: visit.number)
    assert (waste.line, waste.transfer) == ("waste", None)
    assert (desk.line, desk.transfer) == ("desk", at("9:02"))


def test_a_transfer_to_where_nothing_is_heard_of_is_a_visit_all_the_same() -> None:
    story = Story().enter("9:00", "waste", 1).leave("9:02", "waste", "transfer", 1, to="desk")
    found = {visit.line: visit for visit in facts_of_visits(story.contact())}
    assert found["desk"].transfer == at("9:02")
    assert found["desk"].stay is None


def test_an_overflow_begins_nothing_by_itself() -> None:
    story = Story().enter("9:00", "waste", 1).leave("9:02", "waste", "overflow", 1, to="desk")
    assert [visit.line for visit in facts_of_visits(story.contact())] == ["waste"]
