"""Working-day calendars: which days are worked, why, and since when that has been known.

A :class:`WorkCalendar` is a table of days. It is built once from three sources, each laid over the one before:

1. the public holidays of the country, from the ``holidays`` library (imported only when a calendar is built);
2. the notices shipped with casework: for China, those of the General Office of the State Council from 2018 on, made under the
   State Council's Regulation on Public Holidays for National Annual Festivals and Memorial Days (全国年节及纪念日放假办法);
3. the notices that the caller gives.

What nobody has announced is not guessed: a day after :attr:`WorkCalendar.announced_through` raises
:class:`~casework.errors.CalendarNotAnnounced`, unless the calendar was asked to be :meth:`WorkCalendar.provisional`.

All arithmetic is on dates. Which date a moment falls on depends on a time zone, so a ``datetime`` is refused here.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from .errors import CalendarNotAnnounced, InputError, UnknownCalendar, listed, nearest
from .notices import Notice, Span, checked, in_order, shipped_notices, shown

if TYPE_CHECKING:
    from holidays import HolidayBase

__all__ = ["Day", "Notice", "Span", "WorkCalendar"]

_ONE = timedelta(days=1)

# --- what the holidays library knows ----------------------------------------------------------------------------------

_WORKING, _WEEKEND, _HOLIDAY = 1, 2, 4
_FIRST_YEAR = 1990
# Holidays fixed by statute are taken as announced through this year: a fixed one, since a calendar's version must not depend on the
# day it is built. A single day that a government proclaims in between (a coronation, a state funeral) comes as a notice.
_HORIZON = 2035
_GUESSED_YEARS = 10

_CHINA = "CN"
# The notices of 2001-2017 are in the holidays library, those from 2018 on in announced/CN.toml. The library has no notice from
# before 2001, and the five-day week itself is only of 1 May 1995 (State Council Order 174): the table begins in 2001.
_CHINA_YEARS = (2001, 2017)

_KINGDOM = ("GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS", "GB-ALL")


class _Base(NamedTuple):
    """Days as the holidays library knows them, from 1 January of *first* to 31 December of *last*."""

    first: int
    last: int
    end: int
    kinds: bytes


def _parts(name: str) -> list[tuple[str, str | None]]:
    country, _, part = name.partition("-")
    if name == "GB-ALL":
        # Freedom of Information Act 2000, section 10(6): a day that is a bank holiday "in any part of the United Kingdom".
        return [(country, other.partition("-")[2]) for other in _KINGDOM if other != name]
    return [(country, part or None)]


def _entity(country: str, part: str | None, *, guess: bool = False) -> HolidayBase:
    """Return the country's holidays, no year loaded; with *guess*, China's statutory days without what notices made of them."""
    import holidays

    # Without a language, names come in that of the machine's locale. No category is named: half days are not days off.
    language = holidays.country_holidays(country, subdiv=part).default_language
    entity = holidays.country_holidays(country, subdiv=part, language=language)
    if guess and country == _CHINA:
        for attribute in [each for each in vars(entity) if each.startswith("special_")]:
            setattr(entity, attribute, {})
        entity.weekend_workdays = set()
    return entity


def _loaded(country: str, part: str | None, years: range, *, guess: bool = False) -> HolidayBase:
    entity = _entity(country, part, guess=guess)
    for year in range(max(years.start, entity.start_year), min(years.stop, entity.end_year + 1)):
        entity.get(date(year, 1, 1))  # looking a day up loads its year
    return entity


def _days_of(years: range) -> Iterator[date]:
    return map(date.fromordinal, range(date(years.start, 1, 1).toordinal(), date(years.stop, 1, 1).toordinal()))


def _kinds(name: str, years: range, *, guess: bool = False) -> bytes:
    """Return one byte a day: whether it is worked, a day of the weekend, a holiday."""
    entities = [_loaded(country, part, years, guess=guess) for country, part in _parts(name)]
    off = {day for entity in entities for day in entity}
    worked = set.intersection(*(entity.weekend_workdays for entity in entities))
    is_weekend = entities[0].is_weekend
    kinds = bytearray()
    for day in _days_of(years):
        kind = _HOLIDAY if day in off else 0
        if is_weekend(day):
            kinds.append(_WEEKEND | (_WORKING if day in worked else kind))
        else:
            kinds.append(kind or _WORKING)
    return bytes(kinds)


def _plain_kinds(name: str, year: int) -> bytes:
    """Return a year in which weekdays are worked and weekends are not: the ground on which a year's notices are laid."""
    is_weekend = _entity(*_parts(name)[0]).is_weekend
    return bytes(_WEEKEND if is_weekend(day) else _WORKING for day in _days_of(range(year, year + 1)))


