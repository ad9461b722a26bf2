"""Late lists: each case that was closed late (逾期办结), and each that is still open and late (逾期未办), at a snapshot.

Facts hold no due moment, so a case is read as it stood: its events before the snapshot, folded, and the clock that decides
lateness under *its* rulebook asked what it says. What happened afterwards changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from .. import journal
from ..calendars import WorkCalendar
from ..cases import Case
from ..errors import InputError, UnknownRulebook
from ..events import Published, Reopened, Returned
from ..folding import fold
from ..languages import Lang, chinese
from ..limits import Deadline, Limit
from ..moments import show_moment, show_span, zone_named
from ..ports import CaseStore, Cohort, CohortCase
from ..recalculation import read_calendar
from ..rulebook import Rulebook
from ..sla import SlaClock, Standing, Timekeeper, Verdict
from .statistics import Definition, Figure, ratio

Late = Literal["closed-late", "open-late"]
"""Which list a late case is in."""

LATE: dict[Late, Definition] = {
    "closed-late": Definition(
        "逾期办结", "closed late", "其中截至统计时点已办结而超过期限的件数", "of these, closed at the snapshot and past the limit"
    ),
    "open-late": Definition(
        "逾期未办",
        "open and late",
        "其中截至统计时点尚未办结而已超过期限的件数",
        "of these, not closed at the snapshot and past the limit",
    ),
}

IN_TIME = Definition("按期办结", "closed in time", "办结数 − 逾期办结数", "closed − closed late")
OWED = Definition("应办结", "closed or past the limit", "办结数 + 逾期未办数", "closed + open and late")
ON_TIME = Definition(
    "按期办结率",
    "on-time rate",
    "按期办结数 ÷ 应办结数；应办结数为办结数与逾期未办数之和",
    "closed in time ÷ closed or past the limit, which is closed + open and late",
)

LATE_FIGURES = (*LATE, "closed-in-time", "closed-or-late", "on-time")
"""The names of what `late_figures` counts."""

_LATE = frozenset({Standing.OVERDUE, Standing.MET_LATE})
_LAST_INSTANT = timedelta(microseconds=1)
_ONE_MINUTE = timedelta(minutes=1)


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stood at a snapshot: ``row`` is what its facts say, ``case`` its events before then.

    ``clock`` is the clock that decides lateness under the case's ``rulebook``, of several the lead unit's, and ``verdict`` what it
    says; None where the rulebook names none or it has not begun. ``answered_at`` is when the reply that stands was published.
    """

    row: CohortCase
    case: Case
    rulebook: Rulebook
    clock: SlaClock | None
    verdict: Verdict | None
    answered_at: datetime | None

    @property
    def closed_at(self) -> datetime | None:
        """When it was closed; None where it is not."""
        return self.case.closed_at if self.row.closed else None

    @property
    def over(self) -> bool:
        """Whether nothing remains to be done: it is closed, or it left the desk otherwise."""
        return self.row.closed or self.rulebook.lifecycle.states[self.case.state].kind == "final"

    @property
    def late(self) -> Late | None:
        """The list that it belongs to; what was refused, merged or handed on unclosed belongs to none."""
        if self.verdict is None or self.verdict.state not in _LATE or (self.over and not self.row.closed):
            return None
        return "closed-late" if self.row.closed else "open-late"


class LateCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a late list: no subject and no sender, who are personal data.

    ``number`` is the channel's, or else the case's id; ``unit`` the lead unit at the snapshot, which answers for it ("" where there
    was none). ``verdict`` counts the working days from the last day to the day that it was done, or to the snapshot's.
    """

    case: str
    number: str
    unit: str
    received_at: datetime
    due: Deadline
    answered_at: datetime | None
    closed_at: datetime | None
    verdict: Verdict

    @property
    def days(self) -> int:
        """The working days by which it is late; 0 where none began in between."""
        return self.verdict.days


class LateList(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two lists, in the order of receipt."""

    id: Late
    cases: tuple[LateCase, ...]

    def name(self, lang: Lang) -> str:
        """Return what the list is called."""
        return LATE[self.id].zh if chinese(lang) else LATE[self.id].en

    def of(self, units: Iterable[str]) -> tuple[LateCase, ...]:
        """Return the cases of a unit, which is given by all its names."""
        names = frozenset(units)
        return tuple(row for row in self.cases if row.unit in names)

    def heads(self, lang: Lang) -> tuple[str, ...]:
        """Return the columns of the printed list."""
        heads = _HEADS[chinese(lang)]
        return heads if self.id == "closed-late" else heads[:_CLOSED] + heads[_CLOSED + 1 :]

    def cells(self, lang: Lang, *, zone: str, unit: Callable[[str], str]) -> list[tuple[str, ...]]:
        """Return the rows as they are printed: days are those of *zone*, *unit* returns what a lead unit is called."""
        rows = []
        for number, row in enumerate(self.cases, start=1):
            received, answered, closed = (_day(moment, zone) for moment in (row.received_at, row.answered_at, row.closed_at))
            due, late = show_due(row.due, zone=zone), how_late(row.verdict, lang=lang)
            cells = (str(number), row.number, unit(row.unit), received, due, answered, closed, late)
            rows.append(cells if self.id == "closed-late" else cells[:_CLOSED] + cells[_CLOSED + 1 :])
        return rows


