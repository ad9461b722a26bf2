"""Who may do what, and who sees what: denied unless the rulebook grants it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from .cases import Case
from .messages import Sender
from .units import Actor, Scope


class Role(BaseModel):
    """What a role may do (actions), and on which cases: ``scope``.

    - ``any``: every case;
    - ``board``: cases of the boards that the actor manages;
    - ``unit``: cases that the actor's unit has now (cases that it had may still be viewed);
    - ``own``: cases whose sender the actor is.

    ``sees`` names the sender's fields that are shown to it (``"sender.*"`` for all); the message itself is seen by whoever may
    see the case.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    zh: str = ""
    en: str = ""
    scope: Scope
    may: tuple[str, ...] = ()
    sees: tuple[str, ...] = Field(default=())
    source: str = ""
    assumption: str = ""

    def shows(self, field: str) -> bool:
        """Return whether a field such as ``"sender.phone"`` is shown to this role."""
        return any(field == seen or (seen.endswith(".*") and field.startswith(seen[:-1])) for seen in self.sees)


def refusal(roles: Mapping[str, Role], actor: Actor, action: str, case: Case | None, *, sender: str = "") -> str:
    """Return why *actor* may not do *action* on *case*; an empty string where the rulebook grants it."""
    role = roles.get(actor.role)
    if role is None:
        return f"the rulebook has no role {actor.role!r} (roles: {', '.join(sorted(roles))})"
    if action not in role.may:
        able = [name for name, other in sorted(roles.items()) if action in other.may]
        return f"role {actor.role!r} has no right to it (roles that have: {', '.join(able) or 'none'})"
    if case is None:
        return ""
    if role.scope == "unit" and action == "answer" and any(actor.unit in order.to for order in case.orders):
        return ""  # whoever an order went to may answer it, with the case or without it
    row = case.assignment(actor.unit)
    if role.scope == "unit" and row and row.status in ("declined", "ended"):
        return f"{actor.unit} has the case no longer: its assignment is {row.status}"
    return out_of_scope(role, actor, case, sender=sender)


def out_of_scope(role: Role, actor: Actor, case: Case, *, sender: str = "") -> str:
    """Return why the case lies outside the role's scope for this actor; an empty string where it lies inside."""
    if role.scope == "unit":
        if actor.unit is None:
            return f"role {actor.role!r} acts for a unit, and this actor names none"
        if case.assignment(actor.unit) is None:
            return f"the case is not with {actor.unit} (units: {', '.join(case.units) or 'none'})"
    elif role.scope == "board" and (case.board is None or case.board not in actor.boards):
        return f"the case's board is {case.board!r}, the actor's boards are: {', '.join(actor.boards) or 'none'}"
    elif role.scope == "own" and (not sender or sender != actor.id):
        return "the case was sent by somebody else"
    return ""


def masked(value: str) -> str:
    """Return a value with at most its first character left: ``"王小明"`` becomes ``"王**"``; nothing stays nothing."""
    return value[: len(value) > 1] + "*" * min(max(len(value) - 1, 1), 8) if value else ""


def seen_sender(sender: Sender, role: Role) -> Sender:
    """Return the sender as the role sees it: every field that is not granted is masked."""
    return Sender(**{name: value if role.shows(f"sender.{name}") else masked(value) for name, value in sender.model_dump().items()})
