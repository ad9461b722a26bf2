"""A case and its parts, as they stand after its latest event; `folding` says how they come about."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from .errors import UnknownClock
from .events import Ref
from .opinions import Finding, Proposal
from .sla import SlaClock


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One unit's part in a case: lead or assisting, and how far it got. Moments are UTC.

    ``contribution`` is what an assisting unit handed to the lead; a lead that declined ``stays`` responsible where the rule
    says so.
    """

    unit: str
    part: Literal["lead", "assisting"]
    status: Literal["asked", "accepted", "declined", "replied", "returned", "ended"] = "asked"
    asked_at: datetime
    accepted_at: datetime | None = None
    contacted_at: datetime | None = None
    replied_at: datetime | None = None
    declined_at: datetime | None = None
    stays: bool = False
    contribution: Ref | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply and how far it got; ``passed`` counts those of its ``gates`` (roles, in order) that it has passed."""

    number: int
    unit: str
    by: str
    text: Ref
    outcome: str | None
    submitted_at: datetime
    gates: tuple[str, ...]
    passed: int = 0
    status: Literal["submitted", "returned", "published"] = "submitted"
    resubmit_at: int = 1
    findings: tuple[Finding, ...] = ()


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """An act that waits for approval: at which gate of ``gates`` (roles, in order) it stands, who asked, and for what.

    ``unit`` is the unit that they act for ("" for none), ``text`` refers to the command, with who asked for it.
    """

    act: str
    gates: tuple[str, ...]
    passed: int = 0
    by: str
    role: str
    unit: str = ""
    at: datetime
    text: Ref | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered order (督办单, 催办, 回访单 …): to which units (``to``) and roles, answered by which of them, cleared or not."""

    id: str
    form: str
    number: str
    to: tuple[str, ...]
    roles: tuple[str, ...] = ()
    cc: tuple[str, ...]
    issued_at: datetime
    document: Ref | None
    rung: str | None
    answer_wanted: bool
    answers: tuple[tuple[str, Ref], ...] = ()
    cleared_at: datetime | None = None

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Those to whom the order went, units and roles, and who have not answered it."""
        answered = {who for who, _ in self.answers}
        return tuple(who for who in (*self.to, *self.roles) if who not in answered)


class Consultation(msgspec.Struct, frozen=True, kw_only=True):
    """A joint consultation (会商): who asked for it and who allowed it, who was called, what they said, what was concluded."""

    number: int
    asked_by: str
    allowed_by: str | None = None
    convener: str
    units: tuple[str, ...]
    on_site: bool
    called_at: datetime
    opinions: tuple[tuple[str, Ref], ...] = ()
    concluded_at: datetime | None = None
    minutes: Ref | None = None


class Revisit(msgspec.Struct, frozen=True, kw_only=True):
    """One revisit (回访): whom (a unit, or "citizen"), how, and what it found."""

    whom: str
    how: str
    at: datetime
    order: str | None
    solved: bool | None
    satisfied: bool | None
    fault: str | None


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """What a rung proposes and a person decides on: its occasion, and the effects that it would have."""

    id: str
    rung: str
    effects: tuple[str, ...]
    units: tuple[str, ...]
    at: datetime


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """An extension that was asked for and not decided yet."""

    clock: str
    unit: str
    limit: str
    by: str
    at: datetime


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands after its latest event. All moments are aware UTC; texts are references.

    ``version`` is the number of its events, ``first_lead`` the unit that was asked first to lead, ``cycle`` counts its
    reopenings, and ``asked`` how often the citizen was asked in this one. ``counts`` holds how often it was returned, declined,
    repeated, viewed, found dissatisfied or instructed upon; ``satisfied`` is what the sender last said of it, by a rating or to a
    revisit. ``limits_set`` names the runs of clocks that were given another limit than their rule's, ``duplicates`` the earlier
    cases that this one seems to repeat, ``absorbed`` those that were merged into this one, each with its channel.
    """

    id: str
    version: int
    rulebook: str
    rulebook_digest: str
    state: str
    cycle: int = 0
    received_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    message: Ref
    sender: Ref | None
    channel: str
    channels: tuple[str, ...] = ()
    board: str | None = None
    number: str | None = None
    public: bool = True
    classes: dict[str, str] = {}
    lead: str | None = None
    first_lead: str | None = None
    assignments: tuple[Assignment, ...] = ()
    replies: tuple[Reply, ...] = ()
    requests: tuple[Request, ...] = ()
    clocks: tuple[SlaClock, ...] = ()
    asks: tuple[Ask, ...] = ()
    orders: tuple[Order, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    revisits: tuple[Revisit, ...] = ()
    proposed: tuple[Proposed, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    counts: dict[str, int] = {}
    satisfied: bool | None = None
    asked: int = 0
    occasions: tuple[str, ...] = ()
    notes: tuple[tuple[str, Ref], ...] = ()
    outcome: str | None = None
    exit: str | None = None
    merged_into: str | None = None
    erased: tuple[Ref, ...] = ()
    limits_set: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    absorbed: tuple[tuple[str, str], ...] = ()  # a new field goes last: stores tell older rows by the last one

    def clock(self, key: str) -> SlaClock:
        """Return the clock of this key (``"handle"``, ``"accept:夹河镇"``); `UnknownClock` names the clocks there are."""
        for clock in self.clocks:
            if clock.key == key:
                return clock
        raise UnknownClock(key, clocks=[clock.key for clock in self.clocks], case=self.id)

    def assignment(self, unit: str | None) -> Assignment | None:
        """Return the unit's current assignment, or None."""
        return next((row for row in self.assignments if row.unit == unit), None)

    def request(self, act: str) -> Request | None:
        """Return the request of this act that waits for approval, or None."""
        return next((row for row in self.requests if row.act == act), None)

    def order(self, number: str) -> Order | None:
        """Return the order of this id or document number, or None."""
        return next((row for row in self.orders if number in (row.id, row.number)), None)

    @property
    def reply(self) -> Reply | None:
        """The latest reply, or None."""
        return self.replies[-1] if self.replies else None

    @property
    def next_at(self) -> datetime | None:
        """The next moment at which a sweep has something to do here."""
        return min((at for clock in self.clocks if (at := clock.next_at)), default=None)

    @property
    def units(self) -> tuple[str, ...]:
        """The units that have the case now, the lead first; a lead that declined and stays responsible is one of them."""
        return tuple(row.unit for row in self.assignments if row.status not in ("declined", "ended") or row.stays)

    def has(self, unit: str | None) -> bool:
        """Return whether a unit has the case now."""
        return unit in self.units

    @property
    def consultation(self) -> Consultation | None:
        """The consultation that is being held, or None; it is over when the case is."""
        return next((row for row in self.consultations if row.concluded_at is None and self.closed_at is None), None)

    @property
    def led_by(self) -> str | None:
        """The lead unit, or else the one that led last and declined."""
        declined = [row.unit for row in self.assignments if row.part == "lead" and row.status == "declined"]
        return self.lead or (declined[-1] if declined else None)
