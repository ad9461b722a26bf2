"""Orders, all of one kind: numbered, addressed, copied, limited, answered by everybody they went to, struck off."""

from __future__ import annotations

import pytest

from casework import Actor, MemoryStore, Message, Rulebook, Sender
from casework.actions import (
    Accept,
    AnswerOrder,
    Approve,
    Assign,
    ClearOrder,
    Close,
    Command,
    Decline,
    IssueOrder,
    Reopen,
    Review,
    Revisit,
    Withdraw,
)
from casework.cases import Order
from casework.errors import ConditionUnmet, InputError, NotAllowed, NotPermitted, UnknownUnit
from casework.events import OrderAnswered, OrderIssued, Revisited
from casework.folding import fold
from casework.units import read_register
from tests.unit.steps import refused, told
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLER, LEADER, POLICE, SUPERVISOR, Office, local, small

FORMS = f"""
{FIVE_DAYS}
[roles.head]
scope = "unit"
may = ["answer", "note"]

[[order]]
id = "supervision"
zh = "督办单"
en = "supervision order"
by = ["supervisor"]
cc = ["leader"]
document = {{ series = "督〔{{year}}〕{{n}}号", template = "{{{{ number }}}} {{{{ to | join('、') }}}}：{{{{ subject }}}}，{{{{ text }}}}，限{{{{ answer_by }}}}前" }}
[order.answer]
what = "情况说明"
limit = [{{ when = "kind == 'complaint'", is = "1 working day" }}, {{ is = "3 working days" }}]
cleared_by = "supervisor"

[[order]]
id = "handover"
zh = "交办函"
to = ["units"]
document = {{ series = "函{{n}}" }}
answer = {{ limit = [{{ is = "2 working days" }}], cleared_by = "clerk" }}

[[order]]
id = "reminder"
zh = "催办"
document = {{ series = "催{{n:03}}" }}
answer = {{ wanted = false }}

[[order]]
id = "urgent"
zh = "加急催办"
document = {{ series = "催{{n}}" }}
answer = {{ wanted = false }}

[[order]]
id = "report"
zh = "专报"
by = ["clerk"]
to = ["leader", "supervisor"]
document = {{ series = "专报〔{{year}}〕{{n}}", template = "呈{{{{ to | join('、') }}}}：{{{{ text }}}}" }}
answer = {{ limit = [{{ is = "24 hours" }}], cleared_by = "clerk" }}

[[order]]
id = "ask-unit"
zh = "回访单"
revisit = "unit"
document = {{ series = "访{{n}}" }}
answer = {{ limit = [{{ is = "5 calendar days" }}], cleared_by = "clerk" }}

[[order]]
id = "call"
zh = "电话回访"
to = ["clerk"]
revisit = "citizen"
document = {{ series = "电{{n}}" }}

[[order]]
id = "inspection"
zh = "现场检查"
by = ["supervisor"]
to = ["supervisor"]
cc = ["leader", "supervisor"]
document = {{ series = "查{{n}}" }}
answer = {{ what = "检查记录", cleared_by = "supervisor" }}

[[order]]
id = "yellow-card"
zh = "黄牌"
by = ["supervisor"]
to = ["parent"]
cc = ["leader"]
document = {{ series = "黄{{year}}-{{n:02}}" }}
answer = {{ wanted = false, cleared_by = "clerk" }}

[[order]]
id = "talk"
zh = "约谈"
by = ["supervisor"]
to = ["head"]
document = {{ series = "谈{{n}}" }}
"""


def office(more: str = "", *, at: str = "2020-07-01 09:00") -> Office:
    """An office whose case is with 夹河镇."""
    made = Office(FORMS + more, at=at)
    made.assigned()
    return made


def order(desk: Office, number: str = "", case: str = "c1") -> Order:
    """The order of a number, or the latest."""
    orders = desk.desk.get(case).orders
    return next(row for row in orders if row.number == number) if number else orders[-1]


def issue(form: str, *to: str, text: str = "") -> IssueOrder:
    return IssueOrder(form=form, to=to, text=text)


