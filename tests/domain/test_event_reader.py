"""Events from the outside: accepted, or refused with a reason; never an error.

It is longer than a module should be, because it holds tables of every refusal and of what a
telephone number looks like.
"""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.domain import instants
from streams.domain.event_lines import LinesReader
from streams.domain.event_reader import DEFAULT_SKEW, MAX_BYTES, REASONS, Reader, Refusal
from streams.domain.events import KINDS, CallStart, Kind, Queue
from streams.domain.instants import parse
from streams.domain.plan import Plan
from streams.domain.privacy import is_telephone_number
from tests.examples import examples
from tests.stories import PLAN, at

NOW = at("9:00")
QUEUE = {
    "event": "queue",
    "event_id": "e",
    "call_id": "c",
    "at": "2026-11-18T10:00:00+01:00",
    "line": "waste",
    "phase": "entered",
}
START = {"event": "call-start", "event_id": "e", "call_id": "c", "at": "2026-11-18T09:00:00Z"}
CHOICE = START | {"event": "menu-choice", "line": "waste"}


def read(event: Any, kind: Kind | None = None, timestamp: int = NOW) -> Any:
    value = event if isinstance(event, bytes) else json.dumps(event).encode()
    return Reader(PLAN.knows).read(value, timestamp, kind)


def reason(event: Any, kind: Kind | None = None) -> str:
    refusal = read(event, kind)
    assert type(refusal) is Refusal, refusal
    return refusal.reason


def test_an_event_in_the_citys_own_time() -> None:
    event, instant = read(QUEUE)
    assert instant == NOW
    assert event == Queue("e", "c", QUEUE["at"], "waste", "entered")


def test_the_topic_says_the_kind_and_the_field_may_repeat_it_but_not_contradict() -> None:
    without = {k: v for k, v in START.items() if k != "event"}
    assert type(read(without, "call-start")[0]) is CallStart
    assert type(read(START, "call-start")[0]) is CallStart
    assert reason(START, "hangup") == "unknown_kind"
    assert reason(without) == "unknown_kind"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b'{"event":"queue"', "unreadable"),
        (b"[" * 5000, "unreadable"),
        (b'{"a":' * 3000, "unreadable"),
        (b"\xef\xbb\xbf" + json.dumps(START).encode(), "unreadable"),
        (json.dumps(START).encode() + b"\0", "unreadable"),
        (b'"text"', "unreadable"),
        (b"null", "unreadable"),
        (b"{}", "unknown_kind"),
        (b'{"event":null}', "unknown_kind"),
        (b'{"event":["queue"]}', "unknown_kind"),
        (b'{"event":"' + b"q" * 300 + b'"}', "unknown_kind"),
        (b'{"event":"\xff"}', "unreadable"),
        (b'{"at":1,"event":"hang-up"}', "unknown_kind"),
        (b'{"event":"queue","at":1} and more', "unreadable"),
        (b'{"event":"queue","more":' + b"[" * 5000, "unreadable"),
        (b"[" + b"1," * 5000, "unreadable"),
        (b'{"event":"queue"}', "missing_field"),
        (json.dumps(QUEUE | {"line": "garden"}).encode(), "unknown_line"),
        (json.dumps(QUEUE | {"visit": True}).encode(), "malformed_field"),
        (json.dumps(START | {"at": "2026-02-30T09:00:00Z"}).encode(), "malformed_field"),
        (json.dumps(START | {"at": "0001-01-01T00:00:00+01:00"}).encode(), "malformed_field"),
        (json.dumps(START | {"caller": "0475/12.34.56"}).encode(), "telephone_number"),
        (json.dumps(QUEUE | {"agent": "tel:+32475123456"}).encode(), "telephone_number"),
        (json.dumps(START | {"entry": "x" * MAX_BYTES}).encode(), "oversized"),
    ],
)
def test_refusals_and_their_reasons(value: bytes, expected: str) -> None:
    assert reason(value) == expected


def test_a_value_of_exactly_the_longest_size_is_read() -> None:
    value = json.dumps(START).encode()
    assert type(read(value.ljust(MAX_BYTES))[0]) is CallStart
    assert reason(value.ljust(MAX_BYTES + 1)) == "oversized"


