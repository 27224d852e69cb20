"""Which line a queue of a phone system feeds: ``queues`` of the plan's lines, valid by date.

A queue is written as its phone system calls it, with the kind of system before it where two of them
have queues of one name: ``asterisk:waste``. Capitals mean nothing, for Asterisk logs a queue at
times as it is configured and at times as a dialplan spells it. A line that names no queues is fed
by the queue of its own id.
"""

from collections.abc import Callable, Iterable
from typing import Final

from streams.domain.plan.fields import LONGEST_TEXT, Table, shown
from streams.domain.plan.model import Line
from streams.domain.plan.validity import Version, by_id, valid

SYSTEMS: Final = (
    "asterisk",
    "freeswitch",
    "amazon-connect",
    "genesys",
    "twilio",
    "uccx",
    "3cx",
)
"""What may stand before a queue: kinds of phone systems. An ARN begins with none of them."""


def key(queue: str) -> str:
    """What two spellings of a queue have in common.

    >>> key("Asterisk:Waste") == key("asterisk:waste")
    True
    """
    return queue.casefold()


def read(table: Table) -> tuple[str, ...]:
    """The key ``queues`` of a ``[[line]]``; mistakes are reported."""
    queues = table.texts("queues")
    for queue in queues:
        name = queue.partition(":")[2] if key(queue).startswith(_PREFIXES) else queue
        if not name.strip() or len(queue) > LONGEST_TEXT or not queue.isprintable():
            table.report("queues", f'{shown(queue)} is no queue: write "waste" or "asterisk:waste"')
    return queues


_PREFIXES: Final = tuple(f"{system}:" for system in SYSTEMS)


class Queues:
    """The queues of one phone system.

    Args:
        system: its kind, one of ``SYSTEMS``.
        lines: the lines of the plan.
        knows: whether the plan has a line of this id at this instant (``Plan.knows``); without a
            plan it has any.
    """

    def __init__(
        self, system: str, lines: Iterable[Version[Line]], knows: Callable[[str, int], bool]
    ) -> None:
        lines = tuple(lines)
        self._system = system
        self._knows = knows
        self._lines = by_id(lines)
        self._fed: dict[str, list[Version[Line]]] = {}
        for version in lines:
            for queue in version.entry.queues:
                self._fed.setdefault(key(queue), []).append(version)

    def line(self, queue: str, at: int) -> str | None:
        """The id of the line that the queue feeds at the instant; None: the plan does not say."""
        for name in (f"{self._system}:{queue}", queue):
            line = valid(self._fed.get(key(name), ()), at)
            if line is not None:
                return line.id
        if not self._knows(queue, at):
            return None
        own = valid(self._lines.get(queue, ()), at)
        return queue if own is None or not own.queues else None

    def chosen(self, text: str, at: int) -> str | None:
        """The line that a menu leads to, by its id or by a queue that feeds it; None: neither."""
        return text if self._knows(text, at) else self.line(text, at)
