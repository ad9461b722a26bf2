"""Assignments: units are asked, accept, hand back, speak with the sender and contribute; and who answers for a case meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import Actor, MemoryStore, Message
from casework.actions import (
    Accept,
    Approve,
    Assign,
    Close,
    Command,
    Contact,
    Contribute,
    Decline,
    Publish,
    Review,
)
from casework.adapters.sql import SqlStore
from casework.errors import CommandRefused, ConditionUnmet, NotAllowed, NotPermitted, UnknownUnit
from casework.ports import CaseStore
from casework.reports.statistics import cases_behind, count
from tests.unit.handled import (
    HOUSING,
    NOT_OURS,
    REPLY,
    TEAM,
    UNITS,
    asked,
    by_unit,
    figures,
    kinds,
    no_right,
    outbox,
    parts,
    refused,
    told,
    verdicts,
)
from tests.unit.town import CLERK, FIVE_DAYS, HANDLER, LEADER, POLICE, REGISTER, Office, local, sound

DECLINING = '[assignment]\ndecline_reasons = ["不属本单位职责", "重复转办"]\ndecline = { limit = "24 hours", max = 3 }\n'
FIRST_ASKED = '[assignment]\nresponsible = "first-asked"\ndecline_reasons = ["不属本单位职责"]\n'
ACCEPT_CLOCK = """
[[clock]]
id = "accept"
per = "assignment"
starts_on = "assign"
stops_on = ["accept", "decline"]
limit = [{ is = "1 working day" }]
"""
TELLS = """
[[notify]]
on = "assign"
to = ["handler"]
zh = "请签收"

[[notify]]
on = "accept"
to = ["clerk"]
zh = "已签收"

