"""The README tells the truth: links lead somewhere, settings, commands and metrics exist."""

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from streams.cli import parser
from streams.domain.figures.service_level import FORMULAS
from streams.settings import Settings
from streams.simulation import SCENARIOS
from streams.sinks import prometheus

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.S)
COMMANDS = sorted(set(re.findall(r"\.venv/bin/reachline ([^\n>]+)", "\n".join(BLOCKS))))


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)]+)\)", README))))
def test_a_link_leads_to_a_file(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_one_that_reachline_knows(command: str) -> None:
    arguments = shlex.split(command)
    parser().parse_args(arguments)
    for argument in arguments:
        if "/" in argument:
            assert (ROOT / argument).exists(), argument


def test_every_picture_is_in_the_readme_or_one_click_from_it() -> None:
    pictures = ROOT / "grafana" / "pictures"
    page = (pictures / "README.md").read_text()
    assert "](grafana/pictures/README.md)" in README
    shown = set(re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page))
    assert shown == {each.name for each in pictures.glob("*.png")}


def test_the_two_commands_are_marked_for_ci() -> None:
    for name in ("demo", "tests"):
        assert re.search(rf"<!-- command: {name} -->\n```sh\n[^`]+\n```", README)


def test_the_table_of_settings_is_whole_and_right() -> None:
    rows = dict(re.findall(r"^\| `REACHLINE_(\w+)` \| (\S+) \|", README, re.M))
    defaults = Settings()
    assert [name.lower() for name in rows] and set(map(str.lower, rows)) == {
        field.name for field in fields(Settings)
    }
    for name, shown in rows.items():
        default = getattr(defaults, name.lower())
        if shown == "none":
            assert not default
        else:
            assert type(default)(shown.strip("`")) == default, name


def test_every_scenario_is_named() -> None:
    for name in SCENARIOS:
        assert f"`{name}`" in README


def test_every_formula_is_in_the_table_and_every_metric_in_the_exporter() -> None:
    for formula in FORMULAS:
        assert f"`{formula}`" in README
    exported = {
        each.name
        for kind in (prometheus.AS_READ.lines, prometheus.AS_READ.city)
        for series in (*kind.windows.values(), kind.present)
        for each in series
    }
    table = README.split("| figure | formula |")[1].split("\n\n")[0]
    metrics = set(re.findall(r"`([a-z_]+_(?:ratio|seconds)|waiting)` *(?:\||,)", table))
    assert len(metrics) >= 8
    for metric in metrics:
        assert metric.removeprefix("contact_city_") in exported, metric
