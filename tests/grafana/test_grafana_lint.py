"""The rules of Grafana's dashboard-linter that apply here, and a few of our own.

Left out of the linter's: ``template-job``, ``template-instance``, ``target-job`` and
``target-instance``, because lines and vendors are what these dashboards choose by, and one
Prometheus scrapes one city; for the wallboard ``template-datasource``, because a kiosk shows no
variables.
"""

import promql_parser
import pytest

from grafana.panels import DATASOURCE
from grafana.promql import NOW
from tests.grafana.grafana_files import FILES, load, named, queries

WALLS = [file for file in FILES if file.stem == "wallboard"]
OTHERS = [file for file in FILES if file.stem != "wallboard"]
NUMBERS = {"stat", "timeseries", "table", "heatmap"}

each = pytest.mark.parametrize("file", FILES, ids=named)


def _vectors(node: object) -> list[promql_parser.VectorSelector]:
    found = []
    if isinstance(node, promql_parser.VectorSelector):
        found.append(node)
    for name in ("expr", "lhs", "rhs", "vector_selector", "param"):
        child = getattr(node, name, None)
        if child is not None:
            found += _vectors(child)
    for child in getattr(node, "args", ()) or ():
        found += _vectors(child)
    return found


@each
def test_every_query_is_promql(file) -> None:
    for query in queries(file):
        promql_parser.parse(query.expr)


@each
def test_every_panel_says_what_it_shows(file) -> None:
    for panel in load(file)["panels"]:
        assert panel["title"].strip()
        assert len(panel["description"]) >= 20, panel["title"]
        assert panel["description"].rstrip().endswith("."), panel["title"]


@each
def test_every_panel_has_queries_and_a_data_source(file) -> None:
    uid = DATASOURCE if file in WALLS else "${datasource}"
    for panel in load(file)["panels"]:
        assert panel["datasource"] == {"type": "prometheus", "uid": uid}
        assert panel["targets"], panel["title"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs))
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"]


@each
def test_every_number_has_a_unit(file) -> None:
    for panel in load(file)["panels"]:
        if panel["type"] == "table":
            units = {
                override["matcher"]["options"]
                for override in panel["fieldConfig"]["overrides"]
                if any(p["id"] in ("unit", "links") for p in override["properties"])
            }
            renamed = panel["transformations"][-1]["options"]["renameByName"]
            for field, heading in renamed.items():
                if field.startswith("Value"):
                    assert heading in units, f"{panel['title']}: {heading}"
        elif panel["type"] == "heatmap":
            assert panel["options"]["yAxis"]["unit"]
        else:
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


@each
def test_ids_and_addresses_are_unique(file) -> None:
    dashboards = [load(each) for each in FILES]
    uids = [dashboard["uid"] for dashboard in dashboards]
    assert len(uids) == len(set(uids))
    ids = [panel["id"] for panel in load(file)["panels"]]
    assert len(ids) == len(set(ids))


def test_alerts_find_the_dashboards_that_they_lead_to() -> None:
    from streams.sinks.links import Links

    links = Links()
    known = {f"{links.grafana}/d/{load(file)['uid']}" for file in FILES}
    for address in (links.wallboard, links.pipeline, links.line("waste"), links.vendor_of("x")):
        assert address.split("?")[0] in known


@each
def test_nobody_edits_them_in_grafana_and_nothing_is_baked_in(file) -> None:
    dashboard = load(file)
    assert dashboard["editable"] is False
    assert dashboard["schemaVersion"] == 42
    assert not dashboard.get("id")
    for variable in dashboard.get("templating", {}).get("list", ()):
        assert not variable.get("current"), variable["name"]
        assert not variable.get("options"), variable["name"]
        assert variable["description" if variable["type"] == "datasource" else "label"]


@pytest.mark.parametrize("file", OTHERS, ids=named)
def test_others_can_be_pointed_at_any_prometheus(file) -> None:
    variables = {v["name"]: v for v in load(file)["templating"]["list"]}
    source = variables.pop("datasource")
    assert (source["type"], source["query"], source["label"]) == (
        "datasource", "prometheus", "Data Source",
    )  # fmt: skip
    for variable in variables.values():
        assert variable["refresh"] == 2, "a line that is new must appear without a reload"


@each
def test_counters_are_read_as_rates(file) -> None:
    for query in queries(file):
        for selector in _vectors(promql_parser.parse(query.expr)):
            if (selector.name or "").endswith(("_total", "_bucket")):
                inside = f"{selector.name}" in query.expr and (
                    f"rate({selector.name}" in query.expr
                    or f"increase({selector.name}" in query.expr
                )
                assert inside, str(query)


@each
def test_rates_follow_the_scrape_interval(file) -> None:
    for panel in load(file)["panels"]:
        for target in panel["targets"]:
            if "rate(" in target["expr"]:
                assert "$__rate_interval" in target["expr"], panel["title"]


@pytest.mark.parametrize("file", WALLS, ids=named)
def test_nothing_on_the_wall_remembers(file) -> None:
    """A range query with "last not null" would show a figure of before the silence as of now."""
    for panel in load(file)["panels"]:
        assert panel["options"]["reduceOptions"]["calcs"] == ["last"]
        for target in panel["targets"]:
            assert target["instant"] is True and not target.get("range")


@pytest.mark.parametrize("file", WALLS, ids=named)
def test_no_figure_on_the_wall_is_asked_for_without_its_age(file) -> None:
    for query in queries(file):
        figures = [
            selector.name
            for selector in _vectors(promql_parser.parse(query.expr.replace(NOW, "0")))
            if (selector.name or "").startswith(("contact_line_", "contact_city_"))
            and not selector.name.endswith(("_target_ratio", "_info"))
        ]
        if figures:
            assert "time() - 120" in query.expr, str(query)
