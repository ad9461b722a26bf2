"""Yunxi county, July 2020, as its work bulletin tells it; each part begins with the sentence that it shows."""

from __future__ import annotations

from datetime import date

import pytest

from casework import MemoryStore
from casework.actions import (
    Accept,
    AnswerOrder,
    Assign,
    ClearOrder,
    Close,
    Contact,
    Publish,
    ReturnReply,
    Review,
    SubmitReply,
)
from casework.errors import ConditionUnmet, NotPermitted
from casework.places import yunxi
from casework.ports import CaseStore
from casework.reports.bulletin import Bulletin, make_bulletin
from casework.reports.statistics import shown
from tests.scenarios.story import FAR, Tale, Told, cases_of

MONDAY = "2020-07-06 09:00"
ANSWER = "镇里已组织电工逐杆检查，更换光源三只，路灯已恢复照明。"


def tale(*, at: str = MONDAY) -> Tale:
    return Tale("yunxi", at=at)


def handed_over(story: Tale) -> Tale:
    """A message that the office handed to 夹河镇."""
    story.comes(number="YX-1")
    story.do(Review(), Assign(lead="夹河镇"), by="clerk")
    return story


def answered(story: Tale, *, at: str = "") -> Tale:
    story.to(at)
    story.do(Accept(), SubmitReply(text=story.signed("夹河镇", ANSWER, place="郧西县")), by="handler", unit="夹河镇")
    return story


# --- 个别单位收到“网上问政”转办件后，未能及时受理 ---------------------------------------------------------------------


def test_a_unit_has_a_working_day_to_accept_what_it_was_handed() -> None:
    story = handed_over(tale())
    assert story.due("accept:夹河镇") == "2020-07-07"
    late = story.do(Accept(), by="handler", unit="夹河镇", at="2020-07-08 08:30")
    verdict = story.desk.verdicts(late.id)["accept:夹河镇"]
    assert (verdict.state.value, verdict.days) == ("met late", 1)


def test_the_unit_is_told_of_what_it_is_to_accept() -> None:
    story = tale()
    story.comes()
    story.told()
    story.do(Review(), Assign(lead="夹河镇"), by="clerk")
    assert story.told() == [Told("handler", "夹河镇", "您单位有新的网上问政转办件，请及时签收")]


# --- 要第一时间与问政群众沟通联系，核实诉求基本情况并及时回复 ---------------------------------------------------------


def test_a_unit_speaks_with_the_citizen_within_two_working_days_of_accepting() -> None:
    story = handed_over(tale())
    story.do(Accept(), by="handler", unit="夹河镇", at="2020-07-06 15:00")
    assert story.due("contact:夹河镇") == "2020-07-08"
    spoken = story.do(Contact(how="phone"), by="handler", unit="夹河镇", at="2020-07-08 20:00")
    assert story.desk.verdicts(spoken.id)["contact:夹河镇"].state.value == "met"


# --- 甚至在办结最后期限草草回复 ---------------------------------------------------------------------------------------


def test_the_day_before_the_last_the_unit_is_reminded() -> None:
    story = handed_over(tale())
    story.told()
    story.sweep(at="2020-07-11 07:30")
    assert [(row.to, row.unit) for row in story.told()] == [("handler", "夹河镇")]


def test_a_reply_of_a_few_words_is_refused() -> None:
    story = handed_over(tale())
    story.do(Accept(), by="handler", unit="夹河镇")
    with story.refused(ConditionUnmet, "has 4 characters, needs 10"):
        story.do(SubmitReply(text="已修好。"), by="handler", unit="夹河镇")


# --- 格式不规范、内容不细致、敷衍塞责、推诿扯皮、答非所问 -------------------------------------------------------------


@pytest.mark.parametrize("reason", ["格式不规范", "内容不细致", "敷衍塞责", "推诿扯皮", "答非所问"])
def test_a_reply_goes_back_for_what_the_bulletin_complains_of(reason: str) -> None:
    story = answered(handed_over(tale()))
    story.told()
    returned = story.do(ReturnReply(reasons=(reason,)), by="clerk")
    assert (returned.state, returned.counts["returned"]) == ("returned", 1)
    assert story.told() == [Told("handler", "夹河镇", "答复已退回，请按退回原因修改")]


def test_a_reply_goes_back_for_no_other_reason() -> None:
    story = answered(handed_over(tale()))
    with story.refused(ConditionUnmet, "不喜欢"):
        story.do(ReturnReply(reasons=("不喜欢",)), by="clerk")


def test_what_is_wrong_with_its_form_is_remarked_upon_and_stays_with_the_reply() -> None:
    story = handed_over(tale())
    text = "您好，您反映的问题我们已收悉，将尽快处理。"
    case = story.do(Accept(), SubmitReply(text=text), by="handler", unit="夹河镇")
    assert case.reply is not None
    assert [(row.check, row.level) for row in case.reply.findings] == [
        ("vague", "advise"),
        ("answer", "advise"),
        ("signed", "advise"),
        ("dated", "advise"),
    ]
    assert {row.message for row in case.reply.findings} >= {"格式不规范：文末没有本单位名称", "格式不规范：文末没有答复日期"}


# --- 建立督查台账，形成一日一督办，一月一总结的常态机制 ---------------------------------------------------------------


def test_what_is_late_is_supervised_once_every_working_day() -> None:
    story = handed_over(tale())
    story.do(Accept(), by="handler", unit="夹河镇")
    numbers = [len(story.sweep(at=f"2020-07-{day} 18:00").orders) for day in range(13, 23)]
    # Due on Monday the 13th; then one for each working day that ended without an answer, five in all.
    assert numbers == [0, 1, 2, 3, 4, 5, 5, 5, 5, 5]


