"""What a plan says of who is woken, and how often for nothing: entries of ``[city]``."""

import re
from dataclasses import fields
from typing import Any, Final

from streams.domain.instants import DAY, HOUR, MINUTE
from streams.domain.plan.fields import Table
from streams.domain.plan.model import City

_BUDGET: Final = re.compile(r"(\d+(?:\.\d+)?) per quarter")
_LEAST, _MOST = 0.01, 1000.0

_ENTRIES: Final = frozenset(("false_pages", "forgotten_after", "page_people", "pages_together"))

UNSAID: Final = {field.name: field.default for field in fields(City) if field.name in _ENTRIES}
"""What stands for nothing said, by the entry of ``City``."""


def entries(table: Table) -> dict[str, Any]:
    """What ``[city]`` says of pages, for ``City``."""
    usual = City()
    return {
        "false_pages": _false_pages(table),
        "forgotten_after": table.duration("forgotten_after", usual.forgotten_after, MINUTE, DAY),
        "page_people": table.whole("page_people", usual.page_people, 1, 1000),
        "pages_together": table.duration("pages_together", usual.pages_together, 0, 12 * HOUR),
    }


def _false_pages(table: Table) -> float | None:
    if not table.has("false_pages"):
        return None
    text = table.text("false_pages")
    found = _BUDGET.fullmatch(text)
    budget = float(found[1]) if found else 0.0
    if not _LEAST <= budget <= _MOST:
        table.report("false_pages", 'write how many a receiver puts up with: "1 per quarter"')
        return None
    return budget
