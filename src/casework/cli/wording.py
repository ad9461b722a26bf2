"""Due dates, clocks, events and acts, in the words of the two languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from .. import events
from ..languages import Lang, chinese, display_width
from ..limits import Limit
from ..moments import show_moment
from ..outline import RECEIVE
from ..states import ACTIONS, action_label

if TYPE_CHECKING:
    from ..cases import Case
    from ..events import Event, Payload, Ref
    from ..limits import Deadline
    from ..rulebook import Rulebook
    from ..sla import SlaClock

_WORDS = {  # in English and in Chinese
    "expected": ("provisional: a notice still to come may move it; expected {}", "暂定：有关日期的安排尚未公布，{}"),
    "bounds": ("between {} and {}", "预计在 {} 至 {} 之间"),
    "stays": ("to stay", "预计不变"),
    "provisional": ("{} (provisional, {})", "{} 暂定，{}"),
    "later": ("↓ {} later", "↓ 推后{}"),
    "earlier": ("↑ {} earlier", "↑ 提前{}"),
    "hours": ("same day, other time", "同日，时刻变动"),
    "unsettled": ("same day, now provisional", "日期不变，改为暂定"),
    "settled": ("same day, no longer provisional", "日期不变，不再是暂定"),
    "bounded": ("same day, other bounds", "日期不变，预计范围变动"),
    "reminder": ("same day, only a reminder moves", "日期不变，仅提醒时间变动"),
    "more": ("{}, extended by {}", "{}，延期{}"),
    "anew": ("{}, extended to {}", "{}，延长至{}"),
    "until": ("{}, promised for {}", "{}，承诺{}"),
    # what stands between the parts of an event
    "list": (", ", "、"),
    "clause": ("; ", "；"),
    "colon": ("{}: {}", "{}：{}"),
    "aside": (" ({})", "（{}）"),
    "so far": (" ({} so far)", "（累计{}次）"),
    # events
    "receive": ("received", "来件"),
    "proposed by": ("rule {}: {}", "规则{}：{}"),
    "lead": ("lead {}", "主办 {}"),
    "routed": ("rules propose ", "规则建议 "),
    "overruled": ("decided otherwise than rule {} proposed: {} instead of {}", "未按规则{}的建议办理：{}，原建议 {}"),
    "merged": ("{} into {}", "{} {}"),
    "absorbed": ("{} {}", "{} {}"),
    "repeats": ("seems to repeat case {}", "疑似与件{}重复"),
    "opened": ("opened to the public", "改为公开"),
    "shut": ("closed to the public", "改为不公开"),
    "assisted": (", assisted by {}", "，协办 {}"),
    "instead": (" instead of {}", "（原主办 {}）"),
    "by rule": (", as rule {} proposed", "，依规则{}"),
    "responsible": (", {} stays responsible", "，仍由 {} 负责"),
    "reply": (" (reply {})", "（第{}次答复）"),
    "advice": ("advice: {}", "提示：{}"),
    "requested": ("{}: {}, waits for {}", "{}：{}，待{}"),
    "gate": ("{} gate {} of {}", "{} 第{}关，共{}关"),
    "act passed": ("{}: {}, gate {} of {}", "{}：{}，第{}关，共{}关"),
    "to gate": ("{} {}", "{} 第{}关"),
    "quietly": (", to the sender alone", "，仅告知来件人"),
    "cycle": (" (cycle {})", "（第{}次重办）"),
    "extended": ("{} {} by {}", "{} {} {}"),
    "allowed": ("allowed by {}", "{}准许"),
    "asked": ("{} asks to extend {} by {}", "申请延期 {} {} {}"),
    "calendar": ("{}, by calendar {}", "{}，依据历法 {}"),
    "limited": ("{} now has {} from here", "{}改为自此{}"),
    "convened": (", convened by {}", "，{}召集"),
    "on site": (", on site", "，现场"),
    "for": (", asked for by {}", "，{}提请"),
    "within": (", within {}", "，限{}"),
    "fired": ("rung {}: {}", "阶梯 {}：{}"),
    "proposing": ("rung {} proposes: {}", "阶梯 {}，建议：{}"),
    "skipped": ("rung {}: not carried out", "阶梯 {}：未执行"),
    "rung": ("rung {}", "阶梯 {}"),
    "copied": (", copy to {}", "，抄送 {}"),
    "by rung": (", by rung {}", "，阶梯 {}"),
    "moved to": ("rulebook {} in place of {}", "改用规则 {}，原用 {}"),
    "clock counted": ("counted anew", "重新计算"),
    "clock started": ("starts", "起算"),
    "clock stopped": ("stopped already", "已停止"),
    "clock cancelled": ("ends, its rule is gone", "终止，规则已取消"),
    "erased": ("{}: {} texts", "{}：{}项"),
    # effects of a rung
    "do issue": ("issue {}", "下发{}"),
    "do notify": ("notify {}", "通知{}"),
    "do set": ("set {}", "改类 {}"),
    # answers of a person
    "solved": ("not solved", "solved", "未解决", "已解决"),
    "satisfied": ("not satisfied", "satisfied", "不满意", "满意"),
    "fault": ("fault of {}", "责任在{}"),
}
_NAMES = {  # what commands and events name by a word of their own, in English and in Chinese
    "phone": ("phone", "电话"),
    "visit": ("visit", "上门"),
    "online": ("online", "网上"),
    "letter": ("letter", "信函"),
    "citizen": ("the citizen", "群众"),
    "sender": ("the sender", "来件人"),
    "unit": ("the unit", "承办单位"),
    "nobody": ("nobody", "无责任方"),
    "previous": ("the gate before", "上一关"),
    "withdrawn-by-sender": ("by the sender", "来件人撤回"),
}
_STATUSES = {  # a unit's part, and how far it got
    "lead": ("lead", "主办"),
    "assisting": ("assisting", "协办"),
    "asked": ("asked", "已交办"),
    "accepted": ("accepted", "已签收"),
    "declined": ("declined", "已退件"),
    "replied": ("replied", "已答复"),
    "returned": ("returned", "已退回"),
    "ended": ("ended", "已解除"),
}
_COUNTS = {
    "returned": ("returned", "退回"),
    "stepped_back": ("returned to a gate", "退回上一关"),
    "contribution_returned": ("parts returned", "退回协办意见"),
    "declined": ("declined", "退件"),
    "repeated": ("repeated", "重复"),
    "dissatisfied": ("dissatisfied", "不满意"),
    "instructed": ("instructed", "批示"),
    "views": ("views", "点击"),
}
_MEANINGS_ZH = {
    "attach": "把反映同一问题的又一来件挂到本件",
    "merge": "两件反映同一问题的，并为一件，以先收到的为准",
    "keep_apart": "认定不是重复留言，分别办理",
    "disclose": "改为公开，或者改为不公开",
    "erase": "依法删除个人信息，办理记录保留",
    "review": "审核来件，登记受理，可同时归类",
    "reject": "不予受理，说明理由",
    "transfer": "移送本台以外的机关",
    "withdraw": "来件人撤回来件",
    "assign": "交主办单位办理，需要时加协办单位",
    "accept": "承办单位签收",
    "decline": "不属本单位的，退回问政办",
    "contact": "记录与群众的联系",
    "contribute": "协办单位把意见交给主办单位",
    "return_part": "把协办意见退回协办单位，说明原因",
    "promise": "先行答复，承诺办理到哪一天",
    "extend": "延长期限，或者申请延长",
    "refuse_extension": "不同意延期申请",
    "submit": "提交答复，待审核",
    "approve": "答复或其他报批事项过一关",
    "refuse": "不同意报批事项",
    "return": "把答复退回承办人或上一关，说明原因",
    "publish": "公开答复",
    "close": "办结，写明结果",
    "reopen": "办结后重新办理",
    "ask": "请来件人补充",
    "supplement": "记录来件人的补充",
    "reclassify": "改变来件的一个类别",
    "note": "写一条内部备注",
    "issue": "下发督办单、催办等文书",
    "answer": "回复督办文书",
    "clear": "文书办毕，予以销号",
    "take_up": "采纳阶梯的建议",
    "dismiss": "不采纳阶梯的建议，说明理由",
    "consult": "召集有关单位会商",
    "opine": "在会商中发表意见",
    "conclude": "会商结束，写明纪要和主办单位",
    "revisit": "答复之后回访群众或者单位",
    "rate": "群众评价是否满意",
    "instruct": "领导批示",
    "praise": "记录群众的好评",
    "view": "记录点击量",
}
_RECEIPT = ("receipt", "来件")
_SHORT = 60


def word(what: str, lang: Lang, *facts: object) -> str:
    """Return one of the words above with its facts."""
    return _WORDS[what][chinese(lang)].format(*facts)


def named(name: str, book: Rulebook, lang: Lang) -> str:
    """Return what people call a thing that a rulebook names: a role, a form of order, a class, a reason; or the name itself."""
    for row in (book.roles.get(name), book.orders.get(name)):
        if row:
            return (row.zh if chinese(lang) else row.en) or name
    if name.startswith("rung:"):
        return word("rung", lang, book.label(name.removeprefix("rung:"), lang=lang))
    label = book.label(name, lang=lang)
    return label if label != name or name not in _NAMES else _NAMES[name][chinese(lang)]


def status_named(status: str, lang: Lang) -> str:
    """Return a unit's part or how far it got: ``"主办"``, ``"已签收"``."""
    return _STATUSES[status][chinese(lang)]


