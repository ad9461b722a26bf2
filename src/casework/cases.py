"""A case is its events: `evolve` folds one event into the case as it was, and nothing else changes a case.

`facts_of` says which countable facts an event establishes; figures as of a date are computed from those, because a column with
the latest state forgets what was true before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from . import events as ev
from .errors import UnknownClock
from .events import Event, Payload, Ref
from .sla import SlaClock


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's part in a case: lead or assisting, and how far it got. Moments are UTC."""

    unit: str
    part: Literal["lead", "assisting"]
    status: Literal["asked", "accepted", "declined", "replied", "returned", "ended"] = "asked"
    asked_at: datetime
    accepted_at: datetime | None = None
    contacted_at: datetime | None = None
    replied_at: datetime | None = None
    declined_at: datetime | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply and how far it got; ``passed`` counts the gates that it has passed of ``gates``."""

    number: int
    unit: str
    by: str
    text: Ref
    outcome: str | None
    submitted_at: datetime
    gates: int
    passed: int = 0
    status: Literal["submitted", "returned", "published"] = "submitted"
    resubmit_at: int = 1
    findings: tuple[ev.Finding, ...] = ()


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered order (督办单, 催办, 回访单 …): to whom, answered by whom, cleared or not."""

    id: str
    form: str
    number: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    issued_at: datetime
    document: Ref | None
    rung: str | None
    answer_wanted: bool
    answers: tuple[tuple[str, Ref], ...] = ()
    cleared_at: datetime | None = None


class Consultation(msgspec.Struct, frozen=True, kw_only=True):
    """A joint consultation (会商): who was called, what they said, what was concluded."""

    number: int
    convener: str
    units: tuple[str, ...]
    on_site: bool
    called_at: datetime
    opinions: tuple[tuple[str, Ref], ...] = ()
    concluded_at: datetime | None = None
    minutes: Ref | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """An extension that was asked for and not decided yet."""

    clock: str
    unit: str
    limit: str
    by: str
    at: datetime


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands after its latest event. All moments are aware UTC; texts are references.

    ``version`` is the number of its events, ``cycle`` counts its reopenings, ``counts`` holds how often it was returned,
    declined, repeated, viewed, rated dissatisfied or instructed upon.
    """

    id: str
    version: int
    rulebook: str
    rulebook_digest: str
    state: str
    cycle: int = 0
    received_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    message: Ref
    sender: Ref | None
    channel: str
    channels: tuple[str, ...] = ()
    board: str | None = None
    number: str | None = None
    place: str | None = None
    public: bool = True
    classes: dict[str, str] = {}
    lead: str | None = None
    assignments: tuple[Assignment, ...] = ()
    replies: tuple[Reply, ...] = ()
    pending: tuple[str, tuple[str, ...], int] | None = None
    clocks: tuple[SlaClock, ...] = ()
    asks: tuple[Ask, ...] = ()
    orders: tuple[Order, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    proposals: tuple[ev.Proposal, ...] = ()
    counts: dict[str, int] = {}
    occasions: tuple[str, ...] = ()
    notes: tuple[tuple[str, Ref], ...] = ()
    outcome: str | None = None
    exit: str | None = None
    merged_into: str | None = None
    erased: tuple[Ref, ...] = ()

    def clock(self, key: str) -> SlaClock:
        """Return the clock of this key (``"handle"``, ``"accept:夹河镇"``); `UnknownClock` names the clocks there are."""
        for clock in self.clocks:
            if clock.key == key:
                return clock
        raise UnknownClock(key, clocks=[clock.key for clock in self.clocks], case=self.id)

    def assignment(self, unit: str | None) -> Assignment | None:
        """Return the unit's current assignment, or None."""
        return next((row for row in self.assignments if row.unit == unit), None)

    def order(self, number: str) -> Order | None:
        """Return the order of this id or document number, or None."""
        return next((row for row in self.orders if number in (row.id, row.number)), None)

    @property
    def reply(self) -> Reply | None:
        """The latest reply, or None."""
        return self.replies[-1] if self.replies else None

    @property
    def next_at(self) -> datetime | None:
        """The next moment at which a sweep has something to do here."""
        return min((at for clock in self.clocks if (at := clock.next_at)), default=None)

    @property
    def units(self) -> tuple[str, ...]:
        """The units that have the case now, the lead first."""
        return tuple(row.unit for row in self.assignments if row.status not in ("declined", "ended"))


# --- folding ----------------------------------------------------------------------------------------------------------


