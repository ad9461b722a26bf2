"""Cases that are moved to another version of their rulebook: what changes, what must be done first, and what stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework import Actor, Desk, MemoryStore, Message, Rulebook, SqlStore, WorkCalendar, journal
from casework.actions import (
    Accept,
    AddNote,
    Approve,
    AskCitizen,
    Assign,
    ClearOrder,
    Close,
    Command,
    Conclude,
    Consult,
    Contact,
    Extend,
    IssueOrder,
    Publish,
    Reclassify,
    Refuse,
    RefuseExtension,
    Reject,
    Reopen,
    ReturnReply,
    Review,
    SubmitReply,
    Supplement,
    TakeUp,
)
from casework.desk import desk_for
from casework.errors import ExtensionRefused, InputError, NotPermitted, StaleVersion
from casework.events import LimitSet, RulebookMoved, RungFired
from casework.moves import GatesMoved, Move
from casework.ports import Change, UnitOfWork
from casework.units import read_register
from tests.unit.town import CLERK, FIVE_DAYS, HANDLE, HANDLER, LEADER, REGISTER, SUPERVISOR, Office, local, small, sound

STEWARD = Actor(id="liu", role="steward")
REPLY = SubmitReply(text="已安排维修人员更换路灯。")
SEVEN_DAYS = HANDLE + 'limit = [{ is = "7 working days" }]\n'


SMALL_TOWN = """
id = "new"

[[group]]
id = "townships"
zh = "乡镇"
en = "townships"

[[unit]]
name = "夹河镇"
group = "townships"
"""
SMALLER = read_register(SMALL_TOWN)


def clock(id: str, limit: str, *, starts: str = "receive", stops: str = "publish", more: str = "") -> str:
    """Return a clock's table."""
    return f'[[clock]]\nid = "{id}"\nstarts_on = "{starts}"\nstops_on = "{stops}"\nlimit = [{{ is = "{limit}" }}]\n{more}\n'


def rung(id: str, on: str, at: str, more: str = 'do = ["notify:clerk"]') -> str:
    """Return a rung's table."""
    return f'[[rung]]\nid = "{id}"\non = "{on}"\nat = "{at}"\n{more}\n'


def version(text: str, n: int = 2, *, id: str = "small", late_by: str = "handle", register: object = REGISTER) -> Rulebook:
    """Return a version of the small rulebook."""
    head = f'[rulebook]\nid = "{id}"\nversion = {n}\nbase = "standard"\nlate_by = "{late_by}"\n'
    return Rulebook.parse(f"{head}{text}", name=id, register=register)  # type: ignore[arg-type]


def moved(office: Office, new: Rulebook | str, *cases: str, by: Actor = STEWARD, at: str = "", **options: object) -> Move:
    """Move cases, all of them where none is named, after a dry run that must have foreseen just that and changed nothing."""
    office.to(at)
    book = version(new) if isinstance(new, str) else new
    before = office.everything()
    foreseen = office.desk.move(book, cases or None, by=by, dry_run=True, **options)  # type: ignore[arg-type]
    assert office.everything() == before, "a dry run changes nothing"
    assert foreseen.dry_run
    done = office.desk.move(book, cases or None, by=by, **options)  # type: ignore[arg-type]
    assert (done.moved, done.refused, done.cases) == (foreseen.moved, foreseen.refused, foreseen.cases)
    again = office.desk.move(book, cases or None, by=by, **options)  # type: ignore[arg-type]
    assert again.moved == (), "a second run moves none"
    sound(office)
    return done


def clocks(done: Move, case: str = "c1") -> dict[str, tuple[str, str | None, str | None]]:
    """Return what became of a case's clocks: how, and the last days old and new."""
    row = next(row for row in done.moved if row.case == case)
    days = {each.clock: [due.date.isoformat() if due else None for due in (each.old, each.new)] for each in row.clocks}
    return {each.clock: (each.change, *days[each.clock]) for each in row.clocks}  # type: ignore[misc]


def why(done: Move, case: str = "c1") -> str:
    """Return why a case stays where it is."""
    return dict(done.refused)[case]


def fired(office: Office, case: str = "c1") -> list[str]:
    """Return the occasions that fired, in their order."""
    return [event.data.occasion for event in office.desk.history(case) if isinstance(event.data, RungFired)]


# --- which cases ------------------------------------------------------------------------------------------------------


def test_a_case_keeps_the_rulebook_that_it_began_under_until_it_is_moved() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    other = Office(version(SEVEN_DAYS), store=office.desk.store)
    assert other.desk.rulebook_of(other.desk.get("c1")) == office.desk.rulebook
    moved(office, SEVEN_DAYS)
    assert (office.desk.get("c1").rulebook_digest, office.due()) == (version(SEVEN_DAYS).digest, "2020-07-10")


def test_a_move_of_all_takes_every_open_or_closed_case_and_none_that_is_over_for_good() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.answered()
    office.do(Close())
    office.receive()
    office.do(Review(), Reject(reason="spam"), case="c2")
    office.receive()
    done = moved(office, SEVEN_DAYS)
    assert ([row.case for row in done.moved], done.refused, done.cases) == (["c1", "c3"], (), 3)
    assert office.desk.get("c2").rulebook_digest == office.desk.rulebook.digest


def test_cases_that_are_named_move_alone_and_what_cannot_move_says_why() -> None:
    office = Office(FIVE_DAYS)
    for _ in range(4):
        office.receive()
    office.do(Review(), Reject(reason="spam"), case="c3")
    done = moved(office, SEVEN_DAYS, "c4", "c3", "c9", "c1", "c4")
    assert [row.case for row in done.moved] == ["c4", "c1"]
    assert done.cases == 4
    assert "'rejected'" in why(done, "c3")
    assert "c9" in why(done, "c9")
    assert office.due(case="c2") == "2020-07-08"


