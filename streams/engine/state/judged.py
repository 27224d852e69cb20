"""The record of what a partition is judged by, and what is said of it to whoever asks later."""

import base64
import hashlib
from typing import Final

import orjson

from streams.domain.plan.judgement import Judgement, from_stored
from streams.engine.kafka.outputs import Record
from streams.engine.state.errors import REMEDY, StateError

JUDGED_KEY: Final = b"j"


def judged_record(judged: Judgement) -> Record:
    """What a partition is judged by, as it is kept with its state."""
    return JUDGED_KEY, judged.stored()


def judged_digest(value: bytes | None) -> str:
    """Which it is, as a checkpoint names it: 16 hexadecimal digits; empty where there is none."""
    return "" if value is None else hashlib.sha256(value).hexdigest()[:16]


def told_value(judged: Judgement) -> bytes:
    """The same for others to read, on a topic whose values are JSON."""
    return orjson.dumps([base64.b64encode(judged.stored()).decode()])


def from_told_value(value: bytes) -> Judgement:
    """What such a value says. Raises StateError if it is damaged."""
    try:
        (stored,) = orjson.loads(value)
        return from_judged_value(base64.b64decode(stored, validate=True))
    except (ValueError, TypeError) as error:
        raise StateError(f"what was judged by can't be read ({error}): {REMEDY}") from error


def from_judged_value(value: bytes) -> Judgement:
    """What a record's value says.

    Raises:
        StateError: it is damaged.
    """
    try:
        return from_stored(value)
    except ValueError as error:
        raise StateError(f"what was judged by can't be read ({error}): {REMEDY}") from error
