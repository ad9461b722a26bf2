"""Rulebooks, checked and printed as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from ..languages import WEEKDAYS_EN, WEEKDAYS_ZH, Lang, chinese
from .rulings import (
    check_ruling,
    gates_ruling,
    handling_rulings,
    order_ruling,
    role_ruling,
    route_ruling,
    rung_ruling,
)
from .terminal import Language, rulebook_named, say, say_table
from .wording import action_named

if TYPE_CHECKING:
    from ..hours import OfficeHours
    from ..limits import Count
    from ..rulebook import Rulebook
    from ..sla import ClockRule, ExtendRule, PromiseRule

commands = typer.Typer(help="Check and read rulebooks.", no_args_is_help=True, rich_markup_mode=None)

_HEADS = {"zh": ("", "名称", "规定", "出处或推定"), "en": ("", "name", "rule", "source or assumption")}
_KINDS = {  # in English and in Chinese
    "role": ("role", "角色"),
    "hours": ("office hours", "办公时间"),
    "clock": ("clock", "计时"),
    "gates": ("gates", "关口"),
    "reply check": ("reply check", "答复检查"),
    "rung": ("rung", "督办层级"),
    "order": ("order", "督办文书"),
    "schedule": ("schedule", "定期通报"),
    "route": ("route", "分派规则"),
    "assignment": ("assignments", "交办"),
    "consultation": ("consultation", "会商"),
    "revisit": ("revisiting", "回访"),
    "reopen": ("reopening", "重办"),
    "ask": ("asking the citizen", "请补充"),
}
_SAID = {  # in English and in Chinese
    "monthly": ("every month, as of day {}", "每月一期，以次月{}日为时间节点"),
    "assumed": ("assumed: {}", "推定：{}"),
    "quoted": ("“{}”", "“{}”"),
    "limit": ("{}", "{}"),
    "limit if": ("{} if {}", "{}（条件：{}）"),
    "between": (", ", "，"),
    "and": ("; ", "；"),
    "from to": ("from {} to {}", "自{}起，至{}止"),
    "per case": ("", ""),
    "per assignment": ("for each unit", "按承办单位分别计时"),
    "per order": ("for each order", "按督办单分别计时"),
    "if": ("only if {}", "仅当{}"),
    "stands still": ("stands still in {}", "{}期间中止"),
    "working-days": ("leaving out whole working days", "按整个工作日扣除"),
    "exact": ("leaving out exactly the time", "按实际时间扣除"),
    "as-is": ("the day it starts on is not counted, whatever day that is", "起算当日不计"),
    "next-working-day": ("a start on a day off counts as one on the next working day", "在休息日起算的，视为自下一工作日起算"),
    "cutoff": ("a start after {} counts as one on the next working day", "{}以后起算的，视为自下一工作日起算"),
    "24:00": ("ends at 24:00 of the last day", "末日24:00届满"),
    "close": ("ends when the office closes on the last day", "末日下班时届满"),
    "same-time": ("ends at the time of day of its start", "末日的同一时刻届满"),
    "time": ("ends at {} of the last day", "末日{}届满"),
    "roll": ("a last day that is a day off moves to the next working day", "末日为休息日的，顺延至下一工作日"),
    "open": ("{}", "{}"),
    "own hours": ("{}: {}", "{}：{}"),
    "closed": ("closed", "休息"),
    "return": ("after a return {}", "退回的，{}"),
    "reclassify": ("after another class {}", "改类的，{}"),
    "transfer": ("after another lead unit {}", "改派主办单位的，{}"),
    "reopen": ("after reopening {}", "重办的，{}"),
    "continue": ("it goes on as if it had not stopped", "连续计时"),
    "resume": ("it goes on, leaving out the time since it stopped", "接续计时，停止期间不计"),
    "recompute": ("its limit is chosen anew and counted from the same start", "重新确定期限，仍自原起点计算"),
    "restart": ("it starts anew", "重新起算"),
    "restart-on-accept": ("it starts anew when the new unit accepts", "待新单位签收后重新起算"),
    "extend": ("may be extended {}", "可延期{}"),
    "promise": ("a day may be promised {}", "可承诺日期{}"),
    "once": ("once", "1次"),
    "times": ("{} times", "{}次"),
    "before due": ("asked for before it is due", "须在到期前提出"),
    "before": ("asked for {} before it is due", "须在到期{}前提出"),
    "by": ("allowed by {}", "由{}准许"),
    "from due": ("counted from the last day", "自期限末日起算"),
    "from due-unrolled": ("counted from the last day before it was moved off a day off", "自顺延前的期限末日起算"),
    "from today": ("counted from the day it is allowed", "自准许之日起算"),
    "from receipt": ("the new limit counted from day zero", "延长后的期限自起算日计算"),
    "cap receipt": ("at most {} from receipt in all", "自收件起合计不超过{}"),
    "cap due": ("at most {} past the first due date", "不超过原期限届满后{}"),
    "reason": ("with a reason", "须说明理由"),
    "notice keep": ("a new notice leaves its due date alone", "放假安排变动时，期限不变"),
    "notice later-only": ("a new notice can only make it later", "放假安排变动时，只推后、不提前"),
    "notice recompute": ("a new notice moves its due date either way", "放假安排变动时，期限重新计算"),
}


@commands.command("check")
def check(rulebook: Annotated[str, typer.Argument(help="A shipped rulebook's name or a TOML file.")]) -> None:
    """Check a rulebook: every problem at once, then what cases can come to under it."""
    from .. import checking

    book = rulebook_named(rulebook)
    findings = checking.check(book)
    for finding in findings:
        say(f"advice: {finding}")
    say(f"{book.id} version {book.outline.rulebook.version} ({book.digest}) is sound; advice: {len(findings)}")


@commands.command("show")
def show(rulebook: Annotated[str, typer.Argument(help="A shipped rulebook's name or a TOML file.")], lang: Language = "zh") -> None:
    """Print a rulebook as a person reads it, with the source or assumption behind each rule."""
    book = rulebook_named(rulebook)
    head = book.outline.rulebook
    say((head.zh if chinese(lang) else head.en) or head.id, style="bold")
    say(f"{head.id} · version {head.version} · {book.digest} · {head.zone} · {head.calendar}")
    rows = [(_KINDS[kind][chinese(lang)], *cells) for kind, *cells in _rules(book, lang)]
    say_table(_HEADS[lang], rows, fold=True)


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)


def _rules(book: Rulebook, lang: Lang) -> Iterator[tuple[str, str, str, str]]:
    """Yield a rulebook's rules as rows: what it is, its name, what it says, and its source or assumption."""

    def named(row: object, name: str) -> str:
        return getattr(row, lang, "") or name

    outline = book.outline
    for name, role in book.roles.items():
        yield "role", named(role, name), role_ruling(role, lang), _grounds(role, lang)
    for route in outline.route:
        yield "route", route.id, route_ruling(route, book, lang), _grounds(route, lang)
    for kind, table, ruling in handling_rulings(book, lang):
        yield kind, "", ruling, _grounds(table, lang)
    if outline.hours:
        yield "hours", "", _hours(outline.hours, lang), ""
    for rule in book.clocks.values():
        assumed = [_say("assumed", lang, row.assumption) for row in rule.limit if row.assumption]
        grounds = [_grounds(rule, lang), *assumed, *(_grounds(terms, lang) for terms in (rule.extend, rule.promise))]
        yield "clock", named(rule, rule.id), "\n".join(_clock(rule, book, lang)), _say("and", lang).join(filter(None, grounds))
    for approval in outline.approval:
        yield "gates", action_named(approval.on, lang), gates_ruling(approval, book, lang), _grounds(approval, lang)
    for wanted in outline.reply.checks:
        yield "reply check", wanted.id, check_ruling(wanted, lang), _grounds(wanted, lang)
    for form in book.orders.values():
        yield "order", named(form, form.id), order_ruling(form, book, lang), _grounds(form, lang)
    for rung in book.rungs.values():
        label = book.label(rung.id, lang=lang)
        yield "rung", label, rung_ruling(rung, book, lang), _grounds(rung, lang)
    for schedule in outline.schedule:
        yield "schedule", schedule.id, _say("monthly", lang, schedule.as_of), _grounds(schedule, lang)


