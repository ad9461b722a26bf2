"""The bulletin (通报): a period's messages as an office publishes them, every figure computed and traceable to its cases.

The cohort are the cases received within the period in the rulebook's zone; the snapshot is the end of a day: everything that
happened before its 24:00 counts, nothing after it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from ..errors import InputError, StoreError, listed, nearest
from ..languages import Lang
from ..moments import day_bounds
from ..moments import period as days_of
from ..outline import Schedule
from ..ports import CaseStore, CohortCase
from ..rulebook import Rulebook
from ..units import Register
from . import statistics, wording
from .late import LATE, LATE_FIGURES, LateList, Stood, as_they_stood, counted_late, late_figures, late_lists
from .periods import declared_for, is_month, show_period, written
from .statistics import (
    COUNTS,
    RATES,
    RESTS,
    UNASSIGNED,
    Figure,
    GroupCounts,
    Rate,
    Rest,
    Statistics,
    What,
    cases_behind,
    change,
    shown,
)

OTHERS = "(others)"
"""Id of the table for what stands in no group's table: units that it does not list, and cases that no unit has."""


class CountedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case of the bulletin: its id, the channel's number (or the id), and how it stood at the snapshot.

    ``late`` goes by the late lists where the bulletin has them, otherwise by what was done after the limit.
    """

    case: str
    number: str
    unit: str
    accepted: bool
    closed: bool
    late: bool


class BulletinRow(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's row; a unit without a message has its name and blank cells.

    ``unit`` is "" for cases that no unit has; ``names`` are the names under which the store has the unit's cases.
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
        if not self.unit:
            return "未交办" if lang == "zh" else "not assigned"
        return self.en or self.unit if lang == "en" else self.unit

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


class Bulletin(msgspec.Struct, frozen=True, kw_only=True):
    """A finished bulletin: title page, text, tables, figures and the cases behind them.

    ``as_of`` is the day of the snapshot, ``first`` and ``last`` are the days of the period; ``issue`` is None where the rulebook
    declares no series, and for a period that is no month. ``figures`` holds every figure of the text and the tables by its name,
    ``extras`` names those that the schedule asks for besides. ``lists`` are its late lists; ``zeros`` says whether units without a
    message are named.
    """

    title_zh: str
    title_en: str
    publisher: str
    issue: int | None
    issue_zh: str
    as_of: date
    period: str
    first: date
    last: date
    zone: str
    clock_zh: str
    clock_en: str
    tables: tuple[BulletinTable, ...]
    figures: Mapping[str, Figure]
    cases: tuple[CountedCase, ...]
    lists: tuple[LateList, ...]
    extras: tuple[str, ...]
    zeros: bool
    notes_zh: tuple[str, ...] = ()
    notes_en: tuple[str, ...] = ()

    def title(self, lang: Lang) -> str:
        """Return the title."""
        return self.title_zh if lang == "zh" else self.title_en

    def issue_label(self, lang: Lang) -> str:
        """Return the issue's number as it is printed; blank where there is none."""
        if self.issue is None:
            return ""
        return self.issue_zh if lang == "zh" else f"Issue {self.issue}"

    def paragraphs(self, lang: Lang) -> tuple[tuple[str, ...], ...]:
        """Return the running text of the first section, each paragraph as its sentences; every number in it is a figure."""
        return wording.paragraphs(self, lang)

    def sentences(self, lang: Lang) -> tuple[str, ...]:
        """Return the sentences of the running text."""
        return tuple(sentence for paragraph in self.paragraphs(lang) for sentence in paragraph)

    def notes(self, lang: Lang) -> tuple[str, ...]:
        """Return what a reader must know to check the figures."""
        return self.notes_zh if lang == "zh" else self.notes_en

    @property
    def headline(self) -> tuple[Figure, ...]:
        """The figures that are not of one unit."""
        return tuple(figure for figure in self.figures.values() if ":unit:" not in figure.name)

    def unit(self, name: str, lang: Lang) -> str:
        """Return what a unit is called that the store has under this name."""
        return next((row.name(lang) for table in self.tables for row in table.rows if name in row.names), name)

    def figure(self, name: str) -> Figure:
        """Return a figure by its name; `InputError` names the nearest one."""
        if name not in self.figures:
            raise InputError(
                f"the bulletin has no figure {name!r}{nearest(name, self.figures)} (figures: {listed(self.figures)})", value=name
            )
        return self.figures[name]

    def cases_of(self, row: BulletinRow) -> tuple[CountedCase, ...]:
        """Return a row's cases in the order of their receipt."""
        return tuple(case for case in self.cases if case.unit in row.names)