def counted(counts: Mapping[str, int], lang: Lang) -> str:
    """Return what was counted of a case: ``"退回 2 · 点击 200"``; an empty text where nothing was."""
    return " · ".join(f"{_COUNTS[what][chinese(lang)] if what in _COUNTS else what} {n}" for what, n in counts.items() if n)


def action_named(action: str, lang: Lang) -> str:
    """Return what people call an action; an act that waits for approval may name the clock that it is for."""
    act = action.partition(":")[0]
    return action_label(act, lang=lang) if act in ACTIONS else act


def act_named(act: str, lang: Lang) -> str:
    """Return what people call an action, or the receipt of a message, which is none of the lifecycle's."""
    return _RECEIPT[chinese(lang)] if act == RECEIVE else action_named(act, lang)


def action_meaning(action: str, lang: Lang) -> str:
    """Return what an action does, in one sentence."""
    return _MEANINGS_ZH.get(action, "") if chinese(lang) else ACTIONS[action].meaning if action in ACTIONS else ""


def yes_no(what: str, value: bool | None, lang: Lang) -> str:
    """Return what a person said: ``"未解决"``, ``"满意"``; an empty text where nothing was said."""
    return "" if value is None else _WORDS[what][2 * chinese(lang) + value]


def listing(names: Iterable[str], lang: Lang) -> str:
    """Return names one after the other, as the language divides them."""
    return word("list", lang).join(names)


