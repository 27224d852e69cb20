"""The committed dashboards, taken apart for the tests."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
DASHBOARDS: Final = ROOT / "grafana" / "dashboards"
FILES: Final = sorted(DASHBOARDS.glob("*/*.json"))

_VALUES: Final = {"__rate_interval": "5m", "__interval": "1m", "__range": "1h"}


class Asked(NamedTuple):
    """A query of a panel, with its variables replaced."""

    file: str
    panel: str
    ref: str
    expr: str
    instant: bool

    def __str__(self) -> str:
        return f"{self.file}: {self.panel}: {self.ref}"


def load(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def named(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


def replaced(expr: str, **variables: str) -> str:
    """A query with its variables replaced: what Grafana would send."""
    known = _VALUES | variables
    return re.sub(r"\$\{?(\w+)\}?", lambda found: known.get(found[1], "x"), expr)


def queries(file: Path, **variables: str) -> Iterator[Asked]:
    dashboard = load(file)
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield Asked(
                named(file),
                panel["title"],
                target["refId"],
                replaced(target["expr"], **variables),
                target.get("instant", False),
            )
    for annotation in dashboard.get("annotations", {}).get("list", ()):
        if annotation.get("expr"):
            yield Asked(
                named(file), annotation["name"], "annotation",
                replaced(annotation["expr"], **variables), False,
            )  # fmt: skip
