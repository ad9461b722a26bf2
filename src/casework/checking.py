"""Checks of a whole rulebook that go beyond its form: what cases can come to under it, by the actions that its roles are granted.

It explores every combination of state and running clocks that granted actions can bring about, shortest stories first; each finding
about a state carries such a story. Where the register has grants, a role that nobody holds grants nothing. What is found is true,
and not everything is found: a clock that runs for some cases only counts as one that watches, and not as one that always runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from .actions import COMMANDS
from .approvals import PUBLISH
from .errors import listed
from .escalation import EFFECTS
from .facts import COUNTED, LATE_COUNTS, RATES, RESTS
from .rulebook import RECEIVE, Rulebook
from .units import Register

_Place = tuple[str, frozenset[str]]
_Stories = Mapping[str, tuple[str, ...]]
_BESIDE = frozenset({"move"})
"""Actions that roles are granted for what is asked of the desk beside commands."""

_MOST = 5
"""So many units that have nobody are named."""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a rulebook says and its author may not have meant; ``story`` are the actions that lead there.

    At ``level`` "error" cases come to grief under it: they cannot be ended, or wait for somebody who is not there. ``path`` is the
    place in the rulebook that it is about, ``suggestion`` what would put it right.
    """

    check: str
    message: str
    path: str
    suggestion: str
    level: Literal["error", "advice"] = "advice"
    story: tuple[str, ...] = ()

    def __str__(self) -> str:
        story = f" ({' → '.join(self.story)})" if self.story else ""
        return f"{self.check}: {self.message}{story} @ {self.path}; {self.suggestion}"


def check(rulebook: Rulebook) -> tuple[Advice, ...]:
    """Return what the checks find, errors first, in the order of their names; nothing found is an empty tuple."""
    places = _explore(rulebook)
    stories: dict[str, tuple[str, ...]] = {}
    for (state, _), story in places.items():
        stories.setdefault(state, story)
    found = [
        *_unreachable(rulebook, stories),
        *_dead_ends(rulebook, stories),
        *_unwatched(rulebook, places),
        *_idle_clocks(rulebook, places),
        *_waiting_clocks(rulebook, places),
        *_too_early(rulebook),
        *_no_parents(rulebook),
        *_no_register(rulebook),
        *_idle_grants(rulebook),
        *_idle_roles(rulebook),
        *_vacant_roles(rulebook),
    ]
    return tuple(sorted(found, key=lambda row: (row.level != "error", row.check, row.message)))


# --- what can be done, and what cases can come to ---------------------------------------------------------------------


def granted(rulebook: Rulebook) -> frozenset[str]:
    """Return the actions that can be taken: by a role that may, as part of another act, or by a rung of the ladder.

    Where the register has grants, a role counts that somebody is granted, or that every sender has.
    """
    return _granted(rulebook, _held(rulebook))


def reached(rulebook: Rulebook) -> frozenset[str]:
    """Return the states that granted actions can bring a case into."""
    return frozenset(state for state, _ in _explore(rulebook))


def _held(rulebook: Rulebook) -> frozenset[str]:
    register = rulebook.register
    if register is None or not register.grant:
        return frozenset(rulebook.roles)
    given = {grant.role for grant in register.grant}
    return frozenset(name for name, role in rulebook.roles.items() if name in given or role.scope == "own")


def _granted(rulebook: Rulebook, roles: Iterable[str]) -> frozenset[str]:
    outline = rulebook.outline
    may = {action for name in roles for action in rulebook.roles[name].may} & COMMANDS.keys()
    if "approve" in may and rulebook.gates:
        may.add(PUBLISH)
    if any(row.on != PUBLISH for row in outline.approval):
        may.add("request")
    if any("previous" in row.returns for row in outline.approval) and "return" in may:
        may.add("step_back")
    if "answer" in may and any(form.revisit for form in outline.order):
        may.add("revisit")
    if outline.intake.duplicate and outline.intake.duplicate.do == "merge":
        may.add("merge")
    for rung in outline.rung:
        if rung.mode == "auto" or "take_up" in may:
            may.update(act for line in rung.do if (act := EFFECTS[line.partition(":")[0]]))
    return frozenset(may)


