"""When and how a visit's service level is decided.

At the earliest of answered, left, abandoned, lost, and the instant at which the time spent in this
line's queue exceeds the threshold while waiting there (with the boundary ``<``: reaches it). With
the contract's clock from the choice or the call-start it is plain time that must not exceed it. So
a caller who still waits then is a miss at that instant, and the figure falls within one threshold
of an outage in which nobody answers.
"""

from collections.abc import Sequence
from typing import Final

from streams.domain.disposition import ABANDONED, ANSWERED, CALLBACK, OVERFLOWED, SHORT_ABANDONED
from streams.domain.plan import Contract
from streams.domain.waits import Lap, exceeds, passes

_IN_TIME: Final = (ANSWERED, ABANDONED, SHORT_ABANDONED)


def missed_at(
    contract: Contract,
    threshold: int,
    laps: Sequence[Lap],
    lap: int | None,
    ended: int | None,
    chosen: int,
    started: int,
) -> int | None:
    """The instant at which the threshold is passed before anything else decides; None where it is
    not.

    Args:
        contract: of the visit's line.
        threshold: its own, or one of its further ones, in us.
        laps: the visit's time in the queue, as far as it is over.
        lap: since when it waits now, else None.
        ended: when it was answered or else ended; None while it has not.
        chosen: the visit's beginning.
        started: the contact's.
    """
    limit = threshold + contract.inclusive
    if contract.clock == "queue":
        missed = exceeds(laps, lap, limit)
    else:
        instant = (chosen if contract.clock == "choice" else started) + limit
        missed = passes(laps, lap, instant)
        if missed is None and ended is not None and ended >= instant:
            return ended  # whose entry was told late was in no queue, but the plain time ran
    return missed if missed is None or ended is None or missed <= ended else None


def within(
    contract: Contract, disposition: str, ended: int | None, missed: int | None, now: int
) -> bool | None:
    """Whether a visit was decided within the threshold: answered or abandoned in time; None while
    that is open, and for what stays out of the figure.

    Args:
        contract: of the visit's line.
        disposition: the visit's.
        ended: when it was answered or else ended.
        missed: when the threshold was or will be passed, by ``missed_at``.
        now: the instant.
    """
    if disposition is SHORT_ABANDONED and not contract.short_counts:
        return None
    if missed is not None and missed <= now:
        return False
    if ended is None or disposition is CALLBACK:
        return None
    if disposition is OVERFLOWED and not contract.overflow_counts:
        return None
    return disposition in _IN_TIME
