"""One alert as Alertmanager wants it, and what is told again of it while it stays open."""

from collections.abc import Callable
from typing import Any, Final

from streams.domain import instants
from streams.domain.detector import Alert
from streams.domain.instants import MINUTE
from streams.domain.plan import Plan
from streams.sinks.alert_texts import dashboard, labels, told_again, wording
from streams.sinks.links import Links

LASTS: Final = 15 * MINUTE
"""For how long an Alertmanager believes in an alert that is not re-sent. It must outlast a worker's
death, the hand-over and the recovery of its line: none of them may end the incident."""


def body(
    alert: Alert,
    plan: Plan,
    links: Links,
    now: int,
    machine: Callable[[int], int] = lambda shown: shown,
) -> dict[str, Any]:
    """One alert as Alertmanager wants it: ends when it was resolved, else if it is not re-sent.

    Args:
        machine: when, by the machine's clock, the stream's own shows an instant: Alertmanager goes
            by a machine's, and to one a demo's alert of last Tuesday would be over.
    """
    begins = machine(alert.opened_at)
    ends = machine(now) + LASTS if alert.resolved_at is None else machine(alert.resolved_at)
    return {
        "labels": labels(alert, plan),
        "annotations": wording(alert, plan, links),
        "startsAt": instants.text(begins),
        # An event may be a little ahead of this clock, and nothing ends before it has begun.
        "endsAt": instants.text(max(begins, ends)),
        "generatorURL": dashboard(alert, links),
    }


def bodies(
    alert: Alert,
    plan: Plan,
    links: Links,
    now: int,
    machine: Callable[[int], int] = lambda shown: shown,
) -> list[dict[str, Any]]:
    """One alert as Alertmanager wants it, and what is told again of it by now.

    To Alertmanager that is another alert, told apart by a label: of an alert that it knows it tells
    nobody anew, however its words change.
    """
    first = body(alert, plan, links, now, machine)
    found = [first]
    until = now if alert.resolved_at is None else alert.resolved_at
    if now - until > LASTS:
        return found  # by now Alertmanager has ended it by itself
    for after, said in told_again(alert, plan).items():
        begins = alert.opened_at + after
        if begins <= until:
            found.append(
                first
                | {
                    "labels": first["labels"] | {"still": f"{after // MINUTE} min"},
                    "annotations": first["annotations"] | said,
                    "startsAt": instants.text(machine(begins)),
                }
            )
    return found
