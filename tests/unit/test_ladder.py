"""The ladder climbed: rungs on clocks, unanswered orders, acts and counts, and everything that they do."""

from __future__ import annotations

import pytest

from casework import Actor, MemoryStore, Message, Sender
from casework.actions import (
    Accept,
    AddNote,
    AnswerOrder,
    AskCitizen,
    Assign,
    Close,
    Command,
    Contact,
    Decline,
    Instruct,
    IssueOrder,
    Publish,
    Rate,
    Reclassify,
    ReportViews,
    ReturnReply,
    Review,
    SubmitReply,
    TakeUp,
)
from casework.errors import InputError, NotAllowed, RulebookInvalid
from casework.events import Reopened, Returned, Withdrawn
from tests.unit.steps import FORMS, HEAD, climbing, fired, numbers, refused, rung, sweep, told
from tests.unit.town import CITIZEN, CLERK, FIVE_DAYS, HANDLER, LEADER, POLICE, SUPERVISOR, Office, local, small, sound

PORTAL = Actor(id="web", role="portal")
REPLY = SubmitReply(text="已安排维修人员更换路灯。")


# --- rungs on clocks --------------------------------------------------------------------------------------------------


def test_a_warning_comes_before_the_due_moment_and_lateness_after_it_each_once() -> None:
    desk = climbing(
        rung("due:handle", "notify:handler", 'at = "-1 working day"', id="soon"),
        rung("late:handle", "issue:supervision", 'at = "1 working day"', id="late"),
    )
    before = desk.desk.get("c1").version
    assert sweep(desk, "2020-07-07 23:59") == 0
    assert sweep(desk, "2020-07-08 00:00") == 1
    assert told(desk, since=before) == [("handler", "夹河镇", "soon：handle")]
    assert sweep(desk, "2020-07-09 23:59") == 0
    assert sweep(desk, "2020-07-10 00:00") == 2
    assert [row[0] for row in fired(desk)] == ["soon/handle/1/1", "late/handle/1/1"]
    row = desk.desk.get("c1").orders[0]
    assert (row.number, row.to, row.rung, row.issued_at) == ("督1", ("夹河镇",), "late", local("2020-07-10 00:00"))
    assert {(event.actor, event.role) for event in desk.desk.history("c1")[-2:]} == {("casework", "system")}
    sound(desk)


def test_a_sweep_that_comes_late_makes_up_for_every_repetition_in_order() -> None:
    repeat = 'repeat = { every = "1 working day", max = 3 }'
    desk = climbing(rung("late:handle", "issue:reminder", repeat, id="daily"), rung("due:handle", "issue:letter", id="at-due"))
    assert sweep(desk, "2020-08-01 09:00") == 8
    assert [row[0] for row in fired(desk)] == [
        *("at-due/handle/1/1", "daily/handle/1/1", "daily/handle/1/2", "daily/handle/1/3"),
    ]
    assert numbers(desk) == ["督001", "催1", "催2", "催3"]


def test_a_case_that_was_answered_sets_nothing_off() -> None:
    desk = climbing(rung("late:handle", "issue:supervision"))
    desk.answered(at="2020-07-07 09:00")
    assert sweep(desk, "2020-08-01 09:00") == 0
    assert fired(desk) == []


def test_a_rung_on_a_clock_looks_at_its_condition_when_it_is_due() -> None:
    desk = climbing(
        rung("late:handle", "issue:supervision", "when = \"kind == 'complaint'\"\nrepeat = { every = '1 working day', max = 2 }")
    )
    assert sweep(desk, "2020-07-09 00:00") == 1
    desk.do(Reclassify(axis="kind", value="complaint"))
    assert sweep(desk, "2020-07-10 00:00") == 2
    assert [row[1] for row in fired(desk)] == ["skipped", "auto"]
    assert numbers(desk) == ["督1"]


def test_a_rung_that_is_due_while_its_clock_stands_still_waits_until_it_goes_on() -> None:
    desk = climbing(rung("late:handle", "issue:supervision"))
    desk.do(AskCitizen(question="哪一盏？"))
    assert sweep(desk, "2020-07-20 09:00") == 0


# --- unanswered orders ------------------------------------------------------------------------------------------------


