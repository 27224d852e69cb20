"""The service level, and who waited longer, by the calls that they are about."""

import pytest

from streams.domain.figures.service_level import service_level
from streams.domain.tally import Tally
from tests.domain.figures.town import answered, call, in_vain, line
from tests.stories import at


def test_one_caller_waiting_is_no_service_level_yet() -> None:
    early = line(call("a"), now=at("9:00:30"))
    assert early["open"] == early["line_offered"] == 1
    assert "service_level" not in early and "reachability" not in early


def test_abandoned_in_time_alone_leaves_nothing_under_the_line_of_two_formulas() -> None:
    level = line(call("a").hang_up("9:00:30"))["service_level"]
    assert level == {"abandons_negative": 0.0, "abandons_positive": 1.0}


def test_an_unknown_formula_is_an_error() -> None:
    with pytest.raises(ValueError, match="'best'"):
        service_level(Tally(), "best")


def test_who_waited_longer_is_everybody_whose_threshold_passed_however_it_ended() -> None:
    """Of the 20 s: answered after 20 s, after 21 s; hung up after 3 s, after 105 s; sent elsewhere
    after 4 s; called back after 45 s, and after 5 s, which is left out; one who still waits; one
    who just came is undecided."""
    shown = line(
        answered("a", wait=20),
        answered("b", wait=21),
        call("c").hang_up("9:00:18"),
        in_vain("d"),
        call("e").leave("9:00:19", "waste", "overflow"),
        call("f").leave("9:01", "waste", "callback"),
        call("g").leave("9:00:20", "waste", "callback"),
        call("h", "10:00"),
        call("i", "10:10"),
        now=at("10:10:30"),
    )
    assert shown["service_offered"] == 7
    assert shown["waited_longer"] == 4 / 7
