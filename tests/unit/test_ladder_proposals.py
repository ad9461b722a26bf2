"""What a rung only proposes, for a person to take up or dismiss; and what becomes of a sweep in which a case fails."""

from __future__ import annotations

from casework import Actor
from casework.actions import (
    Accept,
    Assign,
    Close,
    Dismiss,
    Rate,
    ReturnReply,
    Review,
    SubmitReply,
    TakeUp,
)
from casework.errors import ConditionUnmet
from casework.events import RungDismissed, RungTakenUp
from tests.unit.steps import climbing, fired, numbers, refused, rung, sweep, told
from tests.unit.town import CITIZEN, CLERK, POLICE, SUPERVISOR, local, sound

PORTAL = Actor(id="web", role="portal")
REPLY = SubmitReply(text="已安排维修人员更换路灯。")


# --- proposed ---------------------------------------------------------------------------------------------------------

PROPOSES = rung("late:handle", "issue:supervision, notify:leader", 'mode = "propose"')


def test_what_a_rung_proposes_is_told_and_done_in_the_name_of_who_takes_it_up() -> None:
    desk = climbing(PROPOSES)
    before = desk.desk.get("c1").version
    assert sweep(desk, "2020-07-09 00:00") == 1
    assert told(desk, since=before) == [
        ("leader", "夹河镇", "step：handle"),
        ("clerk", "夹河镇", "请决定是否采纳：step"),
        ("supervisor", "夹河镇", "请决定是否采纳：step"),
    ]
    (row,) = desk.desk.get("c1").proposed
    assert (row.id, row.rung, row.effects, row.units, row.at) == (
        *("step/handle/1/1", "step", ("issue:supervision",), ("夹河镇",)),
        local("2020-07-09 00:00"),
    )
    assert "take_up" in desk.desk.view("c1", by=SUPERVISOR).allowed
    case = desk.do(TakeUp(text="请立即办理"), by=SUPERVISOR)
    assert case.proposed == ()
    assert [event.actor for event in desk.desk.history("c1")[-2:]] == ["qian", "qian"]
    assert isinstance(desk.desk.history("c1")[-2].data, RungTakenUp)
    assert desk.desk.store.texts("c1")[case.orders[0].document or ""] == "督1请立即办理"
    assert told(desk, since=before)[-1] == ("handler", "夹河镇", "督办单（督1）")
    assert "take_up" not in desk.desk.view("c1", by=SUPERVISOR).allowed
    assert "nothing is proposed (proposed: nothing)" in str(refused(desk, TakeUp(), SUPERVISOR))
    sound(desk)


def test_what_is_dismissed_is_not_done_and_does_not_come_again() -> None:
    desk = climbing(PROPOSES)
    sweep(desk, "2020-07-09 00:00")
    case = desk.do(Dismiss(reason="已电话督促"), by=CLERK)
    assert (case.proposed, case.orders) == ((), ())
    dismissed = desk.last().data
    assert isinstance(dismissed, RungDismissed)
    assert desk.desk.store.texts("c1")[dismissed.reason or ""] == "已电话督促"
    assert sweep(desk, "2020-08-09 00:00") == 0
    assert "nothing is proposed" in str(refused(desk, Dismiss(reason="再来"), CLERK))


def test_of_several_proposals_one_is_named_by_its_occasion_or_rung() -> None:
    desk = climbing(
        rung("late:handle", "issue:supervision", "mode = 'propose'\nrepeat = { every = '1 working day', max = 3 }"),
        rung("late:handle", "issue:report", "mode = 'propose'", id="high"),
    )
    sweep(desk, "2020-07-10 00:00")
    error = refused(desk, TakeUp(), SUPERVISOR)
    ids = ("high/handle/1/1", "step/handle/1/1", "step/handle/1/2")
    assert isinstance(error, ConditionUnmet)
    assert (error.tried, error.allowed) == ("take_up", ids)
    assert "several things are proposed; name one" in str(error)
    assert "nothing is proposed under 'nothing'" in str(refused(desk, Dismiss(proposal="nothing", reason="x"), CLERK))
    desk.do(TakeUp(proposal="high"), by=SUPERVISOR)
    desk.do(Dismiss(proposal="step/handle/1/1", reason="x"), by=SUPERVISOR)
    desk.do(TakeUp(), by=SUPERVISOR)
    assert (numbers(desk), desk.desk.get("c1").proposed) == (["报1", "督1"], ())


