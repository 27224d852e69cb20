"""Where the books of a statement come from, and as of when."""

from __future__ import annotations

import gzip
import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.commands import books
from streams.domain.plan import Plan
from streams.domain.statement import parse
from streams.sinks.statement.restated import LateEvent
from tests.commands.months import Month, call, of_the_bank, run


@pytest.mark.slow
def test_order_repetition_and_packing_give_the_same_bytes(
    bank: Path, made: dict[str, Any], tmp_path: Path, output: Callable[[], bytes]
) -> None:
    lines = (bank / "events.ndjson").read_bytes().splitlines(keepends=True)
    half = len(lines) // 2
    (tmp_path / "b.ndjson").write_bytes(b"".join(reversed(lines[:half])))
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(b"".join(lines[half - 999 :]), 1))
    words = of_the_bank(bank)[:-1]
    assert run(*words, "--format", "json", tmp_path / "b.ndjson", tmp_path / "a.ndjson.gz") == 0
    again = json.loads(output())
    again["issue"]["date"] = made["issue"]["date"]
    assert again == made


def test_as_of_a_moment_what_came_later_is_not_known(
    month: Month, output: Callable[[], bytes]
) -> None:
    """At 09:04:30 five calls have come in, of which the last is not in the past's 20 seconds."""
    words = [*month.words("statement")[:-4], "--format", "json"]
    assert run(*words, "--as-of", "2026-03-04T09:04:30+01:00", month.first) == 0
    found = json.loads(output())
    assert found["provisional"] == {
        "as_of": "2026-03-04T08:04:30Z",
        "quarter_hours": 1,
        "visits": 5,
        "period_over": False,
    }
    assert found["results"][0]["whole"] == 5
    assert not found["results"][0]["final"]


def test_the_books_that_workers_keep_are_as_of_no_other_time(
    month: Month, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*month.words("statement")[:-4], "--as-of", "2026-03-20T00:00:00Z"]
    assert run(*words) == 2
    assert capsys.readouterr().err == (
        "reachline: --as-of: kept books are as they are; use files, or --from raw\n"
    )


def test_a_file_that_can_not_be_read_is_named(
    month: Month, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REACHLINE_TRACEBACK", "1")  # which shows what nobody foresaw
    broken = month.directory / "march.ndjson.gz"
    broken.write_bytes(b"not packed at all")
    for file in (broken, month.directory / "march.ndjson"):
        assert run(*month.words("statement"), file) == 1
        (said,) = capsys.readouterr().err.splitlines()
        assert said.startswith("reachline: ") and str(file) in said


def test_of_files_of_which_nothing_was_accepted_it_is_said(
    month: Month, capsys: pytest.CaptureFixture[str]
) -> None:
    none = month.write("none", [{"event": "answer"}])
    assert run(*month.words("statement")[:-4], "--format", "json", none) == 1
    out, said = capsys.readouterr()
    assert "unknown_kind" in said and "nothing was accepted" in said
    assert not out and "final" not in said


def test_only_a_correction_is_told_as_what_came_late(month: Month) -> None:
    """Of files, which do not say when an event came."""
    sent_again = call(0, 0, 300)[1] | {"revision": 1}
    late = month.write("late", [sent_again, *call(10, 30, 90, revision=0)])
    arguments = Namespace(files=[str(month.first), str(late)])
    plan, march = Plan.load(month.plan), parse("2026-03")
    contacts, told = books.everything(arguments, plan, march)
    assert len([*contacts]) == 11
    assert told == [
        LateEvent(
            event="queue",
            event_id="0-2",
            call_id="c0",
            at="2026-03-04T08:05:00Z",
            arrived=None,
            revision=1,
        )
    ]
