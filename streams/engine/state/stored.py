"""How state and partial figures are written: keys, values, and the version of their form."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

import msgspec
import orjson

from streams.domain.books import INTERVAL
from streams.domain.caller_history import Call
from streams.domain.cells import CellKey, OpenContact
from streams.domain.detector import Alert
from streams.domain.ledger import GRACE
from streams.domain.tally import Tally
from streams.sinks.alerts import alert_object, alert_told

VERSION: Final = 1
"""Of the form of the state. A worker refuses a newer one: it would misread it."""

_encode: Final = msgspec.json.Encoder().encode
"""Takes tuples, named or not, as they are; orjson would have them made lists first."""

_REBUILD: Final = "stop the workers and run `reachline rebuild`"

Record = tuple[bytes, bytes | None]
"""Key and value of a record; no value removes the key."""

CHECKPOINT_KEY: Final = b"k"
_CONTACT, _PLACE, _GONE = b"c|", b"p|", b"g|"


REBUILDING: Final[Record] = (b"r", b"1")
REBUILT: Final[Record] = (b"r", None)
"""While the first stands, the state is being rebuilt, and is not whole."""


class StateError(Exception):
    """The stored state can't be used; the message says why and what to do."""


class Checkpoint(NamedTuple):
    """The commit point of a partition's state, written as one record.

    Attributes:
        number: counts up by one from checkpoint to checkpoint.
        generation: of the consumer group in which the owner wrote it.
        clock: the partition's clock.
        positions: per input topic the offset up to which everything is in the state.
        newest: per input topic the newest accepted ``at``.
        covered: ids of the contacts that departed with this checkpoint; their own records are
            removed with the next.
        places: the tallies that cover them, absolute and encoded; written under their own keys with
            the next.
        dropped: intervals told as final with this checkpoint, and old slots; their own records are
            removed with the next.
        kept: how many contacts, tallies and lists of departed ids have a record of their own now,
            so that a recovery can tell whether it has read all of them.
    """

    number: int
    generation: int
    clock: int
    positions: dict[str, int]
    newest: dict[str, int]
    covered: list[str]
    places: list[tuple[CellKey, bytes]]
    dropped: list[CellKey]
    kept: tuple[int, int, int]

    def record(self) -> Record:
        """The checkpoint as a record."""
        value = {
            "version": VERSION,
            "number": self.number,
            "generation": self.generation,
            "clock": self.clock,
            "positions": self.positions,
            "newest": self.newest,
            "covered": self.covered,
            "places": [[*key, orjson.Fragment(tally)] for key, tally in self.places],
            "dropped": self.dropped,
            "kept": self.kept,
        }
        return CHECKPOINT_KEY, orjson.dumps(value)

    @classmethod
    def from_value(cls, value: bytes) -> "Checkpoint":
        """Reads a checkpoint's record.

        Raises:
            StateError: it was written by a newer version.
        """
        data = orjson.loads(value)
        version = data.pop("version")
        if version > VERSION:
            raise StateError(
                f"the state was written in form {version}, this version knows up to {VERSION}: "
                "run the newer version, or `reachline rebuild` from the raw topics"
            )
        places = [
            ((scope, width, start), orjson.dumps(stored))
            for scope, width, start, stored in data.pop("places")
        ]
        dropped = [(scope, width, start) for scope, width, start in data.pop("dropped")]
        kept = tuple(data.pop("kept"))
        return cls(**data, places=places, dropped=dropped, kept=kept)


def contact_record(contact: OpenContact) -> Record:
    """A contact's facts."""
    return _CONTACT + contact.call_id.encode(), _encode(contact.facts())


def contact_removed(call_id: str) -> Record:
    """Removes a contact's facts."""
    return _CONTACT + call_id.encode(), None


def encoded(tally: Tally) -> bytes:
    """A tally as it is written. What departed contacts left behind is written up to three times, as
    a figure, in a checkpoint and under its own key, and is encoded once."""
    return orjson.dumps(tally.stored())


def cell_record(key: CellKey, tally: bytes | None) -> Record:
    """A settled tally, encoded, or its removal."""
    scope, width, start = key
    name = b"%b%b|%d|%d" % (_PLACE, scope.encode(), width, start)
    return name, tally


