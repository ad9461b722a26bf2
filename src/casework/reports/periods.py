"""The periods that reports are made for: which days they name, what is declared for them, and how they are called."""

from __future__ import annotations

from datetime import date, timedelta

from ..errors import InputError
from ..languages import MONTHS_EN, Lang, chinese
from ..moments import period as days_of
from ..moments import show_day, show_month
from ..units import Declared, Register

_ONE_DAY = timedelta(days=1)


def is_month(first: date, last: date) -> bool:
    """Return whether the days are those of one calendar month."""
    return _whole_months(first, last) and (first.year, first.month) == (last.year, last.month)


def written(first: date, last: date) -> str:
    """Return a period as `moments.period` reads it, in its shortest form: ``2020-07``, ``2020``, ``2015-01..2015-07``, days."""
    if not _whole_months(first, last):
        return f"{first}" if first == last else f"{first}..{last}"
    if is_month(first, last):
        return _month(first)
    return f"{first.year:04}" if _is_year(first, last) else f"{_month(first)}..{_month(last)}"


def declared_for(register: Register, figure: str, first: date, last: date) -> Declared | None:
    """Return what the register declares for a period, in whatever form the period is written there."""
    for row in register.declared:
        try:
            if row.figure == figure and days_of(row.period) == (first, last):
                return row
        except InputError:  # a period in words is for the reader of the register
            continue
    return None


def declared_meanwhile(register: Register, figure: str, first: date, last: date) -> list[tuple[date, date]]:
    """Return the other periods that share a day with this one and that the register declares a figure for, in its order."""
    found = []
    for row in register.declared:
        try:
            begin, end = days_of(row.period)
        except InputError:  # a period in words: nobody can say whether it shares a day
            continue
        if row.figure == figure and begin <= last and first <= end and (begin, end) != (first, last):
            found.append((begin, end))
    return found


def show_period(first: date, last: date, *, lang: Lang = "zh") -> str:
    """Return what people call a period: ``2020年7月``, ``2015年1月至7月``, ``2017年7月1日至11月28日``, ``January to July 2015``."""
    return _in_chinese(first, last) if chinese(lang) else _in_english(first, last)


def during(first: date, last: date) -> str:
    """Return a period with the English word that goes before it: ``in July 2020``, ``from 1 July to 28 November 2017``."""
    one = is_month(first, last) or _is_year(first, last)
    return f"{'in' if one else 'on' if first == last else 'from'} {_in_english(first, last)}"


def _in_chinese(first: date, last: date) -> str:
    if is_month(first, last):
        return show_month(first)
    if _is_year(first, last):
        return f"{first.year:04}年"
    same_year = first.year == last.year
    if _whole_months(first, last):
        return f"{show_month(first)}至{f'{last.month}月' if same_year else show_month(last)}"
    if first == last:
        return show_day(first)
    if same_year:
        return f"{show_day(first)}至{'' if first.month == last.month else f'{last.month}月'}{last.day}日"
    return f"{show_day(first)}至{show_day(last)}"


def _in_english(first: date, last: date) -> str:
    if is_month(first, last):
        return show_month(first, lang="en")
    if _is_year(first, last):
        return f"{first.year:04}"
    same_year = first.year == last.year
    if _whole_months(first, last):
        begin = MONTHS_EN[first.month - 1] if same_year else show_month(first, lang="en")
        return f"{begin} to {show_month(last, lang='en')}"
    end = show_day(last, lang="en")
    if first == last:
        return end
    if not same_year:
        return f"{show_day(first, lang='en')} to {end}"
    return f"{first.day}{'' if first.month == last.month else f' {MONTHS_EN[first.month - 1]}'} to {end}"


def _is_year(first: date, last: date) -> bool:
    return (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year


def _whole_months(first: date, last: date) -> bool:
    return first.day == 1 and (last + _ONE_DAY).day == 1


def _month(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"
