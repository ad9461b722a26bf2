"""The frozen table and ``transitions`` are two readings of one declaration: on every walk they say the same.

``transitions`` is read in two ways: through the machine that a lifecycle builds itself, and through one that is put together here,
from nothing but the declaration and the two rules for its signs (``"*"`` is every state that is not final; a specific source
beats it).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple, get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from transitions import Machine, MachineError

from casework.errors import LifecycleInvalid, NotAllowed
from casework.states import Kind, Lifecycle, State, Transition, standard_lifecycle

# Names that ``transitions`` itself gives a meaning to are among them: such a name must be a name like any other.
STATES = ("received", "trigger", "model", "to_end", "states", "initial", "end")
ACTIONS = ("go", "back", "trigger", "may_go", "is_end", "to_end", "initial", "on_enter_end", "note", "model", "return")
UNKNOWN = ("fly", "to_received", "GO", "", "*", "=", "state")
NOT_ALLOWED = "not allowed"
KINDS: tuple[Kind, ...] = get_args(Kind)
DONE: tuple[Kind, ...] = ("closed", "final")

LAWS = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LESS = settings(LAWS, max_examples=100)


class Declaration(NamedTuple):
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    initial: str

    def lifecycle(self) -> Lifecycle:
        return Lifecycle("drawn", self.states, self.transitions, initial=self.initial)


def state(name: str, kind: Kind) -> State:
    return State(name=name, en=name, zh=name, kind=kind)


@st.composite
def valid_declarations(draw: st.DrawFn) -> Declaration:
    """A lifecycle without problems.

    Every state is led to from an earlier one; every open or waiting one leads on to a later one, or to one that is done.
    """
    count = draw(st.integers(2, len(STATES)))
    names = draw(st.permutations(STATES))[:count]
    kinds = [
        "open",
        *draw(st.lists(st.sampled_from(KINDS), min_size=count - 1, max_size=count - 1)),
    ]
    if not set(DONE) & set(kinds):
        kinds[-1] = draw(st.sampled_from(DONE))
    cells: dict[tuple[str, str], str] = {}

    def lead(source: str, dest: str) -> None:
        free = [action for action in ACTIONS if (source, action) not in cells]
        cells[source, draw(st.sampled_from(free))] = dest

    for at in range(1, count):
        lead(draw(st.sampled_from([names[before] for before in range(at) if kinds[before] != "final"])), names[at])
    for at in range(count):
        if kinds[at] not in DONE:
            onward = [names[to] for to in range(count) if kinds[to] in DONE or to > at]
            lead(names[at], draw(st.sampled_from(onward)))
    for source, action, dest in draw(
        st.lists(st.tuples(st.sampled_from(names), st.sampled_from(ACTIONS), st.sampled_from((*names, "="))), max_size=8)
    ):
        cells.setdefault((source, action), "=" if kinds[names.index(source)] == "final" else dest)
    wild = draw(st.dictionaries(st.sampled_from(ACTIONS), st.sampled_from((*names, "=")), max_size=4))
    transitions = [Transition(action, source, dest) for (source, action), dest in cells.items()]
    transitions += [Transition(action, "*", dest) for action, dest in wild.items()]
    states = [state(name, kind) for name, kind in zip(names, kinds, strict=True)]
    return Declaration(tuple(draw(st.permutations(states))), tuple(draw(st.permutations(transitions))), names[0])


@st.composite
def any_declarations(draw: st.DrawFn) -> Declaration:
    """A declaration whose parts are sound one by one, and which may well have traps, islands and no end."""
    names = STATES[: draw(st.integers(1, 5))]
    kinds = st.sampled_from(KINDS)
    states = [state(name, draw(kinds)) for name in names]
    final = {each.name for each in states if each.kind == "final"}
    ends = st.sampled_from((*names, "="))
    cells = draw(st.dictionaries(st.tuples(st.sampled_from((*names, "*")), st.sampled_from(ACTIONS[:4])), ends, max_size=10))
    transitions = [Transition(action, source, "=" if source in final else dest) for (source, action), dest in cells.items()]
    return Declaration(tuple(states), tuple(transitions), draw(st.sampled_from(names)))


walks = st.lists(st.sampled_from((*ACTIONS, *ACTIONS, *UNKNOWN)), max_size=25)


# --- the comparison ---------------------------------------------------------------------------------------------------


def oracle(declared: Declaration) -> Machine:
    """Build a machine state by state, with the wildcard worked out by hand and every destination spelled out."""
    machine = Machine(model=None, states=[each.name for each in declared.states], initial=declared.initial, auto_transitions=False)
    for each in declared.states:
        specific = {step.action: step.dest for step in declared.transitions if step.source == each.name}
        wild = {step.action: step.dest for step in declared.transitions if step.source == "*" and each.kind != "final"}
        for action, dest in (wild | specific).items():
            machine.add_transition(action, each.name, dest)  # "=" is a reflexive transition here: left and entered again
    return machine


def step_of_machine(machine: Machine, model: SimpleNamespace, action: str) -> str:
    try:
        model.trigger(action)
    except MachineError:
        return NOT_ALLOWED
    except AttributeError:  # what ``transitions`` says of a trigger that nobody declared
        if action in machine.events:
            raise
        return NOT_ALLOWED
    return str(model.state)


def step_of_lifecycle(lifecycle: Lifecycle, at: str, action: str) -> str:
    try:
        return lifecycle.next(at, action)
    except NotAllowed as refusal:
        return NOT_ALLOWED if refusal.allowed == lifecycle.allowed(at) else f"refused with {refusal.allowed}"


def disagreements_at(lifecycle: Lifecycle, machine: Machine, model: SimpleNamespace, action: str) -> list[str]:
    """Do *action* with the model and with the table, from where the model is; return what they do not agree on."""
    at = str(model.state)
    found = []
    ours, theirs = step_of_lifecycle(lifecycle, at, action), step_of_machine(machine, model, action)
    if ours != theirs:
        found.append(f"{action} in {at}: {ours}, not {theirs}")
    if lifecycle.can(at, action) != (theirs != NOT_ALLOWED):
        found.append(f"can {action} in {at}: {lifecycle.can(at, action)}, although {theirs}")
    return found


def offers_unlike(lifecycle: Lifecycle, machine: Machine, at: str) -> list[str]:
    ours, theirs = lifecycle.allowed(at), tuple(sorted(machine.get_triggers(at)))
    return [] if ours == theirs else [f"allowed in {at}: {ours}, not {theirs}"]


def disagreements(lifecycle: Lifecycle, machine: Machine, walk: Sequence[str]) -> list[str]:
    """Walk a fresh model of *machine* and the table of *lifecycle* side by side; return what they do not agree on.

    After a disagreement both go on from where the machine is.
    """
    model = SimpleNamespace()
    machine.add_model(model)
    found = offers_unlike(lifecycle, machine, model.state)
    for action in walk:
        found += disagreements_at(lifecycle, machine, model, action)
        found += offers_unlike(lifecycle, machine, model.state)
    machine.remove_model(model)
    return found


def every_disagreement(lifecycle: Lifecycle, machine: Machine, actions: Sequence[str]) -> list[str]:
    """Try every action in every state, once each."""
    model = SimpleNamespace()
    machine.add_model(model)
    found = [line for at in lifecycle.states for line in offers_unlike(lifecycle, machine, at)]
    for at, action in itertools.product(lifecycle.states, actions):
        machine.set_state(at, model)
        found += disagreements_at(lifecycle, machine, model, action)
    machine.remove_model(model)
    return found


def with_planted(lifecycle: Lifecycle, **parts: Mapping[Any, Any]) -> Lifecycle:
    """Return an equal lifecycle in which frozen parts were exchanged, as no caller could."""
    broken = Lifecycle(lifecycle.name, lifecycle.states.values(), lifecycle.transitions, initial=lifecycle.initial)
    vars(broken).update({name: MappingProxyType(part) for name, part in parts.items()})
    return broken


def way_to(lifecycle: Lifecycle, goal: str) -> list[str]:
    """Return actions that lead from the initial state to *goal*."""
    ways: dict[str, list[str]] = {lifecycle.initial: []}
    queue = [lifecycle.initial]
    for at in queue:
        for action in lifecycle.allowed(at):
            dest = lifecycle.table[at, action]
            if dest not in ways:
                ways[dest] = [*ways[at], action]
                queue.append(dest)
    return ways[goal]


# --- the laws ---------------------------------------------------------------------------------------------------------


@LAWS
@given(valid_declarations(), walks)
def test_on_every_walk_the_table_and_the_machine_say_the_same(declared: Declaration, walk: list[str]) -> None:
    lifecycle = declared.lifecycle()
    assert disagreements(lifecycle, lifecycle.machine, walk) == []
    assert disagreements(lifecycle, oracle(declared), walk) == []


@LAWS
@given(valid_declarations())
def test_in_every_state_the_table_and_the_machine_say_the_same_of_every_action(declared: Declaration) -> None:
    lifecycle = declared.lifecycle()
    assert every_disagreement(lifecycle, lifecycle.machine, (*ACTIONS, *UNKNOWN)) == []
    assert every_disagreement(lifecycle, oracle(declared), (*ACTIONS, *UNKNOWN)) == []


@LESS
@given(st.data())
def test_the_standard_lifecycle_walks_like_its_machine(data: st.DataObject) -> None:
    lifecycle = standard_lifecycle()
    walk = data.draw(st.lists(st.sampled_from((*lifecycle.actions, *UNKNOWN)), max_size=40))
    assert disagreements(lifecycle, lifecycle.machine, walk) == []


def test_every_cell_of_the_standard_lifecycle_agrees_with_its_machine() -> None:
    lifecycle = standard_lifecycle()
    declared = Declaration(tuple(lifecycle.states.values()), lifecycle.transitions, lifecycle.initial)
    assert every_disagreement(lifecycle, lifecycle.machine, (*lifecycle.actions, *UNKNOWN)) == []
    assert every_disagreement(lifecycle, oracle(declared), (*lifecycle.actions, *UNKNOWN)) == []


@LAWS
@given(valid_declarations(), st.data())
def test_a_walk_past_a_changed_table_is_noticed(declared: Declaration, data: st.DataObject) -> None:
    lifecycle = declared.lifecycle()
    at, action = data.draw(st.tuples(st.sampled_from(list(lifecycle.states)), st.sampled_from(ACTIONS)), label="cell")
    other = data.draw(st.sampled_from([to for to in (*lifecycle.states, None) if to != lifecycle.table.get((at, action))]))
    table = {cell: dest for cell, dest in lifecycle.table.items() if cell != (at, action)}
    if other is not None:
        table[at, action] = other
    walk = [*way_to(lifecycle, at), action]
    assert disagreements(lifecycle, lifecycle.machine, walk) == []
    assert disagreements(with_planted(lifecycle, table=table), lifecycle.machine, walk) != []


@LESS
@given(valid_declarations(), st.data())
def test_a_walk_past_a_changed_offer_is_noticed(declared: Declaration, data: st.DataObject) -> None:
    lifecycle = declared.lifecycle()
    at = data.draw(st.sampled_from(list(lifecycle.states)))
    offered = {name: lifecycle.allowed(name) for name in lifecycle.states}
    action = data.draw(st.sampled_from(ACTIONS))
    offered[at] = tuple(sorted({*offered[at]} ^ {action}))
    assert disagreements(with_planted(lifecycle, _allowed=offered), lifecycle.machine, way_to(lifecycle, at)) != []


def test_a_wildcard_that_reached_into_final_states_would_be_noticed() -> None:
    """Left to itself, ``transitions`` lets ``"*"`` lead out of final states: the reason why the list is given to it."""
    declared = Declaration((state("start", "open"), state("end", "final")), (Transition("go", "*", "end"),), "start")
    lifecycle = declared.lifecycle()
    left_to_itself = Machine(model=None, states=["start", "end"], initial="start", auto_transitions=False)
    left_to_itself.add_transition("go", "*", "end")
    assert disagreements(lifecycle, left_to_itself, ["go", "go"]) == [
        "allowed in end: (), not ('go',)",
        "go in end: not allowed, not end",
        "can go in end: False, although end",
        "allowed in end: (), not ('go',)",
    ]
    assert disagreements(lifecycle, lifecycle.machine, ["go", "go"]) == []


def test_automatic_triggers_would_be_noticed() -> None:
    lifecycle = standard_lifecycle()
    automatic = Machine(model=None, states=list(lifecycle.states), initial=lifecycle.initial)
    assert any("to_closed in received" in line for line in disagreements(lifecycle, automatic, ["to_closed"]))


@LAWS
@given(any_declarations())
@example(Declaration((state("received", "closed"),), (), "received"))
def test_a_declaration_is_refused_exactly_when_a_walk_over_its_machine_finds_a_trap_an_island_or_no_end(
    declared: Declaration,
) -> None:
    machine = oracle(declared)
    names = [each.name for each in declared.states]
    done = {each.name for each in declared.states if each.kind in DONE}
    # Reachability by repeated squaring of the relation, not by the search that is under test.
    leads = {(each.source, each.dest) for event in machine.events.values() for row in event.transitions.values() for each in row}
    leads |= {(name, name) for name in names}
    for _ in names:
        leads |= {(source, dest) for (source, middle), (again, dest) in itertools.product(leads, leads) if middle == again}
    expected = [
        f"state {name!r} cannot be reached from {declared.initial!r}" for name in names if (declared.initial, name) not in leads
    ]
    if done:
        expected += [
            f"state {name!r} is a trap: no closed or final state can be reached from it"
            for name in names
            if not any((name, end) in leads for end in done)
        ]
    else:
        expected.insert(0, "no state is closed or final: a case could never be done")
    if not expected:
        assert declared.lifecycle().initial == declared.initial
        return
    with pytest.raises(LifecycleInvalid) as caught:
        declared.lifecycle()
    assert [problem.message for problem in caught.value.problems] == expected


@LESS
@given(valid_declarations())
def test_every_walk_of_a_valid_lifecycle_can_still_be_brought_to_an_end(declared: Declaration) -> None:
    lifecycle = declared.lifecycle()
    done = [name for name in lifecycle.states if not lifecycle.is_open(name)]
    for name in lifecycle.states:
        rooted = {name}
        for _ in lifecycle.states:
            rooted |= {dest for (source, _action), dest in lifecycle.table.items() if source in rooted}
        assert rooted & set(done)
        assert lifecycle.states[name].kind != "final" or rooted == {name}


@LESS
@given(valid_declarations(), st.data())
def test_the_order_of_transitions_and_the_spelling_of_staying_do_not_matter(declared: Declaration, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(declared.transitions))
    spelled = [
        Transition(each.action, each.source, each.source) if each.dest == "=" and each.source != "*" else each for each in shuffled
    ]
    again = Lifecycle("drawn", declared.states, spelled, initial=declared.initial)
    assert again == declared.lifecycle()
    assert hash(again) == hash(declared.lifecycle())
    assert again.table == declared.lifecycle().table
    assert again.mermaid() == declared.lifecycle().mermaid()


@LESS
@given(valid_declarations())
def test_spelling_a_wildcard_out_gives_the_same_table(declared: Declaration) -> None:
    lifecycle = declared.lifecycle()
    spelled = [Transition(action, source, dest) for (source, action), dest in lifecycle.table.items()]
    assert Lifecycle("spelled", declared.states, spelled, initial=declared.initial).table == lifecycle.table