def test_cases_of_another_rulebook_move_only_where_that_is_said_and_only_by_name() -> None:
    office, other = Office(FIVE_DAYS), version(SEVEN_DAYS, id="other")
    office.receive()
    assert moved(office, other).moved == ()
    assert "across" in why(moved(office, other, "c1"))
    assert clocks(moved(office, other, "c1", across=True)) == {"handle": ("counted", "2020-07-08", "2020-07-10")}
    assert office.desk.get("c1").rulebook == "other"
    with pytest.raises(InputError, match="by name"):
        office.desk.move(other, by=STEWARD, across=True)


@pytest.mark.parametrize(
    ("cases", "batch", "said"), [("c1", 1, r"in a list, such as \['c1'\]"), (["c1"], 0, "a batch is of one case or more")]
)
def test_what_cannot_be_meant_is_said(cases: object, batch: int, said: str) -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    with pytest.raises(InputError, match=said):
        office.desk.move(version(SEVEN_DAYS), cases, by=STEWARD, batch=batch)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"Rulebook\.load reads one"):
        office.desk.move("small.toml", by=STEWARD)  # type: ignore[arg-type]


def test_a_case_can_go_back_to_the_version_before() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    moved(office, SEVEN_DAYS + clock("contact", "1 working day", starts="assign", stops="contact"))
    back = moved(office, office.desk.rulebook)
    assert clocks(back) == {"handle": ("counted", "2020-07-10", "2020-07-08"), "contact": ("cancelled", "2020-07-02", None)}
    again = moved(office, SEVEN_DAYS + clock("contact", "1 working day", starts="assign", stops="contact"))
    assert clocks(again)["contact"] == ("started", None, "2020-07-02")
    assert office.clock("contact").run == 2


# --- who may ----------------------------------------------------------------------------------------------------------


def test_nobody_of_the_standard_rulebook_moves_cases_but_the_steward() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    for actor in (CLERK, HANDLER, SUPERVISOR, LEADER):
        with pytest.raises(NotPermitted, match="roles that have: steward"):
            office.desk.move(version(SEVEN_DAYS), by=actor, dry_run=True)


def test_the_version_that_a_case_leaves_is_asked_too_unless_it_gives_the_act_to_nobody() -> None:
    chief = Actor(id="zhou", role="clerk")
    grants = '[roles.clerk]\nmay = ["move", "review"]\n'
    office = Office(FIVE_DAYS)
    office.receive()
    done = moved(office, SEVEN_DAYS + grants, by=chief)
    assert "asked of small 1" in why(done)
    silent = Office(version(FIVE_DAYS + '[roles.steward]\nmay = ["note"]\n', 1))
    silent.receive()
    assert len(moved(silent, SEVEN_DAYS + grants, by=chief).moved) == 1


def test_a_version_that_drops_the_act_lets_no_case_go_and_takes_none() -> None:
    kept = FIVE_DAYS + '[lifecycle]\ndrop_actions = ["move"]\n[roles.steward]\nmay = ["note"]\n'
    office = Office(version(kept, 1))
    office.receive()
    assert "cannot move case c1 in state 'received'" in why(moved(office, SEVEN_DAYS))
    other = Office(FIVE_DAYS)
    other.receive()
    with pytest.raises(NotPermitted, match="roles that have: none"):
        other.desk.move(version(kept), by=STEWARD)


def test_a_scope_bounds_what_somebody_moves() -> None:
    manager = '[roles.manager]\nscope = "board"\nmay = ["move"]\n'
    office = Office(version(FIVE_DAYS + manager, 1))
    office.desk.receive(Message(subject="路灯不亮", body="坏了", board="县长信箱"))
    office.desk.receive(Message(subject="路灯不亮", body="坏了", board="书记信箱"))
    done = moved(office, SEVEN_DAYS + manager, by=Actor(id="he", role="manager", boards=("书记信箱",)))
    assert [row.case for row in done.moved] == ["c2"]
    assert "县长信箱" in why(done)


# --- what is kept of it -----------------------------------------------------------------------------------------------


def test_the_event_says_from_what_to_what_by_whom_why_and_what_became_of_each_clock() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    done = moved(office, SEVEN_DAYS, at="2020-07-02 10:00", reason="新办法施行")
    event = office.last()
    assert isinstance(event.data, RulebookMoved)
    assert (event.actor, event.role, event.action, event.state) == ("liu", "steward", "move", "received")
    assert event.occurred_at == local("2020-07-02 10:00")
    assert (event.data.old, event.data.new) == ("small 1", "small 2")
    assert (event.data.old_digest, event.data.rulebook_digest) == (office.desk.rulebook.digest, version(SEVEN_DAYS).digest)
    assert office.desk.store.texts("c1")[event.data.reason or ""] == "新办法施行"
    assert event.data.clocks == done.moved[0].clocks
    assert [row.clock for row in event.data.clocks] == ["handle"]
    assert event.clocks == (office.clock(),)


def test_a_new_version_is_kept_with_its_register_and_a_case_moved_by_name_leaves_new_ones_as_they_were(tmp_path: Path) -> None:
    office = Office(FIVE_DAYS, store=SqlStore.at(tmp_path / "cases.sqlite"))
    office.receive()
    office.receive()
    new = version(SEVEN_DAYS, register=SMALLER)
    moved(office, new, "c1")
    store = office.desk.store
    assert store.kept("rulebook", new.digest) == new.text
    assert desk_for(store).rulebook == office.desk.rulebook
    assert desk_for(store).rulebook.register == REGISTER
    moved(office, new)
    assert desk_for(store).rulebook == new
    register = desk_for(store).rulebook.register
    assert register is not None
    assert register.names == ("夹河镇",)
    assert office.desk.rulebook != new, "a desk goes on with its own"
    store.close()  # type: ignore[attr-defined]


