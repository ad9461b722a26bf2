"""The ledger (台账): every case of a period in one row, as it stood at a snapshot: unit, state, due date, whether it is late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec

from ..cases import Case
from ..languages import Lang, chinese
from ..moments import require_aware, show_moment
from ..ports import CaseStore, Cohort
from ..rulebook import Rulebook
from ..sla import Verdict
from .late import LATE, Late, as_they_stood, how_late

_COLUMNS = (  # in English and in Chinese
    ("number", "unit", "received", "state", "due", "answered", "closed", "late", "late by", "returned", "declined", "open orders"),
    ("编号", "主办单位", "来件时间", "状态", "办理期限", "答复时间", "办结时间", "逾期", "逾期时长", "退回", "退件", "未销号"),
)
_NO = ("no", "否")
_BRIEF = (
    ("number", "unit", "state", "received", "due", "answered", "closed", "late", "besides"),
    ("编号", "主办单位", "状态", "来件", "期限", "答复", "办结", "逾期", "其他"),
)
_COUNTS = (("returned", "declined", "open orders", " ", ", "), ("退回", "退件", "未销号", "", "、"))


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One case in the ledger, as it stood at the snapshot.

    ``number`` is the channel's, or else the case's id; ``unit`` the lead ("" where it had none); ``due`` the last day of the clock
    that decides lateness (None while it is paused, or where there is none) and ``verdict`` what that clock says. ``answered_at`` is
    when the reply that stands was published; ``late`` names the late list that the case is in. ``over``: nothing remains to be
    done. ``returned`` and ``declined`` say how often; ``orders`` counts the orders that were not struck off (未销号).
    """

    case: str
    number: str
    unit: str
    received_at: datetime
    state: str
    due: date | None
    verdict: Verdict | None
    answered_at: datetime | None
    closed_at: datetime | None
    over: bool
    late: Late | None
    returned: int
    declined: int
    orders: int


def ledger(store: CaseStore, *, since: datetime, until: datetime, as_of: datetime) -> Iterator[LedgerRow]:
    """Yield the cases received in [*since*, *until*) in the order of their receipt, as known before *as_of*.

    Each case goes by the rulebook that it kept then. Raises `NaiveDatetime`, and `UnknownRulebook` as `as_they_stood` does.
    """
    cohort = Cohort(
        since=require_aware(since, what="since"),
        until=require_aware(until, what="until"),
        as_of=require_aware(as_of, what="as_of"),
    )
    for stood in as_they_stood(store, cohort):
        case, clock = stood.case, stood.clock
        yield LedgerRow(
            case=case.id,
            number=case.number or case.id,
            unit=stood.row.unit,
            received_at=case.received_at,
            state=case.state,
            due=clock.due.date if clock and clock.due else None,
            verdict=stood.verdict,
            answered_at=stood.answered_at,
            closed_at=stood.closed_at,
            over=stood.over,
            late=stood.late,
            returned=case.counts.get("returned", 0),
            declined=case.counts.get("declined", 0),
            orders=_open_orders(case),
        )


def table(rows: Iterable[LedgerRow], rulebook: Rulebook, *, lang: Lang = "zh") -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return columns and rows as `tables.write_csv` and its kin take them: local times, and the rulebook's words for states."""

    def moment(at: datetime | None) -> str | None:
        return show_moment(at, zone=rulebook.zone) if at else None

    return _COLUMNS[chinese(lang)], [
        (
            row.number,
            row.unit,
            moment(row.received_at),
            rulebook.lifecycle.label(row.state, lang=lang),
            row.due,
            moment(row.answered_at),
            moment(row.closed_at),
            late_label(row.late, lang=lang),
            how_late(row.verdict, lang=lang) if row.late and row.verdict else None,
            row.returned,
            row.declined,
            row.orders,
        )
        for row in rows
    ]


def brief(
    rows: Iterable[LedgerRow], rulebook: Rulebook, *, year: int, lang: Lang = "zh"
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return columns and rows narrow enough for a terminal: days without the year where that is *year*, counts that are not 0."""
    *names, gap, comma = _COUNTS[chinese(lang)]

    def day(at: datetime | date | None) -> str:
        if at is None:
            return ""
        whole = show_moment(at, zone=rulebook.zone)[:10] if isinstance(at, datetime) else at.isoformat()
        return whole.removeprefix(f"{year:04}-")

    def late(row: LedgerRow) -> str:
        return f"{late_label(row.late, lang=lang)} {how_late(row.verdict, lang=lang)}" if row.late and row.verdict else ""

    def besides(row: LedgerRow) -> str:
        counts = zip(names, (row.returned, row.declined, row.orders), strict=True)
        return comma.join(f"{name}{gap}{count}" for name, count in counts if count)

    return _BRIEF[chinese(lang)], [
        (
            row.number,
            row.unit,
            rulebook.lifecycle.label(row.state, lang=lang),
            *map(day, (row.received_at, row.due, row.answered_at, row.closed_at)),
            late(row),
            besides(row),
        )
        for row in rows
    ]


def late_label(late: Late | None, *, lang: Lang = "zh") -> str:
    """Return what the ledger says of a case's lateness: no, closed late, or open and late."""
    if late is None:
        return _NO[chinese(lang)]
    return LATE[late].zh if chinese(lang) else LATE[late].en


def _open_orders(case: Case) -> int:
    return sum(order.answer_wanted and order.cleared_at is None for order in case.orders)