def _estimated_years(entity: HolidayBase) -> set[int]:
    """Return the years in which the library marks a date as its own estimate: months that begin when the moon is seen."""
    labels = (getattr(entity, attribute, None) for attribute in ("estimated_label", "observed_estimated_label"))
    marks = [entity.tr(label).replace("%s", "").strip() for label in labels if label]
    return {day.year for day, name in entity.items() if any(mark in name for mark in marks)}


@lru_cache(maxsize=64)
def _base(name: str) -> _Base:
    """Return what is settled without casework's notices: see :attr:`WorkCalendar.announced_through`."""
    country, part = _parts(name)[0]
    entity = _entity(country, part)
    if name == _CHINA:
        first, last = _CHINA_YEARS
    else:
        first, last = max(_FIRST_YEAR, entity.start_year), min(_HORIZON, entity.end_year)
        unsure = _estimated_years(_loaded(country, part, range(first, last + 1)))
        last = max((year for year in range(first, last + 1) if year not in unsure), default=first - 1)
        if last < first:
            raise UnknownCalendar(
                f"calendar {name!r} cannot be built: every year of it from {first} on has a date that is only estimated "
                "(it depends on when the moon is seen)",
                value=name,
            )
    return _Base(first, last, entity.end_year, _kinds(name, range(first, last + 1)))


@lru_cache(maxsize=512)
def _names(name: str, year: int, *, guess: bool) -> dict[date, str]:
    """Return the names of the holidays of one year, in the country's own language; none for a day that was merely moved."""
    names: dict[date, str] = {}
    for country, part in _parts(name):
        entity = _loaded(country, part, range(year, year + 1), guess=guess)
        moved = entity.tr(label).partition("%s")[0] if (label := getattr(entity, "substituted_label", None)) else None
        for day, text in entity.items():
            if day.year != year or (moved and text.startswith(moved)):
                continue
            known = names.get(day, "").split("; ") if day in names else []
            names[day] = "; ".join([*known, *(each for each in text.split("; ") if each not in known)])
    return names


def _check_name(name: str) -> None:
    """Raise UnknownCalendar for a name that does not say exactly which days are meant, with the names that would."""
    from holidays import country_holidays, list_supported_countries

    if name in _KINGDOM:
        return
    known = list_supported_countries(include_aliases=False)
    country, dash, part = name.upper().partition("-")
    if country not in known and country in list_supported_countries():
        # "CHN" would be China without its notices: a second name for a country is refused.
        country = country_holidays(country).country or country
    if country == "GB" and not dash:
        raise UnknownCalendar(
            f"calendar {name!r} does not say whose bank holidays count, and they differ within the United Kingdom; choose "
            f"{', '.join(_KINGDOM[:-1])}, or {_KINGDOM[-1]} (a bank holiday in any part of it)",
            value=name,
        )
    home, _, region = name.partition("-")
    if name in known or region in known.get(home, []):
        return
    parts = list(_KINGDOM) if country == "GB" else [f"{country}-{each}" for each in known.get(country, [])]
    asked = f"{country}{dash}{part}"
    if country in known and dash:
        choices = listed(parts) if parts else f"only {country!r}, it has no parts"
        raise UnknownCalendar(f"there is no calendar {name!r}{nearest(asked, [*parts, country])} (there is {choices})", value=name)
    countries = [each for each in known if each != "GB"]
    raise UnknownCalendar(
        f"there is no calendar {name!r}{nearest(asked, countries)} (a calendar is named by its country, such as CN, US or JP, or "
        "by the country and a part of it, such as GB-ENG or US-CA)",
        value=name,
    )