def trace(bulletin: Bulletin, store: CaseStore, name: str) -> dict[str, tuple[str, ...]]:
    """Return the ids of the cases behind a figure, for each count that it is computed from.

    A count gives itself; a rate gives its part and its whole. A figure from outside the store has no cases: see its ``source``.
    """
    figure = bulletin.figure(name)
    if figure.cases is not None:
        return {name: figure.cases}
    if figure.selection:
        return {name: cases_behind(store, figure.selection)}
    found: dict[str, tuple[str, ...]] = {}
    for part in figure.parts:
        found |= trace(bulletin, store, part)
    return found or {name: ()}


# --- making it --------------------------------------------------------------------------------------------------------


def make_bulletin(
    store: CaseStore, rulebook: Rulebook, register: Register | None, *, period: str, as_of: date | None = None
) -> Bulletin:
    """Make the bulletin for a period as of the end of a day.

    The period is a month (``"2020-07"``), a year, or a span of days or months (``"2015-01..2015-07"``); see `moments.period`. The
    day left out, it is that of the rulebook's schedule, or the period's last one where the period ends within a month.

    Raises `InputError` for a rulebook without such a schedule or without a register, a month before the series began, a snapshot
    before the period is over, and a group, list or figure that cannot be had.
    """
    schedule = rulebook.schedule("bulletin")
    if schedule is None:
        raise InputError(
            f'rulebook {rulebook.id!r} has no [[schedule]] with form = "bulletin", so a bulletin has no title and no tables; '
            "add one with id, every, as_of, title and groups",
            value=rulebook.id,
        )
    if register is None:
        raise InputError(
            f"rulebook {rulebook.id!r} has no register of units, so a bulletin has no tables; put a register.toml beside it",
            value=rulebook.id,
        )
    first, last = days_of(period)
    day = as_of or _usual_snapshot(schedule, last)
    if day < last:
        what = "month" if is_month(first, last) else "period"
        raise InputError(f"the snapshot {day} is before the period's last day {last}: the {what} is not over", value=day)
    clock = _clock(rulebook, schedule)
    since, until = day_bounds(first, last, zone=rulebook.zone)
    _, snapshot = day_bounds(last, day, zone=rulebook.zone)
    counted = statistics.count(store, register, since=since, until=until, as_of=snapshot, clock=clock)
    stood = tuple(as_they_stood(store, counted.cohort)) if _needs_late(schedule) else ()
    lists = tuple(row for row in late_lists(stood) if row.id in schedule.lists)
    tables, figures = _tables(counted, schedule, register, lists)
    figures = _whole(counted, rulebook, late=bool(clock) and not lists) | figures
    if is_month(first, last):
        figures |= _before(store, register, counted, figures["received"], first=first, zone=rulebook.zone)
    if lists:
        figures |= {name: figure for name, figure in late_figures(stood).items() if name in schedule.lists}
    for name in schedule.figures:
        figures |= {} if name in figures else _extra(name, rulebook, register, counted, stood, days=(first, last))
    rule = rulebook.clocks.get(clock)
    made = Bulletin(
        title_zh=_title(rulebook, schedule, first, last),
        title_en=f"{rulebook.outline.rulebook.en or 'Handling of messages'}, {show_period(first, last, lang='en')}",
        publisher=schedule.publisher,
        issue=(number := _issue(schedule, first) if is_month(first, last) else None),
        issue_zh=schedule.series.pattern.replace("{n}", str(number)) if schedule.series and number else "",
        as_of=day,
        period=written(first, last),
        first=first,
        last=last,
        zone=rulebook.zone,
        clock_zh=rule.zh or rule.id if rule else "",
        clock_en=rule.en or rule.id if rule else "",
        tables=tables,
        figures=figures,
        cases=_counted_cases(store, counted, [each.row for each in stood], late=_ids(lists) if lists else None),
        lists=lists,
        extras=schedule.figures,
        zeros="zero" in schedule.lists or not schedule.lists,
    )
    notes = wording.notes(made, register)
    return msgspec.structs.replace(made, notes_zh=tuple(zh for zh, _ in notes), notes_en=tuple(en for _, en in notes))


