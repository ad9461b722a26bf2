"""The demo: a place's published figures, computed from events."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from .lists import print_bulletin
from .terminal import Language, called, opened, progress, say


def demo(
    into: Annotated[Path, typer.Option(help="Folder for the bulletin and the database demo.sqlite, which is made anew.")] = Path(
        "casework-demo"
    ),
    lang: Language = "zh",
) -> None:
    """Compute the bulletin of Yunxi county for July 2020 from 109 messages, handled event by event."""
    from ..adapters.importing import import_messages
    from ..desk import Desk
    from ..rulebook import Rulebook, shipped_file

    into.mkdir(parents=True, exist_ok=True)
    db = into / "demo.sqlite"
    for old in (db, into / "demo.sqlite-wal", into / "demo.sqlite-shm"):
        old.unlink(missing_ok=True)
    with opened(db) as store:
        desk = Desk(Rulebook.shipped("yunxi"), store=store)
        with progress("driving messages through the desk") as advance:
            report = import_messages(desk, shipped_file("yunxi", "messages-2020-07.csv"), progress=advance)
        say(f"{report}\n")
        print_bulletin(store, desk.rulebook, "2020-07", date(2020, 8, 10), lang, into)
    say(f"\nNext: {called()} show YX202007-001 --db {db}")
