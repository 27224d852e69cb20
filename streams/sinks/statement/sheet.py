"""A statement as CSV, to calculate with. Every row names its statement."""

import csv
import io
from typing import Final

import msgspec
from msgspec import UnsetType

from streams.domain.figures.whole import OUTCOME_COUNTS
from streams.sinks.statement.objects import Statement
from streams.sinks.statement.plain import VOLUMES
from streams.sinks.statement.result_objects import Hours, Number, Result

_COLUMNS: Final = (
    *("row", "contract", "measure", "figure", "line", "period", "from", "until", "day"),
    *("part", "whole", "value", "target", "met", "points_missed"),
    *("malus", "bonus", "unit", "currency", "due", "final"),
    *VOLUMES,
    *("complete", "open_hours", "heard_hours", "contract_valid_from"),
    *("outcome", "contacts"),
    *("number", "issued", "status"),
)


def as_csv(of: Statement) -> str:
    """One row per result (``row`` = result), per day of each (day), per line and day of what
    was booked (volume), and per outcome of contacts (outcome)."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    of_all = {
        "number": of.issue.number,
        "issued": of.issue.date,
        "status": "final" if of.provisional is None else "provisional",
    }
    for result in of.results:
        charge = result.malus or result.bonus
        row = msgspec.to_builtins(result) | _hours(result.hours) | of_all
        row |= {
            "row": "result",
            "malus": result.malus and result.malus.amount,
            "bonus": result.bonus and result.bonus.amount,
            "unit": charge and charge.unit,
            "currency": charge and charge.currency,
            "contract_valid_from": _valid_from(of, result),
        }
        writer.writerow(row)
        known = {key: row[key] for key in ("contract", "measure", "figure", "line", "period")}
        for day, count in result.days.items():
            counts = msgspec.structs.asdict(count)
            writer.writerow(known | counts | of_all | {"row": "day", "day": day})
    lines = {} if of.heard is None else of.heard.lines
    for line, volumes in of.volumes.items():
        row = {"row": "volume", "line": line, "period": of.period.name}
        writer.writerow(row | volumes | _hours(lines.get(line)) | of_all)
    for day, volumes in of.days.items():
        writer.writerow({"row": "volume", "day": day} | volumes | of_all)
    outcomes = {} if isinstance(of.outcomes, UnsetType) else of.outcomes
    for outcome in (each for each in OUTCOME_COUNTS if each in outcomes):
        row = {"row": "outcome", "period": of.period.name}
        writer.writerow(row | {"outcome": outcome, "contacts": outcomes[outcome]} | of_all)
    return text.getvalue()


def _hours(hours: Hours | None) -> dict[str, Number]:
    return {} if hours is None else {"open_hours": hours.open, "heard_hours": hours.heard}


def _valid_from(of: Statement, result: Result) -> str:
    """From when the versions of its contract were valid that a result is judged by."""
    return " ".join(
        each.valid_from
        for each in of.contracts
        if each.contract == result.contract
        and each.valid_from
        and each.valid_from < result.until
        and (each.valid_until or result.until) > result.since
    )
