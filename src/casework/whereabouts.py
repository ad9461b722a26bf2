"""Why a case went where it went: one account of its events, in words that the people concerned can follow.

It tells the arrival, what each rule proposed and by which source, the classes, who gave the case to whom and whether that followed
a rule or overruled one, and every turn after that: declines, consultations, returns, reopenings, merging, handing over. It reads
events and texts and decides nothing; events that did not move the case are not part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from . import events as ev
from . import routing
from .errors import UnreadableLimit
from .events import Event, Ref
from .languages import Lang, chinese
from .limits import Limit
from .messages import Message
from .moments import show_moment, zone_named
from .opinions import Proposal
from .rulebook import Rulebook
from .units import SYSTEM

_SAID = {  # in English and in Chinese
    "head": ("case {}: where it went and why ({})", "件{}的去向及缘由（{}）"),
    "line": ("{}: {}", "{}：{}"),
    "between": ("; ", "；"),
    "and": (", ", "、"),
    "desk": ("the desk", "系统"),
    "erased": ("(erased)", "（已删除）"),
    "no reason": ("no reason given", "未说明理由"),
    "reason": ("reason: {}", "理由：{}"),
    "explanation": ("explanation: {}", "说明：{}"),
    "note": ("note: {}", "备注：{}"),
    "source": ("source: “{}”", "依据：“{}”"),
    "assumption": ("assumed: {}", "推定：{}"),
    "received": ("received ({})", "收到来件（{}）"),
    "channel": ("channel: {}", "渠道：{}"),
    "board": ("board: {}", "栏目：{}"),
    "place": ("place: {}", "所在地：{}"),
    "proposes": ("rule '{}' proposes {}", "规则“{}”建议{}"),
    "proposes nothing": ("rule '{}' proposes nothing", "规则“{}”未能提出建议"),
    "class": ("{} {}", "{}为{}"),
    "reviewed": ("registered it as {}", "登记受理，定类：{}"),
    "reclassified": ("changed {} from {} to {}", "将{}由{}改为{}"),
    "classified": ("set {} to {}", "将{}定为{}"),
    "assigned": ("assigned it to {}", "交办{}"),
    "lead": ("lead unit {}", "主办单位{}"),
    "with": ("{}, {}", "{}，{}"),
    "assisting": ("assisting {}", "协办单位{}"),
    "instead of": ("taken from {}", "原主办单位：{}"),
    "following": ("following rule '{}'", "采纳规则“{}”的建议"),
    "overruled": ("overruled rule '{}', which proposed {}: chosen was {}", "未采纳规则“{}”的建议（{}），选定{}"),
    "declined": ("{} handed it back (decline {})", "{}退件（第{}次）"),
    "lead then": ("lead unit from then on: {}", "此后主办单位：{}"),
    "no lead then": ("nobody leads from then on", "此后无主办单位"),
    "transferred": ("handed over to {}", "移送{}"),
    "rejected": ("refused", "不予受理"),
    "withdrawn": ("withdrawn", "撤回"),
    "called": ("called consultation {} with {}", "召集第{}次会商，参加单位：{}"),
    "called on site": ("called consultation {} on site with {}", "召集第{}次会商（现场），参加单位：{}"),
    "convener": ("convener: {}", "召集人：{}"),
    "matter": ("matter: {}", "事由：{}"),
    "concluded": ("consultation {} concluded: {}", "第{}次会商结论：{}"),
    "limit": ("limit: {}", "期限：{}"),
    "minutes": ("minutes: {}", "纪要：{}"),
    "returned": ("sent reply {} back to {} (return {})", "将答复{}退回{}（第{}次退回）"),
    "handler": ("its handler", "承办人"),
    "previous": ("the gate before", "上一关"),
    "stepped back": ("sent reply {} back to gate {} (return {})", "将答复{}退回第{}关（第{}次退回）"),
    "part returned": ("sent the part of {} back to it (return {})", "将{}的协办意见退回（第{}次退回）"),
    "reopened": ("reopened it (time {})", "重办（第{}次）"),
    "merged": ("merged it into case {}", "并入件{}"),
    "by rule": ("by rule '{}'", "依规则“{}”"),
    "absorbed": ("merged case {} into this one (channel: {}; repeat {})", "将件{}并入本件（渠道：{}；第{}次重复）"),
}
_REASONS_ZH = (  # the reasons that routing gives by itself
    (routing.BY_PLACE, "该单位负责来件所在地"),
    (routing.PLACELESS, "来件未写明所在地"),
    (routing.NOBODYS, "名录中没有唯一负责来件所在地的单位"),
    (routing.NO_REGISTER, "没有单位名录，无从确定负责单位"),
    (routing.FAILED, "规则出错："),
    ("not usable: ", "不可采用："),
)
_LONGEST = 200


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step on a case's way: the event that it tells of, in words; a rule's proposal is a step of its own.

    ``at`` is the local moment, ``kind`` the event's kind, ``actor`` and ``role`` whose act it was. ``unit`` is the unit that it is
    about: proposed, made the lead, or handing back. ``reason`` is given in full; ``zh`` and ``en`` cut what is long.
    """

    seq: int
    at: datetime
    kind: str
    actor: str
    role: str
    unit: str = ""
    assisting: tuple[str, ...] = ()
    rule: str = ""
    reason: str = ""
    zh: str
    en: str


