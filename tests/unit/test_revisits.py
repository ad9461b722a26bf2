"""Revisiting (回访) a unit by an order and a citizen by phone, what may follow, and what is kept beside a case."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from casework import Actor, Message, Sender
from casework.actions import (
    Accept,
    AddNote,
    AnswerOrder,
    AskCitizen,
    Assign,
    ClearOrder,
    Close,
    Command,
    Dismiss,
    Instruct,
    IssueOrder,
    Praise,
    Promise,
    Publish,
    Rate,
    Reopen,
    ReportViews,
    Review,
    Revisit,
    SubmitReply,
    Supplement,
    TakeUp,
    Withdraw,
)
from casework.errors import ConditionUnmet, ExtensionRefused, NotAllowed, NotPermitted
from casework.events import Instructed, Promised, Reopened, Revisited
from tests.unit.test_assignments import kinds, no_right, outbox, refused, sound, text, told, verdicts
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLE, HANDLER, LEADER, POLICE, SUPERVISOR, Office, local

PORTAL = Actor(id="portal", role="portal")
NEIGHBOUR = Actor(id="u-2", role="citizen")
REPLY = SubmitReply(text="将于九月底前更换路灯。", outcome="needs-work")
FINE = Revisit(solved=True, satisfied=True)
UNHAPPY = Revisit(solved=False, satisfied=False, fault="unit", note="灯仍不亮")
FAULTS = '[revisit]\nfaults = ["unit", "sender", "nobody"]\n'
CLASSES = '[classes]\ndifficulty = ["ordinary", "hard"]\n'
FORM = """
[[order]]
id = "revisit"
zh = "回访单"
to = ["lead"]
cc = ["supervisor"]
revisit = "unit"
[order.document]
series = "访{n:02}"
template = "{{ number }}：{{ to | join('、') }}请于{{ answer_by }}前报告《{{ subject }}》办理结果。"
[order.answer]
what = "办理结果"
limit = [{ when = "difficulty == 'hard'", is = "20 working days" }, { is = "5 working days" }]
cleared_by = "clerk"
"""
PHONE = """
[[order]]
id = "call"
zh = "电话回访"
to = ["clerk"]
revisit = "citizen"
document = { series = "电{n:02}" }
"""
AGAIN = """
[[rung]]
id = "first"
on = "done:publish"
when = "outcome == 'needs-work'"
do = ["issue:revisit"]

[[rung]]
id = "again"
on = "done:answer"
when = "form == 'revisit' and solved == 'no'"
do = ["issue:revisit"]
"""
TELLS = """
[[notify]]
on = "revisit"
to = ["clerk"]
zh = "已回访"

[[notify]]
on = "reopen"
to = ["handler", "sender"]
zh = "来件已重办"

[[notify]]
on = "rate"
to = ["clerk"]
zh = "群众已评价"
when = "satisfied == 'no'"

[[notify]]
on = "praise"
to = ["handler"]
zh = "收到好评"

[[notify]]
on = "ask"
to = ["sender"]
zh = "请补充材料"

[[notify]]
on = "withdraw"
to = ["clerk", "handler"]
zh = "来件已撤回"

