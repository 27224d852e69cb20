"""Visits booked once, and rolled up.

A visit counts in its line's cell, its vendor's and the city's, in an interval and mostly in a slot:
six times the same numbers. So what is booked for good is gathered first, by line and vendor and the
narrowest of these cells: how often each pattern came, and what its waits and talks add up to. When
all is gathered, each sum is rolled up into the wide cells, once for all its visits.

Booking took half as long so, in a replay as in catching up.
"""

from collections.abc import Mapping

from streams.domain.counts import ONE
from streams.domain.entries import ContactPattern, VisitPattern
from streams.domain.tally import Tally

_MENU, _TALK = ONE["menu_sum"], ONE["talk_sum"]


class Gathered:
    """What was gathered of the visits of one line and vendor in one cell.

    Attributes:
        visits: by pattern how many there were, and their waits, menu times and talks together.
        contacts: patterns of their contacts, each of which had this one visit.
        waits: answered visits per wait bucket.
        longest: the longest ended wait; -1 if there is none.
    """

    __slots__ = ("contacts", "longest", "visits", "waits")

    def __init__(self) -> None:
        self.visits: dict[VisitPattern, list[int]] = {}
        self.contacts: dict[ContactPattern, int] = {}
        self.waits: dict[int, int] = {}
        self.longest: int = -1

    def add(
        self,
        contact: ContactPattern,
        pattern: VisitPattern,
        bucket: int,
        wait: int,
        menu: int,
        talk: int,
    ) -> None:
        """Adds a visit, the only one of its contact; amounts are -1 where there are none."""
        sums = self.visits.get(pattern)
        if sums is None:
            sums = self.visits[pattern] = [0, 0, 0, 0]
        sums[0] += 1
        if wait >= 0:
            sums[1] += wait
            if wait > self.longest:
                self.longest = wait
            if bucket >= 0:
                self.waits[bucket] = self.waits.get(bucket, 0) + 1
        if menu > 0:
            sums[2] += menu
        if talk > 0:
            sums[3] += talk
        self.contacts[contact] = self.contacts.get(contact, 0) + 1

    def of_city(self) -> Tally:
        """What the visits come to; the city counts the contacts where they began."""
        tally = Tally(
            sum(
                count * pattern.packed + wait * pattern.wait + menu * _MENU + talk * _TALK
                for pattern, (count, wait, menu, talk) in self.visits.items()
            )
        )
        tally.waits, tally.longest = self.waits, self.longest
        return tally

    def of_line(self, of_city: Tally) -> Tally:
        """The same with the contacts, as its line and its vendor count them."""
        once = sum(count * pattern.once for pattern, count in self.contacts.items())
        tally = Tally(of_city.packed + once)
        tally.waits, tally.longest = self.waits, self.longest
        return tally


def of_contacts(contacts: Mapping[ContactPattern, int]) -> Tally:
    """What contacts of these patterns come to in the city, where they began."""
    return Tally(sum(count * pattern.packed for pattern, count in contacts.items()))
