"""The published contract: a JSON Schema 2020-12 for the value of each topic's records.

Made of the types that read and write them, so that a schema says what the code does: what a schema
accepts the reader accepts too, except what needs the plan (the line, the skew of the clock).
``asyncapi`` puts them into one document; ``reachline schemas`` writes them, and a test fails when
what is committed differs from what comes out today.

It is longer than a module should be, because every document of the contract is in one list.
"""

import inspect
import json
import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from streams.domain import caller_history as callers
from streams.domain.decisions import Told
from streams.domain.events import KINDS, TYPES
from streams.engine.kafka import topics
from streams.published import examples, shown, statement_examples
from streams.sinks.alerts import AlertRecord
from streams.sinks.journeys import Journey
from streams.sinks.records import DeadLetter, Interval
from streams.sinks.statement.contact_explained import CallsExplained
from streams.sinks.statement.explained import Explanation
from streams.sinks.statement.objects import Statement
from streams.sinks.statement.restated import Restatement

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_REF: Final = "#/$defs/{name}"


@dataclass(frozen=True, slots=True)
class Published:
    """One published schema.

    Attributes:
        name: of its file, without the ending.
        topic: whose records' values it describes; None for what is in files.
        key: what the records' key is made of.
        schema: the JSON Schema.
    """

    name: str
    topic: str | None
    key: str
    schema: Schema = field(repr=False)


def published() -> list[Published]:
    """Every schema, inputs first."""
    outputs = examples.outputs()
    return [
        *(
            Published(kind, f"contact.{kind}", "call_id", _input(kind, examples.OF_EVENTS[kind]))
            for kind in KINDS
        ),
        Published(
            "event",
            None,
            "",
            _any_event(
                "Event",
                "A line of a file of mixed events (NDJSON): the field `event` names the kind.",
                examples.lines(),
            ),
        ),
        Published(
            "journeys",
            topics.JOURNEYS,
            "call_id",
            _output("journeys", Journey, outputs[topics.JOURNEYS]),
        ),
        Published(
            "line-partials", topics.PARTIALS, _PARTIALS_KEY, _partials(outputs[topics.PARTIALS])
        ),
        Published(
            "line-intervals",
            topics.INTERVALS,
            "scope|start, scope|start|callers|partition for what follows from callers",
            _output("line-intervals", Interval, outputs[topics.INTERVALS]),
        ),
        Published(
            "callers",
            topics.CALLERS,
            "JSON array of caller and call_id, c|source partition for clocks",
            _of_callers(outputs[topics.CALLERS]),
        ),
        Published(
            "alerts", topics.ALERTS, "id", _output("alerts", AlertRecord, outputs[topics.ALERTS])
        ),
        Published(
            "late",
            topics.LATE,
            "topic|partition|offset",
            _any_event(
                "Late",
                "An event that came too late to change the books, or corrects one: kept, so that "
                "a restatement can count it.",
                examples.lines(),
            ),
        ),
        Published(
            "dead-letters",
            topics.DEAD,
            "topic|partition|offset",
            _output("dead-letters", DeadLetter, outputs[topics.DEAD]),
        ),
        *_statements(),
        *_shown(),
    ]


def _statements() -> list[Published]:
    """What ``statement``, ``explain`` and ``restate`` write as JSON."""
    shown = statement_examples.statements()
    types = {
        "statement": Statement,
        "explanation": Explanation,
        "calls-explained": CallsExplained,
        "restatement": Restatement,
    }
    return [
        Published(name, None, "", _output(name, type_, shown[name]))
        for name, type_ in types.items()
    ]


def _shown() -> list[Published]:
    """What ``replay`` writes as JSON, and what a worker's page says."""
    example = shown.shown()
    (alert,), _ = _schemas([AlertRecord])
    found = {"replay": shown.replay(alert), "figures": shown.live()}
    return [
        Published(name, None, "", _whole(name, schema, {}, example[name]))
        for name, schema in found.items()
    ]


def files() -> dict[str, str]:
    """The schemas' files, by name."""
    return {f"{each.name}.schema.json": as_text(each.schema) for each in published()}


