"""Moves: cases that go over to another version of their rulebook, singly or in bulk, tried before they are done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from . import engine, journal, privacy
from .cases import Case
from .decisions import Decision, Draft, Known
from .errors import CaseworkError, InputError, NotPermitted, StaleVersion, UnknownRulebook
from .events import ClockMoved, RulebookMoved
from .handling.versions import named
from .ports import CaseStore, Snapshot, UnitOfWork
from .publication import status_of
from .rulebook import Rulebook
from .shelf import Shelf
from .units import Actor

_PAGE = 1000


class GatesMoved(msgspec.Struct, frozen=True, kw_only=True):
    """The gates that would stand before an act on a case, by role, under the old version and under the new one."""

    act: str
    old: tuple[str, ...]
    new: tuple[str, ...]


class MovedCase(msgspec.Struct, frozen=True, kw_only=True):
    """What a move changes of one case: its clocks, the gates before acts to come, and the citizen's status, old and new.

    ``old`` names the version that the case kept, with its digest; ``status`` is None where the citizen reads the same as before.
    What waits at a gate already keeps the gates that it stands at.
    """

    case: str
    old: str
    old_digest: str
    clocks: tuple[ClockMoved, ...]
    gates: tuple[GatesMoved, ...] = ()
    status: tuple[str, str] | None = None


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """What a move did, or in a dry run would do.

    ``rulebook`` names the new version, ``digest`` its text; ``cases`` is how many cases were looked at, ``moved`` those that moved,
    in the order of their ids or as they were named. ``refused`` names cases that stay where they are, each with what is to be done
    first.
    """

    rulebook: str
    digest: str
    cases: int
    moved: tuple[MovedCase, ...]
    refused: tuple[tuple[str, str], ...] = ()
    dry_run: bool = False


class Mover:
    """Moves cases of a store to a rulebook; *known* gathers what a decision may know, *write* keeps what was decided."""

    def __init__(
        self,
        store: CaseStore,
        shelf: Shelf,
        known: Callable[[UnitOfWork, Rulebook, Case, datetime], Known],
        write: Callable[[UnitOfWork, Snapshot, Decision], None],
        now: datetime,
        *,
        by: Actor,
        reason: str,
        across: bool,
        dry_run: bool,
    ) -> None:
        self._store, self._shelf, self._known, self._write, self._now = store, shelf, known, write, now
        self._by, self._reason, self._across, self._dry_run = by, reason, across, dry_run
        self._looked = 0
        self._refused: dict[str, str] = {}

    def run(self, rulebook: Rulebook, cases: Sequence[str] | None, *, batch: int) -> Move:
        """Move the cases named, or (None) all that keep another version of the rulebook, so many in one transaction."""
        if not isinstance(rulebook, Rulebook):
            raise InputError(f"cases are moved to a Rulebook, not to {rulebook!r}; Rulebook.load reads one", value=rulebook)
        if isinstance(cases, str):
            raise InputError(f"cases are named in a list, such as [{cases!r}]", value=cases)
        if type(batch) is not int or batch < 1:
            raise InputError(f"a batch is of one case or more, not of {batch!r}", value=batch)
        if self._across and cases is None:
            raise InputError("cases of other rulebooks are moved only by name; name them in cases", value=cases)
        why = privacy.refusal(rulebook.roles, self._by, "move", None, register=rulebook.register)
        if why:
            raise NotPermitted("move", actor=self._by.id, role=self._by.role, why=why)
        moved: list[MovedCase] = []
        waiting: list[str] = []
        for case in self._all(rulebook) if cases is None else self._named(cases):
            waiting.append(case)
            if len(waiting) == batch:
                moved += self._batch(rulebook, waiting, last=cases is None)
                waiting = []
        moved += self._batch(rulebook, waiting, last=cases is None)
        if cases is None and not self._dry_run:
            with self._store.work() as work:  # whatever moved: from now on this is the version
                self._shelf.keep(work, rulebook)
        return Move(
            rulebook=named(rulebook),
            digest=rulebook.digest,
            cases=self._looked,
            moved=tuple(moved),
            refused=tuple(self._refused.items()),
            dry_run=self._dry_run,
        )

    def _named(self, cases: Sequence[str]) -> Iterator[str]:
        for case in dict.fromkeys(cases):
            self._looked += 1
            yield case

    def _all(self, rulebook: Rulebook) -> Iterator[str]:
        """Yield the cases that keep another version of a rulebook and are not over for good."""
        after = ""
        while page := self._store.ids(after=after, limit=_PAGE):
            after = page[-1]
            for name in page:
                self._looked += 1
                case = self._store.read(name).case
                if case.rulebook == rulebook.id and case.rulebook_digest != rulebook.digest and not self._over(case):
                    yield name

    def _over(self, case: Case) -> bool:
        try:
            state = self._shelf.book(case).lifecycle.states.get(case.state)
        except UnknownRulebook:  # which is told when the case is to be moved
            return False
        return state is not None and state.kind == "final"

    def _batch(self, rulebook: Rulebook, cases: Sequence[str], *, last: bool) -> list[MovedCase]:
        """Move some cases in one transaction; one that others keep changing meanwhile is told, and the rest goes without it."""
        waiting, tried = list(cases), set[str]()
        while waiting:
            try:
                return self._once(rulebook, waiting, last=last)
            except StaleVersion as error:
                if error.case in tried:
                    self._refused[str(error.case)] = str(error)
                    waiting.remove(str(error.case))
                tried.add(str(error.case))
        return []

    def _once(self, rulebook: Rulebook, cases: Sequence[str], *, last: bool) -> list[MovedCase]:
        moved, refused = [], dict[str, str]()
        with self._store.work() as work:
            before = None if self._dry_run else self._shelf.last_kept()
            for name in cases:
                try:
                    snapshot = work.load(name)
                    found = self._decided(work, rulebook, snapshot.case)
                except CaseworkError as error:
                    refused[name] = str(error)
                    continue
                if found is None:
                    continue
                decision, told = found
                moved.append(told)
                if not self._dry_run:
                    self._write(work, snapshot, decision)
            if moved and not self._dry_run:
                self._shelf.keep(work, rulebook)
                if before and not last:  # some cases by name: new ones still begin as they did
                    self._shelf.keep_again(work, before)
        self._refused |= refused
        return moved

    def _decided(self, work: UnitOfWork, rulebook: Rulebook, case: Case) -> tuple[Decision, MovedCase] | None:
        """Return what moving a case comes to; None where it keeps this version already."""
        if case.rulebook_digest == rulebook.digest:
            return None
        if case.rulebook != rulebook.id and not self._across:
            why = f"cannot move case {case.id}: it keeps rulebook {case.rulebook!r}, and this one is {rulebook.id!r}"
            raise InputError(f"{why}; across=True allows that", value=case.rulebook)
        old = self._shelf.book(case, work=work)
        at = max(self._now, case.updated_at)
        known = self._known(work, rulebook, case, at)
        if known.message is None and old.conditions:
            known = msgspec.structs.replace(known, message=self._known(work, old, case, at).message)
        history = [journal.decode(row.text, case=case.id, seq=row.seq) for row in work.events(case.id)]
        try:
            decision = engine.move(rulebook, old, case, self._by, at, known, history=history, reason=self._reason)
            gates = tuple(_gates(old, rulebook, case, self._by, at, known))
        except CaseworkError:
            raise
        except Exception as error:
            why = f"an error in casework or its rulebook: {type(error).__name__}"
            raise InputError(f"cannot move case {case.id}: {why}", value=case.id) from error
        was, will = (status_of(case, book) for book in (old, rulebook))
        clocks = tuple(row for event in decision.events if isinstance(event.data, RulebookMoved) for row in event.data.clocks)
        status = (was[0], will[0]) if was[1:] != will[1:] else None
        return decision, MovedCase(case=case.id, old=named(old), old_digest=old.digest, clocks=clocks, gates=gates, status=status)


def _gates(old: Rulebook, new: Rulebook, case: Case, actor: Actor, at: datetime, known: Known) -> Iterator[GatesMoved]:
    was, will = (Draft(book, case, actor, at, known, case.id) for book in (old, new))
    for act in dict.fromkeys(row.on for book in (old, new) for row in book.outline.approval):
        if was.gates(act) != will.gates(act):
            yield GatesMoved(act=act, old=was.gates(act), new=will.gates(act))
