"""The store in memory: for tests, simulations and first steps. It keeps what a database would keep, and forgets it at the end."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import msgspec

from ..cases import Case
from ..errors import CaseNotFound, KeyReused, StaleVersion
from ..events import Ref, StoredEvent
from ..facts import ENDS, SATISFIED, SAYS_DISSATISFIED, SAYS_HANDED_ON, TAKEN_UP, VOID, Fact
from ..ports import Answered, Change, Cohort, CohortCase, Notification, OpenClocks, Pending, Snapshot, Text, UnitTally
from ..schedules import Issue

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Case).decode


class _Kept(msgspec.Struct, frozen=True, gc=False):
    """Everything about one case; the case itself as bytes, so that nobody who was given it can change what is kept.

    Values alone, which nothing points back to: the garbage collector need not walk through them, and there are many.
    """

    body: bytes
    head: str
    version: int
    next_at: datetime | None
    number: str | None
    board: str
    channel: str
    received_at: datetime
    open: OpenClocks | None
    events: tuple[StoredEvent, ...]
    facts: tuple[Fact, ...]
    texts: dict[Ref, str]
    finds: frozenset[tuple[str, str]]

    @property
    def snapshot(self) -> Snapshot:
        """The case as it was kept."""
        return Snapshot(_decode(self.body), self.head)


class _Waiting(msgspec.Struct):
    """A notice in the outbox."""

    notification: Notification
    queued_at: datetime
    next_at: datetime | None
    attempts: int = 0
    error: str = ""


class MemoryStore:
    """A `CaseStore` in memory, safe for threads: one transaction at a time, and a failed one leaves no trace."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._cases: dict[str, _Kept] = {}
        self._ids: list[str] = []  # of all cases, in order; made when somebody asks
        self._finds: dict[tuple[str, str], set[str]] = {}
        self._keys: dict[str, Answered] = {}
        self._numbers: dict[str, int] = {}
        self._definitions: dict[tuple[str, str], str] = {}
        self._issues: dict[str, Issue] = {}
        self._outbox = MemoryOutbox(self._lock)

    @property
    def outbox(self) -> MemoryOutbox:
        """The store's outbox."""
        return self._outbox

    @contextmanager
    def work(self) -> Iterator[_Work]:
        """Begin a transaction."""
        with self._lock:
            work = _Work(self)
            yield work
            work.commit()

    def read(self, case: str) -> Snapshot:
        """Return a case as it is."""
        return self._kept(case).snapshot

    def events(self, case: str) -> list[StoredEvent]:
        """Return a case's events in order."""
        return list(self._kept(case).events)

    def texts(self, case: str) -> Mapping[Ref, str]:
        """Return a case's texts."""
        return dict(self._kept(case).texts)

    def find(self, kind: str, value: str) -> list[str]:
        """Return the ids of the cases that are found by a value."""
        with self._lock:
            return sorted(self._finds.get((kind, value), ()))

    def numbered(self, number: str) -> list[str]:
        """Return the ids of the cases with a channel's number."""
        with self._lock:
            found = [(kept.received_at, case) for case, kept in self._cases.items() if kept.number == number]
        return [case for _, case in sorted(found)]

    def ids(self, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return a page of case ids."""
        with self._lock:
            every = self._ordered()
            first = bisect_right(every, after)
            return every[first : first + limit]

    def open_clocks(self, *, after: str = "", limit: int = 1000) -> list[OpenClocks]:
        """Return the running clocks of cases."""
        with self._lock:
            every, found = self._ordered(), []
            for at in range(bisect_right(every, after), len(every)):
                row = self._cases[every[at]].open
                if row is not None:
                    found.append(row)
                    if len(found) == limit:
                        break
            return found

    def due(self, now: datetime, *, limit: int) -> list[str]:
        """Return the cases that a sweep has something to do for."""
        with self._lock:
            waiting = [(kept.next_at, case) for case, kept in self._cases.items() if kept.next_at and kept.next_at <= now]
        return [case for _, case in sorted(waiting)[:limit]]

    def kept(self, kind: str, digest: str | None = None) -> str | None:
        """Return a definition."""
        with self._lock:
            if digest is not None:
                return self._definitions.get((kind, digest))
            texts = [text for (other, _), text in self._definitions.items() if other == kind]
        return texts[-1] if texts else None

    def issues(self, *, schedule: str = "", period: str = "", since: datetime | None = None) -> list[Issue]:
        """Return the issues that were made."""
        with self._lock:
            return [
                row
                for row in self._issues.values()
                if (not schedule or row.schedule == schedule)
                and (not period or row.period == period)
                and (since is None or row.made_at >= since)
            ]

    def cohort(self, cohort: Cohort) -> Iterator[CohortCase]:
        """Yield the cohort's cases."""
        with self._lock:
            found = [
                (fact.at, fact.case)
                for kept in self._cases.values()
                for fact in kept.facts
                if _among(kept.board, cohort.boards) and _among(kept.channel, cohort.channels)
                if fact.kind == "received" and cohort.since <= fact.at < cohort.until and fact.at < cohort.as_of
            ]
            rows = [_at_snapshot(case, self._cases[case], cohort) for _, case in sorted(found)]
        yield from rows

    def tally(self, cohort: Cohort) -> Iterable[UnitTally]:
        """Return the cohort's sums by lead unit and board."""
        return sums(self.cohort(cohort))

    def _ordered(self) -> list[str]:
        if len(self._ids) != len(self._cases):  # no case is ever taken out
            self._ids = sorted(self._cases)
        return self._ids

    def _kept(self, case: str) -> _Kept:
        with self._lock:
            if case not in self._cases:
                raise CaseNotFound(case)
            return self._cases[case]


def _with_texts(old: dict[Ref, str], new: tuple[Text, ...], *, erased: tuple[Ref, ...]) -> dict[Ref, str]:
    kept = {ref: body for ref, body in old.items() if ref not in erased} if erased else old
    return {**kept, **{text.ref: text.body for text in new}} if new else kept


def _with_finds(old: frozenset[tuple[str, str]], change: Change) -> frozenset[tuple[str, str]]:
    if not (change.finds or change.unfound):
        return old
    return frozenset((*((kind, value) for kind, value in old if kind not in change.unfound), *change.finds))


def _open_clocks(case: Case) -> OpenClocks | None:
    running = tuple(clock for clock in case.clocks if clock.status == "running")
    return OpenClocks(case=case.id, rulebook_digest=case.rulebook_digest, clocks=running) if running else None


def _among(name: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or name in wanted


def _at_snapshot(case: str, kept: _Kept, cohort: Cohort) -> CohortCase:
    known = sorted((fact for fact in kept.facts if fact.at < cohort.as_of), key=lambda fact: (fact.at, fact.seq, fact.n))
    kinds = {fact.kind for fact in known}

    def last(*kinds: str) -> Fact | None:
        return next((fact for fact in reversed(known) if fact.kind in kinds), None)

    assigned, closing, ending = last("assigned"), last("closed", "reopened"), last(*ENDS, *TAKEN_UP)
    closed = closing is not None and closing.kind == "closed"
    ended = not closed and ending is not None and ending.kind in ENDS
    verdict = last(f"met:{cohort.clock}", f"late:{cohort.clock}") if cohort.clock else None
    unit = assigned.unit if assigned else ""
    said = [satisfied for fact in known if (satisfied := _satisfied(fact, kept.events)) is not None]
    return CohortCase(
        case=case,
        unit=unit,
        board=kept.board,
        registered="registered" in kinds,
        valid=not any(_void(fact, kept.events) for fact in known),
        accepted=any(fact.kind == "accepted" and fact.unit == unit and fact.seq >= assigned.seq for fact in known)
        if assigned
        else False,
        replied="replied" in kinds,
        published="published" in kinds,
        closed=closed,
        ended=ended,
        dropped=ended and "published" not in kinds,
        late=verdict is not None and verdict.kind.startswith("late:"),
        rated=bool(said),
        satisfied=said[-1:] == [True],
    )


def _void(fact: Fact, events: Sequence[StoredEvent]) -> bool:
    """Return whether a fact makes its case no valid message; of one that an earlier casework kept, its event says so."""
    if fact.kind == "rejected" and fact.value == 0:
        return SAYS_HANDED_ON not in events[fact.seq - 1].text
    return fact.kind == "merged" or (fact.kind == "rejected" and fact.value == VOID)


def _satisfied(fact: Fact, events: Sequence[StoredEvent]) -> bool | None:
    """Return whether the sender said that the handling satisfies; None where the fact says nothing of it."""
    if fact.kind == "rated" or (fact.kind == "revisited" and fact.value):
        return fact.value == SATISFIED
    return False if fact.kind == "revisited" and SAYS_DISSATISFIED in events[fact.seq - 1].text else None


def sums(cases: Iterable[CohortCase]) -> list[UnitTally]:
    """Add a cohort's cases up by lead unit and board: what a store's own sums must equal."""
    found: dict[tuple[str, str], list[CohortCase]] = {}
    for row in cases:
        found.setdefault((row.unit, row.board), []).append(row)
    return [
        UnitTally(
            unit=unit,
            board=board,
            received=len(rows),
            registered=sum(row.registered for row in rows),
            valid=sum(row.valid for row in rows),
            accepted=sum(row.accepted for row in rows),
            replied=sum(row.replied for row in rows),
            published=sum(row.published for row in rows),
            closed=sum(row.closed for row in rows),
            ended=sum(row.ended for row in rows),
            dropped=sum(row.dropped for row in rows),
            late=sum(row.late for row in rows),
            rated=sum(row.rated for row in rows),
            satisfied=sum(row.satisfied for row in rows),
        )
        for (unit, board), rows in sorted(found.items())
    ]


class _Work:
    """A transaction on a `MemoryStore`: changes are gathered and applied at its end."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._cases: dict[str, _Kept] = {}
        self._keys: dict[str, Answered] = {}
        self._numbers: dict[str, int] = {}
        self._definitions: dict[tuple[str, str], str] = {}
        self._issues: dict[str, Issue] = {}
        self._notifications: list[_Waiting] = []

    def load(self, case: str) -> Snapshot:
        return self._case(case).snapshot

    def answered(self, key: str) -> Answered | None:
        return self._keys.get(key) or self._store._keys.get(key)

    def next_number(self, series: str) -> int:
        return self._numbers.get(series, self._store._numbers.get(series, 0)) + 1

    def text(self, case: str, ref: Ref) -> str | None:
        kept = self._cases.get(case) or self._store._cases.get(case)
        return kept.texts.get(ref) if kept else None

    def texts(self, case: str) -> Mapping[Ref, str]:
        kept = self._cases.get(case) or self._store._cases.get(case)
        return dict(kept.texts) if kept else {}

    def find(self, kind: str, value: str) -> list[str]:
        mine = {case for case, kept in self._cases.items() if (kind, value) in kept.finds}
        return sorted(mine | (self._store._finds.get((kind, value), set()) - self._cases.keys()))

    def events(self, case: str) -> list[StoredEvent]:
        kept = self._cases.get(case) or self._store._cases.get(case)
        return list(kept.events) if kept else []

    def write(self, change: Change) -> None:
        case = change.case.id
        old = self._cases.get(case) or self._store._cases.get(case)
        actual = old.version if old else 0
        if actual != change.expected:
            raise StaleVersion(case, expected=change.expected, actual=actual)
        if change.key and self.answered(change.key):
            raise KeyReused(change.key, case=case, tried="commit")
        self._cases[case] = _Kept(
            body=_encode(change.case),
            head=change.head,
            version=change.case.version,
            next_at=change.case.next_at,
            number=change.case.number,
            board=change.case.board or "",
            channel=change.case.channel,
            received_at=change.case.received_at,
            open=_open_clocks(change.case),
            events=(*old.events, *change.events) if old else change.events,
            facts=(*old.facts, *change.facts) if old else change.facts,
            texts=_with_texts(old.texts if old else {}, change.texts, erased=change.erased),
            finds=_with_finds(old.finds if old else frozenset(), change),
        )
        if change.unfound:
            known = {**self._store._keys, **self._keys}
            self._keys |= {key: Answered(case, row.version, "") for key, row in known.items() if row.case == case}
        if change.key and change.digest:
            self._keys[change.key] = Answered(case, change.case.version, change.digest)
        self._numbers.update(change.numbers)
        self._notifications += [_Waiting(row, change.case.updated_at, change.case.updated_at) for row in change.notifications]

    def issue(self, issue: Issue, *, numbers: Mapping[str, int] = {}, notifications: tuple[Notification, ...] = ()) -> bool:
        if issue.id in self._issues or issue.id in self._store._issues:
            return False
        self._issues[issue.id] = issue
        self._numbers.update(numbers)
        self._notifications += [_Waiting(row, issue.made_at, issue.made_at) for row in notifications]
        return True

    def keep(self, kind: str, digest: str, text: str) -> None:
        self._definitions.pop((kind, digest), None)
        self._definitions[kind, digest] = text

    def kept(self, kind: str, digest: str) -> str | None:
        return self._definitions.get((kind, digest)) or self._store.kept(kind, digest)

    def _case(self, case: str) -> _Kept:
        return self._cases.get(case) or self._store._kept(case)

    def commit(self) -> None:
        store = self._store
        for case, kept in self._cases.items():
            before = store._cases[case].finds if case in store._cases else frozenset()
            for value in before - kept.finds:
                store._finds[value].discard(case)
            for value in kept.finds - before:
                store._finds.setdefault(value, set()).add(case)
        store._cases.update(self._cases)
        store._keys.update(self._keys)
        store._numbers.update(self._numbers)
        store._issues.update(self._issues)
        for definition, text in self._definitions.items():
            store._definitions.pop(definition, None)
            store._definitions[definition] = text
        store._outbox.add(self._notifications)


class MemoryOutbox:
    """The outbox of a `MemoryStore`."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._rows: dict[str, _Waiting] = {}

    def add(self, notifications: Iterable[_Waiting]) -> None:
        """Queue notices; the store does this as it commits."""
        with self._lock:
            self._rows.update((row.notification.id, row) for row in notifications)

    def pending(self, now: datetime, *, limit: int = 100) -> list[Pending]:
        """Return notices that are due for an attempt."""
        with self._lock:
            rows = [row for row in self._rows.values() if row.next_at and row.next_at <= now]
            rows.sort(key=lambda row: (row.queued_at, row.notification.seq, row.notification.n, row.notification.id))
            return [Pending(row.notification, row.attempts) for row in rows[:limit]]

    def sent(self, id: str, at: datetime) -> None:
        """Mark a notice as taken."""
        with self._lock:
            self._rows[id].next_at = None

    def failed(self, id: str, why: str, retry_at: datetime | None) -> None:
        """Count a failed attempt."""
        with self._lock:
            row = self._rows[id]
            row.attempts, row.error, row.next_at = row.attempts + 1, why, retry_at
