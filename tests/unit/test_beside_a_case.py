"""What is kept beside a case: instructions, views, notes; and what a citizen is asked for, takes back and is promised."""

from __future__ import annotations

from datetime import date

import pytest

from casework import Actor
from casework.actions import (
    Accept,
    AddNote,
    AskCitizen,
    Assign,
    Close,
    Instruct,
    Promise,
    Reopen,
    ReportViews,
    Review,
    Supplement,
    Withdraw,
)
from casework.errors import ConditionUnmet, ExtensionRefused, NotAllowed, NotPermitted
from casework.events import Instructed, Promised
from tests.unit.handled import TELLS, no_right, refused, text, told, verdicts
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLE, HANDLER, LEADER, POLICE, SUPERVISOR, Office, sound

PORTAL = Actor(id="portal", role="portal")
NEIGHBOUR = Actor(id="u-2", role="citizen")


def over(rules: str = "") -> Office:
    """Have a case answered and closed."""
    office = Office(FIVE_DAYS + rules)
    office.assigned()
    office.answered(at="2020-07-02 10:00")
    office.do(Close())
    return office


# --- a leader's instruction -------------------------------------------------------------------------------------------

SUPERVISED = """
[[order]]
id = "instructed"
zh = "批示督办单"
to = ["lead"]
document = { series = "批{n:02}" }
answer = { limit = [{ is = "3 working days" }], cleared_by = "supervisor" }

[[rung]]
id = "instruction"
on = "instructed"
do = ["issue:instructed"]
repeat = { every = 1, max = 9 }
"""


def test_an_instruction_is_put_on_the_case_its_units_told_and_supervised() -> None:
    office = Office(FIVE_DAYS + SUPERVISED)
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)))
    assert told(office, Instruct(text="请夹河镇从速办理。"), by=LEADER, at="2020-07-02 09:00") == [
        ("handler", "夹河镇", "领导对来件作出批示，请落实"),
        ("handler", "公安局", "领导对来件作出批示，请落实"),
        ("handler", "夹河镇", "批示督办单（批01）"),
    ]
    case = office.desk.get("c1")
    assert [(kind, text(office, ref)) for kind, ref in case.notes] == [("instruction", "请夹河镇从速办理。")]
    assert (case.counts["instructed"], office.due("answer-instructed:o1")) == (1, "2020-07-07")
    event = next(event for event in office.desk.history("c1") if isinstance(event.data, Instructed))
    assert isinstance(event.data, Instructed)
    assert (event.data.leader, event.data.to, event.role) == ("zhang", ("夹河镇", "公安局"), "leader")
    office.do(Instruct(text="再催。"), by=LEADER)
    assert [order.number for order in office.desk.get("c1").orders] == ["批01", "批02"]
    sound(office)


def test_an_instruction_to_one_unit_is_told_to_it_and_supervised_there() -> None:
    office = Office(FIVE_DAYS + SUPERVISED + TELLS.replace('on = "praise"', 'on = "instruct"').replace("收到好评", "有批示"))
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)))
    assert told(office, Instruct(text="请公安局查。", to=("公安局",)), by=LEADER) == [
        ("handler", "公安局", "有批示"),
        ("handler", "公安局", "领导对来件作出批示，请落实"),
        ("handler", "公安局", "批示督办单（批01）"),
    ]
    assert office.desk.get("c1").orders[0].to == ("公安局",)


def test_only_leaders_instruct_before_a_unit_has_the_case_and_after_it_is_closed() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    assert told(office, Instruct(text="请从速办理。"), by=LEADER) == [], "no unit has it yet"
    refused(office, Instruct(text="请从速办理。"), NotPermitted, says=no_right("clerk", "leader"))
    office.do(Review(), Assign(lead="夹河镇"), Accept())
    office.answered()
    office.do(Close())
    assert told(office, Instruct(text="请回头看。"), by=LEADER) == [("handler", "夹河镇", "领导对来件作出批示，请落实")]
    assert (office.desk.get("c1").state, office.desk.get("c1").counts["instructed"]) == ("closed", 2)


# --- views ------------------------------------------------------------------------------------------------------------

HOT = '[[rung]]\nid = "hot"\non = "views"\nat = 200\ndo = ["notify:supervisor"]\nrepeat = { every = 200, max = 3 }\n'


def test_views_are_counted_and_at_200_somebody_looks() -> None:
    office = over(HOT)
    for views, news in ((0, 0), (199, 0), (200, 1), (399, 0), (399, 0), (850, 2), (2000, 0)):
        rows = told(office, ReportViews(views=views), by=PORTAL)
        assert rows == [("supervisor", "夹河镇", "hot：点击量")] * news
        assert office.desk.get("c1").counts["views"] == views
    assert office.desk.get("c1").occasions == ("hot/views/1", "hot/views/2", "hot/views/3")
    sound(office)


def test_views_do_not_fall() -> None:
    office = over(HOT)
    office.do(ReportViews(views=200), by=PORTAL)
    says = "200 views were reported already; the count so far cannot be 199"
    refused(office, ReportViews(views=199), ConditionUnmet, by=PORTAL, says=says)
    refused(office, ReportViews(views=300), NotPermitted, by=HANDLER, says=no_right("handler", "clerk", "portal"))


# --- asking the citizen, taking back, notes, promises -----------------------------------------------------------------


