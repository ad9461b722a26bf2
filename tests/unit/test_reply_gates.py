"""A reply on its way to the citizen: checked, let pass gate by gate, sent back, published, and answered a second time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import Actor, Case, Message
from casework.actions import (
    Accept,
    Approve,
    AskCitizen,
    Assign,
    Close,
    Command,
    Conclude,
    Consult,
    Publish,
    Rate,
    Reclassify,
    ReturnReply,
    Review,
    SubmitReply,
    Supplement,
    Withdraw,
)
from casework.errors import ConditionUnmet, NotAllowed, NotPermitted
from casework.events import Approved, Returned, SteppedBack
from tests.unit.approving import ASSIGNED, HEAD, REPLY, REVIEWER, Ear, refused
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLER, LEADER, POLICE, Office, local, small, sound

OFFICE = Actor(id="zhou", role="office")
PEOPLE = {"head": HEAD, "reviewer": REVIEWER, "office": OFFICE, "leader": LEADER}
RULES = f"""{FIVE_DAYS}
[roles.office]
zh = "领导小组办公室"
scope = "any"
may = ["approve", "return", "note"]

[roles.leader]
may = ["approve", "return", "note"]

[roles.head]
scope = "unit"
may = ["approve", "return", "note"]

[reply]
return_reasons = ["敷衍塞责", "答非所问"]

[[notify]]
on = "return"
to = ["handler"]
zh = "答复已退回"

