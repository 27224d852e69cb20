"""Ids of contacts that have left: remembered in their turn, within a bound."""

import pytest

from streams.domain.retired import Retired
from tests.stories import at

NINE, TEN = at("9:00"), at("10:00")


def of(**ids: int) -> Retired:
    found = Retired()
    found.add_all(ids)
    return found


def test_an_id_goes_when_nothing_of_it_can_come_any_more() -> None:
    ids = of(a=NINE, b=TEN)
    ids.evict(NINE)
    assert ids == {"a": NINE, "b": TEN}
    ids.evict(NINE + 1)
    assert (ids, ids.forgotten) == ({"b": TEN}, 0)


def test_of_too_many_those_go_first_that_retired_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.domain.retired.RETIRED_KEPT", 2)
    ids = of(a=TEN, b=TEN, c=TEN)
    ids.add("a", TEN + 1)  # retires again, and is the last of them now
    ids.evict(NINE)
    assert (ids, ids.forgotten) == ({"c": TEN, "a": TEN + 1}, 1)


def test_what_is_taken_up_keeps_the_bound_and_counts_nothing_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.domain.retired.RETIRED_KEPT", 2)
    ids = Retired()
    ids.restore(of(a=NINE, b=NINE, c=TEN))
    assert (ids, ids.forgotten) == ({"b": NINE, "c": TEN}, 0)
