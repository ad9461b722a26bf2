"""`SqlStore`: the store in a database. A transaction is one connection; on SQLite it begins by taking the write lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any, Self

import msgspec
from sqlalchemy import URL, Engine, create_engine, event, insert, inspect, make_url, select, update
from sqlalchemy.exc import SQLAlchemyError

from ... import journal
from ...cases import Case
from ...errors import CaseNotFound, KeyReused, SchemaMismatch, StaleVersion, StoreError
from ...events import Ref, StoredEvent
from ...ports import Answered, Change, Cohort, CohortCase, Notification, OpenClocks, Pending, Snapshot, UnitTally
from ...schedules import Issue
from ...sla import SlaClock
from . import statements as say
from .executor import CursorExecutor, Executor, Statement
from .schema import VERSION, Base


class _ClocksOnly(msgspec.Struct):
    """What of a case's body a recalculation reads."""

    clocks: tuple[SlaClock, ...]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_case = msgspec.json.Decoder(Case)
_clocks_of = msgspec.json.Decoder(_ClocksOnly)
_notification = msgspec.json.Decoder(Notification)
_issue = msgspec.json.Decoder(Issue)
_EVER = -(2**63)
_version = Base.metadata.tables["casework_version"]
_encode = msgspec.json.Encoder(order="deterministic").encode


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _TICK


