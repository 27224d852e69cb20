"""Files of events through the domain: corrections, packed files, and lines of every kind.

It is longer than a module should be, because it tells every way in which a file of events can be
read.
"""

import gzip
import io
import json
import os
import random
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain import instants
from streams.domain.books import INTERVAL, Books, books
from streams.domain.entries import entries
from streams.domain.event_reader import MAX_BYTES
from streams.domain.instants import HOUR, SECOND
from streams.domain.ledger import Ledger
from streams.domain.tally import Tally
from streams.sinks import report
from streams.sources.event_files import CHUNK, UnreadableFileError, batches, open_lines
from streams.sources.replay import RefusedLine, Replayed, replay
from tests.stories import PLAN, Fact, Story, at, contacts, events, judged

LATER = at("23:59", "2027-01-01")


def ndjson(facts: Iterable[Fact]) -> list[bytes]:
    return [msgspec.json.encode(event) + b"\n" for event, _ in facts]


def replayed(
    files: list[Path] | Path, refused: Callable[[RefusedLine], object] = print
) -> Replayed:
    names = [str(file) for file in (files if isinstance(files, list) else [files])]
    return replay(names, PLAN, LATER, refused)


def written(directory: Path, lines: Iterable[bytes], name: str = "events.ndjson") -> Path:
    file = directory / name
    file.write_bytes(b"".join(lines))
    return file


CALL = Story("c").start("9:00").choose("9:00:10", "waste").enter("9:00:12", "waste")
CALL.answer("9:00:20", "waste").hang_up("9:05")


# What is counted does not depend on how it is told


@given(st.data())
def test_neither_order_nor_repetition_nor_files_change_what_is_said(data: st.DataObject) -> None:
    facts = data.draw(events(at("12:00"), at("18:00")))
    lines = ndjson(facts)
    again = data.draw(st.permutations(lines + data.draw(st.lists(st.sampled_from(lines)))))
    cut = data.draw(st.integers(0, len(again)))
    with TemporaryDirectory() as name:
        directory = Path(name)
        one = replayed(written(directory, lines))
        parts = [written(directory, again[:cut], "a"), written(directory, again[cut:], "b")]
        other = replayed(parts)
    assert other.accepted == len(again)
    said = [report.as_json(each.books(PLAN, INTERVAL), each.refused) for each in (one, other)]
    assert said[0] == said[1]