def short(text: str) -> str:
    """Return the beginning of a text, on one line of at most sixty columns."""
    said = " ".join(text.split())
    if display_width(said) <= _SHORT:
        return said
    while display_width(said) > _SHORT - 1:
        said = said[:-1] if len(said) <= _SHORT else said[:_SHORT]
    return f"{said}…"


def asked_for(request: str | None) -> str:
    """Return in short what an act that waits for approval would do: ``"lead=夹河镇 assisting=公安局"``."""
    try:
        asked = msgspec.json.decode(request or "", type=dict[str, dict[str, Any]])
    except msgspec.MsgspecError:  # it was erased
        return ""
    parts = []
    for name, value in asked.get("command", {}).items():
        if isinstance(value, dict):
            parts += [f"{name}.{key}={one}" for key, one in value.items()]
        elif value not in ("", None, [], False):
            parts.append(f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}")
    return short(" ".join(parts))


def _days(count: int, lang: Lang) -> str:
    return f"{count}天" if chinese(lang) else f"{count} day{'' if count == 1 else 's'}"


# --- due dates --------------------------------------------------------------------------------------------------------


def expectation(due: Deadline, lang: Lang) -> str:
    """Return between which days a provisional deadline is expected."""
    if due.earliest is None or due.earliest == due.latest:
        return word("stays", lang)
    return word("bounds", lang, due.earliest, due.latest)


