"""What casework needs from the world: a place to keep cases, and channels to send notices by.

A store keeps what the desk hands it in one atomic commit and gives it back; it decides nothing. Everything here speaks of cases,
not of tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from .cases import Case
from .events import Ref, StoredEvent
from .facts import Fact
from .schedules import Issue
from .sla import SlaClock


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A free text of a case, kept apart from the events so that it can be erased."""

    ref: Ref
    body: str


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """A notice to be sent: to a role (of a unit, where the role acts for one) or to the sender. No personal data is in it.

    To a role that acts on boards it says which ``board``. To the sender it goes by ``channel``; ``of`` is the case whose sender is
    meant, where that was merged into this one. One of no case (``case`` is "") is of the ``issue`` of this id.
    """

    case: str
    seq: int
    n: int
    to: str
    unit: str
    action: str
    zh: str
    en: str
    channel: str = ""
    of: str = ""
    issue: str = ""
    board: str = ""

    @property
    def id(self) -> str:
        """``case:seq:n``, or ``issue:ISSUE:n``: the same notice has the same id however often it is sent."""
        return f"issue:{self.issue}:{self.n}" if self.issue else f"{self.case}:{self.seq}:{self.n}"


class Pending(msgspec.Struct, frozen=True):
    """A notice that waits in the outbox, with the number of failed attempts so far."""

    notification: Notification
    attempts: int


class Snapshot(msgspec.Struct, frozen=True):
    """A case with the head of its chain of events."""

    case: Case
    head: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One atomic change of one case: everything that must be kept together or not at all.

    ``expected`` is the version that the change was decided on (0: the case is new). ``key`` is the caller's idempotency key,
    ``digest`` that of its command; ``numbers`` the last number taken of each series. ``finds`` are values, by kind, by which the
    case is found from now on. ``erased`` are texts that go for good, before ``texts`` are kept; ``unfound`` the kinds of values by
    which the case is found no more; with any of them go the digests of its commands, which a guess could be held against.
    """

    case: Case
    expected: int
    head: str
    events: tuple[StoredEvent, ...]
    facts: tuple[Fact, ...]
    numbers: Mapping[str, int] = {}
    texts: tuple[Text, ...] = ()
    notifications: tuple[Notification, ...] = ()
    finds: tuple[tuple[str, str], ...] = ()
    erased: tuple[Ref, ...] = ()
    unfound: tuple[str, ...] = ()
    key: str | None = None
    digest: str | None = None


class Answered(msgspec.Struct, frozen=True):
    """What an idempotency key was used for: the case, its version after the command, and the command's digest ("" once erased)."""

    case: str
    version: int
    digest: str


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a report counts, and when it looks: received in [``since``, ``until``), as known before ``as_of``.

    ``clock`` names the clock that decides lateness ("" for none). ``boards`` and ``channels`` narrow it to cases that came to one
    of these boards ("" for none), by one of these channels; empty, all. A case that came by several counts for the first.
    """

    since: datetime
    until: datetime
    as_of: datetime
    clock: str = ""
    boards: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class CohortCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case of a cohort as it stood at the snapshot; ``unit`` is its lead unit then ("" where it had none).

    ``board`` is where it was addressed ("" for none). It is ``valid`` unless it was refused as invalid or a duplicate, or merged
    into another. It has ``ended`` where it was rejected, transferred, withdrawn or merged without being closed, and not taken up
    again since; ``dropped`` is what ended without a published reply. It is ``rated`` where its sender has said, in a rating or when
    revisited, whether the handling satisfies: ``satisfied`` goes by the last time.
    """

    case: str
    unit: str
    board: str
    registered: bool
    valid: bool
    accepted: bool
    replied: bool
    published: bool
    closed: bool
    ended: bool
    dropped: bool
    late: bool
    rated: bool
    satisfied: bool


