"""Outcomes of a whole contact: each has its count, and a name of its own for people."""

from streams.domain.became import CLOSED_MEANWHILE, COUNTED, OUTCOMES
from streams.domain.counts import COUNTS
from streams.texts import languages, texts


def test_every_outcome_is_counted_and_called_something() -> None:
    assert list(COUNTED) == list(OUTCOMES) and len(set(OUTCOMES)) == len(OUTCOMES)
    assert set(COUNTED.values()) | {f"whole_{CLOSED_MEANWHILE}"} <= set(COUNTS)
    for language in languages():
        names = {texts(language)(f"terms.outcome.{outcome}") for outcome in OUTCOMES}
        assert len(names) == len(OUTCOMES)
