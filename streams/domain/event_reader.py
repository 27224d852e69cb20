"""Events read from the outside: each accepted, or refused with a reason.

A refusal is a value, not an exception, so that a flood of broken input costs little more than good
input. It says which field is wrong and how, and repeats no value but a plain word (``privacy``).

It is longer than a module should be, because what is refused stands beside what is accepted: apart,
a new field would be forgotten in one of the two.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, Self, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from streams.domain import instants
from streams.domain.events import TYPES, CallStart, Event, Kind, MenuChoice, Queue
from streams.domain.plan import Plan
from streams.domain.privacy import (
    FIRST_OF_DIALLED,
    holds_number,
    is_dialled,
    is_pseudonym,
    pseudonym_pattern,
    shown,
)

MAX_BYTES: Final = 16_384
"""Longest value accepted, in bytes: eighty times a usual event, and small enough that a flood of
such values fits in a fetch."""

DEFAULT_SKEW: Final = 5 * instants.MINUTE
"""How far ``at`` may lie after the record's timestamp: clocks of phone systems drift by minutes,
and anything further ahead would hold every window's newest edge."""


class Refusal(NamedTuple):
    """Why an event was not accepted: a reason out of ``REASONS``, and what was seen, in words that
    may be kept and shown: nothing in them names a person."""

    reason: str
    detail: str


UNREADABLE = "unreadable"
UNKNOWN_KIND = "unknown_kind"
MISSING_FIELD = "missing_field"
MALFORMED_FIELD = "malformed_field"
UNKNOWN_LINE = "unknown_line"
TELEPHONE_NUMBER = "telephone_number"
IN_FUTURE = "in_future"
OVERSIZED = "oversized"
TOO_MANY_CONTACTS = "too_many_contacts"

REASONS: Final = (
    UNREADABLE,
    UNKNOWN_KIND,
    MISSING_FIELD,
    MALFORMED_FIELD,
    UNKNOWN_LINE,
    TELEPHONE_NUMBER,
    IN_FUTURE,
    OVERSIZED,
    TOO_MANY_CONTACTS,
)
"""Every reason of refusal; the only values that the dead-letter metrics' label can take."""


Accepted = tuple[Event, int]
"""An event and the instant of its ``at``."""

KnowsLine = Callable[[str, int], bool]
"""Whether the plan has a line of this id at this instant."""


_NO_PSEUDONYM: Final = (
    "is no pseudonym: 32 hexadecimal digits as `reachline import` makes them, a digest, a word, or "
    "what the plan's `pseudonyms` says"
)


# A city has some hundreds of agents, entrances and digits, each told by every event anew: to look
# them up takes a tenth of the time. With more than that, as of somebody who invents them, those
# that were asked for longest ago are let go of.
_WORDS_REMEMBERED: Final = 10_000
is_agent: Final = lru_cache(_WORDS_REMEMBERED)(is_pseudonym)
_holds_number: Final = lru_cache(_WORDS_REMEMBERED)(holds_number)


def dialled(event: Event) -> str | None:
    """The field in which a number stands that somebody is called at; None if there is none. Ids may
    be plain numbers, for phone systems count their calls; entrances and digits pressed may not."""
    call_id, event_id = event.call_id, event.event_id
    if (
        call_id[0] in FIRST_OF_DIALLED
        or event_id[0] in FIRST_OF_DIALLED
        or not (call_id.isascii() and event_id.isascii())
    ):
        if is_dialled(call_id):
            return "call_id"
        if is_dialled(event_id):
            return "event_id"
    if event.entry and _holds_number(event.entry):
        return "entry"
    if type(event) is MenuChoice and event.option and _holds_number(event.option):
        return "option"
    return None