def test_a_dry_run_keeps_no_rulebook_and_a_move_of_all_keeps_the_new_one_whatever_moved() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    office.do(Review(), Reject(reason="spam"))
    office.desk.move(version(SEVEN_DAYS), by=STEWARD, dry_run=True)
    assert office.desk.store.kept("rulebook", version(SEVEN_DAYS).digest) is None
    moved(office, SEVEN_DAYS)
    assert desk_for(office.desk.store).rulebook == version(SEVEN_DAYS)


def test_whom_the_new_version_tells_of_a_move_is_told() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    moved(office, FIVE_DAYS + '[[notify]]\non = "move"\nto = ["handler"]\nzh = "改用新办法"\n')
    told = office.desk.store.outbox.pending(office.now())
    assert [(row.notification.to, row.notification.unit, row.notification.zh) for row in told] == [
        ("handler", "夹河镇", "改用新办法")
    ]


def test_an_order_that_a_move_brings_about_gets_a_number_of_its_own() -> None:
    form = '[[order]]\nid = "notice"\ndocument = { series = "告{n}" }\nanswer = { wanted = false }\n'
    office = Office(FIVE_DAYS)
    office.assigned()
    office.receive()
    office.do(Review(), Assign(lead="公安局"), case="c2")
    ring = '[[rung]]\nid = "told"\non = "done:move"\ndo = ["issue:notice"]\n'
    moved(office, FIVE_DAYS + form + ring)
    assert [office.desk.get(case).orders[0].number for case in ("c1", "c2")] == ["告1", "告2"]


# --- running and paused clocks ----------------------------------------------------------------------------------------


def test_a_running_clock_is_counted_anew_from_its_start() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    done = moved(office, SEVEN_DAYS, at="2020-07-03 09:00")
    assert clocks(done) == {"handle": ("counted", "2020-07-08", "2020-07-10")}
    assert (office.clock().started_at, office.clock().run) == (local("2020-07-01 09:00"), 1)


def test_the_limit_is_chosen_by_what_the_case_is_now() -> None:
    limits = HANDLE + 'limit = [{ when = "kind == \'help\'", is = "2 working days" }, { is = "9 working days" }]\n'
    office = Office(FIVE_DAYS)
    office.receive()
    office.receive()
    office.do(Review(classes={"kind": "help"}), case="c2")
    moved(office, limits)
    assert (office.due(), office.due(case="c2")) == ("2020-07-14", "2020-07-03")


def test_a_rule_that_is_the_same_leaves_its_clock_alone_whatever_its_limit_would_be_now() -> None:
    limits = HANDLE + 'limit = [{ when = "kind == \'help\'", is = "2 working days" }, { is = "9 working days" }]\n'
    office = Office(version(limits, 1))
    office.receive()
    office.do(Review(classes={"kind": "help"}))
    before = office.clock()
    assert clocks(moved(office, limits + 'zh = "办理期限"\nsource = "第三条"\n')) == {}
    assert office.clock() == before


def test_a_limit_stays_when_only_the_way_of_counting_changes() -> None:
    limits = HANDLE + 'limit = [{ when = "kind == \'help\'", is = "2 working days" }, { is = "5 working days" }]\n'
    office = Office(version(limits, 1))
    office.receive()
    office.do(Review(classes={"kind": "help"}))
    moved(office, limits + 'count = { ends = "17:30" }\n')
    due = office.clock().due
    assert due is not None
    assert due.before == local("2020-07-08 17:30")


def test_a_limit_that_a_consultation_set_stays() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.do(Consult(), Conclude(minutes="限期办理", limit="3 working days"), at="2020-07-02 09:00")
    assert clocks(moved(office, SEVEN_DAYS)) == {}
    assert office.due() == "2020-07-07"
    moved(office, version(SEVEN_DAYS + 'count = { day_zero = "next-working-day", ends = "12:00" }\n', 3))
    due = office.clock().due
    assert due is not None
    assert due.before == local("2020-07-07 12:00")


def test_extensions_and_promises_are_kept() -> None:
    terms = "extend = { times = 1 }\npromise = { times = 1, reason = false }\n"
    office = Office(version(FIVE_DAYS + terms, 1))
    office.assigned()
    office.do(Extend(limit="2 working days"), by=HANDLER)
    assert office.due() == "2020-07-10"
    moved(office, SEVEN_DAYS)
    assert (office.due(), len(office.clock().extensions)) == ("2020-07-14", 1)


def test_pauses_are_kept_and_a_paused_clock_has_as_much_left_as_the_new_limit_gives_it() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.do(AskCitizen(question="在哪条路"), at="2020-07-03 09:00")
    done = moved(office, SEVEN_DAYS, at="2020-07-06 09:00")
    row = done.moved[0].clocks[0]
    assert (row.change, row.old, row.new, row.old_left, row.new_left) == ("counted", None, None, 4, 6)
    office.do(Supplement(text="新华路"), by=HANDLER, at="2020-07-08 09:00")
    plain = Office(version(SEVEN_DAYS))
    plain.assigned()
    plain.do(AskCitizen(question="在哪条路"), at="2020-07-03 09:00")
    plain.do(Supplement(text="新华路"), by=HANDLER, at="2020-07-08 09:00")
    assert office.due() == plain.due()


def test_a_clock_stands_still_from_the_move_on_where_the_new_version_pauses_it_and_goes_on_where_it_does_not() -> None:
    runs_on = clock("handle", "5 working days")
    office = Office(version(runs_on, 1))
    office.assigned()
    office.do(AskCitizen(question="在哪条路"), at="2020-07-02 09:00")
    moved(office, FIVE_DAYS, at="2020-07-03 09:00")
    assert (office.clock().status, office.clock().pauses[0].since) == ("paused", local("2020-07-03 09:00"))
    moved(office, version(runs_on, 3), at="2020-07-07 09:00")
    assert (office.clock().status, office.clock().pauses[0].until) == ("running", local("2020-07-07 09:00"))


