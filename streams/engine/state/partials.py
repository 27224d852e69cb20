"""Records of the line partials: what each source partition adds to a line, vendor or the city.

All of them are absolute: a record replaces the one before it under its key. A key begins with its
kind. Names of scopes may hold a "|" too, so keys are read from their end.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import orjson

from streams.domain.books import INTERVAL
from streams.domain.cells import CellKey
from streams.domain.ledger import GRACE
from streams.domain.tally import Tally
from streams.engine.kafka.outputs import Record
from streams.engine.state.cells import encoded

_FIGURES, _WAITS, _WATERMARK, _RESTART, _PUBLISHED = b"f", b"w", b"c", b"a", b"p"


class Figures(NamedTuple):
    """Absolute figures of a slot or interval, from a source partition."""

    scope: str
    source: int
    width: int
    start: int
    tally: Tally
    final: bool


class Waits(NamedTuple):
    """Who waits in a scope's queues, as far as a source partition knows."""

    scope: str
    source: int
    waiting: int
    oldest: int | None


class WatermarkRecord(NamedTuple):
    """How far a source partition has come; the last record of its checkpoint.

    Attributes:
        source: which source partition.
        complete_until: the instant up to which its figures are complete.
        positions: those of its checkpoint, on one partition of the partials; else empty.
        watermark: its own watermark, which may be ahead while it catches up.
        held: starts of the old intervals that its contacts in state keep from being final.
    """

    source: int
    complete_until: int
    positions: dict[str, int]
    watermark: int
    held: list[int]


class Restart(NamedTuple):
    """A source partition has restored its state, and publishes all of it again after this."""

    source: int


class Published(NamedTuple):
    """Which intervals the owner of line partials has published: all whose grace had passed at
    ``as_of``, but those in ``pinned``, and those of all scopes that begin at one of ``held``."""

    as_of: int
    pinned: frozenset[tuple[str, int]]
    held: frozenset[int]

    def has(self, scope: str, start: int) -> bool:
        """Whether a final interval is among them."""
        return (
            start + INTERVAL + GRACE <= self.as_of
            and (scope, start) not in self.pinned
            and start not in self.held
        )


Partial = Figures | Waits | WatermarkRecord | Restart | Published


def read_partial(key: bytes, value: bytes) -> Partial:
    """What a record of the line partials says."""
    kind, _, rest = key.partition(b"|")
    _generation, *fields = orjson.loads(value)
    if kind == _FIGURES:
        scope, source, width, start = rest.decode().rsplit("|", 3)
        final, tally = fields
        figures = Tally.from_stored(tally)
        return Figures(scope, int(source), int(width), int(start), figures, bool(final))
    if kind == _WAITS:
        scope, source = rest.decode().rsplit("|", 1)
        waiting, oldest = fields
        return Waits(scope, int(source), waiting, oldest)
    if kind == _WATERMARK:
        complete_until, positions, watermark, held = fields
        return WatermarkRecord(int(rest), complete_until, positions, watermark, held)
    if kind == _RESTART:
        return Restart(int(rest))
    as_of, pinned, held = fields
    return Published(as_of, frozenset((scope, start) for scope, start in pinned), frozenset(held))


def figures_record(
    generation: int, source: int, key: CellKey, tally: Tally | bytes, final: bool
) -> Record:
    """A source partition's absolute figures of a slot or interval; the tally may be encoded
    already."""
    figures = orjson.Fragment(tally if isinstance(tally, bytes) else encoded(tally))
    return _figures_key(source, key), orjson.dumps([generation, final, figures])


def figures_removed(source: int, key: CellKey) -> Record:
    """Removes a source partition's figures of a slot or interval."""
    return _figures_key(source, key), None


def _figures_key(source: int, key: CellKey) -> bytes:
    scope, width, start = key
    return b"%b|%b|%d|%d|%d" % (_FIGURES, scope.encode(), source, width, start)


def waits_record(
    generation: int, source: int, scope: str, waiting: int, oldest: int | None
) -> Record:
    """Who waits in a scope's queues, as far as a source partition knows."""
    key = b"%b|%b|%d" % (_WAITS, scope.encode(), source)
    return key, orjson.dumps([generation, waiting, oldest])


_NONE: Final[Mapping[str, int]] = {}


def watermark_record(
    generation: int,
    source: int,
    complete_until: int,
    watermark: int,
    positions: Mapping[str, int] = _NONE,
    held: Sequence[int] = (),
) -> Record:
    """How far a source partition has come; see `WatermarkRecord`."""
    key = b"%b|%d" % (_WATERMARK, source)
    return key, orjson.dumps([generation, complete_until, positions, watermark, held])


def restart_record(generation: int, source: int) -> Record:
    """Says that a source partition publishes everything again; written before it does."""
    return b"%b|%d" % (_RESTART, source), orjson.dumps([generation])


def published_record(generation: int, published: Published) -> Record:
    """What the owner of a partition has published, written together with it."""
    value = [generation, published.as_of, sorted(published.pinned), sorted(published.held)]
    return _PUBLISHED, orjson.dumps(value)
