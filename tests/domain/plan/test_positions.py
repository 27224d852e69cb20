"""Where each key of a plan's file stands, so that a mistake is told with its line."""

from streams.domain.plan.positions import line_of, lines, text

PLAN = """\
[city]
name = "A # no comment"

[[line]]  # the first
id = "waste"
names = { en = "Waste" }
[[line]]
id = '[desk]'
days = [
    "mon",  # 10
    "tue",
]
[line.expected]
mon = 4
"""


def test_keys_tables_and_elements_are_found_by_their_path() -> None:
    found = lines(PLAN)
    assert found["city", "name"] == 2
    assert found["line", 0] == 4
    assert found["line", 0, "id"] == 5
    assert found["line", 1, "id"] == 8
    assert found["line", 1, "days", 1] == 11
    assert found["line", 1, "expected", "mon"] == 14


def test_what_has_no_line_has_that_of_what_is_around_it() -> None:
    found = lines(PLAN)
    assert line_of(("line", 0, "names", "en"), found) == 6
    assert line_of(("line", 1, "vendor"), found) == 7
    assert line_of(("vendor",), found) is None


def test_a_path_is_written_as_people_count() -> None:
    assert text(("line", 1, "days", 0)) == "line[2].days[1]"
    assert text(()) == ""
