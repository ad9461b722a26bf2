"""What the commands share: the options that several of them have, what they open, and how they print."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ..errors import InputError
from ..languages import Lang

if TYPE_CHECKING:
    from ..adapters.sql import SqlStore
    from ..rulebook import Rulebook

Database = Annotated[Path, typer.Option("--db", help="The SQLite file that holds the cases.")]
Language = Annotated[Lang, typer.Option("--lang", help="The language of what is printed.")]
DATABASE = Path("cases.sqlite")
_PIPED = 240
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Return a text without control characters, which a terminal would obey."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(text: str, *, style: str = "") -> Text:
    """Return a text that means nothing but itself to a terminal: no markup, no control characters."""
    return Text(harmless(text), style=style)


def say(text: str, *, style: str = "") -> None:
    """Print a text as it is; the terminal breaks its lines."""
    Console(highlight=False).print(plain(text, style=style), soft_wrap=True)


def say_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, fold: bool = False) -> None:
    """Print rows under their heads; with *fold*, cells are broken so that the table is no wider than a terminal."""
    made = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for head in heads:
        made.add_column(head, overflow="fold")
    for row in rows:
        made.add_row(*map(plain, row))
    console = Console(highlight=False)
    if fold and not console.is_terminal and "COLUMNS" not in os.environ:
        console = Console(highlight=False, width=_PIPED)  # nobody's terminal sets a bound: what comes next in the pipe reads lines
    console.print(made, soft_wrap=not fold)


def called() -> str:
    """Return how to call this program from here."""
    return "casework" if shutil.which("casework") else os.path.relpath(sys.argv[0])


def existing(db: Path) -> SqlStore:
    """Open a database that must be there: a command that reads makes none. Whoever opens one closes it."""
    if not db.is_file():
        raise InputError(f"there is no database {str(db)!r}; make one with: casework import FILE --db {db}", value=str(db))
    return opened(db, create=False)


def opened(db: Path, *, create: bool = True, synced: bool = True) -> SqlStore:
    """Open a database, and make it where it is missing; see `SqlStore` on *synced*."""
    from ..adapters.sql import SqlStore

    if not db.parent.is_dir():
        raise InputError(f"there is no folder {str(db.parent)!r} for the database {db.name!r}", value=str(db))
    return SqlStore.at(db, create=create, synced=synced)


def rulebook_named(name: str) -> Rulebook:
    """Return a shipped rulebook, or the one in a TOML file."""
    from ..rulebook import Rulebook

    return Rulebook.load(name) if name.endswith(".toml") or os.sep in name else Rulebook.shipped(name)


def day_named(text: str, what: str) -> date:
    """Read a day; *what* is the option's name."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"cannot read {what} {text!r}; accepted: a day such as 2020-08-10", value=text) from error


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show a bar to whoever watches a terminal; a list whose length is not known beforehand fills it at the end."""
    watched = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=watched, disable=not watched.is_terminal) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
        bar.update(task, total=bar.tasks[0].completed)
