"""Limits and deadlines as values, and the conventions that days are counted by.

Every convention that published rules differ on is explicit (`Count`), because on the same thousand real messages they disagree
about one message in twelve.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time
from typing import Literal, Self

import msgspec
from msgspec.structs import force_setattr
from pydantic import BaseModel, ConfigDict, Field, field_validator

from .errors import InputError, UnreadableLimit
from .hours import OfficeHours
from .languages import Lang, chinese
from .moments import require_aware

_UNITS_ZH = {
    "working days": "个工作日",
    "calendar days": "个自然日",
    "months": "个月",
    "hours": "小时",
    "working hours": "个工作小时",
}
BY_THE_DAY = frozenset({"working days", "calendar days", "months"})
"""The units that are counted from day to day; the others run from a moment."""
_READ_ZH = {zh.removeprefix("个"): unit for unit, zh in _UNITS_ZH.items()} | {"日": "calendar days", "天": "calendar days"}
_EN, _ZH = "working day|calendar day|month|hour|working hour", "个?工作日|个?自然日|日|天|个月|个?小时|个?工作小时"
_ONES = "一二三四五六七八九"
_NUMERAL = f"[{_ONES}]?十[{_ONES}]?|[{_ONES}两]"
_LIMIT = re.compile(
    rf"\s*(?:(?P<figures>-?\d{{1,5}})(?:\s+(?P<en>{_EN})s?|\s*(?P<zh>{_ZH}))|(?P<numeral>{_NUMERAL})\s*(?P<unit>{_ZH}))\s*",
    re.IGNORECASE,
)
WRITTEN = rf"\s*([0-9]{{1,5}}(\s+({_EN})s?|\s*({_ZH}))|({_NUMERAL})\s*({_ZH}))\s*"
"""A limit as a pattern that JSON Schema knows too, which has no way to say that capitals do not matter: it wants small letters."""
_NOT_EXACT = (
    (re.compile(r"\d+\s*(days?|business days?|work(ing)?days?)", re.IGNORECASE), "say 'working days' or 'calendar days'"),
    (re.compile(r".*(years?|年)", re.IGNORECASE), "a year is '12 months'"),
    (re.compile(r".*(weeks?|周|星期)", re.IGNORECASE), "a week is '7 calendar days' or '5 working days'"),
    (re.compile(r".*(minutes?|分钟?)", re.IGNORECASE), "the shortest limit is '1 hour'"),
    (re.compile(r".*[0-9一二三四五六七八九十两]月", re.IGNORECASE), "that is a month of the year; a length is written '1个月'"),
)
"""What people write that comes near to a limit, and what is said to it."""

_Date = date  # a field of the name "date" hides the type within its class


class Limit(msgspec.Struct, frozen=True, gc=False):
    """A length of time: ``amount``, not negative, in ``unit``.

    Units: "working days", "calendar days", "months", "hours", and "working hours", which run in office hours only.
    """

    amount: int
    unit: str

    def __post_init__(self) -> None:
        whole = type(self.amount) is int
        if not whole or self.amount < 0 or self.unit not in tuple(_UNITS_ZH):  # in a tuple: what cannot be hashed is no unit either
            raise UnreadableLimit(f"{self.amount} {self.unit}", why="a limit is not negative" if whole and self.amount < 0 else "")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"5 working days"``, ``"15 calendar days"``, ``"1 month"``, ``"24 hours"``, ``"4 working hours"``.

        In Chinese ``"5个工作日"``, ``"15日"`` (天, 个自然日), ``"1个月"``, ``"24小时"``, ``"4个工作小时"``, and numbers up to 99 as
        in ``"五个工作日"``, ``"十五日"``, ``"两个月"``; "1月" is January, and refused. Raises `UnreadableLimit`.
        """
        if not isinstance(text, str):
            raise UnreadableLimit(text)
        found = _LIMIT.fullmatch(text)
        if not found:
            raise UnreadableLimit(text, why=next((why for near, why in _NOT_EXACT if near.fullmatch(text.strip())), ""))
        unit = f"{found['en'].lower()}s" if found["en"] else _READ_ZH[(found["zh"] or found["unit"]).removeprefix("个")]
        return cls(int(found["figures"]) if found["figures"] else _number(found["numeral"]), unit)

    def label(self, lang: Lang) -> str:
        """Return ``"5 working days"`` or ``"5个工作日"``; `parse` reads both."""
        if chinese(lang):
            return f"{self.amount}{_UNITS_ZH[self.unit]}"
        return f"{self.amount} {self.unit[:-1] if self.amount == 1 else self.unit}"

    def __str__(self) -> str:
        return self.label("en")


def _number(numeral: str) -> int:
    """Return 5 for 五, 2 for 两, 15 for 十五, 30 for 三十."""
    tens, ten, ones = numeral.replace("两", "二").rpartition("十")
    one = _ONES.find(ones) + 1 if ones else 0
    return 10 * (_ONES.index(tens) + 1 if tens else 1) + one if ten else one


