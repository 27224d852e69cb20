"""The books of a statement as a text: anybody computes them and their digest again."""

from decimal import Decimal

from streams.domain import instants
from streams.domain.books import INTERVAL
from streams.domain.instants import SECOND
from streams.domain.plan.model import Contract, Measure
from streams.domain.statement.evidence import counts, digest, left_out, parse, text
from streams.domain.tally import Tally

NINE = instants.parse("2026-11-18T09:00:00Z")


def test_only_what_the_vendor_held_and_when_it_held_it_is_in_it() -> None:
    books = {
        ("line:waste", NINE): Tally.of(line_offered=2, answered=2),
        ("vendor:acme", NINE): Tally.of(line_offered=2, answered=2),
        ("vendor:acme", NINE + 4 * INTERVAL): Tally.of(line_offered=9),
        ("vendor:next", NINE): Tally.of(line_offered=5),
        ("line:waste", NINE + INTERVAL): Tally(),
    }
    said = text(books, "acme", [], NINE, NINE + 2 * INTERVAL)
    assert said == "vendor:acme|2026-11-18T09:00:00Z|answered=2 line_offered=2\n"


def test_read_back_it_is_the_counts_by_scope_and_start() -> None:
    books = {("vendor:a|b", NINE): Tally.of(line_offered=3, answered=1)}
    said = text(books, "a|b", [], NINE, NINE + INTERVAL)
    assert parse(said) == {("vendor:a|b", instants.text(NINE)): {"answered": 1, "line_offered": 3}}


def test_what_later_calls_of_a_caller_change_is_left_out() -> None:
    tally = Tally.of(repeat_callers=4, callbacks_kept=2, answered=1)
    tally.longest = 0
    assert counts(tally) == {"answered": 1, "longest": 0}


def test_one_call_more_is_another_digest() -> None:
    assert digest("answered=1") != digest("answered=2")
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_later_count_is_in_the_books_of_a_contract_that_pays_by_it() -> None:
    """So a release that counts more finds what was frozen before as it was."""
    tally = Tally.of(answered=2, cut_offs=1, left_within=1, callbacks_kept=1)
    assert counts(tally, left_out([Contract()])) == {"answered": 2}
    for figure, more in (
        ("cut_off", {"cut_offs": 1}),
        ("waited_longer", {"left_within": 1}),
        ("callbacks_kept", {"callbacks_kept": 1}),
    ):
        measure = Measure("m", figure, Decimal(1), "answered_only", 20 * SECOND, "daily")
        without = left_out([Contract(), Contract(measures=(measure,))])
        assert counts(tally, without) == {"answered": 2} | more
