"""A city's plan, asked about its callers: who answered, under which contract, and was it open.

It is longer than a module should be, because one plan has to be asked everything that a plan can
say.
"""

import pickle
from pathlib import Path

import pytest

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan import Contract, Plan, PlanError
from streams.domain.plan.plan import MOST_LINES_WITHOUT_PLAN
from tests.plans import ANTWERP_FILE

HANDED_OVER = """
[city]
name = "Antwerp"
time_zone = "Europe/Brussels"

[[vendor]]
id = "north"
name = "North Calls"
owner = "Nora"
receiver = "north-oncall"

[[vendor]]
id = "south"

[[contract]]
id = "first-line"
threshold = 20
valid_until = 2026-07-01

[[contract]]
id = "first-line"
threshold = 30
boundary = "<"
valid_from = 2026-07-01

[[line]]
id = "waste"
vendor = "north"
contract = "first-line"
valid_until = 2026-10-01

[[line]]
id = "waste"
vendor = "south"
contract = "first-line"
valid_from = 2026-10-01

[[line]]
id = "vaccination"
valid_from = 2026-03-01T12:00:00+01:00
valid_until = 2026-04-01
"""


def at(text: str) -> int:
    return instants.parse(text)


def test_a_plan_is_usable_with_one_line_and_nothing_else() -> None:
    plan = Plan.read('[[line]]\nid = "waste"')
    terms = plan.terms("waste", at("2026-11-21T03:00:00Z"))
    assert terms is not None
    assert (terms.vendor, terms.tier, terms.open) == ("city", 1, True)
    assert terms.contract == Contract()
    assert plan.knows("waste", 0)
    assert not plan.knows("migration", 0)
    assert plan.terms("migration", 0) is None


def test_the_default_contract_is_the_documented_one() -> None:
    contract = Contract()
    assert contract.threshold == 20 * SECOND
    assert contract.inclusive
    assert contract.formula == "abandons_negative"
    assert contract.short_limit == 5 * SECOND
    assert contract.short_counts
    assert contract.clock == "queue"
    assert contract.target == 0.8
    assert contract.reach_limit == 180 * SECOND
    assert contract.reach_target == 0.6
    assert not contract.callbacks_not_reached
    assert contract.lost_after == 4 * HOUR


def test_a_caller_of_the_last_second_is_still_the_old_vendors() -> None:
    plan = Plan.read(HANDED_OVER)
    before = plan.terms("waste", at("2026-09-30T23:59:59.999999+02:00"))
    after = plan.terms("waste", at("2026-10-01T00:00:00+02:00"))
    assert before is not None
    assert after is not None
    assert (before.vendor, after.vendor) == ("north", "south")


def test_a_contract_changes_under_a_line_that_does_not() -> None:
    plan = Plan.read(HANDED_OVER)
    june = plan.terms("waste", at("2026-06-30T23:59:59+02:00"))
    july = plan.terms("waste", at("2026-07-01T00:00:00+02:00"))
    assert june is not None
    assert july is not None
    assert (june.contract.threshold, june.contract.inclusive) == (20 * SECOND, True)
    assert (july.contract.threshold, july.contract.inclusive) == (30 * SECOND, False)
    assert plan.contract("first-line", at("2026-06-01T00:00:00Z")) == june.contract


def test_a_line_is_unknown_before_it_begins_and_after_it_ends() -> None:
    plan = Plan.read(HANDED_OVER)
    begin, end = at("2026-03-01T12:00:00+01:00"), at("2026-04-01T00:00:00+02:00")
    for moment, known in ((begin - 1, False), (begin, True), (end - 1, True), (end, False)):
        assert plan.knows("vaccination", moment) is known
        assert (plan.terms("vaccination", moment) is not None) is known
    assert plan.lines == ["vaccination", "waste"]
    assert [t.line for t in plan.lines_at(begin)] == ["vaccination", "waste"]
    assert [t.line for t in plan.lines_at(end)] == ["waste"]
    assert plan.lines_between(end, end + DAY) == plan.lines_between(begin - DAY, begin - 1)
    assert plan.lines_between(end, end + DAY) == ["waste"]
    for span in ((begin - DAY, begin), (end - 1, end + DAY), (begin - DAY, end + DAY)):
        assert plan.lines_between(*span) == ["vaccination", "waste"]


