"""The stream's own health: is it there, does it move, is it right; and who is woken for it."""

from collections.abc import Mapping

import pytest

from streams.sinks.links import Links
from streams.sinks.rules import pipeline
from streams.sinks.rules.promises import LINE_INFO, LINE_OPEN
from tests.promql import Labels, Samples, Series, labels

NOW = 1_790_000_000
OPEN = {labels(line="waste", vendor="acme"): 1.0}
AS_OF = "contact_line_as_of_timestamp_seconds"
CITY_AS_OF = "contact_city_as_of_timestamp_seconds"
ALERTS = pipeline.alerts(Links(grafana="https://city.example"))


def _fired(series: Series, before: Series | None = None) -> set[tuple[str, str]]:
    """What fires of the pipeline's alerts, with how it reaches people."""
    samples = Samples(NOW, series, before)
    return {(each.name, each.severity) for each in ALERTS if samples.ask(each.expr)}


def _named(name: str, fired: set[tuple[str, str]]) -> set[str]:
    return {severity for each, severity in fired if each == name}


def _workers(**up: float) -> dict[Labels, float]:
    return {labels(job="reachline", instance=name): value for name, value in up.items()}


def _city(at_work: bool = True, **series: Mapping[Labels, float]) -> Series:
    """A worker that is up, in a city that is open or not."""
    found: Series = {
        "up": _workers(w1=1),
        LINE_INFO: dict(OPEN),
        LINE_OPEN: dict(OPEN) if at_work else {},
    }
    return found | {name: dict(vector) for name, vector in series.items()}


def _line(as_of: float) -> dict[Labels, float]:
    return {labels(line="waste", instance="w1"): as_of}


def _as_of(seconds_ago: float, at_work: bool = True) -> Series:
    at = NOW - seconds_ago
    return _city(at_work, **{AS_OF: _line(at), CITY_AS_OF: {labels(instance="w1"): at}})


FRESH = _as_of(2)


@pytest.mark.parametrize("at_work", [True, False])
def test_while_all_is_well_nothing_fires(at_work: bool) -> None:
    healthy = {
        "contact_lag_records": {labels(topic="calls", partition="0"): 0.0},
        "contact_events_total": {labels(topic="calls"): 40.0},
        "contact_books_imbalance": {labels(instance="w1"): 0.0},
        "contact_state_owner": {labels(instance="w1", partition="0"): 1.0},
    }
    assert _fired(_as_of(2, at_work) | healthy) == set()


@pytest.mark.parametrize(("at_work", "severity"), [(True, "page"), (False, "ticket")])
@pytest.mark.parametrize("up", [{}, {"w1": 0, "w2": 0}])
def test_no_worker_wakes_somebody_while_a_line_is_open(
    at_work: bool, severity: str, up: dict[str, float]
) -> None:
    fired = _fired(_city(at_work) | {"up": _workers(**up)})
    assert fired == {("ContactWorkerAbsent", severity)}


def test_one_worker_of_two_that_is_down_is_a_ticket_and_no_absence() -> None:
    assert _fired(FRESH | {"up": _workers(w1=1, w2=0)}) == {("ContactWorkerDown", "ticket")}


@pytest.mark.parametrize(
    ("seconds_ago", "at_work", "severities"),
    [
        (pipeline.PIPELINE_STALLED - 1, True, set()),
        (pipeline.PIPELINE_STALLED, True, {"page"}),
        (pipeline.PIPELINE_STALLED - 1, False, set()),
        (pipeline.PIPELINE_STALLED, False, {"ticket"}),
    ],
)
def test_figures_that_stand_still_are_seen_after_two_minutes(
    seconds_ago: int, at_work: bool, severities: set[str]
) -> None:
    series = _as_of(seconds_ago, at_work)
    assert _named("ContactPipelineStalled", _fired(series, series)) == severities


def test_figures_that_nobody_has_stand_still_too() -> None:
    assert _named("ContactPipelineStalled", _fired(_city())) == {"page"}


@pytest.mark.parametrize(("gained", "stalls"), [(60, True), (120, True), (190, False)])
def test_a_worker_that_catches_up_within_five_minutes_does_not_stand_still(
    gained: int, stalls: bool
) -> None:
    """Ten minutes late, it has worked off so many seconds in the last minute."""
    before = _as_of(600 + gained)
    fired = _fired(_as_of(600), before)
    assert (_named("ContactPipelineStalled", fired) == {"page"}) is stalls


def test_what_stands_still_for_want_of_a_worker_is_an_absence_only() -> None:
    gone = _as_of(900) | {"up": _workers(w1=0)}
    assert _fired(gone, gone) == {("ContactWorkerAbsent", "page")}


