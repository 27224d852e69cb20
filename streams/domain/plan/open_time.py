"""Time that runs only while a line is open: what is promised within four hours at ten to six is
due the next morning."""

from streams.domain.plan.model import LONGEST_PROMISE
from streams.domain.plan.plan import Plan


def after(plan: Plan, line: str, at: int, length: int) -> int:
    """The instant at which a line has been open for so long since an instant.

    Args:
        plan: with the line's opening hours.
        line: its id.
        at: from when on.
        length: in us.

    Returns:
        ``LONGEST_PROMISE`` after ``at`` at the latest, whether the line opens or not.
    """
    latest = at + LONGEST_PROMISE
    now = at
    while now < latest:
        terms = plan.terms(line, now)
        if terms is not None and terms.open:
            closes = plan.closes_at(line, now)
            if closes is None or closes - now >= length:
                return min(now + length, latest)
            length -= closes - now
            now = closes
        else:
            opens = plan.opens_at(line, now)
            if opens is None:
                break
            now = opens
    return latest
