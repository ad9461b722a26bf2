"""A timer's rounds: a sweep of what is due, issues by schedule, a delivery of what waits, a recount by a new calendar."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta

import msgspec

from . import engine, recalculation, schedules
from .calendars import WorkCalendar
from .decisions import Decision, Known
from .errors import CaseworkError, DeliveryFailed, InputError
from .moments import period as days_of
from .outline import Schedule
from .ports import CaseStore, Notification, Notifier, OpenClocks, Snapshot, UnitOfWork
from .recalculation import Moved, Reach, Recalculation
from .rulebook import Rulebook
from .shelf import Shelf
from .sla import Timekeeper

_ATTEMPTS = 10
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep did: cases it changed, events and issues it made, and what could not be swept, with the reason.

    What failed is named by the case's id, a schedule as ``RULEBOOK/SCHEDULE``.
    """

    cases: int
    events: int
    issues: int = 0
    failures: tuple[tuple[str, str], ...] = ()


def sweep(store: CaseStore, now: datetime, one: Callable[[str, datetime], int], *, limit: int) -> Sweep:
    """Have *one* fire what is due on each of at most *limit* cases; it returns the number of events that it made."""
    cases = made = 0
    seen: set[str] = set()
    failures: dict[str, str] = {}
    while cases < limit:
        # Cases that fail stay due and first in line; looking past them keeps the others from waiting behind them for ever.
        waiting = store.due(now, limit=limit - cases + len(failures))
        batch = [case for case in waiting if case not in seen]
        if not batch:
            break
        seen.update(batch)
        for case in batch:
            try:
                events = one(case, now)
            except CaseworkError as error:
                failures[case] = str(error)
            except Exception as error:  # noqa: BLE001 - what goes wrong with one case is told, and keeps no other waiting
                failures[case] = _broken(error)
            else:
                cases, made = cases + bool(events), made + events
    return Sweep(cases=cases, events=made, failures=tuple(failures.items()))


def _broken(error: Exception) -> str:
    return str(error) if isinstance(error, CaseworkError) else f"an error in casework or its rulebook: {type(error).__name__}"


class _Reached(msgspec.Struct, frozen=True):
    """How far a schedule has come: every issue of the period ``through`` and of those before it is made, or never will be."""

    every: schedules.Every
    through: str


class _Planned(msgspec.Struct, frozen=True):
    """An issue to be made; ``completes`` where it is the last that its period wants."""

    slot: schedules.Slot
    scope: schedules.Scope
    schedule: Schedule
    completes: bool


