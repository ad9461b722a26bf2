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
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate, compress
from operator import ne
from typing import Any, Literal

import msgspec

from . import estimates
from .errors import CalendarNotAnnounced, InputError, UnknownCalendar
from .estimates import CHINA, HOLIDAY, WEEKEND, WORKING
from .notices import Notice, Span, checked, in_order, shipped_notices, shown

__all__ = ["Day", "Notice", "Span", "WorkCalendar"]

_ONE = timedelta(days=1)
_WORKS = bytes(kind & WORKING for kind in range(256))
# What a calendar holds after the days that are announced, and how its version says so.
_Beyond = Literal["nothing", "estimates", "earliest", "latest"]
_MARKS: Mapping[_Beyond, str] = {"nothing": "", "estimates": "~", "earliest": "~earliest", "latest": "~latest"}


class Day(msgspec.Struct, frozen=True):
    """One day of a calendar, and why it is worked or not.

    ``reason`` is ``weekday`` (worked), ``weekend`` (off), ``holiday`` (off, also where it falls on a weekend) or ``make-up``
    (worked although it was a day of the weekend, or because a notice says so). ``name`` is the holiday's, in the country's own
    language, where it has one. ``notice`` is the id of the notice that decided the day. ``announced`` is false for an
    estimate, ``settled`` also for a day that the next year's notice may still move.
    """

    date: date
    working: bool
    reason: Literal["weekday", "weekend", "holiday", "make-up"]
    name: str
    notice: str | None
    announced: bool
    settled: bool = True


