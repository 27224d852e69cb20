"""The demo's terminal: whatever happens to it, a table is on it and nothing else."""

import asyncio
import fcntl
import logging
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.commands.screen import Screen, hint, is_screen, size
from tests.terminals import Terminal

HEAD = ["A city", "  live page  http://127.0.0.1:6066/", ""]


class Window:
    """A pseudo-terminal, the program that writes to it, and what is seen."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        self.out = os.fdopen(slave, "w", encoding="utf-8")
        self.terminal = Terminal()
        self.table = ["line       status", "Waste      OK", "Migration  OK"]
        self.measure()

    def measure(self) -> None:
        size = struct.pack("HHHH", self.terminal.rows, self.terminal.columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def screen(self) -> Screen:
        loop = asyncio.get_running_loop()
        return Screen(self.out, HEAD, lambda width: list(self.table), loop)

    def seen(self) -> list[str]:
        self.out.flush()
        os.set_blocking(self._master, False)
        written = b""
        while True:
            try:
                written += os.read(self._master, 65_536)
            except BlockingIOError:
                break
        self.terminal.feed(written.decode())
        assert not self.terminal.unknown
        return self.terminal.shown

    def close(self) -> None:
        self.out.close()
        os.close(self._master)


@pytest.fixture
def window() -> Iterator[Window]:
    opened = Window()
    yield opened
    opened.close()


async def test_a_table_that_is_written_again_is_there_once(window: Window) -> None:
    with window.screen() as screen:
        for _ in range(50):
            screen.draw()
            assert window.seen() == HEAD + window.table


async def test_a_table_that_gets_shorter_leaves_nothing(window: Window) -> None:
    with window.screen() as screen:
        window.table = [f"line {at} with a long name" for at in range(15)]
        screen.add("10:00:00  outage begins: nobody answers Waste")
        window.seen()
        window.table = ["line 0", "line 1"]
        screen.draw()
        assert window.seen() == [
            *HEAD,
            *window.table,
            "",
            "10:00:00  outage begins: nobody answers Waste",
        ]


@pytest.mark.parametrize("columns", [100, 79, 41, 10, 3, 1])
@pytest.mark.parametrize("rows", [40, 24, 7, 4, 2, 1])
@pytest.mark.parametrize("reflows", [False, True])
async def test_a_window_of_any_size(window: Window, columns: int, rows: int, reflows: bool) -> None:
    window.table = [f"line {at:2} {'=' * 70}" for at in range(5)]
    with window.screen() as screen:
        screen.add("10:00:00  outage begins: nobody answers Waste")
        window.seen()
        if reflows:
            window.terminal.reflow(columns)
        window.terminal.resize(columns, rows)
        window.measure()
        os.kill(os.getpid(), signal.SIGWINCH)
        await asyncio.sleep(0.01)
        seen = window.seen()
        screen.draw()
        assert window.seen() == seen, "nothing moves that has not changed"
        assert len(seen) <= rows and all(len(row) <= columns for row in seen)
        whole = rows >= len(HEAD) + len(window.table)
        top = (HEAD + window.table if whole else window.table)[:rows]
        for row, expected in zip(seen, top, strict=False):
            assert expected == row or (row.endswith("…") and expected.startswith(row[:-1]))
        if rows == 40 and columns >= 50:
            assert seen[-1] == "10:00:00  outage begins: nobody answers Waste"


async def test_what_another_writes_across_it_is_gone_with_the_next_table(window: Window) -> None:
    with window.screen() as screen:
        screen.draw()
        window.seen()
        window.terminal.feed("\r\nException ignored in: <somebody's thread>\r\n" * 30)
        assert window.terminal.shown != HEAD + window.table
        screen.draw()
        assert window.seen() == HEAD + window.table


async def test_a_warning_is_told_below_the_table(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", window.out)
    with window.screen():
        for _ in range(3):
            await asyncio.to_thread(logging.getLogger("streams.x").warning, "offsets not committed")
        logging.getLogger("aiokafka.conn").error("Unable connect to node with id 1")
        await asyncio.sleep(0.01)
        assert window.seen() == [*HEAD, *window.table, "", "log       offsets not committed"]
    logging.getLogger("streams.x").warning("of this the terminal knows nothing any more")
    assert window.seen() == ["log       offsets not committed"]


async def test_warnings_for_a_file_are_left_to_it(
    window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "log").open("w") as file:
        monkeypatch.setattr(sys, "stderr", file)
        with window.screen() as screen:
            logging.getLogger("streams.x").warning("offsets not committed")
            await asyncio.sleep(0.01)
            screen.draw()
            assert window.seen() == HEAD + window.table


async def test_the_newest_is_told_where_not_all_has_room(window: Window) -> None:
    with window.screen() as screen:
        for at in range(100):
            screen.add(f"09:{at:02}:00  happening {at}, of which it takes many words to say what")
            seen = window.seen()
        assert len(seen) == 24 and seen[-1].startswith("09:99:00  happening 99")
        assert seen[len(HEAD) + len(window.table)] == ""


async def test_what_is_long_goes_on_in_the_next_row(window: Window) -> None:
    with window.screen() as screen:
        screen.add(f"10:10:10  ALERT Waste: {'only 0 % of callers reach anybody, ' * 3}it is said")
        *_, first, second = window.seen()
        assert first.startswith("10:10:10  ALERT Waste: only") and len(first) <= 80
        assert second.startswith("          ") and second.endswith("it is said")


async def test_the_first_screen_comes_back_with_what_had_happened(window: Window) -> None:
    window.terminal.feed("$ reachline demo\r\n")
    try:
        with window.screen() as screen:
            assert not window.seen() and window.terminal.second
            assert not window.terminal.cursor_shown
            screen.add("10:00:00  outage begins: nobody answers Waste")
            raise RuntimeError("the worker has ended")
    except RuntimeError:
        pass
    window.out.write("The books\r\n")
    assert window.seen() == [
        "$ reachline demo",
        "10:00:00  outage begins: nobody answers Waste",
        "The books",
    ]
    assert window.terminal.cursor_shown


async def test_a_name_can_not_move_the_cursor(window: Window) -> None:
    with window.screen() as screen:
        screen.add("10:00:00  outage begins: nobody answers \033[2J\033[1;1HWaste\n\n")
        assert window.seen()[-1].startswith(
            "10:00:00  outage begins: nobody answers  [2J [1;1HWaste"
        )


def test_a_hint_goes_as_it_came(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    window.terminal.feed("$ reachline demo\r\n")
    with hint(window.out, "starting ..."):
        assert window.seen() == ["$ reachline demo", "starting ..."]
    window.out.write("the port is in use\n")
    assert window.seen() == ["$ reachline demo", "the port is in use"]


def test_what_is_no_screen(window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert is_screen(window.out)
    monkeypatch.setenv("TERM", "dumb")
    assert not is_screen(window.out)
    with (tmp_path / "out").open("w") as file:
        assert not is_screen(file)
        assert size(file) == (80, 24)
