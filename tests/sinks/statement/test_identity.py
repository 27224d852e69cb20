"""A statement says what it is, and how much of its period it knows: page, CSV and JSON."""

import csv
import io
import json
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from streams.domain.books import INTERVAL
from streams.domain.counts import COUNTS
from streams.domain.disposition import DISPOSITIONS
from streams.domain.instants import HOUR, parse
from streams.domain.plan import Plan
from streams.domain.statement.periods import midnight
from streams.sinks.statement import counted, plain, restated, sheet
from streams.sinks.statement.issue import issued
from streams.sinks.statement.page import page
from streams.sinks.statement.plain import Issued
from streams.sinks.statement.restated import LateEvent
from streams.sinks.statement.writing import Writing
from streams.texts import languages
from tests.statements import FOREVER, Booked
from tests.texts.reversed_texts import not_of, words

NOW = parse("2026-04-02T08:00:00Z")
PLAN = """
[city]
name = "Stad"
languages = ["nl", "en"]
time_zone = "Europe/Brussels"
contract = "eerstelijn"
[[vendor]]
id = "acme"
name = "Acme"
[[contract]]
id = "eerstelijn"
valid_until = 2026-03-16
    [[contract.measure]]
    id = "op-tijd"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 1000
    [[contract.measure]]
    id = "binnen-de-minuut"
    figure = "service_level"
    threshold = 60
    target = 0.80
[[contract]]
id = "eerstelijn"
valid_from = 2026-03-16
threshold = 30
    [[contract.measure]]
    id = "op-tijd"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 1000
[[hours]]
id = "kantoor"
mon-fri = "09:00-17:00"
[[line]]
id = "afval"
vendor = "acme"
hours = "kantoor"
names = { nl = "Afval", en = "Waste" }
"""


def _booked(silent_since: str = "2026-05-01T00:00:00+02:00") -> Booked:
    """March with ten calls in each open quarter-hour, six of them in time, until the feed stops."""
    booked = Booked(Plan.read(PLAN))
    for n in range(31):
        begin = midnight(date(2026, 3, 1) + timedelta(days=n), booked.plan.zone)
        for start in range(begin, begin + 24 * HOUR, INTERVAL):
            terms = booked.plan.terms("afval", start)
            if terms is not None and terms.open and start < parse(silent_since):
                booked.at("afval", start, answered=6, late=3, abandoned=1)
    return booked


def _made(booked: Booked, as_of: int = FOREVER, **more: Any) -> Issued:
    found = booked.of("acme", "2026-03", as_of)
    return issued(plain.make(booked.plan, found, booked.intervals), NOW, **more)


def _said(issued: Issued) -> dict[str, Any]:
    """What the JSON says."""
    found: dict[str, Any] = json.loads(issued.json)
    return found


class _Text(HTMLParser):
    """What is read of a page; not its styles, and not what stands there for a terminal."""

    def __init__(self, besides: frozenset[str] = frozenset({"style"})) -> None:
        super().__init__()
        self.text: list[str] = []
        self._besides, self._inside = besides, 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._inside += tag in self._besides
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag in self._besides
        self._part(tag)

    def _part(self, tag: str) -> None:
        if tag not in ("span", "strong"):
            self.text.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.text.append(data)


def _read(html: str, besides: frozenset[str] = frozenset({"style"})) -> str:
    reader = _Text(besides)
    reader.feed(html)
    return " ".join("".join(reader.text).replace("\N{SOFT HYPHEN}", "").split())


# ---------------------------------------------------------------- the number


def test_the_same_data_have_the_same_number_whenever_it_is_made() -> None:
    first = _made(_booked(), issue=1)
    booked = _booked()
    later = issued(
        plain.make(booked.plan, booked.of("acme", "2026-03"), booked.intervals), NOW + HOUR, 1
    )
    number = first.object.issue.number
    assert re.fullmatch(r"acme-2026-03-1-[0-9a-f]{8}", number)
    assert later.object.issue.number == number
    assert later.object.issue.date != first.object.issue.date


def test_other_data_have_another_number() -> None:
    booked = _booked()
    numbers = {_made(booked, issue=1).object.issue.number}
    booked.day("afval", date(2026, 3, 3), late=1)
    numbers.add(_made(booked, issue=1).object.issue.number)
    assert len(numbers) == 2


