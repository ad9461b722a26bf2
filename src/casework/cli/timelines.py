"""A case shown as somebody sees it: its timeline, its clocks, who has it, what is asked of them, and its texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from ..errors import InputError
from ..languages import Lang, chinese
from .eyes import Eyes, SeenAs, Unmasked, eyes_of
from .terminal import DATABASE, Database, Language, existing, say, say_table
from .wording import (
    action_named,
    asked_for,
    clock_named,
    counted,
    due_date,
    effect_named,
    happened,
    listing,
    named,
    short,
    status_named,
    whole_limit,
    yes_no,
)

if TYPE_CHECKING:
    from datetime import datetime

    from ..adapters.sql import SqlStore
    from ..cases import Case
    from ..desk import Desk
    from ..events import Event, Ref
    from ..rulebook import Rulebook

_EVENT_HEADS = {"zh": ("", "时间", "状态", "事项", "经办"), "en": ("", "when", "state", "what", "who")}
_CLOCK_HEADS = {"zh": ("计时", "期限", "到期", "结果"), "en": ("clock", "limit", "due", "verdict")}
_REPLIES = {"submitted": "待审核", "returned": "已退回", "published": "已公开"}
_TITLES = {  # in English and in Chinese
    "units": ("Units", "承办单位"),
    "waiting": ("Waiting for approval", "待审批"),
    "proposed": ("Proposed by the ladder", "阶梯建议"),
    "consultations": ("Consultations", "会商"),
    "orders": ("Orders", "督办"),
    "revisits": ("Revisits", "回访"),
    "counts": ("Counts", "累计"),
}
_HEADS = {
    "units": (
        ("unit", "part", "status", "asked", "accepted", "contacted", "replied", "declined"),
        ("单位", "分工", "状态", "交办", "签收", "联系", "答复", "退件"),
    ),
    "waiting": (("act", "contents", "asked by", "asked", "stands at"), ("事项", "内容", "申请人", "申请时间", "关口")),
    "proposed": (("occasion", "proposes", "units", "since"), ("事由", "建议", "单位", "时间")),
    "consultations": (
        ("", "called", "convener", "units", "where", "opinions", "concluded"),
        ("", "召集时间", "召集", "单位", "方式", "意见", "结论时间"),
    ),
    "orders": (
        ("number", "form", "to", "issued", "due", "answered", "struck off"),
        ("编号", "文种", "主送", "下发", "期限", "已回复", "销号"),
    ),
    "revisits": (
        ("when", "whom", "how", "solved", "satisfied", "fault of", "order"),
        ("时间", "对象", "方式", "是否解决", "是否满意", "责任", "文书"),
    ),
}
_ON_SITE = (("at the table", "on site"), ("会议", "现场"))
_GATE = ("gate {} of {}: {}", "第{}关，共{}关：{}")
_OPINIONS = ("{} of {}", "{}/{}")
_SEVERAL = (
    "{} cases have the number {}; this is the earliest. The others: {}",
    "编号{1}有{0}件来件，此为最早的一件，其余：{2}",
)
_FROM, _PLACE, _FILES = ("from {}", "来件人 {}"), ("place {}", "地点 {}"), ("files: {}", "附件：{}")
_EMPTY = "—"


def show(
    case: Annotated[str, typer.Argument(help="A case's id, or the number that its channel gave it.")],
    db: Database = DATABASE,
    explain: Annotated[bool, typer.Option("--explain", help="Explain each clock day by day.")] = False,
    seen_as: SeenAs = None,
    unmasked: Unmasked = False,
    lang: Language = "zh",
) -> None:
    """Show a case: its timeline, its clocks, who has it and its texts; who sent it is masked, unless asked for otherwise."""
    with existing(db) as store:
        _show(store, case, explain=explain, seen_as=seen_as, unmasked=unmasked, lang=lang)


def cases_named(store: SqlStore, name: str) -> list[str]:
    """Return the ids of the cases whose channel gave them this number, the earliest first, or the one whose id it is."""
    from ..errors import CaseNotFound

    found = store.numbered(name)
    if not found:
        try:
            found = [store.read(name).case.id]
        except CaseNotFound as error:
            raise InputError(f"no case has the id or number {name!r}", value=name) from error
    return found


def say_others(name: str, found: Sequence[str], lang: Lang) -> None:
    """Say that a number names several cases, where it does."""
    if len(found) > 1:
        say(_SEVERAL[chinese(lang)].format(len(found), name, ", ".join(found[1:])))


def _show(store: SqlStore, name: str, *, explain: bool, seen_as: str | None, unmasked: bool, lang: Lang) -> None:
    from ..desk import desk_for
    from ..moments import show_moment
    from ..states import action_label

    desk = desk_for(store)
    found = cases_named(store, name)
    row = desk.get(found[0])
    say_others(name, found, lang)
    desk.verify(row.id)
    book, eyes = desk.rulebook_of(row), eyes_of(desk, row, seen_as, unmasked=unmasked)
    sight, message, history, texts = eyes.sight, desk.message(row.id), eyes.history, eyes.texts
    say(sight.text(message.subject), style="bold")
    lead = row.lead or _EMPTY
    say(f"{row.number or ''} {row.id} · {book.lifecycle.label(row.state, lang=lang)} · {lead} · {row.rulebook}".strip())
    about = ((_FROM, " · ".join(filter(None, sight.sender.model_dump().values()))), (_PLACE, sight.text(message.place or "")))
    if said := " · ".join(words[chinese(lang)].format(what) for words, what in about if what):
        say(said)
    say_table(
        _EVENT_HEADS[lang],
        (
            (
                str(event.seq),
                show_moment(event.occurred_at, zone=book.zone),
                book.lifecycle.label(event.state, lang=lang),
                happened(event, book, texts, lang, row),
                eyes.who(event.actor, event.role, lang),
            )
            for event in history
        ),
        fold=True,
    )
    _show_clocks(desk, row, book, eyes, explain=explain, lang=lang)
    for section in _sections(row, book, texts, eyes, lang):
        say(f"\n{section.title}", style="bold")
        say_table(section.heads, section.rows, fold=True)
    if not sight.own and (said := counted(row.counts, lang)):
        say(f"\n{_TITLES['counts'][chinese(lang)]} {said}")
    say(f"\n{sight.text(message.body)}")
    if message.attachments:
        say(f"\n{_FILES[chinese(lang)].format(listing((sight.text(row.name) for row in message.attachments), lang))}")
    for reply in row.replies:
        if sight.own and reply.status != "published":
            continue
        status = _REPLIES[reply.status] if chinese(lang) else reply.status
        if reply.status == "submitted" and reply.passed < len(reply.gates):
            status = _gate(reply.gates, reply.passed, book, lang)
        whose = reply.unit or ("" if sight.own else sight.person(reply.by))
        said = " · ".join(filter(None, [f"{action_label('submit', lang=lang)} {reply.number}", whose, status]))
        say(f"\n{said}", style="bold")
        say(texts.get(reply.text, ""))
    for event, text in _longer_texts(row, history, texts):
        who = eyes.who(event.actor, event.role, lang)
        say(f"\n{event.seq} · {action_named(event.action, lang)} · {who}", style="bold")
        say(text)


def _show_clocks(desk: Desk, row: Case, book: Rulebook, eyes: Eyes, *, explain: bool, lang: Lang) -> None:
    verdicts = desk.verdicts(row.id)
    orders = {order.id: order.number for order in row.orders}
    clocks = [clock for clock in row.clocks if not eyes.sight.own or clock.subject not in orders]
    say_table(
        _CLOCK_HEADS[lang],
        (
            (
                clock_named(book, clock.key, lang, orders),
                whole_limit(clock, lang),
                due_date(clock.due, lang, zone=book.zone),
                verdicts[clock.key].text(lang),
            )
            for clock in clocks
        ),
    )
    for clock in clocks if explain else ():
        # A clock that waits for its unit has no run yet, so there is nothing to count.
        account = verdicts[clock.key].text(lang) if clock.status == "waiting" else desk.explain(row.id, clock.key).text(lang=lang)
        say(f"\n{clock.key}: {account}")


# --- what else there is to a case -------------------------------------------------------------------------------------


class _Section(NamedTuple):
    """A titled table; columns in which no row says anything are left out."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _sections(case: Case, book: Rulebook, texts: Mapping[Ref, str], eyes: Eyes, lang: Lang) -> Iterator[_Section]:
    """Yield the parts of a case that there are; what offices ask of each other is no business of the sender's."""
    parts = (
        ("units", _units(case, book, lang)),
        ("waiting", _waiting(case, book, texts, eyes, lang)),
        ("proposed", _proposed(case, book, lang)),
        ("consultations", _consultations(case, book, lang)),
        ("orders", _orders(case, book, lang)),
        ("revisits", _revisits(case, book, lang)),
    )
    for part, told in parts[:1] if eyes.sight.own else parts:
        rows, heads = list(told), _HEADS[part][chinese(lang)]
        kept = [at for at in range(len(heads)) if any(row[at] for row in rows)]
        if rows:
            yield _Section(
                _TITLES[part][chinese(lang)],
                tuple(heads[at] for at in kept),
                tuple(tuple(row[at] or _EMPTY for at in kept) for row in rows),
            )


