"""The AsyncAPI document is the committed one, and says of each topic what the code does."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from streams.domain.event_reader import Reader, Refusal
from streams.domain.events import KINDS
from streams.engine.kafka import topics
from streams.published import asyncapi
from streams.settings import Settings
from tests.stories import PLAN

COMMITTED = Path(__file__).parents[2] / "schemas"
LONG_AFTER = 2**52
DOCUMENT = asyncapi.document()


def test_what_is_committed_is_what_comes_out_today() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in COMMITTED.glob("*.*")}
    assert written == asyncapi.files()


def _refs(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for value in node.values() for ref in _refs(value)]
    return [ref for each in node for ref in _refs(each)] if isinstance(node, list) else []


def test_every_reference_of_the_document_leads_somewhere() -> None:
    refs = _refs(DOCUMENT)
    assert refs
    for ref in refs:
        if ref.startswith("./"):
            assert (COMMITTED / ref).is_file()
            continue
        node: Any = DOCUMENT
        for part in ref.removeprefix("#/").split("/"):
            node = node[part]
        assert node


def test_the_document_has_every_topic_but_what_is_ours_alone_as_it_is_created() -> None:
    channels = {each["address"]: each for each in DOCUMENT["channels"].values()}
    specs = {spec.name: spec for spec in topics.specs(Settings())}
    assert set(channels) == set(specs) - {topics.STATE, topics.SOURCES}
    for name, channel in channels.items():
        kafka = channel["bindings"]["kafka"]
        config = kafka["topicConfiguration"]
        assert kafka["partitions"] == Settings().partitions
        assert ",".join(config["cleanup.policy"]) == specs[name].config["cleanup.policy"]
        assert str(config.get("retention.ms")) == specs[name].config.get("retention.ms", "None")


def test_cloud_events_shown_in_the_document_are_read() -> None:
    for kind in KINDS:
        (message,) = (
            each for each in DOCUMENT["components"]["messages"].values() if each["name"] == kind
        )
        headers = Draft202012Validator(message["headers"]["schema"])
        (shown,) = (each for each in message["examples"] if "headers" in each)
        headers.validate(shown["headers"])
        assert not headers.is_valid(shown["headers"] | {"ce_type": "contact.other"})
        data = {k: v for k, v in shown["payload"].items() if k not in ("event_id", "at", "call_id")}
        outcome = Reader(PLAN.knows).read_record(
            json.dumps(data).encode(),
            LONG_AFTER,
            kind,
            {name: value.encode() for name, value in shown["headers"].items()},
        )
        assert type(outcome) is not Refusal
        assert outcome[0].event_id == shown["payload"]["event_id"]


def test_what_is_read_is_received_and_what_is_internal_says_so() -> None:
    operations = DOCUMENT["operations"]
    received = {
        each["channel"]["$ref"] for each in operations.values() if each["action"] == "receive"
    }
    assert received == {
        f"#/channels/{name}" for name in ("callStart", "menuChoice", "queue", "hangup")
    }
    assert all(name.startswith(each["action"]) for name, each in operations.items())
    internal = {
        DOCUMENT["channels"][each["channel"]["$ref"].rpartition("/")[2]]["address"]
        for each in operations.values()
        if each["tags"] == [{"name": "internal"}]
    }
    assert internal == {topics.PARTIALS, topics.CALLERS}
