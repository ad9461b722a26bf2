"""The deadlines that were worked out by hand, each with its reason: casework finds the same."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from casework.calendars import WorkCalendar
from casework.errors import CalendarNotAnnounced, NaiveDatetime
from casework.sla import ClockRule, ConditionalLimit, Count, Limit, Pause, SlaClock, Standing, Timekeeper

SHEET = Path(__file__).resolve().parents[3] / "shared" / "data" / "deadlines.csv"
ZONES = {"CN": "Asia/Shanghai", "GB": "Europe/London", "JP": "Asia/Tokyo", "DE": "Europe/Berlin", "US": "America/New_York"}
UNITS = {"wd": "working days", "cd": "calendar days", "cm": "months", "h": "hours"}
ONE_SECOND = timedelta(seconds=1)

# What the rule language says and the module cannot express: both belong to issue 2.
LEFT_OUT = {
    "ext": "an extension of a limit that is running",
    "wh": "a limit in working hours",
}
LEFT_OUT_ROWS = {"ext": {"S49", "S52"}, "wh": {"S65", "S67", "S69", "S70", "S71"}}


class Row:
    """A line of the sheet. Its rule is words between semicolons, each a name and, mostly, a value."""

    def __init__(self, cells: dict[str, str]) -> None:
        self.id = cells["id"]
        self.received = datetime.fromisoformat(cells["received_at_iso_with_tz"])
        self.expected = cells["expected_due_iso"]
        self.words: dict[str, str] = dict(re.findall(r"(?:^|;)([^=:;]+)[=:]?([^;]*)", cells["rule"]))
        name, _, known = cells["country"].partition("@")
        self.zone = ZONES[name[:2]]
        self.keeper = Timekeeper(WorkCalendar.named(name, as_of=date.fromisoformat(known) if known else None), self.zone)

    @property
    def left_out(self) -> str | None:
        """The word that the module cannot express."""
        return next((word for word in self.words if word in LEFT_OUT), None)

    @property
    def limit(self) -> Limit:
        """The limit of the rule."""
        return next(Limit(int(self.words.pop(word)), unit) for word, unit in UNITS.items() if word in self.words)

    @property
    def count(self) -> Count:
        """The conventions of the rule."""
        end = self.words.pop("end", "24:00")
        return Count.model_validate(
            {
                "day_zero": {"asis": "as-is", "next": "next-working-day"}[self.words.pop("start", "asis")],
                "cutoff": self.words.pop("cutoff", None),
                "ends": "same-time" if end == "same" else end,
                "roll": self.words.pop("roll", "none"),
            }
        )

    def noon(self, day: str) -> datetime:
        """Some moment of a day: a pause disregards its days whole."""
        return datetime.combine(date.fromisoformat(day), time(12), tzinfo=ZoneInfo(self.zone))

    def pauses(self) -> Iterator[tuple[datetime, datetime | None]]:
        """The pauses of the rule: days joined by a stroke, the last one "open" where it has not ended."""
        for span in self.words.pop("pause", "").split("+"):
            if span:
                since, _, until = span.partition("/")
                yield self.noon(since), None if until == "open" else self.noon(until)

    def clock(self) -> tuple[SlaClock, ClockRule]:
        """The clock after everything that the rule says has happened to it."""
        limit = self.limit
        rule = ClockRule(
            id="handle",
            starts_on=("receive",),
            stops_on=("publish",),
            limit=(ConditionalLimit.model_validate({"is": str(limit)}),),
            count=self.count,
        )
        clock = self.keeper.begin(rule, limit, self.received)
        if "restart" in self.words:
            clock = self.keeper.begin(rule, limit, datetime.fromisoformat(self.words.pop("restart")), clock=clock)
        if "137" in self.words:
            assert self.words.pop("137") == "together", "chained clocks start one after the other"
        for since, until in self.pauses():
            assert until is None, "closed pauses are given to deadline()"
            clock = self.keeper.pause(clock, since)
        return clock, rule


def rows() -> list[Row]:
    if not SHEET.is_file():
        pytest.skip("shared/data/deadlines.csv is not beside the repository")
    with SHEET.open(encoding="utf-8", newline="") as file:
        return [Row(cells) for cells in csv.DictReader(file)]


def found(row: Row) -> str:
    """What casework says of a row, as the sheet writes it."""
    try:
        if "open" in row.words.get("pause", ""):
            clock, rule = row.clock()
            verdict = row.keeper.verdict(clock, rule, clock.pauses[-1].since)
            assert (verdict.state, verdict.days) == (Standing.PAUSED, clock.left)
            return f"PAUSED(remaining={clock.left}wd)"
        if "pause" in row.words:
            pauses = [Pause(since, until) for since, until in row.pauses()]
            limit, count = row.limit, row.count
            due = row.keeper.deadline(row.received, limit, count=count, pauses=pauses)
        else:
            clock, rule = row.clock()
            count = rule.count
            assert clock.due is not None
            due = clock.due
    except CalendarNotAnnounced as error:
        return f"ERROR:UnannouncedYear({error.year})"
    except NaiveDatetime:
        return "ERROR:NaiveDatetime"
    assert row.words == {}, "every word of the rule was used"
    assert not due.provisional
    end = row.keeper.local(due.before)
    shown = end - ONE_SECOND if count.ends == "24:00" else end
    assert shown.date() == due.date
    return shown.isoformat()


def test_every_deadline_that_was_worked_out_by_hand_is_found() -> None:
    counted = [row for row in rows() if row.left_out is None]
    expected = {row.id: row.expected for row in counted}
    assert {row.id: found(row) for row in counted} == expected
    assert len(expected) == 54


def test_only_extensions_and_working_hours_are_left_out() -> None:
    left_out: dict[str, set[str]] = {}
    for row in rows():
        if row.left_out is not None:
            left_out.setdefault(row.left_out, set()).add(row.id)
    assert left_out == LEFT_OUT_ROWS
    assert left_out.keys() == LEFT_OUT.keys()
