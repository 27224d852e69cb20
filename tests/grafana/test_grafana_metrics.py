"""Every metric that a dashboard asks for exists, with the labels that it is asked by."""

import time
from collections.abc import Iterable

import promql_parser
import pytest
from grafana_files import FILES, PLAN, named, queries
from prometheus_client.core import Metric
from test_grafana_lint import _vectors

from grafana.promql import BUILT_IN
from streams.domain.board import Board
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, COUNTS, LINE, VENDOR, Tally
from streams.sinks.period_metrics import period_metrics
from streams.sinks.prometheus import FiguresCollector

AWAITED = {
    # How long answered callers waited, cumulative: the buckets of a line's heat map.
    "contact_line_waits": {"line", "window", "le"},
    # Of the vendors' periods so far, what `streams.sinks.period_metrics` does not tell yet.
    "contact_vendor_period_malus": {
        "vendor", "contract", "measure", "figure", "line", "currency",
    },
    "contact_vendor_period_worst_timestamp_seconds": {"vendor", "line", "rank"},
    "contact_vendor_period_worst_misses": {"vendor", "line", "rank"},
    "contact_vendor_period_worst_offered": {"vendor", "line", "rank"},
    "contact_vendor_period_excluded_quarter_hours": {
        "vendor", "contract", "measure", "figure", "line", "exclusion",
    },
    "contact_vendor_period_excluded_offered": {
        "vendor", "contract", "measure", "figure", "line", "exclusion",
    },
    # A process's own, from prometheus_client's ProcessCollector.
    "process_resident_memory_bytes": set(),
    "process_cpu_seconds_total": set(),
}  # fmt: skip
"""Metrics that are agreed and not exported by any collector yet, with their labels. A name that
appears in a collector must leave this list: a test says so."""

BY_PROMETHEUS = {"instance", "job"}


def _labels(families: Iterable[Metric]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for family in families:
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def _everything() -> Tally:
    full = Tally.of(**dict.fromkeys(COUNTS, 1))
    full.waits, full.longest = {5: 1}, SECOND
    return full


def _figures() -> dict[str, set[str]]:
    """What the exporter gives of a board on which everything has happened."""
    plan = Plan.load(PLAN)
    now = int(time.time() * SECOND)
    board = Board(plan, 1, [LINE + "waste", VENDOR + "scheldelijn", CITY])
    full = _everything()
    for name in list(board.scopes):
        board.take_figures(name, 0, 10 * SECOND, now - now % (10 * SECOND), full, False)
    board.take_clock(0, now)
    board.advance()
    return _labels(FiguresCollector(plan, lambda: [board]).collect())


def _worker() -> dict[str, set[str]]:
    """What a worker tells of itself and of its alerts: names and labels as the code has them."""
    import ast
    import inspect

    from streams.engine import telemetry
    from streams.sinks import alert_metrics

    found: dict[str, set[str]] = {}
    for module in (telemetry, alert_metrics):
        tree = ast.parse(inspect.getsource(module))
        shared = {"labels": set()}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
                target = node.targets[0]
                if isinstance(target, ast.Name) and target.id == "labels":
                    shared["labels"] = {e.value for e in node.value.elts}  # type: ignore[attr-defined]
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            kind = node.func.id
            if not kind.endswith("MetricFamily"):
                continue
            name = ast.literal_eval(node.args[0])
            labels: set[str] = set()
            for keyword in node.keywords:
                if keyword.arg == "labels":
                    labels = (
                        {element.value for element in keyword.value.elts}  # type: ignore[attr-defined]
                        if isinstance(keyword.value, ast.List)
                        else shared["labels"]
                    )
            if kind.startswith("Counter"):
                found[name + "_total"] = labels
            elif kind.startswith("Histogram"):
                found[name + "_bucket"] = labels | {"le"}
            else:
                found[name] = labels
    return found


def _periods() -> dict[str, set[str]]:
    """What is told of the vendors' running periods, of none."""
    return {
        family.name: set(family._labelnames)  # type: ignore[attr-defined]
        for family in period_metrics([])
    }


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    return _figures() | _worker() | _periods()


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_metric_and_label_asked_for_is_exported(file, exported: dict[str, set[str]]) -> None:
    known = exported | AWAITED
    for query in queries(file):
        for selector in _vectors(promql_parser.parse(query.expr)):
            if selector.name in BUILT_IN:
                continue
            assert selector.name in known, f"{query}: nobody exports {selector.name}"
            asked = {matcher.name for matcher in selector.matchers.matchers}
            unknown = asked - known[selector.name] - BY_PROMETHEUS
            assert not unknown, f"{query}: {selector.name} has no label {unknown}"


def test_what_is_exported_by_now_is_no_longer_awaited(exported: dict[str, set[str]]) -> None:
    assert not AWAITED.keys() & exported.keys()


def test_the_worker_tells_of_itself(exported: dict[str, set[str]]) -> None:
    """Guards the reading of the collectors' source above: it must find them."""
    assert exported["contact_events_total"] == {"topic"}
    assert exported["contact_alert_open"] == {"line", "vendor", "kind"}
