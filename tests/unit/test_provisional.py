"""Deadlines that depend on days nobody has announced, and clocks that run by office hours."""

from __future__ import annotations

from datetime import date

import pytest

from casework import Notice, Rulebook, WorkCalendar
from casework.actions import Accept, AskCitizen, Assign, Extend, Promise, Review, Supplement
from casework.calendars import Span
from casework.errors import RulebookInvalid
from casework.events import Extended, Recalculated
from casework.sla import Timekeeper
from tests.unit.town import CLERK, FIVE_DAYS, HANDLE, HANDLER, Office, local, small

NOTICE_2027 = Notice(
    id="CN-2027",
    published_on=date(2026, 11, 10),
    year=2027,
    off=(Span(date(2027, 1, 1), date(2027, 1, 3)), Span(date(2027, 2, 5), date(2027, 2, 12))),
    work=(date(2026, 12, 27), date(2027, 2, 14)),
    source="made up for a test",
)
NEXT_YEAR = WorkCalendar.named("CN", notices=[NOTICE_2027])

# --- a year that is not announced -------------------------------------------------------------------------------------


def test_a_case_of_late_december_has_a_provisional_deadline_with_its_bounds() -> None:
    office = Office(FIVE_DAYS, at="2026-12-29 09:00")
    due = office.receive().clock("handle").due
    assert due is not None
    assert due.provisional
    assert due.earliest is not None
    assert due.latest is not None
    assert due.earliest <= due.date <= due.latest
    assert due.earliest < due.latest
    [seen] = office.desk.view("c1", by=CLERK).clocks
    assert (seen.due, seen.provisional, seen.earliest, seen.latest) == (due.date.isoformat(), True, due.earliest, due.latest)
    told = office.desk.explain("c1", "handle")
    assert told.due == due
    assert f"expected between {due.earliest} and {due.latest}" in told.text("en")
    assert f"预计在{due.earliest}至{due.latest}之间" in told.text("zh")
    assert office.desk.verdicts("c1")["handle"].days == 5
    office.desk.verify("c1")


def test_a_deadline_within_what_is_settled_is_not_provisional() -> None:
    office = Office(FIVE_DAYS, at="2026-12-21 09:00")
    due = office.receive().clock("handle").due
    assert due is not None
    assert (due.date, due.provisional, due.earliest, due.latest) == (date(2026, 12, 28), False, None, None)
    [seen] = office.desk.view("c1", by=CLERK).clocks
    assert (seen.provisional, seen.earliest, seen.latest) == (False, None, None)


def test_the_notice_settles_what_was_provisional_even_where_the_day_stays() -> None:
    office = Office(FIVE_DAYS, at="2026-12-29 09:00")
    before = office.receive().clock("handle").due
    office.to("2026-12-30 09:00")
    [moved] = office.desk.recalculate(NEXT_YEAR).moved
    after = office.clock().due
    assert before is not None
    assert after is not None
    assert (after.provisional, after.earliest, after.latest) == (False, None, None)
    assert before.earliest is not None
    assert before.latest is not None
    assert before.earliest <= after.date <= before.latest
    assert (moved.old, moved.new) == (before, after)
    assert isinstance(office.last().data, Recalculated)
    assert office.desk.recalculate(NEXT_YEAR).moved == ()
    [seen] = office.desk.view("c1", by=CLERK).clocks
    assert (seen.due, seen.provisional) == (after.date.isoformat(), False)
    office.desk.verify("c1")


def test_a_notice_for_the_next_year_may_move_the_last_days_of_this_one() -> None:
    office = Office(FIVE_DAYS, at="2026-12-23 09:00")
    due = office.receive().clock("handle").due
    assert due is not None
    assert due.provisional, "the 30th: the next notice may reach back to it"
    office.desk.recalculate(NEXT_YEAR)
    assert office.due() == "2026-12-29", "24, 25, 27 (made up to be worked), 28, 29"


