"""Joint consultation (会商): units are called together, give their opinions, and conclude with minutes and a lead."""

from __future__ import annotations

from .. import actions as act
from .. import events
from ..decisions import Draft
from ..errors import listed
from ..limits import Limit
from ..sla import SlaClock
from . import contents
from .screening import overrule


def consult(draft: Draft, command: act.Consult) -> None:
    """Call units together; without any named, those that have the case."""
    units = tuple(contents.registered(draft, unit) for unit in command.units) or draft.case.units
    if not units:
        raise draft.refuse("consult", "the case has no units yet; name those that are called together")
    if len(set(units)) < len(units):
        raise draft.refuse("consult", "a unit is called twice")
    called = events.ConsultationCalled(
        number=len(draft.case.consultations) + 1,
        asked_by=draft.actor.id,
        allowed_by=draft.allowed_by,
        convener=draft.rulebook.outline.consultation.convener or draft.actor.role,
        units=units,
        on_site=command.on_site,
        matter=draft.maybe("matter", command.matter),
    )
    draft.add("consult", called)
    where_zh, where_en = ("现场会商", "on site") if command.on_site else ("会商", "together")
    draft.told("opine", units, f"请参加{where_zh}", f"you are called to consult {where_en}")


def give_opinion(draft: Draft, command: act.GiveOpinion) -> None:
    """Keep the opinion of a unit that was called; a unit may add to what it said."""
    unit, meeting = contents.spoken_for(draft, command), draft.case.consultation
    if meeting is None:
        raise draft.refuse("opine", "no consultation is being held", allowed=("consult",))
    if unit not in meeting.units:
        raise draft.refuse(
            "opine", f"{unit or 'this actor'} was not called (called: {listed(meeting.units)})", allowed=meeting.units
        )
    draft.add("opine", events.OpinionGiven(number=meeting.number, unit=unit, opinion=draft.text("opinion", command.text)))


def conclude(draft: Draft, command: act.Conclude) -> None:
    """End the consultation: minutes, the lead that it names, and perhaps another limit, counted from now."""
    case, rules = draft.case, draft.rulebook.outline.consultation
    meeting = case.consultation
    if meeting is None:
        raise draft.refuse("conclude", "no consultation is being held", allowed=("consult",))
    heard = {unit for unit, _ in meeting.opinions}
    silent = [unit for unit in meeting.units if unit not in heard]
    if rules.opinions == "required" and silent:
        raise draft.refuse("conclude", f"{listed(silent)} gave no opinion yet", allowed=("opine",))
    lead = command.lead or case.lead or ""
    if not lead:
        raise draft.refuse("conclude", "the case has no lead unit; name the one that shall lead")
    lead = contents.registered(draft, lead)
    kept = [row.unit for row in case.assignments if row.status not in ("declined", "ended") and row.unit != lead]
    lead, assisting = contents.team(draft, "conclude", lead, command.assisting or kept)
    limit = Limit.parse(command.limit) if command.limit else None
    if limit is not None:
        _clock_to_set(draft, command.clock)  # what is wrong with it is found before anything is decided
    concluded = events.ConsultationConcluded(
        number=meeting.number,
        minutes=draft.text("minutes", command.minutes),
        lead=lead,
        assisting=assisting,
        limit=str(limit) if limit else None,
    )
    draft.add("conclude", concluded)
    if case.led_by is None:
        overrule(draft, "conclude", "unit", lead, concluded.minutes)
    if limit is not None:
        clock = _clock_to_set(draft, command.clock)
        rule = draft.rulebook.clocks[clock.rule]
        ended: tuple[SlaClock, ...] = ()
        if clock.status == "running" and clock.due is not None and draft.now >= clock.due.before:
            ended = (draft.known.keeper.stop(clock, draft.now),)  # the verdict on what it was late by stays
        new = draft.with_alarms(draft.known.keeper.begin(rule, limit, draft.now, subject=clock.subject, clock=clock))
        assert new.due is not None  # noqa: S101 - a clock that begins has a due moment; for the type checker
        draft.add(
            "conclude",
            events.LimitSet(clock=clock.key, limit=str(limit), old=clock.due, new=new.due),
            moves=False,
            clocks=(*ended, new),
        )


def _clock_to_set(draft: Draft, key: str | None) -> SlaClock:
    """Return the clock that a concluded limit is set for."""
    case, rules = draft.case, draft.rulebook.clocks
    wanted = key or draft.rulebook.outline.consultation.clock or draft.rulebook.outline.rulebook.late_by
    if not wanted:
        raise draft.refuse("conclude", "no clock is named that the limit is for, and the rulebook names none")
    found = [row for row in case.clocks if wanted in (row.key, row.rule)]
    if not found:
        return case.clock(wanted)  # which says which clocks there are
    clock = min(found, key=lambda row: (row.key != wanted, row.subject != case.lead, row.status == "cancelled"))
    if clock.rule not in rules:
        raise draft.refuse("conclude", f"the rulebook has no clock {clock.rule!r} any more")
    return clock
