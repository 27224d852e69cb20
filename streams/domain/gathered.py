"""Visits booked once, and rolled up.

A visit counts in its line's cell, its vendor's and the city's, in an interval and mostly in a slot:
six times the same numbers. So what is booked for good is gathered first, by line and vendor and the
narrowest of these cells: how often each pattern came, and what its durations (``sums``) come to.
When all is gathered, each sum is rolled up into the wide cells, once for all its visits.

Booking took half as long so, in a replay as in catching up.
"""

from collections.abc import Callable, Hashable, Sequence
from operator import mul

from streams.domain.alike import Alike
from streams.domain.counts import ONE
from streams.domain.entries import (
    ContactPattern,
    VisitPattern,
    amounts,
    contact_pattern,
    entries,
    scopes,
    wait_bucket,
)
from streams.domain.judged import Judged
from streams.domain.outcome import OUTGOING, Outcome, Visit
from streams.domain.tally import WHOLE_WAITS, Tally
from streams.domain.whole import passed_counts


class Gathering:
    """What contacts add, gathered until ``roll_up``.

    Args:
        narrowest: names the narrowest cell that an instant falls into.
        tallies: gives the tallies of a scope in which something is booked of an instant. It is
            asked once for all that falls into a narrowest cell.
    """

    def __init__(
        self,
        narrowest: Callable[[int], Hashable],
        tallies: Callable[[str, int], Sequence[Tally]],
    ) -> None:
        self._narrowest = narrowest
        self._tallies = tallies
        self._visits: dict[tuple[tuple[str, str], Hashable, tuple[str, ...]], _Visits] = {}
        self._contacts: dict[tuple[str, Hashable, tuple[str, ...]], _Whole] = {}

    def add(self, outcome: Outcome) -> None:
        """Adds a contact. One of several visits counts once at each line and vendor, whichever of
        its visits were there: its entries are booked one by one."""
        visits = outcome.visits
        if len(visits) == 1 and outcome.outcome is not OUTGOING:
            visit = visits[0]
            at = visit.begun
            narrowest = self._narrowest(at)
            key = scopes(visit), narrowest, outcome.wide
            gathered = self._visits.get(key)
            if gathered is None:
                named = key[0] if not outcome.channel else ("", "")
                gathered = self._visits[key] = self._begin(named, outcome.wide, at)
            contact = contact_pattern(outcome)
            bucket = gathered.add(visit)
            begun = outcome.begun
            if begun == at or self._narrowest(begun) == narrowest:
                whole = gathered.whole
            else:
                gathered.contacts[contact] = gathered.contacts.get(contact, 0) + 1
                whole = self._whole(outcome)
            whole.add(contact, outcome.whole_wait, passed_counts(outcome), bucket)
        elif visits and outcome.outcome is not OUTGOING:
            for entry in entries(outcome):
                for tally in self._tallies(entry[0], entry[1]):
                    tally.add(entry)
        else:
            whole = self._whole(outcome)
            whole.add(contact_pattern(outcome), outcome.whole_wait, passed_counts(outcome), -1)

    def add_alike(self, alike: Alike) -> None:
        """Adds a contact that is judged like another one."""
        judged, piece, here, told, _ = alike
        ats, wide = piece.ats, told.wide
        begun, at = ats[0], ats[judged.begun]
        narrowest = self._narrowest(at)
        key = here.scopes, narrowest, wide
        gathered = self._visits.get(key)
        if gathered is None:
            gathered = self._visits[key] = self._begin(here.scopes, wide, at)
        bucket = gathered.add_alike(judged, ats)
        contact = judged.contact
        if begun == at or self._narrowest(begun) == narrowest:
            whole = gathered.whole
        else:
            gathered.contacts[contact] = gathered.contacts.get(contact, 0) + 1
            whole = self._whole_of(here.scopes[1], wide, begun)
        waited = judged.whole_wait
        wait = None if waited is None else ats[waited.until] - ats[waited.since]
        whole.add(contact, wait, judged.passed, bucket)

    def _begin(self, scopes: tuple[str, str], wide: Sequence[str], at: int) -> "_Visits":
        line, vendor = scopes
        return _Visits(self._of(line, at), self._of(vendor, at), self._wide(wide, at))

    def _whole(self, outcome: Outcome) -> "_Whole":
        counts = outcome.visits and not outcome.channel
        vendor = scopes(outcome.visits[0])[1] if counts else ""
        return self._whole_of(vendor, outcome.wide, outcome.begun)

    def _whole_of(self, vendor: str, wide: tuple[str, ...], begun: int) -> "_Whole":
        """Where contacts as a whole are gathered that began in a cell, apart from their visit."""
        key = vendor, self._narrowest(begun), wide
        gathered = self._contacts.get(key)
        if gathered is None:
            gathered = self._contacts[key] = _Whole(
                self._of(vendor, begun), self._wide(wide, begun)
            )
        return gathered

    def _of(self, scope: str, at: int) -> Sequence[Tally]:
        return self._tallies(scope, at) if scope else ()

    def _wide(self, wide: Sequence[str], at: int) -> Sequence[Tally]:
        return [tally for scope in wide for tally in self._tallies(scope, at)]

    def roll_up(self) -> None:
        """Adds what was gathered to the tallies, and begins anew."""
        for visits in self._visits.values():
            visits.roll_up()
        for contacts in self._contacts.values():
            contacts.roll_up()
        self._visits.clear()
        self._contacts.clear()


