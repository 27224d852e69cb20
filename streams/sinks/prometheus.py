"""The figures as Prometheus metrics.

At each scrape the page has the series of the scopes that this worker owns and shows at that
moment: nothing has to be removed after a rebalance, or when a line ends, and labels are bounded by
the plan. A ratio with nothing under the line has no sample. Ratios are fractions of one, durations
seconds, instants seconds since 1970.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from operator import attrgetter, itemgetter
from typing import Final, Literal, NamedTuple

from prometheus_client.registry import Collector, CollectorRegistry

from streams.domain import figures, windows
from streams.domain.board import Board
from streams.domain.disposition import DISPOSITIONS, OPEN
from streams.domain.figures.figure import LAST, Counts, Figure, Scope, Window
from streams.domain.figures.reachability import reachability
from streams.domain.figures.service_level import service_level
from streams.domain.instants import SECOND
from streams.domain.plan import Plan, Terms
from streams.domain.tally import CHANNEL, ENTRANCE, LANGUAGE, LINE, VENDOR, Tally
from streams.sinks.series import AGREED, Counted, Kind, Series, Shown

WAITS_WINDOW: Final[Window] = "15m"
"""Of ``contact_line_waits``, which heat maps are drawn of, a column per quarter-hour. Other windows
have quantiles: with all six, a scrape of a thousand lines would carry 45,000 series more."""

WAIT_BOUNDS: Final = (5, 10, 20, 30, 60, 120, 300, 600)
"""Seconds. Each is about twice the one before, as impatience goes; the usual thresholds of
contracts (10, 20, 30, 60 s) are among them, so that a colour ends where a promise does."""

WHERE_THEY_CAME_TO: Final = {
    "with_visit": "contacts_with_visit",
    "abandoned_in_menu": "abandoned_in_menu",
    "entrance_blocked": "entrance_blocked",
    "entrance_closed": "entrance_closed",
    "open_in_menu": "open_in_menu",
}

STATUS: Final = {"closed": 0, "ok": 1, "at_risk": 2, "breach": 3, "no_data": 4}
"""Values of ``contact_line_status``."""

STATUS_WINDOW: Final[Window] = "30m"
"""What a line's status is taken from."""

AT_RISK: Final = 0.05
"""How far above its target a figure of the last half hour is called at risk: five points, about
what one bad interval of an hour takes off."""


def status(tally: Tally, plan: Plan, line: str, now: int) -> int:
    """A line's state in one word, from its last half hour: the worse of its two figures."""
    return _status(tally, plan.terms(line, now))


def _status(tally: Counts, terms: Terms | None) -> int:
    if terms is None or not terms.open:
        return STATUS["closed"]
    level = service_level(tally, terms.contract.formula)
    reach = reachability(tally)
    margins = [
        figure - target
        for figure, target in (
            (level, terms.contract.target),
            (reach, terms.contract.reach_target),
        )
        if figure is not None
    ]
    if not margins:
        return STATUS["no_data"]
    if min(margins) < 0:
        return STATUS["breach"]
    return STATUS["at_risk"] if min(margins) < AT_RISK else STATUS["ok"]


_Label = Literal["", "line", "vendor", "entrance", "language", "channel"]
"""By which scopes of a kind are told apart; the city is one."""

READ_WINDOWS: Final[Mapping[str, tuple[Window, ...]]] = {
    "visits": (WAITS_WINDOW,),
    "offered": ("today",),
    "contract_service_level_ratio": (STATUS_WINDOW, "today"),
    "waits": (WAITS_WINDOW,),
    "status": (STATUS_WINDOW,),
}
"""Of the series that no figure declares: the windows over which anything of ours reads them of a
line; of others it reads none."""


def _kind(prefix: str, label: _Label) -> Kind:
    windowed = {window: tuple(_windowed(window, label)) for window in windows.WINDOWS}
    agreed = tuple(AGREED) if label == "line" else ()
    return Kind(prefix, label, windowed, tuple(_present(label)), agreed)


def _windowed(window: str, label: _Label) -> Iterator[Series[Counted]]:
    def series(
        name: str, text: str, value: Callable[[Counted], float | None], **labels: str
    ) -> Series[Counted]:
        read = window in READ_WINDOWS.get(name, ())
        return Series(name, text, {"window": window, **labels}, value, read)

    for each in (*DISPOSITIONS, OPEN):
        text = "Visits booked in the window by disposition"
        yield series("visits", text, itemgetter(each), disposition=each)
    text = "Visits that chose or reached the line"
    yield series("offered", text, itemgetter("line_offered"))
    yield series("queue_offered", "Visits offered to the queue", itemgetter("queue_offered"))
    yield series("out_of_hours", "Visits begun outside opening hours", itemgetter("out_of_hours"))
    scope: Scope = label if label in ("line", "vendor") else "city"
    declared = [figure for figure in figures.by_rank() if scope in figure.scopes]
    yield from _of_figures(window, [figure for figure in declared if figure.rank < LAST])
    yield series("contacts", "Distinct contacts", itemgetter("contacts"))
    text = "Contacts that had called in vain within 24 h"
    yield series("repeat_callers", text, itemgetter("repeat_callers"))
    yield from _of_figures(window, [figure for figure in declared if figure.rank >= LAST])
    if scope == "city":
        for outcome, count in WHERE_THEY_CAME_TO.items():
            text = "Contacts by outcome"
            yield series("outcomes", text, itemgetter(count), outcome=outcome)
    if label == "line":
        text = "Service level by the contract's own formula"
        yield series("contract_service_level_ratio", text, _contract_service_level)
        if window == WAITS_WINDOW:
            text = "Answered visits that waited no longer than le, of all in the window"
            for le in (*map(str, WAIT_BOUNDS), "+Inf"):
                yield series("waits", text, partial(_answered_within, float(le)), le=le)
        if window == STATUS_WINDOW:
            text = "0 closed, 1 ok, 2 at risk, 3 breach, 4 no data, from the last half hour"
            yield Series("status", text, {}, _shown_status)


