"""The alerts of a set of lines: their decisions, sealed and fed to their detectors in order.

Decisions are sealed ``SEAL`` behind the watermark, so that small differences between partitions do
not reorder them. The detector passes over one that comes after its seal, and counts it. Where none
did, a replay opens and closes the same alerts as the live stream.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final

from streams.domain.call_events import Contact
from streams.domain.decision_slots import DECISION_SLOT
from streams.domain.decisions import Told, decisions, decoded
from streams.domain.detector import Alert, AlertChange, Decision, Detector
from streams.domain.instants import HOUR, SECOND
from streams.domain.judge import judge
from streams.domain.plan import Contract, Plan

SEAL: Final = 30 * SECOND
"""How far behind the slowest watermark decisions are sealed: partitions differ by the second or two
between checkpoints, and half a minute costs a page little."""

DUE_REMEMBERED: Final = 2 * HOUR
"""How long decisions that were due are known again; a source keeps a slot for an hour."""

FOR_GOOD: Final = -1
"""Stands for all source partitions of what retired contacts have left behind."""

_position: Final = attrgetter("position")


def expected_per_quarter(plan: Plan, line: str, at: int) -> float | None:
    """Calls that the plan expects of a line in a quarter; None where it does not say."""
    hours = [plan.expected_per_hour(line, at + hour * HOUR) for hour in range(7 * 24)]
    if any(each is None for each in hours):
        return None
    return 13.0 * sum(each for each in hours if each is not None) or None


class LineAlarm:
    """A line's detector, kept to the contract of the time that it has come to."""

    def __init__(self, plan: Plan, line: str, at: int) -> None:
        self._plan = plan
        self._line = line
        self._contract = self._contract_at(at)
        self.detector = Detector(
            line, self._contract, expected_per_quarter(plan, line, at), self._closes_at
        )

    def feed(self, decision: Decision) -> list[AlertChange]:
        """Feeds a sealed decision."""
        self._keep_to_contract(decision.at)
        return self.detector.feed(decision)

    def tick(self, now: int) -> list[AlertChange]:
        """Lets time pass."""
        return self.detector.tick(now)

    def _contract_at(self, at: int) -> Contract:
        terms = self._plan.terms(self._line, at) or self._plan.nearest_terms(self._line, at)
        return terms.contract

    def _keep_to_contract(self, at: int) -> None:
        contract = self._contract_at(at)
        if contract is not self._contract and contract != self._contract:
            self._contract = contract
            self.detector.agree(contract, expected_per_quarter(self._plan, self._line, at))

    def _closes_at(self, at: int) -> int | None:
        terms = self._plan.terms(self._line, at)
        if terms is None or not terms.open:
            return at
        return self._plan.closes_at(self._line, at)


class Alarms:
    """The detectors of a board's lines, fed by source partitions."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._lines: dict[str, LineAlarm] = {}
        self._pending: dict[tuple[int, int], set[Told]] = {}
        self._sealed = -(2**62)
        self._due_before: dict[int, set[Told]] = {}
        self._fed: set[str] = set()
        self._floor: dict[str, tuple[int, str, str]] = {}  # fed before this owner's time

    def apply(self, source: int, start: int, told: Iterable[Told]) -> None:
        """Applies what is decided of a source partition's contacts in state in a slot: all of it.

        Of a slot that is sealed already, it is added to what was told before: that was fed.
        """
        before = self._pending.get((source, start), set()) if start <= self._sealed else set()
        self._pending[source, start] = before.union(told)

    def apply_for_good(self, told: Iterable[Told]) -> None:
        """Applies what contacts have left behind that have left their partition's state."""
        pending = self._pending
        for each in told:
            slot = FOR_GOOD, each[1] - each[1] % DECISION_SLOT
            try:
                pending[slot].add(each)
            except KeyError:
                pending[slot] = {each}

    def advance(self, watermark: int) -> list[AlertChange]:
        """Seals what lies ``SEAL`` behind the watermark and feeds it; gives what changed."""
        sealed = watermark - SEAL
        if sealed <= self._sealed:
            return []
        changes: list[AlertChange] = []
        for line, due in sorted(self._due(sealed).items()):
            floor = self._floor.get(line)
            due.sort(key=_position)
            for decision in due:
                if floor is None or decision.position > floor:
                    changes += self._line(line, decision.at).feed(decision)
                    self._fed.add(line)
        for alarm in self._lines.values():
            changes += alarm.tick(sealed)
        self._fed |= {change.alert.line for change in changes}
        self._sealed = sealed
        return changes

    def _due(self, sealed: int) -> dict[str, list[Decision]]:
        """The decisions sealed now, by line. A decision is told again with its slot, and by the
        contact that leaves: those that were due before are recognised and left out."""
        pending, known = self._pending, self._due_before
        due: dict[str, list[Decision]] = {}
        for source, start in [slot for slot in pending if slot[1] <= sealed]:
            told = pending.pop((source, start))
            if start + DECISION_SLOT > sealed:
                later = {each for each in told if each[1] > sealed}
                if later:
                    pending[source, start] = later
                    told -= later
            before = known.get(start)
            if before is None:
                known[start] = told
            else:
                told -= before
                before |= told
            for each in told:
                due.setdefault(each[0], []).extend(decoded(each))
        past = sealed - DUE_REMEMBERED
        for start in [start for start in known if start < past]:
            del known[start]
        return due

    def _line(self, line: str, at: int) -> LineAlarm:
        alarm = self._lines.get(line)
        if alarm is None:
            alarm = self._lines[line] = LineAlarm(self._plan, line, at)
        return alarm

    def open(self) -> list[Alert]:
        """The open alerts, with their numbers of now."""
        return [alert for alarm in self._lines.values() for alert in alarm.detector.alerts()]

    def passed_over(self) -> int:
        """Decisions that came after their seal: both of a visit and instant, even when only one of
        the two has changed."""
        return sum(alarm.detector.passed_over for alarm in self._lines.values())

    def fed_states(self) -> dict[str, tuple[Any, ...]]:
        """What the detectors remember that something has changed in since this was last asked."""
        fed, self._fed = self._fed, set()
        return {line: self._lines[line].detector.state() for line in sorted(fed)}

    def restore(self, line: str, state: list[Any]) -> None:
        """Goes on from what a line's detector remembered."""
        last, *_ = state
        at, key, kind = last or (0, "", "")
        self._line(line, at).detector.restore(state)
        if last is not None:
            self._floor[line] = (at, key, kind)


def replayed(contacts: Iterable[Contact], plan: Plan, now: int) -> list[Alert]:
    """Every alert that these contacts would have opened, as it was when it ended or is now."""
    by_line: dict[str, list[Decision]] = {}
    for contact in contacts:
        for piece in contact.pieces():
            outcome = judge(piece, plan, now)
            if outcome is not None:
                for line, decision in decisions(contact.call_id, piece, plan, outcome, now):
                    by_line.setdefault(line, []).append(decision)
    found: dict[str, Alert] = {}
    for line, decided in sorted(by_line.items()):
        decided.sort(key=lambda decision: decision.position)
        first, *_ = decided
        alarm = LineAlarm(plan, line, first.at)
        changes: list[AlertChange] = []
        for decision in decided:
            changes += alarm.tick(decision.at - 1)
            if decision.at <= now:
                changes += alarm.feed(decision)
        changes += alarm.tick(now)
        for change in changes:
            found[change.alert.id] = change.alert
        for alert in alarm.detector.alerts():
            found[alert.id] = alert
    return sorted(found.values(), key=lambda alert: (alert.opened_at, alert.id))