def test_an_order_that_is_not_answered_is_followed_up_until_it_is() -> None:
    follow = rung("unanswered:supervision", "issue:reminder, notify:leader", 'repeat = { every = "1 working day", max = 5 }')
    desk = climbing(follow)
    desk.do(IssueOrder(form="supervision"), by=SUPERVISOR)
    assert sweep(desk, "2020-07-03 23:59") == 0
    before = desk.desk.get("c1").version
    assert sweep(desk, "2020-07-04 00:00") == 2
    assert [row[0] for row in fired(desk)] == ["step/answer-supervision:o1/1/1"]
    assert told(desk, since=before) == [("leader", "夹河镇", "step：督办单"), ("handler", "夹河镇", "催办（催1）")]
    assert sweep(desk, "2020-07-07 00:00") == 2
    desk.do(AnswerOrder(order="督1", text="已办"))
    assert sweep(desk, "2020-08-01 00:00") == 0
    assert numbers(desk) == ["督1", "催1", "催2"]


def test_what_follows_an_unanswered_order_goes_to_the_unit_that_owes_the_answer() -> None:
    desk = climbing(rung("unanswered:supervision", "issue:reminder, notify:handler"))
    desk.do(IssueOrder(form="supervision", to=("夹河镇", "公安局")), by=SUPERVISOR)
    desk.do(AnswerOrder(order="督1", text="已办"))
    before = desk.desk.get("c1").version
    sweep(desk, "2020-07-04 00:00")
    assert desk.desk.get("c1").orders[-1].to == ("公安局",)
    assert {unit for _, unit, _ in told(desk, since=before)} == {"公安局"}


def test_what_is_proposed_on_an_unanswered_order_goes_to_the_unit_that_owes_the_answer() -> None:
    desk = climbing(rung("unanswered:supervision", "issue:reminder", 'mode = "propose"'))
    desk.do(IssueOrder(form="supervision", to=("公安局",)), by=SUPERVISOR)
    sweep(desk, "2020-07-04 00:00")
    assert desk.desk.get("c1").proposed[0].units == ("公安局",)
    desk.do(TakeUp(), by=SUPERVISOR)
    assert desk.desk.get("c1").orders[-1].to == ("公安局",)
    sound(desk)


def test_each_order_of_a_form_has_occasions_of_its_own() -> None:
    desk = climbing(rung("unanswered:supervision", "notify:supervisor", 'at = "1 working day"'))
    desk.do(IssueOrder(form="supervision"), IssueOrder(form="supervision"), by=SUPERVISOR)
    assert sweep(desk, "2020-07-07 00:00") == 2
    assert [row[0] for row in fired(desk)] == ["step/answer-supervision:o1/1/1", "step/answer-supervision:o2/1/1"]


# --- rungs on acts ----------------------------------------------------------------------------------------------------


def test_a_rung_on_an_act_fires_with_it_each_time_it_is_done() -> None:
    desk = climbing(rung("done:publish", "issue:reminder, notify:supervisor"))
    before = desk.desk.get("c1").version
    desk.answered()
    assert numbers(desk) == ["催1"]
    assert ("supervisor", "夹河镇", "step：公开") in told(desk, since=before)
    assert [event.action for event in desk.desk.history("c1")[-3:]] == ["publish", "sweep", "issue"]
    desk.do(ReturnReply(reasons=("再查",)))
    desk.answered()
    assert numbers(desk) == ["催1", "催2"]
    assert len(set(sound(desk).occasions)) == 2


def test_a_rung_on_arrival_fires_with_it() -> None:
    desk = Office(HEAD + rung("done:receive", "issue:report, issue:reminder", "when = \"'路灯' in subject\""))
    desk.receive()
    assert fired(desk) == [("step/receive/1", "auto", ("issue:report",))]  # nobody has the case: no unit to remind
    assert [(row.number, row.roles) for row in desk.desk.get("c1").orders] == [("报1", ("leader",))]
    desk.desk.receive(Message(subject="别的事"))
    assert fired(desk, "c2") == [], "an act that is no occasion leaves no trace"


def test_an_act_that_is_refused_sets_nothing_off() -> None:
    desk = climbing(rung("done:close", "issue:reminder"))
    refused(desk, Close(), CLERK, NotAllowed)
    assert fired(desk) == []


