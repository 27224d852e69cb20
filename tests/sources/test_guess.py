"""A first mapping for exports that nobody has seen before: it reads their rows."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.domain.events import Event, Queue
from streams.sources import calls
from streams.sources.call_counts import BadRow
from streams.sources.guess import guess
from streams.sources.mapping import Mapping
from streams.sources.pseudonyms import Pseudonyms
from tests.sources.test_workbooks import workbook

ASTERISK = """\
calldate;clid;src;dst;queue;duration;billsec;disposition;uniqueid;linkedid
23/11/2025 10:00:00;"Ann" <0470000001>;0470000001;600;waste;65;60;ANSWERED;1.1;1.1
24/11/2025 10:05:00;Bob;0470000002;600;waste;65;0;NO ANSWER;1.2;1.2
24/11/2025 10:06:00;Cid;0470000003;601;other;9;0;BUSY;1.3;1.2
"""
FREESWITCH = """\
uuid,cc_queue,start_epoch,cc_queue_joined_epoch,answer_epoch,end_epoch
u1,a,1763629200,1763629203,1763629209,1763629300
u2,a,1763629200,1763629203,0,1763629300
"""
SPREADSHEET = """\
Call Id,Agent,Date,Time,Topic,Answered (Y/N),Speed of answer in seconds,AvgTalkDuration
ID0001,Diane,2021-01-13,9:12:58,Contract,Y,109,0:02:23
ID0002,Becky,2021-01-13,9:12:58,Support,Y,70,0:04:02
ID0003,Stewart,2021-01-13,9:47:31,Contract,N,,
"""
DUTCH = """\
Rapport wachtrijen
Periode: november

