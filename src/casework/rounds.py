"""A timer's rounds: a sweep of what is due, a delivery of what waits, a recount by a calendar with new notices."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta

import msgspec

from . import engine, recalculation
from .calendars import WorkCalendar
from .decisions import Decision, Known
from .errors import CaseworkError, DeliveryFailed, InputError
from .ports import CaseStore, Notifier, OpenClocks, Snapshot, UnitOfWork
from .recalculation import Moved, Reach, Recalculation
from .rulebook import Rulebook
from .shelf import Shelf
from .sla import Timekeeper

_ATTEMPTS = 10
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep did: cases it changed, events it made, and cases that could not be swept, with the reason."""

    cases: int
    events: int
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
                failures[case] = f"an error in casework or its rulebook: {type(error).__name__}"
            else:
                cases, made = cases + bool(events), made + events
    return Sweep(cases=cases, events=made, failures=tuple(failures.items()))


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
