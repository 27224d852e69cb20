"""What became of the people, on a statement: whose call came to the vendor first, once each."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from streams.domain.figures.whole import OUTCOME_COUNTS
from streams.domain.statement import evidence
from streams.domain.tally import VENDOR, Tally
from streams.sinks.statement import plain, sheet
from streams.sinks.statement.archive import Archive, KeptError
from streams.sinks.statement.issue import issued
from streams.sinks.statement.objects import canonical
from streams.sinks.statement.page import page
from streams.sinks.statement.plain import Issued, Made
from tests.sinks.statement import october, pages
from tests.statements import FOREVER, Booked, midnight

CAME_TO = {
    "whole_contacts": 12,
    "whole_served_at_once": 6,
    "whole_served_after_transfer": 1,
    "whole_dead_end": 3,
    "whole_closed_meanwhile": 2,
    "whole_given_up": 2,
}


def booked(**counts: int) -> Booked:
    """October, and what became of the contacts of one of its quarter-hours."""
    found = october.booked()
    at = VENDOR + "acme", midnight(date(2026, 10, 6), found.plan.zone) + 36_000_000_000
    found.intervals[at].plus(Tally.of(**counts))
    return found


def made(of: Booked) -> Made:
    return plain.make(of.plan, of.of("acme", "2026-10", FOREVER), of.intervals)


def number(of: Made) -> Issued:
    return issued(of, october.NOW)


def before_they_were_counted(of: Made) -> Made:
    """As it was kept by a release whose statements were of form 2."""
    content = msgspec.structs.replace(of.content, form=2, outcomes=UNSET)
    books = evidence.without_outcomes(of.books)
    digest = evidence.digest(books)
    used = msgspec.structs.replace(content.books, digest=digest, quarter_hours=books.count("\n"))
    return Made(msgspec.structs.replace(content, books=used), books)


def test_every_outcome_is_said_and_they_add_up() -> None:
    outcomes = made(booked(**CAME_TO)).content.outcomes
    assert isinstance(outcomes, dict)
    assert outcomes.keys() == {"contacts", "imbalance", *OUTCOME_COUNTS}
    found = {name: count for name, count in outcomes.items() if count}
    assert found == {
        "contacts": 12,
        "served_at_once": 6,
        "served_after_transfer": 1,
        "dead_end": 3,
        "closed_meanwhile": 2,
        "given_up": 2,
    }


@pytest.mark.parametrize(("language", "said"), [("en", "do not add up"), ("nl", "tellen niet op")])
def test_what_does_not_add_up_is_said_aloud(language: str, said: str) -> None:
    whole, broken = (
        pages.read(page(number(made(booked(**(CAME_TO | more)))).object, language)).lower()
        for more in ({}, {"whole_contacts": 13})
    )
    assert said in broken and said not in whole


def test_the_page_has_them_the_most_frequent_first_with_their_shares() -> None:
    said = pages.read(page(number(made(booked(**CAME_TO))).object, "en"))
    part = said[said.index("What became of the people") :]
    places = [
        part.index(f"{name} {count} {share} %")
        for name, count, share in (
            ("Served at once", 6, "50.00"),
            ("Dead end", 3, "25.00"),
            ("Given up", 2, "16.67"),
            ("Served after transfer", 1, "8.33"),
            ("Closed meanwhile", 2, "16.67"),
        )
    ]
    assert places == sorted(places)
    assert "Nuisance" not in part, "a row without a contact"


def test_of_books_that_do_not_count_them_nothing_is_said() -> None:
    of = made(october.booked())
    assert of.content.outcomes is UNSET and b'"outcomes"' not in of.json
    assert "What became of the people" not in pages.read(page(number(of).object, "en"))


def test_the_csv_has_a_row_of_each() -> None:
    rows = csv.DictReader(io.StringIO(sheet.as_csv(number(made(booked(**CAME_TO))).object)))
    found = {row["outcome"]: row["contacts"] for row in rows if row["row"] == "outcome"}
    assert found.keys() == {*OUTCOME_COUNTS}
    assert (found["dead_end"], found["closed_meanwhile"], found["lost"]) == ("3", "2", "0")


def test_they_can_be_counted_again_from_the_books() -> None:
    of = made(booked(**CAME_TO))
    counted: dict[str, int] = {}
    for (scope, _), counts in evidence.parse(of.books).items():
        for name, count in counts.items():
            if name.startswith("whole_"):
                assert scope == "vendor:acme"
                counted[name] = counted.get(name, 0) + count
    assert counted == CAME_TO
    assert of.content.books.digest == evidence.digest(of.books)


def test_what_was_kept_before_they_were_counted_stands(tmp_path: Path) -> None:
    after = made(booked(**CAME_TO))
    before = before_they_were_counted(after)
    kept = Archive(tmp_path)
    first = kept.freeze(before, october.NOW)
    assert kept.freeze(after, october.NOW).path == first.path
    assert first.path.read_bytes() == canonical(first.statement.object)
    other = made(booked(**CAME_TO).day("waste", date(2026, 10, 7), late=1))
    with pytest.raises(KeptError, match="differs"):
        kept.freeze(other, october.NOW)


def test_a_contact_that_came_to_something_else_is_another_statement(tmp_path: Path) -> None:
    kept = Archive(tmp_path)
    kept.freeze(made(booked(**CAME_TO)), october.NOW)
    with pytest.raises(KeptError, match="differs"):
        kept.freeze(made(booked(**CAME_TO, whole_lost=1)), october.NOW)
