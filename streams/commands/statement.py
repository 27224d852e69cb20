"""``reachline statement``: what a vendor did in a period, and what it is paid for it."""

import argparse
import sys
from pathlib import Path
from typing import Final

from streams.commands import books
from streams.commands.common import DONE, FAILED, USAGE, CommandError, wall
from streams.domain.plan import Plan
from streams.domain.statement import Period, parse, statement
from streams.sinks.files import write_whole
from streams.sinks.statement import plain, sheet
from streams.sinks.statement.archive import Archive, KeptError
from streams.sinks.statement.issue import issued
from streams.sinks.statement.page import page
from streams.sinks.statement.plain import Issued, Made
from streams.texts import languages, spoken

_FORMATS: Final = ("html", "csv", "json", "books")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "statement",
        help="what a vendor did in a period, and what it is paid for it",
        description="The books come from files of events, or without any from the broker: the "
        "quarter-hours kept while the calls came in, or recomputed from the raw topics.",
    )
    add_what(parser)
    books.add_source(parser)
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="html",
        help="books: the text whose SHA-256 the statement names",
    )
    add_output(parser)
    parser.add_argument("--keep", metavar="DIR", help="freeze it in this archive of statements")
    parser.set_defaults(run=run)


def add_what(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that say whose statement of when."""
    parser.add_argument("--vendor", required=True, metavar="V", help="id of the plan")
    parser.add_argument(
        "--period", required=True, metavar="P", help="2026-10, 2026-Q4, 2026 or 2026-10-05"
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments that say how it is shown, and where."""
    parser.add_argument("--language", choices=languages(), help="default: the plan's first")
    parser.add_argument("--output", metavar="FILE", help="default: standard output")


def run(arguments: argparse.Namespace) -> int:
    plan = books.plan(arguments)
    period = read_period(arguments.period)
    check_vendor(plan, arguments.vendor)
    made, empty = of_period(arguments, plan, period)
    if arguments.keep:
        try:
            _, path, found = Archive(arguments.keep).freeze(made, wall())
        except (KeptError, OSError) as error:
            raise CommandError(str(error)) from error
        print(f"kept as {path}", file=sys.stderr)
    else:
        found = issued(made, wall())
    print(_standing(found), file=sys.stderr)
    write(arguments.output, shown(found, arguments.format, language(arguments, plan)))
    if empty:
        print("no visit of this vendor in the period", file=sys.stderr)
    return FAILED if empty and arguments.files and not made.books else DONE


def _standing(issued: Issued) -> str:
    """What the statement is, in a line for the person who made it."""
    of = issued.object
    standing = "final" if of.provisional is None else "provisional"
    if not of.complete:
        standing += ", incomplete"
    heard = of.heard
    hours = "" if heard is None else f": heard {heard.heard} of {heard.open} open hours"
    few = sum(each.due and not each.complete for each in of.results)
    too_few = f", too few for {few} of {len(of.results)} results" if few else ""
    return f"number {of.issue.number}, {standing}{hours}{too_few}"


def of_period(arguments: argparse.Namespace, plan: Plan, period: Period) -> tuple[Made, bool]:
    """The statement from the source that the arguments name, and whether it has no visit."""
    if arguments.files or arguments.source != books.KEPT_INTERVALS:
        check_vendor(plan, arguments.vendor)
    known = books.known(arguments, plan, period)
    check_vendor(known.plan, arguments.vendor)
    found = statement(
        known.plan, arguments.vendor, period, known.intervals, known.as_of, known.provisional
    )
    made = plain.make(known.plan, found, known.intervals)
    return made, not made.content.total["line_offered"]


def read_period(text: str) -> Period:
    """The period that an argument names."""
    try:
        return parse(text)
    except ValueError as error:
        raise CommandError(str(error), USAGE) from error


def check_vendor(plan: Plan, vendor: str) -> None:
    """Says which vendors there are when this is none of them."""
    if plan.vendor(vendor) is None:
        there = sorted({*(v.entry.id for v in plan.entries.vendors), "city"})
        raise CommandError(f"no vendor {vendor!r} in the plan; there are {', '.join(there)}", USAGE)


def language(arguments: argparse.Namespace, plan: Plan) -> str:
    """The language asked for, else the plan's first that there is a catalogue of."""
    first, *_ = spoken(plan.entries.city.languages)
    return arguments.language or first


def shown(of: Issued, form: str, language: str) -> bytes:
    """A statement in one of its forms."""
    if form == "json":
        return of.json
    if form == "csv":
        return sheet.as_csv(of.object).encode()
    if form == "books":
        return of.books.encode()
    return page(of.object, language).encode()


def write(path: str | None, content: bytes) -> None:
    """Writes to a file, or to standard output."""
    if path is None:
        sys.stdout.buffer.write(content)
        return
    try:
        write_whole(Path(path), content)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
