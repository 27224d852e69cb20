"""A vendor's period is being lost, or is lost: tickets, while enough was heard to say so."""

import pytest

from streams.sinks.links import Links
from streams.sinks.rules import vendors
from tests.promql import Samples, labels

BURNING, SPENT = vendors.alerts(Links(grafana="https://city.example"))
OF = {"vendor": "acme", "contract": "paid", "measure": "in-time", "line": ""}
PERIOD = labels(**OF)
END = 1_790_000_000.0


def _month(left: float, lost: float | None, heard: float = 1.0) -> Samples:
    """A vendor's month as two workers export it; the figures of the second are somewhat older."""
    of = [labels(**OF, instance=worker) for worker in ("a", "b")]
    series = {
        "contact_vendor_period_misses_left": {of[0]: left, of[1]: left - 1},
        "contact_vendor_period_end_timestamp_seconds": dict.fromkeys(of, END),
        "contact_vendor_period_heard_ratio": dict.fromkeys(of, heard),
    }
    if lost is not None:
        series["contact_vendor_period_lost_timestamp_seconds"] = dict.fromkeys(of, lost)
    return Samples(END - 86_400, series)


@pytest.mark.parametrize(
    ("left", "lost", "burns", "is_spent"),
    [
        (40, None, False, False),  # it will not be lost
        (40, END - 1, True, False),
        (40, END, False, False),  # not within the period
        (1, END - 1, True, False),
        (0, END - 1, False, True),  # there is nothing left to burn
        (-3, None, False, True),
    ],
)
def test_a_budget_burns_while_there_is_some_left_and_then_is_spent(
    left: float, lost: float | None, burns: bool, is_spent: bool
) -> None:
    month = _month(left, lost)
    assert (month.ask(BURNING.expr) == {PERIOD: lost}) is burns
    assert (month.ask(SPENT.expr) == {PERIOD: left}) is is_spent


@pytest.mark.parametrize(("heard", "says"), [(0.95, True), (0.949, False)])
def test_nobody_is_told_where_too_little_was_heard_to_know(heard: float, says: bool) -> None:
    assert bool(_month(40, END - 1, heard).ask(BURNING.expr)) is says
    assert bool(_month(0, None, heard).ask(SPENT.expr)) is says


def test_nobody_is_woken_for_a_percentage_of_the_month() -> None:
    assert {alert.severity for alert in (BURNING, SPENT)} == {"ticket"}
    assert (BURNING.name, SPENT.name) == ("ContactVendorBudgetBurning", "ContactVendorBudgetSpent")
    # One bad hour is no forecast; what is spent is spent.
    assert (BURNING.wait, SPENT.wait) == ("2h", "15m")
    for alert in (BURNING, SPENT):
        assert alert.dashboard == (
            "https://city.example/d/reachline-vendor?var-vendor={{ $labels.vendor | urlquery }}"
        )
