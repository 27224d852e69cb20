"""Where everything stands in the two plots: each day's figure by its target, each day's calls.

A template draws them, as inline SVG. Here are only positions and labels.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from streams.domain.statement.counting import in_seconds, lower_is_better
from streams.sinks.statement.objects import Content, Volumes
from streams.sinks.statement.result_objects import Count, Number, Result
from streams.sinks.statement.writing import Writing

_WIDTH: Final = 680  # CSS pixels: the text width of an A4 page with margins of 15 mm
_LEFT: Final = 46
_RIGHT: Final = _WIDTH - 6
_PANEL: Final = 92
_BARS: Final = 130
_BELOW: Final = 18  # for the days, below the last panel

_MOST_PANELS: Final = 6
"""Lines drawn one below the other; more would fill the page, and are in the table of days."""

_KINDS: Final = ("answered", "gave_up", "other")

Days = Mapping[str, Count]


class Tick(NamedTuple):
    """A value on the axis, and the line across the plot at its height."""

    label: str
    y: float
    left: int = _LEFT
    right: int = _RIGHT


class Mark(NamedTuple):
    """A day, or a month, below the plot."""

    label: str
    x: float
    y: float


class Dot(NamedTuple):
    """A day's figure."""

    x: float
    y: float
    missed: bool


class Panel(NamedTuple):
    """The days of one line.

    Attributes:
        name: of the line.
        name_y: where it stands.
        ticks: lowest and highest value that the panel can show.
        target_y: the height of the target.
        dots: one for each day with a call.
        left, right: where the panel begins and ends.
    """

    name: str
    name_y: int
    ticks: tuple[Tick, Tick]
    target_y: float
    dots: list[Dot]
    left: int = _LEFT
    right: int = _RIGHT

    @property
    def path(self) -> str:
        """From dot to dot."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


class Figures(NamedTuple):
    """A panel per line, the days along it. ``described`` says the same in words."""

    figure: str
    title: str
    described: str
    panels: list[Panel]
    days: list[Mark]
    height: int
    width: int = _WIDTH


class Bar(NamedTuple):
    """A part of a day's calls; sizes as they are written."""

    kind: str
    x: float
    y: str
    width: str
    height: str


class Key(NamedTuple):
    """What a kind of bar is."""

    kind: str
    label: str
    x: int


class Bars(NamedTuple):
    """Stacked bars per day: answered, hung up, anything else."""

    title: str
    described: str
    ticks: list[Tick]
    bars: list[Bar]
    legend: list[Key]
    days: list[Mark]
    height: int
    width: int = _WIDTH


def figures(of: Content, w: Writing) -> Figures | None:
    """The first measure of a statement, day by day; None where nothing was judged."""
    if not of.results:
        return None
    first, days = of.results[0], list(of.days)
    by_line: dict[str | None, dict[str, Count]] = {}
    for each in of.results:
        if (each.contract, each.measure) == (first.contract, first.measure):
            found = {day: count for day, count in each.days.items() if day in of.days}
            by_line.setdefault(each.line, {}).update(found)
    names = {each.line: each.names.get(w.language) or each.line for each in of.lines}
    series = [
        (w.text("result.all_lines") if line is None else names.get(line, line), each)
        for line, each in by_line.items()
    ][:_MOST_PANELS]
    values = [
        each.value for _, known in series for each in known.values() if each.value is not None
    ]
    low, high = _range(values, first.target, first.figure)
    height = len(series) * _PANEL + _BELOW
    return Figures(
        figure=first.figure,
        title=w.text("plot.title", measure=w.text(f"figure.{first.figure}")),
        described=" ".join(_described(name, known, first, w) for name, known in series),
        panels=[
            _panel(name, known, days, number * _PANEL, low, high, first, w)
            for number, (name, known) in enumerate(series)
        ],
        days=_marks(days, height - 6),
        height=height,
    )