@pytest.mark.parametrize(
    ("records", "per_second", "lags"),
    [
        (1000, 0, False),
        (1001, 0, True),
        (2999, 10, False),  # less than five minutes of work
        (3000, 10, True),
    ],
)
def test_a_topic_lags_when_five_minutes_of_work_wait_in_it(
    records: float, per_second: float, lags: bool
) -> None:
    waiting = {labels(topic="calls", partition=n): records / 2 for n in ("0", "1")}
    series = {
        "contact_lag_records": waiting,
        "contact_events_total": {labels(topic="calls", instance="w1"): per_second},
    }
    assert bool(_named("ContactPipelineLagging", _fired(FRESH | series))) is lags


@pytest.mark.parametrize("imbalance", [1.0, -1.0])
def test_books_that_do_not_balance_are_a_ticket(imbalance: float) -> None:
    of = {labels(instance="w1"): 0.0, labels(instance="w2"): imbalance}
    assert _fired(FRESH | {"contact_books_imbalance": of}) == {("ContactBooksImbalance", "ticket")}


@pytest.mark.parametrize(
    ("refused", "accepted", "at_work", "severities"),
    [
        (10, 10, True, set()),  # half of them, and yet a handful
        (11, 989, True, {"ticket"}),
        (11, 1089, True, set()),
        (11, 44, True, {"ticket"}),
        (11, 43, True, {"ticket", "page"}),
        (11, 43, False, {"ticket"}),
        (11, None, True, {"ticket", "page"}),
    ],
)
def test_refused_events_wake_somebody_when_they_are_a_fifth_of_all(
    refused: float, accepted: float | None, at_work: bool, severities: set[str]
) -> None:
    series: Series = {"contact_refused_total": {labels(reason="not_json"): refused}}
    if accepted is not None:
        series["contact_events_total"] = {labels(topic="calls"): accepted}
    fired = _fired(_as_of(2, at_work) | series)
    assert _named("ContactDeadLettersRising", fired) == severities


@pytest.mark.parametrize(
    ("late", "accepted", "fires"),
    [(10, 10, False), (11, 1000, True), (11, 1200, False), (11, 0, False)],
)
def test_events_that_come_too_late_are_a_ticket_from_one_in_a_hundred(
    late: float, accepted: float, fires: bool
) -> None:
    series = {
        "contact_late_total": {labels(instance="w1"): late},
        "contact_events_total": {labels(topic="calls"): accepted},
    }
    fired = _named("ContactEventsLate", _fired(FRESH | series))
    assert fired == ({"ticket"} if fires else set())


@pytest.mark.parametrize(("ahead", "fires"), [(0, False), (60, False), (61, True), (-61, True)])
def test_a_machine_s_clock_that_is_a_minute_off_is_a_ticket(ahead: float, fires: bool) -> None:
    of = {labels(instance="w1"): 0.1, labels(instance="w2"): ahead}
    fired = _named("ContactClockOff", _fired(FRESH | {"contact_machine_clock_ahead_seconds": of}))
    assert fired == ({"ticket"} if fires else set())


@pytest.mark.parametrize(("open_", "fires"), [(0, False), (40, False), (41, True), (60, True)])
def test_a_state_that_fills_up_is_a_ticket_before_contacts_are_refused(
    open_: float, fires: bool
) -> None:
    contacts = {
        labels(instance="w1", partition="0"): 40.0,
        labels(instance="w1", partition="1"): open_,
        labels(instance="w2", partition="2"): 40.0,
    }
    most = {labels(instance="w1"): 100.0, labels(instance="w2"): 100.0}
    series = FRESH | {"contact_open_contacts": contacts, "contact_open_contacts_most": most}
    fired = _named("ContactStateFilling", _fired(series))
    assert fired == ({"ticket"} if fires else set())


def test_two_workers_with_fresh_figures_of_one_line_both_believe_that_it_is_theirs() -> None:
    def both(seconds_ago: float) -> Series:
        other = labels(line="waste", instance="w2")
        return FRESH | {AS_OF: _line(NOW - 2) | {other: NOW - seconds_ago}}

    assert _fired(both(pipeline.OWNED - 1)) == {("ContactTwoOwners", "page")}
    assert _fired(both(pipeline.OWNED)) == set()


def test_two_owners_of_a_partition_are_seen_as_well() -> None:
    owners = {
        labels(instance="w1", partition="0"): 1.0,
        labels(instance="w2", partition="0"): 0.0,
        labels(instance="w2", partition="1"): 1.0,
    }
    assert _fired(FRESH | {"contact_state_owner": owners}) == set()
    owners[labels(instance="w2", partition="0")] = 1.0
    assert _fired(FRESH | {"contact_state_owner": owners}) == {("ContactTwoOwners", "page")}


def test_a_restart_of_ninety_seconds_does_not_stall() -> None:
    """What an absence takes and what standing still takes are twice as far apart."""
    waits = {(each.name, each.severity): each.wait for each in ALERTS}
    assert waits["ContactWorkerAbsent", "page"] == "150s"
    assert waits["ContactPipelineStalled", "page"] == "180s"
    assert pipeline.PIPELINE_STALLED + pipeline.STALLED_FOR == 2 * pipeline.ABSENT
    assert {each.dashboard for each in ALERTS} == {"https://city.example/d/reachline-pipeline"}
