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
