"""A scope's figures come together on one partition, all decisions on one, and a caller's calls."""

from streams.domain.tally import CITY, LINE
from streams.engine.roles.routes import Routes


def test_all_decisions_come_where_the_city_s_figures_do() -> None:
    routes = Routes(sources=4, partials=7, callers=3)
    assert routes.of_decisions == routes.of_scope(CITY)


def test_partitions_are_all_used_and_none_besides() -> None:
    routes = Routes(sources=4, partials=7, callers=3)
    scopes = {routes.of_scope(f"{LINE}{number}") for number in range(300)} | {routes.of_scope(CITY)}
    assert scopes == {*range(7)}
    assert {routes.of_caller(f"caller {number}") for number in range(300)} == {*range(3)}


def test_they_are_the_same_in_every_process_and_release() -> None:
    """Else what is stored on one partition would be looked for on another."""
    routes = Routes(sources=64, partials=64, callers=64)
    assert [routes.of_scope(LINE + "waste"), routes.of_scope(CITY)] == [34, 52]
    assert routes.of_caller("9f2d") == 21
