"""A terminal that shows a table which renews itself, and what has happened below it.

It is the terminal's second screen, as of `top`: there every row has its place and is written anew
each time, so that nothing of an older, longer or wider table is left, whatever becomes of the
terminal's size, and whatever another wrote across it. The first screen comes back as it was, and
then gets what had happened, for those who scroll.
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
_INDENT: Final = "          "  # what is told has a time before it
_USUAL: Final = os.terminal_size((80, 24))

Rows = Callable[[int], list[str]]
"""The rows to show, for a terminal of so many columns."""


def is_screen(out: TextIO) -> bool:
    """Whether it is a terminal that can place text."""
    return out.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def size(out: TextIO) -> os.terminal_size:
    """Columns and rows; the usual ones of a terminal that does not tell."""
    try:
        found = os.get_terminal_size(out.fileno())
    except (OSError, ValueError):
        return _USUAL
    return os.terminal_size((found.columns or _USUAL.columns, found.lines or _USUAL.lines))


@contextmanager
def hint(out: TextIO, text: str) -> Iterator[None]:
    """Says why nothing is seen yet, for as long as nothing is; to a terminal only."""
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


class Told:
    """What happens, told a line at a time to whoever reads along or will."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def say(self, line: str) -> None:
        """Tells one thing, in one line."""
        print(readable(line), file=self._out, flush=True)

    def draw(self) -> None:
        """Renews what is renewed: of what is told nothing is."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


class Screen(Told):
    """The second screen for as long as it is entered; ``with screen: ...``.

    Args:
        head, table: what is shown above and in the middle. Where the terminal is not high enough,
            the older of what is told goes first, then the head.
    """

    def __init__(self, out: TextIO, head: list[str], table: Rows, loop: AbstractEventLoop) -> None:
        super().__init__(out)
        self._head = head
        self._table = table
        self.loop = loop
        self._told: list[str] = []
        self._log = _Log(self)
        self._log.addFilter(logs.is_ours)

    def say(self, line: str) -> None:
        self._told.append(readable(line))
        self.draw()

    def draw(self) -> None:
        """Writes every row anew."""
        width, height = size(self._out)
        table = self._table(width)
        head = self._head if len(self._head) + len(table) <= height else []
        rows = head + table
        room = height - len(rows) - 1
        if room > 0 and self._told:
            # Each takes at least a row: of the older ones none could be seen.
            told = [row for line in self._told[-room:] for row in wrapped(line, width, _INDENT)]
            rows += ["", *told[-room:]]
        # A row is emptied before it is written: after one that is full the cursor stands on it.
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
        for line in self._told:
            for row in wrapped(line, width, _INDENT):
                super().say(row)

    def _rest(self) -> None:
        """Gives the first screen back while the shell that it is of has the word: Ctrl-Z."""
        self._write(_LEAVE)
        os.kill(os.getpid(), signal.SIGSTOP)
        self._write(_ENTER)  # goes on here
        self.draw()

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


class _Log(logging.Handler):
    """Warnings, which would run across the table, among what is told."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(logging.WARNING)
        self._screen = screen
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Tells it in the loop's own time: it may come from another thread."""
        line = f"{'log':8}  {record.getMessage()}"
        if line not in self._said:  # what is said each second would push everything else out
            self._said.add(line)
            self._screen.loop.call_soon_threadsafe(self._screen.say, line)
