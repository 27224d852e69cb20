"""A form in everything that is told of it: metrics, journeys, explanations, statements, tables."""

import csv
import io
import json

import pytest

from streams.domain.board import Board
from streams.domain.books import INTERVAL, SLOT, Books, books
from streams.domain.plan import Plan
from streams.domain.statement import parse, statement
from streams.domain.statement.explanation import explain
from streams.sinks import report
from streams.sinks.journeys import journey_record
from streams.sinks.prometheus import WHOLE, ShownScopes
from streams.sinks.statement import explained, plain
from streams.sinks.statement.issue import issued
from streams.sinks.statement.page import page
from streams.sinks.statement.writing import Writing
from streams.texts import languages
from tests import metrics
from tests.stories import Story, at, judged

PLAN = Plan.read(
    """
    [city]
    name = "Testburg"
    languages = ["en", "nl"]
    [[vendor]]
    id = "acme"
    name = "Acme Calls"
    [[line]]
    id = "waste"
    vendor = "acme"
    [[line]]
    id = "archive"
    names = { en = "Archive", nl = "Archief" }
    tier = 2
    vendor = "acme"
    permanence = "none"
    """
)
NOON = at("12:00")


def sent(call_id: str = "c") -> Story:
    """Answered by `waste`, passed on to the archive, hung up."""
    story = Story(call_id).start("9:00").enter("9:00", "waste", 1).answer("9:00:05", "waste", 1)
    return story.leave("9:02", "waste", "transfer", 1, "archive").hang_up("9:02:10")


CALL = sent().contact()


def booked() -> Books:
    return books([CALL, sent("d").contact()], PLAN, NOON, INTERVAL)


def test_metrics_of_the_line_the_vendor_and_the_city() -> None:
    board = Board(PLAN, 1)
    for scope, tally in booked().totals.items():
        board.apply_figures(scope, 0, SLOT, at("9:00"), tally, False)
    board.apply_watermark(0, at("9:03"))
    board.advance()
    families = metrics.read(ShownScopes(PLAN, lambda: [board], kinds=WHOLE))

    def value(name: str, **labels: str) -> float | None:
        return metrics.value(families, f"contact_{name}", window="30m", **labels)

    assert value("line_visits", line="archive", disposition="form") == 2
    assert value("line_visits", line="archive", disposition="left_before_queue") == 0
    assert value("line_reachability_counts", line="archive", part="forms") == 2
    assert value("line_form_ratio", line="archive") == 1.0
    assert value("line_reachability_ratio", line="archive") is None
    assert value("vendor_visits", vendor="acme", disposition="form") == 2
    assert value("city_visits", disposition="form") == 2
    assert value("city_reachability_ratio") == 1.0


def test_the_journey() -> None:
    reading = judged(CALL, PLAN, NOON)
    assert reading is not None
    (piece,) = CALL.pieces()
    told = json.loads(journey_record(CALL.call_id, piece, reading)[1])
    (visit,) = (each for each in told["visits"] if each["line"] == "archive")
    assert (visit["disposition"], visit["reached"], visit["entered"]) == ("form", None, None)
    assert visit["begun"] == visit["ended"] == at("9:02")


@pytest.mark.parametrize(
    ("language", "word", "why"),
    [
        ("en", "Form", "a form instead: the line takes no transfers"),
        ("nl", "Formulier", "een formulier: de lijn neemt geen doorverbindingen aan"),
    ],
)
def test_the_explanation(language: str, word: str, why: str) -> None:
    span = at("9:00"), at("9:15")
    found, tally = explain([CALL], PLAN, "archive", *span, NOON)
    shown = explained.explain("archive", *span, found, tally)
    assert shown.books == {"contacts": 1, "form": 1, "line_offered": 1}
    text = explained.as_text(shown, Writing(language, PLAN.zone.key))
    assert f"    {word}\n" in text and why in text


@pytest.mark.parametrize("language", languages())
def test_the_statement_has_a_column_of_forms_and_says_that_they_are_left_out(language: str) -> None:
    of = statement(PLAN, "acme", parse("2026-11"), booked().intervals, NOON)
    made = plain.make(PLAN, of, booked().intervals)
    assert made.content.total["form"] == made.content.volumes["archive"]["form"] == 2
    assert "form=2" in made.books
    shown = page(issued(made, NOON).object, language)
    heading, sentence = {
        "en": ("Form", "A transfer that a form stands for is left out."),
        "nl": ("Formulier", "Een doorverbinding die een formulier werd, telt niet mee."),
    }[language]
    assert f">{heading}</th>" in shown and sentence in shown


def test_tables_and_lists_of_a_replay() -> None:
    shown = report.as_table(booked(), PLAN)
    heading, _, archive, *_ = shown.splitlines()
    assert "forms" in heading and archive.split()[:5] == ["Archive", "2", "2", "0", "0"]
    assert archive.split()[5] == "2"
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(report.as_csv(booked())))}
    assert rows["archive"]["form"] == "2"
    assert report.as_object(booked(), {})["city"]["form"] == 2


def test_where_there_is_no_form_the_table_has_no_column_of_them() -> None:
    assert "forms" not in report.as_table(Books(), PLAN)
