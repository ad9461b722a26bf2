"""What can happen to a case: one payload for each mechanism, and the form in which events are kept for good.

An event carries every computed fact (the state after it, each clock that it changed, with due moments and calendar version), so
reading a case back needs no rulebook and no calendar. It carries no free text: what people write is personal data, lives in the
erasable text table and is named here by its reference (fields of type `Ref`).

When a payload must change, its ``v`` goes up and an upcaster in `journal` reads the older form; stored bytes never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

import msgspec

from .opinions import Finding, Proposal
from .sla import Deadline, SlaClock

Ref = str
"""Name of a text in the erasable text table, unique within its case: ``"3.reply"`` is event 3's text *reply*."""


class Payload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all payloads; ``kind`` is its name in the store, ``v`` the version of its form."""

    kind: ClassVar[str]
    v: ClassVar[int] = 1


# --- arrival and screening --------------------------------------------------------------------------------------------


class Received(Payload, frozen=True, kw_only=True):
    """A message arrived (来件) and became a case under a rulebook, which it keeps."""

    kind = "received"
    message: Ref
    channel: str
    board: str | None
    number: str | None
    place: str | None
    sender: Ref | None
    public: bool
    rulebook: str
    rulebook_digest: str
    classes: dict[str, str]


class Attached(Payload, frozen=True, kw_only=True):
    """The same matter came by a further channel and was attached to this case."""

    kind = "attached"
    message: Ref
    channel: str
    number: str | None


class Routed(Payload, frozen=True, kw_only=True):
    """Rules proposed where the case should go; each proposal keeps its rule and its reason."""

    kind = "routed"
    proposals: tuple[Proposal, ...]


class Overruled(Payload, frozen=True, kw_only=True):
    """A person decided otherwise than the rules proposed."""

    kind = "overruled"
    rule: str
    proposed: str
    chosen: str
    reason: Ref | None


class Reviewed(Payload, frozen=True, kw_only=True):
    """The office screened and registered the message (登记受理)."""

    kind = "reviewed"
    classes: dict[str, str]
    note: Ref | None


class Rejected(Payload, frozen=True, kw_only=True):
    """The office refused the message; ``exit`` is the class that the reason belongs to (invalid, duplicate, transferred)."""

    kind = "rejected"
    reason: str
    exit: str
    explanation: Ref | None


class Transferred(Payload, frozen=True, kw_only=True):
    """The case went to a body outside this desk."""

    kind = "transferred"
    to: str
    reason: str
    explanation: Ref | None


class Withdrawn(Payload, frozen=True, kw_only=True):
    """The sender took the message back."""

    kind = "withdrawn"
    reason: str
    explanation: Ref | None


class Merged(Payload, frozen=True, kw_only=True):
    """The case was found to repeat an earlier one, which survives."""

    kind = "merged"
    into: str
    rule: str | None


class Absorbed(Payload, frozen=True, kw_only=True):
    """A later case was merged into this one and counts as a repeat."""

    kind = "absorbed"
    other: str
    channel: str
    repeats: int


class Reclassified(Payload, frozen=True, kw_only=True):
    """A class of the case was changed."""

    kind = "reclassified"
    axis: str
    old: str | None
    new: str
    reason: Ref | None


class Disclosed(Payload, frozen=True, kw_only=True):
    """The case was opened to the public, or closed to it."""

    kind = "disclosed"
    public: bool
    reason: Ref | None


# --- assignments ------------------------------------------------------------------------------------------------------


class Assigned(Payload, frozen=True, kw_only=True):
    """The case was handed to a lead unit and assisting ones; ``instead_of`` is the lead that it was taken from.

    Version 1 had one field ``unit``; version 2 has ``lead`` and ``assisting``.
    """

    kind = "assigned"
    v = 2
    lead: str
    assisting: tuple[str, ...]
    instead_of: str | None
    rule: str | None
    note: Ref | None


class Accepted(Payload, frozen=True, kw_only=True):
    """A unit accepted its assignment (签收)."""

    kind = "accepted"
    unit: str


class Declined(Payload, frozen=True, kw_only=True):
    """A unit handed its assignment back; ``count`` counts this case's declines.

    ``lead`` is the lead unit after a lead declined: none, the unit that was asked first, or the same one, which then stays
    responsible. Unset (as always in version 1), it is as it was.
    """

    kind = "declined"
    v = 2
    unit: str
    reason: str
    explanation: Ref | None
    count: int
    lead: str | msgspec.UnsetType | None = msgspec.UNSET


class Contacted(Payload, frozen=True, kw_only=True):
    """A unit spoke with the sender."""

    kind = "contacted"
    unit: str
    how: str
    note: Ref | None


class Contributed(Payload, frozen=True, kw_only=True):
    """An assisting unit handed its part to the lead (协办意见)."""

    kind = "contributed"
    unit: str
    text: Ref


class ContributionReturned(Payload, frozen=True, kw_only=True):
    """An assisting unit's part went back to it; ``count`` counts this case's."""

    kind = "contribution_returned"
    unit: str
    reasons: tuple[str, ...]
    explanation: Ref | None
    count: int


class Promised(Payload, frozen=True, kw_only=True):
    """A holding reply: the unit named a date and a reason; the date became the due moment."""

    kind = "promised"
    unit: str
    clock: str
    until: date
    old: Deadline | None
    new: Deadline
    reason: Ref | None


class Asked(Payload, frozen=True, kw_only=True):
    """The sender was asked for what is missing."""

    kind = "asked"
    question: Ref


class Supplemented(Payload, frozen=True, kw_only=True):
    """The sender added what was missing."""

    kind = "supplemented"
    message: Ref


# --- replies and approvals --------------------------------------------------------------------------------------------


class Submitted(Payload, frozen=True, kw_only=True):
    """A unit submitted reply number ``reply``; it has ``gates`` to pass, named by role, and keeps ``passed`` of them.

    Version 1 had only the number of gates; of those "" stands for the role, which the rulebook still knows.
    """

    kind = "submitted"
    v = 2
    unit: str
    reply: int
    text: Ref
    outcome: str | None
    findings: tuple[Finding, ...]
    gates: tuple[str, ...]
    passed: int


class ApprovalRequested(Payload, frozen=True, kw_only=True):
    """An act waits for approval at its gates, which are named by role; ``request`` is the command, and whose it is.

    ``unit`` is the unit of whoever asked, where they act for one; version 1 had none.
    """

    kind = "approval_requested"
    v = 2
    act: str
    gates: tuple[str, ...]
    unit: str = ""
    request: Ref | None


class Approved(Payload, frozen=True, kw_only=True):
    """An act passed gate ``gate`` of ``gates``; past the last one it is carried out."""

    kind = "approved"
    act: str
    gate: int
    gates: int
    opinion: Ref | None


class ApprovalRefused(Payload, frozen=True, kw_only=True):
    """An act was refused at a gate. Of an extension ``act`` is ``"extend:CLOCK"``, with the key of the clock that it was for."""

    kind = "approval_refused"
    act: str
    gate: int
    reasons: tuple[str, ...]
    opinion: Ref | None


class Returned(Payload, frozen=True, kw_only=True):
    """A reply went back: to whom, why, for which time, and at which gate it is submitted again."""

    kind = "returned"
    reply: int
    reasons: tuple[str, ...]
    explanation: Ref | None
    to: str
    resubmit_at: int
    count: int


class SteppedBack(Payload, frozen=True, kw_only=True):
    """A reply went back to the gate before (退回上一关): it stands at ``gate`` again; ``count`` counts this case's."""

    kind = "stepped_back"
    reply: int
    reasons: tuple[str, ...]
    explanation: Ref | None
    gate: int
    count: int


