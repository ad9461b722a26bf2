"""Laws of deadlines and clocks: whatever the limit, the convention, the country and the pauses."""

from __future__ import annotations

import calendar as months
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.calendars import WorkCalendar
from casework.sla import ClockRule, ConditionalLimit, Count, Deadline, Limit, Pause, Standing, Timekeeper

DAY, HOUR, MICRO = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
ZONES = {
    "CN": "Asia/Shanghai",
    "GB-ENG": "Europe/London",
    "US": "America/New_York",
    "JP": "Asia/Tokyo",
    "DE": "Europe/Berlin",
}

keepers = st.sampled_from(sorted(ZONES)).map(lambda name: Timekeeper(WorkCalendar.named(name), ZONES[name]))
# Two years from the end of China's table, so that every deadline below is announced.
starts = st.datetimes(datetime(2018, 3, 1), datetime(2024, 12, 31), timezones=st.just(UTC))
closings = st.sampled_from(["00:30", "01:30", "02:30", "12:00", "17:30", "23:59"])
counts = st.builds(
    Count,
    day_zero=st.sampled_from(["as-is", "next-working-day"]),
    cutoff=st.sampled_from([None, None, time(0), time(12), time(17, 30)]),
    ends=st.one_of(st.sampled_from(["24:00", "same-time"]), closings),
    roll=st.sampled_from(["none", "next"]),
)
working_days = st.integers(0, 40).map(lambda n: Limit(n, "working days"))
day_limits = st.one_of(
    working_days,
    st.integers(0, 60).map(lambda n: Limit(n, "calendar days")),
    st.integers(0, 8).map(lambda n: Limit(n, "months")),
)
limits = st.one_of(day_limits, st.integers(0, 500).map(lambda n: Limit(n, "hours")))


class Span(NamedTuple):
    """A pause that begins so many minutes after the start (or before it) and lasts so many."""

    after: int
    lasts: int

    def on(self, start: datetime) -> Pause:
        since = start + timedelta(minutes=self.after)
        return Pause(since, since + timedelta(minutes=self.lasts))


spans = st.lists(st.builds(Span, st.integers(-20_000, 60_000), st.integers(0, 20_000)), max_size=4)


def rule_for(limit: Limit, count: Count) -> ClockRule:
    row = ConditionalLimit.model_validate({"is": str(limit)})
    return ClockRule(id="handle", starts_on=("receive",), stops_on=("publish",), limit=(row,), count=count)


# --- the oracle: a person with a pencil and a list of working days ------------------------------------------------------


@cache
def working(calendar: WorkCalendar, day: date) -> bool:
    return calendar.is_working_day(day)


