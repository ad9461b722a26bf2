"""What a machine sees of a store and reads from events: every change that was kept, and how a case stands by its events alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

import msgspec

from .. import events as ev
from ..approvals import PUBLISH
from ..cases import Case
from ..escalation import Rung
from ..events import Event
from ..ports import CaseStore, Change, CohortCase, UnitOfWork
from ..states import standard_lifecycle


class Watched:
    """A store that remembers every change it kept; for everything else it is the store that it stands before."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store
        self.changes: list[Change] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def work(self) -> Iterator[UnitOfWork]:
        """Begin a transaction."""
        written: list[Change] = []
        with self._store.work() as work:
            yield cast("UnitOfWork", _WatchedWork(work, written))
        self.changes += written


class _WatchedWork:
    def __init__(self, work: UnitOfWork, written: list[Change]) -> None:
        self._work, self._written = work, written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    def write(self, change: Change) -> None:
        """Keep a change."""
        self._work.write(change)
        self._written.append(change)


_ENDED = frozenset(state.name for state in standard_lifecycle().states.values() if state.kind == "final")


def standing(history: Sequence[Event], late_by: str) -> CohortCase:
    """Read from a case's events alone how it stands, as a report counts it."""
    unit, accepted, closed, late, satisfied = "", set[str](), False, False, list[bool]()
    kinds = {type(event.data) for event in history}
    ended = history[-1].state in _ENDED
    for event in history:
        data = event.data
        if isinstance(data, ev.Assigned | ev.ConsultationConcluded):
            unit, accepted = data.lead, accepted.intersection((data.lead, *data.assisting))
        elif isinstance(data, ev.Declined):
            accepted.discard(data.unit)
            unit = unit if data.lead is msgspec.UNSET else data.lead or ""
        elif isinstance(data, ev.Accepted):
            accepted.add(data.unit)
        elif isinstance(data, ev.Closed | ev.Reopened):
            closed = isinstance(data, ev.Closed)
        elif isinstance(data, ev.Rated | ev.Revisited) and data.satisfied is not None:
            satisfied.append(data.satisfied)
        for clock in event.clocks:
            if clock.rule == late_by and clock.status == "stopped":
                late = not clock.met
    return CohortCase(
        case=history[0].case,
        unit=unit,
        board=next(event.data.board or "" for event in history if isinstance(event.data, ev.Received)),
        registered=ev.Reviewed in kinds,
        valid=ev.Merged not in kinds
        and not any(isinstance(event.data, ev.Rejected) and event.data.exit in ("invalid", "duplicate") for event in history),
        accepted=unit in accepted,
        replied=ev.Submitted in kinds,
        published=ev.Published in kinds,
        closed=closed,
        ended=ended,
        dropped=ended and ev.Published not in kinds,
        late=late,
        rated=bool(satisfied),
        satisfied=satisfied[-1:] == [True],
    )


def references(history: Sequence[Event]) -> Iterator[str]:
    """Yield the references to texts in events: the fields that are annotated so."""
    for event in history:
        for name, kind in type(event.data).__annotations__.items():
            if kind in ("Ref", "Ref | None") and (ref := getattr(event.data, name)) is not None:
                yield ref


def waiting_gates(case: Case, history: Sequence[Event]) -> Iterator[tuple[int, str]]:
    """Yield the roles at whose gates something waits, each with the number of the event that brought it there."""
    stands: dict[str, int] = {}
    for event in history:
        if isinstance(event.data, ev.ApprovalRequested | ev.Approved):
            stands[event.data.act] = event.seq
        elif isinstance(event.data, ev.Submitted | ev.SteppedBack):
            stands[PUBLISH] = event.seq
    for row in case.requests:
        yield stands[row.act], row.gates[row.passed]
    reply = case.reply
    if reply and reply.status == "submitted" and reply.passed < len(reply.gates):
        yield stands[PUBLISH], reply.gates[reply.passed]


def approvals(history: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Yield for every approval who gave it and who had asked for it."""
    asked: dict[str, str] = {}
    for event in history:
        data = event.data
        if isinstance(data, ev.Approved):
            yield event.actor, asked[data.act]
        elif isinstance(data, ev.ApprovalRequested):
            asked[data.act] = event.actor
        elif isinstance(data, ev.Submitted):
            asked[PUBLISH] = event.actor


def settled(history: Sequence[Event]) -> dict[str, datetime]:
    """Return when each order was settled: answered by everybody it went to, or else struck off."""
    missing: dict[str, set[str]] = {}
    over: dict[str, datetime] = {}
    for event in history:
        data = event.data
        if isinstance(data, ev.OrderIssued):
            missing[data.order] = {*data.to, *data.roles}
        elif isinstance(data, ev.OrderAnswered):
            missing[data.order].discard(data.unit)
            if not missing[data.order]:
                over.setdefault(data.order, event.occurred_at)
        elif isinstance(data, ev.OrderCleared):
            over.setdefault(data.order, event.occurred_at)
    return over


def counted(history: Sequence[Event]) -> dict[str, int]:
    """Count what rungs can stand on, from the events alone."""
    found = dict.fromkeys(("returned", "declined", "dissatisfied", "instructed", "repeated", "views"), 0)
    for event in history:
        data = event.data
        found["returned"] += isinstance(data, ev.Returned)
        found["declined"] += isinstance(data, ev.Declined)
        found["instructed"] += isinstance(data, ev.Instructed)
        found["repeated"] += isinstance(data, ev.Absorbed)
        found["dissatisfied"] += isinstance(data, ev.Rated | ev.Revisited) and data.satisfied is False
        if isinstance(data, ev.Viewed):
            found["views"] = data.views
    return found


def reached(rung: Rung, count: int) -> list[int]:
    """Return which repetitions of a rung on a count are due when the count stands so high."""
    first = rung.at if isinstance(rung.at, int) else 1
    every, times = (int(rung.repeat.every), rung.repeat.max) if rung.repeat else (1, 1)
    return [n for n in range(1, times + 1) if first + (n - 1) * every <= count]
