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
from pydantic import BaseModel, ConfigDict, Field, model_validator

from .errors import InputError, UnreadableLimit
from .languages import Lang, chinese
from .moments import require_aware

_UNITS_ZH = {"working days": "个工作日", "calendar days": "个自然日", "months": "个月", "hours": "小时"}
_READ_ZH = {zh.removeprefix("个"): unit for unit, zh in _UNITS_ZH.items()} | {"日": "calendar days", "天": "calendar days"}
_LIMIT = re.compile(
    r"\s*(-?\d{1,5})(?:\s+(?P<en>working day|calendar day|month|hour)s?|\s*(?P<zh>个?工作日|个?自然日|日|天|个月|个?小时))\s*",
    re.IGNORECASE,
)


class Limit(msgspec.Struct, frozen=True):
    """A length of time: ``amount``, not negative, in ``unit``: "working days", "calendar days", "months" or "hours"."""

    amount: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in _UNITS_ZH or self.amount < 0:
            raise UnreadableLimit(f"{self.amount} {self.unit}", why="a limit is not negative" if self.amount < 0 else "")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"5 working days"``, ``"15 calendar days"``, ``"1 month"``, ``"24 hours"``; otherwise `UnreadableLimit`.

        In Chinese ``"5个工作日"``, ``"15日"`` (天, 个自然日), ``"1个月"``, ``"24小时"``; "1月" is January, and refused.
        """
        found = _LIMIT.fullmatch(text)
        if not found:
            raise UnreadableLimit(text)
        unit = f"{found['en'].lower()}s" if found["en"] else _READ_ZH[found["zh"].removeprefix("个")]
        return cls(int(found[1]), unit)

    def label(self, lang: Lang) -> str:
        """Return ``"5 working days"`` or ``"5个工作日"``; `parse` reads both."""
        if chinese(lang):
            return f"{self.amount}{_UNITS_ZH[self.unit]}"
        return f"{self.amount} {self.unit[:-1] if self.amount == 1 else self.unit}"

    def __str__(self) -> str:
        return self.label("en")


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """A due moment: ``date`` is the last day, ``before`` the exclusive instant (UTC) by which it must be done.

    A ``provisional`` one depends on days that no notice has announced yet.
    """

    date: date
    before: datetime
    provisional: bool = False

    def __str__(self) -> str:
        return f"{self.date.isoformat()}{' (provisional)' if self.provisional else ''}"


class Pause(msgspec.Struct, frozen=True):
    """A time that does not count against the limit; ``until``, not before ``since``, is None while the pause is open."""

    since: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        since = require_aware(self.since, what="the start of a pause")
        if self.until is not None and require_aware(self.until, what="the end of a pause") < since:
            raise InputError(f"a pause that starts at {self.since} cannot end before it, at {self.until}", value=self.until)


class Count(BaseModel):
    """How days are counted; each choice names who counts so.

    - ``day_zero``: the day of receipt itself, working or not (``as-is``: PRC Civil Code art. 201, UK FOIA s. 10), or, when that is
      no working day, the next working day (``next-working-day``: the UK Home Office's casework system).
    - ``cutoff``: a message after this local time counts as received on the next working day (HMCTS money claims: 16:00). So does
      one on a day off, whatever ``day_zero`` says: else Saturday's message would be due before that of Friday night.
    - ``ends``: ``24:00`` of the last day (Civil Code art. 203), ``same-time`` as the start (help-desks), or the local time at
      which business stops, ``"17:30"`` (art. 203, second sentence). What comes after it with a limit of 0 days counts
      as received on the next day, or working day: nothing is due before it came.
    - ``roll``: a last day in calendar days or months that is no working day moves to the next one (``next``: art. 203) or not.

    A pause disregards whole days, both ends inclusive, overlaps counted once (FOIA s. 10(2)). A limit in hours runs from the
    moment itself (art. 201), whatever is chosen here, and is pushed back by exactly the time paused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    day_zero: Literal["as-is", "next-working-day"] = "as-is"
    cutoff: time | None = None
    ends: str = Field(default="24:00", pattern=r"^(24:00|same-time|([01]\d|2[0-3]):[0-5]\d)$")
    roll: Literal["none", "next"] = "none"

    @model_validator(mode="after")
    def _on_the_wall(self) -> Self:
        if self.cutoff is not None and self.cutoff.tzinfo is not None:
            raise ValueError(f"a cut-off is a local time such as 17:30, without an offset; {self.cutoff} has one")
        if self.ends == "00:00":
            raise ValueError("a last day that ends at 00:00 would be over before it begins; its end is 24:00")
        return self

    @property
    def closing(self) -> time | None:
        """The local time at which business stops on the last day, where one is named."""
        return None if self.ends in ("24:00", "same-time") else time.fromisoformat(self.ends)


def add_months(day: date, months: int) -> date:
    """Return the corresponding day *months* later; the month's last day where there is none (Civil Code art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{months} months from {day}")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
