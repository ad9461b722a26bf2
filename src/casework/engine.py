"""The one place where rules meet a case.

`decide` answers a command, `open_case` a message, `due` the passing of time. All three are pure: no I/O, no clock, no randomness;
what they need to know is handed to them (`Known`), what they decide is a `Decision`. To add a command: its value in `actions`, its
payload in `events` and `cases`, its handler here in `_HANDLERS`.

Every step goes through `decisions.Draft.add`, which moves the state, the clocks and the case; nothing here does that by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from . import actions as act
from . import escalation, events, privacy, routing
from .cases import Case, Order
from .decisions import Decision, Draft, Known
from .errors import InputError, NotAllowed, NotPermitted, UnknownClass, listed, nearest
from .messages import Message, Sender
from .recalculation import recounted
from .rulebook import RECEIVE, Rulebook
from .sla import Alarm, ClockRule, Limit, SlaClock
from .units import SYSTEM, Actor

DESK = Actor(id="casework", role=SYSTEM)
"""Who acts when a rule or the passing of time does."""

# --- the three questions ----------------------------------------------------------------------------------------------


def open_case(rulebook: Rulebook, case_id: str, message: Message, now: datetime, known: Known) -> Decision:
    """Make a case of a message that was received at *now*, and let the routing rules propose."""
    draft = Draft(rulebook, None, DESK, now, msgspec.structs.replace(known, message=message), case_id)
    draft.add(
        RECEIVE,
        events.Received(
            message=draft.text("message", msgspec.json.encode(message.model_dump(exclude={"sender"}, mode="json")).decode()),
            sender=draft.text("sender", msgspec.json.encode(message.sender.model_dump()).decode())
            if message.sender != Sender()
            else None,
            channel=message.channel,
            board=message.board,
            number=message.number,
            place=message.place,
            public=message.public,
            rulebook=rulebook.id,
            rulebook_digest=rulebook.digest,
            classes={},
        ),
    )
    rules = rulebook.outline.route
    if rules:
        asked = routing.propose(rules, message, draft.context(), conditions=rulebook.conditions, functions=known.functions)
        proposals = tuple(_usable(draft, proposal) for proposal in asked)
        if proposals:
            draft.add(RECEIVE, events.Routed(proposals=proposals), moves=False)
    return draft.decision()


def decide(rulebook: Rulebook, case: Case, command: act.Command, actor: Actor, now: datetime, known: Known) -> Decision:
    """Carry out a command, or say why not: `NotAllowed` (state), `NotPermitted` (role, scope), `ConditionUnmet` (contents)."""
    action = command.action
    if not rulebook.lifecycle.can(case.state, action):
        raise NotAllowed(action, state=case.state, allowed=open_to(rulebook, case, actor, known), case=case.id)
    sender = known.message.sender.ref if known.message else ""
    why = privacy.refusal(rulebook.roles, actor, action, case, sender=sender)
    if why:
        able = open_to(rulebook, case, actor, known)
        raise NotPermitted(action, actor=actor.id, role=actor.role, why=why, case=case.id, allowed=able)
    draft = Draft(rulebook, case, actor, now, known, case.id)
    _HANDLERS[type(command)](draft, command)
    return draft.decision()


def due(rulebook: Rulebook, case: Case, now: datetime, known: Known) -> Decision:
    """Fire every rung that is due at *now*, in order, each occasion once; nothing due gives a decision without events."""
    draft = Draft(rulebook, case, DESK, now, known, case.id)
    while row := _first_alarm(draft.case, now):
        _fire(draft, *row)
    return draft.decision()


def recalculate(
    rulebook: Rulebook, case: Case, now: datetime, known: Known, *, counted: Mapping[str, tuple[SlaClock, SlaClock]]
) -> Decision:
    """Count every open deadline anew by the calendar as it now is; those that it moves are events, each with old and new.

    *counted* holds by key clocks as they were a moment ago, with what they come to.
    """
    draft = Draft(rulebook, case, DESK, now, known, case.id)
    for clock in case.clocks:
        before, fresh = counted.get(clock.key, (None, None))
        if before != clock:
            fresh = recounted(clock, rulebook, known.keeper)
        if fresh is not None and clock.due is not None and fresh.due is not None:
            moved = events.Recalculated(
                clock=clock.key, old=clock.due, new=fresh.due, old_calendar=clock.calendar, new_calendar=fresh.calendar
            )
            draft.add("recalculate", moved, moves=False, clocks=(fresh,))
    return draft.decision()


def open_to(rulebook: Rulebook, case: Case, actor: Actor, known: Known) -> tuple[str, ...]:
    """Return the actions that the case's state allows, the actor's role grants, and a command can ask for."""
    sender = known.message.sender.ref if known.message else ""
    return tuple(
        action
        for action in rulebook.lifecycle.allowed(case.state)
        if action in act.COMMANDS
        and action not in rulebook.idle
        and not privacy.refusal(rulebook.roles, actor, action, case, sender=sender)
    )


def series_needed(rulebook: Rulebook, case: Case, command: act.Command | None, now: datetime, known: Known) -> tuple[str, ...]:
    """Return the number series that a command (or, with None, the passing of time) may draw from."""
    year = known.keeper.local_date(now).year
    if isinstance(command, act.IssueOrder):
        form = rulebook.orders.get(command.form)
        return (form.document.key(year),) if form else ()
    if command is not None:
        return ()
    waiting = [alarm.rung for clock in case.clocks if clock.status == "running" for alarm in clock.alarms if alarm.at <= now]
    forms = [form for rung in waiting if rung in rulebook.rungs for form in rulebook.rungs[rung].effects("issue")]
    return tuple({rulebook.orders[form].document.key(year): None for form in forms})


# --- the ladder -------------------------------------------------------------------------------------------------------


def _first_alarm(case: Case, now: datetime) -> tuple[SlaClock, Alarm] | None:
    waiting = [
        (alarm.at, alarm.rung, alarm.n, clock, alarm)
        for clock in case.clocks
        if clock.status == "running"
        for alarm in clock.alarms
        if alarm.at <= now
    ]
    return min(waiting, key=lambda row: row[:3])[3:] if waiting else None


def _fire(draft: Draft, clock: SlaClock, alarm: Alarm) -> None:
    """Record one occasion of a rung and do what it says."""
    rung = draft.rulebook.rungs.get(alarm.rung)
    rest = [row for row in clock.alarms if row != alarm]
    holds = rung is not None and draft.holds(rung.when)
    rule = draft.rulebook.clocks.get(clock.rule)
    again = escalation.alarm(rung, clock, rule, draft.known.keeper, n=alarm.n + 1) if rung and rule else None
    left = tuple(sorted([*rest, again] if again else rest, key=lambda row: (row.at, row.rung)))
    units = (clock.subject,) if clock.subject in draft.case.units else draft.case.units

    def can(line: str) -> bool:
        """A case that is with nobody yet has no unit to get an order or a notice."""
        verb, _, name = line.partition(":")
        return bool(units) or not (verb == "issue" or draft.of_unit(name))

    do = tuple(filter(can, rung.do)) if rung and holds else ()
    fired = events.RungFired(
        rung=alarm.rung,
        occasion=escalation.occasion(alarm, clock),
        mode=rung.mode if rung and do else "skipped",
        effects=do,
    )
    draft.add("sweep", fired, moves=False, clocks=(msgspec.structs.replace(clock, alarms=left),))
    if rung and rung.mode == "auto":
        for verb, _, name in (line.partition(":") for line in do):
            if verb == "notify":
                draft.notify(name, f"{draft.rulebook.label(rung.id)}：{clock.rule}", f"{rung.id}: {clock.rule}", units=units)
        for verb, _, name in (line.partition(":") for line in do):
            if verb == "issue":
                _issue(draft, name, units[:1], "", rung=rung.id)


# --- the handlers, in the order of a case's life ----------------------------------------------------------------------


def _usable(draft: Draft, proposal: events.Proposal) -> events.Proposal:
    """Return a proposal with the register's name of its unit; one that names what there is not stays as a reason alone.

    A rule that is wrong must not cost a citizen's message.
    """
    register = draft.rulebook.register
    try:
        unit = register.find(proposal.unit, case=draft.id).name if register and proposal.unit else proposal.unit
        return msgspec.structs.replace(proposal, unit=unit, classes=_classes(draft, proposal.classes))
    except InputError as error:
        return msgspec.structs.replace(proposal, unit=None, classes={}, reason=f"not usable: {error}")


def _classes(draft: Draft, classes: Mapping[str, str]) -> dict[str, str]:
    declared = draft.rulebook.outline.classes
    for axis, value in classes.items():
        if axis not in declared:
            raise UnknownClass(axis, None, choices=tuple(declared), case=draft.id)
        if value not in declared[axis]:
            raise UnknownClass(axis, value, choices=declared[axis], case=draft.id)
    return dict(classes)


def _listed_reason(draft: Draft, action: str, reason: str, reasons: tuple[str, ...]) -> None:
    if reasons and reason not in reasons:
        raise draft.refuse(
            action,
            f"the rulebook lists no reason {reason!r}{nearest(reason, reasons)} (reasons: {listed(reasons)})",
            allowed=reasons,
        )


def _unit(draft: Draft, command: act.Command, action: str) -> str:
    """Return the unit for which a command speaks: the actor's own, or one that somebody above units names."""
    named: str | None = getattr(command, "unit", None)
    unit = _spoken_for(draft, named, action) or draft.case.lead or ""
    row = draft.case.assignment(unit)
    if draft.case.assignments and (row is None or row.status in ("declined", "ended")):
        raise draft.refuse(
            action, f"the case is not with {unit or 'a unit'} (units: {listed(draft.case.units)})", allowed=draft.case.units
        )
    return unit


