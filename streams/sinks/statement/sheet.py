"""A statement as CSV, for who goes on reckoning. Every row says of which statement it is."""

import csv
import io
from typing import Any, Final

from streams.sinks.statement.plain import VOLUMES

_COLUMNS: Final = (
    *("row", "contract", "measure", "figure", "line", "period", "from", "until", "day"),
    *("part", "whole", "value", "target", "met", "points_missed"),
    *("malus", "bonus", "unit", "currency", "due", "final"),
    *VOLUMES,
    *("complete", "open_hours", "heard_hours", "contract_valid_from"),
    *("number", "issued", "status"),
)


def as_csv(of: dict[str, Any]) -> str:
    """One row per result (``row`` = result), per day of each (day), and per line and day of what
    was booked (volume)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    issue = of["issue"]
    of_all = {
        "number": issue["number"],
        "issued": issue["date"],
        "status": "final" if of["provisional"] is None else "provisional",
    }
    for result in of["results"]:
        amounts = {kind: result[kind]["amount"] for kind in ("malus", "bonus") if result[kind]}
        charge = result["malus"] or result["bonus"] or {}
        row = result | {"malus": None, "bonus": None} | amounts | _hours(result["hours"])
        row |= {key: charge.get(key) for key in ("unit", "currency")}
        row["contract_valid_from"] = _valid_from(of, result)
        writer.writerow(row | of_all | {"row": "result"})
        known = {key: result[key] for key in ("contract", "measure", "figure", "line", "period")}
        for day, count in result["days"].items():
            writer.writerow(known | count | of_all | {"row": "day", "day": day})
    heard = of["heard"] or {"lines": {}}
    for line, volumes in of["volumes"].items():
        row = {"row": "volume", "line": line, "period": of["period"]["name"]}
        writer.writerow(row | volumes | _hours(heard["lines"].get(line)) | of_all)
    for day, volumes in of["days"].items():
        writer.writerow({"row": "volume", "day": day} | volumes | of_all)
    return text.getvalue()


def _hours(hours: dict[str, Any] | None) -> dict[str, Any]:
    return {} if hours is None else {f"{key}_hours": hours[key] for key in ("open", "heard")}


def _valid_from(of: dict[str, Any], result: dict[str, Any]) -> str:
    """From when the versions of its contract were valid that a result is judged by."""
    return " ".join(
        each["valid_from"]
        for each in of["contracts"]
        if each["contract"] == result["contract"]
        and each["valid_from"]
        and each["valid_from"] < result["until"]
        and (each["valid_until"] or result["until"]) > result["from"]
    )
