"""Rules as the files that Prometheus reads: what comes out of YAML is what went in."""

from typing import Any

import yaml as reader

from streams.sinks.links import Links
from streams.sinks.rules.fields import said
from streams.sinks.rules.rule import Alert, Group, Record
from streams.sinks.rules.rule_file import yaml

LINKS = Links("https://city.example/runbooks", "https://city.example/grafana")
PARTS = ("summary", "description", "action")


def _written(*rules: Record | Alert) -> list[dict[str, Any]]:
    text = yaml("About.", [Group("contact_watch", "1m", rules)], LINKS, ("nl", "en"))
    (group,) = reader.safe_load(text)["groups"]
    assert (group["name"], group["interval"]) == ("contact_watch", "1m")
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_a_record_has_its_expression_and_only_the_labels_that_it_has() -> None:
    bare = Record("contact_plan_clock:hour", "floor(x / 3600)")
    with_lines = Record("a:b", 'x{a="b"}\n  and\ny', {"line": 'a "line"\nof two', "vendor": "acme"})
    assert _written(bare, with_lines) == [
        {"record": bare.name, "expr": bare.expr},
        {"record": "a:b", "expr": with_lines.expr, "labels": dict(with_lines.labels)},
    ]


def test_an_alert_says_when_it_fires_what_it_is_and_where_it_leads() -> None:
    alert = Alert(
        *("ContactCitySilent", "x == 1", "page", "https://city.example/d"),
        wait="2m",
        keep="5m",
        labels={"kind": "reachability"},
    )
    (found,) = _written(alert)
    texts = found.pop("annotations")
    assert found == {
        "alert": "ContactCitySilent",
        "expr": "x == 1",
        "for": "2m",
        "keep_firing_for": "5m",
        "labels": {"severity": "page", "kind": "reachability"},
    }
    assert texts["runbook_url"] == "https://city.example/runbooks/ContactCitySilent.md"
    assert texts["dashboard_url"] == "https://city.example/d"
    for part in PARTS:
        for language in ("en", "nl"):
            assert texts[f"{part}_{language}"] == said("ContactCitySilent", part, language)
    assert texts["summary"] == texts["summary_nl"] != texts["summary_en"]


def test_an_alert_that_neither_waits_nor_stays_says_nothing_of_it() -> None:
    (found,) = _written(Alert("ContactWatchdog", "vector(1)", "none", "d"))
    assert {"for", "keep_firing_for"} & set(found) == set()


def test_groups_and_rules_stand_in_their_order_below_a_comment() -> None:
    """Prometheus evaluates them in it."""
    records = [Record(f"a:{n}", "x") for n in range(3)]
    groups = [Group("second", "15s", tuple(records[:2])), Group("first", "5m", (records[2],))]
    text = yaml("Generated.\n\nCovers 2026.", groups, LINKS, ("en",))
    assert text.startswith("# Generated.\n#\n# Covers 2026.\n\ngroups:\n")
    found = reader.safe_load(text)["groups"]
    assert [group["name"] for group in found] == ["second", "first"]
    assert [rule["record"] for group in found for rule in group["rules"]] == ["a:0", "a:1", "a:2"]
