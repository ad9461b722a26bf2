"""More time: asked for, allowed, refused, promised; each within the rulebook's bounds, and each kept with who, why, old and new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import Actor, MemoryStore, SqlStore
from casework.actions import (
    AskCitizen,
    Assign,
    Command,
    Extend,
    IssueOrder,
    Promise,
    Publish,
    Reclassify,
    RefuseExtension,
    Review,
    SubmitReply,
    Supplement,
)
from casework.errors import CommandRefused, ConditionUnmet, ExtensionRefused, InputError, NotPermitted, UnknownClock
from casework.events import ApprovalRefused, Extended, ExtensionAsked, Promised
from casework.limits import Extension, Limit
from casework.ports import CaseStore
from tests.unit.town import CLERK, FIVE_DAYS, HANDLE, HANDLER, POLICE, SUPERVISOR, Office, local

APPROVED = FIVE_DAYS + 'extend = { approve = "clerk", times = 2 }\n'
FREE = FIVE_DAYS + "extend = {}\n"
TWO = Extend(limit="2 working days", reason="需现场勘查")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CaseStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with closing(SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")) as made:
        yield made


def refused(office: Office, command: Command, *, by: Actor = CLERK, at: str = "") -> ExtensionRefused:
    """Return the refusal of a command, having seen that it left nothing behind."""
    office.to(at)
    before = office.everything()
    with pytest.raises(ExtensionRefused) as error:
        office.do(command, by=by)
    assert office.everything() == before
    assert isinstance(error.value, CommandRefused)
    assert (error.value.case, error.value.tried) == ("c1", command.action)
    return error.value


# --- asked for and allowed --------------------------------------------------------------------------------------------


def test_a_unit_asks_and_whoever_allows_it_need_not_repeat_how_much(store: CaseStore) -> None:
    office = Office(APPROVED, store=store)
    office.assigned()
    asked = office.do(TWO, by=HANDLER, at="2020-07-06 10:00")
    event = office.last()
    assert isinstance(event.data, ExtensionAsked)
    assert (event.data.unit, event.data.clock, event.data.limit, event.actor) == ("夹河镇", "handle", "2 working days", "li")
    assert store.texts("c1")[event.data.reason or ""] == "需现场勘查"
    assert [(ask.clock, ask.unit, ask.limit, ask.by, ask.at) for ask in asked.asks] == [
        ("handle", "夹河镇", "2 working days", "li", office.now())
    ]
    assert office.due() == "2020-07-08", "asking moves nothing"
    old = office.clock().due

    allowed = office.do(Extend(reason="同意"), by=CLERK, at="2020-07-07 10:00")
    event = office.last()
    assert isinstance(event.data, Extended)
    assert (event.data.clock, event.data.limit, event.data.allowed_by, event.actor) == ("handle", "2 working days", "wang", "wang")
    assert (event.data.old, event.data.new) == (old, office.clock().due)
    assert store.texts("c1")[event.data.reason or ""] == "同意"
    assert (office.due(), allowed.asks) == ("2020-07-10", ())
    assert office.clock().extensions == (Extension(since="due", at=office.now(), limit=Limit(2, "working days")),)
    office.desk.verify("c1")


def test_whoever_allows_may_allow_something_else_or_act_unasked() -> None:
    office = Office(APPROVED)
    office.assigned()
    office.do(TWO, by=HANDLER)
    office.do(Extend(limit="1 working day"))
    assert (office.due(), office.desk.get("c1").asks) == ("2020-07-09", ())
    office.do(Extend(limit="3 working days"))
    assert office.due() == "2020-07-14"


def test_without_an_approver_extending_is_done_at_once() -> None:
    office = Office(FREE)
    office.assigned()
    office.do(TWO, by=HANDLER)
    event = office.last()
    assert isinstance(event.data, Extended)
    assert (event.data.allowed_by, event.actor, office.due()) == (None, "li", "2020-07-10")


def test_nobody_allows_what_they_asked_for() -> None:
    office = Office(APPROVED)
    office.assigned()
    office.do(TWO, by=HANDLER)
    before = office.everything()
    with pytest.raises(NotPermitted, match=r"^li \(clerk\) may not extend case c1: nobody allows what they asked for$"):
        office.do(Extend(), by=Actor(id="li", role="clerk"))
    assert office.everything() == before


def test_what_is_asked_for_is_not_asked_for_twice() -> None:
    office = Office(APPROVED)
    office.assigned()
    office.do(TWO, by=HANDLER)
    with pytest.raises(ConditionUnmet, match=r"an extension of 'handle' by 2 working days is asked for already$"):
        office.do(TWO, by=HANDLER)


def test_a_refusal_ends_the_ask_and_the_unit_may_ask_again(store: CaseStore) -> None:
    office = Office(APPROVED, store=store)
    office.assigned()
    office.do(TWO, by=HANDLER)
    case = office.do(RefuseExtension(reason="理由不充分，请补充理由"))
    event = office.last()
    assert isinstance(event.data, ApprovalRefused)
    assert (event.data.act, event.data.reasons, event.actor) == ("extend:handle", (), "wang")
    assert store.texts("c1")[event.data.opinion or ""] == "理由不充分，请补充理由"  # what people write is not in events
    assert (case.asks, office.due()) == ((), "2020-07-08")
    with pytest.raises(ConditionUnmet, match=r"no extension is asked for"):
        office.do(RefuseExtension(reason="理由不充分"))
    assert len(office.do(TWO, by=HANDLER).asks) == 1
    office.desk.verify("c1")


def test_only_whoever_may_allow_an_extension_may_refuse_it() -> None:
    office = Office(APPROVED + '[roles.supervisor]\nmay = ["refuse_extension"]\n')
    office.assigned()
    office.do(TWO, by=HANDLER)
    with pytest.raises(NotPermitted, match=r"extensions of 'handle' are allowed or refused by 'clerk'$"):
        office.do(RefuseExtension(reason="x"), by=SUPERVISOR)
    with pytest.raises(NotPermitted, match=r"role 'handler' has no right to it"):
        office.do(RefuseExtension(reason="x"), by=HANDLER)


def test_an_ask_ends_with_the_run_that_it_was_made_in() -> None:
    office = Office(APPROVED + 'on = { reopen = "restart" }\n')
    office.assigned()
    office.do(TWO, by=HANDLER)
    assert office.answered().asks == ()


def test_an_extension_asked_for_in_time_may_be_allowed_after_the_due_moment() -> None:
    office = Office(APPROVED)
    office.assigned()
    office.do(TWO, by=HANDLER, at="2020-07-08 23:59")
    office.to("2020-07-09 09:00")
    assert office.desk.verdicts("c1")["handle"].state.value == "overdue"
    office.do(Extend())
    assert (office.due(), office.desk.verdicts("c1")["handle"].state.value) == ("2020-07-10", "due soon")


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "terms, at, limit, why",
    [
        (
            "",
            "2020-07-09 00:00",
            "2 working days",
            "it was asked for too late, at 2020-07-09 00:00; the last moment is before 2020-07-09 00:00",
        ),
        (
            'ask_before = "1 working day"',
            "2020-07-08 00:00",
            "2 working days",
            "it was asked for too late, at 2020-07-08 00:00; the last moment is before 2020-07-08 00:00",
        ),
        (
            'cap = "7 working days"',
            "2020-07-02 09:00",
            "3 working days",
            "it would be due 2020-07-13 24:00, past the cap of 7 working days from receipt, which is 2020-07-10 24:00",
        ),
        (
            'cap = "2 working days", cap_from = "due"',
            "2020-07-02 09:00",
            "3 working days",
            "it would be due 2020-07-13 24:00, past the cap of 2 working days from the first due date, which is 2020-07-10 24:00",
        ),
        (
            'from = "today"',
            "2020-07-02 09:00",
            "4 working days",
            "it would not give more time: due 2020-07-08 24:00, with it 2020-07-08 24:00",
        ),
        (
            'from = "receipt"',
            "2020-07-02 09:00",
            "3 working days",
            "it would not give more time: due 2020-07-08 24:00, with it 2020-07-06 24:00",
        ),
        ("", "2020-07-02 09:00", "0 working days", "it would not give more time: due 2020-07-08 24:00, with it 2020-07-08 24:00"),
    ],
)
def test_what_the_rulebook_does_not_allow_is_refused_with_its_reason(terms: str, at: str, limit: str, why: str) -> None:
    office = Office(f"{FIVE_DAYS}extend = {{ {terms} }}\n")
    office.assigned()
    assert refused(office, Extend(limit=limit), at=at).reasons == (f"clock 'handle': {why}",)


@pytest.mark.parametrize(
    "terms, at, limit, due",
    [
        ("", "2020-07-08 23:59", "2 working days", "2020-07-10"),
        ('ask_before = "1 working day"', "2020-07-07 23:59", "2 working days", "2020-07-10"),
        ('cap = "7 working days"', "2020-07-02 09:00", "2 working days", "2020-07-10"),
        ('cap = "2 working days", cap_from = "due"', "2020-07-02 09:00", "2 working days", "2020-07-10"),
        ('from = "today"', "2020-07-02 09:00", "5 working days", "2020-07-09"),
        ('from = "receipt"', "2020-07-02 09:00", "6 working days", "2020-07-09"),
    ],
)
def test_what_is_just_within_the_bounds_is_granted(terms: str, at: str, limit: str, due: str) -> None:
    office = Office(f"{FIVE_DAYS}extend = {{ {terms} }}\n")
    office.assigned()
    office.do(Extend(limit=limit), at=at)
    assert office.due() == due


def test_an_extension_is_refused_once_it_was_given_as_often_as_the_rulebook_allows() -> None:
    office = Office(APPROVED)
    office.assigned()
    office.do(TWO, TWO)
    assert refused(office, TWO, by=HANDLER).reasons == ("clock 'handle': that was done 2 times, and the rulebook allows 2",)
    assert office.due() == "2020-07-14"


def test_every_reason_is_told_at_once() -> None:
    office = Office(FIVE_DAYS + 'extend = { cap = "6 working days" }\n')
    office.assigned()
    office.do(Extend(limit="1 working day"))
    error = refused(office, Extend(limit="9 working days"), at="2020-07-10 09:00")
    assert [reason.partition(": ")[2].split(",")[0] for reason in error.reasons] == [
        "it was asked for too late",
        "that was done 1 times",
        "it would be due 2020-07-22 24:00",
    ]
    assert str(error).startswith("cannot extend case c1: clock 'handle': it was asked for too late")


def test_what_cannot_be_allowed_cannot_be_asked_for_either() -> None:
    office = Office(FIVE_DAYS + 'extend = { approve = "clerk", cap = "7 working days" }\n')
    office.assigned()
    assert "past the cap" in refused(office, Extend(limit="3 working days"), by=HANDLER).reasons[0]
    assert "asked for too late" in refused(office, TWO, by=HANDLER, at="2020-07-09 00:00").reasons[0]


@pytest.mark.parametrize(
    "commands, status",
    [
        ((AskCitizen(question="哪一盏?"),), "paused"),
        ((SubmitReply(text="已安排维修人员更换路灯。"), Publish()), "stopped"),
        ((Assign(lead="公安局"),), "waiting"),
    ],
)
def test_a_clock_without_a_due_date_cannot_be_extended(commands: tuple[Command, ...], status: str) -> None:
    office = Office(f'{FREE}on = {{ transfer = "restart-on-accept" }}\n')
    office.assigned()
    office.do(*commands)
    assert office.clock().status == status
    error = refused(office, Extend(limit="2 working days", clock="handle"))
    assert error.reasons == (f"clock 'handle': it is {status}, and has no due date to move",)
    with pytest.raises(ConditionUnmet, match=r"^cannot extend case c1: no clock of it runs that could be moved so"):
        office.do(TWO)


def test_a_clock_that_the_rulebook_lets_nobody_extend_is_not_extended() -> None:
    office = Office(FREE + HANDLE.replace('"handle"', '"other"') + 'limit = [{ is = "9 working days" }]\n')
    office.assigned()
    assert refused(office, Extend(limit="1 working day", clock="other")).reasons == (
        "clock 'other': the rulebook allows no extension of it",
    )
    with pytest.raises(UnknownClock, match=r"case c1 has no clock 'handel'; did you mean 'handle'"):
        office.do(Extend(limit="1 working day", clock="handel"))
    with pytest.raises(InputError, match=r"^cannot read the limit 'soon'"):
        office.do(Extend(limit="soon"))
    with pytest.raises(ConditionUnmet, match=r"no extension is asked for; say by how much, such as '5 working days'$"):
        office.do(Extend())


def test_a_page_offers_extending_where_the_rulebook_has_it() -> None:
    offered = {}
    for name, text in (("none", FIVE_DAYS), ("extend", FREE), ("promise", FIVE_DAYS + "promise = {}\n")):
        office = Office(text)
        office.assigned()
        offered[name] = {"extend", "promise"} & set(office.desk.view("c1", by=HANDLER).allowed)
    assert offered == {"none": set(), "extend": {"extend"}, "promise": {"promise"}}


# --- from where it counts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "since, limit, due",
    [
        ("due", "10 calendar days", "2020-07-23"),  # from Monday the 13th, to which the 11th was rolled
        ("due-unrolled", "10 calendar days", "2020-07-21"),  # from Saturday the 11th itself
        ("today", "10 calendar days", "2020-07-20"),  # from the 8th: Saturday the 18th, rolled
        ("receipt", "20 calendar days", "2020-07-21"),  # from the 1st, all in all
    ],
)
def test_an_extension_counts_from_where_the_rulebook_says(since: str, limit: str, due: str) -> None:
    office = Office(
        f'{HANDLE}limit = [{{ is = "10 calendar days" }}]\ncount = {{ roll = "next" }}\nextend = {{ from = "{since}" }}\n'
    )
    office.assigned()
    assert office.due() == "2020-07-13"
    office.do(Extend(limit=limit), at="2020-07-08 09:00")
    assert office.due() == due
    told = office.desk.explain("c1", "handle")
    assert (told.due, [leg.extension.since for leg in told.extended]) == (office.clock().due, [since])


def test_an_explanation_lists_the_days_that_each_extension_added() -> None:
    office = Office(FIVE_DAYS + 'extend = { times = 2 }\npromise = { cap = "" }\n')
    office.assigned()
    office.do(Extend(limit="2 working days"), at="2020-07-02 09:00")
    office.do(Extend(limit="1 working day"), at="2020-07-03 09:00")
    office.do(Promise(until=date(2020, 7, 15), reason="等待配件"), at="2020-07-06 09:00")
    told = office.desk.explain("c1", "handle")
    assert told.due == office.clock().due
    assert [(leg.granted_on.day, leg.since.day, [row.day.date.day for row in leg.days if row.number]) for leg in told.extended] == [
        (2, 8, [9, 10]),
        (3, 10, [13]),
        (6, 6, [7, 8, 9, 10, 13, 14, 15]),
    ]
    assert "extended on 2020-07-02 by 2 working days" in told.text("en")
    assert "2020-07-06承诺于2020-07-15前办结" in told.text("zh")


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=5))
def test_no_extension_ever_brings_a_deadline_forward(steps: list[tuple[int, int]]) -> None:
    office = Office(FIVE_DAYS + 'extend = { times = 99, from = "today" }\npromise = { times = 99, reason = false }\n')
    office.assigned()
    for hours, more in steps:
        office.now.advance(hours=hours)
        before = office.clock().due
        assert before is not None
        for command in (Extend(limit=f"{more} working days"), Promise(until=date(2020, 7, 4) + timedelta(days=more))):
            try:
                office.do(command)
            except ExtensionRefused:
                continue
            after = office.clock().due
            assert after is not None
            assert after.before > before.before
            before = after
    assert office.desk.explain("c1", "handle").due == office.clock().due
    office.desk.verify("c1")


# --- the ladder -------------------------------------------------------------------------------------------------------

WARNED = FREE + '[[rung]]\nid = "warn"\non = "due:handle"\nat = "-2 working days"\ndo = ["notify:clerk"]\n'


def test_a_warning_moves_with_the_due_moment_and_comes_once() -> None:
    office = Office(WARNED)
    office.assigned()
    assert [row.at for row in office.clock().alarms] == [local("2020-07-07 00:00")]
    office.do(TWO, at="2020-07-06 09:00")
    assert [row.at for row in office.clock().alarms] == [local("2020-07-09 00:00")]
    office.to("2020-07-08 23:59")
    assert office.desk.sweep().events == 0
    office.to("2020-07-09 00:00")
    assert (office.desk.sweep().events, office.desk.sweep().events) == (1, 0)
    assert office.desk.get("c1").occasions == ("warn/handle/1/1",)


def test_a_warning_that_was_given_is_not_given_again_for_the_extended_date() -> None:
    office = Office(WARNED)
    office.assigned()
    office.to("2020-07-07 00:00")
    office.desk.sweep()
    office.do(TWO, at="2020-07-07 09:00")
    assert office.clock().alarms == ()
    office.to("2020-07-20 00:00")
    assert office.desk.sweep().events == 0


# --- several clocks ---------------------------------------------------------------------------------------------------

SEVERAL = (
    FIVE_DAYS
    + "extend = {}\npromise = {}\n"
    + HANDLE.replace('"handle"', '"whole"')
    + 'limit = [{ is = "20 working days" }]\nextend = {}\npromise = {}\n'
    + '[[clock]]\nid = "accept"\nper = "assignment"\nstarts_on = "assign"\nstops_on = "accept"\n'
    + 'limit = [{ is = "1 working day" }]\nextend = {}\n'
    + '[[clock]]\nid = "answer"\nper = "order"\nstarts_on = "issue"\nstops_on = "answer"\n'
    + 'limit = [{ is = "3 working days" }]\nextend = {}\n'
    + '[[order]]\nid = "supervision"\ndocument = { series = "督{n}" }\n'
)


@pytest.fixture
def several() -> Office:
    office = Office(SEVERAL)
    office.receive()
    office.do(
        Review(), Assign(lead="夹河镇", assisting=("公安局",)), IssueOrder(form="supervision"), IssueOrder(form="supervision")
    )
    return office


def dues(office: Office) -> dict[str, str | None]:
    return {clock.key: office.due(clock.key) for clock in office.desk.get("c1").clocks}


@pytest.mark.parametrize(
    "key, by, moved, due",
    [
        (None, CLERK, "handle", "2020-07-10"),
        (None, HANDLER, "handle", "2020-07-10"),
        ("whole", HANDLER, "whole", "2020-07-31"),
        ("accept:公安局", POLICE, "accept:公安局", "2020-07-06"),
        ("accept:夹河镇", CLERK, "accept:夹河镇", "2020-07-06"),
        ("answer:o2", HANDLER, "answer:o2", "2020-07-08"),
    ],
)
def test_of_several_clocks_the_one_that_is_named_is_extended_and_no_other(
    several: Office, key: str | None, by: Actor, moved: str, due: str
) -> None:
    before = dues(several)
    assert before == {
        "handle": "2020-07-08",
        "whole": "2020-07-29",
        "accept:夹河镇": "2020-07-02",
        "accept:公安局": "2020-07-02",
        "answer:o1": "2020-07-06",
        "answer:o2": "2020-07-06",
    }
    several.do(Extend(limit="2 working days", clock=key), by=by)
    assert dues(several) == {**before, moved: due}
    several.desk.verify("c1")


@pytest.mark.parametrize(
    "command, by",
    [
        (Extend(limit="2 working days", clock="accept:夹河镇"), POLICE),
        (Extend(limit="2 working days", clock="answer:o1"), POLICE),
    ],
)
def test_a_unit_extends_no_other_unit_s_clock(several: Office, command: Command, by: Actor) -> None:
    before = several.everything()
    with pytest.raises(CommandRefused):
        several.do(command, by=by)
    assert several.everything() == before


def test_an_extension_is_forgotten_by_the_next_run() -> None:
    office = Office(FREE + 'on = { reclassify = "restart" }\n')
    office.assigned()
    office.do(TWO)
    office.do(Reclassify(axis="kind", value="help"), at="2020-07-02 09:00")
    assert (office.due(), office.clock().extensions, office.clock().run) == ("2020-07-09", (), 2)
    office.do(TWO)
    assert office.due() == "2020-07-13"


def test_an_extension_holds_through_a_pause() -> None:
    office = Office(FREE)
    office.assigned()
    office.do(TWO)
    office.do(AskCitizen(question="哪一盏?"), at="2020-07-03 10:00")
    assert office.clock().left == 6, "of the third itself on, six of the seven days are left"
    office.do(Supplement(text="第二盏"), at="2020-07-06 10:00")
    assert office.due() == "2020-07-14", "the third and the sixth do not count"


# --- promises ---------------------------------------------------------------------------------------------------------


def promise(day: int, *, reason: str = "等待配件", clock: str | None = None) -> Promise:
    return Promise(until=date(2020, 7, day), reason=reason, clock=clock)


def test_a_promised_day_becomes_the_last_one(store: CaseStore) -> None:
    office = Office(FIVE_DAYS + 'promise = { cap = "5 working days" }\n', store=store)
    office.assigned()
    old = office.clock().due
    office.do(promise(12), at="2020-07-03 09:00")  # a Sunday: a promise is a day that somebody named
    event = office.last()
    assert isinstance(event.data, Promised)
    assert (event.data.unit, event.data.clock, event.data.until, event.actor) == ("夹河镇", "handle", date(2020, 7, 12), "li")
    assert (event.data.old, event.data.new) == (old, office.clock().due)
    assert store.texts("c1")[event.data.reason or ""] == "等待配件"
    due = office.clock().due
    assert due is not None
    assert (due.date, due.before) == (date(2020, 7, 12), local("2020-07-13 00:00"))
    assert office.clock().extensions == (Extension(since="promise", at=office.now(), until=date(2020, 7, 12)),)
    office.desk.verify("c1")


@pytest.mark.parametrize(
    "terms, day, due",
    [
        ('cap = "5 working days"', 15, "2020-07-15"),
        ('cap = "5 working days"', 16, None),
        ('cap = "8 working days", cap_from = "receipt"', 13, "2020-07-13"),
        ('cap = "8 working days", cap_from = "receipt"', 14, None),
        ("", 31, "2020-07-31"),
        ("", 8, None),
        ("", 1, None),
    ],
)
def test_a_promise_stays_within_its_cap_and_gives_more_time(terms: str, day: int, due: str | None) -> None:
    office = Office(f"{FIVE_DAYS}promise = {{ {terms} }}\n")
    office.assigned()
    if due:
        office.do(promise(day))
        assert office.due() == due
    else:
        refused(office, promise(day), by=HANDLER)


def test_a_promise_gives_its_reason_unless_the_rulebook_asks_for_none() -> None:
    office = Office(FIVE_DAYS + "promise = {}\n")
    office.assigned()
    before = office.everything()
    with pytest.raises(ConditionUnmet, match=r"^cannot promise case c1: a promise gives its reason$"):
        office.do(promise(10, reason=""))
    assert office.everything() == before
    office = Office(FIVE_DAYS + "promise = { reason = false }\n")
    office.assigned()
    office.do(promise(10, reason=""))
    assert office.due() == "2020-07-10"


def test_a_promise_comes_in_time_and_not_too_often() -> None:
    office = Office(FIVE_DAYS + "extend = {}\npromise = {}\n")
    office.assigned()
    office.do(TWO)
    office.do(promise(13))
    assert refused(office, promise(14), by=HANDLER).reasons == ("clock 'handle': that was done 1 times, and the rulebook allows 1",)
    office = Office(FIVE_DAYS + "promise = {}\n")
    office.assigned()
    assert "asked for too late" in refused(office, promise(14), by=HANDLER, at="2020-07-09 00:00").reasons[0]


def test_only_a_clock_that_can_be_promised_on_is(several: Office) -> None:
    several.do(promise(10))
    several.do(promise(31, clock="whole"))
    assert (several.due("handle"), several.due("whole")) == ("2020-07-10", "2020-07-31")
    assert refused(several, promise(20, clock="accept:夹河镇"), by=HANDLER).reasons == (
        "clock 'accept:夹河镇': the rulebook allows no promise on it",
    )


def test_who_asked_to_extend_one_clock_may_have_another_asked_for_too() -> None:
    more = HANDLE.replace('"handle"', '"whole"') + 'limit = [{ is = "9 working days" }]\nextend = { approve = "supervisor" }\n'
    office = Office(APPROVED + more + '[roles.supervisor]\nmay = ["extend", "refuse_extension"]\n')
    office.assigned()
    office.do(TWO, Extend(limit="3 working days", clock="whole"), by=HANDLER)
    assert [(ask.clock, ask.limit) for ask in office.desk.get("c1").asks] == [
        ("handle", "2 working days"),
        ("whole", "3 working days"),
    ]
    case = office.do(RefuseExtension(reason="x", clock="whole"), by=SUPERVISOR)
    assert [ask.clock for ask in case.asks] == ["handle"]
    office.do(Extend())
    assert dues(office) == {"handle": "2020-07-10", "whole": "2020-07-14"}