@pytest.mark.parametrize(("late", "accepted"), [(0, True), (1, False)])
def test_the_future_begins_after_the_allowed_skew(late: int, accepted: bool) -> None:
    """Judged against the record's own timestamp."""
    outcome = read(START, timestamp=NOW - DEFAULT_SKEW - late)
    assert (type(outcome) is not Refusal) is accepted
    if not accepted:
        assert outcome.reason == "in_future"


@pytest.mark.parametrize(
    "wrong",
    [
        {"agent": "+32475123456"},
        {"phase": "left"},
        {"at": "2027-11-18T10:00:00Z"},
        {"visit": -1},
    ],
)
def test_a_refused_event_makes_no_line_known(wrong: dict[str, object]) -> None:
    """Without a plan every line is taken that is seen, but not from an event that is not."""
    plan = Plan.default()
    value = json.dumps(QUEUE | wrong).encode()
    assert type(Reader(plan.knows).read(value, NOW)) is Refusal
    assert plan.lines == []


def test_an_unknown_to_line_costs_the_field_and_is_counted_not_the_event() -> None:
    reader = Reader(PLAN.knows)
    left = QUEUE | {"phase": "left", "reason": "transfer", "to_line": "garden"}
    event, _ = reader.read(json.dumps(left).encode(), NOW)
    assert (event.to_line, event.reason, reader.unknown_to_lines) == (None, "transfer", 1)
    event, _ = reader.read(json.dumps(left | {"to_line": "desk"}).encode(), NOW)
    assert (event.to_line, reader.unknown_to_lines) == ("desk", 1)


def test_a_line_is_known_at_the_events_own_time() -> None:
    seen = []

    def knows(line: str, instant: int) -> bool:
        seen.append((line, instant))
        return True

    Reader(knows).read(json.dumps(QUEUE).encode(), NOW)
    assert seen == [("waste", NOW)]


@pytest.mark.parametrize(
    "caller",
    [
        "+32 3 22 11 333",
        "003232211333",
        "(03) 221.13.33",
        "(+32) 475/12 34 56",
        "112-112",
        "tel:+3232211333",
        "SIP:3232211333@pbx.example",
        "sips:0475123456;user=phone",
        "\t0475123456",
        "+32\u00a0475\u202f12\u201134",
    ],
)
def test_what_is_a_telephone_number(caller: str) -> None:
    assert is_telephone_number(caller)
    assert reason(START | {"caller": caller}) == "telephone_number"


numbers = st.text("+0123456789 ().-/t", max_size=20)


@given(st.one_of(numbers, numbers.map("tel:{}".format), numbers.map("sip:{}@pbx".format)))
def test_the_pattern_reads_each_sign_once_and_means_the_plain_one(caller: str) -> None:
    between = r"[ ().\-/]*"
    plain = rf"^(tel:|sips?:)?{between}\+?({between}[0-9]){{6,17}}{between}([@;]|$)"
    assert is_telephone_number(caller or "t") == bool(re.search(plain, caller))


@pytest.mark.parametrize(
    "caller",
    [
        *("9f2d3f5c", "12345", "7" * 32, "t", "agent-123456", "9f2d3f5c0a1b47e8"),
        *("c-9f2d3f5c0a1b47e8", "A" * 128, "k3J9x-_Qa0bZ1c2D3e4F5g==", "waste-12"),
    ],
)
def test_what_is_a_pseudonym(caller: str) -> None:
    assert read(START | {"caller": caller})[0].caller == caller
    assert read(QUEUE | {"agent": caller})[0].agent == caller


@pytest.mark.parametrize(
    "caller",
    [
        *("1" * 18, "k-0475123456", "sip:anna@pbx.example", "+", "++475123456", " " * 128),
        *("ann\n", "Jan Peeters", "jan@burgers.example", "SIP/71", "José", "BE71096123456769"),
        *("be71096123456769", "be71-0961-2345-6769"),
    ],
)
def test_what_is_none(caller: str) -> None:
    """Whatever is not listed: addresses, accounts, names, and what nobody has thought of."""
    assert reason(START | {"caller": caller}) == "telephone_number"
    assert reason(QUEUE | {"agent": caller}) == "telephone_number"