@pytest.mark.parametrize(
    "on, more, zh, en",
    [
        ("done:note", "", "盯办", "Note"),
        ("views", "at = 1", "盯办", "views"),
        ("late:first", "", "盯办：首次联系", "first contact"),
        ("late:handle", "", "盯办：handle", "handle"),
        ("unanswered:supervision", "", "盯办", "supervision"),
    ],
)
def test_a_notice_of_a_rung_names_what_it_stands_on_as_people_do(on: str, more: str, zh: str, en: str) -> None:
    clock = '\n[[clock]]\nid = "first"\nzh = "首次联系"\nen = "first contact"\nstarts_on = "assign"\nstops_on = "contact"\n'
    labels = '\n[labels]\nstep = "盯办"\n'
    desk = climbing(clock + 'limit = [{ is = "1 working day" }]\n', labels, rung(on, "notify:leader", more))
    desk.do(IssueOrder(form="supervision"), by=SUPERVISOR)
    desk.do(AddNote(text="x"), ReportViews(views=1), by=CLERK)
    desk.to("2020-08-01 09:00")
    desk.desk.sweep()
    rows = [row.notification for row in desk.desk.store.outbox.pending(local("2021-01-01 00:00"), limit=1000)]
    assert [(row.zh, row.en) for row in rows if row.to == "leader" and row.zh.startswith("盯办")] == [(zh, f"step: {en}")]


# --- rungs on counts --------------------------------------------------------------------------------------------------


def test_a_rung_on_a_count_fires_when_the_count_is_reached_and_not_again() -> None:
    desk = climbing(rung("declined", "issue:report", "at = 2"))
    for n, unit in enumerate(("公安局", "夹河镇", "公安局")):
        desk.do(Decline(reason="不归我管"), by=HANDLER if n % 2 == 0 else POLICE)
        desk.do(Assign(lead=unit))
    assert fired(desk) == [("step/declined/1", "auto", ("issue:report",))]
    kinds = [event.action for event in desk.desk.history("c1")]
    assert kinds.index("sweep") == [n for n, kind in enumerate(kinds) if kind == "decline"][1] + 1


def test_a_count_that_jumps_over_several_marks_fires_for_each() -> None:
    desk = climbing(
        rung("views", "issue:letter", "at = 200\nrepeat = { every = 100, max = 4 }", id="hot"),
        rung("views", "issue:supervision", "at = 300", id="hotter"),
    )
    desk.do(ReportViews(views=10), by=PORTAL)
    assert fired(desk) == []
    desk.do(ReportViews(views=450), by=PORTAL)
    assert [row[0] for row in fired(desk)] == ["hot/views/1", "hot/views/2", "hot/views/3", "hotter/views/1"]
    assert numbers(desk) == ["督001", "督002", "督003", "督4"]
    desk.do(ReportViews(views=100_000), by=PORTAL)
    assert [row[0] for row in fired(desk)][4:] == ["hot/views/4"]
    error = refused(desk, ReportViews(views=99), PORTAL)
    assert "100000 views were reported already; the count so far cannot be 99" in str(error)
    desk.do(ReportViews(views=100_000), by=PORTAL)
    assert len(fired(desk)) == 5
    sound(desk)


def test_instructions_returns_and_dissatisfaction_are_counted() -> None:
    desk = climbing(
        rung("instructed", "issue:supervision", id="instructed"),
        rung("returned", "notify:supervisor", "at = 2", id="sloppy"),
        rung("dissatisfied", "notify:leader", "at = 1", id="unhappy"),
    )
    desk.do(Instruct(text="请速办"), by=LEADER)
    for _ in range(2):
        desk.do(REPLY, ReturnReply(reasons=("敷衍",)), by=None)
    desk.answered()
    desk.do(Rate(satisfied=True), by=CITIZEN)
    assert [row[0] for row in fired(desk)] == ["instructed/instructed/1", "sloppy/returned/1"]
    desk.do(Rate(satisfied=False), by=CITIZEN)
    assert [row[0] for row in fired(desk)][2:] == ["unhappy/dissatisfied/1"]
    assert ("leader", "夹河镇", "unhappy：不满意次数") in told(desk)


# --- what rungs do ----------------------------------------------------------------------------------------------------


def test_a_class_that_a_rung_sets_takes_the_clock_s_limit_along() -> None:
    clock = FIVE_DAYS.replace("limit = [", 'limit = [{ when = "kind == \'complaint\'", is = "9 working days" }, ')
    desk = Office(clock + 'on = { reclassify = "recompute" }\n' + FORMS + rung("declined", "set:kind=complaint", "at = 1"))
    desk.assigned()
    desk.do(Decline(reason="不归我管"), by=HANDLER)
    case = sound(desk)
    assert (case.classes["kind"], desk.due()) == ("complaint", "2020-07-14")
    assert [(event.action, event.actor) for event in desk.desk.history("c1")[-2:]] == [
        ("sweep", "casework"),
        ("reclassify", "casework"),
    ]
    assert fired(desk) == [("step/declined/1", "auto", ("set:kind=complaint",))]