def test_an_extension_into_a_year_that_is_not_announced_is_provisional() -> None:
    office = Office(FIVE_DAYS + "extend = {}\npromise = {}\n", at="2026-12-21 09:00")
    office.assigned()
    office.do(Extend(limit="5 working days"))
    event = office.last()
    assert isinstance(event.data, Extended)
    assert (event.data.old.provisional, event.data.new.provisional) == (False, True)
    assert event.data.new.earliest is not None
    assert event.data.new.earliest >= event.data.old.date
    office.do(Promise(until=date(2027, 1, 20), reason="等待配件"))
    due = office.clock().due
    assert due is not None
    assert due.date == date(2027, 1, 20)
    office.desk.recalculate(NEXT_YEAR)
    assert office.due() == "2027-01-20", "a promised day is that day"
    assert office.desk.explain("c1", "handle").due == office.clock().due


def test_a_provisional_deadline_is_met_or_late_as_any_other() -> None:
    office = Office(FIVE_DAYS, at="2026-12-29 09:00")
    office.assigned()
    due = office.clock().due
    assert due is not None
    office.now.to(due.before)
    assert office.desk.verdicts("c1")["handle"].state.value == "overdue"
    office.answered()
    assert office.facts()[0][0] == "late:handle"


def test_a_pause_at_the_end_of_the_year_leaves_a_provisional_deadline() -> None:
    office = Office(FIVE_DAYS, at="2026-12-22 09:00")
    office.assigned()
    office.do(AskCitizen(question="哪一盏?"), at="2026-12-23 10:00")
    office.do(Supplement(text="第二盏"), at="2026-12-28 10:00")
    due = office.clock().due
    assert due is not None
    assert due.provisional
    office.desk.verify("c1")


# --- office hours -----------------------------------------------------------------------------------------------------

HOURS = """
[hours]
open = "09:00-12:00, 13:30-17:30"
weekdays = { fri = "09:00-12:00" }
dates = { 2020-07-04 = "09:00-11:00", 2020-07-06 = "" }
"""


def shown(office: Office, key: str = "handle") -> str:
    due = office.clock(key).due
    assert due is not None
    return Timekeeper(office.desk.rulebook.calendar(), office.desk.rulebook.zone).show(due)


@pytest.mark.parametrize(
    "limit, count, at, due",
    [
        ("4 working hours", "", "2020-07-01 11:00", "2020-07-01 16:30"),
        ("4 working hours", "", "2020-07-01 12:30", "2020-07-01 17:30"),
        ("4 working hours", "", "2020-07-02 17:00", "2020-07-04 09:30"),  # half an hour, the Friday's three, the duty Saturday
        ("2 working hours", "", "2020-07-04 10:00", "2020-07-07 10:00"),  # the Monday is closed
        ("4 working hours", 'hours = { open = "00:00-24:00" }', "2020-07-01 22:00", "2020-07-02 02:00"),  # the clock's own hours
        ("2 working days", 'ends = "close"', "2020-07-01 11:00", "2020-07-03 12:00"),
        ("1 working day", 'ends = "close"', "2020-07-01 18:00", "2020-07-02 17:30"),
        ("2 working days", 'ends = "close", hours = { open = "08:00-20:00" }', "2020-07-01 11:00", "2020-07-03 20:00"),
        ("2 working days", "", "2020-07-01 11:00", "2020-07-03 24:00"),
    ],
)
def test_a_clock_runs_by_the_rulebook_s_office_hours_or_its_own(limit: str, count: str, at: str, due: str) -> None:
    office = Office(f'{HOURS}{HANDLE}limit = [{{ is = "{limit}" }}]\ncount = {{ {count} }}\n', at=at)
    office.receive()
    assert shown(office) == due
    assert office.desk.explain("c1", "handle").due == office.clock().due
    office.desk.verify("c1")


