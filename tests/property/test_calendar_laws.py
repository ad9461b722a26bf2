"""Laws of working-day calendars: the table answers as a person with a pencil would, whatever is asked."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from hypothesis import assume, given
from hypothesis import strategies as st

from casework.calendars import Notice, Span, WorkCalendar
from casework.errors import NoticeInvalid, Problem
from casework.notices import read_notices

ONE = timedelta(days=1)
YEAR = 2026

calendars = st.sampled_from(["CN", "GB-ENG", "US", "JP", "DE"]).map(WorkCalendar.named)
# Two years from either end of China's table, so that a few hundred days either way are always inside.
dates = st.dates(date(2003, 1, 1), date(2024, 12, 31))
steps = st.integers(1, 120)


@cache
def working(calendar: WorkCalendar, day: date) -> bool:
    return calendar.is_working_day(day)


def stepped(calendar: WorkCalendar, day: date, days: int) -> date:
    """The oracle: walk from day to day and count."""
    if days == 0:
        while not working(calendar, day):
            day += ONE
    for _ in range(abs(days)):
        day += ONE if days > 0 else -ONE
        while not working(calendar, day):
            day += ONE if days > 0 else -ONE
    return day


def tallied(calendar: WorkCalendar, first: date, last: date) -> int:
    if last < first:
        return -tallied(calendar, last, first)
    return sum(working(calendar, first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


@st.composite
def notices(draw: st.DrawFn, name: str = "town") -> Notice:
    """A notice for one year whose days off and workdays do not meet."""
    first = date(YEAR, 1, 1).toordinal()
    edges = sorted(draw(st.lists(st.integers(first, first + 364), min_size=2, max_size=8, unique=True)))
    work = draw(st.sets(st.integers(first, first + 364), max_size=4))
    spans = [Span(date.fromordinal(a), date.fromordinal(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    free = tuple(day for day in map(date.fromordinal, sorted(work)) if not any(day in span for span in spans))
    published = draw(st.sampled_from([date(YEAR - 1, 11, 30), date(YEAR, 3, 1)]))
    source = draw(st.text("ab国 '", max_size=5))
    return Notice(id=name, published_on=published, year=YEAR, off=tuple(spans), work=free, source=source)


def as_toml(notice: Notice) -> str:
    off = ", ".join(f"{{ first = {span.first}, last = {span.last} }}" for span in notice.off)
    head = (
        f'[[notice]]\nid = "{notice.id}"\npublished_on = {notice.published_on}\nyear = {notice.year}\nsource = "{notice.source}"\n'
    )
    return head + f"off = [{off}]\nwork = [{', '.join(map(str, notice.work))}]\n"


@given(calendars, dates, st.integers(-120, 120))
def test_adding_days_is_walking_and_counting_them(calendar: WorkCalendar, day: date, days: int) -> None:
    assert calendar.add(day, days) == stepped(calendar, day, days)


@given(calendars, dates, st.integers(-200, 200))
def test_counting_days_is_walking_over_them(calendar: WorkCalendar, first: date, distance: int) -> None:
    last = first + timedelta(days=distance)
    assert calendar.count(first, last) == tallied(calendar, first, last)


class Theirs(date):
    """A date of another library, such as pendulum's."""


class Number(int):
    """A number of another library."""


@given(calendars, dates, st.integers(-120, 120))
def test_dates_and_numbers_of_another_library_are_counted_alike(calendar: WorkCalendar, day: date, days: int) -> None:
    theirs, end = Theirs.fromordinal(day.toordinal()), calendar.add(day, days)
    assert calendar.add(theirs, days) == calendar.add(day, Number(days)) == calendar.add(theirs, Number(days)) == end
    assert calendar.count(theirs, end) == -calendar.count(end, theirs) == calendar.count(day, end)


@given(calendars, dates, steps)
def test_what_was_added_is_counted(calendar: WorkCalendar, day: date, days: int) -> None:
    due = calendar.add(day, days)
    assert calendar.is_working_day(due)
    assert calendar.count(day, due) == days
    assert calendar.count(day, due - ONE) == days - 1
    back = calendar.add(day, -days)
    assert calendar.is_working_day(back)
    assert calendar.count(back, day - ONE) == days - 1


@given(calendars, dates, steps, steps)
def test_days_are_added_in_any_portions(calendar: WorkCalendar, day: date, one: int, other: int) -> None:
    assert calendar.add(calendar.add(day, one), other) == calendar.add(day, one + other)
    assert calendar.add(calendar.add(day, -one), -other) == calendar.add(day, -one - other)


