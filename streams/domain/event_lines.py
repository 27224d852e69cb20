"""Lines of events, some at a time: read together where all of them are right, else one by one.

What a line is, ``Reader.read`` alone says. Here is only what lets most lines do with less of it:
they are decoded in one go, and an event that is right needs nothing more than to be looked at.
Whatever is not plainly right is read by ``read``, so that a refusal is the same either way.
"""

from typing import Any, Final

from streams.domain import instants
from streams.domain.event_reader import MAX_BYTES, Accepted, Reader, Refusal, dialled
from streams.domain.events import CallStart, MenuChoice, Queue

_NEVER: Final = 2**63
"""After every instant: of an event whose ``at`` is none."""


class LinesReader(Reader):
    """A reader of files of events."""

    __slots__ = ()

    def read_lines(self, lines: bytes, timestamp: int) -> list[Accepted | Refusal | None]:
        """What ``read`` gives of every line; None of one that is blank.

        Args:
            lines: joined by their ends, without the last one's end.
            timestamp: as in ``read``.
        """
        events = self._together(lines)
        if events is None:
            return [self.read(line, timestamp) if line.strip() else None for line in _each(lines)]
        knows, latest, parse = self._knows_line, timestamp + self._skew, instants.parse
        found: list[Accepted | Refusal | None] = []
        for event in events:
            try:
                at = parse(event.at)
            except ValueError:
                at = _NEVER
            type_ = type(event)
            if at > latest or dialled(event) is not None:
                right = False
            elif type_ is Queue:
                left = event.phase == "left"
                right = (
                    (not left or event.reason is not None)
                    and (event.agent is None or self._is_agent(event.agent))
                    and knows(event.line, at)
                    and (not left or event.to_line is None or knows(event.to_line, at))
                )
            elif type_ is MenuChoice:
                right = knows(event.line, at)
            elif type_ is CallStart:
                right = event.caller is None or self._is_caller(event.caller)
            else:
                right = True
            found.append((event, at) if right else self.read(_each(lines)[len(found)], timestamp))
        return found

    def _together(self, lines: bytes) -> list[Any] | None:
        """The events of lines that hold one each; None where that is not certain."""
        if len(lines) > MAX_BYTES:  # in fewer bytes there is no line that is too long
            return None
        ends = lines.count(b"\n")
        # The decoder takes one object over two lines, and two in one line. But in no object may
        # one end and the next begin without a comma: so none goes over an end of this look, and
        # each line has at least one.
        if lines.count(b"}\n{") != ends:
            return None
        try:
            events = self._any.decode_lines(lines)
        except (ValueError, RecursionError):
            return None
        return events if len(events) == ends + 1 else None


def _each(lines: bytes) -> list[bytes]:
    return lines.split(b"\n")
