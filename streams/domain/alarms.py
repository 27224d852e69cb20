"""The alerts of all scopes: what happens there, sealed and fed to their detectors in order.

One board has the detectors of every line, every vendor and the city. What goes wrong at several
lines is one incident, and whoever says so must see all of them: were they spread over several
boards, how they are spread would decide how many telephones ring.

What happens is sealed ``SEAL`` behind the watermark, so that small differences between partitions
do not reorder it. A detector passes over what comes after its seal, and counts it. Where nothing
did, a replay opens and closes the same alerts as the live stream.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from streams.domain.call_events import Contact
from streams.domain.decided import NO_LINE
from streams.domain.decision_slots import DECISION_SLOT
from streams.domain.decisions import Told, happened, parted, told
from streams.domain.detector import Alert, AlertChange, Detector, Fact
from streams.domain.detector.detector import ENTERS, NO_ENTRY, REACH
from streams.domain.detector.incidents import Incidents
from streams.domain.detector.usual import LocalHours, Usual
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.judge import judge
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR
from streams.domain.watched import detector, is_scope, terms_of

SEAL: Final = 30 * SECOND
"""How far behind the slowest watermark decisions are sealed: partitions differ by the second or two
between checkpoints, and half a minute costs a page little."""

DUE_REMEMBERED: Final = 2 * HOUR
"""How long decisions that were due are known again; a source keeps a slot for an hour."""

FOR_GOOD: Final = -1
"""Stands for all source partitions of what retired contacts have left behind."""

Scopes = tuple[str | None, str | None]
"""The line and the vendor that something is of: none where it came to no line, no vendor where that
answers no other line."""

_SCOPES_FOR: Final = 15 * MINUTE
"""Who answers a line is looked up for a quarter of an hour together: a hand-over at another minute
is to its vendor's detector as if it were then."""
_SCOPES_KEPT: Final = 20_000

_OF_VENDOR: Final = frozenset({ENTERS, NO_ENTRY, REACH})


