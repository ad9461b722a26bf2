"""Sheets of deadlines that were worked out by hand: their rule language, and what casework makes of a row.

A rule is words between semicolons, most with a value:

- the limit: ``wd=5`` working days, ``cd=60`` calendar days, ``cm=1`` months, ``h=24`` hours, ``wh=4`` working hours;
  ``137:together`` (every clock from receipt) or ``137:chained`` (clocks of 1, 3 and 7 working days, each from the end of the last)
- the conventions: ``start=next|asis``, ``cutoff=16:00``, ``end=24:00|close|same|17:30``, ``roll=next|none``,
  ``hours=09:00-12:00,13:30-17:30``, ``hours[fri]=`` and ``hours[2026-10-10]=`` for a weekday and a date with hours of their own
- what happens: ``pause=2026-10-13/2026-10-15`` whole days, ``pauseat=`` moments, ``open`` or nothing as the end of an open one;
  ``ext=wd5@due|rolled|raw|receipt|2026-10-09`` (from the last day, rolled or not, from day zero, from the day of the grant); more
  of either joined by "+"; ``promise=`` a day, ``restart=`` a moment, ``done=`` the moment at which it is done
- what is asked: ``warn=2`` for the moment so many working days before, ``provisional`` to count on into years not announced

Expected is a moment, where ``T23:59:59`` is written for the end of a day; ``PAUSED(remaining=5wd)``; ``MET`` or ``LATE(2wd)`` where
something was done; ``PROVISIONAL``; or ``ERROR:`` with the class of the error and, of a year not announced, the year.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from casework.calendars import WorkCalendar
from casework.errors import CalendarNotAnnounced, CaseworkError
from casework.sla import ClockRule, Count, Deadline, Extension, Limit, OfficeHours, Pause, SlaClock, Standing, Timekeeper

ZONES = {"CN": "Asia/Shanghai", "GB": "Europe/London", "JP": "Asia/Tokyo", "DE": "Europe/Berlin", "US": "America/New_York"}
UNITS = {"wd": "working days", "cd": "calendar days", "cm": "months", "h": "hours", "wh": "working hours"}
SHORT = {unit: short for short, unit in UNITS.items()}
SINCE = {"rolled": "due", "raw": "due-unrolled"}
CHAIN = (1, 3, 7)
ONE_SECOND = timedelta(seconds=1)


class Row(NamedTuple):
    """A line of a sheet."""

    id: str
    received: str
    calendar: str
    rule: str
    expected: str

    @property
    def wanted(self) -> str:
        """What is expected, with the error by the name that it has in casework."""
        return self.expected.replace("UnannouncedYear", "CalendarNotAnnounced")


def read(path: Path) -> list[Row]:
    """Read a sheet; the columns are found by what their names begin with, since the two sheets name them differently."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Row(*(cells[_column(cells, wanted)] for wanted in _COLUMNS)) for cells in csv.DictReader(file)]


_COLUMNS = (("id",), ("received",), ("calendar", "country"), ("rule",), ("expected",))


def _column(cells: dict[str, str], beginnings: tuple[str, ...]) -> str:
    return next(name for name in cells if name.startswith(beginnings))


