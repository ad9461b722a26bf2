"""Terms: more time for a clock, asked for, allowed, refused or promised."""

from __future__ import annotations

from .. import actions as act
from .. import events
from ..decisions import Draft
from ..errors import NotPermitted, listed
from ..limits import Limit
from ..sla import ClockRule, SlaClock
from . import contents


def promise(draft: Draft, command: act.Promise) -> None:
    """Promise a day on a clock, within the rulebook's bounds; it becomes the due date."""
    unit = contents.unit_of(draft, command)
    clock, rule = _clock_to_move(draft, "promise", command.clock, unit)
    _of_this_run(draft, "promise", clock)
    if rule.promise and rule.promise.reason and not command.reason:
        raise draft.refuse("promise", "a promise gives its reason")
    promised_clock = draft.counted(
        rule,
        clock,
        lambda keeper: keeper.promise(clock, rule, command.until, draft.now, asked_at=draft.asked_at, case=draft.id),
    )
    new = draft.with_alarms(promised_clock)
    assert new.due is not None  # noqa: S101 - a promised clock runs; for the type checker
    promised = events.Promised(
        unit=unit, clock=clock.key, until=command.until, old=clock.due, new=new.due, reason=draft.maybe("reason", command.reason)
    )
    draft.add("promise", promised, clocks=(new,))


def extend(draft: Draft, command: act.Extend) -> None:
    """Extend a clock, or keep that it was asked for: what stands against it is said either way."""
    actor = draft.actor
    unit = contents.unit_of(draft, command)
    clock, rule = _clock_to_move(draft, "extend", command.clock, unit)
    _of_this_run(draft, "extend", clock)
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
    asked_at = clock.started_at if asked else draft.asked_at  # what was asked for was in time, or it would not stand
    new = draft.with_alarms(
        draft.counted(rule, clock, lambda keeper: keeper.extend(clock, rule, limit, draft.now, asked_at=asked_at, case=draft.id))
    )
    assert clock.due is not None and new.due is not None  # noqa: S101 - an extended clock runs; for the type checker
    extended = events.Extended(
        clock=clock.key,
        limit=str(limit),
        old=clock.due,
        new=new.due,
        allowed_by=actor.id if approver else draft.allowed_by,
        reason=draft.maybe("reason", command.reason),
    )
    draft.add("extend", extended, clocks=(new,))


def _of_this_run(draft: Draft, action: str, clock: SlaClock) -> None:
    """Refuse what was asked for, and waited for approval, while a clock began anew."""
    if draft.asked_at < clock.started_at:
        raise draft.refuse(action, f"it was asked for before {clock.key!r} began anew")


def refuse_extension(draft: Draft, command: act.RefuseExtension) -> None:
    """Refuse an extension that was asked for."""
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
        return clock, draft.rulebook.rule_of(clock)
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
