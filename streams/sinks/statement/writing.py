"""Numbers, times and texts as the reader of one language writes them."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from streams.domain.statement.counting import in_seconds, lower_is_better
from streams.sinks.statement.result_objects import Charge, Number
from streams.texts import texts

_MOST_DECIMALS: Final = 6

NO_VALUE: Final = "–"
"""Stands where there is no number."""


class Writing:
    """One language, one time zone. Everything is plain text: a template escapes it."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language
        self._texts = texts(language)
        self._zone = ZoneInfo(zone)
        self._marks = str.maketrans(
            {",": self._texts("terms.thousands"), ".": self._texts("terms.decimal")}
        )

    def text(self, path: str, **fields: object) -> str:
        """A text of statements, by its path in their catalogue."""
        return self._texts(f"statement.{path}", **fields)

    def outcome(self, name: str) -> str:
        """What an outcome of a person's call is called."""
        return self._texts(f"terms.outcome.{name}")

    def means(self, name: str) -> str:
        """What an outcome means."""
        return self._texts(f"terms.means.{name}")

    def has(self, path: str) -> bool:
        """Whether statements have such a text."""
        return self._texts.has(f"statement.{path}")

    def number(self, value: float | Decimal, decimals: int | None = None) -> str:
        """A number; without decimals given, those that it has, two at most."""
        if decimals is None:
            decimals = next((n for n in (0, 1) if round(value, n) == value), 2)
        return f"{value:,.{decimals}f}".translate(self._marks)

    def figure(self, value: float | None, figure: str, decimals: int = 2) -> str:
        """A ratio in per cent, or seconds."""
        if value is None:
            return NO_VALUE
        if in_seconds(figure):
            return self.seconds(value, decimals)
        return self.share(value, decimals)

    def seconds(self, value: float, decimals: int | None = None) -> str:
        """So many seconds."""
        return self.number(value, decimals) + "\N{NO-BREAK SPACE}s"

    def share(self, value: float, decimals: int = 2) -> str:
        """A fraction of one in per cent."""
        return self.number(Decimal(str(value)) * 100, decimals) + "\N{NO-BREAK SPACE}%"

    def measured(self, value: float | None, target: float, met: bool | None, figure: str) -> str:
        """A result, with as many decimals as it takes to see on which side of its target it is; two
        where it is not judged."""
        if value is None:
            return self.text("result.no_data")
        if met is None:
            return self.figure(value, figure)
        scale = 1 if in_seconds(figure) else 100
        for decimals in range(2, _MOST_DECIMALS - 1):
            seen = round(Fraction(str(value)) * scale, decimals) - Fraction(str(target)) * scale
            if lower_is_better(figure):
                seen = -seen
            if (seen >= 0) is met:
                break
        return self.figure(value, figure, decimals)

    def target(self, target: float, figure: str) -> str:
        """At least, or at most, so much."""
        decimals = 0 if (target * (1 if in_seconds(figure) else 100)) % 1 < 1e-9 else 2
        path = "result.at_most" if lower_is_better(figure) else "result.at_least"
        shown = self.text(path, target=self.figure(target, figure, decimals))
        return shown.replace(" ", "\N{NO-BREAK SPACE}")

    def count(self, part: Number, whole: Number, figure: str) -> str:
        """What stands above and below the line."""
        path = "result.of_count"
        if in_seconds(figure):
            path = f"result.count_{figure}"
            path = path if self.has(path) else "result.count_seconds"
        return self.text(path, part=self.number(part), whole=self.number(whole))

    def instant(self, text: str) -> str:
        """An instant in local time, to the minute."""
        return f"{self.local(text):%Y-%m-%d %H:%M}"

    def exactly(self, text: str, to: str = "seconds") -> str:
        """An instant in local time with its offset, which tells an hour that comes twice apart."""
        return self.local(text).isoformat(" ", to)

    def day(self, text: str) -> str:
        """The local day of an instant."""
        return f"{self.local(text):%Y-%m-%d}"

    def local(self, text: str) -> datetime:
        """An instant as local time."""
        return datetime.fromisoformat(text).astimezone(self._zone)

    def money(self, amount: str, unit: str, currency: str) -> str:
        """An amount with its unit."""
        if unit == "money":
            return f"{currency}\N{NO-BREAK SPACE}{self.number(Decimal(amount), 2)}"
        return f"{self.number(Decimal(amount))} {self.text('amount.of_fee')}"

    def charge(self, of: Charge) -> str:
        """A malus or bonus with its unit."""
        return self.money(of.amount, of.unit, of.currency)

    def points(self, charge: Charge, figure: str) -> str:
        """How far from the target, and what of it was charged."""
        shown = self.number(charge.points)
        if in_seconds(figure):
            return self.text("amount.seconds", seconds=shown)
        counted = charge.points_counted
        if counted is None or counted == charge.points:
            return self.text("amount.points", points=shown)
        return self.text("amount.points_counted", points=shown, counted=self.number(counted))
