"""Figures by board (分栏目统计): one row for every board of the register, in its order, and the sums.

The cohort and the snapshot are those of a bulletin. A case counts for the board that it was addressed to, whichever unit has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from ..errors import InputError, listed, nearest
from ..intake import known_channel
from ..languages import Lang, chinese
from ..moments import day_bounds
from ..moments import period as days_of
from ..outline import FigureRule
from ..ports import CaseStore, Cohort
from ..rulebook import Rulebook
from ..units import Register
from .figures import Listed, defined, needs_late
from .late import as_they_stood
from .statistics import COUNTS, RATES, RESTS, Definition, Figure, cases_behind, shown

COLUMNS = ("received", "valid", "registered", "published", "closed", "ended", "open")
"""The counts that each board has, in their order."""

NO_BOARD = ""
"""The board of cases that were addressed to none."""

_COMPLETION = FigureRule(zh=RATES["completion"][0].zh, en=RATES["completion"][0].en, of="closed", base="received")
_HEADS = ("No.", "Board"), ("序号", "栏目")  # in English and in Chinese, as all that follows
_TOTAL, _OWN = ("Total", "合计"), ("of these, the portal's own boards", "其中本站栏目")
_NONE, _OUTSIDE = ("no board", "未标栏目"), (" (another portal's)", "（站外）")


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    """One board's row, or a sum; ``figures`` are by their names in `BoardTable.columns`. Without a message its cells are blank."""

    board: str
    zh: str
    en: str
    outside: bool
    figures: Mapping[str, Figure]

    def name(self, lang: Lang) -> str:
        """Return the board's name, marked where it belongs to another portal; the Chinese one where it has no English."""
        zh = chinese(lang)
        return f"{self.zh if zh else self.en or self.zh}{_OUTSIDE[zh] if self.outside else ''}"

    @property
    def cells(self) -> tuple[str, ...]:
        """The figures as they are printed."""
        return tuple(shown(figure) if self.figures["received"].value else "" for figure in self.figures.values())


class BoardTable(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a period by board.

    ``rows`` are the register's boards in its order, then boards that it does not list, by name, then the cases of no board.
    ``own`` sums up the portal's own boards where others are counted too, which belong to another portal.
    """

    cohort: Cohort
    as_of: date
    first: date
    last: date
    columns: Mapping[str, Definition]
    rows: tuple[BoardRow, ...]
    total: BoardRow
    own: BoardRow | None

    def heads(self, lang: Lang) -> tuple[str, ...]:
        """Return the columns' names."""
        zh = chinese(lang)
        return *_HEADS[zh], *(each.zh if zh else each.en for each in self.columns.values())

    def cells(self, lang: Lang) -> list[tuple[str, ...]]:
        """Return the rows as they are printed, the sums last."""
        rows = [(str(number), row.name(lang), *row.cells) for number, row in enumerate(self.rows, start=1)]
        return rows + [("", row.name(lang), *row.cells) for row in (self.total, self.own) if row]

    def formulas(self, lang: Lang) -> list[str]:
        """Return what each column means."""
        zh = chinese(lang)
        return [f"{each.zh}：{each.formula_zh}" if zh else f"{each.en}: {each.formula_en}" for each in self.columns.values()]

    def row(self, board: str) -> BoardRow:
        """Return a board's row."""
        for row in self.rows:
            if row.board == board:
                return row
        names = [row.board for row in self.rows]
        raise InputError(f"the table has no board {board!r}{nearest(board, names)} (boards: {listed(names)})", value=board)

    def cases(self, store: CaseStore, row: BoardRow, column: str) -> tuple[str, ...]:
        """Return the ids of the cases behind a count of a row, or behind the part that a rate is of."""
        figure = row.figures[column]
        if figure.cases is not None:
            return figure.cases
        return cases_behind(store, figure.selection) if figure.selection else ()


def by_board(
    store: CaseStore,
    rulebook: Rulebook,
    register: Register | None,
    *,
    period: str,
    as_of: date | None = None,
    boards: Sequence[str] = (),
    channels: Sequence[str] = (),
) -> BoardTable:
    """Count the cases received within a period by board, as of the end of a day (left out, of the period's last).

    Each row has the counts of `COLUMNS` and the figures that the rulebook declares, or else the completion rate. *boards* and
    *channels* narrow the table. Raises `InputError` for a snapshot before the period is over, `UnknownBoard` and `UnknownChannel`.
    """
    first, last = days_of(period)
    day = as_of or last
    if day < last:
        raise InputError(f"the snapshot {day} is before the period's last day {last}: the period is not over", value=day)
    narrowed = known(rulebook, register, boards, channels)
    since, until = day_bounds(first, last, zone=rulebook.zone)
    _, snapshot = day_bounds(last, day, zone=rulebook.zone)
    clock = rulebook.outline.rulebook.late_by
    cohort = Cohort(since=since, until=until, as_of=snapshot, clock=clock, boards=narrowed[0], channels=narrowed[1])
    rules = rulebook.outline.figures or {"completion": _COMPLETION}
    stood = tuple(as_they_stood(store, cohort)) if needs_late(rules.values()) else ()
    every = Listed.of(cohort, [each.row for each in stood] or store.cohort(cohort), stood)
    there = {row.board for row in every.rows}
    known_here = [] if register is None else [row for row in register.board if not boards or row.name in boards]
    rows = [_row(every.on(row.name), rules, row.name, row.name, row.en, outside=row.outside) for row in known_here]
    strangers = sorted(there.difference((row.name for row in known_here), (NO_BOARD,)))
    rows += [_row(every.on(name), rules, name, name) for name in strangers]
    if NO_BOARD in there:
        rows.append(_row(every.on(NO_BOARD), rules, NO_BOARD, _NONE[1], _NONE[0]))
    own = tuple(row.board for row in rows if not row.outside)
    mixed = any(row.outside for row in rows) and own
    columns = {name: COUNTS[name] if name in COUNTS else RESTS["open"][0] for name in COLUMNS}
    return BoardTable(
        cohort=cohort,
        as_of=day,
        first=first,
        last=last,
        columns={**columns, **{name: defined(rule) for name, rule in rules.items()}},
        rows=tuple(rows),
        total=_row(every, rules, "", _TOTAL[1], _TOTAL[0]),
        own=_row(every.on(*own), rules, "", _OWN[1], _OWN[0]) if mixed else None,
    )


def known(
    rulebook: Rulebook, register: Register | None, boards: Sequence[str], channels: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names of boards and channels, each once; `UnknownBoard` or `UnknownChannel` for one that is not there."""
    for name in boards:
        if register is not None:
            register.known_board(name)
    for name in channels:
        known_channel(rulebook.outline.channels, name)
    return tuple(dict.fromkeys(boards)), tuple(dict.fromkeys(channels))


def _row(cases: Listed, rules: Mapping[str, FigureRule], board: str, zh: str, en: str = "", *, outside: bool = False) -> BoardRow:
    figures = {name: cases.count(name) for name in COLUMNS}
    for name, rule in rules.items():
        figures[name] = cases.rate(name, rule)[name]
    return BoardRow(board=board, zh=zh, en=en, outside=outside, figures=figures)
