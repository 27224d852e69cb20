"""Rules as the files that Prometheus reads."""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import indent

from streams.sinks.annotations import annotations
from streams.sinks.links import Links
from streams.sinks.rules.fields import said
from streams.sinks.rules.rule import Alert, Group, Record, quoted


def yaml(head: str, groups: Iterable[Group], links: Links, languages: tuple[str, ...]) -> str:
    """A rule file: a comment, then the groups."""
    lines = [*(f"# {line}".rstrip() for line in head.splitlines()), "", "groups:"]
    for group in groups:
        lines += ["", f"  - name: {group.name}", f"    interval: {group.interval}", "    rules:"]
        for rule in group.rules:
            lines += ["", *_rule(rule, links, languages)]
    return "\n".join(lines) + "\n"


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
    name = rule.name
    found = annotations(lambda part, language: said(name, part, language), languages)
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
