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

from .. import schedules
from ..errors import InputError, StoreError, listed, nearest
from ..intake import known_channel
from ..languages import Lang
from ..moments import day_bounds, zone_named
from ..moments import period as days_of
from ..outline import Schedule
from ..ports import CaseStore, Cohort, CohortCase
from ..rulebook import Rulebook
from ..schedules import Every
from ..units import Register
from . import statistics, wording
from .boards import known
from .figures import Listed, needs_late
from .late import LATE_FIGURES, LateList, Stood, as_they_stood, late_figures, late_lists
from .periods import declared_for, is_month, show_period, written
from .statistics import COUNTS, RATES, RESTS, Figure, Rate, Rest, Statistics, What, cases_behind, change, counted_for
from .units import BulletinRow, BulletinTable, by_unit


class CountedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case of the bulletin: its id, the channel's number (or the id), and how it stood at the snapshot.

    ``unit`` is its lead unit; where it has none, `UNASSIGNED` or `ENDED`.
    ``late`` goes by the late lists where the bulletin has them, otherwise by what was done after the limit.
    """

    case: str
    number: str
    unit: str
    accepted: bool
    closed: bool
    ended: bool
    late: bool


class Bulletin(msgspec.Struct, frozen=True, kw_only=True):
    """A finished bulletin: title page, text, tables, figures and the cases behind them.

    ``as_of`` is the day of the snapshot, ``first`` and ``last`` are the days of the period; ``issue`` is None where the rulebook
    declares no series, and for a period that is no month. ``figures`` holds every figure of the text and the tables by its name,
    ``extras`` names those that the schedule asks for besides. ``lists`` are its late lists; ``zeros`` says whether units without a
    message are named. ``boards`` and ``channels`` (in Chinese and English) are those that it is of, none where it is of all.
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
    boards: tuple[str, ...] = ()
    channels: tuple[tuple[str, str], ...] = ()
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
    store: CaseStore,
    rulebook: Rulebook,
    register: Register | None,
    *,
    period: str,
    as_of: date | None = None,
    boards: Sequence[str] = (),
    channels: Sequence[str] = (),
) -> Bulletin:
    """Make the bulletin for a period as of the end of a day.

    The period is a month (``"2020-07"``), a year, or a span of days or months (``"2015-01..2015-07"``); see `moments.period`. The
    day left out, it is that of the rulebook's schedule, or the period's last one where the period ends within a month. *boards* and
    *channels* narrow it to the cases that came by them; it has no number then, and no figure that is declared for the whole.

    Raises `InputError` for a rulebook without such a schedule or without a register, a month before the series began, a snapshot
    before the period is over, and a group, list, figure, board or channel that cannot be had.
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
    day = as_of or _usual_snapshot(schedule, last, rulebook.zone)
    if day < last:
        what = "month" if is_month(first, last) else "period"
        raise InputError(f"the snapshot {day} is before the period's last day {last}: the {what} is not over", value=day)
    clock = _clock(rulebook, schedule)
    boards, channels = known(rulebook, register, boards, channels)
    since, until = day_bounds(first, last, zone=rulebook.zone)
    _, snapshot = day_bounds(last, day, zone=rulebook.zone)
    counted = statistics.count(
        store, register, since=since, until=until, as_of=snapshot, clock=clock, boards=boards, channels=channels
    )
    stood = tuple(as_they_stood(store, counted.cohort)) if _needs_late(rulebook, schedule) else ()
    listing = Listed.of(counted.cohort, [each.row for each in stood] or store.cohort(counted.cohort), stood)
    lists = tuple(row for row in late_lists(stood) if row.id in schedule.lists)
    tables, figures = by_unit(counted, schedule, register, lists)
    figures = _whole(counted, rulebook, late=bool(clock) and not lists) | figures
    if is_month(first, last):
        figures |= _before(store, register, counted, figures["received"], first=first, zone=rulebook.zone)
    if lists:
        figures |= {name: figure for name, figure in late_figures(stood).items() if name in schedule.lists}
    for name in schedule.figures:
        if declared := rulebook.outline.figures.get(name):
            figures |= {key: figure for key, figure in listing.rate(name, declared).items() if key not in figures}
        elif name not in figures:
            figures |= _extra(name, rulebook, register, counted, stood, days=(first, last))
    rule = rulebook.clocks.get(clock)
    number = _number(store, rulebook, schedule, (first, last), boards, channels)
    made = Bulletin(
        title_zh=_title(rulebook, schedule, first, last, boards=boards),
        title_en=f"{rulebook.outline.rulebook.en or 'Handling of messages'}, {show_period(first, last, lang='en')}",
        publisher=schedule.publisher,
        issue=number[0],
        issue_zh=number[1],
        as_of=day,
        period=written(first, last),
        first=first,
        last=last,
        zone=rulebook.zone,
        clock_zh=rule.zh or rule.id if rule else "",
        clock_en=rule.en or rule.id if rule else "",
        tables=tables,
        figures=figures,
        cases=_counted_cases(store, counted, listing.rows, late=_ids(lists) if lists else None),
        lists=lists,
        extras=tuple(name for name in schedule.figures if name in figures),
        zeros="zero" in schedule.lists or not schedule.lists,
        boards=tuple(boards),
        channels=tuple(_channel(rulebook, name) for name in channels),
    )
    notes = wording.notes(made, register)
    return msgspec.structs.replace(made, notes_zh=tuple(zh for zh, _ in notes), notes_en=tuple(en for _, en in notes))


def _usual_snapshot(schedule: Schedule, last: date, zone: str) -> date:
    """Return the last whole day before a schedule takes an issue, or the last day of a period that ends as none of its own does."""
    kind: Every = "month" if schedule.every in ("quarter", "year") else schedule.every
    if kind == "day" or schedules.period_of(kind, last) == schedules.period_of(kind, last + timedelta(days=1)):
        return last
    return schedules.taken_at(schedule, last, zone).astimezone(zone_named(zone)).date() - timedelta(days=1)


def _needs_late(rulebook: Rulebook, schedule: Schedule) -> bool:
    declared = (rule for name, rule in rulebook.outline.figures.items() if name in schedule.figures)
    return any(name in LATE_FIGURES for name in (*schedule.lists, *schedule.figures)) or needs_late(declared)


def _channel(rulebook: Rulebook, name: str) -> tuple[str, str]:
    channel = known_channel(rulebook.outline.channels, name)
    return channel.zh or name, channel.en or name


def _clock(rulebook: Rulebook, schedule: Schedule) -> str:
    clock = rulebook.outline.rulebook.late_by
    if not clock and _needs_late(rulebook, schedule):
        rules = rulebook.outline.figures
        names = (*schedule.lists, *schedule.figures)
        asked = [name for name in names if name in LATE_FIGURES or (name in rules and needs_late([rules[name]]))]
        raise InputError(
            f"schedule {schedule.id!r} asks for {listed(asked)}, and no clock of rulebook {rulebook.id!r} decides what is late; "
            f"name one by late_by under [rulebook] (clocks: {listed(rulebook.clocks)})",
            value=asked[0],
        )
    return clock


_MONTH_OF_TITLE = re.compile(r"\{year\}年\{month\}月份?")


def _title(rulebook: Rulebook, schedule: Schedule, first: date, last: date, *, boards: Sequence[str]) -> str:
    """Return the Chinese title; one that is written for a month has another period in the month's place."""
    of = "、".join(boards)
    if schedules.is_of(schedule.every, first, last):
        return schedules.titled(schedule, schedules.period_of(schedule.every, first), of)
    period, title = show_period(first, last), ""
    if schedule.title_span:
        title = schedule.title_span.replace("{period}", period)
    else:
        title, found = _MONTH_OF_TITLE.subn(period, schedule.title)
        title = title if found and "{" not in title else f"{rulebook.outline.rulebook.zh or rulebook.id}（{period}）"
    return f"{title}（{of}）" if of else title


