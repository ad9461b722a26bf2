"""What handling leaves behind in a case, in its clocks and in its orders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casework import Actor, Desk, MemoryStore, Message, Rulebook
from casework.actions import (
    Accept,
    AddNote,
    Assign,
    Close,
    Contact,
    Publish,
    Reopen,
    ReturnReply,
    Review,
    SubmitReply,
)
from casework.errors import ConditionUnmet, RulebookInvalid
from casework.events import Assigned
from casework.testing import FrozenTime
from tests.unit.town import CLERK, HANDLER, WEDNESDAY

RULES = """
[rulebook]
id = "town"
version = 1
base = "yunxi"
"""
REPLY = SubmitReply(text="已安排维修人员更换路灯，请放心。")


@pytest.fixture
def now() -> FrozenTime:
    return FrozenTime(WEDNESDAY)


def desk(now: FrozenTime, rules: str = "") -> Desk:
    made = Desk(Rulebook.parse(RULES + rules, name="town"), store=MemoryStore(), now=now, new_id=lambda: "c1")
    made.receive(Message(subject="村口路灯不亮"))
    made.act("c1", Review(), by=CLERK)
    return made


def test_an_order_of_the_ladder_goes_to_the_lead_and_not_to_those_who_assist(now: FrozenTime) -> None:
    on = desk(now)
    on.act("c1", Assign(lead="夹河镇", assisting=("公安局", "住建局")), by=CLERK)
    now.to(datetime(2020, 7, 8, 16, tzinfo=UTC))
    on.sweep()
    assert on.get("c1").orders[0].to == ("夹河镇",)


def test_an_assignment_says_from_whom_it_was_taken_and_only_then(now: FrozenTime) -> None:
    on = desk(now)
    for command in (Assign(lead="夹河镇"), Assign(lead="夹河镇", assisting=("公安局",)), Assign(lead="公安局")):
        on.act("c1", command, by=CLERK)
    assert [event.data.instead_of for event in on.history("c1") if isinstance(event.data, Assigned)] == [None, None, "夹河镇"]
    case = on.get("c1")
    assert [(row.unit, row.part, row.status) for row in case.assignments] == [
        ("夹河镇", "lead", "ended"),
        ("公安局", "lead", "asked"),
    ]
    assert case.units == ("公安局",)


@pytest.mark.parametrize("assisting", [("夹河镇",), ("公安局", "公安局")])
def test_no_unit_is_asked_twice(now: FrozenTime, assisting: tuple[str, ...]) -> None:
    with pytest.raises(ConditionUnmet, match="a unit is named twice; the lead unit does not assist itself"):
        desk(now).act("c1", Assign(lead="夹河镇", assisting=assisting), by=CLERK)


def test_the_first_contact_is_the_one_that_is_remembered(now: FrozenTime) -> None:
    on = desk(now)
    on.act("c1", Assign(lead="夹河镇"), by=CLERK)
    on.act("c1", Accept(), by=HANDLER)
    first = now.advance(hours=1)
    on.act("c1", Contact(), by=HANDLER)
    now.advance(hours=1)
    case = on.act("c1", Contact(how="visit"), by=HANDLER)
    assert case.assignments[0].contacted_at == first


def test_returns_are_counted_one_by_one(now: FrozenTime) -> None:
    on = desk(now)
    on.act("c1", Assign(lead="夹河镇"), by=CLERK)
    on.act("c1", Accept(), by=HANDLER)
    for count in (1, 2, 3):
        on.act("c1", REPLY, by=HANDLER)
        case = on.act("c1", ReturnReply(reasons=("答非所问",)), by=CLERK)
        assert case.counts["returned"] == count


def test_a_clock_that_starts_on_a_state_starts_when_the_state_is_entered_and_not_while_it_lasts(now: FrozenTime) -> None:
    clock = '[[clock]]\nid = "dispatch"\nstarts_on = "assigned"\nstops_on = "accept"\nlimit = [{ is = "1 working day" }]\n'
    on = desk(now, clock)
    on.act("c1", Assign(lead="夹河镇"), by=CLERK)
    on.act("c1", Accept(), by=HANDLER)
    for command, by in (
        (AddNote(text="催过一次"), CLERK),
        (Assign(lead="夹河镇", assisting=("公安局",)), CLERK),
        (Contact(), HANDLER),
    ):
        case = on.act("c1", command, by=by)
        assert (case.clock("dispatch").run, case.clock("dispatch").status) == (1, "stopped")
    for command, by in ((REPLY, HANDLER), (Publish(), CLERK), (Close(), CLERK), (Reopen(reason="未解决"), CLERK)):
        case = on.act("c1", command, by=by)
    assert (case.clock("dispatch").run, case.clock("dispatch").status) == (2, "running")


def test_an_order_names_the_due_day_of_the_clock_that_decides_lateness(now: FrozenTime) -> None:
    on = desk(now)
    on.act("c1", Assign(lead="夹河镇"), by=CLERK)
    now.to(datetime(2020, 7, 8, 16, tzinfo=UTC))
    on.sweep()
    case = on.get("c1")
    assert str(case.clock("accept:夹河镇").due) == "2020-07-02"
    document = on.store.texts("c1")[case.orders[0].document or ""]
    assert "办理期限为2020-07-08" in document


def test_an_id_that_a_rulebook_gives_twice_is_told_even_where_it_replaces_a_row_below(now: FrozenTime) -> None:
    row = '[[clock]]\nid = "close"\nstarts_on = "publish"\nstops_on = "close"\nlimit = [{ is = "2 working days" }]\n'
    with pytest.raises(RulebookInvalid, match="the id 'close' is used twice"):
        desk(now, row + row)
    assert desk(now, row).rulebook.clocks["close"].limit[0].is_ == "2 working days"


def test_somebody_who_acts_twice_at_one_moment_is_understood_in_the_order_of_the_acts(now: FrozenTime) -> None:
    on = desk(now)
    for unit in ("夹河镇", "公安局", "住建局"):
        on.act("c1", Assign(lead=unit), by=Actor(id="wang", role="clerk"))
    assert on.get("c1").lead == "住建局"
    assert {event.occurred_at for event in on.history("c1")} == {WEDNESDAY}
    assert now() - WEDNESDAY == timedelta(0)
