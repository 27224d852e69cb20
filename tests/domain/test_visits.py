"""Visits: which facts are theirs, where they begin, how they end, and when it is decided.

The calls are told in UTC on a Wednesday in November, an hour behind the city's clock: `migration`
is open from 7:00 to 17:00 here.
"""

import pytest

from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.visits import NEVER, Reading, Visit, resolve
from tests.stories import PLAN, Story, at

EVENING = at("23:00")


def read(story: Story, now: int = EVENING, plan: Plan = PLAN) -> Reading:
    reading = resolve(story.contact(), plan, now)
    assert reading is not None
    return reading


def visit_of(story: Story, now: int = EVENING, plan: Plan = PLAN) -> Visit:
    (visit,) = read(story, now, plan).visits
    return visit


def waiting(line: str = "waste") -> Story:
    return Story().start("9:00").choose("9:00:10", line).enter("9:00:12", line)


def plan_of(contract: str = "", line: str = "") -> Plan:
    """A plan of one line, `x`."""
    return Plan.read(
        f"""
        [city]
        name = "Testburg"
        time_zone = "Europe/Brussels"
        [[contract]]
        id = "c"
        {contract}
        [[hours]]
        id = "office"
        mon-fri = "08:00-18:00"
        [[line]]
        id = "x"
        contract = "c"
        {line}
        """
    )


# How a visit ends

LEFT = {
    "transfer": "overflowed",
    "overflow": "overflowed",
    "timeout": "overflowed",
    "exit_key": "overflowed",
    "voicemail": "overflowed",
    "callback": "callback",
    "closed": "closed",
    "full": "blocked",
}
HUNG_UP = {"normal": "abandoned", None: "abandoned", "closed": "closed", "busy": "blocked"}


@pytest.mark.parametrize("reason", LEFT)
def test_a_visit_left_for_a_reason(reason: str) -> None:
    visit = visit_of(waiting().leave("9:01:12", "waste", reason).hang_up("9:01:15"))
    assert (visit.disposition, visit.wait) == (LEFT[reason], 60 * SECOND)


@pytest.mark.parametrize("reason", HUNG_UP)
def test_a_visit_hung_up_for_a_reason(reason: str | None) -> None:
    visit = visit_of(waiting().hang_up("9:01:12", reason))
    assert (visit.disposition, visit.wait) == (HUNG_UP[reason], 60 * SECOND)


def test_a_call_cut_off_by_an_error_is_lost() -> None:
    visit = visit_of(waiting().hang_up("9:01:12", "error"))
    assert (visit.disposition, visit.within, visit.reached) == ("lost", False, False)


def test_an_answer_is_the_first_thing_that_applies() -> None:
    for reason in LEFT:
        call = waiting().answer("9:00:20", "waste").leave("9:02", "waste", reason)
        assert visit_of(call.hang_up("9:03", "error")).disposition == "answered"


def test_a_reason_to_leave_goes_before_a_reason_to_hang_up() -> None:
    call = waiting().leave("9:01", "waste", "callback").hang_up("9:01", "busy")
    assert visit_of(call).disposition == "callback"


@pytest.mark.parametrize(
    ("seconds", "disposition"), [(5, "short_abandoned"), (5.000001, "abandoned")]
)
def test_short_abandons_end_at_five_seconds_of_waiting(seconds: float, disposition: str) -> None:
    call = waiting().hang_up(at("9:00:12") + round(seconds * SECOND))
    assert visit_of(call).disposition == disposition


@pytest.mark.parametrize("when", ["9:00:10", "9:00:11"])
def test_who_hangs_up_after_choosing_left_before_the_queue(when: str) -> None:
    visit = visit_of(Story().start("9:00").choose("9:00:10", "waste").hang_up(when))
    assert visit.disposition == "left_before_queue"
    assert visit.entered is visit.within is visit.wait is None
    assert visit.reached is False


