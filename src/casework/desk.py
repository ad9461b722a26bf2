"""The desk: reads the time once, loads, lets the engine decide, commits. The door through which everything goes.

Portals call `Desk.receive` and `Desk.act`; a timer calls `Desk.sweep` and `Desk.deliver`; an importer uses `Desk.importing`, the
only way to let things have happened at other moments than they are recorded at.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime

import msgspec

from . import engine, journal, privacy
from .actions import Approve, Command
from .calendars import WorkCalendar
from .cases import Case
from .decisions import Decision, Known
from .errors import (
    ChainBroken,
    InputError,
    KeyReused,
    NaiveDatetime,
    NotPermitted,
    Problem,
    RulebookInvalid,
    StaleVersion,
    UnknownRulebook,
)
from .events import Event, StoredEvent
from .messages import Message, Sender
from .ports import Answered, CaseStore, Change, Notifier, Snapshot, UnitOfWork
from .recalculation import Recalculation
from .rounds import Delivery, Recount, Sweep, deliver, sweep
from .routing import Route, RoutingFunction
from .rulebook import Rulebook
from .shelf import Shelf
from .sla import Explanation, Timekeeper, Verdict
from .units import Actor, Register
from .views import CaseView, ClockView, case_view
from .whereabouts import Whereabouts, whereabouts

__all__ = ["CaseView", "ClockView", "Delivery", "Desk", "Importing", "Recalculation", "Sweep", "desk_for"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def utc_now() -> datetime:
    """Return the present moment; the one place in casework that reads the time."""
    return datetime.now(UTC)


def new_case_id() -> str:
    """Return a new case id: 18 letters and digits that sort by the moment they were made and cannot be guessed."""
    ticks, letters = int(utc_now().timestamp() * 1000), ""
    for _ in range(9):
        ticks, rest = divmod(ticks, 32)
        letters = _ALPHABET[rest] + letters
    return letters + "".join(secrets.choice(_ALPHABET) for _ in range(9))


class Desk:
    """Applies rulebooks to cases in a store.

    New cases begin under *rulebook*; older cases keep theirs, which the store holds. *routing* registers the Python functions
    that routing rules ``call``. *now* and *new_id* are for hosts and tests that have their own; *now* must give aware moments.
    *calendar* takes the place of the one that the rulebook names, for hosts with notices of their own; left out, it is the one
    that the store's deadlines were last recalculated by, or else the shipped one.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        *,
        store: CaseStore,
        routing: Mapping[str, RoutingFunction] | None = None,
        now: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_case_id,
        calendar: WorkCalendar | None = None,
    ) -> None:
        self.rulebook, self.store = rulebook, store
        self._functions = dict(routing or {})
        self._now, self._new_id = now, new_id
        self._shelf = Shelf(rulebook, store, calendar)
        self._kept = False
        missing = [
            Problem(
                f"no function {rule.call!r} is registered; give it to Desk(routing={{{rule.call!r}: …}})", f"route.{rule.id}.call"
            )
            for rule in rulebook.outline.route
            if rule.call and rule.call not in self._functions
        ]
        if missing:
            raise RulebookInvalid(rulebook.id, missing)

    # -- the portal's door

    def receive(self, message: Message, *, key: str | None = None) -> Case:
        """Make a case of a message.

        Its clocks count from ``message.received_at``, which may not lie in the future, or from now. The same *key* with the same
        message returns the case that was made the first time; with another message it is `KeyReused`.
        """
        now = self._moment()
        at = message.received_at or now
        if at > now:
            raise InputError(f"the message was received at {at.isoformat()}, which is after now ({now.isoformat()})", value=at)
        with self.store.work() as work:
            case, made = self._receive(work, message, key, at, self._known(self.rulebook, now))
        self._kept = self._kept or made
        return case

    def act(self, case: str, command: Command, *, by: Actor, key: str | None = None, expect: int | None = None) -> Case:
        """Carry out a command on a case and return the case after it.

        *expect* is the version that the caller has seen: `StaleVersion` where the case has moved on. *key* makes the call safe
        to repeat: the same command with the same key has one effect. A refused command (`CommandRefused`) has none.
        """
        now = self._moment()
        with self.store.work() as work:
            return self._act(work, case, command, by, key, expect, now, now, imported=False)

    @contextmanager
    def importing(self) -> Iterator[Importing]:
        """Take over what happened elsewhere, each act at the moment it occurred, all in one transaction.

        An import queues no notices and fires no rungs whose moment is past when it is recorded.
        """
        now = self._moment()
        with self.store.work() as work:
            importing = Importing(self, work, now)
            yield importing
        self._kept = self._kept or importing.made > 0

    # -- reading

    def get(self, case: str) -> Case:
        """Return a case, unmasked: for the trusted host. `CaseNotFound` where there is none."""
        return self.store.read(case).case

    def message(self, case: str) -> Message:
        """Return a case's message, unmasked; erased parts are empty."""
        row = self.store.read(case).case
        texts = self.store.texts(case)
        return _message(texts.get(row.message), texts.get(row.sender) if row.sender else None)

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar that the desk's rulebook names, with the notices that the desk counts by."""
        return self._shelf.calendar(self.rulebook.outline.rulebook.calendar)

    def today(self) -> date:
        """Return today's date in the rulebook's zone."""
        return self._shelf.keeper(self.rulebook).local_date(self._moment())

    def rulebook_of(self, case: Case) -> Rulebook:
        """Return the rulebook that a case keeps; `UnknownRulebook` where the store has lost it."""
        return self._shelf.book(case)

    def history(self, case: str) -> tuple[Event, ...]:
        """Return a case's events in order."""
        return tuple(journal.decode(row.text, case=case, seq=row.seq) for row in self.store.events(case))

    def view(self, case: str, *, by: Actor) -> CaseView:
        """Return a case as *by* may see it; `NotPermitted` where the case lies outside the actor's scope."""
        row = self.store.read(case).case
        book, keeper = self._rules(row)
        message = self.message(case)
        role = book.roles.get(by.role)
        if role is None:
            why = f"the rulebook has no role {by.role!r} (roles: {', '.join(sorted(book.roles))})"
        else:
            why = privacy.out_of_scope(role, by, row, sender=message.sender.ref, register=book.register)
        if role is None or why:
            raise NotPermitted("view", actor=by.id, role=by.role, why=why, case=case)
        now, texts = self._moment(), self.store.texts(case)
        allowed = engine.open_to(book, row, by, self._known(book, now, message=message))
        return case_view(row, message, texts, book, keeper, role, now, allowed=allowed)

    def why(self, case: str) -> Whereabouts:
        """Explain why a case went where it went: each rule's proposal and reason, who decided, followed or overruled it, and why.

        It is unmasked, for the trusted host.
        """
        row = self.get(case)
        book = self._shelf.book(row)
        return whereabouts(self.history(case), self.store.texts(case), book, zone=book.zone)

    def verdicts(self, case: str) -> dict[str, Verdict]:
        """Return what each of a case's clocks says now, by its key."""
        row, now = self.get(case), self._moment()
        book, keeper = self._rules(row)
        return {clock.key: keeper.verdict(clock, book.clocks[clock.rule], now) for clock in row.clocks}

    def explain(self, case: str, clock: str) -> Explanation:
        """Explain a clock's due date: every day counted or skipped, and why, by the calendar that it was counted by.

        A paused clock is explained by the calendar that it will be counted by. Where nobody kept its calendar, it is counted by
        the present one, and the account says so if it comes to another day. `UnknownClock` names the clocks that there are;
        InputError for one that waits for a unit to accept.
        """
        row = self.get(case)
        book, keeper = self._rules(row)
        found = row.clock(clock)
        if found.due is None and not found.pauses:
            yet = (
                "counts nothing yet: it starts when a unit accepts" if found.status == "waiting" else "ended before a unit accepted"
            )
            raise InputError(f"the clock {clock!r} of case {case} {yet}", value=clock)
        name, _, version = found.calendar.partition("@")
        keeps = found.status != "paused" or book.clocks[found.rule].on_calendar_change == "keep"
        if keeps and (known := self._shelf.calendar_of(name, version)):
            keeper = Timekeeper(known, keeper.zone, provisional=True)
        told = keeper.explain(
            found.started_at,
            found.limit,
            count=book.clocks[found.rule].count,
            pauses=found.pauses,
            extensions=found.extensions,
            paused=found.due is None,
        )
        kept = found.due if found.due and told.due and found.due.before != told.due.before else None
        return msgspec.structs.replace(told, kept=kept, kept_by=found.calendar if kept else "")

    def verify(self, case: str) -> None:
        """Check a case's chain of events against its head, and the case against its events; `ChainBroken` names the place."""
        snapshot, stored = self.store.read(case), self.store.events(case)
        for _ in range(100):  # somebody may have acted between the two
            again = self.store.read(case)
            if again.head == snapshot.head:
                break
            snapshot, stored = again, self.store.events(case)
        journal.verify(case, stored, head=snapshot.head)
        if journal.replay(stored) != snapshot.case:
            raise ChainBroken(case, len(stored), "the case row is not what its events say")

    # -- what a timer calls

    def sweep(self, *, limit: int = 500) -> Sweep:
        """Fire every rung that is due on at most *limit* cases; run again at the same moment, it changes nothing."""
        return sweep(self.store, self._moment(), self._sweep, limit=limit)

    def _sweep(self, case: str, now: datetime) -> int:
        """Fire what is due on one case; return the number of events."""
        with self.store.work() as work:
            snapshot = work.load(case)
            book = self._shelf.book(snapshot.case, work=work)
            at = max(now, snapshot.case.updated_at)  # a clock that was set back does not turn a history around
            known = self._known_for(work, book, snapshot.case, None, at, recorded_at=at)
            decision = engine.due(book, snapshot.case, at, known)
            self._write(work, snapshot, decision)
        return len(decision.events)

    def recalculate(self, calendar: WorkCalendar, *, dry_run: bool = False, batch: int = 1000) -> Recalculation:
        """Count every open deadline anew by a calendar with new notices, and count by it from now on.

        What moves is recorded with the case, old and new, as its clock's ``on_calendar_change`` allows; stopped clocks keep what
        they have, and a paused one is counted anew when it resumes. Each *batch* of cases is one transaction. Run again, nothing
        moves. A *dry_run* changes nothing and says what would move.

        Only cases whose rulebook names a calendar of this name are looked at. Desks that were made before, in other processes, go
        on with the calendar that they were made with.
        """
        now = self._moment()
        return Recount(self.store, self._shelf, self._write, now, dry_run=dry_run).run(calendar, batch=batch)

    def deliver(self, notifier: Notifier, *, limit: int = 100) -> Delivery:
        """Hand at most *limit* waiting notices to a channel, each at least once; what it refuses is tried again, ever later."""
        return deliver(self.store, notifier, self._moment(), limit=limit)

    # -- inside

    def _moment(self) -> datetime:
        now = self._now()
        if now.tzinfo is None:
            raise NaiveDatetime(now, what="the desk's now()")
        return now.astimezone(UTC)

    def _rules(self, case: Case) -> tuple[Rulebook, Timekeeper]:
        book = self._shelf.book(case)
        return book, self._shelf.keeper(book)

    def _known(self, book: Rulebook, recorded_at: datetime, *, message: Message | None = None, imported: bool = False) -> Known:
        return Known(
            keeper=self._shelf.keeper(book),
            recorded_at=recorded_at,
            message=message,
            functions=self._functions,
            imported=imported,
        )

    def _known_for(
        self,
        work: UnitOfWork,
        book: Rulebook,
        case: Case,
        command: Command | None,
        at: datetime,
        *,
        recorded_at: datetime,
        imported: bool = False,
    ) -> Known:
        """Gather what a decision may know: the message where a rule could ask for it, and the series that may be drawn from."""
        known = self._known(book, recorded_at, imported=imported)
        series = engine.series_needed(book, case, command, at, known)
        asks = book.conditions or series or any(role.scope == "own" for role in book.roles.values())
        sender = work.text(case.id, case.sender) if asks and case.sender else None
        message = _message(work.text(case.id, case.message), sender) if asks else None
        waiting = [row.text for row in case.requests if row.text] if isinstance(command, Approve) else []
        asked = {ref: text for ref in waiting if (text := work.text(case.id, ref)) is not None}
        return msgspec.structs.replace(
            known,
            message=message,
            numbers={name: work.next_number(name) for name in series},
            calendars=self._shelf.held(book, case, known.keeper),
            requests=asked,
        )

    def _receive(self, work: UnitOfWork, message: Message, key: str | None, at: datetime, known: Known) -> tuple[Case, bool]:
        """Make a case, or find the one that the key made before; the flag says which."""
        digest = _digest("receive", message.model_dump_json())
        if key and (answered := work.answered(key)):
            return self._again(work, answered, digest, key, "receive"), False
        if not self._kept:
            work.keep("rulebook", self.rulebook.digest, self.rulebook.text)
            if self.rulebook.register:
                text = msgspec.json.encode(self.rulebook.register).decode()
                work.keep("register", _digest("register", text), text)
        message = message.model_copy(update={"received_at": at})
        series = engine.series_needed(self.rulebook, None, None, at, known)
        known = msgspec.structs.replace(known, numbers={name: work.next_number(name) for name in series})
        decision = engine.open_case(self.rulebook, self._new_id(), message, at, known)
        self._write(work, None, decision, key=key, digest=digest)
        return decision.case, True

    def _act(
        self,
        work: UnitOfWork,
        case: str,
        command: Command,
        by: Actor,
        key: str | None,
        expect: int | None,
        at: datetime,
        now: datetime,
        *,
        imported: bool,
    ) -> Case:
        asked = command.model_dump_json(exclude_defaults=True), by.model_dump_json(exclude_none=True)
        digest = _digest(case, command.action, *asked)
        if key and (answered := work.answered(key)):
            return self._again(work, answered, digest, key, command.action)
        snapshot = work.load(case)
        if expect is not None and expect != snapshot.case.version:
            raise StaleVersion(case, expected=expect, actual=snapshot.case.version, tried=command.action)
        if imported and at < snapshot.case.updated_at:
            was = snapshot.case.updated_at.isoformat()
            raise InputError(f"cannot {command.action} case {case} at {at.isoformat()}: its latest event is of {was}", value=at)
        book = self._shelf.book(snapshot.case, work=work)
        at = max(at, snapshot.case.updated_at)
        known = self._known_for(work, book, snapshot.case, command, at, recorded_at=now, imported=imported)
        decision = engine.decide(book, snapshot.case, command, by, at, known)
        self._write(work, snapshot, decision, key=key, digest=digest)
        return decision.case

    def _again(self, work: UnitOfWork, answered: Answered, digest: str, key: str, tried: str) -> Case:
        """Return the answer that an idempotency key was given the first time."""
        if answered.digest != digest:
            raise KeyReused(key, case=answered.case, tried=tried)
        return journal.replay(work.events(answered.case)[: answered.version])

    def _write(
        self, work: UnitOfWork, before: Snapshot | None, decision: Decision, *, key: str | None = None, digest: str | None = None
    ) -> None:
        if not decision.events:
            return
        head = before.head if before else ""
        stored = []
        for event in decision.events:
            text = journal.encode(event)
            head = journal.chain(head, text)
            stored.append(StoredEvent(event.case, event.seq, text, head))
        work.write(
            Change(
                case=decision.case,
                expected=before.case.version if before else 0,
                head=head,
                events=tuple(stored),
                facts=decision.facts,
                numbers=decision.numbers,
                texts=decision.texts,
                notifications=decision.notifications,
                key=key,
                digest=digest if key else None,
            )
        )


