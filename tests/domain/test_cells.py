"""A cell's sum is what retired contacts left and what those in state add; and who waits now."""

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.books import INTERVAL
from streams.domain.cells import Cell, Waiting
from streams.domain.counts import ONE
from streams.domain.open_contact import OpenContact
from streams.domain.outcome import NEVER
from streams.domain.tally import CITY, Tally
from tests.stories import at

NINE = at("9:00")


def test_a_cell_is_the_sum_of_its_two_parts_and_the_longer_of_their_waits() -> None:
    cell = Cell((CITY, INTERVAL, NINE))
    cell.retired.add((CITY, NINE, ONE["answered"], 20, 20_000_000, -1))
    assert cell.total() == cell.retired, "nobody in state adds anything"
    cell.open.add((CITY, NINE, ONE["answered"], 5, 4_000_000, -1))
    cell.count = 1
    total = cell.total()
    assert (total["answered"], total.waits, total.longest) == (2, {20: 1, 5: 1}, 20_000_000)
    assert cell.retired["answered"] == cell.open["answered"] == 1, "the sum is one of its own"


def test_what_is_added_to_a_sum_stays_out_of_the_cell() -> None:
    cell = Cell((CITY, INTERVAL, NINE))
    cell.retired.add((CITY, NINE, ONE["answered"], 20, 20_000_000, -1))
    cell.total().plus(Tally.of(answered=5))
    cell.total().waits[20] = 7
    assert (cell.retired["answered"], cell.retired.waits) == (1, {20: 1})


def test_a_contact_that_has_just_come_is_booked_nowhere() -> None:
    contact = OpenContact("c1")
    assert (contact.booked, contact.held, contact.wakes) == ([], frozenset(), NEVER)
    assert not contact.is_stored


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5))))
def test_who_waits_longest_is_known_whoever_comes_and_goes(steps: list[tuple[bool, int]]) -> None:
    waiting, known = Waiting(), list[int]()
    for comes, since in steps:
        if comes:
            waiting.add(since)
            known.append(since)
        elif since in known:
            waiting.remove(since)
            known.remove(since)
        assert (waiting.count, waiting.oldest()) == (len(known), min(known, default=None))
