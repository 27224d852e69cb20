"""An alert opens once, gets new numbers once a minute, and ends once."""

from streams.domain.detector.channel import UPDATED_EVERY, Channel
from streams.domain.instants import SECOND
from tests.domain.watching import NINE, OF_LINE


class Example(Channel):
    kind = "silence"


def opened() -> Example:
    channel = Example(OF_LINE)
    change = channel._opens(NINE, NINE - SECOND, "ticket", evidence="x")
    assert (change.change, change.alert.lines) == ("opened", ("waste",))
    return channel


def test_numbers_go_out_once_a_minute() -> None:
    channel = opened()
    assert channel._updates(NINE + SECOND, people=2) == []
    [change] = channel._updates(NINE + UPDATED_EVERY, people=3)
    assert (change.change, change.alert.people) == ("updated", 3)


def test_but_at_once_when_somebody_is_to_be_woken() -> None:
    [change] = opened()._updates(NINE + SECOND, severity="page")
    assert change.alert.severity == "page"


def test_it_ends_once_and_not_before_it_has_begun() -> None:
    channel = opened()
    [change] = channel._resolves(NINE - SECOND)
    assert change.alert.resolved_at == NINE
    assert channel._resolves(NINE + SECOND) == []


def test_what_is_open_is_remembered() -> None:
    channel, again = opened(), Example(OF_LINE)
    again._restore_open(channel._state_of_open())
    assert again.open == channel.open
    assert again._updates(NINE + SECOND, people=2) == []
    again._restore_open(None)
    assert again.open is None
