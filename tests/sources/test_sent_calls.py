"""Events of a finished file: sent once, whoever died, as long as they are the same."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.events import CallStart, Event
from streams.sources import sent_calls
from streams.sources.growing_files import Place
from streams.sources.sent_calls import ChangedError, Sent, to_send


def events(number: int, what: str = "") -> list[Event]:
    return [CallStart(f"{what}{n}", "1", "2026-11-20T09:00:00Z") for n in range(number)]


def sent(found: list[Event], before: Sent | None, most: int) -> tuple[list[Event], Sent | None]:
    """What is sent until so many transactions are done."""
    told: list[Event] = []
    for number, (some, done) in enumerate(to_send(found, before)):
        if number == most:
            break
        told += some
        before = Sent.load(msgspec.json.encode(done))
    return told, before


@given(st.integers(0, 30), st.lists(st.integers(0, 3), max_size=8))
def test_wherever_it_is_killed_each_is_sent_once(number: int, kills: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sent_calls, "_TOGETHER", 4)
        told, before = list[Event](), None
        for most in (*kills, 99):
            more, before = sent(events(number), before, most)
            told += more
        assert told == events(number)
        assert before is not None and before.complete and before.events == number
        assert sent(events(number), before, 99) == ([], before), "there is no more"
        more, _ = sent(events(number + 2), before, 99)
        assert more == events(number + 2)[number:], "the file has grown"


@pytest.mark.parametrize("now", [events(3), events(5, "x"), [*events(4), *events(1, "x")]])
def test_other_events_than_those_that_were_sent_are_no_continuation(now: list[Event]) -> None:
    _, before = sent(events(5), None, 99)
    with pytest.raises(ChangedError):
        sent(now, before, 99)


def test_the_end_of_the_file_is_kept_for_who_follows_it() -> None:
    end = Place(7, 2, "", "", 1)
    *_, (_, last) = to_send(events(2), None, end)
    assert last.place == end


def test_what_another_release_has_kept_is_none() -> None:
    assert Sent.load(b"?") is None
    assert Sent.load(b'{"form":9,"events":1,"digest":"","complete":true}') is None
