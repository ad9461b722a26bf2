"""A case shown: its timeline, its clocks and its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from ..languages import Lang, chinese
from .terminal import DATABASE, Database, Language, existing, say, say_table
from .wording import clock_named, due_date, happened, whole_limit

if TYPE_CHECKING:
    from ..adapters.sql import SqlStore

_EVENT_HEADS = {"zh": ("", "时间", "状态", "事项", "经办"), "en": ("", "when", "state", "what", "who")}
_CLOCK_HEADS = {"zh": ("计时", "期限", "到期", "结果"), "en": ("clock", "limit", "due", "verdict")}
_REPLIES = {"submitted": "待审核", "returned": "已退回", "published": "已公开"}


def show(
    case: Annotated[str, typer.Argument(help="A case's id, or the number that its channel gave it.")],
    db: Database = DATABASE,
    explain: Annotated[bool, typer.Option("--explain", help="Explain each clock day by day.")] = False,
    lang: Language = "zh",
) -> None:
    """Show a case: its timeline, its clocks and its texts, for the trusted operator."""
    with existing(db) as store:
        _show(store, case, explain=explain, lang=lang)


def _show(store: SqlStore, case: str, *, explain: bool, lang: Lang) -> None:
    from ..desk import desk_for
    from ..errors import CaseNotFound
    from ..moments import show_moment
    from ..states import action_label

    desk = desk_for(store)
    found = store.numbered(case) or [case]
    try:
        row = desk.get(found[0])
    except CaseNotFound as error:
        raise InputError(f"no case has the id or number {case!r}", value=case) from error
    if len(found) > 1:
        say(f"{len(found)} cases have the number {case}; this is the earliest. The others: {', '.join(found[1:])}")
    desk.verify(row.id)
    book, message, texts = desk.rulebook_of(row), desk.message(row.id), store.texts(row.id)
    zone, life = book.zone, book.lifecycle
    say(message.subject, style="bold")
    say(f"{row.number or ''} {row.id} · {life.label(row.state, lang=lang)} · {row.lead or '—'} · {row.rulebook}".strip())
    say_table(
        _EVENT_HEADS[lang],
        (
            (
                str(event.seq),
                show_moment(event.occurred_at, zone=zone),
                life.label(event.state, lang=lang),
                happened(event, book, texts, lang),
                f"{event.actor} ({event.role})",
            )
            for event in desk.history(row.id)
        ),
    )
    verdicts = desk.verdicts(row.id)
    say_table(
        _CLOCK_HEADS[lang],
        (
            (
                clock_named(book, clock.key, lang),
                whole_limit(clock, lang),
                due_date(clock.due, lang, zone=zone),
                verdicts[clock.key].text(lang),
            )
            for clock in row.clocks
        ),
    )
    for clock in row.clocks if explain else ():
        # A clock that waits for its unit has no run yet, so there is nothing to count.
        account = verdicts[clock.key].text(lang) if clock.status == "waiting" else desk.explain(row.id, clock.key).text(lang=lang)
        say(f"\n{clock.key}: {account}")
    say(f"\n{message.body}")
    for reply in row.replies:
        who = reply.unit or reply.by
        status = _REPLIES[reply.status] if chinese(lang) else reply.status
        say(f"\n{action_label('submit', lang=lang)} {reply.number} · {who} · {status}", style="bold")
        say(texts.get(reply.text, ""))