def retired_record(number: int, clock: int, call_ids: list[str] | None) -> Record:
    """Ids that departed with a checkpoint, remembered until their calls could not go on."""
    key = b"%b%d" % (_GONE, number)
    return key, None if call_ids is None else orjson.dumps([clock, call_ids])


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
        self._contacts: dict[bytes, bytes] = {}
        self._places: dict[bytes, bytes] = {}
        self._gone: dict[int, tuple[int, list[str]]] = {}

    def take(self, key: bytes, value: bytes | None) -> None:
        """Takes one record; the last of a key counts."""
        self.records += 1
        if key == CHECKPOINT_KEY:
            self._checkpoint = value
        elif key == REBUILDING[0]:
            self.rebuilding = value is not None
        elif key.startswith(_CONTACT):
            _put(self._contacts, key[2:], value)
        elif key.startswith(_PLACE):
            _put(self._places, key[2:], value)
        elif key.startswith(_GONE):
            number = int(key[2:])
            if value is None:
                self._gone.pop(number, None)
            else:
                clock, call_ids = orjson.loads(value)
                self._gone[number] = clock, call_ids

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """The last checkpoint; asked for when everything was read.

        Raises:
            StateError: it was written by a newer version.
        """
        return None if self._checkpoint is None else Checkpoint.from_value(self._checkpoint)

    def every_key(self) -> list[bytes]:
        """The key of every record that there is."""
        keys = [_CONTACT + each for each in self._contacts]
        keys += [_PLACE + each for each in self._places]
        keys += [b"%b%d" % (_GONE, each) for each in self._gone]
        return keys if self._checkpoint is None else [*keys, CHECKPOINT_KEY]

    def check(self) -> None:
        """Makes sure that nothing of the state is missing.

        Raises:
            StateError: some is, or it can't be read.
        """
        if self.rebuilding:
            raise StateError(f"a rebuild was begun and is not done: {_REBUILD} again")
        found = len(self._contacts), len(self._places), len(self._gone)
        kept = (0, 0, 0) if self.checkpoint is None else self.checkpoint.kept
        if found != kept:
            raise StateError(
                f"records of the state are missing ({found} instead of {kept}): {_REBUILD}"
            )

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
                f"it has been lost or set back; {_REBUILD}"
            )
        if position > end:
            raise StateError(
                f"the state ends at offset {position} of {topic}, which ends at {end}: the topic "
                f"has been truncated or made anew; {_REBUILD}"
            )

    def contacts(self) -> Iterator[OpenContact]:
        """The contacts in state: those stored, less those that the last checkpoint covers."""
        covered = {each.encode() for each in self.checkpoint.covered} if self.checkpoint else set()
        for call_id, facts in self._contacts.items():
            if call_id not in covered:
                yield OpenContact.from_facts(call_id.decode(), orjson.loads(facts))

    def places(self) -> dict[CellKey, Tally]:
        """The settled tallies, the last checkpoint's over those stored before."""
        found: dict[CellKey, Tally] = {}
        for key, value in self._places.items():
            scope, width, start = key.decode().rsplit("|", 2)
            found[scope, int(width), int(start)] = Tally.from_stored(orjson.loads(value))
        if self.checkpoint:
            for place, value in self.checkpoint.places:
                found[place] = Tally.from_stored(orjson.loads(value))
            for place in self.checkpoint.dropped:
                found.pop(place, None)
        return found

    def cell_keys(self) -> set[CellKey]:
        """Places that have a record of their own."""
        found = set()
        for key in self._places:
            scope, width, start = key.decode().rsplit("|", 2)
            found.add((scope, int(width), int(start)))
        return found

    def gone(self) -> dict[int, tuple[int, list[str]]]:
        """Departed ids by the number of their checkpoint, with its clock."""
        return dict(sorted(self._gone.items()))

    def covered_before(self) -> list[tuple[str, bool]]:
        """The ids that the last checkpoint covers and whether their facts are still stored."""
        if self.checkpoint is None:
            return []
        return [(each, each.encode() in self._contacts) for each in self.checkpoint.covered]


def _put(into: dict[bytes, bytes], key: bytes, value: bytes | None) -> None:
    if value is None:
        into.pop(key, None)
    else:
        into[key] = value


# Partial figures. A key begins with its kind; names of scopes may hold a "|" too.

_FIGURES, _WAITING, _CLOCK, _ANEW = b"f", b"w", b"c", b"a"
_PUBLISHED: Final = b"p"


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
    """Up to which instant what a source partition told before is complete.

    ``positions`` are those of its checkpoint, on one partition of the partials; else empty.
    ``settled_at`` is the partition's own clock, which may be ahead while it catches up.
    """

    source: int
    clock: int
    positions: dict[str, int]
    settled_at: int


