"""Lines that have ended in the plan, and lines that have not begun: on which wall, in which series.

``before`` and its vendor ended a year ago, ``leaving`` at Wednesday's midnight, ``coming`` begins
then, ``always`` is there throughout. The clock is the city's, which is UTC here::

    Tuesday 23:00        Wednesday 0:00          1:00
    last call of leaving | leaving ends           | the last window has passed it

It is longer than a module should be, because one line is followed through every wall and series.
"""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from streams.domain.board import Board
from streams.domain.books import INTERVAL, SLOT, books
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.statement import parse, statement
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.engine.roles.line_owner import scopes_of
from streams.engine.roles.routes import Routes
from streams.sinks import report
from streams.sinks.alert_metrics import AlertsCollector
from streams.sinks.alertmanager import Alertmanagers
from streams.sinks.links import Links
from streams.sinks.live import live_figures, merged
from streams.sinks.prometheus import ShownScopes
from tests import metrics
from tests.stories import Story, at, contacts

PLAN = Plan.read(
    """
    [city]
    name = "Testburg"
    [[vendor]]
    id = "gone"
    name = "Gone Calls"
    [[vendor]]
    id = "leaver"
    name = "Leaver Calls"
    [[vendor]]
    id = "comer"
    name = "Comer Calls"
    [[vendor]]
    id = "stayer"
    name = "Stayer Calls"
    [[line]]
    id = "before"
    vendor = "gone"
    valid_until = 2025-01-01
    [[line]]
    id = "leaving"
    vendor = "leaver"
    valid_until = 2026-11-18
    [[line]]
    id = "coming"
    vendor = "comer"
    valid_from = 2026-11-18
    [[line]]
    id = "always"
    vendor = "stayer"
    """
)
MIDNIGHT = at("0:00")
EVENING = MIDNIGHT - HOUR
TUESDAY = {"always": "stayer", "leaving": "leaver"}
WEDNESDAY = {"always": "stayer", "coming": "comer"}


class Wall:
    """A board with all lines of the plan, and everything that is made of it."""

    def __init__(self, plan: Plan = PLAN) -> None:
        self.plan = plan
        self.board = Board(plan, 1, scopes_of(plan, Routes(1, 1, 1), 0))
        nobody = Alertmanagers([], plan, Links("", ""), clock=lambda: 0, certain=lambda: True)
        self._scopes = ShownScopes(plan, lambda: [self.board])
        self._alerts = AlertsCollector(plan, lambda: [self.board], nobody, zeros=True)

    def called(self, line: str, when: int, vendor: str = "leaver") -> "Wall":
        """Somebody called the line and was answered."""
        tally = Tally.of(line_offered=1, answered=1, contacts=1)
        for scope in (LINE + line, VENDOR + vendor, CITY):
            for width in (SLOT, INTERVAL):
                self.board.apply_figures(scope, 0, width, when - when % width, tally, False)
        return self

    def waits(self, line: str, count: int, since: int | None) -> "Wall":
        self.board.apply_waiting(LINE + line, 0, count, since)
        return self

    def until(self, now: int) -> "Wall":
        self.board.apply_watermark(0, now)
        self.board.advance()
        self.board.alarms.advance(now)
        return self

    def live(self, now: int) -> dict[str, str]:
        """The lines on the live page, with their vendors."""
        shown = live_figures(self.plan, [self.board], now)
        return {line["line"]: line["vendor"] for line in shown["lines"]}

    def series(self) -> tuple[set[str], set[str]]:
        """The lines and the vendors of any series on the page."""
        found: tuple[set[str], set[str]] = set(), set()
        for family in metrics.read(self._scopes, self._alerts):
            for sample in family.samples:
                for names, label in zip(found, ("line", "vendor"), strict=True):
                    if label in sample.labels:
                        names.add(sample.labels[label])
        return found

    def is_of(self, lines: dict[str, str], now: int) -> None:
        assert self.live(now) == lines
        assert self.series() == (set(lines), set(lines.values()))


