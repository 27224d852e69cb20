"""The dashboards as people see them, through Grafana's own components in Chromium.

This shows field configuration, thresholds, units, names and layout with true figures; it is no
proof that Grafana loads the files. The pictures are left in ``build/wallboard``.
"""

import json
import struct

import pytest

from grafana.contacts import PARTS
from grafana.generate import generate
from streams.texts.catalogue import texts
from tests.wallboard.wallboard_days import Day

pytestmark = pytest.mark.timeout(900)
"""The first test waits for days to be played, and on a new machine for npm."""

WALLS = ["well", "down", "lost", "gone", "night", "breach", "many"]


def _banners(day: Day, seen, language: str = "en") -> dict[str, str]:
    """What the card or tile of each line says, by the line's name."""
    board = json.loads(generate(day.plan, day.instant)[f"{language}/wallboard.json"])
    found = {}
    for panel in board["panels"]:
        first = panel["targets"][0]
        if "_status{" in first["expr"]:
            found[first["legendFormat"]] = seen.panels[panel["id"]]
    return found


def _panel(day: Day, seen, title: str) -> str:
    board = json.loads(generate(day.plan, day.instant)["en/wallboard.json"])
    return seen.panels[next(p["id"] for p in board["panels"] if p["title"].startswith(title))]


@pytest.mark.in_turn("language")
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("day", WALLS)
def test_a_wall_fits_its_screen_and_cuts_no_text(day: str, language: str, see) -> None:
    seen = see(day, "wallboard", language)
    assert not seen.scrolls
    titles_shortened = [text for text in seen.cut if text.split(": ")[0] == text.split(": ", 1)[1]]
    assert [text for text in seen.cut if text not in titles_shortened] == []


def test_a_wall_of_twice_the_resolution_is_the_same_wall(see) -> None:
    seen = see("down", "wallboard", scale=2)
    assert struct.unpack(">II", seen.png[16:24]) == (3840, 2160)
    assert not seen.scrolls and not seen.cut


def test_one_line_down_is_the_only_red_one(see, days) -> None:
    day = days["down"]
    seen = see("down", "wallboard")
    banners = _banners(day, seen)
    assert "BREACH" in banners.pop("Waste")
    assert not any("BREACH" in text for text in banners.values())
    assert "Waste: nobody answers" in _panel(day, seen, "Alerts")


def test_three_lines_in_breach_are_three(see, days) -> None:
    banners = _banners(days["breach"], see("breach", "wallboard"))
    red = [name for name, text in banners.items() if "BREACH" in text]
    assert red == ["Migration", "Desk appointment or document request", "Waste"]


def test_all_well_is_calm(see, days) -> None:
    day = days["well"]
    seen = see("well", "wallboard")
    assert all(text.endswith("OK") for text in _banners(day, seen).values())
    assert "none" in _panel(day, seen, "Alerts")


def test_at_night_everything_is_closed_and_nothing_alarming(see, days) -> None:
    day = days["night"]
    seen = see("night", "wallboard")
    assert all("CLOSED" in text for text in _banners(day, seen).values())
    assert "none" in _panel(day, seen, "Alerts")


@pytest.mark.parametrize(("day", "says"), [("lost", "STOPPED at\n11:03:00"), ("gone", "SILENT")])
def test_when_telemetry_stops_the_wall_says_so_and_shows_no_figure(
    day: str, says: str, see, days
) -> None:
    seen = see(day, "wallboard")
    assert says in _panel(days[day], seen, "As of")
    assert all("NO DATA" in text for text in _banners(days[day], seen).values())


def test_many_lines_are_all_there(see, days) -> None:
    banners = _banners(days["many"], see("many", "wallboard"))
    assert len(banners) == 24
    for name, text in banners.items():
        assert name in text and "Reached of" in text and "Service level of" in text


@pytest.mark.parametrize(
    ("day", "dashboard", "variables"),
    [
        ("day", "line", {"line": "waste"}),
        ("month", "vendor", {"vendor": "scheldelijn"}),
        ("day", "contacts", {}),
        ("day", "pipeline", {}),
    ],
)
@pytest.mark.in_turn("language")
@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_other_dashboards_have_something_in_every_panel(
    day: str, dashboard: str, variables: dict[str, str], language: str, see
) -> None:
    seen = see(day, dashboard, language, **variables)
    assert seen.cut == []
    parts = [texts(language)(f"dashboards.contacts.{part}.title") for part in PARTS]
    for text in seen.panels.values():  # the city of these days has no such parts
        assert "No data" not in text or any(part in text for part in parts)
