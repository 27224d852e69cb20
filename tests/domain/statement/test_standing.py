"""Quarter-hours of contacts as of an instant, and which of them may still change."""

from streams.domain.books import INTERVAL
from streams.domain.instants import HOUR, MINUTE
from streams.domain.statement.standing import standing
from streams.domain.tally import LINE
from tests.stories import PLAN, Story, at

WASTE = (LINE + "waste", at("9:00"))


def the_call() -> Story:
    story = Story().start("9:00").enter("9:00", "waste").answer("9:01", "waste")
    return story.hang_up("9:05")


def test_it_stands_when_its_grace_has_passed_and_its_calls_are_over() -> None:
    contact = the_call().contact()
    grace = 30 * MINUTE
    for now, provisional in ((at("9:20"), True), (at("9:40"), True), (at("9:46"), False)):
        found, open_ = standing([contact], PLAN, now, grace)
        assert found[WASTE]["answered"] == 1
        assert (WASTE in open_) is provisional


def test_who_is_still_on_the_line_keeps_it_open() -> None:
    talking = Story().start("9:00").enter("9:00", "waste").answer("9:01", "waste").contact()
    _, open_ = standing([talking], PLAN, at("9:00") + INTERVAL + HOUR, 30 * MINUTE)
    assert WASTE in open_
