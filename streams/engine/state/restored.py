"""A partition's state, put together from its records."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from streams.domain.cells import CellKey
from streams.domain.open_contact import OpenContact
from streams.domain.plan.judgement import Judgement
from streams.domain.tally import Tally
from streams.engine.state import cells, checkpoint, contacts, judged, retired
from streams.engine.state.checkpoint import REBUILDING, Checkpoint, Stored
from streams.engine.state.errors import REMEDY, StateError
from streams.engine.state.retired import RetiredIds

_REBUILDING_KEY, _ = REBUILDING


class Covered(NamedTuple):
    """A contact that a checkpoint covers, its newest instant, and whether its events still have a
    record."""

    call_id: str
    newest: int
    stored: bool


class Restored:
    """A partition's state as its records are read back, in their order.

    Attributes:
        records: how many were read.
        rebuilding: a rebuild of the state was begun and is not done.
    """

    def __init__(self) -> None:
        self.records = 0
        self.rebuilding = False
        self._checkpoint: bytes | None = None
        self._judged: bytes | None = None
        self._contacts: dict[bytes, bytes] = {}
        self._cells: dict[bytes, bytes] = {}
        self._retired: dict[bytes, bytes] = {}

    def apply(self, key: bytes, value: bytes | None) -> None:
        """Applies one record; the last of a key counts."""
        self.records += 1
        if key == checkpoint.KEY:
            self._checkpoint = value
        elif key == judged.JUDGED_KEY:
            self._judged = value
        elif key == _REBUILDING_KEY:
            self.rebuilding = value is not None
        elif key.startswith(contacts.CONTACT_PREFIX):
            _put(self._contacts, key.removeprefix(contacts.CONTACT_PREFIX), value)
        elif key.startswith(cells.CELL_PREFIX):
            _put(self._cells, key.removeprefix(cells.CELL_PREFIX), value)
        elif key.startswith(retired.RETIRED_PREFIX):
            _put(self._retired, key.removeprefix(retired.RETIRED_PREFIX), value)

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """The last checkpoint; asked for when everything was read.

        Raises:
            StateError: it was written by a newer version.
        """
        return None if self._checkpoint is None else Checkpoint.from_value(self._checkpoint)

    @cached_property
    def judged(self) -> Judgement | None:
        """By what was judged; None before anything was.

        Raises:
            StateError: it can't be read.
        """
        return None if self._judged is None else judged.from_judged_value(self._judged)

    def every_key(self) -> list[bytes]:
        """The key of every record that there is."""
        keys = [contacts.CONTACT_PREFIX + each for each in self._contacts]
        keys += [cells.CELL_PREFIX + each for each in self._cells]
        keys += [retired.RETIRED_PREFIX + each for each in self._retired]
        keys += [] if self._judged is None else [judged.JUDGED_KEY]
        return keys if self._checkpoint is None else [*keys, checkpoint.KEY]

    def check(self) -> None:
        """Makes sure that nothing of the state is missing.

        Raises:
            StateError: some is, or it can't be read.
        """
        if self.rebuilding:
            raise StateError(f"a rebuild was begun and is not done: {REMEDY} again")
        found = Stored(len(self._contacts), len(self._cells), len(self._retired))
        wanted = Stored(0, 0, 0) if self.checkpoint is None else self.checkpoint.stored
        if found != wanted:
            raise StateError(
                f"records of the state are missing ({_listed(found)}; the last checkpoint has "
                f"{_listed(wanted)}): {REMEDY}"
            )

        if self.checkpoint and self.checkpoint.judged != judged.judged_digest(self._judged):
            raise StateError(f"what the state was judged by is missing, or is another's: {REMEDY}")

    def compare(self, topic: str, committed: int, end: int) -> None:
        """Makes sure that the state is of the topic that is there.

        Args:
            topic: one of the inputs.
            committed: the offset that was committed after the last checkpoint.
            end: of the same partition of the topic.

        Raises:
            StateError: the state has been lost or set back, or the topic has.
        """
        position = 0 if self.checkpoint is None else self.checkpoint.positions.get(topic, 0)
        if position < committed:
            raise StateError(
                f"the state ends at offset {position} of {topic}, but {committed} was committed: "
                f"it has been lost or set back; {REMEDY}"
            )
        if position > end:
            raise StateError(
                f"the state ends at offset {position} of {topic}, which ends at {end}: the topic "
                f"has been truncated or created again; {REMEDY}"
            )

    def contacts(self) -> Iterator[OpenContact]:
        """The contacts in state: those stored, less those that the last checkpoint covers."""
        covered = {each.encode() for each in self.checkpoint.covered} if self.checkpoint else set()
        for call_id, told in self._contacts.items():
            if call_id not in covered:
                yield contacts.from_contact_record(call_id, told)

    def cells(self) -> dict[CellKey, Tally]:
        """The retired part of each cell, the last checkpoint's over those stored before."""
        found = {
            cells.from_cell_name(name): cells.decoded(value) for name, value in self._cells.items()
        }
        if self.checkpoint:
            found |= {key: cells.decoded(value) for key, value in self.checkpoint.cells}
            for key in self.checkpoint.evicted:
                found.pop(key, None)
        return found

    def stored_cells(self) -> set[CellKey]:
        """The cells that have a record of their own."""
        return {cells.from_cell_name(name) for name in self._cells}

    def retired(self) -> dict[int, RetiredIds]:
        """Retired ids by the number of their checkpoint, the oldest first."""
        found = {int(number): value for number, value in self._retired.items()}
        return {number: retired.from_retired_record(found[number]) for number in sorted(found)}

    def covered(self) -> list[Covered]:
        """The contacts that the last checkpoint covers."""
        ids = self.checkpoint.covered if self.checkpoint else {}
        return [
            Covered(call_id, newest, call_id.encode() in self._contacts)
            for call_id, newest in ids.items()
        ]


def _listed(stored: Stored) -> str:
    return f"{stored.contacts} contacts, {stored.cells} cells, {stored.retired} lists of ids"


def _put(into: dict[bytes, bytes], key: bytes, value: bytes | None) -> None:
    if value is None:
        into.pop(key, None)
    else:
        into[key] = value
