"""Public holidays: what the ``holidays`` library knows of a country, and what to expect of years that nobody has announced.

The library is imported only when a calendar is built. A day is one byte here: whether it is worked, whether it belongs to the
weekend, whether it is a holiday. What notices say is laid over this in ``calendars``.

Of a year without a notice there is an estimate, and there are two bounds around it. They bound every day by itself: what the truth
works, the one works too, and what it has off, the other has off; so a deadline counted on the truth lies between those counted on
the two, wherever it starts and however long it is.

- China: around a festival, notices make weekdays free that stand next to its statutory days, and weekend days a little farther away
  are worked in exchange; the statutory days themselves stay off. How far that went, the notices for 2001 to 2026 tell (`_REACHES`).
  The amendments of 2019 and 2020 lie within it. Outside lies what no festival explains: the commemoration of 3 September 2015. A
  change of the statutory days comes with a notice (2007, 2013, 2024) and cannot be foreseen.
- elsewhere, beyond the years that statutes settle: on the one side no holiday at all, since each could be moved or abolished; on
  the other the estimated holidays with two days more on either side. Where the moon has to be seen, 99 of 100 dates that the
  library has on record fell within two days of the calculated one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from .errors import UnknownCalendar, listed, nearest

if TYPE_CHECKING:
    from holidays import HolidayBase

_ONE = timedelta(days=1)

# --- what the holidays library knows ----------------------------------------------------------------------------------

WORKING, WEEKEND, HOLIDAY = 1, 2, 4
_FIRST_YEAR = 1990
# Holidays fixed by statute are taken as announced through this year: a fixed one, since a calendar's version must not depend on the
# day it is built. A single day that a government proclaims in between (a coronation, a state funeral) comes as a notice.
_HORIZON = 2035
GUESSED_YEARS = 10

CHINA = "CN"
# The notices of 2001-2017 are in the holidays library, those from 2018 on in announced/CN.toml. The library has no notice from
# before 2001, and the five-day week itself is only of 1 May 1995 (State Council Order 174): the table begins in 2001.
_CHINA_YEARS = (2001, 2017)

_KINGDOM = ("GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS", "GB-ALL")


class Base(NamedTuple):
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
    if guess and country == CHINA:
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


@lru_cache(maxsize=512)
def kinds_of(name: str, years: range, *, guess: bool = False) -> bytes:
    """Return one byte a day: whether it is worked, a day of the weekend, a holiday."""
    entities = [_loaded(country, part, years, guess=guess) for country, part in _parts(name)]
    off = {day for entity in entities for day in entity}
    worked = set.intersection(*(entity.weekend_workdays for entity in entities))
    is_weekend = entities[0].is_weekend
    kinds = bytearray()
    for day in _days_of(years):
        kind = HOLIDAY if day in off else 0
        if is_weekend(day):
            kinds.append(WEEKEND | (WORKING if day in worked else kind))
        else:
            kinds.append(kind or WORKING)
    return bytes(kinds)


@lru_cache(maxsize=512)
def plain_kinds(name: str, year: int) -> bytes:
    """Return a year in which weekdays are worked and weekends are not: the ground on which a year's notices are laid."""
    is_weekend = _entity(*_parts(name)[0]).is_weekend
    return bytes(WEEKEND if is_weekend(day) else WORKING for day in _days_of(range(year, year + 1)))


def _estimated_years(entity: HolidayBase) -> set[int]:
    """Return the years in which the library marks a date as its own estimate: months that begin when the moon is seen."""
    labels = (getattr(entity, attribute, None) for attribute in ("estimated_label", "observed_estimated_label"))
    marks = [entity.tr(label).replace("%s", "").strip() for label in labels if label]
    return {day.year for day, name in entity.items() if any(mark in name for mark in marks)}


@lru_cache(maxsize=64)
def base(name: str) -> Base:
    """Return what is settled without casework's notices: see :attr:`~casework.calendars.WorkCalendar.announced_through`."""
    country, part = _parts(name)[0]
    entity = _entity(country, part)
    if name == CHINA:
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
    return Base(first, last, entity.end_year, kinds_of(name, range(first, last + 1)))


@lru_cache(maxsize=512)
def names_of(name: str, year: int, *, guess: bool) -> dict[date, str]:
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


def check_name(name: str) -> None:
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


# --- what to expect of a year without a notice ------------------------------------------------------------------------


class _Reach(NamedTuple):
    """How many days before the first and after the last statutory day of a festival notices have gone at most."""

    free_before: int
    free_after: int
    worked_before: int
    worked_after: int