def test_a_queue_entry_after_the_hangup_is_a_queue_entry() -> None:
    """Whatever the clocks say: offered to the queue, with a wait of 0."""
    visit = visit_of(
        Story().choose("9:00:10", "waste").hang_up("9:00:11").enter("9:00:12", "waste")
    )
    assert (visit.disposition, visit.wait, visit.entered) == ("short_abandoned", 0, at("9:00:12"))


def test_who_chose_and_was_never_heard_of_again_is_lost_four_hours_after_choosing() -> None:
    call = Story().start("8:00").choose("9:00", "waste")
    assert visit_of(call, at("13:00")).disposition == "open"
    lost = visit_of(call, at("13:00") + 1)
    assert (lost.disposition, lost.entered, lost.within) == ("lost", None, None)


def test_lost_is_counted_from_the_queue_entry() -> None:
    call = Story().choose("9:00", "waste").enter("9:30", "waste")
    assert visit_of(call, at("13:30")).disposition == "open"
    assert visit_of(call, at("13:30") + 1).disposition == "lost"


@pytest.mark.parametrize("late", [0, 1])
def test_an_ending_later_than_the_time_out_changes_nothing(late: int) -> None:
    call = waiting().leave(at("9:00:12") + 4 * HOUR + late, "waste", "callback")
    hung_up = waiting().hang_up(at("9:00:12") + 4 * HOUR + late)
    tomorrow = EVENING + DAY
    assert visit_of(call, tomorrow).disposition == ("lost" if late else "callback")
    assert visit_of(hung_up, tomorrow).disposition == ("lost" if late else "abandoned")


def test_a_contract_has_a_time_out_of_its_own() -> None:
    call = Story().choose("9:00", "migration").enter("9:00", "migration").hang_up("10:00:01")
    assert visit_of(call).disposition == "lost"


# Re-entering


def test_who_left_and_entered_again_has_not_left() -> None:
    call = waiting().leave("9:00:30", "waste", "overflow").enter("9:00:31", "waste")
    assert visit_of(call, at("9:05")).disposition == "open"
    assert visit_of(call, at("9:00:30")).disposition == "overflowed"


def test_left_and_entered_at_one_instant_having_entered_once_is_the_last_word() -> None:
    call = Story().enter("9:00:12", "waste").leave("9:00:12", "waste", "full")
    assert visit_of(call).disposition == "blocked"


def test_left_and_entered_at_one_instant_having_entered_before_is_a_new_lap() -> None:
    call = waiting().leave("9:00:30", "waste", "full").enter("9:00:30", "waste")
    assert visit_of(call, at("9:05")).disposition == "open"


def test_of_two_reasons_at_one_instant_the_alphabetically_first_counts() -> None:
    for first, second in (("timeout", "callback"), ("callback", "timeout")):
        call = waiting().leave("9:01", "waste", first).leave("9:01", "waste", second)
        assert visit_of(call).disposition == "callback"


def test_of_two_departures_the_last_counts() -> None:
    for first, second in (("9:01", "9:02"), ("9:02", "9:01")):
        reasons = {"9:01": "callback", "9:02": "timeout"}
        call = waiting().leave(first, "waste", reasons[first])
        call.leave(second, "waste", reasons[second])
        assert visit_of(call).disposition == "overflowed"


def test_of_two_hangups_the_last_counts_and_of_two_answers_the_first() -> None:
    call = waiting().answer("9:02", "waste").answer("9:00:22", "waste")
    visit = visit_of(call.hang_up("9:01").hang_up("9:03"))
    assert (visit.wait, visit.talk) == (10 * SECOND, 158 * SECOND)


# Which visit, and where it begins


def test_a_visit_begins_with_its_choice() -> None:
    assert visit_of(waiting()).begun == at("9:00:10")


def test_without_a_choice_a_visit_begins_with_its_transfer() -> None:
    call = waiting().answer("9:00:20", "waste").leave("9:01", "waste", "transfer", to="desk")
    call.enter("9:01:10", "desk").answer("9:01:30", "desk").hang_up("9:05")
    _, desk = sorted(read(call).visits, key=lambda visit: visit.begun)
    assert (desk.line, desk.begun, desk.entered) == ("desk", at("9:01"), at("9:01:10"))
    assert (desk.wait, desk.by_transfer) == (20 * SECOND, True)


