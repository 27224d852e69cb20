"""With an agent, and after the call: transfers, forms, and who calls again."""

from collections import Counter
from itertools import pairwise

from streams.domain.instants import DAY, HOUR, SECOND
from streams.domain.plan import Plan
from streams.simulation import SCENARIOS, Behaviour, City, ContactTruth, Effect, Scenario
from tests.cities import PLAN, PLAN_TEXT, TUESDAY, city, read_by_the_domain, truth
from tests.stories import judged


def test_where_a_desk_takes_no_transfers_the_first_line_sends_forms() -> None:
    """From Wednesday on; until then callers are put through to it."""
    wednesday = "2026-03-04T00:00:00+01:00"
    text = PLAN_TEXT.replace('id = "second"', f'id = "second"\nvalid_until = {wednesday}')
    text += f"""
        [[line]]
        id = "second"
        tier = 2
        hours = "day"
        permanence = "none"
        valid_from = {wednesday}
    """
    plan = Plan.read(text)
    made = City(plan, 1, SCENARIOS["normal"], start=TUESDAY, until=TUESDAY + 2 * DAY)
    known: list[ContactTruth] = []
    contacts = read_by_the_domain(made.events(known.append))
    found = {
        (contact.call_id, visit.begun): visit.disposition
        for contact in contacts.values()
        if (reading := judged(contact, plan, TUESDAY + 3 * DAY)) is not None
        for visit in reading.visits
        if visit.line == "second"
    }
    expected = {
        (one.call_id, visit.begun): visit.disposition
        for one in known
        for visit in one.visits
        if visit.line == "second"
    }
    assert found == expected
    days = {(begun >= TUESDAY + DAY, how == "form") for (_, begun), how in expected.items()}
    assert days == {(False, False), (True, True)}
    assert sum(how == "form" for how in expected.values()) > 30


def test_who_gave_up_calls_again_under_the_same_pseudonym() -> None:
    known = [one for one in truth(city("breach")) if one.caller is not None]
    gave_up = {
        one.caller for one in known if one.visits and one.visits[-1].disposition == "abandoned"
    }
    calls = Counter(one.caller for one in known)
    again = sum(calls[caller] > 1 for caller in gave_up)
    assert 0.3 < again / len(gave_up) < 0.8


def understaffed(agents: float, behaviour: Behaviour, plan: Plan = PLAN) -> City:
    """A day on which so large a part of the agents is there."""
    scenario = Scenario("understaffed", "", (Effect("agents", agents, None),))
    start, until = scenario.span(plan, TUESDAY)
    return City(plan, 1, scenario, start=start, until=until, behaviour=behaviour)


def test_nobody_calls_more_than_four_times_in_vain() -> None:
    """No agent is there, and everybody who gives up calls again."""
    stubborn = Behaviour(again=1.0, known=0.0, withheld=0.0, callback=0.0)
    calls = Counter(one.caller for one in truth(understaffed(0, stubborn)))
    assert max(calls.values()) == 4
    assert sum(n == 4 for n in calls.values()) > 100


def test_who_chose_wrongly_is_put_through_to_the_line_that_can_help() -> None:
    """Within three quarters of a minute, if that line is open."""
    seen = 0
    for one in truth(city(behaviour=Behaviour(wrong_choice=0.5, second_line=0.0))):
        first = one.visits[0] if one.visits else None
        if first is None or first.line == one.wanted or first.disposition != "answered":
            continue
        seen += 1
        assert first.answered is not None
        assert 15 * SECOND <= first.ended - first.answered <= 45 * SECOND
        assert one.visits[1].line == one.wanted
        assert one.visits[1].begun == first.ended
    assert seen > 50


def test_an_agent_wraps_up_after_each_call_before_the_next() -> None:
    """Ten minutes in the mean, while somebody always waits who never loses patience."""
    behaviour = Behaviour(wrap_up=600.0, patience=1e6, callback=0.0, voicemail=0.0, ring=1.0)
    talking: dict[str, str] = {}
    done: dict[str, int] = {}
    pauses = []
    for at, event in understaffed(0.3, behaviour).events():
        agent = event.get("agent")
        if agent is not None:
            if agent in done:
                pauses.append((at - done[agent]) / SECOND)
            talking[event["call_id"]] = agent
        elif event["call_id"] in talking and "reason" in event:
            done[talking.pop(event["call_id"])] = at
    assert len(pauses) > 500
    # Somewhat more than the ten minutes: some agents go home meanwhile, and come again.
    assert 550 < sum(pauses) / len(pauses) < 800


def test_nobody_is_put_through_to_a_second_line_that_is_closed() -> None:
    """It closes at noon, the first lines at six."""
    text = PLAN_TEXT.replace('tier = 2\n    hours = "day"', 'tier = 2\n    hours = "morning"')
    text += '[[hours]]\nid = "morning"\nmon-fri = "08:00-12:00"\n'
    made = understaffed(1, Behaviour(second_line=1.0), Plan.read(text))
    decided = [
        before.answered
        for one in truth(made)
        for before, after in pairwise(one.visits)
        if after.line == "second" and before.answered is not None
    ]
    assert len(decided) > 100
    assert max(decided) < TUESDAY + 12 * HOUR


def test_for_a_desk_without_telephone_a_form_is_sent_of_every_call_that_needs_it() -> None:
    """Also while that desk is closed: a form waits."""
    text = PLAN_TEXT.replace('tier = 2\n    hours = "day"', 'tier = 2\n    hours = "never"')
    text = text.replace("tier = 2", 'tier = 2\n    permanence = "none"')
    text += '[[hours]]\nid = "never"\nsat = "08:00-12:00"\n'
    made = understaffed(1, Behaviour(second_line=1.0, wrong_choice=0.0), Plan.read(text))
    ends = Counter(
        tuple(visit.disposition for visit in one.visits)
        for one in truth(made)
        if any(visit.answered for visit in one.visits)
    )
    assert {*ends} == {("answered", "form")} and ends.total() > 100
