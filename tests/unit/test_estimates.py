"""What is expected of a year without a notice: the bounds hold every notice on record, and are no wider than the record asks."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest

from casework import estimates
from casework.calendars import Notice, Span, WorkCalendar
from casework.errors import CalendarNotAnnounced
from casework.notices import shipped_notices

ONE = timedelta(days=1)
YEARS = range(2002, 2027)
COUNTS = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60)

# The commemoration of 3 September 2015 was proclaimed in May of that year, and for that year only.
COMMEMORATION = [date(2015, 9, 3), date(2015, 9, 4), date(2015, 9, 6)]
ORDINARY = Notice(
    id="no-commemoration",
    published_on=date(2015, 9, 1),
    year=2015,
    off=(Span(date(2015, 9, 5), date(2015, 9, 6)),),
    work=(date(2015, 9, 3), date(2015, 9, 4)),
)
NEXT = Notice(
    id="CN-2027",
    published_on=date(2026, 11, 25),
    year=2027,
    off=(Span(date(2026, 12, 31), date(2027, 1, 3)), Span(date(2027, 10, 1), date(2027, 10, 7))),
    work=(date(2027, 1, 10),),
)
CN = WorkCalendar.named("CN")
TRUTH = WorkCalendar.named("CN", notices=[ORDINARY])


def each_day(first: date, last: date) -> list[date]:
    return [first + n * ONE for n in range((last - first).days + 1)]


@cache
def as_known_before(year: int) -> WorkCalendar:
    """China's calendar on the day before the notice for a year was published; until 2017, as the year before left it."""
    published = min((each.published_on for each in shipped_notices("CN") if each.year == year), default=date(year - 1, 12, 2))
    return WorkCalendar.named("CN", notices=[ORDINARY], as_of=published - ONE)


@pytest.mark.parametrize("year", YEARS)
def test_a_notice_touches_no_day_that_was_settled_before_it(year: int) -> None:
    known = as_known_before(year)
    assert (known.announced_through, known.settled_through) == (date(year - 1, 12, 31), date(year - 1, 12, 28))
    assert [day for day in known.changed(TRUTH) if day <= known.settled_through] == []


@pytest.mark.parametrize("year", YEARS)
def test_what_a_notice_made_of_a_year_lay_between_the_bounds_that_were_known_before_it(year: int) -> None:
    known = as_known_before(year)
    earliest, latest = known.bounds()
    estimate = known.provisional()
    for day in each_day(date(year - 1, 11, 1), min(date(year, 12, 31), TRUTH.add(TRUTH.last, -COUNTS[-1]) - ONE)):
        for days in COUNTS:
            least, most = earliest.add(day, days), latest.add(day, days)
            assert least <= TRUTH.add(day, days) <= most, (day, days)
            assert least <= estimate.add(day, days) <= most, (day, days)


@pytest.mark.parametrize("year", YEARS)
def test_bounds_differ_from_what_is_known_only_after_what_is_settled(year: int) -> None:
    known = as_known_before(year)
    for bound in known.bounds():
        assert min(known.provisional().changed(bound)) > known.settled_through
        assert all(day > known.settled_through for day in known.changed(bound))
        assert bound.announced_through == known.announced_through
        assert (bound.first, bound.last) == (known.first, known.provisional().last)


def test_the_last_days_of_2018_were_open_until_the_notice_for_2019() -> None:
    earliest, latest = as_known_before(2019).bounds()
    assert earliest.is_working_day(date(2018, 12, 29))
    assert not latest.is_working_day(date(2018, 12, 31))


def test_the_last_days_of_the_last_estimated_year_are_open_too() -> None:
    assert CN.provisional().is_working_day(date(2036, 12, 31))
    assert not CN.bounds()[1].is_working_day(date(2036, 12, 31))


def test_what_no_festival_explains_lies_outside_the_bounds() -> None:
    earliest, latest = as_known_before(2015).bounds()
    outside = [
        day
        for day in each_day(date(2015, 1, 1), date(2015, 12, 28))
        if not latest.is_working_day(day) <= CN.is_working_day(day) <= earliest.is_working_day(day)
    ]
    assert outside == COMMEMORATION


# --- what is settled, and what may still move -------------------------------------------------------------------------


def test_the_last_days_of_a_year_are_settled_by_the_notice_for_the_next() -> None:
    assert CN.settled_through == date(2026, 12, 28)
    assert CN.provisional().settled_through == date(2026, 12, 28)
    assert WorkCalendar.named("CN", as_of=date(2018, 12, 3)).settled_through == date(2018, 12, 28)
    assert WorkCalendar.named("CN", as_of=date(2018, 12, 4)).settled_through == date(2019, 12, 28)
    assert WorkCalendar.named("CN", notices=[NEXT]).settled_through == date(2027, 12, 28)


@pytest.mark.parametrize("name", ["GB-ENG", "US", "JP", "DE"])
def test_where_statutes_fix_the_holidays_all_that_is_announced_is_settled(name: str) -> None:
    assert WorkCalendar.named(name).settled_through == WorkCalendar.named(name).announced_through


def test_bounds_are_provisional_calendars_with_versions_of_their_own() -> None:
    earliest, latest = CN.bounds()
    assert (earliest.version, latest.version) == (CN.version + "~earliest", CN.version + "~latest")
    assert len({CN, CN.provisional(), earliest, latest}) == 4
    assert earliest.announced_through == latest.announced_through == CN.announced_through
    with pytest.raises(CalendarNotAnnounced, match="2037"):
        latest.is_working_day(date(2037, 1, 1))


