"""What a rulebook rules about handling, in words: roles, gates, replies, assignments, consultations, orders, the ladder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import schedules
from ..hours import WEEKDAYS
from ..languages import WEEKDAYS_EN, WEEKDAYS_ZH, Lang, chinese
from ..limits import Count
from ..routing import PLACE
from .clocks import counting, counting_of, length, limit_rulings
from .provisos import proviso
from .wording import act_named, action_named, clock_named, effect_named, listing, named

if TYPE_CHECKING:
    from ..approvals import Approval
    from ..escalation import OrderForm, Rung
    from ..outline import NotifyRule, Schedule
    from ..privacy import Role
    from ..replies import ReplyCheck
    from ..routing import RouteRule
    from ..rulebook import Rulebook

_SAID = {  # in English and in Chinese
    "any": ("every case: {}", "全部来件：{}"),
    "board": ("cases of the own boards: {}", "所管栏目的来件：{}"),
    "unit": ("cases of the own unit: {}", "本单位的来件：{}"),
    "own": ("own cases: {}", "本人的来件：{}"),
    "below": ("and those below it", "含下级单位"),
    "sees all": ("sees everything about the sender", "可见来件人全部信息"),
    "sees": ("sees of the sender {}", "可见来件人{}"),
    "instructs": ("who lets it pass says how, which is kept as an instruction", "准许时提出意见，作为批示记录在案"),
    "message": ("message: “{}”", "提示语：“{}”"),
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
    "returned": ("after {} return{}", "退回满{}次"),
    "declined": ("after {} decline{}", "退件满{}次"),
    "dissatisfied": ("after {} finding{} that the citizen is dissatisfied", "不满意满{}次"),
    "repeated": ("after {} repeated message{}", "重复来件满{}次"),
    "views": ("after {} view{}", "点击满{}次"),
    "instructed": ("after {} instruction{}", "批示满{}次"),
    "propose": ("proposed for a person to decide", "由人决定是否采纳"),
    "again": ("again every {}, at most {} times in all", "此后每隔{}一次，合计最多{}次"),
    "again each": ("again at every further one, at most {} times in all", "此后每增加1次再行一次，合计最多{}次"),
    "again counted": ("again at every {} further ones, at most {} times in all", "此后每增加{}次再行一次，合计最多{}次"),
    "issued by": ("issued by {}", "由{}下发"),
    "to": ("to {}", "主送{}"),
    "cc": ("copied to {}", "抄送{}"),
    "lead": ("the lead unit", "主办单位"),
    "units": ("the units that have the case", "各承办单位"),
    "parent": ("the unit above the lead", "主办单位的上级单位"),
    "numbered": ("numbered {}", "编号{}"),
    "limit": ("answered within: {}", "回复时限：{}"),
    "answer": ("answered", "须回复"),
    "answer with": ("answered with: {}", "须回复{}"),
    "answer within": ("answered within {}", "{}内回复"),
    "answer with within": ("answered with: {1}, within {0}", "{}内回复{}"),
    "answer same day": ("answered the same day", "当日回复"),
    "answer with same day": ("answered with: {1}, the same day", "当日回复{1}"),
    "revisit unit": ("a revisit: its answer says what the unit did", "用于回访承办单位，以其回复为回访结果"),
    "revisit citizen": ("a revisit: its answer says what the citizen thinks", "用于回访群众，以其回复为回访结果"),
    "template": ("its text:\n{}", "文书正文：\n{}"),
    "no answer": ("wants no answer", "不要求回复"),
    "cleared": ("struck off by {}", "由{}销号"),
    "accept": ("a unit accepts before it answers", "单位签收后办理"),
    "no accept": ("a unit need not accept before it answers", "单位不经签收即可办理"),
    "meeting clock": ("a limit that it sets is for: {}", "会商所定期限用于{}"),
    "decline limit": ("may decline within {} of being asked", "可在交办后{}内退件"),
    "decline max": ("at most {} declines", "退件最多{}次"),
    "first-asked": ("the unit that was asked first stays responsible", "首接单位负责"),
    "contribute": ("assisting units contribute to the lead's reply", "协办单位向主办单位提交意见"),
    "reply": ("assisting units may answer by themselves", "协办单位可自行答复"),
    "required parts": ("all of them before the lead answers", "主办单位答复前须全部提交"),
    "convener": ("convened by {}", "由{}召集"),
    "opinions": ("every unit called gives its opinion", "与会单位均须提出意见"),
    "revisit": ("closed only after the citizen was asked, if {}", "{}的，办结前须回访群众"),
    "faults": ("fault: {}", "责任：{}"),
    "reopen": ("for one of: {}", "事由：{}"),
    "returning": ("sent back for one of: {}", "退回事由：{}"),
    "declining": ("declined for one of: {}", "退件事由：{}"),
    "reopen within": ("within {} of closing", "办结后{}内"),
    "times": ("at most {} times", "最多{}次"),
    "day": ("every day, at {1}", "每日一期，{1}编发"),
    "working day": ("every working day, at {1}", "每个工作日一期，{1}编发"),
    "week": ("every week, as of {0} {1} of the next", "每周一期，以下{0}{1}为时间节点"),
    "month": ("every month, as of {1} on day {0} of the next", "每月一期，以次月{0}日{1}为时间节点"),
    "quarter": ("every quarter, as of {1} on day {0} of the month after it", "每季度一期，以季后首月{0}日{1}为时间节点"),
    "year": ("every year, as of {1} on {0} January of the next", "每年一期，以次年1月{0}日{1}为时间节点"),
    "per board": ("one for each board", "按栏目分别编发"),
    "per group": ("one for each group of units", "按单位类别分别编发"),
    "per unit": ("one for each unit", "按承办单位分别编发"),
    "series": ("numbered {}", "编号{}"),
    "series first": ("numbered {} from {} on", "编号{}，自{}起"),
    "told": ("told: {}", "告知{}"),
    "form bulletin": ("a bulletin", "通报"),
    "form list": ("a list", "清单"),
    "form digest": ("a digest", "简报"),
    "title": ("titled “{}”", "题为“{}”"),
    "title span": ("titled “{}” for another period", "跨期编发时题为“{}”"),
    "publisher": ("published by {}", "由{}编发"),
    "tables": ("with tables of: {}", "分列{}"),
    "lists": ("listing: {}", "逐件列出{}"),
    "list closed-late": ("closed late", "逾期办结件"),
    "list open-late": ("open and late", "逾期未办件"),
    "list open": ("open", "未办结件"),
    "list zero": ("units without messages", "零诉求单位"),
    "figures": ("with figures: {}", "公布{}"),
    "notice": ("tells {}: “{}”", "告知{}：“{}”"),
    "place": ("the unit that answers for the place", "地点所属单位"),
    "field ref": ("key at the portal", "门户用户标识"),
    "field name": ("name", "姓名"),
    "field phone": ("telephone number", "电话"),
    "field email": ("e-mail address", "邮箱"),
    "field id_number": ("identity number", "证件号码"),
    "field address": ("address", "地址"),
    "because": ("because: {}", "理由：{}"),
    "proposes": ("proposes {}", "建议{}"),
    "calls": ("asks the function {}", "调用函数{}"),
}


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)


def _together(said: Iterator[str], lang: Lang) -> str:
    return ("；" if chinese(lang) else "; ").join(filter(None, said))


def _if(text: str, book: Rulebook, lang: Lang) -> str:
    return _say("if", lang, proviso(text, book, lang)) if text else ""


def role_ruling(role: Role, lang: Lang) -> str:
    """Return on which cases a role acts, what it may do, and what it sees of senders."""
    fields = [name.removeprefix("sender.") for name in role.sees]
    seen = listing((_say(f"field {name}", lang) for name in fields if name != "*"), lang)
    said = [
        _say(role.scope, lang, listing((action_named(action, lang) for action in role.may), lang)),
        _say("below", lang) if role.below else "",
        _say("sees all", lang) if "*" in fields else _say("sees", lang, seen) if seen else "",
    ]
    return _together(iter(said), lang)


def route_ruling(rule: RouteRule, book: Rulebook, lang: Lang) -> str:
    """Return what a routing rule proposes, and when."""
    values = (_say("place", lang) if value == PLACE else named(value, book, lang) for value in rule.set.values())
    what = _say("calls", lang, rule.call) if rule.call else _say("proposes", lang, listing(values, lang))
    said = [what, _if(rule.when, book, lang), _say("because", lang, rule.reason) if rule.reason else ""]
    return _together(iter(said), lang)


def gates_ruling(approval: Approval, book: Rulebook, lang: Lang) -> str:
    """Return the gates before an act, and what becomes of a reply that is sent back."""

    def said() -> Iterator[str]:
        yield " → ".join(named(role, book, lang) for role in approval.by)
        yield _if(approval.when, book, lang)
        if approval.instructs:
            yield _say("instructs", lang)
        if approval.on == "publish":
            yield from (_say(f"returns {way}", lang) for way in approval.returns)
            yield _say(f"resubmit {approval.resubmit_at}", lang)

    return _together(said(), lang)


def check_ruling(check: ReplyCheck, book: Rulebook, lang: Lang) -> str:
    """Return what a reply is refused for, or remarked on, and in which words."""
    kinds = ("require", "require_all", "forbid", "min_chars", "max_chars", "acknowledgement", "signature", "date")
    kind = next(kind for kind in kinds if getattr(check, kind))
    value = getattr(check, kind)
    found = _say(kind, lang, listing(value, lang) if isinstance(value, tuple) else value)
    said = [
        _say(check.level, lang, found),
        _if(check.when, book, lang),
        _say("message", lang, check.message) if check.message else "",
    ]
    return _together(iter(said), lang)


def rung_ruling(rung: Rung, book: Rulebook, lang: Lang) -> str:
    """Return when a rung fires and what it does."""

    def said() -> Iterator[str]:
        if rung.kind == "count":
            yield _say(rung.name, lang, rung.at or 1, "" if (rung.at or 1) == 1 else "s")
        elif rung.kind == "done":
            yield _say("done", lang, act_named(rung.name, lang))
        else:
            clock = book.clocks.get(rung.name)
            about = (clock.zh if chinese(lang) else clock.en) if clock else ""
            what = named(rung.name, book, lang) if rung.kind == "unanswered" else about or rung.name
            kind = "unanswered " if rung.kind == "unanswered" else ""
            if rung.distance.amount:
                yield _say(f"{kind}{'before' if rung.before else 'after'}", lang, rung.distance.label(lang), what)
            else:
                yield _say(kind.strip() or "due", lang, what)
        yield _if(rung.when, book, lang)
        yield listing((effect_named(effect, book, lang) for effect in rung.do), lang)
        if rung.mode == "propose":
            yield _say("propose", lang)
        if rung.repeat:
            every, most = rung.repeat.every, rung.repeat.max
            if every == 1:
                yield _say("again each", lang, most)
            elif isinstance(every, int):
                yield _say("again counted", lang, every, most)
            else:
                yield _say("again", lang, length(every, lang), most)

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
        if form.revisit:
            yield _say(f"revisit {form.revisit}", lang)
        if not form.answer.wanted:
            yield _say("no answer", lang)
            return
        yield _answer(form, lang)
        if form.clock:
            yield from counting_of(form.clock, lang)
        if form.answer.cleared_by:
            yield _say("cleared", lang, named(form.answer.cleared_by, book, lang))

    return _together(said(), lang)


def _answer(form: OrderForm, lang: Lang) -> str:
    """Return with what an order is answered, and within which limit where it has one that needs no words of its own."""
    what = "answer with" if form.answer.what else "answer"
    if not form.answer.limit or not _plain_limit(form):
        return _say(what, lang, form.answer.what)
    limit = form.answer.limit[0].limit
    said = length(limit, lang)
    return _say(f"{what} within" if said == limit.label(lang) else f"{what} same day", lang, said, form.answer.what)


def _plain_limit(form: OrderForm) -> bool:
    """Return whether an order has one limit, which rests on what the order itself rests on."""
    first, *more = form.answer.limit
    return not (more or first.when or first.source or first.assumption)


def order_rulings(form: OrderForm, book: Rulebook, lang: Lang) -> Iterator[tuple[str, object]]:
    """Yield what a form of order says, each text with the row that gives its source or assumption."""
    yield order_ruling(form, book, lang), form
    if form.answer.wanted and form.answer.limit and not _plain_limit(form):
        yield from ((_say("limit", lang, said), row) for said, row in limit_rulings(form.answer.limit, book, lang))
    if form.document.template:
        yield _say("template", lang, form.document.template.strip()), None


def notice_ruling(row: NotifyRule, book: Rulebook, lang: Lang) -> str:
    """Return whom a notice tells what, and when."""
    told = listing((named(name, book, lang) for name in row.to), lang)
    words = row.zh if chinese(lang) else row.en or row.zh
    return _together(iter([_say("notice", lang, told, words), _if(row.when, book, lang)]), lang)


def schedule_ruling(schedule: Schedule, book: Rulebook, lang: Lang) -> str:
    """Return how often issues are made, of what and as of when, what is in them, how they are numbered, and who is told."""
    day: object = schedule.as_of
    if schedule.every == "week":
        at = WEEKDAYS.index(str(schedule.as_of or "mon"))
        day = WEEKDAYS_ZH[at] if chinese(lang) else WEEKDAYS_EN[at]

    def said() -> Iterator[str]:
        kind = "working day" if schedule.every == "day" and schedule.days == "working" else schedule.every
        yield _say(kind, lang, day, schedules.time_of_day(schedule))
        if schedule.per != "all":
            yield _say(f"per {schedule.per}", lang)
        yield _say(f"form {schedule.form}", lang)
        if schedule.title:
            yield _say("title", lang, schedule.title)
        if schedule.title_span:
            yield _say("title span", lang, schedule.title_span)
        if schedule.publisher:
            yield _say("publisher", lang, schedule.publisher)
        if schedule.groups:
            groups = {row.id: row.zh if chinese(lang) else row.en for row in book.register.group} if book.register else {}
            yield _say("tables", lang, listing((groups.get(name) or name for name in schedule.groups), lang))
        if schedule.lists:
            yield _say("lists", lang, listing((_say(f"list {name}", lang) for name in schedule.lists), lang))
        if schedule.figures:
            yield _say("figures", lang, listing((_figure(name, book, lang) for name in schedule.figures), lang))
        if schedule.series and schedule.series.first:
            yield _say("series first", lang, schedule.series.pattern, schedules.shown(schedule.series.first, lang=lang))
        elif schedule.series:
            yield _say("series", lang, schedule.series.pattern)
        if schedule.to:
            yield _say("told", lang, listing((named(role, book, lang) for role in schedule.to), lang))

    return _together(said(), lang)


def _figure(name: str, book: Rulebook, lang: Lang) -> str:
    """Return what people call a figure: one that is declared, or one that every bulletin can have."""
    from ..reports.figures import definition

    rule, known = book.outline.figures.get(name), definition(name)
    if rule:
        return (rule.zh if chinese(lang) else rule.en) or name
    label = book.label(name, lang=lang)
    return label if label != name or not known else known.zh if chinese(lang) else known.en


def handling_rulings(book: Rulebook, lang: Lang) -> Iterator[tuple[str, object, str]]:
    """Yield what the tables of one row rule: the table's name, the table, and the ruling in words, where it rules anything."""
    outline = book.outline
    given, declining, meeting = outline.assignment, outline.assignment.decline, outline.consultation
    revisit, reopen, replies = outline.revisit, outline.reopen, outline.reply
    assignment = [
        _say("accept" if given.accept else "no accept", lang),
        _say("declining", lang, listing((named(name, book, lang) for name in given.decline_reasons), lang))
        if given.decline_reasons
        else "",
        _say("first-asked", lang) if given.responsible == "first-asked" else "",
        _say(given.assisting, lang),
        _say("required parts", lang) if given.contributions == "required" else "",
    ]
    declines = [
        _say("decline limit", lang, length(declining.limit, lang)) if declining.limit else "",
        _counted(declining.count, lang),
        _say("decline max", lang, declining.max) if declining.max else "",
    ]
    consultation = [
        _say("convener", lang, named(meeting.convener, book, lang)) if meeting.convener else "",
        _say("opinions", lang) if meeting.opinions == "required" else "",
        _say("meeting clock", lang, clock_named(book, meeting.clock, lang)) if meeting.clock else "",
    ]
    revisiting = [
        _say("revisit", lang, proviso(revisit.required, book, lang)) if revisit.required else "",
        _say("faults", lang, listing((named(name, book, lang) for name in revisit.faults), lang)) if revisit.faults else "",
    ]
    reopening = [
        _say("reopen", lang, listing((named(name, book, lang) for name in reopen.reasons), lang)) if reopen.reasons else "",
        _say("reopen within", lang, length(reopen.within, lang)) if reopen.within else "",
        _counted(reopen.count, lang),
        _say("times", lang, reopen.times) if reopen.times else "",
    ]
    returning = [
        _say("returning", lang, listing((named(name, book, lang) for name in replies.return_reasons), lang))
        if replies.return_reasons
        else ""
    ]
    asking = [_say("times", lang, outline.ask.times) if outline.ask.times else ""]
    rows: tuple[tuple[str, object, list[str]], ...] = (
        ("assignment", given, assignment),
        ("decline", declining, declines),
        ("reply", replies, returning),
        ("consultation", meeting, consultation),
        ("revisit", revisit, revisiting),
        ("reopen", reopen, reopening),
        ("ask", outline.ask, asking),
    )
    for title, table, said in rows:
        if any([*said, getattr(table, "source", ""), getattr(table, "assumption", "")]):
            yield title, table, _together(iter(said), lang)


def _counted(count: Count, lang: Lang) -> str:
    return "" if count == Count() else counting(count, lang)
