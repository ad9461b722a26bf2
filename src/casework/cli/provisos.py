"""Conditions of a rulebook in words (但书): what must hold for a rule, as it is read to those who know no code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ..conditions import Term
from ..languages import WEEKDAYS_EN, WEEKDAYS_ZH, Lang, chinese

if TYPE_CHECKING:
    from ..rulebook import Rulebook

_NAMES = {  # what the names of conditions are called in English and in Chinese
    "text": ("the message", "来件"),
    "subject": ("the subject", "标题"),
    "body": ("the body", "正文"),
    "channel": ("the channel", "渠道"),
    "board": ("the board", "栏目"),
    "place": ("the place", "地点"),
    "sender": ("the sender", "来件人"),
    "state": ("the state", "办理环节"),
    "lead": ("the lead unit", "主办单位"),
    "outcome": ("the outcome", "办理结果"),
    "form": ("the order", "文书"),
    "date": ("the day of receipt", "来件日期"),
    "year": ("the year of receipt", "来件年份"),
    "month": ("the month of receipt", "来件月份"),
    "day": ("the day of the month", "来件日"),
    "hour": ("the hour of receipt", "来件钟点"),
    "weekday": ("the weekday of receipt", "来件当天"),
    "units": ("the number of units", "承办单位数"),
    "returned": ("the number of returns", "退回次数"),
    "declined": ("the number of declines", "退件次数"),
    "repeated": ("the number of repeated messages", "重复来件次数"),
    "dissatisfied": ("the number of dissatisfied answers", "不满意次数"),
    "views": ("the number of views", "点击量"),
    "instructed": ("the number of instructions", "批示次数"),
    "cycle": ("the number of reopenings", "重办次数"),
    "orders": ("the number of orders not struck off", "未销号文书数"),
    "revisits": ("the number of revisits", "回访次数"),
}
_EVER = {  # a count above nothing
    "units": ("a unit has it", "已有承办单位"),
    "returned": ("it was returned", "曾被退回"),
    "declined": ("it was declined", "曾被退件"),
    "repeated": ("it was repeated", "有重复来件"),
    "dissatisfied": ("the citizen was dissatisfied", "曾被评为不满意"),
    "views": ("it was viewed", "有人点击"),
    "instructed": ("it was instructed upon", "有领导批示"),
    "cycle": ("it was reopened", "曾经重办"),
    "orders": ("an order is not struck off", "有文书尚未销号"),
    "revisits": ("it was revisited", "曾经回访"),
}
_HEARD = {  # what was last heard of it
    ("solved", "yes"): ("it is said to be solved", "据反映已解决"),
    ("solved", "no"): ("it is said not to be solved", "据反映未解决"),
    ("solved", ""): ("nobody has said whether it is solved", "是否解决尚无反映"),
    ("satisfied", "yes"): ("the citizen is satisfied", "群众满意"),
    ("satisfied", "no"): ("the citizen is dissatisfied", "群众不满意"),
    ("satisfied", ""): ("nobody has said whether it satisfies", "是否满意尚无反映"),
}
_SAID = {
    "and": (" and ", "且"),
    "or": (" or ", "或"),
    "else": (", or ", "，或者"),
    "list": (", ", "、"),
    "within": ("({})", "（{}）"),
    "quoted": ("“{}”", "“{}”"),
    "not": ("not ({})", "并非（{}）"),
    "public": ("it is public", "公开"),
    "not public": ("it is not public", "不公开"),
    "eq": ("{} is {}", "{}为{}"),
    "ne": ("{} is not {}", "{}不是{}"),
    "of": ("{}", "属{}"),
    "not of": ("{}", "不属{}"),
    "unset": ("{} is not set", "{}未定"),
    "set": ("{} is set", "{}已定"),
    "none": ("{} is not given", "未写明{}"),
    "given": ("{} is given", "写明{}"),
    "mentions": ("{} mentions {}", "{}提到{}"),
    "silent": ("{} does not mention {}", "{}未提到{}"),
    "holds": ("{} contains {}", "{}名称含有{}"),
    "lacks": ("{} does not contain {}", "{}名称不含{}"),
    "gt": ("{} is more than {}", "{}超过{}"),
    "ge": ("{} is at least {}", "{}不少于{}"),
    "lt": ("{} is less than {}", "{}少于{}"),
    "le": ("{} is at most {}", "{}不超过{}"),
    "gt date": ("{} is after {}", "{}晚于{}"),
    "ge date": ("{} is {} or later", "{}不早于{}"),
    "lt date": ("{} is before {}", "{}早于{}"),
    "le date": ("{} is {} or earlier", "{}不晚于{}"),
    "gt moment": ("{} is after {}", "{}在{}以后（不含本数）"),
    "ge moment": ("{} is {} or later", "{}在{}以后（含本数）"),
    "lt moment": ("{} is before {}", "{}在{}以前（不含本数）"),
    "le moment": ("{} is {} or earlier", "{}在{}以前（含本数）"),
    "add": ("{} plus {}", "{}与{}之和"),
    "subtract": ("{} less {}", "{}与{}之差"),
}
_MOMENTS = ("year", "month", "day", "hour", "weekday")
_TEXTS = ("text", "subject", "body")
_COMPARED = ("gt", "ge", "lt", "le")


def proviso(text: str, book: Rulebook, lang: Lang) -> str:
    """Return a condition of a rulebook in words, classes and forms by their names; or its text, where words do not reach."""
    condition = book.conditions.get(text)
    term = condition.term() if condition else None
    return (_Teller(book, lang).told(term) if term else "") or " ".join(text.split())


class _Teller:
    """Puts the parts of a condition into words; what it has no words for is an empty text, and so is the whole then."""

    def __init__(self, book: Rulebook, lang: Lang) -> None:
        self.book, self.lang = book, lang

    def say(self, what: str, *facts: str) -> str:
        """Return words with their facts; nothing where one of them is missing."""
        return _SAID[what][chinese(self.lang)].format(*facts) if all(facts) else ""

    def told(self, term: Term) -> str:
        """Return what holds or does not."""
        if term.kind in ("and", "or"):
            return self.several(term)
        if term.kind == "not":
            flag = term.parts[0].kind == "name" and term.parts[0].value == "public"
            return self.say("not public") if flag else self.say("not", self.told(term.parts[0]))
        if term.kind == "name":
            return self.say("public") if term.value == "public" else ""
        if len(term.parts) != 2:
            return ""
        side, other = term.parts
        if term.kind in ("in", "not in"):
            return self.contained(term.kind == "in", side, other)
        return self.compared(term.kind, side, other)

    def several(self, term: Term) -> str:
        """Return parts that hold together, or of which one holds; the alternatives of one thing are named in one breath."""
        if term.kind == "and":
            said = [(self.told(part), part.kind == "or") for part in term.parts]
            return self.joined("and", [self.say("within", words) if alone else words for words, alone in said])
        groups: list[list[Term]] = []
        for part in term.parts:
            if groups and _alike(groups[-1][-1]) and _alike(groups[-1][-1]) == _alike(part):
                groups[-1].append(part)
            else:
                groups.append([part])
        compound = len(groups) > 1 and any(len(group) > 1 or group[0].kind == "and" for group in groups)
        return self.joined("else" if compound else "or", [self.alternatives(group) for group in groups])

    def alternatives(self, terms: Sequence[Term]) -> str:
        """Return terms that differ in nothing but the value: one of them holds."""
        first = terms[0]
        if len(terms) == 1:
            return self.told(first)
        if first.kind == "in":
            return self.contained(True, *(term.parts[0] for term in terms), first.parts[1])
        name = str(first.parts[0].value)
        return self.is_one(True, name, [term.parts[1] for term in terms])

    def joined(self, between: str, said: Sequence[str]) -> str:
        """Return several texts as one; nothing where one is missing."""
        return _SAID[between][chinese(self.lang)].join(said) if all(said) else ""

    def any_of(self, values: Iterable[str]) -> str:
        """Return values of which one is meant: ``"a、b或c"``."""
        *most, last = values
        return self.joined("or", [self.joined("list", most), last]) if most else last

    def contained(self, holds: bool, *terms: Term) -> str:
        """Return that a text holds one of several, or that a name is one of a list."""
        *members, container = terms
        if container.kind == "list" and len(members) == 1 and members[0].kind == "name":
            name = str(members[0].value)
            heard = [self.heard(name, value) for value in container.parts]
            if holds and any(heard):
                return self.joined("or", heard)
            return self.is_one(holds, name, container.parts)
        if container.kind != "name" or any(type(one.value) is not str or one.kind != "value" for one in members):
            return ""
        found = self.any_of(_SAID["quoted"][0].format(one.value) for one in members)
        kinds = ("silent", "mentions") if container.value in _TEXTS else ("lacks", "holds")
        return self.say(kinds[holds], self.name(str(container.value)), found)

    def compared(self, kind: str, side: Term, other: Term) -> str:
        """Return how a thing compares with a value."""
        name = str(side.value) if side.kind == "name" else ""
        if kind in ("eq", "ne") and name:
            return self.equal(kind == "eq", name, other)
        if kind in ("eq", "ne"):
            return self.say(kind, self.amount(side), self.amount(other))
        if kind not in _COMPARED:
            return ""
        if name in _EVER and other.kind == "value" and (kind, other.value) in (("gt", 0.0), ("ge", 1.0)):
            return _EVER[name][chinese(self.lang)]
        if name == "date":
            return self.say(f"{kind} date", self.name(name), _day(other))
        if name in _MOMENTS and name != "weekday":
            return self.say(f"{kind} moment", self.name(name), self.value(name, other))
        return self.say(kind, self.amount(side), self.amount(other)) if name != "weekday" else ""

    def equal(self, holds: bool, name: str, other: Term) -> str:
        """Return that a name has a value, or another one."""
        if name == "public":
            said = other.value if holds else not other.value
            return self.say("public" if said else "not public") if type(other.value) is bool else ""
        if heard := self.heard(name, other):
            return heard if holds else self.say("not", heard)
        if other.kind == "value" and other.value == "":
            axis = name in self.book.outline.classes or name == "outcome"
            return self.say(("set", "unset")[holds] if axis else ("given", "none")[holds], self.name(name))
        if other.kind != "value":
            return self.say("eq" if holds else "ne", self.amount(Term("name", value=name)), self.amount(other))
        return self.is_one(holds, name, [other])

    def is_one(self, holds: bool, name: str, values: Sequence[Term]) -> str:
        """Return that a name has one of several values, or none of them."""
        said = self.any_of(self.value(name, one) for one in values)
        if chinese(self.lang) and name in self.book.outline.classes and self.name(name) == name:  # the axis has no Chinese name
            return self.say("of" if holds else "not of", said)
        return self.say("eq" if holds else "ne", self.name(name), said)

    def heard(self, name: str, other: Term) -> str:
        """Return what was heard of a case, in one clause."""
        known = _HEARD.get((name, str(other.value))) if other.kind == "value" else None
        return known[chinese(self.lang)] if known else ""

    def amount(self, term: Term) -> str:
        """Return a number, or what is counted."""
        if term.kind in ("add", "subtract"):
            return self.say(term.kind, *map(self.amount, term.parts))
        if term.kind == "name":
            return self.name(str(term.value)) if term.value in _EVER else ""
        return f"{term.value:g}" if type(term.value) is float else ""

    def name(self, name: str) -> str:
        """Return what people call a name of conditions: of a class axis, as the rulebook labels it."""
        if name in self.book.outline.classes and (name not in _NAMES or self.book.label(name, lang=self.lang) != name):
            return self.book.label(name, lang=self.lang)
        return _NAMES[name][chinese(self.lang)] if name in _NAMES else ""

    def value(self, name: str, term: Term) -> str:
        """Return what people call a value that a name is compared with."""
        value = term.value
        if term.kind != "value" or type(value) is bool:
            return ""
        if isinstance(value, float):
            days = WEEKDAYS_ZH if chinese(self.lang) else WEEKDAYS_EN
            return days[int(value) - 1] if name == "weekday" and value in range(1, 8) else f"{value:g}"
        text = str(value)
        if name == "state" and text in self.book.lifecycle.states:
            return self.book.lifecycle.label(text, lang=self.lang)
        if name == "channel" and (row := self.book.outline.channels.get(text)):
            return (row.zh if chinese(self.lang) else row.en) or self.book.label(text, lang=self.lang)
        if name == "form" and (form := self.book.orders.get(text)):
            return (form.zh if chinese(self.lang) else form.en) or text
        return (
            self.book.label(text, lang=self.lang) if name in self.book.outline.classes or name in ("outcome", "channel") else text
        )


def _day(term: Term) -> str:
    try:
        return str(date.fromisoformat(str(term.value)))
    except ValueError:
        return ""


def _alike(term: Term) -> tuple[str, object] | None:
    """Return in what a term must be like its neighbour to be named with it: the same name and another value; None for none."""
    if term.kind not in ("eq", "in"):
        return None
    name, value = term.parts if term.kind == "eq" else term.parts[::-1]
    plain = (
        name.kind == "name" and value.kind == "value" and value.value != "" and name.value not in ("solved", "satisfied", "public")
    )
    return (term.kind, name.value) if plain else None