def test_a_clock_in_working_hours_is_met_late_paused_and_extended() -> None:
    hours = '[hours]\nopen = "09:00-12:00, 13:30-17:30"\n'
    office = Office(
        f'{hours}{HANDLE}limit = [{{ is = "9 working hours" }}]\n'
        'extend = { ask_before = "1 working hour", cap = "12 working hours" }\n'
        '[[rung]]\nid = "warn"\non = "due:handle"\nat = "-2 working hours"\ndo = ["notify:clerk"]\n'
    )
    office.assigned()
    assert (shown(office), office.clock().alarms[0].at) == ("2020-07-02 11:00", local("2020-07-02 09:00"))
    office.do(AskCitizen(question="?"), at="2020-07-01 11:00")
    assert office.clock().left == 7
    office.do(Supplement(text="x"), at="2020-07-01 15:00")
    assert shown(office) == "2020-07-02 15:00", "one hour of the morning and an hour and a half of the afternoon were paused"
    office.do(Extend(limit="3 working hours"), at="2020-07-02 11:00")
    assert (shown(office), office.clock().alarms[0].at) == ("2020-07-03 09:30", local("2020-07-02 16:00"))
    office.answered(at="2020-07-03 10:00")
    assert office.facts() == [("late:handle", 0)], "late by half an hour, and by no working day"


def test_hours_that_a_clock_has_of_its_own_are_its_own_alone() -> None:
    own = (
        HANDLE.replace('"handle"', '"own"') + 'limit = [{ is = "4 working hours" }]\ncount = { hours = { open = "13:00-20:00" } }\n'
    )
    office = Office(f'{HOURS}{HANDLE}limit = [{{ is = "4 working hours" }}]\n{own}', at="2020-07-01 09:00")
    office.receive()
    assert (shown(office), shown(office, "own")) == ("2020-07-01 14:30", "2020-07-01 17:00")
    again = Rulebook.restore(office.desk.rulebook.text)
    assert again.clocks == office.desk.rulebook.clocks, "the store gives the hours back"


NEED_HOURS = "working hours, and an end at 'close', need office hours: [hours] open = '09:00-12:00, 13:30-17:30'"

# --- what a rulebook may not say --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            HANDLE + 'limit = [{ is = "4 working hours" }]\n',
            f"{NEED_HOURS} @ clock[0].limit[0].is",
        ),
        (
            FIVE_DAYS + 'count = { ends = "close" }\n',
            f"{NEED_HOURS} @ clock[0].count.ends",
        ),
        (
            FIVE_DAYS + 'extend = { approve = "clrk" }\n',
            "unknown role 'clrk'; did you mean 'clerk'? @ clock[0].extend.approve",
        ),
        (
            FIVE_DAYS + 'extend = { approve = "leader" }\n',
            "role 'leader' allows extensions and may not extend @ clock[0].extend.approve",
        ),
        (
            FIVE_DAYS + 'extend = {}\n[roles.clerk]\nmay = ["note"]\n[roles.handler]\nmay = ["note"]\n',
            "no role may extend; give it to one under [roles.….may] @ clock[0].extend",
        ),
        (
            FIVE_DAYS + 'promise = {}\n[roles.handler]\nmay = ["note"]\n',
            "no role may promise; give it to one under [roles.….may] @ clock[0].promise",
        ),
        (
            FIVE_DAYS + 'on = { transfer = "restart-on-accept" }\n[assignment]\naccept = false\n',
            "units do not accept under this rulebook; use 'restart' @ clock[0].on.transfer",
        ),
        (
            FIVE_DAYS + 'on = { reopen = "restart-on-accept" }\n',
            "no unit accepts anew after reopen; 'restart' starts the clock at once @ clock[0].on",
        ),
        (
            FIVE_DAYS + 'extend = { cap = "48 hours", cap_from = "due" }\n',
            "a cap of 48 hours cannot be added to a limit in working days @ clock[0].extend.cap",
        ),
        (
            FIVE_DAYS + '[[rung]]\nid = "warn"\non = "due:handle"\nat = "-4 working hours"\ndo = ["notify:clerk"]\n',
            "working hours, and an end at 'close', need office hours: [hours] open = '09:00-12:00, 13:30-17:30' @ rung[0].at",
        ),
        (FIVE_DAYS + 'on = { retrun = "resume" }\n', "unknown key 'retrun'; did you mean 'return'? @ clock[0].on.retrun"),
        (FIVE_DAYS + 'extend = { form = "due" }\n', "unknown key 'form'; did you mean 'from'? @ clock[0].extend.form"),
        (
            FIVE_DAYS + 'on_calendar_change = "later"\n',
            "unknown value 'later'; did you mean 'later-only'? (one of: keep, later-only, recompute) @ clock[0].on_calendar_change",
        ),
        (FIVE_DAYS + "extend = { times = 0 }\n", "must be at least 1, not 0 @ clock[0].extend.times"),
    ],
)
def test_a_rulebook_that_could_not_be_kept_is_refused_with_the_place_and_what_would_do(text: str, expected: str) -> None:
    with pytest.raises(RulebookInvalid) as error:
        small(text)
    assert expected in [str(row) for row in error.value.problems]


