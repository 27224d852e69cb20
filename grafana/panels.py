"""Shortcuts on the SDK's builders: what the panels of all four dashboards have in common."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as dashboards
from grafana_foundation_sdk.builders import prometheus, stat
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from grafana import palette

DATASOURCE: Final = "reachline-prometheus"
"""The uid under which ``provisioning/datasources`` sets up Prometheus."""

FIXED: Final = common.DataSourceRef(type_val="prometheus", uid=DATASOURCE)
CHOSEN: Final = common.DataSourceRef(type_val="prometheus", uid="${datasource}")


class Say:
    """Picks a text in the dashboard's language.

    >>> Say("nl")("Waiting", "Wachtend")
    'Wachtend'
    """

    LANGUAGES: Final = ("en", "nl")

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, en: str, nl: str) -> str:
        return nl if self.language == "nl" else en

    def uid(self, dashboard: str) -> str:
        """Where a dashboard is found: alerts lead to the English one."""
        suffix = "" if self.language == "en" else f"-{self.language}"
        return f"reachline-{dashboard}{suffix}"


class Query(NamedTuple):
    """A query, the name of its series, and overrides of the field's configuration."""

    expr: str
    legend: str = "__auto"
    options: Mapping[str, Any] = {}
    table: bool = False


def colour(value: str) -> dict[str, str]:
    """A fixed colour as an override's value."""
    return {"mode": "fixed", "fixedColor": value}


def mapped(options: Mapping[str, tuple[str, str | None]]) -> models.ValueMap:
    """A value mapping: value -> text and colour."""
    return models.ValueMap(
        options={
            value: models.ValueMappingResult(text=text, color=tint, index=index)
            for index, (value, (text, tint)) in enumerate(options.items())
        }
    )


def states(say: Say) -> models.ValueMap:
    """The words and colours of ``contact_line_status``."""
    return mapped({str(s.value): (say(s.en, s.nl), s.colour) for s in palette.STATES})


DASH: Final = mapped({"-1": ("–", None)})
"""For what has no number: nothing was counted, or it is not known."""


def thresholds(base: str, *steps: tuple[float, str]) -> dashboards.ThresholdsConfig:
    """Threshold steps from a base colour up."""
    return (
        dashboards.ThresholdsConfig()
        .mode(models.ThresholdsMode.ABSOLUTE)
        .steps(
            [
                models.Threshold(value=None, color=base),
                *(models.Threshold(value=value, color=tint) for value, tint in steps),
            ]
        )
    )


def ask(panel: Any, queries: Sequence[Query], instant: bool, source: common.DataSourceRef) -> Any:
    """Gives a panel its queries; each override belongs to its own query."""
    panel.datasource(source)
    for index, query in enumerate(queries):
        ref = chr(ord("A") + index)
        target = (
            prometheus.Dataquery()
            .ref_id(ref)
            .datasource(source)
            .expr(query.expr)
            .legend_format(query.legend)
        )
        target = target.instant() if instant or query.table else target.range()
        if query.table:
            target = target.format(PromQueryFormat.TABLE)
        panel.with_target(target)
        if query.options:
            panel.override_by_query(
                ref,
                [models.DynamicConfigValue(id_val=k, value=v) for k, v in query.options.items()],
            )
    return panel


def numbers(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    mode: common.BigValueColorMode = common.BigValueColorMode.BACKGROUND_SOLID,
    text: common.BigValueTextMode = common.BigValueTextMode.VALUE_AND_NAME,
    sizes: tuple[int, int] | None = None,
    wide: bool = True,
    orientation: common.VizOrientation = common.VizOrientation.VERTICAL,
    mappings: Sequence[models.ValueMap] = (DASH,),
    decimals: int | None = 0,
    base: str = palette.NEUTRAL,
    none: str = "–",
    source: common.DataSourceRef = FIXED,
) -> stat.Panel:
    """A panel of big numbers as of now: instant queries, so that silence can't show as a number.

    Args:
        queries: one number each.
        sizes: of names and values in pixels; None lets Grafana fit them.
        wide: name beside the value where there is room.
        base: colour of what has no colour of its own.
        none: what stands where no query has a series.
    """
    panel = (
        stat.Panel()
        .title(title)
        .description(description)
        .unit(unit)
        .color_mode(mode)
        .graph_mode(common.BigValueGraphMode.NONE)
        .text_mode(text)
        .wide_layout(wide)
        .orientation(orientation)
        .mappings(list(mappings))
        .color_scheme(dashboards.FieldColor().mode(models.FieldColorModeId.FIXED).fixed_color(base))
        .thresholds(thresholds(base))
        .no_value(none)
        .reduce_options(common_builders.ReduceDataOptions().calcs(["last"]).values(False))
    )
    if decimals is not None:
        panel.decimals(decimals)
    if sizes is not None:
        panel.text(common_builders.VizTextDisplayOptions().title_size(sizes[0]).value_size(sizes[1]))
    ask(panel, queries, True, source)
    return panel


def at(panel: Any, x: int, y: int, w: int, h: int) -> Any:
    """Puts a panel on the grid of 24 columns."""
    return panel.grid_pos(models.GridPos(x=x, y=y, w=w, h=h))
