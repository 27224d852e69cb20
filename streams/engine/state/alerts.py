"""Records on the topic of alerts: an alert under its id, or a detector's memory of a line.

The second have keys that begin with ``state|``.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from streams.domain.detector import Alert
from streams.engine.kafka.outputs import Record
from streams.engine.state.errors import StateError
from streams.sinks.alerts import alert_object, read_alert

DETECTOR_VERSION: Final = 1
"""Of the form of a detector's memory. A worker refuses a newer one: it would misread it."""

_DETECTOR: Final = b"state|"


class DetectorState(NamedTuple):
    """What the detector of a line remembers."""

    line: str
    state: list[Any]


def detector_record(line: str, state: Sequence[Any]) -> Record:
    """What a line's detector remembers."""
    return _DETECTOR + line.encode(), orjson.dumps([DETECTOR_VERSION, state])


def from_detector_record(key: bytes, value: bytes | None) -> DetectorState | None:
    """The detector's memory that a record holds; None for an alert's record.

    Raises:
        StateError: it was written by a newer version.
    """
    if value is None or not key.startswith(_DETECTOR):
        return None
    version, state = orjson.loads(value)
    if version > DETECTOR_VERSION:
        raise StateError(
            f"the alerts' state was written in form {version}, this version knows up to "
            f"{DETECTOR_VERSION}: run the newer version"
        )
    return DetectorState(key[len(_DETECTOR) :].decode(), state)


def alert_record(alert: Alert) -> Record:
    """An alert, absolute: as it stands after a change."""
    return alert.id.encode(), orjson.dumps(alert_object(alert))


def from_alert_record(key: bytes, value: bytes | None) -> Alert | None:
    """The alert that a record holds; None for a detector's record."""
    if value is None or key.startswith(_DETECTOR):
        return None
    return read_alert(value)
