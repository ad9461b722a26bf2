"""What was written reads back as the same cells; what is no table is refused with the reason."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import openpyxl
import pytest
import xlsxwriter
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.errors import InputError, UnknownColumn, UnreadableTable
from casework.tables import Row, Table, read_markdown, read_table, write_csv, write_markdown, write_xlsx

# --- what the laws are about ------------------------------------------------------------------------------------------

_TELLING = "a留言，,;\t|\"'=+-@＝\\<br>/ \n\r　🚰0_x00D9A5F"
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")
texts = st.text(alphabet=st.sampled_from(_TELLING), max_size=12) | st.text(alphabet=characters, max_size=12)
names = texts.map(lambda text: text.strip().strip("\ufeff\u200b").strip()).filter(
    lambda name: name.strip("\ufeff\u200b ") == name != "" and "\0" not in name
)
headers = st.lists(names, min_size=1, max_size=4, unique=True)


def tables(cells: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[list[str], list[list[object]]]]:
    return headers.flatmap(
        lambda columns: st.tuples(
            st.just(columns), st.lists(st.lists(cells, min_size=len(columns), max_size=len(columns)), max_size=5)
        )
    )


def written(columns: Sequence[str], rows: Sequence[Sequence[object]], suffix: str = ".csv") -> tuple[Table, list[Row]]:
    with TemporaryDirectory() as folder:
        path = Path(folder, f"表{suffix}")
        if suffix == ".csv":
            write_csv(path, columns, rows)
        else:
            write_xlsx(path, {"表": (columns, rows)})
        assert [file.name for file in Path(folder).iterdir()] == [path.name]
        table = read_table(path)
        return table, list(table.rows())


def cells(rows: Sequence[Row]) -> list[list[object]]:
    return [list(row.cells.values()) for row in rows]


def not_blank(row: Sequence[object]) -> bool:
    return any(str(cell).strip() for cell in row if cell is not None)


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "留言.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def sheet_file(tmp_path: Path) -> tuple[Path, xlsxwriter.Workbook]:
    path = tmp_path / "留言.xlsx"
    return path, xlsxwriter.Workbook(str(path))


# --- CSV --------------------------------------------------------------------------------------------------------------


@given(tables(texts))
def test_a_csv_file_reads_back_as_the_texts_that_were_written(table: tuple[list[str], list[list[object]]]) -> None:
    columns, rows = table
    opened, read = written(columns, rows)
    assert opened.columns == tuple(columns)
    assert cells(read) == [row for row in rows if not_blank(row)]
    assert all(row.extra == () for row in read)


@given(st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]), st.sampled_from(["\n", "\r\n", "\r"]))
def test_encoding_separator_and_line_end_of_a_csv_file_are_found_out(delimiter: str, encoding: str, end: str) -> None:
    lines = ["编号,主题,时间", "1,路灯,2019/4/8 8:37:20", "2,井盖，路灯,2019/4/9 10:00:00"]
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.CSV")
        path.write_bytes("".join(line.replace(",", delimiter) + end for line in lines).encode(encoding))
        table = read_table(path)
        assert table.columns == ("编号", "主题", "时间")
        assert table.name == "a.CSV"
        assert table.count is None
        assert cells(list(table.rows())) == [["1", "路灯", "2019/4/8 8:37:20"], ["2", "井盖，路灯", "2019/4/9 10:00:00"]]


def test_a_row_has_the_number_of_the_line_on_which_it_begins(csv_file: Callable[[str], Path]) -> None:
    rows = list(read_table(csv_file('a,b\n1,"x\n\ny"\n\n2,z\n,\n3,"p\nq"\n4,r')).rows())
    assert [(row.number, row.cells["a"]) for row in rows] == [(2, "1"), (6, "2"), (8, "3"), (10, "4")]
    assert rows[0].cells["b"] == "x\n\ny"


def test_short_rows_are_filled_up_and_what_is_beyond_the_header_is_kept_apart(csv_file: Callable[[str], Path]) -> None:
    rows = list(read_table(csv_file("a,b\n1\n1,2,\n1,2,,4,\n")).rows())
    assert cells(rows) == [["1", ""], ["1", "2"], ["1", "2"]]
    assert [row.extra for row in rows] == [(), (), ("", "4")]


def test_rows_can_be_read_again_and_cannot_be_changed(csv_file: Callable[[str], Path]) -> None:
    table = read_table(csv_file("a,b\n1,2\n"))
    assert list(table.rows()) == list(table.rows()) != []
    row = next(table.rows())
    with pytest.raises(TypeError):
        row.cells["a"] = "3"  # type: ignore[index] # the error is the point
    with pytest.raises(AttributeError):
        row.number = 3  # type: ignore[misc] # the error is the point


def test_the_rows_of_a_csv_file_are_streamed(csv_file: Callable[[str], Path]) -> None:
    rows = read_table(csv_file('a,b\n1,2\n3,"never closed')).rows()
    assert next(rows).cells == {"a": "1", "b": "2"}
    with pytest.raises(UnreadableTable, match=r"留言\.csv, line 3: cannot read the row: unexpected end of data"):
        next(rows)


def test_commas_in_quoted_or_chinese_text_do_not_mislead_about_the_separator(csv_file: Callable[[str], Path]) -> None:
    assert read_table(csv_file('主题;内容\n"a,b,c";"d,e,f"\n')).columns == ("主题", "内容")
    assert read_table(csv_file('"a;b;c",d\n1,2\n')).columns == ("a;b;c", "d")
    assert read_table(csv_file("a;b;c,d\n1,2\n3,4\n")).columns == ("a;b;c", "d")
    assert read_table(csv_file("a,b;c\n")).columns == ("a", "b;c")  # either would do: a comma is likelier
    assert read_table(csv_file("内容\n水，电\n路,灯\n")).columns == ("内容",)


def test_a_wrongly_quoted_row_late_in_the_sample_does_not_change_the_separator(csv_file: Callable[[str], Path]) -> None:
    table = read_table(csv_file('a,b\n1,2\n"x"y,2\n'))
    assert table.columns == ("a", "b")
    with pytest.raises(UnreadableTable, match="line 3"):
        list(table.rows())


@pytest.mark.parametrize(
    "start", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "'=1", "''-1"]
)
def test_no_text_that_was_written_is_a_formula_to_a_spreadsheet(start: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, [start], [[start]])
    assert path.read_bytes() == f'\ufeff"\'{start}"\r\n"\'{start}"\r\n'.encode()


def test_numbers_are_left_as_they_are_and_days_are_iso(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    moment = datetime(2020, 7, 1, 9, 12, tzinfo=UTC)
    write_csv(path, list("abcdefg"), [[-1, -2.5, Decimal("-0.10"), None, date(2020, 7, 1), moment, "'x"]])
    assert path.read_text(encoding="utf-8-sig").splitlines()[1] == '-1,-2.5,-0.10,"","2020-07-01","2020-07-01 09:12:00+00:00","\'x"'


def test_a_lone_surrogate_is_written_as_the_sign_for_no_character() -> None:
    for suffix in (".csv", ".xlsx"):
        assert cells(written(["a"], [["水\ud800电"], ["\ud83d\udeb0"]], suffix)[1]) == [["水\ufffd电"], ["🚰"]]


# --- XLSX -------------------------------------------------------------------------------------------------------------

moments = st.datetimes(datetime.fromisoformat("1900-03-01"), datetime.fromisoformat("2200-01-01")).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
values = (
    st.none()
    | texts
    | st.booleans()
    | st.integers(-(10**15) + 1, 10**15 - 1)
    | st.floats(-1e300, 1e300).map(lambda number: float(f"{number:.15g}"))
    | st.dates(date(1900, 1, 1))
    | moments
)


def as_a_sheet_gives_it(value: object) -> object:
    if value == "" and isinstance(value, str):
        return None
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value


@given(tables(values))
def test_a_sheet_reads_back_as_the_values_that_were_written(table: tuple[list[str], list[list[object]]]) -> None:
    columns, rows = table
    assume("_x005F_" not in "".join(map(str, [columns, rows])).upper().replace("X", "x"))  # XlsxWriter spoils it
    opened, read = written(columns, rows, ".xlsx")
    assert opened.columns == tuple(columns)
    expected = [[as_a_sheet_gives_it(value) for value in row] for row in rows if not_blank(row)]
    assert cells(read) == expected
    for row, values_of_row in zip(cells(read), expected, strict=True):
        assert [isinstance(cell, bool) for cell in row] == [isinstance(value, bool) for value in values_of_row]


def test_whole_numbers_come_back_as_int_and_others_as_they_are() -> None:
    _, rows = written(["a"], [[2], [2.0], [2.5], [True], [1e300], [-0.0]], ".xlsx")
    assert [(row.cells["a"], type(row.cells["a"])) for row in rows] == [
        (2, int),
        (2, int),
        (2.5, float),
        (True, bool),
        (1e300, float),
        (0, int),
    ]


def test_a_row_of_a_sheet_has_the_number_that_people_see(sheet_file: tuple[Path, xlsxwriter.Workbook]) -> None:
    path, book = sheet_file
    sheet = book.add_worksheet("表")
    for at, row in enumerate((["编号", "主题"], [1, "路灯"], [], [None, "  "], [2, "井盖", None, "旁注"], [3])):
        sheet.write_row(at, 0, row)
    book.close()
    table = read_table(path)
    assert (table.name, table.columns, table.count) == ("表", ("编号", "主题"), 5)
    rows = list(table.rows())
    assert [row.number for row in rows] == [2, 5, 6]
    assert cells(rows) == [[1, "路灯"], [2, "井盖"], [3, None]]
    assert [row.extra for row in rows] == [(), (None, "旁注"), ()]


def test_cells_that_are_no_value_of_ours_become_text_or_nothing(sheet_file: tuple[Path, xlsxwriter.Workbook]) -> None:
    path, book = sheet_file
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [2019, "b", "c", "d"])
    sheet.write_datetime(1, 0, time(8, 37), book.add_format({"num_format": "hh:mm"}))
    sheet.write_datetime(1, 1, timedelta(hours=30), book.add_format({"num_format": "[h]:mm"}))
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 3, "=1+1", None, 2)
    book.close()
    table = read_table(path)
    assert table.columns == ("2019", "b", "c", "d")
    assert cells(list(table.rows())) == [["08:37:00", "1 day, 6:00:00", None, 2]]


def test_the_first_visible_sheet_is_read_unless_another_is_named(sheet_file: tuple[Path, xlsxwriter.Workbook]) -> None:
    path, book = sheet_file
    for name in ("设置", "留言", "办结"):
        book.add_worksheet(name).write_row(0, 0, [f"{name}列"])
    book.get_worksheet_by_name("留言").activate()
    book.get_worksheet_by_name("设置").hide()
    book.close()
    assert read_table(path).name == "留言"
    assert read_table(path, sheet="办结").columns == ("办结列",)
    assert read_table(path, sheet="设置").columns == ("设置列",)
    with pytest.raises(UnreadableTable) as caught:
        read_table(path, sheet="办結")
    assert str(caught.value) == "留言.xlsx has no sheet '办結' (sheets: 设置, 留言, 办结)"
    with pytest.raises(UnreadableTable, match=r"has no sheet '留言表'; did you mean '留言'\?"):
        read_table(path, sheet="留言表")


def test_a_written_sheet_holds_texts_never_formulas_or_links_and_is_ready_for_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    rows: list[list[object]] = [["=1+1", "https://example.org", -1, date(2020, 7, 1)], ["满意" * 40, "短\n行", "@x", None]]
    write_xlsx(path, {"台账": (["甲", "乙乙乙乙乙乙乙乙", "c", "日期"], rows), "零": (["a"], [])})
    book = openpyxl.load_workbook(path)
    sheet = book["台账"]
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "n", "d"]
    assert all(cell.hyperlink is None for cell in sheet[2])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D3"
    assert [sheet.column_dimensions[letter].width for letter in "ABCD"] == pytest.approx([64, 23, 6, 14], abs=0.8)
    assert book["零"].auto_filter.ref == "A1"
    book.close()


def test_what_a_sheet_would_spoil_is_written_as_text() -> None:
    identity = 110101190001011237
    _, rows = written(["a"], [[identity], [-(10**15)], [date(1899, 12, 31)], [Decimal("0.5")]], ".xlsx")
    assert cells(rows) == [[str(identity)], ["-1000000000000000"], ["1899-12-31"], [0.5]]


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    longest, longer, wide = "水" * 32_767, "水" * 32_768, "🚰" * 20_000
    _, rows = written(["a"], [[longest], [longer], [wide]], ".xlsx")
    first, second, third = (str(row.cells["a"]) for row in rows)
    assert first == longest
    assert second.endswith("水 … (cut; 32768 characters in all)")
    assert third.endswith("🚰 … (cut; 20000 characters in all)")
    assert all(len(text.encode("utf-16-le")) // 2 <= 32_767 for text in (second, third))


def test_characters_that_no_sheet_can_hold_become_the_sign_for_no_character() -> None:
    assert cells(written(["a"], [["x\ufffe\uffffy"]], ".xlsx")[1]) == [["x\ufffd\ufffdy"]]


@pytest.mark.parametrize(
    "value, problem",
    [
        (
            datetime(2020, 7, 1, 9, tzinfo=UTC),
            r"sheet '表', row 2, column '时间': a sheet has no time zones, so 2020-07-01 09:00:00\+00:00",
        ),
        (float("nan"), "sheet '表', row 2, column '时间': nan is not a finite number"),
        (float("-inf"), "sheet '表', row 2, column '时间': -inf is not a finite number"),
        (Decimal("NaN"), "sheet '表', row 2, column '时间': NaN is not a finite number"),
    ],
)
def test_values_that_a_sheet_would_falsify_are_refused_and_nothing_is_written(value: object, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=problem):
        write_xlsx(tmp_path / "a.xlsx", {"表": (["时间"], [[value]])})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a" * 32, "2020/7", "'x", "a:b"])
def test_a_name_that_no_sheet_may_have_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_xlsx(tmp_path / "a.xlsx", {name: (["a"], [])})
    assert str(caught.value).startswith(f"cannot write sheet {name!r}: ")


def test_a_workbook_needs_sheets_and_each_a_name_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot write a\.xlsx: a workbook needs at least one sheet"):
        write_xlsx(tmp_path / "a.xlsx", {})
    with pytest.raises(InputError, match="cannot write a sheet without a name"):
        write_xlsx(tmp_path / "a.xlsx", {"": (["a"], [])})
    with pytest.raises(InputError, match="cannot write sheet 'A': "):
        write_xlsx(tmp_path / "a.xlsx", {"a": (["a"], []), "A": (["a"], [])})


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casework.tables._SHEET_ROWS", 3)
    write_xlsx(tmp_path / "a.xlsx", {"表": (["a"], [[1], [2]])})
    with pytest.raises(InputError, match="cannot write sheet '表': a sheet holds 3 rows, the header included"):
        write_xlsx(tmp_path / "a.xlsx", {"表": (["a"], [[1], [2], [3]])})


def test_without_the_two_libraries_the_error_says_what_to_install(
    sheet_file: tuple[Path, xlsxwriter.Workbook], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, book = sheet_file
    book.add_worksheet().write_row(0, 0, ["a"])
    book.close()
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(UnreadableTable, match=r'pip install "casework\[xlsx\]"'):
        read_table(path)
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(InputError, match=r'pip install "casework\[xlsx\]"'):
        write_xlsx(path, {"a": (["a"], [])})


# --- what is no table -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, problem",
    [
        ("", "留言.csv is empty"),
        ("\ufeff", "留言.csv is empty"),
        ("\n\n", "留言.csv is empty"),
        ("\na,b\n", "留言.csv has no header: its first row is blank"),
        (" , \n1,2\n", "留言.csv has no header: its first row is blank"),
        ("a,,c, \n1,2,3,4\n", "留言.csv has a header with blank names: column 2, 4"),
        ("a,b, a ,c,b\n", "留言.csv has a header that names a column twice: a, b"),
        ('"a,b\n1,2\n', "留言.csv, line 1: cannot read the row: unexpected end of data"),
        (b"\xff\xfea\0,\0b\0", "留言.csv is neither UTF-8 nor GB 18030 text; save it as CSV (UTF-8)"),
        ("a,b\n".encode("utf-16-be"), "留言.csv is not a text file; save it as CSV (UTF-8)"),
    ],
)
def test_a_csv_file_without_a_sound_header_is_refused(
    content: str | bytes, problem: str, csv_file: Callable[[str | bytes], Path]
) -> None:
    with pytest.raises(UnreadableTable) as caught:
        read_table(csv_file(content))
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    "header, problem",
    [
        ([], "留言.xlsx, sheet '表' has no header: its first row is blank"),
        ([" ", None, ""], "留言.xlsx, sheet '表' has no header: its first row is blank"),
        (["a", None, "c"], "留言.xlsx, sheet '表' has a header with blank names: column 2"),
        (["a", 1, " a", 1], "留言.xlsx, sheet '表' has a header that names a column twice: 1, a"),
    ],
)
def test_a_sheet_without_a_sound_header_is_refused(
    header: list[object], problem: str, sheet_file: tuple[Path, xlsxwriter.Workbook]
) -> None:
    path, book = sheet_file
    sheet = book.add_worksheet("表")
    sheet.write_row(0, 0, header)
    sheet.write_row(2, 0, ["x"])
    book.close()
    with pytest.raises(UnreadableTable) as caught:
        read_table(path)
    assert str(caught.value) == problem


def test_an_empty_sheet_is_refused(sheet_file: tuple[Path, xlsxwriter.Workbook]) -> None:
    path, book = sheet_file
    book.add_worksheet("表")
    book.close()
    with pytest.raises(UnreadableTable, match=r"^留言\.xlsx, sheet '表' is empty$"):
        read_table(path)


def broken(part: str) -> bytes:
    """Return a workbook in which one part is cut off in the middle of a tag."""
    whole, cut = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(whole) as book:
        book.add_worksheet().write_row(0, 0, ["a"])
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(cut, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"<worksheet><sheetData><row" if name.endswith(part) else source.read(name))
    return cut.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"not a workbook", b"PK\3\4", broken("workbook.xml"), broken("sheet1.xml"), broken("sharedStrings.xml")]
)
def test_a_damaged_workbook_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "留言.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableTable, match=r"^留言\.xlsx (cannot be read as XLSX: |, sheet)") as caught:
        read_table(path)
    assert caught.value.value == str(path)


def test_a_file_that_is_not_there_or_not_of_a_known_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match=r"^there is no file .*nothing\.csv$"):
        read_table(tmp_path / "nothing.csv")
    with pytest.raises(UnreadableTable, match=r"is a directory; give the path of one file$"):
        read_table(tmp_path)
    (tmp_path / "a.xls").write_bytes(b"")
    with pytest.raises(
        UnreadableTable, match=r"^cannot read a\.xls: known kinds are \.csv, \.tsv and \.xlsx; save it as one of these$"
    ):
        read_table(tmp_path / "a.xls")


def test_a_csv_file_has_no_sheets(csv_file: Callable[[str], Path]) -> None:
    with pytest.raises(UnreadableTable, match=r"^留言\.csv has no sheets, so there is no sheet '表'; leave the sheet out$"):
        read_table(csv_file("a\n"), sheet="表")


def test_a_file_that_vanishes_or_changes_before_its_rows_are_read_is_reported(csv_file: Callable[[str | bytes], Path]) -> None:
    path = csv_file("a,b\n1,2\n")
    table = read_table(path)
    path.write_bytes(b"a,b\n\xff\xff\n")
    with pytest.raises(UnreadableTable, match=r"留言\.csv, line 1: cannot read the row: 'utf-8' codec"):
        list(table.rows())
    path.unlink()
    with pytest.raises(UnreadableTable, match=r"^cannot read .*留言\.csv: No such file or directory$"):
        list(table.rows())


# --- columns that somebody needs --------------------------------------------------------------------------------------


def test_a_missing_column_is_named_with_the_most_similar_one(csv_file: Callable[[str], Path]) -> None:
    table = read_table(csv_file("留言编号,留言主题,答复意见\n"))
    table.require()
    table.require("留言编号", "答复意见")
    with pytest.raises(UnknownColumn) as caught:
        table.require("留言编号", "留言标题", "没有")
    assert caught.value.column == "留言标题"
    assert str(caught.value).startswith("table '留言.csv' has no column '留言标题'; did you mean '留言")
    assert str(caught.value).endswith("(columns: 留言编号, 留言主题, 答复意见)")


def test_invisible_marks_around_a_name_in_the_header_do_not_hide_the_column(csv_file: Callable[[str], Path]) -> None:
    assert read_table(csv_file("\ufeff\ufeff编号 ,\u3000主题\u200b\n")).columns == ("编号", "主题")


# --- Markdown ---------------------------------------------------------------------------------------------------------


@given(tables(texts), st.none() | st.sampled_from(["left", "right", "center"]))
def test_a_markdown_table_reads_back_as_the_texts_that_were_written(
    table: tuple[list[str], list[list[object]]], side: str | None
) -> None:
    columns, rows = table
    text = write_markdown(columns, rows, align=None if side is None else [side] * len(columns))  # type: ignore[list-item] # drawn
    (read,) = read_markdown(f"# 通报\n\n{text}\n末尾")
    assert (read.name, read.count) == ("通报", len(rows))
    assert list(read.columns) == [plain_ends(column) for column in columns]
    assert cells(list(read.rows())) == [[plain_ends(str(cell)) for cell in row] for row in rows]


def plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(" \t")


def test_the_source_lines_up_where_chinese_characters_are_two_wide() -> None:
    rows: list[list[object]] = [["关防Ｂ", 7, 0.5], ["e\u0301", None, "98.5%"]]
    assert write_markdown(["单位", "办结", "rate"], rows, align=["left", "right", "center"]) == (
        "| 单位   | 办结 | rate  |\n| :----- | ---: | :---: |\n| 关防Ｂ |    7 |  0.5  |\n| e\u0301      |      | 98.5% |\n"
    )


def test_a_long_text_does_not_widen_the_other_rows_without_end() -> None:
    lines = write_markdown(["a"], [["水" * 100], ["b"]]).splitlines()
    assert [len(line) for line in lines] == [64, 64, 104, 64]


def test_no_text_becomes_markup_of_the_table_or_html() -> None:
    text = write_markdown(["a"], [["x|y\\|z"], ["<script>\nif a < b"], ["C:\\tmp\\"], ["\\*"], ["</td>"]])
    assert [line.strip("| ") for line in text.splitlines()[2:]] == [
        r"x\|y\\\|z",
        r"\<script><br>if a < b",
        "C:\\tmp\\",
        r"\\*",
        r"\</td>",
    ]


def test_every_table_of_a_text_is_read_with_the_heading_above_it() -> None:
    text = r"""
