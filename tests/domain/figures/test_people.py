"""What is said of the people of a town, who may call more than once."""

from tests.domain.figures.town import answered, city, in_vain


def test_people_are_fewer_than_calls_and_some_get_through_at_last() -> None:
    found = city(
        answered("a", "9:00", "ann"),
        in_vain("b", "9:00", "bob"),
        answered("c", "10:00", "bob"),
        in_vain("d", "9:00", "eve"),
        in_vain("e", "10:00"),
    )
    assert (found["persons"], found["persons_reached"]) == (3, 2)
    assert found["persons_reached_share"] == 2 / 3
    assert found["reached_at_try"] == {"first": 0.5, "second": 0.5, "third": 0.0, "later": 0.0}
    assert found["first_attempt"] == 1 / 3
    assert found["time_until_reached"] == (20 + 3_620) / 2
    assert found["caller_known_share"] == 4 / 5


def test_of_nobody_nothing_is_said() -> None:
    found = city(in_vain("a"))
    names = ("persons_reached_share", "reached_at_try", "first_attempt", "time_until_reached")
    assert not {*names} & {*found}
