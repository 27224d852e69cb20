"""What is committed is what the generator makes of the example's plan."""

import time

import pytest

from grafana.generate import DASHBOARDS as KINDS
from grafana.generate import generate, main
from grafana.grid import ROWS, grid, shown
from grafana.panels import DATASOURCE
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.texts import languages
from tests.grafana.grafana_files import DASHBOARDS, FILES, load, named
from tests.plans import ANTWERP, ANTWERP_FILE


@pytest.fixture(scope="module")
def plan() -> Plan:
    return ANTWERP


def test_the_committed_dashboards_are_what_the_generator_writes(plan: Plan) -> None:
    fresh = generate(plan, int(time.time() * SECOND))
    committed = {
        str(file.relative_to(DASHBOARDS)): file.read_text(encoding="utf-8") for file in FILES
    }
    assert committed == fresh, "run: python -m grafana.generate --plan deploy/plans/antwerp.toml"


def test_one_command_writes_them_in_every_language(tmp_path) -> None:
    assert main(["--plan", str(ANTWERP_FILE), "--to", str(tmp_path)]) == 0
    written = {str(file.relative_to(tmp_path)) for file in tmp_path.glob("*/*.json")}
    assert written == {f"{language}/{name}.json" for language in languages() for name in KINDS}


def test_a_plan_that_cannot_be_read_is_told_without_a_traceback(tmp_path, capsys) -> None:
    assert main(["--plan", str(tmp_path / "none.toml"), "--to", str(tmp_path)]) == 2
    assert "none.toml" in capsys.readouterr().err


def test_every_line_of_the_plan_has_its_card_with_its_name(plan: Plan) -> None:
    now = int(time.time() * SECOND)
    for language in languages():
        dashboard = load(DASHBOARDS / language / "wallboard.json")
        legends = {t["legendFormat"] for p in dashboard["panels"] for t in p["targets"]}
        for terms in shown(plan, now):
            assert terms.names[language] in legends


def test_no_number_of_lines_leaves_the_screen() -> None:
    for lines in range(1, 31):
        shape = grid(lines)
        assert shape.columns * shape.rows >= lines
        assert 24 % shape.columns == 0
        assert shape.top + (ROWS - shape.top) // shape.rows * shape.rows <= ROWS


def test_more_lines_than_can_be_read_are_refused() -> None:
    lines = "".join(f'[[line]]\nid = "line-{n}"\n' for n in range(31))
    plan = Plan.read(f'[city]\nname = "Ghent"\n{lines}')
    with pytest.raises(ValueError, match="1 to 30"):
        generate(plan, 1_790_000_000 * SECOND)


def test_a_wall_needs_no_variable_and_no_mouse() -> None:
    for language in languages():
        dashboard = load(DASHBOARDS / language / "wallboard.json")
        assert not dashboard.get("templating", {}).get("list")
        assert dashboard["timepicker"]["hidden"] is True
        assert all(panel["datasource"]["uid"] == DATASOURCE for panel in dashboard["panels"])
        bottom = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in dashboard["panels"])
        assert bottom <= ROWS


@pytest.mark.parametrize("file", FILES, ids=named)
def test_panels_do_not_overlap(file) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in load(file)["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
