"""What is exported of a line is read by somebody, and what anybody reads is exported.

A series that nothing reads costs every scrape of every line; one that is read and not exported is a
panel that stays empty, or a rule that stays silent. So every selector of dashboards, rules and
pages is held against the page of a worker to which everything has happened, and the other way
round: metric by metric, window by window.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, get_args

import promql_parser
import pytest
from prometheus_client.core import Sample

from grafana.promql import BUILT_IN
from streams.domain import windows
from streams.domain.figures import DECLARED, of_scope
from streams.domain.figures.figure import Window
from streams.domain.figures.whole import OF_WHOLE
from streams.sinks.prometheus import AS_READ, READ_WINDOWS, WHOLE
from streams.sinks.series import AGREED, SPARSE
from tests.busy_worker import samples
from tests.deploy.test_rules_metrics import RECORDED, every_rule, selectors
from tests.grafana.grafana_files import FILES, load, queries

ROOT = Path(__file__).parents[2]
OURS = re.compile(r"contact_(?:line|vendor|city|alert)_(?!\w*:)")
WHOSE = {"line", "vendor", "instance", "job"}
"""Labels that say which line or worker is meant: each has the same series."""
TOGETHER = {"disposition"}
"""A visit has one of several: of a window that is read, all are exported."""
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "deploy").rglob("*.md")),
]


class Read(NamedTuple):
    """A selector: where it stands, the metric, and per label a pattern of its values."""

    where: str
    metric: str
    labels: dict[str, str]

    def finds(self, sample: Sample, but: set[str]) -> bool:
        """Whether it selects a sample, whatever that has of some labels."""
        return sample.name == self.metric and all(
            re.fullmatch(pattern, sample.labels.get(label, ""))
            for label, pattern in self.labels.items()
            if label not in but
        )


def _read(where: object, selector: Any) -> Read:
    patterns = {
        each.name: each.value if "Re" in str(each.op) else re.escape(each.value)
        for each in selector.matchers.matchers
    }
    return Read(str(where), selector.name, patterns)


def _of_dashboards() -> Iterator[Read]:
    for file in FILES:
        for query in queries(file):
            for selector in selectors(promql_parser.parse(query.expr)):
                yield _read(query, selector)
        for variable in load(file).get("templating", {}).get("list", []):
            for metric in re.findall(r"contact_\w+", variable.get("definition", "")):
                yield Read(f"{file.stem}: {variable['name']}", metric, {})


def _of_rules() -> Iterator[Read]:
    for rule in every_rule():
        where = rule.get("record") or rule["alert"]
        for selector in selectors(promql_parser.parse(rule["expr"])):
            yield _read(where, selector)
        for text in rule.get("annotations", {}).values():
            for metric, chosen in re.findall(r"\b(contact_\w+)(?![\w:])(?:\{([^}]*)\})?", text):
                values = dict(re.findall(r"(\w+)=[\"']([^\"'%]+)[\"']", chosen))
                yield Read(where, metric, values)


def _of_pages() -> Iterator[Read]:
    for page in PAGES:
        found = re.findall(
            r"\b(contact_\w*[a-z])\b(?:\{([^}]*)\})?", page.read_text(encoding="utf-8")
        )
        for metric, chosen in found:
            yield Read(page.name, metric, dict(re.findall(r'(\w+)="([^"]+)"', chosen)))


@cache
def reads() -> tuple[Read, ...]:
    """Everything of lines, vendors, the city and their alerts that anything of ours reads."""
    found = [*_of_dashboards(), *_of_rules(), *_of_pages()]
    names = BUILT_IN | RECORDED
    return tuple(each for each in found if OURS.match(each.metric) and each.metric not in names)


@pytest.fixture(scope="module")
def exported() -> list[Sample]:
    """What is on the page of a worker to which everything has happened."""
    return [each for each in samples() if OURS.match(each.name)]


def test_selectors_are_found_in_dashboards_rules_and_pages() -> None:
    for found in (_of_dashboards(), _of_rules(), _of_pages()):
        assert len({each.metric for each in found if OURS.match(each.metric)}) >= 5


def test_whatever_is_read_is_exported(exported: list[Sample]) -> None:
    missing = [
        each for each in reads() if not any(each.finds(sample, WHOSE) for sample in exported)
    ]
    assert missing == []


def test_of_a_line_nothing_is_exported_that_nothing_reads(exported: list[Sample]) -> None:
    of_lines = [each for each in exported if each.name.startswith(("contact_line_", "contact_al"))]
    assert len(of_lines) > 50
    unread = {
        (each.name, tuple(sorted(each.labels.items())))
        for each in of_lines
        if not any(read.finds(each, WHOSE | TOGETHER) for read in reads())
    }
    assert unread == set()


def test_of_a_vendor_is_exported_what_is_of_a_line(exported: list[Sample]) -> None:
    """And of it alone only its period so far, and what contacts are as a whole; of a line alone
    what is usual there."""

    def of(kind: str) -> set[tuple[str, str]]:
        prefix = f"contact_{kind}_"
        return {
            (each.name.removeprefix(prefix), each.labels.get("window", ""))
            for each in exported
            if each.name.startswith(prefix) and not each.name.startswith(f"{prefix}period_")
        }

    only_of_lines = {"contract_service_level_ratio", "waits", "status", *AGREED}
    of_whole = {each.metric for each in DECLARED if each.scopes == OF_WHOLE}
    of_whole |= {each.parts.metric for each in DECLARED if each.parts and each.scopes == OF_WHOLE}
    both = {each for each in of("line") if each[0] not in only_of_lines}
    both = {each for each in both if not each[0].startswith("usual_")}
    assert {each for each in of("vendor") if each[0] not in of_whole} == both


@pytest.mark.parametrize("kind", ["line", "vendor", "city"])
def test_the_city_has_all_windows_of_all_figures_and_who_asks_for_it_of_lines_too(
    kind: str,
) -> None:
    found = {
        (each.name, each.labels["window"])
        for each in samples("read" if kind == "city" else "all")
        if "window" in each.labels
    }
    for name in ("contacts", "offered", "visits", "out_of_hours"):
        assert {(f"contact_{kind}_{name}", window) for window in windows.WINDOWS} <= found
    for figure in of_scope(kind):  # type: ignore[arg-type]
        if figure.metric:
            metric = f"contact_{kind}_{figure.metric}"
            assert {(metric, window) for window in windows.WINDOWS} <= found


def test_who_asks_for_all_gets_zeros_and_what_nothing_reads() -> None:
    whole = {each.name: each for each in WHOLE.lines.windows["15m"] if each.name in SPARSE}
    read = {each.name: each for each in AS_READ.lines.windows["15m"] if each.name in SPARSE}
    assert whole.keys() == read.keys() == set(SPARSE)
    assert not any(each.sparse for each in whole.values())
    assert all(each.sparse for each in read.values())
    names = {each.name for each in samples("all")}
    assert {"contact_line_open", "contact_line_threshold_seconds"} <= names
    assert len([each for each in samples("all") if each.name == "contact_alert_open"]) == 6 * 6 + 1


def test_windows_are_declared_by_their_names() -> None:
    """Of a window or a part that is misspelt nothing would be exported, and nobody would know."""
    assert get_args(Window) == windows.WINDOWS
    declared = [figure.windows for figure in DECLARED]
    for parts in (figure.parts for figure in DECLARED if figure.parts is not None):
        assert parts.windows.keys() <= parts.counts.keys()
        declared += parts.windows.values()
    fixed = {each.name for series in WHOLE.lines.windows.values() for each in series}
    assert READ_WINDOWS.keys() <= fixed
    for found in (*declared, *READ_WINDOWS.values()):
        assert set(found) <= set(windows.WINDOWS)
