"""What is usual at an hour of the week, and from when on."""

import json

import pytest

from streams.domain.detector.usual import DAYS_LEARNT, SHARE_UNTIL_LEARNT, Usual, so_far
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from tests.domain.watching import local_hours
from tests.stories import at

MONDAY = at("0:00", "2026-11-02")


def learnt(days: int, an_hour: int = 20, bad: int = 1, usual: Usual | None = None,
           first: int = 0) -> Usual:  # fmt: skip
    """Days from eight to six, with so many contacts an hour, of whom ``bad`` come into no queue."""
    found = usual or Usual(local_hours())
    for day in range(first, first + days):
        for hour in range(8, 18):
            for n in range(an_hour):
                found.came(MONDAY + day * DAY + hour * HOUR + n * MINUTE, n < bad)
    found.came(MONDAY + (first + days) * DAY, False)
    return found


def test_nothing_is_known_before_seven_days() -> None:
    usual = learnt(6)
    assert not usual.known
    assert usual.share(MONDAY + 9 * HOUR) == SHARE_UNTIL_LEARNT
    assert usual.rate(MONDAY + 9 * HOUR) is None
    assert learnt(7).known


def test_until_then_the_plan_s_forecast_is_taken() -> None:
    assert Usual(local_hours(), lambda instant: 17.0).rate(MONDAY) == 17.0


def test_rates_and_shares_come_from_the_days() -> None:
    usual = learnt(28)
    ten = MONDAY + 28 * DAY + 10 * HOUR
    assert usual.rate(ten) == pytest.approx(20)
    assert usual.rate(ten + 10 * HOUR) == 0
    assert usual.share(ten) == pytest.approx(0.05, abs=0.002)
    assert usual.per_day() == pytest.approx(200, abs=1)


def test_an_hour_of_the_week_is_shrunk_with_forty_contacts() -> None:
    """Of Monday's ten o'clock 30 % of eighty come in nowhere, of all others 5 %."""
    usual = Usual(local_hours())
    for day in range(28):
        for hour in range(8, 18):
            bad = 6 if day % 7 == 0 and hour == 10 else 1
            for n in range(20):
                usual.came(MONDAY + day * DAY + hour * HOUR + n * MINUTE, n < bad)
    usual.came(MONDAY + 28 * DAY, False)
    monday = MONDAY + 28 * DAY + 10 * HOUR
    assert 0.2 < usual.share(monday) < 0.3
    assert usual.share(monday + DAY) == pytest.approx(0.05, abs=0.01)
    few = learnt(7, an_hour=1, bad=0)
    assert few.share(monday) > 0  # no hour of seven contacts shows that nothing ever goes wrong


def test_a_day_with_a_page_is_left_out() -> None:
    usual = learnt(10)
    bad_day = MONDAY + 10 * DAY + 9 * HOUR
    for n in range(100):
        usual.came(bad_day + n * SECOND, True)
    usual.page(bad_day + 200 * SECOND)
    usual.came(MONDAY + 11 * DAY, False)
    assert usual.share(bad_day + 7 * DAY) < 0.06
    assert usual.days == 10


def test_old_days_are_left_behind() -> None:
    usual = learnt(DAYS_LEARNT + 20)
    assert usual.days == DAYS_LEARNT
    assert len(usual.state()[2]) == DAYS_LEARNT


def test_a_new_level_is_learnt_from_the_third_day_after_a_dated_change() -> None:
    """A new menu, which makes a third hang up: two days page, then it is usual."""
    change = MONDAY + 14 * DAY + MINUTE
    usual = Usual(local_hours(), changes=[change])
    learnt(15, usual=usual)
    for day in (15, 16):
        learnt(1, bad=7, usual=usual, first=day)
        usual.page(MONDAY + day * DAY + 23 * HOUR) if usual.day == day else None
    ten = MONDAY + 17 * DAY + 10 * HOUR
    assert usual.days == 2  # and not known until seven are: as if it had just begun
    learnt(6, bad=7, usual=usual, first=17)
    assert usual.share(ten + 7 * DAY) == pytest.approx(0.35, abs=0.05)


def bad_days(usual: Usual, *days: int) -> None:
    """Days of a new menu, at which a third hangs up; each of them pages."""
    for day in days:
        for n in range(200):
            usual.came(MONDAY + day * DAY + 9 * HOUR + n * SECOND, n % 3 == 0)
        usual.page(MONDAY + day * DAY + 10 * HOUR)


