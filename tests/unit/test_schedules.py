"""When issues are due, as of when, for what, and with which number: pure questions, asked of a schedule and a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casework import Rulebook
from casework.calendars import WorkCalendar
from casework.errors import InputError
from casework.moments import period as days_of
from casework.outline import Schedule
from casework.schedules import (
    Every,
    before,
    coming,
    counted,
    due,
    is_of,
    numbered,
    period_of,
    scopes,
    series_of,
    shown,
    taken_at,
    titled,
)
from casework.sla import Timekeeper
from casework.units import read_register

EVERY: tuple[Every, ...] = ("day", "week", "month", "quarter", "year")
KINDS = st.sampled_from(EVERY)
DAYS = st.dates(date(2018, 1, 1), date(2030, 12, 31))
CHINA = Timekeeper(WorkCalendar.named("CN"), "Asia/Shanghai", provisional=True)


def schedule(every: str, **more: Any) -> Schedule:
    """A list without a title, with what its kind must have."""
    usual: dict[str, Any] = {"id": "s", "every": every, "form": "list"}
    if every in ("month", "quarter", "year"):
        usual["as_of"] = 10
    return Schedule.model_validate(usual | more)


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return Timekeeper(WorkCalendar.named("CN"), zone).read(text)


def labels(row: Schedule, *, after: str, count: int, keeper: Timekeeper = CHINA) -> list[str]:
    return [slot.period for slot in islice(coming(row, keeper, after=after), count)]


# --- periods ----------------------------------------------------------------------------------------------------------


@given(KINDS, DAYS)
def test_every_day_lies_in_one_period_of_each_kind(every: Every, day: date) -> None:
    first, last = days_of(period_of(every, day))
    assert first <= day <= last
    assert {period_of(every, each) for each in (first, last)} == {period_of(every, day)}
    assert is_of(every, first, last)
    assert every == "day" or not is_of(every, first + timedelta(days=1), last)


@given(KINDS, DAYS)
def test_periods_follow_each_other_without_a_gap(every: Every, day: date) -> None:
    slots = list(
        islice(coming(schedule(every, **({"days": "all"} if every == "day" else {})), CHINA, after=period_of(every, day)), 9)
    )
    for one, other in pairwise(slots):
        assert other.first == one.last + timedelta(days=1)
        assert before(every, other.last) == one.period
        assert one.as_of < other.as_of
    assert slots[0].first == days_of(period_of(every, day))[1] + timedelta(days=1)


@pytest.mark.parametrize(
    "every, after, expected",
    [
        ("day", "2020-02-27", ["2020-02-28", "2020-02-29", "2020-03-01"]),
        ("day", "2020-12-30", ["2020-12-31", "2021-01-01", "2021-01-02"]),
        ("week", "2020-W52", ["2020-W53", "2021-W01", "2021-W02"]),
        ("week", "2018-W52", ["2019-W01", "2019-W02", "2019-W03"]),
        ("month", "2019-11", ["2019-12", "2020-01", "2020-02"]),
        ("quarter", "2019-Q3", ["2019-Q4", "2020-Q1", "2020-Q2"]),
        ("year", "2018", ["2019", "2020", "2021"]),
    ],
)
def test_periods_go_over_the_ends_of_years_and_of_february(every: str, after: str, expected: list[str]) -> None:
    row = schedule(every, **({"days": "all"} if every == "day" else {}))
    assert labels(row, after=after, count=3) == expected


def test_the_first_week_of_a_year_may_begin_in_the_year_before() -> None:
    assert period_of("week", date(2019, 12, 30)) == "2020-W01"
    assert period_of("week", date(2021, 1, 3)) == "2020-W53"
    [slot] = islice(coming(schedule("week"), CHINA, after="2019-W52"), 1)
    assert (slot.period, slot.first, slot.last) == ("2020-W01", date(2019, 12, 30), date(2020, 1, 5))


# --- working days -----------------------------------------------------------------------------------------------------


def test_a_list_of_working_days_leaves_out_the_holiday_and_takes_in_the_sunday_that_is_worked() -> None:
    assert labels(schedule("day"), after="2020-09-25", count=6) == [
        "2020-09-27",  # a Sunday that was worked for National Day
        "2020-09-28",
        "2020-09-29",
        "2020-09-30",
        "2020-10-09",  # the first day after it
        "2020-10-10",  # a Saturday that was worked
    ]


@given(DAYS.filter(lambda day: day.year < 2026))
def test_exactly_the_working_days_have_an_issue(day: date) -> None:
    until = day + timedelta(days=30)
    found = {slot.first for slot in due(schedule("day"), CHINA, after=str(day), now=local(f"{until} 12:00"))}
    after = (day + timedelta(days=n) for n in range(1, 31))
    assert found == {each for each in after if CHINA.calendar.is_working_day(each)}


def test_a_year_that_is_not_announced_is_counted_by_estimate_where_that_is_allowed() -> None:
    assert labels(schedule("day"), after="2027-01-03", count=1) == ["2027-01-04"]
    with pytest.raises(InputError, match=r"2027"):
        labels(schedule("day"), after="2027-01-03", count=1, keeper=Timekeeper(WorkCalendar.named("CN"), "Asia/Shanghai"))


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row, last, moment",
    [
        (schedule("month"), "2020-07-31", "2020-08-11 00:00"),  # the end of the tenth, as bulletins have always been taken
        (schedule("month", at="24:00"), "2020-07-31", "2020-08-11 00:00"),
        (schedule("month", at="08:30"), "2020-07-31", "2020-08-10 08:30"),
        (schedule("month", as_of=28), "2020-01-31", "2020-02-29 00:00"),
        (schedule("month", as_of=1, at="00:00"), "2020-12-31", "2021-01-01 00:00"),
        (schedule("quarter", as_of=15), "2019-09-30", "2019-10-16 00:00"),
        (schedule("year", as_of=20, at="09:00"), "2019-12-31", "2020-01-20 09:00"),
        (schedule("week"), "2020-07-12", "2020-07-13 00:00"),  # the very end of Sunday
        (schedule("week", at="08:30"), "2020-07-12", "2020-07-13 08:30"),
        (schedule("week", as_of="sun", at="24:00"), "2020-07-12", "2020-07-20 00:00"),
        (schedule("week", as_of="wed"), "2020-07-12", "2020-07-15 00:00"),
        (schedule("day"), "2020-07-06", "2020-07-06 00:00"),
        (schedule("day", at="08:30"), "2020-07-06", "2020-07-06 08:30"),
        (schedule("day", at="24:00"), "2020-07-06", "2020-07-07 00:00"),
    ],
)
def test_an_issue_is_taken_at_a_time_of_its_day(row: Schedule, last: str, moment: str) -> None:
    assert taken_at(row, date.fromisoformat(last), "Asia/Shanghai") == local(moment)


@pytest.mark.parametrize(
    "at, day, utc",
    [
        ("02:30", "2021-03-28", "2021-03-28T01:30"),  # skipped: 02:30 is 03:30, an hour and a half after midnight UTC
        ("02:30", "2021-10-31", "2021-10-31T00:30"),  # comes twice: the first
        ("08:30", "2021-03-27", "2021-03-27T07:30"),
        ("08:30", "2021-03-28", "2021-03-28T06:30"),
        ("24:00", "2021-10-31", "2021-10-31T23:00"),
    ],
)
def test_a_change_of_the_clocks_moves_the_moment_and_loses_no_issue(at: str, day: str, utc: str) -> None:
    row = schedule("day", at=at, days="all")
    assert taken_at(row, date.fromisoformat(day), "Europe/Berlin") == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    keeper = Timekeeper(WorkCalendar.named("DE"), "Europe/Berlin")
    slots = list(islice(coming(row, keeper, after="2020-12-31"), 400))
    assert all(one.as_of < other.as_of for one, other in pairwise(slots))


@given(KINDS, DAYS, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_what_is_due_is_what_has_come_and_nothing_in_between_is_left_out(every: Every, day: date, later: timedelta) -> None:
    row, after = schedule(every, at="08:30"), period_of(every, day)
    now = local(f"{day} 12:00") + later
    found = list(due(row, CHINA, after=after, now=now))
    follow = list(islice(coming(row, CHINA, after=after), len(found) + 1))
    assert found == follow[:-1]
    assert all(slot.as_of <= now for slot in found)
    assert follow[-1].as_of > now


def test_an_issue_is_due_from_its_very_moment() -> None:
    moment, tick = local("2020-08-11 00:00"), timedelta(microseconds=1)
    assert [slot.period for slot in due(schedule("month"), CHINA, after="2020-06", now=moment)] == ["2020-07"]
    assert list(due(schedule("month"), CHINA, after="2020-06", now=moment - tick)) == []


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_the_fifth_issue_of_yunxi_is_that_of_july() -> None:
    monthly = Rulebook.shipped("yunxi").schedule()
    assert monthly is not None
    assert numbered(monthly, "2020-07", counted(monthly, "2020-07")) == "第5期"
    assert numbered(monthly, "2021-03", counted(monthly, "2021-03")) == "第13期"


@pytest.mark.parametrize(
    "every, first, period, n",
    [
        ("day", "2020-02-27", "2020-03-01", 4),
        ("week", "2020-W52", "2021-W01", 3),
        ("month", "2019-11", "2020-02", 4),
        ("quarter", "2019-Q2", "2020-Q1", 4),
        ("year", "2019", "2022", 4),
    ],
)
def test_numbers_are_counted_from_the_first_period(every: str, first: str, period: str, n: int) -> None:
    row = schedule(every, series={"first": first}, **({"days": "all"} if every == "day" else {}))
    assert counted(row, period) == n
    assert series_of("b", row, period, "") == ""
    assert labels(row, after=before(row.every, days_of(first)[0]), count=n) == labels(row, after="2010", count=n)


@pytest.mark.parametrize(
    "every, first, period, n",
    [
        ("day", "2020-02-27", "2021-01-03", 3),
        ("week", "2020-W50", "2020-W53", 4),
        ("week", "2020-W50", "2021-W02", 2),
        ("month", "2019-11", "2019-12", 2),
        ("month", "2019-11", "2021-02", 2),
        ("quarter", "2019-Q2", "2020-Q3", 3),
        ("year", "2019", "2022", 1),
    ],
)
def test_a_pattern_with_the_year_counts_anew_in_each(every: str, first: str, period: str, n: int) -> None:
    series = {"first": first, "pattern": "〔{year}〕第{n:02}期"}
    row = schedule(every, series=series, **({"days": "all"} if every == "day" else {}))
    assert numbered(row, period, counted(row, period)) == f"〔{period[:4]}〕第{n:02}期"


@given(KINDS.filter(lambda every: every != "day"), DAYS, st.booleans())
def test_counted_numbers_have_no_gap_and_no_double(every: Every, day: date, anew: bool) -> None:
    series = {"first": period_of(every, day), "pattern": "{year}-{n}" if anew else "{n}"}
    row = schedule(every, series=series)
    slots = list(islice(coming(row, CHINA, after="2017"), 60))
    assert slots[0].period == series["first"]
    numbers = [(slot.period[:4], counted(row, slot.period) or 0) for slot in slots]
    for (year, n), (then, m) in pairwise(numbers):
        assert m == (1 if anew and year != then else n + 1)
    assert numbers[0][1] == 1


def test_a_period_before_the_first_has_no_number() -> None:
    row = schedule("quarter", series={"first": "2019-Q2"})
    with pytest.raises(InputError, match=r"^the period 2019-Q1 is before 2019-Q2, for which schedule 's' has its first issue$"):
        counted(row, "2019-Q1")


@pytest.mark.parametrize(
    "pattern, name",
    [
        ("第{n}期", "issue:b/s//"),
        ("〔{year}〕{n}", "issue:b/s/2019/"),
        ("{scope}{n}", "issue:b/s//县长信箱"),
        ("{scope}〔{year}〕{n:03}", "issue:b/s/2019/县长信箱"),
    ],
)
def test_drawn_numbers_have_a_series_for_each_year_and_scope_that_the_pattern_names(pattern: str, name: str) -> None:
    row = schedule("quarter", series={"pattern": pattern}, per="board")
    assert (counted(row, "2019-Q3"), series_of("b", row, "2019-Q3", "县长信箱")) == (None, name)
    assert numbered(row, "2019-Q3", 7, "县长信箱") == pattern.format(n=7, year=2019, scope="县长信箱")


def test_a_schedule_without_a_series_has_no_numbers() -> None:
    row = schedule("week")
    assert (series_of("b", row, "2020-W01", ""), counted(row, "2020-W01"), numbered(row, "2020-W01", None)) == ("", None, "")


# --- for what ---------------------------------------------------------------------------------------------------------

TOWN = read_register("""
id = "town"
[[group]]
id = "towns"
zh = "乡镇"
en = "townships"
[[group]]
id = "bureaus"
zh = "县直部门"
en = ""
[[unit]]
name = "夹河镇"
group = "towns"
[[unit]]
name = "公安局"
en = "Public Security"
group = "bureaus"
[[board]]
name = "市长信箱"
en = "Mayor"
[[board]]
name = "省长信箱"
outside = true
[[board]]
name = "县长信箱"
""")


@pytest.mark.parametrize(
    "per, expected",
    [
        ("all", [("", "", "")]),
        ("board", [("市长信箱", "市长信箱", "Mayor"), ("县长信箱", "县长信箱", "县长信箱")]),
        ("group", [("towns", "乡镇", "townships"), ("bureaus", "县直部门", "bureaus")]),
        ("unit", [("夹河镇", "夹河镇", "夹河镇"), ("公安局", "公安局", "Public Security")]),
    ],
)
def test_issues_are_made_of_what_the_register_lists_in_its_order(per: str, expected: list[tuple[str, str, str]]) -> None:
    assert [tuple(scope) for scope in scopes(schedule("week", per=per), TOWN)] == expected
    assert len(scopes(schedule("week", per=per), None)) == (per == "all")


# --- in words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "period, zh, en",
    [
        ("2020-07-06", "2020年7月6日", "6 July 2020"),
        ("2020-W05", "2020年第5周", "week 5 of 2020"),
        ("2020-07", "2020年7月", "July 2020"),
        ("2019-Q3", "2019年第3季度", "quarter 3 of 2019"),
        ("2019", "2019年", "2019"),
    ],
)
def test_periods_are_called_as_people_call_them(period: str, zh: str, en: str) -> None:
    assert (shown(period), shown(period, lang="en")) == (zh, en)


@pytest.mark.parametrize(
    "row, period, scope, title",
    [
        (schedule("day", title="{year}年{month}月{day}日督办清单"), "2020-07-06", "", "2020年7月6日督办清单"),
        (schedule("week", title="{year}年第{week}周网民留言周报"), "2020-W05", "", "2020年第5周网民留言周报"),
        (
            schedule("quarter", title="{year}年第{quarter}季度通报", per="board"),
            "2019-Q3",
            "县长信箱",
            "2019年第3季度通报（县长信箱）",
        ),
        (schedule("year", title="{scope}{period}总结", per="unit"), "2019", "夹河镇", "夹河镇2019年总结"),
        (schedule("week", form="digest"), "2020-W05", "", "2020年第5周简报"),
    ],
)
def test_a_title_names_its_period_and_scope(row: Schedule, period: str, scope: str, title: str) -> None:
    assert titled(row, period, scope) == title


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given, why",
    [
        ({"every": "month"}, "after a month as_of is a day of the following month, 1 to 28; it is missing"),
        ({"every": "year", "as_of": 29}, "after a year as_of is a day of the following month, 1 to 28; got 29"),
        ({"every": "quarter", "as_of": "mon"}, "after a quarter as_of is a day of the following month, 1 to 28; got 'mon'"),
        ({"every": "week", "as_of": 3}, "after a week as_of is a day of the following week"),
        ({"every": "day", "as_of": 3}, "a day's own is made that day, at `at`"),
        ({"every": "week", "days": "all"}, "it goes with every = 'day'"),
        ({"every": "day", "at": "8:30"}, "at is a time of day such as '08:30', up to '24:00'; got '8:30'"),
        ({"every": "day", "at": "24:30"}, "got '24:30'"),
        ({"every": "day", "series": {"first": "2020-07-06"}}, "a notice may change which days are worked"),
        ({"every": "week", "series": {"first": "2020-07"}}, "a week such as '2020-W28'; got '2020-07'"),
        ({"every": "week", "series": {"first": "2021-W53"}}, "a week such as '2020-W28'; got '2021-W53'"),
        ({"every": "month", "as_of": 5, "series": {"first": "2020-13"}}, "a month such as '2020-07'; got '2020-13'"),
        ({"every": "week", "series": {"pattern": "第期"}}, "a pattern of numbers holds {n}"),
        ({"every": "week", "series": {"pattern": "{n}{yaer}"}}, "holds {yaer}, which is not known"),
        ({"every": "week", "series": {"pattern": "{n"}}, "cannot read '{n'"),
        ({"every": "week", "series": {"pattern": "{n:x}"}}, "only {n} may have a width"),
        ({"every": "week", "series": {"pattern": "{scope}{n}"}}, "let per = 'board', 'group' or 'unit'"),
        ({"every": "week", "title": "{scope}周报"}, "let per = 'board', 'group' or 'unit'"),
        ({"every": "week", "title": "{month}月周报"}, "the title holds {month}, which a week has not"),
        ({"every": "week", "title": "{yeer}年周报"}, "did you mean 'year'?"),
        ({"every": "week", "form": "bulletin"}, "a bulletin has a title"),
        ({"every": "week", "form": "bulletin", "title": "通报", "lists": ["open"]}, "a bulletin does not list all that is open"),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError) as error:
        Schedule.model_validate({"id": "s", "form": "list"} | given)
    assert why in str(error.value)


def test_a_schedule_that_was_written_out_in_full_is_read_again() -> None:
    for every in EVERY:
        row = schedule(every)
        assert Schedule.model_validate(row.model_dump(mode="json")) == row
