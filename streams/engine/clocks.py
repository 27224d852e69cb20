"""The wall clock that a worker goes by."""

import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """What a worker asks for the time, in us since 1970."""

    def now(self) -> int:
        """The wall clock."""

    def at(self, instant: int) -> int:
        """What this clock showed at an instant of the machine's own."""

    def machine(self, shown: int) -> int:
        """When, by the machine's own clock, this one shows an instant: ``at`` turned round."""


class WallClock:
    """A clock that shows the time.

    Args:
        source: the machine's own clock, or a better one.
    """

    def __init__(self, source: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._source = source

    def now(self) -> int:
        return self._source()

    def at(self, instant: int) -> int:
        return instant

    def machine(self, shown: int) -> int:
        return shown


class FastClock:
    """A clock that starts somewhere and runs faster than time, for the demo.

    It never runs ahead of the machine's own clock: events from the future are refused.
    """

    def __init__(self, start: int, speed: float) -> None:
        self._begun = time.time_ns() // 1000
        self._start = start
        self._speed = speed

    def now(self) -> int:
        return self.at(time.time_ns() // 1000)

    def at(self, instant: int) -> int:
        return min(instant, self._start + round((instant - self._begun) * self._speed))

    def machine(self, shown: int) -> int:
        return max(shown, self._begun + round((shown - self._start) / self._speed))


class FrozenClock(FastClock):
    """A fast clock that stands still until somebody is there to see it run.

    However long a demo needs to start, what it announces is not over by then.
    """

    def __init__(self, start: int, speed: float) -> None:
        super().__init__(start, speed)
        self._frozen = True

    def release(self) -> None:
        """Lets it run from now on."""
        self._begun = time.time_ns() // 1000
        self._frozen = False

    def at(self, instant: int) -> int:
        return super().at(self._begun if self._frozen else max(instant, self._begun))

    def machine(self, shown: int) -> int:
        if self._frozen:
            return max(shown, time.time_ns() // 1000)
        return super().machine(shown)
