"""Books for tests of statements, without calls: so many answered, so many not."""

from datetime import date

from streams.domain.instants import HOUR
from streams.domain.plan import Plan
from streams.domain.statement import Intervals, Result, Statement, parse, statement
from streams.domain.statement.periods import midnight
from streams.domain.tally import Tally

FOREVER = 2**52
SERVICE = """
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 1000
"""
"""A measure with a malus."""
TWO_LINES = "".join(
    f'[[line]]\nid = "{line}"\nvendor = "acme"\n' for line in ("migration", "waste")
)
"""Of one vendor."""


class Booked:
    """Quarter-hours that are filled by hand.

    ``Booked(plan).day("waste", date(2026, 3, 2), answered=8, late=2).of("acme", "2026-03")``
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.intervals: dict[tuple[str, int], Tally] = {}

    def at(
        self,
        line: str,
        start: int,
        answered: int = 0,
        late: int = 0,
        abandoned: int = 0,
        **counts: int,
    ) -> "Booked":
        """Calls that begin in a quarter-hour: answered in time, answered late, hung up late."""
        offered = answered + late + abandoned
        total = {
            "line_offered": offered,
            "queue_offered": offered,
            "service_offered": offered,
            "reach_judged": offered,
            "answered": answered + late,
            "service_answered": answered + late,
            "reach_reached": answered + late,
            "answered_within": answered,
            "abandoned": abandoned,
            "service_abandoned": abandoned,
            "contacts": offered,
        }
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
        terms = self.plan.terms(line, start)
        assert terms is not None
        for scope in (f"line:{line}", f"vendor:{terms.vendor}"):
            self.intervals.setdefault((scope, start), Tally()).plus(Tally.of(**total))
        return self

    def day(self, line: str, day: date, hour: int = 10, **counts: int) -> "Booked":
        """The same, all of them in one quarter-hour of a day."""
        return self.at(line, midnight(day, self.plan.zone) + hour * HOUR, **counts)

    def of(
        self,
        vendor: str,
        period: str,
        as_of: int = FOREVER,
        provisional: frozenset[tuple[str, int]] = frozenset(),
    ) -> Statement:
        """The statement of these books."""
        found: Intervals = self.intervals
        return statement(self.plan, vendor, parse(period), found, as_of, provisional)


def plan(contract: str, lines: str = '[[line]]\nid = "waste"\nvendor = "acme"\n') -> Plan:
    """A plan in Brussels' time, of one vendor with this contract."""
    return Plan.read(
        f"""
        [city]
        name = "Testburg"
        languages = ["nl", "en"]
        time_zone = "Europe/Brussels"
        contract = "paid"
        [[vendor]]
        id = "acme"
        name = "Acme Calls"
        [[vendor]]
        id = "next"
        name = "Next Calls"
        [[contract]]
        id = "paid"
        {contract}
        {lines}
        """,
        "testburg.toml",
    )


def only(found: Statement) -> Result:
    """The one result of a statement."""
    (result,) = found.results
    return result