def _at(moment: datetime | None, book: Rulebook) -> str:
    from ..moments import show_moment

    return show_moment(moment, zone=book.zone) if moment else ""


def _gate(gates: Sequence[str], passed: int, book: Rulebook, lang: Lang) -> str:
    """Return at which gate something stands, and who is to let it pass."""
    return _GATE[chinese(lang)].format(passed + 1, len(gates), named(gates[passed], book, lang))


def _units(case: Case, book: Rulebook, lang: Lang) -> Iterator[tuple[str, ...]]:
    for row in case.assignments:
        moments = (row.asked_at, row.accepted_at, row.contacted_at, row.replied_at, row.declined_at)
        told = (status_named(row.part, lang), status_named(row.status, lang))
        yield (row.unit, *told, *(_at(moment, book) for moment in moments))


def _waiting(case: Case, book: Rulebook, texts: Mapping[Ref, str], eyes: Eyes, lang: Lang) -> Iterator[tuple[str, ...]]:
    from ..limits import Limit

    for row in case.requests:
        who = eyes.who(row.by, row.role, lang)
        asked = asked_for(texts.get(row.text or ""))
        yield action_named(row.act, lang), asked, who, _at(row.at, book), _gate(row.gates, row.passed, book, lang)
    for ask in case.asks:
        rule = book.clocks.get(case.clock(ask.clock).rule)
        approver = rule.extend.approve if rule and rule.extend else ""
        what = f"{action_named('extend', lang)} {clock_named(book, ask.clock, lang)}"
        more = Limit.parse(ask.limit).label(lang)
        yield what, more, f"{eyes.sight.person(ask.by)} ({ask.unit})", _at(ask.at, book), named(approver, book, lang)


