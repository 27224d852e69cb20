"""The AsyncAPI 3.0 document: which topics there are, what is on them, how they keep it.

Topics come from ``topics``, payloads from ``schemas``; what is said here besides is what only a
person could write: who sends and who reads, and what the records are for.
"""

from typing import Any, Final

from streams import __version__
from streams.domain.event_reader import MAX_BYTES
from streams.domain.events import KINDS
from streams.engine.kafka import topics
from streams.published import examples, figures_page, schemas
from streams.published.schemas import Published, Schema
from streams.settings import Settings

ASYNCAPI_FILE: Final = "asyncapi.json"

_SCHEMA_FORMAT: Final = "application/schema+json;version=draft-2020-12"
_BINDING: Final = "0.5.0"
_INTERNAL: Final = (topics.PARTIALS, topics.CALLERS)

_ABOUT: Final = {
    "contact.call-start": "Contacts begin: a call reaches the entrance.",
    "contact.menu-choice": "Callers choose a line in the menu.",
    "contact.queue": "Callers enter a line's queue, are answered, or leave it.",
    "contact.hangup": "Contacts end.",
    topics.JOURNEYS: "Contacts that are over, with their visits and how each was counted.",
    topics.PARTIALS: (
        "Internal: what each source partition adds to the figures of lines, vendors and the city. "
        "Absolute: a record replaces the one before it under its key."
    ),
    topics.INTERVALS: (
        "Quarter-hours of lines, vendors and the city that can't change any more. What follows "
        "from all calls of a caller, as whether a callback was kept, is final later than the rest "
        "and has records of its own, one per partition of callers: all of a quarter-hour add up."
    ),
    topics.CALLERS: (
        "Internal: what contacts say of their callers, for repeat callers and callbacks kept."
    ),
    topics.ALERTS: (
        "Alerts as they stand, from opening to end. Records whose key begins with `state|` are "
        "what the detectors remember: pass over them."
    ),
    topics.LATE: "Events that came too late to change the books, and corrected ones.",
    topics.DEAD: "Events that were refused: where they lie, and why.",
}


def document() -> Schema:
    """The document."""
    shown = [each for each in schemas.published() if each.topic is not None]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Reachline",
            "version": __version__,
            "description": (
                "Contact events in, figures of a city's phone lines out. Values are JSON of at "
                f"most {MAX_BYTES} bytes for inputs. All topics have the same number of "
                "partitions; events are keyed by `call_id`, so that a call's events are together."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_camel(each.name): _channel(each) for each in shown},
        "operations": {_operation_name(each): _operation(each) for each in shown},
        "components": {"messages": {_camel(each.name): _message(each) for each in shown}},
    }


def files() -> dict[str, str]:
    """The whole contract as files, by name: the document, the schemas that it refers to, and what
    the figures mean."""
    return {
        ASYNCAPI_FILE: schemas.as_text(document()),
        figures_page.FIGURES_FILE: figures_page.page(),
        **schemas.files(),
    }


def _channel(each: Published) -> Schema:
    settings = Settings()
    (spec,) = [spec for spec in topics.specs(settings) if spec.name == each.topic]
    config: dict[str, Any] = {"cleanup.policy": spec.config["cleanup.policy"].split(",")}
    for name in ("retention.ms", "max.message.bytes"):
        if name in spec.config:
            config[name] = int(spec.config[name])
    about = _ABOUT[spec.name]
    if _is_input(each):
        about += " Timestamps are LogAppendTime: `at` may lie at most five minutes after them."
    name = _camel(each.name)
    return {
        "address": spec.name,
        "description": about,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "kafka": {
                "topic": spec.name,
                "partitions": settings.partitions,
                "replicas": settings.replication,
                "topicConfiguration": config,
                "bindingVersion": _BINDING,
            }
        },
    }


def _operation(each: Published) -> Schema:
    name = _camel(each.name)
    return {
        "action": "receive" if _is_input(each) else "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": _ABOUT[each.topic or ""].partition(".")[0] + ".",
        "tags": [{"name": "internal" if each.topic in _INTERNAL else "public"}],
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }


def _message(each: Published) -> Schema:
    message: Schema = {
        "name": each.name,
        "contentType": "application/json",
        "payload": {
            "schemaFormat": _SCHEMA_FORMAT,
            "schema": {"$ref": f"./{each.name}.schema.json"},
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": each.key},
                "bindingVersion": _BINDING,
            }
        },
        "examples": [{"payload": payload} for payload in each.schema["examples"]],
    }
    if _is_input(each):
        message["summary"] = (
            "Plain, or a CloudEvent in binary mode: then `ce_id`, `ce_time` and `ce_subject` stand "
            "for `event_id`, `at` and `call_id` where the value leaves them out."
        )
        message["headers"] = {
            "schemaFormat": _SCHEMA_FORMAT,
            "schema": cloud_event_headers(each.name),
        }
        payload = examples.OF_EVENTS[each.name][0]  # type: ignore[index]
        message["examples"].append({"headers": _as_headers(payload), "payload": payload})
    return message


def cloud_event_headers(kind: str) -> Schema:
    """The headers of a CloudEvent in binary mode, as Kafka's binding of CloudEvents has them."""
    text = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": text | {"description": "`event_id`"},
            "ce_source": text,
            "ce_type": text | {"pattern": rf"(^|[./]){kind}$"},
            "ce_time": text | {"format": "date-time", "description": "`at`"},
            "ce_subject": text | {"description": "`call_id`"},
            "content-type": {"type": "string"},
        },
        "dependentRequired": {"ce_id": ["ce_specversion", "ce_source", "ce_type"]},
    }


def _as_headers(payload: Schema) -> Schema:
    return {
        "ce_specversion": "1.0",
        "ce_id": payload["event_id"],
        "ce_source": "/telephony/pbx1",
        "ce_type": f"contact.{payload['event']}",
        "ce_time": payload["at"],
        "ce_subject": payload["call_id"],
        "content-type": "application/json",
    }


def _is_input(each: Published) -> bool:
    return each.name in KINDS


def _operation_name(each: Published) -> str:
    name = _camel(each.name)
    return ("receive" if _is_input(each) else "send") + name[0].upper() + name[1:]


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(word.capitalize() for word in rest)
