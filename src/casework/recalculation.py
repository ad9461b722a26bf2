"""Recalculation: what a new calendar notice does to the deadlines that are still open.

Most of them it leaves alone: a notice changes some days of a year, and a clock whose days lie elsewhere need not be counted again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

import msgspec
from msgspec.structs import replace

from . import escalation
from .calendars import WorkCalendar
from .events import Event, Recalculated
from .limits import Deadline
from .notices import Notice, shipped_notices
from .rulebook import Rulebook
from .sla import SlaClock, Timekeeper

_ONE_DAY = timedelta(days=1)


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline that a notice moves: its case, the clock's key, and when it was and is due.

    The two are of one day where only a warning moved, or where a provisional deadline became a settled one.
    """

    case: str
    clock: str
    old: Deadline
    new: Deadline

    def __str__(self) -> str:
        return f"{self.case} {self.clock}: {self.old} -> {self.new}"


class Recalculation(msgspec.Struct, frozen=True, kw_only=True):
    """What a recalculation did, or in a dry run would do.

    ``calendar`` is the one counted by, with its version; ``clocks`` is how many running clocks were looked at, ``moved`` every one
    that moved, in the order of their cases. ``failures`` names cases that could not be recalculated, each with the reason.
    """

    calendar: str
    clocks: int
    moved: tuple[Moved, ...]
    failures: tuple[tuple[str, str], ...] = ()
    dry_run: bool = False


class Reach:
    """The days on which earlier calendars differ from a new one, and so the clocks that the new one may move.

    *known* returns the calendar of a version that clocks were counted by, or None where nobody kept it.
    """

    def __init__(self, new: WorkCalendar, known: Callable[[str], WorkCalendar | None]) -> None:
        self._new, self._known = new, known
        self._days: dict[str, tuple[tuple[date, ...], date] | None] = {}

    def spares(self, clock: SlaClock) -> bool:
        """Return whether a running clock was counted by a known calendar, and over days alone that both settle, and alike.

        Moments are in UTC here, so a day more stands for the zone, in which they may be of the day before or after.
        """
        known = self._days[clock.calendar] if clock.calendar in self._days else self._changed(clock.calendar)
        due = clock.due
        if known is None or due is None:
            return False
        days, settled = known
        first, last = clock.started_at.date(), due.date
        for alarm in clock.alarms:
            day = alarm.at.date()
            first, last = min(first, day), max(last, day + _ONE_DAY)
        if last > settled:
            return False
        if not days or last < days[0]:
            return True
        at = bisect_left(days, first - _ONE_DAY)
        return at == len(days) or days[at] > last

    def _changed(self, calendar: str) -> tuple[tuple[date, ...], date] | None:
        """Return the days on which a calendar differs from the new one, and the last day that both of them settle."""
        name, _, version = calendar.partition("@")
        old = self._known(version) if name == self._new.name else None
        found = (old.changed(self._new), min(old.settled_through, self._new.settled_through)) if old is not None else None
        self._days[calendar] = found
        return found


def moves(clocks: Iterable[SlaClock], reach: Reach, rulebook: Rulebook, keeper: Timekeeper) -> dict[str, tuple[SlaClock, SlaClock]]:
    """Return by key the clocks that a new calendar moves, each as it is and as it would be."""
    found = {}
    for clock in clocks:
        if not reach.spares(clock) and (fresh := recounted(clock, rulebook, keeper)) is not None:
            found[clock.key] = clock, fresh
    return found


def moved_by(history: Iterable[Event]) -> Iterator[Moved]:
    """Yield what recalculations among some events moved."""
    for event in history:
        if isinstance(event.data, Recalculated):
            yield Moved(case=event.case, clock=event.data.clock, old=event.data.old, new=event.data.new)


def recounted(clock: SlaClock, rulebook: Rulebook, keeper: Timekeeper) -> SlaClock | None:
    """Return a running clock as the keeper's calendar says; None where nothing changes or its rule keeps what it has.

    The rungs that it still waits for are those that it waited for, at the distance that they have from the new due moment.
    """
    rule = rulebook.clocks.get(clock.rule)
    if rule is None or rule.on_calendar_change == "keep" or clock.status != "running" or clock.due is None:
        return None
    fresh = keeper.recount(clock, rule)
    if fresh.due is None or (rule.on_calendar_change == "later-only" and fresh.due.before < clock.due.before):
        return None
    if not clock.alarms:
        return fresh if fresh.due != clock.due else None
    waiting = (
        escalation.alarm(rulebook.rungs[row.rung], fresh, rule, keeper, n=row.n) if row.rung in rulebook.rungs else row
        for row in clock.alarms
    )
    alarms = tuple(sorted((row for row in waiting if row), key=lambda row: (row.at, row.rung)))
    return replace(fresh, alarms=alarms) if (fresh.due, alarms) != (clock.due, clock.alarms) else None


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A calendar as a store keeps it: what is not shipped with casework."""

    notices: tuple[Notice, ...] = ()
    as_of: date | None = None


def write_calendar(calendar: WorkCalendar) -> str:
    """Return as text what a calendar has beyond those that casework ships."""
    own = tuple(notice for notice in calendar.notices if notice not in shipped_notices(calendar.name))
    return msgspec.json.encode(_Kept(own, calendar.as_of)).decode()


def read_calendar(name: str, text: str) -> WorkCalendar:
    """Return the calendar of this name with what `write_calendar` kept."""
    kept = msgspec.json.decode(text, type=_Kept)
    return WorkCalendar.named(name, notices=kept.notices, as_of=kept.as_of)