def test_else_a_visit_begins_with_its_earliest_queue_fact() -> None:
    assert visit_of(Story().start("9:00").enter("9:01", "waste")).begun == at("9:01")
    assert visit_of(Story().answer("9:01", "waste").enter("9:02", "waste")).begun == at("9:01")


def test_without_an_entry_the_queue_is_entered_at_the_beginning() -> None:
    answered = visit_of(Story().choose("9:00", "waste").answer("9:00:30", "waste"))
    assert (answered.entered, answered.wait) == (at("9:00"), 30 * SECOND)
    left = visit_of(Story().leave("9:01", "waste", "timeout"))
    assert (left.entered, left.wait, left.disposition) == (at("9:01"), 0, "overflowed")


def test_a_transfer_to_a_line_is_a_visit_there_before_anything_is_heard_of_it() -> None:
    call = waiting().answer("9:00:20", "waste").leave("9:01", "waste", "transfer", to="desk")
    (desk,) = (visit for visit in read(call, at("9:01:05")).visits if visit.line == "desk")
    assert (desk.disposition, desk.begun, desk.entered) == ("open", at("9:01"), None)


def test_facts_without_a_number_belong_to_the_lowest_numbered_visit() -> None:
    call = Story().enter("9:00", "waste", 2).enter("9:10", "waste", 5)
    call.answer("9:00:15", "waste").leave("9:01", "waste", "transfer", 2)
    two, five = sorted(read(call, at("9:11")).visits, key=lambda visit: visit.number)
    assert (two.number, two.disposition, two.wait) == (2, "answered", 15 * SECOND)
    assert (five.number, five.disposition) == (5, "open")


def test_a_choice_belongs_to_the_lowest_numbered_visit() -> None:
    call = Story().enter("9:10", "waste", 3).enter("9:01", "waste", 2).choose("9:00", "waste")
    two, three = sorted(read(call, at("9:11")).visits, key=lambda visit: visit.number)
    assert (two.begun, three.begun) == (at("9:00"), at("9:10"))


def test_facts_without_any_number_are_one_visit_per_line() -> None:
    call = Story().enter("9:00", "waste").enter("9:05", "desk").enter("9:10", "waste")
    assert sorted(visit.line for visit in read(call).visits) == ["desk", "waste"]


@pytest.mark.parametrize(("source", "target"), [(1, 2), (2, 4), (4, 1)])
def test_a_transfer_goes_to_the_next_visit_of_the_target_else_to_its_lowest(
    source: int, target: int
) -> None:
    call = Story().enter("9:00", "waste", source)
    call.leave("9:01", "waste", "transfer", source, "desk")
    for number in (1, 2, 4):
        if number != source:
            call.enter(at("9:02") + number * MINUTE, "desk", number)
    wanted = next((n for n in (1, 2, 4) if n > source), 1)
    assert wanted == target
    by_transfer = [visit.number for visit in read(call).visits if visit.by_transfer]
    assert by_transfer == [target]


def test_a_transfer_to_the_own_line_does_not_begin_itself() -> None:
    call = waiting().answer("9:00:20", "waste").leave("9:01", "waste", "transfer", to="waste")
    visit = visit_of(call)
    assert (visit.begun, visit.by_transfer, visit.transferred_to) == (at("9:00:10"), False, 0)


# Times that run backwards


def test_negative_waits_count_as_none() -> None:
    visit = visit_of(
        Story().choose("9:00", "waste").enter("9:00:30", "waste").answer("9:00:10", "waste")
    )
    assert (visit.wait, visit.within) == (0, True)


def test_negative_menu_times_are_told() -> None:
    visit = visit_of(Story().start("9:00").choose("8:59:58", "waste"))
    assert visit.menu == -2 * SECOND


