"""Records of cells: what retired contacts have added to a slot or interval, for good.

The key is ``p|scope|width|start``. Names of scopes may hold a "|" too, so keys are read from their
end.
"""

from typing import Final

import orjson

from streams.domain.cells import CellKey
from streams.domain.tally import Tally
from streams.engine.kafka.outputs import Record

CELL_PREFIX: Final = b"p|"
"""What the keys of these records begin with."""


def encoded(tally: Tally) -> bytes:
    """A tally as it is written. A retired part is written up to three times, as a figure, in a
    checkpoint and under its own key, and is encoded once."""
    return orjson.dumps(tally.stored())


def decoded(value: bytes) -> Tally:
    """The tally that ``encoded`` wrote."""
    return Tally.from_stored(orjson.loads(value))


def cell_record(key: CellKey, tally: bytes | None) -> Record:
    """A cell's retired part, encoded, or its removal."""
    scope, width, start = key
    return b"%b%b|%d|%d" % (CELL_PREFIX, scope.encode(), width, start), tally


def from_cell_name(name: bytes) -> CellKey:
    """The cell that a record's key names, the key without its prefix."""
    scope, width, start = name.decode().rsplit("|", 2)
    return scope, int(width), int(start)
