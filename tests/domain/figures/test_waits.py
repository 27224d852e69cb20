"""How long people waited, by the calls that it is about."""

from tests.domain.figures.town import answered, call, in_vain, line
from tests.stories import Story, at


def test_waits() -> None:
    shown = line(*(answered(f"c{n}", wait=n) for n in range(1, 11)), in_vain("x"))
    assert shown["average_speed_of_answer"] == 5.5
    assert shown["longest_wait"] == 105
    assert shown["wait_quantiles"] == {"p50": 5, "p80": 8, "p90": 9, "p95": 10}


def test_the_longest_wait_is_of_those_who_ended() -> None:
    assert line(answered("a"), call("b"), now=at("9:30"))["longest_wait"] == 5


def test_the_time_to_abandon_is_of_those_who_hung_up_in_the_queue_in_hours() -> None:
    """After 30 s and 90 s; who was answered, overflowed, waits, or hung up at night is none."""
    shown = line(
        call("a").hang_up("9:00:45"),
        call("b").hang_up("9:01:45"),
        answered("c", wait=300),
        call("d").leave("9:09", "waste", "overflow"),
        Story("e").choose("9:00", "waste").hang_up("9:05"),
    )
    assert shown["average_time_to_abandon"] == 60.0
    assert "average_time_to_abandon" not in line(answered("a"))