class WorkCalendar(msgspec.Struct, frozen=True, kw_only=True, eq=False, weakref=True):
    """The working days of a country or of a part of it; made by :meth:`named`, and never changed.

    Every question is answered from a table, at the same cost however far apart the days are. ``first`` and ``last`` are the
    ends of that table. ``announced_through`` is the last day that was announced or follows from a statute:

    - China: 31 December of the last year with a notice;
    - a country whose holidays follow from its statutes: 31 December 2035;
    - a country some of whose dates the ``holidays`` library marks as estimated: the last year that it is sure of. A notice for
      each further year, given by the caller, announces that year.

    ``settled_through`` is the last day that no notice still to come is expected to touch. For China that is 28 December of the same
    year, since the next notice may reach back over New Year's Day to 29 December (as those for 2002, 2008 and 2019 did), and no
    notice has reached farther; elsewhere it is ``announced_through`` itself.

    ``version`` is twelve hexadecimal digits over the name, the table, ``announced_through`` and the ids of the notices: calendars
    with the same version answer alike, on any machine. A provisional calendar's ends in ``~``, those of its bounds in ``~earliest``
    and ``~latest``.

    Every method raises CalendarNotAnnounced where the answer would need a day after ``last``, and InputError for a day before
    ``first`` and for anything that is not a date, a ``datetime`` among them.
    """

    name: str
    first: date
    last: date
    announced_through: date
    settled_through: date
    version: str
    notices: tuple[Notice, ...]
    as_of: date | None
    _given: tuple[Notice, ...]
    _beyond: _Beyond
    _start: int
    _kinds: bytes
    _upto: list[int]
    _worked: tuple[date, ...]
    _decided: dict[int, str]
    _kept: dict[_Beyond, WorkCalendar] = msgspec.field(default_factory=dict)

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
        return _built(name, given, as_of, "nothing")

    def provisional(self) -> WorkCalendar:
        """Return this calendar with up to ten more years after ``announced_through``, estimated.

        For China these are the statutory days and their substitutes, without make-up workdays: on ten to sixteen days of a year
        such an estimate has been wrong. ``day(…).announced`` tells estimated days apart.
        """
        return self._with("estimates")

    def bounds(self) -> tuple[WorkCalendar, WorkCalendar]:
        """Return two provisional calendars between which the true one is expected: for the earliest deadlines, for the latest.

        On the days after ``settled_through`` the first works whatever may come to be worked, the second has off whatever may come
        to be free; until then both are this calendar. China: both reach around each festival as far as a notice for one of the
        years 2001 to 2026 did, and all of these lie between them. Elsewhere, beyond what statutes settle, the first knows no
        holidays, and the second has two more days off on either side of each that is estimated. See ``estimates``.

        Going back (a negative number of days), the first gives the later day.
        """
        return self._with("earliest"), self._with("latest")

    def changed(self, other: WorkCalendar) -> tuple[date, ...]:
        """Return, in order, the days that both calendars hold and that are worked in one of them only.

        Raises InputError where the two are not calendars of one name.
        """
        if not isinstance(other, WorkCalendar):
            raise InputError(f"calendar {self.name!r} is compared with another calendar, not with {other!r}", value=other)
        if other.name != self.name:
            raise InputError(
                f"calendar {self.name!r} cannot be compared with {other.name!r}, only with another {self.name!r}, such as one with "
                "further notices",
                value=other.name,
            )
        # Both begin on the same day; where one ends, so does the comparison.
        differs = map(ne, self._kinds.translate(_WORKS), other._kinds.translate(_WORKS))
        return tuple(compress(_days(self._start, self._start + len(self._kinds)), differs))

    def is_working_day(self, day: date) -> bool:
        """Tell whether *day* is worked."""
        return bool(self._kinds[self._at(day)] & WORKING)

    def next_working_day(self, day: date) -> date:
        """Return *day* where it is worked, else the first working day after it."""
        return self.add(day, 0)

    def previous_working_day(self, day: date) -> date:
        """Return *day* where it is worked, else the last working day before it."""
        return self._nth(self._upto[self._at(day) + 1] - 1)

    def add(self, day: date, days: int) -> date:
        """Return the *days*-th working day after *day*; where *days* is negative, before it.

        *day* itself is not counted, worked or not (as in article 201 of China's Civil Code and section 10(1) of the Freedom of
        Information Act 2000). With 0 it is *day* where that is worked, else the next working day.
        """
        if type(day) is date and type(days) is int:
            at = day.toordinal() - self._start
            if 0 <= at < len(self._kinds):
                index = self._upto[at + 1] + days - 1 if days > 0 else self._upto[at] + days
                if 0 <= index < len(self._worked):
                    return self._worked[index]
        return self._added(day, days)

    def count(self, first: date, last: date) -> int:
        """Return how many working days lie after *first*, up to and including *last*; negative where *last* is the earlier."""
        if type(first) is type(last) is date:
            start, upto = self._start, self._upto
            after, until = first.toordinal() - start, last.toordinal() - start
            if after >= 0 and until >= 0:
                try:
                    return upto[until + 1] - upto[after + 1]
                except IndexError:
                    pass  # a day after the table: said below
        return self._upto[self._at(last) + 1] - self._upto[self._at(first) + 1]

    def day(self, day: date) -> Day:
        """Return one day with the reason why it is worked or not."""
        at = self._at(day)
        kind, notice = self._kinds[at], self._decided.get(at)
        reason: Literal["weekday", "weekend", "holiday", "make-up"]
        if kind & WORKING:
            reason = "make-up" if kind & WEEKEND or notice is not None else "weekday"
        else:
            reason = "holiday" if kind & HOLIDAY else "weekend"
        return Day(
            date=date.fromordinal(day.toordinal()),
            working=bool(kind & WORKING),
            reason=reason,
            name=self._holiday(at) if reason == "holiday" else "",
            notice=notice,
            announced=day <= self.announced_through,
            settled=day <= self.settled_through,
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

    def _added(self, day: date, days: int) -> date:
        """Do what :meth:`add` does, at leisure: for a date or a number of a subclass, or to say what is wrong."""
        at = self._at(day)
        if isinstance(days, bool) or not isinstance(days, int):
            raise InputError(f"a number of working days is a whole number, not {days!r}", value=days)
        return self._nth(self._upto[at + 1] + days - 1 if days > 0 else self._upto[at] + days)

    def _nth(self, index: int) -> date:
        if 0 <= index < len(self._worked):
            return self._worked[index]
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
            if name := estimates.names_of(self.name, each.year, guess=each > self.announced_through).get(each):
                return name
        return ""

    def _with(self, beyond: _Beyond) -> WorkCalendar:
        """Return this calendar with something else after the days that are announced; kept, since its notices are slow to hash."""
        if (known := self._kept.get(beyond)) is None:
            known = self._kept[beyond] = _built(self.name, self._given, self.as_of, beyond)
        return known

    def __eq__(self, other: object) -> bool:
        return self.version == other.version if isinstance(other, WorkCalendar) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.version)

    def __repr__(self) -> str:
        known = f", as of {self.as_of}" if self.as_of else ""
        return f"<WorkCalendar {self.name} {self.version}, announced through {self.announced_through}{known}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _built, (self.name, self._given, self.as_of, self._beyond)


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


