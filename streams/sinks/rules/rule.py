"""Recording rules and alerts as values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Record:
    """A recording rule."""

    name: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert; what it says is in the catalogues under its name.

    Attributes:
        wait: how long its expression must hold before it fires.
        keep: how long it goes on firing when it no longer does.
    """

    name: str
    expr: str
    severity: str
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


def quoted(text: str) -> str:
    """A text as a string of PromQL, and of YAML."""
    return json.dumps(text, ensure_ascii=False)