def test_what_an_operator_accepts_is_usual_from_the_next_day_on_though_it_paged() -> None:
    nine = MONDAY + 16 * DAY + 9 * HOUR
    usual = Usual(local_hours(), relearns=[MONDAY + 15 * DAY + 11 * HOUR])
    learnt(14, usual=usual)
    bad_days(usual, 14, 15)
    assert usual.share(nine) < 0.06  # nothing that is usual changes within a day
    usual.came(MONDAY + 16 * DAY, False)
    assert usual.share(nine) == pytest.approx(1 / 3, abs=0.05)
    assert usual.rate(nine) == pytest.approx(learnt(14).rate(nine), rel=0.01)
    # A later outage is none of it, and whoever goes on from what is stored knows the same.
    bad_days(usual, 16)
    usual.came(MONDAY + 17 * DAY, False)
    again = Usual(local_hours(), relearns=[MONDAY + 15 * DAY + 11 * HOUR])
    again.restore(usual.state())
    again.restore_today(usual.today())
    for hour in range(0, 24 * 7, 5):
        at = MONDAY + 21 * DAY + hour * HOUR
        assert again.share(at) == usual.share(at)
    quiet = Usual(local_hours(), relearns=[MONDAY + 15 * DAY])
    learnt(14, usual=quiet)
    quiet.came(MONDAY + 20 * DAY, False)
    assert quiet.share(nine) < 0.06, "of days on which nobody called nothing is learnt"


def test_without_a_dated_change_two_bad_days_are_no_new_level() -> None:
    usual = learnt(14)
    for day in (14, 15):
        for n in range(200):
            usual.came(MONDAY + day * DAY + 9 * HOUR + n * SECOND, n % 3 == 0)
        usual.page(MONDAY + day * DAY + 10 * HOUR)
    usual.came(MONDAY + 16 * DAY, False)
    assert usual.share(MONDAY + 16 * DAY + 9 * HOUR) < 0.06


def test_answers_are_learnt_while_somebody_waits_too_long() -> None:
    usual = Usual(local_hours())
    for day in range(7):
        begin = MONDAY + day * DAY + 9 * HOUR
        for n in range(60):
            usual.came(begin + n * MINUTE, False)
            usual.waited(begin + n * MINUTE, begin + n * MINUTE + 30 * SECOND, 3)
            usual.answered(begin + n * MINUTE + 30 * SECOND, 50 * SECOND, True)
    usual.came(MONDAY + 7 * DAY, False)
    upon = usual.answering(MONDAY + 7 * DAY + 9 * HOUR)
    assert upon is not None
    assert upon.per_second == pytest.approx(1 / 30, rel=0.01)
    assert upon.talking == pytest.approx(3, rel=0.01)
    assert usual.answers_a_day() == 60


def test_the_longest_usual_wait_is_that_of_all_but_one_in_two_hundred() -> None:
    usual = Usual(local_hours())
    for day in range(8):
        for n in range(200):
            usual.answered(MONDAY + day * DAY + n * MINUTE, n * 10 * SECOND, False)
    usual.came(MONDAY + 8 * DAY, False)
    assert usual.longest_wait == pytest.approx(1980 * SECOND, abs=20 * SECOND)
    assert learnt(8).longest_wait is None


def test_what_is_usual_so_far_follows_the_hours() -> None:
    usual = learnt(14)
    midnight = MONDAY + 14 * DAY
    assert so_far(usual, midnight, midnight + 10 * HOUR + 30 * MINUTE) == pytest.approx(50, abs=1)


def test_it_goes_on_from_what_is_stored() -> None:
    usual = learnt(20)
    again = Usual(local_hours())
    again.restore(json.loads(json.dumps(usual.state())))
    again.restore_today(json.loads(json.dumps(usual.today())))
    assert again.state() == usual.state() and again.today() == usual.today()
    ten = MONDAY + 20 * DAY + 10 * HOUR
    assert again.share(ten) == usual.share(ten) and again.rate(ten) == usual.rate(ten)
    assert len(json.dumps(usual.state())) < 28 * 24 * 40


def test_another_form_of_it_is_left_behind() -> None:
    usual = Usual(local_hours())
    usual.restore([99, 0, []])
    assert usual.days == 0


def test_a_line_that_is_not_known_is_taken_for_one_of_twenty_an_hour_and_doubles() -> None:
    usual = Usual(local_hours())
    assert usual.busy_day() == 200
    for n in range(450):
        usual.came(MONDAY + n * SECOND, False)
    assert usual.busy_day() == 800
    usual.came(MONDAY + DAY, False)
    assert usual.busy_day() == 800  # a quiet day after it makes it no quieter
    assert learnt(8).busy_day() == pytest.approx(200, abs=1)
