"""What becomes of an act that waits when its case moves on, and what comes with it when it is approved at last."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from casework import Actor, MemoryStore, Message, SqlStore
from casework.actions import (
    Accept,
    Approve,
    Assign,
    Close,
    Command,
    Consult,
    Decline,
    IssueOrder,
    Promise,
    Publish,
    Reclassify,
    Refuse,
    Reopen,
    ReturnReply,
    Review,
    Transfer,
    Withdraw,
)
from casework.errors import ConditionUnmet
from casework.events import Extended
from casework.ports import CaseStore
from tests.unit.approving import ASSIGNED, CHIEF, FREE, PUBLISHED, REPLY, TWO, Ear, gated, refused, waiting
from tests.unit.town import CLERK, HANDLER, LEADER, SUPERVISOR, Office, local, sound


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CaseStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with closing(SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")) as made:
        yield made


# --- the case moves on ------------------------------------------------------------------------------------------------


def test_what_the_case_s_state_allows_no_more_is_not_approved_and_may_be_refused_or_wait() -> None:
    office = Office(gated("consult", "leader"))
    office.assigned()
    office.do(Consult())
    office.do(REPLY)
    error = refused(office, Approve(), by=LEADER, kind=ConditionUnmet)
    assert error.reasons == ("consult is not possible any more in state 'replied'",)
    assert (error.tried, error.allowed) == ("approve", ("refuse",))
    office.do(ReturnReply(reasons=("答非所问",)))
    case = office.do(Approve(), by=LEADER)
    assert (case.state, case.requests) == ("consultation", ())


@pytest.mark.parametrize("end", [Transfer(to="信访局", reason="petition"), Withdraw()])
def test_what_waits_when_a_case_ends_waits_no_longer(end: Command) -> None:
    office = Office(gated("assign", "leader"))
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"))
    case = office.do(end, by=CLERK)
    assert case.requests == ()
    with pytest.raises(ConditionUnmet, match=r"nothing waits for approval \(waiting: nothing\)"):
        office.do(Approve(), by=LEADER)
    sound(office)


def test_what_waits_when_a_case_is_closed_is_gone_when_it_is_reopened() -> None:
    office = Office(gated("consult", "leader"))
    office.assigned()
    office.do(Consult())
    office.do(REPLY, Publish(), Close())
    assert office.desk.get("c1").requests == ()
    office.do(Reopen(reason="又坏了"))
    error = refused(office, Approve(), by=LEADER, kind=ConditionUnmet)
    assert error.reasons == ("nothing waits for approval (waiting: nothing)",)


def test_what_a_unit_asked_for_is_not_done_when_it_has_lost_the_case() -> None:
    office = Office(gated("extend", "leader"))
    office.assigned()
    office.do(TWO, by=HANDLER)
    office.do(Assign(lead="公安局"))
    hear = Ear(office)
    hear()
    error = refused(office, Approve(), by=LEADER, kind=ConditionUnmet)
    assert error.reasons == ("li (handler) may not extend any more: 夹河镇 has the case no longer: its assignment is ended",)
    assert error.allowed == ("refuse",)
    assert office.do(Refuse(opinion="已改交公安局"), by=LEADER).requests == ()
    assert hear() == [("handler", "夹河镇", "延期未获批准")], "whoever asked is told, and nobody else"


def test_an_answer_goes_to_the_unit_that_asked_and_not_to_the_others_of_the_case() -> None:
    office = Office(gated("extend", "leader"))
    office.receive()
    office.do(Review(), Assign(lead="住建局", assisting=("夹河镇", "公安局")), Accept())
    office.do(TWO, by=HANDLER)
    hear = Ear(office)
    hear()
    office.do(Approve(), by=LEADER)
    assert hear() == [("handler", "夹河镇", "延期已批准")]


DECLINES = '[assignment.decline]\nlimit = "24 hours"\n'
REOPENS = '[reopen]\nwithin = "10 calendar days"\n'
IN_TIME: dict[str, tuple[str, tuple[Command, ...], Command, Actor, str, str, str]] = {
    "decline": (
        DECLINES,
        ASSIGNED,
        Decline(reason="不归我管"),
        HANDLER,
        "2020-07-02 08:59",
        "2020-07-02 15:00",
        "夹河镇 could decline within 24 hours of being asked, until 2020-07-02 09:00",
    ),
    "reopen": (
        REOPENS,
        (*PUBLISHED, Close()),
        Reopen(reason="又坏了"),
        CLERK,
        "2020-07-11 23:59",
        "2020-07-13 10:00",
        "it could be reopened within 10 calendar days of its closing, until 2020-07-11 24:00",
    ),
    "extend": (
        "",
        ASSIGNED,
        TWO,
        HANDLER,
        "2020-07-08 23:59",
        "2020-07-10 10:00",
        "clock 'handle': it was asked for too late, at 2020-07-10 10:00; the last moment is before 2020-07-09 00:00",
    ),
    "promise": (
        "",
        ASSIGNED,
        Promise(until=date(2020, 7, 13), reason="等备件"),
        HANDLER,
        "2020-07-08 23:59",
        "2020-07-10 10:00",
        "clock 'handle': it was asked for too late, at 2020-07-10 10:00; the last moment is before 2020-07-09 00:00",
    ),
}


@pytest.mark.parametrize("on", IN_TIME)
def test_what_was_asked_for_in_time_may_be_approved_when_it_would_be_too_late_to_ask(on: str) -> None:
    more, prior, command, by, asked, approved, late = IN_TIME[on]
    office = Office(gated(on, "leader", more=more))
    office.receive()
    office.do(*prior)
    office.do(command, by=by, at=asked)
    case = office.do(Approve(), by=LEADER, at=approved)
    done = office.last()
    assert (done.action, done.actor, case.requests) == (on, by.id, ())
    sound(office)

    office = Office(gated(on, "leader", more=more))
    office.receive()
    office.do(*prior)
    assert refused(office, command, by=by, kind=ConditionUnmet, at=approved).reasons == (late,)


def test_an_extension_that_is_allowed_late_gives_time_again_and_the_ladder_has_not_waited() -> None:
    rung = '[[rung]]\nid = "overdue"\non = "late:handle"\ndo = ["notify:supervisor"]\n'
    office = Office(gated("extend", "leader", more=rung))
    office.assigned()
    office.do(TWO, by=HANDLER, at="2020-07-08 16:00")
    hear = Ear(office)
    hear()
    assert office.due() == "2020-07-08", "asking moves nothing"
    office.to("2020-07-09 09:00")
    office.desk.sweep()
    assert [to for to, _, _ in hear()] == ["supervisor"]
    office.do(Approve(), by=LEADER, at="2020-07-09 10:00")
    event = office.last()
    assert isinstance(event.data, Extended)
    assert (event.actor, event.data.allowed_by, event.data.limit) == ("li", "zhang", "2 working days")
    assert office.due() == "2020-07-10"
    office.do(REPLY, Publish())
    assert office.facts()[-1] == ("met:handle", 0)


def test_what_is_wrong_by_the_time_it_is_approved_is_said_and_the_request_stays() -> None:
    office = Office(gated("accept", "leader"))
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"), Accept())
    office.do(Assign(lead="公安局", assisting=("夹河镇",)))
    office.do(Decline(reason="不归我管"), by=HANDLER)
    error = refused(office, Approve(), by=LEADER, kind=ConditionUnmet)
    assert error.allowed == ("refuse",)
    assert "夹河镇 has the case no longer: its assignment is declined" in error.reasons[0]
    assert waiting(office.desk.get("c1")) == [("accept", "leader", 0, "li")]
    office.do(Assign(lead="夹河镇"))
    assert office.do(Approve(), by=LEADER).assignments[-1].status == "accepted", "it has the case again"

    office = Office(gated("extend", "leader", more="when = \"kind == 'complaint'\"\n"))
    office.receive()
    office.do(Review(classes={"kind": "complaint"}), Assign(lead="夹河镇"))
    office.do(TWO, by=HANDLER)
    office.do(Reclassify(axis="kind", value="help"), TWO, TWO)
    error = refused(office, Approve(), by=LEADER, kind=ConditionUnmet)
    assert str(error).startswith("cannot extend case c1: clock 'handle': ")
    assert waiting(office.desk.get("c1")) == [("extend", "leader", 0, "li")]
    assert office.do(Refuse(opinion="已延两次"), by=LEADER).requests == ()


# --- orders that wait -------------------------------------------------------------------------------------------------


def test_an_order_that_waits_takes_its_number_when_it_is_issued_and_a_refused_one_leaves_no_gap(store: CaseStore) -> None:
    office = Office(gated("issue", "leader", more="when = \"kind == 'complaint'\"\n"), store=store)
    for kind in ("complaint", "help", "complaint"):
        case = office.receive().id
        office.do(Review(classes={"kind": kind}), Assign(lead="夹河镇"), Accept(), case=case)
    hear = Ear(office)
    hear()
    order = IssueOrder(form="letter", text="请速办")
    assert office.do(order, by=SUPERVISOR, case="c1").orders == ()
    assert office.do(order, by=SUPERVISOR, case="c3").orders == ()
    assert [row.number for row in office.do(order, by=SUPERVISOR, case="c2").orders] == ["函1"]
    office.do(Refuse(opinion="不必"), by=LEADER, case="c1")
    assert [row.number for row in office.do(Approve(), by=LEADER, case="c3").orders] == ["函2"]
    assert hear() == [
        ("leader", "夹河镇", "请审批：下发督办"),
        ("supervisor", "夹河镇", "下发督办未获批准"),
        ("handler", "夹河镇", "letter（函1）"),
        ("leader", "夹河镇", "请审批：下发督办"),
        ("handler", "夹河镇", "letter（函2）"),
        ("supervisor", "夹河镇", "下发督办已批准"),
    ]
    for _ in range(2):
        office.do(order, by=SUPERVISOR, case="c1")
        office.do(Approve(), by=LEADER, case="c1")
    orders = office.desk.get("c1").orders
    assert [row.number for row in orders] == ["函3", "函4"]
    document = office.desk.store.texts("c1")[orders[0].document or ""]
    assert document == "请速办"
    for case in ("c1", "c2", "c3"):
        sound(office, case)


def test_an_act_sets_the_ladder_off_when_it_is_done_and_not_when_it_is_asked_for() -> None:
    rungs = """
