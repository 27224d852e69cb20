"""Where contacts are booked: slots for as long as a window shows them, intervals until final."""

from streams.domain.bookings import SLOTS_KEPT, Bookings
from streams.domain.books import INTERVAL, SLOT
from streams.domain.counts import ONE
from streams.domain.instants import HOUR, MINUTE
from streams.domain.open_contact import OpenContact
from streams.domain.tally import CITY, LINE, Entry, Tally
from tests.stories import at

NINE = at("9:00")
WASTE = LINE + "waste"


def entry(name: str = "answered", when: int = NINE, wait: int = -1, since: int = -1) -> Entry:
    return (WASTE, when, ONE[name], -1, wait, since)


def town(watermark: int = NINE + MINUTE) -> Bookings:
    bookings = Bookings(watermark, grace=15 * MINUTE)
    bookings.advance(watermark)
    bookings.complete_until = watermark
    return bookings


def answered(bookings: Bookings, width: int = INTERVAL) -> int:
    cell = bookings.cell((WASTE, width, NINE))
    return 0 if cell is None else cell.total()["answered"]


def test_what_a_contact_no_longer_adds_is_taken_back() -> None:
    bookings, contact = town(), OpenContact("c1")
    bookings.book(contact, [entry("open", since=NINE)], frozenset({NINE}))
    assert bookings.changes().waiting == {WASTE: (1, NINE)}
    bookings.book(contact, [entry("answered")], frozenset({NINE}))
    changes = bookings.changes()
    assert (answered(bookings), answered(bookings, SLOT)) == (1, 1)
    assert changes.partials[WASTE, INTERVAL, NINE].tally == Tally.of(answered=1)
    assert changes.waiting == {WASTE: (0, None)}


def test_nothing_is_a_change_that_has_been_asked_for() -> None:
    bookings, contact = town(), OpenContact("c1")
    bookings.book(contact, [entry()], frozenset({NINE}))
    assert bookings.changes().partials
    assert not bookings.changes().partials


def test_an_interval_is_final_when_nobody_in_state_holds_it() -> None:
    bookings, gone, stays = town(), OpenContact("c1"), OpenContact("c2")
    bookings.book(stays, [], frozenset({NINE}))
    bookings.retire(gone, [entry()])
    over = NINE + INTERVAL + 15 * MINUTE
    bookings.advance(over)
    bookings.complete_until = over
    assert not bookings.changes().partials[WASTE, INTERVAL, NINE].final
    bookings.book(stays, [], frozenset())
    partial = bookings.changes().partials[WASTE, INTERVAL, NINE]
    assert partial.final and partial.tally["answered"] == 1
    assert bookings.cell((WASTE, INTERVAL, NINE)) is None, "it has been published for good"


def test_an_interval_is_not_final_before_its_grace_is_over() -> None:
    bookings = town()
    bookings.retire(OpenContact("c1"), [entry()])
    bookings.complete_until = NINE + INTERVAL + 15 * MINUTE - 1
    assert not bookings.changes().partials[WASTE, INTERVAL, NINE].final


def test_a_slot_goes_when_no_window_can_show_it() -> None:
    bookings, contact = town(), OpenContact("c1")
    bookings.book(contact, [entry()], frozenset({NINE}))
    bookings.advance(NINE + SLOTS_KEPT - 1)
    assert answered(bookings, SLOT) == 1
    bookings.advance(NINE + SLOTS_KEPT)
    assert bookings.cell((WASTE, SLOT, NINE)) is None and answered(bookings) == 1
    assert (WASTE, SLOT, NINE) in bookings.changes().evicted


def test_what_is_booked_in_old_slots_is_in_its_interval_alone() -> None:
    bookings, contact = town(NINE + 2 * HOUR), OpenContact("c1")
    bookings.book(contact, [entry()], frozenset({NINE}))
    assert answered(bookings) == 1 and bookings.cell((WASTE, SLOT, NINE)) is None


def test_the_longest_wait_is_found_again_among_those_who_are_left() -> None:
    bookings, first, second = town(), OpenContact("c1"), OpenContact("c2")
    bookings.book(first, [entry(wait=90)], frozenset({NINE}))
    bookings.book(second, [entry(wait=40)], frozenset({NINE}))
    bookings.book(first, [], frozenset())
    bookings.roll_up()
    for width in (INTERVAL, SLOT):
        cell = bookings.cell((WASTE, width, NINE))
        assert cell is not None and cell.total().longest == 40


def test_what_a_retired_contact_left_is_restored_and_counts_as_changed() -> None:
    bookings = town()
    bookings.restore((WASTE, INTERVAL, NINE), Tally.of(answered=3))
    bookings.restore((CITY, SLOT, NINE - 2 * HOUR), Tally.of(answered=1))
    assert answered(bookings) == 3
    assert [*bookings.changes().partials] == [(WASTE, INTERVAL, NINE)], "the old slot is past"
