"""What a demo announces: what goes wrong in its city, and what the worker makes of it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from streams.domain.detector import Alert, Kind
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.sinks.alert_texts import said, scope_name
from streams.sinks.annotations import spoken
from streams.sinks.live_table import clock
from streams.texts import DEFAULT

if TYPE_CHECKING:
    from streams.simulation.incidents import Incident

_KINDS: Final[dict[Kind, str]] = {
    "no_entry": "nobody gets in",
    "no_answers": "nobody answers",
    "silence": "no calls",
    "forgotten": "somebody waits very long",
    "closing": "closing with people waiting",
    "overload": "too few reached",
}


def language(plan: Plan) -> str:
    """In which language a demo says what a city's people would read: English if they do."""
    languages = spoken(plan)
    return DEFAULT if DEFAULT in languages else languages[0]


class Happenings:
    """Incidents by the clock and alerts as they open and close, each in one line with its time.

    Args:
        incidents: in the order of time.
        speed: of the clock; so that somebody knows how long to wait for the first of them.
    """

    def __init__(self, plan: Plan, incidents: Iterable["Incident"], speed: float) -> None:
        self._plan = plan
        self._language = language(plan)
        self._coming = list(incidents)
        self._speed = speed
        self._announced = False
        self._open: dict[str, str] = {}

    def until(self, now: int, alerts: Iterable[Alert]) -> Iterator[str]:
        """What has happened since the last call; the first time also what comes next.

        Args:
            now: the city's clock.
            alerts: those that are open.
        """
        while self._coming and self._coming[0].at <= now:
            incident = self._coming.pop(0)
            yield f"{self._at(incident.at)}  {incident.what}: {incident.how}"
        if self._coming and not self._announced:
            coming = self._coming[0]
            wait = (coming.at - now) / SECOND / self._speed
            yield (
                f"{self._at(now)}  {coming.what} at {self._at(coming.at)}, in {wait:.0f} s: "
                f"{coming.how}"
            )
        self._announced = True
        yield from self._of_alerts(now, alerts)

    def _of_alerts(self, now: int, alerts: Iterable[Alert]) -> Iterator[str]:
        still = {alert.id: alert for alert in alerts}
        for known in [each for each in self._open if each not in still]:
            yield f"{self._at(now)}  over: {self._open.pop(known)}"
        for alert in still.values():
            if alert.id not in self._open:
                name = scope_name(alert, self._plan, self._language)
                self._open[alert.id] = f"{name}, {_KINDS[alert.kind]}"
                summary = said(alert, self._plan, "summary", self._language)
                yield f"{self._at(alert.opened_at)}  ALERT {summary}"

    def _at(self, instant: int) -> str:
        return clock(instant / SECOND, self._plan)