def test_who_ended_long_ago_and_who_has_not_begun_are_on_no_wall_and_in_no_series() -> None:
    Wall().until(EVENING).is_of(TUESDAY, EVENING)


def test_at_midnight_lines_leave_and_come_without_a_restart() -> None:
    wall = Wall().until(MIDNIGHT - 1)
    wall.is_of(TUESDAY, MIDNIGHT - 1)
    wall.until(MIDNIGHT).is_of(WEDNESDAY, MIDNIGHT)


@pytest.mark.parametrize(
    ("now", "there"),
    [
        (MIDNIGHT, True),
        (MIDNIGHT + 50 * MINUTE, True),
        (MIDNIGHT + 59 * MINUTE + 49 * SECOND, True),
        (MIDNIGHT + 59 * MINUTE + 50 * SECOND, False),
        (MIDNIGHT + 10 * HOUR, False),
    ],
)
def test_a_line_that_ended_stays_until_the_windows_have_passed_its_last_call(
    now: int, there: bool
) -> None:
    """The last call begins in the slot from 23:59:50."""
    wall = Wall().called("leaving", MIDNIGHT - 2 * SECOND).until(now)
    wall.is_of(WEDNESDAY | ({"leaving": "leaver"} if there else {}), now)


def test_a_line_that_ends_at_noon_stays_while_today_has_its_calls() -> None:
    noon = at("12:00")
    plan = Plan.read(
        """
        [city]
        name = "Testburg"
        [[line]]
        id = "always"
        [[vendor]]
        id = "leaver"
        name = "Leaver Calls"
        [[line]]
        id = "leaving"
        vendor = "leaver"
        valid_until = 2026-11-18T12:00:00Z
        """
    )
    stays, lines = {"always": "city"}, {"always": "city", "leaving": "leaver"}
    wall = Wall(plan).called("leaving", at("9:00")).until(noon)
    wall.is_of(lines, noon)
    wall.until(at("23:59")).is_of(lines, at("23:59"))
    wall.until(at("24:00")).is_of(stays, at("24:00"))
    quiet = Wall(plan).until(noon)
    quiet.is_of(stays, noon)


def test_while_somebody_waits_there_it_stays() -> None:
    """Since before an hour ago and yesterday: in no window, but on the phone."""
    late = MIDNIGHT + 2 * HOUR
    wall = Wall().waits("leaving", 1, EVENING - HOUR).until(late)
    lines = WEDNESDAY | {"leaving": "leaver"}
    assert wall.live(late) == lines and wall.series()[0] == set(lines)
    wall.waits("leaving", 0, None)
    wall.is_of(WEDNESDAY, late)


def test_while_an_alert_of_it_is_open_it_stays() -> None:
    """The line closed for good on somebody who goes on waiting for a while."""
    wall = Wall()
    wall.board.alarms.apply_for_good(
        [("leaving", MIDNIGHT - 16 * MINUTE, "E+u.", "call/1", "", HOUR, 0)]
    )
    wall.until(MIDNIGHT + 10 * MINUTE)
    assert [alert.line for alert in wall.board.alarms.open()] == ["leaving"]
    assert "leaving" in wall.live(MIDNIGHT + 10 * MINUTE) and "leaving" in wall.series()[0]
    wall.until(MIDNIGHT + 2 * HOUR).is_of(WEDNESDAY, MIDNIGHT + 2 * HOUR)


def test_a_vendor_goes_with_its_last_line_and_stays_for_another() -> None:
    handed_over = Plan.read(
        """
        [city]
        name = "Testburg"
        [[vendor]]
        id = "one"
        name = "One"
        [[vendor]]
        id = "other"
        name = "Other"
        [[line]]
        id = "a"
        vendor = "one"
        valid_until = 2026-11-18
        [[line]]
        id = "a"
        vendor = "other"
        valid_from = 2026-11-18
        [[line]]
        id = "b"
        vendor = "other"
        valid_until = 2026-11-18
        """
    )
    wall = Wall(handed_over).until(MIDNIGHT - 1)
    wall.is_of({"a": "one", "b": "other"}, MIDNIGHT - 1)
    wall.until(MIDNIGHT).is_of({"a": "other"}, MIDNIGHT)


