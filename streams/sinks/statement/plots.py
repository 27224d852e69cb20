"""Two plots, drawn as inline SVG: each day's figure against its target, and each day's calls.

Nothing is told by colour alone: days that missed are hollow, the target is dashed, bars differ in
lightness too, and every plot has its numbers in words and in the table of days.
"""

from html import escape
from itertools import groupby
from typing import Any, Final

from streams.domain.statement.assignments import ASA
from streams.domain.statement.counting import lower_is_better
from streams.sinks.statement.writing import Writing

_WIDTH: Final = 680  # CSS pixels: the text width of an A4 page with margins of 15 mm
_LEFT: Final = 46
_RIGHT: Final = 6
_PANEL: Final = 92
_BARS: Final = 130

Days = dict[str, dict[str, Any]]
"""Per day ``part``, ``whole`` and ``value``."""


def figure_plot(
    series: list[tuple[str, Days]], days: list[str], title: str, measure: dict[str, Any], w: Writing
) -> str:
    """A panel per line, the days along it."""
    figure, target = measure["figure"], measure["target"]
    values = [
        each["value"] for _, of in series for each in of.values() if each["value"] is not None
    ]
    low, high = _range(values, target, figure)
    panels = []
    for number, (name, of) in enumerate(series):
        panels.append(_panel(name, of, days, number * _PANEL, low, high, measure, w))
    height = len(series) * _PANEL + 18
    panels.append(_day_marks(days, height - 6))
    described = " ".join(_described(name, of, target, figure, w) for name, of in series)
    return _svg(height, title, described, "".join(panels))


def _panel(
    name: str,
    of: Days,
    days: list[str],
    top: int,
    low: float,
    high: float,
    measure: dict[str, Any],
    w: Writing,
) -> str:
    figure, target = measure["figure"], measure["target"]
    upper, lower = top + 22, top + _PANEL - 8

    def y(value: float) -> float:
        return round(lower - (value - low) / (high - low) * (lower - upper), 1)

    found = [f'<text x="{_LEFT}" y="{top + 13}" class="name">{escape(name)}</text>']
    for value in (low, high):
        label = w.figure(value, figure, 0)
        found.append(f'<text x="{_LEFT - 6}" y="{y(value) + 3}" class="tick">{label}</text>')
        found.append(f'<path class="grid" d="M{_LEFT} {y(value)}H{_WIDTH - _RIGHT}"/>')
    found.append(f'<path class="target" d="M{_LEFT} {y(target)}H{_WIDTH - _RIGHT}"/>')
    points = [
        (_x(n, days), y(of[day]["value"]), _misses(of[day]["value"], target, figure))
        for n, day in enumerate(days)
        if day in of and of[day]["value"] is not None
    ]
    path = " ".join(f"{x},{height}" for x, height, _ in points)
    found.append(f'<polyline class="line" points="{path}"/>')
    for x, height, missed in points:
        found.append(
            f'<circle class="{"miss" if missed else "hit"}" cx="{x}" cy="{height}" r="3"/>'
        )
    return "".join(found)


def volume_plot(of: dict[str, dict[str, int]], title: str, w: Writing) -> str:
    """Stacked bars per day: answered, hung up, anything else."""
    days = list(of)
    most = max((each["line_offered"] for each in of.values()), default=0)
    scale = _nice(most)
    wide = max(1.0, (_WIDTH - _LEFT - _RIGHT) / max(1, len(days)) * 0.7)
    found = []
    for value in (0, scale):
        y = _BARS - value / scale * (_BARS - 26)
        found.append(f'<path class="grid" d="M{_LEFT} {y}H{_WIDTH - _RIGHT}"/>')
        found.append(f'<text x="{_LEFT - 6}" y="{y + 3}" class="tick">{w.number(value)}</text>')
    for n, day in enumerate(days):
        y = float(_BARS)
        for kind, count in zip(("answered", "gave_up", "other"), _parts(of[day]), strict=True):
            tall = count / scale * (_BARS - 26)
            y -= tall
            if count:
                x = round(_x(n, days) - wide / 2, 1)
                found.append(
                    f'<rect class="{kind}" x="{x}" y="{y:.1f}" width="{wide:.1f}" '
                    f'height="{tall:.1f}"/>'
                )
    x = _LEFT
    for kind in ("answered", "gave_up", "other"):
        label = w.text(kind)
        found.append(f'<rect class="{kind}" x="{x}" y="4" width="10" height="10"/>')
        found.append(f'<text x="{x + 14}" y="13" class="name">{label}</text>')
        x += 30 + 7 * len(label)
    found.append(_day_marks(days, _BARS + 14))
    top = max(of, key=lambda day: of[day]["line_offered"], default="")
    offered = w.number(sum(each["line_offered"] for each in of.values()))
    described = w.text("volume_desc", offered=offered, day=top, most=w.number(most))
    return _svg(_BARS + 18, title, described, "".join(found))


def _parts(of: dict[str, int]) -> tuple[int, int, int]:
    gave_up = of["abandoned"] + of["short_abandoned"] + of["left_before_queue"]
    return of["answered"], gave_up, of["line_offered"] - of["answered"] - gave_up


def _described(name: str, of: Days, target: float, figure: str, w: Writing) -> str:
    known = [(each["value"], day) for day, each in of.items() if each["value"] is not None]
    if not known:
        return f"{escape(name)}: {w.text('no_data')}."
    (low, low_day), (high, high_day) = min(known), max(known)
    shown = {"low": w.figure(low, figure), "high": w.figure(high, figure)}
    return w.text(
        "plot_desc",
        line=name,
        low_day=low_day,
        high_day=high_day,
        target=w.figure(target, figure),
        **shown,
    )


def _misses(value: float, target: float, figure: str) -> bool:
    return value > target if lower_is_better(figure) else value < target


def _range(values: list[float], target: float, figure: str) -> tuple[float, float]:
    """What the panels show: all values and the target, on round numbers."""
    if figure == ASA:
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


def _x(n: int, days: list[str]) -> float:
    return round(_LEFT + (n + 0.5) * (_WIDTH - _LEFT - _RIGHT) / max(1, len(days)), 1)


def _day_marks(days: list[str], y: float) -> str:
    """Days of the month, or months where there are too many days."""
    if len(days) <= 31:
        marks = [(n, str(int(day[-2:]))) for n, day in enumerate(days)]
    else:
        months = groupby(enumerate(days), key=lambda each: each[1][:7])
        marks = [(next(each)[0], month) for month, each in months]
    return "".join(
        f'<text x="{_x(n, days)}" y="{y}" class="day">{mark}</text>' for n, mark in marks
    )


def _svg(height: float, title: str, described: str, inside: str) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {height}">'
        f"<title>{title}</title><desc>{described}</desc>{inside}</svg>"
    )
