"""What the rules ask for is what a worker exports: the same names, with the labels they go by.

A rule on a metric that nobody exports is silent for ever, and looks like one that has found nothing
wrong. So this asks a worker's own page, in a state in which every metric has something to say.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from streams.domain.board import SLOT
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.statement.periods import midnight
from streams.domain.statement.running import Running, running
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.engine.lines import LineOwner
from streams.engine.routes import Routes
from streams.engine.source import Source
from streams.engine.worker import Worker
from streams.settings import Settings
from tests.statements import Booked

DEPLOY = Path(__file__).parents[2] / "deploy"
PLAN = Plan.load(DEPLOY / "plans" / "antwerp.toml")
ROUTES = Routes(sources=1, partials=1, callers=1)

#: What rules group, join and speak by, beyond what they select by.
LABELS = {
    "contact_alert_open": {"line", "vendor", "kind"},
    "contact_alert_people": {"line", "vendor", "kind"},
    "contact_alert_since_timestamp_seconds": {"line", "vendor", "kind"},
    "contact_alertmanager_up": {"alertmanager"},
    "contact_alert_delivery_failing": set(),
    "contact_books_imbalance": set(),
    "contact_city_as_of_timestamp_seconds": set(),
    "contact_city_last_event_timestamp_seconds": set(),
    "contact_events_total": {"topic"},
    "contact_lag_records": {"topic", "partition"},
    "contact_line_as_of_timestamp_seconds": {"line"},
    "contact_line_last_event_timestamp_seconds": {"line"},
    "contact_refused_total": {"reason"},
    "contact_state_owner": {"partition"},
    "contact_vendor_period_end_timestamp_seconds": {"vendor", "contract", "measure", "line"},
    "contact_vendor_period_forecast_ratio": {"vendor", "contract", "measure", "line", "bound"},
    "contact_vendor_period_lost_timestamp_seconds": {"vendor", "contract", "measure", "line"},
    "contact_vendor_period_misses_left": {"vendor", "contract", "measure", "line"},
    "contact_vendor_period_target_ratio": {"vendor", "contract", "measure", "line"},
}
BY_PROMETHEUS = {"instance", "job"}


def every_rule() -> Iterator[dict[str, Any]]:
    for path in sorted((DEPLOY / "prometheus" / "rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            yield from group["rules"]


RECORDED = {rule["record"] for rule in every_rule() if "record" in rule}


def selectors(parsed: Any) -> Iterator[Any]:
    """Every selector of an expression, wherever it stands."""
    if isinstance(parsed, promql_parser.VectorSelector):
        yield parsed
    for name in ("lhs", "rhs", "expr", "param", "vector_selector"):
        inner = getattr(parsed, name, None)
        if inner is not None:
            yield from selectors(inner)
    for inner in getattr(parsed, "args", None) or ():
        yield from selectors(inner)


def asked() -> dict[str, set[str]]:
    """The metrics of workers that rules ask for, in what they compute and in what they say, each
    with the labels by which it is selected."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule in every_rule():
        for selector in selectors(promql_parser.parse(rule["expr"])):
            found[selector.name] |= {matcher.name for matcher in selector.matchers.matchers}
        for text in rule.get("annotations", {}).values():
            for name, chosen in re.findall(r"\b(contact_\w+(?::\w+)?)(?:\{([^}]*)\})?", text):
                found[name] |= set(re.findall(r"(\w+)=", chosen))
    return {
        name: labels - BY_PROMETHEUS
        for name, labels in found.items()
        if name not in RECORDED | {"up", "ALERTS"}
    }


def a_bad_month() -> list[Running]:
    """Noon of Friday 6 March, six in ten in time on every day so far: the month will be lost."""
    booked = Booked(PLAN)
    for day in range(2, 7):
        booked.day("waste", date(2026, 3, day), answered=6, late=3, abandoned=1)
    now = midnight(date(2026, 3, 6), PLAN.zone) + 12 * HOUR
    return list(running(PLAN, ["scheldelijn"], now, booked.intervals))


def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    """A worker that owns everything, in whose city everything has happened that can."""
    made = Worker(Settings(alertmanagers="http://127.0.0.1:9093"), PLAN)
    monkeypatch.setattr(made.app.consumer, "highwater", lambda tp: 7)
    source = made._sources.owners[0] = Source(0, PLAN, ROUTES, made.counts)
    source.positions = dict.fromkeys(made.counts.events, 5)
    now = time.time_ns() // 1_000
    owner = made._lines.owners[0] = LineOwner(0, PLAN, ROUTES, end=0)
    for scope in (LINE + "waste", VENDOR + "scheldelijn", CITY):
        owner.board.take_figures(scope, 0, SLOT, now - now % SLOT, Tally.of(contacts=1), False)
    instant = now // MINUTE * MINUTE - 10 * MINUTE
    notes = [f"{instant + n * SECOND}|{kind}|0|c{n:02}/1" for n in range(59) for kind in "sr"]
    owner.board.alarms.take("waste", 0, instant, [*notes, f"{instant + MINUTE}|c|0|c60/1"])
    owner.board.take_clock(0, now)
    owner.board.advance()
    with monkeypatch.context() as always_open:
        # Callers call at night, too, when this runs at night.
        always_open.setattr("streams.domain.alarms.LineAlarm._closes_at", lambda self, at: None)
        owner.board.alarms.advance(now)
    assert {alert.kind for alert in owner.board.alarms.open()} == {
        "service_level",
        "reachability",
        "closed_on_waiting",
    }
    monkeypatch.setattr(made.periods, "_judged", {"scheldelijn": a_bad_month()})
    return made


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """The labels of each metric on a worker's page."""

    async def page() -> str:
        with pytest.MonkeyPatch.context() as monkeypatch:
            app = worker(monkeypatch).app.web.web_app
            async with TestClient(TestServer(app)) as client:
                answer = await client.get("/metrics")
                assert answer.status == 200
                return await answer.text()

    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(asyncio.run(page())):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def test_the_list_of_labels_is_of_all_that_rules_ask_for() -> None:
    assert asked().keys() == LABELS.keys()


@pytest.mark.parametrize("name", sorted(LABELS))
def test_a_worker_exports_what_rules_ask_for(name: str, exported: dict[str, set[str]]) -> None:
    assert name in exported, "a rule asks for it and no worker exports it"
    missing = (LABELS[name] | asked()[name]) - exported[name]
    assert not missing, f"{name} has no label {missing}"


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("contact_ready", set()),
        ("contact_worker_info", {"worker", "version"}),
        ("contact_checkpoint_seconds_bucket", {"le"}),
    ],
)
def test_it_exports_what_people_look_for_besides(
    name: str, labels: set[str], exported: dict[str, set[str]]
) -> None:
    assert labels == exported[name]