def test_bounds_are_kept_and_the_same_from_whichever_calendar_they_are_asked_of() -> None:
    known = WorkCalendar.named("CN", as_of=date(2024, 12, 1))  # made here: of many calendars the oldest are let go
    earliest, latest = known.bounds()
    for calendar in (known, known.provisional(), earliest, latest):
        assert all(one is other for one, other in zip(calendar.bounds(), (earliest, latest), strict=True))
        assert calendar.provisional() is known.provisional()


def test_a_deadline_over_spring_festival_is_bounded_by_what_a_notice_may_do() -> None:
    # The day before the notice for 2024, which then gave 10 to 17 February off and had the 4th and the 18th worked.
    earliest, latest = WorkCalendar.named("CN", as_of=date(2023, 10, 24)).bounds()
    start = date(2024, 2, 5)
    assert CN.add(start, 10) == date(2024, 2, 23)
    assert earliest.add(start, 10) == date(2024, 2, 18)  # only 10 to 12 February are statutory, and that Sunday may be worked
    assert latest.add(start, 10) == date(2024, 2, 27)  # 9 and 13 to 16 February off, and no weekend worked for it


def test_a_hosts_notice_moves_what_is_settled_and_lies_between_the_bounds_known_before() -> None:
    told = WorkCalendar.named("CN", notices=[NEXT])
    earliest, latest = CN.bounds()
    assert date(2026, 12, 31) in CN.changed(told)
    assert earliest.add(date(2026, 12, 25), 5) <= told.add(date(2026, 12, 25), 5) <= latest.add(date(2026, 12, 25), 5)
    assert min(told.bounds()[0].changed(told.bounds()[1])) > date(2027, 12, 28)


# --- no wider than the record asks ------------------------------------------------------------------------------------


def outliers() -> list[date]:
    """Return the days of the record that lie outside the bounds, as these are now."""
    found = []
    for year in range(2001, 2027):
        start = date(year - 1, 1, 1)
        kinds = estimates.kinds_of("CN", range(year - 1, year + 1), guess=True)
        tables = [
            estimates.bound_kinds("CN", kinds, start.toordinal(), date(year - 1, 12, 31), side) for side in ("earliest", "latest")
        ]
        for day in each_day(max(date(year - 1, 12, 29), TRUTH.first), date(year, 12, 28)):
            most, fewest = (table[(day - start).days] & estimates.WORKING for table in tables)
            if not fewest <= TRUTH.is_working_day(day) <= most:
                found.append(day)
    return found


def test_the_record_lies_within_the_bounds() -> None:
    assert outliers() == []


@pytest.mark.parametrize("side", estimates._Reach._fields)
@pytest.mark.parametrize("festival", ["元旦", "春节", "劳动节", "国庆节", "清明节"])
def test_a_bound_that_reached_a_day_less_would_miss_a_notice(festival: str, side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reach = estimates._REACHES[festival]
    nearer = reach._replace(**{side: getattr(reach, side) - 1})
    monkeypatch.setattr(
        estimates, "_REACHES", {name: nearer if each is reach else each for name, each in estimates._REACHES.items()}
    )
    if reach is estimates._SHORT:
        monkeypatch.setattr(estimates, "_SHORT", nearer)
    assert outliers() != []


def test_a_longer_quiet_after_a_festival_would_miss_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "_QUIET", estimates._QUIET + 1)
    assert outliers() != []


# --- where there are no notices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["GB-ENG", "US", "JP", "DE", "PK"])
def test_beyond_what_statutes_settle_there_may_be_no_holiday_or_two_days_more_on_either_side(name: str) -> None:
    known = WorkCalendar.named(name)
    assert known.settled_through == known.announced_through
    assert [known.changed(bound) for bound in known.bounds()] == [(), ()]
    estimate, (earliest, latest) = known.provisional(), known.bounds()
    beyond = list(estimate.days(known.last + ONE, estimate.last))
    holidays = {day.date for day in beyond if day.reason == "holiday"}
    for day in beyond:
        near = any(day.date + n * ONE in holidays for n in range(-2, 3))
        assert earliest.is_working_day(day.date) == (day.date.weekday() < 5)
        assert latest.is_working_day(day.date) == (day.working and not near)


def test_a_day_that_a_bound_has_moved_is_explained_as_its_own() -> None:
    earliest, latest = CN.bounds()
    makeup, free = earliest.day(date(2027, 2, 14)), latest.day(date(2027, 2, 12))
    assert (makeup.working, makeup.reason, makeup.notice, makeup.announced) == (True, "make-up", None, False)
    assert (free.working, free.reason, free.name, free.notice, free.announced) == (False, "holiday", "农历除夕", None, False)


def test_a_notice_for_this_year_is_not_cited_for_a_last_day_that_the_next_one_may_move() -> None:
    day = date(2026, 12, 31)
    open_day = Notice(id="open", published_on=date(2026, 1, 5), year=2026, off=(), work=(day,))
    known = WorkCalendar.named("CN", notices=[open_day])
    assert known.day(day).notice == "open"
    earliest, latest = known.bounds()
    assert earliest.day(day).notice == "open"
    assert (latest.is_working_day(day), latest.day(day).notice) == (False, None)


def test_days_named_by_a_notice_that_came_before_its_turn_stay_as_it_says() -> None:
    early = Notice(
        id="CN-2028",
        published_on=date(2026, 12, 1),
        year=2028,
        off=(Span(date(2028, 5, 1), date(2028, 5, 5)),),
        work=(date(2028, 5, 6),),
    )
    known = WorkCalendar.named("CN", notices=[early])
    assert known.announced_through == date(2026, 12, 31)
    for bound in known.bounds():
        assert [bound.is_working_day(date(2028, 5, day)) for day in (1, 2, 3, 4, 5, 6)] == [False] * 5 + [True]
        assert bound.day(date(2028, 5, 6)).notice == "CN-2028"
