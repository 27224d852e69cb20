"""JSON Schemas of figures as people's programs read them: ``replay --format json``, ``/figures``.

Made of the declarations of counts and figures: each field says what it counts, or how it is
computed.

It is longer than a module should be, because each object is described field by field.
"""

from collections.abc import Iterable
from typing import Any, Final

from streams.domain.board import Board
from streams.domain.books import SLOT, books, start_of
from streams.domain.counts import DECLARED_COUNTS
from streams.domain.departments import CARRIED, MINUTES, SHARES
from streams.domain.entries import entries
from streams.domain.figures import counts_of, of_scope, on_the_wall
from streams.domain.figures.figure import Figure, Scope
from streams.domain.figures.people import TRIES
from streams.domain.figures.whole import OF_WHOLE, OUTCOME_COUNTS
from streams.domain.irregularities import IRREGULARITIES
from streams.domain.judge import judge
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, Tally
from streams.published import examples
from streams.sinks.day import DAY_COUNTS, DAY_FIGURES
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
        "vendors": _by_id("#/$defs/OfVendor", "Figures per vendor, by its id."),
        "city": {"$ref": "#/$defs/OfCity"},
        "entrances": _by_id("#/$defs/OfEntrance", "Figures per entrance of the plan, by its id."),
        "languages": _by_id("#/$defs/OfCity", "Figures per language of the plan."),
        "channels": _by_id(
            "#/$defs/OfCity",
            "Figures of what came by other channels than the telephone; it is in no others.",
        ),
    }
    interval = _object(scopes | {"start": _INSTANT}, ["start", *scopes])
    refused = {"type": "object", "additionalProperties": _WHOLE}
    properties: Schema = {
        **scopes,
        "menus": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/OfMenu"},
            "description": (
                "What came of each version of the spoken menu: those of the plan, or of a plan "
                "without any those that were told."
            ),
        },
        "departments": _by_id(
            "#/$defs/OfDepartment",
            "What the lines behind the first carry, by their ids: those to which anybody was "
            "passed on.",
        ),
        "second_line": _by_id(
            "#/$defs/OfTier", "The same of tiers 2 and 3, with a part per permanence."
        ),
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
    defs = {
        "Alert": alert,
        "OfCity": _figures("city"),
        "OfLine": _figures("line"),
        "OfDepartment": _carried("vendors", "Those whose contact it was first, by vendor."),
        "OfEntrance": _entrance(),
        "OfMenu": _menu(),
        "OfTier": _carried("permanence", "Where lines take all, urgent or no transfers."),
        "OfVendor": _figures("vendor"),
    }
    required = [*scopes, "menus", "departments", "second_line", "rejected", "counted"]
    return head | _object(properties, required) | {"$defs": defs}


def _entrance() -> Schema:
    """The figures of an entrance, with what was agreed of it if it has a contract of its own."""
    found = _figures("city")
    target: Schema = {"type": "number"} | _RATIO
    agreed = {
        "contract": _said(_TEXT, "Its id in the plan."),
        "formula": _said(_TEXT, "By which the service level is computed."),
        "service_level_target": target,
        "reachability_target": target,
        "service_level": _said(target, "By this formula, of visits as their lines judged them."),
        "service_level_met": {"type": "boolean"},
        "reachability_met": {"type": "boolean"},
    }
    required = ("contract", "formula", "service_level_target", "reachability_target")
    found["properties"]["agreed"] = _said(
        _object(agreed, required), "Its own contract, as of the end; in no interval."
    )
    return found


def _carried(parts: str, description: str) -> Schema:
    """The figures of a department or a tier, with its parts."""
    each: Schema = {name: _said(_WHOLE, said) for name, said in CARRIED.items()}
    each["minutes"] = _said({"type": "number", "minimum": 0}, MINUTES)
    each |= {name: _said({"type": "number"} | _RATIO, said) for name, (*_, said) in SHARES.items()}
    always = [*CARRIED, "minutes"]
    part = {"type": "object", "additionalProperties": _object(each, always)}
    return _object(each | {parts: _said(part, description)}, [*always, parts])


