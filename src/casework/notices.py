"""Notices: what an authority published about the days of a year, read from TOML and checked as a whole.

Those that casework ships lie in ``announced/``, one file for each calendar.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from .errors import InputError, NoticeInvalid, Problem, nearest


class Span(msgspec.Struct, frozen=True):
    """Days in a row, both ends included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What an authority published about the days of one year: days off, and weekend days that are worked in exchange.

    ``off`` covers the weekend days inside a holiday too. ``year`` is the year the notice is about; its days may reach into the
    month before and the month after. ``source`` is the title or address of the published text.
    """

    id: str
    published_on: date
    year: int
    off: tuple[Span, ...]
    work: tuple[date, ...]
    source: str = ""


_T = TypeVar("_T")
_NOTICE_KEYS = ("id", "published_on", "year", "off", "work", "source")
_SPAN_KEYS = ("first", "last")
_DATE = "a date such as 2026-10-01, without quotes and without a time"
_YEARS = range(1900, 2201)


def shown(value: object) -> str:
    """Return a date as people write it, and anything else as Python does."""
    return str(value) if isinstance(value, date) else repr(value)


def _read(value: object, kind: type[_T], expected: str, path: str, problems: list[Problem]) -> _T | None:
    """Return a value of this kind; a ``datetime`` is no date here."""
    if isinstance(value, kind) and not isinstance(value, datetime):
        return value
    problems.append(Problem(f"should be {expected}, is {shown(value)}", path))
    return None


def _check_keys(row: Mapping[str, object], known: Sequence[str], needed: Sequence[str], path: str, problems: list[Problem]) -> None:
    problems.extend(Problem(f"unknown key {key!r}{nearest(key, known)}", f"{path}.{key}") for key in row if key not in known)
    problems.extend(Problem(f"has no {key!r}", path) for key in needed if key not in row)


def _read_span(value: object, path: str, problems: list[Problem]) -> Span | None:
    row = _read(value, dict, "a span such as { first = 2026-10-01, last = 2026-10-07 }", path, problems)
    if row is None:
        return None
    _check_keys(row, _SPAN_KEYS, _SPAN_KEYS, path, problems)
    ends = [_read(row[key], date, _DATE, f"{path}.{key}", problems) for key in _SPAN_KEYS if key in row]
    read = [end for end in ends if end is not None]
    return Span(*read) if len(read) == len(_SPAN_KEYS) else None


def _read_notice(value: object, path: str, problems: list[Problem]) -> Notice | None:
    row = _read(value, dict, "a table", path, problems)
    if row is None:
        return None
    before = len(problems)
    _check_keys(row, _NOTICE_KEYS, ("id", "published_on", "year"), path, problems)
    if not row.get("off") and not row.get("work"):
        problems.append(Problem("names no day; give 'off', 'work' or both", path))
    name = _read(row.get("id", ""), str, "a text", f"{path}.id", problems)
    if name == "" and "id" in row:
        problems.append(Problem("is empty", f"{path}.id"))
    source = _read(row.get("source", ""), str, "a text", f"{path}.source", problems)
    published = _read(row.get("published_on", date.min), date, _DATE, f"{path}.published_on", problems)
    year = _read(row.get("year", _YEARS.start), int, "a year such as 2026", f"{path}.year", problems)
    off = _read(row.get("off", []), list, "a list", f"{path}.off", problems) or []
    work = _read(row.get("work", []), list, "a list", f"{path}.work", problems) or []
    spans = [(where, _read_span(each, where, problems)) for at, each in enumerate(off) for where in [f"{path}.off[{at}]"]]
    days = [(where, _read(each, date, _DATE, where, problems)) for at, each in enumerate(work) for where in [f"{path}.work[{at}]"]]
    good_spans = [(where, span) for where, span in spans if span is not None]
    good_days = [(where, day) for where, day in days if day is not None]
    problems.extend(_day_problems(year if "year" in row else None, good_spans, good_days, path))
    if len(problems) > before or name is None or source is None or published is None or year is None:
        return None
    off_days, worked = tuple(span for _, span in good_spans), tuple(day for _, day in good_days)
    return Notice(id=name, published_on=published, year=year, off=off_days, work=worked, source=source)


def _day_problems(
    year: int | None, off: Sequence[tuple[str, Span]], work: Sequence[tuple[str, date]], path: str
) -> Iterator[Problem]:
    """Yield what is wrong between the days of the notice at *path*; each span and day comes with its own path."""
    forward: list[tuple[str, Span]] = []
    for where, span in off:
        if span.first > span.last:
            yield Problem(f"the span ends before it begins ({span.first} to {span.last}); give its first day first", where)
        else:
            forward.append((where, span))
    forward.sort(key=lambda item: (item[1].first, item[1].last))
    reach: tuple[str, Span] | None = None
    for where, span in forward:
        if reach is not None and span.first <= reach[1].last:
            other = f"{reach[1].first} to {reach[1].last} ({reach[0]})"
            yield Problem(f"{span.first} to {span.last} overlaps {other}; name each day in one span only", where)
        if reach is None or span.last > reach[1].last:
            reach = (where, span)
    seen: set[date] = set()
    for where, day in work:
        for other, span in forward:
            if day in span:
                yield Problem(
                    f"{day} is a make-up workday and lies inside the days off {span.first} to {span.last} ({other}); it is one or "
                    "the other",
                    where,
                )
        if day in seen:
            yield Problem(f"{day} is listed twice; once is enough", where)
        seen.add(day)
    if year is not None and year not in _YEARS:
        yield Problem(f"should be a year such as 2026, is {year}", f"{path}.year")
    elif year is not None:
        # A slip in the year of a single date would otherwise be silently without effect.
        window = Span(date(year - 1, 12, 1), date(year + 1, 1, 31))
        for where, day in [(where, day) for where, span in forward for day in sorted({span.first, span.last})] + list(work):
            if day not in window:
                yield Problem(f"{day} is too far from {year}: a notice names days from {window.first} to {window.last}", where)


def _duplicates(names: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Yield a problem for each id that an earlier notice has; *names* are pairs of path and id."""
    seen: dict[str, str] = {}
    for path, name in names:
        if name in seen:
            yield Problem(f"the id {name!r} is already that of {seen[name]}", f"{path}.id")
        seen.setdefault(name, path)


