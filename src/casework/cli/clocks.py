"""What a rulebook rules about time, in words: limits, how they are counted, what becomes of them, office hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..hours import WEEKDAYS, OfficeHours
from ..languages import WEEKDAYS_EN, WEEKDAYS_ZH, Lang, chinese
from ..limits import Count, Limit
from ..states import ACTIONS
from .provisos import proviso
from .wording import act_named, named

if TYPE_CHECKING:
    from ..rulebook import Rulebook
    from ..sla import ClockRule, ConditionalLimit, ExtendRule, PromiseRule

_SAID = {  # in English and in Chinese
    "limit if": ("{1} if {0}", "{}的，{}"),
    "limit else": ("{} otherwise", "其他情形，{}"),
    "limit": ("limit: {}", "期限：{}"),
    "same day": ("the same day", "当日"),
    "between": (", ", "，"),
    "and": ("; ", "；"),
    "from to": ("from {} to {}", "自{}起，至{}止"),
    "per case": ("", ""),
    "per assignment": ("for each unit", "按承办单位分别计时"),
    "per order": ("for each order", "按督办单分别计时"),
    "form": ("for each {}", "按{}分别计时"),
    "if": ("only if {}", "仅当{}"),
    "late by": ("a case is late by it", "是否逾期以此为准"),
    "soon": ("shown as due soon with {} left", "剩余不超过{}的，提示将到期"),
    "in days": ("where the limit is in days: {}", "期限按日计算的：{}"),
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
_IN_HOURS = ("hours", "working hours")


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)


def _joined(parts: Iterable[str], lang: Lang) -> str:
    return _say("between", lang).join(filter(None, parts))


def length(limit: Limit | str, lang: Lang) -> str:
    """Return how long a limit is; no days are the same day."""
    limit = Limit.parse(limit) if isinstance(limit, str) else limit
    return limit.label(lang) if limit.amount or limit.unit in _IN_HOURS else _say("same day", lang)


def clock_rulings(rule: ClockRule, book: Rulebook, lang: Lang) -> Iterator[tuple[str, object]]:
    """Yield what a clock's rule says, each text with the row of the rulebook that gives its source or assumption."""
    [first, *more] = rule.limit
    alone = not (more or first.when or first.source or first.assumption)
    span = _say("from to", lang, _happenings(rule.starts_on, book, lang), _happenings(rule.stops_on, book, lang))
    per = _say("form", lang, named(rule.form, book, lang)) if rule.form else _say(f"per {rule.per}", lang)
    about = [
        length(first.limit, lang) if alone else "",
        span,
        per,
        _say("if", lang, proviso(rule.when, book, lang)) if rule.when else "",
    ]
    yield "\n".join([_joined(about, lang), *_sides(rule, book, lang)]), rule
    if not alone:
        yield from ((_say("limit", lang, said), row) for said, row in limit_rulings(rule.limit, book, lang))
    if rule.extend:
        yield _joined(_extension(rule.extend, book, lang), lang), rule.extend
    if rule.promise:
        terms = [*_times("promise", rule.promise, lang), _say("reason", lang) if rule.promise.reason else ""]
        yield _joined(terms, lang), rule.promise


def limit_rulings(rows: tuple[ConditionalLimit, ...], book: Rulebook, lang: Lang) -> Iterator[tuple[str, ConditionalLimit]]:
    """Yield a clock's limits, the first that fits first, each with its row."""
    for row in rows:
        said = length(row.limit, lang)
        if row.when:
            said = _say("limit if", lang, proviso(row.when, book, lang), said)
        elif len(rows) > 1:
            said = _say("limit else", lang, said)
        yield said, row


def _sides(rule: ClockRule, book: Rulebook, lang: Lang) -> Iterator[str]:
    """Yield what holds for a clock whatever its limit, a line for each side."""
    yield from counting_of(rule, lang)
    if rule.pauses_on:
        still = _say("stands still", lang, _happenings(rule.pauses_on, book, lang))
        yield _joined([still, _say(rule.count.on_pause, lang)], lang)
    if rule.count.hours and rule.count.hours != book.outline.hours:
        yield office_hours(rule.count.hours, lang)
    turns = (
        ("return", rule.on.return_),
        ("reclassify", rule.on.reclassify),
        ("transfer", rule.on.transfer),
        ("reopen", rule.on.reopen),
    )
    yield from (_say(turn, lang, _say(then, lang)) for turn, then in turns if then)
    if rule.id == book.outline.rulebook.late_by:
        yield _say("late by", lang)
    if rule.soon != type(rule).model_fields["soon"].default:
        yield _say("soon", lang, Limit(rule.soon, "working days").label(lang))
    yield _say(f"notice {rule.on_calendar_change}", lang)


def counting_of(rule: ClockRule, lang: Lang) -> Iterator[str]:
    """Yield how a clock's days are counted; limits in hours know no last day."""
    in_days = [row.limit.unit not in _IN_HOURS for row in rule.limit]
    if any(in_days):
        said = counting(rule.count, lang)
        yield said if all(in_days) else _say("in days", lang, said)


def _happenings(names: tuple[str, ...], book: Rulebook, lang: Lang) -> str:
    """Return what people call actions and states."""
    states = book.lifecycle.states
    words = (
        book.lifecycle.label(name, lang=lang) if name in states and name not in ACTIONS else act_named(name, lang) for name in names
    )
    return ("或" if chinese(lang) else " or ").join(words)


def counting(count: Count, lang: Lang) -> str:
    """Return how days are counted."""
    ends = _say(count.ends, lang) if count.ends in _SAID else _say("time", lang, count.ends)
    cutoff = _say("cutoff", lang, f"{count.cutoff:%H:%M}") if count.cutoff else ""
    return _joined([_say(count.day_zero, lang), cutoff, ends, _say("roll", lang) if count.roll == "next" else ""], lang)


def _extension(terms: ExtendRule, book: Rulebook, lang: Lang) -> list[str]:
    before = terms.ask_before
    asked = _say("before due", lang) if before == "due" else _say("before", lang, length(before, lang))
    said = _times("extend", terms, lang)
    by = _say("by", lang, named(terms.approve, book, lang)) if terms.approve else ""
    return [said[0], asked, by, _say(f"from {terms.from_}", lang), *said[1:]]


def _times(what: str, terms: ExtendRule | PromiseRule, lang: Lang) -> list[str]:
    """Return how often a clock may be extended or promised on, and the cap."""
    often = _say("once", lang) if terms.times == 1 else _say("times", lang, terms.times)
    cap = _say(f"cap {terms.cap_from}", lang, length(terms.cap, lang)) if terms.cap else ""
    return [_say(what, lang, often), cap]


def office_hours(hours: OfficeHours, lang: Lang) -> str:
    """Return office hours: of every day, and of days that have their own."""
    names = dict(zip(WEEKDAYS, WEEKDAYS_ZH if chinese(lang) else WEEKDAYS_EN, strict=True))
    own = [(names[name], written) for name, written in hours.weekdays.items()]
    own += [(str(day), written) for day, written in sorted(hours.dates.items())]
    lines = [_say("own hours", lang, when, written or _say("closed", lang)) for when, written in own]
    return _say("and", lang).join([hours.open, *lines])