def as_text(document: Schema) -> str:
    """A document as it is written to a file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _input(kind: str, shown: list[Schema]) -> Schema:
    """The schema of a topic's events. On a topic the field `event` may be missing: the topic says
    the kind. Binary CloudEvents may leave to their headers what those say."""
    (schema,), defs = _schemas([TYPES[kind]])
    schema["required"].remove("event")
    if kind == "queue":
        schema["if"] = {"properties": {"phase": {"const": "left"}}}
        schema["then"] = {
            "required": ["reason"],
            "properties": {"reason": {"not": {"type": "null"}}},
        }
    return _whole(kind, schema, defs, shown)


def _any_event(title: str, description: str, shown: list[Schema]) -> Schema:
    defs = {}
    for kind in KINDS:
        each = _input(kind, [])
        for name in ("$schema", "$id", "examples"):
            del each[name]
        each["required"] = ["event", *each["required"]]
        defs[TYPES[kind].__name__] = each
    refs = [{"$ref": _REF.format(name=name)} for name in defs]
    schema = {"title": title, "description": description, "oneOf": refs}
    return _whole(title.lower(), schema, defs, shown)


def _output(name: str, type_: Any, shown: list[Any]) -> Schema:
    (schema,), defs = _schemas([type_])
    return _whole(name, schema, defs, shown)


_PARTIALS_KEY: Final = (
    "f|scope|source partition|width|start for figures, t|source partition|start and "
    "r|source partition|checkpoint|part for what detectors are told, w|scope|source partition for "
    "who waits, c|source partition for clocks, a|source partition before all is published again, "
    "j|source partition for what it is judged by, p for what the owner has published"
)

_Waits = list[tuple[int, int]]
_Figures = tuple[int, bool, tuple[list[int], list[int], _Waits, int]]
_Decided = tuple[int, list[Told]]
_Waiting = tuple[int, int, int | None]
_Clock = tuple[int, int, dict[str, int], int, list[int]]
_Again = tuple[int]
_JudgedBy = tuple[str]
_UpTo = tuple[int, int, list[tuple[str, int]], list[int]]


def _partials(shown: list[Any]) -> Schema:
    forms = {
        "Figures of a slot or interval: generation of the consumer group, whether they are final, "
        "and the tally: the ids of its counts, how many of each, waits (bucket in seconds, "
        "answered visits), the longest wait in us or -1.": _Figures,
        "What detectors are told of a slot of a second, all of that of contacts in state, or what "
        "retired contacts have left behind for good: generation, and of each visit the line, the "
        "first instant, what happened then and at up to two later ones (a letter for each, which "
        "is a capital where it is of the contact as a whole: e into a queue, n into none, r "
        "reached or not, 1 or 0, s answered, t the conversation over, u left unanswered, with c "
        "where the queue was closed), the visit, the first digits of its caller's pseudonym, and "
        "how much later the later ones were.": _Decided,
        "Who waits: generation, how many, since when the first of them.": _Waiting,
        "A source partition's figures are complete, or those of a partition of callers, whose "
        "numbers follow: generation, up to when (us since "
        "1970-01-01T00:00:00Z), on one partition the offset per input topic that this holds for, "
        "the partition's clock, and starts of older intervals that a contact in state holds: none "
        "of them is final in any scope.": _Clock,
        "A source partition publishes everything again: generation.": _Again,
        "By what a source partition is judged: JSON, packed by zlib, as base64.": _JudgedBy,
        "What the owner of the lines has published: generation, as of when, but for which "
        "intervals (scope, start), and for which in every scope (start).": _UpTo,
    }
    about = "A source partition's absolute part of a line's figures, or a partition of callers'."
    return _one_of("line-partials", "LinePartial", about, forms, shown)


_Reached = tuple[int, list[int]]


def _of_callers(shown: list[Any]) -> Schema:
    forms = {
        inspect.cleandoc(callers.Call.__doc__ or "").replace("\n\n", " ").replace("\n", " "): (
            callers.Call
        ),
        "A source partition has told all calls: up to when (us since 1970-01-01T00:00:00Z), and "
        "starts of older intervals in which something of a contact in state happened.": _Reached,
    }
    about = "A contact as its caller's history knows it, or how far a source partition has come."
    return _one_of("callers", "Caller", about, forms, shown)


def _one_of(name: str, title: str, about: str, forms: dict[str, Any], shown: list[Any]) -> Schema:
    """The schema of a topic with records of several forms, each with what it says."""
    schemas, defs = _schemas(forms.values())
    for schema, description in zip(schemas, forms, strict=True):
        schema["description"] = description
    return _whole(name, {"title": title, "description": about, "oneOf": schemas}, defs, shown)


def _whole(name: str, schema: Schema, defs: Schema, shown: list[Any]) -> Schema:
    """The schema with its head before and its definitions and examples behind."""
    head = {"$schema": DIALECT, "$id": f"urn:reachline:schema:{name}"}
    tail = ({"$defs": defs} if defs else {}) | {"examples": shown}
    return head | schema | tail


def _schemas(types: Iterable[Any]) -> tuple[list[Schema], Schema]:
    """The schemas of these types as msgspec knows them, with what their docstrings say."""
    given = list(types)
    schemas, defs = msgspec.json.schema_components(given, ref_template=_REF)
    defs = deepcopy(defs)
    found = {each.__name__: each for each in _structs(given)}
    for name, schema in defs.items():
        if name in found:
            _describe(schema, found[name])
    roots = []
    for schema in schemas:
        name = schema.get("$ref", "").removeprefix(_REF.format(name=""))
        roots.append(defs.pop(name) if name in defs else dict(schema))
    return roots, dict(sorted(defs.items()))


def _structs(types: Iterable[Any]) -> Iterable[Any]:
    """The named types among these and inside them."""
    seen: set[Any] = set()
    pending = list(types)
    while pending:
        each = pending.pop()
        if isinstance(each, type) and getattr(each, "__annotations__", None) and each not in seen:
            seen.add(each)
            pending += inspect.get_annotations(each).values()
        pending += getattr(each, "__args__", ())
    return seen


def _describe(schema: Schema, type_: Any) -> None:
    """Gives a schema its docstring's text, and its properties those of ``Attributes``."""
    text, _, attributes = (inspect.getdoc(type_) or "").partition("\nAttributes:\n")
    for base in type_.__bases__:
        if issubclass(base, msgspec.Struct) and base is not msgspec.Struct:
            attributes += "\n" + (inspect.getdoc(base) or "").partition("\nAttributes:\n")[2]
    schema["description"] = re.sub(r"\s+", " ", text).strip().replace("``", "`")
    said = re.findall(r"^    ([\w, ]+): (.+(?:\n {8}.+)*)", attributes, re.MULTILINE)
    for names, description in said:
        for name in names.split(", "):
            known = schema["properties"].get(name)
            if known is not None:
                unit = known.pop("description", None)
                words = re.sub(r"\s+", " ", description)
                words = words[0].upper() + words[1:]
                known["description"] = f"{words} {unit}" if unit else words
