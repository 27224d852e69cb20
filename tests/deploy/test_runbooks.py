"""Alerts, their links and their runbooks belong together: none without the others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.sinks.alert_texts import ALERTS
from streams.sinks.links import Links

DEPLOY = Path(__file__).parents[2] / "deploy"
RUNBOOKS = {path.stem: path.read_text() for path in (DEPLOY / "runbooks").glob("*.md")}
SECTIONS = (
    "What it means to callers",
    "Check first",
    "Whom to call",
    "How to silence it",
    "How to know it is over",
)


def fired_by_prometheus() -> list[dict[str, Any]]:
    return [
        rule
        for path in (DEPLOY / "prometheus" / "rules").glob("*.yml")
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    alerts = {rule["alert"] for rule in fired_by_prometheus()} | set(ALERTS.values())
    assert alerts == set(RUNBOOKS)


def test_every_alert_of_prometheus_links_to_its_own_runbook() -> None:
    for rule in fired_by_prometheus():
        assert rule["annotations"]["runbook_url"] == Links().runbook(rule["alert"])


@pytest.mark.parametrize("alert", sorted(RUNBOOKS))
def test_a_runbook_answers_five_questions_in_their_order(alert: str) -> None:
    text = RUNBOOKS[alert]
    assert text.startswith(f"# {alert}\n")
    assert tuple(re.findall(r"^## (.+)$", text, re.MULTILINE)) == SECTIONS
    for answer in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        assert len(answer.split()) > 2
    assert re.search(r"## Check first\n\n1\. ", text), "what to check first is a numbered list"


@pytest.mark.parametrize("alert", sorted(RUNBOOKS))
def test_a_runbook_names_only_pages_that_exist(alert: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", RUNBOOKS[alert]):
        assert (DEPLOY / "runbooks" / target).is_file(), target


def test_a_runbook_says_how_an_alert_reaches_people() -> None:
    severities: dict[str, set[str]] = {name: {"page"} for name in ALERTS.values()}
    for rule in fired_by_prometheus():
        severities.setdefault(rule["alert"], set()).add(rule["labels"]["severity"])
    words = {"page": "Page", "ticket": "icket", "none": "Sent to"}
    for alert, found in severities.items():
        lead = RUNBOOKS[alert].split("\n")[2]
        for severity, word in words.items():
            assert (word in lead) is (severity in found), f"{alert}: {lead}"
