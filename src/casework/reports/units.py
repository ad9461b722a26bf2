"""Figures by unit: one table for each group of the register, and what stands in none of them.

A unit without a message keeps its row, so that nobody can be forgotten. Cases that ended while no unit had them are nobody's to
deal with: they stand apart from those that wait to be handed to one, and have no completion rate.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from ..errors import InputError, listed, nearest
from ..languages import Lang, chinese
from ..outline import Schedule
from ..units import Register
from .late import LateList, counted_late
from .statistics import ENDED, UNASSIGNED, Figure, GroupCounts, Rate, Statistics, What, shown

OTHERS = "(others)"
"""Id of the table for what stands in no group's table: units that it does not list, and cases that wait for a unit."""

_UNITLESS = {UNASSIGNED: ("未交办", "not assigned"), ENDED: ("未交办即终止办理", "ended unassigned")}


class BulletinRow(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's row; a unit without a message has its name and blank cells.

    ``unit`` is `UNASSIGNED` or `ENDED` for cases that no unit has; ``names`` are the names under which the store has its cases.
    """

    number: int
    unit: str
    en: str
    names: tuple[str, ...]
    received: Figure
    closed: Figure
    completion: Figure
    open: Figure
    late: Figure | None

    def name(self, lang: Lang) -> str:
        """Return the unit's name; in English the Chinese one where the register has no other."""
        zh, en = _UNITLESS.get(self.unit, (self.unit, self.en or self.unit))
        return zh if chinese(lang) else en

    def cells(self, lang: Lang) -> tuple[str, str, str, str, str]:
        """Return the cells as they are printed."""
        figures = (self.received, self.closed, self.completion)
        received, closed, completion = map(shown, figures) if self.received.value else ("", "", "")
        return str(self.number), self.name(lang), received, closed, completion


class BulletinTable(msgspec.Struct, frozen=True, kw_only=True):
    """One group's table: units with messages by their count, ties and units without any in the register's order, and its sums."""

    id: str
    number: int
    zh: str
    en: str
    zero_list: bool
    rows: tuple[BulletinRow, ...]
    received: Figure
    closed: Figure
    completion: Figure

    def name(self, lang: Lang) -> str:
        """Return the group's name."""
        return self.zh if lang == "zh" else self.en or self.zh

    @property
    def zeros(self) -> tuple[BulletinRow, ...]:
        """The units without a message, in the table's order."""
        return tuple(row for row in self.rows if not row.received.value)


# --- making them ------------------------------------------------------------------------------------------------------

_NO_RATE = {"formula_zh": "终止办理的来件无须办结，不计算办结率", "formula_en": "what ended need not be closed, so it has no rate"}


def by_unit(
    counted: Statistics, schedule: Schedule, register: Register, lists: Sequence[LateList]
) -> tuple[tuple[BulletinTable, ...], dict[str, Figure]]:
    """Return the tables of a schedule's groups, then those of what stands in none, and all their figures by name.

    Raises `InputError` for a group that the register has not.
    """
    groups = {group.id: group for group in counted.groups}
    unknown = [group for group in schedule.groups if group not in groups]
    if unknown:
        raise InputError(
            f"schedule {schedule.id!r} names the group {unknown[0]!r}, which register {register.id!r} has not"
            f"{nearest(unknown[0], groups)} (groups: {listed(groups)})",
            value=unknown[0],
        )
    printed = [groups[name] for name in schedule.groups or groups]
    elsewhere = (row for group in counted.groups if group not in printed for row in group.units)
    others = tuple(row for row in (*elsewhere, *counted.strangers, counted.unassigned) if row.counts.received)
    if others:
        named = [("其他单位", "other units")] if any(row.unit for row in others) else []
        named += [_UNITLESS[UNASSIGNED]] if counted.unassigned.counts.received else []
        zh, en = "及".join(zh for zh, _ in named), " and ".join(en for _, en in named)
        printed.append(GroupCounts(id=OTHERS, zh=zh, en=en, zero_list=False, units=others))
    if counted.ended.counts.received:
        zh, en = _UNITLESS[ENDED]
        printed.append(GroupCounts(id=ENDED, zh=zh, en=en, zero_list=False, units=(counted.ended,)))
    figures: dict[str, Figure] = {}
    tables = tuple(_table(counted, group, number, figures, lists) for number, group in enumerate(printed, start=1))
    return tables, figures


def _table(
    counted: Statistics, group: GroupCounts, number: int, figures: dict[str, Figure], lists: Sequence[LateList]
) -> BulletinTable:
    """Return a group's table, and put its figures with the others. What ended while no unit had it has no completion rate."""
    kinds: tuple[What | Rate, ...] = ("received", "closed", "completion")

    def keep(found: dict[str, Figure]) -> dict[str, Figure]:
        if group.id == ENDED and "completion" in found:
            found = found | {"completion": replace(found["completion"], value=None, working="", **_NO_RATE)}
        figures.update((figure.name, figure) for figure in found.values())
        return found

    names = tuple(name for row in group.units for name in row.names)
    sums = keep(
        counted.figures(group.counts, *kinds, of=f":group:{group.id}", zh=group.zh, en=f" ({group.en or group.zh})", units=names)
    )
    # A stable sort: ties, and units without a message, stay in the register's order. Cases that no unit has come last.
    ranked = sorted(group.units, key=lambda row: (row.unit == UNASSIGNED, -row.counts.received))
    rows = []
    for place, row in enumerate(ranked, start=1):
        zh, en = _UNITLESS.get(row.unit, (row.unit, row.en or row.unit))
        found = keep(
            counted.figures(
                row.counts,
                *kinds,
                "open",
                *(("late",) if counted.cohort.clock and not lists else ()),
                of=f":unit:{row.unit}",
                zh=zh,
                en=f" ({en})",
                units=row.names,
            )
        )
        for each in lists:
            if ids := [case.case for case in each.of(row.names)]:
                keep({each.id: counted_late(each.id, ids, of=f":unit:{row.unit}", zh=zh, en=f" ({en})")})
        rows.append(
            BulletinRow(
                number=place,
                unit=row.unit,
                en=row.en,
                names=row.names,
                received=found["received"],
                closed=found["closed"],
                completion=found["completion"],
                open=found["open"],
                late=found.get("late"),
            )
        )
    return BulletinTable(
        id=group.id,
        number=number,
        zh=group.zh,
        en=group.en,
        zero_list=group.zero_list,
        rows=tuple(rows),
        received=sums["received"],
        closed=sums["closed"],
        completion=sums["completion"],
    )
