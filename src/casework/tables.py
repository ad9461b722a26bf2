"""Reading and writing tables: CSV, XLSX and Markdown.

Importers read with `read_table`, reports write with `write_csv`, `write_xlsx` and `write_markdown`. What was written reads back as
the same cells; each function says where a format cannot hold a value.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import IO, TYPE_CHECKING, Any, Literal

import msgspec

from .errors import InputError, UnknownColumn, UnreadableTable, listed, nearest
from .languages import display_width

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Align = Literal["left", "right", "center"]
Rows = Iterable[Sequence[object]]

_NEEDS_XLSX = 'reading and writing XLSX needs two more libraries: pip install "casework[xlsx]"'


class Row(msgspec.Struct, frozen=True):
    """One row of a table: its number as a person sees it in the file, and its cells by column.

    In a sheet the header is row 1; in CSV and Markdown the number is the line on which the row begins. ``extra`` holds what stands
    beyond the last column, for the importer to report; it is empty in a sound row.
    """

    number: int
    cells: Mapping[str, object]
    extra: tuple[object, ...] = ()


class Table(msgspec.Struct, frozen=True, eq=False):
    """A table that was opened: its columns are known, its rows are read when asked for.

    ``count`` is a hint for progress: the most rows there can be, blank ones included, or None where only reading would tell.
    """

    name: str
    columns: tuple[str, ...]
    source: Callable[[], Iterator[Row]]
    count: int | None = None

    def rows(self) -> Iterator[Row]:
        """Read the rows from the start, one by one; rows without anything in them are passed over.

        May be called more than once. Raises `UnreadableTable` at the row where a file turns out to be damaged.
        """
        return self.source()

    def require(self, *columns: str) -> None:
        """Raise `UnknownColumn` for the first of *columns* that the table has not, with the most similar one it has."""
        for column in columns:
            if column not in self.columns:
                raise UnknownColumn(column, columns=self.columns, table=f"table {self.name!r}")


# --- reading files ----------------------------------------------------------------------------------------------------


def read_table(path: str | os.PathLike[str], *, sheet: str | None = None) -> Table:
    """Open a ``.csv``, ``.tsv`` or ``.xlsx`` file whose first row is its header.

    CSV: UTF-8 with or without a byte order mark, else GB 18030; separated by commas, semicolons or tabs; rows are streamed and
    cells are text as written, save for the apostrophe that guards a formula (see `write_csv`) and at
    most `csv.field_size_limit` characters long. XLSX: the first visible sheet where
    *sheet* is not given; cells are str, int, float, bool, date, datetime or None. A sheet's datetime has no zone: to give it one is
    the importer's part. An error value such as ``#N/A`` is None. Short rows are filled up with ``""`` (CSV) or None (XLSX).

    Raises `UnreadableTable` for whatever cannot be read as a table with a header of distinct, non-blank names.
    """
    file = Path(path)
    if file.is_dir():
        raise UnreadableTable(f"{file} is a directory; give the path of one file", value=str(file))
    if not file.exists():
        raise UnreadableTable(f"there is no file {file}", value=str(file))
    kind = file.suffix.lower()
    if kind == ".xlsx":
        return _open_sheet(file, sheet)
    if kind not in (".csv", ".tsv"):
        raise UnreadableTable(
            f"cannot read {file.name}: known kinds are .csv, .tsv and .xlsx; save it as one of these", value=str(file)
        )
    if sheet is not None:
        raise UnreadableTable(f"{file.name} has no sheets, so there is no sheet {sheet!r}; leave the sheet out", value=sheet)
    return _open_csv(file)


def _header(cells: Sequence[object], where: str) -> tuple[str, ...]:
    # A byte order mark or a zero-width blank in front of the first name is invisible and would hide the column from `require`.
    names = tuple(str(_whole(cell)).strip().strip("\ufeff\u200b").strip() if cell is not None else "" for cell in cells)
    if not any(names):
        raise UnreadableTable(f"{where} has no header: its first row is blank", value=where)
    blank = [str(at) for at, name in enumerate(names, start=1) if not name]
    if blank:
        raise UnreadableTable(f"{where} has a header with blank names: column {', '.join(blank)}", value=where)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnreadableTable(f"{where} has a header that names a column twice: {listed(twice)}", value=where)
    return names


def _row(number: int, columns: tuple[str, ...], cells: Sequence[object], missing: str | None) -> Row:
    width = len(columns)
    shown = [*cells[:width], *[missing] * (width - len(cells))]
    extra = list(cells[width:])
    while extra and extra[-1] in ("", None):
        extra.pop()
    return Row(number=number, cells=MappingProxyType(dict(zip(columns, shown, strict=True))), extra=tuple(extra))


def _is_blank(cells: Iterable[object]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


# --- CSV --------------------------------------------------------------------------------------------------------------

# What makes a spreadsheet take a text for a formula. The full-width four are turned into these by Chinese and Japanese Excel.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_SNIFFED_RECORDS = 50


def _guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _open_csv(file: Path) -> Table:
    encoding = _encoding(file)
    with _opened(file, encoding) as lines:
        delimiter = _delimiter(lines)
    with _opened(file, encoding) as lines:
        first = next(_records(file, lines, delimiter), None)
    if first is None:
        raise UnreadableTable(f"{file.name} is empty", value=str(file))
    if any("\0" in cell for cell in first[1]):
        raise UnreadableTable(f"{file.name} is not a text file; save it as CSV (UTF-8)", value=str(file))
    at_line, cells = first
    if at_line != 1:
        raise UnreadableTable(f"{file.name} has no header: its first row is blank", value=str(file))
    columns = _header(cells, file.name)

    def rows() -> Iterator[Row]:
        with _opened(file, encoding) as again:
            records = _records(file, again, delimiter)
            next(records, None)
            for number, record in records:
                if not _is_blank(record):
                    yield _row(number, columns, record, "")

    return Table(name=file.name, columns=columns, source=rows)


@contextmanager
def _opened(file: Path, encoding: str) -> Iterator[IO[str]]:
    try:
        with file.open(encoding=encoding, newline="") as lines:
            yield lines
    except OSError as error:
        raise UnreadableTable(f"cannot read {file}: {error.strerror or error}", value=str(file)) from error


def _encoding(file: Path) -> str:
    # "utf-8-sig" reads UTF-8 without a mark as well. GB 18030 comes last: it takes almost any bytes for Chinese.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with _opened(file, encoding) as lines:
                while lines.read(1 << 16):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableTable(f"{file.name} is neither UTF-8 nor GB 18030 text; save it as CSV (UTF-8)", value=str(file))


def _delimiter(lines: IO[str]) -> str:
    """Return the separator under which the first records have the most columns that agree with the header's."""
    sample = io.StringIO(newline="")
    for _, line in zip(range(4 * _SNIFFED_RECORDS), lines, strict=False):
        sample.write(line)
    best, best_score = ",", (0.0, 1)
    for delimiter in ",;\t":
        sample.seek(0)
        widths: list[int] = []
        try:
            for record in csv.reader(sample, delimiter=delimiter, strict=True):
                if record:
                    widths.append(len(record))
                if len(widths) == _SNIFFED_RECORDS:
                    break
        except csv.Error:
            # Wrong separator, a real fault, or a quoted text that the sample cuts in two: judged by the records before it.
            pass
        if widths and widths[0] > 1:
            score = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _records(file: Path, lines: IO[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            record = next(reader, None)
        except (csv.Error, UnicodeDecodeError) as error:
            raise UnreadableTable(f"{file.name}, line {begins}: cannot read the row: {error}", value=str(file)) from error
        if record is None:
            return
        if record:
            yield begins, [_unguarded(cell) for cell in record]
        begins = reader.line_num + 1


def write_csv(path: str | os.PathLike[str], columns: Sequence[str], rows: Rows) -> None:
    """Write a CSV file that spreadsheets open as it is: UTF-8 with a byte order mark, commas, every text quoted.

    A text that begins with ``= + - @`` (full-width ones too), a tab or a line break gets an apostrophe in front, so that no
    citizen's words are run as a formula by whoever opens the file; `read_table` takes it off again. Numbers are left as they are.
    None is an empty cell, dates and datetimes are ISO 8601 (with a blank in place of the T). A lone surrogate, which is no
    character, is written as U+FFFD. The file appears whole or not at all. Raises `InputError` for a row of another length than the
    header, and where the file cannot be written.
    """
    with _replacing(path) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        for cells in _checked(columns, rows):
            writer.writerow([cell if _is_number(cell) else _guarded(_sound(_as_text(cell))) for cell in cells])


# --- XLSX -------------------------------------------------------------------------------------------------------------

_SHEET_TEXT = 32_767  # UTF-16 units in one cell, a limit of the format
_SHEET_ROWS = 1_048_576  # rows in one sheet, a limit of the format
_SHEET_DIGITS = 10**15  # spreadsheets keep 15 digits of a number; an identity number has 18
_WIDEST = 60


def _calamine() -> ModuleType:
    try:
        import python_calamine
    except ImportError as error:
        raise UnreadableTable(_NEEDS_XLSX, value="python_calamine") from error
    return python_calamine


def _open_sheet(file: Path, sheet: str | None) -> Table:
    calamine = _calamine()
    try:
        book: CalamineWorkbook = calamine.CalamineWorkbook.from_path(file)
        every = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
        if sheet is None:
            shown = [one for one in every if one.visible == calamine.SheetVisibleEnum.Visible] or every
            name = shown[0].name
        else:
            name = sheet
        names = [one.name for one in every]
        if name not in names:
            raise UnreadableTable(f"{file.name} has no sheet {name!r}{nearest(name, names)} (sheets: {listed(names)})", value=name)
        grid: CalamineSheet = book.get_sheet_by_name(name)
    except calamine.PasswordError as error:
        raise UnreadableTable(f"{file.name} is protected by a password; save it without one", value=str(file)) from error
    except (calamine.CalamineError, OSError) as error:
        raise UnreadableTable(f"{file.name} cannot be read as XLSX: {error}", value=str(file)) from error
    if grid.start is None:
        raise UnreadableTable(f"{file.name}, sheet {name!r} is empty", value=str(file))
    first = [_from_sheet(cell) for cell in next(iter(grid.iter_rows()))]
    while first and _is_blank(first[-1:]):
        first.pop()
    columns = _header(first, f"{file.name}, sheet {name!r}")

    def rows() -> Iterator[Row]:
        for number, record in enumerate(grid.iter_rows(), start=1):
            cells = [_from_sheet(cell) for cell in record]
            if number > 1 and not _is_blank(cells):
                yield _row(number, columns, cells, None)

    return Table(name=name, columns=columns, source=rows, count=grid.total_height)


def _whole(cell: object) -> object:
    # A sheet knows no whole numbers: 2549 comes as 2549.0. Beyond 2**53 a float is no longer exact, so it stays what it is.
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= 2**53:
        return int(cell)
    return cell


def _from_sheet(cell: object) -> object:
    if cell == "" and isinstance(cell, str):
        return None
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return _whole(cell)


def write_xlsx(path: str | os.PathLike[str], sheets: Mapping[str, tuple[Sequence[str], Rows]]) -> None:
    """Write a workbook: for each sheet's name its columns and rows.

    Texts are texts, never formulas or links; numbers, booleans, dates and naive datetimes are real ones (to the millisecond; one at
    midnight reads back as a date). The header is frozen and filtered, columns are as wide as they look. Written as text, because a
    sheet would spoil them: whole numbers of more than 15 digits, dates before 1900, and objects of any other type. Other numbers
    keep 15 significant digits. A text of more than 32,767 UTF-16 units is cut and says so at its end; what is no character (a lone
    surrogate, U+FFFE, U+FFFF) becomes U+FFFD. The file appears whole or not at all.

    Raises `InputError` for a row of another length than the header, an aware datetime (a sheet has no zones: convert it to local
    time first), a number that is not finite, a name that no sheet may have, more rows than a sheet holds, or a missing XlsxWriter.
    """
    try:
        import xlsxwriter
        from xlsxwriter.exceptions import XlsxWriterException
    except ImportError as error:
        raise InputError(_NEEDS_XLSX, value="xlsxwriter") from error
    if not sheets:
        raise InputError(f"cannot write {Path(path).name}: a workbook needs at least one sheet", value=str(path))
    with _replacing(path) as part:
        # In memory until it is whole: a refused row must leave no half-written workbook that complains when it is collected.
        whole = io.BytesIO()
        book = xlsxwriter.Workbook(whole, {"in_memory": True})
        look = {
            "header": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "num_format": "@"}),
            "text": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
            "plain": book.add_format({"valign": "top"}),
            "day": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        for name, (columns, rows) in sheets.items():
            if not name:
                raise InputError("cannot write a sheet without a name", value=name)
            try:
                grid = book.add_worksheet(name)
            except XlsxWriterException as error:
                raise InputError(f"cannot write sheet {name!r}: {error}", value=name) from error
            _fill(grid, look, name, columns, rows)
        book.close()
        part.write_bytes(whole.getvalue())


def _fill(grid: Any, look: Mapping[str, Any], name: str, columns: Sequence[str], rows: Rows) -> None:
    """Fill one worksheet (an untyped XlsxWriter object)."""
    widths = [0] * len(columns)
    last = 0
    for at, cells in enumerate(_checked(columns, rows)):
        if at >= _SHEET_ROWS:
            raise InputError(f"cannot write sheet {name!r}: a sheet holds {_SHEET_ROWS:,} rows, the header included", value=name)
        for column, cell in enumerate(cells):
            value = _for_sheet(cell, f"sheet {name!r}, row {at + 1}, column {columns[column]!r}")
            _put(grid, look, at, column, value)
            widths[column] = max(widths[column], max(map(display_width, _as_text(value).split("\n"))))
        last = at
    grid.freeze_panes(1, 0)
    grid.autofilter(0, 0, last, len(columns) - 1)
    for column, width in enumerate(widths):
        grid.set_column(column, column, min(width, _WIDEST) + 4)  # room for the filter's arrow


def _put(grid: Any, look: Mapping[str, Any], at: int, column: int, value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        grid.write_boolean(at, column, value, look["plain"])
    elif isinstance(value, int | float):
        grid.write_number(at, column, value, look["plain"])
    elif isinstance(value, datetime):
        grid.write_datetime(at, column, value, look["moment"])
    elif isinstance(value, date):
        grid.write_datetime(at, column, value, look["day"])
    else:
        grid.write_string(at, column, value, look["header" if at == 0 else "text"])


def _for_sheet(cell: object, where: str) -> object:
    """Return the value that a sheet can hold for *cell*; an empty text is an empty cell."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, datetime):
        if cell.utcoffset() is not None:
            raise InputError(
                f"{where}: a sheet has no time zones, so {cell} cannot be written; convert it to local time and drop the offset",
                value=cell,
            )
        cell = cell.replace(microsecond=cell.microsecond // 1000 * 1000)
    if isinstance(cell, date) and cell.year >= 1900:
        return cell
    if isinstance(cell, int):
        return cell if abs(cell) < _SHEET_DIGITS else str(cell)
    if isinstance(cell, float | Decimal):
        number = float(cell)
        if number - number != 0:
            raise InputError(f"{where}: {cell} is not a finite number", value=cell)
        return number
    text = _sound(_as_text(cell)).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    units = text.encode("utf-16-le")
    if len(units) > 2 * _SHEET_TEXT:
        mark = f" … (cut; {len(text)} characters in all)"
        text = units[: 2 * (_SHEET_TEXT - len(mark))].decode("utf-16-le", errors="ignore") + mark
    return text or None


# --- Markdown ---------------------------------------------------------------------------------------------------------

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE_CELL = re.compile(r"[ \t]*:?-+:?[ \t]*$")
_SPLIT = re.compile(r"((?:\\.|[^|\\]|\\$)*)(\||$)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])|<br[ \t]*/?>", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?=[!-/:-@\[-`{-~\n])|\||<(?=[A-Za-z/!?])")


def read_markdown(text: str) -> list[Table]:
    r"""Read every pipe table of a Markdown text, named after the nearest heading above it (``""`` where there is none).

    Cells are text without the blanks around them; ``\|`` and other escaped punctuation is taken as itself, ``<br>`` as a line
    break. Tables in fenced code are passed over. A table ends at the first line without a ``|``; a row's number is its line in
    *text*. Raises `UnreadableTable` for a header with blank or repeated names.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    tables: list[Table] = []
    name, fence, at = "", "", 0
    while at < len(lines):
        line, below = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
        elif mark:
            fence = mark[1]
        elif heading := _HEADING.match(line):
            name = heading[1].strip()
        elif line.strip() and "|" not in line and _UNDERLINE.match(below):
            name = line.strip()
            at += 1
        elif "|" in line and "|" in below and _is_rule(below, len(_split(line))):
            columns = _header(_split(line), f"the table on line {at + 1}")
            at += 2
            rows: list[Row] = []
            while at < len(lines) and "|" in lines[at]:
                rows.append(_row(at + 1, columns, _split(lines[at]), ""))
                at += 1
            tables.append(_kept(name, columns, tuple(rows)))
            continue
        at += 1
    return tables


def _kept(name: str, columns: tuple[str, ...], rows: tuple[Row, ...]) -> Table:
    return Table(name=name, columns=columns, source=lambda: iter(rows), count=len(rows))


def _split(line: str) -> list[str]:
    inner = line.strip(" \t").removeprefix("|")
    cells = [found[1] for found in _SPLIT.finditer(inner)]
    # The pattern matches the empty end once more: after a closing pipe that is the nothing behind it.
    if len(cells) > 1 and not cells[-1].strip(" \t"):
        cells.pop()
    return [_ESCAPED.sub(lambda found: found[1] or "\n", cell.strip(" \t")) for cell in cells]


def _is_rule(line: str, width: int) -> bool:
    cells = line.strip(" \t").removeprefix("|").removesuffix("|").split("|")
    return len(cells) == width and all(_RULE_CELL.match(cell) for cell in cells)


def write_markdown(columns: Sequence[str], rows: Rows, *, align: Sequence[Align] | None = None) -> str:
    r"""Return a pipe table whose source lines up in a monospaced view, Chinese characters counting two (up to 60 a column).

    Pipes, backslashes before punctuation and the ``<`` of a tag are escaped, so that no citizen's words become markup of the table
    or HTML; line breaks are ``<br>``. None is an empty cell, dates and datetimes are ISO 8601 (with a blank in place of the T).
    Blanks and tabs around a cell are not kept. *align* names a side for each column. Raises `InputError` for a row of another
    length than the header.
    """
    if align is not None and len(align) != len(columns):
        raise InputError(f"cannot write the table: {len(align)} alignments for {len(columns)} columns", value=tuple(align))
    grid = [[_escaped(_as_text(cell)) for cell in cells] for cells in _checked(columns, rows)]
    widths = [min(max(3, *(display_width(row[at]) for row in grid)), _WIDEST) for at in range(len(columns))]
    sides: Sequence[Align | None] = align if align is not None else [None] * len(columns)
    lines = [
        "| " + " | ".join(_padded(cell, width, side) for cell, width, side in zip(row, widths, sides, strict=True)) + " |"
        for row in grid
    ]
    lines.insert(1, "| " + " | ".join(_ruled(width, side) for width, side in zip(widths, sides, strict=True)) + " |")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    broken = text.replace("\r\n", "\n").replace("\r", "\n").strip(" \t")
    return _ESCAPE.sub(lambda found: "\\" + found[0], broken).replace("\n", "<br>")


def _padded(text: str, width: int, side: Align | None) -> str:
    room = max(0, width - display_width(text))
    if side == "right":
        return " " * room + text
    if side == "center":
        return " " * (room // 2) + text + " " * (room - room // 2)
    return text + " " * room


def _ruled(width: int, side: Align | None) -> str:
    left = ":" if side in ("left", "center") else ""
    right = ":" if side in ("right", "center") else ""
    return left + "-" * (width - len(left) - len(right)) + right


# --- writing ----------------------------------------------------------------------------------------------------------


def _checked(columns: Sequence[str], rows: Rows) -> Iterator[Sequence[object]]:
    """Yield the header and then each row, refusing a row of another length."""
    if not columns:
        raise InputError("cannot write a table without columns", value=())
    yield columns
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise InputError(
                f"cannot write row {number}: it has {len(row)} cells, the table has {len(columns)} columns", value=tuple(row)
            )
        yield row


@contextmanager
def _replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path beside *path* to write to, and put it in its place when all went well."""
    file = Path(path)
    part = file.with_name(file.name + ".part")
    try:
        yield part
        part.replace(file)
    except OSError as error:
        raise InputError(f"cannot write {file}: {error.strerror or error}", value=str(file)) from error
    finally:
        if part.exists():
            part.unlink()


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float | Decimal)


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _sound(text: str) -> str:
    """Return *text* with U+FFFD in place of lone surrogates, which no encoding can hold."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