@pytest.mark.parametrize("field", ["call_id", "event_id"])
@pytest.mark.parametrize(
    "id_",
    [
        *("1700000000.123", "pbx1-1767949200.41", "1767949200.41", "41000123456", "0", "000123456"),
        *("f47ac10b-58cc-4372-a567-0e02b2c3d479", "01234567-0123-0123-0123-012345678901"),
        *("0" * 31 + "1", "9f2d3f5c0a1b47e80c55d1a2b3c4d5e6", "CA" + "0" * 32, "WT0123456789"),
        *("00000175E1A2_53", "2026-11-21-0001", "pbx1-17", "SIP/71-0000a1", "c-1", "0a1b2c3d4e5f"),
        *("f47ac10b-58cc-4372-a567-0e02b2c3d479|QUEUED|2026-11-21T09:00:12.000Z", "tenant:0470"),
        *("123456789012345678", "7023456789.0.1", "0.123", "callcentre-0470123456"),
    ],
)
def test_ids_of_phone_systems_are_accepted(field: str, id_: str) -> None:
    assert getattr(read(START | {field: id_})[0], field) == id_


@pytest.mark.parametrize("field", ["call_id", "event_id"])
@pytest.mark.parametrize(
    "id_",
    [
        *("+32470123456", "0470123456", "0032470123456", "0470-12-34-56", "(0470) 12 34 56"),
        *(
            "+32 (0)470 12 34 56",
            "tel:+32470123456",
            "SIP:0470123456@192.0.2.7:5060",
            " 0470123456",
        ),
        *("<sip:+32470123456@pbx.example>;tag=a1b2", "0470/12.34.56", "0470123456@sms.example"),
        *("０４７０１２３４５６", "+32\u00a0470\u00a012\u00a034\u00a056", "\ufeff0470123456"),
    ],
)
def test_ids_that_are_numbers_are_refused(field: str, id_: str) -> None:
    assert reason(START | {field: id_}) == "telephone_number"


OWN = Plan.read("[city]\npseudonyms = '[1-9][0-9]{6}'\n[[line]]\nid = 'waste'")


@pytest.mark.parametrize(
    "event",
    [
        QUEUE | {"phase": "answered", "agent": "4711001"},
        START | {"caller": "4711001"},
    ],
)
def test_a_plan_says_how_the_phone_system_writes_its_own_pseudonyms(event: dict[str, Any]) -> None:
    value = json.dumps(event).encode()
    refused = Reader.of(PLAN).read(value, NOW)
    assert isinstance(refused, Refusal) and "`pseudonyms`" in refused.detail
    assert not isinstance(Reader.of(OWN).read(value, NOW), Refusal)
    assert not isinstance(LinesReader.of(OWN).read_lines(value, NOW)[0], Refusal)
    for other in ("0470123456", "47110011", "+4711001"):
        wrong = json.dumps({**event, "caller" if "caller" in event else "agent": other}).encode()
        assert isinstance(Reader.of(OWN).read(wrong, NOW), Refusal)
    usual = json.dumps({**event, "caller" if "caller" in event else "agent": "waste-12"}).encode()
    assert not isinstance(Reader.of(OWN).read(usual, NOW), Refusal)


@pytest.mark.parametrize(
    ("event", "field"), [(START, "entry"), (CHOICE, "entry"), (CHOICE, "option")]
)
def test_entrances_and_options_that_are_numbers_are_refused(
    event: dict[str, Any], field: str
) -> None:
    for number in (
        "+32470123456",
        "32470123456",
        "2211333",
        "call 0470 12 34 56",
        "０４７０１２３４５６",
    ):
        assert reason(event | {field: number}) == "telephone_number"
    for word in ("1777", "*1", "main", "entrance-2", "business"):
        assert getattr(read(event | {field: word})[0], field) == word


# CloudEvents in Kafka's binary mode

HEADERS = {
    "ce_specversion": b"1.0",
    "ce_id": b"pbx1-991",
    "ce_source": b"/telephony/pbx1",
    "ce_type": b"be.testburg.contact.queue",
    "ce_time": b"2026-11-18T10:00:00+01:00",
    "ce_subject": b"pbx1-17",
}
DATA = {"line": "waste", "phase": "entered"}