def _explore(rulebook: Rulebook, *, always: bool = False) -> dict[_Place, tuple[str, ...]]:
    """Return every reachable (state, running clocks) with a shortest story; *always*: of clocks that every case has."""
    life, actions = rulebook.lifecycle, sorted(granted(rulebook))
    first: _Place = (life.initial, _ticking(rulebook, frozenset(), RECEIVE, life.initial, always=always))
    stories: dict[_Place, tuple[str, ...]] = {first: (RECEIVE,)}
    queue = deque([first])
    while queue:
        state, clocks = queue.popleft()
        for action in actions:
            dest = life.table.get((state, action))
            if dest is None:
                continue
            place = dest, _ticking(rulebook, clocks, action, dest, always=always)
            if place not in stories:
                stories[place] = (*stories[state, clocks], action)
                queue.append(place)
    return stories


def _ticking(rulebook: Rulebook, clocks: frozenset[str], action: str, state: str, *, always: bool = False) -> frozenset[str]:
    happened = {action, state}
    if rulebook.lifecycle.states[state].kind == "final":
        return frozenset()
    running = {name for name in clocks if happened.isdisjoint(rulebook.clocks[name].stops_on)}
    running |= {rule.id for rule in rulebook.clocks.values() if not happened.isdisjoint(rule.starts_on)}
    turns = ((rule.id, {"return": rule.on.return_, "reopen": rule.on.reopen}) for rule in rulebook.clocks.values())
    running |= {name for name, turn in turns if turn.get(action)}  # what stopped goes on, or starts anew
    return frozenset(name for name in running if not (always and rulebook.clocks[name].when))


# --- the checks -------------------------------------------------------------------------------------------------------


def _unreachable(rulebook: Rulebook, stories: _Stories) -> Iterator[Advice]:
    """Yield the states that no case gets into though the one before can be reached, and that none can be closed."""
    life = rulebook.lifecycle
    missing: dict[str, set[str]] = {}
    for (source, action), dest in life.table.items():
        if source in stories and dest not in stories and action in COMMANDS:
            missing.setdefault(dest, set()).add(action)
    closed = [name for name, state in life.states.items() if state.kind == "closed"]
    stuck = bool(closed) and stories.keys().isdisjoint(closed)
    if stuck:
        leading = sorted({action for (source, action), dest in life.table.items() if dest in closed and source not in closed})
        yield Advice(
            check="no end",
            level="error",
            message=f"no case can ever be closed: no story of granted actions comes to {listed(map(repr, closed))}",
            path="roles",
            suggestion=f"grant {listed(leading)}, and what leads there, to a role that somebody holds",
        )
    for dest, actions in missing.items():
        if not (stuck and dest in closed):
            yield Advice(
                check="unreachable",
                message=f"no case can come into state {dest!r}: nobody is granted {listed(sorted(actions))}",
                path=_place_of(rulebook, dest),
                suggestion=f"grant it under [roles.….may], or drop the state: [lifecycle] drop_states = [{dest!r}]",
            )


def _place_of(rulebook: Rulebook, state: str) -> str:
    rows = rulebook.outline.lifecycle.state
    return next((f"lifecycle.state[{at}]" for at, row in enumerate(rows) if row.name == state), "lifecycle")


def _dead_ends(rulebook: Rulebook, stories: _Stories) -> Iterator[Advice]:
    """Yield the states from which granted actions lead to no end, or from which only the sender's do."""
    offices = [name for name in _held(rulebook) if rulebook.roles[name].scope != "own"]
    ending, by_offices = (_ending(rulebook, actions) for actions in (granted(rulebook), _granted(rulebook, offices)))
    for state, story in stories.items():
        if state in by_offices:
            continue
        alone = state in ending
        known = rulebook.lifecycle.states[state]
        message = (
            f"from {state!r} only the sender can lead on to an end"
            if alone
            else f"from {state!r} no granted action leads to an end"
        )
        leaving = sorted({action for (source, action), dest in rulebook.lifecycle.table.items() if source == state != dest})
        yield Advice(
            check="dead end",
            level="advice" if alone and known.kind == "waiting" else "error",
            message=message,
            path="roles",
            suggestion=f"grant a way out of it to an office, under [roles.….may]: {listed(leaving)}",
            story=story,
        )