class Anew(NamedTuple):
    """A source partition has taken its state up anew and tells all of it again."""

    source: int


class Published(NamedTuple):
    """Which intervals the owner of line partials has published: all whose grace had passed at
    ``as_of``, but those in ``pinned``."""

    as_of: int
    pinned: frozenset[tuple[str, int]]

    def has(self, scope: str, start: int) -> bool:
        """Whether a final interval is among them."""
        return start + INTERVAL + GRACE <= self.as_of and (scope, start) not in self.pinned


def read_partial(key: bytes, value: bytes) -> Figures | Waits | WatermarkRecord | Anew | Published:
    """What a record of the line partials tells."""
    kind, _, rest = key.partition(b"|")
    data = orjson.loads(value)
    if kind == _FIGURES:
        scope, source, width, start = rest.decode().rsplit("|", 3)
        tally = Tally.from_stored(data[2])
        return Figures(scope, int(source), int(width), int(start), tally, bool(data[1]))
    if kind == _WAITING:
        scope, source = rest.decode().rsplit("|", 1)
        return Waits(scope, int(source), data[1], data[2])
    if kind == _CLOCK:
        return WatermarkRecord(int(rest), data[1], data[2], data[3])
    if kind == _ANEW:
        return Anew(int(rest))
    return Published(data[1], frozenset((scope, start) for scope, start in data[2]))


def figures_record(
    generation: int, source: int, key: CellKey, tally: Tally | bytes | None, final: bool
) -> Record:
    """A source partition's absolute figures of a slot or interval, be they encoded already; or
    their removal."""
    scope, width, start = key
    name = b"%b|%b|%d|%d|%d" % (_FIGURES, scope.encode(), source, width, start)
    if tally is None:
        return name, None
    figures = orjson.Fragment(tally if isinstance(tally, bytes) else encoded(tally))
    return name, orjson.dumps([generation, final, figures])


def waiting_record(
    generation: int, source: int, scope: str, count: int, oldest: int | None
) -> Record:
    """Who waits in a scope's queues, as far as a source partition knows."""
    key = b"%b|%b|%d" % (_WAITING, scope.encode(), source)
    return key, orjson.dumps([generation, count, oldest])


_NONE: Final[Mapping[str, int]] = {}


def clock_record(
    generation: int, source: int, told: int, clock: int, positions: Mapping[str, int] = _NONE
) -> Record:
    """How far a source partition's figures are complete, and its clock; the last of what a
    checkpoint tells."""
    return b"%b|%d" % (_CLOCK, source), orjson.dumps([generation, told, positions, clock])


def anew_record(generation: int, source: int) -> Record:
    """Says that everything is told again; before that."""
    return b"%b|%d" % (_ANEW, source), orjson.dumps([generation])


def published_record(generation: int, published: Published) -> Record:
    """What the owner of a partition has published, written together with it."""
    value = [generation, published.as_of, sorted(published.pinned)]
    return _PUBLISHED, orjson.dumps(value)


def call_record(caller: str, call_id: str, call: Call | None) -> Record:
    """What a contact tells of its caller, or that the contact turned out to be another's."""
    key = orjson.dumps([caller, call_id])
    return key, None if call is None else msgspec.json.encode(call)


# Alerts: `state|line` what a line's detector remembers; else an alert under its id.

_DETECTOR: Final = b"state|"


def detector_record(line: str, state: tuple[Any, ...]) -> Record:
    """What a line's detector remembers."""
    return _DETECTOR + line.encode(), orjson.dumps([VERSION, state])


def from_detector_record(key: bytes, value: bytes | None) -> tuple[str, list[Any]] | None:
    """The line and the state that a record tells of; None for an alert's record."""
    if value is None or not key.startswith(_DETECTOR):
        return None
    version, state = orjson.loads(value)
    if version > VERSION:
        raise StateError(f"the alerts' state was written in form {version}, a newer one")
    return key[len(_DETECTOR) :].decode(), state


def alert_record(alert: Alert) -> Record:
    """An alert, absolute: as it stands after a change."""
    return alert.id.encode(), orjson.dumps(alert_object(alert))


def from_alert_record(key: bytes, value: bytes | None) -> Alert | None:
    """The alert that a record tells of; None for a detector's record."""
    if value is None or key.startswith(_DETECTOR):
        return None
    return alert_told(value)
