"""Which line of the plan a call record's queue feeds: by the mapping, else by the plan."""

from collections.abc import Callable, Mapping

from streams.domain.plan.queues import Queues
from streams.domain.privacy import holds_number, shown

SYSTEM = "calls"
"""The kind of phone system that may stand before a queue in the plan."""

_ADD_TO_TABLE = ': add "{queue}" = "its line" to [lines] of the mapping'


class UnmappedError(ValueError):
    """A queue that feeds no line; the message says what to add, and to what.

    Attributes:
        queue: as it may be repeated.
    """

    def __init__(self, queue: str, remedy: str) -> None:
        self.queue = shown(queue).strip("'")
        super().__init__(
            f"the queue {self.queue} feeds no line{remedy.format(queue=self.queue)}; "
            "its calls are counted here, and are in no figure"
        )


class Lines:
    """The lines of a mapping and a plan.

    Args:
        table: ``[lines]`` of the mapping.
        queues: of the plan; None without one, when every queue that the mapping does not name is a
            line, or none is where it has a table.
        knows: whether the plan has a line of this id at this instant.
    """

    __slots__ = ("_knows", "_queues", "_table")

    def __init__(
        self,
        table: Mapping[str, str] | None,
        queues: Queues | None = None,
        knows: Callable[[str, int], bool] = lambda line, at: True,
    ) -> None:
        self._table = table
        self._queues = queues
        self._knows = knows

    def of(self, queue: str, at: int) -> str:
        """The id of the line that a queue feeds at an instant.

        Raises:
            UnmappedError: there is none.
        """
        if self._table is not None and queue in self._table:
            line = self._table[queue]
            if not self._knows(line, at):
                raise UnmappedError(
                    queue, f' of the plan: [lines] of the mapping says "{line}", which is none'
                )
            return line
        if self._queues is not None:
            fed = self._queues.line(queue, at) or (queue if self._knows(queue, at) else None)
            if fed is None:
                raise UnmappedError(queue, ' of the plan: add queues = ["{queue}"] to its [[line]]')
            return fed
        if self._table is not None:
            raise UnmappedError(queue, _ADD_TO_TABLE)
        if holds_number(queue):  # no event may have one, whoever is called there
            raise UnmappedError(queue, _ADD_TO_TABLE)
        return queue

    def own(self, line: str, at: int) -> str:
        """The same of what a mapping's rule says for itself: that may be a line's id already."""
        if (self._table is None or line not in self._table) and self._knows(line, at):
            return line
        return self.of(line, at)
