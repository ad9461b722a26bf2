"""The one place where rules meet a case.

`decide` answers a command, `open_case` a message, `due` the passing of time. All three are pure: no I/O, no clock, no randomness;
what they need to know is handed to them (`Known`), what they decide is a `Decision`. A command is carried out by its handler, in
the module of `handling` that its part of a case's life has; where gates stand before the act, it waits here until they let it pass.

To add a command: its value in `actions`, its payload in `events` and `folding`, its handler, and its line in `_HANDLERS`.
Every step goes through `decisions.Draft.add`, which moves the state, the clocks and the case; nothing does that by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from . import actions as act
from . import events, privacy, routing
from .approvals import PUBLISH
from .cases import Case, Request
from .decisions import Decision, Draft, Known
from .errors import InputError, NotAllowed, NotPermitted, listed
from .escalation import EFFECTS
from .handling import (
    aftercare,
    assignments,
    consultations,
    contents,
    duplicates,
    erasures,
    ladder,
    orders,
    replies,
    screening,
    terms,
    versions,
)
from .handling.ladder import DESK
from .intake import known_channel
from .messages import Message, Sender
from .opinions import Proposal
from .recalculation import recounted
from .rulebook import RECEIVE, Rulebook
from .sla import SlaClock
from .states import action_label
from .units import Actor

# --- the three questions ----------------------------------------------------------------------------------------------


def open_case(rulebook: Rulebook, case_id: str, message: Message, now: datetime, known: Known) -> Decision:
    """Make a case of a message that was received at *now*, and let the routing rules propose."""
    draft = Draft(rulebook, None, DESK, now, msgspec.structs.replace(known, message=message), case_id)
    draft.add(
        RECEIVE,
        events.Received(
            message=draft.text("message", msgspec.json.encode(message.model_dump(exclude={"sender"}, mode="json")).decode()),
            sender=draft.text("sender", msgspec.json.encode(message.sender.model_dump()).decode())
            if message.sender != Sender()
            else None,
            channel=message.channel,
            board=message.board,
            number=message.number,
            public=message.public and known_channel(rulebook.outline.channels, message.channel).public,
            rulebook=rulebook.id,
            rulebook_digest=rulebook.digest,
            classes={},
            findings=known.findings,
            code=draft.maybe("code", known.code),
        ),
    )
    rule = rulebook.outline.intake.duplicate
    if rule and known.repeats:
        duplicates.found(draft, known.repeats, rule.name)
    _route(draft, RECEIVE)
    ladder.climb(draft, start=0)
    return draft.decision()


def decide(rulebook: Rulebook, case: Case, command: act.Command, actor: Actor, now: datetime, known: Known) -> Decision:
    """Carry out a command, or say why not: `NotAllowed` (state), `NotPermitted` (role, scope), `ConditionUnmet` (contents)."""
    action = command.action
    if not rulebook.lifecycle.can(case.state, action):
        able = open_to(rulebook, case, actor, known)
        raise NotAllowed(action, state=case.state, allowed=able, case=case.id, misspelt=False)
    why = _refusal(rulebook, actor, action, case, known)
    if why:
        able = open_to(rulebook, case, actor, known)
        raise NotPermitted(action, actor=actor.id, role=actor.role, why=why, case=case.id, allowed=able)
    actor = privacy.narrowed(actor, rulebook.register)
    draft = Draft(rulebook, case, actor, now, known, case.id)
    # What is imported was approved where it happened.
    gates = _gates(draft, command) if action != PUBLISH and not known.imported else ()
    if gates:
        _ask(draft, command, gates)
    else:
        _do(draft, command)
    ladder.climb(draft, start=0)
    return draft.decision()


def merge(
    rulebook: Rulebook,
    case: Case,
    other: Case,
    actor: Actor,
    now: datetime,
    known: Known,
    *,
    survives: bool,
    acted_on: bool,
    rule: str | None = None,
) -> Decision:
    """Decide one side of handling two cases as one: the one that *survives* carries on for both, and the other one ends.

    The one that is *acted_on* must be one that can be merged. With a *rule* that found them the desk itself acts. Errors are those
    of `decide`.
    """
    needed = {"absorb" if survives else "merge", *(("merge",) if acted_on else ())}
    for action in sorted(needed):
        if not rulebook.lifecycle.can(case.state, action):
            able = open_to(rulebook, case, actor, known)
            raise NotAllowed(action, state=case.state, allowed=able, case=case.id, misspelt=False)
    why = "" if rule else _refusal(rulebook, actor, "merge", case, known)
    if why:
        raise NotPermitted("merge", actor=actor.id, role=actor.role, why=why, case=case.id)
    draft = Draft(rulebook, case, actor, now, known, case.id)
    if survives:
        duplicates.absorb(draft, other)
    else:
        duplicates.merge(draft, other, rule=rule)
    ladder.climb(draft, start=0)
    return draft.decision()


def _do(draft: Draft, command: act.Command) -> None:
    _HANDLERS[type(command)](draft, command)
    if isinstance(command, act.Review) and draft.case.classes:
        _route(draft, command.action)  # with its classes more rules may have an opinion


def cleanse(
    rulebook: Rulebook,
    case: Case,
    senders: Sequence[Sender],
    actor: Actor,
    now: datetime,
    known: Known,
    *,
    texts: Sequence[str],
    ground: str,
) -> Decision:
    """Rid the texts of a case of what they say of people who were erased, with *texts*, from a case that was merged with it."""
    draft = Draft(rulebook, case, actor, now, known, case.id)
    erasures.cleanse(draft, senders, whole=erasures.whole_message(texts), ground=ground)
    return draft.decision() if draft.events else Decision(case=case, events=(), facts=(), numbers={}, texts=(), notifications=())


def due(rulebook: Rulebook, case: Case, now: datetime, known: Known) -> Decision:
    """Fire every rung that is due at *now*, in order, each occasion once; nothing due gives a decision without events."""
    draft = Draft(rulebook, case, DESK, now, known, case.id)
    ladder.due(draft)
    return draft.decision()


def recalculate(
    rulebook: Rulebook, case: Case, now: datetime, known: Known, *, counted: Mapping[str, tuple[SlaClock, SlaClock]]
) -> Decision:
    """Count every open deadline anew by the calendar as it now is; those that it moves are events, each with old and new.

    *counted* holds by key clocks as they were a moment ago, with what they come to.
    """
    draft = Draft(rulebook, case, DESK, now, known, case.id)
    for clock in case.clocks:
        before, fresh = counted.get(clock.key, (None, None))
        if before != clock:
            fresh = recounted(clock, rulebook, known.keeper)
        if fresh is not None and clock.due is not None and fresh.due is not None:
            moved = events.Recalculated(
                clock=clock.key, old=clock.due, new=fresh.due, old_calendar=clock.calendar, new_calendar=fresh.calendar
            )
            draft.add("recalculate", moved, moves=False, clocks=(fresh,))
    return draft.decision()


def move(
    rulebook: Rulebook,
    old: Rulebook,
    case: Case,
    actor: Actor,
    now: datetime,
    known: Known,
    *,
    history: Sequence[events.Event],
    reason: str = "",
) -> Decision:
    """Move a case from its rulebook, *old*, to another version, or say why not, as `decide` does.

    Both versions are asked whether the actor may; one that gives the act to nobody, as all did before there was such an act,
    leaves that to the other.
    """
    if not old.lifecycle.can(case.state, "move"):
        raise NotAllowed("move", state=case.state, allowed=open_to(old, case, actor, known), case=case.id, misspelt=False)
    for book in (rulebook, old):
        silent = book is old and not any("move" in role.may for role in book.roles.values())
        why = "" if silent else _refusal(book, actor, "move", case, known)
        if why:
            why = f"{why}; asked of {versions.named(book)}"
            raise NotPermitted("move", actor=actor.id, role=actor.role, why=why, case=case.id)
    draft = Draft(rulebook, case, actor, now, known, case.id)
    versions.move(draft, old, history, reason)
    ladder.climb(draft, start=0)
    return draft.decision()


# --- what may be asked, and what it may need --------------------------------------------------------------------------


def open_to(rulebook: Rulebook, case: Case, actor: Actor, known: Known) -> tuple[str, ...]:
    """Return the actions that the case's state allows, that the actor's role grants, and that have something to act on."""
    return tuple(
        action
        for action in rulebook.lifecycle.allowed(case.state)
        if action in act.COMMANDS
        and action not in rulebook.idle
        and _has_matter(case, action, actor)
        and not _refusal(rulebook, actor, action, case, known)
    )


def _refusal(rulebook: Rulebook, actor: Actor, action: str, case: Case, known: Known) -> str:
    sender = known.message.sender.ref if known.message else ""
    register = None if known.imported else rulebook.register  # what is imported was done by whoever could do it then
    roles = rulebook.roles
    if action == "erase" and not any(action in role.may for role in roles.values()):
        roles = known.roles  # a version that gives it to nobody, of before there was such a right, leaves it to the present one
    return privacy.refusal(roles, actor, action, case, sender=sender, register=register)


def _has_matter(case: Case, action: str, actor: Actor) -> bool:
    """Return whether a case has what an action is about: a request, a proposal, an order, a part in it."""
    others = [row for row in case.requests if row.by != actor.id and (not row.unit or actor.unit in (None, row.unit))]
    waiting = {row.gates[row.passed] for row in others}
    reply = case.reply
    at_gate = reply is not None and reply.status == "submitted" and reply.passed < len(reply.gates) and reply.by != actor.id
    matter: Mapping[str, Callable[[], object]] = {
        "approve": lambda: actor.role in waiting or (at_gate and reply and reply.gates[reply.passed] in ("", actor.role)),
        "refuse": lambda: actor.role in waiting,
        "refuse_extension": lambda: case.asks,
        "take_up": lambda: case.proposed,
        "keep_apart": lambda: case.duplicates,
        "dismiss": lambda: case.proposed,
        "answer": lambda: any(row.cleared_at is None and row.answer_wanted for row in case.orders),
        "clear": lambda: any(row.cleared_at is None for row in case.orders),
        "accept": lambda: "asked" in {row.status for row in case.assignments if actor.unit in (None, row.unit)},
        "contribute": lambda: actor.unit is None or actor.unit != case.lead,
        "return_part": lambda: any(row.contribution and row.status == "replied" for row in case.assignments),
    }
    return action not in matter or bool(matter[action]())


_FOLLOWED_BY: Mapping[str, tuple[str, ...]] = {
    "approve": (PUBLISH, "instruct"),
    "answer": ("revisit",),
    "revisit": ("answer",),
    "return": ("step_back",),
    "merge": ("absorb",),
}
"""Further acts that carrying out a command may come to."""


def series_needed(
    rulebook: Rulebook, case: Case | None, command: act.Command | None, now: datetime, known: Known
) -> tuple[str, ...]:
    """Return the number series that a command (with None: the passing of time; without a case: a message) may draw from."""
    acts: list[str] = []
    forms: list[str] = []
    effects: list[str] = []
    if case is None:
        acts = [RECEIVE]
    elif command is None:
        # A clock that a rung lets start may ring at once, so one rung that is due may come to every other.
        effects = [line for rung in rulebook.rungs.values() for line in rung.do]
    else:
        acts = [command.action, *_FOLLOWED_BY.get(command.action, ())]
        if isinstance(command, act.IssueOrder):
            forms = [command.form]
        elif isinstance(command, act.Approve):  # it may come to what waits
            acts += [further for row in case.requests for further in (row.act, *_FOLLOWED_BY.get(row.act, ()))]
            forms = list(rulebook.orders) if case.request("issue") else []
        if "take_up" in acts:
            effects = [line for row in case.proposed for line in row.effects]
    acts += [EFFECTS[verb] for line in effects if EFFECTS[verb := line.partition(":")[0]]]
    forms += [line.removeprefix("issue:") for line in effects if line.startswith("issue:")]
    for action in dict.fromkeys((*acts, "request")):
        forms += rulebook.forms_after(action)
    year = known.keeper.local_date(now).year
    return tuple({rulebook.orders[form].document.key(year): None for form in forms if form in rulebook.orders})


def _route(draft: Draft, action: str) -> None:
    """Let the routing rules propose, and record what they say where it is not what they said before."""
    rulebook, known = draft.rulebook, draft.known
    if not rulebook.outline.route or known.message is None:
        return
    asked = routing.propose(
        rulebook.outline.route,
        known.message,
        draft.context(),
        conditions=rulebook.conditions,
        functions=known.functions,
        register=rulebook.register,
    )
    # A rule that fails now keeps what it proposed before.
    said = {row.rule: row for row in draft.case.proposals}
    proposals = tuple(said.get(row.rule, row) if routing.failed(row) else _usable(draft, row) for row in asked)
    if proposals and proposals != draft.case.proposals:
        with draft.acting(DESK):
            draft.add(action, events.Routed(proposals=proposals), moves=False)


def _usable(draft: Draft, proposal: Proposal) -> Proposal:
    """Return a proposal with the register's name of its unit; one that names what there is not stays as a reason alone.

    A rule that is wrong must not cost a citizen's message.
    """
    try:
        unit = contents.registered(draft, proposal.unit) if proposal.unit else proposal.unit
        return msgspec.structs.replace(proposal, unit=unit, classes=contents.classes(draft, proposal.classes))
    except InputError as error:
        return msgspec.structs.replace(proposal, unit=None, classes={}, reason=f"not usable: {error}")


# --- acts that wait for approval --------------------------------------------------------------------------------------


def _gates(draft: Draft, command: act.Command) -> tuple[str, ...]:
    """Return the gates before an act; their conditions ask of the case as it would be after it, and else as it is."""
    if all(row.on != command.action for row in draft.rulebook.outline.approval):
        return ()
    trial = draft.fork()
    _do(trial, command)
    return trial.gates(command.action) or draft.gates(command.action)


def _ask(draft: Draft, command: act.Command, gates: tuple[str, ...]) -> None:
    """Let an act wait for its gates; whatever is wrong with it is said at once."""
    waits = draft.case.request(command.action)
    if waits:
        why = f"it waits for approval already, at gate {waits.passed + 1} of {len(waits.gates)} ({waits.gates[waits.passed]})"
        raise draft.refuse(command.action, why, allowed=("approve", "refuse"))
    if not draft.rulebook.lifecycle.can(draft.case.state, "request"):
        why = f"nothing can wait for approval any more in state {draft.case.state!r}"
        raise draft.refuse(command.action, why)
    asked = {"command": command.model_dump(mode="json"), "actor": draft.actor.model_dump(mode="json")}
    ref = draft.text("request", msgspec.json.encode(asked).decode())
    unit = draft.actor.unit or "" if draft.of_unit(draft.actor.role) else ""
    draft.add("request", events.ApprovalRequested(act=command.action, gates=gates, unit=unit, request=ref))
    _tell(draft, command.action)


def _tell(draft: Draft, action: str) -> None:
    """Tell the gate at which a request stands; a gate of a unit's own head is that of the unit that asks."""
    row = draft.case.request(action)
    if row is None:
        return
    zh, en = action_label(row.act, lang="zh"), action_label(row.act, lang="en")
    units = (row.unit,) if row.unit else draft.case.units
    draft.notify(row.gates[row.passed], f"请审批：{zh}", f"waits for your approval: {en}", units=units)