@pytest.mark.parametrize("then", ["recompute", "later-only", "keep"])
def test_another_zone_and_calendar_count_the_same_rule_anew_whatever_a_notice_may_do(then: str) -> None:
    rule = FIVE_DAYS + f'on_calendar_change = "{then}"\n'
    office = Office(version(rule, 1))
    office.receive(at="2020-08-27 01:00")
    book = Rulebook.parse(
        f'[rulebook]\nid = "small"\nversion = 2\nbase = "standard"\nzone = "Europe/London"\ncalendar = "GB-ENG"\n{rule}'
    )
    assert clocks(moved(office, book)) == {"handle": ("counted", "2020-09-03", "2020-09-03")}
    due = office.clock().due
    assert due is not None
    assert due.before == datetime(2020, 9, 3, 23, tzinfo=UTC)
    assert office.clock().calendar.startswith("GB-ENG@")


def test_stopped_clocks_keep_their_verdicts() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.answered(at="2020-07-09 09:00")
    before, facts = office.clock(), office.facts()
    assert before.met is False
    assert clocks(moved(office, SEVEN_DAYS)) == {}
    assert (office.clock(), office.facts()) == (before, facts)


def test_a_clock_that_the_new_rule_would_have_stopped_is_stopped_as_of_then_and_counted() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.do(REPLY, at="2020-07-06 09:00")
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"), Accept(), case="c2")
    office.do(REPLY, case="c2", at="2020-07-15 09:00")
    stops = clock("handle", "5 working days", stops="submit")
    done = moved(office, stops, at="2020-07-20 09:00")
    assert clocks(done) == {"handle": ("stopped", "2020-07-08", "2020-07-08")}
    assert [(office.clock(case=case).met, office.clock(case=case).stopped_at) for case in ("c1", "c2")] == [
        (True, local("2020-07-06 09:00")),
        (False, local("2020-07-15 09:00")),
    ]
    assert office.facts() == [("met:handle", 0)]
    assert office.facts(case="c2") == [("late:handle", office.clock(case="c2").late)]


def test_a_pause_after_the_act_that_would_have_stopped_a_clock_did_not_happen_to_it() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.do(Contact(how="phone"), at="2020-07-02 09:00")
    office.do(AskCitizen(question="在哪条路"), at="2020-07-03 09:00")
    stops = HANDLE.replace('"publish"', '"contact"') + 'limit = [{ is = "5 working days" }]\n'
    moved(office, stops, at="2020-07-06 09:00")
    assert (office.clock().status, office.clock().stopped_at, office.clock().pauses) == ("stopped", local("2020-07-02 09:00"), ())
    assert office.clock().met


def test_a_run_that_began_after_the_act_that_stops_it_by_the_new_rule_goes_on() -> None:
    turns = "on = { reopen = 'restart' }\n"
    office = Office(version(FIVE_DAYS + turns, 1))
    office.assigned()
    office.answered()
    office.do(Close(), Reopen(reason="未解决"), at="2020-07-06 09:00")
    moved(office, clock("handle", "5 working days", stops="submit"))
    assert (office.clock().status, office.clock().run) == ("running", 2)


def test_a_clock_that_waits_for_acceptance_waits_on_unless_no_rule_lets_it_wait() -> None:
    turns = "on = { transfer = 'restart-on-accept' }\n"
    office = Office(version(FIVE_DAYS + turns, 1))
    office.assigned()
    office.do(Assign(lead="公安局"), at="2020-07-02 09:00")
    assert office.clock().status == "waiting"
    moved(office, SEVEN_DAYS + turns)
    assert office.clock().status == "waiting"
    done = moved(office, version(SEVEN_DAYS, 3), at="2020-07-03 09:00")
    assert clocks(done) == {"handle": ("started", None, "2020-07-14")}
    assert office.clock().started_at == local("2020-07-03 09:00")


# --- rules that are gone, and rules that are new ----------------------------------------------------------------------


def test_a_clock_whose_rule_is_gone_ends_without_a_verdict_and_can_be_read_for_ever() -> None:
    office = Office(version(FIVE_DAYS + clock("first", "4 hours", stops="contact", more='zh = "首次联系"'), 1))
    office.assigned()
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"), Accept(), Contact(how="phone"), case="c2", at="2020-07-01 15:00")
    done = moved(office, SEVEN_DAYS)
    assert clocks(done)["first"] == ("cancelled", "2020-07-01", None)
    assert set(clocks(done, "c2")) == {"handle"}, "a clock that stopped is none to cancel"
    for case, said in (("c1", "cancelled"), ("c2", "met late")):
        assert str(office.desk.verdicts(case)["first"].state) == said
        assert {row.key: row.state for row in office.desk.view(case, by=CLERK).clocks}["first"] == said
        assert office.desk.explain(case, "first").due == office.clock("first", case=case).due
    with pytest.raises(ExtensionRefused, match="allows no extension"):
        office.do(Extend(clock="first", limit="1 working day"), by=HANDLER)
    assert office.desk.recalculate(WorkCalendar.named("CN")).failures == ()
    office.do(REPLY, Publish(), Close())
    sound(office)


def test_a_clock_that_ended_is_explained_by_the_version_under_which_it_ended() -> None:
    office = Office(version(clock("handle", "2 working days", more='count = { day_zero = "next-working-day" }'), 1))
    office.assigned(at="2020-07-04 09:00")
    office.answered(at="2020-07-06 09:00")
    moved(office, clock("handle", "2 working days"))
    told = office.desk.explain("c1", "handle")
    assert (told.due, told.kept) == (office.clock().due, None)