@lru_cache(maxsize=64)
def _days(start: int, stop: int) -> tuple[date, ...]:
    """Return the dates from one ordinal to the one before another: made once for all calendars that hold the same days."""
    return tuple(map(date.fromordinal, range(start, stop)))


@lru_cache(maxsize=256)
def _built(name: str, given: tuple[Notice, ...], as_of: date | None, beyond: _Beyond) -> WorkCalendar:
    estimates.check_name(name)
    base = estimates.base(name)
    notices = _in_force(name, given, as_of)
    settled = min(base.last, as_of.year) if as_of is not None and name == CHINA else base.last
    if settled < base.first:
        raise InputError(f"calendar {name!r} begins in {base.first}; nothing of it was announced as of {as_of}", value=as_of)
    with_notice = {notice.year for notice in notices}
    through = settled
    while through + 1 in with_notice:
        through += 1
    announced_through = date(through, 12, 31)
    end = max(through, min(through + estimates.GUESSED_YEARS, base.end)) if beyond != "nothing" else through

    start = date(base.first, 1, 1).toordinal()
    kinds = bytearray(base.kinds[: date(settled, 12, 31).toordinal() - start + 1])
    for year in range(settled + 1, end + 1):
        plain = year in with_notice
        kinds += estimates.plain_kinds(name, year) if plain else estimates.kinds_of(name, range(year, year + 1), guess=True)
    decided = _laid(kinds, start, notices)

    days = _days(start, start + len(kinds))
    facts = "\n".join([name, str(days[0]), str(announced_through), *(notice.id for notice in notices), ""])
    table = kinds[: announced_through.toordinal() - start + 1].translate(_WORKS)
    version = hashlib.sha256(facts.encode() + table).hexdigest()[:12] + _MARKS[beyond]

    if beyond == "earliest" or beyond == "latest":
        estimated = bytes(kinds)
        kinds[:] = estimates.bound_kinds(name, estimated, start, announced_through, beyond)
        decided = {at: notice for at, notice in decided.items() if kinds[at] == estimated[at]}
        # Where the notice for a year is known before the one for the year before it, the days that it names stay as it says.
        decided |= _laid(kinds, start, [notice for notice in notices if notice.year > through])

    working = kinds.translate(_WORKS)
    return WorkCalendar(
        name=name,
        first=days[0],
        last=days[-1],
        announced_through=announced_through,
        settled_through=estimates.settled_through(name, announced_through),
        version=version,
        notices=notices,
        as_of=as_of,
        _given=given,
        _beyond=beyond,
        _start=start,
        _kinds=bytes(kinds),
        _upto=list(accumulate(working, initial=0)),
        _worked=tuple(compress(days, working)),
        _decided=decided,
    )


def _in_force(name: str, given: tuple[Notice, ...], as_of: date | None) -> tuple[Notice, ...]:
    """Return the shipped notices, or those given in their place, then the others given; none published after *as_of*."""
    own = {notice.id: notice for notice in given}
    shipped = shipped_notices(name)
    replaced = {notice.id for notice in shipped}
    notices = in_order(own.get(notice.id, notice) for notice in shipped) + tuple(n for n in given if n.id not in replaced)
    return notices if as_of is None else tuple(notice for notice in notices if notice.published_on <= as_of)


def _laid(kinds: bytearray, start: int, notices: Iterable[Notice]) -> dict[int, str]:
    """Lay notices over a table of days, the later over the earlier; return which notice decided which day."""
    decided: dict[int, str] = {}
    for notice in notices:
        for span, kind in [*((span, HOLIDAY) for span in notice.off), *((Span(day, day), WORKING) for day in notice.work)]:
            for at in range(max(span.first.toordinal() - start, 0), min(span.last.toordinal() - start + 1, len(kinds))):
                kinds[at] = kind
                decided[at] = notice.id
    return decided