class UnitTally(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of a cohort for one lead unit and one board, at the snapshot."""

    unit: str
    board: str
    received: int
    registered: int
    valid: int
    accepted: int
    replied: int
    published: int
    closed: int
    ended: int
    dropped: int
    late: int
    rated: int
    satisfied: int


class OpenClocks(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The running clocks of one case, and the digest of the rulebook that it keeps."""

    case: str
    rulebook_digest: str
    clocks: tuple[SlaClock, ...]


class UnitOfWork(Protocol):
    """One transaction: what is read in it stays true until it ends, and all that is written is kept, or none of it."""

    def load(self, case: str) -> Snapshot:
        """Return a case for change; `CaseNotFound` where there is none."""

    def answered(self, key: str) -> Answered | None:
        """Return what an idempotency key was used for."""

    def next_number(self, series: str) -> int:
        """Return the next free number of a series (from 1); it stays free for this transaction until a change takes it."""

    def text(self, case: str, ref: Ref) -> str | None:
        """Return a text, or None where there is none or it was erased."""

    def texts(self, case: str) -> Mapping[Ref, str]:
        """Return the texts of a case that are not erased."""

    def find(self, kind: str, value: str) -> list[str]:
        """Return the ids of the cases that are found by a value, in their order; ``kind`` is "code" or "print"."""

    def events(self, case: str) -> list[StoredEvent]:
        """Return a case's events in order, those of this transaction included."""

    def write(self, change: Change) -> None:
        """Keep a change; `StaleVersion` where the case has moved on, `KeyReused` where the key was taken meanwhile."""

    def issue(self, issue: Issue, *, numbers: Mapping[str, int] = {}, notifications: tuple[Notification, ...] = ()) -> bool:
        """Keep an issue, with the number that it takes of a series and its notices; False, and nothing kept, where it was made."""

    def keep(self, kind: str, digest: str, text: str) -> None:
        """Keep a definition ("rulebook", "register", "notices:CN") under its digest, once; it becomes the one kept last.

        How far a schedule has come ("schedule:yunxi") is kept under the schedule's id, in place of what was kept before.
        """

    def kept(self, kind: str, digest: str) -> str | None:
        """Return a definition by its digest; None where there is none."""


class Outbox(Protocol):
    """The notices that wait to be sent."""

    def pending(self, now: datetime, *, limit: int = 100) -> list[Pending]:
        """Return notices that are due for an attempt, the oldest first."""

    def sent(self, id: str, at: datetime) -> None:
        """Mark a notice as taken by its channel."""

    def failed(self, id: str, why: str, retry_at: datetime | None) -> None:
        """Count a failed attempt and say when to try again; None: give up and keep it for a person to see."""


class CaseStore(Protocol):
    """Where cases live."""

    @property
    def outbox(self) -> Outbox:
        """The store's outbox."""

    def work(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a transaction; it commits when the block ends well and rolls back when it raises."""

    def read(self, case: str) -> Snapshot:
        """Return a case as it is; `CaseNotFound` where there is none."""

    def events(self, case: str) -> list[StoredEvent]:
        """Return a case's events in order; `CaseNotFound` where there is none."""

    def texts(self, case: str) -> Mapping[Ref, str]:
        """Return the texts of a case that are not erased."""

    def find(self, kind: str, value: str) -> list[str]:
        """Return the ids of the cases that are found by a value, in their order; ``kind`` is "code" or "print"."""

    def numbered(self, number: str) -> list[str]:
        """Return the ids of the cases whose channel gave them this number, the earliest first."""

    def ids(self, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return case ids in their order, the next page after *after*."""

    def due(self, now: datetime, *, limit: int) -> list[str]:
        """Return cases for which a sweep has something to do, the longest waiting first."""

    def open_clocks(self, *, after: str = "", limit: int = 1000) -> list[OpenClocks]:
        """Return the running clocks of cases that have any, in the order of their ids, the next page after *after*."""

    def kept(self, kind: str, digest: str | None = None) -> str | None:
        """Return a definition by its digest, or the one kept last; None where there is none."""

    def issues(self, *, schedule: str = "", period: str = "", since: datetime | None = None) -> list[Issue]:
        """Return the issues of a schedule, of a period, made at *since* or later, in the order in which they were made."""

    def cohort(self, cohort: Cohort) -> Iterator[CohortCase]:
        """Yield the cohort's cases in the order of their receipt, then id."""

    def tally(self, cohort: Cohort) -> Iterable[UnitTally]:
        """Return the cohort's sums by lead unit and board, in the order of their names."""


class Notifier(Protocol):
    """A channel: it returns when the channel has taken the notice, and raises `DeliveryFailed` otherwise."""

    def __call__(self, notification: Notification) -> None:
        """Send one notice."""
