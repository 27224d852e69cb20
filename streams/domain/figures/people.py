"""People: how many there were behind the calls, how many were reached, and at which try."""

from functools import partial
from typing import Final

from streams.domain.figures.figure import LEFT_OUT, Counts, Figure, Variant, ratio, seconds
from streams.domain.figures.whole import OF_WHOLE

TRIES: Final = {
    "first": ("the first", None),
    "second": ("the second", "reached_at_second"),
    "third": ("the third", "reached_at_third"),
    "later": ("a later", "reached_at_later"),
}
"""Tries of the day by their names, with what counts who was reached at one; at the first, who is
left."""


def first_attempt(tally: Counts) -> float | None:
    """First attempts that were answered / first attempts: contacts whose caller had not called in
    the 24 h before. Contacts without a caller are in neither.

    >>> first_attempt(Tally.of(first_attempts_reached=45, first_attempts=60))
    0.75
    """
    return ratio(tally["first_attempts_reached"], tally["first_attempts"])


def persons_reached(tally: Counts) -> float | None:
    """People who were reached that day, at whichever attempt / people who called; each once a day.

    >>> persons_reached(Tally.of(persons_reached=90, persons=100))
    0.9
    """
    return ratio(tally["persons_reached"], tally["persons"])


def reached_at_try(tally: Counts, later: str | None) -> float | None:
    """People who were reached at their first, second, third or a later try of the day / people who
    were reached.

    >>> tally = Tally.of(persons_reached=10, reached_at_second=2, reached_at_third=1)
    >>> reached_at_try(tally, None), reached_at_try(tally, "reached_at_second")
    (0.7, 0.2)
    """
    reached = tally["persons_reached"]
    if later is None:
        reached -= sum(tally[count] for _, count in TRIES.values() if count is not None)
        return ratio(reached, tally["persons_reached"])
    return ratio(tally[later], reached)


def time_until_reached(tally: Counts) -> float | None:
    """Mean time from somebody's first attempt of the day to their first answer, in seconds.

    >>> time_until_reached(Tally.of(until_reached_sum=3_600_000_000, persons_reached=30))
    120.0
    """
    return seconds(tally["until_reached_sum"], tally["persons_reached"])


def caller_known(tally: Counts) -> float | None:
    """Contacts whose caller is known / contacts: what the figures of people rest on.

    >>> caller_known(Tally.of(contacts_with_caller=90, whole_contacts=100))
    0.9
    """
    return ratio(tally["contacts_with_caller"], tally["whole_contacts"])


FIRST_ATTEMPT: Final = Figure(
    name="first_attempt",
    title="reached at the first attempt",
    formula="answered contacts of who had not called within 24 h / contacts of who had not",
    unit="ratio",
    better="higher",
    value=first_attempt,
    source="ours: whoever must try again was not served",
    scopes=OF_WHOLE,
    metric="first_attempt_ratio",
)

PERSONS_REACHED: Final = Figure(
    name="persons_reached_share",
    title="people reached",
    formula="people reached, at whichever attempt of the day / people who called that day",
    unit="ratio",
    better="higher",
    value=persons_reached,
    source="ours: what a city owes is an answer to each person, not to each call",
    scopes=OF_WHOLE,
    metric="persons_reached_ratio",
)

REACHED_AT_TRY: Final = Figure(
    name="reached_at_try",
    title="reached at which try",
    formula="people reached at so many tries of the day / people reached",
    unit="ratio",
    better="neither",
    value=reached_at_try,
    source="ours: how often somebody must call to speak to anybody",
    scopes=OF_WHOLE,
    variants=tuple(
        Variant(
            name,
            name,
            f"reached at {words} try / people reached",
            partial(reached_at_try, later=later),
        )
        for name, (words, later) in TRIES.items()
    ),
    label="try",
)

TIME_UNTIL_REACHED: Final = Figure(
    name="time_until_reached",
    title="time until reached",
    formula="mean time from the first attempt of the day to the first answer",
    unit="seconds",
    better="lower",
    value=time_until_reached,
    source="ours: what somebody remembers who tried all morning",
    scopes=OF_WHOLE,
    metric="time_until_reached_seconds",
)

CALLER_KNOWN: Final = Figure(
    name="caller_known_share",
    title="share of known callers",
    formula="contacts whose caller is known / contacts",
    unit="ratio",
    better="neither",
    value=caller_known,
    source="ours: what a figure leaves out is shown beside it",
    scopes=OF_WHOLE,
    rank=LEFT_OUT,
)
