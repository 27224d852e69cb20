"""A notification as a person reads it: what Alertmanager makes of an alert, without one.

The parts and their order are those of ``messages.tmpl``; a test holds the two together.
"""

from collections.abc import Mapping
from typing import Final

from streams.texts import texts

_LINKS: Final = (("runbook", "runbook_url"), ("dashboard", "dashboard_url"))


def subject(annotations: Mapping[str, str], language: str) -> str:
    """What is wrong, in one line."""
    return annotations.get(f"summary_{language}") or annotations.get("summary", "")


def lines(annotations: Mapping[str, str], language: str) -> list[str]:
    """What stands below the subject: how bad it is, what to do, where to look.

    Args:
        annotations: an alert's, as it is posted to Alertmanager.
        language: of the texts; where the alert has none in it, those without a language stand in.

    >>> print(*lines({"description": "Nobody answers.", "action_en": "Call Ann."}, "en"), sep="|")
    Nobody answers.|What to do: Call Ann.
    """
    text = texts(language)
    described = annotations.get(f"description_{language}") or annotations.get("description", "")
    found = [described] if described else []
    if action := annotations.get(f"action_{language}"):
        found.append(f"{text('alerts.message.what_to_do')}: {action}")
    for name, annotation in _LINKS:
        if link := annotations.get(annotation):
            found.append(f"{text(f'alerts.message.{name}')}: {link}")
    return found
