"""The four topics wait for each other in event time, and nobody waits for nothing."""

from streams.domain.instants import MINUTE
from streams.engine.roles.alignment import ALIGNED_WITHIN, too_far_ahead

NOON = 1_795_003_200_000_000


def test_nobody_waits_while_all_are_near_each_other() -> None:
    newest = {"start": NOON + 4 * MINUTE, "choice": NOON + MINUTE, "queue": NOON}
    assert too_far_ahead(newest, newest) == set()


def test_whoever_is_far_ahead_of_the_slowest_waits() -> None:
    newest = {"start": NOON + ALIGNED_WITHIN + 1, "choice": NOON + ALIGNED_WITHIN, "queue": NOON}
    assert too_far_ahead(newest, newest) == {"start"}


def test_for_a_topic_that_brings_nothing_nobody_waits() -> None:
    newest = {"start": NOON + 60 * MINUTE, "choice": NOON + 60 * MINUTE, "queue": NOON}
    assert too_far_ahead(newest, ["start", "choice"]) == set()
    assert too_far_ahead({}, ["start"]) == set()
    assert too_far_ahead({"start": NOON + 60 * MINUTE}, ["start", "queue"]) == set()