@pytest.mark.parametrize(
    "text, place",
    [
        (FIVE_DAYS + 'extend = { cap = "soon" }\n', "clock[0].extend.cap"),
        (FIVE_DAYS + 'extend = { ask_before = "-1 hours" }\n', "clock[0].extend.ask_before"),
        (FIVE_DAYS + 'promise = { cap = "1 week" }\n', "clock[0].promise.cap"),
        (FIVE_DAYS + '[hours]\nopen = "17:00-09:00"\n', "hours.open"),
        (FIVE_DAYS + '[hours]\nopen = "09:00-17:00"\nweekdays = { friday = "" }\n', "hours.weekdays"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(RulebookInvalid) as error:
        small(text)
    assert any(row.path.startswith(place) for row in error.value.problems), error.value.problems


def test_every_problem_of_time_is_told_at_once() -> None:
    with pytest.raises(RulebookInvalid) as error:
        small(
            HANDLE
            + 'limit = [{ is = "4 working hours" }]\ncount = { ends = "close" }\nextend = { approve = "leadr" }\npromise = {}\n'
            '[roles.handler]\nmay = ["note"]\n[roles.clerk]\nmay = ["note"]\n'
        )
    assert sorted(row.path for row in error.value.problems) == [
        "clock[0].count.ends",
        "clock[0].extend",
        "clock[0].extend.approve",
        "clock[0].limit[0].is",
        "clock[0].promise",
    ]


def test_what_is_sound_loads() -> None:
    book = small(
        '[hours]\nopen = "09:00-17:00"\n' + FIVE_DAYS + 'on = { return = "continue", transfer = "restart-on-accept" }\n'
        'extend = { ask_before = "1 working day", approve = "clerk", from = "due-unrolled", cap = "1 month", cap_from = "due",'
        "times = 2 }\n"
        'promise = { cap = "15 calendar days", cap_from = "receipt", times = 3, reason = false }\n'
        'on_calendar_change = "later-only"\n'
    )
    rule = book.clocks["handle"]
    assert rule.extend is not None
    assert rule.promise is not None
    assert (rule.on.return_, rule.on.transfer, rule.on.reopen) == ("continue", "restart-on-accept", None)
    assert (rule.extend.approve, rule.extend.from_, rule.extend.cap, rule.extend.cap_from, rule.extend.times) == (
        "clerk",
        "due-unrolled",
        "1 month",
        "due",
        2,
    )
    assert (rule.promise.cap, rule.promise.cap_from, rule.promise.times, rule.promise.reason) == (
        "15 calendar days",
        "receipt",
        3,
        False,
    )
    assert Rulebook.restore(book.text).clocks == book.clocks
    office = Office(book)
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"))
    office.do(Accept(), by=HANDLER)
