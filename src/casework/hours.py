"""Office hours: at which times of a day people work, and so when a limit in working hours runs.

Which days are worked is the calendar's to say. Hours are local time, to the minute; an interval ends before its second time, and
one that would run past midnight is written as two.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, field_validator, model_validator

Intervals = tuple[tuple[int, int], ...]
"""Stretches of a day in minutes after its midnight, in order, apart from each other; 1440 is its end."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = r"\s*(\d{1,2})[:：](\d{2})\s*(?:-|–|—|－|~|～|至|到)\s*(\d{1,2})[:：](\d{2})\s*"
_INTERVAL = re.compile(_SPAN)
_ACCEPTED = "accepted: intervals such as '09:00-12:00, 13:30-17:30', each within one day; an empty text for a day without hours"


@lru_cache(maxsize=1024)
def intervals(text: str) -> Intervals:
    """Read ``"09:00-12:00, 13:30-17:30"``; "24:00" is the end of the day, an empty text no hours at all.

    Raises ValueError for what cannot be read, runs backwards, overlaps or is out of order.
    """
    found: list[tuple[int, int]] = []
    for part in re.split("[,，、;；]", text) if text.strip() else ():
        read = _INTERVAL.fullmatch(part)
        if not read:
            raise ValueError(f"cannot read the office hours {part.strip()!r}; {_ACCEPTED}")
        since, until = (int(read[n]) * 60 + int(read[n + 1]) for n in (1, 3))
        if int(read[2]) > 59 or int(read[4]) > 59 or until > 24 * 60:
            raise ValueError(f"the office hours {part.strip()!r} name a time that no day has; {_ACCEPTED}")
        if since >= until:
            raise ValueError(
                f"the office hours {part.strip()!r} end before they begin; write hours over midnight as two days' hours"
            )
        if found and since < found[-1][1]:
            raise ValueError(
                f"the office hours {part.strip()!r} overlap those before them, or come before them; write them in order"
            )
        found.append((since, until))
    return tuple(found)


def written(hours: Intervals) -> str:
    """Return intervals as people write them; `intervals` reads them back."""
    return ", ".join(f"{since // 60:02}:{since % 60:02}-{until // 60:02}:{until % 60:02}" for since, until in hours)


def _normal(value: object) -> object:
    return written(intervals(value)) if isinstance(value, str) else value


Written = Annotated[
    str, BeforeValidator(_normal), WithJsonSchema({"type": "string", "pattern": rf"^({_SPAN}([,，、;；]{_SPAN})*|\s*)$"})
]


class OfficeHours(BaseModel):
    """When a working day is worked: ``open`` on every one, ``weekdays`` where a day of the week has hours of its own.

    ``dates`` gives single dates hours of their own, whatever the calendar says of them (a duty Saturday, an afternoon off); an
    empty text closes a date. A make-up workday has the hours of every day, unless its day of the week is named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    open: Written
    weekdays: dict[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], Written] = {}
    dates: dict[date, Written] = {}
    source: str = ""
    assumption: str = ""

    @field_validator("open")
    @classmethod
    def _ever_open(cls, value: str) -> str:
        if not value:
            raise ValueError("an office that is never open has no working hours; close single days under 'weekdays' or 'dates'")
        return value

    @model_validator(mode="after")
    def _on_some_day(self) -> Self:
        if len(self.weekdays) == len(WEEKDAYS) and not any(self.weekdays.values()):
            raise ValueError("an office that is closed on every day of the week has no working hours")
        return self

    def on(self, day: date, *, working: bool) -> Intervals:
        """Return the hours of a day that the calendar calls working, or not."""
        if self.dates and day in self.dates:
            return intervals(self.dates[day])
        if not working:
            return ()
        if self.weekdays and (own := self.weekdays.get(WEEKDAYS[day.weekday()])) is not None:  # type: ignore[call-overload]
            return intervals(own)
        return intervals(self.open)
