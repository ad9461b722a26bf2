"""The bulletin (通报): a month's messages as an office publishes them, every figure computed and traceable to its cases.

The cohort are the cases received within the month in the rulebook's zone; the snapshot is the end of a day: everything that
happened before its 24:00 counts, nothing after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

import msgspec

from ..errors import InputError, StoreError, listed, nearest
from ..languages import Lang, chinese
from ..moments import day_bounds, show_day, show_month
from ..moments import period as days_of
from ..ports import CaseStore
from ..rulebook import Rulebook, Schedule
from ..sla import ClockRule
from ..units import Register
from . import statistics
from .statistics import UNASSIGNED, Figure, GroupCounts, Rate, Statistics, What, cases_behind, change, shown

OTHERS = "(others)"
"""Id of the table for what stands in no group's table: units that it does not list, and cases that no unit has."""


class CountedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case of the bulletin: its id, the channel's number (or the id), and how it stood at the snapshot."""

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
    declares no series. ``figures`` holds every figure of the text and the tables by its name.
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
    notes_zh: tuple[str, ...]
    notes_en: tuple[str, ...]

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
        return tuple(filter(None, map(tuple, _paragraphs(self, lang))))

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
    """Make the bulletin for a month (``"2020-07"``) as of the end of a day; left out, the day of the rulebook's schedule.

    Raises `InputError` for a rulebook without such a schedule or without a register, a period that is no month or before the
    series began, a snapshot before the month is over, and a group that the register has not.
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
    first, last = _month(period)
    day = as_of or (last + timedelta(days=schedule.as_of))
    if day < last:
        raise InputError(f"the snapshot {day} is before the period's last day {last}: the month is not over", value=day)
    since, until = day_bounds(first, last, zone=rulebook.zone)
    _, snapshot = day_bounds(last, day, zone=rulebook.zone)
    clock = rulebook.outline.rulebook.late_by
    counted = statistics.count(store, register, since=since, until=until, as_of=snapshot, clock=clock)
    tables, figures = _tables(counted, schedule, register)
    figures = _whole(counted, clock) | figures
    figures |= _before(store, register, counted, figures["received"], first=first, zone=rulebook.zone)
    rule = rulebook.clocks.get(clock)
    notes = _notes(first, last, day, rulebook.zone, rule, figures["received:before"], register)
    return Bulletin(
        title_zh=schedule.title.replace("{year}", str(first.year)).replace("{month}", str(first.month)),
        title_en=f"{rulebook.outline.rulebook.en or 'Handling of messages'}, {show_month(first, lang='en')}",
        publisher=schedule.publisher,
        issue=(number := _issue(schedule, first)),
        issue_zh=schedule.series.pattern.replace("{n}", str(number)) if schedule.series else "",
        as_of=day,
        period=f"{first:%Y-%m}",
        first=first,
        last=last,
        zone=rulebook.zone,
        clock_zh=rule.zh or rule.id if rule else "",
        clock_en=rule.en or rule.id if rule else "",
        tables=tables,
        figures=figures,
        cases=_counted_cases(store, counted),
        notes_zh=tuple(zh for zh, _ in notes),
        notes_en=tuple(en for _, en in notes),
    )


def _month(text: str) -> tuple[date, date]:
    first, last = days_of(text)
    if first.day != 1 or (first.year, first.month) != (last.year, last.month) or (last + timedelta(days=1)).day != 1:
        raise InputError(f"the period {text!r} is no month; bulletins are made for a month, for example 2020-07", value=text)
    return first, last


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


def _whole(counted: Statistics, clock: str) -> dict[str, Figure]:
    figures = counted.figures(counted.total, "received", "accepted", "acceptance", "closed", "open", "completion", "unanswered")
    if clock:
        figures |= counted.figures(counted.total, "late")
    return figures


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
        declared = register.declared_value("received", f"{begin:%Y-%m}")
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


def _tables(counted: Statistics, schedule: Schedule, register: Register) -> tuple[tuple[BulletinTable, ...], dict[str, Figure]]:
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
    tables = tuple(_table(counted, group, number, figures) for number, group in enumerate(printed, start=1))
    return tables, figures


def _table(counted: Statistics, group: GroupCounts, number: int, figures: dict[str, Figure]) -> BulletinTable:
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
                *(("late",) if counted.cohort.clock else ()),
                of=f":unit:{row.unit}",
                zh=unit,
                en=f" ({row.en or unit})",
                units=row.names,
            )
        )
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


def _counted_cases(store: CaseStore, counted: Statistics) -> tuple[CountedCase, ...]:
    """List the cohort's cases, which must add up to the counts: a figure that no case explains is not printed."""
    listing = list(store.cohort(counted.cohort))
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
            late=each.late,
        )
        for each in listing
    )


