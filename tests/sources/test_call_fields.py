"""Direction, visit and revision of a record: what is read, and what costs the row."""

from datetime import UTC

import pytest

from streams.domain.instants import DAY, HOUR, SECOND, parse, text
from streams.sources.call_fields import direction, revision, visit
from streams.sources.clock import Clock
from streams.sources.mapping_times import Times

CLOCK = Clock(Times(UTC, "iso"))
END = parse("2026-11-20T10:00:00Z")


def test_who_called_whom() -> None:
    assert {direction(one) for one in ("In", "inbound", "INCOMING")} == {"inbound"}
    assert {direction(one) for one in ("Out", "outbound", "OUTGOING")} == {"outbound"}
    assert direction(None) is None
    with pytest.raises(ValueError, match="'internal' is neither inbound nor outbound"):
        direction("internal")


def test_the_number_of_a_visit_or_of_a_leg() -> None:
    assert [visit("3", "1"), visit(None, "1"), visit(None, "")] == [3, 1, None]
    assert visit(None, "A2") == visit(None, "A2") != visit(None, "A3")
    for leg in ("A2", "12345", "Zoë", "x" * 119):
        assert 0 <= (visit(None, leg) or 0) <= 9_999
    for wrong in ("-1", "10000", "x", "1.0", "٣"):
        with pytest.raises(ValueError, match="is no number from 0 to 9999"):
            visit(wrong, "1")


def test_a_revision_is_a_number() -> None:
    assert [revision(one, CLOCK, END) for one in (None, "0", "7", "999999")] == [0, 0, 7, 999_999]


@pytest.mark.parametrize(
    ("after", "number"),
    [(-DAY, 0), (0, 0), (74 * SECOND, 0), (HOUR, 0), (HOUR + SECOND, 3_601), (6 * DAY, 518_400)],
)
def test_or_the_time_when_the_record_was_written(after: int, number: int) -> None:
    assert revision(text(END + after), CLOCK, END) == number


def test_of_two_corrections_the_later_has_the_higher_revision() -> None:
    corrected = [revision(text(END + days * DAY), CLOCK, END) for days in (1, 6, 40_000)]
    assert corrected == sorted(set(corrected)) and corrected[-1] == 2**31 - 1


@pytest.mark.parametrize("wrong", ["v2", "-1", "1234567"])
def test_what_is_no_revision(wrong: str) -> None:
    with pytest.raises(ValueError, match="revision: neither a number nor a time"):
        revision(wrong, CLOCK, END)
