"""What can become of a person who called: the outcomes of a whole contact, by their names.

Names without rules, for whoever counts or shows them: the rules are in ``whole``.
"""

from typing import Final

NOT_OVER: Final = "open"
TOO_MANY: Final = "too_many_events"
NUISANCE: Final = "nuisance"
CAME_OUT_OF_HOURS: Final = "out_of_hours"
INFORMED: Final = "informed"
PASSED_OUTSIDE: Final = "outside"
WITH_CALLBACK: Final = "callback"
WITH_FORM: Final = "form"
AT_ONCE: Final = "served_at_once"
AFTER_TRANSFER: Final = "served_after_transfer"
DEAD_END: Final = "dead_end"
REFUSED: Final = "refused"
NEVER_HEARD_OF: Final = "lost"
TURNED_AWAY: Final = "turned_away"
GIVEN_UP: Final = "given_up"

OUTCOMES: Final = (
    *(NOT_OVER, TOO_MANY, NUISANCE, CAME_OUT_OF_HOURS, INFORMED, PASSED_OUTSIDE, WITH_CALLBACK),
    *(WITH_FORM, AT_ONCE, AFTER_TRANSFER, DEAD_END, REFUSED, NEVER_HEARD_OF, TURNED_AWAY),
    GIVEN_UP,
)
"""Every outcome, in the order in which they are asked for."""

COUNTED: Final = {outcome: f"whole_{outcome}" for outcome in OUTCOMES}
"""The count of each outcome."""

CLOSED_MEANWHILE: Final = "closed_meanwhile"
"""A dead end at a desk that was shut when the caller was passed on to it."""
