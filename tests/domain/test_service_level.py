"""When a visit is decided within the threshold, and when it is not."""

from streams.domain.instants import SECOND
from tests.calls import BEGIN, Call
from tests.domain.judged_calls import decided, plan_of, visit_of, waiting


def test_who_waits_is_a_miss_the_instant_the_threshold_is_exceeded() -> None:
    assert visit_of(waiting(), 32).within is None
    assert visit_of(waiting(), 32).changes_at == BEGIN + 32 * SECOND + 1
    assert visit_of(waiting(), 32.000001).within is False
    assert visit_of(waiting().answer(32, "waste"), 33).within is True


def test_left_is_decided_and_going_on_it_is_undecided_again() -> None:
    call = Call().enter(0, "waste").leave(10, "waste", "overflow").enter(12, "waste")
    assert visit_of(call, 11).within is False
    assert visit_of(call, 12).within is None
    assert visit_of(call.answer(22, "waste"), 30).within is True
    # The detectors knew first that nobody was reached, and that stands.
    assert (10, "waste", "r", "0") in decided(call)


def test_plain_time_runs_on_the_way_and_decides_in_the_queue() -> None:
    plan = plan_of('clock = "choice"')
    call = Call().choose(0, "waste").enter(25, "waste").answer(26, "waste")
    assert visit_of(call, plan=plan).within is False
    assert visit_of(Call().choose(0, "waste").answer(30, "waste"), plan=plan).within is False
    late = Call().choose(0, "waste").answer(30, "waste").enter(31, "waste")
    assert visit_of(late, plan=plan).within is False
    assert visit_of(late).within is True
