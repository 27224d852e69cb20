"""The table of quality: is it still true, and is it good enough?

Computing it takes about 40 s of one core, once, for all of these.
"""

import json
from typing import Any

import pytest

from tests.domain.detector_quality import HERE, markdown, measure, text_of


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """The committed table; that it is true takes longer to see than that it is good enough."""
    return json.loads(HERE.joinpath("detector_quality.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_committed_table_is_what_comes_out_today():
    """If not, run detector_quality.py and say in the commit why it changed."""
    today = measure()
    assert HERE.joinpath("detector_quality.json").read_text(encoding="utf-8") == text_of(today)
    assert HERE.joinpath("detector_quality.md").read_text(encoding="utf-8") == markdown(today)


@pytest.mark.parametrize("an_hour, at_most", [("20", 0.85), ("120", 0.5), ("1000", 0.5)])
def test_it_notices_sooner_than_wilson_at_no_more_false_pages(measured, an_hour, at_most):
    rules = measured["simulated"][an_hour]
    assert rules["equal"]["false 0.8"] <= rules["wilson"]["false 0.8"]
    for fall in ("fall 0.3", "fall 0.0"):
        ours, wilsons = rules["equal"][fall], rules["wilson"][fall]
        assert ours["median"] <= at_most * wilsons["median"]
        assert ours["p90"] <= wilsons["p90"]


@pytest.mark.parametrize("an_hour", ["20", "120", "1000"])
def test_it_keeps_its_budget(measured, an_hour):
    """Half a false page a quarter on the service level: on one day of 182. Few days are measured,
    so up to three times that is the same thing."""
    assert measured["simulated"][an_hour]["budget"]["false 0.8"] <= 3 / 182


def test_the_bank_was_told_of_its_incident_within_ten_minutes(measured):
    (page,) = [
        page
        for page in measured["real"]["pages"]
        if page["kind"] == "reachability" and page["line"] == "PS" and page["since"][:6] == "Wed 03"
    ]
    assert page["since"] == "Wed 03 12:50"
    assert page["opened"] < "Wed 03 13:00"
    assert page["resolved"] < "Wed 03 14:30"


def test_the_bank_was_not_woken_much_otherwise(measured):
    others = [
        page
        for page in measured["real"]["pages"]
        if page["kind"] == "reachability" and page["opened"][:6] != "Wed 03"
    ]
    assert len(others) < 10
    assert all(page["figure"] < 0.6 for page in others)
    # Without opening hours, too; two of each are 3 February's.
    assert max(measured["real"]["reachability pages"].values()) - 2 < 10