| a | b |
|---|:-:|
| 1 | x \| y \\ \* \q |
七月 ##
======
正文 | 不是表格

单位 | 件数
--- | ---:
关防乡 | 3 | 多
景阳乡
## 八月 |表| ##
```
| no | table |
|----|-------|
```
~~~~ md
```
| no | table |
|----|-------|
~~~~
|单位|件数|
|-|-|
| 六郎乡 | 一<BR/>二 |
| 三官洞 ||

| a | b |
|---|---|---|
"""
    first, second, third = read_markdown(text.replace("\n", "\r\n"))
    assert (first.name, second.name, third.name) == ("", "七月 ##", "八月 |表|")
    assert list(first.rows()) == [Row(number=4, cells={"a": "1", "b": r"x | y \ * \q"})]
    assert list(second.rows()) == [Row(number=11, cells={"单位": "关防乡", "件数": "3"}, extra=("多",))]
    assert cells(list(third.rows())) == [["六郎乡", "一\n二"], ["三官洞", ""]]
    assert third.columns == ("单位", "件数")


def test_a_text_without_tables_has_none() -> None:
    assert read_markdown("") == []
    assert read_markdown("| a | b |") == []
    assert read_markdown("a | b\n\n---|---") == []
    assert read_markdown("```\n| a |\n|---|\n") == []


