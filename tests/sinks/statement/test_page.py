"""A statement as a page that is read, printed and listened to."""

import ast
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from streams.domain.figures import measures
from streams.domain.statement.periods import midnight
from streams.sinks.statement import rendering
from streams.sinks.statement.page import page
from streams.sinks.statement.writing import Writing
from streams.texts import languages, texts
from tests.sinks.statement import october
from tests.statements import FOREVER


def _page(language: str = "en", as_of: int = FOREVER) -> str:
    booked = october.booked()
    return page(october.made(booked, as_of).object, language)


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
    """Its name and its definition."""
    w = Writing(language, "UTC")
    definition = w.has(f"definition.{figure}") or figure == "service_level"  # one per formula
    assert (w.has(f"figure.{figure}"), definition) == (True, True)


def test_a_running_month_warns_and_tells_what_is_left() -> None:
    booked = october.booked()
    as_of = midnight(date(2026, 10, 20), booked.plan.zone)
    text = " ".join(_read(_page("en", as_of)).text)
    assert "This statement knows the period up to 2026-10-20 00:00." in text
    assert "What would be due so far" in text
    assert "The period is not over." in text
    assert "Misses left" in text and "nine times in ten" in text
    final = " ".join(_read(_page("en")).text)
    assert "This statement knows" not in final and "Misses left" not in final
