"""What a desk reads and shows: cases, histories, views for whoever asks, verdicts of clocks; nothing here changes a case."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

import msgspec

from . import engine, journal, privacy
from .calendars import WorkCalendar
from .cases import Case
from .decisions import Known
from .errors import ChainBroken, InputError, NaiveDatetime, NotPermitted, UnknownCode, nearest
from .events import Event
from .handling.erasures import senders_of
from .handling.versions import ruled_by
from .messages import Message, Sender
from .moments import require_aware
from .opinions import Finding
from .ports import CaseStore
from .publication import PublicView, QueryView, has_published, public_view, query_view
from .routing import RoutingFunction
from .rulebook import Rulebook
from .schedules import Issue
from .shelf import Shelf, digest_of
from .sla import Explanation, Timekeeper, Verdict
from .timeline import HistoryLine, timeline
from .units import Actor
from .views import CaseView, case_view
from .whereabouts import Whereabouts, whereabouts

_CODE = "1.code"


class Reader:
    """The reading side of a desk, which `Desk` describes; it reads the time once for each question."""

    def __init__(
        self,
        rulebook: Rulebook,
        *,
        store: CaseStore,
        routing: Mapping[str, RoutingFunction] | None = None,
        now: Callable[[], datetime],
        calendar: WorkCalendar | None = None,
    ) -> None:
        self.rulebook, self.store = rulebook, store
        self._functions, self._now = dict(routing or {}), now
        self._shelf = Shelf(rulebook, store, calendar)

    def check(self, message: Message) -> tuple[Finding, ...]:
        """Return what the rulebook's checks of the way in find in a message; those that "block" `receive` would refuse it for."""
        return self.rulebook.outline.intake.findings(message)

    def code(self, case: str) -> str:
        """Return the query code that the citizen of a case was given; "" for a case of before there were any."""
        return self.store.texts(case).get(_CODE, "")

    def get(self, case: str) -> Case:
        """Return a case, unmasked: for the trusted host. `CaseNotFound` where there is none."""
        return self.store.read(case).case

    def message(self, case: str) -> Message:
        """Return a case's message, unmasked; erased parts are empty."""
        row = self.store.read(case).case
        texts = self.store.texts(case)
        return message_of(texts.get(row.message), texts.get(row.sender) if row.sender else None)

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar that the desk's rulebook names, with the notices that the desk counts by."""
        return self._shelf.calendar(self.rulebook.outline.rulebook.calendar)

    def today(self) -> date:
        """Return today's date in the rulebook's zone."""
        return self._shelf.keeper(self.rulebook).local_date(self._moment())

    def rulebook_of(self, case: Case) -> Rulebook:
        """Return the rulebook that a case keeps; `UnknownRulebook` where the store has lost it."""
        return self._shelf.book(case)

    def history(self, case: str) -> tuple[Event, ...]:
        """Return a case's events in order."""
        return tuple(journal.decode(row.text, case=case, seq=row.seq) for row in self.store.events(case))

    def view(self, case: str, *, by: Actor) -> CaseView:
        """Return a case as *by* may see it; `NotPermitted` where the case lies outside the actor's scope."""
        row = self.store.read(case).case
        book, keeper = self._rules(row)
        message, sight = self.message(case), self._sight_of(row, by)
        now, texts = self._moment(), self.store.texts(case)
        allowed = engine.open_to(book, row, by, self._known(book, now, message=message))
        return case_view(row, message, texts, book, keeper, sight, now, allowed=allowed)

    def timeline(self, case: str, *, by: Actor) -> tuple[HistoryLine, ...]:
        """Return a case's history as *by* may read it, texts and all; `NotPermitted` as `view` has it."""
        row = self.store.read(case).case
        sight = self._sight_of(row, by)
        return timeline(self.history(case), row, self.store.texts(case), self._shelf.book(row), sight)

    def sight(self, case: str, role: str | None = None) -> privacy.Sight:
        """Return how a role of the rulebook sees a case, for hosts that print one themselves; None: as the public does."""
        row = self.store.read(case).case
        roles = self._shelf.book(row).roles
        if role is not None and role not in roles:
            known = f"(roles: {', '.join(sorted(roles))})"
            raise InputError(f"the rulebook has no role {role!r}{nearest(role, roles)} {known}", value=role)
        return self._sight(row, roles[role] if role else None)

    def published(self, case: str) -> PublicView:
        """Return what anybody may read of a case: masked throughout. `NotPermitted` where it is not public or not answered yet."""
        row = self.store.read(case).case
        if not row.public or not has_published(row):
            why = "no reply of it is published" if row.public else "it is not open to the public"
            raise NotPermitted("view", actor="anybody", role="public", why=why, case=case)
        sight = self._sight(row, None)
        return public_view(row, self.message(case), self.history(case), self.store.texts(case), self._shelf.book(row), sight)

    def query(self, code: str) -> QueryView:
        """Return what a citizen is told for the query code of their message; `UnknownCode` where there is none such.

        Of a message that was merged into another it tells what becomes of that one, and nothing of who sent it.
        """
        found = self.store.find("code", code_digest(code))
        if not found:
            raise UnknownCode(code)
        asked = self.store.read(found[0]).case
        row = self._survivor(asked)
        sight, book = self._sight(row, None), self._shelf.book(row)
        return query_view(asked, row, self.history(row.id), self.store.texts(row.id), book, sight)

    def why(self, case: str) -> Whereabouts:
        """Explain why a case went where it went: each rule's proposal and reason, who decided, followed or overruled it, and why.

        It is unmasked, for the trusted host.
        """
        row = self.get(case)
        book = self._shelf.book(row)
        return whereabouts(self.history(case), self.store.texts(case), book, zone=book.zone)

    def verdicts(self, case: str) -> dict[str, Verdict]:
        """Return what each of a case's clocks says now, by its key."""
        row, now = self.get(case), self._moment()
        book, keeper = self._rules(row)
        return {clock.key: keeper.verdict(clock, book.rule_of(clock), now) for clock in row.clocks}

    def explain(self, case: str, clock: str) -> Explanation:
        """Explain a clock's due date: every day counted or skipped, and why, by the calendar that it was counted by.

        A paused clock is explained by the calendar that it will be counted by. Where nobody kept its calendar, it is counted by
        the present one, and the account says so if it comes to another day. `UnknownClock` names the clocks that there are;
        InputError for one that waits for a unit to accept.
        """
        row = self.get(case)
        found = row.clock(clock)
        book, keeper = self._rules(row)
        if found.status in ("stopped", "cancelled"):  # perhaps before the case moved to another version
            book = self._shelf.book_of(row.rulebook, ruled_by(self.history(case), clock))
            keeper = self._shelf.keeper(book)
        if found.due is None and not found.pauses:
            yet = (
                "counts nothing yet: it starts when a unit accepts" if found.status == "waiting" else "ended before a unit accepted"
            )
            raise InputError(f"the clock {clock!r} of case {case} {yet}", value=clock)
        name, _, version = found.calendar.partition("@")
        keeps = found.status != "paused" or book.rule_of(found).on_calendar_change == "keep"
        if keeps and (known := self._shelf.calendar_of(name, version)):
            keeper = Timekeeper(known, keeper.zone, provisional=True)
        told = keeper.explain(
            found.started_at,
            found.limit,
            count=book.rule_of(found).count,
            pauses=found.pauses,
            extensions=found.extensions,
            paused=found.due is None,
        )
        kept = found.due if found.due and told.due and found.due.before != told.due.before else None
        return msgspec.structs.replace(told, kept=kept, kept_by=found.calendar if kept else "")

    def issues(self, schedule: str = "", *, since: datetime | None = None) -> tuple[Issue, ...]:
        """Return the issues that sweeps made, in that order: of a schedule, by its id, and made at *since* (aware) or later."""
        return tuple(self.store.issues(schedule=schedule, since=since and require_aware(since, what="since")))

    def verify(self, case: str) -> None:
        """Check a case's chain of events against its head, and the case against its events; `ChainBroken` names the place."""
        snapshot, stored = self.store.read(case), self.store.events(case)
        for _ in range(100):  # somebody may have acted between the two
            again = self.store.read(case)
            if again.head == snapshot.head:
                break
            snapshot, stored = again, self.store.events(case)
        journal.verify(case, stored, head=snapshot.head)
        if journal.replay(stored) != snapshot.case:
            raise ChainBroken(case, len(stored), "the case row is not what its events say")

    # -- inside

    def _sight_of(self, row: Case, by: Actor) -> privacy.Sight:
        """Return how an actor sees a case; `NotPermitted` where the case lies outside the actor's scope."""
        book = self._shelf.book(row)
        role = book.roles.get(by.role)
        if role is None:
            why = f"the rulebook has no role {by.role!r} (roles: {', '.join(sorted(book.roles))})"
        else:
            why = privacy.out_of_scope(role, by, row, sender=self.message(row.id).sender.ref, register=book.register)
        if role is None or why:
            raise NotPermitted("view", actor=by.id, role=by.role, why=why, case=row.id)
        return self._sight(row, role)

    def _sight(self, row: Case, role: privacy.Role | None) -> privacy.Sight:
        """Return how a role sees a case: everybody who wrote about the matter is masked, by whichever case they did."""
        survivor = self._survivor(row)
        kept = {case: self.store.texts(case) for case in (survivor.id, *(other for other, _ in survivor.absorbed), row.id)}
        own = Sender.model_validate_json(text) if row.sender and (text := kept[row.id].get(row.sender)) else Sender()
        others = [sender for texts in kept.values() for sender in senders_of(texts) if sender != own]
        return privacy.Sight(role, own, others)

    def _survivor(self, row: Case) -> Case:
        """Return the case that carries on for a case that was merged; itself, where it was not."""
        while row.merged_into:
            row = self.store.read(row.merged_into).case
        return row

    def _moment(self) -> datetime:
        now = self._now()
        if now.tzinfo is None:
            raise NaiveDatetime(now, what="the desk's now()")
        return now.astimezone(UTC)

    def _rules(self, case: Case) -> tuple[Rulebook, Timekeeper]:
        book = self._shelf.book(case)
        return book, self._shelf.keeper(book)

    def _known(self, book: Rulebook, recorded_at: datetime, *, message: Message | None = None, imported: bool = False) -> Known:
        return Known(
            keeper=self._shelf.keeper(book),
            recorded_at=recorded_at,
            message=message,
            functions=self._functions,
            roles=self.rulebook.roles,
            imported=imported,
        )


def code_digest(code: str) -> str:
    """Return the value that a case is found by for its query code, however it was typed."""
    plain = unicodedata.normalize("NFKC", code).casefold()
    return digest_of("code", "".join(sign for sign in plain if sign.isalnum()))


def message_of(body: str | None, sender: str | None) -> Message:
    """Return a message from its two texts as they are kept; what was erased is empty."""
    kept = Message.model_validate_json(body) if body else Message(subject="（已删除）")
    return kept.model_copy(update={"sender": Sender.model_validate_json(sender)}) if sender else kept