@settings(max_examples=settings.default.max_examples // 2)
@given(st.data())
def test_live_and_restated(data: st.DataObject) -> None:
    """Live, what comes too late and what is corrected is kept aside, and the books are those of
    the rest. A replay of everything is the books of all, the highest revision of each."""
    begin = at("12:00")
    facts: list[Fact] = []
    for event, instant in data.draw(events(begin, begin + 3 * HOUR)):
        facts.append((event, instant))
        if data.draw(st.integers(0, 3)) == 0:
            moved = instant + data.draw(st.integers(-600, 600)) * SECOND
            corrected = msgspec.structs.replace(
                event, revision=data.draw(st.integers(1, 3)), at=_text(moved)
            )
            facts.append((corrected, moved))
    # One revision of an event is one version: of two with the same number, the first drawn.
    facts = list(
        {(e.event_id, e.revision): (e, instant) for e, instant in reversed(facts)}.values()
    )
    ledger = Ledger(PLAN)
    accepted, late = [], []
    now = begin
    for fact in data.draw(st.permutations(facts)):
        (accepted if ledger.accept(*fact) else late).append(fact)
        now += data.draw(st.sampled_from((0, 0, 60, 600, 3600))) * SECOND
        ledger.advance(now)
    assert {e.event_id for e, _ in late} >= {e.event_id for e, _ in facts if e.revision}
    end = begin + 24 * HOUR
    totals = {}
    for clock in (now, end):
        ledger.advance(clock)
        totals |= {key: each.tally for key, each in ledger.changes().partials.items()}
    live = {
        (scope, start): tally
        for (scope, width, start), tally in totals.items()
        if width == INTERVAL and not tally.empty()
    }
    assert live == _intervals(accepted, end)

    highest = {}
    for event, instant in sorted(facts, key=lambda fact: fact[0].revision):
        highest[event.event_id] = (event, instant)
    lines = ndjson(data.draw(st.permutations(accepted + late)))
    with TemporaryDirectory() as name:
        whole = replayed(written(Path(name), lines))
    expected = books(contacts(highest.values()), PLAN, whole.now or 0, INTERVAL)
    restated = whole.books(PLAN, INTERVAL)
    assert restated.totals == expected.totals
    assert restated.intervals == expected.intervals


def _text(instant: int) -> str:
    return instants.text(instant)


def _intervals(facts: list[Fact], now: int) -> dict[tuple[str, int], Tally]:
    found = Books(INTERVAL)
    for contact in contacts(facts):
        reading = judged(contact, PLAN, now)
        for entry in entries(reading) if reading is not None else ():
            found.add(entry)
    return {key: tally for key, tally in found.intervals.items() if not tally.empty()}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_several_revisions_the_highest_counts_in_any_order(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    """The hangup was said to be at 9:01, then at 9:03, then at 9:02: it was at 9:02."""
    (start, entered) = Story("c").start("9:00").enter("9:00:10", "waste").facts
    hangup = {"event": "hangup", "event_id": "h", "call_id": "c"}
    versions = [
        json.dumps(hangup | {"at": f"2026-11-18T09:0{minute}:00Z", "revision": n}).encode() + b"\n"
        for n, minute in ((0, 1), (1, 3), (2, 2))
    ]
    lines = [versions[n] for n in order] + ndjson([start, entered])
    found = replayed(written(tmp_path, lines))
    assert found.accepted == 5
    assert hung_up(found) == at("9:02")


def hung_up(found: Replayed) -> int | None:
    outcome = judged(found.contacts["c"], PLAN, LATER)
    return None if outcome is None else outcome.hung_up


def test_a_correction_of_another_call_corrects_nothing_here(tmp_path: Path) -> None:
    """An event is known by its call and its id."""
    start = {"event": "call-start", "event_id": "s", "call_id": "a", "at": "2026-11-18T09:00:00Z"}
    lines = [
        json.dumps(start | more).encode() + b"\n" for more in ({}, {"call_id": "b", "revision": 1})
    ]
    found = replayed(written(tmp_path, lines))
    assert found.books(PLAN).totals["city"]["contacts"] == 2


def test_now_is_the_newest_accepted_instant(tmp_path: Path) -> None:
    ahead = b'{"event":"hangup","event_id":"x","call_id":"x","at":"2100-01-01T00:00:00Z"}\n'
    refused: list[RefusedLine] = []
    found = replayed(written(tmp_path, [*ndjson(CALL.facts), ahead]), refused.append)
    assert found.now == at("9:05")
    assert [line.refusal.reason for line in refused] == ["in_future"]


# Files


def test_packed_files_say_the_same(tmp_path: Path) -> None:
    plain = b"".join(ndjson(CALL.facts))
    half = len(plain) // 2
    packed = {
        "a.ndjson": plain,
        "a.ndjson.gz": gzip.compress(plain[:half]) + gzip.compress(plain[half:]),
        "a.ndjson.zst": zstandard.compress(plain[:half]) + zstandard.compress(plain[half:]),
    }
    for name, content in packed.items():
        found = replayed(written(tmp_path, [content], name))
        assert (found.accepted, hung_up(found)) == (5, at("9:05")), name


def test_standard_input_may_hold_corrections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = {"event": "call-start", "event_id": "s", "call_id": "c", "at": "2026-11-18T09:00:00Z"}
    lines = [start | {"revision": 1, "at": "2026-11-18T09:01:00Z"}, start]
    given_in = io.BytesIO(b"\n".join(json.dumps(line).encode() for line in lines))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(given_in))
    outcome = judged(replay(["-"], PLAN, LATER, print).contacts["c"], PLAN, LATER)
    assert outcome is not None and outcome.started == at("9:01")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"gone\.ndjson: No such file"):
        replayed(tmp_path / "gone.ndjson")


