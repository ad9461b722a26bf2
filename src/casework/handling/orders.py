"""Orders (督办单, 交办函, 催办, 专报, 回访单 …): issued with a number of their series, answered, struck off."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from .. import actions as act
from .. import events
from ..cases import Order
from ..decisions import Draft
from ..errors import NotPermitted, listed, nearest
from ..escalation import OrderForm
from . import contents


def issue_order(draft: Draft, command: act.IssueOrder) -> None:
    """Issue an order of a declared form, by a role that may."""
    form = _form(draft, command.form)
    if form.by and draft.actor.role not in form.by:
        why = f"orders of form {form.id!r} are issued by {listed(form.by)}"
        raise NotPermitted("issue", actor=draft.actor.id, role=draft.actor.role, why=why, case=draft.id)
    issue(draft, form.id, tuple(contents.registered(draft, unit) for unit in command.to), command.text, rung=None)


def _form(draft: Draft, name: str) -> OrderForm:
    forms = draft.rulebook.orders
    if name not in forms:
        raise draft.refuse(
            "issue", f"the rulebook has no order form {name!r}{nearest(name, forms)} (forms: {listed(forms)})", allowed=tuple(forms)
        )
    return forms[name]


def addressees(draft: Draft, form: OrderForm, units: tuple[str, ...]) -> tuple[str, ...]:
    """Return the units that an order goes to: those named, or those of the case that the form names; *units* have the matter."""
    case, register = draft.case, draft.rulebook.register
    about = units if units and units != case.units else ()  # some units alone: what is due is due from them
    leads = about or units[:1] or ((case.led_by,) if case.led_by else ())
    parents = [parent for unit in leads if register and (parent := register.find(unit, case=draft.id).parent)]
    of_case = {"lead": leads, "units": about or case.units or units, "parent": parents or leads}  # nobody may stand above
    return tuple(dict.fromkeys(unit for name in form.to for unit in of_case.get(name, ())))


def issue(draft: Draft, name: str, units: tuple[str, ...], text: str, *, rung: str | None) -> None:
    """Issue an order: numbered, addressed, its document filled; whoever it goes to, or gets a copy, is told."""
    form, case, keeper = _form(draft, name), draft.case, draft.known.keeper
    to = units if units and rung is None else addressees(draft, form, units or case.units)
    if len(set(to)) < len(to):
        raise draft.refuse("issue", "a unit is named twice")
    if not to and not form.roles:
        raise draft.refuse("issue", "the case has no lead unit; name the units that the order goes to")
    day = keeper.local_date(draft.now)
    number = form.document.number(day.year, draft.take_number(form.document.key(day.year)))
    issued = events.OrderIssued(
        order=f"o{len(case.orders) + 1}",
        form=name,
        number=number,
        to=to,
        roles=form.roles,
        cc=form.cc,
        document=None,
        rung=rung,
        answer_wanted=form.answer.wanted,
    )
    names = (*to, *(draft.rulebook.roles[role].zh or role for role in form.roles))
    body = text
    if form.document.template:
        answer_by, what = _answer_by(draft, form, issued), form.answer.what
        body = draft.document(form.document.template, number=number, to=names, day=day, text=text, what=what, answer_by=answer_by)
    draft.add("issue", replace(issued, document=draft.maybe("document", body)))
    zh, en = f"{form.zh or form.id}（{number}）", f"{form.en or form.id} {number}"
    wanted_zh = f"，请回复{form.answer.what}" if form.answer.what else ""
    wanted_en = f"; please answer with: {form.answer.what}" if form.answer.what else ""
    draft.told("answer", to, f"{zh}{wanted_zh}", f"{en}{wanted_en}")
    for role in dict.fromkeys((*form.roles, *form.cc)):
        copied = role not in form.roles
        said = (f"抄送：{zh}", f"copy: {en}") if copied else (f"{zh}{wanted_zh}", f"{en}{wanted_en}")
        draft.notify(role, *said, units=to or case.units)


def _answer_by(draft: Draft, form: OrderForm, issued: events.OrderIssued) -> date | None:
    """Return the last day for the answer: that of the clock which the order will have."""
    if form.clock is None:
        return None
    trial = draft.fork()
    trial.add("issue", issued)
    clock = next((row for row in trial.case.clocks if row.rule == form.clock.id and row.subject == issued.order), None)
    return clock.due.date if clock and clock.due else None


def answer(draft: Draft, command: act.AnswerOrder) -> None:
    """Answer an order for one's unit, or in the role that it went to; the answer to a revisit is what was found."""
    order, unit = open_order(draft, command.order, "answer"), contents.spoken_for(draft, command)
    who = unit if unit in order.to or draft.actor.role not in order.roles else draft.actor.role
    if who not in (*order.to, *order.roles):
        went = (*order.to, *order.roles)
        raise draft.refuse("answer", f"order {order.number} went to {listed(went)}, not to {who or 'this actor'}", allowed=went)
    if not order.answer_wanted:
        raise draft.refuse("answer", f"order {order.number} wants no answer", allowed=("clear",))
    form = draft.rulebook.orders.get(order.form)
    if form and form.revisit and command.solved is None:
        raise draft.refuse("answer", f"order {order.number} asks whether the matter is solved; say so (solved)")
    if command.solved is not None and not (form and form.revisit):
        raise draft.refuse("answer", f"order {order.number} does not ask whether the matter is solved; leave that out")
    ref = draft.text("answer", command.text)
    draft.add("answer", events.OrderAnswered(order=order.id, unit=who, answer=ref))
    if form and form.revisit:
        found = events.Revisited(
            whom="citizen" if form.revisit == "citizen" else who,
            how="online",
            order=order.id,
            solved=command.solved,
            satisfied=None,
            fault=None,
            note=None,
        )
        # A case that is being handled again meanwhile has no revisit; what was found counts all the same.
        draft.add("revisit", found, moves=draft.rulebook.lifecycle.can(draft.case.state, "revisit"))
    cleared_by = form.answer.cleared_by if form else ""
    if cleared_by:
        zh, en = f"{form.zh if form else ''}（{order.number}）已回复", f"{order.number} was answered"
        draft.notify(cleared_by, zh, en, units=order.to or draft.case.units)


def clear(draft: Draft, command: act.ClearOrder) -> None:
    """Strike an order off, when everybody to whom it went has answered."""
    order = open_order(draft, command.order, "clear")
    wanted = draft.rulebook.orders[order.form].answer.cleared_by if order.form in draft.rulebook.orders else ""
    if wanted and draft.actor.role != wanted:
        why = f"orders of form {order.form!r} are struck off by {wanted!r}"
        raise NotPermitted("clear", actor=draft.actor.id, role=draft.actor.role, why=why, case=draft.id)
    if order.answer_wanted and order.unanswered:
        some = f" of {listed(order.unanswered)}" if order.answers else ""
        raise draft.refuse("clear", f"order {order.number} has no answer{some} yet", allowed=("answer",))
    draft.add("clear", events.OrderCleared(order=order.id))


def open_order(draft: Draft, number: str, action: str) -> Order:
    """Return an order that is not struck off, by its number or id."""
    order = draft.case.order(number)
    if order is None or order.cleared_at:
        still = tuple(row.number for row in draft.case.orders if not row.cleared_at)
        what = "is already struck off" if order else "does not exist"
        raise draft.refuse(action, f"order {number!r} {what} (open orders: {listed(still)})", allowed=still)
    return order