class Whereabouts(msgspec.Struct, frozen=True, kw_only=True):
    """The account of a case's way, step by step. It quotes what people wrote as reasons, so it is for those who may read that."""

    case: str
    zone: str
    steps: tuple[Step, ...]

    def text(self, lang: Lang = "zh") -> str:
        """Return the account as lines: each step with its local moment, who acted, what was done and why."""
        lines = [_say("head", lang, self.case, self.zone)]
        lines += [f"{show_moment(step.at, zone=self.zone)}  {step.zh if chinese(lang) else step.en}" for step in self.steps]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text("en")


def whereabouts(history: Sequence[Event], texts: Mapping[Ref, str], rulebook: Rulebook, *, zone: str) -> Whereabouts:
    """Return the account of a case's whole *history*, its moments as the clocks in *zone* show them.

    A ValueError where there is no event; InputError for a zone that there is not. Texts that were erased are told as such.
    """
    if not history:
        raise ValueError("no events: there is no case")
    local, teller = zone_named(zone), _Teller(texts, rulebook)
    steps: list[Step] = []
    for event, following in zip(history, (*history[1:], None), strict=True):
        steps += [
            Step(
                seq=event.seq,
                at=event.occurred_at.astimezone(local),
                kind=event.kind,
                actor=event.actor,
                role=event.role,
                unit=told.unit,
                assisting=told.assisting,
                rule=told.rule,
                reason=told.reason,
                zh=teller.line(event.role, told, "zh"),
                en=teller.line(event.role, told, "en"),
            )
            for told in teller.tell(event, following)
        ]
    return Whereabouts(case=history[0].case, zone=zone, steps=tuple(steps))


# --- telling ----------------------------------------------------------------------------------------------------------