def test_what_the_state_allows_no_more_is_dismissed_and_not_taken_up() -> None:
    desk = climbing(rung("dissatisfied", "return", "at = 1\nmode = 'propose'"))
    desk.answered()
    desk.do(Rate(satisfied=False), by=CITIZEN)
    desk.do(ReturnReply(reasons=("重答",)))
    error = refused(desk, TakeUp(), CLERK)
    assert isinstance(error, ConditionUnmet)
    assert "the case, in state 'returned', allows nothing any more of what 'step' proposed (return)" in str(error)
    assert error.allowed == ("dismiss",)
    assert desk.do(Dismiss(reason="已退回"), by=CLERK).proposed == ()


def test_what_is_proposed_is_over_when_the_case_is() -> None:
    desk = climbing(rung("late:handle", "consult", "mode = 'propose'"))
    sweep(desk, "2020-07-09 00:00")
    assert desk.desk.get("c1").proposed
    desk.answered()
    assert desk.do(Close()).proposed == ()
    sound(desk)


def test_a_rung_that_only_tells_proposes_nothing() -> None:
    desk = climbing(rung("late:handle", "notify:leader", "mode = 'propose'"))
    before = desk.desk.get("c1").version
    sweep(desk, "2020-07-09 00:00")
    assert desk.desk.get("c1").proposed == ()
    assert told(desk, since=before) == [("leader", "夹河镇", "step：handle")]


def test_taking_up_may_set_off_further_rungs() -> None:
    desk = climbing(PROPOSES, rung("done:issue", "notify:clerk", id="then"), rung("done:take_up", "issue:reminder", id="with"))
    sweep(desk, "2020-07-09 00:00")
    desk.do(TakeUp(), by=SUPERVISOR)
    assert numbers(desk) == ["督1", "催1"]
    assert [row[0].partition("/")[0] for row in fired(desk)] == ["step", "with", "then", "then"]


# --- sweeps -----------------------------------------------------------------------------------------------------------


def test_a_case_that_cannot_be_swept_is_told_and_keeps_no_other_waiting_nor_a_number() -> None:
    form = (
        '\n[[order]]\nid = "odd"\ndocument = { series = "督{n}", template = '
        '"{{ 1 // (counts.returned if subject|length > 1 else 1) }}" }\n'
    )
    desk = climbing(form, rung("late:handle", "issue:odd"))
    desk.receive()
    desk.do(Review(), Assign(lead="公安局"), case="c2")
    desk.do(Accept(), case="c2", by=POLICE)
    desk.do(REPLY, case="c2", by=POLICE)
    desk.do(ReturnReply(reasons=("敷衍",)), case="c2")
    before = desk.desk.store.events("c1")
    desk.to("2020-07-09 00:00")
    for cases, events in ((1, 2), (0, 0)):
        done = desk.desk.sweep()
        ((case, why),) = done.failures
        assert (done.cases, done.events, case) == (cases, events, "c1")
        assert why == "the template cannot be filled: ZeroDivisionError"
    assert desk.desk.store.events("c1") == before
    assert numbers(desk, "c2") == ["督1"]
    desk.do(REPLY, ReturnReply(reasons=("敷衍",)), by=None)
    assert desk.desk.sweep().failures == ()
    assert numbers(desk) == ["督2"]


def test_a_sweep_of_few_cases_goes_on_where_it_ended() -> None:
    desk = climbing(rung("late:handle", "issue:letter"))
    for case in ("c2", "c3"):
        desk.receive()
        desk.do(Review(), Assign(lead="公安局"), case=case)
    desk.to("2020-07-09 00:00")
    assert [desk.desk.sweep(limit=2).cases for _ in range(3)] == [2, 1, 0]
    assert sorted(numbers(desk) + numbers(desk, "c2") + numbers(desk, "c3")) == ["督001", "督002", "督003"]
