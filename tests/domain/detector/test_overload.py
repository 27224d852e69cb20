"""Too few of a vendor's callers are reached: a notice, when it is certain and lasts."""

from streams.domain.instants import MINUTE, SECOND
from tests.domain.watching import NINE, OF_LINE, OF_VENDOR, detector, fed
from tests.stories import at


def reached(instant: int, good: bool) -> tuple:
    return instant, f"r{instant}/1", "r", "1" if good else "0", ""


def decided(since: int, until: int, good_of_ten: int, every: int = 20 * SECOND) -> list:
    return [reached(since + n * every, n % 10 < good_of_ten)
            for n in range((until - since) // every)]  # fmt: skip


def test_a_vendor_whose_callers_are_not_reached_is_told_so() -> None:
    changes = fed(detector(OF_VENDOR, an_hour=None),
                  decided(NINE, at("10:00"), 9) + decided(at("10:00"), at("11:00"), 2))  # fmt: skip
    opened = changes[0]
    assert (opened.alert.kind, opened.alert.severity) == ("overload", "notice")
    assert at("10:10") < opened.at < at("10:40")
    assert opened.alert.figure is not None and opened.alert.figure < 0.6 == opened.alert.target


def test_it_is_over_when_the_half_hour_is_back_at_its_target() -> None:
    changes = fed(
        detector(OF_VENDOR, an_hour=None),
        decided(NINE, at("10:00"), 9)
        + decided(at("10:00"), at("11:00"), 2)
        + decided(at("11:00"), at("13:00"), 9),
    )
    assert [each.change for each in changes if each.change != "updated"] == ["opened", "resolved"]
    assert at("11:10") < changes[-1].at < at("12:30")
    assert changes[-1].alert.figure is not None and changes[-1].alert.figure < 0.6


def test_a_level_between_target_and_collapse_is_told_to_nobody() -> None:
    assert fed(detector(OF_VENDOR, an_hour=None), decided(NINE, at("13:00"), 5)) == []


def test_few_callers_are_no_overload() -> None:
    facts = decided(NINE, at("17:00"), 0, 2 * MINUTE)
    assert fed(detector(OF_VENDOR, an_hour=None), facts) == []


def test_a_line_is_told_nothing_of_it() -> None:
    assert fed(detector(OF_LINE, an_hour=None), decided(NINE, at("11:00"), 0)) == []