def test_a_line_between_two_times_of_its_own_is_not_there_meanwhile() -> None:
    seasonal = Plan.read(
        """
        [city]
        name = "Testburg"
        [[line]]
        id = "always"
        [[line]]
        id = "tax"
        valid_until = 2026-06-01
        [[line]]
        id = "tax"
        valid_from = 2027-05-01
        """
    )
    wall = Wall(seasonal).until(MIDNIGHT)
    assert set(wall.live(MIDNIGHT)) == {"always"} == wall.series()[0]
    spring = at("9:00", "2027-05-03")
    assert set(wall.until(spring).live(spring)) == {"always", "tax"} == wall.series()[0]


def test_a_worker_that_catches_up_shows_the_lines_of_the_time_that_it_has_come_to() -> None:
    """As of Tuesday; the page is asked on Wednesday, and names what is there by then, too."""
    wall = Wall().until(EVENING)
    assert wall.series()[0] == set(TUESDAY)
    assert set(wall.live(at("12:00"))) == {"always", "leaving", "coming"}


def test_a_peers_page_brings_no_ended_line_back() -> None:
    mine, other = (live_figures(PLAN, boards, MIDNIGHT) for boards in ([], _boards()))
    assert [line["line"] for line in merged(mine, [other])["lines"]] == ["always", "coming"]


def _boards() -> Iterable[Board]:
    return [Wall().until(MIDNIGHT).board]


def test_without_a_plan_every_line_that_was_heard_of_stays() -> None:
    """Also on a worker that has read no event of it: its figures come from another."""
    board = Board(Plan.default(), 1, [CITY])
    for scope in (LINE + "waste", VENDOR + "city"):
        board.apply_figures(scope, 0, SLOT, EVENING, Tally.of(line_offered=1), False)
    board.apply_watermark(0, EVENING)
    board.advance()
    board.apply_watermark(0, EVENING + 50 * HOUR)
    board.advance()
    assert board.shown() == [CITY, LINE + "waste", VENDOR + "city"]


def test_a_board_that_does_not_know_its_instant_shows_nothing() -> None:
    assert Board(PLAN, 1, [CITY, LINE + "always"]).shown() == []


# Files


def _replayed(*stories: Story) -> dict[str, Any]:
    facts = [fact for story in stories for fact in story.facts]
    found = books(contacts(facts), PLAN, max(when for _, when in facts))
    shown: dict[str, Any] = json.loads(report.as_json(found, {}))
    for text in (report.as_csv(found), report.as_table(found, PLAN)):
        assert "always" in text and "before" not in text.replace("before_queue", "")
    return shown


def test_a_replay_shows_the_lines_of_the_time_of_its_events() -> None:
    tuesday = Story("a").start(EVENING).enter(EVENING, "always").hang_up(EVENING + MINUTE)
    wednesday = Story("b").start(at("9:00")).enter(at("9:00"), "always").hang_up(at("9:01"))
    assert list(_replayed(tuesday)["lines"]) == ["always", "leaving"]
    assert list(_replayed(wednesday)["lines"]) == ["always", "coming"]
    assert list(_replayed(tuesday, wednesday)["lines"]) == ["always", "coming", "leaving"]


def test_a_statement_of_its_time_has_the_line_still() -> None:
    call = Story("a").start(EVENING).enter(EVENING, "leaving").answer(EVENING + SECOND, "leaving")
    found = books(contacts(call.hang_up(EVENING + MINUTE).facts), PLAN, at("9:00"), INTERVAL)
    of = statement(PLAN, "leaver", parse("2026-11"), found.intervals, at("9:00", "2026-12-02"))
    assert [holding.line for holding in of.lines] == ["leaving"]
    assert of.totals["leaving"]["answered"] == 1
