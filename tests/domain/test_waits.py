"""How long people waited: in the queue of this line, laps added up, never less than nothing."""

from streams.domain.instants import SECOND
from streams.domain.outcome import Visit
from tests.calls import BEGIN, Call
from tests.domain.judged_calls import ends, read, visit_of


def visit_of_line(call: Call, line: str, now: float) -> Visit:
    (visit,) = (visit for visit in read(call, now).visits if visit.line == line)
    return visit


def test_a_consulted_desk_answers_for_its_own_queue_only() -> None:
    call = Call().start(0).enter(16, "waste").answer(28, "waste").enter(147, "desk")
    call.leave(148, "waste", "transfer", to="desk").answer(154, "desk").hang_up(327)
    assert ends(call) == [("waste", "answered", 12), ("desk", "answered", 7)]
    assert read(call).visits[0].transferred_to == 2


def test_who_loops_in_one_second_waits_on_and_is_seen_waiting() -> None:
    call = Call().start(0).enter(0, "waste").leave(0, "waste", "timeout").enter(0, "waste")
    assert visit_of(call, now=100).waiting_since == BEGIN
    assert ends(call.hang_up(278, by="caller")) == [("waste", "abandoned", 278)]


def test_clocks_that_disagree_make_no_negative_wait() -> None:
    call = Call().answer(-7, "waste").enter(0, "waste").hang_up(115)
    outcome = read(call)
    assert ends(call) == [("waste", "answered", 0)]
    assert outcome.disordered == 1
    assert outcome.visits[0].begun == BEGIN - 7 * SECOND
    late = Call().start(0).choose(0, "waste").enter(0, "waste").hang_up(15).answer(20, "waste")
    assert ends(late) == [("waste", "abandoned", 15)]
    assert read(late).after_hangup == 1
    assert ends(Call().enter(30, "waste").hang_up(29)) == [("waste", "short_abandoned", 0)]


def test_a_visit_waits_no_longer_than_until_it_is_over_whatever_another_clock_says() -> None:
    """On to `desk` and back within 5 s of the hangup: told after it, they stand just before it."""
    call = Call().hang_up(0).enter(0, "waste").enter(1, "desk").enter(2, "waste")
    assert ends(call) == [("waste", "short_abandoned", 0), ("desk", "overflowed", 1)]


def test_who_goes_to_and_fro_is_in_time_where_their_own_wait_was_short() -> None:
    call = Call().start(0).enter(0, "waste").leave(30, "waste", "overflow")
    call.enter(30, "desk").leave(45, "desk", "overflow").enter(45, "waste")
    call.leave(75, "waste", "overflow").enter(75, "desk")
    assert visit_of_line(call, "desk", 77).waiting_since == BEGIN + 60 * SECOND
    call.answer(80, "desk").hang_up(300)
    assert ends(call) == [("waste", "overflowed", 60), ("desk", "answered", 20)]
    assert [visit.within for visit in read(call).visits] == [False, True]
