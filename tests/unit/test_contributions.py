"""The parts of a case: each unit's clocks and turns, its first word with the sender, and what those who assist hand in."""

from __future__ import annotations

import pytest

from casework.actions import (
    Accept,
    Assign,
    Close,
    Contact,
    Contribute,
    Decline,
    Publish,
    Reopen,
    ReturnContribution,
    ReturnReply,
)
from casework.errors import ConditionUnmet, NotPermitted
from tests.unit.handled import (
    HOUSING,
    NOT_OURS,
    REPLY,
    UNITS,
    asked,
    by_unit,
    no_right,
    parts,
    refused,
    text,
    told,
    verdicts,
    working,
)
from tests.unit.town import CLERK, FIVE_DAYS, HANDLE, HANDLER, POLICE, SUPERVISOR, Office, local, sound

DECLINING = '[assignment]\ndecline_reasons = ["不属本单位职责", "重复转办"]\ndecline = { limit = "24 hours", max = 3 }\n'
FIRST_ASKED = '[assignment]\nresponsible = "first-asked"\ndecline_reasons = ["不属本单位职责"]\n'
UNIT_CLOCK = """
[[clock]]
id = "part"
per = "assignment"
starts_on = "assign"
stops_on = ["submit", "contribute"]
limit = [{ is = "3 working days" }]
"""
TELLS = """
[[notify]]
on = "contact"
to = ["sender"]
zh = "承办单位已与您联系"
"""


# --- clocks of their own, and turns -----------------------------------------------------------------------------------


def test_each_unit_s_clock_gives_its_own_verdict() -> None:
    office = asked(Office(FIVE_DAYS + UNIT_CLOCK))
    for who in UNITS.values():
        office.do(Accept(), by=who)
    office.do(Contribute(text="经查，灯杆属我局。"), by=HOUSING, at="2020-07-06 23:59")
    office.do(Contribute(text="已查看监控。"), by=POLICE, at="2020-07-07 00:00")
    office.do(REPLY, at="2020-07-09 10:00")
    assert verdicts(office, "part") == [("met", "住建局", 0), ("late", "公安局", 1), ("late", "夹河镇", 3)]
    states = {key: verdict.state.value for key, verdict in office.desk.verdicts("c1").items() if key.startswith("part")}
    assert states == {"part:夹河镇": "met late", "part:公安局": "met late", "part:住建局": "met"}
    sound(office)


@pytest.mark.parametrize(
    "then, due, run", [("continue", "2020-07-06", 1), ("resume", "2020-07-08", 1), ("restart", "2020-07-09", 2)]
)
def test_a_reply_that_is_sent_back_turns_the_clock_of_its_unit_and_of_no_other(then: str, due: str, run: int) -> None:
    office = working(f'{UNIT_CLOCK}on = {{ return = "{then}" }}\n')
    office.do(PART, by=POLICE, at="2020-07-02 09:00")
    office.do(REPLY, at="2020-07-03 09:00")
    office.do(ReturnReply(reasons=("答非所问",)), at="2020-07-06 09:00")
    lead = office.clock("part:夹河镇")
    assert (lead.status, lead.run, office.due("part:夹河镇")) == ("running", run, due)
    assert (office.clock("part:公安局").status, office.clock("part:住建局").status) == ("stopped", "running")
    sound(office)


def test_a_unit_that_leaves_takes_its_clock_with_it_without_a_verdict() -> None:
    office = asked(Office(FIVE_DAYS + UNIT_CLOCK))
    office.do(NOT_OURS, by=POLICE, at="2020-07-02 09:00")
    assert [office.clock(f"part:{unit}").status for unit in UNITS] == ["running", "cancelled", "running"]
    office.do(Assign(lead="夹河镇"), at="2020-07-02 10:00")
    assert office.clock("part:住建局").status == "cancelled"
    assert verdicts(office, "part") == []


