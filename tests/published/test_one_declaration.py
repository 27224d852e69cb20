"""A figure is one declaration: without it, the figure is nowhere."""

import json
import subprocess
import sys
from typing import Any

import pytest

from streams.domain.figures import DECLARED

SHOW = """
import json, sys
from streams.domain import figures
name = sys.argv[1]
figures.DECLARED = tuple(each for each in figures.DECLARED if each.name != name)
from streams.domain.counts import COUNTS
from streams.domain.plan import Plan, PlanError
from streams.domain.tally import Tally
from streams.published import figures_page, schemas
from streams.sinks import live, prometheus, report
from streams.sinks.live_page import live_page
from streams.texts.declared import words
from grafana.generate import generate

plan = Plan.read('[[line]]\\nid = "waste"')
boards = generate(plan, 0)
dashboards = {path: text for path, text in boards.items() if path.startswith("en")}
tally = Tally.of(**dict.fromkeys(COUNTS, 1) | {"queue_offered": 2})
tally.waits, tally.longest = {5: 1}, 5_000_000
files = schemas.files()
replay = json.loads(files["replay.schema.json"])
try:
    Plan.read(
        '[[contract]]\\nid = "c"\\n[[contract.measure]]\\nid = "m"\\ntarget = 1\\n'
        f'figure = "{name}"'
    )
    refused = ""
except PlanError as error:
    refused = str(error)
kinds = prometheus.AS_READ
print(json.dumps({
    "json": [list(figures.figures(tally, scope)) for scope in ("line", "city")],
    "metrics": sorted({e.name for k in kinds for w in k.windows.values() for e in w}),
    "columns": [column[1] for column in report._COLUMNS],
    "schema": [list(replay["$defs"][each]["properties"]) for each in ("OfLine", "OfCity")],
    "page": figures_page.page(),
    "readme": figures_page.with_table(figures_page.BEGIN + figures_page.END),
    "measures": list(figures.measures()),
    "refused": refused,
    "dashboards": dashboards,
    "live": live.of_a_line(),
    "live schema": json.loads(files["figures.schema.json"])["properties"]["lines"]["items"],
    "live page": live_page(plan).decode().partition('id="shown"')[2].partition("</script>")[0],
    "words": [path for path, _ in words()],
}))
"""


def shown_without(name: str) -> dict[str, Any]:
    """What is shown where a figure is not declared."""
    said = subprocess.run(
        [sys.executable, "-c", SHOW, name],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    return shown_without("")


@pytest.mark.parametrize(
    "name",
    [
        *("average_speed_of_answer", "talk_time", "menu_time", "wait_quantiles", "longest_wait"),
        *("wrong_choice", "first_line_resolution", "abandonment", "waited_longer", "cut_off"),
    ],
)
def test_a_figure_that_is_not_declared_is_nowhere(name: str, whole: dict[str, Any]) -> None:
    (figure,) = (each for each in DECLARED if each.name == name)
    found = shown_without(name)
    for of_scope, all_of_scope in zip(found["json"], whole["json"], strict=True):
        assert of_scope == [each for each in all_of_scope if each != name] != all_of_scope
    for properties, all_properties in zip(found["schema"], whole["schema"], strict=True):
        assert properties == [each for each in all_properties if each != name] != all_properties
    assert set(whole["metrics"]) - set(found["metrics"]) == {figure.metric}
    assert (name in whole["columns"]) is bool(figure.column) and name not in found["columns"]
    for page in ("page", "readme"):
        row = f"| {figure.title}{',' if figure.variants else ' |'}"
        assert row in whole[page] and row not in found[page]
    assert f"`{name}`" in whole["page"] and f"`{name}`" not in found["page"]
    assert (name in whole["measures"]) is (figure.measure is not None)
    assert name not in found["measures"] and "figure" in found["refused"]
    of_lines = f"contact_line_{figure.metric}"
    assert [path for path, board in whole["dashboards"].items() if of_lines in board]
    assert not [path for path, board in found["dashboards"].items() if of_lines in board]
    shown = figure.wall is not None
    assert (f"{name}_today" in whole["live"]) is shown and f"{name}_today" not in found["live"]
    assert (f'"{name}"' in whole["live page"]) is shown and name not in found["live page"]
    assert f"{name}_today" not in found["live schema"]["properties"]
    assert list(whole["live schema"]["properties"])[-3:] == whole["live"][-3:]
    assert f"statement.figure.{name}" in whole["words"]
    assert not [path for path in found["words"] if path.endswith(f".{name}")]
