"""What became of a call is said record by record, and shows nobody's number."""

from pathlib import Path

from streams.sources.calls_explained import explain
from streams.sources.mapping import Mapping
from streams.sources.pseudonyms import Pseudonyms

MAPPING = """
time = { zone = "UTC", format = "iso" }
[call]
id = "{id}"
leg = "{leg}"
line = "{queue}"
caller = "{caller}"
[[row]]
when = { queue = "test" }
leave_out = true
[[row]]
start = "start"
choice = "start"
entered = "start"
hangup = "end"
"""
ROWS = """\
id,leg,queue,caller,start,end
1,1,waste,+32470123456,2026-11-20 10:00:00,2026-11-20 10:01:00
2,1,waste,+32470123456,2026-11-20 10:00:00,2026-11-20 10:01:00
1,2,desk,+32470123456,2026-11-20 10:01:00,2026-11-20 10:02:00
1,3,test,,,
1,4,waste,,+32470123456,2026-11-20 10:01:00
1,1,waste,,2026-11-20 10:00:00,2026-11-20 10:01:00
1,torn
"""


def said(tmp_path: Path, call_id: str, mapping: str = MAPPING) -> list[str]:
    (tmp_path / "calls.csv").write_text(ROWS)
    keyed = Pseudonyms(bytes(range(16)))
    lines = explain([tmp_path / "calls.csv"], Mapping.parse(mapping), call_id, keyed)
    return [line.replace(f"{tmp_path}/", "").replace("2026-11-20T", "") for line in lines]


def test_each_record_of_a_call_and_what_they_come_to_together(tmp_path: Path) -> None:
    assert said(tmp_path, "1") == [
        "calls.csv:2: [[row]] 2 makes 4 events of it",
        "    10:00:00+00:00  1-1-start  call-start",
        "    10:00:00+00:00  1-1-choice  menu-choice  waste",
        "    10:00:00+00:00  1-1-entered  queue  entered waste",
        "    10:01:00+00:00  1-1-hangup  hangup",
        "calls.csv:4: [[row]] 2 makes 4 events of it",
        "    10:01:00+00:00  1-2-start  call-start",
        "    10:01:00+00:00  1-2-choice  menu-choice  desk",
        "    10:01:00+00:00  1-2-entered  queue  entered desk",
        "    10:02:00+00:00  1-2-hangup  hangup",
        "calls.csv:5: left out by [[row]] 1",
        "calls.csv:6: refused: (a telephone number) is no time in the form iso",
        "calls.csv:7: refused: call '1' again, first seen in line 2; where a call has several "
        "rows, `leg`, `attempt` or `revision` of the mapping distinguishes them",
        "5 rows are of call 1",
        "together, in time:",
        "    10:00:00+00:00  1-1-start  call-start",
        "    10:00:00+00:00  1-1-choice  menu-choice  waste",
        "    10:00:00+00:00  1-1-entered  queue  entered waste",
        "    10:01:00+00:00  1-2-start  call-start",
        "    10:01:00+00:00  1-2-choice  menu-choice  desk",
        "    10:01:00+00:00  1-2-entered  queue  entered desk",
        "    10:01:00+00:00  1-1-left  queue  left waste  by overflow",
        "    10:02:00+00:00  1-2-hangup  hangup",
        "of 1 rows the call is not known: they lack fields, or have too many",
    ]


def test_a_call_that_is_in_no_row(tmp_path: Path) -> None:
    assert said(tmp_path, "3")[0] == "0 rows are of call 3"


def test_without_legs_each_row_is_all_that_there_is(tmp_path: Path) -> None:
    mapping = MAPPING.replace('leg = "{leg}"', 'revision = "{leg}"')
    lines = said(tmp_path, "2", mapping)
    assert lines[1] == "    10:00:00+00:00  2-start  call-start  revision 1"
    assert lines[5:6] == ["1 row is of call 2"] and "together, in time:" not in lines
