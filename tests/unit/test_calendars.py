"""Working-day calendars: what is known, since when, why, and what is refused."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
import holidays
import pendulum
import pytest

from casework.calendars import Day, Notice, Span, WorkCalendar
from casework.errors import CalendarNotAnnounced, InputError, NoticeInvalid, UnknownCalendar
from casework.notices import read_notices, shipped_notices

SRC = Path(__file__).resolve().parents[2] / "src"
CN = WorkCalendar.named("CN")
STATUTORY = ["GB-ENG", "US", "JP", "DE"]


def each_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def notice(name: str, published_on: date, year: int, *, off: tuple[date, ...] = (), work: tuple[date, ...] = ()) -> Notice:
    return Notice(id=name, published_on=published_on, year=year, off=tuple(Span(day, day) for day in off), work=work)


# --- China ------------------------------------------------------------------------------------------------------------


def test_china_agrees_with_a_second_library_on_every_day_of_the_nine_years_with_a_notice() -> None:
    days = each_day(date(2018, 1, 1), date(2026, 12, 31))
    assert len(days) == 3287
    assert [day for day in days if CN.is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_china_before_2018_agrees_with_a_second_library_on_all_days_but_one() -> None:
    days = each_day(date(2004, 1, 1), date(2017, 12, 31))
    # The notice of 2006 exchanged Saturday 31 December 2005 for 3 January; the other library does not have that Saturday.
    assert [day for day in days if CN.is_working_day(day) != chinese_calendar.is_workday(day)] == [date(2005, 12, 31)]
    assert CN.is_working_day(date(2005, 12, 31))


def test_each_year_with_a_notice_has_as_many_working_and_make_up_days_as_its_notice_leaves() -> None:
    reasons = {year: Counter(day.reason for day in CN.days(date(year, 1, 1), date(year, 12, 31))) for year in range(2018, 2027)}
    assert {year: count["weekday"] + count["make-up"] for year, count in reasons.items()} == {
        2018: 250, 2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248,
    }  # fmt: skip
    assert {year: count["make-up"] for year, count in reasons.items()} == {
        2018: 7, 2019: 6, 2020: 6, 2021: 7, 2022: 7, 2023: 7, 2024: 8, 2025: 5, 2026: 6,
    }  # fmt: skip


def test_half_day_holidays_are_working_days() -> None:
    assert CN.is_working_day(date(2024, 3, 8))  # Women's Day, for women
    assert CN.is_working_day(date(2025, 8, 1))  # Army Day, for soldiers


def test_china_is_announced_through_the_year_of_its_last_notice() -> None:
    assert (CN.first, CN.announced_through, CN.last) == (date(2001, 1, 1), date(2026, 12, 31), date(2026, 12, 31))
    assert [each.year for each in CN.notices] == [2018, 2019, 2019, 2020, 2020, 2021, 2022, 2023, 2024, 2025, 2026]
    assert CN.notices == shipped_notices("CN")
    assert all(each.source.startswith("国务院办公厅") for each in CN.notices)


def test_a_notice_moves_the_last_days_of_the_year_before_its_own() -> None:
    before = WorkCalendar.named("CN", as_of=date(2018, 12, 3))
    assert [before.is_working_day(date(2018, 12, day)) for day in (29, 30, 31)] == [False, False, True]
    assert [CN.is_working_day(date(2018, 12, day)) for day in (29, 30, 31)] == [True, False, False]


@pytest.mark.parametrize(
    "amended, last_before, first_after, then, now",
    [
        (date(2019, 4, 28), date(2019, 3, 21), date(2019, 3, 22), False, True),
        (date(2019, 5, 2), date(2019, 3, 21), date(2019, 3, 22), True, False),
        (date(2020, 1, 31), date(2020, 1, 25), date(2020, 1, 26), True, False),
        (date(2020, 2, 1), date(2020, 1, 25), date(2020, 1, 26), True, False),
    ],
)
def test_an_amendment_counts_from_the_day_it_was_published(
    amended: date, last_before: date, first_after: date, then: bool, now: bool
) -> None:
    assert WorkCalendar.named("CN", as_of=last_before).is_working_day(amended) is then
    assert WorkCalendar.named("CN", as_of=first_after).is_working_day(amended) is now
    assert CN.is_working_day(amended) is now


def test_an_amendment_changes_only_the_days_that_it_names() -> None:
    before, after = (WorkCalendar.named("CN", as_of=day) for day in (date(2019, 3, 21), date(2019, 3, 22)))
    assert before.changed(after) == (date(2019, 4, 28), date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 5))


def test_as_it_was_known_then_china_ends_with_the_last_notice_published() -> None:
    assert WorkCalendar.named("CN", as_of=date(2018, 12, 3)).announced_through == date(2018, 12, 31)
    assert WorkCalendar.named("CN", as_of=date(2018, 12, 4)).announced_through == date(2019, 12, 31)


def test_before_the_notices_with_a_known_date_china_ends_with_the_year_of_the_question() -> None:
    assert WorkCalendar.named("CN", as_of=date(2012, 11, 1)).announced_through == date(2012, 12, 31)
    assert WorkCalendar.named("CN", as_of=date(2017, 11, 29)).announced_through == date(2017, 12, 31)
    with pytest.raises(InputError, match=r"calendar 'CN' begins in 2001; nothing of it was announced as of 1999-05-01"):
        WorkCalendar.named("CN", as_of=date(1999, 5, 1))


def test_a_deadline_across_national_day_counts_the_make_up_saturday() -> None:
    assert CN.add(date(2026, 9, 30), 5) == date(2026, 10, 13)
    assert CN.count(date(2026, 9, 30), date(2026, 10, 13)) == 5
    assert CN.add(date(2026, 10, 3), 0) == date(2026, 10, 8)
    assert CN.add(date(2026, 10, 8), -1) == date(2026, 9, 30)


# --- why a day is what it is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day",
    [
        Day(date(2026, 9, 30), True, "weekday", "", None, True),
        Day(date(2026, 9, 12), False, "weekend", "", None, True),
        Day(date(2026, 9, 20), True, "make-up", "", "CN-2026", True),
        Day(date(2026, 10, 1), False, "holiday", "国庆节", "CN-2026", True),
        Day(date(2026, 10, 4), False, "holiday", "国庆节", "CN-2026", True),  # a Sunday inside the holiday
        Day(date(2018, 2, 15), False, "holiday", "春节", "CN-2018", True),  # moved there: it has no name of its own
        Day(date(2018, 12, 31), False, "holiday", "元旦", "CN-2019", True),
        Day(date(2019, 5, 2), False, "holiday", "劳动节", "CN-2019-labour-day", True),
        Day(date(2020, 1, 31), False, "holiday", "春节延长假期", "CN-2020-spring-festival-extended", True),
        Day(date(2017, 1, 27), False, "holiday", "春节", None, True),
        Day(date(2017, 1, 22), True, "make-up", "", None, True),
    ],
)
def test_a_day_of_china_says_why_it_is_worked_or_not(day: Day) -> None:
    assert CN.day(day.date) == day


@pytest.mark.parametrize(
    "name, day, reason, holiday",
    [
        ("GB-ENG", date(2026, 4, 6), "holiday", "Easter Monday"),
        ("GB-ENG", date(2026, 12, 26), "holiday", "Boxing Day"),  # a Saturday
        ("JP", date(2026, 9, 22), "holiday", "国民の休日"),
        ("DE", date(2026, 5, 14), "holiday", "Christi Himmelfahrt"),
        ("US", date(2026, 6, 19), "holiday", "Juneteenth National Independence Day"),
        ("US", date(2026, 6, 20), "weekend", ""),
    ],
)
def test_a_holiday_has_its_name_in_the_language_of_the_country(name: str, day: date, reason: str, holiday: str) -> None:
    found = WorkCalendar.named(name).day(day)
    assert (found.reason, found.name, found.working, found.notice) == (reason, holiday, False, None)


def test_days_are_listed_with_both_ends_and_none_backwards() -> None:
    listed = list(CN.days(date(2026, 10, 1), date(2026, 10, 3)))
    assert listed == [CN.day(date(2026, 10, day)) for day in (1, 2, 3)]
    assert list(CN.days(date(2026, 10, 3), date(2026, 10, 1))) == []


# --- other countries --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*STATUTORY, "US-CA", "RU"])
def test_where_statutes_fix_the_holidays_every_day_is_as_the_holidays_library_has_it(name: str) -> None:
    calendar = WorkCalendar.named(name)
    country, _, part = name.partition("-")
    peer = holidays.country_holidays(country, subdiv=part or None, years=range(calendar.first.year, calendar.last.year + 2))
    days = each_day(calendar.first, calendar.last)
    assert [day for day in days if calendar.is_working_day(day) != peer.is_working_day(day)] == []


def test_where_statutes_fix_the_holidays_they_are_announced_through_2035() -> None:
    assert {WorkCalendar.named(name).announced_through for name in STATUTORY} == {date(2035, 12, 31)}
    assert WorkCalendar.named("GB-ENG").first == date(1990, 1, 1)
    assert WorkCalendar.named("DE").first == date(1991, 1, 1)  # the library knows no German holidays before


def test_a_bank_holiday_in_any_part_of_the_kingdom_is_off_in_all_of_it() -> None:
    whole = WorkCalendar.named("GB-ALL")
    nations = [WorkCalendar.named(f"GB-{part}") for part in ("ENG", "NIR", "SCT", "WLS")]
    for day in each_day(date(2020, 1, 1), date(2027, 12, 31)):
        assert whole.is_working_day(day) == all(nation.is_working_day(day) for nation in nations)
    assert whole.day(date(2026, 11, 30)).name == "Saint Andrew's Day"
    assert whole.day(date(2026, 12, 25)).name == "Christmas Day"
    assert whole.add(date(2026, 11, 9), 20) == date(2026, 12, 8)


def test_a_country_whose_dates_are_estimated_ends_with_the_last_year_that_is_sure() -> None:
    pakistan = WorkCalendar.named("PK")
    for year, estimated in ((pakistan.last.year, False), (pakistan.last.year + 1, True)):
        names = holidays.country_holidays("PK", years=year, language="en_PK").values()
        assert any("estimated" in name for name in names) is estimated
    with pytest.raises(CalendarNotAnnounced):
        pakistan.is_working_day(pakistan.last + timedelta(days=1))


def test_a_country_without_a_single_sure_year_is_refused() -> None:
    with pytest.raises(UnknownCalendar, match=r"calendar 'DZ' cannot be built: every year .* only estimated"):
        WorkCalendar.named("DZ")


# --- what has not been announced --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar: calendar.is_working_day(date(2027, 1, 4)),
        lambda calendar: calendar.day(date(2027, 1, 4)),
        lambda calendar: calendar.add(date(2027, 1, 4), -1),
        lambda calendar: calendar.add(date(2026, 12, 25), 5),
        lambda calendar: calendar.add(date(2026, 12, 31), 0 + 1),
        lambda calendar: calendar.add(date(2026, 1, 1), 10**30),
        lambda calendar: calendar.count(date(2026, 12, 1), date(2027, 1, 4)),
        lambda calendar: calendar.count(date(2027, 1, 4), date(2026, 12, 1)),
        lambda calendar: calendar.days(date(2026, 12, 1), date(2027, 1, 4)),
        lambda calendar: calendar.next_working_day(date(2027, 1, 4)),
        lambda calendar: calendar.previous_working_day(date(2027, 1, 4)),
    ],
)
def test_a_year_without_a_notice_is_never_guessed(ask: Callable[[WorkCalendar], object]) -> None:
    with pytest.raises(CalendarNotAnnounced, match=r"the working days of 2027 are not announced in calendar 'CN'") as caught:
        ask(CN)
    assert (caught.value.calendar, caught.value.year, caught.value.announced_through) == ("CN", 2027, date(2026, 12, 31))


def test_the_next_working_day_of_a_last_day_off_is_not_announced_either() -> None:
    calendar = WorkCalendar.named("CN", notices=[notice("last", date(2026, 12, 1), 2026, off=(date(2026, 12, 31),))])
    with pytest.raises(CalendarNotAnnounced, match="2027"):
        calendar.next_working_day(date(2026, 12, 31))
    assert calendar.previous_working_day(date(2026, 12, 31)) == date(2026, 12, 30)


def test_a_provisional_calendar_estimates_ten_more_years_and_says_so() -> None:
    provisional = CN.provisional()
    assert provisional.last == date(2036, 12, 31)
    assert provisional.announced_through == CN.announced_through
    assert provisional.add(date(2026, 12, 25), 5) == date(2027, 1, 4)
    assert provisional.day(date(2027, 2, 5)) == Day(date(2027, 2, 5), False, "holiday", "农历除夕", None, False, False)
    assert provisional.day(date(2027, 1, 4)) == Day(date(2027, 1, 4), True, "weekday", "", None, False, False)
    assert provisional.day(date(2026, 12, 31)).announced
    assert not any(day.reason == "make-up" for day in provisional.days(date(2027, 1, 1), provisional.last))
    with pytest.raises(CalendarNotAnnounced, match="2037"):
        provisional.is_working_day(date(2037, 1, 1))


def test_a_provisional_calendar_agrees_with_its_sibling_where_that_is_announced() -> None:
    provisional = CN.provisional()
    assert list(provisional.days(CN.first, CN.last)) == list(CN.days(CN.first, CN.last))
    assert provisional.version == CN.version + "~"
    assert provisional != CN
    assert provisional.provisional() == provisional


def test_an_estimate_knows_nothing_of_notices_that_came_later() -> None:
    provisional = WorkCalendar.named("CN", as_of=date(2019, 11, 20)).provisional()
    assert not provisional.day(date(2020, 1, 31)).announced
    assert provisional.is_working_day(date(2020, 1, 31))  # the extended Spring Festival
    assert not provisional.is_working_day(date(2020, 1, 19))  # a make-up Sunday
    assert not provisional.is_working_day(date(2020, 1, 27))  # statutory


def test_a_country_under_statutes_has_provisional_years_too() -> None:
    provisional = WorkCalendar.named("GB-ENG").provisional()
    assert provisional.last == date(2045, 12, 31)
    assert provisional.day(date(2036, 12, 25)) == Day(date(2036, 12, 25), False, "holiday", "Christmas Day", None, False, False)


# --- two calendars of one name ----------------------------------------------------------------------------------------


def test_what_a_notice_changes_is_told_in_order_and_from_either_side() -> None:
    told = WorkCalendar.named(
        "CN", notices=[notice("town", date(2026, 2, 1), 2026, off=(date(2026, 6, 5),), work=(date(2026, 3, 7),))]
    )
    assert CN.changed(told) == told.changed(CN) == (date(2026, 3, 7), date(2026, 6, 5))
    assert CN.changed(CN) == ()


def test_only_days_that_both_calendars_hold_are_compared() -> None:
    before = WorkCalendar.named("CN", as_of=date(2018, 12, 3))
    assert before.changed(CN) == (date(2018, 12, 29), date(2018, 12, 31))
    assert before.provisional().changed(before) == ()


def test_a_day_that_is_off_for_another_reason_has_not_changed() -> None:
    weekend = date(2026, 6, 6)
    told = WorkCalendar.named("CN", notices=[notice("town", date(2026, 2, 1), 2026, off=(weekend,))])
    assert (told.day(weekend).reason, CN.day(weekend).reason) == ("holiday", "weekend")
    assert CN.changed(told) == ()


def test_calendars_of_two_names_are_not_compared() -> None:
    says = "calendar 'CN' cannot be compared with 'GB-ENG', only with another 'CN', such as one with further notices"
    with pytest.raises(InputError, match=says) as caught:
        CN.changed(WorkCalendar.named("GB-ENG"))
    assert caught.value.value == "GB-ENG"
    with pytest.raises(InputError, match="calendar 'CN' is compared with another calendar, not with 'CN'"):
        CN.changed("CN")  # type: ignore[arg-type]


# --- notices of one's own ---------------------------------------------------------------------------------------------

TOWN = """
[[notice]]
id = "CN-2027"
published_on = 2026-11-25
year = 2027
off = [{ first = 2026-12-31, last = 2027-01-03 }, { first = 2027-10-01, last = 2027-10-07 }]
work = [2027-01-10]
source = "invented for this test"
"""


def test_a_hosts_notice_from_toml_announces_its_year_and_nothing_but_it_is_a_holiday_there() -> None:
    calendar = WorkCalendar.named("CN", notices=read_notices(TOWN))
    assert calendar.announced_through == date(2027, 12, 31)
    assert calendar.day(date(2026, 12, 31)) == Day(date(2026, 12, 31), False, "holiday", "元旦", "CN-2027", True)
    assert calendar.day(date(2027, 1, 10)) == Day(date(2027, 1, 10), True, "make-up", "", "CN-2027", True)
    assert calendar.day(date(2027, 2, 5)) == Day(date(2027, 2, 5), True, "weekday", "", None, True)
    assert CN.is_working_day(date(2026, 12, 31))


def test_a_hosts_notice_is_left_out_before_it_was_published() -> None:
    notices = read_notices(TOWN)
    assert WorkCalendar.named("CN", notices=notices, as_of=date(2026, 11, 24)).announced_through == date(2026, 12, 31)
    assert WorkCalendar.named("CN", notices=notices, as_of=date(2026, 11, 25)).announced_through == date(2027, 12, 31)


def test_a_hosts_notice_overrides_a_shipped_one_on_the_days_it_names() -> None:
    day = date(2026, 3, 3)
    calendar = WorkCalendar.named(
        "CN", notices=[notice("town-2026", date(2025, 1, 1), 2026, off=(day,), work=(date(2026, 10, 1),))]
    )
    assert calendar.day(day) == Day(day, False, "holiday", "", "town-2026", True)
    assert calendar.day(date(2026, 10, 1)) == Day(date(2026, 10, 1), True, "make-up", "", "town-2026", True)
    changed = [each for each in each_day(CN.first, CN.last) if calendar.is_working_day(each) != CN.is_working_day(each)]
    assert changed == [day, date(2026, 10, 1)]
    assert calendar.version != CN.version


def test_of_two_notices_for_one_day_the_later_published_decides() -> None:
    day = date(2026, 3, 3)
    off = notice("off", date(2026, 1, 1), 2026, off=(day,))
    back = notice("back", date(2026, 2, 1), 2026, work=(day,))
    for notices in ([off, back], [back, off]):
        assert WorkCalendar.named("CN", notices=notices).day(day).notice == "back"
    assert WorkCalendar.named("CN", notices=[back, off], as_of=date(2026, 1, 31)).day(day).notice == "off"


def test_a_given_notice_takes_the_place_of_the_shipped_one_with_its_id() -> None:
    corrected = notice("CN-2019", date(2018, 12, 4), 2019, off=(date(2019, 1, 1),))
    calendar = WorkCalendar.named("CN", notices=[corrected])
    assert len(calendar.notices) == len(CN.notices)
    assert calendar.is_working_day(date(2019, 2, 4))
    assert calendar.day(date(2019, 5, 1)).notice == "CN-2019-labour-day"  # published later, so it still stands above


def test_giving_a_shipped_notice_again_changes_nothing() -> None:
    assert WorkCalendar.named("CN", notices=shipped_notices("CN")) == CN


def test_a_notice_announces_nothing_while_a_year_before_it_is_missing() -> None:
    later = notice("CN-2028", date(2027, 11, 25), 2028, off=(date(2028, 3, 1),))
    calendar = WorkCalendar.named("CN", notices=[later])
    assert calendar.announced_through == date(2026, 12, 31)
    provisional = calendar.provisional()
    assert provisional.day(date(2028, 3, 1)) == Day(date(2028, 3, 1), False, "holiday", "", "CN-2028", False, False)


def test_where_statutes_fix_the_holidays_a_notice_changes_single_days_of_any_year() -> None:
    day = date(2030, 6, 5)
    calendar = WorkCalendar.named("GB-ENG", notices=[notice("jubilee", date(2029, 11, 1), 2030, off=(day,))])
    plain = WorkCalendar.named("GB-ENG")
    assert [each for each in each_day(plain.first, plain.last) if plain.is_working_day(each) != calendar.is_working_day(each)] == [
        day
    ]
    assert calendar.day(day) == Day(day, False, "holiday", "", "jubilee", True)


def test_before_2018_a_notice_changes_single_days_of_china_too() -> None:
    day = date(2015, 9, 9)
    calendar = WorkCalendar.named("CN", notices=[notice("town", date(2015, 9, 1), 2015, off=(day,))])
    assert [each for each in each_day(CN.first, CN.last) if CN.is_working_day(each) != calendar.is_working_day(each)] == [day]


def test_notices_that_contradict_themselves_are_refused_with_everything_wrong() -> None:
    day = date(2026, 3, 3)
    wrong = [
        Notice(id="a", published_on=day, year=2026, off=(Span(day, day), Span(date(2026, 3, 9), date(2026, 3, 8))), work=(day,)),
        notice("a", day, 2026, off=(date(2062, 3, 4),)),
        notice("b", day, 99999, off=(day,)),
    ]
    with pytest.raises(NoticeInvalid) as caught:
        WorkCalendar.named("CN", notices=wrong)
    assert [problem.path for problem in caught.value.problems] == [
        "notice[1].id", "notice[0].off[1]", "notice[0].work[0]", "notice[1].off[0]", "notice[2].year",
    ]  # fmt: skip
    assert caught.value.problems[-1].message == "should be a year such as 2026, is 99999"


def test_what_is_not_a_notice_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"notices should hold Notice values, not \{'id': 'CN-2027'\}; read_notices makes them from TOML"
    ):
        WorkCalendar.named("CN", notices=[{"id": "CN-2027"}])  # type: ignore[list-item]


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["GB", "UK", "gb"])
def test_the_united_kingdom_without_a_part_is_refused_with_the_choices(name: str) -> None:
    with pytest.raises(UnknownCalendar, match="choose GB-ENG, GB-NIR, GB-SCT, GB-WLS, or GB-ALL") as caught:
        WorkCalendar.named(name)
    assert caught.value.value == name


@pytest.mark.parametrize(
    "name, says",
    [
        ("CHN", "there is no calendar 'CHN'; did you mean 'CN'?"),
        ("cn", "there is no calendar 'cn'; did you mean 'CN'?"),
        (
            "GB-England",
            "there is no calendar 'GB-England'; did you mean 'GB-ENG'? (there is GB-ENG, GB-NIR, GB-SCT, GB-WLS, GB-ALL)",
        ),
        ("USA-CA", "there is no calendar 'USA-CA'; did you mean 'US-CA'?"),
        ("CN-BJ", "there is no calendar 'CN-BJ' (there is only 'CN', it has no parts)"),
        ("QQ", "there is no calendar 'QQ' (a calendar is named by its country, such as CN, US or JP, or by the country and a part"),
        ("", "there is no calendar '' (a calendar is named by"),
        ("US-", "there is no calendar 'US-'; did you mean 'US'?"),
    ],
)
def test_an_unknown_name_is_refused_with_the_one_that_was_meant(name: str, says: str) -> None:
    with pytest.raises(UnknownCalendar) as caught:
        WorkCalendar.named(name)
    assert str(caught.value).startswith(says)


def test_a_name_that_is_not_a_text_is_refused() -> None:
    with pytest.raises(UnknownCalendar, match="a calendar is named by a text such as 'CN' or 'GB-ENG', not None"):
        WorkCalendar.named(None)  # type: ignore[arg-type]


# --- what is not a date -----------------------------------------------------------------------------------------------

MOMENT = datetime(2026, 9, 30, 17, tzinfo=UTC)
ASKING: list[Callable[[WorkCalendar, Any], object]] = [
    lambda calendar, day: calendar.is_working_day(day),
    lambda calendar, day: calendar.next_working_day(day),
    lambda calendar, day: calendar.previous_working_day(day),
    lambda calendar, day: calendar.add(day, 1),
    lambda calendar, day: calendar.add(day, 0),
    lambda calendar, day: calendar.add(day, -1),
    lambda calendar, day: calendar.count(day, day),
    lambda calendar, day: calendar.count(day, date(2026, 9, 30)),
    lambda calendar, day: calendar.count(date(2026, 9, 30), day),
    lambda calendar, day: calendar.day(day),
    lambda calendar, day: calendar.days(day, date(2026, 9, 30)),
    lambda calendar, day: calendar.days(date(2026, 9, 30), day),
]


@pytest.mark.parametrize("ask", ASKING)
@pytest.mark.parametrize(
    "value, says",
    [
        (
            MOMENT,
            r"2026-09-30 17:00:00\+00:00 is a moment, and a calendar answers for dates; give its date in the zone that counts",
        ),
        (pendulum.instance(MOMENT), "is a moment, and a calendar answers for dates"),
        ("2026-09-30", "a calendar answers for dates, not for '2026-09-30'"),
        (date(2000, 12, 31), r"2000-12-31 lies before calendar 'CN' begins \(2001-01-01\)"),
        (date(2000, 12, 30), "2000-12-30 lies before calendar 'CN' begins"),
        (date.min, "0001-01-01 lies before calendar 'CN' begins"),
    ],
)
def test_only_a_date_within_the_calendar_is_answered_for(
    ask: Callable[[WorkCalendar, Any], object], value: object, says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        ask(CN, value)
    assert caught.value.value == value


def test_a_date_of_another_library_is_a_date() -> None:
    class Theirs(date):
        """Pendulum's dates are such a subclass."""

    assert CN.add(Theirs(2026, 9, 30), 5) == date(2026, 10, 13)
    assert CN.count(Theirs(2026, 9, 30), Theirs(2026, 10, 13)) == CN.count(date(2026, 9, 30), Theirs(2026, 10, 13)) == 5
    assert type(CN.day(Theirs(2026, 10, 4)).date) is date