class Published(Payload, frozen=True, kw_only=True):
    """A reply passed its last gate; the citizen can read it."""

    kind = "published"
    reply: int
    public: bool


class Closed(Payload, frozen=True, kw_only=True):
    """The case is done, with an outcome."""

    kind = "closed"
    outcome: str | None


class Reopened(Payload, frozen=True, kw_only=True):
    """A closed case was opened again; ``cycle`` counts from 0."""

    kind = "reopened"
    reason: str
    explanation: Ref | None
    cycle: int


# --- time -------------------------------------------------------------------------------------------------------------


class ExtensionAsked(Payload, frozen=True, kw_only=True):
    """A unit asked for more time."""

    kind = "extension_asked"
    unit: str
    clock: str
    limit: str
    reason: Ref | None


class Extended(Payload, frozen=True, kw_only=True):
    """A clock got more time: old and new due moments, who allowed it and why."""

    kind = "extended"
    clock: str
    limit: str
    old: Deadline
    new: Deadline
    allowed_by: str | None
    reason: Ref | None


class Recalculated(Payload, frozen=True, kw_only=True):
    """A calendar notice moved a due moment."""

    kind = "recalculated"
    clock: str
    old: Deadline
    new: Deadline
    old_calendar: str
    new_calendar: str


class LimitSet(Payload, frozen=True, kw_only=True):
    """A clock was given another limit, counted from now: what a consultation concluded."""

    kind = "limit_set"
    clock: str
    limit: str
    old: Deadline | None
    new: Deadline