def _approve(draft: Draft, command: act.Approve) -> None:
    """Let what waits pass the gate where it stands; past the last one it is done in the name of whoever asked for it."""
    reply = draft.case.reply
    at_gate = replies.gate_of(draft, reply) if reply else ""
    row = _waiting(draft, "approve", command.act, {PUBLISH: at_gate} if at_gate else {})
    instructs = _instructs(draft, row)
    if instructs and not command.opinion:
        raise draft.refuse("approve", "whoever lets this pass instructs how it is to be handled (批示); say so as the opinion")
    said = "" if instructs else command.opinion
    if row is None:
        assert reply is not None  # noqa: S101 - it stands at a gate; for the type checker
        replies.approve(draft, reply, said)
    else:
        gate = row.passed + 1
        draft.add("approve", events.Approved(act=row.act, gate=gate, gates=len(row.gates), opinion=draft.maybe("opinion", said)))
        if gate < len(row.gates):
            _tell(draft, row.act)
        else:
            _carry_out(draft, row)
    if instructs:  # after it is done: then the units have the case, and are told
        aftercare.instruct(draft, act.Instruct(text=command.opinion))


def _instructs(draft: Draft, row: Request | None) -> bool:
    """Return whether the approver's word at this gate is an instruction; on a case that ends with it, it is an opinion."""
    on, life = row.act if row else PUBLISH, draft.rulebook.lifecycle
    dest = life.table.get((draft.case.state, on))
    over = dest is not None and not life.can(dest, "instruct")
    rows = draft.rulebook.outline.approval
    return not over and any(gate.instructs and gate.on == on and draft.actor.role in gate.by for gate in rows)


