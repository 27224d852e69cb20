"""Who listens: tries again, says what is missed, and does not end unheard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from streams.commands import ami_listener
from streams.commands.ami_listener import Entry, Listener
from streams.sources.ami_client import ManagerAwayError
from streams.sources.ami_messages import Message
from streams.sources.spool import Spool, SpoolPlace
from tests.ami import joins


class Connections:
    """What each connection gives: events, or how it fails."""

    def __init__(self, *lives: list[Message | Exception]) -> None:
        self.lives = [*lives]

    def __call__(self, stopped: Callable[[], bool]) -> Iterator[Message]:
        for each in self.lives.pop(0):
            if isinstance(each, Exception):
                raise each
            yield each


def listened(folder: Path, *lives: list[Message | Exception]) -> tuple[Listener, list[Entry]]:
    """What is in the spool when the last connection has ended in order."""
    spool = Spool(folder, 1 << 20)
    listener = Listener(spool, Connections(*lives))
    listener.start()
    listener._thread.join(20)
    entries = [entry for entry, _ in spool.entries(SpoolPlace(), 99)]
    return listener, [msgspec.json.decode(entry or b"", type=Entry) for entry in entries]


def test_a_break_is_marked_once_and_said_once_for_each_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ami_listener, "_WAITS", (0.0,))
    gone, refused = ManagerAwayError("gone"), ManagerAwayError("refused")
    _, entries = listened(
        tmp_path,
        [{}, joins(0, "1"), {"event": "Reload"}, gone],
        [refused],
        [refused],
        [{}, joins(1, "2")],
    )
    assert [entry.message["event"] for entry in entries] == [
        *("gap", "QueueCallerJoin", "gap", "QueueCallerJoin")
    ]
    assert "count" not in entries[1].message, "only what is of use is kept"
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["gone; it is tried again", "refused; it is tried again"]
    assert said[2].startswith("Asterisk is back after 0 s; what it told meanwhile is in its queue_")
    assert len(said) == 3


def test_whatever_fails_is_heard(tmp_path: Path) -> None:
    listener, _ = listened(tmp_path, [{}, RuntimeError("boo")])
    assert listener.refused.startswith("listening to Asterisk has failed: ")
