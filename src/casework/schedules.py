"""Schedules: for which periods issues are due, as of when, for whom, and with which number. Pure: it keeps and sends nothing.

A period is named as `moments.period` reads it: ``2020-07-06``, ``2020-W28``, ``2020-07``, ``2020-Q3``, ``2020``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Literal, NamedTuple

import msgspec

from .errors import InputError
from .hours import WEEKDAYS
from .languages import MONTHS_EN, Lang, chinese
from .moments import period as days_of
from .moments import show_day, show_month, zone_named
from .outline import Schedule
from .sla import Timekeeper
from .units import Register

Every = Literal["day", "week", "month", "quarter", "year"]

_ONE_DAY = timedelta(days=1)
_FORMS = {"bulletin": ("bulletin", "通报"), "list": ("list", "清单"), "digest": ("digest", "简报")}  # in English and in Chinese


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """One issue of a schedule, as it was made: it is kept, and never made again.

    ``scope`` is the board, group or unit that it is of ("" for all), ``as_of`` the moment of the snapshot, before which everything
    in it was known. ``number`` is printed, ``n`` counted; without a series there is neither. ``rulebook_digest`` names the version
    of the rulebook that it was made by.
    """

    rulebook: str
    schedule: str
    period: str
    scope: str
    form: str
    number: str
    n: int | None
    as_of: datetime
    rulebook_digest: str
    made_at: datetime

    @property
    def id(self) -> str:
        """``RULEBOOK:SCHEDULE:PERIOD:SCOPE``, of which there is one issue at most."""
        return f"{self.rulebook}:{self.schedule}:{self.period}:{self.scope}"

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day of the period."""
        return days_of(self.period)


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A period that a schedule has issues for, and the moment as of which they are taken: they are due from then on."""

    schedule: str
    period: str
    first: date
    last: date
    as_of: datetime


class Scope(NamedTuple):
    """What an issue is of: its id ("" for all), and its names."""

    id: str
    zh: str
    en: str


# --- periods ----------------------------------------------------------------------------------------------------------


def period_of(every: Every, day: date) -> str:
    """Return the period of a kind that a day lies in."""
    if every == "day":
        return day.isoformat()
    if every == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    if every == "month":
        return f"{day.year:04}-{day.month:02}"
    return f"{day.year:04}-Q{(day.month + 2) // 3}" if every == "quarter" else f"{day.year:04}"


def before(every: Every, day: date) -> str:
    """Return the period before the one that a day lies in."""
    return period_of(every, days_of(period_of(every, day))[0] - _ONE_DAY)


def is_of(every: Every, first: date, last: date) -> bool:
    """Return whether the days are those of one period of a kind."""
    return days_of(period_of(every, first)) == (first, last)


def shown(period: str, *, lang: Lang = "zh") -> str:
    """Return what people call a period: ``2020年第28周``, ``2019年第1季度``, ``2020年7月``; ``week 28 of 2020``, ``July 2020``."""
    zh, first = chinese(lang), days_of(period)[0]
    year, _, part = period.partition("-")
    if part[:1] == "W":
        return f"{year}年第{int(part[1:])}周" if zh else f"week {int(part[1:])} of {year}"
    if part[:1] == "Q":
        return f"{year}年第{part[1:]}季度" if zh else f"quarter {part[1:]} of {year}"
    if not part:
        return f"{year}年" if zh else year
    return show_day(first, lang=lang) if "-" in part else show_month(first, lang=lang)


# --- when -------------------------------------------------------------------------------------------------------------


def time_of_day(schedule: Schedule) -> str:
    """Return the local time at which issues are taken: that of the schedule, or the usual one for its kind of period."""
    return schedule.at or ("00:00" if schedule.every in ("day", "week") else "24:00")


def taken_at(schedule: Schedule, last: date, zone: str) -> datetime:
    """Return the moment (UTC) as of which a schedule's issue is taken, of a period with this *last* day.

    A time of day that a clock change skips is moved forward by what was skipped; of one that comes twice the first is taken.
    """
    day = last
    if schedule.every == "week":
        day += _ONE_DAY * (1 + WEEKDAYS.index(str(schedule.as_of or "mon")))
    elif schedule.every != "day":
        day = (last + _ONE_DAY).replace(day=int(schedule.as_of or 1))
    at = time_of_day(schedule)
    if at == "24:00":
        day, at = day + _ONE_DAY, "00:00"
    return datetime.combine(day, time.fromisoformat(at), tzinfo=zone_named(zone)).astimezone(UTC)


def coming(schedule: Schedule, keeper: Timekeeper, *, after: str) -> Iterator[Slot]:
    """Yield, in order and without end, the slots that follow the period *after*; none from before the series' first period.

    Working days are those of the timekeeper's calendar, which counts provisionally where it may.
    """
    begin = days_of(after)[1] + _ONE_DAY
    if schedule.series and schedule.series.first:
        begin = max(begin, days_of(schedule.series.first)[0])
    calendar = keeper.calendar.provisional() if keeper.provisional else keeper.calendar
    while True:
        label = period_of(schedule.every, begin)
        first, last = days_of(label)
        if schedule.every != "day" or schedule.days == "all" or calendar.is_working_day(first):
            yield Slot(schedule=schedule.id, period=label, first=first, last=last, as_of=taken_at(schedule, last, keeper.zone))
        begin = last + _ONE_DAY


def due(schedule: Schedule, keeper: Timekeeper, *, after: str, now: datetime) -> Iterator[Slot]:
    """Yield the slots after a period whose moment has come, the oldest first."""
    return takewhile(lambda slot: slot.as_of <= now, coming(schedule, keeper, after=after))


# --- for what, and with which number ----------------------------------------------------------------------------------


def scopes(schedule: Schedule, register: Register | None) -> tuple[Scope, ...]:
    """Return what a schedule makes an issue of each, in the register's order: boards of the own portal, groups, units, or all."""
    if schedule.per == "all":
        return (Scope("", "", ""),)
    if register is None:
        return ()
    if schedule.per == "board":
        return tuple(Scope(row.name, row.name, row.en or row.name) for row in register.board if not row.outside)
    if schedule.per == "group":
        return tuple(Scope(row.id, row.zh or row.id, row.en or row.id) for row in register.group)
    return tuple(Scope(row.name, row.name, row.en or row.name) for row in register.unit)


