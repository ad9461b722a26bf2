"""Orders, all of one kind: issued by roles, addressed, copied, numbered in their series, limited."""

from __future__ import annotations

import pytest

from casework import Rulebook
from casework.actions import (
    AnswerOrder,
    Approve,
    Assign,
    Decline,
    Review,
)
from casework.errors import ConditionUnmet, InputError, NotPermitted, UnknownUnit
from casework.events import OrderIssued
from casework.units import read_register
from tests.unit.steps import ORDERS, issue, order, refused, told, with_orders
from tests.unit.town import CLERK, HANDLER, LEADER, POLICE, SUPERVISOR, Office, local, small

# --- issued -----------------------------------------------------------------------------------------------------------


def test_a_supervision_order_is_numbered_addressed_copied_limited_and_kept_with_the_case() -> None:
    desk = with_orders()
    before = desk.desk.get("c1").version
    case = desk.do(issue("supervision", text="请说明情况"), by=SUPERVISOR)
    row = order(desk)
    assert (row.id, row.form, row.number, row.to, row.roles, row.cc) == (
        *("o1", "supervision", "督〔2020〕1号"),
        *(("夹河镇",), (), ("leader",)),
    )
    assert (row.answer_wanted, row.answers, row.cleared_at, row.rung, row.unanswered) == (True, (), None, None, ("夹河镇",))
    assert row.issued_at == desk.now()
    texts = desk.desk.store.texts("c1")
    assert texts[row.document or ""] == "督〔2020〕1号 夹河镇：路灯不亮，请说明情况，限2020-07-06前"
    assert desk.due("answer-supervision:o1") == "2020-07-06"
    assert told(desk, since=before) == [
        ("handler", "夹河镇", "督办单（督〔2020〕1号），请回复情况说明"),
        ("head", "夹河镇", "督办单（督〔2020〕1号），请回复情况说明"),
        ("leader", "夹河镇", "抄送：督办单（督〔2020〕1号）"),
    ]
    assert case.state == "assigned"


def test_an_order_is_issued_only_by_the_roles_that_its_form_names() -> None:
    desk = with_orders()
    error = refused(desk, issue("supervision"), CLERK, NotPermitted)
    assert isinstance(error, NotPermitted)
    assert (error.tried, error.actor, error.role) == ("issue", "wang", "clerk")
    assert error.why == "orders of form 'supervision' are issued by supervisor"
    assert "are issued by clerk" in str(refused(desk, issue("report"), SUPERVISOR, NotPermitted))
    assert "no right to it" in str(refused(desk, issue("reminder"), HANDLER, NotPermitted))


def test_a_form_that_names_no_issuer_is_issued_by_whoever_may_issue() -> None:
    desk = with_orders()
    desk.do(issue("reminder"), by=CLERK)
    desk.do(issue("reminder"), by=SUPERVISOR)
    assert [row.number for row in desk.desk.get("c1").orders] == ["催001", "催002"]


def test_an_unknown_form_is_refused_with_those_there_are() -> None:
    desk = with_orders()
    error = refused(desk, issue("supervison"), SUPERVISOR)
    assert "the rulebook has no order form 'supervison'; did you mean 'supervision'? (forms: supervision, handover," in str(error)
    assert isinstance(error, ConditionUnmet)
    assert "yellow-card" in error.allowed


def test_an_order_goes_to_the_units_that_are_named_by_whatever_name() -> None:
    desk = with_orders()
    desk.do(issue("handover", "公安局", "夹河"), by=CLERK)
    assert order(desk).to == ("公安局", "夹河镇")
    assert [row[:2] for row in told(desk) if "交办函" in row[2]] == [
        *(("handler", "公安局"), ("handler", "夹河镇")),
        *(("head", "公安局"), ("head", "夹河镇")),
    ]
    assert "a unit is named twice" in str(refused(desk, issue("handover", "夹河镇", "夹河"), CLERK))
    error = refused(desk, issue("handover", "公安所"), CLERK, UnknownUnit)
    assert isinstance(error, UnknownUnit)
    assert error.unit == "公安所"


