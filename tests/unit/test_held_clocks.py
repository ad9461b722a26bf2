"""What holds a clock: a rule that keeps its calendar, a state in which it stands still, a verdict that was given."""

from __future__ import annotations

from datetime import date

import pytest

from casework import Notice, WorkCalendar
from casework.actions import Accept, AskCitizen, Assign, Extend, Publish, Reclassify, ReturnReply, SubmitReply, Supplement, Withdraw
from casework.errors import InputError
from casework.sla import Count, Extension, Limit, OfficeHours, Timekeeper
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLE, HANDLER, POLICE, Office, local

# A county has Sunday, 11 October 2026, worked: 5 working days after 29 September end a day earlier than they did.
SUNDAY = Notice(id="own", published_on=date(2026, 9, 30), year=2026, off=(), work=(date(2026, 10, 11),))
REPLY = SubmitReply(text="已安排维修人员更换路灯。")


def held(policy: str) -> Office:
    office = Office(f'{FIVE_DAYS}on_calendar_change = "{policy}"\nextend = {{ times = 2 }}\n', at="2026-09-29 10:00")
    office.assigned()
    office.desk.recalculate(WorkCalendar.named("CN", notices=[SUNDAY]))
    return office


@pytest.mark.parametrize(("policy", "due", "extended"), [
    ("keep", "2026-10-12", "2026-10-13"),
    ("later-only", "2026-10-12", "2026-10-13"),
    ("recompute", "2026-10-11", "2026-10-12"),
])  # fmt: skip
def test_what_a_notice_may_not_move_no_later_act_moves_by_it(policy: str, due: str, extended: str) -> None:
    office = held(policy)
    assert office.due() == due
    office.do(AskCitizen(question="在哪条路"), by=HANDLER)
    office.do(Supplement(text="村口"), by=HANDLER)
    assert office.due() == due
    office.do(Extend(limit="1 working day"))
    assert office.due() == extended
    office.desk.verify("c1")


def test_an_ask_that_was_in_time_stays_so_when_a_notice_brings_the_deadline_forward() -> None:
    office = Office(f'{FIVE_DAYS}extend = {{ approve = "clerk" }}\n', at="2026-09-29 10:00")
    office.assigned()
    office.to("2026-10-12 11:00")
    office.do(Extend(limit="3 working days"), by=HANDLER)
    office.desk.recalculate(WorkCalendar.named("CN", notices=[SUNDAY]))
    assert office.due() == "2026-10-11"
    assert office.do(Extend(), by=CLERK).asks == ()
    assert office.due() == "2026-10-14"


def test_a_clock_that_gets_time_again_while_its_case_waits_stands_still_at_once() -> None:
    office = Office(f'{FIVE_DAYS}extend = {{ approve = "clerk", from = "today" }}\n', at="2026-09-28 10:00")
    office.assigned()
    office.do(Extend(limit="10 working days"), by=HANDLER)
    office.to("2026-10-15 10:00")  # overdue since the 10th, so the question pauses nothing
    office.do(AskCitizen(question="在哪条路"), by=HANDLER)
    assert office.clock().status == "running"
    office.do(Extend(), by=CLERK)
    assert (office.clock().status, office.clock().due, office.clock().left) == ("paused", None, 11)  # the 15th is not used up


def test_a_run_that_is_waited_for_has_nothing_that_could_be_met() -> None:
    office = Office(f"{FIVE_DAYS}on = {{ transfer = 'restart-on-accept' }}\n", at="2026-09-28 10:00")
    office.assigned()
    office.to("2026-10-15 10:00")
    office.do(Assign(lead="公安局"))  # ends the first run late; the second waits for the police
    assert office.clock().status == "waiting"
    with pytest.raises(InputError, match=r"counts nothing yet: it starts when a unit accepts$"):
        office.desk.explain("c1", "handle")
    office.do(Accept(), by=POLICE)
    office.do(REPLY, by=POLICE)
    office.do(Publish())
    assert [kind for kind, _ in office.facts()] == ["late:handle", "met:handle"]


@pytest.mark.parametrize("then", ["restart", "continue", "resume"])
def test_a_verdict_is_kept_when_the_act_that_stops_a_clock_lets_it_go_on(then: str) -> None:
    text = HANDLE.replace('stops_on = "publish"', 'stops_on = "return"') + 'limit = [{ is = "5 working days" }]\n'
    office = Office(f"{text}on = {{ return = '{then}' }}\n", at="2026-09-28 10:00")
    office.assigned()
    office.do(REPLY)
    office.do(ReturnReply(reasons=("答非所问",)), at="2026-10-15 10:00")
    assert [kind for kind, _ in office.facts()] == ["late:handle"]
    assert office.clock().status == "running"


def test_a_class_that_is_corrected_by_the_act_that_stops_a_clock_opens_nothing() -> None:
    text = HANDLE.replace('stops_on = "publish"', 'stops_on = ["publish", "reclassify"]') + 'limit = [{ is = "5 working days" }]\n'
    office = Office(f"{text}on = {{ reclassify = 'restart' }}\n", at="2026-09-28 10:00")
    office.assigned()
    office.do(Reclassify(axis="kind", value="help"))
    assert office.clock().status == "stopped"
    assert [kind for kind, _ in office.facts()] == ["met:handle"]


def test_what_never_began_is_neither_met_nor_late() -> None:
    office = Office(f"{FIVE_DAYS}on = {{ transfer = 'restart-on-accept' }}\n", at="2026-09-28 10:00")
    office.assigned()
    office.do(Assign(lead="公安局"))
    office.do(Withdraw(), by=CITIZEN)
    assert office.clock().status == "cancelled"
    assert office.facts() == []
    with pytest.raises(InputError, match=r"ended before a unit accepted$"):
        office.desk.explain("c1", "handle")


def test_the_bounds_of_hours_that_are_extended_by_days_follow_the_bounding_calendars() -> None:
    keeper = Timekeeper(WorkCalendar.named("CN"), "Asia/Shanghai", provisional=True)
    more = Extension(since="due", at=local("2027-02-02 10:00"), limit=Limit(5, "working days"))
    due = keeper.deadline(local("2027-02-02 09:00"), Limit(24, "hours"), extensions=[more])
    early, late = keeper.calendar.bounds()
    assert due.provisional
    assert (due.earliest, due.latest) == (early.add(date(2027, 2, 3), 5), late.add(date(2027, 2, 3), 5))
    assert due.earliest != due.latest


def test_a_promised_day_is_provisional_only_where_office_hours_end_it() -> None:
    keeper = Timekeeper(WorkCalendar.named("CN"), "Asia/Shanghai", provisional=True)
    day = Extension(since="promise", at=local("2026-12-25 10:00"), until=date(2027, 1, 9))
    due = keeper.deadline(local("2026-12-25 09:00"), Limit(2, "working days"), count=Count(), extensions=[day])
    assert (due.date, due.provisional) == (date(2027, 1, 9), False)
    hours = Count(ends="close", hours=OfficeHours(open="09:00-17:00"))
    assert keeper.deadline(local("2026-12-25 09:00"), Limit(2, "working days"), count=hours, extensions=[day]).provisional
