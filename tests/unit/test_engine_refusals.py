"""Who may do what, in which state and with which contents; every refusal says what was tried and what would work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from casework import Actor, Case, Desk, MemoryStore, Message, Rulebook, Sender
from casework.actions import (
    COMMANDS,
    Accept,
    AddNote,
    AnswerOrder,
    Approve,
    AskCitizen,
    Assign,
    Attach,
    ClearOrder,
    Close,
    Command,
    Conclude,
    Consult,
    Contact,
    Contribute,
    Decline,
    Disclose,
    Dismiss,
    Erase,
    Extend,
    GiveOpinion,
    Instruct,
    IssueOrder,
    KeepApart,
    Merge,
    Praise,
    Promise,
    Publish,
    Rate,
    Reclassify,
    Refuse,
    RefuseExtension,
    Reject,
    Reopen,
    ReportViews,
    ReturnContribution,
    ReturnReply,
    Review,
    Revisit,
    SubmitReply,
    Supplement,
    TakeUp,
    Transfer,
    Withdraw,
)
from casework.errors import CommandRefused, ConditionUnmet, InputError, NotAllowed, NotPermitted, UnknownClass, UnknownUnit
from casework.testing import FrozenTime
from tests.unit.town import CITIZEN, CLERK, HANDLER, LEADER, POLICE, SUPERVISOR, WEDNESDAY, town, with_gates

MESSAGE = Message(subject="路灯不亮", body="村口路灯坏了", sender=Sender(ref="u-1"), board="县长信箱")
REVIEWER = Actor(id="sun", role="reviewer")
OFFICE = Actor(id="zhou", role="office")
GRANTED: tuple[tuple[Command, Actor], ...] = ((Review(), CLERK), (Assign(lead="夹河镇", assisting=("住建局",)), CLERK))
REPLY = SubmitReply(text="已安排维修人员更换路灯。", outcome="solved")
Step = tuple[Command, Actor]

# How a case gets into each state that commands lead to.
WAYS: dict[str, tuple[Step, ...]] = {
    "received": (),
    "reviewed": GRANTED[:1],
    "assigned": (*GRANTED, (Accept(), HANDLER)),
    "consultation": (*GRANTED, (Accept(), HANDLER), (Consult(units=("夹河镇", "公安局")), CLERK)),
    "awaiting_citizen": (*GRANTED, (AskCitizen(question="?"), HANDLER)),
    "replied": (*GRANTED, (Accept(), HANDLER), (REPLY, HANDLER)),
    "returned": (*GRANTED, (Accept(), HANDLER), (REPLY, HANDLER), (ReturnReply(reasons=("敷衍塞责",)), CLERK)),
    "published": (*GRANTED, (Accept(), HANDLER), (REPLY, HANDLER), (Publish(), CLERK)),
    "closed": (*GRANTED, (Accept(), HANDLER), (REPLY, HANDLER), (Publish(), CLERK), (Close(), CLERK)),
    "rejected": ((Reject(reason="spam"), CLERK),),
    "transferred": ((Transfer(to="信访局", reason="petition"), CLERK),),
    "withdrawn": ((Withdraw(), CITIZEN),),
}
EXAMPLES: dict[str, Command] = {
    "review": Review(),
    "reject": Reject(reason="spam"),
    "transfer": Transfer(to="信访局", reason="petition"),
    "withdraw": Withdraw(),
    "assign": Assign(lead="夹河镇"),
    "accept": Accept(),
    "decline": Decline(reason="重复转办"),
    "contact": Contact(),
    "contribute": Contribute(text="x"),
    "return_part": ReturnContribution(unit="住建局", reasons=("敷衍塞责",)),
    "promise": Promise(until=date(2030, 1, 1), reason="awaiting parts"),
    "extend": Extend(limit="5 working days"),
    "refuse_extension": RefuseExtension(reason="not needed"),
    "submit": REPLY,
    "approve": Approve(),
    "refuse": Refuse(opinion="x"),
    "return": ReturnReply(reasons=("敷衍塞责",)),
    "publish": Publish(),
    "close": Close(),
    "reopen": Reopen(reason="again"),
    "consult": Consult(),
    "opine": GiveOpinion(text="x"),
    "conclude": Conclude(minutes="x"),
    "ask": AskCitizen(question="?"),
    "supplement": Supplement(text="x"),
    "reclassify": Reclassify(axis="kind", value="help"),
    "note": AddNote(text="x"),
    "issue": IssueOrder(form="supervision", to=("夹河镇",)),
    "answer": AnswerOrder(order="o1", text="x"),
    "clear": ClearOrder(order="o1"),
    "take_up": TakeUp(),
    "dismiss": Dismiss(reason="x"),
    "revisit": Revisit(solved=True),
    "rate": Rate(satisfied=False),
    "instruct": Instruct(text="x"),
    "praise": Praise(text="x"),
    "view": ReportViews(views=200),
    "attach": Attach(message=Message(subject="路灯还是不亮", channel="wechat")),
    "merge": Merge(other="c2"),
    "keep_apart": KeepApart(other="c2"),
    "disclose": Disclose(public=False),
    "erase": Erase(ground="依申请删除"),
}


def office(rulebook: Rulebook | None = None) -> Desk:
    return Desk(rulebook or town(), store=MemoryStore(), now=FrozenTime(WEDNESDAY), new_id=iter(("c1", "c2")).__next__)


def desk_in(state: str, *, rulebook: Rulebook | None = None) -> Desk:
    """A desk with one case, in this state."""
    desk = office(rulebook)
    desk.receive(MESSAGE)
    for command, actor in WAYS[state]:
        desk.act("c1", command, by=actor)
    assert desk.get("c1").state == state
    return desk


def refused(desk: Desk, command: Command, by: Actor, *, kind: type[CommandRefused | InputError] = ConditionUnmet) -> str:
    """Return what the refusal says, having seen that it left nothing behind."""
    before = desk.store.read("c1"), desk.store.events("c1"), dict(desk.store.texts("c1"))
    with pytest.raises(kind) as error:
        desk.act("c1", command, by=by)
    assert (desk.store.read("c1"), desk.store.events("c1"), dict(desk.store.texts("c1"))) == before
    if isinstance(error.value, CommandRefused):
        assert (error.value.case, error.value.tried) == ("c1", command.action)
    return str(error.value)


# --- denied by default ------------------------------------------------------------------------------------------------


def somebody(rulebook: Rulebook, role: str) -> Actor:
    scope = rulebook.roles[role].scope
    return Actor(
        id="u-1" if scope == "own" else "somebody",
        role=role,
        unit="夹河镇" if scope == "unit" else None,
        boards=("县长信箱",) if scope == "board" else (),
    )


@pytest.mark.parametrize("role", sorted(Rulebook.shipped("yunxi").roles))
@pytest.mark.parametrize(
    "state", ["received", "assigned", "consultation", "replied", "returned", "published", "closed", "rejected"]
)
def test_a_role_may_do_what_the_rulebook_grants_it_where_the_state_allows_it_and_nothing_else(role: str, state: str) -> None:
    book = Rulebook.shipped("yunxi")
    for action, command in EXAMPLES.items():
        desk = desk_in(state, rulebook=book)
        desk.receive(MESSAGE)  # another one, to be merged with
        actor, outcome, offered = somebody(book, role), "done", offers(desk, somebody(book, role))
        try:
            desk.act("c1", command, by=actor)
            assert action in offered, f"{role} can {action} and a page does not offer it"
        except (NotAllowed, NotPermitted) as error:
            outcome = type(error).__name__
            assert action not in offered
        except CommandRefused:
            outcome = "done"  # it may be done; only these contents do not fit
        inside = book.roles[role].scope != "unit" or state not in ("received", "rejected")
        expected = (
            "NotAllowed"
            if not book.lifecycle.can(state, action)
            else "done"
            if action in book.roles[role].may and inside
            else "NotPermitted"
        )
        assert (action, outcome) == (action, expected)


def offers(desk: Desk, actor: Actor) -> tuple[str, ...]:
    """Return what a page offers the actor to do; nothing where the actor may not see the case."""
    try:
        return desk.view("c1", by=actor).allowed
    except NotPermitted:
        return ()


def test_there_is_an_example_of_every_command() -> None:
    assert sorted(EXAMPLES) == sorted(COMMANDS)
    assert {name: command.action for name, command in EXAMPLES.items()} == {name: name for name in COMMANDS}


def test_a_state_without_the_action_names_those_that_the_actor_has() -> None:
    assert refused(desk_in("received"), Publish(), CLERK, kind=NotAllowed) == (
        "cannot publish case c1 in state 'received' "
        "(allowed: attach, disclose, issue, merge, note, praise, reclassify, reject, review, transfer, view, withdraw)"
    )
    assert refused(desk_in("rejected"), Review(), CLERK, kind=NotAllowed) == (
        "cannot review case c1 in state 'rejected' (allowed: disclose, note, view)"
    )
    assert refused(desk_in("received"), Accept(), POLICE, kind=NotAllowed) == (
        "cannot accept case c1 in state 'received' (allowed: nothing)"
    )


def test_a_role_without_the_right_names_the_roles_that_have_it() -> None:
    assert refused(desk_in("received"), Review(), LEADER, kind=NotPermitted) == (
        "zhang (leader) may not review case c1: role 'leader' has no right to it (roles that have: clerk, governor)"
    )
    stranger = Actor(id="x", role="stranger")
    assert refused(desk_in("received"), Review(), stranger, kind=NotPermitted) == (
        "x (stranger) may not review case c1: the rulebook has no role 'stranger' "
        "(roles: citizen, clerk, governor, handler, leader, portal, reviewer, steward, supervisor)"
    )


def test_a_handler_acts_on_the_cases_of_the_unit_alone() -> None:
    desk = desk_in("assigned")
    assert refused(desk, AddNote(text="x"), POLICE, kind=NotPermitted) == (
        "zhao (handler) may not note case c1: the case is not with 公安局 (units: 夹河镇, 住建局)"
    )
    nobody = Actor(id="he", role="handler")
    assert refused(desk, AddNote(text="x"), nobody, kind=NotPermitted) == (
        "he (handler) may not note case c1: role 'handler' acts for a unit, and this actor names none"
    )
    assert refused(desk, Accept(unit="住建局"), HANDLER, kind=NotPermitted) == (
        "li (handler) may not accept case c1: acts for 夹河镇, not for 住建局"
    )


def test_a_manager_acts_on_the_own_boards_alone() -> None:
    desk = desk_in("received")
    other = Actor(id="wu", role="governor", boards=("书记信箱", "网站"))
    assert refused(desk, Review(), other, kind=NotPermitted) == (
        "wu (governor) may not review case c1: the case's board is '县长信箱', the actor's boards are: 书记信箱, 网站"
    )
    none = Actor(id="wu", role="governor")
    assert refused(desk, Review(), none, kind=NotPermitted).endswith("the actor's boards are: none")
    assert desk.act("c1", Review(), by=Actor(id="wu", role="governor", boards=("县长信箱",))).state == "reviewed"


def test_a_citizen_acts_on_the_own_case_alone() -> None:
    desk = desk_in("received")
    other = Actor(id="u-2", role="citizen")
    assert refused(desk, Withdraw(), other, kind=NotPermitted) == (
        "u-2 (citizen) may not withdraw case c1: the case was sent by somebody else"
    )
    assert desk.act("c1", Withdraw(), by=CITIZEN).state == "withdrawn"


def test_nobody_is_the_sender_of_a_message_without_one() -> None:
    desk = office()
    desk.receive(Message(subject="x"))
    assert refused(desk, Withdraw(), CITIZEN, kind=NotPermitted).endswith("the case was sent by somebody else")


# --- contents ---------------------------------------------------------------------------------------------------------


def test_classes_are_those_that_the_rulebook_declares() -> None:
    desk = desk_in("received")
    assert refused(desk, Review(classes={"knd": "help"}), CLERK, kind=UnknownClass) == (
        "the rulebook declares no class 'knd'; did you mean 'kind'? (declared: kind, outcome)"
    )
    assert refused(desk, Reclassify(axis="kind", value="hlep"), CLERK, kind=UnknownClass) == (
        "the rulebook declares no value 'hlep' for class 'kind'; did you mean 'help'? (declared: consult, suggest, complaint, help)"
    )
    assert refused(desk_in("published"), Close(outcome="slved"), CLERK, kind=UnknownClass).startswith(
        "the rulebook declares no value 'slved' for class 'outcome'; did you mean 'solved'?"
    )
    assert desk.act("c1", Reclassify(axis="kind", value="help"), by=CLERK).classes == {"kind": "help"}
    assert desk.act("c1", Review(classes={"kind": "consult"}), by=CLERK).classes == {"kind": "consult"}


def test_a_message_is_refused_for_a_listed_reason() -> None:
    desk = desk_in("received")
    assert refused(desk, Reject(reason="spma"), CLERK) == (
        "cannot reject case c1: the rulebook lists no reason 'spma'; did you mean 'spam'? "
        "(reasons: spam, unclear, repeat, petition, not-ours)"
    )
    case = desk.act("c1", Reject(reason="repeat", explanation="已有同样来件"), by=CLERK)
    assert (case.state, case.exit, case.closed_at) == ("rejected", "repeat", WEDNESDAY)
    assert [clock.status for clock in case.clocks] == ["cancelled"]
    assert desk.history("c1")[-1].data.exit == "duplicate"  # type: ignore[attr-defined]  # it is a Rejected


def test_a_case_goes_to_units_of_the_register() -> None:
    desk = desk_in("reviewed")
    assert refused(desk, Assign(lead="夹河县"), CLERK, kind=UnknownUnit).startswith(
        "the register has no unit '夹河县'; did you mean '夹河镇'?"
    )
    assert refused(desk, Assign(lead="夹河镇", assisting=("夹河",)), CLERK) == (
        "cannot assign case c1: a unit is named twice; the lead unit does not assist itself"
    )
    case = desk.act("c1", Assign(lead="夹河", assisting=("公安局",)), by=CLERK)
    assert (case.lead, case.units) == ("夹河镇", ("夹河镇", "公安局"))


def test_a_unit_accepts_once() -> None:
    assert refused(desk_in("assigned"), Accept(), HANDLER) == "cannot accept case c1: 夹河镇 has already accepted it"


def test_a_unit_that_handed_it_back_is_out() -> None:
    desk = desk_in("assigned")
    assert refused(desk, Decline(reason="不归我管"), HANDLER) == (
        "cannot decline case c1: the rulebook lists no reason '不归我管' (reasons: 不属本单位职责, 重复转办)"
    )
    case = desk.act("c1", Decline(reason="重复转办"), by=HANDLER)
    assert (case.counts, case.units, case.lead, case.led_by) == ({"declined": 1}, ("住建局",), None, "夹河镇")
    why = "夹河镇 has the case no longer: its assignment is declined"
    for command in (REPLY, AddNote(text="顺便说一句"), AskCitizen(question="门牌号？")):
        assert refused(desk, command, HANDLER, kind=NotPermitted) == f"li (handler) may not {command.action} case c1: {why}"
    assert desk.view("c1", by=HANDLER).lead is None


def test_a_reply_comes_after_acceptance_and_says_something() -> None:
    desk = office()
    desk.receive(MESSAGE)
    for command, actor in GRANTED:
        desk.act("c1", command, by=actor)
    assert refused(desk, REPLY, HANDLER) == "cannot submit case c1: 夹河镇 has not accepted the case yet"
    desk.act("c1", Accept(), by=HANDLER)
    assert refused(desk, SubmitReply(text="已 收悉"), HANDLER) == "cannot submit case c1: the reply has 3 characters, needs 10"
    assert refused(desk, SubmitReply(text=REPLY.text, outcome="done"), HANDLER, kind=UnknownClass).startswith(
        "the rulebook declares no value 'done' for class 'outcome'"
    )
    case = desk.act("c1", SubmitReply(text="我们将尽快安排维修人员处理。"), by=HANDLER)
    assert case.reply is not None
    assert [(row.check, row.level, row.message) for row in case.reply.findings] == [
        ("vague", "advise", "the reply must not say: 尽快")
    ]


def test_a_reply_goes_back_for_a_listed_reason() -> None:
    desk = desk_in("replied")
    assert refused(desk, ReturnReply(reasons=("敷衍塞责", "语气直接")), CLERK) == (
        "cannot return case c1: the rulebook lists no reason '语气直接' (reasons: 敷衍塞责, 答非所问)"
    )
    assert desk.act("c1", ReturnReply(reasons=("答非所问",)), by=CLERK).counts == {"returned": 1}


def test_without_gates_there_is_nothing_to_approve() -> None:
    assert refused(desk_in("replied"), Approve(), REVIEWER) == (
        "cannot approve case c1: nothing waits for approval (waiting: nothing)"
    )


@pytest.mark.parametrize(
    "command, expected",
    [
        (Publish(), "cannot publish case c1: there is no reply to publish"),
        (ReturnReply(reasons=("x",)), "cannot return case c1: there is no reply to return"),
    ],
)
def test_without_a_reply_there_is_nothing_to_publish_or_return(command: Command, expected: str) -> None:
    arrows = "".join(
        f'{{ action = "{action}", source = "received", dest = "{dest}" }},'
        for action, dest in (("publish", "published"), ("return", "returned"))
    )
    desk = office(town(f"[lifecycle]\ntransition = [{arrows}]\n"))
    desk.receive(MESSAGE)
    assert refused(desk, command, CLERK) == expected


# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_has_a_declared_form_and_somebody_to_go_to() -> None:
    desk = desk_in("received")
    assert refused(desk, IssueOrder(form="supervison"), CLERK) == (
        "cannot issue case c1: the rulebook has no order form 'supervison'; did you mean 'supervision'? "
        "(forms: supervision, reminder)"
    )
    assert refused(desk, IssueOrder(form="supervision"), CLERK) == (
        "cannot issue case c1: the case has no lead unit; name the units that the order goes to"
    )
    assert refused(desk, IssueOrder(form="supervision", to=("夹河县",)), CLERK, kind=UnknownUnit).startswith(
        "the register has no unit"
    )
    (order,) = desk.act("c1", IssueOrder(form="supervision", to=("夹河",), text="速办"), by=CLERK).orders
    assert (order.number, order.to) == ("督〔2020〕1号", ("夹河镇",))
    assert order.document is not None
    assert desk.store.texts("c1")[order.document].endswith(" 速办")


def test_an_order_is_answered_by_whom_it_went_to_and_cleared_by_whom_it_belongs_to() -> None:
    desk = desk_in("assigned")
    desk.act("c1", IssueOrder(form="supervision"), by=SUPERVISOR)
    number = "督〔2020〕1号"
    assert refused(desk, ClearOrder(order=number), CLERK, kind=NotPermitted) == (
        "wang (clerk) may not clear case c1: orders of form 'supervision' are struck off by 'supervisor'"
    )
    assert refused(desk, ClearOrder(order=number), SUPERVISOR) == f"cannot clear case c1: order {number} has no answer yet"
    builders = Actor(id="feng", role="handler", unit="住建局")
    assert refused(desk, AnswerOrder(order=number, text="x"), builders) == (
        f"cannot answer case c1: order {number} went to 夹河镇, not to 住建局"
    )
    assert refused(desk, AnswerOrder(order=number, text="x", unit="夹河镇"), builders, kind=NotPermitted) == (
        "feng (handler) may not answer case c1: acts for 住建局, not for 夹河镇"
    )
    assert refused(desk, AnswerOrder(order="o9", text="x"), HANDLER) == (
        f"cannot answer case c1: order 'o9' does not exist (open orders: {number})"
    )
    desk.act("c1", AnswerOrder(order=number, text="已处理"), by=HANDLER)
    (order,) = desk.act("c1", ClearOrder(order="o1"), by=SUPERVISOR).orders
    assert order.cleared_at == WEDNESDAY
    assert refused(desk, AnswerOrder(order=number, text="x"), HANDLER) == (
        f"cannot answer case c1: order '{number}' is already struck off (open orders: nothing)"
    )


def test_an_order_that_wants_no_answer_is_struck_off_without_one() -> None:
    desk = desk_in("assigned")
    desk.act("c1", IssueOrder(form="reminder"), by=CLERK)
    (order,) = desk.act("c1", ClearOrder(order="催001"), by=CLERK).orders
    assert (order.number, order.cleared_at) == ("催001", WEDNESDAY)


# --- gates ------------------------------------------------------------------------------------------------------------


def at_gate(passed: int, *, resubmit_at: str = "first") -> Desk:
    desk = desk_in("replied", rulebook=with_gates(resubmit_at=resubmit_at))
    for actor in (REVIEWER, OFFICE)[:passed]:
        desk.act("c1", Approve(), by=actor)
    return desk


def standing(case: Case) -> tuple[str, int, int]:
    assert case.reply is not None
    assert case.reply.gates == ("reviewer", "office", "leader")
    return case.state, case.reply.passed, len(case.reply.gates)


def test_a_reply_passes_its_gates_in_order_and_the_last_one_publishes_it() -> None:
    desk = at_gate(0)
    assert refused(desk, Approve(), OFFICE, kind=NotPermitted) == (
        "zhou (office) may not approve case c1: the reply stands at gate 1 of 3, which is passed by 'reviewer'"
    )
    assert refused(desk, Publish(), CLERK) == "cannot publish case c1: the reply has passed 0 of 3 gates"
    assert standing(desk.act("c1", Approve(opinion="同意"), by=REVIEWER)) == ("replied", 1, 3)
    second = "the reply stands at gate 2 of 3, which is passed by 'office'"
    assert refused(desk, Approve(), REVIEWER, kind=NotPermitted).endswith(second)
    assert standing(desk.act("c1", Approve(), by=OFFICE)) == ("replied", 2, 3)
    case = desk.act("c1", Approve(), by=LEADER)
    assert standing(case) == ("published", 3, 3)
    assert [event.kind for event in desk.history("c1")][-2:] == ["approved", "published"]
    assert case.outcome == "solved"


def test_nobody_approves_their_own_reply() -> None:
    desk = desk_in("replied", rulebook=with_gates())
    own = Actor(id="li", role="reviewer")
    assert (
        refused(desk, Approve(), own, kind=NotPermitted) == "li (reviewer) may not approve case c1: nobody approves their own reply"
    )


@pytest.mark.parametrize("resubmit_at, passed", [("first", 0), ("same", 1)])
def test_a_returned_reply_is_submitted_again_at_the_first_or_the_same_gate(resubmit_at: str, passed: int) -> None:
    desk = at_gate(1, resubmit_at=resubmit_at)
    case = desk.act("c1", ReturnReply(reasons=("敷衍塞责",)), by=OFFICE)
    assert (case.state, case.counts["returned"]) == ("returned", 1)
    again = desk.act("c1", SubmitReply(text="已于今日更换路灯, 现已恢复照明。"), by=HANDLER)
    assert standing(again) == ("replied", passed, 3)
    assert [reply.status for reply in again.replies] == ["returned", "submitted"]
    assert desk.act("c1", Approve(), by=(REVIEWER, OFFICE)[passed]).state == "replied"


@pytest.mark.parametrize("resubmit_at", ["first", "same"])
def test_a_reply_that_comes_back_after_publication_starts_at_the_first_gate(resubmit_at: str) -> None:
    desk = at_gate(2, resubmit_at=resubmit_at)
    desk.act("c1", Approve(), by=LEADER)
    desk.act("c1", ReturnReply(reasons=("答非所问",)), by=OFFICE)
    assert standing(desk.act("c1", REPLY, by=HANDLER)) == ("replied", 0, 3)


# --- clocks -----------------------------------------------------------------------------------------------------------


def statuses(case: Case) -> dict[str, tuple[str, int]]:
    return {clock.key: (clock.status, clock.run) for clock in case.clocks}


def test_each_unit_has_a_clock_of_its_own() -> None:
    desk = desk_in("reviewed")
    desk.act("c1", Assign(lead="夹河镇", assisting=("公安局",)), by=CLERK)
    case = desk.act("c1", Accept(), by=HANDLER)
    assert statuses(case) == {"handle": ("running", 1), "accept:夹河镇": ("stopped", 1), "accept:公安局": ("running", 1)}


def test_a_unit_that_is_taken_off_the_case_has_its_clock_cancelled() -> None:
    desk = desk_in("reviewed")
    desk.act("c1", Assign(lead="夹河镇", assisting=("公安局",)), by=CLERK)
    case = desk.act("c1", Assign(lead="住建局", assisting=("公安局",)), by=CLERK)
    assert statuses(case) == {
        "handle": ("running", 1),
        "accept:夹河镇": ("cancelled", 1),
        "accept:公安局": ("running", 1),
        "accept:住建局": ("running", 1),
    }
    assert desk.history("c1")[-1].data.instead_of == "夹河镇"  # type: ignore[attr-defined]  # it is an Assigned


def test_a_unit_that_has_accepted_is_not_asked_again_when_another_one_joins() -> None:
    desk = desk_in("assigned")
    case = desk.act("c1", Assign(lead="夹河镇", assisting=("公安局",)), by=CLERK)
    assert statuses(case)["accept:夹河镇"] == ("stopped", 1)
    row = case.assignment("夹河镇")
    assert row is not None
    assert row.status == "accepted"


def test_a_unit_that_gets_it_back_after_declining_starts_anew() -> None:
    desk = desk_in("assigned")
    desk.act("c1", Decline(reason="重复转办"), by=HANDLER)
    case = desk.act("c1", Assign(lead="夹河镇"), by=CLERK)
    assert statuses(case)["accept:夹河镇"] == ("running", 2)
    assert desk.act("c1", Accept(), by=HANDLER).clock("accept:夹河镇").met is True


def test_a_clock_waits_while_the_citizen_is_asked() -> None:
    desk = desk_in("assigned")
    asked = desk.act("c1", AskCitizen(question="哪一盏?"), by=HANDLER)
    assert (asked.clock("handle").status, asked.clock("handle").due, asked.clock("handle").alarms) == ("paused", None, ())
    given = desk.act("c1", Supplement(text="村口第二盏"), by=CITIZEN)
    due = given.clock("handle").due
    assert given.clock("handle").status == "running"
    assert due is not None
    assert due.date.isoformat() == "2020-07-08"  # asked and answered on the day of receipt, which does not count anyway


def test_reopening_starts_the_next_run_of_a_clock() -> None:
    desk = desk_in("closed")
    closed = desk.get("c1")
    assert (closed.outcome, closed.closed_at) == ("solved", WEDNESDAY)
    case = desk.act("c1", Reopen(reason="not solved"), by=CLERK)
    assert (case.state, case.cycle, case.closed_at, case.outcome) == ("assigned", 1, None, None)
    assert statuses(case)["handle"] == ("running", 2)


@pytest.mark.parametrize("state", ["rejected", "transferred", "withdrawn"])
def test_a_case_that_is_over_has_no_clock_left(state: str) -> None:
    case = desk_in(state).get("c1")
    assert {clock.status for clock in case.clocks} == {"cancelled"}
    assert case.next_at is None


# --- routing ----------------------------------------------------------------------------------------------------------

ROUTE = """
[[route]]
id = "lamps"
when = "'路灯' in text"
set = { unit = "住建局", kind = "help" }
reason = "路灯归住建局"
"""


def propose(then: Callable[[Desk], Case]) -> tuple[Case, list[str]]:
    desk = office(town(ROUTE))
    desk.receive(MESSAGE)
    desk.act("c1", Review(), by=CLERK)
    return then(desk), [event.kind for event in desk.history("c1")]


def test_a_proposal_that_is_followed_names_its_rule() -> None:
    case, kinds = propose(lambda desk: desk.act("c1", Assign(lead="住建局"), by=CLERK))
    assert kinds == ["received", "routed", "reviewed", "assigned"]
    (proposal,) = case.proposals
    assert (proposal.rule, proposal.unit, proposal.classes, proposal.reason) == (
        "lamps",
        "住建局",
        {"kind": "help"},
        "路灯归住建局",
    )
    assert case.classes == {"kind": "help"}, "whoever registered it chose no other class"


def test_a_proposal_that_is_overruled_keeps_both_and_the_reason() -> None:
    desk = office(town(ROUTE))
    desk.receive(MESSAGE)
    desk.act("c1", Review(), by=CLERK)
    desk.act("c1", Assign(lead="夹河镇", note="村里自建的路灯"), by=CLERK)
    data = desk.history("c1")[-1].data
    assert (data.kind, data.rule, data.proposed, data.chosen) == ("overruled", "lamps", "住建局", "夹河镇")  # type: ignore[attr-defined]
    assert desk.store.texts("c1")[data.reason] == "村里自建的路灯"  # type: ignore[attr-defined]  # it is an Overruled
    desk.act("c1", Assign(lead="公安局"), by=CLERK)
    assert desk.history("c1")[-1].kind == "assigned", "only the first decision overrules a proposal"


def test_whoever_an_order_went_to_may_answer_it_with_the_case_or_without_it() -> None:
    desk = desk_in("assigned")
    desk.act("c1", IssueOrder(form="supervision", to=("公安局",)), by=SUPERVISOR)
    number = desk.get("c1").orders[-1].number
    officer = Actor(id="zheng", role="handler", unit="公安局")
    case = desk.act("c1", AnswerOrder(order=number, text="已派员核实。"), by=officer)
    assert [unit for unit, _ in case.orders[-1].answers] == ["公安局"]
    assert refused(desk, AddNote(text="顺便"), officer, kind=NotPermitted).endswith(
        "the case is not with 公安局 (units: 夹河镇, 住建局)"
    )
