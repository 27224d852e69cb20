"""Lengths of time that are longer than a call is."""

import pytest

from streams.domain.events import Queue
from streams.sources import calls
from streams.sources.call_counts import BadRow
from streams.sources.mapping import Mapping

LENGTHS = """
time = {{ zone = "UTC", format = "iso"{} }}
call = {{ id = "{{id}}", line = "a" }}
[[row]]
start = "start"
entered = "start"
answered = {{ at = "start", plus = "wait" }}
hangup = "end"
"""


@pytest.mark.parametrize(
    ("longest", "answered", "said"),
    [
        ("", [], ["hangup is 27 hours after start: longer than any call"]),
        (', longest_call = "48h"', ["2026-11-21T12:03:04+00:00"], []),
    ],
)
def test_a_wait_with_days_is_that_long_or_no_call(
    longest: str, answered: list[str], said: list[str]
) -> None:
    """A day and two hours are read as that; a call lasts as long only where the mapping says so."""
    mapping = Mapping.parse(LENGTHS.format(longest))
    row = "1,2026-11-20 10:00:00,1.02:03:04,2026-11-21 13:00:00\n"
    bad: list[BadRow] = []
    found = [*calls.events(["id,start,wait,end\n", row], mapping, bad.append)]
    assert [e.at for e in found if isinstance(e, Queue) and e.phase == "answered"] == answered
    assert [one.reason.partition(" (")[0] for one in bad] == said
