"""Acts that wait for approval: asked for, let pass gate by gate, refused, and carried out in the name of whoever asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casework import Actor, Case, MemoryStore, SqlStore
from casework.actions import (
    Accept,
    AddNote,
    AnswerOrder,
    Approve,
    AskCitizen,
    Assign,
    ClearOrder,
    Close,
    Command,
    Conclude,
    Consult,
    Contact,
    Decline,
    Extend,
    GiveOpinion,
    Instruct,
    IssueOrder,
    Promise,
    Reclassify,
    Refuse,
    Reject,
    Reopen,
    Review,
    Revisit,
    Supplement,
    Transfer,
    Withdraw,
)
from casework.errors import ConditionUnmet, NotAllowed, NotPermitted, RulebookInvalid, UnknownUnit
from casework.events import ApprovalRefused, ApprovalRequested, Approved
from casework.ports import CaseStore
from tests.unit.approving import ASSIGNED, CHIEF, FREE, HEAD, PUBLISHED, REPLY, REVIEWER, TWO, Ear, gated, refused, waiting
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLER, LEADER, SUPERVISOR, Office, local, small, sound


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CaseStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with closing(SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")) as made:
        yield made


# --- gate by gate -----------------------------------------------------------------------------------------------------


def test_an_act_passes_its_gates_in_order_and_is_done_in_the_name_of_whoever_asked(store: CaseStore) -> None:
    office = Office(gated("assign", "reviewer", "leader"), store=store)
    hear = Ear(office)
    office.receive()
    office.do(Review())
    assert hear() == []

    case = office.do(Assign(lead="夹河", assisting=("住建局",), note="请两家一起办"))
    assert (case.state, case.lead, case.assignments) == ("reviewed", None, ())
    assert waiting(case) == [("assign", "reviewer", 0, "wang")]
    assert hear() == [("reviewer", "", "请审批：交办")]
    asked = office.last()
    assert isinstance(asked.data, ApprovalRequested)
    assert (asked.actor, asked.action, asked.data.act, asked.data.gates) == ("wang", "request", "assign", ("reviewer", "leader"))
    assert "请两家" not in str(asked), "what people write is in no event"

    error = refused(office, Approve(), by=LEADER, kind=NotPermitted)
    assert str(error) == "zhang (leader) may not approve case c1: assign waits for 'reviewer'"
    case = office.do(Approve(opinion="可办"), by=REVIEWER, at="2020-07-01 10:00")
    assert (case.state, waiting(case)) == ("reviewed", [("assign", "leader", 1, "wang")])
    assert hear() == [("leader", "", "请审批：交办")]
    error = refused(office, Approve(), by=REVIEWER, kind=NotPermitted)
    assert str(error) == "sun (reviewer) may not approve case c1: assign waits for 'leader'"

    case = office.do(Approve(act="assign"), by=LEADER, at="2020-07-02 11:00")
    assert (case.state, case.lead, case.units, case.requests) == ("assigned", "夹河镇", ("夹河镇", "住建局"), ())
    assert hear() == [("clerk", "夹河镇", "交办已批准")]
    first, second, done = office.desk.history("c1")[-3:]
    assert isinstance(first.data, Approved) and isinstance(second.data, Approved)
    assert (first.actor, first.data.act, first.data.gate, first.data.gates) == ("sun", "assign", 1, 2)
    assert office.desk.store.texts("c1")[first.data.opinion or ""] == "可办"
    assert (second.actor, second.data.gate, second.data.opinion) == ("zhang", 2, None)
    assert (done.actor, done.role, done.action) == ("wang", "clerk", "assign")
    assert done.occurred_at == local("2020-07-02 11:00"), "it is done when it is allowed, and not before"
    assert case.assignments[0].asked_at == local("2020-07-02 11:00")
    sound(office)


SCENES: dict[str, tuple[tuple[Command, ...], Command, Actor]] = {
    "review": ((), Review(classes={"kind": "help"}), CLERK),
    "reject": ((), Reject(reason="spam", explanation="广告"), CLERK),
    "assign": ((Review(),), Assign(lead="住建局", assisting=("夹河镇",), note="请办"), CLERK),
    "transfer": ((Review(),), Transfer(to="信访局", reason="petition"), CLERK),
    "withdraw": (ASSIGNED, Withdraw(), CITIZEN),
    "reclassify": ((Review(),), Reclassify(axis="kind", value="complaint", reason="实为投诉"), CLERK),
    "accept": ((Review(), Assign(lead="夹河镇")), Accept(), HANDLER),
    "decline": (ASSIGNED, Decline(reason="不归我管"), HANDLER),
    "contact": (ASSIGNED, Contact(how="visit", note="已上门"), HANDLER),
    "consult": (ASSIGNED, Consult(units=("夹河镇", "公安局"), on_site=True, matter="产权不清"), CLERK),
    "opine": ((*ASSIGNED, Consult()), GiveOpinion(text="由我镇更换"), HANDLER),
    "conclude": ((*ASSIGNED, Consult()), Conclude(minutes="由住建局办", lead="住建局", limit="10 working days"), CLERK),
    "ask": (ASSIGNED, AskCitizen(question="哪一盏灯？"), HANDLER),
    "supplement": ((*ASSIGNED, AskCitizen(question="哪一盏灯？")), Supplement(text="桥头那盏"), CITIZEN),
    "extend": (ASSIGNED, TWO, HANDLER),
    "promise": (ASSIGNED, Promise(until=date(2020, 7, 13), reason="等备件"), HANDLER),
    "close": (PUBLISHED, Close(outcome="solved"), CLERK),
    "reopen": ((*PUBLISHED, Close()), Reopen(reason="又坏了"), CLERK),
    "revisit": (PUBLISHED, Revisit(satisfied=False, solved=False, note="仍不亮"), CLERK),
    "issue": (ASSIGNED, IssueOrder(form="letter", to=("夹河镇", "公安局"), text="请速办"), SUPERVISOR),
    "answer": ((*ASSIGNED, IssueOrder(form="letter")), AnswerOrder(order="函1", text="已更换"), HANDLER),
    "clear": ((*ASSIGNED, IssueOrder(form="report")), ClearOrder(order="报1"), CLERK),
    "instruct": (ASSIGNED, Instruct(text="三日内办妥"), LEADER),
    "note": (ASSIGNED, AddNote(text="催过一次"), HANDLER),
}


def _plain(case: Case) -> Any:
    """Return a case without what tells one history from another: numbers of events, and who allowed what."""
    rows = msgspec.to_builtins(case)
    for key in ("version", "rulebook_digest", "requests"):
        del rows[key]
    for row in rows["consultations"]:
        del row["allowed_by"]
    return msgspec.json.decode(re.sub(r'"\d+\.(\w+)"', r'"\1"', msgspec.json.encode(rows).decode()))


@pytest.mark.parametrize("on", SCENES)
def test_an_act_changes_nothing_while_it_waits_and_once_approved_what_it_would_have_changed(on: str) -> None:
    before, command, asker = SCENES[on]
    cases, signed = [], "sender" if asker is CITIZEN else asker.id
    for by in ((), ("chief",)):
        office = Office(gated(on, *by) if by else FREE)
        office.receive()
        office.do(*before)
        was = office.desk.get("c1")
        case = office.do(command, by=asker)
        if by:
            assert waiting(case) == [(on, "chief", 0, signed)]
            assert _plain(case) == _plain(was)
            case = office.do(Approve(), by=CHIEF)
            assert case.requests == ()
            done = [event for event in office.desk.history("c1") if event.action == on][-1]
            assert (done.actor, done.role) == (signed, asker.role)
            sound(office)
        cases.append(_plain(case))
    assert cases[0] == cases[1]


@pytest.mark.parametrize(
    "on, prior, command, by, error, why",
    [
        ("assign", (Review(),), Assign(lead="夹河县"), CLERK, UnknownUnit, "the register has no unit '夹河县'"),
        ("assign", (Review(),), Assign(), CLERK, ConditionUnmet, "no lead unit is named, and no routing rule proposes one"),
        ("consult", (Review(),), Consult(), CLERK, ConditionUnmet, "the case has no units yet"),
        (
            "conclude",
            (*ASSIGNED, Consult()),
            Conclude(minutes="办", limit="soon"),
            CLERK,
            Exception,
            "cannot read the limit 'soon'",
        ),
        ("extend", ASSIGNED, Extend(), HANDLER, ConditionUnmet, "no extension is asked for; say by how much"),
        ("issue", ASSIGNED, IssueOrder(form="leter"), CLERK, ConditionUnmet, "no order form 'leter'; did you mean 'letter'?"),
        ("issue", ASSIGNED, IssueOrder(form="letter", to=("公安",)), CLERK, UnknownUnit, "did you mean '公安局'?"),
        ("reject", (), Reject(reason="boring"), CLERK, ConditionUnmet, "the rulebook lists no reason 'boring'"),
        ("close", PUBLISHED, Close(outcome="done"), CLERK, Exception, "no value 'done' for class 'outcome'"),
        ("clear", (*ASSIGNED, IssueOrder(form="letter")), ClearOrder(order="函1"), CLERK, ConditionUnmet, "has no answer yet"),
        ("close", (Review(),), Close(), CLERK, NotAllowed, "cannot close case c1 in state 'reviewed'"),
        ("close", PUBLISHED, Close(), HANDLER, NotPermitted, "role 'handler' has no right to it"),
    ],
)
def test_what_is_wrong_with_an_act_is_said_when_it_is_asked_for(
    on: str, prior: tuple[Command, ...], command: Command, by: Actor, error: type[Exception], why: str
) -> None:
    office = Office(gated(on, "leader"))
    office.receive()
    office.do(*prior)
    before = office.everything()
    with pytest.raises(error) as told:
        office.do(command, by=by)
    assert why in str(told.value)
    assert office.everything() == before


def test_an_act_that_waits_is_not_asked_for_a_second_time() -> None:
    office = Office(gated("assign", "reviewer", "leader"))
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"))
    other = Actor(id="wu", role="clerk")
    error = refused(office, Assign(lead="公安局"), by=other, kind=ConditionUnmet)
    assert error.reasons == ("it waits for approval already, at gate 1 of 2 (reviewer)",)
    assert (error.tried, error.allowed) == ("assign", ("approve", "refuse"))
    office.do(Approve(), by=REVIEWER)
    error = refused(office, Assign(lead="公安局"), by=other, kind=ConditionUnmet)
    assert error.reasons == ("it waits for approval already, at gate 2 of 2 (leader)",)
    case = office.do(Approve(), by=LEADER)
    assert case.lead == "夹河镇"
    assert waiting(office.do(Assign(lead="公安局"), by=other)) == [("assign", "reviewer", 0, "wu")], "decided, it may be asked anew"


def test_nobody_approves_what_they_asked_for_in_whatever_role() -> None:
    office = Office(gated("assign", "chief"))
    office.receive()
    office.do(Review())
    office.do(Assign(lead="夹河镇"), by=CHIEF)
    error = refused(office, Approve(), by=CHIEF, kind=NotPermitted)
    assert (error.why, error.tried) == ("nobody approves what they asked for", "approve")
    assert office.do(Approve(), by=Actor(id="xu", role="chief")).lead == "夹河镇"

    office = Office(gated("assign", "chief"))
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"))
    error = refused(office, Approve(), by=Actor(id="wang", role="chief"), kind=NotPermitted)
    assert error.why == "nobody approves what they asked for"


def test_without_a_request_there_is_nothing_to_approve_or_refuse() -> None:
    office = Office(gated("assign", "leader"))
    office.receive()
    office.do(Review())
    for command in (Approve(), Refuse(opinion="不妥")):
        error = refused(office, command, by=LEADER, kind=ConditionUnmet)
        assert error.reasons == ("nothing waits for approval (waiting: nothing)",)
    error = refused(office, Approve(act="close"), by=LEADER, kind=ConditionUnmet)
    assert error.reasons == ("'close' does not wait for approval (waiting: nothing)",)
    office.do(Assign(lead="夹河镇"))
    error = refused(office, Approve(act="close"), by=LEADER, kind=ConditionUnmet)
    assert error.reasons == ("'close' does not wait for approval (waiting: assign)",)
    assert error.allowed == ("assign",)
    denied = refused(office, Approve(), by=HANDLER, kind=NotPermitted)
    assert denied.why.startswith("role 'handler' has no right to it (roles that have: ")


# --- refused ----------------------------------------------------------------------------------------------------------


def test_an_act_is_refused_with_an_opinion_and_whoever_asked_is_told() -> None:
    office = Office(gated("consult", "reviewer", "leader"))
    office.assigned()
    hear = Ear(office)
    office.do(Consult(matter="产权不清"))
    office.do(Approve(), by=REVIEWER)
    assert hear() == [("reviewer", "夹河镇", "请审批：会商"), ("leader", "夹河镇", "请审批：会商")]
    error = refused(office, Refuse(opinion="不必"), by=REVIEWER, kind=NotPermitted)
    assert str(error) == "sun (reviewer) may not refuse case c1: consult waits for 'leader'"

    case = office.do(Refuse(opinion="先由夹河镇核实"), by=LEADER)
    event = office.last()
    assert isinstance(event.data, ApprovalRefused)
    assert (event.actor, event.data.act, event.data.gate) == ("zhang", "consult", 2)
    assert office.desk.store.texts("c1")[event.data.opinion or ""] == "先由夹河镇核实"
    assert (case.state, case.requests, case.consultations) == ("assigned", (), ())
    assert hear() == [("clerk", "夹河镇", "会商未获批准")]
    assert waiting(office.do(Consult())) == [("consult", "reviewer", 0, "wang")], "it may be asked for again, from the first gate"
    sound(office)


def test_a_reply_is_returned_and_not_refused() -> None:
    office = Office(gated("publish", "leader") + '[[approval]]\non = "close"\nby = ["reviewer"]\n')
    office.assigned()
    office.do(REPLY)
    error = refused(office, Refuse(opinion="不妥", act="publish"), by=LEADER, kind=ConditionUnmet)
    assert error.reasons == ("'publish' does not wait for approval (waiting: nothing)",)
    assert office.do(Approve(), by=LEADER).state == "published"
    assert waiting(office.do(Close())) == [("close", "reviewer", 0, "wang")]


# --- which gates ------------------------------------------------------------------------------------------------------

CONDITIONAL = """
[[approval]]
on = "assign"
by = ["leader"]
when = "kind == 'complaint'"
"""


@pytest.mark.parametrize("kind, gates", [("help", ("reviewer",)), ("complaint", ("reviewer", "leader")), ("", ("reviewer",))])
def test_the_rows_whose_condition_holds_add_their_gates_in_order(kind: str, gates: tuple[str, ...]) -> None:
    office = Office(gated("assign", "reviewer", more=CONDITIONAL))
    office.receive()
    office.do(Review(classes={"kind": kind} if kind else {}))
    (request,) = office.do(Assign(lead="夹河镇")).requests
    assert request.gates == gates


def test_where_no_row_s_condition_holds_the_act_is_done_at_once() -> None:
    office = Office(FIVE_DAYS + CONDITIONAL)
    office.receive()
    office.do(Review(classes={"kind": "help"}))
    case = office.do(Assign(lead="夹河镇"))
    assert (case.state, case.requests) == ("assigned", ())
    office.do(Reclassify(axis="kind", value="complaint"))
    assert waiting(office.do(Assign(lead="公安局"))) == [("assign", "leader", 0, "wang")]


def test_a_request_keeps_the_gates_of_the_moment_when_it_was_made() -> None:
    office = Office(gated("assign", "reviewer", more=CONDITIONAL))
    office.receive()
    office.do(Review(classes={"kind": "complaint"}), Assign(lead="夹河镇"), Reclassify(axis="kind", value="help"))
    office.do(Approve(), by=REVIEWER)
    assert waiting(office.desk.get("c1")) == [("assign", "leader", 1, "wang")]
    assert office.do(Approve(), by=LEADER).state == "assigned"


@pytest.mark.parametrize(
    "rows, problem",
    [
        ('on = "publsh"\nby = ["leader"]', "unknown act that could wait for approval 'publsh'; did you mean 'publish'?"),
        ('on = "submit"\nby = ["leader"]', "unknown act that could wait for approval 'submit'"),
        ('on = "approve"\nby = ["leader"]', "unknown act that could wait for approval 'approve'"),
        ('on = "assign"\nby = ["leder"]', "unknown role 'leder'; did you mean 'leader'?"),
        ('on = "assign"\nby = ["clerk"]', "role 'clerk' stands at a gate and may not approve"),
        ('on = "assign"\nby = []', "must not be empty @ approval[0].by"),
        ('on = "assign"\nby = ["leader"]\nreturns = ["previous"]', "only a reply is returned; any other act is refused"),
        ('on = "assign"\nby = ["leader"]\nresubmit_at = "same"', "only a reply is returned; any other act is refused"),
        ('on = "assign"\nby = ["leader"]\nwhen = "kin == 1"', "unknown name 'kin'"),
        ('on = "assign"\nby = ["leader"]\n[lifecycle]\ndrop_actions = ["request"]', "request"),
        ('on = "assign"\nby = ["leader"]\n[roles.leader]\nmay = ["approve"]\n[roles.reviewer]\nmay = []', "no role may refuse"),
    ],
)
def test_gates_that_could_not_be_passed_are_found_when_the_rulebook_is_read(rows: str, problem: str) -> None:
    with pytest.raises(RulebookInvalid) as error:
        small(f"{FIVE_DAYS}\n[[approval]]\n{rows}\n")
    assert problem in str(error.value)
    assert all(row.path.startswith("approval[0].") for row in error.value.problems)


def test_an_extension_that_one_place_gives_an_approver_is_not_given_another() -> None:
    with pytest.raises(RulebookInvalid, match=r"say it in one place @ approval\[0\].on"):
        small(f'{FIVE_DAYS}extend = {{ approve = "clerk" }}\n[[approval]]\non = "extend"\nby = ["leader"]\n')


# --- several at once --------------------------------------------------------------------------------------------------


def test_of_several_acts_that_wait_for_one_role_the_approver_names_one() -> None:
    office = Office(gated("extend", "leader") + '[[approval]]\non = "consult"\nby = ["leader"]\n')
    office.assigned()
    office.do(TWO, by=HANDLER)
    assert waiting(office.do(Consult())) == [("extend", "leader", 0, "li"), ("consult", "leader", 0, "wang")]
    for command in (Approve(), Refuse(opinion="不妥")):
        error = refused(office, command, by=LEADER, kind=ConditionUnmet)
        assert error.reasons == ("several acts wait for 'leader'; name one (extend, consult)",)
        assert error.allowed == ("extend", "consult")
    case = office.do(Approve(act="consult"), by=LEADER)
    assert (case.state, waiting(case)) == ("consultation", [("extend", "leader", 0, "li")])
    case = office.do(Approve(), by=LEADER)
    assert (case.requests, office.due()) == ((), "2020-07-10")
    sound(office)


def test_what_waits_for_another_role_does_not_stand_in_the_way() -> None:
    office = Office(gated("extend", "reviewer") + '[[approval]]\non = "consult"\nby = ["leader"]\n')
    office.assigned()
    office.do(TWO, by=HANDLER)
    office.do(Consult())
    case = office.do(Approve(), by=LEADER)
    assert (case.state, waiting(case)) == ("consultation", [("extend", "reviewer", 0, "li")])
    assert office.do(Refuse(opinion="不准"), by=REVIEWER).requests == ()


def test_each_act_that_waits_stands_at_a_gate_of_its_own() -> None:
    office = Office(gated("extend", "reviewer", "leader") + '[[approval]]\non = "consult"\nby = ["leader", "reviewer"]\n')
    office.assigned()
    office.do(TWO, by=HANDLER)
    office.do(Consult())
    case = office.do(Approve(), by=REVIEWER)
    assert waiting(case) == [("extend", "leader", 1, "li"), ("consult", "leader", 0, "wang")]
    case = office.do(Approve(act="consult"), by=LEADER)
    assert waiting(case) == [("extend", "leader", 1, "li"), ("consult", "reviewer", 1, "wang")]
    sound(office)


def test_a_reply_and_an_act_wait_side_by_side_and_each_is_let_pass_by_its_name() -> None:
    office = Office(gated("extend", "leader") + '[[approval]]\non = "publish"\nby = ["leader", "reviewer"]\n')
    office.assigned()
    office.do(TWO, by=HANDLER)
    case = office.do(REPLY)
    assert waiting(case) == [("extend", "leader", 0, "li")]
    case = office.do(Approve(act="extend"), by=LEADER)
    assert (case.requests, office.due(), case.reply and case.reply.passed) == ((), "2020-07-10", 0)
    case = office.do(Approve(act="publish"), by=LEADER)
    assert case.reply and case.reply.passed == 1
    assert office.do(Approve(), by=REVIEWER).state == "published"
    sound(office)


# --- who stands at a gate ---------------------------------------------------------------------------------------------


def test_a_gate_of_a_unit_s_own_head_is_passed_by_the_head_of_the_unit_that_asks() -> None:
    office = Office(gated("extend", "head", "leader"))
    office.receive()
    office.do(Review(), Assign(lead="公安局", assisting=("夹河镇",)), Accept())
    hear = Ear(office)
    hear()
    office.do(TWO, by=HANDLER)
    assert hear() == [("head", "夹河镇", "请审批：延期")]
    other = Actor(id="qin", role="head", unit="公安局")
    for command in (Approve(), Refuse(opinion="不准")):
        error = refused(office, command, by=other, kind=NotPermitted)
        assert "夹河镇" in error.why
    stranger = Actor(id="tan", role="head", unit="住建局")
    error = refused(office, Approve(), by=stranger, kind=NotPermitted)
    assert error.why == "the case is not with 住建局 (units: 公安局, 夹河镇)"
    assert waiting(office.do(Approve(), by=HEAD)) == [("extend", "leader", 1, "li")]
    assert hear() == [("leader", "公安局", "请审批：延期")]


def test_who_may_approve_is_shown_it_among_what_they_may_do() -> None:
    office = Office(gated("assign", "reviewer", "leader"))
    office.receive()
    office.do(Review())

    def offered(by: Actor) -> set[str]:
        return {"approve", "refuse"} & set(office.desk.view("c1", by=by).allowed)

    assert (offered(REVIEWER), offered(LEADER)) == (set(), set())
    office.do(Assign(lead="夹河镇"))
    assert (offered(REVIEWER), offered(LEADER)) == ({"approve", "refuse"}, set())
    office.do(Approve(), by=REVIEWER)
    assert (offered(REVIEWER), offered(LEADER)) == (set(), {"approve", "refuse"})


def test_whoever_allowed_a_consultation_is_named_in_it() -> None:
    office = Office(gated("consult", "leader") + '[consultation]\nconvener = "clerk"\n')
    office.assigned()
    hear = Ear(office)
    hear()
    office.do(Consult(units=("公安局",), on_site=True, matter="产权不清"))
    assert hear() == [("leader", "夹河镇", "请审批：会商")], "nobody is called before it is allowed"
    (meeting,) = office.do(Approve(), by=LEADER, at="2020-07-02 09:00").consultations
    assert (meeting.asked_by, meeting.allowed_by, meeting.convener) == ("wang", "zhang", "clerk")
    assert meeting.called_at == local("2020-07-02 09:00")
    assert hear() == [("handler", "公安局", "请参加现场会商"), ("clerk", "夹河镇", "会商已批准")]