class Reader:
    """Reads events against a plan.

    Args:
        knows_line: which lines there are.
        skew: how far ``at`` may lie after the record's timestamp.
        pseudonyms: what callers and agents may be called besides what anybody's may.

    Attributes:
        unknown_to_lines: how many ``to_line`` were left out because the plan has no such line.
    """

    __slots__ = (
        "_any",
        "_by_kind",
        "_is_agent",
        "_is_caller",
        "_knows_line",
        "_skew",
        "unknown_to_lines",
    )

    def __init__(
        self,
        knows_line: KnowsLine,
        skew: int = DEFAULT_SKEW,
        pseudonyms: re.Pattern[str] | None = None,
    ) -> None:
        self._any = msgspec.json.Decoder(Event)
        self._by_kind = {name: msgspec.json.Decoder(type_) for name, type_ in TYPES.items()}
        self._knows_line = knows_line
        self._skew = skew
        self._is_agent: Callable[[str], bool] = is_agent
        self._is_caller: Callable[[str], bool] = is_pseudonym
        if pseudonyms is not None:
            fits = pseudonyms.fullmatch
            self._is_caller = lambda value: is_pseudonym(value) or fits(value) is not None
            self._is_agent = lru_cache(_WORDS_REMEMBERED)(self._is_caller)
        self.unknown_to_lines = 0

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """A reader of what a plan accepts."""
        written = plan.entries.city.pseudonyms
        return cls(plan.knows, pseudonyms=pseudonym_pattern(written) if written else None)

    def read(self, value: bytes, timestamp: int, kind: Kind | None = None) -> Accepted | Refusal:
        """Reads one JSON event.

        Args:
            value: the event as JSON.
            timestamp: the record's timestamp, or for a file the wall clock at the start;
                ``at`` may lie at most the allowed skew after it.
            kind: the kind that the record's topic stands for; without it, the field ``event``
                must name one.
        """
        if len(value) > MAX_BYTES:
            return Refusal(OVERSIZED, f"{len(value)} bytes, at most {MAX_BYTES} are read")
        try:
            event = (self._by_kind[kind] if kind else self._any).decode(value)
        except (ValueError, RecursionError) as error:
            return _why(value, kind, error)
        try:
            at = instants.parse(event.at)
        except ValueError as error:
            return Refusal(MALFORMED_FIELD, f"at {shown(event.at)}: {error}")
        if at > timestamp + self._skew:
            return Refusal(IN_FUTURE, f"at {_second(at)} is too far after {_second(timestamp)}")
        field = dialled(event)
        if field is not None:
            return Refusal(TELEPHONE_NUMBER, f"{field}: a telephone number")
        if type(event) is Queue or type(event) is MenuChoice:
            if type(event) is Queue:
                if event.phase == "left" and event.reason is None:
                    return Refusal(MISSING_FIELD, "reason: `left` must say why")
                if event.agent is not None and not self._is_agent(event.agent):
                    return Refusal(TELEPHONE_NUMBER, f"agent {_NO_PSEUDONYM}")
            # Asked last: without a plan, a line that is asked for is known from then on.
            if not self._knows_line(event.line, at):
                return Refusal(
                    UNKNOWN_LINE, f"line {shown(event.line)} is not in the plan at {_second(at)}"
                )
            if (
                type(event) is Queue
                and event.phase == "left"
                and event.to_line is not None
                and not self._knows_line(event.to_line, at)
            ):
                self.unknown_to_lines += 1
                event = msgspec.structs.replace(event, to_line=None)
        elif (
            type(event) is CallStart
            and event.caller is not None
            and not self._is_caller(event.caller)
        ):
            return Refusal(TELEPHONE_NUMBER, f"caller {_NO_PSEUDONYM}")
        return event, at

    def read_record(
        self,
        value: bytes | None,
        timestamp: int,
        kind: Kind,
        headers: Mapping[str | None, bytes | None],
    ) -> Accepted | Refusal:
        """Reads one Kafka record that may be a CloudEvent in binary mode.

        The attributes ``ce_id``, ``ce_time``, ``ce_subject`` stand for ``event_id``, ``at`` and
        ``call_id`` where the data has none; ``ce_type`` must end in the topic's kind. A header
        without a name, which no sender can make, says that the record could not be read, and why.
        """
        if None in headers:
            return Refusal(UNREADABLE, (headers[None] or b"").decode("utf-8", "replace"))
        if value is None:
            return Refusal(UNREADABLE, "a record without a value")
        if headers.get("ce_id") is None or len(value) > MAX_BYTES:
            return self.read(value, timestamp, kind)
        type_ = (headers.get("ce_type") or b"").decode("utf-8", "replace")
        if type_ and not (type_ == kind or type_.endswith(("." + kind, "/" + kind))):
            return Refusal(UNKNOWN_KIND, f"ce_type {shown(type_)} on the topic of {kind}")
        try:
            data = _fields.decode(value)
        except (ValueError, RecursionError) as error:
            return _why(value, kind, error)
        for header, field in (("ce_id", "event_id"), ("ce_time", "at"), ("ce_subject", "call_id")):
            given = headers.get(header)
            if field not in data and given is not None:
                text = msgspec.json.encode(given.decode("utf-8", "replace"))
                data[field] = msgspec.Raw(text)
        return self.read(msgspec.json.encode(data), timestamp, kind)


