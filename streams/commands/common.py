"""What the commands share: how they fail, the plan, durations, progress."""

import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Final

from streams.domain.instants import SECOND
from streams.domain.plan import Plan, PlanError
from streams.sources.clock import wall as wall

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2


class CommandError(Exception):
    """The command can't go on; the message is for the person who typed it.

    Attributes:
        status: the exit status.
    """

    def __init__(self, message: str, status: int = FAILED) -> None:
        super().__init__(message)
        self.status = status


def load_plan(path: str | None) -> Plan:
    """The plan at a path; without a path, the plan of those who have none.

    Raises:
        CommandError: the plan can't be read, or has mistakes; the message names each of them.
    """
    if path is None:
        return Plan.default()
    try:
        return Plan.load(path)
    except PlanError as error:
        raise CommandError(str(error), USAGE) from error


def load_simulated_plan(path: str | None) -> Plan:
    """The plan of a city to simulate; without a path, that of Antwerp.

    Raises:
        CommandError: as ``load_plan``.
    """
    return load_plan(path or str(files("streams.simulation") / "antwerp.toml"))


def say(text: str) -> None:
    """Says something to the person at the terminal, or to the log of a service, at once."""
    print(text, file=sys.stderr, flush=True)


class Progress:
    """A bar on standard error if that is a terminal; nothing in a pipe."""

    _WIDTH: Final = 30
    _EVERY: Final = 0.1  # seconds: looks alive, and costs next to nothing

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._shown = 0.0
        self._begun = time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def advance(self, amount: int) -> None:
        """Adds to what is done, and draws the bar."""
        self._done += amount
        now = time.monotonic()
        if self._is_terminal and now - self._shown >= self._EVERY:
            self._shown = now
            self._draw(now)

    def _draw(self, now: float) -> None:
        share = min(1.0, self._done / self._total) if self._total else 0.0
        full = round(share * self._WIDTH)
        bar = "█" * full + "░" * (self._WIDTH - full)
        rate = self._done / max(now - self._begun, 1e-3) / 1e6
        sys.stderr.write(f"\r{self._what} {bar} {share:4.0%} {rate:6.1f} MB/s ")
        sys.stderr.flush()

    def end(self) -> None:
        """Removes the bar."""
        if self._is_terminal:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def size_of(names: list[str]) -> int:
    """Bytes of these files, as far as known before they are read."""
    return sum(Path(name).stat().st_size for name in names if Path(name).is_file())


def duration(text: str) -> int:
    """A duration such as ``60s``, ``15m`` or ``2h``, in us.

    >>> duration("15m") == 15 * 60 * SECOND
    True

    Raises:
        ValueError: the text is no duration.
    """
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    seconds = float(number) * units[unit]
    if not 1e-6 <= seconds < 10**9:  # an instant is a number of microseconds
        raise ValueError(f"not a duration: {text!r}")
    return round(seconds * SECOND)
