"""Where a file's rows begin: titles, empty lines and `sep=;` above its header."""

from collections.abc import Iterable

import pytest

from streams.sources import calls
from streams.sources.call_counts import BadRow
from streams.sources.mapping import Mapping, MappingError
from streams.sources.tables import read_table

MAPPING = """
time = { zone = "UTC", format = "iso" }
call = { id = "{id}", line = "{queue}" }
row = [{ start = "start", entered = "start" }]
"""


def read(
    lines: Iterable[str], file: str = "", mapping: str = MAPPING
) -> tuple[list[tuple[int, list[str]]], int]:
    """The rows with their numbers, and how many lines stand above the header."""
    said = f"file = {{ {file} }}\n{mapping}"
    table = read_table(lines, Mapping.parse(said), "calls.csv")
    return [(row.line_number, row.fields) for row in table.rows], table.above


HEADER, ROW = "id,queue,start\n", "1,a,2026-11-20 10:00:00\n"
FOUND = ["1", "a", "2026-11-20 10:00:00"]


@pytest.mark.parametrize(
    "above",
    [
        [],
        ["Report: Queue detail\n", "Period: 2026-11-20\n", "\n"],
        ["\n", "\n"],
        ["Queue detail,,\n", ",,\n"],
        ["id,queue\n", '"Report\n'],
        [f"Filter {n}\n" for n in range(20)],
    ],
)
def test_lines_above_the_header_are_passed_over_and_counted(above: list[str]) -> None:
    rows, counted = read([*above, HEADER, ROW, "\n", ROW])
    assert counted == len(above)
    assert rows == [(len(above) + 2, FOUND), (len(above) + 4, FOUND)]


def test_a_title_with_an_open_quote_does_not_swallow_the_header() -> None:
    rows, above = read(['"Report,\n', HEADER, ROW, 'x",\n'], 'quotes = "across_lines"')
    assert (rows[0], above) == ((3, FOUND), 1)


def test_a_header_may_hold_line_breaks_if_fields_may() -> None:
    mapping = MAPPING.replace('entered = "start"', 'entered = "wait\\ntime"')
    lines = ["Report\n", 'id,queue,start,"wait\n', 'time"\n', "1,a,2026-11-20 10:00:00,5\n"]
    rows, above = read(lines, 'quotes = "across_lines"', mapping)
    assert (rows, above) == ([(4, [*FOUND, "5"])], 1)


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n", "\ufeffsep=;\n"])
def test_the_line_that_names_the_separator_is_heeded(line: str) -> None:
    lines = [line, HEADER.replace(",", ";"), ROW.replace(",", ";")]
    assert read(lines) == ([(3, FOUND)], 1)
    assert read(lines, 'delimiter = ";"') == ([(3, FOUND)], 1)
    with pytest.raises(MappingError, match="no column 'id'"):
        read(lines, 'delimiter = ","')


def test_as_many_lines_as_the_mapping_says_are_skipped() -> None:
    # The second header is that of the calls; what stands above it would be taken for one.
    lines = [HEADER, ROW, HEADER, ROW]
    assert read(lines, "skip = 2") == ([(4, FOUND)], 2)
    assert read(["sep=,\n", *lines], "skip = 3") == ([(5, FOUND)], 3)
    with pytest.raises(MappingError, match="no column 'id'"):
        read(["Title\n", *lines], "skip = 0")


def test_without_a_header_lines_are_skipped_only_where_the_mapping_says_so() -> None:
    columns = 'columns = ["id", "queue", "start"]'
    assert read([ROW, ROW], columns) == ([(1, FOUND), (2, FOUND)], 0)
    assert read(["sep=,\n", "Title\n", ROW], columns + ", skip = 2") == ([(3, FOUND)], 2)
    assert read(["Title\n", ROW], columns)[0][0] == (1, ["Title"]), "which is refused as a row"


@pytest.mark.parametrize("header", [" id , queue\t,start\n", "\ufeffid,queue,\u00a0start\r\n"])
def test_blanks_around_a_name_are_no_part_of_it(header: str) -> None:
    assert read([header, ROW])[0] == [(2, FOUND)]


def test_separators_at_the_end_of_a_line_make_no_columns() -> None:
    for header, row in ((HEADER[:-1] + ",,\n", ROW), (HEADER, ROW[:-1] + ",,\n")):
        table = read_table([header, row], Mapping.parse(MAPPING), "calls.csv")
        assert table.columns == ("id", "queue", "start")
        bad: list[BadRow] = []
        assert len(list(calls.events([header, row], Mapping.parse(MAPPING), bad.append))) == 2
    for row in (ROW[:-1] + ",x\n", "1,a\n"):
        assert not list(calls.events([HEADER, row], Mapping.parse(MAPPING), bad.append))
    assert [one.reason for one in bad] == ["4 fields, 3 expected", "2 fields, 3 expected"]


def test_a_column_that_stands_twice_is_a_mistake_if_the_mapping_names_it() -> None:
    with pytest.raises(MappingError, match=r"calls\.csv: the header has 'start' twice"):
        read(["id,queue,start,start\n", ROW])
    assert read(["id,queue,start,,\n", "1,a,x,,\n"])[0], "others are nobody's business"


def test_a_file_of_nothing_but_titles_lacks_every_column() -> None:
    with pytest.raises(MappingError) as caught:
        read(["Report\n"] * 50)
    assert caught.value.mistakes == [
        f"no column {column!r}; it has Report" for column in ("id", "queue", "start")
    ]


def test_a_file_that_is_utf_16_says_so_where_nobody_else_did() -> None:
    with pytest.raises(MappingError, match="it seems to be UTF-16"):
        read([HEADER.encode("utf-16-le").decode("utf-8"), ROW])


def test_a_header_that_another_separator_parts_says_so() -> None:
    for delimiter in "\t;|":
        with pytest.raises(MappingError, match=r"file\.delimiter says so"):
            read([HEADER.replace(",", delimiter), ROW])


def test_a_file_that_grows_is_not_read_further_than_its_header() -> None:
    def growing() -> Iterable[str]:
        yield from [HEADER, ROW]
        raise AssertionError("read on")

    table = read_table(growing(), Mapping.parse(MAPPING), "calls.csv")
    assert next(table.rows).fields == FOUND
