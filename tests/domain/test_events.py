"""Kinds of events: one topic each, and fields that all of them have."""

from typing import get_args, get_type_hints

import msgspec
import pytest

from streams.domain import events
from streams.domain.events import KINDS, TYPES, CallStart, Hangup, MenuChoice, Queue

OF_ALL = {"event_id", "call_id", "at", "revision", "seq", "direction", "channel", "entry"}


def test_there_are_four_kinds_each_of_a_type_of_its_own() -> None:
    assert list(KINDS) == ["call-start", "menu-choice", "queue", "hangup"]
    assert [TYPES[kind] for kind in KINDS] == [CallStart, MenuChoice, Queue, Hangup]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_the_fields_of_all_and_none_unsaid_is_filled_in(kind: events.Kind) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(TYPES[kind])}
    assert OF_ALL | {"language"} <= fields.keys()
    optional = [field for field in fields.values() if not field.required]
    assert {field.default for field in optional} <= {None, 0}
    assert {"seq", "direction", "channel", "entry", "language"} <= {f.name for f in optional}


def test_an_event_can_not_be_changed() -> None:
    with pytest.raises(AttributeError):
        CallStart(event_id="e", call_id="c", at="").event_id = "f"  # type: ignore[misc]


def test_the_queue_tells_of_every_stay_and_why_it_ended() -> None:
    hints = get_type_hints(Queue)
    assert set(get_args(hints["phase"])) == {"entered", "answered", "returned", "left"}
    assert {"transfer", "overflow", "timeout", "callback", "full"} <= {*get_args(events.LeftReason)}
    assert {"normal", "busy", "closed", "error"} == {*get_args(events.HangupReason)}
