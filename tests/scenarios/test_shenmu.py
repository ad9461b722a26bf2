"""Shenmu city, 2017, as its text tells it; each part begins with the sentence that it shows."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from casework import MemoryStore
from casework.actions import (
    Accept,
    AnswerOrder,
    Approve,
    Assign,
    ClearOrder,
    Close,
    Conclude,
    Consult,
    GiveOpinion,
    Publish,
    Refuse,
    ReportViews,
    ReturnReply,
    Review,
    Revisit,
    SubmitReply,
)
from casework.errors import ConditionUnmet, NotAllowed, NotPermitted
from casework.places import shenmu
from casework.ports import CaseStore
from casework.reports.bulletin import Bulletin, make_bulletin, trace
from casework.reports.statistics import shown
from tests.scenarios.story import Tale, Told, cases_of, message_of

MONDAY = "2017-07-17 09:00"
ANSWER = "经会商，拟新开一条直达线路，正在采购车辆、建设站台，计划年底前开通。"
UNITS = ("交通运输局", "城乡规划局", "住建局")


def tale(*, at: str = MONDAY) -> Tale:
    return Tale("shenmu", at=at)


def handed_out(story: Tale, *, difficulty: str = "ordinary") -> Tale:
    """A message that was checked and handed out; the unit accepted it."""
    story.comes("能否开通幸福家园小区直达滨河新区的公交", number="SM-1")
    story.do(Review(classes={"difficulty": difficulty}), Assign(lead="交通运输局"), by="clerk")
    story.do(Accept(), by="handler", unit="交通运输局")
    return story


def submitted(story: Tale, *, text: str = ANSWER, outcome: str = "explained", at: str = "") -> Tale:
    story.to(at)
    story.do(SubmitReply(text=story.signed("交通运输局", text, place="神木市"), outcome=outcome), by="handler", unit="交通运输局")
    return story


def through_the_gates(story: Tale) -> Tale:
    story.do(Approve(), by="deputy", unit="交通运输局")
    story.do(Approve(), by="head", unit="交通运输局")
    story.do(Approve(), by="reviewer")
    return story


def published(*, outcome: str = "explained", difficulty: str = "ordinary") -> Tale:
    return through_the_gates(submitted(handed_out(tale(), difficulty=difficulty), outcome=outcome))


# --- 一般问题审查分发 -------------------------------------------------------------------------------------------------


def test_an_ordinary_question_is_checked_and_handed_out_and_its_unit_is_told() -> None:
    story = tale()
    story.comes()
    story.told()
    handed = story.do(Review(classes={"difficulty": "ordinary"}), Assign(lead="交通运输局"), by="clerk")
    assert (handed.state, handed.lead) == ("assigned", "交通运输局")
    assert story.told() == [Told("handler", "交通运输局", "您单位有新的“百姓问政”留言，请签收")]


def test_what_was_not_checked_is_not_handed_out() -> None:
    story = tale()
    story.comes()
    with story.refused(NotAllowed, "cannot assign"):
        story.do(Assign(lead="交通运输局"), by="clerk")


def test_a_complex_question_has_longer_than_an_ordinary_one_from_receipt_on() -> None:
    assert handed_out(tale()).due() == "2017-07-26"
    assert handed_out(tale(), difficulty="complex").due() == "2017-08-07"


# --- 上报“百姓问政”领导小组组长或副组长，并由问政办牵头，召集相关单位会商，现场调研解决 -------------------------------


def reported() -> Tale:
    """A complex question, reported to the leading group."""
    story = tale()
    story.comes("能否开通幸福家园小区直达滨河新区的公交", number="SM-1")
    story.do(Review(classes={"difficulty": "complex"}), by="clerk")
    story.told()
    story.do(Consult(units=UNITS, on_site=True, matter="涉及单位多，建议现场会商。"), by="clerk")
    return story


def test_a_consultation_is_reported_and_held_only_when_a_leader_allows_it() -> None:
    story = reported()
    assert (story.case.state, story.case.consultations) == ("reviewed", ())
    [request] = story.case.requests
    assert request.act == "consult"
    assert {row.to for row in story.told()} == {"leader"}
    held = story.do(Approve(act="consult", opinion="同意。"), by="leader")
    assert held.state == "consultation"
    [meeting] = held.consultations
    assert (meeting.units, meeting.on_site, meeting.convener) == (UNITS, True, "clerk")
    assert (meeting.asked_by, meeting.allowed_by) == (story.who("clerk").id, story.who("leader").id)
    assert [(row.unit, row.zh) for row in story.told() if row.to == "handler"] == [(unit, "请参加现场会商") for unit in UNITS]


def test_nobody_but_the_leading_group_allows_it_and_a_refusal_ends_it() -> None:
    story = reported()
    for by, unit in (("clerk", None), ("reviewer", None), ("head", "交通运输局")):
        with story.refused(NotPermitted, "approve"):
            story.do(Approve(act="consult"), by=by, unit=unit)
    refused = story.do(Refuse(act="consult", opinion="可由交通运输局直接答复。"), by="leader")
    assert (refused.state, refused.requests, refused.consultations) == ("reviewed", (), ())


def test_every_unit_called_is_heard_before_the_office_concludes() -> None:
    story = reported()
    story.do(Approve(act="consult"), by="leader")
    with story.refused(ConditionUnmet, "交通运输局, 城乡规划局, 住建局 gave no opinion yet"):
        story.do(Conclude(minutes="新开直达线路。", lead="交通运输局"), by="clerk")
    for unit in UNITS:
        story.do(GiveOpinion(text=f"{unit}同意。"), by="handler", unit=unit)
    with story.refused(NotPermitted, "has no right to it|the case is not with"):
        story.do(GiveOpinion(text="我局也同意。"), by="handler", unit="旅游局")
    concluded = story.do(
        Conclude(minutes="新开直达线路。", lead="交通运输局", assisting=UNITS[1:], limit="20 working days"), by="clerk"
    )
    assert (concluded.state, concluded.lead, concluded.units) == ("assigned", "交通运输局", UNITS)
    assert story.due() == "2017-08-14"  # the twentieth working day after the consultation


# --- 答政审核“三道关口” -----------------------------------------------------------------------------------------------


def test_an_answer_passes_three_gates_and_is_out_with_the_third() -> None:
    story = submitted(handed_out(tale()))
    story.told()
    for passed, (by, unit) in enumerate((("deputy", "交通运输局"), ("head", "交通运输局")), start=1):
        case = story.do(Approve(), by=by, unit=unit)
        assert case.reply is not None
        assert (case.state, case.reply.passed, case.reply.gates) == ("replied", passed, ("deputy", "head", "reviewer"))
        with story.refused(ConditionUnmet, f"has passed {passed} of 3 gates"):
            story.do(Publish(), by="clerk")
    assert story.do(Approve(), by="reviewer").state == "published"
    assert Told("sender", "交通运输局", "您的留言已答复") in story.told()


@pytest.mark.parametrize(("by", "unit"), [("head", "交通运输局"), ("reviewer", None), ("deputy", "住建局")])
def test_no_gate_is_passed_out_of_turn_nor_for_another_unit(by: str, unit: str | None) -> None:
    story = submitted(handed_out(tale()))
    with story.refused(NotPermitted, "gate 1 of 3, which is passed by 'deputy'|the case is not with 住建局"):
        story.do(Approve(), by=by, unit=unit)


# --- 针对个别单位回复网民留言语气直接、敷衍了事等问题……采取不规范答政信息原路退回 -------------------------------------


@pytest.mark.parametrize("reason", ["语气直接", "敷衍了事"])
def test_an_answer_that_will_not_do_goes_back_by_the_way_it_came(reason: str) -> None:
    story = submitted(handed_out(tale()), text="这个事情正在按照计划推进当中，请放心。")
    story.do(Approve(), by="deputy", unit="交通运输局")
    story.do(Approve(), by="head", unit="交通运输局")
    story.told()
    returned = story.do(ReturnReply(reasons=(reason,)), by="reviewer")
    assert (returned.state, returned.counts["returned"]) == ("returned", 1)
    assert story.told() == [Told("handler", "交通运输局", "答政信息不规范，原路退回，请重新核实答复")]
    again = submitted(story).case
    assert again.reply is not None and again.reply.passed == 0  # and takes every gate anew
    assert through_the_gates(story).case.state == "published"


def test_it_may_go_back_one_gate_only() -> None:
    story = submitted(handed_out(tale()))
    story.do(Approve(), by="deputy", unit="交通运输局")
    story.do(Approve(), by="head", unit="交通运输局")
    case = story.do(ReturnReply(reasons=("未说明情况",), to="previous"), by="reviewer")
    assert case.reply is not None
    assert (case.state, case.reply.passed) == ("replied", 1)
    story.do(Approve(), by="head", unit="交通运输局")
    assert story.do(Approve(), by="reviewer").state == "published"


def test_it_goes_back_for_a_reason_of_the_list_only_and_not_by_the_unit_that_wrote_it() -> None:
    story = submitted(handed_out(tale()))
    story.do(Approve(), by="deputy", unit="交通运输局")
    with story.refused(ConditionUnmet, "字数太少"):
        story.do(ReturnReply(reasons=("字数太少",)), by="reviewer")
    with story.refused(NotPermitted, "has no right to it"):
        story.do(ReturnReply(reasons=("敷衍了事",)), by="handler", unit="交通运输局")


def test_an_answer_that_only_says_it_came_is_none() -> None:
    story = handed_out(tale())
    with story.refused(ConditionUnmet, "只说收到不算答政"):
        submitted(story, text="网友您好，您的留言已收悉，我局将认真研究。")


def test_a_curt_answer_is_remarked_upon_where_the_gates_can_see_it() -> None:
    case = submitted(handed_out(tale()), text="这个事情不归我们管，请到别的部门去反映这个问题。").case
    assert case.reply is not None
    assert [(row.check, row.message) for row in case.reply.findings] == [("curt", "语气直接，请改")]


# --- ……原路退回、政府督查室下达督办单、协调纪检监察部门跟进督办等方式 -------------------------------------------------


def returned(story: Tale, times: int) -> Tale:
    for _ in range(times):
        submitted(story, text="这个事情正在按照计划推进当中，请放心。")
        story.do(Approve(), by="deputy", unit="交通运输局")
        story.do(Approve(), by="head", unit="交通运输局")
        story.do(ReturnReply(reasons=("敷衍了事",)), by="reviewer")
    return story


def test_the_second_return_brings_a_supervision_order_with_a_limit() -> None:
    story = handed_out(tale())
    assert returned(story, 1).case.orders == ()
    story.told()
    [order] = returned(story, 1).case.orders
    assert (order.form, order.number, order.to) == ("supervision", "神政督〔2017〕1号", ("交通运输局",))
    assert "所报答政信息已被退回2次" in story.text(order.document)
    assert story.due("answer-supervision:o1") == "2017-07-20"
    ordered = {(row.to, row.zh) for row in story.told() if "督办单" in row.zh}
    assert ordered == {
        ("handler", "督办单（神政督〔2017〕1号），请回复情况说明"),
        ("clerk", "抄送：督办单（神政督〔2017〕1号）"),
        ("head", "抄送：督办单（神政督〔2017〕1号）"),
    }


def test_an_order_that_nobody_answers_brings_in_discipline_inspection() -> None:
    story = returned(handed_out(tale()), 2)
    assert story.sweep(at="2017-07-20 23:00").order("o2") is None
    followed = story.sweep(at="2017-07-21 07:30")
    [_, discipline] = followed.orders
    assert (discipline.form, discipline.roles, discipline.rung) == ("inspection", ("discipline",), "order-ignored")
    told = story.told()
    assert Told("discipline", "交通运输局", "纪检监察跟进督办函（神问政函〔2017〕1号），请回复跟进督办情况") in told
    assert Told("leader", "交通运输局", "抄送：纪检监察跟进督办函（神问政函〔2017〕1号）") in told
    with story.refused(ConditionUnmet, "went to discipline"):
        story.do(AnswerOrder(order="o2", text="已整改。"), by="handler", unit="交通运输局")
    story.do(AnswerOrder(order="o2", text="已约谈分管领导。"), by="discipline")
    assert story.do(ClearOrder(order="o2"), by="clerk").orders[1].cleared_at is not None


def test_an_order_that_is_answered_in_time_goes_no_further() -> None:
    story = returned(handed_out(tale()), 2)
    story.do(AnswerOrder(order="o1", text="已由分管领导直接办理。"), by="handler", unit="交通运输局")
    story.do(ClearOrder(order="o1"), by="supervisor")
    assert len(story.sweep(at="2017-08-01 07:30").orders) == 1


def test_a_third_return_brings_in_discipline_inspection_at_once() -> None:
    story = returned(handed_out(tale()), 3)
    assert [order.form for order in story.case.orders] == ["supervision", "inspection"]


# --- 在回复网民之后，根据难易程度……定期下发回访单，要求限时回复办理结果，并电话回访 -----------------------------------


@pytest.mark.parametrize(("difficulty", "due"), [("ordinary", "2017-07-31"), ("complex", "2017-08-14")])
def test_what_needs_work_is_asked_after_with_a_limit_by_difficulty(difficulty: str, due: str) -> None:
    story = published(outcome="needs-work", difficulty=difficulty)
    [order] = story.case.orders
    assert (order.form, order.number, order.to) == ("revisit", "神问政回访〔2017〕1号", ("交通运输局",))
    assert story.due("answer-revisit:o1") == due
    assert f"于{due}前回复办理结果" in story.text(order.document)
    assert Told("handler", "交通运输局", "回访单（神问政回访〔2017〕1号），请回复办理结果") in story.told()


@pytest.mark.parametrize("outcome", ["solved", "explained", "unfounded"])
def test_what_needs_no_work_is_not_asked_after(outcome: str) -> None:
    story = published(outcome=outcome)
    assert story.case.orders == ()
    assert story.do(Close(outcome=outcome), by="clerk").state == "closed"


def test_as_long_as_it_is_not_solved_another_revisit_order_follows() -> None:
    story = published(outcome="needs-work")
    with story.refused(ConditionUnmet, "asks whether the matter is solved"):
        story.do(AnswerOrder(order="o1", text="正在采购车辆。"), by="handler", unit="交通运输局")
    again = story.do(
        AnswerOrder(order="o1", text="正在采购车辆。", solved=False), by="handler", unit="交通运输局", at="2017-07-28 10:00"
    )
    assert [order.number for order in again.orders] == ["神问政回访〔2017〕1号", "神问政回访〔2017〕2号"]
    assert story.due("answer-revisit:o2") == "2017-08-11"
    done = story.do(AnswerOrder(order="o2", text="已通车。", solved=True), by="handler", unit="交通运输局")
    assert len(done.orders) == 2


def test_an_answer_to_a_supervision_order_brings_no_revisit_order() -> None:
    story = returned(handed_out(tale()), 2)
    story.do(AnswerOrder(order="o1", text="已由分管领导直接办理。"), by="handler", unit="交通运输局")
    assert [order.form for order in story.case.orders] == ["supervision"]


def test_a_revisit_order_that_nobody_answers_is_told_to_those_responsible() -> None:
    story = published(outcome="needs-work")
    story.told()
    story.sweep(at="2017-08-01 07:30")
    assert {row.to for row in story.told() if "回访单逾期未回复" in row.zh} == {"handler", "head", "supervisor"}


def test_it_is_closed_only_after_its_citizen_was_phoned() -> None:
    story = published(outcome="needs-work")
    story.do(AnswerOrder(order="o1", text="已通车。", solved=True), by="handler", unit="交通运输局")
    story.do(ClearOrder(order="o1"), by="clerk")
    with story.refused(ConditionUnmet, "the citizen is to be asked first"):
        story.do(Close(outcome="needs-work"), by="clerk")
    with story.refused(ConditionUnmet, "neighbour"):
        story.do(Revisit(how="phone", solved=True, satisfied=True, fault="neighbour"), by="clerk")
    phoned = story.do(Revisit(how="phone", solved=True, satisfied=True, fault="nobody"), by="clerk")
    assert [(row.whom, row.how, row.solved, row.satisfied) for row in phoned.revisits][-1] == ("citizen", "phone", True, True)
    assert story.do(Close(outcome="solved"), by="clerk").state == "closed"


# --- 热点问题“回访关注”；热点问题的点击量达到200次以上 ----------------------------------------------------------------


def test_two_hundred_views_make_a_question_hot_once() -> None:
    story = published()
    story.told()
    assert story.do(ReportViews(views=199), by="portal").classes.get("heat") is None
    assert story.told() == []
    assert story.do(ReportViews(views=200), by="portal").classes["heat"] == "hot"
    assert [row.to for row in story.told()] == ["clerk"]
    story.do(ReportViews(views=900), by="portal")
    assert story.told() == []
    with story.refused(ConditionUnmet, "900 views were reported already"):
        story.do(ReportViews(views=899), by="portal")


def test_a_hot_question_is_closed_only_after_its_citizen_was_asked() -> None:
    story = published()
    story.do(ReportViews(views=236), by="portal")
    with story.refused(ConditionUnmet, "the citizen is to be asked first"):
        story.do(Close(outcome="explained"), by="clerk")
    story.do(Revisit(how="phone", satisfied=True), by="clerk")
    assert story.do(Close(outcome="explained"), by="clerk").state == "closed"


# --- 《百姓问政办公室保密制度》；单位主要领导负总责，分管领导具体抓 ---------------------------------------------------


def test_who_wrote_is_seen_by_the_office_and_as_far_as_needed_by_the_unit() -> None:
    story = handed_out(tale())
    seen = {}
    people = [("clerk", None), *((role, "交通运输局") for role in ("handler", "deputy", "head"))]
    for role, unit in [*people, ("reviewer", None), ("leader", None), ("supervisor", None), ("discipline", None)]:
        view = story.desk.view("c1", by=story.who(role, unit))
        seen[role] = (view.sender.name, view.sender.phone)
    assert seen["clerk"] == seen["handler"] == ("网友甲", "100-0000-0001")
    hidden = {value for role, value in seen.items() if role not in ("clerk", "handler")}
    assert len(hidden) == 1 and not hidden & {seen["clerk"]}
    assert all("网友甲" not in name and "0001" not in phone for name, phone in hidden)


def test_another_unit_does_not_see_it_at_all() -> None:
    story = handed_out(tale())
    for role in ("handler", "deputy", "head"):
        with pytest.raises(NotPermitted, match="the case is not with 旅游局"):
            story.desk.view("c1", by=story.who(role, "旅游局"))


def test_every_unit_has_its_answering_officer_its_deputy_and_its_head() -> None:
    register = tale().register
    assert len(register.members("towns")) == 21
    for role in ("handler", "deputy", "head"):
        assert [row.unit for row in register.grant if row.role == role] == list(register.names)
    assert sum(row.role == "clerk" for row in register.grant) == 3  # 抽调3名政府办工作人员为答政信息员


# --- 累计收到留言85条，访问量10491次，回复率100%，办结率100% ----------------------------------------------------------


@pytest.fixture(scope="module")
def store() -> CaseStore:
    made = MemoryStore()
    shenmu.play(made)
    return made


@pytest.fixture(scope="module")
def bulletin(store: CaseStore) -> Bulletin:
    story = tale()
    return make_bulletin(store, story.desk.rulebook, story.register, period=shenmu.PERIOD, as_of=shenmu.AS_OF)


def test_the_figures_of_the_text_come_out(bulletin: Bulletin) -> None:
    assert [bulletin.figure(name).value for name in ("received", "published", "closed")] == [85, 85, 85]
    assert [shown(bulletin.figure(name)) for name in ("reply", "completion")] == ["100.00%", "100.00%"]


def test_the_two_rates_are_counted_apart(store: CaseStore) -> None:
    story = tale()
    august = make_bulletin(store, story.desk.rulebook, story.register, period="2017-08", as_of=date(2017, 8, 31))
    assert [august.figure(name).value for name in ("received", "published", "closed")] == [18, 16, 10]
    assert [shown(august.figure(name)) for name in ("reply", "completion")] == ["88.89%", "55.56%"]


def test_the_visits_are_a_declared_figure_with_its_source(bulletin: Bulletin, store: CaseStore) -> None:
    visits = bulletin.figure("visits")
    assert (visits.value, visits.zh) == (10491, "访问量")
    assert visits.source.startswith("榆林日报2017年12月15日")
    assert trace(bulletin, store, "visits") == {"visits": ()}


def test_the_hot_topics_are_the_bus_line_and_the_lake(store: CaseStore) -> None:
    hot = [case for case in cases_of(store) if case.counts.get("views", 0) >= 200]
    assert {case.classes.get("heat") for case in hot} == {"hot"}
    topics = ("公交", "红碱淖")
    found = Counter(topic for case in hot for topic in topics if topic in message_of(store, case).subject)
    assert (len(hot), found) == (3, {"公交": 2, "红碱淖": 1})
    for case in hot:
        assert any(row.whom == "citizen" for row in case.revisits)


def test_complex_questions_were_consulted_on_and_bad_answers_went_back(store: CaseStore) -> None:
    cases = cases_of(store)
    meetings = [meeting for case in cases for meeting in case.consultations]
    assert len(meetings) == 4 and sum(meeting.on_site for meeting in meetings) == 3
    assert all(meeting.allowed_by in ("group-head", "group-deputy") for meeting in meetings)
    assert Counter(case.counts.get("returned", 0) for case in cases) == {0: 73, 1: 9, 2: 3}
    forms = Counter(order.form for case in cases for order in case.orders)
    assert forms["supervision"] == 3 and forms["inspection"] == 1
    assert all(order.cleared_at for case in cases for order in case.orders)


def test_whatever_needed_work_was_asked_after_and_its_citizen_phoned(store: CaseStore) -> None:
    cases = cases_of(store)
    needed = [
        case for case in cases if any(reply.outcome == "needs-work" and reply.status == "published" for reply in case.replies)
    ]
    assert len(needed) > 15
    for case in needed:
        assert any(order.form == "revisit" for order in case.orders)
        assert any(row.whom == "citizen" for row in case.revisits)
    assert max(sum(order.form == "revisit" for order in case.orders) for case in needed) > 1
