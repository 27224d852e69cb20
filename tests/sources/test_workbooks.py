"""A workbook's sheet is read as a CSV file of the same rows, with days and lengths as they are."""

import sys
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from streams.domain.events import Event
from streams.sources import calls, workbooks
from streams.sources.call_counts import BadRow
from streams.sources.mapping import Mapping

MAPPING = """
[time]
zone = "Europe/Brussels"
format = "iso"
[call]
id = "{id}"
line = "{queue}"
[[row]]
when = { wait = "*" }
start = "start"
entered = "start"
answered = { at = "start", plus = "wait" }
hangup = "end"
[[row]]
start = "start"
entered = "start"
hangup = "end"
"""
DAY = 46346  # 2026-11-20
DATE, TIME, LENGTH = 1, 2, 3  # the styles of the sheet below
Cell = str | float | tuple[float, int] | None


def workbook(file: Path, *rows: list[Cell], sheet: str = "Calls", first: int = 1) -> Path:
    """Writes the fewest parts of which a workbook is made."""

    def cell(value: Cell, row: int, column: int) -> str:
        at = f'r="{chr(65 + column)}{row}"'
        if value is None:
            return ""
        if isinstance(value, str):
            return f'<c {at} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        number, style = value if isinstance(value, tuple) else (value, 0)
        return f'<c {at} s="{style}"><v>{number!r}</v></c>'

    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    data = "".join(
        f'<row r="{r}">{"".join(cell(value, r, c) for c, value in enumerate(row))}</row>'
        for r, row in enumerate(rows, first)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {main}><numFmts count="1">'
        '<numFmt numFmtId="164" formatCode="[h]:mm:ss"/></numFmts><cellXfs count="4">'
        '<xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="21"/><xf numFmtId="164"/>'
        "</cellXfs></styleSheet>",
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{data}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return file


def imported(file: Path, mapping: str = MAPPING) -> tuple[list[Event], list[BadRow]]:
    events: list[Event] = []
    bad: list[BadRow] = []
    calls.run([file], Mapping.parse(mapping), events.append, bad.append)
    return events, bad


HEADER: list[Cell] = ["id", "queue", "name", "start", "wait", "end"]
TEN: Cell = (DAY + 10 / 24, DATE)
FIVE_PAST: Cell = (DAY + (10 + 5 / 60) / 24, DATE)


def test_days_lengths_and_numbers_are_what_they_are(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "calls.xlsx",
        HEADER,
        [1, "a", "Ann", TEN, (65 / 86_400, LENGTH), FIVE_PAST],
        [2, "a", 'B"ob\nthe builder', TEN, (65 / 86_400, TIME), FIVE_PAST],
        [3.0, "a", None, TEN, 65, FIVE_PAST],
        [4, "a", None, "2026-11-20 10:00:00", "0:01:05", "2026-11-20T10:05:00"],
    )
    events, bad = imported(file)
    assert bad == []
    assert {event.call_id for event in events} == {"1", "2", "3", "4"}
    for name, at in (("start", "10:00:00"), ("answered", "10:01:05"), ("hangup", "10:05:00")):
        found = {event.at for event in events if event.event_id.endswith(name)}
        assert found == {f"2026-11-20T{at}+01:00"}


def test_titles_empty_rows_and_cells_and_numbers_of_rows(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "calls.XLSX",
        ["Queue detail"],
        [],
        HEADER,
        [1, "a", None, TEN, None, FIVE_PAST],
        [],
        [2, "a", None, "later", None, FIVE_PAST],
        [3, "a", None, (DAY, DATE), None, FIVE_PAST],
        [4, "a", None, TEN, 65 / 86_400, FIVE_PAST],
        first=3,
    )
    events, bad = imported(file)
    assert {event.call_id for event in events} == {"1"}
    assert [one.line_number for one in bad] == [8, 9, 10]
    for one, said in zip(bad, ("'later'", "a day alone", "a fraction of a day"), strict=True):
        assert said in one.reason


def test_another_sheet_than_the_first_is_named(tmp_path: Path) -> None:
    file = workbook(tmp_path / "c.xlsx", HEADER, [1, "a", "x", TEN, None, FIVE_PAST], sheet="Data")
    assert len(imported(file, 'file = { sheet = "Data" }\n' + MAPPING)[0]) == 3
    with pytest.raises(OSError, match="no sheet 'Calls'; it has 'Data'"):
        imported(file, 'file = { sheet = "Calls" }\n' + MAPPING)


@pytest.mark.parametrize("content", [b"", b"id,queue\n", b"PK\x03\x04 and no more"])
def test_what_is_no_workbook_is_said_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "calls.xlsx"
    file.write_bytes(content)
    with pytest.raises(OSError, match=r"calls\.xlsx: can't be read: "):
        imported(file)


def test_a_zip_of_something_else_and_one_that_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "other.xlsx"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("hello.txt", "hello")
    with pytest.raises(OSError, match=r"other\.xlsx: can't be read: "):
        imported(file)
    good = workbook(tmp_path / "c.xlsx", HEADER, [1, "a", "x", TEN, None, FIVE_PAST]).read_bytes()
    for at in range(0, len(good), 37):
        file.write_bytes(
            good[:at] + bytes(255 - byte for byte in good[at : at + 4]) + good[at + 4 :]
        )
        try:
            imported(file)
        except Exception as error:
            assert "can't be read" in str(error) or "no column" in str(error), at


def test_a_workbook_that_unpacks_to_more_than_a_sheet_can_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workbook(tmp_path / "calls.xlsx", HEADER)
    monkeypatch.setattr(workbooks, "_MOST_UNPACKED", 100)
    with pytest.raises(OSError, match="it unpacks to"):
        imported(file)


def test_without_the_extra_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(OSError, match=r"pip install 'reachline\[xlsx\]'"):
        imported(workbook(tmp_path / "calls.xlsx", HEADER))
