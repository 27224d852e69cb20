"""The record of a checkpoint: the commit point of a partition's state; and a rebuild's mark."""

from typing import Final, NamedTuple

import orjson

from streams.domain.cells import CellKey
from streams.engine.kafka.forms import NEWEST, OLDEST
from streams.engine.kafka.outputs import Record
from streams.engine.state.errors import StateError

KEY: Final = b"k"

REBUILDING: Final[Record] = (b"r", b"1")
REBUILT: Final[Record] = (b"r", None)
"""While the first stands, the state is being rebuilt and is not complete."""


class Stored(NamedTuple):
    """How many contacts, cells and lists of retired ids have a record of their own."""

    contacts: int
    cells: int
    retired: int


class Checkpoint(NamedTuple):
    """The commit point of a partition's state, written as one record.

    Attributes:
        number: counts up by one from checkpoint to checkpoint.
        generation: of the consumer group in which the owner wrote it.
        watermark: of the partition.
        positions: per input topic the offset up to which everything is in the state.
        newest: per input topic the newest accepted ``at``.
        covered: ids of the contacts that were retired with this checkpoint, each with its newest
            instant; their own records are removed with the next.
        cells: the retired parts that cover them, absolute and encoded; written under their own
            keys with the next.
        evicted: intervals published as final with this checkpoint, and old slots; their own records
            are removed with the next.
        stored: what has a record of its own now, so that a recovery knows whether it has read
            all of them.
        judged: by what everything is judged (``judged_digest``), which has a record of its own;
            empty before anything was.
    """

    number: int
    generation: int
    watermark: int
    positions: dict[str, int]
    newest: dict[str, int]
    covered: dict[str, int]
    cells: list[tuple[CellKey, bytes]]
    evicted: list[CellKey]
    stored: Stored
    judged: str = ""

    def record(self) -> Record:
        """The checkpoint as a record. Its names are those of form 1, whatever ours are today."""
        value = {
            "version": NEWEST,
            "number": self.number,
            "generation": self.generation,
            "clock": self.watermark,
            "positions": self.positions,
            "newest": self.newest,
            "covered": self.covered,
            "places": [[*key, orjson.Fragment(tally)] for key, tally in self.cells],
            "dropped": [[*key] for key in self.evicted],
            "kept": [*self.stored],
            "judged": self.judged,
        }
        return KEY, orjson.dumps(value)

    @classmethod
    def from_value(cls, value: bytes) -> "Checkpoint":
        """Reads a checkpoint's record.

        Raises:
            StateError: it was written before the forms that are read.
        """
        form = orjson.loads(value)
        if form["version"] < OLDEST:
            raise StateError(
                f"the state was written in form {form['version']} by a release before 0.2, "
                "which kept contacts otherwise: `reachline rebuild` makes it from the raw topics"
            )
        return cls(
            form["number"],
            form["generation"],
            form["clock"],
            form["positions"],
            form["newest"],
            form["covered"],
            [((scope, w, start), orjson.dumps(tally)) for scope, w, start, tally in form["places"]],
            [(scope, width, start) for scope, width, start in form["dropped"]],
            Stored(*form["kept"]),
            form.get("judged", ""),
        )
