"""Shorthand for tests of orders and of the ladder: what was told, what is refused, which rungs fired."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework import Actor
from casework.actions import Command
from casework.cases import Case
from casework.errors import CaseworkError, ConditionUnmet
from casework.events import RungFired
from casework.folding import fold
from tests.unit.town import FIVE_DAYS, Office

FORMS = """
[[order]]
id = "supervision"
zh = "督办单"
document = { series = "督{n}", template = "{{ number }}{{ text }}" }
answer = { limit = [{ is = "2 working days" }], cleared_by = "supervisor" }

[[order]]
id = "reminder"
zh = "催办"
document = { series = "催{n}" }
answer = { wanted = false }

[[order]]
id = "letter"
zh = "函"
document = { series = "督{n:03}" }
answer = { wanted = false }

[[order]]
id = "report"
zh = "专报"
to = ["leader"]
document = { series = "报{n}" }
"""
HEAD = FIVE_DAYS + FORMS


def rung(on: str, do: str, more: str = "", *, id: str = "step") -> str:
    """Return a rung as a rulebook has it; *do* with commas between its effects."""
    effects = ", ".join(f'"{line}"' for line in do.split(", "))
    return f'\n[[rung]]\nid = "{id}"\non = "{on}"\ndo = [{effects}]\n{more}\n'


def climbing(*rungs: str, at: str = "2020-07-01 09:00") -> Office:
    """Return an office whose case is with 夹河镇, and a ladder."""
    made = Office(HEAD + "".join(rungs), at=at)
    made.assigned()
    return made


def fired(desk: Office, case: str = "c1") -> list[tuple[str, str, tuple[str, ...]]]:
    """Return what rungs fired: occasion, mode, effects."""
    rows = [event.data for event in desk.desk.history(case) if isinstance(event.data, RungFired)]
    return [(row.occasion, row.mode, row.effects) for row in rows]


def numbers(desk: Office, case: str = "c1") -> list[str]:
    """Return the numbers of a case's orders."""
    return [row.number for row in desk.desk.get(case).orders]


def told(desk: Office, *, since: int = 0) -> list[tuple[str, str, str]]:
    """Return who is told what of the events after number *since*: role, unit, text."""
    far = datetime(2100, 1, 1, tzinfo=UTC)
    rows = [row.notification for row in desk.desk.store.outbox.pending(far, limit=1000)]
    return [(row.to, row.unit, row.zh) for row in rows if row.seq > since]


def sweep(desk: Office, at: str) -> int:
    """Sweep at a moment, see that a second sweep does nothing, and return how many events there were."""
    desk.to(at)
    first = desk.desk.sweep()
    assert first.failures == ()
    before = desk.everything()
    assert desk.desk.sweep().events == 0
    assert desk.everything() == before
    return first.events


def refused(desk: Office, command: Command, by: Actor, kind: type[CaseworkError] = ConditionUnmet) -> CaseworkError:
    """Have a command refused, see that nothing changed, and return the error."""
    before = desk.everything()
    with pytest.raises(kind) as caught:
        desk.do(command, by=by)
    assert desk.everything() == before
    return caught.value


def holds_together(desk: Office, case: str = "c1") -> Case:
    """See that a case is what its stored events say, and return it."""
    desk.desk.verify(case)
    found = desk.desk.get(case)
    assert fold(desk.desk.history(case)) == found
    return found