[[notify]]
on = "publish"
to = ["sender"]
zh = "您的来件已答复"
"""
BAD = ReturnReply(reasons=("敷衍塞责",))
AGAIN = SubmitReply(text="已于今日更换路灯，现已恢复照明。")


def gates(*by: str, more: str = "") -> str:
    """Return a rulebook in which a reply passes the gates of these roles."""
    roles = ", ".join(f'"{role}"' for role in by)
    return f'{RULES}\n[[approval]]\non = "publish"\nby = [{roles}]\n{more}\n'


THREE = ("reviewer", "office", "leader")


def at_gate(passed: int, *by: str, more: str = "") -> Office:
    """Return an office with a reply that has passed so many of its gates."""
    office = Office(gates(*by, more=more))
    office.assigned()
    office.do(REPLY)
    for role in by[:passed]:
        office.do(Approve(), by=PEOPLE[role])
    return office


def standing(case: Case) -> tuple[str, str, int, tuple[str, ...]]:
    """Return the case's state and its latest reply's, how many gates that has passed, and which gates it has."""
    assert case.reply is not None
    return case.state, case.reply.status, case.reply.passed, case.reply.gates


# --- three gates ------------------------------------------------------------------------------------------------------


def test_a_reply_passes_three_gates_and_at_each_its_role_is_told() -> None:
    office = Office(gates(*THREE))
    office.assigned()
    hear = Ear(office)
    hear()
    assert standing(office.do(REPLY)) == ("replied", "submitted", 0, THREE)
    assert hear() == [("reviewer", "夹河镇", "答复待审核（第1关，共3关）")]
    assert standing(office.do(Approve(opinion="事实清楚"), by=REVIEWER)) == ("replied", "submitted", 1, THREE)
    assert hear() == [("office", "夹河镇", "答复待审核（第2关，共3关）")]
    assert standing(office.do(Approve(act="publish"), by=OFFICE)) == ("replied", "submitted", 2, THREE)
    assert hear() == [("leader", "夹河镇", "答复待审核（第3关，共3关）")]
    assert office.desk.view("c1", by=CITIZEN).replies == ()
    assert standing(office.do(Approve(), by=LEADER, at="2020-07-03 10:00")) == ("published", "published", 3, THREE)
    assert hear() == [("sender", "夹河镇", "您的来件已答复")]
    assert office.desk.view("c1", by=CITIZEN).replies == (REPLY.text,)

    passed = [event for event in office.desk.history("c1") if isinstance(event.data, Approved)]
    assert [(event.actor, event.data.gate, event.data.gates) for event in passed if isinstance(event.data, Approved)] == [
        ("sun", 1, 3),
        ("zhou", 2, 3),
        ("zhang", 3, 3),
    ]
    assert isinstance(passed[0].data, Approved)
    assert office.desk.store.texts("c1")[passed[0].data.opinion or ""] == "事实清楚"
    last = office.last()
    assert (last.actor, last.action, last.occurred_at) == ("zhang", "publish", local("2020-07-03 10:00"))
    assert office.facts() == [("met:handle", 0)]
    sound(office)


@pytest.mark.parametrize("passed", [0, 1, 2])
def test_nobody_passes_a_gate_but_its_role_and_nothing_is_published_before_the_last(passed: int) -> None:
    office = at_gate(passed, *THREE)
    for role in THREE:
        if role != THREE[passed]:
            error = refused(office, Approve(), by=PEOPLE[role], kind=NotPermitted)
            assert error.why == f"the reply stands at gate {passed + 1} of 3, which is passed by {THREE[passed]!r}"
    error_of_clerk = refused(office, Publish(), by=CLERK, kind=ConditionUnmet)
    assert error_of_clerk.reasons == (f"the reply has passed {passed} of 3 gates",)
    assert error_of_clerk.allowed == ("approve",)
    own = Actor(id="li", role=THREE[passed])
    assert refused(office, Approve(), by=own, kind=NotPermitted).why == "nobody approves their own reply"


def test_a_reply_waits_where_it_stands_and_its_clock_runs_on() -> None:
    office = at_gate(2, *THREE)
    office.to("2020-07-09 09:00")
    office.desk.sweep()
    assert office.desk.get("c1").clock("handle").status == "running"
    office.do(Approve(), by=LEADER)
    assert office.facts() == [("late:handle", 1)], "what waits at a gate is not answered yet"


def test_an_office_without_gates_publishes_itself() -> None:
    office = Office(RULES)
    office.assigned()
    hear = Ear(office)
    hear()
    assert standing(office.do(REPLY)) == ("replied", "submitted", 0, ())
    assert hear() == []
    error = refused(office, Approve(), by=REVIEWER, kind=ConditionUnmet)
    assert error.reasons == ("nothing waits for approval (waiting: nothing)",)
    assert office.do(Publish()).state == "published"


CONDITIONAL = """
[[approval]]
on = "publish"
by = ["leader"]
when = "kind == 'complaint'"
"""


@pytest.mark.parametrize("kind, by", [("complaint", ("reviewer", "leader")), ("help", ("reviewer",))])
def test_a_gate_may_stand_for_some_replies_only(kind: str, by: tuple[str, ...]) -> None:
    office = Office(gates("reviewer", more=CONDITIONAL))
    office.receive()
    office.do(Review(classes={"kind": kind}), Assign(lead="夹河镇"), Accept())
    assert standing(office.do(REPLY)) == ("replied", "submitted", 0, by)
    for role in by:
        office.do(Approve(), by=PEOPLE[role])
    assert office.desk.get("c1").state == "published"


def test_a_reply_keeps_the_gates_that_it_was_submitted_to_and_the_next_one_has_its_own() -> None:
    office = Office(gates("reviewer", more=CONDITIONAL))
    office.receive()
    office.do(Review(classes={"kind": "complaint"}), Assign(lead="夹河镇"), Accept(), REPLY)
    office.do(Reclassify(axis="kind", value="help"))
    office.do(Approve(), by=REVIEWER)
    assert standing(office.desk.get("c1")) == ("replied", "submitted", 1, ("reviewer", "leader"))
    office.do(BAD, by=REVIEWER)
    assert standing(office.do(AGAIN)) == ("replied", "submitted", 0, ("reviewer",))


# --- the head of the unit itself --------------------------------------------------------------------------------------


def test_a_gate_of_the_unit_itself_is_passed_by_its_own_head_and_only_that_is_told() -> None:
    office = Office(gates("head", "leader"))
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)), Accept())
    hear = Ear(office)
    hear()
    office.do(REPLY)
    assert hear() == [("head", "夹河镇", "答复待审核（第1关，共2关）")]
    other = Actor(id="qin", role="head", unit="公安局")
    error = refused(office, Approve(), by=other, kind=NotPermitted)
    assert error.why == "the reply is that of 夹河镇, and passes this gate there"
    error = refused(office, Approve(), by=Actor(id="tan", role="head", unit="住建局"), kind=NotPermitted)
    assert error.why == "the case is not with 住建局 (units: 夹河镇, 公安局)"
    assert standing(office.do(Approve(), by=HEAD))[2] == 1
    assert hear() == [("leader", "夹河镇", "答复待审核（第2关，共2关）")]


def test_the_head_of_another_unit_does_not_send_a_reply_back_either() -> None:
    office = Office(gates("reviewer", "head", more='returns = ["handler", "previous"]'))
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)), Accept(), REPLY)
    office.do(Approve(), by=REVIEWER)
    other = Actor(id="qin", role="head", unit="公安局")
    for way in (BACK, BAD):
        assert "夹河镇" in refused(office, way, by=other, kind=NotPermitted).why
    assert standing(office.do(ReturnReply(reasons=("敷衍塞责",), to="previous"), by=HEAD))[2] == 0


# --- sent back --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resubmit_at, stands_at", [("first", 0), ("same", 2)])
def test_a_reply_goes_back_to_its_handler_by_the_way_it_came(resubmit_at: str, stands_at: int) -> None:
    office = at_gate(2, *THREE, more=f'resubmit_at = "{resubmit_at}"')
    hear = Ear(office)
    hear()
    case = office.do(ReturnReply(reasons=("敷衍塞责", "答非所问"), explanation="未说明更换日期"), by=LEADER)
    assert standing(case) == ("returned", "returned", 2, THREE)
    assert (case.counts["returned"], case.assignments[0].status) == (1, "returned")
    assert hear() == [("handler", "夹河镇", "答复已退回")]
    event = office.last()
    assert isinstance(event.data, Returned)
    assert (event.actor, event.data.reply, event.data.reasons, event.data.to) == ("zhang", 1, ("敷衍塞责", "答非所问"), "handler")
    assert event.data.resubmit_at == stands_at + 1
    assert office.desk.store.texts("c1")[event.data.explanation or ""] == "未说明更换日期"
    assert office.clock().status == "running", "what was never published has stopped no clock"

    case = office.do(AGAIN)
    assert standing(case) == ("replied", "submitted", stands_at, THREE)
    assert [(row.number, row.status) for row in case.replies] == [(1, "returned"), (2, "submitted")]
    assert hear() == [(THREE[stands_at], "夹河镇", f"答复待审核（第{stands_at + 1}关，共3关）")]
    for role in THREE[stands_at:]:
        case = office.do(Approve(), by=PEOPLE[role])
    assert case.state == "published"
    assert office.desk.view("c1", by=CITIZEN).replies == (AGAIN.text,)
    sound(office)


def test_a_reply_goes_back_for_reasons_of_the_list_and_each_time_is_counted() -> None:
    office = at_gate(0, *THREE)
    error = refused(office, ReturnReply(reasons=("敷衍塞责", "答非所问了")), by=REVIEWER, kind=ConditionUnmet)
    assert error.reasons == ("the rulebook lists no reason '答非所问了'; did you mean '答非所问'? (reasons: 敷衍塞责, 答非所问)",)
    assert error.allowed == ("敷衍塞责", "答非所问")
    for count in (1, 2, 3):
        assert office.do(BAD, by=REVIEWER).counts["returned"] == count
        with pytest.raises(NotAllowed, match="cannot return case c1 in state 'returned'"):
            office.do(BAD, by=REVIEWER)
        office.do(AGAIN)
    sound(office)


def test_a_returned_reply_waits_for_nobody_s_approval() -> None:
    office = at_gate(1, *THREE)
    office.do(BAD, by=OFFICE)
    error = refused(office, Approve(), by=OFFICE, kind=ConditionUnmet)
    assert error.reasons == ("nothing waits for approval (waiting: nothing)",)
    assert "approve" not in office.desk.view("c1", by=OFFICE).allowed


PREVIOUS = 'returns = ["handler", "previous"]'
BACK = ReturnReply(reasons=("答非所问",), explanation="请再核", to="previous")


def test_a_reply_goes_back_to_the_gate_before_which_looks_at_it_again() -> None:
    office = at_gate(2, *THREE, more=PREVIOUS)
    hear = Ear(office)
    hear()
    case = office.do(BACK, by=LEADER)
    assert standing(case) == ("replied", "submitted", 1, THREE)
    assert (case.counts["stepped_back"], case.counts.get("returned", 0)) == (1, 0), "its handler has nothing to do"
    assert hear() == [("office", "夹河镇", "答复待审核（第2关，共3关）")]
    event = office.last()
    assert isinstance(event.data, SteppedBack)
    assert (event.action, event.data.gate, event.data.reasons) == ("step_back", 2, ("答非所问",))
    assert office.desk.store.texts("c1")[event.data.explanation or ""] == "请再核"
    assert refused(office, Approve(), by=LEADER, kind=NotPermitted).why.endswith("which is passed by 'office'")
    assert office.do(BACK, by=OFFICE).counts["stepped_back"] == 2
    for role in THREE:
        case = office.do(Approve(), by=PEOPLE[role])
    assert standing(case) == ("published", "published", 3, THREE)
    sound(office)


def test_a_reply_goes_back_a_gate_only_where_there_is_one_and_from_the_gate_where_it_stands() -> None:
    office = at_gate(0, *THREE, more=PREVIOUS)
    error = refused(office, BACK, by=REVIEWER, kind=ConditionUnmet)
    assert error.reasons == ("the reply stands at its first gate: there is no gate before to return it to",)
    assert error.allowed == ("handler",)
    office = at_gate(2, *THREE, more=PREVIOUS)
    wrong = refused(office, BACK, by=OFFICE, kind=NotPermitted)
    assert wrong.why == "the reply stands at gate 3 of 3, which 'leader' sends back from"
    office.do(Approve(), by=LEADER)
    error = refused(office, BACK, by=LEADER, kind=ConditionUnmet)
    assert error.reasons == ("the reply is published: there is no gate before to return it to",)
    office = at_gate(1, *THREE)
    error = refused(office, BACK, by=OFFICE, kind=ConditionUnmet)
    assert error.reasons == ("a reply goes back to its handler here",)
    assert error.allowed == ("handler",)


SAME = (
    RULES
    + '[[approval]]\non = "publish"\nby = ["reviewer"]\n'
    + '[[approval]]\non = "publish"\nby = ["office"]\nwhen = "kind == \'complaint\'"\nreturns = ["handler", "previous"]\n'
    + '[[approval]]\non = "publish"\nby = ["leader"]\nresubmit_at = "same"\n'
)
"""Gates of the reviewer and the leader, and for complaints one of the office between them."""


@pytest.mark.parametrize(
    "before, after, passed, by",
    [
        ("complaint", "complaint", 2, THREE),
        ("complaint", "help", 1, ("reviewer", "leader")),
        ("help", "complaint", 1, THREE),
        ("help", "help", 1, ("reviewer", "leader")),
    ],
)
def test_a_reply_stands_again_at_the_first_gate_that_has_not_let_one_pass_though_the_gates_are_others_by_then(
    before: str, after: str, passed: int, by: tuple[str, ...]
) -> None:
    office = Office(SAME)
    office.receive()
    office.do(Review(classes={"kind": before}), Assign(lead="夹河镇"), Accept(), REPLY)
    for role in THREE if before == "complaint" else ("reviewer", "leader"):
        office.do(BAD if role == "leader" else Approve(), by=PEOPLE[role])
    if after != before:
        office.do(Reclassify(axis="kind", value=after))
    assert standing(office.do(AGAIN)) == ("replied", "submitted", passed, by)
    for role in by[passed:]:
        office.do(Approve(), by=PEOPLE[role])
    assert office.desk.get("c1").state == "published"
    sound(office)


def test_a_reply_goes_back_as_the_row_says_by_whose_gate_it_stands_whatever_the_class_is_by_then() -> None:
    office = Office(SAME)
    office.receive()
    office.do(Review(classes={"kind": "complaint"}), Assign(lead="夹河镇"), Accept(), REPLY)
    office.do(Approve(), by=REVIEWER)
    office.do(Reclassify(axis="kind", value="help"))
    assert standing(office.do(BACK, by=OFFICE)) == ("replied", "submitted", 0, THREE)


def test_a_gate_may_depend_on_what_the_reply_says_the_outcome_is() -> None:
    row = '[[approval]]\non = "publish"\nby = ["leader"]\nwhen = "outcome == \'unfounded\'"\n'
    office = Office(gates("reviewer", more=row))
    office.assigned()
    assert standing(office.do(SubmitReply(text="经查，所反映情况不属实。", outcome="unfounded")))[3] == ("reviewer", "leader")
    office.do(BAD, by=REVIEWER)
    assert standing(office.do(SubmitReply(text="已更换路灯。", outcome="solved")))[3] == ("reviewer",)


def test_a_reply_of_another_unit_begins_at_the_first_gate() -> None:
    office = at_gate(2, *THREE, more='resubmit_at = "same"')
    office.do(BAD, by=LEADER)
    office.do(Consult(units=("夹河镇", "公安局")), Conclude(minutes="由公安局答复", lead="公安局"))
    case = office.do(Accept(), AGAIN, by=POLICE)
    assert standing(case) == ("replied", "submitted", 0, THREE)
    assert case.reply and (case.reply.unit, case.reply.number) == ("公安局", 2)


def test_between_a_return_and_the_next_reply_the_citizen_may_be_asked() -> None:
    office = at_gate(2, *THREE, more='resubmit_at = "same"')
    office.do(BAD, by=LEADER)
    office.do(AskCitizen(question="哪一盏灯？"), by=HANDLER)
    office.do(Supplement(text="桥头那盏"))
    assert standing(office.do(AGAIN)) == ("replied", "submitted", 2, THREE)


# --- after publication ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resubmit_at", ["first", "same"])
def test_a_published_reply_may_be_sent_back_and_begins_anew(resubmit_at: str) -> None:
    office = at_gate(3, *THREE, more=f'resubmit_at = "{resubmit_at}"')
    assert office.clock().met is True
    hear = Ear(office)
    hear()
    case = office.do(BAD, by=OFFICE)
    assert (case.state, case.counts["returned"]) == ("returned", 1)
    assert hear() == [("handler", "夹河镇", "答复已退回")]
    assert standing(office.do(AGAIN)) == ("replied", "submitted", 0, THREE)
    sound(office)


def test_a_second_reply_may_follow_and_the_first_stays_readable_until_it_is_published_and_after() -> None:
    office = at_gate(3, *THREE)

    def citizen_reads() -> tuple[str, ...]:
        return office.desk.view("c1", by=CITIZEN).replies

    assert citizen_reads() == (REPLY.text,)
    case = office.do(SubmitReply(text="补充答复：全村路灯已检修一遍。", outcome="solved"), at="2020-07-06 10:00")
    assert standing(case) == ("replied", "submitted", 0, THREE)
    assert [row.status for row in case.replies] == ["published", "submitted"]
    assert citizen_reads() == (REPLY.text,), "what stands at a gate is a draft"
    assert len(office.desk.view("c1", by=HANDLER).replies) == 2
    office.do(Approve(), by=REVIEWER)
    office.do(BAD, by=OFFICE)
    assert citizen_reads() == (REPLY.text,)
    assert [row.status for row in office.desk.get("c1").replies] == ["published", "returned"]
    office.do(SubmitReply(text="补充答复：全村四十盏路灯已检修。", outcome="solved"))
    for role in THREE:
        case = office.do(Approve(), by=PEOPLE[role])
    assert citizen_reads() == (REPLY.text, "补充答复：全村四十盏路灯已检修。")
    assert (case.state, case.outcome) == ("published", "solved")
    assert office.do(Close()).outcome == "solved"
    with pytest.raises(NotPermitted, match="the case was sent by somebody else"):
        office.desk.view("c1", by=Actor(id="u-2", role="citizen"))
    sound(office)


def test_a_citizen_who_is_not_content_may_say_so_and_take_the_message_back_only_before_it_is_answered() -> None:
    office = at_gate(2, *THREE)
    with pytest.raises(NotAllowed, match="cannot rate case c1 in state 'replied'"):
        office.do(Rate(satisfied=False), by=CITIZEN)
    office.do(Approve(), by=LEADER)
    assert office.do(Rate(satisfied=False), by=CITIZEN).counts["dissatisfied"] == 1
    with pytest.raises(NotAllowed, match="cannot withdraw case c1 in state 'published'"):
        office.do(Withdraw(), by=CITIZEN)


# --- checks -----------------------------------------------------------------------------------------------------------

CHECKS = """
[reply]
return_reasons = ["敷衍塞责"]
checks = [
    { id = "answer", acknowledgement = true, message = "只说收到不算答复" },
    { id = "vague", forbid = ["尽快"], level = "advise", message = "请写明日期" },
    { id = "basis", require_all = ["依据"], when = "kind == 'consult'" },
    { id = "longer", min_chars = 40, when = "returned > 0", message = "退回后须详细说明" },
    { id = "signed", signature = true },
    { id = "dated", date = true },
]
"""
SIGNED = "经查，村口路灯线路老化，已于昨日更换。\n夹河镇\n2020年7月2日"


def checked(kind: str = "help") -> Office:
    """Return an office whose replies are checked, with a case that a unit has accepted."""
    office = Office(small(FIVE_DAYS + CHECKS))
    office.receive()
    office.do(Review(classes={"kind": kind}), Assign(lead="夹河镇"), Accept(), at="2020-07-02 09:00")
    return office


@pytest.mark.parametrize(
    "text, reasons",
    [
        ("您好，您的留言已收悉，我们将尽快处理。\n夹河镇\n2020年7月2日", ("只说收到不算答复",)),
        ("路灯已更换。\n公安局\n2020年7月2日", ("the reply must be signed at its end by: 夹河镇 or 夹河",)),
        (
            "路灯已更换。\n夹河镇\n2020年7月3日",
            ("the reply is dated 2020-07-03, after the day of its submission, 2020-07-02",),
        ),
        (
            "路灯已更换。\n夹河镇\n2019年7月2日",
            ("the reply is dated 2019-07-02, long before the message came on 2020-07-01",),
        ),
        ("留言收到，谢谢！", ("只说收到不算答复", "the reply must be signed at its end by: 夹河镇 or 夹河")),
    ],
)
def test_a_reply_that_breaks_a_rule_is_refused_with_everything_that_is_against_it(text: str, reasons: tuple[str, ...]) -> None:
    office = checked()
    error = refused(office, SubmitReply(text=text), by=HANDLER, kind=ConditionUnmet)
    assert error.reasons[: len(reasons)] == reasons
    assert error.tried == "submit"
    assert text not in str(error), "an error does not repeat what people write"


def test_a_reply_that_keeps_the_rules_passes_signed_by_an_alias_too() -> None:
    case = checked().do(SubmitReply(text=SIGNED))
    assert case.reply and (case.state, case.reply.findings) == ("replied", ())
    case = checked().do(SubmitReply(text="经查，路灯已更换。\n夹河\n2020年7月1日"))
    assert case.reply and case.reply.findings == ()


def test_what_a_check_only_advises_lets_the_reply_pass_and_stays_with_it() -> None:
    office = checked()
    case = office.do(SubmitReply(text="经查，线路老化，备件已订，到货后尽快更换。\n夹河镇\n2020年7月2日"))
    assert case.reply
    assert [(row.check, row.level, row.message) for row in case.reply.findings] == [("vague", "advise", "请写明日期")]
    sound(office)
    office.do(Publish())
    case = office.desk.get("c1")
    assert case.reply and (case.reply.status, len(case.reply.findings)) == ("published", 1)


def test_a_check_with_a_condition_is_made_where_it_holds() -> None:
    error = refused(checked("consult"), SubmitReply(text=SIGNED), by=HANDLER, kind=ConditionUnmet)
    assert error.reasons == ("the reply must hold all of: 依据; it lacks: 依据",)
    based = SubmitReply(text=f"依据《条例》第三条，{SIGNED}")
    assert checked("consult").do(based).state == "replied"

    office = checked()
    office.do(SubmitReply(text=SIGNED), BAD)
    error = refused(office, SubmitReply(text=SIGNED), by=HANDLER, kind=ConditionUnmet)
    assert error.reasons == ("退回后须详细说明",)


def test_the_day_of_submission_is_that_of_the_rulebook_s_zone() -> None:
    text = SubmitReply(text="经查，路灯已更换。\n夹河镇\n2020年7月3日")
    office = checked()
    office.to("2020-07-02 23:59")
    assert "after the day of its submission" in str(refused(office, text, by=HANDLER, kind=ConditionUnmet))
    assert office.do(text, at="2020-07-03 00:01").state == "replied"


def test_the_unit_that_replies_signs_and_not_the_one_that_led_before() -> None:
    office = checked()
    office.do(Assign(lead="公安局"))
    office.do(Accept(), by=POLICE)
    error = refused(office, SubmitReply(text=SIGNED), by=POLICE, kind=ConditionUnmet)
    assert error.reasons == ("the reply must be signed at its end by: 公安局",)


# --- imported, and in any order ---------------------------------------------------------------------------------------


def test_replies_that_are_imported_pass_their_gates_and_nobody_is_told() -> None:
    office = Office(gates(*THREE), at="2020-07-20 09:00")
    with office.desk.importing() as past:
        case = past.receive(Message(subject="路灯不亮", received_at=local("2020-07-01 09:00"))).id
        for command in ASSIGNED[:2]:
            past.act(case, command, by=CLERK, at=local("2020-07-01 10:00"))
        past.act(case, Accept(), by=HANDLER, at=local("2020-07-01 11:00"))
        past.act(case, REPLY, by=HANDLER, at=local("2020-07-02 09:00"))
        past.act(case, BAD, by=REVIEWER, at=local("2020-07-02 10:00"))
        past.act(case, AGAIN, by=HANDLER, at=local("2020-07-03 09:00"))
        for role in THREE:
            past.act(case, Approve(), by=PEOPLE[role], at=local("2020-07-03 10:00"))
    done = office.desk.get(case)
    assert (done.state, done.counts["returned"], Ear(office)()) == ("published", 1, [])
    assert office.facts() == [("met:handle", 0)]
    sound(office)


STEPS: dict[str, tuple[Command, str]] = {
    "submit": (AGAIN, "handler"),
    **{f"approve-{role}": (Approve(), role) for role in THREE},
    **{f"return-{role}": (BAD, role) for role in THREE},
    **{f"back-{role}": (BACK, role) for role in THREE},
}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=14), st.sampled_from(["first", "same"]))
def test_whatever_the_gates_do_nothing_is_published_that_did_not_pass_each_of_them(steps: list[str], at: str) -> None:
    office = Office(gates(*THREE, more=f'{PREVIOUS}\nresubmit_at = "{at}"'))
    office.assigned()
    open_at, number = 0, 0
    passed: set[str] = set()
    for step in steps:
        command, role = STEPS[step]
        try:
            case = office.do(command, by=PEOPLE.get(role, HANDLER))
        except (ConditionUnmet, NotAllowed, NotPermitted):
            continue
        if step == "submit":
            number += 1
            assert case.reply and case.reply.passed in ((0, open_at) if at == "same" else (0,))
            passed = set(THREE[: case.reply.passed])
        elif step.startswith("approve"):
            passed.add(role)
        elif step.startswith("return"):
            assert case.reply
            open_at = case.reply.passed
        else:
            assert case.reply
            passed = set(THREE[: case.reply.passed])
        assert len(case.replies) == number
        published = [row for row in case.replies if row.status == "published"]
        assert all(row.passed == 3 for row in published)
        if case.state == "published":
            assert passed == set(THREE)
    sound(office)
