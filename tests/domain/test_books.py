"""The books of a heap of contacts, read at once: totals, intervals, and that they balance."""

import pytest

from streams.domain.books import INTERVAL, Books, books, imbalance, start_of, unequal
from streams.domain.counts import ONE
from streams.domain.instants import MINUTE, SECOND
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from tests.stories import PLAN, Story, at

NINE, LATE = at("9:00"), at("23:00")
ANSWERED = Story("a").start("9:01").enter("9:01", "waste").answer("9:01:05", "waste")
GONE = Story("b").start("9:20").enter("9:20", "waste").hang_up("9:21")


@pytest.mark.parametrize(
    ("seconds", "start"), [(0, 0), (1, 0), (899, 0), (900, 900), (1_799, 900), (-1, -900)]
)
def test_an_interval_begins_at_its_quarter_hour(seconds: int, start: int) -> None:
    assert start_of(NINE + seconds * SECOND, INTERVAL) == NINE + start * SECOND


def test_totals_are_the_sums_of_the_intervals_of_each_scope() -> None:
    found = books([ANSWERED.contact(), GONE.contact()], PLAN, LATE, INTERVAL)
    assert found.imbalance() == 0
    for scope, total in found.totals.items():
        summed = Tally()
        for (of, _), tally in found.intervals.items():
            if of == scope:
                summed.plus(tally)
        assert summed == total, scope
    starts = {start for scope, start in found.intervals if scope == LINE + "waste"}
    assert starts == {NINE, NINE + 15 * MINUTE}


def test_without_a_width_there_are_totals_alone() -> None:
    found = books([ANSWERED.contact()], PLAN, LATE)
    assert found.intervals == {} and found.totals[CITY]["answered"] == 1


def test_who_begins_later_is_in_no_books_yet() -> None:
    assert books([GONE.contact()], PLAN, at("9:19")).totals.get(CITY, Tally()).empty()


def test_a_visit_that_is_nowhere_in_the_dispositions_is_an_imbalance() -> None:
    lost = Tally.of(line_offered=3, answered=1, abandoned=1)
    assert imbalance([(LINE + "waste", lost)]) >= 1
    whole = Tally.of(line_offered=2, answered=1, abandoned=1)
    apart = [(LINE + "waste", whole), (VENDOR + "acme", whole), (CITY, Tally.of(line_offered=2))]
    assert imbalance(apart) >= 1, "the city has two visits that ended in no way"


def test_contacts_are_the_sum_of_what_became_of_them() -> None:
    found = Tally.of(contacts=4, contacts_with_visit=1, abandoned_in_menu=1, too_many_events=1)
    assert imbalance([(CITY, found)]) == 1
    assert imbalance([(LINE + "waste", found)]) == 0, "of a line contacts have no outcome"


def test_an_entry_is_booked_where_it_is_and_in_its_interval() -> None:
    found = Books(INTERVAL)
    found.add((CITY, NINE + MINUTE, ONE["contacts"], -1, -1, -1))
    assert found.totals[CITY]["contacts"] == found.intervals[CITY, NINE]["contacts"] == 1


def test_a_visit_that_a_vendor_lacks_is_an_imbalance() -> None:
    """Each scope by itself balances: only beside one another do they show it."""
    found = books([ANSWERED.contact(), GONE.contact()], PLAN, LATE, INTERVAL)
    (vendor,) = (scope for scope in found.totals if scope.startswith(VENDOR))
    packed = {scope: tally.packed for scope, tally in found.totals.items()}
    assert unequal(packed.items()) == 0
    of_one = books([GONE.contact()], PLAN, LATE, INTERVAL).totals[vendor].packed
    assert unequal((packed | {vendor: of_one}).items()) > 0
    assert unequal((packed | {CITY: of_one}).items()) > 0
    del found.totals[vendor]
    assert found.imbalance() > 0
