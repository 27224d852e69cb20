"""JSON Schemas of figures as people's programs read them: ``replay --format json``, ``/figures``.

Made of the declarations of counts and figures: each field says what it counts, or how it is
computed.
"""

from collections.abc import Iterable
from typing import Any, Final

from streams.domain.board import Board
from streams.domain.books import SLOT, books, start_of
from streams.domain.counts import DECLARED_COUNTS, SHOWN, SHOWN_OF_CITY
from streams.domain.entries import entries
from streams.domain.figures import of_scope, on_the_wall
from streams.domain.figures.figure import Figure, Scope
from streams.domain.irregularities import IRREGULARITIES
from streams.domain.judge import judge
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, Tally
from streams.published import examples
from streams.sinks.live import live_figures
from streams.sinks.prometheus import STATUS
from streams.sinks.report import as_object

Schema = dict[str, Any]

_INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
_NUMBER_OR_NULL: Final[Schema] = {"type": ["number", "null"]}
_WHOLE: Final[Schema] = {"type": "integer", "minimum": 0}
_TEXT: Final[Schema] = {"type": "string"}
_RATIO: Final[Schema] = {"minimum": 0, "maximum": 1}
_COUNTED: Final = {count.name: count.of for count in DECLARED_COUNTS}


def replay(alert: Schema) -> Schema:
    """What ``replay --format json`` writes, given the schema of an alert."""
    scopes = {
        "lines": _by_id("#/$defs/OfLine", "Figures per line, by its id."),
        "vendors": _by_id("#/$defs/OfLine", "Figures per vendor, by its id."),
        "city": {"$ref": "#/$defs/OfCity"},
    }
    interval = _object(scopes | {"start": _INSTANT}, ["start", *scopes])
    refused = {"type": "object", "additionalProperties": _WHOLE}
    properties: Schema = {
        **scopes,
        "rejected": refused | {"description": "Events that were refused, by reason."},
        "counted": _said(
            _object({name: _said(_WHOLE, f"{said}.") for name, said in IRREGULARITIES.items()}),
            "What was odd about the contacts. None of it changes a figure.",
        ),
        "intervals": {
            "type": "array",
            "items": interval,
            "description": "Where `--interval` asks for them.",
        },
        "alerts": {
            "type": "array",
            "items": {"$ref": "#/$defs/Alert"},
            "description": "Where `--alerts` asks for them.",
        },
    }
    head = {
        "title": "Replay",
        "description": (
            "What `reachline replay --format json` writes. Every count is there, 0 where there is "
            "none; a figure with nothing under the line is absent."
        ),
    }
    defs = {"Alert": alert, "OfCity": _figures("city"), "OfLine": _figures("line")}
    return head | _object(properties, [*scopes, "rejected", "counted"]) | {"$defs": defs}


def live() -> Schema:
    """What the page ``/figures`` of a worker says."""
    line: Schema = {
        "line": _TEXT,
        "names": {"type": "object", "additionalProperties": _TEXT},
        "tier": {"type": "integer"},
        "option": {"type": ["string", "null"]},
        "vendor": _TEXT,
        "status": {"enum": list(STATUS)},
        "as_of": _said(_NUMBER_OR_NULL, "Seconds since 1970; null: no worker has the line."),
        "threshold": _said({"type": "number"}, "Seconds."),
        "service_level_target": _RATIO | {"type": "number"},
        "reachability_target": _RATIO | {"type": "number"},
        **_recent("line"),
        **_now(),
        "answered_today": _or_null(_WHOLE),
        **_today("line"),
    }
    city: Schema = {
        "as_of": _said({"type": "number"}, "Seconds since 1970."),
        **_recent("city"),
        **_now(),
        **_today("city"),
    }
    alert: Schema = {
        **dict.fromkeys(("id", "kind"), _TEXT),
        "line": {"oneOf": [{"type": "null"}, _TEXT]},
        "since": _said({"type": "number"}, "Seconds since 1970."),
        "summary": {"type": "object", "additionalProperties": _TEXT},
    }
    properties: Schema = {
        "city": _TEXT,
        "languages": {"type": "array", "items": _TEXT},
        "time_zone": _TEXT,
        "as_of": _said(_NUMBER_OR_NULL, "Seconds since 1970, of the oldest figures shown."),
        "whole": {"oneOf": [{"type": "null"}, _object(city)]},
        "lines": {"type": "array", "items": _object(line)},
        "alerts": {"type": "array", "items": _object(alert)},
    }
    head = {
        "title": "Figures",
        "description": "What a worker's page `/figures` says; null where there is no data.",
    }
    return head | _object(properties)


