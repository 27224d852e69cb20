"""``reachline restate``: a frozen statement with the events that came late; both are kept."""

import argparse
import sys

from streams.commands import books
from streams.commands.common import DONE, FAILED, CommandError, wall
from streams.commands.statement import (
    add_output,
    add_what,
    check_vendor,
    language,
    read_period,
    write,
)
from streams.domain.plan import Plan
from streams.domain.statement import Period, statement
from streams.sinks.statement import plain, restated
from streams.sinks.statement.archive import Archive, Kept, KeptError
from streams.sinks.statement.issue import issued
from streams.sinks.statement.objects import canonical
from streams.sinks.statement.plain import Made

_FORMATS = ("html", "json")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "restate",
        help="a frozen statement with the events that came late; both are kept",
        description="Before is what the archive kept, or else what the workers kept. After is "
        "everything: the files, or the raw topics with the late events, each corrected event in "
        "place of what it corrects.",
    )
    add_what(parser)
    books.add_source(parser, raw_only=True)
    parser.add_argument("--keep", metavar="DIR", required=True, help="the archive of statements")
    parser.add_argument("--reason", required=True, help="the cause, in words for both parties")
    parser.add_argument("--format", choices=_FORMATS, default="html")
    add_output(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    plan = books.plan(arguments)
    period = read_period(arguments.period)
    check_vendor(plan, arguments.vendor)
    archive = Archive(arguments.keep)
    kept = _before(arguments, plan, period, archive)
    number = kept.statement.object.issue.number
    made, late = _after(arguments, plan, period)
    if made.content.provisional is not None:
        raise CommandError("the period is provisional: nothing is restated before it is final")
    # What is kept as file 0 is issue 1.
    after = issued(made, wall(), issue=kept.file + 2, replaces=number)
    found = restated.restate(kept.statement, after, kept.file + 1, arguments.reason, late)
    if not found.results and not found.quarter_hours:
        print(f"nothing has changed since {number}", file=sys.stderr)
        return FAILED
    try:
        _, path, after = archive.restate(after, found, kept)
    except (KeptError, OSError) as error:
        raise CommandError(str(error)) from error
    print(f"kept as {path}, number {after.object.issue.number}", file=sys.stderr)
    if arguments.format == "json":
        content = canonical(found)
    else:
        content = restated.page(found, after.object, language(arguments, plan)).encode()
    write(arguments.output, content)
    return DONE


def _before(arguments: argparse.Namespace, plan: Plan, period: Period, archive: Archive) -> Kept:
    """The newest that is kept; without any, what the workers kept, which is frozen now."""
    try:
        kept = archive.latest(arguments.vendor, period.name)
    except KeptError as error:
        raise CommandError(str(error)) from error
    if kept is not None:
        return kept
    if arguments.files:
        raise CommandError(
            f"{arguments.keep} has no statement of {arguments.vendor}, {period.name}: freeze it "
            "with `reachline statement --keep` first"
        )
    known = books.kept(arguments, plan, period)
    made = _make(arguments.vendor, period, known)
    try:
        return archive.freeze(made, wall())
    except (KeptError, OSError) as error:
        raise CommandError(str(error)) from error


def _after(
    arguments: argparse.Namespace, plan: Plan, period: Period
) -> tuple[Made, list[restated.LateEvent]]:
    now = books.as_of(arguments)
    contacts, late = books.everything(arguments, plan, period)
    known = books.of_contacts(contacts, plan, now)
    return _make(arguments.vendor, period, known), late


def _make(vendor: str, period: Period, known: books.Known) -> Made:
    found = statement(known.plan, vendor, period, known.intervals, known.as_of, known.provisional)
    return plain.make(known.plan, found, known.intervals)
