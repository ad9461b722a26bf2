"""A decision in the making: the one way by which events come about.

`Draft.add` moves the state by the lifecycle's table, starts, pauses and stops clocks by the rulebook's clock rules, queues notices,
and folds the event into the case, so what is decided is always what its events say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import msgspec

from . import documents, escalation, events, privacy
from .calendars import WorkCalendar
from .cases import Case
from .errors import ConditionUnmet, ExtensionRefused
from .events import Event, Payload, Ref
from .facts import Fact, facts_of
from .folding import evolve
from .messages import Message, Sender
from .opinions import Finding
from .ports import Notification, Text
from .privacy import Role
from .redaction import redact
from .routing import RoutingFunction
from .rulebook import Rulebook
from .sla import Alarm, ClockRule, Count, Limit, SlaClock, Timekeeper
from .units import Actor


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision may know beyond rulebook and case.

    ``recorded_at`` differs from the moment of the act only in an import, which queues no notices and fires no past rungs.
    ``numbers`` holds the next free number of each series that may be needed, read in the same transaction; ``calendars``, by name
    and version, those that clocks of the case were counted by and that their rules hold them to; ``requests`` the commands that
    wait for approval, by reference, ``texts`` all that could be erased, ``senders`` whoever
    wrote about the matter; ``roles`` are those of the desk's own rulebook. Of a new message: ``findings`` are advice,
    ``code`` is the citizen's query code, ``repeats`` the earlier case that it seems to repeat.
    """

    keeper: Timekeeper
    recorded_at: datetime
    message: Message | None = None
    numbers: Mapping[str, int] = {}
    functions: Mapping[str, RoutingFunction] = {}
    calendars: Mapping[str, WorkCalendar] = {}
    requests: Mapping[Ref, str] = {}
    texts: Mapping[Ref, str] = {}
    senders: tuple[Sender, ...] = ()
    roles: Mapping[str, Role] = {}
    findings: tuple[Finding, ...] = ()
    code: str = ""
    repeats: str | None = None
    imported: bool = False


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided: the events, the case after them, what is kept with them; ``numbers`` is the last one taken by series."""

    case: Case
    events: tuple[Event, ...]
    facts: tuple[Fact, ...]
    numbers: Mapping[str, int]
    texts: tuple[Text, ...]
    notifications: tuple[Notification, ...]
    erased: tuple[Ref, ...] = ()  # also those of ``texts`` that take the place of what is erased


class Draft:
    """Gathers the events of one decision; the case moves on with each of them."""

    def __init__(self, rulebook: Rulebook, case: Case | None, actor: Actor, now: datetime, known: Known, case_id: str) -> None:
        self.rulebook, self.actor, self.now, self.known, self.id = rulebook, actor, now, known, case_id
        self._case = case
        self._events: list[Event] = []
        self._facts: list[Fact] = []
        self._numbers: dict[str, int] = {}
        self._texts: list[Text] = []
        self._notifications: list[Notification] = []
        self._erased: tuple[Ref, ...] = ()
        self._steps: list[tuple[Case | None, Case, bool]] = []
        self._latest: Payload | None = None
        self.asked_at = now
        self.allowed_by: str | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """The events decided so far."""
        return tuple(self._events)

    def fork(self) -> Draft:
        """Return a draft that goes on from here by itself: what is tried in it is not decided."""
        trial = Draft(self.rulebook, self._case, self.actor, self.now, self.known, self.id)
        trial._numbers = dict(self._numbers)
        trial.asked_at, trial.allowed_by = self.asked_at, self.allowed_by
        return trial

    def step(self, place: int) -> tuple[Event, Case | None, Case, bool]:
        """Return an event decided so far with the case before and after it, and whether it is an act, which rules look at."""
        return (self._events[place], *self._steps[place])

    def look_at(self, place: int) -> None:
        """Let conditions ask of an event decided so far, not of the latest."""
        self._latest = self._events[place].data

    def about(self, data: Payload | None) -> None:
        """Let conditions ask of an event of long ago, or of none."""
        self._latest = data

    def concerned(self, place: int) -> tuple[str, ...]:
        """Return the units that an event decided so far is news for."""
        return _concerned(self._steps[place][1], self._events[place].data)

    @contextmanager
    def acting(self, actor: Actor, *, asked_at: datetime | None = None, allowed_by: str | None = None) -> Iterator[None]:
        """Let the events be another's acts for a while: of somebody who asked at a moment and was allowed, or of the desk."""
        before = self.actor, self.asked_at, self.allowed_by
        self.actor, self.asked_at, self.allowed_by = actor, asked_at or self.now, allowed_by
        try:
            yield
        finally:
            self.actor, self.asked_at, self.allowed_by = before

    @property
    def case(self) -> Case:
        """The case as decided so far."""
        if self._case is None:
            raise RuntimeError("no event yet")
        return self._case

    @property
    def seq(self) -> int:
        """The number of the event that comes next."""
        return self._case.version + 1 if self._case else 1

    def text(self, name: str, body: str) -> Ref:
        """Keep a text beside the next event and return its reference."""
        ref = f"{self.seq}.{name}"
        self._texts.append(Text(ref=ref, body=body))
        return ref

    def maybe(self, name: str, body: str) -> Ref | None:
        """Keep a text where there is one."""
        return self.text(name, body) if body else None

    def bare(self, words: str) -> str:
        """Return words that no rulebook lists as an event may keep them for good: without what is personal in them."""
        return redact(words, self.known.senders)

    def erase(self, refs: Iterable[Ref], *, instead: Mapping[Ref, str]) -> None:
        """Have texts erased, and others written anew in the place of what they were."""
        self._erased += (*refs, *instead)
        self._texts += [Text(ref=ref, body=body) for ref, body in instead.items()]

    def take_number(self, series: str) -> int:
        """Take the next number of a series."""
        number = self._numbers[series] + 1 if series in self._numbers else self.known.numbers[series]
        self._numbers[series] = number
        return number

    def document(
        self, template: str, *, number: str, to: tuple[str, ...], day: date, text: str, what: str, answer_by: date | None
    ) -> str:
        """Fill an order's template; it may name the case, its clocks and counts, and no personal data but the message's subject."""
        late_by = self.rulebook.outline.rulebook.late_by
        due = next((clock.due for clock in self.case.clocks if clock.rule == late_by and clock.due), None)
        return documents.render(
            template,
            {
                "number": number,
                "to": list(to),
                "day": day,
                "text": text,
                "what": what,
                "answer_by": answer_by,
                "case": self.id,
                "message_number": self.case.number or self.id,
                "subject": self.known.message.subject if self.known.message else "",
                "lead": self.case.lead or "",
                "due": due.date if due else None,
                "counts": {name: self.case.counts.get(name, 0) for name in escalation.COUNTS},
            },
        )

    def add(self, action: str, data: Payload, *, moves: bool = True, clocks: tuple[SlaClock, ...] = ()) -> None:
        """Add an event: the state moves as the lifecycle says (unless not ``moves``), and the clocks follow."""
        before, self._latest = self._case, data
        life = self.rulebook.lifecycle
        state = life.initial
        if before is not None:
            state = life.next(before.state, action, case=self.id) if moves else before.state
        if before is not None:
            clocks = tuple(self._standing(clock, before) for clock in clocks)
        event = Event(
            case=self.id,
            seq=self.seq,
            occurred_at=self.now,
            recorded_at=self.known.recorded_at,
            actor=self._signed(),
            role=self.actor.role,
            action=action,
            state=state,
            data=data,
            clocks=clocks,
        )
        after = evolve(before, event)
        if moves and (followed := self._clocks(before, after, action, data, self.rulebook.clocks)):
            keys = {clock.key for clock in followed}
            every = (*(clock for clock in clocks if clock.key not in keys), *followed)
            event = msgspec.structs.replace(event, clocks=every)
            after = evolve(before, event)
        self._case = after
        self._events.append(event)
        self._steps.append((before, after, moves))
        self._facts += facts_of(self._case, event)
        if moves:
            for rule in self.rulebook.outline.notify:
                if rule.on == action and self.holds(rule.when):
                    for role in rule.to:
                        self.notify(role, rule.zh, rule.en, units=_concerned(self._case, data))

    def _signed(self) -> str:
        """Return who acts, as events keep it for good: of whoever wrote the message, only that; by which key, the portal knows."""
        role = self.rulebook.roles.get(self.actor.role)
        return "sender" if role and role.scope == "own" else self.actor.id

    def of_unit(self, role: str) -> bool:
        """Return whether a role acts for units, so that a notice to it goes to each unit concerned."""
        return role in self.rulebook.roles and self.rulebook.roles[role].scope == "unit"

    def _on_boards(self, role: str) -> bool:
        return role in self.rulebook.roles and self.rulebook.roles[role].scope == "board"

    def told(self, action: str, units: tuple[str, ...], zh: str, en: str) -> None:
        """Queue a notice to each of *units*, for those of it who may do *action*."""
        for role in self.rulebook.roles:
            if units and self.of_unit(role) and action in self.rulebook.roles[role].may:
                self.notify(role, zh, en, units=units)

    def speaks_for(self, unit: str) -> bool:
        """Return whether the actor may decide on what a unit wrote or asked for: its own people, and whoever is above units."""
        role = self.rulebook.roles.get(self.actor.role)
        return (
            role is None
            or "unit" not in (role.scope, self.actor.scope)
            or privacy.acts_for(role, self.actor, unit, self.rulebook.register)
        )

    def notify(self, role: str, zh: str, en: str, *, units: tuple[str, ...]) -> None:
        """Queue a notice beside the latest event, for a role of units one for each of *units*; an import queues none."""
        if self.known.imported:
            return
        if role in self.rulebook.roles and self.rulebook.roles[role].scope == "own":
            role = "sender"
        for unit in units if self.of_unit(role) else (self.case.lead or "",):
            for of, channel in self._ways() if role == "sender" else (("", ""),):
                seq = self.case.version
                self._notifications.append(
                    Notification(
                        case=self.id,
                        seq=seq,
                        n=sum(row.seq == seq for row in self._notifications) + 1,
                        to=role,
                        unit=unit,
                        action=self._events[-1].action,
                        zh=zh,
                        en=en,
                        channel=channel,
                        of=of,
                        board=(self.case.board or "") if self._on_boards(role) else "",
                    )
                )

    def _ways(self) -> list[tuple[str, str]]:
        """Return by which channels the senders are told: each by which the case came, and those of cases merged into it."""
        case, declared = self.case, self.rulebook.outline.channels
        own = Counter(case.channels) - Counter(channel for _, channel in case.absorbed)
        ways = (*(("", channel) for channel in own), *case.absorbed)
        replies = ((of, (row.reply if (row := declared.get(channel)) else "") or channel) for of, channel in ways)
        return list(dict.fromkeys(replies))

    def decision(self) -> Decision:
        """Return what was decided."""
        return Decision(
            case=self.case,
            events=tuple(self._events),
            facts=tuple(self._facts),
            numbers=dict(self._numbers),
            texts=tuple(self._texts),
            notifications=tuple(self._notifications),
            erased=self._erased,
        )

    def refuse(self, action: str, *reasons: str, allowed: tuple[str, ...] = ()) -> ConditionUnmet:
        """Return the error for a command whose contents do not do."""
        return ConditionUnmet(action, reasons, case=self.id, allowed=allowed)

    def context(self) -> dict[str, Any]:
        """Return the names that conditions may use, with their values for this case."""
        case, message = self.case, self.known.message
        received = self.known.keeper.local(case.received_at)
        about = case.order(getattr(self._latest, "order", None) or "")
        return {
            **{axis: case.classes.get(axis, "") for axis in self.rulebook.outline.classes},
            "text": message.text if message else "",
            "subject": message.subject if message else "",
            "body": message.body if message else "",
            "sender": message.sender.ref if message else "",
            "channel": case.channel,
            "board": case.board or "",
            "place": (message.place if message else None) or "",
            "state": case.state,
            "lead": case.lead or "",
            "outcome": (case.reply.outcome if case.reply and case.reply.status == "submitted" else case.outcome) or "",
            "public": case.public,
            "date": received.date().isoformat(),
            "form": about.form if about else "",
            "solved": _YES_NO[_latest(row.solved for row in case.revisits)],
            "satisfied": _YES_NO[case.satisfied],
            "orders": sum(row.cleared_at is None for row in case.orders),
            "revisits": len(case.revisits),
            "year": received.year,
            "month": received.month,
            "day": received.day,
            "hour": received.hour,
            "weekday": received.isoweekday(),
            "units": len(case.units),
            "cycle": case.cycle,
            **{name: case.counts.get(name, 0) for name in escalation.COUNTS},
        }

    def hours(self, count: Count) -> Count:
        """Return a way of counting with the rulebook's office hours, where it has none of its own."""
        hours = self.rulebook.outline.hours
        return count.model_copy(update={"hours": hours}) if hours and count.hours is None else count

    def signature(self, unit: str) -> dict[str, Any]:
        """Return what the checks of a reply may know: whose it is, under which names, on which day, and what holds of the case."""
        register = self.rulebook.register
        known = next((row for row in register.unit if row.name == unit), None) if register else None
        keeper = self.known.keeper
        return {
            "unit": unit,
            "names": (unit, *known.aliases) if known else (unit,) if unit else (),
            "day": keeper.local_date(self.now),
            "received": keeper.local_date(self.case.received_at),
            "holds": self.holds,
        }

    def gates(self, act: str) -> tuple[str, ...]:
        """Return the roles of the gates before an act, as the rules have it for the case as decided so far."""
        return self.rulebook.outline.gates(act, self.holds)

    def holds(self, condition: str) -> bool:
        """Return whether a condition of the rulebook is true of the case as decided so far."""
        return not condition or self.rulebook.conditions[condition].holds(self.context())

    # -- clocks

    def traced(self, history: Iterable[Event], rules: Iterable[ClockRule]) -> Mapping[str, SlaClock]:
        """Return by key the clocks that some rules would have given the case by now, had they been there from its first event.

        What an event decides about a clock by itself, such as an extension, is not among it.
        """
        trial, wanted = self.fork(), {rule.id: rule for rule in rules}
        clocks: dict[str, SlaClock] = {}
        before: Case | None = None
        for event in history:
            after = evolve(before, event)
            if not isinstance(event.data, _NO_ACTS):
                trial.now, trial._latest, trial._case = event.occurred_at, event.data, before
                so_far = msgspec.structs.replace(after, clocks=tuple(clocks.values()))
                followed = trial._clocks(before, so_far, event.action, event.data, wanted)
                clocks |= {clock.key: clock for clock in followed}
            before = after
        return clocks

    def _clocks(
        self, before: Case | None, after: Case, action: str, data: Payload, rules: Mapping[str, ClockRule]
    ) -> tuple[SlaClock, ...]:
        """Return the clocks of these rules that this step changes, as they now are."""
        state = self.rulebook.lifecycle.states.get(after.state)  # a history may have been in states that this version dropped
        moved = before is None or before.state != after.state
        happened = {action, after.state} if moved else {action}
        over = moved and state is not None and state.kind == "final"
        turn = _turn(before, after, data)
        old = {clock.key: clock for clock in after.clocks}
        new: dict[str, SlaClock] = {}
        ended: list[SlaClock] = []
        self._case = after
        for rule in rules.values():
            mine = [clock for clock in old.values() if clock.rule == rule.id]
            for clock in mine:
                late: tuple[SlaClock, ...] = ()
                changed = self._changed(rule, clock, after, happened, data, over=over)
                if turn and not over and _turns(rule, clock, after, data):
                    late, turned = self._turned(rule, changed, turn, after)
                    stopped_now = changed.status == "stopped" and clock.status != "stopped"
                    if stopped_now and turned != changed:
                        late = (changed,)  # its verdict is kept before it goes on
                    ended += late
                    changed = turned
                changed = self._paused(rule, changed, after, moved=moved or changed.run != clock.run)
                if changed != clock or late:  # after a verdict in the same event it says that it goes on, even as it was
                    new[clock.key] = changed
            if happened.isdisjoint(rule.starts_on) or over:
                continue
            for subject in _subjects(rule, before, after, data):
                running = new.get(f"{rule.id}:{subject}" if subject else rule.id) or next(
                    (clock for clock in mine if clock.subject == subject), None
                )
                if (running is None or running.status in ("stopped", "cancelled")) and self.holds(rule.when):
                    started = self.known.keeper.begin(rule, self.limit(rule), self.now, subject=subject, clock=running)
                    if started.key in new:  # it stopped by the same act: its verdict is kept before the next run
                        ended.append(new[started.key])
                    new[started.key] = self._paused(rule, self.with_alarms(started), after, moved=True)
        self._case = before
        return (*ended, *new.values())

    def limit(self, rule: ClockRule) -> Limit:
        """Return the first of a clock's limits whose condition holds."""
        return next(row.limit for row in rule.limit if self.holds(row.when))

    def _changed(self, rule: ClockRule, clock: SlaClock, after: Case, happened: set[str], data: Payload, *, over: bool) -> SlaClock:
        """Stop or cancel a clock that is not over yet, where this step ends it; begin the next run of one that waits for it."""
        keeper = self.known.keeper
        if clock.status in ("stopped", "cancelled"):
            return clock
        if not happened.isdisjoint(rule.stops_on) and _concerns(rule, clock, after, data):
            # A run that is waited for has not begun: there is nothing that could have been met.
            return keeper.cancel(clock, self.now) if clock.status == "waiting" else keeper.stop(clock, self.now)
        if over or (rule.per == "assignment" and clock.subject not in after.units):
            return keeper.cancel(clock, self.now)
        lead = after.assignment(after.lead)
        back = isinstance(data, events.Declined) and lead is not None and lead.status != "asked"  # it fell back to who had it
        if clock.status == "waiting" and (back or (isinstance(data, events.Accepted) and data.unit == after.lead)):
            return self.with_alarms(keeper.begin(rule, self.limit(rule), self.now, clock=clock))
        return clock

    def _turned(self, rule: ClockRule, clock: SlaClock, turn: str, after: Case) -> tuple[tuple[SlaClock, ...], SlaClock]:
        """Return what the rule makes of a clock at a turn of its case, after the verdict on a run that it ends late."""
        keeper, then = self.known.keeper, getattr(rule.on, turn)
        over = clock.status not in ("running", "paused")
        if then is None or (turn == "reclassify" and over):  # a class that is corrected afterwards opens nothing again
            return (), clock
        if then == "restart-on-accept" and (row := after.assignment(after.lead or "")) and row.status != "asked":
            then = "restart"  # the new lead had accepted before, as an assisting unit
        if then in ("restart", "restart-on-accept"):
            late = clock.status == "running" and clock.due is not None and self.now >= clock.due.before
            ended = (keeper.stop(clock, self.now),) if late else ()
            if then == "restart-on-accept":
                return ended, keeper.wait(clock, self.now)
            return ended, self.with_alarms(keeper.begin(rule, self.limit(rule), self.now, clock=clock))
        changed = self.counted(rule, clock, lambda keeper: keeper.revive(clock, rule, self.now, pausing=then == "resume"))
        if then == "recompute":
            revived, limit = changed, clock.limit if clock.run_key in after.limits_set else self.limit(rule)
            changed = self.counted(rule, clock, lambda keeper: keeper.recount(revived, rule, limit=limit))
        return (), self.with_alarms(changed) if changed != clock else clock

    def recomputed(self, rule: ClockRule, clock: SlaClock, limit: Limit) -> SlaClock:
        """Return a clock counted anew from its start by its rule, with this limit, as it stands in the state of the case."""
        changed = self.counted(rule, clock, lambda keeper: keeper.recount(clock, rule, limit=limit))
        return self._paused(rule, changed, self.case, moved=True)

    def _standing(self, clock: SlaClock, case: Case) -> SlaClock:
        """Pause a clock that has time again while its case stands in a state in which the clock stands still."""
        rule = self.rulebook.clocks.get(clock.rule)
        return self._paused(rule, clock, case, moved=True) if rule and clock.status == "running" else clock

    def _paused(self, rule: ClockRule, clock: SlaClock, after: Case, *, moved: bool) -> SlaClock:
        """Pause a clock whose case came into a state in which it stands still, resume one whose case left it."""
        keeper = self.known.keeper
        if moved and clock.status == "running" and after.state in rule.pauses_on:
            return keeper.pause(clock, rule, self.now)
        if moved and clock.status == "paused" and after.state not in rule.pauses_on:
            return self.with_alarms(self.counted(rule, clock, lambda keeper: keeper.resume(clock, rule, self.now)))
        return clock

    def counted(self, rule: ClockRule, clock: SlaClock, step: Callable[[Timekeeper], SlaClock]) -> SlaClock:
        """Return what a step makes of a clock by the calendar that its rule holds it to.

        A notice that came since the clock was counted moves it as ``on_calendar_change`` allows, and not by a back door: of a clock
        that keeps what it has every day is counted by its own calendar, of one that can only move later by whichever is later.
        """
        keeper, own = self.known.keeper, self.known.calendars.get(clock.calendar)
        if own is None or rule.on_calendar_change == "recompute":
            return step(keeper)
        before = step(msgspec.structs.replace(keeper, calendar=own))
        if rule.on_calendar_change == "keep":
            return before
        try:
            after = step(keeper)
        except ExtensionRefused:  # what gives more time by one of the two gives more time
            return before
        return before if before.due and after.due and after.due.before < before.due.before else after

    def with_alarms(self, clock: SlaClock) -> SlaClock:
        """Give a clock its alarms; occasions that are over (of an import, or from before a pause) do not come again."""
        rungs = tuple(self.rulebook.rungs.values())
        fired = self._case.occasions if self._case else ()

        def over(row: Alarm) -> bool:
            return escalation.occasion(row, clock) in fired or (self.known.imported and row.at <= self.known.recorded_at)

        rule = self.rulebook.clocks[clock.rule]
        return msgspec.structs.replace(clock, alarms=escalation.alarms(rungs, clock, rule, self.known.keeper, over=over))


