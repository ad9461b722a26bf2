"""Replies: submitted, checked, passed through gates, returned, published; and the end of a case, and its reopening."""

from __future__ import annotations

from msgspec.structs import replace

from .. import actions as act
from .. import events
from ..approvals import PUBLISH
from ..cases import Reply
from ..decisions import Draft
from ..errors import NotPermitted, listed
from ..limits import Limit
from . import contents
from .assignments import must_have_accepted


def submit(draft: Draft, command: act.SubmitReply) -> None:
    """Submit a reply that the rulebook's checks let pass; it stands at the first gate, or at the one that returned it."""
    unit, case, rules = contents.unit_of(draft, command), draft.case, draft.rulebook.outline
    must_have_accepted(draft, "submit", unit)
    _parts_are_in(draft, unit)
    contents.outcome(draft, command.outcome)
    findings = rules.reply.findings(command.text, **draft.signature(unit))
    blocking = [finding.message for finding in findings if finding.level == "block"]
    if blocking:
        raise draft.refuse("submit", *blocking)
    submitted = events.Submitted(
        unit=unit,
        reply=len(case.replies) + 1,
        text=draft.text("reply", command.text),
        outcome=command.outcome,
        findings=findings,
        gates=(),
        passed=0,
    )
    gates = draft.gates(PUBLISH)
    if any(row.when for row in rules.approval if row.on == PUBLISH):  # their conditions ask of the case with this reply
        trial = draft.fork()
        trial.add("submit", submitted)
        gates = trial.gates(PUBLISH)
    again = case.reply if case.reply and case.reply.status == "returned" and case.reply.unit == unit else None
    draft.add("submit", replace(submitted, gates=gates, passed=_passed_before(again, gates) if again else 0))
    _tell_gate(draft)


def _passed_before(returned: Reply, gates: tuple[str, ...]) -> int:
    """Return how many gates a reply need not pass again: those before the one that sent it back, where that still stands."""
    place = returned.resubmit_at - 1
    if not any(returned.gates):  # replies of the first form know only how many gates there were
        return min(place, max(len(gates) - 1, 0))
    if place >= len(returned.gates) or returned.gates[place] not in gates:
        return 0
    passed = set(returned.gates[:place])
    return next(n for n, role in enumerate(gates) if role not in passed)


def _parts_are_in(draft: Draft, unit: str) -> None:
    """Refuse a reply of a unit that only assists, and the lead's before the contributions that the rulebook requires."""
    case, rules = draft.case, draft.rulebook.outline.assignment
    row = case.assignment(unit)
    if rules.assisting == "reply" or row is None:
        return
    if case.lead is None:
        why = f"nobody leads the case, and {unit} assists; hand your part in until another unit leads"
        raise draft.refuse("submit", why, allowed=("contribute",))
    if unit != case.lead:
        raise draft.refuse("submit", f"{unit} assists {case.lead}, which answers; hand your part to it", allowed=("contribute",))
    missing = [row.unit for row in case.assignments if row.unit in case.units and row.unit != unit and row.status != "replied"]
    if rules.contributions == "required" and missing:
        raise draft.refuse("submit", f"the parts of {listed(missing)} are not in yet")


def gate_of(draft: Draft, reply: Reply) -> str:
    """Return the role that a reply waits for; "" where no gate is left."""
    if reply.status != "submitted" or reply.passed >= len(reply.gates):
        return ""
    named = reply.gates[reply.passed]
    known = draft.rulebook.outline.gates(PUBLISH, lambda _: True)  # replies of the first form know only how many gates there are
    return named or (known[reply.passed] if reply.passed < len(known) else "")


def _tell_gate(draft: Draft) -> None:
    reply = draft.case.reply
    if reply and (role := gate_of(draft, reply)):
        gate, of = reply.passed + 1, len(reply.gates)
        zh, en = f"答复待审核（第{gate}关，共{of}关）", f"a reply waits at gate {gate} of {of}"
        draft.notify(role, zh, en, units=(reply.unit,) if reply.unit else draft.case.units)


def approve(draft: Draft, reply: Reply, opinion: str) -> None:
    """Let the reply pass the gate where it stands; the last one publishes it."""
    wanted, actor = gate_of(draft, reply), draft.actor
    if actor.role != wanted:
        why = f"the reply stands at gate {reply.passed + 1} of {len(reply.gates)}, which is passed by {wanted!r}"
        raise NotPermitted("approve", actor=actor.id, role=actor.role, why=why, case=draft.id)
    if not draft.speaks_for(reply.unit):
        why = f"the reply is that of {reply.unit}, and passes this gate there"
        raise NotPermitted("approve", actor=actor.id, role=actor.role, why=why, case=draft.id)
    if actor.id == reply.by:
        raise NotPermitted("approve", actor=actor.id, role=actor.role, why="nobody approves their own reply", case=draft.id)
    gate = reply.passed + 1
    approved = events.Approved(act=PUBLISH, gate=gate, gates=len(reply.gates), opinion=draft.maybe("opinion", opinion))
    draft.add("approve", approved)
    if gate == len(reply.gates):
        draft.add("publish", events.Published(reply=reply.number, public=draft.case.public))
    else:
        _tell_gate(draft)


