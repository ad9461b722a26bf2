"""The desk: reads the time once, loads, lets the engine decide, commits. The door through which everything goes.

Portals call `Desk.receive` and `Desk.act`; a timer calls `Desk.sweep` and `Desk.deliver`; an importer uses `Desk.importing`, the
only way to let things have happened at other moments than they are recorded at.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta

import msgspec

from . import engine, journal, privacy, recalculation
from .actions import Command
from .calendars import WorkCalendar
from .cases import Case
from .decisions import Decision, Known
from .errors import (
    CaseworkError,
    ChainBroken,
    DeliveryFailed,
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
from .ports import Answered, CaseStore, Change, Notifier, OpenClocks, Snapshot, UnitOfWork
from .recalculation import Moved, Recalculation
from .rounds import Delivery, Sweep
from .routing import Route, RoutingFunction
from .rulebook import Rulebook
from .sla import Explanation, Timekeeper, Verdict
from .units import Actor, Register
from .views import CaseView, ClockView, case_view

__all__ = ["CaseView", "ClockView", "Delivery", "Desk", "Importing", "Recalculation", "Sweep", "desk_for"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ATTEMPTS = 10
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


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
        if not isinstance(calendar, WorkCalendar | None):
            raise InputError(f"a desk counts by a WorkCalendar, not by {calendar!r}; WorkCalendar.named makes one", value=calendar)
        self._calendars = {calendar.name: calendar} if calendar else {}
        if calendar and calendar.name != rulebook.outline.rulebook.calendar:
            wanted = rulebook.outline.rulebook.calendar
            raise InputError(
                f"rulebook {rulebook.id!r} counts by calendar {wanted!r}; a desk for it cannot count by {calendar.name!r}",
                value=calendar,
            )
        self._books: dict[str, Rulebook] = {}
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
        self._books[rulebook.digest] = rulebook

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
        return self._calendar(self.rulebook.outline.rulebook.calendar)

    def today(self) -> date:
        """Return today's date in the rulebook's zone."""
        return self._keeper(self.rulebook).local_date(self._moment())

    def rulebook_of(self, case: Case) -> Rulebook:
        """Return the rulebook that a case keeps; `UnknownRulebook` where the store has lost it."""
        return self._book(case)[0]

    def history(self, case: str) -> tuple[Event, ...]:
        """Return a case's events in order."""
        return tuple(journal.decode(row.text, case=case, seq=row.seq) for row in self.store.events(case))

    def view(self, case: str, *, by: Actor) -> CaseView:
        """Return a case as *by* may see it; `NotPermitted` where the case lies outside the actor's scope."""
        row = self.store.read(case).case
        book, keeper = self._book(row)
        message = self.message(case)
        role = book.roles.get(by.role)
        if role is None:
            why = f"the rulebook has no role {by.role!r} (roles: {', '.join(sorted(book.roles))})"
        else:
            why = privacy.out_of_scope(role, by, row, sender=message.sender.ref)
        if role is None or why:
            raise NotPermitted("view", actor=by.id, role=by.role, why=why, case=case)
        now, texts = self._moment(), self.store.texts(case)
        allowed = engine.open_to(book, row, by, self._known(book, now, message=message))
        return case_view(row, message, texts, book, keeper, role, now, allowed=allowed)

    def verdicts(self, case: str) -> dict[str, Verdict]:
        """Return what each of a case's clocks says now, by its key."""
        row, now = self.get(case), self._moment()
        book, keeper = self._book(row)
        return {clock.key: keeper.verdict(clock, book.clocks[clock.rule], now) for clock in row.clocks}

    def explain(self, case: str, clock: str) -> Explanation:
        """Explain a clock's due date: every day counted or skipped, and why, by the calendar that it was counted by.

        A paused clock is explained by the calendar that it will be counted by. Where nobody kept its calendar, it is counted by
        the present one, and the account says so if it comes to another day. `UnknownClock` names the clocks that there are;
        InputError for one that waits for a unit to accept.
        """
        row = self.get(case)
        book, keeper = self._book(row)
        found = row.clock(clock)
        if found.due is None and not found.pauses:
            yet = (
                "counts nothing yet: it starts when a unit accepts" if found.status == "waiting" else "ended before a unit accepted"
            )
            raise InputError(f"the clock {clock!r} of case {case} {yet}", value=clock)
        name, _, version = found.calendar.partition("@")
        keeps = found.status != "paused" or book.clocks[found.rule].on_calendar_change == "keep"
        if keeps and (known := self._calendar_of(name, version)):
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
        now = self._moment()
        cases = made = 0
        seen: set[str] = set()
        failures: dict[str, str] = {}
        while cases < limit:
            # Cases that fail stay due and first in line; looking past them keeps the others from waiting behind them for ever.
            waiting = self.store.due(now, limit=limit - cases + len(failures))
            batch = [case for case in waiting if case not in seen]
            if not batch:
                break
            seen.update(batch)
            for case in batch:
                try:
                    events = self._sweep(case, now)
                except CaseworkError as error:
                    failures[case] = str(error)
                except Exception as error:  # noqa: BLE001 - what goes wrong with one case is told, and keeps no other waiting
                    failures[case] = f"an error in casework or its rulebook: {type(error).__name__}"
                else:
                    cases, made = cases + bool(events), made + events
        return Sweep(cases=cases, events=made, failures=tuple(failures.items()))

    def _sweep(self, case: str, now: datetime) -> int:
        """Fire what is due on one case; return the number of events."""
        with self.store.work() as work:
            snapshot = work.load(case)
            book, _ = self._book(snapshot.case, work=work)
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
        if not isinstance(calendar, WorkCalendar):
            raise InputError(
                f"deadlines are counted by a WorkCalendar, not by {calendar!r}; WorkCalendar.named makes one", value=calendar
            )
        if type(batch) is not int or batch < 1:
            raise InputError(f"a batch is of one case or more, not of {batch!r}", value=batch)
        now, name = self._moment(), calendar.name
        reach = recalculation.Reach(calendar, lambda version: self._calendar_of(name, version))
        if not dry_run:
            self._count_by(calendar)
        books: dict[str, tuple[Rulebook, Timekeeper] | CaseworkError | None] = {}
        clocks, after = 0, ""
        moved: list[Moved] = []
        failures: list[tuple[str, str]] = []
        while page := self.store.open_clocks(after=after, limit=batch):
            after, waiting = page[-1].case, []
            for row in page:
                digest = row.rulebook_digest
                found = books[digest] if digest in books else books.setdefault(digest, self._counting(digest, calendar))
                if isinstance(found, CaseworkError):
                    failures.append((row.case, str(found)))
                elif found is not None:
                    clocks += len(row.clocks)
                    if not all(map(reach.spares, row.clocks)):
                        waiting.append((row, *found))
            moved += self._recalculate(waiting, reach, now, failures, dry_run=dry_run)
        version = f"{name}@{calendar.version}"
        return Recalculation(calendar=version, clocks=clocks, moved=tuple(moved), failures=tuple(failures), dry_run=dry_run)

    def _counting(self, digest: str, calendar: WorkCalendar) -> tuple[Rulebook, Timekeeper] | CaseworkError | None:
        """Return a rulebook with its timekeeper by *calendar*; None where it names another, the error where it cannot be read."""
        try:
            book = self._book_of("(kept)", digest)[0]
        except CaseworkError as error:
            return error
        same = book.outline.rulebook.calendar == calendar.name
        return (book, Timekeeper(calendar, book.zone, provisional=True)) if same else None

    def _recalculate(
        self,
        waiting: list[tuple[OpenClocks, Rulebook, Timekeeper]],
        reach: recalculation.Reach,
        now: datetime,
        failures: list[tuple[str, str]],
        *,
        dry_run: bool,
    ) -> list[Moved]:
        """Recalculate some cases in one transaction; return what moved, and add to *failures* what could not be counted."""
        found = []
        for row, book, keeper in waiting:
            try:
                if fresh := recalculation.moves(row.clocks, reach, book, keeper):
                    found.append((row.case, book, keeper, fresh))
            except CaseworkError as error:
                failures.append((row.case, str(error)))
        moved: list[Moved] = []
        if not found:
            return moved
        with nullcontext() if dry_run else self.store.work() as work:
            for case, book, keeper, fresh in found:
                snapshot = work.load(case) if work else self.store.read(case)
                at = max(now, snapshot.case.updated_at)
                decision = engine.recalculate(book, snapshot.case, at, Known(keeper=keeper, recorded_at=at), counted=fresh)
                moved += recalculation.moved_by(decision.events)
                if work:
                    self._write(work, snapshot, decision)
        return moved

    def _count_by(self, calendar: WorkCalendar) -> None:
        """Count by a calendar from now on, here and in every desk that is made for this store later."""
        before, name = self._calendar(calendar.name), calendar.name
        with self.store.work() as work:
            for known in (before, calendar):  # the one before, to tell later which deadlines it left untouched
                work.keep(f"notices:{name}", known.version, recalculation.write_calendar(known))
        self._calendars[name] = calendar

    def _calendar_of(self, name: str, version: str) -> WorkCalendar | None:
        """Return the calendar of a version by which deadlines were counted, where it is still known."""
        if self._calendar(name).version == version:
            return self._calendar(name)
        text = self.store.kept(f"notices:{name}", version)
        found = recalculation.read_calendar(name, text) if text else None
        return found if found is not None and found.version == version else None

    def deliver(self, notifier: Notifier, *, limit: int = 100) -> Delivery:
        """Hand at most *limit* waiting notices to a channel, each at least once; what it refuses is tried again, ever later."""
        now = self._moment()
        sent = retried = given_up = 0
        for row in self.store.outbox.pending(now, limit=limit):
            try:
                notifier(row.notification)
            except Exception as error:  # noqa: BLE001 - a channel that breaks must not keep the others' notices waiting
                why = str(error) if isinstance(error, DeliveryFailed) else f"the channel broke: {type(error).__name__}"
                last = row.attempts + 1 >= _ATTEMPTS
                wait = min(_FIRST_WAIT * 2**row.attempts, _LONGEST_WAIT)
                self.store.outbox.failed(row.notification.id, why, None if last else now + wait)
                retried, given_up = retried + (not last), given_up + last
            else:
                self.store.outbox.sent(row.notification.id, now)
                sent += 1
        return Delivery(sent=sent, retried=retried, given_up=given_up)

    # -- inside

    def _moment(self) -> datetime:
        now = self._now()
        if now.tzinfo is None:
            raise NaiveDatetime(now, what="the desk's now()")
        return now.astimezone(UTC)

    def _keeper(self, rulebook: Rulebook) -> Timekeeper:
        return Timekeeper(self._calendar(rulebook.outline.rulebook.calendar), rulebook.zone, provisional=True)

    def _calendar(self, name: str) -> WorkCalendar:
        """Return the calendar to count by: the one given, the one that the store was last recalculated by, or the shipped one."""
        if name not in self._calendars:
            text = self.store.kept(f"notices:{name}")
            self._calendars[name] = recalculation.read_calendar(name, text) if text else WorkCalendar.named(name)
        return self._calendars[name]

    def _book(self, case: Case, *, work: UnitOfWork | None = None) -> tuple[Rulebook, Timekeeper]:
        """Return the rulebook that a case keeps; the register is always the desk's present one."""
        return self._book_of(case.rulebook, case.rulebook_digest, work=work)

    def _book_of(self, name: str, digest: str, *, work: UnitOfWork | None = None) -> tuple[Rulebook, Timekeeper]:
        if digest not in self._books:
            text = (work or self.store).kept("rulebook", digest)
            if text is None:
                raise UnknownRulebook(f"{name}@{digest}", choices=sorted(self._books))
            book = Rulebook.restore(text, register=self.rulebook.register)
            self._books[digest] = book
        return self._books[digest], self._keeper(self._books[digest])

    def _known(self, book: Rulebook, recorded_at: datetime, *, message: Message | None = None, imported: bool = False) -> Known:
        return Known(
            keeper=self._keeper(book),
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
        numbers = {name: work.next_number(name) for name in series}
        return msgspec.structs.replace(known, message=message, numbers=numbers, calendars=self._held(book, case, known.keeper))

    def _held(self, book: Rulebook, case: Case, keeper: Timekeeper) -> Mapping[str, WorkCalendar]:
        """Return the calendars that rules hold clocks of a case to, although there are newer ones."""
        held = {
            clock.calendar
            for clock in case.clocks
            if clock.calendar != keeper.version
            and clock.rule in book.clocks
            and book.clocks[clock.rule].on_calendar_change != "recompute"
        }
        found = {version: self._calendar_of(*version.split("@")) for version in held}
        return {version: calendar for version, calendar in found.items() if calendar is not None}

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
        digest = _digest(case, command.action, command.model_dump_json(), by.model_dump_json())
        if key and (answered := work.answered(key)):
            return self._again(work, answered, digest, key, command.action)
        snapshot = work.load(case)
        if expect is not None and expect != snapshot.case.version:
            raise StaleVersion(case, expected=expect, actual=snapshot.case.version, tried=command.action)
        if imported and at < snapshot.case.updated_at:
            was = snapshot.case.updated_at.isoformat()
            raise InputError(f"cannot {command.action} case {case} at {at.isoformat()}: its latest event is of {was}", value=at)
        book, _ = self._book(snapshot.case, work=work)
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
