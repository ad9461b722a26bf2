"""Clocks, and who counts for them: rules, running clocks, verdicts, and the `Timekeeper` by which all of them count.

Day arithmetic is done on dates in the rulebook's zone, elapsed arithmetic in UTC. A deadline is the exclusive instant `before`;
people see its `date`, the last day. The values (`Limit`, `Deadline`, `Pause`) and conventions (`Count`) are in `limits`, the
account of a deadline day by day in `explanations`; all of them can be imported from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, takewhile
from typing import Literal, TypeVar

import msgspec
from msgspec.structs import replace as _with
from pydantic import BaseModel, ConfigDict, Field, field_validator

from .calendars import Day, WorkCalendar
from .errors import CalendarNotAnnounced, InputError, UnreadableLimit
from .explanations import CountedDay, Explanation, Moved
from .languages import Lang, chinese
from .limits import Count, Deadline, Limit, Pause, add_months
from .moments import require_aware, zone_named

__all__ = [
    "Alarm",
    "ClockRule",
    "ConditionalLimit",
    "Count",
    "CountedDay",
    "Deadline",
    "Explanation",
    "Limit",
    "Pause",
    "SlaClock",
    "Standing",
    "Timekeeper",
    "Verdict",
]

_T = TypeVar("_T")
_Spans = Sequence[tuple[date, date]]
_ONE_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)


class Alarm(msgspec.Struct, frozen=True):
    """A moment at which a rung of the ladder is due on a clock; ``n`` counts its repetitions from 1."""

    at: datetime
    rung: str
    n: int = 1


class SlaClock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock as it stands after an event: every moment in it is computed, so reading it needs neither rule nor calendar.

    ``subject`` is the unit or the order that the clock is kept for ("" for the case), ``run`` counts its starts. ``left`` is what
    a paused clock has left: working days, whole hours for a limit in hours, calendar days for one in calendar days or months.
    ``late`` is the working days by which a stopped clock was late, none where no working day began in between. A cancelled clock
    ended without a verdict: its case was refused, or its unit taken off the case.
    """

    rule: str
    subject: str = ""
    run: int = 1
    status: Literal["running", "paused", "stopped", "cancelled"] = "running"
    started_at: datetime
    day_zero: date
    limit: Limit
    due: Deadline | None
    pauses: tuple[Pause, ...] = ()
    left: int | None = None
    stopped_at: datetime | None = None
    met: bool | None = None
    late: int = 0
    calendar: str
    alarms: tuple[Alarm, ...] = ()

    @property
    def key(self) -> str:
        """``"handle"``, or ``"accept:夹河镇"`` for a clock that is kept for one unit or order."""
        return f"{self.rule}:{self.subject}" if self.subject else self.rule

    @property
    def next_at(self) -> datetime | None:
        """The next moment at which a sweep has something to do for this clock."""
        return min((alarm.at for alarm in self.alarms), default=None) if self.status == "running" else None


class Standing(StrEnum):
    """What a clock says at a moment."""

    RUNNING = "running"
    DUE_SOON = "due soon"
    OVERDUE = "overdue"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met late"
    CANCELLED = "cancelled"


_VERDICTS = {  # without and with days, in English and in Chinese
    Standing.RUNNING: (("due today", "{} left"), ("今日到期", "还剩{}")),
    Standing.DUE_SOON: (("due today", "{} left"), ("今日到期", "还剩{}")),
    Standing.OVERDUE: (("overdue", "overdue by {}"), ("已逾期", "逾期{}")),
    Standing.PAUSED: (("paused", "paused, {} left"), ("中止", "中止，尚余{}")),
    Standing.MET: (("met", ""), ("按期", "")),
    Standing.MET_LATE: (("met late", "met late by {}"), ("逾期完成", "逾期{}完成")),
    Standing.CANCELLED: (("cancelled", ""), ("终止", "")),
}


