"""Commands on lists of messages: taking a list over, and the bulletin of a period."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from ..languages import Lang
from .terminal import DATABASE, Database, Language, day_named, existing, opened, progress, rulebook_named, say

if TYPE_CHECKING:
    from ..ports import CaseStore
    from ..rulebook import Rulebook


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
    into: Annotated[Path | None, typer.Option(help="Folder to write the bulletin to, as Markdown and HTML.")] = None,
    lang: Language = "zh",
) -> None:
    """Print the bulletin of a month, or of another period, as it was known on a day."""
    from ..desk import desk_for

    day = day_named(as_of, "--as-of")
    with existing(db) as store:
        desk = desk_for(store)
        if day > desk.today():
            raise InputError(f"nothing is known yet as of {day}; today is {desk.today()}", value=as_of)
        print_bulletin(store, desk.rulebook, period, day, lang, into)


def print_bulletin(store: CaseStore, rulebook: Rulebook, period: str, as_of: date, lang: Lang, into: Path | None) -> None:
    """Print a bulletin, and write it as Markdown and HTML where a folder is given."""
    from ..reports.bulletin import make_bulletin
    from ..reports.render import html, markdown, plain

    made = make_bulletin(store, rulebook, rulebook.register, period=period, as_of=as_of)
    say(plain(made, lang=lang))
    if into is not None:
        into.mkdir(parents=True, exist_ok=True)
        for suffix, text in (("md", markdown(made, lang=lang)), ("html", html(made, lang=lang))):
            file = into / f"bulletin-{made.period.replace('..', '_')}.{suffix}"
            file.write_text(text, "utf-8")
            say(f"written: {file}")
