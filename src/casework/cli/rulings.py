"""What a rulebook rules about handling, in words: roles, gates, replies, assignments, consultations, orders, the ladder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..languages import Lang, chinese
from ..limits import Limit
from .wording import action_named, effect_named, listing, named

if TYPE_CHECKING:
    from ..approvals import Approval
    from ..escalation import OrderForm, Rung
    from ..privacy import Role
    from ..replies import ReplyCheck
    from ..routing import RouteRule
    from ..rulebook import Rulebook

_SAID = {  # in English and in Chinese
    "any": ("every case: {}", "全部来件：{}"),
    "board": ("cases of the own boards: {}", "所管栏目的来件：{}"),
    "unit": ("cases of the own unit: {}", "本单位的来件：{}"),
    "own": ("own cases: {}", "本人的来件：{}"),
    "returns handler": ("goes back to the handler", "退回承办人"),
    "returns previous": ("or to the gate before", "或退回上一关"),
    "resubmit first": ("starts again at the first gate", "重报自第一关起"),
    "resubmit same": ("starts again at the gate that sent it back", "重报自退回的一关起"),
    "if": ("if {}", "条件：{}"),
    "block": ("refused: {}", "不予提交：{}"),
    "advise": ("remarked on: {}", "提示：{}"),
    "require": ("says none of {}", "未写明{}中的任一项"),
    "require_all": ("does not say all of {}", "未写全{}"),
    "forbid": ("says {}", "含有{}"),
    "min_chars": ("fewer than {} characters", "不足{}字"),
    "max_chars": ("more than {} characters", "超过{}字"),
    "acknowledgement": ("a mere acknowledgement", "只称收悉而未答复"),
    "signature": ("not signed by the unit", "未署单位名称"),
    "date": ("not dated", "未署日期"),
    "due": ("when {} is due", "{}到期时"),
    "before": ("{} before {} is due", "{1}到期前{0}"),
    "after": ("{} after {} is due", "{1}到期后{0}"),
    "unanswered": ("when the answer to {} is due", "{}回复到期时"),
    "unanswered before": ("{} before the answer to {} is due", "{1}回复到期前{0}"),
    "unanswered after": ("{} after the answer to {} is due", "{1}回复到期后{0}"),
    "done": ("after: {}", "{}之后"),
    "returned": ("returned: {}", "退回满{}次"),
    "declined": ("declined: {}", "退件满{}次"),
    "dissatisfied": ("found dissatisfied: {}", "不满意满{}次"),
    "repeated": ("repeated: {}", "重复来件满{}次"),
    "views": ("viewed: {}", "点击量满{}次"),
    "instructed": ("instructed upon: {}", "批示满{}次"),
    "propose": ("proposed for a person to decide", "由人决定是否采纳"),
    "again": ("again every {}, at most {} times", "每{}一次，最多{}次"),
    "issued by": ("issued by {}", "由{}下发"),
    "to": ("to {}", "主送{}"),
    "cc": ("copied to {}", "抄送{}"),
    "lead": ("the lead unit", "主办单位"),
    "units": ("the units that have the case", "各承办单位"),
    "parent": ("the unit above the lead", "主办单位的上级单位"),
    "numbered": ("numbered {}", "编号{}"),
    "answer": ("answered {}{}", "回复{}{}"),
    "within": ("within {}", "时限{}"),
    "no answer": ("wants no answer", "不要求回复"),
    "cleared": ("struck off by {}", "由{}销号"),
    "accept": ("a unit accepts before it answers", "单位签收后办理"),
    "decline limit": ("may decline within {} of being asked", "可在交办后{}内退件"),
    "decline max": ("at most {} declines", "退件最多{}次"),
    "first-asked": ("the unit that was asked first stays responsible", "首接单位负责"),
    "contribute": ("assisting units contribute to the lead's reply", "协办单位向主办单位提交意见"),
    "reply": ("assisting units may answer by themselves", "协办单位可自行答复"),
    "required parts": ("all of them before the lead answers", "主办单位答复前须全部提交"),
    "convener": ("convened by {}", "由{}召集"),
    "opinions": ("every unit called gives its opinion", "与会单位均须提出意见"),
    "revisit": ("closed only after the citizen was asked, if {}", "办结前须回访群众，条件：{}"),
    "faults": ("fault: {}", "责任：{}"),
    "reopen": ("for one of: {}", "事由：{}"),
    "reopen within": ("within {} of closing", "办结后{}内"),
    "times": ("at most {} times", "最多{}次"),
    "proposes": ("proposes {}", "建议{}"),
    "calls": ("asks the function {}", "调用函数{}"),
}


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)


def _together(said: Iterator[str], lang: Lang) -> str:
    return ("；" if chinese(lang) else "; ").join(filter(None, said))


def _limit(text: str, lang: Lang) -> str:
    return Limit.parse(text.removeprefix("-")).label(lang)


def role_ruling(role: Role, lang: Lang) -> str:
    """Return on which cases a role acts, and what it may do."""
    return _say(role.scope, lang, listing((action_named(action, lang) for action in role.may), lang))


def route_ruling(rule: RouteRule, book: Rulebook, lang: Lang) -> str:
    """Return what a routing rule proposes, and when."""
    proposed = listing((named(value, book, lang) for value in rule.set.values()), lang)
    what = _say("calls", lang, rule.call) if rule.call else _say("proposes", lang, proposed)
    return _together(iter([what, _say("if", lang, rule.when) if rule.when else ""]), lang)


def gates_ruling(approval: Approval, book: Rulebook, lang: Lang) -> str:
    """Return the gates before an act, and what becomes of a reply that is sent back."""

    def said() -> Iterator[str]:
        yield " → ".join(named(role, book, lang) for role in approval.by)
        if approval.when:
            yield _say("if", lang, approval.when)
        if approval.on == "publish":
            yield from (_say(f"returns {way}", lang) for way in approval.returns)
            yield _say(f"resubmit {approval.resubmit_at}", lang)

    return _together(said(), lang)


def check_ruling(check: ReplyCheck, lang: Lang) -> str:
    """Return what a reply is refused for, or remarked on."""
    kinds = ("require", "require_all", "forbid", "min_chars", "max_chars", "acknowledgement", "signature", "date")
    kind = next(kind for kind in kinds if getattr(check, kind))
    value = getattr(check, kind)
    found = _say(kind, lang, listing(value, lang) if isinstance(value, tuple) else value)
    when = getattr(check, "when", "")
    return _together(iter([_say(check.level, lang, found), _say("if", lang, when) if when else ""]), lang)


def rung_ruling(rung: Rung, book: Rulebook, lang: Lang) -> str:
    """Return when a rung fires and what it does."""

    def said() -> Iterator[str]:
        if rung.kind == "count":
            yield _say(rung.name, lang, rung.at or 1)
        elif rung.kind == "done":
            yield _say("done", lang, action_named(rung.name, lang))
        else:
            clock = book.clocks.get(rung.name)
            about = (clock.zh if chinese(lang) else clock.en) if clock else ""
            what = named(rung.name, book, lang) if rung.kind == "unanswered" else about or rung.name
            kind = "unanswered " if rung.kind == "unanswered" else ""
            if rung.distance.amount:
                yield _say(f"{kind}{'before' if rung.before else 'after'}", lang, rung.distance.label(lang), what)
            else:
                yield _say(kind.strip() or "due", lang, what)
        if rung.when:
            yield _say("if", lang, rung.when)
        yield listing((effect_named(effect, book, lang) for effect in rung.do), lang)
        if rung.mode == "propose":
            yield _say("propose", lang)
        if rung.repeat:
            every = rung.repeat.every
            yield _say("again", lang, every if isinstance(every, int) else _limit(every, lang), rung.repeat.max)

    return _together(said(), lang)


def order_ruling(form: OrderForm, book: Rulebook, lang: Lang) -> str:
    """Return who issues a form of order to whom, how it is numbered, answered and struck off."""

    def people(names: tuple[str, ...]) -> str:
        return listing(
            (_say(name, lang) if name in ("lead", "units", "parent") else named(name, book, lang) for name in names), lang
        )

    def said() -> Iterator[str]:
        if form.by:
            yield _say("issued by", lang, people(form.by))
        yield _say("to", lang, people(form.to))
        if form.cc:
            yield _say("cc", lang, people(form.cc))
        yield _say("numbered", lang, form.document.series)
        if not form.answer.wanted:
            yield _say("no answer", lang)
            return
        limits = [row.limit.label(lang) + (f"（{_say('if', lang, row.when)}）" if row.when else "") for row in form.answer.limit]
        if form.answer.what or limits:
            yield _say("answer", lang, form.answer.what, f" {_say('within', lang, listing(limits, lang))}" if limits else "")
        if form.answer.cleared_by:
            yield _say("cleared", lang, named(form.answer.cleared_by, book, lang))

    return _together(said(), lang)


def handling_rulings(book: Rulebook, lang: Lang) -> Iterator[tuple[str, object, str]]:
    """Yield what the tables of one row rule: the table's name, the table, and the ruling in words, where it rules anything."""
    outline = book.outline
    declining = outline.assignment.decline
    assignment = [
        _say("accept", lang) if outline.assignment.accept else "",
        _say("decline limit", lang, _limit(declining.limit, lang)) if declining.limit else "",
        _say("decline max", lang, declining.max) if declining.max else "",
        _say("first-asked", lang) if outline.assignment.responsible == "first-asked" else "",
        _say(outline.assignment.assisting, lang),
        _say("required parts", lang) if outline.assignment.contributions == "required" else "",
    ]
    meeting, revisit, reopen = outline.consultation, outline.revisit, outline.reopen
    consultation = [
        _say("convener", lang, named(meeting.convener, book, lang)) if meeting.convener else "",
        _say("opinions", lang) if meeting.opinions == "required" else "",
    ]
    revisiting = [
        _say("revisit", lang, revisit.required) if revisit.required else "",
        _say("faults", lang, listing(revisit.faults, lang)) if revisit.faults else "",
    ]
    reopening = [
        _say("reopen", lang, listing(reopen.reasons, lang)) if reopen.reasons else "",
        _say("reopen within", lang, _limit(reopen.within, lang)) if reopen.within else "",
        _say("times", lang, reopen.times) if reopen.times else "",
    ]
    asking = [_say("times", lang, outline.ask.times) if outline.ask.times else ""]
    rows: tuple[tuple[str, object, list[str]], ...] = (
        ("assignment", outline.assignment, assignment),
        ("consultation", meeting, consultation),
        ("revisit", revisit, revisiting),
        ("reopen", reopen, reopening),
        ("ask", outline.ask, asking),
    )
    for name, table, said in rows:
        if any(said):
            yield name, table, _together(iter(said), lang)
