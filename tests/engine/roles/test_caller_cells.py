"""What callers add to quarter-hours: until when it is open, what is told again, what goes."""

from streams.domain.books import INTERVAL, SLOT
from streams.domain.caller_history import LOOKS_BACK
from streams.domain.counts import ONE
from streams.domain.instants import DAY, MINUTE
from streams.domain.promises import Promise
from streams.domain.tally import CITY, Entry, Tally
from streams.engine.roles.caller_cells import CELLS_KEPT_FOR, CallerCells
from tests.stories import at

NINE = at("9:00")
QUARTER = (CITY, INTERVAL, NINE)


def kept(count: int = 1, when: int = NINE) -> list[Entry]:
    return [(CITY, when, count * ONE["callbacks_kept"], -1, -1, -1)]


def cells() -> CallerCells:
    made = CallerCells(grace=15 * MINUTE)
    made.newest = NINE
    return made


def test_a_quarter_hour_is_final_after_the_last_promise_in_it() -> None:
    found = cells()
    found.book("ann", [], [Promise(CITY, NINE + 1, at("11:01"))])
    found.book("bob", kept(), [Promise(CITY, NINE + 2, at("10:01"))])
    assert not list(found.settle(at("11:29"), []))
    assert found.tally(QUARTER) == (Tally.of(callbacks_kept=1), False)
    (final,) = found.settle(at("11:30"), [])
    assert final == (CITY, NINE, Tally.of(callbacks_kept=1))
    assert found.tally(QUARTER) == (Tally.of(callbacks_kept=1), True)
    assert not list(found.settle(at("12:00"), []))


def test_a_promise_without_a_number_is_told_too() -> None:
    """Otherwise nobody would know that the quarter-hour is not final."""
    found = cells()
    found.book("ann", [], [Promise(CITY, NINE, at("11:01"))])
    assert found.dirty == {QUARTER}
    assert found.tally(QUARTER) == (Tally(), False)


def test_a_promise_that_moves_leaves_nothing_open_behind() -> None:
    found = cells()
    found.book("ann", kept(), [Promise(CITY, NINE, at("20:00"))])
    found.book("ann", kept(), [Promise(CITY, NINE, at("9:10"))])
    assert [start for _, start, _ in found.settle(at("9:30"), [])] == [NINE]


def test_a_contact_of_the_day_before_that_is_not_over_keeps_it_open() -> None:
    """Should it end in vain, the call of nine o'clock is a repeat."""
    found = cells()
    found.book("ann", kept(), ())
    day = LOOKS_BACK
    assert not list(found.settle(at("12:00"), [NINE - day]))
    assert list(found.settle(at("12:00"), [NINE - day - INTERVAL, NINE + INTERVAL]))


def test_what_is_open_is_told_again_every_day() -> None:
    found = cells()
    found.book("ann", kept(), [Promise(CITY, NINE, NINE + 3 * DAY)])
    list(found.settle(at("10:00"), []))
    for days, told in ((0, False), (1, True), (1, False), (2, True)):
        found.dirty.clear()
        list(found.settle(at("11:00") + days * DAY, []))
        assert (QUARTER in found.dirty) is told


def test_an_old_quarter_hour_is_evicted_once_it_is_final() -> None:
    found = cells()
    found.book("ann", kept(), [Promise(CITY, NINE, NINE + 20 * DAY)])
    found.book("bob", kept(when=NINE + INTERVAL), ())
    later = NINE + CELLS_KEPT_FOR + DAY
    list(found.settle(later, []))
    assert found.evict(later) == NINE - LOOKS_BACK
    assert found.tally(QUARTER) == (Tally.of(callbacks_kept=1), False)
    assert found.tally((CITY, INTERVAL, NINE + INTERVAL))[0].empty()
    found.dirty.clear()
    found.book("cat", kept(when=NINE + INTERVAL), ())  # not begun again
    assert not [width for _, width, _ in found.dirty if width == INTERVAL]
    found.book("dan", kept(), ())
    assert found.tally(QUARTER) == (Tally.of(callbacks_kept=2), False)
    later = NINE + 21 * DAY
    assert [start for _, start, _ in found.settle(later, [])] == [NINE]
    assert found.evict(later) == later - CELLS_KEPT_FOR - LOOKS_BACK
    assert found.tally(QUARTER)[0].empty()


def test_slots_are_never_final_and_go_after_an_hour() -> None:
    found = cells()
    found.book("ann", kept(), ())
    slot = (CITY, SLOT, NINE)
    assert slot in found.dirty and found.tally(slot) == (Tally.of(callbacks_kept=1), False)
    found.newest = NINE + 2 * 60 * MINUTE
    found.evict(found.newest)
    assert found.tally(slot)[0].empty()
