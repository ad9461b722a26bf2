"""Who may do what, and who sees what: denied unless the rulebook grants it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from .cases import Case
from .errors import Problem, nearest
from .events import Ref
from .messages import Sender
from .redaction import masked, nothing, redactor
from .units import Actor, Grant, Register, Scope, described


class Role(BaseModel):
    """What a role may do (actions), and on which cases: ``scope``.

    - ``any``: every case;
    - ``board``: cases of the boards that the actor manages;
    - ``unit``: cases that the actor's unit has now (cases that it had may still be viewed);
    - ``own``: cases whose sender the actor is.

    With ``below`` a unit counts as having what units below it in the register have: their cases, orders and consultations.
    ``sees`` names the sender's fields that are shown to it (``"sender.*"`` for all); the message itself is seen by whoever may
    see the case.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    zh: str = ""
    en: str = ""
    scope: Scope
    below: bool = False
    may: tuple[str, ...] = ()
    sees: tuple[str, ...] = Field(default=())
    source: str = ""
    assumption: str = ""

    @model_validator(mode="after")
    def _of_units(self) -> Role:
        if self.below and self.scope == "own":
            raise ValueError("below widens what a unit has; a role of scope 'own' has no unit")
        return self

    def shows(self, field: str) -> bool:
        """Return whether a field such as ``"sender.phone"`` is shown to this role."""
        return any(field == seen or (seen.endswith(".*") and field.startswith(seen[:-1])) for seen in self.sees)


_KEPT_AS_JSON = ("message", "sender", "request")
_VIEW = ""
"""Seeing a case is no action of the lifecycle: it changes nothing."""


def refusal(
    roles: Mapping[str, Role], actor: Actor, action: str, case: Case | None, *, sender: str = "", register: Register | None = None
) -> str:
    """Return why *actor* may not do *action* on *case*; an empty string where the rulebook grants it.

    Where the *register* has grants, the actor must have one that covers the role, unit and boards it claims; roles of scope "own"
    need none. Units that are called to a consultation may give their opinion in it, and whoever an order went to may answer it,
    with the case or without it.
    """
    role = roles.get(actor.role)
    if role is None:
        return f"the rulebook has no role {actor.role!r} (roles: {', '.join(sorted(roles))})"
    if action not in role.may:
        able = [name for name, other in sorted(roles.items()) if action in other.may]
        return f"role {actor.role!r} has no right to it (roles that have: {', '.join(able) or 'none'})"
    return _judged(role, actor, case, sender, register, action)


def out_of_scope(role: Role, actor: Actor, case: Case, *, sender: str = "", register: Register | None = None) -> str:
    """Return why *actor* may not see the case; an empty string where it lies inside the scope of the role and of the actor.

    A unit sees what it has or had, and what it is called to a consultation on; as to grants see `refusal`.
    """
    return _judged(role, actor, case, sender, register, _VIEW)


def narrowed(actor: Actor, register: Register | None) -> Actor:
    """Return an actor within the scope of the grants that cover it, where each of them narrows that of the role."""
    grants = [row for row in register.grants_of(actor.id) if _covers(row, actor)] if register else []
    scopes = [row.scope for row in grants]
    if actor.scope is not None or not scopes or None in scopes:
        return actor
    return actor.model_copy(update={"scope": scopes[0]})


def acts_for(role: Role, actor: Actor, unit: str | None, register: Register | None) -> bool:
    """Return whether what *unit* has counts as the actor's: it is the actor's own unit, or below it where the role says so."""
    if actor.unit is None or unit is None:
        return False
    return actor.unit == unit or (role.below and register is not None and actor.unit in register.above(unit))


def grant_problems(roles: Mapping[str, Role], register: Register) -> Iterator[Problem]:
    """Yield what is wrong between a register's grants and the roles of a rulebook, each with its path."""
    for number, grant in enumerate(register.grant):
        path, role = f"register.grant[{number}]", roles.get(grant.role)
        if role is None:
            yield Problem(f"unknown role {grant.role!r}{nearest(grant.role, roles)}", f"{path}.role")
        elif role.scope == "own":
            yield Problem(f"role {grant.role!r} is whoever sent a message; it is granted to nobody", f"{path}.role")
        elif role.scope == "unit" and not grant.unit:
            yield Problem(f"role {grant.role!r} acts for a unit; name it", f"{path}.unit")
        elif role.scope == "board" and not grant.boards:
            yield Problem(f"role {grant.role!r} acts on boards; name them", f"{path}.boards")
        elif grant.scope == "any" != role.scope:
            yield Problem(f"a grant narrows the scope of its role, which is {role.scope!r}; 'any' would widen it", f"{path}.scope")


