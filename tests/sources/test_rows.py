"""A quote that nobody closed costs no call: not its own row, and never another."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.events import CallStart, Event
from streams.sources import calls
from streams.sources.call_counts import BadRow, Counts
from streams.sources.followed_calls import FollowedCalls
from streams.sources.growing_files import Growing
from streams.sources.mapping import Mapping, MappingError

MAPPING = """
[file]
{file}
[time]
zone = "Europe/Brussels"
format = "%Y-%m-%d %H:%M:%S"
[call]
id = "{{id}}"
line = "{{line}}"
entry = "{{name}}"
[[row]]
start = "start"
entered = "start"
hangup = "end"
"""
COLUMNS = "id,line,name,start,end\n"


def mapping(file: str = "") -> Mapping:
    return Mapping.parse(MAPPING.format(file=file))


ACROSS = mapping('quotes = "across_lines"')


def row(number: int | str, name: str, end: str = "\n") -> str:
    """A call that began at 10:00 and lasted a minute."""
    return f"{number},waste,{name},2026-10-05 10:00:00,2026-10-05 10:01:00{end}"


def names(text: str | Iterable[str], by: Mapping) -> tuple[dict[str, str | None], list[BadRow]]:
    """What each call has for its name, and the rows that gave no call."""
    bad: list[BadRow] = []
    lines = text.splitlines(keepends=True) if isinstance(text, str) else text
    found = calls.events(lines, by, bad.append, "calls.csv")
    return {e.call_id: e.entry for e in found if isinstance(e, CallStart)}, bad


# A quote that nobody closed

STRAY = {
    "at the beginning": '"Bob the builder',
    "in the middle": 'Bob "the builder',
    "at the end": 'Bob the builder"',
    "alone": '"',
    "doubled at the end": 'Cid""',
    "doubled at the beginning": '""Cid',
    "closed before the field ends": '"Bob" the builder',
    "three": '"""',
}


@pytest.mark.parametrize("name", STRAY.values(), ids=STRAY.keys())
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CR LF"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_the_row_with_a_stray_quote_is_read_as_it_is_written(
    name: str, end: str, delimiter: str
) -> None:
    if delimiter == " ":
        name = name.replace(" ", "_")
    by = Mapping.parse(
        MAPPING.format(file=f"delimiter = {json.dumps(delimiter)}").replace("%d %H", "%dT%H")
    )
    text = COLUMNS + row(1, "Ann") + row(2, name) + row(3, "Dan") + row(4, "Eve")
    text = text.replace("05 10", "05T10").replace(",", delimiter).replace("\n", end)
    found, bad = names(text, by)
    assert bad == []
    assert found == {"1": "Ann", "2": name, "3": "Dan", "4": "Eve"}


@pytest.mark.parametrize("by", [mapping(), ACROSS], ids=["in_line", "across_lines"])
def test_two_stray_quotes_some_rows_apart_join_nothing(by: Mapping) -> None:
    text = COLUMNS + row(1, '"Bob') + row(2, 'Cid""') + row(3, 'Dan"') + row(4, "Eve")
    found, bad = names(text, by)
    assert bad == []
    assert found == {"1": '"Bob', "2": 'Cid""', "3": 'Dan"', "4": "Eve"}


@pytest.mark.parametrize("by", [mapping(), ACROSS], ids=["in_line", "across_lines"])
def test_one_quote_in_a_month_of_calls_costs_none_of_them(by: Mapping) -> None:
    rows = [row(n, '"Bob' if n == 100 else "Ann") for n in range(3_000)]
    found, bad = names([COLUMNS, *rows], by)
    assert bad == []
    assert len(found) == 3_000


def test_a_quote_in_the_last_row_and_in_the_last_field() -> None:
    text = COLUMNS.replace("id,", "").replace("\n", ",id\n")
    text += row("", "Ann").replace("\n", ",1\n")[1:] + row("", "Bob")[1:-1] + ',"2'
    found, bad = names(text, mapping())
    assert bad == []
    assert found == {"1": "Ann", '"2': "Bob"}


