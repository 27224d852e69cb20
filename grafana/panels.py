"""Shortcuts on the SDK's builders: what the panels of all dashboards have in common."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard as dashboards
from grafana_foundation_sdk.builders import heatmap, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from grafana import palette
from grafana.say import DASH, Say

DATASOURCE: Final = "reachline-prometheus"
"""The uid under which ``provisioning/datasources`` sets up Prometheus."""

FIXED: Final = common.DataSourceRef(type_val="prometheus", uid=DATASOURCE)
CHOSEN: Final = common.DataSourceRef(type_val="prometheus", uid="${datasource}")


class Query(NamedTuple):
    """A query, the name of its series, and overrides of the field's configuration."""

    expr: str
    legend: str = "__auto"
    options: Mapping[str, Any] = {}
    shape: PromQueryFormat = PromQueryFormat.TIME_SERIES


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
            .format(query.shape)
        )
        target = target.instant() if instant else target.range()
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
        panel.text(
            common_builders.VizTextDisplayOptions().title_size(sizes[0]).value_size(sizes[1])
        )
    ask(panel, queries, True, source)
    return panel


DASHED: Final = {"custom.lineStyle": {"fill": "dash", "dash": [8, 8]}, "custom.fillOpacity": 0}
"""Of lines that only give the measure."""


def curves(
    title: str,
    description: str,
    queries: Sequence[Query],
    *,
    unit: str,
    least: float | None = 0,
    most: float | None = None,
    bars: bool = False,
    stacked: bool = False,
    interval: str | None = None,
    fill: int = 8,
) -> timeseries.Panel:
    """A panel of series over time; nothing is drawn across silence.

    Args:
        least, most: where the axis begins and ends, if it must.
        interval: a point's length, where it must not follow the screen's width.
    """
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .unit(unit)
        .color_scheme(dashboards.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
        .line_width(0 if bars else 2)
        .fill_opacity(80 if bars or stacked else fill)
        .draw_style(common.GraphDrawStyle.BARS if bars else common.GraphDrawStyle.LINE)
        .show_points(common.VisibilityMode.NEVER)
        .span_nulls(False)
        .legend(
            common_builders.VizLegendOptions()
            .show_legend(True)
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
            .calcs([])
        )
        .tooltip(
            common_builders.VizTooltipOptions()
            .mode(common.TooltipDisplayMode.MULTI)
            .sort(common.SortOrder.NONE)
        )
    )
    if stacked:
        panel.stacking(common_builders.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    if least is not None:
        panel.min(least)
    if most is not None:
        panel.max(most)
    if interval is not None:
        panel.interval(interval)
    ask(panel, queries, False, CHOSEN)
    return panel


def buckets(title: str, description: str, expr: str, *, unit: str, interval: str) -> heatmap.Panel:
    """A heat map of cumulative buckets: how many lay where, over time."""
    panel = (
        heatmap.Panel()
        .title(title)
        .description(description)
        .calculate(False)
        .color(
            heatmap.HeatmapColorOptions()
            .mode(HeatmapColorMode.SCHEME)
            .scheme("Oranges")
            .steps(32)
            .reverse(False)
        )
        .y_axis(heatmap.YAxisConfig().unit(unit))
        .filter_values(heatmap.FilterValueRange().le(1e-9))
        .interval(interval)
    )
    ask(panel, [Query(expr, "{{le}}", shape=PromQueryFormat.HEATMAP)], False, CHOSEN)
    return panel


class Column(NamedTuple):
    """A column of a table: the field that it shows, its heading and its configuration."""

    field: str
    heading: str
    options: Mapping[str, Any] = {}


def rows(
    title: str,
    description: str,
    queries: Sequence[str],
    columns: Sequence[Column],
    *,
    sort: tuple[str, bool] | None = None,
    none: str = "–",
) -> table.Panel:
    """A table of what holds now: the queries' values side by side, a row per set of labels.

    Args:
        columns: in their order; ``Value #A`` is the first query's value. Others are left out.
        none: what stands in an empty cell, and where there is no row.
        sort: heading, and whether the greatest comes first.
    """
    panel = (
        table.Panel()
        .title(title)
        .description(description)
        .no_value(none)
        .show_header(True)
        .cell_height(common.TableCellHeight.SM)
        .filterable(False)
        .color_scheme(
            dashboards.FieldColor().mode(models.FieldColorModeId.FIXED).fixed_color(palette.TEXT)
        )
    )
    ask(panel, [Query(expr, shape=PromQueryFormat.TABLE) for expr in queries], True, CHOSEN)
    panel.with_transformation(models.DataTransformerConfig(id_val="merge", options={}))
    panel.with_transformation(
        models.DataTransformerConfig(
            id_val="filterFieldsByName",
            options={"include": {"names": [column.field for column in columns]}},
        )
    )
    panel.with_transformation(
        models.DataTransformerConfig(
            id_val="organize",
            options={
                "indexByName": {column.field: index for index, column in enumerate(columns)},
                "renameByName": {column.field: column.heading for column in columns},
            },
        )
    )
    for column in columns:
        if column.options:
            panel.override_by_name(
                column.heading,
                [models.DynamicConfigValue(id_val=k, value=v) for k, v in column.options.items()],
            )
    if sort is not None:
        panel.sort_by([common_builders.TableSortByFieldState().display_name(sort[0]).desc(sort[1])])
    return panel


def chosen_source(say: Say) -> dashboards.DatasourceVariable:
    """Which Prometheus: a variable, so that the dashboards can be used with any."""
    return (
        dashboards.DatasourceVariable("datasource")
        .label("Data Source")
        .type("prometheus")
        .description(say("which_prometheus"))
    )


def choice(name: str, label: str, query: str, regex: str) -> dashboards.QueryVariable:
    """A variable whose values Prometheus gives, asked again whenever the time changes."""
    return (
        dashboards.QueryVariable(name)
        .label(label)
        .datasource(CHOSEN)
        .query({"query": query, "refId": name})
        .definition(query)
        .regex(regex)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
    )


def at(panel: Any, x: int, y: int, w: int, h: int) -> Any:
    """Puts a panel on the grid of 24 columns."""
    return panel.grid_pos(models.GridPos(x=x, y=y, w=w, h=h))
