"""Joint consultation (会商): who asks and allows it, who is called and speaks, and what comes of it for units and clocks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework import Actor, Message
from casework.actions import (
    Accept,
    Approve,
    Assign,
    Close,
    Command,
    Conclude,
    Consult,
    Contribute,
    Decline,
    GiveOpinion,
    Publish,
    Refuse,
    ReturnReply,
    Review,
    SubmitReply,
    Withdraw,
)
from casework.errors import (
    ConditionUnmet,
    NotAllowed,
    NotPermitted,
    RulebookInvalid,
    UnknownClock,
    UnknownUnit,
    UnreadableLimit,
)
from casework.events import ConsultationCalled, ConsultationConcluded, LimitSet
from tests.unit.handled import HOUSING, NOT_OURS, asked, by_unit, kinds, no_right, outbox, parts, refused, text, told, verdicts
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLE, HANDLER, LEADER, POLICE, SUPERVISOR, Office, local, small, sound

ALONE = Assign(lead="夹河镇")
MEET = Consult(units=("夹河镇", "公安局"), on_site=True, matter="灯杆归谁管？")
SAYS = GiveOpinion(text="灯杆属我局，可以更换。")
MINUTES = Conclude(minutes="由住建局牵头，十日内更换。")
PAUSING = FIVE_DAYS.replace('"awaiting_citizen"', '["awaiting_citizen", "consultation"]')
ALLOWED = '[[approval]]\non = "consult"\nby = ["leader"]\n'
REQUIRED = '[consultation]\nopinions = "required"\nconvener = "clerk"\n'
ACCEPT_CLOCK = """
[[clock]]
id = "accept"
per = "assignment"
starts_on = ["assign", "conclude"]
stops_on = ["accept", "decline"]
limit = [{ is = "1 working day" }]
"""
TELLS = """
[[notify]]
on = "consult"
to = ["sender"]
zh = "您的来件正在会商"

