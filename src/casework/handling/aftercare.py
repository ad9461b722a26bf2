"""What follows an answer, and what is kept beside it: revisits, ratings, instructions, thanks, views, notes."""

from __future__ import annotations

from .. import actions as act
from .. import events
from ..cases import Order
from ..decisions import Draft
from ..errors import listed
from . import contents
from .orders import open_order


def revisit(draft: Draft, command: act.Revisit) -> None:
    """Record what a citizen or a unit said when asked how the matter stands; it answers the order that asked for it."""
    rules = draft.rulebook.outline.revisit
    if command.solved is None and command.satisfied is None:
        raise draft.refuse("revisit", "say what was found: whether it is solved, or whether the citizen is satisfied")
    fault = command.fault and contents.listed_reason(draft, "revisit", command.fault, rules.faults, what="fault")
    if command.whom == "unit" and command.satisfied is not None:
        raise draft.refuse("revisit", "a unit says whether the matter is solved; whether it satisfies, the citizen says")
    order = open_order(draft, command.order, "revisit") if command.order else None
    form = draft.rulebook.orders.get(order.form) if order else None
    if order and form and form.revisit != command.whom:
        raise draft.refuse("revisit", f"order {order.number} does not ask for a revisit of the {command.whom}")
    whom = contents.unit_of(draft, command) if command.whom == "unit" else "citizen"
    answers = _answers(draft, command, order, whom) if order else ""
    note = draft.maybe("note", command.note)
    found = events.Revisited(
        whom=whom,
        how=command.how,
        order=order.id if order else None,
        solved=command.solved,
        satisfied=command.satisfied,
        fault=fault,
        note=note,
    )
    draft.add("revisit", found)
    if order and answers:
        answer = note or draft.text("answer", _found(command))
        draft.add("answer", events.OrderAnswered(order=order.id, unit=answers, answer=answer))


def _answers(draft: Draft, command: act.Revisit, order: Order, whom: str) -> str:
    """Return in whose name a revisit answers the order that asked for it; "" where it was answered already."""
    mine = (whom, contents.spoken_for(draft, command), draft.actor.role)
    went = (*order.to, *order.roles)
    if set(mine).intersection(went):
        return next((name for name in order.unanswered if name in mine), "")
    if draft.of_unit(draft.actor.role):
        raise draft.refuse("revisit", f"order {order.number} went to {listed(went)}", allowed=went)
    return next(iter(order.unanswered), "")  # whoever stands above units may ask in their place


def _found(command: act.Revisit) -> str:
    """Return what was found, in a line, for a revisit without a note of its own."""
    words = {True: "是", False: "否", None: "未问"}
    return f"是否解决：{words[command.solved]}；是否满意：{words[command.satisfied]}"


def rate(draft: Draft, command: act.Rate) -> None:
    """Keep the citizen's rating, and count those of dissatisfaction."""
    count = draft.case.counts.get("dissatisfied", 0) + (not command.satisfied)
    draft.add("rate", events.Rated(satisfied=command.satisfied, comment=draft.maybe("comment", command.comment), count=count))


def instruct(draft: Draft, command: act.Instruct) -> None:
    """Put a leader's instruction on the case; the units that it is for are told."""
    to = tuple(dict.fromkeys(contents.registered(draft, unit) for unit in command.to)) or draft.case.units
    draft.add("instruct", events.Instructed(leader=draft.actor.id, instruction=draft.text("instruction", command.text), to=to))
    draft.told("submit", to, "领导对来件作出批示，请落实", "a leader's instruction was put on the case; please act on it")


def praise(draft: Draft, command: act.Praise) -> None:
    """Keep the citizen's thanks."""
    draft.add("praise", events.Praised(praise=draft.text("praise", command.text)))


def report_views(draft: Draft, command: act.ReportViews) -> None:
    """Keep the count of views, which cannot fall."""
    before = draft.case.counts.get("views", 0)
    if command.views < before:
        raise draft.refuse("view", f"{before} views were reported already; the count so far cannot be {command.views}")
    draft.add("view", events.Viewed(views=command.views))


def note(draft: Draft, command: act.AddNote) -> None:
    """Keep an internal note."""
    draft.add("note", events.Noted(note=draft.text("note", command.text)))
