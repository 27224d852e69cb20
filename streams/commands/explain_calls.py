"""``reachline explain --caller`` and ``--call``: what happened to somebody's call.

A citizen asks what became of their call of 5 October, and gives the number that they called from.
It becomes the pseudonym that an import makes of it, under the same key, and is neither shown nor
kept. That somebody asked is logged before anything is read.
"""

import argparse
import os
import sys
from getpass import getpass
from pathlib import Path
from typing import Final

from streams.commands import books
from streams.commands.common import DONE, USAGE, CommandError, say, wall
from streams.commands.statement import language, write
from streams.commands.worker import read_settings
from streams.domain import privacy
from streams.domain.plan import Plan
from streams.domain.statement.contacts_explained import (
    Wanted,
    explain_contacts,
    of_call,
    of_caller,
)
from streams.sinks import lookups
from streams.sinks.statement import contact_explained
from streams.sinks.statement.objects import canonical
from streams.sinks.statement.writing import Writing
from streams.sources import pseudonyms
from streams.sources.callers import COUNTRIES, Callers, country_of, spelling

ASK: Final = "-"
"""Stands for a number that is asked for: what is typed as an argument can be seen by everybody on
the machine, and is kept by the shell."""

_EVER: Final = 2**62

_LONGEST_NAME: Final = 100
"""Characters of who asked; no name or case number is longer."""


def add(parser: argparse.ArgumentParser, whose: "argparse._MutuallyExclusiveGroup") -> None:
    """Adds the arguments that say whose calls."""
    whose.add_argument(
        "--caller",
        metavar="X",
        help="the calls of one caller, by number under the key or by pseudonym; - asks for it",
    )
    whose.add_argument("--call", metavar="ID", help="one call, by its id")
    parser.add_argument(
        "--key-file", type=Path, metavar="FILE", help="of the pseudonym key, for --caller"
    )
    parser.add_argument(
        "--country",
        metavar="CC",
        help="of a caller's number that has none, as in the import; default: the zone's",
    )
    parser.add_argument("--asked-by", metavar="NAME", help="who asks for a caller, for the log")


def run(arguments: argparse.Namespace, plan: Plan, span: tuple[int, int] | None) -> int:
    """Shows the calls.

    Args:
        span: of which anything is told of them; None: whenever.

    Raises:
        CommandError: arguments or key are wrong, the log can't be written, or the work failed.
    """
    if arguments.format not in contact_explained.CALLS_FORMATS:
        shown = ", ".join(contact_explained.CALLS_FORMATS)
        raise CommandError(f"--format csv is of the visits to a line: write {shown}", USAGE)
    if arguments.call is not None:
        wanted = of_call(arguments.call)
    else:
        assert span is not None
        wanted = _of_caller(arguments, plan)
        _log(arguments, *span)
    since, until = (-_EVER, _EVER) if span is None else span
    contacts = list(books.contacts(arguments, plan, max(since, 0), arguments.late))
    found = explain_contacts(contacts, plan, wanted, since, until, books.as_of(arguments))
    of = contact_explained.explain(span, found)
    if arguments.format == "json":
        write(arguments.output, canonical(of))
        return DONE
    writing = Writing(language(arguments, plan), plan.zone.key)
    html = arguments.format == "html"
    as_shown = contact_explained.as_html if html else contact_explained.as_text
    write(arguments.output, as_shown(of, writing).encode())
    return DONE


def _of_caller(arguments: argparse.Namespace, plan: Plan) -> Wanted:
    """Which contacts are the caller's. No message of what is wrong repeats what was given."""
    for name in arguments.files:
        if name.strip("+0123456789()/.- ") == "" and name != ASK and not Path(name).exists():
            raise CommandError("--caller: write a number with blanks in quotes", USAGE)
    given = arguments.caller.strip()
    if given == ASK:
        if ASK in arguments.files:
            raise CommandError("--caller - reads the number where FILE - reads events", USAGE)
        given = _asked()
    country = _country(arguments, plan)
    if spelling(given, country) is None:
        raise CommandError("--caller: is nobody's number: who withholds it is not known", USAGE)
    found = {given} if privacy.is_pseudonym(given) else set()
    try:
        keyed = pseudonyms.load(os.environ, arguments.key_file)
    except pseudonyms.KeyMissingError as error:
        raise CommandError(str(error), USAGE) from error
    if keyed is not None:
        pseudonym = Callers(keyed, country).of(given)
        assert pseudonym is not None
        found.add(pseudonym)
    elif not found:
        raise CommandError(
            "--caller: a number is found by its pseudonym alone: set "
            f"{pseudonyms.KEY_VARIABLE}, or give --key-file, with the key of the imports",
            USAGE,
        )
    return of_caller(found)


def _asked() -> str:
    """What is typed, unseen; or the first line of a pipe."""
    try:
        given = getpass("number: ") if sys.stdin.isatty() else sys.stdin.readline()
    except (EOFError, UnicodeDecodeError):
        given = ""
    if not given.strip():
        raise CommandError("--caller -: no number came", USAGE)
    return given.strip()


def _country(arguments: argparse.Namespace, plan: Plan) -> str | None:
    country: str | None = arguments.country
    if country is None:
        return country_of(plan.zone)
    if country not in COUNTRIES:
        raise CommandError("--country: write two capital letters, such as BE", USAGE)
    return country


def _log(arguments: argparse.Namespace, since: int, until: int) -> None:
    """Logs the look-up, and says where."""
    asked_by = arguments.asked_by
    if asked_by is not None and not _is_name(asked_by):
        raise CommandError("--asked-by: write a name or a case, without a telephone number", USAGE)
    named = read_settings(arguments).lookups
    log = Path(named) if named else lookups.usual(os.environ)
    try:
        lookups.write(log, lookups.user(os.environ), asked_by, wall(), since, until)
    except lookups.LookupLogError as error:
        raise CommandError(f"nothing is looked up that can't be logged: {error}") from error
    say(f"the look-up is logged in {log}")


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable() and not privacy.holds_number(text)
