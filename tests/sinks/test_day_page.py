"""The page of today as council and ombudsman read it: numbers, what they mean, and nothing else."""

import re
from typing import Any

import pytest

from streams.domain.plan import Plan
from streams.sinks.day_page import day_page, languages_of
from streams.sinks.live import live_figures
from streams.texts import texts
from tests.sinks.test_day import board_of, told

PLAN = Plan.read(
    """
    [city]
    name = "A <city> & co"
    time_zone = "Europe/Brussels"
    languages = ["nl", "en"]
    [[line]]
    id = "waste"
    """
)


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    found: dict[str, Any] = live_figures(PLAN, [board_of(told())])["whole"]
    return found


def rows(page: bytes) -> dict[str, tuple[str, str]]:
    found = re.findall(
        r'<tr><th scope="row">(.*?)</th><td.*?>(.*?)</td><td>(.*?)</td></tr>', page.decode()
    )
    return {name: (value.replace("\N{NO-BREAK SPACE}", " "), means) for name, value, means in found}


def test_each_number_has_its_meaning_beside_it(whole: dict[str, Any]) -> None:
    shown = rows(day_page(PLAN, whole, "en"))
    assert {name: value for name, (value, _) in shown.items()} == {
        "Calls": "23",
        "People who tried": "13",
        "People who got through": "69 % (9 of 13)",
        "At which try": "22 % at the first, 78 % at the second",
        "At the first try": "15 % (2 of 13)",
        "Until somebody answered": "46.9 min",
        "Waited, per call": "0.3 min",
        "Waited, all together": "0.1 hours",
        "Worst hour": "10:00: 17 % of 12 calls",
        "Forms instead of a person": "0",
        "Calls of a known caller": "100 %",
        "Served at once": "11",
        "Given up": "12",
    }
    assert all(means.endswith(".") for _, means in shown.values())


@pytest.mark.parametrize("language", languages_of(PLAN))
def test_it_speaks_the_plans_languages_and_leads_to_the_others(
    language: str, whole: dict[str, Any]
) -> None:
    page = day_page(PLAN, whole, language).decode()
    assert f'<html lang="{language}">' in page
    assert texts(language)("day.means.persons") in page
    for other in languages_of(PLAN):
        assert f'href="?language={other}"' in page


def test_it_has_no_script_loads_nothing_and_escapes_what_the_plan_says(
    whole: dict[str, Any],
) -> None:
    page = day_page(PLAN, whole, "en").decode()
    assert "<script" not in page and "src=" not in page and "//" not in page
    assert "A &lt;city&gt; &amp; co" in page


@pytest.mark.parametrize("none", [None, {"as_of": 0.0}], ids=["recovering", "earlier release"])
def test_without_figures_it_says_so(none: dict[str, Any] | None) -> None:
    page = day_page(PLAN, none, "en")
    assert not rows(page)
    assert b"There are no figures of today yet." in page


def test_a_day_without_calls_has_no_shares() -> None:
    empty = live_figures(PLAN, [board_of([])])["whole"]
    shown = rows(day_page(PLAN, empty, "en"))
    assert shown["People who got through"][0] == "–"
    assert shown["Worst hour"][0] == "–"
    assert "Served at once" not in shown
