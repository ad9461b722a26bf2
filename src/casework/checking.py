"""Checks of a whole rulebook that go beyond its form: what cases can come to under it, by the actions that its roles are granted.

It explores every combination of state and running clocks that granted actions can bring about, shortest stories first; each finding
carries such a story.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import msgspec

from .actions import COMMANDS
from .approvals import PUBLISH
from .escalation import EFFECTS
from .rulebook import RECEIVE, Rulebook

_Place = tuple[str, frozenset[str]]


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a rulebook says and its author may not have meant; ``story`` are the actions that lead there."""

    check: str
    message: str
    story: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.check}: {self.message} ({' → '.join(self.story) or 'by its text alone'})"


def check(rulebook: Rulebook) -> tuple[Advice, ...]:
    """Return what the checks find, in the order of their names; nothing found is an empty tuple."""
    places = _explore(rulebook)
    found = [
        *_dead_ends(rulebook, places),
        *_unwatched(rulebook, places),
        *_idle_clocks(rulebook, places),
        *_idle_grants(rulebook),
        *_idle_roles(rulebook),
    ]
    return tuple(sorted(found, key=lambda row: (row.check, row.message)))


def granted(rulebook: Rulebook) -> frozenset[str]:
    """Return the actions that can be taken: by a role that may, as part of another act, or by a rung of the ladder."""
    outline = rulebook.outline
    may = {action for role in rulebook.roles.values() for action in role.may} & COMMANDS.keys()
    if "approve" in may and rulebook.gates:
        may.add(PUBLISH)
    if any(row.on != PUBLISH for row in outline.approval):
        may.add("request")
    if any("previous" in row.returns for row in outline.approval) and "return" in may:
        may.add("step_back")
    if "answer" in may and any(form.revisit for form in outline.order):
        may.add("revisit")
    for rung in outline.rung:
        if rung.mode == "auto" or "take_up" in may:
            may.update(act for line in rung.do if (act := EFFECTS[line.partition(":")[0]]))
    return frozenset(may)


def _explore(rulebook: Rulebook) -> dict[_Place, tuple[str, ...]]:
    """Return every reachable (state, running clocks) with a shortest story that leads there."""
    life, actions = rulebook.lifecycle, sorted(granted(rulebook))
    first: _Place = (life.initial, _ticking(rulebook, frozenset(), RECEIVE, life.initial))
    stories: dict[_Place, tuple[str, ...]] = {first: (RECEIVE,)}
    queue = deque([first])
    while queue:
        state, clocks = queue.popleft()
        for action in actions:
            dest = life.table.get((state, action))
            if dest is None:
                continue
            place = dest, _ticking(rulebook, clocks, action, dest)
            if place not in stories:
                stories[place] = (*stories[state, clocks], action)
                queue.append(place)
    return stories


def _ticking(rulebook: Rulebook, clocks: frozenset[str], action: str, state: str) -> frozenset[str]:
    happened = {action, state}
    if rulebook.lifecycle.states[state].kind == "final":
        return frozenset()
    running = {name for name in clocks if happened.isdisjoint(rulebook.clocks[name].stops_on)}
    return frozenset(running | {rule.id for rule in rulebook.clocks.values() if not happened.isdisjoint(rule.starts_on)})


def _dead_ends(rulebook: Rulebook, places: dict[_Place, tuple[str, ...]]) -> Iterator[Advice]:
    life, actions = rulebook.lifecycle, granted(rulebook)
    ends = {name for name, state in life.states.items() if state.kind in ("closed", "final")}
    while more := {source for (source, action), dest in life.table.items() if action in actions and dest in ends} - ends:
        ends |= more
    stories: dict[str, tuple[str, ...]] = {}
    for (state, _), story in places.items():
        stories.setdefault(state, story)
    for state, story in stories.items():
        if state not in ends:
            yield Advice(check="dead end", message=f"from {state!r} no granted action leads to an end", story=story)


def _unwatched(rulebook: Rulebook, places: dict[_Place, tuple[str, ...]]) -> Iterator[Advice]:
    seen = set()
    for (state, clocks), story in places.items():
        if not clocks and rulebook.lifecycle.states[state].kind == "open" and state not in seen:
            seen.add(state)
            yield Advice(check="no clock", message=f"a case can stay in {state!r} with no clock running", story=story)


def _idle_clocks(rulebook: Rulebook, places: dict[_Place, tuple[str, ...]]) -> Iterator[Advice]:
    running = {name for _, clocks in places for name in clocks}
    for name in rulebook.clocks:
        if name not in running:
            yield Advice(check="idle clock", message=f"clock {name!r} never starts: nobody is granted what starts it", story=())


def _idle_grants(rulebook: Rulebook) -> Iterator[Advice]:
    for name, role in rulebook.roles.items():
        for action in sorted(set(role.may) - COMMANDS.keys()):
            yield Advice(check="idle grant", message=f"role {name!r} may {action}, and no command does it", story=())


def _idle_roles(rulebook: Rulebook) -> Iterator[Advice]:
    for name, role in rulebook.roles.items():
        if not role.may:
            yield Advice(check="idle role", message=f"role {name!r} may do nothing", story=())
