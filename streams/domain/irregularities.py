"""What is odd about contacts, counted so that nothing is left out unseen.

None of it changes a figure: an event that does not count beside another, or comes after the hangup,
is told here and nowhere else. Worker and replay count the same: the one as contacts leave state,
the other over all that it read.
"""

from collections.abc import Mapping
from typing import Final

from streams.domain.outcome import TOO_MANY_EVENTS, Outcome

IRREGULARITIES: Final[Mapping[str, str]] = {
    "conflicting": "Events that do not count beside another of their id, or told otherwise",
    "after_hangup": "Events after the hangup of their contact",
    "disordered": "Entries told with a later instant than their answer",
    "too_many_events": "Contacts of more events than are kept",
    "ids_forgotten": "Ids of ended contacts forgotten early for want of room",
}
"""What is counted, and what each means. A replay forgets no id: it has room for all its files."""


class Irregularities:
    """How often each was seen.

    >>> counted = Irregularities()
    >>> counted.counts["ids_forgotten"] += 2
    >>> [name for name, count in counted.counts.items() if count]
    ['ids_forgotten']
    """

    def __init__(self) -> None:
        self.counts = dict.fromkeys(IRREGULARITIES, 0)

    def add(self, outcome: Outcome) -> None:
        """Counts what is odd about one contact."""
        after_hangup = outcome.after_hangup
        too_many = outcome.outcome is TOO_MANY_EVENTS
        if outcome.conflicting or after_hangup or outcome.disordered or too_many:
            counts = self.counts
            counts["conflicting"] += outcome.conflicting
            counts["after_hangup"] += after_hangup
            counts["disordered"] += outcome.disordered
            counts["too_many_events"] += too_many
