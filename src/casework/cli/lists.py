"""Commands on lists of messages: taking a list over, and the bulletin of a period."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import InputError
from ..languages import Lang, chinese
from .terminal import DATABASE, Database, Language, day_named, existing, opened, progress, rulebook_named, say, say_table

if TYPE_CHECKING:
    from ..ports import CaseStore
    from ..rulebook import Rulebook

_BOARDS = ("Messages by board, {}, as of the end of {}", "{}各栏目留言办理情况（截至{}24时）")


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX table of messages.")],
    db: Database = DATABASE,
    rulebook: Annotated[
        str | None, typer.Option(help="A shipped rulebook's name or a TOML file; left out, the one of the database, or letterbox.")
    ] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN, for example subject=留言主题; repeat it.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
    source: Annotated[str | None, typer.Option(help="Name of the list, so that its numbers are told from another list's.")] = None,
) -> None:
    """Take over a list of messages, each act at the moment it occurred; the same list again adds nothing."""
    from ..adapters.columns import Columns
    from ..adapters.importing import import_messages
    from ..desk import Desk, desk_for
    from ..tables import read_table

    columns: dict[str, str] = {}
    for pair in map_ or []:
        field, equals, column = pair.partition("=")
        if not equals or not field or not column:
            raise InputError(f"cannot read --map {pair!r}; accepted: FIELD=COLUMN, for example subject=留言主题", value=pair)
        if field in columns:
            raise InputError(f"--map names {field} twice: {columns[field]!r} and {column!r}; give one", value=pair)
        columns[field] = column
    # All that can be wrong with the call is found before a database is opened or made.
    book = rulebook_named(rulebook) if rulebook else None
    known = Columns.guess(read_table(file, sheet=sheet).columns, override=columns)
    with opened(db) as store, progress(f"importing {file.name}") as advance:
        desk = (
            desk_for(store) if book is None and store.kept("rulebook") else Desk(book or rulebook_named("letterbox"), store=store)
        )
        report = import_messages(desk, file, columns=known, sheet=sheet, source=source, progress=advance)
    say(str(report))
    if report.problems and not (report.added or report.updated or report.already):
        raise InputError(f"no row of {file.name} could be imported")


def bulletin(
    period: Annotated[str, typer.Option(help="The period of receipt: a month such as 2020-07, 2020, 2015-01..2015-07.")],
    as_of: Annotated[str, typer.Option(help="The day of the snapshot, its end included, for example 2020-08-10.")],
    db: Database = DATABASE,
    board: Annotated[
        list[str] | None, typer.Option("--board", help="Only messages to this board of the register; repeat it for several.")
    ] = None,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", help="Only messages that came by this channel first; repeat it for several.")
    ] = None,
    by: Annotated[Literal["unit", "board"], typer.Option(help="Tables by unit, or one table by board.")] = "unit",
    into: Annotated[
        Path | None, typer.Option(help="Folder to write the bulletin to, as Markdown and HTML; a table by board as Markdown.")
    ] = None,
    lang: Language = "zh",
) -> None:
    """Print the bulletin of a month, or of another period, as it was known on a day; or its figures by board."""
    from ..desk import desk_for

    day = day_named(as_of, "--as-of")
    with existing(db) as store:
        desk = desk_for(store)
        if day > desk.today():
            raise InputError(f"nothing is known yet as of {day}; today is {desk.today()}", value=as_of)
        printed = print_boards if by == "board" else print_bulletin
        printed(store, desk.rulebook, period, day, lang, into, boards=board or (), channels=channel or ())


def print_bulletin(
    store: CaseStore,
    rulebook: Rulebook,
    period: str,
    as_of: date,
    lang: Lang,
    into: Path | None,
    *,
    boards: Sequence[str] = (),
    channels: Sequence[str] = (),
) -> None:
    """Print a bulletin, and write it as Markdown and HTML where a folder is given."""
    from ..reports.bulletin import make_bulletin
    from ..reports.render import html, markdown, plain

    made = make_bulletin(store, rulebook, rulebook.register, period=period, as_of=as_of, boards=boards, channels=channels)
    say(plain(made, lang=lang))
    if into is not None:
        into.mkdir(parents=True, exist_ok=True)
        for suffix, text in (("md", markdown(made, lang=lang)), ("html", html(made, lang=lang))):
            file = into / f"{_file_name('bulletin', made.period, boards, channels)}.{suffix}"
            file.write_text(text, "utf-8")
            say(f"written: {file}")


def print_boards(
    store: CaseStore,
    rulebook: Rulebook,
    period: str,
    as_of: date,
    lang: Lang,
    into: Path | None,
    *,
    boards: Sequence[str] = (),
    channels: Sequence[str] = (),
) -> None:
    """Print the figures by board with what each means, and write them as Markdown where a folder is given."""
    from ..moments import show_day
    from ..reports.boards import by_board
    from ..reports.periods import show_period, written
    from ..tables import write_markdown

    made = by_board(store, rulebook, rulebook.register, period=period, as_of=as_of, boards=boards, channels=channels)
    heads, rows = made.heads(lang), made.cells(lang)
    title = _BOARDS[chinese(lang)].format(show_period(made.first, made.last, lang=lang), show_day(made.as_of, lang=lang))
    say(f"{title}\n")
    say_table(heads, rows, fold=True)
    formulas = "\n".join(f"- {formula}" for formula in made.formulas(lang))
    say(f"\n{formulas}")
    if into is not None:
        into.mkdir(parents=True, exist_ok=True)
        file = into / f"{_file_name('boards', written(made.first, made.last), boards, channels)}.md"
        file.write_text(f"# {title}\n\n{write_markdown(heads, rows)}\n{formulas}\n", "utf-8")
        say(f"written: {file}")


def _file_name(kind: str, period: str, boards: Sequence[str], channels: Sequence[str]) -> str:
    return "-".join([kind, period.replace("..", "_"), *(re.sub(r"\W+", "_", name) for name in (*boards, *channels))])
