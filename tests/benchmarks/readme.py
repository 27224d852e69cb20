"""The README's tables, from the results that are kept: never typed, so never different."""

import json
from pathlib import Path
from typing import Any, Final

from tests.benchmarks import limits, tables
from tests.benchmarks.measuring import RESULTS, ROOT
from tests.benchmarks.plots import read

PATH: Final = ROOT / "README.md"
_BEGIN: Final = "<!-- benchmarks -->\n"
_END: Final = "<!-- /benchmarks -->"


def kept(results: Path = RESULTS) -> list[dict[str, Any]]:
    """The two runs of the full table, as far as they are there."""
    paths = (results / f"table-{number}.json" for number in (1, 2))
    return [json.loads(path.read_text()) for path in paths if path.exists()]


def written(text: str, results: Path = RESULTS) -> str:
    """A README with the tables of the kept results between its marks."""
    before, rest = text.split(_BEGIN)
    after = rest.split(_END)[1]
    parts = [tables.markdown(kept(results))]
    found = limits.limits(*(read(results, name) for name in ("scale", "latency", "backfill")))
    if found:
        parts.append(limits.markdown(found))
    joined = "\n\n".join(parts)
    return f"{before}{_BEGIN}{joined}\n{_END}{after}"


def write() -> None:
    PATH.write_text(written(PATH.read_text()))