def read_notices(text: str, *, name: str = "notices") -> tuple[Notice, ...]:
    """Read notices from TOML, in the order in which they stand.

    Each is a ``[[notice]]`` table with ``id``, ``published_on``, ``year`` and one or both of ``off`` (a list of
    ``{ first = …, last = … }``) and ``work`` (a list of dates); ``source`` is free. *name* is what errors call the document.

    Raises NoticeInvalid with everything that is wrong.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at (line \d+)", str(error))
        raise NoticeInvalid(name, [Problem(f"this is not TOML: {error}", found[1] if found else "end of document")]) from error
    problems = [Problem(f"unknown key {key!r}{nearest(key, ['notice'])}", key) for key in document if key != "notice"]
    rows = _read(document.get("notice", []), list, "a list of tables, each headed [[notice]]", "notice", problems) or []
    read = [_read_notice(row, f"notice[{at}]", problems) for at, row in enumerate(rows)]
    ids = [(f"notice[{at}]", row.get("id")) for at, row in enumerate(rows) if isinstance(row, dict)]
    problems.extend(_duplicates((path, name) for path, name in ids if isinstance(name, str) and name))
    if problems:
        raise NoticeInvalid(name, problems)
    return tuple(notice for notice in read if notice is not None)


def load_notices(path: str | Path) -> tuple[Notice, ...]:
    """Read notices from a TOML file in UTF-8.

    Raises NoticeInvalid, also for a file that is not there or is not UTF-8.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise NoticeInvalid(str(path), [Problem(f"the file cannot be read: {why}", str(path))]) from error
    return read_notices(text, name=str(path))


@lru_cache(maxsize=64)
def shipped_notices(name: str) -> tuple[Notice, ...]:
    """Return the notices that casework ships for a calendar, in order of publication; empty where it ships none."""
    from importlib import resources

    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]+)?", name):
        return ()
    file = resources.files("casework").joinpath("announced").joinpath(f"{name}.toml")
    if not file.is_file():
        return ()
    return in_order(read_notices(file.read_text(encoding="utf-8"), name=f"{name}.toml"))


def in_order(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return notices in order of publication; those of one day by their ids."""
    return tuple(sorted(notices, key=lambda notice: (notice.published_on, notice.id)))


def _well_made(notice: Any) -> bool:
    """Return whether a notice that was made by hand holds what its fields say."""
    rows = isinstance(notice.off, tuple) and isinstance(notice.work, tuple)
    spans = rows and all(isinstance(span, Span) for span in notice.off)
    days = (
        [notice.published_on, *(notice.work if rows else ()), *(day for span in notice.off for day in (span.first, span.last))]
        if spans
        else []
    )
    plain = bool(days) and all(isinstance(day, date) and not isinstance(day, datetime) for day in days)
    return plain and isinstance(notice.id, str) and bool(notice.id) and type(notice.year) is int


def checked(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return the notices that a caller gives, in order of publication; equal ones count once.

    Raises NoticeInvalid with everything that contradicts itself, and InputError for what is no Notice.
    """
    try:
        asked = tuple(notices)
    except TypeError as error:
        raise InputError(f"notices should be a list of Notice values, not {notices!r}", value=notices) from error
    for notice in asked:
        if not isinstance(notice, Notice):
            raise InputError(f"notices should hold Notice values, not {notice!r}; read_notices makes them from TOML", value=notice)
        if not _well_made(notice):
            raise InputError(
                f"a Notice has an id, the date it was published on, a year, days off as Spans of dates and days worked as dates; "
                f"this one is {notice!r}; read_notices makes them from TOML",
                value=notice,
            )
    every = tuple(dict.fromkeys(asked))
    paths = [(f"notice[{at}]", notice) for at, notice in enumerate(every)]
    problems = list(_duplicates((path, notice.id) for path, notice in paths))
    for path, notice in paths:
        off = [(f"{path}.off[{at}]", span) for at, span in enumerate(notice.off)]
        work = [(f"{path}.work[{at}]", day) for at, day in enumerate(notice.work)]
        problems.extend(_day_problems(notice.year, off, work, path))
    if problems:
        raise NoticeInvalid("notices", problems)
    return in_order(every)
