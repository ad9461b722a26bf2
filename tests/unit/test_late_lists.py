"""The late lists name each case that was closed late, and each that is still open and late, as it stood at the snapshot."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Actor, Case, MemoryStore, Message, Notice, Rulebook, WorkCalendar
from casework.actions import (
    Accept,
    AskCitizen,
    Assign,
    Close,
    Command,
    Contact,
    Extend,
    Publish,
    Reject,
    Reopen,
    ReturnReply,
    Review,
    SubmitReply,
    Supplement,
    Transfer,
    Withdraw,
)
from casework.adapters.sql import SqlStore
from casework.desk import Desk
from casework.errors import CaseworkError, UnknownRulebook
from casework.notices import Span
from casework.ports import CaseStore, Cohort
from casework.reports.late import LateCase, LateList, Stood, as_they_stood, how_late, late_figures, late_lists, show_due
from casework.reports.statistics import shown
from casework.sla import Standing, Verdict
from casework.testing import FrozenTime
from casework.testing.strategies import actors, commands, messages, moments
from tests.unit.town import CLERK, FIVE_DAYS, HANDLE, POLICE, Office, local, small

EVER, FAR = datetime(2000, 1, 1, tzinfo=UTC), datetime(2190, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
REPLY = SubmitReply(text="已安排维修人员更换路灯。")
# A message of Wednesday 1 July 2020 is due on Wednesday the 8th.
DUE = date(2020, 7, 8)


def stood(store: CaseStore, as_of: str | datetime) -> list[Stood]:
    at = local(as_of) if isinstance(as_of, str) else as_of
    return list(as_they_stood(store, Cohort(since=EVER, until=FAR, as_of=at)))


def lists(office: Office | CaseStore, as_of: str | datetime) -> tuple[LateList, LateList]:
    return late_lists(stood(office.desk.store if isinstance(office, Office) else office, as_of))


def named(office: Office | CaseStore, as_of: str | datetime) -> tuple[list[str], list[str]]:
    """The ids of the cases in either list."""
    closed, still_open = lists(office, as_of)
    return [row.case for row in closed.cases], [row.case for row in still_open.cases]


def late_days(office: Office | CaseStore, as_of: str | datetime) -> dict[str, int]:
    return {row.case: row.days for each in lists(office, as_of) for row in each.cases}


def assigned(text: str | Rulebook = FIVE_DAYS) -> Office:
    """A desk with one case of 1 July, which 夹河镇 has accepted."""
    office = Office(text)
    office.assigned()
    return office


# --- which case is in which list --------------------------------------------------------------------------------------


def test_a_late_case_moves_from_the_open_list_to_the_closed_one_when_it_is_closed() -> None:
    office = assigned()
    office.do(REPLY, Publish(), at="2020-07-14 10:00")
    office.do(Close(), at="2020-07-16 10:00")
    assert named(office, "2020-07-09 00:00") == ([], [])
    assert named(office, "2020-07-10 00:00") == ([], ["c1"])
    assert named(office, "2020-07-15 00:00") == ([], ["c1"])  # answered, and not closed
    assert named(office, "2020-07-16 10:00") == ([], ["c1"])  # at that moment, not before it
    assert named(office, "2020-07-16 10:01") == (["c1"], [])
    assert named(office, "2021-07-16 10:00") == (["c1"], [])


def test_a_row_names_the_case_its_unit_and_its_days() -> None:
    office = assigned()
    office.do(REPLY, Publish(), at="2020-07-14 10:00")
    office.do(Close(), at="2020-07-16 10:00")
    (row,) = lists(office, "2020-07-20 00:00")[0].cases
    assert row == LateCase(
        case="c1",
        number="c1",
        unit="夹河镇",
        received_at=local("2020-07-01 09:00"),
        due=row.due,
        answered_at=local("2020-07-14 10:00"),
        closed_at=local("2020-07-16 10:00"),
        verdict=Verdict(Standing.MET_LATE, 4),
    )
    assert (row.due.date, row.days) == (DUE, 4)  # the 9th, 10th, 13th and 14th
    (row,) = lists(office, "2020-07-14 00:00")[1].cases
    assert (row.answered_at, row.closed_at, row.verdict) == (None, None, Verdict(Standing.OVERDUE, 3))


def test_what_was_answered_in_time_is_in_no_list_however_late_it_is_closed() -> None:
    office = assigned()
    office.do(REPLY, Publish(), at="2020-07-08 23:59:59")
    office.do(Close(), at="2020-09-01 10:00")
    for as_of in ("2020-07-20 00:00", "2020-10-01 00:00"):
        assert named(office, as_of) == ([], [])


def test_a_case_is_late_from_the_day_after_its_last_one() -> None:
    office = assigned()
    assert named(office, "2020-07-09 00:00") == ([], [])  # the end of the 8th, its last day
    assert named(office, local("2020-07-09 00:00") + INSTANT) == ([], ["c1"])
    assert late_days(office, "2020-07-10 00:00") == {"c1": 1}  # the end of the 9th
    assert late_days(office, "2020-07-12 00:00") == {"c1": 2}  # of Saturday the 11th


def test_a_reply_at_the_very_end_of_the_last_day_is_late() -> None:
    office = assigned()
    office.do(REPLY, Publish(), Close(), at="2020-07-09 00:00")
    assert late_days(office, "2020-07-20 00:00") == {"c1": 1}


@pytest.mark.parametrize("command", [Reject(reason="spam"), Transfer(to="信访局", reason="petition"), Withdraw(reason="已解决")])
def test_what_left_the_desk_unclosed_is_in_no_list(command: Command) -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    office.do(command, at="2020-07-15 10:00")
    assert named(office, "2020-07-15 10:00") == ([], ["c1"])
    assert named(office, "2020-07-16 00:00") == ([], [])


def test_what_was_answered_late_and_then_withdrawn_is_in_no_list() -> None:
    office = assigned()
    office.do(REPLY, Publish(), at="2020-07-14 10:00")
    office.do(ReturnReply(reasons=("答非所问",)), Withdraw(reason="不再需要"), at="2020-07-15 10:00")
    assert named(office, "2020-07-15 00:00") == ([], ["c1"])
    assert named(office, "2020-07-16 00:00") == ([], [])


def test_a_case_that_waits_for_the_citizen_is_not_late() -> None:
    office = assigned()
    office.do(AskCitizen(question="路灯在哪一段？"), at="2020-07-07 10:00")
    office.do(Supplement(text="村口。"), at="2020-07-20 10:00")
    assert [named(office, as_of) for as_of in ("2020-07-15 00:00", "2020-07-20 00:00", "2020-07-22 00:00")] == [([], [])] * 3
    assert late_days(office, "2020-07-24 00:00") == {"c1": 1}  # two days were left, the 21st and the 22nd
    late = assigned()
    late.do(AskCitizen(question="路灯在哪一段？"), at="2020-07-10 10:00")  # too late to stop the clock
    assert named(late, "2020-07-15 00:00") == ([], ["c1"])


def test_a_case_with_more_time_is_late_from_its_new_last_day() -> None:
    office = assigned(f"{FIVE_DAYS}extend = {{ cap = '15 working days' }}\n")
    office.do(Extend(limit="3 working days"), at="2020-07-08 10:00")
    assert named(office, "2020-07-11 00:00") == ([], [])
    assert late_days(office, "2020-07-16 00:00") == {"c1": 2}  # due on the 13th


@pytest.mark.parametrize(
    "turn, after",
    [("", ([], ["c1"])), ('on = { reopen = "restart" }', ([], [])), ('on = { reopen = "continue" }', ([], ["c1"]))],
)
def test_a_reopened_case_goes_by_the_clock_that_it_has_then(turn: str, after: tuple[list[str], list[str]]) -> None:
    office = assigned(f"{FIVE_DAYS}{turn}\n")
    office.do(REPLY, Publish(), Close(), at="2020-07-14 10:00")
    office.do(Reopen(reason="not solved"), at="2020-07-20 10:00")
    assert named(office, "2020-07-18 00:00") == (["c1"], [])
    assert named(office, "2020-07-21 00:00") == after
    assert [row.answered_at for row in lists(office, "2020-07-21 00:00")[1].cases] == [None for _ in after[1]]
    office.do(REPLY, Publish(), at="2020-07-22 10:00")
    office.do(Close(), at="2020-07-22 11:00")
    closed, still_open = lists(office, "2020-07-23 00:00")
    assert (len(closed.cases), still_open.cases) == (len(after[1]), ())
    assert [row.answered_at for row in closed.cases] == [local("2020-07-22 10:00") for _ in after[1]]


def test_a_reply_that_was_sent_back_answers_nothing() -> None:
    office = assigned(f'{FIVE_DAYS}on = {{ return = "continue" }}\n[reply]\nreturn_reasons = ["敷衍塞责"]\n')
    office.do(REPLY, Publish(), at="2020-07-08 10:00")
    office.do(ReturnReply(reasons=("敷衍塞责",)), at="2020-07-08 11:00")
    assert named(office, "2020-07-09 00:00") == ([], [])
    (row,) = lists(office, "2020-07-10 00:00")[1].cases
    assert (row.answered_at, row.days) == (None, 1)


def test_a_case_that_went_to_another_unit_is_that_units() -> None:
    office = assigned(f'{FIVE_DAYS}on = {{ transfer = "restart" }}\n')
    office.do(Assign(lead="公安局"), at="2020-07-10 10:00")
    assert [row.unit for row in lists(office, "2020-07-10 00:00")[1].cases] == ["夹河镇"]
    assert named(office, "2020-07-15 00:00") == ([], [])  # the police have five days of their own
    (row,) = lists(office, "2020-07-20 00:00")[1].cases
    assert (row.unit, row.due.date, row.days) == ("公安局", date(2020, 7, 17), 0)
    assert how_late(row.verdict, lang="en") == "less than 1 working day"


def test_where_units_have_a_clock_each_the_lead_units_decides() -> None:
    clock = 'id = "handle"\nper = "assignment"\nstarts_on = "assign"\nstops_on = "contact"'
    office = Office(f'[[clock]]\n{clock}\nlimit = [{{ is = "5 working days" }}]')
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)), Accept())
    office.do(Accept(), by=POLICE)
    office.do(Contact(), at="2020-07-08 10:00")
    assert named(office, "2020-07-15 00:00") == ([], [])  # the police have done nothing, and they only assist
    office.do(Assign(lead="公安局", assisting=("夹河镇",)), at="2020-07-15 10:00")
    assert [row.unit for row in lists(office, "2020-07-16 00:00")[1].cases] == ["公安局"]


def test_a_limit_in_hours_is_exceeded_by_hours() -> None:
    office = assigned(f'{HANDLE}limit = [{{ is = "24 hours" }}]\n')
    office.do(REPLY, Publish(), Close(), at="2020-07-02 12:20")
    (row,) = lists(office, "2020-07-03 00:00")[0].cases
    assert (how_late(row.verdict), how_late(row.verdict, lang="en")) == ("3小时20分", "3 h 20 min")
    assert show_due(row.due, zone="Asia/Shanghai") == "2020-07-02 09:00"
    assert how_late(Verdict(Standing.OVERDUE, 0, timedelta(hours=9), working=True)) == "工作时间9小时"


# --- rulebooks, calendars and stores ----------------------------------------------------------------------------------


def test_each_case_goes_by_the_rulebook_that_it_keeps() -> None:
    five, two = assigned(), small(f'{HANDLE}limit = [{{ is = "2 working days" }}]\n', id="two")
    store = five.desk.store
    other = '[[clock]]\nid = "reply"\nstarts_on = "receive"\nstops_on = "publish"\nlimit = [{ is = "1 working day" }]'
    one = Rulebook.parse(f'[rulebook]\nid = "one"\nversion = 1\nbase = "standard"\nlate_by = "reply"\n{other}', name="one")
    ids = iter(["c2", "c3", "c4"])
    for book in (two, one, Rulebook.shipped("standard")):
        Desk(book, store=store, now=five.now, new_id=lambda: next(ids)).receive(Message(subject="路灯不亮"))
    assert named(five, "2020-07-03 00:00") == ([], [])
    assert named(five, "2020-07-04 00:00") == ([], ["c3"])
    assert late_days(five, "2020-07-10 00:00") == {"c1": 1, "c2": 4, "c3": 5}  # c4's rules know no lateness


def test_days_are_those_of_the_place_whose_rules_the_case_keeps() -> None:
    office = assigned()
    utc = small(FIVE_DAYS, id="utc", head='zone = "UTC"')
    Desk(utc, store=office.desk.store, now=office.now, new_id=lambda: "c2").receive(Message(subject="路灯不亮"))
    assert late_days(office, "2020-07-10 07:00") == {"c1": 2, "c2": 1}  # in Greenwich it is still the 9th


def test_a_case_whose_rulebook_was_lost_is_not_passed_over() -> None:
    class Forgetful(MemoryStore):
        def kept(self, kind: str, digest: str | None = None) -> str | None:
            return None if kind == "rulebook" else super().kept(kind, digest)

    office = Office(small(FIVE_DAYS), store=Forgetful())
    office.receive()
    with pytest.raises(UnknownRulebook, match=f"there is no rulebook 'small@{office.desk.rulebook.digest}'"):
        lists(office, "2020-08-01 00:00")


def test_days_late_are_counted_by_the_calendar_as_it_was_known_on_the_day_of_the_snapshot() -> None:
    office = assigned()
    before = lists(office, "2020-07-14 00:00")
    assert late_days(office, "2020-07-14 00:00") == {"c1": 3}
    flood = Notice(id="flood", published_on=date(2020, 7, 14), year=2020, off=(Span(date(2020, 7, 9), date(2020, 7, 15)),), work=())
    office.to("2020-07-14 09:00")
    office.desk.recalculate(WorkCalendar.named("CN", notices=[flood]))
    assert lists(office, "2020-07-14 00:00") == before
    assert late_days(office, "2020-07-17 00:00") == {"c1": 1}  # only the 16th was worked since the 8th


def test_of_days_before_anything_was_announced_what_is_known_now_is_taken() -> None:
    english = small(FIVE_DAYS, head='calendar = "GB-ENG"\nzone = "Europe/London"')
    office = Office(english, at="2018-07-04 09:00")
    office.receive()
    assert late_days(office, "2018-07-13 12:00") == {"c1": 2}


def test_a_database_names_the_same_cases_as_the_memory(tmp_path: object) -> None:
    found = []
    database = SqlStore(f"sqlite:///{tmp_path}/cases.sqlite")
    for store in (MemoryStore(), database):
        office = Office(small(FIVE_DAYS), store=store)
        office.assigned()
        office.receive(at="2020-07-02 09:00")
        office.do(REPLY, Publish(), Close(), at="2020-07-14 10:00")
        found.append([lists(office, as_of) for as_of in ("2020-07-10 00:00", "2020-07-14 00:00", "2020-07-20 00:00")])
    database.close()
    assert found[0] == found[1]
    assert [[len(each.cases) for each in pair] for pair in found[0]] == [[0, 1], [0, 2], [1, 1]]


# --- counting and printing --------------------------------------------------------------------------------------------


def three() -> Office:
    """Of four cases one was closed in time, one closed late, one is open and late, one open and in time."""
    office = assigned()
    office.receive()
    office.do(Review(), Assign(lead="公安局"), case="c2")
    office.do(Accept(), REPLY, by=POLICE, case="c2")
    office.do(Publish(), Close(), case="c2")
    office.do(REPLY, Publish(), Close(), at="2020-07-14 10:00")
    office.receive(at="2020-07-03 09:00")
    office.receive(at="2020-07-14 09:00")
    return office


def test_the_figures_of_the_lists_add_up_and_name_their_cases() -> None:
    figures = late_figures(stood(three().desk.store, "2020-07-16 00:00"))
    assert {name: (shown(figure), figure.cases) for name, figure in figures.items()} == {
        "closed-late": ("1", ("c1",)),
        "open-late": ("1", ("c3",)),
        "closed-in-time": ("1", ("c2",)),
        "closed-or-late": ("3", ("c1", "c2", "c3")),
        "on-time": ("33.33%", None),
    }
    assert [figures[name].working for name in ("closed-in-time", "closed-or-late", "on-time")] == ["2 − 1", "2 + 1", "1 ÷ 3"]
    assert figures["on-time"].parts == ("closed-in-time", "closed-or-late")


def test_nothing_closed_and_nothing_late_has_no_on_time_rate() -> None:
    assert late_figures([])["on-time"].value is None


def test_the_lists_are_printed_with_the_days_of_the_place() -> None:
    closed, still_open = lists(three(), "2020-07-16 00:00")
    assert closed.heads("zh") == ("序号", "编号", "主办单位", "来件日期", "办理期限", "答复日期", "办结日期", "逾期")
    assert closed.cells("zh", zone="Asia/Shanghai", unit=str.upper) == [
        ("1", "c1", "夹河镇", "2020-07-01", "2020-07-08", "2020-07-14", "2020-07-14", "4个工作日")
    ]
    assert still_open.heads("en") == ("No.", "Number", "Unit", "Received", "Due", "Answered", "Late by")
    assert still_open.cells("en", zone="Asia/Shanghai", unit=lambda unit: unit or "nobody") == [
        ("1", "c3", "nobody", "2020-07-03", "2020-07-10", "", "3 working days")
    ]
    assert (closed.name("zh"), still_open.name("zh"), closed.name("en")) == ("逾期办结", "逾期未办", "closed late")


# --- laws -------------------------------------------------------------------------------------------------------------

TOWN = f"""
[classes]
track = ["special", "timely"]