def _number(
    store: CaseStore,
    rulebook: Rulebook,
    schedule: Schedule,
    days: tuple[date, date],
    boards: Sequence[str],
    channels: Sequence[str],
) -> tuple[int | None, str]:
    """Return the number of a schedule's issue, and as it is printed: counted from its first, or taken when the issue was made.

    A bulletin of another period, of some boards or of some channels is none of the schedule's, and has none.
    """
    each = schedule.per == "board" and len(boards) == 1
    if not schedules.is_of(schedule.every, *days) or channels or not (each or (schedule.per == "all" and not boards)):
        return None, ""
    period, scope = schedules.period_of(schedule.every, days[0]), boards[0] if each else ""
    n = schedules.counted(schedule, period)
    made = store.issues(schedule=schedule.id, period=period) if schedule.series and n is None else []
    n = next((row.n for row in made if (row.rulebook, row.scope) == (rulebook.id, scope)), n)
    return n, schedules.numbered(schedule, period, n, scope)


def _ids(lists: Iterable[LateList]) -> frozenset[str]:
    return frozenset(row.case for each in lists for row in each.cases)


# --- its figures ------------------------------------------------------------------------------------------------------


def _whole(counted: Statistics, rulebook: Rulebook, *, late: bool) -> dict[str, Figure]:
    """Return the figures of the whole; the acceptance rate only where units accept, else it would say that nobody does."""
    kinds: list[What | Rest | Rate] = ["received", "closed", "ended", "open", "completion", "unanswered"]
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
    as_of, boards, channels = counted.cohort.as_of, counted.cohort.boards, counted.cohort.channels
    own = statistics.count(store, register, since=since, until=until, as_of=as_of, boards=boards, channels=channels)
    before = own.figures(own.total, "received", of=":before", zh="上月", en=" in the month before")["received"]
    if (boards or channels) and list(store.tally(Cohort(since=since, until=until, as_of=as_of))):
        pass  # the store has that month, so that none of these came in it is known, and no figure of the whole takes its place
    elif not before.value:
        declared = None if boards or channels else declared_for(register, "received", begin, last)
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
    for table in (COUNTS, RESTS, RATES):
        for kind in table:
            if kind == name:
                return {figure.name: figure for figure in counted.figures(counted.total, kind).values()}
    if name in LATE_FIGURES:
        figures = late_figures(stood)
        return {part: figures[part] for part in (*figures[name].parts, name)}
    outside = list(dict.fromkeys(row.figure for row in register.declared))
    if name not in outside and name not in rulebook.outline.labels:
        counts = [*COUNTS, *RESTS, *RATES, *LATE_FIGURES, *rulebook.outline.figures]
        raise InputError(
            f"the figure {name!r} of the bulletin's schedule is neither counted nor declared in register {register.id!r}"
            f"{nearest(name, [*counts, *outside])} (counted: {listed(counts)}; declared: {listed(outside)})",
            value=name,
        )
    if counted.cohort.boards or counted.cohort.channels:
        return {}  # it was declared for the whole
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


def _counted_cases(
    store: CaseStore, counted: Statistics, listing: Sequence[CohortCase], *, late: frozenset[str] | None
) -> tuple[CountedCase, ...]:
    """List the cohort's cases, which must add up to the counts: a figure that no case explains is not printed."""
    of_unit = Counter(map(counted_for, listing))
    closed = Counter(counted_for(row) for row in listing if row.closed)
    ended = Counter(counted_for(row) for row in listing if row.ended)
    for row in counted.rows:
        sums = tuple(sum(each[name] for name in row.names) for each in (of_unit, closed, ended))
        counts = row.counts.received, row.counts.closed, row.counts.ended
        if sums != counts:
            said, found = ("{} cases, {} closed and {} ended".format(*each) for each in (counts, sums))
            raise StoreError(
                f"unit {row.unit!r} has {said}, and the list of its cases has {found}: the store changed while the bulletin was "
                "made; make it again"
            )
    return tuple(
        CountedCase(
            case=each.case,
            number=store.read(each.case).case.number or each.case,
            unit=counted_for(each),
            accepted=each.accepted,
            closed=each.closed,
            ended=each.ended,
            late=each.late if late is None else each.case in late,
        )
        for each in listing
    )