def test_an_order_goes_to_the_unit_with_a_copy_to_those_who_answer_for_it() -> None:
    story = handed_over(tale())
    story.told()
    [order] = story.sweep(at="2020-07-14 07:30").orders
    assert (order.number, order.to) == ("督〔2020〕1号", ("夹河镇",))
    assert "办理期限为2020-07-13，至今尚未答复" in story.text(order.document)
    told = {(row.to, row.zh) for row in story.told()}
    assert ("handler", "督办单（督〔2020〕1号），请回复办理情况说明") in told
    assert {("head", "抄送：督办单（督〔2020〕1号）"), ("leader", "抄送：督办单（督〔2020〕1号）")} <= told


def test_an_order_is_answered_within_a_working_day_and_struck_off_by_the_supervision_office() -> None:
    story = handed_over(tale())
    story.sweep(at="2020-07-14 07:30")
    assert story.due("answer-supervision:o1") == "2020-07-15"
    story.do(AnswerOrder(order="o1", text="今日签收，两日内办结。"), by="handler", unit="夹河镇")
    with story.refused(NotPermitted, "are struck off by 'supervisor'"):
        story.do(ClearOrder(order="o1"), by="clerk")
    assert story.do(ClearOrder(order="o1"), by="supervisor").orders[0].cleared_at is not None


def test_what_is_answered_in_time_is_never_supervised() -> None:
    story = answered(handed_over(tale()))
    story.do(Publish(), Close(outcome="solved"), by="clerk", at="2020-07-08 09:00")
    assert story.sweep(at="2020-08-10 07:30").orders == ()


# --- 建立单位主要领导负总责、分管领导亲自抓、承办人员迅速办的责任体系 -------------------------------------------------


def test_the_heads_of_a_unit_see_its_cases_and_do_nothing_in_their_officers_place() -> None:
    story = handed_over(tale())
    for role in ("head", "deputy"):
        assert story.desk.view("c1", by=story.who(role, "夹河镇")).lead == "夹河镇"
        with story.refused(NotPermitted, "has no right to it"):
            story.do(Accept(), by=role, unit="夹河镇")
        with pytest.raises(NotPermitted, match="the case is not with 公安局"):
            story.desk.view("c1", by=story.who(role, "公安局"))


# --- 县政府网上问政平台收到来件109件，其中，乡镇（场、区）58件，县直部门51件 ------------------------------------------


@pytest.fixture(scope="module")
def store() -> CaseStore:
    made = MemoryStore()
    yunxi.play(made)
    return made


@pytest.fixture(scope="module")
def bulletin(store: CaseStore) -> Bulletin:
    story = tale()
    return make_bulletin(store, story.desk.rulebook, story.register, period=yunxi.PERIOD, as_of=yunxi.AS_OF)


def test_the_figures_of_the_bulletin_come_out(bulletin: Bulletin) -> None:
    assert bulletin.figure("received").value == 109
    assert [(table.id, table.received.value) for table in bulletin.tables] == [("townships", 58), ("departments", 51)]
    assert [shown(bulletin.figure(name)) for name in ("acceptance", "completion")] == ["100.00%", "100.00%"]
    assert (bulletin.issue_label("zh"), bulletin.as_of) == ("第5期", date(2020, 8, 10))


def test_both_tables_are_those_of_the_bulletin(bulletin: Bulletin) -> None:
    townships, departments = ([(row.unit, row.received.value) for row in table.rows] for table in bulletin.tables)
    assert townships == list(zip(TOWNSHIPS.split(), (12, 12, 9, 4, 3, 3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0, 0), strict=True))
    assert departments == list(zip(DEPARTMENTS.split(), (11, 7, 6, 5, 5, 5, 3, 2, 2, 1, 1, 1, 1, 1), strict=True))


TOWNSHIPS = (
    "夹河镇 马安镇 城关镇 羊尾镇 上津镇 观音镇 涧池乡 槐树林特场 土门镇 香口乡 安家乡 店子镇 河夹镇 湖北口回族乡 "
    "关防乡 景阳乡 六郎乡 三官洞林区"
)
DEPARTMENTS = (
    "人社局 住建局 教育局 房地产和人防事务服务中心 公安局 自然资源规划局 发改局 城管局 交通局 医保局 组织部 银保监组 商务局 扶贫办"
)


def test_those_without_a_message_are_named_and_their_cells_are_blank(bulletin: Bulletin) -> None:
    # 其中，六郎乡、关防乡、景阳乡、三官洞林区……本月“网上问政”实现零诉求
    zeros = bulletin.tables[0].zeros
    assert [row.unit for row in zeros] == ["关防乡", "景阳乡", "六郎乡", "三官洞林区"]
    assert {row.cells("zh")[2:] for row in zeros} == {("", "", "")}


def test_the_fall_is_reckoned_on_last_month(bulletin: Bulletin) -> None:
    # 同上月相比（6月份来件139件）……下降幅度为27.5%: thirty fewer are 27.5 % of 109, and 21.6 % of 139.
    change = bulletin.figure("change")
    assert (shown(change), change.working) == ("−21.6%", "(109 − 139) ÷ 139")


def test_taking_a_list_over_tells_nobody_and_orders_nothing(store: CaseStore) -> None:
    assert store.outbox.pending(FAR, limit=10) == []
    assert {order for case in cases_of(store) for order in case.orders} == set()
