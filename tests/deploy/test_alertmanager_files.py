"""Alertmanager's configuration: who is told of what, and in which words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.domain import instants
from streams.domain.detector import Alert
from streams.domain.instants import MINUTE
from streams.sinks.alert_bodies import body
from streams.sinks.links import Links
from streams.texts import languages
from tests.alerts import NOON, fall
from tests.plans import ANTWERP
from tests.servers import AMTOOL, run

DEPLOY = Path(__file__).parents[2] / "deploy"
FILE = DEPLOY / "alertmanager" / "alertmanager.yml"
TEMPLATES = DEPLOY / "alertmanager" / "templates" / "*.tmpl"
CONFIGURATION = yaml.safe_load(FILE.read_text())


def test_amtool_finds_nothing_to_complain_of() -> None:
    checked = run(AMTOOL, "check-config", FILE)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (
            "alertname=ContactNoAnswers severity=page vendor=scheldelijn",
            "city-copy,scheldelijn-oncall",
        ),
        (
            "alertname=ContactTelemetrySilent severity=page vendor=scheldelijn",
            "city-copy,scheldelijn-oncall",
        ),
        ("alertname=ContactCallerForgotten severity=page vendor=city", "city-oncall"),
        ("alertname=ContactNoAnswers severity=page vendor=new", "city-oncall"),
        ("alertname=ContactCitySilent severity=page", "city-oncall"),
        ("alertname=ContactClosing severity=notice vendor=scheldelijn", "notices"),
        ("alertname=ContactCallerForgotten severity=notice vendor=city", "notices"),
        ("alertname=ContactWorkerAbsent severity=page", "city-oncall"),
        ("alertname=ContactWorkerAbsent severity=ticket", "tickets"),
        ("alertname=ContactVendorBudgetBurning severity=ticket vendor=scheldelijn", "tickets"),
        ("alertname=ContactWatchdog severity=none", "heartbeat"),
        ("alertname=ContactSilenceFirst severity=none vendor=scheldelijn", "nobody"),
        ("alertname=ContactMaintenance severity=none vendor=scheldelijn", "nobody"),
        ("alertname=SomethingElse", "city-oncall"),
    ],
)
def test_an_alert_goes_to_whoever_can_do_something(labels: str, receiver: str) -> None:
    routed = run(
        AMTOOL,
        *("config", "routes", "test", f"--config.file={FILE}", f"--verify.receivers={receiver}"),
        *labels.split(),
    )
    assert routed.returncode == 0, routed.stdout + routed.stderr


def test_the_pages_of_each_vendor_go_to_the_receiver_that_the_plan_names() -> None:
    names = {receiver["name"] for receiver in CONFIGURATION["receivers"]}
    for id_ in ANTWERP.answering_at(instants.parse("2026-11-23T10:00:00Z")):
        vendor = ANTWERP.vendor(id_)
        assert vendor is not None
        assert vendor.receiver in names
        routed = run(
            AMTOOL,
            *("config", "routes", "test", f"--config.file={FILE}"),
            *("severity=page", f"vendor={vendor.id}"),
        )
        assert routed.stdout.strip().split(",")[-1] == vendor.receiver, routed.stderr


def routes(route: dict[str, Any]) -> list[dict[str, Any]]:
    return [route, *(inner for r in route.get("routes", []) for inner in routes(r))]


def test_only_tickets_have_quiet_hours() -> None:
    muted = [r for r in routes(CONFIGURATION["route"]) if r.get("mute_time_intervals")]
    assert [r["matchers"] for r in muted] == [['severity="ticket"']]


def test_pages_of_one_vendor_come_together() -> None:
    top = CONFIGURATION["route"]
    assert top["group_by"] == ["vendor", "still"]
    pages = [r for r in top["routes"] if 'severity="page"' in r["matchers"]]
    assert pages and not any("group_by" in r for r in pages)


def test_there_is_an_example_of_each_way_to_reach_somebody() -> None:
    ways = {key for receiver in CONFIGURATION["receivers"] for key in receiver}
    assert {"webhook_configs", "email_configs", "pagerduty_configs"} <= ways


def message(*alerts: dict[str, Any]) -> str:
    """What Alertmanager hands a template."""
    return json.dumps(
        {
            "receiver": "scheldelijn-oncall",
            "status": "firing" if any(a["status"] == "firing" for a in alerts) else "resolved",
            "alerts": alerts,
            "externalURL": "http://alerts.example",
            "groupLabels": {},
            "commonLabels": {},
            "commonAnnotations": {},
        }
    )


def posted(alert: Alert) -> dict[str, Any]:
    """An alert as Alertmanager hands it to its templates."""
    told = body(alert, ANTWERP, Links("https://city.example/r", "https://city.example/g"), NOON)
    return told | {"status": "firing" if alert.resolved_at is None else "resolved"}


def rendered(template: str, told: str, directory: Path) -> str:
    data = directory / "message.json"
    data.write_text(told)
    done = run(
        AMTOOL,
        *("template", "render", f"--template.glob={TEMPLATES}", f"--template.data={data}"),
        f'--template.text={{{{ template "{template}" . }}}}',
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_at_three_in_the_morning_the_text_says_it_all(tmp_path: Path) -> None:
    told = message(posted(fall("waste")))
    assert rendered("contact.subject.en", told, tmp_path) == (
        "Waste: 15 people came into no queue since 12:50: most got a busy tone"
    )
    assert rendered("contact.text.en", told, tmp_path) == (
        "Waste: 15 people came into no queue since 12:50: most got a busy tone\n"
        "\n"
        "15 of 16 contacts since Mon 23 Nov 12:50 came into no queue of Waste: most got a busy "
        "tone. 6.2 % did; 96 % is usual at this hour. Scheldelijn Contact answers.\n"
        "\n"
        "What to do: Dial the number yourself and press 3 and note what you hear. A busy tone or "
        "nothing: call the telephone provider. A menu that leads nowhere, or a voice that says "
        "closed: call Shift lead, Scheldelijn Contact.\n"
        "\n"
        "Runbook:   https://city.example/r/ContactNoEntry.md\n"
        "Dashboard: https://city.example/g/d/reachline-line?var-line=waste\n"
        "\n"
        "To silence while you work on it: http://alerts.example"
    )


def test_the_same_in_dutch(tmp_path: Path) -> None:
    told = message(posted(fall("waste")))
    text = rendered("contact.text.nl", told, tmp_path)
    assert text.startswith(
        "Afval: geen wachtrij voor 15 mensen sinds 12:50: de meesten kregen een bezettoon\n\n"
        "15 van de 16 contacten sinds ma 23 nov 12:50"
    )
    assert "\nWat te doen: Bel zelf het nummer en kies 3" in text
    assert "\nDraaiboek: https://city.example/r/ContactNoEntry.md" in text
    assert "<h2" in rendered("contact.html.nl", told, tmp_path)


def test_who_answers_reads_it_in_their_language_and_is_not_told_to_call_themselves(
    tmp_path: Path,
) -> None:
    told = message(posted(fall("waste")))
    assert rendered("contact.own.subject.en", told, tmp_path).startswith("Afval: geen wachtrij")
    text = rendered("contact.own.text.en", told, tmp_path)
    assert text.startswith("Afval: geen wachtrij voor 15 mensen sinds 12:50")
    assert "\nWat te doen: Bel zelf het nummer" in text and "Shift lead" not in text
    assert "Draaiboek: https://city.example/r/ContactNoEntry.md" in text
    assert text.endswith("To silence while you work on it: http://alerts.example")
    rules = {"status": "firing", "labels": {}, "annotations": {"summary": "A", "description": "B"}}
    assert rendered("contact.own.text.nl", message(rules), tmp_path).startswith("A\n\nB")


def test_two_lines_of_a_vendor_are_one_message_and_what_is_over_is_told_apart(
    tmp_path: Path,
) -> None:
    over = instants.parse("2026-11-23T13:40:00+01:00")
    told = message(
        posted(fall("waste")),
        posted(fall("desk", NOON + MINUTE)),
        posted(fall("migration", NOON - 10 * MINUTE, resolved_at=over)),
    )
    assert rendered("contact.subject.en", told, tmp_path).startswith("[2 alerts] Waste: 15 people")
    text = rendered("contact.text.en", told, tmp_path)
    assert text.count("What to do:") == 2
    assert "Over:\n- Over at 13:40. Migration: 15 people" in text


def test_when_all_is_over_the_subject_says_so(tmp_path: Path) -> None:
    over = instants.parse("2026-11-23T13:40:00+01:00")
    told = message(posted(fall("waste", resolved_at=over)))
    assert rendered("contact.subject.en", told, tmp_path).startswith("[over] Over at 13:40. Waste")
    assert rendered("contact.subject.nl", told, tmp_path).startswith("[voorbij] Voorbij om 13:40.")


def test_an_alert_of_somebody_else_is_not_swallowed(tmp_path: Path) -> None:
    told = message(
        {
            "status": "firing",
            "labels": {"alertname": "DiskFull"},
            "annotations": {"summary": "The disk is full", "description": "99 %"},
            "startsAt": "2026-11-23T11:55:00Z",
            "endsAt": "2026-11-23T12:55:00Z",
        }
    )
    for language in languages():
        assert rendered(f"contact.subject.{language}", told, tmp_path) == "The disk is full"
        text = rendered(f"contact.text.{language}", told, tmp_path)
        assert text.startswith("The disk is full\n\n99 %")
        assert "no value" not in text
