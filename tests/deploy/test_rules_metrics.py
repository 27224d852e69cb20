"""What the rules ask for is what a worker exports: the same names, with the labels they go by.

A rule on a metric that nobody exports is silent for ever, and looks like one that has found nothing
wrong. So this asks a worker's own page, in a state in which every metric has something to say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from tests.busy_worker import on_the_page

DEPLOY = Path(__file__).parents[2] / "deploy"
#: What rules group, join and speak by, beyond what they select by.
LABELS = {
    "contact_alert_open": {"line", "vendor", "kind"},
    "contact_alert_people": {"line", "vendor", "kind"},
    "contact_alert_since_timestamp_seconds": {"line", "vendor", "kind"},
    "contact_alertmanager_up": {"alertmanager"},
    "contact_alert_delivery_failing": set(),
    "contact_books_imbalance": set(),
    "contact_certificate_expires_timestamp_seconds": {"setting"},
    "contact_city_as_of_timestamp_seconds": set(),
    "contact_city_last_event_timestamp_seconds": set(),
    "contact_events_total": {"topic"},
    "contact_lag_records": {"topic", "partition"},
    "contact_late_total": set(),
    "contact_machine_clock_ahead_seconds": set(),
    "contact_line_as_of_timestamp_seconds": {"line"},
    "contact_line_last_event_timestamp_seconds": {"line"},
    "contact_open_contacts": set(),
    "contact_open_contacts_most": set(),
    "contact_plan_info": {"judges"},
    "contact_ready": set(),
    "contact_refused_total": {"reason"},
    "contact_source_partitions": set(),
    "contact_state_owner": {"partition"},
    "contact_vendor_period_end_timestamp_seconds": {"vendor", "contract", "measure", "line"},
    "contact_vendor_period_forecast_ratio": {"vendor", "contract", "measure", "line", "bound"},
    "contact_vendor_period_heard_ratio": {"vendor", "contract", "measure", "line"},
    "contact_vendor_period_lost_timestamp_seconds": {"vendor", "contract", "measure", "line"},
    "contact_vendor_period_misses_left": {"vendor", "contract", "measure", "line"},
    "contact_vendor_period_target_ratio": {"vendor", "contract", "measure", "line"},
    "process_start_time_seconds": set(),
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


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """The labels of each metric on a worker's page."""
    return on_the_page()


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
        ("contact_worker_info", {"worker", "version"}),
        ("contact_checkpoint_seconds_bucket", {"le"}),
    ],
)
def test_it_exports_what_people_look_for_besides(
    name: str, labels: set[str], exported: dict[str, set[str]]
) -> None:
    assert labels == exported[name]