[[notify]]
on = "decline"
to = ["clerk"]
zh = "有退件，请重新交办"
"""


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CaseStore]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        with closing(SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")) as made:
            yield made


# --- accepting --------------------------------------------------------------------------------------------------------


def test_each_unit_is_asked_and_accepts_for_itself_and_whoever_waits_for_it_is_told() -> None:
    office = Office(FIVE_DAYS + ACCEPT_CLOCK + TELLS)
    office.receive()
    office.do(Review())
    assert told(office, TEAM) == [("handler", unit, "请签收") for unit in ("夹河镇", "公安局", "住建局")]
    assert told(office, Accept(), at="2020-07-01 10:00") == [("clerk", "夹河镇", "已签收")]
    assert told(office, Accept(), by=POLICE, at="2020-07-03 10:00") == [("clerk", "夹河镇", "已签收")]
    assert parts(office) == [("夹河镇", "lead", "accepted"), ("公安局", "assisting", "accepted"), ("住建局", "assisting", "asked")]
    rows = office.desk.get("c1").assignments
    assert [row.accepted_at for row in rows] == [local("2020-07-01 10:00"), local("2020-07-03 10:00"), None]
    assert verdicts(office, "accept") == [("met", "夹河镇", 0), ("late", "公安局", 1)]
    assert office.clock("accept:住建局").status == "running"
    sound(office)


def test_a_unit_accepts_once_and_only_what_it_was_asked_for() -> None:
    office = asked(Office(FIVE_DAYS), Assign(lead="夹河镇"))
    why = "the case is not with 公安局 (units: 夹河镇)"
    error = refused(office, Accept(), NotPermitted, by=POLICE, says=why)
    assert (error.actor, error.role, error.why, error.allowed) == ("zhao", "handler", why, ())
    assert refused(office, Accept(), NotPermitted, by=CLERK, says=no_right("clerk", "handler")).role == "clerk"
    wrong = refused(office, Accept(unit="公安局"), NotPermitted, says="acts for 夹河镇, not for 公安局")
    assert wrong.actor == "li"
    office.do(Accept())
    assert refused(office, Accept(), ConditionUnmet, says="夹河镇 has already accepted it").reasons == (
        "夹河镇 has already accepted it",
    )


@pytest.mark.parametrize("command", [REPLY, Contribute(text="现场已查看。")])
def test_a_unit_that_has_not_accepted_neither_replies_nor_contributes(command: Command) -> None:
    office = asked(Office(FIVE_DAYS))
    who = HANDLER if command is REPLY else POLICE
    error = refused(office, command, ConditionUnmet, by=who, says=f"{who.unit} has not accepted the case yet")
    assert error.allowed == ("accept",)
    office.do(Accept(), command, by=who)


def test_where_units_do_not_accept_a_reply_comes_at_once() -> None:
    office = asked(Office(FIVE_DAYS + "[assignment]\naccept = false\n"))
    office.do(Contribute(text="现场已查看。"), by=POLICE)
    assert office.do(REPLY).state == "replied"
    sound(office)


def test_units_are_named_by_an_alias_and_kept_by_their_name_and_strangers_are_no_units() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    office.do(Review())
    before = office.everything()
    with pytest.raises(UnknownUnit, match="夹何镇"):
        office.do(Assign(lead="夹何镇"))
    assert office.everything() == before
    assert office.do(Assign(lead="夹河", assisting=("公安局",))).units == ("夹河镇", "公安局")
    again = refused(
        office,
        Assign(lead="夹河", assisting=("夹河镇",)),
        ConditionUnmet,
        says="a unit is named twice; the lead unit does not assist itself",
    )
    assert again.tried == "assign"


def test_a_unit_that_assists_later_is_asked_and_the_others_go_on_as_they_were() -> None:
    office = asked(Office(FIVE_DAYS + ACCEPT_CLOCK + TELLS), Assign(lead="夹河镇"))
    office.do(Accept(), Contact())
    later = Assign(lead="夹河镇", assisting=("公安局",))
    assert told(office, later, at="2020-07-02 09:00") == [("handler", "公安局", "请签收")]
    rows = office.desk.get("c1").assignments
    assert [(row.unit, row.status, row.asked_at) for row in rows] == [
        ("夹河镇", "accepted", local("2020-07-01 09:00")),
        ("公安局", "asked", local("2020-07-02 09:00")),
    ]
    assert [(clock.key, clock.run, clock.status) for clock in office.desk.get("c1").clocks[1:]] == [
        ("accept:夹河镇", 1, "stopped"),
        ("accept:公安局", 1, "running"),
    ]


# --- declining: when, why, how often ----------------------------------------------------------------------------------


def test_a_unit_hands_back_with_a_reason_and_the_office_is_told() -> None:
    office = asked(Office(FIVE_DAYS + DECLINING + TELLS + ACCEPT_CLOCK))
    explained = Decline(reason="重复转办", explanation="已由住建局办理")
    assert told(office, explained, by=POLICE, at="2020-07-01 15:00") == [("clerk", "夹河镇", "有退件，请重新交办")]
    case = office.desk.get("c1")
    assert (case.lead, case.units, case.counts["declined"]) == ("夹河镇", ("夹河镇", "住建局"), 1)
    row = case.assignment("公安局")
    assert row is not None
    assert (row.status, row.declined_at) == ("declined", local("2020-07-01 15:00"))
    assert verdicts(office, "accept") == [("met", "公安局", 0)]
    assert "已由住建局办理" in office.desk.store.texts("c1").values()
    assert all("已由住建局办理" not in row.text for row in office.desk.store.events("c1")), "free text is not in events"
    sound(office)


def test_reasons_for_declining_are_from_the_rulebook_s_list() -> None:
    office = asked(Office(FIVE_DAYS + DECLINING))
    error = refused(
        office,
        Decline(reason="不属本单位职则"),
        ConditionUnmet,
        by=HANDLER,
        says="the rulebook lists no reason '不属本单位职则'; did you mean '不属本单位职责'? (reasons: 不属本单位职责, 重复转办)",
    )
    assert error.allowed == ("不属本单位职责", "重复转办")
    free = asked(Office(FIVE_DAYS))
    assert free.do(Decline(reason="人手不足"), by=HANDLER).lead is None


def test_a_unit_may_decline_for_24_hours_from_being_asked_to_the_instant() -> None:
    late = "夹河镇 could decline within 24 hours of being asked, until 2020-07-02 09:00"
    office = asked(Office(FIVE_DAYS + DECLINING))
    refused(office, NOT_OURS, ConditionUnmet, by=HANDLER, at="2020-07-02 09:00:00", says=late)
    office.now.to(local("2020-07-02 09:00") - timedelta(microseconds=1))
    assert office.do(NOT_OURS, by=HANDLER).lead is None


def test_a_decline_that_was_asked_for_in_time_is_allowed_later_and_a_late_one_is_not_asked_for() -> None:
    rules = DECLINING + '[[approval]]\non = "decline"\nby = ["leader"]\n'
    office = asked(Office(FIVE_DAYS + rules), Assign(lead="夹河镇"))
    assert told(office, NOT_OURS, by=HANDLER, at="2020-07-01 16:00") == [("leader", "夹河镇", "请审批：退件")]
    assert (office.desk.get("c1").lead, office.desk.get("c1").counts.get("declined", 0)) == ("夹河镇", 0)
    assert told(office, Approve(), by=LEADER, at="2020-07-03 09:00") == [("handler", "夹河镇", "退件已批准")]
    assert (office.desk.get("c1").lead, office.desk.get("c1").counts["declined"]) == (None, 1)
    late = asked(Office(FIVE_DAYS + rules), Assign(lead="夹河镇"))
    says = "夹河镇 could decline within 24 hours of being asked, until 2020-07-02 09:00"
    refused(late, NOT_OURS, ConditionUnmet, by=HANDLER, at="2020-07-02 10:00", says=says)
    sound(office)


def test_whoever_is_asked_anew_has_24_hours_anew() -> None:
    office = asked(Office(FIVE_DAYS + DECLINING), Assign(lead="夹河镇"))
    office.do(Assign(lead="公安局"), at="2020-07-03 09:00")
    office.do(Assign(lead="夹河镇"), at="2020-07-06 09:00")
    assert office.do(NOT_OURS, by=HANDLER, at="2020-07-07 08:59").lead is None
    sound(office)


def test_the_limit_for_declining_may_be_counted_in_working_days_and_office_hours() -> None:
    rules = '[assignment]\ndecline = { limit = "1 working day", count = { ends = "close" } }\n[hours]\nopen = "09:00-17:30"\n'
    office = asked(Office(FIVE_DAYS + rules, at="2020-07-03 16:00"), Assign(lead="夹河镇"))
    says = "夹河镇 could decline within 1 working day of being asked, until 2020-07-06 17:30"
    refused(office, NOT_OURS, ConditionUnmet, by=HANDLER, at="2020-07-06 17:30", says=says)
    assert office.do(NOT_OURS, by=HANDLER, at="2020-07-06 17:29").units == ()


def test_a_unit_may_hand_back_what_it_has_accepted_but_not_what_it_has_answered() -> None:
    office = asked(Office(FIVE_DAYS + DECLINING))
    office.do(Accept(), Contact(), by=POLICE)
    office.do(NOT_OURS, by=POLICE)
    office.do(Accept(), Contribute(text="经查，灯杆属我局。"), by=HOUSING)
    error = refused(office, NOT_OURS, ConditionUnmet, by=HOUSING, says="住建局 has replied already")
    assert error.allowed == ("submit",)
    office.do(Accept(), REPLY)
    refused(office, NOT_OURS, NotAllowed, by=HANDLER, says="cannot decline case c1 in state 'replied'")
    sound(office)


def test_a_unit_that_declined_has_the_case_no_longer() -> None:
    office = asked(Office(FIVE_DAYS + DECLINING))
    office.do(NOT_OURS, by=POLICE)
    for command in (Accept(), Contact(), Contribute(text="现场已查看。"), NOT_OURS):
        why = "公安局 has the case no longer: its assignment is declined"
        assert refused(office, command, NotPermitted, by=POLICE, says=why).role == "handler"
    assert office.desk.view("c1", by=POLICE).allowed == ()
    spoken = "the case is not with 公安局 (units: 夹河镇, 住建局)"
    error = refused(office, Decline(reason="重复转办", unit="公安局"), ConditionUnmet, by=CLERK, says=spoken)
    assert error.allowed == ("夹河镇", "住建局")


def test_after_the_most_declines_nobody_declines_any_more() -> None:
    office = asked(Office(FIVE_DAYS + DECLINING), Assign(lead="夹河镇"))
    for unit, who in (("公安局", HANDLER), ("住建局", POLICE), ("夹河镇", HOUSING)):
        office.do(NOT_OURS, by=who)
        office.do(Assign(lead=unit))
    says = "the case was declined 3 times already, the most that the rulebook allows"
    refused(office, NOT_OURS, ConditionUnmet, by=HANDLER, says=says)
    assert office.desk.get("c1").counts["declined"] == 3
    assert office.do(Accept(), REPLY).state == "replied"
    sound(office)


def test_the_office_hands_back_for_a_unit_that_it_names() -> None:
    office = asked(Office(FIVE_DAYS + DECLINING))
    assert office.do(Decline(reason="重复转办", unit="公安局"), by=CLERK).units == ("夹河镇", "住建局")
    assert office.do(Decline(reason="重复转办"), by=CLERK).lead is None, "left out, it is the lead"
    error = refused(office, NOT_OURS, ConditionUnmet, by=CLERK, says="the case is not with a unit (units: 住建局)")
    assert error.allowed == ("住建局",)


# --- after so many declines the ladder decides ------------------------------------------------------------------------

LADDER = """
[[order]]
id = "ruling"
zh = "裁定单"
to = ["lead"]
cc = ["leader"]
document = { series = "裁{n}号" }
answer = { wanted = false }