# --- issued -----------------------------------------------------------------------------------------------------------


def test_a_supervision_order_is_numbered_addressed_copied_limited_and_kept_with_the_case() -> None:
    desk = office()
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
    desk = office()
    error = refused(desk, issue("supervision"), CLERK, NotPermitted)
    assert isinstance(error, NotPermitted)
    assert (error.tried, error.actor, error.role) == ("issue", "wang", "clerk")
    assert error.why == "orders of form 'supervision' are issued by supervisor"
    assert refused(desk, issue("report"), SUPERVISOR, NotPermitted)
    assert "no right to it" in str(refused(desk, issue("reminder"), HANDLER, NotPermitted))


def test_a_form_that_names_no_issuer_is_issued_by_whoever_may_issue() -> None:
    desk = office()
    desk.do(issue("reminder"), by=CLERK)
    desk.do(issue("reminder"), by=SUPERVISOR)
    assert [row.number for row in desk.desk.get("c1").orders] == ["催001", "催002"]


def test_an_unknown_form_is_refused_with_those_there_are() -> None:
    desk = office()
    error = refused(desk, issue("supervison"), SUPERVISOR)
    assert "the rulebook has no order form 'supervison'; did you mean 'supervision'? (forms: supervision, handover," in str(error)
    assert isinstance(error, ConditionUnmet)
    assert "yellow-card" in error.allowed


def test_an_order_goes_to_the_units_that_are_named_by_whatever_name() -> None:
    desk = office()
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
    desk = office()
    desk.do(Assign(lead="夹河镇", assisting=("公安局", "住建局")))
    desk.do(issue("handover"), by=CLERK)
    assert order(desk).to == ("夹河镇", "公安局", "住建局")
    desk.do(Decline(reason="x", unit="公安局"), by=POLICE)
    desk.do(issue("handover"), issue("reminder"), by=CLERK)
    assert [row.to for row in desk.desk.get("c1").orders[1:]] == [("夹河镇", "住建局"), ("夹河镇",)]


def test_an_order_about_a_case_that_nobody_has_must_name_its_units() -> None:
    desk = Office(FORMS)
    desk.receive()
    error = refused(desk, issue("reminder"), CLERK)
    assert "the case has no lead unit; name the units that the order goes to" in str(error)
    assert desk.do(issue("reminder", "公安局"), by=CLERK).orders[0].to == ("公安局",)
    assert desk.do(issue("report"), by=CLERK).orders[1].roles == ("leader", "supervisor")


def test_an_order_about_a_declined_case_goes_to_the_unit_that_declined_it() -> None:
    desk = office()
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
    desk = Office(Rulebook.parse(head + FORMS, name="county", register=COUNTY))
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
    desk = office(at="2020-12-30 09:00")
    for at in ("2020-12-31 23:59", "2021-01-01 00:00", "2021-01-02 08:00"):
        desk.to(at)
        desk.do(issue("supervision"), by=SUPERVISOR)
        desk.do(issue("handover"), by=CLERK)
    numbers = [row.number for row in desk.desk.get("c1").orders]
    assert numbers == ["督〔2020〕1号", "函1", "督〔2021〕1号", "函2", "督〔2021〕2号", "函3"]


def test_two_forms_on_one_series_share_its_numbers_whatever_their_width() -> None:
    desk = office()
    for form in ("reminder", "urgent", "urgent", "reminder"):
        desk.do(issue(form), by=CLERK)
    assert [row.number for row in desk.desk.get("c1").orders] == ["催001", "催2", "催3", "催004"]


def test_cases_share_a_series_and_refused_orders_use_no_number() -> None:
    desk = office('[[order]]\nid = "odd"\ndocument = { series = "催{n}", template = "{{ 1 / counts.returned }}" }\n')
    desk.receive()
    desk.do(issue("reminder"), case="c1", by=CLERK)
    desk.do(issue("reminder", "公安局"), case="c2", by=CLERK)
    error = refused(desk, issue("odd"), CLERK, InputError)
    assert "the template cannot be filled: ZeroDivisionError" in str(error)
    desk.do(issue("urgent"), case="c1", by=CLERK)
    assert [order(desk, case=case).number for case in ("c1", "c2")] == ["催3", "催002"]


