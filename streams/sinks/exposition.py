"""Metrics as text, in the formats that the client library knows: whole, in parts, or a number.

What is written here is what the library writes, byte for byte; it is only written at other times.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

SAMPLES_AT_ONCE: Final = 200
"""Samples that the library writes in one go: some milliseconds."""

DIGITS: Final = 9
"""Of a number below a million that are written. They tell shares of a hundred million calls apart;
all seventeen are as much longer on the page, and take twice as long to find."""

_SHORT: Final = f"%.{DIGITS}g"
_SHORT_LINE: Final = f"{_SHORT}\n"

EXPONENT_FROM: Final = 1_000_000
"""The library writes exponents from here on."""

Encode = Callable[[Collector], bytes]
"""The library's own function for a format."""


class Families(Collector):
    """These families and no others, for the library to write."""

    def __init__(self, *families: Metric) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families


class Part(NamedTuple):
    """Some samples of a family, the first or the following."""

    family: Metric
    first: bool = True


def parts(collector: Collector) -> Iterator[Part]:
    """The families of a collector, long ones in parts."""
    for family in collector.collect():
        if family.type != "gauge" or len(family.samples) <= SAMPLES_AT_ONCE:
            yield Part(family)
            continue
        for begin in range(0, len(family.samples), SAMPLES_AT_ONCE):
            part = Metric(family.name, family.documentation, family.type, family.unit)
            part.samples = family.samples[begin : begin + SAMPLES_AT_ONCE]
            yield Part(part, begin == 0)


def written(encode: Encode, part: Part) -> bytes:
    """A part as the library writes it, without what ends the page."""
    text = encode(Families(part.family)).removesuffix(encode(Families()))
    if not part.first:
        while text.startswith(b"#"):
            text = text.partition(b"\n")[2]
    return text


SMALL: Final[dict[float, str]] = {n: f"{n}.0\n" for n in range(1000)}
"""What most values are, each with the line's end: found is faster than written."""


def number(value: float) -> str:
    """A value as it is written, to the end of its line: of a fraction so many digits.

    >>> print(number(2) + number(2 / 3) + number(1_234_567) + number(1_790_000_000.25), end="")
    2.0
    0.666666667
    1.234567e+06
    1.79000000025e+09
    """
    if -EXPONENT_FROM < value < EXPONENT_FROM:
        if type(value) is int:
            return f"{value}.0\n"
        text = _SHORT_LINE % value
        if "." in text:
            return text
    return _by_the_library(rounded(value))


def rounded(value: float) -> float:
    """The value that is written; instants and large numbers are written as they are."""
    return float(_SHORT % value) if -EXPONENT_FROM < value < EXPONENT_FROM else float(value)


@lru_cache(maxsize=128)  # mostly instants: those of a board are the same for all of its lines
def _by_the_library(value: float) -> str:
    return f"{floatToGoString(value)}\n"  # type: ignore[no-untyped-call]


def escaped(label: str) -> str:
    """A label's value as all formats write it."""
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
