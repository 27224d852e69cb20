"""Which input topics wait for the others, so that all four are read at the same event time.

A call has one start and several queue events, so topics that are read record by record drift apart:
the shortest is read to its end when the longest is half read. Then half of the backlog's contacts
are in memory, waiting for facts that are not read yet.
"""

from collections.abc import Collection, Mapping
from typing import Final

from streams.domain.instants import MINUTE

ALIGNED_WITHIN: Final = 5 * MINUTE
"""How far one topic may run ahead: a third of the grace, for which contacts stay in state anyway,
and more than producers' clocks differ."""


def too_far_ahead(newest: Mapping[str, int], unread: Collection[str]) -> set[str]:
    """The topics that wait.

    Args:
        newest: per topic the newest accepted ``at``, where any was.
        unread: topics with unread records that move it on. Nobody waits for the others: one that is
            read to its end, or that brings only what is refused, would stop all of them.

    >>> sorted(too_far_ahead({"start": 700 * 10**6, "queue": 0, "hangup": 1}, ["start", "queue"]))
    ['start']
    """
    slowest = min((newest[topic] for topic in unread if topic in newest), default=None)
    if slowest is None:
        return set()
    return {topic for topic in unread if newest.get(topic, slowest) > slowest + ALIGNED_WITHIN}
