"""A line is silent when ten calls that the plan expects have not come, and somebody listened."""

import pytest

from streams.sinks.links import Links
from streams.sinks.rules import silence
from streams.sinks.rules.promises import EXPECTED, LINE_INFO, MAINTENANCE
from streams.sinks.rules.rule import Alert
from tests.promql import Samples, Series, Vector, labels

LINKS = Links(grafana="https://city.example")
LINE_SILENT, CITY_SILENT, *FIRST = silence.alerts(LINKS)
WASTE = labels(line="waste", vendor="acme")
KNOWN = labels(line="waste")
NINE = 1_790_000_000
STEP = silence.EVALUATED_EVERY


class Day:
    """One line that expects a call a minute, was called just now, and what was recorded."""

    def __init__(self) -> None:
        self.now = NINE
        self.pace: float | None = 60
        self.in_maintenance = False
        self.planned = True
        self.last_event: float | None = NINE
        self.as_of: float | None = NINE
        self.firing: set[tuple[tuple[str, str], ...]] = set()
        self.recorded: Series = {}
        self.samples = Samples(NINE)
        self.passes(0.25).called()

    def _exported(self) -> Series:
        found: Series = {LINE_INFO: {WASTE: 1} if self.planned else {}}
        if self.pace is not None:
            found[EXPECTED] = {WASTE: self.pace}
        if self.in_maintenance:
            found[MAINTENANCE] = {WASTE: 1}
        for scope, key in (("line", KNOWN), ("city", labels())):
            of_worker = key | labels(instance="w1")
            if self.as_of is not None:
                found[f"contact_{scope}_as_of_timestamp_seconds"] = {of_worker: self.as_of}
                if self.last_event is not None:
                    last = {of_worker: self.last_event}
                    found[f"contact_{scope}_last_event_timestamp_seconds"] = last
        found["ALERTS"] = {frozenset(each): 1 for each in self.firing}
        return found

    def passes(self, minutes: float, worker: bool = True, stalled: bool = False) -> "Day":
        """Time goes by without a call; Prometheus evaluates."""
        for _ in range(round(minutes * 60 / STEP)):
            self.now += STEP
            if worker and not stalled:
                self.as_of = self.now
            elif not worker:
                self.as_of = None
            known = self.recorded | self._exported()
            self.samples = Samples(self.now, known, self.recorded, self.now - STEP)
            self.samples.record(silence.missed())
            self.recorded = {rule.name: self.samples.series[rule.name] for rule in silence.missed()}
        return self

    def called(self) -> "Day":
        self.last_event = self.now
        return self

    @property
    def missed(self) -> float:
        return self.recorded["contact_line_missed:calls"][WASTE]

    def fires(self, alert: Alert, **more: Vector) -> bool:
        samples = Samples(self.now, self.samples.series | more)
        return bool(samples.ask(alert.expr))


def test_a_line_falls_silent_at_the_tenth_call_that_does_not_come() -> None:
    """A call a minute are ten in ten; it is noticed by the evaluation before."""
    day = Day().passes(9.5)
    assert day.missed == 9.5
    assert not day.fires(LINE_SILENT)
    assert day.passes(0.25).fires(LINE_SILENT)


def test_the_city_needs_fifteen() -> None:
    assert not Day().passes(14.5).fires(CITY_SILENT)
    assert Day().passes(14.75).fires(CITY_SILENT)


def test_a_call_ends_it_and_the_count_begins_anew() -> None:
    day = Day().passes(20)
    assert day.fires(LINE_SILENT)
    day.called().passes(0.25)
    assert not day.fires(LINE_SILENT)
    assert day.missed == 0.25


def test_what_was_missed_before_closing_counts_in_the_morning() -> None:
    day = Day().passes(6)
    day.pace = None
    assert not day.passes(120).fires(LINE_SILENT)
    day.pace = 60
    assert day.passes(1).missed == 7
    assert day.passes(2.75).fires(LINE_SILENT)


def test_maintenance_expects_no_call() -> None:
    day = Day().passes(5)
    day.in_maintenance = True
    assert day.passes(30).missed == 5
    assert not day.fires(LINE_SILENT)
    assert day.fires(silence.maintenance(LINKS))
    assert silence.maintenance(LINKS).severity == "none"


def test_nothing_falls_silent_while_no_worker_is_there_or_its_figures_stand_still() -> None:
    assert not Day().passes(6).passes(20, worker=False).fires(LINE_SILENT)
    assert not Day().passes(6).passes(20, stalled=True).fires(LINE_SILENT)


def test_a_silence_that_is_known_goes_on_when_the_worker_dies() -> None:
    day = Day().passes(20)
    day.passes(10, worker=False)
    assert not day.fires(LINE_SILENT)
    alert = {"alertname": "ContactTelemetrySilent", "line": "waste", "alertstate": "firing"}
    day.firing = {tuple(alert.items())}
    assert day.passes(0.25, worker=False).fires(LINE_SILENT)


def test_a_line_that_has_left_the_plan_is_not_remembered() -> None:
    day = Day().passes(20)
    day.planned, day.pace = False, None
    day.passes(0.25)
    assert day.recorded["contact_line_missed:calls"] == {}
    assert day.recorded["contact_line_last_event:timestamp_seconds"] == {}


@pytest.mark.parametrize(("alert", "kind"), [*zip(FIRST, silence.INHIBITED_KINDS, strict=True)])
def test_silence_keeps_quiet_what_opens_after_it_and_not_what_was_open_before(
    alert: Alert, kind: str
) -> None:
    day = Day().passes(20)
    of = labels(line="waste", vendor="acme", kind=kind, instance="w1")
    assert day.fires(alert, contact_alert_open={of: 0})
    assert not day.fires(alert, contact_alert_open={of: 1})
    # Once it keeps it quiet, it does so to its end.
    firing = {"alertname": alert.name, "kind": kind, "line": "waste", "alertstate": "firing"}
    day.firing = {tuple(firing.items())}
    assert day.passes(0.25).fires(alert, contact_alert_open={of: 1})
    assert (alert.severity, alert.labels) == ("none", {"kind": kind})


def test_a_silent_line_wakes_somebody_and_leads_to_its_dashboard() -> None:
    assert (LINE_SILENT.severity, CITY_SILENT.severity) == ("page", "page")
    assert LINE_SILENT.dashboard.endswith("var-line={{ $labels.line | urlquery }}")
    assert CITY_SILENT.dashboard == LINKS.wallboard
