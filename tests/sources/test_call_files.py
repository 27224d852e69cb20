"""Files that grow while they are read, and the order of what is in them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streams.domain.events import CallStart, Event, Hangup, MenuChoice
from streams.sources import call_files
from streams.sources.call_files import in_order, read


def test_equal_instants_keep_the_order_of_the_rows() -> None:
    clock = datetime(2026, 3, 2, 10, tzinfo=UTC)
    later, now = (clock + timedelta(hours=1)).isoformat(), clock.isoformat()
    events: list[Event] = [
        Hangup("c", "1", later),
        MenuChoice("b", "1", now, "waste"),
        CallStart("a", "1", now),
    ]
    assert [event.event_id for event in in_order(events)] == ["b", "a", "c"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("name", ["calls.csv", "calls.csv.gz"])
def test_a_byte_order_mark_goes_before_what_the_mapping_says(
    tmp_path: Path, encoding: str, name: str
) -> None:
    text = "id,name\r\n1,Zoë\r\n"
    marked = text if encoding.endswith(("sig", "16", "32")) else "\ufeff" + text
    file = tmp_path / name
    packed = gzip.compress if name.endswith("gz") else bytes
    file.write_bytes(packed(marked.encode(encoding)))
    for said in ("utf-8", "latin-1"):
        assert list(read(file, said)) == ["id,name\r\n", "1,Zoë\r\n"]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-16-le", "cp1252"])
def test_without_one_a_file_is_what_the_mapping_says(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "calls.csv"
    file.write_bytes("id,name\r\n1,Zoë\r\n".encode(encoding))
    assert list(read(file, encoding)) == ["id,name\r\n", "1,Zoë\r\n"]


@pytest.mark.parametrize("content", [b"", b"a", b"\n", b"\xef\xbb"])
def test_a_file_shorter_than_a_mark_is_read(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "calls.csv"
    file.write_bytes(content)
    assert "".join(read(file, "latin-1")).encode("latin-1") == content


def test_a_line_that_never_ends_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_files, "LONGEST_RECORD", 10)
    file = tmp_path / "calls.csv"
    file.write_text("123456789\n123456789")
    assert list(read(file, "utf-8")) == ["123456789\n", "123456789"]
    for end in ("\n", "\r\n", "\r"):
        for length in range(10, 31):  # longer than one part, or two, and as long
            file.write_text("1\n" + "x" * length + end + "2\n", newline="")
            first, cut, last = read(file, "utf-8")
            assert (first, cut.rstrip(), last) == ("1\n", "x" * 10, "2\n")
