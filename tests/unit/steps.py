"""Shorthand for tests of orders and of the ladder: what was told, what is refused, which rungs fired."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casework import Actor
from casework.actions import Command, IssueOrder
from casework.cases import Order
from casework.errors import CaseworkError, ConditionUnmet
from casework.events import RungFired
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
"""A clock of five working days and a few forms, for ladders to stand on."""

SUPERVISION = "{{ number }} {{ to | join('、') }}：{{ subject }}，{{ text }}，限{{ answer_by }}前"
ORDERS = f"""
{FIVE_DAYS}
[roles.head]
scope = "unit"
may = ["answer", "note"]

[[order]]
id = "supervision"
zh = "督办单"
en = "supervision order"
by = ["supervisor"]
cc = ["leader"]
document = {{ series = "督〔{{year}}〕{{n}}号", template = "{SUPERVISION}" }}
[order.answer]
what = "情况说明"
limit = [{{ when = "kind == 'complaint'", is = "1 working day" }}, {{ is = "3 working days" }}]
cleared_by = "supervisor"

[[order]]
id = "handover"
zh = "交办函"
to = ["units"]
document = {{ series = "函{{n}}" }}
answer = {{ limit = [{{ is = "2 working days" }}], cleared_by = "clerk" }}

[[order]]
id = "reminder"
zh = "催办"
document = {{ series = "催{{n:03}}" }}
answer = {{ wanted = false }}

[[order]]
id = "urgent"
zh = "加急催办"
document = {{ series = "催{{n}}" }}
answer = {{ wanted = false }}

[[order]]
id = "report"
zh = "专报"
by = ["clerk"]
to = ["leader", "supervisor"]
document = {{ series = "专报〔{{year}}〕{{n}}", template = "呈{{{{ to | join('、') }}}}：{{{{ text }}}}" }}
answer = {{ limit = [{{ is = "24 hours" }}], cleared_by = "clerk" }}

[[order]]
id = "ask-unit"
zh = "回访单"
revisit = "unit"
document = {{ series = "访{{n}}" }}
answer = {{ limit = [{{ is = "5 calendar days" }}], cleared_by = "clerk" }}

[[order]]
id = "call"
zh = "电话回访"
to = ["clerk"]
revisit = "citizen"
document = {{ series = "电{{n}}" }}

[[order]]
id = "inspection"
zh = "现场检查"
by = ["supervisor"]
to = ["supervisor"]
cc = ["leader", "supervisor"]
document = {{ series = "查{{n}}" }}
answer = {{ what = "检查记录", cleared_by = "supervisor" }}

[[order]]
id = "yellow-card"
zh = "黄牌"
by = ["supervisor"]
to = ["parent"]
cc = ["leader"]
document = {{ series = "黄{{year}}-{{n:02}}" }}
answer = {{ wanted = false, cleared_by = "clerk" }}

[[order]]
id = "talk"
zh = "约谈"
by = ["supervisor"]
to = ["head"]
document = {{ series = "谈{{n}}" }}
"""


def with_orders(more: str = "", *, at: str = "2020-07-01 09:00") -> Office:
    """Return an office with order forms of every sort, whose case is with 夹河镇."""
    made = Office(ORDERS + more, at=at)
    made.assigned()
    return made


def order(desk: Office, number: str = "", case: str = "c1") -> Order:
    """Return a case's order of a number, or the latest."""
    orders = desk.desk.get(case).orders
    return next(row for row in orders if row.number == number) if number else orders[-1]


def issue(form: str, *to: str, text: str = "") -> IssueOrder:
    """Return the command that issues an order of a form."""
    return IssueOrder(form=form, to=to, text=text)


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
