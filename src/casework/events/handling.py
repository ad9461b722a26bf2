"""What happens while units have a case: assignments, replies and approvals, time, consultations."""

from __future__ import annotations

from datetime import date

import msgspec

from ..opinions import Finding
from ..sla import Deadline
from .payload import Payload, Ref

# --- assignments -----------------------------------------------------------------------------------------------------


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


# --- replies and approvals -------------------------------------------------------------------------------------------


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


# --- time ------------------------------------------------------------------------------------------------------------


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


# --- consultation ----------------------------------------------------------------------------------------------------


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
