"""Entries of a plan that do not agree: of each pair, what is wrong and what to change."""

from streams.domain.plan.fields import Notes
from streams.domain.plan.model import Contract, Entries, Exclusion, Line
from streams.domain.plan.positions import Path
from streams.domain.plan.references import (
    note_contracts,
    note_lines,
    note_overlaps,
    note_same_options,
)
from streams.domain.plan.validity import N, Version

DAY = 86_400_000_000


def placed(kind: str, *versions: Version[N]) -> list[tuple[Path, Version[N]]]:
    return [((kind, n), version) for n, version in enumerate(versions)]


def test_one_id_at_the_same_time_is_told_at_the_later_entry() -> None:
    notes: Notes = []
    first, second = Version(Line("waste"), None, 2 * DAY), Version(Line("waste"), DAY)
    note_overlaps(placed("line", first, second), notes)
    ((path, message),) = notes
    assert path == ("line", 1, "id")
    assert "valid_until" in message
    notes.clear()
    note_overlaps(placed("line", first, Version(Line("waste"), 2 * DAY)), notes)
    assert not notes, "one begins where the other ends"


def test_one_option_of_two_lines_leads_to_one_of_them_only() -> None:
    notes: Notes = []
    lines = [Version(Line("waste", option="1")), Version(Line("desk", option="1"))]
    note_same_options(placed("line", *lines), notes)
    ((path, message),) = notes
    assert path == ("line", 1, "option")
    assert '"waste"' in message


def test_a_line_names_a_vendor_that_there_is_for_as_long_as_the_line() -> None:
    notes: Notes = []
    lines = placed("line", Version(Line("waste", vendor="acne")), Version(Line("desk")))
    note_lines(Entries(tuple(version for _, version in lines)), lines, notes)
    assert [path for path, _ in notes] == [("line", 0, "vendor")], "the city answers the other"


def test_hours_that_an_exclusion_names_must_be_there() -> None:
    notes: Notes = []
    night = Exclusion("night", "hours", "nobody is there", hours="nights")
    contracts = placed("contract", Version(Contract("paid", exclusions=(night,))))
    note_contracts(Entries((Version(Line("waste")),)), contracts, notes)
    ((path, message),) = notes
    assert path == ("contract", 0, "exclusion", 0, "hours")
    assert "nights" in message
