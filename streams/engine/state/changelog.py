"""A partition's state as it is written: what a checkpoint has to add to the state topic.

A contact leaves the state in two steps:

1. checkpoint n writes, in one record, the contact's id and the tallies that cover it;
2. checkpoint n + 1 writes those tallies under their own keys and removes the contact's events.

A recovery reads the last checkpoint's tallies over all others and passes over the contacts that it
covers, so a crash anywhere in between neither loses nor doubles one.
"""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from streams.domain import retired
from streams.domain.cells import CellKey
from streams.domain.contact import GAP
from streams.domain.ledger import GRACE, Changes
from streams.domain.plan.judgement import Judgement
from streams.engine.kafka.outputs import Record
from streams.engine.state.cells import cell_record, encoded
from streams.engine.state.checkpoint import Checkpoint, Stored
from streams.engine.state.contacts import contact_record, contact_removed
from streams.engine.state.judged import judged_digest, judged_record
from streams.engine.state.restored import Covered, Restored
from streams.engine.state.retired import RetiredIds, retired_record, retired_removed


class _Retirement(NamedTuple):
    """A checkpoint whose retired ids have a record: its watermark, and how many these are."""

    number: int
    watermark: int
    ids: int


class Changelog:
    """What is stored of one source partition, and what the next checkpoint adds to it.

    Attributes:
        number: of the last checkpoint.
        covering: the retired parts that the last checkpoint holds, encoded, by their cells.
    """

    def __init__(self, unknown: int) -> None:
        self.number = 0
        self.covering: dict[CellKey, bytes] = {}
        self._watermark = unknown  # of the last checkpoint
        # What the last checkpoint leaves for the next to do.
        self._covered: list[Covered] = []
        self._evicted: list[CellKey] = []
        # What has a record of its own.
        self._contacts = 0
        self._cells: set[CellKey] = set()
        self._retired: deque[_Retirement] = deque()
        self._ids = 0  # in all of these
        self._judged: Judgement | None = None
        self._judged_digest = ""

    def restore(self, restored: Restored, checkpoint: Checkpoint) -> dict[str, int]:
        """Goes on from the last checkpoint; gives the ids of all retired contacts, each with
        its newest instant."""
        left = retired.Retired()
        for number, ids in restored.retired().items():
            left.add_all(ids.newest)
            self._retired.append(_Retirement(number, ids.watermark, len(ids.newest)))
            self._ids += len(ids.newest)
        left.add_all(checkpoint.covered)
        self.number = checkpoint.number
        self.covering = dict(checkpoint.cells)
        self._watermark = checkpoint.watermark
        self._covered = restored.covered()
        self._evicted = checkpoint.evicted
        self._contacts = checkpoint.stored.contacts
        self._cells = restored.stored_cells()
        self._judged, self._judged_digest = restored.judged, checkpoint.judged
        return left

    @property
    def evicts(self) -> bool:
        """Whether the next checkpoint removes what the last one covers."""
        return bool(self._covered or self._evicted)

    def checkpoint(
        self,
        changes: Changes,
        watermark: int,
        generation: int,
        positions: Mapping[str, int],
        newest: Mapping[str, int],
        judged: Judgement | None,
    ) -> list[Record]:
        """Every record of the next checkpoint, that of the checkpoint itself last.

        Args:
            judged: by what everything is judged from now on; written where it is news.
        """
        self.number += 1
        records = [*self._write_cells(), *self._evict_contacts(), *self._forget(watermark)]
        if judged is not None and judged is not self._judged:
            self._judged = judged
            record = judged_record(judged)
            self._judged_digest = judged_digest(record[1])
            records.append(record)
        for contact in changes.told:
            records.append(contact_record(contact))
            self._contacts += not contact.is_stored
            contact.is_stored = True
        self._covered = [
            Covered(each.call_id, each.newest, each.is_stored) for each, _ in changes.retired
        ]
        self._watermark = watermark
        self.covering = {key: encoded(tally) for key, tally in changes.retired_parts.items()}
        self._evicted = changes.evicted
        checkpoint = Checkpoint(
            self.number,
            generation,
            watermark,
            dict(positions),
            dict(newest),
            {each.call_id: each.newest for each in self._covered},
            list(self.covering.items()),
            self._evicted,
            Stored(self._contacts, len(self._cells), len(self._retired)),
            self._judged_digest,
        )
        records.append(checkpoint.record())
        return records

    def _write_cells(self) -> list[Record]:
        """The tallies of the last checkpoint under their own keys, but those that it evicts."""
        evicted = set(self._evicted)
        written = [(key, tally) for key, tally in self.covering.items() if key not in evicted]
        self._cells.update(key for key, _ in written)
        removed = evicted & self._cells
        self._cells -= removed
        return [
            *(cell_record(key, tally) for key, tally in written),
            *(cell_record(key, None) for key in removed),
        ]

    def _evict_contacts(self) -> list[Record]:
        """Removes the events of the contacts that the last checkpoint covers, and remembers their
        ids."""
        removed = [contact_removed(each.call_id) for each in self._covered if each.stored]
        self._contacts -= len(removed)
        # A rebuild reads a year of contacts at one watermark: most can never be asked for again.
        oldest = self._watermark - GRACE - GAP
        ids = {each.call_id: each.newest for each in self._covered if each.newest >= oldest}
        if not ids:
            return removed
        before = _Retirement(self.number - 1, self._watermark, len(ids))
        self._retired.append(before)
        self._ids += before.ids
        return [retired_record(before.number, RetiredIds(before.watermark, ids)), *removed]

    def _forget(self, watermark: int) -> list[Record]:
        """Removes ids whose calls can't go on any more: what was told of them is older than the
        watermark at which they were retired. So are the oldest where there are too many: the ledger
        has forgotten them."""
        removed = []
        while self._retired and (
            self._retired[0].watermark < watermark - GAP
            or self._ids - self._retired[0].ids >= retired.RETIRED_KEPT
        ):
            oldest = self._retired.popleft()
            self._ids -= oldest.ids
            removed.append(retired_removed(oldest.number))
        return removed
