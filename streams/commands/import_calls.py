"""``reachline import calls``: call records in CSV, TSV or a workbook as contact events."""

import argparse
import os
import sys
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from streams.commands.common import DONE, FAILED, USAGE, CommandError, load_plan
from streams.commands.sending_calls import CallsImport
from streams.commands.worker import read_settings
from streams.domain.plan.queues import Queues
from streams.sources import pseudonyms, workbooks
from streams.sources.call_counts import BadRow, Counts
from streams.sources.call_lines import SYSTEM, Lines
from streams.sources.calls_explained import explain
from streams.sources.guess import guess
from streams.sources.mapping import Mapping, MappingError
from streams.sources.pseudonyms import Pseudonyms

_SHOWN: Final = 20
"""Queues of no line that a summary lists: more are a plan for another phone system."""


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that this kind alone has."""
    parser.add_argument("--mapping", type=Path, help="calls: what the columns mean (TOML)")
    parser.add_argument(
        "--guess", action="store_true", help="calls: a first mapping for a file, to be corrected"
    )


def run(arguments: argparse.Namespace) -> int:
    """Imports the files.

    Raises:
        CommandError: arguments, key or mapping are wrong; or the work failed.
    """
    if not arguments.files or arguments.dsn_file is not None or arguments.reconcile:
        raise CommandError(
            "calls: give the FILEs of its records; --dsn-file and --reconcile are for asterisk",
            USAGE,
        )
    if arguments.guess:
        return _guess(arguments)
    if arguments.mapping is None:
        raise CommandError(
            "calls: --mapping FILE says what the columns mean; --guess proposes one", USAGE
        )
    try:
        mapping = Mapping.load(arguments.mapping)
        keyed = pseudonyms.load(os.environ, arguments.key_file)
    except (MappingError, pseudonyms.KeyMissingError, OSError) as error:
        raise CommandError(str(error), USAGE) from error
    lines = _lines(mapping, read_settings(arguments).plan)
    if arguments.explain is not None:
        return _explain(arguments, mapping, keyed, lines)
    if arguments.follow and len(arguments.files) > 1:
        raise CommandError("--follow takes one file", USAGE)
    if arguments.follow and arguments.files[0].suffix.lower() in workbooks.SUFFIXES:
        raise CommandError("--follow reads lines as they are written: no workbook", USAGE)
    work = CallsImport(arguments, mapping, keyed, lines, _report)
    try:
        if arguments.to == "kafka":
            work.to_kafka(read_settings(arguments))
        else:
            work.to_output()
    except KeyboardInterrupt:
        print(_summary(work.counts, mapping, work.sent_before), file=sys.stderr)
        return DONE  # how following ends
    except (MappingError, pseudonyms.KeyMissingError) as error:
        raise CommandError(str(error), USAGE) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(_named(error)) from error
    print(_summary(work.counts, mapping, work.sent_before), file=sys.stderr)
    return DONE if work.counts.events or work.sent_before else FAILED


def _guess(arguments: argparse.Namespace) -> int:
    if len(arguments.files) > 1 or arguments.mapping is not None or arguments.explain is not None:
        raise CommandError("--guess takes one file, and no mapping", USAGE)
    try:
        print(guess(arguments.files[0], _zone()), end="")
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(_named(error)) from error
    except ValueError as error:
        raise CommandError(f"{arguments.files[0]}: nothing to guess from: {error}") from error
    return DONE


def _zone() -> str:
    """The time zone of this machine; UTC if it says none."""
    named = (
        os.environ.get("TZ") or str(Path("/etc/localtime").resolve()).rpartition("/zoneinfo/")[2]
    )
    try:
        return ZoneInfo(named).key
    except (ValueError, LookupError, OSError):
        return "UTC"


def _lines(mapping: Mapping, path: str | None) -> Lines:
    """The lines that queues feed: by the mapping, and by the plan if there is one."""
    if path is None:
        return Lines(mapping.lines)
    plan = load_plan(path)
    return Lines(mapping.lines, Queues(SYSTEM, plan.entries.lines, plan.knows), plan.knows)


def _explain(
    arguments: argparse.Namespace, mapping: Mapping, keyed: Pseudonyms | None, lines: Lines
) -> int:
    if arguments.follow:
        raise CommandError("--explain reads files to their end: leave --follow out", USAGE)
    # No pseudonym is shown, so that any key will do.
    keyed = keyed or Pseudonyms(os.urandom(pseudonyms.SHORTEST_KEY))
    try:
        for line in explain(arguments.files, mapping, arguments.explain, keyed, known=lines):
            print(line)
    except MappingError as error:
        raise CommandError(str(error), USAGE) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(_named(error)) from error
    return DONE


def _named(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


def _summary(counts: Counts, mapping: Mapping, sent_before: int) -> str:
    """The counts of the import: calls, left out and refused add up to the rows that were read."""
    what = "parts of calls" if mapping.legs else "calls"
    above = f"{counts.above} lines above the header; " if counts.above else ""
    unmapped = f"{counts.unmapped} of queues that feed no line, " if counts.unmapped else ""
    said = (
        f"{counts.rows} rows read: {counts.calls} {what}, {counts.left_out} left out by the "
        f"mapping, {unmapped}{counts.refused} refused; {above}{counts.swallowed} lines swallowed "
        f"by quoted fields; {counts.events} events"
    )
    said += f", and {sent_before} that were sent before" if sent_before else ""
    for queue, count in counts.queues.most_common(_SHOWN):
        said += f"\n  {count} {what} of the queue {queue}, which feeds no line"
    if len(counts.queues) > _SHOWN:
        said += f"\n  and those of {len(counts.queues) - _SHOWN} queues more"
    return said


def _report(bad: BadRow) -> None:
    print(bad, file=sys.stderr)
