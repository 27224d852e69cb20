"""The figures that dashboards show, by their declarations.

A dashboard asks for a figure by its name: metric and unit are those that it is declared with, and
one that is declared no longer is on no dashboard.
"""

from collections.abc import Mapping
from typing import Any, Final

from grafana.panels import Column, Query, rows
from grafana.promql import CHOSEN_LINE, Scope
from grafana.say import Say
from streams.domain.figures import by_rank, measures
from streams.domain.figures.figure import Better, Figure, Unit, Variant

TODAY: Final = "today"
_PERCENT: Final[Mapping[str, Any]] = {"unit": "percentunit", "decimals": 1}
_UNITS: Final[dict[Unit, Mapping[str, Any]]] = {"ratio": _PERCENT, "seconds": {"unit": "s"}}
"""How values are shown, for a panel that has figures of both units."""


def declared(name: str, kind: str) -> Figure | None:
    """A figure of lines, vendors or the city; None where none of this name is declared."""
    return next((each for each in by_rank() if each.name == name and kind in each.scopes), None)


def asked(
    scope: Scope,
    name: str,
    words: str,
    options: Mapping[str, Any] | None = None,
    *,
    window: str,
    form: str = "{}",
) -> list[Query]:
    """The query for a figure that is declared, and none for one that is not.

    Args:
        scope: whose.
        name: of the figure.
        words: its legend.
        options: of its field.
        window: over which it is computed.
        form: what is asked of it; ``{}`` stands for the figure.
    """
    figure = declared(name, scope.kind)
    if figure is None:
        return []
    return [Query(form.format(scope.current(figure.metric, window=window)), words, options or {})]


def unit(name: str, kind: str, **more: Any) -> Mapping[str, Any]:
    """How a figure's values are shown."""
    figure = declared(name, kind)
    return {} if figure is None else {**_UNITS[figure.unit], **more}


def names_of_measures(better: Better) -> str:
    """A matcher of the figures that contracts measure as a share, of which more is better, or
    less."""
    found = [
        name
        for name, figure in measures().items()
        if figure.unit == "ratio" and figure.better == better
    ]
    return f'figure=~"{"|".join(found)}"'


def _of_a_line() -> list[Figure]:
    return [each for each in by_rank() if "line" in each.scopes and each.metric]


def height(say: Say) -> int:
    """Of the table of every figure, in units of the grid, of which a row takes nearly one."""
    return 3 + sum(len(_series(figure, say)) for figure in _of_a_line())


def every_figure(say: Say) -> object:
    """All figures of a line that have a metric, of today, whichever there are."""
    shown = _of_a_line()
    return rows(
        say("line.figures.title"),
        say("line.figures.description"),
        [_together([each for each in shown if each.unit == kind], say) for kind in _UNITS],
        [
            Column("name", say("line.figures.figure")),
            Column("Value #A", say("line.figures.share"), {**_PERCENT, "custom.width": 160}),
            Column("Value #B", say("line.figures.seconds"), {"unit": "s", "custom.width": 160}),
        ],
    )


def _together(figures: list[Figure], say: Say) -> str:
    return " or ".join(
        f'label_replace({series}, "name", "{name}", "", "")'
        for figure in figures
        for name, series in _series(figure, say)
    )


def _series(figure: Figure, say: Say) -> list[tuple[str, str]]:
    name = say.texts(f"statement.figure.{figure.called}").replace("\N{SOFT HYPHEN}", "")
    if not figure.variants:
        return [(name, CHOSEN_LINE.current(figure.metric, window=TODAY))]
    variants: list[Variant] = [each for each in figure.variants if each.label is not None]
    return [
        (
            f"{name}: {each.label}",
            CHOSEN_LINE.current(figure.metric, window=TODAY, **{figure.label: str(each.label)}),
        )
        for each in variants
    ]
