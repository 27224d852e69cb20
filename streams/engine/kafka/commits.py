"""Committing offsets, and what it says of the group: whether this worker is still a member."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Final

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from streams.engine.kafka.transport import App

log = logging.getLogger(__name__)

COMMIT_PATIENCE: Final = 30.0
"""Seconds for which commits of offsets may fail. Nothing is lost meanwhile, for the state has its
own positions; but a worker that can't commit for longer is no member of its group any more."""


class CommitError(Exception):
    """Offsets do not move; the worker must end."""


class Commits:
    """Commits offsets.

    Args:
        app: whose consumer commits them.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._accepted = time.monotonic()
        self._refused: float | None = None  # since when commits are refused

    def assigned(self) -> None:
        """The group has given this worker its partitions, so it is a member."""
        self._accepted = time.monotonic()
        self._refused = None

    def accepted_within(self, seconds: float) -> bool:
        """Whether the group accepted offsets of this worker, or gave it partitions, that lately."""
        return time.monotonic() - self._accepted < seconds

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commits offsets, or says in the log why the group does not accept them.

        Raises:
            CommitError: it has not accepted any for too long, or the broker does not answer.
        """
        begun = time.monotonic()
        try:
            async with asyncio.timeout(COMMIT_PATIENCE):
                await self._app.consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError, TimeoutError) as error:
            # The group is rebalancing, or has gone on without this worker, which will see that.
            # What was written stands: the next owner of the partitions goes on from there.
            self._refused = self._refused or begun
            if isinstance(error, TimeoutError) or begun - self._refused > COMMIT_PATIENCE:
                raise CommitError(
                    f"offsets could not be committed for {COMMIT_PATIENCE:g} s: the group has gone "
                    "on without this worker, or the broker does not answer"
                ) from error
            log.warning("offsets not committed", extra={"why": str(error)})
        else:
            self.assigned()