def test_a_class_that_the_case_has_is_not_set_again() -> None:
    desk = climbing(rung("done:note", "set:kind=help"), rung("done:contact", "set:kind=help", id="other"))
    desk.do(Reclassify(axis="kind", value="help"))
    desk.do(Contact(), by=HANDLER)
    assert [(mode, do) for _, mode, do in fired(desk)] == [("skipped", ())]


def test_a_dissatisfied_citizen_has_the_closed_case_reopened() -> None:
    desk = climbing(rung("dissatisfied", "reopen, notify:clerk, issue:supervision", "at = 1\nrepeat = { every = 1, max = 9 }"))
    desk.answered()
    desk.do(Close())
    before = desk.desk.get("c1").version
    desk.do(Rate(satisfied=False, comment="灯还是不亮"), by=CITIZEN)
    case = sound(desk)
    assert (case.state, case.cycle, case.closed_at, case.orders[0].to) == ("assigned", 1, None, ("夹河镇",))
    reopened = next(event.data for event in desk.desk.history("c1") if isinstance(event.data, Reopened))
    assert reopened.reason == "rung:step"
    assert [row[:2] for row in told(desk, since=before)] == [("clerk", "夹河镇"), ("handler", "夹河镇")]


def test_a_case_that_may_not_be_reopened_is_not_by_a_rung() -> None:
    desk = climbing("\n[reopen]\ntimes = 1\n", rung("dissatisfied", "reopen", "at = 1\nrepeat = { every = 1, max = 9 }"))
    for _ in range(2):
        desk.answered()
        desk.do(Close())
        desk.do(Rate(satisfied=False), by=CITIZEN)
    assert [mode for _, mode, _ in fired(desk)] == ["auto", "skipped"]
    assert (desk.desk.get("c1").state, desk.desk.get("c1").cycle) == ("closed", 1)


def test_a_rung_returns_a_published_reply_and_the_return_counts() -> None:
    desk = climbing(
        rung("dissatisfied", "return", "at = 1", id="back"),
        rung("returned", "issue:reminder", "at = 1", id="counted"),
        rung("done:return", "notify:supervisor", id="seen"),
    )
    desk.answered()
    desk.do(Rate(satisfied=False), by=CITIZEN)
    case = sound(desk)
    assert (case.state, case.counts["returned"], case.replies[-1].status) == ("returned", 1, "returned")
    returned = next(event.data for event in desk.desk.history("c1") if isinstance(event.data, Returned))
    assert (returned.reasons, returned.to, returned.reply) == (("rung:back",), "handler", 1)
    assert {row[0].partition("/")[0] for row in fired(desk)} == {"back", "counted", "seen"}
    assert numbers(desk) == ["催1"]


def test_a_rung_calls_the_units_of_the_case_together() -> None:
    desk = climbing(rung("declined", "consult", "at = 1"))
    desk.do(Assign(lead="夹河镇", assisting=("公安局", "住建局")))
    before = desk.desk.get("c1").version
    desk.do(Decline(reason="不归我管"), by=POLICE)
    case = sound(desk)
    assert (case.state, case.consultations[0].units) == ("consultation", ("夹河镇", "住建局"))
    assert [row for row in told(desk, since=before) if "会商" in row[2]] == [
        ("handler", "夹河镇", "请参加会商"),
        ("handler", "住建局", "请参加会商"),
    ]


def test_a_case_that_nobody_has_is_not_consulted_on() -> None:
    desk = climbing(rung("declined", "consult, notify:supervisor", "at = 1"))
    desk.do(Decline(reason="不归我管"), by=HANDLER)
    assert fired(desk) == [("step/declined/1", "auto", ("notify:supervisor",))]
    assert desk.desk.get("c1").consultations == ()


def test_a_case_whose_sender_never_answers_is_given_up() -> None:
    clock = '\n[[clock]]\nid = "wait"\nstarts_on = "ask"\nstops_on = "supplement"\nlimit = [{ is = "10 calendar days" }]\n'
    desk = climbing(clock, rung("late:wait", "withdraw, issue:reminder"))
    desk.do(AskCitizen(question="哪一盏？"))
    assert sweep(desk, "2020-07-11 23:59") == 0
    sweep(desk, "2020-07-12 00:00")
    case = sound(desk)
    assert (case.state, case.exit, case.closed_at, case.next_at, case.orders) == (
        *("withdrawn", "rung:step", local("2020-07-12 00:00"), None),
        (),  # no order is issued about a case that is over
    )
    assert isinstance(next(event.data for event in desk.desk.history("c1") if event.action == "withdraw"), Withdrawn)


