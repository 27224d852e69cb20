"""What is published for others: final intervals and dead letters, as types.

The published schemas are made of these types and of those in ``journeys`` and ``alerts``, so that
what is written and what is promised can't drift apart. Every record is absolute and stands under
its key: the newest one counts. What is not known is null, never left out.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from streams.domain.books import INTERVAL
from streams.domain.counts import COUNTS, LATER, RETIRED
from streams.domain.event_reader import REASONS
from streams.domain.tally import Tally

Record = tuple[bytes, bytes]
"""Key and value."""

Instant = Annotated[int, Meta(description="us since 1970-01-01T00:00:00Z.")]
Duration = Annotated[int, Meta(description="us.", ge=0)]
Count = Annotated[int, Meta(ge=0)]
ScopeName = Annotated[
    str,
    Meta(
        description="`city`, `line:ID`, `vendor:ID`, `entrance:ID`, `language:ID` or `channel:ID`.",
        pattern="^(city|(line|vendor|entrance|language|channel):.+)$",
    ),
]
Reason = Annotated[str, Meta(extra_json_schema={"enum": list(REASONS)})]

_COUNTED: Final = tuple(name for name in COUNTS if name not in RETIRED)

# All are published; records of an earlier release lack the later ones, which are read as 0.
Counts = msgspec.defstruct(
    "Counts",
    [(name, Count, 0) if name in LATER else (name, Count) for name in _COUNTED],
    frozen=True,
)
Counts.__doc__ = """What was counted of the visits and contacts that are booked here, by name.

`..._sum` are durations in us; the ratios of service level, reachability and the others are made of
these counts by the published formulas."""

_encode: Final = msgspec.json.Encoder().encode


class Interval(Struct, frozen=True, kw_only=True):
    """A quarter-hour of a line, a vendor or the city that can't change any more.

    What follows from all calls of one caller together, as whether a callback was kept, is final
    later than the rest, and comes in records of its own: all records of a quarter-hour add up.

    Attributes:
        revision: always 0; what late events change is in a restatement, a file.
        waits: answered visits per bucket of their wait: its upper bound in seconds, and how many.
        longest: the longest wait of any visit that was offered to the queue and ended.
        callers: null of what each contact tells by itself; else the partition of callers whose part
            this is.
        whole_waits: contacts per bucket of their whole wait, as `waits`.
    """

    scope: ScopeName
    start: Instant
    length: Duration = INTERVAL
    revision: Annotated[int, Meta(ge=0)] = 0
    counts: Counts  # type: ignore[valid-type]
    waits: list[tuple[int, int]]
    longest: Duration | None
    callers: Count | None = None
    whole_waits: list[tuple[int, int]] = []


def interval(scope: str, start: int, tally: Tally, callers: int | None = None) -> Interval:
    """A final interval by the names of its counts."""
    return Interval(
        scope=scope,
        start=start,
        counts=Counts(**{name: tally[name] for name in _COUNTED}),
        waits=sorted(tally.answered_waits().items()),
        whole_waits=sorted(tally.whole_waits().items()),
        longest=tally.longest if tally.longest >= 0 else None,
        callers=callers,
    )


def interval_record(scope: str, start: int, tally: Tally) -> Record:
    """A final interval as a record, keyed by `scope|start`."""
    return b"%b|%d" % (scope.encode(), start), _encode(interval(scope, start, tally))


def callers_interval_record(scope: str, start: int, tally: Tally, callers: int) -> Record:
    """The final part of a partition of callers in an interval as a record, keyed by
    `scope|start|callers|partition`."""
    key = b"%b|%d|callers|%d" % (scope.encode(), start, callers)
    return key, _encode(interval(scope, start, tally, callers))


class DeadLetter(Struct, frozen=True):
    """An event that was refused: where it lies instead of what it says, which may be something that
    must not be stored twice. Or a record of ours that no broker takes, and where it was to go.

    Attributes:
        offset: null of a record that was not written.
        timestamp: of the record, in ms since 1970-01-01T00:00:00Z.
        detail: which field was wrong and how. It repeats a plain word of few digits; of any other
            value it says what it looks like, for it may be a number that somebody is called at.
        digest: of a record that was not written, the SHA-256 of its key and value.
    """

    # No digest of an event's value: of a value that is a number and nothing else it could be found
    # out in minutes. Topic, partition and offset name the record already.
    topic: str
    partition: Count
    offset: Count | None
    timestamp: int
    reason: Reason
    detail: str
    digest: str | None = None

    def record(self) -> Record:
        """The dead letter as a record, keyed by `topic|partition|offset`, or by the digest where
        there is no offset."""
        place = self.digest if self.offset is None else self.offset
        key = f"{self.topic}|{self.partition}|{place}"
        return key.encode(), _encode(self)