def test_units_are_all_that_have_the_case_and_lead_is_the_one_that_leads() -> None:
    desk = with_orders()
    desk.do(Assign(lead="夹河镇", assisting=("公安局", "住建局")))
    desk.do(issue("handover"), by=CLERK)
    assert order(desk).to == ("夹河镇", "公安局", "住建局")
    desk.do(Decline(reason="x", unit="公安局"), by=POLICE)
    desk.do(issue("handover"), issue("reminder"), by=CLERK)
    assert [row.to for row in desk.desk.get("c1").orders[1:]] == [("夹河镇", "住建局"), ("夹河镇",)]


def test_an_order_about_a_case_that_nobody_has_must_name_its_units() -> None:
    desk = Office(ORDERS)
    desk.receive()
    error = refused(desk, issue("reminder"), CLERK)
    assert "the case has no lead unit; name the units that the order goes to" in str(error)
    assert desk.do(issue("reminder", "公安局"), by=CLERK).orders[0].to == ("公安局",)
    assert desk.do(issue("report"), by=CLERK).orders[1].roles == ("leader", "supervisor")


def test_an_order_about_a_declined_case_goes_to_the_unit_that_declined_it() -> None:
    desk = with_orders()
    desk.do(Decline(reason="不归我管"), by=HANDLER)
    assert desk.desk.get("c1").units == ()
    assert desk.do(issue("reminder"), by=CLERK).orders[0].to == ("夹河镇",)


COUNTY = read_register(
    """
id = "county"
[[group]]
id = "g"
zh = "组"
en = "g"
[[unit]]
name = "县政府办"
group = "g"
[[unit]]
name = "住建局"
group = "g"
parent = "县政府办"
[[unit]]
name = "路灯所"
group = "g"
parent = "住建局"
"""
)


def test_an_order_to_the_parent_goes_to_the_unit_above_the_lead_or_to_the_lead_where_there_is_none() -> None:
    head = '[rulebook]\nid = "county"\nversion = 1\nbase = "standard"\nlate_by = "handle"\n'
    desk = Office(Rulebook.parse(head + ORDERS, name="county", register=COUNTY))
    desk.receive()
    desk.do(Review(), Assign(lead="路灯所"))
    desk.do(issue("yellow-card"), by=SUPERVISOR)
    desk.do(Assign(lead="县政府办"))
    desk.do(issue("yellow-card"), by=SUPERVISOR)
    assert [row.to for row in desk.desk.get("c1").orders] == [("住建局",), ("县政府办",)]
    assert ("handler", "住建局", "黄牌（黄2020-01）") in told(desk)
    assert ("handler", "路灯所", "黄牌（黄2020-01）") not in told(desk)


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_numbers_begin_anew_with_the_year_where_the_series_names_it_and_go_on_where_it_does_not() -> None:
    desk = with_orders(at="2020-12-30 09:00")
    for at in ("2020-12-31 23:59", "2021-01-01 00:00", "2021-01-02 08:00"):
        desk.to(at)
        desk.do(issue("supervision"), by=SUPERVISOR)
        desk.do(issue("handover"), by=CLERK)
    numbers = [row.number for row in desk.desk.get("c1").orders]
    assert numbers == ["督〔2020〕1号", "函1", "督〔2021〕1号", "函2", "督〔2021〕2号", "函3"]


def test_two_forms_on_one_series_share_its_numbers_whatever_their_width() -> None:
    desk = with_orders()
    for form in ("reminder", "urgent", "urgent", "reminder"):
        desk.do(issue(form), by=CLERK)
    assert [row.number for row in desk.desk.get("c1").orders] == ["催001", "催2", "催3", "催004"]


def test_cases_share_a_series_and_refused_orders_use_no_number() -> None:
    desk = with_orders(
        '[[order]]\nid = "odd"\ndocument = { series = "催{n}", template = '
        '"{{ 1 / (counts.returned if subject|length > 1 else 1) }}" }\n'
    )
    desk.receive()
    desk.do(issue("reminder"), case="c1", by=CLERK)
    desk.do(issue("reminder", "公安局"), case="c2", by=CLERK)
    error = refused(desk, issue("odd"), CLERK, InputError)
    assert "the template cannot be filled: ZeroDivisionError" in str(error)
    desk.do(issue("urgent"), case="c1", by=CLERK)
    assert [order(desk, case=case).number for case in ("c1", "c2")] == ["催3", "催002"]


