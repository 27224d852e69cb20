"""One incident is one alert: what goes wrong at a vendor's lines within 90 minutes.

When the trunk goes, every line of a vendor falls silent, and so does the vendor. Whoever is woken
for the first needs no second call: what pages of these lines, of no entry, no answers or silence,
within 90 minutes of the first or while that is open, is one alert. It keeps the id, the kind and
the scope of the first; its lines are all of theirs, the newest first; it is over when all of them
are. Notices stay as they are: each is of one thing, and wakes nobody.

Whose lines they are is who answers them: what concerns the city's own desk and the city as a whole
goes to the same people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from streams.domain.detector.alert import Alert, AlertChange, Kind, Severity
from streams.domain.instants import MINUTE

MERGED: Final[frozenset[Kind]] = frozenset({"no_entry", "no_answers", "silence"})

TOGETHER: Final = 90 * MINUTE

_GRAVITY: Final[dict[Severity, int]] = {"ticket": 0, "notice": 1, "page": 2}


class Incident:
    """What goes wrong at a vendor's lines, as one.

    Attributes:
        members: the alerts that it is made of, as they stand now, the first one first.
    """

    __slots__ = ("members",)

    def __init__(self, members: Iterable[Alert]) -> None:
        self.members = {alert.id: alert for alert in members}

    @property
    def first(self) -> Alert:
        """The one whose id it has."""
        return next(iter(self.members.values()))

    @property
    def is_over(self) -> bool:
        """Whether all of it is."""
        return all(each.resolved_at is not None for each in self.members.values())

    def alert(self) -> Alert:
        """The whole as one alert."""
        first, members = self.first, list(self.members.values())
        if len(members) == 1:
            return first
        newest_first = sorted(members, key=lambda each: (-each.opened_at, each.id))
        lines = dict.fromkeys(line for each in newest_first for line in each.lines)
        of_lines = sum(each.people for each in members if each.line is not None)
        of_all = max((each.people for each in members if each.line is None), default=0)
        over = [each.resolved_at for each in members if each.resolved_at is not None]
        return replace(
            first,
            severity=max((each.severity for each in members), key=_GRAVITY.__getitem__),
            resolved_at=max(over) if len(over) == len(members) else None,
            people=max(of_lines, of_all),
            decided=max(max(of_lines, of_all), *(each.decided for each in members)),
            evidence=" ".join(each.evidence for each in newest_first),
            lines=tuple(lines),
        )


class Incidents:
    """Those of the vendors whose lines somebody owns.

    Args:
        together: within how long of the first what goes wrong is one incident.
    """

    def __init__(self, together: int = TOGETHER) -> None:
        self._together = together
        self._by_vendor: dict[str, Incident] = {}
        self._changed: set[str] = set()

    def apply(self, changes: Iterable[AlertChange]) -> list[AlertChange]:
        """The changes of the alerts that people are told of; these come in the order of time."""
        told = []
        for change in changes:
            if change.alert.kind in MERGED:
                told += self._merge(change)
            else:
                told.append(change)
        return told

    def _merge(self, change: AlertChange) -> list[AlertChange]:
        alert = change.alert
        vendor = alert.subject.vendor
        self._changed.add(vendor)
        incident = self._by_vendor.get(vendor)
        if incident is None or not self._belongs(incident, change):
            if change.change == "resolved":
                return [change]  # the end of one that a former form of the state had open
            incident = self._by_vendor[vendor] = Incident([alert])
            return [AlertChange("opened", change.at, alert)]
        incident.members[alert.id] = alert
        if change.change == "resolved" and incident.is_over:
            return [AlertChange("resolved", change.at, incident.alert())]
        return [AlertChange("updated", change.at, incident.alert())]

    def _belongs(self, incident: Incident, change: AlertChange) -> bool:
        return (
            change.alert.id in incident.members
            or not incident.is_over
            or change.at - incident.first.opened_at <= self._together
        )

    def open(self, alerts: Iterable[Alert]) -> list[Alert]:
        """Of the alerts that are open, those that people are told of."""
        found: dict[str, Alert] = {}
        for alert in alerts:
            if alert.kind in MERGED:
                incident = self._by_vendor.get(alert.subject.vendor)
                if incident is not None and alert.id in incident.members:
                    incident.members[alert.id] = alert
                    alert = incident.alert()
            found[alert.id] = alert
        return list(found.values())

    def states(self) -> dict[str, list[Any]]:
        """What is remembered of each vendor of whom that has changed since this was asked last."""
        changed, self._changed = self._changed, set()
        return {
            vendor: [each.stored() for each in self._by_vendor[vendor].members.values()]
            for vendor in sorted(changed)
        }

    def restore(self, vendor: str, state: Sequence[Sequence[Any]]) -> None:
        """Goes on from what was remembered of a vendor."""
        self._by_vendor[vendor] = Incident(map(Alert.from_stored, state))
