"""What became of the rows of call records: each is counted once, and what is wrong is reported."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from streams.sources.call_events import Record
from streams.sources.call_lines import UnmappedError
from streams.sources.rows import Row

_QUEUES: Final = 1_000
"""Queues that are counted by name: a column that is no queue's may hold any number."""


class BadRow(NamedTuple):
    """A row that gave no events, or not all, and why."""

    file: str
    line_number: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line_number}: {self.reason}"


@dataclass(slots=True)
class Counts:
    """What an import has done so far. Each row gave a call (with ``leg``: a part of one), is of a
    kind that the mapping leaves out, is of queues that feed no line, or was refused and reported.

    Attributes:
        unmapped: rows of which no queue feeds a line; ``queues``: how many of each queue, among
            them visits of rows that gave others.
        swallowed: lines that belong to a row that began in an earlier line.
        above: lines above the header.
        events: events written.
    """

    rows: int = 0
    calls: int = 0
    left_out: int = 0
    unmapped: int = 0
    refused: int = 0
    swallowed: int = 0
    above: int = 0
    events: int = 0
    queues: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        """Adds what became of the rows of another file."""
        for name in (
            "rows",
            "calls",
            "left_out",
            "unmapped",
            "refused",
            "swallowed",
            "above",
            "events",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.queues += other.queues

    def visits_of(self, error: UnmappedError) -> bool:
        """Counts a visit to a queue that feeds no line; whether it is the first of that queue."""
        if error.queue not in self.queues and len(self.queues) >= _QUEUES:
            return False
        self.queues[error.queue] += 1
        return self.queues[error.queue] == 1


Report = Callable[[BadRow], object]


class Outcome(NamedTuple):
    """What became of a row.

    Attributes:
        values: of the columns that the mapping names; None where they can't be told apart.
        record: what it makes; None where it is refused.
        reason: why it is refused; None where it is not.
    """

    row: Row
    values: dict[str, str] | None
    record: Record | None
    reason: str | None


def counted(outcome: Outcome, counts: Counts, report: Report, name: str) -> Record | None:
    """Counts what became of a row, and reports it; its record, unless it is refused."""
    counts.rows += 1
    counts.swallowed += outcome.row.swallowed
    record, line_number = outcome.record, outcome.row.line_number
    if record is None:
        counts.refused += 1
        report(BadRow(name, line_number, outcome.reason or ""))
        return None
    for error in record.unmapped:
        if counts.visits_of(error):
            report(BadRow(name, line_number, str(error)))
    if record.events:
        counts.calls += 1
    elif record.unmapped:
        counts.unmapped += 1
    else:
        counts.left_out += 1
    return record
