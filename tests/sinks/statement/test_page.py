"""A statement as a page that is read, printed and listened to; and as CSV."""

import ast
import csv
import io
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from streams.domain.figures import measures
from streams.domain.instants import parse
from streams.domain.ledger import GRACE
from streams.domain.statement.counting import in_seconds
from streams.domain.statement.periods import midnight
from streams.sinks.statement import plain, rendering, sheet
from streams.sinks.statement.issue import issued
from streams.sinks.statement.page import page
from streams.sinks.statement.plain import Issued
from streams.sinks.statement.writing import Writing
from streams.texts import languages, texts
from tests.statements import FOREVER, Booked, plan

CONTRACT = """
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
    scope = "pooled"
        [contract.measure.malus]
        per_point = 750
        cap = 6000
    [[contract.measure]]
    id = "hung-up"
    figure = "abandonment"
    target = 0.05
        [contract.measure.bonus]
        per_point = 0.5
        unit = "percent_of_fee"
    [[contract.measure]]
    id = "asa"
    figure = "average_speed_of_answer"
    target = 30
    period = "daily"
    [[contract.measure]]
    id = "reached"
    figure = "reachability"
    target = 0.60
    period = "quarterly"
    [[contract.exclusion]]
    id = "busy"
    kind = "volume"
    above = 1.2
    reason = "More <b>calls</b> than agreed"
    [[contract.exclusion]]
    id = "down"
    kind = "cause"
    causes = ["lost", "blocked"]
    reason = "Telephony & network"
"""
LINES = """
[[hours]]
id = "from-ten"
daily = "10:00-10:15"
exceptions = [
    { date = 2026-10-25, open = "09:00-09:15" },  # ten hours after midnight: the clock goes back
    { from = 2026-10-29, until = 2026-11-01, open = "closed" },
]
[[line]]
id = "waste"
vendor = "acme"
hours = "from-ten"
names = { nl = "Afval <&>", en = "Waste <&>" }
expected_per_hour = 200
[[line]]
id = "migration"
vendor = "acme"
hours = "from-ten"
"""
NOW = parse("2026-11-02T09:30:00Z")


def _booked() -> Booked:
    booked = Booked(plan(CONTRACT, LINES))
    for day in range(1, 29):
        booked.day("waste", date(2026, 10, day), answered=60, late=3 * day, abandoned=2)
        booked.day("migration", date(2026, 10, day), answered=10, late=1, wait_sum=440_000_000)
    return booked.day(
        "waste",
        date(2026, 10, 6),
        line_offered=3,
        queue_offered=3,
        lost=3,
        service_offered=3,
        service_lost=3,
        queue_lost=3,
        reach_judged=3,
        reach_lost=3,
    )


def _page(language: str = "en", as_of: int = FOREVER) -> str:
    booked = _booked()
    return page(_made(booked, as_of).object, language)


def _made(booked: Booked, as_of: int = FOREVER, issue: int | None = None) -> Issued:
    found = booked.of("acme", "2026-10", as_of)
    return issued(plain.make(booked.plan, found, booked.intervals), NOW, issue)


