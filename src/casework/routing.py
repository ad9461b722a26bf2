"""Rules that propose where a case goes: unit, track, class. They propose; a person decides, and the case keeps both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from .conditions import Condition
from .events import Proposal
from .messages import Message


class Route:
    """What a routing function returns: a unit, classes by their axis, and the reason.

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

    ``call`` is the name under which the host registered the function with the desk.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    when: str = ""
    set: dict[str, str] = {}
    call: str = ""
    reason: str = ""
    source: str = ""
    assumption: str = ""


def propose(
    rules: Sequence[RouteRule],
    message: Message,
    facts: Mapping[str, Any],
    *,
    conditions: Mapping[str, Condition],
    functions: Mapping[str, RoutingFunction],
) -> tuple[Proposal, ...]:
    """Return every rule's proposal for *message*, in the rulebook's order; *conditions* are compiled by their text."""
    found = []
    for rule in rules:
        try:
            proposal = _proposal(rule, message, facts, conditions, functions)
        except Exception as error:  # noqa: BLE001 - a rule that fails must not cost a citizen's message; its words may be personal
            proposal = Proposal(rule=rule.id, unit=None, classes={}, reason=f"the rule failed: {type(error).__name__}")
        if proposal is not None:
            found.append(proposal)
    return tuple(found)


def _proposal(
    rule: RouteRule,
    message: Message,
    facts: Mapping[str, Any],
    conditions: Mapping[str, Condition],
    functions: Mapping[str, RoutingFunction],
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
    # What a function returned is checked before it can be stored.
    return msgspec.convert({"rule": rule.id, "unit": unit, "classes": classes, "reason": reason}, Proposal)
