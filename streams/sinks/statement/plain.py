"""A statement as one plain object, and its canonical JSON.

The object is what the page is made of too, so that they say the same. Ratios are fractions of one,
rounded to six decimals; verdicts and money were decided before anything was rounded. Amounts of
money are texts, so that no reader makes floats of them.

Where too few of its open hours were heard, a result has no verdict and no amount. What they would
be by the hours heard stands apart, so that a program that knows nothing of this pays nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import orjson

from streams.domain import instants, visits
from streams.domain.books import INTERVAL
from streams.domain.instants import HOUR, SECOND
from streams.domain.plan import Plan
from streams.domain.plan.model import Contract
from streams.domain.plan.validity import Version
from streams.domain.statement import evidence
from streams.domain.statement.assignments import ASA, Intervals, Rule, versions
from streams.domain.statement.counting import Count, Number, value
from streams.domain.statement.forecast import CONFIDENCE, Outlook
from streams.domain.statement.heard import Hours
from streams.domain.statement.judging import Effect, Result
from streams.domain.statement.money import Charge
from streams.domain.statement.statement import Statement, Worst
from streams.domain.tally import Tally
from streams.domain.visits import DISPOSITIONS

FORM: Final = 2
"""Of this object; raised when something in it changes its meaning. In 1, the hours heard were not
counted, and a statement had no number."""

VOLUMES: Final = ("line_offered", "queue_offered", "out_of_hours", visits.OPEN, *DISPOSITIONS)


@dataclass(frozen=True, slots=True)
class Made:
    """A statement with the text of the books that it rests on.

    What it says is a function of the plan and the books. ``issued`` adds ``issue``: its number, and
    when it was made.
    """

    object: dict[str, Any]
    books: str

    @property
    def content(self) -> dict[str, Any]:
        """All that it says, whenever it was made."""
        return {key: value for key, value in self.object.items() if key != "issue"}

    @property
    def json(self) -> bytes:
        """Canonical: sorted keys, two spaces, one line feed at the end."""
        return canonical(self.object)


def make(plan: Plan, of: Statement, intervals: Intervals) -> Made:
    """The object of a statement and the text of its books."""
    since = min((holding.since for holding in of.held), default=of.begin)
    books = evidence.text(intervals, of.vendor, of.held, since, of.end)
    return Made(_object(plan, of, books, since), books)


def canonical(thing: dict[str, Any]) -> bytes:
    """An object's canonical JSON."""
    return orjson.dumps(
        thing, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )


def _object(plan: Plan, of: Statement, books: str, since: int) -> dict[str, Any]:
    vendor = plan.vendor(of.vendor)
    open_cells, open_visits = of.provisional
    results = [_result(each, of.outlooks.get(place)) for place, each in enumerate(of.results)]
    provisional = None
    if of.as_of is not None:
        provisional = {
            "as_of": instants.text(of.as_of),
            "quarter_hours": open_cells,
            "visits": open_visits,
            "period_over": of.as_of >= of.end,
        }
    total = Tally()
    for each in of.totals.values():
        total.plus(each)
    return {
        "form": FORM,
        "city": plan.city,
        "vendor": {"id": of.vendor, "name": vendor.name if vendor else of.vendor},
        "period": {
            "name": of.period.name,
            "kind": of.period.kind,
            "first_day": of.period.first.isoformat(),
            "day_after": of.period.after.isoformat(),
            "begin": instants.text(of.begin),
            "end": instants.text(of.end),
            "hours": _number(Fraction(of.end - of.begin, HOUR)),
            "time_zone": plan.zone.key,
        },
        "plan_digest": plan.digest,
        "books": {
            "digest": evidence.digest(books),
            "quarter_hours": books.count("\n"),
            "from": instants.text(since),
            "until": instants.text(of.end),
        },
        "provisional": provisional,
        "complete": of.complete,
        "heard": {
            **_hours(of.heard.total),
            "lines": {line: _hours(hours) for line, hours in of.heard.lines.items()},
            "silences": [
                {
                    "from": instants.text(each.begin),
                    "until": instants.text(each.end),
                    "open": _in_hours(each.quarter_hours),
                    "line": each.line,
                    "queue": each.queue,
                }
                for each in of.heard.silences
            ],
        },
        "contracts": [_contract(*each) for each in versions(plan, of.lines)],
        "lines": [
            {
                "line": holding.line,
                "names": dict(plan.nearest_terms(holding.line, holding.since).names),
                "contract": holding.contract.id,
                "from": instants.text(holding.since),
                "until": instants.text(holding.until),
            }
            for holding in of.lines
        ],
        "results": results,
        "amounts": _amounts(each for each in of.results if each.due and each.hours.enough),
        "amounts_withheld": _amounts(
            each for each in of.results if each.due and not each.hours.enough
        ),
        "contacts": of.contacts,
        "volumes": {line: _volumes(tally) for line, tally in of.totals.items()},
        "total": _volumes(total),
        "days": {day.isoformat(): _volumes(tally) for day, tally in of.days.items()},
        "worst": [_worst(each) for each in of.worst],
        "notes": [
            {
                "note": note.word,
                "about": [
                    instants.text(each) if isinstance(each, int) and each > 2**40 else each
                    for each in note.about
                ],
            }
            for note in of.notes
        ],
    }