def provisional(due: Deadline, lang: Lang) -> str:
    """Return in a sentence that a deadline is provisional."""
    return word("expected", lang, expectation(due, lang))


def due_date(due: Deadline | None, lang: Lang, *, zone: str) -> str:
    """Return the last day, with its end where that is not 24:00, and the bounds of a provisional one; a dash for none."""
    if due is None:
        return "—"
    end = show_moment(due.before, zone=zone)
    shown = end if end.startswith(str(due.date)) else str(due.date)
    return word("provisional", lang, shown, expectation(due, lang)) if due.provisional else shown


def moved(old: Deadline, new: Deadline, lang: Lang) -> str:
    """Return by how much a deadline moved, and which way: ``"↓ 3 days later"``."""
    if days := (new.date - old.date).days:
        return word("later" if days > 0 else "earlier", lang, _days(abs(days), lang))
    if new.before != old.before:
        return word("hours", lang)
    if new.provisional != old.provisional:
        return word("unsettled" if new.provisional else "settled", lang)
    return word("bounded" if new != old else "reminder", lang)


# --- clocks -----------------------------------------------------------------------------------------------------------


def clock_named(book: Rulebook, key: str, lang: Lang, orders: Mapping[str, str] | None = None) -> str:
    """Return what people call a clock, with the unit or order that it is kept for; *orders* are the numbers of orders by id."""
    name, _, subject = key.partition(":")
    rule = book.clocks.get(name)
    label = ((rule.zh if chinese(lang) else rule.en) if rule else "") or name
    return f"{label} {(orders or {}).get(subject, subject)}".strip()


def whole_limit(clock: SlaClock, lang: Lang) -> str:
    """Return a clock's limit, and what was added to it."""
    said = clock.limit.label(lang)
    for step in clock.extensions:
        if step.limit is None:
            said = word("until", lang, said, step.until)
        else:
            said = word("anew" if step.since == "receipt" else "more", lang, said, step.limit.label(lang))
    return said


# --- events -----------------------------------------------------------------------------------------------------------


def happened(event: Event, book: Rulebook, texts: Mapping[Ref, str], lang: Lang, case: Case | None = None) -> str:
    """Return what an event says: who or what it concerns, a deadline that moved how and by how much, and in short why.

    The *case* is asked for the numbers of its orders; without it they are called by their ids.
    """
    orders = {row.id: row.number for row in case.orders} if case else {}
    tell = _TOLD.get(type(event.data))
    return tell(_Teller(event, book, texts, lang, orders), event.data) if tell else action_named(event.action, lang)


class _Teller(msgspec.Struct, frozen=True):
    """One event, and what is needed to put it into words."""

    event: Event
    book: Rulebook
    texts: Mapping[Ref, str]
    lang: Lang
    orders: Mapping[str, str]

    def __call__(self, what: str, *facts: object) -> str:
        """Return one of the words above."""
        return word(what, self.lang, *facts)

    def did(self, action: str, *facts: str) -> str:
        """Return an action's name and what follows it."""
        return " ".join([action_named(action, self.lang), *filter(None, facts)])

    def name(self, word: str) -> str:
        """Return what people call a role, a form, a class or a reason."""
        return named(word, self.book, self.lang)

    def names(self, words: Iterable[str]) -> str:
        """Return several of them."""
        return listing(map(self.name, words), self.lang)

    def of(self, what: str, why: str) -> str:
        """Return what was done, and for what reason where there is one."""
        return self("colon", what, why) if why else what

    def text(self, ref: Ref | None) -> str:
        """Return in brackets how a text begins, or nothing where there is none or it was erased."""
        said = short(self.texts.get(ref, "")) if ref else ""
        return self("aside", said) if said else ""

    def clock(self, key: str) -> str:
        """Return what people call a clock."""
        return clock_named(self.book, key, self.lang, self.orders)

    def change(self, old: Deadline | None, new: Deadline) -> str:
        """Return from when to when a deadline moved."""
        zone = self.book.zone
        return f"{due_date(old, self.lang, zone=zone)} → {due_date(new, self.lang, zone=zone)}"

    def limit(self, text: str) -> str:
        """Return a limit."""
        return Limit.parse(text).label(self.lang)

    def classes(self, classes: Mapping[str, str]) -> str:
        """Return the values of classes."""
        return self.names(classes.values())

    def effects(self, effects: Iterable[str]) -> str:
        """Return what a rung does or would do."""
        return listing((effect_named(effect, self.book, self.lang) for effect in effects), self.lang)