def test_an_order_that_waits_for_approval_gets_its_number_when_it_is_allowed() -> None:
    gate = '[[approval]]\non = "issue"\nby = ["leader"]\nwhen = "kind != \'help\'"\n'
    desk = with_orders(gate)
    desk.do(issue("supervision", text="请速办"), by=SUPERVISOR)
    assert desk.desk.get("c1").orders == ()
    assert told(desk)[-1] == ("leader", "夹河镇", "请审批：下发督办")
    desk.receive()
    desk.do(Review(classes={"kind": "help"}), case="c2")
    desk.do(issue("supervision", "公安局"), case="c2", by=SUPERVISOR)
    desk.do(Approve(), by=LEADER)
    row = order(desk)
    assert (order(desk, case="c2").number, row.number) == ("督〔2020〕1号", "督〔2020〕2号")
    issued = next(event for event in desk.desk.history("c1") if isinstance(event.data, OrderIssued))
    assert (issued.actor, issued.role) == ("qian", "supervisor")
    assert "请速办" in desk.desk.store.texts("c1")[row.document or ""]


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "due"), [("complaint", "2020-07-02"), ("help", "2020-07-06")])
def test_the_limit_is_the_first_whose_condition_holds_and_the_document_says_the_same_day(kind: str, due: str) -> None:
    desk = Office(ORDERS)
    desk.receive()
    desk.do(Review(classes={"kind": kind}), Assign(lead="夹河镇"))
    desk.do(issue("supervision"), by=SUPERVISOR)
    assert desk.due("answer-supervision:o1") == due
    assert desk.desk.store.texts("c1")[order(desk).document or ""].endswith(f"限{due}前")


@pytest.mark.parametrize("when", ["orders > 1", "form == 'second'"])
def test_the_day_in_the_document_is_that_of_the_clock_whatever_the_condition_asks(when: str) -> None:
    limit = f'[{{ when = "{when}", is = "1 working day" }}, {{ is = "3 working days" }}]'
    rows = "".join(
        f'[[order]]\nid = "{name}"\ndocument = {{ series = "{name}{{n}}", template = "{{{{ answer_by }}}}" }}\n'
        f"answer = {{ limit = {limit} }}\n"
        for name in ("first", "second")
    )
    desk = with_orders(rows)
    desk.do(issue("first"), issue("second"), by=CLERK)
    texts = desk.desk.store.texts("c1")
    days = [texts[row.document or ""] for row in desk.desk.get("c1").orders]
    assert days == [desk.due("answer-first:o1"), desk.due("answer-second:o2")] == ["2020-07-06", "2020-07-02"]


def test_a_limit_in_working_hours_counts_by_the_rulebook_s_office_hours() -> None:
    hours = '[hours]\nopen = "09:00-12:00, 13:30-17:30"\n'
    form = '[[order]]\nid = "quick"\ndocument = { series = "快{n}" }\nanswer = { limit = [{ is = "4 working hours" }] }\n'
    desk = Office(small(ORDERS + hours + form))
    desk.assigned(at="2020-07-01 16:30")
    desk.do(issue("quick"), by=CLERK)
    assert desk.clock("answer-quick:o1").due is not None
    due = desk.clock("answer-quick:o1").due
    assert due is not None
    assert due.before == local("2020-07-02 12:00")


def test_each_order_of_a_form_has_its_own_clock() -> None:
    desk = with_orders()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.do(issue("supervision"), by=SUPERVISOR, at="2020-07-02 09:00")
    desk.do(AnswerOrder(order="o1", text="已修好"), at="2020-07-03 09:00")
    assert [(key, desk.clock(key).status, desk.due(key)) for key in ("answer-supervision:o1", "answer-supervision:o2")] == [
        ("answer-supervision:o1", "stopped", "2020-07-06"),
        ("answer-supervision:o2", "running", "2020-07-07"),
    ]
