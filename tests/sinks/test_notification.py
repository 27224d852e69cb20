"""What is shown of an alert is what Alertmanager's message says of it."""

import re
from importlib.resources import files

from streams.sinks import notification
from streams.sinks.alert_texts import wording
from streams.sinks.links import Links
from tests.alerts import fall
from tests.plans import ANTWERP


def test_its_parts_are_those_of_the_message_in_their_order() -> None:
    template = (files("streams.sinks") / "messages.tmpl").read_text("utf-8")
    of_text = template.split('define "contact.text.')[1].split("{{ define ")[0]
    named = re.findall(r"with \.Annotations\.(\w+?)(?:_<<language>>)? ", of_text)
    assert named == ["description", "action", "runbook_url", "dashboard_url"]
    said = wording(fall(), ANTWERP, Links())
    for language in ("en", "nl"):
        shown = notification.lines(said, language)
        wanted = [
            said[f"description_{language}"],
            said[f"action_{language}"],
            said["runbook_url"],
            said["dashboard_url"],
        ]
        assert len(shown) == len(wanted)
        assert all(line.endswith(part) for line, part in zip(shown, wanted, strict=True))
        assert notification.subject(said, language) == said[f"summary_{language}"]


def test_an_alert_of_somebody_elses_is_shown_by_what_it_has() -> None:
    assert notification.subject({"summary": "Disk full"}, "en") == "Disk full"
    assert notification.subject({}, "en") == ""
    assert notification.lines({}, "en") == []
