"""Laws of deadlines: whatever the limit, the convention, the country, the pauses and the extensions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import pendulum
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.calendars import Notice, Span, WorkCalendar
from casework.sla import Count, Extension, Limit, OfficeHours, Pause, Timekeeper

from .pencil import (
    BY_DAY,
    BY_TIME,
    DAY,
    HOUR,
    MICRO,
    MIDNIGHT,
    NOTHING,
    ZONES,
    Question,
    Stretch,
    counts,
    limits,
    month_later,
    on_the_wall,
    questions,
    union,
)

MINUTE = timedelta(minutes=1)


def stood_still(asked: Question, over: datetime) -> list[Stretch]:
    """The pauses from the start on that began before a moment, as stretches apart from each other."""
    clipped = [(max(pause.since, asked.start), pause.until) for pause in asked.pauses if pause.until is not None]
    return [(since, until) for since, until in union(clip for clip in clipped if clip[0] <= clip[1]) if since < over]


def paused_days(asked: Question, over: datetime) -> set[date]:
    """The days touched by pauses that began before a moment."""
    local = asked.keeper.local_date
    found = [(local(pause.since), local(pause.until)) for pause in asked.pauses if pause.until and pause.since < over]
    return {first + n * DAY for first, last in found for n in range((last - first).days + 1)}


def no_earlier(asked: Question, first: datetime, second: datetime) -> bool:
    """Whether a deadline is no earlier than another: where it may be rolled after being paused exactly, by its date.

    A Sunday's afternoon is rolled to the end of Monday, and Monday's morning is not.
    """
    if asked.count.on_pause == "exact" and asked.count.roll == "next" and asked.limit.unit in ("calendar days", "months"):
        return asked.keeper.local_date(first - MICRO) <= asked.keeper.local_date(second - MICRO)
    return first <= second


# --- counting -----------------------------------------------------------------------------------------------------------


@given(questions(extended=True))
def test_a_deadline_is_what_a_person_with_a_pencil_finds(asked: Question) -> None:
    assume(asked.limit.amount or asked.limit.unit in BY_DAY)
    assert asked.due() == asked.pencil().due()


@given(questions("working days", paused=False, least=1))
def test_counting_from_day_zero_to_the_last_day_gives_the_limit_back(asked: Question) -> None:
    keeper, due = asked.keeper, asked.due()
    assert keeper.working_days(keeper.day_zero(asked.start, asked.count), due.date) == asked.limit.amount
    assert keeper.calendar.is_working_day(due.date)


@given(questions("working hours", least=1))
def test_working_from_the_start_to_the_end_gives_the_limit_and_the_pauses_back(asked: Question) -> None:
    due = asked.due().before
    worked = asked.pencil().worked
    still = sum((worked(since, until) for since, until in stood_still(asked, due)), NOTHING)
    assert worked(asked.start, due) - still == asked.limit.amount * HOUR
    assert worked(due - MICRO, due) == MICRO  # it ends in open hours


@given(questions(extended=True))
def test_nothing_is_due_before_it_came(asked: Question) -> None:
    due = asked.due(extensions=())
    assert due.before >= asked.start
    assert due.date >= asked.keeper.local_date(asked.start)
    if asked.limit.amount:
        assert due.before > asked.start
    assert asked.due().date in (asked.keeper.local_date(asked.due().before - MICRO), asked.keeper.local_date(asked.start))


@given(questions())
def test_a_longer_limit_never_has_an_earlier_deadline(asked: Question) -> None:
    due = asked.due()
    later = asked.due(limit=Limit(asked.limit.amount + 1, asked.limit.unit))
    assert no_earlier(asked, due.before, later.before)
    if asked.limit.unit == "hours":
        assert later.before - due.before >= HOUR
    elif asked.limit.unit == "working hours":
        assert asked.pencil().worked(due.before, later.before) >= HOUR
    elif asked.limit.unit == "working days" and asked.limit.amount and asked.count.on_pause == "working-days":
        assert due.date < later.date


# --- a later receipt ----------------------------------------------------------------------------------------------------

waits = st.integers(0, 14 * 24 * 60).map(lambda minutes: minutes * MINUTE)


@given(questions(paused=False), waits)
def test_a_later_receipt_never_has_an_earlier_deadline(asked: Question, wait: timedelta) -> None:
    first, second = asked.due(), asked.due(start=asked.start + wait)
    assert first.date <= second.date
    if asked.count.ends != "same-time" or asked.limit.unit in BY_TIME:
        assert first.before <= second.before  # same-time goes by the time of day: 9:00 comes before 17:00 of one last day


@given(questions(*BY_DAY, paused=False, extended=True), waits)
def test_nor_has_it_where_both_were_extended(asked: Question, wait: timedelta) -> None:
    assert asked.due().date <= asked.due(start=asked.start + wait).date


@given(questions("working days", "calendar days", on_pause="working-days"), waits)
def test_nor_has_it_where_both_were_paused_for_whole_days(asked: Question, wait: timedelta) -> None:
    # Not so in months, whose days are counted before they are paused: from 30 January they are one more than from the 31st.
    assert asked.due().date <= asked.due(start=asked.start + wait).date


@given(questions("hours", "working hours", least=1), waits)
def test_nor_has_it_where_both_were_paused_for_hours(asked: Question, wait: timedelta) -> None:
    assert asked.due().before <= asked.due(start=asked.start + wait).before


@given(questions(), waits)
def test_nor_has_it_where_both_were_paused_after_they_came(asked: Question, wait: timedelta) -> None:
    # Paused exactly, a limit in days obeys no more than this: a pause on the day of receipt costs its time, and that day does not.
    later = asked.start + wait
    pauses = tuple(pause for pause in asked.pauses if asked.keeper.local_date(pause.since) > asked.keeper.local_date(later))
    assert asked.due(pauses=pauses).date <= asked.due(pauses=pauses, start=later).date


# --- holidays and make-up workdays ----------------------------------------------------------------------------------------


@cache
def with_days(name: str, days: frozenset[date], *, off: bool) -> WorkCalendar:
    """A calendar in which these days, all of one year, are off, or worked."""
    year = min(days).year
    spans = tuple(Span(day, day) for day in sorted(days))
    notice = Notice(id="town", published_on=date(year, 1, 1), year=year, off=spans if off else (), work=() if off else tuple(days))
    return WorkCalendar.named(name, notices=[notice])


@given(questions(extended=True), st.sets(st.integers(0, 40), min_size=1, max_size=4), st.booleans())
def test_a_holiday_never_brings_a_deadline_forward_and_a_make_up_workday_never_pushes_it_back(
    asked: Question, after: set[int], off: bool
) -> None:
    keeper = asked.keeper
    zero = keeper.local_date(asked.start)
    days = frozenset(day for day in (zero + n * DAY for n in after) if day.year == zero.year)
    assume(days)
    # What is paused exactly on the day of receipt costs its working time, and none once that day is off.
    pauses = tuple(pause for pause in asked.pauses if asked.count.on_pause == "working-days" and asked.limit.unit != "months")
    asked = asked._replace(pauses=() if asked.extensions else pauses)
    there = Timekeeper(with_days(keeper.calendar.name, days, off=off), keeper.zone)
    free, worked = (there, keeper) if off else (keeper, there)
    assert asked.due(keeper=worked).date <= asked.due(keeper=free).date
    if asked.limit.unit not in BY_TIME or not asked.extensions:
        assert asked.due(keeper=worked).before <= asked.due(keeper=free).before


@given(
    questions("calendar days", "months", paused=False, roll="none", cutoff=None, day_zero="as-is"),
    st.integers(0, 90),
    st.booleans(),
)
def test_neither_moves_the_last_day_of_calendar_days_that_are_not_rolled(asked: Question, after: int, off: bool) -> None:
    keeper = asked.keeper
    there = with_days(keeper.calendar.name, frozenset([keeper.local_date(asked.start) + after * DAY]), off=off)
    assert asked.due(keeper=Timekeeper(there, keeper.zone)).date == asked.due().date


# --- pauses -------------------------------------------------------------------------------------------------------------


@given(questions("working days", on_pause="exact"))
def test_pausing_working_days_exactly_costs_the_working_time_paused(asked: Question) -> None:
    before, after, pencil = asked.due(pauses=()).before, asked.due().before, asked.pencil()
    still = sum((pencil.worked(since, until) for since, until in stood_still(asked, after)), NOTHING)
    assert pencil.worked(before, after) == still == asked.keeper.time_between(before, after, asked.count)
    assert after > before if still else after == before


@given(questions("calendar days", "months", on_pause="exact"))
def test_pausing_calendar_days_exactly_costs_the_time_paused(asked: Question) -> None:
    before, after = asked.due(pauses=()), asked.due()
    pushed = before.before + sum((until - since for since, until in stood_still(asked, after.before)), NOTHING)
    day = asked.keeper.local_date(pushed - MICRO) if pushed > before.before else before.date
    if asked.count.roll == "none" or asked.keeper.calendar.is_working_day(day):
        assert (after.before, after.date) == (pushed, day)
    else:
        assert after.date == asked.keeper.calendar.next_working_day(day)
        assert after.before == asked.pencil().end(after.date)


@given(questions("hours", least=1))
def test_pausing_hours_costs_the_time_paused(asked: Question) -> None:
    before, after = asked.due(pauses=()).before, asked.due().before
    assert after - before == sum((until - since for since, until in stood_still(asked, after)), NOTHING)


@given(questions("working days", on_pause="working-days"))
def test_pausing_whole_days_costs_the_working_days_paused(asked: Question) -> None:
    before, after, calendar = asked.due(pauses=()), asked.due(), asked.keeper.calendar
    zero = asked.keeper.day_zero(asked.start, asked.count, limit=asked.limit)
    first = zero if asked.limit.amount else zero - DAY  # no days at all are one, counted from day zero itself
    cost = {day for day in paused_days(asked, after.before) if first < day <= after.date and calendar.is_working_day(day)}
    if asked.limit.amount:
        assert asked.keeper.working_days(before.date, after.date) == len(cost)
    else:
        passed = (before.date + n * DAY for n in range((after.date - before.date).days))
        assert {day for day in passed if calendar.is_working_day(day)} <= cost


@given(questions("calendar days", "months", on_pause="working-days", roll="none", ends="24:00"))
def test_pausing_whole_days_costs_calendar_days_where_those_are_counted(asked: Question) -> None:
    before, after = asked.due(pauses=()), asked.due()
    zero = asked.keeper.day_zero(asked.start, asked.count, limit=asked.limit)
    first = zero if (before.date - zero).days else zero - DAY
    assert (after.date - before.date).days == len({day for day in paused_days(asked, after.before) if first < day <= after.date})


@given(questions(*BY_DAY, on_pause="working-days", roll="next"), st.integers(0, 2), st.integers(0, 4))
def test_no_last_day_is_paused_or_where_it_is_rolled_a_day_off(asked: Question, before: int, lasts: int) -> None:
    since = asked.due().before - before * DAY - 2 * HOUR  # at the end, where it matters most
    asked = asked._replace(pauses=(*asked.pauses, Pause(since, since + lasts * DAY)))
    due = asked.due()
    assert due.date not in paused_days(asked, due.before)
    assert asked.keeper.calendar.is_working_day(due.date)


@given(questions(extended=True), st.data())
def test_a_pause_may_be_split_repeated_and_shuffled(asked: Question, data: st.DataObject) -> None:
    pieces = list[Pause]()
    for pause in asked.pauses:
        assert pause.until is not None
        cut = pause.since + data.draw(st.integers(0, (pause.until - pause.since) // MINUTE)) * MINUTE
        pieces += [Pause(pause.since, cut), Pause(cut, pause.until), Pause(pause.since, cut)]
    assert asked.due(pauses=tuple(data.draw(st.permutations(pieces)))) == asked.due()


@given(questions(extended=True))
def test_what_is_paused_twice_at_a_time_is_paused_once(asked: Question) -> None:
    joined = union((pause.since, pause.until) for pause in asked.pauses if pause.until is not None)
    assert asked.due(pauses=tuple(Pause(since, until) for since, until in joined)) == asked.due()


@given(questions(), st.integers(-3_000, 60_000), st.integers(0, 20_000))
def test_a_pause_more_never_brings_a_deadline_forward(asked: Question, after: int, lasts: int) -> None:
    since = asked.start + after * MINUTE
    more = Pause(since, since + lasts * MINUTE)
    assert no_earlier(asked, asked.due().before, asked.due(pauses=(*asked.pauses, more)).before)


@given(questions(extended=True), st.integers(-3_000, 60_000), st.integers(0, 20_000))
def test_nor_that_of_an_extended_limit(asked: Question, after: int, lasts: int) -> None:
    assume(asked.limit.unit in BY_DAY)
    since = asked.start + after * MINUTE
    more = Pause(since, since + lasts * MINUTE)
    assert asked.due(pauses=(*asked.pauses, more)).date >= asked.due().date


@given(questions(extended=True), st.integers(0, 3) | st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_pause_that_begins_when_it_is_over_changes_nothing(asked: Question, after: int, lasts: int) -> None:
    due = asked.due()
    since = due.before + after * MINUTE
    # One that begins as another ends is a part of that: where that had no working time in it, nothing was over yet.
    assume(not any(pause.since < since <= pause.until for pause in asked.pauses if pause.until))
    assert asked.due(pauses=(*asked.pauses, Pause(since, since + lasts * MINUTE))) == due


@given(questions(paused=False, extended=True), st.integers(0, 20_000), st.integers(0, 20_000))
def test_nor_does_one_from_before_the_day_of_receipt(asked: Question, ago: int, lasted: int) -> None:
    until = asked.start - 2 * DAY - ago * MINUTE
    assert asked.due(pauses=(Pause(until - lasted * MINUTE, until),)) == asked.due()


# --- how a moment is written -----------------------------------------------------------------------------------------------

ways = st.one_of(
    st.sampled_from(["UTC", "Asia/Shanghai", "Europe/London", "America/New_York", "Pacific/Kiritimati"]).map(ZoneInfo),
    st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(minutes * MINUTE)),
)


@given(questions(extended=True), ways, st.booleans())
def test_the_zone_in_which_a_moment_is_written_does_not_matter(
    asked: Question, there: timezone | ZoneInfo, by_pendulum: bool
) -> None:
    def written(moment: datetime) -> datetime:
        local = moment.astimezone(there)
        return pendulum.instance(moment).in_timezone("America/New_York") if by_pendulum else local

    pauses = tuple(Pause(written(pause.since), written(pause.until)) for pause in asked.pauses if pause.until is not None)
    extensions = tuple(Extension(since=row.since, at=written(row.at), limit=row.limit, until=row.until) for row in asked.extensions)
    due = asked.due(start=written(asked.start), pauses=pauses, extensions=extensions)
    assert due == asked.due()
    assert due.before.tzinfo is UTC
    assert (type(due.before), type(due.date)) == (datetime, date)


# --- clock changes ---------------------------------------------------------------------------------------------------------

CHANGES = [  # the moment of a change, and by how much the clocks go forward
    ("Europe/London", "GB-ENG", datetime(2026, 3, 29, 1, tzinfo=UTC), HOUR),
    ("Europe/London", "GB-ENG", datetime(2026, 10, 25, 1, tzinfo=UTC), -HOUR),
    ("America/New_York", "US", datetime(2026, 3, 8, 7, tzinfo=UTC), HOUR),
    ("America/New_York", "US", datetime(2026, 11, 1, 6, tzinfo=UTC), -HOUR),
]
Change = tuple[str, str, datetime, timedelta]
changes = st.sampled_from(CHANGES)


@given(changes, st.integers(-10 * 48, 2 * 48), limits(*BY_DAY, "hours") | st.just(Limit(1, "calendar days")), st.data())
def test_days_follow_the_clocks_on_the_wall_and_hours_do_not(
    change: Change, half_hours: int, limit: Limit, data: st.DataObject
) -> None:
    zone, name, at, _ = change
    keeper, start = Timekeeper(WorkCalendar.named(name), zone), at + half_hours * HOUR / 2
    count = data.draw(counts(start, ends=data.draw(st.sampled_from(["same-time", "24:00", "01:30", "02:30", "12:00"]))))
    due = keeper.deadline(start, limit, count=count)
    if limit.unit == "hours":
        assert due.before - start == limit.amount * HOUR
        return
    end, began = keeper.local(due.before), keeper.local(start)
    if count.ends == "24:00":
        assert (end.date(), end.time()) == (due.date + DAY, MIDNIGHT)
        return
    same = count.ends == "same-time"
    wanted = datetime.combine(due.date, (began.time() if same else time.fromisoformat(count.ends)))
    shown = end.replace(tzinfo=None, fold=0)
    utc = wanted.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    skipped = utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wanted
    assert shown == (wanted + HOUR if skipped else wanted)
    repeated = wanted.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC) > utc
    if repeated:  # the first of the two, unless it began in the second
        assert end.fold == (began.fold if same else 0)


@given(
    changes,
    limits(*BY_DAY, "hours", least=1),
    st.lists(st.integers(-72, 72), min_size=4, max_size=4),
    st.sampled_from(["due", "today", "receipt"]),
    st.integers(1, 100),
    st.data(),
)
def test_elapsed_time_is_the_same_in_whatever_zone_it_is_written_across_a_clock_change(
    change: Change, limit: Limit, hours: list[int], since: str, more: int, data: st.DataObject
) -> None:
    zone, name, at, _ = change
    start, granted, pausing, resuming = (at + each * HOUR for each in hours)
    pausing, resuming = min(pausing, resuming), max(pausing, resuming)
    count = data.draw(counts(start, on_pause="exact"))
    step = Limit(more, "hours") if limit.unit == "hours" else Limit(more % 9 + 1, "calendar days")

    def asked(there: ZoneInfo | timezone) -> Question:
        pauses = (Pause(pausing.astimezone(there), resuming.astimezone(there)),)
        extensions = (Extension(since=since, at=granted.astimezone(there), limit=step),)  # type: ignore[arg-type]
        return Question(Timekeeper(WorkCalendar.named(name), zone), start.astimezone(there), limit, count, pauses, extensions)

    assert asked(ZoneInfo(zone)).due() == asked(UTC).due() == asked(UTC).pencil().due()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("written", ["00:00-24:00", "00:30-04:00", "00:00-00:45, 03:00-05:00", "09:00-17:00"])
def test_office_hours_are_longer_or_shorter_by_a_clock_change_that_lies_in_them(change: Change, written: str) -> None:
    zone, name, at, forward = change
    keeper = Timekeeper(WorkCalendar.named(name), zone)
    day = keeper.local_date(at)
    count = Count(hours=OfficeHours(open="09:00-17:00", dates={day: written}))
    parts = [part.split("-") for part in written.split(", ")]
    begins, ends = (on_the_wall(zone, each, MIDNIGHT) for each in (day, day + DAY))
    assert ends - begins == DAY - forward
    shown, open_for = begins, NOTHING
    while shown < ends:  # looking at the clocks every quarter of an hour
        clock = f"{keeper.local(shown):%H:%M}"
        open_for += 15 * MINUTE * any(since <= clock < until for since, until in parts)
        shown += 15 * MINUTE
    assert keeper.time_between(begins, ends, count) == open_for


@pytest.mark.parametrize("change", CHANGES[::2])
def test_an_interval_that_ends_in_the_hour_that_is_skipped_is_not_worked_twice(change: Change) -> None:
    zone, name, at, forward = change
    keeper, skipped = Timekeeper(WorkCalendar.named(name), zone), at.astimezone(ZoneInfo(zone)).hour - 1
    written = f"00:00-{skipped:02}:30, {skipped + 1:02}:00-05:00"
    count = Count(hours=OfficeHours(open="09:00-17:00", dates={keeper.local_date(at): written}))
    begins, ends = (on_the_wall(zone, keeper.local_date(at), time(hour)) for hour in (0, 5))
    assert keeper.time_between(begins, ends, count) == ends - begins == 5 * HOUR - forward


@given(changes, st.integers(-72, 24), st.integers(1, 60), st.data())
def test_working_hours_that_run_over_a_clock_change_take_their_time(
    change: Change, hours: int, amount: int, data: st.DataObject
) -> None:
    zone, name, at, _ = change
    keeper, start = Timekeeper(WorkCalendar.named(name), zone), at + hours * HOUR
    written = data.draw(st.sampled_from(["00:00-24:00", "00:30-04:00", "09:00-17:00"]))
    count = Count(hours=OfficeHours(open=written, dates={keeper.local_date(at): written}))
    asked = Question(keeper, start, Limit(amount, "working hours"), count)
    assert asked.due() == asked.pencil().due()
    assert keeper.time_between(start, asked.due().before, count) == amount * HOUR
    if written == "00:00-24:00" and keeper.local_date(start) == keeper.local_date(asked.due().before) == keeper.local_date(at):
        assert asked.due().before - start == amount * HOUR


# --- extensions -----------------------------------------------------------------------------------------------------------


@given(questions(), limits(*BY_DAY, least=1), st.integers(0, 20_000), st.sampled_from(["due", "due-unrolled"]))
def test_more_time_from_the_last_day_is_never_less(asked: Question, more: Limit, after: int, since: str) -> None:
    step = Extension(since=since, at=asked.start + after * MINUTE, limit=more)  # type: ignore[arg-type]
    due, extended = asked.due(), asked.due(extensions=(step,))
    assert no_earlier(asked, due.before, extended.before)
    if since == "due":
        assert extended.date > due.date or (asked.count.on_pause == "exact" and bool(asked.pauses))


@given(questions(extended=True), limits(*BY_DAY, least=1), st.integers(0, 20_000), st.data())
def test_time_from_today_counts_from_the_grant_alone(asked: Question, more: Limit, after: int, data: st.DataObject) -> None:
    assume(asked.limit.unit in BY_DAY and asked.count.ends != "same-time")
    at = max([asked.start, *(row.at for row in asked.extensions)]) + after * MINUTE
    step = Extension(since="today", at=at, limit=more)
    later = tuple(pause for pause in asked.pauses if asked.keeper.local_date(pause.since) > asked.keeper.local_date(at))
    shorter = data.draw(limits("working days" if asked.limit.unit == "working days" else "calendar days"))
    another = asked._replace(start=asked.start - 3 * DAY, limit=shorter, pauses=later, extensions=(step,))
    earlier = tuple(pause for pause in asked.pauses if pause.until is not None and pause.until <= at)
    assert asked.due(pauses=(*earlier, *later), extensions=(*asked.extensions, step)) == another.due()


@given(questions(extended=True, least=1), st.integers(1, 12), st.integers(0, 20_000))
def test_time_from_receipt_is_the_whole_of_it(asked: Question, amount: int, after: int) -> None:
    whole = Limit(amount, asked.limit.unit)
    at = max([asked.start, *(row.at for row in asked.extensions)]) + after * MINUTE
    step = Extension(since="receipt", at=at, limit=whole)
    assert asked.due(extensions=(*asked.extensions, step)) == asked.due(limit=whole, extensions=())


@given(questions(paused=False, extended=True), st.integers(0, 20_000), st.integers(0, 60))
def test_a_promised_day_is_the_last_one(asked: Question, after: int, days: int) -> None:
    at = max([asked.start, *(row.at for row in asked.extensions)]) + after * MINUTE
    until = asked.keeper.local_date(at) + days * DAY
    due = asked.due(extensions=(*asked.extensions, Extension(since="promise", at=at, until=until)))
    assert due.date == until
    assert due.before == asked.pencil().end(until)


# --- days that are not announced yet -----------------------------------------------------------------------------------------


@given(questions(extended=True))
def test_where_days_are_announced_a_provisional_count_is_the_definite_one(asked: Question) -> None:
    calendar, zone = asked.keeper.calendar, asked.keeper.zone
    due = asked.due()
    assert (due.provisional, due.earliest, due.latest) == (False, None, None)
    assert asked.due(keeper=Timekeeper(calendar, zone, provisional=True)) == due
    assert asked.due(keeper=Timekeeper(calendar.provisional(), zone)) == due


# The eves of China's yearly notices. The days of 2019 and 2020 were changed once more after they had been announced; no such day
# had been announced on one of these eves.
eves = st.sampled_from(
    [date.fromisoformat(day) for day in ("2018-12-03", "2019-11-20", "2020-11-24", "2021-10-24", "2022-12-07", "2023-10-24")]
)


@given(questions(extended=True), eves, st.integers(-20 * 24 * 60, 60 * 24 * 60))
def test_a_provisional_deadline_lies_between_its_bounds_and_any_other_stays(asked: Question, eve: date, after: int) -> None:
    today, known = WorkCalendar.named("CN"), WorkCalendar.named("CN", as_of=eve)
    start = datetime.combine(eve, time(), tzinfo=UTC) + after * MINUTE
    moved = start - asked.start
    pauses = tuple(Pause(pause.since + moved, pause.until + moved) for pause in asked.pauses if pause.until is not None)
    extensions = tuple(
        Extension(since=row.since, at=row.at + moved, limit=row.limit, until=row.until + moved if row.until else None)
        for row in asked.extensions
    )
    exact = asked.count.on_pause == "exact" and asked.limit.unit in BY_DAY
    asked = asked._replace(start=start, pauses=() if exact or asked.limit.unit == "months" else pauses, extensions=extensions)
    due = asked.due(keeper=Timekeeper(known, ZONES["CN"], provisional=True))
    truth = asked.due(keeper=Timekeeper(today, ZONES["CN"], provisional=True))
    if not due.provisional:
        assert (due.earliest, due.latest) == (None, None)
        assert due == truth
        return
    assert due.earliest is not None and due.latest is not None
    assert due.earliest <= due.date <= due.latest
    assert due.earliest <= truth.date <= due.latest


@given(questions(extended=True), st.lists(st.integers(0, 390), min_size=2, max_size=8, unique=True), st.integers(0, 400))
def test_a_deadline_that_is_settled_is_the_same_whatever_is_announced_later(asked: Question, edges: list[int], ago: int) -> None:
    calendar, zone = asked.keeper.calendar, asked.keeper.zone
    year, first = calendar.announced_through.year + 1, calendar.settled_through + DAY
    edges.sort()
    off = tuple(Span(first + a * DAY, first + b * DAY) for a, b in zip(edges[::2], edges[1::2], strict=False))
    notice = Notice(id="next", published_on=date(year - 1, 11, 1), year=year, off=off, work=())
    moved = datetime.combine(first, time(), tzinfo=UTC) - ago * DAY - asked.start
    asked = asked._replace(start=asked.start + moved, pauses=(), extensions=())
    due = asked.due(keeper=Timekeeper(calendar, zone, provisional=True))
    later = WorkCalendar.named(calendar.name, notices=[notice])
    if not due.provisional:
        assert asked.due(keeper=Timekeeper(later, zone, provisional=True)) == due


@pytest.mark.parametrize("name", sorted(ZONES))
def test_the_countries_of_these_laws_are_announced_far_enough(name: str) -> None:
    assert WorkCalendar.named(name).announced_through >= date(2026, 12, 31)


def test_months_are_counted_to_the_corresponding_day() -> None:
    keeper = Timekeeper(WorkCalendar.named("CN"), ZONES["CN"])
    for first in (date(2023, 12, 31), date(2024, 1, 30), date(2024, 2, 29), date(2025, 1, 31)):
        start = datetime.combine(first, time(2), tzinfo=UTC)
        for amount in range(14):
            assert keeper.deadline(start, Limit(amount, "months")).date == month_later(first, amount)
