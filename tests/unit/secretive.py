"""A case in which every text that a case can carry tells all that is known of its sender, however a rulebook lets it be handled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from casework import Actor, Desk, Message, Rulebook, Sender
from casework.actions import (
    Accept,
    AddNote,
    AnswerOrder,
    Approve,
    AskCitizen,
    Assign,
    Attach,
    Command,
    Conclude,
    Consult,
    Contact,
    Contribute,
    Disclose,
    Dismiss,
    Extend,
    GiveOpinion,
    Instruct,
    IssueOrder,
    KeepApart,
    Praise,
    Promise,
    Publish,
    Rate,
    Reclassify,
    RefuseExtension,
    ReturnReply,
    Review,
    Revisit,
    SubmitReply,
    Supplement,
    TakeUp,
)
from casework.errors import CaseworkError
from casework.messages import Attachment

SENDER = Sender(
    ref="u-7Q4X9K",
    name="欧阳若兰",
    phone="13987654321",
    email="ruolan.88@mail.example",
    id_number="420322198803127744",
    address="夹河镇石塔河路88号2单元601",
)
SECRETS: Mapping[str, str] = SENDER.model_dump()
TELLTALE = "来信人{name}（编号{ref}），电话{phone}，邮箱{email}，身份证{id_number}，住{address}".format_map(SECRETS)
"""All of a sender in one line."""
MESSAGE = Message(
    subject=f"路灯不亮——{SENDER.name} {SENDER.phone}",
    body=f"村口路灯坏了。{TELLTALE}",
    number="A-1",
    place=SENDER.address,
    sender=SENDER,
    attachments=(Attachment(name=f"{SENDER.name}{SENDER.phone}身份证{SENDER.id_number}.jpg"),),
)


def said(what: str, *, signed: str = "") -> str:
    """Return a text of a kind that names the sender, and is signed where it must be."""
    end = f"\n{signed}\n2020年7月1日" if signed else ""
    return f"{what}：您好，已安排维修人员。{TELLTALE}，2020年7月31日前办结。{end}"


def deeds(book: Rulebook, units: tuple[str, ...]) -> Iterator[Command]:
    """Yield what may be done with a case, in an order in which most of it can be done under most rulebooks."""
    lead, *others = units
    axes = {axis: values[0] for axis, values in book.outline.classes.items() if axis != "outcome" and values}
    outcomes = book.outline.classes.get("outcome", ())
    reasons = book.outline.reply.return_reasons
    returned = ReturnReply(reasons=reasons[:1] or ("不实",), explanation=said("退回说明"))
    yield Attach(message=fitting(book).model_copy(update={"subject": "又来一件", "number": "B-1"}))
    yield AskCitizen(question=said("请补充"))
    yield Supplement(text=said("补充"))
    yield Review(classes=axes, note=said("审核意见"))
    yield Review(note=said("审核意见"))
    for axis, values in book.outline.classes.items():
        yield Reclassify(axis=axis, value=values[-1], reason=said("改类理由"))
    yield Assign(lead=lead, assisting=tuple(others[:1]), note=said("交办意见"))
    yield Approve(act="assign", opinion=said("同意交办"))
    yield AskCitizen(question=said("请补充"))
    yield Supplement(text=said("补充"))
    yield Accept()
    yield Contact(note=said("联系记录"))
    yield Contribute(text=said("协办意见"), unit=others[0] if others else None)
    yield AddNote(text=said("备注"))
    yield Extend(limit="1 working day", reason=said("延期理由"))
    yield RefuseExtension(reason=said("不同意延期"))
    yield Extend(limit="1 working day", reason=said("延期理由"))
    yield Extend(limit="1 working day", reason=said("准予延期"))
    yield Promise(until=datetime(2020, 7, 20, tzinfo=UTC).date(), reason=said("承诺理由"))
    yield Instruct(text=said("批示"))
    for form in book.orders:
        yield IssueOrder(form=form, to=(lead,), text=said("督办意见"))
        yield IssueOrder(form=form, text=said("督办意见"))
    for order in ("o1", "o2", "o3", "o4"):
        yield AnswerOrder(order=order, text=said("情况说明"))
    yield Consult(units=units[:2], matter=said("会商事由"))
    yield GiveOpinion(text=said("会商意见"))
    yield Conclude(minutes=said("会商纪要"), lead=lead)
    yield SubmitReply(text=said("答复", signed=lead), outcome=outcomes[0] if outcomes else None)
    yield returned
    yield SubmitReply(text=said("再次答复", signed=lead), outcome=outcomes[0] if outcomes else None)
    for _ in range(6):
        yield Approve(opinion=said("同意公开"))
    yield Publish()
    yield TakeUp()
    yield Dismiss(reason=said("不采纳"))
    yield Rate(satisfied=False, comment=said("评价"))
    yield Praise(text=said("好评"))
    yield Revisit(satisfied=True, solved=True, note=said("回访记录"))
    yield Disclose(public=False, reason=said("不公开理由"))
    yield Disclose(public=True, reason=said("公开理由"))
    yield KeepApart(other="c0", reason=said("不并件理由"))


def actors(book: Rulebook, action: str, unit: str | None, boards: tuple[str, ...]) -> Iterator[Actor]:
    """Yield somebody in each role that may do an action, people of units first: they ask where others decide at once."""
    for name, role in sorted(book.roles.items(), key=lambda row: row[1].scope != "unit"):
        if action in role.may:
            yield as_role(book, name, unit, boards=boards)


def as_role(book: Rulebook, name: str, unit: str | None, *, boards: tuple[str, ...] = ()) -> Actor:
    """Return somebody in a role: the sender, somebody of a unit, or of an office."""
    role = book.roles[name]
    if role.scope == "own":
        return Actor(id=SENDER.ref, role=name)
    return Actor(id=f"staff-{name}", role=name, unit=unit if role.scope == "unit" else None, boards=boards)


def told_everything(desk: Desk) -> tuple[str, frozenset[str]]:
    """Make a case of the message and let everybody do all that they may; return its id and the actions that were done."""
    book = desk.rulebook
    units = tuple(book.register.names[:3]) if book.register else ("夹河镇", "公安局")
    message = fitting(book)
    boards = (message.board,) if message.board else ()
    case, done = desk.receive(message).id, set[str]()
    for command in deeds(book, units):
        for unit in units:
            if any(_did(desk, case, command, actor) for actor in actors(book, command.action, unit, boards)):
                done.add(command.action)
                if command.action != "accept":  # which each unit does for itself
                    break
    return case, frozenset(done)


def _did(desk: Desk, case: str, command: Command, actor: Actor) -> bool:
    try:
        desk.act(case, command, by=actor)
    except CaseworkError:
        return False
    return True


def shipped(name: str) -> Rulebook:
    """Return a shipped rulebook whose register grants nobody anything, so that anybody may stand for a role."""
    book = Rulebook.shipped(name)
    if book.register is None:
        return book
    return Rulebook.restore(book.text, register=msgspec.structs.replace(book.register, grant=(), person=()))


def fitting(book: Rulebook) -> Message:
    """Return the message as a rulebook's way in takes it: by one of its channels, to one of its boards."""
    channels, boards = list(book.outline.channels), book.register.boards if book.register else ()
    more = {"channel": next((name for name in channels if book.outline.channels[name].public), "portal")} if channels else {}
    return MESSAGE.model_copy(update={**more, "board": boards[0] if boards else "县长信箱"})
