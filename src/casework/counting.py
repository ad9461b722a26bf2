"""Counting: days after a day, and working time within days, without any rule about where to begin and when to end.

Days are dates in a zone, working time lies between moments in UTC; where office hours are given, only they are working time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice

from .calendars import WorkCalendar
from .errors import InputError
from .hours import Intervals, OfficeHours
from .limits import Count, Limit, Pause, add_months
from .moments import zone_named

Spans = Sequence[tuple[date, date]]
"""Days in a row, both ends included."""
ALL_DAY: Intervals = ((0, 24 * 60),)
ONE_DAY = timedelta(days=1)
NOTHING = timedelta(0)


def _local_date(moment: datetime, zone: str) -> date:
    return moment.astimezone(zone_named(zone)).date()


@lru_cache(maxsize=32_768)
def on_the_wall(zone: str, day: date, minutes: int) -> datetime:
    """Return the moment at which clocks show so many minutes after midnight; a time that is skipped comes later by the gap."""
    day, minutes = (day + ONE_DAY, 0) if minutes == 24 * 60 else (day, minutes)
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone_named(zone)).astimezone(UTC)


def open_hours(calendar: WorkCalendar, zone: str, hours: OfficeHours | None, day: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches of a day in which work is done; without office hours, all of a working day."""
    working = calendar.is_working_day(day)
    written = hours.on(day, working=working) if hours else ALL_DAY if working else ()
    for n, (since, until) in enumerate(written, start=1):
        closes = on_the_wall(zone, day, until)
        if n < len(written):  # where the clocks skip the end of one interval, it reaches to the next at most
            closes = min(closes, on_the_wall(zone, day, written[n][0]))
        yield on_the_wall(zone, day, since), closes


def work_until(calendar: WorkCalendar, zone: str, hours: OfficeHours | None, start: datetime, span: timedelta) -> datetime:
    """Return the moment at which *span* of working time after *start* is used up; of nothing, the first open moment."""
    day = _local_date(start, zone)
    while True:
        for opens, closes in open_hours(calendar, zone, hours, day):
            since = max(opens, start)
            if since < closes:
                if span <= closes - since:
                    return since + span
                span -= closes - since
        day += ONE_DAY


def working_time(calendar: WorkCalendar, zone: str, hours: OfficeHours | None, since: datetime, until: datetime) -> timedelta:
    """Return how much working time lies between two moments."""
    day, last, found = _local_date(since, zone), _local_date(until, zone), NOTHING
    while day <= last:
        for opens, closes in open_hours(calendar, zone, hours, day):
            found += max(NOTHING, min(closes, until) - max(opens, since))
        day += ONE_DAY
    return found


def work_since(calendar: WorkCalendar, zone: str, hours: OfficeHours, ends: datetime, span: timedelta) -> datetime:
    """Return the moment from which *span* of working time runs until *ends*."""
    day = _local_date(ends, zone)
    while True:
        for opens, closes in reversed(list(open_hours(calendar, zone, hours, day))):
            until = min(closes, ends)
            if opens < until:
                if span <= until - opens:
                    return until - span
                span -= until - opens
        day -= ONE_DAY


def office_hours(count: Count) -> OfficeHours:
    """Return the office hours that a limit needs; InputError where none are given."""
    if count.hours is None:
        raise InputError(
            "working hours and an end at 'close' need office hours; give them as Count(hours=OfficeHours(open='09:00-12:00, "
            "13:30-17:30')), in a rulebook as [hours]",
            value=count,
        )
    return count.hours


def stretches(pauses: Iterable[Pause], start: datetime) -> list[tuple[datetime, datetime]]:
    """Return closed pauses as stretches of time after *start*, in order; those that overlap or touch are one."""
    found: list[tuple[datetime, datetime]] = []
    for since, until in sorted((max(pause.since, start), pause.until) for pause in pauses if pause.until and pause.until > start):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return found


def to_count(zero: date, limit: Limit) -> tuple[date, int]:
    """Return the day after which days are counted, and how many; no day at all is one day, counted from day zero itself."""
    total = (add_months(zero, limit.amount) - zero).days if limit.unit == "months" else limit.amount
    return (zero, total) if total else (zero - ONE_DAY, 1)


def stands_still(day: date, spans: Spans) -> bool:
    """Return whether a day lies in one of the spans."""
    return any(since <= day <= until for since, until in spans)


def counts(calendar: WorkCalendar | None, day: date, spans: Spans) -> bool:
    """Return whether a day counts: it lies in no span and is worked or, without a calendar, is any day."""
    return (calendar is None or calendar.is_working_day(day)) and not stands_still(day, spans)


def _counting(calendar: WorkCalendar | None, after: date, spans: Spans) -> Iterator[date]:
    day = after
    while True:
        day = day + ONE_DAY if calendar is None else calendar.add(day, 1)
        if not stands_still(day, spans):
            yield day


def last_day(calendar: WorkCalendar | None, after: date, total: int, spans: Spans) -> date:
    """Return the last of so many days after a day that lie in no span and are worked or, without a calendar, are any days."""
    if spans:
        return next(islice(_counting(calendar, after, spans), total - 1, None))
    return after + total * ONE_DAY if calendar is None else calendar.add(after, total)
