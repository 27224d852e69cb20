"""Who is on the line: callers in their order, and agents who come and go."""

from collections import defaultdict

from streams.simulation.queueing import Caller, Line
from streams.simulation.truth import VisitTruth
from tests.cities import PLAN, TUESDAY, city


def line(id_: str = "waste", agents: int = 0) -> Line:
    terms = PLAN.terms(id_, TUESDAY)
    assert terms is not None
    made = Line(terms, 180.0, 1)
    made.staff(agents)
    return made


def wait(at: Line, *call_ids: str) -> list[Caller]:
    """Callers who begin to wait there."""
    waiting = []
    for call_id in call_ids:
        caller = Caller(call_id, None, at, TUESDAY)
        caller.waiting = True
        at.queue.append(caller)
        waiting.append(caller)
    return waiting


def test_nobody_is_next_while_no_agent_is_idle() -> None:
    waste = line()
    (first,) = wait(waste, "1")
    assert waste.next_caller() is None
    waste.staff(1)
    assert waste.next_caller() is first
    assert waste.next_caller() is None


def test_who_has_left_the_queue_is_passed_over() -> None:
    waste = line(agents=1)
    left, next_ = wait(waste, "1", "2")
    left.waiting = False
    assert waste.next_caller() is next_
    assert not waste.queue


def test_an_agent_finishes_the_talk_before_going_home() -> None:
    """Three are at work, one of them talks; then the shift is of one."""
    waste = line(agents=3)
    talking = waste.idle.popleft()
    waste.staff(1)
    assert (waste.present, list(waste.idle)) == (1, [])
    waste.free(talking)
    assert (waste.present, list(waste.idle)) == (1, [talking])
    busy = waste.idle.popleft()
    waste.staff(0)
    assert waste.present == 1, "still in a talk"
    waste.free(busy)
    assert (waste.present, list(waste.idle)) == (0, [])


def test_the_longest_idle_agent_is_called_and_no_two_have_one_number() -> None:
    waste = line(agents=2)
    first = waste.idle.popleft()
    waste.free(first)
    assert list(waste.idle) == [2, 1]
    waste.staff(1)
    waste.staff(3)
    assert sorted(waste.idle) == [1, 2, 3]


def test_what_happens_at_one_line_does_not_change_another() -> None:
    """Each line draws its own numbers, and those of its arrivals apart."""
    waste, desk = line("waste"), line("desk")
    drawn = [source.random() for source in (waste.random, waste.arrivals, desk.random)]
    assert len({*drawn}) == 3
    assert line("waste").random.random() == drawn[0]


def test_a_caller_who_is_transferred_has_two_visits() -> None:
    waste, desk = line("waste"), line("desk")
    caller = Caller("1", None, waste, TUESDAY)
    caller.arrive(TUESDAY + 1, waste)
    caller.entered, caller.answered = TUESDAY + 2, TUESDAY + 3
    caller.leave(TUESDAY + 4, "answered")
    caller.arrive(TUESDAY + 4, desk)
    caller.leave(TUESDAY + 9, "left_before_queue")
    at = TUESDAY
    assert caller.visits == [
        VisitTruth("waste", 1, at + 1, at + 2, at + 3, at + 4, "answered"),
        VisitTruth("desk", 2, at + 4, None, None, at + 9, "left_before_queue"),
    ]


def test_agents_answer_one_call_at_a_time() -> None:
    busy: dict[str, str] = {}
    for _, event in city("breach").events():
        agent = event.get("agent")
        if agent is not None:
            assert agent not in busy.values()
            busy[event["call_id"]] = agent
        elif event["event"] == "hangup" or event.get("reason") == "transfer":
            busy.pop(event["call_id"], None)


def test_first_come_first_served() -> None:
    queues: dict[str, list[str]] = defaultdict(list)
    order: dict[str, list[str]] = defaultdict(list)
    for _, event in city("breach").events():
        if event.get("phase") == "entered" and event["call_id"] not in queues[event["line"]]:
            queues[event["line"]].append(event["call_id"])
        if event.get("phase") == "answered":
            order[event["line"]].append(event["call_id"])
    for line, answered in order.items():
        positions = {call: position for position, call in enumerate(queues[line])}
        # An agent's phone rings some seconds: neighbours may pick up the other way round.
        overtaken = [
            earlier - later
            for earlier, later in zip(
                [positions[c] for c in answered],
                [positions[c] for c in answered[1:]],
                strict=False,
            )
            if later < earlier
        ]
        assert max(overtaken, default=0) < 20, line
