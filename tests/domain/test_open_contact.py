"""Contacts at rest say what they would say awake."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.domain.instants import HOUR, MINUTE
from streams.domain.ledger import Changes, Ledger
from streams.domain.open_contact import OpenContact
from streams.domain.rows import decode
from tests.examples import examples
from tests.stories import PLAN, Story, at, events

NOON = at("12:00")


def waits(call_id: str = "c") -> Story:
    return Story(call_id).start("9:00").choose("9:00:05", "waste").enter("9:00:10", "waste")


def open_contact(story: Story) -> OpenContact:
    contact = OpenContact(story.call_id)
    for event, instant in story.facts:
        contact.merge(event, instant)
    return contact


def test_at_rest_it_is_its_events_alone_and_awake_what_it_was() -> None:
    contact = open_contact(waits())
    rows, stored, pieces = [*contact.rows], contact.stored(), contact.pieces()
    contact.rest()
    assert contact.rests and contact.rows == [] and decode(contact.packed()) == stored
    assert [piece.told for piece in contact.pieces()] == [piece.told for piece in pieces]
    assert (contact.newest, contact.oldest) == (at("9:00:10"), at("9:00"))
    contact.wake()
    assert not contact.rests and contact.rows == rows


def said(changes: Changes) -> Any:
    """All of it as plain values."""
    return (
        sorted((contact.call_id, contact.stored()) for contact in changes.told),
        [left for left, _ in changes.retired],
        {key: tally.stored() for key, tally in changes.retired_parts.items()},
        {key: (each.tally.stored(), *each[1:]) for key, each in changes.partials.items()},
        changes.decided,
        changes.waiting,
        changes.calls,
        sorted(changes.evicted),
    )


@pytest.mark.parametrize("too_many", [False, True])
@pytest.mark.parametrize("arrive", ["in order", "anyhow"])
@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_ledger_of_contacts_at_rest_says_the_same_as_one_that_is_awake(
    data: st.DataObject, arrive: str, too_many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After every event that comes, and whenever time passes; also where most contacts have more
    events than are kept."""
    if too_many:
        monkeypatch.setattr("streams.domain.contact.SURELY_SMALL", 1)
        monkeypatch.setattr("streams.domain.contact.MOST_EVENTS", 2)
    facts = data.draw(events(NOON, NOON + 2 * HOUR))
    if arrive == "in order":
        facts.sort(key=lambda fact: fact[1])
    awake = data.draw(st.integers(0, 2))
    resting, usual = Ledger(PLAN), Ledger(PLAN)
    now = NOON
    for event, instant in [*facts, *[(None, None)] * 4]:
        if event is not None:
            now = max(now, instant) if arrive == "in order" else now
            assert resting.accept(event, instant) == usual.accept(event, instant)
        # With long steps nearly all that comes afterwards is late.
        steps = (0, 0, 0, 1) if arrive == "in order" and event else (0, 1, 14, 14, 240)
        now += data.draw(st.sampled_from(steps)) * MINUTE
        lazily = data.draw(st.booleans())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("streams.domain.awake.AWAKE_AT_MOST", awake)
            resting.advance(now, lazily)
        usual.advance(now, lazily)
        assert resting.complete_until == usual.complete_until
        assert resting.bookings.held() == usual.bookings.held()
        assert said(resting.changes()) == said(usual.changes())
