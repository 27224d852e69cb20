"""The city's day: people, and the worst of its hours.

Twelve call at nine and two of them are answered; ten at ten, of whom nine are; one at eleven, in
vain, which says nothing of an hour.
"""

from streams.domain.board import Board
from streams.domain.books import INTERVAL, books, start_of
from streams.domain.caller_history import Call, call, entries
from streams.domain.entries import entries as booked
from streams.domain.instants import HOUR, SECOND
from streams.domain.judge import judge
from streams.domain.plan import Plan
from streams.domain.tally import CITY, Tally
from streams.sinks.day import DAY_COUNTS, FEWEST, of_day, worst_hour
from tests.stories import Story, at

PLAN = Plan.read('[[line]]\nid = "waste"\n')
NOW = at("12:00")


def _called(hour: int, n: int, answered: bool, caller: str) -> Story:
    begin = at(f"{hour}:00") + n * 60 * SECOND
    story = Story(f"{hour}-{n}", caller=caller).start(begin).enter(begin + SECOND, "waste")
    if answered:
        story.answer(begin + 11 * SECOND, "waste")
    return story.hang_up(begin + 31 * SECOND)


def told() -> list[Story]:
    nine = [_called(9, n, n < 2, f"p{n}") for n in range(12)]
    ten = [_called(10, n, n < 9, f"p{n}") for n in range(10)]
    return [*nine, *ten, _called(11, 0, False, "late")]


def board_of(stories: list[Story], sources: int = 2) -> Board:
    """A board that hears of the contacts from several partitions, and of callers from another."""
    board = Board(PLAN, sources, [CITY])
    calls: dict[str, list[Call]] = {}
    parts: dict[tuple[int, int], Tally] = {}
    for n, story in enumerate(stories):
        contact = story.contact()
        (piece,) = contact.pieces()
        outcome = judge(piece, PLAN, NOW)
        assert outcome is not None
        for entry in booked(outcome):
            scope, when, *_ = entry
            if scope == CITY:
                parts.setdefault((n % sources, start_of(when, INTERVAL)), Tally()).add(entry)
        known = call(story.call_id, outcome)
        assert known is not None
        calls.setdefault(known.caller, []).append(known)
    for of in calls.values():
        for entry in entries(of, NOW, PLAN.day_of):
            scope, when, *_ = entry
            if scope == CITY:
                parts.setdefault((sources, start_of(when, INTERVAL)), Tally()).add(entry)
    for (source, start), tally in parts.items():
        board.apply_figures(CITY, source, INTERVAL, start, tally, False)
    for source in range(sources):
        board.apply_watermark(source, NOW)
    board.advance()
    return board


def test_the_day_is_what_a_replay_of_it_says() -> None:
    stories = told()
    found = of_day(board_of(stories).scopes[CITY])
    total = books([story.contact() for story in stories], PLAN, NOW).totals[CITY]
    assert {name: found[name] for name in DAY_COUNTS} == {n: total[n] for n in DAY_COUNTS}
    assert (found["persons"], found["persons_reached"], found["first_attempts"]) == (13, 9, 13)
    assert found["first_attempt"] == 2 / 13
    assert found["caller_known_share"] == 1.0
    # Two were answered at once; seven an hour later, less the minutes that they were apart.
    assert found["time_until_reached"] == (2 * 11 + 7 * (3600 + 11)) / 9
    tries = {"first": 2 / 9, "second": 7 / 9, "third": 0, "later": 0}
    assert found["reached_at_try"] == tries
    assert found["time_waited"] == 11 * 10 + 12 * 30
    assert found["outcomes"]["served_at_once"] == 11
    assert sum(found["outcomes"].values()) == found["whole_contacts"] == 23


def test_the_worst_hour_has_enough_calls_and_is_seen_over_all_partitions() -> None:
    found = of_day(board_of(told()).scopes[CITY])["worst_hour"]
    assert found == {"start": at("9:00") / SECOND, "contacts": 12, "reached": 2}


def test_a_final_quarter_hour_is_still_in_it() -> None:
    board = board_of(told())
    before = of_day(board.scopes[CITY])
    for start in range(at("9:00"), at("10:00"), INTERVAL):
        board.scopes[CITY].windows.seal(start)
    assert of_day(board.scopes[CITY]) == before


def test_yesterday_is_not_in_it() -> None:
    board = board_of(told())
    late = at("9:00") - 24 * HOUR
    board.scopes[CITY].windows.replace_interval(0, late, Tally.of(contacts_judged=50))
    assert of_day(board.scopes[CITY])["worst_hour"]["start"] == at("9:00") / SECOND


def test_no_data_is_no_number() -> None:
    found = of_day(board_of([]).scopes[CITY])
    assert found["worst_hour"] is None
    assert found["first_attempt"] is None
    assert found["persons"] == 0


def test_of_two_hours_as_bad_the_earlier_and_none_of_too_few() -> None:
    def hour(n: int, judged: int, reached: int) -> tuple[int, Tally]:
        return n * HOUR, Tally.of(contacts_judged=judged, contacts_reached=reached)

    alike = worst_hour([hour(9, 20, 10), hour(8, FEWEST, FEWEST // 2)])
    assert alike == {"start": 8.0 * 3600, "contacts": FEWEST, "reached": FEWEST // 2}
    assert worst_hour([hour(9, FEWEST - 1, 0)]) is None
    halves = worst_hour([hour(9, FEWEST // 2, 0), hour(9, FEWEST // 2, 1)])
    assert halves == {"start": 9.0 * 3600, "contacts": FEWEST, "reached": 1}
