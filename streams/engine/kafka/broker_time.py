"""What time it is at the brokers, so that no machine's wrong clock decides anything.

A broker writes down when it appended a record, and says so as it acknowledges one. Each checkpoint
of this worker is such a record: at the acknowledgement the broker's clock shows that instant or a
little more, and from there on time is counted by the machine's monotonic clock, which nobody sets.

A worker writes to partitions that several brokers lead. Of those that were heard from lately the
middle one is believed, or the earlier of two: so one broker of three may be wrong either way, and
of two none seals a quarter-hour too early.
"""

import logging
import time
from collections.abc import Callable
from statistics import median_low
from typing import Final

from streams.domain.instants import MINUTE, SECOND

log = logging.getLogger(__name__)

OFF: Final = 5 * SECOND
"""From this difference on a clock is called wrong. Clocks that are set over the network differ by
thousandths; no acknowledgement takes as long without the worker saying so."""

_LATELY: Final = MINUTE
"""How long a broker is believed that says nothing more: it may lead nothing of ours any longer."""


class BrokerTime:
    """The brokers' clock.

    Args:
        machine: the machine's clock, in us since 1970.
        monotonic: a clock that nobody sets, in seconds.
    """

    def __init__(
        self,
        machine: Callable[[], int] = lambda: time.time_ns() // 1000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._machine = machine
        self._monotonic = monotonic
        self._ahead: dict[int, tuple[int, float]] = {}  # of the monotonic clock, and since when
        self._never_says = False
        self._was_off = False

    def heard(self, broker: int, appended: int | None) -> None:
        """A broker has just acknowledged a record.

        Args:
            broker: which one.
            appended: when it appended the record, in us since 1970; None where it does not say, for
                the topic has the time of whoever sends.
        """
        if appended is None:
            self._never_says = True
            return
        now = self._monotonic()
        self._ahead[broker] = appended - round(now * SECOND), now

    def at(self, monotonic: float) -> int | None:
        """What the brokers' clock showed at an instant of the monotonic clock; None as long as no
        broker has said."""
        ahead = self._believed()
        return None if ahead is None else ahead + round(monotonic * SECOND)

    def now(self) -> int:
        """What it shows now; the machine's own clock as long as no broker has said."""
        shown = self.at(self._monotonic())
        return self._machine() if shown is None else shown

    def machine_ahead(self) -> int:
        """By how much the machine's clock is ahead of the brokers', in us; below 0 when it is
        behind, 0 when nobody knows."""
        return self._machine() - self.now()

    def check(self) -> None:
        """Says it in the log when the machine's clock begins to be wrong, and when it is right
        again."""
        ahead = self.machine_ahead()
        off = abs(ahead) > OFF
        if off and not self._was_off:
            log.warning(
                "this machine's clock differs from the brokers', which are believed",
                extra={"ahead_seconds": round(ahead / SECOND, 1)},
            )
        elif self._was_off and not off:
            log.info("this machine's clock is that of the brokers again")
        self._was_off = off

    def _believed(self) -> int | None:
        now = self._monotonic()
        lately = [
            ahead for ahead, heard in self._ahead.values() if (now - heard) * SECOND < _LATELY
        ]
        if lately:
            return median_low(lately)
        if self._ahead:  # no broker answers any more: time goes on as the last of them had it
            return max(self._ahead.values(), key=lambda each: each[1])[0]
        # Topics of before have the sender's time; until `doctor` is heeded this must do.
        return self._machine() - round(now * SECOND) if self._never_says else None
