"""Revisiting (回访) a unit by an order and a citizen by phone, what may follow, and what is kept beside a case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework import Actor, Message, Sender
from casework.actions import (
    Accept,
    AddNote,
    AnswerOrder,
    Approve,
    Assign,
    ClearOrder,
    Close,
    Command,
    Dismiss,
    Instruct,
    IssueOrder,
    Praise,
    Publish,
    Rate,
    Reopen,
    ReportViews,
    Review,
    Revisit,
    SubmitReply,
    TakeUp,
)
from casework.errors import ConditionUnmet, NotAllowed, NotPermitted
from casework.events import Reopened, Revisited
from tests.unit.handled import TELLS, kinds, no_right, outbox, refused, text, told, verdicts
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLER, LEADER, POLICE, SUPERVISOR, Office, local, sound

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
HOT = '[[rung]]\nid = "hot"\non = "views"\nat = 200\ndo = ["notify:supervisor"]\nrepeat = { every = 200, max = 3 }\n'


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
    assert {("handler", "夹河镇", "回访单（访01），请回复办理结果"), ("supervisor", "夹河镇", "抄送：回访单（访01）")} <= words
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
        ("handler", "夹河镇", "回访单（访02），请回复办理结果"),
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
        assert ("leader", "夹河镇", "tell：回复督办") in news
        assert [order.number for order in office.desk.get("c1").orders] == ["访01", "访02"]


def test_a_revisit_that_stays_unanswered_is_the_ladder_s() -> None:
    rung = '[[rung]]\nid = "silent"\non = "unanswered:revisit"\ndo = ["notify:leader"]\n'
    rung += 'repeat = { every = "1 working day", max = 2 }\n'
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


def test_of_several_that_are_to_call_whoever_calls_has_answered() -> None:
    both = PHONE.replace('to = ["clerk"]', 'to = ["units"]')
    office = Office(FIVE_DAYS + CLASSES + both)
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)), Accept())
    office.do(REPLY, Publish(), IssueOrder(form="call"))
    office.do(FINE.model_copy(update={"order": "电01"}), by=POLICE)
    (order,) = office.desk.get("c1").orders
    assert ([who for who, _ in order.answers], order.unanswered) == (["公安局"], ("夹河镇",))
    sound(office)


def test_an_answer_that_comes_when_the_case_is_open_again_is_the_one_that_counts() -> None:
    office = answered(FORM + AGAIN)
    office.do(AnswerOrder(order="访01", text="灯杆已订购。", solved=False), at="2020-07-06 09:00")
    office.do(Close(), Reopen(reason="未解决"), at="2020-07-07 09:00")
    office.do(AnswerOrder(order="访02", text="灯已更换。", solved=True), at="2020-07-08 09:00")
    case = office.desk.get("c1")
    assert [(row.order, row.solved) for row in case.revisits] == [("o1", False), ("o2", True)]
    assert [order.number for order in case.orders] == ["访01", "访02"], "it is solved: nobody is asked again"
    assert case.state == "assigned"
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
    says = "it could be reopened within 30 calendar days of its closing, until 2020-08-01 24:00"
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


def test_a_reopening_that_was_asked_for_in_time_is_allowed_later() -> None:
    office = closed(LIMITS + '[[approval]]\non = "reopen"\nby = ["leader"]\n')
    assert told(office, Reopen(reason="未解决"), at="2020-08-01 16:00") == [("leader", "夹河镇", "请审批：重办")]
    assert office.desk.get("c1").state == "closed"
    assert office.do(Approve(), by=LEADER, at="2020-08-03 09:00").cycle == 1
    sound(office)


DISSATISFIED = '[[rung]]\nid = "unhappy"\non = "dissatisfied"\nat = 2\ndo = ["reopen", "notify:leader"]\n'


def test_a_second_word_of_dissatisfaction_opens_the_case_again() -> None:
    office = closed(LIMITS + DISSATISFIED + TELLS)
    assert told(office, Rate(satisfied=False, comment="灯仍不亮"), by=CITIZEN) == [("clerk", "夹河镇", "群众已评价")]
    assert office.desk.get("c1").state == "closed"
    news = told(office, Revisit(satisfied=False), at="2020-07-06 09:00")
    assert [row for row in news if row[2] != "unhappy：不满意次数"] == [
        ("clerk", "夹河镇", "已回访"),
        ("handler", "夹河镇", "来件已重办"),
        ("sender", "夹河镇", "来件已重办"),
    ]
    assert ("leader", "夹河镇", "unhappy：不满意次数") in news
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
    assert told(office, ReportViews(views=600), by=PORTAL) == [("supervisor", "夹河镇", "hot：点击量")], "the third mark, at 600"
