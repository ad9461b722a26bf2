"""Laws of the engine: pure, denied by default, in order, and once."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from casework import Actor, Desk, MemoryStore, Message, Rulebook, Timekeeper, engine, privacy
from casework.actions import COMMANDS, Command
from casework.cases import Case
from casework.decisions import Decision, Known
from casework.errors import CaseworkError, CommandRefused, InputError, NotAllowed, NotPermitted
from casework.events import RungFired
from casework.states import standard_lifecycle
from casework.testing import FrozenTime, actors, commands, messages, moments
from casework.testing.strategies import contents

YUNXI = Rulebook.shipped("yunxi")
KEEPER = Timekeeper(YUNXI.calendar(), YUNXI.zone, provisional=True)
STEPS = st.sampled_from((timedelta(0), timedelta(hours=3), timedelta(days=1), timedelta(days=4)))
CLERK = Actor(id="wang", role="clerk")


def known(at: datetime, message: Message, *, imported: bool = False) -> Known:
    numbers = {f"督〔{year}〕{{n}}号": 1 for year in range(2017, 2028)}
    return Known(keeper=KEEPER, recorded_at=at, message=message, numbers=numbers, imported=imported)


def outcome(case: Case, command: Command, actor: Actor, at: datetime, message: Message) -> Decision | CaseworkError:
    try:
        return engine.decide(YUNXI, case, command, actor, at, known(at, message))
    except (CommandRefused, InputError) as error:
        return error


@st.composite
def situations(draw: st.DrawFn) -> tuple[Case, datetime, Message]:
    """A case after some acts, the moment that has been reached, and its message."""
    at, message = draw(moments()), draw(messages())
    case = engine.open_case(YUNXI, "c1", message, at, known(at, message)).case
    for _ in range(draw(st.integers(0, 8))):
        at += draw(STEPS)
        command = draw(commands(YUNXI, case))
        decided = outcome(case, command, draw(actors(YUNXI, action=command.action, case=case)), at, message)
        case = decided.case if isinstance(decided, Decision) else case
    return case, at, message


@given(situations(), st.data())
def test_deciding_twice_is_deciding_the_same(situation: tuple[Case, datetime, Message], data: st.DataObject) -> None:
    case, at, message = situation
    before = msgspec.json.encode(case)
    command = data.draw(commands(YUNXI, case))
    actor = data.draw(actors(YUNXI, action=command.action, case=case))
    one, other = outcome(case, command, actor, at, message), outcome(case, command, actor, at, message)
    assert one == other if isinstance(one, Decision) else str(one) == str(other)
    assert msgspec.json.encode(case) == before


@given(situations(), st.data())
def test_what_is_not_granted_is_refused_and_the_refusal_says_what_would_work(
    situation: tuple[Case, datetime, Message], data: st.DataObject
) -> None:
    case, at, message = situation
    action = data.draw(st.sampled_from(sorted(COMMANDS)))
    command = data.draw(contents(YUNXI, case)[action]())
    actor = data.draw(actors(YUNXI))
    decided = outcome(case, command, actor, at, message)
    granted = not privacy.refusal(YUNXI.roles, actor, action, case, sender=message.sender.ref)
    if not YUNXI.lifecycle.can(case.state, action):
        assert isinstance(decided, NotAllowed)
        assert (decided.tried, decided.state, decided.case) == (action, case.state, "c1")
    elif not granted:
        assert isinstance(decided, NotPermitted)
        assert str(decided) == f"{actor.id} ({actor.role}) may not {action} case c1: {decided.why}"
    if isinstance(decided, NotAllowed) or not granted:
        assert isinstance(decided, CommandRefused)
        assert action not in decided.allowed
        assert decided.allowed == engine.open_to(YUNXI, case, actor, known(at, message))


@given(situations(), st.data())
def test_the_state_moves_as_the_lifecycle_says(situation: tuple[Case, datetime, Message], data: st.DataObject) -> None:
    case, at, message = situation
    command = data.draw(commands(YUNXI, case))
    decided = outcome(case, command, data.draw(actors(YUNXI, action=command.action, case=case)), at, message)
    assume(isinstance(decided, Decision))
    assert isinstance(decided, Decision)
    first = decided.events[0]
    assert first.state == YUNXI.lifecycle.next(case.state, command.action)
    assert (first.action, first.seq, first.occurred_at) == (command.action, case.version + 1, at)
    assert [event.seq for event in decided.events] == list(range(case.version + 1, decided.case.version + 1))
    assert decided.case.state == decided.events[-1].state


@given(situations(), st.data())
def test_a_clock_that_is_over_stays_over_until_its_next_run(situation: tuple[Case, datetime, Message], data: st.DataObject) -> None:
    case, at, message = situation
    command = data.draw(commands(YUNXI, case))
    decided = outcome(case, command, data.draw(actors(YUNXI, action=command.action, case=case)), at, message)
    after = decided.case if isinstance(decided, Decision) else case
    keys = [clock.key for clock in after.clocks]
    assert len(keys) == len(set(keys))
    for old in case.clocks:
        new = after.clock(old.key)
        assert new.run in (old.run, old.run + 1)
        if old.status in ("stopped", "cancelled"):
            assert new == old or (new.run, new.status, new.started_at) == (old.run + 1, "running", at)
        elif new.run == old.run:
            assert (new.started_at, new.limit) == (old.started_at, old.limit)


@given(situations(), STEPS)
def test_what_is_due_happens_in_order_and_once(situation: tuple[Case, datetime, Message], step: timedelta) -> None:
    case, at, message = situation
    at += step
    alarms = {f"{row.rung}/{clock.key}/{clock.run}/{row.n}": row.at for clock in case.clocks for row in clock.alarms}
    decided = engine.due(YUNXI, case, at, known(at, message)) if case.next_at else None
    if decided is None or not decided.events:
        assert case.next_at is None or case.next_at > at
        return
    fired = [event.data.occasion for event in decided.events if isinstance(event.data, RungFired)]
    first = [alarms[occasion] for occasion in fired if occasion in alarms]
    assert len(fired) == len(set(fired))
    assert set(fired).isdisjoint(case.occasions)
    assert first[0] == case.next_at
    assert decided.case.next_at is None or decided.case.next_at > at
    assert not engine.due(YUNXI, decided.case, at, known(at, message)).events


@settings(max_examples=25)
@given(moments(last=2024), st.lists(st.integers(1, 60), max_size=8))
def test_sweeping_often_and_sweeping_once_fire_the_same(start: datetime, hours: list[int]) -> None:
    ends: list[Any] = []
    for often in (True, False):
        now = FrozenTime(start)
        desk = Desk(YUNXI, store=MemoryStore(), now=now, new_id=lambda: "c1")
        desk.receive(Message(subject="路灯不亮"))
        for step in (*hours, 1000):
            now.advance(hours=step)
            if often:
                desk.sweep()
        desk.sweep()
        ends.append(desk.get("c1").occasions)
    assert ends[0] == ends[1]
    assert len(ends[0]) == 6  # a warning the day before, and five days of supervision


@settings(max_examples=25)
@given(moments(last=2023), st.data())
def test_an_import_queues_nothing_and_fires_nothing_that_is_past(start: datetime, data: st.DataObject) -> None:
    now = FrozenTime(start + timedelta(days=365))
    desk = Desk(YUNXI, store=MemoryStore(), now=now, new_id=lambda: "c1")
    with desk.importing() as door:
        case = door.receive(data.draw(messages()).model_copy(update={"received_at": start}))
        for n in range(data.draw(st.integers(0, 6))):
            command = data.draw(commands(YUNXI, case))
            actor = data.draw(actors(YUNXI, action=command.action, case=case))
            with suppress(CommandRefused, InputError):
                case = door.act("c1", command, by=actor, at=start + timedelta(hours=n))
    assert desk.sweep().events == 0
    assert desk.store.outbox.pending(now()) == []
    assert desk.get("c1") == case


def test_the_kit_can_draw_every_command() -> None:
    now = FrozenTime(datetime.fromisoformat("2020-07-01T09:00:00+08:00"))
    case = Desk(YUNXI, store=MemoryStore(), now=now).receive(Message(subject="路灯不亮"))
    assert sorted(contents(YUNXI, case)) == sorted(COMMANDS)


def test_every_command_has_a_handler_and_an_arrow() -> None:
    assert {kind.action for kind in engine._HANDLERS} == set(COMMANDS)
    assert set(COMMANDS) <= set(standard_lifecycle().actions)