Words = Callable[[Lang], Sequence[str]]
"""What a step says in one language: what was done, and then each circumstance; nothing is left out as ``""``."""


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told of an event, before it is put into a language."""

    words: Words
    unit: str = ""
    assisting: tuple[str, ...] = ()
    rule: str = ""
    reason: str = ""


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)


def _maybe(what: str, lang: Lang, fact: object) -> str:
    return _say(what, lang, fact) if fact else ""


def _between(lang: Lang, words: Sequence[str]) -> str:
    return _say("between", lang).join(filter(None, words))


def _listed(lang: Lang, names: Sequence[str]) -> str:
    return _say("and", lang).join(filter(None, names))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


class _Teller:
    """Goes through a history once and says what each event has to do with where the case is."""

    def __init__(self, texts: Mapping[Ref, str], rulebook: Rulebook) -> None:
        self._texts, self._book = texts, rulebook
        self._rules = {rule.id: rule for rule in rulebook.outline.route}
        self._lead: str | None = None
        self._replied: dict[int, str] = {}

    def tell(self, event: Event, following: Event | None) -> Sequence[_Told]:
        """Return what there is to tell of an event; of most kinds, nothing."""
        data = event.data
        if isinstance(data, ev.Submitted):
            self._replied[data.reply] = data.unit
        if isinstance(data, ev.Routed):
            return [self._proposal(row) for row in data.proposals]
        if isinstance(data, ev.Assigned):
            told: _Told | None = self._assigned(data, following.data if following else None)
        elif tells := _TELLS.get(type(data)):
            told = tells(self, data)
        else:
            told = None
        self._lead = _lead_after(data, self._lead)
        return [told] if told else []

    def who(self, role: str, lang: Lang) -> str:
        """Return what a role is called; the name of one that the rulebook has not, as it is."""
        if role == SYSTEM:
            return _say("desk", lang)
        row = self._book.roles.get(role)
        return (row and (row.zh if chinese(lang) else row.en)) or role

    def line(self, role: str, told: _Told, lang: Lang) -> str:
        """Return what is told as one line: who it was, and what."""
        words = " ".join(_between(lang, told.words(lang)).split())  # what people wrote may hold line breaks
        return _say("line", lang, self.who(role, lang), words)

    # -- what is told

    def _text(self, ref: Ref | None) -> str:
        return self._texts.get(ref, "") if ref else ""

    def _quoted(self, what: str, lang: Lang, ref: Ref | None) -> str:
        """Return a text with what it is, cut where it is long; nothing where none was written, and of an erased one that it was."""
        return _say(what, lang, _short(self._text(ref)) or _say("erased", lang)) if ref else ""

    def _label(self, word: str, lang: Lang) -> str:
        return self._book.label(word, lang=lang)

    def _labels(self, words: Sequence[str], lang: Lang) -> str:
        return _listed(lang, [self._label(word, lang) for word in words])

    def _classes(self, classes: Mapping[str, str], lang: Lang) -> list[str]:
        return [_say("class", lang, self._label(axis, lang), self._label(value, lang)) for axis, value in classes.items()]

    def _team(self, lead: str, assisting: Sequence[str], lang: Lang) -> str:
        units = _say("lead", lang, lead)
        return _say("with", lang, units, _say("assisting", lang, _listed(lang, assisting))) if assisting else units

    # -- each kind

    def _received(self, data: ev.Received) -> _Told:
        def words(lang: Lang) -> list[str]:
            where = [
                _say("channel", lang, data.channel),
                _maybe("board", lang, data.board),
                _maybe("place", lang, self._place(data)),
            ]
            return [_say("received", lang, _between(lang, where))]

        return _Told(words=words)

    def _place(self, data: ev.Received) -> str | None:
        body = self._texts.get(data.message)
        return Message.model_validate_json(body).place if body else None

    def _proposal(self, row: Proposal) -> _Told:
        rule = self._rules.get(row.rule)

        def words(lang: Lang) -> list[str]:
            proposed = _listed(lang, [_maybe("lead", lang, row.unit), *self._classes(row.classes, lang)])
            what = _say("proposes", lang, row.rule, proposed) if proposed else _say("proposes nothing", lang, row.rule)
            reason = _in_chinese(row.reason) if chinese(lang) else row.reason
            source = rule.source if rule else ""
            assumed = rule.assumption if rule else ""
            return [
                what,
                _maybe("reason", lang, _short(reason)),
                _maybe("source", lang, source),
                _maybe("assumption", lang, assumed),
            ]

        return _Told(words=words, unit=row.unit or "", rule=row.rule, reason=row.reason)

    def _reviewed(self, data: ev.Reviewed) -> _Told | None:
        if not data.classes:
            return None

        def words(lang: Lang) -> list[str]:
            return [_say("reviewed", lang, _listed(lang, self._classes(data.classes, lang))), self._quoted("note", lang, data.note)]

        return _Told(words=words, reason=self._text(data.note))

    def _reclassified(self, data: ev.Reclassified) -> _Told:
        def words(lang: Lang) -> list[str]:
            axis, new = self._label(data.axis, lang), self._label(data.new, lang)
            changed = _say("reclassified", lang, axis, self._label(data.old, lang), new) if data.old else ""
            return [changed or _say("classified", lang, axis, new), self._quoted("reason", lang, data.reason)]

        return _Told(words=words, reason=self._text(data.reason))

    def _assigned(self, data: ev.Assigned, following: ev.Payload | None) -> _Told:
        """Tell an assignment; its note, unless what follows tells the same as the reason for overruling a rule."""
        again = isinstance(following, ev.Overruled) and self._text(following.reason) == self._text(data.note)
        note = None if again else data.note

        def words(lang: Lang) -> list[str]:
            team = self._team(data.lead, data.assisting, lang)
            taken, rule = _maybe("instead of", lang, data.instead_of), _maybe("following", lang, data.rule)
            return [_say("assigned", lang, team), taken, rule, self._quoted("note", lang, note)]

        return _Told(words=words, unit=data.lead, assisting=data.assisting, rule=data.rule or "", reason=self._text(note))

    def _overruled(self, data: ev.Overruled) -> _Told:
        def words(lang: Lang) -> list[str]:
            what = _say("overruled", lang, data.rule, data.proposed, data.chosen)
            return [what, self._quoted("reason", lang, data.reason) or _say("no reason", lang)]

        return _Told(words=words, unit=data.chosen, rule=data.rule, reason=self._text(data.reason))

    def _declined(self, data: ev.Declined) -> _Told:
        def words(lang: Lang) -> list[str]:
            said = [_say("declined", lang, data.unit, data.count), _say("reason", lang, self._label(data.reason, lang))]
            said.append(self._quoted("explanation", lang, data.explanation))
            if data.lead is not msgspec.UNSET:
                said.append(_say("lead then", lang, data.lead) if data.lead else _say("no lead then", lang))
            return said

        return _Told(words=words, unit=data.unit, reason=data.reason)

    def _ended(self, what: str, reason: str, explanation: Ref | None, *facts: object) -> _Told:
        def words(lang: Lang) -> list[str]:
            why = _say("reason", lang, self._label(reason, lang))
            return [_say(what, lang, *facts), why, self._quoted("explanation", lang, explanation)]

        return _Told(words=words, reason=reason)

    def _called(self, data: ev.ConsultationCalled) -> _Told:
        def words(lang: Lang) -> list[str]:
            what = _say("called on site" if data.on_site else "called", lang, data.number, _listed(lang, data.units))
            convener = _say("convener", lang, self.who(data.convener, lang)) if data.convener else ""
            return [what, convener, self._quoted("matter", lang, data.matter)]

        return _Told(words=words, assisting=data.units, reason=self._text(data.matter))

    def _concluded(self, data: ev.ConsultationConcluded) -> _Told:
        before = self._lead if self._lead != data.lead else None

        def words(lang: Lang) -> list[str]:
            what = _say("concluded", lang, data.number, self._team(data.lead, data.assisting, lang))
            taken, limit = _maybe("instead of", lang, before), _maybe("limit", lang, _limit(data.limit, lang))
            return [what, taken, limit, self._quoted("minutes", lang, data.minutes)]

        return _Told(words=words, unit=data.lead, assisting=data.assisting, reason=self._text(data.minutes))

    def _sent_back(
        self, what: str, unit: str, reasons: Sequence[str], explanation: Ref | None, facts: Callable[[Lang], tuple[object, ...]]
    ) -> _Told:
        def words(lang: Lang) -> list[str]:
            why = _say("reason", lang, self._labels(reasons, lang))
            return [_say(what, lang, *facts(lang)), why, self._quoted("explanation", lang, explanation)]

        return _Told(words=words, unit=unit, reason="；".join(reasons))

    def _returned(self, data: ev.Returned) -> _Told:
        unit = self._replied.get(data.reply, "")

        def facts(lang: Lang) -> tuple[object, ...]:
            whom = unit if unit and data.to == "handler" else _say(data.to, lang) if data.to in _SAID else data.to
            return data.reply, whom, data.count

        return self._sent_back("returned", unit, data.reasons, data.explanation, facts)

    def _stepped_back(self, data: ev.SteppedBack) -> _Told:
        unit, facts = self._replied.get(data.reply, ""), (data.reply, data.gate, data.count)
        return self._sent_back("stepped back", unit, data.reasons, data.explanation, lambda _: facts)

    def _part_returned(self, data: ev.ContributionReturned) -> _Told:
        facts = (data.unit, data.count)
        return self._sent_back("part returned", data.unit, data.reasons, data.explanation, lambda _: facts)

    def _merged(self, data: ev.Merged) -> _Told:
        return _Told(words=lambda lang: [_say("merged", lang, data.into), _maybe("by rule", lang, data.rule)], rule=data.rule or "")

    def _absorbed(self, data: ev.Absorbed) -> _Told:
        return _Told(words=lambda lang: [_say("absorbed", lang, data.other, data.channel, data.repeats)])


_TELLS: Mapping[type[ev.Payload], Callable[[_Teller, Any], _Told | None]] = {
    ev.Received: _Teller._received,
    ev.Reviewed: _Teller._reviewed,
    ev.Reclassified: _Teller._reclassified,
    ev.Overruled: _Teller._overruled,
    ev.Declined: _Teller._declined,
    ev.Rejected: lambda teller, data: teller._ended("rejected", data.reason, data.explanation),
    ev.Transferred: lambda teller, data: teller._ended("transferred", data.reason, data.explanation, data.to),
    ev.Withdrawn: lambda teller, data: teller._ended("withdrawn", data.reason, data.explanation),
    ev.Reopened: lambda teller, data: teller._ended("reopened", data.reason, data.explanation, data.cycle),
    ev.ConsultationCalled: _Teller._called,
    ev.ConsultationConcluded: _Teller._concluded,
    ev.Returned: _Teller._returned,
    ev.SteppedBack: _Teller._stepped_back,
    ev.ContributionReturned: _Teller._part_returned,
    ev.Merged: _Teller._merged,
    ev.Absorbed: _Teller._absorbed,
}
"""The kinds that an account tells of, beside proposals and assignments; any other is no part of it."""


def _lead_after(data: ev.Payload, lead: str | None) -> str | None:
    """Return which unit leads after an event."""
    if isinstance(data, ev.Assigned | ev.ConsultationConcluded):
        return data.lead
    if isinstance(data, ev.Declined) and data.lead is not msgspec.UNSET:
        return data.lead
    return lead


def _limit(limit: str | None, lang: Lang) -> str:
    """Return a limit in words; what cannot be read, as it is."""
    try:
        return Limit.parse(limit).label(lang) if limit else ""
    except UnreadableLimit:
        return limit or ""


def _in_chinese(reason: str) -> str:
    """Return a proposal's reason, with what routing says by itself in Chinese."""
    for english, words in _REASONS_ZH:
        reason = reason.replace(f"; {english}", f"；{words}").replace(english, words)
    return reason
