"""Reckoning: when a limit from a moment is over, by one calendar in one zone, under every convention of `Count`.

Day arithmetic is done on dates in the zone, elapsed arithmetic in UTC. A limit in days is counted day by day to its last day and
ends as `Count.ends` says; a limit in hours or working hours ends at a moment. Extensions follow one another, each from where its
`since` says; pauses are left out of the count (whole days) or push the end back (exactly).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace as _with

from .calendars import Day, WorkCalendar
from .counting import (
    ALL_DAY,
    NOTHING,
    ONE_DAY,
    Spans,
    counts,
    last_day,
    office_hours,
    on_the_wall,
    open_hours,
    stands_still,
    stretches,
    to_count,
    work_since,
    work_until,
    working_time,
)
from .errors import CalendarNotAnnounced, InputError
from .explanations import CountedDay, Deemed, Explanation, Leg
from .limits import BY_THE_DAY, Count, Deadline, Extension, Limit, Pause, add_months
from .moments import read_moment, require_aware, zone_named

_T = TypeVar("_T")
_Stretches = Sequence[tuple[datetime, datetime]]
_ONE_HOUR = timedelta(hours=1)
_TICK = timedelta(microseconds=1)
_PLAIN = Count()
_COUNT_OR_NONE = (Count, type(None))


class _Course(NamedTuple):
    """What a deadline is reckoned from; the pauses are closed."""

    start: datetime
    limit: Limit
    how: Count
    pauses: Sequence[Pause]
    extensions: Sequence[Extension]


class _Run(NamedTuple):
    """A stretch of the count: the day after which it counts, the limit, the day it comes to, and that day after rolling.

    That of a limit in hours goes from the moment ``since`` to the moment ``ends``.
    """

    after: date
    limit: Limit
    raw: date
    last: date
    since: datetime | None = None
    ends: datetime | None = None


class Reckoner(msgspec.Struct, frozen=True):
    """Counts by one calendar in one zone, an IANA name.

    Past the last announced day it counts provisionally where ``provisional`` is set, and raises CalendarNotAnnounced otherwise.
    A deadline on a day that a notice still to come may change is marked provisional either way.
    """

    calendar: WorkCalendar
    zone: str
    provisional: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.calendar, WorkCalendar):
            raise InputError(
                f"it counts by a WorkCalendar, not by {self.calendar!r}; WorkCalendar.named makes one", value=self.calendar
            )
        zone_named(self.zone)

    def read(self, text: str) -> datetime:
        """Return as UTC the moment that people in the zone write so: ``"2026-09-29 10:00"``; see `moments.read_moment`."""
        return read_moment(text, zone=self.zone)

    def local(self, moment: datetime) -> datetime:
        """Return a moment as clocks on the wall showed it."""
        return require_aware(moment).astimezone(zone_named(self.zone))

    def local_date(self, moment: datetime) -> date:
        """Return the date that clocks on the wall showed."""
        return self.local(moment).date()

    def day_zero(self, start: datetime, count: Count, *, limit: Limit = Limit(1, "working days")) -> date:  # noqa: B008 - frozen
        """Return the day from which *start* is counted, after cut-off and day-zero convention; for hours the day itself."""
        local = self.local(start)
        return self._counted(lambda calendar: self._zero(calendar, local, limit, count)[0])

    def deadline(
        self,
        start: datetime,
        limit: Limit,
        *,
        count: Count | None = None,
        pauses: Sequence[Pause] = (),
        extensions: Sequence[Extension] = (),
    ) -> Deadline:
        """Return when *limit* from *start* (aware) is over, with *extensions* in the order they were granted.

        Closed pauses are disregarded. Raises InputError for an open pause, for a limit in working hours without office hours, and
        for an extension in hours of a limit in days; CalendarNotAnnounced.
        """
        return self.reckon(start, limit, count=count, pauses=pauses, extensions=extensions)[1]

    def reckon(
        self,
        start: datetime,
        limit: Limit,
        *,
        count: Count | None = None,
        pauses: Sequence[Pause] = (),
        extensions: Sequence[Extension] = (),
    ) -> tuple[date, Deadline]:
        """Return day zero and the deadline; see `day_zero` and `deadline`."""
        course = _course(start, limit, count, pauses, extensions)
        if pauses and any(pause.until is None for pause in pauses):
            raise InputError("there is no deadline while a pause is open", value=pauses)
        try:
            found = self._due(self.calendar, course)
            if not found[1].provisional:
                return found
        except CalendarNotAnnounced:
            if not self.provisional:
                raise
        except OverflowError as error:
            raise self._outside() from error
        return self._counted(lambda calendar: self._bounded(calendar, course))

    # -- reckoning

    def _outside(self) -> InputError:
        return InputError("the day asked for lies outside the years 1 to 9999", value=self.calendar.name)

    def _counted(self, ask: Callable[[WorkCalendar], _T]) -> _T:
        """Ask the announced days; where they do not reach and that is allowed, the provisional ones too."""
        try:
            return ask(self.calendar)
        except CalendarNotAnnounced:
            if not self.provisional:
                raise
        except OverflowError as error:
            raise self._outside() from error
        try:
            return ask(self.calendar.provisional())
        except OverflowError as error:
            raise self._outside() from error

    def _bounded(self, calendar: WorkCalendar, course: _Course) -> tuple[date, Deadline]:
        """Return day zero and a deadline, a provisional one with the days between which it is expected."""
        zero, due = self._due(calendar, course)
        if not due.provisional:
            return zero, due
        early, late = (self._due(bound, course)[1].date for bound in self.calendar.bounds())
        return zero, _with(due, earliest=min(early, due.date), latest=max(late, due.date))

    def _due(self, calendar: WorkCalendar, course: _Course) -> tuple[date, Deadline]:
        start, limit, count, pauses, extensions = course
        local = start.astimezone(zone_named(self.zone))
        zero = self._zero(calendar, local, limit, count)[0]
        if pauses or extensions or limit.unit not in BY_THE_DAY:
            *_, (_, _, _, last, _, ends) = self._runs(calendar, course, zero)
        else:
            last, ends = self._last_days(calendar, zero, limit, count)[1], None
        if ends is not None:
            before, last = ends, max(zero, self.local_date(ends - _TICK))
        else:
            before = self._end(calendar, last, count, local)
            if pauses and count.on_pause == "exact":
                before, last = self._pushed_day(calendar, course, before, last, local)
        plain = limit.unit == "working days" and not extensions
        asked = last if plain else self._last_asked(course, zero, last)
        return zero, Deadline(date=last, before=before, provisional=asked > calendar.settled_through)

    def _last_asked(self, course: _Course, zero: date, last: date) -> date:
        """Return the last day of which a deadline depends on whether it is worked: its own, day zero, or none at all."""
        count, units = course.how, {course.limit.unit, *(row.limit.unit for row in course.extensions if row.limit)}
        if course.extensions and course.extensions[-1].until is not None and not course.pauses:  # a promised day is what it is
            return last if count.ends == "close" else date.min
        if not units.isdisjoint(("working days", "working hours")):
            return last
        if course.limit.unit == "hours":
            return last if count.ends == "close" and any(row.until for row in course.extensions) else date.min
        if count.roll == "next" or count.ends == "close":
            return last
        return zero if count.cutoff is not None or count.day_zero != "as-is" else date.min

    def _zero(self, calendar: WorkCalendar, local: datetime, limit: Limit, count: Count) -> tuple[date, Deemed, time | None]:
        """Return day zero, why it is not the day of receipt, and the time that was past."""
        day = local.date()
        if limit.unit not in BY_THE_DAY:
            return day, "", None
        cutoff = count.cutoff
        if cutoff is not None or count.day_zero == "next-working-day":
            worked = calendar.add(day, 0)
            if worked != day:
                return worked, "day off", None
        if cutoff is not None and local.time() > cutoff:
            return calendar.add(day, 1), "cut-off", cutoff
        if limit.amount == 0 and count.ends not in ("24:00", "same-time"):
            closing = self._closing(calendar, day, count)
            if local >= on_the_wall(self.zone, day, closing):
                following = calendar.add(day, 1) if limit.unit == "working days" else day + ONE_DAY
                return following, "cut-off", time(closing // 60, closing % 60)
        return day, "", None

    def _runs(self, calendar: WorkCalendar, course: _Course, zero: date) -> Iterator[_Run]:
        """Yield the limit and each of its extensions, as far as each of them comes."""
        if course.limit.unit not in BY_THE_DAY:
            yield from self._timed_runs(calendar, course)
        else:
            whole_days = course.pauses and course.how.on_pause == "working-days"
            spans = self._spans_in_time(calendar, course, zero) if whole_days else ()
            yield from self._day_runs(calendar, course, zero, spans)

    def _day_runs(self, calendar: WorkCalendar, course: _Course, zero: date, spans: Spans) -> Iterator[_Run]:
        limit, count = course.limit, course.how
        run = _Run(zero, limit, *self._last_days(calendar, zero, limit, count, spans))
        yield run
        for extension in course.extensions:
            more = extension.limit
            if more is None:
                run = self._promised_run(calendar, limit, extension, spans)
            elif more.unit not in BY_THE_DAY:
                raise InputError(f"a limit of {limit} is extended by days or months, not by {more}", value=more)
            else:
                granted = self.local_date(extension.at)
                anchor = {"due": run.last, "due-unrolled": run.raw, "today": granted, "receipt": zero}[extension.since]
                run = _Run(anchor, more, *self._last_days(calendar, anchor, more, count, spans))
            yield run

    def _last_days(self, calendar: WorkCalendar, anchor: date, limit: Limit, count: Count, spans: Spans = ()) -> tuple[date, date]:
        """Return the last day of a limit in days that is counted after a day, before and after it was rolled off a day off."""
        if limit.unit == "working days":
            last = calendar.add(anchor, limit.amount) if not spans else last_day(calendar, *to_count(anchor, limit), spans)
            return last, last
        raw = last = last_day(None, *to_count(anchor, limit), spans)
        if count.roll == "next":
            last = calendar.next_working_day(raw) if not spans else last_day(calendar, raw - ONE_DAY, 1, spans)
        return raw, last

    def _promised_run(self, calendar: WorkCalendar, limit: Limit, extension: Extension, spans: Spans) -> _Run:
        """Return the promised day; a pause after the promise moves it by the days that it takes from the time promised."""
        granted, until = self.local_date(extension.at), extension.until or date.max
        worked = limit.unit == "working days"
        total = calendar.count(granted, until) if worked else (until - granted).days
        later = [span for span in spans if span[1] > granted]
        last, counted = until, calendar if worked else None
        if later:
            last = max(until, last_day(counted, granted, max(total, 1), later))
            if stands_still(last, later):
                last = last_day(counted, last, 1, later)
        return _Run(granted, Limit(max(0, total), limit.unit if worked else "calendar days"), last, last)

    def _timed_runs(self, calendar: WorkCalendar, course: _Course) -> Iterator[_Run]:
        start, limit, count, pauses, extensions = course

        def ran(since: datetime, limit: Limit) -> datetime:
            if limit.unit in BY_THE_DAY:
                return self._shifted(
                    calendar, Deadline(date=self.local_date(since - _TICK), before=since), limit, count, back=False
                )
            span = limit.amount * _ONE_HOUR
            return since + span if limit.unit == "hours" else work_until(calendar, self.zone, office_hours(count), since, span)

        found = [(start, limit, ran(start, limit))]
        for extension in extensions:
            ends = found[-1][2]
            if extension.limit is None:
                since = extension.at
                ends = self._end(calendar, extension.until or date.max, count, self.local(start))
            else:
                since = {"today": extension.at, "receipt": start}.get(extension.since, ends)
                ends = ran(since, extension.limit)
            found.append((since, extension.limit or limit, ends))
        reached = start
        for number, (since, length, ends) in enumerate(found):
            begins = reached if number and extensions[number - 1].since in ("due", "due-unrolled") else since
            reached = self._pushed(calendar, course, ends, stretches(pauses, _counted_from(course, number)))
            day = self.local_date(reached - _TICK)
            yield _Run(self.local_date(begins), length, day, day, begins, reached)

    # -- the end of a day, and time within days

    def _end(self, calendar: WorkCalendar, day: date, count: Count, start: datetime) -> datetime:
        """Return the moment at which a last day is over; *start* is local."""
        if count.ends == "24:00":
            return on_the_wall(self.zone, day, 24 * 60)
        if count.ends == "same-time":
            return self._instant(day, start.timetz())
        return on_the_wall(self.zone, day, self._closing(calendar, day, count))

    def _closing(self, calendar: WorkCalendar, day: date, count: Count) -> int:
        """Return when business stops on a day, in minutes after midnight; a day without office hours ends at 24:00."""
        if count.ends != "close":
            return int(count.ends[:2]) * 60 + int(count.ends[3:])
        hours = office_hours(count).on(day, working=calendar.is_working_day(day))
        return hours[-1][1] if hours else 24 * 60

    def _instant(self, day: date, at: time) -> datetime:
        """Return a local time in UTC: one that is skipped moves forward by the gap; of two the first, unless *at* is a second."""
        local = datetime.combine(day, at.replace(fold=0, tzinfo=None), tzinfo=zone_named(self.zone))
        moment = local.astimezone(UTC)
        return max(moment, local.replace(fold=1).astimezone(UTC)) if at.fold else moment

    # -- pauses

    def _spans(self, pauses: Iterable[Pause]) -> list[tuple[date, date]]:
        """Return closed pauses as days, both ends inclusive."""
        return [(self.local_date(pause.since), self.local_date(pause.until)) for pause in pauses if pause.until]

    def _spans_in_time(self, calendar: WorkCalendar, course: _Course, zero: date) -> list[tuple[date, date]]:
        """Return as days the pauses that began before the end: a limit that is over is not opened again by pausing it."""
        local, spans = self.local(course.start), list[tuple[date, date]]()
        for pause in sorted(course.pauses, key=lambda pause: pause.since):
            *_, run = self._day_runs(calendar, course, zero, spans)
            if pause.since >= self._end(calendar, run.last, course.how, local):
                break
            spans += self._spans((pause,))
        return spans

    def _pushed(self, calendar: WorkCalendar, course: _Course, ends: datetime, paused: _Stretches) -> datetime:
        """Return a moment, pushed back by exactly the paused time before it: working time where that is what is counted."""
        working, hours = course.limit.unit in ("working days", "working hours"), course.how.hours
        for since, until in paused:
            if since >= ends:
                break
            if not working:
                ends += until - since
            elif lost := working_time(calendar, self.zone, hours, since, until):
                ends = work_until(calendar, self.zone, hours, ends, lost)
        return ends

    def _pushed_day(
        self, calendar: WorkCalendar, course: _Course, before: datetime, last: date, local: datetime
    ) -> tuple[datetime, date]:
        """Push the end of a last day back; a working day whose hours are all used up ends as every last day does."""
        count, paused = course.how, stretches(course.pauses, _counted_from(course, len(course.extensions)))
        ends = self._pushed(calendar, course, before, paused)
        if ends == before:
            return before, last
        last = self.local_date(ends - _TICK)
        if course.limit.unit != "working days" and count.roll == "next" and not calendar.is_working_day(last):
            last = calendar.next_working_day(last)
            return self._end(calendar, last, count, local), last
        if course.limit.unit == "working days" and count.ends != "same-time":
            closing = [closes for _, closes in open_hours(calendar, self.zone, count.hours, last)]
            if closing and ends == closing[-1]:
                ends = max(ends, self._end(calendar, last, count, local))
        return ends, last

    # -- asking further

    def left(
        self,
        start: datetime,
        limit: Limit,
        at: datetime,
        *,
        count: Count,
        pauses: Sequence[Pause] = (),
        extensions: Sequence[Extension] = (),
    ) -> Limit:
        """Return what is left of a limit at a moment, in its own unit (of months: calendar days); today is not used up yet.

        *pauses* are those before that moment, all closed.
        """
        course = _Course(require_aware(start), limit, count, pauses, extensions)
        return self._counted(lambda calendar: self._left(calendar, course, require_aware(at)))

    def _left(self, calendar: WorkCalendar, course: _Course, at: datetime) -> Limit:
        start, limit, count, _, _ = course
        zero = self._zero(calendar, self.local(start), limit, count)[0]
        *_, run = self._runs(calendar, course, zero)
        if run.ends is not None:
            ends = max(at, run.ends)
            between = ends - at if limit.unit == "hours" else working_time(calendar, self.zone, count.hours, at, ends)
            return Limit(between // _ONE_HOUR, limit.unit)
        worked, day = limit.unit == "working days", max(self.local_date(at), zero + ONE_DAY if limit.amount else zero)
        exact, total = count.on_pause == "exact", 0
        spans = () if exact else self._spans_in_time(calendar, course, zero)
        last = self._due(calendar, course)[1].date if exact and course.pauses else run.raw
        while day <= last:
            total += counts(calendar if worked else None, day, spans)
            day += ONE_DAY
        return Limit(total, "working days" if worked else "calendar days")

    def working_days(self, first: date, last: date) -> int:
        """Count the working days after *first* up to and including *last* (negative backwards)."""
        return self._counted(lambda calendar: calendar.count(first, last))

    def time_between(self, since: datetime, until: datetime, count: Count) -> timedelta:
        """Return how much working time lies between two moments, by the office hours of *count*."""
        return self._counted(
            lambda calendar: working_time(calendar, self.zone, count.hours, require_aware(since), require_aware(until))
        )

    def shift(self, due: Deadline, limit: Limit, *, back: bool, count: Count | None = None) -> datetime:
        """Return the instant *limit* before (``back``) or after a due moment; in days and months it is at its time of day.

        Working hours are counted by the office hours of *count*.
        """
        return self._counted(lambda calendar: self._shifted(calendar, due, limit, count or _PLAIN, back=back))

    def _shifted(self, calendar: WorkCalendar, due: Deadline, limit: Limit, count: Count, *, back: bool) -> datetime:
        sign = -1 if back else 1
        if limit.unit == "hours":
            return due.before + sign * limit.amount * _ONE_HOUR
        if limit.unit == "working hours":
            work = work_since if back else work_until
            return work(calendar, self.zone, office_hours(count), due.before, limit.amount * _ONE_HOUR)
        if limit.unit == "months":
            day = add_months(due.date, sign * limit.amount)
        elif limit.unit == "working days" and limit.amount:
            day = calendar.add(due.date, sign * limit.amount)
        else:
            day = due.date + sign * limit.amount * ONE_DAY
        local = self.local(due.before)
        return self._instant(day + (local.date() - due.date), local.timetz())

    def show(self, due: Deadline) -> str:
        """Return a due moment as people write it: the last day with 24:00, or the local time at which it ends."""
        end = self.local(due.before)
        return f"{due} {'24:00' if end.date() > due.date else f'{end:%H:%M}'}"

    # -- the account, day by day

    def explain(
        self,
        start: datetime,
        limit: Limit,
        *,
        count: Count | None = None,
        pauses: Sequence[Pause] = (),
        extensions: Sequence[Extension] = (),
        paused: bool = False,
    ) -> Explanation:
        """Explain a deadline day by day; of a *paused* clock, or one stopped in its last pause, the days up to that pause."""
        asked = _course(start, limit, count, pauses, extensions)
        how = asked.how
        halt = next((pause for pause in pauses if pause.until is None), pauses[-1] if paused and pauses else None)
        if paused and halt is None:
            raise InputError("a paused clock cannot be explained without its pause", value=pauses)
        done = tuple(pause for pause in pauses if pause is not halt)
        due = self.deadline(start, limit, count=how, pauses=done, extensions=extensions)
        course = asked._replace(pauses=done)
        local = self.local(start)
        zero, moved, moved_at = self._counted(lambda calendar: self._zero(calendar, local, limit, how))
        runs = self._counted(lambda calendar: list(self._runs(calendar, course, zero)))
        first, stop = local.date(), halt.since if halt else None
        reached = max(first, *(run.last for run in runs), due.date, self.local_date(stop) if stop else first)
        calendar = self.calendar if reached <= self.calendar.last else self.calendar.provisional()  # to list days, not to count
        whole_days = limit.unit in BY_THE_DAY and how.on_pause == "working-days"
        spans = self._counted(lambda calendar: self._spans_in_time(calendar, course, zero)) if whole_days else []
        days = [self._days(calendar, course, run, zero if n == 0 else None, spans, stop) for n, run in enumerate(runs)]
        exact = how.on_pause == "exact" and limit.unit in BY_THE_DAY and bool(done) and halt is None
        unpaused = self.deadline(start, limit, count=how, extensions=extensions) if exact else None
        made_up: Iterator[CountedDay] = iter(())
        if unpaused is not None and unpaused.before < due.before:
            plain = course._replace(pauses=())
            days_after = calendar.days(self.local_date(unpaused.before), due.date)
            made_up = self._timed_days(calendar, plain, days_after, unpaused.before, due.before)
        return Explanation(
            started_at=course.start,
            day_zero=zero,
            limit=limit,
            due=None if halt else due,
            days=tuple(days[0]),
            extended=tuple(
                Leg(extension=extension, granted_on=self.local_date(extension.at), since=run.after, days=tuple(rows))
                for extension, run, rows in zip(extensions, runs[1:], days[1:], strict=True)
            ),
            unpaused=unpaused,
            made_up=tuple(made_up),
            calendar=self.version,
            zone=self.zone,
            moved=moved,
            moved_at=moved_at,
            pause=halt,
            left=self.left(start, limit, halt.since, count=how, pauses=done, extensions=extensions) if halt else None,
        )

    @property
    def version(self) -> str:
        """``"CN@1a2b3c4d5e6f"``: the calendar that is counted by, and its version."""
        return f"{self.calendar.name}@{self.calendar.version}"

    def _days(
        self, calendar: WorkCalendar, course: _Course, run: _Run, zero: date | None, spans: Spans, stop: datetime | None
    ) -> Iterator[CountedDay]:
        """Yield the days of a run; those of the limit itself begin with the day of receipt, those of an extension after it."""
        halted = self.local_date(stop) if stop else None
        if run.since is not None and run.ends is not None:
            last = max(run.last, self.local_date(run.since)) if halted is None else halted
            ends = run.ends if stop is None else min(stop, run.ends)
            yield from self._timed_days(calendar, course, calendar.days(self.local_date(run.since), last), run.since, ends)
            return
        if halted and course.how.on_pause == "working-days":
            spans = [*spans, (halted, date.max)]
        first = run.after + ONE_DAY if zero is None else self.local_date(course.start)
        last = run.last if halted is None else max(self.local_date(course.start), halted)
        if first <= last:  # an extension may come to no later day
            yield from _rows(calendar.days(first, last), zero, run, None if halted else run.last, spans)

    def _timed_days(
        self, calendar: WorkCalendar, course: _Course, days: Iterator[Day], start: datetime, stop: datetime
    ) -> Iterator[CountedDay]:
        working, hours = course.limit.unit in ("working hours", "working days"), course.how.hours
        still = stretches(course.pauses, start)
        for day in days:
            written = (
                hours.on(day.date, working=day.working) if working and hours else ALL_DAY if day.working or not working else ()
            )
            opened = [(on_the_wall(self.zone, day.date, 0), on_the_wall(self.zone, day.date, 24 * 60))]
            if working:
                opened = list(open_hours(calendar, self.zone, hours, day.date))
            inside = [(max(since, start), min(until, stop)) for since, until in opened]
            spent = sum((until - since for since, until in inside if until > since), NOTHING)
            cut = ((max(since, a), min(until, b)) for since, until in still for a, b in inside)
            paused = sum((until - since for since, until in cut if until > since), NOTHING)
            part: Literal["counted", "skipped"] = "counted" if written else "skipped"
            yield CountedDay(
                day, None, part, spent - paused if written else None, paused or None, written if working and hours else ()
            )


def _course(
    start: datetime, limit: Limit, count: Count | None, pauses: Sequence[Pause], extensions: Sequence[Extension]
) -> _Course:
    """Return what is to be reckoned; InputError for what is not of its kind."""
    if not isinstance(limit, Limit):
        raise InputError(f"a limit is a Limit, not {limit!r}; Limit.parse reads '5 working days'", value=limit)
    if not isinstance(count, _COUNT_OR_NONE):
        raise InputError(f"the conventions are a Count, not {count!r}; Count.model_validate reads a table", value=count)
    if pauses != () or extensions != ():
        for rows, kind in ((pauses, Pause), (extensions, Extension)):
            if not _rows_of(rows, kind):
                raise InputError(f"a list of {kind.__name__} values is wanted, not {rows!r}", value=rows)
    return _Course(require_aware(start), limit, _PLAIN if count is None else count, pauses, extensions)


def _rows_of(rows: object, kind: type) -> bool:
    return isinstance(rows, Sequence) and all(isinstance(row, kind) for row in rows)


def _counted_from(course: _Course, extensions: int) -> datetime:
    """Return since when a limit with its first so many extensions counts, and so which pauses push its end."""
    since = course.start
    for row in course.extensions[:extensions]:
        since = {"today": row.at, "promise": row.at, "receipt": course.start}.get(row.since, since)
    return since


def _rows(days: Iterator[Day], zero: date | None, run: _Run, last: date | None, spans: Spans) -> Iterator[CountedDay]:
    after, total = to_count(run.after, run.limit)
    total, number = total if after == run.after else 0, 0
    for day in days:
        if zero is not None and day.date < zero:
            yield CountedDay(day, None, "before")
        elif day.date == zero and total:
            yield CountedDay(day, None, "receipt")
        elif stands_still(day.date, spans):
            yield CountedDay(day, None, "paused")
        elif number < total and (day.working or run.limit.unit != "working days"):
            number += 1
            yield CountedDay(day, number, "counted")
        elif day.date == last:
            yield CountedDay(day, None, "rolled" if total else "last")
        else:
            yield CountedDay(day, None, "skipped")
