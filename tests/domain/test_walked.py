"""What a walk finds has no names but its own, and no numbers but those of the contact's events."""

from hypothesis import given, settings

from streams.domain.contact import pieces
from streams.domain.walk import steps
from streams.domain.walked import DID, NO_ROW, POSITIONS, VisitRows, row_of_target
from tests import calls
from tests.calls import Call, Told
from tests.domain.walked_calls import walked
from tests.examples import examples


def test_a_contact_begins_with_its_start_and_without_one_with_its_first_event() -> None:
    choice_first = Call().choose(0, "waste").start(2).enter(3, "waste")
    assert walked(choice_first).begun == walked(choice_first).start == 1
    without = walked(Call().choose(0, "waste").enter(3, "waste"))
    assert (without.start, without.begun) == (NO_ROW, 0)


def test_a_visit_that_has_only_begun_has_none_of_the_other_events() -> None:
    visit = VisitRows(line=4, begun=4)
    others = visit.choice, visit.transfer, visit.entered, visit.answered, visit.left, visit.to
    assert set(others) == {NO_ROW}
    assert (visit.number, visit.laps, visit.reason, visit.queued) == (-1, (), "", False)


def test_the_line_of_an_event_and_the_line_it_leads_to_are_never_one_number() -> None:
    targets = [row_of_target(row) for row in range(300)]
    assert [row_of_target(target) for target in targets] == list(range(300))
    assert NO_ROW not in targets and max(targets) < 0


@settings(max_examples=examples(100))
@given(calls.disturbed() | calls.junk())
def test_whatever_happens_each_step_has_a_word_for_it(events: list[Told]) -> None:
    for contact in pieces(calls.rows(events)):
        if not contact.too_many:
            for step in steps(contact):
                assert step.did and set(step.did) <= set(DID)
                assert step.position in POSITIONS
