"""Laws of clocks: how they run, stand, end, go on and are given more time, and how a deadline is explained."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.calendars import Notice, Span, WorkCalendar
from casework.errors import ExtensionRefused
from casework.explanations import CountedDay
from casework.sla import Deadline, Extension, Limit, Pause, SlaClock, Standing, Timekeeper

from .pencil import BY_DAY, BY_TIME, DAY, HOUR, MICRO, NOTHING, Question, limits, month_later, questions

MINUTE = timedelta(minutes=1)
RUNNING = (Standing.RUNNING, Standing.DUE_SOON)


def begun(asked: Question) -> tuple[SlaClock, Deadline]:
    """The clock that a question is about, as it begins, and when it is due."""
    clock = asked.keeper.begin(asked.rule(), asked.limit, asked.start)
    assert clock.due is not None
    return clock, clock.due


def lived(asked: Question, steps: list[int]) -> tuple[SlaClock, datetime]:
    """The clock after being paused and resumed in turn, each so many minutes after the last; it runs in the end."""
    keeper, rule, at = asked.keeper, asked.rule(), asked.start
    clock, _ = begun(asked)
    for n, minutes in enumerate(steps):
        at += minutes * MINUTE
        clock = keeper.resume(clock, rule, at) if n % 2 else keeper.pause(clock, rule, at)
    return keeper.resume(clock, rule, at), at


waits = st.integers(0, 40 * 24 * 60).map(lambda minutes: minutes * MINUTE)
lives = st.lists(st.integers(0, 5_000), max_size=6)


# --- alarms -------------------------------------------------------------------------------------------------------------


@given(questions(paused=False, needs_hours=True), st.integers(0, 20), st.sampled_from([*BY_DAY, *BY_TIME]))
def test_alarms_lie_in_order_around_the_due_moment(asked: Question, amount: int, unit: str) -> None:
    keeper, due, near, far = asked.keeper, asked.due(), Limit(amount, unit), Limit(amount + 1, unit)
    ways = ((far, True), (near, True), (near, False), (far, False))
    moments = [keeper.shift(due, each, back=back, count=asked.count) for each, back in ways]
    assert moments == sorted(moments)
    assert moments[0] < due.before < moments[3]
    if unit != "working hours":  # of which no time at all is the next open moment
        assert moments[1] == due.before == moments[2] or amount


@given(questions(paused=False, needs_hours=True), st.integers(1, 60))
def test_an_alarm_in_working_hours_has_them_between_itself_and_the_due_moment(asked: Question, amount: int) -> None:
    due = asked.due()
    more = Limit(amount, "working hours")
    before, after = (asked.keeper.shift(due, more, back=back, count=asked.count) for back in (True, False))
    assert asked.pencil().worked(before, due.before) == amount * HOUR
    assert asked.pencil().worked(due.before, after) == amount * HOUR


@given(questions("working days", paused=False, ends="24:00", least=1), st.integers(1, 40))
def test_an_alarm_in_working_days_is_the_end_of_its_own_day(asked: Question, amount: int) -> None:
    keeper, due = asked.keeper, asked.due()
    before, after = (keeper.shift(due, Limit(amount, "working days"), back=back) for back in (True, False))
    if asked.count.on_pause == "working-days" or not asked.pauses:
        for moment, distance in ((before, -amount), (after, amount)):
            local = keeper.local(moment)
            assert local.time() == time(0)
            assert keeper.working_days(due.date, local.date() - DAY) == distance


# --- explanations -------------------------------------------------------------------------------------------------------


def total(limit: Limit, after: date) -> int:
    return (month_later(after, limit.amount) - after).days if limit.unit == "months" else limit.amount


def numbered(rows: tuple[CountedDay, ...]) -> list[date]:
    """The days that were counted, whose numbers are looked at."""
    found = [row for row in rows if row.number is not None]
    assert [row.number for row in found] == list(range(1, len(found) + 1))
    return [row.day.date for row in found]


@given(questions(*BY_DAY, extended=True))
def test_an_explanation_of_days_shows_every_day_and_counts_up_to_the_limit(asked: Question) -> None:
    assume(all(row.limit is None or row.limit.amount for row in asked.extensions))
    told, due = asked.keeper.explain(asked.start, asked.limit, **asked.facts), asked.due()
    assert told.due == due
    shown = [row.day.date for row in told.days]
    assert shown[0] == asked.keeper.local_date(asked.start)
    assert told.day_zero in shown
    assert bool(told.moved) == (told.day_zero != shown[0])
    stretches = [(told.days, asked.limit, told.day_zero)]
    stretches += [(leg.days, leg.extension.limit or asked.limit, leg.since) for leg in told.extended]
    for rows, limit, after in stretches:
        days = [row.day.date for row in rows]
        assert days == [days[0] + n * DAY for n in range(len(days))]
        counted = numbered(rows)
        assert all(row.day.working for row in rows if row.number is not None) or limit.unit != "working days"
        assert {row.part for row in rows[:-1]} <= {"before", "receipt", "counted", "skipped", "paused"}
        if rows is told.days or after in days or days[0] == after + DAY:
            assert len(counted) == total(limit, after) or (rows is not told.days and limit is asked.limit)
        assert rows[-1].part in ("last", "counted", "rolled", "skipped")
    exact = asked.count.on_pause == "exact" and bool(asked.pauses)
    last = (told.extended[-1].days if told.extended else told.days)[-1].day.date
    assert last == (told.unpaused.date if exact and told.unpaused else due.date)
    assert [leg.extension for leg in told.extended] == list(asked.extensions)


@given(questions(*BY_TIME))
def test_an_explanation_of_hours_shows_every_day_and_the_time_spent_on_it(asked: Question) -> None:
    told, due = asked.keeper.explain(asked.start, asked.limit, **asked.facts), asked.due()
    shown = [row.day.date for row in told.days]
    assert shown == [asked.keeper.local_date(asked.start) + n * DAY for n in range(len(shown))]
    assert (told.due, shown[-1]) == (due, due.date)
    assert sum((row.spent or NOTHING for row in told.days), NOTHING) == asked.limit.amount * HOUR
    still = sum((row.paused or NOTHING for row in told.days), NOTHING)
    if asked.limit.unit == "hours":
        assert still == due.before - asked.start - asked.limit.amount * HOUR
    elif asked.limit.amount:
        assert still == asked.pencil().worked(asked.start, due.before) - asked.limit.amount * HOUR
    assert all(row.open == () for row in told.days if row.part == "skipped")


@given(questions(*BY_TIME, least=1), st.integers(1, 200), st.integers(0, 20_000), st.sampled_from(["due", "today"]))
def test_the_hours_of_an_extension_are_accounted_for_too(asked: Question, amount: int, after: int, since: str) -> None:
    more = Limit(amount, asked.limit.unit)
    step = Extension(since=since, at=asked.start + after * MINUTE, limit=more)  # type: ignore[arg-type]
    asked = asked._replace(extensions=(step,))
    told = asked.keeper.explain(asked.start, asked.limit, **asked.facts)
    assert told.due == asked.due()
    for rows, limit in ((told.days, asked.limit), (told.extended[0].days, more)):
        assert sum((row.spent or NOTHING for row in rows), NOTHING) == limit.amount * HOUR
    assert told.extended[0].days[-1].day.date == asked.due().date


@given(questions(extended=True))
def test_an_explanation_reads_alike_in_both_languages_and_names_the_last_day(asked: Question) -> None:
    told, due = asked.keeper.explain(asked.start, asked.limit, **asked.facts), asked.due()
    english, chinese = told.text("en").splitlines(), told.text("zh").splitlines()
    assert str(told) == told.text("en")
    assert len(english) == len(chinese)
    rows = [row for part in (told.days, *(leg.days for leg in told.extended), told.made_up) for row in part]
    dates = [line[2:12] for line in english if line.startswith("  ")]
    assert dates == [line[2:12] for line in chinese if line.startswith("  ")] == [str(row.day.date) for row in rows]
    assert str(due.date) in english[-1]
    assert str(due.date) in chinese[-1]


@given(questions(extended=True))
def test_the_time_of_an_exact_pause_is_made_up_for_day_by_day(asked: Question) -> None:
    told, due = asked.keeper.explain(asked.start, asked.limit, **asked.facts), asked.due()
    if told.unpaused is None or told.unpaused.before == due.before:
        assert told.made_up == ()
        return
    spent = sum((row.spent for row in told.made_up if row.spent), timedelta(0))
    if asked.limit.unit == "working days":
        assert spent == asked.keeper.time_between(told.unpaused.before, due.before, asked.count)
    else:
        assert spent == due.before - told.unpaused.before
    assert told.made_up[-1].day.date == due.date


# --- running and ended ----------------------------------------------------------------------------------------------------


@given(questions(paused=False))
def test_a_clock_is_met_before_its_due_moment_and_late_at_it(asked: Question) -> None:
    keeper, (clock, due) = asked.keeper, begun(asked)
    assert due == asked.due()
    assert keeper.stop(clock, due.before - MICRO).met
    assert keeper.stop(clock, due.before).met is False
    assert keeper.verdict(clock, asked.rule(), due.before - MICRO).state in RUNNING
    assert keeper.verdict(clock, asked.rule(), due.before).state is Standing.OVERDUE


@given(questions(paused=False), waits)
def test_a_stopped_clock_says_what_the_running_one_said(asked: Question, wait: timedelta) -> None:
    keeper, rule, now, (clock, _) = asked.keeper, asked.rule(), asked.start + wait, begun(asked)
    said, stopped = keeper.verdict(clock, rule, now), keeper.stop(clock, now)
    verdict = keeper.verdict(stopped, rule, now + 30 * DAY)
    if said.state is Standing.OVERDUE:
        assert (verdict.state, verdict.days, verdict.time) == (Standing.MET_LATE, said.days, said.time)
    else:
        assert (verdict.state, verdict.days) == (Standing.MET, 0)
    assert said.days >= 0
    assert (said.time is not None) == (asked.limit.unit in BY_TIME)


@given(questions(paused=False), lives, waits)
def test_an_ended_clock_goes_on_as_if_it_had_never_ended(asked: Question, steps: list[int], wait: timedelta) -> None:
    keeper, (clock, at) = asked.keeper, lived(asked, steps)
    for ended in (keeper.stop(clock, at + wait), keeper.cancel(clock, at + wait)):
        again = keeper.revive(ended, asked.rule(), at + wait + 3 * DAY, pausing=False)
        assert (again.status, again.due, again.stopped_at, again.met, again.late) == ("running", clock.due, None, None, 0)


@given(questions(paused=False), lives, waits, waits)
def test_going_on_after_a_gap_forgives_no_lateness(asked: Question, steps: list[int], wait: timedelta, gap: timedelta) -> None:
    keeper, (clock, at) = asked.keeper, lived(asked, steps)
    ended = keeper.stop(clock, at + wait)
    again = keeper.revive(ended, asked.rule(), at + wait + gap, pausing=True)
    assert again.due is not None and clock.due is not None
    if ended.met is False:
        assert again.due == clock.due
        assert keeper.verdict(again, asked.rule(), at + wait + gap).state is Standing.OVERDUE
    else:
        assert again.due == asked.due(pauses=(*clock.pauses, Pause(at + wait, at + wait + gap)))
        assert again.due.before >= clock.due.before


# --- pausing and resuming --------------------------------------------------------------------------------------------------


@given(questions(paused=False), waits, waits)
def test_a_resumed_clock_has_the_deadline_of_its_pauses_and_is_not_overdue(
    asked: Question, first: timedelta, lasts: timedelta
) -> None:
    keeper, rule, (clock, due) = asked.keeper, asked.rule(), begun(asked)
    since, until = asked.start + first, asked.start + first + lasts
    paused = keeper.pause(clock, rule, since)
    if since >= due.before:
        assert paused is clock
        return
    assert (paused.due, paused.alarms, paused.next_at) == (None, (), None)
    assert keeper.stop(paused, until).met
    resumed = keeper.resume(paused, rule, until)
    assert resumed.due == asked.due(pauses=(Pause(since, until),))
    assert resumed.due is not None
    assert resumed.due.before >= due.before
    # Paused exactly after the hours of a last day that ends at 24:00, it had no working time left; and no time takes none.
    by_work = asked.count.on_pause == "exact" and asked.limit.unit == "working days"
    timeless = asked.limit.amount == 0 if asked.limit.unit in BY_TIME else by_work and not asked.pencil().worked(since, due.before)
    if not timeless:
        assert keeper.verdict(resumed, rule, until).state in RUNNING
    told = keeper.explain(asked.start, asked.limit, count=asked.count, pauses=paused.pauses, paused=True)
    assert told.due is None
    assert told.left is not None
    assert told.left.amount == paused.left


@given(questions(paused=False), lives, waits, waits)
def test_what_a_paused_clock_has_left_is_what_is_left_of_it_when_it_resumes(
    asked: Question, steps: list[int], wait: timedelta, lasts: timedelta
) -> None:
    assume(asked.count.roll == "none" or asked.limit.unit == "working days" or asked.limit.unit in BY_TIME)
    keeper, rule, (clock, at) = asked.keeper, asked.rule(), lived(asked, steps)
    since, until = at + wait, at + wait + lasts
    paused = keeper.pause(clock, rule, since)
    assume(paused.status == "paused" and paused.left is not None)
    resumed, today = keeper.resume(paused, rule, until), keeper.local_date(until)
    due = resumed.due
    assert due is not None
    verdict = keeper.verdict(paused, rule, until)
    assert verdict.state is Standing.PAUSED
    assert verdict.days == max(0, keeper.working_days(today, due.date))
    if asked.limit.unit in BY_TIME:
        left = due.before - until if asked.limit.unit == "hours" else keeper.time_between(until, due.before, asked.count)
        assert left // HOUR == paused.left
        assert verdict.time == left
        return
    if asked.count.on_pause == "exact":  # as if it went on at once; today is not used up, so what is left is counted from yesterday
        today, due = keeper.local_date(since) - DAY, keeper.resume(paused, rule, since).due
        assert due is not None
    assume(max(keeper.local_date(since), today) > clock.day_zero and asked.limit.amount)
    worked = asked.limit.unit == "working days"
    assert paused.left == (keeper.working_days(today, due.date) if worked else (due.date - today).days)


@given(
    questions("working days", "calendar days", paused=False, on_pause="working-days"), st.integers(1, 30), st.integers(0, 8), waits
)
def test_nor_is_a_promised_one_overdue_when_it_resumes(asked: Question, days: int, after: int, lasts: timedelta) -> None:
    keeper, rule, (clock, due) = asked.keeper, asked.rule(promise={}), begun(asked)
    until = due.date + days * DAY
    assume(due.before > asked.start)
    promised = keeper.promise(clock, rule, until, asked.start)
    assert promised.due is not None
    since = max(asked.start, promised.due.before - after * DAY / 4 - MINUTE)
    resumed = keeper.resume(keeper.pause(promised, rule, since), rule, since + lasts)
    assert keeper.verdict(resumed, rule, since + lasts).state in RUNNING


@given(questions(paused=False), waits)
def test_a_pause_that_is_over_at_once_costs_that_day_where_days_are_paused_and_nothing_elsewhere(
    asked: Question, wait: timedelta
) -> None:
    keeper, rule, at, (clock, due) = asked.keeper, asked.rule(), asked.start + wait, begun(asked)
    assume(at < due.before)
    again = keeper.resume(keeper.pause(clock, rule, at), rule, at).due
    assert again is not None
    day = keeper.local_date(at)
    if asked.limit.unit in BY_TIME or asked.count.on_pause == "exact":
        assert again == due
    elif asked.limit.unit == "working days" and asked.limit.amount:
        assert keeper.working_days(due.date, again.date) == (keeper.calendar.is_working_day(day) and day > clock.day_zero)
    elif asked.count.roll == "none" and asked.limit.amount:
        assert (again.date - due.date).days == (day > clock.day_zero)


@given(questions(paused=False), lives)
def test_many_pauses_leave_what_their_union_leaves(asked: Question, steps: list[int]) -> None:
    clock, _ = lived(asked, steps)
    assert clock.due == asked.due(pauses=clock.pauses)
    assert all(pause.until is not None for pause in clock.pauses)


# --- counting anew -----------------------------------------------------------------------------------------------------------


@given(questions(paused=False), lives, waits)
def test_counting_anew_by_the_same_calendar_changes_nothing(asked: Question, steps: list[int], wait: timedelta) -> None:
    keeper, rule, (clock, at) = asked.keeper, asked.rule(), lived(asked, steps)
    paused = keeper.pause(clock, rule, at + wait)
    for each in (clock, paused, keeper.stop(clock, at + wait), keeper.cancel(clock, at), keeper.wait(clock, at)):
        assert keeper.recount(each, rule) == each


@given(questions(paused=False), lives, waits, st.sets(st.integers(0, 30), min_size=1, max_size=4))
def test_counting_anew_by_another_calendar_is_having_counted_by_it_from_the_start(
    asked: Question, steps: list[int], wait: timedelta, days: set[int]
) -> None:
    keeper, rule, (clock, at) = asked.keeper, asked.rule(), lived(asked, steps)
    first, year = keeper.local_date(asked.start), keeper.local_date(asked.start).year
    spans = tuple(Span(day, day) for day in sorted(first + n * DAY for n in days) if day.year == year)
    assume(spans)
    notice = Notice(id="town", published_on=first, year=year, off=spans, work=())
    other = Timekeeper(WorkCalendar.named(keeper.calendar.name, notices=[notice]), keeper.zone)
    fresh, again = other.begin(rule, asked.limit, asked.start), other.recount(clock, rule)
    assert again.due == asked.due(keeper=other, pauses=clock.pauses)
    assert (again.day_zero, again.calendar, again.pauses) == (fresh.day_zero, other.version, clock.pauses)
    paused = keeper.pause(clock, rule, at + wait)
    if paused.status == "paused":
        anew, until = other.recount(paused, rule), at + wait + DAY
        assert (anew.status, anew.due, anew.calendar) == ("paused", None, other.version)
        assert other.resume(anew, rule, until).due == asked.due(keeper=other, pauses=(*clock.pauses, Pause(at + wait, until)))


# --- more time ------------------------------------------------------------------------------------------------------------------

caps = limits(*BY_DAY, least=1) | st.none()


@given(
    questions(paused=False), lives, waits, limits(*BY_DAY), st.sampled_from(["due", "due-unrolled", "today", "receipt"]),
    st.none() | limits("working days", "calendar days", "hours"), caps, st.sampled_from(["receipt", "due"]), st.integers(1, 2),
)  # fmt: skip
def test_an_extension_is_refused_where_it_is_late_once_too_often_past_the_cap_or_no_more_time_and_granted_elsewhere(
    asked: Question, steps: list[int], wait: timedelta, more: Limit, since: str, ask: Limit | None, cap: Limit | None,
    cap_from: str, times: int,
) -> None:  # fmt: skip
    keeper, (clock, at) = asked.keeper, lived(asked, steps)
    terms = {"from": since, "ask_before": str(ask) if ask else "due", "cap": str(cap) if cap else "", "cap_from": cap_from}
    rule, at = asked.rule(extend={**terms, "times": times}), at + wait
    for earlier in range(3):
        due = clock.due
        assert due is not None
        step = Extension(since=since, at=at, limit=more)  # type: ignore[arg-type]
        new = asked.due(pauses=clock.pauses, extensions=(*clock.extensions, step))
        latest = keeper.shift(due, ask, back=True, count=asked.count) if ask else due.before
        refused = [at >= latest, earlier >= times, new.before <= due.before]
        if cap:
            whole = {"limit": cap} if cap_from == "receipt" else {"extensions": (Extension(at=at, limit=cap),)}
            refused.append(due.before < new.before and new.before > asked.due(pauses=clock.pauses, **whole).before)
        if any(refused):
            before = clock
            with pytest.raises(ExtensionRefused) as caught:
                keeper.extend(clock, rule, more, at)
            assert len(caught.value.reasons) == sum(refused)
            assert clock == before
            return
        clock = keeper.extend(clock, rule, more, at)
        assert (clock.due, clock.extensions[-1], len(clock.extensions)) == (new, step, earlier + 1)
        assert new.before > due.before


@given(questions(paused=False), lives, limits("working days", "calendar days", "hours"), st.booleans())
def test_the_last_moment_to_ask_for_more_time_is_before_its_term(
    asked: Question, steps: list[int], term: Limit, promised: bool
) -> None:
    keeper, (clock, _) = asked.keeper, lived(asked, steps)
    due = clock.due
    assert due is not None
    rule = asked.rule(extend={"ask_before": str(term)}, promise={})
    last = due.before if promised else keeper.shift(due, term, back=True, count=asked.count)
    later = due.date + 60 * DAY

    def more(at: datetime) -> SlaClock:
        if promised:
            return keeper.promise(clock, rule, later, at)
        return keeper.extend(clock, rule, Limit(3, "months"), due.before, asked_at=at)

    with pytest.raises(ExtensionRefused, match="too late"):
        more(last)
    again = more(last - MICRO).due
    assert again is not None and again.before > due.before


@given(questions(paused=False), lives, waits, st.integers(-5, 40), caps, st.sampled_from(["receipt", "due"]))
def test_a_promise_is_kept_to_its_cap_and_is_always_a_later_day(
    asked: Question, steps: list[int], wait: timedelta, days: int, cap: Limit | None, cap_from: str
) -> None:
    keeper, (clock, at) = asked.keeper, lived(asked, steps)
    rule, at = asked.rule(promise={"cap": str(cap) if cap else "", "cap_from": cap_from}), at + wait
    until, due = keeper.local_date(at) + days * DAY, clock.due
    assert due is not None
    new = asked.due(pauses=clock.pauses, extensions=(Extension(since="promise", at=at, until=until),))
    refused = [at >= due.before, new.before <= due.before]
    if cap:
        whole = {"limit": cap} if cap_from == "receipt" else {"extensions": (Extension(at=at, limit=cap),)}
        refused.append(due.before < new.before and new.before > asked.due(pauses=clock.pauses, **whole).before)
    if any(refused):
        with pytest.raises(ExtensionRefused) as caught:
            keeper.promise(clock, rule, until, at)
        assert len(caught.value.reasons) == sum(refused)
    else:
        promised = keeper.promise(clock, rule, until, at)
        assert promised.due == new
        assert keeper.local_date(new.before - MICRO) >= until
        with pytest.raises(ExtensionRefused, match="1 times"):
            keeper.promise(promised, rule, until + DAY, at)


@given(questions(paused=False), waits, limits(*BY_DAY, least=1))
def test_nothing_that_has_no_due_moment_is_extended(asked: Question, wait: timedelta, more: Limit) -> None:
    keeper, rule, (clock, due) = asked.keeper, asked.rule(extend={}, promise={}), begun(asked)
    at = asked.start + wait
    for each in (keeper.pause(clock, rule, at), keeper.stop(clock, at), keeper.cancel(clock, at), keeper.wait(clock, at)):
        if each.status != "running":
            with pytest.raises(ExtensionRefused):
                keeper.extend(each, rule, more, at)
            with pytest.raises(ExtensionRefused):
                keeper.promise(each, rule, due.date + 90 * DAY, at)
    with pytest.raises(ExtensionRefused):
        keeper.extend(clock, asked.rule(), more, asked.start)
    with pytest.raises(ExtensionRefused):
        keeper.promise(clock, asked.rule(), due.date + 90 * DAY, asked.start)
