"""The ladder climbed: rungs on clocks when the sweep finds them due, rungs on acts and counts with the act itself.

A rung in mode "propose" tells, and leaves what else it does to a person, who takes it up or dismisses it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from .. import actions as act
from .. import escalation, events
from ..cases import Case, Proposed
from ..decisions import Draft
from ..errors import listed
from ..escalation import EFFECTS, Rung
from ..events import Event
from ..sla import Alarm, SlaClock
from ..states import ACTIONS, action_label
from ..units import SYSTEM, Actor
from . import consultations, orders, replies, screening

DESK = Actor(id="casework", role=SYSTEM)
"""Who acts when a rule or the passing of time does."""


def due(draft: Draft) -> None:
    """Fire every rung on a clock that is due, in order."""
    while row := _first_alarm(draft):
        start = len(draft.events)
        _ring(draft, *row)
        climb(draft, start=start)


def _first_alarm(draft: Draft) -> tuple[SlaClock, Alarm] | None:
    waiting = [
        (alarm.at, alarm.rung, alarm.n, clock, alarm)
        for clock in draft.case.clocks
        if clock.status == "running"
        for alarm in clock.alarms
        if alarm.at <= draft.now
    ]
    return min(waiting, key=lambda row: row[:3])[3:] if waiting else None


def _ring(draft: Draft, clock: SlaClock, alarm: Alarm) -> None:
    """Fire one alarm of a clock, and set the next repetition's."""
    rung = draft.rulebook.rungs.get(alarm.rung)
    rest = [row for row in clock.alarms if row != alarm]
    rule = draft.rulebook.clocks.get(clock.rule)
    again = escalation.alarm(rung, clock, rule, draft.known.keeper, n=alarm.n + 1) if rung and rule else None
    left = tuple(sorted([*rest, again] if again else rest, key=lambda row: (row.at, row.rung)))
    order = draft.case.order(clock.subject)
    owing = tuple(unit for unit in order.to if unit in order.unanswered) or order.to if order else ()
    about = owing if order else (clock.subject,) if draft.case.has(clock.subject) else ()
    occasion = escalation.occasion(alarm, clock)
    if clock.started_at == draft.now and any(getattr(event.data, "rung", None) == alarm.rung for event in draft.events):
        rung = None  # what a rung lets start does not ring the same rung at the same moment, or it would for ever
    fire(draft, rung, alarm.rung, occasion, units=about or draft.case.units, clocks=(msgspec.structs.replace(clock, alarms=left),))


def climb(draft: Draft, *, start: int) -> None:
    """Fire the rungs on acts and counts that the events from number *start* on set off, and those that these set off.

    What is imported happened elsewhere, and sets nothing off.
    """
    rungs = draft.rulebook.steps
    if draft.known.imported or not rungs:
        return
    place = start
    while place < len(draft.events):
        event, before, after, is_act = draft.step(place)
        for rung in rungs:
            for mark in _marks(rung, event, before, after, is_act=is_act):
                occasion = f"{rung.id}/{rung.name}/{mark}"
                if occasion not in draft.case.occasions:
                    draft.look_at(place)
                    if rung.kind == "done" and not draft.holds(rung.when):
                        continue  # this act is no occasion for it, and no later one is the same; a count or a clock comes but once
                    fire(draft, rung, rung.id, occasion, units=draft.concerned(place))
        place += 1


def _marks(rung: Rung, event: Event, before: Case | None, after: Case, *, is_act: bool) -> Iterable[str]:
    """Yield what tells the occasions apart that an event is for a rung: the event's number, or a repetition of the count."""
    if rung.kind == "done":
        if is_act and event.action == rung.name:
            yield str(event.seq)
        return
    counted = before.counts.get(rung.name, 0) if before else 0
    for n in rung.steps(counted, after.counts.get(rung.name, 0)):
        yield str(n)


def fire(
    draft: Draft, rung: Rung | None, name: str, occasion: str, *, units: tuple[str, ...], clocks: tuple[SlaClock, ...] = ()
) -> None:
    """Record one occasion of a rung and do what it says, as far as the case allows it now."""
    holds = rung is not None and draft.holds(rung.when)
    do = _possible_effects(draft, rung.do, units, rung=rung.id) if rung and holds else ()
    mode = rung.mode if rung and do else "skipped"
    with draft.acting(DESK):
        fired = events.RungFired(rung=name, occasion=occasion, mode=mode, effects=do, units=units)
        draft.add("sweep", fired, moves=False, clocks=clocks)
        if rung is None or not do:
            return
        what, (zh, en) = draft.rulebook.label(rung.id), _stands_on(draft, rung)
        said = what if what != rung.id and rung.kind not in ("due", "late") else f"{what}：{zh}"  # a label says what it is about
        for line in do:
            if line.startswith("notify:"):
                draft.notify(line.removeprefix("notify:"), said, f"{rung.id}: {en}", units=units)
        if rung.mode == "auto":
            carry_out(draft, do, units, "", rung=rung.id)
        elif any(not line.startswith("notify:") for line in do):
            for role, may in draft.rulebook.roles.items():
                if "take_up" in may.may:
                    draft.notify(role, f"请决定是否采纳：{what}", f"please decide on what is proposed: {rung.id}", units=units)


