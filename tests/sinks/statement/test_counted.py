"""What the books count has a word in every language, and nobody reads a name of the code."""

import pytest

from streams.domain.counts import COUNTS
from streams.domain.disposition import DISPOSITIONS
from streams.sinks.statement import counted
from streams.sinks.statement.writing import Writing
from streams.texts import languages


@pytest.mark.parametrize("language", languages())
def test_everything_that_is_counted_has_a_word_of_its_own(language: str) -> None:
    w = Writing(language, "UTC")
    names = {name: counted.name(name, [20, 60, 90], w) for name in (*COUNTS, "longest")}
    other = w.text("tally.other")
    assert [name for name, word in names.items() if word == other] == []
    assert all("_" not in word for word in names.values())
    assert len(set(names.values())) == len(names)
    assert all(w.has(f"counted.{name}") and w.has(f"why.{name}") for name in DISPOSITIONS)


def test_a_count_of_a_later_version_is_not_shown_by_its_name() -> None:
    word = counted.name("served_by_robots", [], Writing("nl", "UTC"))
    assert word == "Iets waarvoor deze versie geen woord heeft"
