"""The ledger of cases (台账): one row for every case of a period, on the terminal or as a table in a file."""

from __future__ import annotations

from collections.abc import Set
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from ..languages import Lang, chinese
from .eyes import SeenAs, shown_to
from .terminal import DATABASE, Database, Language, day_named, existing, say, say_table

if TYPE_CHECKING:
    from ..desk import Desk
    from ..reports.ledger import LedgerRow
    from ..rulebook import Rulebook

_KINDS = (".csv", ".xlsx", ".md")
_SHEET = ("ledger", "台账")
_COUNTED = (
    "as of {}: {} cases, closed {}, still to be done {}, closed late {}, open and late {}",
    "截至{}，共{}件：已办结{}件，尚待办理{}件，逾期办结{}件，逾期未办{}件",
)
_NONE = ("no cases", "没有来件")
_EVER = datetime(1900, 1, 1, tzinfo=UTC)


def ledger(
    period: Annotated[
        str | None, typer.Option(help="The period of receipt: 2020-07, 2020, 2020-07-01..2020-07-31; left out, every case.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="The day of the snapshot, its end included; left out, as things stand now.")
    ] = None,
    db: Database = DATABASE,
    unit: Annotated[str | None, typer.Option(help="Only cases of this lead unit.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Only those that are still to be done.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Only those closed late or still open and late.")] = False,
    into: Annotated[Path | None, typer.Option(help="A file to write the ledger to: .csv, .xlsx or .md.")] = None,
    seen_as: SeenAs = None,
    lang: Language = "zh",
) -> None:
    """List every case (台账): its unit, state and due date, when it was answered and closed, and whether it is late."""
    from ..desk import desk_for, utc_now
    from ..moments import day_bounds, show_moment
    from ..moments import period as days_of
    from ..reports.ledger import ledger as every_case

    days = days_of(period) if period else None
    day = day_named(as_of, "--as-of") if as_of else None
    if into is not None and into.suffix.lower() not in _KINDS:
        raise InputError(f"cannot write {into.name}: known kinds are {', '.join(_KINDS)}", value=str(into))
    with existing(db) as store:
        desk, now = desk_for(store), utc_now()
        zone = desk.rulebook.zone
        if day and day > desk.today():
            raise InputError(f"nothing is known yet as of {day}; today is {desk.today()}", value=as_of)
        # Today is not over: as of its end is as of now, when what is due this afternoon is not late.
        end = day_bounds(day, day, zone=zone)[1] if day else now
        snapshot, told = (end, f"{day} 24:00") if end < now else (now, show_moment(now, zone=zone))
        since, until = day_bounds(*days, zone=zone) if days else (_EVER, snapshot)
        shown = shown_to(desk, seen_as)
        every = [row for row in every_case(store, since=since, until=until, as_of=snapshot) if shown(row.case)]
        names = _names(desk, unit, {row.unit for row in every}) if unit is not None else None
        rows = [
            row
            for row in every
            if (names is None or row.unit in names) and not (open_ and row.over) and not (late and row.late is None)
        ]
        _print(rows, desk.rulebook, told, into, lang)


def _names(desk: Desk, unit: str, there: Set[str]) -> frozenset[str]:
    """Return all names of a unit; one that the register lacks may be asked for where it has cases, else it is `UnknownUnit`."""
    register = desk.rulebook.register
    if register is None or (unit in there and not any(unit in (row.name, *row.aliases) for row in register.unit)):
        return frozenset([unit])
    found = register.find(unit)
    return frozenset([found.name, *found.aliases])


def _print(rows: list[LedgerRow], rulebook: Rulebook, as_of: str, into: Path | None, lang: Lang) -> None:
    from ..reports.ledger import brief, table
    from ..tables import write_csv, write_markdown, write_xlsx

    zh = chinese(lang)
    heads, cells = table(rows, rulebook, lang=lang)
    if into is None:
        if not rows:
            say(_NONE[zh])
            return
        say_table(*brief(rows, rulebook, year=int(as_of[:4]), lang=lang), fold=True)
    elif into.suffix.lower() == ".csv":
        write_csv(into, heads, cells)
    elif into.suffix.lower() == ".xlsx":
        write_xlsx(into, {_SHEET[zh]: (heads, cells)})
    else:
        into.write_text(write_markdown(heads, cells), "utf-8")
    late = [row.late for row in rows]
    counts = sum(row.closed_at is not None for row in rows), sum(not row.over for row in rows)
    say(_COUNTED[zh].format(as_of, len(rows), *counts, late.count("closed-late"), late.count("open-late")))
    if into is not None:
        say(f"written: {into}")
