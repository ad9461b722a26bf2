"""Chenzhou city, 2023, as its text tells it; each part begins with the sentence that it shows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from casework import MemoryStore, Rulebook
from casework.actions import (
    Accept,
    AnswerOrder,
    Approve,
    Assign,
    ClearOrder,
    Close,
    Contact,
    Contribute,
    Decline,
    Dismiss,
    Instruct,
    IssueOrder,
    KeepApart,
    Merge,
    Praise,
    Publish,
    Rate,
    Reclassify,
    Refuse,
    ReturnReply,
    Review,
    Revisit,
    SubmitReply,
    TakeUp,
)
from casework.cases import Case
from casework.errors import ConditionUnmet, NotAllowed, NotPermitted, UnknownBoard, UnknownChannel
from casework.places import Story, chenzhou
from casework.ports import CaseStore
from casework.reports.boards import by_board
from casework.reports.bulletin import Bulletin, make_bulletin, trace
from casework.reports.ledger import ledger
from casework.reports.orders import orders
from casework.reports.statistics import shown
from casework.rulebook import shipped_file
from tests.scenarios.story import Tale, Told, cases_of, message_of

TUESDAY = "2023-03-14 09:00"
ANSWER = "经核实，已组织人员到场处理，并与您电话联系说明了情况。"
TRACKS = ("special", "timely", "coordinated", "high")


def tale(*, at: str = TUESDAY) -> Tale:
    return Tale("chenzhou", at=at)


def comes(story: Tale, subject: str = "小区门口路灯不亮", **message: object) -> Case:
    return story.comes(subject, **({"channel": "rednet", "board": "问政湖南"} | message))  # type: ignore[arg-type]


def registered(track: str = "timely", *, difficulty: str = "ordinary", at: str = TUESDAY) -> Tale:
    """A message on 《问政湖南》 that the cyberspace office has sorted."""
    story = tale(at=at)
    comes(story, number="CZ-1")
    story.do(Review(classes={"track": track, "difficulty": difficulty}), by="clerk")
    return story


def handed_over(track: str = "timely", *, difficulty: str = "ordinary", at: str = TUESDAY) -> Tale:
    """The same, handed to a department that has accepted it."""
    story = registered(track, difficulty=difficulty, at=at)
    story.do(Assign(lead="住建局"), by="clerk")
    if track == "high":
        story.do(Approve(act="assign", opinion="请抓紧查清，结果报我。"), by="leader")
    story.do(Accept(), by="handler", unit="住建局")
    return story


def submitted(story: Tale, *, text: str = ANSWER, outcome: str = "solved", at: str = "") -> Tale:
    story.to(at)
    signed = story.signed("住建局", text, place="郴州市")
    story.do(SubmitReply(text=signed, outcome=outcome), by="handler", unit="住建局")
    return story


def closed(story: Tale) -> Tale:
    submitted(story).do(Publish(), Close(outcome="solved"), by="clerk")
    return story


# --- “特别办”、“及时办”、“协调办”、“高位办” ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "track"),
    [
        ("郴州大道路面改造无警示标志致骑行路人摔伤", "special"),
        ("要求郴州市车管所恢复原准驾车型", "timely"),
        ("湖南建工集团三公司拖欠工人工资", "timely"),
        ("苏仙区奥园华府未接正式用电", "coordinated"),
        ("北湖区中梁首府拖欠农民工工资", "high"),
        ("桂阳县舂陵江镇塔水村违规建设垃圾池", "high"),
        ("嘉禾县坦坪镇新谢家村养殖户非法排污", "high"),
    ],
)
def test_what_the_text_tells_of_is_proposed_for_the_track_that_it_went(subject: str, track: str) -> None:
    case = comes(tale(), subject, body="请处理。")
    assert next(row.classes["track"] for row in case.proposals if "track" in row.classes) == track


def test_the_office_decides_on_the_track_and_the_case_says_that_a_rule_was_overruled() -> None:
    story = tale()
    comes(story, "郴州大道路面改造无警示标志致骑行路人摔伤", body="请处理。")
    case = story.do(Review(classes={"track": "coordinated"}), by="clerk")
    assert case.classes["track"] == "coordinated"
    [over] = [event.data for event in story.events() if type(event.data).__name__ == "Overruled"]
    assert (getattr(over, "proposed", ""), getattr(over, "chosen", "")) == ("track=special", "track=coordinated")


def test_the_shorter_the_track_the_shorter_its_limits() -> None:
    due = {track: [registered(track).due(clock) for clock in ("dispatch", "respond", "handle")] for track in TRACKS}
    assert due == {
        "special": ["2023-03-14", "2023-03-15", "2023-03-17"],
        "timely": ["2023-03-15", "2023-03-17", "2023-03-23"],
        "coordinated": ["2023-03-15", "2023-03-21", "2023-04-04"],
        "high": ["2023-03-17", "2023-03-21", "2023-04-04"],
    }


def test_a_special_message_is_handed_over_within_hours_of_work_and_the_office_hears_of_it_if_not() -> None:
    story = registered("special")
    due = story.clock("dispatch").due
    assert due is not None and due.before == story.moment("2023-03-14 15:30")  # four working hours, over noon
    story.told()
    story.sweep(at="2023-03-14 15:00")
    assert story.told() == []
    story.sweep(at="2023-03-14 15:31")
    assert [(row.to, row.zh) for row in story.told()] == [
        ("clerk", "逾期未交办：交办时限"),
        ("coordinator", "逾期未交办：交办时限"),
    ]


def test_a_message_that_turns_out_to_be_special_has_the_shorter_limit_from_its_receipt_on() -> None:
    story = handed_over("timely")
    assert story.due() == "2023-03-23"
    story.do(Reclassify(axis="track", value="special", reason="有人受伤"), by="clerk", at="2023-03-15 10:00")
    assert story.due() == "2023-03-17"


# --- “及时办”普通留言，要求属地或涉事单位按“137”工作原则办理 ------------------------------------------------------------


def test_137_is_three_clocks_one_day_to_dispatch_three_to_a_first_response_seven_to_conclude() -> None:
    story = tale()
    comes(story)
    assert [story.due(clock) for clock in ("dispatch", "respond", "handle")] == ["2023-03-15", "2023-03-17", "2023-03-23"]
    story.do(Review(classes={"track": "timely"}), Assign(lead="住建局"), by="clerk", at="2023-03-15 16:00")
    assert (story.clock("dispatch").status, story.clock("dispatch").late) == ("stopped", 0)
    story.do(Accept(), Contact(), by="handler", unit="住建局", at="2023-03-17 17:00")
    assert (story.clock("respond").status, story.clock("respond").late) == ("stopped", 0)
    submitted(story, at="2023-03-23 10:00").do(Publish(), by="clerk")
    assert story.clock().status == "running"  # answered is not concluded
    story.do(Close(outcome="solved"), by="clerk", at="2023-03-23 23:59")
    assert (story.clock().status, story.clock().late) == ("stopped", 0)


def test_an_answer_is_a_first_response_too() -> None:
    story = submitted(handed_over(), at="2023-03-16 10:00")
    assert story.clock("respond").status == "running"
    story.do(Publish(), by="clerk")
    assert story.clock("respond").status == "stopped"


def test_a_holiday_is_no_working_day_and_a_sunday_that_is_worked_is_one() -> None:
    story = tale(at="2023-04-21 18:00")  # a Friday; Sunday the 23rd was worked for the May holiday
    comes(story)
    assert [story.due(clock) for clock in ("dispatch", "respond", "handle")] == ["2023-04-23", "2023-04-25", "2023-05-04"]


@pytest.mark.parametrize(("clock", "was", "becomes"), [("dispatch", 1, 2), ("respond", 3, 4), ("handle", 7, 9)])
def test_each_number_of_137_is_one_line_marked_as_an_assumption_and_changes_one_clock(clock: str, was: int, becomes: int) -> None:
    text = shipped_file("chenzhou", "rulebook.toml").read_text("utf-8")
    [line] = [row for row in text.splitlines() if f'assumption = "137: the text does not say what the {was} counts' in row]
    assert 'source = "“137”工作机制"' in line
    days = f"{was} working day{'s' if was > 1 else ''}"
    register = Rulebook.shipped("chenzhou").register
    other = Rulebook.parse(text.replace(line, line.replace(f'is = "{days}"', f'is = "{becomes} working days"')), register=register)
    same = Rulebook.parse(text, register=register)
    moved = {name for name in same.clocks if same.clocks[name].limit != other.clocks[name].limit}
    assert moved == {clock}
    assert other.clocks[clock].limit[-1].is_ == f"{becomes} working days"


# --- “协调办”复杂留言，由郴州市委网信办统筹调度，厘清责任单位，多线交办，各部门联合办理 ---------------------------------


def coordinated(*, difficulty: str = "ordinary") -> Tale:
    """A complex message, with three units at once."""
    story = registered("coordinated", difficulty=difficulty)
    story.told()
    story.do(Assign(lead="国网郴州供电公司", assisting=("苏仙区", "住建局")), by="clerk")
    return story


def part(story: Tale, unit: str) -> Case:
    story.do(Accept(), by="handler", unit=unit)
    return story.do(Contribute(text="属我方职责的部分已办理完毕。"), by="handler", unit=unit)


def power_answers(story: Tale) -> Case:
    text = story.signed("国网郴州供电公司", "已完成奥园华府电表入户工作，请放心使用。", place="")
    return story.do(SubmitReply(text=text, outcome="solved"), by="handler", unit="国网郴州供电公司")


def test_several_units_have_it_at_once_each_with_its_own_line() -> None:
    story = coordinated()
    assert story.case.units == ("国网郴州供电公司", "苏仙区", "住建局")
    told = [row.unit for row in story.told() if row.to == "handler" and row.zh == "您单位有新的网民留言，请签收办理"]
    assert told == ["国网郴州供电公司", "苏仙区", "住建局"]
    for unit in story.case.units:
        assert story.due(f"line:{unit}") == "2023-04-04"
    part(story, "苏仙区")
    lines = {unit: story.clock(f"line:{unit}").status for unit in story.case.units}
    assert lines == {"国网郴州供电公司": "running", "苏仙区": "stopped", "住建局": "running"}


def test_a_case_with_one_unit_has_no_lines() -> None:
    assert [clock.rule for clock in handed_over("timely").case.clocks] == ["dispatch", "respond", "handle"]


def test_the_lead_answers_for_all_when_every_part_is_in_and_the_coordinator_lets_it_out() -> None:
    story = coordinated()
    story.do(Accept(), by="handler", unit="国网郴州供电公司")
    part(story, "苏仙区")
    with story.refused(ConditionUnmet, "住建局"):
        power_answers(story)
    part(story, "住建局")
    answered = power_answers(story)
    assert answered.reply is not None and answered.reply.gates == ("coordinator",)
    with story.refused(ConditionUnmet, "has passed 0 of 1 gate"):
        story.do(Publish(), by="clerk")
    assert story.do(Approve(), by="coordinator").state == "published"


def test_the_coordinator_sends_back_a_part_or_the_whole_for_a_reason_of_the_list() -> None:
    story = coordinated()
    story.do(Accept(), by="handler", unit="国网郴州供电公司")
    part(story, "苏仙区")
    part(story, "住建局")
    power_answers(story)
    with story.refused(ConditionUnmet, "字数太少"):
        story.do(ReturnReply(reasons=("字数太少",)), by="coordinator")
    assert story.do(ReturnReply(reasons=("敷衍了事",)), by="coordinator").state == "returned"


def test_an_answer_of_one_unit_alone_needs_no_coordinator() -> None:
    for track in ("special", "timely"):
        story = submitted(handed_over(track))
        assert story.do(Publish(), by="clerk").state == "published"


def test_what_two_units_hand_back_is_the_coordinator_s() -> None:
    story = registered()
    for unit, reason in (("北湖区", "不属本辖区"), ("城管执法局", "不属本单位职责")):
        story.do(Assign(lead=unit), by="clerk")
        story.told()
        case = story.do(Decline(reason=reason), by="handler", unit=unit)
    assert case.classes["track"] == "coordinated"
    assert Told("coordinator", "", "多次退件") in story.told()
    assert story.due() == "2023-04-04"


def test_a_unit_finds_within_a_day_that_it_is_not_concerned_or_it_is() -> None:
    story = registered()
    story.do(Assign(lead="北湖区"), by="clerk")
    with story.refused(ConditionUnmet, "1 working day"):
        story.do(Decline(reason="不属本辖区"), by="handler", unit="北湖区", at="2023-03-16 08:00")


# --- “高位办”重大敏感留言……直接报送市委市政府主要领导审阅后督促办理；作出专门批示 ---------------------------------------


def reported() -> Tale:
    """A great and sensitive message that the office wants to hand over."""
    story = tale()
    comes(story, "北湖区中梁首府拖欠农民工工资", number="CZ-1", body="年前没有拿到钱。")
    story.told()
    story.do(Review(classes={"track": "high", "difficulty": "hard"}), by="clerk")
    return story


def test_a_special_report_goes_to_the_leaders_as_soon_as_it_is_sorted() -> None:
    story = reported()
    [report] = story.case.orders
    assert (report.form, report.number, report.roles, report.rung) == (
        "special-report",
        "郴网专报〔2023〕001期",
        ("leader",),
        "reported-high",
    )
    assert "《北湖区中梁首府拖欠农民工工资》反映的问题重大敏感，现呈报审阅" in story.text(report.document)
    assert Told("leader", "", "专报（郴网专报〔2023〕001期）") in story.told()


@pytest.mark.parametrize("track", ["special", "timely", "coordinated"])
def test_no_other_track_is_reported_so_nor_waits_for_a_leader(track: str) -> None:
    story = registered(track)
    assert story.case.orders == ()
    assert story.do(Assign(lead="住建局"), by="clerk").state == "assigned"


def test_it_is_handed_over_only_when_a_leader_has_read_it_and_said_how() -> None:
    story = reported()
    waiting = story.do(Assign(lead="人社局", assisting=("北湖区",)), by="clerk")
    assert (waiting.state, waiting.units, [row.act for row in waiting.requests]) == ("reviewed", (), ["assign"])
    for by in ("clerk", "coordinator", "supervisor"):
        with story.refused(NotPermitted, "approve"):
            story.do(Approve(act="assign", opinion="同意。"), by=by)
    with story.refused(ConditionUnmet, "instruct|opinion"):
        story.do(Approve(act="assign"), by="leader")
    read = story.do(Approve(act="assign", opinion="民有所呼，我有所应。请抓紧查清，结果报我。"), by="leader")
    assert (read.state, read.units, read.counts["instructed"]) == ("assigned", ("人社局", "北湖区"), 1)


def test_the_instruction_is_kept_and_has_its_own_supervision() -> None:
    story = reported()
    story.do(Assign(lead="人社局", assisting=("北湖区",)), by="clerk")
    story.do(Approve(act="assign", opinion="请抓紧查清，结果报我。"), by="leader")
    [given] = [event.data for event in story.events() if event.action == "instruct"]
    assert getattr(given, "to", ()) == ("人社局", "北湖区")
    assert story.text(getattr(given, "instruction", None)) == "请抓紧查清，结果报我。"
    [_, order] = story.case.orders
    assert (order.form, order.number, order.to, order.rung) == ("instruction-order", "郴批督〔2023〕1号", ("人社局",), "instructed")
    assert story.due("answer-instruction-order:o2") == "2023-03-28"
    assert story.case.proposed == ()  # and no second order beside it
    story.told()
    story.sweep(at="2023-03-29 07:30")
    assert {row.to for row in story.told() if row.zh.startswith("批示督办单逾期未回复")} == {"handler", "supervisor", "leader"}
    story.do(AnswerOrder(order="o2", text="工资已发放到本人。"), by="handler", unit="人社局")
    with story.refused(NotPermitted, "clear"):
        story.do(ClearOrder(order="o2"), by="handler", unit="人社局")
    assert story.do(ClearOrder(order="o2"), by="supervisor").orders[1].cleared_at is not None


def test_a_leader_may_send_it_back_without_handing_it_over() -> None:
    story = reported()
    story.do(Assign(lead="人社局"), by="clerk")
    refused = story.do(Refuse(act="assign", opinion="请先由北湖区核实。"), by="leader")
    assert (refused.state, refused.requests, refused.counts.get("instructed", 0)) == ("reviewed", (), 0)


def test_a_leader_instructs_upon_any_message_and_each_instruction_is_supervised() -> None:
    story = handed_over("timely")
    for n in (1, 2):
        story.do(Instruct(text="请到现场解决。"), by="leader")
        assert [order.form for order in story.case.orders] == ["instruction-order"] * n


def test_a_report_that_nobody_reads_is_brought_to_mind() -> None:
    story = reported()
    story.do(Assign(lead="人社局"), by="clerk")
    story.told()
    story.sweep(at="2023-03-17 23:00")
    assert "leader" not in {row.to for row in story.told() if "待审阅" in row.zh}
    story.sweep(at="2023-03-18 07:30")
    assert {row.to for row in story.told() if row.zh.startswith("高位办留言待审阅")} == {"leader", "clerk"}


# --- 通过专报、日报、周报等形式；网民留言周报制度；季度通报制度 -------------------------------------------------------------


def issued(story: Tale) -> list[tuple[str, str, str, str]]:
    return [(row.schedule, row.period, row.scope, row.number) for row in story.desk.issues()]


def test_there_is_a_digest_on_every_working_day_and_the_leaders_are_told() -> None:
    story = tale(at="2023-04-03 09:00")
    comes(story)
    story.sweep(at="2023-04-03 10:00")
    story.told()
    for at in ("2023-04-03 17:29", "2023-04-03 17:30", "2023-04-04 18:00", "2023-04-05 18:00"):  # the 5th is a holiday
        story.sweep(at=at)
    assert issued(story) == [("daily", "2023-04-03", "", ""), ("daily", "2023-04-04", "", "")]
    told = [row for row in story.told() if "日报" in row.zh]
    assert [row.to for row in told] == ["leader", "leader"]
    assert "《郴州市网民留言日报（2023年4月3日）》" in told[0].zh


def test_every_monday_there_are_a_numbered_weekly_and_the_list_that_is_to_be_cleared_to_zero() -> None:
    story = tale(at="2023-04-03 09:00")
    comes(story)
    story.sweep(at="2023-04-03 10:00")
    story.sweep(at="2023-04-10 08:29")
    assert not {"weekly", "clear-to-zero"} & {row[0] for row in issued(story)}
    story.sweep(at="2023-04-10 08:30")
    assert [row for row in issued(story) if row[0] in ("weekly", "clear-to-zero")] == [
        ("weekly", "2023-W14", "", "第14期"),
        ("clear-to-zero", "2023-W14", "", ""),
    ]
    told = story.told()
    assert {row.to for row in told if "周报" in row.zh} == {"leader", "coordinator"}
    assert {row.to for row in told if "“清零”清单" in row.zh} == {"clerk", "coordinator"}


def test_the_quarter_is_reported_to_leaders_and_units_and_column_by_column() -> None:
    story = tale(at="2023-04-03 09:00")
    comes(story)
    story.sweep(at="2023-04-03 10:00")
    story.sweep(at="2023-07-10 23:59")
    assert not [row for row in issued(story) if row[0] in ("quarterly", "columns")]
    story.told()
    story.sweep(at="2023-07-11 00:00")
    assert [row for row in issued(story) if row[0] in ("quarterly", "columns")] == [
        ("quarterly", "2023-Q2", "", "第2期"),
        *(("columns", "2023-Q2", board, "") for board in ("问政湖南", "百姓呼声", "领导留言板")),
    ]
    told = [row for row in story.told() if "季度郴州市网民留言办理情况通报" in row.zh]
    assert {row.to for row in told} == {"leader", "supervisor", "handler"}
    assert {row.unit for row in told if row.to == "handler"} == set(story.register.names)


# --- 针对一般问题，由市委网信办下发《涉郴网络问政交办函》进行专项督办；重难点问题由……督查室直接交办、精准督办 ------------


def test_a_common_matter_that_is_late_has_a_handover_letter_of_the_cyberspace_office() -> None:
    story = handed_over()
    story.do(Contact(), by="handler", unit="住建局")
    assert story.sweep(at="2023-03-23 23:59").orders == ()
    [letter] = story.sweep(at="2023-03-24 07:30").orders
    assert (letter.form, letter.number, letter.to) == ("handover-letter", "涉郴网问交〔2023〕1号", ("住建局",))
    assert story.text(letter.document).startswith("涉郴网络问政交办函 涉郴网问交〔2023〕1号\n住建局：\n网民留言（CZ-1）")
    assert story.due("answer-handover-letter:o1") == "2023-03-28"
    assert [form for form in ("direct-order",) if form in {row.form for row in story.case.orders}] == []


def test_a_hard_matter_is_taken_up_by_a_supervision_office_directly_or_left_to_the_coordinator() -> None:
    story = handed_over(difficulty="hard")
    [proposal] = story.case.proposed
    assert proposal.rung == "hard-matter"
    with story.refused(NotPermitted, "take_up"):
        story.do(TakeUp(proposal="hard-matter"), by="handler", unit="住建局")
    taken = story.do(TakeUp(proposal="hard-matter", text="请逐户核实。"), by="supervisor")
    [order] = taken.orders
    assert (order.form, order.number, order.to) == ("direct-order", "郴督交〔2023〕1号", ("住建局",))
    assert "列为重难点问题，由督查室直接交办" in story.text(order.document)
    assert "请逐户核实。" in story.text(order.document)
    other = handed_over(difficulty="hard")
    assert other.do(Dismiss(proposal="hard-matter", reason="由网信办统筹即可。"), by="supervisor").orders == ()


def test_a_hard_matter_that_is_late_is_the_supervision_offices_too_and_has_no_letter() -> None:
    story = handed_over("coordinated", difficulty="hard")
    story.do(Dismiss(proposal="hard-matter", reason="暂不直接交办。"), by="supervisor")
    story.do(Contact(), by="handler", unit="住建局")
    late = story.sweep(at="2023-04-06 07:30")
    assert (late.orders, [row.rung for row in late.proposed]) == ((), ["late-hard"])
    assert [row.form for row in story.do(TakeUp(proposal="late-hard"), by="supervisor").orders] == ["direct-order"]


@pytest.mark.parametrize(
    ("form", "by", "may"),
    [
        ("handover-letter", "clerk", True),
        ("handover-letter", "supervisor", False),
        ("direct-order", "supervisor", True),
        ("direct-order", "clerk", False),
        ("reminder", "hotline", True),
        ("inspection", "supervisor", True),
        ("inspection", "hotline", False),
    ],
)
def test_each_kind_of_order_is_issued_by_whom_the_text_names(form: str, by: str, may: bool) -> None:
    story = handed_over()
    if may:
        assert [row.form for row in story.do(IssueOrder(form=form, text="请办理。"), by=by).orders] == [form]
        return
    with story.refused(NotPermitted, "issue"):
        story.do(IssueOrder(form=form, text="请办理。"), by=by)


def test_a_letter_that_nobody_answers_makes_a_hard_matter_of_it() -> None:
    story = handed_over()
    story.do(Contact(), by="handler", unit="住建局")
    story.sweep(at="2023-03-24 07:30")
    assert len(story.sweep(at="2023-03-28 23:59").orders) == 1
    case = story.sweep(at="2023-03-29 07:30")
    assert [row.form for row in case.orders] == ["handover-letter", "direct-order"]
    assert case.classes["difficulty"] == "hard"


def test_a_letter_that_is_answered_and_struck_off_goes_no_further() -> None:
    story = handed_over()
    story.do(Contact(), by="handler", unit="住建局")
    story.sweep(at="2023-03-24 07:30")
    story.do(AnswerOrder(order="o1", text="已明确专人，即日办结。"), by="handler", unit="住建局")
    story.do(ClearOrder(order="o1"), by="clerk")
    assert len(story.sweep(at="2023-04-20 07:30").orders) == 1


def test_an_answer_that_comes_back_twice_brings_a_letter() -> None:
    story = handed_over()
    for n in (1, 2):
        submitted(story)
        story.do(ReturnReply(reasons=("敷衍了事",)), by="clerk")
        assert [row.form for row in story.case.orders] == (["handover-letter"] if n == 2 else [])
    assert "所报回复已被退回2次" in story.text(story.case.orders[0].document)


# --- 跟踪催办；明查暗访；“清零”行动 ------------------------------------------------------------------------------------


def test_a_unit_that_does_not_respond_is_reminded_three_times_and_not_once_it_has() -> None:
    story = handed_over()
    forms = {
        at: [row.form for row in story.sweep(at=f"{at} 07:30").orders]
        for at in ("2023-03-17", "2023-03-18", "2023-03-21", "2023-03-22")
    }
    assert [len(row) for row in forms.values()] == [0, 1, 1, 2]
    order = story.case.orders[0]
    assert (order.form, order.number, order.answer_wanted) == ("reminder", "郴网催〔2023〕1号", False)
    assert "至今未与网民联系回应" in story.text(order.document)
    silent = Counter(row.form for row in story.sweep(at="2023-04-20 07:30").orders)
    assert silent["reminder"] == 3
    heard = handed_over()
    heard.sweep(at="2023-03-18 07:30")
    heard.do(Contact(), by="handler", unit="住建局", at="2023-03-20 10:00")
    assert Counter(row.form for row in heard.sweep(at="2023-04-20 07:30").orders)["reminder"] == 1


def test_its_unit_hears_the_day_before_the_limit() -> None:
    story = handed_over()
    story.do(Contact(), by="handler", unit="住建局")
    story.sweep(at="2023-03-22 07:30")
    story.told()
    story.sweep(at="2023-03-23 07:30")
    assert Told("handler", "住建局", "明日到期：办结时限") in story.told()


def test_what_an_inspection_found_open_or_unannounced_goes_to_the_unit_which_says_what_it_does() -> None:
    story = handed_over()
    found = "暗访：现场仍有渣土未清，与回复所述不符。"
    [note] = story.do(IssueOrder(form="inspection", text=found), by="supervisor").orders
    assert (note.number, note.to) == ("郴督查〔2023〕1号", ("住建局",))
    assert found in story.text(note.document) and "办理情况进行了查访" in story.text(note.document)
    assert Told("handler", "住建局", "明查暗访情况通报单（郴督查〔2023〕1号），请回复整改情况") in story.told()
    assert story.due("answer-inspection:o1") == "2023-03-21"
    with story.refused(ConditionUnmet, "answer"):
        story.do(ClearOrder(order="o1"), by="supervisor")
    story.do(AnswerOrder(order="o1", text="渣土已清运，复查合格。"), by="handler", unit="住建局")
    assert story.do(ClearOrder(order="o1"), by="supervisor").orders[0].cleared_at is not None


# --- 网民联系回访机制；满意率；好评反馈 ---------------------------------------------------------------------------------


@pytest.mark.parametrize("track", ["special", "coordinated", "high"])
def test_the_citizen_is_asked_before_what_is_no_common_message_is_closed(track: str) -> None:
    story = submitted(handed_over(track))
    story.do(*([Publish()] if track == "special" else [Approve()]), by="clerk" if track == "special" else "coordinator")
    with story.refused(ConditionUnmet, "the citizen is to be asked first"):
        story.do(Close(outcome="solved"), by="clerk")
    story.do(Revisit(how="phone", solved=True, satisfied=True), by="hotline")
    assert story.do(Close(outcome="solved"), by="clerk").state == "closed"


def test_a_common_message_is_closed_without() -> None:
    assert closed(handed_over()).case.state == "closed"


def test_who_is_not_satisfied_is_heard_and_the_office_decides_whether_it_is_taken_up_again() -> None:
    story = closed(handed_over())
    story.do(Rate(satisfied=False, comment="没有人来过。"), by="citizen", at="2023-03-20 10:00")
    assert [row.rung for row in story.case.proposed] == ["not-satisfied"]
    again = story.do(TakeUp(proposal="not-satisfied"), by="clerk")
    assert (again.state, again.cycle) == ("assigned", 1)
    assert story.due() == "2023-03-29"  # seven working days anew
    submitted(story).do(Publish(), by="clerk")
    with story.refused(ConditionUnmet, "the citizen is to be asked first"):
        story.do(Close(outcome="solved"), by="clerk")


def test_thanks_stay_with_the_case_in_the_citizen_s_own_words() -> None:
    words = "留言当天有关部门已同我沟通协调处理好，感谢各位政府领导的关心！"
    story = closed(handed_over("timely"))
    story.do(Praise(text=words), by="citizen")
    [event] = [event for event in story.events() if event.action == "praise"]
    assert story.text(getattr(event.data, "praise", None)) == words
    assert story.case.state == "closed"


# --- 网民多次反映 ------------------------------------------------------------------------------------------------------


def test_many_voices_about_one_matter_are_merged_and_make_it_a_hard_one() -> None:
    story = handed_over("coordinated")
    for n in (2, 3):
        comes(story, "奥园华府什么时候接正式用电", number=f"CZ-{n}", sender=f"u-{n}", board="百姓呼声")
        story.told()
        story.do(Merge(other="c1"), by="clerk", case=f"c{n}")
        assert story.desk.get(f"c{n}").state == "merged"
        assert story.case.counts["repeated"] == n - 1
        assert story.case.classes["difficulty"] == ("hard" if n == 3 else "ordinary")
    assert ("supervisor", "网民多次反映") in {(row.to, row.zh) for row in story.told()}


def test_the_same_message_from_the_same_person_is_proposed_for_merging_and_a_person_decides() -> None:
    story = tale()
    comes(story)
    second = comes(story, number="CZ-2", board="百姓呼声")
    assert second.duplicates == ("c1",)
    assert story.desk.get("c1").state == "received" and second.state == "received"
    story.do(KeepApart(other="c1", reason="两处不同的路灯"), by="clerk", case="c2")
    assert story.desk.get("c2").duplicates == ()


# --- 红网《问政湖南》《百姓呼声》等重要栏目；属地或涉事单位 ---------------------------------------------------------------


def test_messages_come_by_the_channels_and_to_the_columns_that_are_declared() -> None:
    story = tale()
    with pytest.raises(UnknownChannel, match="rednet"):
        comes(story, channel="rednett")
    with pytest.raises(UnknownBoard, match="问政湖南"):
        comes(story, board="问政湖北")
    assert comes(story, channel="mayor-hotline", board=None).public is False
    assert comes(story, channel="people-cn", board="领导留言板", number="CZ-2").public is True


@pytest.mark.parametrize(
    ("place", "unit"),
    [
        ("北湖区中梁首府", "北湖区"),
        ("苏仙区奥园华府", "苏仙区"),
        ("资兴市东江街道", "资兴市"),
        ("桂阳县舂陵江镇塔水村", "桂阳县"),
        ("宜章县莽山瑶族乡", "宜章县"),
        ("永兴县马田镇", "永兴县"),
        ("嘉禾县坦坪镇新谢家村", "嘉禾县"),
        ("临武县汾市镇", "临武县"),
        ("汝城县文明瑶族乡沙洲村", "汝城县"),
        ("桂东县沙田镇", "桂东县"),
        ("安仁县永乐江镇", "安仁县"),
    ],
)
def test_a_message_without_a_field_of_its_own_goes_to_the_county_of_its_place(place: str, unit: str) -> None:
    story = tale()
    comes(story, place=place)
    assert story.do(Review(classes={"track": "timely"}), Assign(), by="clerk").lead == unit


@pytest.mark.parametrize(
    ("subject", "unit"),
    [
        ("小区物业不公开账目", "住建局"),
        ("孩子划片到哪所学校", "教育局"),
        ("附近晚上有异味", "生态环境局"),
        ("单位不发工资", "人社局"),
        ("公交车间隔太长", "交通运输局"),
        ("异地就医医保怎么备案", "医保局"),
        ("要求郴州市车管所恢复原准驾车型", "车管所"),
    ],
)
def test_a_message_of_a_field_goes_to_the_unit_concerned_wherever_it_lies(subject: str, unit: str) -> None:
    story = tale()
    comes(story, subject, body="请处理。", place="桂阳县正和镇")
    assert story.do(Review(classes={"track": "timely"}), Assign(), by="clerk").lead == unit


def test_every_county_and_department_has_somebody_who_answers() -> None:
    register = tale().register
    assert len(register.members("counties")) == 11
    assert [row.unit for row in register.grant if row.role == "handler"] == list(register.names)


def test_an_answer_that_only_says_it_came_is_none() -> None:
    story = handed_over()
    with story.refused(ConditionUnmet, "只说收到不算回复"):
        submitted(story, text="网友您好，您的留言已收悉，我局将认真研究。")


def test_every_rule_says_what_it_follows_or_what_it_assumes() -> None:
    outline = Rulebook.shipped("chenzhou").outline
    groups = (
        outline.clock,
        outline.approval,
        outline.reply.checks,
        outline.order,
        outline.rung,
        outline.route,
        outline.notify,
        outline.schedule,
    )
    rows = [row for group in groups for row in group]
    rows += [
        *outline.channels.values(),
        *outline.figures.values(),
        outline.assignment,
        outline.reply,
        outline.revisit,
        outline.reopen,
    ]
    rows += [limit for clock in outline.clock for limit in clock.limit] + [
        row for order in outline.order for row in order.answer.limit
    ]
    assert [row for row in rows if not (row.source or row.assumption)] == []


def test_what_is_quoted_stands_in_simplified_characters() -> None:
    text = shipped_file("chenzhou", "rulebook.toml").read_text("utf-8")
    assert not set(text) & set("辦郴網門網問題處領導眾區縣鎮對應時實關於機與為個們這") - set("郴")


# --- 累计办理重要网站网民留言2800余条。其中，郴州在红网《问政湖南》栏目的留言回复率超过95% -------------------------------


@pytest.fixture(scope="module")
def played() -> Story:
    return chenzhou.play(MemoryStore())


@pytest.fixture(scope="module")
def store(played: Story) -> CaseStore:
    return played.desk.store


@pytest.fixture(scope="module")
def bulletin(store: CaseStore) -> Bulletin:
    story = tale()
    return make_bulletin(store, story.desk.rulebook, story.register, period=chenzhou.PERIOD, as_of=chenzhou.AS_OF)


def of_subject(store: CaseStore, subject: str) -> Case:
    [case] = [case for case in cases_of(store) if message_of(store, case).subject == subject]
    return case


def test_more_than_95_percent_of_what_came_by_ask_hunan_is_answered(store: CaseStore) -> None:
    story = tale()
    table = by_board(store, story.desk.rulebook, story.register, period=chenzhou.PERIOD, as_of=chenzhou.AS_OF)
    row = table.row("问政湖南")
    assert [row.figures[name].value for name in ("received", "published")] == [210, 203]
    assert shown(row.figures["answered"]) == "96.67%"
    answered = set(table.cases(store, row, "published"))
    replied = {
        case.id for case in cases_of(store) if case.board == "问政湖南" and any(row.status == "published" for row in case.replies)
    }
    assert answered == replied


def test_the_sample_is_a_tenth_and_the_published_figures_are_declared_with_their_source(
    bulletin: Bulletin, store: CaseStore
) -> None:
    assert bulletin.figure("received").value == chenzhou.RECEIVED == 286
    for name, value in (("handled", 2800), ("reply-floor", 95)):
        figure = bulletin.figure(name)
        assert figure.value == value and figure.source.startswith("实况网2023年6月")
        assert trace(bulletin, store, name) == {name: ()}


def test_the_satisfaction_rate_is_counted_from_those_who_were_asked(bulletin: Bulletin, store: CaseStore) -> None:
    assert bulletin.figure("satisfaction").working == "77 ÷ 81"
    asked = [case for case in cases_of(store) if any(row.satisfied is not None for row in case.revisits)]
    assert len(asked) == 81


def test_the_late_lists_name_who_was_late_and_what_is_to_be_cleared(bulletin: Bulletin, store: CaseStore) -> None:
    assert {row.id: len(row.cases) for row in bulletin.lists} == {"closed-late": 8, "open-late": 3}
    begin, end = datetime(2022, 12, 31, 16, tzinfo=UTC), datetime(2023, 6, 16, 16, tzinfo=UTC)
    left = [row for row in ledger(store, since=begin, until=end, as_of=end) if not row.over]
    assert len(left) == 9
    assert {row.case for row in left} == {case.id for case in cases_of(store) if case.state not in ("closed", "merged")}


def test_the_meters_of_the_text_are_in_on_28_may_after_the_supervision_office_stepped_in(played: Story, store: CaseStore) -> None:
    case = of_subject(store, "苏仙区奥园华府未接正式用电")
    assert (case.state, case.units, case.counts["repeated"]) == ("closed", ("国网郴州供电公司", "苏仙区", "住建局"), 2)
    assert [row.form for row in case.orders] == ["direct-order", "inspection"]
    answered = {event.occurred_at.date() for event in played.desk.history(case.id) if event.action == "answer"}
    assert max(answered) == date(2023, 5, 28)
    assert all(row.cleared_at for row in case.orders)
    assert (case.clock("handle").late, [row.satisfied for row in case.revisits]) == (0, [True])
    assert [event.action for event in played.desk.history(case.id) if event.action == "praise"] == ["praise"]


def test_the_citizen_s_words_of_the_text_stand_with_a_special_case_that_was_settled_on_the_day(
    played: Story, store: CaseStore
) -> None:
    case = of_subject(store, "小区惠民改造挡住了回家的路")
    [praise] = [event for event in played.desk.history(case.id) if event.action == "praise"]
    text = store.texts(case.id)[getattr(praise.data, "praise", "")]
    assert text.startswith("我是当事人，作为郴州市民") and text.endswith("感谢各位政府领导的关心！")
    days = {event.occurred_at.date() for event in played.desk.history(case.id) if event.action in ("receive", "contact", "publish")}
    assert days == {case.received_at.date()}
    assert case.classes["track"] == "special" and case.clock("handle").late == 0


@pytest.mark.parametrize(
    "subject", ["北湖区中梁首府拖欠农民工工资", "桂阳县舂陵江镇塔水村违规建设垃圾池", "嘉禾县坦坪镇新谢家村养殖户非法排污"]
)
def test_what_the_text_says_leaders_instructed_upon_was_reported_read_and_supervised(
    played: Story, store: CaseStore, subject: str
) -> None:
    case = of_subject(store, subject)
    assert (case.state, case.counts["instructed"]) == ("closed", 1)
    assert [row.form for row in case.orders] == ["special-report", "instruction-order"]
    acts = [event.action for event in played.desk.history(case.id)]
    assert acts.index("approve") < acts.index("assign") < acts.index("instruct") < acts.index("accept")


def test_the_four_tracks_are_all_walked_and_the_short_ones_in_time(store: CaseStore) -> None:
    cases = cases_of(store)
    tracks = Counter(case.classes.get("track", "") for case in cases)
    assert {track: tracks[track] for track in TRACKS} == {"special": 36, "timely": 208, "coordinated": 27, "high": 12}
    for case in cases:
        late = {clock.rule for clock in case.clocks if clock.late}
        assert "dispatch" not in late and "line" not in late
        if case.classes.get("track") in ("special", "coordinated", "high"):
            assert late == set(), case.number
            assert case.revisits
    joint = [case for case in cases if case.classes.get("track") == "coordinated"]
    assert all(sum(row.part == "assisting" for row in case.assignments) >= 1 for case in joint)


def test_orders_of_both_kinds_went_out_and_were_struck_off_but_for_what_is_open(store: CaseStore) -> None:
    rows = list(orders(store, now=datetime(2023, 6, 16, 16, tzinfo=UTC)))
    forms = Counter(row.form for row in rows)
    assert (forms["special-report"], forms["instruction-order"], forms["handover-letter"], forms["reminder"]) == (12, 12, 11, 43)
    assert forms["direct-order"] > 4 and forms["inspection"] > 1
    open_cases = {case.id for case in cases_of(store) if case.state != "closed"}
    wanted = ("handover-letter", "direct-order", "inspection", "instruction-order")
    left = {row.case for row in rows if row.form in wanted and row.cleared_at is None}
    assert left == {case.id for case in cases_of(store) if case.id in open_cases and case.orders}


def test_the_digests_of_half_a_year_are_all_there(store: CaseStore) -> None:
    made = Counter(row.schedule for row in store.issues())
    assert made == {"daily": 113, "weekly": 23, "clear-to-zero": 24, "quarterly": 1, "columns": 3}


def test_the_first_quarter_has_its_own_bulletin(store: CaseStore) -> None:
    story = tale()
    first = make_bulletin(store, story.desk.rulebook, story.register, period="2023-Q1", as_of=date(2023, 4, 10))
    assert first.title_zh == "2023年第1季度郴州市网民留言办理情况通报"
    received = [case for case in cases_of(store) if case.received_at < datetime(2023, 3, 31, 16, tzinfo=UTC)]
    assert first.figure("received").value == len(received)
    assert first.figure("handled").value is None  # what is declared for the half year is not the quarter's


def test_a_closed_message_takes_no_answer() -> None:
    story = closed(handed_over())
    with story.refused(NotAllowed, "cannot submit"):
        submitted(story)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_figures_do_not_hang_on_the_chance_of_one_story(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(chenzhou, "_SEED", seed)
    story = chenzhou.play(MemoryStore())
    book, store = story.desk.rulebook, story.desk.store
    assert "回复率96.67%" in story.told and "96.67% answered" in story.told_en
    made = make_bulletin(store, book, book.register, period=chenzhou.PERIOD, as_of=chenzhou.AS_OF)
    names = ("received", "published", "closed", "closed-late", "open-late")
    assert [made.figure(name).value for name in names] == [286, 275, 275, 8, 3]
    assert made.figure("satisfaction").working == "77 ÷ 81"
    late = Counter(clock.rule for case in cases_of(store) for clock in case.clocks if clock.late)
    assert late == {"respond": 18, "handle": 8, "answer-handover-letter": 1}
    meters = of_subject(store, "苏仙区奥园华府未接正式用电")
    assert (meters.state, meters.clock("handle").late) == ("closed", 0)