def shown() -> dict[str, list[Any]]:
    """An example of each: what comes of the one call of all examples."""
    plan, contact, now = examples.called()
    found = books([contact], plan, now)
    (piece,) = contact.pieces()
    judged = judge(piece, plan, now)
    assert judged is not None
    slot = start_of(judged.begun, SLOT)
    board = Board(plan, 1, [CITY, LINE + "waste"])
    for scope in (CITY, LINE + "waste"):
        tally = Tally()
        for entry in entries(judged):
            if entry[0] == scope:
                tally.add(entry)
        board.apply_figures(scope, 0, SLOT, slot, tally, False)
    board.apply_watermark(0, contact.newest)
    board.advance()
    return {
        "replay": [as_object(found, {"unknown_line": 1}) | {"alerts": []}],
        "figures": [live_figures(Plan.default(), [board], contact.newest)],
    }


def _figures(scope: Scope) -> Schema:
    """The figures of a scope: all counts; each figure where it is defined."""
    counts = [*SHOWN, *(SHOWN_OF_CITY if scope == "city" else ())]
    properties = {name: _said(_WHOLE, f"A count of {_COUNTED[name]}.") for name in counts}
    properties |= {figure.name: _figure(figure) for figure in of_scope(scope)}
    return _object(properties, counts)


def _figure(figure: Figure) -> Schema:
    value: Schema = {"type": "number", "minimum": 0}
    if figure.unit == "ratio":
        value = {"type": "number"} | _RATIO
    text = f"{figure.title}: {figure.formula}"
    said = f"{text[0].upper()}{text[1:]}; {_UNITS[figure.unit]}."
    if not figure.variants:
        return _said(value, said)
    each = {variant.key: _said(value, variant.formula) for variant in figure.variants}
    return _said(_object(each, []), said)


_UNITS: Final = {"ratio": "a fraction of one", "seconds": "in seconds"}


def _recent(scope: Scope) -> Schema:
    """The figures of the last half hour, each with what it is of."""
    of = "contacts" if scope == "city" else "visits"
    found: Schema = {}
    for figure, wall in on_the_wall(scope):
        if wall.of:
            said = "Of the last half hour: "
            whole = _WHOLE if scope == "city" else _or_null(_WHOLE)
            found[figure.name] = _ratio(said + figure.formula)
            found[f"{figure.name}_of"] = _said(whole, f"{said}{of} that it is of")
            if wall.left_out is not None:
                share = "the share that the contract leaves out of it"
                found[f"{figure.name}_left_out"] = _ratio(said + share)
    return found


def _now() -> Schema:
    return {
        "waiting": _said(_or_null(_WHOLE), "Callers who wait at this moment."),
        "oldest_wait": _said(_NUMBER_OR_NULL, "Seconds that the first of them has waited."),
        "contacts_today": _or_null(_WHOLE),
    }


def _today(scope: Scope) -> Schema:
    return {
        f"{figure.name}_today": _ratio("Of today: " + figure.formula)
        for figure, _ in on_the_wall(scope)
    }


def _ratio(description: str) -> Schema:
    return _said(_RATIO | _NUMBER_OR_NULL, description)


def _or_null(schema: Schema) -> Schema:
    return schema | {"type": [schema["type"], "null"]}


def _said(schema: Schema, description: str) -> Schema:
    return schema | {"description": description}


def _by_id(ref: str, description: str) -> Schema:
    return {
        "type": "object",
        "additionalProperties": {"$ref": ref},
        "description": description,
    }


def _object(properties: Schema, required: Iterable[str] | None = None) -> Schema:
    """An object with these properties and no others; all are required unless it is said which."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }
