"""What a machine sees of a store and reads from events: every change that was kept, and how a case stands by its events alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import msgspec

from .. import events as ev
from ..events import Event
from ..ports import CaseStore, Change, CohortCase, UnitOfWork


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


def standing(history: Sequence[Event], late_by: str) -> CohortCase:
    """Read from a case's events alone how it stands, as a report counts it."""
    unit, accepted, closed, late = "", set[str](), False, False
    kinds = {type(event.data) for event in history}
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
        for clock in event.clocks:
            if clock.rule == late_by and clock.status == "stopped":
                late = not clock.met
    return CohortCase(
        case=history[0].case,
        unit=unit,
        registered=ev.Reviewed in kinds,
        accepted=unit in accepted,
        replied=ev.Submitted in kinds,
        published=ev.Published in kinds,
        closed=closed,
        late=late,
    )


def references(history: Sequence[Event]) -> Iterator[str]:
    """Yield the references to texts in events: the fields that are annotated so."""
    for event in history:
        for name, kind in type(event.data).__annotations__.items():
            if kind in ("Ref", "Ref | None") and (ref := getattr(event.data, name)) is not None:
                yield ref