def effect_named(effect: str, book: Rulebook, lang: Lang) -> str:
    """Return one thing that a rung does: ``"下发督办单"``, ``"通知督查室"``."""
    verb, _, name = effect.partition(":")
    if verb in ("issue", "notify", "set"):
        axis, _, value = name.partition("=")
        return word(f"do {verb}", lang, named(value or axis, book, lang))
    return action_named(verb, lang)


def _routed(t: _Teller, data: events.Routed) -> str:
    rows = (
        t("proposed by", row.rule, listing(filter(None, [row.unit and t("lead", row.unit), t.classes(row.classes)]), t.lang))
        + (t("aside", row.reason) if row.reason else "")
        for row in data.proposals
    )
    return t("routed") + t("clause").join(rows)


def _assigned(t: _Teller, data: events.Assigned) -> str:
    instead = t("instead", data.instead_of) if data.instead_of else ""
    helped = t("assisted", listing(data.assisting, t.lang)) if data.assisting else ""
    rule = t("by rule", data.rule) if data.rule else ""
    return f"{t.did('assign', data.lead)}{instead}{helped}{rule}{t.text(data.note)}"


def _declined(t: _Teller, data: events.Declined) -> str:
    stays = t("responsible", data.lead) if data.lead == data.unit else ""
    return t.of(t.did("decline", data.unit), t.name(data.reason)) + t.text(data.explanation) + stays + t("so far", data.count)


def _returned(t: _Teller, data: events.Returned) -> str:
    return t.of(t.did("return"), t.names(data.reasons)) + t.text(data.explanation) + t("so far", data.count)


def _stepped_back(t: _Teller, data: events.SteppedBack) -> str:
    back = t("to gate", action_named("step_back", t.lang), data.gate)
    return t.of(back, t.names(data.reasons)) + t.text(data.explanation) + t("so far", data.count)


def _part_returned(t: _Teller, data: events.ContributionReturned) -> str:
    back = t.did("return_part", data.unit)
    return t.of(back, t.names(data.reasons)) + t.text(data.explanation) + t("so far", data.count)


def _submitted(t: _Teller, data: events.Submitted) -> str:
    again = t("reply", data.reply) if data.reply > 1 else ""
    said = t.did("submit", data.unit, t.name(data.outcome) if data.outcome else "") + again
    advice = [finding.message for finding in data.findings if finding.level == "advise"]
    return "\n".join([said, *(t("advice", row) for row in advice)])


def _requested(t: _Teller, data: events.ApprovalRequested) -> str:
    asked = asked_for(t.texts.get(data.request or ""))
    what = action_named(data.act, t.lang) + (t("aside", asked) if asked else "")
    return t("requested", action_named("request", t.lang), what, t.names(data.gates))


def _approved(t: _Teller, data: events.Approved) -> str:
    label = action_named("approve", t.lang)
    if data.act == "publish":
        return t("gate", label, data.gate, data.gates) + t.text(data.opinion)
    return t("act passed", label, action_named(data.act, t.lang), data.gate, data.gates) + t.text(data.opinion)


def _approval_refused(t: _Teller, data: events.ApprovalRefused) -> str:
    act, _, clock = data.act.partition(":")
    if act == "extend" and clock:
        said = t.did("refuse_extension", t.clock(clock))
    else:
        said = t("colon", action_named("refuse", t.lang), action_named(act, t.lang))
    return t.of(said, t.names(data.reasons)) + t.text(data.opinion)