def test_a_clock_whose_rule_is_gone_is_explained_by_the_version_that_had_it() -> None:
    counted = 'count = { day_zero = "next-working-day" }'
    office = Office(version(FIVE_DAYS + clock("first", "2 working days", more=counted), 1))
    office.receive(at="2020-07-04 09:00")
    due = office.clock("first").due
    moved(office, SEVEN_DAYS)
    told = office.desk.explain("c1", "first")
    assert (told.due, told.kept) == (due, None)


def test_a_new_rule_starts_its_clock_as_of_the_act_that_starts_it() -> None:
    office = Office(FIVE_DAYS)
    office.assigned(at="2020-07-02 09:00")
    office.receive()
    contact = clock("contact", "2 working days", starts="assign", stops="contact")
    done = moved(office, FIVE_DAYS + contact, at="2020-07-10 09:00")
    assert clocks(done) == {"contact": ("started", None, "2020-07-06")}
    assert office.clock("contact").started_at == local("2020-07-02 09:00")
    assert clocks(done, "c2") == {}, "nothing started it yet"


def test_a_new_rule_starts_no_clock_that_would_have_ended_by_now() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.do(Contact(how="phone"), at="2020-07-03 09:00")
    contact = clock("contact", "2 working days", starts="assign", stops="contact")
    assert clocks(moved(office, FIVE_DAYS + contact)) == {}
    assert [row.key for row in office.desk.get("c1").clocks] == ["handle"]
    assert office.facts() == []


def test_a_new_rule_is_paused_limited_and_turned_as_it_would_have_been() -> None:
    rule = (
        '[[clock]]\nid = "second"\nstarts_on = "receive"\nstops_on = "close"\npauses_on = "awaiting_citizen"\n'
        'limit = [{ when = "kind == \'help\'", is = "3 working days" }, { is = "8 working days" }]\n'
        "on = { reclassify = 'recompute', reopen = 'restart' }\n"
    )

    def lived(book: Rulebook) -> Office:
        office = Office(book)
        office.assigned()
        office.do(AskCitizen(question="在哪条路"), at="2020-07-03 09:00")
        office.do(Supplement(text="新华路"), by=HANDLER, at="2020-07-07 09:00")
        office.do(Reclassify(axis="kind", value="help"), at="2020-07-08 09:00")
        return office

    old, new = lived(version(FIVE_DAYS, 1)), lived(version(FIVE_DAYS + rule, 1))
    moved(old, FIVE_DAYS + rule, at="2020-07-08 10:00")
    assert old.clock("second") == new.clock("second")


def test_a_new_rule_for_units_starts_a_clock_for_each_that_has_not_done_it_yet() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)), Accept(), at="2020-07-02 09:00")
    accept = clock("accept", "1 working day", starts="assign", stops="accept", more='per = "assignment"')
    assert clocks(moved(office, FIVE_DAYS + accept)) == {"accept:公安局": ("started", None, "2020-07-03")}


def test_what_is_recorded_beside_an_act_starts_no_clock() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.do(Consult(), Conclude(minutes="限期办理", lead="公安局", limit="3 working days"), at="2020-07-02 09:00")
    assert office.last().action == "conclude"
    assert isinstance(office.last().data, LimitSet)
    accept = clock("accept", "1 working day", starts="conclude", stops="accept", more='per = "assignment"')
    assert clocks(moved(office, FIVE_DAYS + accept)) == {"accept:公安局": ("started", None, "2020-07-03")}


def test_a_clock_may_start_with_the_move() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    told = FIVE_DAYS + clock("told", "1 working day", starts="move", stops="close")
    moved(office, told)
    assert office.due("told") == "2020-07-02"
    moved(office, version(FIVE_DAYS, 3))
    assert clocks(moved(office, version(told, 4), at="2020-07-09 09:00"))["told"] == ("started", None, "2020-07-02")


def test_a_rule_that_is_now_kept_for_units_ends_the_clock_of_the_case_and_starts_theirs() -> None:
    office = Office(FIVE_DAYS)
    office.assigned(at="2020-07-01 09:00")
    units = clock("handle", "5 working days", starts="assign", more='per = "assignment"')
    assert clocks(moved(office, units)) == {
        "handle": ("cancelled", "2020-07-08", None),
        "handle:夹河镇": ("started", None, "2020-07-08"),
    }


def test_a_rule_that_starts_earlier_now_starts_where_no_clock_ran_yet() -> None:
    late_start = Office(version(clock("handle", "5 working days", starts="assign"), 1))
    late_start.assigned()
    late_start.receive()
    done = moved(late_start, FIVE_DAYS, at="2020-07-02 09:00")
    assert clocks(done, "c2") == {"handle": ("started", None, "2020-07-08")}
    assert late_start.clock(case="c2").started_at == local("2020-07-01 09:00")


def test_a_clock_that_stopped_is_not_begun_again_by_a_rule_that_starts_on_something_else() -> None:
    office = Office(version(clock("handle", "5 working days", starts="assign", stops="submit"), 1))
    office.assigned()
    office.do(REPLY, at="2020-07-02 09:00")
    before = office.clock()
    assert clocks(moved(office, clock("handle", "5 working days", starts="review"))) == {}
    assert office.clock() == before


def test_the_answer_to_an_open_order_gets_the_limit_of_the_new_form() -> None:
    form = '[[order]]\nid = "supervision"\ndocument = { series = "督{n}" }\n'
    answer = 'answer = { limit = [{ when = "form == \'supervision\'", is = "%s" }, { is = "9 working days" }] }\n'
    office = Office(version(FIVE_DAYS + form, 1))
    office.assigned()
    office.do(IssueOrder(form="supervision"), at="2020-07-02 09:00")
    first = moved(office, FIVE_DAYS + form + answer % "2 working days", at="2020-07-03 09:00")
    assert clocks(first) == {"answer-supervision:o1": ("started", None, "2020-07-06")}
    second = moved(office, version(FIVE_DAYS + form + answer % "4 working days", 3))
    assert clocks(second) == {"answer-supervision:o1": ("counted", "2020-07-06", "2020-07-08")}
    assert [row.key for row in office.desk.view("c1", by=Actor(id="u-1", role="citizen")).clocks] == ["handle"]