# --- the calendar -----------------------------------------------------------------------------------------------------


class Day(msgspec.Struct, frozen=True):
    """One day of a calendar, and why it is worked or not.

    ``reason`` is ``weekday`` (worked), ``weekend`` (off), ``holiday`` (off, also where it falls on a weekend) or ``make-up``
    (worked although it was a day of the weekend, or because a notice says so). ``name`` is the holiday's, in the country's own
    language, where it has one. ``notice`` is the id of the notice that decided the day. ``announced`` is false for an
    estimate.
    """

    date: date
    working: bool
    reason: Literal["weekday", "weekend", "holiday", "make-up"]
    name: str
    notice: str | None
    announced: bool


class WorkCalendar(msgspec.Struct, frozen=True, kw_only=True, eq=False, weakref=True):
    """The working days of a country or of a part of it; made by :meth:`named`, and never changed.

    Every question is answered from a table, at the same cost however far apart the days are. ``first`` and ``last`` are the
    ends of that table. ``announced_through`` is the last day that is settled:

    - China: 31 December of the last year with a notice. The last days of that year can still be moved by the next notice, as
      29-31 December 2018 were.
    - a country whose holidays follow from its statutes: 31 December 2035;
    - a country some of whose dates the ``holidays`` library marks as estimated: the last year that it is sure of. A notice for
      each further year, given by the caller, announces that year.

    ``version`` is twelve hexadecimal digits over the name, the table, ``announced_through`` and the ids of the notices: calendars
    with the same version answer alike, on any machine. A provisional calendar's ends in ``~``.

    Every method raises CalendarNotAnnounced where the answer would need a day after ``last``, and InputError for a day before
    ``first`` and for anything that is not a date, a ``datetime`` among them.
    """

    name: str
    first: date
    last: date
    announced_through: date
    version: str
    notices: tuple[Notice, ...]
    as_of: date | None
    _given: tuple[Notice, ...]
    _start: int
    _kinds: bytes
    _upto: array[int]
    _worked: array[int]
    _decided: dict[int, str]

    @classmethod
    def named(cls, name: str, *, notices: Iterable[Notice] = (), as_of: date | None = None) -> WorkCalendar:
        """Return the calendar of a country (``CN``, ``US``, ``JP``) or of a part of it (``GB-ENG``, ``US-CA``).

        ``GB-ALL`` has a day off wherever any part of the United Kingdom has one (Freedom of Information Act 2000, section
        10(6)); ``GB`` alone is refused, since it would be right for no part of it.

        Shipped notices are laid over the public holidays in order of publication, then those in *notices* in the same order; of
        two that name one day the later decides it. A given notice with the id of a shipped one takes its place, so a year's
        notice that a host adds early, under the id that casework will use (``CN-2027``), does no harm when casework ships it.

        The first notice for a year after those that ``holidays`` settles (China: after 2017) must be that year's whole notice: in
        such a year only what notices say is a holiday. For other years a notice may name a single day. A year announces nothing
        while one before it is missing.

        With *as_of*, notices published after that date are left out: the calendar as it was known then. China's notices before
        2018 are known by their contents, not by their dates of publication, so a calendar of China as of an earlier date ends
        with that date's year.

        Calendars are kept: asking again costs nothing. Raises UnknownCalendar, NoticeInvalid for notices that contradict
        themselves, InputError for an *as_of* that is not a date or that lies before anything was announced.
        """
        given = checked(notices)
        if as_of is not None and not _is_date(as_of):
            raise InputError(f"as_of should be a date, not {shown(as_of)}", value=as_of)
        if not isinstance(name, str):
            raise UnknownCalendar(f"a calendar is named by a text such as 'CN' or 'GB-ENG', not {name!r}", value=name)
        return _built(name, given, as_of, provisional=False)

    def provisional(self) -> WorkCalendar:
        """Return this calendar with up to ten more years after ``announced_through``, estimated.

        For China these are the statutory days and their substitutes, without make-up workdays: on ten to sixteen days of a year
        such an estimate has been wrong. ``day(…).announced`` tells estimated days apart.
        """
        return _built(self.name, self._given, self.as_of, provisional=True)

    def is_working_day(self, day: date) -> bool:
        """Tell whether *day* is worked."""
        return bool(self._kinds[self._at(day)] & _WORKING)

    def next_working_day(self, day: date) -> date:
        """Return *day* where it is worked, else the first working day after it."""
        return self._nth(self._upto[self._at(day)])

    def previous_working_day(self, day: date) -> date:
        """Return *day* where it is worked, else the last working day before it."""
        return self._nth(self._upto[self._at(day) + 1] - 1)

    def add(self, day: date, days: int) -> date:
        """Return the *days*-th working day after *day*; where *days* is negative, before it.

        *day* itself is not counted, worked or not (as in article 201 of China's Civil Code and section 10(1) of the Freedom of
        Information Act 2000). With 0 it is *day* where that is worked, else the next working day.
        """
        at = self._at(day)
        if not isinstance(days, int):
            raise InputError(f"a number of working days is a whole number, not {days!r}", value=days)
        return self._nth(self._upto[at + 1] + days - 1 if days > 0 else self._upto[at] + days)

    def count(self, first: date, last: date) -> int:
        """Return how many working days lie after *first*, up to and including *last*; negative where *last* is the earlier."""
        return self._upto[self._at(last) + 1] - self._upto[self._at(first) + 1]

    def day(self, day: date) -> Day:
        """Return one day with the reason why it is worked or not."""
        at = self._at(day)
        kind, notice = self._kinds[at], self._decided.get(at)
        reason: Literal["weekday", "weekend", "holiday", "make-up"]
        if kind & _WORKING:
            reason = "make-up" if kind & _WEEKEND or notice is not None else "weekday"
        else:
            reason = "holiday" if kind & _HOLIDAY else "weekend"
        return Day(
            date=date.fromordinal(day.toordinal()),
            working=bool(kind & _WORKING),
            reason=reason,
            name=self._holiday(at) if reason == "holiday" else "",
            notice=notice,
            announced=day <= self.announced_through,
        )

    def days(self, first: date, last: date) -> Iterator[Day]:
        """Return the days from *first* to *last*, both included; none where *last* is the earlier."""
        start, stop = self._at(first), self._at(last)
        return (self.day(date.fromordinal(self._start + at)) for at in range(start, stop + 1))

    def _at(self, day: date) -> int:
        if type(day) is not date and not _is_date(day):
            if isinstance(day, datetime):
                raise InputError(
                    f"{day} is a moment, and a calendar answers for dates; give its date in the zone that counts, for example "
                    "moment.astimezone(zone).date()",
                    value=day,
                )
            raise InputError(f"a calendar answers for dates, not for {day!r}", value=day)
        at = day.toordinal() - self._start
        if 0 <= at < len(self._kinds):
            return at
        if at < 0:
            raise InputError(f"{day} lies before calendar {self.name!r} begins ({self.first})", value=day)
        raise CalendarNotAnnounced(self.name, day.year, announced_through=self.announced_through)

    def _nth(self, index: int) -> date:
        if 0 <= index < len(self._worked):
            return date.fromordinal(self._worked[index])
        if index < 0:
            raise InputError(f"the working day asked for lies before calendar {self.name!r} begins ({self.first})", value=index)
        raise CalendarNotAnnounced(self.name, self.last.year + 1, announced_through=self.announced_through)

    def _holiday(self, at: int) -> str:
        """Return the name of a holiday: its own, or that of the first named day in its span or, without a notice, around it."""
        day = date.fromordinal(self._start + at)
        first = last = day
        if (notice := self._decided.get(at)) is not None:
            first, last = next((s.first, s.last) for each in self.notices if each.id == notice for s in each.off if day in s)
        else:
            while first > self.first and not self.is_working_day(first - _ONE):
                first -= _ONE
            while last < self.last and not self.is_working_day(last + _ONE):
                last += _ONE
        for each in (day, *(first + n * _ONE for n in range((last - first).days + 1))):
            if name := _names(self.name, each.year, guess=each > self.announced_through).get(each):
                return name
        return ""

    def __eq__(self, other: object) -> bool:
        return self.version == other.version if isinstance(other, WorkCalendar) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.version)

    def __repr__(self) -> str:
        known = f", as of {self.as_of}" if self.as_of else ""
        return f"<WorkCalendar {self.name} {self.version}, announced through {self.announced_through}{known}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(_built, provisional=self.version.endswith("~")), (self.name, self._given, self.as_of)


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