def _ending(rulebook: Rulebook, actions: frozenset[str]) -> set[str]:
    life = rulebook.lifecycle
    ends = {name for name, state in life.states.items() if state.kind in ("closed", "final")}
    while more := {source for (source, action), dest in life.table.items() if action in actions and dest in ends} - ends:
        ends |= more
    return ends


def _unwatched(rulebook: Rulebook, places: Mapping[_Place, tuple[str, ...]]) -> Iterator[Advice]:
    """Yield the open states in which a case can stay without a running clock, but for those that the rulebook exempts."""
    exempt = rulebook.outline.lifecycle.unwatched
    if not rulebook.clocks:
        message = "no clock is declared: a case can stay in any state for ever and is never late"
        suggestion = "declare one: [[clock]] with starts_on = 'receive', stops_on = 'close' and a limit"
        yield Advice(check="no clock", message=message, path="clock", suggestion=suggestion)
        return
    seen = set()
    for (state, clocks), story in places.items():
        if not clocks and rulebook.lifecycle.states[state].kind == "open" and state not in seen:
            seen.add(state)
            if state not in exempt:
                yield Advice(
                    check="no clock",
                    message=f"a case can stay in {state!r} with no clock running",
                    path="clock",
                    suggestion=f"let a clock run there, or say why none need: [lifecycle.unwatched] {state} = 'why'",
                    story=story,
                )
    watched = {state for state, _ in places} - {state for state, clocks in _explore(rulebook, always=True) if not clocks}
    for state in exempt:
        if state in watched or state not in {state for state, _ in places}:
            message = f"{state!r} is exempt from having a clock, and one always runs there"
            yield Advice(
                check="idle exemption", message=message, path=f"lifecycle.unwatched.{state}", suggestion="take the line out"
            )


def _idle_clocks(rulebook: Rulebook, places: Mapping[_Place, tuple[str, ...]]) -> Iterator[Advice]:
    running = {name for _, clocks in places for name in clocks}
    at = {clock.id: f"clock[{number}]" for number, clock in enumerate(rulebook.outline.clock)}
    at |= {form.clock.id: f"order[{number}].answer" for number, form in enumerate(rulebook.outline.order) if form.clock}
    for name, clock in rulebook.clocks.items():
        ends = [act for act in clock.starts_on if _ends_for_good(rulebook, act)]
        if ends:
            message = f"clock {name!r} never starts on {listed(ends)}: that ends a case for good, and no clock runs after it"
            suggestion = "take that out of starts_on, and let whoever keeps the cases watch what is due after their end"
            yield Advice(check="idle clock", message=message, path=f"{at[name]}.starts_on", suggestion=suggestion)
        if name not in running and len(ends) < len(clock.starts_on):
            yield Advice(
                check="idle clock",
                message=f"clock {name!r} never starts: nobody is granted what starts it",
                path=at[name],
                suggestion=f"grant {listed(clock.starts_on)} to a role that somebody holds, or take the clock out",
            )


def _ends_for_good(rulebook: Rulebook, happening: str) -> bool:
    """Return whether an act, or coming into a state, always leaves a case in a state that it never leaves."""
    life = rulebook.lifecycle
    dests = {dest for (_, action), dest in life.table.items() if action == happening} or {happening}
    return all(state in life.states and life.states[state].kind == "final" for state in dests)


