"""A person with a pencil: deadlines worked out by stepping from day to day, and within days from one opening to the next.

It asks a calendar whether a day is worked and a zone what its clocks show, and shares nothing else with casework's reckoning:
where casework looks up, adds and pushes, the pencil walks. It holds to be right what the docstrings in `casework.limits` say.

Below it are the questions that both are asked: any limit, convention, pauses and extensions, drawn by hypothesis.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from casework.calendars import WorkCalendar
from casework.sla import ClockRule, Count, Deadline, Extension, Limit, OfficeHours, Pause, Timekeeper

DAY, HOUR, MICRO = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
NOTHING = timedelta(0)
MIDNIGHT = time(0)
BY_DAY = ("working days", "calendar days", "months")
BY_TIME = ("hours", "working hours")
ZONES = {
    "CN": "Asia/Shanghai",
    "GB-ENG": "Europe/London",
    "US": "America/New_York",
    "JP": "Asia/Tokyo",
    "DE": "Europe/Berlin",
}

Stretch = tuple[datetime, datetime]
"""A stretch of time in UTC; its end no longer belongs to it."""


@cache
def working(calendar: WorkCalendar, day: date) -> bool:
    return calendar.is_working_day(day)


@cache
def on_the_wall(zone: str, day: date, at: time, *, second: bool = False) -> datetime:
    """The moment at which the clocks of a place show this, found by looking at them around that time.

    Of two the first, or the *second*; a time that is skipped comes later by what is skipped.
    """
    there, naive = ZoneInfo(zone), datetime.combine(day, at.replace(fold=0))
    around = [(naive.replace(tzinfo=UTC) + n * DAY).astimezone(there).utcoffset() or NOTHING for n in (-1, 1)]
    tried = [(naive - offset).replace(tzinfo=UTC) for offset in around]
    shown = sorted({moment for moment in tried if moment.astimezone(there).replace(tzinfo=None, fold=0) == naive})
    return shown[-1 if second else 0] if shown else tried[0]


@cache
def read_hours(text: str) -> tuple[tuple[time, time], ...]:
    """The intervals of office hours as pairs of times; 24:00 is written as midnight."""
    pairs = [part.strip().split("-") for part in text.split(",") if part.strip()]
    return tuple((time.fromisoformat(since), time.fromisoformat(until.replace("24:00", "00:00"))) for since, until in pairs)


def month_later(day: date, count: int) -> date:
    """The corresponding day so many months later, or the last day of a month that has none."""
    year, month = day.year, day.month
    for _ in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches in order, those that touch or overlap joined."""
    joined: list[Stretch] = []
    for since, until in sorted(stretches):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined


class Pencil:
    """One deadline to be worked out; ``due`` does it."""

    def __init__(
        self,
        calendar: WorkCalendar,
        zone: str,
        start: datetime,
        limit: Limit,
        count: Count,
        pauses: Sequence[Pause] = (),
        extensions: Sequence[Extension] = (),
    ) -> None:
        self.calendar, self.zone, self.limit, self.count = calendar, zone, limit, count
        self.there = ZoneInfo(zone)
        self.start = start.astimezone(UTC)
        self.local = self.start.astimezone(self.there)
        self.pauses: list[Stretch] = [
            (pause.since.astimezone(UTC), pause.until.astimezone(UTC)) for pause in pauses if pause.until is not None
        ]
        self.extensions = extensions

    def due(self) -> Deadline:
        """The deadline, of days that are all announced."""
        if self.limit.unit in BY_TIME:
            before = self._of_time()
            return Deadline(date=max(self.local.date(), self.day_of(before - MICRO)), before=before)
        if self.count.on_pause == "exact":
            return self._pushed()
        last = self._last_day()
        return Deadline(date=last, before=self.end(last))

    # -- what people look up

    def works(self, day: date) -> bool:
        return working(self.calendar, day)

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.there).date()

    def open(self, day: date) -> list[Stretch]:
        """When work is done on a day; without office hours all of a working day."""
        return [(self._at(day, since), self._at(day, until, ends=True)) for since, until in self._hours(day)]

    def _hours(self, day: date) -> tuple[tuple[time, time], ...]:
        hours = self.count.hours
        if hours is not None and day in hours.dates:
            return read_hours(hours.dates[day])
        if not self.works(day):
            return ()
        if hours is None:
            return ((MIDNIGHT, MIDNIGHT),)
        own = {name[:3]: text for name, text in hours.weekdays.items()}
        return read_hours(own.get(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()], hours.open))

    def _at(self, day: date, at: time, *, ends: bool = False) -> datetime:
        return on_the_wall(self.zone, day + DAY if ends and at == MIDNIGHT else day, at)

    def working_stretches(self, since: datetime) -> Iterator[Stretch]:
        """The stretches of working time from a moment on, in order, without end."""
        day = self.day_of(since)
        while True:
            for opens, closes in self.open(day):
                if closes > since:
                    yield max(opens, since), closes
            day += DAY

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """How much working time lies between two moments."""
        found = NOTHING
        for opens, closes in self.working_stretches(since):
            if opens >= until:
                return found
            found += min(closes, until) - opens
        raise AssertionError("working time has no end")

    def closing(self, day: date) -> datetime:
        """When business stops on a day; one without office hours ends at 24:00."""
        if self.count.ends == "close":
            hours = self._hours(day)
            return self._at(day, hours[-1][1] if hours else MIDNIGHT, ends=True)
        return self._at(day, time.fromisoformat(self.count.ends))

    def end(self, day: date) -> datetime:
        """When a last day is over."""
        if self.count.ends == "24:00":
            return self._at(day, MIDNIGHT, ends=True)
        return self._same_time(day, self.local) if self.count.ends == "same-time" else self.closing(day)

    def _same_time(self, day: date, local: datetime) -> datetime:
        return on_the_wall(self.zone, day, local.time(), second=local.fold == 1)

    # -- days

    def zero(self) -> date:
        """Day zero: the day of receipt, or the one on which it counts as received."""
        day, count = self.local.date(), self.count
        if self.limit.unit in BY_TIME:
            return day
        if (count.cutoff is not None or count.day_zero == "next-working-day") and not self.works(day):
            return self._next(day, working_days=True)
        if count.cutoff is not None and self.local.time() > count.cutoff:
            return self._next(day + DAY, working_days=True)
        stops = count.ends not in ("24:00", "same-time")
        if self.limit.amount == 0 and stops and self.start >= self.closing(day):
            return self._next(day + DAY, working_days=self.limit.unit == "working days")
        return day

    def _next(self, day: date, *, working_days: bool) -> date:
        while working_days and not self.works(day):
            day += DAY
        return day

    def _step(self, after: date, limit: Limit, paused: frozenset[date]) -> tuple[date, date]:
        """The last day of a limit that is counted after a day, before and after it is rolled off a day off."""

        def counts(day: date) -> bool:
            return (limit.unit != "working days" or self.works(day)) and day not in paused

        left = limit.amount if limit.unit != "months" else (month_later(after, limit.amount) - after).days
        last = after
        if left == 0:
            while not counts(last):
                last += DAY
        while left:
            last += DAY
            left -= counts(last)
        rolled = last
        if limit.unit != "working days" and self.count.roll == "next":
            while not self.works(rolled) or rolled in paused:
                rolled += DAY
        return last, rolled

    def _walk(self, paused: frozenset[date]) -> date:
        """The last day of the limit and all its extensions, where these days stand still."""
        zero = self.zero()
        raw, last = self._step(zero, self.limit, paused)
        for row in self.extensions:
            granted = self.day_of(row.at)
            if row.limit is None:
                assert row.until is not None
                raw = last = self._promised(granted, row.until, paused)
            else:
                after = {"due": last, "due-unrolled": raw, "today": granted, "receipt": zero}[row.since]
                raw, last = self._step(after, row.limit, paused)
        return last

    def _promised(self, granted: date, until: date, paused: frozenset[date]) -> date:
        """The promised day, and one more for each that stood still since: each that counts, if working days are counted.

        No day that stands still is the last one, whether it counts or not.
        """

        def counts(day: date) -> bool:
            return self.limit.unit != "working days" or self.works(day)

        owed = max(sum(counts(day) and granted < day <= until for day in paused), until in paused)
        while owed:
            until += DAY
            owed -= counts(until) and until not in paused
        return until

    def _last_day(self) -> date:
        """The last day, where whole days stand still: those of every pause that began before the end that the others give."""
        paused: frozenset[date] = frozenset()
        while True:
            last = self._walk(paused)
            over = self.end(last)
            known = {day for since, until in self.pauses if since < over for day in self._dates(since, until)}
            if known <= paused:
                return last
            paused |= known

    def _dates(self, since: datetime, until: datetime) -> Iterator[date]:
        day, last = self.day_of(since), self.day_of(until)
        while day <= last:
            yield day
            day += DAY

    # -- time

    def _anchor(self) -> datetime:
        """From when pauses count: a grant from today or a promise has begun the count anew, one from receipt undoes that."""
        anchor = self.start
        for row in self.extensions:
            anchor = {"today": row.at, "promise": row.at, "receipt": self.start}.get(row.since, anchor).astimezone(UTC)
        return anchor

    def _later(self, ends: datetime, *, by_work: bool) -> datetime:
        """A moment, later by the time for which it stood still before that, of working time where that is what counts."""
        anchor = self._anchor()
        pauses = union((max(since, anchor), until) for since, until in self.pauses if until > anchor)
        reached = ends
        while True:
            begun = [pause for pause in pauses if pause[0] < reached]
            owed = sum((self.worked(*pause) if by_work else pause[1] - pause[0] for pause in begun), NOTHING)
            later = self._run(ends, owed, by_work=by_work) if owed else ends
            if later == reached:
                return later
            reached = later

    def _run(self, since: datetime, left: timedelta, *, by_work: bool, pauses: Sequence[Stretch] = ()) -> datetime:
        """The moment at which so much time has passed since a moment, without pauses; of no time, the first that counts."""
        stretches = self.working_stretches(since) if by_work else iter([(since, datetime.max.replace(tzinfo=UTC))])
        for opens, closes in _without(stretches, pauses):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("time has no end")

    def _pushed(self) -> Deadline:
        """The deadline of a limit in days that is paused exactly."""
        last = self._walk(frozenset())
        before, by_work = self.end(last), self.limit.unit == "working days"
        later = self._later(before, by_work=by_work)
        if later == before:
            return Deadline(date=last, before=before)
        day = self.day_of(later - MICRO)
        if not by_work and self.count.roll == "next" and not self.works(day):
            day = self._next(day, working_days=True)
            return Deadline(date=day, before=self.end(day))
        if by_work and self.count.ends != "same-time" and later == self.open(day)[-1][1]:
            later = max(later, self.end(day))  # all of its hours are used: all of the day is, as far as business goes on
        return Deadline(date=day, before=later)

    def _of_time(self) -> datetime:
        by_work = self.limit.unit == "working hours"
        if not self.extensions:
            return self._run(self.start, self.limit.amount * HOUR, by_work=by_work, pauses=union(self.pauses))
        ends = self._ran(self.start, self.limit)
        for row in self.extensions:
            if row.limit is None:
                assert row.until is not None
                ends = self.end(row.until)
            else:
                ends = self._ran({"today": row.at.astimezone(UTC), "receipt": self.start}.get(row.since, ends), row.limit)
        return self._later(ends, by_work=by_work)

    def _ran(self, since: datetime, limit: Limit) -> datetime:
        """When a limit is over that runs from a moment; in days and months at the same time of its last day."""
        if limit.unit in BY_TIME:
            return self._run(since, limit.amount * HOUR, by_work=limit.unit == "working hours")
        last = (since - MICRO).astimezone(self.there).date()
        local, day = since.astimezone(self.there), last
        if limit.unit == "months":
            day = month_later(day, limit.amount)
        else:
            left = limit.amount
            while left:
                day += DAY
                left -= limit.unit != "working days" or self.works(day)
        return self._same_time(day + (local.date() - last), local)


