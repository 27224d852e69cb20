"""What is said of a plan that judges the past otherwise than it was judged."""

import logging
from collections.abc import Iterable
from typing import Final

from streams.domain import instants
from streams.domain.plan.differences import texts
from streams.engine.roles.contact_owner import ContactOwner

log = logging.getLogger(__name__)

MOST_SAID: Final = 20
"""Differences that a line of the log names; how many more there are it says too. More than these
nobody reads in a line: `reachline plan diff` has them all."""


def say(owners: Iterable[ContactOwner]) -> None:
    """Says it once of partitions for which the plan is news."""
    said: dict[tuple[str, ...], list[ContactOwner]] = {}
    for owner in owners:
        adopted = owner.judging.adopted
        if adopted is not None and adopted.is_news:
            said.setdefault(texts(adopted.differences), []).append(owner)
    for entries, those in said.items():
        acts = [since for owner in those if (since := acts_since(owner)) is not None]
        log.warning(
            "the plan judges the past otherwise; that stays as it was judged, and the plan acts "
            "from the watermark on",
            extra={
                "partitions": sorted(owner.partition for owner in those),
                "acts_from": instants.text(max(acts)),
                "differs": [*entries[:MOST_SAID]],
                "more": max(0, len(entries) - MOST_SAID),
            },
        )


def acts_since(owner: ContactOwner) -> int | None:
    """From when on the worker's plan alone judges a partition; None: it would judge nothing of
    before otherwise."""
    adopted = owner.judging.adopted
    return None if adopted is None else adopted.since
