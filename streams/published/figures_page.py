"""What each figure means, for people: a page of its own, and the table of the README.

Both are made of the declarations (``domain.figures``). ``reachline schemas`` writes them.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from streams.domain.counts import DECLARED_COUNTS
from streams.domain.figures import by_rank
from streams.domain.figures.figure import Figure

FIGURES_FILE: Final = "figures.md"

BEGIN: Final = "<!-- figures: written by `reachline schemas --readme` -->\n"
END: Final = "<!-- end of figures -->\n"
"""Between these lines of a page stands the table."""

_BETTER: Final = {"higher": "more is better", "lower": "less is better", "neither": "neither way"}
_UNIT: Final = {"ratio": "a fraction of one", "seconds": "seconds"}


def page() -> str:
    """The page: every figure with its formula, its places and its example; every count."""
    parts = [_HEAD, table()]
    parts += [_section(figure) for figure in by_rank()]
    rows = [
        f"| {count.id} | `{count.name}` | {count.of} | {count.since} | {count.until} |\n"
        for count in DECLARED_COUNTS
    ]
    parts.append("## Counts\n\n| id | name | of | since | until |\n|---|---|---|---|---|\n")
    return "\n".join(parts) + "".join(rows)


def table() -> str:
    """The table: what each is called, how it is computed, under which metric."""
    head = "| figure | formula | metric (`contact_line_...`) |\n|---|---|---|\n"
    return head + "".join(row for figure in by_rank() for row in _rows(figure))


def with_table(text: str) -> str:
    """A page's text with the table of today.

    Raises:
        ValueError: the page has no place for it.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"has no place for the table: lines {BEGIN.strip()} and {END.strip()}")
    return f"{before}{begin}\n{table()}\n{end}{after}"


def _rows(figure: Figure) -> Iterator[str]:
    metric = f"`{_metric(figure, '')}`" if figure.metric else ""
    if not figure.variants:
        yield f"| {figure.title} | {figure.formula} | {metric} |\n"
    for variant in figure.variants:
        yield f"| {figure.title}, `{variant.key}` | {variant.formula} | {metric} |\n"
        metric = ""


def _metric(figure: Figure, of_lines: str = "contact_line_") -> str:
    prefix = of_lines if "line" in figure.scopes else "contact_city_"
    return prefix + figure.metric


def _section(figure: Figure) -> str:
    facts = [
        f"- Computed: {figure.formula}.",
        f"- Unit: {_UNIT[figure.unit]}; {_BETTER[figure.better]}.",
        f"- Of: {', '.join(figure.scopes)}.",
        f"- In JSON: `{figure.name}`{_keys(figure)}.",
    ]
    if figure.metric:
        facts.append(f"- Metric: `{_metric(figure)}`{_labels(figure)}.")
        facts.append(f"- Windows of the metric: {_windows(figure)}.")
    if figure.parts is not None:
        parts = ", ".join(
            f"`{part}`{_over(figure.parts.windows.get(part, ()))}" for part in figure.parts.counts
        )
        facts.append(f"- What it is made of: `{figure.parts.metric}`, by `part`: {parts}.")
    facts.append(f"- A contract may measure it: {'no' if figure.measure is None else 'yes'}.")
    facts.append(f"- Source: {figure.source}.")
    title = figure.title[0].upper() + figure.title[1:]
    definition = figure.definition.replace("``", "`").replace("::\n", ":\n")
    return (
        f"## {title}\n\n{definition}\n\n{chr(10).join(facts)}\n\n```python\n{figure.example}```\n"
    )


def _windows(figure: Figure) -> str:
    of_lines = f"of lines and vendors {_listed(figure.windows)}"
    where = [of_lines] if "line" in figure.scopes else []
    return "; ".join([*where, "of the city all"] if "city" in figure.scopes else where)


def _over(windows: Iterable[str]) -> str:
    return f" (of lines and vendors over {_listed(windows)})" if windows else ""


def _listed(windows: Iterable[str]) -> str:
    return ", ".join(f"`{window}`" for window in windows)


def _keys(figure: Figure) -> str:
    keys = ", ".join(f"`{each.key}`" for each in figure.variants)
    return f", an object of {keys}" if keys else ""


def _labels(figure: Figure) -> str:
    labels = ", ".join(f"`{each.label}`" for each in figure.variants if each.label)
    return f", by `{figure.label}`: {labels}" if labels else ""


_HEAD: Final = """\
# Figures

Written by `reachline schemas` from the declarations in `streams/domain/figures/` and
`streams/domain/counts.py`. Examples run as tests. A ratio with nothing under the line is absent.
Vendors and the city have the metrics of lines under `contact_vendor_` and `contact_city_`. Of lines
and vendors a metric is exported over the windows that are named with it, a part of it over those
named with that; with `REACHLINE_METRICS=all` over every window.
"""