_fields: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
"""Takes an object apart and leaves its values as they are."""


class _Named(Struct):
    """Of an event nothing but its kind, as it is written; the rest is passed over."""

    event: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_named: Final = msgspec.json.Decoder(_Named)

_LONGEST_NAME: Final = 256  # bytes; no kind is as long in any spelling


_CHOICES: Final = {
    (name, field): ", ".join(get_args(choice))
    for name, type_ in TYPES.items()
    for field, hint in get_type_hints(type_).items()
    for choice in (hint, *get_args(hint))
    if get_origin(choice) is Literal
}
"""What a field of few values may be, by the event's kind and the field's name."""

_NONE_OF_THEM = re.compile(r"Invalid enum value ['\"](.*)['\"] - at `\$\.([a-z_]+)`", re.DOTALL)
_WRONG_TYPE = re.compile(
    r"Object missing required field `[a-z_]+`"
    r"|(?:Expected `[a-z |]+`(?:, got `[a-z]+`| (?:of length )?[<>]= [0-9]+)?|Number out of range)"
    r" - at `\$\.[a-z_]+`"
)
_NOT_JSON = re.compile(
    r"Input data was truncated|JSON is malformed: (?:utf-16|[a-z ,:'}\]])+ \(byte [0-9]+\)"
)
"""Of the decoder's sentences those that hold nothing of the value; its next edition may have
others, which are not repeated."""


def _why(value: bytes, kind: Kind | None, error: Exception) -> Refusal:
    """The reason of a refusal. Nothing is made of what the value holds: hostile ones are as large
    as may be, and many."""
    if isinstance(error, RecursionError):
        return Refusal(UNREADABLE, "nested too deep")
    if not isinstance(error, msgspec.ValidationError):
        return _unreadable(error)
    try:
        raw = _named.decode(value).event
        if raw is msgspec.UNSET:
            named: Any = kind
        else:
            named = msgspec.json.decode(raw) if len(raw) <= _LONGEST_NAME else "too long"
    except msgspec.ValidationError:
        return Refusal(UNREADABLE, "not a JSON object")
    except (ValueError, RecursionError) as broken:
        return _unreadable(broken)
    if named is None:
        return Refusal(UNKNOWN_KIND, "no field `event`")
    if not isinstance(named, str) or named not in TYPES or (kind and named != kind):
        return Refusal(UNKNOWN_KIND, f"event {shown(str(named))}")
    detail = str(error)
    none_of_them = _NONE_OF_THEM.fullmatch(detail)
    if none_of_them:
        seen, field = none_of_them.groups()
        # An object that has `event` twice was read as the first, and is named by the last.
        choices = _CHOICES.get((named, field), "those that its kind has")
        return Refusal(MALFORMED_FIELD, f"{field} {shown(seen)}: none of {choices}")
    if not _WRONG_TYPE.fullmatch(detail):
        detail = "a field of the wrong type"
    if "missing required field" in detail:
        return Refusal(MISSING_FIELD, detail)
    return Refusal(MALFORMED_FIELD, detail)


def _unreadable(error: Exception) -> Refusal:
    if isinstance(error, UnicodeDecodeError):
        return Refusal(UNREADABLE, f"not JSON: not UTF-8 at byte {error.start}")
    detail = str(error)
    return Refusal(UNREADABLE, f"not JSON: {detail}" if _NOT_JSON.fullmatch(detail) else "not JSON")


def _second(instant: int) -> str:
    """An instant to the second: its fraction may have been anything."""
    try:
        return instants.text(instant - instant % instants.SECOND)
    except OverflowError:
        return "a time after the year 9999"  # which an offset makes of the last day of all
