"""How times and lengths of time are written in call records: one grammar, and nothing else.

What a lenient reader makes of a column that it does not understand is a time all the same: days
become hours, a fraction of a day some microseconds, and an answer after an hour is one in time. So
each spelling is listed here, and any other is refused with what it looks like.

=========  =======================================================================================
instants   ``2026-11-20T10:00:00``, with ``T`` or a blank, seconds and their fraction (``.`` or
           ``,``) or without, an offset (``Z``, ``+01:00``, ``+0100``, ``+01``) or without; or
           ``20261120T100000``. A day alone is none. Second 60 is the first of the next minute.
epochs     ``1763629200`` in the unit that the mapping says, with a decimal point or without
lengths    ``90``, ``90.5`` (seconds); ``1:30``; ``0:01:30``; ``1.02:03:04``, ``1 day, 2:03:04``,
           ``1 day 02:03:04``. Minutes and seconds have two digits, up to 59, behind a colon;
           hours behind days are at most 23.
=========  =======================================================================================
"""

import re
from datetime import datetime, timedelta
from typing import Final

from streams.domain import instants
from streams.domain.privacy import shown

EPOCHS: Final = {"epoch": instants.SECOND, "epoch_ms": 1_000, "epoch_us": 1}
"""Microseconds in the unit of each format that counts from 1970."""

_ISO = re.compile(
    r"(?:([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})"
    r"|(?=[^:0-9]|$))|([0-9]{4})([0-9]{2})([0-9]{2})[Tt]([0-9]{2})([0-9]{2})([0-9]{2}))"
    r"(?:[.,]([0-9]{1,18}))?(?: ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?))?"
)
_LEAP_SECOND = re.compile(r":60(?![0-9])")
_DAY_ALONE = re.compile(
    r"(?:19|20)[0-9]{2}([-/.])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0?[1-9]|[12][0-9]|3[01])([-/.])(?:0?[1-9]|[12][0-9]|3[01])\2(?:19|20)[0-9]{2}"
)
_DAY_NUMBER = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")
_NUMBER = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,18}))?")
_SHORTENED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_SECONDS = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?")
_COLONS = re.compile(
    r"(?:(?:([0-9]{1,4})(?:\.| days?,? )(?=[0-9]+:[0-9]+:))?([0-9]{1,6}):(?=[0-9]+:))?"
    r"([0-9]{1,6}):([0-9]{2})(?:\.([0-9]{1,9}))?"
)
_FRACTION_OF_A_DAY = re.compile(r"0[.,][0-9]{4,}|[0-9]+[.,][0-9]{7,}")
"""No phone system measures a length below a second in more than milliseconds, and none any length
in less than microseconds; a minute is 0.000694444444444444 of a day."""


def iso(text: str) -> datetime:
    """An instant of the grammar; with a zone if the text has an offset.

    Raises:
        ValueError: it is none. Says what it may be instead.
    """
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(f"{_shown(text)} is no time in the form iso{_instead(text)}")
    parts = found.groups()
    year, month, day, hour, minute, second = parts[:6] if parts[0] else parts[6:12]
    fraction, offset = parts[12] or "", parts[13] or ""
    leap = second == "60"
    try:
        moment = datetime.fromisoformat(
            f"{year}-{month}-{day}T{hour}:{minute}:{'59' if leap else second or '00'}"
            f".{fraction[:6]:0<6}{offset.upper()}"
        )
        return moment + timedelta(seconds=1) if leap else moment
    except (ValueError, OverflowError):
        raise ValueError(f"{shown(text)} is no time: its day, hour or offset is none") from None


def formatted(text: str, format_: str) -> datetime:
    """An instant in ``strptime``'s signs.

    Raises:
        ValueError: it is none. Says what it may be instead.
    """
    try:
        if not text.isascii() and any(c.isdecimal() and not c.isascii() for c in text):
            raise ValueError  # digits of another script, which strptime reads
        if _LEAP_SECOND.search(text):
            moment = datetime.strptime(_LEAP_SECOND.sub(":59", text, count=1), format_)
            return moment + timedelta(seconds=1)
        return datetime.strptime(text, format_)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{_shown(text)} is no time in the form {format_}{_instead(text)}"
        ) from None


def epoch(text: str, format_: str) -> int:
    """The instant of an epoch, in microseconds.

    Args:
        format_: one of ``EPOCHS``.

    Raises:
        ValueError: it is none, or one in another unit. Says so.
    """
    number = _NUMBER.fullmatch(text)
    if number is None:
        shortened = (
            ", but one that a spreadsheet has shortened" if _SHORTENED.fullmatch(text) else ""
        )
        raise ValueError(f"{shown(text)} is no number of seconds since 1970{shortened}")
    unit = EPOCHS[format_]
    whole, fraction = int(number[1]) * unit, number[2] or ""
    for other, size in EPOCHS.items():
        if other != format_ and _THIS_AGE[0] <= int(number[1]) * size < _THIS_AGE[1]:
            raise ValueError(f"{shown(text)} is no time in the form {format_}, but may be {other}")
    return whole + int(fraction or 0) * unit // int("1" + "0" * len(fraction))


_THIS_AGE: Final = (631_152_000 * instants.SECOND, 4_102_444_800 * instants.SECOND)
"""From 1990 to 2100: of one number no two of the units are in it."""


def length(text: str) -> int:
    """Microseconds of a length of time.

    >>> length("90"), length("1:30"), length("1.02:03:04")
    (90000000, 90000000, 93784000000)

    Raises:
        ValueError: it is none. Says what it may be instead.
    """
    text = text.strip()
    if _FRACTION_OF_A_DAY.fullmatch(text) or _SHORTENED.fullmatch(text):
        raise ValueError(
            f"{shown(text)} is no length of time, but a fraction of a day, as spreadsheets count: "
            "give its column the form [h]:mm:ss, or seconds"
        )
    seconds = _SECONDS.fullmatch(text)
    if seconds is not None:
        return int(seconds[1]) * instants.SECOND + _fraction(seconds[2])
    colons = _COLONS.fullmatch(text)
    if colons is None:
        comma = "," in text and "day" not in text
        why = ": a comma may part decimals or thousands" if comma else ""
        raise ValueError(f"{shown(text)} is no length of time{why}")
    days, hours, minutes, second, fraction = colons.groups()
    for value, limit in (
        (second, 59),
        (minutes if hours else "0", 59),
        (hours if days else "0", 23),
    ):
        if int(value) > limit or (limit == 59 and value != "0" and len(value) != 2):
            raise ValueError(
                f"{shown(text)} is no length of time: {value} where {limit} is the most"
            )
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes)) * 60 + int(second)
    return whole * instants.SECOND + _fraction(fraction)


def _fraction(digits: str | None) -> int:
    return int(f"{(digits or '')[:6]:0<6}")


def _shown(text: str) -> str:
    """The text as a message may repeat it; a day is no telephone number, though it is like one."""
    return f"(like {re.sub('[0-9]', '#', text)})" if _DAY_ALONE.fullmatch(text) else shown(text)


def _instead(text: str) -> str:
    if _DAY_ALONE.fullmatch(text):
        return ", but a day alone"
    if _DAY_NUMBER.fullmatch(text):
        return ", but a day's number, as spreadsheets count: give its column the form of a time"
    if _NUMBER.fullmatch(text) and any(
        _THIS_AGE[0] <= int(text.partition(".")[0]) * unit < _THIS_AGE[1]
        for unit in EPOCHS.values()
    ):
        return ", but may be an epoch"
    return ""
