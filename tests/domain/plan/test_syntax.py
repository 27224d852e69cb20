"""A plan's text as TOML, read on beyond mistakes as far as that goes."""

from decimal import Decimal

from streams.domain.plan.fields import BROKEN
from streams.domain.plan.syntax import MOST_MISTAKES, parse


def test_numbers_with_a_point_are_exact() -> None:
    values, _, mistakes = parse("target = 0.85\n")
    assert values == {"target": Decimal("0.85")}
    assert not mistakes


def test_a_value_that_is_none_costs_its_key_alone() -> None:
    """Whoever wrote the plan hears of both lines at once, and of what is wrong with the rest."""
    values, source, mistakes = parse('a = 1\nb = 08:00\nc = "x"\r\nd = nothing\n')
    assert values == {"a": 1, "b": BROKEN, "c": "x", "d": BROKEN}
    assert [line for line, _ in mistakes] == [2, 4]
    assert all("is not TOML" in why and "correct this line" in why for _, why in mistakes)
    assert source.count("\n") == 4, "later mistakes are told by the lines of the file"


def test_what_is_broken_beyond_one_value_is_no_plan() -> None:
    assert parse("[[line]\nid = 1\n").values is None
    assert parse("\n".join(f"k{n} = ?" for n in range(MOST_MISTAKES + 1))).values is None
    deep = parse("a = " + "[" * 100_000)
    assert deep.values is None and deep.mistakes
