"""Limits, deadlines, clocks, verdicts and explanations: the examples that the laws do not name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pendulum
import pytest
from pydantic import ValidationError

from casework.calendars import WorkCalendar
from casework.errors import CalendarNotAnnounced, InputError, NaiveDatetime, UnreadableLimit
from casework.sla import (
    Alarm,
    ClockRule,
    ConditionalLimit,
    Count,
    Deadline,
    Limit,
    Pause,
    SlaClock,
    Standing,
    Timekeeper,
    Verdict,
)

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
CHINA = Timekeeper(WorkCalendar.named("CN"), "Asia/Shanghai")
LENIENT = Timekeeper(WorkCalendar.named("CN"), "Asia/Shanghai", provisional=True)
ENGLAND = Timekeeper(WorkCalendar.named("GB-ENG"), "Europe/London")
ACCEPTED = (
    "; accepted: a whole number from 0 to 99999 and one of 'working days', 'calendar days', 'months', 'hours', "
    "'working hours', or in Chinese 个工作日, 日 (天, 个自然日), 个月, 小时, 个工作小时 (for example "
    "'5 working days', '5个工作日' or '五个工作日')"
)


def cn(month: int, day: int, hour: int = 9, minute: int = 0, second: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


def uk(month: int, day: int, hour: int = 9, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON, fold=fold)


def rule(limit: str = "5 working days", **count: Any) -> ClockRule:
    return ClockRule.model_validate(
        {"id": "handle", "starts_on": "receive", "stops_on": "publish", "limit": [{"is": limit}], "count": count}
    )


def begun(at: datetime, limit: str = "5 working days", keeper: Timekeeper = CHINA, **count: Any) -> tuple[SlaClock, ClockRule]:
    made = rule(limit, **count)
    return keeper.begin(made, Limit.parse(limit), at), made


def due_date(clock: SlaClock) -> date:
    assert clock.due is not None
    return clock.due.date


# --- limits -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("5 working days", Limit(5, "working days")),
        (" 1 Working Day ", Limit(1, "working days")),
        ("15 calendar days", Limit(15, "calendar days")),
        ("1 month", Limit(1, "months")),
        ("24 hours", Limit(24, "hours")),
        ("0 hours", Limit(0, "hours")),
        ("5个工作日", Limit(5, "working days")),
        ("5 工作日", Limit(5, "working days")),
        ("15日", Limit(15, "calendar days")),
        ("15天", Limit(15, "calendar days")),
        ("15个自然日", Limit(15, "calendar days")),
        ("1个月", Limit(1, "months")),
        ("24小时", Limit(24, "hours")),
        ("24个小时", Limit(24, "hours")),
        ("五个工作日", Limit(5, "working days")),
        ("十五日", Limit(15, "calendar days")),
        ("三十天", Limit(30, "calendar days")),
        ("九十九日", Limit(99, "calendar days")),
        ("十个工作日", Limit(10, "working days")),
        ("两个月", Limit(2, "months")),
        ("二十四小时", Limit(24, "hours")),
    ],
)
def test_a_limit_is_read_as_rules_write_it(text: str, limit: Limit) -> None:
    assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    "text, why",
    [
        ("5 days", "say 'working days' or 'calendar days'"),
        ("10 business days", "say 'working days' or 'calendar days'"),
        ("3 years", "a year is '12 months'"),
        ("三年", "a year is '12 months'"),
        ("2 weeks", "a week is '7 calendar days' or '5 working days'"),
        ("30 minutes", "the shortest limit is '1 hour'"),
        ("30分钟", "the shortest limit is '1 hour'"),
        ("1月", "that is a month of the year; a length is written '1个月'"),
    ],
)
def test_what_comes_near_to_a_limit_is_refused_with_what_was_meant(text: str, why: str) -> None:
    with pytest.raises(UnreadableLimit) as raised:
        Limit.parse(text)
    assert str(raised.value) == f"cannot read the limit {text!r}: {why}{ACCEPTED}"


@pytest.mark.parametrize(
    "limit", [Limit(n, unit) for n in (0, 1, 5) for unit in ("working days", "calendar days", "months", "hours")]
)
def test_a_limit_reads_its_own_labels(limit: Limit) -> None:
    assert Limit.parse(limit.label("zh")) == Limit.parse(limit.label("en")) == limit


def test_a_label_is_singular_for_one() -> None:
    assert [str(Limit(1, "months")), str(Limit(2, "months")), Limit(15, "calendar days").label("zh")] == [
        "1 month",
        "2 months",
        "15个自然日",
    ]


@pytest.mark.parametrize(
    "text",
    ["", "5", "five working days", "5working days", "1.5 hours", "123456 hours", "4 business hours", "百日", "两十日", "-五日"],
)
def test_any_other_limit_is_refused_with_what_is_accepted(text: str) -> None:
    with pytest.raises(UnreadableLimit) as raised:
        Limit.parse(text)
    assert str(raised.value) == f"cannot read the limit {text!r}{ACCEPTED}"


def test_a_negative_limit_is_refused() -> None:
    refused: list[Callable[[], Limit]] = [
        lambda: Limit.parse("-5 working days"),
        lambda: Limit.parse("-5个工作日"),
        lambda: Limit(-5, "working days"),
    ]
    for make in refused:
        with pytest.raises(UnreadableLimit) as raised:
            make()
        assert str(raised.value) == f"cannot read the limit '-5 working days': a limit is not negative{ACCEPTED}"


def test_a_limit_in_an_unknown_unit_cannot_be_made() -> None:
    with pytest.raises(UnreadableLimit, match="cannot read the limit '5 weeks'; accepted"):
        Limit(5, "weeks")


def test_a_label_in_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        Limit(5, "hours").label("fr")  # type: ignore[arg-type]


def test_a_row_of_limits_keeps_one_spelling_and_refuses_what_it_cannot_read() -> None:
    row = ConditionalLimit.model_validate({"is": "5个工作日"})
    assert (row.is_, row.limit) == ("5 working days", Limit(5, "working days"))
    with pytest.raises(ValidationError, match="cannot read the limit 'soon'"):
        ConditionalLimit.model_validate({"is": "soon"})


# --- conventions --------------------------------------------------------------------------------------------------------


def test_conventions_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(
        ValidationError, match=r"a cut-off is a local time such as 17:30, without an offset; 17:30:00\+08:00 has one"
    ):
        Count.model_validate({"cutoff": "17:30+08:00"})
    with pytest.raises(ValidationError, match="a last day that ends at 00:00 would be over before it begins; its end is 24:00"):
        Count(ends="00:00")
    with pytest.raises(ValidationError, match="ends"):
        Count(ends="25:00")


def test_a_cut_off_is_in_time_and_the_second_after_it_is_not() -> None:
    count = Count(cutoff=time(17, 30))
    assert CHINA.day_zero(cn(9, 30, 17, 30), count) == date(2026, 9, 30)
    assert CHINA.day_zero(cn(9, 30, 17, 30, 1), count) == date(2026, 10, 8)


def test_with_a_cut_off_a_message_of_a_day_off_is_not_due_before_that_of_the_evening_before() -> None:
    count, limit = Count(cutoff=time(17, 30)), Limit(1, "working days")
    evening, holiday = cn(9, 30, 18), cn(10, 1, 8)
    assert CHINA.deadline(evening, limit, count=count) == CHINA.deadline(holiday, limit, count=count)
    assert CHINA.deadline(holiday, limit, count=count).date == date(2026, 10, 9)
    assert CHINA.deadline(holiday, limit).date == date(2026, 10, 8)


def test_a_limit_in_hours_knows_no_day_zero() -> None:
    strict = Count(cutoff=time(12), day_zero="next-working-day", ends="17:30", roll="next")
    due = CHINA.deadline(cn(10, 3, 18), Limit(24, "hours"), count=strict)
    assert due.before == cn(10, 4, 18)
    clock, _ = begun(cn(10, 3, 18), "24 hours", cutoff="12:00", day_zero="next-working-day")
    assert clock.day_zero == date(2026, 10, 3)


def test_a_limit_of_no_days_that_arrives_after_business_is_due_on_the_next_day() -> None:
    count = Count(ends="17:30")
    assert CHINA.deadline(cn(10, 9, 17, 29), Limit(0, "working days"), count=count).before == cn(10, 9, 17, 30)
    assert CHINA.deadline(cn(10, 9, 17, 30), Limit(0, "working days"), count=count).before == cn(10, 10, 17, 30)
    assert CHINA.deadline(cn(10, 10, 17, 30), Limit(0, "working days"), count=count).before == cn(10, 12, 17, 30)
    assert CHINA.deadline(cn(10, 10, 17, 30), Limit(0, "calendar days"), count=count).before == cn(10, 11, 17, 30)


def test_no_hours_are_due_at_once_on_the_day_itself() -> None:
    assert CHINA.deadline(cn(10, 9, 0), Limit(0, "hours")) == Deadline(date=date(2026, 10, 9), before=cn(10, 9, 0).astimezone(UTC))


def test_hours_that_end_at_midnight_end_on_the_day_that_is_over() -> None:
    due = CHINA.deadline(cn(10, 9, 0), Limit(24, "hours"))
    assert (due.date, due.before) == (date(2026, 10, 9), cn(10, 10, 0))


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 11, 30), 1, date(2025, 12, 30)),
        (date(2025, 3, 31), 0, date(2025, 3, 31)),
    ],
)
def test_months_go_to_the_corresponding_day_or_the_end_of_the_month(start: date, months: int, last: date) -> None:
    moment = datetime.combine(start, time(9), tzinfo=SHANGHAI)
    assert CHINA.deadline(moment, Limit(months, "months")).date == last


def test_a_last_day_that_is_off_moves_only_where_the_rule_says_so() -> None:
    limit = Limit(15, "calendar days")
    assert CHINA.deadline(cn(10, 16), limit, count=Count(roll="none")).date == date(2026, 10, 31)
    assert CHINA.deadline(cn(10, 16), limit, count=Count(roll="next")).date == date(2026, 11, 2)


def test_a_deadline_beyond_the_last_year_is_refused() -> None:
    asked: list[Callable[[], object]] = [
        lambda: CHINA.deadline(cn(1, 5), Limit(99999, "months")),
        lambda: CHINA.deadline(datetime(9999, 12, 30, tzinfo=UTC), Limit(5, "calendar days")),
        lambda: CHINA.shift(CHINA.deadline(cn(1, 5), Limit(1, "hours")), Limit(99999, "months"), back=True),
    ]
    for ask in asked:
        with pytest.raises(InputError, match="the day asked for lies outside the years 1 to 9999"):
            ask()


def test_a_zone_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="there is no time zone 'Asia/Shangai'"):
        Timekeeper(WorkCalendar.named("CN"), "Asia/Shangai").deadline(cn(1, 5), Limit(1, "hours"))


def test_a_moment_without_an_offset_is_refused_everywhere() -> None:
    naive = datetime(2026, 10, 9, 9)
    clock, made = begun(cn(10, 9))
    paused = CHINA.pause(clock, made, cn(10, 10))
    asked: list[Callable[[], object]] = [
        lambda: CHINA.deadline(naive, Limit(1, "hours")),
        lambda: CHINA.day_zero(naive, Count()),
        lambda: CHINA.local(naive),
        lambda: CHINA.local_date(naive),
        lambda: CHINA.explain(naive, Limit(1, "hours")),
        lambda: CHINA.begin(made, Limit(1, "hours"), naive),
        lambda: CHINA.pause(clock, made, naive),
        lambda: CHINA.resume(paused, made, naive),
        lambda: CHINA.stop(clock, naive),
        lambda: CHINA.cancel(clock, naive),
        lambda: CHINA.verdict(clock, made, naive),
        lambda: Pause(naive),
        lambda: Pause(cn(10, 9), naive),
    ]
    for ask in asked:
        with pytest.raises(NaiveDatetime, match="2026-10-09 09:00:00 has no UTC offset"):
            ask()


def test_a_moment_of_pendulum_leaves_no_trace_of_pendulum() -> None:
    moment = pendulum.datetime(2026, 10, 9, 9, tz="Asia/Shanghai")
    clock, _ = begun(moment)
    assert clock == begun(cn(10, 9))[0]
    assert {type(clock.started_at), type(clock.due.before if clock.due else None)} == {datetime}
    assert {type(clock.day_zero), type(due_date(clock))} == {date}
    assert msgspec.json.decode(msgspec.json.encode(clock), type=SlaClock) == clock


# --- clock changes ------------------------------------------------------------------------------------------------------


def test_a_time_of_day_that_is_skipped_moves_forward_by_the_gap() -> None:
    count = Count(ends="same-time")
    assert ENGLAND.deadline(uk(3, 28, 1, 30), Limit(1, "calendar days"), count=count).before == uk(3, 29, 2, 30)
    # also where the message came in the second of two equal hours, five months before
    second = datetime(2025, 10, 26, 1, 30, tzinfo=LONDON, fold=1)
    assert ENGLAND.deadline(second, Limit(154, "calendar days"), count=count).before == uk(3, 29, 2, 30)


def test_of_two_equal_times_of_day_the_first_is_taken() -> None:
    due = ENGLAND.deadline(uk(10, 24, 1, 30), Limit(1, "calendar days"), count=Count(ends="same-time"))
    assert due.before == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert ENGLAND.deadline(uk(10, 24), Limit(1, "calendar days"), count=Count(ends="01:30")).before == due.before


def test_what_came_in_the_second_of_two_equal_hours_is_not_due_in_the_first() -> None:
    second = uk(10, 25, 1, 30, fold=1)
    assert ENGLAND.deadline(second, Limit(0, "calendar days"), count=Count(ends="same-time")).before == second.astimezone(UTC)


def test_a_day_is_over_at_midnight_although_it_had_23_or_25_hours() -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        start = datetime.combine(day, time(0), tzinfo=LONDON)
        due = ENGLAND.deadline(start, Limit(0, "calendar days"))
        assert due.before - start.astimezone(UTC) == timedelta(hours=hours)


def test_midnight_itself_may_be_skipped() -> None:
    havana = Timekeeper(WorkCalendar.named("US"), "America/Havana")  # clocks go from 0:00 to 1:00 on 8 March 2026
    due = havana.deadline(datetime(2026, 3, 7, 12, tzinfo=UTC), Limit(0, "calendar days"))
    assert havana.local(due.before).replace(tzinfo=None) == datetime(2026, 3, 8, 1)
    assert havana.local_date(due.before - timedelta(microseconds=1)) == due.date


def test_hours_run_through_a_clock_change() -> None:
    assert ENGLAND.deadline(uk(3, 28, 12), Limit(24, "hours")).before == uk(3, 29, 13)


# --- pauses -------------------------------------------------------------------------------------------------------------


def test_a_pause_that_ends_before_it_starts_is_refused_with_both_ends() -> None:
    message = r"a pause that starts at 2026-10-14 09:00:00\+08:00 cannot end before it, at 2026-10-13 09:00:00\+08:00"
    with pytest.raises(InputError, match=message):
        Pause(cn(10, 14), cn(10, 13))
    clock, made = begun(cn(10, 12))
    paused = CHINA.pause(clock, made, cn(10, 14))
    ends: list[Callable[[], SlaClock]] = [
        lambda: CHINA.resume(paused, made, cn(10, 13)),
        lambda: CHINA.stop(paused, cn(10, 13)),
        lambda: CHINA.cancel(paused, cn(10, 13)),
    ]
    for end in ends:
        with pytest.raises(InputError, match="a pause that starts at 2026-10-14 01:00:00"):
            end()


def test_there_is_no_deadline_while_a_pause_is_open() -> None:
    with pytest.raises(InputError, match="there is no deadline while a pause is open"):
        CHINA.deadline(cn(10, 12), Limit(5, "working days"), pauses=[Pause(cn(10, 13))])


@pytest.mark.parametrize(
    ("limit", "count", "since", "until", "last"),
    [
        ("5 working days", {}, cn(10, 1), cn(10, 12, 20), date(2026, 10, 19)),  # over on day zero: nothing was counted yet
        ("5 working days", {}, cn(10, 10), cn(10, 13, 0), date(2026, 10, 20)),  # its last day, begun at midnight, is disregarded
        ("5 working days", {}, cn(10, 17), cn(10, 18), date(2026, 10, 19)),  # a weekend
        ("5 working days", {}, cn(10, 19, 23), cn(10, 30), date(2026, 11, 2)),  # from the last day on
        ("5 working days", {}, cn(10, 20), cn(10, 30), date(2026, 10, 19)),  # begun when all was over
        ("5 calendar days", {}, cn(10, 1), cn(10, 12), date(2026, 10, 17)),
        ("5 calendar days", {}, cn(10, 16), cn(10, 18), date(2026, 10, 20)),
        (
            "5 calendar days",
            {"roll": "next"},
            cn(10, 18),
            cn(10, 18),
            date(2026, 10, 19),
        ),  # after the last day, which is a Saturday
        ("5 calendar days", {"roll": "next"}, cn(10, 19), cn(10, 20), date(2026, 10, 21)),  # on the day to which it was moved
        ("1 month", {}, cn(11, 10), cn(11, 14), date(2026, 11, 17)),
        ("0 working days", {}, cn(10, 12, 10), cn(10, 12, 11), date(2026, 10, 13)),  # the one day there was
        ("0 working days", {}, cn(10, 12, 10), cn(10, 16, 11), date(2026, 10, 19)),
    ],
)
def test_a_pause_disregards_its_days_whole(limit: str, count: dict[str, Any], since: datetime, until: datetime, last: date) -> None:
    how = Count.model_validate(count)
    assert CHINA.deadline(cn(10, 12), Limit.parse(limit), count=how, pauses=[Pause(since, until)]).date == last


def test_overlapping_pauses_push_hours_back_by_what_they_cover_together() -> None:
    pauses = [Pause(cn(10, 12, 11), cn(10, 12, 13)), Pause(cn(10, 12, 8), cn(10, 12, 10)), Pause(cn(10, 12, 12), cn(10, 12, 14))]
    assert CHINA.deadline(cn(10, 12), Limit(4, "hours"), pauses=pauses).before == cn(10, 12, 17)
    assert CHINA.deadline(cn(10, 12), Limit(1, "hours"), pauses=pauses[1:]).before == cn(10, 12, 11)


# --- what is not announced ----------------------------------------------------------------------------------------------


def test_days_that_nobody_announced_are_refused_or_marked() -> None:
    limit = Limit(3, "working days")
    with pytest.raises(CalendarNotAnnounced, match="the working days of 2027 are not announced in calendar 'CN'") as raised:
        CHINA.deadline(cn(12, 29), limit)
    assert raised.value.year == 2027
    due = LENIENT.deadline(cn(12, 29), limit)
    assert (due.date, due.provisional, str(due)) == (date(2027, 1, 4), True, "2027-01-04 (provisional: 2027-01-04 to 2027-01-05)")
    last_days = CHINA.deadline(cn(12, 29), Limit(2, "working days"))  # announced, and open to the notice for 2027
    assert (last_days.date, last_days.provisional) == (date(2026, 12, 31), True)
    assert (last_days.earliest, last_days.latest) == (date(2026, 12, 31), date(2027, 1, 4))
    assert CHINA.deadline(cn(12, 25), Limit(1, "working days")).provisional is False
    guessing = Timekeeper(WorkCalendar.named("CN").provisional(), "Asia/Shanghai")
    assert guessing.deadline(cn(12, 29), limit) == due


@pytest.mark.parametrize(
    ("start", "limit", "count", "provisional"),
    [
        (cn(12, 31, 18), "1 calendar day", {}, False),  # every day counts: nothing is guessed
        (cn(12, 31, 18), "1 month", {}, False),
        (cn(12, 31, 18), "48 hours", {"cutoff": "17:30"}, False),
        (cn(1, 4, year=2027), "1 calendar day", {}, False),
        (cn(12, 31, 18), "1 month", {"roll": "next"}, True),
        (cn(12, 31, 18), "1 calendar day", {"cutoff": "17:30"}, True),  # day zero lies in January, on a day not announced
        (cn(12, 28, 17), "1 calendar day", {"cutoff": "17:30"}, False),
        (cn(1, 2, year=2027), "1 calendar day", {"day_zero": "next-working-day"}, True),
        (cn(12, 31, 18), "0 working days", {"ends": "17:30"}, True),
    ],
)
def test_only_what_depends_on_days_not_announced_is_provisional(
    start: datetime, limit: str, count: dict[str, Any], *, provisional: bool
) -> None:
    how, length = Count.model_validate(count), Limit.parse(limit)
    assert LENIENT.deadline(start, length, count=how).provisional is provisional
    assert begun(start, limit, LENIENT, **count)[0].due == LENIENT.deadline(start, length, count=how)
    if provisional:
        with pytest.raises(CalendarNotAnnounced):
            CHINA.deadline(start, length, count=how)
    else:
        assert CHINA.deadline(start, length, count=how) == LENIENT.deadline(start, length, count=how)


def test_verdicts_and_alarms_reach_into_years_not_announced() -> None:
    clock, made = begun(cn(12, 25), "4 working days", LENIENT)
    due = clock.due
    assert due is not None
    assert (due.date, due.provisional) == (date(2026, 12, 31), True)
    assert LENIENT.verdict(clock, made, cn(1, 5, year=2027)) == Verdict(Standing.OVERDUE, 2)
    one = Limit(1, "working days")
    assert LENIENT.shift(due, one, back=False) == cn(1, 5, 0, year=2027)
    assert LENIENT.shift(due, one, back=True) == cn(12, 31, 0)
    assert LENIENT.shift(due, Limit(2, "months"), back=False) == cn(3, 1, 0, year=2027)
    assert LENIENT.shift(due, Limit(1, "calendar days"), back=False) == cn(1, 2, 0, year=2027)
    with pytest.raises(CalendarNotAnnounced):
        CHINA.shift(due, one, back=False)
    with pytest.raises(CalendarNotAnnounced):
        CHINA.verdict(clock, made, cn(1, 5, year=2027))
    over = LENIENT.shift(LENIENT.deadline(cn(1, 5, year=2027), one), one, back=True)
    assert over == cn(1, 6, 0, year=2027)


# --- alarms -------------------------------------------------------------------------------------------------------------


def test_an_alarm_keeps_the_time_of_day_over_a_clock_change() -> None:
    saturday = ENGLAND.deadline(uk(3, 27), Limit(1, "calendar days"))
    assert ENGLAND.shift(saturday, Limit(1, "calendar days"), back=False) == uk(3, 30, 0)
    monday = ENGLAND.deadline(uk(3, 27, 16), Limit(1, "working days"), count=Count(ends="same-time"))
    assert ENGLAND.shift(monday, Limit(1, "working days"), back=True) == uk(3, 27, 16)
    assert ENGLAND.shift(monday, Limit(72, "hours"), back=True) == uk(3, 27, 15)


def test_an_alarm_over_the_new_year_counts_the_holidays() -> None:
    due = CHINA.deadline(cn(12, 31, year=2025), Limit(1, "working days"))
    assert due.date == date(2026, 1, 4)
    assert CHINA.shift(due, Limit(1, "working days"), back=True) == cn(1, 1, 0)  # the end of 31 December
    assert CHINA.shift(due, Limit(1, "months"), back=True) == cn(12, 5, 0, year=2025)


# --- clocks -------------------------------------------------------------------------------------------------------------


def test_a_clock_begins_with_its_due_moment_and_begins_again_as_its_next_run() -> None:
    clock = CHINA.begin(rule(), Limit(5, "working days"), cn(10, 12), subject="夹河镇")
    assert (clock.key, clock.run, clock.status, clock.day_zero) == ("handle:夹河镇", 1, "running", date(2026, 10, 12))
    assert clock.calendar == f"CN@{CHINA.calendar.version}"
    again = CHINA.begin(rule(), Limit(5, "working days"), cn(10, 20), clock=clock)
    assert (again.key, again.run, due_date(again)) == ("handle:夹河镇", 2, date(2026, 10, 27))


def test_a_clock_rings_at_its_first_alarm_while_it_runs() -> None:
    clock, _ = begun(cn(10, 12))
    alarms = (Alarm(cn(10, 19), "late"), Alarm(cn(10, 16), "soon"))
    ringing = msgspec.structs.replace(clock, alarms=alarms)
    assert (clock.next_at, ringing.next_at) == (None, cn(10, 16))
    assert CHINA.stop(ringing, cn(10, 13)).next_at is None


def test_the_day_of_the_pause_is_still_left() -> None:
    clock, made = begun(cn(10, 12))
    for at, left in ((cn(10, 12, 10), 5), (cn(10, 13), 5), (cn(10, 14), 4), (cn(10, 17), 1), (cn(10, 19, 23), 1)):
        paused = CHINA.pause(clock, made, at)
        assert (paused.left, paused.status, paused.due) == (left, "paused", None)
        assert CHINA.verdict(paused, made, at + timedelta(days=30)) == Verdict(Standing.PAUSED, left)


def test_a_second_pause_on_the_day_on_which_the_first_ended_takes_nothing_twice() -> None:
    clock, made = begun(cn(10, 12))
    first = CHINA.resume(CHINA.pause(clock, made, cn(10, 14)), made, cn(10, 15, 10))
    assert due_date(first) == date(2026, 10, 21)
    second = CHINA.pause(first, made, cn(10, 15, 12))
    assert second.left == 4
    assert due_date(CHINA.resume(second, made, cn(10, 16))) == date(2026, 10, 22)


def test_other_limits_have_calendar_days_or_hours_left() -> None:
    since = cn(10, 14, 10, 30)
    for limit, left, days in (("15 calendar days", 14, 10), ("1 month", 30, 22), ("100 hours", 50, 2)):
        clock, made = begun(cn(10, 12), limit)
        paused = CHINA.pause(clock, made, since)
        assert paused.left == left
        time_left = timedelta(hours=50.5) if "hours" in limit else None
        assert CHINA.verdict(paused, made, since) == Verdict(Standing.PAUSED, days, time_left)
        slow = since - timedelta(minutes=1)  # a reader whose clock is slow
        assert CHINA.verdict(paused, made, slow) == Verdict(Standing.PAUSED, days, time_left)


def test_only_the_day_to_which_it_was_moved_may_be_left() -> None:
    clock, made = begun(cn(10, 12), "5 calendar days", roll="next")
    paused = CHINA.pause(clock, made, cn(10, 19, 10))
    assert paused.left == 0
    assert due_date(CHINA.resume(paused, made, cn(10, 21))) == date(2026, 10, 22)


def test_an_overdue_clock_cannot_be_saved_by_a_pause() -> None:
    clock, made = begun(cn(10, 12))
    assert clock.due is not None
    assert CHINA.pause(clock, made, clock.due.before) is clock
    assert CHINA.stop(CHINA.pause(clock, made, cn(10, 21)), cn(10, 22)) == CHINA.stop(clock, cn(10, 22))
    assert CHINA.verdict(CHINA.pause(clock, made, cn(10, 21)), made, cn(10, 22)) == Verdict(Standing.OVERDUE, 3)


def test_a_clock_that_does_not_run_is_not_paused_and_one_that_is_not_paused_not_resumed() -> None:
    clock, made = begun(cn(10, 12))
    paused, stopped = CHINA.pause(clock, made, cn(10, 13)), CHINA.stop(clock, cn(10, 13))
    assert CHINA.pause(paused, made, cn(10, 14)) is paused
    assert CHINA.pause(stopped, made, cn(10, 14)) is stopped
    assert CHINA.resume(clock, made, cn(10, 14)) is clock
    assert CHINA.resume(stopped, made, cn(10, 14)) is stopped


def test_a_clock_that_is_stopped_in_a_pause_was_met() -> None:
    clock, made = begun(cn(10, 12))
    stopped = CHINA.stop(CHINA.pause(clock, made, cn(10, 14)), cn(12, 1))
    assert (stopped.status, stopped.met, stopped.late, stopped.left, stopped.due) == ("stopped", True, 0, None, None)
    assert stopped.pauses == (Pause(cn(10, 14), cn(12, 1)),)
    assert CHINA.verdict(stopped, made, cn(12, 2)) == Verdict(Standing.MET, 0)


def test_a_cancelled_clock_has_no_verdict_and_no_open_pause() -> None:
    clock, made = begun(cn(10, 12))
    for before in (clock, CHINA.pause(clock, made, cn(10, 14))):
        cancelled = CHINA.cancel(before, cn(10, 15))
        assert (cancelled.status, cancelled.stopped_at, cancelled.met, cancelled.left) == ("cancelled", cn(10, 15), None, None)
        assert all(pause.until for pause in cancelled.pauses)
        assert CHINA.verdict(cancelled, made, cn(10, 30)) == Verdict(Standing.CANCELLED, 0)


@pytest.mark.parametrize(
    ("limit", "count", "at", "late"),
    [
        ("5 working days", {}, cn(10, 20, 0), 1),  # 24:00 of the last day is 0:00 of the next
        ("5 working days", {}, cn(10, 26, 9), 5),
        ("5 working days", {"ends": "17:30"}, cn(10, 19, 17, 30), 0),  # the last day is not over, business is
        ("96 hours", {}, cn(10, 16, 10), 0),
        ("96 hours", {}, cn(10, 17, 10), 0),  # a Saturday
        ("96 hours", {}, cn(10, 19, 10), 1),
    ],
)
def test_lateness_is_in_working_days_since_the_last_day(limit: str, count: dict[str, Any], at: datetime, late: int) -> None:
    clock, made = begun(cn(10, 12), limit, **count)
    stopped = CHINA.stop(clock, at)
    assert (stopped.met, stopped.late, stopped.stopped_at) == (False, late, at)
    assert clock.due is not None
    time_late = at - clock.due.before if "hours" in limit else None
    assert CHINA.verdict(clock, made, at) == Verdict(Standing.OVERDUE, late, time_late)
    assert CHINA.verdict(stopped, made, cn(12, 1)) == Verdict(Standing.MET_LATE, late, time_late)


def test_a_clock_is_due_soon_when_few_working_days_are_left() -> None:
    clock, made = begun(cn(10, 12))
    said = [CHINA.verdict(clock, made, cn(10, day)) for day in (12, 15, 16, 17, 19)]
    assert [(each.state.value, each.days) for each in said] == [
        ("running", 5),
        ("running", 2),
        ("due soon", 1),
        ("due soon", 1),
        ("due soon", 0),
    ]


def test_a_rule_takes_one_word_for_a_list_of_one() -> None:
    made = rule()
    assert (made.starts_on, made.stops_on, made.pauses_on) == (("receive",), ("publish",), ())


# --- explanations -------------------------------------------------------------------------------------------------------


def told(lang: str, start: datetime, limit: str, keeper: Timekeeper = CHINA, pauses: tuple[Pause, ...] = (), **count: Any) -> str:
    text = keeper.explain(start, Limit.parse(limit), count=Count.model_validate(count), pauses=pauses).text(lang)  # type: ignore[arg-type]
    return text.replace(f"CN@{keeper.calendar.version}", "CN")


def test_an_explanation_names_each_day_with_its_reason_and_notice() -> None:
    start = cn(9, 30, year=2020)
    assert told("en", start, "3 working days") == (
        "3 working days from 2020-09-30 09:00 (Asia/Shanghai), calendar CN\n"
        "  2020-09-30 Wed  –      day zero, not counted (working day)\n"
        "  2020-10-01 Thu  –      not counted: 中秋节; 国庆节, notice CN-2020\n"
        "  2020-10-02 Fri  –      not counted: 国庆节, notice CN-2020\n"
        "  2020-10-03 Sat  –      not counted: 国庆节, notice CN-2020\n"
        "  2020-10-04 Sun  –      not counted: 中秋节; 国庆节, notice CN-2020\n"
        "  2020-10-05 Mon  –      not counted: 国庆节（补假）, notice CN-2020\n"
        "  2020-10-06 Tue  –      not counted: 中秋节（补假）, notice CN-2020\n"
        "  2020-10-07 Wed  –      not counted: 中秋节; 国庆节, notice CN-2020\n"
        "  2020-10-08 Thu  –      not counted: 中秋节; 国庆节, notice CN-2020\n"
        "  2020-10-09 Fri  day 1  working day\n"
        "  2020-10-10 Sat  day 2  make-up workday, notice CN-2020\n"
        "  2020-10-11 Sun  –      not counted: weekend\n"
        "  2020-10-12 Mon  day 3  working day\n"
        "due 2020-10-12 24:00"
    )


def test_an_explanation_is_there_in_chinese() -> None:
    assert told("zh", cn(9, 29, year=2019), "1个工作日") == (
        "1个工作日，自2019-09-29 09:00起（Asia/Shanghai），历法CN\n"
        "  2019-09-29 周日  –      起算当日不计（调休上班，依据通知CN-2019）\n"
        "  2019-09-30 周一  第1日  工作日\n"
        "期限届满：2019-09-30 24:00"
    )
    assert "  2020-10-01 周四  –      不计：中秋节、国庆节，依据通知CN-2020\n" in told("zh", cn(9, 30, year=2020), "3个工作日")


def test_an_explanation_says_why_day_zero_was_moved() -> None:
    late = cn(10, 9, 17, 30, 1)
    assert told("en", late, "1 working day", cutoff="17:30").splitlines() == [
        "1 working day from 2026-10-09 17:30:01 (Asia/Shanghai), calendar CN",
        "received on 2026-10-09, past 17:30: counted as received on 2026-10-10",
        "  2026-10-09 Fri  –      before day zero (working day)",
        "  2026-10-10 Sat  –      day zero, not counted (make-up workday, notice CN-2026)",
        "  2026-10-11 Sun  –      not counted: weekend",
        "  2026-10-12 Mon  day 1  working day",
        "due 2026-10-12 24:00",
    ]
    assert told("zh", late, "1 working day", cutoff="17:30").splitlines()[1:3] == [
        "收件于2026-10-09，已过17:30：视为2026-10-10收件",
        "  2026-10-09 周五  –      起算日之前（工作日）",
    ]
    sunday = cn(10, 11)
    assert told("en", sunday, "1 working day", day_zero="next-working-day").splitlines()[1] == (
        "received on 2026-10-11, not a working day: counted as received on 2026-10-12"
    )
    assert told("zh", sunday, "1 working day", day_zero="next-working-day").splitlines()[1] == (
        "收件于2026-10-11，非工作日：视为2026-10-12收件"
    )
    assert told("en", cn(10, 9, 18), "0 working days", ends="17:30").splitlines()[1] == (
        "received on 2026-10-09, past 17:30: counted as received on 2026-10-10"
    )
    both = CHINA.explain(cn(10, 9, 18, 1), Limit(5, "working days"), count=Count(ends="17:30", cutoff=time(18)))
    assert both.moved_at == time(18)


def test_no_days_are_explained_by_the_day_that_is_the_last() -> None:
    assert told("en", cn(10, 9), "0 working days").splitlines()[1:] == [
        "  2026-10-09 Fri  –  the last day (working day)",
        "due 2026-10-09 24:00",
    ]
    assert told("zh", cn(10, 11), "0 working days").splitlines()[1:] == [
        "  2026-10-11 周日  –  不计：周末",
        "  2026-10-12 周一  –  期限最后一日（工作日）",
        "期限届满：2026-10-12 24:00",
    ]


def test_calendar_days_are_numbered_whether_worked_or_not_and_the_move_is_told() -> None:
    rows = told("en", cn(10, 13), "4 calendar days", roll="next").splitlines()
    assert rows[-6:] == [
        "  2026-10-15 Thu  day 2  working day",
        "  2026-10-16 Fri  day 3  working day",
        "  2026-10-17 Sat  day 4  weekend",
        "  2026-10-18 Sun  –      not counted: weekend",
        "  2026-10-19 Mon  –      the last day, moved here from a day off (working day)",
        "due 2026-10-19 24:00",
    ]
    assert "  2026-10-19 周一  –      期限最后一日，顺延至此（工作日）" in told("zh", cn(10, 13), "4日", roll="next")


def test_months_are_explained_by_the_day_they_reach() -> None:
    january = cn(1, 31, year=2024)
    assert told("en", january, "1 month").splitlines()[1] == "counted in months: to 2024-02-29, the end of a month without a day 31"
    assert told("zh", january, "1个月").splitlines()[1] == "按月计算：当月无31日，至月末2024-02-29止"
    assert told("en", cn(1, 15), "1 month").splitlines()[1] == "counted in months: to the corresponding day, 2026-02-15"
    assert told("zh", cn(1, 15), "1个月").splitlines()[1] == "按月计算：至对应日2026-02-15止"
    assert "  2024-02-29 Thu  day 29  working day\n" in told("en", january, "1 month")


def test_hours_are_explained_by_what_ran_on_each_day() -> None:
    pauses = (Pause(cn(10, 10, 10), cn(10, 10, 12, 30)),)
    assert told("en", cn(10, 9, 16, 30), "30 hours", pauses=pauses).splitlines()[1:] == [
        "  2026-10-09 Fri  7 h 30 min   working day",
        "  2026-10-10 Sat  21 h 30 min  make-up workday, notice CN-2026, paused 2 h 30 min",
        "  2026-10-11 Sun  1 h          weekend",
        "due 2026-10-11 01:00",
    ]
    assert told("zh", cn(10, 9, 16, 30), "30小时", pauses=pauses).splitlines()[2:] == [
        "  2026-10-10 周六  21小时30分  调休上班，依据通知CN-2026，中止2小时30分",
        "  2026-10-11 周日  1小时       周末",
        "期限届满：2026-10-11 01:00",
    ]


def test_a_day_of_23_hours_is_explained_as_such() -> None:
    rows = told("en", uk(3, 28, 12), "48 hours", ENGLAND).splitlines()
    assert [row[18:22] for row in rows[1:-1]] == ["12 h", "23 h", "13 h"]


def test_paused_days_are_shown_as_paused() -> None:
    pauses = (Pause(cn(10, 13), cn(10, 14)),)
    assert told("en", cn(10, 12), "2 working days", pauses=pauses).splitlines()[2:] == [
        "  2026-10-13 Tue  –      not counted: paused (working day)",
        "  2026-10-14 Wed  –      not counted: paused (working day)",
        "  2026-10-15 Thu  day 1  working day",
        "  2026-10-16 Fri  day 2  working day",
        "due 2026-10-16 24:00",
    ]
    assert "  2026-10-13 周二  –      不计：中止期间（工作日）\n" in told("zh", cn(10, 12), "2个工作日", pauses=pauses)


def test_an_open_pause_has_what_is_left_in_place_of_a_due_date() -> None:
    pauses = (Pause(cn(10, 14, 10)),)
    assert told("en", cn(10, 12), "5 working days", pauses=pauses).splitlines()[2:] == [
        "  2026-10-13 Tue  day 1  working day",
        "  2026-10-14 Wed  –      not counted: paused (working day)",
        "paused since 2026-10-14 10:00, 4 working days left; no due date until the pause ends",
    ]
    assert told("zh", cn(10, 12), "5个工作日", pauses=pauses).splitlines()[-1] == (
        "自2026-10-14 10:00起中止，尚余4个工作日；中止结束前无期限届满日"
    )
    assert told("en", cn(10, 12), "100 hours", pauses=pauses).splitlines()[-2:] == [
        "  2026-10-14 Wed  10 h  working day",
        "paused since 2026-10-14 10:00, 51 hours left; no due date until the pause ends",
    ]


def test_a_clock_that_ended_in_a_pause_is_explained_up_to_it() -> None:
    clock, made = begun(cn(10, 12))
    stopped = CHINA.stop(CHINA.pause(clock, made, cn(10, 14)), cn(12, 1))
    found = CHINA.explain(stopped.started_at, stopped.limit, count=made.count, pauses=stopped.pauses, paused=stopped.due is None)
    assert (found.due, found.left, found.days[-1].day.date) == (None, Limit(4, "working days"), date(2026, 10, 14))
    assert found.text("en").splitlines()[-1] == (
        "paused since 2026-10-14 09:00, 4 working days left; the clock ended in the pause, without a due date"
    )
    assert found.text("zh").splitlines()[-1] == "自2026-10-14 09:00起中止，尚余4个工作日；计时在中止期间结束"


def test_a_paused_clock_without_a_pause_cannot_be_explained() -> None:
    with pytest.raises(InputError, match="a paused clock cannot be explained without its pause"):
        CHINA.explain(cn(10, 12), Limit(5, "working days"), paused=True)


def test_days_that_nobody_announced_are_marked_in_an_explanation() -> None:
    assert told("en", cn(12, 30), "2 working days", LENIENT).splitlines()[2:] == [
        "  2026-12-31 Thu  day 1  working day, open to the next year's notice",
        "  2027-01-01 Fri  –      not counted: 元旦, not announced yet",
        "  2027-01-02 Sat  –      not counted: weekend, not announced yet",
        "  2027-01-03 Sun  –      not counted: weekend, not announced yet",
        "  2027-01-04 Mon  day 2  working day, not announced yet",
        "due 2027-01-04 24:00, provisional: a notice still to come may move it",
        "expected between 2027-01-04 and 2027-01-05",
    ]
    chinese = told("zh", cn(12, 30), "2个工作日", LENIENT).splitlines()
    assert chinese[-3:] == [
        "  2027-01-04 周一  第2日  工作日，尚未公布",
        "期限届满：2027-01-04 24:00（暂定：待公布的放假安排可能使其变动）",
        "预计在2027-01-04至2027-01-05之间",
    ]
    # calendar days are certain, whoever announces what
    assert told("en", cn(12, 30), "3 calendar days").splitlines()[-2:] == [
        "  2027-01-02 Sat  day 3  weekend, not announced yet",
        "due 2027-01-02 24:00",
    ]


def test_the_end_of_an_explanation_is_the_due_moment_as_clocks_show_it() -> None:
    ends: list[tuple[datetime, dict[str, Any], str]] = [
        (cn(10, 12), {"ends": "17:30"}, "2026-10-13 17:30"),
        (cn(10, 12, 9, 0, 5), {"ends": "same-time"}, "2026-10-13 09:00:05"),
        (cn(10, 12, 0), {"ends": "same-time"}, "2026-10-13 00:00"),  # as a time of day, not the end of that day
        (cn(10, 12, 0), {}, "2026-10-13 24:00"),
    ]
    for start, count, end in ends:
        assert told("en", start, "1 working day", **count).splitlines()[-1] == f"due {end}"
        assert told("zh", start, "1 working day", **count).splitlines()[-1] == f"期限届满：{end}"


def test_an_explanation_can_be_written_as_json() -> None:
    found = CHINA.explain(cn(10, 12), Limit(2, "working days"), pauses=[Pause(cn(10, 13))])
    assert b'"moved":""' in msgspec.json.encode(found)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        told("fr", cn(10, 12), "2 working days")


@pytest.mark.parametrize(
    ("verdict", "en", "zh"),
    [
        (Verdict(Standing.RUNNING, 2), "2 working days left", "还剩2个工作日"),
        (Verdict(Standing.DUE_SOON, 1), "1 working day left", "还剩1个工作日"),
        (Verdict(Standing.DUE_SOON, 0), "due today", "今日到期"),
        (Verdict(Standing.OVERDUE, 3), "overdue by 3 working days", "逾期3个工作日"),
        (Verdict(Standing.OVERDUE, 0), "overdue", "已逾期"),
        (Verdict(Standing.PAUSED, 4), "paused, 4 working days left", "中止，尚余4个工作日"),
        (Verdict(Standing.MET, 0), "met", "按期"),
        (Verdict(Standing.MET_LATE, 1), "met late by 1 working day", "逾期1个工作日完成"),
        (Verdict(Standing.CANCELLED, 0), "cancelled", "终止"),
    ],
)
def test_a_verdict_is_said_in_words(verdict: Verdict, en: str, zh: str) -> None:
    assert (verdict.text("en"), verdict.text("zh")) == (en, zh)


def test_every_state_of_a_clock_has_words() -> None:
    assert all(Verdict(state, 0).text(lang) for state in Standing for lang in ("en", "zh"))
