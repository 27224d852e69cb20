"""Who waits, who talks, and who was overtaken."""

from streams.domain.detector.queue import LONGEST_TALK, MOST_WAITING, OVERTAKEN, Queue
from streams.domain.instants import HOUR, MINUTE
from tests.domain.watching import NINE


def test_who_was_overtaken_by_five_is_doubtful_and_out_of_sight() -> None:
    queue = Queue()
    queue.enter(NINE, "a/1")
    for n in range(OVERTAKEN):
        assert [each.key for each in queue.in_sight()] == ["a/1"]
        queue.enter(NINE + 1 + n, f"b{n}/1")
        assert queue.answer(NINE + MINUTE + n, f"b{n}/1") == NINE + 1 + n
    assert queue.waiting["a/1"].doubtful
    assert [*queue.in_sight()] == [] and [*queue.two()] == []


def test_who_was_before_overtakes_nobody() -> None:
    queue = Queue()
    queue.enter(NINE, "a/1")
    queue.enter(NINE + 1, "b/1")
    queue.answer(NINE + MINUTE, "a/1")
    assert queue.waiting["b/1"].overtaken == 0


def test_a_conversation_without_an_end_is_over_some_time() -> None:
    queue = Queue()
    queue.answer(NINE, "a/1")
    queue.answer(NINE + MINUTE, "b/1")
    queue.end("b/1")
    assert queue.talking(NINE + HOUR) == 1
    assert queue.talking(NINE + LONGEST_TALK) == 0


def test_answers_are_counted_for_an_hour() -> None:
    queue = Queue()
    for n in range(90):
        queue.answer(NINE + n * MINUTE, f"c{n}/1")
    assert queue.answered_lately(NINE + 89 * MINUTE) == 60
    assert queue.answered_lately(NINE + 5 * HOUR) == 0


def test_a_call_id_may_hold_a_slash() -> None:
    queue = Queue()
    queue.enter(NINE, "pbx/17/2")
    assert queue.waiting["pbx/17/2"].call_id == "pbx/17"


def test_a_queue_without_bounds_is_not_followed() -> None:
    queue = Queue()
    for n in range(MOST_WAITING + 5):
        queue.enter(NINE + n, f"{n}/1")
    assert len(queue.waiting) == MOST_WAITING