def read_record(data: Any, headers: dict[str, bytes | None], kind: Kind = "queue") -> Any:
    value = data if data is None or isinstance(data, bytes) else json.dumps(data).encode()
    return Reader(PLAN.knows).read_record(value, NOW, kind, headers)


def test_a_cloud_event_leaves_to_its_headers_what_they_say() -> None:
    event, instant = read_record(DATA, HEADERS)
    assert (event.event_id, event.call_id, instant) == ("pbx1-991", "pbx1-17", NOW)


def test_what_the_data_says_goes_before_the_headers() -> None:
    event, _ = read_record(DATA | {"call_id": "c", "event_id": "e"}, HEADERS)
    assert (event.event_id, event.call_id) == ("e", "c")


@pytest.mark.parametrize("type_", [b"queue", b"contact.queue", b"city/queue", b"", None])
def test_types_that_end_in_the_topics_kind(type_: bytes | None) -> None:
    assert type(read_record(DATA, HEADERS | {"ce_type": type_})) is not Refusal


@pytest.mark.parametrize(
    ("data", "headers", "expected"),
    [
        (DATA, HEADERS | {"ce_type": b"contact.hangup"}, "unknown_kind"),
        (DATA, HEADERS | {"ce_type": b"my-queue"}, "unknown_kind"),
        (DATA, HEADERS | {"ce_time": b"\xff"}, "malformed_field"),
        (DATA, HEADERS | {"ce_time": None}, "missing_field"),
        (DATA, {}, "missing_field"),
        ([], HEADERS, "unreadable"),
        (b"{", HEADERS, "unreadable"),
        (b"{" + b" " * MAX_BYTES, HEADERS, "oversized"),
        (None, HEADERS, "unreadable"),
        (None, {}, "unreadable"),
        (DATA, HEADERS | {None: b"cut off"}, "unreadable"),
        (QUEUE, {None: b"cut off"}, "unreadable"),
        (None, {None: b"\xff"}, "unreadable"),
    ],
)
def test_cloud_events_that_are_refused(data: Any, headers: Any, expected: str) -> None:
    refusal = read_record(data, headers)
    assert type(refusal) is Refusal and refusal.reason == expected


def test_records_with_other_headers_are_plain_events() -> None:
    event, _ = read_record(QUEUE, {"traceparent": b"00-1", "broken": None})
    assert event.event_id == "e"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(max_examples=examples(200))
@given(
    st.one_of(
        st.binary(max_size=200),
        json_values.map(lambda value: json.dumps(value).encode()),
        st.dictionaries(
            st.sampled_from(sorted({*QUEUE, "caller", "to_line", "visit"})), json_values
        ).map(lambda fields: json.dumps(QUEUE | fields).encode()),
    ),
    st.sampled_from((None, *KINDS)),
    st.dictionaries(st.sampled_from(sorted(HEADERS)), st.none() | st.binary(max_size=8)),
)
@example(b'{"event":"queue","revision":1e999}', None, {})
@example(b'{"a":99999999999999999999999999}', "queue", {"ce_id": b"1"})
def test_whatever_comes_it_is_an_event_or_a_reason(
    value: bytes, kind: Kind | None, headers: dict[str, bytes | None]
) -> None:
    for outcome in (
        read(value, kind),
        Reader(PLAN.knows).read_record(value, NOW, kind or "queue", headers),
    ):
        if type(outcome) is Refusal:
            assert outcome.reason in REASONS and outcome.detail
        else:
            assert isinstance(outcome[1], int)


@given(st.datetimes(datetime(2, 1, 1)), st.sampled_from(("Z", "z", "+01:00", "-11:30", "+00:00")))
def test_instants_are_what_the_standard_library_makes_of_them(
    moment: datetime, offset: str
) -> None:
    text = moment.isoformat(timespec="microseconds") + offset
    expected = datetime.fromisoformat(text.replace("z", "Z"))
    assert parse(text) == parse(text.lower().replace("t", " ")) == instants.of(expected)