class Verdict(msgspec.Struct, frozen=True):
    """A clock's verdict; ``days`` are working days left after today (paused: if the pause ended today), or since the last day."""

    state: Standing
    days: int

    def text(self, lang: Lang) -> str:
        """Return the verdict in words: ``"2 working days left"``, ``"逾期1个工作日"``; days that are none are not named."""
        words, counted = _VERDICTS[self.state][chinese(lang)]
        days = Limit(abs(self.days), "working days").label(lang)
        return counted.format(days) if self.days and counted else words


class ConditionalLimit(BaseModel):
    """One row of a clock's limits: the first whose condition holds is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    is_: str = Field(alias="is")
    when: str = ""
    source: str = ""
    assumption: str = ""

    @field_validator("is_")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            return str(Limit.parse(value))
        except UnreadableLimit as error:
            raise ValueError(str(error)) from error

    @property
    def limit(self) -> Limit:
        """The limit as a value."""
        return Limit.parse(self.is_)


class ClockRule(BaseModel):
    """A clock as a rulebook declares it.

    ``starts_on`` and ``stops_on`` name actions or states; ``pauses_on`` names states. ``per`` says what the clock is kept for:
    the case, each unit's assignment, or each order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    zh: str = ""
    en: str = ""
    per: Literal["case", "assignment", "order"] = "case"
    starts_on: tuple[str, ...] = Field(min_length=1)
    stops_on: tuple[str, ...] = Field(min_length=1)
    pauses_on: tuple[str, ...] = ()
    limit: tuple[ConditionalLimit, ...] = Field(min_length=1)
    count: Count = Count()
    soon: int = Field(default=1, ge=0)
    """The clock is "due soon" when at most this many working days are left."""
    when: str = ""
    source: str = ""
    assumption: str = ""

    @field_validator("starts_on", "stops_on", "pauses_on", mode="before")
    @classmethod
    def _one_or_more(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else value


class Timekeeper(msgspec.Struct, frozen=True):
    """Counts by one calendar in one zone, an IANA name.

    Past the last announced day it counts provisionally where ``provisional`` is set, and raises CalendarNotAnnounced otherwise.
    """

    calendar: WorkCalendar
    zone: str
    provisional: bool = False

    def local(self, moment: datetime) -> datetime:
        """Return a moment as clocks on the wall showed it."""
        return require_aware(moment).astimezone(zone_named(self.zone))

    def local_date(self, moment: datetime) -> date:
        """Return the date that clocks on the wall showed."""
        return self.local(moment).date()

    def day_zero(self, start: datetime, count: Count, *, limit: Limit = Limit(1, "working days")) -> date:  # noqa: B008 - frozen
        """Return the day from which *start* is counted, after cut-off and day-zero convention; for hours the day itself."""
        return self._counted(lambda calendar: self._zero(calendar, start, limit, count))[0]

    def deadline(self, start: datetime, limit: Limit, *, count: Count | None = None, pauses: Sequence[Pause] = ()) -> Deadline:
        """Return when *limit* from *start* (aware) is over; closed pauses are disregarded, an open one is an InputError."""
        if any(pause.until is None for pause in pauses):
            raise InputError("there is no deadline while a pause is open", value=pauses)
        return self._counted(lambda calendar: self._deadline(calendar, require_aware(start), limit, count or Count(), pauses))

    def _counted(self, ask: Callable[[WorkCalendar], _T]) -> _T:
        """Ask the announced days; where they do not reach and that is allowed, the provisional ones too."""
        try:
            return ask(self.calendar)
        except CalendarNotAnnounced:
            if not self.provisional:
                raise
        except OverflowError as error:
            raise InputError("the day asked for lies outside the years 1 to 9999", value=self.calendar.name) from error
        return ask(self.calendar.provisional())

    def _zero(self, calendar: WorkCalendar, start: datetime, limit: Limit, count: Count) -> tuple[date, Moved, time | None]:
        """Return day zero, why it is not the day of receipt, and the time that was past."""
        local = self.local(start)
        day, now = local.date(), local.time()
        if limit.unit == "hours":
            return day, "", None
        if (count.cutoff is not None or count.day_zero == "next-working-day") and not calendar.is_working_day(day):
            return calendar.next_working_day(day), "day off", None
        if count.cutoff is not None and now > count.cutoff:
            return calendar.add(day, 1), "cut-off", count.cutoff
        if limit.amount == 0 and count.closing is not None and now >= count.closing:
            following = calendar.add(day, 1) if limit.unit == "working days" else day + _ONE_DAY
            return following, "cut-off", count.closing
        return day, "", None

    def _deadline(self, calendar: WorkCalendar, start: datetime, limit: Limit, count: Count, pauses: Sequence[Pause]) -> Deadline:
        zero = self._zero(calendar, start, limit, count)[0]
        if limit.unit == "hours":
            before = start + limit.amount * _ONE_HOUR
            for since, until in _stretches(pauses, start):
                if since < before:
                    before += until - since
            return Deadline(date=max(zero, self.local_date(before - timedelta(microseconds=1))), before=before)
        spans = self._spans(pauses)
        worked, rolled = limit.unit == "working days", limit.unit != "working days" and count.roll == "next"
        last = _last(calendar if worked else None, *_to_count(zero, limit), spans)
        if rolled:
            last = _last(calendar, last - _ONE_DAY, 1, spans)
        # Counting each day alike, the last day is certain as soon as day zero is.
        asked = last if worked or rolled else zero if count.cutoff is not None or count.day_zero != "as-is" else date.min
        day, at = (last + _ONE_DAY, time(0)) if count.ends == "24:00" else (last, count.closing or self.local(start).time())
        return Deadline(date=last, before=self._instant(day, at), provisional=asked > calendar.announced_through)

    def _spans(self, pauses: Sequence[Pause]) -> list[tuple[date, date]]:
        """Return closed pauses as days, both ends inclusive."""
        return [(self.local_date(pause.since), self.local_date(pause.until)) for pause in pauses if pause.until]

    def _instant(self, day: date, at: time) -> datetime:
        """Return a local time in UTC: one that is skipped moves forward by the gap; of two the first, unless *at* is a second."""
        local = datetime.combine(day, at.replace(fold=0), tzinfo=zone_named(self.zone))
        moment = local.astimezone(UTC)
        return max(moment, local.replace(fold=1).astimezone(UTC)) if at.fold else moment

    def begin(self, rule: ClockRule, limit: Limit, at: datetime, *, subject: str = "", clock: SlaClock | None = None) -> SlaClock:
        """Start a clock (or, given *clock*, start it anew as its next run)."""
        return SlaClock(
            rule=rule.id,
            subject=clock.subject if clock else subject,
            run=clock.run + 1 if clock else 1,
            started_at=require_aware(at),
            day_zero=self.day_zero(at, rule.count, limit=limit),
            limit=limit,
            due=self.deadline(at, limit, count=rule.count),
            calendar=self._version,
        )

    def stop(self, clock: SlaClock, at: datetime) -> SlaClock:
        """Stop a clock: it was met if *at* lies before its due instant. A paused clock had time left, so it was met."""
        moment, due = require_aware(at), clock.due
        met = due is None or moment < due.before
        late = 0 if met or due is None else self.working_days(due.date, self.local_date(moment))
        pauses = _ended(clock.pauses, moment)
        return _with(clock, status="stopped", stopped_at=moment, met=met, late=late, left=None, pauses=pauses, alarms=())

    def cancel(self, clock: SlaClock, at: datetime) -> SlaClock:
        """End a clock without a verdict."""
        pauses = _ended(clock.pauses, require_aware(at))
        return _with(clock, status="cancelled", stopped_at=require_aware(at), left=None, pauses=pauses, alarms=())

    def pause(self, clock: SlaClock, at: datetime) -> SlaClock:
        """Pause a running clock; it then has no due date, only what is left. A clock that is overdue stays so, and runs on."""
        moment = require_aware(at)
        if clock.status != "running" or clock.due is None or moment >= clock.due.before:
            return clock
        left = self._left(clock.day_zero, clock.limit, clock.due.before, clock.pauses, moment)
        return _with(clock, status="paused", due=None, left=left.amount, pauses=(*clock.pauses, Pause(moment)), alarms=())

    def resume(self, clock: SlaClock, rule: ClockRule, at: datetime) -> SlaClock:
        """End a clock's open pause and compute its due date anew; InputError where *at* lies before the pause."""
        if clock.status != "paused":
            return clock
        pauses = _ended(clock.pauses, require_aware(at))
        due = self.deadline(clock.started_at, clock.limit, count=rule.count, pauses=pauses)
        return _with(clock, status="running", due=due, left=None, pauses=pauses, calendar=self._version)

    def _left(self, zero: date, limit: Limit, before: datetime, pauses: Sequence[Pause], at: datetime) -> Limit:
        """Return what is left of a limit when it is paused at a moment; the day of the pause is not used up."""
        if limit.unit == "hours":
            return Limit(max(0, (before - at) // _ONE_HOUR), "hours")
        worked, (after, total), day = limit.unit == "working days", _to_count(zero, limit), self.local_date(at)

        def used(calendar: WorkCalendar) -> int:
            days = _counting(calendar if worked else None, after, self._spans(pauses))
            return sum(1 for _ in takewhile(lambda each: each < day, days))

        return Limit(max(0, total - self._counted(used)), "working days" if worked else "calendar days")

    @property
    def _version(self) -> str:
        return f"{self.calendar.name}@{self.calendar.version}"

    def working_days(self, first: date, last: date) -> int:
        """Count the working days after *first* up to and including *last* (negative backwards)."""
        return self._counted(lambda calendar: calendar.count(first, last))

    def shift(self, due: Deadline, limit: Limit, *, back: bool) -> datetime:
        """Return the instant *limit* before (``back``) or after a due moment; in days and months it is at its time of day."""
        sign = -1 if back else 1
        if limit.unit == "hours":
            return due.before + sign * limit.amount * _ONE_HOUR

        def moved(calendar: WorkCalendar) -> date:
            if limit.unit == "months":
                return add_months(due.date, sign * limit.amount)
            worked = limit.unit == "working days" and limit.amount
            return calendar.add(due.date, sign * limit.amount) if worked else due.date + sign * limit.amount * _ONE_DAY

        local = self.local(due.before)
        return self._instant(self._counted(moved) + (local.date() - due.date), local.time())

    def show(self, due: Deadline) -> str:
        """Return a due moment as people write it: the last day with 24:00, or the local time at which it ends."""
        end = self.local(due.before)
        return f"{due} {'24:00' if end.date() > due.date else f'{end:%H:%M}'}"

    def verdict(self, clock: SlaClock, rule: ClockRule, now: datetime) -> Verdict:
        """Return what the clock says at *now*."""
        moment = require_aware(now)
        if clock.status == "cancelled":
            return Verdict(Standing.CANCELLED, 0)
        if clock.status == "stopped":
            return Verdict(Standing.MET if clock.met else Standing.MET_LATE, clock.late)
        today = self.local_date(moment)
        if clock.due is None:
            pauses = _ended(clock.pauses, max(moment, clock.pauses[-1].since))
            due = self.deadline(clock.started_at, clock.limit, count=rule.count, pauses=pauses)
            return Verdict(Standing.PAUSED, max(0, self.working_days(today, due.date)))
        if moment >= clock.due.before:
            return Verdict(Standing.OVERDUE, self.working_days(clock.due.date, today))
        left = self.working_days(today, clock.due.date)
        return Verdict(Standing.DUE_SOON if left <= rule.soon else Standing.RUNNING, left)

    def explain(
        self, start: datetime, limit: Limit, *, count: Count | None = None, pauses: Sequence[Pause] = (), paused: bool = False
    ) -> Explanation:
        """Explain a deadline day by day; of a *paused* clock, or one stopped in its last pause, the days up to that pause."""
        moment, how = require_aware(start), count or Count()
        halt = next((pause for pause in pauses if pause.until is None), pauses[-1] if paused and pauses else None)
        if paused and halt is None:
            raise InputError("a paused clock cannot be explained without its pause", value=pauses)
        done = [pause for pause in pauses if pause is not halt]
        due, left = self.deadline(moment, limit, count=how, pauses=done), None
        zero, moved, moved_at = self._counted(lambda calendar: self._zero(calendar, moment, limit, how))
        first, last, stop = self.local_date(moment), due.date, due.before
        if halt is not None:
            left, stop = self._left(zero, limit, due.before, done, halt.since), halt.since
            last, done = max(first, self.local_date(halt.since)), [*done, Pause(halt.since, halt.since)]
        calendar = self.calendar if last <= self.calendar.last else self.calendar.provisional()  # to list days, not to count them
        if limit.unit == "hours":
            rows = self._hours(calendar.days(first, last), moment, stop, done)
        else:
            rows = _rows(calendar.days(first, last), zero, limit, None if halt else due.date, self._spans(done))
        return Explanation(
            started_at=moment,
            day_zero=zero,
            limit=limit,
            due=None if halt else due,
            days=tuple(rows),
            calendar=self._version,
            zone=self.zone,
            moved=moved,
            moved_at=moved_at,
            pause=halt,
            left=left,
        )

    def _hours(self, days: Iterator[Day], start: datetime, stop: datetime, pauses: Sequence[Pause]) -> Iterator[CountedDay]:
        for day in days:
            first = max(start, self._instant(day.date, time(0)))
            last = max(first, min(stop, self._instant(day.date + _ONE_DAY, time(0))))
            inside = ((max(since, first), min(until, last)) for since, until in _stretches(pauses, start))
            paused = sum((until - since for since, until in inside if until > since), timedelta(0))
            yield CountedDay(day, None, "counted", last - first - paused, paused or None)


def _ended(pauses: Sequence[Pause], at: datetime) -> tuple[Pause, ...]:
    return tuple(pause if pause.until else Pause(pause.since, at) for pause in pauses)


def _stretches(pauses: Sequence[Pause], start: datetime) -> list[tuple[datetime, datetime]]:
    """Return closed pauses as stretches of time after *start*, in order, overlapping ones counted once."""
    found: list[tuple[datetime, datetime]] = []
    reached = start
    for since, until in sorted((pause.since, pause.until) for pause in pauses if pause.until):
        if until > reached:
            found.append((max(since, reached), until))
            reached = until
    return found


def _to_count(zero: date, limit: Limit) -> tuple[date, int]:
    """Return the day after which days are counted, and how many; no day at all is one day, counted from day zero itself."""
    total = (add_months(zero, limit.amount) - zero).days if limit.unit == "months" else limit.amount
    return (zero, total) if total else (zero - _ONE_DAY, 1)


def _rows(days: Iterator[Day], zero: date, limit: Limit, last: date | None, spans: _Spans) -> Iterator[CountedDay]:
    after, total = _to_count(zero, limit)
    total, number = total if after == zero else 0, 0
    for day in days:
        if day.date < zero:
            yield CountedDay(day, None, "before")
        elif day.date == zero and total:
            yield CountedDay(day, None, "receipt")
        elif any(since <= day.date <= until for since, until in spans):
            yield CountedDay(day, None, "paused")
        elif number < total and (day.working or limit.unit != "working days"):
            number += 1
            yield CountedDay(day, number, "counted")
        elif day.date == last:
            yield CountedDay(day, None, "rolled" if total else "last")
        else:
            yield CountedDay(day, None, "skipped")


def _counting(calendar: WorkCalendar | None, after: date, spans: _Spans) -> Iterator[date]:
    """Yield the days after *after* that lie in no span: those that are worked or, without a calendar, all."""
    day = after
    while True:
        day = day + _ONE_DAY if calendar is None else calendar.add(day, 1)
        if not any(since <= day <= until for since, until in spans):
            yield day


def _last(calendar: WorkCalendar | None, after: date, total: int, spans: _Spans) -> date:
    if spans:
        return next(islice(_counting(calendar, after, spans), total - 1, None))
    return after + total * _ONE_DAY if calendar is None else calendar.add(after, total)