def test_an_order_that_waits_for_approval_gets_its_number_when_it_is_allowed() -> None:
    gate = '[[approval]]\non = "issue"\nby = ["leader"]\nwhen = "kind != \'help\'"\n'
    desk = office(gate)
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
    desk = Office(FORMS)
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
    desk = office(rows)
    desk.do(issue("first"), issue("second"), by=CLERK)
    texts = desk.desk.store.texts("c1")
    days = [texts[row.document or ""] for row in desk.desk.get("c1").orders]
    assert days == [desk.due("answer-first:o1"), desk.due("answer-second:o2")] == ["2020-07-06", "2020-07-02"]


def test_a_limit_in_working_hours_counts_by_the_rulebook_s_office_hours() -> None:
    hours = '[hours]\nopen = "09:00-12:00, 13:30-17:30"\n'
    form = '[[order]]\nid = "quick"\ndocument = { series = "快{n}" }\nanswer = { limit = [{ is = "4 working hours" }] }\n'
    desk = Office(small(FORMS + hours + form))
    desk.assigned(at="2020-07-01 16:30")
    desk.do(issue("quick"), by=CLERK)
    assert desk.clock("answer-quick:o1").due is not None
    due = desk.clock("answer-quick:o1").due
    assert due is not None
    assert due.before == local("2020-07-02 12:00")


def test_each_order_of_a_form_has_its_own_clock() -> None:
    desk = office()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.do(issue("supervision"), by=SUPERVISOR, at="2020-07-02 09:00")
    desk.do(AnswerOrder(order="o1", text="已修好"), at="2020-07-03 09:00")
    assert [(key, desk.clock(key).status, desk.due(key)) for key in ("answer-supervision:o1", "answer-supervision:o2")] == [
        ("answer-supervision:o1", "stopped", "2020-07-06"),
        ("answer-supervision:o2", "running", "2020-07-07"),
    ]


# --- answered ---------------------------------------------------------------------------------------------------------


def test_an_answer_stops_the_clock_and_whoever_strikes_it_off_is_told() -> None:
    desk = office()
    desk.do(issue("supervision"), by=SUPERVISOR)
    before = desk.desk.get("c1").version
    desk.do(AnswerOrder(order="督〔2020〕1号", text="情况说明：已更换路灯"), at="2020-07-06 23:59")
    row = order(desk)
    texts = desk.desk.store.texts("c1")
    assert [(who, texts[ref]) for who, ref in row.answers] == [("夹河镇", "情况说明：已更换路灯")]
    assert (row.unanswered, row.cleared_at, desk.clock("answer-supervision:o1").met) == ((), None, True)
    assert told(desk, since=before) == [("supervisor", "夹河镇", "督办单（督〔2020〕1号）已回复")]
    case = desk.do(ClearOrder(order="督〔2020〕1号"), by=SUPERVISOR, at="2020-07-07 09:00")
    assert case.orders[0].cleared_at == local("2020-07-07 09:00")
    assert desk.clock("answer-supervision:o1").stopped_at == local("2020-07-06 23:59")


def test_a_late_answer_is_late_and_counted_in_working_days() -> None:
    desk = office()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.do(AnswerOrder(order="o1", text="迟了"), at="2020-07-08 09:00")
    clock = desk.clock("answer-supervision:o1")
    assert (clock.met, clock.late) == (False, 2)
    assert ("late:answer-supervision", 2) in desk.facts()


def test_everybody_to_whom_an_order_went_must_answer_before_its_clock_stops() -> None:
    desk = office()
    desk.do(issue("handover", "夹河镇", "公安局"), by=CLERK)
    desk.do(AnswerOrder(order="函1", text="我镇已办"))
    assert (order(desk).unanswered, desk.clock("answer-handover:o1").status) == (("公安局",), "running")
    desk.do(AnswerOrder(order="函1", text="我镇补充"))
    assert (order(desk).unanswered, desk.clock("answer-handover:o1").status) == (("公安局",), "running")
    error = refused(desk, ClearOrder(order="函1"), CLERK)
    assert str(error).endswith("order 函1 has no answer of 公安局 yet")
    desk.do(AnswerOrder(order="函1", text="我局已办"), by=POLICE)
    assert (order(desk).unanswered, desk.clock("answer-handover:o1").status) == ((), "stopped")
    assert [who for who, _ in order(desk).answers] == ["夹河镇", "夹河镇", "公安局"]
    desk.do(ClearOrder(order="函1"), by=CLERK)


