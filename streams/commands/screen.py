"""A table in a terminal that is refreshed, with the latest happenings below it.

It uses the terminal's second screen, as `top` does. Every row has its position there and is written
again each time, so that nothing of an older, longer or wider table is left, however the terminal's
size changes and whatever another program wrote across it. The first screen comes back as it was and
then gets all the happenings, so that one can scroll back to them.
"""

import logging
import os
import signal
import sys
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self, TextIO

from streams import logs
from streams.sinks.terminal import cut, readable, wrapped

_ENTER: Final = "\033[?1049h\033[?25l"  # the second screen, without a cursor
_LEAVE: Final = "\033[?25h\033[?1049l"
_INDENT: Final = "          "  # under the text of a happening, which begins with a time
_USUAL: Final = os.terminal_size((80, 24))

Rows = Callable[[int], list[str]]
"""Gives the rows to show in a terminal of that many columns."""


def is_screen(out: TextIO) -> bool:
    """Whether ``out`` is a terminal that can move its cursor."""
    return out.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def size(out: TextIO) -> os.terminal_size:
    """Columns and rows of a terminal; the usual ones if it does not say."""
    try:
        found = os.get_terminal_size(out.fileno())
    except (OSError, ValueError):
        return _USUAL
    return os.terminal_size((found.columns or _USUAL.columns, found.lines or _USUAL.lines))


@contextmanager
def hint(out: TextIO, text: str) -> Iterator[None]:
    """Shows a text while there is nothing else to see; only in a terminal."""
    if not is_screen(out):
        yield
        return
    out.write(cut(text, size(out).columns - 1))
    out.flush()
    try:
        yield
    finally:
        out.write("\r\033[K")
        out.flush()


class Transcript:
    """What happens, a line each."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def add(self, line: str) -> None:
        """Adds one happening."""
        print(readable(line), file=self._out, flush=True)

    def draw(self) -> None:
        """Refreshes what is shown; lines that were written stay as they are."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


class Screen(Transcript):
    """The second screen of a terminal, shown inside ``with screen: ...``.

    Args:
        head, table: what is shown above and in the middle. If the terminal is not high enough, the
            older happenings are left out first, then the head.
    """

    def __init__(self, out: TextIO, head: list[str], table: Rows, loop: AbstractEventLoop) -> None:
        super().__init__(out)
        self._head = head
        self._table = table
        self.loop = loop
        self._lines: list[str] = []
        self._log = _Log(self)
        self._log.addFilter(logs.is_ours)

    def add(self, line: str) -> None:
        self._lines.append(readable(line))
        self.draw()

    def draw(self) -> None:
        """Writes every row again."""
        width, height = size(self._out)
        table = self._table(width)
        head = self._head if len(self._head) + len(table) <= height else []
        rows = head + table
        room = height - len(rows) - 1
        if room > 0 and self._lines:
            # Each line needs at least one row, so that no older line would fit.
            below = [row for line in self._lines[-room:] for row in wrapped(line, width, _INDENT)]
            rows += ["", *below[-room:]]
        # A row is cleared before it is written: after a full row the cursor is still on it.
        frame = [f"\033[{at};1H\033[2K{cut(row, width)}" for at, row in enumerate(rows[:height], 1)]
        if len(rows) < height:
            frame.append(f"\033[{len(rows) + 1};1H\033[J")
        self._write("".join(frame))

    def __enter__(self) -> Self:
        self._write(_ENTER)
        self.loop.add_signal_handler(signal.SIGWINCH, self.draw)
        self.loop.add_signal_handler(signal.SIGTSTP, self._rest)
        if sys.stderr.isatty():
            logging.getLogger().addHandler(self._log)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        logging.getLogger().removeHandler(self._log)
        self.loop.remove_signal_handler(signal.SIGWINCH)
        self.loop.remove_signal_handler(signal.SIGTSTP)
        self._write(_LEAVE)
        width = size(self._out).columns
        for line in self._lines:
            for row in wrapped(line, width, _INDENT):
                super().add(row)

    def _rest(self) -> None:
        """Ctrl-Z: gives the first screen back to the shell until it resumes the program."""
        self._write(_LEAVE)
        os.kill(os.getpid(), signal.SIGSTOP)
        self._write(_ENTER)  # resumed here
        self.draw()

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


class _Log(logging.Handler):
    """Shows warnings, which would run across the table, among the happenings."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(logging.WARNING)
        self._screen = screen
        self._seen: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Hands the record to the event loop: it may come from another thread."""
        line = f"{'log':8}  {record.getMessage()}"
        if line not in self._seen:  # one that is repeated each second would push all else out
            self._seen.add(line)
            self._screen.loop.call_soon_threadsafe(self._screen.add, line)