def return_reply(draft: Draft, command: act.ReturnReply) -> None:
    """Send the reply back, to its handler or to the gate before, for reasons of the rulebook's list."""
    case, rules = draft.case, draft.rulebook.outline
    if case.reply is None:
        raise draft.refuse("return", "there is no reply to return")
    reasons = tuple(contents.listed_reason(draft, "return", reason, rules.reply.return_reasons) for reason in command.reasons)
    if not draft.speaks_for(case.reply.unit):
        why = f"the reply is that of {case.reply.unit}"
        raise NotPermitted("return", actor=draft.actor.id, role=draft.actor.role, why=why, case=draft.id)
    stands_at = set(case.reply.gates).difference({""})
    rows = [row for row in rules.approval if row.on == PUBLISH and (not stands_at or stands_at.intersection(row.by))]
    ways = {way for row in rows for way in row.returns} or {"handler"}
    if command.to not in ways:
        where = " or ".join({"handler": "its handler", "previous": "the gate before"}[way] for way in sorted(ways))
        raise draft.refuse("return", f"a reply goes back to {where} here", allowed=tuple(sorted(ways)))
    if command.to == "previous":
        _step_back(draft, case.reply, command, reasons)
        return
    same = any(row.resubmit_at == "same" for row in rows)
    draft.add(
        "return",
        events.Returned(
            reply=case.reply.number,
            reasons=reasons,
            explanation=draft.maybe("explanation", command.explanation),
            to="handler",
            resubmit_at=case.reply.passed + 1 if same and case.reply.status == "submitted" else 1,
            count=case.counts.get("returned", 0) + 1,
        ),
    )


def _step_back(draft: Draft, reply: Reply, command: act.ReturnReply, reasons: tuple[str, ...]) -> None:
    if reply.status != "submitted" or not reply.passed:
        why = "stands at its first gate" if reply.status == "submitted" else f"is {reply.status}"
        raise draft.refuse("return", f"the reply {why}: there is no gate before to return it to", allowed=("handler",))
    wanted, actor = gate_of(draft, reply), draft.actor
    if actor.role != wanted:
        why = f"the reply stands at gate {reply.passed + 1} of {len(reply.gates)}, which {wanted!r} sends back from"
        raise NotPermitted("return", actor=actor.id, role=actor.role, why=why, case=draft.id)
    back = events.SteppedBack(
        reply=reply.number,
        reasons=reasons,
        explanation=draft.maybe("explanation", command.explanation),
        gate=reply.passed,
        count=draft.case.counts.get("stepped_back", 0) + 1,
    )
    draft.add("step_back", back)
    _tell_gate(draft)


def publish(draft: Draft, command: act.Publish) -> None:
    """Make the reply readable, when every gate has let it pass."""
    reply = draft.case.reply
    if reply is None:
        raise draft.refuse("publish", "there is no reply to publish", allowed=("submit",))
    if reply.passed < len(reply.gates):
        raise draft.refuse("publish", f"the reply has passed {reply.passed} of {len(reply.gates)} gates", allowed=("approve",))
    draft.add("publish", events.Published(reply=reply.number, public=draft.case.public))


def close(draft: Draft, command: act.Close) -> None:
    """End the case with its outcome, after the revisit that the rulebook may require."""
    contents.outcome(draft, command.outcome)
    required, closed = draft.rulebook.outline.revisit.required, events.Closed(outcome=command.outcome or draft.case.outcome)
    if required and not _revisited(draft):
        trial = draft.fork()
        trial.add("close", closed)
        if draft.holds(required) or trial.holds(required):  # another outcome does not get round it, nor does the old one
            raise draft.refuse("close", "the citizen is to be asked first how the matter stands", allowed=("revisit",))
    draft.add("close", closed)


def _revisited(draft: Draft) -> bool:
    """Return whether the citizen was asked since the reply that was last published was submitted."""
    published = [row.submitted_at for row in draft.case.replies if row.status == "published"]
    return any(row.whom == "citizen" and row.at >= max(published, default=row.at) for row in draft.case.revisits)


def reopen(draft: Draft, command: act.Reopen) -> None:
    """Open a closed case again, for a reason, within the time and as often as the rulebook allows."""
    rules, case = draft.rulebook.outline.reopen, draft.case
    reason = contents.listed_reason(draft, "reopen", command.reason, rules.reasons)
    against = reopening_refused(draft)
    if against:
        raise draft.refuse("reopen", against)
    explanation = draft.maybe("explanation", command.explanation)
    draft.add("reopen", events.Reopened(reason=reason, explanation=explanation, cycle=case.cycle + 1))


def reopening_refused(draft: Draft) -> str:
    """Return what stands against reopening the case now; "" where nothing does."""
    rules, case, keeper = draft.rulebook.outline.reopen, draft.case, draft.known.keeper
    if rules.times and case.cycle >= rules.times:
        return f"it was reopened {case.cycle} time{'s' if case.cycle > 1 else ''} already, the most that the rulebook allows"
    if rules.within and case.closed_at:
        until = keeper.deadline(case.closed_at, Limit.parse(rules.within), count=draft.hours(rules.count))
        if draft.asked_at >= until.before:
            return f"it could be reopened within {rules.within} of its closing, until {keeper.show(until)}"
    return ""
