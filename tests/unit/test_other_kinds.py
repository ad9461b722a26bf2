"""Values of another kind: whatever a program hands in by mistake, it gets a named error that says what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from casework import Desk, MemoryStore, Rulebook
from casework.calendars import Notice, WorkCalendar
from casework.errors import InputError
from casework.sla import Extension, Limit, Pause, Timekeeper

CHINA = Timekeeper(WorkCalendar.named("CN"), "Asia/Shanghai")


def cn(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def notice(**fields: Any) -> Notice:
    made: dict[str, Any] = {"id": "own", "published_on": date(2026, 1, 1), "year": 2026, "off": (), "work": (date(2026, 10, 17),)}
    return Notice(**made | fields)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Limit("5", "working days"),  # type: ignore[arg-type]
        lambda: Limit(2.5, "months"),  # type: ignore[arg-type]
        lambda: Limit(True, "calendar days"),
        lambda: Limit(float("nan"), "hours"),  # type: ignore[arg-type]
        lambda: Limit(5, ["days"]),  # type: ignore[arg-type]
        lambda: Limit.parse(None),  # type: ignore[arg-type]
        lambda: Limit.parse(5),  # type: ignore[arg-type]
        lambda: Timekeeper("CN", "Asia/Shanghai"),  # type: ignore[arg-type]
        lambda: Timekeeper(CHINA.calendar, None),  # type: ignore[arg-type]
        lambda: WorkCalendar.named("CN", notices=5),  # type: ignore[arg-type]
        lambda: WorkCalendar.named("CN", notices=[notice(id=5)]),
        lambda: WorkCalendar.named("CN", notices=[notice(id="")]),
        lambda: WorkCalendar.named("CN", notices=[notice(off=None)]),
        lambda: WorkCalendar.named("CN", notices=[notice(off=("2026-10-01",))]),
        lambda: WorkCalendar.named("CN", notices=[notice(work=("2026-10-17",))]),
        lambda: WorkCalendar.named("CN", notices=[notice(published_on="2026-01-01")]),
        lambda: WorkCalendar.named("CN", notices=[notice(year=None)]),
        lambda: Desk(Rulebook.shipped("yunxi"), store=MemoryStore(), calendar="CN"),  # type: ignore[arg-type]
        lambda: Desk(Rulebook.shipped("yunxi"), store=MemoryStore()).recalculate("CN"),  # type: ignore[arg-type]
        lambda: Desk(Rulebook.shipped("yunxi"), store=MemoryStore()).recalculate(CHINA.calendar, batch=0),
        lambda: CHINA.deadline("2026-04-15", Limit(5, "hours")),  # type: ignore[arg-type]
        lambda: CHINA.deadline(date(2026, 4, 15), Limit(5, "hours")),  # type: ignore[arg-type]
        lambda: CHINA.deadline(None, Limit(5, "hours")),  # type: ignore[arg-type]
        lambda: CHINA.deadline(cn(10, 9), "5 working days"),  # type: ignore[arg-type]
        lambda: CHINA.deadline(cn(10, 9), Limit(5, "hours"), count={"roll": "next"}),  # type: ignore[arg-type]
        lambda: CHINA.deadline(cn(10, 9), Limit(5, "hours"), pauses=Pause(cn(10, 9), cn(10, 10))),  # type: ignore[arg-type]
        lambda: CHINA.deadline(cn(10, 9), Limit(5, "hours"), pauses=[None]),  # type: ignore[list-item]
        lambda: CHINA.deadline(cn(10, 9), Limit(5, "hours"), extensions=["x"]),  # type: ignore[list-item]
        lambda: CHINA.explain(cn(10, 9), "5 working days"),  # type: ignore[arg-type]
        lambda: Pause("2026-01-01"),  # type: ignore[arg-type]
        lambda: Pause(cn(10, 9), date(2026, 10, 10)),  # type: ignore[arg-type]
        lambda: Extension(since="x", at=cn(10, 9), limit=Limit(5, "hours")),  # type: ignore[arg-type]
        lambda: Extension(since="due", at=cn(10, 9), limit="5 hours"),  # type: ignore[arg-type]
        lambda: Extension(since="due", at=cn(10, 9)),
        lambda: Extension(since="promise", at=cn(10, 9), until="2026-05-01"),  # type: ignore[arg-type]
        lambda: Extension(since="promise", at=cn(10, 9), until=cn(10, 10)),
        lambda: Extension(since="due", at=None, limit=Limit(5, "hours")),  # type: ignore[arg-type]
    ],
)
def test_a_value_of_another_kind_is_refused_with_what_is_wanted(ask: Callable[[], object]) -> None:
    wanted = (
        "accepted: |give an IANA name|makes one|reads (one|'5 working days'|a table)|is wanted|names (a|the) day|counts from one of"
        "|list of Notice|makes them from TOML|one case or more"
    )
    with pytest.raises(InputError, match=wanted):
        ask()
