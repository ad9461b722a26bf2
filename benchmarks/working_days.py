"""Adding and counting working days of China: the floor, casework, and the libraries that can be asked the same.

The floor is the least that plain Python can do: an index table, looked up by the ordinal of the day. It is filled from
``chinese_calendar``, so that every answer of casework, and of everybody else, is checked against a source that is not casework's.
The receipts lie in 2018 to 2023, the years that all libraries cover. Each library is called as its documentation says, with the
objects that it wants built before; a date goes in and a date comes out.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any

import chinese_calendar
import numpy
import pandas
from holidays import country_holidays
from rows import Goal, Question, Row
from workalendar.asia import China

from casework import WorkCalendar

FIRST, LAST = date(2018, 1, 1), date(2023, 12, 31)
ONE_DAY = timedelta(days=1)
_RECEIPTS = 240
_FARTHEST = 120  # days to count over; 60 working days never take as many
_GOALS = [Goal("casework", "floor", 2)]

Add = Callable[[date, int], date]
Count = Callable[[date, date], int]


def days() -> list[date]:
    """Return every day that the sample may touch."""
    return [FIRST + number * ONE_DAY for number in range((LAST - FIRST).days + 1)]


def receipts() -> list[date]:
    """Return days of receipt, working or not, in no order; the same in every run."""
    return Random(20260929).sample(days()[:-_FARTHEST], _RECEIPTS)  # noqa: S311 - a sample needs no secret


def table() -> tuple[Add, Count]:
    """Return the floor: the n-th working day after a day, and the number of working days after one day up to another."""
    works = [chinese_calendar.is_workday(day) for day in days()]
    start, from_ordinal = FIRST.toordinal(), date.fromordinal
    upto = list(accumulate(works))
    worked = [start + at for at, working in enumerate(works) if working]

    def add(day: date, number: int) -> date:
        return from_ordinal(worked[upto[day.toordinal() - start] + number - 1])

    def count(first: date, last: date) -> int:
        return upto[last.toordinal() - start] - upto[first.toordinal() - start]

    return add, count


def questions() -> Iterator[Question]:
    """Yield the three questions: add 5, add 60, count."""
    add, count = table()
    sample, names = receipts(), _names()
    for number in (5, 60):
        rows = _adding(sample, [add(day, number) for day in sample], names | {"add": add, "n": number}, number)
        yield Question(f"{number} working days after {len(sample)} days of {FIRST.year} to {LAST.year}", rows, _GOALS)
    spread = Random(20200126)  # noqa: S311 - as above
    spans = [(day, day + spread.randint(1, _FARTHEST) * ONE_DAY) for day in sample]
    rows = _counting(spans, [count(first, last) for first, last in spans], names | {"count": count})
    yield Question(f"the number of working days in {len(spans)} spans of 1 to {_FARTHEST} days", rows, _GOALS)


def _names() -> dict[str, object]:
    """Return what the statements name: each library's China, with its years loaded."""
    off = [day for day in days() if not chinese_calendar.is_workday(day)]
    busdays = numpy.busdaycalendar(weekmask="1111111", holidays=off)
    china = China()
    with warnings.catch_warnings(action="ignore"):  # each year tells that there are only those of 2018 to 2023
        for year in range(FIRST.year, LAST.year + 1):
            china.holidays(year)
    return {
        "calendar": WorkCalendar.named("CN"),
        "holidays": country_holidays("CN", years=range(FIRST.year, LAST.year + 1)),
        "find_workday": chinese_calendar.find_workday,
        "get_workdays": chinese_calendar.get_workdays,
        "china": china,
        "busday_offset": numpy.busday_offset,
        "busday_count": numpy.busday_count,
        "busdays": busdays,
        "Timestamp": pandas.Timestamp,
        "date_range": pandas.date_range,
        "CDay": pandas.offsets.CustomBusinessDay(calendar=busdays),
    }


def _adding(sample: Sequence[date], right: Sequence[date], names: Mapping[str, Any], number: int) -> list[Row]:
    def row(name: str, statement: str, **more: Any) -> Row:
        return Row(name=name, statement=statement, **({"sample": sample, "expected": right, "names": names} | more))

    # chinese_calendar has a rule of its own, and is judged by it.
    works, add = chinese_calendar.is_workday, names["add"]
    later = [add(day if works(day) else add(day, 1), number) for day in sample]
    off = sum(not works(day) for day in sample)
    rule = f"counts from the next working day where a day is off, as {off} are"
    array = {"each": "days", "sample": [numpy.array(sample, dtype="datetime64[D]")], "seen": _flat}
    offset = pandas.offsets.CustomBusinessDay(number, calendar=names["busdays"])
    return [
        row("floor", "add(day, n)"),
        row("casework", "calendar.add(day, n)"),
        row("numpy, in one call", "busday_offset(days, n, roll='backward', busdaycal=busdays)", **array),
        row("numpy", "busday_offset(day, n, roll='backward', busdaycal=busdays).item()"),
        row("holidays", "holidays.get_nth_working_day(day, n)"),
        row("pandas", "(Timestamp(day) + offset).date()", names={**names, "offset": offset}),
        row("workalendar", "china.add_working_days(day, n)"),
        row("chinese_calendar", "find_workday(n, day)", expected=later, note=rule),
    ]


def _counting(spans: Sequence[tuple[date, date]], right: Sequence[int], names: Mapping[str, Any]) -> list[Row]:
    closed = [(first + ONE_DAY, last) for first, last in spans]
    half_open = [(first + ONE_DAY, last + ONE_DAY) for first, last in spans]
    arrays = [tuple(numpy.array(ends, dtype="datetime64[D]") for ends in zip(*half_open, strict=True))]

    def row(name: str, statement: str, sample: Sequence[object], **more: Any) -> Row:
        return Row(name=name, statement=statement, each="first, last", sample=sample, expected=right, names=names, **more)

    return [
        row("floor", "count(first, last)", spans),
        row("casework", "calendar.count(first, last)", spans),
        row("numpy, in one call", "busday_count(first, last, busdaycal=busdays)", arrays, seen=_flat),
        row("numpy", "busday_count(first, last, busdaycal=busdays)", half_open),
        row("holidays", "holidays.get_working_days_count(first, last)", closed),
        row("pandas", "len(date_range(first, last, freq=CDay))", closed),
        row("workalendar", "china.get_working_days_delta(first, last)", spans),
        row("chinese_calendar", "len(get_workdays(first, last))", closed),
    ]


def _flat(answers: list[Any]) -> list[object]:
    """Return the answers of one call on arrays as dates or numbers."""
    return [each for answer in answers for each in answer.tolist()]