@pytest.mark.parametrize(
    "then, waits, due, run",
    [
        ("continue", "running", "2020-07-08", 1),
        ("restart", "running", "2020-07-10", 2),
        ("restart-on-accept", "waiting", "2020-07-13", 2),
    ],
)
@pytest.mark.parametrize("rules", [DECLINING, FIRST_ASKED], ids=["lead", "first-asked"])
def test_a_new_lead_after_a_decline_is_a_turn_of_the_clock(rules: str, then: str, waits: str, due: str, run: int) -> None:
    clock = f'{HANDLE}limit = [{{ is = "5 working days" }}]\non = {{ transfer = "{then}" }}\n'
    office = asked(Office(clock + rules), Assign(lead="夹河镇"))
    office.do(NOT_OURS, by=HANDLER, at="2020-07-02 08:00")
    assert (office.clock().status, office.due()) == ("running", "2020-07-08"), "a decline alone is no transfer"
    office.do(Assign(lead="公安局"), at="2020-07-03 09:00")
    assert office.clock().status == waits
    office.do(Accept(), by=POLICE, at="2020-07-06 09:00")
    assert (office.due(), office.clock().run) == (due, run)
    sound(office)


def test_a_decline_and_the_same_lead_again_is_no_transfer() -> None:
    clock = f'{HANDLE}limit = [{{ is = "5 working days" }}]\non = {{ transfer = "restart" }}\n'
    office = asked(Office(clock + DECLINING), Assign(lead="夹河镇"))
    office.do(NOT_OURS, by=HANDLER)
    office.do(Assign(lead="夹河镇"), at="2020-07-03 09:00")
    assert (office.due(), office.clock().run) == ("2020-07-08", 1)


# --- first contact ----------------------------------------------------------------------------------------------------


def test_units_speak_with_the_sender_each_once_first_and_the_sender_is_told() -> None:
    office = asked(Office(FIVE_DAYS + TELLS))
    office.do(Accept())
    assert told(office, Contact(how="visit", note="约定周五上门"), at="2020-07-01 10:00") == [
        ("sender", "夹河镇", "承办单位已与您联系")
    ]
    office.do(Contact(), by=POLICE, at="2020-07-01 11:00")
    office.do(Contact(), at="2020-07-02 10:00")
    rows = office.desk.get("c1").assignments
    assert [row.contacted_at for row in rows] == [local("2020-07-01 10:00"), local("2020-07-01 11:00"), None]
    assert "约定周五上门" in office.desk.store.texts("c1").values()
    refused(office, Contact(), NotPermitted, by=SUPERVISOR, says=no_right("supervisor", "clerk", "handler"))
    sound(office)


# --- contributions ----------------------------------------------------------------------------------------------------

REQUIRED = '[assignment]\ncontributions = "required"\n[reply]\nreturn_reasons = ["敷衍塞责", "答非所问"]\n'
PART = Contribute(text="经查，灯杆属我局。")
BACK = ReturnContribution(unit="公安局", reasons=("敷衍塞责",), explanation="请附现场照片")


def test_an_assisting_unit_hands_its_part_to_the_lead_who_is_told() -> None:
    office = working()
    assert told(office, PART, by=POLICE, at="2020-07-02 09:00") == [("handler", "夹河镇", "公安局已提交协办意见")]
    row = office.desk.get("c1").assignment("公安局")
    assert row is not None
    assert (row.status, row.replied_at, text(office, row.contribution)) == ("replied", local("2020-07-02 09:00"), PART.text)
    assert office.desk.get("c1").state == "assigned"
    office.do(Contribute(text="补充：已通电。"), by=POLICE)
    row = office.desk.get("c1").assignment("公安局")
    assert row is not None
    assert text(office, row.contribution) == "补充：已通电。"
    sound(office)


def test_who_leads_submits_and_who_assists_contributes() -> None:
    office = working()
    lead = refused(office, PART, ConditionUnmet, by=HANDLER, says="夹河镇 leads; it submits the reply")
    assert lead.allowed == ("submit",)
    assists = refused(office, REPLY, ConditionUnmet, by=POLICE, says="公安局 assists 夹河镇, which answers; hand your part to it")
    assert assists.allowed == ("contribute",)
    assert "contribute" not in office.desk.view("c1", by=HANDLER).allowed
    assert "contribute" in office.desk.view("c1", by=POLICE).allowed
    replying = working('[assignment]\nassisting = "reply"\n')
    assert replying.do(REPLY, by=POLICE).state == "replied"


