"""Each count is declared once, and what is stored stays readable."""

from streams.domain import counts, disposition, outcome
from streams.domain.counts import COUNTS, DECLARED_COUNTS
from streams.domain.plan.model import CAUSES


def test_an_id_is_a_place_of_its_own() -> None:
    assert [count.id for count in DECLARED_COUNTS] == list(range(len(DECLARED_COUNTS)))


def test_a_name_is_that_of_one_count() -> None:
    assert len(set(COUNTS)) == len(COUNTS)


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


def test_durations_are_sums_of_microseconds() -> None:
    durations = {count.name for count in DECLARED_COUNTS if count.of == "microseconds"}
    assert durations == {name for name in COUNTS if name.endswith("_sum")}
