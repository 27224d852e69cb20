"""The states are told apart by everybody: by their words, and by colours under colour blindness."""

from itertools import combinations

import pytest

from grafana.palette import STATES
from streams.texts import languages, texts

# Linear-light matrices of full dichromacy: Machado, Oliveira, Fernandes 2009, severity 1.0.
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "no colour at all": ((0.2126, 0.7152, 0.0722),) * 3,
}  # fmt: skip

APART = {"no colour at all": 10.0}
"""CIE76 distance: 15 is about seven times what is just noticed side by side; less will do on a
screen without colour, where it is lightness alone."""


def _linear(colour: str) -> list[float]:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def _lab(linear: list[float]) -> tuple[float, float, float]:
    r, g, b = (min(1.0, max(0.0, c)) for c in linear)
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _seen(colour: str, sight: str) -> tuple[float, float, float]:
    linear = _linear(colour)
    return _lab([sum(m * c for m, c in zip(row, linear, strict=True)) for row in SIGHTS[sight]])


@pytest.mark.parametrize("sight", SIGHTS)
def test_no_two_states_look_alike(sight: str) -> None:
    for one, other in combinations(STATES, 2):
        a, b = _seen(one.colour, sight), _seen(other.colour, sight)
        distance = sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5
        assert distance >= APART.get(sight, 15.0), f"{one.name}, {other.name}: {distance:.0f}"


@pytest.mark.parametrize("language", languages())
def test_every_state_has_a_word_of_its_own(language: str) -> None:
    words = [texts(language)(f"terms.status.{state.name}") for state in STATES]
    assert len(set(words)) == len(words) and all(words)