@pytest.mark.parametrize(
    "text, problem",
    [
        ("\n| a | |\n|---|---|\n", "the table on line 2 has a header with blank names: column 2"),
        ("| | |\n|---|---|\n", "the table on line 1 has no header: its first row is blank"),
        ("| a | a |\n|---|---|\n", "the table on line 1 has a header that names a column twice: a"),
    ],
)
def test_a_markdown_table_without_a_sound_header_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UnreadableTable) as caught:
        read_markdown(text)
    assert str(caught.value) == problem


@given(st.text(alphabet="| \\-:a\n#`<br>/", max_size=60))
def test_any_text_is_read_as_tables_or_refused(text: str) -> None:
    try:
        found = read_markdown(text)
    except UnreadableTable:
        return
    for table in found:
        assert all(tuple(row.cells) == table.columns for row in table.rows())


def test_alignments_are_as_many_as_columns() -> None:
    with pytest.raises(InputError, match="cannot write the table: 1 alignments for 2 columns"):
        write_markdown(["a", "b"], [], align=["left"])


# --- writing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".md"])
def test_a_row_of_another_length_is_refused_and_the_old_file_stays(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")

    def write(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        if suffix == ".csv":
            write_csv(path, columns, rows)
        elif suffix == ".xlsx":
            write_xlsx(path, {"表": (columns, rows)})
        else:
            write_markdown(columns, rows)

    with pytest.raises(InputError, match="cannot write row 2: it has 1 cells, the table has 2 columns") as caught:
        write(["a", "b"], [[1, 2], [3]])
    assert caught.value.value == (3,)
    with pytest.raises(InputError, match="cannot write a table without columns"):
        write([], [])
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_to_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "no" / "a.csv", tmp_path / "file" / "a.csv", tmp_path):
        with pytest.raises(InputError, match=f"^cannot write {re.escape(str(path))}: "):
            write_csv(path, ["a"], [])
        with pytest.raises(InputError, match=f"^cannot write {re.escape(str(path))}: "):
            write_xlsx(path, {"a": (["a"], [])})


def test_a_row_is_a_value() -> None:
    row = Row(number=2, cells={"a": 1})
    assert row == Row(number=2, cells={"a": 1}, extra=())
    assert msgspec.structs.replace(row, number=3).number == 3