def _spoken_for(draft: Draft, named: str | None, action: str) -> str:
    """Return the unit that a command names, which for somebody of a unit must be that unit, or else the actor's own."""
    actor = draft.actor
    if named and draft.rulebook.register:
        named = draft.rulebook.register.find(named, case=draft.id).name
    if actor.unit and named and named != actor.unit and draft.rulebook.roles[actor.role].scope == "unit":
        raise NotPermitted(action, actor=actor.id, role=actor.role, why=f"acts for {actor.unit}, not for {named}", case=draft.id)
    return named or actor.unit or ""


def _review(draft: Draft, command: act.Review) -> None:
    classes = _classes(draft, command.classes)
    draft.add("review", events.Reviewed(classes=classes, note=draft.maybe("note", command.note)))


def _reject(draft: Draft, command: act.Reject) -> None:
    exits = draft.rulebook.outline.intake.exits
    _listed_reason(draft, "reject", command.reason, tuple(exits))
    explanation = draft.maybe("explanation", command.explanation)
    draft.add("reject", events.Rejected(reason=command.reason, exit=exits.get(command.reason, "invalid"), explanation=explanation))


def _transfer(draft: Draft, command: act.Transfer) -> None:
    explanation = draft.maybe("explanation", command.explanation)
    draft.add("transfer", events.Transferred(to=command.to, reason=command.reason, explanation=explanation))


