"""Live and in replay, the same alerts open and close."""

import random
from collections import deque
from collections.abc import Callable, Iterable

import pytest

from streams.domain import instants
from streams.domain.alarms import SEAL, Alarms, expected_per_quarter, replayed
from streams.domain.decisions import Told, decisions
from streams.domain.detector import Alert
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.ledger import Ledger
from streams.domain.plan import Contract, Plan
from tests.bank import real_calls
from tests.stories import PLAN, Fact, Story, at, contacts, judged

HOUR_OF_TROUBLE = (at("10:00"), at("11:00"))


def _tires(story: Story, begun: int) -> object:
    return story.hang_up(begun + 4 * MINUTE)


def _asks_to_be_called_back(story: Story, begun: int) -> object:
    return story.leave(begun + 4 * MINUTE, "waste", "callback")


def a_morning(ends: Callable[[Story, int], object] = _tires) -> list[Fact]:
    """Two hundred callers from eight to noon; from ten to eleven nobody answers."""
    facts: list[Fact] = []
    for n in range(200):
        begun = at("8:00") + n * 72 * SECOND
        story = Story(f"c{n}").start(begun).choose(begun + 10 * SECOND, "waste")
        story.enter(begun + 10 * SECOND, "waste")
        if HOUR_OF_TROUBLE[0] <= begun < HOUR_OF_TROUBLE[1]:
            ends(story, begun)
        else:
            story.answer(begun + 15 * SECOND, "waste").hang_up(begun + 2 * MINUTE)
        facts += story.facts
    return sorted(facts, key=lambda fact: fact[1])


def live(
    facts: Iterable[Fact],
    step: int,
    plan: Plan = PLAN,
    begin: int = at("8:00"),
    end: int = at("13:00"),
) -> tuple[dict[str, Alert], int]:
    """The alerts of a stream of these facts, settled and sealed every ``step``."""
    ledger, alarms = Ledger(plan), Alarms(plan)
    found: dict[str, Alert] = {}
    coming = deque(facts)
    clock = begin
    while clock < end:
        clock += step
        while coming and coming[0][1] <= clock:
            assert ledger.accept(*coming.popleft())
        ledger.advance(clock)
        decided = ledger.changes().decided
        for start, told in decided.slots.items():
            alarms.apply(0, start, told)
        alarms.apply_for_good(decided.for_good)
        for change in alarms.advance(clock):
            found[change.alert.id] = change.alert
    return found, alarms.passed_over()


def test_an_outage_opens_the_same_alerts_live_and_in_replay() -> None:
    facts = a_morning()
    replay = {alert.id: alert for alert in replayed(contacts(facts), PLAN, at("13:00") - SEAL)}
    assert {alert.kind for alert in replay.values()} == {"service_level", "reachability"}
    for alert in replay.values():
        assert HOUR_OF_TROUBLE[0] <= alert.since < alert.opened_at < HOUR_OF_TROUBLE[1]
        assert alert.resolved_at is not None and alert.resolved_at > HOUR_OF_TROUBLE[1]
    for step in (SECOND, 10 * SECOND, 7 * MINUTE):
        found, passed_over = live(facts, step)
        assert passed_over == 0
        assert {i: (a.opened_at, a.people) for i, a in found.items()} == {
            i: (a.opened_at, a.people) for i, a in replay.items()
        }


@pytest.mark.parametrize(
    ("formula", "ends"),
    [
        ("abandons_negative", _asks_to_be_called_back),
        ("abandons_ignored", _tires),
        ("answered_only", _tires),
    ],
)
def test_who_leaves_the_figure_after_the_alarm_was_told_of_them(
    formula: str, ends: Callable[[Story, int], object]
) -> None:
    """For four minutes nobody answers them; that they then leave the ratio does not undo that."""
    facts, plan = a_morning(ends), Plan.default(Contract(formula=formula))
    replay = {alert.id: alert for alert in replayed(contacts(facts), plan, at("13:00") - SEAL)}
    assert {alert.kind for alert in replay.values()} == {"service_level", "reachability"}
    assert live(facts, 10 * SECOND, plan) == (replay, 0)