_HEADS = (  # in English and in Chinese
    ("No.", "Number", "Unit", "Received", "Due", "Answered", "Closed", "Late by"),
    ("序号", "编号", "主办单位", "来件日期", "办理期限", "答复日期", "办结日期", "逾期"),
)
_CLOSED = 6  # the column that a list of open cases has not
_LESS = ("less than 1 working day", "不足1个工作日")
_WORKING_TIME = ("{} of working time", "工作时间{}")


# --- finding them -----------------------------------------------------------------------------------------------------


def as_they_stood(store: CaseStore, cohort: Cohort) -> Iterator[Stood]:
    """Yield the cohort's cases in the order of their receipt, each as it stood at the snapshot.

    The snapshot looks at the last instant before ``as_of``: what is due by the end of a day is not late as of that day's end. A
    case is judged by the rulebook that it kept then and by the calendar as it was known on that day. Raises `UnknownRulebook` where
    the store has lost a case's rulebook.
    """
    last = cohort.as_of - _LAST_INSTANT
    known = _Known(store, last)
    for row in store.cohort(cohort):
        case = _as_of(store, row.case, cohort.as_of)
        book = known.rulebook(case)
        clock = deciding(case, book, row.unit)
        verdict = known.keeper(book).verdict(clock, book.rule_of(clock), last) if clock else None
        answered = _answered_at(store, row.case, cohort.as_of) if row.published else None
        yield Stood(row=row, case=case, rulebook=book, clock=clock, verdict=verdict, answered_at=answered)


def late_lists(stood: Iterable[Stood]) -> tuple[LateList, LateList]:
    """Return the two lists, the closed ones first; a case is in one of them at most."""
    found: dict[Late, list[LateCase]] = {"closed-late": [], "open-late": []}
    for each in stood:
        if each.late and each.verdict and each.clock and each.clock.due:
            found[each.late].append(
                LateCase(
                    case=each.case.id,
                    number=each.case.number or each.case.id,
                    unit=each.row.unit,
                    received_at=each.case.received_at,
                    due=each.clock.due,
                    answered_at=each.answered_at,
                    closed_at=each.closed_at,
                    verdict=each.verdict,
                )
            )
    closed, still_open = (LateList(id=which, cases=tuple(rows)) for which, rows in found.items())
    return closed, still_open


def deciding(case: Case, rulebook: Rulebook, unit: str) -> SlaClock | None:
    """Return the case's clock that decides lateness: where units have one each, that of *unit*, the lead."""
    late_by = rulebook.outline.rulebook.late_by
    return next((clock for clock in case.clocks if clock.rule == late_by and clock.subject in ("", unit)), None)


def _as_of(store: CaseStore, case: str, as_of: datetime) -> Case:
    latest = store.read(case).case
    if latest.updated_at < as_of:
        return latest
    history = (journal.decode(row.text, case=case, seq=row.seq) for row in store.events(case))
    return fold(event for event in history if event.occurred_at < as_of)


def _answered_at(store: CaseStore, case: str, as_of: datetime) -> datetime | None:
    """Return when the reply that stands was published: one that was returned, or that a reopening set aside, stands no more."""
    at = None
    for row in store.events(case):
        event = journal.decode(row.text, case=case, seq=row.seq)
        if event.occurred_at >= as_of:
            break
        if isinstance(event.data, Published | Reopened | Returned):
            at = event.occurred_at if isinstance(event.data, Published) else None
    return at