# --- the ladder -------------------------------------------------------------------------------------------------------

WARN = rung("warn", "due:handle", "-1 working day")
DAILY = rung("daily", "late:handle", "1 working day", 'do = ["notify:clerk"]\nrepeat = { every = "1 working day", max = 5 }')


def test_rungs_of_the_new_ladder_fire_when_their_moment_comes_after_the_move() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    assert clocks(moved(office, FIVE_DAYS + WARN)) == {"handle": ("rungs", "2020-07-08", "2020-07-08")}
    office.to("2020-07-08 10:00")
    office.desk.sweep()
    office.desk.sweep()
    assert fired(office) == ["warn/handle/1/1"]


def test_rungs_whose_moment_lies_before_the_move_do_not_fire_then_or_later() -> None:
    office = Office(version(FIVE_DAYS + "extend = { times = 2 }\n", 1))
    office.receive()
    done = moved(office, FIVE_DAYS + "extend = { times = 2 }\n" + WARN + DAILY, at="2020-07-13 09:00")
    assert len(done.moved) == 1
    office.desk.sweep()
    assert fired(office) == []
    office.to("2020-07-14 09:00")
    office.desk.sweep()
    assert fired(office) == ["daily/handle/1/3"], "the first repetition after the move"
    data = next(event.data for event in office.desk.history("c1") if isinstance(event.data, RulebookMoved))
    assert data.passed == ("warn/handle/1/1", "daily/handle/1/1", "daily/handle/1/2")


def test_a_pause_after_the_move_does_not_bring_back_what_lay_before_it() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    moved(office, FIVE_DAYS + rung("early", "due:handle", "-4 working days"), at="2020-07-06 09:00")
    office.do(AskCitizen(question="在哪条路"), at="2020-07-06 10:00")
    office.do(Supplement(text="新华路"), by=HANDLER, at="2020-07-07 09:00")
    office.desk.sweep()
    assert fired(office) == []


def test_a_clock_that_is_paused_at_the_move_does_not_make_up_for_rungs_either() -> None:
    office = Office(FIVE_DAYS)
    office.assigned()
    office.do(AskCitizen(question="在哪条路"), at="2020-07-06 09:00")
    moved(office, FIVE_DAYS + rung("early", "due:handle", "-4 working days") + WARN, at="2020-07-07 09:00")
    office.do(Supplement(text="新华路"), by=HANDLER, at="2020-07-08 09:00")
    office.desk.sweep()
    assert fired(office) == []
    office.to("2020-07-31 09:00")
    office.desk.sweep()
    assert fired(office) == ["warn/handle/1/1"]


def test_what_fired_before_the_move_does_not_fire_again() -> None:
    office = Office(version(FIVE_DAYS + WARN + DAILY, 1))
    office.receive()
    office.to("2020-07-10 09:00")
    office.desk.sweep()
    before = fired(office)
    assert before == ["warn/handle/1/1", "daily/handle/1/1"]
    moved(office, SEVEN_DAYS + WARN + DAILY)
    office.to("2020-08-30 09:00")
    office.desk.sweep()
    assert fired(office) == [*before, "daily/handle/1/2", "daily/handle/1/3", "daily/handle/1/4", "daily/handle/1/5"]


def test_a_rung_that_was_due_and_not_swept_yet_is_still_owed_once() -> None:
    office = Office(version(FIVE_DAYS + WARN + DAILY, 1))
    office.receive()
    done = moved(office, FIVE_DAYS + WARN + DAILY.replace("max = 5", "max = 9"), at="2020-07-14 09:00")
    assert clocks(done) == {"handle": ("rungs", "2020-07-08", "2020-07-08")}
    office.desk.sweep()
    assert fired(office) == ["warn/handle/1/1", "daily/handle/1/3"]


def test_a_ladder_that_is_the_same_leaves_what_is_due_as_it_was() -> None:
    office = Office(version(FIVE_DAYS + WARN + DAILY, 1))
    office.receive()
    assert clocks(moved(office, FIVE_DAYS + WARN + DAILY + GATE, at="2020-07-13 09:00")) == {}
    office.desk.sweep()
    assert fired(office) == ["warn/handle/1/1", "daily/handle/1/1", "daily/handle/1/2"]


def test_rungs_that_the_new_ladder_has_not_fire_no_more() -> None:
    office = Office(version(FIVE_DAYS + WARN + DAILY, 1))
    office.receive()
    moved(office, FIVE_DAYS + WARN)
    office.to("2020-08-30 09:00")
    office.desk.sweep()
    assert fired(office) == ["warn/handle/1/1"]


def test_a_rung_that_does_something_else_does_it_without_a_new_alarm() -> None:
    office = Office(version(FIVE_DAYS + WARN, 1))
    office.receive()
    assert clocks(moved(office, FIVE_DAYS + WARN.replace("notify:clerk", "notify:supervisor"))) == {}
    office.to("2020-07-08 10:00")
    office.desk.sweep()
    assert [row.notification.to for row in office.desk.store.outbox.pending(office.now())] == ["supervisor"]


# --- gates and the citizen's status -----------------------------------------------------------------------------------

GATE = '[[approval]]\non = "publish"\nby = ["reviewer"]\n'
LEADERS = '[[approval]]\non = "publish"\nby = ["leader"]\n'


def test_it_is_said_which_gates_would_stand_before_an_act() -> None:
    office = Office(version(FIVE_DAYS + GATE, 1))
    office.receive()
    done = moved(office, FIVE_DAYS + '[[approval]]\non = "publish"\nby = ["reviewer", "leader"]\n')
    assert done.moved[0].gates == (GatesMoved(act="publish", old=("reviewer",), new=("reviewer", "leader")),)