class _Reader(HTMLParser):
    """What a browser and a screen reader see of a page."""

    VOID = frozenset({"meta", "br", "circle", "path", "rect", "polyline"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def count(self, tag: str) -> int:
        return sum(each == tag for each, _ in self.seen)


def _read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


@pytest.mark.parametrize("language", languages())
def test_the_page_is_whole_and_accessible(language: str) -> None:
    reader = _read(_page(language))
    assert reader.seen[0] == ("html", {"lang": language})
    assert reader.count("main") == reader.count("h1") == reader.count("title") - reader.count("svg")
    # Every table says what it is, and every cell can be told by its row and column.
    assert reader.count("table") == reader.count("caption") > 5
    headings = [attributes for tag, attributes in reader.seen if tag == "th"]
    assert all(each.get("scope") in ("row", "col") for each in headings)
    # Every plot has its numbers in words.
    assert reader.count("svg") == reader.count("desc") == reader.count("figcaption") == 2
    assert all(a.get("role") == "img" for tag, a in reader.seen if tag == "svg")


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    text = _page()
    reader = _read(text)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in reader.seen}
    assert not any("src" in a or "href" in a or "style" in a for _, a in reader.seen)
    assert "url(" not in text and "@import" not in text and "http" not in text


def test_it_prints_on_a4_and_no_row_is_torn() -> None:
    text = _page()
    assert "@page { size: A4;" in text
    assert "tr { break-inside: avoid; }" in text


def test_names_and_reasons_of_the_plan_are_text_and_not_markup() -> None:
    text = _page()
    assert "Waste &lt;&amp;&gt;" in text
    assert "More &lt;b&gt;calls&lt;/b&gt; than agreed" in text
    assert "<b>" not in text


def test_a_page_says_everything_once_in_each_language() -> None:
    english, dutch = " ".join(_read(_page("en")).text), " ".join(_read(_page("nl")).text)
    for text in (
        "Service statement for Testburg",
        "Acme Calls, 2026-10",
        "745 hours",
        "capped",
        "✗ missed",
        "✓ met",
        "Behind the pooled results",
        "calls above 1.2 x the forecast",
        "causes: Lost, Blocked",
        "These books balance",
    ):
        assert text in english
    for text in (
        "Dienstverleningsafrekening voor Testburg",
        "745 uur",
        "begrensd",
        "✗ niet gehaald",
        "Achter de samengevoegde uitkomsten",
        "Deze boeken sluiten",
    ):
        assert text in dutch
    assert "sha256sum" in english and "reachline explain --line waste" in english


def test_every_text_is_named_by_something() -> None:
    """By its path, or by the path's beginning before a name that code or template puts behind."""
    streams = Path(rendering.__file__).parents[2]
    named: set[str] = set()
    for file in streams.glob("sinks/statement/*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
    for file in streams.glob("sinks/statement/templates/*.*"):
        for const in Environment().parse(file.read_text()).find_all(nodes.Const):
            named.add(str(const.value))
        named |= set(re.findall(r"section\(\"(\w+)\"", file.read_text()))
    beginnings = tuple(each for each in named if re.fullmatch(r"([a-z]+\.)+([a-z]+_)?", each))
    every = texts("en").paths()
    paths = {path.removeprefix("statement.") for path in every if path.startswith("statement.")}
    unnamed = {
        path
        for path in paths
        if not {path, re.sub(r"\.(one|other)$", "", path)} & named
        and not path.startswith(beginnings)
    }
    assert unnamed == set()


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("figure", measures())
def test_a_figure_that_a_contract_may_measure_has_its_words(figure: str, language: str) -> None:
    """Its name, its definition and, of a duration, what it was counted from."""
    w = Writing(language, "UTC")
    definition = w.has(f"definition.{figure}") or figure == "service_level"  # one per formula
    counted = w.has(f"result.count_{figure}") or not in_seconds(figure)
    assert (w.has(f"figure.{figure}"), definition, counted) == (True, True, True)


def test_a_running_month_warns_and_tells_what_is_left() -> None:
    booked = _booked()
    as_of = midnight(date(2026, 10, 20), booked.plan.zone)
    text = " ".join(_read(_page("en", as_of)).text)
    assert "This statement knows the period up to 2026-10-20 00:00." in text
    assert "What would be due so far" in text
    assert "The period is not over." in text
    assert "Misses left" in text and "nine times in ten" in text
    final = " ".join(_read(_page("en")).text)
    assert "This statement knows" not in final and "Misses left" not in final


@pytest.mark.parametrize(
    ("value", "met", "shown"),
    [
        (0.8, True, "80.00"),
        (0.799999, False, "79.9999"),  # never shown as the 80 % that it is not
        (0.79996, False, "79.996"),
        (0.5, False, "50.00"),
    ],
)
def test_a_result_is_shown_on_its_side_of_the_target(value: float, met: bool, shown: str) -> None:
    w = Writing("en", "UTC")
    assert w.measured(value, 0.8, met, "service_level") == shown + "\N{NO-BREAK SPACE}%"


def test_numbers_as_the_reader_writes_them() -> None:
    assert Writing("en", "UTC").number(1234567.5) == "1,234,567.5"
    assert Writing("nl", "UTC").number(1234567.5) == "1.234.567,5"
    assert Writing("nl", "UTC").money("-12.3", "money", "EUR") == "EUR\N{NO-BREAK SPACE}-12,30"


def test_csv_has_every_result_and_every_day() -> None:
    made = _made(_booked())
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


def test_json_has_sorted_keys_and_says_when_only_while_it_is_provisional() -> None:
    booked = _booked()
    ends = booked.of("acme", "2026-10").end
    first, second = (
        plain.make(booked.plan, booked.of("acme", "2026-10", as_of), booked.intervals)
        for as_of in (ends + GRACE, FOREVER)
    )
    assert first.json == second.json
    keys = re.findall(r'^  "(\w+)":', first.json.decode(), re.MULTILINE)
    assert keys == sorted(keys)
    running = plain.make(booked.plan, booked.of("acme", "2026-10", ends - 1), booked.intervals)
    assert running.content.provisional is not None
    assert running.content.provisional.as_of == "2026-10-31T22:59:59.999999Z"
