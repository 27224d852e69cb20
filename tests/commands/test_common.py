"""What the commands share: a plan or its mistakes, durations, a bar for people."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from streams.commands import common
from streams.commands.common import (
    USAGE,
    CommandError,
    Progress,
    duration,
    load_plan,
    load_simulated_plan,
    size_of,
)
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from tests.plans import ANTWERP, ANTWERP_FILE


def refused(path: Path) -> str:
    with pytest.raises(CommandError) as error:
        load_plan(str(path))
    assert error.value.status == USAGE
    return str(error.value)


def test_a_plan_that_can_not_be_used_is_the_typist_s_mistake(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    assert refused(plan) == f"{plan}: cannot be read: No such file or directory"
    plan.write_text('[[line]]\nid = "waste"\nhours = "night"\n[[line]]\n')
    first, second = refused(plan).splitlines()
    assert 'no hours "night"' in first and "`id` is missing" in second


def test_who_names_no_plan_has_the_default_and_simulates_antwerp() -> None:
    assert [*load_plan(None).lines] == [*Plan.default().lines] == []
    assert [*load_plan(str(ANTWERP_FILE)).lines] == [*ANTWERP.lines]
    assert len([*load_simulated_plan(None).lines]) > 1
    assert [*load_simulated_plan(str(ANTWERP_FILE)).lines] == [*ANTWERP.lines]


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("60s", MINUTE),
        ("15m", 15 * MINUTE),
        ("2h", 2 * HOUR),
        ("90", 90 * SECOND),
        ("1.5h", 90 * MINUTE),
        ("0.25", SECOND // 4),
    ],
)
def test_durations(text: str, us: int) -> None:
    assert duration(text) == us


@pytest.mark.parametrize("text", ["", "m", "soon", "2d", "0", "-1h", "nan", "inf", "1e9"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"could not convert|not a duration"):
        duration(text)


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_a_bar_is_for_a_terminal_and_goes_when_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(common.time, "monotonic", lambda: now)
    monkeypatch.setattr(sys, "stderr", screen := Screen())
    progress = Progress("reading", 4_000_000)
    now += 1
    progress.advance(1_000_000)
    assert screen.getvalue().startswith("\rreading ███████")
    assert " 25%    1.0 MB/s" in screen.getvalue()
    drawn = screen.getvalue()
    progress.advance(1_000_000)
    assert screen.getvalue() == drawn, "once in a while is enough"
    now += 1
    progress.advance(1_000_000)
    assert " 75%    1.5 MB/s" in screen.getvalue()
    progress.end()
    assert screen.getvalue().endswith("\r\033[K")


def test_a_bar_never_says_more_than_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes from a pipe has no size, and what is packed has less than it brings."""
    for total, share in ((0, "  0%"), (1_000, "100%")):
        monkeypatch.setattr(sys, "stderr", screen := Screen())
        progress = Progress("reading", total)
        progress.advance(5_000)
        assert share in screen.getvalue()


def test_in_a_pipe_there_is_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", pipe := io.StringIO())
    progress = Progress("reading", 10)
    progress.advance(5)
    progress.end()
    assert pipe.getvalue() == ""


def test_the_size_is_that_of_the_files_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(3))
    (tmp_path / "b").write_bytes(bytes(4))
    assert size_of([str(tmp_path / "a"), "-", str(tmp_path / "none"), str(tmp_path / "b")]) == 7
    assert size_of([str(tmp_path)]) == 0