def test_what_nobody_has_kept_is_no_issue_and_what_is_provisional_says_so() -> None:
    assert re.fullmatch(r"acme-2026-03-[0-9a-f]{8}", _made(_booked()).object.issue.number)
    early = _made(_booked(), as_of=parse("2026-03-20T00:00:00Z"))
    assert re.fullmatch(r"acme-2026-03-p-[0-9a-f]{8}", early.object.issue.number)


def test_the_date_of_issue_is_the_plan_s_local_time() -> None:
    assert _made(_booked()).object.issue.date == "2026-04-02T10:00:00+02:00"


# ---------------------------------------------------------------- the page


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
    made = _made(_booked(), issue=2, replaces="acme-2026-03-1-00c0ffee")
    text = _read(page(made.object, language))
    number = made.object.issue.number
    for each in (*says, number):
        assert each in text
    # In the running head of every sheet, in the page's own head, and in its title.
    assert text.count(number) == 3


def test_each_version_of_the_contract_is_named_by_its_dates() -> None:
    made = _made(_booked())
    head = _read(page(made.object, "en")).split("Acme, 2026-03")[1]
    assert (
        "Contract eerstelijn (valid until 2026-03-16); eerstelijn (valid from 2026-03-16)" in head
    )
    assert [each.thresholds for each in made.object.contracts] == [[20, 60], [30]]


def test_provisional_and_kept_nowhere_are_said() -> None:
    assert "Final, kept in no archive" in _read(page(_made(_booked()).object, "en"))
    early = _made(_booked(), as_of=parse("2026-03-20T00:00:00Z"))
    assert "· Provisional ·" in _read(page(early.object, "en"))
    assert "· Voorlopig ·" in _read(page(early.object, "nl"))


def test_queue_offered_and_out_of_hours_are_on_the_page() -> None:
    booked = _booked().day("afval", date(2026, 3, 7), line_offered=3, out_of_hours=3, blocked=3)
    text = page(_made(booked).object, "en")
    volumes = _read(text.split('<section class="volumes">')[1].split("</section>")[0])
    assert "To the queue Out of hours" in volumes
    assert "7,040 7,043" not in volumes
    assert re.search(r"Together 7,043 .* 7,040 3 ", volumes)


# ---------------------------------------------------------------- open and heard


def test_a_feed_that_was_heard_in_full_is_one_sentence() -> None:
    made = _made(_booked())
    assert made.object.complete
    text = _read(page(made.object, "en"))
    assert "Heard in all 176 hours in which at least one line was open." in text
    assert "Silent" not in text and "incomplete" not in text.lower()


def test_a_silent_feed_makes_no_full_value_statement() -> None:
    """It stops on Friday the 27th at noon: two and a half working days are missing, and with them
    21 points of malus that are not due."""
    whole, dead = _said(_made(_booked())), _said(_made(_booked("2026-03-27T12:00:00+01:00")))
    assert [each["malus"]["amount"] for each in whole["results"] if each["malus"]] != []
    assert whole["amounts"][0]["malus"] != "0.00" and whole["amounts_withheld"] == []

    assert not dead["complete"]
    assert (dead["heard"]["open"], dead["heard"]["heard"]) == (176, 155)
    (silence,) = dead["heard"]["silences"]
    assert silence == {
        "from": "2026-03-27T11:00:00Z",
        "until": "2026-03-31T15:00:00Z",
        "open": 21,
        "line": None,
        "queue": False,
    }
    # Until the 16th by the first version of the contract: heard. From then on: not enough.
    first, _, second = sorted(dead["results"], key=lambda each: each["from"])
    assert first["complete"] and first["met"] is False and first["malus"]
    assert not second["complete"]
    assert (second["met"], second["malus"], second["points_missed"]) == (None, None, None)
    assert second["by_hours_heard"]["met"] is False
    assert second["by_hours_heard"]["malus"]["amount"] == dead["amounts_withheld"][0]["malus"]
    assert dead["amounts"][0]["malus"] == first["malus"]["amount"]


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
    made = _made(_booked("2026-03-27T12:00:00+01:00"))
    text = _read(page(made.object, language))
    first_sheet = text[: text.index(Writing(language, "UTC").text("caption.results"))]
    for each in says:
        assert each in first_sheet.replace("\N{NO-BREAK SPACE}", " ")