def test_leaders_answer_a_report_in_their_roles() -> None:
    desk = office()
    before = desk.desk.get("c1").version
    desk.do(issue("report", text="群众反映强烈"), by=CLERK)
    row = order(desk)
    assert (row.to, row.roles) == ((), ("leader", "supervisor"))
    assert desk.desk.store.texts("c1")[row.document or ""] == "呈领导、督查室：群众反映强烈"
    assert [(to, zh) for to, _, zh in told(desk, since=before)] == [
        ("leader", "专报（专报〔2020〕1）"),
        ("supervisor", "专报（专报〔2020〕1）"),
    ]
    error = refused(desk, AnswerOrder(order="o1", text="代答"), CLERK)
    assert "order 专报〔2020〕1 went to leader, supervisor, not to this actor" in str(error)
    desk.do(AnswerOrder(order="o1", text="请督查室跟进"), by=LEADER)
    assert (order(desk).unanswered, desk.clock("answer-report:o1").status) == (("supervisor",), "running")
    desk.do(AnswerOrder(order="o1", text="已跟进"), by=SUPERVISOR, at="2020-07-02 08:59")
    assert [who for who, _ in order(desk).answers] == ["leader", "supervisor"]
    assert desk.clock("answer-report:o1").met


def test_supervisors_inspect_on_the_spot_and_answer_with_their_record() -> None:
    desk = office()
    before = desk.desk.get("c1").version
    desk.do(issue("inspection"), by=SUPERVISOR)
    assert [(to, zh) for to, _, zh in told(desk, since=before)] == [
        ("supervisor", "现场检查（查1）"),  # it is addressed to them: a copy would tell them twice
        ("leader", "抄送：现场检查（查1）"),
    ]
    assert [clock.key for clock in desk.desk.get("c1").clocks if clock.rule.startswith("answer-")] == []
    desk.do(AnswerOrder(order="查1", text="路灯确已更换"), ClearOrder(order="查1"), by=SUPERVISOR)
    assert order(desk).cleared_at is not None


def test_a_role_of_units_that_an_order_goes_to_is_told_in_the_units_that_have_the_case() -> None:
    desk = office()
    before = desk.desk.get("c1").version
    desk.do(issue("talk"), by=SUPERVISOR)
    assert told(desk, since=before) == [("head", "夹河镇", "约谈（谈1）")]
    head = Actor(id="chen", role="head", unit="夹河镇")
    desk.do(AnswerOrder(order="谈1", text="将整改"), by=head)
    assert order(desk).unanswered == ()


def test_nobody_answers_what_did_not_go_to_them() -> None:
    desk = office()
    desk.do(issue("supervision"), by=SUPERVISOR)
    error = refused(desk, AnswerOrder(order="o1", text="x"), POLICE, NotPermitted)
    assert "the case is not with 公安局" in str(error)
    error = refused(desk, AnswerOrder(order="o1", text="x"), SUPERVISOR)
    assert "order 督〔2020〕1号 went to 夹河镇, not to this actor" in str(error)
    desk.do(AnswerOrder(order="o1", text="代为录入", unit="夹河"), by=CLERK)
    assert order(desk).answers[0][0] == "夹河镇"


def test_a_unit_answers_the_orders_that_it_got_after_the_case_has_gone_elsewhere() -> None:
    desk = office()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.do(Assign(lead="公安局"))
    desk.do(AnswerOrder(order="o1", text="已移交公安局"), by=HANDLER)
    assert (order(desk).unanswered, desk.clock("answer-supervision:o1").status) == ((), "stopped")


