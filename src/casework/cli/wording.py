"""Due dates, clocks and what moved them, in the words of the two languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import events
from ..languages import Lang, chinese
from ..limits import Limit
from ..moments import show_moment
from ..states import ACTIONS, action_label

if TYPE_CHECKING:
    from ..events import Event, Ref
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
    "extended": ("{} {} by {}", "{} {} {}"),
    "allowed": ("allowed by {}", "{}准许"),
    "asked": ("{} asks to extend {} by {}", "申请延期 {} {} {}"),
    "refused": ("{} {}: {}", "{} {}：{}"),
    "because": (" ({})", "（{}）"),
    "calendar": ("{}, by calendar {}", "{}，依据历法 {}"),
    "assisted": (", assisted by {}", "，协办 {}"),
    "instead": (" instead of {}", "（原主办 {}）"),
    "more": ("{}, extended by {}", "{}，延期{}"),
    "anew": ("{}, extended to {}", "{}，延长至{}"),
    "until": ("{}, promised for {}", "{}，承诺{}"),
}
_DESK_ACTS = {"receive": {"zh": "来件", "en": "received"}, "sweep": {"zh": "到时", "en": "due"}}


def word(what: str, lang: Lang, *facts: object) -> str:
    """Return one of the words above with its facts."""
    return _WORDS[what][chinese(lang)].format(*facts)


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


def clock_named(book: Rulebook, key: str, lang: Lang) -> str:
    """Return what people call a clock, with the unit or order that it is kept for."""
    name, _, subject = key.partition(":")
    rule = book.clocks.get(name)
    label = ((rule.zh if chinese(lang) else rule.en) if rule else "") or name
    return f"{label} {subject}".strip()


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


def happened(event: Event, book: Rulebook, texts: Mapping[Ref, str], lang: Lang) -> str:
    """Return what an event says: of a deadline that moved how, by how much and why, of others the plain words of their payload."""
    data, zone = event.data, book.zone
    label = (
        action_label(event.action, lang=lang) if event.action in ACTIONS else _DESK_ACTS.get(event.action, {}).get(lang, event.kind)
    )

    def why(ref: Ref | None) -> str:
        return word("because", lang, texts[ref]) if ref and texts.get(ref) else ""

    def change(old: Deadline | None, new: Deadline) -> str:
        return f"{due_date(old, lang, zone=zone)} → {due_date(new, lang, zone=zone)}"

    match data:
        case events.Assigned():
            instead = word("instead", lang, data.instead_of) if data.instead_of else ""
            helped = word("assisted", lang, "、".join(data.assisting)) if data.assisting else ""
            return f"{label} {data.lead}{instead}{helped}"
        case events.Extended():
            more = Limit.parse(data.limit).label(lang)
            said = [word("extended", lang, label, clock_named(book, data.clock, lang), more), change(data.old, data.new)]
            said += [word("allowed", lang, data.allowed_by)] if data.allowed_by else []
            return "\n".join(said) + why(data.reason)
        case events.ExtensionAsked():
            more = Limit.parse(data.limit).label(lang)
            return word("asked", lang, data.unit, clock_named(book, data.clock, lang), more) + why(data.reason)
        case events.ApprovalRefused() if data.act.startswith("extend:"):
            clock = clock_named(book, data.act.removeprefix("extend:"), lang)
            return word("refused", lang, label, clock, "；".join(data.reasons)) + why(data.opinion)
        case events.Promised():
            what = f"{label} {data.unit} {clock_named(book, data.clock, lang)}"
            return "\n".join(filter(None, [what, change(data.old, data.new), why(data.reason).strip()]))
        case events.Recalculated():
            by = word("calendar", lang, moved(data.old, data.new, lang), data.new_calendar)
            return f"{label} {clock_named(book, data.clock, lang)}\n{change(data.old, data.new)}\n{by}"
        case _:
            return " ".join([label, *_plain_words(event)])


_HIDDEN = {"rulebook", "rulebook_digest", "channel", "number", "gates", "passed", "reply", "cycle", "count"}


def _plain_words(event: Event) -> list[str]:
    """Return what a payload says in texts and numbers of its own; references to texts are left out."""
    from msgspec import to_builtins

    plain = {
        name: value
        for name, value in to_builtins(event.data).items()
        if isinstance(value, str | int) and not isinstance(value, bool) and not str(value).startswith(f"{event.seq}.")
    }
    return [str(value) for name, value in plain.items() if name not in _HIDDEN]
