"""Who calls again after calling in vain, and whether a callback that was promised came."""

from streams.domain import caller_history
from streams.domain.caller_history import Call
from streams.domain.instants import HOUR
from streams.domain.tally import CITY, Tally
from tests.stories import PLAN, Story, at, judged


def call(story: Story) -> Call | None:
    reading = judged(story.contact(), PLAN, at("23:59"))
    assert reading is not None
    return caller_history.call(story.call_id, reading)


def booked(*stories: Story) -> Tally:
    """What these calls of one caller add to the city's books beside themselves."""
    tally = Tally()
    calls = [c for story in stories if (c := call(story))]
    for entry in caller_history.entries(calls, at("23:59")):
        if entry[0] == CITY:
            tally.add(entry)
    return tally


def in_vain(call_id: str, when: str) -> Story:
    begun = at(when)
    story = Story(call_id, caller="ann").start(begun).enter(begun, "waste")
    return story.hang_up(begun + HOUR // 10)


def answered(call_id: str, when: str) -> Story:
    begun = at(when)
    story = Story(call_id, caller="ann").start(begun).enter(begun, "waste")
    return story.answer(begun, "waste").hang_up(begun + HOUR // 10)


def test_after_a_call_in_vain_the_next_is_a_repeat_and_after_an_answer_it_is_not() -> None:
    assert booked(in_vain("1", "9:00"), in_vain("2", "10:00"))["repeat_callers"] == 1
    assert booked(in_vain("1", "9:00"), answered("2", "10:00"))["repeat_callers"] == 1
    assert booked(answered("1", "9:00"), in_vain("2", "10:00"))["repeat_callers"] == 0


def test_two_calls_of_one_instant_repeat_neither_the_other() -> None:
    assert booked(in_vain("1", "9:00"), in_vain("2", "9:00"))["repeat_callers"] == 0


def test_a_callback_is_kept_by_another_call_that_is_answered_after_it() -> None:
    promised = Story("1", caller="ann").start("9:00").enter("9:00", "waste")
    promised.leave("9:05", "waste", "callback").hang_up("9:05")
    assert booked(promised, answered("2", "11:00"))["callbacks_kept"] == 1
    assert booked(promised, answered("2", "8:00"))["callbacks_kept"] == 0
    assert booked(promised)["callbacks_kept"] == 0


def test_of_whom_nobody_knows_who_they_are_there_is_no_history() -> None:
    assert call(Story("1").start("9:00").enter("9:00", "waste").hang_up("9:05")) is None
