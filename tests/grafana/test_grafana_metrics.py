"""Every metric that a dashboard asks for is on a worker's page, with the labels it is asked by."""

import re
from typing import Any

import promql_parser
import pytest

from grafana import palette
from grafana.promql import BUILT_IN
from streams.domain.event_reader import REASONS
from tests.busy_worker import on_the_page
from tests.grafana.grafana_files import FILES, load, named, queries
from tests.grafana.test_grafana_lint import _vectors

BY_PROMETHEUS = {"instance", "job"}


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """The labels of each metric on the page of a worker to which everything has happened."""
    return on_the_page()


def _is_exported(expr: str, exported: dict[str, set[str]], where: object) -> None:
    for selector in _vectors(promql_parser.parse(expr)):
        if selector.name in BUILT_IN:
            continue
        assert selector.name in exported, f"{where}: nobody exports {selector.name}"
        asked = {matcher.name for matcher in selector.matchers.matchers}
        unknown = asked - exported[selector.name] - BY_PROMETHEUS
        assert not unknown, f"{where}: {selector.name} has no label {unknown}"


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_metric_and_label_asked_for_is_exported(file, exported: dict[str, set[str]]) -> None:
    for query in queries(file):
        _is_exported(query.expr, exported, query)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_label_that_a_query_groups_or_speaks_by_is_exported(
    file, exported: dict[str, set[str]]
) -> None:
    """A misspelt label in ``by`` or in a legend is no error to anybody: it is empty."""
    alerts = {"alertname", "severity", "alertstate"}
    known = set().union(*exported.values(), BY_PROMETHEUS, alerts)
    for query in queries(file):
        made = set(re.findall(r'(?:label_replace|count_values)[^"]*?"(\w+)"', query.expr))
        made |= set(re.findall(r', "(\w+)", "[^"]*", "\w*", "', query.expr))
        spoken = {
            label
            for inside in re.findall(r"\b(?:by|on|group_left|group_right) \(([^)]*)\)", query.expr)
            for label in inside.split(", ")
            if label
        }
        assert spoken <= known | made, query


def test_every_reason_of_refusal_has_its_words_and_colour() -> None:
    assert tuple(palette.REASON_COLOURS) == REASONS
    assert len({*palette.REASON_COLOURS.values()}) == len(REASONS)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_every_choice_is_made_from_what_is_exported(file, exported: dict[str, set[str]]) -> None:
    variables: list[dict[str, Any]] = load(file).get("templating", {}).get("list", [])
    for variable in variables:
        if variable["type"] != "query":
            continue
        metric = re.search(r"contact_\w+", variable["definition"])
        assert metric is not None and metric[0] in exported
        asked = set(re.findall(r'(\w+)="\(\?<', variable["regex"]))
        asked |= set(re.findall(r", (\w+)\)", variable["definition"]))
        assert asked and asked <= exported[metric[0]]
