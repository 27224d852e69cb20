"""The quarter-hours that are not final, from what their source partitions tell."""

from __future__ import annotations

from aiokafka import TopicPartition

from streams.domain.books import INTERVAL, SLOT
from streams.domain.tally import LINE, Tally
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Record
from streams.engine.state.partials import (
    figures_record,
    figures_removed,
    restart_record,
    waits_record,
    watermark_record,
)
from streams.engine.state.provisional import Partials
from tests.records import consumed

START = INTERVAL * 1_900_000
A, B = LINE + "a", LINE + "b"
Parts = list[tuple[str, int, int]]


def figures(
    scope: str, contacts: int, source: int = 0, quarter: int = 0, final: bool = False
) -> Record:
    key = (scope, INTERVAL, START + quarter * INTERVAL)
    return figures_record(1, source, key, Tally.of(contacts=contacts), final)


def read(*records: Record) -> Partials:
    partials = Partials()
    partials.apply(consumed(topics.PARTIALS, records))
    return partials


def parts(
    partials: Partials, since: int = START, final: frozenset[tuple[str, int]] = frozenset()
) -> Parts:
    """The parts by scope, quarter-hour and contacts."""
    return sorted(
        (quarter.scope, (quarter.start - START) // INTERVAL, tally["contacts"])
        for quarter, tally in partials.provisional(since, final, 2)
    )


def test_the_last_figures_of_a_source_count_and_sources_stand_beside_each_other() -> None:
    found = read(figures(A, 1), figures(A, 3), figures(A, 2, source=1), figures(B, 5, quarter=1))
    assert parts(found) == [(A, 0, 2), (A, 0, 3), (B, 1, 5)]


def test_only_quarter_hours_are_looked_at() -> None:
    slot = figures_record(1, 0, (A, SLOT, START + SLOT), Tally.of(contacts=9), False)
    found = read(
        slot,
        waits_record(1, 0, A, 2, START),
        figures(A, 1),
        figures_removed(0, (A, SLOT, START + SLOT)),
    )
    assert parts(found) == [(A, 0, 1)]


def test_what_is_final_or_before_is_evicted_for_good() -> None:
    found = read(figures(A, 1), figures(B, 1), figures(A, 2, quarter=1), figures(B, 2, quarter=1))
    assert parts(found, START + INTERVAL, frozenset({(B, START + INTERVAL)})) == [(A, 1, 2)]
    assert parts(found) == [(A, 1, 2)]


def test_how_far_each_source_is_never_goes_back() -> None:
    found = read(
        watermark_record(1, 0, START, START),
        watermark_record(1, 1, START + 5, START + 9),
        watermark_record(2, 1, START + 3, START + 9),
    )
    assert found.complete_until == {0: START, 1: START + 5}


def test_whoever_reads_on_begins_after_the_last_record_of_each_partition() -> None:
    partials = Partials()
    partials.apply(consumed(topics.PARTIALS, [figures(A, 1), figures(A, 2)], first=10))
    partials.apply(consumed(topics.PARTIALS, [figures_removed(0, (A, INTERVAL, START))], 1, 3))
    assert partials.positions == {
        TopicPartition(topics.PARTIALS, 0): 12,
        TopicPartition(topics.PARTIALS, 1): 4,
    }
    partials.apply(consumed(topics.PARTIALS, [figures(A, 4)], first=12))
    assert parts(partials) == [(A, 0, 4)]


def test_what_a_source_published_again_in_one_partition_voids_nothing_in_another() -> None:
    partials = Partials()
    partials.apply(consumed(topics.PARTIALS, [figures(A, 1)], partition=0))
    partials.apply(consumed(topics.PARTIALS, [figures(B, 2), restart_record(2, 0)], partition=1))
    assert parts(partials) == [(A, 0, 1)]


def test_what_was_told_as_final_stays_when_its_source_is_taken_over() -> None:
    """The successor tells what is open; another source keeps the quarter-hour open meanwhile."""
    found = read(
        figures(A, 10, final=True),
        figures(A, 1, source=1),
        figures(A, 5, quarter=1),
        restart_record(2, 0),
    )
    assert parts(found) == [(A, 0, 1), (A, 0, 10)]
