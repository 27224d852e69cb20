"""Whom an alert is for, and what it says to them: whoever answers the line, and everybody else.

The plan names whom to call at each vendor and by which number, some by day and others by night. To
whoever is on duty there the alert speaks as to somebody who can act, in their language; everybody
else is told to call them. What stays open is told again: after ten minutes with the next number,
and once more after half an hour.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from streams.domain.detector import Alert
from streams.domain.instants import MINUTE
from streams.domain.plan import Plan
from streams.domain.plan.model import Receiver
from streams.sinks.annotations import PAGE, spoken
from streams.texts import spoken as known
from streams.texts import texts

NEXT_AFTER: Final = 10 * MINUTE
"""After which whoever was called first is believed not to come."""

STILL_OPEN_AFTER: Final = 30 * MINUTE
"""After which an alert that is still open says so, once."""


class Reminder(NamedTuple):
    """What is told again of an alert that stays open.

    Attributes:
        after: how long it has been open then.
        said: the summary, by language.
    """

    after: int
    said: Mapping[str, str]


def to_call(alert: Alert, plan: Plan, at: int) -> str:
    """Whom to call about an alert, with the number; in no language, for these are names."""
    on_duty = plan.receivers(alert.subject.vendor, at)
    return _named(on_duty[0]) if on_duty else ""


def _named(receiver: Receiver) -> str:
    return f"{receiver.name}, {receiver.phone}"


def language(alert: Alert, plan: Plan) -> str:
    """That of who is on duty where the alert's line is answered; else the city's first."""
    on_duty = plan.receivers(alert.subject.vendor, alert.opened_at)
    own = on_duty[0].language if on_duty else None
    return known((own,))[0] if own is not None else spoken(plan)[0]


def own(
    alert: Alert, plan: Plan, said: Callable[[str, str], str], links: Mapping[str, str]
) -> dict[str, str]:
    """The annotations for whoever answers the line: nobody is told to call themselves.

    Args:
        said: gives a part of the alert in a language.
        links: the annotations that lead somewhere.
    """
    of = language(alert, plan)
    text = texts(of)
    lines = [said("description", of), f"{text('alerts.message.what_to_do')}: {said('own', of)}"]
    for name in ("runbook", "dashboard"):
        if link := links.get(f"{name}_url"):
            lines.append(f"{text(f'alerts.message.{name}')}: {link}")
    return {"own_summary": said("summary", of), "own_text": "\n".join(lines)}


def reminders(alert: Alert, plan: Plan, summary: Callable[[str], str]) -> Iterator[Reminder]:
    """What is told again of a page that stays open, in the order of time.

    Args:
        summary: the alert in one line, in a language.
    """
    if alert.severity != PAGE:
        return
    on_duty = plan.receivers(alert.subject.vendor, alert.opened_at + NEXT_AFTER)
    languages = (*spoken(plan), language(alert, plan))
    if len(on_duty) > 1:
        call = _named(on_duty[1])
        yield Reminder(
            NEXT_AFTER,
            {
                each: texts(each)("alerts.still.next", summary=summary(each), call=call)
                for each in languages
            },
        )
    yield Reminder(
        STILL_OPEN_AFTER,
        {each: texts(each)("alerts.still.open", summary=summary(each)) for each in languages},
    )
