"""Where everything stands in a statement's two plots; both say in words what they show."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from streams.sinks.statement import plots
from streams.sinks.statement.objects import Content
from streams.sinks.statement.result_objects import Count, Result
from streams.sinks.statement.writing import Writing
from tests.sinks.statement import october

W = Writing("en", "UTC")
MADE = october.made(october.booked()).object
IN_TIME, ASA = (
    next(each for each in MADE.results if each.figure == figure)
    for figure in ("service_level", "average_speed_of_answer")
)
DAY = dict.fromkeys(next(iter(MADE.days.values())), 0)


def _content(*results: Result, days: Mapping[str, Mapping[str, int]] | int = 3) -> Content:
    """A statement of so many days of November, or of the visits of these."""
    if isinstance(days, int):
        days = {f"2026-11-{day:02}": {} for day in range(1, days + 1)}
    counted = {day: DAY | {**counts} for day, counts in days.items()}
    return replace(MADE, results=list(results), days=counted)


def _result(of: Result, *values: float | None, **more: Any) -> Result:
    """Its value of each day from the 1st on; None for a day without a call."""
    days = {
        f"2026-11-{day:02}": Count(part=0, whole=0, value=value)
        for day, value in enumerate(values, 1)
    }
    return replace(of, days=days, **more)


def _figures(*results: Result, days: int = 3) -> plots.Figures:
    found = plots.figures(_content(*results, days=days), W)
    assert found is not None
    return found


def test_where_nothing_was_judged_there_is_no_plot() -> None:
    assert plots.figures(_content(), W) is None


def test_a_dot_is_at_its_day_and_as_high_as_its_value() -> None:
    (panel,) = _figures(_result(IN_TIME, 1.0, 0.75, 0.5)).panels
    lowest, highest = panel.ticks
    assert (lowest.label, highest.label) == ("50\N{NO-BREAK SPACE}%", "100\N{NO-BREAK SPACE}%")
    assert [dot.y for dot in panel.dots] == [highest.y, (highest.y + lowest.y) / 2, lowest.y]
    assert panel.target_y == pytest.approx(highest.y + 0.4 * (lowest.y - highest.y), abs=0.05)
    third = (panel.right - panel.left) / 3
    assert [dot.x for dot in panel.dots] == pytest.approx(
        [panel.left + third / 2, panel.left + 1.5 * third, panel.right - third / 2], abs=0.05
    )
    assert panel.path == " ".join(f"{dot.x},{dot.y}" for dot in panel.dots)


def test_a_day_misses_on_the_wrong_side_of_the_target_and_not_upon_it() -> None:
    (panel,) = _figures(_result(IN_TIME, 0.79, 0.8, 0.81)).panels
    assert [dot.missed for dot in panel.dots] == [True, False, False]
    (panel,) = _figures(_result(ASA, 29, 30, 31)).panels
    assert [dot.missed for dot in panel.dots] == [False, False, True]


def test_a_day_without_a_call_has_no_dot_and_keeps_its_place() -> None:
    found = _figures(_result(IN_TIME, 0.9, None, 0.9), days=4)
    (panel,) = found.panels
    days = {mark.x: mark.label for mark in found.days}
    assert [days[dot.x] for dot in panel.dots] == ["1", "3"]
    assert [mark.label for mark in found.days] == ["1", "2", "3", "4"]
    assert {mark.y for mark in found.days} == {found.height - 6}


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([0.8], "80", "90"),
        ([0.8, 0.75], "70", "80"),
        ([0.8, 0.901], "80", "100"),
        ([0.0, 1.0], "0", "100"),
        ([1.0], "80", "100"),
        ([], "80", "90"),
    ],
)
def test_a_panel_shows_all_values_and_the_target_between_round_numbers(
    values: list[float], low: str, high: str
) -> None:
    (panel,) = _figures(_result(IN_TIME, *values)).panels
    shown = [tick.label.removesuffix("\N{NO-BREAK SPACE}%") for tick in panel.ticks]
    assert shown == [low, high]


@pytest.mark.parametrize(
    ("longest", "high"), [(3, 50), (50, 50), (51, 100), (101, 200), (999, 1000), (1001, 2000)]
)
def test_seconds_begin_at_none_and_end_at_a_round_number(longest: int, high: int) -> None:
    (panel,) = _figures(_result(ASA, longest, target=35)).panels
    lowest, highest = panel.ticks
    assert lowest.label == "0\N{NO-BREAK SPACE}s"
    assert highest.label == f"{W.number(high)}\N{NO-BREAK SPACE}s"


def test_each_line_has_a_panel_below_the_last_by_its_name_six_at_most() -> None:
    lines = ["waste", "migration", "gone", "d", "e", "f", "g"]
    found = _figures(*(_result(IN_TIME, 0.9, line=line) for line in lines))
    assert [panel.name for panel in found.panels] == ["Waste <&>", "migration", "gone", *"def"]
    tops = [panel.name_y for panel in found.panels]
    assert {below - above for above, below in pairwise(tops)} == {92}
    for panel in found.panels:
        (low, high) = panel.ticks
        assert panel.name_y < high.y < low.y < panel.name_y + 92
    assert found.height > found.panels[-1].ticks[0].y
    assert _figures(_result(IN_TIME, 0.9)).panels[0].name == "all lines"


def test_only_the_first_measure_is_drawn_all_its_periods_in_one() -> None:
    later = Count(part=0, whole=0, value=0.7)
    found = _figures(
        _result(IN_TIME, 0.9),
        replace(IN_TIME, days={"2026-11-02": later, "2026-12-01": later}),
        _result(ASA, 40),
        _result(IN_TIME, 0.1, measure="another"),
        _result(IN_TIME, 0.1, contract="another"),
    )
    (panel,) = found.panels
    assert len(panel.dots) == 2, "and a day of another month is none of this plot"
    assert (found.figure, found.title) == ("service_level", "Service level per day")


def test_words_say_the_lowest_the_highest_and_the_target() -> None:
    found = _figures(_result(IN_TIME, 0.9, 0.5, None), _result(IN_TIME, None, line="waste"))
    assert found.described.replace("\N{NO-BREAK SPACE}", " ") == (
        "all lines: lowest 50.00 % on 2026-11-02, highest 90.00 % on 2026-11-01; target 80.00 % "
        "Waste <&>: no call."
    )


def _bars(**days: Mapping[str, int]) -> plots.Bars:
    return plots.volumes(
        _content(days={f"2026-11-{day.removeprefix('of_')}": of for day, of in days.items()}), W
    )


def test_a_day_is_a_stack_of_answered_hung_up_and_the_rest() -> None:
    found = _bars(
        of_01={"line_offered": 100, "answered": 50, "abandoned": 10, "short_abandoned": 5}
        | {"left_before_queue": 5, "lost": 30}
    )
    sizes = {bar.kind: (float(bar.y), float(bar.height)) for bar in found.bars}
    none, most = found.ticks
    tall = none.y - most.y
    assert (none.label, most.label) == ("0", "100")
    assert list(sizes) == ["answered", "gave_up", "other"]
    assert [height / tall for _, height in sizes.values()] == pytest.approx(
        [0.5, 0.2, 0.3], abs=0.001
    )
    assert sizes["answered"][0] + sizes["answered"][1] == none.y
    assert sizes["other"][0] == most.y
    assert [key.kind for key in found.legend] == list(sizes)
    (bar, *_), (day,) = found.bars, found.days
    assert day.x == (none.left + none.right) / 2
    assert float(bar.width) == pytest.approx(0.7 * (none.right - none.left), abs=0.1)
    assert none.y < day.y < found.height, "the days stand below the bars, on the plot"


def test_what_a_day_has_none_of_has_no_bar_and_the_busiest_day_is_named() -> None:
    found = _bars(
        of_01={"line_offered": 1200, "answered": 1200},
        of_02={},
        of_03={"line_offered": 30, "abandoned": 30},
    )
    assert [bar.kind for bar in found.bars] == ["answered", "gave_up"]
    assert found.described == "1,230 calls in the period, most on 2026-11-01: 1,200"
    assert [tick.label for tick in found.ticks] == ["0", "2,000"]
    first, _, third = found.days
    for bar, mark in zip(found.bars, (first, third), strict=True):
        assert bar.x + float(bar.width) / 2 == pytest.approx(mark.x, abs=0.11)
        assert float(bar.width) < third.x - first.x


def test_labels_of_the_legend_do_not_touch() -> None:
    legend = _bars(of_01={}).legend
    assert [key.label for key in legend] == ["Answered", "Hung up", "Other"]
    for key, following in pairwise(legend):
        assert following.x >= key.x + 30 + 7 * len(key.label) > key.x


def test_a_period_without_a_day_is_an_empty_plot() -> None:
    found = plots.volumes(_content(days={}), W)
    assert found.bars == found.days == [] and found.ticks[1].label == "1"


def test_more_days_than_a_month_are_marked_by_their_months() -> None:
    days = [f"2026-{month}-{day:02}" for month in ("10", "11") for day in range(1, 31)]
    found = plots.volumes(_content(days={day: {} for day in days}), W)
    assert [mark.label for mark in found.days] == ["2026-10", "2026-11"]
    (first, second) = found.days
    assert second.x - first.x == pytest.approx(628 / 2, abs=0.1)
    for most, marks in ((31, 31), (32, 2)):
        some = plots.volumes(_content(days={day: {} for day in days[:most]}), W)
        assert len(some.days) == marks


def test_a_bar_can_be_seen_however_many_days_there_are() -> None:
    days = {f"{day:08}-01": {"line_offered": 1, "answered": 1} for day in range(2000)}
    assert {bar.width for bar in plots.volumes(_content(days=days), W).bars} == {"1.0"}


def test_all_that_hung_up_before_an_answer_gave_up() -> None:
    of = DAY | {"abandoned": 1, "short_abandoned": 2, "left_before_queue": 4, "blocked": 8}
    assert plots.gave_up(of) == 7
