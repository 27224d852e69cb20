"""What is usual of a line is a metric, as of the hour that its board stands at."""

from streams.domain.alarms import SEAL
from streams.domain.board import Board
from streams.domain.decisions import Told
from streams.domain.instants import DAY, HOUR, MINUTE
from streams.domain.tally import CITY
from streams.sinks.usual_metrics import UsualCollector
from tests import metrics
from tests.stories import PLAN, at

TEN = at("10:00")  # a Wednesday


def called(day: int, an_hour: int) -> list[Told]:
    """Contacts of line waste between ten and noon of a day, every fifth into no queue."""
    begin = TEN + day * DAY
    step = HOUR // an_hour
    return [
        ("waste", begin + n * step, "Nb" if n % 5 == 0 else "E+r1s+t", f"{day}-{n}/1", "", 5, 60)
        for n in range(2 * an_hour)
    ]


def test_it_is_that_of_the_hour_once_a_week_is_learnt() -> None:
    board = Board(PLAN, 1, [CITY])
    collector = UsualCollector(lambda: [board])
    for day in range(9):
        board.alarms.apply_for_good(called(day, 30))
    board.alarms.advance(TEN + 8 * DAY + HOUR + SEAL)
    assert metrics.value(list(collector.collect()), "contact_line_usual_days", line="waste") is None
    for now, contacts in ((TEN + 8 * DAY + MINUTE, 30), (TEN + 8 * DAY + 5 * HOUR, 0)):
        board.apply_watermark(0, now)
        found = list(collector.collect())
        rate = metrics.value(found, "contact_line_usual_contacts_per_hour", line="waste")
        assert rate is not None and abs(rate - contacts) < 4
        share = metrics.value(found, "contact_line_usual_no_entry_ratio", line="waste")
        days = metrics.value(found, "contact_line_usual_days", line="waste")
        assert share is not None and days is not None and 0 < share < 0.3 and 0 < days <= 8
    # The vendor and the city are no lines.
    assert {s.labels["line"] for f in collector.collect() for s in f.samples} == {"waste"}
