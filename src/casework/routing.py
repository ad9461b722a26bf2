"""Rules that propose where a case goes: unit, track, class. They propose; a person decides, and the case keeps both.

A rule names a unit, or leaves it to the place: the unit that answers for where the matter lies (属地).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator

from .conditions import NAMES, Condition
from .errors import nearest
from .messages import Message
from .opinions import Proposal
from .units import Register

PLACE: Final = "@place"
"""In the place of a unit's name: whichever unit of the register answers for the message's place."""
BY_PLACE: Final = "the unit answers for the message's place"
PLACELESS: Final = "the message names no place"
NOBODYS: Final = "no unit of the register alone answers for the message's place"
NO_REGISTER: Final = "there is no register to say which unit answers for a place"
FAILED: Final = "the rule failed: "


class Route:
    """What a routing function returns: a unit (or ``"@place"``), classes by their axis, and the reason.

    ``Route(unit="住建局", track="special", reason="heating season")``
    """

    __slots__ = ("classes", "reason", "unit")

    def __init__(self, *, unit: str | None = None, reason: str = "", **classes: str) -> None:
        self.unit: Final = unit
        self.reason: Final = reason
        self.classes: Final = classes

    def __repr__(self) -> str:
        return f"Route(unit={self.unit!r}, reason={self.reason!r}, {self.classes!r})"


RoutingFunction = Callable[[Message], Route | None]
"""An integrator's rule in Python: a function; None is "no opinion"."""


class RouteRule(BaseModel):
    """A routing rule in a rulebook: ``when`` a condition holds, ``set`` a unit and classes; or the ``call`` of a function.

    The unit ``"@place"`` is the one that answers for the message's place. ``call`` is the name under which the host registered the
    function with the desk.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    when: str = ""
    set: dict[str, str] = {}
    call: str = ""
    reason: str = ""
    source: str = ""
    assumption: str = ""

    @field_validator("set")
    @classmethod
    def _by_name_or_place(cls, value: dict[str, str]) -> dict[str, str]:
        unit = value.get("unit", "")
        if unit.startswith("@") and unit != PLACE:
            raise ValueError(f"a rule names a unit, or leaves it to the place by {PLACE!r}; not {unit!r}{nearest(unit, [PLACE])}")
        return value


def failed(proposal: Proposal) -> bool:
    """Return whether a rule could not be asked, and so proposes nothing."""
    return proposal.unit is None and not proposal.classes and proposal.reason.startswith(FAILED)


def propose(
    rules: Sequence[RouteRule],
    message: Message,
    facts: Mapping[str, Any],
    *,
    conditions: Mapping[str, Condition],
    functions: Mapping[str, RoutingFunction],
    register: Register | None = None,
) -> tuple[Proposal, ...]:
    """Return every rule's proposal for *message*, in the rulebook's order; *conditions* are compiled by their text.

    A class that the case has not, and that a rule proposes, the conditions of the rules after it see as if it were set. Where
    nobody answers for a place, the proposal has no unit, and its reason says so. No rule can make this fail.
    """
    found: list[Proposal] = []
    known = dict(facts)
    for rule in rules:
        try:
            proposal = _proposal(rule, message, known, conditions, functions, register)
        except Exception as error:  # noqa: BLE001 - a rule that fails must not cost a citizen's message; its words may be personal
            proposal = Proposal(rule=rule.id, unit=None, classes={}, reason=f"{FAILED}{type(error).__name__}")
        if proposal is not None:
            found.append(proposal)
            known |= {axis: value for axis, value in proposal.classes.items() if axis not in NAMES and known.get(axis) == ""}
    return tuple(found)


def _proposal(
    rule: RouteRule,
    message: Message,
    facts: Mapping[str, Any],
    conditions: Mapping[str, Condition],
    functions: Mapping[str, RoutingFunction],
    register: Register | None,
) -> Proposal | None:
    if rule.when and not conditions[rule.when].holds(facts):
        return None
    if rule.call:
        route = functions[rule.call](message)
        if route is None:
            return None
        unit, classes, reason = route.unit, dict(route.classes), route.reason or rule.reason
    else:
        unit, reason = rule.set.get("unit"), rule.reason or rule.when
        classes = {axis: value for axis, value in rule.set.items() if axis != "unit"}
    if unit == PLACE:
        unit, told = _answering(message.place, register)
        reason = reason if unit and reason else "; ".join(filter(None, (reason, told)))
    # What a function returned is checked before it can be stored.
    return msgspec.convert({"rule": rule.id, "unit": unit, "classes": classes, "reason": reason}, Proposal)


def _answering(place: str | None, register: Register | None) -> tuple[str | None, str]:
    """Return the unit that answers for a place and why, or None and why not; the place is the sender's word and not repeated."""
    if not place:
        return None, PLACELESS
    if register is None:
        return None, NO_REGISTER
    unit = register.answers_for(place)
    return (unit.name, BY_PLACE) if unit else (None, NOBODYS)
