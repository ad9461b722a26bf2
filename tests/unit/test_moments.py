"""People write local time in many forms; inside there is one moment, and what was shown is read back as the same minute."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pendulum
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.errors import InputError, NaiveDatetime, UnreadableMoment
from casework.languages import MONTHS_EN, WEEKDAYS_EN, WEEKDAYS_ZH, Lang
from casework.moments import day_bounds, period, read_moment, require_aware, show_day, show_moment, show_month, show_span

SHANGHAI = "Asia/Shanghai"
ZONES = [SHANGHAI, "UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]

zones = st.sampled_from(ZONES)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
utc_moments = st.datetimes(datetime.fromisoformat("1900-01-02"), datetime.fromisoformat("2100-12-30"), timezones=st.just(UTC))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type] # the parts of a moment, as datetime takes them


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-29 10:30",
        "2026-09-29T10:30",
        "2026-09-29 10:30:00",
        "2026-09-29 10:30:00.000",
        "  2026/9/29   10:30 ",
        "2026.9.29 10:30",
        "2026年9月29日10时30分",
        "2026年9月29日 10点30分0秒",
        "2026年09月29日 10:30",
        "2026年9月29号 10:30",
        "2026年9月29 10:30",
        "2026年9月29日 星期二 10:30",
        "２０２６年９月２９日　１０：３０",
        "2026年9月29日 週二 10時30",
        "2026-09-29T10:30+08:00",
        "2026-09-29 10:30 +0800",
        "2026-09-29T02:30Z",
        "2026-09-28T21:30-05",
        "20260929T103000",
        "20260929T0230Z",
        "2026-W40-2T10:30",
        "2026W402T10:30+08:00",
        "2026-272T10:30",
        "Tue, 29 Sep 2026 10:30:00 +0800",
        "29 September 2026 02:30 GMT",
    ],
)
def test_one_moment_is_read_from_every_form_that_people_write(text: str) -> None:
    assert read_moment(text, zone=SHANGHAI) == utc(2026, 9, 29, 2, 30)


@pytest.mark.parametrize(
    "text",
    ["2026-09-29", "2026/9/29", "2026年9月29日", "2026-W40-2", "20260929", "2026-272", "Tue 29 Sep 2026", "2026-09-28 24:00"],
)
def test_a_day_alone_is_its_midnight(text: str) -> None:
    assert read_moment(text, zone=SHANGHAI) == utc(2026, 9, 28, 16)


def test_seconds_and_whole_hours_are_read() -> None:
    assert read_moment("2019/4/8 8:37:20", zone=SHANGHAI) == utc(2019, 4, 8, 0, 37, 20)
    assert read_moment("2019年4月8日 8时", zone=SHANGHAI) == utc(2019, 4, 8, 0)
    assert read_moment("2019年4月8日 8点整", zone=SHANGHAI) == utc(2019, 4, 8, 0)
    assert read_moment("2019年4月8日 8时37分20秒", zone=SHANGHAI) == utc(2019, 4, 8, 0, 37, 20)


def test_a_comma_or_a_point_begins_the_fraction_and_what_is_finer_than_a_microsecond_is_cut_off() -> None:
    assert read_moment("2026-09-29T10:00:00,5Z", zone=SHANGHAI) == utc(2026, 9, 29, 10, 0, 0, 500_000)
    assert read_moment("2026-09-29T10:00:00.123456789Z", zone=SHANGHAI) == utc(2026, 9, 29, 10, 0, 0, 123_456)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2026",
        "2026-09",
        "10:00",
        "P1D",
        "04/05/2019",
        "2026-09/29",
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "2026-09-29 25:00",
        "2026-09-29 24:01",
        "2026-09-29 10:60",
        "2026-09-29T10:00+08:75",
        "2026-09-29T10:00+99:00",
        "2026-W00-1",
        "2025-W53-1",
        "2026-366",
        "2026-000",
        "20260230",
        "2026年9月29日 周三",
        "2026年9月110时",
        "Mon, 29 Sep 2026 10:00:00 +0800",
        "29 Foo 2026",
        "8177025",
        "0001-01-01",
        "9999-12-31T23:59-12:00",
        20260929,
        None,
    ],
)
def test_what_names_no_moment_is_refused_with_the_value_and_the_forms_that_are_read(value: object) -> None:
    with pytest.raises(UnreadableMoment) as caught:
        read_moment(value, zone=SHANGHAI, what="留言时间")
    assert caught.value.value == value
    assert str(caught.value).startswith(f"cannot read 留言时间 {value!r}; accepted: 2026-09-29")


@given(st.text(max_size=30) | st.from_regex(r"[0-9/:年月日TWZ+. -]{4,25}", fullmatch=True))
def test_any_text_is_either_a_moment_or_unreadable(text: str) -> None:
    try:
        moment = read_moment(text, zone=SHANGHAI)
    except UnreadableMoment:
        return
    assert moment.tzinfo is UTC


@given(utc_moments, offsets, st.sampled_from(["T", " "]), zones)
def test_an_offset_in_the_text_outweighs_the_zone(moment: datetime, offset: tzinfo, between: str, zone: str) -> None:
    assert read_moment(moment.astimezone(offset).isoformat(sep=between), zone=zone) == moment


@given(days, zones)
def test_week_dates_and_ordinal_dates_are_the_same_day_as_the_plain_date(day: date, zone: str) -> None:
    year, week, weekday = day.isocalendar()
    plain = read_moment(day.isoformat(), zone=zone)
    assert read_moment(f"{year}-W{week:02}-{weekday}", zone=zone) == plain
    assert read_moment(f"{day:%Y-%j}", zone=zone) == plain
    assert read_moment(f"{day:%Y%m%d}", zone=zone) == plain
    assert read_moment(day, zone=zone) == plain


@given(utc_moments, zones)
def test_reading_agrees_with_pendulum(moment: datetime, zone: str) -> None:
    text = moment.strftime("%Y-%m-%d %H:%M:%S")
    peer = pendulum.parse(text, tz=zone)
    assert isinstance(peer, pendulum.DateTime)
    local = moment.replace(tzinfo=ZoneInfo(zone), microsecond=0)
    assume(local.utcoffset() == local.replace(fold=1).utcoffset())  # where clocks change, the two have rules of their own
    assert read_moment(text, zone=zone) == peer


def test_a_local_time_that_the_clocks_skip_moves_forward_by_what_they_skip() -> None:
    assert read_moment("2026-03-08 02:30", zone="America/New_York") == utc(2026, 3, 8, 7, 30)
    assert show_moment(utc(2026, 3, 8, 7, 30), zone="America/New_York") == "2026-03-08 03:30"
    assert read_moment("2026-10-04 02:15", zone="Australia/Lord_Howe") == utc(2026, 10, 3, 15, 45)  # half an hour is skipped
    assert show_moment(utc(2026, 10, 3, 15, 45), zone="Australia/Lord_Howe") == "2026-10-04 02:45"


def test_of_a_local_time_that_happens_twice_the_first_is_taken() -> None:
    assert read_moment("2026-11-01 01:30", zone="America/New_York") == utc(2026, 11, 1, 5, 30)
    cell = datetime.fromisoformat("2026-11-01 01:30").replace(fold=1)
    assert read_moment(cell, zone="America/New_York", naive_ok=True) == utc(2026, 11, 1, 5, 30)


def test_a_naive_datetime_is_refused_unless_it_is_said_to_be_local_time() -> None:
    cell = datetime.fromisoformat("2019-04-08 08:37:20")
    with pytest.raises(NaiveDatetime, match=r"留言时间 2019-04-08 08:37:20 has no UTC offset"):
        read_moment(cell, zone=SHANGHAI, what="留言时间")
    assert read_moment(cell, zone=SHANGHAI, naive_ok=True) == utc(2019, 4, 8, 0, 37, 20)


@given(utc_moments, offsets, zones, st.booleans())
def test_an_aware_datetime_is_its_own_moment_in_whatever_zone(moment: datetime, offset: tzinfo, zone: str, naive_ok: bool) -> None:
    assert read_moment(moment.astimezone(offset), zone=zone, naive_ok=naive_ok) == moment


def test_what_comes_out_is_a_plain_datetime_in_utc() -> None:
    for value in (
        pendulum.datetime(2026, 9, 29, 10, tz=SHANGHAI),
        pendulum.naive(2026, 9, 29, 10),
        pendulum.date(2026, 9, 29),
        "Tue, 29 Sep 2026 10:00:00 +0800",
        "20260929T100000",
    ):
        moment = read_moment(value, zone=SHANGHAI, naive_ok=True)
        assert type(moment) is datetime
        assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "zone, hint",
    [("Asia/Shangai", "; did you mean 'Asia/Shanghai'?"), ("", ""), ("../etc", ""), ("Asia", ""), ("+08:00", ""), ("a\0b", "")],
)
def test_an_unknown_zone_is_refused_with_the_most_similar_one(zone: str, hint: str) -> None:
    for act in (
        lambda: read_moment("2026-09-29", zone=zone),
        lambda: show_moment(utc(2026, 9, 29), zone=zone),
        lambda: day_bounds(date(2026, 9, 29), date(2026, 9, 29), zone=zone),
    ):
        with pytest.raises(InputError) as caught:
            act()
        assert str(caught.value).startswith(f"there is no time zone {zone!r}{hint}")
        assert str(caught.value).endswith("give an IANA name such as 'Asia/Shanghai'")
        assert caught.value.value == zone


def test_the_common_forms_are_read_without_importing_pendulum() -> None:
    script = (
        "import sys; import casework.moments as m\n"
        "m.read_moment('2019/4/8 8:37:20', zone='Asia/Shanghai'); m.read_moment('2026年9月29日 10时30分', zone='Asia/Shanghai')\n"
        "assert 'pendulum' not in sys.modules\n"
        "m.read_moment('2026-W40-2', zone='Asia/Shanghai')\n"
        "assert 'pendulum' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": ":".join(filter(None, sys.path))})


# --- awareness --------------------------------------------------------------------------------------------------------


class _NoOffset(tzinfo):
    """A tzinfo that knows nothing, as the standard library allows."""

    def utcoffset(self, _: datetime | None, /) -> None:
        return None

    dst = tzname = utcoffset


@given(utc_moments, offsets)
def test_an_aware_moment_stays_the_same_moment_and_is_in_utc(moment: datetime, offset: tzinfo) -> None:
    given_back = require_aware(moment.astimezone(offset))
    assert given_back == moment
    assert given_back.tzinfo is UTC


@pytest.mark.parametrize("naive", [datetime.fromisoformat("2026-09-29 10:00"), datetime(2026, 9, 29, 10, tzinfo=_NoOffset())])
def test_a_datetime_without_an_offset_is_naive_even_where_it_has_a_tzinfo(naive: datetime) -> None:
    with pytest.raises(NaiveDatetime, match=r"received_at 2026-09-29 10:00:00 has no UTC offset; give an aware datetime") as caught:
        require_aware(naive, what="received_at")
    assert caught.value.what == "received_at"
    with pytest.raises(NaiveDatetime):
        show_moment(naive, zone=SHANGHAI)


def test_a_moment_outside_the_calendar_is_refused() -> None:
    last = datetime.max.replace(tzinfo=timezone(timedelta(hours=-8)))
    with pytest.raises(UnreadableMoment, match="cannot read due"):
        require_aware(last, what="due")
    with pytest.raises(
        InputError, match=r"cannot show 9999-12-31 23:59:59\.999999\+00:00 in Asia/Shanghai: it lies outside the years"
    ):
        show_moment(datetime.max.replace(tzinfo=UTC), zone=SHANGHAI)


# --- showing ----------------------------------------------------------------------------------------------------------


@given(utc_moments, zones)
def test_reading_what_was_shown_gives_the_same_minute(moment: datetime, zone: str) -> None:
    local = moment.astimezone(ZoneInfo(zone))
    assume(local.fold == 0)  # the second of two equal local times cannot be told from the first
    # An offset from before standard time may have seconds, so the local minute, not the one in UTC, is the one that is shown.
    assert read_moment(show_moment(moment, zone=zone), zone=zone) == local.replace(second=0, microsecond=0)
    assert read_moment(show_moment(moment, zone=zone, seconds=True), zone=zone) == moment.replace(microsecond=0)


@given(utc_moments, offsets, zones)
def test_how_a_moment_is_shown_does_not_depend_on_the_offset_it_came_with(moment: datetime, offset: tzinfo, zone: str) -> None:
    assert show_moment(moment.astimezone(offset), zone=zone) == show_moment(moment, zone=zone)


def test_a_moment_is_shown_as_the_clock_of_the_zone_shows_it() -> None:
    moment = utc(2020, 7, 1, 1, 12, 59)
    assert show_moment(moment, zone=SHANGHAI) == "2020-07-01 09:12"
    assert show_moment(moment, zone=SHANGHAI, seconds=True) == "2020-07-01 09:12:59"
    assert show_moment(moment, zone="America/New_York") == "2020-06-30 21:12"


def test_a_day_is_shown_as_people_write_it() -> None:
    assert show_day(date(2020, 7, 1)) == "2020年7月1日"
    assert show_day(date(2020, 7, 1), lang="en") == "1 July 2020"


def test_a_month_is_shown_as_people_write_it() -> None:
    assert show_month(date(2020, 7, 31)) == "2020年7月"
    assert show_month(date(2020, 12, 1), lang="en") == "December 2020"


@given(st.dates(date(2, 1, 1), date(9998, 12, 31)), zones, st.sampled_from(["zh", "en"]))
def test_reading_a_day_that_was_shown_gives_its_midnight(day: date, zone: str, lang: Lang) -> None:
    assert read_moment(show_day(day, lang=lang), zone=zone) == read_moment(day, zone=zone)


@given(st.dates(date(2, 1, 1), date(9998, 12, 31)), zones)
def test_a_day_may_be_written_with_its_day_of_the_week(day: date, zone: str) -> None:
    month = MONTHS_EN[day.month - 1]
    for text in (
        f"{show_day(day)} {WEEKDAYS_ZH[day.weekday()]}",
        f"{WEEKDAYS_EN[day.weekday()]}, {show_day(day, lang='en')}",
        f"{WEEKDAYS_EN[day.weekday()]} {day.day} {month[:3]} {day.year:04}",
    ):
        assert read_moment(text, zone=zone) == read_moment(day, zone=zone)


@pytest.mark.parametrize(
    "delta, zh, en",
    [
        (timedelta(hours=2, minutes=5), "2小时5分", "2 h 5 min"),
        (timedelta(days=3, hours=2, minutes=5, seconds=59), "3天2小时5分", "3 d 2 h 5 min"),
        (timedelta(days=3), "3天", "3 d"),
        (timedelta(days=1, minutes=1), "1天1分", "1 d 1 min"),
        (timedelta(seconds=45), "45秒", "45 s"),
        (timedelta(seconds=60), "1分", "1 min"),
        (timedelta(0), "0分", "0 min"),
        (timedelta(milliseconds=-3), "0分", "0 min"),
        (timedelta(seconds=-45), "-45秒", "-45 s"),
        (-timedelta(hours=2, minutes=5), "-2小时5分", "-2 h 5 min"),
    ],
)
def test_a_span_is_shown_in_days_hours_and_minutes(delta: timedelta, zh: str, en: str) -> None:
    assert show_span(delta) == zh
    assert show_span(delta, lang="en") == en


@given(st.integers(60, 10**9))
def test_a_span_shown_is_the_span_cut_to_the_minute(seconds: int) -> None:
    units = {"d": 1440, "h": 60, "min": 1}
    words = show_span(timedelta(seconds=seconds), lang="en").split()
    assert sum(int(count) * units[unit] for count, unit in zip(words[::2], words[1::2], strict=True)) == seconds // 60
    assert show_span(timedelta(seconds=-seconds), lang="en") == "-" + " ".join(words)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="there is no language 'de'; known: zh, en"):
        show_day(date(2020, 7, 1), lang="de")  # type: ignore[arg-type] # the error is the point
    with pytest.raises(InputError, match="there is no language 'de'; known: zh, en"):
        show_month(date(2020, 7, 1), lang="de")  # type: ignore[arg-type] # the error is the point
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        show_span(timedelta(1), lang="fr")  # type: ignore[arg-type] # the error is the point


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, first, last",
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("9999", date(9999, 1, 1), date(9999, 12, 31)),
        ("2020-Q1", date(2020, 1, 1), date(2020, 3, 31)),
        ("2020-q3", date(2020, 7, 1), date(2020, 9, 30)),
        ("2020-Q4", date(2020, 10, 1), date(2020, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2020-12", date(2020, 12, 1), date(2020, 12, 31)),
        ("2020-W31", date(2020, 7, 27), date(2020, 8, 2)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 3)),
        ("2020-07-01", date(2020, 7, 1), date(2020, 7, 1)),
        ("2020-07-01..2020-07-31", date(2020, 7, 1), date(2020, 7, 31)),
        (" 2020-Q1 .. 2020-08 ", date(2020, 1, 1), date(2020, 8, 31)),
    ],
)
def test_a_period_is_read_as_its_first_and_its_last_day(text: str, first: date, last: date) -> None:
    assert period(text) == (first, last)


@given(days)
def test_a_day_lies_in_its_own_year_quarter_month_and_week(day: date) -> None:
    year, week, _ = day.isocalendar()
    for text in (f"{day:%Y}", f"{day:%Y}-Q{(day.month + 2) // 3}", f"{day:%Y-%m}", f"{year}-W{week:02}"):
        first, last = period(text)
        assert first <= day <= last


@given(st.integers(1, 9998))
def test_months_and_quarters_follow_one_another_without_a_gap(year: int) -> None:
    for parts in ([f"{year:04}-{month:02}" for month in range(1, 13)], [f"{year:04}-Q{quarter}" for quarter in range(1, 5)]):
        spans = [period(part) for part in parts]
        assert all(before[1] + timedelta(days=1) == after[0] for before, after in pairwise(spans))
        assert (spans[0][0], spans[-1][1]) == period(f"{year:04}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "july",
        "2020-13",
        "2020-Q5",
        "2020-W54",
        "2021-W53",
        "2020-00",
        "0000",
        "2020-7",
        "2020-02-30",
        "2020..",
        "..2020",
        "a..b",
    ],
)
def test_what_is_no_period_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(InputError) as caught:
        period(text)
    assert str(caught.value).startswith(f"cannot read the period {text!r}; accepted: 2020, 2020-Q3, 2020-07, 2020-W31")
    assert caught.value.value == text


def test_a_period_that_runs_backwards_is_refused() -> None:
    with pytest.raises(InputError, match=r"the period '2020-08\.\.2020-07' runs backwards: 2020-07-31 is before 2020-08-01"):
        period("2020-08..2020-07")


# --- days as moments --------------------------------------------------------------------------------------------------


def test_the_bounds_of_july_are_two_midnights_of_the_place() -> None:
    assert day_bounds(date(2020, 7, 1), date(2020, 7, 31), zone=SHANGHAI) == (utc(2020, 6, 30, 16), utc(2020, 7, 31, 16))


def test_a_day_on_which_the_clocks_change_is_shorter_or_longer() -> None:
    begin, end = day_bounds(date(2026, 3, 8), date(2026, 3, 8), zone="America/New_York")
    assert end - begin == timedelta(hours=23)
    begin, end = day_bounds(date(2026, 11, 1), date(2026, 11, 1), zone="America/New_York")
    assert end - begin == timedelta(hours=25)


@given(days, st.integers(0, 400), st.integers(0, 400), zones)
def test_the_bounds_of_neighbouring_spans_meet(first: date, length: int, further: int, zone: str) -> None:
    last = first + timedelta(days=length)
    after = last + timedelta(days=1 + further)
    assert day_bounds(first, last, zone=zone)[1] == day_bounds(last + timedelta(days=1), after, zone=zone)[0]


@given(utc_moments, zones)
def test_a_moment_lies_within_the_bounds_of_its_local_day(moment: datetime, zone: str) -> None:
    today = moment.astimezone(ZoneInfo(zone)).date()
    begin, end = day_bounds(today, today, zone=zone)
    assert begin <= moment < end
    assert begin.tzinfo is UTC


def test_bounds_that_run_backwards_or_off_the_calendar_are_refused() -> None:
    with pytest.raises(InputError, match="the last day 2020-07-01 is before the first day 2020-07-31"):
        day_bounds(date(2020, 7, 31), date(2020, 7, 1), zone=SHANGHAI)
    with pytest.raises(InputError, match="9999-12-01 to 9999-12-31 lies outside the years 1 to 9999"):
        day_bounds(date(9999, 12, 1), date(9999, 12, 31), zone=SHANGHAI)
    with pytest.raises(InputError, match="0001-01-01 to 0001-01-02 lies outside the years 1 to 9999"):
        day_bounds(date(1, 1, 1), date(1, 1, 2), zone=SHANGHAI)
