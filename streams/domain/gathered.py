"""Visits booked once, and rolled up.

A visit counts in its line's cell, its vendor's and the city's, in an interval and mostly in a slot:
six times the same numbers. So what is booked for good is gathered first, by line and vendor and the
narrowest of these cells: how often each pattern came, and what its durations (``sums``) come to.
When all is gathered, each sum is rolled up into the wide cells, once for all its visits.

Booking took half as long so, in a replay as in catching up.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import mul

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
from streams.domain.outcome import OUTGOING, Outcome, Visit
from streams.domain.tally import CITY, WHOLE_WAITS, Tally
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
        self._visits: dict[tuple[tuple[str, str], Hashable], _Visits] = {}
        self._contacts: dict[tuple[str, Hashable], _Contacts] = {}

    def add(self, outcome: Outcome) -> None:
        """Adds a contact. One of several visits counts once at each line and vendor, whichever of
        its visits were there: its entries are booked one by one."""
        if outcome.outcome is OUTGOING or not outcome.visits:
            self._add_contact(contact_pattern(outcome), outcome)
        elif len(outcome.visits) > 1:
            for entry in entries(outcome):
                for tally in self._tallies(entry[0], entry[1]):
                    tally.add(entry)
        else:
            visit = outcome.visits[0]
            key = scopes(visit), self._narrowest(visit.begun)
            gathered = self._visits.get(key)
            if gathered is None:
                (line, vendor), at = key[0], visit.begun
                gathered = self._visits[key] = _Visits(
                    (*self._tallies(line, at), *self._tallies(vendor, at)), self._tallies(CITY, at)
                )
            contact = contact_pattern(outcome)
            gathered.add(contact, visit)
            self._add_contact(contact, outcome)

    def _add_contact(self, pattern: ContactPattern, outcome: Outcome) -> None:
        begun = outcome.begun
        vendor = scopes(outcome.visits[0])[1] if outcome.visits else ""
        key = vendor, self._narrowest(begun)
        gathered = self._contacts.get(key)
        if gathered is None:
            gathered = self._contacts[key] = _Contacts(
                self._tallies(CITY, begun), self._tallies(vendor, begun) if vendor else ()
            )
        gathered.patterns[pattern] = gathered.patterns.get(pattern, 0) + 1
        if outcome.whole_wait is not None and outcome.in_whole_wait:
            gathered.wait(outcome.whole_wait)
        if any(outcome.passed):
            gathered.passed += passed_counts(outcome)

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
    """

    __slots__ = ("_city", "_contacts", "_lines", "_longest", "_patterns", "_waits")

    def __init__(self, lines: Iterable[Tally], city: Iterable[Tally]) -> None:
        self._lines, self._city = lines, city
        self._patterns: dict[VisitPattern, list[int]] = {}
        self._contacts: dict[ContactPattern, int] = {}
        self._waits: dict[int, int] = {}
        self._longest = -1

    def add(self, contact: ContactPattern, visit: Visit) -> None:
        """Adds one."""
        pattern, bucket, wait = amounts(visit)
        sums = self._patterns.get(pattern)
        if sums is None:
            sums = self._patterns[pattern] = [0] * (1 + len(pattern.durations))
        sums[0] += 1
        if wait > self._longest:
            self._longest = wait
        if bucket >= 0:
            self._waits[bucket] = self._waits.get(bucket, 0) + 1
        for nth, duration in enumerate(pattern.durations, 1):
            passed = duration(visit)
            if passed is not None and passed > 0:
                sums[nth] += passed
        self._contacts[contact] = self._contacts.get(contact, 0) + 1

    def roll_up(self) -> None:
        """The city counts their contacts where they began; line and vendor count them here."""
        sums = Tally(
            sum(
                sum(map(mul, totals, pattern.counted)) for pattern, totals in self._patterns.items()
            )
        )
        sums.waits, sums.longest = self._waits, self._longest
        for tally in self._city:
            tally.plus(sums)
        sums.packed += sum(count * pattern.once for pattern, count in self._contacts.items())
        for tally in self._lines:
            tally.plus(sums)


class _Contacts:
    """Contacts as a whole, where they began, in the city and for the vendor of their first visit:
    how many of each pattern, how long they waited, and what they count of their way."""

    __slots__ = ("_city", "_vendor", "_waited", "_waits", "passed", "patterns")

    def __init__(self, city: Iterable[Tally], vendor: Iterable[Tally]) -> None:
        self._city, self._vendor = city, vendor
        self.patterns: dict[ContactPattern, int] = {}
        self.passed = self._waited = 0
        self._waits: dict[int, int] = {}

    def wait(self, wait: int) -> None:
        """Adds the whole wait of one."""
        self._waited += wait
        bucket = WHOLE_WAITS + wait_bucket(wait)
        self._waits[bucket] = self._waits.get(bucket, 0) + 1

    def roll_up(self) -> None:
        sums = Tally(self.passed + self._waited * ONE["whole_wait_sum"])
        sums.waits = self._waits
        of_vendor = sum(count * pattern.whole for pattern, count in self.patterns.items())
        of_city = sum(count * pattern.packed for pattern, count in self.patterns.items())
        for tallies, counted in ((self._vendor, of_vendor), (self._city, of_city)):
            for tally in tallies:
                tally.plus(sums)
                tally.packed += counted
