"""Cases of a database moved to another version of their rulebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from ..errors import CaseworkError, InputError
from ..languages import Lang, chinese
from .acts import actor_named
from .terminal import DATABASE, Database, Language, existing, rulebook_named, say, say_table
from .timelines import cases_named
from .wording import action_named, clock_named, due_date, listing, named

if TYPE_CHECKING:
    from ..cases import Case
    from ..desk import Desk
    from ..events import ClockMoved
    from ..limits import Deadline
    from ..moves import Move, MovedCase
    from ..rulebook import Rulebook

_HEADS = {"zh": ("编号", "事项", "原来", "改后", "变动"), "en": ("case", "what", "before", "then", "change")}
_WORDS = {  # in English and in Chinese
    "dry run": ("dry run: nothing is changed", "试算：不作任何改动"),
    "to": ("to rulebook {} ({}); {} cases looked at", "改用规则{}（{}），核对{}件"),
    "none": ("no case moves", "没有须改用的件"),
    "would": ("{} would move, {} would stay where they are", "将改用{}件，暂不改用{}件"),
    "did": ("{} moved, {} stayed where they are", "已改用{}件，暂不改用{}件"),
    "refused": ("not moved: {}: {}", "暂不改用：{}：{}"),
    "version": ("rulebook", "规则"),
    "gates": ("gates before: {}", "{}的关口"),
    "status": ("what the citizen reads", "群众所见状态"),
    "no gate": ("none", "无"),
    "left": ("paused, {} left", "中止，尚余{}"),
    "counted": ("counted anew", "重新计算"),
    "started": ("starts, as of the act that starts it", "依新规则起算"),
    "stopped": ("stopped already by the new rule", "依新规则已停止"),
    "cancelled": ("ends without a verdict: its rule is gone", "规则已取消，计时终止"),
    "rungs": ("other reminders", "提醒时点调整"),
}


def _word(what: str, lang: Lang, *facts: object) -> str:
    return _WORDS[what][chinese(lang)].format(*facts)


def move(
    rulebook: Annotated[str, typer.Argument(help="The new version: a TOML file, or a shipped rulebook's name.")],
    cases: Annotated[
        list[str] | None,
        typer.Argument(metavar="CASE", help="Ids, or the numbers that channels gave; left out: all that keep another version."),
    ] = None,
    by: Annotated[
        str, typer.Option("--by", "--as", help="Who moves them: PERSON:ROLE; PERSON alone where the register grants one role.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why; it is kept with each case.")] = "",
    across: Annotated[bool, typer.Option("--across", help="Move cases that are named from a rulebook of another id, too.")] = False,
    db: Database = DATABASE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what would change, and change nothing.")] = False,
    lang: Language = "zh",
) -> None:
    """Move cases to another version of their rulebook, each as an event of its own; run again, nothing moves."""
    from ..desk import desk_for

    new = rulebook_named(rulebook)
    if not by:
        raise InputError("say who moves the cases: --by PERSON:ROLE", value=by)
    with existing(db) as store:
        desk, who = desk_for(store), actor_named(by, new)
        wanted = [name for case in cases for name in _one(cases_named(store, case), case)] if cases else None
        done = desk.move(new, wanted, by=who, reason=reason, across=across, dry_run=dry_run)
        _report(desk, new, done, lang)
    if done.refused:
        count = len(done.refused)
        raise CaseworkError(f"{count} case{'' if count == 1 else 's'} cannot be moved yet, for the reasons above")


def _one(found: list[str], case: str) -> list[str]:
    if len(found) > 1:
        raise InputError(f"{len(found)} cases have the number {case!r}; give the id of one: {', '.join(found)}", value=case)
    return found


def _report(desk: Desk, new: Rulebook, done: Move, lang: Lang) -> None:
    if done.dry_run:
        say(_word("dry run", lang))
    say(_word("to", lang, done.rulebook, done.digest, done.cases))
    books: dict[str, Rulebook] = {}
    rows = []
    for row in done.moved:
        case = desk.get(row.case)
        if row.old_digest not in books:
            books[row.old_digest] = desk.rulebook_of(replace(case, rulebook_digest=row.old_digest))
        rows += [(case.number or case.id, *cells) for cells in _changes(case, row, books[row.old_digest], new, done.rulebook, lang)]
    if rows:
        say_table(_HEADS[lang], rows, fold=True)
    for name, reason in done.refused:
        say(_word("refused", lang, name, reason))
    if done.moved or done.refused:
        say(_word("would" if done.dry_run else "did", lang, len(done.moved), len(done.refused)))
    else:
        say(_word("none", lang))


def _changes(
    case: Case, row: MovedCase, old: Rulebook, new: Rulebook, version: str, lang: Lang
) -> Iterator[tuple[str, str, str, str]]:
    """Yield what changes of a case: the version itself, each clock, gates to come, and the citizen's status."""
    yield _word("version", lang), row.old, version, ""
    orders = {order.id: order.number for order in case.orders}
    for clock in row.clocks:
        book = old if clock.change == "cancelled" else new
        before, then = (_due(due, left, book, lang) for due, left in _sides(clock))
        yield clock_named(book, clock.clock, lang, orders), before, then, _word(clock.change, lang)
    for gates in row.gates:
        before, then = (_gates(roles, book, lang) for roles, book in ((gates.old, old), (gates.new, new)))
        yield _word("gates", lang, action_named(gates.act, lang)), before, then, ""
    if row.status:
        before, then = (named(status, book, lang) for status, book in zip(row.status, (old, new), strict=True))
        yield _word("status", lang), before or "—", then or "—", ""


def _sides(clock: ClockMoved) -> tuple[tuple[Deadline | None, int | None], ...]:
    return (clock.old, clock.old_left), (clock.new, clock.new_left)


def _due(due: Deadline | None, left: int | None, book: Rulebook, lang: Lang) -> str:
    return _word("left", lang, left) if due is None and left is not None else due_date(due, lang, zone=book.zone)


def _gates(roles: tuple[str, ...], book: Rulebook, lang: Lang) -> str:
    return listing([named(role, book, lang) for role in roles], lang) or _word("no gate", lang)