@lru_cache(maxsize=256)
def _built(name: str, given: tuple[Notice, ...], as_of: date | None, *, provisional: bool) -> WorkCalendar:
    _check_name(name)
    base = _base(name)
    own = {notice.id: notice for notice in given}
    shipped = shipped_notices(name)
    replaced = {notice.id for notice in shipped}
    notices = in_order(own.get(notice.id, notice) for notice in shipped) + tuple(n for n in given if n.id not in replaced)
    if as_of is not None:
        notices = tuple(notice for notice in notices if notice.published_on <= as_of)

    settled = min(base.last, as_of.year) if as_of is not None and name == _CHINA else base.last
    if settled < base.first:
        raise InputError(f"calendar {name!r} begins in {base.first}; nothing of it was announced as of {as_of}", value=as_of)
    with_notice = {notice.year for notice in notices}
    through = settled
    while through + 1 in with_notice:
        through += 1
    end = max(through, min(through + _GUESSED_YEARS, base.end)) if provisional else through

    start = date(base.first, 1, 1).toordinal()
    kinds = bytearray(base.kinds[: date(settled, 12, 31).toordinal() - start + 1])
    for year in range(settled + 1, end + 1):
        kinds += _plain_kinds(name, year) if year in with_notice else _kinds(name, range(year, year + 1), guess=True)
    decided: dict[int, str] = {}
    for notice in notices:
        for span, kind in [*((span, _HOLIDAY) for span in notice.off), *((Span(day, day), _WORKING) for day in notice.work)]:
            for at in range(max(span.first.toordinal() - start, 0), min(span.last.toordinal() - start + 1, len(kinds))):
                kinds[at] = kind
                decided[at] = notice.id

    working = bytes(kind & _WORKING for kind in kinds)
    announced_through = date(through, 12, 31)
    first = date.fromordinal(start)
    facts = "\n".join([name, str(first), str(announced_through), *(notice.id for notice in notices), ""])
    table = working[: announced_through.toordinal() - start + 1]
    version = hashlib.sha256(facts.encode() + table).hexdigest()[:12]
    return WorkCalendar(
        name=name,
        first=first,
        last=first + (len(kinds) - 1) * _ONE,
        announced_through=announced_through,
        version=f"{version}~" if provisional else version,
        notices=notices,
        as_of=as_of,
        _given=given,
        _start=start,
        _kinds=bytes(kinds),
        _upto=array("H", accumulate(working, initial=0)),
        _worked=array("l", (start + at for at, works in enumerate(working) if works)),
        _decided=decided,
    )
