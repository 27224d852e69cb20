"""``reachline import``: a phone system's own log as contact events."""

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from streams.commands.common import DONE, FAILED, USAGE, CommandError
from streams.domain.events import Event
from streams.sources import calls, files, pseudonyms
from streams.sources.mapping import Mapping, MappingError

_KINDS = ("calls",)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("import", help="a phone system's own log as contact events")
    parser.add_argument("kind", choices=_KINDS, help="calls: call-detail records in CSV or TSV")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--mapping", type=Path, required=True, help="what the columns mean (TOML)")
    parser.add_argument("--follow", action="store_true", help="go on while the file grows")
    parser.add_argument("--to", choices=("kafka", "-"), default="-", help="default: - (NDJSON)")
    parser.add_argument("--key-file", type=Path, help="key of the callers' pseudonyms")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        mapping = Mapping.load(arguments.mapping)
        keyed = pseudonyms.load(os.environ, arguments.key_file)
    except (MappingError, pseudonyms.KeyMissingError, OSError) as error:
        raise CommandError(str(error), USAGE) from error
    if arguments.follow and len(arguments.files) > 1:
        raise CommandError("--follow takes one file", USAGE)
    follow = None
    if arguments.follow:
        follow = partial(files.follow, encoding=mapping.encoding, header=mapping.header)

    def bring(write: Callable[[Event], object]) -> calls.Imported:
        return calls.run(arguments.files, mapping, write, _report, keyed, follow)

    try:
        if arguments.to == "kafka":
            from streams.engine.publish import publishing

            with publishing() as publish:
                imported = bring(publish)
        else:
            imported = bring(_print)
    except KeyboardInterrupt:
        return DONE  # the way in which following ends
    except (MappingError, pseudonyms.KeyMissingError) as error:
        raise CommandError(str(error), USAGE) from error
    except (OSError, EOFError) as error:
        raise CommandError(str(error)) from error
    print(f"{imported.events} events, {imported.bad_rows} rows refused", file=sys.stderr)
    return DONE if imported.events else FAILED


def _print(event: Event) -> None:
    sys.stdout.buffer.write(files.ndjson(event))


def _report(bad: calls.BadRow) -> None:
    print(bad, file=sys.stderr)
