"""`casework ledger` lists every case of a period, and `casework bulletin` makes a bulletin of any."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from casework import Desk, Message, Rulebook
from casework.actions import Reject
from casework.adapters.sql import SqlStore
from casework.tables import read_markdown, read_table
from casework.units import Register, Unit
from tests.unit.commands import Casework, calling, one_line
from tests.unit.test_bulletin import CLERK, REGISTER, Row, closed, fill, message
from tests.unit.test_bulletin_periods import BOTH, asking, late, unanswered

casework = pytest.fixture(calling)
JULY = ("--period", "2020-07", "--as-of", "2020-08-10")
ROWS = [
    closed("夹河镇", number="1"),
    late("公安局", "2"),
    unanswered("马安镇", "3"),
    closed("夹河", number="4"),
    message("", number="=5", received="2020-07-31 09:00"),
    message("", number="6", received="2020-08-03 09:00"),
]


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """The database that the commands look for; since its cases were handled, 夹河 has become another name of 夹河镇."""
    units = tuple(replace(unit, aliases=("夹河",)) if unit.name == "夹河镇" else unit for unit in REGISTER.unit)
    return filled(tmp_path / "cases.sqlite", ROWS, replace(REGISTER, unit=units))


def filled(file: Path, rows: list[Row], register: Register) -> Path:
    """Make a database of cases, which then has this register."""
    every = replace(REGISTER, unit=(*REGISTER.unit, Unit(name="夹河", group="townships")))
    outline = asking(lists=BOTH).outline.model_dump(mode="json", by_alias=True)
    with SqlStore.at(file) as store:
        fill(store, rows, rulebook=Rulebook(outline, register=every))
        with store.work() as work:
            work.keep("register", "new", msgspec.json.encode(register).decode())
    return file


def numbers(out: str) -> list[str]:
    """The case numbers of a printed ledger, which stand first in each of its rows."""
    return [line.split()[0] for line in out.splitlines()[1:-1]]


def test_the_ledger_prints_every_case_of_the_period_as_it_stood(casework: Casework, cases: Path) -> None:
    said = casework("ledger", *JULY)
    assert said.code == 0, said.err
    head, *rows, count = said.out.splitlines()
    assert head.split() == ["编号", "主办单位", "状态", "来件", "期限", "答复", "办结", "逾期", "其他"]
    assert [row.split()[0] for row in rows] == ["1", "2", "3", "4", "=5"]
    assert rows[1].split()[1:] == ["公安局", "已办结", "07-06", "07-13", "07-15", "07-16", "逾期办结", "2个工作日"]
    assert count == "截至2020-08-10 24:00，共5件：已办结3件，尚待办理2件，逾期办结1件，逾期未办2件"


def test_without_a_period_every_case_is_listed_as_it_stands_now(casework: Casework, cases: Path) -> None:
    said = casework("ledger", "--lang", "en")
    assert numbers(said.out) == ["1", "2", "3", "4", "=5", "6"]
    assert "6 cases, closed 3, still to be done 3, closed late 1, open and late 3" in said.out.splitlines()[-1]
    assert said.out.split()[:4] == ["number", "unit", "state", "received"]


@pytest.mark.parametrize(
    "options, expected",
    [
        (("--late",), ["2", "3", "=5"]),
        (("--open",), ["3", "=5"]),
        (("--late", "--open"), ["3", "=5"]),
        (("--unit", "夹河镇"), ["1", "4"]),
        (("--unit", "夹河"), ["1", "4"]),
        (("--unit", "公安局", "--late"), ["2"]),
    ],
)
def test_the_ledger_can_be_narrowed(casework: Casework, cases: Path, options: tuple[str, ...], expected: list[str]) -> None:
    assert numbers(casework("ledger", *JULY, *options).out) == expected


def test_an_earlier_snapshot_gives_an_earlier_ledger(casework: Casework, cases: Path) -> None:
    said = casework("ledger", "--period", "2020-07", "--as-of", "2020-07-14", "--late")
    assert numbers(said.out) == ["2", "3"]
    assert said.out.splitlines()[-1].endswith("逾期办结0件，逾期未办2件")


def test_where_nothing_is_found_it_says_so(casework: Casework, cases: Path) -> None:
    assert casework("ledger", "--period", "2019").out.strip() == "没有来件"
    assert casework("ledger", "--period", "2019", "--lang", "en").out.strip() == "no cases"


def test_what_was_refused_is_not_still_to_be_done(casework: Casework, tmp_path: Path) -> None:
    with SqlStore.at(tmp_path / "cases.sqlite") as store:
        desk = Desk(Rulebook.parse(TODAY, name="today"), store=store)
        for number in ("1", "2"):
            case = desk.receive(Message(subject="路灯不亮", number=number))
        desk.act(case.id, Reject(reason="spam"), by=CLERK)
    assert numbers(casework("ledger", "--open").out) == ["1"]
    assert "共2件：已办结0件，尚待办理1件" in casework("ledger").out


def test_a_case_that_is_due_today_is_not_late_today(casework: Casework, tmp_path: Path) -> None:
    """Today is not over: neither now nor as of its end is a case late whose time ends tonight."""
    with SqlStore.at(tmp_path / "cases.sqlite") as store:
        book = Rulebook.parse(TODAY, name="today")
        Desk(book, store=store).receive(Message(subject="路灯不亮"))
        today = Desk(book, store=store).today()
    for options in ((), ("--as-of", f"{today}")):
        assert casework("ledger", *options).out.splitlines()[-1].endswith("逾期未办0件")
    tomorrow = f"{today + timedelta(days=1)}"
    assert f"nothing is known yet as of {tomorrow}; today is {today}" in one_line(casework("ledger", "--as-of", tomorrow))


TODAY = """
[rulebook]
id = "today"
version = 1
base = "standard"
zone = "UTC"
late_by = "handle"

