"""Short stories for scenario tests: a shipped rulebook's desk with a time of its own, one message, and whoever does what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from casework import Actor, Case, Desk, MemoryStore, Message, Rulebook, Sender
from casework.actions import Command
from casework.errors import CaseworkError
from casework.events import Event
from casework.ports import CaseStore
from casework.sla import SlaClock
from casework.testing import FrozenTime

FAR = datetime(2190, 1, 1, tzinfo=UTC)


class Told(NamedTuple):
    """A notice as its channel would get it."""

    to: str
    unit: str
    zh: str


class Tale:
    """A place's offices and the time on their wall. Moments are written as people read them there: ``"2015-08-07 10:00"``."""

    def __init__(self, rulebook: str, *, at: str) -> None:
        book = Rulebook.shipped(rulebook)
        assert book.register is not None
        self.register = book.register
        self.zone = ZoneInfo(book.zone)
        self.time = FrozenTime(self.moment(at))
        self.store = MemoryStore()
        ids = count(1)
        self.desk = Desk(book, store=self.store, now=self.time, new_id=lambda: f"c{next(ids)}")
        self._heard = 0

    # -- what happens

    def comes(self, subject: str = "路灯不亮", *, at: str = "", **message: Any) -> Case:
        """Have a message come in."""
        self.to(at)
        message = {"body": "村口三盏路灯坏了半个月。", "sender": Sender(ref="u-1", name="网友甲", phone="100-0000-0001")} | message
        return self.desk.receive(Message(subject=subject, **message))

    def do(self, *commands: Command, by: str, unit: str | None = None, at: str = "", case: str = "c1") -> Case:
        """Have somebody in the role *by*, for a *unit* where the role has one, carry out commands."""
        self.to(at)
        for command in commands:
            self.desk.act(case, command, by=self.who(by, unit))
        return self.desk.get(case)

    def sweep(self, *, at: str) -> Case:
        """Let a morning's sweep find what is due by then."""
        self.to(at)
        swept = self.desk.sweep()
        assert swept.failures == ()
        return self.desk.get("c1")

    def to(self, at: str) -> None:
        """Go to a moment, where one is given."""
        if at:
            self.time.to(self.moment(at))

    # -- who

    def who(self, role: str, unit: str | None = None) -> Actor:
        """Return whoever the register grants a role; where it grants nothing, somebody made up."""
        if role == "citizen":
            return Actor(id="u-1", role="citizen")
        granted = (row.person for row in self.register.grant if row.role == role and (row.unit or None) == unit)
        person = next(granted, None)
        if self.register.grant:
            assert person is not None, f"the register grants nobody {role} for {unit}"
            return self.register.actor(person, role, unit)
        return Actor(id=f"{role}-{unit or 'office'}", role=role, unit=unit)

    # -- what is seen

    @property
    def case(self) -> Case:
        """The first case as it stands."""
        return self.desk.get("c1")

    def clock(self, key: str = "handle", *, case: str = "c1") -> SlaClock:
        """Return a clock of a case."""
        return self.desk.get(case).clock(key)

    def due(self, key: str = "handle", *, case: str = "c1") -> str:
        """Return the last day of a clock."""
        due = self.clock(key, case=case).due
        assert due is not None
        return due.date.isoformat()

    def text(self, ref: str | None, *, case: str = "c1") -> str:
        """Return what is kept under a reference."""
        assert ref is not None
        return self.store.texts(case)[ref]

    def told(self) -> list[Told]:
        """Return the notices queued since the last time, in their order."""
        rows = [row.notification for row in self.store.outbox.pending(FAR, limit=100_000)]
        fresh, self._heard = rows[self._heard :], len(rows)
        return [Told(row.to, row.unit, row.zh) for row in fresh]

    def events(self, case: str = "c1") -> tuple[Event, ...]:
        """Return a case's events."""
        return self.desk.history(case)

    def everything(self) -> object:
        """Return all that the store holds."""
        rows = [(self.store.read(case), self.store.events(case), dict(self.store.texts(case))) for case in self.store.ids()]
        return rows, self.store.outbox.pending(FAR, limit=100_000)

    @contextmanager
    def refused(self, error: type[CaseworkError], match: str) -> Iterator[None]:
        """Expect a refusal, after which everything is as it was."""
        before = self.everything()
        with pytest.raises(error, match=match):
            yield
        assert self.everything() == before

    # -- moments

    def moment(self, text: str) -> datetime:
        """Return the moment at which clocks there show this."""
        return datetime.fromisoformat(text).replace(tzinfo=self.zone).astimezone(UTC)

    def signed(self, unit: str, text: str, *, place: str) -> str:
        """Return a reply with the unit's name and today's date below it."""
        day: date = self.desk.today()
        return f"{text}\n{place}{unit}\n{day.year}年{day.month}月{day.day}日"


# --- what a store holds -----------------------------------------------------------------------------------------------


def cases_of(store: CaseStore) -> list[Case]:
    """Return all cases, in the order of their ids."""
    return [store.read(case).case for case in store.ids(limit=100_000)]


def message_of(store: CaseStore, case: Case) -> Message:
    """Return a case's message, without its sender."""
    return Message.model_validate_json(store.texts(case.id)[case.message])