class Alarms:
    """The detectors of all scopes, fed by source partitions.

    Args:
        plan: lines, vendors, hours and prices.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._local = LocalHours(plan.local)
        self._scopes: dict[tuple[str, int], Scopes] = {}
        self._detectors: dict[str, Detector] = {}
        self._incidents = Incidents(plan.entries.city.pages_together)
        self._pending: dict[tuple[int, int], set[Told]] = {}
        self._sealed = -(2**62)
        self._due_before: dict[int, set[Told]] = {}
        self._forgotten_until = -(2**62)  # of what was due before
        self._fed: set[str] = set()
        self._floor: dict[str, Fact] = {}  # fed before this owner's time

    def apply(self, source: int, start: int, told: Iterable[Told]) -> None:
        """Applies what is told of a source partition's contacts in state in a slot: all of it.

        Of a slot that is sealed already, it is added to what was told before: that was fed.
        """
        before = self._pending.get((source, start), set()) if start <= self._sealed else set()
        self._pending[source, start] = before.union(told)

    def apply_for_good(self, told: Iterable[Told]) -> None:
        """Applies what contacts have left behind that have left their partition's state."""
        pending = self._pending
        for together in told:
            for each in parted(together):
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
        for scope, due in sorted(self._due(sealed).items()):
            floor = self._floor.get(scope)
            due.sort()
            feed = self._detector(scope, due[0][0]).feed
            if floor is not None:
                due = [fact for fact in due if fact > floor]
            if due:
                self._fed.add(scope)
            for fact in due:
                if found := feed(fact):
                    changes += found
        for each in self._detectors.values():
            changes += each.tick(sealed)
        self._fed |= {change.alert.subject.scope for change in changes}
        self._sealed = sealed
        # Each detector tells of its own in order; together they are in the order of time however
        # much is sealed at once, for all of it lies between two seals.
        changes.sort(key=lambda change: (change.at, change.alert.subject.scope))
        return self._incidents.apply(changes)

    def _due(self, sealed: int) -> dict[str, list[Fact]]:
        """What is sealed now, by scope. It is told again with its slot, and by the contact that
        leaves: what was due before is recognised and left out."""
        pending, known = self._pending, self._due_before
        due: dict[str, list[Fact]] = defaultdict(list)
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
            self._share_out(told, due)
        past = sealed - DUE_REMEMBERED
        if past > self._forgotten_until + MINUTE:  # thousands of slots are remembered
            self._forgotten_until = past
            for start in [start for start in known if start < past]:
                del known[start]
        return due

    def _share_out(self, told: set[Told], due: dict[str, list[Fact]]) -> None:
        """What happened to visits, each at an instant, to every scope that they are of."""
        known = self._scopes
        for line, at, what, key, caller, _, _ in told:
            scopes = known.get((line, at // _SCOPES_FOR))
            if scopes is None:
                scopes = self._find_scopes(line, at // _SCOPES_FOR * _SCOPES_FOR)
            of_line, of_vendor = scopes
            for kind, mark, is_of_contact in happened(what):
                fact = at, key, kind, mark, caller
                if is_of_contact:
                    due[CITY].append(fact)
                if of_line is not None and kind != REACH:
                    due[of_line].append(fact)
                if of_vendor is not None and kind in _OF_VENDOR:
                    due[of_vendor].append(fact)

    def _find_scopes(self, line: str, at: int) -> "Scopes":
        """The scopes that something at a line is of, beside the city."""
        found: Scopes = None, None
        if line != NO_LINE:
            vendor = terms_of(self._plan, line, at).vendor
            of_vendor = VENDOR + vendor if is_scope(self._plan, vendor, at) else None
            found = LINE + line, of_vendor
        if len(self._scopes) >= _SCOPES_KEPT:
            self._scopes.clear()
        self._scopes[line, at // _SCOPES_FOR] = found
        return found

    def _detector(self, scope: str, at: int) -> Detector:
        found = self._detectors.get(scope)
        if found is None:
            found = self._detectors[scope] = detector(self._plan, scope, at, self._local)
        return found

    def open(self) -> list[Alert]:
        """The open alerts, with their numbers of now."""
        return self._incidents.open(
            alert for _, each in sorted(self._detectors.items()) for alert in each.alerts()
        )

    def usual(self) -> Iterator[tuple[str, Usual]]:
        """What is usual of each line that has called."""
        for scope, each in sorted(self._detectors.items()):
            if scope.startswith(LINE):
                yield scope.removeprefix(LINE), each.usual

    def passed_over(self) -> int:
        """What came after its seal: all of a visit and instant, even when only a part of that has
        changed, and once for each scope."""
        return sum(each.passed_over for each in self._detectors.values())

    def fed_states(self) -> dict[str, list[Any]]:
        """What the detectors remember that something has changed in since this was last asked, by
        scope."""
        fed, self._fed = self._fed, set()
        return {scope: self._detectors[scope].state() for scope in sorted(fed)}

    def learnt_states(self) -> dict[str, list[Any]]:
        """What is usual in the scopes that have learnt another day since this was last asked."""
        return {
            scope: each.usual.state()
            for scope, each in sorted(self._detectors.items())
            if each.usual.moved()
        }

    def incident_states(self) -> dict[str, list[Any]]:
        """What is remembered of incidents that have changed since this was last asked, by
        vendor."""
        return self._incidents.states()

    def restore(self, scope: str, state: list[Any]) -> None:
        """Goes on from what a scope's detector remembered."""
        last, *_ = state
        at = 0 if last is None else last[0]
        self._detector(scope, at).restore(state)
        if last is not None:
            at, key, kind, mark, caller = last
            self._floor[scope] = at, key, kind, mark, caller

    def restore_learnt(self, scope: str, state: list[Any]) -> None:
        """Goes on from what was usual in a scope."""
        self._detector(scope, 0).usual.restore(state)

    def restore_incident(self, vendor: str, state: list[Any]) -> None:
        """Goes on from what was remembered of a vendor's incident."""
        self._incidents.restore(vendor, state)


def replayed(contacts: Iterable[Contact], plan: Plan, now: int) -> list[Alert]:
    """Every alert that these contacts would have opened, as it was when it ended or is now."""
    alarms = Alarms(plan)
    for contact in contacts:
        for piece in contact.pieces():
            outcome = judge(piece, plan, now)
            if outcome is not None:
                alarms.apply_for_good(told(contact.call_id, piece, plan, outcome, now))
    found = {change.alert.id: change.alert for change in alarms.advance(now + SEAL)}
    found |= {alert.id: alert for alert in alarms.open()}
    return sorted(found.values(), key=lambda alert: (alert.opened_at, alert.id))