_NO_ACTS = (
    events.DuplicateFound,
    events.LimitSet,
    events.Overruled,
    events.Recalculated,
    events.Routed,
    events.RungFired,
)
"""What goes with an act, or befalls a case by itself: no clock starts or stops on it."""


def _turn(before: Case | None, after: Case, data: Payload) -> str | None:
    """Return which turn a case takes, as `Turns` calls it."""
    if isinstance(data, events.Assigned | events.ConsultationConcluded):
        return "transfer" if before and before.led_by not in (None, after.lead) else None
    if isinstance(data, events.Reviewed):
        return "reclassify" if before and data.classes.items() - before.classes.items() else None
    turns = {events.Returned: "return_", events.Reclassified: "reclassify", events.Reopened: "reopen"}
    return turns.get(type(data))


def _turns(rule: ClockRule, clock: SlaClock, after: Case, data: Payload) -> bool:
    """Return whether a turn concerns a clock: one kept for a unit goes with that unit's part in the case."""
    if rule.per != "assignment":
        return True
    returned = isinstance(data, events.Returned) and after.reply is not None and after.reply.unit != clock.subject
    return clock.subject in after.units and not returned and not isinstance(data, events.Assigned | events.ConsultationConcluded)


def _subjects(rule: ClockRule, before: Case | None, after: Case, data: Payload) -> tuple[str, ...]:
    """Return for what a clock starts: the case (""), the unit or units that the event is about, or the order.

    An assignment is about the units that it brings in; those that have the case already go on as they were.
    """
    if rule.per == "case":
        return ("",)
    if rule.per == "order":
        order = after.order(data.order) if isinstance(data, events.OrderIssued | events.OrderAnswered) else None
        return (order.id,) if order and rule.form in ("", order.form) else ()
    if before and isinstance(data, events.Assigned | events.ConsultationConcluded):
        had = {row.unit for row in before.assignments if row.status not in ("declined", "ended")}
        return tuple(unit for unit in after.units if unit not in had)
    unit = getattr(data, "unit", None)
    return (unit,) if unit else after.units


