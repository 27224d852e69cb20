"""Recording rules and alerts as values, and the files that Prometheus reads."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import indent

from streams.sinks.words import Links, Words, annotations


@dataclass(frozen=True, slots=True)
class Record:
    """A recording rule."""

    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert.

    Attributes:
        wait: how long its expression must hold before it fires.
        keep: how long it goes on firing when it no longer does.
    """

    name: str
    expr: str
    severity: str
    words: Words
    dashboard: str
    wait: str = ""
    keep: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated one after the other."""

    name: str
    interval: str
    rules: tuple[Record | Alert, ...]


def yaml(head: str, groups: Iterable[Group], links: Links, languages: tuple[str, ...]) -> str:
    """A rule file: a comment, then the groups."""
    lines = [*(f"# {line}".rstrip() for line in head.splitlines()), "", "groups:"]
    for group in groups:
        lines += ["", f"  - name: {group.name}", f"    interval: {group.interval}", "    rules:"]
        for rule in group.rules:
            lines += ["", *_rule(rule, links, languages)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as a string of PromQL, and of YAML."""
    return json.dumps(text, ensure_ascii=False)


def _rule(rule: Record | Alert, links: Links, languages: tuple[str, ...]) -> Iterator[str]:
    if isinstance(rule, Record):
        yield f"      - record: {rule.name}"
        yield _value(8, "expr", rule.expr)
        yield from _mapping("labels", rule.labels)
        return
    yield f"      - alert: {rule.name}"
    yield _value(8, "expr", rule.expr)
    if rule.wait:
        yield f"        for: {rule.wait}"
    if rule.keep:
        yield f"        keep_firing_for: {rule.keep}"
    yield from _mapping("labels", {"severity": rule.severity, **rule.labels})
    found = annotations(rule.words, languages)
    found["runbook_url"] = links.runbook(rule.name)
    found["dashboard_url"] = rule.dashboard
    yield from _mapping("annotations", found)


def _mapping(key: str, values: Mapping[str, str]) -> Iterator[str]:
    if values:
        yield f"        {key}:"
        for name, value in values.items():
            yield _value(10, name, value)


def _value(depth: int, key: str, text: str) -> str:
    margin = " " * depth
    # What has quotes or lines of its own is easier to read as a block than escaped.
    if "\n" in text or '"' in text:
        return f"{margin}{key}: |-\n{indent(text, margin + '  ')}"
    return f"{margin}{key}: {quoted(text)}"
