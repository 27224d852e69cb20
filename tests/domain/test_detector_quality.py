"""The table of quality: is it still true, and is it good enough?"""

import json
from typing import Any

import pytest

from streams.domain.instants import HOUR
from tests.domain.detector_quality import HERE, delays, false_pages, markdown, real
from tests.domain.erlang_a import Trouble, at_level
from tests.domain.erlang_a import level as level_of


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """The committed table; that it is true takes longer to see than that it is good enough."""
    return json.loads(HERE.joinpath("detector_quality.json").read_text(encoding="utf-8"))


def test_the_page_is_what_was_measured(measured: dict[str, Any]) -> None:
    assert HERE.joinpath("detector_quality.md").read_text(encoding="utf-8") == markdown(measured)


@pytest.mark.slow
def test_the_committed_table_is_what_comes_out_today(measured: dict[str, Any]) -> None:
    """If not, run detector_quality.py and say in the commit why it changed. A rate stands for
    all, for the whole takes minutes."""
    assert measured["false pages"]["5"] == false_pages(5)
    assert measured["real"] == real()


@pytest.mark.parametrize("rate", ["2", "5", "20", "36", "120"])
def test_where_nothing_is_wrong_the_budget_is_kept(measured: dict[str, Any], rate: str) -> None:
    """Few quarters are measured of each line, so that their mean is what can be asked."""
    cells = measured["false pages"][rate]
    assert sum(cells.values()) / len(cells) <= 1


def test_what_is_wrong_is_noticed_in_time(measured: dict[str, Any]) -> None:
    for rate, troubles in measured["noticed"].items():
        for what, (minutes, at_most) in troubles.items():
            median = float(minutes.split(" / ")[0])
            assert median <= 1.2 * float(at_most), f"{rate} an hour: {what}"


def test_the_bank_was_told_of_its_incident_and_of_nothing_that_was_none(
    measured: dict[str, Any],
) -> None:
    pages = [row for row in measured["real"] if row[2].startswith("Wed 03")]
    assert {row[3] for row in pages} == {"Wed 03 12:52"}
    assert all(row[4].startswith("true") for row in measured["real"])


def test_the_simulated_line_has_the_level_that_is_asked_for() -> None:
    assert level_of(at_level(20, 0.80)) == pytest.approx(0.80, abs=0.02)


def test_an_outage_is_noticed_today_too() -> None:
    [minutes] = delays(at_level(5, 0.85), Trouble(12 * HOUR, refused=1.0), "no_entry", 1)
    assert minutes < 90
