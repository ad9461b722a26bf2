"""The ledger has one row for every case of the period, as it stood at the snapshot, and says of each what the figures say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from casework import Rulebook
from casework.actions import (
    Accept,
    AnswerOrder,
    Assign,
    ClearOrder,
    Decline,
    IssueOrder,
    Reject,
    ReturnReply,
    Review,
    SubmitReply,
)
from casework.adapters.memory import MemoryStore
from casework.adapters.sql import SqlStore
from casework.errors import InputError, NaiveDatetime
from casework.ports import CaseStore
from casework.reports.ledger import LedgerRow, brief, ledger, table
from casework.sla import Standing, Verdict
from casework.tables import read_table, write_csv
from tests.unit.test_bulletin import YUNXI, bulletin_of, closed, fill, filled, july, message
from tests.unit.town import FIVE_DAYS, HANDLER, POLICE, SUPERVISOR, Office, local, town

SINCE, UNTIL, AS_OF = (
    datetime(2020, 6, 30, 16, tzinfo=UTC),
    datetime(2020, 7, 31, 16, tzinfo=UTC),
    datetime(2020, 8, 10, 16, tzinfo=UTC),
)


def rows(store: CaseStore, *, as_of: datetime = AS_OF) -> Iterator[LedgerRow]:
    return ledger(store, since=SINCE, until=UNTIL, as_of=as_of)


def test_the_ledger_and_the_bulletin_say_the_same(tmp_path: Path) -> None:
    database = SqlStore(f"sqlite:///{tmp_path / 'cases.sqlite'}")
    fill(database, july())
    found = list(rows(database))
    made = bulletin_of(database)
    assert [row.number for row in found] == [case.number for case in made.cases]
    assert sum(row.closed_at is not None for row in found) == made.figure("closed").value
    assert [row.number for row in found if row.late == "closed-late"] == [case.number for case in made.cases if case.late]
    assert [row.received_at for row in found] == sorted(row.received_at for row in found)
    database.close()


def test_a_row_says_how_the_case_stood_and_by_when_it_was_due() -> None:
    (row,) = rows(filled([closed("夹河镇")]))
    assert row == LedgerRow(
        case="case-0001",
        number="X-1",
        unit="夹河镇",
        received_at=local("2020-07-06 09:00"),
        state="closed",
        due=date(2020, 7, 13),
        verdict=Verdict(Standing.MET, 0),
        answered_at=local("2020-07-11 10:00"),
        closed_at=local("2020-07-12 10:00"),
        over=True,
        late=None,
        returned=0,
        declined=0,
        orders=0,
    )


def test_everything_is_as_of_the_snapshot() -> None:
    store = filled([closed("夹河镇")])
    (row,) = rows(store, as_of=local("2020-07-08 09:00"))
    assert (row.state, row.unit, row.answered_at, row.closed_at, row.over) == ("assigned", "夹河镇", None, None, False)
    assert row.verdict == Verdict(Standing.RUNNING, 3)
    (row,) = rows(store, as_of=local("2020-07-07 10:00"))  # the moment of the assignment, which is not before itself
    assert (row.state, row.unit) == ("reviewed", "")


def test_without_a_clock_or_a_number_the_cells_say_what_there_is() -> None:
    office = Office(Rulebook.shipped("standard"))
    office.receive()
    (row,) = rows(office.desk.store)
    assert (row.number, row.unit, row.due, row.verdict, row.late) == ("c1", "", None, None, None)


def test_a_clock_kept_for_each_unit_shows_the_lead_units_due_date() -> None:
    office = Office(BY_UNIT)
    office.receive(at="2020-07-06 09:00")
    office.do(Review(), Assign(lead="夹河镇", assisting=("公安局",)), at="2020-07-07 09:00")
    office.do(Assign(lead="公安局", assisting=("住建局",)), at="2020-07-08 09:00")
    assert [row.due for row in rows(office.desk.store)] == [date(2020, 7, 8)]
    office.do(Assign(lead="住建局", assisting=("公安局",)), at="2020-07-09 09:00")
    assert [row.due for row in rows(office.desk.store)] == [date(2020, 7, 9)]


BY_UNIT = """
[[clock]]
id = "handle"
per = "assignment"
starts_on = "assign"
stops_on = ["accept", "decline"]
limit = [{ is = "1 working day" }]
"""


def test_returns_declines_and_orders_that_were_not_struck_off_are_counted() -> None:
    office = Office(town())
    office.receive()
    office.do(Review(), Assign(lead="夹河镇"))
    office.do(Decline(reason="重复转办"), by=HANDLER)
    office.do(Assign(lead="公安局"))
    office.do(Accept(), SubmitReply(text="已安排维修人员更换路灯。"), by=POLICE)
    office.do(ReturnReply(reasons=("敷衍塞责",)))
    office.do(IssueOrder(form="supervision"), IssueOrder(form="supervision"), IssueOrder(form="reminder"), by=SUPERVISOR)
    assert counts(office) == (1, 1, 2)
    office.do(AnswerOrder(order="督〔2020〕1号", text="已派人。"), by=POLICE)
    assert counts(office) == (1, 1, 2)
    office.do(ClearOrder(order="督〔2020〕1号"), by=SUPERVISOR)
    assert counts(office) == (1, 1, 1)


def counts(office: Office) -> tuple[int, int, int]:
    (row,) = rows(office.desk.store)
    return row.returned, row.declined, row.orders


def test_nothing_remains_to_be_done_on_what_was_refused() -> None:
    office = Office(FIVE_DAYS)
    office.receive()
    (before,) = rows(office.desk.store)
    office.do(Reject(reason="spam"))
    (after,) = rows(office.desk.store)
    assert [(row.state, row.over, row.closed_at, row.late) for row in (before, after)] == [
        ("received", False, None, "open-late"),
        ("rejected", True, None, None),
    ]


def test_the_ledger_is_a_table_that_spreadsheets_open(tmp_path: Path) -> None:
    open_case = message("", number="=1+1", received="2020-07-31 23:59:21")
    columns, cells = table(rows(filled([closed("夹河镇"), open_case])), YUNXI)
    write_csv(tmp_path / "台账.csv", columns, cells)
    first, second = (list(row.cells.values()) for row in read_table(tmp_path / "台账.csv").rows())
    assert " ".join(columns) == "编号 主办单位 来件时间 状态 办理期限 答复时间 办结时间 逾期 逾期时长 退回 退件 未销号"
    handled = ["2020-07-11 10:00", "2020-07-12 10:00", "否", ""]
    assert first == ["X-1", "夹河镇", "2020-07-06 09:00", "已办结", "2020-07-13", *handled, "0", "0", "0"]
    waiting = ["", "", "逾期未办", "1个工作日"]
    assert second == ["=1+1", "", "2020-07-31 23:59", "已接收", "2020-08-07", *waiting, "0", "0", "0"]


def test_the_ledger_speaks_english_too() -> None:
    late = closed("夹河镇") | {"公开时间": "2020-07-14 10:00", "办结时间": "2020-07-15 10:00"}
    columns, cells = table(rows(filled([closed("夹河镇"), late])), YUNXI, lang="en")
    assert columns[3:9] == ("state", "due", "answered", "closed", "late", "late by")
    assert cells[0][3:9] == ("Closed", date(2020, 7, 13), "2020-07-11 10:00", "2020-07-12 10:00", "no", None)
    assert cells[1][7:9] == ("closed late", "1 working day")


def test_for_a_terminal_days_are_short_and_only_counts_that_there_are_are_shown() -> None:
    late = closed("夹河镇", number="2") | {"公开时间": "2020-07-14 10:00", "办结时间": "2020-07-14 11:00"}
    first, second = rows(filled([closed("夹河镇", number="1"), late]))
    found = [first, msgspec.structs.replace(second, closed_at=local("2021-01-04 10:00"))]
    found.append(msgspec.structs.replace(found[0], returned=2, declined=1, orders=3, answered_at=None, due=None))
    columns, cells = brief(found, YUNXI, year=2020)
    assert columns == ("编号", "主办单位", "状态", "来件", "期限", "答复", "办结", "逾期", "其他")
    assert cells == [
        ("1", "夹河镇", "已办结", "07-06", "07-13", "07-11", "07-12", "", ""),
        ("2", "夹河镇", "已办结", "07-06", "07-13", "07-14", "2021-01-04", "逾期办结 1个工作日", ""),
        ("1", "夹河镇", "已办结", "07-06", "", "", "07-12", "", "退回2、退件1、未销号3"),
    ]
    columns, cells = brief(found, YUNXI, year=2021, lang="en")
    assert columns[-2:] == ("late", "besides") and cells[1][-3:] == ("01-04", "closed late 1 working day", "")
    assert cells[2][3:5] == ("2020-07-06", "") and cells[2][-1] == "returned 2, declined 1, open orders 3"


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        table([], YUNXI, lang="fr")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="there is no language 'fr'; known: zh, en"):
        brief([], YUNXI, year=2020, lang="fr")  # type: ignore[arg-type]


def test_moments_need_an_offset() -> None:
    with pytest.raises(NaiveDatetime, match="since 2020-07-01 00:00:00 has no UTC offset"):
        list(ledger(MemoryStore(), since=datetime(2020, 7, 1), until=UNTIL, as_of=AS_OF))
