"""``reachline explain``: the calls behind a figure, and why each counted as it did; or those of one
caller, or of one call id, and what became of them."""

import argparse
from datetime import datetime

from streams.commands import books, explain_calls
from streams.commands.common import DONE, USAGE, CommandError
from streams.commands.statement import add_output, language, write
from streams.domain import instants
from streams.domain.books import INTERVAL, start_of
from streams.domain.call_events import Contact
from streams.domain.plan import Plan
from streams.domain.statement import parse
from streams.domain.statement.explanation import explain
from streams.sinks.statement import explained
from streams.sinks.statement.objects import canonical
from streams.sinks.statement.writing import Writing


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "explain",
        help="the calls behind a figure, and why each counted as it did",
        description="From files of events, or without any from the broker's raw topics.",
    )
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--line", metavar="L", help="the visits to a line of the plan")
    explain_calls.add(parser, whose)
    parser.add_argument(
        "--interval",
        metavar="T",
        help="a quarter-hour by a time in it, 2026-10-05T09:15, local unless it has an offset; "
        "or a day or a month; of --call it may be left out",
    )
    books.add_source(parser, raw_only=True)
    parser.add_argument("--late", action="store_true", help="of the broker: with the late events")
    parser.add_argument("--format", choices=explained.EXPLANATION_FORMATS, default="text")
    add_output(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    plan = books.plan(arguments)
    if arguments.call is not None and arguments.interval is None:
        return explain_calls.run(arguments, plan, None)
    if arguments.interval is None:
        raise CommandError("--interval T says of when: a day, a month or a quarter-hour", USAGE)
    spans = spans_of(arguments.interval, plan)
    if arguments.line is None:
        (since, _), *_ = spans
        *_, (_, until) = spans
        return explain_calls.run(arguments, plan, (since, until))
    if len(spans) > 1 and arguments.format != "text":
        first, second = (_written(since, plan) for since, _ in spans)
        raise CommandError(
            f"--interval: {arguments.interval} comes twice: write {first} or {second}", USAGE
        )
    (since, _), *_ = spans
    plan = books.as_judged(arguments, plan)
    contacts = [*books.contacts(arguments, plan, since, arguments.late)]
    # Asked only now: without a plan, lines are known by their events.
    if arguments.line not in plan.lines:
        there = ", ".join(plan.lines) or "none"
        raise CommandError(f"no line {arguments.line!r} in the plan; there are {there}", USAGE)
    shown = [_explained(arguments, plan, contacts, *span) for span in spans]
    write(arguments.output, b"\n".join(shown))
    return DONE


def _explained(
    arguments: argparse.Namespace, plan: Plan, contacts: list[Contact], since: int, until: int
) -> bytes:
    found, total = explain(contacts, plan, arguments.line, since, until, books.as_of(arguments))
    of = explained.explain(arguments.line, since, until, found, total)
    if arguments.format == "json":
        return canonical(of)
    if arguments.format == "csv":
        return explained.as_csv(of).encode()
    writing = Writing(language(arguments, plan), plan.zone.key)
    as_shown = explained.as_html if arguments.format == "html" else explained.as_text
    return as_shown(of, writing).encode()


def _written(at: int, plan: Plan) -> str:
    """An instant as it is typed."""
    return instants.to_datetime(at).astimezone(plan.zone).isoformat(timespec="minutes")


def spans_of(text: str, plan: Plan) -> list[tuple[int, int]]:
    """The quarter-hour, day or month that an argument names; two quarter-hours where the clock was
    set back, for the local time comes twice.

    Raises:
        CommandError: it names none, or one that the clock jumped over.
    """
    try:
        period = parse(text)
    except ValueError:
        pass
    else:
        return [(period.begin(plan.zone), period.end(plan.zone))]
    try:
        moment = datetime.fromisoformat(text)
        if not 1 < moment.year < 9999:
            raise ValueError("a zone's offset may put it beyond what a calendar can show")
    except ValueError:
        raise CommandError(
            f"--interval: {text!r} is no quarter-hour, day or month: write "
            "2026-10-05T09:15, 2026-10-05 or 2026-10",
            USAGE,
        ) from None
    meant = [moment]
    if moment.tzinfo is None:
        meant = [moment.replace(tzinfo=plan.zone, fold=fold) for fold in (0, 1)]
    found = {instants.of(each): each for each in meant}
    if len(found) > 1 and moment != instants.to_datetime(min(found)).astimezone(plan.zone).replace(
        tzinfo=None
    ):
        raise CommandError(
            f"--interval: there is no {text} in {plan.zone.key}: the clock is set forward then",
            USAGE,
        )
    starts = sorted({start_of(at, INTERVAL) for at in found})
    return [(start, start + INTERVAL) for start in starts]