def _with_a_silent_line() -> Issued:
    """Two lines with a forecast; of the second nothing comes from the 27th at noon on, and for an
    hour of the 10th nobody is seen to queue."""
    lines = "".join(
        f'[[line]]\nid = "{line}"\nvendor = "acme"\nhours = "kantoor"\nexpected_per_hour = 40\n'
        f'names = {{ nl = "{nl}", en = "{en}" }}\n'
        for line, nl, en in (("afval", "Afval", "Waste"), ("loket", "Loket", "Desk"))
    )
    booked = Booked(Plan.read(PLAN[: PLAN.index("[[line]]")] + lines))
    silent, unseen = parse("2026-03-27T12:00:00+01:00"), parse("2026-03-10T10:00:00+01:00")
    for scope, start in _booked().intervals:
        for line in ("afval", "loket") if scope.startswith("line:") else ():
            if unseen <= start < unseen + HOUR:
                booked.at(line, start, left_before_queue=10, line_offered=10)
            elif line == "afval" or start < silent:
                booked.at(line, start, answered=6, late=3, abandoned=1)
    return _made(booked)


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
    made = _with_a_silent_line()
    assert made.object.heard is not None
    lines, queue = made.object.heard.silences
    assert (lines.line, lines.queue) == ("loket", False)
    assert (queue.line, queue.queue) == (None, True)
    text = _read(page(made.object, language))
    first_sheet = text[: text.index(Writing(language, "UTC").text("caption.results"))]
    for each in says:
        assert each in first_sheet.replace("\N{NO-BREAK SPACE}", " ")
    table = _read(page(made.object, "en").split('<section class="heard_by_line">')[1])
    assert "Waste 176 176 176 Desk 176 155 155 At least one line 176 176 176" in table


def test_the_hours_of_each_line_are_a_table() -> None:
    made = _made(_booked("2026-03-27T12:00:00+01:00"))
    text = _read(page(made.object, "en").split('<section class="heard_by_line">')[1])
    assert "Waste 176 155 155 At least one line 176 155 155" in text


def test_a_month_of_which_nothing_was_heard_costs_nothing_and_says_so() -> None:
    made = _made(_booked("2026-03-01T00:00:00+01:00"))
    assert not made.object.complete
    assert made.object.heard is not None and made.object.heard.heard == 0
    text = _read(page(made.object, "en"))
    assert "Heard 0 of 176 hours" in text and "0 of 0 targets met; 3 incomplete." in text


# ---------------------------------------------------------------- other forms


def test_every_row_of_the_csv_says_of_which_statement_it_is() -> None:
    made = _made(_booked("2026-03-27T12:00:00+01:00"), issue=1)
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


def test_the_json_says_it_too() -> None:
    found = json.loads(_made(_booked(), issue=1).json)
    assert found["issue"]["issue"] == 1 and len(found["issue"]["digest"]) == 64
    assert found["form"] == 2


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("language", languages())
def test_everything_that_is_counted_has_a_word_of_its_own(language: str) -> None:
    w = Writing(language, "UTC")
    names = {name: counted.name(name, [20, 60, 90], w) for name in (*COUNTS, "longest")}
    other = w.text("tally.other")
    assert [name for name, word in names.items() if word == other] == []
    assert all("_" not in word for word in names.values())
    assert len(set(names.values())) == len(names)
    assert all(w.has(f"counted.{name}") and w.has(f"why.{name}") for name in DISPOSITIONS)


def test_a_count_of_a_later_version_is_not_shown_by_its_name() -> None:
    word = counted.name("served_by_robots", [], Writing("nl", "UTC"))
    assert word == "Iets waarvoor deze versie geen woord heeft"