def _result(of: Result, ahead: Outlook | None) -> dict[str, Any]:
    figure = of.measure.figure
    shown = {
        **_rule(of.rule),
        "line": of.line,
        "lines": list(of.lines),
        "period": of.period.name,
        "from": instants.text(of.since),
        "until": instants.text(of.until),
        "share_of_period": _number(of.share),
        "due": of.due,
        "final": of.final,
        **count_object(of.count, figure),
        "provisional_whole": _number(of.open_count.whole),
        "hours": _hours(of.hours),
        "complete": of.hours.enough,
        **(_verdict(of) if of.hours.enough else dict.fromkeys(_verdict(of))),
        "before_exclusions": count_object(of.before, figure),
        "exclusions": [_effect(effect, figure) for effect in of.effects],
        "days": {
            day.isoformat(): count_object(count, figure) for day, count in sorted(of.days.items())
        },
    }
    if not of.hours.enough:
        shown["by_hours_heard"] = _verdict(of)
    if of.line is None:
        shown["by_line"] = {
            line: count_object(count, figure) for line, count in sorted(of.by_line.items())
        }
    if ahead is not None:
        shown["outlook"] = {
            "expected_whole": None if ahead.expected is None else _number(ahead.expected),
            "misses_left": ahead.misses_left,
            "low": _rounded(ahead.low),
            "mid": _rounded(ahead.mid),
            "high": _rounded(ahead.high),
            "confidence": CONFIDENCE,
        }
    return shown


def _verdict(of: Result) -> dict[str, Any]:
    return {
        "met": of.met,
        "points_missed": None if of.distance is None else _number(of.distance),
        "malus": None if of.earned else _charge(of.charge),
        "bonus": _charge(of.charge) if of.earned else None,
    }


def _hours(of: Hours) -> dict[str, Any]:
    return {
        "open": _in_hours(of.open),
        "heard": _in_hours(of.heard),
        "with_visit": _in_hours(of.visited),
    }


def _in_hours(quarter_hours: int) -> int | float:
    return _number(Fraction(quarter_hours * INTERVAL, HOUR))


def _contract(version: Version[Contract], lines: Iterable[str]) -> dict[str, Any]:
    of, since, until = version.entry, version.since, version.until
    return {
        "contract": of.id,
        "valid_from": None if since is None else instants.text(since),
        "valid_until": None if until is None else instants.text(until),
        "thresholds": [_number(Fraction(each, SECOND)) for each in (of.threshold, *of.further)],
        "lines": list(lines),
    }


