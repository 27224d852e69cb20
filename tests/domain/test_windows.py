"""A window is the sum of its slots, a day that of its intervals, however both are replaced."""

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain import windows
from streams.domain.books import INTERVAL, SLOT, start_of
from streams.domain.entries import entries
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.tally import Tally
from streams.domain.windows import ALL_TIME, LENGTHS, TODAY, Windows
from tests.stories import BEGINS, PLAN, Story, at, judged


@settings(max_examples=settings.default.max_examples // 2)
@given(st.data())
def test_slots_in_any_order_and_replaced_at_any_time(data: st.DataObject) -> None:
    """The window alone: figures of slots, each absolute, replaced at will while time moves on."""
    now = data.draw(st.sampled_from(BEGINS))
    shown = Windows(PLAN)
    known: dict[tuple[int, int], Tally] = {}
    slot = st.integers(-400, 2).map(lambda n: n * SLOT)
    for _ in range(data.draw(st.integers(1, 20))):
        now += data.draw(st.sampled_from((0, 1, SLOT - 1, SLOT, 6 * MINUTE, 50 * MINUTE, 3 * HOUR)))
        shown.advance(now)
        source, start = data.draw(st.integers(0, 2)), start_of(now, SLOT) + data.draw(slot)
        if data.draw(st.integers(0, 4)) == 0:
            known.pop((source, start), None)
            shown.remove_slot(source, start)
        else:
            tally = known[source, start] = told(data.draw(st.integers(0, 3)))
            shown.replace_slot(source, start, tally)
        for name, length in LENGTHS.items():
            expected = Tally()
            for (_, each), tally in known.items():
                if now - length < each <= now:
                    expected.plus(tally)
            assert shown.tally(name) == expected, name


@settings(max_examples=settings.default.max_examples // 2)
@given(st.data())
def test_intervals_and_histories_replaced_sealed_and_over_midnight(data: st.DataObject) -> None:
    """The days alone: intervals replaced, taken back and sealed at will, and what callers'
    histories tell of them, while days of 23 and 25 hours go by. The longest wait falls, too."""
    now = data.draw(st.sampled_from(BEGINS))
    shown = Windows(PLAN)
    known: dict[tuple[bool, int, int], Tally] = {}
    final: set[int] = set()
    interval = st.integers(-105, 2).map(lambda n: n * INTERVAL)
    for _ in range(data.draw(st.integers(1, 25))):
        now += data.draw(st.sampled_from((0, 1, INTERVAL - 1, INTERVAL, 3 * HOUR, 23 * HOUR)))
        shown.advance(now)
        source, start = data.draw(st.integers(0, 2)), start_of(now, INTERVAL) + data.draw(interval)
        of_history = data.draw(st.booleans())
        step = data.draw(st.sampled_from(("replace", "replace", "remove", "seal")))
        if of_history:
            if start >= now - windows.INTERVALS_KEPT:
                known[True, source, start] = tally = Tally.of(repeat_callers=source + 1)
                shown.replace_history(source, start, tally)
        elif start in final:
            pass  # nobody changes it again
        elif step == "seal":
            final.add(start)
            whole = Tally()
            for key, tally in known.items():
                if not key[0] and key[2] == start:
                    whole.plus(tally)
            assert shown.seal(start) == whole
        elif step == "remove":
            known.pop((False, source, start), None)
            shown.remove_interval(source, start)
        else:
            known[False, source, start] = tally = told(data.draw(st.integers(0, 3)))
            tally.longest = data.draw(st.integers(-1, 3)) * MINUTE if tally.longest >= 0 else -1
            shown.replace_interval(source, start, tally)
        for name, first in ((TODAY, PLAN.midnight(now)), (ALL_TIME, -(2**62))):
            expected = Tally()
            for (_, _, each), tally in known.items():
                if first <= each and (name == ALL_TIME or each <= now):
                    expected.plus(tally)
            assert shown.tally(name) == expected, name


def test_a_window_that_changes_says_so() -> None:
    """What was written of a window is shown until its version moves on."""
    shown = Windows(PLAN)
    shown.advance(at("9:00"))
    seen = [{name: shown.version(name) for name in windows.WINDOWS}]

    def changed() -> set[str]:
        seen.append({name: shown.version(name) for name in windows.WINDOWS})
        return {name for name in windows.WINDOWS if seen[-1][name] != seen[-2][name]}

    shown.advance(at("9:00:10"))
    assert changed() == set()
    shown.replace_slot(0, at("9:00"), told(1))
    assert changed() == set(LENGTHS)
    shown.replace_interval(0, at("9:00"), told(1))
    assert changed() == {TODAY, ALL_TIME}
    shown.replace_history(0, at("9:00"), Tally.of(repeat_callers=1))
    assert changed() == {TODAY, ALL_TIME}
    shown.advance(at("9:06"))
    assert changed() == {"5m"}
    shown.advance(at("9:00", "2026-11-20"))
    assert changed() >= {TODAY, "15m", "30m", "60m"}


def told(visits: int) -> Tally:
    """The figures of some answered visits, one of them after a minute."""
    tally = Tally()
    for n in range(visits):
        wait = 60 if n == 1 else n
        story = Story(f"c{n}").enter("9:00", "waste").answer(at("9:00") + wait * SECOND, "waste")
        reading = judged(story.contact(), PLAN, at("9:30"))
        assert reading is not None
        for entry in entries(reading):
            tally.add(entry)
    return tally


def test_a_window_holds_the_running_slot_and_lets_go_of_its_last_slot_whole() -> None:
    """Slots of 9:00:00 and 9:00:10; five minutes end for the first at 9:05:00."""
    shown = Windows(PLAN)
    shown.advance(at("9:00:19"))
    shown.replace_slot(0, at("9:00:00"), told(1))
    shown.replace_slot(0, at("9:00:10"), told(1))
    shown.replace_slot(0, at("9:00:20"), told(1))
    seen = []
    for now in (at("9:00:19"), at("9:00:20"), at("9:05") - 1, at("9:05"), at("9:05:10")):
        shown.advance(now)
        seen.append(shown.tally("5m")["answered"])
    assert seen == [6, 9, 9, 6, 3]  # a visit counts for its line, its vendor and the city here


def test_today_begins_at_local_midnight() -> None:
    """23:00 in UTC in winter; on the Sunday of October that has 25 hours, a day of 25 hours."""
    shown = Windows(PLAN)
    midnight = at("22:00", "2026-10-24")
    shown.replace_interval(0, midnight - INTERVAL, told(2))
    shown.replace_interval(0, midnight, told(1))
    seen = []
    for now in (midnight - 1, midnight, midnight + 25 * HOUR - 1, midnight + 25 * HOUR):
        shown.advance(now)
        seen.append(shown.tally("today")["answered"] // 3)
    assert seen == [2, 1, 1, 0]
    assert shown.tally("all")["answered"] // 3 == 3


def test_the_longest_wait_of_a_day_that_was_let_go_of_stays_in_the_whole() -> None:
    """A minute on Wednesday, which is sealed and evicted; two minutes on Friday, which turn out to
    have been less than one."""
    shown = Windows(PLAN)
    wednesday, friday = at("9:00"), at("9:00", "2026-11-20")
    for start, minutes in ((wednesday, 1), (friday, 2)):
        shown.advance(start)
        tally = told(1)
        tally.longest = minutes * MINUTE
        shown.replace_interval(0, start, tally)
        shown.seal(wednesday)
    tally = told(1)
    tally.longest = SECOND
    shown.replace_interval(0, friday, tally)
    assert shown.interval(wednesday).empty()
    assert shown.tally(ALL_TIME).longest == MINUTE
    assert shown.tally(TODAY).longest == SECOND


def test_a_history_told_again_after_a_day_is_not_counted_twice() -> None:
    """What callers' histories tell of an interval is let go of after a day, and stays in the whole;
    a callback that is kept the next day tells the interval anew."""
    windows = Windows(PLAN)
    start = at("9:00")
    windows.advance(at("9:10"))
    windows.replace_history(5, start, Tally.of(repeat_callers=5))
    windows.advance(start + 27 * HOUR)
    windows.replace_history(5, start, Tally.of(repeat_callers=5, callbacks_kept=1))
    assert windows.tally("all")["repeat_callers"] == 5
