"""The account of where a case went and why: every turn, whose act it was, and which rule was followed or overruled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Desk, MemoryStore, Message, events
from casework.actions import AddNote, Assign, Decline, Reclassify, Review
from casework.errors import CommandRefused, InputError
from casework.events import PAYLOADS, Event, Payload, Proposal
from casework.languages import Lang
from casework.routing import BY_PLACE, NO_REGISTER, NOBODYS, PLACELESS
from casework.testing import FrozenTime, actors, commands, messages
from casework.whereabouts import Step, Whereabouts, whereabouts
from tests.unit.town import CLERK, HANDLER, WEDNESDAY, town

BOOK = town("""
[[route]]
id = "lights"
when = "'路灯' in text"
set = { unit = "住建局", kind = "help" }
reason = "路灯归住建"
source = "城市照明管理规定第五条"

[[route]]
id = "late"
when = "month == 7"
set = { kind = "complaint" }
assumption = "七月多为投诉"
""")
ARRIVED = events.Received(
    message="1.message",
    channel="portal",
    board="县长信箱",
    number=None,
    sender=None,
    public=True,
    rulebook="town",
    rulebook_digest="0",
    classes={},
)
LIGHTS = Proposal(rule="lights", unit="住建局", classes={"kind": "help"}, reason="路灯归住建")


def happened(*acts: Payload | tuple[str, Payload]) -> tuple[Event, ...]:
    """A history in which something happens every hour, by the clerk or by the role that stands before it."""
    rows = [row if isinstance(row, tuple) else ("clerk", row) for row in acts]
    return tuple(
        Event(
            case="c1",
            seq=seq,
            occurred_at=WEDNESDAY + timedelta(hours=seq - 1),
            recorded_at=WEDNESDAY + timedelta(days=9),
            actor=f"the {role}",
            role=role,
            action="x",
            state="received",
            data=data,
        )
        for seq, (role, data) in enumerate(rows, start=1)
    )


def account(*acts: Payload | tuple[str, Payload], texts: dict[str, str] | None = None) -> Whereabouts:
    return whereabouts(happened(("system", ARRIVED), *acts), texts or {}, BOOK, zone="Asia/Shanghai")


def last(*acts: Payload, texts: dict[str, str] | None = None) -> tuple[str, str]:
    """What is said of the latest act, in Chinese and in English."""
    step = account(*acts, texts=texts).steps[-1]
    assert step.seq == len(acts) + 1
    return step.zh, step.en


LIFE: tuple[Payload | tuple[str, Payload], ...] = (
    ("system", events.Routed(proposals=(LIGHTS, Proposal(rule="late", unit=None, classes={"kind": "complaint"}, reason="")))),
    events.Reviewed(classes={"kind": "complaint"}, note=None),
    events.Assigned(lead="夹河镇", assisting=("公安局",), instead_of=None, rule=None, note="4.note"),
    events.Overruled(rule="lights", proposed="住建局", chosen="夹河镇", reason="5.reason"),
    ("handler", events.Accepted(unit="夹河镇")),
    ("handler", events.Declined(unit="夹河镇", reason="不属本单位职责", explanation="7.explanation", count=1, lead=None)),
    events.ConsultationCalled(
        number=1, asked_by="wang", allowed_by=None, convener="clerk", units=("住建局", "夹河镇"), on_site=True, matter="8.matter"
    ),
    events.ConsultationConcluded(number=1, minutes="9.minutes", lead="住建局", assisting=("夹河镇",), limit="10 working days"),
    ("handler", events.Submitted(unit="住建局", reply=1, text="10.reply", outcome=None, findings=(), gates=(), passed=0)),
    (
        "reviewer",
        events.Returned(reply=1, reasons=("敷衍塞责", "答非所问"), explanation=None, to="handler", resubmit_at=1, count=1),
    ),
    ("citizen", events.Reopened(reason="not-solved", explanation="12.explanation", cycle=1)),
)
TEXTS = {
    "1.message": Message(subject="路灯不亮", place="夹河镇安家村").model_dump_json(),
    "4.note": "村民小组的路灯",
    "5.reason": "村民小组的路灯",
    "7.explanation": "属 城市\n照明",
    "8.matter": "路灯产权",
    "9.minutes": "移交住建局",
    "12.explanation": "还是不亮",
    "10.reply": "已维修",
}

# --- the whole account ------------------------------------------------------------------------------------------------


def test_a_case_s_way_is_told_in_chinese() -> None:
    assert account(*LIFE, texts=TEXTS).text("zh").splitlines() == [
        "件c1的去向及缘由（Asia/Shanghai）",
        "2020-07-01 09:00  系统：收到来件（渠道：portal；栏目：县长信箱；所在地：夹河镇安家村）",
        "2020-07-01 10:00  系统：规则“lights”建议主办单位住建局、类别为求助；理由：路灯归住建；依据：“城市照明管理规定第五条”",
        "2020-07-01 10:00  系统：规则“late”建议类别为投诉；推定：七月多为投诉",
        "2020-07-01 11:00  问政办：登记受理，定类：类别为投诉",
        "2020-07-01 12:00  问政办：交办主办单位夹河镇，协办单位公安局",
        "2020-07-01 13:00  问政办：未采纳规则“lights”的建议（住建局），选定夹河镇；理由：村民小组的路灯",
        "2020-07-01 15:00  承办人：夹河镇退件（第1次）；理由：不属本单位职责；说明：属 城市 照明；此后无主办单位",
        "2020-07-01 16:00  问政办：召集第1次会商（现场），参加单位：住建局、夹河镇；召集人：问政办；事由：路灯产权",
        "2020-07-01 17:00  问政办：第1次会商结论：主办单位住建局，协办单位夹河镇；期限：10个工作日；纪要：移交住建局",
        "2020-07-01 19:00  审核人：将答复1退回住建局（第1次退回）；理由：敷衍塞责、答非所问",
        "2020-07-01 20:00  来件人：重办（第1次）；理由：not-solved；说明：还是不亮",
    ]


def test_a_case_s_way_is_told_in_english() -> None:
    told = account(*LIFE, texts=TEXTS)
    assert (
        told.text("en").splitlines()
        == str(told).splitlines()
        == [
            "case c1: where it went and why (Asia/Shanghai)",
            "2020-07-01 09:00  the desk: received (channel: portal; board: 县长信箱; place: 夹河镇安家村)",
            "2020-07-01 10:00  the desk: rule 'lights' proposes lead unit 住建局, kind help; reason: 路灯归住建; "
            "source: “城市照明管理规定第五条”",
            "2020-07-01 10:00  the desk: rule 'late' proposes kind complaint; assumed: 七月多为投诉",
            "2020-07-01 11:00  office clerk: registered it as kind complaint",
            "2020-07-01 12:00  office clerk: assigned it to lead unit 夹河镇, assisting 公安局",
            "2020-07-01 13:00  office clerk: overruled rule 'lights', which proposed 住建局: chosen was 夹河镇; "
            "reason: 村民小组的路灯",
            "2020-07-01 15:00  handler: 夹河镇 handed it back (decline 1); reason: 不属本单位职责; explanation: 属 城市 照明; "
            "nobody leads from then on",
            "2020-07-01 16:00  office clerk: called consultation 1 on site with 住建局, 夹河镇; convener: office clerk; "
            "matter: 路灯产权",
            "2020-07-01 17:00  office clerk: consultation 1 concluded: lead unit 住建局, assisting 夹河镇; limit: 10 working days; "
            "minutes: 移交住建局",
            "2020-07-01 19:00  reviewer: sent reply 1 back to 住建局 (return 1); reason: 敷衍塞责, 答非所问",
            "2020-07-01 20:00  citizen: reopened it (time 1); reason: not-solved; explanation: 还是不亮",
        ]
    )


def test_a_step_keeps_whose_act_it_was_and_what_hosts_sort_by() -> None:
    steps = account(*LIFE, texts=TEXTS).steps
    proposed, overruled, called = steps[1], steps[5], steps[7]
    assert proposed == Step(
        seq=2,
        at=datetime(2020, 7, 1, 2, tzinfo=UTC),
        kind="routed",
        actor="the system",
        role="system",
        unit="住建局",
        rule="lights",
        reason="路灯归住建",
        zh=proposed.zh,
        en=proposed.en,
    )
    assert proposed.at.utcoffset() == timedelta(hours=8)
    assert (overruled.unit, overruled.rule, overruled.reason, overruled.kind) == ("夹河镇", "lights", "村民小组的路灯", "overruled")
    assert (called.assisting, called.reason, called.actor) == (("住建局", "夹河镇"), "路灯产权", "the clerk")
    assert steps[4].assisting == ("公安局",)
    assert (steps[9].unit, steps[9].reason) == ("住建局", "敷衍塞责；答非所问")


# --- each turn --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act, zh, en",
    [
        (
            events.Assigned(lead="住建局", assisting=(), instead_of="夹河镇", rule="lights", note="2.text"),
            "交办主办单位住建局；原主办单位：夹河镇；采纳规则“lights”的建议；备注：因为",
            "assigned it to lead unit 住建局; taken from 夹河镇; following rule 'lights'; note: 因为",
        ),
        (
            events.Overruled(rule="lights", proposed="住建局", chosen="夹河镇", reason=None),
            "未采纳规则“lights”的建议（住建局），选定夹河镇；未说明理由",
            "overruled rule 'lights', which proposed 住建局: chosen was 夹河镇; no reason given",
        ),
        (
            events.Reviewed(classes={"kind": "help", "outcome": "solved"}, note="2.text"),
            "登记受理，定类：类别为求助、结果为已解决；备注：因为",
            "registered it as kind help, outcome solved; note: 因为",
        ),
        (
            events.Reclassified(axis="kind", old="help", new="complaint", reason="2.text"),
            "将类别由求助改为投诉；理由：因为",
            "changed kind from help to complaint; reason: 因为",
        ),
        (events.Reclassified(axis="kind", old=None, new="complaint", reason=None), "将类别定为投诉", "set kind to complaint"),
        (
            events.Declined(unit="夹河镇", reason="重复转办", explanation=None, count=2),
            "夹河镇退件（第2次）；理由：重复转办",
            "夹河镇 handed it back (decline 2); reason: 重复转办",
        ),
        (
            events.Declined(unit="夹河镇", reason="重复转办", explanation=None, count=2, lead="公安局"),
            "夹河镇退件（第2次）；理由：重复转办；此后主办单位：公安局",
            "夹河镇 handed it back (decline 2); reason: 重复转办; lead unit from then on: 公安局",
        ),
        (
            events.Transferred(to="市住建局", reason="petition", explanation="2.text"),
            "移送市住建局；理由：信访事项；说明：因为",
            "handed over to 市住建局; reason: petition; explanation: 因为",
        ),
        (
            events.Rejected(reason="spam", exit="invalid", explanation=None),
            "不予受理；理由：垃圾信息",
            "refused; reason: spam",
        ),
        (
            events.Withdrawn(reason="withdrawn-by-sender", explanation=None),
            "撤回；理由：来件人撤回",
            "withdrawn; reason: withdrawn-by-sender",
        ),
        (
            events.ConsultationCalled(
                number=2, asked_by="w", allowed_by=None, convener="", units=("住建局",), on_site=False, matter=None
            ),
            "召集第2次会商，参加单位：住建局",
            "called consultation 2 with 住建局",
        ),
        (
            events.ConsultationConcluded(number=2, minutes="2.text", lead="住建局", assisting=(), limit=None),
            "第2次会商结论：主办单位住建局；纪要：因为",
            "consultation 2 concluded: lead unit 住建局; minutes: 因为",
        ),
        (
            events.ConsultationConcluded(number=2, minutes="2.text", lead="住建局", assisting=(), limit="as soon as possible"),
            "第2次会商结论：主办单位住建局；期限：as soon as possible；纪要：因为",
            "consultation 2 concluded: lead unit 住建局; limit: as soon as possible; minutes: 因为",
        ),
        (
            events.Returned(reply=3, reasons=("敷衍塞责",), explanation="2.text", to="handler", resubmit_at=1, count=2),
            "将答复3退回承办人（第2次退回）；理由：敷衍塞责；说明：因为",
            "sent reply 3 back to its handler (return 2); reason: 敷衍塞责; explanation: 因为",
        ),
        (
            events.Returned(reply=3, reasons=("敷衍塞责",), explanation=None, to="previous", resubmit_at=1, count=2),
            "将答复3退回上一关（第2次退回）；理由：敷衍塞责",
            "sent reply 3 back to the gate before (return 2); reason: 敷衍塞责",
        ),
        (
            events.Returned(reply=3, reasons=("敷衍塞责",), explanation=None, to="区里", resubmit_at=1, count=2),
            "将答复3退回区里（第2次退回）；理由：敷衍塞责",
            "sent reply 3 back to 区里 (return 2); reason: 敷衍塞责",
        ),
        (
            events.SteppedBack(reply=3, reasons=("答非所问",), explanation=None, gate=2, count=3),
            "将答复3退回第2关（第3次退回）；理由：答非所问",
            "sent reply 3 back to gate 2 (return 3); reason: 答非所问",
        ),
        (
            events.ContributionReturned(unit="公安局", reasons=("答非所问",), explanation="2.text", count=1),
            "将公安局的协办意见退回（第1次退回）；理由：答非所问；说明：因为",
            "sent the part of 公安局 back to it (return 1); reason: 答非所问; explanation: 因为",
        ),
        (events.Merged(into="c0", rule=None), "并入件c0", "merged it into case c0"),
        (events.Merged(into="c0", rule="repeats"), "并入件c0；依规则“repeats”", "merged it into case c0; by rule 'repeats'"),
        (
            events.Absorbed(other="c9", channel="wechat", repeats=2),
            "将件c9并入本件（渠道：wechat；第2次重复）",
            "merged case c9 into this one (channel: wechat; repeat 2)",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Payload) else "",
)
def test_each_turn_is_told_with_its_reason(act: Payload, zh: str, en: str) -> None:
    assert last(act, texts={"2.text": "因为"}) == (f"问政办：{zh}", f"office clerk: {en}")


def test_a_conclusion_that_takes_the_lead_from_a_unit_says_from_which() -> None:
    assigned = events.Assigned(lead="夹河镇", assisting=(), instead_of=None, rule=None, note=None)
    stays = events.Declined(unit="公安局", reason="重复转办", explanation=None, count=1)
    concluded = events.ConsultationConcluded(number=1, minutes="m", lead="住建局", assisting=(), limit=None)
    again = events.ConsultationConcluded(number=2, minutes="m", lead="住建局", assisting=(), limit=None)
    assert "；原主办单位：夹河镇；" in last(assigned, stays, concluded)[0]
    assert "原主办单位" not in last(assigned, concluded, again)[0]
    left = events.Declined(unit="夹河镇", reason="重复转办", explanation=None, count=1, lead=None)
    assert "原主办单位" not in last(assigned, left, concluded)[0]


def test_a_note_is_told_once_and_a_reason_of_its_own_beside_it() -> None:
    assigned = events.Assigned(lead="夹河镇", assisting=(), instead_of=None, rule=None, note="2.note")
    overruled = events.Overruled(rule="lights", proposed="住建局", chosen="夹河镇", reason="3.reason")
    said = account(assigned, overruled, texts={"2.note": "尽快", "3.reason": "路灯是村里的"}).text("zh")
    assert "备注：尽快" in said and "理由：路灯是村里的" in said
    assert account(assigned, overruled, texts={"2.note": "尽快", "3.reason": "尽快"}).text("zh").count("尽快") == 1
    assert "备注：尽快" in account(assigned, texts={"2.note": "尽快"}).text("zh")


def test_what_is_given_twice_is_told_twice() -> None:
    twice = account(events.Routed(proposals=(LIGHTS,)), events.Routed(proposals=(LIGHTS, LIGHTS)))
    assert [step.seq for step in twice.steps] == [1, 2, 3, 3]


@pytest.mark.parametrize(
    "reason, zh",
    [
        (BY_PLACE, "该单位负责来件所在地"),
        (f"属地管理; {PLACELESS}", "属地管理；来件未写明所在地"),
        (NOBODYS, "名录中没有唯一负责来件所在地的单位"),
        (NO_REGISTER, "没有单位名录，无从确定负责单位"),
        ("the rule failed: KeyError", "规则出错：KeyError"),
        ("not usable: the register has no unit 'x'", "不可采用：the register has no unit 'x'"),
    ],
)
def test_a_rule_that_proposes_nothing_says_why_in_either_language(reason: str, zh: str) -> None:
    told = last(events.Routed(proposals=(Proposal(rule="gone", unit=None, classes={}, reason=reason),)))
    assert told == (f"问政办：规则“gone”未能提出建议；理由：{zh}", f"office clerk: rule 'gone' proposes nothing; reason: {reason}")


def test_the_arrival_is_told_with_what_is_known_of_it() -> None:
    bare = events.Received(
        message="m",
        channel="wechat",
        board=None,
        number=None,
        sender="1.sender",
        public=False,
        rulebook="town",
        rulebook_digest="0",
        classes={},
    )
    [step] = whereabouts(happened(("system", bare)), {}, BOOK, zone="UTC").steps
    assert (step.zh, step.en) == ("系统：收到来件（渠道：wechat）", "the desk: received (channel: wechat)")


# --- what is not part of it -------------------------------------------------------------------------------------------

TOLD = {
    *(
        "received",
        "routed",
        "reviewed",
        "reclassified",
        "assigned",
        "overruled",
        "declined",
        "rejected",
        "transferred",
        "withdrawn",
    ),
    *("reopened", "consultation_called", "consultation_concluded", "returned", "stepped_back", "contribution_returned"),
    *("merged", "absorbed"),
}
SILENT = {
    events.Accepted(unit="夹河镇"),
    events.Contacted(unit="夹河镇", how="phone", note=None),
    events.Asked(question="q"),
    events.Supplemented(message="s"),
    events.ApprovalRequested(act="assign", gates=("leader",), request=None),
    events.Published(reply=1, public=True),
    events.Closed(outcome=None),
    events.Noted(note="n"),
    events.Viewed(views=3),
    events.Praised(praise="p"),
    events.OrderCleared(order="o1"),
    events.Disclosed(public=False, reason=None),
    events.Rated(satisfied=False, comment=None, count=1),
}


def test_what_did_not_move_the_case_is_no_part_of_the_account() -> None:
    class Unheard(Payload, frozen=True, kw_only=True):
        kind = "unheard"

    assert {act.kind for act in SILENT} & TOLD == set()
    assert PAYLOADS.keys() >= TOLD
    for act in (*SILENT, Unheard(), events.Reviewed(classes={}, note="n")):
        assert [step.kind for step in account(act).steps] == ["received"]


def test_a_text_that_was_erased_is_told_as_such() -> None:
    acts = events.Reclassified(axis="kind", old=None, new="help", reason="2.reason")
    for texts in ({}, {"2.reason": ""}):
        assert last(acts, texts=texts) == (
            "问政办：将类别定为求助；理由：（已删除）",
            "office clerk: set kind to help; reason: (erased)",
        )
        assert account(acts, texts=texts).steps[-1].reason == ""


def test_a_long_text_is_cut_in_the_lines_and_kept_in_the_step() -> None:
    text = "路" * 150 + "\n\n灯" + "亮" * 150
    step = account(events.Reclassified(axis="kind", old=None, new="help", reason="r"), texts={"r": text}).steps[-1]
    assert step.reason == text
    assert step.zh == f"问政办：将类别定为求助；理由：{'路' * 150} 灯{'亮' * 46}…"


def test_a_role_that_the_rulebook_has_no_words_for_is_told_by_its_name() -> None:
    acts = (("governor", events.Merged(into="c0", rule=None)), ("stranger", events.Merged(into="c0", rule=None)))
    assert [step.zh.partition("：")[0] for step in account(*acts).steps[1:]] == ["governor", "stranger"]


def test_moments_are_those_of_the_zone_and_of_the_act_not_of_its_recording() -> None:
    history = happened(("system", ARRIVED))
    assert (
        whereabouts(history, {}, BOOK, zone="America/New_York").text("en").splitlines()[1].startswith("2020-06-30 21:00  the desk")
    )
    assert whereabouts(history, {}, BOOK, zone="UTC").text("en").splitlines()[1].startswith("2020-07-01 01:00  the desk")


def test_what_cannot_be_told_says_so() -> None:
    with pytest.raises(ValueError, match="no events: there is no case"):
        whereabouts((), {}, BOOK, zone="UTC")
    with pytest.raises(InputError, match="there is no time zone 'Asia/Shanghi'; did you mean 'Asia/Shanghai'"):
        whereabouts(happened(("system", ARRIVED)), {}, BOOK, zone="Asia/Shanghi")
    with pytest.raises(InputError, match="there is no language 'fr'"):
        account().text("fr")  # type: ignore[arg-type]  # no such language


# --- of cases that were really handled --------------------------------------------------------------------------------


def handled(now: FrozenTime, message: Message) -> Desk:
    desk = Desk(BOOK, store=MemoryStore(), now=now, new_id=lambda: "c1")
    desk.receive(message)
    return desk


def told_by(desk: Desk, lang: Lang = "zh") -> list[str]:
    texts = desk.store.texts("c1")
    return whereabouts(desk.history("c1"), texts, BOOK, zone=BOOK.zone).text(lang).splitlines()


def test_a_rule_that_is_followed_and_one_that_is_overruled_are_told_apart() -> None:
    desk = handled(FrozenTime(WEDNESDAY), Message(subject="路灯不亮"))
    desk.act("c1", Review(classes={"kind": "help"}), by=CLERK)
    desk.act("c1", Assign(lead="住建局"), by=CLERK)
    assert told_by(desk)[-1] == "2020-07-01 09:00  问政办：交办主办单位住建局；采纳规则“lights”的建议"
    desk = handled(FrozenTime(WEDNESDAY), Message(subject="路灯不亮"))
    desk.act("c1", Review(), by=CLERK)
    desk.act("c1", Assign(lead="夹河", note="村里的路灯"), by=CLERK)
    desk.act("c1", AddNote(text="与本件去向无关"), by=CLERK)
    desk.act("c1", Decline(reason="不属本单位职责", explanation="应由住建局办理"), by=HANDLER)
    desk.act("c1", Reclassify(axis="kind", value="complaint"), by=CLERK)
    lines = told_by(desk)
    assert lines[4] == "2020-07-01 09:00  问政办：登记受理，定类：类别为求助", "nobody chose otherwise"
    assert lines[5:7] == [
        "2020-07-01 09:00  问政办：交办主办单位夹河镇",
        "2020-07-01 09:00  问政办：未采纳规则“lights”的建议（住建局），选定夹河镇；理由：村里的路灯",
    ]
    assert lines[7].startswith("2020-07-01 09:00  承办人：夹河镇退件（第1次）；理由：不属本单位职责；说明：应由住建局办理")
    assert lines[8:] == ["2020-07-01 09:00  问政办：将类别由求助改为投诉"]


@given(st.data())
def test_whatever_befell_a_case_its_account_ends_where_the_case_is(data: st.DataObject) -> None:
    now = FrozenTime(WEDNESDAY)
    desk = handled(now, data.draw(messages()))
    for _ in range(data.draw(st.integers(0, 12))):
        now.to(now() + data.draw(st.sampled_from([timedelta(0), timedelta(days=3)])))
        case = desk.get("c1")
        command = data.draw(commands(BOOK, case))
        try:
            desk.act("c1", command, by=data.draw(actors(BOOK, action=command.action, case=case)))
        except (CommandRefused, InputError):
            continue
    case, history = desk.get("c1"), desk.history("c1")
    told = whereabouts(history, desk.store.texts("c1"), BOOK, zone=BOOK.zone)
    assert {step.kind for step in told.steps} == {event.kind for event in history if worth_telling(event.data)}
    assert [step.seq for step in told.steps] == sorted(step.seq for step in told.steps)
    given_to = [step.unit for step in told.steps if step.kind in ("assigned", "consultation_concluded")]
    assert case.lead is None or case.lead == given_to[-1]
    assert bool(given_to) == bool(case.assignments)
    overruled = sum(event.kind == "overruled" for event in history)
    assert told.text("zh").count("未采纳规则") >= overruled
    for lang in ("zh", "en"):
        assert len(told.text(lang).splitlines()) == len(told.steps) + 1


def worth_telling(data: Any) -> bool:
    return data.kind in TOLD and (data.kind != "reviewed" or bool(data.classes)) and (data.kind != "routed" or bool(data.proposals))
