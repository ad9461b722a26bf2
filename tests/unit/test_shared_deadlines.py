"""The deadlines that others worked out by hand, each with its reason: casework finds the same.

How the rules are written says `sheet`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.sheet import Row, found, read

SHEET = Path(__file__).resolve().parents[3] / "shared" / "data" / "deadlines.csv"
OURS = Path(__file__).resolve().parents[1] / "data" / "deadlines.csv"
ABSENT = "shared/data/deadlines.csv is not beside the repository"
ROWS = read(SHEET) if SHEET.is_file() else []
CASES = [pytest.param(row, id=row.id) for row in ROWS] or [pytest.param(None, id="absent", marks=pytest.mark.skip(ABSENT))]

needs_the_sheet = pytest.mark.skipif(not ROWS, reason=ABSENT)


@pytest.mark.parametrize("row", CASES)
def test_the_deadline_is_the_one_that_was_worked_out_by_hand(row: Row) -> None:
    assert found(row) == row.wanted


@needs_the_sheet
def test_no_row_of_the_sheet_is_left_out() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS) == 61


@needs_the_sheet
def test_our_own_sheet_copies_none_of_its_rows() -> None:
    asked = {(row.received, row.calendar, row.rule) for row in ROWS}
    assert [row.id for row in read(OURS) if (row.received, row.calendar, row.rule) in asked] == []