class SqlStore:
    """A `CaseStore` in a database that SQLAlchemy knows; *url* like ``sqlite:///cases.sqlite``.

    Missing tables are made when the store is opened; with *create* off they are a `StoreError`, and none is made.
    Tables of another version are refused (`SchemaMismatch`), and so is a database that cannot be opened (`StoreError`). On SQLite:
    write-ahead log, full sync, foreign writers waited for 30 seconds. With *synced* off SQLite leaves it to the system when things
    reach the disk: much faster, and only for a database that can be made again, such as a demo's.
    """

    def __init__(self, url: str, *, create: bool = True, synced: bool = True) -> None:
        try:
            self._engine = create_engine(url)
        except (SQLAlchemyError, ImportError) as error:
            raise StoreError(f"cannot open the database {_shown(url)!r}: {error.__cause__ or error}") from error
        try:
            if self._engine.dialect.name == "sqlite":
                _prepare_sqlite(self._engine, create=create, synced=synced)
            self._open(create=create)
        except SQLAlchemyError as error:
            self.close()
            raise StoreError(f"cannot open the database {_shown(url)!r}: {error.__cause__ or error}") from error
        except StoreError:
            self.close()
            raise
        self._outbox = SqlOutbox(self)
        self._to_forget = False

    @classmethod
    def at(cls, path: str | Path, *, create: bool = True, synced: bool = True) -> Self:
        """Open the SQLite file at *path*, whatever signs its name holds."""
        return cls(URL.create("sqlite", database=str(path)).render_as_string(), create=create, synced=synced)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, *, create: bool) -> None:
        with self._engine.connect().execution_options(casework_write=create) as connection, connection.begin():
            names = inspect(connection).get_table_names()
            if "casework_version" not in names:
                if any(name.startswith("casework_") for name in names):
                    raise StoreError(f"{self._engine.url} holds casework tables and no version; it was not made by casework")
                if not create:
                    shown = self._engine.url.render_as_string(hide_password=True)
                    raise StoreError(f"{shown} holds no casework tables; make them by opening it without create=False")
                Base.metadata.create_all(connection)
                connection.execute(insert(_version).values(version=VERSION))
            found = connection.execute(select(_version.c.version)).scalar_one()
            if found == 1 and create:  # what is new since then are tables that were not there
                Base.metadata.create_all(connection)
                connection.execute(update(_version).values(version=VERSION))
                found = VERSION
        if found != VERSION:
            raise SchemaMismatch(found=found, expected=VERSION, url=self._engine.url.render_as_string(hide_password=True))

    def close(self) -> None:
        """Give back all connections; ``with SqlStore(url) as store`` does it at the end of the block."""
        self._engine.dispose()

    @property
    def outbox(self) -> SqlOutbox:
        """The store's outbox."""
        return self._outbox

    @contextmanager
    def executor(self, *, write: bool = False) -> Iterator[Executor]:
        """Begin a transaction and give its executor; database errors come out as `StoreError`."""
        try:
            with self._engine.connect().execution_options(casework_write=write) as connection, connection.begin():
                yield CursorExecutor(connection.connection, self._engine.dialect)
        except SQLAlchemyError as error:
            raise StoreError(f"the database refused: {error.__cause__ or error}") from error
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise StoreError(f"the database refused: {error}") from error

    @contextmanager
    def work(self) -> Iterator[_Work]:
        """Begin a transaction."""
        with self.executor(write=True) as executor:
            work = _Work(executor)
            yield work
        self._to_forget = self._to_forget or work.erased
        if self._to_forget:
            self._to_forget = not self._forgot()

    def _forgot(self) -> bool:
        """Empty SQLite's write-ahead log, where what was erased may still stand; False while a reader is busy with it."""
        if self._engine.dialect.name != "sqlite":
            return True
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout = 500")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.execute("PRAGMA busy_timeout = 30000")
        finally:
            connection.close()
        return not busy

    def read(self, case: str) -> Snapshot:
        """Return a case as it is."""
        return _snapshot(case, self._rows(say.LOAD, p_id=case), lambda: self.events(case))

    def events(self, case: str) -> list[StoredEvent]:
        """Return a case's events in order."""
        found = _events(case, self._rows(say.EVENTS, p_id=case))
        if not found:
            raise CaseNotFound(case)
        return found

    def texts(self, case: str) -> Mapping[Ref, str]:
        """Return a case's texts."""
        found = {row[0]: row[1] for row in self._rows(say.TEXTS, p_id=case)}
        if not found:
            self.read(case)
        return found

    def find(self, kind: str, value: str) -> list[str]:
        """Return the ids of the cases that are found by a value."""
        return [row[0] for row in self._rows(say.FIND, p_kind=kind, p_value=value)]

    def numbered(self, number: str) -> list[str]:
        """Return the ids of the cases with a channel's number."""
        return [row[0] for row in self._rows(say.NUMBERED, p_number=number)]

    def ids(self, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return a page of case ids."""
        return [row[0] for row in self._rows(say.IDS, p_after=after, p_limit=limit)]

    def due(self, now: datetime, *, limit: int) -> list[str]:
        """Return the cases that a sweep has something to do for."""
        return [row[0] for row in self._rows(say.DUE, p_now=_micros(now), p_limit=limit)]

    def open_clocks(self, *, after: str = "", limit: int = 1000) -> list[OpenClocks]:
        """Return the running clocks of cases."""
        return [
            OpenClocks(
                case=case,
                rulebook_digest=digest,
                clocks=tuple(clock for clock in _clocks_of.decode(body).clocks if clock.status == "running"),
            )
            for case, digest, body in self._rows(say.OPEN_CLOCKS, p_after=after, p_limit=limit)
        ]

    def kept(self, kind: str, digest: str | None = None) -> str | None:
        """Return a definition."""
        rows = self._rows(say.KEPT, p_kind=kind, p_digest=digest) if digest else self._rows(say.KEPT_LAST, p_kind=kind)
        return str(rows[0][0]) if rows else None

    def issues(self, *, schedule: str = "", period: str = "", since: datetime | None = None) -> list[Issue]:
        """Return the issues that were made."""
        rows = self._rows(say.ISSUES, p_schedule=schedule, p_period=period, p_since=_EVER if since is None else _micros(since))
        return [_issue.decode(row[0]) for row in rows]

    def cohort(self, cohort: Cohort) -> Iterator[CohortCase]:
        """Yield the cohort's cases."""
        asked = say.cohort(len(cohort.boards), len(cohort.channels))
        for case, unit, board, *flags in self._rows(asked, **_window(cohort)):
            yield CohortCase(case=case, unit=unit, board=board, **dict(zip(say.FLAGS, map(bool, flags), strict=True)))

    def tally(self, cohort: Cohort) -> Iterable[UnitTally]:
        """Return the cohort's sums by lead unit and board, added up by the database."""
        asked = say.tally(len(cohort.boards), len(cohort.channels))
        rows = [(*row[:2], *map(int, row[2:])) for row in self._rows(asked, **_window(cohort))]
        names = ("unit", "board", "received", *say.FLAGS)
        return sorted((UnitTally(**dict(zip(names, row, strict=True))) for row in rows), key=lambda row: (row.unit, row.board))

    def _rows(self, statement: Statement, **row: Any) -> Sequence[tuple[Any, ...]]:
        with self.executor() as executor:
            return executor.run(statement, row)[1]


def _prepare_sqlite(engine: Engine, *, create: bool, synced: bool) -> None:
    """Let casework say when transactions begin: the driver's own habit loses updates (it begins after the first read)."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        sync = f"synchronous = {'FULL' if synced else 'OFF'}"
        for pragma in ("busy_timeout = 30000", sync, "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        if create:
            _write_ahead(connection, busy=engine.dialect.loaded_dbapi.OperationalError)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        write = connection.get_execution_options().get("casework_write", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _shown(url: str) -> str:
    """Return an address without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError:
        return url.partition(":")[0] + ":…"


def _write_ahead(connection: Any, *, busy: type[Exception]) -> None:
    """Switch to the write-ahead log. While another connection does so too, SQLite refuses at once, whatever its busy timeout."""
    for wait in (0.01, 0.05, 0.2, 0.5, 1, 2, 4):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except busy:
            sleep(wait)
        else:
            return
    connection.execute("PRAGMA journal_mode = WAL")


def _window(cohort: Cohort) -> dict[str, Any]:
    return {
        "p_since": _micros(cohort.since),
        "p_until": _micros(cohort.until),
        "p_as_of": _micros(cohort.as_of),
        "p_met": f"met:{cohort.clock}",
        "p_late": f"late:{cohort.clock}",
        **{f"p_board_{n}": board for n, board in enumerate(cohort.boards)},
        **{f"p_channel_{n}": channel for n, channel in enumerate(cohort.channels)},
    }


_NEWEST_FIELD = f'"{Case.__struct_fields__[-1]}":'
"""What the row of a case holds unless an older casework wrote it: then the case is what its events say."""


def _snapshot(case: str, rows: Sequence[tuple[Any, ...]], events: Callable[[], list[StoredEvent]]) -> Snapshot:
    if not rows:
        raise CaseNotFound(case)
    body, head = rows[0][:2]
    return Snapshot(_case.decode(body) if _NEWEST_FIELD in body else journal.replay(events()), head)


def _events(case: str, rows: Sequence[tuple[Any, ...]]) -> list[StoredEvent]:
    return [StoredEvent(case, *row) for row in rows]


def _clock_row(case: str, clock: SlaClock) -> dict[str, Any]:
    return {
        "p_case_id": case,
        "p_key": clock.key,
        "p_rule": clock.rule,
        "p_subject": clock.subject,
        "p_run": clock.run,
        "p_status": clock.status,
        "p_due_before": _micros(clock.due.before) if clock.due else None,
        "p_late": clock.late,
    }


class _Work:
    """A transaction."""

    def __init__(self, executor: Executor) -> None:
        self._do = executor
        self._clocks: dict[str, tuple[SlaClock, ...]] = {}
        self.erased = False

    def load(self, case: str) -> Snapshot:
        snapshot = _snapshot(case, self._do.run(say.LOAD, {"p_id": case})[1], lambda: self.events(case))
        self._clocks[case] = snapshot.case.clocks
        return snapshot

    def answered(self, key: str) -> Answered | None:
        rows = self._do.run(say.ANSWERED, {"p_key": key})[1]
        return Answered(*rows[0]) if rows else None

    def next_number(self, series: str) -> int:
        rows = self._do.run(say.LAST_NUMBER, {"p_series": series})[1]
        return int(rows[0][0]) + 1 if rows else 1

    def text(self, case: str, ref: Ref) -> str | None:
        rows = self._do.run(say.TEXT, {"p_id": case, "p_ref": ref})[1]
        return str(rows[0][0]) if rows else None

    def texts(self, case: str) -> Mapping[Ref, str]:
        return {row[0]: row[1] for row in self._do.run(say.TEXTS, {"p_id": case})[1]}

    def find(self, kind: str, value: str) -> list[str]:
        return [row[0] for row in self._do.run(say.FIND, {"p_kind": kind, "p_value": value})[1]]

    def events(self, case: str) -> list[StoredEvent]:
        return _events(case, self._do.run(say.EVENTS, {"p_id": case})[1])

    def write(self, change: Change) -> None:
        case, do = change.case, self._do
        row = {
            "p_id": case.id,
            "p_version": case.version,
            "p_head": change.head,
            "p_state": case.state,
            "p_rulebook_digest": case.rulebook_digest,
            "p_lead": case.lead,
            "p_board": case.board,
            "p_channel": case.channel,
            "p_number": case.number,
            "p_received_at": _micros(case.received_at),
            "p_closed_at": _micros(case.closed_at),
            "p_next_at": _micros(case.next_at),
            "p_body": _encode(case).decode(),
        }
        if change.expected == 0:
            if actual := self._version(case.id):
                raise StaleVersion(case.id, expected=0, actual=actual)
            do.run(say.INSERT_CASE, row)
        elif do.run(say.UPDATE_CASE, {**row, "p_expected": change.expected})[0] != 1:
            raise StaleVersion(case.id, expected=change.expected, actual=self._version(case.id))
        if change.key and self.answered(change.key):
            raise KeyReused(change.key, case=case.id, tried="commit")
        if change.erased:
            self.erased = True
            do.many(say.DELETE_TEXT, ({"p_case_id": case.id, "p_ref": ref} for ref in change.erased))
        if change.unfound:
            do.run(say.FORGET_DIGESTS, {"p_case_id": case.id})
        last = len(change.events) - 1
        do.many(
            say.INSERT_EVENT,
            (
                {
                    "p_case_id": stored.case,
                    "p_seq": stored.seq,
                    "p_text": stored.text,
                    "p_hash": stored.hash,
                    "p_key": change.key if n == last else None,
                    "p_digest": change.digest if n == last else None,
                }
                for n, stored in enumerate(change.events)
            ),
        )
        do.many(
            say.INSERT_FACT,
            (
                {
                    "p_case_id": fact.case,
                    "p_seq": fact.seq,
                    "p_n": fact.n,
                    "p_kind": fact.kind,
                    "p_at": _micros(fact.at),
                    "p_unit": fact.unit,
                    "p_cycle": fact.cycle,
                    "p_value": fact.value,
                }
                for fact in change.facts
            ),
        )
        do.many(say.INSERT_TEXT, ({"p_case_id": case.id, "p_ref": text.ref, "p_body": text.body} for text in change.texts))
        do.many(say.DELETE_FIND, ({"p_case_id": case.id, "p_kind": kind} for kind in change.unfound))
        do.many(say.INSERT_FIND, ({"p_kind": kind, "p_value": value, "p_case_id": case.id} for kind, value in change.finds))
        old = {clock.key: clock for clock in self._clocks.get(case.id, ())}
        changed = [clock for clock in case.clocks if old.get(clock.key) != clock]
        do.many(say.DELETE_CLOCK, ({"p_case_id": case.id, "p_key": clock.key} for clock in changed if clock.key in old))
        do.many(say.INSERT_CLOCK, (_clock_row(case.id, clock) for clock in changed))
        self._clocks[case.id] = case.clocks
        self._take(change.numbers)
        self._queue(change.notifications, case.updated_at)

    def issue(self, issue: Issue, *, numbers: Mapping[str, int] = {}, notifications: tuple[Notification, ...] = ()) -> bool:
        key = {"p_rulebook": issue.rulebook, "p_schedule": issue.schedule, "p_period": issue.period, "p_scope": issue.scope}
        if self._do.run(say.ISSUE_MADE, key)[1]:
            return False
        n = int(self._do.run(say.LAST_ISSUE, {})[1][0][0]) + 1
        row = {"p_n": n, "p_made_at": _micros(issue.made_at), "p_body": _encode(issue).decode()}
        self._do.run(say.INSERT_ISSUE, {**key, **row})
        self._take(numbers)
        self._queue(notifications, issue.made_at)
        return True

    def _take(self, numbers: Mapping[str, int]) -> None:
        for series, number in numbers.items():
            if self._do.run(say.UPDATE_NUMBER, {"p_series": series, "p_last": number})[0] != 1:
                self._do.run(say.INSERT_NUMBER, {"p_series": series, "p_last": number})

    def _queue(self, notifications: Iterable[Notification], at: datetime) -> None:
        queued = _micros(at)
        self._do.many(
            say.INSERT_NOTICE,
            (
                {
                    "p_id": row.id,
                    "p_body": _encode(row).decode(),
                    "p_queued_at": queued,
                    "p_seq": row.seq,
                    "p_n": row.n,
                    "p_attempts": 0,
                    "p_next_at": queued,
                    "p_sent_at": None,
                    "p_error": "",
                }
                for row in notifications
            ),
        )

    def _version(self, case: str) -> int:
        rows = self._do.run(say.LOAD, {"p_id": case})[1]
        return _snapshot(case, rows, lambda: self.events(case)).case.version if rows else 0

    def keep(self, kind: str, digest: str, text: str) -> None:
        n = int(self._do.run(say.LAST_KEPT, {})[1][0][0]) + 1
        self._do.run(say.DROP_KEPT, {"p_kind": kind, "p_digest": digest})
        self._do.run(say.INSERT_KEPT, {"p_kind": kind, "p_digest": digest, "p_n": n, "p_text": text})

    def kept(self, kind: str, digest: str) -> str | None:
        rows = self._do.run(say.KEPT, {"p_kind": kind, "p_digest": digest})[1]
        return str(rows[0][0]) if rows else None


class SqlOutbox:
    """The outbox of a `SqlStore`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def pending(self, now: datetime, *, limit: int = 100) -> list[Pending]:
        """Return notices that are due for an attempt."""
        with self._store.executor() as do:
            rows = do.run(say.PENDING, {"p_now": _micros(now), "p_limit": limit})[1]
        return [Pending(_notification.decode(body), attempts) for body, attempts in rows]

    def sent(self, id: str, at: datetime) -> None:
        """Mark a notice as taken."""
        with self._store.executor(write=True) as do:
            do.run(say.SENT, {"p_id": id, "p_at": _micros(at)})

    def failed(self, id: str, why: str, retry_at: datetime | None) -> None:
        """Count a failed attempt."""
        with self._store.executor(write=True) as do:
            do.run(say.FAILED, {"p_id": id, "p_error": why, "p_next_at": _micros(retry_at)})
