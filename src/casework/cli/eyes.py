"""With whose eyes something is printed: a person's, a role's, the trusted operator's, or nobody's in particular."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ..errors import InputError, NotPermitted, listed, nearest
from ..languages import Lang, chinese

if TYPE_CHECKING:
    from ..cases import Case
    from ..desk import Desk
    from ..events import Event, Ref
    from ..privacy import Sight
    from ..rulebook import Rulebook
    from ..units import Actor

SeenAs = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="PERSON|ROLE",
        help="Print what they see: a role, or a person of the register (or PERSON:ROLE[:UNIT][@BOARD,…]), who sees the cases in "
        "their scope. Left out, the sender is masked throughout.",
    ),
]
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Mask nothing: for the trusted operator.")]


class Eyes(NamedTuple):
    """How somebody sees one case, and those of its events and texts that they may read, masked."""

    sight: Sight
    history: tuple[Event, ...]
    texts: Mapping[Ref, str]
    book: Rulebook

    def who(self, actor: str, role: str, lang: Lang) -> str:
        """Return who acted: for the sender the role, for everybody else the person too."""
        known = self.book.roles.get(role)
        if self.sight.own:
            return ((known.zh if chinese(lang) else known.en) if known else "") or role
        return f"{self.sight.person(actor)} ({role})"


def eyes_of(desk: Desk, case: Case, seen_as: str | None, *, unmasked: bool = False) -> Eyes:
    """Return how *seen_as* sees a case; None: as somebody who sees nothing of the sender.

    `NotPermitted` where a person may not see it; whoever is named by a role alone has the case in their scope.
    """
    from ..timeline import readable, readable_texts

    book = desk.rulebook_of(case)
    sight = _sight(desk, case, book, seen_as, unmasked=unmasked)
    history, texts = desk.history(case.id), desk.store.texts(case.id)
    return Eyes(sight, readable(history, texts, sight), readable_texts(history, case, texts, sight), book)


def shown_to(desk: Desk, seen_as: str | None, *, inside: bool = False) -> Callable[[str], bool]:
    """Return what tells the cases, by id, that a ledger for *seen_as* may list: those in the scope of a person, else all.

    What is kept *inside* offices, senders do not see at all.
    """
    if seen_as is None:
        return lambda case: True
    role, person = named_by(seen_as, desk.rulebook)
    own = role in desk.rulebook.roles and desk.rulebook.roles[role].scope == "own"
    if own and inside:
        raise InputError(
            f"orders are between offices; the role {role!r}, which is whoever sent a message, sees none", value=seen_as
        )
    if own and person is None:
        raise InputError(f"the role {role!r} is whoever sent a message; name the person: --as PERSON:{role}", value=seen_as)

    def shown(case: str) -> bool:
        try:
            return person is None or bool(desk.view(case, by=person))
        except NotPermitted:
            return False

    return shown


def named_by(text: str, book: Rulebook) -> tuple[str, Actor | None]:
    """Read ``--as``: the role that somebody sees by, and who they are where a person is named."""
    from .acts import actor_named

    labels = {label: name for name, role in book.roles.items() for label in (role.zh, role.en, name) if label}
    if text in labels:
        return labels[text], None
    register = book.register
    people = sorted({row.id for row in register.person} | {row.person for row in register.grant}) if register else []
    if ":" not in text and "：" not in text and text not in people:
        choices = [*book.roles, *people]
        known = f"(roles: {listed(sorted(book.roles))}; people of the register: {listed(people) or 'none'})"
        raise InputError(f"no role and no person is called {text!r}{nearest(text, choices)} {known}", value=text)
    person = actor_named(text, book, option="--as")
    return person.role, person


def _sight(desk: Desk, case: Case, book: Rulebook, seen_as: str | None, *, unmasked: bool) -> Sight:
    from ..privacy import Role, Sight

    if unmasked and seen_as is not None:
        raise InputError("--as masks what somebody does not see, --unmasked masks nothing: give one of them", value=seen_as)
    if unmasked:
        return Sight(Role(scope="any", sees=("sender.*",)), desk.message(case.id).sender)
    if seen_as is None:
        return desk.sight(case.id)
    role, person = named_by(seen_as, book)
    if person is not None:
        desk.view(case.id, by=person)  # or NotPermitted: it lies outside their scope
    return desk.sight(case.id, role)