def _concerned(after: Case, data: Payload) -> tuple[str, ...]:
    """Return the units that an event is news for: the one it names, those it asks for the first time, or all that have the case."""
    if isinstance(data, events.Assigned | events.ConsultationConcluded):
        return tuple(row.unit for row in after.assignments if row.status == "asked")
    if isinstance(data, events.Returned) and after.reply:
        return (after.reply.unit,)
    if isinstance(data, events.OrderIssued | events.Instructed):
        return data.to or after.units
    unit = getattr(data, "unit", None)
    return (unit,) if unit else after.units


_YES_NO = {True: "yes", False: "no", None: ""}


def _latest(values: Iterable[bool | None]) -> bool | None:
    return next((value for value in reversed(list(values)) if value is not None), None)


def _concerns(rule: ClockRule, clock: SlaClock, after: Case, data: Payload) -> bool:
    """Return whether an event is about the unit or order that a clock is kept for; one about no single one is about all.

    An order that went to several is answered when all of them have answered.
    """
    order = after.order(clock.subject) if isinstance(data, events.OrderAnswered) else None
    if rule.per == "order" and order and order.unanswered:
        return False
    about = getattr(data, {"assignment": "unit", "order": "order"}.get(rule.per, ""), None) if rule.per != "case" else None
    return about is None or about == clock.subject