def _rule(of: Rule) -> dict[str, Any]:
    measure = of.measure
    shown: dict[str, Any] = {
        "contract": of.contract,
        "measure": measure.id,
        "figure": measure.figure,
        "scope": measure.scope,
        "target": _number(Fraction(measure.target)),
        "short_abandon_limit": _number(Fraction(of.short_limit, SECOND)),
        "short_abandons": "counted" if of.short_counts else "excluded",
    }
    if measure.figure == "service_level":
        shown |= {
            "formula": measure.formula,
            "threshold": _number(Fraction(measure.threshold, SECOND)),
            "boundary": "<=" if of.inclusive else "<",
            "clock": of.clock,
        }
    if measure.figure == "reachability":
        shown |= {
            "reach_limit": _number(Fraction(of.reach_limit, SECOND)),
            "callbacks": "not_reached" if of.callbacks_not_reached else "left_out",
        }
    return shown


def count_object(of: Count, figure: str) -> dict[str, Any]:
    """What stands above and below the line, and what it comes to."""
    part = Fraction(of.part) / SECOND if figure == ASA else of.part
    measured = value(of, figure)
    return {
        "part": _number(part),
        "whole": _number(of.whole),
        "value": None if measured is None else _number(measured),
    }


def _effect(of: Effect, figure: str) -> dict[str, Any]:
    left_out = count_object(of.left_out, figure)
    return {
        "id": of.exclusion.id,
        "kind": of.exclusion.kind,
        "reason": of.exclusion.reason,
        "causes": list(of.exclusion.causes),
        "above": None if of.exclusion.above is None else str(of.exclusion.above),
        "quarter_hours": of.quarter_hours,
        "left_out": {"part": left_out["part"], "whole": left_out["whole"]},
        "value_without_it": None if of.value is None else _number(of.value),
    }


def _charge(of: Charge | None) -> dict[str, Any] | None:
    if of is None:
        return None
    return {
        "points": _number(of.distance),
        "points_counted": None if of.counted is None else _number(of.counted),
        "of_a_whole_period": _money(of.whole),
        "capped": of.capped,
        "amount": str(of.amount),
        "unit": of.unit,
        "currency": of.currency,
    }


def _amounts(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Sums of what is due, per unit and currency."""
    sums: dict[tuple[str, str], dict[str, Decimal]] = {}
    for result in results:
        for adjustment in (result.measure.malus, result.measure.bonus):
            if adjustment is not None:
                sums.setdefault((adjustment.unit, result.rule.currency), {})
        if result.charge is not None:
            key = result.charge.unit, result.charge.currency
            of_key = sums.setdefault(key, {})
            kind = "bonus" if result.earned else "malus"
            of_key[kind] = of_key.get(kind, Decimal(0)) + result.charge.amount
    return [
        {
            "unit": unit,
            "currency": currency,
            "malus": str(of_key.get("malus", Decimal("0.00"))),
            "bonus": str(of_key.get("bonus", Decimal("0.00"))),
            "balance": str(
                of_key.get("bonus", Decimal("0.00")) - of_key.get("malus", Decimal("0.00"))
            ),
        }
        for (unit, currency), of_key in sorted(sums.items())
    ]


def _volumes(of: Tally) -> dict[str, int]:
    return {name: of[name] for name in VOLUMES} | {"imbalance": of.imbalance()}


def _worst(of: Worst) -> dict[str, Any]:
    figure = of.rule.measure.figure
    return {
        "line": of.line,
        "start": instants.text(of.start),
        "contract": of.rule.contract,
        "measure": of.rule.measure.id,
        **count_object(of.count, figure),
        "misses": _number(of.misses),
        "left_out": {id_: _number(share) for id_, share in of.left_out},
    }


def _number(exact: Number) -> int | float:
    """A whole number, or the nearest with six decimals."""
    rounded = round(Fraction(exact), 6)
    return int(rounded) if rounded.denominator == 1 else float(rounded)


def _rounded(inexact: float | None) -> float | None:
    return None if inexact is None else round(inexact, 4)


def _money(exact: Fraction) -> str:
    return str(round(Decimal(exact.numerator) / Decimal(exact.denominator), 4))