def test_gates_that_ask_what_a_message_says_are_asked_though_the_new_version_asks_nothing() -> None:
    bare = '[rulebook]\nid = "bare"\nversion = 1\n[roles.clerk]\nscope = "any"\nmay = ["move", "approve", "publish"]\n' + FIVE_DAYS
    gate = '[[approval]]\non = "publish"\nby = ["clerk"]\nwhen = "\'路灯\' in text"\n'
    office = Office(Rulebook.parse(bare + gate))
    office.receive()
    done = moved(office, Rulebook.parse(bare.replace("version = 1", "version = 2")), by=CLERK)
    assert done.moved[0].gates == (GatesMoved(act="publish", old=("clerk",), new=()),)


def test_a_reply_keeps_the_gates_at_which_it_stands() -> None:
    office = Office(version(FIVE_DAYS + GATE, 1))
    office.assigned()
    office.do(REPLY)
    assert len(moved(office, FIVE_DAYS + LEADERS).moved) == 1
    assert office.do(Approve(), by=Actor(id="sun", role="reviewer")).state == "published"


def test_it_is_said_what_the_citizen_reads_then() -> None:
    status = '[intake.status]\n{} = ["received"]\nhandling = [{}]\n'
    rest = ", ".join(f'"{state}"' for state in small(FIVE_DAYS).lifecycle.states if state != "received")
    office = Office(version(FIVE_DAYS + status.format("waiting", rest), 1))
    office.assigned()
    office.receive()
    done = moved(office, FIVE_DAYS + status.format("queued", rest))
    assert [row.status for row in done.moved] == [None, ("waiting", "queued")]


# --- what must be done first ------------------------------------------------------------------------------------------

CHECKED = '[[lifecycle.state]]\nname = "checked"\nen = "Checked"\nzh = "已核查"\nkind = "{kind}"\n'
ARROWS = '[[lifecycle.transition]]\naction = "review"\nsource = "{0}"\ndest = "{1}"\n'
ORDER = '[[order]]\nid = "supervision"\ndocument = { series = "督{n}" }\nanswer = { cleared_by = "supervisor" }\n'
PROPOSED = '[[rung]]\nid = "nudge"\non = "done:accept"\ndo = ["issue:supervision"]\nmode = "propose"\n'
ASKED = "extend = { approve = 'clerk' }\n"
WAITS = '[[approval]]\non = "assign"\nby = ["leader"]\n'


def lives(office: Office, *steps: Command | tuple[Command, Actor]) -> None:
    for step in steps:
        command, actor = step if isinstance(step, tuple) else (step, None)
        office.do(command, by=actor)