def _panel(
    name: str,
    of: Days,
    days: Sequence[str],
    top: int,
    low: float,
    high: float,
    measure: Result,
    w: Writing,
) -> Panel:
    figure, target = measure.figure, measure.target
    upper, lower = top + 22, top + _PANEL - 8

    def y(value: float) -> float:
        return round(lower - (value - low) / (high - low) * (lower - upper), 1)

    return Panel(
        name=name,
        name_y=top + 13,
        ticks=(
            Tick(w.figure(low, figure, 0), y(low)),
            Tick(w.figure(high, figure, 0), y(high)),
        ),
        target_y=y(target),
        dots=[
            Dot(_x(n, days), y(value), _misses(value, target, figure))
            for n, day in enumerate(days)
            if day in of and (value := of[day].value) is not None
        ],
    )


def volumes(of: Content, w: Writing) -> Bars:
    """The calls of each day."""
    days = list(of.days)
    most = max((each["line_offered"] for each in of.days.values()), default=0)
    scale = _nice(most)
    wide = max(1.0, (_RIGHT - _LEFT) / max(1, len(days)) * 0.7)
    bars = []
    for n, counts in enumerate(of.days.values()):
        y = float(_BARS)
        for kind, count in zip(_KINDS, _parts(counts), strict=True):
            tall = count / scale * (_BARS - 26)
            y -= tall
            if count:
                x = round(_x(n, days) - wide / 2, 1)
                bars.append(Bar(kind, x, f"{y:.1f}", f"{wide:.1f}", f"{tall:.1f}"))
    top = max(of.days, key=lambda day: of.days[day]["line_offered"], default="")
    offered = sum(each["line_offered"] for each in of.days.values())
    return Bars(
        title=w.text("plot.volume_title"),
        described=w.text(
            "plot.volume_described", offered=w.number(offered), day=top, most=w.number(most)
        ),
        ticks=[Tick(w.number(value), _BARS - value / scale * (_BARS - 26)) for value in (0, scale)],
        bars=bars,
        legend=_legend(w),
        days=_marks(days, _BARS + 14),
        height=_BARS + _BELOW,
    )


def _legend(w: Writing) -> list[Key]:
    found, x = [], _LEFT
    for kind in _KINDS:
        label = w.text(f"counted.{kind}")
        found.append(Key(kind, label, x))
        x += 30 + 7 * len(label)
    return found


def gave_up(of: Volumes) -> int:
    """Calls of a day that hung up before an answer, wherever they were."""
    return of["abandoned"] + of["short_abandoned"] + of["left_before_queue"]


def _parts(of: Volumes) -> tuple[int, int, int]:
    """As many as there are kinds of bars."""
    return of["answered"], gave_up(of), of["line_offered"] - of["answered"] - gave_up(of)


def _described(name: str, of: Days, measure: Result, w: Writing) -> str:
    known = [(each.value, day) for day, each in of.items() if each.value is not None]
    if not known:
        return f"{name}: {w.text('result.no_data')}."
    (low, low_day), (high, high_day) = min(known), max(known)
    return w.text(
        "plot.described",
        line=name,
        low=w.figure(low, measure.figure),
        low_day=low_day,
        high=w.figure(high, measure.figure),
        high_day=high_day,
        target=w.figure(measure.target, measure.figure),
    )


def _misses(value: float, target: float, figure: str) -> bool:
    return value > target if lower_is_better(figure) else value < target


def _range(values: Sequence[Number], target: Number, figure: str) -> tuple[float, float]:
    """What the panels show: all values and the target, on round numbers."""
    if in_seconds(figure):
        return 0.0, float(_nice(max([*values, target])))
    low, high = min([*values, target]), max([*values, target])
    step = 0.1
    low, high = int(low / step) * step, min(1.0, (int(high / step - 1e-9) + 1) * step)
    return low, max(high, low + step)


def _nice(most: float) -> int:
    """A round number not below this."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if step * power >= most:
                return step * power
        power *= 10


def _x(n: int, days: Sequence[str]) -> float:
    return round(_LEFT + (n + 0.5) * (_RIGHT - _LEFT) / max(1, len(days)), 1)


def _marks(days: Sequence[str], y: float) -> list[Mark]:
    """Days of the month, or months where there are too many days."""
    if len(days) <= 31:
        return [Mark(str(int(day[-2:])), _x(n, days), y) for n, day in enumerate(days)]
    months = groupby(enumerate(days), key=lambda each: each[1][:7])
    firsts = [(next(each), month) for month, each in months]
    return [Mark(month, _x(n, days), y) for (n, _), month in firsts]
