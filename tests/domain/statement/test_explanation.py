"""Why a visit counts as it does, also a visit that no threshold decides.

The line is open until 13:30; a measure has a threshold of its own, 10 s beside 20 s::

    9:00 queue   9:00:02 hung up    a short abandon, which the contract leaves out
    9:10 menu    9:10:30 hung up    never in the queue
    14:00 queue  14:00:40 answered  out of hours
"""

from collections.abc import Iterator
from operator import attrgetter

import pytest

from streams.domain import figures
from streams.domain.figures.declaring import checked
from streams.domain.figures.measure import HIT, OUTSIDE, Amount, Count, Measured
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.statement.counting import count
from streams.domain.statement.explanation import explain, total
from tests.stories import Story, at

PLAN = Plan.read(
    """
    [city]
    contract = "paid"

    [[contract]]
    id = "paid"
    threshold = 20
    short_abandons = "excluded"

        [[contract.measure]]
        id = "strict"
        figure = "service_level"
        threshold = 10
        target = 0.5

    [[hours]]
    id = "office"
    mon-fri = "08:00-13:30"

    [[line]]
    id = "waste"
    hours = "office"
    """
)
SHORT = Story("short").enter("9:00", "waste").hang_up("9:00:02")
NEVER_QUEUED = Story("menu").start("9:10").choose("9:10:05", "waste").hang_up("9:10:30")
OUT_OF_HOURS = Story("late").enter("14:00", "waste").answer("14:00:40", "waste").hang_up("14:02")


@pytest.mark.parametrize("story", [SHORT, NEVER_QUEUED, OUT_OF_HOURS])
def test_a_measure_with_a_threshold_of_its_own_leaves_out_what_none_decides(story: Story) -> None:
    explained, _ = explain([story.contact()], PLAN, "waste", at("8:00"), at("18:00"), at("23:00"))
    ((counted,),) = [each.counted for each in explained]
    assert counted.verdict == OUTSIDE


@pytest.fixture
def talk_measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Contracts may pay by talk time."""
    (talk,) = (each for each in figures.DECLARED if each.name == "talk_time")
    measure = Measured(
        lambda tally, how: Count(tally["talk_sum"], tally["talk_count"]),
        lambda judged: (HIT if judged.visit.talk is not None else OUTSIDE, judged.disposition),
        Amount("talk", "counts with its talk", attrgetter("talk")),
        causes=(),
    )
    declared = [each for each in figures.DECLARED if each is not talk]
    paid = talk._replace(better="lower", measure=measure)
    monkeypatch.setattr(figures, "DECLARED", checked([*declared, paid]))
    figures.measures.cache_clear()
    yield
    figures.measures.cache_clear()


@pytest.mark.usefixtures("talk_measured")
def test_a_mean_duration_that_is_no_wait_can_be_a_measure() -> None:
    """A wait of 10 s and a talk of 90 s, and one who is not answered: 90 s, of one."""
    plan = Plan.read(
        """
        [city]
        contract = "paid"
        [[contract]]
        id = "paid"
            [[contract.measure]]
            id = "talks"
            figure = "talk_time"
            target = 60
        [[line]]
        id = "waste"
        """
    )
    story = Story("talks").enter("9:00", "waste").answer("9:00:10", "waste").hang_up("9:01:40")
    calls = [story.contact(), NEVER_QUEUED.contact()]
    explained, tally = explain(calls, plan, "waste", at("8:00"), at("18:00"), at("23:00"))
    contract = plan.contract("paid", 0)
    assert contract is not None
    expected = Count(90 * SECOND, 1)
    assert total(explained, "talks") == expected
    assert count(tally, contract, contract.measures[0], ()) == expected