@given(calendars, dates, steps)
def test_going_back_undoes_going_forward_from_a_working_day(calendar: WorkCalendar, day: date, days: int) -> None:
    start = calendar.next_working_day(day)
    assert calendar.add(calendar.add(start, days), -days) == start


@given(calendars, dates, dates, dates)
def test_counts_are_antisymmetric_and_add_up(calendar: WorkCalendar, a: date, b: date, c: date) -> None:
    assert calendar.count(a, b) == -calendar.count(b, a)
    assert calendar.count(a, b) + calendar.count(b, c) == calendar.count(a, c)
    assert calendar.count(a, a) == 0


@given(calendars, dates)
def test_a_day_lies_between_the_working_days_next_to_it(calendar: WorkCalendar, day: date) -> None:
    before, after = calendar.previous_working_day(day), calendar.next_working_day(day)
    assert before <= day <= after
    assert calendar.add(day, 0) == after
    assert (before == day == after) if calendar.is_working_day(day) else (before < day < after and calendar.add(before, 1) == after)


@given(calendars, dates, st.integers(0, 60))
def test_a_day_and_the_reason_for_it_say_the_same(calendar: WorkCalendar, first: date, distance: int) -> None:
    listed = list(calendar.days(first, first + timedelta(days=distance)))
    assert [day.date for day in listed] == [first + timedelta(days=n) for n in range(distance + 1)]
    for day in listed:
        assert day.working is calendar.is_working_day(day.date) is (day.reason in {"weekday", "make-up"})
        assert (day.reason in {"weekday", "weekend"}) <= (day.name == "" and day.notice is None)
        assert (day.reason == "weekend") <= (day.date.weekday() >= 5)
        assert (day.reason == "holiday") <= (day.name != "")
        assert day.announced


@given(dates, steps, st.sampled_from(["CN", "GB-ENG"]), st.integers(1, 10))
def test_a_further_day_off_never_brings_a_deadline_forward(day: date, days: int, name: str, length: int) -> None:
    assume(day.month not in {1, 12})
    calendar = WorkCalendar.named(name)
    span = Span(day, day + timedelta(days=length - 1))
    further = Notice(id="further", published_on=day, year=day.year, off=(span,), work=())
    later = WorkCalendar.named(name, notices=[further])
    for start in (day - 5 * ONE, day, span.last):
        assert later.add(start, days) >= calendar.add(start, days)
    assert not any(later.is_working_day(span.first + timedelta(days=n)) for n in range(length))


@given(notices())
def test_a_notice_decides_exactly_the_days_that_it_names(notice: Notice) -> None:
    plain, calendar = WorkCalendar.named("CN"), WorkCalendar.named("CN", notices=[notice])
    for n in range(365):
        day = date(YEAR, 1, 1) + timedelta(days=n)
        found = calendar.day(day)
        if any(day in span for span in notice.off):
            assert (found.working, found.notice, found.reason) == (False, "town", "holiday")
        elif day in notice.work:
            assert (found.working, found.notice, found.reason) == (True, "town", "make-up")
        else:
            assert found == plain.day(day)


@given(st.lists(st.sampled_from("abcde").flatmap(notices), min_size=1, max_size=5, unique_by=lambda notice: notice.id), st.data())
def test_the_order_in_which_notices_are_given_changes_nothing(given_notices: list[Notice], data: st.DataObject) -> None:
    calendar = WorkCalendar.named("CN", notices=given_notices)
    shuffled = WorkCalendar.named("CN", notices=data.draw(st.permutations(given_notices)))
    assert shuffled.version == calendar.version
    assert shuffled.notices == calendar.notices


@given(notices(), st.integers(0, 364))
def test_calendars_that_differ_on_a_day_differ_in_version(notice: Notice, at: int) -> None:
    day = date(YEAR, 1, 1) + timedelta(days=at)
    calendar = WorkCalendar.named("CN", notices=[notice])
    if calendar.is_working_day(day):
        assume(not any(day in span for span in notice.off) and day not in notice.work)
        other = Notice(
            id=notice.id, published_on=notice.published_on, year=YEAR, off=(*notice.off, Span(day, day)), work=notice.work
        )
        assert WorkCalendar.named("CN", notices=[other]).version != calendar.version


@given(st.dates(date(2018, 1, 1), date(2027, 12, 31)), st.dates(date(2018, 1, 1), date(2027, 12, 31)))
def test_time_only_adds_to_what_is_announced(one: date, other: date) -> None:
    earlier, later = (WorkCalendar.named("CN", as_of=day) for day in sorted((one, other)))
    assert earlier.announced_through <= later.announced_through
    assert all(notice.published_on <= min(one, other) for notice in earlier.notices)
    assert later.notices[: len(earlier.notices)] == earlier.notices


