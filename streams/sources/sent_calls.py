"""Events of a file that is finished, of which a part may have been sent before.

What a file makes is the same whenever it is read. So the position is a number of events, and a
digest of them: a reader that has made as many, and the same, goes on with the next. Where they are
others (the file, the mapping, the key or the plan has changed) all of them are sent; what is among
both has the same ids.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from streams.domain.events import Event
from streams.domain.ndjson import ndjson
from streams.sources.growing_files import Place

_TOGETHER: Final = 2_000
"""Events that are sent together: half a megabyte, which is what a broker takes at once."""

_FORM: Final = 1
"""Of what is kept; another is not read."""


class Sent(Struct):
    """What was sent of a file.

    Attributes:
        events: how many; ``digest``: of all of them.
        complete: the file has no more.
        place: the end of what was sent, for who follows the file then; None of a packed one.
    """

    form: int
    events: int
    digest: str
    complete: bool
    place: Place | None = None

    @staticmethod
    def load(stored: bytes) -> "Sent | None":
        """What was stored; None where another release has stored it."""
        try:
            sent = msgspec.json.decode(stored, type=Sent)
        except msgspec.DecodeError:
            return None
        return sent if sent.form == _FORM else None


class ChangedError(Exception):
    """What was sent before is not what the file begins with now."""


class ToSend(NamedTuple):
    """Events, and what was sent with them."""

    events: list[Event]
    sent: Sent


def to_send(
    events: Iterable[Event], before: Sent | None = None, end: Place | None = None
) -> Iterator[ToSend]:
    """The events that are still to be sent, some at a time.

    Args:
        events: all that the file makes.
        before: what was sent of them.
        end: of the file, as it was before its first event was asked for.

    Raises:
        ChangedError: they do not begin with what was sent.
    """
    passed = 0 if before is None else before.events
    digest = hashlib.sha256()
    number, some = 0, list[Event]()
    for number, event in enumerate(events, 1):
        digest.update(ndjson(event))
        if number == passed:
            _check(before, digest.hexdigest())
        if number > passed:
            some.append(event)
        if len(some) == _TOGETHER:
            yield ToSend(some, Sent(_FORM, number, digest.hexdigest(), False))
            some = []
    if number < passed:
        raise ChangedError
    if not passed:
        _check(before, hashlib.sha256().hexdigest())
    if some or before is None or not before.complete or number > passed:
        yield ToSend(some, Sent(_FORM, number, digest.hexdigest(), True, end))


def _check(before: Sent | None, digest: str) -> None:
    if before is not None and before.digest != digest:
        raise ChangedError
