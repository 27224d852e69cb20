"""What checkpoints write: a contact leaves in two steps, and at no time is it lost or doubled."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from streams.domain.books import INTERVAL
from streams.domain.cells import CellKey
from streams.domain.contact import GAP
from streams.domain.decision_slots import DecisionChanges
from streams.domain.instants import MINUTE
from streams.domain.judge import judge
from streams.domain.ledger import Changes
from streams.domain.open_contact import OpenContact
from streams.domain.tally import CITY, Tally
from streams.engine.kafka.outputs import Record
from streams.engine.state.changelog import Changelog
from streams.engine.state.checkpoint import KEY
from streams.engine.state.restored import Restored
from tests.stories import PLAN, Story, at

NINE = at("9:00")
CELL: CellKey = (CITY, INTERVAL, NINE)
BOOKED = Tally.of(contacts=1)


def called(call_id: str) -> OpenContact:
    contact = OpenContact(call_id)
    for event, instant in Story(call_id).start("9:00").hang_up("9:01").facts:
        contact.merge(event, instant)
    return contact


def changes(
    told: Sequence[OpenContact] = (),
    retired: Sequence[OpenContact] = (),
    evicted: Sequence[CellKey] = (),
) -> Changes:
    outcomes = [
        (each, [(piece, judge(piece, PLAN, NINE + 10 * MINUTE)) for piece in each.pieces()])
        for each in retired
    ]
    parts = {CELL: BOOKED} if retired else {}
    nothing = DecisionChanges({}, [])
    return Changes([*told], outcomes, parts, {}, nothing, {}, {}, [*evicted], 0)  # type: ignore[arg-type]


class Topic:
    """The compacted topic of the state, and a worker that writes to it."""

    def __init__(self) -> None:
        self.records: dict[bytes, bytes] = {}
        self.changelog = Changelog(0)

    def checkpoint(self, told: Changes, watermark: int = NINE) -> list[Record]:
        written = self.changelog.checkpoint(told, watermark, 1, {}, {}, None)
        for key, value in written:
            if value is None:
                del self.records[key]  # nothing is removed that was not there
            else:
                self.records[key] = value
        return written

    def restored(self) -> Restored:
        """What a worker finds that takes the partition over now: nothing of it is missing."""
        restored = Restored()
        for key, value in self.records.items():
            restored.apply(key, value)
        restored.check()
        return restored


def known(restored: Restored) -> tuple[set[str], int]:
    """Who is in state, and how many contacts the books have of those who left it."""
    cells = restored.cells()
    return {each.call_id for each in restored.contacts()}, (
        cells[CELL]["contacts"] if CELL in cells else 0
    )


def test_a_contact_is_in_state_or_in_the_books_after_every_checkpoint() -> None:
    topic = Topic()
    contact = called("c1")
    topic.checkpoint(changes(told=[contact]))
    assert known(topic.restored()) == ({"c1"}, 0)

    topic.checkpoint(changes(retired=[contact]))
    assert b"c|c1" in topic.records, "its events are removed by the next"
    assert known(topic.restored()) == (set(), 1)

    topic.checkpoint(changes())
    assert b"c|c1" not in topic.records
    assert known(topic.restored()) == (set(), 1)


def test_who_came_and_left_between_two_checkpoints_has_no_events_to_remove() -> None:
    topic = Topic()
    topic.checkpoint(changes(retired=[called("c1")]))
    assert known(topic.restored()) == (set(), 1)
    written = topic.checkpoint(changes())
    assert b"c|c1" not in {key for key, _ in written}
    assert known(topic.restored()) == (set(), 1)


def test_a_contact_whose_events_are_written_twice_is_stored_once() -> None:
    topic = Topic()
    contact = called("c1")
    topic.checkpoint(changes(told=[contact]))
    topic.checkpoint(changes(told=[contact]))
    checkpoint = topic.restored().checkpoint
    assert checkpoint is not None and checkpoint.stored.contacts == 1


def test_the_record_of_the_checkpoint_comes_last_and_they_are_numbered() -> None:
    topic = Topic()
    for number in (1, 2, 3):
        written = topic.checkpoint(changes(told=[called(f"c{number}")]))
        assert [key for key, _ in written].index(KEY) == len(written) - 1
        assert topic.changelog.number == number


def test_whoever_goes_on_evicts_what_the_one_before_has_covered() -> None:
    topic = Topic()
    contact = called("c1")
    topic.checkpoint(changes(told=[contact]))
    topic.checkpoint(changes(retired=[contact]), watermark=NINE + MINUTE)

    restored = topic.restored()
    assert restored.checkpoint is not None
    topic.changelog = Changelog(0)
    assert not topic.changelog.evicts
    retired = topic.changelog.restore(restored, restored.checkpoint)
    assert retired == {"c1": NINE + MINUTE}
    assert topic.changelog.evicts
    topic.checkpoint(changes())
    assert topic.changelog.number == 3 and not topic.changelog.evicts
    assert b"c|c1" not in topic.records and known(topic.restored()) == (set(), 1)


@pytest.mark.parametrize("covering", [True, False])
def test_an_evicted_cell_is_removed_by_the_next_checkpoint(covering: bool) -> None:
    """One that has a record, and one that the very checkpoint covers with its last contact."""
    topic = Topic()
    topic.checkpoint(changes(retired=[called("c1")], evicted=[CELL] if covering else []))
    if not covering:
        topic.checkpoint(changes())
        assert any(key.startswith(b"p|") for key in topic.records)
        topic.checkpoint(changes(evicted=[CELL]))
    assert known(topic.restored()) == (set(), 0)
    written = topic.checkpoint(changes())
    assert [value for key, value in written if key.startswith(b"p|")] == [None] * (not covering)
    assert not any(key.startswith(b"p|") for key in topic.records)
    assert topic.restored().stored_cells() == set()


def test_ids_are_remembered_for_as_long_as_their_calls_could_go_on() -> None:
    topic = Topic()
    topic.checkpoint(changes(retired=[called("c1")]), watermark=NINE)
    topic.checkpoint(changes(), watermark=NINE + GAP)
    assert topic.restored().retired()[1].newest == {"c1": NINE + MINUTE}
    topic.checkpoint(changes(), watermark=NINE + GAP)
    assert topic.restored().retired()[1].newest == {"c1": NINE + MINUTE}
    topic.checkpoint(changes(), watermark=NINE + GAP + 1)
    assert topic.restored().retired() == {}
