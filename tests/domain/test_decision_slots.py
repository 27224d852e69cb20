"""Whoever is told slots and what is left for good knows every decision that stands."""

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.decision_slots import DECISION_SLOT, TOLD_ANEW_FOR, DecisionSlots
from streams.domain.decisions import Told
from streams.domain.instants import MINUTE, SECOND
from tests.examples import examples
from tests.stories import at

NINE = at("9:00")


def one(instant: int, visit: str = "c/1", good: str = "1") -> Told:
    return "waste", instant, f"r{good}", visit, "", 0, 0


def test_what_is_told_together_is_of_the_slot_of_each_of_its_instants() -> None:
    slots = DecisionSlots()
    slots.replace([], [("waste", NINE, "E+r1s+t", "c/1", "", 20 * SECOND, MINUTE)])
    assert slots.changes().slots == {
        NINE: [("waste", NINE, "E", "c/1", "", 0, 0)],
        NINE + 20 * SECOND: [("waste", NINE + 20 * SECOND, "r1s", "c/1", "", 0, 0)],
        NINE + MINUTE: [("waste", NINE + MINUTE, "t", "c/1", "", 0, 0)],
    }
    grown = [("waste", NINE, "E+r1s", "c/1", "", 20 * SECOND, 0)]
    slots.replace([("waste", NINE, "E+r1s+t", "c/1", "", 20 * SECOND, MINUTE)], grown)
    assert slots.changes().slots == {NINE + MINUTE: []}


def test_a_slot_is_told_whole_when_something_of_it_changes() -> None:
    slots = DecisionSlots()
    first, second = one(NINE), one(NINE + SECOND // 2, "d/1")
    slots.replace([], [first])
    slots.replace([], [second])
    assert slots.changes() == ({NINE: [first, second]}, [])
    assert slots.changes() == ({}, [])
    slots.replace([first], [one(NINE, good="0")])
    assert slots.changes() == ({NINE: [one(NINE, good="0"), second]}, [])
    slots.replace([second], [])
    slots.replace([one(NINE, good="0")], [])
    assert slots.changes() == ({NINE: []}, [])


def test_who_leaves_without_having_been_read_before_is_told_for_good_alone() -> None:
    slots = DecisionSlots()
    slots.retire([], [one(NINE + MINUTE)])
    slots.retire([], [one(NINE, "d/1")])
    assert slots.changes() == ({}, [one(NINE, "d/1"), one(NINE + MINUTE)])


def test_who_leaves_a_slot_that_is_still_told_is_told_for_good() -> None:
    slots = DecisionSlots()
    slots.replace([], [one(NINE)])
    slots.changes()
    slots.retire([one(NINE)], [one(NINE)])
    assert slots.changes() == ({NINE: []}, [one(NINE)])


def test_what_was_told_last_of_an_evicted_slot_stands_and_is_not_told_again() -> None:
    slots = DecisionSlots()
    slots.replace([], [one(NINE), one(NINE, "d/1")])
    slots.changes()
    slots.advance(NINE + TOLD_ANEW_FOR)
    slots.retire([one(NINE)], [one(NINE)])
    slots.replace([one(NINE, "d/1")], [])
    assert slots.changes() == ({}, [])


def test_what_is_decided_in_an_evicted_slot_is_told_for_good() -> None:
    slots = DecisionSlots()
    slots.advance(NINE + TOLD_ANEW_FOR)
    slots.replace([], [one(NINE)])
    slots.retire([one(NINE - SECOND, "d/1")], [one(NINE + SECOND // 2, "d/1")])
    assert slots.changes().for_good == [one(NINE), one(NINE + SECOND // 2, "d/1")]


def test_a_slot_that_has_changed_is_told_before_it_is_evicted() -> None:
    slots = DecisionSlots()
    slots.replace([], [one(NINE)])
    slots.advance(NINE + TOLD_ANEW_FOR)
    slots.retire([one(NINE)], [one(NINE)])
    assert slots.changes() == ({NINE: [one(NINE)]}, [])


decided = st.lists(st.integers(0, 9), max_size=3, unique=True)


@settings(max_examples=examples(300))
@given(st.data())
def test_all_that_stands_is_known_to_whoever_is_told(data: st.DataObject) -> None:
    """Contacts are read otherwise and leave, time passes, and what is told is applied or not yet;
    nothing else is known of what may still change."""
    slots = DecisionSlots()
    contacts: dict[str, list[Told]] = {}
    left: set[Told] = set()
    known_slots: dict[int, list[Told]] = {}
    known: set[Told] = set()
    evicted = NINE - 1
    for number in range(data.draw(st.integers(1, 12))):
        match data.draw(st.sampled_from(("read", "retire", "advance", "tell"))):
            case "read":
                name = f"c{number % 4}"
                after = [one(NINE + n * 400_000, f"{name}/{n}") for n in data.draw(decided)]
                slots.replace(contacts.get(name, []), after)
                contacts[name] = after
            case "retire" if contacts:
                name = data.draw(st.sampled_from(sorted(contacts)))
                after = [one(NINE + n * 400_000, f"{name}/{n}") for n in data.draw(decided)]
                slots.retire(contacts.pop(name), after)
                left |= {*after}
            case "advance":
                evicted = max(evicted, NINE + data.draw(st.integers(-1, 4)) * SECOND)
                slots.advance(evicted + TOLD_ANEW_FOR)
            case _:
                changes = slots.changes()
                known_slots |= changes.slots
                known |= {*changes.for_good}
    changes = slots.changes()
    known_slots |= changes.slots
    known |= {*changes.for_good}
    told = known | {each for of_slot in known_slots.values() for each in of_slot}
    stands = left | {each for of_contact in contacts.values() for each in of_contact}
    assert stands <= told
    assert {each for each in told - stands if each[1] - each[1] % DECISION_SLOT > evicted} == set()
