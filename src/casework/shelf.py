"""The shelf: the rulebooks, registers and calendars that a desk goes by, as the store keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from . import recalculation
from .calendars import WorkCalendar
from .cases import Case
from .errors import InputError, UnknownRulebook
from .ports import CaseStore, UnitOfWork
from .rulebook import Rulebook, rulebook_digest
from .sla import Timekeeper
from .units import Register


class Shelf:
    """Gives each case the rulebook that it keeps, and each rulebook the calendar that is counted by.

    The register is that of the desk's own *rulebook*, and for cases of another office's rulebook theirs. *calendar* takes the place
    of the one that the rulebook names; left out, it is the one that the store's deadlines were last recalculated by, or else the
    shipped one.
    """

    def __init__(self, rulebook: Rulebook, store: CaseStore, calendar: WorkCalendar | None) -> None:
        if not isinstance(calendar, WorkCalendar | None):
            raise InputError(f"a desk counts by a WorkCalendar, not by {calendar!r}; WorkCalendar.named makes one", value=calendar)
        wanted = rulebook.outline.rulebook.calendar
        if calendar and calendar.name != wanted:
            raise InputError(
                f"rulebook {rulebook.id!r} counts by calendar {wanted!r}; a desk for it cannot count by {calendar.name!r}",
                value=calendar,
            )
        self._store, self._register, self._own = store, rulebook.register, rulebook.id
        self._calendars = {calendar.name: calendar} if calendar else {}
        self._books = {rulebook.digest: rulebook}

    def keeper(self, rulebook: Rulebook) -> Timekeeper:
        """Return who counts under a rulebook; days that no notice has announced yet are counted provisionally."""
        return Timekeeper(self.calendar(rulebook.outline.rulebook.calendar), rulebook.zone, provisional=True)

    def calendar(self, name: str) -> WorkCalendar:
        """Return the calendar to count by: the one given, the one that the store was last recalculated by, or the shipped one."""
        if name not in self._calendars:
            text = self._store.kept(f"notices:{name}")
            self._calendars[name] = recalculation.read_calendar(name, text) if text else WorkCalendar.named(name)
        return self._calendars[name]

    def calendar_of(self, name: str, version: str) -> WorkCalendar | None:
        """Return the calendar of a version by which deadlines were counted, where it is still known."""
        if self.calendar(name).version == version:
            return self.calendar(name)
        text = self._store.kept(f"notices:{name}", version)
        found = recalculation.read_calendar(name, text) if text else None
        return found if found is not None and found.version == version else None

    def count_by(self, calendar: WorkCalendar) -> None:
        """Count by a calendar from now on, here and in every desk that is made for this store later."""
        before, name = self.calendar(calendar.name), calendar.name
        with self._store.work() as work:
            for known in (before, calendar):  # the one before, to tell later which deadlines it left untouched
                work.keep(f"notices:{name}", known.version, recalculation.write_calendar(known))
        self._calendars[name] = calendar

    def held(self, book: Rulebook, case: Case, keeper: Timekeeper) -> Mapping[str, WorkCalendar]:
        """Return the calendars that rules hold clocks of a case to, although there are newer ones."""
        held = {
            clock.calendar
            for clock in case.clocks
            if clock.calendar != keeper.version
            and clock.calendar.startswith(f"{keeper.calendar.name}@")
            and clock.rule in book.clocks
            and book.clocks[clock.rule].on_calendar_change != "recompute"
        }
        found = {version: self.calendar_of(*version.split("@")) for version in held}
        return {version: calendar for version, calendar in found.items() if calendar is not None}

    def keep(self, work: UnitOfWork, rulebook: Rulebook) -> None:
        """Keep a rulebook and its register in the store; they become those that are kept last."""
        work.keep("rulebook", rulebook.digest, rulebook.text)
        if rulebook.register:
            text = msgspec.json.encode(rulebook.register).decode()
            work.keep("register", digest_of("register", text), text)
            work.keep("register-of", rulebook.id, digest_of("register", text))

    def last_kept(self) -> tuple[str | None, str | None]:
        """Return the texts of the rulebook and the register that are kept last, by which new cases begin."""
        return self._store.kept("rulebook"), self._store.kept("register")

    def keep_again(self, work: UnitOfWork, before: tuple[str | None, str | None]) -> None:
        """Let a rulebook and a register that the store has be those that are kept last."""
        rulebook, register = before
        if rulebook:
            work.keep("rulebook", rulebook_digest(rulebook), rulebook)
        if register:
            work.keep("register", digest_of("register", register), register)

    def book(self, case: Case, *, work: UnitOfWork | None = None) -> Rulebook:
        """Return the rulebook that a case keeps; `UnknownRulebook` where the store has lost it."""
        return self.book_of(case.rulebook, case.rulebook_digest, work=work)

    def book_of(self, name: str, digest: str, *, work: UnitOfWork | None = None) -> Rulebook:
        """Return a rulebook by its digest."""
        if digest not in self._books:
            text = (work or self._store).kept("rulebook", digest)
            if text is None:
                raise UnknownRulebook(f"{name}@{digest}", choices=sorted(self._books))
            book = Rulebook.restore(text, register=self._register)
            if book.id != self._own:
                book = Rulebook.restore(text, register=self._register_of(book.id, work or self._store))
            self._books[digest] = book
        return self._books[digest]

    def _register_of(self, name: str, where: CaseStore | UnitOfWork) -> Register | None:
        """Return the register of another office's rulebook, as it was kept last; the desk's own where none was."""
        digest = where.kept("register-of", name)
        text = where.kept("register", digest) if digest else None
        return msgspec.json.decode(text, type=Register) if text else self._register


def digest_of(*parts: str) -> str:
    """Return a digest of some texts in this order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