class Reading:
    """A row as casework's values. A word of its rule that nothing asked for is an error of the sheet or of this reader."""

    def __init__(self, row: Row) -> None:
        self.row = row
        words = [re.fullmatch(r"([^=:\[]+(?:\[[^\]]+\])?)(?:[=:](.*))?", word) for word in row.rule.split(";")]
        self.words: dict[str, str] = {word[1]: word[2] or "" for word in words if word}
        assert len(self.words) == len(words), "no word is unreadable or said twice"
        self.zone = ZONES[row.calendar[:2]]
        name, _, known = row.calendar.partition("@")
        calendar = WorkCalendar.named(name, as_of=date.fromisoformat(known) if known else None)
        self.keeper = Timekeeper(calendar, self.zone, self.words.pop("provisional", None) is not None)
        self.chained = self.words.pop("137", "together") == "chained"
        self.start = datetime.fromisoformat(row.received)
        self.restart = datetime.fromisoformat(self.words.pop("restart")) if "restart" in self.words else None
        self.warn = int(self.words.pop("warn", "0"))
        self.done = datetime.fromisoformat(self.words.pop("done")) if "done" in self.words else None
        self.limit = next(Limit(int(self.words.pop(word)), unit) for word, unit in UNITS.items() if word in self.words)
        self.count = self._count()
        self.pauses = list(self._pauses())
        self.extensions = list(self._extensions())
        assert self.words == {}, "every word of the rule was used"

    def _count(self) -> Count:
        end = self.words.pop("end", "24:00")
        return Count.model_validate(
            {
                "day_zero": {"asis": "as-is", "next": "next-working-day"}[self.words.pop("start", "asis")],
                "cutoff": self.words.pop("cutoff", None),
                "ends": "same-time" if end == "same" else end,
                "roll": self.words.pop("roll", "none"),
                "on_pause": "exact" if "pauseat" in self.words else "working-days",
                "hours": self._hours(),
            }
        )

    def _hours(self) -> OfficeHours | None:
        """The office hours: of every day, of days of the week (three letters), of dates."""
        named = {word[6:-1]: self.words.pop(word) for word in list(self.words) if word.startswith("hours[")}
        if "hours" not in self.words:
            return None
        weekdays = {day: text for day, text in named.items() if day.isalpha()}
        dates = {day: text for day, text in named.items() if day not in weekdays}
        return OfficeHours.model_validate({"open": self.words.pop("hours"), "weekdays": weekdays, "dates": dates})

    def _on(self, day: str, at: time) -> datetime:
        """A moment of a day, on the day of receipt none before receipt."""
        moment = datetime.combine(date.fromisoformat(day), at, tzinfo=ZoneInfo(self.zone))
        return max(moment, self.begins) if self.keeper.local_date(self.begins) == moment.date() else moment

    def _pauses(self) -> Iterator[Pause]:
        for span in _parts(self.words.pop("pause", "")):  # whole days: from the first moment of one to somewhere in another
            since, _, until = span.partition("/")
            yield Pause(self._on(since, time(0)), None if until in ("", "open") else self._on(until, time(12)))
        for span in _parts(self.words.pop("pauseat", "")):
            since, _, until = span.partition("/")
            yield Pause(datetime.fromisoformat(since), None if until in ("", "open") else datetime.fromisoformat(until))

    def _extensions(self) -> Iterator[Extension]:
        for part in _parts(self.words.pop("ext", "")):
            more, _, since = part.partition("@")
            size = re.fullmatch(r"([a-z]+)(\d+)", more)
            assert size, f"{part!r} is an extension"
            limit, today = Limit(int(size[2]), UNITS[size[1]]), since[:1].isdigit()
            how = "today" if today else SINCE.get(since, since or "due")
            yield Extension(since=how, at=self._on(since, time(12)) if today else self.begins, limit=limit)  # type: ignore[arg-type]
        if "promise" in self.words:
            yield Extension(since="promise", at=self.begins, until=date.fromisoformat(self.words.pop("promise")))

    @cached_property
    def begins(self) -> datetime:
        """The moment from which the limit is counted: of a chain's last clock, the last moment of the clock before it."""
        start = self.restart or self.start
        for days in CHAIN[: CHAIN.index(self.limit.amount)] if self.chained and self.limit.amount in CHAIN else ():
            start = self.keeper.deadline(start, Limit(days, "working days"), count=self.count).before - ONE_SECOND
        return start

    # -- what casework says

    def found(self) -> str:
        """What casework says of the row, as a sheet writes it."""
        clock, rule = self._clock() if self._can_be_lived() else (None, None)
        if self.done is not None:
            assert clock is not None and rule is not None
            verdict = self.keeper.verdict(self.keeper.stop(clock, self.done), rule, self.done)
            return {Standing.MET: "MET", Standing.MET_LATE: f"LATE({verdict.days}wd)"}[verdict.state]
        if self.pauses and self.pauses[-1].until is None:
            assert clock is not None and rule is not None
            return self._paused(clock, rule)
        facts = {"count": self.count, "pauses": self.pauses, "extensions": self.extensions}
        due = self.keeper.deadline(self.begins, self.limit, **facts)  # type: ignore[arg-type]
        assert self.keeper.explain(self.begins, self.limit, **facts).due == due  # type: ignore[arg-type]
        assert clock is None or clock.due == due
        return self._written(due)

    def _written(self, due: Deadline) -> str:
        if due.provisional:
            assert due.earliest is not None and due.latest is not None
            assert due.earliest <= due.date <= due.latest
            return "PROVISIONAL"
        end = self.keeper.shift(due, Limit(self.warn, "working days"), back=True) if self.warn else due.before
        before = self.keeper.local(due.before)
        assert due.date in (before.date(), (before - ONE_SECOND).date())
        # The end of a last day is the midnight after it, which the sheets write as that day's last second.
        by_the_day = self.limit.unit not in ("hours", "working hours")
        shown = end - ONE_SECOND if by_the_day and before.date() > due.date else end
        return self.keeper.local(shown).isoformat()

    def _paused(self, clock: SlaClock, rule: ClockRule) -> str:
        pause = clock.pauses[-1]
        assert (clock.status, clock.due) == ("paused", None)
        told = self.keeper.explain(clock.started_at, self.limit, count=self.count, pauses=self.pauses, extensions=self.extensions)
        assert told.left is not None
        assert (told.due, told.left.amount) == (None, clock.left)
        verdict = self.keeper.verdict(clock, rule, pause.since)
        assert verdict.state is Standing.PAUSED
        assert verdict.days == clock.left or told.left.unit != "working days"
        return f"PAUSED(remaining={clock.left}{SHORT[told.left.unit]})"

    def _can_be_lived(self) -> bool:
        """Whether a clock can go through it: one that stands cannot be paused again, so overlapping pauses are only counted."""
        ends = [pause.until for pause in self.pauses]
        return all(until is not None and until < pause.since for until, pause in zip(ends, self.pauses[1:], strict=False))

    def _clock(self) -> tuple[SlaClock, ClockRule]:
        """The clock after everything that the rule says has happened to it, one thing after the other."""
        rule = self._rule(self.extensions[0] if self.extensions else None)
        clock = self.keeper.begin(rule, self.limit, self.start if self.restart else self.begins)
        if self.restart:
            clock = self.keeper.begin(rule, self.limit, self.restart, clock=clock)
        acts = [(extension.at, 0, extension) for extension in self.extensions]
        acts += [(pause.since, 1, pause) for pause in self.pauses]
        for _, _, act in sorted(acts, key=lambda act: act[:2]):
            if isinstance(act, Pause):
                clock = self.keeper.pause(clock, rule, act.since)
                clock = clock if act.until is None else self.keeper.resume(clock, rule, act.until)
            elif act.limit is not None:
                clock = self.keeper.extend(clock, self._rule(act), act.limit, act.at)
            elif act.until is not None:
                clock = self.keeper.promise(clock, self._rule(act), act.until, act.at)
        return clock, rule

    def _rule(self, extension: Extension | None) -> ClockRule:
        """The clock's rule, with the terms that this extension needs."""
        terms = {"extend": {"from": extension.since, "times": len(self.extensions)}} if extension and extension.limit else {}
        return ClockRule.model_validate(
            {
                "id": "handle",
                "starts_on": "receive",
                "stops_on": "publish",
                "limit": [{"is": str(self.limit)}],
                "count": self.count,
                "promise": {},
                **terms,
            }
        )


def found(row: Row) -> str:
    """What casework says of a row, as a sheet writes it."""
    try:
        return Reading(row).found()
    except CalendarNotAnnounced as error:
        return f"ERROR:{type(error).__name__}({error.year})"
    except CaseworkError as error:
        return f"ERROR:{type(error).__name__}"


def _parts(text: str) -> list[str]:
    """What is joined by "+", which also begins an offset: a part starts with a unit or with a year."""
    return re.split(r"\+(?=\d{4}-|[a-z])", text) if text else []
