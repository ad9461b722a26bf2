"""The facts that events establish, from which every figure as of a date is computed.

A column with the latest state forgets what was true before; a fact stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from . import events as ev
from .cases import Case
from .events import Event, Payload

COUNTED = (
    "received",
    "registered",
    "valid",
    "accepted",
    "replied",
    "published",
    "closed",
    "ended",
    "dropped",
    "late",
    "rated",
    "satisfied",
)
"""The names of what facts can tell of a case, by which figures are declared."""

RESTS = ("open", "unanswered")
"""The names of what is counted because something has not happened yet."""

LATE_COUNTS = ("closed-late", "open-late", "closed-in-time", "closed-or-late")
"""The names of what is counted by the clock that decides lateness."""

RATES = ("acceptance", "reply", "completion", "on-time", "change")
"""The names of the figures in percent that every bulletin can have without declaring them."""

ENDS = ("rejected", "transferred", "withdrawn", "merged")
"""The facts that end a case otherwise than by closing it."""

TAKEN_UP = ("registered", "assigned", "reopened")
"""The facts after which a case that had ended is open again, where a lifecycle leads out of such a state."""

VOID, HANDED_ON = 1, 2
"""The value of a "rejected" fact: the message was invalid or a duplicate, or it was handed on. 0: casework wrote none yet."""

SATISFIED, DISSATISFIED = 1, 2
"""The value of a "revisited" fact in which the citizen was asked; 0: nobody asked, or casework did not tell the two apart yet."""

SAYS_HANDED_ON, SAYS_DISSATISFIED = '"exit":"transferred"', '"satisfied":false'
"""How the text of an event says what the value 0 of its fact leaves open; no other text of an event can hold these signs."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A countable fact: what (``kind``), when (UTC), for which unit, in which cycle of the case; ``value`` where it has one."""

    case: str
    seq: int
    n: int
    kind: str
    at: datetime
    unit: str
    cycle: int
    value: int = 0


_FACT_KINDS: Mapping[type[Payload], str] = {
    ev.Received: "received",
    ev.Reviewed: "registered",
    ev.Rejected: "rejected",
    ev.Transferred: "transferred",
    ev.Withdrawn: "withdrawn",
    ev.Merged: "merged",
    ev.Absorbed: "repeated",
    ev.Assigned: "assigned",
    ev.Accepted: "accepted",
    ev.Declined: "declined",
    ev.Contacted: "contacted",
    ev.Contributed: "contributed",
    ev.Submitted: "replied",
    ev.Returned: "returned",
    ev.Published: "published",
    ev.Closed: "closed",
    ev.Reopened: "reopened",
    ev.ConsultationCalled: "consulted",
    ev.ConsultationConcluded: "assigned",
    ev.OrderIssued: "ordered",
    ev.Extended: "extended",
    ev.Promised: "promised",
    ev.Revisited: "revisited",
    ev.Rated: "rated",
    ev.Instructed: "instructed",
}


def facts_of(after: Case, event: Event) -> tuple[Fact, ...]:
    """Return the facts that *event* establishes, given the case after it: its own, and one for each clock that it stopped.

    A clock's fact is of kind ``"met:handle"`` or ``"late:handle"``, its value the working days late. One that a move to another
    version of the rulebook finds stopped has its verdict from then on.
    """
    data = event.data
    found: list[tuple[str, str, int]] = []
    kind = _FACT_KINDS.get(type(data))
    if kind is None and all(clock.stopped_at is None for clock in event.clocks):
        return ()
    if kind:
        unit = getattr(data, "unit", None) or getattr(data, "lead", None) or after.lead or ""
        found.append((kind, unit, _value(data)))
    if isinstance(data, ev.Assigned | ev.ConsultationConcluded):
        row = after.assignment(data.lead)
        if row and row.accepted_at:  # it led before, or assisted, and need not accept again
            found.append(("accepted", data.lead, 0))
    if isinstance(data, ev.Declined) and data.lead is not msgspec.UNSET:
        found.append(("assigned", after.lead or "", 0))  # the case is with nobody, or stays with the unit that was asked first
    found += [
        (f"{'met' if clock.met else 'late'}:{clock.rule}", clock.subject or after.lead or "", clock.late)
        for clock in event.clocks
        if clock.status == "stopped" and (clock.stopped_at == event.occurred_at or isinstance(data, ev.RulebookMoved))
    ]
    return tuple(
        Fact(case=event.case, seq=event.seq, n=n, kind=kind, at=event.occurred_at, unit=unit, cycle=after.cycle, value=value)
        for n, (kind, unit, value) in enumerate(found)
    )


def _value(data: Payload) -> int:
    if isinstance(data, ev.Rejected):
        return HANDED_ON if data.exit == "transferred" else VOID
    if isinstance(data, ev.Rated):
        return int(data.satisfied)
    if isinstance(data, ev.Revisited) and data.satisfied is not None:
        return SATISFIED if data.satisfied else DISSATISFIED
    return 0