def test_vendors_who_answer_a_line_at_an_instant() -> None:
    plan = Plan.read(HANDED_OVER)
    begin, end = at("2026-03-01T12:00:00+01:00"), at("2026-10-01T00:00:00+02:00")
    for moment in (begin - DAY, begin - 1, begin, end - 1, end, end + DAY):
        assert plan.answering_at(moment) == {terms.vendor for terms in plan.lines_at(moment)}
    assert plan.answering_at(begin) == {"north", "city"}
    assert plan.answering_at(end) == {"south"}


def test_vendors_are_there_with_who_is_paged_and_the_city_is_always_one() -> None:
    plan = Plan.read(HANDED_OVER)
    north, south, city = (plan.vendor(v) for v in ("north", "south", "city"))
    assert north is not None
    assert south is not None
    assert city is not None
    assert (north.name, north.owner, north.receiver) == ("North Calls", "Nora", "north-oncall")
    assert (south.name, south.owner, south.receiver) == ("south", "south", "south")
    assert city.name == "Antwerp"
    assert plan.vendor("west") is None


def test_a_vendor_can_change_who_is_paged() -> None:
    plan = Plan.read(
        """
        [[vendor]]
        id = "v"
        receiver = "old"
        valid_until = 2026-07-01
        [[vendor]]
        id = "v"
        receiver = "new"
        valid_from = 2026-07-01
        [[line]]
        id = "waste"
        vendor = "v"
        """
    )
    june, latest = plan.vendor("v", at("2026-06-30T00:00:00Z")), plan.vendor("v")
    assert june is not None
    assert latest is not None
    assert (june.receiver, latest.receiver) == ("old", "new")


def test_a_call_that_outlives_its_line_is_judged_by_the_nearest_terms() -> None:
    plan = Plan.read(
        """
        [[line]]
        id = "vaccination"
        vendor = "north"
        valid_until = 2026-01-01
        [[line]]
        id = "vaccination"
        vendor = "south"
        valid_from = 2026-03-01
        valid_until = 2026-04-01
        [[vendor]]
        id = "north"
        [[vendor]]
        id = "south"
        """
    )
    for moment, vendor in (
        ("2025-01-01T00:00:00Z", "north"),
        ("2026-01-02T00:00:00Z", "north"),
        ("2026-02-27T00:00:00Z", "south"),
        ("2026-03-10T00:00:00Z", "south"),
        ("2026-12-01T00:00:00Z", "south"),
    ):
        assert plan.nearest_terms("vaccination", at(moment)).vendor == vendor
    gone = plan.nearest_terms("waste", 0)
    assert (gone.line, gone.vendor, gone.contract) == ("waste", "city", Contract())


def test_a_visit_that_began_after_its_line_ended_is_judged_by_what_the_line_was_last() -> None:
    """Whatever the plan says of the line's next time: that is no part of its past."""
    plan = Plan.read(
        """
        [[line]]
        id = "vaccination"
        vendor = "north"
        valid_until = 2026-01-01
        [[line]]
        id = "vaccination"
        valid_from = 2026-03-01
        [[vendor]]
        id = "north"
        """
    )
    for moment, vendor in (
        ("2025-01-01T00:00:00Z", "north"),
        ("2026-01-02T00:00:00Z", "north"),
        ("2026-02-27T00:00:00Z", "north"),
        ("2026-03-10T00:00:00Z", "city"),
    ):
        assert plan.last_terms("vaccination", at(moment)).vendor == vendor
    ahead = plan.last_terms("waste", 0)
    assert (ahead.line, ahead.vendor, ahead.contract) == ("waste", "city", Contract())


def test_equal_terms_are_one_object_and_closing_makes_other_terms() -> None:
    plan = Plan.load(ANTWERP_FILE)
    morning = plan.terms("waste", at("2026-11-23T09:00:00+01:00"))
    assert morning is plan.terms("waste", at("2026-11-24T15:00:00+01:00"))
    evening = plan.terms("waste", at("2026-11-23T18:00:00+01:00"))
    assert morning is not None
    assert evening is not None
    assert (morning.open, evening.open) == (True, False)