def on_the_wall(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The moment at which the clocks of a place show this, found by looking at them every so often."""
    naive = datetime.combine(day, at.replace(fold=0))
    shown = [
        moment
        for step in range(-27, 28)
        if (moment := naive.replace(tzinfo=UTC) + step * HOUR / 2).astimezone(zone).replace(tzinfo=None, fold=0) == naive
    ]
    if shown:
        return shown[-1 if at.fold else 0]
    before = naive.replace(tzinfo=UTC) - DAY
    return naive.replace(tzinfo=UTC) - (before.astimezone(zone).utcoffset() or timedelta(0))


def month_later(day: date, count: int) -> date:
    year, month = day.year, day.month
    for _ in range(count):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, months.monthrange(year, month)[1]))


def pencilled(keeper: Timekeeper, start: datetime, limit: Limit, count: Count, pauses: list[Pause]) -> Deadline:
    calendar, zone = keeper.calendar, ZoneInfo(keeper.zone)
    local = start.astimezone(zone)
    if limit.unit == "hours":
        at, rest = start, limit.amount * HOUR
        while True:  # run from one end of a pause to the next
            running = not any(p.since <= at < p.until for p in pauses if p.until)
            ends = [end for p in pauses if p.until for end in (p.since, p.until) if end > at]
            if running and (not ends or min(ends) - at >= rest):
                return Deadline(date=max(local.date(), (at + rest - MICRO).astimezone(zone).date()), before=at + rest)
            if running:
                rest -= min(ends) - at
            at = min(ends)

    def paused(day: date) -> bool:
        return any(p.since.astimezone(zone).date() <= day <= p.until.astimezone(zone).date() for p in pauses if p.until)

    def counts(day: date) -> bool:
        return (limit.unit != "working days" or working(calendar, day)) and not paused(day)

    zero = local.date()
    late = count.cutoff is not None and local.time() > count.cutoff
    closed = limit.amount == 0 and count.closing is not None and local.time() >= count.closing
    if late or ((count.cutoff or count.day_zero == "next-working-day") and not working(calendar, zero)):
        zero += DAY if late else timedelta(0)
        while not working(calendar, zero):
            zero += DAY
    elif closed:
        zero += DAY
    last, left = zero, limit.amount if limit.unit != "months" else (month_later(zero, limit.amount) - zero).days
    if not left:
        while not counts(last):
            last += DAY
    while left:
        last += DAY
        left -= counts(last)
    if limit.unit != "working days" and count.roll == "next":
        while paused(last) or not working(calendar, last):
            last += DAY
    if count.ends == "24:00":
        return Deadline(date=last, before=on_the_wall(zone, last + DAY, time(0)))
    return Deadline(date=last, before=on_the_wall(zone, last, local.time() if not count.closing else count.closing))


@given(keepers, starts, limits, counts, spans)
def test_a_deadline_is_what_a_person_with_a_pencil_finds(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span]
) -> None:
    pauses = [span.on(start) for span in where]
    if limit.unit == "hours":
        assume(limit.amount)
    assert keeper.deadline(start, limit, count=count, pauses=pauses) == pencilled(keeper, start, limit, count, pauses)


# --- deadlines ----------------------------------------------------------------------------------------------------------


@given(keepers, starts, st.integers(1, 60), counts)
def test_counting_from_day_zero_to_the_last_day_gives_the_limit_back(
    keeper: Timekeeper, start: datetime, days: int, count: Count
) -> None:
    due = keeper.deadline(start, Limit(days, "working days"), count=count)
    assert keeper.working_days(keeper.day_zero(start, count), due.date) == days
    assert keeper.calendar.is_working_day(due.date)


@given(keepers, starts, st.integers(0, 14 * 24 * 60), limits, counts)
def test_a_later_receipt_never_has_an_earlier_deadline(
    keeper: Timekeeper, start: datetime, minutes: int, limit: Limit, count: Count
) -> None:
    later = start + timedelta(minutes=minutes)
    first, second = (keeper.deadline(at, limit, count=count) for at in (start, later))
    assert first.date <= second.date
    if count.ends != "same-time":  # that one goes by the time of day: 9:00 comes before 17:00 of one and the same last day
        assert first.before <= second.before


@given(keepers, starts, st.integers(0, 5 * 24 * 60), st.integers(0, 20), counts, spans)
def test_nor_has_it_where_both_were_paused(
    keeper: Timekeeper, start: datetime, minutes: int, days: int, count: Count, where: list[Span]
) -> None:
    pauses = [span.on(start) for span in where]
    later = start + timedelta(minutes=minutes)
    first, second = (keeper.deadline(at, Limit(days, "working days"), count=count, pauses=pauses) for at in (start, later))
    assert first.date <= second.date


@given(keepers, starts, limits, counts, spans)
def test_a_longer_limit_never_has_an_earlier_deadline(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span]
) -> None:
    pauses = [span.on(start) for span in where]
    longer = Limit(limit.amount + 1, limit.unit)
    due, later = (keeper.deadline(start, each, count=count, pauses=pauses) for each in (limit, longer))
    assert due.before <= later.before
    if limit.unit == "hours":
        assert later.before - due.before >= HOUR
    elif limit.unit == "working days":
        assert due.date < later.date or limit.amount == 0


@given(keepers, starts, limits, counts, spans)
def test_nothing_is_due_before_it_came(keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span]) -> None:
    due = keeper.deadline(start, limit, count=count, pauses=[span.on(start) for span in where])
    assert due.before >= start
    assert due.date >= keeper.local_date(start)
    if limit.amount:
        assert due.before > start


@given(keepers, starts, limits, counts, spans, st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"]))
def test_the_offset_in_which_a_moment_is_written_does_not_matter(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span], zone: str
) -> None:
    there = ZoneInfo(zone)
    pauses = [span.on(start) for span in where]
    moved = [Pause(p.since.astimezone(there), p.until.astimezone(there)) for p in pauses if p.until]
    due = keeper.deadline(start, limit, count=count, pauses=pauses)
    assert keeper.deadline(start.astimezone(there), limit, count=count, pauses=moved) == due
    assert due.before.tzinfo is UTC


@given(keepers, starts, limits, counts, spans, st.data())
def test_a_pause_may_be_split_repeated_and_shuffled(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span], data: st.DataObject
) -> None:
    pauses = [span.on(start) for span in where]
    pieces = []
    for span in where:
        cut = data.draw(st.integers(0, span.lasts))
        pieces += [Span(span.after, cut), Span(span.after + cut, span.lasts - cut), Span(span.after, cut)]
    split = [span.on(start) for span in data.draw(st.permutations(pieces))]
    whole = keeper.deadline(start, limit, count=count, pauses=pauses)
    assert keeper.deadline(start, limit, count=count, pauses=split) == whole


@given(keepers, starts, limits, counts, spans, st.builds(Span, st.integers(-20_000, 60_000), st.integers(0, 20_000)))
def test_a_pause_never_brings_a_deadline_forward(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span], more: Span
) -> None:
    pauses = [span.on(start) for span in where]
    due = keeper.deadline(start, limit, count=count, pauses=pauses)
    assert keeper.deadline(start, limit, count=count, pauses=[*pauses, more.on(start)]).before >= due.before


@given(keepers, starts, limits, counts, spans)
def test_a_pause_before_the_receipt_or_after_the_end_changes_nothing(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span]
) -> None:
    due = keeper.deadline(start, limit, count=count)
    first, over = start - 2 * DAY, due.before + 2 * DAY
    outside = [Pause(first - timedelta(minutes=span.lasts), first) for span in where]
    outside += [Pause(over, over + timedelta(minutes=span.lasts)) for span in where]
    assert keeper.deadline(start, limit, count=count, pauses=outside) == due


@given(keepers, starts, limits, counts, spans)
def test_where_days_are_announced_a_provisional_count_is_the_definite_one(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span]
) -> None:
    pauses = [span.on(start) for span in where]
    lenient = Timekeeper(keeper.calendar, keeper.zone, provisional=True)
    guessing = Timekeeper(keeper.calendar.provisional(), keeper.zone)
    due = keeper.deadline(start, limit, count=count, pauses=pauses)
    assert not due.provisional
    assert lenient.deadline(start, limit, count=count, pauses=pauses) == due
    assert guessing.deadline(start, limit, count=count, pauses=pauses) == due


# --- clock changes ------------------------------------------------------------------------------------------------------

changes = st.sampled_from(
    [
        ("Europe/London", "GB-ENG", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/London", "GB-ENG", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("America/New_York", "US", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("America/New_York", "US", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ]
)


@given(changes, st.integers(-10 * 48, 2 * 48), st.one_of(limits, st.just(Limit(1, "calendar days"))), counts)
def test_days_follow_the_clocks_on_the_wall_and_hours_do_not(
    change: tuple[str, str, datetime], half_hours: int, limit: Limit, count: Count
) -> None:
    zone, name, at = change
    keeper, start = Timekeeper(WorkCalendar.named(name), zone), at + half_hours * HOUR / 2
    due = keeper.deadline(start, limit, count=count)
    if limit.unit == "hours":
        assert due.before - start == limit.amount * HOUR
        return
    end, began = keeper.local(due.before), keeper.local(start)
    if count.ends == "24:00":
        assert (end.date(), end.time()) == (due.date + DAY, time(0))
        return
    wanted = datetime.combine(due.date, (count.closing or began.time()).replace(fold=0))
    shown = end.replace(tzinfo=None, fold=0)
    skipped = wanted.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wanted
    assert shown == (wanted + HOUR if skipped else wanted)


# --- alarms -------------------------------------------------------------------------------------------------------------


@given(keepers, starts, limits, counts, st.integers(0, 20), st.sampled_from(["working days", "calendar days", "months", "hours"]))
def test_alarms_lie_in_order_around_the_due_moment(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, amount: int, unit: str
) -> None:
    due, near, far = keeper.deadline(start, limit, count=count), Limit(amount, unit), Limit(amount + 1, unit)
    moments = [keeper.shift(due, each, back=back) for each, back in ((far, True), (near, True), (near, False), (far, False))]
    assert moments == sorted(moments)
    assert moments[0] < due.before < moments[3]
    assert keeper.shift(due, Limit(0, unit), back=False) == due.before == keeper.shift(due, Limit(0, unit), back=True)


@given(keepers, starts, st.integers(1, 40), st.integers(1, 40))
def test_an_alarm_in_working_days_is_the_end_of_its_own_day(keeper: Timekeeper, start: datetime, days: int, amount: int) -> None:
    due = keeper.deadline(start, Limit(days, "working days"))
    before, after = (keeper.shift(due, Limit(amount, "working days"), back=back) for back in (True, False))
    for moment, distance in ((before, -amount), (after, amount)):
        local = keeper.local(moment)
        assert local.time() == time(0)
        assert keeper.working_days(due.date, local.date() - DAY) == distance


# --- explanations -------------------------------------------------------------------------------------------------------


@given(keepers, starts, limits, counts, spans)
def test_an_explanation_shows_every_day_and_counts_up_to_the_limit(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span]
) -> None:
    pauses = [span.on(start) for span in where]
    due = keeper.deadline(start, limit, count=count, pauses=pauses)
    told = keeper.explain(start, limit, count=count, pauses=pauses)
    shown = [row.day.date for row in told.days]
    assert told.due == due
    assert shown == [keeper.local_date(start) + n * DAY for n in range(len(shown))]
    assert shown[-1] == due.date
    assert told.day_zero in shown
    assert bool(told.moved) == (told.day_zero != shown[0])
    if limit.unit == "hours":
        assert sum((row.spent or timedelta(0) for row in told.days), timedelta(0)) == limit.amount * HOUR
        assert sum((row.paused or timedelta(0) for row in told.days), timedelta(0)) == due.before - start - limit.amount * HOUR
        return
    numbered = [row for row in told.days if row.number is not None]
    assert [row.number for row in numbered] == list(range(1, len(numbered) + 1))
    if limit.unit == "working days":
        assert len(numbered) == limit.amount
        assert all(row.day.working for row in numbered)
        assert not numbered or numbered[-1].day.date == due.date
    elif limit.unit == "calendar days":
        assert len(numbered) == limit.amount
    else:
        assert len(numbered) == (month_later(told.day_zero, limit.amount) - told.day_zero).days
    assert {row.part for row in told.days[:-1]} <= {"before", "receipt", "counted", "skipped", "paused"}
    assert told.days[-1].part == ("last" if not numbered else "counted" if told.days[-1] == numbered[-1] else "rolled")


@given(keepers, starts, limits, counts, spans)
def test_an_explanation_reads_alike_in_both_languages(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, where: list[Span]
) -> None:
    told = keeper.explain(start, limit, count=count, pauses=[span.on(start) for span in where])
    english, chinese = told.text("en").splitlines(), told.text("zh").splitlines()
    assert str(told) == told.text("en")
    assert len(english) == len(chinese)
    rows = [line[2:12] for line in english if line.startswith("  ")]
    assert rows == [line[2:12] for line in chinese if line.startswith("  ")] == [str(row.day.date) for row in told.days]


# --- clocks -------------------------------------------------------------------------------------------------------------


@given(keepers, starts, limits, counts)
def test_a_clock_is_met_before_its_due_moment_and_late_at_it(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count
) -> None:
    rule = rule_for(limit, count)
    clock = keeper.begin(rule, limit, start)
    due = clock.due
    assert due == keeper.deadline(start, limit, count=count)
    assert due is not None
    assert keeper.stop(clock, due.before - MICRO).met
    assert keeper.stop(clock, due.before).met is False
    assert keeper.verdict(clock, rule, due.before - MICRO).state in (Standing.RUNNING, Standing.DUE_SOON)
    assert keeper.verdict(clock, rule, due.before).state is Standing.OVERDUE


@given(keepers, starts, limits, counts, st.integers(0, 40 * 24 * 60))
def test_a_stopped_clock_says_what_the_running_one_said(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, minutes: int
) -> None:
    rule, now = rule_for(limit, count), start + timedelta(minutes=minutes)
    clock = keeper.begin(rule, limit, start)
    said, stopped = keeper.verdict(clock, rule, now), keeper.stop(clock, now)
    verdict = keeper.verdict(stopped, rule, now + 30 * DAY)
    if said.state is Standing.OVERDUE:
        assert (verdict.state, verdict.days) == (Standing.MET_LATE, said.days)
    else:
        assert (verdict.state, verdict.days) == (Standing.MET, 0)
    assert said.days >= 0


@given(keepers, starts, limits, counts, st.integers(0, 40 * 24 * 60), st.integers(0, 40 * 24 * 60))
def test_a_resumed_clock_has_the_deadline_of_its_pauses_and_is_never_overdue(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, first: int, lasts: int
) -> None:
    rule = rule_for(limit, count)
    clock = keeper.begin(rule, limit, start)
    since = start + timedelta(minutes=first)
    until = since + timedelta(minutes=lasts)
    paused = keeper.pause(clock, since)
    assert clock.due is not None
    if since >= clock.due.before:
        assert paused is clock
        return
    assert (paused.due, paused.alarms, paused.next_at) == (None, (), None)
    assert keeper.stop(paused, until).met
    resumed = keeper.resume(paused, rule, until)
    assert resumed.due == keeper.deadline(start, limit, count=count, pauses=[Pause(since, until)])
    assert resumed.due is not None
    assert resumed.due.before >= clock.due.before
    assert keeper.verdict(resumed, rule, until).state in (Standing.RUNNING, Standing.DUE_SOON)
    # what it had left is what is left of it now
    assert paused.left is not None
    left = keeper.verdict(paused, rule, until)
    assert left.state is Standing.PAUSED
    assert left.days == keeper.working_days(keeper.local_date(until), resumed.due.date)
    if limit.unit == "working days" and keeper.local_date(until) >= clock.day_zero:
        assert left.days == paused.left
    if limit.unit == "hours":
        assert (resumed.due.before - until) // HOUR == paused.left
    told = keeper.explain(start, limit, count=count, pauses=paused.pauses, paused=True)
    assert told.due is None
    assert told.left is not None
    assert told.left.amount == paused.left


@given(keepers, starts, st.integers(1, 40), counts, st.integers(0, 40 * 24 * 60))
def test_a_pause_that_is_over_on_the_same_day_costs_that_working_day_and_no_day_off(
    keeper: Timekeeper, start: datetime, days: int, count: Count, minutes: int
) -> None:
    limit, at = Limit(days, "working days"), start + timedelta(minutes=minutes)
    rule = rule_for(limit, count)
    clock = keeper.begin(rule, limit, start)
    assert clock.due is not None
    assume(at < clock.due.before)
    again = keeper.resume(keeper.pause(clock, at), rule, at).due
    assert again is not None
    day = keeper.local_date(at)
    costs = keeper.calendar.is_working_day(day) and day > clock.day_zero
    assert keeper.working_days(clock.due.date, again.date) == costs


@given(keepers, starts, st.integers(0, 500), st.integers(0, 400 * 60))
def test_a_pause_that_is_over_at_once_costs_a_limit_in_hours_nothing(
    keeper: Timekeeper, start: datetime, hours: int, minutes: int
) -> None:
    limit, at = Limit(hours, "hours"), start + timedelta(minutes=minutes)
    rule = rule_for(limit, Count())
    clock = keeper.begin(rule, limit, start)
    assert keeper.resume(keeper.pause(clock, at), rule, at).due == clock.due


@given(keepers, starts, limits, counts, st.lists(st.integers(0, 5_000), min_size=2, max_size=8))
def test_many_pauses_leave_what_their_union_leaves(
    keeper: Timekeeper, start: datetime, limit: Limit, count: Count, steps: list[int]
) -> None:
    rule = rule_for(limit, count)
    clock, at, pauses = keeper.begin(rule, limit, start), start, []
    for n, minutes in enumerate(steps):
        at += timedelta(minutes=minutes)
        if n % 2:
            pauses += [Pause(clock.pauses[-1].since, at)] if clock.status == "paused" else []
            clock = keeper.resume(clock, rule, at)
        else:
            clock = keeper.pause(clock, at)
    if clock.status == "paused":
        clock = keeper.resume(clock, rule, at)
        pauses.append(clock.pauses[-1])
    assert clock.due == keeper.deadline(start, limit, count=count, pauses=pauses)
    assert list(clock.pauses) == pauses


@pytest.mark.parametrize("name", sorted(ZONES))
def test_the_countries_of_these_laws_are_announced_far_enough(name: str) -> None:
    assert WorkCalendar.named(name).announced_through >= date(2026, 12, 31)
