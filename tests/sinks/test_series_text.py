"""What is written of a scope is kept until it changes, and then only that is written again."""

import re
from datetime import date

from prometheus_client.exposition import generate_latest

from streams.domain.board import Board
from streams.domain.books import SLOT
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.statement.periods import midnight
from streams.domain.tally import LINE, Tally
from streams.sinks.prometheus import AS_READ, STATUS, ShownScopes
from streams.sinks.series import Counted, Kind, Series
from streams.sinks.series_text import SeriesText
from tests.alerts import NOON
from tests.plans import ANTWERP


class Asked:
    """Two lines with one series, and when that is asked for its value."""

    def __init__(self) -> None:
        self.of: list[tuple[str, int]] = []
        series = Series("answered", "Answered", {"window": "15m"}, self._value)
        lines = Kind("contact_line_", "line", {"15m": (series,)}, ())
        self.board = Board(ANTWERP, 1, [LINE + "desk", LINE + "waste"])
        kinds = AS_READ._replace(lines=lines)
        self.scopes = ShownScopes(ANTWERP, lambda: [self.board], kinds=kinds)
        self.text = SeriesText(generate_latest)  # type: ignore[arg-type]

    def _value(self, counted: Counted) -> int:
        self.of.append((counted.shown.own, counted["answered"]))
        return counted["answered"]

    def call(self, line: str, answered: int, now: int) -> None:
        """So many answered calls by now, in the running slot of noon."""
        tally = Tally.of(answered=answered)
        start = NOON // SLOT * SLOT
        self.board.apply_figures(LINE + line, 0, SLOT, start, tally, False)
        self.pass_to(now)

    def pass_to(self, now: int) -> None:
        """Time goes by."""
        self.board.apply_watermark(0, now)
        self.board.advance()

    def page(self) -> str:
        self.of.clear()
        return b"".join(self.text.write(self.scopes)).decode()


def test_only_the_line_that_changed_is_written_again() -> None:
    city = Asked()
    city.call("waste", 3, NOON)
    page = city.page()
    assert sorted(city.of) == [("desk", 0), ("waste", 3)]
    assert 'contact_line_answered{line="waste",window="15m"} 3.0\n' in page
    assert city.page() == page
    assert city.of == []
    city.call("waste", 4, NOON + SECOND)
    assert city.page() == page.replace("3.0\n", "4.0\n")
    assert city.of == [("waste", 4)]


def test_what_leaves_a_window_is_written_again() -> None:
    city = Asked()
    city.call("waste", 3, NOON)
    city.pass_to(NOON + 14 * MINUTE)
    city.page()
    city.pass_to(NOON + 16 * MINUTE)
    assert 'contact_line_answered{line="waste",window="15m"} 0.0\n' in city.page()
    assert city.of == [("waste", 0)]


def test_a_line_that_changed_hands_is_written_from_what_its_new_board_knows() -> None:
    city = Asked()
    city.call("waste", 3, NOON)
    city.page()
    city.board.scopes[LINE + "waste"] = Board(ANTWERP, 1, [LINE + "waste"]).scopes[LINE + "waste"]
    assert 'contact_line_answered{line="waste",window="15m"} 0.0\n' in city.page()


def test_the_others_get_their_turn_after_each_scope_and_each_family() -> None:
    city = Asked()
    city.call("desk", 1, NOON)
    pieces = list(city.text.write(city.scopes))
    assert [bool(piece) for piece in pieces] == [False, False, True]


def test_a_line_that_closes_says_so_though_nobody_called() -> None:
    """No window has changed; what holds at the line has."""
    board = Board(ANTWERP, 1, [LINE + "waste"])
    scopes, text = ShownScopes(ANTWERP, lambda: [board]), SeriesText(generate_latest)  # type: ignore[arg-type]

    def status(before_six: int) -> list[str]:
        six = midnight(date(2026, 3, 2), ANTWERP.zone) + 18 * HOUR
        board.apply_watermark(0, six - before_six)
        board.advance()
        page = b"".join(text.write(scopes)).decode()
        return re.findall(r'contact_line_status\{line="waste"\} (\S+)', page)

    assert status(MINUTE) == [f"{STATUS['no_data']}.0"]
    assert status(0) == [f"{STATUS['closed']}.0"]
