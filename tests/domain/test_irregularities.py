"""What is odd about contacts is counted, each in its own way, and nothing else is."""

from streams.domain.contact import MOST_EVENTS
from streams.domain.irregularities import IRREGULARITIES, Irregularities
from tests.stories import PLAN, Story, at, judged


def counted(*stories: Story) -> dict[str, int]:
    """What is counted of these contacts, without what is 0."""
    found = Irregularities()
    for story in stories:
        outcome = judged(story.contact(), PLAN, at("23:00"))
        assert outcome is not None
        found.add(outcome)
    assert list(found.counts) == list(IRREGULARITIES)
    return {name: count for name, count in found.counts.items() if count}


def test_of_a_call_as_calls_are_nothing_is_counted() -> None:
    assert counted(Story().start("9:00").enter("9:01", "waste").answer("9:02", "waste")) == {}


def test_who_picks_up_a_caller_who_has_gone_comes_after_the_hangup() -> None:
    call = Story().start("9:00").enter("9:00", "waste").hang_up("9:00:18")
    assert counted(call.answer("9:00:20", "waste")) == {"after_hangup": 1}


def test_an_entry_told_later_than_its_answer_is_disordered() -> None:
    assert counted(Story().answer("9:00", "waste").enter("9:00:07", "waste")) == {"disordered": 1}


def test_of_two_events_with_one_id_the_other_one_conflicts() -> None:
    call = Story().start("9:00").enter("9:01", "waste").hang_up("9:03")
    call.facts.append(Story().hang_up("9:02").facts[0])
    assert counted(call) == {"conflicting": 1}


def test_contacts_that_are_too_much_are_counted_one_by_one() -> None:
    call = Story()
    for n in range(MOST_EVENTS + 7):
        call.enter(at("9:00") + n * 1_000_000, "waste")
    assert counted(call, Story().hang_up("9:00")) == {"too_many_events": 1}