def _promised(t: _Teller, data: events.Promised) -> str:
    what = t.did("promise", data.unit, t.clock(data.clock))
    return "\n".join(filter(None, [what, t.change(data.old, data.new), t.text(data.reason).strip()]))


def _extended(t: _Teller, data: events.Extended) -> str:
    label = action_named("extend", t.lang)
    said = [t("extended", label, t.clock(data.clock), t.limit(data.limit)), t.change(data.old, data.new)]
    said += [t("allowed", data.allowed_by)] if data.allowed_by else []
    return "\n".join(said) + t.text(data.reason)


def _recalculated(t: _Teller, data: events.Recalculated) -> str:
    by = t("calendar", moved(data.old, data.new, t.lang), data.new_calendar)
    return f"{t.did('recalculate', t.clock(data.clock))}\n{t.change(data.old, data.new)}\n{by}"


def _rulebook_moved(t: _Teller, data: events.RulebookMoved) -> str:
    rows = [f"{t.clock(row.clock)} {t(f'clock {row.change}')}" for row in data.clocks if row.change != "rungs"]
    dates = [t.change(row.old, row.new) if row.new else "" for row in data.clocks if row.change != "rungs"]
    clocks = [f"{what} {when}".strip() for what, when in zip(rows, dates, strict=True)]
    return "\n".join([t("moved to", data.new, data.old) + t.text(data.reason), *clocks])


def _consulted(t: _Teller, data: events.ConsultationCalled) -> str:
    said = t.did("consult", listing(data.units, t.lang)) + (t("on site") if data.on_site else "")
    asked = t("for", data.asked_by) + (f"{t('list')}{t('allowed', data.allowed_by)}" if data.allowed_by else "")
    return said + t("convened", t.name(data.convener)) + asked + t.text(data.matter)


def _concluded(t: _Teller, data: events.ConsultationConcluded) -> str:
    helped = t("assisted", listing(data.assisting, t.lang)) if data.assisting else ""
    within = t("within", t.limit(data.limit)) if data.limit else ""
    return t.did("conclude", t("lead", data.lead)) + helped + within + t.text(data.minutes)


def _fired(t: _Teller, data: events.RungFired) -> str:
    if data.mode == "skipped" or not data.effects:
        return t("skipped", t.name(data.rung))
    return t("proposing" if data.mode == "propose" else "fired", t.name(data.rung), t.effects(data.effects))


def _issued(t: _Teller, data: events.OrderIssued) -> str:
    to = listing([*data.to, *map(t.name, data.roles)], t.lang)
    copied = t("copied", t.names(data.cc)) if data.cc else ""
    rung = t("by rung", t.name(data.rung)) if data.rung else ""
    return f"{t.did('issue', t.name(data.form), data.number)} → {to}{copied}{rung}"


def _revisited(t: _Teller, data: events.Revisited) -> str:
    found = [yes_no("solved", data.solved, t.lang), yes_no("satisfied", data.satisfied, t.lang)]
    found += [t("fault", t.name(data.fault))] if data.fault else []
    order = t.orders.get(data.order, data.order) if data.order else ""
    said = t.did("revisit", t.name(data.whom), t.name(data.how), order)
    return t.of(said, listing(filter(None, found), t.lang)) + t.text(data.note)


def _instructed(t: _Teller, data: events.Instructed) -> str:
    to = f" → {listing(data.to, t.lang)}" if data.to else ""
    return t.did("instruct", data.leader) + to + t.text(data.instruction)


