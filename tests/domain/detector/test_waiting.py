"""A line closes with people in its queue: one alert, which grows, and is over an hour later."""

from streams.domain.detector.waiting import Waiting
from streams.domain.instants import HOUR, MINUTE


def test_everybody_who_was_left_waiting_is_one_alert() -> None:
    waiting = Waiting("waste")
    opened, *none = waiting.feed(HOUR)
    updated, *no_more = waiting.feed(HOUR + MINUTE)
    assert not none and not no_more
    assert (opened.change, updated.change) == ("opened", "updated")
    assert opened.alert.id == updated.alert.id
    assert (opened.alert.people, updated.alert.people) == (1, 2)
    assert updated.alert.evidence == "2 people still waiting when the line closed."
    assert updated.alert.figure is None or updated.alert.target is None


def test_it_is_over_an_hour_after_the_last_of_them_whenever_that_is_noticed() -> None:
    waiting = Waiting("waste")
    waiting.feed(HOUR)
    waiting.feed(HOUR + MINUTE)
    assert waiting.tick(2 * HOUR) == []
    (resolved,) = waiting.tick(9 * HOUR)
    assert (resolved.change, resolved.at) == ("resolved", 2 * HOUR + MINUTE)
    assert waiting.alert() is None
    assert waiting.tick(10 * HOUR) == []


def test_the_next_evening_is_another_alert() -> None:
    waiting = Waiting("waste")
    (first,) = waiting.feed(HOUR)
    resolved, opened = waiting.feed(25 * HOUR)
    assert (resolved.change, opened.change) == ("resolved", "opened")
    assert first.alert.id == resolved.alert.id != opened.alert.id


def test_it_goes_on_where_it_was_stored() -> None:
    waiting, other = Waiting("waste"), Waiting("waste")
    waiting.feed(HOUR)
    other.restore(waiting.state())
    assert other.alert() == waiting.alert() is not None