def test_the_citizen_is_asked_so_often_in_each_cycle_and_told_each_time() -> None:
    office = Office(FIVE_DAYS + "[ask]\ntimes = 2\n" + TELLS)
    office.assigned()
    for _ in range(2):
        assert told(office, AskCitizen(question="哪个路口？"), by=HANDLER) == [("sender", "夹河镇", "请补充材料")]
        office.do(Supplement(text="东头路口。"), by=CITIZEN)
    says = "the citizen was asked 2 times already, the most that the rulebook allows"
    refused(office, AskCitizen(question="哪个路口？"), ConditionUnmet, by=HANDLER, says=says)
    office.answered()
    office.do(Close(), Reopen(reason="未解决"))
    assert office.do(AskCitizen(question="哪盏灯？"), by=HANDLER).asked == 1, "another cycle, and two more times"
    refused(office, AskCitizen(question="哪盏灯？"), NotAllowed, by=HANDLER, says="cannot ask case c1 in state 'awaiting_citizen'")
    refused(office, Supplement(text="东头。"), NotPermitted, by=NEIGHBOUR, says="the case was sent by somebody else")
    sound(office)


def test_the_sender_takes_the_message_back_before_it_is_answered_and_not_after() -> None:
    office = Office(FIVE_DAYS + TELLS)
    office.assigned()
    refused(office, Withdraw(), NotPermitted, by=NEIGHBOUR, says="the case was sent by somebody else")
    refused(office, Withdraw(), NotPermitted, by=HANDLER, says=no_right("handler", "citizen", "clerk"))
    assert told(office, Withdraw(explanation="灯亮了"), by=CITIZEN) == [
        ("clerk", "夹河镇", "来件已撤回"),
        ("handler", "夹河镇", "来件已撤回"),
    ]
    case = office.desk.get("c1")
    assert (case.state, case.exit, office.clock().status) == ("withdrawn", "withdrawn-by-sender", "cancelled")
    late = over()
    refused(late, Withdraw(), NotAllowed, by=CITIZEN, says="cannot withdraw case c1 in state 'closed'")
    sound(office)


def test_notes_are_kept_with_the_case_even_when_it_is_over_and_the_citizen_sees_none() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    assert told(office, AddNote(text="来件人情绪激动"), by=HANDLER) == []
    office.do(Withdraw(), by=CITIZEN)
    office.do(AddNote(text="已归档"), by=SUPERVISOR)
    assert [text(office, ref) for _, ref in office.desk.get("c1").notes] == ["来件人情绪激动", "已归档"]
    assert all("情绪激动" not in row.text for row in office.desk.store.events("c1"))
    assert "情绪激动" not in office.desk.view("c1", by=CITIZEN).model_dump_json()
    refused(
        office,
        AddNote(text="…"),
        NotPermitted,
        by=CITIZEN,
        says=no_right("citizen", "clerk", "handler", "leader", "reviewer", "steward", "supervisor"),
    )


PROMISE = f'{HANDLE}limit = [{{ is = "5 working days" }}]\npromise = {{ cap = "5 calendar days" }}\n'


def test_a_promised_day_becomes_the_due_day_and_the_sender_is_told() -> None:
    office = Office(PROMISE + TELLS)
    office.assigned()
    given = Promise(until=date(2020, 7, 13), reason="待灯杆到货")
    assert told(office, given, at="2020-07-08 23:59") == [("sender", "夹河镇", "承办单位已承诺办理时间")]
    event = office.last()
    assert isinstance(event.data, Promised)
    assert (office.due(), event.data.until, text(office, event.data.reason)) == ("2020-07-13", date(2020, 7, 13), "待灯杆到货")
    office.answered(at="2020-07-14 09:00")
    assert verdicts(office, "handle") == [("late", "夹河镇", 1)], "late is what comes after the promised day"
    sound(office)


@pytest.mark.parametrize(
    "until, reason, at, why",
    [
        (13, "", "", "a promise gives its reason"),
        (14, "待料", "", "past the cap of 5 calendar days from the first due date"),
        (8, "待料", "", "it would not give more time"),
        (13, "待料", "2020-07-09 00:00", "it was asked for too late"),
    ],
)
def test_a_promise_has_its_reason_is_in_time_and_goes_so_far(until: int, reason: str, at: str, why: str) -> None:
    office = Office(PROMISE)
    office.assigned()
    office.to(at)
    before = office.everything()
    with pytest.raises(ConditionUnmet, match=why) as caught:
        office.do(Promise(until=date(2020, 7, until), reason=reason))
    assert caught.value.tried == "promise"
    assert office.everything() == before


def test_a_promise_is_given_once_and_by_the_unit_that_has_the_case() -> None:
    office = Office(PROMISE)
    office.assigned()
    given = Promise(until=date(2020, 7, 10), reason="待灯杆到货")
    refused(office, given, NotPermitted, by=POLICE, says="the case is not with 公安局 (units: 夹河镇)")
    refused(office, given, NotPermitted, by=CLERK, says=no_right("clerk", "handler"))
    office.do(given)
    with pytest.raises(ExtensionRefused, match="that was done 1 times, and the rulebook allows 1"):
        office.do(Promise(until=date(2020, 7, 13), reason="仍未到货"))
    plain = Office(FIVE_DAYS)
    plain.assigned()
    says = "no clock of it runs that could be moved so (the rulebook lets nothing)"
    refused(plain, given, ConditionUnmet, says=says)
