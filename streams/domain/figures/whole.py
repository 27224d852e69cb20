"""What became of the person: outcomes of whole contacts, and how long each waited in all."""

from functools import partial
from typing import Final

from streams.domain import became
from streams.domain.figures.figure import (
    LAST,
    LEFT_OUT,
    Counts,
    Figure,
    Parts,
    Scope,
    Variant,
    ratio,
    seconds,
)
from streams.domain.instants import SECOND

OF_WHOLE: Final[tuple[Scope, ...]] = ("vendor", "city")
"""The scopes that contacts are of as a whole: a line sees a part of each."""

OUTCOME_COUNTS: Final = {**became.COUNTED, became.CLOSED_MEANWHILE: "whole_closed_meanwhile"}
"""The count of each outcome, and of the dead ends at a desk that was shut."""


TRIES: Final = {
    "first": ("the first", None),
    "second": ("the second", "reached_at_second"),
    "third": ("the third", "reached_at_third"),
    "later": ("a later", "reached_at_later"),
}
"""Tries of the day by their names, with what counts who was reached at one; at the first, who is
left."""


def outcome_share(tally: Counts, outcome: str) -> float | None:
    """Contacts that came to one outcome / contacts. Of a vendor these are the contacts whose first
    visit was at a line of its own, so that each is in the books of one vendor. What became of a
    contact is the first that applies of:

    - `open`: it is not over;
    - `too_many_events`: nobody can tell;
    - `nuisance`: unanswered, and hung up sooner than the plan takes seriously;
    - `out_of_hours`;
    - `informed`: an announcement was heard to its end, and that was all;
    - `outside`: answered, then passed on to somebody whom we do not see;
    - `callback`, `form`: the last visit was one, whatever came of it;
    - `served_at_once`: the last visit was answered, and no other;
    - `served_after_transfer`: the last visit was answered, after another;
    - `dead_end`: answered before, and the last visit was not; `closed_meanwhile` says at how many
      of them the desk was shut;
    - `refused`, `lost`, `turned_away`, `given_up`: never answered; the last visit blocked or
      closed, lost, overflowed, or anything else, such as hung up in the menu.

    >>> outcome_share(Tally.of(whole_dead_end=35, whole_contacts=100), "dead_end")
    0.35
    """
    return ratio(tally[OUTCOME_COUNTS[outcome]], tally["whole_contacts"])


def nuisance_share(tally: Counts) -> float | None:
    """Contacts that no ratio is of, because they were hung up at once, unanswered / contacts.

    >>> nuisance_share(Tally.of(whole_nuisance=3, whole_contacts=100))
    0.03
    """
    return ratio(tally["whole_nuisance"], tally["whole_contacts"])


def whole_wait(tally: Counts) -> float | None:
    """Mean of all the time that a contact spent in queues, in seconds; of contacts that queued, in
    hours, and are over.

    >>> whole_wait(Tally.of(whole_wait_sum=6_000_000_000, whole_waited=100))
    60.0
    """
    return seconds(tally["whole_wait_sum"], tally["whole_waited"])


def whole_wait_within(tally: Counts) -> float | None:
    """Contacts answered after a whole wait within the city's threshold / contacts that queued, in
    hours, and are over. Who was never answered is a miss.

    >>> whole_wait_within(Tally.of(whole_within=70, whole_queued=100))
    0.7
    """
    return ratio(tally["whole_within"], tally["whole_queued"])


def time_waited(tally: Counts) -> float | None:
    """All the time that people spent in queues, in seconds.

    >>> time_waited(Tally.of(whole_wait_sum=7_200_000_000, whole_waited=100))
    7200.0
    """
    return tally["whole_wait_sum"] / SECOND if tally["whole_waited"] else None


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


def whole_wait_quantile(tally: Counts, share: float) -> int | None:
    """The whole wait, in whole seconds, within which this share of contacts was; the upper bound of
    its bucket (``entries.wait_bucket``).

    >>> tally = Tally()
    >>> tally.waits = {WHOLE_WAITS + 5: 6, WHOLE_WAITS + 20: 3, WHOLE_WAITS + 90: 1, 20: 9}
    >>> whole_wait_quantile(tally, 0.5), whole_wait_quantile(tally, 0.9)
    (5, 20)
    """
    return tally.whole_histogram.quantile(share)


OUTCOME_SHARES: Final = Figure(
    name="outcome_shares",
    title="outcomes of contacts",
    formula="contacts that came to an outcome / contacts",
    unit="ratio",
    better="neither",
    value=outcome_share,
    source="ours: was the caller helped, or passed on into nowhere",
    scopes=OF_WHOLE,
    variants=tuple(
        Variant(
            outcome,
            None,
            f"{outcome.replace('_', ' ')} / contacts",
            partial(outcome_share, outcome=outcome),
        )
        for outcome in OUTCOME_COUNTS
    ),
    label="outcome",
    parts=Parts(
        "whole_contacts",
        "Whole contacts by what became of them; closed_meanwhile is a part of dead_end",
        OUTCOME_COUNTS,
        windows=dict.fromkeys(OUTCOME_COUNTS, ("today",)),
    ),
)

NUISANCE_SHARE: Final = Figure(
    name="nuisance_share",
    title="share of nuisance calls",
    formula="contacts hung up at once, unanswered / contacts",
    unit="ratio",
    better="neither",
    value=nuisance_share,
    source="ours: what a figure leaves out is shown beside it",
    scopes=OF_WHOLE,
    rank=LEFT_OUT,
)

WHOLE_WAIT: Final = Figure(
    name="whole_wait",
    title="whole wait",
    formula="sum of all time that contacts spent in queues / contacts that queued",
    unit="seconds",
    better="lower",
    value=whole_wait,
    source="ours: somebody who is passed on waits more than once",
    scopes=OF_WHOLE,
    metric="whole_wait_seconds",
)

WHOLE_WAIT_WITHIN: Final = Figure(
    name="whole_wait_within",
    title="whole wait within the city's threshold",
    formula="answered after a whole wait within the city's T / contacts that queued",
    unit="ratio",
    better="higher",
    value=whole_wait_within,
    source="ours: the promise as a person sees it, however often they queue",
    scopes=OF_WHOLE,
    metric="whole_wait_within_ratio",
)

TIME_WAITED: Final = Figure(
    name="time_waited",
    title="time waited",
    formula="sum of all time that contacts spent in queues",
    unit="seconds",
    better="lower",
    value=time_waited,
    source="ours: the hours that citizens wait are hours of their lives",
    scopes=OF_WHOLE,
    metric="time_waited_seconds",
)

WHOLE_WAIT_QUANTILES: Final = Figure(
    name="whole_wait_quantiles",
    title="quantiles of the whole wait",
    formula="the whole wait within which so many contacts that queued were",
    unit="seconds",
    better="lower",
    value=whole_wait_quantile,
    source="the nearest-rank method: Hyndman and Fan, Sample Quantiles, 1996, definition 1",
    scopes=OF_WHOLE,
    variants=tuple(
        Variant(
            key,
            label,
            f"the whole wait of {100 * share:.0f} % at most",
            partial(whole_wait_quantile, share=share),
        )
        for key, label, share in (
            ("p50", "0.5", 0.5),
            ("p80", None, 0.8),
            ("p90", "0.9", 0.9),
            ("p95", None, 0.95),
        )
    ),
    label="quantile",
    metric="whole_wait_quantile_seconds",
    windows=(),
    rank=LAST,
)

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