def _judged(role: Role, actor: Actor, case: Case | None, sender: str, register: Register | None, action: str) -> str:
    """Return why an actor in a role may not do an action, or see the case: it lies inside every scope, or by no grant."""
    grants: tuple[Grant | None, ...] = (None,)
    if register and register.grant and role.scope != "own":
        mine = register.grants_of(actor.id)
        grants = tuple(grant for grant in mine if _covers(grant, actor))
        if not grants:
            claimed = described(actor.role, actor.unit, actor.boards, None)
            return f"the register grants {actor.id} no role {claimed} (grants: {'; '.join(map(str, mine)) or 'none'})"
    if case is None:
        return ""
    whys = [_outside(role, actor, grant, case, sender, register, action) for grant in grants]
    return "" if "" in whys else whys[0]


def _covers(grant: Grant, actor: Actor) -> bool:
    """Return whether a grant gives what an actor claims; who claims less than it gives is covered."""
    return grant.role == actor.role and actor.unit in (None, grant.unit or None) and set(actor.boards) <= set(grant.boards)


def _outside(role: Role, actor: Actor, grant: Grant | None, case: Case, sender: str, register: Register | None, action: str) -> str:
    """Return why a case lies outside the scope of the role, of the actor or of the grant: it must lie inside each of them."""
    scopes = dict.fromkeys((role.scope, actor.scope, grant.scope if grant else None))
    if "board" in scopes and (case.board is None or case.board not in actor.boards):
        return f"the case's board is {case.board!r}, the actor's boards are: {', '.join(actor.boards) or 'none'}"
    if "own" in scopes and (not sender or sender != actor.id):
        return "the case was sent by somebody else"
    return _outside_unit(role, actor, case, register, action) if "unit" in scopes else ""


def _outside_unit(role: Role, actor: Actor, case: Case, register: Register | None, action: str) -> str:
    def mine(units: tuple[str, ...]) -> bool:
        return any(acts_for(role, actor, unit, register) for unit in units)

    if actor.unit is None:
        return f"role {actor.role!r} acts for a unit, and this actor names none"
    if mine(case.units):
        return ""
    had = mine(tuple(row.unit for row in case.assignments))
    called = case.consultation is not None and mine(case.consultation.units)
    ordered = any(mine(order.to) or (actor.role in order.roles and had) for order in case.orders)
    beyond = {_VIEW: had or called, "opine": called, "answer": ordered}
    if beyond.get(action):
        return ""
    row = case.assignment(actor.unit)
    if row:
        return f"{actor.unit} has the case no longer: its assignment is {row.status}"
    return f"the case is not with {actor.unit} (units: {', '.join(case.units) or 'none'})"


def seen_sender(sender: Sender, role: Role | None) -> Sender:
    """Return the sender as the role sees it: every field that is not granted is masked; no role is the public's."""
    shown = role.shows if role else nothing
    return Sender(**{name: value if shown(f"sender.{name}") else masked(value) for name, value in sender.model_dump().items()})


class Sight:
    """How one role sees one case: the sender's fields, and what people wrote, masked where the role does not see.

    No *role* is the public's: it sees no field. *others* are people whose messages belong to the same matter; an office that sees
    the fields of senders sees theirs, the sender of a case and the public never do.
    """

    def __init__(self, role: Role | None, sender: Sender, others: Iterable[Sender] = ()) -> None:
        self._role, self._whose, more = role, sender, tuple(others)
        shown = role.shows if role else nothing
        apart = role is None or role.scope == "own"
        self._read = redactor((sender, *(() if apart else more)), shown, others=more if apart else ())
        self.sender = seen_sender(sender, role)

    @property
    def own(self) -> bool:
        """Whether it is the sender of the case who looks: they see what is addressed to them, and no office's inside."""
        return self._role is not None and self._role.scope == "own"

    def text(self, text: str) -> str:
        """Return a text as it is seen."""
        return self._read(text)

    def kept(self, name: str, text: str) -> str:
        """Return a text of this *name* as it is seen; a message, a sender, a command that waits are kept as JSON, and stay so."""
        if name not in _KEPT_AS_JSON:
            return self.text(text)
        try:
            value = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return self.text(text)
        return msgspec.json.encode(self._leaves(value, name)).decode()

    def texts(self, texts: Mapping[Ref, str]) -> dict[Ref, str]:
        """Return all texts of a case as they are seen, each under its reference, without the code by which its sender asks."""
        names = {ref: ref.partition(".")[2] for ref in texts}
        return {ref: self.kept(names[ref], text) for ref, text in texts.items() if names[ref] != "code"}

    def person(self, actor: str) -> str:
        """Return who acted, by id: the sender's own reference is masked like the field that it is."""
        return self.sender.ref if self._whose.ref and actor == self._whose.ref else actor

    def wrote(self, sender: str) -> bool:
        """Return whether a message is of the case's own sender, by the particulars kept with it."""
        return bool(sender and self._whose.ref) and Sender.model_validate_json(sender).ref == self._whose.ref

    def _leaves(self, value: object, name: str) -> object:
        if isinstance(value, dict):
            if name == "sender":
                whose = Sender.model_validate(value)
                return seen_sender(whose, self._role if not self.own or whose == self._whose else None).model_dump()
            return {key: self._leaves(row, key) for key, row in value.items()}
        if isinstance(value, list):
            return [self._leaves(row, name) for row in value]
        return self.text(value) if isinstance(value, str) else value
