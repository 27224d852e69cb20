"""Alerts as metrics: which are open, 0 for who asks for it, and whether anybody hears of them."""

from collections.abc import Sequence

from prometheus_client.core import Metric

from streams.domain.alarms import SEAL
from streams.domain.board import Board
from streams.domain.detector.alert import ALERT_KINDS
from streams.domain.instants import MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE
from streams.sinks.alert_metrics import AlertsCollector
from streams.sinks.alert_texts import SEVERITIES
from streams.sinks.alertmanager import Alertmanagers
from tests import metrics
from tests.alerts import NOON
from tests.plans import town

PLAN = Plan.read(town(zone="Europe/Brussels"))


WAIT = 15 * MINUTE
"""After which somebody is forgotten."""


def _board(*waiting: int) -> Board:
    """Two lines; in the queue of waste some have been forgotten, at these instants."""
    board = Board(PLAN, 1, [CITY, LINE + "waste", LINE + "desk"])
    for n, at in enumerate(waiting):
        board.alarms.apply_for_good([("waste", at - WAIT, "E", f"c{n}/1", "", 0, 0)])
        board.alarms.advance(at + SEAL)
    board.apply_watermark(0, NOON + 2 * MINUTE)
    board.advance()
    return board


def _families(boards: Sequence[Board], zeros: bool = False) -> list[Metric]:
    nobody = Alertmanagers([], PLAN)
    return list(AlertsCollector(PLAN, lambda: boards, nobody, zeros).collect())


def test_who_asks_for_zeros_gets_every_kind_of_every_line_open_or_not() -> None:
    families = _families([_board(NOON)], zeros=True)
    found = {
        (line, kind): metrics.value(
            families,
            "contact_alert_open",
            line=line,
            vendor={"waste": "scheldelijn", "desk": "city"}[line],
            kind=kind,
            severity="notice" if (line, kind) == ("waste", "forgotten") else SEVERITIES[kind][0],
        )
        for line in ("waste", "desk")
        for kind in ALERT_KINDS
    }
    assert found.pop(("waste", "forgotten")) == 1
    assert set(found.values()) == {0}


def test_of_alerts_that_are_not_open_there_is_no_series() -> None:
    (open_,) = (f for f in _families([_board(NOON)]) if f.name == "contact_alert_open")
    of = {"line": "waste", "vendor": "scheldelijn", "kind": "forgotten", "severity": "notice"}
    assert [(sample.labels, sample.value) for sample in open_.samples] == [(of, 1)]


def test_a_board_that_stands_as_of_no_instant_yet_says_nothing() -> None:
    board = Board(PLAN, 2, [LINE + "waste"])
    board.alarms.apply_for_good([("waste", NOON - WAIT, "E", "c/1", "", 0, 0)])
    board.alarms.advance(NOON + SEAL)
    board.apply_watermark(0, NOON)
    assert board.alarms.open()
    for zeros in (False, True):
        (open_,) = (f for f in _families([board], zeros) if f.name == "contact_alert_open")
        assert open_.samples == []


def test_an_open_alert_says_since_when_and_of_how_many_people() -> None:
    board = Board(PLAN, 1, [CITY, LINE + "waste"])
    waits = [("waste", NOON - WAIT + n * SECOND, "E", f"c{n}/1", "", 0, 0) for n in range(2)]
    board.alarms.apply_for_good(waits)
    board.alarms.advance(NOON + SECOND + SEAL)
    board.apply_watermark(0, NOON + 2 * MINUTE)
    families = _families([board])
    of = {"line": "waste", "vendor": "scheldelijn", "kind": "forgotten"}
    since = metrics.value(families, "contact_alert_since_timestamp_seconds", **of)
    assert since == (NOON - WAIT) / SECOND
    assert metrics.value(families, "contact_alert_people", **of) == 2
    page = of | {"severity": "page"}
    assert metrics.value(families, "contact_alert_open", **page) == 1
    # Of what is not open there is nothing to say.
    assert [len(f.samples) for f in families if f.name == "contact_alert_people"] == [1]


def test_lines_that_nobody_owns_have_no_series() -> None:
    (open_,) = (f for f in _families([]) if f.name == "contact_alert_open")
    assert open_.samples == []


def test_what_came_after_its_seal_is_counted_over_all_boards() -> None:
    # Two of the scopes that a line's facts are fed to pass each of them over: its own, the city's.
    late = _board(NOON, NOON - MINUTE), _board(NOON, NOON - MINUTE, NOON - MINUTE)
    # The alarms of a board seal once, so the late ones wait for the next seal.
    for board in late:
        board.alarms.advance(NOON + 2 * SEAL)
    assert metrics.value(_families(late), "contact_decisions_passed_over") == 6


async def test_delivery_fails_when_no_alertmanager_accepts_and_each_is_seen_by_its_name() -> None:
    async def refuses(*_: object) -> None:
        raise ConnectionRefusedError("refused")

    stream = Alertmanagers(["http://a:9093", "http://b:9093"], PLAN)
    collector = AlertsCollector(PLAN, list, stream)

    def said() -> tuple[float | None, ...]:
        found = list(collector.collect())
        return (
            metrics.value(found, "contact_alertmanager_up", alertmanager="a:9093"),
            metrics.value(found, "contact_alertmanager_up", alertmanager="b:9093"),
            metrics.value(found, "contact_alert_delivery_failing"),
        )

    a, b = stream.peers
    assert said() == (1, 1, 0)
    await stream.round(a, refuses)
    assert said() == (0, 1, 0)
    await stream.round(b, refuses)
    assert said() == (0, 0, 1)