def _proposed(case: Case, book: Rulebook, lang: Lang) -> Iterator[tuple[str, ...]]:
    for row in case.proposed:
        effects = listing((effect_named(effect, book, lang) for effect in row.effects), lang)
        yield row.id, effects, listing(row.units, lang), _at(row.at, book)


def _consultations(case: Case, book: Rulebook, lang: Lang) -> Iterator[tuple[str, ...]]:
    for row in case.consultations:
        given = _OPINIONS[chinese(lang)].format(len({unit for unit, _ in row.opinions}), len(row.units))
        units, site = listing(row.units, lang), _ON_SITE[chinese(lang)][row.on_site]
        told = (named(row.convener, book, lang), units, site, given)
        yield (str(row.number), _at(row.called_at, book), *told, _at(row.concluded_at, book))


def _orders(case: Case, book: Rulebook, lang: Lang) -> Iterator[tuple[str, ...]]:
    clocks = {clock.subject: clock for clock in case.clocks if clock.rule.startswith("answer-")}
    for row in case.orders:
        to = listing((named(who, book, lang) for who in (*row.to, *row.roles)), lang)
        clock = clocks.get(row.id)
        due = due_date(clock.due, lang, zone=book.zone) if clock else ""
        answered = listing(dict.fromkeys(named(who, book, lang) for who, _ in row.answers), lang)
        told = (named(row.form, book, lang), to, _at(row.issued_at, book), due, answered)
        yield (row.number, *told, _at(row.cleared_at, book))


def _revisits(case: Case, book: Rulebook, lang: Lang) -> Iterator[tuple[str, ...]]:
    orders = {row.id: row.number for row in case.orders}
    for row in case.revisits:
        found = (yes_no("solved", row.solved, lang), yes_no("satisfied", row.satisfied, lang))
        told = (_at(row.at, book), named(row.whom, book, lang), named(row.how, book, lang))
        yield (*told, *found, named(row.fault, book, lang) if row.fault else "", orders.get(row.order or "", row.order or ""))


def _longer_texts(case: Case, history: Sequence[Event], texts: Mapping[Ref, str]) -> Iterator[tuple[Event, str]]:
    """Yield what people wrote and the timeline had no room for: neither the message and the replies nor documents of orders."""
    from ..events import Attached
    from ..messages import Message

    elsewhere = {case.message, case.sender, *(reply.text for reply in case.replies), *(order.document for order in case.orders)}
    for event in history:
        for name, ref in event.data.refs:
            text = "" if name in ("request", "sender") or ref in elsewhere else texts.get(ref, "")
            if text and isinstance(event.data, Attached):
                yield event, Message.model_validate_json(text).text
            elif text and short(text) != text:
                yield event, text
