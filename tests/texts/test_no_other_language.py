"""No word is left in code: where the city speaks a third language, nothing says a word of another.

The catalogue of `reversed_texts` has every text backwards. A word that can be read forwards was
written in the code, or is a name: of the plan, a metric, a label, a unit.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grafana.generate import generate
from streams.domain.detector.alert import ALERT_KINDS
from streams.domain.figures.service_level import FORMULAS
from streams.domain.instants import MINUTE
from streams.domain.plan import Plan
from streams.sinks import messages, rules, runbooks
from streams.sinks.alert_bodies import body
from streams.sinks.links import Links
from streams.sinks.live_page import live_page
from tests.alerts import NOON, fall
from tests.plans import ANTWERP_FILE
from tests.texts.reversed_texts import not_of, reversed_texts, words

PLAN = ANTWERP_FILE.read_text("utf-8")
UNITS = {"ms", "min"}


@pytest.fixture
def language(tmp_path: Path) -> Iterator[str]:
    with reversed_texts(tmp_path) as language:
        yield language


def plan(language: str) -> Plan:
    """Antwerp's, which speaks this language alone; its lines keep their English names."""
    text = PLAN.replace('languages = ["nl", "en"]', f'languages = ["{language}"]')
    text = re.sub(r'nl = "[^"]*",?', "", text)
    return Plan.read(re.sub(r'\ben = "', f'{language} = "', text))


def names() -> set[str]:
    """The words that the plan names things by."""

    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for each in value.values():
                yield from strings(each)
        elif isinstance(value, list):
            for each in value:
                yield from strings(each)

    return words(" ".join(strings(tomllib.loads(PLAN))))


def filled_in(text: str) -> str:
    """A text without what Prometheus fills in: nobody reads ``{{ ... }}``."""
    return re.sub(r"\{\{.*?\}\}", " ", text)


@pytest.mark.parametrize("kind", ALERT_KINDS)
@pytest.mark.parametrize("people", [1, 7])
def test_an_alert_of_the_stream(language: str, kind: Any, people: int) -> None:
    target = 0.6 if kind == "overload" else None
    over = NOON + 50 * MINUTE
    alert = fall(kind=kind, people=people, decided=9, target=target, resolved_at=over)
    said = body(alert, plan(language), Links(), NOON)["annotations"]
    links = {"runbook_url", "dashboard_url"}
    text = " ".join(each for part, each in said.items() if part not in links)
    for link in links:
        text = text.replace(said[link], "")
    assert {part for part in said if part.startswith("summary")} == {
        "summary",
        f"summary_{language}",
    }
    assert not not_of(language, text) - names()


def test_the_alerts_of_rules(language: str) -> None:
    for name, text in rules.render(plan(language), NOON).items():
        for group in yaml.safe_load(text)["groups"]:
            for rule in group["rules"]:
                for part, said in rule.get("annotations", {}).items():
                    if not part.endswith("_url"):
                        left = not_of(language, filled_in(said))
                        assert not left, f"{name}: {rule['alert']}: {part}"


def test_the_messages_of_alertmanager(language: str) -> None:
    head, *templates = messages.render().split("{{ define ")
    assert head.startswith("{{- /*")
    own = [each for each in templates if re.match(rf'"contact\.(?:own\.)?\w+\.{language}"', each)]
    assert len(own) == 7
    for each in own:
        text = re.sub(r"<[^{]*?>", " ", filled_in("{{ define " + each))
        assert not not_of(language, text), text


def test_runbooks(language: str) -> None:
    pages = {name: text for name, text in runbooks.render().items() if name.startswith(language)}
    assert len(pages) == 31
    for name, text in pages.items():
        alert = Path(name).stem
        assert not not_of(language, text) - words(alert) - {"alertname"}, name


def _read(panel: dict[str, Any]) -> Iterator[str]:
    """What somebody reads of a panel."""
    yield panel.get("title", "")
    yield panel.get("description", "")
    for target in panel.get("targets", ()):
        yield filled_in(target.get("legendFormat", "").replace("__auto", ""))
        yield from re.findall(r'label_replace\(.*?, "(?:what|name)", "([^"$]*)"', target["expr"])
    for change in panel.get("transformations", ()):
        yield from change.get("options", {}).get("renameByName", {}).values()
    fields = panel.get("fieldConfig", {})
    yield from _of_field(fields.get("defaults", {}))
    for override in fields.get("overrides", ()):
        yield from _of_field({each["id"]: each["value"] for each in override["properties"]})


def _of_field(options: dict[str, Any]) -> Iterator[str]:
    yield options.get("noValue", "")
    yield options.get("displayName", "")
    yield from (link["title"] for link in options.get("links", ()))
    for mapping in options.get("mappings", ()):
        yield from (each["text"] for each in mapping["options"].values())


@pytest.mark.slow
def test_dashboards(language: str) -> None:
    made = {n: t for n, t in generate(plan(language), NOON).items() if n.startswith(language)}
    assert len(made) == 5
    # Grafana's own words, which its linter asks for.
    allowed = names() | {"data", "source"} | words(" ".join(FORMULAS))
    for name, text in made.items():
        board = json.loads(text)
        read = [board["title"], board["description"]]
        read += [link["title"] for link in board.get("links", ())]
        for variable in board.get("templating", {}).get("list", ()):
            read += [variable.get("label", ""), variable.get("description", "")]
        for panel in board["panels"]:
            read += _read(panel)
        for each in read:
            assert not not_of(language, each) - allowed, f"{name}: {each}"


def test_the_live_page_has_no_words_but_its_texts(language: str) -> None:
    page = live_page(plan(language)).decode()
    markup = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    texts = json.loads(re.search(r'json">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert next(iter(texts)) == language
    # The product's name stands in the title until the city's is known.
    assert words(re.sub(r"<[^>]*>", " ", markup)) == {"reachline"}
    assert not re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]+)"', markup)


def test_a_word_in_the_code_is_seen(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from grafana.say import Say

    said = Say.__call__

    def hard_coded(self: Say, path: str, **fields: object) -> str:
        text = said(self, path, **fields)
        return f"{text} waiting" if path == "line.waits.title" else text

    monkeypatch.setattr(Say, "__call__", hard_coded)
    with pytest.raises(AssertionError, match="waiting"):
        test_dashboards(language)