@pytest.mark.parametrize("field", ["line", "event"])
def test_a_refusal_repeats_no_telephone_number(field: str) -> None:
    """A call that is sent on to an outside number has that as its line."""
    event = {
        "event": "queue",
        "event_id": "1",
        "call_id": "c",
        "at": "2026-10-05T09:00:00Z",
        "line": "waste",
        "phase": "entered",
    } | {field: "+32470123456"}
    refused = Reader(PLAN.knows).read(json.dumps(event).encode(), 2**62)
    assert isinstance(refused, Refusal)
    assert refused.reason == {"line": "unknown_line", "event": "unknown_kind"}[field]
    assert "470" not in refused.detail
    assert "a telephone number" in refused.detail


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        (
            {"at": "2026-11-18 10:00:00"},
            "at (like ####-##-## ##:##:##): not an RFC 3339 date-time with offset",
        ),
        (
            {"at": "2026-02-30T10:00:00Z"},
            "at (like ####-##-##x##:##:##x): its month has no such day",
        ),
        (
            {"at": "2026-11-18T10:00:00.0470123456Z"},
            "at 2026-11-18T10:00:00Z is too far after 2026-11-18T09:00:00Z",
        ),
        (
            {"at": "9999-12-31T23:59:59-23:59"},
            "at a time after the year 9999 is too far after 2026-11-18T09:00:00Z",
        ),
        ({"phase": "ended"}, "phase 'ended': none of entered, answered, returned, left"),
        (
            {"phase": "+32470123456"},
            "phase (a telephone number): none of entered, answered, returned, left",
        ),
        (
            {"reason": "Jan 0470/12"},
            "reason (like xxx ####/##): none of transfer, overflow, timeout, exit_key, voicemail, "
            "callback, closed, full",
        ),
        (
            {"phase": "it's 0470123456"},
            "phase (like xx'x ##########): none of entered, answered, returned, left",
        ),
        ({"visit": "0470123456"}, "Expected `int | null`, got `str` - at `$.visit`"),
        ({"call_id": 32470123456}, "Expected `str`, got `int` - at `$.call_id`"),
        ({"event": "hang-up"}, "event 'hang-up'"),
        ({"event": ["0470123456"]}, "event (like ['##########'])"),
        ({"line": "garden"}, "line 'garden' is not in the plan at 2026-11-18T09:00:00Z"),
        (
            {"agent": "0470123456"},
            "agent is no pseudonym: 32 hexadecimal digits as `reachline import` makes them, a "
            "digest, a word, or what the plan's `pseudonyms` says",
        ),
        ({"call_id": "+32 470 12 34 56"}, "call_id: a telephone number"),
        ({"event_id": "tel:0470123456"}, "event_id: a telephone number"),
        ({"entry": "32470123456"}, "entry: a telephone number"),
    ],
)
def test_a_refusal_says_which_field_is_wrong_and_how(wrong: dict[str, Any], detail: str) -> None:
    assert read(QUEUE | wrong).detail == detail


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        (b'{"event":"queue" "at":1}', "not JSON: JSON is malformed: expected ',' or '}' (byte 17)"),
        (b'{"event":"queue"', "not JSON: Input data was truncated"),
        (b"+32470123456", "not JSON: JSON is malformed: invalid character (byte 0)"),
        (
            b'{"event":"queue"}0470123456',
            "not JSON: JSON is malformed: trailing characters (byte 18)",
        ),
        (
            b'{"event":"\\ud83d0470"}',
            "not JSON: JSON is malformed: "
            "unexpected end of escaped utf-16 surrogate pair (byte 16)",
        ),
        (b'{"event":"\xff"}', "not JSON: not UTF-8 at byte 0"),
        (b"0470", "not JSON: JSON is malformed: invalid number (byte 1)"),
        (b"32470123456", "not a JSON object"),
    ],
)
def test_what_can_not_be_read_is_told_by_its_place(value: bytes, detail: str) -> None:
    assert read(value).detail == detail


@pytest.mark.parametrize("last", KINDS)
@pytest.mark.parametrize("field", ["phase", "reason", "by"])
def test_an_object_that_says_twice_what_it_is_is_refused_like_any_other(
    last: Kind, field: str
) -> None:
    """It is read as the first, and named by the last."""
    for first in KINDS:
        fields = json.dumps({key: QUEUE[key] for key in QUEUE if key != "event"} | {field: "bad"})
        text = f'{{"event":"{first}",{fields[1:-1]},"event":"{last}"}}'
        for kind in (None, *KINDS):
            outcome = read(text.encode(), kind)
            assert not isinstance(outcome, Refusal) or outcome.reason in REASONS
