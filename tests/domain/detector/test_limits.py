"""The price of a limit: computed exactly, and checked by other ways to the same number."""

from math import exp
from random import Random

import pytest

from streams.domain.detector.chart import Chart
from streams.domain.detector.limits import POINTS_PER_NAT, Points, average_run, limit, points

CONTRACTS = [(0.8, 0.3), (0.6, 0.2), (0.9, 0.3), (0.95, 0.3), (0.5, 0.3), (0.3, 0.3)]


def by_hand(points: Points, limit: int) -> float:
    """The same expectation by following the probability of every score until none is left."""
    rise, fall, bad = points
    at = [1.0] + [0.0] * (limit - 1)
    average = 0.0
    while (alive := sum(at)) > 1e-13:
        average += alive
        then = [0.0] * limit
        for score, share in enumerate(at):
            if score + rise < limit:
                then[score + rise] += share * bad
            then[max(0, score - fall)] += share * (1 - bad)
        at = then
    return average


@pytest.mark.parametrize("target, alternative", CONTRACTS)
@pytest.mark.parametrize("height", [1, 14, 33])
def test_the_average_run_is_what_following_every_score_gives(target, alternative, height):
    counted = points(target, alternative)
    assert average_run(counted, height) == pytest.approx(by_hand(counted, height), rel=1e-9)


def test_one_bad_call_that_pages_takes_one_bad_call():
    assert average_run(Points(13, 10, 0.2), 13) == pytest.approx(5.0)


@pytest.mark.parametrize("target, alternative", CONTRACTS)
@pytest.mark.parametrize("decisions", [1, 100, 36_500, 10_000_000])
def test_a_limit_keeps_its_budget_and_is_the_lowest_that_does(target, alternative, decisions):
    counted = points(target, alternative)
    height = limit(counted, decisions)
    assert average_run(counted, height) >= decisions
    assert height == 1 or average_run(counted, height - 1) < decisions


def test_the_chart_itself_keeps_its_budget():
    """100 false pages of a line exactly at its target, counted: 1,000 decisions apart or more."""
    counted = points(0.8, 0.3)
    height = limit(counted, 1_000)
    chart = Chart.of_a_fall(counted)
    rng = Random(1954)
    decisions = pages = 0
    while pages < 400:
        decisions += 1
        if chart.add(decisions, rng.random() < counted.bad_at_target) >= height:
            pages += 1
            chart.reset()
    # The standard error of the mean of 400 nearly exponential times is 5 %.
    assert decisions / pages == pytest.approx(average_run(counted, height), rel=0.15)
    assert decisions / pages > 1_000


def test_points_are_the_likelihood_ratio_of_a_decision():
    for target, alternative in CONTRACTS:
        rise, fall, bad = points(target, alternative)
        alternative = min(alternative, target / 2)
        assert exp(rise / POINTS_PER_NAT) == pytest.approx((1 - alternative) / bad, rel=0.06)
        assert exp(fall / POINTS_PER_NAT) == pytest.approx(target / alternative, rel=0.06)


@pytest.mark.parametrize("target", [0.0, 0.01, 0.999, 1.0])
def test_even_an_absurd_target_has_a_test(target):
    rise, fall, bad = points(target, 0.3)
    assert rise >= 1 and fall >= 1 and 0 < bad < 1


def test_a_chart_remembers_since_when_it_climbs():
    chart = Chart(13, 10)
    for at, bad in enumerate([True, False, False, False, True, True, False, True]):
        chart.add(at, bad)
    assert (chart.since, chart.decided, chart.climbs, chart.score) == (4, 4, 3, 29)