def test_effects_that_the_state_does_not_allow_are_left_out_and_the_others_happen() -> None:
    desk = climbing(rung("late:handle", "reopen, return, notify:supervisor, consult"))
    before = desk.desk.get("c1").version
    sweep(desk, "2020-07-09 00:00")
    assert fired(desk) == [("step/handle/1/1", "auto", ("notify:supervisor", "consult"))]
    assert told(desk, since=before)[0] == ("supervisor", "夹河镇", "step：handle")
    assert desk.desk.get("c1").state == "consultation"


def test_a_rung_all_of_whose_effects_are_impossible_is_skipped_for_good() -> None:
    desk = climbing(rung("late:handle", "reopen"))
    assert sweep(desk, "2020-07-09 00:00") == 1
    assert fired(desk) == [("step/handle/1/1", "skipped", ())]
    assert sweep(desk, "2020-08-09 00:00") == 0


def test_an_effect_may_make_the_next_one_possible() -> None:
    desk = climbing(rung("dissatisfied", "reopen, consult", "at = 1"))
    desk.answered()
    desk.do(Close())
    desk.do(Rate(satisfied=False), by=CITIZEN)
    assert sound(desk).state == "consultation"
    assert fired(desk)[0][2] == ("reopen", "consult")


# --- one rung sets off another ----------------------------------------------------------------------------------------


def test_what_a_rung_does_sets_off_rungs_on_that_act_in_the_same_decision() -> None:
    desk = climbing(
        rung("late:handle", "issue:supervision", id="first"),
        rung("done:issue", "set:kind=complaint", "when = \"form == 'supervision'\"", id="second"),
        rung("done:reclassify", "notify:leader", id="third"),
    )
    assert sweep(desk, "2020-07-09 00:00") == 5
    assert [row[0].partition("/")[0] for row in fired(desk)] == ["first", "second", "third"]
    case = sound(desk)
    assert (case.classes["kind"], len(case.orders)) == ("complaint", 1)
    desk.do(IssueOrder(form="reminder"), by=CLERK)
    assert len(fired(desk)) == 3, "an order of another form is no occasion"


def test_series_are_right_when_several_rungs_issue_in_one_decision() -> None:
    desk = climbing(
        rung("late:handle", "issue:supervision, issue:letter, issue:reminder", id="first"),
        rung("done:reclassify", "issue:supervision, issue:report", id="second"),
        rung("late:handle", "set:kind=complaint", id="also"),
    )
    desk.do(IssueOrder(form="letter"), by=CLERK)
    sweep(desk, "2020-07-09 00:00")
    assert numbers(desk) == ["督001", "督2", "报1", "督3", "督004", "催1"]
    desk.do(IssueOrder(form="supervision"), by=SUPERVISOR)
    assert numbers(desk)[-1] == "督5"


def test_a_clock_that_starts_in_a_sweep_may_ring_in_the_same_sweep() -> None:
    """The answer is due in two working days, and the reminder lies five before: it is due at once."""
    desk = climbing(
        rung("late:handle", "issue:supervision", id="first"),
        rung("due:answer-supervision", "issue:reminder", 'at = "-5 working days"', id="early"),
    )
    sweep(desk, "2020-07-09 00:00")
    assert numbers(desk) == ["督1", "催1"]
    assert [row[0] for row in fired(desk)] == ["first/handle/1/1", "early/answer-supervision:o1/1/1"]


def test_a_reopened_clock_may_ring_in_the_same_sweep() -> None:
    clocks = (
        '\n[[clock]]\nid = "again"\nstarts_on = "reopen"\nstops_on = "close"\nlimit = [{ is = "1 working day" }]\n'
        '\n[[clock]]\nid = "quiet"\nstarts_on = "close"\nstops_on = "reopen"\nlimit = [{ is = "30 calendar days" }]\n'
    )
    desk = climbing(
        clocks,
        rung("late:quiet", "reopen", id="first"),
        rung("due:again", "issue:report", 'at = "-3 working days"', id="early"),
    )
    desk.answered()
    desk.do(Close())
    sweep(desk, "2020-08-20 09:00")
    assert numbers(desk) == ["报1"]


