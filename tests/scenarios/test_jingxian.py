"""Jing county, 2015, as its text tells it; each part begins with the sentence that it shows."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from casework import MemoryStore
from casework.actions import (
    Accept,
    AnswerOrder,
    AskCitizen,
    Assign,
    ClearOrder,
    Close,
    Decline,
    Dismiss,
    Extend,
    Instruct,
    Publish,
    ReturnReply,
    Review,
    SubmitReply,
    Supplement,
    TakeUp,
)
from casework.errors import ConditionUnmet, NotPermitted
from casework.events import Overruled, Routed
from casework.moments import day_bounds
from casework.places import jingxian
from casework.ports import CaseStore
from casework.reports.bulletin import Bulletin, make_bulletin, trace
from casework.reports.statistics import percent
from tests.scenarios.story import Tale, Told, cases_of, message_of

FRIDAY = "2015-08-07 10:00"
ANSWER = "镇里已安排电工更换三盏路灯的光源，当晚全部恢复照明。"


def tale(*, at: str = FRIDAY) -> Tale:
    return Tale("jingxian", at=at)


def handed_over(story: Tale, unit: str = "榔桥镇") -> Tale:
    """A message that came and was handed to a unit, which accepted it."""
    story.comes(place="榔桥镇黄田村", channel="mayor-hotline", number="JX-1")
    story.do(Review(), Assign(lead=unit), by="clerk")
    story.do(Accept(), by="handler", unit=unit)
    return story


def answered(story: Tale, *, at: str = "", unit: str = "榔桥镇") -> Tale:
    """Its reply is out."""
    story.to(at)
    story.do(SubmitReply(text=story.signed(unit, ANSWER, place="泾县")), by="handler", unit=unit)
    story.do(Publish(), by="clerk")
    return story


# --- 设置网络留言办理时限，办理最长时限为5个工作日 --------------------------------------------------------------------


def test_a_message_has_five_working_days_and_closing_on_the_fifth_is_in_time() -> None:
    story = answered(handed_over(tale()), at="2015-08-13 16:00")
    assert story.due() == "2015-08-14"
    closed = story.do(Close(outcome="solved"), by="clerk", at="2015-08-14 23:59")
    verdict = story.desk.verdicts(closed.id)["handle"]
    assert (verdict.state.value, verdict.days) == ("met", 0)


def test_the_day_after_is_late_by_a_day() -> None:
    story = answered(handed_over(tale()), at="2015-08-14 16:00")
    closed = story.do(Close(outcome="solved"), by="clerk", at="2015-08-17 08:05")
    verdict = story.desk.verdicts(closed.id)["handle"]
    assert (verdict.state.value, verdict.days) == ("met late", 1)


def test_working_days_are_those_of_2015_with_the_spring_festival_and_its_make_up_days() -> None:
    story = handed_over(tale(at="2015-02-16 09:00"))
    # 17 February; 25, 26 and 27 February after the festival; and Saturday the 28th, which was worked for it.
    assert story.due() == "2015-02-28"


def test_the_limit_is_the_longest_there_is_so_nobody_gives_more_time() -> None:
    story = handed_over(tale())
    with story.refused(ConditionUnmet, "no clock of it runs that could be moved so"):
        story.do(Extend(limit="5 working days", reason="事项复杂"), by="handler", unit="榔桥镇")
    with story.refused(ConditionUnmet, "no clock of it runs that could be moved so"):
        story.do(Extend(limit="5 working days", reason="事项复杂"), by="clerk")


def test_the_limit_stands_still_while_the_citizen_is_asked() -> None:
    story = handed_over(tale())
    story.do(AskCitizen(question="请告知具体位置。"), by="handler", unit="榔桥镇", at="2015-08-10 09:00")
    story.do(Supplement(text="在村口小桥边。"), by="citizen", at="2015-08-12 09:00")
    assert story.due() == "2015-08-19"  # 10, 11 and 12 August are not counted


# --- 每月通报各责任单位政民互动办理情况，公布逾期办结和逾期未办的详细清单 ---------------------------------------------


def test_the_monthly_bulletin_names_what_was_closed_late_and_what_is_open_and_late() -> None:
    story = tale(at="2015-07-01 08:30")
    for number, day in enumerate((1, 2, 3, 27), start=1):
        story.comes(f"来件{number}", number=f"JX-{number}", place="榔桥镇黄田村", at=f"2015-07-{day:02} 09:00")
    for number, closing in ((1, "2015-07-06 10:00"), (2, "2015-07-15 10:00")):
        case = f"c{number}"
        story.do(Review(), Assign(lead="榔桥镇"), by="clerk", case=case, at="2015-07-03 10:00")
        story.do(Accept(), by="handler", unit="榔桥镇", case=case)
        reply = story.signed("榔桥镇", ANSWER, place="泾县")
        story.do(SubmitReply(text=reply), by="handler", unit="榔桥镇", case=case, at=closing)
        story.do(Publish(), Close(outcome="solved"), by="clerk", case=case)
    story.do(Review(), Assign(lead="公安局"), by="clerk", case="c3", at="2015-07-20 10:00")

    made = make_bulletin(story.store, story.desk.rulebook, story.register, period="2015-07")

    listed = {row.id: [case.number for case in row.cases] for row in made.lists}
    assert listed == {"closed-late": ["JX-2"], "open-late": ["JX-3", "JX-4"]}
    assert made.title("zh") == "2015年7月份泾县政民互动办理情况通报"
    closed_late, open_late = made.lists
    assert closed_late.cells("zh", zone="Asia/Shanghai", unit=str) == [
        ("1", "JX-2", "榔桥镇", "2015-07-02", "2015-07-09", "2015-07-15", "2015-07-15", "4个工作日")
    ]
    assert [row[2] for row in open_late.cells("zh", zone="Asia/Shanghai", unit=str)] == ["公安局", ""]


# --- 对不能及时办理……的单位由县政府督办室适时进行督办 -----------------------------------------------------------------


def test_when_the_limit_has_passed_supervision_is_proposed_and_nothing_is_issued_by_itself() -> None:
    story = handed_over(tale())
    story.told()
    late = story.sweep(at="2015-08-17 07:30")
    assert late.orders == ()
    assert [row.rung for row in late.proposed] == ["late"]
    assert Told("supervisor", "榔桥镇", "请决定是否采纳：逾期未办") in story.told()


def test_the_supervision_office_takes_it_up_and_the_unit_its_leader_and_the_county_are_told() -> None:
    story = handed_over(tale())
    story.sweep(at="2015-08-17 07:30")
    story.told()
    supervised = story.do(TakeUp(text="来件已逾期，未见办结。"), by="supervisor", at="2015-08-17 09:00")
    [order] = supervised.orders
    assert (order.number, order.to, order.rung) == ("泾政督〔2015〕1号", ("榔桥镇",), "late")
    document = story.text(order.document)
    for words in ("督办单 泾政督〔2015〕1号", "榔桥镇：", "JX-1号来件", "办理时限为2015-08-14", "于2015-08-19前办结来件"):
        assert words in document
    assert story.told() == [
        Told("handler", "榔桥镇", "督办单（泾政督〔2015〕1号），请回复办理情况说明"),
        Told("chief", "榔桥镇", "抄送：督办单（泾政督〔2015〕1号）"),
        Told("leader", "榔桥镇", "抄送：督办单（泾政督〔2015〕1号）"),
    ]


def test_the_unit_answers_the_order_and_only_the_supervision_office_strikes_it_off() -> None:
    story = handed_over(tale())
    story.sweep(at="2015-08-17 07:30")
    story.do(TakeUp(), by="supervisor", at="2015-08-17 09:00")
    with story.refused(ConditionUnmet, "has no answer yet"):
        story.do(ClearOrder(order="泾政督〔2015〕1号"), by="supervisor")
    story.do(AnswerOrder(order="泾政督〔2015〕1号", text="经办人外出，今日办结。"), by="handler", unit="榔桥镇")
    with story.refused(NotPermitted, "are struck off by 'supervisor'"):
        story.do(ClearOrder(order="泾政督〔2015〕1号"), by="clerk")
    cleared = story.do(ClearOrder(order="泾政督〔2015〕1号"), by="supervisor")
    assert cleared.orders[0].cleared_at is not None


def test_the_supervision_office_may_see_no_need_and_is_asked_again_a_week_later() -> None:
    story = handed_over(tale())
    story.sweep(at="2015-08-17 07:30")
    left = story.do(Dismiss(reason="承办单位已说明原因，明日办结。"), by="supervisor", at="2015-08-17 09:00")
    assert (left.proposed, left.orders) == ((), ())
    assert story.sweep(at="2015-08-21 07:30").proposed == ()
    assert [row.rung for row in story.sweep(at="2015-08-22 07:30").proposed] == ["late"]


def test_what_is_proposed_is_nobody_elses_to_decide() -> None:
    story = handed_over(tale())
    story.sweep(at="2015-08-17 07:30")
    for by, unit in (("handler", "榔桥镇"), ("leader", None), ("chief", "榔桥镇")):
        with story.refused(NotPermitted, "has no right to it"):
            story.do(TakeUp(), by=by, unit=unit)


def test_an_order_that_nobody_answers_comes_before_the_leaders() -> None:
    story = handed_over(tale())
    story.sweep(at="2015-08-17 07:30")
    story.do(TakeUp(), by="supervisor", at="2015-08-17 09:00")
    story.told()
    story.sweep(at="2015-08-20 07:30")
    assert {(row.to, row.zh) for row in story.told()} == {
        ("leader", "督办单逾期未回复"),
        ("chief", "督办单逾期未回复"),
    }


def test_what_is_closed_in_time_is_never_proposed() -> None:
    story = answered(handed_over(tale()), at="2015-08-11 16:00")
    story.do(Close(outcome="solved"), by="clerk")
    assert story.sweep(at="2015-09-30 07:30").proposed == ()


# --- ……或推诿塞责的单位由县政府督办室适时进行督办 ---------------------------------------------------------------------


def test_one_decline_is_nothing_two_are_passing_the_buck() -> None:
    story = tale()
    story.comes(place="榔桥镇黄田村", number="JX-1")
    story.do(Review(), Assign(lead="水务局"), by="clerk")
    once = story.do(Decline(reason="不属本单位职责"), by="handler", unit="水务局")
    assert once.proposed == ()
    story.do(Assign(lead="水务局", note="属你局职责"), by="clerk")
    twice = story.do(Decline(reason="需由多个单位共同办理"), by="handler", unit="水务局")
    assert [row.rung for row in twice.proposed] == ["passed-on"]
    supervised = story.do(TakeUp(text="不得再行推诿。"), by="supervisor")
    assert supervised.orders[0].to == ("水务局",)
    assert "已退件2次" in story.text(supervised.orders[0].document)


def test_a_unit_declines_for_a_reason_of_the_list_only() -> None:
    story = tale()
    story.comes()
    story.do(Review(), Assign(lead="水务局"), by="clerk")
    with story.refused(ConditionUnmet, "不想办"):
        story.do(Decline(reason="不想办"), by="handler", unit="水务局")


# --- 各类政民互动留言、人民网留言、县委主要领导批示论坛发帖 -----------------------------------------------------------

CHANNELS = ("mayor-hotline", "city-interaction", "county-interaction", "people-cn", "forum", "wechat", "app")


@pytest.mark.parametrize("channel", CHANNELS)
def test_each_channel_has_its_name_and_its_messages_the_same_limit(channel: str) -> None:
    story = tale()
    case = story.comes(channel=channel)
    assert (case.channel, story.due()) == (channel, "2015-08-14")
    assert story.desk.rulebook.label(channel) != channel


def test_what_the_county_leader_instructed_on_is_watched_by_the_supervision_office() -> None:
    story = tale()
    story.comes("戴家冲违建", channel="forum", place="榔桥镇黄田村")
    story.told()
    story.do(Review(), Assign(lead="城管执法局"), by="clerk")
    instructed = story.do(Instruct(text="请认真核实，一查到底。"), by="leader")
    assert instructed.counts["instructed"] == 1
    notices = story.told()
    assert Told("supervisor", "城管执法局", "领导批示件") in notices
    assert Told("handler", "城管执法局", "领导对来件作出批示，请落实") in notices
    with story.refused(NotPermitted, "has no right to it"):
        story.do(Instruct(text="请速办。"), by="clerk")


# --- 并明确了回复内容等方面的规范；相关部门会第一时间跟帖回复 ---------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("镇里已安排电工更换三盏路灯的光源，当晚全部恢复照明。2015年8月7日", "请在文末署本单位名称"),
        ("镇里已安排电工更换三盏路灯的光源，当晚全部恢复照明。泾县公安局 2015年8月7日", "请在文末署本单位名称"),
        ("镇里已安排电工更换三盏路灯的光源，当晚全部恢复照明。泾县榔桥镇", "请在文末写明答复日期"),
        ("您好，您的留言已收悉，我镇将尽快处理。泾县榔桥镇 2015年8月7日", "只说收到不算答复"),
        ("已修好。榔桥镇 2015-08-07", "答复过短"),
    ],
)
def test_a_reply_that_breaks_the_standard_is_refused_and_says_why(text: str, said: str) -> None:
    story = handed_over(tale())
    with story.refused(ConditionUnmet, said):
        story.do(SubmitReply(text=text), by="handler", unit="榔桥镇")


def test_a_vague_reply_passes_and_the_finding_stays_with_it() -> None:
    story = handed_over(tale())
    text = story.signed("榔桥镇", "镇里已安排电工到现场查看，三盏路灯的光源将尽快更换。", place="泾县")
    case = story.do(SubmitReply(text=text), by="handler", unit="榔桥镇")
    assert case.reply is not None
    assert [(row.check, row.level) for row in case.reply.findings] == [("vague", "advise")]


def test_a_reply_that_will_not_do_goes_back_with_a_reason_and_the_limit_runs_on() -> None:
    story = handed_over(tale())
    story.do(SubmitReply(text=story.signed("榔桥镇", ANSWER, place="泾县")), by="handler", unit="榔桥镇")
    story.told()
    returned = story.do(ReturnReply(reasons=("未说明办理结果",)), by="clerk")
    assert (returned.state, returned.counts["returned"], story.due()) == ("returned", 1, "2015-08-14")
    assert story.told() == [Told("handler", "榔桥镇", "回复已退回，请按规范修改")]


def test_the_citizen_is_told_when_the_answer_is_out() -> None:
    story = handed_over(tale())
    story.told()
    answered(story)
    assert story.told() == [Told("sender", "榔桥镇", "您的留言已答复")]


# --- 强化“点对点”交办机制 ---------------------------------------------------------------------------------------------


def test_the_rules_propose_by_place_and_by_matter_and_the_office_decides() -> None:
    story = tale()
    story.comes("黄田村河段夜里有人偷采河砂", body="夜里有铲车采砂。", place="榔桥镇黄田村")
    [proposed] = [event.data for event in story.events() if isinstance(event.data, Routed)]
    assert [(row.rule, row.unit) for row in proposed.proposals] == [("sand", "水务局"), ("by-place", "榔桥镇")]
    story.do(Review(), Assign(lead="公安局", note="已涉嫌犯罪"), by="clerk")
    assert [event.data.chosen for event in story.events() if isinstance(event.data, Overruled)][-1] == "公安局"


def test_a_unit_is_told_of_what_was_handed_to_it_and_no_other() -> None:
    story = tale()
    story.comes()
    story.told()
    story.do(Review(), Assign(lead="水务局", assisting=("公安局",)), by="clerk")
    assert [(row.to, row.unit) for row in story.told()] == [("handler", "水务局"), ("handler", "公安局")]


# --- 明确各单位政民互动工作的分管领导、信息员人员 ---------------------------------------------------------------------


def test_every_unit_has_an_information_officer_and_a_leader_in_charge() -> None:
    register = tale().register
    for role in ("handler", "chief"):
        assert [row.unit for row in register.grant if row.role == role] == list(register.names)


def test_an_information_officer_acts_for_the_own_unit_only() -> None:
    story = tale()
    story.comes()
    story.do(Review(), Assign(lead="水务局"), by="clerk")
    with story.refused(NotPermitted, "the case is not with 公安局"):
        story.do(Accept(), by="handler", unit="公安局")


# --- 今年以来……836件，办结829件，办结率达99.2% ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store() -> CaseStore:
    made = MemoryStore()
    jingxian.play(made)
    return made


@pytest.fixture(scope="module")
def bulletin(store: CaseStore) -> Bulletin:
    story = tale()
    return make_bulletin(store, story.desk.rulebook, story.register, period=jingxian.PERIOD, as_of=jingxian.AS_OF)


def test_the_figures_of_the_text_come_out(bulletin: Bulletin) -> None:
    assert [bulletin.figure(name).value for name in ("received", "closed", "open")] == [836, 829, 7]
    assert percent(bulletin.figure("completion"), places=1) == "99.2%"
    assert "836" in bulletin.sentences("zh")[0]


def test_both_late_lists_name_each_case_and_no_case_is_in_both(bulletin: Bulletin, store: CaseStore) -> None:
    closed_late, open_late = ({row.number for row in each.cases} for each in bulletin.lists)
    assert (len(closed_late), len(open_late)) == (23, 3)
    assert not closed_late & open_late
    cases = {case.number: case for case in cases_of(store)}
    assert {cases[number].state for number in closed_late} == {"closed"}
    assert "closed" not in {cases[number].state for number in open_late}
    for each in bulletin.lists:
        assert trace(bulletin, store, each.id) == {each.id: tuple(row.case for row in each.cases)}
        assert all(row.unit and row.days > 0 for row in each.cases if row.number in closed_late)


def test_each_late_case_is_late_by_its_own_clock_and_every_other_closed_one_in_time(bulletin: Bulletin, store: CaseStore) -> None:
    listed = {row.case for each in bulletin.lists for row in each.cases}
    last = day_bounds(bulletin.as_of, bulletin.as_of, zone=bulletin.zone)[1] - timedelta(microseconds=1)
    for case in cases_of(store):
        due = case.clock("handle").due
        assert due is not None
        assert ((case.closed_at or last) >= due.before) == (case.id in listed)


def test_what_was_supervised_and_what_was_passed_on_can_be_told(store: CaseStore) -> None:
    cases = cases_of(store)
    numbers = sorted(int(order.number.split("〕")[1][:-1]) for case in cases for order in case.orders)
    assert numbers == list(range(1, len(numbers) + 1))
    assert {order.rung for case in cases for order in case.orders} == {"late", "passed-on"}
    assert Counter(case.counts.get("declined", 0) for case in cases) == {0: 797, 1: 33, 2: 6}
    assert sum(case.counts.get("returned", 0) > 0 for case in cases) == 42
    assert sum(case.cycle for case in cases) == 9


def test_every_message_reads_differently_and_every_channel_is_used(store: CaseStore) -> None:
    bodies = Counter(message_of(store, case).body for case in cases_of(store))
    assert max(bodies.values()) == 1
    assert {case.channel for case in cases_of(store)} == set(CHANNELS)


def test_nobody_works_at_night_and_nobody_before_the_message_came(store: CaseStore) -> None:
    story = tale()
    for case in cases_of(store)[::29]:
        for row in case.assignments:
            local = row.asked_at.astimezone(story.zone)
            assert 8 <= local.hour < 18 and story.desk.calendar.is_working_day(local.date())
            assert row.asked_at > case.received_at