# --- wording it -------------------------------------------------------------------------------------------------------


def _notes(
    first: date, last: date, day: date, zone: str, clock: ClockRule | None, before: Figure, register: Register
) -> list[tuple[str, str]]:
    notes = [
        (
            f"统计范围：{show_day(first)}0时至{show_day(last)}24时（{zone}）收到的来件。"
            f"统计时点：{show_day(day)}24时；此前发生的办理情况计入，此后发生的不计。",
            f"Counted: messages received from {show_day(first, lang='en')}, 0:00, to {show_day(last, lang='en')}, 24:00 ({zone}). "
            f"Snapshot: {show_day(day, lang='en')}, 24:00; what happened before it counts, what happened after it does not.",
        ),
        (
            "每件来件只计一次，计入统计时点的主办单位；协办单位不重复计。",
            "Each message counts once, for its lead unit at the snapshot; assisting units are not counted again.",
        ),
        (
            "各表按信件总数由多到少排列，件数相同的按登记簿所列顺序。没有来件的单位列于表末，各栏留空："
            "0 ÷ 0 没有意义，既不记作0%，也不记作100%。",
            "Tables are sorted by the number of messages, equal numbers in the register's order. Units without a message stand at "
            "the end with blank cells: 0 ÷ 0 has no value, it is neither 0% nor 100%.",
        ),
        (
            "受理率指承办单位的签收（签收数 ÷ 来件数）；问政办的登记受理是此前的另一环节。",
            "The acceptance rate is that of the units (accepted ÷ received); the office's registration is another act, before it.",
        ),
    ]
    if clock:
        notes.append(
            (
                f"逾期按“{clock.zh or clock.id}”计：截至统计时点计时已经结束且超过期限的计入，仍在计时的不计。",
                f"Late goes by the clock “{clock.en or clock.id}”: what was done after the limit counts; what is still running "
                "does not.",
            )
        )
    previous = f"{first - timedelta(days=1):%Y-%m}"
    declared = register.declared_value("received", previous)
    if before.source:
        notes.append(
            (f"上月来件数为登记簿申报数，来源：{before.source}。", f"Last month's count is declared; source: {before.source}.")
        )
    elif declared and declared.value != before.value:
        notes.append(
            (
                f"上月来件数为本系统统计的{before.value}件；登记簿另有申报数{declared.value}件（来源：{declared.source}），两数不一致，请核对。",
                f"Last month's count is this system's, {before.value}; the register declares {declared.value} (source: "
                f"{declared.source}). The two differ: please check.",
            )
        )
    return notes


def _paragraphs(bulletin: Bulletin, lang: Lang) -> tuple[Iterator[str], ...]:
    if chinese(lang):
        return _intake_zh(bulletin), _handling_zh(bulletin), _zeros_zh(bulletin)
    return _intake_en(bulletin), _handling_en(bulletin), _zeros_en(bulletin)


def _units(bulletin: Bulletin, figure: Callable[[BulletinRow], Figure | None]) -> Iterator[tuple[BulletinRow, str]]:
    """Yield the units for which a count is not nothing, with that count."""
    for table in bulletin.tables:
        for row in table.rows:
            found = figure(row)
            if found and found.value:
                yield row, shown(found)


def _intake_zh(bulletin: Bulletin) -> Iterator[str]:
    received, before, moved = (bulletin.figure(name) for name in ("received", "received:before", "change"))
    month, month_before = show_month(bulletin.first), show_month(bulletin.first - timedelta(days=1))
    if received.value:
        parts = "、".join(f"{table.zh}{shown(table.received)}件" for table in bulletin.tables)
        yield f"{month}共收到来件{shown(received)}件，其中{parts}。"
    else:
        yield f"{month}没有收到来件。"
    by = moved.numerator
    if by is None:
        yield f"上月（{month_before}）来件数没有记载，不作环比。"
    elif not before.value:
        yield f"上月（{month_before}）没有来件，不计算环比。"
    elif by == 0:
        yield f"与上月（{month_before}）的{shown(before)}件持平，环比变化{shown(moved)}，即{moved.working}。"
    else:
        direction = "增加" if by > 0 else "减少"
        yield f"比上月（{month_before}）的{shown(before)}件{direction}{abs(by)}件，环比变化{shown(moved)}，即{moved.working}。"