def _withdraw(draft: Draft, command: act.Withdraw) -> None:
    draft.add("withdraw", events.Withdrawn(reason=command.reason, explanation=draft.maybe("explanation", command.explanation)))


def _assign(draft: Draft, command: act.Assign) -> None:
    register = draft.rulebook.register

    def known(unit: str) -> str:
        return register.find(unit, case=draft.id).name if register else unit

    lead, assisting = known(command.lead), tuple(known(unit) for unit in command.assisting)
    if lead in assisting or len(set(assisting)) < len(assisting):
        raise draft.refuse("assign", "a unit is named twice; the lead unit does not assist itself")
    proposal = next((row for row in draft.case.proposals if row.unit), None)
    before = draft.case.lead
    draft.add(
        "assign",
        events.Assigned(
            lead=lead,
            assisting=assisting,
            instead_of=before if before != lead else None,
            rule=proposal.rule if proposal and proposal.unit == lead else None,
            note=draft.maybe("note", command.note),
        ),
    )
    if proposal and proposal.unit and proposal.unit != lead and before is None:
        overruled = events.Overruled(
            rule=proposal.rule, proposed=proposal.unit, chosen=lead, reason=draft.maybe("reason", command.note)
        )
        draft.add("assign", overruled, moves=False)


def _accept(draft: Draft, command: act.Accept) -> None:
    unit = _unit(draft, command, "accept")
    row = draft.case.assignment(unit)
    if row is None or row.status != "asked":
        raise draft.refuse("accept", f"{unit} has already {row.status if row else 'left'} it")
    draft.add("accept", events.Accepted(unit=unit))


