"""One figure of one line under watch: when its alert opens, what it says, when it is over."""

import json
from collections.abc import Iterable

import pytest

from streams.domain.detector import AlertChange
from streams.domain.detector.watch import ClosesAt, Watch
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND

NINE = 9 * HOUR  # of the first day


def watch(
    target: float = 0.8,
    budget: float = 0.5,
    expected: float | None = 18_250,
    closes_at: ClosesAt = lambda at: None,
) -> Watch:
    """Of a line with twenty calls an hour and half a false page per quarter."""
    return Watch("waste", "service_level", target, 0.3, budget, expected, closes_at)


def every_minute(outcomes: str, start: int = NINE) -> list[tuple[int, bool]]:
    """One decision a minute: ``+`` good, ``-`` bad."""
    return [(start + n * MINUTE, sign == "+") for n, sign in enumerate(outcomes)]


def fed(of: Watch, decisions: Iterable[tuple[int, bool]]) -> list[AlertChange]:
    return [change for at, good in decisions for change in of.feed(at, good)]


def brief(changes: list[AlertChange]) -> list[tuple[str, int]]:
    """What happened, at which minute after nine; updates left out."""
    return [(c.change, (c.at - NINE) // MINUTE) for c in changes if c.change != "updated"]


def test_a_line_that_nobody_answers_pages_after_eight_people() -> None:
    # 36,500 decisions between false pages: 95 points, 13 for each bad one.
    changes = fed(watch(), every_minute("++++++++" + "--------"))
    assert brief(changes) == [("opened", 15)]
    alert = changes[0].alert
    assert alert.since == NINE + 8 * MINUTE
    assert (alert.people, alert.decided, alert.figure, alert.target) == (8, 8, 0.0, 0.8)
    assert alert.id == "waste:service_level:1970-01-01T09:08:00Z"
    assert alert.evidence == (
        "8 of 8 people in 7 min not answered in time: 0.0 % against a target of 80 %. "
        "A line at its target shows this by chance once in 36,500 calls or more."
    )


def test_a_line_that_does_what_it_promised_never_pages() -> None:
    four_of_five = "++++-" * 500
    assert fed(watch(), every_minute(four_of_five)) == []


def test_a_line_that_is_always_somewhat_below_its_target_wakes_nobody() -> None:
    seventy_percent = "+-++-+-+++" * 500
    assert fed(watch(), every_minute(seventy_percent)) == []


def test_evidence_counts_from_the_beginning_of_the_fall() -> None:
    # A bad patch that healed (the first three) belongs to another story.
    changes = fed(watch(), every_minute("---" + "+" * 10 + "-" * 4 + "+" + "-" * 6))
    alert = changes[0].alert
    assert alert.since == NINE + 13 * MINUTE
    assert (alert.people, alert.decided) == (9, 10)


def test_an_alert_is_over_when_the_line_is_back_for_half_an_hour() -> None:
    changes = fed(watch(), every_minute("-" * 20 + "+" * 60))
    assert brief(changes) == [("opened", 7), ("resolved", 50)]
    over = changes[-1].alert
    assert over.id == changes[0].alert.id
    assert over.resolved_at == NINE + 50 * MINUTE
    assert over.evidence.startswith("Recovered: 31 of 31 people in the last 30 min were served")


def test_a_short_relief_does_not_resolve_and_page_anew() -> None:
    changes = fed(watch(), every_minute("-" * 20 + "+" * 15 + "-" * 20 + "+" * 60))
    assert brief(changes) == [("opened", 7), ("resolved", 85)]


def test_an_alert_stays_open_while_the_figure_stays_below_target() -> None:
    changes = fed(watch(), every_minute("-" * 20 + "+-++-+-+++" * 30))
    assert brief(changes) == [("opened", 7)]


def test_numbers_of_an_open_alert_go_out_once_a_minute() -> None:
    bad = [(NINE + n * SECOND, False) for n in range(308)]
    changes = fed(watch(), bad)
    assert [change.change for change in changes] == ["opened"] + ["updated"] * 5
    assert [c.alert.people for c in changes] == [8, 68, 128, 188, 248, 308]
    assert len({c.alert.id for c in changes}) == 1


def test_each_page_makes_the_next_one_ask_for_more() -> None:
    # Limits of 95, 117, 137, 159 and 181 points, 13 for each bad one; after four weeks 95 again.
    of_waste = watch()
    bad_hours = [0, DAY, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY, 40 * DAY]
    people = []
    for start in bad_hours:
        changes = fed(of_waste, every_minute("-" * 30 + "+" * 60, NINE + start))
        people += [change.alert.people for change in changes if change.change == "opened"]
    assert people == [8, 9, 11, 13, 14, 14, 8]


@pytest.mark.parametrize(
    ("first", "days", "people"),
    [(0, 27, 9), (0, 28, 8), (20, 20, 9)],  # four weeks later it is off the account
)
def test_a_page_counts_for_four_weeks(first: int, days: int, people: int) -> None:
    of_waste = watch()
    fed(of_waste, every_minute("-" * 30 + "+" * 60, NINE + first * DAY))
    later = fed(of_waste, every_minute("-" * 30, NINE + (first + days) * DAY))
    assert [change.alert.people for change in later if change.change == "opened"] == [people]


def test_a_few_calls_are_no_recovery_however_long_they_take() -> None:
    """Of calls that come every ten minutes, five served make it likely, and four last as long."""
    of_waste = watch()
    fed(of_waste, every_minute("-" * 9))
    slowly = [(NINE + HOUR + n * 10 * MINUTE, True) for n in range(8)]
    resolved = [change for change in fed(of_waste, slowly) if change.change == "resolved"]
    assert [(each.at - NINE - HOUR) // MINUTE for each in resolved] == [40]


def at_five(at: int) -> int:
    """Open from eight to five."""
    midnight = at - at % DAY
    return midnight + 17 * HOUR if 8 * HOUR <= at - midnight < 17 * HOUR else at


def test_an_alert_ends_when_the_line_closes_however_late_that_is_told() -> None:
    of_waste = watch(closes_at=at_five)
    opened = fed(of_waste, every_minute("-" * 12, 16 * HOUR))
    told_at_once = watch(closes_at=at_five)
    fed(told_at_once, every_minute("-" * 12, 16 * HOUR))

    assert of_waste.tick(17 * HOUR - 1) == []
    (at_closing,) = told_at_once.tick(17 * HOUR)
    (next_morning,) = of_waste.feed(DAY + NINE, True)

    assert at_closing == next_morning
    assert at_closing.alert.id == opened[0].alert.id
    assert at_closing.alert.resolved_at == 17 * HOUR
    assert at_closing.alert.evidence.startswith("The line closed. 12 of 12 people")


def test_a_closed_line_does_not_page() -> None:
    # Those who were left over at five are decided after it.
    of_waste = watch(closes_at=at_five)
    assert fed(of_waste, every_minute("-" * 40, 17 * HOUR - 5 * MINUTE)) == []
    assert of_waste.alert() is None


def test_a_line_without_a_plan_learns_how_busy_it_is() -> None:
    quiet, busy = watch(expected=None), watch(expected=None)
    for n in range(8000):
        busy.feed(NINE + n * SECOND, True)
    # Taken for one of 12,800 a day: 2.3 million decisions between false pages, 137 points.
    outage = every_minute("-" * 12, 2 * DAY)
    (quiet_page, *_), (busy_page, *_) = fed(quiet, outage), fed(busy, outage)
    assert (quiet_page.alert.people, busy_page.alert.people) == (8, 11)


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"line waste: .* can never page"):
        watch(budget=0.0)


def test_the_same_target_goes_on_with_the_evidence_so_far() -> None:
    before, same, other = watch(), watch(), watch(target=0.7)
    fed(before, every_minute("-" * 7))
    for after, pages in ((same, ["opened"]), (other, [])):
        after.take_over(before)
        last = fed(after, every_minute("-", NINE + 7 * MINUTE))
        assert [change.change for change in last] == pages


def test_another_target_begins_with_fresh_evidence_and_keeps_pages_and_alert() -> None:
    before, after = watch(), watch(target=0.7)
    fed(before, every_minute("-" * 9))
    opened = before.alert()
    after.take_over(before)
    alert = after.alert()
    assert opened is not None and alert is not None
    assert (alert.id, alert.people, alert.target) == (opened.id, 9, 0.7)
    # A page stays on its account: it takes one more to be paged again.
    again = watch()
    again.take_over(before)
    over = fed(again, every_minute("+" * 60 + "-" * 30, NINE + HOUR))
    assert [each.alert.people for each in over if each.change == "opened"] == [9]


@pytest.mark.parametrize("gathered", [7, 9])
def test_a_state_goes_through_json_and_changes_nothing(gathered: int) -> None:
    """Before a page and while its alert is open."""
    whole, first, second = watch(), watch(), watch()
    fed(first, every_minute("-" * gathered))
    second.restore(json.loads(json.dumps(first.state())))
    assert second.state() == first.state() and second.alert() == first.alert()
    rest = every_minute("-" * 9 + "+" * 60, NINE + gathered * MINUTE)
    fed(whole, every_minute("-" * gathered))
    assert fed(second, rest) == fed(whole, rest) != []


def test_evidence_against_another_target_is_none_against_this_one() -> None:
    other, this = watch(target=0.7), watch()
    fed(other, every_minute("-" * 7))
    this.restore(other.state())
    assert brief(fed(this, every_minute("-" * 8, NINE + HOUR))) == [("opened", 67)]


def test_an_alert_that_is_taken_up_again_ends_with_the_hours_of_todays_plan() -> None:
    before, after = watch(), watch(closes_at=at_five)
    fed(before, every_minute("-" * 9))
    after.restore(before.state())
    assert after.tick(17 * HOUR - 1) == []
    (over,) = after.tick(17 * HOUR)
    assert over.alert.resolved_at == 17 * HOUR