def _handling_zh(bulletin: Bulletin) -> Iterator[str]:
    figure = bulletin.figures
    if not figure["received"].value:
        return
    accepted, closed = figure["accepted"], figure["closed"]
    acceptance, completion = shown(figure["acceptance"]), shown(figure["completion"])
    yield (
        f"截至{show_day(bulletin.as_of)}24时，承办单位签收{shown(accepted)}件，受理率{acceptance}；"
        f"办结{shown(closed)}件，办结率{completion}。"
    )
    if figure["open"].value:
        units = "、".join(f"{row.name('zh')}{count}件" for row, count in _units(bulletin, lambda row: row.open))
        yield f"尚未办结{shown(figure['open'])}件：{units}。"
    if late := figure.get("late"):
        units = "、".join(f"{row.name('zh')}{count}件" for row, count in _units(bulletin, lambda row: row.late))
        found = f"超过{bulletin.clock_zh}的有{shown(late)}件：{units}" if late.value else f"没有超过{bulletin.clock_zh}的"
        rest = f"；另有{shown(figure['unanswered'])}件尚未公开答复，不在此列" if figure["unanswered"].value else ""
        yield f"已公开答复的来件中，{found}{rest}。"


def _zeros_zh(bulletin: Bulletin) -> Iterator[str]:
    for table in bulletin.tables:
        if table.zero_list:
            zeros = "、".join(row.name("zh") for row in table.zeros)
            yield f"本月没有来件（零诉求）的{table.zh}有{len(table.zeros)}个：{zeros}。" if zeros else f"{table.zh}均有来件。"


def _intake_en(bulletin: Bulletin) -> Iterator[str]:
    received, before, moved = (bulletin.figure(name) for name in ("received", "received:before", "change"))
    month, month_before = show_month(bulletin.first, lang="en"), show_month(bulletin.first - timedelta(days=1), lang="en")
    if received.value:
        parts = ", ".join(f"{table.name('en')} {shown(table.received)}" for table in bulletin.tables)
        yield f"Messages received in {month}: {shown(received)} ({parts})."
    else:
        yield f"No message was received in {month}."
    by = moved.numerator
    if by is None:
        yield f"How many were received in {month_before} is not on record, so no change is given."
    elif not before.value:
        yield f"None was received in {month_before}, so no change is given."
    else:
        direction = "as many as" if by == 0 else f"{abs(by)} {'more' if by > 0 else 'fewer'} than"
        yield f"That is {direction} the {shown(before)} of {month_before}, a change of {shown(moved)}, which is {moved.working}."


def _handling_en(bulletin: Bulletin) -> Iterator[str]:
    figure = bulletin.figures
    if not figure["received"].value:
        return
    accepted, closed = figure["accepted"], figure["closed"]
    acceptance, completion = shown(figure["acceptance"]), shown(figure["completion"])
    yield (
        f"By the end of {show_day(bulletin.as_of, lang='en')} the units had accepted {shown(accepted)} "
        f"(acceptance rate {acceptance}); {shown(closed)} were closed (completion rate {completion})."
    )
    if figure["open"].value:
        units = ", ".join(f"{row.name('en')} {count}" for row, count in _units(bulletin, lambda row: row.open))
        yield f"Not closed: {shown(figure['open'])} ({units})."
    if late := figure.get("late"):
        units = ", ".join(f"{row.name('en')} {count}" for row, count in _units(bulletin, lambda row: row.late))
        rest = f"; {shown(figure['unanswered'])} not answered yet are not counted here" if figure["unanswered"].value else ""
        yield f"Done after the limit ({bulletin.clock_en}): {shown(late)}{f' ({units})' if units else ''}{rest}."


def _zeros_en(bulletin: Bulletin) -> Iterator[str]:
    for table in bulletin.tables:
        if table.zero_list:
            zeros = ": " + ", ".join(row.name("en") for row in table.zeros) if table.zeros else ""
            yield f"No message came for {len(table.zeros)} of the {len(table.rows)} {table.name('en')}{zeros}."