def evolve(case: Case | None, event: Event) -> Case:
    """Return the case after *event*; the first event makes it. A pure function: the same events give the same case."""
    data = event.data
    if case is None:
        if not isinstance(data, ev.Received):
            raise ValueError(f"the first event of case {event.case} is {data.kind!r}, not 'received'")
        case = Case(
            id=event.case,
            version=0,
            rulebook=data.rulebook,
            rulebook_digest=data.rulebook_digest,
            state=event.state,
            received_at=event.occurred_at,
            updated_at=event.occurred_at,
            message=data.message,
            sender=data.sender,
            channel=data.channel,
            channels=(data.channel,),
            board=data.board,
            number=data.number,
            place=data.place,
            public=data.public,
            classes=data.classes,
        )
    changes: dict[str, Any] = {"version": event.seq, "state": event.state, "updated_at": event.occurred_at}
    fold = _FOLDS.get(type(data))
    if fold:
        changes |= fold(case, event, data)
    if event.clocks:
        changes["clocks"] = _with_clocks(case.clocks, event.clocks)
        if case.asks:
            changes["asks"] = _still_asked(changes.get("asks", case.asks), case.clocks, event.clocks)
    return replace(case, **changes)


def fold(history: Iterable[Event]) -> Case:
    """Fold a whole history into the case; a ValueError where there is no event."""
    case: Case | None = None
    for event in history:
        case = evolve(case, event)
    if case is None:
        raise ValueError("no events: there is no case")
    return case


def _still_asked(asks: tuple[Ask, ...], old: tuple[SlaClock, ...], new: tuple[SlaClock, ...]) -> tuple[Ask, ...]:
    """Return the extensions that are still asked for: an ask goes with the run of the clock that it was for."""
    runs = {clock.key: clock.run for clock in old}
    ended = {clock.key for clock in new if clock.status not in ("running", "paused") or clock.run != runs.get(clock.key, clock.run)}
    return tuple(ask for ask in asks if ask.clock not in ended)


def _with_clocks(old: tuple[SlaClock, ...], new: tuple[SlaClock, ...]) -> tuple[SlaClock, ...]:
    clocks = {clock.key: clock for clock in old}
    clocks.update((clock.key, clock) for clock in new)
    return tuple(clocks.values())


def _counted(case: Case, what: str, count: int) -> dict[str, int]:
    return {**case.counts, what: count}


def _for_unit(case: Case, unit: str, **changes: Any) -> tuple[Assignment, ...]:
    return tuple(replace(row, **changes) if row.unit == unit else row for row in case.assignments)


def _last_reply(case: Case, **changes: Any) -> tuple[Reply, ...]:
    return (*case.replies[:-1], replace(case.replies[-1], **changes)) if case.replies else ()


def _for_order(case: Case, order: str, change: Callable[[Order], Order]) -> tuple[Order, ...]:
    return tuple(change(row) if row.id == order else row for row in case.orders)


def _team(case: Case, event: Event, lead: str, assisting: tuple[str, ...]) -> dict[str, Any]:
    wanted = (lead, *assisting)
    kept = {row.unit: row for row in case.assignments if row.unit in wanted and row.status not in ("declined", "ended")}
    rows = [replace(row, status="ended") for row in case.assignments if row.unit not in wanted]
    for unit in wanted:
        part: Literal["lead", "assisting"] = "lead" if unit == lead else "assisting"
        row = kept.get(unit)
        rows.append(replace(row, part=part) if row else Assignment(unit=unit, part=part, asked_at=event.occurred_at))
    return {"lead": lead, "assignments": tuple(rows)}


def _assigned(case: Case, event: Event, data: ev.Assigned) -> dict[str, Any]:
    return _team(case, event, data.lead, data.assisting)


def _accepted(case: Case, event: Event, data: ev.Accepted) -> dict[str, Any]:
    return {"assignments": _for_unit(case, data.unit, status="accepted", accepted_at=event.occurred_at)}


def _declined(case: Case, event: Event, data: ev.Declined) -> dict[str, Any]:
    rows = _for_unit(case, data.unit, status="declined", declined_at=event.occurred_at)
    return {"assignments": rows, "counts": _counted(case, "declined", data.count)}


def _contacted(case: Case, event: Event, data: ev.Contacted) -> dict[str, Any]:
    row = case.assignment(data.unit)
    first = row.contacted_at if row and row.contacted_at else event.occurred_at
    return {"assignments": _for_unit(case, data.unit, contacted_at=first)}


