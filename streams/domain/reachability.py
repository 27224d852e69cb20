"""When and how it is decided whether a caller was reached.

Reached when answered, however late; not reached when ended unanswered; *overdue*, and not reached
meanwhile, when unanswered ``reach_limit`` after the beginning. Who chose another line instead, and
whom a form stands for, stay out of it, and so does who accepted a callback, unless the contract
says that they were not reached.
"""

from typing import Final

from streams.domain.disposition import ANSWERED, CALLBACK, CHOSE_AGAIN, FORM, OPEN
from streams.domain.plan import Contract

_OUT: Final = (CHOSE_AGAIN, FORM)


def overdue_at(contract: Contract, begun: int) -> int:
    """The instant from which on a visit that is not answered counts as not reached."""
    return begun + contract.reach_limit


def reached(contract: Contract, disposition: str, overdue: int, now: int) -> bool | None:
    """Whether the caller was reached; None while that is open, and for what stays out of it."""
    if disposition is ANSWERED:
        return True
    if disposition is OPEN:
        return False if now >= overdue else None
    if disposition in _OUT or (disposition is CALLBACK and not contract.callbacks_not_reached):
        return None
    return False


def decided_at(
    contract: Contract, disposition: str, ended: int | None, overdue: int, now: int
) -> int | None:
    """When that was decided first: who is answered after this instant was overdue then. A decision
    stands, so who was overdue before choosing again or accepting a callback has one. None while
    there is none."""
    if disposition is OPEN:
        return overdue if now >= overdue else None
    if disposition in _OUT or (disposition is CALLBACK and not contract.callbacks_not_reached):
        return overdue if ended is not None and ended > overdue else None
    return overdue if ended is None else min(ended, overdue)
