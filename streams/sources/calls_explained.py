"""What became of a call, record by record: which rule read each row, or why none did."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from streams.domain import instants
from streams.domain.events import Event, MenuChoice, Queue, kind
from streams.sources.call_events import Record
from streams.sources.call_lines import Lines
from streams.sources.calls import opened, outcomes
from streams.sources.clock import wall
from streams.sources.legs import joined
from streams.sources.mapping import Mapping
from streams.sources.mapping_texts import filled
from streams.sources.pseudonyms import Pseudonyms
from streams.sources.tables import read_table


def explain(
    files: Iterable[Path],
    mapping: Mapping,
    call_id: str,
    pseudonyms: Pseudonyms | None,
    wall: Callable[[], int] = wall,
    known: Lines | None = None,
) -> Iterator[str]:
    """Lines that say what became of the rows of a call, then all events of it in time.

    Args:
        call_id: as in the events.
        pseudonyms: as in ``calls.run``; nothing of them is shown.
        known: ``lines`` of ``calls.run``.

    Raises:
        MappingError, OSError: as ``calls.run``.
    """
    records: list[Record] = []
    rows = unread = 0
    for file in files:
        lines, its = opened(file, mapping)
        for outcome in outcomes(read_table(lines, its, str(file)), its, pseudonyms, wall, known):
            where = f"{file}:{outcome.row.line_number}"
            unread += outcome.values is None
            if outcome.values is None or not _is_of(outcome.values, outcome.record, its, call_id):
                continue
            rows += 1
            if outcome.record is None:
                yield f"{where}: refused: {outcome.reason}"
                continue
            numbers = " and ".join(map(str, outcome.record.rules))
            yield from (f"{where}: {error}" for error in outcome.record.unmapped)
            if not outcome.record.events and outcome.record.unmapped:
                continue
            if not outcome.record.events:
                yield f"{where}: left out by [[row]] {numbers}"
                continue
            records.append(outcome.record)
            made = len(outcome.record.events)
            yield f"{where}: [[row]] {numbers} makes {made} event{'s'[: made > 1]} of it"
            yield from (f"    {_in_words(event)}" for event in outcome.record.events)
    yield f"{rows} {'row is' if rows == 1 else 'rows are'} of call {call_id}"
    if mapping.legs and records:
        yield "together, in time:"
        events = sorted(joined(records), key=lambda event: instants.parse(event.at))
        yield from (f"    {_in_words(event)}" for event in events)
    if unread:
        yield f"of {unread} rows the call is not known: they lack fields, or have too many"


def _is_of(values: dict[str, str], record: Record | None, mapping: Mapping, call_id: str) -> bool:
    """Whether a row is of the call; one that was refused or left out goes by the mapping's id."""
    if record is not None and record.events:
        return record.call_id == call_id
    return filled(mapping.texts["id"], values) == call_id


def _in_words(event: Event) -> str:
    words = [event.at, event.event_id, kind(event)]
    if isinstance(event, Queue):
        words.append(f"{event.phase} {event.line}")
        if event.reason is not None:
            to = f" to {event.to_line}" if event.to_line else ""
            words.append(f"by {event.reason}{to}")
    if isinstance(event, MenuChoice):
        words.append(event.line)
    if event.revision:
        words.append(f"revision {event.revision}")
    return "  ".join(words)
