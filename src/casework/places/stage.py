"""A stage: a desk with a time of its own, on which cases live through their lives side by side.

A life is a generator that yields the moment at which it goes on; between two moments other lives go on, and every morning the desk
sweeps, so that clocks run out, rungs fire and orders go unanswered as they would have.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import TypeAlias
from zoneinfo import ZoneInfo

from ..actions import Command
from ..cases import Case
from ..desk import Desk
from ..errors import InputError
from ..hours import intervals
from ..messages import Message
from ..ports import CaseStore
from ..rulebook import Rulebook
from ..units import Actor, Register

Life: TypeAlias = Generator[datetime, None, None]
"""What happens to one case, or in one office: it yields the moment, not before the present one, at which it goes on."""

_SWEEP = time(7, 30)
"""When the desk sweeps: before the offices open, once a day."""


class Stage:
    """A desk whose time is the lives' own, from the first moment of the day that it *opens*.

    *hours* are those of the offices, such as ``"08:00-12:00, 14:30-17:30"``; *letters* begins the ids of its cases. The same *seed*
    and the same lives give the same story.
    """

    def __init__(self, rulebook: Rulebook, store: CaseStore, *, opens: date, hours: str, letters: str, seed: int) -> None:
        self.zone = ZoneInfo(rulebook.zone)
        self.now = self.at(opens)
        self.chance = Random(seed)  # noqa: S311 - a story needs no secrets
        ids = count(1)
        self.desk = Desk(rulebook, store=store, now=lambda: self.now, new_id=lambda: f"{letters}{next(ids):05}")
        self._hours = intervals(hours)
        self._agenda: list[tuple[datetime, int, Life]] = []
        self._order = count()
        self._actors: dict[str, Actor] = {}
        self.enter(self._mornings(opens))

    @property
    def register(self) -> Register:
        """The register of the desk's rulebook, without which no unit has a place."""
        register = self.desk.rulebook.register
        if register is None:
            raise InputError(f"rulebook {self.desk.rulebook.id!r} has no register, so nobody can act", value=self.desk.rulebook.id)
        return register

    # -- the agenda

    def enter(self, life: Life) -> None:
        """Let a life begin: it is asked at once for its first moment."""
        self._go_on(life)

    def run(self, until: datetime, *, progress: Callable[[int, int | None], None] | None = None, of: int | None = None) -> None:
        """Let everything happen up to a moment, which is the present one afterwards; what lies after it never happens.

        *progress* is called with the number of messages that have come, *of* so many.
        """
        while self._agenda and self._agenda[0][0] <= until:
            moment, _, life = heapq.heappop(self._agenda)
            self.now, before = moment, self.received
            self._go_on(life)
            if progress and self.received > before:
                progress(self.received, of)
        self.now = max(self.now, until)

    def _go_on(self, life: Life) -> None:
        moment = next(life, None)
        if moment is None:
            return
        if moment < self.now:
            raise ValueError(f"a life goes on at {moment.isoformat()}, which is before {self.now.isoformat()}")
        heapq.heappush(self._agenda, (moment, next(self._order), life))

    def _mornings(self, opens: date) -> Life:
        for day in count():
            yield self.at(opens + timedelta(days=day), _SWEEP)
            self.desk.sweep(limit=100_000)

    # -- time

    def at(self, day: date, hour: time = time(0)) -> datetime:
        """Return the moment at which clocks in the rulebook's zone show this."""
        return datetime.combine(day, hour, self.zone)

    def local(self, moment: datetime) -> datetime:
        """Return a moment as the rulebook's zone shows it."""
        return moment.astimezone(self.zone)

    def after(self, least: int, most: int, *, since: datetime | None = None) -> datetime:
        """Return a moment in office hours, *least* to *most* working minutes from now (or *since*), to the second."""
        left = self.chance.uniform(least, most) * 60
        moment = self.local(max(self.now, since) if since else self.now)
        day, clock = moment.date(), moment.hour * 3600 + moment.minute * 60 + moment.second
        while True:
            if self.desk.calendar.is_working_day(day):
                for opens, closes in self._hours:
                    begins = max(clock, opens * 60)
                    if begins + left < closes * 60:
                        return self.at(day) + timedelta(seconds=int(begins + left) + 1)
                    left -= max(0, closes * 60 - begins)
            day, clock = self.desk.calendar.next_working_day(day + timedelta(days=1)), 0

    # -- what is done

    received = 0

    def receive(self, message: Message) -> Case:
        """Take a message in, now."""
        self.received += 1
        return self.desk.receive(message)

    def act(self, case: str, command: Command, *, by: str) -> Case:
        """Have somebody of the register, who has one role there, do something."""
        actor = self._actors.get(by) or self._actors.setdefault(by, self.register.actor(by))
        return self.desk.act(case, command, by=actor)

    def act_as_sender(self, case: str, command: Command, *, sender: str) -> Case:
        """Have the person who wrote do something."""
        return self.desk.act(case, command, by=Actor(id=sender, role="citizen"))

    def acting_for(self, unit: str, role: str) -> str:
        """Return who has a role for a unit."""
        return next(row.person for row in self.register.grant if row.role == role and row.unit == unit)

    def picks(self, share: float) -> bool:
        """Return whether something that happens in this *share* of cases happens now."""
        return self.chance.random() < share
