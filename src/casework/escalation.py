"""The ladder: rungs on clocks, counts, unanswered orders and acts, and the forms of the orders that they issue.

A rung on a clock says what is due at which distance from its due moment. Its moments are computed when the clock starts (`alarms`)
and kept in the clock, so a sweep only compares moments. An occasion (rung, what it stands on, run, repetition) fires once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from .documents import Document
from .errors import UnreadableLimit, nearest
from .sla import Alarm, ClockRule, ConditionalLimit, Count, Limit, SlaClock, Timekeeper

_FROZEN = ConfigDict(frozen=True, extra="forbid", defer_build=True)

COUNTS = ("returned", "declined", "dissatisfied", "repeated", "views", "instructed")
"""What rungs can count: how often a case was returned, declined, found dissatisfied, repeated, viewed, instructed upon."""

EFFECTS = {
    "issue": "issue",
    "notify": "",
    "set": "reclassify",
    "reopen": "reopen",
    "return": "return",
    "consult": "consult",
    "withdraw": "withdraw",
}
"""What a rung may do, and the action by which it does so ("" for none)."""

NO_ROLES = ("lead", "units", "parent")
"""Whom an order may go to that is no role: the lead unit, every unit that has the case, the unit above the lead."""

ON = re.compile(rf"(due|late|unanswered):[a-z][a-z0-9-]*|done:[a-z][a-z0-9_]*|{'|'.join(COUNTS)}")
DO = re.compile(r"issue:[a-z][a-z0-9-]*|notify:[^:]+|set:[^:=]+=[^:=]+|reopen|return|consult|withdraw")
"""What a rung may stand on, and what it may do, as they are written."""


def _checked_limit(text: str) -> str:
    try:
        Limit.parse(text.removeprefix("-"))
    except UnreadableLimit as error:
        raise ValueError(str(error)) from error
    return text


class Repeat(BaseModel):
    """A rung that comes again: every so often (of a count: every so many), at most ``max`` times in all."""

    model_config = _FROZEN

    every: str | int
    max: int = Field(ge=2, le=100)

    @field_validator("every")
    @classmethod
    def _readable(cls, value: str | int) -> str | int:
        if isinstance(value, int):
            if value < 1:
                raise ValueError(f"a rung on a count comes again after 1 or more, not after {value}")
        elif value.startswith("-") or not Limit.parse(_checked_limit(value)).amount:
            raise ValueError(f"a rung comes again after some time, not after {value}; accepted: a limit such as '1 working day'")
        return value


class Rung(BaseModel):
    """A rung of the ladder: ``on`` what it stands, ``at`` which distance or count, and what it does.

    ``on`` is ``"due:CLOCK"`` (then ``at`` may be negative: before it), ``"late:CLOCK"``, ``"unanswered:FORM"`` (an order whose
    answer has a limit), ``"done:ACTION"``, or a count: ``"returned"``, ``"declined"``, ``"dissatisfied"``, ``"repeated"``,
    ``"views"``, ``"instructed"``. ``do`` lists ``"issue:FORM"`` (an order), ``"notify:ROLE"``, ``"set:AXIS=VALUE"``, ``"reopen"``,
    ``"return"``, ``"consult"``, ``"withdraw"``; ``mode`` "propose" leaves the decision to a person (适时), and only tells.
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    on: str
    at: str | int | None = None
    when: str = ""
    do: tuple[str, ...] = Field(min_length=1)
    mode: Literal["auto", "propose"] = "auto"
    repeat: Repeat | None = None
    source: str = ""
    assumption: str = ""

    @field_validator("on")
    @classmethod
    def _known(cls, value: str) -> str:
        if not ON.fullmatch(value):
            every = ("due:CLOCK", "late:CLOCK", "unanswered:FORM", "done:ACTION", *COUNTS)
            forms = {form.partition(":")[0]: form for form in every}
            kind = value.partition(":")[0]
            like = f"; did you mean {forms[kind]!r}?" if kind in forms else nearest(kind, forms)
            raise ValueError(f"a rung cannot stand on {value!r}{like} (accepted: {', '.join(forms.values())})")
        return value

    @field_validator("at")
    @classmethod
    def _readable(cls, value: str | int | None, info: ValidationInfo) -> str | int | None:
        counts = info.data.get("on") in COUNTS  # what stands on a count is told, not how a limit is written
        return _checked_limit(value) if isinstance(value, str) and not counts else value

    @field_validator("do")
    @classmethod
    def _doable(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            if not DO.fullmatch(line):
                accepted = "'issue:FORM', 'notify:ROLE', 'set:AXIS=VALUE', 'reopen', 'return', 'consult' or 'withdraw'"
                raise ValueError(f"cannot do {line!r}{nearest(line.partition(':')[0], EFFECTS)}; a rung does {accepted}")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Rung:
        if self.kind == "count":
            if isinstance(self.at, str) or (isinstance(self.at, int) and self.at < 1):
                quoted = "; write it without quotes" if isinstance(self.at, str) and self.at.isdigit() else ""
                raise ValueError(f"a rung on a count stands at a number from 1 on, such as 3, not at {self.at!r}{quoted}")
            if self.repeat and isinstance(self.repeat.every, str):
                raise ValueError("a rung on a count comes again every so many, such as { every = 3, max = 5 }")
        elif isinstance(self.at, int) or (self.repeat and isinstance(self.repeat.every, int)):
            raise ValueError("a rung on a clock lies at a limit from its due moment, such as '1 working day', not at a number")
        elif self.kind == "done":
            if self.at is not None or self.repeat:
                raise ValueError("a rung on an act fires with it; for something later let a clock start on the act")
        else:
            if self.kind == "late" and str(self.at).startswith("-"):
                raise ValueError("a rung on lateness lies after the due moment; for a warning before it use on = 'due:…'")
            if self.repeat and self.distance.amount and Limit.parse(str(self.repeat.every)).unit != self.distance.unit:
                raise ValueError("'at' and 'repeat.every' must be in the same unit")
        return self

    @cached_property
    def kind(self) -> str:
        """What sort of thing the rung stands on: "due", "late", "unanswered", "done" or "count"."""
        return self.on.partition(":")[0] if ":" in self.on else "count"

    @cached_property
    def name(self) -> str:
        """What the rung stands on: the id of a clock or of an order form, an action, or a count."""
        return self.on.partition(":")[2] or self.on

    @property
    def distance(self) -> Limit:
        """How far from the clock's due moment the rung lies, without its sign."""
        return Limit.parse(self.at.removeprefix("-")) if isinstance(self.at, str) else Limit(0, "hours")

    @property
    def before(self) -> bool:
        """Whether the rung lies before the due moment."""
        return isinstance(self.at, str) and self.at.startswith("-")

    @cached_property
    def clock(self) -> str:
        """The id of the clock that the rung stands on; "" where it stands on none."""
        names = {"due": self.name, "late": self.name, "unanswered": answer_clock_id(self.name)}
        return names.get(self.kind, "")

    def steps(self, before: int, after: int) -> tuple[int, ...]:
        """Return which repetitions of a rung on a count are reached as the count goes up."""
        first = self.at if isinstance(self.at, int) else 1
        every = self.repeat.every if self.repeat and isinstance(self.repeat.every, int) else 1
        times = self.repeat.max if self.repeat else 1
        return tuple(n + 1 for n in range(times) if before < first + n * every <= after)

    def effects(self, verb: str) -> tuple[str, ...]:
        """Return what follows ``verb:`` in ``do``."""
        return tuple(row.partition(":")[2] for row in self.do if row.startswith(f"{verb}:"))


class OrderAnswer(BaseModel):
    """Whether an order must be answered, with what (情况说明), within which limit, and which role strikes it off.

    ``limit`` makes a clock of its own for each order, counted as ``count`` says.
    """

    model_config = _FROZEN

    wanted: bool = True
    what: str = ""
    limit: tuple[ConditionalLimit, ...] = ()
    count: Count = Count()
    cleared_by: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> OrderAnswer:
        if self.limit and not self.wanted:
            raise ValueError("an order that wants no answer has no limit for one")
        return self


class OrderForm(BaseModel):
    """A form of order (督办单, 交办函, 催办, 专报, 回访单, 黄牌 …): who issues it to whom, its document, its answer.

    ``by`` names the roles that may issue it (none: whoever may issue). ``to`` names its addressees: ``"lead"``, ``"units"`` (all
    that have the case), ``"parent"`` (the unit above the lead), or roles; ``cc`` the roles that get a copy. With ``revisit`` it
    asks the "unit" or the "citizen" how the matter stands (回访).
    """

    model_config = _FROZEN

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    zh: str = ""
    en: str = ""
    by: tuple[str, ...] = ()
    to: tuple[str, ...] = Field(default=("lead",), min_length=1)
    cc: tuple[str, ...] = ()
    revisit: Literal["", "unit", "citizen"] = ""
    document: Document
    answer: OrderAnswer = OrderAnswer()
    source: str = ""
    assumption: str = ""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles among the addressees."""
        return tuple(name for name in self.to if name not in NO_ROLES)

    @property
    def clock(self) -> ClockRule | None:
        """The clock of each order's answer, or None where it has no limit."""
        if not self.answer.limit:
            return None
        return ClockRule(
            id=answer_clock_id(self.id),
            zh=f"{self.zh or self.id}回复期限",
            en=f"answer to {self.en or self.id}",
            per="order",
            form=self.id,
            starts_on=("issue",),
            stops_on=("answer", "clear"),
            limit=self.answer.limit,
            count=self.answer.count,
            source=self.source,
        )


def answer_clock_id(form: str) -> str:
    """Return the id of the clock that the answers to orders of a form have."""
    return f"answer-{form}"


def alarm(rung: Rung, clock: SlaClock, rule: ClockRule, keeper: Timekeeper, *, n: int = 1) -> Alarm | None:
    """Return the n-th moment of a rung on a clock, or None past its last repetition or where the clock has no due moment.

    A distance in working hours is counted by the office hours of the clock's *rule*.
    """
    if clock.due is None or (n > 1 and (rung.repeat is None or n > rung.repeat.max)):
        return None
    amount, unit = rung.distance.amount * (-1 if rung.before else 1), rung.distance.unit
    if rung.repeat and n > 1:
        every = Limit.parse(str(rung.repeat.every))
        amount, unit = amount + (n - 1) * every.amount, every.unit
    return Alarm(keeper.shift(clock.due, Limit(abs(amount), unit), back=amount < 0, count=rule.count), rung.id, n)


def alarms(
    rungs: Sequence[Rung],
    clock: SlaClock,
    rule: ClockRule,
    keeper: Timekeeper,
    *,
    over: Callable[[Alarm], bool] = lambda _: False,
) -> tuple[Alarm, ...]:
    """Return a running clock's alarms, of each rung the first repetition that is not *over*, the earliest first."""
    if clock.status != "running":
        return ()
    found = []
    for rung in rungs:
        n, row = 1, alarm(rung, clock, rule, keeper) if rung.clock == clock.rule else None
        while row and over(row):
            n += 1
            row = alarm(rung, clock, rule, keeper, n=n)
        if row:
            found.append(row)
    return tuple(sorted(found, key=lambda row: (row.at, row.rung)))


def occasion(alarm: Alarm, clock: SlaClock) -> str:
    """Return the key of a clock's occasion: rung, clock, run, repetition."""
    return f"{alarm.rung}/{clock.key}/{clock.run}/{alarm.n}"