[[notify]]
on = "conclude"
to = ["handler"]
zh = "会商已有结论，请签收"
"""


def meeting(rules: str = FIVE_DAYS, command: Consult = MEET, *, at: str = "") -> Office:
    """Have 夹河镇 accept a case on Wednesday the first, and a consultation called over it."""
    office = Office(rules)
    office.assigned()
    office.do(command, at=at)
    return office


# --- who asks, who allows, who is called ------------------------------------------------------------------------------


def test_whoever_is_called_is_told_with_or_without_the_case() -> None:
    office = Office(FIVE_DAYS + TELLS)
    office.assigned()
    assert told(office, MEET, at="2020-07-02 09:00") == [
        ("sender", "夹河镇", "您的来件正在会商"),
        ("handler", "夹河镇", "请参加现场会商"),
        ("handler", "公安局", "请参加现场会商"),
    ]
    case = office.desk.get("c1")
    held = case.consultation
    assert held is not None
    assert (case.state, case.units) == ("consultation", ("夹河镇",))
    assert (held.number, held.asked_by, held.allowed_by, held.convener) == (1, "wang", None, "clerk")
    assert (held.units, held.on_site, held.called_at) == (("夹河镇", "公安局"), True, local("2020-07-02 09:00"))
    event = office.desk.history("c1")[-1]
    assert isinstance(event.data, ConsultationCalled)
    assert text(office, event.data.matter) == MEET.matter
    sound(office)


def test_without_any_named_the_units_of_the_case_are_called_and_not_to_a_site() -> None:
    office = asked(Office(FIVE_DAYS))
    assert told(office, Consult()) == [("handler", unit, "请参加会商") for unit in ("夹河镇", "公安局", "住建局")]
    held = office.desk.get("c1").consultation
    assert held is not None
    assert (held.units, held.on_site) == (("夹河镇", "公安局", "住建局"), False)


def test_a_case_that_no_unit_has_yet_names_who_is_called() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    office.do(Review())
    refused(office, Consult(), ConditionUnmet, says="the case has no units yet; name those that are called together")
    assert office.do(Consult(units=("公安局", "住建局"))).state == "consultation"
    office.do(SAYS, by=POLICE)
    refused(office, MINUTES, ConditionUnmet, says="the case has no lead unit; name the one that shall lead")
    case = office.do(Conclude(minutes="由住建局办理。", lead="住建局"))
    assert (case.state, parts(office)) == ("assigned", [("住建局", "lead", "asked")])
    sound(office)


@pytest.mark.parametrize("units", [("公安局", "公安局"), ("夹河", "夹河镇")])
def test_no_unit_is_called_twice_by_whatever_name(units: tuple[str, ...]) -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    refused(office, Consult(units=units), ConditionUnmet, says="a unit is called twice")


def test_a_unit_that_does_not_exist_is_not_called() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    before = office.everything()
    with pytest.raises(UnknownUnit, match="公安居"):
        office.do(Consult(units=("公安居",)))
    assert office.everything() == before


def test_a_unit_with_the_case_may_ask_for_one_and_others_may_not() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    refused(office, MEET, NotPermitted, by=POLICE, says="the case is not with 公安局 (units: 夹河镇)")
    refused(office, MEET, NotPermitted, by=SUPERVISOR, says=no_right("supervisor", "clerk", "handler"))
    held = office.do(MEET, by=HANDLER).consultation
    assert held is not None
    assert (held.asked_by, held.convener) == ("li", "handler"), "whoever asks convenes, where the rulebook names nobody"


def test_the_rulebook_names_the_convener() -> None:
    office = Office(FIVE_DAYS + REQUIRED)
    office.assigned()
    held = office.do(MEET, by=HANDLER).consultation
    assert held is not None
    assert (held.asked_by, held.convener) == ("li", "clerk")
    with pytest.raises(RulebookInvalid, match=r"unknown role 'clark'; did you mean 'clerk'\? @ consultation\.convener"):
        small(FIVE_DAYS + '[consultation]\nconvener = "clark"\n')


def test_a_leader_allows_it_and_it_is_held_in_the_name_of_whoever_asked() -> None:
    office = Office(FIVE_DAYS + ALLOWED)
    office.assigned()
    assert told(office, MEET, by=HANDLER) == [("leader", "夹河镇", "请审批：会商")]
    case = office.desk.get("c1")
    assert (case.state, case.consultations, case.requests[0].by) == ("assigned", (), "li")
    error = refused(office, Approve(), NotPermitted, by=Actor(id="a", role="reviewer"), says="consult waits for 'leader'")
    assert error.role == "reviewer"
    assert told(office, Approve(opinion="同意"), by=LEADER, at="2020-07-02 09:00") == [
        ("handler", "夹河镇", "请参加现场会商"),
        ("handler", "公安局", "请参加现场会商"),
        ("handler", "夹河镇", "会商已批准"),
    ]
    held = office.desk.get("c1").consultation
    assert held is not None
    assert (held.asked_by, held.allowed_by, held.units, held.called_at) == (
        "li",
        "zhang",
        MEET.units,
        local("2020-07-02 09:00"),
    )
    assert [event.actor for event in office.desk.history("c1")[-3:]] == ["li", "zhang", "li"]
    sound(office)


def test_a_leader_refuses_it_and_the_case_goes_on() -> None:
    office = Office(FIVE_DAYS + ALLOWED)
    office.assigned()
    office.do(MEET)
    waits = refused(office, Consult(), ConditionUnmet, says="it waits for approval already, at gate 1 of 1 (leader)")
    assert waits.allowed == ("approve", "refuse")
    assert told(office, Refuse(opinion="先由镇里查清"), by=LEADER) == [("clerk", "夹河镇", "会商未获批准")]
    case = office.desk.get("c1")
    assert (case.state, case.requests, case.consultations) == ("assigned", (), ())
    assert office.do(MEET).requests != (), "it may be asked for again"
    sound(office)


def test_a_request_for_a_consultation_that_is_wrong_is_refused_before_a_leader_sees_it() -> None:
    office = Office(FIVE_DAYS + ALLOWED)
    office.assigned()
    refused(office, Consult(units=("公安局", "公安局")), ConditionUnmet, says="a unit is called twice")
    assert office.desk.get("c1").requests == ()


def test_a_request_that_the_case_has_outrun_is_not_carried_out() -> None:
    office = Office(FIVE_DAYS + ALLOWED)
    office.assigned()
    office.do(MEET)
    office.answered()
    refused(office, Approve(), ConditionUnmet, by=LEADER, says="consult is not possible any more in state 'published'")
    assert office.do(Refuse(opinion="已答复"), by=LEADER).requests == ()


# --- opinions ---------------------------------------------------------------------------------------------------------


def test_a_unit_that_is_called_without_the_case_sees_it_and_says_its_opinion_and_no_more() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    with pytest.raises(NotPermitted, match=r"the case is not with 公安局"):
        office.desk.view("c1", by=POLICE)
    office.do(MEET)
    view = office.desk.view("c1", by=POLICE)
    assert (view.subject, view.allowed) == ("路灯不亮", ("opine",))
    office.do(SAYS, GiveOpinion(text="但路灯由镇里维护。"), by=POLICE)
    held = office.desk.get("c1").consultation
    assert held is not None
    assert [(unit, text(office, ref)) for unit, ref in held.opinions] == [
        ("公安局", SAYS.text),
        ("公安局", "但路灯由镇里维护。"),
    ]
    refused(office, Contribute(text="…"), NotAllowed, by=POLICE, says="cannot contribute case c1 in state 'consultation'")
    office.do(Conclude(minutes="由镇里维护。"))
    refused(office, SAYS, NotAllowed, by=POLICE, says="cannot opine case c1 in state 'assigned'")
    with pytest.raises(NotPermitted, match="the case is not with 公安局"):
        office.desk.view("c1", by=POLICE)
    sound(office)


def test_who_was_not_called_gives_no_opinion() -> None:
    office = meeting(command=Consult(units=("公安局",)))
    error = refused(office, SAYS, ConditionUnmet, by=HANDLER, says="夹河镇 was not called (called: 公安局)")
    assert error.allowed == ("公安局",)
    refused(office, SAYS, NotPermitted, by=HOUSING, says="the case is not with 住建局 (units: 夹河镇)")
    refused(office, SAYS, ConditionUnmet, by=CLERK, says="this actor was not called (called: 公安局)")
    refused(office, SAYS.model_copy(update={"unit": "公安局"}), NotPermitted, by=HANDLER, says="acts for 夹河镇, not for 公安局")
    office.do(GiveOpinion(text="灯杆属我局。", unit="公安局"), by=CLERK)
    held = office.desk.get("c1").consultation
    assert held is not None
    assert [unit for unit, _ in held.opinions] == ["公安局"]


def test_where_opinions_are_required_it_is_concluded_when_all_have_spoken() -> None:
    office = meeting(FIVE_DAYS + REQUIRED)
    error = refused(office, MINUTES, ConditionUnmet, says="夹河镇, 公安局 gave no opinion yet")
    assert error.allowed == ("opine",)
    office.do(SAYS, by=POLICE)
    refused(office, MINUTES, ConditionUnmet, says="夹河镇 gave no opinion yet")
    office.do(SAYS, by=HANDLER)
    assert office.do(MINUTES).state == "assigned"
    assert meeting().do(MINUTES).state == "assigned", "where they are free nobody is waited for"


# --- the conclusion ---------------------------------------------------------------------------------------------------


def test_it_is_concluded_with_minutes_and_the_lead_stays_where_none_is_named() -> None:
    office = meeting()
    case = office.do(MINUTES, at="2020-07-02 15:00")
    (held,) = case.consultations
    assert (held.concluded_at, text(office, held.minutes)) == (local("2020-07-02 15:00"), MINUTES.minutes)
    assert (case.consultation, case.state, parts(office)) == (None, "assigned", [("夹河镇", "lead", "accepted")])
    assert all(MINUTES.minutes not in row.text for row in office.desk.store.events("c1"))
    assert office.do(SubmitReply(text="已安排维修人员更换路灯。")).state == "replied", "it need not accept again"
    sound(office)


def test_a_new_lead_is_asked_and_told_and_the_old_one_assists() -> None:
    office = Office(FIVE_DAYS + TELLS + ACCEPT_CLOCK)
    asked(office, Assign(lead="夹河镇", assisting=("公安局",)))
    office.do(Accept())
    office.do(MEET)
    news = told(office, Conclude(minutes="由住建局牵头。", lead="住建局"), at="2020-07-03 09:00")
    assert ("handler", "住建局", "会商已有结论，请签收") in news
    case = office.desk.get("c1")
    assert parts(office) == [
        ("住建局", "lead", "asked"),
        ("夹河镇", "assisting", "accepted"),
        ("公安局", "assisting", "asked"),
    ]
    event = office.desk.history("c1")[-1]
    assert isinstance(event.data, ConsultationConcluded)
    assert (event.data.lead, event.data.assisting, event.data.limit) == ("住建局", ("夹河镇", "公安局"), None)
    assert (case.lead, by_unit(office)) == ("住建局", {"住建局": 1})
    assert (office.due("accept:住建局"), office.clock("accept:夹河镇").run) == ("2020-07-06", 1)
    refused(
        office,
        SubmitReply(text="已安排维修人员更换路灯。"),
        ConditionUnmet,
        by=HOUSING,
        says="住建局 has not accepted the case yet",
    )
    sound(office)


def test_the_conclusion_names_who_assists_and_then_nobody_else_does() -> None:
    office = meeting(command=Consult(units=("公安局", "住建局")))
    office.do(Conclude(minutes="…", lead="公安局", assisting=("住建局",)))
    assert parts(office) == [("夹河镇", "lead", "ended"), ("公安局", "lead", "asked"), ("住建局", "assisting", "asked")]
    refused(office, Accept(), NotPermitted, by=HANDLER, says="夹河镇 has the case no longer: its assignment is ended")
    twice = meeting()
    refused(
        twice,
        Conclude(minutes="…", lead="公安局", assisting=("夹河镇", "公安局")),
        ConditionUnmet,
        says="a unit is named twice; the lead unit does not assist itself",
    )


@pytest.mark.parametrize("team", [("夹河镇", "公安局"), ("公安局", "夹河镇")])
def test_a_lead_may_be_named_by_its_alias(team: tuple[str, str]) -> None:
    office = asked(Office(FIVE_DAYS), Assign(lead=team[0], assisting=team[1:]))
    office.do(Consult(), Conclude(minutes="…", lead="夹河"))
    assert (office.desk.get("c1").lead, office.desk.get("c1").units) == ("夹河镇", ("夹河镇", "公安局"))


def test_a_unit_that_declined_and_stayed_responsible_does_not_assist_the_lead_that_relieves_it() -> None:
    office = asked(Office(FIVE_DAYS + '[assignment]\nresponsible = "first-asked"\n'), ALONE)
    office.do(Decline(reason="不属本单位职责"), by=HANDLER)
    office.do(Consult(units=("夹河镇", "公安局")))
    case = office.do(Conclude(minutes="由公安局办理。", lead="公安局"))
    assert (case.units, parts(office)) == (("公安局",), [("夹河镇", "lead", "ended"), ("公安局", "lead", "asked")])


def test_a_consultation_finds_a_lead_for_a_case_that_nobody_wanted() -> None:
    office = asked(Office(FIVE_DAYS), Assign(lead="夹河镇", assisting=("住建局",)))
    office.do(NOT_OURS, by=HANDLER)
    office.do(Consult(units=("夹河镇", "公安局", "住建局")))
    office.do(GiveOpinion(text="不属我镇。"), by=HANDLER)
    refused(office, MINUTES, ConditionUnmet, says="the case has no lead unit; name the one that shall lead")
    case = office.do(Conclude(minutes="由公安局办理。", lead="公安局"))
    assert (case.units, by_unit(office)) == (("公安局", "住建局"), {"公安局": 1})
    sound(office)


def test_it_is_ended_by_a_conclusion_of_the_office_and_by_nothing_else() -> None:
    office = meeting()
    refused(office, MINUTES, NotPermitted, by=HANDLER, says=no_right("handler", "clerk"))
    for command in (
        Assign(lead="公安局"),
        SubmitReply(text="已安排维修人员更换路灯。"),
        MEET,
        Close(),
        ReturnReply(reasons=("x",)),
    ):
        by = HANDLER if command.action == "submit" else CLERK
        refused(office, command, NotAllowed, by=by, says=f"cannot {command.action} case c1 in state 'consultation'")
    none = Office(FIVE_DAYS)
    none.assigned()
    refused(none, MINUTES, NotAllowed, says="cannot conclude case c1 in state 'assigned'")
    refused(none, SAYS, NotAllowed, by=HANDLER, says="cannot opine case c1 in state 'assigned'")


def test_a_citizen_takes_the_message_back_in_the_middle_of_it() -> None:
    office = meeting(PAUSING)
    case = office.do(Withdraw(), by=CITIZEN)
    assert (case.state, office.clock().status) == ("withdrawn", "cancelled")
    with pytest.raises(NotPermitted, match="the case is not with 公安局"):
        office.desk.view("c1", by=POLICE)
    assert office.desk.view("c1", by=HANDLER).state == "withdrawn"
    for command in (SAYS, MINUTES):
        by = POLICE if command is SAYS else CLERK
        refused(office, command, NotAllowed, by=by, says=f"cannot {command.action} case c1 in state 'withdrawn'")
    sound(office)


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_a_clock_may_stand_still_meanwhile() -> None:
    office = meeting(PAUSING, at="2020-07-03 10:00")
    assert (office.clock().status, office.due(), office.clock().left) == ("paused", None, 4)
    office.do(MINUTES, at="2020-07-07 10:00")
    assert (office.clock().status, office.due()) == ("running", "2020-07-13")
    assert [(pause.since, pause.until) for pause in office.clock().pauses] == [
        (local("2020-07-03 10:00"), local("2020-07-07 10:00"))
    ]
    office.answered(at="2020-07-13 23:59")
    assert verdicts(office, "handle") == [("met", "夹河镇", 0)]
    running = meeting(at="2020-07-03 10:00")
    running.do(MINUTES, at="2020-07-07 10:00")
    assert running.due() == "2020-07-08", "where its rule does not say so it runs on"
    sound(office)


@pytest.mark.parametrize("clock", [FIVE_DAYS, PAUSING], ids=["running", "paused"])
def test_a_new_limit_sets_the_clock_anew_from_now(clock: str) -> None:
    office = meeting(clock, at="2020-07-03 10:00")
    office.do(Conclude(minutes="…", limit="10 working days"), at="2020-07-07 10:00")
    row = office.clock()
    assert (row.run, row.status, row.started_at, office.due()) == (2, "running", local("2020-07-07 10:00"), "2020-07-21")
    assert (row.pauses, row.extensions, str(row.limit)) == ((), (), "10 working days")
    event = office.last()
    assert isinstance(event.data, LimitSet)
    assert (event.data.clock, event.data.limit, event.action, event.state) == ("handle", "10 working days", "conclude", "assigned")
    assert event.data.new == row.due
    assert verdicts(office, "handle") == [], "what was not late has no verdict yet"
    assert office.desk.explain("c1", "handle").due == row.due
    office.answered(at="2020-07-21 23:59")
    assert verdicts(office, "handle") == [("met", "夹河镇", 0)]
    sound(office)


def test_what_was_late_before_the_new_limit_stays_late() -> None:
    office = meeting(PAUSING, at="2020-07-10 10:00")  # two working days after the due date
    assert office.clock().status == "running", "what is overdue does not stand still"
    office.do(Conclude(minutes="…", limit="3 working days"), at="2020-07-13 10:00")
    assert (office.clock().run, office.due()) == (2, "2020-07-16")
    assert verdicts(office, "handle") == [("late", "夹河镇", 3)]
    office.answered(at="2020-07-16 10:00")
    assert verdicts(office, "handle") == [("late", "夹河镇", 3), ("met", "夹河镇", 0)]
    sound(office)


@pytest.mark.parametrize("moment, late", [("2020-07-08 23:59:59", []), ("2020-07-09 00:00:00", [("late", "夹河镇", 1)])])
def test_a_limit_set_on_the_last_day_forgives_and_an_instant_later_does_not(moment: str, late: list[tuple[str, str, int]]) -> None:
    office = meeting()
    office.do(Conclude(minutes="…", limit="5 working days"), at=moment)
    assert verdicts(office, "handle") == late


def test_the_ladder_climbs_from_the_new_limit() -> None:
    rung = '[[rung]]\nid = "warn"\non = "due:handle"\nat = "-1 working day"\ndo = ["notify:supervisor"]\n'
    office = meeting(FIVE_DAYS + rung)
    office.do(Conclude(minutes="…", limit="10 working days"), at="2020-07-02 10:00")
    office.to("2020-07-09 09:00")
    assert office.desk.sweep().events == 0
    office.to("2020-07-16 09:00")
    assert office.desk.sweep().events == 1
    assert office.desk.get("c1").occasions == ("warn/handle/2/1",)
    sound(office)


def test_the_rulebook_or_the_conclusion_names_the_clock_that_is_set() -> None:
    visit = '[[clock]]\nid = "visit"\nstarts_on = "assign"\nstops_on = "contact"\nlimit = [{ is = "1 working day" }]\n'
    office = meeting(FIVE_DAYS + visit)
    office.do(Conclude(minutes="…", limit="2 working days", clock="visit"), at="2020-07-02 10:00")
    assert (office.due("visit"), office.due()) == ("2020-07-06", "2020-07-08")
    ruled = meeting(FIVE_DAYS + visit + '[consultation]\nclock = "visit"\n')
    ruled.do(Conclude(minutes="…", limit="2 working days"), at="2020-07-02 10:00")
    assert (ruled.due("visit"), ruled.due()) == ("2020-07-06", "2020-07-08")
    ruled.do(MEET, Conclude(minutes="…", limit="2 working days", clock="handle"))
    assert ruled.due() == "2020-07-06"


def test_of_clocks_that_each_unit_has_it_is_the_lead_s_that_is_set() -> None:
    per_unit = HANDLE.replace('starts_on = "receive"', 'per = "assignment"\nstarts_on = ["assign", "conclude"]')
    office = meeting(f'{per_unit}limit = [{{ is = "5 working days" }}]\n', Consult(units=("公安局",)))
    office.do(Conclude(minutes="…", lead="公安局", assisting=("住建局",), limit="10 working days"), at="2020-07-02 09:00")
    assert office.clock("handle:夹河镇").status == "cancelled"
    assert (office.due("handle:公安局"), office.due("handle:住建局")) == ("2020-07-16", "2020-07-09")


def test_a_limit_that_cannot_be_set_leaves_the_consultation_open() -> None:
    office = meeting()
    before = office.everything()
    with pytest.raises(UnreadableLimit, match="ten days"):
        office.do(Conclude(minutes="…", limit="ten days"))
    with pytest.raises(UnknownClock, match="handel"):
        office.do(Conclude(minutes="…", limit="10 working days", clock="handel"))
    assert office.everything() == before
    assert office.do(MINUTES).state == "assigned"


def test_a_new_lead_turns_the_clock_as_its_rule_says_and_the_new_limit_has_the_last_word() -> None:
    clock = f'{HANDLE}limit = [{{ is = "5 working days" }}]\non = {{ transfer = "restart-on-accept" }}\n'
    office = meeting(clock)
    office.do(Conclude(minutes="…", lead="公安局"), at="2020-07-03 09:00")
    assert office.clock().status == "waiting"
    office.do(Accept(), by=POLICE, at="2020-07-06 09:00")
    assert office.due() == "2020-07-13"
    limited = meeting(clock)
    limited.do(Conclude(minutes="…", lead="公安局", limit="10 working days"), at="2020-07-03 09:00")
    assert (limited.clock().status, limited.due()) == ("running", "2020-07-17")
    limited.do(Accept(), by=POLICE, at="2020-07-06 09:00")
    assert limited.due() == "2020-07-17"
    sound(limited)


# --- several in one case's life ---------------------------------------------------------------------------------------


def test_a_case_may_have_several_and_each_keeps_its_own_record() -> None:
    office = meeting(FIVE_DAYS)
    office.do(SAYS, by=POLICE)
    office.do(Conclude(minutes="第一次：由公安局牵头。", lead="公安局"), at="2020-07-02 09:00")
    office.do(Accept(), SubmitReply(text="已安排维修人员更换路灯。"), by=POLICE)
    office.do(ReturnReply(reasons=("答非所问",)))
    office.do(Consult(units=("住建局",)), by=POLICE, at="2020-07-03 09:00")
    refused(office, SAYS, ConditionUnmet, by=POLICE, says="公安局 was not called (called: 住建局)")
    office.do(GiveOpinion(text="可以更换。"), by=HOUSING)
    office.do(Conclude(minutes="第二次：由住建局牵头。", lead="住建局", limit="3 working days"), at="2020-07-06 09:00")
    first, second = office.desk.get("c1").consultations
    assert (first.number, first.asked_by, [unit for unit, _ in first.opinions]) == (1, "wang", ["公安局"])
    assert (second.number, second.asked_by, [unit for unit, _ in second.opinions]) == (2, "zhao", ["住建局"])
    assert [text(office, row.minutes)[:3] for row in (first, second)] == ["第一次", "第二次"]
    assert (office.desk.get("c1").lead, office.due()) == ("住建局", "2020-07-09")
    assert office.do(Accept(), SubmitReply(text="已安排维修人员更换路灯。"), by=HOUSING).state == "replied"
    office.do(Publish(), Close())
    refused(office, MEET, NotAllowed, says="cannot consult case c1 in state 'closed'")
    sound(office)


def test_the_ladder_may_call_one() -> None:
    rung = '[[rung]]\nid = "nobody-s"\non = "declined"\nat = 2\ndo = ["consult"]\n'
    office = asked(Office(FIVE_DAYS + REQUIRED + rung))
    office.do(NOT_OURS, by=POLICE)
    assert told(office, NOT_OURS, by=HOUSING) == [("handler", "夹河镇", "请参加会商")]
    held = office.desk.get("c1").consultation
    assert held is not None
    assert (held.asked_by, held.convener, held.units) == ("casework", "clerk", ("夹河镇",))
    assert kinds(office)[-3:] == ["declined", "rung_fired", "consultation_called"]
    gone = asked(Office(FIVE_DAYS + rung), Assign(lead="夹河镇", assisting=("公安局",)))
    gone.do(NOT_OURS, by=POLICE)
    gone.do(NOT_OURS, by=HANDLER)
    assert (gone.desk.get("c1").state, gone.desk.get("c1").consultations) == ("assigned", ()), "there is nobody to call"
    sound(office)


def test_a_consultation_that_is_imported_tells_nobody() -> None:
    office = Office(FIVE_DAYS + TELLS, at="2020-09-01 09:00")
    at = local("2020-07-01 09:00")
    with office.desk.importing() as door:
        door.receive(Message(subject="路灯不亮", received_at=at))
        rows: list[tuple[Command, Actor]] = [(Review(), CLERK), (ALONE, CLERK), (Accept(), HANDLER), (MEET, CLERK), (SAYS, POLICE)]
        rows += [(Conclude(minutes="…", lead="公安局", limit="10 working days"), CLERK)]
        for days, (command, by) in enumerate(rows):
            door.act("c1", command, by=by, at=at + timedelta(days=days))
    assert (outbox(office), office.desk.sweep().events) == ([], 0)
    assert (office.desk.get("c1").lead, office.due(), len(office.desk.get("c1").consultations)) == ("公安局", "2020-07-20", 1)
    sound(office)
