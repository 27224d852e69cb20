"""The lines of Asterisk's ``queue_log``: ``time|call|queue|member|EVENT|parameter|...``.

Versions differ in how many parameters an event has, and some fields may hold bars themselves: the
text of the application ``QueueLog``, and the address that ``Queue`` hands to agents. So parameters
are asked for by their position from the side on which nothing was added over the years.
"""

import re
from typing import Final, NamedTuple

from streams.domain import instants
from streams.domain.privacy import is_dialled

NO_ONE: Final = "NONE"
"""What Asterisk writes for no call, no queue, no member."""

LONGEST_CHANNEL: Final = 100
"""Characters of a call's id: an event's has 128, and the name of a server goes before it."""

_LONGEST_NAME: Final = 128
"""Characters of a queue or a member; Asterisk's own limit for a queue is 80."""

_TIME = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,6}))?", re.ASCII)
_EVENT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)
_CALL = re.compile(r"[\x21-\x7e]+")
_BORN = re.compile(r"(?:.*-)?([0-9]{9,11})\.[0-9]+", re.ASCII)
_ADDRESS = re.compile(r"[^<]*<([^>]*)>.*", re.DOTALL)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_POSITION = re.compile(r"[0-9]{1,4}", re.ASCII)  # in a queue; a caller's number is longer
_EXTENSION = re.compile(r"(?:[A-Za-z0-9]+/)?([^@/]+?)(?:-[0-9a-f]{8})?(?:@.*|/n)?", re.DOTALL)


class Record(NamedTuple):
    """One line.

    Attributes:
        at: its instant, in us.
        time: the same as it is written.
        call: the caller's channel, Asterisk's ``uniqueid``; ``NONE`` where it is of no call.
        queue, member: as it is written; ``NONE`` where there is none.
        event: in capitals.
        parameters: without empty ones at the end, which some versions add.
    """

    at: int
    time: str
    call: str
    queue: str
    member: str
    event: str
    parameters: tuple[str, ...]

    def text(self, position: int) -> str:
        """A parameter by its position, from the end where that is negative; empty if there is
        none."""
        if -len(self.parameters) <= position < len(self.parameters):
            return self.parameters[position]
        return ""

    def seconds(self, position: int) -> int | None:
        """The same as a length of time, in us; None if it is none."""
        text = self.text(position)
        return int(text) * instants.SECOND if _WHOLE.fullmatch(text) else None


def parse(line: str) -> Record:
    """The record of a line.

    Raises:
        ValueError: it is none; says why, and repeats nothing of it.
    """
    # A machine that lost its power leaves zeros where a line was to be.
    line = line.lstrip("\0\ufeff").rstrip("\r\n")
    fields = line.split("|")
    if len(fields) < 5:
        raise ValueError(
            f"{len(fields)} fields, at least 5 expected: the line is cut, or no record"
        )
    time, call, queue, member, event, *parameters = fields
    found = _TIME.fullmatch(time)
    if found is None:
        raise ValueError("its first field is no time: seconds since 1970 expected")
    if not _EVENT.fullmatch(event):
        raise ValueError("its fifth field is no event: the line is cut, or two are mixed up")
    if not _CALL.fullmatch(call) or len(call) > LONGEST_CHANNEL:
        raise ValueError(
            f"its second field is no call: 1 to {LONGEST_CHANNEL} characters, no blanks"
        )
    if is_dialled(call):
        raise ValueError("its second field is a telephone number, and no call")
    for name, value in (("queue", queue), ("member", member)):
        if len(value) > _LONGEST_NAME or not (value.isprintable()):
            raise ValueError(f"its {name} has characters that no name has, or too many")
    while parameters and not parameters[-1]:
        parameters.pop()
    seconds, fraction = found.groups()
    at = int(seconds) * instants.SECOND + int((fraction or "0").ljust(6, "0"))
    return Record(at, time, call, queue, member, event.upper(), tuple(parameters))


def born(call: str) -> int | None:
    """When a channel was made, in us, by its id: ``[system-]seconds.counter``.

    >>> born("pbx1-1767949200.41")
    1767949200000000
    """
    found = _BORN.fullmatch(call)
    return int(found[1]) * instants.SECOND if found else None


def caller(record: Record) -> str:
    """The caller's number of an ENTERQUEUE: ``address|number|position[|name]``, or without the last
    two in old versions. The address may hold bars.

    >>> caller(parse("1767949212|1.1|waste|NONE|ENTERQUEUE||+3232210000|3"))
    '+3232210000'
    """
    position = 1
    if len(record.parameters) > 3 and not _POSITION.fullmatch(record.text(2)):
        position = -2 if _POSITION.fullmatch(record.text(-1)) else -3
    return number(record.text(position))


def number(text: str) -> str:
    """The number in ``number`` or in ``"Name" <number>``."""
    found = _ADDRESS.fullmatch(text)
    return (found[1] if found else text).strip()


def extension(member: str) -> str:
    """The extension that a member is called at: of ``PJSIP/71``, ``Local/71@from-queue/n`` and
    ``SIP/71-0000002a`` it is 71; a name stays as it is."""
    found = _EXTENSION.fullmatch(member)
    return found[1] if found else member
