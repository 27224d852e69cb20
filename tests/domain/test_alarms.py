"""Live and in replay, the same alerts open and close."""

import json
import random
from collections import deque
from collections.abc import Callable, Iterable

import pytest

from streams.domain import instants
from streams.domain.alarms import SEAL, Alarms, replayed
from streams.domain.decisions import Told
from streams.domain.detector import Alert
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.ledger import Ledger
from streams.domain.plan import Plan
from tests.bank import real_calls
from tests.stories import PLAN, Fact, Story, at, contacts

HOUR_OF_TROUBLE = (at("10:00"), at("11:00"))


def a_morning(ends: Callable[[Story, int], object] | None = None) -> list[Fact]:
    """Two hundred callers from eight to noon; from ten to eleven none of them gets in."""
    facts: list[Fact] = []
    for n in range(200):
        begun = at("8:00") + n * 72 * SECOND
        story = Story(f"c{n}").start(begun).choose(begun + 10 * SECOND, "waste")
        if HOUR_OF_TROUBLE[0] <= begun < HOUR_OF_TROUBLE[1]:
            (ends or _refused)(story, begun)
        else:
            story.enter(begun + 10 * SECOND, "waste")
            story.answer(begun + 15 * SECOND, "waste").hang_up(begun + 2 * MINUTE)
        facts += story.facts
    return sorted(facts, key=lambda fact: fact[1])


def _refused(story: Story, begun: int) -> object:
    return story.hang_up(begun + 12 * SECOND, "busy")


def _waits(story: Story, begun: int) -> object:
    return story.enter(begun + 10 * SECOND, "waste").hang_up(begun + 40 * MINUTE)


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


@pytest.mark.parametrize(
    ("ends", "kind"), [(_refused, "no_entry"), (_waits, "forgotten")], ids=["refused", "waits"]
)
def test_trouble_opens_the_same_alerts_live_and_in_replay(
    ends: Callable[[Story, int], object], kind: str
) -> None:
    facts = a_morning(ends)
    replay = {alert.id: alert for alert in replayed(contacts(facts), PLAN, at("13:00") - SEAL)}
    assert kind in {alert.kind for alert in replay.values()}
    for alert in replay.values():
        assert HOUR_OF_TROUBLE[0] <= alert.since < alert.opened_at < HOUR_OF_TROUBLE[1]
        assert alert.resolved_at is not None and alert.resolved_at > at("10:30")
    for step in (SECOND, 10 * SECOND, 7 * MINUTE):
        found, passed_over = live(facts, step)
        assert passed_over == 0
        assert found == replay


def test_the_line_the_vendor_and_the_city_are_told_of_once_for_each_who_receives() -> None:
    """Waste is one of two lines of a vendor: line and vendor are one incident, the city's people
    hear of it too."""
    found, _ = live(a_morning(), 10 * SECOND)
    assert {(alert.subject.vendor, alert.severity) for alert in found.values()} == {
        ("acme", "page"),
        ("city", "page"),
    }
    [of_vendor] = [alert for alert in found.values() if alert.subject.vendor == "acme"]
    assert of_vendor.lines == ("waste",)
    assert of_vendor.people == 50


@pytest.mark.slow
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
    lines = {line for each in found.values() if each.kind == "no_entry" for line in each.lines}
    assert {"PS", "NW"} <= lines


def one(instant: int, visit: str, what: str = "E") -> Told:
    return "waste", instant, what, visit, "", 0, 0


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
    assert set(alarms.fed_states()) == {"line:waste", "vendor:acme", "city"}


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
    alarms.apply(1, instant, [one(instant, "late/1")])
    alarms.advance(instant + SEAL + 2 * SECOND)
    assert alarms.passed_over() == 3  # by the line, its vendor and the city


def test_the_order_of_partitions_does_not_matter() -> None:
    facts = a_morning()
    one, _ = live(facts, SECOND)
    shuffled = sorted(facts, key=lambda fact: (fact[1], random.Random(fact[0].event_id).random()))
    other, _ = live(shuffled, SECOND)
    assert one == other


def test_another_owner_goes_on_from_what_is_remembered() -> None:
    """Half an hour into the trouble; of what the first has seen nothing is fed again."""
    facts = a_morning()
    told: list[Told] = []
    ledger = Ledger(PLAN)
    for event, instant in facts:
        ledger.accept(event, instant)
    ledger.advance(at("13:00"))
    told = ledger.changes().decided.for_good
    whole = Alarms(PLAN)
    whole.apply_for_good(told)
    expected = {change.alert.id: change.alert for change in whole.advance(at("13:00"))}
    first, second = Alarms(PLAN), Alarms(PLAN)
    first.apply_for_good(told)
    found = {change.alert.id: change.alert for change in first.advance(at("10:30"))}
    for scope, state in first.fed_states().items():
        second.restore(scope, json.loads(json.dumps(state)))
    for scope, state in first.learnt_states().items():
        second.restore_learnt(scope, json.loads(json.dumps(state)))
    for vendor, state in first.incident_states().items():
        second.restore_incident(vendor, json.loads(json.dumps(state)))
    assert second.open() == first.open()
    second.apply_for_good(told)
    found |= {change.alert.id: change.alert for change in second.advance(at("13:00"))}
    assert found == expected