def _menu() -> Schema:
    """The figures of one version of the spoken menu."""
    seconds: Schema = {"type": "number", "minimum": 0}
    share: Schema = {"type": "number"} | _RATIO
    quantiles = _object(dict.fromkeys(("p50", "p80", "p90", "p95"), seconds), [])
    counts = {
        "contacts": "Contacts that heard it.",
        "chose": "Of these, those who chose a line.",
        "chose_nothing": "Those who came to a line without a choice.",
        "chose_again": "Those who chose another line instead.",
        "hung_up": "Those who hung up in it.",
        "open_in_menu": "Those who are in it, as far as anybody knows.",
        "answered": "Answered visits that a first choice began.",
        "wrong_choices": "Of these, those passed on to another first line.",
    }
    of_key = {
        "chosen": "Contacts whose first choice it was.",
        "answered": "Of these, those whose visit was answered.",
        "wrong_choices": "Of these, those passed on to another first line.",
    }
    key = _object(
        {name: _said(_WHOLE, text) for name, text in of_key.items()}
        | {
            "chosen_share": _said(share, "Chosen / contacts that are not in it any more."),
            "wrong_choice": _said(share, "Wrong choices / answered."),
        },
        of_key,
    )
    by_second = {"type": "object", "additionalProperties": _WHOLE}
    properties = {name: _said(_WHOLE, text) for name, text in counts.items()} | {
        "seconds": _said(seconds, "How long it lasts, by the plan."),
        "menu_abandonment": _said(share, "Hung up / contacts that are not in it any more."),
        "chose_nothing_share": _said(share, "Chose nothing / the same."),
        "chose_again_share": _said(share, "Chose again / the same."),
        "wrong_choice": _said(share, "Wrong choices / answered."),
        "menu_time": _said(seconds, "Mean of the seconds heard by those who chose."),
        "menu_time_quantiles": quantiles,
        "menu_time_of_hung_up": _said(seconds, "The same of those who hung up."),
        "menu_time_of_hung_up_quantiles": quantiles,
        "hung_up_by_second": _said(by_second, "Who hung up, by seconds heard, rounded up."),
        "keys": {"type": "object", "additionalProperties": key},
    }
    return _object(properties, [*counts, "hung_up_by_second", "keys"])


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
        "day": _said(_day(), "Of today, as the page of today shows it."),
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
    counts = [*counts_of(scope)]
    properties = {name: _said(_WHOLE, f"A count of {_COUNTED[name]}.") for name in counts}
    if scope in OF_WHOLE:
        counts.append("outcomes")
        properties["outcomes"] = _said(
            _object(dict.fromkeys(OUTCOME_COUNTS, _WHOLE)),
            "What became of whole contacts: how many of each. All but `closed_meanwhile`, which is "
            "a part of `dead_end`, add up to `whole_contacts`.",
        )
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


def _day() -> Schema:
    """The city's day in a few numbers."""
    formulas = {each.name: each.formula for each in of_scope("city")}
    found: Schema = {name: _said(_WHOLE, f"A count of {_COUNTED[name]}.") for name in DAY_COUNTS}
    found |= {name: _said(_NUMBER_OR_NULL, formulas[name]) for name in DAY_FIGURES}
    tries = {
        name: _ratio(f"People reached at {said} try of the day")
        for name, (said, _) in TRIES.items()
    }
    found["reached_at_try"] = _object(tries)
    found["outcomes"] = _object(dict.fromkeys(OUTCOME_COUNTS, _WHOLE))
    worst = _object(
        {
            "start": _said({"type": "number"}, "Seconds since 1970."),
            "contacts": _said(_WHOLE, "Contacts that are judged, at least ten."),
            "reached": _said(_WHOLE, "Of these, those that were answered."),
        }
    )
    found["worst_hour"] = _said(
        {"oneOf": [{"type": "null"}, worst]}, "The hour with the smallest share reached."
    )
    return _object(found)


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