def _decline(draft: Draft, command: act.Decline) -> None:
    unit = _unit(draft, command, "decline")
    _listed_reason(draft, "decline", command.reason, draft.rulebook.outline.assignment.decline_reasons)
    count = draft.case.counts.get("declined", 0) + 1
    explanation = draft.maybe("explanation", command.explanation)
    draft.add("decline", events.Declined(unit=unit, reason=command.reason, explanation=explanation, count=count))


def _contact(draft: Draft, command: act.Contact) -> None:
    unit = _unit(draft, command, "contact")
    draft.add("contact", events.Contacted(unit=unit, how=command.how, note=draft.maybe("note", command.note)))


def _promise(draft: Draft, command: act.Promise) -> None:
    unit = _unit(draft, command, "promise")
    clock, rule = _clock_to_move(draft, "promise", command.clock, unit)
    if rule.promise and rule.promise.reason and not command.reason:
        raise draft.refuse("promise", "a promise gives its reason")
    promised_clock = draft.counted(rule, clock, lambda keeper: keeper.promise(clock, rule, command.until, draft.now, case=draft.id))
    new = draft.with_alarms(promised_clock)
    assert new.due is not None  # noqa: S101 - a promised clock runs; for the type checker
    promised = events.Promised(
        unit=unit, clock=clock.key, until=command.until, old=clock.due, new=new.due, reason=draft.maybe("reason", command.reason)
    )
    draft.add("promise", promised, clocks=(new,))


def _extend(draft: Draft, command: act.Extend) -> None:
    """Extend a clock, or keep that it was asked for: what stands against it is said either way."""
    actor = draft.actor
    unit = _unit(draft, command, "extend")
    clock, rule = _clock_to_move(draft, "extend", command.clock, unit)
    asked = next((row for row in draft.case.asks if row.clock == clock.key), None)
    if not command.limit and not asked:
        raise draft.refuse("extend", "no extension is asked for; say by how much, such as '5 working days'")
    limit = Limit.parse(command.limit or (asked.limit if asked else ""))
    approver = rule.extend.approve if rule.extend else ""
    if approver and actor.role != approver:
        if asked:
            raise draft.refuse("extend", f"an extension of {clock.key!r} by {asked.limit} is asked for already")
        draft.counted(rule, clock, lambda keeper: keeper.extend(clock, rule, limit, draft.now, case=draft.id))
        reason = draft.maybe("reason", command.reason)
        draft.add("extend", events.ExtensionAsked(unit=unit, clock=clock.key, limit=str(limit), reason=reason))
        return
    if asked and asked.by == actor.id:
        raise NotPermitted("extend", actor=actor.id, role=actor.role, why="nobody allows what they asked for", case=draft.id)
    asked_at = clock.started_at if asked else draft.now  # what was asked for was in time, or it would not stand
    new = draft.with_alarms(
        draft.counted(rule, clock, lambda keeper: keeper.extend(clock, rule, limit, draft.now, asked_at=asked_at, case=draft.id))
    )
    assert clock.due is not None and new.due is not None  # noqa: S101 - an extended clock runs; for the type checker
    extended = events.Extended(
        clock=clock.key,
        limit=str(limit),
        old=clock.due,
        new=new.due,
        allowed_by=actor.id if approver else None,
        reason=draft.maybe("reason", command.reason),
    )
    draft.add("extend", extended, clocks=(new,))


