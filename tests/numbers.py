"""Numbers that people are called at, as they come in events and call records; all are made up."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from streams.domain.events import KINDS

NUMBERS = (
    # Digits alone, and with what people put between them
    "0470123456",
    "32470123456",
    "+32470123456",
    "0032470123456",
    "+32 470 12 34 56",
    "0470 12 34 56",
    "0470-12-34-56",
    "0470.12.34.56",
    "0470/12.34.56",
    "0470/12 34 56",
    "(0470) 12 34 56",
    "+32 (0)470 12 34 56",
    "+32 (0) 470/12.34.56",
    "(+32) 470 12 34 56",
    "+32-470-123456",
    "+32_470_123_456",
    "+32:470:123:456",
    "0470,12,34,56",
    "0470;12;34;56",
    "0470|12|34|56",
    "0470*12*34*56",
    "0470#123456",
    "  0470123456  ",
    "\t0470123456\n",
    "0 4 7 0 1 2 3 4 5 6",
    "03 221 13 33",
    "2211333",
    "+1 (212) 555-0123",
    "+1-212-555-0123 ext. 45",
    "+44 20 7946 0123",
    "011 32 470 12 34 56",
    "*31#0470123456",
    # Signs that look like a space, a hyphen or nothing
    "+32\u00a0470\u00a012\u00a034\u00a056",
    "+32\u2009470\u202f12\u200734\u300056",
    "0470\u201112\u201134\u201156",
    "0470\u201312\u201434\u221256",
    "0470\u200b12\u200b34\u200b56",
    "\u202a+32470123456\u202c",
    "\ufeff0470123456",
    # Digits of other scripts and forms
    "０４７０１２３４５６",
    "＋３２　４７０　１２　３４　５６",
    "+32 ４７０ 12 ３４ 56",
    "٠٤٧٠١٢٣٤٥٦",
    "۰۴۷۰۱۲۳۴۵۶",
    "०४७०१२३४५६",
    "𝟎𝟒𝟕𝟎𝟏𝟐𝟑𝟒𝟓𝟔",
    "⁰⁴⁷⁰¹²³⁴⁵⁶",
    "⓪④⑦⓪①②③④⑤⑥",
    # Addresses
    "tel:+32470123456",
    "TEL:0470-12-34-56",
    "tel:0470123456;phone-context=+32",
    "sip:+32470123456@pbx.example",
    "SIP:0470123456@192.0.2.7:5060",
    "sips:0470123456;user=phone@pbx.example",
    "<sip:+32470123456@pbx.example>;tag=a1b2",
    '"Jan Peeters" <sip:0470123456@pbx.example>',
    "SIP/0470123456-0000a1",
    "PJSIP/+32470123456@trunk",
    "callto:+32470123456",
    "sms:+32470123456?body=hello",
    "https://wa.me/32470123456",
    "0470123456@sms.example",
    # In the middle of something
    "from 0470123456",
    "Jan Peeters 0470123456",
    "Jan:0470123456",
    "waste-0470123456",
    "call_0470123456_1",
    "%2B32470123456",
    "+32470123456+32471234567",
    "0470123456 / 0471234567",
    # What else names a person
    "jan.peeters@burgers.example",
    "mailto:jan.peeters1970@burgers.example",
    "BE71 0961 2345 6769",
    "BE71096123456769",
    "be71-0961-2345-6769",
    "85.07.30-033.28",
)
"""Above sixty spellings."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_WINDOW = 7
"""Digits in a row by which a number is known: the shortest of a subscriber have six or seven."""


def digits(text: str) -> str:
    """The digits of a text and nothing else, whatever their script and whatever is between."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.digit(c)) for c in plain if unicodedata.digit(c, None) is not None
    )


def repeats(said: str, number: str) -> bool:
    """Whether what is said repeats a number: as it is written, or seven of its digits in a row."""
    if number.strip() in said or json.dumps(number)[1:-1] in said:
        return True
    known, shown = digits(number), digits(_INSTANT.sub("", said))
    return any(known[n : n + _WINDOW] in shown for n in range(len(known) - _WINDOW + 1))


AT = "2026-11-18T09:00:00Z"
EVENTS: dict[str, dict[str, Any]] = {
    "call-start": {"caller": "9f2d", "entry": "main", "channel": "phone", "language": "nl"},
    "menu-choice": {"line": "waste", "option": "1", "menu": "a"},
    "queue": {
        "line": "waste",
        "phase": "left",
        "visit": 1,
        "reason": "transfer",
        "to_line": "desk",
        "agent": "77ab",
    },
    "hangup": {"reason": "normal", "by": "caller"},
}
COMMON = {"event_id": "e", "call_id": "c", "at": AT, "revision": 0}
HEADERS = {
    "ce_id": b"e",
    "ce_time": AT.encode(),
    "ce_subject": b"c",
    "ce_type": b"contact.",
    "ce_source": b"/pbx",
}

Raw = tuple[str, bytes | None, bytes | None, list[tuple[str, bytes | None]]]
"""Topic, key, value, headers."""


def with_number(number: str) -> Iterator[Raw]:
    """Every record that has the number in one place, and nothing else wrong with it."""
    for kind in KINDS:
        topic = f"contact.{kind}"
        event = {"event": kind} | COMMON | EVENTS[kind]
        plain = json.dumps(event).encode()
        for field in event:
            changed = event | {field: number}
            key = str(changed["call_id"]).encode()
            yield topic, key, json.dumps(changed).encode(), []
            yield topic, key, json.dumps(changed, ensure_ascii=False).encode(), []
            yield topic, key, json.dumps(event | {field: [number]}).encode(), []
            yield topic, key, json.dumps(event | {field: {number: number}}).encode(), []
            if number.isdecimal():
                yield topic, key, json.dumps(event | {field: int(number)}).encode(), []
                yield topic, key, json.dumps(event | {field: float(number)}).encode(), []
        yield topic, b"c", json.dumps(event | {"at": f"{AT[:-1]}.{number}Z"}).encode(), []
        yield topic, b"c", json.dumps(event | {number: number}).encode(), []
        yield topic, number.encode(), plain, []
        yield topic, number.encode("utf-16"), plain, []
        yield topic, number.encode(), b"?", []
        yield topic, b"c", number.encode(), []
        yield topic, b"c", json.dumps(number).encode(), []
        yield topic, b"c", plain[:-1] + number.encode(), []
        yield topic, b"c", plain + number.encode(), []
        yield topic, b"c", number.encode("utf-16"), []
        # A CloudEvent, whose headers say what its data does not.
        data = json.dumps(EVENTS[kind]).encode()
        for header in HEADERS:
            for written in (number.encode(), number.encode("utf-16")):
                headers = HEADERS | {"ce_type": f"contact.{kind}".encode(), header: written}
                yield topic, b"c", data, list(headers.items())
        given_ = HEADERS | {"ce_type": kind.encode(), number: number.encode()}
        yield topic, b"c", data, list(given_.items())
        yield topic, b"c", None, [("ce_id", number.encode()), (number, None)]
