"""The figures as Prometheus metrics.

A custom collector on a registry of its own yields, at each scrape, the series of the scopes that
this worker owns at that moment: nothing has to be removed after a rebalance, and labels are bounded
by the plan. A ratio with nothing under the line has no sample. Ratios are fractions of one,
durations seconds, instants seconds since 1970.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from streams.domain import figures, windows
from streams.domain.board import Board
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.domain.visits import DISPOSITIONS, OPEN

QUANTILES: Final = ("0.5", "0.9", "0.95")

WAITS_WINDOW: Final = "15m"
"""Of ``contact_line_waits``, which heat maps are drawn of, a column per quarter-hour. Other windows
have quantiles: with all six, a scrape of a thousand lines would carry 45,000 series more."""

WAIT_BOUNDS: Final = (5, 10, 20, 30, 60, 120, 300, 600)
"""Seconds. Each is about twice the one before, as impatience goes; the usual thresholds of
contracts (10, 20, 30, 60 s) are among them, so that a colour ends where a promise does."""

SERVICE_PARTS: Final = {
    "offered": "service_offered",
    "answered": "service_answered",
    "answered_within": "answered_within",
    "abandoned": "service_abandoned",
    "abandoned_within": "abandoned_within",
}
REACH_PARTS: Final = {
    "reached": "reach_reached",
    "judged": "reach_judged",
    "callbacks": "reach_callbacks",
}
CITY_REACH_PARTS: Final = {"reached": "contacts_reached", "judged": "contacts_judged"}
OUTCOMES: Final = {
    "with_visit": "contacts_with_visit",
    "abandoned_in_menu": "abandoned_in_menu",
    "entrance_blocked": "entrance_blocked",
    "entrance_closed": "entrance_closed",
    "open_in_menu": "open_in_menu",
}

RATIOS: Final[dict[str, tuple[figures.Figure, str]]] = {
    "abandonment_ratio": (figures.abandonment, "Abandoned, short ones included / queue-offered"),
    "average_speed_of_answer_seconds": (
        figures.average_speed_of_answer,
        "Sum of the waits of answered visits / answered",
    ),
    "longest_wait_seconds": (figures.longest_wait, "Longest wait of all ended visits"),
    "menu_time_seconds": (figures.menu_time, "Mean time from call start to menu choice"),
    "talk_time_seconds": (figures.talk_time, "Mean time from answer to end"),
    "first_line_resolution_ratio": (
        figures.first_line_resolution,
        "Answered contacts never transferred / answered contacts",
    ),
    "wrong_choice_ratio": (
        figures.wrong_choice,
        "Answered visits transferred to another first line / answered",
    ),
    "second_line_availability_ratio": (
        figures.second_line_availability,
        "Transfers to the second line answered within its threshold / transfers",
    ),
    "callback_ratio": (figures.callback_share, "Callbacks left out of reachability, their share"),
    "callbacks_kept_ratio": (figures.callbacks_kept, "Callbacks kept in time / callbacks"),
}

STATUS: Final = {"closed": 0, "ok": 1, "at_risk": 2, "breach": 3, "no_data": 4}
"""Values of ``contact_line_status``."""

AT_RISK: Final = 0.05
"""How far above its target a figure of the last half hour is called at risk: five points, about
what one bad interval of an hour takes off."""


def status(tally: Tally, plan: Plan, line: str, now: int) -> int:
    """A line's state in one word, from its last half hour: the worse of its two figures."""
    terms = plan.terms(line, now)
    if terms is None or not terms.open:
        return STATUS["closed"]
    level = figures.service_level(tally, terms.contract.formula)
    reach = figures.reachability(tally)
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


class _Families:
    """Metric families made when their first sample comes."""

    def __init__(self) -> None:
        self._families: dict[str, GaugeMetricFamily] = {}

    def add(self, name: str, text: str, labels: dict[str, str], value: float | None) -> None:
        if value is None:
            return
        family = self._families.get(name)
        if family is None:
            family = self._families[name] = GaugeMetricFamily(name, text, labels=list(labels))
        family.add_metric(list(labels.values()), value)

    def __iter__(self) -> Iterator[Metric]:
        return iter(self._families.values())


class FiguresCollector(Collector):
    """Yields the figures of the boards that are shown now.

    Args:
        plan: names, targets and hours of the lines.
        boards: gives the boards owned now.
        machine: when, by the machine's clock, the worker's clock shows an instant; a worker in a
            simulated city has a clock of its own.
    """

    def __init__(
        self,
        plan: Plan,
        boards: Callable[[], Iterable[Board]],
        machine: Callable[[int], int] = lambda shown: shown,
    ) -> None:
        self._plan = plan
        self._boards = boards
        self._machine = machine

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        families = _Families()
        for board in self._boards():
            as_of = board.as_of
            if as_of is None:
                continue
            for name in sorted(board.scopes):
                _Scope(families, self._plan, board, name, as_of).show(self._machine(as_of))
        yield from families


