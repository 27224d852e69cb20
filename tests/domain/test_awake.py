"""Who rests where there are too many contacts, and who does not."""

import pytest

from streams.domain.books import INTERVAL
from streams.domain.ledger import Ledger
from tests.stories import PLAN, Story, at


def waits(call_id: str = "c") -> Story:
    return Story(call_id).start("9:00").choose("9:00:05", "waste").enter("9:00:10", "waste")


def bounded(monkeypatch: pytest.MonkeyPatch, awake: int) -> Ledger:
    monkeypatch.setattr("streams.domain.awake.AWAKE_AT_MOST", awake)
    return Ledger(PLAN)


def test_no_more_are_awake_than_there_is_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = bounded(monkeypatch, 5)
    for number in range(50):
        for event, instant in waits(f"c{number}").facts:
            ledger.accept(event, instant)
    ledger.advance(at("9:01"))
    assert [contact.call_id for contact in ledger.contacts.values() if not contact.rests] == [
        f"c{number}" for number in range(45, 50)
    ]
    # Who is told more, or is read since time has passed, wakes, and others rest in their place.
    ((event, instant),) = Story("c3").answer("9:01:30", "waste").facts
    assert ledger.accept(event, instant)
    assert not ledger.contacts["c3"].rests
    ledger.advance(at("9:02"))
    assert sum(not contact.rests for contact in ledger.contacts.values()) == 5
    assert ledger.bookings.imbalance() == 0


def test_who_was_told_more_since_it_was_read_stays_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it added to the books is found again by the events of then: more must not be among them.
    While a backlog is worked off somebody waits whom nobody has heard of for half an hour, so it is
    read; then its answer comes, and it may wait to be read again."""
    ledger = bounded(monkeypatch, 0)
    goes_on = Story("goes on").start("9:00").enter("9:28", "waste")
    waited = Story("c").start("9:01").enter("9:01", "waste")
    for event, instant in [*goes_on.facts, *waited.facts]:
        assert ledger.accept(event, instant)
    ledger.advance(at("9:30"), lazily=True)
    *_, (event, instant) = waited.answer("9:29", "waste").facts
    assert ledger.accept(event, instant)
    ledger.advance(at("9:31"), lazily=True)
    contact = ledger.contacts["c"]
    assert (contact.rests, contact.known) == (False, False)
    ledger.advance(at("9:32"))
    partials = ledger.changes().partials
    assert partials["line:waste", INTERVAL, at("9:00")].tally["answered"] == 1
    assert ledger.bookings.imbalance() == 0


def test_who_has_too_many_events_lets_go_of_every_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of these nothing but a few is kept; where the others were must not be held for ever."""
    ledger = bounded(monkeypatch, 0)
    monkeypatch.setattr("streams.domain.contact.SURELY_SMALL", 1)
    monkeypatch.setattr("streams.domain.contact.MOST_EVENTS", 2)
    story = Story("c").start("9:00").enter("9:01", "waste").answer("9:16", "waste")
    for event, instant in story.leave("9:31", "waste", "transfer").hang_up("9:46").facts:
        assert ledger.accept(event, instant)
    ledger.advance(at("9:50"))
    assert ledger.contacts["c"].rests and ledger.changes()
    ledger.advance(at("10:02"))
    assert not ledger.contacts
    assert ledger.bookings.held() == []