def test_a_working_day_before_the_calendar_begins_is_refused() -> None:
    says = r"the working day asked for lies before calendar 'CN' begins \(2001-01-01\)"
    with pytest.raises(InputError, match=says):
        CN.add(date(2001, 1, 2), -1)
    with pytest.raises(InputError, match=says):
        CN.previous_working_day(date(2001, 1, 1))


def test_the_day_after_the_last_one_is_not_answered_for() -> None:
    after = CN.last + timedelta(days=1)
    for ask in (
        lambda: CN.add(after, 0),
        lambda: CN.add(after, -1),
        lambda: CN.add(after, 1),
        lambda: CN.count(CN.first, after),
        lambda: CN.count(after, CN.first),
    ):
        with pytest.raises(CalendarNotAnnounced):
            ask()
    assert CN.count(CN.first, CN.last) == len([day for day in each_day(date(2001, 1, 2), CN.last) if CN.is_working_day(day)])
    assert CN.add(CN.first, CN.count(CN.first, CN.last)) == CN.previous_working_day(CN.last)


@pytest.mark.parametrize("days", [1.0, "1", None, True, False])
def test_a_number_of_days_that_is_not_whole_is_refused(days: object) -> None:
    with pytest.raises(InputError, match="a number of working days is a whole number, not"):
        CN.add(date(2026, 9, 30), days)  # type: ignore[arg-type]