class _Visits:
    """Visits of one line and vendor, each the only one of its contact.

    By pattern there is how many there were, and what each of its durations adds up to.

    Attributes:
        whole: their contacts, as far as they began in the same cell.
        contacts: how many others of each pattern.
    """

    __slots__ = (
        "_everything",
        "_line",
        "_longest",
        "_patterns",
        "_vendor",
        "_waits",
        "contacts",
        "whole",
    )

    def __init__(
        self, line: Sequence[Tally], vendor: Sequence[Tally], everything: Sequence[Tally]
    ) -> None:
        self._line, self._vendor, self._everything = line, vendor, everything
        self._patterns: dict[VisitPattern, list[int]] = {}
        self._waits: dict[int, int] = {}
        self._longest = -1
        self.whole = _Whole(vendor, everything)
        self.contacts: dict[ContactPattern, int] = {}

    def add(self, visit: Visit) -> int:
        """Adds one, and gives the bucket of its answered wait; -1 where there is none."""
        pattern, bucket, wait = amounts(visit)
        sums = self._sums(pattern, wait, bucket)
        for nth, duration in enumerate(pattern.durations, 1):
            passed = duration(visit)
            if passed is not None and passed > 0:
                sums[nth] += passed
        return bucket

    def add_alike(self, judged: Judged, ats: list[int]) -> int:
        """Adds the visit of a contact that is judged like another one, as ``add`` does."""
        bucket = wait = -1
        waited = judged.wait
        if waited is not None:
            wait = ats[waited.until] - ats[waited.since]
            if judged.visit.in_buckets:
                bucket = wait_bucket(wait)
        sums = self._sums(judged.visit, wait, bucket)
        nth = 1
        for since, until in judged.durations:
            sums[nth] += ats[until] - ats[since]
            nth += 1
        return bucket

    def _sums(self, pattern: VisitPattern, wait: int, bucket: int) -> list[int]:
        """Counts one more of a pattern; gives what its durations come to so far."""
        sums = self._patterns.get(pattern)
        if sums is None:
            sums = self._patterns[pattern] = [0] * (1 + len(pattern.durations))
        sums[0] += 1
        if wait > self._longest:
            self._longest = wait
        if bucket >= 0:
            self._waits[bucket] = self._waits.get(bucket, 0) + 1
        return sums

    def roll_up(self) -> None:
        """The city counts their contacts where they began; line and vendor count them here."""
        sums = Tally(
            sum(
                sum(map(mul, totals, pattern.counted)) for pattern, totals in self._patterns.items()
            )
        )
        sums.waits, sums.longest = self._waits, self._longest
        for tally in self._everything:
            tally.plus(sums)
        for contacts in (self.contacts, self.whole.patterns):
            sums.packed += sum(count * pattern.once for pattern, count in contacts.items())
        for tally in (*self._line, *self._vendor):
            tally.plus(sums)
        self.whole.roll_up()


class _Whole:
    """Contacts as a whole, where they began, in the city and for the vendor of their first visit.

    Attributes:
        patterns: how many of each.
    """

    __slots__ = ("_everything", "_passed", "_vendor", "_waited", "_waits", "patterns")

    def __init__(self, vendor: Sequence[Tally], everything: Sequence[Tally]) -> None:
        self._vendor, self._everything = vendor, everything
        self._passed = self._waited = 0
        self._waits: dict[int, int] = {}
        self.patterns: dict[ContactPattern, int] = {}

    def add(self, pattern: ContactPattern, wait: int | None, passed: int, bucket: int) -> None:
        """Adds one.

        Args:
            wait: its whole wait; None where that can't be told.
            passed: what it counts of its way, packed.
            bucket: of its whole wait, where that is known already; else -1.
        """
        self.patterns[pattern] = self.patterns.get(pattern, 0) + 1
        if pattern.waited and wait is not None:
            self._waited += wait
            if bucket < 0:
                bucket = wait_bucket(wait)
            self._waits[bucket] = self._waits.get(bucket, 0) + 1
        self._passed += passed

    def roll_up(self) -> None:
        if not self.patterns:
            return
        sums = Tally(self._passed + self._waited * ONE["whole_wait_sum"])
        sums.waits = {WHOLE_WAITS + bucket: count for bucket, count in self._waits.items()}
        of_vendor = sum(count * pattern.whole for pattern, count in self.patterns.items())
        of_all = sum(count * pattern.packed for pattern, count in self.patterns.items())
        for tallies, counted in ((self._vendor, of_vendor), (self._everything, of_all)):
            for tally in tallies:
                tally.plus(sums)
                tally.packed += counted
