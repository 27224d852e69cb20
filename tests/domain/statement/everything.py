"""A few calls in which there is something of everything that a measure can be of."""

from streams.domain.instants import MINUTE, SECOND
from tests.domain.statement.drawn import ENDINGS, ending
from tests.stories import Story, at


def everything(hour: str) -> list[Story]:
    """Calls of an hour (``"9"``) to `waste` and `permits`, first lines, and to `desk`, a second one
    that is reached by transfer: in each way to end, after a short wait and after a long one; passed
    on, taken there in time or too late; cut off; and a callback that is kept."""
    begun = at(f"{hour}:00")
    stories = []
    for number, (how, wait) in enumerate((how, wait) for how in ENDINGS for wait in (5, 90)):
        story = Story(f"{hour}-{number}", "bob")
        at_begin = begun + number * MINUTE // 2
        stories.append(ending(story, at_begin, "waste", how, 5 * SECOND, wait * SECOND))
    for number, (to, wait) in enumerate(
        (to, wait) for to in ("permits", "desk") for wait in (5, 90)
    ):
        moved = Story(f"{hour}-moved-{number}", "bob").start(begun).choose(begun + SECOND, "waste")
        moved.enter(begun + 2 * SECOND, "waste").answer(begun + 9 * SECOND, "waste")
        over = begun + 2 * MINUTE
        moved.leave(over, "waste", "transfer", to=to).enter(over + SECOND, to)
        moved.answer(over + (1 + wait) * SECOND, to)
        stories.append(moved.hang_up(over + 5 * MINUTE, by="agent"))
    cut_off = Story(f"{hour}-cut-off").start(begun).enter(begun + SECOND, "waste")
    stories.append(
        cut_off.answer(begun + 9 * SECOND, "waste").hang_up(begun + 12 * SECOND, by="agent")
    )
    asked = Story(f"{hour}-asked", "ann").start(begun).enter(begun + SECOND, "waste")
    asked.leave(begun + MINUTE, "waste", "callback").hang_up(begun + MINUTE + SECOND)
    kept = Story(f"{hour}-kept", "ann").start(begun + 9 * MINUTE).enter(begun + 9 * MINUTE, "waste")
    kept.answer(begun + 10 * MINUTE, "waste").hang_up(begun + 12 * MINUTE)
    return [*stories, asked, kept]