_SHORT = _Reach(2, 2, 4, 3)  # 14 June 2010, 24 September 2010, 12 June 2010, 25 September 2010
_REACHES = {
    "元旦": _Reach(1, 2, 3, 5),  # 31 December 2018, 3 January 2013, 29 December 2018, 6 January 2013
    "春节": _Reach(1, 4, 6, 9),  # 11 February 2021, 16 February 2024, 4 February 2024, 28 February 2026
    "清明节": _SHORT,
    "劳动节": _Reach(2, 4, 8, 10),  # 29 April 2013, 5 May 2021, 23 April 2023, 11 May 2024
    "端午节": _SHORT,
    "中秋节": _SHORT,
    "国庆节": _Reach(2, 4, 11, 9),  # 29 September 2008, 7 October 2021, 20 September 2026, 12 October 2024
}
# The day after a festival, and the next, were free or an ordinary weekend, never a make-up workday.
_QUIET = 2
_MONDAY, _FRIDAY = 0, 4
# Days on either side of an estimated holiday that may be off, in a country without notices.
_MARGIN = 2


@lru_cache(maxsize=64)
def _festivals(year: int) -> Mapping[str, tuple[date, date]]:
    """Return China's festivals of a year by name, each with the first and the last of its statutory days."""
    entity = _entity(CHINA, None, guess=True)
    entity.observed = False  # days in lieu are not statutory days: a notice decides where they lie
    entity.get(date(year, 1, 1))
    days: dict[str, list[date]] = {}
    for day, names in entity.items():
        if day.year == year:
            for name in names.split("; "):
                days.setdefault("春节" if name == "农历除夕" else name, []).append(day)
    return {name: (min(each), max(each)) for name, each in days.items()}


def _reach(name: str, festivals: Mapping[str, tuple[date, date]]) -> _Reach | None:
    """Return how far a notice may reach around a festival, None where it moves no day for it."""
    first, last = festivals[name]
    reach = _REACHES[name]
    if reach is _SHORT and first.weekday() in (_MONDAY, _FRIDAY):
        return None  # three days off with its weekend: so it was each time
    if name == "国庆节" and "中秋节" in festivals:
        moon = festivals["中秋节"][0]
        if first - _ONE <= moon <= last + reach.free_after * _ONE:
            return reach._replace(free_after=reach.free_after + 1)  # one break for both: to 8 October in 2009 and 2020
    return reach


def _near(first: date, last: date, *, before: int, after: int, quiet: int = 0) -> Iterator[int]:
    """Yield the ordinals of up to so many days *before* the first and *after* the last, without the *quiet* ones after it."""
    yield from range(first.toordinal() - before, first.toordinal())
    yield from range(last.toordinal() + 1 + quiet, last.toordinal() + 1 + after)


def _movable_in_china(kinds: bytes, start: int, years: range) -> tuple[set[int], set[int]]:
    """Return the days that notices for *years* may make free, and those that they may make worked, both as ordinals."""
    free: set[int] = set()
    made_worked: set[int] = set()
    statutory: set[int] = set()
    for year in years:
        festivals = _festivals(year)
        for name, (first, last) in festivals.items():
            statutory.update(range(first.toordinal(), last.toordinal() + 1))
            if reach := _reach(name, festivals):
                free.update(_near(first, last, before=reach.free_before, after=reach.free_after))
                made_worked.update(_near(first, last, before=reach.worked_before, after=reach.worked_after, quiet=_QUIET))
    weekends = {start + at for at, kind in enumerate(kinds) if kind & WEEKEND}
    weekdays = set(range(date(years.start, 1, 1).toordinal(), start + len(kinds))) - weekends
    return free, (made_worked & weekends | weekdays) - statutory


def _movable_elsewhere(kinds: bytes, start: int, years: range) -> tuple[set[int], set[int]]:
    first = date(years.start, 1, 1).toordinal() - start
    holidays = [at for at in range(first, len(kinds)) if kinds[at] & HOLIDAY]
    free = {start + at + n for at in holidays for n in range(-_MARGIN, _MARGIN + 1)}
    return free, {start + at for at in range(first, len(kinds)) if not kinds[at] & WEEKEND}


def settled_through(name: str, announced_through: date) -> date:
    """Return the last day that no notice still to come is expected to touch.

    China's notice for a year reaches back over New Year's Day: to 29 December at the earliest (2001, 2007 and 2018).
    """
    reach = _REACHES["元旦"]
    return announced_through - max(reach.free_before, reach.worked_before) * _ONE if name == CHINA else announced_through


def bound_kinds(name: str, kinds: bytes, start: int, announced_through: date, side: Literal["earliest", "latest"]) -> bytes:
    """Return a table of days with as many days worked (*earliest* deadlines) as can be expected, or with as few (*latest*).

    *kinds* is the estimate, from the ordinal *start* on. Days up to :func:`settled_through` stay as they are.
    """
    end = date.fromordinal(start + len(kinds) - 1)
    # The last days of the table are those that the notice for the year after it may move.
    movable = _movable_in_china if name == CHINA else _movable_elsewhere
    free, worked = movable(kinds, start, range(announced_through.year + 1, end.year + 2))
    moved, kind = (worked, WORKING) if side == "earliest" else (free, HOLIDAY)
    bounded = bytearray(kinds)
    for at in range(settled_through(name, announced_through).toordinal() + 1 - start, len(kinds)):
        if start + at in moved and (kinds[at] ^ kind) & WORKING:
            bounded[at] = kinds[at] & WEEKEND | kind
    return bytes(bounded)