def _carry_out(draft: Draft, row: Request) -> None:
    text = draft.known.requests.get(row.text or "")
    if text is None:
        raise draft.refuse("approve", f"what was to be done ({row.act}) was erased; refuse it", allowed=("refuse",))
    asked = msgspec.json.decode(text)
    command = act.COMMANDS[row.act].model_validate(asked["command"])
    asker = Actor.model_validate(asked["actor"])
    if not draft.rulebook.lifecycle.can(draft.case.state, row.act):
        why = f"{row.act} is not possible any more in state {draft.case.state!r}"
        raise draft.refuse("approve", why, allowed=("refuse",))
    why = _refusal(draft.rulebook, asker, row.act, draft.case, draft.known)
    if why:
        raise draft.refuse("approve", f"{asker.id} ({asker.role}) may not {row.act} any more: {why}", allowed=("refuse",))
    with draft.acting(asker, asked_at=row.at, allowed_by=draft.actor.id):
        _do(draft, command)
    _answer(draft, row, "已批准", "was approved")


def _refuse(draft: Draft, command: act.Refuse) -> None:
    """Refuse an act that waits; whoever asked for it is told."""
    row = _waiting(draft, "refuse", command.act, {})
    assert row is not None  # noqa: S101 - no reply was offered; for the type checker
    opinion = draft.text("opinion", command.opinion)
    draft.add("refuse", events.ApprovalRefused(act=row.act, gate=row.passed + 1, reasons=(), opinion=opinion))
    _answer(draft, row, "未获批准", "was refused")


