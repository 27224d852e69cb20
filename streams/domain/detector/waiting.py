"""A line that closed with people waiting: a fact that pages as it is, without statistics.

Everybody who was still in the queue when the line closed heard, after their wait, that the desk has
gone home. They come within minutes of each other, so they make one alert, which grows; it is over
an hour after the last of them, when there is nothing left to do tonight but to know.
"""

from collections.abc import Sequence

from streams.domain.detector.alert import Alert, AlertChange, waiting_in_words
from streams.domain.instants import HOUR

_LASTS = HOUR

WaitingState = tuple[int, int, int]


class Waiting:
    """Fed with the people whom a closing line left waiting."""

    __slots__ = ("_last", "_line", "_people", "_since")

    def __init__(self, line: str) -> None:
        self._line = line
        self._since = self._last = self._people = 0

    def feed(self, at: int) -> list[AlertChange]:
        changes = self.tick(at)
        opens = not self._people
        if opens:
            self._since = at
        self._last = at
        self._people += 1
        changes.append(AlertChange("opened" if opens else "updated", at, self._say()))
        return changes

    def tick(self, now: int) -> list[AlertChange]:
        if not self._people or now - self._last < _LASTS:
            return []
        over = self._last + _LASTS
        resolved = AlertChange("resolved", over, self._say(over))
        self._people = 0
        return [resolved]

    def alert(self) -> Alert | None:
        return self._say() if self._people else None

    def _say(self, resolved_at: int | None = None) -> Alert:
        return Alert(
            line=self._line,
            kind="closed_on_waiting",
            since=self._since,
            opened_at=self._since,
            resolved_at=resolved_at,
            people=self._people,
            decided=self._people,
            target=None,
            evidence=waiting_in_words(self._people),
        )

    def state(self) -> WaitingState:
        return self._since, self._last, self._people

    def restore(self, state: Sequence[int]) -> None:
        self._since, self._last, self._people = state