[[clock]]
id = "handle"
starts_on = "receive"
stops_on = "publish"
limit = [{ is = "8 hours" }]
"""


# --- files ------------------------------------------------------------------------------------------------------------


def test_the_ledger_is_written_as_a_sheet_a_csv_file_or_markdown(casework: Casework, cases: Path, tmp_path: Path) -> None:
    for name in ("台账.csv", "台账.xlsx", "台账.md"):
        said = casework("ledger", *JULY, "--into", name)
        assert said.code == 0, said.err
        assert said.out.splitlines() == [
            "截至2020-08-10 24:00，共5件：已办结3件，尚待办理2件，逾期办结1件，逾期未办2件",
            f"written: {name}",
        ]
    sheets = [read_table(tmp_path / "台账.csv"), read_table(tmp_path / "台账.xlsx", sheet="台账")]
    sheets += read_markdown((tmp_path / "台账.md").read_text("utf-8"))
    for sheet in sheets:
        rows = list(sheet.rows())
        assert [str(row.cells["编号"]) for row in rows] == ["1", "2", "3", "4", "=5"]
        assert [str(row.cells["办理期限"]) for row in rows][:2] == ["2020-07-13", "2020-07-13"]
        assert [row.cells["逾期"] for row in rows] == ["否", "逾期办结", "逾期未办", "否", "逾期未办"]


def test_a_file_of_another_kind_is_refused_before_anything_is_read(casework: Casework, tmp_path: Path) -> None:
    said = one_line(casework("ledger", "--into", "台账.pdf"))
    assert said == "cannot write 台账.pdf: known kinds are .csv, .xlsx, .md"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options, expected",
    [
        (("--unit", "夹河县"), "夹河镇"),
        (("--period", "July"), "cannot read the period 'July'"),
        (("--as-of", "soon"), "cannot read --as-of 'soon'; accepted: a day such as 2020-08-10"),
        (("--into", "no/such/台账.csv"), "no/such"),
        (("--into", "no/such/台账.md"), "no/such"),
        (("--db", "elsewhere.sqlite"), "there is no database 'elsewhere.sqlite'"),
    ],
)
def test_a_wrong_call_is_one_line(casework: Casework, cases: Path, options: tuple[str, ...], expected: str) -> None:
    before = cases.read_bytes()
    assert expected in one_line(casework("ledger", *options))
    assert cases.read_bytes() == before
    assert [file.name for file in cases.parent.iterdir() if not file.name.startswith("cases")] == []


def test_a_unit_that_the_register_lacks_can_be_asked_for_where_it_has_cases(casework: Casework, tmp_path: Path) -> None:
    smaller = replace(REGISTER, unit=tuple(unit for unit in REGISTER.unit if unit.name != "公安局"))
    filled(tmp_path / "cases.sqlite", ROWS[:3], smaller)
    assert numbers(casework("ledger", *JULY, "--unit", "公安局").out) == ["2"]
    assert "no unit '商务厅'" in one_line(casework("ledger", *JULY, "--unit", "商务厅"))


# --- bulletins --------------------------------------------------------------------------------------------------------


def test_a_bulletin_of_a_span_is_printed_with_its_lists_and_written_under_its_period(
    casework: Casework, cases: Path, tmp_path: Path
) -> None:
    said = casework("bulletin", "--period", "2020..2020-08", "--as-of", "2020-08-31", "--into", ".")
    assert said.code == 0, said.err
    assert "2020年1月至8月共收到来件6件" in said.out
    assert "附表4 逾期办结清单（1件）" in said.out and "附表5 逾期未办清单（3件）" in said.out
    for kind in ("md", "html"):
        assert "逾期办结清单" in (tmp_path / f"bulletin-2020-01_2020-08.{kind}").read_text("utf-8")
        assert f"written: bulletin-2020-01_2020-08.{kind}" in said.out


def test_a_bulletin_of_a_period_that_is_not_over_is_refused(casework: Casework, cases: Path) -> None:
    said = one_line(casework("bulletin", "--period", "2020-01..2020-08", "--as-of", "2020-08-10"))
    assert said == "the snapshot 2020-08-10 is before the period's last day 2020-08-31: the period is not over"