def _answer(draft: Draft, row: Request, zh: str, en: str) -> None:
    if row.role in draft.rulebook.roles:
        zh, en = f"{action_label(row.act, lang='zh')}{zh}", f"{action_label(row.act, lang='en')} {en}"
        draft.notify(row.role, zh, en, units=(row.unit,) if row.unit else draft.case.units)


def _waiting(draft: Draft, action: str, named: str | None, reply: Mapping[str, str]) -> Request | None:
    """Return the request that an approver speaks of, or None for the reply; it waits for the approver, who did not ask for it.

    *reply* is what the reply waits for, by its act: the role of its gate.
    """
    actor, case = draft.actor, draft.case
    waiting = {**reply, **{row.act: row.gates[row.passed] for row in case.requests}}
    if not waiting or (named and named not in waiting):
        what = f"{named!r} does not wait for approval" if named else "nothing waits for approval"
        raise draft.refuse(action, f"{what} (waiting: {listed(waiting)})", allowed=tuple(waiting))
    mine = [name for name, role in waiting.items() if role == actor.role and named in (None, name)]
    if not mine:
        first = named or next(iter(waiting))
        if first == PUBLISH and first in reply:
            return None  # replies say at which gate it stands
        why = f"{first} waits for {waiting[first]!r}"
        raise NotPermitted(action, actor=actor.id, role=actor.role, why=why, case=draft.id)
    if len(mine) > 1 and PUBLISH not in mine:
        raise draft.refuse(action, f"several acts wait for {actor.role!r}; name one ({listed(mine)})", allowed=tuple(mine))
    if PUBLISH in mine and PUBLISH in reply:
        return None
    row = case.request(mine[0])
    if row and row.unit and not draft.speaks_for(row.unit):
        why = f"{row.act} was asked for by {row.unit}, and passes this gate there"
        raise NotPermitted(action, actor=actor.id, role=actor.role, why=why, case=draft.id)
    if row and row.by == actor.id:
        raise NotPermitted(action, actor=actor.id, role=actor.role, why="nobody approves what they asked for", case=draft.id)
    return row


