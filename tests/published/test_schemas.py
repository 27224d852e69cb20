"""The published contract is what the code does: what comes in, and what goes out."""

import json
import re
from typing import Any

import msgspec
import pytest
from aiokafka import ConsumerRecord
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from streams.domain import events as inputs
from streams.domain.event_reader import REASONS, Reader, Refusal
from streams.domain.events import KINDS, Kind
from streams.domain.instants import HOUR
from streams.domain.plan import Plan
from streams.engine.kafka import topics
from streams.engine.roles.contact_owner import ContactOwner, Counts
from streams.engine.roles.routes import Routes
from streams.published import schemas
from tests.stories import PLAN, at, events

LONG_AFTER = 2**52
SCHEMAS = {each.name: each.schema for each in schemas.published()}
VALID = {name: Draft202012Validator(schema) for name, schema in SCHEMAS.items()}


def read(value: Any, kind: Kind | None = None) -> Any:
    """Reads as a city without a plan would, long after it happened."""
    return Reader(Plan.default().knows).read(json.dumps(value).encode(), LONG_AFTER, kind)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas_and_accept_their_own_examples(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["examples"]
    for example in SCHEMAS[name]["examples"]:
        VALID[name].validate(example)


# What is refused, alike by schema and reader

ENTERED = {
    "event": "queue",
    "event_id": "e",
    "call_id": "c",
    "at": "2026-11-18T09:00:00+01:00",
    "line": "waste",
    "phase": "entered",
}
START = {"event": "call-start", "event_id": "e", "call_id": "c", "at": "2026-11-18T09:00:00Z"}
INVALID: dict[str, tuple[dict[str, Any], str]] = {
    "no id": ({k: v for k, v in ENTERED.items() if k != "event_id"}, "missing_field"),
    "no line": ({k: v for k, v in ENTERED.items() if k != "line"}, "missing_field"),
    "empty call id": (ENTERED | {"call_id": ""}, "malformed_field"),
    "call id too long": (ENTERED | {"call_id": "x" * 129}, "malformed_field"),
    "call id a number": (ENTERED | {"call_id": 17}, "malformed_field"),
    "call id null": (ENTERED | {"call_id": None}, "malformed_field"),
    "line too long": (ENTERED | {"line": "x" * 65}, "malformed_field"),
    "unknown phase": (ENTERED | {"phase": "waiting"}, "malformed_field"),
    "left without a reason": (ENTERED | {"phase": "left"}, "missing_field"),
    "left for no reason": (ENTERED | {"phase": "left", "reason": None}, "missing_field"),
    "left on a whim": (ENTERED | {"phase": "left", "reason": "whim"}, "malformed_field"),
    "visit below 0": (ENTERED | {"visit": -1}, "malformed_field"),
    "visit a word": (ENTERED | {"visit": "1"}, "malformed_field"),
    "revision below 0": (ENTERED | {"revision": -1}, "malformed_field"),
    "revision null": (ENTERED | {"revision": None}, "malformed_field"),
    "to_line a number": (ENTERED | {"to_line": 3}, "malformed_field"),
    "agent a number": (ENTERED | {"agent": "0475 12 34 56"}, "telephone_number"),
    "no offset": (ENTERED | {"at": "2026-11-18T09:00:00"}, "malformed_field"),
    "a date": (ENTERED | {"at": "2026-11-18"}, "malformed_field"),
    "hour 24": (ENTERED | {"at": "2026-11-18T24:00:00Z"}, "malformed_field"),
    "second 61": (ENTERED | {"at": "2026-11-18T09:00:61Z"}, "malformed_field"),
    "offset of a day": (ENTERED | {"at": "2026-11-18T09:00:00+24:00"}, "malformed_field"),
    "seconds since 1970": (ENTERED | {"at": 1795000000}, "malformed_field"),
    "another kind": (ENTERED | {"event": "answer"}, "unknown_kind"),
    "caller a telephone number": (START | {"caller": "+32 3 22 11 333"}, "telephone_number"),
    "caller in brackets": (START | {"caller": "(+32) 475/12.34.56"}, "telephone_number"),
    "caller a tel: address": (START | {"caller": "TEL:+3232211333"}, "telephone_number"),
    "caller a sip: address": (START | {"caller": "sip:3232211333@pbx"}, "telephone_number"),
    "caller typeset": (
        START | {"caller": "+32\u00a03\u202f22\u201111\u2013333"},
        "telephone_number",
    ),
    "hung up for love": (START | {"event": "hangup", "reason": "love"}, "malformed_field"),
    "hung up by nobody": (START | {"event": "hangup", "by": "nobody"}, "malformed_field"),
}


@pytest.mark.parametrize("name", INVALID)
def test_what_the_reader_refuses_the_schema_refuses(name: str) -> None:
    event, reason = INVALID[name]
    refusal = read(event)
    assert type(refusal) is Refusal and refusal.reason == reason
    assert not VALID["event"].is_valid(event)
    if event["event"] in KINDS:
        assert not VALID[event["event"]].is_valid(event)
    assert not VALID["late"].is_valid(event)


@pytest.mark.parametrize("event", ["text", None, [START], 3, {}])
def test_what_is_no_event_at_all(event: Any) -> None:
    assert type(read(event)) is Refusal
    assert not VALID["event"].is_valid(event)


instants = st.from_regex(re.compile(SCHEMAS["hangup"]["properties"]["at"]["pattern"][:-1] + r"\Z"))
texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ("waste", "+32 475 12 34 56", "k4", "sip:bob@x", "00324751234567890", "x" * 129)
    ),
)
WORDS = {
    "phase": ("entered", "answered", "left"),
    "reason": ("transfer", "closed", "normal", "busy", "error", "full"),
    "by": ("caller", "agent", "system"),
}


