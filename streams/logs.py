"""Structured logs: one JSON object a line on standard error, without personal data."""

import json
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}

# Reachline logs their progress itself; their warnings and errors still come through.
_QUIET: Final = (
    "aiokafka",
    "faust",
    "mode",
    "kafka",
    "aiohttp",
    "streams.engine.kafka.transport",
    "streams.engine.kafka.consumer",
)

_SELDOM: Final = 10.0
"""Seconds between two of the same line of a library: a trouble that lasts is seen to last."""

_LINES_KEPT: Final = 1_000  # different ones; there are some hundred


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        said |= {k: v for k, v in record.__dict__.items() if k not in _STANDARD}
        _, error, _ = record.exc_info or (None, None, None)
        if error is not None:
            said["error"] = f"{type(error).__name__}: {error}"
        return json.dumps(said, default=str, ensure_ascii=False)


class _Seldom(logging.Filter):
    """Lets the same line of a library through once in a while, with how often it came meanwhile:
    while brokers are away, each client of aiokafka says so at each of its attempts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if is_ours(record):
            return True
        line, now = (record.name, str(record.msg)), self._clock()
        since, left_out = self._said.get(line, (-_SELDOM, 0))
        if now < since + _SELDOM:
            self._said[line] = since, left_out + 1
            return False
        if len(self._said) >= _LINES_KEPT:
            self._said.clear()  # some libraries put what changes into the line itself
        self._said[line] = now, 0
        if left_out:
            record.left_out = left_out
        return True


def leave_to_us() -> None:
    """Lets libraries say nothing by themselves on the terminal of a command that keeps no log: the
    command itself says what ended it, once."""
    for name in _QUIET:
        logging.getLogger(name).addHandler(logging.NullHandler())


def is_ours(record: logging.LogRecord) -> bool:
    """Whether it is not one of those libraries' progress, and troubles on the way to an end."""
    return not any(f"{record.name}.".startswith(f"{name}.") for name in _QUIET)


def configure(level: int = logging.INFO) -> None:
    """Sends all logs to standard error, as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_AsJson())
    handler.addFilter(_Seldom())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
