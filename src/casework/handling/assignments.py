"""Assignments: a case is handed to its units, which accept, decline, speak with the sender and contribute."""

from __future__ import annotations

import msgspec

from .. import actions as act
from .. import events
from ..decisions import Draft
from ..limits import Limit
from . import contents
from .screening import overrule


def assign(draft: Draft, command: act.Assign) -> None:
    """Hand the case to a lead and assisting units; a rule that proposed another lead is overruled, and the case says so."""
    case = draft.case
    proposal = next((row for row in case.proposals if row.unit), None)
    if not command.lead and case.led_by:
        raise draft.refuse("assign", f"{case.led_by} was asked to lead it already; name the lead that it shall have")
    if not command.lead and proposal is None:
        raise draft.refuse("assign", "no lead unit is named, and no routing rule proposes one; name the lead")
    lead, assisting = contents.team(
        draft, "assign", command.lead or (proposal.unit if proposal and proposal.unit else ""), command.assisting
    )
    before = case.led_by
    note = draft.maybe("note", command.note)
    draft.add(
        "assign",
        events.Assigned(
            lead=lead,
            assisting=assisting,
            instead_of=before if before != lead else None,
            rule=proposal.rule if proposal and proposal.unit == lead else None,
            note=note,
        ),
    )
    if before is None:
        overrule(draft, "assign", "unit", lead, note)


def accept(draft: Draft, command: act.Accept) -> None:
    """Accept an assignment that was not accepted yet."""
    unit = contents.unit_of(draft, command)
    row = draft.case.assignment(unit)
    if row is None or row.status != "asked":
        raise draft.refuse("accept", f"{unit} has already {row.status if row else 'left'} it")
    draft.add("accept", events.Accepted(unit=unit))


def decline(draft: Draft, command: act.Decline) -> None:
    """Hand an assignment back, in time and not too often; who leads then is the rulebook's to say."""
    unit, case, rules = contents.unit_of(draft, command), draft.case, draft.rulebook.outline.assignment
    reason = contents.listed_reason(draft, "decline", command.reason, rules.decline_reasons)
    row, count = case.assignment(unit), case.counts.get("declined", 0) + 1
    if row is not None:
        if row.status == "declined":
            raise draft.refuse("decline", f"{unit} has declined it already and stays responsible until another unit leads")
        if row.status == "replied":
            raise draft.refuse("decline", f"{unit} has replied already", allowed=("submit",))
        if rules.decline.limit:
            until = draft.known.keeper.deadline(
                row.asked_at, Limit.parse(rules.decline.limit), count=draft.hours(rules.decline.count)
            )
            if draft.asked_at >= until.before:
                shown = draft.known.keeper.show(until)
                raise draft.refuse("decline", f"{unit} could decline within {rules.decline.limit} of being asked, until {shown}")
    if rules.decline.max and count > rules.decline.max:
        raise draft.refuse("decline", f"the case was declined {count - 1} times already, the most that the rulebook allows")
    lead: str | msgspec.UnsetType | None = msgspec.UNSET
    if unit == case.lead:
        lead = case.first_lead if rules.responsible == "first-asked" else None
    explanation = draft.maybe("explanation", command.explanation)
    draft.add("decline", events.Declined(unit=unit, reason=reason, explanation=explanation, count=count, lead=lead))
    if lead and lead != unit:
        draft.told("submit", (lead,), "来件退回你单位负责", "the case is your unit's again")


def contact(draft: Draft, command: act.Contact) -> None:
    """Record that the unit spoke with the sender."""
    unit = contents.unit_of(draft, command)
    draft.add("contact", events.Contacted(unit=unit, how=command.how, note=draft.maybe("note", command.note)))


def contribute(draft: Draft, command: act.Contribute) -> None:
    """Hand an assisting unit's part to the lead."""
    unit = contents.unit_of(draft, command)
    row = draft.case.assignment(unit)
    if row is None or unit == draft.case.lead:
        raise draft.refuse("contribute", f"{unit} leads; it submits the reply", allowed=("submit",))
    must_have_accepted(draft, "contribute", unit)
    draft.add("contribute", events.Contributed(unit=unit, text=draft.text("contribution", command.text)))
    if draft.case.lead:
        draft.told("submit", (draft.case.lead,), f"{unit}已提交协办意见", f"{unit} has handed in its part")


def return_part(draft: Draft, command: act.ReturnContribution) -> None:
    """Send an assisting unit's part back to it."""
    unit = contents.registered(draft, command.unit)
    row = draft.case.assignment(unit)
    if row is None or row.part == "lead" or not draft.case.has(unit) or row.contribution is None or row.status != "replied":
        able = tuple(row.unit for row in draft.case.assignments if row.contribution and row.status == "replied")
        raise draft.refuse("return_part", f"{unit} has handed in no part that could be returned", allowed=able)
    listed = draft.rulebook.outline.reply.return_reasons
    reasons = tuple(contents.listed_reason(draft, "return_part", reason, listed) for reason in command.reasons)
    returned = events.ContributionReturned(
        unit=unit,
        reasons=reasons,
        explanation=draft.maybe("explanation", command.explanation),
        count=draft.case.counts.get("contribution_returned", 0) + 1,
    )
    draft.add("return_part", returned)
    draft.told("contribute", (unit,), "协办意见已退回，请修改", "your part was returned; please revise it")


def must_have_accepted(draft: Draft, action: str, unit: str) -> None:
    """Refuse what a unit does before it has accepted, where the rulebook has units accept."""
    row = draft.case.assignment(unit)
    if row and draft.rulebook.outline.assignment.accept and row.status == "asked":
        raise draft.refuse(action, f"{unit} has not accepted the case yet", allowed=("accept",))
