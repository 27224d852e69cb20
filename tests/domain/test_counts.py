"""Each count is declared once, and what is stored stays readable."""

import re

import pytest

from streams.domain import counts, disposition, outcome
from streams.domain.counts import COUNTS, DECLARED_COUNTS, Count, checked
from streams.domain.plan.model import CAUSES

NEXT = len(DECLARED_COUNTS)


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (
            Count(92, "new", "visits"),
            f"count new cannot have id 92, which is callbacks_broken's: numbers are stored "
            f"under their ids; put it last, with id {NEXT}",
        ),
        (Count(NEXT + 1, "new", "visits"), f"cannot have id {NEXT + 1}, which leaves a gap"),
        (Count(NEXT, "answered", "visits"), "a count is called answered already"),
        (Count(NEXT, "new", "microseconds"), "count new is of microseconds: a name ends with _sum"),
        (Count(NEXT, "new_sum", "visits"), "count new_sum is of visits: a name ends with _sum"),
    ],
)
def test_a_count_that_would_be_stored_as_another_is_refused(count: Count, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        checked((*DECLARED_COUNTS, count))


def test_a_count_goes_behind_all_others() -> None:
    first, *others = DECLARED_COUNTS
    with pytest.raises(ValueError, match=f"id {NEXT}, which leaves a gap: .* put it last"):
        checked((first, Count(NEXT, "new", "visits"), *others))
    checked((*DECLARED_COUNTS, Count(NEXT, "new_sum", "microseconds")))


def test_counts_that_came_later_are_stored_behind_the_earlier() -> None:
    releases = [count.since for count in DECLARED_COUNTS]
    assert releases == sorted(releases)


def test_what_has_been_stored_keeps_its_places() -> None:
    """A few of each kind, by the places that they had in the first release."""
    first = {"contacts": 0, "answered": 5, "wait_sum": 22, "second_line_forms": 33}
    first |= {"orphans": 41, "queue_overflowed": 44, "out_wait_sum": 64, "abandoned_within_3": 70}
    assert {name: counts.INDEX[name] for name in first} == first
    assert [COUNTS[71], COUNTS[78]] == ["form", "too_many_events"]


def test_every_way_in_which_a_visit_or_a_contact_ends_is_counted() -> None:
    of_visits = {count.name for count in DECLARED_COUNTS if count.of == "visits"}
    of_contacts = {count.name for count in DECLARED_COUNTS if count.of == "contacts"}
    assert {*disposition.DISPOSITIONS, disposition.OPEN} <= of_visits
    assert outcome.ORPHAN in of_contacts and outcome.WITH_VISIT in of_contacts


def test_every_way_in_which_a_visit_ends_is_shown() -> None:
    assert {*disposition.DISPOSITIONS, disposition.OPEN} <= set(counts.SHOWN)


def test_each_cause_and_further_threshold_has_its_counts() -> None:
    assert set(counts.COUNTED_CAUSES) == {*CAUSES} & {*disposition.DISPOSITIONS}
    for part in ("queue", "service", "reach"):
        assert {f"{part}_{cause}" for cause in counts.COUNTED_CAUSES} <= set(COUNTS)
    for part in counts.FURTHER_PARTS:
        assert {f"{part}_{n}" for n in counts.FURTHER} <= set(COUNTS)
