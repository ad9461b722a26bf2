"""A new notice: which open deadlines it moves, by whose rule, what is kept of it, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casework import Desk, MemoryStore, Message, Notice, SqlStore, WorkCalendar
from casework.actions import Accept, AddNote, AskCitizen, Assign, Extend, Promise, Reclassify, Review, Supplement
from casework.calendars import Span
from casework.desk import desk_for
from casework.errors import CommandRefused, InputError
from casework.events import Recalculated
from casework.limits import Deadline, Pause
from casework.ports import CaseStore, OpenClocks
from casework.recalculation import Reach, read_calendar, recounted, write_calendar
from casework.sla import Timekeeper
from casework.testing import FrozenTime, calendars, moments
from tests.unit.town import FIVE_DAYS, HANDLE, Office, local, small

# The amendment of 22 March 2019 gave 2 and 3 May off, and had 28 April and 5 May worked for them.
BEFORE_MAY, FULL = WorkCalendar.named("CN", as_of=date(2019, 3, 1)), WorkCalendar.named("CN")
# The amendment of 26 January 2020 prolonged the Spring Festival to 2 February.
BEFORE_FEBRUARY = WorkCalendar.named("CN", as_of=date(2020, 1, 20))
NOTICE_2027 = Notice(
    id="CN-2027",
    published_on=date(2026, 11, 10),
    year=2027,
    off=(
        Span(date(2027, 1, 1), date(2027, 1, 3)),
        Span(date(2027, 2, 5), date(2027, 2, 12)),
        Span(date(2027, 5, 1), date(2027, 5, 5)),
    ),
    work=(date(2027, 1, 4), date(2027, 2, 13), date(2027, 2, 14)),
    source="made up for a test",
)
NEXT_YEAR = WorkCalendar.named("CN", notices=[NOTICE_2027])
WARN = '[[rung]]\nid = "warn"\non = "due:handle"\nat = "-1 working day"\ndo = ["notify:clerk"]\n'
THREE_RULES = FIVE_DAYS + "".join(
    HANDLE.replace('"handle"', f'"{name}"') + f'limit = [{{ is = "5 working days" }}]\non_calendar_change = "{name}"\n'
    for name in ("keep", "later-only")
)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CaseStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with closing(SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")) as made:
        yield made


def spring(text: str = FIVE_DAYS, *, store: CaseStore | None = None) -> Office:
    """An office before the amendment of 2019, on the Wednesday before a week that it changes."""
    return Office(text, at="2019-04-24 09:00", calendar=BEFORE_MAY, store=store)


# --- what moves -------------------------------------------------------------------------------------------------------


def test_a_notice_may_bring_a_deadline_forward(store: CaseStore) -> None:
    office = spring(FIVE_DAYS + WARN, store=store)
    office.receive()
    old = office.clock()
    assert office.due() == "2019-05-02"
    office.to("2019-04-25 10:00")
    done = office.desk.recalculate(FULL)
    new = office.clock()
    assert (office.due(), done.clocks, done.failures, done.dry_run) == ("2019-04-30", 1, (), False)
    assert done.calendar == f"CN@{FULL.version}"
    [moved] = done.moved
    assert (moved.case, moved.clock, moved.old, moved.new) == ("c1", "handle", old.due, new.due)
    assert str(moved) == "c1 handle: 2019-05-02 -> 2019-04-30"
    event = office.last()
    assert isinstance(event.data, Recalculated)
    assert (event.data.clock, event.data.old, event.data.new) == ("handle", old.due, new.due)
    assert (event.data.old_calendar, event.data.new_calendar) == (f"CN@{BEFORE_MAY.version}", f"CN@{FULL.version}")
    assert (event.action, event.actor, event.role, event.occurred_at, event.state) == (
        "recalculate",
        "casework",
        "system",
        office.now(),
        "received",
    )
    assert (new.calendar, new.run, new.started_at) == (f"CN@{FULL.version}", 1, old.started_at)
    assert [row.at for row in new.alarms] == [local("2019-04-30 00:00")], "the warning moves with it"
    assert store.due(local("2019-04-30 00:00"), limit=9) == ["c1"]
    assert office.desk.explain("c1", "handle").due == new.due
    office.desk.verify("c1")


def test_a_notice_may_push_a_deadline_back(store: CaseStore) -> None:
    office = Office(FIVE_DAYS, at="2020-01-22 09:00", calendar=BEFORE_FEBRUARY, store=store)
    office.receive()
    assert office.due() == "2020-02-04"
    office.to("2020-01-27 09:00")
    assert len(office.desk.recalculate(FULL).moved) == 1
    assert office.due() == "2020-02-06"
    office.desk.verify("c1")


def test_a_deadline_that_was_past_may_be_open_again_and_the_other_way_round() -> None:
    office = Office(FIVE_DAYS, at="2020-01-22 09:00", calendar=BEFORE_FEBRUARY)
    office.receive()
    office.to("2020-02-05 09:00")
    assert office.desk.verdicts("c1")["handle"].state.value == "overdue"
    office.desk.recalculate(FULL)
    assert office.desk.verdicts("c1")["handle"].state.value == "due soon"
    office = spring(FIVE_DAYS + WARN)
    office.receive()
    office.to("2019-05-01 09:00")
    office.desk.recalculate(FULL)
    assert office.desk.verdicts("c1")["handle"].state.value == "overdue"
    assert office.desk.sweep().events == 1, "the warning is due at once, and comes once"
    assert office.desk.sweep().events == 0


def test_each_rule_says_what_a_notice_may_do_to_its_clock() -> None:
    dues = ("handle", "keep", "later-only")
    office = spring(THREE_RULES)
    office.receive()
    assert {office.due(key) for key in dues} == {"2019-05-02"}
    assert [row.clock for row in office.desk.recalculate(FULL).moved] == ["handle"]
    assert [office.due(key) for key in dues] == ["2019-04-30", "2019-05-02", "2019-05-02"]
    office = Office(THREE_RULES, at="2020-01-22 09:00", calendar=BEFORE_FEBRUARY)
    office.receive()
    assert [row.clock for row in office.desk.recalculate(FULL).moved] == ["handle", "later-only"]
    assert [office.due(key) for key in dues] == ["2020-02-06", "2020-02-04", "2020-02-06"]
    assert office.desk.recalculate(FULL).moved == ()
    office.desk.verify("c1")


def test_a_deadline_that_was_kept_is_explained_by_the_calendar_that_it_was_counted_by() -> None:
    office = spring(THREE_RULES)
    office.receive()
    office.desk.recalculate(FULL)
    for key in ("handle", "keep", "later-only"):
        told = office.desk.explain("c1", key)
        assert (told.due, told.calendar) == (office.clock(key).due, office.clock(key).calendar)


def test_extensions_and_pauses_are_counted_again_with_the_rest() -> None:
    office = spring(f'{HANDLE}limit = [{{ is = "3 working days" }}]\nextend = {{}}\n')
    office.assigned()
    office.do(Extend(limit="1 working day"), at="2019-04-24 10:00")
    office.do(AskCitizen(question="哪一盏?"), at="2019-04-25 10:00")
    office.do(Supplement(text="第二盏"), at="2019-04-25 11:00")
    assert office.due() == "2019-05-02", "26, 29, 30, 2"
    office.desk.recalculate(FULL)
    assert office.due() == "2019-04-30", "26, 28, 29, 30"
    assert len(office.clock().extensions) == len(office.clock().pauses) == 1
    office.desk.verify("c1")


# --- what stays -------------------------------------------------------------------------------------------------------


def test_what_is_over_keeps_its_date_and_its_verdict() -> None:
    office = spring()
    office.assigned()
    office.answered(at="2019-05-02 23:00")
    assert office.facts() == [("met:handle", 0)]
    before = office.desk.store.read("c1")
    done = office.desk.recalculate(FULL)
    assert (done.clocks, done.moved) == (0, ())
    assert office.desk.store.read("c1") == before
    assert office.due() == "2019-05-02"
    assert office.desk.explain("c1", "handle").due == office.clock().due


def test_a_paused_clock_is_right_after_it_resumes() -> None:
    office = spring()
    office.assigned()
    office.do(AskCitizen(question="哪一盏?"), at="2019-04-25 10:00")
    assert office.desk.recalculate(FULL).moved == ()
    office.do(Supplement(text="第二盏"), at="2019-04-25 11:00")
    keeper, clock = Timekeeper(FULL, "Asia/Shanghai"), office.clock()
    assert clock.due == keeper.deadline(clock.started_at, clock.limit, pauses=clock.pauses)
    assert (office.due(), clock.calendar) == ("2019-05-05", f"CN@{FULL.version}")


def test_cases_of_other_calendars_are_not_looked_at() -> None:
    store, now = MemoryStore(), FrozenTime(local("2019-04-24 09:00"))
    ids = iter(("c1", "c2"))
    british = small(FIVE_DAYS, id="british", head='zone = "Europe/London"\ncalendar = "GB-ENG"')
    Desk(british, store=store, now=now, new_id=lambda: next(ids)).receive(Message(subject="x"))
    desk = Desk(small(FIVE_DAYS), store=store, now=now, new_id=lambda: next(ids), calendar=BEFORE_MAY)
    desk.receive(Message(subject="x"))
    head = store.read("c1").head
    done = desk.recalculate(FULL)
    assert (done.clocks, [row.case for row in done.moved], store.read("c1").head) == (1, ["c2"], head)
    day = Notice(
        id="jubilee", published_on=date(2019, 4, 24), year=2019, off=(Span(date(2019, 4, 25), date(2019, 4, 25)),), work=()
    )
    done = desk.recalculate(WorkCalendar.named("GB-ENG", notices=[day]))
    assert [row.case for row in done.moved] == ["c1"]
    assert desk.get("c2").clock("handle").calendar == f"CN@{FULL.version}"


def test_a_clock_that_a_notice_does_not_reach_is_left_alone() -> None:
    office = spring()
    office.receive()
    office.receive(at="2019-06-03 09:00")
    head = office.desk.store.read("c2").head
    done = office.desk.recalculate(FULL)
    assert (done.clocks, [row.case for row in done.moved]) == (2, ["c1"])
    assert office.desk.store.read("c2").head == head


# --- once, or not at all ----------------------------------------------------------------------------------------------


def test_a_second_time_changes_nothing(store: CaseStore) -> None:
    office = spring(THREE_RULES, store=store)
    for _ in range(3):
        office.receive()
    assert len(office.desk.recalculate(FULL).moved) == 3
    before = office.everything()
    for desk in (office.desk, desk_for(store, now=office.now)):
        again = desk.recalculate(FULL)
        assert (again.clocks, again.moved, again.failures) == (9, (), ())
        assert office.everything() == before


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_a_dry_run_lists_what_then_moves_and_changes_nothing(store: CaseStore, batch: int) -> None:
    office = spring(THREE_RULES + WARN, store=store)
    for _ in range(11):
        office.receive()
    before = office.everything()
    foreseen = office.desk.recalculate(FULL, dry_run=True, batch=batch)
    assert office.everything() == before
    assert foreseen.dry_run
    done = office.desk.recalculate(FULL, batch=batch)
    assert (done.moved, done.clocks) == (foreseen.moved, foreseen.clocks)
    assert [row.case for row in done.moved] == sorted(f"c{n}" for n in range(1, 12))


def test_after_a_dry_run_the_desk_counts_as_it_did() -> None:
    office = spring()
    office.desk.recalculate(FULL, dry_run=True)
    assert office.receive().clock("handle").calendar == f"CN@{BEFORE_MAY.version}"


def test_from_then_on_the_desk_and_every_new_one_count_by_the_new_notices(store: CaseStore) -> None:
    office = Office(FIVE_DAYS, at="2026-12-01 09:00", store=store)
    office.receive()
    assert office.desk.recalculate(NEXT_YEAR).moved == ()
    for desk in (
        office.desk,
        desk_for(store, now=office.now),
        Desk(office.desk.rulebook, store=store, now=office.now),
        Desk(small(FIVE_DAYS, id="other"), store=store, now=office.now),
    ):
        office.to("2027-02-01 09:00")
        case = desk.receive(Message(subject="x"))
        clock = case.clock("handle")
        assert clock.calendar == f"CN@{NEXT_YEAR.version}"
        assert clock.due == Deadline(date=date(2027, 2, 14), before=local("2027-02-15 00:00")), "2, 3, 4, 13, 14"
    given = Desk(office.desk.rulebook, store=store, now=office.now, calendar=FULL).receive(Message(subject="x"))
    assert given.clock("handle").calendar == f"CN@{FULL.version}", "a calendar that the host gives goes before"


def test_a_calendar_can_be_taken_back(store: CaseStore) -> None:
    office = spring(store=store)
    office.receive()
    office.desk.recalculate(FULL)
    done = office.desk.recalculate(BEFORE_MAY)
    assert (office.due(), len(done.moved)) == ("2019-05-02", 1)
    assert desk_for(store, now=office.now).receive(office.desk.message("c1")).clock("handle").calendar == f"CN@{BEFORE_MAY.version}"
    assert office.desk.recalculate(FULL).moved[0].new.date == date(2019, 4, 30)
    office.desk.verify("c1")


@pytest.mark.parametrize("calendar", [FULL, NEXT_YEAR, BEFORE_MAY, WorkCalendar.named("GB-ENG")])
def test_what_a_store_keeps_of_a_calendar_gives_it_back(calendar: WorkCalendar) -> None:
    again = read_calendar(calendar.name, write_calendar(calendar))
    assert (again, again.notices, again.as_of) == (calendar, calendar.notices, calendar.as_of)
    shipped = {notice.id for notice in FULL.notices}
    assert [name for name in shipped if name in write_calendar(calendar)] == [], "what is shipped need not be kept"


def test_a_false_notice_that_is_taken_back_leaves_nothing_settled() -> None:
    office = Office(FIVE_DAYS, at="2026-12-29 09:00", calendar=NEXT_YEAR)
    office.receive()
    settled = office.clock().due
    assert settled is not None
    assert not settled.provisional
    office.desk.recalculate(FULL)
    due = office.clock().due
    assert due is not None
    assert due.provisional


# --- what goes wrong --------------------------------------------------------------------------------------------------


def lost(store: MemoryStore, digest: str) -> None:
    """Have the store lose a rulebook."""
    del store._definitions["rulebook", digest]


def broken(store: MemoryStore, digest: str) -> None:
    """Have the store keep a rulebook that this casework does not accept."""
    store._definitions["rulebook", digest] = '{"rulebook":{"id":"small","version":1,"speed":"fast"}}'


def garbled(store: MemoryStore, digest: str) -> None:
    """Have the store keep what is no rulebook."""
    store._definitions["rulebook", digest] = '{"rulebook":{"id"'


@pytest.mark.parametrize("spoil", [lost, broken, garbled])
def test_a_case_that_cannot_be_recalculated_is_told_of_and_the_others_are(spoil: Callable[[MemoryStore, str], None]) -> None:
    store = MemoryStore()
    first = spring(store=store)
    first.receive()
    spoil(store, first.desk.rulebook.digest)
    ids = iter(("c0", "c2"))
    desk = Desk(small(FIVE_DAYS, id="other"), store=store, now=first.now, new_id=lambda: next(ids), calendar=BEFORE_MAY)
    for _ in range(2):
        desk.receive(first.desk.message("c1"))
    before = store.read("c1")
    foreseen, done = desk.recalculate(FULL, dry_run=True), desk.recalculate(FULL)
    assert [row.case for row in done.moved] == ["c0", "c2"]
    assert [case for case, _ in done.failures] == ["c1"]
    assert (foreseen.moved, foreseen.failures) == (done.moved, done.failures)
    assert store.read("c1") == before
    assert desk.get("c2").clock("handle").due == desk.get("c0").clock("handle").due


def test_a_case_that_moved_on_meanwhile_is_counted_as_it_is_by_then() -> None:
    office = spring(FIVE_DAYS + "extend = { times = 9 }\n")
    office.assigned()

    inner = office.desk.store
    original = inner.open_clocks

    def and_then_extend(*, after: str = "", limit: int = 1000) -> list[OpenClocks]:
        rows = original(after=after, limit=limit)
        if rows:
            office.do(Extend(limit="1 working day"))
        return rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inner, "open_clocks", and_then_extend)
        office.desk.recalculate(FULL)
    keeper, clock = Timekeeper(FULL, "Asia/Shanghai"), office.clock()
    assert len(clock.extensions) == 1
    assert clock.due == keeper.deadline(clock.started_at, clock.limit, extensions=clock.extensions)
    office.desk.verify("c1")


def test_a_desk_whose_time_fell_back_keeps_a_history_in_order() -> None:
    office = spring()
    office.receive()
    office.do(AddNote(text="later"), at="2019-04-25 09:00")
    office.to("2019-04-24 10:00")
    office.desk.recalculate(FULL)
    assert [event.occurred_at for event in office.desk.history("c1")] == [local(f"2019-04-{day} 09:00") for day in (24, 25, 25)]
    office.desk.verify("c1")


# --- laws -------------------------------------------------------------------------------------------------------------

LIMITS = st.sampled_from(
    (
        "5 working days",
        "0 working days",
        "10 working days",
        "15 calendar days",
        "1 month",
        "72 hours",
        "9 working hours",
        "30 working days",
    )
)
COUNTS = st.fixed_dictionaries(
    {
        "day_zero": st.sampled_from(("as-is", "next-working-day")),
        "ends": st.sampled_from(("24:00", "close", "same-time", "17:30")),
        "roll": st.sampled_from(("none", "next")),
        "on_pause": st.sampled_from(("working-days", "exact")),
    }
)
RUNG = st.sampled_from(("-3 working days", "-2 calendar days", "-4 working hours", "5 working days", "0 hours"))


def shaped(limit: str, count: dict[str, str], rung: str, change: str = "recompute") -> str:
    words = ", ".join(f'{name} = "{value}"' for name, value in count.items())
    return (
        '[hours]\nopen = "09:00-12:00, 13:30-17:30"\nweekdays = { fri = "09:00-12:00" }\n'
        f'{HANDLE}limit = [{{ is = "{limit}" }}]\ncount = {{ {words} }}\non_calendar_change = "{change}"\n'
        "extend = { times = 3 }\npromise = { reason = false, times = 3 }\non = { reclassify = 'restart', transfer = 'restart' }\n"
        f'[[rung]]\nid = "warn"\non = "due:handle"\nat = "{rung}"\ndo = ["notify:clerk"]\n'
    )


@st.composite
def offices(draw: st.DrawFn, *, change: str = "recompute") -> Office:
    """An office with a few cases at which something happened, under a calendar that has notices of its own or not."""
    at = draw(moments(first=2018, last=2026))
    text = shaped(draw(LIMITS), draw(COUNTS), draw(RUNG), change)
    office = Office(text, calendar=draw(calendars(near=at)))
    office.now.to(at)
    for case in ("c1", "c2")[: draw(st.integers(1, 2))]:
        office.receive()
        office.do(Review(), Assign(lead="夹河镇"), Accept(), case=case)
        for what in draw(st.lists(st.integers(0, 4), max_size=4)):
            office.now.advance(hours=draw(st.integers(0, 40)))
            office.desk.sweep()
            state = office.desk.get(case).state
            until = draw(st.integers(1, 20).map(lambda days: office.now().date() + timedelta(days=days)))
            command = (
                AskCitizen(question="?") if state == "assigned" else Supplement(text="x"),
                Extend(limit=f"{draw(st.integers(1, 3))} working days"),
                Promise(until=until),
                Reclassify(axis="kind", value="help"),
                Assign(lead="公安局"),
            )[what]
            try:
                office.do(command, case=case)
            except (CommandRefused, InputError):
                continue
    return office


@settings(max_examples=80)
@given(offices(), st.data())
def test_after_a_recalculation_every_running_clock_is_as_if_counted_now(office: Office, data: st.DataObject) -> None:
    desk = office.desk
    calendar = data.draw(calendars(near=office.now(), days=60), label="calendar")
    before = {case: desk.get(case) for case in desk.store.ids()}
    foreseen = desk.recalculate(calendar, dry_run=True)
    done = desk.recalculate(calendar)
    assert foreseen.moved == done.moved
    keeper = Timekeeper(calendar, desk.rulebook.zone, provisional=True)
    rule = desk.rulebook.clocks["handle"]
    moved = {row.case: row for row in done.moved}
    for case, was in before.items():
        clock, old = desk.get(case).clock("handle"), was.clock("handle")
        if clock.status != "running" and clock != old:  # it was over when the citizen was asked, and has time again
            assert (was.state, old.status, clock.status) == ("awaiting_citizen", "running", "paused")
            assert old.due is not None and old.due.before <= was.updated_at <= office.now() < moved[case].new.before
            assert clock.pauses == (*old.pauses, Pause(office.now()))
            assert moved[case].new == keeper.recount(old, rule).due
            continue
        if clock.status != "running":
            continue
        assert clock.due == keeper.deadline(
            clock.started_at, clock.limit, count=rule.count, pauses=clock.pauses, extensions=clock.extensions
        )
        assert desk.explain(case, "handle").due == clock.due
        if case in moved:
            assert (moved[case].old, moved[case].new) == (old.due, clock.due)
        else:
            assert desk.get(case) == was
        desk.verify(case)
    assert desk.recalculate(calendar).moved == ()


@settings(max_examples=60)
@given(offices(change="later-only"), st.data())
def test_later_only_never_brings_a_deadline_forward(office: Office, data: st.DataObject) -> None:
    calendar = data.draw(calendars(near=office.now()), label="calendar")
    keeper = Timekeeper(calendar, office.desk.rulebook.zone, provisional=True)
    rule = office.desk.rulebook.clocks["handle"]
    before = {case: office.clock(case=case) for case in office.desk.store.ids()}
    office.desk.recalculate(calendar)
    for case, old in before.items():
        new = office.clock(case=case)
        if old.due is not None:
            fresh = keeper.recount(old, rule).due
            assert new.due is not None
            assert fresh is not None
            assert new.due.before == max(old.due.before, fresh.before)


@settings(max_examples=150)
@given(offices(), st.data())
def test_no_clock_is_spared_that_counting_anew_would_move(office: Office, data: st.DataObject) -> None:
    """Also where the one calendar ends a year before the other, either way round."""
    desk = office.desk
    more = st.sampled_from((None, NOTICE_2027))
    old = desk.calendar
    drawn = data.draw(calendars(near=office.now(), days=60), label="calendar")
    extra = data.draw(more, label="2027")
    new = WorkCalendar.named("CN", notices=[*drawn._given, *([extra] if extra else [])])
    reach = Reach(new, lambda version: old if version == old.version else None)
    keeper = Timekeeper(new, desk.rulebook.zone, provisional=True)
    for row in desk.store.open_clocks():
        for clock in row.clocks:
            if reach.spares(clock):
                assert recounted(clock, desk.rulebook, keeper) is None


@pytest.mark.parametrize("at", ["2026-12-18 09:00", "2026-12-21 09:00", "2026-12-24 09:00", "2026-12-29 09:00", "2027-01-04 09:00"])
@pytest.mark.parametrize("old, new", [(FULL, NEXT_YEAR), (NEXT_YEAR, FULL)])
@pytest.mark.parametrize("rung", ["-1 working day", "0 hours", "2 working days", "9 working days"])
def test_no_clock_is_spared_over_the_end_of_what_is_announced(at: str, old: WorkCalendar, new: WorkCalendar, rung: str) -> None:
    office = Office(shaped("5 working days", {}, rung), at=at, calendar=old)
    clock = office.receive().clock("handle")
    reach = Reach(new, lambda version: old if version == old.version else None)
    keeper = Timekeeper(new, "Asia/Shanghai", provisional=True)
    assert not (reach.spares(clock) and recounted(clock, office.desk.rulebook, keeper))


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("limit", ["3 working days", "9 working hours"])
@pytest.mark.parametrize("rung", ["", "-3 working days", "2 working days"])
def test_a_notice_about_a_single_day_moves_what_counting_anew_moves_and_nothing_else(zone: str, limit: str, rung: str) -> None:
    text = '[hours]\nopen = "00:00-24:00"\n' + HANDLE + f'limit = [{{ is = "{limit}" }}]\n'
    text += f'[[rung]]\nid = "warn"\non = "due:handle"\nat = "{rung}"\ndo = ["notify:clerk"]\n' if rung else ""
    book = small(text, head=f'zone = "{zone}"')
    moved, last = [], set()
    for step in range(-6, 15):
        day = date(2020, 7, 8) + timedelta(days=step)
        off, work = ((Span(day, day),), ()) if FULL.is_working_day(day) else ((), (day,))
        one = Notice(id="one", published_on=date(2020, 7, 8), year=2020, off=off, work=work)
        office = Office(book, at="2020-07-08 23:00", calendar=FULL)
        old = office.receive().clock("handle")
        new = WorkCalendar.named("CN", notices=[one])
        fresh = recounted(old, book, Timekeeper(new, zone, provisional=True))
        office.desk.recalculate(new)
        assert office.clock() == (fresh or old), day
        moved += [day] if fresh else []
        last |= {old.due.date} if old.due else set()
    assert last <= set(moved), "the last day itself is among those that move it"


def test_a_clock_that_was_counted_by_a_calendar_that_nobody_knows_is_counted_again() -> None:
    office = spring()
    office.receive()
    unknown = msgspec.structs.replace(office.clock(), calendar="CN@000000000000")
    assert not Reach(FULL, lambda _: None).spares(unknown)
    assert recounted(unknown, office.desk.rulebook, Timekeeper(FULL, "Asia/Shanghai")) is not None


def test_what_is_not_there_is_no_error() -> None:
    office = spring()
    done = office.desk.recalculate(FULL)
    assert (done.clocks, done.moved, done.failures) == (0, (), ())
    assert office.receive().clock("handle").calendar == f"CN@{FULL.version}"
