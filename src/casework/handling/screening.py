"""Arrival and screening: a message is reviewed, refused, handed on, taken back, put into another class, or completed."""

from __future__ import annotations

from .. import actions as act
from .. import events
from ..decisions import Draft
from . import contents


def review(draft: Draft, command: act.Review) -> None:
    """Register the message, with the classes that were chosen, and those that rules propose where nobody chose otherwise.

    Where a rule proposed another class, that is recorded.
    """
    chosen = contents.classes(draft, command.classes)
    proposed: dict[str, str] = {}
    for row in draft.case.proposals:
        for axis, value in row.classes.items():
            if axis not in draft.case.classes:
                proposed.setdefault(axis, value)  # the first rule that has an opinion counts
    note = draft.maybe("note", command.note)
    draft.add("review", events.Reviewed(classes={**proposed, **chosen}, note=note))
    for axis, value in chosen.items():
        overrule(draft, "review", axis, value, note)


def overrule(draft: Draft, action: str, axis: str, chosen: str, note: str | None) -> None:
    """Record that a person chose another class, or (for "unit") another lead, than the first rule that had an opinion."""
    for row in draft.case.proposals:
        wanted = row.unit if axis == "unit" else row.classes.get(axis)
        if wanted:
            if wanted != chosen:
                prefix = "" if axis == "unit" else f"{axis}="
                over = events.Overruled(rule=row.rule, proposed=f"{prefix}{wanted}", chosen=f"{prefix}{chosen}", reason=note)
                draft.add(action, over, moves=False)
            return


def reject(draft: Draft, command: act.Reject) -> None:
    """Refuse the message for a reason of the rulebook's exits."""
    exits = draft.rulebook.outline.intake.exits
    reason = contents.listed_reason(draft, "reject", command.reason, tuple(exits))
    explanation = draft.maybe("explanation", command.explanation)
    draft.add("reject", events.Rejected(reason=reason, exit=exits.get(reason, "invalid"), explanation=explanation))


def transfer(draft: Draft, command: act.Transfer) -> None:
    """Hand the case to a body outside this desk."""
    explanation = draft.maybe("explanation", command.explanation)
    draft.add("transfer", events.Transferred(to=draft.bare(command.to), reason=draft.bare(command.reason), explanation=explanation))


def withdraw(draft: Draft, command: act.Withdraw) -> None:
    """End the case because its sender took the message back; where it carries on for others too, the office ends it."""
    role, message = draft.rulebook.roles.get(draft.actor.role), draft.known.message
    others = {sender.ref for sender in draft.known.senders} - {message.sender.ref if message else ""}
    if role and role.scope == "own" and others:
        raise draft.refuse("withdraw", "others wrote about the matter too, and the case carries on for them; the office may end it")
    reason = draft.bare(command.reason)
    draft.add("withdraw", events.Withdrawn(reason=reason, explanation=draft.maybe("explanation", command.explanation)))


def reclassify(draft: Draft, command: act.Reclassify) -> None:
    """Put the case into another class."""
    contents.classes(draft, {command.axis: command.value})
    reason = draft.maybe("reason", command.reason)
    set_class(draft, command.axis, command.value, reason)


def set_class(draft: Draft, axis: str, value: str, reason: str | None) -> None:
    """Record a class, with the one that it takes the place of."""
    old = draft.case.classes.get(axis)
    draft.add("reclassify", events.Reclassified(axis=axis, old=old, new=value, reason=reason))


def disclose(draft: Draft, command: act.Disclose) -> None:
    """Open the case to the public, or close it to it."""
    if command.public == draft.case.public:
        raise draft.refuse("disclose", f"the case is {'open' if command.public else 'closed'} to the public already")
    channel = draft.rulebook.outline.channels.get(draft.case.channel)
    if command.public and channel and not channel.public:
        raise draft.refuse("disclose", f"the case came by {draft.case.channel!r}, and what comes by it is not public")
    draft.add("disclose", events.Disclosed(public=command.public, reason=draft.maybe("reason", command.reason)))


def ask(draft: Draft, command: act.AskCitizen) -> None:
    """Ask the sender for what is missing, as often as the rulebook allows in one cycle of the case."""
    most, asked = draft.rulebook.outline.ask.times, draft.case.asked
    if most and asked >= most:
        raise draft.refuse(
            "ask", f"the citizen was asked {asked} time{'s' if asked > 1 else ''} already, the most that the rulebook allows"
        )
    draft.add("ask", events.Asked(question=draft.text("question", command.question)))


def supplement(draft: Draft, command: act.Supplement) -> None:
    """Record what the sender added."""
    draft.add("supplement", events.Supplemented(message=draft.text("supplement", command.text)))