[[rung]]
id = "passing-the-buck"
on = "declined"
at = 2
do = ["issue:ruling", "set:kind=complaint", "notify:supervisor"]
"""


def test_the_second_decline_has_the_ladder_decide_and_those_concerned_told() -> None:
    office = asked(Office(FIVE_DAYS + DECLINING + LADDER), Assign(lead="夹河镇"))
    assert told(office, NOT_OURS, by=HANDLER) == []
    office.do(Assign(lead="公安局"))
    assert told(office, NOT_OURS, by=POLICE) == [
        ("supervisor", "", "passing-the-buck：退件次数"),
        ("handler", "公安局", "裁定单（裁1号）"),
        ("leader", "", "抄送：裁定单（裁1号）"),
    ]
    case = office.desk.get("c1")
    assert (case.orders[0].to, case.orders[0].rung, case.classes["kind"]) == (("公安局",), "passing-the-buck", "complaint")
    assert case.occasions == ("passing-the-buck/declined/1",)
    assert kinds(office)[-4:] == ["declined", "rung_fired", "order_issued", "reclassified"]
    office.do(Assign(lead="住建局"))
    assert told(office, NOT_OURS, by=HOUSING) == [], "each occasion is there once"
    sound(office)


def test_what_the_ladder_only_proposes_a_person_decides() -> None:
    proposing = LADDER.replace('"notify:supervisor"]', '"notify:supervisor"]\nmode = "propose"')
    office = asked(Office(FIVE_DAYS + DECLINING + proposing))
    office.do(NOT_OURS, by=POLICE)
    news = told(office, NOT_OURS, by=HOUSING)
    assert news == [
        ("supervisor", "夹河镇", "passing-the-buck：退件次数"),
        ("clerk", "夹河镇", "请决定是否采纳：passing-the-buck"),
        ("supervisor", "夹河镇", "请决定是否采纳：passing-the-buck"),
    ]
    (waits,) = office.desk.get("c1").proposed
    assert (waits.rung, waits.effects) == ("passing-the-buck", ("issue:ruling", "set:kind=complaint"))
    assert office.desk.get("c1").orders == ()
    sound(office)


# --- who answers for a case whose lead declined -----------------------------------------------------------------------


def test_a_case_whose_lead_declined_is_with_nobody_and_is_counted_so(store: CaseStore) -> None:
    office = asked(Office(FIVE_DAYS + DECLINING, store=store), Assign(lead="夹河镇"))
    assert by_unit(office) == {"夹河镇": 1}
    office.do(Accept(), at="2020-07-01 10:00")
    assert figures(office).total.accepted == 1
    case = office.do(NOT_OURS, by=HANDLER, at="2020-07-01 11:00")
    assert (case.lead, case.led_by, case.units, case.state) == (None, "夹河镇", (), "assigned")
    counted = figures(office)
    assert (by_unit(office), counted.unassigned.counts.received, counted.total.accepted) == ({"": 1}, 1, 0)
    selection = counted.figures(counted.unassigned.counts, "received", units=("",))["received"].selection
    assert selection is not None
    assert cases_behind(store, selection) == ("c1",)
    office.do(Assign(lead="公安局"), at="2020-07-01 12:00")
    assert by_unit(office) == {"公安局": 1}
    before = count(
        store, REGISTER, since=local("2020-07-01 00:00"), until=local("2020-08-01 00:00"), as_of=local("2020-07-01 11:30")
    )
    assert before.unassigned.counts.received == 1, "as of half past eleven it was with nobody"
    sound(office)


def test_a_case_whose_lead_declined_stays_with_the_unit_that_was_asked_first(store: CaseStore) -> None:
    office = asked(Office(FIVE_DAYS + FIRST_ASKED, store=store), Assign(lead="夹河镇"))
    assert told(office, NOT_OURS, by=HANDLER) == [], "it is where it was"
    case = office.desk.get("c1")
    assert (case.lead, case.units, parts(office)) == ("夹河镇", ("夹河镇",), [("夹河镇", "lead", "declined")])
    assert by_unit(office) == {"夹河镇": 1}
    says = "夹河镇 has declined it already and stays responsible until another unit leads"
    refused(office, NOT_OURS, ConditionUnmet, by=HANDLER, says=says)
    refused(office, Accept(), ConditionUnmet, says="夹河镇 has already declined it")
    office.do(Assign(lead="公安局"), at="2020-07-02 09:00")
    assert (by_unit(office), office.desk.get("c1").units) == ({"公安局": 1}, ("公安局",))
    case = office.do(NOT_OURS, by=POLICE, at="2020-07-02 10:00")
    assert (case.lead, case.units) == ("夹河镇", ("夹河镇",))
    assert by_unit(office) == {"夹河镇": 1}
    sound(office)


def test_the_unit_that_was_asked_first_and_stays_responsible_may_answer_after_all() -> None:
    office = asked(Office(FIVE_DAYS + FIRST_ASKED), Assign(lead="夹河镇"))
    office.do(NOT_OURS, by=HANDLER)
    office.do(REPLY, Publish(), Close())
    assert office.desk.get("c1").state == "closed"
    assert parts(office) == [("夹河镇", "lead", "replied")]
    sound(office)


def test_the_unit_to_which_a_case_falls_back_is_told() -> None:
    office = asked(Office(FIVE_DAYS + FIRST_ASKED), Assign(lead="夹河镇"))
    office.do(NOT_OURS, by=HANDLER)
    office.do(Assign(lead="公安局"))
    news = told(office, NOT_OURS, by=POLICE)
    assert [(to, unit) for to, unit, _ in news] == [("handler", "夹河镇")]


def test_a_unit_to_which_a_case_fell_back_and_that_declined_before_does_not_decline_again() -> None:
    office = asked(Office(FIVE_DAYS + FIRST_ASKED), Assign(lead="夹河镇"))
    office.do(NOT_OURS, by=HANDLER)
    office.do(Assign(lead="公安局"))
    office.do(NOT_OURS, by=POLICE)
    says = "夹河镇 has declined it already and stays responsible until another unit leads"
    refused(office, NOT_OURS, ConditionUnmet, by=HANDLER, says=says)


def test_the_unit_that_was_asked_first_is_so_whatever_became_of_it_in_between() -> None:
    office = asked(Office(FIVE_DAYS + FIRST_ASKED), Assign(lead="夹河镇"))
    office.do(Assign(lead="夹河镇", assisting=("公安局",)), at="2020-07-01 10:00")
    office.do(Assign(lead="公安局", assisting=("夹河镇",)), at="2020-07-01 11:00")
    assert office.do(NOT_OURS, by=POLICE).lead == "夹河镇"
    back = asked(Office(FIVE_DAYS + FIRST_ASKED), Assign(lead="夹河镇"))
    back.do(NOT_OURS, by=HANDLER)
    back.do(Assign(lead="公安局"), at="2020-07-01 10:00")
    back.do(NOT_OURS, by=POLICE)
    back.do(Assign(lead="夹河镇"), at="2020-07-01 11:00")
    assert back.do(NOT_OURS, by=HANDLER).lead == "夹河镇", "it was asked before 公安局, and is asked again"
    sound(back)


def test_an_assisting_unit_that_declines_moves_no_responsibility() -> None:
    for rules in (DECLINING, FIRST_ASKED):
        office = asked(Office(FIVE_DAYS + rules))
        case = office.do(NOT_OURS, by=HOUSING)
        assert (case.lead, case.units) == ("夹河镇", ("夹河镇", "公安局"))
        assert by_unit(office) == {"夹河镇": 1}


steps = st.lists(st.sampled_from([*UNITS, "decline", "accept"]), min_size=3, max_size=8)


@given(steps, st.sampled_from(["lead", "first-asked"]))
def test_a_case_is_with_its_lead_or_where_the_rule_has_it_and_figures_say_the_same(taken: list[str], rule: str) -> None:
    office = asked(Office(f'{FIVE_DAYS}[assignment]\nresponsible = "{rule}"\n'), Assign(lead="夹河镇"))
    lead: str | None = "夹河镇"
    for step in taken:
        office.now.advance(minutes=1)
        if step in UNITS:
            lead = office.do(Assign(lead=step)).lead
            assert lead == step
            continue
        try:
            office.do(NOT_OURS if step == "decline" else Accept(), by=UNITS[lead or "夹河镇"])
        except CommandRefused:
            continue
        if step == "decline":
            lead = "夹河镇" if rule == "first-asked" else None
        case = office.desk.get("c1")
        assert case.lead == lead
        assert by_unit(office) == {lead or "": 1}
    sound(office)


# --- a unit that is asked again ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", [DECLINING, FIRST_ASKED], ids=["lead", "first-asked"])
def test_a_unit_that_declined_and_is_asked_again_must_accept_again_and_in_time(rules: str) -> None:
    office = asked(Office(FIVE_DAYS + rules + ACCEPT_CLOCK + TELLS), Assign(lead="夹河镇"))
    office.do(NOT_OURS, by=HANDLER)
    assert told(office, Assign(lead="夹河镇"), at="2020-07-02 09:00") == [("handler", "夹河镇", "请签收")]
    refused(office, REPLY, ConditionUnmet, says="夹河镇 has not accepted the case yet")
    clock = office.clock("accept:夹河镇")
    assert (clock.run, clock.status, office.due("accept:夹河镇")) == (2, "running", "2020-07-03")
    office.do(Accept(), REPLY, at="2020-07-06 09:00")
    assert verdicts(office, "accept") == [("met", "夹河镇", 0), ("late", "夹河镇", 1)]
    sound(office)


def test_a_unit_whose_part_ended_and_that_gets_the_case_again_must_accept_again() -> None:
    office = asked(Office(FIVE_DAYS + ACCEPT_CLOCK), Assign(lead="夹河镇"))
    office.do(Accept(), Contact())
    office.do(Assign(lead="公安局"), at="2020-07-02 09:00")
    assert parts(office) == [("夹河镇", "lead", "ended"), ("公安局", "lead", "asked")]
    office.do(Assign(lead="夹河镇"), at="2020-07-02 10:00")
    row = office.desk.get("c1").assignment("夹河镇")
    assert row is not None
    assert (row.status, row.asked_at, row.accepted_at, row.contacted_at) == ("asked", local("2020-07-02 10:00"), None, None)
    refused(office, REPLY, ConditionUnmet, says="夹河镇 has not accepted the case yet")
    assert office.clock("accept:夹河镇").run == 2
    assert office.clock("accept:公安局").status == "cancelled"
    sound(office)


def test_an_assisting_unit_that_comes_to_lead_goes_on_with_what_it_accepted() -> None:
    office = asked(Office(FIVE_DAYS + ACCEPT_CLOCK))
    office.do(Accept(), by=POLICE)
    office.do(Assign(lead="公安局", assisting=("夹河镇",)))
    assert parts(office) == [("住建局", "assisting", "ended"), ("公安局", "lead", "accepted"), ("夹河镇", "assisting", "asked")]
    assert office.do(REPLY, by=POLICE).state == "replied"
    assert [office.clock(f"accept:{unit}").run for unit in UNITS] == [1, 1, 1]


# --- odd orders, imports ----------------------------------------------------------------------------------------------


def test_a_case_that_every_unit_hands_back_waits_for_the_office_and_is_still_late() -> None:
    office = asked(Office(FIVE_DAYS + DECLINING))
    for who in UNITS.values():
        office.do(NOT_OURS, by=who)
    case = office.desk.get("c1")
    assert (case.units, case.lead, office.clock().status) == ((), None, "running")
    for command in (REPLY, Accept()):
        refused(office, command, NotPermitted, says="夹河镇 has the case no longer: its assignment is declined")
    assert office.do(Assign(lead="夹河镇"), at="2020-07-20 09:00").units == ("夹河镇",)
    office.do(Accept(), REPLY, Publish())
    assert verdicts(office, "handle") == [("late", "夹河镇", 8)]
    sound(office)


def test_what_is_imported_tells_nobody_and_sets_no_rung_off() -> None:
    office = Office(FIVE_DAYS + DECLINING + LADDER + TELLS + ACCEPT_CLOCK, at="2020-09-01 09:00")
    at = local("2020-07-01 09:00")
    with office.desk.importing() as door:
        door.receive(Message(subject="路灯不亮", received_at=at))
        rows: list[tuple[Command, Actor]] = [(Review(), CLERK), (TEAM, CLERK), (Accept(), HANDLER), (Accept(), POLICE)]
        rows += [(Contribute(text="经查，灯杆属我局。"), POLICE), (NOT_OURS, HOUSING), (NOT_OURS, HANDLER)]
        for hours, (command, by) in enumerate(rows):
            door.act("c1", command, by=by, at=at + timedelta(hours=hours))
    case = office.desk.get("c1")
    assert (case.lead, case.units, case.counts["declined"]) == (None, ("公安局",), 2)
    assert (outbox(office), case.occasions, case.orders) == ([], (), ())
    assert office.desk.sweep().events == 0
    assert outbox(office) == []
    assert by_unit(office) == {"": 1}
    sound(office)
