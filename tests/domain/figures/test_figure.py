"""A figure is declared once, with everything that is said of it, and an example that runs."""

import doctest
import sys

import pytest

from streams.domain import figures
from streams.domain.counts import COUNTS
from streams.domain.figures import DECLARED, measured
from streams.domain.figures.figure import Figure
from streams.domain.figures.measure import Judgement
from streams.domain.figures.whole import OF_WHOLE
from streams.domain.tally import WHOLE_WAITS, Tally

GLOBALS = {"Tally": Tally, "WHOLE_WAITS": WHOLE_WAITS}
CHAPTERS = sorted({figure.value.__module__ for figure in DECLARED})


def named(figure: Figure) -> str:
    return f"{figure.name}, {' '.join(figure.scopes)}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_worked_examples_come_out(chapter: str) -> None:
    found = doctest.testmod(sys.modules[chapter], extraglobs=GLOBALS)
    assert found.attempted and not found.failed


@pytest.mark.parametrize("figure", DECLARED, ids=named)
def test_a_figure_is_declared_with_all_that_is_said_of_it(figure: Figure) -> None:
    assert figure.definition.endswith((".", "A"))
    assert figure.example.startswith(">>> ") and figure.example.count("\n") >= 2
    assert figure.formula and figure.source and figure.scopes
    assert bool(figure.variants) == bool(figure.label)


def test_vendors_have_the_figures_of_lines_and_those_of_whole_contacts() -> None:
    of_whole = [figure for figure in DECLARED if figure.scopes == OF_WHOLE]
    assert of_whole
    of_vendors = figures.of_scope("vendor")
    assert [each for each in of_vendors if each not in of_whole] == [*figures.of_scope("line")]
    for figure in of_whole:
        assert figure in of_vendors and figure in figures.of_scope("city")


def test_a_metric_ends_with_its_unit() -> None:
    for figure in DECLARED:
        ending = "_ratio" if figure.unit == "ratio" else "_seconds"
        assert not figure.metric or figure.metric.endswith(ending)


def test_what_is_published_beside_a_figure_is_counted() -> None:
    for figure in DECLARED:
        if figure.parts is not None:
            assert set(figure.parts.counts.values()) <= set(COUNTS)


@pytest.mark.parametrize("name", figures.measures())
def test_nothing_is_measured_where_nothing_was_counted(name: str) -> None:
    how = Judgement("abandons_negative", "", True, ())
    assert measured(name).adds(Tally(), how) == (0, 0)


def test_a_figure_that_is_no_measure_is_an_error() -> None:
    with pytest.raises(ValueError, match="'talk_time'"):
        measured("talk_time")