def _usual_snapshot(schedule: Schedule, last: date) -> date:
    """Return the schedule's day of the month after a period, or the last day of one that ends within a month."""
    return last + timedelta(days=schedule.as_of) if (last + timedelta(days=1)).day == 1 else last


def _needs_late(schedule: Schedule) -> bool:
    return any(name in LATE for name in schedule.lists) or any(name in LATE_FIGURES for name in schedule.figures)


def _clock(rulebook: Rulebook, schedule: Schedule) -> str:
    clock = rulebook.outline.rulebook.late_by
    if not clock and _needs_late(schedule):
        asked = [name for name in (*schedule.lists, *schedule.figures) if name in LATE_FIGURES]
        raise InputError(
            f"schedule {schedule.id!r} asks for {listed(asked)}, and no clock of rulebook {rulebook.id!r} decides what is late; "
            f"name one by late_by under [rulebook] (clocks: {listed(rulebook.clocks)})",
            value=asked[0],
        )
    return clock


_MONTH_OF_TITLE = re.compile(r"\{year\}年\{month\}月份?")


def _title(rulebook: Rulebook, schedule: Schedule, first: date, last: date) -> str:
    """Return the Chinese title; one that is written for a month has the period in the month's place."""
    if is_month(first, last):
        return schedule.title.replace("{year}", str(first.year)).replace("{month}", str(first.month))
    period = show_period(first, last)
    if schedule.title_span:
        return schedule.title_span.replace("{period}", period)
    title, found = _MONTH_OF_TITLE.subn(period, schedule.title)
    return title if found and "{" not in title else f"{rulebook.outline.rulebook.zh or rulebook.id}（{period}）"


def _issue(schedule: Schedule, first: date) -> int | None:
    if schedule.series is None:
        return None
    year, month = map(int, schedule.series.first.split("-"))
    number = 12 * (first.year - year) + first.month - month + 1
    if number < 1:
        raise InputError(
            f"the period {first:%Y-%m} is before {schedule.series.first}, for which schedule {schedule.id!r} has its first issue",
            value=f"{first:%Y-%m}",
        )
    return number


def _ids(lists: Iterable[LateList]) -> frozenset[str]:
    return frozenset(row.case for each in lists for row in each.cases)


# --- its figures ------------------------------------------------------------------------------------------------------


def _whole(counted: Statistics, rulebook: Rulebook, *, late: bool) -> dict[str, Figure]:
    """Return the figures of the whole; the acceptance rate only where units accept, else it would say that nobody does."""
    kinds: list[What | Rest | Rate] = ["received", "closed", "open", "completion", "unanswered"]
    if rulebook.outline.assignment.accept:
        kinds[1:1] = ["accepted", "acceptance"]
    return counted.figures(counted.total, *kinds, *(("late",) if late else ()))


def _before(
    store: CaseStore, register: Register, counted: Statistics, received: Figure, *, first: date, zone: str
) -> dict[str, Figure]:
    """Return last month's count and the change on it: the store's own count where it has any case of that month, else declared."""
    last = first - timedelta(days=1)
    begin = last.replace(day=1)
    since, until = day_bounds(begin, last, zone=zone)
    own = statistics.count(store, register, since=since, until=until, as_of=counted.cohort.as_of)
    before = own.figures(own.total, "received", of=":before", zh="上月", en=" in the month before")["received"]
    if not before.value:
        declared = declared_for(register, "received", begin, last)
        before = Figure(
            name=before.name,
            value=declared.value if declared else None,
            zh=before.zh,
            en=before.en,
            formula_zh="登记簿申报的上月来件数" if declared else "系统没有上月来件，登记簿也没有申报数",
            formula_en="declared in the register" if declared else "no case of that month here, and no figure declared",
            working=str(declared.value) if declared else "",
            numerator=declared.value if declared else None,
            source=declared.source if declared else "",
        )
    return {
        before.name: before,
        "change": change(received.numerator or 0, before.numerator, parts=(received.name, before.name)),
    }


