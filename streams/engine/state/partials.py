"""Records of the line partials: what each source partition adds to a line, vendor or the city.

All of them are absolute: a record replaces the one before it under its key. A key begins with its
kind. Names of scopes may hold a "|" too, so keys are read from their end.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import orjson

from streams.domain.books import INTERVAL
from streams.domain.cells import CellKey
from streams.domain.decisions import Told
from streams.domain.ledger import GRACE
from streams.domain.plan.judgement import Judgement
from streams.domain.tally import Tally
from streams.engine.kafka.outputs import Record
from streams.engine.state.cells import encoded
from streams.engine.state.judged import from_told_value, told_value

_FIGURES, _WAITS, _WATERMARK, _RESTART, _PUBLISHED = b"f", b"w", b"c", b"a", b"p"
_DECIDED, _FOR_GOOD = b"t", b"r"
"""What was decided under ``d`` and ``g`` asked other questions: of what is left of it in a topic
nothing is needed, and a worker that still asks them passes these by."""

_JUDGED: Final = b"j"

TOLD_JUDGEMENT: Final = _JUDGED + b"|"
"""What the keys of these records begin with (``Judged``)."""

DECISIONS_IN_A_RECORD: Final = 5_000
"""What retired contacts leave behind is told in records of so many decisions: some 300 KB, and with
the longest ids a tenth of what the topic takes as one."""


class Figures(NamedTuple):
    """Absolute figures of a slot or interval, from a source partition."""

    scope: str
    source: int
    width: int
    start: int
    tally: Tally
    final: bool


class DecidedInSlot(NamedTuple):
    """All that is decided of a source partition's contacts in state, in one slot."""

    source: int
    start: int
    told: list[Told]


class DecidedForGood(NamedTuple):
    """What contacts have left behind that left a source partition's state with one checkpoint, or
    a part of it."""

    source: int
    told: list[Told]


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


class Judged(NamedTuple):
    """By what a source partition is judged; on one partition of the partials. It is told again now
    and then: records there are kept for a week."""

    source: int
    judged: Judgement


Partial = (
    Figures
    | DecidedInSlot
    | DecidedForGood
    | Waits
    | WatermarkRecord
    | Restart
    | Published
    | Judged
)


def read_partial(key: bytes, value: bytes) -> Partial | None:
    """What a record of the line partials says; None for what nobody needs any more, and for a kind
    that a newer release has added."""
    kind, _, rest = key.partition(b"|")
    if kind == _JUDGED:
        return Judged(int(rest), from_told_value(value))
    _generation, *fields = orjson.loads(value)
    if kind == _FIGURES:
        final, tally = fields
        if isinstance(tally[2], int):
            return None  # of release 0.1, whose state is made anew, and with it all of its figures
        scope, source, width, start = rest.decode().rsplit("|", 3)
        figures = Tally.from_stored(tally)
        return Figures(scope, int(source), int(width), int(start), figures, bool(final))
    if kind == _DECIDED:
        slot = rest.split(b"|")
        return DecidedInSlot(int(slot[0]), int(slot[1]), [(*each,) for each in fields[0]])
    if kind == _FOR_GOOD:
        return DecidedForGood(int(rest.split(b"|")[0]), [(*each,) for each in fields[0]])
    if kind == _WAITS:
        scope, source = rest.decode().rsplit("|", 1)
        waiting, oldest = fields
        return Waits(scope, int(source), waiting, oldest)
    if kind == _WATERMARK:
        complete_until, positions, watermark, held = fields
        return WatermarkRecord(int(rest), complete_until, positions, watermark, held)
    if kind == _RESTART:
        return Restart(int(rest))
    if kind != _PUBLISHED:
        return None
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


def decided_record(generation: int, source: int, start: int, told: list[Told]) -> Record:
    """All that is decided of a source partition's contacts in state, in the slot that begins
    then."""
    return b"%b|%d|%d" % (_DECIDED, source, start), orjson.dumps([generation, told])


def for_good_records(
    generation: int, source: int, checkpoint: int, told: Sequence[Told]
) -> Iterator[Record]:
    """What contacts left behind that left a source partition's state with the checkpoint of this
    number."""
    for first in range(0, len(told), DECISIONS_IN_A_RECORD):
        part = first // DECISIONS_IN_A_RECORD
        key = b"%b|%d|%d|%d" % (_FOR_GOOD, source, checkpoint, part)
        yield key, orjson.dumps([generation, told[first : first + DECISIONS_IN_A_RECORD]])


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


def told_judgement_record(source: int, judged: Judgement) -> Record:
    """By what a source partition is judged."""
    return b"%b|%d" % (_JUDGED, source), told_value(judged)


def published_record(generation: int, published: Published) -> Record:
    """What the owner of a partition has published, written together with it."""
    value = [generation, published.as_of, sorted(published.pinned), sorted(published.held)]
    return _PUBLISHED, orjson.dumps(value)
