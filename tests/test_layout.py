"""A module's test is where the module is, under its name: `streams/X/Y.py`, `tests/X/test_Y.py`.

A long one may be parted: `tests/X/test_Y_of_something.py` is a test of `streams/X/Y.py` too. What
tells a story of several modules is listed here with what it tells.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS, STREAMS = ROOT / "tests", ROOT / "streams"

STORIES = {
    "commands/test_numbers_in_messages.py": "no command repeats a telephone number",
    "commands/test_secured_kafka.py": "every command on a Kafka that wants TLS or a password",
    "domain/test_catching_up.py": "a backlog is worked off, and nothing is late",
    "domain/test_detector_quality.py": "how soon detectors notice, and how often they are wrong",
    "domain/test_callbacks.py": "what becomes of a callback: kept, in opening hours, and by whom",
    "domain/test_easily_miscounted.py": "calls that are easily counted wrong",
    "domain/figures/test_figures_together.py": "no data is no number, and scopes",
    "domain/test_final_is_final.py": "what is not late changes nothing that is final",
    "domain/test_lines_vendors_and_city.py": "they count the same, and no walk fails",
    "domain/statement/test_measures.py": "what a contract may pay by, from calls to statements",
    "domain/test_transfers_to_a_form.py": "forms from events to statements",
    "engine/kafka/test_as_producers_send.py": "codecs and headers, from producers to books",
    "engine/kafka/test_broken_broker.py": "a broker stops answering, at each step of a worker",
    "engine/kafka/test_fencing.py": "a paused worker, its writer and its successor",
    "engine/kafka/test_upstream_guard.py": "what is replaced of Faust and aiokafka is as it was",
    "engine/test_bad_input.py": "whatever arrives, from intake to dead letters and metrics",
    "engine/test_corrected_plan.py": "a plan is corrected under a running city",
    "engine/test_faults_short.py": "workers die and the books survive, without Apache Kafka",
    "engine/test_fuzzed_input.py": "records and batches of every wrong kind, from fetch to books",
    "engine/test_one_incident.py": "one incident is one alert, however lines are spread",
    "engine/test_kept_quarter_hours.py": "quarter-hours from workers to statements",
    "engine/test_memory_is_bounded.py": "days of traffic through all owners of a worker",
    "engine/test_a_plan_that_changes.py": "what was told stays, whatever a new plan says of it",
    "engine/test_the_same_bytes.py": "whatever happens on the way, the same bytes come out",
    "engine/test_wrong_clocks.py": "clocks of machines are wrong, and no figure is",
    "engine/test_what_callers_add.py": "one number, live, kept, replayed and from raw events",
    "engine/test_no_number_leaves.py": "no telephone number in a dead letter or a metric",
    "published/test_one_declaration.py": "a figure that is not declared is nowhere",
    "sinks/test_ended_lines.py": "lines that ended, on every wall and in every series",
    "sinks/statement/test_outcomes.py": "what became of the people, on every form of a statement",
    "sinks/statement/test_languages.py": "a statement in a language that has no word of another",
    "texts/test_no_other_language.py": "alerts, rules, pages, dashboards without another's word",
    "texts/test_reversed_texts.py": "the third catalogue that these are tested with",
    "sinks/test_forms_published.py": "forms in metrics, journeys, statements and tables",
    "sinks/test_switches.py": "what a contract leaves out, on wall and alert as on its statement",
}
"""Test files that are of no single module, by what they tell."""

EXEMPT = {
    "engine/host.py": "protocols only: the type checker holds the app and the worker to them",
}
"""Modules in which there is nothing to test, and why."""


def modules() -> list[str]:
    """The modules of the package, as paths below it; packages themselves only gather names."""
    found = (str(file.relative_to(STREAMS)) for file in STREAMS.rglob("*.py"))
    return sorted(name for name in found if not name.endswith("__init__.py"))


def found_by_name(module: str) -> list[Path]:
    """The test files that are found by a module's name."""
    folder, name = (TESTS / module).parent, Path(module).stem
    return [*folder.glob(f"test_{name}.py"), *folder.glob(f"test_{name}_*.py")]


def of_rooms() -> list[str]:
    """The test files of rooms that the package has too, as paths below `tests`."""
    files = (file.relative_to(TESTS) for file in TESTS.rglob("test_*.py"))
    return sorted(
        str(file) for file in files if file.parent != Path() and (STREAMS / file.parent).is_dir()
    )


@pytest.mark.parametrize("module", modules())
def test_a_module_has_a_test_of_its_name(module: str) -> None:
    if module in EXEMPT:
        assert not found_by_name(module), "it has one: take it off the list"
    else:
        assert found_by_name(module), f"write tests/{Path(module).parent}/test_{Path(module).name}"


@pytest.mark.parametrize("file", of_rooms())
def test_a_test_file_is_of_a_module_or_tells_a_story(file: str) -> None:
    is_of_one = any(TESTS / file in found_by_name(module) for module in modules())
    assert is_of_one != (file in STORIES), "name it after its module, or list what it tells"


@pytest.mark.parametrize("listed", [*STORIES, *EXEMPT])
def test_what_is_listed_is_there(listed: str) -> None:
    assert (TESTS / listed).exists() or (STREAMS / listed).exists()


MOST_LINES = 300
"""More than this is a chapter too much for one reading, unless the module says why."""


def long_files() -> list[Path]:
    """Every file of ours that is longer."""
    found = (
        file for room in ("streams", "grafana", "tests") for file in ROOT.glob(f"{room}/**/*.py")
    )
    return sorted(file for file in found if len(file.read_text().splitlines()) > MOST_LINES)


@pytest.mark.parametrize("file", long_files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_long_file_says_why_it_is_one(file: Path) -> None:
    said = " ".join((ast.get_docstring(ast.parse(file.read_text())) or "").split())
    assert "It is longer than a module should be, because" in said, "part it, or say why"