def _restated(language: str) -> str:
    before, booked = _made(_booked(), issue=1), _booked()
    for day in (10, 20):
        booked.day(
            "afval",
            date(2026, 3, day),
            answered=2,
            late=1,
            abandoned=1,
            wait_sum=512_000_000,
            overflowed=2,
            line_offered=2,
            queue_offered=2,
            queue_overflowed=2,
            service_offered=2,
            service_overflowed=2,
            reach_judged=2,
            reach_overflowed=2,
            service_offered_2=5,
            answered_within_2=4,
            out_abandoned=1,
            talk_sum=60_000_000,
        )
    after = _made(booked, issue=2, replaces=before.object.issue.number)
    events = [
        LateEvent(
            event=kind,
            event_id="g1",
            call_id="c1",
            at="2026-03-10T09:00:00Z",
            arrived="2026-03-16T09:00:00Z",
            revision=1,
        )
        for kind in ("call-start", "menu-choice", "queue", "hangup")
    ]
    reason = "De centrale zond opnieuw"
    found = restated.restate(before, after, 1, reason, events)
    return restated.page(found, after.object, language)


def test_a_restatement_is_in_the_contract_s_words() -> None:
    text = _read(_restated("en"))
    assert "Answered within 20 s: 6 → 8" in text  # until the 16th
    assert "Answered within 30 s: 6 → 8" in text  # from then on, by the second version
    assert "Answered within 60 s: 0 → 4" in text
    assert "Overflowed, judged by the threshold: 0 → 2" in text
    assert "Abandoned, out of hours: 0 → 1" in text
    assert "Sum of the waits of answered calls: 0 s → 512 s" in text
    text = _read(_restated("nl"))
    assert "Beantwoord binnen 20 s: 6 → 8" in text
    assert "Doorgestroomd, beoordeeld met de drempel: 0 → 2" in text
    assert "keuze in het menu" in text


@pytest.mark.parametrize("language", languages())
def test_a_restatement_says_what_it_is_and_what_it_replaces(language: str) -> None:
    text = _read(_restated(language))
    before = _made(_booked(), issue=1).object.issue.number
    after = re.search(r"acme-2026-03-2-[0-9a-f]{8}", text)
    assert after is not None
    assert text.count(after[0]) >= 4 and text.count(before) >= 2


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "Before heard 155 of 176 hours, INCOMPLETE", "After heard 176 of 176 hours"),
        ("nl", "Voor 155 van 176 uren gehoord, ONVOLLEDIG", "Na 176 van 176 uren gehoord"),
    ],
)
def test_what_was_not_heard_and_comes_later_makes_it_complete(
    language: str, before: str, after: str
) -> None:
    """Issue 1 was made while the feed was silent; issue 2 has what the exchange sent since."""
    silent = _made(_booked("2026-03-27T12:00:00+01:00"), issue=1)
    whole = _made(_booked(), issue=2, replaces=silent.object.issue.number)
    found = restated.restate(silent, whole, 1, "laat", [])
    (changed,) = found.results
    assert changed.before is not None and changed.after is not None
    assert (changed.before.complete, changed.before.met, changed.before.malus) == (
        False,
        None,
        None,
    )
    assert changed.after.met is False and changed.after.malus
    text = _read(restated.page(found, whole.object, language))
    assert before in text and after in text


@pytest.mark.parametrize("statement", ["final", "dead", "running", "restated"])
def test_no_name_of_the_code_and_no_english_is_on_a_dutch_page(statement: str) -> None:
    """Every word is of the Dutch catalogue or of the plan; digests and what is typed at a terminal
    are neither."""
    if statement == "restated":
        html = _restated("nl")
    elif statement == "running":
        html = page(_made(_booked(), as_of=parse("2026-03-20T00:00:00Z")).object, "nl")
    else:
        silent = "2026-03-27T12:00:00+01:00" if statement == "dead" else "2026-05-01T00:00:00Z"
        html = page(_made(_booked(silent)).object, "nl")
    text = _read(html, frozenset({"style", "code", "pre"}))
    assert "_" not in text
    known = words(PLAN) | words("Europe/Brussels EUR De centrale zond opnieuw")
    numbers = re.compile(r"acme-2026-03-\S+")
    assert not_of("nl", numbers.sub("", text)) - known == set()
    # The plan's own text has English keys, and must lend none of them.
    english = {"service", "level", "measure", "target", "vendor", "threshold", "hours", "figure"}
    assert words(text) & english == set()
