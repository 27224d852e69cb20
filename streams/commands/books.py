"""Where the books of statements come from: files, the kept quarter-hours, or the raw topics."""

import argparse
from collections.abc import Collection, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from streams.commands.common import (
    USAGE,
    CommandError,
    Progress,
    load_plan,
    size_of,
    wall,
)
from streams.commands.replay import Refusals
from streams.commands.worker import add_settings, read_settings, run_loop
from streams.domain import instants
from streams.domain.call_events import Contact
from streams.domain.event_reader import Reader, Refusal
from streams.domain.events import Event, kind
from streams.domain.plan import Plan
from streams.domain.plan.composed import composed
from streams.domain.statement import Intervals, Period, reach
from streams.domain.statement.standing import standing
from streams.sinks.statement.restated import LateEvent
from streams.sources.event_files import STDIN, UnreadableFileError, batches, open_lines
from streams.sources.replay import replay

KEPT_INTERVALS: Final = "kept"
RAW: Final = "raw"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """Quarter-hours of the books as of an instant, which of them may still change, and the plan
    that they are judged by: of those that the workers kept, in the past what judged then."""

    intervals: Intervals
    provisional: Collection[tuple[str, int]]
    as_of: int
    plan: Plan


def add_source(parser: argparse.ArgumentParser, raw_only: bool = False) -> None:
    """Adds the arguments that say where the books come from."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="NDJSON, .gz, .zst, or -")
    add_settings(parser)
    if not raw_only:
        parser.add_argument(
            "--from",
            dest="source",
            choices=(KEPT_INTERVALS, RAW),
            default=KEPT_INTERVALS,
            help="of the broker: the quarter-hours kept while the calls came in (default), or the "
            "raw topics; without the late events, as those were",
        )
    parser.add_argument(
        "--as-of", metavar="INSTANT", help="RFC 3339; default: now. What came later is left out"
    )


def plan(arguments: argparse.Namespace) -> Plan:
    """The plan that the arguments, or the settings, name."""
    if arguments.plan:
        return load_plan(arguments.plan)
    return load_plan(None if arguments.files else read_settings(arguments).plan)


def as_of(arguments: argparse.Namespace) -> int:
    """The instant that was asked for, else now: a statement is made after its period, so a call
    without an end is lost by then, whether the source has ended or goes on."""
    if not arguments.as_of:
        return wall()
    try:
        return instants.parse(arguments.as_of)
    except ValueError as error:
        raise CommandError(f"--as-of: {error}", USAGE) from error


def known(arguments: argparse.Namespace, plan: Plan, period: Period) -> Known:
    """The books that a statement of this period needs."""
    if not arguments.files and arguments.source == KEPT_INTERVALS:
        return kept(arguments, plan, period)
    since, _ = reach(plan, period)
    plan = as_judged(arguments, plan)
    return of_contacts(contacts(arguments, plan, since, late=False), plan, as_of(arguments))


def as_judged(arguments: argparse.Namespace, plan: Plan) -> Plan:
    """A plan that judges the past as the workers have judged it, which raw events of the broker are
    read by where no more is asked than what they came to; of files it is the plan itself."""
    if arguments.files:
        return plan
    from streams.engine import audit as evidence

    found = ask(evidence.judged(read_settings(arguments)))
    # Partitions go on by a corrected plan at watermarks that are seconds apart.
    return composed(plan, found[min(found)], wall()) if found else plan


def kept(arguments: argparse.Namespace, plan: Plan, period: Period) -> Known:
    """The books as the workers kept them.

    Raises:
        CommandError: asked for as of another time than theirs.
    """
    from streams.engine import audit as evidence

    if arguments.as_of:
        raise CommandError("--as-of: kept books are as they are; use files, or --from raw", USAGE)
    found = ask(evidence.kept(read_settings(arguments), *reach(plan, period)))
    return Known(found.intervals, found.provisional, found.as_of, found.judging(plan))


def contacts(
    arguments: argparse.Namespace, plan: Plan, since: int, late: bool
) -> Iterable[Contact]:
    """The contacts of the files, or of the raw topics from an instant on."""
    if arguments.files:
        return files(arguments.files, plan)
    from streams.engine import audit as evidence

    return ask(evidence.raw(read_settings(arguments), plan, since, late)).contacts.values()


def everything(
    arguments: argparse.Namespace, plan: Plan, period: Period
) -> tuple[Iterable[Contact], list[LateEvent]]:
    """All contacts that a restatement of this period needs, and the events that had come late or
    correct others, as far as the source knows which: files know the corrections only."""
    if arguments.files:
        return files(arguments.files, plan), _corrections(arguments.files, plan)
    from streams.engine import audit as evidence

    since, until = reach(plan, period)
    found = ask(evidence.raw(read_settings(arguments), plan, since, late=True))
    late = [each for each in found.late if each.at < until + evidence.LOOK_BACK]
    late.sort(key=lambda each: (each.arrived, each.event.event_id))
    return found.contacts.values(), [_late(e.event, e.at, e.arrived) for e in late]


def _corrections(names: list[str], plan: Plan) -> list[LateEvent]:
    """The corrected events in files, in their order."""
    reader, now = Reader.of(plan), wall()
    found = []
    for name in names:
        for lines in batches(open_lines(name)) if name != STDIN else ():
            for line in lines:
                read = reader.read(line, now) if b'"revision"' in line else None
                if read is None or isinstance(read, Refusal):
                    continue
                event, at = read
                if event.revision:
                    found.append(_late(event, at, None))
    return found


def _late(event: Event, at: int, arrived: int | None) -> LateEvent:
    return LateEvent(
        event=kind(event),
        event_id=event.event_id,
        call_id=event.call_id,
        at=instants.text(at),
        arrived=None if arrived is None else instants.text(arrived),
        revision=event.revision,
    )


def of_contacts(contacts: Iterable[Contact], plan: Plan, now: int) -> Known:
    """The books of contacts."""
    intervals, provisional = standing(contacts, plan, now)
    return Known(intervals, provisional, now, plan)


def files(names: list[str], plan: Plan) -> Iterable[Contact]:
    """The contacts of files of events, corrected events instead of what they correct.

    Raises:
        CommandError: a file can't be read, or nothing in them was accepted: of no event there is
            nothing to state.
    """
    progress = Progress("reading", size_of(names))
    refusals = Refusals(None)
    try:
        replayed = replay(names, plan, wall(), refusals, progress.advance)
    except (UnreadableFileError, OSError) as error:
        raise CommandError(str(error)) from error
    finally:
        progress.end()
    refusals.end(replayed.refused)
    if not replayed.accepted:
        raise CommandError("nothing was accepted")
    return replayed.contacts.values()


def ask(work: Coroutine[Any, Any, T]) -> T:
    """What the broker answers.

    Raises:
        CommandError: it can't be reached, or lacks what is needed.
    """
    answer: list[T] = []

    async def run() -> None:
        answer.append(await work)

    run_loop(run())
    return answer[0]
