"""What truly happened to each contact, as the simulated city knows it.

The simulation writes it down as it happens. It shares nothing with the domain's reading of events
but the words, so that what the domain finds in the events can be compared with it.
"""

from typing import NamedTuple


class VisitTruth(NamedTuple):
    """One visit to a line; instants, None for what did not happen."""

    line: str
    number: int
    begun: int
    entered: int | None
    answered: int | None
    ended: int
    disposition: str


class ContactTruth(NamedTuple):
    """One contact, once it is over.

    Attributes:
        wanted: the line that could help the caller.
        outcome: ``contacts_with_visit``, ``abandoned_in_menu``, ``entrance_blocked`` or
            ``entrance_closed``.
        silent: some of its events were never emitted, because telemetry was silent.
    """

    call_id: str
    caller: str | None
    wanted: str
    begun: int
    ended: int
    outcome: str
    visits: tuple[VisitTruth, ...]
    silent: bool
