"""A case is its events: `evolve` folds one event into the case as it was, and nothing else changes a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from . import events as ev
from .cases import Ask, Assignment, Case, Consultation, Order, Proposed, Reply, Request, Revisit
from .events import Event, Payload
from .sla import SlaClock


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
    rows = [replace(row, status="ended", stays=False) for row in case.assignments if row.unit not in wanted]
    for unit in wanted:
        part: Literal["lead", "assisting"] = "lead" if unit == lead else "assisting"
        row = kept.get(unit)
        rows.append(replace(row, part=part) if row else Assignment(unit=unit, part=part, asked_at=event.occurred_at))
    return {"lead": lead, "first_lead": case.first_lead or lead, "assignments": tuple(rows)}


def _assigned(case: Case, event: Event, data: ev.Assigned) -> dict[str, Any]:
    return _team(case, event, data.lead, data.assisting)


def _accepted(case: Case, event: Event, data: ev.Accepted) -> dict[str, Any]:
    return {"assignments": _for_unit(case, data.unit, status="accepted", accepted_at=event.occurred_at)}


def _declined(case: Case, event: Event, data: ev.Declined) -> dict[str, Any]:
    rows = _for_unit(case, data.unit, status="declined", declined_at=event.occurred_at)
    changes: dict[str, Any] = {"assignments": rows, "counts": _counted(case, "declined", data.count)}
    if data.lead is msgspec.UNSET:
        return changes
    back = tuple(_back(row) if row.unit == data.lead else row for row in rows)
    return {**changes, "lead": data.lead, "assignments": back}


def _back(row: Assignment) -> Assignment:
    """Return the part of a unit to which a case falls back, as far as it had got."""
    status: Literal["declined", "accepted", "asked"] = "declined" if row.declined_at else "accepted" if row.accepted_at else "asked"
    return replace(row, part="lead", status=status, stays=status == "declined")


def _contacted(case: Case, event: Event, data: ev.Contacted) -> dict[str, Any]:
    row = case.assignment(data.unit)
    first = row.contacted_at if row and row.contacted_at else event.occurred_at
    return {"assignments": _for_unit(case, data.unit, contacted_at=first)}


def _contributed(case: Case, event: Event, data: ev.Contributed) -> dict[str, Any]:
    rows = _for_unit(case, data.unit, status="replied", replied_at=event.occurred_at, contribution=data.text)
    return {"assignments": rows}


def _contribution_returned(case: Case, event: Event, data: ev.ContributionReturned) -> dict[str, Any]:
    counts = _counted(case, "contribution_returned", data.count)
    return {"assignments": _for_unit(case, data.unit, status="returned"), "counts": counts}


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
    # What waited to be done about the reply before does not concern this one.
    return {"replies": (*case.replies, reply), "assignments": rows, "requests": _without_request(case, "close")}


def _approval_requested(case: Case, event: Event, data: ev.ApprovalRequested) -> dict[str, Any]:
    request = Request(
        act=data.act,
        gates=data.gates,
        by=event.actor,
        role=event.role,
        unit=data.unit,
        at=event.occurred_at,
        text=data.request,
    )
    return {"requests": (*_without_request(case, data.act), request)}


def _without_request(case: Case, act: str) -> tuple[Request, ...]:
    return tuple(row for row in case.requests if row.act != act)


def _approved(case: Case, event: Event, data: ev.Approved) -> dict[str, Any]:
    if data.act == "publish":
        return {"replies": _last_reply(case, passed=data.gate)}
    if data.gate >= data.gates:
        return {"requests": _without_request(case, data.act)}
    return {"requests": tuple(replace(row, passed=data.gate) if row.act == data.act else row for row in case.requests)}


def _extension_asked(case: Case, event: Event, data: ev.ExtensionAsked) -> dict[str, Any]:
    ask = Ask(clock=data.clock, unit=data.unit, limit=data.limit, by=event.actor, at=event.occurred_at)
    return {"asks": (*case.asks, ask)}


def _decided(case: Case, clock: str) -> tuple[Ask, ...]:
    return tuple(ask for ask in case.asks if ask.clock != clock)


def _approval_refused(case: Case, event: Event, data: ev.ApprovalRefused) -> dict[str, Any]:
    act, _, clock = data.act.partition(":")
    return {"asks": _decided(case, clock)} if act == "extend" and clock else {"requests": _without_request(case, data.act)}


def _returned(case: Case, event: Event, data: ev.Returned) -> dict[str, Any]:
    unit = case.reply.unit if case.reply else ""
    return {
        "replies": _last_reply(case, status="returned", resubmit_at=data.resubmit_at),
        "assignments": _for_unit(case, unit, status="returned"),
        "counts": _counted(case, "returned", data.count),
    }


def _published(case: Case, event: Event, data: ev.Published) -> dict[str, Any]:
    return {"replies": _last_reply(case, status="published"), "outcome": case.replies[-1].outcome if case.replies else None}


def _stepped_back(case: Case, event: Event, data: ev.SteppedBack) -> dict[str, Any]:
    return {"replies": _last_reply(case, passed=data.gate - 1), "counts": _counted(case, "stepped_back", data.count)}


def _closed(case: Case, event: Event, data: ev.Closed) -> dict[str, Any]:
    return {"closed_at": event.occurred_at, "outcome": data.outcome or case.outcome, **_OVER}


def _reopened(case: Case, event: Event, data: ev.Reopened) -> dict[str, Any]:
    """A new cycle begins: the units have the case again, with what they handed in before."""
    again = tuple(
        replace(row, status="accepted" if row.accepted_at else "asked") if row.status in ("replied", "returned") else row
        for row in case.assignments
    )
    return {"cycle": data.cycle, "closed_at": None, "outcome": None, "asked": 0, "assignments": again}


def _ended(case: Case, event: Event, data: ev.Rejected | ev.Transferred | ev.Withdrawn) -> dict[str, Any]:
    return {"exit": data.reason, "closed_at": event.occurred_at, **_OVER}


_OVER: Mapping[str, Any] = {"requests": (), "proposed": (), "duplicates": ()}
"""What waited for somebody's decision waits no longer when the case is over."""