def _refuse_extension(draft: Draft, command: act.RefuseExtension) -> None:
    case, rules = draft.case, draft.rulebook.clocks

    def approver(clock: str) -> str:
        rule = rules.get(case.clock(clock).rule)
        return rule.extend.approve if rule and rule.extend else ""

    asks = [row for row in case.asks if command.clock in (None, row.clock)]
    if not asks:
        of_it = f" of {command.clock!r}" if command.clock else ""
        named = listed(row.clock for row in case.asks)
        raise draft.refuse("refuse_extension", f"no extension{of_it} is asked for (asked for: {named})")
    asks.sort(key=lambda row: approver(row.clock) not in ("", draft.actor.role))
    wanted = approver(asks[0].clock)
    if wanted and draft.actor.role != wanted:
        why = f"extensions of {asks[0].clock!r} are allowed or refused by {wanted!r}"
        raise NotPermitted("refuse_extension", actor=draft.actor.id, role=draft.actor.role, why=why, case=draft.id)
    opinion = draft.text("opinion", command.reason)
    refused = events.ApprovalRefused(act=f"extend:{asks[0].clock}", gate=1, reasons=(), opinion=opinion)
    draft.add("refuse_extension", refused)


def _clock_to_move(draft: Draft, action: str, key: str | None, unit: str) -> tuple[SlaClock, ClockRule]:
    """Return the clock that is to be extended or promised on: the one named, else the one that the rulebook lets be moved so."""
    rules, case = draft.rulebook.clocks, draft.case
    if key is not None:
        clock = case.clock(key)
        role = draft.rulebook.roles.get(draft.actor.role)
        order = case.order(clock.subject)
        if role and role.scope == "unit" and clock.subject not in ("", unit) and not (order and unit in order.to):
            why = f"the clock {key!r} is not kept for {unit}"
            raise NotPermitted(action, actor=draft.actor.id, role=draft.actor.role, why=why, case=draft.id)
        return clock, rules[clock.rule]
    terms = "promise" if action == "promise" else "extend"
    asked = {row.clock for row in case.asks} if terms == "extend" else set()
    found = [
        clock
        for clock in case.clocks
        if clock.rule in rules and getattr(rules[clock.rule], terms) and clock.subject in ("", unit) and clock.status == "running"
    ]
    found.sort(key=lambda clock: (clock.key not in asked, clock.rule != draft.rulebook.outline.rulebook.late_by))
    if not found:
        able = tuple(rule.id for rule in rules.values() if getattr(rule, terms))
        raise draft.refuse(action, f"no clock of it runs that could be moved so (the rulebook lets {listed(able)})", allowed=able)
    return found[0], rules[found[0].rule]


def _submit(draft: Draft, command: act.SubmitReply) -> None:
    unit, case, rules = _unit(draft, command, "submit"), draft.case, draft.rulebook.outline
    row = case.assignment(unit)
    if row and rules.assignment.accept and row.status == "asked":
        raise draft.refuse("submit", f"{unit} has not accepted the case yet", allowed=("accept",))
    if command.outcome is not None and "outcome" in rules.classes:
        _classes(draft, {"outcome": command.outcome})
    findings = rules.reply.findings(command.text)
    blocking = [finding.message for finding in findings if finding.level == "block"]
    if blocking:
        raise draft.refuse("submit", *blocking)
    gates = len(draft.rulebook.gates)
    again = case.reply if case.reply and case.reply.status == "returned" and case.reply.unit == unit else None
    draft.add(
        "submit",
        events.Submitted(
            unit=unit,
            reply=len(case.replies) + 1,
            text=draft.text("reply", command.text),
            outcome=command.outcome,
            findings=findings,
            gates=gates,
            passed=min(again.resubmit_at - 1, gates) if again else 0,
        ),
    )


