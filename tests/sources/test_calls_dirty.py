"""Files as they lie about: every row gives a call or a stated reason, and the sums agree.

Eight calls, of which 3 is the one that something happens to.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.cli import main
from streams.sources.calls import run
from streams.sources.guess import guess
from streams.sources.mapping import Mapping, MappingError
from streams.sources.pseudonyms import Pseudonyms

HEADER = "id;queue;who;start;answer;end"
ROWS = [
    f"{n};waste;047000000{n};2025-11-20 10:0{n}:00;2025-11-20 10:0{n}:08;2025-11-20 10:0{n}:30"
    for n in range(8)
]
FILE = "".join(f"{line}\n" for line in (HEADER, *ROWS))
MAPPING = """
file = { delimiter = ";" }
time = { zone = "UTC", format = "iso" }
call = { id = "{id}", line = "{queue}", caller = "{who}" }
[[row]]
start = "start"
entered = "start"
answered = "answer"
hangup = "end"
"""
LONG = "x" * 10_000_000


def instead(of: str, *what: str) -> str:
    assert of in FILE
    return FILE.replace(of, "\n".join(what))


#: By name: the file, how many rows it has and are refused, and of the reasons the last.
FILES: dict[str, tuple[str | bytes, int, int, str]] = {
    "as it should be": (FILE, 8, 0, ""),
    "a mark": ("\ufeff" + FILE, 8, 0, ""),
    "UTF-16": (FILE.encode("utf-16"), 8, 0, ""),
    "UTF-16, the other way": (b"\xfe\xff" + FILE.encode("utf-16-be"), 8, 0, ""),
    "UTF-32": (FILE.encode("utf-32"), 8, 0, ""),
    "the separator": (f"sep=;\n{FILE}", 8, 0, ""),
    "the separator, quoted, in UTF-16": (f'"sep=;"\r\n{FILE}'.encode("utf-16"), 8, 0, ""),
    "a title": (f"Calls\n\nPeriod;November\n{FILE}", 8, 0, ""),
    "a stray quote": (instead("0470000003", '"Bob'), 8, 0, ""),
    "two of them": (instead("0470000003", '"Bob').replace("0470000005", 'Jan"'), 8, 0, ""),
    "a quote within": (instead("0470000003", 'B"o"b'), 8, 0, ""),
    "ends of another system": (FILE.replace("\n", "\r\n"), 8, 0, ""),
    "ends of an old system": (FILE.replace("\n", "\r"), 8, 0, ""),
    "ends of all systems": (
        "\r\n".join([HEADER, *ROWS[:3]]) + "\n" + "\r".join(ROWS[3:6]) + "\r" + "\n".join(ROWS[6:]),
        8, 0, "",
    ),
    "the header again": (instead(ROWS[3], HEADER, ROWS[3]), 9, 1, "no time in the form iso"),
    "a zero byte": (instead("0470000003", "0470\0"), 8, 0, ""),
    "a block of zeros": (instead(ROWS[3], "\0" * 4096, ROWS[3]), 9, 1, "1 fields, 6 expected"),
    "a long line": (instead(ROWS[3], LONG, ROWS[3]), 9, 1, "a line of more than 1000000 char"),
    "a long field": (instead("0470000003", LONG), 8, 1, "a line of more than 1000000 char"),
    "a long quoted field": (instead("0470000003", f'"{LONG}'), 8, 1, "a line of more than 1000000"),
    "a long title": (f"{LONG}\n{FILE}", 8, 0, ""),
    "the end missing": (FILE[:-17], 8, 1, "is no time in the form iso"),
    "bytes of no encoding": (
        FILE.encode().replace(b"0470000003", b"\xff\xfe"), 8, 1, "bytes that are not of the file's",
    ),
    "another encoding": (FILE.replace("waste", "wäste").encode("latin-1"), 8, 8, "bytes that are"),
    "too many fields": (instead(ROWS[3], ROWS[3] + ";x;y"), 8, 1, "8 fields, 6 expected"),
    "too few": (instead(ROWS[3], "3;waste"), 8, 1, "2 fields, 6 expected"),
    "empty lines": (instead(ROWS[3], "", ROWS[3], "", ""), 8, 0, ""),
    "empty fields": (instead(ROWS[3], ROWS[3], ";;;;;"), 9, 1, "the call's id is empty"),
    "a call again": (FILE.replace("\n4;", "\n3;"), 8, 1, "call '3' again"),
    "a spreadsheet's time": (
        instead("2025-11-20 10:03:00", "45981.4188"), 8, 1, "a day's number, as spreadsheets count",
    ),
    "a header alone": (HEADER, 0, 0, ""),
}  # fmt: skip

#: What is no file of this mapping, and what is said.
NO_FILES = {
    "nothing": (b"", "it has no line"),
    "a mark alone": (b"\xef\xbb\xbf", "it has no line"),
    "empty lines": (b"\n\r\n\n", "it has no line"),
    "UTF-16 without a mark": (FILE.encode("utf-16-le"), "it seems to be UTF-16"),
    "another separator": (FILE.replace(";", "\t").encode(), "file.delimiter says so"),
    "a column twice": (FILE.replace("answer", "end").encode(), "the header has 'end' twice"),
    "an archive": (b"PK\x03\x04" + bytes(range(256)), "no column 'answer'"),
}


@pytest.mark.parametrize("name", FILES)
def test_every_row_gives_a_call_or_a_reason(tmp_path: Path, name: str) -> None:
    content, rows, refused, why = FILES[name]
    file = tmp_path / "calls.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    events, bad = list[object](), list[object]()
    mapping = Mapping.parse(MAPPING)
    counts = run([file], mapping, events.append, bad.append, Pseudonyms(bytes(range(16))))
    assert (counts.rows, counts.calls, counts.refused) == (rows, rows - refused, refused)
    assert len(bad) == refused and len(events) == 4 * (rows - refused)
    assert why in str(bad[-1] if bad else "")
    try:
        guess(file, "UTC")
    except ValueError as error:  # a sentence, for what has no rows
        assert not rows or "known" in str(error)


@pytest.mark.parametrize("name", NO_FILES)
def test_what_has_no_rows_is_said(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content, said = NO_FILES[name]
    file, mapping = tmp_path / "calls.csv", tmp_path / "mapping.toml"
    file.write_bytes(content)
    mapping.write_text(MAPPING)
    with pytest.raises(MappingError, match=said):
        run([file], Mapping.parse(MAPPING), print, print, Pseudonyms(bytes(range(16))))
    monkeypatch.setenv("REACHLINE_PSEUDONYM_KEY", "8f3a61c0d27be945")
    assert main(["import", "calls", str(file), "--mapping", str(mapping)]) == 2
    assert said in capsys.readouterr().err
    assert main(["import", "calls", str(file), "--guess"]) in (0, 1)