def test_a_visit_without_a_choice_or_a_start_has_no_menu_time() -> None:
    assert visit_of(Story().start("9:00").enter("9:01", "waste")).menu is None
    assert visit_of(Story().choose("9:00", "waste")).menu is None


# When service level is decided


@pytest.mark.parametrize(("boundary", "miss_after"), [("<=", 1), ("<", 0)])
def test_who_still_waits_is_a_miss_when_the_threshold_has_passed(
    boundary: str, miss_after: int
) -> None:
    plan = plan_of(f'boundary = "{boundary}"')
    call = Story().enter("9:00", "x")
    miss = at("9:00:20") + miss_after
    before, then = visit_of(call, miss - 1, plan), visit_of(call, miss, plan)
    assert (before.within, before.service_at, before.changes_at) == (None, NEVER, miss)
    assert (then.within, then.service_at, then.disposition) == (False, miss, "open")


@pytest.mark.parametrize(("boundary", "within"), [("<=", True), ("<", False)])
def test_answered_and_abandoned_at_the_threshold(boundary: str, within: bool) -> None:
    plan = plan_of(f'boundary = "{boundary}"')
    answered = visit_of(Story().enter("9:00", "x").answer("9:00:20", "x"), plan=plan)
    abandoned = visit_of(Story().enter("9:00", "x").hang_up("9:00:20"), plan=plan)
    assert answered.within is abandoned.within is within
    assert answered.service_at == abandoned.service_at == at("9:00:20")


def test_a_miss_stays_booked_at_the_instant_of_the_threshold_however_late_the_answer() -> None:
    visit = visit_of(Story().enter("9:00", "waste").answer("9:30", "waste"))
    assert (visit.within, visit.service_at) == (False, at("9:00:20") + 1)


@pytest.mark.parametrize(
    ("clock", "deadline"), [("queue", "9:00:40"), ("choice", "9:00:30"), ("start", "9:00:20")]
)
def test_the_contracts_clock_moves_the_threshold_never_the_booking(
    clock: str, deadline: str
) -> None:
    plan = plan_of(f'clock = "{clock}"')
    call = Story().start("9:00").choose("9:00:10", "x").enter("9:00:20", "x")
    before, then = visit_of(call, at(deadline), plan), visit_of(call, at(deadline) + 1, plan)
    assert (before.within, then.within) == (None, False)
    assert before.begun == then.begun == at("9:00:10")
    assert visit_of(call.answer("9:00:35", "x"), plan=plan).within is (clock == "queue")


@pytest.mark.parametrize("reason", ["transfer", "overflow", "voicemail", "closed", "full"])
def test_leaving_the_queue_unanswered_is_a_miss_when_it_happens(reason: str) -> None:
    visit = visit_of(Story().enter("9:00", "waste").leave("9:00:05", "waste", reason))
    assert (visit.within, visit.service_at) == (False, at("9:00:05"))


def test_a_callback_accepted_in_time_stays_out_and_one_accepted_later_is_a_miss() -> None:
    early = visit_of(Story().enter("9:00", "waste").leave("9:00:20", "waste", "callback"))
    late = visit_of(Story().enter("9:00", "waste").leave("9:00:21", "waste", "callback"))
    assert early.within is None
    assert (late.within, late.service_at) == (False, at("9:00:20") + 1)


def test_short_abandons_are_left_out_where_the_contract_says_so() -> None:
    counted, left_out = plan_of(), plan_of('short_abandons = "excluded"')
    call = Story().enter("9:00", "x").hang_up("9:00:05")
    assert visit_of(call, plan=counted).within is True
    assert visit_of(call, plan=left_out).within is None


# When it is decided whether somebody was reached


def test_overdue_after_three_minutes_and_restored_by_an_answer() -> None:
    call = Story().choose("9:00", "waste").enter("9:01", "waste").answer("9:10", "waste")
    assert visit_of(call, at("9:03") - 1).reached is None
    overdue, restored = visit_of(call, at("9:03")), visit_of(call)
    assert (overdue.reached, overdue.reach_at) == (False, at("9:03"))
    assert (restored.reached, restored.reach_at) == (True, at("9:03"))


