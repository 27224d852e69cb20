"""Records as nobody should send them: what a plausible event becomes when it is mutated.

Three families. `ANY` are made of calls of lines of their own, so whatever is accepted of them
touches no good call; what comes of them is theirs. `AIMED` are made of a good call's event, under
its own key or another, and in such a way that every one must be refused. `repeated` is a good event
once more, which must change nothing.

It is longer than a module should be, because each kind stands beside the others: what is not here
is not tried.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

import orjson

from streams.domain import instants
from streams.domain.event_reader import DEFAULT_SKEW, MAX_BYTES
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from tests.wire import Headers, Sent

Event = dict[str, Any]

LINES: Final = ("fuzz-a", "fuzz-b", "fuzz-c")
"""Of the mutated calls alone: nothing that one mutation makes is the name of a good call's line."""

PLAN: Final = """
[[vendor]]
id = "fuzzers"

[[line]]
id = "fuzz-a"
vendor = "fuzzers"
contract = "usual"

[[line]]
id = "fuzz-b"
vendor = "fuzzers"
contract = "usual"

[[line]]
id = "fuzz-c"
tier = 2
vendor = "fuzzers"
contract = "usual"
"""

_OTHER_TYPES: Final = (None, True, False, 0, 1, -1, 1.5, "", "x", [], {}, [[]], {"": None})
_NUMBERS: Final = (
    *(
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "-0",
        "1E400",
        "0.1e-999",
        "01",
        "+1",
        "1.",
        ".5",
        "0x1",
    ),
    *("9" * 5_000, "-" + "9" * 400, "1" + "0" * 309 + ".5", "9223372036854775808"),
    *("-9223372036854775809", "18446744073709551616", "2147483648", "9007199254740993", "1_000"),
)
_TEXTS: Final = (
    *(
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '"\\u0000"',
        '"\u202e"',
        '"e\u0301"',
        '"\u200b"',
        '"\ufeff"',
    ),
    *('"\U0001f600"', '"\uff10\uff13\uff12"', '"\\/"', '"\\u12"', '"\\x41"', '"\t"', '"\x7f"'),
    *(
        '"\u0130\u0131\u00df\ufb01"',
        '"a|b|c"',
        '"' + "\u00e9" * 64 + '"',
        '"' + "x" * 129 + '"',
        "'x'",
    ),
)
_BYTES: Final = (
    *(b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\x80"),
    *(b"\x00", b"\x1b[31m", b"\r\n", b"\xe2\x80\xa8", b"\xf0\x9f\x98"),
)
_INSTANTS: Final = (
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-23:59", "1969-12-31T23:59:59Z"),
    *("2016-12-31T23:59:60Z", "2026-02-29T10:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21"),
    *("2026-11-21t09:00:12z", "2026-11-21 09:00:12Z", "2026-11-21T09:00:12", "20261121T090012Z"),
    *("2026-11-21T09:00:12.123456789012Z", "2026-11-21T09:00:12+24:00", "1990-01-01T00:00:00Z"),
    *("-2026-11-21T09:00:12Z", "+002026-11-21T09:00:12Z", "12026-11-21T09:00:12Z", "soon", ""),
    *("2026-11-21T09:00:12-00:00", "2026-11-21T9:00:12Z", "\uff12026-11-21T09:00:12Z"),
)
_NUMBERS_CALLED: Final = (
    *("+32 3 123 45 67", "003231234567", "sip:+3231234567@city", "tel:+32-3-123", "0471 12 34 56"),
    *(
        "\uff10\uff13\uff11\uff12\uff13\uff14\uff15\uff16\uff17",
        "ann@example.org",
        "BE68539007547034",
    ),
)
_NAMES: Final = (
    *("event", "event_id", "call_id", "at", "revision", "seq", "direction", "channel", "entry"),
    *("language", "caller", "menu", "line", "option", "informed", "visit", "phase", "reason"),
    *("to_line", "urgent", "vendor", "agent", "by", "more", "", "\u00e9"),
)
_CLOUD_EVENT: Final = (
    *(b"ce_id", b"ce_type", b"ce_time", b"ce_subject", b"ce_source", b"ce_specversion"),
    *(b"content-type", b"traceparent", b"", b"x" * 300),
)


def plausible(draw: Random, number: int, now: int) -> tuple[str, Event]:
    """An event of a call of the lines of mutated calls, with more fields than most have."""
    call_id = f"fuzz-{number // 12}"
    event: Event = {
        "event_id": f"{call_id}-{number}",
        "call_id": call_id,
        "at": instants.text(now - draw.choice((0, 1, 30, 600, 86_400)) * SECOND),
    }
    for name, values in (
        ("seq", (0, 1, 2**53 - 1)),
        ("direction", ("inbound", "outbound")),
        ("channel", ("phone", "tickets")),
        ("entry", ("main", "business")),
        ("language", ("nl", "fr")),
        ("revision", (0, 0, 0, 1)),
    ):
        if draw.random() < 0.1:
            event[name] = draw.choice(values)
    kind = draw.choice(("call-start", "menu-choice", "queue", "queue", "queue", "hangup"))
    event["event"] = kind
    if kind == "call-start":
        event["caller"] = f"someone-{number % 1_000}"
    elif kind == "hangup":
        event["by"] = draw.choice(("caller", "agent", "system"))
    else:
        event["line"] = draw.choice(LINES)
    if kind == "queue":
        phase = event["phase"] = draw.choice(("entered", "answered", "returned", "left"))
        if phase == "left":
            event |= {
                "reason": draw.choice(("transfer", "overflow")),
                "to_line": draw.choice(LINES),
            }
        elif phase == "answered":
            event["agent"] = f"agent-{number % 50}"
        if draw.random() < 0.3:
            event["visit"] = draw.choice((0, 1, 9_999))
    return f"contact.{kind}", event


# -- of calls of their own


def _sent(event: Event, value: bytes | None, headers: Headers = ()) -> Sent:
    return event["call_id"].encode(), value, headers


def bytes_flipped(draw: Random, event: Event) -> Sent:
    """One to eight bytes are others."""
    value = bytearray(orjson.dumps(event))
    for _ in range(draw.choice((1, 1, 1, 2, 8))):
        at = draw.randrange(len(value))
        value[at] = draw.choice((value[at] ^ 1 << draw.randrange(8), draw.randrange(256)))
    return _sent(event, bytes(value))


def cut(draw: Random, event: Event) -> Sent:
    """A part is missing: the end, the beginning, or the middle."""
    value = orjson.dumps(event)
    begin, end = sorted((draw.randrange(len(value)), draw.randrange(len(value))))
    return _sent(event, draw.choice((value[:begin], value[begin:], value[:begin] + value[end:])))


def types_swapped(draw: Random, event: Event) -> Sent:
    """Fields hold values of other types, or another field's."""
    for _ in range(draw.choice((1, 1, 2, 5))):
        other = draw.choice((*_OTHER_TYPES, event[draw.choice(list(event))]))
        event = event | {draw.choice(_NAMES): other}
    return _keyed(event, orjson.dumps(event))


def nested(draw: Random, event: Event) -> Sent:
    """A value, or the whole event, stands within lists and objects."""
    inner: Any = event
    name = draw.choice(list(event))
    if draw.random() < 0.7:
        inner = event[name]
    for _ in range(draw.choice((1, 2, 5, 50))):
        inner = [inner] if draw.random() < 0.5 else {draw.choice(_NAMES): inner}
    whole = inner if draw.random() < 0.3 else event | {name: inner}
    return _keyed(event, json.dumps(whole).encode())


def huge_numbers(draw: Random, event: Event) -> Sent:
    """Numbers that are none, or that no machine's type holds."""
    name = draw.choice(("revision", "seq", "visit", "at", "event_id", "urgent", "line"))
    return _keyed(event, _with(event, name, draw.choice(_NUMBERS).encode()))


def odd_text(draw: Random, event: Event) -> Sent:
    """Half surrogates, controls, marks of direction, what is not UTF-8, and what is no JSON."""
    name = draw.choice(list(event))
    if draw.random() < 0.5:
        return _keyed(event, _with(event, name, draw.choice(_TEXTS).encode("utf-8", "replace")))
    return _keyed(event, _with(event, name, b'"' + draw.choice(_BYTES) + b'"'))


def keys_twice(draw: Random, event: Event) -> Sent:
    """A field twice, with the same value or with another, and fields in any order."""
    fields = [(name, event[name]) for name in draw.sample(list(event), len(event))]
    name = draw.choice(list(event))
    fields.append((name, draw.choice((event[name], *_OTHER_TYPES))))
    told = b",".join(orjson.dumps(key) + b":" + orjson.dumps(value) for key, value in fields)
    return _keyed(event, b"{" + told + b"}")


def deep(draw: Random, event: Event) -> Sent:
    """So many brackets that a reader that calls itself would end."""
    bracket = draw.choice((b"[", b'{"a":', b'{"event":', b'[{"at":'))
    some = bracket * draw.choice((500, 3_000, MAX_BYTES // len(bracket)))
    return _keyed(event, draw.choice((some, _with(event, "more", some), some + b"1")))


def fields_amiss(draw: Random, event: Event) -> Sent:
    """Fields are missing, unknown, or those of another kind."""
    for _ in range(draw.choice((1, 1, 2, 4))):
        if draw.random() < 0.6:
            event = {key: value for key, value in event.items() if key != draw.choice(list(event))}
        else:
            event = event | {
                draw.choice(_NAMES): draw.choice(("entered", "left", "waste ", 7, "x"))
            }
    return _keyed(event, orjson.dumps(event))


def odd_instants(draw: Random, event: Event) -> Sent:
    """Instants at the ends of the calendar, ahead of their record, and in other notations."""
    at = instants.parse(event["at"]) if draw.random() < 0.5 else None
    if at is None:
        return _keyed(event, orjson.dumps(event | {"at": draw.choice(_INSTANTS)}))
    moved = at + draw.choice((-400 * DAY, -DAY, -20 * MINUTE, 4 * MINUTE, DEFAULT_SKEW + HOUR, DAY))
    return _keyed(event, orjson.dumps(event | {"at": instants.text(moved)}))


def other_keys(draw: Random, event: Event) -> Sent:
    """The record's key is not the call: none, empty, long, or not UTF-8."""
    key = draw.choice((None, b"", b"fuzz", b"\xff\xfe", b"\x00", b"k" * 5_000, draw.randbytes(9)))
    return key, orjson.dumps(event), ()


def odd_headers(draw: Random, event: Event) -> Sent:
    """CloudEvents' headers and others: doubled, many, without value, with names not UTF-8."""
    names = (*_CLOUD_EVENT, b"\xff", b"ce_\xed\xa0\x80", None)
    values = (*(b"queue", b"fuzz-1", b"\xff", b"", None, b"2026-11-21T09:00:12Z", b"h" * 9_000),)
    many = draw.choice((1, 2, 3, 3, 60))
    headers = [(draw.choice(names), draw.choice(values)) for _ in range(many)]
    left_out = draw.choice(("", "", "event_id", "at", "call_id"))
    event = {key: value for key, value in event.items() if key != left_out}
    return *_keyed(event, orjson.dumps(event))[:2], headers


def no_value(draw: Random, event: Event) -> Sent:
    """A tombstone, an empty value, a word of JSON, or white space."""
    return _sent(event, draw.choice((None, None, b"", b"null", b"{}", b"[]", b'""', b" \n", b"0")))


def oversized(draw: Random, event: Event) -> Sent:
    """A little and much more than is read."""
    length = draw.choice((MAX_BYTES - 300, MAX_BYTES, MAX_BYTES + 1, 3 * MAX_BYTES))
    return _sent(event, _with(event, "more", b'"' + b"x" * length + b'"'))


def random_bytes(draw: Random, event: Event) -> Sent:
    """Nothing of an event at all."""
    return draw.choice((event["call_id"].encode(), draw.randbytes(8))), draw.randbytes(60), ()


def numbers_called(draw: Random, event: Event) -> Sent:
    """Telephone numbers, addresses and accounts in any field."""
    name = draw.choice([name for name in _NAMES if name])
    return _keyed(event, orjson.dumps(event | {name: draw.choice(_NUMBERS_CALLED)}))


def one_call(draw: Random, event: Event) -> Sent:
    """More and more events of one call, until there are too many of it."""
    event = event | {"call_id": "fuzz-large"}
    if draw.random() < 0.2:
        event |= {"event_id": "e" * 100 + event["event_id"]}
    return _keyed(event, orjson.dumps(event))


def told_again(draw: Random, event: Event) -> Sent:
    """Under an id that another event has, as it was, otherwise, or corrected."""
    event = event | {"event_id": f"again-{draw.randrange(5)}"}
    if draw.random() < 0.3:
        event |= {"revision": draw.choice((1, 2, 2**31 - 1, 2**31))}
    return _keyed(event, orjson.dumps(event))


def as_it_should_be(draw: Random, event: Event) -> Sent:
    """Not mutated: so that there is something in state that the others meet."""
    return _keyed(event, orjson.dumps(event))


def _keyed(event: Event, value: bytes) -> Sent:
    """Under the key that its call is, whatever has become of it."""
    call_id = event.get("call_id")
    return (call_id.encode("utf-8", "replace") if isinstance(call_id, str) else b"fuzz"), value, ()


def _with(event: Event, name: str, raw: bytes) -> bytes:
    """The event with this, whatever it is, in a field's place."""
    told = [
        orjson.dumps(key) + b":" + orjson.dumps(value)
        for key, value in event.items()
        if key != name
    ]
    return b"{" + b",".join([*told, orjson.dumps(name) + b":" + raw]) + b"}"


Mutation = Callable[[Random, Event], Sent]

ANY: Final[tuple[Mutation, ...]] = (
    *(bytes_flipped, bytes_flipped, cut, types_swapped, nested, huge_numbers, odd_text, keys_twice),
    *(fields_amiss, odd_instants, other_keys, odd_headers, no_value, random_bytes, numbers_called),
    *(told_again, as_it_should_be, as_it_should_be),
)
"""Each is drawn as often as it stands here; `RARE` cost a hundred times as much as others."""

RARE: Final[tuple[Mutation, ...]] = (deep, oversized, one_call)


# -- of good calls


def good_cut(draw: Random, event: Event) -> Sent:
    """The event of a good call is cut off."""
    value = orjson.dumps(event)
    return _sent(event, value[: draw.randrange(len(value))])


def good_of_others(draw: Random, event: Event) -> Sent:
    """A good event under a key that is not its call."""
    key = draw.choice((None, b"", b"fuzz-1", event["call_id"].encode() + b"\x00", b"\xff"))
    return key, orjson.dumps(event | {"event_id": "stolen"}), ()


def good_without_value(draw: Random, event: Event) -> Sent:
    """A tombstone under a good call's key."""
    return _sent(event, None)


def good_wrong(draw: Random, event: Event) -> Sent:
    """A good call's event with something that no event may have."""
    wrong = draw.choice(
        (
            {"event": "hang-up"},
            {"at": draw.choice(("soon", 12, None, "2999-01-01T00:00:00Z"))},
            {"event_id": draw.choice(("", 7, None, [], "x" * 129, "+3231234567"))},
            {"call_id": draw.choice(("", 7, None, {}))},
            {"revision": draw.choice((-1, "1", 2**31))},
            {"seq": draw.choice(("1", 1.5, 2**53))},
            {"entry": "+32 3 123 45 67"},
        )
    )
    return event["call_id"].encode(), orjson.dumps(event | wrong), ()


def good_unnamed(draw: Random, event: Event) -> Sent:
    """A good call's event with a header whose name is not UTF-8, or none."""
    name = draw.choice((b"\xff", b"trace\x80", None))
    return _sent(event, orjson.dumps(event | {"event_id": "stolen"}), [(name, b"1")])


AIMED: Final[tuple[Mutation, ...]] = (
    *(good_cut, good_of_others, good_without_value, good_wrong, good_unnamed),
)


def repeated(draw: Random, event: Event) -> Sent:
    """A good event once more, its fields in another order."""
    fields = {name: event[name] for name in draw.sample(list(event), len(event))}
    return _sent(event, orjson.dumps(fields))
