"""The commands: what people and programs ask the desk to do with a case.

Each is a small frozen value that carries what the act needs and nothing else; who does it and when are given beside it. The
class attribute ``action`` is the lifecycle's word for it (see `states`), which roles are granted in the rulebook.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from .messages import Message

_REASON = Field(min_length=1, max_length=100)
_TEXT = Field(default="", max_length=100_000)
_NEEDED_TEXT = Field(min_length=1, max_length=100_000)


class Command(BaseModel):
    """Base of all commands."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, str_strip_whitespace=True)

    action: ClassVar[str]


class Review(Command):
    """Screen a message and register it (登记受理); its classes may be set on the rulebook's axes (kind, track, …).

    On an axis that is not named, the case takes the class that a routing rule proposed.
    """

    action = "review"
    classes: dict[str, str] = {}
    note: str = _TEXT


class Reject(Command):
    """Refuse a message at screening (不予受理), for a reason that the rulebook lists under its exits."""

    action = "reject"
    reason: str = _REASON
    explanation: str = _TEXT


class Transfer(Command):
    """Hand a case over to a body outside this desk (移送)."""

    action = "transfer"
    to: str = Field(min_length=1, max_length=200)
    reason: str = _REASON
    explanation: str = _TEXT


class Withdraw(Command):
    """End a case because its sender took the message back (撤回)."""

    action = "withdraw"
    reason: str = "withdrawn-by-sender"
    explanation: str = _TEXT


class Assign(Command):
    """Hand a case to a lead unit, with assisting units where several are concerned (交办).

    Without a ``lead`` it goes to the one that a routing rule proposed.
    """

    action = "assign"
    lead: str = Field(default="", max_length=200)
    assisting: tuple[str, ...] = ()
    note: str = _TEXT


class Accept(Command):
    """Accept an assignment for one's unit (签收)."""

    action = "accept"
    unit: str | None = None


class Decline(Command):
    """Hand an assignment back: not ours (退件)."""

    action = "decline"
    reason: str = _REASON
    explanation: str = _TEXT
    unit: str | None = None


class Contact(Command):
    """Record that the unit has spoken with the sender (联系群众): how, and what was said."""

    action = "contact"
    how: Literal["phone", "visit", "online", "letter"] = "phone"
    note: str = _TEXT
    unit: str | None = None


class Contribute(Command):
    """Hand an assisting unit's part to the lead (协办意见)."""

    action = "contribute"
    text: str = _NEEDED_TEXT
    unit: str | None = None


class ReturnContribution(Command):
    """Send an assisting unit's part back to it (退回协办意见), for reasons from the rulebook's list."""

    action = "return_part"
    unit: str = _REASON
    reasons: tuple[str, ...] = Field(min_length=1)
    explanation: str = _TEXT


class Promise(Command):
    """Give a holding reply (承诺): the unit promises an answer by the end of a day, which becomes the due date.

    ``clock`` is the clock's key; left out, the one that the rulebook lets be promised on.
    """

    action = "promise"
    until: date
    reason: str = _TEXT
    clock: str | None = None
    unit: str | None = None


class Extend(Command):
    """Give a clock more time (延期), or ask for it where the rulebook has somebody allow it.

    ``limit`` is such as "5 working days"; whoever allows what was asked for may leave it out. ``clock`` is the clock's key; left
    out, the one that is asked for or that the rulebook lets be extended.
    """

    action = "extend"
    limit: str = Field(default="", max_length=40)
    reason: str = _TEXT
    clock: str | None = None
    unit: str | None = None


class RefuseExtension(Command):
    """Refuse an extension that was asked for (不准延期)."""

    action = "refuse_extension"
    reason: str = _NEEDED_TEXT
    clock: str | None = None


class SubmitReply(Command):
    """Submit the unit's reply (答复) with its outcome."""

    action = "submit"
    text: str = _NEEDED_TEXT
    outcome: str | None = None
    unit: str | None = None


class Approve(Command):
    """Let what waits for approval pass the gate where it stands (审核通过): the reply, or another act.

    The last gate publishes the reply, or has the act carried out. ``act`` is its action; left out, what waits for the actor's role.
    """

    action = "approve"
    act: str | None = None
    opinion: str = _TEXT


class Refuse(Command):
    """Refuse an act that waits for approval (不同意). A reply is returned instead."""

    action = "refuse"
    opinion: str = _NEEDED_TEXT
    act: str | None = None


class ReturnReply(Command):
    """Send a reply back (退回) for reasons from the rulebook's list: to its handler, or to the gate before (``previous``)."""

    action = "return"
    reasons: tuple[str, ...] = Field(min_length=1)
    explanation: str = _TEXT
    to: Literal["handler", "previous"] = "handler"


class Publish(Command):
    """Make the reply readable for the citizen (公开), where the rulebook sets no gates or all are passed."""

    action = "publish"


class Close(Command):
    """Close the case (办结) with its outcome."""

    action = "close"
    outcome: str | None = None


class Reopen(Command):
    """Open a closed case again (重办): a new cycle begins."""

    action = "reopen"
    reason: str = _REASON
    explanation: str = _TEXT