# --- consultation -----------------------------------------------------------------------------------------------------


class ConsultationCalled(Payload, frozen=True, kw_only=True):
    """Units were called together over a case (会商)."""

    kind = "consultation_called"
    number: int
    asked_by: str
    allowed_by: str | None
    convener: str
    units: tuple[str, ...]
    on_site: bool
    matter: Ref | None


class OpinionGiven(Payload, frozen=True, kw_only=True):
    """A unit gave its opinion in a consultation."""

    kind = "opinion_given"
    number: int
    unit: str
    opinion: Ref


class ConsultationConcluded(Payload, frozen=True, kw_only=True):
    """A consultation ended: minutes, the lead that it named, and the limit that it set."""

    kind = "consultation_concluded"
    number: int
    minutes: Ref
    lead: str
    assisting: tuple[str, ...]
    limit: str | None


# --- orders, the ladder, revisits -------------------------------------------------------------------------------------


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


# --- keeping ----------------------------------------------------------------------------------------------------------


class RulebookMoved(Payload, frozen=True, kw_only=True):
    """The case was moved to another version of its rulebook, explicitly."""

    kind = "rulebook_moved"
    old: str
    new: str
    rulebook: str
    rulebook_digest: str


class Erased(Payload, frozen=True, kw_only=True):
    """Personal data was erased; the chain of events is untouched."""

    kind = "erased"
    texts: tuple[Ref, ...]
    ground: str


class IssuePublished(Payload, frozen=True, kw_only=True):
    """A schedule was due and its issue was made (通报, 周报): period, number and where the document is. Not of one case."""

    kind = "issue_published"
    schedule: str
    period: str
    number: str
    document: Ref | None


PAYLOADS: Mapping[str, type[Payload]] = {kind.kind: kind for kind in Payload.__subclasses__()}
"""Every payload by its kind."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a case.

    ``occurred_at`` and ``recorded_at`` are aware UTC moments; only an import sets them apart. ``action`` is what was asked,
    ``state`` the case's state after it, ``clocks`` every clock that the event changed, as it now is.
    """

    case: str
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    role: str
    action: str
    state: str
    data: Payload
    clocks: tuple[SlaClock, ...] = ()

    @property
    def kind(self) -> str:
        """The payload's kind."""
        return self.data.kind


class StoredEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as it is kept: the canonical text and the hash that chains it to the one before."""

    case: str
    seq: int
    text: str
    hash: str