_HANDLERS: Mapping[type[act.Command], Callable[[Draft, Any], None]] = {
    act.Review: screening.review,
    act.Reject: screening.reject,
    act.Transfer: screening.transfer,
    act.Withdraw: screening.withdraw,
    act.Reclassify: screening.reclassify,
    act.AskCitizen: screening.ask,
    act.Supplement: screening.supplement,
    act.Assign: assignments.assign,
    act.Accept: assignments.accept,
    act.Decline: assignments.decline,
    act.Contact: assignments.contact,
    act.Contribute: assignments.contribute,
    act.ReturnContribution: assignments.return_part,
    act.Promise: terms.promise,
    act.Extend: terms.extend,
    act.RefuseExtension: terms.refuse_extension,
    act.SubmitReply: replies.submit,
    act.ReturnReply: replies.return_reply,
    act.Publish: replies.publish,
    act.Close: replies.close,
    act.Reopen: replies.reopen,
    act.Approve: _approve,
    act.Refuse: _refuse,
    act.Consult: consultations.consult,
    act.GiveOpinion: consultations.give_opinion,
    act.Conclude: consultations.conclude,
    act.IssueOrder: orders.issue_order,
    act.AnswerOrder: orders.answer,
    act.ClearOrder: orders.clear,
    act.TakeUp: ladder.take_up,
    act.Dismiss: ladder.dismiss,
    act.Revisit: aftercare.revisit,
    act.Rate: aftercare.rate,
    act.Instruct: aftercare.instruct,
    act.Praise: aftercare.praise,
    act.ReportViews: aftercare.report_views,
    act.AddNote: aftercare.note,
    act.Erase: erasures.erase,
    act.Attach: duplicates.attach,
    act.KeepApart: duplicates.keep_apart,
    act.Merge: duplicates.merge_alone,
    act.Disclose: screening.disclose,
}
