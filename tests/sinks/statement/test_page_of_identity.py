"""A statement's page says which statement it is, and how much of its period it knows."""

import re
from datetime import date

import pytest

from streams.domain.instants import parse
from streams.sinks.statement.page import page
from streams.sinks.statement.writing import Writing
from tests.sinks.statement import march
from tests.sinks.statement.pages import read


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "en",
            ["Issued 2026-04-02 10:00", "Final, issue 2", "In place of acme-2026-03-1-00c0ffee"],
        ),
        (
            "nl",
            [
                "Opgemaakt 2026-04-02 10:00",
                "Definitief, uitgave 2",
                "In plaats van acme-2026-03-1-",
            ],
        ),
    ],
)
def test_the_page_says_what_it_is(language: str, says: list[str]) -> None:
    made = march.made(march.booked(), issue=2, replaces="acme-2026-03-1-00c0ffee")
    text = read(page(made.object, language))
    number = made.object.issue.number
    for each in (*says, number):
        assert each in text
    # In the running head of every sheet, in the page's own head, and in its title.
    assert text.count(number) == 3


def test_each_version_of_the_contract_is_named_by_its_dates() -> None:
    made = march.made(march.booked())
    head = read(page(made.object, "en")).split("Acme, 2026-03")[1]
    assert (
        "Contract eerstelijn (valid until 2026-03-16); eerstelijn (valid from 2026-03-16)" in head
    )
    assert [each.thresholds for each in made.object.contracts] == [[20, 60], [30]]


def test_provisional_and_kept_nowhere_are_said() -> None:
    assert "Final, kept in no archive" in read(page(march.made(march.booked()).object, "en"))
    early = march.made(march.booked(), as_of=parse("2026-03-20T00:00:00Z"))
    assert "· Provisional ·" in read(page(early.object, "en"))
    assert "· Voorlopig ·" in read(page(early.object, "nl"))


def test_queue_offered_and_out_of_hours_are_on_the_page() -> None:
    booked = march.booked().day(
        "afval", date(2026, 3, 7), line_offered=3, out_of_hours=3, blocked=3
    )
    text = page(march.made(booked).object, "en")
    volumes = read(text.split('<section class="volumes">')[1].split("</section>")[0])
    assert "To the queue Out of hours" in volumes
    assert "7,040 7,043" not in volumes
    assert re.search(r"Together 7,043 .* 7,040 3 ", volumes)


def test_a_feed_that_was_heard_in_full_is_one_sentence() -> None:
    made = march.made(march.booked())
    assert made.object.complete
    text = read(page(made.object, "en"))
    assert "Heard in all 176 hours in which at least one line was open." in text
    assert "Silent" not in text and "incomplete" not in text.lower()


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "en",
            [
                "Final, kept in no archive, INCOMPLETE",
                "Heard 155 of 176 hours in which at least one line was open; every figure is "
                "of the hours heard.",
                "from 2026-03-27 12:00 until 2026-03-31 17:00, 21 open hours",
                "less than 95 % of the open hours",
                "Neither is due.",
            ],
        ),
        (
            "nl",
            [
                "Definitief, in geen archief bewaard, ONVOLLEDIG",
                "Gehoord: 155 van 176 uren waarin ten minste één lijn open was",
                "van 2026-03-27 12:00 tot 2026-03-31 17:00, 21 open uren",
                "minder dan 95 % van de open uren",
                "Geen van beide is verschuldigd.",
            ],
        ),
    ],
)
def test_the_first_sheet_says_in_plain_words_what_was_not_heard(
    language: str, says: list[str]
) -> None:
    made = march.made(march.booked("2026-03-27T12:00:00+01:00"))
    text = read(page(made.object, language))
    first_sheet = text[: text.index(Writing(language, "UTC").text("caption.results"))]
    for each in says:
        assert each in first_sheet.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "en",
            [
                "Desk: from 2026-03-27 12:00 until 2026-03-31 17:00, 21 open hours",
                "Nobody entering a queue, though calls came and ended: from 2026-03-10 10:00 until "
                "2026-03-10 11:00, 1 open hours",
            ],
        ),
        (
            "nl",
            [
                "Loket: van 2026-03-27 12:00 tot 2026-03-31 17:00, 21 open uren",
                "Niemand die in een wachtrij kwam, hoewel er oproepen kwamen en eindigden: van "
                "2026-03-10 10:00 tot 2026-03-10 11:00, 1 open uren",
            ],
        ),
    ],
)
def test_the_first_sheet_says_of_which_line_nothing_was_heard(
    language: str, says: list[str]
) -> None:
    made = march.with_a_silent_line()
    assert made.object.heard is not None
    lines, queue = made.object.heard.silences
    assert (lines.line, lines.queue) == ("loket", False)
    assert (queue.line, queue.queue) == (None, True)
    text = read(page(made.object, language))
    first_sheet = text[: text.index(Writing(language, "UTC").text("caption.results"))]
    for each in says:
        assert each in first_sheet.replace("\N{NO-BREAK SPACE}", " ")
    table = read(page(made.object, "en").split('<section class="heard_by_line">')[1])
    assert "Waste 176 176 176 Desk 176 155 155 At least one line 176 176 176" in table


def test_the_hours_of_each_line_are_a_table() -> None:
    made = march.made(march.booked("2026-03-27T12:00:00+01:00"))
    text = read(page(made.object, "en").split('<section class="heard_by_line">')[1])
    assert "Waste 176 155 155 At least one line 176 155 155" in text


def test_a_month_of_which_nothing_was_heard_costs_nothing_and_says_so() -> None:
    made = march.made(march.booked("2026-03-01T00:00:00+01:00"))
    assert not made.object.complete
    assert made.object.heard is not None and made.object.heard.heard == 0
    text = read(page(made.object, "en"))
    assert "Heard 0 of 176 hours" in text and "0 of 0 targets met; 3 incomplete." in text