def test_terms_do_not_depend_on_what_was_asked_before() -> None:
    moments = [at("2026-10-25T00:00:00Z") + i * 7 * HOUR + 1 for i in range(100)]
    forward, backward = Plan.load(ANTWERP_FILE), Plan.load(ANTWERP_FILE)
    asked = [forward.terms("desk", moment) for moment in moments]
    assert asked == [backward.terms("desk", moment) for moment in reversed(moments)][::-1]


def test_terms_survive_the_emptying_of_their_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.domain.plan.plan.TERMS_KEPT", 3)
    plan, kept = Plan.load(ANTWERP_FILE), Plan.load(ANTWERP_FILE)
    start = at("2026-11-23T09:00:00+01:00")
    for day in [*range(10), *range(10)]:
        moment = start + day * DAY
        assert plan.terms("waste", moment) == kept.terms("waste", moment)
        assert len(plan._terms) <= 3


@pytest.mark.parametrize("moment", [-(10**17), -1, 0, 10**17, 2**62])
def test_an_instant_of_no_calendar_is_no_accident(moment: int) -> None:
    for plan in (Plan.load(ANTWERP_FILE), Plan.default()):
        assert plan.knows("waste", moment)
        assert plan.terms("waste", moment) is not None
        plan.opens_at("waste", moment)
        plan.closes_at("waste", moment)
        plan.midnight(moment)


# Without a plan


def test_without_a_plan_every_line_seen_is_the_citys_and_open() -> None:
    plan = Plan.default()
    assert plan.lines == []
    assert plan.knows("waste", 0)
    terms = plan.terms("waste", 0)
    assert terms is not None
    assert (terms.vendor, terms.tier, terms.open, terms.contract) == ("city", 1, True, Contract())
    assert plan.lines == ["waste"]
    assert str(plan.zone) == "UTC"
    assert plan.midnight(3 * DAY + 5) == 3 * DAY
    assert plan.closes_at("waste", 0) is None
    assert plan.opens_at("waste", 0) is None
    assert plan.expected_per_hour("waste", 0) is None
    assert not plan.entries.maintenance


@pytest.mark.parametrize(
    "line", ["", " waste", "waste ", "a|b", "a\nb", "a\x00", "x" * 65, "\ud800", "a\u200eb"]
)
def test_without_a_plan_an_ill_formed_line_is_unknown(line: str) -> None:
    plan = Plan.default()
    assert not plan.knows(line, 0)
    assert plan.terms(line, 0) is None
    assert plan.lines == []


@pytest.mark.parametrize("line", ["x", "x" * 64, "afval & groen", "déchets", "ごみ"])
def test_without_a_plan_a_line_may_be_called_anything_printable(line: str) -> None:
    assert Plan.default().knows(line, 0)


def test_without_a_plan_the_thousand_and_first_line_is_unknown() -> None:
    plan = Plan.default()
    lines = [f"line-{i}" for i in range(MOST_LINES_WITHOUT_PLAN)]
    assert all(plan.knows(line, 0) for line in lines)
    assert not plan.knows("one-more", 0)
    assert plan.terms("one-more", 0) is None
    assert all(plan.knows(line, 0) for line in lines)
    assert len(plan.lines) == MOST_LINES_WITHOUT_PLAN


def test_without_a_plan_a_contract_and_a_zone_can_be_given() -> None:
    plan = Plan.default(Contract(id="strict", threshold=10 * SECOND), zone="Europe/Brussels")
    terms = plan.terms("waste", 0)
    assert terms is not None
    assert terms.contract.threshold == 10 * SECOND
    assert plan.midnight(at("2026-11-21T12:00:00Z")) == at("2026-11-21T00:00:00+01:00")
    again = pickle.loads(pickle.dumps(plan))
    assert again.digest == plan.digest
    assert again.terms("waste", 0) == terms


# Maintenance and forecast


