"""All figures together: no data is no number, and scopes."""

from streams.domain.figures import figures
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from tests.domain.figures.town import answered, call, whole


def test_nobody_called() -> None:
    nothing = figures(Tally(), "city")
    assert set(nothing.pop("outcomes").values()) == {0}
    assert {name for name, value in nothing.items() if value != 0} == set()
    for absent in (
        "service_level",
        "reachability",
        "abandonment",
        "longest_wait",
        "wait_quantiles",
    ):
        assert absent not in nothing


def test_vendors_and_the_city_have_their_lines_together_and_contacts_once() -> None:
    both = call("a").leave("9:01", "waste", "overflow").enter("9:01", "permits")
    found = whole(both.answer("9:02", "permits"), answered("b"))
    assert found[LINE + "waste"]["contacts"] == 2
    assert found[LINE + "permits"]["contacts"] == 1
    for scope in (VENDOR + "acme", CITY):
        assert (found[scope]["contacts"], found[scope]["line_offered"]) == (2, 3)
        assert found[scope]["contacts_answered"] == 2
