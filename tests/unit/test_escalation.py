"""The ladder: when a rung is due, how often it comes again, and what it may say of itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from pydantic import ValidationError

from casework import Desk, MemoryStore, Message, Timekeeper
from casework.actions import Accept as AcceptIt
from casework.actions import Assign, Decline, Publish, Reopen, Review, SubmitReply, TakeUp
from casework.actions import Close as CloseIt
from casework.escalation import Repeat, Rung, alarm, alarms, occasion
from casework.events import RungFired
from casework.sla import Alarm, Count, Limit, OfficeHours
from casework.testing import FrozenTime
from casework.testing.contracts import clock
from tests.unit.town import CLERK, HANDLER, SUPERVISOR, WEDNESDAY, town

BOOK = town()
KEEPER = Timekeeper(BOOK.calendar(), BOOK.zone)
RULE = BOOK.clocks["handle"]
RUNNING = clock()  # due at the end of Wednesday, the 8th of July 2020
DUE = datetime(2020, 7, 8, 16, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def rung(**more: object) -> Rung:
    return Rung.model_validate({"id": "r", "on": "late:handle", "do": ["notify:clerk"], **more})


# --- moments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "on, at, moment",
    [
        ("late:handle", "0 hours", DUE),
        ("late:handle", "2 hours", DUE + timedelta(hours=2)),
        ("late:handle", "3 working days", DUE + 5 * DAY),  # Thursday, Friday, and over the weekend to Monday
        ("late:handle", "3 calendar days", DUE + 3 * DAY),
        ("late:handle", "1 month", DUE + 31 * DAY),
        ("due:handle", "-1 working day", DUE - DAY),
        ("due:handle", "-4 working days", DUE - 6 * DAY),
        ("due:handle", "-30 hours", DUE - timedelta(hours=30)),
        ("due:handle", "-9 working hours", DUE - DAY - timedelta(hours=8.5)),  # 7 of Wednesday, 2 of Tuesday: from 15:30
        ("late:handle", "4 working hours", DUE + timedelta(hours=14.5)),  # from 9:00, over the noon break
    ],
)
def test_a_rung_is_due_at_its_distance_from_the_due_moment(on: str, at: str, moment: datetime) -> None:
    office = RULE.model_copy(update={"count": Count(hours=OfficeHours(open="09:00-12:00, 13:30-17:30"))})
    assert alarm(rung(on=on, at=at), RUNNING, office, KEEPER) == Alarm(moment, "r", 1)


def test_a_rung_comes_again_as_often_as_it_says() -> None:
    daily = rung(repeat={"every": "1 working day", "max": 3})
    found = [alarm(daily, RUNNING, RULE, KEEPER, n=n) for n in (1, 2, 3, 4)]
    assert found == [Alarm(DUE, "r", 1), Alarm(DUE + DAY, "r", 2), Alarm(DUE + 2 * DAY, "r", 3), None]
    assert alarm(rung(), RUNNING, RULE, KEEPER, n=2) is None
    before = rung(on="due:handle", at="-2 working days", repeat={"every": "1 working day", "max": 3})
    assert [row.at for n in (1, 2, 3) if (row := alarm(before, RUNNING, RULE, KEEPER, n=n))] == [DUE - 2 * DAY, DUE - DAY, DUE]


def test_a_clock_that_does_not_run_rings_nothing() -> None:
    rungs = [rung(), rung(id="w", on="due:handle", at="-1 hour"), rung(id="other", on="late:accept")]
    assert [row.rung for row in alarms(rungs, RUNNING, RULE, KEEPER)] == ["w", "r"]
    assert alarms(rungs, clock(stopped=DUE), RULE, KEEPER) == ()
    paused = msgspec.structs.replace(RUNNING, status="paused", due=None)
    assert (alarms(rungs, paused, RULE, KEEPER), alarm(rungs[0], paused, RULE, KEEPER)) == ((), None)


def test_what_is_over_is_passed_over() -> None:
    daily = rung(repeat={"every": "1 working day", "max": 3})
    assert alarms([daily, rung(id="once")], RUNNING, RULE, KEEPER, over=lambda row: row.at <= DUE) == (Alarm(DUE + DAY, "r", 2),)
    assert alarms([daily], RUNNING, RULE, KEEPER, over=lambda row: True) == ()


def test_an_occasion_is_named_by_rung_clock_run_and_repetition() -> None:
    unit = msgspec.structs.replace(RUNNING, rule="accept", subject="夹河镇", run=2)
    assert occasion(Alarm(DUE, "r", 3), unit) == "r/accept:夹河镇/2/3"


# --- what a rung may say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"on": "late"}, "a rung cannot stand on 'late'; did you mean 'late:CLOCK'? (accepted: due:CLOCK"),
        ({"on": "views:200"}, "a rung cannot stand on 'views:200'; did you mean 'views'? (accepted: "),
        ({"on": "views", "at": 0}, "a rung on a count stands at a number from 1 on, such as 3, not at 0"),
        ({"on": "views", "at": "200 hours"}, "a rung on a count stands at a number from 1 on, such as 3, not at '200 hours'"),
        (
            {"on": "views", "repeat": {"every": "1 working day", "max": 2}},
            "comes again every so many, such as { every = 3, max = 5 }",
        ),
        ({"on": "views", "repeat": {"every": 0, "max": 2}}, "a rung on a count comes again after 1 or more, not after 0"),
        ({"at": 3}, "a rung on a clock lies at a limit from its due moment, such as '1 working day', not at a number"),
        ({"repeat": {"every": 3, "max": 2}}, "not at a number"),
        ({"repeat": {"every": "0 hours", "max": 2}}, "a rung comes again after some time, not after 0 hours"),
        ({"on": "done:submit", "at": "1 hour"}, "a rung on an act fires with it; for something later let a clock start on the act"),
        ({"on": "done:submit", "repeat": {"every": "1 hour", "max": 2}}, "a rung on an act fires with it"),
        (
            {"do": ["shout:loud"]},
            "cannot do 'shout:loud'; a rung does 'issue:FORM', 'notify:ROLE', 'set:AXIS=VALUE', 'reopen', 'return'",
        ),
        ({"do": ["set:kind"]}, "cannot do 'set:kind'"),
        ({"do": ["reopen:now"]}, "cannot do 'reopen:now'"),
        ({"at": "-1 hour"}, "a rung on lateness lies after the due moment; for a warning before it use on = 'due:…'"),
        ({"at": "soon"}, "cannot read the limit 'soon'"),
        ({"at": "1 hour", "repeat": {"every": "1 working day", "max": 2}}, "'at' and 'repeat.every' must be in the same unit"),
        ({"repeat": {"every": "daily", "max": 2}}, "cannot read the limit 'daily'"),
        ({"repeat": {"every": "1 working day", "max": 1}}, "greater than or equal to 2"),
        ({"repeat": {"every": "1 working day", "max": 101}}, "less than or equal to 100"),
        ({"do": []}, "at least 1 item"),
        ({"mode": "perhaps"}, "'auto' or 'propose'"),
    ],
)
def test_a_rung_that_makes_no_sense_is_refused(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(says)):
        rung(**wrong)


def test_a_rung_knows_its_clock_and_its_effects() -> None:
    row = rung(on="due:handle", at="-2 hours", do=["issue:supervision", "notify:clerk", "issue:reminder"])
    assert (row.clock, row.distance) == ("handle", Limit(2, "hours"))
    assert (row.effects("issue"), row.effects("notify")) == (("supervision", "reminder"), ("clerk",))
    assert Repeat(every="1 working day", max=5).max == 5


# --- at a desk --------------------------------------------------------------------------------------------------------


def swept(more: str) -> tuple[Desk, FrozenTime]:
    """A desk with a case that is with its unit and three days late."""
    now = FrozenTime(WEDNESDAY)
    desk = Desk(town(more), store=MemoryStore(), now=now, new_id=lambda: "c1")
    desk.receive(Message(subject="路灯不亮"))
    desk.act("c1", Review(), by=CLERK)
    desk.act("c1", Assign(lead="夹河镇"), by=CLERK)
    return desk, now


def fired(desk: Desk, name: str) -> list[RungFired]:
    return [event.data for event in desk.history("c1") if isinstance(event.data, RungFired) and event.data.rung == name]


def test_a_rung_whose_condition_does_not_hold_is_skipped_for_good() -> None:
    desk, now = swept('[[rung]]\nid = "often"\non = "late:handle"\nwhen = "declined > 0"\ndo = ["issue:reminder"]\n')
    now.to(DUE)
    desk.sweep()
    (row,) = fired(desk, "often")
    assert (row.mode, row.effects) == ("skipped", ())
    desk.act("c1", Decline(reason="重复转办"), by=HANDLER)
    desk.sweep()
    assert len(fired(desk, "often")) == 1


def test_a_rung_whose_condition_holds_does_what_it_says() -> None:
    desk, now = swept('[[rung]]\nid = "often"\non = "late:handle"\nwhen = "declined > 0"\ndo = ["issue:reminder"]\n')
    desk.act("c1", Decline(reason="重复转办"), by=HANDLER)
    desk.act("c1", Assign(lead="住建局"), by=CLERK)
    now.to(DUE)
    desk.sweep()
    (row,) = fired(desk, "often")
    assert (row.mode, row.effects) == ("auto", ("issue:reminder",))
    assert desk.get("c1").orders[-1].to == ("住建局",)
    assert [order.number for order in desk.get("c1").orders if order.form == "reminder"] == ["催001"]


def test_a_rung_that_proposes_leaves_the_rest_to_a_person() -> None:
    row = 'on = "due:handle"\nat = "-2 working days"\nmode = "propose"\ndo = ["issue:supervision", "notify:leader"]'
    desk, now = swept(f'[[rung]]\nid = "perhaps"\n{row}\n')
    waiting = len(desk.store.outbox.pending(DUE))
    now.to(DUE - 2 * DAY)
    assert desk.sweep().events == 1
    (proposed,) = fired(desk, "perhaps")
    assert (proposed.mode, proposed.effects) == ("propose", ("issue:supervision", "notify:leader"))
    assert desk.get("c1").orders == ()
    told = [(row.notification.to, row.notification.zh) for row in desk.store.outbox.pending(DUE)[waiting:]]
    decide = "请决定是否采纳：perhaps"
    assert told == [("leader", "perhaps：办理期限"), ("clerk", decide), ("supervisor", decide)], "it tells, and asks who may decide"
    assert desk.sweep().events == 0
    (order,) = desk.act("c1", TakeUp(), by=SUPERVISOR).orders
    assert (order.form, order.to, order.rung) == ("supervision", ("夹河镇",), "perhaps")


def test_an_order_on_a_unit_s_clock_goes_to_that_unit() -> None:
    desk, now = swept('[[rung]]\nid = "unaccepted"\non = "late:accept"\ndo = ["issue:reminder"]\n')
    desk.act("c1", Assign(lead="夹河镇", assisting=("公安局",)), by=CLERK)
    desk.act("c1", AcceptIt(), by=HANDLER)
    now.advance(days=2)
    desk.sweep()
    (order,) = desk.get("c1").orders
    assert (order.form, order.to, order.rung) == ("reminder", ("公安局",), "unaccepted")


def test_a_reopened_case_climbs_the_ladder_again() -> None:
    desk, now = swept("")
    now.to(DUE)
    desk.sweep()
    desk.act("c1", AcceptIt(), by=HANDLER)
    desk.act("c1", SubmitReply(text="已安排维修人员更换路灯。"), by=HANDLER)
    desk.act("c1", Publish(), by=CLERK)
    desk.act("c1", CloseIt(), by=CLERK)
    now.advance(days=30)
    assert desk.sweep().events == 0
    desk.act("c1", Reopen(reason="not solved"), by=CLERK)
    now.advance(days=10)
    desk.sweep()
    assert desk.get("c1").occasions[:2] == ("due-tomorrow/handle/1/1", "late-daily/handle/1/1")
    assert desk.get("c1").occasions[2:4] == ("due-tomorrow/handle/2/1", "late-daily/handle/2/1")
