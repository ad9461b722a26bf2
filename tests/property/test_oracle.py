"""The oracle: on two thousand random cases of each of five countries, casework and a person with a pencil agree."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import pytest

from casework.calendars import WorkCalendar
from casework.sla import Count, Deadline, Extension, Limit, OfficeHours, Pause, Timekeeper

from .pencil import BY_TIME, DAY, ZONES, Question

CASES = 2_000  # of each country
AMOUNTS = {"working days": 25, "calendar days": 40, "months": 4, "hours": 300, "working hours": 90}
HOURS = ["09:00-17:00", "09:00-12:00, 13:30-17:30", "00:00-24:00", "08:00-11:45, 12:15-13:00, 20:00-24:00"]
OWN_HOURS = ["", "09:00-12:00", "00:00-05:00", "10:00-12:00, 14:00-16:00", "00:00-24:00"]
FIRST, LAST = date(2018, 3, 1), date(2024, 12, 31)  # so that every deadline is announced, in China too


@cache
def clock_changes(zone: str) -> list[date]:
    """The days on which the clocks of a place change; none in China and Japan."""
    days = [FIRST + n * DAY for n in range((LAST - FIRST).days)]
    noon = [datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).utcoffset() for day in days]
    return [day for day, before, after in zip(days[1:], noon, noon[1:], strict=False) if before != after]


class Dice:
    """Throws the cases of a country, the same ones in every run."""

    def __init__(self, name: str) -> None:
        self.keeper, self.zone = Timekeeper(WorkCalendar.named(name), ZONES[name]), ZONES[name]
        self.random = Random(f"casework {name}")

    def question(self) -> Question:
        unit = self.random.choice(list(AMOUNTS))
        start, limit = self.start(), self.limit(unit)
        count = self.count(start.astimezone(ZoneInfo(self.zone)).date(), needs_hours=unit == "working hours")
        return Question(self.keeper, start, limit, count, self.pauses(start), self.extensions(start, count, unit))

    def limit(self, unit: str) -> Limit:
        """A limit, often a short one: those are the ones that end in the middle of things."""
        most = AMOUNTS[unit] if self.random.random() < 0.5 else max(2, AMOUNTS[unit] // 8)
        return Limit(self.random.randint(1 if unit in BY_TIME else 0, most), unit)

    def start(self) -> datetime:
        changes = clock_changes(self.zone)
        if changes and self.random.random() < 0.25:  # around a change of the clocks
            day, most = self.random.choice(changes) - DAY, 2 * 24 * 3600
        else:
            day, most = FIRST, (LAST - FIRST).days * 24 * 3600
        seconds = self.random.randrange(most)
        if self.random.random() < 0.8:
            seconds -= seconds % self.random.choice([1, 60, 1800, 3600])
        return datetime.combine(day, time(), tzinfo=UTC) + timedelta(seconds=seconds)

    def count(self, received: date, *, needs_hours: bool) -> Count:
        hours = self.hours(received) if needs_hours or self.random.random() < 0.6 else None
        ends = ["24:00", "24:00", "same-time", "17:30", "12:00", "23:59", *(["close", "close"] if hours else [])]
        return Count.model_validate(
            {
                "day_zero": self.random.choice(["as-is", "next-working-day"]),
                "cutoff": self.random.choice([None, None, time(0), time(12), time(17, 30)]),
                "ends": self.random.choice(ends),
                "roll": self.random.choice(["none", "next"]),
                "on_pause": self.random.choice(["working-days", "exact"]),
                "hours": hours,
            }
        )

    def hours(self, received: date) -> OfficeHours:
        weekdays = self.random.sample(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], self.random.choice([0, 0, 1, 2]))
        dates = [received + self.random.randint(-1, 12) * DAY for _ in range(self.random.choice([0, 0, 1, 3]))]
        return OfficeHours.model_validate(
            {
                "open": self.random.choice(HOURS),
                "weekdays": {day: self.random.choice(OWN_HOURS) for day in weekdays},
                "dates": {day: self.random.choice(OWN_HOURS) for day in dates},
            }
        )

    def moment(self, start: datetime, *, first: int, last: int) -> datetime:
        """A moment some days from the start, often at one at which something begins or ends."""
        moment = start + self.random.randint(first * 24 * 60, last * 24 * 60) * timedelta(minutes=1)
        if self.random.random() < 0.5:
            local = moment.astimezone(ZoneInfo(self.zone))
            moment = local.replace(hour=self.random.choice([0, 9, 12, 17]), minute=0, second=0, microsecond=0).astimezone(UTC)
        return moment

    def pauses(self, start: datetime) -> tuple[Pause, ...]:
        found = []
        for _ in range(self.random.choice([0, 0, 1, 1, 2, 3])):
            since = self.moment(start, first=-1, last=self.random.choice([2, 8, 40]))
            found.append(Pause(since, max(since, self.moment(since, first=0, last=self.random.choice([0, 1, 5, 12])))))
        return tuple(found)

    def extensions(self, start: datetime, count: Count, unit: str) -> tuple[Extension, ...]:
        found, at = [], start
        for _ in range(self.random.choice([0, 0, 0, 1, 2])):
            at = max(at, self.moment(at, first=0, last=12))
            since = self.random.choice(["due", "due-unrolled", "today", "receipt", "promise"])
            if since == "promise":
                day = at.astimezone(ZoneInfo(self.zone)).date()
                found.append(Extension(since="promise", at=at, until=day + self.random.randint(1, 20) * DAY))
                continue
            units = ["working days", "calendar days", "months"]
            if unit in BY_TIME:
                units += ["hours", "working hours"] if count.hours else ["hours"]
            found.append(Extension(since=since, at=at, limit=self.limit(self.random.choice(units))))
        return tuple(found)


def traits(asked: Question) -> set[str]:
    """What a case has in it, to see that the cases have all of it."""
    count = asked.count
    found = {asked.limit.unit, f"zero {count.day_zero}", f"ends {count.ends}", f"roll {count.roll}", f"pause {count.on_pause}"}
    found |= {f"since {row.since}" for row in asked.extensions} | {"cut-off" for _ in [0] if count.cutoff is not None}
    found |= {f"extended by {row.limit.unit}" for row in asked.extensions if row.limit}
    found |= {
        f"{len(asked.pauses)} pauses",
        f"{len(asked.extensions)} extensions",
        "no limit" if not asked.limit.amount else "limit",
    }
    found |= {f"hours by {by}" for by in ("open", "weekdays", "dates") if count.hours and getattr(count.hours, by)}
    return found


EVERY_TRAIT = {
    *AMOUNTS,
    *(f"extended by {unit}" for unit in AMOUNTS),
    *(f"ends {end}" for end in ("24:00", "close", "same-time", "17:30", "12:00", "23:59")),
    *(f"since {since}" for since in ("due", "due-unrolled", "today", "receipt", "promise")),
    *(f"{n} pauses" for n in range(4)),
    *(f"{n} extensions" for n in range(3)),
    *(f"hours by {by}" for by in ("open", "weekdays", "dates")),
    *("zero as-is", "zero next-working-day", "cut-off", "roll none", "roll next", "pause working-days", "pause exact"),
    *("no limit", "limit"),
}


@pytest.mark.parametrize("name", sorted(ZONES))
def test_casework_and_a_person_with_a_pencil_agree(name: str) -> None:
    dice, seen = Dice(name), Counter[str]()
    differ: list[tuple[Question, Deadline, Deadline]] = []
    for _ in range(CASES):
        asked = dice.question()
        found, worked_out = asked.due(), asked.pencil().due()
        seen.update(["case", *traits(asked)])
        if found != worked_out:
            differ.append((asked, found, worked_out))
    assert differ[:1] == []
    assert seen.pop("case") == CASES == 10_000 // len(ZONES)
    assert set(seen) == EVERY_TRAIT
    assert min(seen.values()) >= 25
