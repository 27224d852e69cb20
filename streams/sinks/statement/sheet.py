"""A statement as CSV, for who goes on reckoning."""

import csv
import io
from typing import Any, Final

from streams.sinks.statement.plain import VOLUMES

_COLUMNS: Final = (
    *("row", "contract", "measure", "figure", "line", "period", "from", "until", "day"),
    *("part", "whole", "value", "target", "met", "points_missed"),
    *("malus", "bonus", "unit", "currency", "due", "final"),
    *VOLUMES,
)


def as_csv(of: dict[str, Any]) -> str:
    """One row per result (``row`` = result), per day of each (day), and per line and day of what
    was booked (volume)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for result in of["results"]:
        amounts = {kind: result[kind]["amount"] for kind in ("malus", "bonus") if result[kind]}
        charge = result["malus"] or result["bonus"] or {}
        row = result | {"malus": None, "bonus": None} | amounts
        row |= {key: charge.get(key) for key in ("unit", "currency")}
        writer.writerow(row | {"row": "result"})
        known = {key: result[key] for key in ("contract", "measure", "figure", "line", "period")}
        for day, count in result["days"].items():
            writer.writerow(known | count | {"row": "day", "day": day})
    for line, volumes in of["volumes"].items():
        writer.writerow({"row": "volume", "line": line, "period": of["period"]["name"], **volumes})
    for day, volumes in of["days"].items():
        writer.writerow({"row": "volume", "day": day, **volumes})
    return text.getvalue()
