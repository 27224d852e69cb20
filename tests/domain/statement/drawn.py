"""Calls that measures are counted of: with all their dirt, and with something of everything."""

from hypothesis import strategies as st
from msgspec import structs

from streams.domain.call_events import Contact
from streams.domain.instants import HOUR, MINUTE, SECOND
from tests.calls import disturbed, event
from tests.stories import Story, at, contacts, events

ENDINGS = (
    *("answered", "hung up", "short", "before the queue", "another line", "nothing"),
    *("overflow", "timeout", "callback", "closed", "full"),
    *("transfer", "transfer", "hangup closed", "hangup busy", "hangup error"),
)
"""How a call that chose `waste` or `migration` in the menu goes on; transfers are from
`migration` to `waste`."""


def ending(story: Story, begun: int, line: str, how: str, menu: int, wait: int) -> Story:
    """A call that begins then, chooses the line after so long in the menu, and ends so; the queue
    begins 2 s after the choice, and a talk takes a minute."""
    chosen = begun + menu
    entered = chosen + 2 * SECOND
    over = entered + wait
    story.start(begun).choose(chosen, line)
    if how == "before the queue":
        return story.hang_up(chosen + SECOND)
    if how == "another line":
        other = "waste" if line == "migration" else "migration"
        return story.choose(entered, other).enter(over, other).hang_up(over + MINUTE)
    story.enter(entered, line)
    if how == "answered":
        return story.answer(over, line).hang_up(over + MINUTE, by="agent")
    if how == "transfer":
        story.answer(over, line).leave(over + MINUTE, line, "transfer", to="waste")
        return story.hang_up(over + 2 * MINUTE)
    if how == "short":
        return story.hang_up(entered + SECOND)
    if how.startswith("hangup"):
        return story.hang_up(over, how.removeprefix("hangup "))
    if how == "nothing":
        return story
    if how != "hung up":
        story.leave(over, line, how)
    return story.hang_up(over)


@st.composite
def chosen(draw: st.DrawFn) -> list[Contact]:
    """Calls that came by the menu, and end in each way as likely."""
    facts = []
    for number in range(draw(st.integers(2, 6))):
        begun = at("11:00") + draw(st.integers(30, 150)) * MINUTE
        how = draw(st.sampled_from(ENDINGS))
        here = ("migration",) if how == "transfer" else ("waste", "waste", "migration")
        line = draw(st.sampled_from(here))
        menu = draw(st.integers(1, 40)) * SECOND
        wait = draw(st.sampled_from((5, 10, 11, 20, 21, 40, 700))) * SECOND
        story = Story(f"m{number}", draw(st.sampled_from(("ann", "bob", None))))
        facts += ending(story, begun, line, how, menu, wait).facts
    return contacts(facts)


@st.composite
def plausible(draw: st.DrawFn) -> list[Contact]:
    """Calls as they happen, in opening hours and after them: most are answered after a wait."""
    facts = []
    for number in range(draw(st.integers(1, 5))):
        after = draw(st.sampled_from((0, HOUR, 2 * HOUR)))
        for told in draw(disturbed()):
            facts.append(event({**told, "at": told["at"] + after}, f"c{number}"))
    return contacts(facts)


@st.composite
def promising(draw: st.DrawFn) -> list[Contact]:
    """Calls of two people who accept callbacks, and are answered or not, whoever dials."""
    facts = []
    for number in range(draw(st.integers(1, 6))):
        begun = at("11:00") + draw(st.integers(0, 180)) * MINUTE
        wait = draw(st.sampled_from((5, 10, 11, 20, 21, 40))) * SECOND
        line = draw(st.sampled_from(("waste", "waste", "migration")))
        story = Story(f"c{number}", draw(st.sampled_from(("ann", "ann", "bob", None))))
        story.start(begun).enter(begun, line)
        for _ in range(draw(st.integers(0, 2))):
            story.leave(begun + wait, line, "callback").enter(begun + 2 * wait, line, visit=9)
        ending = draw(st.sampled_from(("callback", "answer", "hangup")))
        if ending == "callback":
            story.leave(begun + wait, line, "callback")
        elif ending == "answer":
            story.answer(begun + wait, line)
        story.hang_up(begun + 3 * wait)
        if draw(st.integers(0, 3)) == 0:
            first, instant = story.facts[0]
            story.facts[0] = structs.replace(first, direction="outbound"), instant
        facts += story.facts
    return contacts(facts)


def some_calls() -> st.SearchStrategy[list[Contact]]:
    """Calls between eleven and two, plausible or not."""
    return (
        chosen()
        | chosen()
        | promising()
        | plausible()
        | events(at("11:00"), at("14:00")).map(contacts)
    )
