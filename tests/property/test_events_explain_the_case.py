"""The events explain the case: whatever is decided, folding what was stored gives what was answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from casework import Actor, Desk, MemoryStore, Message, Rulebook, journal
from casework.actions import AddNote
from casework.cases import Case
from casework.errors import ChainBroken, CommandRefused, InputError
from casework.events import Event
from casework.folding import evolve, fold
from casework.testing import FrozenTime, actors, commands, messages, moments

YUNXI = Rulebook.shipped("yunxi")
STEPS = st.sampled_from((timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=5)))


@st.composite
def lives(draw: st.DrawFn) -> tuple[Desk, FrozenTime, list[Case]]:
    """A case's life at a desk, with the answer to each command that was carried out."""
    now = FrozenTime(draw(moments()))
    desk = Desk(YUNXI, store=MemoryStore(), now=now, new_id=lambda: "c1")
    answers = [desk.receive(draw(messages()))]
    for _ in range(draw(st.integers(0, 12))):
        now.to(now() + draw(STEPS))
        desk.sweep()
        case = desk.get("c1")
        command = draw(commands(YUNXI, case))
        try:
            answers.append(desk.act("c1", command, by=draw(actors(YUNXI, action=command.action, case=case))))
        except (CommandRefused, InputError):
            assert desk.get("c1") == case
    return desk, now, answers


@given(lives())
def test_every_answer_is_what_the_events_up_to_it_say(life: tuple[Desk, FrozenTime, list[Case]]) -> None:
    desk, _, answers = life
    history = desk.history("c1")
    assert fold(history) == desk.get("c1")
    for answer in answers:
        assert fold(history[: answer.version]) == answer


@given(lives())
def test_folding_in_two_parts_is_folding_at_once(life: tuple[Desk, FrozenTime, list[Case]]) -> None:
    history = life[0].history("c1")
    for cut in range(1, len(history)):
        case: Case | None = fold(history[:cut])
        for event in history[cut:]:
            case = evolve(case, event)
        assert case == fold(history)


@given(lives())
def test_stored_text_is_the_event_and_nothing_else(life: tuple[Desk, FrozenTime, list[Case]]) -> None:
    for row in life[0].store.events("c1"):
        event = journal.decode(row.text)
        assert journal.encode(event) == row.text
        assert (event.case, event.seq) == (row.case, row.seq)


@given(lives(), st.data())
def test_a_stored_event_that_was_touched_is_found(life: tuple[Desk, FrozenTime, list[Case]], data: st.DataObject) -> None:
    stored = life[0].store.events("c1")
    head = stored[-1].hash
    at = data.draw(st.integers(0, len(stored) - 1))
    row = stored[at]
    place = data.draw(st.integers(0, len(row.text) - 1))
    letter = data.draw(st.characters(codec="utf-8"))
    changed = row.text[:place] + letter + row.text[place + 1 :]
    touched: list[list[Any]] = [
        [*stored[:at], *stored[at + 1 :]],
        [*stored[:at], row, row, *stored[at + 1 :]],
    ]
    if changed != row.text:
        touched.append([*stored[:at], type(row)(row.case, row.seq, changed, row.hash), *stored[at + 1 :]])
    if at:
        touched.append([*stored[: at - 1], row, stored[at - 1], *stored[at + 1 :]])
    for history in touched:
        found = ""
        try:
            journal.verify("c1", history, head=head)
        except ChainBroken as error:
            found = str(error)
        assert found.startswith("the history of case c1 is broken at event ")


@settings(max_examples=20)
@given(lives())
def test_moments_never_run_backwards_in_a_history(life: tuple[Desk, FrozenTime, list[Case]]) -> None:
    moments_of = [event.occurred_at for event in life[0].history("c1")]
    assert moments_of == sorted(moments_of)


def test_a_desk_whose_time_falls_back_keeps_its_history_in_order() -> None:
    now = FrozenTime(datetime(2020, 7, 1, 2, 0, tzinfo=UTC))
    desk = Desk(YUNXI, store=MemoryStore(), now=now, new_id=lambda: "c1")
    desk.receive(Message(subject="路灯不亮"))
    now.to(datetime(2020, 7, 1, 1, 59, tzinfo=UTC))
    desk.act("c1", AddNote(text="back"), by=Actor(id="wang", role="clerk"))
    history: tuple[Event, ...] = desk.history("c1")
    assert [event.occurred_at.minute for event in history] == [0, 0]
    assert [event.recorded_at.minute for event in history] == [0, 59]