def _submitted(case: Case, event: Event, data: ev.Submitted) -> dict[str, Any]:
    reply = Reply(
        number=data.reply,
        unit=data.unit,
        by=event.actor,
        text=data.text,
        outcome=data.outcome,
        submitted_at=event.occurred_at,
        gates=data.gates,
        passed=data.passed,
        findings=data.findings,
    )
    rows = _for_unit(case, data.unit, status="replied", replied_at=event.occurred_at)
    return {"replies": (*case.replies, reply), "assignments": rows}


def _approval_requested(case: Case, event: Event, data: ev.ApprovalRequested) -> dict[str, Any]:
    return {"pending": (data.act, data.gates, 0)}


def _approved(case: Case, event: Event, data: ev.Approved) -> dict[str, Any]:
    if data.act == "publish":
        return {"replies": _last_reply(case, passed=data.gate)}
    pending = case.pending and (case.pending[0], case.pending[1], data.gate)
    return {"pending": None if data.gate >= data.gates else pending}


def _extension_asked(case: Case, event: Event, data: ev.ExtensionAsked) -> dict[str, Any]:
    ask = Ask(clock=data.clock, unit=data.unit, limit=data.limit, by=event.actor, at=event.occurred_at)
    return {"asks": (*case.asks, ask)}


def _decided(case: Case, clock: str) -> tuple[Ask, ...]:
    return tuple(ask for ask in case.asks if ask.clock != clock)


def _approval_refused(case: Case, event: Event, data: ev.ApprovalRefused) -> dict[str, Any]:
    act, _, clock = data.act.partition(":")
    return {"asks": _decided(case, clock)} if act == "extend" and clock else {"pending": None}


def _returned(case: Case, event: Event, data: ev.Returned) -> dict[str, Any]:
    unit = case.reply.unit if case.reply else ""
    return {
        "replies": _last_reply(case, status="returned", resubmit_at=data.resubmit_at),
        "assignments": _for_unit(case, unit, status="returned"),
        "counts": _counted(case, "returned", data.count),
    }


def _published(case: Case, event: Event, data: ev.Published) -> dict[str, Any]:
    return {"replies": _last_reply(case, status="published"), "outcome": case.replies[-1].outcome if case.replies else None}


def _closed(case: Case, event: Event, data: ev.Closed) -> dict[str, Any]:
    return {"closed_at": event.occurred_at, "outcome": data.outcome or case.outcome}


def _consultation_called(case: Case, event: Event, data: ev.ConsultationCalled) -> dict[str, Any]:
    called = Consultation(
        number=data.number, convener=data.convener, units=data.units, on_site=data.on_site, called_at=event.occurred_at
    )
    return {"consultations": (*case.consultations, called)}


def _in_consultation(case: Case, number: int, change: Callable[[Consultation], Consultation]) -> tuple[Consultation, ...]:
    return tuple(change(row) if row.number == number else row for row in case.consultations)


def _opinion_given(case: Case, event: Event, data: ev.OpinionGiven) -> dict[str, Any]:
    def with_opinion(row: Consultation) -> Consultation:
        return replace(row, opinions=(*row.opinions, (data.unit, data.opinion)))

    return {"consultations": _in_consultation(case, data.number, with_opinion)}


def _consultation_concluded(case: Case, event: Event, data: ev.ConsultationConcluded) -> dict[str, Any]:
    def concluded(row: Consultation) -> Consultation:
        return replace(row, concluded_at=event.occurred_at, minutes=data.minutes)

    changes = _team(case, event, data.lead, data.assisting)
    return {**changes, "consultations": _in_consultation(case, data.number, concluded)}


def _order_issued(case: Case, event: Event, data: ev.OrderIssued) -> dict[str, Any]:
    order = Order(
        id=data.order,
        form=data.form,
        number=data.number,
        to=data.to,
        cc=data.cc,
        issued_at=event.occurred_at,
        document=data.document,
        rung=data.rung,
        answer_wanted=data.answer_wanted,
    )
    return {"orders": (*case.orders, order)}


def _order_answered(case: Case, event: Event, data: ev.OrderAnswered) -> dict[str, Any]:
    def answered(row: Order) -> Order:
        return replace(row, answers=(*row.answers, (data.unit, data.answer)))

    return {"orders": _for_order(case, data.order, answered)}


def _order_cleared(case: Case, event: Event, data: ev.OrderCleared) -> dict[str, Any]:
    return {"orders": _for_order(case, data.order, lambda row: replace(row, cleared_at=event.occurred_at))}


def _note(kind: str, field: str) -> Callable[[Case, Event, Any], dict[str, Any]]:
    def keep(case: Case, event: Event, data: Any) -> dict[str, Any]:
        ref = getattr(data, field)
        return {"notes": (*case.notes, (kind, ref))} if ref else {}

    return keep