[reply]
return_reasons = ["敷衍塞责"]

{HANDLE}limit = [{{ when = "track == 'special'", is = "1 working day" }}, {{ is = "2 working days" }}]
on = {{ return = "resume", reclassify = "recompute", transfer = "restart-on-accept", reopen = "restart" }}
extend = {{ from = "due", cap = "20 working days", times = 2 }}
promise = {{ cap = "15 calendar days" }}
"""
STEPS = st.sampled_from((INSTANT, timedelta(hours=5), timedelta(days=1), timedelta(days=3), timedelta(days=9)))


def onward(case: Case) -> tuple[Command, Actor]:
    """What brings a case nearer to its end, or from there back: random acts alone hardly ever close one."""
    lead = case.assignment(case.lead)
    command = Accept() if case.state == "assigned" and lead and lead.status == "asked" else ONWARD[case.state]
    unit = case.lead if command.action in ("accept", "submit") else None
    return command, Actor(id="li", role="handler", unit=unit) if unit else CLERK


ONWARD: dict[str, Command] = {
    "received": Review(),
    "reviewed": Assign(lead="夹河镇"),
    "assigned": REPLY,
    "returned": REPLY,
    "replied": Publish(),
    "published": Close(),
    "closed": Reopen(reason="not solved"),
}


@given(data=st.data(), start=moments(first=2019, last=2024))
def test_the_lists_agree_with_every_verdict_and_no_later_event_changes_them(data: st.DataObject, start: datetime) -> None:
    book, now, ids = small(TOWN), FrozenTime(start), iter(range(1, 100))
    desk = Desk(book, store=MemoryStore(), now=now, new_id=lambda: f"c{next(ids)}")
    notices: list[Notice] = []
    seen: list[tuple[datetime, list[tuple[object, ...]], tuple[LateList, LateList]]] = []
    for _ in range(2):
        desk.receive(data.draw(messages(), label="message"))
    for _ in range(data.draw(st.integers(4, 14), label="steps")):
        for _ in range(data.draw(st.integers(0, 5), label="acts")):
            case = desk.get(data.draw(st.sampled_from(desk.store.ids()), label="case"))
            if case.state in ONWARD and data.draw(st.integers(0, 3), label="astray"):
                command, actor = onward(case)
            else:
                command = data.draw(commands(book, case), label="command")
                actor = data.draw(actors(book, action=command.action, case=case), label="actor")
            with suppress(CaseworkError):
                desk.act(case.id, command, by=actor)
        if data.draw(st.integers(0, 5), label="notice") == 0:
            notices.append(some_day_off(now(), len(notices)))
            desk.recalculate(WorkCalendar.named("CN", notices=notices))
        as_of = now() + INSTANT
        found = stood(desk.store, as_of)
        closed, still_open = late_lists(found)
        late = {row.case: row.verdict for row in (*closed.cases, *still_open.cases)}
        assert len(late) == len(closed.cases) + len(still_open.cases), "a case is in one list at most"
        for name in desk.store.ids():
            verdict, kind = desk.verdicts(name)["handle"], book.lifecycle.states[desk.get(name).state].kind
            is_late = verdict.state in (Standing.OVERDUE, Standing.MET_LATE) and kind != "final"
            assert (name in late) == is_late
            assert late.get(name, verdict) == verdict
            assert (name in {row.case for row in closed.cases}) == (is_late and kind == "closed")
        seen.append((as_of, facts(found), (closed, still_open)))
        now.to(now() + data.draw(STEPS, label="step"))
    for as_of, then_known, then in seen:
        assert lists(desk.store, as_of) == then, "what was known at a moment stays as it was known"
        assert facts(stood(desk.store, as_of)) == then_known


def facts(found: list[Stood]) -> list[tuple[object, ...]]:
    """What a snapshot knows of each case: not the days that a running clock has left, which a notice may still change."""
    return [(each.row, each.case, each.clock, each.late, each.answered_at, each.closed_at) for each in found]


def some_day_off(now: datetime, number: int) -> Notice:
    """A notice of today that takes the next two days off."""
    today = (now + timedelta(hours=8)).date()
    off = Span(today + timedelta(days=1), today + timedelta(days=2))
    return Notice(id=f"made-up-{number}", published_on=today, year=off.first.year, off=(off,), work=())
