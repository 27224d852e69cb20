"""What departments carry: the calls that are passed on to the lines behind the first.

A department is a line of tier 2 or 3. Per department, and per vendor that had the contact first, is
counted how many calls were passed on, how many of these it answered, how many it sent back to where
the caller had been answered before, and how long it talked: a table that a department can be
charged or relieved by. Per tier, the same is counted for each *permanence*: where a line takes all
transfers (``always``), where it takes urgent ones (``urgent_only``), and where a form stands for
the transfer (``none``).

A form is *kept* when another contact of the same caller was answered after it on that line or
tier, incoming or outgoing, within the time that the line's plan has for callbacks, which runs in
opening hours; *overdue* when that time is over and it was not; *open* until then. Of a caller who
is not known nobody can say that a form was kept, so it is open, and overdue when its time is over.

Telephone contacts that the city did not dial itself are counted, nuisance calls are not. A replay
counts them; what they are made of is in no book.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from streams.domain.caller_history import Answered, Call, Callback
from streams.domain.disposition import ANSWERED, FORM, OPEN
from streams.domain.figures.figure import ratio
from streams.domain.instants import MINUTE
from streams.domain.outcome import NEVER, OUTGOING, Outcome, Visit
from streams.domain.plan import Plan, open_time
from streams.domain.rows import ROW_WIDTH, URGENT_FIELD, told
from streams.domain.walked import NO_ROW, TRANSFER

CARRIED: Final = {
    "passed_on": "Calls passed on to it.",
    "urgent": "Of these, those said to be urgent.",
    "open": "Of these, those that neither have ended there nor were answered.",
    "answered": "Of these, those that it answered.",
    "bounced_back": "Of the answered, those passed back to where the caller had been answered.",
    "judged": "Those of which it is known whether they were answered in time; forms left out.",
    "within": "Of the judged, those answered within the line's threshold.",
    "urgent_judged": "Of the judged, the urgent ones.",
    "urgent_within": "Of these, those answered within the line's threshold.",
    "forms": "Those that a form stands for, because the line takes no transfers.",
    "forms_open": "Forms that can still be kept in time.",
    "forms_kept": "Forms after which the caller spoke to somebody there in time.",
    "forms_overdue": "Forms whose time is over, and that were not kept.",
}
"""Every count of a department, with what it counts."""

SHARES: Final = {
    "availability": ("within", "judged", "Answered within the line's threshold / judged."),
    "urgent_availability": (
        "urgent_within",
        "urgent_judged",
        "Urgent ones answered within the line's threshold / urgent ones judged.",
    ),
    "bounced_share": ("bounced_back", "answered", "Passed back / answered."),
}
"""Every ratio: what is above and below the line, and in words."""

MINUTES: Final = "Minutes for which the department talked with those passed on to it."

_TALK: Final = "talk"
"""Under which us of talk are added up."""


class _Of(NamedTuple):
    """What counts are of: a department, its tier and permanence, the vendor before it."""

    line: str
    tier: int
    permanence: str
    vendor: str


class _Form(NamedTuple):
    """A form, by whom, and what would keep it."""

    of: _Of
    caller: str | None
    contact: str
    promise: Callback


class Departments:
    """What all departments carry."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._counts: dict[_Of, Counter[str]] = {}
        self._forms: list[_Form] = []

    def add(self, call_id: str, outcome: Outcome) -> None:
        """Adds a contact of several visits."""
        if outcome.channel or outcome.nuisance or outcome.outcome is OUTGOING:
            return
        vendor = outcome.visits[0].terms.vendor
        for visit in outcome.visits:
            terms = visit.terms
            if not visit.by_transfer or terms.tier == 1 or terms.is_station:
                continue
            of = _Of(visit.line, terms.tier, terms.permanence, vendor)
            count = self._counts.setdefault(of, Counter())
            count["passed_on"] += 1
            urgent = _is_urgent(outcome, visit)
            count["urgent"] += urgent
            if visit.disposition is FORM:
                count["forms"] += 1
                self._forms.append(self._form(of, call_id, outcome, visit))
                continue
            count["open"] += visit.disposition is OPEN
            if visit.disposition is ANSWERED:
                count["answered"] += 1
                count["bounced_back"] += _is_sent_back(outcome, visit)
                count[_TALK] += visit.talk or 0
            if visit.in_time is not None:
                count["judged"] += 1
                count["within"] += visit.in_time
                if urgent:
                    count["urgent_judged"] += 1
                    count["urgent_within"] += visit.in_time

    def _form(self, of: _Of, call_id: str, outcome: Outcome, visit: Visit) -> _Form:
        at = visit.begun if visit.ended is None else visit.ended
        until = open_time.after(self._plan, visit.line, at, visit.terms.callback_within)
        promise = Callback(at, until, visit.line, visit.terms.tier, ())
        return _Form(of, outcome.caller, f"{call_id}@{outcome.begun}", promise)

    def conclude(self, calls_of: Callable[[str], list[Call]], now: int) -> None:
        """Finds what became of the forms.

        Args:
            calls_of: gives all calls of a caller.
            now: as of which.
        """
        answered: dict[str, Answered] = {}
        for of, caller, contact, promise in self._forms:
            first = NEVER
            if caller is not None:
                if caller not in answered:
                    answered[caller] = Answered(calls_of(caller))
                first = answered[caller].first(promise, contact)
            count = self._counts[of]
            if first <= min(promise.until, now):
                count["forms_kept"] += 1
            else:
                count["forms_overdue" if now > promise.until else "forms_open"] += 1

    def by_line(self) -> dict[str, dict[str, Any]]:
        """Each department, with a part per vendor before it."""
        lines = sorted({of.line for of in self._counts})
        return {
            line: {
                **self._sum(line=line),
                "vendors": {
                    vendor: self._sum(line=line, vendor=vendor)
                    for vendor in sorted({of.vendor for of in self._counts if of.line == line})
                },
            }
            for line in lines
        }

    def by_tier(self) -> dict[str, dict[str, Any]]:
        """Each tier behind the first, with a part per permanence that lines of it had."""
        tiers = sorted({of.tier for of in self._counts})
        return {
            str(tier): {
                **self._sum(tier=tier),
                "permanence": {
                    each: self._sum(tier=tier, permanence=each)
                    for each in sorted({of.permanence for of in self._counts if of.tier == tier})
                },
            }
            for tier in tiers
        }

    def _sum(self, **wanted: str | int) -> dict[str, Any]:
        """The figures of all that has these properties; a ratio with nothing under the line is
        absent."""
        total: Counter[str] = Counter()
        for of, count in self._counts.items():
            if all(getattr(of, name) == value for name, value in wanted.items()):
                total.update(count)
        found: dict[str, Any] = {name: total[name] for name in CARRIED}
        found["minutes"] = total[_TALK] / MINUTE
        for name, (part, whole, _) in SHARES.items():
            share = ratio(total[part], total[whole])
            if share is not None:
                found[name] = share
        return found


def _is_urgent(outcome: Outcome, visit: Visit) -> bool:
    """Whether the transfer that began a visit was said to be urgent."""
    return told(outcome.known.rows[ROW_WIDTH * visit.found.transfer + 4], URGENT_FIELD) is True


def _is_sent_back(outcome: Outcome, visit: Visit) -> bool:
    """Whether an answered caller was passed on to a line where they had been answered before."""
    to = visit.found.to
    return visit.reason == TRANSFER and to != NO_ROW and outcome.visits[to].bounced
