"""How state and partial figures are written: keys, values, and the version of their form."""

from typing import Any, Final, NamedTuple

import msgspec
import orjson

from streams.domain.callers import Call
from streams.domain.detector import Alert
from streams.domain.places import HeldContact, PlaceKey
from streams.domain.tally import Tally
from streams.sinks.alerts import alert_object

VERSION: Final = 1
"""Of the form of the state. A worker refuses a newer one: it would misread it."""

Record = tuple[bytes, bytes | None]
"""Key and value of a record; no value removes the key."""

CHECKPOINT_KEY: Final = b"k"
_CONTACT, _PLACE, _GONE = b"c|", b"p|", b"g|"


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
        places: the tallies that cover them, absolute; written under their own keys with the next.
        dropped: intervals told as final with this checkpoint, and old slots; their own records are
            removed with the next.
    """

    number: int
    generation: int
    clock: int
    positions: dict[str, int]
    newest: dict[str, int]
    covered: list[str]
    places: list[tuple[PlaceKey, Tally]]
    dropped: list[PlaceKey]

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
            "places": [[*key, tally.stored()] for key, tally in self.places],
            "dropped": self.dropped,
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
            ((scope, width, start), Tally.from_stored(stored))
            for scope, width, start, stored in data.pop("places")
        ]
        dropped = [(scope, width, start) for scope, width, start in data.pop("dropped")]
        return cls(**data, places=places, dropped=dropped)


def contact_record(contact: HeldContact) -> Record:
    """A contact's facts."""
    return _CONTACT + contact.call_id.encode(), orjson.dumps(contact.facts())


def contact_gone(call_id: str) -> Record:
    """Removes a contact's facts."""
    return _CONTACT + call_id.encode(), None


def place_record(key: PlaceKey, tally: Tally | None) -> Record:
    """A settled tally, or its removal."""
    scope, width, start = key
    name = b"%b%b|%d|%d" % (_PLACE, scope.encode(), width, start)
    return name, None if tally is None else orjson.dumps(tally.stored())


def gone_record(number: int, clock: int, call_ids: list[str] | None) -> Record:
    """Ids that departed with a checkpoint, remembered until their calls could not go on."""
    key = b"%b%d" % (_GONE, number)
    return key, None if call_ids is None else orjson.dumps([clock, call_ids])


class Restored:
    """A partition's state as its records are read back, in their order."""

    def __init__(self) -> None:
        self.records = 0
        self.checkpoint: Checkpoint | None = None
        self._contacts: dict[bytes, bytes] = {}
        self._places: dict[bytes, bytes] = {}
        self._gone: dict[int, tuple[int, list[str]]] = {}

    def take(self, key: bytes, value: bytes | None) -> None:
        """Takes one record; the last of a key counts."""
        self.records += 1
        if key == CHECKPOINT_KEY:
            if value is not None:
                self.checkpoint = Checkpoint.from_value(value)
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

    def contacts(self) -> list[HeldContact]:
        """The contacts in state: those stored, less those that the last checkpoint covers."""
        covered = {each.encode() for each in self.checkpoint.covered} if self.checkpoint else set()
        return [
            HeldContact.from_facts(call_id.decode(), orjson.loads(facts))
            for call_id, facts in self._contacts.items()
            if call_id not in covered
        ]

    def places(self) -> dict[PlaceKey, Tally]:
        """The settled tallies, the last checkpoint's over those stored before."""
        found: dict[PlaceKey, Tally] = {}
        for key, value in self._places.items():
            scope, width, start = key.decode().rsplit("|", 2)
            found[scope, int(width), int(start)] = Tally.from_stored(orjson.loads(value))
        if self.checkpoint:
            found |= dict(self.checkpoint.places)
            for place in self.checkpoint.dropped:
                found.pop(place, None)
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


# Partial figures: `scope|source partition|width|start`, and per scope and source who waits.


def figures_record(
    generation: int, source: int, key: PlaceKey, tally: Tally | None, final: bool
) -> Record:
    """A source partition's absolute figures of a slot or interval, or their removal."""
    scope, width, start = key
    name = b"%b|%d|%d|%d" % (scope.encode(), source, width, start)
    if tally is None:
        return name, None
    return name, orjson.dumps([generation, final, tally.stored()])


def waiting_record(
    generation: int, source: int, scope: str, count: int, oldest: int | None
) -> Record:
    """Who waits in a scope's queues, as far as a source partition knows."""
    return b"%b|%d|waiting" % (scope.encode(), source), orjson.dumps([generation, count, oldest])


def clock_record(generation: int, source: int, clock: int) -> Record:
    """A source partition's clock."""
    return b"clock|%d" % source, orjson.dumps([generation, clock])


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


def interval_record(scope: str, start: int, tally: Tally) -> Record:
    """A final interval over all source partitions, by the names of its counts."""
    value: dict[str, Any] = {"scope": scope, "start": start, "tally": tally.stored()}
    return b"%b|%d" % (scope.encode(), start), orjson.dumps(value)