def test_as_of_is_a_date_and_not_a_moment() -> None:
    with pytest.raises(InputError, match=r"as_of should be a date, not 2026-09-30 17:00:00\+00:00"):
        WorkCalendar.named("CN", as_of=MOMENT)


# --- one calendar, everywhere the same --------------------------------------------------------------------------------


def test_asking_again_gives_the_same_calendar() -> None:
    kept = WorkCalendar.named("CN")  # of many calendars the oldest are let go
    assert WorkCalendar.named("CN") is kept
    assert WorkCalendar.named("CN", notices=iter(())) is kept


def test_a_calendar_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        CN.version = "0"  # type: ignore[misc]


def test_calendars_that_answer_alike_are_equal_and_others_are_not() -> None:
    alike = WorkCalendar.named("CN", as_of=date(2025, 11, 4))
    assert alike is not CN
    assert (alike, hash(alike), alike.version) == (CN, hash(CN), CN.version)
    assert WorkCalendar.named("CN", as_of=date(2025, 11, 3)) != CN
    assert WorkCalendar.named("GB-ENG").version != WorkCalendar.named("GB-WLS").version  # equal tables, other names
    assert CN != "CN"
    one, other = (notice(name, date(2026, 1, 1), 2026, off=(date(2026, 3, 3),)) for name in ("one", "other"))
    assert WorkCalendar.named("CN", notices=[one]).version != WorkCalendar.named("CN", notices=[other]).version