def _extra(
    name: str, rulebook: Rulebook, register: Register, counted: Statistics, stood: Sequence[Stood], *, days: tuple[date, date]
) -> dict[str, Figure]:
    """Return a figure that the schedule asks for by name, with those that it is computed from."""
    for known in (COUNTS, RESTS, RATES):
        for kind in known:
            if kind == name:
                return {figure.name: figure for figure in counted.figures(counted.total, kind).values()}
    if name in LATE_FIGURES:
        figures = late_figures(stood)
        return {part: figures[part] for part in (*figures[name].parts, name)}
    outside = list(dict.fromkeys(row.figure for row in register.declared))
    if name not in outside:
        counts = [*COUNTS, *RESTS, *RATES, *LATE_FIGURES]
        raise InputError(
            f"the figure {name!r} of the bulletin's schedule is neither counted nor declared in register {register.id!r}"
            f"{nearest(name, [*counts, *outside])} (counted: {listed(counts)}; declared: {listed(outside)})",
            value=name,
        )
    declared = declared_for(register, name, *days)
    figure = Figure(
        name=name,
        value=declared.value if declared else None,
        zh=rulebook.label(name),
        en=rulebook.label(name, lang="en"),
        formula_zh="登记簿申报数" if declared else "登记簿没有本期的申报数",
        formula_en="declared in the register" if declared else "the register declares none for the period",
        working=str(declared.value) if declared else "",
        numerator=declared.value if declared else None,
        source=declared.source if declared else "",
    )
    return {name: figure}


def _tables(
    counted: Statistics, schedule: Schedule, register: Register, lists: Sequence[LateList]
) -> tuple[tuple[BulletinTable, ...], dict[str, Figure]]:
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
        named += [("未交办", "not assigned")] if counted.unassigned.counts.received else []
        zh, en = "及".join(zh for zh, _ in named), " and ".join(en for _, en in named)
        printed.append(GroupCounts(id=OTHERS, zh=zh, en=en, zero_list=False, units=others))
    figures: dict[str, Figure] = {}
    tables = tuple(_table(counted, group, number, figures, lists) for number, group in enumerate(printed, start=1))
    return tables, figures


def _table(
    counted: Statistics, group: GroupCounts, number: int, figures: dict[str, Figure], lists: Sequence[LateList]
) -> BulletinTable:
    """Return a group's table, and put its figures with the others."""
    kinds: tuple[What | Rate, ...] = ("received", "closed", "completion")

    def keep(found: dict[str, Figure]) -> dict[str, Figure]:
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
        unit = row.unit or "未交办"
        found = keep(
            counted.figures(
                row.counts,
                *kinds,
                "open",
                *(("late",) if counted.cohort.clock and not lists else ()),
                of=f":unit:{row.unit}",
                zh=unit,
                en=f" ({row.en or unit})",
                units=row.names,
            )
        )
        for each in lists:
            if ids := [case.case for case in each.of(row.names)]:
                keep({each.id: counted_late(each.id, ids, of=f":unit:{row.unit}", zh=unit, en=f" ({row.en or unit})")})
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


def _counted_cases(
    store: CaseStore, counted: Statistics, listing: list[CohortCase], *, late: frozenset[str] | None
) -> tuple[CountedCase, ...]:
    """List the cohort's cases, which must add up to the counts: a figure that no case explains is not printed."""
    listing = listing or list(store.cohort(counted.cohort))
    of_unit = Counter(row.unit for row in listing)
    closed = Counter(row.unit for row in listing if row.closed)
    for row in counted.rows:
        sums = sum(of_unit[name] for name in row.names), sum(closed[name] for name in row.names)
        if sums != (row.counts.received, row.counts.closed):
            raise StoreError(
                f"unit {row.unit!r} has {row.counts.received} cases, {row.counts.closed} closed, and the list of its cases has "
                f"{sums[0]}, {sums[1]} closed: the store changed while the bulletin was made; make it again"
            )
    return tuple(
        CountedCase(
            case=each.case,
            number=store.read(each.case).case.number or each.case,
            unit=each.unit,
            accepted=each.accepted,
            closed=each.closed,
            late=each.late if late is None else each.case in late,
        )
        for each in listing
    )
