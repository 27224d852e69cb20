"""Every query of every dashboard, on the real Prometheus with a day's figures."""

import json

import pytest

from grafana.generate import generate
from grafana.promql import Scope
from streams.domain.instants import HOUR, MINUTE
from tests.grafana.grafana_files import replaced
from tests.wallboard.wallboard_days import Day
from tests.wallboard.wallboard_servers import Prometheus

pytestmark = pytest.mark.timeout(900)
"""The first test waits for days to be played, and on a new machine for npm."""

CHOSEN = {
    "wallboard": ("down", {}),
    "line": ("down", {"line": "waste"}),
    "vendor": ("month", {"vendor": "scheldelijn"}),
    "contacts": ("day", {}),
    "pipeline": ("day", {}),
}


def _panels(day: Day, name: str) -> list[dict]:
    return json.loads(generate(day.plan, day.instant)[f"en/{name}.json"])["panels"]


@pytest.mark.parametrize("name", CHOSEN)
def test_prometheus_takes_every_query_and_every_panel_has_something_to_show(
    name: str, told: Prometheus, days: dict[str, Day]
) -> None:
    day_name, variables = CHOSEN[name]
    day = days[day_name]
    for panel in _panels(day, name):
        found = 0
        for target in panel["targets"]:
            expr = replaced(target["expr"], **variables)
            if target.get("instant"):
                found += len(told.query(expr, day.instant))
            else:
                since = day.instant - 6 * HOUR
                found += len(told.query_range(expr, since, day.instant, 5 * MINUTE))
        # The city of these days has no entrances, languages or other channels.
        assert found or panel["title"] in ("Entrances", "Languages", "Other channels")


@pytest.mark.parametrize("day_name", ["well", "down", "lost", "gone", "night", "breach", "many"])
def test_each_figure_of_a_card_is_there_once(
    day_name: str, told: Prometheus, days: dict[str, Day]
) -> None:
    """Below target, at target, or a dash: one number each, and a card never changes its shape."""
    day = days[day_name]
    shapes = set()
    for panel in _panels(day, "wallboard"):
        if panel["gridPos"]["y"] == 0:
            continue
        shown = sum(len(told.query(t["expr"], day.instant)) for t in panel["targets"])
        shapes.add((len(panel["targets"]), shown))
    assert shapes <= {(1, 1), (6, 2), (3, 3), (9, 4)}, shapes


@pytest.mark.parametrize("day_name", ["lost", "gone"])
def test_nothing_of_before_the_silence_is_shown_as_of_now(
    day_name: str, told: Prometheus, days: dict[str, Day]
) -> None:
    day = days[day_name]
    for panel in _panels(day, "wallboard"):
        if panel["gridPos"]["y"] == 0:
            continue
        values = {
            sample["value"][1]
            for target in panel["targets"]
            for sample in told.query(target["expr"], day.instant)
        }
        assert values <= {"4", "-1"}, f"{panel['title']}: {values}"


def test_a_demo_thirty_times_as_fast_is_news_until_it_ends(
    told: Prometheus, days: dict[str, Day]
) -> None:
    """At 23:00 its clock shows 11:20, and half a minute more each second."""
    day = days["demo"]
    lines = [panel for panel in _panels(day, "wallboard") if panel["gridPos"]["y"] > 0]
    states = [panel["targets"][0]["expr"] for panel in lines if "_status{" in str(panel)]

    def shown(at: int) -> list[str]:
        return [told.query(state, at)[0]["value"][1] for state in states]

    assert "4" not in shown(day.instant)[:4]
    assert "3" in shown(day.instant)
    assert set(shown(day.instant + 3 * MINUTE)) == {"4"}, "the worker has been dead for long"
    alerts = next(p for p in _panels(day, "wallboard") if p["title"].startswith("Alerts"))
    found = told.query(alerts["targets"][0]["expr"], day.instant)
    assert {alert["metric"]["name"] for alert in found} == {"Waste"}
    # Nobody has answered for 140 minutes of the simulated day, as its people count them.
    since = {alert["metric"]["what"]: float(alert["value"][1]) for alert in found}
    assert 110 * 60 < since["nobody answers"] == max(since.values()) < 145 * 60, since


def test_of_two_workers_that_export_a_line_the_newer_is_shown(
    told: Prometheus, days: dict[str, Day]
) -> None:
    """While a line changes hands the one who had it still tells what was so a moment ago."""
    now = days["well"].instant
    waste = Scope("line", "waste")
    both = told.query(waste.raw("as_of_timestamp_seconds"), now)
    assert len(both) == 2 and both[0]["value"][1] != both[1]["value"][1]
    (shown,) = told.query(waste.current("as_of_timestamp_seconds"), now)
    assert float(shown["value"][1]) * 1e6 == now


def test_alerts_are_named_by_line_and_by_what_they_mean(
    told: Prometheus, days: dict[str, Day]
) -> None:
    day = days["down"]
    panel = next(p for p in _panels(day, "wallboard") if p["title"].startswith("Alerts"))
    found = [s["metric"] for t in panel["targets"] for s in told.query(t["expr"], day.instant)]
    assert {(alert["name"], alert["what"]) for alert in found} == {("Waste", "nobody answers")}


def test_alerts_mark_the_curves_of_their_line(told: Prometheus, days: dict[str, Day]) -> None:
    day = days["day"]
    board = json.loads(generate(day.plan, day.instant)["en/line.json"])
    expr = next(a["expr"] for a in board["annotations"]["list"] if a.get("expr"))
    begin, end = day.instant - 8 * HOUR, day.instant
    of = {
        line: told.query_range(replaced(expr, line=line), begin, end, MINUTE)
        for line in ("waste", "other")
    }
    assert {s["metric"]["kind"] for s in of["waste"]} == {"no_answers"}
    assert not of["other"]
