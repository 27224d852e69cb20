"""``reachline import``: a phone system's own log as contact events."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from streams.commands import import_asterisk
from streams.commands.common import DONE, FAILED, USAGE, CommandError
from streams.commands.worker import add_settings, publishing
from streams.domain.events import Event
from streams.domain.ndjson import ndjson
from streams.sources import call_files, calls, pseudonyms
from streams.sources.mapping import Mapping, MappingError

_KINDS = ("calls", "asterisk")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("import", help="a phone system's own log as contact events")
    parser.add_argument(
        "kind",
        choices=_KINDS,
        help="calls: call-detail records in CSV or TSV; asterisk: its queue_log",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--mapping", type=Path, help="calls: what the columns mean (TOML)")
    parser.add_argument("--follow", action="store_true", help="go on while the file grows")
    parser.add_argument(
        "--explain", metavar="CALL_ID", help="what became of each record of a call; nothing is sent"
    )
    parser.add_argument("--to", choices=("kafka", "-"), default="-", help="default: - (NDJSON)")
    add_settings(parser)
    import_asterisk.add(parser)
    parser.add_argument("--key-file", type=Path, help="key of the callers' pseudonyms")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if arguments.kind == "asterisk":
        return import_asterisk.run(arguments)
    if arguments.explain is not None or arguments.server or arguments.again:
        raise CommandError("--explain, --server and --again are not for calls", USAGE)
    if arguments.mapping is None:
        raise CommandError("calls: --mapping FILE says what the columns mean", USAGE)
    try:
        mapping = Mapping.load(arguments.mapping)
        keyed = pseudonyms.load(os.environ, arguments.key_file)
    except (MappingError, pseudonyms.KeyMissingError, OSError) as error:
        raise CommandError(str(error), USAGE) from error
    if arguments.follow and len(arguments.files) > 1:
        raise CommandError("--follow takes one file", USAGE)
    if arguments.follow and mapping.says("attempt"):
        raise CommandError(
            "--follow can't know which attempt is the last: a mapping with `attempt` is for files "
            "that are finished",
            USAGE,
        )
    follow = None
    if arguments.follow:
        follow = partial(call_files.follow, encoding=mapping.encoding, header=mapping.header)

    counts = calls.Counts()
    try:
        with _writing(arguments) as write:
            calls.run(arguments.files, mapping, write, _report, keyed, follow, counts)
    except KeyboardInterrupt:
        print(_summary(counts, mapping), file=sys.stderr)
        return DONE  # how following ends
    except (MappingError, pseudonyms.KeyMissingError) as error:
        raise CommandError(str(error), USAGE) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        named = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise CommandError(named) from error
    print(_summary(counts, mapping), file=sys.stderr)
    return DONE if counts.events else FAILED


def _summary(counts: calls.Counts, mapping: Mapping) -> str:
    """The counts of the import: calls, left out and refused add up to the rows that were read."""
    what = "parts of calls" if mapping.legs else "calls"
    above = f"{counts.above} lines above the header; " if counts.above else ""
    return (
        f"{counts.rows} rows read: {counts.calls} {what}, {counts.left_out} left out by the "
        f"mapping, {counts.refused} refused; {above}{counts.swallowed} lines swallowed by quoted "
        f"fields; {counts.events} events"
    )


@contextmanager
def _writing(arguments: argparse.Namespace) -> Iterator[Callable[[Event], object]]:
    """Gives the function that writes an event to Kafka or to standard output."""
    if arguments.to == "kafka":
        with publishing(arguments) as publish:
            yield publish
        return
    out = sys.stdout.buffer

    def write(event: Event) -> None:
        out.write(ndjson(event))
        if arguments.follow:  # the reader of the pipe wants each at once
            out.flush()

    yield write


def _report(bad: calls.BadRow) -> None:
    print(bad, file=sys.stderr)