class Issuing:
    """Makes the issues that are due by a rulebook's schedules, each in a transaction of its own; *keep* keeps the rulebook.

    A schedule counts from the first round that sees it: the period that runs then is the first to have issues. How far it has come
    is kept in the store by the rulebook's id, so a new version of the rulebook goes on where the last one was, and nothing that
    joins the register later has issues of periods before. Where ``every`` is changed, the schedule counts from then.
    """

    def __init__(
        self,
        store: CaseStore,
        book: Rulebook,
        keeper: Callable[[], Timekeeper],
        now: datetime,
        *,
        keep: Callable[[UnitOfWork], None] = lambda work: None,
    ) -> None:
        self._store, self._book, self._keeper, self._now, self._keep = store, book, keeper, now, keep
        self._failures: dict[str, str] = {}
        self._place = 0

    def run(self, *, limit: int) -> tuple[int, tuple[tuple[str, str], ...]]:
        """Make at most *limit* issues, the oldest first; return how many, and the schedules that failed, with the reason.

        Of a schedule that fails nothing more is made, so that its issues stay in their order; the next round tries again.
        """
        made = 0
        rows = heapq.merge(*map(self._waiting, self._book.outline.schedule), key=lambda row: row.slot.as_of)
        while made < limit and (planned := next(rows, None)) is not None:
            if planned.schedule.id in self._failures:
                continue
            with self._told(planned.schedule):
                made += self._make(planned)
        return made, tuple((f"{self._book.id}/{schedule}", why) for schedule, why in self._failures.items())

    def upcoming(self) -> tuple[schedules.Slot, ...]:
        """Return the next slot of each schedule, in the order in which they are due; one that is due already waits for a round."""
        keeper = self._keeper()
        slots = [
            next(schedules.coming(row, keeper, after=(self._reached(self._store, row) or self._beginning(row, keeper)).through))
            for row in self._book.outline.schedule
        ]
        return tuple(sorted(slots, key=lambda slot: slot.as_of))

    @contextmanager
    def _told(self, schedule: Schedule) -> Iterator[None]:
        """Keep what goes wrong with one schedule from the others."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - told with the round, and keeps no other schedule waiting
            self._failures[schedule.id] = _broken(error)

    def _waiting(self, schedule: Schedule) -> Iterator[_Planned]:
        """Yield the issues of a schedule that are due and not made."""
        with self._told(schedule):
            keeper = self._keeper()
            reached = self._reached(self._store, schedule) or self._begin(schedule, keeper)
            if days_of(reached.through)[0] > keeper.local_date(self._now) and not self._issued(schedule):
                reached = self._begin(schedule, keeper, anew=True)  # it was first seen by a clock that ran ahead
            scopes = schedules.scopes(schedule, self._book.register)
            for slot in schedules.due(schedule, keeper, after=reached.through, now=self._now):
                rows = self._store.issues(schedule=schedule.id, period=slot.period)
                there = {row.scope for row in rows if row.rulebook == self._book.id}
                left = [scope for scope in scopes if scope.id not in there]
                for scope in left:
                    yield _Planned(slot, scope, schedule, scope is left[-1])

    def _reached(self, where: CaseStore | UnitOfWork, schedule: Schedule) -> _Reached | None:
        text = where.kept(f"schedule:{self._book.id}", f"{schedule.id}/{schedule.every}")
        reached = msgspec.json.decode(text, type=_Reached) if text else None
        return reached if reached and reached.every == schedule.every else None

    def _beginning(self, schedule: Schedule, keeper: Timekeeper) -> _Reached:
        return _Reached(schedule.every, schedules.before(schedule.every, keeper.local_date(self._now)))

    def _issued(self, schedule: Schedule) -> bool:
        return any(row.rulebook == self._book.id for row in self._store.issues(schedule=schedule.id))

    def _begin(self, schedule: Schedule, keeper: Timekeeper, *, anew: bool = False) -> _Reached:
        with self._store.work() as work:
            reached = (None if anew else self._reached(work, schedule)) or self._beginning(schedule, keeper)
            self._reach(work, schedule, reached)
        return reached

    def _reach(self, work: UnitOfWork, schedule: Schedule, reached: _Reached) -> None:
        # Under its kind of period too: desks with two versions of a rulebook that differ in it keep out of each other's way.
        work.keep(f"schedule:{self._book.id}", f"{schedule.id}/{schedule.every}", msgspec.json.encode(reached).decode())

    def _make(self, planned: _Planned) -> bool:
        """Make one issue; False where somebody else has made it meanwhile."""
        schedule, slot, scope, book = planned.schedule, planned.slot, planned.scope, self._book
        series = schedules.series_of(book.id, schedule, slot.period, scope.id)
        with self._store.work() as work:
            if work.kept("rulebook", book.digest) is None:
                self._keep(work)
            n = work.next_number(series) if series else schedules.counted(schedule, slot.period)
            issue = schedules.Issue(
                rulebook=book.id,
                schedule=schedule.id,
                period=slot.period,
                scope=scope.id,
                form=schedule.form,
                number=schedules.numbered(schedule, slot.period, n, scope.zh),
                n=n,
                as_of=slot.as_of,
                rulebook_digest=book.digest,
                made_at=self._now,
            )
            notices = tuple(self._notices(schedule, issue, scope))
            made = work.issue(issue, numbers={series: n} if series and n else {}, notifications=notices)
            if planned.completes:
                reached = self._reached(work, schedule)
                if reached is None or days_of(reached.through) < (slot.first, slot.last):
                    self._reach(work, schedule, _Reached(schedule.every, slot.period))
        return made

    def _notices(self, schedule: Schedule, issue: schedules.Issue, scope: schedules.Scope) -> Iterator[Notification]:
        """Yield the notices of an issue: to each role, one of units in each unit that the issue is of.

        Those of one round are queued at one moment; ``seq`` keeps them in the order of their issues.
        """
        self._place += 1
        zh, en = schedules.told(schedule, issue, scope, zone=self._book.zone)
        role_units = [
            (role, unit)
            for role in schedule.to
            for unit in (self._units(schedule, scope.id) if self._book.roles[role].scope == "unit" else ("",))
        ]
        for n, (role, unit) in enumerate(role_units, start=1):
            yield Notification(case="", seq=self._place, n=n, to=role, unit=unit, action="publish", zh=zh, en=en, issue=issue.id)

    def _units(self, schedule: Schedule, scope: str) -> tuple[str, ...]:
        register = self._book.register
        if register is None:
            return ()
        if schedule.per == "unit":
            return (scope,)
        if schedule.per == "group":
            return tuple(unit.name for unit in register.members(scope))
        if schedule.per == "board":
            return tuple(register.find(row.unit).name for row in register.board if row.name == scope and row.unit)
        return register.names


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery did: notices taken by the channel, notices to be tried again, and notices given up."""

    sent: int
    retried: int
    given_up: int


