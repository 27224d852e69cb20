"""A settings file with several mistakes: each is said, with its place, and none hides another."""

from streams.sources.checking import Check


def test_each_question_goes_on_after_a_mistake() -> None:
    check = Check()
    assert check.table(3, "times", ("zone",)) == {}
    assert check.string("", "times.zone") == ""
    assert check.strings(["a", 1], "columns") == ()
    check.one_of("weekly", "kind", ("daily", "monthly"))
    assert check.mistakes == [
        "times: must be a table",
        "times.zone: must be a text",
        "columns: must be a text or a list of texts",
        "kind: 'weekly' is none of daily, monthly",
    ]


def test_an_unknown_key_is_told_with_the_one_that_was_meant_or_with_all() -> None:
    check = Check()
    check.table({"zoen": 1}, "times", ("zone", "format"))
    check.table({"x": 1}, "times", ("zone", "format"))
    assert check.mistakes == [
        "times.zoen: unknown; did you mean 'zone'?",
        "times.x: unknown; known are zone, format",
    ]


def test_what_is_as_it_should_be_is_given_back() -> None:
    check = Check()
    assert check.table({"zone": "UTC"}, "times", ("zone",)) == {"zone": "UTC"}
    assert check.string("UTC", "times.zone") == "UTC"
    assert check.strings("a", "columns") == ("a",)
    assert check.strings(["a", ""], "columns") == ("a", "")
    assert check.one_of(None, "kind", ("daily",)) is None
    assert not check.mistakes
