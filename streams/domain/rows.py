"""An event as five plain values: the form in which a contact keeps what happened.

A row is ``at, code, event_id, word, more``; a contact is its rows one after another in one flat
list, which msgpack writes in half a microsecond an event and reads in less. Nothing in a row hangs
on another row or on the order of arrival, so the rows of a contact can be cut, merged and compared
as they are.

``code`` says what happened: the kind, its phase, reason and side in five bits, whose order is the
order of kinds at one instant; the visit number above them; and whether the source told its own
order (``seq``). ``word`` is the line, where the kind has one. ``more`` is what such an event
usually has besides (``USUAL``) or nothing; of an event that has more than that, a list in the order
of the names below, without the empty end.

A third of this module are the types that say what a row asks of an event of each kind.

It is longer than a module should be, because a third of it are the types of what events tell.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol, get_args

import msgspec

from streams.domain.events import HangupReason, LeftReason

More = str | list[Any] | None
Row = tuple[int, int, str, str, More]
"""Instant in us, code, ``event_id``, line, and what else the event told."""

ROW_WIDTH: Final = 5
"""Values of a row in a flat list."""

CALL_START, MENU_CHOICE, QUEUE_ENTERED, QUEUE_ANSWERED, QUEUE_RETURNED, QUEUE_LEFT = range(6)
LEFT_REASONS: Final[tuple[LeftReason, ...]] = get_args(LeftReason)
HANGUP: Final = QUEUE_LEFT + len(LEFT_REASONS)
HANGUP_REASONS: Final[tuple[HangupReason, ...]] = get_args(HangupReason)
SIDES: Final = (None, "caller", "agent", "system")
FULL: Final = 31
"""Stands for the events of a contact that has too many (``contact.Piece``)."""

KIND_BITS: Final = 31
NUMBER_SHIFT: Final = 5
SEQ: Final = 1 << 19
"""Visit numbers go up to 9,999, so a code without this bit is below it."""

_PHASES: Final = {"entered": QUEUE_ENTERED, "answered": QUEUE_ANSWERED, "returned": QUEUE_RETURNED}
_LEFT: Final[dict[str | None, int]] = {
    reason: QUEUE_LEFT + index for index, reason in enumerate(LEFT_REASONS)
}
_HANGUP: Final[dict[tuple[str, str | None], int]] = {
    (reason, by): HANGUP + index * len(SIDES) + side
    for index, reason in enumerate(HANGUP_REASONS)
    for side, by in enumerate(SIDES)
}
LEFT_BY_TRANSFER: Final = _LEFT["transfer"]

RANK: Final = tuple(
    code
    if code < QUEUE_LEFT
    else QUEUE_LEFT
    if code < HANGUP
    else QUEUE_LEFT + 1
    if code < FULL
    else QUEUE_LEFT + 2
    for code in range(FULL + 1)
)
"""Order of kinds at one instant; reasons make no difference."""

(
    USUAL_FIELD,
    SEQUENCE_FIELD,
    REVISION_FIELD,
    DIRECTION_FIELD,
    CHANNEL_FIELD,
    ENTRY_FIELD,
    LANGUAGE_FIELD,
    MENU_FIELD,
    VENDOR_FIELD,
    URGENT_FIELD,
    INFORMED_FIELD,
) = range(11)
"""Where a list in ``more`` has what. The usual one is of a start the caller, of a choice the option
pressed, of an answer the agent, of leaving the line that a transfer leads to."""

PROPERTIES: Final = (DIRECTION_FIELD, CHANNEL_FIELD, ENTRY_FIELD, LANGUAGE_FIELD, MENU_FIELD)
"""What is a property of the contact, whichever of its events tells it."""


class Told(Protocol):
    """What an event of any kind may tell; every attribute is read only."""

    @property
    def event_id(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def seq(self) -> int | None: ...
    @property
    def direction(self) -> str | None: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def entry(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...


class StartTold(Told, Protocol):
    """A call-start."""

    @property
    def caller(self) -> str | None: ...
    @property
    def menu(self) -> str | None: ...


class ChoiceTold(Told, Protocol):
    """A menu-choice."""

    @property
    def line(self) -> str: ...
    @property
    def menu(self) -> str | None: ...
    @property
    def option(self) -> str | None: ...
    @property
    def informed(self) -> str | None: ...


class QueueTold(Told, Protocol):
    """A queue event."""

    @property
    def line(self) -> str: ...
    @property
    def visit(self) -> int | None: ...
    @property
    def phase(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def to_line(self) -> str | None: ...
    @property
    def urgent(self) -> bool | None: ...
    @property
    def vendor(self) -> str | None: ...
    @property
    def agent(self) -> str | None: ...


class HangupTold(Told, Protocol):
    """A hangup."""

    @property
    def reason(self) -> str | None: ...
    @property
    def informed(self) -> str | None: ...
    @property
    def by(self) -> str | None: ...


# Most events tell nothing besides: asking for all of it at once takes a tenth of putting it into
# a list.


def start(event: StartTold, at: int) -> Row:
    """The row of a call-start."""
    if not (
        event.direction
        or event.channel
        or event.entry
        or event.language
        or event.menu
        or event.revision
        or event.seq is not None
    ):
        return at, CALL_START, event.event_id, "", event.caller or None
    more = _more(event, event.caller, menu=event.menu)
    return at, CALL_START if event.seq is None else CALL_START | SEQ, event.event_id, "", more


def choice(event: ChoiceTold, at: int) -> Row:
    """The row of a menu-choice."""
    if not (
        event.direction
        or event.channel
        or event.entry
        or event.language
        or event.menu
        or event.informed
        or event.revision
        or event.seq is not None
    ):
        return at, MENU_CHOICE, event.event_id, event.line, event.option or None
    more = _more(event, event.option, menu=event.menu, informed=event.informed)
    return (
        at,
        MENU_CHOICE if event.seq is None else MENU_CHOICE | SEQ,
        event.event_id,
        event.line,
        more,
    )


def queue(event: QueueTold, at: int) -> Row:
    """The row of a queue event; one that left must say why."""
    phase = event.phase
    usual = None
    if phase == "left":
        code = _LEFT[event.reason]
        usual = event.to_line or None
    else:
        code = _PHASES[phase]
        if code == QUEUE_ANSWERED:
            usual = event.agent or None
    visit = event.visit
    if visit is not None:
        code += visit + 1 << NUMBER_SHIFT
    if not (
        event.direction
        or event.channel
        or event.entry
        or event.language
        or event.vendor
        or event.revision
        or event.urgent is not None
        or event.seq is not None
    ):
        return at, code, event.event_id, event.line, usual
    more = _more(event, usual, vendor=event.vendor, urgent=event.urgent)
    return at, code if event.seq is None else code | SEQ, event.event_id, event.line, more


def hangup(event: HangupTold, at: int) -> Row:
    """The row of a hangup; ``normal`` where no reason is given."""
    code = _HANGUP[event.reason or "normal", event.by]
    if not (
        event.direction
        or event.channel
        or event.entry
        or event.language
        or event.informed
        or event.revision
        or event.seq is not None
    ):
        return at, code, event.event_id, "", None
    more = _more(event, None, informed=event.informed)
    return at, code if event.seq is None else code | SEQ, event.event_id, "", more


def _more(
    event: Told,
    usual: str | None,
    menu: str | None = None,
    vendor: str | None = None,
    urgent: bool | None = None,
    informed: str | None = None,
) -> More:
    """What an event told besides, as short as it can be written, so that equal events are equal. An
    empty word tells nothing."""
    more = [
        usual or None,
        event.seq,
        event.revision or None,
        event.direction or None,
        event.channel or None,
        event.entry or None,
        event.language or None,
    ]
    # Hardly any event tells the last three: to append and take away all four of these took a third
    # of the time.
    if vendor or urgent is not None or informed:
        more += [menu or None, vendor or None, urgent, informed or None]
    elif menu:
        more.append(menu)
        return more
    while more and more[-1] is None:
        more.pop()
    return more if len(more) > 1 else usual or None


def told(more: More, what: int) -> Any:
    """One of the values named above that an event told; None if it did not."""
    if type(more) is list:
        return more[what] if what < len(more) else None
    return more if what == USUAL_FIELD else None


def number(code: int) -> int:
    """The visit number in a code, -1 where there is none."""
    return ((code & ~SEQ) >> NUMBER_SHIFT) - 1


def hangup_reason(code: int) -> HangupReason:
    """The reason of a code that stands for a hangup."""
    return HANGUP_REASONS[((code & KIND_BITS) - HANGUP) // len(SIDES)]


def left_reason(code: int) -> LeftReason:
    """The reason of a code that stands for leaving a line.

    >>> left_reason(LEFT_BY_TRANSFER | SEQ)
    'transfer'
    """
    return LEFT_REASONS[(code & KIND_BITS) - QUEUE_LEFT]


def hung_up_by(code: int) -> str | None:
    """Who ended the contact by a hangup of this code, where that was told.

    >>> hung_up_by(_HANGUP["busy", "system"]), hung_up_by(_HANGUP["normal", None])
    ('system', None)
    """
    return SIDES[((code & KIND_BITS) - HANGUP) % len(SIDES)]


def kind(code: int) -> str:
    """The kind or phase that a code stands for, as the events have it.

    >>> kind(MENU_CHOICE), kind(LEFT_BY_TRANSFER), kind(HANGUP | SEQ)
    ('menu-choice', 'left', 'hangup')
    """
    return _KINDS[RANK[code & KIND_BITS]]


_KINDS: Final = (
    "call-start",
    "menu-choice",
    "entered",
    "answered",
    "returned",
    "left",
    "hangup",
)

encode: Final = msgspec.msgpack.Encoder().encode
"""Rows as bytes: how a contact rests, and its state record."""

decode: Final[Callable[[bytes], list[Any]]] = msgspec.msgpack.Decoder(list[Any]).decode
"""The rows that ``encode`` wrote."""