class Deadline(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A due moment: ``date`` is the last day, ``before`` the exclusive instant (UTC) by which it must be done.

    A ``provisional`` one depends on days that a notice still to come may change; ``earliest`` and ``latest`` are the last days
    between which it is then expected, and None otherwise.
    """

    date: date
    before: datetime
    provisional: bool = False
    earliest: _Date | None = None
    latest: _Date | None = None

    def __str__(self) -> str:
        if not self.provisional:
            return self.date.isoformat()
        between = f": {self.earliest} to {self.latest}" if self.earliest != self.latest else ""
        return f"{self.date.isoformat()} (provisional{between})"


class Pause(msgspec.Struct, frozen=True, gc=False):
    """A time that does not count against the limit; ``until``, not before ``since``, is None while the pause is open.

    Both are kept in UTC, in whatever zone they are given: between two times on one wall lies an hour too many, or too few, where
    its clocks were changed.
    """

    since: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        since = require_aware(self.since, what="the start of a pause")
        until = self.until if self.until is None else require_aware(self.until, what="the end of a pause")
        if until is not None and until < since:
            raise InputError(f"a pause that starts at {self.since} cannot end before it, at {self.until}", value=self.until)
        force_setattr(self, "since", since)
        force_setattr(self, "until", until)


class Extension(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """More time, granted at a moment: ``limit`` counted from ``since``, or until the end of a promised day.

    ``since`` is the last day of the limit as it stood ("due"), the same before it was rolled off a day off ("due-unrolled": HMCTS
    extends money claims so), the day of the grant ("today") or day zero ("receipt": ``limit`` then is the whole of it). Of a
    "promise", ``until`` is the day.
    """

    since: Literal["due", "due-unrolled", "today", "receipt", "promise"] = "due"
    at: datetime
    limit: Limit | None = None
    until: _Date | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "at", require_aware(self.at, what="the moment of an extension"))  # in UTC, as of a pause
        promised, sinces = self.since == "promise", ("due", "due-unrolled", "today", "receipt", "promise")
        if self.since not in sinces:
            raise InputError(f"an extension counts from one of {', '.join(sinces)}, not from {self.since!r}", value=self.since)
        if not isinstance(self.limit, Limit | None):
            raise InputError(f"an extension is by a Limit, not by {self.limit!r}; Limit.parse reads one", value=self.limit)
        if self.until is not None and type(self.until) is not date:
            raise InputError(f"a promise names a day such as 2026-10-20, not {self.until!r}", value=self.until)
        if promised != (self.until is not None) or promised != (self.limit is None):
            raise InputError("a promise names the day until which, every other extension a limit and no day", value=self)


class Count(BaseModel):
    """How days are counted; each choice names who counts so.

    - ``day_zero``: the day of receipt itself, working or not (``as-is``: PRC Civil Code art. 201, UK FOIA s. 10), or, when that is
      no working day, the next working day (``next-working-day``: the UK Home Office's casework system).
    - ``cutoff``: a message after this local time counts as received on the next working day (HMCTS money claims: 16:00). So does
      one on a day off, whatever ``day_zero`` says: else Saturday's message would be due before that of Friday night.
    - ``ends``: ``24:00`` of the last day (Civil Code art. 203), ``same-time`` as the start (help-desks), or when business stops
      (art. 203, second sentence): a local time, ``"17:30"``, or ``close``, the end of that day's office hours. What comes after
      it with a limit of 0 days counts as received on the next day, or working day: nothing is due before it came.
    - ``roll``: a last day in calendar days or months that is no working day moves to the next one (``next``: art. 203) or not.
    - ``on_pause``: a pause disregards whole days, working days where those are counted, both ends inclusive, overlaps once
      (``working-days``: FOIA s. 10(2)), or exactly the working time that it lasts (``exact``: Zammad, Frappe Helpdesk); in
      calendar days and months, exactly the time. Hours and working hours are always paused exactly.
    - ``hours``: the office hours, which working hours, ``close`` and ``exact`` count by; without them a working day has 24 hours.

    A limit in hours runs from the moment itself (Civil Code art. 201), whatever else is chosen here; so does one in working
    hours, from the first open minute on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    day_zero: Literal["as-is", "next-working-day"] = "as-is"
    cutoff: time | None = None
    ends: str = Field(default="24:00", pattern=r"^(24:00|close|same-time|([01]\d|2[0-3]):[0-5]\d)$")
    roll: Literal["none", "next"] = "none"
    on_pause: Literal["working-days", "exact"] = "working-days"
    hours: OfficeHours | None = None

    @field_validator("cutoff")
    @classmethod
    def _on_the_wall(cls, value: time | None) -> time | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError(f"a cut-off is a local time such as 17:30, without an offset; {value} has one")
        return value

    @field_validator("ends")
    @classmethod
    def _after_it_began(cls, value: str) -> str:
        if value == "00:00":
            raise ValueError("a last day that ends at 00:00 would be over before it begins; its end is 24:00")
        return value


def add_months(day: date, months: int) -> date:
    """Return the corresponding day *months* later; the month's last day where there is none (Civil Code art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{months} months from {day}")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
