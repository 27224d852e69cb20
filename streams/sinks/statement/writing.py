"""Numbers, times and words as the reader of one language writes them."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

from streams.domain.statement.assignments import ASA
from streams.domain.statement.counting import lower_is_better
from streams.sinks.statement.words import WORDS

_MARKS: Final = {"en": (",", "."), "nl": (".", ",")}
"""Between thousands, and before decimals."""

_MOST_DECIMALS: Final = 6


class Writing:
    """One language, one time zone."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language
        self._words = WORDS[language]
        self._zone = ZoneInfo(zone)

    def text(self, key: str, *places: object, **fields: object) -> str:
        """A text, safe to stand in HTML."""
        return escape(self._words[key].format(*places, **fields))

    def plain(self, key: str) -> str:
        """A text that has no fields, to stand in another text."""
        return self._words[key]

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._words

    def number(self, value: float | Decimal, decimals: int | None = None) -> str:
        """A number; without decimals given, those that it has, two at most."""
        if decimals is None:
            decimals = next((n for n in (0, 1) if round(value, n) == value), 2)
        thousands, point = _MARKS[self.language]
        text = f"{value:,.{decimals}f}"
        return text.translate({ord(","): thousands, ord("."): point})

    def figure(self, value: float | None, figure: str, decimals: int = 2) -> str:
        """A ratio in per cent, or seconds."""
        if value is None:
            return "–"
        if figure == ASA:
            return self.number(value, decimals) + "\N{NO-BREAK SPACE}s"
        return self.number(Decimal(str(value)) * 100, decimals) + "\N{NO-BREAK SPACE}%"

    def measured(self, value: float | None, target: float, met: bool | None, figure: str) -> str:
        """A result, with as many decimals as it takes to see on which side of its target it is; two
        where it is not judged."""
        if value is None:
            return self.text("no_data")
        if met is None:
            return self.figure(value, figure)
        scale = 1 if figure == ASA else 100
        for decimals in range(2, _MOST_DECIMALS - 1):
            seen = round(Fraction(str(value)) * scale, decimals) - Fraction(str(target)) * scale
            if lower_is_better(figure):
                seen = -seen
            if (seen >= 0) is met:
                break
        return self.figure(value, figure, decimals)

    def target(self, target: float, figure: str) -> str:
        """At least, or at most, so much."""
        decimals = 0 if (target * (1 if figure == ASA else 100)) % 1 < 1e-9 else 2
        key = "at_most" if lower_is_better(figure) else "at_least"
        shown = self.text(key, target=self.figure(target, figure, decimals))
        return shown.replace(" ", "\N{NO-BREAK SPACE}")

    def instant(self, text: str) -> str:
        """An instant in local time, to the minute."""
        return f"{self.local(text):%Y-%m-%d %H:%M}"

    def local(self, text: str) -> datetime:
        """An instant as local time."""
        return datetime.fromisoformat(text).astimezone(self._zone)

    def money(self, amount: str, unit: str, currency: str) -> str:
        """An amount with its unit."""
        if unit == "money":
            return f"{escape(currency)}\N{NO-BREAK SPACE}{self.number(Decimal(amount), 2)}"
        return f"{self.number(Decimal(amount))} {self.text('of_fee')}"

    def points(self, charge: dict[str, Any], figure: str) -> str:
        """How far from the target, and what of it was charged."""
        shown = self.number(charge["points"])
        if figure == ASA:
            return self.text("seconds", seconds=shown)
        counted = charge["points_counted"]
        if counted is None or counted == charge["points"]:
            return self.text("points", points=shown)
        return self.text("points_counted", points=shown, counted=self.number(counted))


def table(caption: str, headings: list[str], rows: list[list[str]], numeric: set[int]) -> str:
    """A table whose first column heads its rows; cells are HTML already. Without a caption, it is
    told by the heading above it."""
    cells = []
    for row in rows:
        line = f'<th scope="row">{row[0]}</th>'
        for column, cell in enumerate(row[1:], 1):
            line += f'<td class="n">{cell}</td>' if column in numeric else f"<td>{cell}</td>"
        cells.append(f"<tr>{line}</tr>")
    heads = "".join(
        f'<th scope="col"{" class=n" if column in numeric else ""}>{heading}</th>'
        for column, heading in enumerate(headings)
    )
    above = f"<caption>{caption}</caption>" if caption else ""
    return f"<table>{above}<thead><tr>{heads}</tr></thead><tbody>{''.join(cells)}</tbody></table>"
