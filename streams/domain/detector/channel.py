"""What all channels have in common: an alert that opens once, gets new numbers, and ends once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from streams.domain.detector.alert import Alert, AlertChange, Kind, Severity, Subject
from streams.domain.instants import MINUTE

UPDATED_EVERY: Final = MINUTE
"""Numbers of an open alert go out once a minute: as often as Prometheus looks."""


class Channel:
    """One thing that is watched of one scope. Pure: no clock but the facts' own instants and
    ``tick``.

    Attributes:
        open: its alert; None while there is none.
    """

    __slots__ = ("_published_at", "open", "subject")

    kind: Kind

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.open: Alert | None = None
        self._published_at = 0

    def _opens(self, at: int, since: int, severity: Severity, **said: Any) -> AlertChange:
        lines = () if self.subject.line is None else (self.subject.line,)
        values: dict[str, Any] = {
            "cause": "",
            "people": 1,
            "decided": 1,
            "figure": None,
            "target": None,
            "usual": None,
            "lines": lines,
        }
        self.open = Alert(
            self.subject, self.kind, severity, since=since, opened_at=at, resolved_at=None,
            **(values | said),
        )  # fmt: skip
        self._published_at = at
        return AlertChange("opened", at, self.open)

    def _updates(self, at: int, **said: Any) -> list[AlertChange]:
        """New numbers; they go out at once where somebody is now to be woken."""
        assert self.open is not None
        woken = said.get("severity", self.open.severity) != self.open.severity
        self.open = replace(self.open, **said)
        if not woken and at - self._published_at < UPDATED_EVERY:
            return []
        self._published_at = at
        return [AlertChange("updated", at, self.open)]

    def _resolves(self, at: int) -> list[AlertChange]:
        if self.open is None:
            return []
        over = replace(self.open, resolved_at=max(at, self.open.opened_at))
        self.open = None
        return [AlertChange("resolved", at, over)]

    def _state_of_open(self) -> list[Any] | None:
        return None if self.open is None else [self._published_at, self.open.stored()]

    def _restore_open(self, state: Sequence[Any] | None) -> None:
        self.open = None
        if state is not None:
            self._published_at, stored = state
            self.open = Alert.from_stored(stored)