class _Known:
    """The rulebooks that a store keeps and its calendars as they were known at the last instant of a snapshot, each read once."""

    def __init__(self, store: CaseStore, last: datetime) -> None:
        self._store, self._last = store, last
        self._books: dict[str, Rulebook] = {}
        self._keepers: dict[tuple[str, str], Timekeeper] = {}

    def rulebook(self, case: Case) -> Rulebook:
        digest = case.rulebook_digest
        if digest not in self._books:
            text = self._store.kept("rulebook", digest)
            if text is None:
                raise UnknownRulebook(f"{case.rulebook}@{digest}", choices=sorted(self._books))
            self._books[digest] = Rulebook.restore(text)
        return self._books[digest]

    def keeper(self, book: Rulebook) -> Timekeeper:
        """Return the timekeeper of a rulebook, by the calendar as it was known on the day of the snapshot."""
        name = book.outline.rulebook.calendar
        key = name, book.zone
        if key not in self._keepers:
            text = self._store.kept(f"notices:{name}")
            calendar = read_calendar(name, text) if text else WorkCalendar.named(name)
            day = self._last.astimezone(zone_named(book.zone)).date()
            self._keepers[key] = Timekeeper(_as_known(calendar, day), book.zone, provisional=True)
        return self._keepers[key]


def _as_known(calendar: WorkCalendar, day: date) -> WorkCalendar:
    """Return a calendar without the notices that were published after a day: no later notice changes an earlier figure."""
    try:
        return WorkCalendar.named(calendar.name, notices=calendar.notices, as_of=min(day, calendar.as_of or day))
    except InputError:  # nothing was announced by then, so what is known now is all there is
        return calendar


# --- counting them ----------------------------------------------------------------------------------------------------


def late_figures(stood: Iterable[Stood]) -> dict[str, Figure]:
    """Return by name what the lists count, and the on-time rate with the two counts that it is computed from."""
    rows = tuple(stood)
    closed = [each.case.id for each in rows if each.row.closed]
    late, waiting = ([each.case.id for each in rows if each.late == which] for which in LATE)
    in_time = [each.case.id for each in rows if each.row.closed and not each.late]
    owed = [each.case.id for each in rows if each.row.closed or each.late]
    counts = [
        counted_late("closed-late", late),
        counted_late("open-late", waiting),
        _counted("closed-in-time", IN_TIME, in_time, working=f"{len(closed)} − {len(late)}"),
        _counted("closed-or-late", OWED, owed, working=f"{len(closed)} + {len(waiting)}"),
    ]
    found = {figure.name: figure for figure in counts}
    found["on-time"] = ratio("on-time", ON_TIME, found["closed-in-time"], found["closed-or-late"])
    return found


def counted_late(id: Late, cases: Iterable[str], *, of: str = "", zh: str = "", en: str = "") -> Figure:
    """Return how many cases a list, or one unit's part of it, has; *of*, *zh* and *en* are as in `Statistics.figures`."""
    return _counted(id, LATE[id], cases, of=of, zh=zh, en=en)


def _counted(
    name: str, definition: Definition, cases: Iterable[str], *, working: str = "", of: str = "", zh: str = "", en: str = ""
) -> Figure:
    found = tuple(cases)
    return Figure(
        name=f"{name}{of}",
        value=len(found),
        zh=f"{zh}{definition.zh}",
        en=f"{definition.en}{en}",
        formula_zh=definition.formula_zh,
        formula_en=definition.formula_en,
        working=working or str(len(found)),
        numerator=len(found),
        cases=found,
    )


# --- showing them -----------------------------------------------------------------------------------------------------


def how_late(verdict: Verdict, *, lang: Lang = "zh") -> str:
    """Return by how much a case is late: working days, and for a limit in hours the time, in which it is counted."""
    if verdict.time is not None and verdict.time >= _ONE_MINUTE:
        span = show_span(verdict.time, lang=lang, in_days=not verdict.working)
        return _WORKING_TIME[chinese(lang)].format(span) if verdict.working else span
    return Limit(verdict.days, "working days").label(lang) if verdict.days else _LESS[chinese(lang)]


def show_due(due: Deadline, *, zone: str) -> str:
    """Return the last day, and where the limit ends within it the time."""
    end = show_moment(due.before, zone=zone)
    return end if end.startswith(f"{due.date}") else f"{due.date}"


def _day(moment: datetime | None, zone: str) -> str:
    return show_moment(moment, zone=zone)[:10] if moment else ""
