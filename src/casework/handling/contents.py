"""What commands name: units, classes, reasons. Each is checked against the register and the rulebook before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..actions import Command
from ..decisions import Draft
from ..errors import NotPermitted, UnknownClass, listed, nearest


def classes(draft: Draft, named: Mapping[str, str]) -> dict[str, str]:
    """Return classes that the rulebook declares; `UnknownClass` otherwise."""
    declared = draft.rulebook.outline.classes
    for axis, value in named.items():
        if axis not in declared:
            raise UnknownClass(axis, None, choices=tuple(declared), case=draft.id)
        if value not in declared[axis]:
            raise UnknownClass(axis, value, choices=declared[axis], case=draft.id)
    return dict(named)


def outcome(draft: Draft, named: str | None) -> None:
    """Check an outcome, where the rulebook declares any."""
    if named is not None and "outcome" in draft.rulebook.outline.classes:
        classes(draft, {"outcome": named})


def listed_reason(draft: Draft, action: str, reason: str, reasons: tuple[str, ...], *, what: str = "reason") -> str:
    """Return a reason of the rulebook's list; where the list is empty, any, as an event may keep it for good."""
    if not reasons:
        return draft.bare(reason)
    if reason not in reasons:
        raise draft.refuse(
            action,
            f"the rulebook lists no {what} {reason!r}{nearest(reason, reasons)} ({what}s: {listed(reasons)})",
            allowed=reasons,
        )
    return reason


def registered(draft: Draft, unit: str) -> str:
    """Return a unit's name in the register, of which an alias may have been given; `UnknownUnit` names the nearest."""
    register = draft.rulebook.register
    return register.find(unit, case=draft.id).name if register else unit


def team(draft: Draft, action: str, lead: str, assisting: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return a lead and its assisting units by their registered names, each named once."""
    first, others = registered(draft, lead), tuple(registered(draft, unit) for unit in assisting)
    if first in others or len(set(others)) < len(others):
        raise draft.refuse(action, "a unit is named twice; the lead unit does not assist itself")
    return first, others


def unit_of(draft: Draft, command: Command) -> str:
    """Return the unit of the case for which a command speaks: the actor's own, or one that somebody above units names."""
    unit = spoken_for(draft, command) or draft.case.lead or ""
    if draft.case.assignments and not draft.case.has(unit):
        raise draft.refuse(
            command.action, f"the case is not with {unit or 'a unit'} (units: {listed(draft.case.units)})", allowed=draft.case.units
        )
    return unit


def spoken_for(draft: Draft, command: Command) -> str:
    """Return the unit that a command names, which for somebody of a unit must be that unit, or else the actor's own."""
    actor = draft.actor
    named: str | None = getattr(command, "unit", None)
    if named:
        named = registered(draft, named)
    if actor.unit and named and not draft.speaks_for(named):
        why = f"acts for {actor.unit}, not for {named}"
        raise NotPermitted(command.action, actor=actor.id, role=actor.role, why=why, case=draft.id)
    return named or actor.unit or ""