def _of_figures(window: str, declared: Iterable[Figure]) -> Iterator[Series[Counted]]:
    """The series that figures have by their declarations, what they are made of before them."""
    for figure in declared:
        if figure.parts is not None:
            for part, count in figure.parts.counts.items():
                yield Series(
                    figure.parts.metric,
                    figure.parts.help,
                    {"window": window, "part": part},
                    itemgetter(count),
                    read=window in figure.parts.windows.get(part, ()),
                )
        if not figure.metric:
            continue
        text, read = figure.help or figure.formula, window in figure.windows
        if not figure.variants:
            yield Series(figure.metric, text, {"window": window}, figure.value, read)
        for each in figure.variants:
            if each.label is not None:
                labels = {"window": window, figure.label: each.label}
                yield Series(figure.metric, text, labels, each.value, read)


def _contract_service_level(counted: Counted) -> float | None:
    terms = counted.shown.terms
    return None if terms is None else service_level(counted, terms.contract.formula)


def _answered_within(bound: float, counted: Counted) -> int:
    return counted.histogram.within(bound)


def _present(label: str) -> Iterator[Series[Shown]]:
    def series(
        name: str, text: str, value: Callable[[Shown], float | None], read: bool = True
    ) -> Series[Shown]:
        return Series(name, text, {}, value, read)

    yield series("waiting", "Callers waiting now", lambda shown: shown.scope.waiting)
    text = "Wait so far of the caller who has waited longest"
    yield series("oldest_wait_seconds", text, lambda shown: shown.scope.oldest_wait(shown.as_of))
    text = "Instant up to which the figures are complete"
    yield series("as_of_timestamp_seconds", text, lambda shown: shown.as_of / SECOND)
    text = "When the figures were current, by the machine's clock"
    yield series("current_timestamp_seconds", text, lambda shown: shown.current / SECOND)
    text = "Start of the newest slot with a visit"
    yield series("last_event_timestamp_seconds", text, _newest)
    if label == "line":
        text = "Whether the line is in its opening hours"
        yield series("open", text, _open, read=False)


def _newest(shown: Shown) -> float | None:
    return None if shown.scope.newest is None else shown.scope.newest / SECOND


def _open(shown: Shown) -> float | None:
    return None if shown.terms is None else float(shown.terms.open)


def _shown_status(counted: Counted) -> float | None:
    terms = counted.shown.terms
    return None if terms is None else _status(counted, terms)


class Kinds(NamedTuple):
    """What is shown of lines, of vendors, of the city, and of what is a city of its own."""

    lines: Kind
    vendors: Kind
    city: Kind
    entrances: Kind
    languages: Kind
    channels: Kind

    def of(self, scope: str) -> tuple[Kind, str]:
        """The kind of a scope, and what its label says."""
        prefix, colon, own = scope.partition(":")
        return (_BY_PREFIX[prefix + colon](self), own) if colon else (self.city, "")


_BY_PREFIX: Final[dict[str, Callable[[Kinds], Kind]]] = {
    LINE: attrgetter("lines"),
    VENDOR: attrgetter("vendors"),
    ENTRANCE: attrgetter("entrances"),
    LANGUAGE: attrgetter("languages"),
    CHANNEL: attrgetter("channels"),
}

WHOLE: Final = Kinds(
    _kind("contact_line_", "line"),
    _kind("contact_vendor_", "vendor"),
    _kind("contact_city_", ""),
    _kind("contact_entrance_", "entrance"),
    _kind("contact_language_", "language"),
    _kind("contact_channel_", "channel"),
)
"""All windows of all figures."""

AS_READ: Final = Kinds(*(kind if not kind.label else kind.as_read() for kind in WHOLE))
"""What dashboards, rules and pages of ours read of a line, the same of others; of the city, all. A
page of a hundred lines is a fifth as long as with all windows."""


class ShownScopes:
    """The lines, vendors and the city that the boards show now.

    Each stands as it is when its turn comes: others may work in between.

    Args:
        plan: names, targets and hours of the lines.
        boards: gives the boards owned now.
        machine: when, by the machine's clock, the worker's clock shows an instant; a worker in a
            simulated city has a clock of its own.
        kinds: what is shown of each.
    """

    def __init__(
        self,
        plan: Plan,
        boards: Callable[[], Iterable[Board]],
        machine: Callable[[int], int] = lambda shown: shown,
        kinds: Kinds = AS_READ,
    ) -> None:
        self._plan = plan
        self._boards = boards
        self._machine = machine
        self._kinds = kinds

    def __iter__(self) -> Iterator[Shown]:
        for board in list(self._boards()):
            for name in board.shown():
                as_of = board.as_of
                if as_of is None:
                    break
                current = self._machine(as_of)
                kind, own = self._kinds.of(name)
                terms = self._plan.terms(own, as_of) if name.startswith(LINE) else None
                yield Shown(kind, own, board.scopes[name], as_of, current, terms)


def registry(*collectors: Collector) -> CollectorRegistry:
    """A registry of its own with these collectors: no process-wide state, nothing unasked for."""
    own = CollectorRegistry(auto_describe=False)
    for collector in collectors:
        own.register(collector)
    return own
