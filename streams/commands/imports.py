"""``reachline import``: a phone system's own log as contact events."""

import argparse
from pathlib import Path

from streams.commands import import_ami, import_asterisk, import_calls
from streams.commands.common import USAGE, CommandError
from streams.commands.worker import add_settings

_KINDS = {
    "calls": import_calls.run,
    "asterisk": import_asterisk.run,
    "asterisk-ami": import_ami.run,
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("import", help="a phone system's own log as contact events")
    parser.add_argument(
        "kind",
        choices=_KINDS,
        help="calls: call-detail records in CSV, TSV or a workbook; asterisk: its queue_log; "
        "asterisk-ami: its manager interface",
    )
    files = parser.add_argument("files", nargs="+", default=[], type=Path, metavar="FILE")
    files.required = False  # and not "*", of which none could stand behind an option
    import_calls.add(parser)
    parser.add_argument("--follow", action="store_true", help="go on while the file grows")
    parser.add_argument(
        "--explain", metavar="CALL_ID", help="what became of each record of a call; nothing is sent"
    )
    parser.add_argument("--to", choices=("kafka", "-"), default="-", help="default: - (NDJSON)")
    add_settings(parser)
    import_asterisk.add(parser)
    import_ami.add(parser)
    parser.add_argument("--key-file", type=Path, help="key of the callers' pseudonyms")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if arguments.connect is not None and arguments.kind != "asterisk-ami":
        raise CommandError(f"{arguments.kind}: --connect is for asterisk-ami", USAGE)
    return _KINDS[arguments.kind](arguments)
