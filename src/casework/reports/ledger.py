"""The ledger (台账): every case of a period in one row, with its unit, state, due date and whether it was closed and late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec

from ..cases import Case
from ..languages import Lang, chinese
from ..moments import require_aware, show_moment
from ..ports import CaseStore, Cohort
from ..rulebook import Rulebook

_COLUMNS = (  # in English and in Chinese
    ("number", "unit", "received", "state now", "due", "closed", "late"),
    ("编号", "主办单位", "来件时间", "当前状态", "办理期限", "是否办结", "是否逾期"),
)
_YES_NO = (("yes", "no"), ("是", "否"))


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One case in the ledger.

    ``unit`` ("" where it had none), ``closed`` and ``late`` are as of the snapshot, by the same facts as every figure; ``state``
    and ``due`` (None while the clock is paused, or without that clock) are as of now. ``number`` is the channel's, or else the
    case's id.
    """

    case: str
    number: str
    unit: str
    received_at: datetime
    state: str
    due: date | None
    closed: bool
    late: bool


def ledger(store: CaseStore, *, since: datetime, until: datetime, as_of: datetime, clock: str = "") -> Iterator[LedgerRow]:
    """Yield the cases received in [*since*, *until*) in the order of their receipt, as known before *as_of*.

    *clock* names the clock whose due date is shown and that decides lateness. Raises `NaiveDatetime`.
    """
    cohort = Cohort(
        since=require_aware(since, what="since"),
        until=require_aware(until, what="until"),
        as_of=require_aware(as_of, what="as_of"),
        clock=clock,
    )
    for row in store.cohort(cohort):
        case = store.read(row.case).case
        yield LedgerRow(
            case=case.id,
            number=case.number or case.id,
            unit=row.unit,
            received_at=case.received_at,
            state=case.state,
            due=_due(case, clock, row.unit),
            closed=row.closed,
            late=row.late,
        )


def table(rows: Iterable[LedgerRow], rulebook: Rulebook, *, lang: Lang = "zh") -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return columns and rows as `tables.write_csv` and its kin take them: local times, and the rulebook's words for states."""
    yes, no = _YES_NO[chinese(lang)]
    return _COLUMNS[chinese(lang)], [
        (
            row.number,
            row.unit,
            show_moment(row.received_at, zone=rulebook.zone),
            rulebook.lifecycle.label(row.state, lang=lang),
            row.due,
            yes if row.closed else no,
            yes if row.late else no,
        )
        for row in rows
    ]


def _due(case: Case, clock: str, unit: str) -> date | None:
    found = [row for row in case.clocks if row.rule == clock and row.subject in ("", unit)]
    return found[0].due.date if found and found[0].due else None