def test_what_asks_for_no_answer_is_answered_by_nobody() -> None:
    desk = office()
    desk.do(issue("yellow-card"), by=SUPERVISOR)
    assert "answer" not in desk.desk.view("c1", by=HANDLER).allowed
    assert "no answer" in str(refused(desk, AnswerOrder(order="黄2020-01", text="知道了"), HANDLER))


def test_an_order_without_an_answer_is_struck_off_by_its_role_alone() -> None:
    desk = office()
    desk.do(issue("yellow-card"), by=SUPERVISOR)
    error = refused(desk, ClearOrder(order="黄2020-01"), SUPERVISOR, NotPermitted)
    assert str(error) == "qian (supervisor) may not clear case c1: orders of form 'yellow-card' are struck off by 'clerk'"
    desk.do(issue("reminder"), by=CLERK)
    assert desk.do(ClearOrder(order="催001"), by=SUPERVISOR).orders[-1].cleared_at == desk.now()


# --- struck off -------------------------------------------------------------------------------------------------------


def test_an_order_is_struck_off_only_by_its_role_and_only_once_answered() -> None:
    desk = office()
    desk.do(issue("supervision"), by=SUPERVISOR)
    error = refused(desk, ClearOrder(order="o1"), SUPERVISOR)
    assert (error.args[0], getattr(error, "allowed", ())) == (
        "cannot clear case c1: order 督〔2020〕1号 has no answer yet",
        ("answer",),
    )
    desk.do(AnswerOrder(order="o1", text="已办"))
    assert "struck off by 'supervisor'" in str(refused(desk, ClearOrder(order="o1"), CLERK, NotPermitted))
    desk.do(ClearOrder(order="o1"), by=SUPERVISOR)
    error = refused(desk, ClearOrder(order="o1"), SUPERVISOR)
    assert "order 'o1' is already struck off (open orders: nothing)" in str(error)
    assert "is already struck off" in str(refused(desk, AnswerOrder(order="o1", text="再答"), HANDLER))
    assert "order '督9' does not exist" in str(refused(desk, ClearOrder(order="督9"), SUPERVISOR))


def test_orders_are_issued_answered_and_struck_off_after_closing() -> None:
    desk = office()
    desk.answered()
    desk.do(Close())
    desk.do(issue("supervision"), by=SUPERVISOR, at="2020-07-20 09:00")
    assert (desk.clock("answer-supervision:o1").status, desk.due("answer-supervision:o1")) == ("running", "2020-07-23")
    desk.do(AnswerOrder(order="o1", text="整改完毕"))
    case = desk.do(ClearOrder(order="o1"), by=SUPERVISOR)
    assert (case.state, case.orders[0].cleared_at) == ("closed", desk.now())


def test_closing_and_reopening_leave_an_order_s_clock_running() -> None:
    desk = office()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.answered()
    desk.do(Close())
    desk.do(Reopen(reason="未解决"))
    clock = desk.clock("answer-supervision:o1")
    assert (clock.status, clock.run, desk.due("answer-supervision:o1")) == ("running", 1, "2020-07-06")


def test_a_case_that_is_withdrawn_gets_no_more_orders_and_its_order_s_clock_ends_without_a_verdict() -> None:
    desk = office()
    desk.do(issue("supervision"), by=SUPERVISOR)
    desk.do(Withdraw(), by=CITIZEN)
    assert desk.clock("answer-supervision:o1").status == "cancelled"
    error = refused(desk, issue("reminder"), CLERK, NotAllowed)
    assert isinstance(error, NotAllowed)
    assert (error.state, error.tried) == ("withdrawn", "issue")


# --- revisits ---------------------------------------------------------------------------------------------------------