def test_maintenance_is_of_the_lines_that_it_names_or_of_all() -> None:
    plan = Plan.read(
        """
        [[line]]
        id = "waste"
        [[line]]
        id = "other"
        [[maintenance]]
        from = 2026-11-29T06:00:00+01:00
        until = 2026-11-29T09:00:00+01:00
        lines = ["waste"]
        [[maintenance]]
        from = 2026-12-01T00:00:00Z
        until = 2026-12-01T01:00:00Z
        """
    )
    of_one, of_all = plan.entries.maintenance
    assert (of_one.since, of_one.until) == (at("2026-11-29T05:00:00Z"), at("2026-11-29T08:00:00Z"))
    assert of_one.lines == ("waste",)
    assert of_all.lines == ()


def test_the_forecast_is_by_local_hour_and_nothing_while_closed() -> None:
    plan = Plan.load(ANTWERP_FILE)
    assert plan.expected_per_hour("waste", at("2026-11-23T08:00:00+01:00")) == 29
    assert plan.expected_per_hour("waste", at("2026-07-01T10:59:59+02:00")) == 50
    assert plan.expected_per_hour("waste", at("2026-11-22T10:00:00+01:00")) == 0
    christmas_eve = at("2026-12-24T16:30:00+01:00")
    assert plan.expected_per_hour("waste", christmas_eve) == 0
    assert plan.expected_per_hour("waste-desk", at("2026-11-23T10:00:00+01:00")) is None


# The example


def test_antwerp_expects_eleven_hundred_and_fifty_answered_calls_on_a_working_day() -> None:
    plan = Plan.load(ANTWERP_FILE)
    midnight = at("2026-11-23T00:00:00+01:00")
    day = sum(
        plan.expected_per_hour(line, midnight + hour * HOUR + MINUTE) or 0
        for line in plan.lines
        for hour in range(24)
    )
    assert 1150 * 0.99 <= day * 0.95 <= 1150 * 1.01


def test_antwerp_has_its_four_lines_in_two_languages_and_the_desks_behind_them() -> None:
    lines = {t.line: t for t in Plan.load(ANTWERP_FILE).lines_at(at("2026-11-23T09:30:00+01:00"))}
    first = {line: t.names["nl"] for line, t in lines.items() if t.tier == 1}
    assert first == {
        "migration": "Migratie",
        "desk": "Afspraak loket of aanvraag document",
        "waste": "Afval",
        "other": "Andere vraag",
    }
    assert {t.vendor for t in lines.values() if t.tier == 1} == {"scheldelijn"}
    second = {line: (t.vendor, t.permanence) for line, t in lines.items() if t.tier == 2}
    assert second == {
        "migration-desk": ("city", "always"),
        "waste-desk": ("city", "urgent_only"),
    }
    assert all(set(t.names) == {"nl", "en"} and t.open for t in lines.values())


# Identity


def test_the_digest_is_of_what_the_plan_says_and_not_of_how_it_is_written() -> None:
    plan = Plan.read(HANDED_OVER)
    blocks = HANDED_OVER.split("\n\n")
    rewritten = "\n\n# a comment\n".join([blocks[0], *reversed(blocks[1:])])
    rewritten = rewritten.replace("threshold = 20", 'threshold = "20 s"')
    assert rewritten != HANDED_OVER
    target = '[[contract.measure]]\nfigure = "reachability"\ntarget = '
    one, other = (
        Plan.read(f'[[line]]\nid = "waste"\n[[contract]]\nid = "c"\n{target}{number}').digest
        for number in ("0.6", "0.60")
    )
    assert one == other
    assert Plan.read(rewritten).digest == plan.digest
    assert len(plan.digest) == 64
    assert Plan.read(HANDED_OVER.replace("threshold = 30", "threshold = 31")).digest != plan.digest


def test_a_plan_goes_to_another_process_whole() -> None:
    plan = Plan.load(ANTWERP_FILE)
    moment = at("2026-11-23T09:00:00+01:00")
    again = pickle.loads(pickle.dumps(plan))
    assert again.digest == plan.digest
    assert again.terms("waste", moment) == plan.terms("waste", moment)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"none\.toml: cannot be read: No such file"):
        Plan.load(tmp_path / "none.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes('[city]\nname = "Liège"\n'.encode("latin-1"))
    with pytest.raises(PlanError, match="not UTF-8"):
        Plan.load(latin)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_bytes(b'\xef\xbb\xbf[[line]]\r\nid = "waste"\r\n')
    assert Plan.load(file).lines == ["waste"]
