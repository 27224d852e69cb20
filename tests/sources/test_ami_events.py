"""What of an Asterisk's flood of events says something here."""

from __future__ import annotations

import pytest

from streams.sources.ami_events import NAMES, OF_USE, is_of_use, kind_of
from streams.sources.ami_messages import Message
from tests.ami import SCENARIOS, event


def test_of_each_scenario_everything_is_of_use_and_nothing_of_it_is_left_out() -> None:
    for messages, _ in SCENARIOS.values():
        for message in messages:
            assert is_of_use(message) and kind_of(message) in OF_USE
            assert set(message) - NAMES <= {"count", "cause"}


@pytest.mark.parametrize(
    "message",
    [
        event(0, "RTCPSent", "1"),
        event(0, "VarSet", "1", Variable="MOHCLASS", Value="x"),
        event(0, "Newexten", "1", Application="Dial"),
        event(0, "UserEvent", "1", UserEvent="Other"),
        {"response": "Success"},
        {},
    ],
)
def test_what_says_nothing_is_passed_over(message: Message) -> None:
    assert not is_of_use(message)


def test_old_names_are_read_as_the_new_ones() -> None:
    assert kind_of({"event": "Join"}) == "queuecallerjoin"
    assert kind_of({"event": "Leave"}) == "queuecallerleave"
