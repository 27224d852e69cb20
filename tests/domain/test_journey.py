"""A contact is a set of facts: each kept once, the earliest or the last of its kind."""

from itertools import permutations

from streams.domain.journey import Contact
from tests.stories import Story, at, contacts


def the_call() -> Story:
    return (
        Story("c", caller="ann")
        .start("9:00")
        .choose("9:00:10", "waste")
        .enter("9:00:20", "waste", 1)
        .answer("9:01", "waste", 1)
        .hang_up("9:03")
    )


def test_in_whatever_order_facts_come_it_is_the_same_contact() -> None:
    facts = the_call().facts
    expected = the_call().contact().facts()
    for order in permutations(facts):
        assert contacts(order)[0].facts() == expected


def test_only_what_is_new_changes_it() -> None:
    contact = Contact("c")
    for event, instant in the_call().facts:
        assert contact.merge(event, instant)
    for event, instant in the_call().facts:
        assert not contact.merge(event, instant)
    earlier, instant = Story("c").choose("9:00:05", "waste").facts[0]
    assert contact.merge(earlier, instant)
    assert [choice.at for choice in contact.choices] == [at("9:00:05")]


def test_as_of_an_instant_it_is_what_was_known_then() -> None:
    facts = the_call().facts
    contact = the_call().contact()
    then = contact.until(at("9:00:30"))
    assert [*then.instants()] == [*contacts(facts[:3])[0].instants()]
    assert [*contact.until(at("9:03")).instants()] == [*contact.instants()]


def test_two_halves_are_the_whole_and_a_copy_is_its_own() -> None:
    facts = the_call().facts
    first, second = contacts(facts[:2])[0], contacts(facts[2:])[0]
    copy = first.copy()
    assert first.absorb(second)
    assert first.facts() == the_call().contact().facts() != copy.facts()
    assert not first.absorb(second)


def test_stored_it_is_the_contact_that_it_was() -> None:
    contact = the_call().contact()
    again = Contact.from_facts("c", contact.facts())
    assert again.facts() == contact.facts()
    assert sorted(again.instants()) == sorted(contact.instants())