[[notify]]
on = "promise"
to = ["sender"]
zh = "承办单位已承诺办理时间"
"""


def answered(rules: str = "", *, at: str = "2020-07-02 10:00", hard: bool = False) -> Office:
    """Have 夹河镇 answer that more work is needed, and that published on Thursday the second."""
    office = Office(FIVE_DAYS + CLASSES + rules)
    office.receive()
    office.do(Review(classes={"difficulty": "hard"} if hard else {}), Assign(lead="夹河镇"), Accept())
    office.do(REPLY, Publish(), at=at)
    return office


def closed(rules: str = "", *, at: str = "2020-07-02 10:00") -> Office:
    office = answered(rules, at=at)
    office.do(Close())
    return office


# --- the unit, by an order --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hard, day", [(False, "2020-07-09"), (True, "2020-07-30")])
def test_a_reply_that_needs_work_has_its_unit_revisited_by_difficulty(hard: bool, day: str) -> None:
    office = answered(FORM + AGAIN, hard=hard)
    (order,) = office.desk.get("c1").orders
    assert (order.form, order.number, order.to, order.rung) == ("revisit", "访01", ("夹河镇",), "first")
    assert office.due("answer-revisit:o1") == day
    assert text(office, order.document) == f"访01：夹河镇请于{day}前报告《路灯不亮》办理结果。"
    words = {(row.to, row.unit, row.zh) for row in outbox(office)}
    assert {("handler", "夹河镇", "回访单（访01）"), ("supervisor", "夹河镇", "抄送：回访单（访01）")} <= words
    sound(office)


def test_a_reply_that_needs_no_more_work_has_no_unit_revisited() -> None:
    office = Office(FIVE_DAYS + CLASSES + FORM + AGAIN)
    office.assigned()
    office.do(SubmitReply(text="已安排维修人员更换路灯。", outcome="solved"), Publish())
    assert office.desk.get("c1").orders == ()


def test_a_unit_answers_whether_it_is_solved_and_until_it_is_it_is_asked_again() -> None:
    office = answered(FORM + AGAIN)
    no = AnswerOrder(order="访01", text="灯杆已订购。", solved=False)
    assert told(office, no, at="2020-07-09 16:00") == [
        ("clerk", "夹河镇", "回访单（访01）已回复"),
        ("handler", "夹河镇", "回访单（访02）"),
        ("supervisor", "夹河镇", "抄送：回访单（访02）"),
    ]
    office.do(AnswerOrder(order="访02", text="灯已更换。", solved=True), at="2020-07-20 16:00")
    case = office.desk.get("c1")
    assert [(row.whom, row.order, row.solved, row.satisfied) for row in case.revisits] == [
        ("夹河镇", "o1", False, None),
        ("夹河镇", "o2", True, None),
    ]
    assert [order.number for order in case.orders] == ["访01", "访02"], "what is solved is asked for no more"
    assert verdicts(office, "answer-revisit") == [("met", "o1", 0), ("late", "o2", 2)]
    assert case.occasions == ("first/publish/7", f"again/answer/{case.version - 6}") or len(case.occasions) == 2
    office.do(ClearOrder(order="访01"), ClearOrder(order="访02"))
    assert all(order.cleared_at for order in office.desk.get("c1").orders)
    sound(office)


def test_an_answer_to_a_revisit_says_whether_it_is_solved_and_no_other_answer_does() -> None:
    plain = '[[order]]\nid = "reminder"\ndocument = { series = "催{n}" }\n'
    office = answered(FORM + AGAIN + plain)
    says = "order 访01 asks whether the matter is solved; say so (solved)"
    refused(office, AnswerOrder(order="访01", text="灯已更换。"), ConditionUnmet, by=HANDLER, says=says)
    office.do(IssueOrder(form="reminder"), by=SUPERVISOR)
    says = "order 催1 does not ask whether the matter is solved; leave that out"
    refused(office, AnswerOrder(order="催1", text="好。", solved=True), ConditionUnmet, by=HANDLER, says=says)
    why = "the case is not with 公安局 (units: 夹河镇)"
    refused(office, AnswerOrder(order="访01", text="好。", solved=True), NotPermitted, by=POLICE, says=why)
    office.do(AnswerOrder(order="催1", text="正在办。"))
    assert (office.desk.get("c1").revisits, len(office.desk.get("c1").orders)) == ((), 2)


def test_several_rungs_may_stand_on_the_answer_to_one_form() -> None:
    more = '[[rung]]\nid = "tell"\non = "done:answer"\nwhen = "form == \'revisit\' and solved == \'no\'"\ndo = ["notify:leader"]\n'
    for rules in (AGAIN + more, more + AGAIN):
        office = answered(FORM + rules)
        news = told(office, AnswerOrder(order="访01", text="灯杆已订购。", solved=False))
        assert ("leader", "夹河镇", "tell：done:answer") in news or any(row[0] == "leader" for row in news)
        assert [order.number for order in office.desk.get("c1").orders] == ["访01", "访02"]


def test_a_revisit_that_stays_unanswered_is_the_ladder_s() -> None:
    rung = '[[rung]]\nid = "silent"\non = "unanswered:revisit"\ndo = ["notify:leader"]\nrepeat = { every = "1 working day", max = 2 }\n'
    office = answered(FORM + AGAIN + rung)
    for moment, events in (("2020-07-09 23:59", 0), ("2020-07-10 00:00", 1), ("2020-07-10 12:00", 0), ("2020-07-20 09:00", 1)):
        office.to(moment)
        assert office.desk.sweep().events == events
    assert office.desk.sweep().events == 0
    assert [row.to for row in outbox(office)].count("leader") == 2
    sound(office)


def test_a_unit_may_be_asked_without_an_order_and_says_nothing_of_satisfaction() -> None:
    office = answered(TELLS)
    assert told(office, Revisit(whom="unit", how="visit", solved=False), by=SUPERVISOR) == [("clerk", "夹河镇", "已回访")]
    row = office.desk.get("c1").revisits[0]
    assert (row.whom, row.how, row.solved, row.order) == ("夹河镇", "visit", False, None)
    says = "a unit says whether the matter is solved; whether it satisfies, the citizen says"
    refused(office, Revisit(whom="unit", solved=True, satisfied=True), ConditionUnmet, says=says)
    says = "the case is not with 公安局 (units: 夹河镇)"
    refused(office, Revisit(whom="unit", unit="公安局", solved=True), ConditionUnmet, says=says)


# --- the citizen, by phone --------------------------------------------------------------------------------------------


def test_the_citizen_is_asked_by_phone_before_closing_and_after() -> None:
    office = answered(FAULTS + TELLS)
    assert told(office, UNHAPPY, at="2020-07-03 09:00") == [("clerk", "夹河镇", "已回访")]
    case = office.do(Close(), FINE, at="2020-07-04 09:00")
    assert [(row.whom, row.how, row.at, row.solved, row.satisfied, row.fault) for row in case.revisits] == [
        ("citizen", "phone", local("2020-07-03 09:00"), False, False, "unit"),
        ("citizen", "phone", local("2020-07-04 09:00"), True, True, None),
    ]
    assert (case.satisfied, case.counts["dissatisfied"], case.state) == (True, 1, "closed")
    event = next(event for event in office.desk.history("c1") if isinstance(event.data, Revisited))
    assert isinstance(event.data, Revisited)
    assert text(office, event.data.note) == "灯仍不亮"
    assert all("灯仍不亮" not in row.text for row in office.desk.store.events("c1"))
    sound(office)


def test_a_revisit_finds_something_and_the_fault_is_from_the_list() -> None:
    office = answered(FAULTS)
    says = "say what was found: whether it is solved, or whether the citizen is satisfied"
    refused(office, Revisit(note="没人接"), ConditionUnmet, says=says)
    says = "the rulebook lists no fault 'units'; did you mean 'unit'? (faults: unit, sender, nobody)"
    error = refused(office, Revisit(solved=False, fault="units"), ConditionUnmet, says=says)
    assert error.allowed == ("unit", "sender", "nobody")
    assert answered().do(Revisit(solved=False, fault="天气")).revisits[0].fault == "天气"


def test_before_there_is_an_answer_nobody_is_revisited() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    refused(office, FINE, NotAllowed, says="cannot revisit case c1 in state 'assigned'")
    office.do(REPLY)
    refused(office, FINE, NotAllowed, says="cannot revisit case c1 in state 'replied'")
    office.do(Publish())
    refused(office, FINE, NotPermitted, by=LEADER, says=no_right("leader", "clerk", "handler", "supervisor"))
    refused(office, FINE, NotPermitted, by=POLICE, says="the case is not with 公安局 (units: 夹河镇)")


def test_a_phone_call_that_was_ordered_answers_the_order() -> None:
    office = answered(PHONE + FORM)
    assert told(office, IssueOrder(form="call")) == [("clerk", "夹河镇", "电话回访（电01）")]
    office.do(IssueOrder(form="revisit"), by=SUPERVISOR)
    says = "order 访01 does not ask for a revisit of the citizen"
    refused(office, FINE.model_copy(update={"order": "访01"}), ConditionUnmet, says=says)
    says = "order '电07' does not exist (open orders: 电01, 访01)"
    error = refused(office, FINE.model_copy(update={"order": "电07"}), ConditionUnmet, says=says)
    assert error.allowed == ("电01", "访01")
    office.do(FINE.model_copy(update={"order": "电01"}))
    call, visit = office.desk.get("c1").orders
    assert [(who, text(office, ref)) for who, ref in call.answers] == [("clerk", "是否解决：是；是否满意：是")]
    assert (call.unanswered, visit.unanswered) == ((), ("夹河镇",))
    assert office.desk.get("c1").revisits[0].order == "o1"
    office.do(ClearOrder(order="电01"))
    says = "order '电01' is already struck off (open orders: 访01)"
    refused(office, FINE.model_copy(update={"order": "电01"}), ConditionUnmet, says=says)
    sound(office)


# --- required for closing ---------------------------------------------------------------------------------------------

REQUIRED = """[revisit]\nrequired = "outcome == 'needs-work'"\n"""


def test_where_a_revisit_is_required_the_citizen_is_asked_before_it_is_closed() -> None:
    office = answered(REQUIRED)
    says = "the citizen is to be asked first how the matter stands"
    assert refused(office, Close(), ConditionUnmet, says=says).allowed == ("revisit",)
    office.do(Revisit(whom="unit", solved=True), at="2020-07-03 09:00")
    refused(office, Close(), ConditionUnmet, says=says)
    assert office.do(UNHAPPY, Close()).state == "closed", "asked is asked, whatever was said"
    sound(office)


def test_each_answer_that_is_published_needs_a_revisit_of_its_own() -> None:
    office = answered(REQUIRED)
    office.do(FINE, at="2020-07-03 09:00")
    office.do(REPLY, Publish(), at="2020-07-03 10:00")
    says = "the citizen is to be asked first how the matter stands"
    refused(office, Close(), ConditionUnmet, at="2020-07-03 11:00", says=says)
    office.do(FINE, Close(), at="2020-07-03 12:00")
    office.do(Reopen(reason="未解决"), at="2020-07-06 09:00")
    office.do(REPLY, Publish())
    refused(office, Close(), ConditionUnmet, at="2020-07-06 10:00", says=says)
    assert office.do(FINE, Close()).cycle == 1
    sound(office)


def test_a_case_whose_outcome_asks_for_no_revisit_is_closed_without_one() -> None:
    office = Office(FIVE_DAYS + REQUIRED)
    office.assigned()
    office.do(SubmitReply(text="已安排维修人员更换路灯。", outcome="solved"), Publish())
    assert office.do(Close()).state == "closed"


# --- reopening --------------------------------------------------------------------------------------------------------

LIMITS = '[reopen]\nwithin = "30 calendar days"\ntimes = 2\nreasons = ["未解决", "有新情况"]\n'


def test_a_closed_case_is_opened_again_and_those_concerned_are_told() -> None:
    office = closed(LIMITS + TELLS)
    assert told(office, Reopen(reason="未解决", explanation="灯仍不亮"), at="2020-08-01 23:59") == [
        ("handler", "夹河镇", "来件已重办"),
        ("sender", "夹河镇", "来件已重办"),
    ]
    case = office.desk.get("c1")
    assert (case.state, case.cycle, case.closed_at, case.outcome, case.lead) == ("assigned", 1, None, None, "夹河镇")
    sound(office)


def test_it_is_opened_again_within_the_limit_to_the_instant() -> None:
    says = "it could be reopened within 30 calendar days of its closing, until 2020-08-01"
    office = closed(LIMITS)
    refused(office, Reopen(reason="未解决"), ConditionUnmet, at="2020-08-02 00:00", says=says)
    office.now.to(local("2020-08-02 00:00") - timedelta(microseconds=1))
    assert office.do(Reopen(reason="未解决")).state == "assigned"


def test_it_is_opened_again_for_a_listed_reason_and_so_often() -> None:
    office = closed(LIMITS)
    says = "the rulebook lists no reason '未解决。'; did you mean '未解决'? (reasons: 未解决, 有新情况)"
    refused(office, Reopen(reason="未解决。"), ConditionUnmet, says=says)
    refused(office, Reopen(reason="未解决"), NotPermitted, by=HANDLER, says=no_right("handler", "clerk", "supervisor"))
    for _ in range(2):
        office.do(Reopen(reason="有新情况"), REPLY, Publish(), Close())
    says = "it was reopened 2 times already, the most that the rulebook allows"
    refused(office, Reopen(reason="未解决"), ConditionUnmet, says=says)
    assert closed().do(Reopen(reason="什么都行"), at="2022-07-01 09:00").cycle == 1, "where nothing is said it is always possible"


def test_the_limit_counts_from_the_latest_closing() -> None:
    office = closed(LIMITS)
    office.do(Reopen(reason="未解决"), at="2020-07-31 09:00")
    office.do(REPLY, Publish(), Close(), at="2020-08-05 09:00")
    assert office.do(Reopen(reason="未解决"), at="2020-09-04 09:00").cycle == 2
    sound(office)


DISSATISFIED = '[[rung]]\nid = "unhappy"\non = "dissatisfied"\nat = 2\ndo = ["reopen", "notify:leader"]\n'


def test_a_second_word_of_dissatisfaction_opens_the_case_again() -> None:
    office = closed(LIMITS + DISSATISFIED + TELLS)
    assert told(office, Rate(satisfied=False, comment="灯仍不亮"), by=CITIZEN) == [("clerk", "夹河镇", "群众已评价")]
    assert office.desk.get("c1").state == "closed"
    news = told(office, Revisit(satisfied=False), at="2020-07-06 09:00")
    assert [row for row in news if row[2] != "unhappy：dissatisfied"] == [
        ("clerk", "夹河镇", "已回访"),
        ("handler", "夹河镇", "来件已重办"),
        ("sender", "夹河镇", "来件已重办"),
    ]
    assert ("leader", "夹河镇", "unhappy：dissatisfied") in news
    event = office.last()
    assert isinstance(event.data, Reopened)
    assert (event.data.reason, event.actor, office.desk.get("c1").cycle) == ("rung:unhappy", "casework", 1)
    sound(office)


def test_the_ladder_opens_nothing_past_the_rulebook_s_limits() -> None:
    office = closed(LIMITS + DISSATISFIED)
    office.do(Rate(satisfied=False), Rate(satisfied=False), by=CITIZEN, at="2020-08-02 00:00")
    case = office.desk.get("c1")
    assert (case.state, case.counts["dissatisfied"]) == ("closed", 2)
    never = answered(DISSATISFIED)
    never.do(Rate(satisfied=False), Rate(satisfied=False), by=CITIZEN)
    assert (never.desk.get("c1").state, never.desk.get("c1").cycle) == ("published", 0), "it is not closed yet"


def test_whether_it_is_opened_again_may_be_left_to_a_person() -> None:
    office = closed(DISSATISFIED.replace('at = 2\ndo = ["reopen", "notify:leader"]', 'do = ["reopen"]\nmode = "propose"'))
    news = told(office, Rate(satisfied=False), by=CITIZEN)
    assert [row[0] for row in news] == ["clerk", "supervisor"]
    assert told(office, TakeUp(), by=SUPERVISOR) == []
    assert (office.desk.get("c1").state, office.desk.get("c1").cycle, office.desk.get("c1").proposed) == ("assigned", 1, ())
    other = closed(DISSATISFIED.replace('at = 2\ndo = ["reopen", "notify:leader"]', 'do = ["reopen"]\nmode = "propose"'))
    other.do(Rate(satisfied=False), by=CITIZEN)
    other.do(Dismiss(reason="已当面解释"), by=SUPERVISOR)
    assert (other.desk.get("c1").state, other.desk.get("c1").proposed) == ("closed", ())
    refused(other, TakeUp(), ConditionUnmet, says="nothing is proposed (proposed: nothing)")


# --- the citizen's word: rating, thanks -------------------------------------------------------------------------------


def test_the_sender_and_nobody_else_rates_and_thanks() -> None:
    office = answered(TELLS)
    assert told(office, Rate(satisfied=True), by=CITIZEN) == [], "who is satisfied needs nobody's attention"
    assert told(office, Praise(text="谢谢夹河镇"), by=CITIZEN) == [("handler", "夹河镇", "收到好评")]
    case = office.desk.get("c1")
    assert (case.satisfied, case.counts.get("dissatisfied", 0)) == (True, 0)
    assert [(kind, text(office, ref)) for kind, ref in case.notes] == [("praise", "谢谢夹河镇")]
    for command in (Rate(satisfied=False), Praise(text="谢谢")):
        refused(office, command, NotPermitted, by=NEIGHBOUR, says="the case was sent by somebody else")
    refused(office, Rate(satisfied=True), NotPermitted, by=CLERK, says=no_right("clerk", "citizen"))
    assert office.do(Praise(text="电话致谢")).version > case.version, "the office keeps thanks that came by phone"
    sound(office)


def test_a_rating_comes_after_an_answer_and_its_latest_counts() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    refused(office, Rate(satisfied=False), NotAllowed, by=CITIZEN, says="cannot rate case c1 in state 'assigned'")
    office.answered()
    office.do(Rate(satisfied=False), Rate(satisfied=False), Rate(satisfied=True), by=CITIZEN)
    case = office.desk.get("c1")
    assert (case.satisfied, case.counts["dissatisfied"]) == (True, 2)
    assert office.do(Revisit(solved=False)).satisfied is True, "who was not asked for satisfaction said nothing of it"


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
    office = closed(HOT)
    for views, news in ((0, 0), (199, 0), (200, 1), (399, 0), (399, 0), (850, 2), (2000, 0)):
        rows = told(office, ReportViews(views=views), by=PORTAL)
        assert rows == [("supervisor", "夹河镇", "hot：views")] * news
        assert office.desk.get("c1").counts["views"] == views
    assert office.desk.get("c1").occasions == ("hot/views/1", "hot/views/2", "hot/views/3")
    sound(office)


def test_views_do_not_fall() -> None:
    office = answered(HOT)
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
    refused(office, AskCitizen(question="哪盏灯？"), NotAllowed, by=HANDLER, says="in state 'awaiting_citizen'")
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
    late = answered()
    refused(late, Withdraw(), NotAllowed, by=CITIZEN, says="cannot withdraw case c1 in state 'published'")
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
        says=no_right("citizen", "clerk", "handler", "leader", "reviewer", "supervisor"),
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


# --- imports ----------------------------------------------------------------------------------------------------------


def test_what_is_imported_tells_nobody_sets_nothing_off_and_is_counted() -> None:
    office = Office(FIVE_DAYS + CLASSES + FORM + AGAIN + DISSATISFIED + HOT + SUPERVISED + TELLS, at="2020-09-01 09:00")
    at = local("2020-07-01 09:00")
    rows: list[tuple[Command, Actor]] = [(Review(), CLERK), (Assign(lead="夹河镇"), CLERK), (Accept(), HANDLER)]
    rows += [(REPLY, HANDLER), (Publish(), CLERK), (IssueOrder(form="revisit"), CLERK)]
    rows += [(AnswerOrder(order="访01", text="灯杆已订购。", solved=False), HANDLER), (Close(), CLERK)]
    rows += [(UNHAPPY, CLERK), (Rate(satisfied=False), CITIZEN), (ReportViews(views=500), PORTAL)]
    rows += [(Instruct(text="请回头看。"), LEADER), (Praise(text="谢谢"), CITIZEN), (AddNote(text="…"), CLERK)]
    with office.desk.importing() as door:
        door.receive(Message(subject="路灯不亮", received_at=at, sender=Sender(ref="u-1")))
        for hours, (command, by) in enumerate(rows):
            door.act("c1", command, by=by, at=at + timedelta(hours=hours))
    case = office.desk.get("c1")
    assert (outbox(office), office.desk.sweep().events, case.occasions, case.state) == ([], 0, (), "closed")
    assert case.counts == {"dissatisfied": 2, "views": 500, "instructed": 1}
    assert (len(case.revisits), len(case.orders)) == (2, 1)
    assert "rung_fired" not in kinds(office)
    sound(office)
    assert told(office, ReportViews(views=600), by=PORTAL) == [("supervisor", "夹河镇", "hot：views")], "the third mark, at 600"
