"""One table of a plan's file, read key by key.

Each way of reading a key reports what is wrong with it and returns something of the right type, so
that one reading finds every mistake. A message says what is wrong and what to write.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final
from zoneinfo import ZoneInfo

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan.model import is_id
from streams.domain.plan.positions import Path

BROKEN: Final = "\x00"
"""Stands for a value that is no TOML, whose mistake is reported already."""

LONGEST_TEXT: Final = 200
"""Names and reasons end up on wallboards and in labels, where nobody reads essays."""

Reported = list[tuple[Path, str]]

_UNITS = {"s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|d)", re.ASCII)


def duration_text(duration: int) -> str:
    """A duration as a plan writes it.

    >>> duration_text(12 * HOUR)
    '12 h'
    """
    for unit, length in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if duration % length == 0 and duration >= length:
            return f"{duration // length} {unit}"
    return f"{duration / SECOND:g} s"


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint at the known word that was probably meant, or at all of them."""
    words = sorted(filter(None, known))  # an entry without its id is reported where it stands
    if near := get_close_matches(word, words, n=1):
        return f'did you mean "{near[0]}"?'
    if len(words) > 12:
        return ""
    return f"known are: {', '.join(words)}" if words else "there are none"


def shown(value: object) -> str:
    """A value as the file has it, in short."""
    if isinstance(value, str):
        return f'"{value[:40]}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    return str(value)[:40]


