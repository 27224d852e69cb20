"""A statement as one HTML page: everything in it, nothing loaded, made to be printed on A4.

On paper every sheet says what it is of: number, date of issue, standing, contract. Here is chosen
what the tables of the page show; the templates write them.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from msgspec import UNSET, UnsetType

from streams.domain.became import CLOSED_MEANWHILE, OUTCOMES
from streams.domain.statement.heard import ENOUGH
from streams.sinks.statement import definitions, plots, rendering
from streams.sinks.statement.objects import Content, Remark, Statement, Volumes
from streams.sinks.statement.plain import VOLUMES
from streams.sinks.statement.result_objects import Effect, Number, Result
from streams.sinks.statement.writing import Writing

_MOST_COLUMNS: Final = 6
"""Figures beside each other in the table of days; more do not fit on A4."""

_MOST_SILENCES: Final = 5
"""Those that stand on the first sheet; the others are in the JSON."""

_ALWAYS: Final = ("line_offered", "answered", "abandoned", "short_abandoned")
_BESIDES: Final = ("queue_offered", "out_of_hours")
"""Counted of the same visits once more, however they ended."""

_ABOUT: Final = {
    "inside_quarter_hour": ("line", "at"),
    "event_widened": ("event", "begin", "end"),
    "unattributed": ("visits",),
    "overflow_left_out": ("line", "visits", "share"),
    "short_left_out": ("line", "visits", "share"),
}
"""What the text of each remark calls what it is about."""


def page(of: Statement, language: str) -> str:
    """The page of a statement."""
    w = Writing(language, of.period.time_zone)
    groups = _groups(of.results)
    return rendering.page(
        "statement.html",
        of,
        w,
        enough=float(ENOUGH),
        most_silences=_MOST_SILENCES,
        summary=_summary(of),
        groups=groups,
        missed=[each for group in groups if not group.alone for each in group.to_be_seen],
        pooled=[each for each in of.results if each.by_line and not _of_a_day(each)],
        outlooks=[each for each in of.results if _ends(each)],
        figures=plots.figures(of, w),
        bars=plots.volumes(of, w),
        excluded=_excluded(of.results),
        kind_of=_kind,
        judged_by={(each.contract, each.measure): each for each in of.results},
        volumes={name: f"counted.{_HEADINGS.get(name, name)}" for name in _used(of.total)},
        balanced=not any(each["imbalance"] for each in of.volumes.values()),
        became=_became(of),
        columns=_columns(of.results),
        gave_up=plots.gave_up,
        definitions=definitions.definitions(of.results, w),
        remark=_remark,
    )


class Summary(NamedTuple):
    """How many results are due and met, judged, without a call, and incomplete."""

    met: int
    judged: int
    no_data: int
    incomplete: int


def _summary(of: Content) -> Summary:
    due = [each for each in of.results if each.due]
    return Summary(
        met=sum(each.met is True for each in due),
        judged=sum(each.met is not None for each in due),
        no_data=sum(each.value is None and each.complete for each in due),
        incomplete=sum(not each.complete for each in due),
    )


class Sum(NamedTuple):
    """Maluses or bonuses together."""

    kind: str
    amount: str
    unit: str
    currency: str


class Group(NamedTuple):
    """Results of one measure and line over several periods."""

    results: list[Result]

    @property
    def first(self) -> Result:
        """The earliest."""
        return self.results[0]

    @property
    def alone(self) -> bool:
        """Whether there is only one period."""
        return len(self.results) == 1

    @property
    def judged(self) -> int:
        """How many have a verdict."""
        return sum(each.met is not None for each in self.results)

    @property
    def missed(self) -> int:
        """How many missed the target."""
        return sum(each.met is False for each in self.results)

    @property
    def incomplete(self) -> int:
        """Of how many too little was heard."""
        return sum(not each.complete for each in self.results)

    @property
    def to_be_seen(self) -> list[Result]:
        """Those that missed the target, and those with too little heard."""
        return [each for each in self.results if each.met is False or not each.complete]

    @property
    def sums(self) -> list[Sum]:
        """What is due of them, per kind, unit and currency."""
        found: dict[tuple[str, str, str], float] = defaultdict(float)
        for each in self.results:
            for kind, charge in (("malus", each.malus), ("bonus", each.bonus)):
                if charge is not None and each.due:
                    found[kind, charge.unit, charge.currency] += float(charge.amount)
        return [
            Sum(kind, f"{total:.2f}", unit, currency)
            for (kind, unit, currency), total in found.items()
        ]


def _groups(results: Iterable[Result]) -> list[Group]:
    found: dict[tuple[Any, ...], Group] = {}
    for each in results:
        key = each.contract, each.measure, each.line, each.target, each.threshold, each.scope
        found.setdefault(key, Group([])).results.append(each)
    return list(found.values())


def _of_a_day(of: Result) -> bool:
    """A pool's lines are shown for longer periods only."""
    return of.period.count("-") > 1


def _ends(of: Result) -> bool:
    """Whether something can be said of where it will end."""
    return of.outlook is not UNSET and of.outlook.expected_whole is not None


def _excluded(results: Iterable[Result]) -> list[tuple[Result, Effect]]:
    """What exclusions did to results."""
    return [
        (each, effect) for each in results for effect in each.exclusions if effect.quarter_hours
    ]


def _kind(of: Effect, w: Writing) -> str:
    """The kind of an exclusion, with what it leaves out."""
    return w.text(
        f"exclusion.{of.kind}",
        above=w.number(float(of.above or 0)),
        causes=", ".join(w.text(f"counted.{cause}") for cause in of.causes),
    )


_HEADINGS: Final = {"line_offered": "offered"}
"""Of counts that a table calls otherwise than the books."""


def _used(total: Volumes) -> list[str]:
    """Which counts the table of calls has: the ways in which a call of the period ended."""
    ways = [name for name in VOLUMES if name not in (*_ALWAYS, *_BESIDES) and total.get(name)]
    return [*_ALWAYS, *ways, *_BESIDES]


def _became(of: Content) -> dict[str, int]:
    """The outcomes that contacts came to, the most frequent first; of the dead ends those at a desk
    that had closed are a part, and stand last."""
    if isinstance(of.outcomes, UnsetType):
        return {}
    found = {each: of.outcomes[each] for each in OUTCOMES if of.outcomes[each]}
    ordered = dict(sorted(found.items(), key=lambda each: -each[1]))
    closed = of.outcomes[CLOSED_MEANWHILE]
    return ordered | ({CLOSED_MEANWHILE: closed} if closed else {})


class Column(NamedTuple):
    """A figure in the table of days: the first of its results, and each day's value."""

    result: Result
    values: dict[str, Number | None]


def _columns(results: Iterable[Result]) -> list[Column]:
    """Pools first: where there are more figures than a page is wide, lines are left out."""
    found: dict[tuple[str, str, str], Column] = {}
    for each in results:
        key = each.contract, each.measure, each.line or ""
        column = found.setdefault(key, Column(each, {}))
        column.values.update((day, count.value) for day, count in each.days.items())
    return sorted(found.values(), key=lambda column: bool(column.result.line))[:_MOST_COLUMNS]


def _remark(of: Remark, w: Writing) -> str:
    """Something to be known besides, its instants in local time."""
    about = {
        name: w.share(float(each)) if name == "share" else each
        for name, each in zip(_ABOUT[of.note], of.about, strict=True)
    }
    for name, each in about.items():
        if isinstance(each, str) and each.endswith("Z"):
            about[name] = w.instant(each)
    return w.text(f"remark.{of.note}", **about)
