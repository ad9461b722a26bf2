"""A rulebook drawn: its lifecycle with only what it grants, its clocks and the ladder that stands on them.

The text is mermaid's, which documentation sites and code hosts show as a picture; the same rulebook gives the same text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from .checking import granted, reached
from .diagrams import Node, flow_diagram, lifecycle_diagram
from .escalation import Rung
from .languages import Lang, chinese
from .limits import Limit
from .rulebook import Rulebook
from .sla import ConditionalLimit
from .states import action_label

_SAID: Final[Mapping[str, tuple[str, str]]] = {  # in English and in Chinese
    "due": ("when due", "到期时"),
    "before": ("{} before", "到期前{}"),
    "after": ("{} after", "到期后{}"),
    "again": ("again every {}, at most {} times", "每{}一次，最多{}次"),
    "answer": ("answered within {}", "限{}回复"),
    "within": ("{}", "{}"),
    "in case": ("{} if {}", "{}（条件：{}）"),
    "if": ("if {}", "条件：{}"),
    "propose": ("proposed: a person decides", "建议，由人决定"),
    "tell": ("tells {}", "告知{}"),
    "set": ("puts it into {}", "归入{}"),
    "done": ("after: {}", "{}之后"),
    "returned": ("returned: {}", "退回满{}次"),
    "declined": ("declined: {}", "退件满{}次"),
    "dissatisfied": ("found dissatisfied: {}", "不满意满{}次"),
    "repeated": ("repeated: {}", "重复来件满{}次"),
    "views": ("viewed: {}", "点击量满{}次"),
    "instructed": ("instructed upon: {}", "批示满{}次"),
    "list": (", ", "、"),
}


def lifecycle_drawn(rulebook: Rulebook, *, lang: Lang = "zh") -> str:
    """Return the lifecycle (``stateDiagram-v2``) with the states that cases come into and the actions that somebody is granted."""
    life, names = rulebook.lifecycle, reached(rulebook)
    actions = granted(rulebook) - rulebook.idle
    table = {(state, action): dest for (state, action), dest in life.table.items() if state in names and action in actions}
    states = [name for name in life.states if name in names]
    return lifecycle_diagram(
        table,
        initial=life.initial,
        kinds={name: life.states[name].kind for name in states},
        states={name: life.label(name, lang=lang) for name in states},
        actions={action: action_label(action, lang=lang) for _, action in table},
        lang=lang,
    )


def ladder_drawn(rulebook: Rulebook, *, lang: Lang = "zh") -> str:
    """Return the clocks with their limits, the rungs that stand on them, and the orders that those issue (``flowchart``)."""
    nodes: dict[str, Node] = {}
    edges: list[tuple[str, str, str, bool]] = []
    for clock in rulebook.outline.clock:
        limits = [_limit("within", row, lang) for row in clock.limit]
        nodes[f"clock-{clock.id}"] = Node("round", (_named(clock, clock.id, lang), *limits))
    for form in rulebook.outline.order:
        limits = [_limit("answer", row, lang) for row in form.answer.limit]
        nodes[f"order-{form.id}"] = Node("double", (_named(form, form.id, lang), *limits))
    for rung in rulebook.outline.rung:
        step = f"rung-{rung.id}"
        stands, when = _stands_on(rung, rulebook, lang)
        if stands.partition("-")[0] in ("act", "count"):
            nodes[stands] = Node("round", (when,))
            when = ""
        nodes[step] = Node("plain", tuple(_step(rung, rulebook, lang)))
        edges.append((stands, step, when, False))
        edges += [(step, f"order-{name}", "", rung.mode == "propose") for name in rung.effects("issue")]
    return flow_diagram(nodes, edges)


def _stands_on(rung: Rung, rulebook: Rulebook, lang: Lang) -> tuple[str, str]:
    """Return the node that a rung stands on, and when it fires."""
    if rung.kind == "count":
        return f"count-{rung.name}-{rung.at or 1}", _say(rung.name, lang, rung.at or 1)
    if rung.kind == "done":
        return f"act-{rung.name}", _say("done", lang, action_label(rung.name, lang=lang))
    answered = {form.clock.id: form.id for form in rulebook.outline.order if form.clock}
    form = rung.name if rung.kind == "unanswered" else answered.get(rung.name)
    node = f"order-{form}" if form else f"clock-{rung.name}"
    if not rung.distance.amount:
        return node, _say("due", lang)
    return node, _say("before" if rung.before else "after", lang, rung.distance.label(lang))


def _step(rung: Rung, rulebook: Rulebook, lang: Lang) -> Iterator[str]:
    """Yield the lines of a rung: what it is called, when and how it is taken, whom it tells, what else it does."""
    yield rulebook.label(rung.id, lang=lang)
    if rung.when:
        yield _say("if", lang, rung.when.strip())
    if rung.mode == "propose":
        yield _say("propose", lang)
    told = [_named(rulebook.roles[name], name, lang) for name in rung.effects("notify")]
    if told:
        yield _say("tell", lang, _say("list", lang).join(told))
    for line in rung.effects("set"):
        yield _say("set", lang, rulebook.label(line.partition("=")[2], lang=lang))
    yield from (action_label(line, lang=lang) for line in rung.do if ":" not in line)
    if rung.repeat:
        every = rung.repeat.every
        yield _say("again", lang, every if isinstance(every, int) else Limit.parse(every).label(lang), rung.repeat.max)


def _limit(what: str, row: ConditionalLimit, lang: Lang) -> str:
    said = _say(what, lang, row.limit.label(lang))
    return _say("in case", lang, said, row.when.strip()) if row.when else said


def _named(row: object, name: str, lang: Lang) -> str:
    return getattr(row, lang, "") or name


def _say(what: str, lang: Lang, *facts: object) -> str:
    return _SAID[what][chinese(lang)].format(*facts)
