"""The truth of a simulated city added up, apart from the domain's own way to count."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from streams.domain.plan import Plan, Terms
from streams.simulation import ContactTruth, VisitTruth


@dataclass(slots=True)
class LineTotals:
    """What happened at a line. Waits in microseconds.

    ``answered_within`` and ``abandoned_within`` leave out what began outside opening hours.
    """

    line_offered: int = 0
    queue_offered: int = 0
    out_of_hours: int = 0
    answered_within: int = 0
    abandoned_within: int = 0
    waits_of_answered: int = 0
    longest_wait: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)

    def add(self, visit: VisitTruth, contact_begun: int, terms: Terms) -> None:
        contract = terms.contract
        self.line_offered += 1
        self.dispositions[visit.disposition] += 1
        self.out_of_hours += not terms.open
        if visit.entered is None:
            return
        self.queue_offered += 1
        end = visit.ended if visit.answered is None else visit.answered
        self.longest_wait = max(self.longest_wait, end - visit.entered)
        clock = {"queue": visit.entered, "choice": visit.begun, "start": contact_begun}
        counted = end - clock[contract.clock]
        within = counted <= contract.threshold if contract.inclusive else (
            counted < contract.threshold
        )  # fmt: skip
        if visit.disposition == "answered":
            self.waits_of_answered += end - visit.entered
            self.answered_within += within and terms.open
        elif visit.disposition == "abandoned" or (
            visit.disposition == "short_abandoned" and contract.short_counts
        ):
            self.abandoned_within += within and terms.open


@dataclass(slots=True)
class Totals:
    """What happened in the city: per line, and contacts by outcome."""

    lines: dict[str, LineTotals] = field(default_factory=dict)
    contacts: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    contacts_answered: int = 0

    def add(self, contact: ContactTruth, plan: Plan) -> None:
        self.contacts += 1
        self.outcomes[contact.outcome] += 1
        self.contacts_answered += any(visit.answered is not None for visit in contact.visits)
        for visit in contact.visits:
            terms = plan.terms(visit.line, visit.begun)
            assert terms is not None, "the city only has lines of the plan"
            self.lines.setdefault(visit.line, LineTotals()).add(visit, contact.begun, terms)

    @classmethod
    def of(cls, truth: Iterable[ContactTruth], plan: Plan) -> "Totals":
        """The totals of all that was contact."""
        totals = cls()
        for contact in truth:
            totals.add(contact, plan)
        return totals