def _instructed(case: Case, event: Event, data: ev.Instructed) -> dict[str, Any]:
    count = case.counts.get("instructed", 0) + 1
    return {"notes": (*case.notes, ("instruction", data.instruction)), "counts": _counted(case, "instructed", count)}


_FOLDS: Mapping[type[Payload], Callable[[Case, Event, Any], dict[str, Any]]] = {
    ev.Attached: lambda case, event, data: {"channels": (*case.channels, data.channel)},
    ev.Routed: lambda case, event, data: {"proposals": data.proposals},
    ev.Reviewed: lambda case, event, data: {"classes": {**case.classes, **data.classes}},
    ev.Rejected: lambda case, event, data: {"exit": data.reason, "closed_at": event.occurred_at},
    ev.Transferred: lambda case, event, data: {"exit": data.reason, "closed_at": event.occurred_at},
    ev.Withdrawn: lambda case, event, data: {"exit": data.reason, "closed_at": event.occurred_at},
    ev.Merged: lambda case, event, data: {"exit": "merged", "merged_into": data.into, "closed_at": event.occurred_at},
    ev.Absorbed: lambda case, event, data: {
        "counts": _counted(case, "repeated", data.repeats),
        "channels": (*case.channels, data.channel),
    },
    ev.Reclassified: lambda case, event, data: {"classes": {**case.classes, data.axis: data.new}},
    ev.Disclosed: lambda case, event, data: {"public": data.public},
    ev.Assigned: _assigned,
    ev.Accepted: _accepted,
    ev.Declined: _declined,
    ev.Contacted: _contacted,
    ev.Submitted: _submitted,
    ev.ApprovalRequested: _approval_requested,
    ev.Approved: _approved,
    ev.ApprovalRefused: _approval_refused,
    ev.Returned: _returned,
    ev.Published: _published,
    ev.Closed: _closed,
    ev.Reopened: lambda case, event, data: {"cycle": data.cycle, "closed_at": None, "outcome": None},
    ev.ExtensionAsked: _extension_asked,
    ev.Extended: lambda case, event, data: {"asks": _decided(case, data.clock)},
    ev.ConsultationCalled: _consultation_called,
    ev.OpinionGiven: _opinion_given,
    ev.ConsultationConcluded: _consultation_concluded,
    ev.RungFired: lambda case, event, data: {"occasions": (*case.occasions, data.occasion)},
    ev.OrderIssued: _order_issued,
    ev.OrderAnswered: _order_answered,
    ev.OrderCleared: _order_cleared,
    ev.Rated: lambda case, event, data: {"counts": _counted(case, "dissatisfied", data.count)},
    ev.Instructed: _instructed,
    ev.Praised: _note("praise", "praise"),
    ev.Viewed: lambda case, event, data: {"counts": _counted(case, "views", data.views)},
    ev.Noted: _note("note", "note"),
    ev.RulebookMoved: lambda case, event, data: {"rulebook": data.rulebook, "rulebook_digest": data.rulebook_digest},
    ev.Erased: lambda case, event, data: {"erased": (*case.erased, *data.texts)},
}
"""What each payload changes; those that only bear clocks or stand for the record (promised, asked, recalculated …) are not here."""


# --- facts ------------------------------------------------------------------------------------------------------------


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
    ev.Rated: "rated",
    ev.Instructed: "instructed",
}


def facts_of(after: Case, event: Event) -> tuple[Fact, ...]:
    """Return the facts that *event* establishes, given the case after it: its own, and one for each clock that it stopped.

    A clock's fact is of kind ``"met:handle"`` or ``"late:handle"``, its value the working days late.
    """
    data = event.data
    found: list[tuple[str, str, int]] = []
    kind = _FACT_KINDS.get(type(data))
    if kind is None and all(clock.stopped_at is None for clock in event.clocks):
        return ()
    if kind:
        unit = getattr(data, "unit", None) or getattr(data, "lead", None) or after.lead or ""
        value = int(data.satisfied) if isinstance(data, ev.Rated) else 0
        found.append((kind, unit, value))
    found += [
        (f"{'met' if clock.met else 'late'}:{clock.rule}", clock.subject or after.lead or "", clock.late)
        for clock in event.clocks
        if clock.status == "stopped" and clock.stopped_at == event.occurred_at
    ]
    return tuple(
        Fact(case=event.case, seq=event.seq, n=n, kind=kind, at=event.occurred_at, unit=unit, cycle=after.cycle, value=value)
        for n, (kind, unit, value) in enumerate(found)
    )
