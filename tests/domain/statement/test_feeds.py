"""Which feed was silent, and which results that takes away: a line's own, the queue's, or all.

Three lines of one vendor that are open from 9 to 17 on the 22 working days of March 2026. One of
them, or the queue of them all, stops being told; the others go on as if nothing were the matter.
"""

import pytest

from streams.domain.books import INTERVAL
from streams.domain.instants import parse
from streams.domain.statement import Statement, feeds, reach
from streams.domain.statement import parse as period
from streams.domain.statement.heard import Hours
from streams.domain.statement.judging import Result
from streams.domain.statement.silences import Silence
from streams.domain.tally import Tally
from tests.statements import Booked, plan

CONTRACT = """
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
    malus = { per_point = 1000 }
    [[contract.measure]]
    id = "reached"
    figure = "reachability"
    target = 0.99
    malus = { per_point = 100 }
    [[contract.measure]]
    id = "hung-up"
    figure = "abandonment"
    target = 0.05
    scope = "pooled"
    [[contract.measure]]
    id = "asa"
    figure = "average_speed_of_answer"
    target = 20
    scope = "pooled"
"""
OFFICE = '[[hours]]\nid = "office"\nmon-fri = "09:00-17:00"\n'
LINES = ("waste", "desk", "moving")
OPEN = 704
MONTH_END = "2026-04-01T00:00:00+02:00"


def _lines(expected: int | None) -> str:
    forecast = "" if expected is None else f"expected_per_hour = {expected}\n"
    return OFFICE + "".join(
        f'[[line]]\nid = "{line}"\nvendor = "acme"\nhours = "office"\n{forecast}' for line in LINES
    )


def _booked(expected: int | None = 20, per_quarter: int = 5) -> Booked:
    """So many calls in every open quarter-hour of each line, one of five too late."""
    booked = Booked(plan(CONTRACT, _lines(expected)))
    since, until = reach(booked.plan, period("2026-03"))
    for line in LINES:
        for start in range(since, until, INTERVAL):
            terms = booked.plan.terms(line, start)
            if terms is not None and terms.open:
                booked.at(line, start, answered=per_quarter - 1, late=1)
    return booked


def _silent(booked: Booked, line: str, since: str, until: str) -> Booked:
    """As if nothing had been heard of a line from one instant to another."""
    for scope, start in list(booked.intervals):
        if scope == f"line:{line}" and parse(since) <= start < parse(until):
            del booked.intervals[scope, start]
    return booked


def _queue_silent(
    booked: Booked, since: str, until: str, but: frozenset[int] = frozenset()
) -> None:
    """As if the calls had begun and ended, and nobody had been seen to queue."""
    for (scope, start), tally in list(booked.intervals.items()):
        if parse(since) <= start < parse(until) and start not in but:
            calls = tally["line_offered"]
            booked.intervals[scope, start] = Tally.of(
                contacts=calls, line_offered=calls, left_before_queue=calls, reach_judged=calls
            )


def _by_measure(found: Statement) -> dict[tuple[str, str | None], Result]:
    return {(each.measure.id, each.line): each for each in found.results}


# ---------------------------------------------------------------- one line


def test_a_line_that_is_silent_alone_is_told_and_loses_its_own_results() -> None:
    booked = _silent(_booked(), "waste", "2026-03-05T00:00:00+01:00", MONTH_END)
    found = booked.of("acme", "2026-03")
    missing = 19 * 32
    assert found.heard.lines == {
        "waste": Hours(OPEN, OPEN - missing, OPEN - missing),
        "desk": Hours(OPEN, OPEN, OPEN),
        "moving": Hours(OPEN, OPEN, OPEN),
    }
    begin, end = parse("2026-03-05T09:00:00+01:00"), parse("2026-03-31T17:00:00+02:00")
    assert found.heard.silences == (Silence(begin, end, missing, line="waste"),)
    assert found.heard.total == Hours(OPEN, OPEN, OPEN)  # some line was heard all the time
    assert not found.complete

    enough = {which: each.hours.enough for which, each in _by_measure(found).items()}
    assert not enough["in-time", "waste"] and not enough["reached", "waste"]
    assert enough["in-time", "desk"] and enough["reached", "moving"]
    # In a pool it counts by its share: two of three lines and some days are no 95 %.
    pooled = _by_measure(found)["hung-up", None].hours
    assert pooled == Hours(3 * OPEN, 3 * OPEN - missing, 3 * OPEN - missing)
    assert not pooled.enough


