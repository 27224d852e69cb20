"""Records on the topic of alerts: an alert under its id, or what is remembered for the next ones.

The second have keys that begin with ``state|``: what a scope's detector remembers, what is usual in
a scope, and what an incident of a vendor is made of.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from streams.domain.detector import Alert
from streams.engine.kafka.outputs import Record
from streams.engine.state.errors import StateError
from streams.sinks.alerts import alert_object, read_alert

DETECTOR: Final = "detector"
LEARNT: Final = "usual"
INCIDENT: Final = "incident"
_KINDS: Final = (DETECTOR, LEARNT, INCIDENT)

STATE_VERSION: Final = 2
"""Of the form of what is remembered. A worker refuses a newer one: it would misread it. Of form 1,
whose detectors asked other questions, nothing is gone on from."""

_STATE: Final = b"state|"


class Remembered(NamedTuple):
    """What is remembered.

    Attributes:
        what: ``DETECTOR``, ``LEARNT`` or ``INCIDENT``.
        of: the scope, or of an incident the vendor.
        state: what it is.
    """

    what: str
    of: str
    state: list[Any]


def state_record(what: str, of: str, state: Sequence[Any]) -> Record:
    """What is remembered, to be written."""
    key = b"%b%b|%b" % (_STATE, what.encode(), of.encode())
    return key, orjson.dumps([STATE_VERSION, state])


def from_state_record(key: bytes, value: bytes | None) -> Remembered | None:
    """What a record remembers; None for an alert's record, and for one of a former form.

    Raises:
        StateError: it was written by a newer version.
    """
    if value is None or not key.startswith(_STATE):
        return None
    version, state = orjson.loads(value)
    if version > STATE_VERSION:
        raise StateError(
            f"the alerts' state was written in form {version}, this version knows up to "
            f"{STATE_VERSION}: run the newer version"
        )
    what, _, of = key[len(_STATE) :].decode().partition("|")
    if version < STATE_VERSION or what not in _KINDS:
        return None
    return Remembered(what, of, state)


def alert_record(alert: Alert) -> Record:
    """An alert, absolute: as it stands after a change."""
    return alert.id.encode(), orjson.dumps(alert_object(alert))


def from_alert_record(key: bytes, value: bytes | None) -> Alert | None:
    """The alert that a record holds; None for what is remembered, and for an alert of a former
    form."""
    if value is None or key.startswith(_STATE):
        return None
    return read_alert(value)
