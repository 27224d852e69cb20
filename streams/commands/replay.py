"""``reachline replay``: reads files of events through the domain, without a broker."""

import argparse
import gc
import sys
from pathlib import Path
from typing import Final, TextIO

from streams.commands.common import (
    DONE,
    FAILED,
    USAGE,
    CommandError,
    Progress,
    duration,
    load_plan,
    size_of,
    wall,
)
from streams.domain import alarms
from streams.domain.local_intervals import LocalIntervals
from streams.sinks import report
from streams.sources.event_files import UnreadableFileError
from streams.sources.replay import RefusedLine, replay

_SHOWN: Final = 20
"""Refused lines shown one by one: enough to see what is wrong with a file."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("replay", help="the books of files of events, without a broker")
    parser.add_argument("files", nargs="+", metavar="FILE", help="NDJSON, .gz, .zst, or -")
    parser.add_argument("--plan", metavar="PLAN", help="lines, contracts, opening hours (TOML)")
    parser.add_argument("--format", choices=report.FORMATS, default="table")
    parser.add_argument("--interval", type=duration, metavar="15m", help="figures per interval too")
    parser.add_argument("--rejected", metavar="FILE", help="write every refused line there")
    parser.add_argument("--alerts", action="store_true", help="when each alert would have opened")
    parser.set_defaults(run=run)


class Refusals:
    """Shows the first refused lines, and writes all of them to a file if there is one."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file
        self._count = 0

    def __call__(self, line: RefusedLine) -> None:
        self._count += 1
        text = _printable(str(line))
        if self._count <= _SHOWN:
            print(text, file=sys.stderr)
        if self._file is not None:
            print(text, file=self._file)

    def end(self, reasons: dict[str, int]) -> None:
        if self._count > _SHOWN:
            print(f"... and {self._count - _SHOWN} more", file=sys.stderr)
        if reasons:
            counts = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
            print(f"refused: {counts}", file=sys.stderr)


def _printable(text: str) -> str:
    """A text from outside, without characters that would move a terminal's cursor."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _rejected(arguments: argparse.Namespace) -> TextIO | None:
    """The file for refused lines, if the arguments name one."""
    if not arguments.rejected:
        return None
    path = Path(arguments.rejected)
    if path.exists() and any(
        Path(name).exists() and path.samefile(name) for name in arguments.files
    ):
        raise CommandError(f"--rejected {path}: is read as input, and would be overwritten", USAGE)
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"--rejected {path}: {error.strerror}", USAGE) from error


def _close(rejected: TextIO) -> None:
    try:
        rejected.close()
    except OSError as error:
        raise CommandError(f"--rejected {rejected.name}: {error.strerror}") from error


def run(arguments: argparse.Namespace) -> int:
    # Nothing here refers to itself, so there is nothing to collect; the search for it among
    # hundreds of thousands of contacts took a fifth of the time.
    gc.disable()
    plan = load_plan(arguments.plan)
    if arguments.interval is not None:
        try:
            LocalIntervals(plan, arguments.interval)
        except ValueError as error:
            raise CommandError(f"--interval: {error}: write 24h, 48h or 168h", USAGE) from error
    progress = Progress("replaying", size_of(arguments.files))
    rejected = _rejected(arguments)
    refusals = Refusals(rejected)
    try:
        replayed = replay(arguments.files, plan, wall(), refusals, progress.advance)
    except BrokenPipeError:
        raise
    except UnreadableFileError as error:
        raise CommandError(str(error)) from error
    except OSError as error:  # of the only file that is written
        raise CommandError(f"--rejected {arguments.rejected}: {error.strerror}") from error
    finally:
        progress.end()
        if rejected is not None:
            _close(rejected)
    refusals.end(replayed.refused)
    if replayed.unknown_to_lines:
        print(f"unknown to_line dropped: {replayed.unknown_to_lines}", file=sys.stderr)
    books = replayed.books(plan, arguments.interval)
    alerts = None
    if arguments.alerts:
        now = replayed.now or 0
        alerts = alarms.replayed(replayed.contacts.values(), plan, now)
    if arguments.format == "json":
        print(report.as_json(books, replayed.refused, alerts))
    elif arguments.format == "csv":
        print(report.as_csv(books))
    else:
        print(report.as_table(books, plan))
        if entrances := report.entrances_table(books, plan):
            print("\n" + entrances + "\n")
        if departments := report.departments_table(books, plan):
            print("\n" + departments + "\n")
        if counted := report.irregularities(books):
            print(counted)
        if alerts is not None:
            print("\n" + report.alerts_table(alerts, plan))
    if not replayed.accepted:
        print("nothing was accepted", file=sys.stderr)
        return FAILED
    return DONE
