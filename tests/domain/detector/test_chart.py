"""A chart climbs with what it watches for, sinks with the rest, and remembers when it began to."""

from streams.domain.detector.chart import Chart
from streams.domain.detector.limits import Points


def test_it_climbs_from_the_first_bad_call_and_says_how_many_came() -> None:
    chart = Chart(rise=5, fall=2)
    assert [chart.add(at, climb) for at, climb in ((10, True), (11, False), (12, True))] == [
        5,
        3,
        8,
    ]
    assert (chart.since, chart.decided, chart.climbs) == (10, 3, 2)


def test_back_at_nothing_the_next_bad_call_is_a_new_beginning() -> None:
    chart = Chart(rise=5, fall=5)
    chart.add(10, True)
    assert chart.add(11, False) == 0
    assert (chart.since, chart.decided, chart.climbs) == (0, 0, 0)
    chart.add(20, True)
    assert chart.since == 20


def test_good_calls_do_not_build_up_a_credit() -> None:
    chart = Chart(rise=5, fall=2)
    for at in range(100):
        assert chart.add(at, False) == 0
    assert chart.add(100, True) == 5


def test_a_recovery_is_the_same_ratio_the_other_way_round() -> None:
    points = Points(rise=7, fall=3, bad_at_target=0.2)
    fall, recovery = Chart.of_a_fall(points), Chart.of_a_recovery(points)
    assert (fall.rise, fall.fall) == (recovery.fall, recovery.rise) == (7, 3)


def test_it_goes_on_where_it_was_stored() -> None:
    chart, other = Chart(5, 2), Chart(5, 2)
    for at in range(5):
        chart.add(at, at % 2 == 0)
    other.restore(chart.state())
    assert other.add(9, True) == chart.add(9, True)
    assert other.state() == chart.state()