class AskCitizen(Command):
    """Ask the sender for what is missing (请补充)."""

    action = "ask"
    question: str = _NEEDED_TEXT


class Supplement(Command):
    """Record what the sender added (补充)."""

    action = "supplement"
    text: str = _NEEDED_TEXT


class Attach(Command):
    """Put one more message about the same matter, by the same or another channel, with the case (挂接来件)."""

    action = "attach"
    message: Message


class Merge(Command):
    """Handle two cases as one (并件): the earlier one survives with its clocks, whichever of the two is acted on."""

    action = "merge"
    other: str = Field(min_length=1, max_length=200)


class KeepApart(Command):
    """Decide that the case is no repeat of the one that it was proposed as a repeat of (不并件)."""

    action = "keep_apart"
    other: str = Field(min_length=1, max_length=200)
    reason: str = _TEXT


class Disclose(Command):
    """Open a case to the public, or close it to it (公开范围)."""

    action = "disclose"
    public: bool
    reason: str = _TEXT


class Erase(Command):
    """Erase personal data (删除个人信息): the ``sender``, all that the citizen wrote (``message``), or ``all`` texts of the case.

    ``ground`` says by which right or rule, and names no person. The events stay, and their chain with them.
    """

    action = "erase"
    what: Literal["sender", "message", "all"] = "message"
    ground: str = _REASON


class Reclassify(Command):
    """Change one of the case's classes (改类)."""

    action = "reclassify"
    axis: str = _REASON
    value: str = _REASON
    reason: str = _TEXT


class AddNote(Command):
    """Keep an internal note with the case (备注)."""

    action = "note"
    text: str = _NEEDED_TEXT


class IssueOrder(Command):
    """Issue an order of a form that the rulebook declares (督办单, 催办, …) to units; left out, to those that the form names."""

    action = "issue"
    form: str = _REASON
    to: tuple[str, ...] = ()
    text: str = _TEXT


class AnswerOrder(Command):
    """Answer an order (回复督办) by its number; one that revisits a unit (回访单) also says whether the matter is ``solved``."""

    action = "answer"
    order: str = _REASON
    text: str = _NEEDED_TEXT
    solved: bool | None = None
    unit: str | None = None


class ClearOrder(Command):
    """Strike an order off (销号) by its number."""

    action = "clear"
    order: str = _REASON


class TakeUp(Command):
    """Do what a rung of the ladder proposes (采纳). ``proposal`` is its occasion or rung; left out, the only one there is."""

    action = "take_up"
    proposal: str | None = None
    text: str = _TEXT


class Dismiss(Command):
    """Decide against what a rung of the ladder proposes (不采纳), and say why."""

    action = "dismiss"
    reason: str = _NEEDED_TEXT
    proposal: str | None = None


class Consult(Command):
    """Call units together over a case (会商), on site where that helps; left out, the units that have the case."""

    action = "consult"
    units: tuple[str, ...] = ()
    on_site: bool = False
    matter: str = _TEXT


class GiveOpinion(Command):
    """Give a unit's opinion in the consultation (会商意见)."""

    action = "opine"
    text: str = _NEEDED_TEXT
    unit: str | None = None


class Conclude(Command):
    """End the consultation (会商结论) with its minutes, a lead unit (left out, the one that leads), and perhaps a new limit.

    ``limit`` is such as "10 working days", counted from now, for the clock of the rule ``clock``; left out, the one that the
    rulebook names.
    """

    action = "conclude"
    minutes: str = _NEEDED_TEXT
    lead: str = Field(default="", max_length=200)
    assisting: tuple[str, ...] = ()
    limit: str = Field(default="", max_length=40)
    clock: str | None = None


class Revisit(Command):
    """Record that the citizen, or a unit, was asked how the matter stands after the reply (回访).

    ``order`` is the order that asked for it, by its number; ``fault`` is from the rulebook's list.
    """

    action = "revisit"
    whom: Literal["citizen", "unit"] = "citizen"
    how: Literal["phone", "visit", "online", "letter"] = "phone"
    order: str | None = None
    solved: bool | None = None
    satisfied: bool | None = None
    fault: str | None = Field(default=None, max_length=100)
    note: str = _TEXT
    unit: str | None = None


class Rate(Command):
    """Say whether the handling satisfies (评价): the citizen's word."""

    action = "rate"
    satisfied: bool
    comment: str = _TEXT


class Instruct(Command):
    """Put a leader's written instruction on the case (批示), to units; left out, to those that have it."""

    action = "instruct"
    text: str = _NEEDED_TEXT
    to: tuple[str, ...] = ()


class Praise(Command):
    """Keep the citizen's thanks with the case (好评)."""

    action = "praise"
    text: str = _NEEDED_TEXT


class ReportViews(Command):
    """Report how often the portal has shown the case (点击量): the count so far."""

    action = "view"
    views: int = Field(ge=0, le=10**12)


COMMANDS: dict[str, type[Command]] = {kind.action: kind for kind in Command.__subclasses__()}
"""The commands by their action."""
