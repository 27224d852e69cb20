"""Alerts that reach nobody make themselves heard another way."""

import pytest

from streams.sinks.links import Links
from streams.sinks.rules import delivery
from tests.promql import Samples, labels

LINKS = Links(grafana="https://city.example")
FAILING, UNDELIVERED, UNREACHABLE = delivery.alerts(LINKS)
OF_THE_LINE = {"line": "waste", "vendor": "acme", "kind": "no_entry"}


def _workers(alert_on: str, up: dict[tuple[str, str], float], severity: str = "page") -> Samples:
    """Two workers, one of which has an alert open, and which Alertmanagers accept from them."""
    opened = {
        labels(job="reachline", instance=worker, severity=severity, **OF_THE_LINE): float(
            worker == alert_on
        )
        for worker in ("w1", "w2")
    }
    accepted = {
        labels(job="reachline", instance=worker, alertmanager=name): value
        for (worker, name), value in up.items()
    }
    return Samples(0, {"contact_alert_open": opened, "contact_alertmanager_up": accepted})


@pytest.mark.parametrize(
    ("up", "fires"),
    [
        ({("w1", "a"): 1, ("w1", "b"): 1}, False),
        ({("w1", "a"): 0, ("w1", "b"): 1}, False),  # one of them has it
        ({("w1", "a"): 0, ("w1", "b"): 0}, True),
        ({("w1", "a"): 0, ("w2", "a"): 1}, True),  # what the other worker delivers is not this
        ({}, True),  # none is configured: Prometheus is the way
    ],
)
def test_an_open_alert_that_its_worker_can_hand_to_nobody_goes_out_through_prometheus(
    up: dict[tuple[str, str], float], fires: bool
) -> None:
    found = _workers("w1", up).ask(UNDELIVERED.expr)
    assert found == ({labels(**OF_THE_LINE): 1} if fires else {})
    assert _workers("nobody", up).ask(UNDELIVERED.expr) == {}
    assert _workers("w1", up, "notice").ask(UNDELIVERED.expr) == {}  # nobody is to be woken
    assert (UNDELIVERED.severity, UNDELIVERED.keep) == ("page", "5m")
    assert "var-line={{ $labels.line" in UNDELIVERED.dashboard


def test_an_alertmanager_is_unreachable_when_no_worker_reaches_it() -> None:
    some = _workers("w1", {("w1", "a"): 0, ("w2", "a"): 1, ("w1", "b"): 0, ("w2", "b"): 0})
    assert some.ask(UNREACHABLE.expr) == {labels(alertmanager="b"): 0}
    assert UNREACHABLE.severity == "ticket"


def test_a_worker_that_no_alertmanager_accepts_from_is_named() -> None:
    series = {labels(instance="w1"): 1.0, labels(instance="w2"): 0.0}
    found = Samples(0, {"contact_alert_delivery_failing": series}).ask(FAILING.expr)
    assert found == {labels(instance="w1"): 1}
    assert (FAILING.severity, FAILING.wait) == ("ticket", "2m")


def test_the_watchdog_fires_whatever_happens() -> None:
    watchdog = delivery.watchdog(LINKS)
    assert Samples(0).ask(watchdog.expr) == {labels(): 1}
    # For machines, at once: what watches it waits for no silence.
    assert (watchdog.severity, watchdog.wait) == ("none", "")


def test_rules_ask_to_be_generated_again_so_many_seconds_before_they_end() -> None:
    outdated = delivery.outdated(LINKS, "1000000", "5000")
    assert Samples(995_000).ask(outdated.expr) == {}
    assert Samples(995_001).ask(outdated.expr) == {labels(): 4999}
    assert outdated.severity == "ticket"
