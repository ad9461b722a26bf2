"""The turns of a case: what a return, another class, another unit or a reopening does to clocks; and clocks that stand still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.actions import (
    Accept,
    AskCitizen,
    Assign,
    Close,
    Command,
    Decline,
    Publish,
    Reclassify,
    Reject,
    Reopen,
    ReturnReply,
    Review,
    SubmitReply,
    Supplement,
    Withdraw,
)
from casework.errors import InputError
from casework.limits import Limit, Pause
from casework.ports import Cohort
from casework.sla import Timekeeper
from tests.unit.town import CLERK, FIVE_DAYS, HANDLE, HANDLER, POLICE, Office, local

BY_CLASS = HANDLE + """limit = [{ when = "kind == 'complaint'", is = "10 working days" }, { is = "5 working days" }]\n"""
WARN = '[[rung]]\nid = "warn"\non = "due:handle"\nat = "-1 working day"\ndo = ["notify:clerk"]\n'
REPLY = SubmitReply(text="已安排维修人员更换路灯。")
BACK = ReturnReply(reasons=("答非所问",))
COMPLAINT = Reclassify(axis="kind", value="complaint")


def on(turn: str, then: str, *, more: str = "", clock: str = BY_CLASS) -> Office:
    return Office(f"{clock}on = {{ {turn} = '{then}' }}\n{WARN}{more}")


def keeper_of(office: Office) -> Timekeeper:
    return Timekeeper(office.desk.calendar, office.desk.rulebook.zone, provisional=True)


def holds_together(office: Office) -> None:
    """See that events, case and chain agree, and that the alarms stand where the due moment has them."""
    office.desk.verify("c1")
    book, keeper = office.desk.rulebook, keeper_of(office)
    for clock in office.desk.get("c1").clocks:
        if clock.status == "running" and clock.due and f"warn/{clock.key}/{clock.run}/1" not in office.desk.get("c1").occasions:
            wanted = (
                [keeper.shift(clock.due, book.rungs["warn"].distance, back=True)]
                if "warn" in book.rungs and clock.rule == "handle"
                else []
            )
            assert [row.at for row in clock.alarms] == wanted
        elif clock.status != "running":
            assert clock.alarms == ()


# --- a reply that was published and is sent back, a case that was closed and is opened again ---------------------------


def sent_back(office: Office) -> None:
    """Publish on Friday the 3rd, send back on Tuesday the 7th."""
    office.assigned()
    office.answered(at="2020-07-03 10:00")
    assert office.clock().status == "stopped"
    office.do(BACK, at="2020-07-07 10:00")


def reopened(office: Office) -> None:
    """Publish and close on Friday the 3rd, open again on Tuesday the 7th."""
    office.assigned()
    office.answered(at="2020-07-03 10:00")
    office.do(Close())
    office.do(Reopen(reason="未解决"), at="2020-07-07 10:00")


PAST = Pause(local("2020-07-03 10:00"), local("2020-07-07 10:00"))


@pytest.mark.parametrize("turn, take", [("return", sent_back), ("reopen", reopened)])
@pytest.mark.parametrize(
    "then, due, run, pauses",
    [
        ("continue", "2020-07-08", 1, ()),
        ("resume", "2020-07-13", 1, (PAST,)),  # the 3rd, 6th and 7th are left out: 2, 8, 9, 10, 13
        ("recompute", "2020-07-08", 1, ()),
        ("restart", "2020-07-14", 2, ()),
    ],
)
def test_a_clock_that_had_stopped_goes_on_as_its_rule_says(
    turn: str, take: Callable[[Office], None], then: str, due: str, run: int, pauses: tuple[Pause, ...]
) -> None:
    office = on(turn, then)
    take(office)
    clock = office.clock()
    assert (clock.status, office.due(), clock.run, clock.pauses) == ("running", due, run, pauses)
    assert (clock.stopped_at, clock.met, clock.late, clock.left) == (None, None, 0, None)
    assert clock.started_at == (office.now() if run == 2 else local("2020-07-01 09:00"))
    assert office.facts() == [("met:handle", 0)]
    assert office.desk.explain("c1", "handle").due == clock.due
    holds_together(office)
    if turn == "return":
        office.do(REPLY, Publish(), at="2020-07-15 10:00")
        late = sum(day > date.fromisoformat(due) for day in (date(2020, 7, d) for d in (9, 10, 13, 14, 15)))
        assert office.facts() == [("met:handle", 0), ("late:handle", late)]
        holds_together(office)


@pytest.mark.parametrize("take", [sent_back, reopened])
def test_a_clock_whose_rule_names_no_turn_stays_as_it_was(take: Callable[[Office], None]) -> None:
    office = Office(BY_CLASS)
    take(office)
    clock = office.clock()
    assert (clock.status, clock.met, clock.stopped_at) == ("stopped", True, local("2020-07-03 10:00"))


def test_recomputing_after_a_return_takes_the_limit_of_the_class_that_the_case_has_by_then() -> None:
    office = on("return", "recompute")
    office.assigned()
    office.answered(at="2020-07-03 10:00")
    office.do(COMPLAINT, BACK, at="2020-07-07 10:00")
    assert (office.due(), office.clock().limit) == ("2020-07-15", Limit(10, "working days"))
    holds_together(office)


def test_a_reply_that_is_sent_back_unpublished_leaves_a_running_clock_running() -> None:
    for then in ("continue", "resume", "recompute"):
        office = on("return", then)
        office.assigned()
        office.do(REPLY, BACK, at="2020-07-02 10:00")
        assert (office.due(), office.clock().run, office.clock().pauses) == ("2020-07-08", 1, ())
        assert len(office.last().clocks) == 0, "what does not change is in no event"


@pytest.mark.parametrize("then", ["continue", "resume", "recompute", "restart"])
def test_a_run_that_is_over_late_leaves_its_verdict_when_the_next_begins(then: str) -> None:
    office = on("return", then)
    office.assigned()
    office.do(REPLY, at="2020-07-06 10:00")
    office.do(BACK, at="2020-07-10 10:00")  # two working days after the due date
    clock = office.clock()
    if then == "restart":
        assert (office.facts(), clock.run, office.due()) == ([("late:handle", 2)], 2, "2020-07-17")
    else:
        assert (office.facts(), clock.run, office.due()) == ([], 1, "2020-07-08")
    as_of = office.now() + timedelta(minutes=1)
    [row] = office.desk.store.cohort(Cohort(since=local("2020-07-01 00:00"), until=as_of, as_of=as_of, clock="handle"))
    assert row.late == (then == "restart")
    office.do(REPLY, Publish(), at="2020-07-13 10:00")
    assert office.facts() == ([("late:handle", 2), ("met:handle", 0)] if then == "restart" else [("late:handle", 3)])
    holds_together(office)


def test_a_restart_in_time_leaves_no_verdict() -> None:
    office = on("return", "restart")
    office.assigned()
    office.do(REPLY, BACK, at="2020-07-08 23:59")
    assert (office.facts(), office.clock().run) == ([], 2)


def test_a_turn_of_a_case_that_was_late_when_it_stopped_does_not_make_it_less_late() -> None:
    for then in ("continue", "resume"):
        office = on("return", then)
        office.assigned()
        office.answered(at="2020-07-10 10:00")
        assert office.facts() == [("late:handle", 2)]
        office.do(BACK, at="2020-07-14 10:00")
        assert (office.due(), office.desk.verdicts("c1")["handle"].days) == ("2020-07-08", 4)
        holds_together(office)


# --- another class ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "then, due, run, limit",
    [
        ("continue", "2020-07-08", 1, 5),
        ("resume", "2020-07-08", 1, 5),
        ("recompute", "2020-07-15", 1, 10),
        ("restart", "2020-07-17", 2, 10),
    ],
)
def test_another_class_does_to_a_running_clock_what_its_rule_says(then: str, due: str, run: int, limit: int) -> None:
    office = on("reclassify", then)
    office.assigned()
    office.do(COMPLAINT, at="2020-07-03 10:00")
    clock = office.clock()
    assert (clock.status, office.due(), clock.run, clock.limit.amount) == ("running", due, run, limit)
    assert (clock.pauses, office.facts()) == ((), [])
    holds_together(office)


def test_another_class_may_make_a_deadline_earlier_and_even_past() -> None:
    office = on("reclassify", "recompute")
    office.receive()
    office.do(Review(classes={"kind": "complaint"}), COMPLAINT)
    assert office.due() == "2020-07-15"
    office.do(Reclassify(axis="kind", value="help"), at="2020-07-10 10:00")
    assert (office.due(), office.desk.verdicts("c1")["handle"].state.value) == ("2020-07-08", "overdue")
    office.desk.sweep()
    assert office.desk.get("c1").occasions == ("warn/handle/1/1",)
    holds_together(office)


@pytest.mark.parametrize("then", ["continue", "resume", "recompute", "restart"])
def test_a_class_that_is_corrected_afterwards_opens_nothing_again(then: str) -> None:
    office = on("reclassify", then)
    office.assigned()
    office.answered(at="2020-07-03 10:00")
    before = office.clock()
    office.do(COMPLAINT, at="2020-07-07 10:00")
    assert office.clock() == before
    assert office.facts() == [("met:handle", 0)]


def test_a_paused_clock_is_recomputed_where_it_stands() -> None:
    office = on("reclassify", "recompute")
    office.assigned()
    office.do(AskCitizen(question="哪一盏?"), at="2020-07-03 10:00")
    assert (office.clock().left, office.clock().status) == (4, "paused")
    office.do(COMPLAINT, at="2020-07-06 10:00")
    assert (office.clock().left, office.clock().status) == (9, "paused")
    office.do(Supplement(text="第二盏"), at="2020-07-07 10:00")
    assert office.due() == "2020-07-20", "2, 8, 9, 10, 13 … 17, 20"
    holds_together(office)


def test_a_clock_that_begins_anew_while_its_case_waits_stands_still_at_once() -> None:
    office = on("reclassify", "restart")
    office.assigned()
    office.do(AskCitizen(question="哪一盏?"), at="2020-07-03 10:00")
    office.do(COMPLAINT, at="2020-07-06 10:00")
    assert (office.clock().status, office.clock().run, office.due()) == ("paused", 2, None)
    office.do(Supplement(text="第二盏"), at="2020-07-07 10:00")
    assert (office.clock().status, office.due()) == ("running", "2020-07-21")
    holds_together(office)


# --- another unit -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "then, due, run",
    [("continue", "2020-07-08", 1), ("resume", "2020-07-08", 1), ("recompute", "2020-07-08", 1), ("restart", "2020-07-10", 2)],
)
def test_another_lead_does_to_a_running_clock_what_its_rule_says(then: str, due: str, run: int) -> None:
    office = on("transfer", then)
    office.assigned()
    office.do(Assign(lead="公安局"), at="2020-07-03 10:00")
    assert (office.clock().status, office.due(), office.clock().run) == ("running", due, run)
    holds_together(office)


def test_an_assignment_is_no_transfer_before_there_was_a_lead_or_where_the_lead_stays() -> None:
    office = on("transfer", "restart")
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"), at="2020-07-02 10:00")
    office.do(Assign(lead="夹河镇", assisting=("公安局",)), at="2020-07-03 10:00")
    assert (office.due(), office.clock().run) == ("2020-07-08", 1)
    office.do(Assign(lead="公安局", assisting=("夹河镇",)))
    assert (office.due(), office.clock().run) == ("2020-07-10", 2)


def test_a_clock_waits_until_the_new_lead_accepts() -> None:
    office = on("transfer", "restart-on-accept")
    office.assigned()
    office.do(Assign(lead="公安局"), at="2020-07-03 10:00")
    clock = office.clock()
    assert (clock.status, clock.due, clock.alarms, clock.stopped_at) == ("waiting", None, (), None)
    assert office.facts() == []
    said = office.desk.verdicts("c1")["handle"]
    assert (said.state.value, said.text("en"), said.text("zh")) == ("waiting", "waiting for acceptance", "待签收后起算")
    [seen] = office.desk.view("c1", by=CLERK).clocks
    assert (seen.due, seen.state, seen.zh) == (None, "waiting", "待签收后起算")
    office.to("2020-07-20 10:00")
    assert office.desk.sweep().events == 0
    holds_together(office)
    office.do(Accept(), by=POLICE)
    clock = office.clock()
    assert (clock.status, office.due(), clock.run, clock.started_at) == ("running", "2020-07-27", 2, office.now())
    holds_together(office)


def test_a_wait_begins_with_the_verdict_on_a_run_that_was_late() -> None:
    office = on("transfer", "restart-on-accept")
    office.assigned()
    office.do(Assign(lead="公安局"), at="2020-07-10 10:00")
    assert (office.clock().status, office.facts()) == ("waiting", [("late:handle", 2)])
    holds_together(office)
    office.do(Accept(), by=POLICE, at="2020-07-10 11:00")
    office.do(SubmitReply(text="已安排维修人员更换路灯。"), by=POLICE)
    office.do(Publish())
    assert office.facts() == [("late:handle", 2), ("met:handle", 0)]


def test_nobody_else_s_acceptance_ends_the_wait() -> None:
    office = on("transfer", "restart-on-accept")
    office.assigned()
    office.do(Assign(lead="公安局", assisting=("住建局",)), at="2020-07-03 10:00")
    office.do(Accept(unit="住建局"), by=HANDLER.model_copy(update={"unit": "住建局"}))
    assert office.clock().status == "waiting"
    office.do(Accept(), by=POLICE)
    assert (office.clock().status, office.clock().run) == ("running", 2)


def test_a_wait_goes_on_where_the_new_lead_declines_and_another_is_asked() -> None:
    office = on("transfer", "restart-on-accept")
    office.assigned()
    office.do(Assign(lead="公安局"), at="2020-07-03 10:00")
    office.do(Decline(reason="不归我管"), by=POLICE)
    assert office.clock().status == "waiting"
    office.do(Assign(lead="夹河镇"), at="2020-07-06 10:00")
    assert office.clock().status == "waiting"
    office.do(Accept(), at="2020-07-07 10:00")
    assert (office.clock().run, office.due()) == (2, "2020-07-14")
    holds_together(office)


def test_a_lead_that_had_accepted_as_a_helper_need_not_accept_again() -> None:
    office = on("transfer", "restart-on-accept")
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)))
    office.do(Accept(), by=POLICE)
    office.do(Assign(lead="公安局"), at="2020-07-03 10:00")
    assert (office.clock().status, office.clock().run, office.due()) == ("running", 2, "2020-07-10")


def test_a_waiting_clock_is_told_of_and_ends_with_its_case() -> None:
    office = on(
        "transfer",
        "restart-on-accept",
        more='[lifecycle]\ntransition = [{ action = "reject", source = "assigned", dest = "rejected" }]\n',
    )
    office.assigned()
    office.do(Assign(lead="公安局"), at="2020-07-03 10:00")
    with pytest.raises(InputError, match=r"^the clock 'handle' of case c1 counts nothing yet: it starts when a unit accepts$"):
        office.desk.explain("c1", "handle")
    office.do(Reject(reason="spam"))
    assert (office.clock().status, office.facts()) == ("cancelled", [])
    holds_together(office)


# --- clocks of units --------------------------------------------------------------------------------------------------

PER_UNIT = (
    FIVE_DAYS
    + '[[clock]]\nid = "answer"\nper = "assignment"\nstarts_on = "assign"\nstops_on = "submit"\n'
    + 'limit = [{ is = "3 working days" }]\non = { return = "restart", reopen = "resume", transfer = "restart" }\n'
)


def test_a_return_concerns_the_clock_of_the_unit_whose_reply_it_was() -> None:
    office = Office(PER_UNIT)
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)), Accept())
    office.do(REPLY, BACK, at="2020-07-02 10:00")
    assert (office.clock("answer:夹河镇").run, office.due("answer:夹河镇")) == (2, "2020-07-07")
    assert (office.clock("answer:公安局").run, office.due("answer:公安局")) == (1, "2020-07-06")
    office.desk.verify("c1")


def test_a_transfer_begins_the_new_unit_s_clock_and_ends_the_old_one_s_without_a_verdict() -> None:
    office = Office(PER_UNIT)
    office.assigned()
    office.do(Assign(lead="公安局"), at="2020-07-02 10:00")
    assert (office.clock("answer:夹河镇").status, office.clock("answer:公安局").run) == ("cancelled", 1)
    assert office.facts() == []
    office.desk.verify("c1")


# --- standing still ---------------------------------------------------------------------------------------------------

HOURS = '[hours]\nopen = "09:00-12:00, 13:30-17:30"\nweekdays = { fri = "09:00-12:00" }\n'


@pytest.mark.parametrize(
    "limit, count, left, due, en, zh",
    [
        # asked on Friday the 3rd at 11:00, answered on Monday the 6th at 15:30
        ("5 working days", "", 4, "2020-07-10 24:00", "paused, 4 working days left", "中止，尚余4个工作日"),
        ("5 working days", 'on_pause = "exact"', 4, "2020-07-09 16:30", "paused, 3 working days left", "中止，尚余3个工作日"),
        ("15 calendar days", "", 14, "2020-07-20 24:00", "paused, 10 working days left", "中止，尚余10个工作日"),
        ("17 working hours", "", 1, "2020-07-06 16:30", "paused, 1 h of working time left", "中止，尚余工作时间1小时"),
        ("72 hours", "", 22, "2020-07-07 13:30", "paused, 22 h left", "中止，尚余22小时"),
    ],
)
def test_while_the_citizen_is_asked_a_clock_shows_what_is_left(
    limit: str, count: str, left: int, due: str, en: str, zh: str
) -> None:
    office = Office(f'{HOURS}{HANDLE}limit = [{{ is = "{limit}" }}]\ncount = {{ {count} }}\n')
    office.assigned()
    office.do(AskCitizen(question="哪一盏?"), at="2020-07-03 11:00")
    clock = office.clock()
    assert (clock.status, clock.due, clock.left, clock.pauses) == ("paused", None, left, (Pause(office.now()),))
    [seen] = office.desk.view("c1", by=CLERK).clocks
    assert (seen.due, seen.state, seen.en, seen.zh) == (None, "paused", en, zh)
    told = office.desk.explain("c1", "handle")
    assert (told.due, told.pause, told.left) == (
        None,
        clock.pauses[0],
        Limit(left, clock.limit.unit),
    )
    office.do(Supplement(text="第二盏"), at="2020-07-06 15:30")
    keeper = Timekeeper(office.desk.rulebook.calendar(), office.desk.rulebook.zone)
    now_due = office.clock().due
    assert now_due is not None
    assert keeper.show(now_due) == due
    assert office.clock().pauses == (Pause(local("2020-07-03 11:00"), office.now()),)
    assert office.desk.explain("c1", "handle").due == now_due
    office.desk.verify("c1")


def test_a_clock_that_is_overdue_does_not_stand_still() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.do(AskCitizen(question="哪一盏?"), at="2020-07-09 09:00")
    assert (office.clock().status, office.due(), office.clock().pauses) == ("running", "2020-07-08", ())


def test_a_case_that_ends_while_it_waits_was_in_time() -> None:
    office = Office(FIVE_DAYS.replace('stops_on = "publish"', 'stops_on = ["publish", "withdraw"]'))
    office.assigned()
    office.do(AskCitizen(question="哪一盏?"), at="2020-07-03 09:00")
    office.do(Withdraw(), at="2020-08-03 09:00")
    assert (office.clock().status, office.facts()) == ("stopped", [("met:handle", 0)])
    assert office.clock().pauses == (Pause(local("2020-07-03 09:00"), office.now()),)
    office.desk.verify("c1")


# --- any turns, in any order ------------------------------------------------------------------------------------------

_THEN = st.sampled_from(("continue", "resume", "recompute", "restart"))


@settings(max_examples=60)
@given(
    st.fixed_dictionaries(dict.fromkeys(("return", "reclassify", "transfer", "reopen"), _THEN)),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 60)), min_size=1, max_size=10),
)
def test_whatever_turns_a_case_takes_its_clock_is_what_counting_from_its_start_gives(
    turns: dict[str, str], steps: list[tuple[int, int]]
) -> None:
    on_all = ", ".join(f"{turn} = '{then}'" for turn, then in turns.items())
    office = Office(f"{BY_CLASS}on = {{ {on_all} }}\n{WARN}")
    office.assigned()
    runs, verdicts = 1, 0
    for what, hours in steps:
        office.now.advance(hours=hours)
        office.desk.sweep()
        case = office.desk.get("c1")
        here: dict[str, tuple[Command, ...]] = {
            "assigned": (REPLY, COMPLAINT, Assign(lead="公安局" if case.lead == "夹河镇" else "夹河镇"), AskCitizen(question="?")),
            "awaiting_citizen": (Supplement(text="第二盏"), Reclassify(axis="kind", value="help")),
            "replied": (Publish(), BACK),
            "returned": (REPLY, COMPLAINT),
            "published": (BACK, Close()),
            "closed": (Reopen(reason="未解决"),),
        }
        command = here[case.state][what % len(here[case.state])]
        unit = case.lead or ""
        if command is REPLY and (row := case.assignment(unit)) and row.status == "asked":
            office.do(Accept(), by=HANDLER.model_copy(update={"unit": unit}))
        office.do(command, by=HANDLER.model_copy(update={"unit": unit}) if command is REPLY else CLERK)
        clock = office.clock()
        assert clock.run in (runs, runs + 1)
        assert clock.run == runs or "restart" in turns.values()
        runs = clock.run
        holds_together(office)
        facts = office.facts()
        assert len(facts) >= verdicts
        verdicts = len(facts)
        if clock.status == "running":
            count = office.desk.rulebook.clocks["handle"].count
            assert clock.due == keeper_of(office).deadline(clock.started_at, clock.limit, count=count, pauses=clock.pauses)
        if office.desk.get("c1").state == "awaiting_citizen" and clock.status == "running":
            assert clock.due is not None
            assert clock.due.before <= office.now()
