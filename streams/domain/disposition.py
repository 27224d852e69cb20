"""How a visit ended: exactly one disposition, the first that applies."""

from typing import Final

from streams.domain.plan import Contract
from streams.domain.walked import NO_ROW, OTHER_CHOICE, VisitRows

ANSWERED: Final = "answered"
FORM: Final = "form"
CHOSE_AGAIN: Final = "chose_again"
OVERFLOWED: Final = "overflowed"
CALLBACK: Final = "callback"
CLOSED: Final = "closed"
BLOCKED: Final = "blocked"
LOST: Final = "lost"
SHORT_ABANDONED: Final = "short_abandoned"
ABANDONED: Final = "abandoned"
LEFT_BEFORE_QUEUE: Final = "left_before_queue"
OPEN: Final = "open"

DISPOSITIONS: Final = (
    ANSWERED,
    FORM,
    CHOSE_AGAIN,
    OVERFLOWED,
    CALLBACK,
    CLOSED,
    BLOCKED,
    LOST,
    SHORT_ABANDONED,
    ABANDONED,
    LEFT_BEFORE_QUEUE,
)
"""Every way in which a visit ends; ``open`` is none of these yet."""

_OF_LEFT: Final = {
    "transfer": OVERFLOWED,
    "overflow": OVERFLOWED,
    "timeout": OVERFLOWED,
    "exit_key": OVERFLOWED,
    "voicemail": OVERFLOWED,
    "callback": CALLBACK,
    "closed": CLOSED,
    "full": BLOCKED,
    OTHER_CHOICE: CHOSE_AGAIN,
}
_OF_HANGUP: Final = {"closed": CLOSED, "busy": BLOCKED, "error": LOST}


def disposition(
    visit: VisitRows,
    contract: Contract,
    form: bool,
    left: bool,
    hung_up: str | None,
    lost_at: int,
    wait: int | None,
    now: int,
) -> str:
    """The visit's disposition.

    Args:
        visit: what the walk found of it.
        contract: of its line.
        form: the line takes no transfers, so that a form stands for a visit that a transfer began
            and that never queued.
        left: it was left before it was lost.
        hung_up: the reason of the hangup that ended it before it was lost; None where none did.
        lost_at: without an ending until then there won't be one.
        wait: how long it waited, where it has ended.
        now: the instant.
    """
    if visit.answered != NO_ROW:
        return ANSWERED
    if form and visit.transfer != NO_ROW and not visit.queued:
        return FORM
    if left:
        return _OF_LEFT[visit.reason]
    if hung_up is not None:
        ended = _OF_HANGUP.get(hung_up)
        if ended is not None:
            return ended
        if not visit.queued:
            return LEFT_BEFORE_QUEUE
        return SHORT_ABANDONED if (wait or 0) <= contract.short_limit else ABANDONED
    return LOST if now > lost_at else OPEN