def _stands_on(draft: Draft, rung: Rung) -> tuple[str, str]:
    """Return what people call the clock, the form, the act or the count that a rung stands on, in Chinese and in English."""
    if rung.kind == "done":
        known = rung.name in ACTIONS
        return (action_label(rung.name, lang="zh"), action_label(rung.name, lang="en")) if known else (rung.name, rung.name)
    if rung.kind == "count":
        return _COUNTED[rung.name], rung.name
    form, clock = draft.rulebook.orders.get(rung.name), draft.rulebook.clocks.get(rung.name)
    row = form if rung.kind == "unanswered" else clock
    return (row.zh or rung.name, row.en or rung.name) if row else (rung.name, rung.name)


_COUNTED = {
    "returned": "退回次数",
    "declined": "退件次数",
    "dissatisfied": "不满意次数",
    "repeated": "重复次数",
    "views": "点击量",
    "instructed": "批示次数",
}


def _possible_effects(draft: Draft, effects: Iterable[str], units: tuple[str, ...], *, rung: str) -> tuple[str, ...]:
    """Return the effects that can be had one after the other; one may make the next possible, or impossible."""
    trial, found = draft.fork(), []
    for line in effects:
        if _possible(trial, line, units):
            found.append(line)
            carry_out(trial, (line,), units, "", rung=rung)
    return tuple(found)


def _possible(draft: Draft, line: str, units: tuple[str, ...]) -> bool:
    """Return whether an effect can be had now: a case that is with nobody has no unit to get an order or a notice."""
    verb, _, name = line.partition(":")
    if verb == "notify":
        return bool(units) or not draft.of_unit(name)
    if not draft.rulebook.lifecycle.can(draft.case.state, EFFECTS[verb]):
        return False
    if verb == "issue":
        form = draft.rulebook.orders[name]
        return bool(form.roles or orders.addressees(draft, form, units))
    if verb == "set":
        axis, _, value = name.partition("=")
        return draft.case.classes.get(axis) != value
    if verb == "return":
        return draft.case.reply is not None
    if verb == "reopen":
        return not replies.reopening_refused(draft)
    return verb != "consult" or bool(draft.case.units)


def carry_out(draft: Draft, effects: Iterable[str], units: tuple[str, ...], text: str, *, rung: str) -> None:
    """Have the effects of a rung, apart from notices."""
    for line in effects:
        verb, _, name = line.partition(":")
        if verb == "notify" or not _possible(draft, line, units):
            continue  # an earlier effect may have left nothing for this one
        if verb == "issue":
            orders.issue(draft, name, units, text, rung=rung)
        elif verb == "set":
            axis, _, value = name.partition("=")
            screening.set_class(draft, axis, value, None)
        elif verb == "reopen":
            draft.add("reopen", events.Reopened(reason=f"rung:{rung}", explanation=None, cycle=draft.case.cycle + 1))
        elif verb == "return":
            count, number = draft.case.counts.get("returned", 0) + 1, len(draft.case.replies)
            reasons = (f"rung:{rung}",)
            returned = events.Returned(reply=number, reasons=reasons, explanation=None, to="handler", resubmit_at=1, count=count)
            draft.add("return", returned)
        elif verb == "consult":
            consultations.consult(draft, act.Consult(matter=text))
        elif verb == "withdraw":
            draft.add("withdraw", events.Withdrawn(reason=f"rung:{rung}", explanation=None))


# --- what a rung only proposes ----------------------------------------------------------------------------------------


def take_up(draft: Draft, command: act.TakeUp) -> None:
    """Do what a rung proposes, in the name of the person who takes it up."""
    row = _proposed(draft, "take_up", command.proposal)
    possible = _possible_effects(draft, row.effects, row.units, rung=row.rung)
    if not possible:
        why = f"the case, in state {draft.case.state!r}, allows nothing any more of what {row.rung!r} proposed"
        raise draft.refuse("take_up", f"{why} ({listed(row.effects)})", allowed=("dismiss",))
    draft.add("take_up", events.RungTakenUp(occasion=row.id, effects=possible))
    carry_out(draft, possible, row.units, command.text, rung=row.rung)


def dismiss(draft: Draft, command: act.Dismiss) -> None:
    """Decide against what a rung proposes."""
    row = _proposed(draft, "dismiss", command.proposal)
    draft.add("dismiss", events.RungDismissed(occasion=row.id, reason=draft.text("reason", command.reason)))


def _proposed(draft: Draft, action: str, named: str | None) -> Proposed:
    waiting = draft.case.proposed
    found = [row for row in waiting if named in (None, row.id, row.rung)]
    if not found:
        what = f"nothing is proposed under {named!r}" if named else "nothing is proposed"
        raise draft.refuse(
            action, f"{what} (proposed: {listed(row.id for row in waiting)})", allowed=tuple(row.id for row in waiting)
        )
    if named is None and len(found) > 1:
        ids = tuple(row.id for row in found)
        raise draft.refuse(action, f"several things are proposed; name one (proposed: {listed(ids)})", allowed=ids)
    return found[0]
