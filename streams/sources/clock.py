"""The times of call records: clock times without a day, days without a zone."""

import time
from datetime import datetime, timedelta
from typing import Final

from streams.domain import instants
from streams.domain.privacy import shown
from streams.sources.mapping_times import Times
from streams.sources.plausible import CLOCKS_DIFFER
from streams.sources.time_grammar import EPOCHS, epoch, formatted, iso

_CACHE_BOUND: Final = 100_000
"""Clock times and days repeat, and strptime costs 8 us; a day has 86,400 different seconds."""


class Clock:
    """Reads and writes the times of one mapping."""

    __slots__ = ("_midnights", "_moments", "_times", "never")

    def __init__(self, times: Times) -> None:
        self._times = times
        self.never = times.never | {""}
        self._moments: dict[str, datetime] = {}
        self._midnights: dict[str, datetime] = {}

    def instant(self, text: str, day: str, begun: int | None, latest: int | None) -> int | None:
        """The instant in a column; None for never.

        Args:
            day: the row's day, for clock times.
            begun: the first instant of the call, where there is one already.
            latest: the latest instant of the call so far.

        Raises:
            ValueError: the text is no time in the mapping's format.
        """
        text = text.strip()
        if text in self.never:
            return None
        times = self._times
        if times.format in EPOCHS:
            return epoch(text, times.format)
        if times.date is None:
            return self._of(self._cached(self._moments, text, times.format), latest)
        clock = self._cached(self._moments, text, times.format)
        midnight = self._cached(self._midnights, day.strip(), times.date_format)
        local = datetime.combine(midnight, clock.timetz())
        instant = self._of(local, latest)
        if times.next_day is not None and begun is not None and instant < begun - times.next_day:
            return self._of(local + timedelta(days=1), latest)
        return instant

    def text(self, instant: int) -> str:
        """The instant in RFC 3339, with the offset of the mapping's zone."""
        return instants.to_datetime(instant).astimezone(self._times.zone).isoformat()

    def _of(self, moment: datetime, latest: int | None) -> int:
        if moment.tzinfo is not None:
            return instants.of(moment)
        instant = instants.of(moment.replace(tzinfo=self._times.zone))
        if (
            instants.to_datetime(instant).astimezone(self._times.zone).replace(tzinfo=None)
            != moment
        ):
            raise ValueError(
                f"{shown(moment.isoformat(' '))} is in the hour that spring leaves out in time.zone"
            )
        if latest is not None and instant < latest - CLOCKS_DIFFER:
            # The hour that autumn has twice: no event of a call is long before an earlier one.
            again = instants.of(moment.replace(tzinfo=self._times.zone, fold=1))
            if again >= latest - CLOCKS_DIFFER:
                return again
        return instant

    @staticmethod
    def _cached(cache: dict[str, datetime], text: str, format_: str) -> datetime:
        moment = cache.get(text)
        if moment is None:
            if len(cache) >= _CACHE_BOUND:
                cache.clear()
            moment = iso(text) if format_ == "iso" else formatted(text, format_)
            cache[text] = moment
        return moment


def wall() -> int:
    """The wall clock, in microseconds since 1970."""
    return time.time_ns() // 1000