def _grounds(row: object, lang: Lang) -> str:
    source, assumption = getattr(row, "source", ""), getattr(row, "assumption", "")
    said = [_say("quoted", lang, source) if source else "", _say("assumed", lang, assumption) if assumption else ""]
    return _say("and", lang).join(filter(None, said))


# --- clocks -----------------------------------------------------------------------------------------------------------


def _clock(rule: ClockRule, book: Rulebook, lang: Lang) -> Iterator[str]:
    """Yield what a clock's rule says, a line for each of its sides."""
    limits = [_say("limit if" if row.when else "limit", lang, row.limit.label(lang), row.when.strip()) for row in rule.limit]
    span = _say("from to", lang, _happenings(rule.starts_on, book, lang), _happenings(rule.stops_on, book, lang))
    about = [_say("and", lang).join(limits), span, _say(f"per {rule.per}", lang), _say("if", lang, rule.when) if rule.when else ""]
    yield _joined(about, lang)
    if any(row.limit.unit not in ("hours", "working hours") for row in rule.limit):  # those know no last day
        yield _joined(_counting(rule.count, lang), lang)
    if rule.pauses_on:
        still = _say("stands still", lang, _happenings(rule.pauses_on, book, lang))
        yield _joined([still, _say(rule.count.on_pause, lang)], lang)
    if rule.count.hours and rule.count.hours != book.outline.hours:
        yield _hours(rule.count.hours, lang)
    turns = {
        "return": rule.on.return_,
        "reclassify": rule.on.reclassify,
        "transfer": rule.on.transfer,
        "reopen": rule.on.reopen,
    }
    for turn, then in turns.items():
        if then:
            yield _say(turn, lang, _say(then, lang))
    if rule.extend:
        yield _joined(_extension(rule.extend, book, lang), lang)
    if rule.promise:
        yield _joined([*_times("promise", rule.promise, lang), _say("reason", lang) if rule.promise.reason else ""], lang)
    yield _say(f"notice {rule.on_calendar_change}", lang)


