"""One waits very long, whatever happens around them.

9:00:14 comes in     9:15:14 told of     9:25:14 a page     9:30:14, 10:00:14 told of again
"""

from dataclasses import replace

from streams.domain.instants import MINUTE, SECOND
from tests.domain.watching import NINE, answered, came, detector, fed, left, served
from tests.stories import at

SINCE = at("9:00:14")


def of_w(changes: list) -> list:
    return [each for each in changes if each.alert.kind == "forgotten"]


def test_a_notice_with_the_call_s_id_and_a_page_after_ten_minutes() -> None:
    changes = of_w(fed(detector(an_hour=None), [came(SINCE, "c7")], at("10:30")))
    assert [(each.at, each.alert.severity) for each in changes] == [
        (SINCE + 15 * MINUTE, "notice"),
        (SINCE + 25 * MINUTE, "page"),
        (SINCE + 30 * MINUTE, "page"),
        (SINCE + 60 * MINUTE, "page"),
    ]
    assert {each.alert.call_id for each in changes} == {"c7"}
    assert len({each.alert.id for each in changes}) == 1


def test_who_was_overtaken_is_doubtful_and_wakes_nobody() -> None:
    facts = [came(SINCE, "c7")]
    for n in range(100):
        facts += served(NINE + MINUTE + n * 30 * SECOND, f"s{n}")
    changes = of_w(fed(detector(an_hour=None), facts, at("10:30")))
    assert {(each.alert.severity, each.alert.cause) for each in changes} == {("notice", "doubtful")}
    assert changes[0].at == SINCE + 15 * MINUTE
    assert "doubtful" in changes[0].alert.evidence


def test_two_who_wait_so_long_are_a_page_at_once() -> None:
    second = SINCE + 2 * MINUTE
    changes = of_w(fed(detector(an_hour=None), [came(SINCE, "a"), came(second, "b")], at("9:20")))
    assert [(each.at, each.alert.severity) for each in changes] == [
        (SINCE + 15 * MINUTE, "notice"),
        (second + 15 * MINUTE, "page"),
    ]
    assert changes[-1].alert.people == 2


def test_it_is_over_when_the_caller_is_answered_or_leaves() -> None:
    for ends in (answered, left):
        facts = [came(SINCE, "c7"), ends(at("9:20"), "c7")]
        changes = of_w(fed(detector(an_hour=None), facts, at("10:00")))
        assert [each.change for each in changes] == ["opened", "resolved"]
        assert changes[-1].alert.resolved_at == at("9:20")


def test_the_next_one_who_waits_so_long_goes_on_with_it() -> None:
    facts = [came(SINCE, "a"), came(SINCE + MINUTE, "b"), left(at("9:20"), "a")]
    changes = of_w(fed(detector(an_hour=None), facts, at("9:40")))
    assert [each.change for each in changes].count("opened") == 1
    assert changes[-1].alert.call_id == "b"


def test_nobody_is_told_of_before() -> None:
    facts = [came(SINCE, "a"), answered(SINCE + 15 * MINUTE - 1, "a")]
    assert of_w(fed(detector(an_hour=None), facts, at("10:00"))) == []


def test_how_often_the_clock_is_told_makes_no_difference() -> None:
    once = of_w(fed(detector(an_hour=None), [came(SINCE, "c7")], at("10:30")))
    watch = detector(an_hour=None)
    often = watch.feed(came(SINCE, "c7"))
    for now in range(SINCE, at("10:30"), 7 * SECOND):
        often += watch.tick(now)
    assert [(e.at, replace(e.alert)) for e in of_w(often)] == [(e.at, e.alert) for e in once]
