"""What an alert is known by."""

from dataclasses import replace

from streams.domain.detector.alert import forgotten_in_words, no_entry_in_words
from streams.domain.instants import MINUTE
from tests.alerts import NOON, fall


def test_it_is_known_by_its_scope_kind_and_begin() -> None:
    alert = fall()
    assert alert.id == "line:waste:no_entry:2026-11-23T11:50:00Z"
    later = replace(alert, people=99, severity="ticket", resolved_at=NOON + 60 * MINUTE)
    assert later.id == alert.id
    assert replace(alert, kind="silence").id != alert.id


def test_its_line_is_that_of_its_subject() -> None:
    assert fall().line == "waste"


def test_a_cause_that_is_not_known_is_not_said() -> None:
    said = no_entry_in_words(3, 4, MINUTE, 0.03, "")
    assert said.endswith("where 3 % is usual.")


def test_one_who_is_alone_has_no_others() -> None:
    assert forgotten_in_words("c7", 15 * MINUTE, 0, 0) == "Contact c7 has waited for 15 min."
    assert forgotten_in_words("c7", 15 * MINUTE, 0, 2).endswith("so have 2 others.")
