"""The ledger has one row for every case of the period, and says of each what the figures say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from casework.adapters.memory import MemoryStore
from casework.adapters.sql import SqlStore
from casework.errors import InputError, NaiveDatetime
from casework.ports import CaseStore
from casework.reports.ledger import LedgerRow, ledger, table
from casework.tables import read_table, write_csv
from tests.unit.test_bulletin import YUNXI, bulletin_of, closed, fill, filled, july, message

SINCE, UNTIL, AS_OF = (
    datetime(2020, 6, 30, 16, tzinfo=UTC),
    datetime(2020, 7, 31, 16, tzinfo=UTC),
    datetime(2020, 8, 10, 16, tzinfo=UTC),
)


def rows(store: CaseStore, *, as_of: datetime = AS_OF, clock: str = "handle") -> Iterator[LedgerRow]:
    return ledger(store, since=SINCE, until=UNTIL, as_of=as_of, clock=clock)


def test_the_ledger_and_the_bulletin_say_the_same(tmp_path: Path) -> None:
    database = SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")
    fill(database, july())
    found = list(rows(database))
    made = bulletin_of(database)
    assert [row.number for row in found] == [case.number for case in made.cases]
    assert sum(row.closed for row in found) == made.figure("closed").value
    assert [row.number for row in found if row.late] == [case.number for case in made.cases if case.late]
    assert [row.received_at for row in found] == sorted(row.received_at for row in found)
    database.close()


def test_a_row_says_where_the_case_stands_and_by_when_it_is_due() -> None:
    (row,) = rows(filled([closed("夹河镇")]))
    assert row == LedgerRow(
        case="case-0001",
        number="X-1",
        unit="夹河镇",
        received_at=datetime(2020, 7, 6, 1, tzinfo=UTC),
        state="closed",
        due=date(2020, 7, 13),
        closed=True,
        late=False,
    )


def test_closed_is_as_of_the_snapshot_and_the_state_is_that_of_now() -> None:
    (row,) = rows(filled([closed("夹河镇")]), as_of=datetime(2020, 7, 7, tzinfo=UTC))
    assert (row.closed, row.state) == (False, "closed")


def test_without_a_clock_or_a_number_the_cells_say_what_there_is() -> None:
    (row,) = rows(filled([message(number="")]), clock="")
    assert (row.number, row.unit, row.due, row.late) == ("case-0001", "", None, False)


def test_a_clock_kept_for_each_unit_shows_the_lead_units_due_date() -> None:
    store = filled([message("夹河镇", 登记时间="2020-07-06 10:00", 交办时间="2020-07-08 11:00")])
    (row,) = rows(store, clock="accept")
    assert row.due == date(2020, 7, 9)


def test_the_ledger_is_a_table_that_spreadsheets_open(tmp_path: Path) -> None:
    open_case = message("", number="=1+1", received="2020-07-31 23:59:21")
    columns, cells = table(rows(filled([closed("夹河镇"), open_case])), YUNXI)
    write_csv(tmp_path / "台账.csv", columns, cells)
    first, second = (list(row.cells.values()) for row in read_table(tmp_path / "台账.csv").rows())
    assert columns == ("编号", "主办单位", "来件时间", "当前状态", "办理期限", "是否办结", "是否逾期")
    assert first == ["X-1", "夹河镇", "2020-07-06 09:00", "已办结", "2020-07-13", "是", "否"]
    assert second == ["=1+1", "", "2020-07-31 23:59", "已接收", "2020-08-07", "否", "否"]


def test_the_ledger_speaks_english_too() -> None:
    columns, cells = table(rows(filled([closed("夹河镇")])), YUNXI, lang="en")
    assert columns[3:] == ("state now", "due", "closed", "late")
    assert cells[0][3:] == ("Closed", date(2020, 7, 13), "yes", "no")


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        table([], YUNXI, lang="fr")  # type: ignore[arg-type]


def test_moments_need_an_offset() -> None:
    with pytest.raises(NaiveDatetime, match="since 2020-07-01 00:00:00 has no UTC offset"):
        list(ledger(MemoryStore(), since=datetime(2020, 7, 1), until=UNTIL, as_of=AS_OF))
