"""What is read of a contact at an instant."""

from streams.domain.open_contact import OpenContact
from streams.domain.outcome import NEVER
from streams.domain.reading import as_read, read
from tests.stories import PLAN, Story, at


def contact_of(story: Story) -> OpenContact:
    contact = OpenContact(story.call_id)
    for event, instant in story.facts:
        contact.merge(event, instant)
    return contact


CALL = Story("c").start("9:00").choose("9:00:05", "waste").enter("9:00:10", "waste")


def test_nothing_is_read_of_what_has_not_begun() -> None:
    (reading,) = read([contact_of(CALL)], PLAN, at("8:59"))
    assert (reading.pieces, reading.outcomes, reading.booked()) == ([], [], [])


def test_of_two_contacts_of_one_id_the_one_ahead_says_when_it_begins() -> None:
    again = Story("c").start("9:00").hang_up("9:01").start("22:00")
    (reading,) = read([contact_of(again)], PLAN, at("12:00"))
    assert (len(reading.pieces), len(reading.outcomes), reading.ahead) == (2, 1, at("22:00"))
    (reading,) = read([contact_of(again)], PLAN, at("22:00"))
    assert (len(reading.outcomes), reading.ahead) == (2, NEVER)


def test_who_rests_is_read_as_of_when_it_was_read_last() -> None:
    contact = contact_of(CALL)
    contact.as_of = at("9:00:20")
    (then,) = read([contact], PLAN, contact.as_of)
    contact.rest()
    again = as_read(contact, PLAN)
    assert again.booked() == then.booked() != []
    assert (again.decided, again.calls) == (then.decided, then.calls)
    (later,) = read([contact_of(CALL)], PLAN, at("9:10"))
    assert (later.decided, later.booked()) != (then.decided, then.booked())
