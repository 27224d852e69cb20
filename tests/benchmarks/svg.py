"""Small plots as SVG text: lines or bars over an axis, drawn without a library.

The same figures give the same file, to the byte, so that a plot changes only with its results.
"""

from collections.abc import Callable, Sequence
from html import escape
from math import floor, log10
from typing import Final, NamedTuple

WIDTH, HEIGHT = 460, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 16, 30, 44
COLOURS: Final = ("#1f3a5f", "#c8553d", "#3b8a5a")


class Series(NamedTuple):
    """A line of a plot: points in the order of x, and what it is called."""

    name: str
    points: Sequence[tuple[float, float]]


def line_plot(title: str, x: str, y: str, series: Sequence[Series], logarithmic: str = "") -> str:
    """Lines with a mark at each point; ``logarithmic`` names the axes that are: "", "x" or "xy"."""
    xs = sorted({at for each in series for at, _ in each.points})
    top = max(value for each in series for _, value in each.points) or 1.0
    low = min(value for each in series for _, value in each.points if value > 0) if top else 1.0
    across = _scale(xs[0], xs[-1], _LEFT, WIDTH - _RIGHT, "x" in logarithmic)
    if "y" in logarithmic:
        ticks = [10.0**n for n in range(floor(log10(low)), floor(log10(top)) + 2)]
        up = _scale(ticks[0], ticks[-1], HEIGHT - _BOTTOM, _TOP, True)
    else:
        ticks = _round_ticks(top)
        up = _scale(0.0, ticks[-1], HEIGHT - _BOTTOM, _TOP, False)
    parts = [_axes(title, x, y), *(_level(up(tick), _short(tick)) for tick in ticks)]
    parts += [_text(across(at), HEIGHT - _BOTTOM + 14, _short(at), "middle") for at in xs]
    for number, each in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        points = [(across(at), up(value)) for at, value in each.points]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
        if len(series) > 1:
            parts.append(_text(_LEFT + 8, _TOP + 12 + 14 * number, each.name, "start", colour))
    return _document(parts)


def bar_plot(title: str, x: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Horizontal bars on a logarithmic axis: a name, a value above 0 and a colour for each."""
    height = _TOP + 20 * len(rows) + _BOTTOM
    left = 230
    values = [value for _, value, _ in rows]
    ticks = [10.0**n for n in range(floor(log10(min(values))), floor(log10(max(values))) + 2)]
    across = _scale(ticks[0], ticks[-1], left, WIDTH + 80, True)
    parts = [_text(left, 16, title, "start", weight="bold")]
    for tick in ticks:
        at = across(tick)
        parts.append(_line(at, _TOP, at, height - _BOTTOM, "#ddd"))
        parts.append(_text(at, height - _BOTTOM + 14, _short(tick), "middle"))
    for number, (name, value, colour) in enumerate(rows):
        top = _TOP + 20 * number + 3
        parts.append(_text(left - 6, top + 11, name, "end"))
        parts.append(
            f'<rect x="{left}" y="{top}" width="{across(value) - left:.1f}" height="14" '
            f'fill="{colour}"/>'
        )
        parts.append(
            _text(
                across(value) + 4,
                top + 11,
                f"{value:,.0f}" if value >= 100 else f"{value:.3g}",
                "start",
            )
        )
    parts.append(_text((left + WIDTH + 80) / 2, height - 8, x, "middle"))
    return _document(parts, WIDTH + 120, height)


def histogram(title: str, x: str, bounds: Sequence[str], panels: Sequence[Series]) -> str:
    """A histogram per panel, one above the other: bars over buckets that are named by bounds.

    A panel's points are (number of the bucket, share of all).
    """
    tall = 110
    height = 26 + tall * len(panels) + 30
    wide = (WIDTH - _LEFT - _RIGHT) / len(bounds)
    parts = [_text(WIDTH / 2, 16, title, "middle", weight="bold")]
    for number, panel in enumerate(panels):
        bottom = 26 + tall * (number + 1) - 18
        colour = COLOURS[number % len(COLOURS)]
        parts.append(_line(_LEFT, bottom, WIDTH - _RIGHT, bottom, "#333"))
        parts.append(_text(WIDTH - _RIGHT, bottom - tall + 34, panel.name, "end", colour))
        most = max((share for _, share in panel.points), default=0.0) or 1.0
        for bucket, share in panel.points:
            high = share / most * (tall - 50)
            at = _LEFT + wide * bucket
            parts.append(
                f'<rect x="{at + 1:.1f}" y="{bottom - high:.1f}" width="{wide - 2:.1f}" '
                f'height="{high:.1f}" fill="{colour}"/>'
            )
            if share >= 0.005:
                label = f"{share:.0%}"
                parts.append(_text(at + wide / 2, bottom - high - 3, label, "middle", size=8))
        for bucket, bound in enumerate(bounds):
            parts.append(_text(_LEFT + wide * (bucket + 1), bottom + 11, bound, "middle", size=8))
    parts.append(_text(WIDTH / 2, height - 8, x, "middle"))
    return _document(parts, WIDTH, height)


def _scale(
    low: float, high: float, begin: float, end: float, logarithmic: bool
) -> Callable[[float], float]:
    """From values to points; everything in the middle when there is only one value."""

    def linear(value: float) -> float:
        if high == low:
            return (begin + end) / 2
        return begin + (value - low) / (high - low) * (end - begin)

    if not logarithmic:
        return linear
    inner = _scale(log10(low), log10(high), begin, end, False)
    return lambda value: inner(log10(value))


def _round_ticks(top: float) -> list[float]:
    """From 0 to above the top in four to eight steps of 1, 2 or 5."""
    power = 10.0 ** floor(log10(top / 4))
    step = next(power * n for n in (1, 2, 5, 10) if top / (power * n) <= 8)
    count = -int(-top // step)
    return [step * n for n in range(count + 1)]


def _short(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _axes(title: str, x: str, y: str) -> str:
    bottom = HEIGHT - _BOTTOM
    middle = (_TOP + bottom) / 2
    return "".join(
        [
            _text(WIDTH / 2, 16, title, "middle", weight="bold"),
            _line(_LEFT, bottom, WIDTH - _RIGHT, bottom, "#333"),
            _text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 10, x, "middle"),
            f'<g transform="rotate(-90 14 {middle:g})">{_text(14, middle, y, "middle")}</g>',
        ]
    )


def _level(at: float, text: str) -> str:
    return _line(_LEFT, at, WIDTH - _RIGHT, at, "#ddd") + _text(_LEFT - 6, at + 4, text, "end")


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _text(
    x: float,
    y: float,
    text: str,
    anchor: str,
    colour: str = "#333",
    weight: str = "normal",
    size: int = 11,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
        f'font-weight="{weight}" font-size="{size}">{escape(text)}</text>'
    )


def _document(parts: Sequence[str], width: int = WIDTH, height: int = HEIGHT) -> str:
    inner = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n{inner}\n</svg>\n'
    )