def _joined(parts: list[str], lang: Lang) -> str:
    return _say("between", lang).join(filter(None, parts))


def _happenings(names: tuple[str, ...], book: Rulebook, lang: Lang) -> str:
    """Return what people call actions and states."""
    from ..states import ACTIONS, action_label

    states, received = book.lifecycle.states, {"receive": "来件" if chinese(lang) else "receipt"}
    words = (
        received.get(name)
        or (action_label(name, lang=lang) if name in ACTIONS or name not in states else "")
        or book.lifecycle.label(name, lang=lang)
        for name in names
    )
    return ("或" if chinese(lang) else " or ").join(words)


def _counting(count: Count, lang: Lang) -> list[str]:
    ends = _say(count.ends, lang) if count.ends in _SAID else _say("time", lang, count.ends)
    cutoff = _say("cutoff", lang, f"{count.cutoff:%H:%M}") if count.cutoff else ""
    return [_say(count.day_zero, lang), cutoff, ends, _say("roll", lang) if count.roll == "next" else ""]


def _extension(terms: ExtendRule, book: Rulebook, lang: Lang) -> list[str]:
    from ..limits import Limit

    before = terms.ask_before
    asked = _say("before due", lang) if before == "due" else _say("before", lang, Limit.parse(before).label(lang))
    said = _times("extend", terms, lang)
    approver = book.roles.get(terms.approve)
    by = (getattr(approver, lang) or terms.approve) if approver else terms.approve
    return [said[0], asked, _say("by", lang, by) if by else "", _say(f"from {terms.from_}", lang), *said[1:]]


def _times(what: str, terms: ExtendRule | PromiseRule, lang: Lang) -> list[str]:
    """Return how often a clock may be extended or promised on, and the cap."""
    from ..limits import Limit

    often = _say("once", lang) if terms.times == 1 else _say("times", lang, terms.times)
    cap = _say(f"cap {terms.cap_from}", lang, Limit.parse(terms.cap).label(lang)) if terms.cap else ""
    return [_say(what, lang, often), cap]


def _hours(hours: OfficeHours, lang: Lang) -> str:
    """Return office hours: of every day, and of days that have their own."""
    from ..hours import WEEKDAYS

    names = dict(zip(WEEKDAYS, WEEKDAYS_ZH if chinese(lang) else WEEKDAYS_EN, strict=True))
    own = [(names[name], written) for name, written in hours.weekdays.items()]
    own += [(str(day), written) for day, written in sorted(hours.dates.items())]
    lines = [_say("own hours", lang, when, written or _say("closed", lang)) for when, written in own]
    return _say("and", lang).join([hours.open, *lines])
