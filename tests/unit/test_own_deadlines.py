"""Our own sheet of deadlines, worked out by hand from statutes and systems: casework finds each of them.

How the rules are written says `sheet`. A row that turns out wrong is corrected with its reason, never to fit what casework says.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.unit.sheet import Row, found, read

SHEET = Path(__file__).resolve().parents[1] / "data" / "deadlines.csv"
ROWS = read(SHEET)
# Every word of the rule language, as it stands in a rule; the calendars with an "@" are those known on a date.
WORDS = [
    *("wd=", "cd=", "cm=", "h=", "wh=", "wd=0", "cd=0", "137:together", "137:chained"),
    *("start=next", "cutoff=", "end=24:00", "end=close", "end=same", "end=17:30", "roll=next", "roll=none"),
    *("hours=", "hours[fri]=", "hours[2026-"),
    *("pause=", "/open", "pauseat=", "ext=wd20", "@due", "@raw", "@receipt", "@2026-", "ext=wh", "ext=h", "promise="),
    *("restart=", "done=", "warn=", "provisional"),
]
CALENDARS = {"CN", "CN@", "GB-ENG", "GB-SCT", "GB-NIR", "GB-WLS", "GB-ALL", "US", "JP", "DE", "DE-BY"}


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_the_deadline_is_the_one_that_was_worked_out_by_hand(row: Row) -> None:
    assert found(row) == row.wanted


def test_every_row_asks_something_else() -> None:
    assert len({row.id for row in ROWS}) == len({(row.received, row.calendar, row.rule) for row in ROWS}) == len(ROWS)


def test_every_row_says_why_and_by_what_statute_or_system() -> None:
    with SHEET.open(encoding="utf-8", newline="") as file:
        assert [cells["id"] for cells in csv.DictReader(file) if not (cells["why"] and cells["source"])] == []


def test_the_sheet_covers_the_whole_rule_language() -> None:
    assert [word for word in WORDS if not any(word in f";{row.rule}" for row in ROWS)] == []
    assert CALENDARS - {"".join(row.calendar.partition("@")[:2]) for row in ROWS} == set()
    answers = {row.wanted.partition("(")[0] for row in ROWS}
    assert {"PAUSED", "MET", "LATE", "PROVISIONAL", "ERROR:NaiveDatetime", "ERROR:CalendarNotAnnounced"} <= answers