[[rung]]
id = "asked"
on = "done:request"
do = ["notify:supervisor"]

[[rung]]
id = "consulted"
on = "done:consult"
do = ["issue:report", "notify:leader"]
"""
    office = Office(gated("consult", "chief", more=rungs))
    office.assigned()
    hear = Ear(office)
    hear()
    case = office.do(Consult())
    assert (case.orders, [to for to, _, _ in hear()]) == ((), ["chief", "supervisor"])
    case = office.do(Approve(), by=CHIEF)
    assert [(row.number, row.rung) for row in case.orders] == [("报1", "consulted")]
    assert hear() == [
        ("handler", "夹河镇", "请参加会商"),
        ("clerk", "夹河镇", "会商已批准"),
        ("leader", "夹河镇", "consulted：会商"),
        ("handler", "夹河镇", "report（报1）"),
    ]
    sound(office)


def test_the_rulebook_s_notices_go_out_with_the_act_and_not_with_the_request() -> None:
    notices = """
[[notify]]
on = "assign"
to = ["handler"]
zh = "请签收"

[[notify]]
on = "request"
to = ["supervisor"]
zh = "有事项报批"
"""
    office = Office(gated("assign", "leader", more=notices))
    hear = Ear(office)
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"))
    assert hear() == [("supervisor", "", "有事项报批"), ("leader", "", "请审批：交办")]
    office.do(Approve(), by=LEADER)
    assert hear() == [("handler", "夹河镇", "请签收"), ("clerk", "夹河镇", "交办已批准")]


# --- asked again, imported --------------------------------------------------------------------------------------------


def test_an_approval_that_is_sent_twice_has_one_effect() -> None:
    office = Office(gated("extend", "leader"))
    office.assigned()
    for _ in range(2):
        asked = office.desk.act("c1", TWO, by=HANDLER, key="k1")
        assert waiting(asked) == [("extend", "leader", 0, "li")]
    for _ in range(2):
        case = office.desk.act("c1", Approve(), by=LEADER, key="k2")
        assert (case.requests, case.clock("handle").extensions) == ((), office.clock().extensions)
    assert len(office.clock().extensions) == 1


def test_what_is_imported_was_approved_where_it_happened() -> None:
    office = Office(gated("assign", "leader"), at="2020-07-08 09:00")
    hear = Ear(office)
    with office.desk.importing() as past:
        case = past.receive(Message(subject="路灯不亮", received_at=local("2020-07-01 09:00"))).id
        past.act(case, Review(), by=CLERK, at=local("2020-07-01 10:00"))
        done = past.act(case, Assign(lead="夹河镇"), by=CLERK, at=local("2020-07-01 11:00"))
    assert (done.state, done.requests, hear()) == ("assigned", (), [])
    assert done.assignments[0].asked_at == local("2020-07-01 11:00")
    sound(office)
    assert waiting(office.do(Assign(lead="公安局"))) == [("assign", "leader", 0, "wang")], "from now on it waits"


def test_a_screening_that_is_approved_lets_the_rules_on_its_classes_propose_as_any_other() -> None:
    route = '[[route]]\nid = "helped"\nwhen = "kind == \'help\'"\nset = { unit = "住建局" }\n'
    proposals = []
    for text in (FREE + route, gated("review", "leader", more=route)):
        office = Office(text)
        office.receive()
        case = office.do(Review(classes={"kind": "help"}))
        if case.requests:
            assert case.proposals == ()
            case = office.do(Approve(), by=LEADER)
        proposals.append([(row.rule, row.unit) for row in case.proposals])
    assert proposals == [[("helped", "住建局")]] * 2


@pytest.mark.parametrize("kind", ["approve", "refuse"])
def test_a_request_whose_text_was_erased_can_only_be_refused(kind: str, tmp_path: Path) -> None:
    with closing(SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")) as kept:
        office = Office(gated("assign", "leader"), store=kept)
        office.receive()
        office.do(Review(), Assign(lead="夹河镇"))
        (request,) = office.desk.get("c1").requests
        with closing(sqlite3.connect(tmp_path / "cases.sqlite")) as raw, raw:
            raw.execute("DELETE FROM casework_text WHERE ref = ?", (request.text,))
        if kind == "approve":
            error = refused(office, Approve(), by=LEADER, kind=ConditionUnmet)
            assert error.reasons == ("what was to be done (assign) was erased; refuse it",)
            assert error.allowed == ("refuse",)
        else:
            assert office.do(Refuse(opinion="内容已删除"), by=LEADER).requests == ()
            sound(office)
