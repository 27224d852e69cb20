"""A statement as CSV: every result, every day, and of which statement each row is."""

import csv
import io

import pytest

from streams.sinks.statement import sheet
from tests.sinks.statement import march, october


def test_every_row_of_the_csv_says_of_which_statement_it_is() -> None:
    made = march.made(march.booked("2026-03-27T12:00:00+01:00"), issue=1)
    rows = list(csv.DictReader(io.StringIO(sheet.as_csv(made.object))))
    assert {(row["number"], row["issued"], row["status"]) for row in rows} == {
        (made.object.issue.number, "2026-04-02T10:00:00+02:00", "final")
    }
    results = {row["from"]: row for row in rows if row["row"] == "result"}
    second = results["2026-03-15T23:00:00Z"]
    assert second["complete"] == "False" and second["malus"] == second["met"] == ""
    assert (second["open_hours"], second["heard_hours"]) == ("96", "75")
    assert second["contract_valid_from"] == "2026-03-15T23:00:00Z"
    (line,) = (row for row in rows if row["row"] == "volume" and row["line"])
    assert (line["open_hours"], line["heard_hours"]) == ("176", "155")


def test_csv_has_every_result_and_every_day() -> None:
    made = october.made(october.booked())
    rows = list(csv.DictReader(io.StringIO(sheet.as_csv(made.object))))
    results = [row for row in rows if row["row"] == "result"]
    assert len(results) == len(made.object.results)
    (pooled,) = (row for row in results if row["measure"] == "in-time")
    assert pooled["malus"] == "6000.00" and pooled["currency"] == "EUR" and pooled["line"] == ""
    days = [row for row in rows if row["row"] == "day" and row["measure"] == "in-time"]
    assert len(days) == 28
    assert sum(float(row["whole"]) for row in days) == pytest.approx(float(pooled["whole"]))
    volumes = [row for row in rows if row["row"] == "volume" and row["line"]]
    assert {row["line"] for row in volumes} == {"waste", "migration"}