@pytest.mark.parametrize(
    "rungs",
    [
        (rung("done:issue", "issue:reminder"),),
        (rung("done:return", "return"),),
        (rung("done:issue", "set:kind=help"), rung("done:reclassify", "issue:report", id="back")),
        (
            rung("done:reopen", "return", id="one"),
            rung("done:return", "issue:letter", id="two"),
            rung("done:issue", "reopen", id="three"),
        ),
    ],
)
def test_rungs_that_set_each_other_off_for_ever_are_refused_on_loading(rungs: tuple[str, ...]) -> None:
    with pytest.raises(RulebookInvalid) as caught:
        small(HEAD + "".join(rungs))
    says = "what this rung does sets it off again, for ever"
    assert [(row.message, row.path) for row in caught.value.problems] == [(says, f"rung[{n}].do") for n in range(len(rungs))]


def test_a_loop_is_found_on_whichever_way_it_goes_and_only_its_rungs_are_named() -> None:
    rows = (
        rung("done:return", "set:kind=help, issue:letter", id="one"),
        rung("done:reclassify", "consult", id="aside"),
        rung("done:issue", "consult, return, consult", id="back"),
        rung("done:publish", "return", id="into-it"),
    )
    with pytest.raises(RulebookInvalid) as caught:
        small(HEAD + "".join(rows))
    assert [row.path for row in caught.value.problems] == ["rung[0].do", "rung[2].do"]


def test_a_count_that_raises_itself_ends() -> None:
    desk = climbing(
        rung("returned", "return, notify:leader", "at = 1\nrepeat = { every = 1, max = 5 }"),
        rung("done:return", "notify:supervisor", id="seen"),
    )
    desk.do(REPLY, ReturnReply(reasons=("敷衍",)), by=None)
    assert desk.desk.get("c1").counts["returned"] == 1
    assert [(mode, do) for _, mode, do in fired(desk)] == [("auto", ("notify:leader",)), ("auto", ("notify:supervisor",))]


# --- imports ----------------------------------------------------------------------------------------------------------


def test_an_import_fires_nothing_and_tells_nobody() -> None:
    desk = Office(
        HEAD
        + rung("late:handle", "issue:supervision", 'repeat = { every = "1 working day", max = 3 }', id="late")
        + rung("declined", "issue:report", "at = 1", id="declined")
        + rung("done:publish", "issue:reminder", id="published")
        + rung("done:receive", "notify:clerk", id="arrived"),
        at="2020-07-10 12:00",
    )
    with desk.desk.importing() as door:
        door.receive(Message(subject="路灯不亮", sender=Sender(ref="u-1"), received_at=local("2020-07-01 09:00")))
        acts: tuple[tuple[Command, Actor], ...] = (
            (Review(), CLERK),
            (Assign(lead="夹河镇"), CLERK),
            (Decline(reason="不归我管"), HANDLER),
            (Assign(lead="公安局"), CLERK),
            (Accept(), POLICE),
        )
        for n, (command, by) in enumerate(acts):
            door.act("c1", command, by=by, at=local(f"2020-07-02 1{n}:00"))
    assert (fired(desk), told(desk)) == ([], [])
    assert sweep(desk, "2020-07-10 23:59") == 0  # what was past when it was recorded does not fire
    assert sweep(desk, "2020-07-11 00:00") == 2
    assert [row[0] for row in fired(desk)] == ["late/handle/1/3"]
    desk.do(Decline(reason="不归我管"), by=POLICE)
    assert len(fired(desk)) == 1  # the mark was passed in the import
    sound(desk)


def test_nothing_is_drawn_from_a_series_by_what_does_not_fire() -> None:
    store = MemoryStore()
    desk = Office(HEAD + rung("declined", "issue:letter", "at = 1\nwhen = \"kind == 'help'\""), store=store)
    desk.assigned()
    desk.do(Decline(reason="不归我管"), by=HANDLER)
    assert fired(desk) == [("step/declined/1", "skipped", ())]
    desk.do(IssueOrder(form="letter"), by=CLERK)
    assert numbers(desk) == ["督001"]


def test_a_template_that_fails_in_a_rung_on_an_act_refuses_the_act() -> None:
    form = (
        '\n[[order]]\nid = "odd"\ndocument = { series = "错{n}", template = '
        '"{{ 1 // (counts.views if subject|length > 1 else 1) }}" }\n'
    )
    desk = climbing(form, rung("done:publish", "issue:odd"))
    desk.do(REPLY)
    error = refused(desk, Publish(), CLERK, InputError)
    assert "ZeroDivisionError" in str(error)
    desk.do(ReportViews(views=1), by=PORTAL)
    desk.do(Publish())
    assert numbers(desk) == ["错1"]
