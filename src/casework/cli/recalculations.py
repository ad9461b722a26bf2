"""What a new calendar notice does to the deadlines of a database."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import CaseworkError
from ..languages import Lang, chinese
from .terminal import DATABASE, Database, Language, existing, progress, say, say_table
from .wording import clock_named, due_date, moved

if TYPE_CHECKING:
    from ..calendars import WorkCalendar
    from ..desk import Desk
    from ..recalculation import Recalculation

_HEADS = {"zh": ("编号", "计时", "原期限", "新期限", "变动"), "en": ("case", "clock", "due before", "due now", "moved")}
_WORDS = {  # in English and in Chinese
    "dry run": ("dry run: nothing is changed", "试算：不作任何改动"),
    "calendar": ("calendar {}, announced through {}", "历法{}，已公布至{}"),
    "own": ("; notices beyond those of casework: {}", "；另有通知：{}"),
    "none": ("{} running clocks looked at; no deadline moves", "核对运行中的计时{}个，没有期限变动"),
    "would": ("{} running clocks looked at; {} would move: {}", "核对运行中的计时{}个，将变动{}个：{}"),
    "did": ("{} running clocks looked at; {} moved: {}", "核对运行中的计时{}个，已变动{}个：{}"),
    "later": ("{} later", "推后{}个"),
    "earlier": ("{} earlier", "提前{}个"),
    "same": ("{} on the same day", "日期不变{}个"),
    "failure": ("not recalculated: {}: {}", "未能重算：{}：{}"),
}


def _word(what: str, lang: Lang, *facts: object) -> str:
    return _WORDS[what][chinese(lang)].format(*facts)


def recalculate(
    db: Database = DATABASE,
    notices: Annotated[
        Path | None, typer.Option(help="A TOML file of notices, which are added to those that the database already counts by.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would move, and change nothing.")] = False,
    lang: Language = "zh",
) -> None:
    """Count every open deadline anew after a notice, and count by it from now on; run again, nothing moves.

    Without --notices it takes up the notices that this version of casework ships.
    """
    from ..desk import desk_for

    with existing(db) as store:
        desk = desk_for(store)
        calendar = _calendar(desk, notices)
        with progress("重算期限" if chinese(lang) else "counting anew") as advance:
            done = desk.recalculate(calendar, dry_run=dry_run)
            advance(done.clocks, done.clocks)
        _report(desk, calendar, done, lang)
    if done.failures:
        count = len(done.failures)
        raise CaseworkError(f"{count} case{' was' if count == 1 else 's were'} not recalculated, for the reasons above")


def _calendar(desk: Desk, notices: Path | None) -> WorkCalendar:
    """Return the calendar that the store counts by, with the notices of a file; one of the same id takes the other's place."""
    from ..calendars import WorkCalendar
    from ..notices import load_notices

    known = desk.calendar
    if notices is None:
        return known
    every = {notice.id: notice for notice in (*known.notices, *load_notices(notices))}
    return WorkCalendar.named(known.name, notices=every.values(), as_of=known.as_of)


def _report(desk: Desk, calendar: WorkCalendar, done: Recalculation, lang: Lang) -> None:
    from ..notices import shipped_notices

    if done.dry_run:
        say(_word("dry run", lang))
    own = [notice.id for notice in calendar.notices if notice not in shipped_notices(calendar.name)]
    say(_word("calendar", lang, done.calendar, calendar.announced_through) + (_word("own", lang, ", ".join(own)) if own else ""))
    rows, ways = list[tuple[str, ...]](), Counter[str]()
    for move in done.moved:
        case = desk.get(move.case)
        book = desk.rulebook_of(case)
        rows.append(
            (
                case.number or case.id,
                clock_named(book, move.clock, lang),
                due_date(move.old, lang, zone=book.zone),
                due_date(move.new, lang, zone=book.zone),
                moved(move.old, move.new, lang),
            )
        )
        ways["same" if move.old.date == move.new.date else "later" if move.new.date > move.old.date else "earlier"] += 1
    if rows:
        say_table(_HEADS[lang], rows)
        counts = ("，" if chinese(lang) else ", ").join(
            _word(way, lang, ways[way]) for way in ("later", "earlier", "same") if ways[way]
        )
        say(_word("would" if done.dry_run else "did", lang, done.clocks, len(rows), counts))
    else:
        say(_word("none", lang, done.clocks))
    for case_id, reason in done.failures:
        say(_word("failure", lang, case_id, reason))