def deliver(store: CaseStore, notifier: Notifier, now: datetime, *, limit: int) -> Delivery:
    """Hand at most *limit* waiting notices to a channel; what it refuses is tried again, ever later, and given up at last."""
    sent = retried = given_up = 0
    for row in store.outbox.pending(now, limit=limit):
        try:
            notifier(row.notification)
        except Exception as error:  # noqa: BLE001 - a channel that breaks must not keep the others' notices waiting
            why = str(error) if isinstance(error, DeliveryFailed) else f"the channel broke: {type(error).__name__}"
            last = row.attempts + 1 >= _ATTEMPTS
            wait = min(_FIRST_WAIT * 2**row.attempts, _LONGEST_WAIT)
            store.outbox.failed(row.notification.id, why, None if last else now + wait)
            retried, given_up = retried + (not last), given_up + last
        else:
            store.outbox.sent(row.notification.id, now)
            sent += 1
    return Delivery(sent=sent, retried=retried, given_up=given_up)


class Recount:
    """Counts every open deadline of a store anew; *write* keeps what was decided about a case. A dry run changes nothing."""

    def __init__(
        self,
        store: CaseStore,
        shelf: Shelf,
        write: Callable[[UnitOfWork, Snapshot, Decision], None],
        now: datetime,
        *,
        dry_run: bool,
    ) -> None:
        self._store, self._shelf, self._write, self._now, self._dry_run = store, shelf, write, now, dry_run
        self._failures: list[tuple[str, str]] = []

    def run(self, calendar: WorkCalendar, *, batch: int) -> Recalculation:
        """Count by a calendar, so many cases in one transaction."""
        if not isinstance(calendar, WorkCalendar):
            raise InputError(
                f"deadlines are counted by a WorkCalendar, not by {calendar!r}; WorkCalendar.named makes one", value=calendar
            )
        if type(batch) is not int or batch < 1:
            raise InputError(f"a batch is of one case or more, not of {batch!r}", value=batch)
        name = calendar.name
        reach = Reach(calendar, lambda version: self._shelf.calendar_of(name, version))
        if not self._dry_run:
            self._shelf.count_by(calendar)
        books: dict[str, tuple[Rulebook, Timekeeper] | CaseworkError | None] = {}
        clocks, after = 0, ""
        moved: list[Moved] = []
        while page := self._store.open_clocks(after=after, limit=batch):
            after, waiting = page[-1].case, []
            for row in page:
                digest = row.rulebook_digest
                found = books[digest] if digest in books else books.setdefault(digest, self._counting(digest, calendar))
                if isinstance(found, CaseworkError):
                    self._failures.append((row.case, str(found)))
                elif found is not None:
                    clocks += len(row.clocks)
                    if not all(map(reach.spares, row.clocks)):
                        waiting.append((row, *found))
            moved += self._recount(waiting, reach)
        version = f"{name}@{calendar.version}"
        failures = tuple(self._failures)
        return Recalculation(calendar=version, clocks=clocks, moved=tuple(moved), failures=failures, dry_run=self._dry_run)

    def _counting(self, digest: str, calendar: WorkCalendar) -> tuple[Rulebook, Timekeeper] | CaseworkError | None:
        """Return a rulebook with its timekeeper by *calendar*; None where it names another, the error where it cannot be read."""
        try:
            book = self._shelf.book_of("(kept)", digest)
        except CaseworkError as error:
            return error
        same = book.outline.rulebook.calendar == calendar.name
        return (book, Timekeeper(calendar, book.zone, provisional=True)) if same else None

    def _recount(self, waiting: list[tuple[OpenClocks, Rulebook, Timekeeper]], reach: Reach) -> list[Moved]:
        """Recalculate some cases in one transaction; return what moved."""
        found = []
        for row, book, keeper in waiting:
            try:
                if fresh := recalculation.moves(row.clocks, reach, book, keeper):
                    found.append((row.case, book, keeper, fresh))
            except CaseworkError as error:
                self._failures.append((row.case, str(error)))
        moved: list[Moved] = []
        if not found:
            return moved
        with nullcontext() if self._dry_run else self._store.work() as work:
            for case, book, keeper, fresh in found:
                snapshot = work.load(case) if work else self._store.read(case)
                at = max(self._now, snapshot.case.updated_at)
                decision = engine.recalculate(book, snapshot.case, at, Known(keeper=keeper, recorded_at=at), counted=fresh)
                moved += recalculation.moved_by(decision.events)
                if work:
                    self._write(work, snapshot, decision)
        return moved