known_calendars = st.one_of(
    st.dates(date(2003, 1, 1), date(2026, 12, 31)).map(lambda day: WorkCalendar.named("CN", as_of=day)), calendars
)


@given(known_calendars, st.integers(-60, 1500), st.integers(0, 60))
def test_an_estimate_and_every_stretch_of_it_lie_between_the_bounds(calendar: WorkCalendar, after: int, days: int) -> None:
    earliest, latest = calendar.bounds()
    estimate, start = calendar.provisional(), calendar.settled_through + after * ONE
    assert earliest.add(start, days) <= estimate.add(start, days) <= latest.add(start, days)
    until = start + days * ONE
    assert latest.count(start, until) <= estimate.count(start, until) <= earliest.count(start, until)
    if until <= calendar.settled_through:
        assert earliest.count(start, until) == calendar.count(start, until) == latest.count(start, until)


@given(st.dates(date(2003, 1, 1), date(2025, 10, 31)), st.integers(0, 365), st.integers(1, 60))
def test_what_came_to_be_announced_lies_between_the_bounds_that_were_known(as_of: date, after: int, days: int) -> None:
    known, truth = WorkCalendar.named("CN", as_of=as_of), WorkCalendar.named("CN")
    earliest, latest = known.bounds()
    start = known.settled_through + (after - 30) * ONE
    until = truth.add(start, days) if start < date(2026, 9, 1) else start
    assume(until.year != 2015 and start.year != 2015)  # the commemoration of that year, which nothing foretold
    assert latest.count(start, until) <= truth.count(start, until) <= earliest.count(start, until)
    if until > start:
        assert earliest.add(start, days) <= until <= latest.add(start, days)


@given(st.integers(-2, 2), st.sampled_from(["GB-ENG", "PK"]), st.integers(0, 9))
def test_holidays_moved_by_up_to_two_days_lie_between_the_bounds(move: int, name: str, later: int) -> None:
    known = WorkCalendar.named(name)
    estimate, (earliest, latest) = known.provisional(), known.bounds()
    first = date(known.last.year + 1 + later, 1, 1)

    def moved(day: date) -> bool:
        return day.weekday() < 5 and estimate.day(day - move * ONE).reason != "holiday"

    year = [first + n * ONE for n in range(3, 360)]
    assert all(latest.is_working_day(day) <= moved(day) <= earliest.is_working_day(day) for day in year)


@given(st.lists(st.sampled_from("abcde").flatmap(notices), max_size=3, unique_by=lambda notice: notice.id))
def test_the_days_that_notices_change_are_those_that_one_calendar_works_and_the_other_does_not(given_notices: list[Notice]) -> None:
    plain, calendar = WorkCalendar.named("CN"), WorkCalendar.named("CN", notices=given_notices)
    days = [date(2025, 12, 1) + n * ONE for n in range(396)]
    changed = tuple(day for day in days if plain.is_working_day(day) != calendar.is_working_day(day))
    assert plain.changed(calendar) == calendar.changed(plain) == changed


@given(st.lists(st.sampled_from("abcde").flatmap(notices), max_size=3, unique_by=lambda notice: notice.id))
def test_notices_written_as_toml_are_read_back_the_same(written: list[Notice]) -> None:
    assert read_notices("\n".join(map(as_toml, written))) == tuple(written)


toml_values = st.recursive(
    st.one_of(
        st.integers(), st.booleans(), st.just("'x'"), st.dates(date(2025, 1, 1), date(2027, 1, 1)), st.just("1979-05-27T07:32:00")
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(map(str, each))}]"),
        st.dictionaries(st.sampled_from(["first", "last", "x"]), inner, max_size=3).map(
            lambda each: "{ " + ", ".join(f"{key} = {value}" for key, value in each.items()) + " }"
        ),
    ),
    max_leaves=6,
).map(lambda value: str(value).replace("True", "true").replace("False", "false"))


def problems_of(text: str) -> tuple[Problem, ...]:
    try:
        read_notices(text)
    except NoticeInvalid as error:
        return error.problems
    return ()


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["id", "published_on", "year", "off", "work", "source", "x"]), toml_values), max_size=3
    )
)
def test_whatever_stands_in_a_document_it_is_read_or_refused_with_places(rows: list[dict[str, str]]) -> None:
    problems = problems_of("\n".join("[[notice]]\n" + "\n".join(f"{key} = {value}" for key, value in row.items()) for row in rows))
    assert all(problem.path.startswith("notice[") and problem.message for problem in problems)
    assert {problem.path[: len("notice[0]")] for problem in problems} <= {f"notice[{at}]" for at in range(len(rows))}


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert all(problem.message for problem in problems_of(text))