@pytest.mark.parametrize("reason", ["overflow", "closed", "full"])
def test_ended_unanswered_is_not_reached_at_once(reason: str) -> None:
    visit = visit_of(Story().enter("9:00", "waste").leave("9:00:05", "waste", reason))
    assert (visit.reached, visit.reach_at) == (False, at("9:00:05"))


def test_callbacks_are_left_out_unless_the_contract_counts_them() -> None:
    call = Story().enter("9:00", "x").leave("9:00:10", "x", "callback")
    assert visit_of(call, plan=plan_of()).reached is None
    assert visit_of(call, plan=plan_of('callbacks = "not_reached"')).reached is False


# Hours


@pytest.mark.parametrize(
    ("begun", "in_hours"),
    [("6:59:59", False), ("7:00", True), ("16:59:59", True), ("17:00", False)],
)
def test_hours_are_judged_at_the_beginning(begun: str, in_hours: bool) -> None:
    call = Story().choose(begun, "migration").enter(at(begun) + MINUTE, "migration")
    visit = visit_of(call.answer(at(begun) + 2 * MINUTE, "migration"))
    assert visit.terms.open is in_hours
    assert visit.disposition == "answered"
    assert (visit.within is None, visit.reached is None) == (not in_hours, not in_hours)


# Contacts without a visit, and contacts as the city sees them


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (None, "abandoned_in_menu"),
        ("normal", "abandoned_in_menu"),
        ("error", "abandoned_in_menu"),
        ("busy", "entrance_blocked"),
        ("closed", "entrance_closed"),
    ],
)
def test_contacts_that_never_came_to_a_line(reason: str | None, outcome: str) -> None:
    reading = read(Story().start("9:00").hang_up("9:00:30", reason))
    assert (reading.outcome, reading.begun, reading.reached) == (outcome, at("9:00"), False)


def test_a_contact_in_the_menu_is_open_and_overdue_after_three_minutes() -> None:
    call = Story().start("9:00")
    early, late = read(call, at("9:03") - 1), read(call, at("9:03"))
    assert early.outcome == late.outcome == "open_in_menu"
    assert (early.reached, late.reached) == (None, False)


def test_a_hangup_alone_is_an_orphan_and_a_choice_alone_a_contact() -> None:
    assert read(Story().hang_up("9:00")).outcome == "orphans"
    assert read(Story().hang_up("9:00").choose("8:59", "waste")).outcome == "contacts_with_visit"


def test_one_answered_visit_reaches_the_contact() -> None:
    call = waiting().leave("9:01", "waste", "overflow").enter("9:01:05", "desk")
    call.answer("9:09", "desk").hang_up("9:10")
    assert read(call).reached is True


def test_a_contact_is_undecided_while_a_visit_is_and_out_of_it_with_a_callback() -> None:
    call = waiting().leave("9:01", "waste", "overflow").enter("9:01:05", "desk")
    assert read(call, at("9:02")).reached is None
    assert read(call, at("9:05")).reached is False
    assert read(waiting().leave("9:01", "waste", "callback")).reached is None


def test_a_contact_with_visits_out_of_hours_alone_is_outside_reachability() -> None:
    night = Story().start("3:00").choose("3:00:05", "migration").hang_up("3:00:20", "closed")
    assert read(night).reached is None


def test_what_has_not_happened_yet_is_not_seen() -> None:
    call = waiting().answer("9:05", "waste").hang_up("9:10")
    assert resolve(call.contact(), PLAN, at("8:59:59")) is None
    assert read(call, at("9:00:05")).outcome == "open_in_menu"
    assert visit_of(call, at("9:00:11")).entered is None
    assert visit_of(call, at("9:04")).disposition == "open"
    assert visit_of(call, at("9:05")).talk is None
    assert visit_of(call, at("9:10")).talk == 5 * MINUTE