class Table:
    """A table at a path, with the mistakes that are reported of it."""

    def __init__(self, values: dict[str, Any], path: Path, reported: Reported) -> None:
        self.path = path
        self._values = values
        self.reported = reported
        self._asked: set[str] = set()

    def report(self, key: str | None, message: str) -> None:
        """Reports a mistake of a key, or of the table itself."""
        self.reported.append(((*self.path, key) if key else self.path, message))

    def has(self, key: str) -> bool:
        """Whether the table has the key."""
        self._asked.add(key)
        return key in self._values

    def raw(self, key: str) -> Any:
        """The value as it is; None: the key is missing, or its mistake is reported."""
        value = self._values.get(key) if self.has(key) else None
        return None if value == BROKEN else value

    def words(self) -> list[str]:
        """Every key of the table, where keys are words of the plan's own."""
        return list(self._values)

    def close(self) -> None:
        """Reports each key that nobody asked for."""
        for key in self._values.keys() - self._asked:
            self.report(key, f'unknown key "{key[:40]}": {nearest(key, self._asked)}')

    def require(self, *keys: str) -> None:
        """Reports each of these keys that is missing."""
        for key in keys:
            if not self.has(key):
                self.report(None, f"`{key}` is missing: add it")

    def text(self, key: str, default: str = "") -> str:
        """A line of text."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, str):
            self.report(key, f'{shown(value)} is not a text: write it in quotes, "..."')
        elif not value.strip() or len(value) > LONGEST_TEXT or not value.isprintable():
            self.report(key, f"must be 1 to {LONGEST_TEXT} printable characters on one line")
        else:
            return value
        return default

    def id(self, key: str = "id", default: str = "") -> str:
        """An id; must be there unless there is a default."""
        value = self.raw(key)
        if value is None:
            if not default:
                self.require(key)
            return default
        if isinstance(value, str) and is_id(value):
            return value
        self.report(
            key,
            f"{shown(value)} is not an id: write 1 to 64 printable characters in quotes, "
            "without | and without a space at either end",
        )
        return default

    def texts(self, key: str, known: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts, each at most once, and each a known one if these are given."""
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.report(key, f'{shown(value)} is not a list of texts: write ["...", "..."]')
            return ()
        for word in value:
            if known is not None and word not in known:
                self.report(key, f'unknown "{word[:40]}": {nearest(word, known)}')
        if len(set(value)) < len(value):
            self.report(key, "names one of them twice: leave it out once")
        return tuple(value)

    def choice(self, key: str, known: Sequence[str], default: str) -> str:
        """One of the known words."""
        value = self.raw(key)
        if value is None or value in known:
            return default if value is None else str(value)
        choices = ", ".join(f'"{word}"' for word in known)
        self.report(key, f"{shown(value)} is not one of {choices}")
        return default

    def number(
        self, key: str, default: Decimal, low: float, high: float, hint: str = ""
    ) -> Decimal:
        """A number from ``low`` to ``high``."""
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.report(key, f"{shown(value)} is not a number{hint}")
        elif not Decimal(value).is_finite() or not low <= value <= high:
            self.report(key, f"{shown(value)} is not from {low:g} to {high:g}{hint}")
        else:
            return Decimal(value).normalize() + 0  # one spelling: 0.80 as 0.8, 6E+3 as 6000
        return default

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        number = self.number(key, Decimal(default), low, high, ": write a whole number")
        if number != int(number):
            self.report(key, f"{number} is not a whole number")
        return int(number)

    def ratio(self, key: str, default: Decimal = Decimal(1)) -> Decimal:
        """A share above 0 and up to 1."""
        number = self.number(key, default, 0, 1, ": it is a share, write 0.8 for 80 %")
        if number == 0:
            self.report(key, "must be above 0: it is a share, write 0.8 for 80 %")
        return number

    def duration(self, key: str, default: int, low: int, high: int) -> int:
        """A duration: a number of seconds, or a text such as "90 s", "15 min", "4 h"."""
        value = self.raw(key)
        if value is None:
            return default
        exact: Decimal | None = None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            exact = Decimal(value) * SECOND if Decimal(value).is_finite() else None
        elif isinstance(value, str) and (match := _DURATION.fullmatch(value.strip())):
            exact = Decimal(match[1]) * _UNITS[match[2]]
        if exact is None:
            self.report(key, f'{shown(value)} is not a duration: write seconds, or "90 s", "4 h"')
        elif not low <= exact <= high:
            bounds = f"{duration_text(low)} to {duration_text(high)}"
            self.report(key, f"{shown(value)} is not from {bounds} (a number is seconds)")
        else:
            return int(exact)
        return default

    def days(self, key: str) -> list[date]:
        """A list of local dates."""
        values = self.raw(key)
        if values is not None and not isinstance(values, list):
            self.report(key, f"{shown(values)} is not a list of dates: write [2026-12-24]")
            return []
        single = [Table({key: value}, self.path, self.reported) for value in values or []]
        return [day for table in single if (day := table.day(key)) is not None]

    def day(self, key: str) -> date | None:
        """A local date."""
        value = self.raw(key)
        if isinstance(value, str):
            with suppress(ValueError):
                value = date.fromisoformat(value)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.report(key, f"{shown(value)} is not a date: write 2026-12-24")
        return None

    def flag(self, key: str, default: bool) -> bool:
        """Yes or no."""
        value = self.raw(key)
        if isinstance(value, bool) or value is None:
            return default if value is None else value
        self.report(key, f"{shown(value)} is neither true nor false: write one, without quotes")
        return default

    def instant(
        self, key: str, days_of: ZoneInfo | None = None, clock_of: ZoneInfo | None = None
    ) -> int | None:
        """A date-time with offset, on a whole minute.

        Args:
            days_of: takes a local date of this zone too: its first instant.
            clock_of: takes a local time of this zone too; of two where clocks go back, the first.
        """
        value = self.raw(key)
        if value is None:
            return None
        moment = value
        if isinstance(value, str):
            with suppress(ValueError):
                moment = (date if len(value) == 10 else datetime).fromisoformat(value)
        if isinstance(moment, date) and not isinstance(moment, datetime) and days_of is not None:
            moment = datetime.combine(moment, time(), days_of)
        if isinstance(moment, datetime) and moment.tzinfo is None and clock_of is not None:
            moment = moment.replace(tzinfo=clock_of)
        if not isinstance(moment, datetime):
            like = "2026-12-24 or " if days_of is not None else ""
            self.report(key, f"{shown(value)} is no time: write {like}2026-12-24T08:00:00+01:00")
        elif moment.tzinfo is None:
            self.report(key, f"{shown(value)} has no offset: write {moment.isoformat()}+01:00 or Z")
        elif not 1 < moment.year < 9999:
            self.report(key, f"{shown(value)} is no year of any contract: leave an open end out")
        elif instants.of(moment) % MINUTE:
            self.report(key, f"{shown(value)} is not a whole minute: leave the seconds 00")
        else:
            return instants.of(moment)
        return None

    def table(self, key: str) -> "Table | None":
        """A table under a key."""
        value = self.raw(key)
        if value is None or isinstance(value, dict):
            return None if value is None else Table(value, (*self.path, key), self.reported)
        self.report(key, f"{shown(value)} is not a table: write [{key}] or {{ ... }}")
        return None

    def tables(self, key: str) -> "list[Table]":
        """A list of tables under a key."""
        value = self.raw(key)
        if isinstance(value, list) and all(isinstance(v, dict) for v in value):
            path = (*self.path, key)
            return [Table(v, (*path, i), self.reported) for i, v in enumerate(value)]
        if value is not None:
            self.report(key, f"{shown(value)} is not a list of tables: write [[{key}]]")
        return []