@st.composite
def candidates(draw: st.DrawFn) -> tuple[Kind, dict[str, Any]]:
    """Objects that are nearly events: each field as it should be, otherwise, or not there."""
    kind = draw(st.sampled_from(KINDS))
    event: dict[str, Any] = {}
    for field in (*SCHEMAS[kind]["properties"], "unheard_of"):
        if field == "event":
            good: st.SearchStrategy[Any] = st.just(kind)
        elif field == "at":
            good = st.one_of(st.just("2026-11-18T09:00:00+01:00"), instants)
        elif field in WORDS:
            good = st.sampled_from(WORDS[field])
        elif field in ("visit", "revision"):
            good = st.integers(-1, 10_001)
        else:
            good = st.one_of(st.sampled_from(("waste", "a3f5", "pbx1-17")), texts)
        how = draw(st.sampled_from(("good", "good", "good", "other", "missing")))
        if how == "good" or (how == "missing" and field in ("event_id", "call_id", "at")):
            event[field] = draw(good)
        elif how == "other":
            event[field] = draw(st.one_of(st.none(), st.booleans(), texts, st.lists(texts)))
    return kind, event


@given(candidates())
def test_what_the_schema_accepts_the_reader_accepts(candidate: tuple[Kind, dict[str, Any]]) -> None:
    """And the other way round; but for days that a month does not have, and what only the plan
    can tell: whether there is such a line, and that its id is one."""
    kind, event = candidate
    outcome = read(event, kind)
    if VALID[kind].is_valid(event):
        if type(outcome) is Refusal:
            no_such_day = outcome.reason == "malformed_field" and "day" in outcome.detail
            assert no_such_day or outcome.reason in ("unknown_line", "in_future")
    else:
        assert type(outcome) is Refusal


# What goes out

TOLD = {
    topics.JOURNEYS: "journeys",
    topics.PARTIALS: "line-partials",
    topics.CALLERS: "callers",
    topics.LATE: "late",
    topics.DEAD: "dead-letters",
}


def record(
    topic: str, offset: int, key: str, value: bytes, headers: dict[str, bytes] | None = None
) -> Any:
    """A Kafka record as a consumer gives it."""
    given = tuple((headers or {}).items())
    return ConsumerRecord(
        topic,
        0,
        offset,
        LONG_AFTER // 1000,
        1,
        key.encode(),
        value,
        None,
        len(key),
        len(value),
        given,
    )


@settings(max_examples=settings.default.max_examples // 4)
@given(st.data())
def test_what_a_checkpoint_tells_is_as_published(data: st.DataObject) -> None:
    begin = at("12:00")
    facts = data.draw(events(begin, begin + 3 * HOUR))
    source = ContactOwner(0, PLAN, Routes(1, 1, 1), Counts())
    half = data.draw(st.integers(0, len(facts)))
    told: dict[str, list[bytes]] = {topic: [] for topic in TOLD}
    for part, now in ((facts[:half], begin + 2 * HOUR), (facts[half:], begin + 24 * HOUR), ((), 0)):
        for event, _ in part:
            value = msgspec.json.encode(event)
            if data.draw(st.integers(0, 9)) == 0:
                value = value[:-1]  # broken off
            topic = f"contact.{inputs.kind(event)}"
            offset = source.positions.get(topic, 0)
            source.merge(topic, [record(topic, offset, event.call_id, value)])
        for (topic, _), records in source.checkpoint(now, generation=1).items():
            if topic in TOLD:
                told[topic] += [value for _, value in records if value is not None]
    for topic, values in told.items():
        for value in values:
            VALID[TOLD[topic]].validate(json.loads(value))
    assert told[topics.PARTIALS]


def test_a_corrected_cloud_event_is_told_whole_on_the_topic_of_the_late() -> None:
    """Its value does not say of which kind it is, nor whose; its topic and headers did."""
    source = ContactOwner(0, PLAN, Routes(1, 1, 1), Counts())
    headers = {"ce_id": b"h", "ce_time": b"2026-11-18T09:00:00Z", "ce_subject": b"c"}
    corrected = record("contact.hangup", 0, "c", b'{"revision":1}', headers)
    source.merge("contact.hangup", [corrected])
    ((_, value),) = source.checkpoint(at("12:00"), generation=1)[topics.LATE, 0]
    assert value is not None
    late = json.loads(value)
    VALID["late"].validate(late)
    assert (late["event"], late["event_id"], late["call_id"]) == ("hangup", "h", "c")


def test_reasons_of_dead_letters_are_those_of_the_reader() -> None:
    assert SCHEMAS["dead-letters"]["properties"]["reason"]["enum"] == list(REASONS)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("journeys", {"outcome": "happy"}),
        ("journeys", {"begun": None}),
        ("line-intervals", {"scope": "everything"}),
        ("line-intervals", {"counts": {}}),
        ("alerts", {"kind": "noise"}),
        ("alerts", {"people": -1}),
        ("alerts", {"figure": 1.5}),
        ("alerts", {"since": 1795000000}),
        ("dead-letters", {"reason": "mood"}),
    ],
)
def test_outputs_that_are_wrong_are_refused(name: str, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VALID[name].validate(SCHEMAS[name]["examples"][0] | change)