def test_a_line_that_is_silent_for_a_day_loses_no_month() -> None:
    booked = _booked()
    _silent(booked, "waste", "2026-03-10T00:00:00+01:00", "2026-03-11T00:00:00+01:00")
    found = booked.of("acme", "2026-03")
    assert found.heard.lines["waste"].heard == OPEN - 32
    assert found.complete and len(found.heard.silences) == 1


@pytest.mark.parametrize(("quarters", "told"), [(5, 0), (6, 6)])
def test_a_line_is_silent_when_thirty_calls_should_have_come(quarters: int, told: int) -> None:
    """By a forecast of twenty an hour, five in a quarter."""
    booked = _booked()
    begin = parse("2026-03-10T10:00:00+01:00")
    for start in range(begin, begin + quarters * INTERVAL, INTERVAL):
        del booked.intervals["line:waste", start]
    assert booked.of("acme", "2026-03").heard.lines["waste"].heard == OPEN - told


def test_a_forecast_three_times_too_high_makes_no_silence_of_pauses() -> None:
    """Twelve an hour are said to come, four do: at every full hour, and none at noon."""
    booked = _booked(expected=12)
    for scope, start in list(booked.intervals):
        if scope == "line:waste" and (start % (4 * INTERVAL) or (start // INTERVAL) % 96 == 44):
            del booked.intervals[scope, start]
    found = booked.of("acme", "2026-03")
    assert found.heard.lines["waste"].heard == OPEN and found.heard.silences == ()


def test_a_line_without_a_forecast_may_have_no_calls() -> None:
    booked = _silent(_booked(expected=None), "waste", "2026-03-05T00:00:00+01:00", MONTH_END)
    found = booked.of("acme", "2026-03")
    assert found.heard.lines["waste"] == Hours(OPEN, OPEN, OPEN - 19 * 32)
    assert found.complete


def test_what_all_lines_missed_is_told_once() -> None:
    """Waste from the 10th, and the others with it on the 12th."""
    booked = _silent(_booked(), "waste", "2026-03-10T00:00:00+01:00", "2026-03-14T00:00:00+01:00")
    for scope, start in list(booked.intervals):
        if parse("2026-03-12T00:00:00+01:00") <= start < parse("2026-03-13T00:00:00+01:00"):
            del booked.intervals[scope, start]
    found = booked.of("acme", "2026-03")
    told = {each.line: each.quarter_hours for each in found.heard.silences}
    assert told == {"waste": 3 * 32, None: 32}
    assert found.heard.lines["waste"].heard == OPEN - 4 * 32
    assert found.heard.lines["desk"].heard == OPEN - 32


def test_what_the_contract_leaves_out_of_a_line_is_no_silence_of_it() -> None:
    cut = (
        '[[contract.exclusion]]\nid = "cut"\nkind = "event"\nreason = "agreed"\nlines = ["waste"]\n'
        "from = 2026-03-10T09:00:00+01:00\nuntil = 2026-03-12T17:00:00+01:00\n"
    )
    booked = _booked()
    agreed = Booked(plan(CONTRACT + cut, _lines(20)))
    agreed.intervals = booked.intervals
    _silent(agreed, "waste", "2026-03-10T00:00:00+01:00", "2026-03-13T00:00:00+01:00")
    found = agreed.of("acme", "2026-03")
    assert found.complete and found.heard.silences == ()
    assert found.heard.lines["waste"] == Hours(OPEN - 96, OPEN - 96, OPEN - 96)


# ---------------------------------------------------------------- the queue


@pytest.mark.parametrize("expected", [None, 20])
def test_without_queue_events_no_figure_of_the_queued_is_judged(expected: int | None) -> None:
    """Calls begin and end as ever from the 10th on, and nobody is seen to queue."""
    booked = _booked(expected)
    _queue_silent(booked, "2026-03-10T00:00:00+01:00", MONTH_END)
    found = booked.of("acme", "2026-03")
    assert not found.complete
    missing = 16 * 32
    for (measure, line), result in _by_measure(found).items():
        lines = 1 if line else 3
        heard = OPEN * lines if measure == "reached" else (OPEN - missing) * lines
        assert result.hours == Hours(OPEN * lines, heard, OPEN * lines), (measure, line)
    begin, end = parse("2026-03-10T09:00:00+01:00"), parse("2026-03-31T17:00:00+02:00")
    assert found.heard.silences == (Silence(begin, end, missing, queue=True),)
    assert found.heard.lines["desk"] == found.heard.total == Hours(OPEN, OPEN, OPEN)


def test_a_queue_that_is_not_told_for_an_hour_is_told_of_and_moves_no_verdict() -> None:
    booked = _booked()
    _queue_silent(booked, "2026-03-10T10:00:00+01:00", "2026-03-10T11:00:00+01:00")
    found = booked.of("acme", "2026-03")
    assert [each.quarter_hours for each in found.heard.silences] == [4]
    assert _by_measure(found)["in-time", "desk"].hours.heard == OPEN - 4
    assert found.complete


@pytest.mark.parametrize("count", ["closed", "blocked", "form", "callback", "overflowed"])
def test_who_was_turned_away_before_the_queue_misses_no_queue_event(count: str) -> None:
    """A day on which every call is refused: its end says so, and nothing was to be heard of a
    queue. A vendor who refuses calls does not escape the month's verdict by it."""
    booked = _booked()
    for (scope, start), tally in list(booked.intervals.items()):
        if parse("2026-03-10T00:00:00+01:00") <= start < parse("2026-03-14T00:00:00+01:00"):
            calls = tally["line_offered"]
            booked.intervals[scope, start] = Tally.of(
                **{"contacts": calls, "line_offered": calls, count: calls}
            )
    found = booked.of("acme", "2026-03")
    assert found.complete and found.heard.silences == ()


def test_at_night_they_hang_up_on_a_recorded_message() -> None:
    """Always open; by day they queue, at night a voice says when to call again."""
    lines = '[[line]]\nid = "waste"\nvendor = "acme"\n'
    booked = Booked(plan(CONTRACT, lines))
    since, until = reach(booked.plan, period("2026-02"))
    for place, start in enumerate(range(since, until, INTERVAL)):
        if 36 <= place % 96 < 68:
            booked.at("waste", start, answered=10)
        else:
            booked.intervals["line:waste", start] = Tally.of(line_offered=3, left_before_queue=3)
    found = booked.of("acme", "2026-02")
    assert found.complete and found.heard.silences == ()


@pytest.mark.parametrize(("late", "told"), [(1, 0), (4, 4)])
def test_a_desk_that_opens_late_was_not_silent_all_night(late: int, told: int) -> None:
    """Always open, called by day; who calls before anybody is there hears so and hangs up. Of an
    hour of that nothing can be told, of the night before there was nothing to be told."""
    booked = Booked(plan(CONTRACT, '[[line]]\nid = "waste"\nvendor = "acme"\n'))
    since, until = reach(booked.plan, period("2026-02"))
    opens = parse("2026-02-10T09:00:00+01:00")
    for place, start in enumerate(range(since, until, INTERVAL)):
        if opens <= start < opens + late * INTERVAL:
            booked.intervals["line:waste", start] = Tally.of(line_offered=20, left_before_queue=20)
        elif 36 <= place % 96 < 68:
            booked.at("waste", start, answered=20)
        else:
            booked.intervals["line:waste", start] = Tally.of(line_offered=1, left_before_queue=1)
    found = booked.of("acme", "2026-02")
    assert sum(each.quarter_hours for each in found.heard.silences) == told


def test_two_of_the_queue_s_fortnights_do_not_pass_each_other_off_as_usual() -> None:
    booked = _booked()
    alone = parse("2026-03-16T12:00:00+01:00")
    _queue_silent(booked, "2026-03-03T00:00:00+01:00", MONTH_END, frozenset({alone}))
    hours = _by_measure(booked.of("acme", "2026-03"))["in-time", "desk"].hours
    assert hours.heard == 32 + 1


# ---------------------------------------------------------------- what it costs


@pytest.mark.parametrize("expected", [None, pytest.param(20, marks=pytest.mark.slow)])
def test_a_year_of_short_pauses_compares_each_with_its_like_alone(
    expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second quarter-hour without a call, four thousand stretches: each with the hours of its
    weekday and of any day, some four hundred, and not with all 8,760. That took four seconds."""
    compared: list[int] = []
    monkeypatch.setattr(feeds, "median", lambda hours: compared.append(len(hours)) or 0)
    agreed = plan(CONTRACT, _lines(expected))
    booked = Booked(agreed)
    since, until = reach(agreed, period("2026"))
    for start in range(since, until, 2 * INTERVAL):
        for line in LINES:
            booked.intervals[f"line:{line}", start] = Tally.of(line_offered=1, queue_offered=1)
    booked.of("acme", "2026")
    assert sum(compared) < 5_000_000