def _waiting_clocks(rulebook: Rulebook, places: Mapping[_Place, tuple[str, ...]]) -> Iterator[Advice]:
    """Yield the clocks that wait for a new unit's acceptance while no other one runs: that unit is never late."""
    waiting = {clock.id: number for number, clock in enumerate(rulebook.outline.clock) if clock.on.transfer == "restart-on-accept"}
    for (state, clocks), story in places.items():
        dest = rulebook.lifecycle.table.get((state, "assign"))
        stopped = sorted(waiting.keys() & clocks)
        if dest is None or not stopped or "assign" not in story:  # before the first assignment nobody hands a case on
            continue
        if not _ticking(rulebook, clocks, "assign", dest) - waiting.keys():
            yield Advice(
                check="waiting clock",
                message=f"clock {stopped[0]!r} waits for the next unit's acceptance, and a unit that never accepts is never late",
                path=f"clock[{waiting[stopped[0]]}].on.transfer",
                suggestion="give acceptance a clock (starts_on = 'assign', stops_on = 'accept'), or let transfer = 'restart'",
                story=(*story, "assign"),
            )
            return


def _too_early(rulebook: Rulebook) -> Iterator[Advice]:
    """Yield what asks for a class as a message comes in, when its case has none."""
    outline = rulebook.outline
    rows = [(rung.when, f"rung[{at}]", f"rung {rung.id!r}") for at, rung in enumerate(outline.rung) if rung.on == f"done:{RECEIVE}"]
    rows += [(row.when, f"notify[{at}]", "a notice") for at, row in enumerate(outline.notify) if row.on == RECEIVE]
    for when, path, what in rows:
        asked = [name for name, value in rulebook.conditions[when].compared() if value and name in outline.classes] if when else []
        if asked:
            yield Advice(
                check="too early",
                message=f"{what} asks for {asked[0]} when a message comes in, and a case has its classes from its review on",
                path=f"{path}.when",
                suggestion="let it wait for the review: on = " + ("'done:review'" if path.startswith("rung") else "'review'"),
            )
    for at, clock in enumerate(outline.clock):
        if set(clock.starts_on) != {RECEIVE} or any((clock.on.reclassify, clock.on.return_, clock.on.transfer, clock.on.reopen)):
            continue  # it may take another limit later
        for line, row in enumerate(clock.limit):
            pairs = rulebook.conditions[row.when].compared() if row.when else ()
            asked = [name for name, value in pairs if value and name in outline.classes]
            if asked:
                yield Advice(
                    check="too early",
                    message=f"clock {clock.id!r} asks for {asked[0]} when a message comes in, and a case has its classes from its "
                    "review on",
                    path=f"clock[{at}].limit[{line}].when",
                    suggestion="let the review choose the limit anew: on = { reclassify = 'recompute' }",
                )


def _no_parents(rulebook: Rulebook) -> Iterator[Advice]:
    """Yield the forms that go to the unit above, where the register has units that stand neither above nor below another."""
    register = rulebook.register
    alone = [unit.name for unit in register.unit if not unit.parent and not register.children(unit.name)] if register else []
    for number, form in enumerate(rulebook.outline.order):
        if "parent" in form.to and alone:
            yield Advice(
                check="no parent",
                message=f"order {form.id!r} goes to the unit above, and there is none above {listed(alone, most=_MOST)}; "
                "there it goes to the unit itself",
                path=f"order[{number}].to",
                suggestion="give each a parent in the register, or name a role beside it: to = ['parent', 'supervisor']",
            )


def _no_register(rulebook: Rulebook) -> Iterator[Advice]:
    """Yield, where there is no register, the names that only a register could tell right from wrong."""
    if rulebook.register is not None:
        return
    outline = rulebook.outline
    known = {*COUNTED, *RESTS, *RATES, *LATE_COUNTS, *outline.figures, *outline.labels}
    named = [(row.set["unit"], f"route[{at}].set.unit") for at, row in enumerate(outline.route) if "unit" in row.set]
    named += [(name, f"schedule[{at}].groups") for at, row in enumerate(outline.schedule) for name in row.groups]
    for at, row in enumerate(outline.schedule):
        named += [(name, f"schedule[{at}].figures") for name in row.figures if name not in known]
    if named:
        yield Advice(
            check="no register",
            message=f"nothing says whether there is {listed(dict.fromkeys(repr(name) for name, _ in named), most=_MOST)}",
            path=named[0][1],
            suggestion="lay the register of units beside the rulebook, as register.toml or NAME.register.toml",
        )


