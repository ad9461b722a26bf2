"""The desk: one moment, one decision, one commit; asked twice it answers once; it shows to each what is theirs to see."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from casework import Actor, Case, Desk, MemoryStore, Message, Notice, Rulebook, Sender, SqlStore, WorkCalendar
from casework.actions import (
    Accept,
    AddNote,
    AskCitizen,
    Assign,
    Close,
    IssueOrder,
    Publish,
    Reopen,
    Review,
    SubmitReply,
    Supplement,
)
from casework.calendars import Span
from casework.desk import desk_for, new_case_id, utc_now
from casework.errors import (
    CalendarNotAnnounced,
    CaseNotFound,
    CaseworkError,
    ChainBroken,
    InputError,
    KeyReused,
    NaiveDatetime,
    NotPermitted,
    RulebookInvalid,
    StaleVersion,
    StoreError,
    UnknownClock,
    UnknownRulebook,
)
from casework.events import RungFired
from casework.routing import Route
from casework.testing import FrozenTime, RecordingNotifier
from tests.unit.town import CITIZEN, CLERK, HANDLER, LEADER, WEDNESDAY, town

TOWN = town()
SENDER = Sender(ref="u-1", name="王小明", phone="13800000000", email="w@example.cn")
MESSAGE = Message(subject="路灯不亮", body="村口路灯坏了", sender=SENDER, number="20200701-001")


@pytest.fixture
def now() -> FrozenTime:
    return FrozenTime(WEDNESDAY)


@pytest.fixture
def desk(now: FrozenTime) -> Desk:
    return office(now)


def office(now: FrozenTime, *, rulebook: Rulebook = TOWN) -> Desk:
    ids = iter(f"c{n}" for n in range(1, 1000))
    return Desk(rulebook, store=MemoryStore(), now=now, new_id=lambda: next(ids))


def with_unit(desk: Desk) -> Case:
    case = desk.receive(MESSAGE)
    desk.act(case.id, Review(), by=CLERK)
    desk.act(case.id, Assign(lead="夹河镇"), by=CLERK)
    return desk.act(case.id, Accept(), by=HANDLER)


def answered(desk: Desk) -> Case:
    case = with_unit(desk)
    desk.act(case.id, SubmitReply(text="已安排维修人员更换路灯。", outcome="solved"), by=HANDLER)
    return desk.act(case.id, Publish(), by=CLERK)


def everything(desk: Desk) -> object:
    store = desk.store
    cases = [(store.read(case), store.events(case), dict(store.texts(case))) for case in store.ids()]
    return cases, store.outbox.pending(WEDNESDAY + timedelta(days=9999)), store.kept("rulebook")


# --- receiving --------------------------------------------------------------------------------------------------------


def test_a_message_becomes_a_case_whose_clock_runs(desk: Desk) -> None:
    case = desk.receive(MESSAGE)
    due = case.clock("handle").due
    assert (case.id, case.state, case.version, case.received_at, case.number) == ("c1", "received", 1, WEDNESDAY, "20200701-001")
    assert due is not None
    assert due.date.isoformat() == "2020-07-08"
    assert desk.message("c1") == MESSAGE.model_copy(update={"received_at": WEDNESDAY})


def test_a_message_may_have_come_before_now(desk: Desk, now: FrozenTime) -> None:
    now.advance(days=2)
    case = desk.receive(MESSAGE.model_copy(update={"received_at": WEDNESDAY}))
    (event,) = desk.history(case.id)
    assert (event.occurred_at, event.recorded_at) == (WEDNESDAY, WEDNESDAY + timedelta(days=2))


def test_a_message_from_the_future_is_refused(desk: Desk) -> None:
    later = WEDNESDAY + timedelta(seconds=1)
    with pytest.raises(InputError) as error:
        desk.receive(MESSAGE.model_copy(update={"received_at": later}))
    assert str(error.value) == f"the message was received at {later.isoformat()}, which is after now ({WEDNESDAY.isoformat()})"
    assert desk.store.ids() == []


def test_a_sender_without_a_reference_is_kept_all_the_same(desk: Desk) -> None:
    case = desk.receive(Message(subject="x", sender=Sender(name="王小明", phone="13800000000")))
    assert desk.message(case.id).sender == Sender(name="王小明", phone="13800000000")


def test_no_event_holds_what_the_citizen_wrote(desk: Desk) -> None:
    case = answered(desk)
    texts = "".join(row.text for row in desk.store.events(case.id))
    assert [word for word in ("路灯", "王小明", "1380", "w@example", "u-1") if word in texts] == []


def test_a_desk_whose_now_is_naive_is_refused() -> None:
    desk = Desk(TOWN, store=MemoryStore(), now=lambda: datetime(2020, 7, 1))
    with pytest.raises(NaiveDatetime, match=r"^the desk's now\(\) 2020-07-01 00:00:00 has no UTC offset; give an aware datetime"):
        desk.receive(MESSAGE)
    with pytest.raises(NaiveDatetime):
        desk.sweep()


def test_the_present_is_utc_and_ids_sort_by_the_moment_they_were_made() -> None:
    assert utc_now().tzinfo is UTC
    ids = [new_case_id() for _ in range(50)]
    assert len(set(ids)) == 50
    assert {len(made) for made in ids} == {18}
    assert [made[:9] for made in ids] == sorted(made[:9] for made in ids)


def test_a_function_that_a_route_calls_must_be_registered(now: FrozenTime) -> None:
    text = '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n[[route]]\nid = "heating"\ncall = "heating"\n'
    book = Rulebook.parse(text)
    with pytest.raises(RulebookInvalid) as error:
        Desk(book, store=MemoryStore())
    assert [str(row) for row in error.value.problems] == [
        "no function 'heating' is registered; give it to Desk(routing={'heating': …}) @ route.heating.call"
    ]
    desk = Desk(
        book, store=MemoryStore(), now=now, routing={"heating": lambda message: Route(unit="住建局", reason=message.subject)}
    )
    (proposal,) = desk.receive(MESSAGE).proposals
    assert (proposal.rule, proposal.unit, proposal.reason) == ("heating", "住建局", "路灯不亮")


# --- asked twice ------------------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_answer_after_the_case_has_moved_on(desk: Desk, now: FrozenTime) -> None:
    case = desk.receive(MESSAGE, key="k1")
    reviewed = desk.act(case.id, Review(), by=CLERK, key="k2")
    now.advance(days=1)
    desk.act(case.id, Assign(lead="夹河镇"), by=CLERK)
    before = everything(desk)
    assert desk.receive(MESSAGE, key="k1") == case
    assert desk.act(case.id, Review(), by=CLERK, key="k2") == reviewed
    assert reviewed.state == "reviewed"
    assert everything(desk) == before


@pytest.mark.parametrize("by, command", [(CLERK, AddNote(text="other")), (LEADER, AddNote(text="note"))])
def test_a_key_that_was_used_for_another_command_is_refused(desk: Desk, by: Actor, command: AddNote) -> None:
    desk.receive(MESSAGE)
    desk.act("c1", AddNote(text="note"), by=CLERK, key="k")
    before = everything(desk)
    with pytest.raises(KeyReused) as error:
        desk.act("c1", command, by=by, key="k")
    assert str(error.value) == "cannot note: the idempotency key 'k' was used for another command on case c1; use a new key"
    assert (error.value.key, error.value.case, error.value.tried) == ("k", "c1", "note")
    with pytest.raises(KeyReused, match=r"^cannot receive: the idempotency key 'k' was used for another command on case c1"):
        desk.receive(MESSAGE, key="k")
    assert everything(desk) == before


def test_a_refused_command_does_not_use_its_key_up(desk: Desk) -> None:
    desk.receive(MESSAGE)
    with pytest.raises(CaseworkError):
        desk.act("c1", Assign(lead="夹河镇"), by=CLERK, key="k")
    desk.act("c1", Review(), by=CLERK)
    assert desk.act("c1", Assign(lead="夹河镇"), by=CLERK, key="k").lead == "夹河镇"


def test_a_key_works_on_across_desks_on_one_store(desk: Desk, now: FrozenTime) -> None:
    desk.receive(MESSAGE)
    noted = desk.act("c1", AddNote(text="note"), by=CLERK, key="k")
    assert Desk(TOWN, store=desk.store, now=now).act("c1", AddNote(text="note"), by=CLERK, key="k") == noted


def test_a_version_that_has_passed_is_stale(desk: Desk) -> None:
    desk.receive(MESSAGE)
    desk.act("c1", Review(), by=CLERK, expect=1)
    before = everything(desk)
    with pytest.raises(StaleVersion) as error:
        desk.act("c1", AddNote(text="x"), by=CLERK, expect=1)
    assert str(error.value) == "cannot note case c1: expected version 1, it is at 2; read it again and decide anew"
    assert everything(desk) == before


def test_a_case_that_is_not_there_is_named(desk: Desk) -> None:
    for ask in (desk.get, desk.message, desk.history, desk.verify, desk.verdicts, lambda case: desk.view(case, by=CLERK)):
        with pytest.raises(CaseNotFound, match=r"^there is no case 'c9' in this store$"):
            ask("c9")
    with pytest.raises(CaseNotFound, match=r"^there is no case 'c9' in this store$"):
        desk.act("c9", Review(), by=CLERK)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_leader_sees_a_masked_sender_and_the_clerk_the_sender(desk: Desk) -> None:
    desk.receive(MESSAGE)
    assert desk.view("c1", by=CLERK).sender == SENDER
    masked = desk.view("c1", by=LEADER)
    assert masked.sender == Sender(ref="u**", name="王**", phone="1********", email="w********")
    assert (masked.subject, masked.body) == ("路灯不亮", "村口路灯坏了")
    assert desk.view("c1", by=CITIZEN).sender == SENDER


def test_a_view_shows_where_the_case_stands_and_what_may_be_done(desk: Desk, now: FrozenTime) -> None:
    answered(desk)
    now.advance(days=8)
    view = desk.view("c1", by=CLERK)
    assert (view.id, view.number, view.version, view.state, view.state_zh, view.state_en) == (
        "c1",
        "20200701-001",
        6,
        "published",
        "已答复",
        "Published",
    )
    assert (view.lead, view.units, view.replies) == ("夹河镇", ("夹河镇",), ("已安排维修人员更换路灯。",))
    assert [(row.key, row.label, row.due, row.state, row.days) for row in view.clocks] == [
        ("handle", "办理期限", "2020-07-08", "met", 0),
        ("accept:夹河镇", "签收期限", "2020-07-02", "met", 0),
    ]
    assert {"return", "close", "note"} <= set(view.allowed)
    assert "assign" not in view.allowed
    assert desk.view("c1", by=LEADER).allowed == ("instruct", "note")


@pytest.mark.parametrize(
    "by, why",
    [
        (Actor(id="u-2", role="citizen"), "the case was sent by somebody else"),
        (Actor(id="zhao", role="handler", unit="公安局"), "the case is not with 公安局 (units: 夹河镇)"),
        (Actor(id="zhao", role="handler"), "role 'handler' acts for a unit, and this actor names none"),
        (
            Actor(id="zhao", role="janitor"),
            "the rulebook has no role 'janitor' (roles: citizen, clerk, governor, handler, leader, portal, reviewer, steward, "
            "supervisor)",
        ),
    ],
)
def test_what_is_none_of_an_actor_s_business_is_not_shown(desk: Desk, by: Actor, why: str) -> None:
    with_unit(desk)
    with pytest.raises(NotPermitted) as error:
        desk.view("c1", by=by)
    assert str(error.value) == f"{by.id} ({by.role}) may not view case c1: {why}"


def test_every_clock_says_how_it_stands(desk: Desk, now: FrozenTime) -> None:
    with_unit(desk)
    assert {key: (row.state.value, row.days) for key, row in desk.verdicts("c1").items()} == {
        "handle": ("running", 5),
        "accept:夹河镇": ("met", 0),
    }
    now.advance(days=6)
    assert desk.verdicts("c1")["handle"].state.value == "due soon"
    now.advance(days=3)
    assert (desk.verdicts("c1")["handle"].state.value, desk.verdicts("c1")["handle"].days) == ("overdue", 2)


def test_a_due_date_is_explained_day_by_day(desk: Desk) -> None:
    desk.receive(MESSAGE)
    told = desk.explain("c1", "handle")
    due = told.due
    assert due is not None
    assert due.date.isoformat() == "2020-07-08"
    assert [row.number for row in told.days] == [None, 1, 2, None, None, 3, 4, 5]
    with pytest.raises(UnknownClock, match=r"case c1 has no clock 'handel'; did you mean 'handle'"):
        desk.explain("c1", "handel")


def test_a_host_s_own_calendar_takes_the_place_of_the_rulebook_s(now: FrozenTime) -> None:
    day_off = datetime(2020, 7, 2).date()
    own = Notice(id="own", published_on=datetime(2020, 6, 1).date(), year=2020, off=(Span(day_off, day_off),), work=())
    desk = Desk(TOWN, store=MemoryStore(), now=now, calendar=WorkCalendar.named("CN", notices=[own]))
    due = desk.receive(MESSAGE).clock("handle").due
    assert due is not None
    assert due.date.isoformat() == "2020-07-09"


def test_a_year_that_is_not_announced_gives_a_provisional_date(now: FrozenTime) -> None:
    now.to(datetime(2027, 3, 1, 1, 0, tzinfo=UTC))
    desk = office(now)
    due = desk.receive(MESSAGE).clock("handle").due
    assert due is not None
    assert due.provisional
    with pytest.raises(CalendarNotAnnounced):
        TOWN.calendar().add(datetime(2027, 3, 1).date(), 5)


# --- rulebooks over time ----------------------------------------------------------------------------------------------


def test_a_case_keeps_the_rulebook_that_it_began_with(desk: Desk, now: FrozenTime) -> None:
    desk.receive(MESSAGE)
    text = '[rulebook]\nid = "town"\nversion = 2\nbase = "yunxi"\n[assignment]\naccept = false\n[roles.clerk]\nmay = ["note"]\n'
    new = Rulebook.parse(text, register=TOWN.register)
    later = Desk(new, store=desk.store, now=now, new_id=lambda: "c2")
    assert later.act("c1", Review(), by=CLERK).state == "reviewed"
    later.receive(MESSAGE)
    with pytest.raises(NotPermitted, match=r"may not review case c2: role 'clerk' has no right to it \(roles that have: none\)"):
        later.act("c2", Review(), by=CLERK)


def test_a_rulebook_that_nobody_kept_is_named(now: FrozenTime) -> None:
    store = MemoryStore()
    one = Desk(TOWN, store=store, now=now, new_id=lambda: "c1")
    one.receive(MESSAGE)
    store._definitions.clear()
    other = Desk(Rulebook.shipped("letterbox"), store=store, now=now)
    with pytest.raises(UnknownRulebook, match=rf"^there is no rulebook 'town@{TOWN.digest}'"):
        other.act("c1", Review(), by=CLERK)


def test_a_desk_can_be_had_for_a_store_that_has_been_in_use(desk: Desk, now: FrozenTime) -> None:
    with pytest.raises(UnknownRulebook, match=r"^there is no rulebook '\(none kept\)'"):
        desk_for(MemoryStore())
    desk.receive(MESSAGE)
    again = desk_for(desk.store, now=now)
    assert again.rulebook == TOWN
    assert again.rulebook.register == TOWN.register
    assert again.act("c1", Review(), by=CLERK).state == "reviewed"


# --- sweeping ---------------------------------------------------------------------------------------------------------


def test_what_is_late_gets_an_order_a_day_each_once_and_numbered(desk: Desk, now: FrozenTime) -> None:
    for _ in range(2):
        case = desk.receive(MESSAGE)
        desk.act(case.id, Review(), by=CLERK)
        desk.act(case.id, Assign(lead="夹河镇"), by=CLERK)
    now.to(datetime(2020, 7, 8, 16, 0, tzinfo=UTC))  # the very moment at which the fifth working day is over
    sweep = desk.sweep()
    assert (sweep.cases, sweep.events, sweep.failures) == (2, 6, ())
    assert (desk.sweep().cases, desk.sweep().events) == (0, 0)
    assert [[row.number for row in desk.get(case).orders] for case in ("c1", "c2")] == [["督〔2020〕1号"], ["督〔2020〕2号"]]
    now.advance(days=30)
    desk.sweep()
    assert [row.number for row in desk.get("c1").orders] == [f"督〔2020〕{n}号" for n in (1, 3, 4, 5, 6)]
    assert [row.number for row in desk.get("c2").orders] == [f"督〔2020〕{n}号" for n in (2, 7, 8, 9, 10)]
    assert desk.get("c1").occasions == ("due-tomorrow/handle/1/1", *(f"late-daily/handle/1/{n}" for n in range(1, 6)))
    now.advance(days=30)
    assert desk.sweep().events == 0


def test_an_order_is_a_filled_document(desk: Desk, now: FrozenTime) -> None:
    with_unit(desk)
    now.to(datetime(2020, 7, 8, 16, 0, tzinfo=UTC))
    desk.sweep()
    (order,) = desk.get("c1").orders
    assert order.document is not None
    text = desk.store.texts("c1")[order.document]
    assert text == "督〔2020〕1号 夹河镇: 20200701-001《路灯不亮》2020-07-08 "
    assert (order.to, order.cc, order.rung, order.answer_wanted) == (("夹河镇",), ("leader",), "late-daily", True)


def test_a_late_case_that_is_with_nobody_warns_and_waits_for_its_order(desk: Desk, now: FrozenTime) -> None:
    desk.receive(MESSAGE)
    now.to(datetime(2020, 7, 8, 16, 0, tzinfo=UTC))
    assert desk.sweep().failures == ()
    assert desk.get("c1").orders == ()
    assert [row.notification.to for row in desk.store.outbox.pending(now())] == ["supervisor"], "no unit has it, so none is told"
    (late,) = [event.data for event in desk.history("c1") if isinstance(event.data, RungFired) and event.data.rung == "late-daily"]
    assert (late.mode, late.effects) == ("auto", ("notify:supervisor",)), "the record says what was done, not what was meant"
    desk.act("c1", Review(), by=CLERK)
    desk.act("c1", Assign(lead="夹河镇"), by=CLERK)
    now.advance(days=1)
    desk.sweep()
    assert [row.number for row in desk.get("c1").orders] == ["督〔2020〕1号"]


def test_numbers_begin_anew_with_the_year(now: FrozenTime) -> None:
    now.to(datetime(2020, 12, 23, 1, 0, tzinfo=UTC))
    desk = office(now)
    with_unit(desk)
    now.to(datetime(2020, 12, 31, 1, 0, tzinfo=UTC))
    desk.sweep()
    now.to(datetime(2020, 12, 31, 16, 0, tzinfo=UTC))  # the year is over in China
    desk.sweep()
    assert [row.number for row in desk.get("c1").orders] == ["督〔2020〕1号", "督〔2021〕1号"]


def test_a_ladder_goes_on_where_it_stood_after_the_citizen_was_asked(now: FrozenTime) -> None:
    again = 'repeat = { every = "1 working day", max = 3 }'
    desk = office(
        now, rulebook=town(f'[[rung]]\nid = "remind"\non = "due:handle"\nat = "-3 working days"\ndo = ["notify:clerk"]\n{again}\n')
    )
    with_unit(desk)
    now.to(datetime(2020, 7, 3, 16, 0, tzinfo=UTC))
    desk.sweep()
    desk.act("c1", AskCitizen(question="哪一盏?"), by=HANDLER)
    paused = desk.get("c1")
    assert (paused.next_at, paused.clock("handle").due, paused.occasions) == (None, None, ("remind/handle/1/1",))
    now.to(datetime(2020, 7, 6, 1, 0, tzinfo=UTC))
    desk.act("c1", Supplement(text="村口第二盏"), by=CLERK)
    due = desk.get("c1").clock("handle").due
    assert due is not None
    assert due.date.isoformat() == "2020-07-09"
    now.to(datetime(2020, 7, 9, 15, 59, tzinfo=UTC))
    desk.sweep()
    assert desk.get("c1").occasions == ("remind/handle/1/1", "remind/handle/1/2", "due-tomorrow/handle/1/1", "remind/handle/1/3")


def test_a_sweep_takes_a_few_at_a_time_and_tells_of_what_it_could_not_do(desk: Desk, now: FrozenTime) -> None:
    for _ in range(3):
        with_unit(desk)
    now.advance(days=30)
    assert [desk.sweep(limit=2).cases for _ in range(3)] == [2, 1, 0]


def test_a_case_that_cannot_be_swept_does_not_hold_up_the_others(now: FrozenTime) -> None:
    store = MemoryStore()
    ids = iter(("c1", "c2"))
    Desk(TOWN, store=store, now=now, new_id=lambda: next(ids)).receive(MESSAGE)
    store._definitions.clear()
    letterbox = (
        '[rulebook]\nid = "l"\nversion = 1\nbase = "letterbox"\n[[rung]]\nid = "late"\non = "late:reply"\ndo = ["notify:clerk"]\n'
    )
    desk = Desk(Rulebook.parse(letterbox), store=store, now=now, new_id=lambda: next(ids))
    desk.receive(MESSAGE)
    now.advance(days=30)
    sweep = desk.sweep()
    assert (sweep.cases, [case for case, _ in sweep.failures]) == (1, ["c1"])
    assert sweep.failures[0][1].startswith(f"there is no rulebook 'town@{TOWN.digest}'")


# --- importing --------------------------------------------------------------------------------------------------------


def test_what_is_imported_happened_then_and_is_recorded_now(desk: Desk, now: FrozenTime) -> None:
    now.to(datetime(2020, 8, 10, 1, 0, tzinfo=UTC))
    with desk.importing() as door:
        assert not door.used("row-1")
        case = door.receive(MESSAGE.model_copy(update={"received_at": WEDNESDAY}), key="row-1")
        assert door.used("row-1")
        door.act(case.id, Review(), by=CLERK, at=WEDNESDAY + timedelta(hours=1))
        door.act(case.id, Assign(lead="夹河镇"), by=CLERK, at=WEDNESDAY + timedelta(hours=2))
    history = desk.history("c1")
    assert [event.occurred_at for event in history] == [WEDNESDAY + timedelta(hours=n) for n in range(3)]
    assert {event.recorded_at for event in history} == {now()}
    desk.verify("c1")
    assert desk.store.outbox.pending(now()) == []
    assert desk.sweep().events == 0
    now.advance(days=60)
    assert desk.sweep().events == 0
    assert desk.verdicts("c1")["handle"].state.value == "overdue"


def test_only_the_rungs_to_come_are_left_of_an_imported_ladder(desk: Desk, now: FrozenTime) -> None:
    now.to(datetime(2020, 7, 10, 1, 0, tzinfo=UTC))  # two supervisions would have gone out by now
    with desk.importing() as door:
        door.receive(MESSAGE.model_copy(update={"received_at": WEDNESDAY}))
        door.act("c1", Review(), by=CLERK, at=WEDNESDAY)
        door.act("c1", Assign(lead="夹河镇"), by=CLERK, at=WEDNESDAY)
    assert desk.sweep().events == 0
    now.advance(days=30)
    desk.sweep()
    assert desk.get("c1").occasions == tuple(f"late-daily/handle/1/{n}" for n in (3, 4, 5))


def test_an_order_can_be_imported_with_the_number_of_its_own_year(desk: Desk, now: FrozenTime) -> None:
    now.to(datetime(2021, 3, 1, 1, 0, tzinfo=UTC))
    with desk.importing() as door:
        door.receive(MESSAGE.model_copy(update={"received_at": WEDNESDAY}))
        case = door.act("c1", IssueOrder(form="supervision", to=("夹河镇",)), by=CLERK, at=WEDNESDAY + timedelta(days=1))
    assert [row.number for row in case.orders] == ["督〔2020〕1号"]


def test_an_import_is_refused_what_did_not_happen_in_this_order(desk: Desk, now: FrozenTime) -> None:
    now.advance(days=10)
    day = timedelta(days=1)
    with desk.importing() as door:
        door.receive(MESSAGE.model_copy(update={"received_at": WEDNESDAY + day}))
        with pytest.raises(InputError) as error:
            door.act("c1", Review(), by=CLERK, at=WEDNESDAY)
        assert str(error.value) == (
            "cannot review case c1 at 2020-07-01T01:00:00+00:00: its latest event is of 2020-07-02T01:00:00+00:00"
        )
        with pytest.raises(
            InputError, match=r"^cannot review at 2020-07-12T01:00:00\+00:00: that is after now \(2020-07-11T01:00:00"
        ):
            door.act("c1", Review(), by=CLERK, at=now() + day)
        with pytest.raises(NaiveDatetime, match=r"^the moment to review 2020-07-05 00:00:00 has no UTC offset"):
            door.act("c1", Review(), by=CLERK, at=datetime(2020, 7, 5))
        with pytest.raises(InputError, match=r"^an imported message needs its received_at$"):
            door.receive(MESSAGE)
        with pytest.raises(InputError, match=r"^cannot receive at 2020-07-12T01:00:00\+00:00: that is after now"):
            door.receive(MESSAGE.model_copy(update={"received_at": now() + day}))
    assert desk.get("c1").version == 1


def test_an_import_that_breaks_off_leaves_nothing(desk: Desk) -> None:
    before = everything(desk)

    def broken() -> None:
        with desk.importing() as door:
            door.receive(MESSAGE.model_copy(update={"received_at": WEDNESDAY}), key="row-1")
            raise InputError("the file broke off")

    with pytest.raises(InputError, match=r"^the file broke off$"):
        broken()
    assert everything(desk) == before
    desk.receive(MESSAGE, key="row-1")
    assert desk.store.kept("rulebook") == TOWN.text


# --- delivering -------------------------------------------------------------------------------------------------------


def test_notices_are_sent_once_and_tried_again_later_and_later(desk: Desk, now: FrozenTime) -> None:
    with_unit(desk)
    channel = RecordingNotifier()
    channel.down = True
    waits = []
    for _ in range(9):
        assert desk.deliver(channel).retried == 1
        assert desk.deliver(channel).retried == 0
        waited = 0
        while not desk.store.outbox.pending(now()):
            now.advance(minutes=1)
            waited += 1
        waits.append(waited)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    last = desk.deliver(channel)
    assert (last.sent, last.retried, last.given_up) == (0, 0, 1)
    now.advance(days=400)
    assert desk.store.outbox.pending(now()) == []


# --- verifying --------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path, now: FrozenTime) -> Path:
    """A file with one closed and reopened case."""
    place = tmp_path / "cases.sqlite"
    with closing(SqlStore(f"sqlite:///{place}")) as store:
        desk = Desk(TOWN, store=store, now=now, new_id=lambda: "c1")
        answered(desk)
        desk.act("c1", Close(outcome="solved"), by=CLERK)
        desk.act("c1", Reopen(reason="again"), by=CLERK)
        desk.verify("c1")
    return place


@pytest.mark.parametrize(
    "tampering, seq, why",
    [
        (
            "UPDATE casework_event SET text = replace(text, '夹河镇', '公安局') WHERE seq = 3",
            3,
            "its text is not the text that was hashed",
        ),
        ("DELETE FROM casework_event WHERE seq = 4", 4, "event 4 is missing or out of order (found 5)"),
        (
            "DELETE FROM casework_event WHERE seq = 8",
            7,
            "the case row's head is not the last event's hash: events are missing at the end",
        ),
        (
            "UPDATE casework_event SET seq = CASE seq WHEN 4 THEN -5 WHEN 5 THEN -4 END WHERE seq IN (4, 5);"
            "UPDATE casework_event SET seq = -seq WHERE seq < 0",
            4,
            "its text is not the text that was hashed",
        ),
        ("UPDATE casework_event SET case_id = 'c2' WHERE seq = 1", 1, "event 1 is missing or out of order (found 2)"),
        (
            'UPDATE casework_case SET body = replace(body, \'"lead":"夹河镇"\', \'"lead":"公安局"\')',
            8,
            "the case row is not what its events say",
        ),
        (
            "UPDATE casework_case SET head = 'f00'",
            8,
            "the case row's head is not the last event's hash: events are missing at the end",
        ),
    ],
)
def test_whatever_was_tampered_with_is_found(file: Path, now: FrozenTime, tampering: str, seq: int, why: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(tampering)
    with closing(SqlStore(f"sqlite:///{file}")) as store:
        with pytest.raises(ChainBroken) as error:
            Desk(TOWN, store=store, now=now).verify("c1")
        assert str(error.value) == f"the history of case c1 is broken at event {seq}: {why}"
        assert (error.value.case, error.value.seq, error.value.why) == ("c1", seq, why)


def test_every_unit_that_is_asked_is_told_and_those_that_were_told_are_not_told_again(desk: Desk, now: FrozenTime) -> None:
    desk.receive(MESSAGE)
    desk.act("c1", Review(), by=CLERK)
    desk.act("c1", Assign(lead="夹河镇", assisting=("公安局",)), by=CLERK)
    desk.act("c1", Accept(), by=HANDLER)
    desk.act("c1", Assign(lead="夹河镇", assisting=("公安局", "住建局")), by=CLERK)
    told = [(row.notification.seq, row.notification.to, row.notification.unit) for row in desk.store.outbox.pending(now())]
    assert told == [(3, "handler", "夹河镇"), (3, "handler", "公安局"), (5, "handler", "公安局"), (5, "handler", "住建局")]


def test_a_sweep_looks_past_cases_that_fail(now: FrozenTime) -> None:
    ids = iter(("c1", "c2", "c3"))
    desk = Desk(Rulebook.shipped("yunxi"), store=MemoryStore(), now=now, new_id=lambda: next(ids))
    for _ in range(3):
        case = desk.receive(MESSAGE)
        desk.act(case.id, Review(), by=CLERK)
        desk.act(case.id, Assign(lead="夹河镇"), by=CLERK)
    now.to(datetime(2020, 7, 8, 16, 0, tzinfo=UTC))
    original = Desk._sweep

    def sweep(self: Desk, case: str, at: datetime) -> int:
        if case in ("c1", "c2"):
            raise StoreError(f"{case} cannot be read")
        return original(self, case, at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Desk, "_sweep", sweep)
        found = desk.sweep(limit=1)
    assert (found.cases, dict(found.failures)) == (1, {"c1": "c1 cannot be read", "c2": "c2 cannot be read"})
    assert desk.get("c3").orders


def test_nobody_who_was_given_a_case_can_change_what_is_kept(desk: Desk) -> None:
    desk.receive(MESSAGE)
    desk.act("c1", Review(classes={"kind": "complaint"}), by=CLERK).classes["kind"] = "praise"
    desk.get("c1").classes["kind"] = "praise"
    assert desk.get("c1").classes == {"kind": "complaint"}
    desk.verify("c1")


def test_the_sender_reads_what_was_published_and_no_draft(desk: Desk) -> None:
    desk.receive(MESSAGE)
    for command, by in (
        (Review(), CLERK),
        (Assign(lead="夹河镇"), CLERK),
        (Accept(), HANDLER),
        (SubmitReply(text="草稿：已派人查看，尚未修好。"), HANDLER),
    ):
        desk.act("c1", command, by=by)
    assert desk.view("c1", by=CITIZEN).replies == ()
    assert desk.view("c1", by=CLERK).replies == ("草稿：已派人查看，尚未修好。",)
    desk.act("c1", Publish(), by=CLERK)
    assert desk.view("c1", by=CITIZEN).replies == ("草稿：已派人查看，尚未修好。",)


def test_a_page_offers_only_what_a_command_can_do(now: FrozenTime) -> None:
    book = Rulebook.parse(
        '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n[roles.leader]\n'
        'may = ["note", "absorb", "promise", "extend", "refuse_extension", "approve", "refuse", "issue", "clear", "take_up"]\n',
        name="town",
    )
    desk = Desk(book, store=MemoryStore(), now=now, new_id=lambda: "c1")
    desk.receive(MESSAGE)
    assert desk.view("c1", by=LEADER).allowed == ("note",)


def test_a_store_whose_rulebook_calls_python_can_be_read_without_the_function_and_loses_no_message(now: FrozenTime) -> None:
    book = Rulebook.parse(
        '[rulebook]\nid = "town"\nversion = 1\nbase = "standard"\n[[route]]\nid = "own"\ncall = "ask"\n', name="town"
    )
    store = MemoryStore()
    Desk(book, store=store, now=now, new_id=lambda: "c1", routing={"ask": lambda _: None}).receive(MESSAGE)
    again = desk_for(store, now=now)
    assert again.get("c1").state == "received"
    assert again.receive(MESSAGE).proposals[0].reason == "the rule failed: LookupError"
    assert desk_for(store, now=now, routing={"ask": lambda _: None}).receive(MESSAGE).proposals == ()


def test_a_clock_that_a_case_has_not_is_named_with_those_it_has(desk: Desk) -> None:
    desk.receive(MESSAGE)
    with pytest.raises(UnknownClock) as error:
        desk.explain("c1", "handel")
    assert str(error.value) == "case c1 has no clock 'handel'; did you mean 'handle'? (clocks: handle)"
