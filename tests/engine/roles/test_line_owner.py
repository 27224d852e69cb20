"""A line changes hands in the middle of an incident: its alert goes on, under the same id.

The line closes at 17:00 UTC and nobody has been reached since 16:50. Each owner writes, in one
transaction, what has changed of the alerts and what its detectors remember; the next one begins
from that, and from the same partials.

    16:50          16:56                16:58             17:00
    nobody reached | opened | handed over | more in vain | closed: over | handed over
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from streams.domain.alarms import SEAL
from streams.domain.decisions import Told
from streams.domain.detector import Alert
from streams.domain.instants import MINUTE, SECOND
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.kafka.outputs import Outputs, Record
from streams.engine.roles.line_owner import ENDED_KEPT, LineOwner
from streams.engine.roles.routes import Routes
from streams.engine.state.partials import decided_record, watermark_record
from tests.stories import at

PLAN = Plan.read(
    """
    [city]
    name = "Testburg"
    time_zone = "Europe/Brussels"
    [[vendor]]
    id = "acme"
    name = "Acme Calls"
    [[hours]]
    id = "office"
    mon-fri = "08:00-18:00"
    [[line]]
    id = "migration"
    vendor = "acme"
    hours = "office"
    """
)
ROUTES = Routes(sources=1, partials=1, callers=1)
CLOSES = at("17:00")


def in_vain(first: str, last: str) -> list[Told]:
    """Callers who come into no queue, one every ten seconds."""
    return [
        ("migration", instant, "Nb", f"c{instant // SECOND}/1", f"c{instant // SECOND}", 0, 0)
        for instant in range(at(first), at(last), 10 * SECOND)
    ]


def told(decided: list[Told], clock: int) -> list[Record]:
    """What the source partition tells of them, up to its clock."""
    records = [decided_record(1, 0, each[1], [each]) for each in decided]
    return [*records, watermark_record(1, 0, clock, clock)]


class Log:
    """The partition of the partials, and that of the alerts, as owners left them."""

    def __init__(self) -> None:
        self.partials: list[Record] = []
        self.alerts: list[Record] = []

    def owner(self, now: int) -> LineOwner:
        """Whoever takes the lines over now."""
        owner = LineOwner(0, PLAN, ROUTES, end=len(self.partials))
        owner.restore(_records(self.alerts), now)
        owner.apply(_records(self.partials))
        return owner

    def tell(self, owner: LineOwner, records: list[Record]) -> None:
        """The source partition tells, the owner reads."""
        first = len(self.partials)
        self.partials += records
        owner.apply(_records(records, first))

    def checkpoint(self, owner: LineOwner) -> list[tuple[str, Alert]]:
        """Makes durable what the owner puts out; gives what it then may tell people."""
        outputs: Outputs = owner.outputs(1)
        self.alerts += outputs[topics.ALERTS, 0]
        return [
            (change.change, change.alert)
            for change in owner.published()
            if change.alert.line is not None  # the city is told of it, too
        ]


def of_the_line(alerts: list[Alert]) -> list[Alert]:
    """Those that are not the city's."""
    return [alert for alert in alerts if alert.line is not None]


def _records(records: list[Record], first: int = 0) -> Any:
    return [
        SimpleNamespace(key=key, value=value, offset=first + number)
        for number, (key, value) in enumerate(records)
    ]


def test_an_alert_opens_once_and_ends_once_however_often_its_line_changes_hands() -> None:
    log = Log()
    first = log.owner(at("16:45"))
    log.tell(first, told(in_vain("16:50", "16:57"), at("16:57")))
    [(change, opened), *_] = log.checkpoint(first)
    assert (change, opened.kind) == ("opened", "no_entry")

    second = log.owner(at("16:57:30"))
    [taken_over] = of_the_line(second.alerts(at("16:42")))
    assert (taken_over.id, taken_over.opened_at) == (opened.id, opened.opened_at)
    log.tell(second, told(in_vain("16:57", "16:58"), at("16:59")))
    assert {(change, alert.id) for change, alert in log.checkpoint(second)} == {
        ("updated", opened.id)
    }
    log.tell(second, told([], CLOSES + SEAL))
    [(change, over)] = log.checkpoint(second)
    assert (change, over.id, over.resolved_at) == ("resolved", opened.id, CLOSES)
    # From the first of them to the last, through the change of hands.
    assert over.people == over.decided == len(in_vain("16:50", "16:58"))

    third = log.owner(CLOSES + MINUTE)
    log.tell(third, told([], CLOSES + 2 * MINUTE))
    assert log.checkpoint(third) == []


def test_what_an_owner_did_not_make_durable_the_next_one_finds_by_itself() -> None:
    """The first dies after it has seen the alert open and before it could write so."""
    log = Log()
    first = log.owner(at("16:45"))
    log.tell(first, told(in_vain("16:50", "16:57"), at("16:57")))
    [found] = of_the_line(first.board.alarms.open())
    second = log.owner(at("16:57:30"))
    [(change, opened), *_] = log.checkpoint(second)
    assert (change, opened.id, opened.opened_at) == ("opened", found.id, found.opened_at)


def test_an_end_that_a_dead_owner_may_not_have_told_the_next_one_tells() -> None:
    log = Log()
    first = log.owner(at("16:45"))
    log.tell(first, told(in_vain("16:50", "16:57"), CLOSES + SEAL))
    over = log.checkpoint(first)[-1][1]
    assert over.resolved_at == CLOSES
    # It keeps its lines through a rebalance; or it dies, and another takes them over.
    for owner in (first, log.owner(CLOSES + MINUTE)):
        assert of_the_line(owner.alerts(CLOSES - MINUTE)) == [over]
        assert of_the_line(owner.alerts(CLOSES + MINUTE)) == []
    assert log.owner(CLOSES + ENDED_KEPT + SECOND).alerts(0) == []
