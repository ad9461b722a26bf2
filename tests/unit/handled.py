"""What tests of handling look at: who was told what, what was refused, how clocks were judged, and who has how many cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from casework import Actor
from casework.actions import Accept, Assign, Command, Decline, Review, SubmitReply
from casework.errors import CommandRefused, NotAllowed
from casework.facts import facts_of
from casework.folding import evolve
from casework.ports import Notification
from casework.reports.statistics import Statistics, count
from tests.unit.town import FIVE_DAYS, HANDLER, POLICE, REGISTER, Office, local

Refusal = TypeVar("Refusal", bound=CommandRefused)
FAR = datetime(2190, 1, 1, tzinfo=UTC)
HOUSING = Actor(id="sun", role="handler", unit="住建局")
UNITS = {"夹河镇": HANDLER, "公安局": POLICE, "住建局": HOUSING}
REPLY = SubmitReply(text="已安排维修人员更换路灯。")
NOT_OURS = Decline(reason="不属本单位职责")
TELLS = """
[[notify]]
on = "revisit"
to = ["clerk"]
zh = "已回访"

[[notify]]
on = "reopen"
to = ["handler", "sender"]
zh = "来件已重办"

[[notify]]
on = "rate"
to = ["clerk"]
zh = "群众已评价"
when = "satisfied == 'no'"

[[notify]]
on = "praise"
to = ["handler"]
zh = "收到好评"

[[notify]]
on = "ask"
to = ["sender"]
zh = "请补充材料"

[[notify]]
on = "withdraw"
to = ["clerk", "handler"]
zh = "来件已撤回"

[[notify]]
on = "promise"
to = ["sender"]
zh = "承办单位已承诺办理时间"
"""
"""Notices of what happens beside a case's handling."""
TEAM = Assign(lead="夹河镇", assisting=("公安局", "住建局"))


def outbox(office: Office) -> list[Notification]:
    """Return every notice that waits to be sent."""
    return [row.notification for row in office.desk.store.outbox.pending(FAR, limit=1000)]


def told(office: Office, *commands: Command, by: Actor | None = None, at: str = "") -> list[tuple[str, str, str]]:
    """Have commands carried out and return whom that told what: the role, the unit, the words."""
    before = {row.id for row in outbox(office)}
    office.do(*commands, by=by, at=at)
    return [(row.to, row.unit, row.zh) for row in outbox(office) if row.id not in before]


def refused(office: Office, command: Command, kind: type[Refusal], *, by: Actor | None = None, at: str = "", says: str) -> Refusal:
    """See that a command is refused in these words, and that nothing changed and nobody was told."""
    office.to(at)
    before = office.everything()
    with pytest.raises(kind) as caught:
        office.do(command, by=by)
    words = str(caught.value)
    assert (words if kind is NotAllowed else words.partition(": ")[2]).startswith(says)
    assert kind is NotAllowed or words.endswith(says)
    assert (caught.value.case, caught.value.tried) == ("c1", command.action)
    assert office.everything() == before
    return caught.value


def kinds(office: Office) -> list[str]:
    """Return the kinds of the case's events, in order."""
    return [event.kind for event in office.desk.history("c1")]


def verdicts(office: Office, clock: str) -> list[tuple[str, str, int]]:
    """Return the verdicts on a clock in their order: met or late, whose, and by how many working days."""
    found: list[tuple[str, str, int]] = []
    state = None
    for event in office.desk.history("c1"):
        state = evolve(state, event)
        rows = (fact for fact in facts_of(state, event) if fact.kind.endswith(f":{clock}"))
        found += [(fact.kind.partition(":")[0], fact.unit, fact.value) for fact in rows]
    return found


def parts(office: Office) -> list[tuple[str, str, str]]:
    """Return each unit with its part and how far it got."""
    return [(row.unit, row.part, row.status) for row in office.desk.get("c1").assignments]


def text(office: Office, ref: str | None) -> str:
    """Return a text that the case refers to."""
    return office.desk.store.texts("c1")[ref or ""]


def asked(office: Office, command: Assign = TEAM) -> Office:
    """Have a message received and handed to units at nine on Wednesday the first of July."""
    office.receive()
    office.do(Review(), command)
    return office


def figures(office: Office) -> Statistics:
    """Count the cases of July as they stand a moment later."""
    since, until = local("2020-07-01 00:00"), local("2020-08-01 00:00")
    return count(office.desk.store, REGISTER, since=since, until=until, as_of=office.now() + timedelta(seconds=1), clock="handle")


def by_unit(office: Office) -> dict[str, int]:
    """Return how many cases each lead unit has; "" for nobody."""
    return {row.unit: row.counts.received for row in figures(office).rows if row.counts.received}


def no_right(role: str, *able: str) -> str:
    """Return why a role that lacks an action is refused it."""
    return f"role {role!r} has no right to it (roles that have: {', '.join(able)})"


def working(rules: str = "", command: Assign = TEAM) -> Office:
    """Have units asked that all accept at once."""
    office = asked(Office(FIVE_DAYS + rules), command)
    for unit in office.desk.get("c1").units:
        office.do(Accept(), by=UNITS[unit])
    return office
