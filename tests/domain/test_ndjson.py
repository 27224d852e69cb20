"""An event as a line: read back it is the same event, and what says nothing is left out."""

import json

from streams.domain.event_reader import Reader
from streams.domain.events import Hangup, Queue
from streams.domain.ndjson import ndjson

AT = "2026-11-18T09:00:00Z"


def test_a_line_is_read_back_as_the_event_that_it_was() -> None:
    event = Queue(event_id="e", call_id="c", at=AT, line="waste", phase="answered", visit=2)
    accepted = Reader(lambda line, at: True).read(ndjson(event), 2**60)
    assert isinstance(accepted, tuple)
    assert accepted[0] == event


def test_it_is_one_line_that_says_its_kind_and_no_empty_field() -> None:
    line = ndjson(Hangup(event_id="e", call_id="c", at=AT))
    assert line.endswith(b"}\n") and line.count(b"\n") == 1
    assert json.loads(line) == {"event": "hangup", "event_id": "e", "call_id": "c", "at": AT}
