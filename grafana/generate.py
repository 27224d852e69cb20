"""Writes the dashboards of a plan.

    python -m grafana.generate --plan deploy/plans/antwerp.toml

The same plan, day and code give the same files, to the byte: a test regenerates and compares.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana.contacts import contacts
from grafana.line import line
from grafana.pipeline import pipeline
from grafana.say import Say
from grafana.vendor import vendor
from grafana.wallboard import wallboard
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.plan.reader import PlanError
from streams.texts import languages

HERE: Final = Path(__file__).parent
DASHBOARDS: Final[dict[str, Callable[[Plan, int, Say], Dashboard]]] = {
    "wallboard": wallboard,
    "line": line,
    "vendor": vendor,
    "contacts": contacts,
    "pipeline": pipeline,
}


def generate(plan: Plan, now: int) -> dict[str, str]:
    """The dashboards' JSON by their path, in every language."""
    files = {}
    for language in languages():
        say = Say(language)
        for name, dashboard in DASHBOARDS.items():
            encoder = JSONEncoder(sort_keys=True, indent=2, ensure_ascii=False)
            text = encoder.encode(dashboard(plan, now, say).build())
            files[f"{language}/{name}.json"] = text + "\n"
    return files


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m grafana.generate", description=__doc__)
    parser.add_argument("--plan", required=True, help="the plan, a TOML file")
    parser.add_argument("--to", type=Path, default=HERE / "dashboards", help="where to write")
    chosen = parser.parse_args(arguments)
    try:
        files = generate(Plan.load(chosen.plan), int(time.time() * SECOND))
    except (PlanError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    for name, text in files.items():
        path = chosen.to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
