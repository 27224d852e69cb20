"""Entries of a plan that do not agree: of each pair, what is wrong and what to change."""

from streams.domain.plan.fields import Reported
from streams.domain.plan.model import Contract, Entries, Exclusion, Line
from streams.domain.plan.positions import Path
from streams.domain.plan.references import (
    check_contracts,
    check_lines,
    check_options,
    check_overlaps,
)
from streams.domain.plan.validity import N, Version

DAY = 86_400_000_000


def placed(kind: str, *versions: Version[N]) -> list[tuple[Path, Version[N]]]:
    return [((kind, n), version) for n, version in enumerate(versions)]


def test_one_id_at_the_same_time_is_told_at_the_later_entry() -> None:
    reported: Reported = []
    first, second = Version(Line("waste"), None, 2 * DAY), Version(Line("waste"), DAY)
    check_overlaps(placed("line", first, second), reported)
    ((path, message),) = reported
    assert path == ("line", 1, "id")
    assert "valid_until" in message
    reported.clear()
    check_overlaps(placed("line", first, Version(Line("waste"), 2 * DAY)), reported)
    assert not reported, "one begins where the other ends"


def test_one_option_of_two_lines_leads_to_one_of_them_only() -> None:
    reported: Reported = []
    lines = [Version(Line("waste", option="1")), Version(Line("desk", option="1"))]
    check_options(placed("line", *lines), reported)
    ((path, message),) = reported
    assert path == ("line", 1, "option")
    assert '"waste"' in message


def test_a_line_names_a_vendor_that_there_is_for_as_long_as_the_line() -> None:
    reported: Reported = []
    lines = placed("line", Version(Line("waste", vendor="acne")), Version(Line("desk")))
    check_lines(Entries(tuple(version for _, version in lines)), lines, reported)
    assert [path for path, _ in reported] == [("line", 0, "vendor")], "the city answers the other"


def test_hours_that_an_exclusion_names_must_be_there() -> None:
    reported: Reported = []
    night = Exclusion("night", "hours", "nobody is there", hours="nights")
    contracts = placed("contract", Version(Contract("paid", exclusions=(night,))))
    check_contracts(Entries((Version(Line("waste")),)), contracts, reported)
    ((path, message),) = reported
    assert path == ("contract", 0, "exclusion", 0, "hours")
    assert "nights" in message
