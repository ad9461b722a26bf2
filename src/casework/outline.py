"""The rulebook's document: every table and key, as pydantic models; ``docs/reference/rulebook.md`` describes each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from .approvals import Approval
from .errors import nearest
from .escalation import OrderForm, Rung
from .privacy import Role
from .replies import ReplyRules
from .routing import RouteRule
from .sla import ClockRule, Count, Length, OfficeHours

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)
RECEIVE = "receive"
"""The act by which a case comes about; it is no arrow of the lifecycle, and clocks and notices may wait for it."""


class Head(BaseModel):
    """What the rulebook is called, which zone and calendar it counts in, and which clock decides lateness."""

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    base: str = ""
    zh: str = ""
    en: str = ""
    zone: str = "Asia/Shanghai"
    calendar: str = "CN"
    late_by: str = ""
    source: str = ""

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"unknown time zone {value!r}{nearest(value, available_timezones())}")
        return value


class Intake(BaseModel):
    """Screening: the reasons for which a message may be refused or handed on, each with the class that it is counted in."""

    model_config = _FROZEN

    exits: dict[str, Literal["invalid", "duplicate", "transferred"]] = {}
    source: str = ""
    assumption: str = ""


class DeclineRule(BaseModel):
    """How long after it was asked a unit may decline ("" for any time), and how often a case may be declined (0: ever again)."""

    model_config = _FROZEN

    limit: Length | Literal[""] = ""
    count: Count = Count()
    max: int = Field(default=0, ge=0)
    source: str = ""
    assumption: str = ""


class AssignmentRules(BaseModel):
    """Assignments: whether a unit must accept (签收) before it replies, and how it may decline.

    ``decline_reasons`` lists the reasons for declining (none: any). When the lead declines, the case is with nobody ("lead"), or
    stays the responsibility of the unit that was asked first ("first-asked", 首接负责) until another leads. Units that assist
    "contribute" to the lead's reply, or may "reply" themselves; contributions are free or "required" before the lead replies.
    """

    model_config = _FROZEN

    accept: bool = True
    decline_reasons: tuple[str, ...] = ()
    decline: DeclineRule = DeclineRule()
    responsible: Literal["lead", "first-asked"] = "lead"
    assisting: Literal["contribute", "reply"] = "contribute"
    contributions: Literal["free", "required"] = "free"
    source: str = ""
    assumption: str = ""


class ConsultationRules(BaseModel):
    """Joint consultation (会商): which role convenes it, whether every unit's opinion is "required" before it is concluded.

    ``clock`` is the one that a concluded limit is set for; left out, the one that decides lateness.
    """

    model_config = _FROZEN

    convener: str = ""
    opinions: Literal["free", "required"] = "free"
    clock: str = ""
    source: str = ""
    assumption: str = ""


class RevisitRules(BaseModel):
    """Revisiting (回访): the condition under which a case is closed only after the citizen was asked, and whose fault it may be."""

    model_config = _FROZEN

    required: str = ""
    faults: tuple[str, ...] = ()
    source: str = ""
    assumption: str = ""


class ReopenRules(BaseModel):
    """Reopening (重办): for which reasons (none: any), how long after closing ("" for ever), and how often (0: any number)."""

    model_config = _FROZEN

    reasons: tuple[str, ...] = ()
    within: Length | Literal[""] = ""
    count: Count = Count()
    times: int = Field(default=0, ge=0)
    source: str = ""
    assumption: str = ""


class AskRules(BaseModel):
    """Asking the citizen (请补充): how often in one cycle of a case (0: any number)."""

    model_config = _FROZEN

    times: int = Field(default=0, ge=0)
    source: str = ""
    assumption: str = ""


class NotifyRule(BaseModel):
    """A notice: when an action is done, tell roles. ``to`` names roles of the rulebook, or "sender"."""

    model_config = _FROZEN

    on: str
    to: tuple[str, ...] = Field(min_length=1)
    zh: str
    en: str = ""
    when: str = ""
    source: str = ""
    assumption: str = ""


class Series(BaseModel):
    """Numbers of a periodical: the issue for period ``first`` is number 1, and one follows every month."""

    model_config = _FROZEN

    pattern: str = "第{n}期"
    first: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")


class Schedule(BaseModel):
    """A periodical report: how often, as of which day of the following month, its title and number series.

    ``title`` may hold ``{year}`` and ``{month}``, ``title_span`` (of a period that is no month) ``{period}``; ``groups`` names the
    register's groups in the order of their tables, ``lists`` the lists that name cases or units, ``figures`` further figures.
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    every: Literal["month"]
    as_of: int = Field(ge=1, le=28)
    form: Literal["bulletin"] = "bulletin"
    title: str
    title_span: str = ""
    publisher: str = ""
    series: Series | None = None
    groups: tuple[str, ...] = ()
    lists: tuple[Literal["closed-late", "open-late", "zero"], ...] = ()
    figures: tuple[str, ...] = ()
    source: str = ""
    assumption: str = ""


class StateRow(BaseModel):
    """A state that a rulebook adds."""

    model_config = _FROZEN

    name: str
    en: str
    zh: str
    kind: Literal["open", "waiting", "closed", "final"]
    meaning: str = ""


class TransitionRow(BaseModel):
    """An arrow that a rulebook adds."""

    model_config = _FROZEN

    action: str
    source: str
    dest: str


class LifecycleRows(BaseModel):
    """What a rulebook changes in the standard lifecycle."""

    model_config = _FROZEN

    drop_states: tuple[str, ...] = ()
    drop_actions: tuple[str, ...] = ()
    state: tuple[StateRow, ...] = ()
    transition: tuple[TransitionRow, ...] = ()


class Outline(BaseModel):
    """The whole document; every key is described in ``docs/reference/rulebook.md``."""

    model_config = _FROZEN

    rulebook: Head
    classes: dict[str, tuple[str, ...]] = {}
    labels: dict[str, str] = {}
    roles: dict[str, Role] = {}
    lifecycle: LifecycleRows = LifecycleRows()
    intake: Intake = Intake()
    route: tuple[RouteRule, ...] = ()
    assignment: AssignmentRules = AssignmentRules()
    hours: OfficeHours | None = None
    clock: tuple[ClockRule, ...] = ()
    approval: tuple[Approval, ...] = ()
    reply: ReplyRules = ReplyRules()
    consultation: ConsultationRules = ConsultationRules()
    revisit: RevisitRules = RevisitRules()
    reopen: ReopenRules = ReopenRules()
    ask: AskRules = AskRules()
    order: tuple[OrderForm, ...] = ()
    rung: tuple[Rung, ...] = ()
    notify: tuple[NotifyRule, ...] = ()
    schedule: tuple[Schedule, ...] = ()

    @cached_property
    def clocks(self) -> Mapping[str, ClockRule]:
        """The clock rules by id, in order, those of orders' answers last; without office hours of their own they have these."""
        rules = (*self.clock, *(form.clock for form in self.order if form.clock))
        return {rule.id: _in_hours(rule, self.hours) for rule in rules}

    def gates(self, act: str, holds: Callable[[str], bool]) -> tuple[str, ...]:
        """Return the roles of the gates before an act, in order; *holds* says which conditions are true."""
        return tuple(role for row in self.approval if row.on == act and holds(row.when) for role in row.by)


def _in_hours(rule: ClockRule, hours: OfficeHours | None) -> ClockRule:
    if hours is None or rule.count.hours is not None:
        return rule
    return rule.model_copy(update={"count": rule.count.model_copy(update={"hours": hours})})