class _Scope:
    """Writes the samples of one scope."""

    def __init__(
        self, families: _Families, plan: Plan, board: Board, name: str, as_of: int
    ) -> None:
        self._families = families
        self._plan = plan
        self._scope = board.scope(name)
        self._as_of = as_of
        self._name = name
        if name == CITY:
            self._prefix, self._labels = "contact_city_", {}
        elif name.startswith(VENDOR):
            self._prefix = "contact_vendor_"
            self._labels = {"vendor": name.removeprefix(VENDOR)}
        else:
            self._prefix = "contact_line_"
            self._labels = {"line": name.removeprefix(LINE)}

    def _add(self, name: str, text: str, value: float | None, /, **labels: str) -> None:
        self._families.add(self._prefix + name, text, self._labels | labels, value)

    def show(self, current: int) -> None:
        """Writes all of them.

        Args:
            current: when, by the machine's clock, the figures were current.
        """
        scope = self._scope
        for window in windows.NAMES:
            self._window(window, scope.windows.tally(window))
        self._add("waiting", "Callers waiting now", scope.waiting)
        self._add(
            "oldest_wait_seconds",
            "How long the first of the waiting has waited",
            scope.oldest_wait(self._as_of),
        )
        self._add(
            "as_of_timestamp_seconds",
            "Instant as of which the figures stand",
            self._as_of / SECOND,
        )
        self._add(
            "current_timestamp_seconds",
            "When, by the machine's clock, the figures were current",
            current / SECOND,
        )
        if scope.newest is not None:
            self._add(
                "last_event_timestamp_seconds",
                "Start of the newest slot with a visit",
                scope.newest / SECOND,
            )
        if self._prefix == "contact_line_":
            self._waits(scope.windows.tally(WAITS_WINDOW).waits)
            self._line(self._labels["line"])

    def _waits(self, waits: Mapping[int, int]) -> None:
        text = "Answered visits that waited no longer than le, of all in the window"
        for bound in WAIT_BOUNDS:
            within = sum(count for upper, count in waits.items() if upper <= bound)
            self._add("waits", text, within, window=WAITS_WINDOW, le=str(bound))
        self._add("waits", text, sum(waits.values()), window=WAITS_WINDOW, le="+Inf")

    def _window(self, window: str, tally: Tally) -> None:
        def add(name: str, text: str, value: float | None, **labels: str) -> None:
            self._add(name, text, value, window=window, **labels)

        for disposition in (*DISPOSITIONS, OPEN):
            add(
                "visits",
                "Visits booked in the window by disposition",
                tally[disposition],
                disposition=disposition,
            )
        add("offered", "Visits that chose or reached the line", tally["line_offered"])
        add("queue_offered", "Visits offered to the queue", tally["queue_offered"])
        add("out_of_hours", "Visits begun outside opening hours", tally["out_of_hours"])
        for part, count in SERVICE_PARTS.items():
            add("service_level_counts", "What service level is made of", tally[count], part=part)
        for formula in figures.FORMULAS:
            add(
                "service_level_ratio",
                "Service level by formula",
                figures.service_level(tally, formula),
                formula=formula,
            )
        of_city = self._name == CITY
        for part, count in (CITY_REACH_PARTS if of_city else REACH_PARTS).items():
            add("reachability_counts", "What reachability is made of", tally[count], part=part)
        reach = figures.city_reachability(tally) if of_city else figures.reachability(tally)
        add("reachability_ratio", "Reached / visits ended or overdue, in hours", reach)
        menu = figures.city_menu_abandonment if of_city else figures.menu_abandonment
        add("menu_abandonment_ratio", "Hung up before the queue / offered", menu(tally))
        for name, (figure, text) in RATIOS.items():
            add(name, text, figure(tally))
        add("contacts", "Distinct contacts", tally["contacts"])
        add(
            "repeat_callers",
            "Contacts that had called in vain within 24 h",
            tally["repeat_callers"],
        )
        for quantile in QUANTILES:
            add(
                "wait_seconds",
                "Waits of answered visits, upper bound of the quantile's bucket",
                figures.wait_quantile(tally, float(quantile)),
                quantile=quantile,
            )
        if of_city:
            for outcome, count in OUTCOMES.items():
                add("outcomes", "Contacts by outcome", tally[count], outcome=outcome)

    def _line(self, line: str) -> None:
        terms = self._plan.terms(line, self._as_of)
        if terms is None:
            return
        contract = terms.contract
        half_hour = self._scope.windows.tally("30m")
        self._add("open", "Whether the line is in its opening hours", float(terms.open))
        self._add(
            "status",
            "0 closed, 1 ok, 2 at risk, 3 breach, 4 no data, from the last half hour",
            status(half_hour, self._plan, line, self._as_of),
        )
        vendor = {"vendor": terms.vendor}
        for window in windows.NAMES:
            self._add(
                "contract_service_level_ratio",
                "Service level by the contract's own formula",
                figures.service_level(self._scope.windows.tally(window), contract.formula),
                window=window,
            )
        self._add("service_level_target_ratio", "Contract's target", contract.target, **vendor)
        self._add("reachability_target_ratio", "Target", contract.reach_target, **vendor)
        self._add(
            "threshold_seconds", "Contract's threshold", contract.threshold / SECOND, **vendor
        )
        names = terms.names
        self._add(
            "info",
            "Names of the line",
            1.0,
            **vendor,
            tier=str(terms.tier),
            name=next(iter(names.values()), line),
            name_en=names.get("en", line),
            name_nl=names.get("nl", line),
            formula=contract.formula,
        )


def registry(*collectors: Collector) -> CollectorRegistry:
    """A registry of its own with these collectors: no process-wide state, nothing unasked for."""
    own = CollectorRegistry(auto_describe=False)
    for collector in collectors:
        own.register(collector)
    return own