@given(st.lists(st.text('"a, ', max_size=6), min_size=1, max_size=8))
def test_no_row_is_lost_to_the_quotes_of_another(fields: list[str]) -> None:
    """Whatever quotes are in a row: it gives its call or says why not, and so does each other."""
    rows = [row(number, name) for number, name in enumerate(fields)]
    for by in (mapping(), mapping('quotes = "none"'), ACROSS):
        counts, bad = Counts(), []
        lines = [COLUMNS, *rows, row("last", "Eve")]
        found = {e.call_id for e in calls.events(lines, by, bad.append, counts=counts)}
        assert "last" in found
        assert len(found) + len(bad) + counts.swallowed == len(fields) + 1
        whole = {str(n) for n, name in enumerate(fields) if "," not in name}
        assert found >= whole, "a row without a separator too many is never lost"


# Quotes that mean something

GOOD = {
    "a separator inside": ('"Peeters, Jan"', "Peeters, Jan"),
    "a quote inside": ('"Jan ""Jef"" Peeters"', 'Jan "Jef" Peeters'),
    "nothing inside": ('""', None),
    "one quote inside": ('""""', '"'),
    "blanks behind it": ('"Peeters, Jan"  ', "Peeters, Jan"),
}


@pytest.mark.parametrize(("written", "meant"), GOOD.values(), ids=GOOD.keys())
@pytest.mark.parametrize("by", [mapping(), ACROSS], ids=["in_line", "across_lines"])
def test_a_quoted_field_is_what_is_between_its_quotes(
    written: str, meant: str | None, by: Mapping
) -> None:
    found, bad = names(COLUMNS + row(1, written) + row(2, "Eve"), by)
    assert (found, bad) == ({"1": meant, "2": "Eve"}, [])


def test_a_header_in_quotes_behind_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    header = ",".join(f'"{column}"' for column in COLUMNS.strip().split(","))
    file.write_text(header + "\r\n" + row(1, '"Bob', "\r\n") + row(2, "Eve", "\r\n"), "utf-8-sig")
    written: list[object] = []
    counts = calls.run([file], mapping(), written.append, print)
    assert (counts.calls, counts.refused) == (2, 0)


def test_where_quotes_mean_nothing_every_one_is_a_sign_like_another() -> None:
    by = mapping('quotes = "none"')
    found, bad = names(COLUMNS + row(1, '"Bob"') + row(2, '"Peeters, Jan"'), by)
    assert found == {"1": '"Bob"'}
    assert [str(one) for one in bad] == ["calls.csv:3: 6 fields, 5 expected"]


# Fields with line breaks

BROKEN = row(1, '"Zoë\nJr, of\n\nthe ""docks"""')


