"""What is ordered about a case, what follows an answer, and how the case is kept: the ladder, orders, revisits, ratings, notes."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..sla import Deadline
from .payload import Payload, Ref

# --- orders, the ladder, revisits ------------------------------------------------------------------------------------


class RungFired(Payload, frozen=True, kw_only=True):
    """A rung of the ladder was due. ``occasion`` is unique: rung, clock or count, run, repetition; each fires once.

    ``mode`` "propose" records a proposal for a person to decide on; "auto" is followed by the events it brought about. ``units``
    are those that it is about; version 1 had none of them, and was about those that had the case.
    """

    kind = "rung_fired"
    v = 2
    rung: str
    occasion: str
    mode: str
    effects: tuple[str, ...]
    units: tuple[str, ...] = ()


class RungTakenUp(Payload, frozen=True, kw_only=True):
    """A person took up what a rung had proposed; what that brought about follows."""

    kind = "rung_taken_up"
    occasion: str
    effects: tuple[str, ...]


class RungDismissed(Payload, frozen=True, kw_only=True):
    """A person decided against what a rung had proposed."""

    kind = "rung_dismissed"
    occasion: str
    reason: Ref


class OrderIssued(Payload, frozen=True, kw_only=True):
    """An order was issued: ``order`` is its id within the case, ``number`` its document number in its series.

    ``to`` are the units that it went to, ``roles`` the roles, ``cc`` the roles that got a copy. Version 1 had no ``roles``.
    """

    kind = "order_issued"
    v = 2
    order: str
    form: str
    number: str
    to: tuple[str, ...]
    roles: tuple[str, ...] = ()
    cc: tuple[str, ...]
    document: Ref | None
    rung: str | None
    answer_wanted: bool


class OrderAnswered(Payload, frozen=True, kw_only=True):
    """An order was answered, by a unit or, in ``unit``, by a role that it went to."""

    kind = "order_answered"
    order: str
    unit: str
    answer: Ref


class OrderCleared(Payload, frozen=True, kw_only=True):
    """An order was struck off (销号)."""

    kind = "order_cleared"
    order: str


class Revisited(Payload, frozen=True, kw_only=True):
    """The unit or the citizen (``whom``) was asked again after a reply: solved, satisfied, and if not, whose fault."""

    kind = "revisited"
    whom: str
    how: str
    order: str | None
    solved: bool | None
    satisfied: bool | None
    fault: str | None
    note: Ref | None


class Rated(Payload, frozen=True, kw_only=True):
    """The sender rated the handling; ``count`` counts this case's ratings of dissatisfaction."""

    kind = "rated"
    satisfied: bool
    comment: Ref | None
    count: int


class Instructed(Payload, frozen=True, kw_only=True):
    """A leader, by id, wrote an instruction on the case (批示); ``to`` are the units that it is addressed to."""

    kind = "instructed"
    leader: str
    instruction: Ref
    to: tuple[str, ...]


class Praised(Payload, frozen=True, kw_only=True):
    """The sender thanked or praised (好评)."""

    kind = "praised"
    praise: Ref


class Viewed(Payload, frozen=True, kw_only=True):
    """The view count was reported by the portal (点击量): the count so far."""

    kind = "viewed"
    views: int


class Noted(Payload, frozen=True, kw_only=True):
    """An internal note."""

    kind = "noted"
    note: Ref


# --- keeping ---------------------------------------------------------------------------------------------------------


class ClockMoved(msgspec.Struct, frozen=True, kw_only=True):
    """What a move to another version of the rulebook did to one clock, with its due moment and what it had left, old and new.

    It was ``counted`` anew, ``started`` as of the act that starts it, ``stopped`` as of the one that stops it, or ``cancelled``
    because its rule is gone; or its ``rungs`` alone are others.
    """

    clock: str
    change: Literal["counted", "started", "stopped", "cancelled", "rungs"]
    old: Deadline | None
    new: Deadline | None
    old_left: int | None = None
    new_left: int | None = None


class RulebookMoved(Payload, frozen=True, kw_only=True):
    """The case was moved to another version of its rulebook, explicitly: from ``old`` to ``new``, each with its digest.

    ``clocks`` says what that changed, ``passed`` names the occasions of the ladder that lay before the move: they do not fire.
    Version 1 had neither of them, no ``old_digest`` and no ``reason``.
    """

    kind = "rulebook_moved"
    v = 2
    old: str
    new: str
    rulebook: str
    rulebook_digest: str
    old_digest: str = ""
    reason: Ref | None = None
    clocks: tuple[ClockMoved, ...] = ()
    passed: tuple[str, ...] = ()


class Erased(Payload, frozen=True, kw_only=True):
    """Personal data was erased; the chain of events is untouched."""

    kind = "erased"
    texts: tuple[Ref, ...]
    ground: str