def _idle_grants(rulebook: Rulebook) -> Iterator[Advice]:
    for name, role in rulebook.roles.items():
        for action in sorted(set(role.may) - COMMANDS.keys() - _BESIDE):
            message = f"role {name!r} may {action}, and no command does it"
            yield Advice(
                check="idle grant", message=message, path=f"roles.{name}.may", suggestion="take it out: it is never asked for"
            )


def _idle_roles(rulebook: Rulebook) -> Iterator[Advice]:
    for name, role in rulebook.roles.items():
        if not role.may:
            message = f"role {name!r} may do nothing"
            yield Advice(
                check="idle role",
                message=message,
                path=f"roles.{name}.may",
                suggestion="grant it something, if only: may = ['note']",
            )


def _vacant_roles(rulebook: Rulebook) -> Iterator[Advice]:
    """Yield the roles that rules wait for, address or tell, and that nobody holds; of a unit's role, the units that have nobody."""
    register = rulebook.register
    if register is None or not register.grant:
        return
    for name, paths in _called_upon(rulebook).items():
        lacking = _lacking(rulebook, register, name)
        if lacking is None:
            continue
        gates = [path for path in paths if path.startswith("approval")]
        path = (gates or paths)[0]
        others = [place for place in paths if place != path]
        message = f"role {name!r} is held by nobody{f' for {listed(lacking, most=_MOST)}' if lacking else ''}"
        waits = "; what waits at its gate waits for ever" if gates else ""
        also = f" (and named at {listed(others, most=_MOST)})" if others else ""
        suggestion = f"add a [[grant]] with role = {name!r} to the register{' for each' if lacking else ''}"
        yield Advice(
            check="vacant role",
            level="error" if gates else "advice",
            message=f"{message}{waits}{also}",
            path=path,
            suggestion=suggestion,
        )


def _called_upon(rulebook: Rulebook) -> dict[str, list[str]]:
    """Return the roles that rules name, each with the paths where they do."""
    outline = rulebook.outline
    named: list[tuple[str, str]] = []
    named += [(role, f"approval[{at}].by") for at, row in enumerate(outline.approval) for role in row.by]
    named += [(row.extend.approve, f"clock[{at}].extend.approve") for at, row in enumerate(outline.clock) if row.extend]
    named.append((outline.consultation.convener, "consultation.convener"))
    for at, form in enumerate(outline.order):
        named += [
            (role, f"order[{at}].{key}") for key, roles in (("by", form.by), ("to", form.roles), ("cc", form.cc)) for role in roles
        ]
        named.append((form.answer.cleared_by, f"order[{at}].answer.cleared_by"))
    named += [(role, f"rung[{at}].do") for at, rung in enumerate(outline.rung) for role in rung.effects("notify")]
    named += [(role, f"notify[{at}].to") for at, row in enumerate(outline.notify) for role in row.to]
    named += [(role, f"schedule[{at}].to") for at, row in enumerate(outline.schedule) for role in row.to]
    found: dict[str, list[str]] = {}
    for role, path in named:
        if role in outline.roles and path not in found.setdefault(role, []):
            found[role].append(path)
    return found


def _lacking(rulebook: Rulebook, register: Register, name: str) -> tuple[str, ...] | None:
    """Return the units, or boards, for which nobody holds a role; () where nobody holds it at all, None where nothing lacks."""
    role = rulebook.roles[name]
    if role.scope == "own":
        return None
    people = dict.fromkeys(grant.person for grant in register.grant)
    grants = [grant for person in people for grant in register.grants_of(person) if grant.role == name]
    if not grants:
        return ()
    scopes = {grant.scope or role.scope for grant in grants}
    if scopes == {"board"}:
        lacking = [board for board in register.boards if not any(board in grant.boards for grant in grants)]
    elif scopes == {"unit"}:
        units = {grant.unit for grant in grants}
        lacking = [
            unit for unit in register.names if unit not in units and not (role.below and units.intersection(register.above(unit)))
        ]
    else:
        return None
    return tuple(lacking) or None
