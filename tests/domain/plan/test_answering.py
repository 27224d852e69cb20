"""Who answers which lines, held to looking through all of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.domain.plan import Plan
from streams.domain.plan.answering import Answering
from streams.domain.plan.model import Line
from streams.domain.plan.validity import Version

instants = st.integers(0, 6)
versions = st.builds(
    Version,
    st.builds(
        Line,
        id=st.sampled_from(("waste", "migration", "desk")),
        vendor=st.sampled_from(("acme", "city")),
        tier=st.sampled_from((1, 2)),
    ),
    st.none() | instants,
    st.none() | instants,
)


@given(st.lists(versions, max_size=6))
def test_it_is_who_is_found_by_looking_through_all_of_them(lines: list[Version[Line]]) -> None:
    answering = Answering(lines)
    for at in (*range(-1, 8), *range(7, -2, -1)):
        valid = [version.entry for version in lines if version.valid(at)]
        era = answering.at(at)
        assert era.vendors == {line.vendor for line in valid}
        for vendor in ("acme", "city"):
            found = [line.id for line in valid if line.vendor == vendor]
            assert era.lines.get(vendor, []) == found
        assert era.first_lines == sorted(line.id for line in valid if line.tier == 1)


def test_the_first_lines_are_the_plan_s_also_of_one_that_learns_them() -> None:
    plan = Plan.read('[[line]]\nid = "waste"\n[[line]]\nid = "desk"\ntier = 2')
    assert plan.first_lines_at(0) == ["waste"]
    assert [*plan.answered_by("city", 0)] == ["waste", "desk"]
    learns = Plan.default()
    assert not learns.first_lines_at(0)
    assert learns.knows("waste", 0)
    assert learns.first_lines_at(0) == ["waste"] and not learns.answered_by("city", 0)
