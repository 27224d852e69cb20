"""Alerts, their links and their runbooks belong together: none without the others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.sinks import messages, runbooks
from streams.sinks.alert_texts import ALERT_NAMES, SEVERITIES
from streams.sinks.links import Links
from streams.texts import DEFAULT, languages, texts

DEPLOY = Path(__file__).parents[2] / "deploy"
WRITTEN = {
    str(path.relative_to(DEPLOY / "runbooks")): path.read_text("utf-8")
    for path in (DEPLOY / "runbooks").rglob("*.md")
}
RUNBOOKS = {name.removesuffix(".md"): page for name, page in WRITTEN.items() if "/" not in name}


def fired_by_prometheus() -> list[dict[str, Any]]:
    return [
        rule
        for path in (DEPLOY / "prometheus" / "rules").glob("*.yml")
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    alerts = {rule["alert"] for rule in fired_by_prometheus()} | set(ALERT_NAMES.values())
    assert alerts == set(RUNBOOKS)


def test_every_alert_of_prometheus_links_to_its_own_runbook() -> None:
    for rule in fired_by_prometheus():
        assert rule["annotations"]["runbook_url"] == Links().runbook(rule["alert"])


def test_runbooks_and_messages_are_what_the_catalogues_say(tmp_path: Path) -> None:
    again = "run: reachline rules --plan PLAN --to deploy/prometheus --messages deploy"
    assert runbooks.render() == WRITTEN, again
    written = messages.write(tmp_path).read_text("utf-8")
    assert written == (DEPLOY / "alertmanager" / "templates" / messages.NAME).read_text(), again


@pytest.mark.parametrize("language", languages())
def test_every_language_has_a_page_on_every_alert(language: str) -> None:
    assert set(runbooks.alerts(texts(language))) == set(RUNBOOKS)


@pytest.mark.parametrize("page", sorted(WRITTEN))
def test_a_runbook_answers_five_questions_in_their_order(page: str) -> None:
    text = WRITTEN[page]
    said = texts(str(Path(page).parent) if "/" in page else DEFAULT)
    asked = [said(f"runbooks.heading.{question}") for question in runbooks.QUESTIONS]
    assert text.startswith(f"# {Path(page).stem}\n")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == asked
    for answer in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        assert len(answer.split()) > 1
    first = said("runbooks.heading.check")
    assert re.search(rf"## {first}\n\n1\. ", text), "what to check first is a numbered list"
    assert "{" not in text


@pytest.mark.parametrize("page", sorted(WRITTEN))
def test_a_runbook_names_only_pages_that_exist(page: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", WRITTEN[page]):
        assert (DEPLOY / "runbooks" / page).with_name(target).is_file(), target


def test_a_runbook_says_how_an_alert_reaches_people() -> None:
    severities: dict[str, set[str]] = {
        name: set(SEVERITIES[kind]) for kind, name in ALERT_NAMES.items()
    }
    for rule in fired_by_prometheus():
        severities.setdefault(rule["alert"], set()).add(rule["labels"]["severity"])
    words = {"page": "[Pp]age", "notice": "Notice", "ticket": "[Tt]icket", "none": "Sent to"}
    for alert, found in severities.items():
        lead = RUNBOOKS[alert].split("\n")[2]
        for severity, word in words.items():
            said = re.search(rf"\b{word}\b", lead) is not None
            assert said is (severity in found), f"{alert}: {lead}"