class Importing:
    """The door for what happened before it is recorded; made by `Desk.importing`.

    ``rulebook`` is the one that new cases get, ``made`` counts the cases that were made.
    """

    def __init__(self, desk: Desk, work: UnitOfWork, now: datetime) -> None:
        self._desk, self._work, self._recorded_at = desk, work, now
        self.rulebook = desk.rulebook
        self.made = 0

    def receive(self, message: Message, *, key: str | None = None) -> Case:
        """Make a case of a message at its ``received_at``, which must be given and not lie in the future."""
        if message.received_at is None:
            raise InputError("an imported message needs its received_at", value=message.subject)
        at = self._past(message.received_at, "receive")
        known = self._desk._known(self._desk.rulebook, self._recorded_at, imported=True)
        case, made = self._desk._receive(self._work, message, key, at, known)
        self.made += made
        return case

    def act(self, case: str, command: Command, *, by: Actor, at: datetime, key: str | None = None) -> Case:
        """Carry out a command at the moment *at* (aware), not before the case's latest event."""
        at = self._past(at, command.action)
        return self._desk._act(self._work, case, command, by, key, None, at, self._recorded_at, imported=True)

    def used(self, key: str) -> bool:
        """Return whether an idempotency key was used before, in this import or an earlier one."""
        return self._work.answered(key) is not None

    def _past(self, at: datetime, what: str) -> datetime:
        if at.tzinfo is None:
            raise NaiveDatetime(at, what=f"the moment to {what}")
        if at > self._recorded_at:
            raise InputError(f"cannot {what} at {at.isoformat()}: that is after now ({self._recorded_at.isoformat()})", value=at)
        return at.astimezone(UTC)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _message(body: str | None, sender: str | None) -> Message:
    kept = Message.model_validate_json(body) if body else Message(subject="(erased)")
    return kept.model_copy(update={"sender": Sender.model_validate_json(sender)}) if sender else kept


def desk_for(
    store: CaseStore,
    *,
    routing: Mapping[str, RoutingFunction] | None = None,
    now: Callable[[], datetime] = utc_now,
    calendar: WorkCalendar | None = None,
) -> Desk:
    """Return a desk for a store that has been in use, with the rulebook and register that it kept last.

    A routing function that the rulebook calls and *routing* lacks fails when a new message asks for it; all else works without.
    `UnknownRulebook` where the store holds none.
    """
    text = store.kept("rulebook")
    if text is None:
        raise UnknownRulebook("(none kept)", choices=())
    register = store.kept("register")
    rulebook = Rulebook.restore(text, register=msgspec.json.decode(register, type=Register) if register else None)
    functions = {rule.call: _absent(rule.call) for rule in rulebook.outline.route if rule.call} | dict(routing or {})
    return Desk(rulebook, store=store, routing=functions, now=now, calendar=calendar)


def _absent(name: str) -> RoutingFunction:
    def ask(message: Message) -> Route | None:
        raise LookupError(f"no function {name!r} is registered")

    return ask