Steps = tuple[Command | tuple[Command, Actor], ...]
REFUSED: dict[str, tuple[str, Steps, str, str, Steps]] = {
    "a class that the new version has not": (
        FIVE_DAYS,
        (Review(classes={"kind": "help"}),),
        FIVE_DAYS + '[classes]\nkind = ["consult", "complaint"]\n',
        "no kind 'help' .*reclassify the case first",
        (Reclassify(axis="kind", value="consult"),),
    ),
    "an act at a gate of a role that may not approve": (
        FIVE_DAYS + WAITS,
        (Review(), Assign(lead="夹河镇")),
        FIVE_DAYS + '[roles.leader]\nmay = ["note"]\n',
        "'assign' waits for leader.*approve or refuse it first",
        ((Refuse(opinion="另行交办"), LEADER),),
    ),
    "a reply at such a gate": (
        FIVE_DAYS + '[roles.leader]\nmay = ["approve", "return"]\n' + LEADERS,
        (Review(), Assign(lead="夹河镇"), Accept(), REPLY),
        FIVE_DAYS + '[roles.leader]\nmay = ["note"]\n',
        "stands before leader.*let it pass or return it first",
        ((ReturnReply(reasons=("太简",)), LEADER),),
    ),
    "a reply whose outcome the new version has not": (
        FIVE_DAYS + GATE,
        (Review(), Assign(lead="夹河镇"), Accept(), SubmitReply(text="已更换路灯并通电。", outcome="unfounded")),
        FIVE_DAYS + GATE + '[classes]\noutcome = ["solved", "explained"]\n',
        "no outcome 'unfounded'.*return the reply first",
        ((ReturnReply(reasons=("太简",)), CLERK),),
    ),
    "an extension that nobody could allow": (
        FIVE_DAYS + ASKED,
        (Review(), Assign(lead="夹河镇"), Accept(), (Extend(limit="2 working days"), HANDLER)),
        SEVEN_DAYS,
        "extension of 'handle' is asked for.*allow or refuse it first",
        (RefuseExtension(reason="不必"),),
    ),
    "an open order of a form that is gone": (
        FIVE_DAYS + ORDER,
        (Review(), Assign(lead="夹河镇"), Accept(), IssueOrder(form="supervision")),
        FIVE_DAYS,
        "order 督1 is of form 'supervision'.*have it answered and strike it off first",
        (),
    ),
    "an open order that waits for a role that is gone": (
        FIVE_DAYS + '[roles.chief]\nscope = "any"\nmay = ["answer"]\n' + ORDER.replace("document", 'to = ["chief"]\ndocument'),
        (Review(), Assign(lead="夹河镇"), Accept(), IssueOrder(form="supervision")),
        FIVE_DAYS + ORDER,
        "order 督1 waits for chief.*first",
        (),
    ),
    "a proposal of what the new version has not": (
        FIVE_DAYS + ORDER + PROPOSED,
        (Review(), Assign(lead="夹河镇"), Accept()),
        FIVE_DAYS,
        "'nudge' proposed issue:supervision.*take it up or dismiss it first",
        (),
    ),
    "a class by which a proposal would set the case": (
        FIVE_DAYS + PROPOSED.replace("issue:supervision", "set:kind=help"),
        (Review(), Assign(lead="夹河镇"), Accept()),
        FIVE_DAYS + '[classes]\nkind = ["consult"]\n',
        "'nudge' proposed set:kind=help",
        (TakeUp(), Reclassify(axis="kind", value="consult")),
    ),
    "a unit that is no more": (
        FIVE_DAYS,
        (Review(), Assign(lead="住建局")),
        "",
        "register has no unit '住建局'.*assign the case anew first",
        (Assign(lead="夹河镇"),),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_new_version_could_not_go_on_with_keeps_a_case_where_it_is_until_it_is_seen_to(what: str) -> None:
    old, steps, new, said, remedy = REFUSED[what]
    office = Office(version(old, 1))
    office.receive()
    office.receive()
    lives(office, *steps)
    book = version(new) if new else version(FIVE_DAYS, register=SMALLER)
    done = moved(office, book)
    assert [row.case for row in done.moved] == ["c2"], "the others go on"
    assert re.search(said, why(done))
    assert office.desk.get("c1").rulebook_digest == office.desk.rulebook.digest
    if remedy:
        lives(office, *remedy)
        assert [row.case for row in moved(office, book).moved] == ["c1"]


def test_an_axis_that_the_new_version_drops_must_be_declared_there() -> None:
    office = Office(version(FIVE_DAYS + '[classes]\ntrack = ["special"]\n', 1))
    office.receive()
    office.do(Review(classes={"track": "special"}))
    assert "declares no class 'track'" in why(moved(office, FIVE_DAYS))


def test_a_state_that_the_new_version_has_not_or_has_as_final_keeps_a_case_where_it_is() -> None:
    more = CHECKED.format(kind="open") + ARROWS.format("checked", "assigned")
    more += '[[lifecycle.transition]]\naction = "note"\nsource = "received"\ndest = "checked"\n'
    office = Office(version(FIVE_DAYS + more, 1))
    office.receive()
    office.do(AddNote(text="已核查"))
    assert office.desk.get("c1").state == "checked"
    assert "no state 'checked'" in why(moved(office, FIVE_DAYS))
    final = CHECKED.format(kind="final") + '[[lifecycle.transition]]\naction = "transfer"\nsource = "replied"\ndest = "checked"\n'
    assert "is final in the new version" in why(moved(office, FIVE_DAYS + final))


def test_all_reasons_are_said_at_once() -> None:
    office = Office(version(FIVE_DAYS + ORDER, 1))
    office.assigned()
    office.do(IssueOrder(form="supervision"), Reclassify(axis="kind", value="help"))
    said = why(moved(office, FIVE_DAYS + '[classes]\nkind = ["consult"]\n'))
    assert "no kind 'help'" in said
    assert "督1" in said


def test_an_order_that_is_struck_off_or_a_reply_that_went_back_stands_in_nobodys_way() -> None:
    office = Office(version(FIVE_DAYS + ORDER.replace("cleared_by", "wanted = false, cleared_by"), 1))
    office.assigned()
    office.do(IssueOrder(form="supervision"), (ClearOrder(order="督1")), by=SUPERVISOR)
    assert len(moved(office, FIVE_DAYS).moved) == 1


# --- in bulk ----------------------------------------------------------------------------------------------------------


class Busy(MemoryStore):
    """A store in which somebody changes case c2 while a batch is under way, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times, self.batches = times, 0

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:  # type: ignore[override]
        with super().work() as work:
            write = work.write

            def watched(change: Change) -> None:
                if isinstance(last_data(change), RulebookMoved) and change.case.id == "c2" and self.times:
                    self.times -= 1
                    raise StaleVersion("c2", expected=change.expected, actual=change.expected + 1)
                write(change)

            work.write = watched  # type: ignore[method-assign]
            yield work


def last_data(change: Change) -> object:
    return journal.decode(change.events[-1].text).data


@pytest.mark.parametrize(("times", "moving"), [(1, ["c1", "c2", "c3"]), (2, ["c1", "c3"])])
def test_a_batch_in_which_somebody_acted_is_tried_again_once_and_then_goes_without_that_case(times: int, moving: list[str]) -> None:
    office = Office(FIVE_DAYS, store=Busy(times))
    for _ in range(3):
        office.receive()
    done = office.desk.move(version(SEVEN_DAYS), by=STEWARD, batch=3)
    assert [row.case for row in done.moved] == moving
    assert [case for case, _ in done.refused] == [case for case in ("c1", "c2", "c3") if case not in moving]
    sound(office)


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_batches_move_what_one_would(batch: int, tmp_path: Path) -> None:
    office = Office(FIVE_DAYS, store=SqlStore.at(tmp_path / "cases.sqlite"))
    for n in range(5):
        office.receive()
        office.do(Review(classes={"kind": "help"} if n == 2 else {}), case=f"c{n + 1}")
    done = moved(office, SEVEN_DAYS + '[classes]\nkind = ["consult"]\n', batch=batch)
    assert [row.case for row in done.moved] == ["c1", "c2", "c4", "c5"]
    assert [case for case, _ in done.refused] == ["c3"]
    office.desk.store.close()  # type: ignore[attr-defined]


def test_a_clock_set_back_does_not_turn_a_history_around() -> None:
    office = Office(FIVE_DAYS)
    office.receive(at="2020-07-02 09:00")
    office.now.to(local("2020-07-01 09:00"))
    moved(office, SEVEN_DAYS)
    first, last = office.desk.history("c1")
    assert last.occurred_at == first.occurred_at


def test_a_rulebook_that_the_store_has_lost_is_told() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    store = office.desk.store
    store._definitions.clear()  # type: ignore[attr-defined]
    other = Desk(version(SEVEN_DAYS), store=store, now=office.now)
    done = other.move(version(SEVEN_DAYS), by=STEWARD)
    assert done.moved == ()
    assert office.desk.rulebook.digest in why(done)
