"""The issues of schedules: those that were made, and when the next ones are due."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError, listed, nearest
from ..languages import Lang, chinese
from .terminal import DATABASE, Database, Language, day_named, existing, say, say_table
from .wording import named

if TYPE_CHECKING:
    from datetime import datetime

    from ..desk import Desk
    from ..schedules import Issue

_HEADS = {"zh": ("计划", "期别", "范围", "编号", "统计截至", "编发"), "en": ("schedule", "period", "of", "number", "as of", "made")}
_NEXT = {"zh": ("计划", "下一期", "应于", ""), "en": ("schedule", "next", "due", "")}
_ALL = ("all", "全部")  # in English and in Chinese, as are those that follow
_NONE = ("no issues were made", "没有编发记录")
_COUNTED = ("{} issues", "共{}期")
_WAITING = ("due: made when the desk sweeps next", "已到期，待下次巡检时编发")
_UNPLANNED = ("the rulebook has no schedule", "规则中没有定期编发")


def issues(
    schedule: Annotated[str | None, typer.Argument(help="A schedule's id, for example monthly; left out, all of them.")] = None,
    db: Database = DATABASE,
    since: Annotated[str | None, typer.Option(help="Only those made on this day or later, for example 2020-07-01.")] = None,
    lang: Language = "zh",
) -> None:
    """List the issues that schedules have made (通报、周报、台账 by number), and when the next ones are due."""
    from ..desk import desk_for, utc_now
    from ..moments import day_bounds

    day = day_named(since, "--since") if since else None
    with existing(db) as store:
        desk = desk_for(store)
        rows = desk.issues(since=day_bounds(day, day, zone=desk.rulebook.zone)[0] if day else None)
        if schedule is not None:
            ids = dict.fromkeys([*(row.id for row in desk.rulebook.outline.schedule), *(row.schedule for row in desk.issues())])
            if schedule not in ids:
                why = f"there is no schedule {schedule!r}{nearest(schedule, ids)} (schedules: {listed(ids)})"
                raise InputError(why, value=schedule)
            rows = tuple(row for row in rows if row.schedule == schedule)
        _made(desk, rows, lang)
        _coming(desk, schedule, utc_now(), lang)


def _made(desk: Desk, rows: tuple[Issue, ...], lang: Lang) -> None:
    from ..moments import show_moment
    from ..schedules import scopes, shown

    zh, book = chinese(lang), desk.rulebook
    if not rows:
        say(_NONE[zh])
        return
    names = {
        (row.id, scope.id): (scope.zh if zh else scope.en) or _ALL[zh]
        for row in book.outline.schedule
        for scope in scopes(row, book.register)
    }
    say_table(
        _HEADS[lang],
        (
            (
                named(row.schedule, book, lang),
                shown(row.period, lang=lang),
                names.get((row.schedule, row.scope), row.scope or _ALL[zh]),
                row.number,
                _end(row.as_of, book.zone),
                show_moment(row.made_at, zone=book.zone),
            )
            for row in rows
        ),
        fold=True,
    )
    say(_COUNTED[zh].format(len(rows)))


def _coming(desk: Desk, schedule: str | None, now: datetime, lang: Lang) -> None:
    from ..schedules import shown

    zh, book = chinese(lang), desk.rulebook
    slots = [slot for slot in desk.next_issues() if schedule in (None, slot.schedule)]
    if not slots:
        say(_UNPLANNED[zh])
        return
    say("")
    say_table(
        _NEXT[lang],
        (
            (
                named(slot.schedule, book, lang),
                shown(slot.period, lang=lang),
                _end(slot.as_of, book.zone),
                _WAITING[zh] if slot.as_of <= now else "",
            )
            for slot in slots
        ),
        fold=True,
    )


def _end(moment: datetime, zone: str) -> str:
    """Return a moment as the clocks showed it; midnight is the end of the day before."""
    from ..moments import show_moment

    said = show_moment(moment, zone=zone)
    if not said.endswith(" 00:00"):
        return said
    return f"{show_moment(moment - timedelta(minutes=1), zone=zone)[:-6]} 24:00"
