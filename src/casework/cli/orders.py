"""The orders of all cases as a ledger (督办台账), and one order in full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError, listed, nearest
from ..languages import Lang, chinese
from .eyes import Eyes, SeenAs, Unmasked, eyes_of, shown_to
from .terminal import DATABASE, Database, Language, existing, say, say_table
from .wording import listing, named

if TYPE_CHECKING:
    from datetime import datetime

    from ..adapters.sql import SqlStore
    from ..desk import Desk
    from ..reports.orders import OrderRow

_KINDS = (".csv", ".xlsx", ".md")
_SHOWN, _DAY = (0, 1, 2, 3, 5, 6, 7, 8, 9), len("2020-07-01")  # a terminal has no room for copies, nor for the hour
_SHEET = ("orders", "督办台账")
_COUNTED = ("{} orders, {} of them open, {} late", "共{}件，未销号{}件，逾期{}件")
_NONE = ("no orders", "没有督办")
_ONE = {  # in English and in Chinese
    "case": ("case {} {}", "来件 {} {}"),
    "to": ("to {}", "主送 {}"),
    "cc": ("copy to {}", "抄送 {}"),
    "issued": ("issued {}", "下发 {}"),
    "rung": ("by rung {}", "阶梯 {}"),
    "due": ("answer due {}", "回复期限 {}"),
    "late": ("late", "逾期"),
    "waits": ("not answered by {}", "未回复 {}"),
    "cleared": ("struck off {}", "销号 {}"),
    "answer": ("answer of {}", "回复 {}"),
}


def orders(
    number: Annotated[str | None, typer.Argument(help="An order's number: shows its document and its answers in full.")] = None,
    db: Database = DATABASE,
    open_: Annotated[bool, typer.Option("--open", help="Only those that want an answer and are not struck off.")] = False,
    form: Annotated[str | None, typer.Option(help="Only orders of this form, for example supervision or 督办单.")] = None,
    unit: Annotated[str | None, typer.Option(help="Only orders to this unit.")] = None,
    into: Annotated[Path | None, typer.Option(help="A file to write the ledger to: .csv, .xlsx or .md.")] = None,
    seen_as: SeenAs = None,
    unmasked: Unmasked = False,
    lang: Language = "zh",
) -> None:
    """List every order of every case (督办台账), or show one in full."""
    from ..desk import desk_for, utc_now
    from ..reports.orders import orders as every_order

    if into is not None and into.suffix.lower() not in _KINDS:
        raise InputError(f"cannot write {into.name}: known kinds are {', '.join(_KINDS)}", value=str(into))
    with existing(db) as store:
        desk = desk_for(store)
        shown = shown_to(desk, seen_as, inside=True)
        if number is not None:
            _show(
                desk,
                [row for row in every_order(store, now=utc_now()) if shown(row.case)],
                number,
                seen_as,
                lang,
                unmasked=unmasked,
            )
            return
        wanted = _wanted(desk, form=form, unit=unit, only_open=open_)
        _list(store, desk, lambda row: wanted(row) and shown(row.case), utc_now(), into, lang)


def _wanted(desk: Desk, *, form: str | None, unit: str | None, only_open: bool) -> Callable[[OrderRow], bool]:
    """Return what tells the rows that were asked for; a form or unit that there is not is an `InputError`."""
    book = desk.rulebook
    if form is not None and form not in book.orders:
        labels = {named(name, book, lang): name for name in book.orders for lang in ("zh", "en")}
        if form not in labels:
            forms = [*book.orders, *labels]
            raise InputError(
                f"the rulebook has no order form {form!r}{nearest(form, forms)} (forms: {listed(book.orders)})", value=form
            )
        form = labels[form]
    if unit is not None and book.register:
        unit = book.register.find(unit).name

    def wanted(row: OrderRow) -> bool:
        return (not only_open or row.open) and form in (None, row.form) and (unit is None or unit in row.to)

    return wanted


def _list(store: SqlStore, desk: Desk, wanted: Callable[[OrderRow], bool], now: datetime, into: Path | None, lang: Lang) -> None:
    from ..reports.orders import orders as every_order
    from ..reports.orders import table
    from ..tables import write_csv, write_markdown, write_xlsx

    zh = chinese(lang)
    rows = sorted(filter(wanted, every_order(store, now=now)), key=lambda row: (row.issued_at, row.case, row.order))
    heads, cells = table(rows, desk.rulebook, lang=lang)
    if into is None:
        if not rows:
            say(_NONE[zh])
            return
        brief = ([_brief(at, row[at]) for at in _SHOWN] for row in cells)
        say_table([heads[at] for at in _SHOWN], brief, fold=True)
    elif into.suffix.lower() == ".csv":
        write_csv(into, heads, cells)
    elif into.suffix.lower() == ".xlsx":
        write_xlsx(into, {_SHEET[zh]: (heads, cells)})
    else:
        into.write_text(write_markdown(heads, cells), "utf-8")
    say(_COUNTED[zh].format(len(rows), sum(row.open for row in rows), sum(row.late is True for row in rows)))


def _brief(at: int, cell: object) -> str:
    """Return a cell as the terminal shows it: of a moment, which stand in columns 5 and 8, the day."""
    shown = "" if cell is None else str(cell)
    return shown[:_DAY] if at in (5, 8) else shown


def _show(desk: Desk, rows: Sequence[OrderRow], number: str, seen_as: str | None, lang: Lang, *, unmasked: bool) -> None:
    """Print every order of this number: another form may have a series that comes to the same."""
    found = [row for row in rows if row.number == number]
    if not found:
        numbers = [row.number for row in rows]
        raise InputError(f"there is no order {number!r}{nearest(number, numbers)} (orders: {listed(numbers)})", value=number)
    for at, row in enumerate(found):
        if at:
            say("")
        _show_one(desk, row, eyes_of(desk, desk.get(row.case), seen_as, unmasked=unmasked), lang)


def _show_one(desk: Desk, row: OrderRow, eyes: Eyes, lang: Lang) -> None:
    from ..events import OrderAnswered
    from ..moments import show_moment

    zh, book, texts = chinese(lang), eyes.book, eyes.texts

    def names(every: Sequence[str]) -> str:
        return listing((named(name, book, lang) for name in every), lang)

    def told(what: str, *facts: object) -> str:
        return _ONE[what][zh].format(*facts)

    waits = [who for who in row.to if who not in row.answered] if row.open else []
    lines = [
        told("case", row.case_number, eyes.sight.text(desk.message(row.case).subject)),
        " · ".join([told("to", names(row.to)), *([told("cc", names(row.cc))] if row.cc else [])]),
        " · ".join(
            [
                told("issued", show_moment(row.issued_at, zone=book.zone)),
                *([told("rung", named(row.rung, book, lang))] if row.rung else []),
                *([told("due", row.due)] if row.due else []),
                *([told("late")] if row.late else []),
                *([told("waits", names(waits))] if waits else []),
                *([told("cleared", show_moment(row.cleared_at, zone=book.zone))] if row.cleared_at else []),
            ]
        ),
    ]
    say(f"{named(row.form, book, lang)} {row.number}", style="bold")
    for line in lines:
        say(line)
    document = texts.get(row.document, "") if row.document else ""
    if document:
        say(f"\n{document.strip()}")
    answered_at = {
        event.data.answer: event.occurred_at for event in desk.history(row.case) if isinstance(event.data, OrderAnswered)
    }
    for who, ref in row.answers:
        said = (told("answer", named(who, book, lang)), show_moment(answered_at[ref], zone=book.zone))
        say(f"\n{' · '.join(said)}", style="bold")
        say(texts.get(ref, ""))