def _without(stretches: Iterator[Stretch], pauses: Sequence[Stretch]) -> Iterator[Stretch]:
    """Stretches without the pauses, which are in order and apart from each other."""
    for opens, closes in stretches:
        for since, until in pauses:
            if until > opens and since < closes:
                if since > opens:
                    yield opens, since
                opens = max(opens, until)
        if opens < closes:
            yield opens, closes


# --- questions ----------------------------------------------------------------------------------------------------------


class Question(NamedTuple):
    """What a deadline is asked for, and who is asked."""

    keeper: Timekeeper
    start: datetime
    limit: Limit
    count: Count
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        return {"count": self.count, "pauses": self.pauses, "extensions": self.extensions}

    def due(self, **other: Any) -> Deadline:
        """What casework says, with some of it otherwise: ``due(pauses=())``."""
        asked = self._replace(**other)
        return asked.keeper.deadline(asked.start, asked.limit, **asked.facts)

    def pencil(self) -> Pencil:
        return Pencil(self.keeper.calendar, self.keeper.zone, *self[1:])

    def rule(self, **terms: Any) -> ClockRule:
        """The rule of a clock that is kept so."""
        row = {"is": str(self.limit)}
        asked = {"id": "handle", "starts_on": "receive", "stops_on": "publish", "limit": [row], "count": self.count, **terms}
        return ClockRule.model_validate(asked)