def test_a_line_break_between_quotes_costs_its_row_and_names_the_remedy() -> None:
    found, bad = names(COLUMNS + row(1, '"Zoë\nJr"') + row(2, "Eve"), mapping())
    assert found == {"2": "Eve"}
    assert [str(one) for one in bad] == [
        "calls.csv:2: 3 fields, 5 expected; a quote is left open: "
        'where fields hold line breaks, write file.quotes = "across_lines"',
        "calls.csv:3: 3 fields, 5 expected",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CR LF"])
def test_where_the_mapping_allows_it_a_field_goes_over_lines_that_are_counted(end: str) -> None:
    counts = Counts()
    text = (COLUMNS + row(0, "Ann") + BROKEN + row(2, "Eve")).replace("\n", end)
    bad: list[BadRow] = []
    found = list(
        calls.events(text.splitlines(keepends=True), ACROSS, bad.append, "calls.csv", counts=counts)
    )
    assert bad == []
    start = next(e for e in found if isinstance(e, CallStart) and e.call_id == "1")
    assert start.entry == f'Zoë{end}Jr, of{end}{end}the "docks"'
    assert (counts.rows, counts.calls, counts.swallowed) == (3, 3, 3)


def test_the_lines_of_later_rows_are_those_of_the_file() -> None:
    _, bad = names(COLUMNS + BROKEN + "2,waste\n", ACROSS)
    assert [one.line_number for one in bad] == [6]


def test_a_line_that_is_a_row_by_itself_is_never_swallowed() -> None:
    """Both quotes were meant, perhaps; but a row too many shows, a call too few does not."""
    text = COLUMNS + row(1, '"Bob') + row(2, "Ann") + row(3, 'Cid"')
    found, bad = names(text, ACROSS)
    assert (list(found), bad) == (["1", "2", "3"], [])


@pytest.mark.parametrize(("lines", "read"), [(20, True), (21, False)])
def test_a_field_goes_over_twenty_lines_at_most(lines: int, read: bool) -> None:
    note = '"' + "\n".join("x" for _ in range(lines)) + '"'
    found, bad = names(COLUMNS + row(1, note) + row(2, "Eve"), ACROSS)
    assert found["2"] == "Eve"
    assert ("1" in found) is read
    assert len(bad) == (0 if read else lines)


def test_an_open_quote_at_the_end_of_the_file() -> None:
    found, bad = names(COLUMNS + row(1, "Ann") + row(2, '"Bob'), ACROSS)
    assert (found, bad) == ({"1": "Ann", "2": '"Bob'}, [])


def test_two_fields_with_line_breaks_in_one_row() -> None:
    text = 'id,line,name,start,end\n1,"wa\nste","Zoë\nJr",2026-10-05 10:00:00,2026-10-05 10:01:00\n'
    found, bad = names(text + row(2, "Eve"), ACROSS)
    assert (found, bad) == ({"1": "Zoë\nJr", "2": "Eve"}, [])


# A file that grows


def followed(file: Path, by: Mapping, steps: list[str]) -> tuple[list[str], list[str]]:
    """The calls that had come before each step, after which the file grows by what it says."""
    come: list[str] = []
    before: list[str] = []
    left = list(steps)

    def pause() -> None:
        before.append(" ".join(come))
        if not left:
            raise KeyboardInterrupt
        with file.open("a") as stream:
            stream.write(left.pop(0))

    def write(events: list[Event], _: object) -> None:
        come.extend(event.call_id for event in events if isinstance(event, CallStart))

    growing = Growing(file, lambda text: text.hex())
    with pytest.raises(KeyboardInterrupt):
        FollowedCalls(growing, by, write, pause, print).run()
    return before, come


def test_a_half_written_line_with_a_quote_in_it_waits_for_its_own_end_alone(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(COLUMNS + row(1, "Ann") + '2,waste,"Bo')
    rest = 'b"' + row(2, "")[len("2,waste,") :]
    before, come = followed(file, mapping(), [rest, row(3, '"Cid'), row(4, "Eve")])
    assert before == ["1", "1 2", "1 2 3", "1 2 3 4"]
    assert come == ["1", "2", "3", "4"]


def test_where_remarks_go_over_lines_an_open_one_waits_for_the_next_line(tmp_path: Path) -> None:
    """A remark is the last of the fields here, so that only the next line tells whether it ends."""
    file = tmp_path / "calls.csv"
    file.write_text("id,line,start,end,name\n" + remarked(1, '"Bob'))
    before, come = followed(file, ACROSS, [remarked(2, "Ann"), remarked(3, '"Zoë'), 'Jr"\n'])
    assert before == ["", "1 2", "1 2", "1 2 3"]
    assert come == ["1", "2", "3"]


def remarked(number: int, name: str) -> str:
    return f"{number},waste,2026-10-05 10:00:00,2026-10-05 10:01:00,{name}\n"


# The mapping


def test_the_mapping_says_what_quotes_mean_or_what_it_may_say() -> None:
    with pytest.raises(MappingError, match="'twice' is none of in_line, across_lines, none"):
        mapping('quotes = "twice"')


@pytest.mark.parametrize("delimiter", ["'\"'", r'"\n"', r'"\r"'])
def test_no_quote_and_no_line_end_separates_fields(delimiter: str) -> None:
    with pytest.raises(MappingError, match="neither a quote nor a line end"):
        mapping(f"delimiter = {delimiter}")
