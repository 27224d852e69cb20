"""Instants: whole microseconds since 1970-01-01T00:00:00Z.

Integers, because sums of them are exact in any order, and because a miss "just after" the
threshold needs a smallest step to begin at.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

PATTERN: Final = (
    r"^((?!000[01])[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))[Tt ]"
    r"((?:[01][0-9]|2[0-3]):[0-5][0-9]):([0-5][0-9]|60)(?:\.([0-9]{1,18}))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$"
)
"""What an instant is written like: RFC 3339 with offset. The published schemas have it too; whether
the month has such a day is all that it leaves open. The year 1 is where an empty date comes from in
many a language, and with an offset it may lie before all that a calendar can show."""

_RFC3339 = re.compile(PATTERN)

# An instant parsed whole costs about 2 us; its three parts repeat so much (hours, 3,600 seconds
# of one, fractions with the city's one or two offsets) that looking them up costs 0.3 us. Were the
# first two split at the minute, a fifth of a year's file would be parsed whole; at midnight, all
# seconds of a day would be too many for the processor's cache, and took a quarter longer.
# A cache that has grown to its bound is emptied: hostile input can't make it grow for ever.
_CACHE_BOUND = 100_000
_hours: dict[str, int] = {}
_seconds: dict[str, int] = {}
_tails: dict[str, int] = {}


def parse(text: str) -> int:
    """The instant that an RFC 3339 date-time with offset names.

    Digits beyond the microsecond are cut off. A leap second (``:60``) is the first instant of the
    next minute.

    >>> parse("1970-01-01T01:00:02.5+01:00")
    2500000

    Raises:
        ValueError: not RFC 3339, no offset, or of the years before 2. Says why, not what.
    """
    try:
        return _hours[text[:13]] + _seconds[text[13:19]] + _tails[text[19:]]
    except KeyError:
        return _parse_slowly(text)


def _parse_slowly(text: str) -> int:
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 date-time with offset")
    day, clock, seconds, fraction, sign, offset_hours, offset_minutes = match.groups()
    try:
        begin = of(datetime.fromisoformat(f"{day}T00:00:00+00:00"))
    except ValueError:
        raise ValueError("its month has no such day") from None
    tail = int((fraction or "0")[:6].ljust(6, "0"))
    if sign:
        offset = int(offset_hours) * HOUR + int(offset_minutes) * MINUTE
        tail += offset if sign == "-" else -offset
    for cache in (_hours, _seconds, _tails):
        if len(cache) >= _CACHE_BOUND:
            cache.clear()
    hour, minute = int(clock[:2]) * HOUR, int(clock[3:]) * MINUTE
    if text[13:19] not in _seconds:
        # The whole minute at once: the next to be read is most likely one of its seconds.
        for second in range(61):
            _seconds[f"{text[13:17]}{second:02}"] = minute + second * SECOND
    _hours[text[:13]] = begin + hour
    _tails[text[19:]] = tail
    return begin + hour + minute + int(seconds) * SECOND + tail


def of(moment: datetime) -> int:
    """The instant of an aware ``datetime``."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def to_datetime(instant: int, zone: timezone | None = None) -> datetime:
    """The instant as an aware ``datetime``, in UTC unless a zone is given."""
    moment = EPOCH + timedelta(microseconds=instant)
    return moment.astimezone(zone) if zone else moment


def text(instant: int) -> str:
    """The instant in RFC 3339, in UTC, to the microsecond where it has any.

    >>> text(2_500_000)
    '1970-01-01T00:00:02.500000Z'
    """
    return to_datetime(instant).isoformat().replace("+00:00", "Z")