class Span(NamedTuple):
    """A pause that begins so many minutes after the start (or before it) and lasts so many."""

    after: int
    lasts: int

    def on(self, start: datetime) -> Pause:
        since = start + timedelta(minutes=self.after)
        return Pause(since, since + timedelta(minutes=self.lasts))


MOST = {"working days": 40, "calendar days": 60, "months": 8, "hours": 500, "working hours": 120}
ENDS = ("24:00", "same-time", "close", "00:30", "01:30", "02:30", "12:00", "17:30", "23:59")
HOURS = ("09:00-17:00", "09:00-12:00, 13:30-17:30", "00:00-24:00", "08:00-11:45, 12:15-13:00, 20:00-24:00", "")

keepers = st.sampled_from(sorted(ZONES)).map(lambda name: Timekeeper(WorkCalendar.named(name), ZONES[name]))
# Two years from the end of China's table, so that every deadline is announced.
starts = st.datetimes(datetime(2018, 3, 1), datetime(2024, 12, 31), timezones=st.just(UTC))
# Before the start too: a pause need not be the clock's own.
spans = st.lists(st.builds(Span, st.integers(-3_000, 60_000), st.integers(0, 20_000)), max_size=4)


def limits(*units: str, least: int = 0) -> st.SearchStrategy[Limit]:
    """Limits in one of these units; without any named, in one of all."""
    named = st.sampled_from(units or tuple(MOST))
    return named.flatmap(lambda unit: st.integers(least, MOST[unit]).map(lambda amount: Limit(amount, unit)))


@st.composite
def office_hours(draw: st.DrawFn, start: datetime) -> OfficeHours:
    """Office hours in which something is open every week, with days of the week and dates of their own."""
    weekdays = draw(st.dictionaries(st.sampled_from(["mon", "fri", "sat", "sun"]), st.sampled_from(HOURS), max_size=2))
    days = st.integers(-1, 20).map(lambda n: start.date() + n * DAY)
    dates = draw(st.dictionaries(days, st.sampled_from(HOURS), max_size=3))
    return OfficeHours.model_validate({"open": draw(st.sampled_from(HOURS[:-1])), "weekdays": weekdays, "dates": dates})


@st.composite
def counts(draw: st.DrawFn, start: datetime, *, needs_hours: bool = False, **fixed: Any) -> Count:
    """Conventions, some of which may be *fixed*."""
    chosen: dict[str, Any] = {
        "day_zero": draw(st.sampled_from(["as-is", "next-working-day"])),
        "cutoff": draw(st.sampled_from([None, None, time(0), time(12), time(17, 30)])),
        "ends": draw(st.sampled_from(ENDS)),
        "roll": draw(st.sampled_from(["none", "next"])),
        "on_pause": draw(st.sampled_from(["working-days", "exact"])),
        **fixed,
    }
    if needs_hours or chosen["ends"] == "close" or draw(st.booleans()):
        chosen["hours"] = draw(office_hours(start))
    return Count.model_validate(chosen)


@st.composite
def extensions_of(draw: st.DrawFn, keeper: Timekeeper, start: datetime, limit: Limit, count: Count) -> tuple[Extension, ...]:
    """Extensions that follow each other, from wherever they count; a limit in days is not extended by hours."""
    found, at = list[Extension](), start
    units = (*BY_DAY, *(BY_TIME if count.hours else BY_TIME[:1])) if limit.unit in BY_TIME else BY_DAY
    for since in draw(st.lists(st.sampled_from(["due", "due-unrolled", "today", "receipt", "promise"]), max_size=2)):
        at += draw(st.integers(0, 20_000)) * timedelta(minutes=1)
        if since == "promise":
            found.append(Extension(since="promise", at=at, until=keeper.local_date(at) + draw(st.integers(1, 30)) * DAY))
        else:
            found.append(Extension(since=since, at=at, limit=draw(limits(*units))))
    return tuple(found)


@st.composite
def questions(
    draw: st.DrawFn,
    *units: str,
    least: int = 0,
    paused: bool = True,
    extended: bool = False,
    needs_hours: bool = False,
    **fixed: Any,
) -> Question:
    """Questions about limits in these units (or all), whether *paused* or *extended*, with conventions *fixed* or any."""
    keeper, start, limit = draw(keepers), draw(starts), draw(limits(*units, least=least))
    count = draw(counts(start, needs_hours=needs_hours or limit.unit == "working hours", **fixed))
    pauses = tuple(span.on(start) for span in draw(spans)) if paused else ()
    extensions = draw(extensions_of(keeper, start, limit, count)) if extended else ()
    return Question(keeper, start, limit, count, pauses, extensions)
