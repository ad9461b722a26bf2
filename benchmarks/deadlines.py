"""A whole deadline: from the moment at which a message came to the moment before which it must be answered.

"All conventions" are those of many a Chinese rulebook: 5 working days; what comes on a day off, or after 17:30, counts as received
on the next working day; the last day ends at 24:00 local time, which is wanted in UTC. The right answers are found by walking from
day to day, with code that shares nothing with casework or with the other rows.

The same without casework is written as somebody would who knows the libraries and cares for speed: pendulum reads the text, brings
it to the zone and back to UTC, holidays counts; between them plain dates, since pendulum's own are slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import pendulum
from holidays import country_holidays
from rows import Goal, Question, Row
from working_days import FIRST, LAST, ONE_DAY, receipts, table

from casework import Limit, Timekeeper, WorkCalendar
from casework.hours import OfficeHours
from casework.limits import Count, Pause
from casework.moments import read_moment

_ZONE = "Asia/Shanghai"
_CUTOFF = time(17, 30)
_DAYS, _HOURS = 5, 20
_OPEN = ((time(9), time(12)), (time(13, 30), time(17, 30)))
_SECONDS = 24 * 60 * 60
_ALL = "casework, all conventions"
_GOALS = [
    Goal(_ALL, "floor", 25),
    Goal(f"{_ALL}, from a text", "floor", 25),
    Goal(f"{_ALL}, from a text", "pendulum + holidays, from a text", 1 / 8),
    Goal(_ALL, "pendulum + holidays", 1 / 8),
]


def question() -> Question:
    """Return the one question, and everybody who answers it or one of its simpler forms."""
    add, _ = table()
    spread = Random(20190322)  # noqa: S311 - a sample needs no secret
    zone = ZoneInfo(_ZONE)
    local = [datetime.combine(day, time(), zone) + timedelta(seconds=spread.randrange(_SECONDS)) for day in receipts()]
    starts, texts = [moment.astimezone(UTC) for moment in local], [moment.isoformat() for moment in local]
    # The pauses of the sample: from the second day after receipt to the fifth.
    pauses = [Pause(start + 2 * ONE_DAY, start + 5 * ONE_DAY) for start in starts]
    conventions = [walked(moment) for moment in local]
    names: dict[str, Any] = {
        "add": add,
        "n": _DAYS,
        "by_hand": partial(_by_hand, add),
        "by_pendulum": by_pendulum(),
        "parse": pendulum.parse,
        "instance": pendulum.instance,
        "read_moment": read_moment,
        "fromisoformat": datetime.fromisoformat,
        "keeper": Timekeeper(WorkCalendar.named("CN"), _ZONE),
        "zone": _ZONE,
        "limit": Limit(_DAYS, "working days"),
        "hours": Limit(_HOURS, "working hours"),
        "rules": Count(day_zero="next-working-day", cutoff=_CUTOFF, ends="24:00", roll="next"),
        "plain": Count(),
        "same_time": Count(ends="same-time"),
        "office": Count(hours=OfficeHours(open="09:00-12:00, 13:30-17:30")),
    }

    def row(name: str, statement: str, sample: Sequence[object], right: Sequence[object], **more: Any) -> Row:
        return Row(name=name, statement=statement, sample=sample, expected=right, names=names, **({"each": "start"} | more))

    paused = [walked(moment, pause=pause) for moment, pause in zip(local, pauses, strict=True)]
    simply = [walked(moment, plainly=True) for moment in local]
    timed = [walked(moment, plainly=True, same_time=True) for moment in local]
    due = {"seen": _before}
    rows = [
        row("floor", "add(day, n)", receipts(), [add(day, _DAYS) for day in receipts()], each="day"),
        row("by hand, from a text", "by_hand(text)", texts, conventions, each="text"),
        row(_ALL, "keeper.deadline(start, limit, count=rules)", starts, conventions, **due),
        row(
            f"{_ALL}, from a text",
            "keeper.deadline(read_moment(text, zone=zone), limit, count=rules)",
            texts,
            conventions,
            each="text",
            **due,
        ),
        row(
            f"{_ALL}, fromisoformat",
            "keeper.deadline(fromisoformat(text), limit, count=rules)",
            texts,
            conventions,
            each="text",
            **due,
        ),
        row("casework, plain", "keeper.deadline(start, limit, count=plain)", starts, simply, **due),
        row("casework, same time", "keeper.deadline(start, limit, count=same_time)", starts, timed, **due),
        row(
            f"{_ALL}, one pause",
            "keeper.deadline(start, limit, count=rules, pauses=[pause])",
            list(zip(starts, pauses, strict=True)),
            paused,
            each="start, pause",
            **due,
        ),
        row(
            f"casework, {_HOURS} working hours",
            "keeper.deadline(start, hours, count=office)",
            starts,
            [worked_through(moment) for moment in local],
            **due,
        ),
        row("pendulum + holidays", "by_pendulum(instance(start))", starts, conventions),
        row("pendulum + holidays, from a text", "by_pendulum(parse(text))", texts, conventions, each="text"),
    ]
    title = f"a whole deadline: {_DAYS} working days after {len(starts)} moments of {FIRST.year} to {LAST.year}"
    return Question(title, rows, _GOALS)


def _before(deadlines: Iterable[Any]) -> list[datetime]:
    return [deadline.before for deadline in deadlines]


# --- the right answers ------------------------------------------------------------------------------------------------


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += ONE_DAY
        yield day


def walked(moment: datetime, *, plainly: bool = False, same_time: bool = False, pause: Pause | None = None) -> datetime:
    """Return the right answer by walking from day to day: with all conventions or *plainly*, with none of those of day zero."""
    works, zero = chinese_calendar.is_workday, moment.date()
    if not plainly and (not works(zero) or moment.time() > _CUTOFF):
        zero = next(day for day in _days_after(zero) if works(day))
    idle: tuple[date, date] | None = None
    if pause and pause.until:
        idle = pause.since.astimezone(moment.tzinfo).date(), pause.until.astimezone(moment.tzinfo).date()
    counted = (day for day in _days_after(zero) if works(day) and not (idle and idle[0] <= day <= idle[1]))
    last = [next(counted) for _ in range(_DAYS)][-1]
    return datetime.combine(*((last, moment.time()) if same_time else (last + ONE_DAY, time())), moment.tzinfo).astimezone(UTC)


def worked_through(moment: datetime) -> datetime:
    """Return the right answer in working hours, by walking through every stretch of office hours."""
    left = timedelta(hours=_HOURS)
    for day in _days_after(moment.date() - ONE_DAY):
        for opens, closes in _OPEN if chinese_calendar.is_workday(day) else ():
            since = max(moment, datetime.combine(day, opens, moment.tzinfo))
            open_for = datetime.combine(day, closes, moment.tzinfo) - since
            if left <= open_for:
                return (since + left).astimezone(UTC)
            left -= max(open_for, timedelta(0))
    raise AssertionError("days do not end")


# --- without casework -------------------------------------------------------------------------------------------------


def by_pendulum() -> Callable[[Any], datetime]:
    """Return the deadline with all conventions by pendulum and holidays, from one of pendulum's moments."""
    zone = pendulum.timezone(_ZONE)
    china = country_holidays("CN", years=range(FIRST.year, LAST.year + 1))

    def deadline(moment: pendulum.DateTime) -> datetime:
        local = moment.in_timezone(zone)
        zero = date(local.year, local.month, local.day)
        if not china.is_working_day(zero) or local.time() > _CUTOFF:
            zero = china.get_nth_working_day(zero, 1)
        after = china.get_nth_working_day(zero, _DAYS) + ONE_DAY
        return pendulum.datetime(after.year, after.month, after.day, tz=zone).in_timezone(pendulum.UTC)

    return deadline


def _by_hand(add: Callable[[date, int], date], text: str) -> datetime:
    """Return the deadline with all conventions by the floor's table and Python's own datetime: what casework adds is comfort."""
    zone = ZoneInfo(_ZONE)
    local = datetime.fromisoformat(text).astimezone(zone)
    zero = local.date()
    if local.time() > _CUTOFF or add(zero - ONE_DAY, 1) != zero:
        zero = add(zero, 1)
    return datetime.combine(add(zero, _DAYS) + ONE_DAY, time(), zone).astimezone(UTC)
