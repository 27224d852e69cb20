"""As much of PromQL as the rules use, so that a test may ask what a rule finds at an instant.

Prometheus itself judges the rules in `tests/deploy`; this answers in a millisecond. An increase, a
rate or a maximum over a range is what the series is said to be: ranges are not gone through.
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from math import floor
from typing import Any, Final

import promql_parser

from streams.sinks.rules.rule import Alert, Record

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Series = dict[str, Vector]

_ARITHMETIC: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_AGGREGATES: Final[Mapping[str, Callable[[list[float]], float]]] = {
    "sum": sum,
    "max": max,
    "count": len,
}
_OF_EACH: Final[Mapping[str, Callable[[float], float]]] = {
    "abs": abs,
    "floor": floor,
    "hour": lambda value: datetime.fromtimestamp(value, UTC).hour,
    "year": lambda value: datetime.fromtimestamp(value, UTC).year,
    "month": lambda value: datetime.fromtimestamp(value, UTC).month,
    "day_of_month": lambda value: datetime.fromtimestamp(value, UTC).day,
}
_OF_A_RANGE: Final = ("last_over_time", "max_over_time", "increase", "rate", "changes")


_parsed = cache(promql_parser.parse)


def labels(**named: str) -> Labels:
    """Labels, as a key of a vector."""
    return frozenset(named.items())


class Samples:
    """What Prometheus knows at an instant.

    Args:
        at: the instant, in seconds.
        series: by name the newest samples.
        before: those of a minute ago, which a range reaches too.
        taken: when the newest samples were taken; at the instant, unless another is given.
    """

    def __init__(
        self,
        at: float,
        series: Series | None = None,
        before: Series | None = None,
        taken: float | None = None,
    ) -> None:
        self.at = float(at)
        self.series = dict(series or {})
        self._before = before or {}
        self._taken = float(at if taken is None else taken)

    def record(self, rules: Iterable[Record | Alert]) -> "Samples":
        """Evaluates rules one after the other, as Prometheus does, and knows what they find."""
        fresh: Series = {}
        for rule in rules:
            if isinstance(rule, Record):
                found = self.ask(rule.expr)
                named = {key | labels(**rule.labels): value for key, value in found.items()}
                fresh.setdefault(rule.name, {}).update(named)
                self.series[rule.name] = fresh[rule.name]
        return self

    def ask(self, expr: str) -> Vector:
        """What an expression finds."""
        found = self._of(_parsed(expr))
        assert isinstance(found, dict)
        return found

    def _of(self, node: Any) -> Vector | float:
        kind = type(node).__name__
        found: Vector | float = getattr(self, f"_{kind}")(node)
        return found

    def _vector(self, node: Any) -> Vector:
        found = self._of(node)
        assert isinstance(found, dict)
        return found

    def _NumberLiteral(self, node: Any) -> float:  # noqa: N802 - the parser's name
        return float(node.val)

    def _ParenExpr(self, node: Any) -> Vector | float:  # noqa: N802
        return self._of(node.expr)

    def _MatrixSelector(self, node: Any) -> Vector:  # noqa: N802
        of = node.vector_selector
        return _select(of, self._before) | _select(of, self.series)

    def _VectorSelector(self, node: Any) -> Vector:  # noqa: N802
        return _select(node, self._before if node.offset else self.series)

    def _Call(self, node: Any) -> Vector | float:  # noqa: N802
        name = node.func.name
        if name == "time":
            return self.at
        (of,) = node.args
        if name == "vector":
            value = self._of(of)
            assert isinstance(value, float)
            return {labels(): value}
        found = self._vector(of)
        if name == "absent":
            return {} if found else {labels(): 1.0}
        if name == "timestamp":
            return dict.fromkeys(found, self._taken)
        if name in _OF_A_RANGE:
            return found
        each = _OF_EACH[name]
        return {key: each(value) for key, value in found.items()}

    def _AggregateExpr(self, node: Any) -> Vector:  # noqa: N802
        found = self._vector(node.expr)
        if str(node.op) == "count_values":
            of = node.param.val
            counted: Vector = {}
            for value in found.values():
                key = labels(**{of: f"{value:g}" if value % 1 else f"{value:.0f}"})
                counted[key] = counted.get(key, 0) + 1
            return counted
        by = node.modifier.labels if node.modifier else ()
        gathered: dict[Labels, list[float]] = {}
        for key, value in found.items():
            gathered.setdefault(_only(key, by), []).append(value)
        return {key: float(_AGGREGATES[str(node.op)](each)) for key, each in gathered.items()}

    def _BinaryExpr(self, node: Any) -> Vector | float:  # noqa: N802
        op, left, right = str(node.op), self._of(node.lhs), self._of(node.rhs)
        how = node.modifier
        compared = op in _COMPARISONS
        as_bool = how is not None and how.return_bool
        if isinstance(left, float) and isinstance(right, float):
            assert as_bool or not compared
            return float({**_ARITHMETIC, **_COMPARISONS}[op](left, right))
        on = how.matching.labels if how and how.matching else None
        if op in ("and", "or", "unless"):
            assert isinstance(left, dict) and isinstance(right, dict)
            return _set(op, left, right, on)
        found: Vector = {}
        many = how is not None and "OneToOne" not in str(how.card)
        for key, one, other in _pairs(left, right, on, many):
            assert key not in found, "many-to-many matching is not allowed"
            if not compared:
                found[key] = _ARITHMETIC[op](one, other)
            elif as_bool:
                found[key] = float(_COMPARISONS[op](one, other))
            elif _COMPARISONS[op](one, other):
                found[key] = other if isinstance(left, float) else one
        return found


def _pairs(
    left: Vector | float, right: Vector | float, on: list[str] | None, many: bool
) -> Iterable[tuple[Labels, float, float]]:
    """What is computed with what, and the labels of what comes of it."""
    if isinstance(right, float):
        assert isinstance(left, dict)
        return [(key, value, right) for key, value in left.items()]
    if isinstance(left, float):
        return [(key, left, value) for key, value in right.items()]
    return [
        (key if many else _only(key, on), one, other)
        for key, one in left.items()
        for match, other in right.items()
        if _only(key, on) == _only(match, on)
    ]


def _set(op: str, left: Vector, right: Vector, on: list[str] | None) -> Vector:
    of_right = {_only(key, on) for key in right}
    if op == "or":
        of_left = {_only(key, on) for key in left}
        return left | {key: v for key, v in right.items() if _only(key, on) not in of_left}
    both = op == "and"
    return {key: v for key, v in left.items() if (_only(key, on) in of_right) is both}


def _only(key: Labels, names: Iterable[str] | None) -> Labels:
    """Those of the labels that have these names; all of them where None are given."""
    return key if names is None else frozenset((n, v) for n, v in key if n in names)


def _select(selector: Any, series: Series) -> Vector:
    def fits(key: Labels) -> bool:
        named = dict(key)
        return all(
            re.fullmatch(each.value, named.get(each.name, ""))
            if "Re" in str(each.op)
            else named.get(each.name, "") == each.value
            for each in selector.matchers.matchers
        )

    return {key: value for key, value in series.get(selector.name, {}).items() if fits(key)}