def _consultation_called(case: Case, event: Event, data: ev.ConsultationCalled) -> dict[str, Any]:
    called = Consultation(
        number=data.number,
        asked_by=data.asked_by,
        allowed_by=data.allowed_by,
        convener=data.convener,
        units=data.units,
        on_site=data.on_site,
        called_at=event.occurred_at,
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
        roles=data.roles,
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


def _rung_fired(case: Case, event: Event, data: ev.RungFired) -> dict[str, Any]:
    changes: dict[str, Any] = {"occasions": (*case.occasions, data.occasion)}
    waiting = tuple(effect for effect in data.effects if not effect.startswith("notify:"))
    if data.mode == "propose" and waiting:
        units = data.units or case.units
        row = Proposed(id=data.occasion, rung=data.rung, effects=waiting, units=units, at=event.occurred_at)
        changes["proposed"] = (*case.proposed, row)
    return changes


def _rung_decided(case: Case, event: Event, data: ev.RungTakenUp | ev.RungDismissed) -> dict[str, Any]:
    return {"proposed": tuple(row for row in case.proposed if row.id != data.occasion)}


def _revisited(case: Case, event: Event, data: ev.Revisited) -> dict[str, Any]:
    row = Revisit(
        whom=data.whom,
        how=data.how,
        at=event.occurred_at,
        order=data.order,
        solved=data.solved,
        satisfied=data.satisfied,
        fault=data.fault,
    )
    counts = case.counts
    if data.satisfied is False:
        counts = _counted(case, "dissatisfied", case.counts.get("dissatisfied", 0) + 1)
    satisfied = case.satisfied if data.satisfied is None else data.satisfied
    return {"revisits": (*case.revisits, row), "counts": counts, "satisfied": satisfied}


def _note(kind: str, field: str) -> Callable[[Case, Event, Any], dict[str, Any]]:
    def keep(case: Case, event: Event, data: Any) -> dict[str, Any]:
        ref = getattr(data, field)
        return {"notes": (*case.notes, (kind, ref))} if ref else {}

    return keep


def _rated(case: Case, event: Event, data: ev.Rated) -> dict[str, Any]:
    return {"counts": _counted(case, "dissatisfied", data.count), "satisfied": data.satisfied}


def _instructed(case: Case, event: Event, data: ev.Instructed) -> dict[str, Any]:
    count = case.counts.get("instructed", 0) + 1
    return {"notes": (*case.notes, ("instruction", data.instruction)), "counts": _counted(case, "instructed", count)}


_FOLDS: Mapping[type[Payload], Callable[[Case, Event, Any], dict[str, Any]]] = {
    ev.Attached: lambda case, event, data: {"channels": (*case.channels, data.channel)},
    ev.Routed: lambda case, event, data: {"proposals": data.proposals},
    ev.Reviewed: lambda case, event, data: {"classes": {**case.classes, **data.classes}},
    ev.Rejected: _ended,
    ev.Transferred: _ended,
    ev.Withdrawn: _ended,
    ev.DuplicateFound: lambda case, event, data: {"duplicates": (*case.duplicates, data.of)},
    ev.KeptApart: lambda case, event, data: {"duplicates": tuple(each for each in case.duplicates if each != data.other)},
    ev.Merged: lambda case, event, data: {
        "exit": "merged",
        "merged_into": data.into,
        "closed_at": event.occurred_at,
        **_OVER,
    },
    ev.Absorbed: lambda case, event, data: {
        "counts": _counted(case, "repeated", data.repeats),
        "channels": (*case.channels, data.channel),
        "absorbed": (*case.absorbed, (data.other, data.channel)),
        "duplicates": tuple(each for each in case.duplicates if each != data.other),
    },
    ev.Reclassified: lambda case, event, data: {"classes": {**case.classes, data.axis: data.new}},
    ev.Disclosed: lambda case, event, data: {"public": data.public},
    ev.Assigned: _assigned,
    ev.Accepted: _accepted,
    ev.Declined: _declined,
    ev.Contacted: _contacted,
    ev.Contributed: _contributed,
    ev.ContributionReturned: _contribution_returned,
    ev.Submitted: _submitted,
    ev.ApprovalRequested: _approval_requested,
    ev.Approved: _approved,
    ev.ApprovalRefused: _approval_refused,
    ev.Returned: _returned,
    ev.SteppedBack: _stepped_back,
    ev.Published: _published,
    ev.Closed: _closed,
    ev.Reopened: _reopened,
    ev.LimitSet: lambda case, event, data: {
        "limits_set": (*case.limits_set, *(clock.run_key for clock in event.clocks if clock.key == data.clock))
    },
    ev.Asked: lambda case, event, data: {"asked": case.asked + 1},
    ev.ExtensionAsked: _extension_asked,
    ev.Extended: lambda case, event, data: {"asks": _decided(case, data.clock)},
    ev.ConsultationCalled: _consultation_called,
    ev.OpinionGiven: _opinion_given,
    ev.ConsultationConcluded: _consultation_concluded,
    ev.RungFired: _rung_fired,
    ev.RungTakenUp: _rung_decided,
    ev.RungDismissed: _rung_decided,
    ev.OrderIssued: _order_issued,
    ev.OrderAnswered: _order_answered,
    ev.OrderCleared: _order_cleared,
    ev.Revisited: _revisited,
    ev.Rated: _rated,
    ev.Instructed: _instructed,
    ev.Praised: _note("praise", "praise"),
    ev.Viewed: lambda case, event, data: {"counts": _counted(case, "views", data.views)},
    ev.Noted: _note("note", "note"),
    ev.RulebookMoved: lambda case, event, data: {
        "rulebook": data.rulebook,
        "rulebook_digest": data.rulebook_digest,
        "occasions": (*case.occasions, *data.passed),
    },
    ev.Erased: lambda case, event, data: {"erased": (*case.erased, *data.texts)},
}
"""What each payload changes; those that only bear clocks or stand for the record (promised, recalculated …) are not here."""
