"""Whoever writes a mapping is told of all their mistakes at once, each with its place."""

from pathlib import Path

import pytest

from streams.sources import mapping as mapping_module
from streams.sources.mapping import Mapping, MappingError

WRONG = """
[file]
delimiter = ";;"
encoding = "klingon"
order = "backwards"

[time]
zone = "Europe/Antwerp"
format = "iso"
next_day = "half a day"
never = [0]

[call]
id = "the-call"
lime = "{dst}"

[lines]
"600" = 7

[[row]]
when = "always"
start = "start"
left = "end"

[[row]]
leave_out = true
hangup = { at = "end", reason = "bored", by = "nobody" }

[[row]]
entered = { plus = "wait" }
answered = { at = "answer", not_before = "hangup" }
"""


def test_every_mistake_is_said_at_once() -> None:
    with pytest.raises(MappingError) as caught:
        Mapping.parse(WRONG, "mine.toml")
    assert str(caught.value).splitlines() == [
        "mine.toml: call.lime: unknown; did you mean 'line'?",
        "mine.toml: time.next_day: must be a span such as 12h or 90m",
        "mine.toml: time.next_day: needs time.date: only clock times know no day",
        "mine.toml: time.zone: 'Europe/Antwerp' is neither a zone (Europe/Brussels) nor ±hh:mm",
        "mine.toml: time.never: must be a text or a list of texts",
        "mine.toml: call.id: names no {column}, so that every row would be the same call",
        "mine.toml: row 1.when: must be a table of columns and their values",
        "mine.toml: row 1.left.reason: missing: one of transfer, overflow, timeout, exit_key, "
        "voicemail, callback, closed, full",
        "mine.toml: row 2.hangup.reason: 'bored' is none of normal, busy, closed, error",
        "mine.toml: row 2.hangup.by: 'nobody' is none of caller, agent, system",
        "mine.toml: row 2: must name events (start, choice, entered, answered, left, hangup) or "
        "leave_out = true",
        "mine.toml: row 3.entered.at: missing: the column of its time",
        "mine.toml: row 3.answered.not_before: 'hangup' is none of entered",
        "mine.toml: lines: must give a line id for each value",
        "mine.toml: file.delimiter: must be one character, not ';;'",
        "mine.toml: file.encoding: no encoding is called 'klingon'",
        "mine.toml: file.order: 'backwards' is none of file, at",
        "mine.toml: call.line: missing: choices and queues happen at a line",
    ]


def test_an_empty_mapping_says_what_is_needed() -> None:
    with pytest.raises(MappingError) as caught:
        Mapping.parse("")
    assert [mistake.partition(":")[0] for mistake in caught.value.mistakes] == [
        "time.zone",
        "time.format",
        "row",
        "call.id",
    ]


def test_columns_that_a_file_without_header_does_not_have() -> None:
    text = """
    file.columns = ["id", "start"]
    time = { zone = "UTC", format = "epoch" }
    call = { id = "{id}" }
    row = [{ start = "start", hangup = "end" }]
    """
    assert not Mapping.parse(text.replace('["id"', '["end", "id"')).header
    with pytest.raises(MappingError, match=r"file\.columns: has no 'end', which the mapping names"):
        Mapping.parse(text)


def test_a_file_that_is_not_there_or_not_toml(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="No such file"):
        Mapping.load(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[file\n")
    with pytest.raises(MappingError, match="not TOML"):
        Mapping.load(broken)


def test_a_mapping_that_a_spreadsheet_saved_and_one_that_nobody_wrote(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    file.write_text('[time]\nzone = "UTC"\nformat = "iso"\n', "utf-8-sig")
    with pytest.raises(MappingError, match=r"call\.id: missing"):
        Mapping.load(file)
    with pytest.raises(MappingError, match="nested too deeply"):
        Mapping.parse("a = " + "[" * 3000)


def test_the_example_that_the_module_shows_is_a_mapping() -> None:
    # The block between "::" and the next text at the margin, without its indentation.
    shown = (mapping_module.__doc__ or "").partition("::\n")[2].partition("\nA `choice`")[0]
    example = "\n".join(line[4:] for line in shown.splitlines())
    mapping = Mapping.parse(example.replace('columns = ["id", "when"]', ""))
    assert {"trunk", "date", "number", "type", "ani", "wait", "end"} <= set(mapping.used())
    assert mapping.keyed and mapping.sorted and len(mapping.rules) == 2