def test_a_unit_answers_a_revisit_with_whether_the_matter_is_solved() -> None:
    desk = office()
    desk.answered()
    desk.do(issue("ask-unit"), by=CLERK)
    error = refused(desk, AnswerOrder(order="访1", text="已办"), HANDLER)
    assert "order 访1 asks whether the matter is solved; say so (solved)" in str(error)
    case = desk.do(AnswerOrder(order="访1", text="还差一盏", solved=False))
    assert [(row.whom, row.order, row.solved, row.satisfied) for row in case.revisits] == [("夹河镇", "o1", False, None)]
    assert [type(event.data) for event in desk.desk.history("c1")[-2:]] == [OrderAnswered, Revisited]
    desk.do(issue("handover"), by=CLERK)
    error = refused(desk, AnswerOrder(order="函1", text="已办", solved=True), HANDLER)
    assert "does not ask whether the matter is solved; leave that out" in str(error)


def test_a_revisit_that_an_order_asked_for_answers_it() -> None:
    desk = office()
    desk.answered()
    desk.do(issue("call"), by=CLERK)
    error = refused(desk, Revisit(whom="unit", order="电1", solved=True, unit="夹河镇"), CLERK)
    assert "order 电1 does not ask for a revisit of the unit" in str(error)
    case = desk.do(Revisit(order="电1", solved=True, satisfied=True), by=CLERK)
    assert [(row.whom, row.order, row.satisfied) for row in case.revisits] == [("citizen", "o1", True)]
    assert [who for who, _ in case.orders[0].answers] == ["clerk"]
    texts = desk.desk.store.texts("c1")
    assert texts[case.orders[0].answers[0][1]] == "是否解决：是；是否满意：是"


# --- kept -------------------------------------------------------------------------------------------------------------


def test_the_events_of_orders_are_read_back_as_they_were() -> None:
    desk = office()
    desk.do(issue("handover", "夹河镇", "公安局"), by=CLERK)
    desk.do(issue("report"), by=CLERK)
    desk.do(AnswerOrder(order="o1", text="已办", unit="夹河镇"), AnswerOrder(order="o1", text="已办", unit="公安局"), by=CLERK)
    desk.do(AnswerOrder(order="o2", text="阅"), by=LEADER)
    desk.do(ClearOrder(order="o1"), by=CLERK)
    desk.desk.verify("c1")
    assert fold(desk.desk.history("c1")) == desk.desk.get("c1")


def test_an_imported_order_has_its_number_and_its_clock_and_nobody_is_told() -> None:
    store = MemoryStore()
    desk = Office(FORMS, at="2020-07-20 09:00", store=store)
    acts: list[tuple[str, Command, Actor]] = [
        ("2020-07-01 10:00", Review(), CLERK),
        ("2020-07-01 11:00", Assign(lead="夹河镇"), CLERK),
        ("2020-07-01 12:00", Accept(), HANDLER),
        ("2020-07-02 09:00", issue("supervision"), SUPERVISOR),
        ("2020-07-03 09:00", AnswerOrder(order="o1", text="已办"), HANDLER),
        ("2020-07-06 09:00", issue("report"), CLERK),
    ]
    with desk.desk.importing() as door:
        door.receive(Message(subject="路灯不亮", sender=Sender(ref="u-1"), received_at=local("2020-07-01 09:00")))
        for at, command, by in acts:
            door.act("c1", command, by=by, at=local(at))
    case = desk.desk.get("c1")
    assert [(row.number, row.issued_at) for row in case.orders] == [
        ("督〔2020〕1号", local("2020-07-02 09:00")),
        ("专报〔2020〕1", local("2020-07-06 09:00")),
    ]
    assert [desk.clock(key).status for key in ("answer-supervision:o1", "answer-report:o2")] == ["stopped", "running"]
    assert told(desk) == []
    desk.do(issue("supervision"), by=SUPERVISOR)
    assert order(desk).number == "督〔2020〕2号"
    desk.desk.verify("c1")


def test_orders_change_nothing_of_how_a_case_stands() -> None:
    desk = office()
    first = desk.desk.get("c1")
    for act in (issue("handover"), AnswerOrder(order="函1", text="已办"), ClearOrder(order="函1")):
        case = desk.do(act, by=HANDLER if isinstance(act, AnswerOrder) else CLERK)
        assert (case.state, case.lead, case.units, case.counts) == (first.state, first.lead, first.units, first.counts)
        assert case.clock("handle") == first.clock("handle")