def _approve(draft: Draft, command: act.Approve) -> None:
    reply, gates = draft.case.reply, draft.rulebook.gates
    if reply is None or reply.passed >= len(gates):
        raise draft.refuse("approve", "no gate is open: the rulebook sets none for this reply", allowed=("publish",))
    wanted, actor = gates[reply.passed], draft.actor
    if actor.role != wanted:
        why = f"the reply stands at gate {reply.passed + 1} of {len(gates)}, which is passed by {wanted!r}"
        raise NotPermitted("approve", actor=actor.id, role=actor.role, why=why, case=draft.id)
    if actor.id == reply.by:
        raise NotPermitted("approve", actor=actor.id, role=actor.role, why="nobody approves their own reply", case=draft.id)
    gate = reply.passed + 1
    opinion = draft.maybe("opinion", command.opinion)
    draft.add("approve", events.Approved(act="publish", gate=gate, gates=len(gates), opinion=opinion))
    if gate == len(gates):
        draft.add("publish", events.Published(reply=reply.number, public=draft.case.public))


def _return(draft: Draft, command: act.ReturnReply) -> None:
    case, rules = draft.case, draft.rulebook.outline
    if case.reply is None:
        raise draft.refuse("return", "there is no reply to return")
    for reason in command.reasons:
        _listed_reason(draft, "return", reason, rules.reply.return_reasons)
    same = any(approval.resubmit_at == "same" for approval in rules.approval)
    draft.add(
        "return",
        events.Returned(
            reply=case.reply.number,
            reasons=command.reasons,
            explanation=draft.maybe("explanation", command.explanation),
            to="handler",
            resubmit_at=case.reply.passed + 1 if same and case.reply.status == "submitted" else 1,
            count=case.counts.get("returned", 0) + 1,
        ),
    )


def _publish(draft: Draft, command: act.Publish) -> None:
    reply, gates = draft.case.reply, draft.rulebook.gates
    if reply is None:
        raise draft.refuse("publish", "there is no reply to publish", allowed=("submit",))
    if reply.passed < len(gates):
        raise draft.refuse("publish", f"the reply has passed {reply.passed} of {len(gates)} gates", allowed=("approve",))
    draft.add("publish", events.Published(reply=reply.number, public=draft.case.public))


def _close(draft: Draft, command: act.Close) -> None:
    if command.outcome is not None and "outcome" in draft.rulebook.outline.classes:
        _classes(draft, {"outcome": command.outcome})
    draft.add("close", events.Closed(outcome=command.outcome or draft.case.outcome))


def _reopen(draft: Draft, command: act.Reopen) -> None:
    explanation = draft.maybe("explanation", command.explanation)
    draft.add("reopen", events.Reopened(reason=command.reason, explanation=explanation, cycle=draft.case.cycle + 1))


def _ask(draft: Draft, command: act.AskCitizen) -> None:
    draft.add("ask", events.Asked(question=draft.text("question", command.question)))


def _supplement(draft: Draft, command: act.Supplement) -> None:
    draft.add("supplement", events.Supplemented(message=draft.text("supplement", command.text)))


def _reclassify(draft: Draft, command: act.Reclassify) -> None:
    _classes(draft, {command.axis: command.value})
    old = draft.case.classes.get(command.axis)
    reason = draft.maybe("reason", command.reason)
    draft.add("reclassify", events.Reclassified(axis=command.axis, old=old, new=command.value, reason=reason))


def _note(draft: Draft, command: act.AddNote) -> None:
    draft.add("note", events.Noted(note=draft.text("note", command.text)))