def test_a_short_abandon_that_the_contract_leaves_out_was_a_miss_while_it_waited() -> None:
    """T runs from the choice: 28 s to the queue, and away 4 s later."""
    call = Story().choose("9:00", "migration").enter("9:00:28", "migration").hang_up("9:00:32")
    reading = judged(call.contact(), PLAN, at("9:05"))
    assert reading is not None and reading.visits[0].within is None
    (piece,) = call.contact().pieces()
    decided = decisions("call", piece, PLAN, reading, at("9:05"))
    told = [each for _, each in decided if each.kind == "service_level"]
    assert [(each.at, each.good) for each in told] == [(at("9:00:30"), False)]


def test_a_real_day_opens_the_same_alerts_live_and_in_replay() -> None:
    """The bank's Wednesday with the incident, to the last person of every alert."""
    begin, end = (instants.parse(f"1999-02-0{day}T22:00:00Z") for day in (2, 3))
    facts = [
        (event, instant)
        for event in real_calls()
        if begin <= (instant := instants.parse(event.at)) < end
    ]
    plan = Plan.default()
    replay = {alert.id: alert for alert in replayed(contacts(facts), plan, end - SEAL)}
    found, passed_over = live(facts, 10 * SECOND, plan, begin, end)
    assert found == replay
    assert passed_over == 0
    assert {alert.line for alert in found.values() if alert.kind == "reachability"} == {"PS", "NW"}


def one(instant: int, visit: str, good: str = "1") -> Told:
    return "waste", instant, "s", good, visit


def test_what_a_slot_tells_again_is_not_fed_again() -> None:
    alarms = Alarms(PLAN)
    instant = at("9:00")
    first, second = one(instant, "c1/1"), one(instant + SECOND // 2, "c2/1")
    alarms.apply(0, instant, [first])
    alarms.advance(instant + SEAL)
    alarms.apply(0, instant, [first, second])
    alarms.advance(instant + SEAL + SECOND)
    # The contacts leave, so both are told for good; and a restarted source tells the slot again.
    alarms.apply_for_good([first, second])
    alarms.advance(instant + SEAL + 2 * SECOND)
    alarms.apply(0, instant, [second])
    alarms.advance(instant + SEAL + 3 * SECOND)
    assert alarms.passed_over() == 0
    assert len(alarms.fed_states()) == 1


def test_what_is_read_otherwise_before_its_seal_was_never_decided() -> None:
    alarms = Alarms(PLAN)
    instant = at("9:00")
    alarms.apply(0, instant, [one(instant, "c1/1"), one(instant, "c2/1")])
    alarms.apply(0, instant, [])
    alarms.advance(instant + HOUR)
    assert alarms.fed_states() == {}


def test_a_decision_after_its_seal_is_counted_and_not_fed() -> None:
    alarms = Alarms(PLAN)
    instant = at("9:00")
    alarms.apply(0, instant + SECOND, [one(instant + SECOND, "c1/1")])
    alarms.advance(instant + SEAL + SECOND)
    alarms.apply(1, instant, [one(instant, "late/1", "0")])
    alarms.advance(instant + SEAL + 2 * SECOND)
    assert alarms.passed_over() == 1


def test_the_order_of_partitions_does_not_matter() -> None:
    facts = a_morning()
    one, _ = live(facts, SECOND)
    shuffled = sorted(facts, key=lambda fact: (fact[1], random.Random(fact[0].event_id).random()))
    other, _ = live(shuffled, SECOND)
    assert one == other


def test_what_a_line_expects_in_a_quarter_is_in_its_plan() -> None:
    assert expected_per_quarter(PLAN, "waste", at("9:00")) is None
