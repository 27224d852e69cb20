"""What a series is made of: a scope's tally read by name, and what is agreed of a line."""

from streams.domain.board import Board
from streams.domain.books import SLOT
from streams.domain.instants import MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.tally import LINE, Tally
from streams.sinks.prometheus import WHOLE
from streams.sinks.series import AGREED, Counted, Kind, Series, Shown, agreed
from tests.alerts import NOON
from tests.plans import town

PLAN = Plan.read(
    town(
        of_each_line='contract = "paid"',
        rest="""
[[contract]]
id = "paid"
service_level_target = 0.7
reachability_target = 0.9
threshold = 30
formula = "answered_only"
[[line]]
id = "bare"
tier = 2
""",
    )
)


def _labels(line: str) -> dict[str, str]:
    terms = PLAN.terms(line, NOON)
    assert terms is not None
    (info,) = (each for each in agreed(line, terms) if each.name == "contact_line_info")
    assert info.samples[0].value == 1
    labels: dict[str, str] = info.samples[0].labels
    return labels


def test_what_a_contract_promises_is_in_ratios_and_seconds() -> None:
    terms = PLAN.terms("waste", NOON)
    assert terms is not None
    found = {each.name: each.samples for each in agreed("waste", terms)}
    for name, value in (
        ("service_level_target_ratio", 0.7),
        ("reachability_target_ratio", 0.9),
        ("threshold_seconds", 30),
    ):
        (sample,) = found[f"contact_line_{name}"]
        assert sample.value == value
        assert sample.labels == {"line": "waste", "vendor": "scheldelijn"}


def test_a_line_is_called_by_its_names_and_by_its_id_where_it_has_none() -> None:
    assert _labels("waste") == {
        "line": "waste",
        "vendor": "scheldelijn",
        "tier": "1",
        "name": "Waste",
        "name_en": "Waste",
        "name_nl": "Afval",
        "formula": "answered_only",
    }
    bare = _labels("bare")
    assert (bare["name"], bare["name_en"], bare["name_nl"]) == ("bare", "bare", "bare")
    assert bare["tier"] == "2"


def test_what_is_agreed_is_listed_with_who_reads_it() -> None:
    terms = PLAN.terms("waste", NOON)
    assert terms is not None
    assert [each.name for each in agreed("waste", terms)] == [f"contact_line_{n}" for n in AGREED]


def test_a_kind_as_it_is_read_has_neither_series_nor_windows_that_nobody_reads() -> None:
    def one(name: str, read: bool) -> Series[Counted]:
        return Series(name, "", {}, lambda counted: counted["answered"], read)

    whole = Kind(
        "contact_line_",
        "line",
        {"5m": (one("a", False),), "15m": (one("a", False), one("b", True), one("visits", True))},
        (),
        ("info", "threshold_seconds"),
    )
    read = whole.as_read()
    (shown,) = read.windows.values()
    assert [(each.name, each.sparse) for each in shown] == [("b", False), ("visits", True)]
    assert read.agreed == ("info",)
    assert (read.prefix, read.label) == (whole.prefix, whole.label)


def test_counts_of_a_window_are_read_by_name_and_its_waits_come_along() -> None:
    """Three calls in the running slot, two more twenty minutes ago."""
    board = Board(PLAN, 1, [LINE + "waste"])
    for ago, answered, wait in ((0, 3, 11), (20 * MINUTE, 2, 40)):
        tally = Tally.of(answered=answered)
        tally.waits, tally.longest = {wait: answered}, wait * SECOND
        start = (NOON - ago) // SLOT * SLOT
        board.apply_figures(LINE + "waste", 0, SLOT, start, tally, False)
    board.apply_watermark(0, NOON)
    board.advance()
    scope = board.scopes[LINE + "waste"]
    shown = Shown(WHOLE.lines, "waste", scope, NOON, NOON, PLAN.terms("waste", NOON))
    short, longer = Counted(shown, "15m"), Counted(shown, "30m")
    assert (short["answered"], longer["answered"]) == (3, 5)
    assert (short.histogram.within(40), longer.histogram.within(40)) == (3, 5)
    assert longer.histogram is longer.histogram  # counted up once
    assert (short.longest, longer.longest) == (11 * SECOND, 40 * SECOND)
    assert longer.shown is shown
