"""An import of Asterisk's log: lines become events, each is counted, and what is wrong is said.

Lines come in batches, each with its own counts and reports: a batch that could not be written is
read again, and must not be counted twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from streams.domain import instants
from streams.domain.events import Event, Queue, kind
from streams.domain.privacy import shown
from streams.sources.asterisk import Translator
from streams.sources.asterisk_outcome import NUMBER_DIALLED, UNKNOWN_EVENT, UNMAPPED, Told
from streams.sources.asterisk_records import Record, parse
from streams.sources.log_files import LONGEST_LINE, Line

_NAMES: Final = 1_000
"""Queues and kinds of records that are counted by name: a broken log may have any number."""

_SHOWN: Final = 20
"""Queues of no line that a summary lists: more are a plan for another phone system."""


@dataclass(slots=True)
class Counts:
    """What became of all records: told, left out and refused add up to them.

    Attributes:
        told: records that gave events.
        left_out: records that gave none, by the reason.
        calls: callers who entered a queue that feeds no line, by the queue.
    """

    records: int = 0
    told: int = 0
    refused: int = 0
    events: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        """Adds what became of other records."""
        self.records += other.records
        self.told += other.told
        self.refused += other.refused
        self.events += other.events
        self.left_out += other.left_out
        self.calls += other.calls

    def __str__(self) -> str:
        said = (
            f"{self.records} records read: {self.told} told in {self.events} events, "
            f"{self.left_out.total()} left out, {self.refused} refused"
        )
        said += "".join(f"\n  {count} {reason}" for reason, count in self.left_out.most_common())
        for queue, count in self.calls.most_common(_SHOWN):
            said += f"\n  {count} calls of the queue {queue}, which feeds no line"
        if len(self.calls) > _SHOWN:
            said += f"\n  and those of {len(self.calls) - _SHOWN} queues more"
        return said


class Report(NamedTuple):
    """Something to be said; what has a ``topic`` is said once."""

    text: str
    topic: str = ""


_DIALLED: Final = Report(
    "records DID have the number that was dialled, which no event may have: calls have no entrance "
    "unless the dialplan writes its name there, as QueueLog(NONE,${UNIQUEID},NONE,DID,business)",
    "dialled",
)


class Batch(NamedTuple):
    """What became of some lines."""

    events: list[Event]
    reports: list[Report]
    counts: Counts


class Reports:
    """Says reports, those of one topic once."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._said: set[str] = set()

    def __call__(self, reports: Iterable[Report]) -> None:
        for text, topic in reports:
            if topic and (topic in self._said or len(self._said) >= _NAMES):
                continue
            if topic:
                self._said.add(topic)
            self._say(text)


def translate(lines: Iterable[Line], translator: Translator, now: int) -> Batch:
    """The events of lines, in their order.

    Args:
        now: the wall clock.
    """
    batch = Batch([], [], Counts())
    counts = batch.counts
    for line in lines:
        counts.records += 1
        try:
            record, told = _read(line, translator, now)
        except ValueError as error:
            counts.refused += 1
            batch.reports.append(Report(f"{line.file}:{line.number}: {error}"))
            continue
        if told.events:
            counts.told += 1
            counts.events += len(told.events)
            batch.events.extend(told.events)
            continue
        counts.left_out[told.reason or ""] += 1
        if told.reason == UNMAPPED:
            batch.reports.append(_of_no_line(record))
            if record.event == "ENTERQUEUE" and len(counts.calls) < _NAMES:
                counts.calls[_name(record.queue)] += 1
        elif told.reason == NUMBER_DIALLED:
            batch.reports.append(_DIALLED)
        elif told.reason == UNKNOWN_EVENT:
            name = record.event
            text = f"{line.file}:{line.number}: records of the kind {name} are passed over"
            batch.reports.append(Report(f"{text}: none such is known", f"kind {name}"))
    return batch


def _read(line: Line, translator: Translator, now: int) -> tuple[Record, Told]:
    if line.cut:
        raise ValueError(f"a line of more than {LONGEST_LINE} bytes")
    try:
        text = line.text.decode()
    except UnicodeDecodeError:
        text = line.text.decode("latin-1")  # names of agents, by an old system
    record = parse(text)
    return record, translator.translate(record, now)


def _name(queue: str) -> str:
    """A queue as it may be repeated: where its field is wrong, a number may stand there."""
    return shown(queue).strip("'")


def _of_no_line(record: Record) -> Report:
    queue = record.queue
    if record.event == "MENUCHOICE" and record.text(1):
        queue = record.text(1)
        what = f"the menu leads to {_name(queue)}, which is no line and feeds none"
    else:
        what = f"the queue {_name(queue)} feeds no line of the plan"
    return Report(
        f'{what}: add queues = ["asterisk:{_name(queue)}"] to its [[line]]; '
        "its calls are counted here, and are in no figure",
        f"queue {queue.casefold()}",
    )


def explain(
    lines: Iterable[Line], translator: Translator, now: int, call_id: str, zone: ZoneInfo
) -> Iterator[str]:
    """What became of one call, record by record.

    Args:
        call_id: the contact's, or the id of its channel.
        zone: of the times that are shown.
    """
    for line in lines:
        try:
            record, told = _read(line, translator, now)
        except ValueError as error:
            if call_id.encode() in line.text:
                yield f"{line.file}:{line.number}: refused: {error}"
            continue
        of_call = [event for event in told.events if event.call_id == call_id]
        if not (of_call or call_id in (told.call, record.call)):
            continue
        at = _local(record.at, zone)
        did = "; ".join(_said(event, record, zone) for event in told.events)
        why = f"no event: {told.reason}" if told.reason else did
        queue = "" if record.queue == "NONE" else f" {_name(record.queue)}"
        yield f"{line.file}:{line.number}: {at} {record.event}{queue} -> {why}"


def _said(event: Event, record: Record, zone: ZoneInfo) -> str:
    words: list[str] = [kind(event)]
    names = ("line", "phase", "option", "reason", "to_line", "by", "direction")
    words += [value for name in names if (value := getattr(event, name, None)) is not None]
    if isinstance(event, Queue):
        words.remove("queue")
    at = instants.parse(event.at)
    if at != record.at:
        words.append(f"at {_local(at, zone)}")
    return " ".join(words)


def _local(at: int, zone: ZoneInfo) -> str:
    return instants.to_datetime(at).astimezone(zone).isoformat(" ")