_TOLD: Mapping[type[Payload], Callable[[_Teller, Any], str]] = {
    events.Received: lambda t, data: t("receive"),
    events.Attached: lambda t, data: t.did("attach", data.channel, data.number or ""),
    events.Routed: _routed,
    events.Overruled: lambda t, data: t("overruled", data.rule, t.name(data.chosen), t.name(data.proposed)) + t.text(data.reason),
    events.Reviewed: lambda t, data: t.did("review", t.classes(data.classes)) + t.text(data.note),
    events.Rejected: lambda t, data: t.of(t.did("reject"), t.name(data.reason)) + t.text(data.explanation),
    events.Transferred: lambda t, data: t.of(t.did("transfer", data.to), t.name(data.reason)) + t.text(data.explanation),
    events.Withdrawn: lambda t, data: t.of(t.did("withdraw"), t.name(data.reason)) + t.text(data.explanation),
    events.Merged: lambda t, data: t("merged", action_named("merge", t.lang), data.into),
    events.DuplicateFound: lambda t, data: t("repeats", data.of),
    events.KeptApart: lambda t, data: t.did("keep_apart", data.other) + t.text(data.reason),
    events.Absorbed: lambda t, data: t.did("absorb", data.other) + t("so far", data.repeats),
    events.Reclassified: lambda t, data: (
        t.did("reclassify", f"{t.name(data.old) if data.old else '—'} → {t.name(data.new)}") + t.text(data.reason)
    ),
    events.Disclosed: lambda t, data: t("opened" if data.public else "shut") + t.text(data.reason),
    events.Assigned: _assigned,
    events.Accepted: lambda t, data: t.did("accept", data.unit),
    events.Declined: _declined,
    events.Contacted: lambda t, data: t.did("contact", data.unit, t.name(data.how)) + t.text(data.note),
    events.Contributed: lambda t, data: t.did("contribute", data.unit) + t.text(data.text),
    events.ContributionReturned: _part_returned,
    events.Promised: _promised,
    events.Asked: lambda t, data: t.did("ask") + t.text(data.question),
    events.Supplemented: lambda t, data: t.did("supplement") + t.text(data.message),
    events.Submitted: _submitted,
    events.ApprovalRequested: _requested,
    events.Approved: _approved,
    events.ApprovalRefused: _approval_refused,
    events.Returned: _returned,
    events.SteppedBack: _stepped_back,
    events.Published: lambda t, data: (
        t.did("publish") + (t("reply", data.reply) if data.reply > 1 else "") + ("" if data.public else t("quietly"))
    ),
    events.Closed: lambda t, data: t.did("close", t.name(data.outcome) if data.outcome else ""),
    events.Reopened: lambda t, data: t.of(t.did("reopen"), t.name(data.reason)) + t.text(data.explanation) + t("cycle", data.cycle),
    events.ExtensionAsked: lambda t, data: t("asked", data.unit, t.clock(data.clock), t.limit(data.limit)) + t.text(data.reason),
    events.Extended: _extended,
    events.Recalculated: _recalculated,
    events.LimitSet: lambda t, data: f"{t('limited', t.clock(data.clock), t.limit(data.limit))}\n{t.change(data.old, data.new)}",
    events.ConsultationCalled: _consulted,
    events.OpinionGiven: lambda t, data: t.did("opine", data.unit) + t.text(data.opinion),
    events.ConsultationConcluded: _concluded,
    events.RungFired: _fired,
    events.RungTakenUp: lambda t, data: t("colon", action_named("take_up", t.lang), t.effects(data.effects)),
    events.RungDismissed: lambda t, data: t.did("dismiss", t.name(data.occasion.partition("/")[0])) + t.text(data.reason),
    events.OrderIssued: _issued,
    events.OrderAnswered: lambda t, data: (
        t.did("answer", t.orders.get(data.order, data.order), t.name(data.unit)) + t.text(data.answer)
    ),
    events.OrderCleared: lambda t, data: t.did("clear", t.orders.get(data.order, data.order)),
    events.Revisited: _revisited,
    events.Rated: lambda t, data: t.of(t.did("rate"), yes_no("satisfied", data.satisfied, t.lang)) + t.text(data.comment),
    events.Instructed: _instructed,
    events.Praised: lambda t, data: t.did("praise") + t.text(data.praise),
    events.Viewed: lambda t, data: t.did("view", str(data.views)),
    events.Noted: lambda t, data: t.did("note") + t.text(data.note),
    events.RulebookMoved: _rulebook_moved,
    events.Erased: lambda t, data: t("erased", action_named("erase", t.lang), len(data.texts)),
}
"""How each payload is told."""
