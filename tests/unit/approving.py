"""An office whose acts wait for approval: its rules, its people, and what they hear and are refused."""

from __future__ import annotations

from typing import TypeVar

import pytest

from casework import Actor, Case
from casework.actions import Accept, Assign, Command, Extend, Publish, Review, SubmitReply
from casework.errors import CommandRefused
from tests.unit.town import FIVE_DAYS, Office, local

Refusal = TypeVar("Refusal", bound=CommandRefused)
REVIEWER = Actor(id="sun", role="reviewer")
CHIEF = Actor(id="he", role="chief")
HEAD = Actor(id="chen", role="head", unit="夹河镇")
FREE = f"""{FIVE_DAYS}extend = {{ times = 2 }}
promise = {{}}

[roles.chief]
scope = "any"
may = ["approve", "refuse", "assign"]

[roles.head]
scope = "unit"
may = ["approve", "refuse", "note"]

[[order]]
id = "letter"
document = {{ series = "函{{n}}" }}

[[order]]
id = "report"
document = {{ series = "报{{n}}" }}
answer = {{ wanted = false }}
"""
REPLY = SubmitReply(text="已安排维修人员更换路灯。")
TWO = Extend(limit="2 working days", reason="需现场勘查")
ASSIGNED: tuple[Command, ...] = (Review(), Assign(lead="夹河镇"), Accept())
PUBLISHED: tuple[Command, ...] = (*ASSIGNED, REPLY, Publish())


def gated(on: str, *by: str, more: str = "") -> str:
    """Return a rulebook in which an act waits at the gates of these roles."""
    roles = ", ".join(f'"{role}"' for role in by)
    return f'{FREE}\n[[approval]]\non = "{on}"\nby = [{roles}]\n{more}'


def waiting(case: Case) -> list[tuple[str, str, int, str]]:
    """Return what waits: the act, the role of the gate where it stands, how many it has passed, and who asked."""
    return [(row.act, row.gates[row.passed], row.passed, row.by) for row in case.requests]


class Ear:
    """Hears what an office has its people told since it was last asked."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._heard: set[str] = set()

    def __call__(self) -> list[tuple[str, str, str]]:
        rows = [row.notification for row in self._office.desk.store.outbox.pending(local("2190-01-01 00:00"), limit=1000)]
        new = sorted((row for row in rows if row.id not in self._heard), key=lambda row: (row.case, row.seq, row.n))
        self._heard |= {row.id for row in new}
        return [(row.to, row.unit, row.zh) for row in new]


def refused(office: Office, command: Command, *, by: Actor, kind: type[Refusal], at: str = "", case: str = "c1") -> Refusal:
    """Return the refusal of a command, having seen that it left nothing behind."""
    office.to(at)
    before = office.everything()
    with pytest.raises(kind) as error:
        office.do(command, by=by, case=case)
    assert office.everything() == before
    assert error.value.case == case
    return error.value
