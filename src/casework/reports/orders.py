"""The ledger of orders (督办台账): every order of every case, to whom it went, who answered it, and whether it was struck off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec

from ..cases import Case, Order
from ..events import Ref
from ..languages import Lang, chinese
from ..moments import require_aware, show_moment
from ..ports import CaseStore
from ..rulebook import Rulebook

_COLUMNS = (  # in English and in Chinese
    ("number", "form", "case", "to", "copy to", "issued", "answer due", "answered", "struck off", "late"),
    ("编号", "文种", "来件", "主送", "抄送", "下发", "回复期限", "已回复", "销号", "逾期"),
)
_YES_NO = (("yes", "no"), ("是", "否"))
_WHO = (("all", "{} of {}: {}", ", "), ("全部", "{}/{}：{}", "、"))


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order in the ledger.

    ``order`` is its id within the case, ``case_number`` the case's number from its channel, or else its id. ``to`` are the units
    and roles that it went to, ``answered`` those of them that answered. ``due`` is the last day for the answer and ``late`` whether
    that was missed, as of the moment that was asked for; both are None where the form sets no limit.
    """

    case: str
    case_number: str
    order: str
    number: str
    form: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    issued_at: datetime
    rung: str | None
    answer_wanted: bool
    due: date | None
    late: bool | None
    answered: tuple[str, ...]
    cleared_at: datetime | None
    document: Ref | None
    answers: tuple[tuple[str, Ref], ...]

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it: an answer is wanted, and it is not struck off."""
        return self.answer_wanted and self.cleared_at is None


def orders(store: CaseStore, *, now: datetime, page: int = 500) -> Iterator[OrderRow]:
    """Yield the orders of all cases, case by case in the order of the cases' ids; lateness is judged at *now*.

    Cases are read one at a time, *page* ids at once. Raises `NaiveDatetime`.
    """
    at, after = require_aware(now, what="now"), ""
    while ids := store.ids(after=after, limit=page):
        for name in ids:
            case = store.read(name).case
            yield from (_row(case, order, at) for order in case.orders)
        after = ids[-1]


def table(rows: Iterable[OrderRow], rulebook: Rulebook, *, lang: Lang = "zh") -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return columns and rows as `tables.write_csv` and its kin take them: local times, and the rulebook's words for forms."""
    zh = chinese(lang)
    yes, no = _YES_NO[zh]

    def named(name: str) -> str:
        found = rulebook.orders.get(name) or rulebook.roles.get(name)
        return ((found.zh if zh else found.en) if found else "") or name

    def moment(at: datetime | None) -> str | None:
        return None if at is None else show_moment(at, zone=rulebook.zone)

    def answered(row: OrderRow) -> str | None:
        every, some, between = _WHO[zh]
        if not row.answer_wanted and not row.answered:
            return None
        if set(row.to) <= set(row.answered):
            return every
        who = between.join(map(named, row.answered))
        return some.format(len(row.answered), len(row.to), who) if who else f"0/{len(row.to)}" if zh else f"0 of {len(row.to)}"

    between = _WHO[zh][2]
    return _COLUMNS[zh], [
        (
            row.number,
            named(row.form),
            row.case_number,
            between.join(map(named, row.to)),
            between.join(map(named, row.cc)),
            moment(row.issued_at),
            row.due,
            answered(row),
            moment(row.cleared_at),
            None if row.late is None else yes if row.late else no,
        )
        for row in rows
    ]


def _row(case: Case, order: Order, now: datetime) -> OrderRow:
    clock = next((row for row in case.clocks if row.key == f"answer-{order.form}:{order.id}"), None)
    late = None
    if clock is not None and clock.status != "cancelled":
        missed = clock.status == "running" and clock.due is not None and clock.due.before <= now
        late = not clock.met if clock.status == "stopped" else missed
    return OrderRow(
        case=case.id,
        case_number=case.number or case.id,
        order=order.id,
        number=order.number,
        form=order.form,
        to=(*order.to, *order.roles),
        cc=order.cc,
        issued_at=order.issued_at,
        rung=order.rung,
        answer_wanted=order.answer_wanted,
        due=clock.due.date if clock is not None and clock.due else None,
        late=late,
        answered=tuple(dict.fromkeys(who for who, _ in order.answers)),
        cleared_at=order.cleared_at,
        document=order.document,
        answers=order.answers,
    )
