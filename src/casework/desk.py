"""The desk: reads the time once, loads, lets the engine decide, commits. The door through which everything goes.

Portals call `Desk.receive` and `Desk.act`; a timer calls `Desk.sweep` and `Desk.deliver`; an importer uses `Desk.importing`, the
only way to let things have happened at other moments than they are recorded at.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec

from . import engine, journal
from .actions import Approve, Command, Erase, Merge
from .calendars import WorkCalendar
from .cases import Case
from .decisions import Decision, Known
from .errors import (
    ConditionUnmet,
    InputError,
    KeyReused,
    MessageRefused,
    NaiveDatetime,
    Problem,
    RulebookInvalid,
    StaleVersion,
    UnknownRulebook,
)
from .events import Erased, StoredEvent
from .handling.duplicates import answered, earlier_first
from .handling.erasures import senders_of
from .handling.ladder import DESK
from .intake import DuplicateRule, known_channel
from .limits import Limit
from .messages import Message, Sender
from .moves import Move, Mover
from .ports import Answered, CaseStore, Change, Notifier, Snapshot, UnitOfWork
from .reading import Reader, code_digest, message_of
from .recalculation import Recalculation
from .rounds import Delivery, Issuing, Recount, Sweep, deliver, sweep
from .routing import Route, RoutingFunction
from .rulebook import Rulebook
from .schedules import Slot
from .shelf import digest_of
from .units import Actor, Register
from .views import CaseView, ClockView

__all__ = ["CaseView", "ClockView", "Delivery", "Desk", "Importing", "Recalculation", "Sweep", "desk_for", "utc_now"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def utc_now() -> datetime:
    """Return the present moment; the one place in casework that reads the time."""
    return datetime.now(UTC)


def new_query_code() -> str:
    """Return a new query code for a citizen: 12 letters and digits in groups of four, which nobody can guess."""
    letters = [secrets.choice(_ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[at : at + 4]) for at in (0, 4, 8))


def new_case_id() -> str:
    """Return a new case id: 18 letters and digits that sort by the moment they were made and cannot be guessed."""
    ticks, letters = int(utc_now().timestamp() * 1000), ""
    for _ in range(9):
        ticks, rest = divmod(ticks, 32)
        letters = _ALPHABET[rest] + letters
    return letters + "".join(secrets.choice(_ALPHABET) for _ in range(9))


class Desk(Reader):
    """Applies rulebooks to cases in a store.

    New cases begin under *rulebook*; older cases keep theirs, which the store holds. *routing* registers the Python functions
    that routing rules ``call``. *now*, *new_id* and *new_code* (the citizens' query codes) are for hosts and tests that have their
    own; *now* must give aware moments.
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
        new_code: Callable[[], str] = new_query_code,
        calendar: WorkCalendar | None = None,
    ) -> None:
        super().__init__(rulebook, store=store, routing=routing, now=now, calendar=calendar)
        self._new_id, self._new_code = new_id, new_code
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

        `MessageRefused` says everything that has to be put right first; `UnknownChannel` and `UnknownBoard` name those that there
        are. Where the rulebook merges repeats at once, the case that is returned may have ended already (``merged_into``).
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

    # -- what a timer calls

    def sweep(self, *, limit: int = 500) -> Sweep:
        """Fire every rung that is due on at most *limit* cases, and make at most as many issues of schedules that are due.

        Run again at the same moment, it changes nothing. A schedule counts from the first sweep that sees it; see `rounds.Issuing`.
        """
        now = self._moment()
        swept = sweep(self.store, now, self._sweep, limit=limit)
        if not self.rulebook.outline.schedule:
            return swept
        issues, failures = self._issuing(now).run(limit=limit)
        return msgspec.structs.replace(swept, issues=issues, failures=(*swept.failures, *failures))

    def next_issues(self) -> tuple[Slot, ...]:
        """Return the next period of each schedule of the desk's rulebook, by when its issues are due; past where no sweep came."""
        return self._issuing(self._moment()).upcoming()

    def _issuing(self, now: datetime) -> Issuing:
        return Issuing(self.store, self.rulebook, lambda: self._shelf.keeper(self.rulebook), now, keep=self._keep_rules)

    def _keep_rules(self, work: UnitOfWork) -> None:
        self._shelf.keep(work, self.rulebook)

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

    def move(
        self,
        rulebook: Rulebook,
        cases: Sequence[str] | None = None,
        *,
        by: Actor,
        reason: str = "",
        across: bool = False,
        dry_run: bool = False,
        batch: int = 200,
    ) -> Move:
        """Move cases to another version of their rulebook: those named, or all that keep another one and are not over for good.

        Each is one event with every clock that it changes, in a transaction of *batch* cases. A case that the new version could not
        go on with stays where it is, and the result says what to do first. Named cases of another rulebook go only with *across*. A
        *dry_run* changes nothing and says what would move. `NotPermitted` where the new version lets the actor move none.

        New cases of this desk begin under its own rulebook as before: make a desk with the new one for them.
        """

        def known(work: UnitOfWork, book: Rulebook, case: Case, at: datetime) -> Known:
            return self._known_for(work, book, case, None, at, recorded_at=at)

        now = self._moment()
        mover = Mover(self.store, self._shelf, known, self._write, now, by=by, reason=reason, across=across, dry_run=dry_run)
        return mover.run(rulebook, cases, batch=batch)

    def deliver(self, notifier: Notifier, *, limit: int = 100) -> Delivery:
        """Hand at most *limit* waiting notices to a channel, each at least once; what it refuses is tried again, ever later."""
        return deliver(self.store, notifier, self._moment(), limit=limit)

    # -- inside

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
        asks = command or book.conditions or series
        sender = work.text(case.id, case.sender) if asks and case.sender else None
        message = message_of(work.text(case.id, case.message), sender) if asks else None
        waiting = [row.text for row in case.requests if row.text] if isinstance(command, Approve) else []
        erases = isinstance(command, Erase) or (isinstance(command, Approve) and case.request("erase"))
        asked = {ref: text for ref in waiting if (text := work.text(case.id, ref)) is not None}
        return msgspec.structs.replace(
            known,
            message=message,
            numbers={name: work.next_number(name) for name in series},
            calendars=self._shelf.held(book, case, known.keeper),
            requests=asked,
            texts=work.texts(case.id) if erases else {},
            senders=self._senders(work, case, message),
        )

    def _senders(self, work: UnitOfWork, case: Case, message: Message | None) -> tuple[Sender, ...]:
        """Return whoever wrote about a matter: of most there is one."""
        own = (message.sender,) if message else ()
        if len(case.channels) == 1 and not case.merged_into:
            return own
        survivor = case
        while survivor.merged_into:
            survivor = work.load(survivor.merged_into).case
        every = [
            work.texts(other) for other in dict.fromkeys((case.id, survivor.id, *(absorbed for absorbed, _ in survivor.absorbed)))
        ]
        return (*own, *(sender for texts in every for sender in senders_of(texts)))

    def _receive(self, work: UnitOfWork, message: Message, key: str | None, at: datetime, known: Known) -> tuple[Case, bool]:
        """Make a case, or find the one that the key made before; the flag says which."""
        digest = digest_of("receive", message.model_dump_json())
        if key and (answered := work.answered(key)):
            return self._again(work, answered, digest, key, "receive"), False
        outline, register = self.rulebook.outline, self.rulebook.register
        known_channel(outline.channels, message.channel)
        if register and message.board:
            register.known_board(message.board)
        findings = self.check(message)
        blocking = [(row.check, row.message) for row in findings if row.level == "block"]
        if blocking and not known.imported:
            raise MessageRefused(blocking)
        if not self._kept:
            self._keep_rules(work)
        message = message.model_copy(update={"received_at": at})
        series = engine.series_needed(self.rulebook, None, None, at, known)
        rule, code = outline.intake.duplicate, self._new_code()
        seen = rule.fingerprint(message) if rule else ""
        earlier = self._repeated(work, rule, seen, at, known) if rule and seen and not known.imported else None
        merges = rule if earlier and rule and self._merges(work, rule, earlier, message) else None
        known = msgspec.structs.replace(
            known,
            numbers={name: work.next_number(name) for name in series},
            findings=findings,
            code=code,
            repeats=earlier.id if earlier and not merges else None,
        )
        decision = engine.open_case(self.rulebook, self._new_id(), message, at, known)
        finds = (("code", code_digest(code)), *((("print", seen),) if seen else ()))
        again = (None, None) if merges else (key, digest)
        self._write(work, None, decision, key=again[0], digest=again[1], finds=finds)
        if not (merges and earlier):
            return decision.case, True
        one = work.load(decision.case.id)
        case = self._merge(work, one, earlier.id, DESK, at, known.recorded_at, rule=merges.name, key=key, digest=digest)
        return case, True

    def _merges(self, work: UnitOfWork, rule: DuplicateRule, earlier: Case, message: Message) -> bool:
        """Return whether a message is merged at once; what was answered, or came to another board, a person looks at."""
        life = self._shelf.book(earlier, work=work).lifecycle
        possible = life.can(earlier.state, "absorb") and self.rulebook.lifecycle.can(self.rulebook.lifecycle.initial, "merge")
        return rule.do == "merge" and possible and earlier.board == message.board and not answered(earlier)

    def _repeated(self, work: UnitOfWork, rule: DuplicateRule, seen: str, at: datetime, known: Known) -> Case | None:
        """Return the earliest case that is not done and that a message repeats by the rule, or None."""
        limit, found = Limit.parse(rule.within), []
        for other in work.find("print", seen):
            case = work.load(other).case
            if case.rulebook != self.rulebook.id:
                continue  # another office's
            try:
                until = known.keeper.deadline(case.received_at, limit, count=rule.count)
            except InputError:
                continue  # so long ago that its calendar does not know it
            within = case.received_at <= at < until.before
            if within and self._shelf.book(case, work=work).lifecycle.is_open(case.state):
                found.append(case)
        return min(found, key=lambda case: (case.received_at, case.id), default=None)

    def _merge(
        self,
        work: UnitOfWork,
        one: Snapshot,
        other: str,
        by: Actor,
        at: datetime,
        recorded_at: datetime,
        *,
        rule: str | None = None,
        imported: bool = False,
        key: str | None = None,
        digest: str | None = None,
    ) -> Case:
        """Handle two cases as one, both in this transaction; return the one that was acted on."""
        two, command, decided = work.load(other), Merge(other=other), {}
        while two.case.merged_into and two.case.id != one.case.id:
            two = work.load(two.case.merged_into)
        if two.case.id == one.case.id:
            itself = "a case cannot be merged into itself; name the other one"
            why = itself if other == one.case.id else f"case {other} was merged into this one already"
            raise ConditionUnmet("merge", [why], case=one.case.id)
        at = max(at, one.case.updated_at, two.case.updated_at)
        first = two.case if rule else earlier_first(one.case, two.case)[0]  # what a rule found was there before
        for mine, its in ((one, two), (two, one)):
            case, acted = mine.case, mine is one
            book = self._shelf.book(case, work=work)
            known = self._known_for(work, book, case, command, at, recorded_at=recorded_at, imported=imported)
            decision = engine.merge(book, case, its.case, by, at, known, survives=case is first, acted_on=acted, rule=rule)
            self._write(work, mine, decision, key=key if acted else None, digest=digest if acted else None)
            decided[case.id] = decision.case
        return decided[one.case.id]

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
        digest = digest_of(case, command.action, *asked)
        if key and (answered := work.answered(key)):
            return self._again(work, answered, digest, key, command.action)
        snapshot = work.load(case)
        if expect is not None and expect != snapshot.case.version:
            raise StaleVersion(case, expected=expect, actual=snapshot.case.version, tried=command.action)
        if imported and at < snapshot.case.updated_at:
            was = snapshot.case.updated_at.isoformat()
            raise InputError(f"cannot {command.action} case {case} at {at.isoformat()}: its latest event is of {was}", value=at)
        if isinstance(command, Merge):
            return self._merge(work, snapshot, command.other, by, at, now, imported=imported, key=key, digest=digest)
        book = self._shelf.book(snapshot.case, work=work)
        at = max(at, snapshot.case.updated_at)
        known = self._known_for(work, book, snapshot.case, command, at, recorded_at=now, imported=imported)
        decision = engine.decide(book, snapshot.case, command, by, at, known)
        self._write(work, snapshot, decision, key=key, digest=digest)
        if decision.erased:
            self._cleanse(work, decision, senders_of(known.texts), by, at, now)
        return decision.case

    def _cleanse(
        self, work: UnitOfWork, erased: Decision, senders: list[Sender], by: Actor, at: datetime, recorded_at: datetime
    ) -> None:
        """Rid the cases that are one matter with a case of what they say of people who were erased from it."""
        case = erased.case
        while case.merged_into:
            case = work.load(case.merged_into).case
        data = next(event.data for event in erased.events if isinstance(event.data, Erased))
        for other in (case.id, *(absorbed for absorbed, _ in case.absorbed)):
            if other != erased.case.id:
                snapshot = work.load(other)
                book, moment = self._shelf.book(snapshot.case, work=work), max(at, snapshot.case.updated_at)
                known = msgspec.structs.replace(self._known(book, recorded_at), texts=work.texts(other))
                self._write(
                    work,
                    snapshot,
                    engine.cleanse(book, snapshot.case, senders, by, moment, known, texts=data.texts, ground=data.ground),
                )

    def _again(self, work: UnitOfWork, answered: Answered, digest: str, key: str, tried: str) -> Case:
        """Return the answer that an idempotency key was given the first time."""
        if answered.digest and answered.digest != digest:
            raise KeyReused(key, case=answered.case, tried=tried)
        return journal.replay(work.events(answered.case)[: answered.version])

    def _write(
        self,
        work: UnitOfWork,
        before: Snapshot | None,
        decision: Decision,
        *,
        key: str | None = None,
        digest: str | None = None,
        finds: tuple[tuple[str, str], ...] = (),
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
                finds=finds,
                erased=decision.erased,
                unfound=("print",) if any(isinstance(row.data, Erased) and row.data.texts for row in decision.events) else (),
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