def test_a_copied_or_pickled_calendar_is_the_same_one() -> None:
    for calendar in (
        CN,
        CN.provisional(),
        *CN.bounds(),
        WorkCalendar.named("CN", notices=read_notices(TOWN), as_of=date(2027, 1, 1)),
    ):
        assert pickle.loads(pickle.dumps(calendar)) == calendar  # noqa: S301
        assert copy.deepcopy(calendar) == calendar


def test_a_calendar_is_shown_by_its_name_version_and_reach() -> None:
    calendar = WorkCalendar.named("CN", as_of=date(2026, 6, 1))
    assert repr(calendar) == f"<WorkCalendar CN {calendar.version}, announced through 2026-12-31, as of 2026-06-01>"


def test_the_version_of_what_is_settled_never_changes() -> None:
    # Other digits here mean that cases on record no longer name the calendar that gave their deadlines.
    assert WorkCalendar.named("CN", as_of=date(2026, 6, 1)).version == "e4f3f8af4fe4"


def test_versions_and_names_do_not_depend_on_the_process_or_its_locale() -> None:
    code = (
        "from datetime import date; from casework.calendars import WorkCalendar as W; import sys;"
        "assert 'holidays' not in sys.modules;"
        "print(*(W.named(n).version for n in ('CN', 'GB-ENG', 'US', 'JP', 'DE')), W.named('CN').day(date(2026, 10, 1)).name)"
    )
    environment = os.environ | {
        "PYTHONPATH": str(SRC),
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "7",
        "LANGUAGE": "en_US",
        "LC_ALL": "en_US",
    }
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8", env=environment
    ).stdout
    assert printed.split() == [*(WorkCalendar.named(name).version for name in ("CN", "GB-ENG", "US", "JP", "DE")), "国庆节"]