@pytest.mark.parametrize("name", ["a.gz", "a.zst"])
@pytest.mark.parametrize("how", ["broken off", "damaged", "not packed"])
def test_a_packed_file_that_is_damaged(tmp_path: Path, name: str, how: str) -> None:
    whole = b"".join(ndjson(CALL.facts)) * 50
    content = gzip.compress(whole) if name.endswith("gz") else zstandard.compress(whole)
    if how == "broken off":
        content = content[: len(content) // 2]
    elif how == "damaged":
        middle = len(content) // 2
        content = content[:middle] + bytes(255 - byte for byte in content[middle:])
    else:
        content = whole
    with pytest.raises(UnreadableFileError, match=name):
        replayed(written(tmp_path, [content], name), lambda line: None)


# Lines


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n", b"\n  \t\r\n"])
def test_ends_of_lines(tmp_path: Path, end: bytes) -> None:
    lines = [line.rstrip() + end for line in ndjson(CALL.facts)]
    found = replayed(written(tmp_path, lines))
    assert (found.accepted, found.refused) == (5, {})


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    assert replayed(written(tmp_path, [b"".join(ndjson(CALL.facts)).rstrip()])).accepted == 5


def test_a_refused_line_is_told_with_its_place(tmp_path: Path) -> None:
    lines = ndjson(CALL.facts)
    told: list[str] = []
    file = written(tmp_path, [lines[0], b"\n", b"{\n", *lines[1:], b'{"event":"x"}\n'])
    replayed(file, lambda line: told.append(str(line)))
    assert [each.split(": ")[:2] for each in told] == [
        [f"{file}:3", "unreadable"],
        [f"{file}:8", "unknown_kind"],
    ]


def test_a_file_read_twice_is_told_of_by_its_own_lines(tmp_path: Path) -> None:
    told: list[str] = []
    file = written(tmp_path, [*ndjson(CALL.facts), b"{\n"])
    replayed([file, file], lambda line: told.append(str(line)))
    assert [each.split(": ")[0] for each in told] == [f"{file}:6", f"{file}:6"]


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
def test_a_mark_of_utf_8_at_the_beginning_costs_nothing(tmp_path: Path, name: str) -> None:
    """As a spreadsheet on Windows saves a file; anywhere else it is not expected."""
    lines = ndjson(CALL.facts)
    whole = BOM_UTF8 + b"".join([*lines, BOM_UTF8 + lines[0]])
    told: list[str] = []
    file = written(tmp_path, [gzip.compress(whole) if name.endswith("gz") else whole], name)
    found = replayed(file, lambda line: told.append(str(line)))
    assert (found.accepted, found.refused) == (5, {"unreadable": 1})
    assert told[0].startswith(f"{file}:6: unreadable")


@given(st.integers(1, 8), st.sampled_from([b"", b"a", b"\n", b"a\nb", b"x" * MAX_BYTES]))
def test_a_mark_that_comes_byte_by_byte(chunk: int, text: bytes) -> None:
    stream = Chunked(BOM_UTF8 + text, chunk)
    found = [line for batch in batches(stream) for line in batch]  # type: ignore[arg-type]
    assert found == text.removesuffix(b"\n").split(b"\n") if text else not found


@given(
    st.lists(st.integers(0, 3 * MAX_BYTES), max_size=12),
    st.integers(1, 9),
    st.booleans(),
)
def test_batches_are_the_lines_of_a_file_but_for_what_is_too_long(
    lengths: list[int], chunks: int, ended: bool
) -> None:
    """Read in chunks of any size, lines keep their number, and long ones are refused by length."""
    rng = random.Random(len(lengths))
    lines = [bytes(rng.choices(b"abc", k=length)) for length in lengths]
    text = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    stream = Chunked(text, max(1, len(text) // chunks))
    found = [line for batch in batches(stream) for line in batch]  # type: ignore[arg-type]
    expected = text.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    assert len(found) == len(expected)
    for line, whole in zip(found, expected, strict=True):
        assert len(line) <= MAX_BYTES + 1
        assert line == whole if len(whole) <= MAX_BYTES else len(line) > MAX_BYTES


class Chunked(io.BytesIO):
    """A stream that gives as much at once as it likes."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self._size = size

    def read(self, size: int | None = -1) -> bytes:
        assert size == CHUNK
        return super().read(self._size)


def test_what_unpacks_to_very_much_is_read_all_the_same(tmp_path: Path) -> None:
    """10 MB of nothing in a few kilobytes, as one line; and a quarter of a million empty lines."""
    for content in (bytes(10 << 20), b" \n" * (1 << 18)):
        file = written(tmp_path, [zstandard.compress(content), *_packed_call()], "a.zst")
        assert file.stat().st_size < 20_000
        found = replayed(file, lambda line: None)
        assert found.refused == ({"oversized": 1} if content[0] == 0 else {})
        assert found.accepted == 4 + (content[0] != 0)  # the first event ends the endless line


def _packed_call() -> list[bytes]:
    return [zstandard.compress(b"".join(ndjson(CALL.facts)))]


def test_directories_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="directory"):
        open_lines(str(tmp_path))


def test_a_pipe_is_read_twice_too_when_another_file_holds_corrections(tmp_path: Path) -> None:
    """As a shell's process substitution gives one."""
    first = {"event": "call-start", "event_id": "1", "call_id": "a", "at": "2026-10-05T09:00:00Z"}
    file, pipe = tmp_path / "a.ndjson", tmp_path / "pipe"
    file.write_bytes(
        msgspec.json.encode(first) + b"\n" + msgspec.json.encode(first | {"revision": 1})
    )
    os.mkfifo(pipe)
    of_pipe = msgspec.json.encode(first | {"event_id": "2", "call_id": "b"})
    writing = Thread(target=lambda: pipe.write_bytes(of_pipe))
    writing.start()
    found = replay([str(file), str(pipe)], PLAN, 2**62, print)
    writing.join()
    assert set(found.contacts) == {"a", "b"}