def _issue_order(draft: Draft, command: act.IssueOrder) -> None:
    register = draft.rulebook.register
    to = tuple(register.find(unit, case=draft.id).name if register else unit for unit in command.to)
    _issue(draft, command.form, to, command.text, rung=None)


def _issue(draft: Draft, name: str, to: tuple[str, ...], text: str, *, rung: str | None) -> None:
    """Issue an order of a declared form: numbered, addressed, its document filled."""
    forms = draft.rulebook.orders
    if name not in forms:
        raise draft.refuse(
            "issue", f"the rulebook has no order form {name!r}{nearest(name, forms)} (forms: {listed(forms)})", allowed=tuple(forms)
        )
    form, case = forms[name], draft.case
    to = to or case.units[:1]
    if not to:
        raise draft.refuse("issue", "the case has no lead unit; name the units that the order goes to")
    day = draft.known.keeper.local_date(draft.now)
    number = form.document.number(day.year, draft.take_number(form.document.key(day.year)))
    body = draft.document(form.document.template, number=number, to=to, day=day, text=text) if form.document.template else text
    draft.add(
        "issue",
        events.OrderIssued(
            order=f"o{len(case.orders) + 1}",
            form=name,
            number=number,
            to=to,
            cc=form.cc,
            document=draft.maybe("document", body),
            rung=rung,
            answer_wanted=form.answer.wanted,
        ),
    )


def _answer(draft: Draft, command: act.AnswerOrder) -> None:
    order, unit = _open_order(draft, command.order, "answer"), _spoken_for(draft, command.unit, "answer")
    if unit not in order.to:
        raise draft.refuse(
            "answer", f"order {order.number} went to {listed(order.to)}, not to {unit or 'this actor'}", allowed=order.to
        )
    draft.add("answer", events.OrderAnswered(order=order.id, unit=unit, answer=draft.text("answer", command.text)))


def _clear(draft: Draft, command: act.ClearOrder) -> None:
    order = _open_order(draft, command.order, "clear")
    wanted = draft.rulebook.orders[order.form].answer.cleared_by if order.form in draft.rulebook.orders else ""
    if wanted and draft.actor.role != wanted:
        why = f"orders of form {order.form!r} are struck off by {wanted!r}"
        raise NotPermitted("clear", actor=draft.actor.id, role=draft.actor.role, why=why, case=draft.id)
    if order.answer_wanted and not order.answers:
        raise draft.refuse("clear", f"order {order.number} has no answer yet", allowed=("answer",))
    draft.add("clear", events.OrderCleared(order=order.id))


def _open_order(draft: Draft, number: str, action: str) -> Order:
    order = draft.case.order(number)
    if order is None or order.cleared_at:
        still = tuple(row.number for row in draft.case.orders if not row.cleared_at)
        what = "is already struck off" if order else "does not exist"
        raise draft.refuse(action, f"order {number!r} {what} (open orders: {listed(still)})", allowed=still)
    return order


_HANDLERS: Mapping[type[act.Command], Callable[[Draft, Any], None]] = {
    act.Review: _review,
    act.Reject: _reject,
    act.Transfer: _transfer,
    act.Withdraw: _withdraw,
    act.Assign: _assign,
    act.Accept: _accept,
    act.Decline: _decline,
    act.Contact: _contact,
    act.Promise: _promise,
    act.Extend: _extend,
    act.RefuseExtension: _refuse_extension,
    act.SubmitReply: _submit,
    act.Approve: _approve,
    act.ReturnReply: _return,
    act.Publish: _publish,
    act.Close: _close,
    act.Reopen: _reopen,
    act.AskCitizen: _ask,
    act.Supplement: _supplement,
    act.Reclassify: _reclassify,
    act.AddNote: _note,
    act.IssueOrder: _issue_order,
    act.AnswerOrder: _answer,
    act.ClearOrder: _clear,
}