def series_of(rulebook: str, schedule: Schedule, period: str, scope: str) -> str:
    """Return the name under which the store counts an issue's number; "" where there is none to draw.

    A new wording of the pattern goes on with the numbers; a year or a scope in it has numbers of its own.
    """
    if schedule.series is None or schedule.series.first:
        return ""
    pattern = schedule.series.pattern
    year, own = period[:4] if "{year}" in pattern else "", scope if "{scope}" in pattern else ""
    return f"issue:{rulebook}/{schedule.id}/{year}/{own}"


def counted(schedule: Schedule, period: str) -> int | None:
    """Return a period's number counted from the series' first one, or from the year's where the pattern names the year.

    None where numbers are drawn, or there are none; InputError for a period before the first.
    """
    if schedule.series is None or not schedule.series.first:
        return None
    first = schedule.series.first
    n = _steps(schedule.every, days_of(first)[0], days_of(period)[0]) + 1
    if n < 1:
        raise InputError(
            f"the period {period} is before {first}, for which schedule {schedule.id!r} has its first issue", value=period
        )
    if "{year}" in schedule.series.pattern and period[:4] != first[:4]:
        year = int(period[:4])
        begin = date.fromisocalendar(year, 1, 1) if schedule.every == "week" else date(year, 1, 1)
        n = _steps(schedule.every, begin, days_of(period)[0]) + 1
    return n


def numbered(schedule: Schedule, period: str, n: int | None, scope: str = "") -> str:
    """Return the number of an issue as it is printed; "" where it has none."""
    return schedule.series.pattern.format(n=n, year=period[:4], scope=scope) if schedule.series and n is not None else ""


def _steps(every: Every, one: date, other: date) -> int:
    """Return how many periods after the one that begins on a day another begins."""
    if every in ("day", "week"):
        return (other - one).days // (7 if every == "week" else 1)
    months = 12 * (other.year - one.year) + other.month - one.month
    return months // {"month": 1, "quarter": 3, "year": 12}[every]


# --- in words ---------------------------------------------------------------------------------------------------------


def titled(schedule: Schedule, period: str, scope: str = "") -> str:
    """Return the Chinese title of an issue; one without a title of its own is called by its form and period."""
    last = days_of(period)[1]
    part = period[6:] if period[5:6] in ("W", "Q") else ""
    named = {"week": str(int(part or 0)), "quarter": part, "month": str(last.month), "day": str(last.day)}
    title = schedule.title or f"{{period}}{_FORMS[schedule.form][1]}"
    for name, value in {**named, "year": period[:4], "period": shown(period), "scope": scope}.items():
        title = title.replace(f"{{{name}}}", value)
    return f"{title}（{scope}）" if scope and "{scope}" not in schedule.title else title


def told(schedule: Schedule, issue: Issue, scope: Scope, *, zone: str) -> tuple[str, str]:
    """Return what those are told who are to issue it, in Chinese and in English."""
    local = issue.as_of.astimezone(zone_named(zone))
    day, at = local.date(), f"{local:%H:%M}"
    if at == "00:00":
        day, at = day - _ONE_DAY, "24:00"
    zh = f"《{titled(schedule, issue.period, scope.zh)}》{issue.number}应予编发，统计截至{show_day(day)}{at}"
    number, of = f" {issue.number}" if issue.number else "", f", {scope.en}" if scope.en else ""
    what = f"the {_FORMS[schedule.form][0]}{number} for {shown(issue.period, lang='en')}{of}"
    return zh, f"{what} is to be issued, as of {at} on {day.day} {MONTHS_EN[day.month - 1]} {day.year}"
