"""A language is a catalogue: with a third one, statements speak it, and say nothing else.

The third is English from its last letter to its first, so what can still be read forwards stands in
the code or in a template.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.cli import main
from streams.domain.books import INTERVAL, start_of
from streams.domain.instants import parse
from streams.domain.statement.explanation import explain
from streams.sinks.statement import explained, restated
from streams.sinks.statement.page import page
from streams.sinks.statement.plain import Issued
from streams.sinks.statement.restated import LateEvent
from streams.sinks.statement.writing import Writing
from streams.texts import texts
from tests.sinks.statement import march, october
from tests.sinks.statement.pages import read
from tests.stories import Story, at
from tests.texts.reversed_texts import not_of, reversed_texts, words

ALLOWED = (
    *("Acme Calls", "Acme", "Testburg", "Stad"),  # vendors and cities
    *("Waste <&>", "Waste", "Desk", "desk", "migration", "waste", "afval", "loket"),  # lines
    *("eerstelijn", "paid"),  # contracts
    *("in-time", "hung-up", "asa", "reached", "op-tijd", "binnen-de-minuut"),  # measures
    *("busy", "down"),  # exclusions, and their reasons
    *("More <b>calls</b> than agreed", "Telephony & network"),
    *("Europe/Brussels", "EUR"),
    "De centrale zond opnieuw",  # the reason of a restatement
)
"""What the plans of these tests call things by, and nothing else. Each stands there as a whole."""

COMMANDS = re.compile(
    r"<pre>reachline statement --vendor acme --period [\d-]+ --plan NALP --format books STNEVE "
    r"\| sha256sum</pre>"
    r"|<pre>reachline explain --line \w+ --interval [\dT:+-]+ --plan NALP STNEVE</pre>"
)
"""What is typed at a terminal; the names of files in it are texts."""

NUMBERS = re.compile(r"\b[\w-]+-\d{4}-\d\d(-p|-\d)?-[0-9a-f]{8}\b|<code>[0-9a-f]{16,64}…?</code>")
"""Numbers of statements, and digests."""


@pytest.fixture
def third(tmp_path: Path) -> Iterator[str]:
    """The third language."""
    with reversed_texts(tmp_path / "texts") as language:
        yield language


def _left_over(html: str) -> set[str]:
    """The words of a page that are neither of the third language nor of the plan."""
    assert html.count("<pre>") == len(COMMANDS.findall(html))
    assert '<html lang="qaa">' in html
    return _of_none(read(NUMBERS.sub("", COMMANDS.sub("", html))))


def _of_none(text: str) -> set[str]:
    """The words of a text that are neither of the third language nor of the plan."""
    for each in ALLOWED:
        text = re.sub(rf"(?<![\w-]){re.escape(each)}(?![\w-])", "", text)
    return not_of("qaa", text)


def _statements() -> dict[str, Issued]:
    early = parse("2026-03-20T00:00:00Z")
    silent = march.booked("2026-03-27T12:00:00+01:00")
    booked = october.booked()
    return {
        "final": march.made(march.booked(), issue=2, replaces="acme-2026-03-1-00c0ffee"),
        "silent": march.made(silent),
        "early": march.made(march.booked(), as_of=early),
        "a silent line": march.with_a_silent_line(),
        "all figures": october.made(booked, issue=1),
        "running": october.made(booked, parse("2026-10-20T00:00:00Z")),
    }


@pytest.mark.parametrize(
    "name", ["final", "silent", "early", "a silent line", "all figures", "running"]
)
def test_a_statement_says_no_word_of_another_language(name: str, third: str) -> None:
    assert _left_over(page(_statements()[name].object, third)) == set()


def test_a_restatement_says_no_word_of_another_language(third: str) -> None:
    before = march.made(march.booked("2026-03-27T12:00:00+01:00"), issue=1)
    after = march.made(march.booked(), issue=2, replaces=before.object.issue.number)
    events = [
        LateEvent(event=kind, event_id="g1", call_id="c1", at=instant, arrived=None, revision=1)
        for kind in ("call-start", "menu-choice", "queue", "hangup")
        for instant in ("2026-03-10T09:00:00Z",)
    ]
    found = restated.restate(before, after, 1, "De centrale zond opnieuw", events)
    assert _left_over(restated.page(found, after.object, third)) == set()


def test_an_explanation_says_no_word_of_another_language(third: str) -> None:
    plan = october.booked().plan
    answered = (
        Story("c1").start("10:00").enter("10:00:10", "waste", 1).answer("10:00:40", "waste", 1)
    )
    answered.leave("10:01", "waste", "transfer", to="desk").hang_up("10:02").answer("10:03", "desk")
    gone = Story("c2", "p1").start("10:01").enter("10:01:10", "waste", 1).hang_up("10:03")
    contacts = [answered.contact(), gone.contact()]
    span = start_of(at("10:00"), INTERVAL), start_of(at("10:00"), INTERVAL) + INTERVAL
    found, tally = explain(contacts, plan, "waste", *span, at("12:00"))
    of = explained.explain("waste", *span, found, tally)
    assert len(of.visits) == 2
    nothing = explained.explain("waste", *span, [], tally)
    w = Writing(third, "UTC")
    for each in (of, nothing):
        assert _of_none(explained.as_text(each, w)) == set()
        assert _left_over(explained.as_html(each, w)) == set()


def test_a_word_that_stands_in_a_template_is_seen(
    third: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = page(_statements()["final"].object, third)
    assert _left_over(html.replace("</h1>", " Provisional</h1>")) == {"provisional"}
    assert _left_over(html.replace("</h1>", " Voorlopig</h1>")) == {"voorlopig"}


def test_the_marks_of_numbers_are_the_catalogue_s(tmp_path: Path) -> None:
    with reversed_texts(tmp_path / "texts") as language:
        terms = tmp_path / "texts" / language / "terms.toml"
        said = terms.read_text().replace('"decimal" = "."', '"decimal" = "·"')
        terms.write_text(said.replace('"thousands" = ","', '"thousands" = "\'"'))
        texts.cache_clear()
        assert Writing(language, "UTC").number(1234567.5) == "1'234'567·5"


def test_the_commands_speak_it(
    third: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["statement", "--help"])
    assert "{en,nl,qaa}" in capsys.readouterr().out


@pytest.mark.parametrize("statement", ["final", "dead", "running", "restated"])
def test_no_name_of_the_code_and_no_english_is_on_a_dutch_page(statement: str) -> None:
    """Every word is of the Dutch catalogue or of the plan; digests and what is typed at a terminal
    are neither."""
    if statement == "restated":
        html = restated.page(*march.restatement(), "nl")
    elif statement == "running":
        html = page(march.made(march.booked(), as_of=parse("2026-03-20T00:00:00Z")).object, "nl")
    else:
        silent = "2026-03-27T12:00:00+01:00" if statement == "dead" else "2026-05-01T00:00:00Z"
        html = page(march.made(march.booked(silent)).object, "nl")
    text = read(html, frozenset({"style", "code", "pre"}))
    assert "_" not in text
    known = words(march.PLAN) | words("Europe/Brussels EUR De centrale zond opnieuw")
    numbers = re.compile(r"acme-2026-03-\S+")
    assert not_of("nl", numbers.sub("", text)) - known == set()
    # The plan's own text has English keys, and must lend none of them.
    english = {"service", "level", "measure", "target", "vendor", "threshold", "hours", "figure"}
    assert words(text) & english == set()