Gespreksnummer;Wachtrij;Starttijd;Beantwoord;Einde;Bellernummer
1;afval;20-11-2025 10:00;20-11-2025 10:01;20-11-2025 10:03;0470 00 00 01
2;afval;20-11-2025 10:00;;20-11-2025 10:03;anoniem
"""
TWO_QUEUES = """\
ConversationID,CallDate,CallTime,QueueName,TimeInQueue,CallStatus,TalkTime,HoldTime
c1,2025-01-12,21:51:55,Finance,43,Answered,60,9
c1,2025-01-12,21:53:38,Sales,20,Answered,30,0
c2,2025-01-20,21:17:08,Finance,12,Abandoned,0,0
"""
CONNECT = """\
ContactId,InitialContactId,QueueName,Enqueue,Connected,Disconnect,TransferredTo
A1,,a,2025-11-20T10:00:00Z,2025-11-20T10:00:08Z,2025-11-20T10:05:00Z,b
A2,A1,b,2025-11-20T10:05:00Z,2025-11-20T10:05:50Z,2025-11-20T10:09:00Z,
"""


def guessed(tmp_path: Path, content: str | bytes) -> tuple[str, list[Event], list[BadRow]]:
    """The guess, and what its mapping makes of the file."""
    file = tmp_path / "calls.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    text = guess(file, "Europe/Brussels")
    events: list[Event] = []
    bad: list[BadRow] = []
    calls.run([file], Mapping.parse(text), events.append, bad.append, Pseudonyms(bytes(range(16))))
    return text, events, bad


def answers(events: list[Event]) -> dict[str, str]:
    """Each answered call with the clock of its answer."""
    return {
        event.call_id: event.at[11:19]
        for event in events
        if isinstance(event, Queue) and event.phase == "answered"
    }


@pytest.mark.parametrize(
    ("content", "answered", "number"),
    [
        (ASTERISK, {"1.1": "10:00:05"}, 2),
        (FREESWITCH, {"u1": "10:00:09"}, 2),
        (SPREADSHEET, {"ID0001": "09:14:47", "ID0002": "09:14:08"}, 3),
        (DUTCH, {"1": "10:01:00"}, 2),
        (CONNECT, {"A1": "11:05:50"}, 1),
        (TWO_QUEUES, {"c1": "21:53:58"}, 2),
    ],
    ids=["asterisk", "freeswitch", "spreadsheet", "dutch", "connect", "two queues"],
)
def test_exports_of_several_systems_are_read_at_once(
    tmp_path: Path, content: str, answered: dict[str, str], number: int
) -> None:
    text, events, bad = guessed(tmp_path, content)
    assert bad == [], text
    assert answers(events) == answered
    assert len({event.call_id for event in events}) == number


def test_what_is_uncertain_says_so(tmp_path: Path) -> None:
    text, _, _ = guessed(tmp_path, SPREADSHEET.replace("2021-01-13", "03/04/2021"))
    assert '# CHECK: day and month may be the other way round: "%m/%d/%Y"' in text
    assert '# CHECK: of "N", "Y", those that mean that somebody answered:' in text
    assert "# CHECK: nothing says when these calls ended" in text
    text, _, _ = guessed(tmp_path, FREESWITCH.replace("u2", "u1"))
    assert "# CHECK: this id repeats: a row per leg, it seems" in text
    assert "# Of 2 rows it reads 1 and refuses 1.\n#   line 3: call 'u1' again" in text


def test_no_number_of_a_caller_is_in_it(tmp_path: Path) -> None:
    for content in (ASTERISK, DUTCH):
        text, _, _ = guessed(tmp_path, content.replace("waste", "0470000009"))
        assert "47000" not in text


def test_separators_encodings_quotes_and_columns_without_a_name(tmp_path: Path) -> None:
    text, events, _ = guessed(tmp_path, ASTERISK.replace("waste", "g\xe8vre").encode("cp1252"))
    assert 'delimiter = ";"' in text and 'encoding = "cp1252"' in text
    assert "gèvre" in {event.line for event in events if isinstance(event, Queue)}
    lines = FREESWITCH.splitlines(keepends=True)
    text, _, _ = guessed(tmp_path, "".join(lines[1:]))
    assert 'columns = ["column1", "column2"' in text
    assert "# CHECK: no column seems to be the call's id" in text
    broken = FREESWITCH.replace("u1,a", 'u1,"a\nb"')
    text, events, bad = guessed(tmp_path, broken)
    assert 'quotes = "across_lines"' in text and not bad
    text, events, bad = guessed(tmp_path, "sep=|\n" + FREESWITCH.replace(",", "|"))
    assert not bad and answers(events)


def test_a_workbook(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(FREESWITCH.replace("1763629", "46346.4"))))
    day = [[cell if n < 2 else (float(cell), 1) for n, cell in enumerate(row)] for row in rows[1:2]]
    text = guess(workbook(tmp_path / "calls.xlsx", rows[0], *day), "UTC")
    assert 'format = "iso"' in text and "delimiter" not in text
    assert "# Of 1 rows it reads 1 and refuses 0." in text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "no separator"),
        ("one\ntwo\n", "no separator"),
        ("id,queue\n", "no rows"),
        ("id,queue\n1,a\n", "no column has times"),
        ("id,start\n1,10:00\n", "of clocks, and no column has the day"),
    ],
)
def test_what_nothing_can_be_guessed_from(tmp_path: Path, content: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        guessed(tmp_path, content)


CELLS = st.sampled_from(
    ["", "0", "7", "1:30", "2025-11-20 10:00:00", "20/11/2025", "1763629200", "Y", "+32470123456"]
) | st.text(max_size=8)
NAMES = st.sampled_from(
    [
        "id",
        "start",
        "time",
        "date",
        "answer",
        "wait",
        "queue",
        "status",
        "caller",
        "leg",
        "a{b}",
        '"',
    ]
) | st.text(max_size=8)


@settings(deadline=None)
@given(
    st.lists(NAMES, min_size=2, max_size=6),
    st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=6),
)
@example(["\x1f", "id"], [["", "0", *("",) * 4], ["2025-11-20 10:00:00", *("",) * 5]])
def test_of_any_table_it_is_a_mapping_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], rows: list[list[str]]
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([names, *(row[: len(names)] for row in rows)])
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_text(out.getvalue(), "utf-8", "surrogatepass", newline="")
    try:
        text = guess(file, "Europe/Brussels")
    except ValueError:
        return
    Mapping.parse(text).used()
    text.encode()