def test_a_unit_that_assists_does_not_answer_the_citizen_because_nobody_leads() -> None:
    office = working()
    office.do(Decline(reason="不属本单位职责"), by=HANDLER)
    before = office.everything()
    with pytest.raises(ConditionUnmet):
        office.do(REPLY, by=POLICE)
    assert office.everything() == before
    assert told(office, PART, by=POLICE) == [], "there is no lead that it could be news for"
    office.do(Assign(lead="住建局", assisting=("公安局",)))
    assert parts(office)[-1] == ("公安局", "assisting", "replied"), "its part is there for the next one"


def test_required_parts_come_before_the_lead_s_reply() -> None:
    office = working(REQUIRED)
    refused(office, REPLY, ConditionUnmet, says="the parts of 公安局, 住建局 are not in yet")
    office.do(PART, by=POLICE)
    refused(office, REPLY, ConditionUnmet, says="the parts of 住建局 are not in yet")
    office.do(NOT_OURS, by=HOUSING)
    assert office.do(REPLY).state == "replied", "who handed the case back owes no part"
    sound(office)
    assert working().do(REPLY).state == "replied", "where parts are free none is waited for"


def test_a_part_is_returned_for_a_listed_reason_and_its_unit_is_told_and_owes_it_again() -> None:
    office = working(REQUIRED, Assign(lead="夹河镇", assisting=("公安局",)))
    office.do(PART, by=POLICE)
    assert told(office, BACK, by=CLERK) == [("handler", "公安局", "协办意见已退回，请修改")]
    case = office.desk.get("c1")
    assert (case.state, case.counts["contribution_returned"], case.counts.get("returned", 0)) == ("assigned", 1, 0)
    assert parts(office)[1] == ("公安局", "assisting", "returned")
    refused(office, REPLY, ConditionUnmet, says="the parts of 公安局 are not in yet")
    twice = refused(office, BACK, ConditionUnmet, by=CLERK, says="公安局 has handed in no part that could be returned")
    assert twice.allowed == ()
    office.do(Contribute(text="经查，灯杆属我局，照片附后。"), by=POLICE)
    assert office.do(REPLY).state == "replied"
    sound(office)


def test_what_is_no_part_is_not_returned_nor_for_any_reason_nor_by_anybody() -> None:
    office = working(REQUIRED)
    office.do(PART, by=POLICE)
    error = refused(
        office,
        ReturnContribution(unit="住建局", reasons=("敷衍塞责",)),
        ConditionUnmet,
        by=CLERK,
        says="住建局 has handed in no part that could be returned",
    )
    assert error.allowed == ("公安局",)
    refused(
        office,
        ReturnContribution(unit="公安局", reasons=("不好",)),
        ConditionUnmet,
        by=CLERK,
        says="the rulebook lists no reason '不好' (reasons: 敷衍塞责, 答非所问)",
    )
    refused(office, BACK, NotPermitted, by=HANDLER, says=no_right("handler", "clerk"))
    office.do(Assign(lead="夹河镇", assisting=("住建局",)))
    gone = refused(office, BACK, ConditionUnmet, by=CLERK, says="公安局 has handed in no part that could be returned")
    assert gone.allowed == ()


def test_parts_and_answers_outlive_a_return_and_a_reopening() -> None:
    office = working(REQUIRED, Assign(lead="夹河镇", assisting=("公安局",)))
    office.do(PART, by=POLICE)
    office.do(REPLY)
    office.do(ReturnReply(reasons=("答非所问",)))
    assert parts(office) == [("夹河镇", "lead", "returned"), ("公安局", "assisting", "replied")]
    office.do(REPLY, Publish(), Close(), Reopen(reason="未解决"))
    case = office.desk.get("c1")
    assert (case.state, case.cycle, case.units, by_unit(office)) == ("assigned", 1, ("夹河镇", "公安局"), {"夹河镇": 1})
    sound(office)
