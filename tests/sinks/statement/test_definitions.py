"""How each figure is defined, in the words of the contract that it is judged by."""

import msgspec
import pytest

from streams.sinks.statement.definitions import definitions
from streams.sinks.statement.result_objects import Result
from streams.sinks.statement.writing import Writing
from streams.texts import languages
from tests.sinks.statement import march, october

ENGLISH = Writing("en", "UTC")
OCTOBER = {each.figure: each for each in october.made(october.booked()).object.results}
IN_TIME = OCTOBER["service_level"]


def _defined(result: Result, **rule: object) -> str:
    (found,) = definitions([msgspec.structs.replace(result, **rule)], ENGLISH)
    (text,) = found.texts
    return text


def test_a_measure_is_defined_once_however_many_results_it_has() -> None:
    results = october.made(october.booked()).object.results
    found = definitions(results, ENGLISH)
    assert [(each.contract, each.measure, each.figure) for each in found] == [
        ("paid", "in-time", "service_level"),
        ("paid", "hung-up", "abandonment"),
        ("paid", "asa", "average_speed_of_answer"),
        ("paid", "reached", "reachability"),
    ]
    assert all(len(each.texts) == 1 for each in found)


def test_a_measure_whose_rule_changed_has_a_text_for_each() -> None:
    in_time, within_a_minute = definitions(march.made(march.booked()).object.results, ENGLISH)
    assert ["within 20 s" in in_time.texts[0], "within 30 s" in in_time.texts[1]] == [True, True]
    assert len(in_time.texts) == 2 and len(within_a_minute.texts) == 1


def test_a_service_level_says_all_that_decides_it() -> None:
    assert _defined(IN_TIME) == (
        "calls answered within 20 s / all calls offered to the queue. "
        "A wait of exactly 20 s is in time. "
        "The clock starts when the caller enters the queue. "
        "Who hangs up within 5 s counts like any other. "
        "Only visits that begin in opening hours; a callback accepted in time is left out, "
        "and is a miss once it was not kept."
    )


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"formula": "answered_only"}, "calls answered within 20 s / calls answered."),
        ({"formula": "abandons_ignored"}, "less those that hung up within 20 s."),
        ({"formula": "abandons_positive"}, "within 20 s or hung up within it /"),
        ({"threshold": 12.5}, "calls answered within 12.5 s"),
        ({"boundary": "<"}, "A wait of exactly 20 s is too long."),
        ({"clock": "choice"}, "The clock starts when the caller chooses the line."),
        ({"short_abandons": "excluded"}, "Who hangs up within 5 s is not counted at all."),
        ({"short_abandon_limit": 3}, "Who hangs up within 3 s counts"),
    ],
)
def test_each_word_of_the_rule_is_in_it(rule: dict[str, object], says: str) -> None:
    assert says in _defined(IN_TIME, **rule) and says not in _defined(IN_TIME)


def test_reachability_says_when_a_visit_is_judged_and_what_callbacks_are() -> None:
    reached = OCTOBER["reachability"]
    assert "or are unanswered 180 s after their beginning" in _defined(reached)
    assert (
        "Callbacks are left out, and count as not reached once they were not kept. "
        "A transfer that a form stands for is left out."
    ) in _defined(reached)
    assert "Callbacks count as not reached." in _defined(reached, callbacks="not_reached")


def test_abandonment_says_what_a_short_hang_up_is_and_a_mean_wait_does_not() -> None:
    assert _defined(OCTOBER["abandonment"]) == (
        "calls that hung up in the queue / calls offered to the queue. "
        "Who hangs up within 5 s counts like any other."
    )
    assert _defined(OCTOBER["average_speed_of_answer"]) == (
        "sum of the waits of answered calls / answered calls, in seconds."
    )


@pytest.mark.parametrize("language", languages())
def test_every_language_defines_them_in_its_own_words(language: str) -> None:
    texts = [each.texts for each in definitions(OCTOBER.values(), Writing(language, "UTC"))]
    english = [each.texts for each in definitions(OCTOBER.values(), ENGLISH)]
    assert (texts == english) is (language == "en")
