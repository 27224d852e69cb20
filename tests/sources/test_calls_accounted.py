"""Whatever bytes a file has, each of its lines is accounted for: an event, or a reason."""

import io
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.event_reader import Reader
from streams.domain.events import Event
from streams.domain.instants import parse
from streams.domain.ndjson import ndjson
from streams.sources import calls
from streams.sources.call_counts import BadRow, Counts
from streams.sources.mapping import Mapping, MappingError
from tests.examples import examples

HEADER = "id,leg,queue,name,status,start,answer,end"
MAPPING = """
[file]
quotes = "{quotes}"
[time]
zone = "Europe/Brussels"
format = "iso"
[call]
id = "{id}"
leg = "{leg}"
line = "{queue}"
[[row]]
when = { status = "TEST" }
leave_out = true
[[row]]
when = { answer = "*" }
start = "start"
entered = "start"
answered = "answer"
hangup = "end"
[[row]]
start = "start"
entered = "start"
hangup = "end"
"""
NOW = parse("2026-11-21T00:00:00Z")

TIMES = st.integers(0, 59).map("2026-11-20 10:{:02}:00".format)
NAMES = st.sampled_from(["Ann", '"Ann, of \n the corner"', '"Bob', 'B"ob', "Zoë", '""', '"', "\r"])
ROWS = st.tuples(
    st.integers(0, 99).map(str),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from(["a", "b", "", "\0", "x" * 64, "x" * 65]),
    NAMES,
    st.sampled_from(["ANSWERED", "TEST", "x"]),
    TIMES,
    TIMES | st.just("0") | st.just(""),
    TIMES | st.just("2026-11-20") | st.just("1970-01-01 00:00:00"),
).map(",".join)
LINES = (
    st.tuples(ROWS, st.sampled_from(["\n", "\r\n", "\r"])).map("".join).map(str.encode)
    | st.sampled_from(
        [b"\n", b"\r\n", b",,,,,,,\n", b"Total,,\n", b"\0\n", b"\x1a", b'"', b"\xff\n"]
    )
    | st.binary(max_size=40)
)


@settings(deadline=None, max_examples=examples(300))
@given(
    st.lists(LINES, max_size=30),
    st.sampled_from([b"", b"sep=,\r\n", b"Report\n\n", b"\xef\xbb\xbf"]),
    st.sampled_from(["in_line", "across_lines", "none"]),
)
def test_every_line_gives_events_or_a_reason(lines: list[bytes], above: bytes, quotes: str) -> None:
    content = above + HEADER.encode() + b"\n" + b"".join(lines)
    counts, events, bad = imported(content, quotes)
    assert counts.rows == counts.calls + counts.left_out + counts.refused
    assert counts.refused == len(bad)
    assert all(one.reason for one in bad)
    assert len({one.line_number for one in bad}) == len(bad), "each is of a line of its own"
    assert counts.events == len(events) == len({ndjson(event) for event in events})
    reader = Reader(lambda line, at: True)
    assert [reader.read(ndjson(event).strip(), NOW)[0] for event in events] == events
    # Counted by another reader: all lines that are not empty, behind the header.
    text = io.StringIO(content.decode("utf-8-sig", "surrogateescape"), newline="")
    body = [line for line in text if line.strip("\r\n")][counts.header_lines :]
    assert len(body) == counts.rows + counts.swallowed


class Imported(Counts):
    """What an import counted, and the lines that are no rows."""

    header_lines = 1


def imported(content: bytes, quotes: str) -> tuple[Imported, list[Event], list[BadRow]]:
    events: list[Event] = []
    bad: list[BadRow] = []
    mapping = Mapping.parse(MAPPING.replace("{quotes}", quotes))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.csv"
        file.write_bytes(content)
        counts = Imported()
        calls.run([file], mapping, events.append, bad.append, counts=counts, wall=lambda: NOW)
    counts.header_lines += bool(content.startswith((b"sep", b"Report")))
    return counts, events, bad


@settings(deadline=None)
@given(st.lists(ROWS, unique_by=lambda row: tuple(row.split(",")[:2]), max_size=20))
def test_a_file_that_is_read_twice_says_the_same(rows: list[str]) -> None:
    content = "\n".join((HEADER, *rows, "")).encode()
    _, once, bad = imported(content, "in_line")
    _, again, bad_again = imported(content, "in_line")
    assert once == again
    assert [one[1:] for one in bad] == [one[1:] for one in bad_again]
    ids = Counter((event.call_id, event.event_id) for event in once)
    assert all(number == 1 for number in ids.values())


@given(st.binary(max_size=300))
def test_a_file_of_anything_is_no_traceback(content: bytes) -> None:
    with pytest.raises((MappingError, OSError)):
        imported(content, "across_lines")
