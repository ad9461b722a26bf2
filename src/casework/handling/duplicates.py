"""The same matter twice: messages attached to a case, repeats proposed, cases merged into the earliest of them, or kept apart."""

from __future__ import annotations

import msgspec

from .. import actions as act
from .. import events
from ..cases import Case
from ..decisions import Draft
from ..errors import listed
from ..intake import known_channel
from ..messages import Sender

_ANSWERED_ZH = "您的留言与此前收到的留言反映同一问题，已合并；该问题已有答复，可凭查询码查看"
_ANSWERED_EN = "your message is about the same matter as an earlier one, which was answered; the query code shows the reply"
_MERGED_ZH = "您的留言与此前收到的留言反映同一问题，已合并办理，办理结果将一并告知"
_MERGED_EN = "your message is about the same matter as an earlier one; they are handled together, and you will be told the outcome"


def attach(draft: Draft, command: act.Attach) -> None:
    """Put one more message about the same matter with the case; its sender is told by the channel it came by."""
    message, register = command.message, draft.rulebook.register
    if register and message.board:
        register.known_board(message.board)
    if message.received_at and message.received_at > draft.now:
        raise draft.refuse("attach", f"the message was received at {message.received_at.isoformat()}, which is after now")
    known_channel(draft.rulebook.outline.channels, message.channel)
    sender = None
    if message.sender != Sender():
        sender = draft.text("sender", msgspec.json.encode(message.sender.model_dump()).decode())
    body = draft.text("message", msgspec.json.encode(message.model_dump(exclude={"sender"}, mode="json")).decode())
    draft.add("attach", events.Attached(message=body, sender=sender, channel=message.channel, number=message.number))


def found(draft: Draft, earlier: str, rule: str) -> None:
    """Record that the message seems to repeat an earlier case, for a person to decide."""
    draft.add("receive", events.DuplicateFound(of=earlier, rule=rule), moves=False)


def keep_apart(draft: Draft, command: act.KeepApart) -> None:
    """Record that the case is no repeat of the other one."""
    if command.other not in draft.case.duplicates:
        proposed = listed(draft.case.duplicates)
        why = f"the case is not proposed as a repeat of {command.other!r} (proposed: {proposed})"
        raise draft.refuse("keep_apart", why, allowed=draft.case.duplicates)
    draft.add("keep_apart", events.KeptApart(other=command.other, reason=draft.maybe("reason", command.reason)))


def merge_alone(draft: Draft, command: act.Merge) -> None:
    """Refuse to merge a case without the other one, which this decision knows nothing of."""
    raise draft.refuse("merge", f"a merger is decided about two cases, and case {command.other!r} is not at hand: use Desk.act")


def earlier_first(one: Case, other: Case) -> tuple[Case, Case]:
    """Return the one of two cases that was received first, which survives, and the other."""
    # Of one moment, the one that units are at work on.
    first, second = sorted((one, other), key=lambda case: (case.received_at, not case.units, case.id))
    return first, second


def merge(draft: Draft, into: Case, *, rule: str | None) -> None:
    """End the later case: the earlier one carries on for both, and the later one's sender is told."""
    open_orders = [row.number for row in draft.case.orders if row.answer_wanted and row.cleared_at is None]
    if open_orders and rule is None:
        why = f"{listed(open_orders)} of case {draft.id} is open; have it answered and struck off first"
        raise draft.refuse("merge", why, allowed=("answer", "clear"))
    units = draft.case.units
    draft.add("merge", events.Merged(into=into.id, rule=rule))
    draft.told("submit", units, f"来件已并入{into.id}，不再单独办理", f"the case was merged into {into.id} and goes on there")
    if not any(row.on == "merge" and "sender" in row.to for row in draft.rulebook.outline.notify):
        words = (_ANSWERED_ZH, _ANSWERED_EN) if answered(into) else (_MERGED_ZH, _MERGED_EN)
        draft.notify("sender", *words, units=())


def answered(case: Case) -> bool:
    """Return whether a reply of the case is published, so that no further word of it is to be expected."""
    return bool(case.replies) and case.replies[-1].status == "published"


def absorb(draft: Draft, other: Case) -> None:
    """Carry on for a later case, and for those that had been merged into it; each counts as a repeat."""
    for case, channel in ((other.id, other.channel), *other.absorbed):
        repeats = draft.case.counts.get("repeated", 0) + 1
        draft.add("absorb", events.Absorbed(other=case, channel=channel, repeats=repeats))
